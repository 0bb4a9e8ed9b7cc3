//! A matched account whose fields differ from the directory.

use std::collections::BTreeSet;

use super::sheet::Sheet;
use crate::config::Choice;
use crate::reconcile::correlation::join::Agreeing;
use crate::reconcile::drift::columns_of;
use crate::reconcile::finding::DriftField;
use crate::reconcile::identity::Draft;
use crate::reconcile::judge::Judge;
use crate::reconcile::places::{Account, Person};
use crate::reconcile::{NotTested, explain, taken};
use crate::terms::{AccountSituation, ActionKind, Key, Kind, Severity, label};

pub(super) const SHEET: Sheet = Sheet {
    policy: Some(|policy| policy.drift),
    ..Sheet::new(
        |judge| judge.count(&[AccountSituation::Matched]),
        |judge| {
            let mut drafts = judge.accounts_that_are(AccountSituation::Matched, |account| drift(judge, account));
            taken::leave(&mut drafts, judge.accounts, judge.addresses, judge.parts);
            drafts
        },
    )
};

fn drift(judge: &Judge<'_>, account: Account) -> Option<Draft> {
    let matched = judge.person_of(account)?;
    let drift = judge.drifts.between(account, matched.0, matched.1);
    if drift.is_empty() {
        return None;
    }
    let is_key = |field: &DriftField| matches!(field.field.as_str(), "email" | "employee_number");
    let severity = if drift.iter().any(is_key) { Severity::Medium } else { Severity::Low };
    let mut reason = sentence(&drift);
    reason.push_str(&reused(judge, account, matched, &drift));
    let writable = drift.iter().any(|field| field.writable);
    if !writable {
        let why = drift.first().and_then(|field| field.note.as_deref()).filter(|_| drift.len() == 1);
        let what = if drift.len() == 1 { "it cannot be written" } else { "none of them can be written" };
        reason.push_str(&format!("; {what}{}", why.map(|why| format!(" ({why})")).unwrap_or_default()));
    }
    let update = writable && judge.rules.config.policy.drift == Choice::Update;
    let draft = judge.about(Kind::Drift, severity, account, reason);
    let mut draft = draft.proposing(update.then_some(ActionKind::Update));
    draft.finding.drift = drift;
    Some(draft)
}

fn sentence(drift: &[DriftField]) -> String {
    match drift {
        [role] if role.field == "role" => "The role differs from the one that a rule or the directory gives".to_owned(),
        [one] => format!("The {} differs from the directory", explain::field_in_words(&one.field)),
        many => {
            let fields: Vec<String> = many.iter().map(|one| explain::field_in_words(&one.field)).collect();
            format!("{} fields differ from the directory: {}", many.len(), fields.join(", "))
        }
    }
}

/// Somebody hired after the account was made, matched by its address alone, may have got a leaver's address.
fn reused(judge: &Judge<'_>, account: Account, (person, agreeing): (Person, Agreeing), drift: &[DriftField]) -> String {
    let days = judge.accounts.created.get(account).zip(judge.people.hire_date.get(person));
    match days.filter(|(created, hired)| hired > created && !agreeing.has(Key::EmployeeNumber)) {
        Some((created, hired)) if drift.iter().any(|field| field.field == "employee_number") => {
            format!("; the person was hired on {hired}, after the account was made on {created}: the address may have been re-used")
        }
        _ => String::new(),
    }
}

/// Fields that are not compared, on anybody or on some: drift as a whole is always tested.
pub(super) fn untested(judge: &Judge<'_>) -> Vec<NotTested> {
    let Judge { accounts, people, drifts, rules, .. } = judge;
    let mut list: Vec<NotTested> = Vec::new();
    let mut add = |field: &str, why: String| list.push(NotTested::new(&format!("drift.{field}"), why));
    let compared = drifts.compared();
    for field in rules.config.drift.fields.iter().filter(|field| !compared.contains(field)) {
        let carried = people.any_provides(columns_of(&field.as_str()));
        let why = match (accounts.provides(field), carried) {
            (_, false) => format!("The directory has no column for {}", label(field)),
            (false, true) => explain::carry_no(accounts, &label(field)),
            (true, true) => format!("{} is not a field that is compared", label(field)),
        };
        add(field, why);
    }
    for field in compared.iter().filter(|field| *field != "role") {
        if let Some(some) = people.without(columns_of(&field.as_str())) {
            add(field, format!("{some}, with no column for {}", label(field)));
        }
    }
    if !accounts.provides("role") {
        add("role", explain::carry_no(accounts, "role"));
    } else if !drifts.compares_roles {
        add("role", "Neither the directory nor a [[role]] rule says who should have which role".into());
    }
    let lacks = |field: &&String| !people.any_provides(&[field.as_str()]);
    for field in rules.config.role.iter().flat_map(|rule| rule.people.keys()).filter(lacks).collect::<BTreeSet<_>>() {
        add("role", format!("A [[role]] rule asks for {field}, which the directory has no column for: it fits nobody"));
    }
    list
}
