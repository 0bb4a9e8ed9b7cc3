//! What options may be.

use chrono::{Datelike, NaiveDate};
use clap::ValueEnum;
use clap::builder::PossibleValue;

use crate::terms::{Flavour, Scope, Severity, Split};

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
    let day: NaiveDate = text.parse().map_err(|_| "a day is YYYY-MM-DD, such as 2026-11-28".to_owned())?;
    if (1900..=9999).contains(&day.year()) { Ok(day) } else { Err("the year is 1900 to 9999".to_owned()) }
}
