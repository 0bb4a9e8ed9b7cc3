//! One action against the account as it is now: already so, ready to be written, or changed since the plan.

use std::collections::{BTreeMap, HashMap, HashSet};

use anyhow::Result;
use serde_json::{Map, Value};

use super::deleted_instead::{DeletedInstead, would_delete};
use super::ownership::Ownership;
use crate::domo::{Account, Accounts, Group, Lookup, Reader, plain_address};
use crate::plan::{Action, Plan, fields};
use crate::terms::ActionKind;

/// What stands in `before` and `after` and is no field of the account.
pub(super) const NOT_FIELDS: [&str; 2] = [fields::GROUPS, "sendInvite"];

/// Accounts as Domo's list had them a moment ago.
#[derive(Debug, Default)]
pub(super) struct ListedAccounts {
    /// Those that the plan is about.
    accounts: HashMap<u64, Account>,
    /// Who has the addresses that new accounts are to have.
    holders: HashMap<String, u64>,
}

impl ListedAccounts {
    /// What a plan needs to know of the list.
    pub(super) fn of(accounts: &Accounts, plan: &Plan) -> Result<Self> {
        let ids = plan.actions.iter().filter_map(|action| action.account_id).collect();
        let wanted: HashSet<String> = plan.actions.iter().filter_map(new_address).map(plain_address).collect();
        let (ids_of, emails) = (accounts.ids()?, accounts.emails()?);
        let holder = |(id, email): (Option<u64>, Option<&str>)| Some((plain_address(email?), id?));
        let holders = ids_of.iter().zip(emails.iter()).filter_map(holder).filter(|(email, _)| wanted.contains(email));
        Ok(Self { accounts: accounts.listed(&ids)?, holders: holders.collect() })
    }

    /// Who has this address, where the list told of somebody.
    fn holder(&self, email: &str) -> Option<u64> {
        self.holders.get(&plain_address(email)).copied()
    }

    /// How an account is not as a removal of access left it: by the list, and because that may be late, by the account itself.
    pub(super) async fn undone(&self, reader: &Reader, action: &Action) -> Result<Option<String>> {
        let Some(account) = action.account_id.and_then(|id| self.accounts.get(&id)) else { return Ok(None) };
        if undone(action, account).is_none() {
            return Ok(None);
        }
        Ok(match reader.account(account.id()).await? {
            Lookup::Found(account) => undone(action, &account),
            Lookup::Deleted | Lookup::NotFound => None,
        })
    }

    /// Why an account that was read singly is no basis for a write, which replaces all of it: what it does not tell would be
    /// cleared.
    fn lacks(&self, account: &Account) -> Option<String> {
        let filled = |value: &Value| !fields::same(value, &Value::Null);
        let listed = self.accounts.get(&account.id())?.raw().iter().filter(|(_, value)| filled(value));
        let lost: Vec<_> = listed.filter(|(field, _)| account.raw().get(*field).is_none_or(|value| !filled(value))).collect();
        let named: Vec<_> = lost.iter().map(|(field, _)| format!("`{field}`")).collect();
        (!named.is_empty()).then(|| {
            format!(
                "Domo's list tells {} of this account and the account itself does not: writing it would clear that, so nothing was \
                 sent. Apply again later",
                named.join(", ")
            )
        })
    }
}

/// How an account is not as a removal of access left it.
fn undone(action: &Action, account: &Account) -> Option<String> {
    let removes = matches!(action.kind, ActionKind::Deactivate | ActionKind::Demote);
    let mut wanted = action.after.iter().filter(|(field, _)| removes && !NOT_FIELDS.contains(&field.as_str()));
    let (field, _) = wanted.find(|(field, wanted)| account.raw().get(*field).is_some_and(|is| !fields::same(is, wanted)))?;
    Some(format!("{field} is `{}`", fields::shown(&fields::value(account.raw(), field))))
}

/// What is known before the first action.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    /// What earlier plans taught about this instance.
    pub(super) deleted_instead: Option<&'a DeletedInstead>,
    /// The instance's groups; none where no new account joins one, or where they cannot be read.
    pub(super) groups: Option<&'a [Group]>,
    /// The accounts concerned, as the list has them.
    pub(super) listed: &'a ListedAccounts,
    /// Where it is read what accounts own.
    pub(super) ownership: Option<&'a Ownership>,
    /// Why actions are not what a later run would do, by action: they are not carried out, but what was written of them is settled.
    pub(super) superseded: &'a BTreeMap<String, String>,
}

/// What an action finds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Ready {
    /// The account is as the action wants it; none where it is gone, as a delete wants it.
    AlreadySo(Option<Box<Account>>),
    /// The account, as just read, and the fields that have to change.
    Write(Box<Account>, Map<String, Value>),
    /// Nobody has the address yet.
    Create,
    /// The account is not as it was judged; nothing is written.
    Changed(String),
    /// The action cannot be carried out at all.
    Impossible(String),
}

/// Reads the account an action is about and judges it. A new account whose groups are not there, as far as they are known, is not
/// made: it would stand there without them.
///
/// Whether somebody has the address of a new account, the list said when the run began, once for all of them; who takes it since
/// makes Domo refuse it. Only after a write of ours without an answer (`ours`) is the list asked again.
pub(super) async fn look(reader: &Reader, action: &Action, known: Known<'_>, ours: bool) -> Result<Ready> {
    let found = now(reader, action, known, ours).await?;
    Ok(match (found, known.superseded.get(&action.id)) {
        (Ready::Write(..) | Ready::Create, Some(why)) => Ready::Changed(why.clone()),
        (found, _) => found,
    })
}

async fn now(reader: &Reader, action: &Action, known: Known<'_>, ours: bool) -> Result<Ready> {
    if let Some(why) = would_delete(action, known.deleted_instead) {
        return Ok(Ready::Impossible(why));
    }
    if action.kind == ActionKind::Create {
        let Some(email) = new_address(action) else {
            return Ok(Ready::Impossible("it names no e-mail".into()));
        };
        let holder = match known.listed.holder(email) {
            Some(id) => match reader.account(id).await? {
                Lookup::Found(account) => Some(account),
                Lookup::Deleted | Lookup::NotFound => None,
            },
            None => None,
        };
        let holder = match holder {
            None if ours || known.listed.holder(email).is_some() => reader.by_email(email).await?,
            holder => holder,
        };
        return Ok(match (holder, without_group(action, known.groups)) {
            (Some(account), _) => taken(action, account),
            (None, Some(why)) => Ready::Impossible(why),
            (None, None) => Ready::Create,
        });
    }
    let Some(id) = action.account_id else {
        let why = "the plan was made from a file without Domo's ids: audit the live API, or use the bulk import";
        return Ok(Ready::Impossible(why.into()));
    };
    let found = reader.account(id).await?;
    if let (Lookup::Found(_), ActionKind::Delete) = (&found, action.kind)
        && let Some(why) = held(action, known).await?
    {
        return Ok(Ready::Impossible(why));
    }
    Ok(match (found, action.kind) {
        (Lookup::Found(account), kind) => match (kind, known.listed.lacks(&account)) {
            (ActionKind::Update | ActionKind::Deactivate | ActionKind::Demote | ActionKind::Reactivate, Some(why)) => {
                Ready::Impossible(why)
            }
            _ => moving(reader, action, judge(action, account)).await?,
        },
        (Lookup::Deleted | Lookup::NotFound, ActionKind::Delete) => Ready::AlreadySo(None),
        (Lookup::Deleted, _) => Ready::Changed("the account was deleted".into()),
        (Lookup::NotFound, _) => Ready::Changed("there is no such account any more".into()),
    })
}

/// Why an account must not be deleted, by the plan or by what it owns now: Domo would refuse it, or leave what it owns to nobody.
pub(super) async fn held(action: &Action, known: Known<'_>) -> Result<Option<String>> {
    let why = match (&action.blocked, known.ownership, action.account_id) {
        (Some(blocked), ..) => Some(blocked.clone()),
        (None, Some(ownership), Some(account)) => ownership.blocks(account).await?,
        (None, ..) => None,
    };
    Ok(why.map(|why| {
        format!(
            "{why}: hand it over first (handover.csv names the objects; where it is not known, `check` says how each report comes \
             out), then run `audit` again"
        )
    }))
}

/// The address of an account that is to be made.
fn new_address(action: &Action) -> Option<&str> {
    action.after.get("email").and_then(Value::as_str).filter(|_| action.kind == ActionKind::Create)
}

/// An account whose fields are as they should be and which has groups to leave or to join.
async fn moving(reader: &Reader, action: &Action, found: Ready) -> Result<Ready> {
    let Ready::AlreadySo(Some(account)) = found else { return Ok(found) };
    let (leaves, joins) = action.memberships();
    for (groups, wanted) in [(leaves, false), (joins, true)] {
        for group in groups {
            if reader.members(&group).await?.contains(&account.id()) != wanted {
                return Ok(Ready::Write(account, Map::new()));
            }
        }
    }
    Ok(Ready::AlreadySo(Some(account)))
}

/// Why a new account cannot join its groups.
fn without_group(action: &Action, known: Option<&[Group]>) -> Option<String> {
    let known = known?;
    let fitting = |name: &str| known.iter().filter(|group| group.name == name).count();
    let name = action.groups().find(|name| fitting(name) != 1)?;
    let what = if fitting(name) == 0 { "there is no group" } else { "several groups are called" };
    Some(format!(
        "{what} `{name}`, so the account was not created: mend the groups in Domo and apply again, or [[group]] and run `audit` \
         again"
    ))
}

/// An address that somebody has already: ours if it is the account that was asked for.
fn taken(action: &Action, account: Account) -> Ready {
    let fields = action.after.iter().filter(|(field, _)| !NOT_FIELDS.contains(&field.as_str()));
    let mut other = fields.filter(|(field, wanted)| !fields::same(&fields::value(account.raw(), field), wanted));
    match other.next() {
        None => Ready::AlreadySo(Some(Box::new(account))),
        Some((field, _)) => Ready::Changed(format!("account {} has this address already, with another {field}", account.id())),
    }
}

/// An account that is there against what was judged and what is wanted.
pub(super) fn judge(action: &Action, account: Account) -> Ready {
    let live = |field: &str| fields::value(account.raw(), field);
    let of_account = |(field, _): &(&String, &Value)| !NOT_FIELDS.contains(&field.as_str());
    let changes: Map<String, Value> = (action.after.iter().filter(of_account))
        .filter(|(field, wanted)| !fields::same(&live(field), wanted))
        .map(|(field, wanted)| (field.clone(), wanted.clone()))
        .collect();
    if changes.is_empty() {
        return Ready::AlreadySo(Some(Box::new(account)));
    }
    // An id whose address is somebody else's may be somebody else.
    if let (Some(judged), false) = (&action.email, action.after.contains_key("email"))
        && account.email().is_none_or(|email| plain_address(email) != plain_address(judged))
    {
        return Ready::Changed(format!("its e-mail was `{judged}` and is `{}`", account.email().unwrap_or_default()));
    }
    // Each field is as it was judged, or already as it should be: then what is written is what was approved.
    let stakes = action
        .before
        .iter()
        .filter(of_account)
        .chain(changes.keys().filter(|field| *field != "deleted").map(|field| (field, &Value::Null)));
    for (field, _) in stakes {
        let judged = action.before.get(field).unwrap_or(&Value::Null);
        let (is, wanted) = (live(field), action.after.get(field));
        if !fields::same(&is, judged) && !wanted.is_some_and(|wanted| fields::same(&is, wanted)) {
            return Ready::Changed(format!("{field} was `{}` and is `{}`", fields::shown(judged), fields::shown(&is)));
        }
    }
    Ready::Write(Box::new(account), changes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn action(kind: ActionKind, before: Value, after: Value) -> Action {
        let map = |value: Value| value.as_object().cloned().unwrap();
        Action {
            id: "A-1".into(),
            kind,
            finding: Some("F-1".into()),
            account_id: Some(7),
            email: Some("ada@acme.com".into()),
            name: Some("Ada".into()),
            before: map(before),
            after: map(after),
            why: "because".into(),
            through: None,
            blocked: None,
            about: None,
        }
    }

    fn account(extra: Value) -> Account {
        let mut object = json!({"id": 7, "email": "Ada@acme.com", "name": "Ada", "role": "Editor", "title": "Analyst"});
        object.as_object_mut().unwrap().extend(extra.as_object().cloned().unwrap());
        Account::from_object(object.as_object().cloned().unwrap()).unwrap()
    }

    fn update() -> Action {
        action(
            ActionKind::Update,
            json!({"title": "Analyst", "department": null}),
            json!({"title": "Lead", "department": "Finance"}),
        )
    }

    #[test]
    fn an_account_as_it_was_judged_is_written_with_what_differs() {
        let Ready::Write(_, changes) = judge(&update(), account(json!({"department": "Finance"}))) else { panic!() };
        assert_eq!(Value::Object(changes), json!({"title": "Lead"}));
    }

    #[test]
    fn an_account_as_it_should_be_is_already_so() {
        let found = judge(&update(), account(json!({"title": "Lead", "department": "Finance"})));
        assert!(matches!(found, Ready::AlreadySo(Some(_))));
    }

    #[test]
    fn a_field_that_is_neither_has_changed_since_the_plan() {
        let found = judge(&update(), account(json!({"title": "Director"})));
        assert_eq!(found, Ready::Changed("title was `Analyst` and is `Director`".into()));
    }

    #[test]
    fn an_id_with_another_address_is_not_touched() {
        let deactivate = action(ActionKind::Deactivate, json!({"active": true}), json!({"active": false}));
        assert!(matches!(judge(&deactivate, account(json!({}))), Ready::Write(..)));
        assert!(matches!(judge(&deactivate, account(json!({"email": "bob@acme.com"}))), Ready::Changed(_)));
    }

    #[test]
    fn a_field_the_plan_did_not_judge_must_be_empty() {
        let action = action(ActionKind::Update, json!({}), json!({"title": "Lead"}));
        assert!(matches!(judge(&action, account(json!({}))), Ready::Changed(_)));
        assert!(matches!(judge(&action, account(json!({"title": ""}))), Ready::Write(..)));
    }

    #[test]
    fn a_deletion_is_held_by_every_part_of_the_identity() {
        let before = json!({"active": true, "email": "Ada@acme.com", "name": "Ada", "role": "Editor"});
        let delete = action(ActionKind::Delete, before, json!({"deleted": true}));
        assert!(matches!(judge(&delete, account(json!({}))), Ready::Write(..)));
        assert!(matches!(judge(&delete, account(json!({"role": "Admin"}))), Ready::Changed(_)));
        assert!(matches!(judge(&delete, account(json!({"active": false}))), Ready::Changed(_)));
    }
}
