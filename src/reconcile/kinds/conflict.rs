//! An account whose keys lead to different people.

use super::sheet::Sheet;
use crate::reconcile::explain;
use crate::reconcile::finding::Value;
use crate::reconcile::identity::Draft;
use crate::reconcile::judge::Judge;
use crate::reconcile::places::{Account, Person};
use crate::terms::{AccountSituation, Key, Kind, Severity, Status};

pub(super) const SHEET: Sheet = Sheet {
    holds: true,
    untested: |judge| {
        let why = "Two keys are needed that both sides carry: e-mail, further addresses or employee number";
        (!may_differ(judge)).then(|| why.to_owned()).into_iter().collect()
    },
    ..Sheet::new(
        |judge| if may_differ(judge) { judge.taking_part() } else { 0 },
        |judge| judge.accounts_that_are(AccountSituation::Conflict, |account| Some(conflict(judge, account))),
    )
};

/// Whether there are two keys that could contradict each other.
fn may_differ(judge: &Judge<'_>) -> bool {
    let carried = judge.rules.config.matching.keys.iter().filter(|key| judge.carry(**key) == (true, true));
    carried.count() > 1
}

fn conflict(judge: &Judge<'_>, account: Account) -> Draft {
    let pairs = &judge.matches.pairs;
    let [by_main, by_alternate, by_number] =
        [Key::Email, Key::AlternateEmail, Key::EmployeeNumber].map(|key| pairs.named(account, key));
    let mut by_email = [&*by_main, &*by_alternate].concat();
    by_email.sort_unstable();
    by_email.dedup();
    let in_words = |people: &[Person]| {
        let person = |person: &Person| format!("{}, who {}", explain::person(&judge.person_ref(*person)), judge.employed(*person));
        explain::listed(people.iter().map(person))
    };
    let keys = [("e-mail address", &by_main), ("alternate e-mail", &by_alternate), ("employee number", &by_number)];
    let named = keys.into_iter().filter(|(_, people)| !people.is_empty());
    let mut reason = named.map(|(key, people)| format!("the {key} is that of {}", in_words(people))).collect::<Vec<_>>().join("; ");
    // A sentence begins with a capital.
    reason.replace_range(..1, "T");
    let alone = match pairs.candidates(account).as_slice() {
        [person] => Some(*person),
        _ => None,
    };
    if let Some(person) = alone {
        reason.push_str(&against(judge, account, person));
    }
    // One key alone against the rest: whoever signs in may not be whom the directory means.
    let severity = if alone.is_some() && judge.may_administer(account) { Severity::Critical } else { Severity::High };
    if is_reused(judge, account, &by_email, &by_number) {
        reason.push_str(": a joiner seems to have a leaver's account");
    }
    judge
        .about_account(Kind::Conflict, severity, account, reason)
        .with("by_email", Value::People(judge.person_refs(&by_email), 0))
        .with("by_number", Value::People(judge.person_refs(&by_number), 0))
        .with("found", Value::ItsReason)
}

/// What speaks against a match by one key alone.
fn against(judge: &Judge<'_>, account: Account, person: Person) -> String {
    let (accounts, people) = (judge.accounts, judge.people);
    let agreeing = judge.matches.pairs.agreeing(account, person);
    let keys = [
        ("e-mail address", Key::Email, &accounts.email, &people.email),
        ("employee number", Key::EmployeeNumber, &accounts.employee_number, &people.employee_number),
    ];
    let others = keys.into_iter().filter(|(_, key, ..)| !agreeing.has(*key)).filter_map(|(what, _, ours, theirs)| {
        Some(format!("the {what} ({} in Domo, {} in the directory)", ours.filled(account)?.trim(), theirs.filled(person)?.trim()))
    });
    let (ours, theirs) = (accounts.name.filled(account).unwrap_or_default(), people.display_name(person).unwrap_or_default());
    let name = format!("the name ({} in Domo, {} in the directory)", ours.trim(), theirs.trim());
    let differ: Vec<String> = others.chain([name]).collect();
    format!(", but {} differ: the {} may have been re-used", differ.join(" and "), explain::any_key_in_words(&agreeing.keys()))
}

/// The number is a leaver's, and the address belongs to somebody who came later.
fn is_reused(judge: &Judge<'_>, account: Account, by_email: &[Person], by_number: &[Person]) -> bool {
    let left = |person: &Person| judge.employment[*person].status == Status::Terminated;
    let joined_later = |person: &Person| {
        let hired = judge.people.hire_date.get(*person);
        let last_day = by_number.first().and_then(|leaver| judge.people.termination_date.get(*leaver));
        let before = last_day.or(judge.accounts.created.get(account));
        !left(person) && hired.zip(before).is_none_or(|(hired, before)| hired > before)
    };
    by_number.iter().any(left) && by_email.iter().any(joined_later)
}
