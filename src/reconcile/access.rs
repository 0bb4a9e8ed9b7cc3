//! Access since an earlier run: who is new or gone, whose rights rose or fell, and whether one of our plans did it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use rayon::prelude::*;

use super::columns::AccountColumns;
use super::finding::AccountRef;
use super::places::{Account, all};
use crate::config::Domo;
use crate::domo::Accounts;
use crate::terms::{ActionKind, label, words};

/// The accounts as an earlier run read them, and what was done to them since by our own plans.
#[derive(Debug, Clone)]
pub struct Earlier {
    /// The run.
    pub run_id: String,
    /// The day it judged.
    pub as_of: NaiveDate,
    /// Its accounts.
    pub accounts: Accounts,
    /// What our plans did since, by account.
    pub ours: BTreeMap<u64, Vec<Ours>>,
}

/// Something that one of our plans did to an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ours {
    /// `P-…`
    pub plan: String,
    /// What was done.
    pub kind: ActionKind,
    /// The role that was written, where one was.
    pub role: Option<String>,
    /// Whether it left or joined groups.
    pub groups: bool,
}

words! {
    /// What happened to an account's access.
    Moved {
        /// It was not there.
        New = "new",
        /// It was inactive.
        Reactivated = "reactivated",
        /// Its role may do more than the one before.
        RoleRaised = "role_raised",
        /// Its role may do less.
        RoleLowered = "role_lowered",
        /// Its role is another one that may do as much, as far as is known.
        RoleChanged = "role_changed",
        /// It is in other groups.
        Groups = "groups",
        /// It is inactive now.
        Deactivated = "deactivated",
        /// It is not there any more.
        Gone = "gone",
    }
}

/// One change of one account's access.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessChange {
    /// What happened.
    pub moved: Moved,
    /// The account as it is now; as it was, where it is gone.
    pub account: AccountRef,
    /// Its role, or its groups, before.
    pub before: Option<String>,
    /// The same now.
    pub after: Option<String>,
    /// It may administer now and could not before: `Some(true)`; the other way round: `Some(false)`.
    pub administrator: Option<bool>,
    /// The plan of ours that did it; else it was changed outside.
    pub plan: Option<String>,
    /// Who did something to the account since, by the activity log: `2026-11-20 Ada Byron: …`.
    pub who: Option<String>,
}

/// How many changes of access there are of one sort: `1 admin gained`, `2 roles raised`, `3 new`.
pub fn moved(sort: &str, count: u64) -> String {
    match sort.split_once('_') {
        Some((what, how)) => {
            let (one, many) = (what.trim_end_matches('s'), if count == 1 { "" } else { "s" });
            format!("{count} {one}{many} {}", label(how))
        }
        None => format!("{count} {}", label(sort)),
    }
}

/// All of them, those that gained administrators first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// The run that it is compared with.
    pub run_id: String,
    /// The day that run judged.
    pub as_of: NaiveDate,
    /// Each change.
    pub changes: Vec<AccessChange>,
}

impl Access {
    /// How many accounts they are about.
    pub fn accounts(&self) -> u64 {
        let name = |change: &AccessChange| (change.account.id, change.account.id.is_none().then(|| change.account.email.clone()));
        self.changes.iter().map(name).collect::<BTreeSet<_>>().len() as u64
    }

    /// How many there are of each sort, and of administrators gained and lost.
    pub fn counts(&self) -> BTreeMap<&'static str, u64> {
        let mut counts = BTreeMap::new();
        for change in &self.changes {
            let administrators = change.administrator.map(|gained| if gained { "admins_gained" } else { "admins_lost" });
            for word in [Some(change.moved.as_str()), administrators].into_iter().flatten() {
                *counts.entry(word).or_default() += 1;
            }
        }
        counts
    }
}

/// What changed between two pulls. None where either has no ids. Accounts that are not there any more are named only where the pull
/// of now is whole.
pub(super) fn between(earlier: &Earlier, now: &AccountColumns<'_>, domo: &Domo) -> anyhow::Result<Option<Access>> {
    let then = AccountColumns::new(&earlier.accounts)?;
    if !then.provides("id") || !now.provides("id") {
        return Ok(None);
    }
    let index = |accounts: &AccountColumns<'_>| -> HashMap<u64, Account> {
        accounts.all().filter_map(|account| Some((accounts.id(account)?, account))).collect()
    };
    let (before, after) = rayon::join(|| index(&then), || index(now));
    let sides = Sides {
        then: &then,
        now,
        domo,
        ours: &earlier.ours,
        groups: then.provides("groups") && now.provides("groups"),
        since: earlier.as_of,
    };
    let of_account = |account: Account| now.id(account).map_or(Vec::new(), |id| sides.of(id, account, before.get(&id).copied()));
    let mut changes: Vec<AccessChange> = all(now.height).flat_map_iter(of_account).collect();
    if now.accounts.evidence.incomplete.is_empty() {
        let gone = then.all().filter(|account| then.is_active(*account));
        let gone = gone.filter_map(|account| Some((then.id(account)?, account))).filter(|(id, _)| !after.contains_key(id));
        changes.extend(gone.map(|(id, account)| sides.gone(id, account)));
    }
    changes.sort_by_key(|change| (change.administrator != Some(true), change.moved, change.account.id));
    Ok(Some(Access { run_id: earlier.run_id.clone(), as_of: earlier.as_of, changes }))
}

/// What changed between two pulls of one instance, whichever they are; the roles as this configuration knows them.
///
/// # Errors
/// When a frame is not one of accounts.
pub fn since(earlier: &Earlier, now: &Accounts, domo: &Domo) -> anyhow::Result<Option<Access>> {
    between(earlier, &AccountColumns::new(now)?, domo)
}

struct Sides<'a> {
    then: &'a AccountColumns<'a>,
    now: &'a AccountColumns<'a>,
    domo: &'a Domo,
    ours: &'a BTreeMap<u64, Vec<Ours>>,
    groups: bool,
    since: NaiveDate,
}

impl Sides<'_> {
    fn of(&self, id: u64, account: Account, was: Option<Account>) -> Vec<AccessChange> {
        let (then, now) = (self.then, self.now);
        let role = now.role_shown(account);
        let had = was.filter(|was| then.is_active(*was)).is_some_and(|was| then.reach(was, self.domo) > 0);
        let has = now.is_active(account) && now.reach(account, self.domo) > 0;
        let change = |moved, before, after| AccessChange {
            moved,
            account: now.reference(account, self.domo),
            before,
            after,
            administrator: (had != has).then_some(has),
            plan: self.plan(id, moved, role.as_deref()),
            who: now.done_to(account, self.since),
        };
        let Some(was) = was else {
            return if now.is_active(account) { vec![change(Moved::New, None, role.clone())] } else { Vec::new() };
        };
        let old = then.role_shown(was);
        let mut changes = Vec::new();
        let (was_active, is_active) = (then.is_active(was), now.is_active(account));
        match (was_active, is_active) {
            _ if then.provides("active") != now.provides("active") => {}
            (false, true) => changes.push(change(Moved::Reactivated, old.clone(), role.clone())),
            (true, false) => changes.push(change(Moved::Deactivated, old.clone(), role.clone())),
            _ => {}
        }
        if is_active && old != role && then.provides("role") == now.provides("role") {
            let moved = match now.reach(account, self.domo).cmp(&then.reach(was, self.domo)) {
                std::cmp::Ordering::Greater => Moved::RoleRaised,
                std::cmp::Ordering::Less => Moved::RoleLowered,
                std::cmp::Ordering::Equal => Moved::RoleChanged,
            };
            let changed = change(moved, old, role.clone());
            // An administrator is gained once: by being active again.
            let administrator = changed.administrator.filter(|_| was_active);
            changes.push(AccessChange { administrator, ..changed });
        }
        if self.groups && now.is_active(account) {
            let groups =
                |side: &AccountColumns<'_>, account| side.groups.get(account).map(str::to_owned).collect::<BTreeSet<String>>();
            let (old, new) = (groups(then, was), groups(now, account));
            if old != new {
                let listed = |one: &BTreeSet<String>, other| one.difference(other).cloned().collect::<Vec<_>>().join(", ");
                let only = |list: String| Some(list).filter(|list| !list.is_empty());
                // Only what differs: what was left, and what was joined.
                let moved = change(Moved::Groups, only(listed(&old, &new)), only(listed(&new, &old)));
                changes.push(AccessChange { administrator: None, ..moved });
            }
        }
        changes
    }

    fn gone(&self, id: u64, account: Account) -> AccessChange {
        AccessChange {
            moved: Moved::Gone,
            account: AccountRef { index: u32::MAX, ..self.then.reference(account, self.domo) },
            before: self.then.role_shown(account),
            after: None,
            administrator: (self.then.reach(account, self.domo) > 0).then_some(false),
            plan: self.plan(id, Moved::Gone, None),
            who: None,
        }
    }

    /// The plan of ours that did this.
    fn plan(&self, id: u64, moved: Moved, role: Option<&str>) -> Option<String> {
        let did = |ours: &&Ours| match moved {
            Moved::New => ours.kind == ActionKind::Create,
            Moved::Reactivated => ours.kind == ActionKind::Reactivate,
            Moved::Deactivated => ours.kind == ActionKind::Deactivate,
            Moved::Gone => matches!(ours.kind, ActionKind::Delete | ActionKind::Deactivate),
            Moved::RoleRaised | Moved::RoleLowered | Moved::RoleChanged => role.is_some() && ours.role.as_deref() == role,
            Moved::Groups => ours.groups,
        };
        self.ours.get(&id)?.iter().rev().find(did).map(|ours| ours.plan.clone())
    }
}
