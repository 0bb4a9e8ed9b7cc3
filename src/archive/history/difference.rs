//! What changed about a finding that was there before. The reason is not looked at: it counts days, which change by themselves;
//! nor is the row, which moves with every export.

use std::collections::BTreeMap;
use std::fmt::Display;

use crate::archive::findings::Entry;
use crate::reconcile::{AccountRef, Finding, PersonRef};

/// Sentences such as `severity medium → high`; none when nothing changed.
pub(super) fn sentences(then: &Entry, now: &Finding) -> Vec<String> {
    let mut changed = Vec::new();
    let mut tell = |what: &str, then: &dyn Display, now: &dyn Display| {
        let (then, now) = (then.to_string(), now.to_string());
        if then != now {
            changed.push(format!("{what} {then} → {now}"));
        }
    };
    tell("severity", &then.severity.as_str(), &now.severity.as_str());
    let action = |action: Option<crate::reconcile::Action>| action.map_or("none", |action| action.as_str());
    tell("proposed action", &action(then.action), &action(now.action));

    let account = |value: fn(&AccountRef) -> Option<String>| shown(now.account.as_ref().and_then(value));
    let then_account = then.account.as_ref();
    tell("Domo e-mail", &shown(then_account.and_then(|account| account.email.clone())), &account(|account| account.email.clone()));
    tell("name", &shown(then_account.and_then(|account| account.name.clone())), &account(|account| account.name.clone()));
    tell("role", &shown(then_account.and_then(|account| account.role.clone())), &account(|account| account.role.clone()));
    let active = |active: bool| if active { "active" } else { "inactive" }.to_owned();
    let now_active = now.account.as_ref().map(|account| active(account.active));
    tell("account", &shown(then_account.map(|account| active(account.active))), &shown(now_active));

    let person = |value: fn(&PersonRef) -> Option<String>| shown(now.person.as_ref().and_then(value));
    let then_person = then.person.as_ref();
    tell("directory e-mail", &shown(then_person.and_then(|person| person.email.clone())), &person(|person| person.email.clone()));
    let number = shown(then_person.and_then(|person| person.employee_number.clone()));
    tell("employee number", &number, &person(|person| person.employee_number.clone()));
    let status = shown(then_person.map(|person| person.status.as_str().to_owned()));
    tell("directory status", &status, &person(|person| Some(person.status.as_str().to_owned())));
    let ended = shown(then_person.and_then(|person| person.termination_date).map(|day| day.to_string()));
    tell("termination date", &ended, &person(|person| person.termination_date.map(|day| day.to_string())));

    let accepted = |accepted: Option<&crate::reconcile::AcceptedBy>| match accepted {
        Some(by) => format!("accepted by {} until {}", by.owner, by.expires),
        None => "not accepted".to_owned(),
    };
    tell("exception", &accepted(then.exception.as_ref()), &accepted(now.exception.as_ref()));

    drift(then, now, &mut tell);
    changed
}

fn drift(then: &Entry, now: &Finding, tell: &mut dyn FnMut(&str, &dyn Display, &dyn Display)) {
    let pair = |domo: &Option<String>, directory: &Option<String>| {
        format!("(Domo {}, directory {})", shown(domo.clone()), shown(directory.clone()))
    };
    let no_drift = || "none".to_owned();
    let before = then.drift.iter().map(|field| (field.field.as_str(), pair(&field.domo, &field.directory)));
    let before: BTreeMap<_, _> = before.collect();
    let after = now.drift.iter().map(|field| (field.field.as_str(), pair(&field.domo, &field.directory)));
    let after: BTreeMap<_, _> = after.collect();
    let mut fields: Vec<_> = before.keys().chain(after.keys()).copied().collect();
    fields.sort_unstable();
    fields.dedup();
    for field in fields {
        let value = |side: &BTreeMap<&str, String>| side.get(field).cloned().unwrap_or_else(no_drift);
        tell(&format!("drift of {field}"), &value(&before), &value(&after));
    }
}

fn shown(value: Option<String>) -> String {
    value.filter(|value| !value.is_empty()).unwrap_or_else(|| "(empty)".to_owned())
}
