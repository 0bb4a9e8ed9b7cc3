//! One of several active accounts of the same person.

use super::sheet::Sheet;
use crate::reconcile::explain;
use crate::reconcile::finding::{AccountRef, LISTED, Value};
use crate::reconcile::identity::Draft;
use crate::reconcile::judge::Judge;
use crate::reconcile::places::Account;
use crate::terms::{AccountSituation, Kind, Severity};

pub(super) const SHEET: Sheet = Sheet {
    holds: true,
    ..Sheet::new(
        |judge| judge.taking_part(),
        |judge| judge.accounts_that_are(AccountSituation::Duplicate, |account| duplicate(judge, account)),
    )
};

fn duplicate(judge: &Judge<'_>, account: Account) -> Option<Draft> {
    let matched = judge.person_of(account)?;
    let holders = judge.holders.get(&matched.0).map_or(&[][..], Vec::as_slice);
    let best = best(judge, holders);
    let accounts: Vec<AccountRef> = holders.iter().take(LISTED).map(|account| judge.account_ref(*account)).collect();
    let which = match best {
        Some(best) if best == account => "this one agrees on most keys".to_owned(),
        Some(best) => format!("account {} agrees on most keys", explain::account(&judge.account_ref(best))),
        None => "they agree on equally many keys".to_owned(),
    };
    let reason = format!(
        "{}, who {}, has {} active accounts: {}; {which}",
        explain::person(&judge.person_ref(matched.0)),
        judge.employed(matched.0),
        holders.len(),
        explain::listed(accounts.iter().map(explain::account)),
    );
    let draft = judge.about(Kind::Duplicate, Severity::Medium, account, reason);
    Some(
        draft
            .with("person", Value::ItsPerson)
            .with("accounts", Value::Accounts(accounts, best.map(|best| best.0)))
            .with("shared_key", Value::keys(&matched.1.keys())),
    )
}

/// The one account that agrees with the person on most keys.
fn best(judge: &Judge<'_>, holders: &[Account]) -> Option<Account> {
    let agreement = |account: &Account| judge.person_of(*account).map_or(0, |(_, agreeing)| agreeing.count());
    let most = holders.iter().map(agreement).max()?;
    let mut with_most = holders.iter().filter(|account| agreement(account) == most);
    with_most.next().filter(|_| with_most.next().is_none()).copied()
}
