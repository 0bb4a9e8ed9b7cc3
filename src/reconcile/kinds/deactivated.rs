//! A deactivated or deleted account of a person who is employed.

use super::sheet::Sheet;
use crate::reconcile::exclusions::Part;
use crate::reconcile::explain;
use crate::reconcile::finding::Value;
use crate::reconcile::identity::Draft;
use crate::reconcile::judge::Judge;
use crate::reconcile::places::Account;
use crate::terms::{AccountSituation, Kind, Severity, Status};

pub(super) const SHEET: Sheet = Sheet {
    untested: |judge| {
        let accounts = judge.accounts;
        let why = match accounts.height {
            0 => explain::carry_no(accounts, "state"),
            _ => "The accounts do not say whether they are active: all count as active".to_owned(),
        };
        (!accounts.provides("active")).then_some(why).into_iter().collect()
    },
    ..Sheet::new(
        |judge| judge.count(&[AccountSituation::Inactive]),
        |judge| judge.accounts_that_are(AccountSituation::Inactive, |account| deactivated(judge, account)),
    )
};

fn deactivated(judge: &Judge<'_>, account: Account) -> Option<Draft> {
    let (person, _) = judge.person_of(account)?;
    if judge.employment[person].status != Status::Active {
        return None;
    }
    let how = if judge.accounts.deleted.get(account).unwrap_or(false) { "deleted" } else { "deactivated" };
    let mut reason = format!("The account is {how} in Domo, but its person {}", judge.employed(person));
    if let Some(other) = judge.matches.account_of[person]
        && other != account
        && judge.parts[other] == Part::Takes
    {
        reason.push_str(&format!(" and has the active account {}", explain::account(&judge.account_ref(other))));
    }
    let status = judge.employment[person].status.as_str().to_owned();
    let draft = judge.about(Kind::Deactivated, Severity::Info, account, reason);
    Some(draft.with("person", Value::ItsPerson).with("directory_status", Value::Text(Some(status))).with("found", Value::ItsReason))
}
