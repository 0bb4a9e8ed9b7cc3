//! What a journal says was done, turned round: the actions that undo it where the accounts still are as they were left, and what
//! cannot be undone, each with why.

use serde_json::{Map, Value};

use super::digest::short_id;
use super::fields::{self, ROLES};
use super::format::Action;
use super::journal::{Journal, Standing, Step};
use crate::domo::{Account, Lookup};
use crate::reconcile::Action as Kind;

/// Something that was done and stays.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[allow(missing_docs)]
pub struct Stays {
    pub action: String,
    pub account_id: Option<u64>,
    pub why: String,
}

/// What can be undone and what cannot.
#[derive(Debug, Clone, Default, PartialEq)]
#[allow(missing_docs)]
pub struct Undo {
    pub actions: Vec<Action>,
    pub stays: Vec<Stays>,
}

/// An action that was carried out: written, and read back, if only in part.
#[derive(Debug)]
pub struct Done<'a> {
    id: &'a str,
    kind: Kind,
    finding: &'a str,
    standing: Standing<'a>,
}

impl Done<'_> {
    /// The account it was about; for a create the new one.
    pub fn account_id(&self) -> Option<u64> {
        self.standing.account_id
    }
}

/// Every action the journal says was carried out.
pub fn done(journal: &Journal) -> Vec<Done<'_>> {
    journal.fold().into_iter().filter_map(|(id, standing)| carried_out(id, standing)).collect()
}

impl Undo {
    /// Adds what undoes one action, given the account as it is now.
    pub fn add(&mut self, done: &Done<'_>, plan: &str, now: &Lookup) {
        let stays = |why: &str| Stays { action: done.id.to_owned(), account_id: done.standing.account_id, why: why.to_owned() };
        let account = match (done.kind, now) {
            (Kind::Delete, Lookup::Found(_)) => return self.stays.push(stays("it was deleted, and an account is there again")),
            (Kind::Delete, _) => return self.stays.push(stays("a deletion cannot be undone")),
            (_, Lookup::Deleted | Lookup::NotFound) => return self.stays.push(stays("the account is gone by now")),
            (_, Lookup::Found(account)) => account,
        };
        match done.kind {
            Kind::Update => self.restore(done, plan, account),
            Kind::Deactivate => self.switch(done, plan, account, true),
            Kind::Reactivate => self.switch(done, plan, account, false),
            Kind::Create => self.remove(done, plan, account),
            Kind::Delete => {}
        }
    }

    /// The fields that were changed, where they still are as they were left.
    fn restore(&mut self, done: &Done<'_>, plan: &str, account: &Account) {
        let (Some(was), Some(left), Some(change)) = (done.standing.was, done.standing.left, done.standing.change) else { return };
        let (mut before, mut after) = (Map::new(), Map::new());
        for field in change.keys() {
            let (old, ours, now) = (fields::value(was, field), fields::value(left, field), fields::value(account.raw(), field));
            let why = if fields::same(&now, &old) {
                continue;
            } else if !fields::same(&now, &ours) {
                format!("{field} was changed again since, to `{}`", fields::shown(&now))
            } else if field == "role" && !old.as_str().is_some_and(|role| ROLES.contains(&role)) {
                format!("the role `{}` is none of the five that are written", fields::shown(&old))
            } else {
                before.insert(field.clone(), ours);
                after.insert(field.clone(), if old.is_null() { Value::from("") } else { old });
                continue;
            };
            self.stays.push(Stays { action: done.id.to_owned(), account_id: Some(account.id()), why });
        }
        if !after.is_empty() {
            let names = after.keys().cloned().collect::<Vec<_>>().join(", ");
            let why = format!("Undoes {} of {plan}: {names} as it was before", done.id);
            self.actions.push(action(done, Kind::Update, account, before, after, why));
        }
    }

    fn switch(&mut self, done: &Done<'_>, plan: &str, account: &Account, on: bool) {
        if account.active() == on {
            return;
        }
        let after = Map::from_iter([("active".to_owned(), Value::Bool(on))]);
        let (kind, word) = if on { (Kind::Reactivate, "switched off") } else { (Kind::Deactivate, "switched on") };
        let why = format!("Undoes {} of {plan}: the account was {word}", done.id);
        self.actions.push(action(done, kind, account, fields::identity(account.raw()), after, why));
    }

    /// A created account goes again only where it is exactly as it was left: any difference means that it has been used.
    fn remove(&mut self, done: &Done<'_>, plan: &str, account: &Account) {
        let untouched = done.standing.left.is_some_and(|left| left == account.raw());
        if !untouched {
            let why = "the created account has been used or changed since".to_owned();
            return self.stays.push(Stays { action: done.id.to_owned(), account_id: Some(account.id()), why });
        }
        let mut before = fields::identity(account.raw());
        before.insert("name".into(), fields::value(account.raw(), "name"));
        let after = Map::from_iter([("deleted".to_owned(), Value::Bool(true))]);
        let why = format!(
            "Undoes {} of {plan}: the account was created, and nothing of it changed since. Domo's API does not say whether somebody \
             has signed in",
            done.id
        );
        self.actions.push(action(done, Kind::Delete, account, before, after, why));
    }
}

fn carried_out<'a>(id: &'a str, standing: Standing<'a>) -> Option<Done<'a>> {
    let (kind, finding) = standing.asked?;
    (standing.written.contains(&Step::Write) || standing.created()).then_some(Done { id, kind, finding, standing })
}

fn action(
    done: &Done<'_>,
    kind: Kind,
    account: &Account,
    before: Map<String, Value>,
    after: Map<String, Value>,
    why: String,
) -> Action {
    Action {
        id: short_id('A', &format!("v1|revert|{}|{}", done.id, kind.as_str())),
        kind,
        finding: done.finding.to_owned(),
        account_id: Some(account.id()),
        email: account.email().map(str::to_owned),
        name: account.name().map(str::to_owned),
        before,
        after,
        why,
        through: None,
    }
}
