//! The CSV files: every row, never capped, safe to open in a spreadsheet.
//!
//! How they are written is said in `rows`. Programs read findings.json.

use std::io::Write;
use std::ops::Range;

use anyhow::{Context, Result};
use chrono::NaiveDate;
use polars::prelude::{DataFrame, DataType, Int32Chunked, StringChunked, UInt32Chunked};

use super::{Inputs, figures};
use crate::archive::history::State;
use crate::config::Config;
use crate::directory::People;
use crate::plan::{self, Plan, handover};
use crate::reconcile::{Addresses, Finding, compared};
use crate::rows::{Rows, csv, csv_in_blocks};

/// Rows of text as a whole file.
pub(super) fn plain(out: impl Write + Send, header: &[&str], rows: &[Vec<String>]) -> Result<()> {
    csv(out, header, rows.len(), |record, csv| {
        rows[record].iter().for_each(|cell| csv.cell(cell));
        csv.end();
    })
}

/// `handover.csv`: one row an object.
pub(super) fn handover(rows: &[[String; 8]], out: impl Write + Send) -> Result<u64> {
    csv(out, &handover::HEADER, rows.len(), |record, csv| {
        rows[record].iter().for_each(|cell| csv.cell(cell));
        csv.end();
    })?;
    Ok(rows.len() as u64)
}

/// `findings.csv`: one row a finding, in the order of the report.
pub(super) fn findings(inputs: &Inputs, ordered: &[&Finding], out: impl Write + Send) -> Result<u64> {
    let header = [
        "id",
        "kind",
        "severity",
        "state",
        "first_seen",
        "age_days",
        "account_id",
        "account_email",
        "account_name",
        "account_role",
        "account_active",
        "person_source",
        "person_row",
        "person_email",
        "person_employee_number",
        "person_name",
        "person_status",
        "person_termination_date",
        "matched_by",
        "drift_fields",
        "reason",
        "action",
        "exception_owner",
        "exception_reason",
        "exception_expires",
    ];
    let row = |record: usize, csv: &mut Rows| {
        let finding = ordered[record];
        let lifecycle = inputs.history.lifecycle.get(&finding.id);
        let first_seen = lifecycle.map_or(inputs.run.as_of, |lifecycle| lifecycle.first_seen);
        let state = match lifecycle.map(|lifecycle| lifecycle.state) {
            None | Some(State::New) => "new",
            Some(State::Open) => "open",
            Some(State::Changed) => "changed",
            Some(State::Reappeared) => "reappeared",
        };
        csv.cell(&finding.id.0);
        csv.cell(finding.kind.as_str());
        csv.cell(finding.severity.as_str());
        csv.cell(state);
        csv.plain(Some(first_seen));
        csv.plain(Some(figures::days(first_seen, inputs.run.as_of).max(0)));
        let account = finding.account.as_ref();
        csv.plain(account.and_then(|account| account.id));
        csv.maybe(account.and_then(|account| account.email.as_deref()));
        csv.maybe(account.and_then(|account| account.name.as_deref()));
        csv.maybe(account.and_then(|account| account.role.as_deref()));
        csv.plain(account.map(|account| account.active));
        let person = finding.person.as_ref();
        csv.maybe(person.map(|person| person.source.as_str()));
        csv.plain(person.map(|person| person.row));
        csv.maybe(person.and_then(|person| person.email.as_deref()));
        csv.maybe(person.and_then(|person| person.employee_number.as_deref()));
        csv.maybe(person.and_then(|person| person.name.as_deref()));
        csv.maybe(person.map(|person| person.status.as_str()));
        csv.plain(person.and_then(|person| person.termination_date));
        csv.cell(&finding.matched_by.iter().map(|key| key.as_str()).collect::<Vec<_>>().join(" + "));
        csv.cell(&finding.drift.iter().map(|change| change.field.as_str()).collect::<Vec<_>>().join(" "));
        csv.cell(&finding.reason);
        csv.maybe(finding.action.map(|action| action.as_str()));
        let exception = finding.exception.as_ref();
        csv.maybe(exception.map(|exception| exception.owner.as_str()));
        csv.maybe(exception.map(|exception| exception.reason.as_str()));
        csv.plain(exception.map(|exception| exception.expires));
        csv.end();
    };
    csv(out, &header, ordered.len(), row)?;
    Ok(ordered.len() as u64)
}

/// `drift.csv`: one row a differing field.
pub(super) fn drift(ordered: &[&Finding], config: &Config, out: impl Write + Send) -> Result<u64> {
    let header = ["finding_id", "field", "domo_raw", "directory_raw", "domo_normalised", "directory_normalised", "rule"];
    let addresses = Addresses::new(&config.matching.domain_aliases);
    let row = |record: usize, csv: &mut Rows| {
        let finding = ordered[record];
        for change in &finding.drift {
            csv.cell(&finding.id.0);
            csv.cell(&change.field);
            csv.maybe(change.domo.as_deref());
            csv.maybe(change.directory.as_deref());
            csv.cell(&compared(&change.field, change.domo.as_deref().unwrap_or_default(), &addresses));
            csv.cell(&compared(&change.field, change.directory.as_deref().unwrap_or_default(), &addresses));
            csv.cell(change.note.as_deref().unwrap_or("values differ"));
            csv.end();
        }
    };
    csv(out, &header, ordered.len(), row)?;
    Ok(ordered.iter().map(|finding| finding.drift.len() as u64).sum())
}

/// Who the rows of the directory are, column by column: what accounts.csv and people.csv say of a row.
pub(super) struct Persons<'a> {
    sources: Vec<&'a str>,
    source: UInt32Chunked,
    row: UInt32Chunked,
    email: StringChunked,
    employee_number: StringChunked,
    name: StringChunked,
}

impl<'a> Persons<'a> {
    pub(super) fn new(people: &'a People) -> Result<Self> {
        let frame = whole(&people.frame);
        Ok(Self {
            sources: people.sources.iter().map(|source| source.name.as_str()).collect(),
            source: frame.column("source")?.u32()?.clone(),
            row: frame.column("row")?.u32()?.clone(),
            email: frame.column("email")?.str()?.clone(),
            employee_number: frame.column("employee_number")?.str()?.clone(),
            name: people.names()?.rechunk().into_owned(),
        })
    }

    fn source(&self, source: u32) -> Option<&str> {
        self.sources.get(source as usize).copied()
    }

    /// What the files say of these rows; nothing of one that is not there.
    fn of(&self, rows: &[Option<usize>]) -> Cells<'_> {
        let row = |row: &Option<usize>| row.filter(|row| *row < self.row.len());
        let text = |column| looked_up(column, rows.iter().map(row));
        Cells {
            source: rows.iter().map(|at| self.source(self.source.get(row(at)?)?)).collect(),
            row: rows.iter().map(|at| self.row.get(row(at)?)).collect(),
            texts: [text(&self.email), text(&self.employee_number), text(&self.name)],
        }
    }
}

/// The texts in these places, looked up together.
fn looked_up(column: &StringChunked, places: impl Iterator<Item = Option<usize>>) -> Vec<Option<&str>> {
    places.map(|place| column.get(place?)).collect()
}

/// Source, row, e-mail, employee number and name of some people.
struct Cells<'a> {
    source: Vec<Option<&'a str>>,
    row: Vec<Option<u32>>,
    texts: [Vec<Option<&'a str>>; 3],
}

impl Cells<'_> {
    fn write(&self, at: usize, csv: &mut Rows) {
        csv.maybe(self.source[at]);
        csv.plain(self.row[at]);
        self.texts.iter().for_each(|texts| csv.maybe(texts[at]));
    }
}

/// `accounts.csv`: every account and what was decided about it, column by column from the frames: there may be a million.
pub(super) fn accounts(inputs: &Inputs, persons: &Persons, out: impl Write + Send) -> Result<u64> {
    let header = [
        "id",
        "email",
        "name",
        "role",
        "active",
        "created",
        "last_login",
        "days_idle",
        "situation",
        "matched_by",
        "person_source",
        "person_row",
        "person_email",
        "person_employee_number",
        "person_name",
    ];
    let (accounts, judged) = (whole(&inputs.accounts.frame), whole(&inputs.reconciliation.account_rows));
    let rows = accounts.height();
    anyhow::ensure!(judged.height() == rows, "{rows} accounts but {} judged", judged.height());

    let ids = accounts.column("id")?.u64()?;
    let (email, name, role) = (accounts.column("email")?.str()?, accounts.column("name")?.str()?, accounts.column("role")?.str()?);
    let active = accounts.column("active")?.bool()?;
    let (created, last_login) = (days(&accounts, "created")?, days(&accounts, "last_login")?);
    let (situation, matched_by) = (judged.column("situation")?.str()?, judged.column("matched_by")?.str()?);
    let person = judged.column("person")?.u32()?;

    let block = |block: Range<usize>, csv: &mut Rows| {
        let matched: Vec<_> = block.clone().map(|index| person.get(index).map(|person| person as usize)).collect();
        let matched = persons.of(&matched);
        for (at, index) in block.enumerate() {
            csv.plain(ids.get(index));
            csv.maybe(email.get(index));
            csv.maybe(name.get(index));
            csv.maybe(role.get(index));
            csv.plain(active.get(index));
            csv.plain(created.get(index).and_then(day));
            let seen = last_login.get(index).and_then(day);
            csv.plain(seen);
            csv.plain(seen.map(|day| figures::days(day, inputs.run.as_of).max(0)));
            csv.maybe(situation.get(index));
            csv.maybe(matched_by.get(index));
            matched.write(at, csv);
            csv.end();
        }
    };
    csv_in_blocks(out, &header, rows, block)?;
    Ok(rows as u64)
}

/// `people.csv`: every row read from the directory and what was decided about it, column by column as [`accounts`]; the rows that could
/// not be used come last, with what their key cells held.
pub(super) fn people(inputs: &Inputs, persons: &Persons, out: impl Write + Send) -> Result<u64> {
    let header = [
        "source",
        "row",
        "email",
        "employee_number",
        "name",
        "status",
        "hire_date",
        "termination_date",
        "situation",
        "account_id",
        "account_email",
    ];
    let (people, judged) = (whole(&inputs.people.frame), whole(&inputs.reconciliation.person_rows));
    let usable = people.height();
    anyhow::ensure!(judged.height() == usable, "{usable} usable rows but {} judged", judged.height());

    let (hire_date, termination_date) = (days(&people, "hire_date")?, days(&people, "termination_date")?);
    let (situation, status) = (judged.column("situation")?.str()?, judged.column("status")?.str()?);
    let account = judged.column("account")?.u32()?;
    let accounts = whole(&inputs.accounts.frame);
    let (ids, account_email) = (accounts.column("id")?.u64()?, accounts.column("email")?.str()?);

    let block = |block: Range<usize>, csv: &mut Rows| {
        let rows: Vec<_> = block.clone().map(|index| Some(index).filter(|index| *index < usable)).collect();
        let held = |row: &Option<usize>| account.get((*row)?).map(|account| account as usize).filter(|at| *at < accounts.height());
        let held: Vec<_> = rows.iter().map(held).collect();
        let (people, emails) = (persons.of(&rows), looked_up(account_email, held.iter().copied()));
        for (at, index) in block.enumerate() {
            if index < usable {
                people.write(at, csv);
                csv.maybe(status.get(index));
                csv.plain(hire_date.get(index).and_then(day));
                csv.plain(termination_date.get(index).and_then(day));
                csv.maybe(situation.get(index));
                csv.plain(held[at].and_then(|account| ids.get(account)));
                csv.maybe(emails[at]);
            } else {
                let rejected = &inputs.people.rejected[index - usable];
                csv.maybe(persons.source(rejected.source));
                csv.plain(Some(rejected.row));
                csv.maybe(rejected.email.as_deref());
                csv.maybe(rejected.employee_number.as_deref());
                ["", "", "", "", "rejected", "", ""].iter().for_each(|cell| csv.cell(cell));
            }
            csv.end();
        }
    };
    csv_in_blocks(out, &header, usable + inputs.people.rejected.len(), block)?;
    Ok(inputs.people.read())
}

/// `review.csv`: the rows of [`plan::sheet`], and the plan they belong to at the end of each: rows may be sorted or
/// left out, and no row is foreign.
pub(super) fn review(plan: &Plan, out: impl Write + Send) -> Result<u64> {
    let header: Vec<&str> = plan::sheet::COLUMNS.into_iter().chain(["plan_id", "plan_digest"]).collect();
    let rows = plan::sheet::rows(plan);
    let row = |record: usize, csv: &mut Rows| {
        let row = &rows[record];
        for cell in row.locked() {
            csv.cell(&cell);
        }
        let decision = plan.decisions.get(row.id());
        csv.maybe(decision.map(plan::Decision::word).as_deref());
        csv.maybe(decision.map(|decision| decision.by.as_str()));
        csv.maybe(decision.and_then(|decision| decision.comment.as_deref()));
        csv.cell(&plan.id);
        csv.cell(&plan.digest);
        csv.end();
    };
    csv(out, &header, rows.len(), row)?;
    Ok(rows.len() as u64)
}

/// A cheap copy with one chunk a column: looking up any row is a plain index.
fn whole(frame: &DataFrame) -> DataFrame {
    let mut frame = frame.clone();
    frame.rechunk_mut();
    frame
}

/// A column of days as days since 1970.
fn days(frame: &DataFrame, name: &str) -> Result<Int32Chunked> {
    let column = frame.column(name)?.cast(&DataType::Int32).with_context(|| format!("the column {name} holds no days"))?;
    Ok(column.i32()?.clone())
}

fn day(days: i32) -> Option<NaiveDate> {
    NaiveDate::from_epoch_days(days)
}
