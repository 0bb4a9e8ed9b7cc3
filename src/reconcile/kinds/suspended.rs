//! An active account of a person whose directory entry is switched off without saying why.

use super::leaver::no_longer_entitled;
use super::sheet::{Sheet, without_fields};
use crate::reconcile::identity::Draft;
use crate::reconcile::judge::Judge;
use crate::reconcile::places::Account;
use crate::terms::{AccountSituation, Kind};

pub(super) const SHEET: Sheet = Sheet {
    policy: Some(|policy| policy.suspended),
    untested: |judge| without_fields(judge, &["status"], "no status column", ""),
    ..Sheet::new(
        |judge| judge.whose_person_is_known(),
        |judge| judge.accounts_that_are(AccountSituation::Suspended, |account| suspended(judge, account)),
    )
};

fn suspended(judge: &Judge<'_>, account: Account) -> Option<Draft> {
    let (person, _) = judge.person_of(account)?;
    let role = judge.high_role(account).map(|role| format!(" with the role {role}")).unwrap_or_default();
    let says = judge.word(person).map_or("switched off".to_owned(), |word| format!("switched off (`{word}`)"));
    let date = judge.people.termination_date.get(person).map(|day| format!("; its termination date is {day}")).unwrap_or_default();
    let seen = judge.last_seen(account, None);
    let reason = format!("The directory entry is {says} without saying why; the account is still active{role}{date}{seen}");
    no_longer_entitled(judge, (Kind::Suspended, judge.rules.config.policy.suspended), account, reason)
}
