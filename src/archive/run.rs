//! Who and what a run is.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

/// The identity of a run, for the report, the findings and the manifest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RunInfo {
    /// `<YYYYMMDDTHHMMSSZ>-<6 hex>`, the folder's name.
    pub id: String,
    /// When it began.
    pub started: DateTime<Utc>,
    /// When judging ended.
    pub finished: DateTime<Utc>,
    /// The day judged.
    pub as_of: NaiveDate,
    /// The instance.
    pub instance: String,
    /// The tool's version.
    pub version: String,
    /// The operating system's user who ran it.
    pub user: String,
    /// The machine.
    pub host: String,
    /// The command line, without secrets (there are none in arguments).
    pub command: Vec<String>,
}
