//! Parts of sentences that several kinds of finding use, with the dates and numbers a reviewer needs.

pub(super) use crate::text::plural;
use chrono::NaiveDate;

use super::columns::{AccountColumns, PersonColumns};
use super::correlation::join::Agreeing;
use super::employment::{Basis, Employment};
use super::finding::{AccountRef, PersonRef};
use super::places::{Account, Person};
use crate::terms::{Key, Status, label};

/// `1 day`, `23 days`.
pub(super) fn days(count: i64) -> String {
    plural(count.unsigned_abs(), "day", "days")
}

/// When an account was last seen: a sign-in or anything else, as the source counts. Use after the last day worked is said as such.
pub(super) fn last_seen(seen: Option<NaiveDate>, as_of: NaiveDate, left: Option<NaiveDate>) -> String {
    let Some(day) = seen else { return "; no sign-in or activity is known".into() };
    let before = (as_of - day).num_days();
    let age = match before {
        0 => "the day judged".to_owned(),
        1.. => format!("{} before the day judged", days(before)),
        _ => format!("{} after the day judged", days(before)),
    };
    let since = left.map(|left| (day - left).num_days()).filter(|since| *since > 0);
    let used = since.map(|since| format!(" and {} AFTER the last day worked", days(since))).unwrap_or_default();
    format!("; last seen {day}, {age}{used}")
}

/// `e-mail`, `employee number`.
pub(super) fn key_in_words(key: Key) -> &'static str {
    match key {
        Key::Email => "e-mail",
        Key::AlternateEmail => "alternate e-mail",
        Key::EmployeeNumber => "employee number",
        Key::Link => "link",
    }
}

/// `e-mail or employee number`.
pub(super) fn any_key_in_words(keys: &[Key]) -> String {
    let words: Vec<&str> = keys.iter().map(|key| key_in_words(*key)).collect();
    match words.as_slice() {
        [] => "no key".into(),
        [one] => (*one).into(),
        [some @ .., last] => format!("{} or {last}", some.join(", ")),
    }
}

/// `Ada Byron (workers.csv row 42)`.
pub(super) fn person(person: &PersonRef) -> String {
    let name =
        person.name.as_deref().or(person.email.as_deref()).or(person.employee_number.as_deref()).unwrap_or("somebody unnamed");
    format!("{name} ({} row {})", person.source, person.row)
}

/// `123 (ada@acme.com)`.
pub(super) fn account(account: &AccountRef) -> String {
    match (account.id, &account.email) {
        (Some(id), Some(email)) => format!("{id} ({email})"),
        (Some(id), None) => id.to_string(),
        (None, Some(email)) => email.clone(),
        (None, None) => "without id and address".into(),
    }
}

/// Up to five of a list, then how many more.
pub(super) fn listed(parts: impl ExactSizeIterator<Item = String>) -> String {
    let more = parts.len().saturating_sub(5);
    let shown: Vec<String> = parts.take(5).collect();
    match more {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// What it took to match, where the keys are not equal as they stand: an alias, a loose number.
pub(super) fn needed(
    accounts: &AccountColumns<'_>,
    people: &PersonColumns<'_>,
    addresses: &super::correlation::keys::Addresses,
    agreeing: Agreeing,
    account: Account,
    person: Person,
) -> String {
    let mut needed = String::new();
    if agreeing.loosely() {
        let (ours, theirs) = (accounts.employee_number.get(account), people.employee_number.get(person));
        let (ours, theirs) = (ours.unwrap_or_default().trim(), theirs.unwrap_or_default().trim());
        needed.push_str(&format!("; the employee number agrees only without its prefix and zeros ({ours} = {theirs})"));
    }
    if agreeing.has(Key::Email) {
        let sides = [accounts.email.get(account), people.email.get(person)].map(Option::unwrap_or_default);
        let [ours, theirs] = sides.map(|email| addresses.alias(email));
        if ours != theirs
            && let Some((old, new)) = ours.or(theirs)
        {
            needed.push_str(&format!("; the e-mail agrees by the alias {old} = {new}"));
        }
    }
    needed
}

/// The further rows of a person whom several files have.
pub(super) fn also_in(people: &PersonColumns<'_>, person: Person) -> String {
    let rows = people.folded(person).iter().skip(1).map(|row| people.place(*row));
    let places: Vec<String> = rows.map(|(source, line)| format!("{} row {line}", people.source_name(source))).collect();
    if places.is_empty() { String::new() } else { format!("; the person is also in {}", places.join(" and ")) }
}

/// The employment of a person, as part of another sentence.
pub(super) fn employment(employment: Employment, last_day: Option<NaiveDate>, hire: Option<NaiveDate>) -> String {
    match (employment.status, last_day, hire) {
        (Status::Terminated, Some(day), _) => format!("left on {day}"),
        (Status::Terminated, None, _) => "has left".into(),
        (Status::Prehire, _, Some(day)) => format!("starts on {day}"),
        (Status::Prehire, ..) => "has not started".into(),
        (Status::Leave, ..) => "is on leave".into(),
        (Status::Suspended, ..) => "is switched off in the directory".into(),
        (Status::Unknown, ..) => "has no readable status".into(),
        (Status::Active, _, Some(day)) if employment.basis != Basis::HireDate => format!("is employed since {day}"),
        (Status::Active, ..) => "is employed".into(),
    }
}

/// `e-mail`, `employee number`.
pub(super) fn field_in_words(field: &str) -> String {
    match field {
        "email" => "e-mail".into(),
        other => label(other),
    }
}

/// What the accounts lack. Where none was read, each of their columns lacks for that one reason.
pub(super) fn carry_no(accounts: &AccountColumns<'_>, what: &str) -> String {
    match accounts.height {
        0 => "No account was read".to_owned(),
        _ => format!("The accounts carry no {what}"),
    }
}
