//! What is left behind: every object that an account owns whose access a plan takes away, and who might own it next.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use anyhow::Result;
use polars::prelude::*;

use super::about::Subjects;
use super::format::{Action, Plan};
use crate::config::Config;
use crate::directory::People;
use crate::domo::Accounts;
use crate::reconcile::{Addresses, Reconciliation};
use crate::terms::AccountSituation;

/// The columns of `handover.csv`.
pub const HEADER: [&str; 8] =
    ["account_id", "email", "type", "object_id", "object_name", "proposed_owner_id", "proposed_owner_email", "why"];

/// Who might own what an account leaves behind.
#[derive(Default)]
struct Heir {
    id: Option<u64>,
    email: Option<String>,
    why: String,
}

/// One row an object, in the order of the plan's actions; none where it was not read what accounts own.
///
/// # Errors
/// None in practice: the columns are there.
pub fn rows(
    plan: Option<&Plan>,
    accounts: &Accounts,
    people: &People,
    judged: &Reconciliation,
    config: &Config,
) -> Result<Option<Vec<[String; 8]>>> {
    let Some(content) = &accounts.content else { return Ok(None) };
    let leaving: Vec<&Action> =
        plan.into_iter().flat_map(|plan| &plan.actions).filter(|action| action.kind.removes_access()).collect();
    let places: HashMap<u64, usize> =
        leaving.iter().enumerate().filter_map(|(place, action)| Some((action.account_id?, place))).collect();
    let owned = &content.owned;
    let (owners, kinds) = (owned.column("owner")?.u64()?, owned.column("type")?.str()?);
    let (ids, names) = (owned.column("id")?.str()?, owned.column("name")?.str()?);
    let mut objects: BTreeMap<usize, BTreeSet<(&str, &str, &str)>> = BTreeMap::new();
    for (owner, (kind, (id, name))) in owners.iter().zip(kinds.iter().zip(ids.iter().zip(names.iter()))) {
        if let Some(place) = owner.and_then(|owner| places.get(&owner)) {
            let object = (kind.unwrap_or_default(), name.unwrap_or_default(), id.unwrap_or_default());
            objects.entry(*place).or_default().insert(object);
        }
    }
    let heirs = Heirs::new(accounts, people, judged, config)?;
    let mut rows = Vec::new();
    for (place, objects) in objects {
        let Some(action) = leaving.get(place) else { continue };
        let heir = heirs.of(action.account_id.unwrap_or_default())?;
        let told = |value: Option<String>| value.unwrap_or_default();
        rows.extend(objects.into_iter().map(|(kind, name, id)| {
            [
                told(action.account_id.map(|id| id.to_string())),
                told(action.email.clone()),
                kind.to_owned(),
                id.to_owned(),
                name.to_owned(),
                told(heir.id.map(|id| id.to_string())),
                told(heir.email.clone()),
                heir.why.clone(),
            ]
        }));
    }
    Ok(Some(rows))
}

/// Where heirs are looked for: accounts of people who are there and entitled to theirs.
struct Heirs<'a> {
    accounts: &'a Accounts,
    persons: UInt32Chunked,
    subjects: Subjects<'a>,
    addresses: Addresses,
    rows: HashMap<u64, u32>,
    /// The rows of accounts that may own something, by address.
    by_address: HashMap<String, u32>,
    may_own: BTreeSet<u32>,
}

impl<'a> Heirs<'a> {
    fn new(accounts: &'a Accounts, people: &'a People, judged: &'a Reconciliation, config: &Config) -> Result<Self> {
        let addresses = Addresses::new(&config.matching.domain_aliases);
        let situations = judged.account_rows.column("situation")?.str()?;
        let (ids, emails) = (accounts.ids()?, accounts.emails()?);
        let (mut rows, mut by_address, mut may_own) = (HashMap::new(), HashMap::new(), BTreeSet::new());
        for (row, (id, (email, situation))) in (0u32..).zip(ids.iter().zip(emails.iter().zip(situations.iter()))) {
            rows.extend(id.map(|id| (id, row)));
            if situation == Some(AccountSituation::Matched.as_str()) {
                may_own.insert(row);
                by_address.extend(email.and_then(|email| addresses.key(email)).map(|email| (email.into_owned(), row)));
            }
        }
        let persons = judged.account_rows.column("person")?.u32()?.clone();
        let subjects = Subjects::new(accounts, people, judged, config)?;
        Ok(Self { accounts, persons, subjects, addresses, rows, by_address, may_own })
    }

    /// The account of the directory's manager, else of whom the account reports to in Domo.
    fn of(&self, account: u64) -> Result<Heir> {
        let Some(row) = self.rows.get(&account).copied() else { return Ok(Heir::default()) };
        let person = self.persons.get(row as usize);
        let about = self.subjects.facts(Some(row), person);
        let manager = about
            .manager
            .as_deref()
            .and_then(|email| self.addresses.key(email))
            .and_then(|email| self.by_address.get(email.as_ref()));
        let reports_to = self.accounts.frame.column("reports_to")?.u64()?.get(row as usize);
        let superior = reports_to.and_then(|id| self.rows.get(&id)).filter(|row| self.may_own.contains(row));
        let note = about.manager_note.map(|note| format!(", {note}")).unwrap_or_default();
        Ok(match (manager, superior) {
            (Some(row), _) => self.heir(*row, format!("manager in the directory{note}"))?,
            (None, Some(row)) => self.heir(*row, "reports to, in Domo".to_owned())?,
            (None, None) => {
                let why = match (&about.manager, reports_to) {
                    (Some(manager), _) => format!("the manager {manager} has no account that may own it"),
                    (None, Some(id)) => format!("account {id}, to whom it reports in Domo, may not own it"),
                    (None, None) => "no source names a manager".to_owned(),
                };
                Heir { why, ..Heir::default() }
            }
        })
    }

    fn heir(&self, row: u32, why: String) -> Result<Heir> {
        let email = self.accounts.emails()?.get(row as usize).map(str::to_owned);
        Ok(Heir { id: self.accounts.ids()?.get(row as usize), email, why })
    }
}
