//! A person who should have an account and has none.

use std::collections::HashMap;

use super::sheet::{Sheet, TestedOn};
use crate::config::Choice;
use crate::reconcile::finding::Value;
use crate::reconcile::identity::Draft;
use crate::reconcile::judge::Judge;
use crate::reconcile::places::{Account, Person};
use crate::reconcile::{people_rules, taken};
use crate::terms::{ActionKind, Kind, PersonSituation, Severity, Status};
use crate::text::damage;

pub(super) const SHEET: Sheet = Sheet {
    tested_on: TestedOn::Rows,
    policy: Some(|policy| policy.missing),
    untested: |judge| {
        let asked = judge.rules.config.expected.iter().flat_map(|rule| rule.keys());
        let lacking = asked.filter(|field| !judge.people.any_provides(&[field.as_str()]));
        let why =
            |field: &String| format!("[expected] asks for {field}, which the directory has no column for: nobody is expected");
        lacking.map(why).collect()
    },
    ..Sheet::new(
        |judge| judge.employment.values().iter().filter(|employment| employment.status == Status::Active).count() as u64,
        |judge| {
            let people = judge.person_situations.iter().filter(|(_, situation)| **situation == PersonSituation::Missing);
            let theirs = people.flat_map(|(person, _)| judge.people.addresses(person));
            let wanted = theirs.filter_map(|text| judge.addresses.identifying(text));
            let held = taken::holders(wanted, judge.accounts, judge.addresses);
            judge.people_who_are(PersonSituation::Missing, |person| Some(missing(judge, person, &held)))
        },
    )
};

fn missing(judge: &Judge<'_>, person: Person, held: &HashMap<String, Account>) -> Draft {
    let (config, people) = (judge.rules.config, judge.people);
    let fitting = |expected| people_rules::fitting(expected, people, person);
    let rule = config.expected.as_ref().map_or("every active person".to_owned(), fitting);
    let since = people.hire_date.get(person).filter(|day| *day <= judge.rules.as_of);
    let since = since.map(|day| format!(" since {day}")).unwrap_or_default();
    let holder = holder(judge, person, held);
    let but = match holder {
        Some((address, holder)) => {
            let who = taken::who(holder, judge.accounts, judge.parts);
            format!("{who} has the person's address {address} and is not known to be theirs, so none is made")
        }
        None => "no account has one of the person's keys".to_owned(),
    };
    let reason = format!("Employed{since} and expected to have an account ({rule}), but {but}");
    let draft = judge
        .about_person(Kind::Missing, Severity::Low, person, judge.person_subject(person), reason)
        .with("number", Value::Field("employee_number", people.employee_number.owned(person)))
        .with("department", Value::Field("department", people.cell(person, "department").map(str::to_owned)))
        .with("expected_by", Value::Text(Some(rule)));
    match config.policy.missing {
        // Somebody decides first whose the account is that has the address.
        Choice::Create if holder.is_some() => draft,
        Choice::Create => match why_not_made(judge, person) {
            None => draft.proposing(Some(ActionKind::Create)),
            Some(why) => draft.say(why),
        },
        _ => draft,
    }
}

/// An account that has an address of this person, and which. Of further addresses only where the account is not somebody else's,
/// from whom name or number tell this person apart: a husband's address with his wife's row leaves his account his.
fn holder<'a>(judge: &'a Judge<'_>, person: Person, held: &HashMap<String, Account>) -> Option<(&'a str, Account)> {
    let holder = |text: &'a str| Some((text.trim(), *held.get(judge.addresses.identifying(text)?.as_ref())?));
    let main = judge.people.email.get(person).and_then(holder);
    let further = || judge.people.alternate_email.get(person).filter_map(holder);
    let is_another_s =
        |account: Account| judge.person_of(account).is_some_and(|(other, _)| !judge.people.may_be_one(other, person));
    main.or_else(|| further().find(|(_, account)| !is_another_s(*account)))
}

/// Why no account can be made for this person.
fn why_not_made(judge: &Judge<'_>, person: Person) -> Option<&'static str> {
    match (judge.people.email.filled(person), judge.people.display_name(person)) {
        (Some(email), _) if judge.addresses.is_placeholder(email) => {
            Some("; its address is nobody's own, so no account can be made")
        }
        (Some(email), _) if judge.addresses.is_damaged(email) => Some("; its address is damaged, so no account can be made"),
        (Some(email), _) if judge.addresses.is_begun(email) => {
            Some("; the domain of its address has no dot, so no account can be made")
        }
        (Some(_), Some(name)) if damage::of(&name).is_some() => Some("; the name is damaged, so no account can be made"),
        (Some(_), Some(_)) if ["email", "name"].iter().any(|field| judge.drifts.is_doubtful(person, field)) => {
            Some("; its name or address is not as it should be in the directory, so no account can be made")
        }
        (Some(_), Some(_)) => None,
        _ => Some("; without a name and an address no account can be made"),
    }
}
