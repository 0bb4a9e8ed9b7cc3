//! What holds for every company. `DOMO_RECONCILE_COMPANIES=20000` tries more of them than the default.

use std::collections::{BTreeMap, BTreeSet};

use domo_reconcile::reconcile::{DriftField, Reconciliation, Rules, reconcile};
use domo_reconcile::terms::{AccountSituation as A, ActionKind, Kind, PersonSituation as P};
use fastrand::Rng;
use polars::prelude::DataFrame;

use super::company::{Company, Person, account, person, word};
use super::{oracle, wild};
use crate::directory;

fn companies() -> impl Iterator<Item = (u64, Company)> {
    let count = std::env::var("DOMO_RECONCILE_COMPANIES").ok().and_then(|count| count.parse().ok()).unwrap_or(150);
    (0..count).map(|seed| (seed, wild::company(seed)))
}

fn words(rows: &DataFrame) -> Vec<String> {
    (0..rows.height()).map(|at| word(rows, at)).collect()
}

/// What must not change with order: each finding by id with everything it says but row indexes.
fn said(judged: &Reconciliation) -> BTreeMap<String, String> {
    let lines = judged.findings.iter().map(|finding| {
        let account = finding.account.as_ref().map(|account| account.id);
        let drift: Vec<_> = finding.drift.iter().map(|field| (&field.field, &field.domo, &field.directory)).collect();
        let line = format!(
            "{} {} {account:?} {:?} {drift:?} {:?} {:?}",
            finding.kind,
            finding.severity.as_str(),
            finding.matched_by,
            finding.action,
            finding.exception
        );
        (finding.id.0.clone(), line)
    });
    lines.collect()
}

#[test]
fn every_account_and_person_is_in_the_situation_that_the_rules_say() {
    for (seed, company) in companies() {
        let (judged, expected) = (company.judged(), oracle::situations(&company));
        assert_eq!(words(&judged.account_rows), expected.accounts, "accounts of seed {seed}: {company:#?}");
        assert_eq!(words(&judged.person_rows), expected.people, "people of seed {seed}: {company:#?}");
    }
}

#[test]
fn the_sums_balance_and_every_situation_has_its_findings() {
    for (seed, company) in companies() {
        let judged = company.judged();
        let sum: u64 = judged.accounts.parts().iter().map(|(_, count)| count).sum();
        assert_eq!((sum, judged.accounts.read), (company.accounts.len() as u64, company.accounts.len() as u64), "seed {seed}");
        let sum: u64 = judged.people.parts().iter().map(|(_, count)| count).sum();
        assert_eq!(sum, (company.people.len() + company.rejected.len()) as u64, "seed {seed}");
        let of = |kind: Kind| judged.findings.iter().filter(|finding| finding.kind == kind).count() as u64;
        let totals = &judged.accounts;
        let pairs = [
            (Kind::Orphan, totals[A::Orphan]),
            (Kind::Leaver, totals[A::Leaver]),
            (Kind::Suspended, totals[A::Suspended]),
            (Kind::Conflict, totals[A::Conflict]),
            (Kind::Ambiguous, totals[A::Ambiguous]),
            (Kind::Duplicate, totals[A::Duplicate]),
            (Kind::NotEvaluable, totals[A::NotEvaluable]),
            (Kind::Missing, judged.people[P::Missing]),
        ];
        // Somebody in several files is one finding and several rows.
        for (kind, count) in pairs.into_iter().filter(|(kind, _)| company.sources == 1 || *kind != Kind::Missing) {
            assert_eq!(of(kind), count, "{kind} of seed {seed}");
        }
    }
}

#[test]
fn no_update_writes_a_name_an_address_or_a_number_that_other_evidence_contradicts() {
    let mut written = 0;
    for (seed, company) in companies() {
        let judged = company.judged();
        for finding in judged.findings.iter().filter(|finding| finding.action == Some(ActionKind::Update)) {
            let is_identity =
                |field: &&DriftField| field.writable && ["name", "email", "employee_number"].contains(&field.field.as_str());
            let (account, person) = (finding.account.as_ref().unwrap(), finding.person.as_ref().unwrap());
            let row = person.index.unwrap() as usize;
            for field in finding.drift.iter().filter(is_identity) {
                assert!(
                    oracle::may_be_written(&company, &field.field, account.index as usize, row),
                    "seed {seed}: {field:?} of {account:?} and {person:?}"
                );
                written += 1;
            }
        }
    }
    assert!(written > 0, "no company had a name or an address to write");
}

#[test]
fn the_order_of_rows_changes_nothing() {
    for (seed, company) in companies() {
        let mut shuffled = company.clone();
        let mut rng = Rng::with_seed(seed + 1);
        rng.shuffle(&mut shuffled.accounts);
        rng.shuffle(&mut shuffled.people);
        rng.shuffle(&mut shuffled.rejected);
        rng.shuffle(&mut shuffled.fields);
        let (one, other) = (company.judged(), shuffled.judged());
        assert_eq!((one.accounts, one.people), (other.accounts, other.people), "seed {seed}");
        assert_eq!(said(&one), said(&other), "seed {seed}: {company:#?}");
    }
}

/// What a column of an export holds of a person.
type Cell = fn(&Person) -> String;

/// The columns of an export, each with headers that mean it.
const COLUMNS: [(Cell, [&str; 3]); 10] = [
    (|person| person.email.clone(), ["Email", "Work E-Mail", "mail"]),
    (|person| person.alternates.join("; "), ["Alternate Email", "alternateEmail", "otherMails"]),
    (|person| person.number.clone(), ["Employee ID", "employee_number", "Personnel Number"]),
    (|person| person.name.clone(), ["Name", "Full Name", "displayName"]),
    (|person| person.title.clone(), ["Job Title", "Business Title", "TITLE"]),
    (|person| person.department.clone(), ["Department", "Abteilung", "departmentName"]),
    (|person| person.phone.clone(), ["Phone Number", "Work Phone", "telephoneNumber"]),
    (|person| person.status.to_owned(), ["Employment Status", "Status", "employment_status"]),
    (|person| person.hired.map(|day| day.to_string()).unwrap_or_default(), ["Hire Date", "startDate", "Einstellungsdatum"]),
    (|person| person.last_day.map(|day| day.to_string()).unwrap_or_default(), ["Termination Date", "end_date", "Last Day of Work"]),
];

/// The company's people, and a row that is rejected, judged from a file with these columns, each under one of its headers.
fn judged_from(company: &Company, columns: &[(usize, usize)]) -> Reconciliation {
    let folder = directory::folder();
    let mut file = csv::Writer::from_writer(Vec::new());
    file.write_record(columns.iter().map(|(column, header)| COLUMNS[*column].1[*header])).unwrap();
    let broken = Person { email: "no address".into(), number: "1.2E+15".into(), ..person(900) };
    for person in company.people.iter().chain([&broken]) {
        file.write_record(columns.iter().map(|(column, _)| COLUMNS[*column].0(person))).unwrap();
    }
    let people = directory::people(&directory::file(folder.path(), "workers.csv", file.into_inner().unwrap()));
    let config = company.parsed();
    let rules = Rules { config: &config, instance: "acme", as_of: company.as_of, excluded_elsewhere: None };
    reconcile(&company.accounts_frame(), &people, &rules).unwrap()
}

#[test]
fn the_order_and_the_headers_of_columns_change_nothing() {
    for (seed, company) in companies().filter(|(_, company)| !company.people.is_empty()) {
        let plain: Vec<(usize, usize)> = (0..COLUMNS.len()).map(|column| (column, 0)).collect();
        let mut rng = Rng::with_seed(seed);
        let mut other: Vec<(usize, usize)> = plain.iter().map(|(column, _)| (*column, rng.usize(..3))).collect();
        rng.shuffle(&mut other);
        let (one, two) = (judged_from(&company, &plain), judged_from(&company, &other));
        assert_eq!((one.accounts, one.people), (two.accounts, two.people), "seed {seed}");
        assert_eq!(said(&one), said(&two), "seed {seed}: {other:?} {company:#?}");
    }
}

#[test]
fn an_unrelated_pair_changes_nothing_else() {
    for (seed, company) in companies().filter(|(_, company)| !company.people.is_empty() && !company.accounts.is_empty()) {
        let mut larger = company.clone();
        // Somebody whom no rule of the configuration names, so that what it names stays as unheard of as it was.
        let [email, none] = ["n@elsewhere.example", ""].map(str::to_owned);
        let department = none.clone();
        larger.accounts.push(super::company::Account { email: email.clone(), department, ..domo_like(777_777) });
        let newcomer = super::company::Person { row: 99, number: "8777777".into(), ..person(777_777) };
        larger.people.push(super::company::Person { email, department: none, ..newcomer });
        let (one, mut other) = (said(&company.judged()), said(&larger.judged()));
        // Where everybody named Finance should be an Editor, the newcomer too has a finding of their own.
        let newcomer = Some(1000 + 777_777);
        other.retain(|_, line| !line.contains(&format!("{newcomer:?}")));
        assert_eq!(one, other, "seed {seed}");
    }
}

fn domo_like(n: u64) -> super::company::Account {
    super::company::Account { number: format!("8{n}"), ..account(n) }
}

#[test]
fn ids_are_stable_when_values_change() {
    for (seed, company) in companies() {
        let mut renamed = company.clone();
        renamed.accounts.iter_mut().for_each(|account| account.title.push_str(" II"));
        renamed.people.iter_mut().for_each(|person| person.title.push_str(" II"));
        let ids = |company: &Company| {
            let judged = company.judged();
            let lasting = judged.findings.iter().filter(|finding| finding.kind != Kind::Drift && finding.kind != Kind::Exception);
            lasting.map(|finding| finding.id.0.clone()).collect::<BTreeSet<_>>()
        };
        assert_eq!(ids(&company), ids(&renamed), "seed {seed}");
    }
}

#[test]
fn the_companies_show_every_situation_and_every_kind() {
    let (mut accounts, mut people, mut kinds, mut tested) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for (_, company) in companies() {
        let judged = company.judged();
        accounts.extend(words(&judged.account_rows));
        people.extend(words(&judged.person_rows));
        kinds.extend(judged.findings.iter().map(|finding| finding.kind));
        tested.extend(judged.method.tested.iter().filter(|(_, tested)| **tested > 0).map(|(kind, _)| *kind));
    }
    assert_eq!(accounts.len(), 10, "{accounts:?}");
    assert_eq!(people.len(), 10, "{people:?}");
    assert_eq!(kinds, tested);
}

#[test]
fn a_company_that_agrees_has_no_findings_at_any_size() {
    for n in [1, 2, 3, 50] {
        assert_eq!(Company::of(n).judged().findings, []);
    }
}
