//! `manifest.json`, version 1: what a run read, what it made, and the link to the run before it.
//!
//! Versions: a file of an older version is read for ever; of a newer one only what the chain needs ([`Head`]) is read, and it is
//! never written. It holds no name, e-mail or other value of a person, so that it can be kept when the run is pruned.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize};

use super::RunInfo;
use crate::config::Loaded;
use crate::reconcile::{EvidenceSummary, Reconciliation, Sizes};
use crate::terms::{AccountTotals, Kind, PersonTotals, Severity};
use crate::{digest, directory, domo};

/// Roles of inputs: what a later run saw beside an earlier one.
pub const JOURNAL: &str = "journal";
pub(in crate::archive) const DECISIONS: &str = "decisions";
pub(in crate::archive) const RECORD: &str = "record";

/// What stands in `schema`.
pub const SCHEMA: &str = "domo-reconcile/manifest/v1";

/// The whole file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Manifest {
    /// [`SCHEMA`]
    pub schema: String,
    /// Which run, when, who.
    pub run: RunInfo,
    /// Its place in the archive's chain, from 1. Runs are ordered by it, not by the clock.
    pub number: u64,
    /// The run before it in the archive; none for the first.
    pub previous: Option<RunLink>,
    /// The run whose snapshot was judged again, where this is a replay.
    #[serde(default)]
    pub replay_of: Option<RunLink>,
    /// Every file that was read.
    pub inputs: Vec<InputEntry>,
    /// The rules.
    pub config: ConfigDigest,
    /// How the accounts were read.
    pub accounts: Option<AccountsRead>,
    /// How each directory export was understood.
    pub directory: Vec<directory::Source>,
    /// What was found, in numbers.
    pub summary: Option<RunSummary>,
    /// The remediation plan, where there is one.
    pub plan: Option<PlanDigest>,
    /// Every file of the folder but this one.
    pub files: Vec<FileEntry>,
}

/// Another run, by its id and the SHA-256 of its manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(rename = "Link")] // as the schema of manifests has called it from the first
#[allow(missing_docs)]
pub struct RunLink {
    pub run_id: String,
    pub manifest_sha256: String,
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(rename = "Input")] // as the schema of manifests has called it from the first
pub struct InputEntry {
    /// `accounts` or `directory`; `journal`, `decisions` or `record` for what was beside an earlier run at the time.
    pub role: String,
    /// The file's name without its folder, or the endpoint; beside an earlier run `<its id>/<name>`.
    pub name: String,
    /// Of the file; of the snapshot where accounts came from the API.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
    /// Rows, rejected ones included; lines of a journal; decisions; 0 of what has none, such as a page.
    pub rows: u64,
}

impl InputEntry {
    /// Whether a file that only grows still begins with what was recorded of it.
    pub fn begins(&self, bytes: &[u8]) -> bool {
        let then = usize::try_from(self.bytes).ok().and_then(|length| bytes.get(..length));
        then.is_some_and(|then| digest::sha256(then) == self.sha256)
    }
}

/// The configuration that was in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ConfigDigest {
    /// The file; none where the defaults were used.
    pub file: Option<String>,
    /// SHA-256 of its text; of nothing where there is no file.
    pub sha256: String,
}

impl ConfigDigest {
    /// Of this configuration.
    pub fn of(loaded: &Loaded) -> Self {
        let file = loaded.path.as_deref().and_then(std::path::Path::file_name);
        Self { file: file.map(|name| name.to_string_lossy().into_owned()), sha256: digest::sha256(&loaded.text) }
    }
}

/// How the accounts were read and which columns they have.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct AccountsRead {
    /// Pages, passes, retries.
    pub evidence: domo::Evidence,
    /// Columns that the source carries at all.
    pub provided: Vec<String>,
}

/// What was found, in numbers: enough for the trend when the run itself has been pruned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(rename = "Summary")] // as the schema of manifests has called it from the first
#[allow(missing_docs)]
pub struct RunSummary {
    /// The run it was compared with, where there was one; not always the previous one of the chain.
    #[serde(default)]
    pub compared_with: Option<String>,
    pub evidence: EvidenceSummary,
    pub accounts: AccountTotals,
    pub people: PersonTotals,
    pub by_severity: BTreeMap<Severity, u64>,
    /// Of the kinds that the reader knows.
    #[serde(deserialize_with = "of_known_kinds")]
    pub by_kind: BTreeMap<Kind, u64>,
    /// Findings that an exception covers; they are counted above too.
    pub accepted: u64,
    /// Findings that the run it was compared with did not have: new ones, and those that are back.
    pub new: u64,
    /// Findings of the run it was compared with that were set right.
    pub resolved: u64,
    /// Findings of that run whose account or person was not read any more. In files of earlier versions they count as resolved.
    #[serde(default, skip_serializing_if = "crate::terms::is_zero")]
    pub gone: u64,
    /// Gains of rights that run found and nobody took back: they are compared with the last run only.
    #[serde(default, skip_serializing_if = "crate::terms::is_zero")]
    pub stands: u64,
    /// Findings of that run for which this one could not test.
    #[serde(default, skip_serializing_if = "crate::terms::is_zero")]
    pub unjudged: u64,
    /// Changes of access since that run, by sort.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub access: BTreeMap<String, u64>,
    /// How many there were when somebody last vouched for that: what it may not be more than 10 % smaller than.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_against: Option<Sizes>,
}

fn of_known_kinds<'de, D: Deserializer<'de>>(counts: D) -> Result<BTreeMap<Kind, u64>, D::Error> {
    let counts = BTreeMap::<String, u64>::deserialize(counts)?;
    let known = |(word, count): (String, u64)| Some((Kind::from_word(&word)?, count));
    Ok(counts.into_iter().filter_map(known).collect())
}

impl RunSummary {
    /// Whether both populations were whole.
    pub fn is_whole(&self) -> bool {
        !self.evidence.is_incomplete()
    }

    /// All findings.
    pub fn findings(&self) -> u64 {
        self.by_severity.values().sum()
    }
}

/// Findings by severity; every severity has its number.
pub(in crate::archive) fn by_severity(reconciliation: &Reconciliation) -> BTreeMap<Severity, u64> {
    let mut by_severity: BTreeMap<_, u64> = Severity::ALL.map(|severity| (severity, 0)).into();
    for finding in &reconciliation.findings {
        *by_severity.entry(finding.severity).or_default() += 1;
    }
    by_severity
}

/// The plan as the run wrote it. Decisions are recorded in it afterwards; its digest does not cover them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[allow(missing_docs)]
pub struct PlanDigest {
    pub id: String,
    pub digest: String,
    pub expires: DateTime<Utc>,
    pub actions: u64,
    /// The guards that held it back when it was made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused_by: Vec<String>,
}

impl PlanDigest {
    /// Of this plan.
    pub fn of(plan: &crate::plan::Plan) -> Self {
        Self {
            id: plan.id.clone(),
            digest: plan.digest.clone(),
            expires: plan.expires,
            actions: plan.actions.len() as u64,
            refused_by: plan.refused_by().into_iter().map(str::to_owned).collect(),
        }
    }
}

/// A file of the run folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct FileEntry {
    /// Its name in the folder.
    pub name: String,
    /// Records, where it has them (header lines do not count).
    pub rows: Option<u64>,
    /// Its size.
    pub bytes: u64,
    /// `sha256:…`
    pub sha256: String,
}

impl FileEntry {
    /// The digest as pages show it: 64 hexadecimal digits.
    pub fn digits(&self) -> &str {
        self.sha256.trim_start_matches("sha256:")
    }
}

impl Manifest {
    /// The manifest of a run that has not judged anything yet. [`super::RunFolder::complete`] fills in the number, the link and
    /// the files.
    pub fn new(run: RunInfo, config: ConfigDigest) -> Self {
        Self {
            schema: SCHEMA.to_owned(),
            run,
            number: 0,
            previous: None,
            replay_of: None,
            inputs: Vec::new(),
            config,
            accounts: None,
            directory: Vec::new(),
            summary: None,
            plan: None,
            files: Vec::new(),
        }
    }

    /// What was read from Domo or from a file instead.
    pub fn accounts(mut self, accounts: &domo::Accounts) -> Self {
        let evidence = &accounts.evidence;
        self.inputs.push(InputEntry {
            role: "accounts".to_owned(),
            name: evidence.source.clone(),
            sha256: digest::named(&evidence.sha256),
            bytes: evidence.bytes,
            // The snapshot may be on its way to the disk by now.
            rows: accounts.frame.height() as u64,
        });
        let provided = accounts.provided.iter().cloned().collect();
        self.accounts = Some(AccountsRead { evidence: evidence.clone(), provided });
        self
    }

    /// What was read of the directory.
    pub fn people(mut self, people: &directory::People) -> Self {
        self.inputs.extend(people.sources.iter().map(|source| InputEntry {
            role: "directory".to_owned(),
            name: source.name.clone(),
            sha256: digest::named(&source.sha256),
            bytes: source.bytes,
            rows: source.rows,
        }));
        self.directory = people.sources.clone();
        self
    }

    /// What was found and what is proposed.
    pub fn judged(mut self, summary: RunSummary, plan: Option<&crate::plan::Plan>) -> Self {
        self.summary = Some(summary);
        self.plan = plan.map(PlanDigest::of);
        self
    }

    /// What it judged, where another run may be compared with it: no replay, no forecast.
    pub fn comparable(&self) -> Option<&RunSummary> {
        self.summary.as_ref().filter(|_| self.replay_of.is_none() && !self.run.forecast)
    }

    /// Parses `manifest.json`.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self> {
        serde_json::from_slice(bytes).context("not a manifest of this version")
    }
}

/// What every version of the manifest has at the same place: enough to follow the chain through runs of newer versions.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[allow(missing_docs)]
pub struct Head {
    pub schema: String,
    pub run: HeadRun,
    pub number: u64,
    pub previous: Option<RunLink>,
    #[serde(default)]
    pub files: Vec<FileEntry>,
}

/// The part of [`RunInfo`] that a [`Head`] has.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[allow(missing_docs)]
pub struct HeadRun {
    pub id: String,
    pub started: DateTime<Utc>,
    pub instance: String,
}
