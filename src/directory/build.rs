//! From columns of text to the people frame: every column at once, so that a million rows stay columns.

use std::collections::HashMap;

use anyhow::{Result, bail};
use chrono::NaiveDate;
use polars::prelude::*;

use super::cells::{self, Identifier};
use super::collect::{Raw, RawColumn};
use super::dates::{self, Evidence, Written};
use super::managers;
use super::mapping::Mapping;
use super::names;
use super::people::{Doubt, RejectedRow, Source, StatusWord, schema};
use super::slot::Slot;
use super::status::{Meaning, Words};
use crate::config::{self, DateOrder, Status};
use crate::failure::Failure;
use sha2::{Digest, Sha256};

/// The people of one file.
#[derive(Debug)]
pub(super) struct Built {
    pub(super) frame: DataFrame,
    pub(super) rejected: Vec<RejectedRow>,
    pub(super) doubts: Vec<Doubt>,
}

/// A workbook's first day, and the day after which a file cannot know more.
#[derive(Debug, Clone, Copy)]
pub(super) struct Calendar {
    /// Serials count from 1904.
    pub(super) epoch_1904: bool,
    /// The order the configuration gives.
    pub(super) order: Option<DateOrder>,
}

/// Builds the frame of one file.
pub(super) fn build(
    raw: Raw,
    mapping: &Mapping,
    file: &config::Directory,
    calendar: Calendar,
    index: u32,
    source: &mut Source,
) -> Result<Built> {
    let mut builder = Builder { raw, mapping, index, source, doubts: Vec::new() };
    let height = builder.raw.rows.len();
    let mut columns: HashMap<&'static str, Column> = HashMap::new();
    let emails = builder.emails();
    let numbers = builder.numbers();
    let alternates = builder.lists(Slot::AlternateEmail);
    let statuses = builder.statuses(file);
    let (hired, ended) = builder.dates(calendar)?;
    let names = builder.names();
    let manager = managers::resolve(&builder.raw, mapping, &emails, &numbers, &names, builder.source);
    let broken = builder.broken();
    builder.lonely_quotes();
    let keep = builder.usable(&emails, &numbers, &alternates, &broken);
    let rejected = builder.rejected(&keep, &broken);

    for slot in
        [Slot::GivenName, Slot::FamilyName, Slot::Title, Slot::Department, Slot::Location, Slot::Phone, Slot::UserType, Slot::Role]
    {
        if let Some(field) = slot.field() {
            let text = builder.text(slot);
            columns.insert(field, text.into_column());
        }
    }
    let groups = builder.lists(Slot::Groups);
    columns.insert("source", UInt32Chunked::full("source".into(), index, height).into_column());
    columns.insert("row", UInt32Chunked::from_slice("row".into(), &builder.raw.rows).into_column());
    columns.insert("email", emails.into_column());
    columns.insert("alternate_email", alternates.into_column());
    columns.insert("employee_number", numbers.into_column());
    columns.insert("name", names.into_column());
    columns.insert("status", statuses.status.into_column());
    columns.insert("status_word", statuses.word.into_column());
    columns.insert("enabled", statuses.enabled.into_column());
    columns.insert("hire_date", hired);
    columns.insert("termination_date", ended);
    columns.insert("manager_email", manager.into_column());
    columns.insert("groups", groups.into_column());

    let schema = schema();
    let ordered = schema.iter().map(|(name, kind)| match columns.remove(name.as_str()) {
        Some(column) => column.with_name(name.clone()),
        None => Column::full_null(name.clone(), height, kind),
    });
    let mut frame = DataFrame::new(height, ordered.collect())?;
    let doubts = std::mem::take(&mut builder.doubts);
    if !rejected.is_empty() {
        frame = frame.filter(&keep)?;
    }
    let bad: std::collections::HashSet<u32> = rejected.iter().map(|row| row.row).collect();
    let doubts = doubts.into_iter().filter(|doubt| !bad.contains(&doubt.row)).collect();
    Ok(Built { frame, rejected, doubts })
}

struct Builder<'b> {
    raw: Raw,
    mapping: &'b Mapping,
    index: u32,
    source: &'b mut Source,
    doubts: Vec<Doubt>,
}

struct Statuses {
    status: StringChunked,
    word: StringChunked,
    enabled: BooleanChunked,
}

impl Builder<'_> {
    fn column(&self, slot: Slot) -> Option<&RawColumn> {
        self.raw.columns.get(self.mapping.first(slot)?.column)
    }

    fn columns(&self, slot: Slot) -> Vec<&RawColumn> {
        self.mapping.columns(slot).filter_map(|claim| self.raw.columns.get(claim.column)).collect()
    }

    fn height(&self) -> usize {
        self.raw.rows.len()
    }

    fn none(&self) -> StringChunked {
        StringChunked::full_null(PlSmallStr::EMPTY, self.height())
    }

    fn doubt(&self, at: usize, field: &str, problem: String, value: &str, not_comparable: bool) -> Doubt {
        let row = self.raw.rows.get(at).copied().unwrap_or_default();
        let value: String = value.chars().take(200).collect();
        Doubt { source: self.index, row, field: field.into(), problem, value, not_comparable }
    }

    /// The best column of a text slot, blanks filled from the next best.
    fn text(&mut self, slot: Slot) -> StringChunked {
        let mut columns = self.columns(slot).into_iter();
        let Some(first) = columns.next() else { return self.none() };
        let mut values = first.values.clone();
        let mut notes = Vec::new();
        if values.null_count() * 2 > values.len()
            && let Some(fuller) =
                self.columns(slot).into_iter().skip(1).find(|other| other.values.null_count() < values.null_count())
        {
            notes.push(format!(
                "`{}` is less than half filled, `{}` is fuller: is it the better column?",
                first.header, fuller.header
            ));
        }
        for next in columns {
            if values.null_count() == 0 {
                break;
            }
            let before = values.null_count();
            values = coalesce(&values, &next.values);
            let filled = before - values.null_count();
            if filled > 0 {
                notes.push(format!(
                    "{filled} rows without `{}` took their {} from `{}`",
                    first.header,
                    slot.field().unwrap_or_default(),
                    next.header
                ));
            }
        }
        self.source.notes.extend(notes);
        values
    }

    fn emails(&mut self) -> StringChunked {
        let mut doubts = Vec::new();
        let mut values: Option<StringChunked> = None;
        let mut notes = Vec::new();
        let claims: Vec<(u8, &RawColumn)> =
            self.mapping.columns(Slot::Email).filter_map(|claim| Some((claim.rank, self.raw.columns.get(claim.column)?))).collect();
        for (rank, column) in &claims {
            let before = values.as_ref().map(|values| values.null_count());
            if before == Some(0) {
                break;
            }
            let mut more = StringChunkedBuilder::new(PlSmallStr::EMPTY, self.height());
            for (at, cell) in column.values.iter().enumerate() {
                let filled = values.as_ref().is_some_and(|values| values.get(at).is_some());
                let Some(cell) = cell.filter(|_| !filled) else {
                    more.append_option(values.as_ref().and_then(|values| values.get(at)));
                    continue;
                };
                match address(cell) {
                    Some(address) => {
                        if let Some(problem) = odd_address(&address) {
                            doubts.push(self.doubt(at, "email", problem.into(), cell, false));
                        }
                        more.append_value(&address);
                    }
                    // A login need not be an address.
                    None if *rank >= super::synonyms::WEAK => more.append_null(),
                    None => {
                        doubts.push(self.doubt(at, "email", "this is no single e-mail address".into(), cell, true));
                        more.append_null();
                    }
                }
            }
            let more = more.finish();
            if let (Some(before), Some((_, first))) = (before, claims.first())
                && before > more.null_count()
            {
                let count = before - more.null_count();
                notes.push(format!("{count} rows without `{}` took their e-mail from `{}`", first.header, column.header));
            }
            values = Some(more);
        }
        self.doubts.extend(doubts);
        self.source.notes.extend(notes);
        values.unwrap_or_else(|| self.none())
    }

    fn numbers(&mut self) -> StringChunked {
        let Some(column) = self.column(Slot::EmployeeNumber) else { return self.none() };
        let mut doubts = Vec::new();
        let mut values = StringChunkedBuilder::new(PlSmallStr::EMPTY, self.height());
        for (at, cell) in column.values.iter().enumerate() {
            let Some(cell) = cell else {
                values.append_null();
                continue;
            };
            match cells::identifier(cell) {
                Identifier::Good(number) if number.bytes().all(|byte| byte == b'0') => {
                    doubts.push(self.doubt(at, "employee_number", "only zeros: a placeholder, no number".into(), cell, true));
                    values.append_null();
                }
                Identifier::Good(number) => values.append_value(&number),
                Identifier::Damaged => {
                    let problem = "a spreadsheet turned the number into scientific notation: digits are lost, it identifies nobody";
                    doubts.push(self.doubt(at, "employee_number", problem.into(), cell, true));
                    values.append_null();
                }
            }
        }
        self.doubts.extend(doubts);
        values.finish()
    }

    fn lists(&self, slot: Slot) -> ListChunked {
        let columns = self.columns(slot);
        if columns.is_empty() {
            return ListChunked::full_null_with_dtype(PlSmallStr::EMPTY, self.height(), &DataType::String);
        }
        let mut lists = ListStringChunkedBuilder::new(PlSmallStr::EMPTY, self.height(), self.height());
        let mut iterators: Vec<_> = columns.iter().map(|column| column.values.iter()).collect();
        let mut members: Vec<String> = Vec::new();
        for _ in 0..self.height() {
            members.clear();
            for iterator in &mut iterators {
                let Some(cell) = iterator.next().flatten() else { continue };
                for part in cell.split(['\n', ';', '|', ',']).filter_map(cells::clean) {
                    let part = if slot == Slot::AlternateEmail { cells::email(part).into_owned() } else { part.to_owned() };
                    let fits = slot != Slot::AlternateEmail || cells::is_email(&part);
                    if fits && !members.contains(&part) {
                        members.push(part);
                    }
                }
            }
            if members.is_empty() {
                lists.append_null();
            } else {
                lists.append_values_iter(members.iter().map(String::as_str));
            }
        }
        lists.finish()
    }

    fn statuses(&mut self, file: &config::Directory) -> Statuses {
        let height = self.height();
        let mut status: Vec<Option<Status>> = vec![None; height];
        let mut enabled: Vec<Option<bool>> = vec![None; height];
        // Which column's word decided, from 1; 0 where none did.
        let mut by: Vec<u8> = vec![0; height];
        let mut deciders: Vec<StringChunked> = Vec::new();
        let mut words = self.none();
        let mut counted: Vec<StatusWord> = Vec::new();
        for slot in [Slot::Status, Slot::Ended, Slot::Enabled, Slot::Disabled, Slot::AccountControl] {
            let Some(column) = self.column(slot) else { continue };
            let meanings = Words::new(slot, self.mapping.system, &file.status);
            let mut known: HashMap<&str, (Meaning, u64)> = HashMap::new();
            let mut any_word = false;
            for (at, cell) in column.values.iter().enumerate() {
                let Some(cell) = cell else { continue };
                let entry = known.entry(cell).or_insert_with(|| (meanings.meaning(cell), 0));
                entry.1 += 1;
                match entry.0 {
                    Meaning::Word(word) => {
                        any_word = true;
                        // A word that means nothing certain gives way to one that does.
                        if let Some(status) = status.get_mut(at)
                            && status.is_none_or(|known| known == Status::Unknown)
                            && (status.is_none() || word != Status::Unknown)
                        {
                            *status = Some(word);
                            if let Some(by) = by.get_mut(at) {
                                *by = deciders.len() as u8 + 1;
                            }
                        }
                    }
                    Meaning::Switch(on) => {
                        if let Some(enabled) = enabled.get_mut(at) {
                            *enabled = Some(on && enabled.unwrap_or(true));
                        }
                    }
                }
            }
            if any_word {
                deciders.push(column.values.clone());
            }
            let mut list: Vec<StatusWord> = known
                .into_iter()
                .map(|(word, (meaning, count))| {
                    let taken_for = match meaning {
                        Meaning::Word(status) => status,
                        Meaning::Switch(true) => Status::Active,
                        Meaning::Switch(false) => Status::Suspended,
                    };
                    let word = if slot == Slot::Status { word.to_owned() } else { format!("{}: {word}", column.header) };
                    StatusWord { word, count, taken_for }
                })
                .collect();
            list.sort_by(|one, other| other.count.cmp(&one.count).then_with(|| one.word.cmp(&other.word)));
            counted.extend(list);
        }
        match deciders.as_slice() {
            [] => {}
            [only] => words = only.clone(),
            several => {
                let word = |(at, by): (usize, &u8)| several.get(usize::from(by.saturating_sub(1)))?.get(at);
                words = StringChunked::from_iter_options(
                    PlSmallStr::EMPTY,
                    by.iter().enumerate().map(word).collect::<Vec<_>>().into_iter(),
                );
            }
        }
        if counted.is_empty() && self.mapping.first(Slot::Status).is_none() {
            let meanings = Words::new(Slot::Status, self.mapping.system, &file.status);
            let mut hints: Vec<Option<String>> = vec![None; height];
            if let Some(column) = self.column(Slot::Name) {
                for (at, name) in column.values.iter().enumerate() {
                    let Some(hint) = name.and_then(names::hint) else { continue };
                    if let (Meaning::Word(word), Some(status), Some(slot)) =
                        (meanings.meaning(hint), status.get_mut(at), hints.get_mut(at))
                        && word != Status::Unknown
                    {
                        *status = Some(word);
                        *slot = Some(hint.to_owned());
                    }
                }
            }
            let found = hints.iter().flatten().count();
            if found > 0 {
                words = StringChunked::from_iter_options(PlSmallStr::EMPTY, hints.into_iter());
                self.source.notes.push(format!(
                    "{found} names end in a status such as `(On Leave)`: taken as a hint, for want of a status column"
                ));
            }
        }
        self.source.status_words = counted;
        let status =
            StringChunked::from_iter_options(PlSmallStr::EMPTY, status.into_iter().map(|status| status.map(Status::as_str)));
        let enabled = BooleanChunked::from_iter_options(PlSmallStr::EMPTY, enabled.into_iter());
        Statuses { status, word: words, enabled }
    }

    fn dates(&mut self, calendar: Calendar) -> Result<(Column, Column)> {
        let evidence = |columns: &[RawColumn]| {
            let mut evidence = Evidence::default();
            for cell in columns.iter().flat_map(|column| column.values.iter()).flatten() {
                let (written, pair) = dates::read(cell, calendar.epoch_1904);
                evidence.add(written, pair);
            }
            evidence
        };
        let hired = self.date_columns(Slot::HireDate);
        let ended = self.date_columns(Slot::TerminationDate);
        let (hired_evidence, ended_evidence) = (evidence(&hired), evidence(&ended));
        let ended = self.days(Slot::TerminationDate, &ended, ended_evidence, hired_evidence, calendar)?;
        let hired = self.days(Slot::HireDate, &hired, hired_evidence, ended_evidence, calendar)?;
        Ok((hired, ended))
    }

    /// The columns a day is taken from: those of the best rank. Hire dates of every kind are looked at together, for a rehire stands in
    /// a column of its own; the original hire date only counts while there is no other.
    fn date_columns(&self, slot: Slot) -> Vec<RawColumn> {
        const ORIGINAL: u8 = 30;
        let best = self.mapping.first(slot).map_or(0, |claim| claim.rank);
        let claims = self.mapping.columns(slot).filter(|claim| match slot {
            Slot::HireDate if best < ORIGINAL => claim.rank < ORIGINAL,
            _ => claim.rank == best,
        });
        claims.filter_map(|claim| self.raw.columns.get(claim.column).cloned()).collect()
    }

    fn days(&mut self, slot: Slot, columns: &[RawColumn], own: Evidence, sibling: Evidence, calendar: Calendar) -> Result<Column> {
        let Some(first) = columns.first() else { return Ok(Column::full_null(PlSmallStr::EMPTY, self.height(), &DataType::Date)) };
        let field = slot.field().unwrap_or_default();
        let order = calendar.order.or_else(|| own.order()).or_else(|| sibling.order());
        if own.either > 0 && order.is_none() {
            let mixed = own.day_first > 0 && own.month_first > 0;
            let why =
                if mixed { "some can only be day/month and others only month/day" } else { "nothing in the column says which" };
            bail!(
                Failure::usage(format!("{} dates of `{}` could be day/month or month/day: {why}", own.either, first.header))
                    .hint("set date_order = \"dmy\" or \"mdy\" for this directory")
            );
        }
        if own.either > 0 && calendar.order.is_none() {
            let from = if own.order().is_some() { "the column" } else { "the file's other date column" };
            let shown = if order == Some(DateOrder::Dmy) { "day/month/year" } else { "month/day/year" };
            self.source.notes.push(format!("`{}` was read as {shown}: {from} has dates that can only be that", first.header));
        }
        let mut days: Vec<Option<i32>> = vec![None; self.height()];
        for column in columns {
            for (at, (day, cell)) in days.iter_mut().zip(column.values.iter()).enumerate() {
                let Some(cell) = cell else { continue };
                let read = match dates::read(cell, calendar.epoch_1904).0 {
                    Written::Day(read) => Some(read),
                    Written::Either(first, second, year) => dates::ordered(first, second, year, order.unwrap_or(DateOrder::Dmy)),
                    Written::None => continue,
                    Written::Unreadable => None,
                };
                match read.map(days_since_epoch) {
                    // Of several hire dates the latest began the employment of today; a last day is the first one that is there.
                    Some(read) if slot == Slot::HireDate => *day = Some(day.map_or(read, |known| known.max(read))),
                    Some(read) => *day = day.or(Some(read)),
                    None => {
                        let row = self.raw.rows.get(at).copied().unwrap_or_default();
                        let value = cell.chars().take(200).collect();
                        let problem = "this is no date".to_owned();
                        self.doubts.push(Doubt {
                            source: self.index,
                            row,
                            field: field.into(),
                            problem,
                            value,
                            not_comparable: true,
                        });
                    }
                }
            }
        }
        let days = Int32Chunked::from_iter_options(PlSmallStr::EMPTY, days.into_iter());
        Ok(days.into_date().into_column())
    }

    /// The display name, given name first; without one, given and family name joined.
    fn names(&mut self) -> StringChunked {
        let mut values = self.text(Slot::Name);
        if self.mapping.first(Slot::Name).is_none() {
            let (given, family) = (self.text(Slot::GivenName), self.text(Slot::FamilyName));
            values = names::joined(&given, &family);
        } else {
            let (turned, notes) = names::in_reading_order(values);
            values = turned;
            self.source.notes.extend(notes);
        }
        let mut doubts = Vec::new();
        for (at, name) in values.iter().enumerate() {
            if let Some(name) = name.filter(|name| cells::is_damaged_name(name)) {
                let problem = "letters were lost on the way (`?` or U+FFFD): the name is not compared";
                doubts.push(self.doubt(at, "name", problem.into(), name, true));
            }
        }
        self.doubts.extend(doubts);
        values
    }

    /// A cell that begins with a quote nobody closed has swallowed or lost something: it is not compared.
    fn lonely_quotes(&mut self) {
        let mut doubts = Vec::new();
        for row in &self.raw.odd_quotes {
            let Ok(at) = self.raw.rows.binary_search(row) else { continue };
            for mapped in &self.source.columns {
                let Some(column) = self.raw.columns.iter().find(|column| column.header == mapped.header) else { continue };
                let Some(cell) = column.values.get(at).filter(|cell| cell.starts_with('"') && cell.matches('"').count() % 2 == 1)
                else {
                    continue;
                };
                // Joined names are compared as one.
                let fields =
                    if mapped.field.ends_with("_name") { vec![mapped.field.as_str(), "name"] } else { vec![mapped.field.as_str()] };
                doubts.extend(
                    fields
                        .into_iter()
                        .map(|field| self.doubt(at, field, "it begins with a quote that is never closed".into(), cell, true)),
                );
            }
        }
        self.doubts.extend(doubts);
    }

    /// Rows in which something that must be right is not, with why. Such a row is rejected whole: what else it says cannot be trusted.
    fn broken(&self) -> HashMap<u32, String> {
        let mut broken = HashMap::new();
        for doubt in self.doubts.iter().filter(|doubt| doubt.field == "email" && doubt.not_comparable) {
            broken.insert(doubt.row, "its e-mail cell holds no single address".to_owned());
        }
        for (row, more) in moved_rows(&self.raw) {
            broken.insert(row, format!("it has {more} more cells than there are headers: an unquoted delimiter has moved them"));
        }
        broken
    }

    /// Rows with at least one usable key and nothing broken.
    fn usable(
        &self,
        emails: &StringChunked,
        numbers: &StringChunked,
        alternates: &ListChunked,
        broken: &HashMap<u32, String>,
    ) -> BooleanChunked {
        let keyed = emails.is_not_null() | numbers.is_not_null() | alternates.is_not_null();
        if broken.is_empty() {
            return keyed;
        }
        let whole = self.raw.rows.iter().map(|row| Some(!broken.contains_key(row)));
        keyed & BooleanChunked::from_iter_options(PlSmallStr::EMPTY, whole)
    }

    fn rejected(&self, keep: &BooleanChunked, broken: &HashMap<u32, String>) -> Vec<RejectedRow> {
        let email = self.column(Slot::Email);
        let number = self.column(Slot::EmployeeNumber);
        let bad = keep.iter().enumerate().filter(|(_, keep)| *keep != Some(true));
        let mut doubts: HashMap<u32, Vec<&str>> = HashMap::new();
        for doubt in self.doubts.iter().filter(|doubt| matches!(doubt.field.as_str(), "email" | "employee_number")) {
            doubts.entry(doubt.row).or_default().push(&doubt.problem);
        }
        bad.map(|(at, _)| {
            let row = self.raw.rows.get(at).copied().unwrap_or_default();
            let held = |column: Option<&RawColumn>| column.and_then(|column| column.values.get(at)).map(str::to_owned);
            let mut digest = Sha256::new();
            for column in &self.raw.columns {
                digest.update(column.values.get(at).unwrap_or_default().as_bytes());
                digest.update([0x1F]);
            }
            let mut reason = match (broken.get(&row), doubts.get(&row)) {
                (Some(why), _) => why.clone(),
                (None, Some(why)) => format!("no usable key: {}", why.join("; ")),
                (None, None) => "it has neither an e-mail address nor an employee number".to_owned(),
            };
            let before: u32 = self.raw.breaks.iter().take_while(|(broken, _)| *broken < row).map(|(_, lines)| *lines).sum();
            if before > 0 {
                reason.push_str(&format!(" (line {} of the file)", row.saturating_add(before)));
            }
            let digest = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
            RejectedRow { source: self.index, row, reason, email: held(email), employee_number: held(number), digest }
        })
        .collect()
    }
}

/// Rows that are longer than the headers. Where most rows have the same surplus of blank cells it is a delimiter at the line's end.
fn moved_rows(raw: &Raw) -> Vec<(u32, u32)> {
    let mut counts: HashMap<u32, usize> = HashMap::new();
    for (_, more) in &raw.long {
        *counts.entry(*more).or_default() += 1;
    }
    let habit = counts.iter().find(|(_, count)| **count * 2 > raw.rows.len()).map(|(more, _)| *more);
    raw.long.iter().copied().filter(|(_, more)| Some(*more) != habit).collect()
}

/// The address in a cell, if there is one.
fn address(cell: &str) -> Option<String> {
    if let Some(primary) = primary_smtp(cell) {
        return Some(primary.to_owned()).filter(|address| cells::is_email(address));
    }
    let address = cells::email(cell);
    let address = cells::guest(&address).unwrap_or_else(|| address.into_owned());
    cells::is_email(&address).then_some(address)
}

/// Exchange's list of proxy addresses: `SMTP:` in capitals is the primary one.
fn primary_smtp(cell: &str) -> Option<&str> {
    let (_, rest) = cell.split_once("SMTP:")?;
    rest.split(['+', ';', ',', '\n', ' ', '|']).next()
}

fn odd_address(address: &str) -> Option<&'static str> {
    let (local, _) = address.split_once('@')?;
    (!local.is_ascii()).then_some("the part before the @ is not ASCII")
}

fn coalesce(first: &StringChunked, second: &StringChunked) -> StringChunked {
    let mut values = StringChunkedBuilder::new(PlSmallStr::EMPTY, first.len());
    first.iter().zip(second.iter()).for_each(|(one, other)| values.append_option(one.or(other)));
    values.finish()
}

fn days_since_epoch(day: NaiveDate) -> i32 {
    day.signed_duration_since(NaiveDate::default()).num_days() as i32
}
