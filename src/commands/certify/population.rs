//! The accounts that are to be confirmed, as the run read and judged them.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result};
use serde_json::{Map, Value};

use crate::archive::replay::Stored;
use crate::domo::extras;
use crate::plan::about::{About, Subjects};
use crate::plan::certification::{CertificationRecord, Confirmed};
use crate::plan::coverage::Outside;
use crate::plan::fields;
use crate::reconcile::{self, Finding};
use crate::terms::{AccountSituation, Scope, Severity};
use crate::text;

/// The accounts of a run, in scope and not.
pub(super) struct ScopedAccounts {
    /// In scope, worst first.
    pub(super) accounts: Vec<Confirmed>,
    /// Those that are not.
    pub(super) outside: Vec<Outside>,
}

/// The accounts in scope. `all`: every active account that is not excluded. They are judged without the runs before, so that a row
/// is the same when it comes back, whatever became of those meanwhile. What somebody has answered stays in scope, however narrow
/// that becomes.
pub(super) fn of(stored: &Stored, scope: Scope, record: &CertificationRecord) -> Result<ScopedAccounts> {
    let config = &stored.config.config;
    let judged = reconcile::reconcile(&stored.accounts, &stored.people, &stored.rules(config))?;
    let subjects = Subjects::new(&stored.accounts, &stored.people, &judged, config)?;
    let names = stored.people.names()?;
    let (their_emails, their_further) =
        (stored.people.frame.column("email")?.str()?, stored.people.frame.column("alternate_email")?.list()?);
    let mut found: BTreeMap<u32, Vec<&Finding>> = BTreeMap::new();
    for finding in judged.findings.iter().filter(|finding| finding.is_open()) {
        if let Some(account) = &finding.account {
            found.entry(account.index).or_default().push(finding);
        }
    }
    let privileged: BTreeSet<u32> = judged.privileged.iter().map(|one| one.account.index).collect();
    let frame = &stored.accounts.frame;
    let (ids, active) = (frame.column("id")?.u64()?, frame.column("active")?.bool()?);
    let (emails, account_names, groups) =
        (frame.column("email")?.str()?, frame.column("name")?.str()?, frame.column("groups")?.list()?);
    let (role_ids, administers) = (frame.column("role_id")?.str()?, frame.column("administers")?.bool()?);
    let (situations, persons) = (judged.account_rows.column("situation")?.str()?, judged.account_rows.column("person")?.u32()?);
    let key = |row: usize| {
        let id = ids.get(row).map(|id| id.to_string());
        id.or_else(|| emails.get(row).map(str::to_owned)).unwrap_or_else(|| format!("line {}", row + 1))
    };
    let answered = record.standing();
    let mut outside = Vec::new();
    let mut accounts = Vec::new();
    for row in 0..frame.height() {
        let index = u32::try_from(row)?;
        let out = match situations.get(row) {
            Some(word) if word == AccountSituation::Excluded.as_str() => Some("excluded by the configuration"),
            _ if active.get(row) == Some(false) => Some("not active"),
            _ if answered.contains_key(key(row).as_str()) => None,
            _ if scope == Scope::Privileged && !privileged.contains(&index) => Some("not privileged"),
            _ if scope == Scope::Findings && !found.contains_key(&index) => Some("without a finding"),
            _ => None,
        };
        if let Some(why) = out {
            let account = emails.get(row).or(account_names.get(row)).unwrap_or_default().to_owned();
            outside.push(Outside { account, id: ids.get(row), why });
            continue;
        }
        let person = persons.get(row);
        let findings = found.get(&index).map_or(&[][..], Vec::as_slice);
        let facts = subjects.facts(Some(index), person);
        // Findings come worst first.
        let about =
            About { kind: findings.first().map(|one| one.kind), severity: findings.first().map(|one| one.severity), ..facts };
        let line = stored.accounts.snapshot.object(row).unwrap_or_default();
        let raw: Map<String, Value> = serde_json::from_slice(line).with_context(|| format!("line {} of the snapshot", row + 1))?;
        let email = emails.get(row).map(str::to_owned);
        let list = groups.get_as_series(row);
        let list = list.as_ref().and_then(|list| list.str().ok());
        let name = person.and_then(|person| names.get(person as usize));
        let theirs = person.and_then(|person| their_emails.get(person as usize));
        let mut holder: Vec<String> =
            [emails.get(row), account_names.get(row), theirs, name].into_iter().flatten().map(str::to_owned).collect();
        let further = person.and_then(|person| their_further.get_as_series(person as usize));
        let further = further.as_ref().and_then(|list| list.str().ok());
        holder.extend(further.iter().flat_map(|list| list.iter().flatten().map(str::to_owned)));
        accounts.push(Confirmed {
            key: key(row),
            id: ids.get(row),
            email,
            name: account_names.get(row).map(str::to_owned),
            person: name.map(|name| text::folded(name).into_owned()),
            holder,
            role_id: role_ids.get(row).map(str::to_owned),
            administers: administers.get(row),
            about,
            may_administer: privileged.contains(&index),
            groups: list.map(|list| list.iter().flatten().map(str::to_owned).collect()).unwrap_or_default(),
            findings: findings.iter().map(|one| format!("{}: {}", one.kind, one.reason)).collect(),
            blocked: stored.accounts.blocked(row),
            memberships: extras::groups_of(&raw)?,
            raw: fields::identity(&raw),
        });
    }
    accounts.sort_by_key(|account| (account.about.severity.map_or(usize::MAX, Severity::rank), account.email.clone(), account.id));
    Ok(ScopedAccounts { accounts, outside })
}
