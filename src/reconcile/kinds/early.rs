//! An active account of a person who has not started yet.

use chrono::NaiveDate;

use super::sheet::{Sheet, without_fields};
use crate::reconcile::explain;
use crate::reconcile::finding::Value;
use crate::reconcile::identity::Draft;
use crate::reconcile::judge::Judge;
use crate::reconcile::places::Account;
use crate::terms::{AccountSituation, Kind, Severity, Status};

pub(super) const SHEET: Sheet = Sheet {
    untested: |judge| without_fields(judge, &["status", "hire_date"], "neither a status nor a hire date", ""),
    ..Sheet::new(
        |judge| judge.whose_person_is_known(),
        |judge| judge.accounts_that_are(AccountSituation::Matched, |account| early(judge, account)),
    )
};

fn early(judge: &Judge<'_>, account: Account) -> Option<Draft> {
    let (person, _) = judge.person_of(account)?;
    if judge.employment[person].status != Status::Prehire {
        return None;
    }
    let (hire_date, as_of) = (judge.people.hire_date.get(person), judge.rules.as_of);
    let days_ahead = hire_date.filter(|day| *day > as_of).map(|day| (day - as_of).num_days());
    let draft = judge.about(Kind::Early, Severity::Medium, account, sentence(hire_date, as_of));
    Some(
        draft.with("person", Value::ItsPerson).with("hire_date", Value::Day(hire_date)).with("days_ahead", Value::Days(days_ahead)),
    )
}

fn sentence(hire: Option<NaiveDate>, as_of: NaiveDate) -> String {
    match hire {
        Some(day) if day > as_of => format!(
            "Employment begins on {day}, {} after the day judged; the account is active already",
            explain::days((day - as_of).num_days())
        ),
        Some(day) => {
            format!("The directory calls the person a prehire although the hire date is {day}; the account is active already")
        }
        None => "The directory calls the person a prehire, without a hire date; the account is active already".into(),
    }
}
