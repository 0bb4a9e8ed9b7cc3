//! The kinds of finding, a file each: on whom a kind is tested, why it may not be, what it finds, in which words, with which columns.
//!
//! To add one, see CONTRIBUTING.md.

mod ambiguous;
mod conflict;
mod deactivated;
mod dormant;
mod drift;
mod duplicate;
mod early;
mod elevated;
mod exception;
mod leaver;
mod missing;
mod not_evaluable;
mod orphan;
mod quality;
mod retention;
mod single_factor;
mod suspended;

use chrono::NaiveDate;

use super::NotTested;
use super::identity::Draft;
use super::index::Account;
use super::judge::Judge;
use super::outcome::unkept;
use crate::config::{Choice, Policy};
use crate::terms::{ActionKind, Kind, Severity};

pub(super) use exception::idle as idle_exceptions;

/// All that is particular to a kind of finding.
pub(super) struct Sheet {
    /// On how many of what it was tested.
    tested: fn(&Judge<'_>) -> u64,
    /// Why it was not tested, on anybody or on some.
    untested: fn(&Judge<'_>) -> Vec<NotTested>,
    /// What it finds.
    find: fn(&Judge<'_>) -> Vec<Draft>,
    /// What its number of tests counts.
    population: Population,
    /// The part of the policy that decides what is proposed.
    policy: Option<fn(&Policy) -> Choice>,
    /// Whether somebody has to decide before anything is done to the account, for this or another finding.
    holds: bool,
}

impl Sheet {
    /// A kind that is tested always, on accounts, and about which nothing is proposed.
    const fn new(tested: fn(&Judge<'_>) -> u64, find: fn(&Judge<'_>) -> Vec<Draft>) -> Self {
        Self { tested, untested: |_| Vec::new(), find, population: Population::Accounts, policy: None, holds: false }
    }
}

/// What a kind is tested on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Population {
    /// Accounts.
    Accounts,
    /// Rows of the directory.
    Rows,
    /// The `[[exception]]` rules.
    Exceptions,
}

/// A kind's sheet.
const fn sheet(kind: Kind) -> &'static Sheet {
    match kind {
        Kind::Leaver => &leaver::SHEET,
        Kind::Suspended => &suspended::SHEET,
        Kind::Orphan => &orphan::SHEET,
        Kind::Elevated => &elevated::SHEET,
        Kind::Conflict => &conflict::SHEET,
        Kind::Ambiguous => &ambiguous::SHEET,
        Kind::Duplicate => &duplicate::SHEET,
        Kind::Early => &early::SHEET,
        Kind::Dormant => &dormant::SHEET,
        Kind::SingleFactor => &single_factor::SHEET,
        Kind::NotEvaluable => &not_evaluable::SHEET,
        Kind::Drift => &drift::SHEET,
        Kind::Missing => &missing::SHEET,
        Kind::Quality => &quality::SHEET,
        Kind::Deactivated => &deactivated::SHEET,
        Kind::Retention => &retention::SHEET,
        Kind::Exception => &exception::SHEET,
    }
}

/// Every sheet there is.
fn sheets() -> impl Iterator<Item = (Kind, &'static Sheet)> {
    Kind::ALL.into_iter().map(|kind| (kind, sheet(kind)))
}

/// What a kind is tested on.
pub fn tested_on(kind: Kind) -> Population {
    sheet(kind).population
}

/// What the policy proposes for a kind; none where a person decides always.
pub fn choice(kind: Kind, policy: &Policy) -> Option<Choice> {
    sheet(kind).policy.map(|choice| choice(policy))
}

/// Whether nothing is done to an account that has a finding of this kind until somebody decided.
pub fn holds(kind: Kind) -> bool {
    sheet(kind).holds
}

/// Everything that the kinds find.
pub(super) fn find(judge: &Judge<'_>) -> Vec<Draft> {
    sheets().flat_map(|(_, sheet)| (sheet.find)(judge)).collect()
}

/// How many each kind was tested on.
pub(super) fn tested(judge: &Judge<'_>) -> impl Iterator<Item = (Kind, u64)> {
    sheets().map(|(kind, sheet)| (kind, (sheet.tested)(judge)))
}

/// Which kinds were not tested, on anybody or on some.
pub(super) fn untested(judge: &Judge<'_>) -> Vec<NotTested> {
    sheets().flat_map(|(_, sheet)| (sheet.untested)(judge)).collect()
}

/// A kind that the directory's files have to carry one of these fields for; `lacks` says so, `so` what follows.
fn without_fields(judge: &Judge<'_>, kind: Kind, fields: &[&str], lacks: &str, so: &str) -> Vec<NotTested> {
    let why = match judge.people.any_provides(fields) {
        false => Some(format!("The directory has {lacks}{so}")),
        true => judge.people.without(fields).map(|some| format!("{some}, with {lacks}{so}")),
    };
    why.map(|why| NotTested::new(kind.as_str(), why)).into_iter().collect()
}

/// A finding on access that should not be there, with what the policy proposes: nothing that cannot be had, and nothing more where all
/// that a demotion takes is gone, until the time of keeping is over.
fn removing(judge: &Judge<'_>, account: Account, mut draft: Draft) -> Draft {
    draft = draft.say(&judge.owned_and_locked(account));
    let (policy, kind) = (&judge.rules.config.policy, draft.finding.kind);
    let action = match choice(kind, policy) {
        Some(Choice::Deactivate) => ActionKind::Deactivate,
        Some(Choice::Demote) => ActionKind::Demote,
        Some(Choice::Delete) => ActionKind::Delete,
        Some(Choice::Create | Choice::Update | Choice::Report) | None => return draft,
    };
    let demoted = judge.taken(account).filter(|taken| taken.kind == ActionKind::Demote);
    if (action == ActionKind::Demote || demoted.is_some()) && judge.accounts.restricted_to(account, &policy.demoted_role) {
        draft.finding.restricted = true;
        draft.finding.severity = Severity::Medium;
        let groups = if judge.accounts.provides("groups") { "no group" } else { "groups that were not read" };
        let by = demoted.map(|taken| format!(", demoted on {} by plan {}", taken.on, taken.plan)).unwrap_or_default();
        draft = draft.say(&format!("; it is restricted: the role {} and {groups}{by}", policy.demoted_role));
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
    if action == ActionKind::Deactivate && (judge.lesson.is_some() || !judge.accounts.provides("active")) {
        let why = match judge.lesson {
            Some(taken) => unkept(taken),
            None => "this Domo does not say who is active, so that a deactivation could not be read back".to_owned(),
        };
        return draft.say(&format!(
            "; {why}, and none is proposed: `[policy] {kind} = \"demote\"` takes role and groups away, `{kind} = \"delete\"` deletes, \
             or do it by hand under Admin > Governance > People"
        ));
    }
    draft.proposing(Some(action))
}

/// Until when an account whose access we took is kept.
fn kept_until(due: NaiveDate, as_of: NaiveDate) -> String {
    match as_of < due {
        true => format!("; by delete_after_days it is proposed for deletion from {due} on"),
        false => format!("; by delete_after_days it was kept until {due}"),
    }
}
