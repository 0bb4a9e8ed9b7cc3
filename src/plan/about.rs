//! What a reviewer wants to know of whom a decision is about: severity, role, department, who leads them. It stands in the plan,
//! under its digest, so that sheets, packets and selectors say what was judged, wherever the plan lies.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::BuildHasher;

use anyhow::Result;
use chrono::NaiveDate;
use polars::prelude::*;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::config::Config;
use crate::directory::People;
use crate::domo::Accounts;
use crate::reconcile::{Addresses, Finding, Reconciliation};
use crate::terms::{Kind, Owned, Severity, Status};
use crate::text;

/// Whom a decision is about, beside the change itself. A fact that no source has is absent.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct About {
    /// What was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// How bad.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// The account's role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// As the directory has it, else as the account has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    /// As the directory has it, else as the account has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// The directory's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The address of the manager, or of the next above who is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manager: Option<String>,
    /// Why that is not the manager whom the directory names: `instead of ben@acme.com, who has left`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manager_note: Option<String>,
    /// The last sign-in or activity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<NaiveDate>,
    /// What the account owns, by type.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub owns: BTreeMap<String, u64>,
}

impl About {
    /// `14 DataSets, 2 DataFlows`
    pub fn owned(&self) -> String {
        let counted = |kind: Owned| Some(kind.counted(*self.owns.get(kind.as_str())?));
        Owned::ALL.into_iter().filter_map(counted).collect::<Vec<_>>().join(", ")
    }
}

/// A finding that needs a decision and of which the plan does nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenFinding {
    /// `F-…`
    pub finding: String,
    /// None where it is about no account.
    pub account_id: Option<u64>,
    /// The account's e-mail, or the person's.
    pub email: Option<String>,
    /// The account's name, or the person's; without one the row or the rule that it is about.
    pub name: Option<String>,
    /// What differs, as Domo has it, by field.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub before: BTreeMap<String, String>,
    /// The same as the directory has it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub after: BTreeMap<String, String>,
    /// One sentence a reviewer understands.
    pub why: String,
    /// Whom it is about.
    pub about: About,
}

impl OpenFinding {
    /// Of a finding, with what is known of whom it is about.
    pub(super) fn of(finding: &Finding, about: About) -> Self {
        let side = |value: &Option<String>| value.clone().unwrap_or_default();
        // What nobody has a name for is called as the report calls it: by its row, or by the rule.
        let place = || {
            finding.person.as_ref().map(|person| format!("{} row {}", person.source, person.row)).or_else(|| finding.rule.clone())
        };
        Self {
            finding: finding.id.0.clone(),
            account_id: finding.account.as_ref().and_then(|account| account.id),
            email: finding.email().map(str::to_owned),
            name: finding.name().map(str::to_owned).or_else(place),
            before: finding.drift.iter().map(|drift| (drift.field.clone(), side(&drift.domo))).collect(),
            after: finding.drift.iter().map(|drift| (drift.field.clone(), side(&drift.directory))).collect(),
            why: finding.reason.clone(),
            about,
        }
    }
}

/// The two populations, where facts about a subject are looked up.
pub struct Subjects<'a> {
    read: &'a Accounts,
    account: Facts<'a>,
    person: Facts<'a>,
    role: &'a StringChunked,
    last_login: &'a Int32Chunked,
    people: &'a People,
    source: &'a UInt32Chunked,
    managers: Managers<'a>,
    /// What it is known of that accounts own.
    known: BTreeSet<Owned>,
}

/// What both populations say of somebody.
struct Facts<'a> {
    department: &'a StringChunked,
    location: &'a StringChunked,
}

impl<'a> Facts<'a> {
    fn new(frame: &'a DataFrame) -> Result<Self> {
        Ok(Self { department: frame.column("department")?.str()?, location: frame.column("location")?.str()? })
    }
}

impl<'a> Subjects<'a> {
    /// Over the populations as they were judged.
    ///
    /// # Errors
    /// None in practice: the columns are there.
    pub fn new(accounts: &'a Accounts, people: &'a People, judged: &Reconciliation, config: &Config) -> Result<Self> {
        let status = judged.person_rows.column("status")?.str()?.clone();
        let managers = Managers::new(people, status, Addresses::new(&config.matching.domain_aliases))?;
        Ok(Self {
            read: accounts,
            account: Facts::new(&accounts.frame)?,
            person: Facts::new(&people.frame)?,
            role: accounts.frame.column("role")?.str()?,
            last_login: accounts.frame.column("last_login")?.date()?.physical(),
            people,
            source: people.frame.column("source")?.u32()?,
            managers,
            known: accounts.known_kinds(),
        })
    }

    /// What is known of a finding's subject.
    pub fn about(&self, finding: &Finding) -> About {
        let account = finding.account.as_ref().map(|account| account.index);
        let person = finding.person.as_ref().and_then(|person| person.index);
        About { kind: Some(finding.kind), severity: Some(finding.severity), ..self.facts(account, person) }
    }

    /// What is known of an account and of the person it belongs to, by their rows in the frames.
    pub fn facts(&self, account: Option<u32>, person: Option<u32>) -> About {
        let of_account = |column: &StringChunked| account.and_then(|row| text(column, row));
        let of_person = |column: &StringChunked| person.and_then(|row| text(column, row));
        let source = person.and_then(|row| self.people.sources.get(self.source.get(row as usize)? as usize));
        let last_seen = account.and_then(|row| NaiveDate::from_epoch_days(self.last_login.get(row as usize)?));
        let owner = account.filter(|_| !self.known.is_empty());
        let owns = |row: u32| self.read.owned(row as usize).into_iter().filter(|(kind, _)| self.known.contains(kind));
        let (manager, manager_note) = person.map(|row| self.managers.of(row)).unwrap_or_default();
        About {
            kind: None,
            severity: None,
            role: of_account(self.role),
            department: of_person(self.person.department).or_else(|| of_account(self.account.department)),
            location: of_person(self.person.location).or_else(|| of_account(self.account.location)),
            source: source.map(|source| source.name.clone()),
            manager,
            manager_note,
            last_seen,
            owns: owner.into_iter().flat_map(owns).map(|(kind, count)| (kind.as_str().to_owned(), count)).collect(),
        }
    }
}

fn text(column: &StringChunked, row: u32) -> Option<String> {
    Some(text::folded(column.get(row as usize)?).into_owned()).filter(|value| !value.is_empty())
}

/// Who leads whom, among the people read.
struct Managers<'a> {
    emails: &'a StringChunked,
    managers: &'a StringChunked,
    status: StringChunked,
    addresses: Addresses,
    /// Of those who are named as managers: the first row of the address whose person is there, else the first.
    rows: PlHashMap<Cow<'a, str>, u32>,
}

impl<'a> Managers<'a> {
    fn new(people: &'a People, status: StringChunked, addresses: Addresses) -> Result<Self> {
        let (emails, managers) = (people.frame.column("email")?.str()?, people.frame.column("manager_email")?.str()?);
        let mut led = Self { emails, managers, status, addresses, rows: PlHashMap::new() };
        // Hashes are enough to pass over most of those who lead nobody.
        let hash = |key: &str| PlFixedStateQuality::default().hash_one(key);
        let addresses: Vec<&str> = managers.iter().flatten().collect();
        let named = addresses.par_iter().filter_map(|address| led.addresses.key(&text::folded(address)).map(|key| hash(&key)));
        let named: PlHashSet<u64> = named.collect::<Vec<_>>().into_iter().collect();
        let rows: Vec<(u32, &str)> = (0u32..).zip(emails.iter()).filter_map(|(row, email)| Some((row, email?))).collect();
        let key = |(row, email)| led.addresses.key(email).filter(|key| named.contains(&hash(key))).map(|key| (row, key));
        for (row, key) in rows.into_par_iter().filter_map(key).collect::<Vec<_>>() {
            match led.rows.get(&key) {
                Some(known) if led.is_there(*known) || !led.is_there(row) => {}
                _ => drop(led.rows.insert(key, row)),
            }
        }
        Ok(led)
    }

    /// On leave counts: whoever is on leave has not left.
    fn is_there(&self, row: u32) -> bool {
        !matches!(self.status(row), Some(Status::Terminated | Status::Suspended | Status::Prehire))
    }

    fn status(&self, row: u32) -> Option<Status> {
        self.status.get(row as usize).and_then(Status::from_word)
    }

    /// Who decides about a person: the manager, or the next above who is there and is not the person. And why not the manager.
    fn of(&self, person: u32) -> (Option<String>, Option<String>) {
        let key = |address: &str| self.addresses.key(address).map(Cow::into_owned);
        let own = self.emails.get(person as usize).and_then(key);
        let mut seen = BTreeSet::new();
        let mut passed: Vec<String> = Vec::new();
        let mut row = person;
        loop {
            let Some(address) = self.managers.get(row as usize).map(text::folded).filter(|address| !address.is_empty()) else {
                return (None, nobody(&passed, "and names nobody above"));
            };
            let Some(key) = key(&address) else { return (None, None) };
            if !seen.insert(key.clone()) {
                return (None, nobody(&passed, "and the directory leads in a circle"));
            }
            let Some(above) = self.rows.get(key.as_str()).copied() else {
                // An address that is nobody's row can be written to all the same.
                return (Some(address.into_owned()), note(&passed));
            };
            if own.as_deref() == Some(key.as_str()) {
                passed.push(format!("{address}, whom this is about"));
            } else if self.is_there(above) {
                let address = self.emails.get(above as usize).unwrap_or(&address);
                return (Some(text::folded(address).into_owned()), note(&passed));
            } else {
                let word = if self.status(above) == Some(Status::Terminated) { "has left" } else { "is not there" };
                passed.push(format!("{address}, who {word}"));
            }
            row = above;
        }
    }
}

fn note(passed: &[String]) -> Option<String> {
    (!passed.is_empty()).then(|| format!("instead of {}", passed.join(", ")))
}

fn nobody(passed: &[String], why: &str) -> Option<String> {
    (!passed.is_empty()).then(|| format!("nobody: {}, {why}", passed.join(", ")))
}
