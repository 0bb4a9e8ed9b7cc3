//! An account that may administer and signs in without a second factor.

use super::Sheet;
use crate::reconcile::NotTested;
use crate::reconcile::explain;
use crate::reconcile::finding::Value;
use crate::reconcile::identity::Draft;
use crate::reconcile::judge::Judge;
use crate::reconcile::matching::Part;
use crate::terms::{Kind, Severity};

pub(super) const SHEET: Sheet = Sheet {
    untested,
    ..Sheet::new(
        |judge| high(judge).filter(|row| judge.accounts.two_factor.get(*row).is_some()).count() as u64,
        |judge| high(judge).filter_map(|row| single_factor(judge, row)).collect(),
    )
};

/// The accounts that take part and may administer.
fn high<'j>(judge: &'j Judge<'_>) -> impl Iterator<Item = u32> + 'j {
    (0..judge.accounts.height).filter(|row| judge.parts[*row as usize] == Part::Takes && judge.may_administer(*row))
}

fn single_factor(judge: &Judge<'_>, row: u32) -> Option<Draft> {
    if judge.accounts.two_factor.get(row) != Some(false) {
        return None;
    }
    let reason = format!("Two-factor sign-in is off, with the role {}", judge.high_role(row)?);
    let draft = match judge.person_of(row) {
        Some(matched) => judge.about_match(Kind::SingleFactor, Severity::Medium, row, matched, reason),
        None => judge.about_account(Kind::SingleFactor, Severity::Medium, row, reason),
    };
    Some(draft.with("person", Value::ItsPerson).with("found", Value::ItsReason))
}

fn untested(judge: &Judge<'_>) -> Vec<NotTested> {
    let silent = high(judge).filter(|row| judge.accounts.two_factor.get(*row).is_none()).count() as u64;
    let why = match (judge.accounts.provides("two_factor"), silent) {
        (false, _) => "No source says whether two-factor sign-in is on: Domo's user API does not, DomoStats People does".to_owned(),
        (true, 0) => return Vec::new(),
        (true, silent) => {
            let accounts = explain::plural(silent, "account that may administer", "accounts that may administer");
            format!("Of {accounts} the source does not say whether two-factor sign-in is on")
        }
    };
    vec![NotTested::new(Kind::SingleFactor.as_str(), why)]
}
