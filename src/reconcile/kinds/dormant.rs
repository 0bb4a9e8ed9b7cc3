//! An active account of somebody employed that nobody has used for long.

use super::sheet::{Sheet, removing};
use crate::reconcile::explain;
use crate::reconcile::finding::Value;
use crate::reconcile::identity::Draft;
use crate::reconcile::judge::Judge;
use crate::reconcile::places::Account;
use crate::terms::{AccountSituation, Kind, Severity, Status};

pub(super) const SHEET: Sheet = Sheet {
    policy: Some(|policy| policy.dormant),
    untested,
    ..Sheet::new(
        |judge| if judge.accounts.provides("last_login") { judge.count(&[AccountSituation::Matched]) } else { 0 },
        |judge| judge.accounts_that_are(AccountSituation::Matched, |account| dormant(judge, account)),
    )
};

fn dormant(judge: &Judge<'_>, account: Account) -> Option<Draft> {
    let (accounts, as_of) = (judge.accounts, judge.rules.as_of);
    let limit = i64::from(judge.rules.config.policy.dormant_days);
    let (seen, created) = (accounts.last_login.get(account), accounts.created.get(account));
    let idle = match seen {
        Some(day) => (as_of - day).num_days(),
        None if judge.never_is_known() && judge.is_told_of(account) => (as_of - created?).num_days(),
        None => return None,
    };
    if !accounts.provides("last_login") || idle <= limit {
        return None;
    }
    let (person, _) = judge.person_of(account)?;
    if judge.employment[person].status == Status::Prehire {
        return None;
    }
    let (what, idle_days) = match (seen, created) {
        (None, Some(created)) => (format!("No sign-in or activity is known; the account was made on {created}"), None),
        _ => (format!("Last seen on {}", seen?), Some(idle)),
    };
    let role = judge.high_role(account).map(|role| format!(", with the role {role}")).unwrap_or_default();
    let reason = format!("{what}, {} before the day judged{role} (limit {})", explain::days(idle), explain::days(limit));
    let severity = if judge.may_administer(account) { Severity::Medium } else { Severity::Low };
    let draft = removing(judge, account, judge.rules.config.policy.dormant, judge.about(Kind::Dormant, severity, account, reason));
    Some(
        draft
            .with("person", Value::ItsPerson)
            .with("last_seen", Value::Day(seen))
            .with("days_idle", Value::Days(idle_days))
            .with("created", Value::Day(created)),
    )
}

fn untested(judge: &Judge<'_>) -> Vec<String> {
    let window = judge.rules.config.domo.activity_days;
    let why = match (judge.accounts.provides("last_login"), window) {
        (false, 0) => Some("No sign-in times: Domo's user API returns none, and activity_days is 0".to_owned()),
        (false, window) => Some(format!(
            "No sign-in times: Domo's user API returns none, and the activity log of {} was not read, or not whole",
            explain::days(window.into())
        )),
        (true, _) if !judge.never_is_known() => unseen(judge).map(|unseen| {
            let was = if window == 1 { "was" } else { "were" };
            let days = explain::days(window.into());
            format!("{unseen} not seen in the {days} of the activity log that {was} read: that is less than dormant_days")
        }),
        (true, _) => undated(judge).map(|undated| format!("{undated} never seen, and no day on which they were made is known")),
    };
    why.into_iter().collect()
}

/// Matched accounts of which no sign-in is known: `12 accounts were`.
fn unseen(judge: &Judge<'_>) -> Option<String> {
    counted(judge, |account| judge.accounts.last_login.get(account).is_none())
}

fn undated(judge: &Judge<'_>) -> Option<String> {
    counted(judge, |account| judge.accounts.last_login.get(account).is_none() && judge.accounts.created.get(account).is_none())
}

fn counted(judge: &Judge<'_>, fits: impl Fn(Account) -> bool) -> Option<String> {
    let matched = |account: &Account| judge.account_situations[*account] == AccountSituation::Matched;
    let count = judge.accounts.all().filter(matched).filter(|account| fits(*account)).count() as u64;
    (count > 0).then(|| explain::plural(count, "account was", "accounts were"))
}
