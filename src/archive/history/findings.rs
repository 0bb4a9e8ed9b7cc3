//! `findings.json`, version 1: the file other programs read. Its types are apart from those inside, so that a change there cannot
//! change the file unnoticed; a test compares their schema with the one of the version.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result, bail};
use chrono::{DateTime, NaiveDate, Utc};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use super::types::{History, Lifecycle, State};
use crate::archive::store::inputs::intact;
use crate::archive::store::{Manifest, RunFolder, RunInfo};
use crate::failure::Failure;
use crate::reconcile::{AcceptedBy, AccountRef, EvidenceSummary, Finding, FindingId, NotTested, PersonRef, Reconciliation};
use crate::terms::names::FINDINGS;
use crate::terms::{AccountTotals, ActionKind, Key, Kind, PersonTotals, Severity, Status};

/// What stands in `schema`.
pub const SCHEMA: &str = "domo-reconcile/findings/v1";

/// The whole file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Findings {
    /// [`SCHEMA`]
    pub schema: String,
    /// The run.
    pub run: Run,
    /// Whether both populations are whole.
    pub evidence: EvidenceSummary,
    /// The counts after `read` add up to it.
    pub accounts: AccountTotals,
    /// The counts after `read` add up to it.
    pub people: PersonTotals,
    /// Checks that could not run, and why.
    #[serde(default)]
    pub not_tested: Vec<NotTested>,
    /// Worst first. Kinds that a reader does not know are a newer version's: it passes over them.
    #[serde(deserialize_with = "of_known_kinds")]
    pub findings: Vec<Entry>,
}

fn of_known_kinds<'de, D: Deserializer<'de>>(all: D) -> Result<Vec<Entry>, D::Error> {
    #[derive(Deserialize)]
    struct OfKind {
        kind: String,
    }
    let all = Vec::<&'de RawValue>::deserialize(all)?;
    let known = all.into_iter().enumerate().filter_map(|(place, entry)| {
        let read = serde_json::from_str(entry.get()).and_then(|OfKind { kind }| match Kind::from_word(&kind).is_some() {
            true => serde_json::from_str(entry.get()).map(Some),
            false => Ok(None),
        });
        let in_place = |error| D::Error::custom(format!("finding {} of the list: {error}", place + 1));
        read.map_err(in_place).transpose()
    });
    known.collect()
}

/// An action that a newer version proposes is none of this one's.
fn of_known_actions<'de, D: Deserializer<'de>>(action: D) -> Result<Option<ActionKind>, D::Error> {
    let word = Option::<String>::deserialize(action)?;
    Ok(word.as_deref().and_then(ActionKind::from_word))
}

/// The part of a run's identity that the file shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[allow(missing_docs)]
pub struct Run {
    pub id: String,
    pub started: DateTime<Utc>,
    pub finished: DateTime<Utc>,
    /// The day judged.
    pub as_of: NaiveDate,
    pub instance: String,
    /// The tool's version.
    pub version: String,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Entry {
    /// Stable from run to run.
    pub id: FindingId,
    /// What was found.
    pub kind: Kind,
    /// How bad.
    pub severity: Severity,
    /// The account; null where the subject is a person or a rule.
    pub account: Option<Account>,
    /// The person; null where the subject is an account alone or a rule.
    pub person: Option<Person>,
    /// The keys that agree.
    pub matched_by: Vec<Key>,
    /// The fields that differ.
    pub drift: Vec<Drift>,
    /// One sentence a reviewer understands.
    pub reason: String,
    /// What the policy proposes.
    #[serde(deserialize_with = "of_known_actions")]
    pub action: Option<ActionKind>,
    /// The exception that covers it.
    pub exception: Option<AcceptedBy>,
    /// A demotion has nothing left to take from the account.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub restricted: bool,
    /// Against the previous run in the archive.
    pub state: State,
    /// The day judged by the first run that had it.
    pub first_seen: NaiveDate,
    /// Why it cannot be evaluated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What the account owns, where that is known: `{"datasets": 14}`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub owns: BTreeMap<String, u64>,
    /// The day on which the account was last seen, where a source says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<NaiveDate>,
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[allow(missing_docs)]
pub struct Account {
    /// Null where the source has no ids.
    pub id: Option<u64>,
    pub email: Option<String>,
    pub name: Option<String>,
    pub role: Option<String>,
    pub active: bool,
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[allow(missing_docs)]
pub struct Person {
    /// The file's name.
    pub source: String,
    /// 1-based as a spreadsheet shows it; in JSON the item's position from 1.
    pub row: u32,
    pub email: Option<String>,
    pub employee_number: Option<String>,
    pub name: Option<String>,
    /// On the day judged.
    pub status: Status,
    pub termination_date: Option<NaiveDate>,
}

/// One field that differs, values as stored on either side; null is empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[allow(missing_docs)]
pub struct Drift {
    pub field: String,
    pub domo: Option<String>,
    pub directory: Option<String>,
}

impl Findings {
    /// The file of a run.
    pub fn of(run: &RunInfo, reconciliation: &Reconciliation, history: &History) -> Self {
        Self {
            schema: SCHEMA.to_owned(),
            run: run.into(),
            evidence: reconciliation.evidence.clone(),
            accounts: reconciliation.accounts,
            people: reconciliation.people,
            not_tested: reconciliation.not_tested.clone(),
            findings: {
                let lifecycle = |finding: &Finding| history.lifecycle.get(&finding.id);
                let entries = reconciliation.findings.iter();
                entries.map(|finding| Entry::of(finding, reconciliation.as_of, lifecycle(finding))).collect()
            },
        }
    }

    /// Those of a stored run, if they are the ones that its manifest names; a newer version's manifest names them in a way that is
    /// not read.
    ///
    /// # Errors
    /// They were altered, besides what [`read`](Self::read) fails with.
    pub fn of_run(folder: &Path, manifest: Option<&Manifest>) -> Result<Self> {
        manifest.map_or(Ok(()), |manifest| intact(folder, manifest, FINDINGS))?;
        Self::read(&folder.join(FINDINGS))
    }

    /// Reads a file of this version; a newer one is refused with a clear word.
    ///
    /// # Errors
    /// The file cannot be read, is no findings file, or is of a version that this program does not know.
    pub fn read(path: &Path) -> Result<Self> {
        #[derive(Deserialize)]
        struct Versioned {
            schema: String,
        }
        let bytes = crate::files::read_plain(path).with_context(|| format!("reading {}", path.display()))?;
        let not_findings = || format!("{} is not a findings file", path.display());
        let Versioned { schema } = serde_json::from_slice(&bytes).with_context(not_findings)?;
        if schema != SCHEMA {
            let newer = Failure::failed(format!("{} is a file of version `{schema}`; this program reads {SCHEMA}", path.display()));
            bail!(newer.hint("use the version of domo-reconcile that wrote it, or a newer one"));
        }
        serde_json::from_slice(&bytes).with_context(not_findings)
    }

    /// Puts the file into a run folder.
    ///
    /// # Errors
    /// The folder has such a file already, or it cannot be written.
    pub fn keep(&self, folder: &RunFolder) -> Result<()> {
        let mut out = folder.file(FINDINGS)?;
        self.write(&mut out)?;
        out.finish(Some(self.findings.len() as u64)).map(drop)
    }

    /// Writes the file: the same findings are the same bytes.
    ///
    /// # Errors
    /// `out` cannot be written.
    pub fn write(&self, mut out: impl Write) -> Result<()> {
        serde_json::to_writer_pretty(&mut out, self)?;
        Ok(out.write_all(b"\n")?)
    }
}

impl From<&RunInfo> for Run {
    fn from(run: &RunInfo) -> Self {
        Self {
            id: run.id.clone(),
            started: run.started,
            finished: run.finished,
            as_of: run.as_of,
            instance: run.instance.clone(),
            version: run.version.clone(),
        }
    }
}

impl Entry {
    /// One finding of a run that judged this day; without a lifecycle it is new.
    pub fn of(finding: &Finding, as_of: NaiveDate, lifecycle: Option<&Lifecycle>) -> Self {
        let drift = finding.drift.iter();
        Self {
            id: finding.id.clone(),
            kind: finding.kind,
            severity: finding.severity,
            account: finding.account.as_ref().map(Account::from),
            person: finding.person.as_ref().map(Person::from),
            matched_by: finding.matched_by.clone(),
            drift: drift
                .map(|field| Drift { field: field.field.clone(), domo: field.domo.clone(), directory: field.directory.clone() })
                .collect(),
            reason: finding.reason.clone(),
            action: finding.action,
            exception: finding.exception.clone(),
            restricted: finding.restricted,
            state: lifecycle.map_or(State::New, |lifecycle| lifecycle.state),
            first_seen: lifecycle.map_or(as_of, |lifecycle| lifecycle.first_seen),
            code: finding.code.map(str::to_owned),
            owns: finding.owns.iter().map(|(kind, count)| (kind.as_str().to_owned(), *count)).collect(),
            last_seen: finding.last_seen,
        }
    }

    /// Whom or what it is about, as a person would say it.
    pub fn subject(&self) -> String {
        let account = self.account.as_ref().and_then(|account| {
            let named = account.email.clone().or_else(|| account.name.clone());
            named.or_else(|| account.id.map(|id| format!("account {id}")))
        });
        let person = self.person.as_ref().map(|person| {
            let named = person.email.clone().or_else(|| person.name.clone());
            named.unwrap_or_else(|| format!("{} row {}", person.source, person.row))
        });
        account.or(person).unwrap_or_else(|| "a rule of the configuration".to_owned())
    }
}

impl From<&AccountRef> for Account {
    fn from(account: &AccountRef) -> Self {
        Self {
            id: account.id,
            email: account.email.clone(),
            name: account.name.clone(),
            role: account.role.clone(),
            active: account.active,
        }
    }
}

impl From<&PersonRef> for Person {
    fn from(person: &PersonRef) -> Self {
        Self {
            source: person.source.clone(),
            row: person.row,
            email: person.email.clone(),
            employee_number: person.employee_number.clone(),
            name: person.name.clone(),
            status: person.status,
            termination_date: person.termination_date,
        }
    }
}
