//! From columns of text to the people frame: every column at once, so that a million rows stay columns, and several columns at a
//! time.

mod days;
mod given;
mod keys;
mod managers;
mod rows;
mod standing;
mod text;

use anyhow::Result;
use polars::prelude::*;

use super::headers::mapping::Mapping;
use super::headers::slot::Slot;
use super::people::{Doubt, RejectedRow, Source, schema};
use super::raw::Raw;
use crate::config::{self, DateOrder};
use crate::terms::{FIELDS, Holds};
pub(super) use days::Calendar;
use days::Days;
use given::{Given, Read};
pub(super) use keys::is_word_for_none;
use standing::RowDays;

/// The people of one file.
#[derive(Debug)]
pub(super) struct Built {
    pub(super) frame: DataFrame,
    pub(super) rejected: Vec<RejectedRow>,
    pub(super) doubts: Vec<Doubt>,
    /// The order of day and month, where the configuration or the file's days show one.
    pub(super) order: Option<DateOrder>,
}

/// Builds the frame of one file.
pub(super) fn build(
    raw: &Raw,
    mapping: &Mapping,
    file: &config::Directory,
    calendar: Calendar,
    index: u32,
    source: &mut Source,
) -> Result<Built> {
    // What is more than the best column of its slot.
    const OWN: [Slot; 6] = [Slot::Email, Slot::AlternateEmail, Slot::EmployeeNumber, Slot::Name, Slot::Status, Slot::ManagerEmail];
    let plain = |holds: Holds| {
        let fields = FIELDS.iter().zip(Slot::OF_FIELDS).filter(move |(field, slot)| field.holds == holds && !OWN.contains(slot));
        fields.map(|(field, slot)| (field.name, slot))
    };
    let given = Given { raw, mapping, index };
    let addresses = || {
        let emails = keys::emails(given);
        let alternates = keys::alternates(given, &emails.values);
        (emails, alternates)
    };
    let numbers = || {
        let lists = || plain(Holds::List).map(|(field, slot)| (field, keys::lists(given, slot))).collect::<Vec<_>>();
        rayon::join(|| keys::numbers(given), lists)
    };
    let employment = || {
        let standing = standing::read(given, file);
        let days = days::read(given, calendar, &standing.values.0.statuses());
        (standing, days)
    };
    let texts = || {
        let texts = || plain(Holds::Text).map(|(field, slot)| (field, text::read(given, slot))).collect::<Vec<_>>();
        rayon::join(|| text::names(given), texts)
    };
    let (((emails, alternates), (numbers, lists)), ((standing, days), (names, texts))) =
        rayon::join(|| rayon::join(addresses, numbers), || rayon::join(employment, texts));

    let mut said = Read::default();
    let (emails, numbers) = (said.take(emails), said.take(numbers));
    let (standing, words) = said.take(standing);
    let days = days?;
    let row_days = RowDays::of(given, calendar, &days.values.hired, &days.values.ended, &days.doubts)?;
    let Days { hired, ended, order } = said.take(days);
    let (standing, doubts) = standing.settle(given, &row_days);
    said.doubts.extend(doubts);
    let names = said.take(names);
    let managers = said.take(managers::resolve(given, &emails, &numbers, &names));

    said.doubts.extend(rows::doubled(given));
    said.doubts.extend(rows::lonely_quotes(given, &source.columns));
    let broken = rows::broken(given, &said.doubts);
    let keep = rows::usable(given, &emails, &numbers, &alternates, &broken);
    let rejected = rows::rejected(given, &keep, &broken, &said.doubts);
    said.notes.extend(rows::unread_ids(given, &rejected, &broken));
    source.status_words = standing::of_kept(words, given, &keep);
    let rejected_rows: PlHashSet<u32> = rejected.iter().map(|row| row.row).collect();

    let mut columns: PlHashMap<&str, Column> = PlHashMap::new();
    for (field, read) in texts {
        columns.insert(field, said.take(read).into_column());
    }
    columns.extend(lists.into_iter().map(|(field, lists)| (field, lists.into_column())));
    let height = given.height();
    columns.insert("source", UInt32Chunked::full("source".into(), index, height).into_column());
    columns.insert("row", UInt32Chunked::from_slice("row".into(), &raw.rows).into_column());
    columns.insert("email", emails.into_column());
    columns.insert("alternate_email", alternates.into_column());
    columns.insert("employee_number", numbers.into_column());
    columns.insert("name", names.into_column());
    columns.insert("status", standing.status.into_column());
    columns.insert("status_word", standing.word.into_column());
    columns.insert("enabled", standing.enabled.into_column());
    columns.insert("hire_date", hired);
    columns.insert("termination_date", ended);
    columns.insert("manager_email", managers.into_column());

    let mut frame = frame(columns, height)?;
    if !rejected.is_empty() {
        frame = frame.filter(&keep)?;
    }
    let Read { notes, mut doubts, values: () } = said;
    source.notes.extend(notes);
    doubts.retain(|doubt| !rejected_rows.contains(&doubt.row));
    Ok(Built { frame, rejected, doubts, order })
}

/// A frame of the schema's columns in its order; those that are not there are null.
fn frame(mut columns: PlHashMap<&str, Column>, height: usize) -> Result<DataFrame> {
    let schema = schema();
    let ordered = schema.iter().map(|(name, kind)| match columns.remove(name.as_str()) {
        Some(column) => column.with_name(name.clone()),
        None => Column::full_null(name.clone(), height, kind),
    });
    Ok(DataFrame::new(height, ordered.collect())?)
}
