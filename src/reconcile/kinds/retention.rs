//! An inactive account that this tool took out of use so long ago that the policy would now delete it.

use super::sheet::{Sheet, kept_until};
use crate::reconcile::explain;
use crate::reconcile::finding::Value;
use crate::reconcile::identity::Draft;
use crate::reconcile::index::Account;
use crate::reconcile::judge::Judge;
use crate::reconcile::matching::Correlation;
use crate::terms::{AccountSituation, ActionKind, Kind, Severity, Status};

/// The day on which an account was taken out of use is in the journals of the archive.
pub(super) const SHEET: Sheet = Sheet::new(
    |judge| if judge.rules.config.policy.delete_after_days > 0 { judge.count(&[AccountSituation::Inactive]) } else { 0 },
    |judge| judge.accounts_that_are(AccountSituation::Inactive, |account| retention(judge, account)),
);

fn retention(judge: &Judge<'_>, account: Account) -> Option<Draft> {
    let taken = judge.taken(account)?;
    let (due, as_of) = (judge.due(taken)?, judge.rules.as_of);
    // One that Domo deleted is gone, and one whose person may still be employed is somebody's.
    if due > as_of || judge.accounts.deleted.get(account).unwrap_or(false) || !is_nobodys(judge, account) {
        return None;
    }
    let how = if taken.kind == ActionKind::Demote { "demoted" } else { "deactivated" };
    let days = (as_of - taken.on).num_days();
    let reason = format!(
        "Inactive, and {how} by plan {} on {}, {} before the day judged{}",
        taken.plan,
        taken.on,
        explain::days(days),
        kept_until(due, as_of)
    ) + &judge.owned_and_locked(account);
    let draft = judge.about(Kind::Retention, Severity::Info, account, reason);
    let draft = draft.with("person", Value::ItsPerson).with("taken_on", Value::Day(Some(taken.on)));
    Some(draft.with("days_since", Value::Days(Some(days))).proposing(Some(ActionKind::Delete)))
}

/// Whether it would be an orphan or a leaver, were it active.
fn is_nobodys(judge: &Judge<'_>, account: Account) -> bool {
    match judge.matches.correlations[account] {
        Correlation::One { person, .. } => {
            judge.employment[person].status == Status::Terminated && judge.employed_sibling(person).is_none()
        }
        Correlation::Nobody | Correlation::NoKey => judge.gap(account).is_none(),
        Correlation::Conflict | Correlation::Ambiguous => false,
    }
}
