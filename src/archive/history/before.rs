//! The runs before, as far as they can be relied on.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};

use super::findings::{Entry, Findings};
use super::types::{Present, Previous, TrendPoint};
use crate::archive::store::manifest::Manifest;
use crate::archive::store::{Listing, StoredRun, run};
use crate::reconcile::FindingId;

/// What the archive says before this run.
#[derive(Debug, Default)]
pub(super) struct Before {
    /// The run to compare with.
    pub(super) baseline: Option<Baseline>,
    /// Every finding of any earlier run of the instance.
    pub(super) seen: BTreeMap<FindingId, Seen>,
    /// Oldest first.
    pub(super) trend: Vec<TrendPoint>,
    /// The last run of the archive, whatever its instance and outcome.
    pub(super) newest: Option<StoredRun>,
    /// The runs of the instance, in the order of the chain.
    pub(super) runs: Vec<StoredRun>,
    /// Runs after the baseline that did not judge whole evidence.
    pub(super) incomplete: Vec<(String, NaiveDate)>,
    pub(super) notes: Vec<String>,
}

/// When earlier runs had a finding.
#[derive(Debug)]
pub(super) struct Seen {
    /// The first day judged that had it.
    pub(super) first: NaiveDate,
    /// The last one.
    pub(super) last: NaiveDate,
    /// The number of the first run that had it.
    pub(super) number: u64,
}

/// The newest run of the instance that judged whole evidence.
#[derive(Debug)]
pub(super) struct Baseline {
    pub(super) stored: StoredRun,
    pub(super) manifest: Manifest,
    pub(super) findings: BTreeMap<FindingId, Entry>,
}

impl Baseline {
    pub(super) fn previous(&self) -> Previous {
        Previous {
            run_id: self.manifest.run.id.clone(),
            started: self.manifest.run.started,
            as_of: self.manifest.run.as_of,
            manifest_sha256: self.stored.sha256.clone(),
            findings: self.findings.len() as u64,
        }
    }

    pub(super) fn as_of(&self) -> NaiveDate {
        self.manifest.run.as_of
    }
}

/// What was there before the run of this number.
pub(super) fn read(listing: &Listing, instance: &str, number: u64) -> Before {
    let mut before = Before::default();
    for (path, why) in &listing.unreadable {
        before.notes.push(format!("{} could not be used: {why}", path.display()));
    }
    for stored in listing.runs.iter().filter(|stored| stored.number() < number) {
        before.newest = Some(stored.clone());
        if stored.head.run.instance != instance {
            continue;
        }
        before.runs.push(stored.clone());
        let Some(manifest) = stored.manifest.clone() else {
            before.notes.push(format!("The run {} was written by a newer version and was not used for the history.", stored.id()));
            continue;
        };
        let Some(summary) = manifest.comparable().cloned() else { continue };
        let whole = summary.is_whole();
        if whole {
            before.trend.push(TrendPoint {
                run_id: manifest.run.id.clone(),
                as_of: manifest.run.as_of,
                by_severity: summary.by_severity.clone(),
                new: summary.new,
                resolved: summary.resolved,
            });
        }
        // Until a whole one comes after it.
        before.incomplete.extend((!whole).then(|| (stored.id().to_owned(), manifest.run.as_of)));
        if stored.pruned {
            continue;
        }
        // If they are still those that its manifest names.
        match Findings::of_run(&stored.path, Some(&manifest)) {
            Ok(Findings { findings: entries, .. }) => {
                for entry in &entries {
                    let day = manifest.run.as_of;
                    let new = Seen { first: entry.first_seen, last: day, number: stored.number() };
                    let seen = before.seen.entry(entry.id.clone()).or_insert(new);
                    (seen.first, seen.last) = (entry.first_seen.min(seen.first), day.max(seen.last));
                }
                if whole {
                    before.incomplete.clear();
                    let findings = entries.into_iter().map(|entry| (entry.id.clone(), entry)).collect();
                    before.baseline = Some(Baseline { stored: stored.clone(), manifest, findings });
                }
            }
            Err(error) => before.notes.push(format!("The run {} was not used for the history: {error:#}.", stored.id())),
        }
    }
    before
}

/// Runs that this one is not compared with.
pub(super) fn notes_on_incomplete(before: &Before, notes: &mut Vec<String>) {
    notes.extend(before.incomplete.iter().map(|(id, as_of)| {
        format!("The run {id} of {as_of} had incomplete evidence: nothing is compared with it, and it is not in the trend.")
    }));
}

/// That the clock went back since the run before this number: who has left is judged by it.
pub fn clock_went_back(listing: &Listing, number: u64, started: DateTime<Utc>) -> Option<String> {
    let newest = listing.runs.iter().rev().find(|stored| stored.number() < number)?;
    let then = newest.head.run.started;
    (then > started).then(|| {
        format!(
            "The clock went back: this run began at {}, the run before it ({}) at {}. Who leaves in between is no leaver yet; if the \
             clock is wrong, set it and run again",
            run::moment(started),
            newest.id(),
            run::moment(then)
        )
    })
}

/// What the order of runs and the day that is judged say of each other.
pub(super) fn notes_on_time(before: &Before, present: &Present<'_>, notes: &mut Vec<String>) {
    let as_of = present.reconciliation.as_of;
    if let Some(baseline) = before.baseline.as_ref().filter(|baseline| baseline.as_of() > as_of) {
        notes.push(format!(
            "This run judges {as_of}, an earlier day than the run it is compared with ({}, {}).",
            baseline.manifest.run.id,
            baseline.as_of()
        ));
    }
}
