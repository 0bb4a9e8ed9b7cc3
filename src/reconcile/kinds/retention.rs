//! An inactive account that this tool took out of use so long ago that the policy would now delete it.

use super::sheet::{Sheet, kept_until};
use crate::reconcile::correlation::matching::Correlation;
use crate::reconcile::explain;
use crate::reconcile::finding::Value;
use crate::reconcile::identity::Draft;
use crate::reconcile::judge::Judge;
use crate::reconcile::past::Taken;
use crate::reconcile::places::Account;
use crate::terms::{AccountSituation, ActionKind, Kind, Severity, Status};

/// The day on which an account was taken out of use is in the journals of the archive.
pub(super) const SHEET: Sheet = Sheet { untested, ..Sheet::new(tested, find) };

fn tested(judge: &Judge<'_>) -> u64 {
    let tests = judge.rules.config.policy.delete_after_days > 0 && judge.past.lost.is_empty();
    if tests { judge.count(&[AccountSituation::Inactive]) } else { 0 }
}

fn untested(judge: &Judge<'_>) -> Vec<String> {
    let lost = judge.past.lost.iter().filter(|_| judge.rules.config.policy.delete_after_days > 0);
    let why = |lost: &String| format!("What was given back since is not known, so that nothing is proposed for deletion. {lost}");
    lost.map(why).collect()
}

fn find(judge: &Judge<'_>) -> Vec<Draft> {
    let all = judge.account_situations.iter().filter(|(_, situation)| **situation == AccountSituation::Inactive);
    let due: Vec<(Account, &Taken)> = all.filter_map(|(account, _)| Some((account, due(judge, account)?))).collect();
    let sides = judge.gaps.sides;
    let said = |account| sides.correlation(&judge.matches.pairs, account);
    // Who is near would keep it from being an orphan, were it active.
    let unmatched = due.iter().map(|(account, _)| *account);
    let unmatched = unmatched.filter(|account| matches!(said(*account), Correlation::Nobody | Correlation::NoKey)).collect();
    let near = judge.matches.suspects_among(sides, unmatched);
    let is_nobodys = |account| near.of(account).is_empty() && is_nobodys(judge, account, said(account));
    let nobodys = due.into_iter().filter(|(account, _)| is_nobodys(*account));
    nobodys.map(|(account, taken)| retention(judge, account, taken)).collect()
}

/// What was done to an account whose time of keeping is over. One that Domo deleted is gone.
fn due<'j>(judge: &'j Judge<'_>, account: Account) -> Option<&'j Taken> {
    let taken = judge.taken(account)?;
    (judge.due(taken)? <= judge.rules.as_of && !judge.accounts.deleted.get(account).unwrap_or(false)).then_some(taken)
}

fn retention(judge: &Judge<'_>, account: Account, taken: &Taken) -> Draft {
    let as_of = judge.rules.as_of;
    let how = if taken.kind == ActionKind::Demote { "demoted" } else { "deactivated" };
    let days = (as_of - taken.on).num_days();
    let kept = judge.due(taken).map(|due| kept_until(due, as_of)).unwrap_or_default();
    let reason =
        format!("Inactive, and {how} by plan {} on {}, {} before the day judged{kept}", taken.plan, taken.on, explain::days(days))
            + &judge.owned_and_locked(account);
    let draft = judge.about(Kind::Retention, Severity::Info, account, reason);
    let draft = draft.with("person", Value::ItsPerson).with("taken_on", Value::Day(Some(taken.on)));
    draft.with("days_since", Value::Days(Some(days))).proposing(Some(ActionKind::Delete))
}

/// Whether it would be an orphan or a leaver, were it active: one whose person may still be employed is somebody's.
fn is_nobodys(judge: &Judge<'_>, account: Account, said: Correlation) -> bool {
    match said {
        Correlation::One { person, .. } => {
            judge.employment[person].status == Status::Terminated
                && judge.perhaps_employed_sibling(person).is_none()
                && judge.employed_under_another_name(account, person).is_none()
                && judge.gaps.beside(account).is_none()
        }
        Correlation::Nobody | Correlation::NoKey => judge.gap(account).is_none(),
        Correlation::Conflict | Correlation::Ambiguous => false,
    }
}
