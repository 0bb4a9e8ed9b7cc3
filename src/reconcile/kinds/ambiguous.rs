//! An account that could belong to several people.

use super::sheet::Sheet;
use crate::reconcile::explain;
use crate::reconcile::finding::Value;
use crate::reconcile::identity::Draft;
use crate::reconcile::judge::Judge;
use crate::reconcile::places::Account;
use crate::terms::{AccountSituation, Kind, Severity};

pub(super) const SHEET: Sheet = Sheet {
    holds: true,
    ..Sheet::new(
        |judge| judge.taking_part(),
        |judge| judge.accounts_that_are(AccountSituation::Ambiguous, |account| Some(ambiguous(judge, account))),
    )
};

fn ambiguous(judge: &Judge<'_>, account: Account) -> Draft {
    let candidates = judge.matches.pairs.candidates(account);
    let listed = judge.person_refs(&candidates);
    let more = candidates.len().saturating_sub(listed.len());
    let in_all = if more > 0 { format!(" ({} in all)", candidates.len()) } else { String::new() };
    let points = match judge.links.place(account) {
        Some(_) => "A [[link]] and the account's keys point",
        None => "The account's keys point",
    };
    let reason = format!(
        "{points} at {} rows of the directory, and no other key singles one out: {}{in_all}",
        candidates.len(),
        explain::listed(listed.iter().map(explain::person))
    );
    let draft =
        judge.about_account(Kind::Ambiguous, Severity::Medium, account, reason).with("candidates", Value::People(listed, more));
    if draft.finding.is_of_leavers() { draft.say("; all of them have left") } else { draft }
}
