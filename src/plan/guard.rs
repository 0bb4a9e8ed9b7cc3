//! The guards: limits beyond which a plan or an apply is refused, and who may be touched at all.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::str::FromStr;

use anyhow::Result;

use super::format::{Action, GuardState};
use crate::config::{self, Config, Rights};
use crate::domo::{Accounts, SUPPORT_ID};
use crate::failure::Failure;
use crate::reconcile::{Exclusions, MAX_SHRINK};
use crate::terms::{ActionKind, Role, words};
use crate::text;

/// Below so many active accounts, a share of them says nothing.
const SHARE_COUNTS_FROM: u64 = 20;

words! {
    /// A guard by name, as files and the command line have it.
    #[allow(missing_docs)]
    Guard {
        MaxDeactivations = "max-deactivations",
        MaxUpdates = "max-updates",
        MaxCreates = "max-creates",
        MinAdmins = "min-admins",
        RejectedRows = "rejected-rows",
        PopulationMoved = "population-moved",
        EmptyDirectory = "empty-directory",
        IncompleteEvidence = "incomplete-evidence",
        Protected = "protected",
        Own = "self",
    }
}

impl Guard {
    /// Whether somebody may take the responsibility for going on.
    pub fn can_be_overridden(self) -> bool {
        !matches!(self, Self::EmptyDirectory | Self::IncompleteEvidence | Self::Protected | Self::Own)
    }

    /// The words on the command line that go on in spite of it.
    pub fn flag(self, value: u64) -> String {
        match self {
            Self::RejectedRows => format!("--override {self}={value}"),
            _ => format!("--override {self}"),
        }
    }

    /// What is to be rejected for it to hold.
    fn concerned(self) -> &'static str {
        match self {
            Self::MaxDeactivations | Self::RejectedRows => "actions that take access away",
            Self::MaxUpdates => "updates",
            Self::MaxCreates => "creations",
            Self::MinAdmins => "actions on Admins",
            _ => "the actions concerned",
        }
    }

    /// What whoever reviews can do about these guards, in words that follow "reject".
    pub fn all_concerned(guards: impl Iterator<Item = Self>) -> String {
        let concerned: BTreeSet<_> = guards.map(Self::concerned).collect();
        concerned.into_iter().collect::<Vec<_>>().join(" and ")
    }

    /// What was counted against what, as people read it.
    pub fn explain(self, value: u64, limit: u64) -> String {
        let accounts = text::plural(value, "account", "accounts");
        let allowed = text::plural(limit, "is allowed", "are allowed");
        match self {
            Self::MaxDeactivations => format!("{accounts} would be deactivated or deleted; {allowed}"),
            Self::MaxUpdates => format!("{accounts} would be updated; {allowed}"),
            Self::MaxCreates => format!("{accounts} would be created; {allowed}"),
            Self::MinAdmins => {
                format!("{} would remain; {limit} must", text::plural(value, "active Admin account", "active Admin accounts"))
            }
            Self::RejectedRows if value == 1 => "1 row of the directory was rejected: it may be a person who looks gone".into(),
            Self::RejectedRows => format!("{value} rows of the directory were rejected: each may be a person who looks gone"),
            Self::PopulationMoved => {
                format!("a population is {value} % smaller than when this guard last held or was overridden; {limit} % is allowed")
            }
            Self::EmptyDirectory => "the directory is empty".into(),
            Self::IncompleteEvidence => "the accounts could not be read whole".into(),
            Self::Protected if value == 1 => "1 action is about an account that is excluded".into(),
            Self::Protected => format!("{value} actions are about accounts that are excluded"),
            Self::Own if value == 1 => "1 action would lock out or change the account behind the API client".into(),
            Self::Own => format!("{value} actions would lock out or change the account behind the API client"),
        }
    }
}

impl FromStr for Guard {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let known = || Self::ALL.map(Self::as_str).join(", ");
        Self::from_word(name).ok_or_else(|| format!("`{name}` is no guard; there are {}", known()))
    }
}

/// Somebody goes on although a guard refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// Which guard.
    pub guard: Guard,
    /// The exact number of rejected rows that was looked at.
    pub value: Option<u64>,
    /// Why.
    pub reason: String,
}

impl Override {
    /// `GUARD`, or `rejected-rows=14`.
    ///
    /// # Errors
    /// There is no such guard, or its number is missing or none.
    pub fn parse(text: &str, reason: &str) -> Result<Self, String> {
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (text, None),
        };
        let guard: Guard = name.trim().parse()?;
        let value = match (guard, value) {
            (Guard::RejectedRows, Some(value)) => {
                Some(value.trim().parse().map_err(|_| format!("`{value}` is no number of rejected rows"))?)
            }
            (Guard::RejectedRows, None) => return Err("`rejected-rows` needs the exact number, such as `rejected-rows=14`".into()),
            (_, Some(_)) => return Err(format!("`{guard}` takes no number")),
            (_, None) => None,
        };
        if reason.trim().is_empty() {
            return Err(format!("overriding `{guard}` needs a --reason"));
        }
        Ok(Self { guard, value, reason: reason.trim().to_owned() })
    }

    /// Whether it covers a guard that does not hold.
    pub fn covers(&self, state: &GuardState) -> bool {
        self.guard.can_be_overridden() && self.guard.as_str() == state.name && self.value.is_none_or(|value| value == state.value)
    }
}

/// What the guards need to know of an instance's accounts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GuardedAccounts {
    /// Active accounts.
    pub active: u64,
    /// Ids of active accounts with the role Admin or a custom role that is known to administer, Domo's support account apart.
    pub admins: BTreeSet<u64>,
    /// Custom roles of active accounts whose rights are not known.
    pub unknown_roles: BTreeSet<String>,
    /// Those of the actions' accounts that are excluded, each with why.
    pub protected: BTreeMap<u64, String>,
    /// The account behind the API client: the one its token names, and the one that `client_owner` does.
    pub own: BTreeSet<u64>,
    /// Why the accounts may not be whole.
    pub incomplete: Vec<String>,
}

impl GuardedAccounts {
    /// Counts the accounts, and looks up which of those that the actions are about are excluded.
    ///
    /// # Errors
    /// None in practice: the columns are there.
    pub fn of(accounts: &Accounts, config: &Config, actions: &[Action]) -> Result<Self> {
        let touched: HashSet<u64> = actions.iter().filter_map(|action| action.account_id).collect();
        let exclusions = Exclusions::new(config);
        let owns = |email: &str| config.domo.client_owner.as_deref().is_some_and(|owner| text::alike(owner, email));
        let own = accounts.evidence.credential.as_ref().and_then(|credential| credential.user_id).into_iter().collect();
        let mut guarded = Self { own, incomplete: accounts.evidence.incomplete.clone(), ..Self::default() };
        let addresses = accounts.ids()?.iter().zip(accounts.emails()?.iter());
        for ((id, email), (active, role)) in addresses.zip(accounts.active()?.zip(accounts.roles()?)) {
            guarded.active += u64::from(active);
            let Some(id) = id else { continue };
            if active && config.domo.is_admin(role) && id != SUPPORT_ID {
                guarded.admins.insert(id);
            }
            if active && config.domo.rights(role) == Rights::Unknown {
                let shown = role.name.filter(|name| !name.trim().is_empty()).or(role.id).unwrap_or_default();
                guarded.unknown_roles.insert(shown.trim().to_owned());
            }
            if email.is_some_and(owns) {
                guarded.own.insert(id);
            }
            let excluded = if touched.contains(&id) { exclusions.rule(Some(id), email) } else { None };
            if let Some(rule) = excluded {
                let reason = config.exclude.get(rule).map_or("Domo's own support account", |rule| &rule.reason);
                guarded.protected.insert(id, reason.to_owned());
            }
        }
        Ok(guarded)
    }
}

/// Refuses a `client_owner` that names none of these accounts: the guard `self` would guard nobody. Of a list that is not whole
/// nothing is said, nor where several instances share the owner, who need not be in each.
///
/// # Errors
/// It names none of them.
pub fn owner_is_there(accounts: &Accounts, config: &Config) -> Result<()> {
    let Some(owner) = config.client_owner_here().filter(|_| accounts.evidence.incomplete.is_empty()) else { return Ok(()) };
    match has_owner(accounts, owner)? {
        true => Ok(()),
        false => Err(no_owner(owner).into()),
    }
}

/// Whether one of these accounts has the owner's address.
///
/// # Errors
/// None in practice: the column is there.
pub fn has_owner(accounts: &Accounts, owner: &str) -> Result<bool> {
    Ok(accounts.emails()?.iter().flatten().any(|email| text::alike(owner, email)))
}

/// What is said of a `client_owner` that no account is.
pub fn no_owner(owner: &str) -> Failure {
    Failure::usage(format!("[domo] client_owner `{}` names no account of the instance", text::visible(owner)))
        .hint("it is the e-mail of the account that made the API client, which the guard `self` keeps from being locked out")
}

/// What was judged and cannot be counted again when a plan is applied.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AuditFigures {
    /// Rows of the directory that were rejected.
    pub rejected_rows: u64,
    /// Percent by which the population that shrank most did since somebody last vouched for it, rounded up.
    pub shrunk: u64,
}

impl AuditFigures {
    /// As a plan's own guards keep it.
    pub fn of(guards: &[GuardState]) -> Self {
        let value = |guard: Guard| guards.iter().find(|state| state.name == guard.as_str()).map_or(0, |state| state.value);
        Self { rejected_rows: value(Guard::RejectedRows), shrunk: value(Guard::PopulationMoved) }
    }
}

/// How every guard stands for these actions.
pub fn evaluate(actions: &[&Action], guarded: &GuardedAccounts, judged: AuditFigures, limits: &config::Guards) -> Vec<GuardState> {
    let count = |wanted: &dyn Fn(&Action) -> bool| actions.iter().filter(|action| wanted(action)).count() as u64;
    let removes = |action: &Action| action.kind.removes_access();
    let on = |ids: &dyn Fn(u64) -> bool, action: &Action| action.account_id.is_some_and(ids);

    let removed = count(&removes);
    let share = |percent: u64| guarded.active.saturating_mul(percent) / 100;
    let most_removed = match guarded.active {
        few if few < SHARE_COUNTS_FROM => limits.max_deactivations,
        _ => limits.max_deactivations.min(share(limits.max_deactivations_percent)),
    };
    let updated = count(&|action| action.kind == ActionKind::Update);
    let most_updated = share(limits.max_updates_percent);
    let created = count(&|action| action.kind == ActionKind::Create);

    let no_admin_any_more = |action: &Action| {
        removes(action)
            || action.after.get("role").is_some_and(|role| role != Role::Admin.as_str())
            || action.after.get("active").is_some_and(|active| active == false)
    };
    let admins_removed = count(&|action| on(&|id| guarded.admins.contains(&id), action) && no_admin_any_more(action));
    let admins = (guarded.admins.len() as u64).saturating_sub(admins_removed);

    let protected: Vec<&Action> =
        actions.iter().copied().filter(|action| on(&|id| guarded.protected.contains_key(&id), action)).collect();
    // Changing one's own title locks nobody out; one's sign-in name, role or access does.
    let harms =
        |action: &Action| no_admin_any_more(action) || action.after.contains_key("email") || action.after.contains_key("role");
    let own: Vec<&Action> =
        actions.iter().copied().filter(|action| on(&|id| guarded.own.contains(&id), action) && harms(action)).collect();
    let incomplete = guarded.incomplete.len() as u64;
    let shrunk = if actions.is_empty() { 0 } else { judged.shrunk };

    let state = |guard: Guard, value: u64, limit: u64, holds: bool| GuardState {
        name: guard.as_str().into(),
        value,
        limit,
        holds,
        note: None,
    };
    let uncounted = (!guarded.unknown_roles.is_empty()).then(|| {
        let roles: Vec<&str> = guarded.unknown_roles.iter().map(String::as_str).collect();
        let (what, they) = if roles.len() == 1 { ("the custom role", "it") } else { ("the custom roles", "they") };
        format!("not counted, because what {they} may do is not known: {what} {}", roles.join(", "))
    });
    vec![
        state(Guard::MaxDeactivations, removed, most_removed, removed <= most_removed),
        state(Guard::MaxUpdates, updated, most_updated, updated <= most_updated),
        state(Guard::MaxCreates, created, limits.max_creates, created <= limits.max_creates),
        // Where there are too few Admins already, only actions that remove one are stopped.
        GuardState {
            note: uncounted,
            ..state(Guard::MinAdmins, admins, limits.min_admins, admins >= limits.min_admins || admins_removed == 0)
        },
        state(Guard::RejectedRows, judged.rejected_rows, 0, judged.rejected_rows == 0 || removed == 0),
        state(Guard::PopulationMoved, judged.shrunk, MAX_SHRINK, shrunk <= MAX_SHRINK),
        // Always holds: of an empty directory no plan is made. It is listed all the same, for whoever reads a plan by its guards.
        state(Guard::EmptyDirectory, 0, 0, true),
        state(Guard::IncompleteEvidence, incomplete, 0, incomplete == 0 || actions.is_empty()),
        GuardState { note: named(&protected), ..state(Guard::Protected, protected.len() as u64, 0, protected.is_empty()) },
        GuardState { note: named(&own), ..state(Guard::Own, own.len() as u64, 0, own.is_empty()) },
    ]
}

/// Which actions a guard is about that cannot be overridden: somebody has to find them. By ids alone, which a redacted report may
/// show.
fn named(actions: &[&Action]) -> Option<String> {
    const NAMED: usize = 10;
    let account = |action: &Action| action.account_id.map(|id| format!(" (account {id})")).unwrap_or_default();
    let mut named: Vec<_> = actions.iter().take(NAMED).map(|action| format!("{}{}", action.id, account(action))).collect();
    if actions.len() > NAMED {
        named.push(format!("{} more", actions.len() - NAMED));
    }
    (!named.is_empty()).then(|| named.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejected_rows_are_overridden_by_their_exact_number() {
        let state = GuardState { name: "rejected-rows".into(), value: 14, limit: 0, holds: false, note: None };
        assert!(Override::parse("rejected-rows=14", "seen").unwrap().covers(&state));
        assert!(!Override::parse("rejected-rows=13", "seen").unwrap().covers(&state));
        assert!(Override::parse("rejected-rows", "seen").is_err());
        assert!(Override::parse("max-updates=3", "seen").is_err());
        assert!(Override::parse("max-updates", " ").is_err());
        assert!(Override::parse("nonsense", "seen").is_err());
    }

    #[test]
    fn four_guards_cannot_be_overridden() {
        for guard in [Guard::EmptyDirectory, Guard::IncompleteEvidence, Guard::Protected, Guard::Own] {
            let state = GuardState { name: guard.as_str().into(), value: 1, limit: 0, holds: false, note: None };
            assert!(!Override::parse(guard.as_str(), "please").unwrap().covers(&state));
        }
    }
}
