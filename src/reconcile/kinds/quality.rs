//! A row, cell or rule of the source data that is wrong or doubtful.

use std::collections::{HashMap, HashSet};

use rayon::prelude::*;

use super::sheet::{Sheet, TestedOn};
use crate::digest::Hasher;
use crate::reconcile::employment::{Contradiction, Employment};
use crate::reconcile::exclusions;
use crate::reconcile::exclusions::Part;
use crate::reconcile::explain;
use crate::reconcile::finding::{LISTED, PersonRef, Value};
use crate::reconcile::identity::Draft;
use crate::reconcile::judge::Judge;
use crate::reconcile::places::{Account, Person, Row, all};
use crate::reconcile::unheard::Unheard;
use crate::terms::value::Number;
use crate::terms::{AccountSituation, Key, Kind, PersonSituation, Severity, Status};

pub(super) const SHEET: Sheet = Sheet {
    tested_on: TestedOn::Rows,
    ..Sheet::new(
        |judge| judge.people.rows().len() as u64 + judge.people.people.rejected.len() as u64,
        |judge| {
            let mut drafts = damaged_numbers(judge);
            drafts.extend(judge.people_who_are(PersonSituation::Duplicate, |person| Some(duplicate_row(judge, person))));
            drafts.extend(contradictions(judge));
            drafts.extend(judge.accounts_that_are(AccountSituation::Matched, |account| gone_elsewhere(judge, account)));
            drafts.extend(doubts(judge));
            drafts.extend(rejected_rows(judge));
            drafts.extend(judge.people_who_are(PersonSituation::Rejected, |person| Some(unidentified(judge, person))));
            drafts.extend(exclusions_without_owner(judge));
            drafts.extend(placeholders(judge));
            // Of the rest of a partial directory nothing is known.
            if judge.gaps.directory_is_whole {
                drafts.extend(unheard(&judge.unheard.0));
            }
            // What another instance of the run may have, or the rest of a partial pull, is not missing.
            if judge.pull_is_whole {
                drafts.extend(exclusions_without_effect(judge));
            }
            if judge.pull_is_whole && judge.rules.config.instance.is_empty() {
                drafts.extend(links_without_effect(judge));
                drafts.extend(unknown_client_owner(judge));
                drafts.extend(unheard(&judge.unheard.1).filter(|_| judge.gaps.directory_is_whole));
            }
            drafts
        },
    )
};

/// The columns of a finding about a field, or about the whole row.
fn columns(draft: Draft, field: Option<&str>, value: Option<String>) -> Draft {
    let field = field.map(str::to_owned);
    draft
        .with("source", Value::ItsSource)
        .with("row", Value::ItsRow)
        .with("field", Value::FieldName(field.clone()))
        // The reason says the problem with its days, numbers and rows.
        .with("problem", Value::ItsReason)
        .with("raw_value", Value::Cell { field, text: value })
}

fn damaged_numbers(judge: &Judge<'_>) -> Vec<Draft> {
    let damaged = |account: Account| {
        let number = judge.accounts.employee_number.get(account).filter(|number| Number::of(number) == Number::Damaged)?;
        let reason = format!("The employee number in Domo is `{}`: its digits are lost, so it is no key", number.trim());
        let mut draft = judge.about_account(Kind::Quality, Severity::Low, account, reason);
        draft.subject = format!("account:{}:employee_number", draft.subject);
        Some(columns(draft, Some("employee_number"), Some(number.to_owned())))
    };
    let taking = |account: &Account| judge.parts[*account] == Part::Takes;
    all(judge.accounts.height).filter(taking).filter_map(damaged).collect()
}

fn duplicate_row(judge: &Judge<'_>, person: Person) -> Draft {
    let people = judge.people;
    let keys = judge.matches.repeated.get(&person).map_or(&[][..], Vec::as_slice);
    let cell = |key: &Key| match key {
        Key::EmployeeNumber => &people.employee_number,
        _ => &people.email,
    };
    let with = |other: Person| format!("with row {} of {}", people.line(other), people.source_name(people.source(other)));
    let what = |key: &Key| format!("the {} {}", explain::key_in_words(*key), cell(key).get(person).unwrap_or_default().trim());
    let shared = match keys {
        [(one, first), (two, second)] if first == second => format!("{} and {} {}", what(one), what(two), with(*first)),
        keys => keys.iter().map(|(key, other)| format!("{} {}", what(key), with(*other))).collect::<Vec<_>>().join(" and "),
    };
    let reason = format!("This row shares {shared}, and no other key singles it out");
    let key = keys.first().map(|(key, _)| key);
    let email = people.email.get(person).and_then(|text| judge.addresses.key(text)).unwrap_or_default();
    let number = people.employee_number.get(person).and_then(|text| Number::of(text).text()).unwrap_or_default();
    let draft = judge.about_person(Kind::Quality, Severity::Low, person, format!("duplicate:{email}:{number}"), reason);
    columns(draft, key.map(|key| key.as_str()), key.and_then(|key| cell(key).owned(person)))
}

/// An account of somebody who may have left, or be switched off, by a row of another file: the rows are not one person by their
/// keys.
fn gone_elsewhere(judge: &Judge<'_>, account: Account) -> Option<Draft> {
    let (person, _) = judge.person_of(account)?;
    let ended = judge.gone_sibling(person)?;
    let [theirs, whose] = [ended, person].map(|person| explain::person(&judge.person_ref(person)));
    let reason = format!(
        "{theirs} {} and has a key or an address of {whose}, whose account this is; their keys do not show that the two are one \
         person, so somebody decides whether this account should still be there",
        judge.employed(ended)
    );
    let mut draft = judge.about_account(Kind::Quality, Severity::High, account, reason);
    draft.subject = format!("account:{}:ended_elsewhere", draft.subject);
    draft.finding.person = Some(judge.person_ref(ended));
    let last_day = judge.people.termination_date.get(ended).map(|day| day.to_string());
    Some(columns(draft, Some("termination_date"), last_day))
}

fn contradictions(judge: &Judge<'_>) -> Vec<Draft> {
    let people = judge.people;
    let found = |person: Person| {
        let kind = judge.employment[person].contradiction?;
        let reason = contradiction(judge, kind, person, judge.employment[person]);
        let source = people.source_name(people.source(person));
        let subject = format!("contradiction:{source}:{}", judge.person_subject(person));
        let mut draft = Draft::new(Kind::Quality, Severity::Low, subject, reason);
        draft.finding.person = Some(judge.person_ref(person));
        let last_day = people.termination_date.get(person).map(|day| day.to_string());
        Some(columns(draft, Some("termination_date"), last_day))
    };
    all(people.height).filter_map(found).collect()
}

/// What cannot both be true of a person's employment.
fn contradiction(judge: &Judge<'_>, kind: Contradiction, person: Person, employment: Employment) -> String {
    let (people, as_of) = (judge.people, judge.rules.as_of);
    let (last_day, hire) = (people.termination_date.get(person), people.hire_date.get(person));
    let word = people.deciding_word(person, employment.status, as_of).unwrap_or("employed");
    let day = |date: Option<chrono::NaiveDate>| date.map_or("an unknown day".to_owned(), |date| date.to_string());
    let apart = last_day.map(|day| explain::days((as_of - day).num_days())).unwrap_or_default();
    let what = match kind {
        Contradiction::EmployedAfterLastDay => {
            format!("The status is `{word}`, but the termination date {} was {apart} before the day judged", day(last_day))
        }
        Contradiction::EndedBeforeLastDay => {
            format!("The status is `{word}`, but the termination date {} is {apart} after the day judged", day(last_day))
        }
        Contradiction::HiredAfterLastDay => {
            format!("The hire date {} is later than the termination date {}", day(hire), day(last_day))
        }
        Contradiction::FilesDisagree => return files_disagree(judge, person, employment.status),
    };
    format!("{what}; read as employed, which is the safer of the two{}", explain::also_in(people, person))
}

/// What each file says of a person's employment, where they disagree.
fn files_disagree(judge: &Judge<'_>, person: Person, read_as: Status) -> String {
    let people = judge.people;
    let row = |row: &Row| {
        let (source, line) = people.place(*row);
        let facts = people.facts(*row);
        let dates = [("first day", facts.hire_date), ("last day", facts.termination_date)];
        let dates = dates.into_iter().filter_map(|(what, day)| day.map(|day| format!("{what} {day}")));
        let word = people.word(*row).map(|word| format!("`{word}`"));
        // That somebody is switched on adds nothing to a word.
        let switch = facts.enabled.filter(|on| !on || word.is_none());
        let switch = switch.map(|on| if on { "switched on" } else { "switched off" }.to_owned());
        let said: Vec<String> = word.into_iter().chain(switch).chain(dates).collect();
        let said = if said.is_empty() { "nothing".to_owned() } else { said.join(", ") };
        format!("{} row {line} says {said}", people.source_name(source))
    };
    let said: Vec<String> = people.folded(person).iter().map(row).collect();
    let read_as = match read_as {
        Status::Prehire => "not yet employed",
        Status::Suspended => "employed and switched off",
        _ => "employed",
    };
    format!(
        "The files disagree on whether this person is employed: {}; read as {read_as}, which is the safer reading",
        said.join("; ")
    )
}

/// Cells that the directory's reading was not sure of.
fn doubts(judge: &Judge<'_>) -> Vec<Draft> {
    let people = judge.people;
    let doubts = &people.people.doubts;
    if doubts.is_empty() {
        return Vec::new();
    }
    let wanted: HashSet<(u32, u32)> = doubts.iter().map(|doubt| (doubt.source, doubt.row)).collect();
    let rows: HashMap<(u32, u32), Person> = people
        .rows()
        .map(|row| (people.place(row), row))
        .filter(|(place, _)| wanted.contains(place))
        .map(|(place, row)| (place, people.fold.person(row)))
        .collect();
    let drafts = doubts.iter().filter_map(|doubt| {
        let person = *rows.get(&(doubt.source, doubt.row))?;
        let subject = format!("doubt:{}:{}:{}", people.source_name(doubt.source), doubt.field, judge.person_subject(person));
        let field = explain::field_in_words(&doubt.field);
        let is = if doubt.value.is_empty() { String::new() } else { format!(" is `{}`", doubt.value) };
        let reason = format!("The {field}{is}: {}", doubt.problem);
        let draft = judge.about_person(Kind::Quality, Severity::Low, person, subject, reason);
        Some(columns(draft, Some(&doubt.field), Some(doubt.value.clone()).filter(|value| !value.is_empty())))
    });
    drafts.collect()
}

fn rejected_rows(judge: &Judge<'_>) -> Vec<Draft> {
    let drafts = judge.people.people.rejected.iter().map(|rejected| {
        let source = judge.people.source_name(rejected.source);
        let subject = format!("rejected:{source}:{}", rejected.digest);
        let reason = format!("Row {} of {source} was rejected: {}", rejected.row, rejected.reason);
        let mut draft = Draft::new(Kind::Quality, Severity::Low, subject, reason);
        draft.finding.person = Some(judge.rejected_ref(rejected));
        columns(draft, None, None)
    });
    drafts.collect()
}

/// A row that could be read and that no key says whose it is.
fn unidentified(judge: &Judge<'_>, person: Person) -> Draft {
    let people = judge.people;
    let (source, row) = (people.source_name(people.source(person)), people.line(person));
    // The cells that say who it is, so that another title leaves the finding its id.
    let cells = ["email", "alternate_email", "employee_number", "name", "given_name", "family_name"];
    let cells = cells.iter().flat_map(|field| people.values(person, field).into_iter().map(move |text| (*field, text)));
    let mut digest = Hasher::default();
    for (field, text) in cells {
        [field, text].iter().for_each(|part| digest.update(part.as_bytes()));
        digest.update([0x1F]);
    }
    let why = match people.email.get(person).filter(|email| judge.addresses.is_placeholder(email)) {
        Some(_) => {
            "its address stands in several rows that have nothing else in common, and nothing else in it is a key".to_owned()
        }
        None => {
            let keys: Vec<&str> = judge.rules.config.matching.keys.iter().map(|key| explain::key_in_words(*key)).collect();
            format!("it has none of the keys that are asked for ({})", keys.join(", "))
        }
    };
    let (subject, reason) = (format!("rejected:{source}:{}", digest.hex()), format!("Row {row} of {source} was rejected: {why}"));
    columns(judge.about_person(Kind::Quality, Severity::Low, person, subject, reason), None, None)
}

/// Exclusions nobody answers for.
fn exclusions_without_owner(judge: &Judge<'_>) -> Vec<Draft> {
    let rules = judge.rules.config.exclude.iter().zip(judge.excluded);
    let unowned = rules.filter(|(rule, _)| rule.owner.as_deref().is_none_or(|owner| owner.trim().is_empty()));
    let drafts = unowned.map(|(rule, count)| {
        let what = exclusions::excluding(rule);
        let reason = format!(
            "The exclusion `{what}` ({}) covers {} and names no owner who answers for it",
            rule.reason,
            explain::plural(*count, "account", "accounts")
        );
        about_rule("exclude", what, "owner", reason)
    });
    drafts.collect()
}

/// Exclusions that cover nobody, in any instance of the run: most likely mistyped, and whom they were to protect is not protected.
fn exclusions_without_effect(judge: &Judge<'_>) -> Vec<Draft> {
    let (config, elsewhere) = (judge.rules.config, judge.rules.excluded_elsewhere);
    if !config.instance.is_empty() && elsewhere.is_none() {
        return Vec::new();
    }
    let rules = config.exclude.iter().zip(judge.excluded).enumerate();
    let idle = rules.filter(|(place, (_, count))| **count == 0 && elsewhere.is_none_or(|elsewhere| !elsewhere.contains(place)));
    let drafts = idle.map(|(_, (rule, _))| {
        let what = exclusions::excluding(rule);
        let reason = exclusions::covers_nobody(rule);
        about_rule("exclude-nobody", what, if rule.email.is_some() { "email" } else { "id" }, reason)
    });
    drafts.collect()
}

/// A `client_owner` that is no account: the guard `self` would protect nobody.
fn unknown_client_owner(judge: &Judge<'_>) -> Option<Draft> {
    let owner = judge.rules.config.domo.client_owner.as_deref()?;
    let key = judge.addresses.key(owner)?;
    let accounts = judge.accounts;
    let is_owner =
        |account: Account| accounts.email.get(account).is_some_and(|email| judge.addresses.key(email).as_deref() == Some(&*key));
    if all(accounts.height).any(is_owner) {
        return None;
    }
    let what = format!("client_owner = {owner}");
    let reason = format!("[domo] `{what}` names no account: the account behind the API client is not protected");
    Some(about_rule("client-owner", what, "email", reason))
}

/// Links whose account or person is not there.
fn links_without_effect(judge: &Judge<'_>) -> Vec<Draft> {
    let drafts = judge.links.without_effect().filter_map(|(place, why)| {
        let link = judge.rules.config.link.get(place)?;
        let what = format!("account = {}, person = {}", link.account, link.person);
        let reason = format!("The link `{what}` ({}) does nothing: {why}", link.reason);
        Some(about_rule("link", what, "link", reason))
    });
    drafts.collect()
}

/// What rules of the configuration name and nobody has.
fn unheard(unheard: &[Unheard]) -> impl Iterator<Item = Draft> {
    unheard.iter().map(|Unheard { list, what, reason }| about_rule(list, what.clone(), list, reason.clone()))
}

/// A rule of the configuration that is wrong.
fn about_rule(list: &str, what: String, field: &str, reason: String) -> Draft {
    let mut draft = Draft::new(Kind::Quality, Severity::Low, format!("{list}:{what}"), reason);
    draft.finding.rule = Some(what.clone());
    columns(draft, Some(field), Some(what))
}

/// Addresses that identify nobody, each once, whoever has it.
fn placeholders(judge: &Judge<'_>) -> Vec<Draft> {
    let drafts = judge.placeholders.iter().map(|placeholder| {
        let people: Vec<PersonRef> =
            placeholder.rows.iter().take(LISTED).map(|row| judge.person_ref(judge.people.fold.person(*row))).collect();
        let rows = placeholder.rows.len();
        let reason = format!(
            "The address {} stands in {rows} rows that have nothing else in common, so it is nobody's and never written: {}{}",
            placeholder.written,
            explain::listed(people.iter().map(explain::person)),
            if rows > people.len() { format!(" ({rows} in all)") } else { String::new() },
        );
        let mut draft = Draft::new(Kind::Quality, Severity::Low, format!("placeholder:{}", placeholder.address), reason);
        draft.finding.person = people.into_iter().next();
        columns(draft, Some("email"), Some(placeholder.written.clone()))
    });
    drafts.collect()
}
