//! What options may be. A doc comment on a value would stand in the help, where the words say enough.

use chrono::{Datelike, NaiveDate};
use clap::ValueEnum;
use clap::builder::{PossibleValue, PossibleValuesParser};

use crate::terms::{ActionKind, Flavour, Kind, Scope, Severity, Split};

/// Lines for people or JSON for machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs)]
pub enum LogFormat {
    Text,
    Json,
}

/// Severities, and never.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs)]
pub enum FailOn {
    Critical,
    High,
    Medium,
    Low,
    Info,
    Never,
}

impl FailOn {
    /// The mildest severity that fails a run.
    pub fn severity(self) -> Option<Severity> {
        Severity::ALL.get(self as usize).copied()
    }
}

/// Words of the house as the values of an option.
macro_rules! values {
    ($($words:ty),+) => {
        $(impl ValueEnum for $words {
            fn value_variants<'a>() -> &'a [Self] {
                &Self::ALL
            }

            fn to_possible_value(&self) -> Option<PossibleValue> {
                Some(PossibleValue::new(self.as_str()))
            }
        })+
    };
}
values!(Flavour, Split, Scope);

/// The words of `--kind`: of findings, then of actions.
pub(super) fn kinds() -> PossibleValuesParser {
    Kind::ALL.map(Kind::as_str).into_iter().chain(ActionKind::ALL.map(ActionKind::as_str)).into()
}

/// The words of `--severity`.
pub(super) fn severities() -> PossibleValuesParser {
    Severity::ALL.map(Severity::as_str).into()
}

/// The two Domos there are in writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs)]
pub enum ProfileName {
    Guide,
    Recorded,
}

/// Files with a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs)]
pub enum SchemaName {
    Findings,
    Plan,
    Decisions,
    Report,
    Summary,
    Config,
}

/// A day of the years that a report can show.
pub(super) fn day(text: &str) -> Result<NaiveDate, String> {
    // A digit that was left out is a slip, not a day of the month before.
    let day = text.parse().ok().filter(|day: &NaiveDate| day.to_string() == text);
    let day = day.ok_or_else(|| "a day is YYYY-MM-DD, such as 2026-11-28".to_owned())?;
    if (1900..=9999).contains(&day.year()) { Ok(day) } else { Err("the year is 1900 to 9999".to_owned()) }
}
