//! Checks that could not run, and why: what the report does not say must not look like a result.

use std::collections::BTreeSet;

use super::columns::{AccountColumns, PersonColumns};
use super::drift::{self, Drifts};
use super::explain::{days, key_in_words};
use super::{NotTested, Rules};
use crate::config::Key;

/// Each check that could not run, on anybody or on some.
pub(super) fn not_tested(
    rules: &Rules<'_>,
    accounts: &AccountColumns<'_>,
    people: &PersonColumns<'_>,
    drifts: &Drifts<'_>,
) -> Vec<NotTested> {
    let mut list: Vec<NotTested> = Vec::new();
    let mut add = |check: &str, why: String| list.push(NotTested { check: check.to_owned(), why });
    // Where no account was read, each of its columns lacks for that one reason.
    let carry_no = |what: &str| match accounts.height {
        0 => "No account was read".to_owned(),
        _ => format!("The accounts carry no {what}"),
    };
    for (check, fields, lacks, so) in [
        (
            "leaver",
            &["status", "termination_date"][..],
            "neither a status nor a termination date",
            ": everyone listed counts as employed",
        ),
        ("suspended", &["status"], "no status column", ""),
        ("early", &["status", "hire_date"], "neither a status nor a hire date", ""),
    ] {
        if !people.any_provides(fields) {
            add(check, format!("The directory has {lacks}{so}"));
        } else if let Some(some) = people.without(fields) {
            add(check, format!("{some}, with {lacks}{so}"));
        }
    }
    if !accounts.provides("last_login") {
        let why = match rules.config.domo.activity_days {
            0 => "No sign-in times: Domo's user API returns none, and activity_days is 0".to_owned(),
            window => {
                format!(
                    "No sign-in times: Domo's user API returns none, and the activity log of {} was not read",
                    days(window.into())
                )
            }
        };
        add("dormant", why);
    }
    if !accounts.provides("active") {
        let why = match accounts.height {
            0 => carry_no("state"),
            _ => "The accounts do not say whether they are active: all count as active".to_owned(),
        };
        add("deactivated", why);
    }
    if !accounts.provides("role") && !accounts.provides("role_id") {
        add("privileged", carry_no("role"));
    }
    let compared = drifts.compared();
    for field in rules.config.drift.fields.iter().filter(|field| !compared.contains(field)) {
        let carried = people.any_provides(drift::columns_of(&field.as_str()));
        let why = match (accounts.provides(field), carried) {
            (_, false) => format!("The directory has no column for {}", field.replace('_', " ")),
            (false, true) => carry_no(&field.replace('_', " ")),
            (true, true) => format!("{} is not a field that is compared", field.replace('_', " ")),
        };
        add(&format!("drift.{field}"), why);
    }
    for field in compared.iter().filter(|field| *field != "role") {
        if let Some(some) = people.without(drift::columns_of(&field.as_str())) {
            add(&format!("drift.{field}"), format!("{some}, with no column for {}", field.replace('_', " ")));
        }
    }
    if !accounts.provides("role") {
        add("drift.role", carry_no("role"));
    } else if !drifts.compares_roles() {
        add("drift.role", "Neither the directory nor a [[role]] rule says who should have which role".into());
    }
    let lacks = |field: &&String| !people.any_provides(&[field.as_str()]);
    for field in rules.config.role.iter().flat_map(|rule| rule.people.keys()).filter(lacks).collect::<BTreeSet<_>>() {
        add("drift.role", format!("A [[role]] rule asks for {field}, which the directory has no column for: it fits nobody"));
    }
    for field in rules.config.expected.iter().flat_map(|rule| rule.keys()).filter(lacks) {
        add("missing", format!("[expected] asks for {field}, which the directory has no column for: nobody is expected"));
    }
    let owner = accounts.accounts.evidence.credential.as_ref().and_then(|credential| credential.user_id);
    if owner.is_none() && rules.config.domo.client_owner.is_none() {
        add("self", "Neither the token nor client_owner says whose account is behind the API client".into());
    }
    for key in &rules.config.matching.keys {
        let ours = accounts.provides(key.as_str()) || *key == Key::AlternateEmail && accounts.provides("email");
        let theirs = people.any_provides(&[key.as_str()]) || *key == Key::AlternateEmail && people.any_provides(&["email"]);
        if !(ours && theirs) {
            let what = key_in_words(*key);
            let why = if ours { format!("The directory carries no {what}") } else { carry_no(what) };
            add(&format!("match.{}", key.as_str()), why);
        }
    }
    list
}
