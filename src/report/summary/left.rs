//! Who left and still has access in more than one instance.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::InstanceResult;
use super::page::Page;
use crate::archive::findings::Entry;
use crate::reconcile::EvidenceStatus;
use crate::report::accounts::named;
use crate::report::builder::{address, severity};
use crate::report::figures;
use crate::report::sections::{cut, lines};
use crate::report::view::{Cell, Column, Table};
use crate::terms::Kind;
use crate::text::shown;

/// People listed on the page; each instance's report has all of its own.
const PEOPLE: usize = 500;

impl Page<'_> {
    /// People who left and may still come in, by person: the same row of the same directory is the same person in every instance.
    pub(super) fn left(&self) -> (Table, Vec<String>) {
        let t = self.t;
        let mut people: BTreeMap<Person, Vec<(&str, &Entry)>> = BTreeMap::new();
        for (instance, run) in self.judged() {
            for finding in run.findings.findings.iter().filter(|finding| finding.kind == Kind::Leaver) {
                if let Some(person) = Person::of(finding) {
                    people.entry(person).or_default().push((instance, finding));
                }
            }
        }
        let all = people.len() as u64;
        people.retain(|_, found| instances(found).len() > 1);
        let mut several: Vec<_> = people.into_iter().collect();
        // As everywhere: the severest, then those who left longest ago.
        several.sort_by_key(|(_, found)| {
            let worst = found.iter().map(|(_, finding)| finding.severity).min();
            (worst, last_day(found).unwrap_or(NaiveDate::MAX), Reverse(found.len()))
        });

        let mut notes = vec![t.count("several.left_all", all, &[("several", &figures::grouped(several.len() as u64))])];
        if several.len() > PEOPLE {
            let (shown, total) = (figures::grouped(PEOPLE as u64), figures::grouped(several.len() as u64));
            notes.push(t.fill("several.left_capped", &[("shown", &shown), ("total", &total)]));
        }
        let doubtful = self.several.instances.iter().filter(|instance| match &instance.outcome {
            InstanceResult::Failed { .. } => true,
            InstanceResult::Audited(run) => run.status() == EvidenceStatus::Incomplete,
        });
        let doubtful: Vec<_> = doubtful.map(|instance| address(&instance.name)).collect();
        if !doubtful.is_empty() {
            notes.push(t.fill("several.left_doubtful", &[("instances", &doubtful.join(", "))]));
        }
        let untested = self.judged().flat_map(|(_, run)| &run.findings.not_tested).find(|one| one.check == Kind::Leaver.as_str());
        notes.extend(untested.map(|untested| format!("{} {}", t.get("section.not_tested"), shown(&untested.why))));

        let columns = vec![
            Column::new("person", t.get("column.person"), "s"),
            Column::new("number", t.get("column.number"), "s"),
            Column::new("last_day", t.get("column.last_day"), "d"),
            Column::new("row", t.get("several.column_row"), "s"),
            Column::new("instances", t.get("several.column_instances"), "n"),
            Column::new("access", t.get("several.column_access"), "s"),
        ];
        let none = if untested.is_some() { "several.left_untested" } else { "several.left_none" };
        let mut table = Table::new("left-table", t.get("several.left_caption"), columns, t.get(none));
        let empty = t.get("page.empty");
        for (person, found) in several.into_iter().take(PEOPLE) {
            let access = found.iter().map(|(instance, finding)| self.access(instance, finding));
            table.row(
                None,
                vec![
                    named(t, person.name, person.email),
                    Cell::or(person.employee_number.map(|number| cut(number).0), empty),
                    Cell::day(last_day(&found), empty),
                    Cell::text(t.fill("page.row", &[("source", &cut(person.source).0), ("row", &person.row.to_string())])),
                    Cell::count(instances(&found).len() as u64),
                    lines(access.collect(), empty),
                ],
            );
        }
        (table, notes)
    }

    /// `acme-eu.domo.com: Admin, ◆ Critical, F-7k2m9qx0ab`
    fn access(&self, instance: &str, finding: &Entry) -> String {
        let t = self.t;
        let severity = severity(finding.severity, t);
        let role = finding.account.as_ref().and_then(|account| account.role.as_deref());
        let role = role.map_or_else(|| t.get("page.empty").to_owned(), |role| cut(role).0);
        let mut line = format!("{}: {role}, {}, {}", address(instance), severity.shown(), finding.id);
        if let Some(exception) = &finding.exception {
            line.push_str(&format!(", {}", t.fill("several.accepted", &[("day", &exception.expires.to_string())])));
        }
        line
    }
}

fn last_day(found: &[(&str, &Entry)]) -> Option<NaiveDate> {
    found.iter().find_map(|(_, finding)| finding.person.as_ref()?.termination_date)
}

fn instances<'a>(found: &[(&'a str, &Entry)]) -> BTreeSet<&'a str> {
    found.iter().map(|(instance, _)| *instance).collect()
}

/// Who a finding is about: the row, and what stands in it, because two files may have one name.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Person<'a> {
    name: Option<&'a str>,
    email: Option<&'a str>,
    employee_number: Option<&'a str>,
    source: &'a str,
    row: u32,
}

impl<'a> Person<'a> {
    fn of(finding: &'a Entry) -> Option<Self> {
        let person = finding.person.as_ref()?;
        Some(Self {
            name: person.name.as_deref(),
            email: person.email.as_deref(),
            employee_number: person.employee_number.as_deref(),
            source: &person.source,
            row: person.row,
        })
    }
}
