//! The accounts that are to be created: what the directory says of a person, as the fields of an account.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use polars::prelude::DataFrame;
use serde_json::{Map, Value};

use super::fields::{GROUPS, one};
use crate::config::Config;
use crate::directory::People;
use crate::reconcile::{Finding, PeopleRules};
use crate::terms::value::writable_number;
use crate::terms::{FIELDS, Role};
use crate::text::{self, damage};

/// Who has which role, who joins which groups, and what is not written although the directory has it.
pub(super) struct NewAccounts<'a> {
    roles: PeopleRules,
    groups: PeopleRules,
    /// By source, row and field.
    doubted: HashSet<(u32, u32, &'a str)>,
}

impl<'a> NewAccounts<'a> {
    pub(super) fn new(config: &Config, people: &'a People) -> Self {
        Self {
            roles: PeopleRules::new(config.role.iter().map(|rule| &rule.people)),
            groups: PeopleRules::new(config.group.iter().map(|rule| &rule.people)),
            doubted: people.doubts.iter().map(|doubt| (doubt.source, doubt.row, doubt.field.as_str())).collect(),
        }
    }
}

/// The fields of the account that a person without one is to get, and the sentence that says so; none where the directory does not
/// say enough of them.
pub(super) fn create(
    finding: &Finding,
    folded: &BTreeMap<u32, Vec<u32>>,
    people: &People,
    config: &Config,
    rules: &NewAccounts<'_>,
    numeric: bool,
) -> Option<(Map<String, Value>, String)> {
    let named = finding.person.as_ref()?;
    let row = named.index?;
    let person = Person { frame: &people.frame, rows: folded.get(&row).cloned().unwrap_or_else(|| vec![row]) };
    let rule = rules.roles.fitting(|field| person.values(field)).next().and_then(|place| config.role.get(place));
    let rule = rule.map(|rule| rule.role.clone());
    let role = rule.or_else(|| person.text("role")).filter(|role| Role::from_word(role).is_some());
    let role = role.unwrap_or_else(|| config.policy.default_role.clone());
    let email = person.text("email").or_else(|| named.email.clone())?;
    // The directory may have the name in two columns only; the finding has it whole.
    let name = person.text("name").or_else(|| named.name.clone())?;
    Role::from_word(&role)?;
    let mut why = finding.reason.clone();
    let mut after = one("email", email.as_str());
    after.insert("name".into(), name.into());
    after.insert("role".into(), role.into());
    for (field, domo) in FIELDS.iter().filter_map(|field| Some((field.name, field.free_text()?))) {
        match person.text(field) {
            Some(value) if damage::of(&value).is_some() || person.is_doubted(field, &rules.doubted) => {
                why.push_str(&format!(". Not written: {field} `{value}`, which is damaged in the directory"));
            }
            Some(value) => drop(after.insert(domo.into(), value.into())),
            None => {}
        }
    }
    let usable = |address: &String| *address != email && damage::of_address(address).is_none();
    let alternate = person.list("alternate_email").into_iter().find(usable);
    after.extend(alternate.map(|address| ("alternateEmail".to_owned(), Value::String(address))));
    if let Some(number) = person.text("employee_number") {
        match writable_number(&number, numeric) {
            Ok(value) => drop(after.insert("employeeNumber".into(), value)),
            Err(lost) => why.push_str(&format!(". Not written: employeeNumber `{number}` ({lost})")),
        }
    }
    let fitting = rules.groups.fitting(|field| person.values(field)).filter_map(|place| config.group.get(place));
    let groups: BTreeSet<&String> = fitting.flat_map(|rule| &rule.groups).collect();
    if !groups.is_empty() {
        after.insert(GROUPS.into(), groups.into_iter().cloned().collect::<Vec<_>>().into());
    }
    if config.policy.send_invite {
        after.insert("sendInvite".into(), true.into());
    }
    Some((after, why))
}

/// A person: the rows of the people frame that are theirs. The first that says something about a field is believed, as in judging;
/// of lists all are.
struct Person<'a> {
    frame: &'a DataFrame,
    rows: Vec<u32>,
}

impl Person<'_> {
    fn text(&self, field: &str) -> Option<String> {
        let values = self.frame.column(field).ok()?.str().ok()?;
        let texts = self.rows.iter().filter_map(|row| values.get(*row as usize)).map(|value| text::folded(value).into_owned());
        texts.into_iter().find(|value| !value.is_empty())
    }

    /// Whether the loader says that a cell is not what it should be.
    fn is_doubted(&self, field: &str, doubted: &HashSet<(u32, u32, &str)>) -> bool {
        let place = |row: u32| {
            let number = |column: &str| self.frame.column(column).ok()?.u32().ok()?.get(row as usize);
            Some((number("source")?, number("row")?, field))
        };
        self.rows.iter().filter_map(|row| place(*row)).any(|place| doubted.contains(&place))
    }

    fn list(&self, field: &str) -> Vec<String> {
        let Some(column) = self.frame.column(field).ok().and_then(|column| column.list().ok()) else { return Vec::new() };
        let items = |row: &u32| {
            let items = column.get_as_series(*row as usize)?;
            Some(items.str().ok()?.iter().flatten().map(|text| text::folded(text).into_owned()).collect::<Vec<_>>())
        };
        let mut seen = HashSet::new();
        self.rows.iter().filter_map(items).flatten().filter(|item| seen.insert(item.clone())).collect()
    }

    /// The values of a field, as rules see them.
    fn values(&self, field: &str) -> Vec<String> {
        self.text(field).map_or_else(|| self.list(field), |value| vec![value])
    }
}
