//! Findings about people: missing ones, duplicate rows, contradictions, doubts, rejected rows.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use rayon::prelude::*;

use super::Judge;
use crate::config::{Choice, Key, Status};
use crate::reconcile::finding::{Action, Detail, Kind, PersonRef, Severity};
use crate::reconcile::identity::Draft;
use crate::reconcile::keys::Number;
use crate::reconcile::{PersonSituation, explain, rule};

impl Judge<'_> {
    /// Findings about people: missing ones, duplicate rows, contradictions, doubts, rejected rows.
    pub(in crate::reconcile) fn of_people(&self) -> Vec<Draft> {
        let found = |row: u32| {
            let mut found = Vec::new();
            match self.person_situations[row as usize] {
                PersonSituation::Missing => found.push(self.missing(row)),
                PersonSituation::Duplicate => found.push(self.duplicate_row(row)),
                _ => {}
            }
            found.extend(self.contradiction(row));
            found
        };
        let mut drafts: Vec<Draft> = (0..self.people.height).into_par_iter().with_min_len(1024).flat_map_iter(found).collect();
        drafts.extend(self.doubts());
        drafts.extend(self.rejected());
        drafts
    }

    /// A person by their own key: never a value that changes, never a row number where anything better is there.
    fn person_subject(&self, row: u32) -> String {
        let number = self.people.employee_number.get(row).and_then(|text| Number::of(text).text());
        let email = self.people.email.get(row).and_then(|text| self.addresses.key(text));
        let alternate = || self.people.alternate_email.get(row).find_map(|text| self.addresses.key(text));
        match (number, email) {
            (Some(number), _) => format!("employee_number:{number}"),
            (None, Some(email)) => format!("email:{email}"),
            (None, None) => format!("alternate_email:{}", alternate().unwrap_or_default()),
        }
    }

    fn person_draft(&self, kind: Kind, severity: Severity, row: u32, subject: String, mut reason: String, detail: Detail) -> Draft {
        reason.push_str(&explain::also_in(self.people, row));
        let mut draft = Draft::new(kind, severity, subject, reason, detail);
        draft.finding.person = Some(self.person_ref(row));
        draft
    }

    fn missing(&self, row: u32) -> Draft {
        let config = self.rules.config;
        let fitting = |expected| rule::fitting(expected, self.people, row);
        let rule = config.expected.as_ref().map_or("every active person".to_owned(), fitting);
        let since = self.people.hire_date.get(row).filter(|day| *day <= self.rules.as_of);
        let since = since.map(|day| format!(" since {day}")).unwrap_or_default();
        let reason =
            format!("Employed{since} and expected to have an account ({rule}), but no account has one of the person's keys");
        let department = self.people.department.owned(row);
        let mut draft = self.person_draft(
            Kind::Missing,
            Severity::Low,
            row,
            self.person_subject(row),
            reason,
            Detail::Missing { rule, department },
        );
        let can_be_made = self.people.email.filled(row).is_some() && self.people.display_name(row).is_some();
        if config.policy.missing == Choice::Create {
            match can_be_made {
                true => draft.finding.action = Some(Action::Create),
                false => draft.finding.reason.push_str("; without a name and an address no account can be made"),
            }
        }
        draft
    }

    fn duplicate_row(&self, row: u32) -> Draft {
        let keys = self.matches.repeated.get(&row).map_or(&[][..], Vec::as_slice);
        let value = |key: &Key| match key {
            Key::EmployeeNumber => self.people.employee_number.get(row).unwrap_or_default().trim(),
            _ => self.people.email.get(row).unwrap_or_default().trim(),
        };
        let with =
            |other: u32| format!("with row {} of {}", self.people.line(other), self.people.source_name(self.people.source(other)));
        let what = |key: &Key| format!("the {} {}", explain::key_in_words(*key), value(key));
        let shared = match keys {
            [(one, first), (two, second)] if first == second => format!("{} and {} {}", what(one), what(two), with(*first)),
            keys => keys.iter().map(|(key, other)| format!("{} {}", what(key), with(*other))).collect::<Vec<_>>().join(" and "),
        };
        let reason = format!("This row shares {shared}, and no other key singles it out");
        let field = keys.first().map(|(key, _)| key.as_str().to_owned());
        let value = keys.first().and_then(|(key, _)| match key {
            Key::EmployeeNumber => self.people.employee_number.owned(row),
            _ => self.people.email.owned(row),
        });
        let email = self.people.email.get(row).and_then(|text| self.addresses.key(text)).unwrap_or_default();
        let number = self.people.employee_number.get(row).and_then(|text| Number::of(text).text()).unwrap_or_default();
        let subject = format!("duplicate:{email}:{number}");
        let detail = Detail::Quality { field, problem: "duplicate row".into(), value };
        self.person_draft(Kind::Quality, Severity::Low, row, subject, reason, detail)
    }

    fn contradiction(&self, row: u32) -> Option<Draft> {
        let kind = self.employment[row as usize].contradiction?;
        let last_day = self.people.termination_date.get(row);
        let reason = explain::contradiction(kind, self.people, row, self.employment[row as usize], self.rules.as_of);
        let subject = format!("contradiction:{}:{}", self.people.source_name(self.people.source(row)), self.person_subject(row));
        let detail = Detail::Quality {
            field: Some("termination_date".into()),
            problem: "contradiction".into(),
            value: last_day.map(|day: NaiveDate| day.to_string()),
        };
        let mut draft = Draft::new(Kind::Quality, Severity::Low, subject, reason, detail);
        draft.finding.person = Some(self.person_ref(row));
        Some(draft)
    }

    fn doubts(&self) -> Vec<Draft> {
        let doubts = &self.people.people.doubts;
        if doubts.is_empty() {
            return Vec::new();
        }
        let wanted: HashSet<(u32, u32)> = doubts.iter().map(|doubt| (doubt.source, doubt.row)).collect();
        let rows: HashMap<(u32, u32), u32> = (0..self.people.rows())
            .map(|row| (self.people.place(row), row))
            .filter(|(place, _)| wanted.contains(place))
            .map(|(place, row)| (place, self.people.fold.person(row)))
            .collect();
        let drafts = doubts.iter().filter_map(|doubt| {
            let row = *rows.get(&(doubt.source, doubt.row))?;
            let subject = format!("doubt:{}:{}:{}", self.people.source_name(doubt.source), doubt.field, self.person_subject(row));
            let detail = Detail::Quality {
                field: Some(doubt.field.clone()),
                problem: doubt.problem.clone(),
                value: Some(doubt.value.clone()).filter(|value| !value.is_empty()),
            };
            let field = super::field_in_words(&doubt.field);
            let is = if doubt.value.is_empty() { String::new() } else { format!(" is `{}`", doubt.value) };
            let reason = format!("The {field}{is}: {}", doubt.problem);
            Some(self.person_draft(Kind::Quality, Severity::Low, row, subject, reason, detail))
        });
        drafts.collect()
    }

    fn rejected(&self) -> Vec<Draft> {
        let drafts = self.people.people.rejected.iter().map(|rejected| {
            let source = self.people.source_name(rejected.source);
            let person = PersonRef {
                index: None,
                source: source.to_owned(),
                row: rejected.row,
                email: rejected.email.clone(),
                employee_number: rejected.employee_number.clone(),
                name: None,
                status: Status::Unknown,
                termination_date: None,
            };
            let subject = format!("rejected:{source}:{}", rejected.digest);
            let reason = format!("Row {} of {source} was rejected: {}", rejected.row, rejected.reason);
            let detail = Detail::Quality { field: None, problem: rejected.reason.clone(), value: None };
            let mut draft = Draft::new(Kind::Quality, Severity::Low, subject, reason, detail);
            draft.finding.person = Some(person);
            draft
        });
        drafts.collect()
    }
}
