//! An active account of a person whose directory entry is switched off without saying why.

use super::leaver::no_longer_entitled;
use super::{Sheet, without_fields};
use crate::reconcile::identity::Draft;
use crate::reconcile::judge::Judge;
use crate::terms::{AccountSituation, Kind};

pub(super) const SHEET: Sheet = Sheet {
    policy: Some(|policy| policy.suspended),
    untested: |judge| without_fields(judge, Kind::Suspended, &["status"], "no status column", ""),
    ..Sheet::new(
        |judge| judge.whose_person_is_known(),
        |judge| judge.accounts_that_are(AccountSituation::Suspended, |row| suspended(judge, row)),
    )
};

fn suspended(judge: &Judge<'_>, row: u32) -> Option<Draft> {
    let (person, _) = judge.person_of(row)?;
    let role = judge.high_role(row).map(|role| format!(" with the role {role}")).unwrap_or_default();
    let says = judge.word(person).map_or("switched off".to_owned(), |word| format!("switched off (`{word}`)"));
    let date = judge.people.termination_date.get(person).map(|day| format!("; its termination date is {day}")).unwrap_or_default();
    let seen = judge.last_seen(row, None);
    let reason = format!("The directory entry is {says} without saying why; the account is still active{role}{date}{seen}");
    no_longer_entitled(judge, Kind::Suspended, row, reason)
}
