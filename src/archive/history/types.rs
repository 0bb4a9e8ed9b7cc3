//! What is known of a run's findings over time.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, NaiveDate, Utc};

use super::last_review::LastReview;
use crate::archive::store::RunInfo;
use crate::archive::store::manifest::{self, RunSummary};
use crate::config::Loaded;
use crate::directory::People;
use crate::domo::Accounts;
use crate::reconcile::{FindingId, Reconciliation};
use crate::terms::{Kind, Severity, TokenSort, words};

words! {
    /// A finding's place in time.
    #[allow(missing_docs)]
    State {
        New = "new",
        Open = "open",
        Changed = "changed",
        Reappeared = "reappeared",
    }
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
    /// How it went away.
    pub how: How,
}

/// How a finding went away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum How {
    /// An action of the last plan did it: who approved it, and when it was read back.
    Ours(String),
    /// Nothing of ours did it: somebody else set it right.
    Itself,
    /// The account or the person it was about is not read any more.
    Gone,
    /// It was about the time between two runs, and what happened then stands: nobody took it back.
    Stands,
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
    pub findings: u64,
}

/// A sentence on what people did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// It.
    pub text: String,
    /// What in it says who somebody is, or why they did it: which of these, and the words.
    pub named: Vec<(TokenSort, String)>,
}

/// This run's findings against the archive.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct History {
    /// None in a first run.
    pub previous: Option<Previous>,
    /// For every finding of this run.
    pub lifecycle: HashMap<FindingId, Lifecycle>,
    /// Not found any more since the previous run: resolved, gone with the row it was about, or out of the time that is compared.
    pub resolved: Vec<Resolved>,
    /// Findings of the previous run that are not here because this one could not test for them: neither open nor resolved.
    /// Previous − resolved − gone − stands − unjudged + new + reappeared = now.
    pub unjudged: u64,
    /// The last twelve runs, oldest first, this one included.
    pub trend: Vec<TrendPoint>,
    /// Parameters that changed since the previous run, as sentences.
    pub parameters_changed: Vec<String>,
    /// What was applied since the previous run, by whom, as sentences; and access that came back after it was taken.
    pub applied: Vec<Sentence>,
    /// What people decided on the plan of the previous run; none where it had none.
    pub last_review: Option<LastReview>,
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

    /// The numbers of a judgement and its self.
    pub fn summary(&self, reconciliation: &Reconciliation) -> RunSummary {
        let mut by_kind = BTreeMap::new();
        for finding in &reconciliation.findings {
            *by_kind.entry(finding.kind).or_default() += 1;
        }
        RunSummary {
            compared_with: self.previous.as_ref().map(|previous| previous.run_id.clone()),
            evidence: reconciliation.evidence.clone(),
            accounts: reconciliation.accounts,
            people: reconciliation.people,
            by_severity: manifest::by_severity(reconciliation),
            by_kind,
            accepted: reconciliation.findings.iter().filter(|finding| !finding.is_open()).count() as u64,
            new: self.appeared(),
            resolved: self.resolved(),
            gone: self.gone(),
            stands: self.stands(),
            unjudged: self.unjudged,
            access: {
                let counts = reconciliation.access.iter().flat_map(|access| access.counts());
                counts.map(|(word, count)| (word.to_owned(), count)).collect()
            },
            held_against: reconciliation.past.sizes,
        }
    }

    /// Findings of the previous run that somebody or something set right.
    pub fn resolved(&self) -> u64 {
        self.resolved.len() as u64 - self.gone() - self.stands()
    }

    /// Gains of rights that the previous run found, and that nobody took back: they are compared with the last run only.
    pub fn stands(&self) -> u64 {
        self.resolved.iter().filter(|resolved| resolved.how == How::Stands).count() as u64
    }

    /// Findings of the previous run whose account or person is not read any more: nobody set them right.
    pub fn gone(&self) -> u64 {
        self.resolved.iter().filter(|resolved| resolved.how == How::Gone).count() as u64
    }

    /// How many findings are in this state.
    pub fn count(&self, state: State) -> u64 {
        self.lifecycle.values().filter(|lifecycle| lifecycle.state == state).count() as u64
    }
}

impl Lifecycle {
    pub(super) fn new(first_seen: NaiveDate) -> Self {
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
