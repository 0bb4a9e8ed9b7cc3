//! What changed about a finding that was there before. The reason is not looked at: it counts days, which change by themselves;
//! nor is the row, which moves with every export.

use std::collections::{BTreeMap, BTreeSet};

use super::findings::{Account, Entry, Person};
use super::tokens::RedactionTokens;
use super::types::History;

/// How a sentence opens whose values say who somebody is.
const WHO: [&str; 12] = [
    "Domo e-mail",
    "name",
    "directory e-mail",
    "employee number",
    "drift of name",
    "drift of given_name",
    "drift of family_name",
    "drift of email",
    "drift of alternate_email",
    "drift of manager_email",
    "drift of phone",
    "drift of employee_number",
];

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
            ("Domo e-mail", account(|account| account.email.clone())),
            ("name", account(|account| account.name.clone())),
            ("role", account(|account| account.role.clone())),
            ("account", account(activity)),
            ("directory e-mail", person(|person| person.email.clone())),
            ("employee number", person(|person| person.employee_number.clone())),
            ("directory status", person(|person| Some(person.status.as_str().to_owned()))),
            ("termination date", person(|person| person.termination_date.map(|day| day.to_string()))),
            ("exception", accepted.unwrap_or_else(|| "none".to_owned())),
        ]
    };
    let accepted_alike = match (&then.exception, &now.exception) {
        (Some(then), Some(now)) => then.expires == now.expires && tokens.same(&then.owner, &now.owner),
        (then, now) => then.is_none() && now.is_none(),
    };
    let alike = |what: &str, then: &str, now: &str| if what == "exception" { accepted_alike } else { tokens.same(then, now) };
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

/// A sentence without its values, where they say who somebody is.
fn unnamed(sentence: &str) -> String {
    let opens = |who: &&&str| sentence.strip_prefix(**who).is_some_and(|rest| rest.starts_with(' '));
    WHO.iter().find(opens).map_or_else(|| sentence.to_owned(), |who| format!("{who} changed"))
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
    changed.map(|field| format!("drift of {field} {} → {}", value(&before, field), value(&after, field))).collect()
}

fn shown(value: Option<String>) -> String {
    value.filter(|value| !value.is_empty()).unwrap_or_else(|| "(empty)".to_owned())
}
