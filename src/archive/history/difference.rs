//! What changed about a finding that was there before. The reason is not looked at: it counts days, which change by themselves;
//! nor is the row, which moves with every export.

use std::collections::{BTreeMap, BTreeSet};

use crate::archive::findings::{Account, Entry, Person};

/// Sentences such as `severity medium → high`; none when nothing changed.
pub(in crate::archive) fn sentences(then: &Entry, now: &Entry) -> Vec<String> {
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
    let both = told(then).into_iter().zip(told(now));
    let changed = both.filter(|((_, then), (_, now))| then != now);
    let mut sentences: Vec<_> = changed.map(|((what, then), (_, now))| format!("{what} {then} → {now}")).collect();
    sentences.extend(drift(then, now));
    sentences
}

fn drift(then: &Entry, now: &Entry) -> Vec<String> {
    let by_field = |entry: &Entry| -> BTreeMap<String, String> {
        let sides = |domo: &Option<String>, directory: &Option<String>| {
            format!("(Domo {}, directory {})", shown(domo.clone()), shown(directory.clone()))
        };
        entry.drift.iter().map(|field| (field.field.clone(), sides(&field.domo, &field.directory))).collect()
    };
    let (before, after) = (by_field(then), by_field(now));
    let fields: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let changed = fields.into_iter().filter(|field| before.get(*field) != after.get(*field));
    let value = |side: &BTreeMap<String, String>, field: &String| side.get(field).cloned().unwrap_or_else(|| "none".to_owned());
    changed.map(|field| format!("drift of {field} {} → {}", value(&before, field), value(&after, field))).collect()
}

fn shown(value: Option<String>) -> String {
    value.filter(|value| !value.is_empty()).unwrap_or_else(|| "(empty)".to_owned())
}
