//! An active account of a person whose employment has ended.

use chrono::NaiveDate;

use super::sheet::{Sheet, removing, without_fields};
use crate::config::Choice;
use crate::reconcile::explain;
use crate::reconcile::finding::Value;
use crate::reconcile::identity::Draft;
use crate::reconcile::judge::Judge;
use crate::reconcile::places::Account;
use crate::terms::{AccountSituation, Kind, Severity, Status};

pub(super) const SHEET: Sheet = Sheet {
    policy: Some(|policy| policy.leaver),
    untested: |judge| {
        let lacks = "neither a status nor a termination date";
        without_fields(judge, &["status", "termination_date"], lacks, ": everyone listed counts as employed")
    },
    ..Sheet::new(
        |judge| judge.whose_person_is_known(),
        |judge| judge.accounts_that_are(AccountSituation::Leaver, |account| leaver(judge, account)),
    )
};

fn leaver(judge: &Judge<'_>, account: Account) -> Option<Draft> {
    let (person, _) = judge.person_of(account)?;
    let last_day = judge.people.termination_date.get(person);
    let reason = sentence(judge.word(person), last_day, judge.rules.as_of, judge.high_role(account).as_deref());
    no_longer_entitled(
        judge,
        (Kind::Leaver, judge.rules.config.policy.leaver),
        account,
        reason + &judge.last_seen(account, last_day),
    )
}

/// A leaver or somebody suspended: the account is still active, and the policy says what becomes of it.
pub(super) fn no_longer_entitled(
    judge: &Judge<'_>,
    (kind, choice): (Kind, Choice),
    account: Account,
    reason: String,
) -> Option<Draft> {
    let ((person, _), as_of) = (judge.person_of(account)?, judge.rules.as_of);
    let last_day = judge.people.termination_date.get(person);
    let severity = if judge.may_administer(account) { Severity::Critical } else { Severity::High };
    let status = judge.word(person).unwrap_or(judge.employment[person].status.as_str());
    let days_since = last_day.filter(|day| *day < as_of).map(|day| (as_of - day).num_days());
    let draft = judge
        .about(kind, severity, account, reason)
        .with("directory_status", Value::Text(Some(status.to_owned())))
        .with("last_day", Value::Day(last_day))
        .with("days_since", Value::Days(days_since));
    if let Some(called) = judge.employed_under_another_name(account, person) {
        let (source, line) = judge.people.place(called.row);
        let (source, name) = (judge.people.source_name(source), &called.name);
        return Some(draft.say(&format!(
            "; {source} row {line} has the person's address too, calls them {name} and says employed, so a person decides"
        )));
    }
    Some(match judge.perhaps_employed_sibling(person) {
        None => removing(judge, account, choice, draft),
        Some(other) => {
            let says = match judge.employment[other].status {
                Status::Unknown => "has no readable status",
                _ => "says employed",
            };
            let other = explain::person(&judge.person_ref(other));
            draft.say(&format!("; another row with one of the person's keys or addresses {says}: {other}, so a person decides"))
        }
    })
}

fn sentence(word: Option<&str>, last_day: Option<NaiveDate>, as_of: NaiveDate, role: Option<&str>) -> String {
    let role = role.map(|role| format!(" with the role {role}")).unwrap_or_default();
    match (last_day, word) {
        (Some(day), _) if day < as_of => format!(
            "Employment ended on {day}, {} before the day judged; the account is still active{role}",
            explain::days((as_of - day).num_days())
        ),
        (_, Some(word)) => {
            format!("The directory says `{word}`, without a usable last day; the account is still active{role}")
        }
        _ => format!("Employment has ended, on an unknown day; the account is still active{role}"),
    }
}
