//! What every kind of finding says of itself, and what several of them do.

use chrono::NaiveDate;

use crate::config::{Choice, Policy};
use crate::reconcile::identity::Draft;
use crate::reconcile::judge::Judge;
use crate::reconcile::places::Account;
use crate::terms::{ActionKind, Kind, Severity};

/// All that is particular to a kind of finding.
pub(super) struct Sheet {
    /// On how many of what it was tested.
    pub(super) tested: fn(&Judge<'_>) -> u64,
    /// Why it was not tested, on anybody or on some: sentences.
    pub(super) untested: fn(&Judge<'_>) -> Vec<String>,
    /// What it finds.
    pub(super) find: fn(&Judge<'_>) -> Vec<Draft>,
    /// What its number of tests counts.
    pub(super) tested_on: TestedOn,
    /// The part of the policy that decides what is proposed.
    pub(super) policy: Option<fn(&Policy) -> Choice>,
    /// Whether somebody has to decide before anything is done to the account, for this or another finding.
    pub(super) holds: bool,
}

impl Sheet {
    /// A kind that is tested always, on accounts, and about which nothing is proposed.
    pub(super) const fn new(tested: fn(&Judge<'_>) -> u64, find: fn(&Judge<'_>) -> Vec<Draft>) -> Self {
        Self { tested, untested: |_| Vec::new(), find, tested_on: TestedOn::Accounts, policy: None, holds: false }
    }
}

/// What a kind is tested on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestedOn {
    /// Accounts.
    Accounts,
    /// Rows of the directory.
    Rows,
    /// The `[[exception]]` rules.
    Exceptions,
}

/// A kind that the directory's files have to carry one of these fields for; `lacks` says so, `so` what follows.
pub(super) fn without_fields(judge: &Judge<'_>, fields: &[&str], lacks: &str, so: &str) -> Vec<String> {
    let why = match judge.people.any_provides(fields) {
        false => Some(format!("The directory has {lacks}{so}")),
        true => judge.people.without(fields).map(|some| format!("{some}, with {lacks}{so}")),
    };
    why.into_iter().collect()
}

/// A finding on access that should not be there, with what the policy proposes: nothing that cannot be had, and nothing more where
/// all that a demotion takes is gone, until the time of keeping is over.
pub(super) fn removing(judge: &Judge<'_>, account: Account, choice: Choice, mut draft: Draft) -> Draft {
    draft = draft.say(&judge.owned_and_locked(account));
    let (policy, domo, kind) = (&judge.rules.config.policy, &judge.rules.config.domo, draft.finding.kind);
    let action = match choice {
        Choice::Deactivate => ActionKind::Deactivate,
        Choice::Demote => ActionKind::Demote,
        Choice::Delete => ActionKind::Delete,
        Choice::Create | Choice::Update | Choice::Report => return draft,
    };
    let demoted = judge.taken(account).filter(|taken| taken.kind == ActionKind::Demote);
    let role = judge.accounts.demoted(account, &policy.demoted_role, domo);
    if (action == ActionKind::Demote || demoted.is_some()) && judge.accounts.restricted_to(account, role, domo) {
        draft.finding.restricted = true;
        draft.finding.severity = Severity::Medium;
        let groups = if judge.accounts.provides("groups") { "no group" } else { "groups that were not read" };
        let by = demoted.map(|taken| format!(", demoted on {} by plan {}", taken.on, taken.plan)).unwrap_or_default();
        let back = demoted.and_then(|taken| taken.back.as_ref()).map(|run| {
            format!("; no time of keeping counts from that day: the run {run} found its person employed since, or cannot be read")
        });
        draft = draft.say(&format!("; it is restricted: the role {role} and {groups}{by}{}", back.unwrap_or_default()));
        let kept = demoted.filter(|_| matches!(kind, Kind::Orphan | Kind::Leaver)).and_then(|taken| judge.due(taken));
        if let Some(due) = kept {
            return draft
                .say(&kept_until(due, judge.rules.as_of))
                .proposing((judge.rules.as_of >= due).then_some(ActionKind::Delete));
        }
        if action == ActionKind::Demote {
            return draft;
        }
    }
    if action == ActionKind::Demote && judge.accounts.only_bears_the_name(account, role, domo) {
        return draft.say(&format!(
            "; its role is one of the instance's own that is called {role} too, so that a demotion could not be told from it and \
             none is proposed: take it away by hand under Admin > Governance > People"
        ));
    }
    if action == ActionKind::Deactivate && (judge.lesson.is_some() || !judge.accounts.provides("active")) {
        let why = match judge.lesson {
            Some(taken) => taken.unkept(),
            None => "this Domo does not say who is active, so that a deactivation could not be read back".to_owned(),
        };
        return draft.say(&format!(
            "; {why}, and none is proposed: `[policy] {kind} = \"demote\"` takes role and groups away, `{kind} = \"delete\"` \
             deletes, or do it by hand under Admin > Governance > People"
        ));
    }
    draft.proposing(Some(action))
}

/// Until when an account whose access we took is kept.
pub(super) fn kept_until(due: NaiveDate, as_of: NaiveDate) -> String {
    match as_of < due {
        true => format!("; by delete_after_days it is proposed for deletion from {due} on"),
        false => format!("; by delete_after_days it was kept until {due}"),
    }
}
