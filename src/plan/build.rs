//! From findings to actions: one an account at most, in the order they are carried out, the same for the same input.

use std::collections::{BTreeMap, HashSet};

use anyhow::{Context as _, Result, ensure};
use chrono::{DateTime, TimeDelta, Utc};
use rayon::prelude::*;
use serde_json::{Map, Value};

use super::about::{OpenFinding, Subjects};
use super::canonical::seal;
use super::create::{NewAccounts, create};
use super::demotion::demotion;
use super::fields::{self, one};
use super::format::{Action, InputDigests, Plan, SCHEMA};
use super::guard::{self, AuditFigures, GuardedAccounts};
use super::rules::PlanRules;
use crate::config::{AccountRole, Config, DeactivateWith};
use crate::directory::People;
use crate::domo::{Accounts, Snapshot, extras};
use crate::reconcile::{self, Finding, FindingId, Reconciliation, Sizes};
use crate::terms::value::{keeps_number, writable_number};
use crate::terms::{ActionKind, Field, Key, PersonSituation, Role, Severity};
use crate::text;

/// What a plan is bound to beside the judgement itself.
#[derive(Debug, Clone)]
pub struct PlanBinding {
    /// The run that judged.
    pub run_id: String,
    /// When the plan is made.
    pub created: DateTime<Utc>,
    /// Digests of what was judged.
    pub inputs: InputDigests,
    /// How many there were of both populations before, where that is known.
    pub before: Option<Sizes>,
}

/// The plan for these findings; none when there is nothing to do, or when the evidence is incomplete. `snapshot` gives the raw
/// objects of some rows of the accounts, which ascend.
///
/// # Errors
/// The snapshot cannot be read. A column of the frames is not as documented, or the plan cannot be sealed: a defect.
pub fn build(
    reconciliation: &Reconciliation,
    accounts: &Accounts,
    snapshot: impl FnOnce(&[usize]) -> Result<Snapshot>,
    people: &People,
    config: &Config,
    binding: &PlanBinding,
) -> Result<Option<Plan>> {
    if reconciliation.evidence.is_incomplete() || !accounts.evidence.incomplete.is_empty() || people.read() == 0 {
        return Ok(None);
    }
    let numeric = accounts.keeps_numbers();
    let rules = NewAccounts::new(config, people);
    let chosen = chosen(&reconciliation.findings);
    let mut rows: Vec<usize> = chosen.iter().filter_map(|(finding, _)| row(finding)).collect();
    rows.sort_unstable();
    let snapshot = snapshot(&rows)?;
    ensure!(snapshot.len() == rows.len(), "{} of {} accounts are in the snapshot", snapshot.len(), rows.len());
    let acted = chosen.into_par_iter().map(|(finding, kind)| {
        let place = row(finding).and_then(|row| rows.binary_search(&row).ok());
        let account = place.map(|place| raw_object(snapshot.object(place).unwrap_or_default())).transpose()?;
        let account = account.as_ref();
        let action = match kind {
            ActionKind::Update => update(finding, account, numeric),
            ActionKind::Deactivate => Some(deactivate(finding, account, config.domo.deactivate_with)),
            ActionKind::Demote => Some(demote(finding, account, config)?),
            ActionKind::Delete => Some(delete(finding, account, accounts)),
            ActionKind::Create => create(finding, &reconciliation.folded, people, config, &rules, numeric)
                .map(|(after, why)| action(finding, kind, Map::new(), after, why)),
            // Only a revert reactivates.
            ActionKind::Reactivate => None,
        };
        Ok(action.map(|action| (finding, action)))
    });
    let mut acted: Vec<(&Finding, Action)> = acted.filter_map(Result::transpose).collect::<Result<_>>()?;
    acted.par_sort_by_cached_key(|(finding, action)| (finding.urgency(), action.account_id));
    if acted.is_empty() {
        return Ok(None);
    }
    let subjects = Subjects::new(accounts, people, reconciliation, config)?;
    let answered: HashSet<&FindingId> = acted.iter().map(|(finding, _)| &finding.id).collect();
    let open = reconciliation.findings.par_iter().filter(|finding| finding.is_open() && !answered.contains(&finding.id));
    let open = open.map(|finding| OpenFinding::of(finding, subjects.about(finding))).collect();
    let about = |(finding, action)| Action { about: Some(subjects.about(finding)), ..action };
    let actions: Vec<Action> = acted.into_par_iter().map(about).collect();
    let now = Sizes { as_of: reconciliation.as_of, accounts: reconciliation.accounts.read, people: reconciliation.people.read };
    let shrunk = binding.before.map_or(0, |before| before.shrink(now));
    let judged = AuditFigures { rejected_rows: reconciliation.people[PersonSituation::Rejected], shrunk };
    let guarded = GuardedAccounts::of(accounts, config, &actions)?;
    assemble(actions, open, &guarded, judged, config, binding, &reconciliation.instance)
}

/// Sorts, counts and seals the actions. Also for plans that undo.
///
/// # Errors
/// The plan cannot be sealed: a defect.
pub fn assemble(
    mut actions: Vec<Action>,
    findings: Vec<OpenFinding>,
    guarded: &GuardedAccounts,
    judged: AuditFigures,
    config: &Config,
    binding: &PlanBinding,
    instance: &str,
) -> Result<Option<Plan>> {
    if actions.is_empty() {
        return Ok(None);
    }
    // What takes access away first, worst first; then what changes or gives it. Those of an audit come by `Finding::urgency`, and
    // stay so where this does not tell them apart.
    actions.par_sort_by_key(|action| {
        let severity = action.about.as_ref().and_then(|about| about.severity).unwrap_or(Severity::Info);
        let undone = action.about.is_none().then_some((action.kind, action.account_id));
        (!action.kind.removes_access(), severity, undone)
    });
    let guards = guard::evaluate(&actions.iter().collect::<Vec<_>>(), guarded, judged, &config.guards);
    let mut plan = Plan {
        schema: SCHEMA.into(),
        id: String::new(),
        run_id: binding.run_id.clone(),
        instance: instance.to_owned(),
        created: binding.created,
        expires: binding.created + TimeDelta::days(config.policy.plan_valid_days.into()),
        digest: String::new(),
        inputs: binding.inputs.clone(),
        rules: Some(PlanRules::of(config)),
        guards,
        actions,
        findings,
        decisions: BTreeMap::new(),
    };
    seal(&mut plan)?;
    Ok(Some(plan))
}

/// The findings that are acted on: none about an account that asks for a human, and the gravest where an account has several.
fn chosen(findings: &[Finding]) -> Vec<(&Finding, ActionKind)> {
    let index = |finding: &Finding| finding.account.as_ref().map(|account| account.index);
    let human = |finding: &&Finding| reconcile::holds(finding.kind);
    let held: HashSet<u32> = findings.iter().filter(human).filter_map(index).collect();
    let acted_on = findings.iter().filter(|finding| finding.is_open());
    let mut acted_on: Vec<(&Finding, ActionKind)> = acted_on.filter_map(|finding| Some((finding, finding.action?))).collect();
    // Findings come worst first; what takes access away goes before what only changes it.
    acted_on.sort_by_key(|(_, kind)| !kind.removes_access());
    let mut taken = HashSet::new();
    let mut chosen = Vec::new();
    for (finding, kind) in acted_on {
        match index(finding) {
            Some(account) if held.contains(&account) || !taken.insert(account) => {}
            _ => chosen.push((finding, kind)),
        }
    }
    chosen
}

/// The row of a finding's account.
fn row(finding: &Finding) -> Option<usize> {
    finding.account.as_ref().map(|account| account.index as usize)
}

/// The object of an account as Domo sent it.
fn raw_object(line: &[u8]) -> Result<Map<String, Value>> {
    serde_json::from_slice(line).context("a line of the snapshot is no JSON object")
}

fn action(finding: &Finding, kind: ActionKind, before: Map<String, Value>, after: Map<String, Value>, why: String) -> Action {
    Action {
        finding: Some(finding.id.0.clone()),
        account_id: finding.account.as_ref().and_then(|account| account.id),
        email: finding.email().map(str::to_owned),
        name: finding.name().map(str::to_owned),
        ..Action::new(&finding.id.0, kind, before, after, why)
    }
}

fn update(finding: &Finding, account: Option<&Map<String, Value>>, numeric: bool) -> Option<Action> {
    let mut before = Map::new();
    let mut after = Map::new();
    let mut why = finding.reason.clone();
    for drift in finding.drift.iter().filter(|drift| drift.writable) {
        let Some(field) = Field::named(&drift.field).and_then(|field| field.domo) else { continue };
        let directory = drift.directory.as_deref().map(|value| text::folded(value).into_owned()).unwrap_or_default();
        let value = match field {
            "employeeNumber" if !directory.is_empty() => {
                let own = account.and_then(|account| account.get(field));
                writable_number(&directory, keeps_number(own, numeric)).ok()
            }
            "role" if Role::from_word(&directory).is_none() => None,
            _ => Some(Value::String(directory.clone())),
        };
        let Some(value) = value else {
            why.push_str(&format!(". Not written: {field} `{directory}`, which Domo cannot keep unchanged"));
            continue;
        };
        let judged = account.and_then(|account| account.get(field)).cloned();
        before.insert(field.into(), judged.unwrap_or_else(|| drift.domo.clone().map_or(Value::Null, Value::String)));
        after.insert(field.into(), value);
    }
    if after.is_empty() {
        return None;
    }
    // What told whose account it is must still be so (the e-mail is compared for every action), and where it is about how somebody
    // signs in or what they may do, all that they are.
    let access = after.contains_key("role") || after.contains_key("email");
    let numbered = |field: &str| field == "employeeNumber" && finding.matched_by.contains(&Key::EmployeeNumber);
    for (field, value) in account.map(fields::identity).unwrap_or_default() {
        if access || numbered(&field) {
            before.entry(field).or_insert(value);
        }
    }
    Some(action(finding, ActionKind::Update, before, after, why))
}

fn deactivate(finding: &Finding, account: Option<&Map<String, Value>>, through: DeactivateWith) -> Action {
    let mut why = finding.reason.clone();
    if through == DeactivateWith::Scim {
        why.push_str(". Through SCIM, which may delete the account");
    }
    let before = account.map_or_else(|| one("active", true), fields::identity);
    let mut action = action(finding, ActionKind::Deactivate, before, one("active", false), why);
    action.through = (through == DeactivateWith::Scim).then_some(through);
    action
}

fn demote(finding: &Finding, account: Option<&Map<String, Value>>, config: &Config) -> Result<Action> {
    let says = |field| account.and_then(|account| account.get(field));
    let id = says("roleId").map(fields::shown);
    let extra = account.map(extras::of).transpose()?.unwrap_or_default();
    let own = AccountRole { name: says("role").and_then(Value::as_str), id: id.as_deref(), administers: extra.administers };
    let role = config.domo.demoted(&config.policy.demoted_role, own);
    let identity = account.map_or_else(|| one("active", true), fields::identity);
    let groups = account.map(extras::groups_of).transpose()?.unwrap_or_default();
    let (before, after, said) = demotion(identity, &groups, config.domo.groups, role);
    Ok(action(finding, ActionKind::Demote, before, after, finding.reason.clone() + &said))
}

/// What a deletion takes away is at stake as a whole: the name too, by which the reviewer knew the account. What the account owns
/// holds it.
fn delete(finding: &Finding, account: Option<&Map<String, Value>>, accounts: &Accounts) -> Action {
    let mut before = account.map_or_else(|| one("active", true), fields::identity);
    before.extend(account.and_then(|account| account.get("name")).map(|name| ("name".to_owned(), name.clone())));
    let index = finding.account.as_ref().map(|account| account.index as usize);
    let blocked = index.and_then(|index| accounts.blocked(index));
    action(finding, ActionKind::Delete, before, one("deleted", true), finding.reason.clone()).blocked_by(blocked)
}
