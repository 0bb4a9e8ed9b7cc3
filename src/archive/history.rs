//! What the runs before say of this one's findings: new, open, changed, reappeared, resolved.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::reconcile::{FindingId, Kind, Reconciliation, Severity};

/// A finding's place in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum State {
    New,
    Open,
    Changed,
    Reappeared,
}

/// Where a finding of this run comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lifecycle {
    /// Against the previous run.
    pub state: State,
    /// The day judged by the first run in the archive that had it.
    pub first_seen: NaiveDate,
    /// What changed since the previous run, as sentences (`severity medium → high`).
    pub changed: Vec<String>,
}

/// A finding of the previous run that this one has no more.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Resolved {
    pub id: FindingId,
    pub kind: Kind,
    pub severity: Severity,
    /// Whom or what it was about.
    pub subject: String,
    pub reason: String,
    pub first_seen: NaiveDate,
    /// The day judged by the last run that had it.
    pub last_seen: NaiveDate,
}

/// One run in the trend.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct TrendPoint {
    pub run_id: String,
    pub as_of: NaiveDate,
    pub by_severity: BTreeMap<Severity, u64>,
    pub new: u64,
    pub resolved: u64,
}

/// The previous run of the same instance.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Previous {
    pub run_id: String,
    pub started: DateTime<Utc>,
    pub as_of: NaiveDate,
    /// SHA-256 of its manifest.
    pub manifest_sha256: String,
    pub accounts_read: u64,
    pub people_read: u64,
    pub findings: u64,
}

/// This run's findings against the archive.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct History {
    /// None in a first run.
    pub previous: Option<Previous>,
    /// For every finding of this run.
    pub lifecycle: BTreeMap<FindingId, Lifecycle>,
    /// Gone since the previous run.
    pub resolved: Vec<Resolved>,
    /// The last twelve runs, oldest first, this one included.
    pub trend: Vec<TrendPoint>,
    /// Parameters that changed since the previous run, as sentences.
    pub parameters_changed: Vec<String>,
    /// What was applied since the previous run, by whom, as sentences; and access that came back after it was taken.
    pub applied: Vec<String>,
}

impl History {
    /// The history of a first run: everything is new.
    pub fn first(reconciliation: &Reconciliation) -> Self {
        let new = Lifecycle { state: State::New, first_seen: reconciliation.as_of, changed: Vec::new() };
        let lifecycle = reconciliation.findings.iter().map(|finding| (finding.id.clone(), new.clone())).collect();
        Self { lifecycle, ..Self::default() }
    }
}
