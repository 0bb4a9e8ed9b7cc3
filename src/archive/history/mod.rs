//! What the runs before say of this one's findings: new, open, changed, reappeared, resolved.
//!
//! A run is compared with the newest one of its instance that judged whole evidence; first-seen days, reappearances and the
//! trend come from all of them. What a run could not judge is not called resolved. Where the configuration changed since, the same
//! data is judged with the old one too, so that what a changed rule explains is told apart from what happened.

mod applied;
mod before;
pub(super) mod difference;
mod parameters;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use anyhow::Result;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::findings::Entry;
use super::tokens::Tokens;
use super::{Archive, RunInfo};
use crate::config::Loaded;
use crate::directory::People;
use crate::domo::Accounts;
use crate::reconcile::{EvidenceStatus, FindingId, Kind, Reconciliation, Severity};

/// Runs in the trend, this one included.
const TREND: usize = 12;

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
    /// It was not there before, and with the previous configuration it would not be there now: a rule changed, not the world.
    pub by_parameter: bool,
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
    /// With the previous configuration it would still be there: a rule changed, not the world.
    pub by_parameter: bool,
}

/// One run in the trend.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct TrendPoint {
    pub run_id: String,
    pub as_of: NaiveDate,
    pub by_severity: BTreeMap<Severity, u64>,
    /// New ones and those that are back.
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
    pub lifecycle: HashMap<FindingId, Lifecycle>,
    /// Gone since the previous run.
    pub resolved: Vec<Resolved>,
    /// Findings of the previous run that are not here because this one could not test for them: neither open nor resolved.
    /// Previous − resolved − unjudged + new + reappeared = now.
    pub unjudged: u64,
    /// The last twelve runs, oldest first, this one included.
    pub trend: Vec<TrendPoint>,
    /// Parameters that changed since the previous run, as sentences.
    pub parameters_changed: Vec<String>,
    /// What was applied since the previous run, by whom, as sentences; and access that came back after it was taken.
    pub applied: Vec<String>,
    /// What a reader should know of the archive: a clock that went back, a run that could not be used.
    pub notes: Vec<String>,
}

impl History {
    /// The history of a first run: everything is new.
    pub fn first(reconciliation: &Reconciliation) -> Self {
        let new = |id: &FindingId| (id.clone(), Lifecycle::new(reconciliation.as_of));
        Self { lifecycle: reconciliation.findings.iter().map(|finding| new(&finding.id)).collect(), ..Self::default() }
    }

    /// Findings that the previous run did not have, whether or not an earlier one had them.
    pub fn appeared(&self) -> u64 {
        self.count(State::New) + self.count(State::Reappeared)
    }

    /// Takes out of what changed the values that say who somebody is.
    pub fn unname(&mut self) {
        let sentences = self.lifecycle.values_mut().flat_map(|lifecycle| &mut lifecycle.changed);
        sentences.for_each(|sentence| *sentence = difference::unnamed(sentence));
    }

    /// How many findings are in this state.
    pub fn count(&self, state: State) -> u64 {
        self.lifecycle.values().filter(|lifecycle| lifecycle.state == state).count() as u64
    }
}

impl Lifecycle {
    fn new(first_seen: NaiveDate) -> Self {
        Self { state: State::New, first_seen, changed: Vec::new(), by_parameter: false }
    }
}

/// A run as far as its history needs it.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs)]
pub struct Present<'a> {
    pub run: &'a RunInfo,
    pub accounts: &'a Accounts,
    pub people: &'a People,
    pub reconciliation: &'a Reconciliation,
    pub config: &'a Loaded,
}

/// Compares a run that is being made with all that is in the archive.
pub fn compare(archive: &Path, present: &Present<'_>) -> Result<History> {
    compare_until(archive, present, u64::MAX)
}

/// Compares with what was in the archive before the run of this number.
pub(crate) fn compare_until(archive: &Path, present: &Present<'_>, number: u64) -> Result<History> {
    let now = present.reconciliation;
    let before = before::read(&Archive::at(archive), &now.instance, number)?;
    let mut history = History::first(now);
    history.notes.clone_from(&before.notes);
    before::notes_on_time(&before, present, &mut history.notes);
    before::notes_on_incomplete(&before, &mut history.notes);

    if let Some(baseline) = &before.baseline {
        history.previous = Some(baseline.previous());
        let tokens = Tokens::of(archive);
        for finding in &now.findings {
            let Some(lifecycle) = history.lifecycle.get_mut(&finding.id) else { continue };
            if let Some(seen) = before.seen.get(&finding.id) {
                lifecycle.first_seen = now.as_of.min(seen.first);
                // Found since the run that this one is compared with, on incomplete evidence: it was never away.
                if seen.number < baseline.stored.number() {
                    lifecycle.state = State::Reappeared;
                    lifecycle.changed = vec![format!("back again; last seen {}", seen.last)];
                }
            }
            if let Some(then) = baseline.findings.get(&finding.id) {
                lifecycle.changed = difference::sentences(then, &Entry::of(finding, now.as_of, None), &tokens);
                lifecycle.state = if lifecycle.changed.is_empty() { State::Open } else { State::Changed };
            }
        }
        resolve(&mut history, baseline, now);
        parameters::explain(&mut history, baseline, present);
        let since = baseline.manifest.run.started;
        history.applied = applied::sentences(&before.runs, since, present, &mut history.notes)?;
    }

    history.trend = before.trend;
    history.trend.push(TrendPoint {
        run_id: present.run.id.clone(),
        as_of: now.as_of,
        by_severity: super::manifest::by_severity(now),
        new: history.appeared(),
        resolved: history.resolved.len() as u64,
    });
    let surplus = history.trend.len().saturating_sub(TREND);
    history.trend.drain(..surplus);
    Ok(history)
}

/// What the previous run found and this one did not: resolved, where this one could have found it.
fn resolve(history: &mut History, baseline: &before::Baseline, now: &Reconciliation) {
    let incomplete = now.evidence.status == EvidenceStatus::Incomplete;
    let not_tested: BTreeSet<&str> = now.not_tested.iter().map(|check| check.check.as_str()).collect();
    for (id, then) in &baseline.findings {
        if history.lifecycle.contains_key(id) {
            continue;
        }
        let field_untested = |field: &super::findings::Drift| not_tested.contains(format!("drift.{}", field.field).as_str());
        let untested = not_tested.contains(then.kind.as_str()) || (!then.drift.is_empty() && then.drift.iter().all(field_untested));
        if incomplete || untested {
            history.unjudged += 1;
            continue;
        }
        history.resolved.push(Resolved {
            id: id.clone(),
            kind: then.kind,
            severity: then.severity,
            subject: then.subject(),
            reason: then.reason.clone(),
            first_seen: then.first_seen,
            last_seen: baseline.as_of(),
            by_parameter: false,
        });
    }
    history.resolved.sort_by(|one, other| (one.severity, one.kind, &one.id).cmp(&(other.severity, other.kind, &other.id)));
}
