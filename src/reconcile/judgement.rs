//! What a reconciliation is given, and what it says: every account and every person in exactly one situation, and the totals
//! balance.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::{Result, ensure};
use chrono::NaiveDate;
use polars::prelude::DataFrame;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::access::Access;
use super::finding::{AccountRef, Finding, FindingId, PersonRef};
use super::past::Past;
use crate::config::{Config, Rights};
use crate::directory::SourceEvidence;
use crate::terms::{AccountSituation, AccountTotals, Kind, PersonTotals, words};

/// What is needed beside the two populations.
#[derive(Debug, Clone)]
pub struct Rules<'a> {
    /// The configuration; only `[match] [expected] [drift] [policy] [[exclude]] [[role]] [[exception]]` and `client_owner` are
    /// read.
    pub config: &'a Config,
    /// `acme`; part of every finding's id.
    pub instance: &'a str,
    /// The day judged.
    pub as_of: NaiveDate,
    /// The exclusions, by their place, that cover an account of another instance of the run. None where not all of them are known:
    /// then nobody can say that one covers nobody.
    pub excluded_elsewhere: Option<&'a BTreeSet<usize>>,
}

words! {
    /// Whether the report can be relied on, the better the lower.
    EvidenceStatus {
        /// Both populations are whole.
        Complete = "complete",
        /// Whole, with something a reader should know.
        Warnings = "warnings",
        /// One of them may not be whole: no plan.
        Incomplete = "incomplete",
    }
}

/// The evidence behind a reconciliation, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct EvidenceSummary {
    /// The status.
    pub status: EvidenceStatus,
    /// Why it is not `complete`: sentences.
    pub reasons: Vec<String>,
    /// How each directory was had, and what proves that it is whole. Empty in files of earlier versions of the program.
    #[serde(default)]
    pub sources: Vec<SourceEvidence>,
}

impl EvidenceSummary {
    /// Whether one of the populations may not be whole.
    pub fn is_incomplete(&self) -> bool {
        self.status == EvidenceStatus::Incomplete
    }
}

/// A check that could not run, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct NotTested {
    /// A slug: `leaver`, `dormant`, `drift.title`, `self`, ...
    pub check: String,
    /// What evidence is missing, as a sentence.
    pub why: String,
}

impl NotTested {
    pub(crate) fn new(check: &str, why: String) -> Self {
        Self { check: check.to_owned(), why }
    }
}

/// Many drifts of one cause: the same field, the same old and new value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct DriftPattern {
    /// The field.
    pub field: String,
    /// Domo's value (or the shape of it).
    pub domo: String,
    /// The directory's value (or the shape of it).
    pub directory: String,
    /// How many findings have it.
    pub count: u64,
}

/// An active account that may administer, listed whether or not there is a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Privileged {
    /// The account.
    pub account: AccountRef,
    /// What it may do, as far as that is known.
    pub rights: Rights,
    /// Its situation.
    pub situation: AccountSituation,
    /// Whom it is matched to.
    pub person: Option<PersonRef>,
    /// Findings about it.
    pub findings: Vec<FindingId>,
    /// The last sign-in or activity, where a source says so.
    pub last_seen: Option<NaiveDate>,
}

/// An active account whose address is in none of the company's domains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct External {
    /// The account.
    pub account: AccountRef,
    /// Its situation.
    pub situation: AccountSituation,
    /// Who answers for it, where an exclusion or an exception says so.
    pub owner: Option<String>,
}

/// How long active accounts have not been seen, where a source says when they were.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Dormancy {
    /// Active accounts.
    pub active: u64,
    /// Of these last seen more than `[policy] dormant_days` before the day judged.
    pub idle: u64,
    /// Of the idle those that may administer.
    pub idle_privileged: u64,
    /// Of the active those of which no sign-in is known: never, or not in the window the source covers.
    pub unseen: u64,
}

/// An exception of the configuration and what it did in this run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExceptionUse {
    /// Index into the configuration's `[[exception]]` list.
    pub index: usize,
    /// Findings it covers, or covered until it expired.
    pub findings: Vec<FindingId>,
    /// Whether it has expired on the day judged.
    pub expired: bool,
    /// Whether all that it may cover was looked for, so that one that covers nothing can be said to.
    pub tested: bool,
}

/// What was done to compare: for the report's method section.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Method {
    /// Matches by the keys that agree, such as `email + employee_number`, each with a count.
    pub matched_by: BTreeMap<String, u64>,
    /// What was normalised, as sentences with counts ("9 matches needed the alias old-acme.com = acme.com").
    pub normalised: Vec<String>,
    /// Fields compared on both sides.
    pub compared: Vec<String>,
    /// How many accounts each kind of finding was tested on.
    pub tested: BTreeMap<Kind, u64>,
}

/// Everything that was judged. Made once, changed never.
#[derive(Debug, Clone)]
pub struct Reconciliation {
    /// The instance.
    pub instance: String,
    /// The day judged.
    pub as_of: NaiveDate,
    /// Whether the evidence is whole.
    pub evidence: EvidenceSummary,
    /// The accounts by situation.
    pub accounts: AccountTotals,
    /// The people by situation.
    pub people: PersonTotals,
    /// Worst first, by [`Finding::urgency`], then id.
    pub findings: Vec<Finding>,
    /// One row an account, in the order of the accounts frame: `situation` (text), `person` (row index into the people frame or
    /// null), `matched_by` (text, keys joined by ` + `, or null).
    pub account_rows: DataFrame,
    /// One row a row of the people frame, in its order: `situation` (text), `status` (text, on the day judged), `account`
    /// (row index into the accounts frame or null).
    pub person_rows: DataFrame,
    /// Rows of several directories that are one person, by the first of them, in the order of the sources.
    pub folded: BTreeMap<u32, Vec<u32>>,
    /// Every active account that may administer, or whose rights are not known.
    pub privileged: Vec<Privileged>,
    /// None where no source says when accounts were last seen; `dormant` is not tested then.
    pub dormancy: Option<Dormancy>,
    /// Floods of drift with one cause, largest first.
    pub patterns: Vec<DriftPattern>,
    /// What each exception did.
    pub exceptions: Vec<ExceptionUse>,
    /// Access since the run that it was compared with.
    pub access: Option<Access>,
    /// What was known from before when it was judged.
    pub past: Arc<Past>,
    /// Active accounts outside the company's domains.
    pub external: Vec<External>,
    /// Checks that could not run.
    pub not_tested: Vec<NotTested>,
    /// How it was compared.
    pub method: Method,
}

impl Reconciliation {
    /// Refuses totals that do not balance, and findings with the same id.
    ///
    /// # Errors
    /// What does not balance: a defect.
    pub fn checked(self) -> Result<Self> {
        let (accounts, people) = (self.accounts.sum(), self.people.sum());
        ensure!(accounts == self.accounts.read, "{} accounts were read but {accounts} have a situation", self.accounts.read);
        ensure!(people == self.people.read, "{} people were read but {people} have a situation", self.people.read);
        let mut ids: Vec<_> = self.findings.iter().map(|finding| &finding.id).collect();
        ids.par_sort_unstable();
        ensure!(ids.windows(2).all(|pair| pair[0] != pair[1]), "two findings have the same id");
        Ok(self)
    }

    /// The same, said to be of a day that has not come yet, before anything else that is said of the evidence.
    #[must_use]
    pub fn as_forecast(self) -> Self {
        let why = format!(
            "This is a forecast: {} has not come yet. What the populations say today was judged as of that day; nothing is \
             planned, and no later run is compared with it",
            self.as_of
        );
        self.warned(why)
    }

    /// The same with this said first of its evidence.
    #[must_use]
    pub fn warned(mut self, why: String) -> Self {
        self.evidence.reasons.insert(0, why);
        self.evidence.status = self.evidence.status.max(EvidenceStatus::Warnings);
        self
    }
}
