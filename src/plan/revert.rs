//! What a journal says was done, turned round: the actions that undo it where the accounts still are as they were left, and what
//! cannot be undone, each with why.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::fields::{self, GROUPS};
use super::format::Action;
use super::journal::{ActionState, DELETED, Journal, Step};
use crate::domo::{Account, Group, Lookup};
use crate::terms::{ActionKind, Field, Role};

/// Something that was done and stays.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[allow(missing_docs)]
pub struct Stays {
    pub action: String,
    pub account_id: Option<u64>,
    pub email: Option<String>,
    pub why: String,
}

/// What can be undone and what cannot.
#[derive(Debug, Clone, Default, PartialEq)]
#[allow(missing_docs)]
pub struct Undo {
    pub actions: Vec<Action>,
    pub stays: Vec<Stays>,
}

/// An action that left something: it was written and read back, if only in part, or nobody knows whether it was written.
#[derive(Debug, Clone)]
pub struct DoneAction<'a> {
    id: &'a str,
    kind: ActionKind,
    finding: Option<&'a str>,
    standing: ActionState<'a>,
}

impl<'a> DoneAction<'a> {
    /// The same with a write that nobody read back settled by the account as it is now.
    fn settled<'b>(&self, account: &'b Account) -> DoneAction<'b>
    where
        'a: 'b,
    {
        DoneAction { standing: self.standing.clone().settled(account.raw()), ..self.clone() }
    }

    /// The groups that were left, or may have been, and those that were joined again.
    fn memberships(&self) -> (Vec<&Group>, Vec<&Group>) {
        let steps = || self.standing.written.iter().copied().chain(self.standing.pending);
        let of = |taken: fn(&Step) -> Option<&Group>| steps().filter_map(taken).collect();
        let left = of(|step| if let Step::Leave(group) = step { Some(group) } else { None });
        (left, of(|step| if let Step::Rejoin(group) = step { Some(group) } else { None }))
    }

    /// The account it was about; for a create the new one.
    pub fn account_id(&self) -> Option<u64> {
        self.standing.account_id
    }

    /// The account's address as the journal knows it.
    fn email(&self) -> Option<String> {
        let known = self.standing.left().or_else(|| self.standing.was())?;
        known.get("email").and_then(Value::as_str).map(str::to_owned)
    }

    fn stays(&self, why: impl Into<String>) -> Stays {
        Stays { action: self.id.to_owned(), account_id: self.account_id(), email: self.email(), why: why.into() }
    }
}

/// Every action the journal says was carried out.
pub fn done(journal: &Journal) -> Vec<DoneAction<'_>> {
    journal.fold().into_iter().filter_map(|(id, standing)| carried_out(id, standing)).collect()
}

impl Undo {
    /// Adds what undoes one action, given the account as it is now; none where nobody knows which it is.
    pub fn add(&mut self, done: &DoneAction<'_>, plan: &str, now: Option<&Lookup>) {
        let open = done.standing.pending == Some(&Step::Write);
        let settled = match now {
            Some(Lookup::Found(account)) if open => done.settled(account),
            None if open => {
                let why =
                    "an apply ended while it was written, and nobody has read what came of it: apply the plan again, then revert";
                return self.stays.push(done.stays(why));
            }
            _ => done.clone(),
        };
        let done = &settled;
        let shows = match done.kind {
            ActionKind::Create => true,
            ActionKind::Delete => !matches!(now, Some(Lookup::Found(_))),
            _ => !done.standing.changed().is_empty(),
        };
        if open && !shows {
            let why = "it was sent, and Domo does not show it so far: there is nothing to undo unless it shows later";
            return self.stays.push(done.stays(why));
        }
        let account = match (done.kind, now) {
            (ActionKind::Delete, Some(Lookup::Found(_))) => {
                return self.stays.push(done.stays("it was deleted, and an account is there again"));
            }
            (ActionKind::Delete, _) => return self.stays.push(done.stays("a deletion cannot be undone")),
            (_, Some(Lookup::Found(account))) => account,
            (ActionKind::Deactivate, _) if done.standing.alarm == Some(DELETED) => {
                return self.stays.push(done.stays("Domo deleted the account instead of deactivating it, which cannot be undone"));
            }
            _ => return self.stays.push(done.stays("the account is gone by now")),
        };
        match done.kind {
            ActionKind::Update | ActionKind::Demote => self.restore(done, plan, account),
            ActionKind::Deactivate => self.switch(done, plan, account, true),
            ActionKind::Reactivate => self.switch(done, plan, account, false),
            ActionKind::Create => self.remove(done, plan, account),
            ActionKind::Delete => {}
        }
    }

    /// The fields that were changed, where they still are as they were left.
    fn restore(&mut self, done: &DoneAction<'_>, plan: &str, account: &Account) {
        let (mut before, mut after) = (Map::new(), Map::new());
        for (field, (old, ours)) in done.standing.changed() {
            let now = fields::value(account.raw(), field);
            let why = if fields::same(&now, &old) {
                continue;
            } else if !fields::same(&now, &ours) {
                format!("{field} was changed again since, to `{}`", fields::shown(&now))
            } else if !Field::is_written(field) {
                let (old, now) = (fields::shown(&old), fields::shown(&now));
                format!("{field} changed unasked, from `{old}` to `{now}`, and is nothing that is ever written: mend it in Domo")
            } else if field == "role" && old.as_str().and_then(Role::from_word).is_none() {
                format!("the role `{}` is none of the five that are written", fields::shown(&old))
            } else {
                before.insert(field.to_owned(), ours);
                after.insert(field.to_owned(), if old.is_null() { Value::from("") } else { old });
                continue;
            };
            self.stays.push(done.stays(why));
        }
        // Groups that were left are joined again, and the other way round.
        let (left, joined) = done.memberships();
        if !left.is_empty() || !joined.is_empty() {
            before.insert(GROUPS.into(), json!(joined));
            after.insert(GROUPS.into(), json!(left));
        }
        if !after.is_empty() {
            let names = after.keys().cloned().collect::<Vec<_>>().join(", ");
            let why = format!("Undoes {} of {plan}: {names} as it was before", done.id);
            self.actions.push(action(done, ActionKind::Update, account, before, after, why));
        }
    }

    fn switch(&mut self, done: &DoneAction<'_>, plan: &str, account: &Account, on: bool) {
        if let Some(field) = done.standing.alarm.filter(|field| done.standing.changed().contains_key(field)) {
            self.stays.push(done.stays(format!("{field} changed unasked: where it still is not as it was, mend it in Domo")));
        }
        if account.active() == on || !done.standing.changed().contains_key("active") {
            return;
        }
        let (kind, word) = if on { (ActionKind::Reactivate, "switched off") } else { (ActionKind::Deactivate, "switched on") };
        let why = format!("Undoes {} of {plan}: the account was {word}", done.id);
        self.actions.push(action(done, kind, account, fields::identity(account.raw()), fields::one("active", on), why));
    }

    /// A created account goes again only where it is as it was left, in the groups it was added to: any difference means that it
    /// has been used.
    fn remove(&mut self, done: &DoneAction<'_>, plan: &str, account: &Account) {
        if !done.standing.left().is_some_and(|left| untouched(left, account.raw(), &done.standing.written)) {
            return self.stays.push(done.stays("the created account has been used or changed since"));
        }
        let mut before = fields::identity(account.raw());
        before.insert("name".into(), fields::value(account.raw(), "name"));
        let why = format!(
            "Undoes {} of {plan}: the account was created, and nothing of it changed since. Domo's API does not say whether \
             somebody has signed in",
            done.id
        );
        self.actions.push(action(done, ActionKind::Delete, account, before, fields::one("deleted", true), why));
    }
}

/// Whether a created account is as it was read back, but for the groups that it then joined on our account.
fn untouched(left: &Map<String, Value>, now: &Map<String, Value>, written: &BTreeSet<&Step>) -> bool {
    let rest = |account: &Map<String, Value>| {
        let mut rest = account.clone();
        rest.remove(GROUPS);
        rest
    };
    let groups = |account: &Map<String, Value>| account.get(GROUPS).and_then(Value::as_array).cloned().unwrap_or_default();
    let then = groups(left);
    let ours = |group: &Value| {
        let name = group.get("name").and_then(Value::as_str).unwrap_or_default();
        then.contains(group) || written.contains(&Step::Join(name.to_owned()))
    };
    rest(left) == rest(now) && groups(now).iter().all(ours)
}

fn carried_out<'a>(id: &'a str, standing: ActionState<'a>) -> Option<DoneAction<'a>> {
    let (kind, finding) = standing.asked?;
    (standing.is_ours() || standing.alarm.is_some()).then_some(DoneAction { id, kind, finding, standing })
}

fn action(
    done: &DoneAction<'_>,
    kind: ActionKind,
    account: &Account,
    before: Map<String, Value>,
    after: Map<String, Value>,
    why: String,
) -> Action {
    Action {
        finding: done.finding.map(str::to_owned),
        account_id: Some(account.id()),
        email: account.email().map(str::to_owned),
        name: account.name().map(str::to_owned),
        ..Action::new(&format!("revert|{}", done.id), kind, before, after, why)
    }
}
