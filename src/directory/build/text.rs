//! Plain text: names, titles, departments.

use polars::prelude::*;

use super::given::{Given, Read};
use crate::directory::headers::slot::Slot;
use crate::directory::people::Doubt;
use crate::directory::{cells, names};
use crate::text::damage::{self, Damage};

/// The best column of a slot, blanks filled from the next best.
pub(super) fn read(given: Given<'_>, slot: Slot) -> Read<StringChunked> {
    let mut read = best(given, slot);
    keep_firsts(given, slot, &mut read);
    if let Some(field) = slot.field().filter(|field| field.free_text().is_some()) {
        read.doubts = damaged(given, field.name, &read.values, damage::of);
    }
    if slot == Slot::Phone {
        read.doubts.extend(no_numbers(given, &read.values));
    }
    read
}

/// Of a cell with several telephone numbers, or several lines by Workday, the first is the value. Elsewhere a line may be a wrapped
/// one.
fn keep_firsts(given: Given<'_>, slot: Slot, read: &mut Read<StringChunked>) {
    let is_workday = || given.mapping.system.is_some_and(|system| system.name == "Workday");
    let signs: &[char] = match slot {
        Slot::Phone => &[';', '\n'],
        Slot::Title | Slot::Department | Slot::Location if is_workday() => &['\n'],
        _ => return,
    };
    // `+1 801 555 0100;ext=12` is one number.
    let is_value = |part: &str| slot != Slot::Phone || !part.contains('=') && part.bytes().filter(u8::is_ascii_digit).count() >= 5;
    let is_several = |cell: &&str| cell.contains(signs) && cell.split(signs).filter_map(cells::clean).all(is_value);
    let count = read.values.iter().flatten().filter(is_several).count() as u64;
    if count == 0 {
        return;
    }
    let firsts = read.values.iter().map(|cell| match cell {
        Some(cell) if is_several(&cell) => cell.split(signs).find_map(cells::clean),
        other => other,
    });
    read.values = StringChunked::from_iter_options(PlSmallStr::EMPTY, firsts);
    let header = given.column(slot).map_or("", |column| column.header.as_str());
    let cells = crate::text::plural(count, "cell has", "cells have");
    read.notes.push(format!("{cells} several values of `{header}`: the first of each was read"));
}

/// Numbers of one digit again and again, for somebody had to fill something in; and what cannot be dialled: words, what a
/// spreadsheet made of `+49-153`.
fn no_numbers(given: Given<'_>, values: &StringChunked) -> Vec<Doubt> {
    let doubt = |(at, value): (usize, Option<&str>)| {
        let value = value?;
        let (mut count, mut first, mut is_one_digit) = (0, None, true);
        for digit in value.bytes().filter(u8::is_ascii_digit) {
            count += 1;
            is_one_digit &= *first.get_or_insert(digit) == digit;
            if count >= 3 && !is_one_digit {
                break;
            }
        }
        let problem = match () {
            () if count >= 5 && is_one_digit => "it is one digit again and again, a placeholder: not compared, never written",
            () if count < 3 || value.starts_with('-') || is_one_digit && first == Some(b'0') => {
                "it is no telephone number: not compared, never written"
            }
            () => return None,
        };
        Some(Doubt { not_comparable: true, ..given.doubt(at, "phone", problem, value) })
    };
    values.iter().enumerate().filter_map(doubt).collect()
}

/// Damaged cells: no value to write to Domo, and where it is not certain what they were, none to compare.
fn damaged(given: Given<'_>, field: &str, values: &StringChunked, look: impl Fn(&str) -> Option<Damage>) -> Vec<Doubt> {
    let damaged = |(at, value): (usize, Option<&str>)| {
        let value = value?;
        let Damage { kind, repair } = look(value)?;
        let compared = if repair.is_some() { "compared as it must have been" } else { "not compared" };
        let problem = format!("it {}: {compared}, never written", kind.describe());
        Some(Doubt { not_comparable: repair.is_none(), ..given.doubt(at, field, &problem, value) })
    };
    values.iter().enumerate().filter_map(damaged).collect()
}

fn best(given: Given<'_>, slot: Slot) -> Read<StringChunked> {
    let mut columns = given.columns(slot);
    let Some(first) = columns.next() else { return Read { values: given.none(), ..Read::default() } };
    let mut values = first.values.clone();
    let mut notes = Vec::new();
    let blank = values.null_count();
    let fuller = || given.columns(slot).skip(1).find(|other| other.values.null_count() < blank);
    if blank * 2 > values.len()
        && let Some(fuller) = fuller()
    {
        notes.push(format!("`{}` is less than half filled, `{}` is fuller: is it the better column?", first.header, fuller.header));
    }
    for next in columns {
        let blank = values.null_count();
        if blank == 0 {
            break;
        }
        values = coalesce(&values, &next.values);
        let filled = blank - values.null_count();
        if filled > 0 {
            notes.push(format!(
                "{} without `{}`: {} taken from `{}`",
                crate::text::plural(filled as u64, "row", "rows"),
                first.header,
                slot.field_name().unwrap_or_default(),
                next.header
            ));
        }
    }
    Read { values, notes, ..Read::default() }
}

/// The display name, given name first; given and family name joined where there is none.
pub(super) fn names(given: Given<'_>) -> Read<StringChunked> {
    let mut read = read(given, Slot::Name);
    let [named, given_names, family] = [Slot::Name, Slot::GivenName, Slot::FamilyName].map(|slot| given.column(slot));
    let joined = || names::joined(&self::read(given, Slot::GivenName).values, &self::read(given, Slot::FamilyName).values);
    match (named, given_names, family) {
        (None, ..) => read.values = joined(),
        (Some(named), Some(given_names), None) if names::lacks(&read.values, &given_names.values) => {
            read.values = names::joined(&given_names.values, &read.values);
            read.notes
                .push(format!("`{}` was read as family name: it does not hold what `{}` does", named.header, given_names.header));
        }
        (Some(named), None, Some(family)) if names::lacks(&read.values, &family.values) => {
            read.values = names::joined(&read.values, &family.values);
            read.notes.push(format!("`{}` was read as given name: it does not hold what `{}` does", named.header, family.header));
        }
        (Some(named), Some(given_names), Some(family)) if names::lacks(&read.values, &family.values) => {
            read.values = joined();
            read.notes = vec![format!(
                "`{}` holds no family names: the name was put together from `{}` and `{}`",
                named.header, given_names.header, family.header
            )];
        }
        (Some(named), first, _) => {
            let (turned, notes) = names::in_reading_order(read.values);
            read.values = turned;
            read.notes.extend(notes);
            let blank = read.values.null_count();
            if blank > 0 && first.or(family).is_some() {
                read.values = coalesce(&read.values, &joined());
                let filled = blank - read.values.null_count();
                if filled > 0 {
                    read.notes.push(format!(
                        "{} without `{}`: the name was put together from given and family name",
                        crate::text::plural(filled as u64, "row", "rows"),
                        named.header
                    ));
                }
            }
        }
    }
    read.doubts = damaged(given, "name", &read.values, damage::of_name);
    read
}

/// The first column, blanks filled from the second.
pub(super) fn coalesce(first: &StringChunked, second: &StringChunked) -> StringChunked {
    let mut values = StringChunkedBuilder::new(PlSmallStr::EMPTY, first.len());
    first.iter().zip(second.iter()).for_each(|(one, other)| values.append_option(one.or(other)));
    values.finish()
}
