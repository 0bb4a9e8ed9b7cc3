//! From columns of text to the people frame: every column at once, so that a million rows stay columns, and several columns at a time.

mod days;
mod keys;
mod managers;
mod rows;
mod standing;
mod text;

use anyhow::Result;
use polars::prelude::*;

use super::collect::{Raw, RawColumn};
use super::mapping::Mapping;
use super::people::{Doubt, RejectedRow, Source, schema};
use super::slot::Slot;
use crate::config;
pub(super) use days::Calendar;

/// The people of one file.
#[derive(Debug)]
pub(super) struct Built {
    pub(super) frame: DataFrame,
    pub(super) rejected: Vec<RejectedRow>,
    pub(super) doubts: Vec<Doubt>,
}

/// The table and what its columns mean: what every field is read from.
#[derive(Clone, Copy)]
struct Given<'t> {
    raw: &'t Raw,
    mapping: &'t Mapping,
    /// Index of the source.
    index: u32,
}

/// What was read, and what there is to say of it.
#[derive(Debug, Default)]
struct Read<T> {
    values: T,
    notes: Vec<String>,
    doubts: Vec<Doubt>,
}

impl<'t> Given<'t> {
    fn column(self, slot: Slot) -> Option<&'t RawColumn> {
        self.raw.columns.get(self.mapping.first(slot)?.column)
    }

    fn columns(self, slot: Slot) -> impl Iterator<Item = &'t RawColumn> {
        self.mapping.columns(slot).filter_map(move |claim| self.raw.columns.get(claim.column))
    }

    fn height(self) -> usize {
        self.raw.rows.len()
    }

    fn none(self) -> StringChunked {
        StringChunked::full_null(PlSmallStr::EMPTY, self.height())
    }

    /// Further values of a column's cells that differ from the first: the row's place, and the value.
    fn doubled(self, column: &'t RawColumn) -> impl Iterator<Item = (usize, &'t str)> {
        self.raw.doubled.iter().filter(|doubled| doubled.header == column.header).filter_map(|doubled| {
            let at = self.raw.rows.binary_search(&doubled.row).ok()?;
            let differs = column.values.get(at).unwrap_or_default() != doubled.value;
            differs.then_some((at, doubled.value.as_str()))
        })
    }

    /// A doubt about the cell of one row.
    fn doubt(self, at: usize, field: &str, problem: &str, value: &str) -> Doubt {
        let row = self.raw.rows.get(at).copied().unwrap_or_default();
        let value = value.chars().take(200).collect();
        Doubt { source: self.index, row, field: field.into(), problem: problem.into(), value, not_comparable: true }
    }
}

/// Collects what was said while columns were read, in the order of the fields.
#[derive(Default)]
struct Said {
    notes: Vec<String>,
    doubts: Vec<Doubt>,
}

impl Said {
    fn take<T>(&mut self, read: Read<T>) -> T {
        self.notes.extend(read.notes);
        self.doubts.extend(read.doubts);
        read.values
    }
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
    const TEXTS: [Slot; 8] =
        [Slot::GivenName, Slot::FamilyName, Slot::Title, Slot::Department, Slot::Location, Slot::Phone, Slot::UserType, Slot::Role];
    let given = Given { raw, mapping, index };
    let (((emails, numbers), (alternates, groups)), ((standing, days), (names, texts))) = rayon::join(
        || {
            rayon::join(
                || rayon::join(|| keys::emails(given), || keys::numbers(given)),
                || rayon::join(|| keys::lists(given, Slot::AlternateEmail), || keys::lists(given, Slot::Groups)),
            )
        },
        || {
            rayon::join(
                || {
                    let standing = standing::read(given, file);
                    let days = days::read(given, calendar, &standing.values.0.status);
                    (standing, days)
                },
                || rayon::join(|| text::names(given), || TEXTS.map(|slot| text::read(given, slot))),
            )
        },
    );
    let mut said = Said::default();
    let (emails, numbers) = (said.take(emails), said.take(numbers));
    let (standing, words) = said.take(standing);
    source.status_words = words;
    let (hired, ended) = said.take(days?);
    let names = said.take(names);
    let managers = said.take(managers::resolve(given, &emails, &numbers, &names));

    said.doubts.extend(rows::doubled(given));
    said.doubts.extend(rows::lonely_quotes(given, &source.columns));
    let broken = rows::broken(given, &said.doubts);
    let keep = rows::usable(given, &emails, &numbers, &alternates, &broken);
    let rejected = rows::rejected(given, &keep, &broken, &said.doubts);
    let rejected_rows: PlHashSet<u32> = rejected.iter().map(|row| row.row).collect();

    let mut columns: PlHashMap<&str, Column> = PlHashMap::new();
    for (slot, read) in TEXTS.into_iter().zip(texts) {
        let values = said.take(read);
        columns.extend(slot.field().map(|field| (field, values.into_column())));
    }
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
    columns.insert("groups", groups.into_column());

    let schema = schema();
    let ordered = schema.iter().map(|(name, kind)| match columns.remove(name.as_str()) {
        Some(column) => column.with_name(name.clone()),
        None => Column::full_null(name.clone(), height, kind),
    });
    let mut frame = DataFrame::new(height, ordered.collect())?;
    if !rejected.is_empty() {
        frame = frame.filter(&keep)?;
    }
    let Said { notes, mut doubts } = said;
    source.notes.extend(notes);
    doubts.retain(|doubt| !rejected_rows.contains(&doubt.row));
    Ok(Built { frame, rejected, doubts })
}
