//! What the rows of the directory say of employment, for whoever judges it.

use std::collections::HashSet;

use anyhow::Result;
use chrono::NaiveDate;
use polars::prelude::*;

use super::people::{People, Source};
use crate::terms::Status;

/// What one row says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Facts {
    /// The canonical reading of its status word; none for a blank cell.
    pub status: Option<Status>,
    /// A column of booleans such as `accountEnabled`.
    pub enabled: Option<bool>,
    /// The first day.
    pub hire_date: Option<NaiveDate>,
    /// The last day.
    pub termination_date: Option<NaiveDate>,
    /// Whether the file has a status column at all. Without one, being listed is the evidence.
    pub status_provided: bool,
    /// A status or a termination date stands there but cannot be read: being listed, or a boolean that is true, proves nothing
    /// then.
    pub unreadable: bool,
    /// The day on which its words were true: that of the export.
    pub said_on: Option<NaiveDate>,
    /// The last day is that of a contract, which may have been renewed since.
    pub renewable: bool,
    /// The file is an identity provider's: its words say who may sign in, not who is employed.
    pub identity_provider: bool,
}

/// The facts of all rows, by column.
#[derive(Debug)]
pub struct FactColumns {
    source: UInt32Chunked,
    line: UInt32Chunked,
    status: StringChunked,
    word: StringChunked,
    enabled: BooleanChunked,
    hire_date: Int32Chunked,
    termination_date: Int32Chunked,
    /// By source.
    status_provided: Vec<bool>,
    identity_provider: Vec<bool>,
    said_on: Vec<Option<NaiveDate>>,
    renewable: Vec<bool>,
    /// Cells that must not be believed, by place.
    unreadable: HashSet<(u32, u32, &'static str)>,
}

impl FactColumns {
    /// Of these people.
    ///
    /// # Errors
    /// None in practice: the columns are there.
    pub fn of(people: &People) -> Result<Self> {
        let frame = &people.frame;
        let number = |name| anyhow::Ok(frame.column(name)?.u32()?.rechunk().into_owned());
        let text = |name| anyhow::Ok(frame.column(name)?.str()?.rechunk().into_owned());
        let days = |name| anyhow::Ok(frame.column(name)?.date()?.physical().rechunk().into_owned());
        let unreadable = people.doubts.iter().filter(|doubt| doubt.not_comparable).filter_map(|doubt| {
            let field = ["status", "hire_date", "termination_date"].into_iter().find(|field| *field == doubt.field)?;
            Some((doubt.source, doubt.row, field))
        });
        Ok(Self {
            source: number("source")?,
            line: number("row")?,
            status: text("status")?,
            word: text("status_word")?,
            enabled: frame.column("enabled")?.bool()?.rechunk().into_owned(),
            hire_date: days("hire_date")?,
            termination_date: days("termination_date")?,
            status_provided: people.sources.iter().map(|source| source.provided().contains("status")).collect(),
            identity_provider: people.sources.iter().map(Source::is_identity_provider).collect(),
            said_on: people.sources.iter().map(Source::said_on).collect(),
            renewable: people.sources.iter().map(Source::is_of_contracts).collect(),
            unreadable: unreadable.collect(),
        })
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.source.len()
    }

    /// Source and line of a row.
    pub fn place(&self, row: usize) -> (u32, u32) {
        (self.source.get(row).unwrap_or_default(), self.line.get(row).unwrap_or_default())
    }

    /// The file's own word for the status in a row.
    pub fn word(&self, row: usize) -> Option<&str> {
        self.word.get(row).map(str::trim).filter(|word| !word.is_empty())
    }

    /// What a row says.
    pub fn get(&self, row: usize) -> Facts {
        let (source, line) = self.place(row);
        let readable = |field| self.unreadable.is_empty() || !self.unreadable.contains(&(source, line, field));
        let of_source = |flags: &[bool]| flags.get(source as usize).copied().unwrap_or(false);
        let day = |days: &Int32Chunked| NaiveDate::from_epoch_days(days.get(row)?);
        Facts {
            status: self.status.get(row).and_then(Status::from_word).filter(|_| readable("status")),
            enabled: self.enabled.get(row).filter(|_| readable("status")),
            hire_date: day(&self.hire_date).filter(|_| readable("hire_date")),
            termination_date: day(&self.termination_date).filter(|_| readable("termination_date")),
            status_provided: of_source(&self.status_provided),
            unreadable: !readable("status") || !readable("termination_date"),
            said_on: self.said_on.get(source as usize).copied().flatten(),
            renewable: of_source(&self.renewable),
            identity_provider: of_source(&self.identity_provider),
        }
    }
}
