//! An account that could not be judged because evidence is missing.

use super::Sheet;
use crate::reconcile::finding::{Kind, Severity, Value};
use crate::reconcile::identity::Draft;
use crate::reconcile::judge::Judge;
use crate::reconcile::situation::Gap;
use crate::reconcile::{AccountSituation, explain};

pub(super) const SHEET: Sheet = Sheet {
    holds: true,
    ..Sheet::new(
        |judge| judge.taking_part(),
        |judge| judge.accounts_that_are(AccountSituation::NotEvaluable, |row| Some(not_evaluable(judge, row, judge.gap(row)?))),
    )
};

fn not_evaluable(judge: &Judge<'_>, row: u32, gap: Gap) -> Draft {
    let (code, missing, reason) = match gap {
        Gap::NoStatus => {
            let word = judge.person_of(row).and_then(|(person, _)| judge.word(person));
            let reason = match word {
                Some(word) => format!("The directory's status `{word}` says neither employed nor ended, and no date decides"),
                None => "The directory's row has no readable status, and no date decides".to_owned(),
            };
            ("no-status", "a status or a termination date of the matched row", reason)
        }
        Gap::RejectedRow(place) => {
            let key = explain::key_in_words(place.key);
            let at = format!("row {} of {}", place.row, judge.people.source_name(place.source));
            let reason = match place.rejected {
                true => format!("Nobody has its keys, but {at}, which was rejected, may hold its {key}: its owner may be real"),
                false => format!("Nobody has its keys, but an unusable cell in {at} may hold its {key}: its owner may be real"),
            };
            ("rejected-row", "the row or cell that could not be used", reason)
        }
        Gap::PartialDirectory => (
            "partial-directory",
            "the rest of the directory",
            "Nobody in the directory as it was read has its keys, but the directory is not whole".to_owned(),
        ),
        Gap::NoKey => {
            ("no-key", "a usable key", "The account carries none of the configured keys, so nobody can be looked up".to_owned())
        }
        Gap::DamagedNumber => (
            "damaged-number",
            "the employee number",
            "Its address finds nobody and its employee number is damaged, so its owner may be in the directory".to_owned(),
        ),
    };
    let draft = judge.about_account(Kind::NotEvaluable, Severity::Medium, row, reason);
    let mut draft = match judge.person_of(row) {
        Some(matched) => judge.and_person(draft, row, matched),
        None => draft,
    };
    draft.finding.code = Some(code);
    draft.with("code", Value::Code(code)).with("missing", Value::Text(Some(missing.to_owned()))).with("found", Value::ItsReason)
}
