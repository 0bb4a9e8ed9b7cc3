//! A company in memory: accounts and people as plain structs, made into the two frames.

use chrono::NaiveDate;
use domo_reconcile::config::Config;
use domo_reconcile::directory::people::{Doubt, Mapped};
use domo_reconcile::directory::{self, People, RejectedRow, Source};
use domo_reconcile::domo::{self, Accounts, Evidence, Snapshot};
use domo_reconcile::reconcile::{Finding, Reconciliation, Rules, reconcile};
use domo_reconcile::terms::Kind;
use polars::prelude::*;

/// The day judged in these tests.
pub(super) const TODAY: &str = "2026-11-23";

pub(super) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Account {
    pub id: u64,
    pub email: String,
    pub alternate: String,
    pub number: String,
    pub name: String,
    pub role: String,
    pub title: String,
    pub department: String,
    pub location: String,
    pub phone: String,
    pub active: bool,
    pub deleted: bool,
    pub created: Option<NaiveDate>,
    pub last_login: Option<NaiveDate>,
    pub two_factor: Option<bool>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Person {
    pub source: u32,
    pub row: u32,
    pub email: String,
    pub alternates: Vec<String>,
    pub number: String,
    pub name: String,
    pub given: String,
    pub family: String,
    pub title: String,
    pub department: String,
    pub location: String,
    pub phone: String,
    pub status: &'static str,
    pub word: String,
    pub enabled: Option<bool>,
    pub hired: Option<NaiveDate>,
    pub last_day: Option<NaiveDate>,
    pub role: String,
}

/// An account and a person who agree on everything; `n` makes them different from all others.
pub(super) fn account(n: u64) -> Account {
    Account {
        id: 1000 + n,
        email: format!("person{n}@acme.com"),
        alternate: String::new(),
        number: format!("{}", 50_000 + n),
        name: format!("Given{n} Family{n}"),
        role: "Participant".into(),
        title: "Analyst".into(),
        department: "Finance".into(),
        location: "Berlin".into(),
        phone: format!("+49 30 {n:06}"),
        active: true,
        deleted: false,
        created: Some(day("2020-01-01")),
        last_login: None,
        two_factor: None,
    }
}

pub(super) fn person(n: u64) -> Person {
    Person {
        source: 0,
        row: 0,
        email: format!("person{n}@acme.com"),
        alternates: Vec::new(),
        number: format!("{}", 50_000 + n),
        name: format!("Given{n} Family{n}"),
        given: String::new(),
        family: String::new(),
        title: "Analyst".into(),
        department: "Finance".into(),
        location: "Berlin".into(),
        phone: format!("+49 30 {n:06}"),
        status: "active",
        word: String::new(),
        enabled: None,
        hired: Some(day("2019-05-01")),
        last_day: None,
        role: String::new(),
    }
}

/// Two populations and the rules.
#[derive(Debug, Clone)]
pub(super) struct Company {
    pub accounts: Vec<Account>,
    pub people: Vec<Person>,
    pub rejected: Vec<RejectedRow>,
    pub doubts: Vec<Doubt>,
    pub config: String,
    /// Fields that the directory carries.
    pub fields: Vec<&'static str>,
    /// The same of the second file, where it differs.
    pub(super) second_fields: Option<Vec<&'static str>>,
    /// Columns that the accounts carry.
    pub provided: Vec<&'static str>,
    pub partial_pull: bool,
    pub partial_directory: bool,
    pub sources: usize,
    pub as_of: NaiveDate,
}

impl Default for Company {
    fn default() -> Self {
        Self {
            accounts: Vec::new(),
            people: Vec::new(),
            rejected: Vec::new(),
            doubts: Vec::new(),
            config: String::new(),
            fields: vec![
                "email",
                "alternate_email",
                "employee_number",
                "name",
                "title",
                "department",
                "location",
                "phone",
                "status",
                "hire_date",
                "termination_date",
            ],
            provided: vec![
                "id",
                "email",
                "name",
                "role",
                "alternate_email",
                "employee_number",
                "title",
                "department",
                "location",
                "phone",
                "active",
                "created",
            ],
            second_fields: None,
            partial_pull: false,
            partial_directory: false,
            sources: 1,
            as_of: day(TODAY),
        }
    }
}

impl Company {
    /// `n` accounts and people who agree.
    pub(super) fn of(n: u64) -> Self {
        Self { accounts: (1..=n).map(account).collect(), people: (1..=n).map(person).collect(), ..Self::default() }
    }

    pub(super) fn with(accounts: impl IntoIterator<Item = Account>, people: impl IntoIterator<Item = Person>) -> Self {
        Self { accounts: accounts.into_iter().collect(), people: people.into_iter().collect(), ..Self::default() }
    }

    pub(super) fn config(mut self, toml: &str) -> Self {
        self.config = toml.into();
        self
    }

    /// A rejected row with this address and number.
    pub(super) fn rejecting(mut self, email: Option<&str>, number: Option<&str>) -> Self {
        self.rejected.push(RejectedRow {
            source: 0,
            row: 900 + self.rejected.len() as u32,
            reason: "the row is broken".into(),
            email: email.map(Into::into),
            employee_number: number.map(Into::into),
            carried: Vec::new(),
            name: None,
            digest: format!("{email:?}{number:?}"),
        });
        self
    }

    pub(super) fn accounts_frame(&self) -> Accounts {
        let rows = &self.accounts;
        let text = |name: &str, of: fn(&Account) -> &str| {
            let values = rows.iter().map(|row| Some(of(row)).filter(|value| !value.is_empty()));
            StringChunked::from_iter_options(name.into(), values).into_column()
        };
        let days = |name: &str, of: fn(&Account) -> Option<NaiveDate>| {
            DateChunked::from_naive_date_options(name.into(), rows.iter().map(of)).into_column()
        };
        let columns = vec![
            UInt64Chunked::from_iter_values("id".into(), rows.iter().map(|row| row.id)).into_column(),
            text("email", |row| &row.email),
            text("name", |row| &row.name),
            text("role", |row| &row.role),
            text("alternate_email", |row| &row.alternate),
            text("employee_number", |row| &row.number),
            text("title", |row| &row.title),
            text("department", |row| &row.department),
            text("location", |row| &row.location),
            text("phone", |row| &row.phone),
            BooleanChunked::from_iter_values("active".into(), rows.iter().map(|row| row.active)).into_column(),
            BooleanChunked::from_iter_values("deleted".into(), rows.iter().map(|row| row.deleted)).into_column(),
            days("created", |row| row.created),
            days("last_login", |row| row.last_login),
            BooleanChunked::from_iter_options("two_factor".into(), rows.iter().map(|row| row.two_factor)).into_column(),
        ];
        let mut snapshot = Snapshot::default();
        for row in rows {
            let number = serde_json::to_string(&row.number).unwrap();
            snapshot.push(&format!(r#"{{"id":{},"employeeNumber":{number}}}"#, row.id));
        }
        let incomplete = if self.partial_pull { vec!["page 7 failed".into()] } else { vec![] };
        let evidence = Evidence { source: "test".into(), kind: "snapshot".into(), incomplete, ..Evidence::default() };
        let frame = frame(&domo::accounts::schema(), columns);
        Accounts::new(frame, snapshot, self.provided.iter().map(|name| (*name).into()).collect(), evidence).unwrap()
    }

    pub(super) fn people_frame(&self) -> People {
        let rows = &self.people;
        let text = |name: &str, of: fn(&Person) -> &str| {
            let values = rows.iter().map(|row| Some(of(row)).filter(|value| !value.is_empty()));
            StringChunked::from_iter_options(name.into(), values).into_column()
        };
        let days = |name: &str, of: fn(&Person) -> Option<NaiveDate>| {
            DateChunked::from_naive_date_options(name.into(), rows.iter().map(of)).into_column()
        };
        let lists = |name: &str, of: fn(&Person) -> &[String]| {
            let mut builder = ListStringChunkedBuilder::new(name.into(), rows.len(), rows.len());
            rows.iter().for_each(|row| builder.append_values_iter(of(row).iter().map(String::as_str)));
            builder.finish().into_column()
        };
        let numbers = |name: &str, values: Vec<u32>| UInt32Chunked::from_vec(name.into(), values).into_column();
        let columns = vec![
            numbers("source", rows.iter().map(|row| row.source).collect()),
            numbers("row", (2u32..).zip(rows).map(|(line, row)| if row.row > 0 { row.row } else { line }).collect()),
            text("email", |row| &row.email),
            lists("alternate_email", |row| &row.alternates),
            text("employee_number", |row| &row.number),
            text("name", |row| &row.name),
            text("given_name", |row| &row.given),
            text("family_name", |row| &row.family),
            text("title", |row| &row.title),
            text("department", |row| &row.department),
            text("location", |row| &row.location),
            text("phone", |row| &row.phone),
            text("status", |row| row.status),
            text("status_word", |row| if row.word.is_empty() { row.status } else { &row.word }),
            BooleanChunked::from_iter_options("enabled".into(), rows.iter().map(|row| row.enabled)).into_column(),
            days("hire_date", |row| row.hired),
            days("termination_date", |row| row.last_day),
            text("role", |row| &row.role),
        ];
        let frame = frame(&directory::people::schema(), columns);
        let mapped = |field: &&str| Mapped { field: (*field).into(), header: (*field).into(), why: "synonym".into() };
        let source = |at: usize| Source {
            name: if at == 0 { "workers.csv".into() } else { format!("workers{at}.csv") },
            columns: self.second_fields.as_ref().filter(|_| at == 1).unwrap_or(&self.fields).iter().map(mapped).collect(),
            incomplete: if self.partial_directory && at == 0 { vec!["a next page exists".into()] } else { vec![] },
            ..Source::default()
        };
        People::new(frame, (0..self.sources).map(source).collect(), self.rejected.clone(), self.doubts.clone()).unwrap()
    }

    pub(super) fn parsed(&self) -> Config {
        Config::parse(&self.config).unwrap()
    }

    pub(super) fn judged(&self) -> Reconciliation {
        let config = self.parsed();
        let rules = Rules { config: &config, instance: "acme", as_of: self.as_of, excluded_elsewhere: None };
        reconcile(&self.accounts_frame(), &self.people_frame(), &rules).unwrap()
    }

    /// The account's situation and the kinds found about it.
    pub(super) fn account_situation(&self, at: usize) -> String {
        word(&self.judged().account_rows, at)
    }

    pub(super) fn person_situation(&self, at: usize) -> String {
        word(&self.judged().person_rows, at)
    }
}

/// A frame of this schema: a column that is not given is null.
fn frame(schema: &Schema, mut given: Vec<Column>) -> DataFrame {
    let rows = given[0].len();
    let column = |(name, kind): (&PlSmallStr, &DataType)| match given.iter().position(|column| column.name() == name) {
        Some(at) => given.swap_remove(at),
        None => Column::full_null(name.clone(), rows, kind),
    };
    let columns = schema.iter().map(column).collect();
    assert!(given.is_empty(), "no columns of the frame: {given:?}");
    DataFrame::new(rows, columns).unwrap()
}

/// The situation in a row of `account_rows` or `person_rows`.
pub(super) fn word(rows: &DataFrame, at: usize) -> String {
    rows.column("situation").unwrap().str().unwrap().get(at).unwrap().to_owned()
}

/// The findings of one kind.
pub(super) fn of_kind(judged: &Reconciliation, kind: Kind) -> Vec<&Finding> {
    judged.findings.iter().filter(|finding| finding.kind == kind).collect()
}

/// The only finding there is.
#[track_caller]
pub(super) fn only(judged: &Reconciliation) -> &Finding {
    assert_eq!(judged.findings.len(), 1, "{:#?}", judged.findings);
    &judged.findings[0]
}
