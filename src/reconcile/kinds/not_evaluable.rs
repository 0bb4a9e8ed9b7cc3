//! An account that could not be judged because evidence is missing.

use super::sheet::Sheet;
use crate::reconcile::correlation::near::{self, Nearness, Suspect};
use crate::reconcile::correlation::rejected::KeyPlace;
use crate::reconcile::explain;
use crate::reconcile::finding::{Candidate, Value};
use crate::reconcile::identity::Draft;
use crate::reconcile::judge::Judge;
use crate::reconcile::places::Account;
use crate::reconcile::situation::Gap;
use crate::terms::{AccountSituation, Kind, Severity, Status};

pub(super) const SHEET: Sheet = Sheet {
    holds: true,
    ..Sheet::new(
        |judge| judge.taking_part(),
        |judge| {
            judge.accounts_that_are(AccountSituation::NotEvaluable, |account| {
                Some(not_evaluable(judge, account, judge.gap(account)?))
            })
        },
    )
};

fn not_evaluable(judge: &Judge<'_>, account: Account, gap: Gap) -> Draft {
    let (code, missing, reason) = why(judge, account, gap);
    let left = |suspect: &Suspect| judge.employment[suspect.person].status == Status::Terminated;
    let suspects = match gap {
        Gap::Near => judge.matches.suspects.of(account),
        _ => &[],
    };
    let severity = match gap {
        Gap::Near if judge.may_administer(account) || suspects.iter().any(left) => Severity::High,
        _ => Severity::Medium,
    };
    let mut draft = judge.about(Kind::NotEvaluable, severity, account, reason);
    draft.finding.code = Some(code);
    let candidate = |suspect: &Suspect| Candidate {
        person: judge.person_ref(suspect.person),
        score: 1.0,
        why: in_what(judge, account, *suspect),
    };
    draft
        .with("code", Value::Code(code))
        .with("missing", Value::Text(Some(missing.to_owned())))
        .with("candidate", Value::Near(suspects.iter().map(candidate).collect()))
        .with("found", Value::ItsReason)
}

/// Why, as a word, as what is missing, and as a sentence.
fn why(judge: &Judge<'_>, account: Account, gap: Gap) -> (&'static str, &'static str, String) {
    match gap {
        Gap::NoStatus => ("no-status", "a status or a termination date of the matched row", no_status(judge, account)),
        Gap::RejectedRow(place) => ("rejected-row", "the row or cell that could not be used", rejected_row(judge, account, place)),
        Gap::RejectedBeside(place) => ("rejected-row", "the row that could not be used", rejected_beside(judge, account, place)),
        Gap::PartialDirectory => (
            "partial-directory",
            "the rest of the directory",
            "Nobody in the directory as it was read has its keys, but the directory is not whole".to_owned(),
        ),
        Gap::Placeholder(key) => (
            "placeholder",
            "an address or a number of its own",
            format!(
                "Its {} stands in several rows of the directory that have nothing else in common, so it identifies nobody",
                explain::key_in_words(key)
            ),
        ),
        Gap::Near => ("near-key", "somebody's decision whether they are one", near(judge, account)),
        Gap::Links => (
            "contradictory-links",
            "the one [[link]] that is right",
            "Nobody has its keys, and the links of the configuration contradict each other about who it is".to_owned(),
        ),
        Gap::NoKey => {
            ("no-key", "a usable key", "The account carries none of the configured keys, so nobody can be looked up".to_owned())
        }
        Gap::DamagedNumber => (
            "damaged-number",
            "the employee number",
            "Its address finds nobody and its employee number is damaged, so its owner may be in the directory".to_owned(),
        ),
    }
}

fn no_status(judge: &Judge<'_>, account: Account) -> String {
    match judge.person_of(account).and_then(|(person, _)| judge.word(person)) {
        Some(word) => format!("The directory's status `{word}` says neither employed nor ended, and no date decides"),
        None => "The directory's row has no readable status, and no date decides".to_owned(),
    }
}

fn rejected_row(judge: &Judge<'_>, account: Account, place: KeyPlace) -> String {
    let linked = if judge.links.not_there(account).is_empty() { "" } else { ", or what a [[link]] says that it has" };
    let key = format!("{}{linked}", explain::key_in_words(place.key));
    let at = format!("row {} of {}", place.row, judge.people.source_name(place.source));
    match place.rejected {
        true => format!("Nobody has its keys, but {at}, which was rejected, may hold its {key}: its owner may be real"),
        false => format!("Nobody has its keys, but an unusable cell in {at} may hold its {key}: its owner may be real"),
    }
}

fn rejected_beside(judge: &Judge<'_>, account: Account, place: KeyPlace) -> String {
    let (key, source) = (explain::key_in_words(place.key), judge.people.source_name(place.source));
    let who = judge.person_of(account).map(|(person, _)| explain::person(&judge.person_ref(person))).unwrap_or_default();
    format!(
        "It is matched to {who}, but row {} of {source}, which was rejected, carries its {key} too: what that row says of the \
         employment is not known",
        place.row
    )
}

/// Whom an account may be.
fn near(judge: &Judge<'_>, account: Account) -> String {
    let near = |suspect: &Suspect| {
        let who = explain::person(&judge.person_ref(suspect.person));
        format!("{who}, who {}: {}", judge.employed(suspect.person), in_what(judge, account, *suspect))
    };
    let suspects = judge.matches.suspects.of(account);
    let has_another = |suspect: &Suspect| judge.matches.holders[suspect.person] > 0 || suspect.nearness == Nearness::Further;
    let but = match suspects.iter().any(has_another) {
        true => "it may be somebody's",
        false => "somebody without an account nearly has",
    };
    format!("Nobody has its keys, but {but}: {}", explain::listed(suspects.iter().map(near)))
}

/// In what two keys differ, by the characters.
fn in_what(judge: &Judge<'_>, account: Account, suspect: Suspect) -> String {
    let (accounts, people, person) = (judge.accounts, judge.people, suspect.person);
    let addresses = || near::addresses_that_meet(accounts, people, judge.addresses, account, suspect).unwrap_or_default();
    match suspect.nearness {
        Nearness::Further => {
            let (ours, theirs) = addresses();
            let is_main = accounts.email.get(account) == Some(ours);
            let whose = if is_main { "theirs" } else { "the account's" };
            format!(
                "the address {} is one of several of {whose}, of which only the first is a key: `[match] keys` may name \
                 alternate_email",
                if is_main { ours } else { theirs }.trim()
            )
        }
        Nearness::SecondNumber => format!(
            "the number {} is the account's Employee ID in Domo, which has the employee number {} beside it",
            people.employee_number.get(person).unwrap_or_default().trim(),
            accounts.employee_number.get(account).unwrap_or_default().trim()
        ),
        Nearness::LooseNumber => {
            let sides = [accounts.employee_number.get(account), people.employee_number.get(person)];
            let [ours, theirs] = sides.map(|number| number.unwrap_or_default().trim());
            format!("the number {theirs} is {ours} only without its prefix and zeros, which proves nothing alone")
        }
        Nearness::Folded | Nearness::OneCharacter => {
            let (ours, theirs) = addresses();
            let (ours, theirs) = (ours.trim(), theirs.trim());
            format!("the address {theirs} differs from {ours} in {}", near::difference(ours, theirs))
        }
    }
}
