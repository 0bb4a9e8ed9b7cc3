//! What changed about a finding that was there before. The reason is not looked at: it counts days, which change by themselves;
//! nor is the row, which moves with every export.

use std::collections::{BTreeMap, BTreeSet};

use super::findings::{Account, Entry, Person};
use super::tokens::RedactionTokens;
use super::types::History;
use crate::terms::Field;

/// How a sentence opens whose values are of a field, and that field.
const DOMO_EMAIL: (&str, &str) = ("Domo e-mail", "email");
const NAME: (&str, &str) = ("name", "name");
const ROLE: (&str, &str) = ("role", "role");
const EMAIL: (&str, &str) = ("directory e-mail", "email");
const NUMBER: (&str, &str) = ("employee number", "employee_number");
const STATUS: (&str, &str) = ("directory status", "status");
const LAST_DAY: (&str, &str) = ("termination date", "termination_date");
/// Who accepted it is nobody's field.
const EXCEPTION: (&str, &str) = ("exception", "owner");
const OF_FIELDS: [(&str, &str); 8] = [DOMO_EMAIL, NAME, ROLE, EMAIL, NUMBER, STATUS, LAST_DAY, EXCEPTION];

/// How a sentence on drift opens; its field follows.
const DRIFT: &str = "drift of ";

/// Sentences such as `severity medium → high`; none when nothing changed. A token is the same as what it stands for.
pub(super) fn sentences(then: &Entry, now: &Entry, tokens: &RedactionTokens) -> Vec<String> {
    let told = |entry: &Entry| -> Vec<(&'static str, String)> {
        let account = |value: fn(&Account) -> Option<String>| shown(entry.account.as_ref().and_then(value));
        let person = |value: fn(&Person) -> Option<String>| shown(entry.person.as_ref().and_then(value));
        let activity = |account: &Account| Some(if account.active { "active" } else { "inactive" }.to_owned());
        let accepted = entry.exception.as_ref().map(|by| format!("accepted by {} until {}", by.owner, by.expires));
        vec![
            ("severity", entry.severity.as_str().to_owned()),
            ("proposed action", entry.action.map_or("none", |action| action.as_str()).to_owned()),
            (DOMO_EMAIL.0, account(|account| account.email.clone())),
            (NAME.0, account(|account| account.name.clone())),
            (ROLE.0, account(|account| account.role.clone())),
            ("account", account(activity)),
            (EMAIL.0, person(|person| person.email.clone())),
            (NUMBER.0, person(|person| person.employee_number.clone())),
            (STATUS.0, person(|person| Some(person.status.as_str().to_owned()))),
            (LAST_DAY.0, person(|person| person.termination_date.map(|day| day.to_string()))),
            (EXCEPTION.0, accepted.unwrap_or_else(|| "none".to_owned())),
        ]
    };
    let accepted_alike = match (&then.exception, &now.exception) {
        (Some(then), Some(now)) => then.expires == now.expires && tokens.same(&then.owner, &now.owner),
        (then, now) => then.is_none() && now.is_none(),
    };
    let alike = |what: &str, then: &str, now: &str| if what == EXCEPTION.0 { accepted_alike } else { tokens.same(then, now) };
    let both = told(then).into_iter().zip(told(now));
    let changed = both.filter(|((what, then), (_, now))| !alike(what, then, now));
    let mut sentences: Vec<_> = changed.map(|((what, then), (_, now))| format!("{what} {then} → {now}")).collect();
    sentences.extend(drift(then, now, tokens));
    sentences
}

/// Takes out of what changed the values that say who somebody is.
pub(crate) fn unname(history: &mut History) {
    let sentences = history.lifecycle.values_mut().flat_map(|lifecycle| &mut lifecycle.changed);
    sentences.for_each(|sentence| *sentence = unnamed(sentence));
}

/// A sentence without its values, where they say who somebody is: a field that nobody knows may.
fn unnamed(sentence: &str) -> String {
    let says_who = |field: &str| Field::named(field).is_none_or(|field| field.personal.is_some());
    let drift = sentence.strip_prefix(DRIFT).and_then(|rest| rest.split(' ').next());
    let opens = |(what, _): &&(&str, &str)| sentence.strip_prefix(what).is_some_and(|rest| rest.starts_with(' '));
    let what = match drift {
        Some(field) => says_who(field).then(|| format!("{DRIFT}{field}")),
        None => OF_FIELDS.iter().find(opens).filter(|(_, field)| says_who(field)).map(|(what, _)| (*what).to_owned()),
    };
    what.map_or_else(|| sentence.to_owned(), |what| format!("{what} changed"))
}

fn drift(then: &Entry, now: &Entry, tokens: &RedactionTokens) -> Vec<String> {
    type Sides = (String, String);
    let by_field = |entry: &Entry| -> BTreeMap<String, Sides> {
        let fields = entry.drift.iter();
        fields.map(|field| (field.field.clone(), (shown(field.domo.clone()), shown(field.directory.clone())))).collect()
    };
    let (before, after) = (by_field(then), by_field(now));
    let fields: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let alike = |field: &String| match (before.get(field), after.get(field)) {
        (Some(then), Some(now)) => tokens.same(&then.0, &now.0) && tokens.same(&then.1, &now.1),
        _ => false,
    };
    let value = |side: &BTreeMap<String, Sides>, field: &String| {
        side.get(field).map_or_else(|| "none".to_owned(), |(domo, directory)| format!("(Domo {domo}, directory {directory})"))
    };
    let changed = fields.into_iter().filter(|field| !alike(field));
    changed.map(|field| format!("{DRIFT}{field} {} → {}", value(&before, field), value(&after, field))).collect()
}

fn shown(value: Option<String>) -> String {
    value.filter(|value| !value.is_empty()).unwrap_or_else(|| "(empty)".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::FIELDS;

    #[test]
    fn a_value_of_a_field_that_says_who_somebody_is_or_that_nobody_knows_is_taken_out() {
        for field in FIELDS {
            let sentence = format!("drift of {} (Domo Ada, directory Eva) → none", field.name);
            assert_eq!(unnamed(&sentence).contains("Ada"), field.personal.is_none(), "{}", field.name);
        }
        assert_eq!(unnamed("drift of nickname (Domo Ada, directory Eva) → none"), "drift of nickname changed");
        for (sentence, shown) in [
            ("employee number 1 → 2", "employee number changed"),
            ("Domo e-mail a@acme.com → b@acme.com", "Domo e-mail changed"),
            ("role Editor → Admin", "role Editor → Admin"),
            ("severity medium → high", "severity medium → high"),
        ] {
            assert_eq!(unnamed(sentence), shown);
        }
    }
}
