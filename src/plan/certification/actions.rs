//! What a certification asks for, as the actions of a plan.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::answer::Attestation;
use super::record::{CertificationLine, CertificationRecord};
use super::sheet::Confirmed;
use super::state::ReviewState;
use crate::config::{AccountRole, Choice, Config, DeactivateWith};
use crate::plan::demotion::demotion;
use crate::plan::fields::{GROUPS, one};
use crate::plan::format::{Action, action_id};
use crate::terms::ActionKind;

/// What a certification asks for: what can be done by a plan, and what cannot, with why.
#[derive(Debug, Default)]
#[allow(missing_docs)]
pub struct Asked {
    pub actions: Vec<Action>,
    /// By the account's key.
    pub impossible: BTreeMap<String, String>,
}

/// What is to be done after a certification: every revocation and every other role, as an action or with why there is none. Where a
/// deactivation could never be read back, `cannot_deactivate` says why; where nothing may be done at all, `incomplete` does.
pub fn asked(
    run: &str,
    accounts: &[Confirmed],
    record: &CertificationRecord,
    config: &Config,
    cannot_deactivate: Option<&str>,
    incomplete: Option<&str>,
) -> Asked {
    let standing = record.standing();
    let mut asked = Asked::default();
    for account in accounts {
        let Some(line) = standing.get(account.key.as_str()).filter(|line| ReviewState::of(account, Some(line)).is_decided()) else {
            continue;
        };
        match (change(account, line, config, cannot_deactivate), incomplete) {
            (None, _) => {}
            (Some(Ok(_)), Some(why)) => drop(asked.impossible.insert(account.key.clone(), why.to_owned())),
            (Some(Ok(change)), None) => asked.actions.push(action(run, account, line, config, change)),
            (Some(Err(why)), _) => drop(asked.impossible.insert(account.key.clone(), why)),
        }
    }
    asked
}

/// Kind, the fields at stake, the fields as they should be, and what is said of them.
type Change = (ActionKind, Map<String, Value>, Map<String, Value>, String);

/// What an answer changes; nothing for `keep`, and why it cannot be a change.
fn change(
    account: &Confirmed,
    line: &CertificationLine,
    config: &Config,
    cannot_deactivate: Option<&str>,
) -> Option<Result<Change, String>> {
    let before = account.raw.clone();
    let bears = |role: &str| account.about.role.as_deref() == Some(role);
    let own = AccountRole { name: account.about.role.as_deref(), id: account.role_id.as_deref(), administers: account.administers };
    let has = |role: &str| config.domo.is_role(role, own);
    let only_bears_the_name = |role: &str| {
        format!(
            "its role is one of the instance's own that is called {role} too, so that the change could not be told from it: do it \
             by hand under Admin > Governance > People"
        )
    };
    let made = match (line.verdict, config.policy.revoked) {
        (Attestation::Role(role), _) if has(role.as_str()) => Err(format!("it has the role {role} already")),
        (Attestation::Role(role), _) if bears(role.as_str()) => Err(only_bears_the_name(role.as_str())),
        (Attestation::Role(role), _) => Ok((ActionKind::Update, before, one("role", role.as_str()), String::new())),
        (Attestation::Revoke, Choice::Delete) => Ok((ActionKind::Delete, before, one("deleted", true), String::new())),
        (Attestation::Revoke, Choice::Demote) => {
            let role = config.domo.demoted(&config.policy.demoted_role, own);
            let (before, after, said) = demotion(before, &account.memberships, config.domo.groups, role);
            let in_groups = before.get(GROUPS).and_then(Value::as_array).is_some_and(|groups| !groups.is_empty());
            match (has(role), bears(role)) {
                (true, _) if !in_groups => {
                    let groups =
                        if before.contains_key(GROUPS) { "no group that can be left" } else { "groups that were not read" };
                    Err(format!("nothing is left that a demotion takes: it has the role {role} and {groups}"))
                }
                (false, true) => Err(only_bears_the_name(role)),
                _ => Ok((ActionKind::Demote, before, after, said)),
            }
        }
        (Attestation::Revoke, _) => match cannot_deactivate {
            None => Ok((ActionKind::Deactivate, before, one("active", false), String::new())),
            Some(why) => Err(format!(
                "{why}; `[policy] revoked = \"demote\"` takes role and groups away, `revoked = \"delete\"` deletes, or do it by \
                 hand under Admin > Governance > People"
            )),
        },
        (Attestation::Keep | Attestation::NotMine | Attestation::Open, _) => return None,
    };
    Some(made)
}

fn action(
    run: &str,
    account: &Confirmed,
    line: &CertificationLine,
    config: &Config,
    (kind, before, after, said): Change,
) -> Action {
    let through = config.domo.deactivate_with;
    let why = format!("Certification of {run}: {}{said}", line.summary());
    let action = Action {
        account_id: account.id,
        email: account.email.clone(),
        name: account.name.clone(),
        through: (kind == ActionKind::Deactivate && through == DeactivateWith::Scim).then_some(through),
        about: Some(account.about.clone()),
        ..Action::new(&answers(run, &account.key), kind, before, after, why)
    };
    action.blocked_by(account.blocked.clone().filter(|_| kind == ActionKind::Delete))
}

/// What an action of a certification answers, for its id.
fn answers(run: &str, account: &str) -> String {
    format!("certification|{run}|{account}")
}

/// The ids of all actions that what was said, then or later, may have come to in a plan of this run.
pub fn action_ids(record: &CertificationRecord, run: &str) -> BTreeSet<String> {
    let asks = record.lines.iter().filter(|line| matches!(line.verdict, Attestation::Revoke | Attestation::Role(_)));
    let ids = |line: &CertificationLine| {
        let answers = answers(run, &line.account);
        ActionKind::ALL.into_iter().map(move |kind| action_id(&answers, kind))
    };
    asks.flat_map(ids).collect()
}
