//! An account that may administer and signs in without a second factor.

use super::sheet::Sheet;
use crate::reconcile::exclusions::Part;
use crate::reconcile::explain;
use crate::reconcile::finding::Value;
use crate::reconcile::identity::Draft;
use crate::reconcile::judge::Judge;
use crate::reconcile::places::Account;
use crate::terms::{Kind, Severity};

pub(super) const SHEET: Sheet = Sheet {
    untested,
    ..Sheet::new(
        |judge| high(judge).filter(|account| judge.accounts.two_factor.get(*account).is_some()).count() as u64,
        |judge| high(judge).filter_map(|account| single_factor(judge, account)).collect(),
    )
};

/// The accounts that take part and may administer.
fn high<'j>(judge: &'j Judge<'_>) -> impl Iterator<Item = Account> + 'j {
    judge.accounts.all().filter(|account| judge.parts[*account] == Part::Takes && judge.may_administer(*account))
}

fn single_factor(judge: &Judge<'_>, account: Account) -> Option<Draft> {
    if judge.accounts.two_factor.get(account) != Some(false) {
        return None;
    }
    let reason = format!("Two-factor sign-in is off, with the role {}", judge.high_role(account)?);
    let draft = judge.about(Kind::SingleFactor, Severity::Medium, account, reason);
    Some(draft.with("person", Value::ItsPerson).with("found", Value::ItsReason))
}

fn untested(judge: &Judge<'_>) -> Vec<String> {
    let silent = high(judge).filter(|account| judge.accounts.two_factor.get(*account).is_none()).count() as u64;
    let why = match (judge.accounts.provides("two_factor"), silent) {
        (false, _) => "No source says whether two-factor sign-in is on: Domo's user API does not, DomoStats People does".to_owned(),
        (true, 0) => return Vec::new(),
        (true, silent) => {
            let accounts = explain::plural(silent, "account that may administer", "accounts that may administer");
            format!("Of {accounts} the source does not say whether two-factor sign-in is on")
        }
    };
    vec![why]
}
