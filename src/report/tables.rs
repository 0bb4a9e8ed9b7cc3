//! The CSV files: every row, never capped, safe to open in a spreadsheet.
//!
//! How they are written is said in `rows`. Programs read findings.json.

use std::io::Write;

use anyhow::Result;
use chrono::NaiveDate;
use polars::prelude::*;

use super::Inputs;
use crate::archive::history::State;
use crate::config::Config;
use crate::directory::People;
use crate::plan::{self, Plan, handover};
use crate::reconcile::{Addresses, Finding, compared};
use crate::rows::{Rows, csv};

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
        "restricted",
    ];
    let row = |record: usize, csv: &mut Rows| {
        let finding = ordered[record];
        let lifecycle = inputs.history.lifecycle.get(&finding.id);
        let first_seen = lifecycle.map_or(inputs.run.as_of, |lifecycle| lifecycle.first_seen);
        let state = lifecycle.map_or(State::New, |lifecycle| lifecycle.state);
        csv.cell(&finding.id.0);
        csv.cell(finding.kind.as_str());
        csv.cell(finding.severity.as_str());
        csv.cell(state.as_str());
        csv.plain(Some(first_seen));
        csv.plain(Some((inputs.run.as_of - first_seen).num_days().max(0)));
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
        csv.plain(Some(finding.restricted));
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

/// `accounts.csv`: every account, what was decided about it, and the person it is matched to.
pub(super) fn accounts(inputs: &Inputs, out: impl Write + Send) -> Result<u64> {
    let judged = &inputs.reconciliation.account_rows;
    let mut rows = inputs.accounts.frame.select(["id", "email", "name", "role", "active", "created", "last_login"])?;
    let today = inputs.run.as_of.to_epoch_days();
    let idle = rows.column("last_login")?.date()?.physical().apply_values(|seen| (today - seen).max(0));
    rows.hstack_mut(&[idle.with_name("days_idle".into()).into_column()])?;
    rows.hstack_mut(judged.select(["situation", "matched_by"])?.columns())?;
    rows.hstack_mut(&in_places(&who(inputs.people)?, judged.column("person")?.u32()?, "person")?)?;
    rows.hstack_mut(judged.select(["may_administer"])?.columns())?;
    written(rows, 0, |_, _| {}, out)
}

/// `people.csv`: every row read from the directory, what was decided about it, and the account of its person; the rows that could
/// not be used come last, with what their key cells held.
pub(super) fn people(inputs: &Inputs, out: impl Write + Send) -> Result<u64> {
    let (people, judged) = (inputs.people, &inputs.reconciliation.person_rows);
    let mut rows = who(people)?;
    rows.hstack_mut(judged.select(["status"])?.columns())?;
    rows.hstack_mut(people.frame.select(["hire_date", "termination_date"])?.columns())?;
    rows.hstack_mut(judged.select(["situation"])?.columns())?;
    let accounts = inputs.accounts.frame.select(["id", "email"])?;
    rows.hstack_mut(&in_places(&accounts, judged.column("account")?.u32()?, "account")?)?;
    let rejected = |row: usize, csv: &mut Rows| {
        let row = &people.rejected[row];
        csv.maybe(people.sources.get(row.source as usize).map(|source| source.name.as_str()));
        csv.plain(Some(row.row));
        csv.maybe(row.email.as_deref());
        csv.maybe(row.employee_number.as_deref());
        ["", "", "", "", "rejected", "", ""].iter().for_each(|cell| csv.cell(cell));
    };
    written(rows, people.rejected.len(), rejected, out)
}

/// Where the rows of the directory stand and who they are: what both lists say of a person.
fn who(people: &People) -> Result<DataFrame> {
    let frame = &people.frame;
    let files = StringChunked::from_iter_values("source".into(), people.sources.iter().map(|source| source.name.as_str()));
    let mut columns = vec![files.take(frame.column("source")?.u32()?)?.into_column()];
    columns.extend_from_slice(frame.select(["row", "email", "employee_number"])?.columns());
    columns.push(people.names()?.with_name("name".into()).into_column());
    Ok(DataFrame::new(frame.height(), columns)?)
}

/// The rows in these places, nothing where there is no place; `person_email` for `email` of a `person`.
fn in_places(frame: &DataFrame, places: &IdxCa, whose: &str) -> Result<Vec<Column>> {
    let taken = frame.take(places)?;
    Ok(taken.columns().iter().map(|column| column.clone().with_name(format!("{whose}_{}", column.name()).into())).collect())
}

/// A frame as a file, its columns' names as the header, and so many rows `more` behind it.
fn written(mut rows: DataFrame, more: usize, row_behind: impl Fn(usize, &mut Rows) + Sync, out: impl Write + Send) -> Result<u64> {
    enum Cells<'a> {
        Id(&'a UInt64Chunked),
        Number(&'a UInt32Chunked),
        Difference(&'a Int32Chunked),
        Text(&'a StringChunked),
        Truth(&'a BooleanChunked),
        Day(&'a Int32Chunked),
    }
    // In one chunk any row is looked up by a plain index.
    rows.rechunk_mut();
    let cells = |column| -> Result<Cells<'_>> {
        let column: &Column = column;
        Ok(match column.dtype() {
            DataType::UInt64 => Cells::Id(column.u64()?),
            DataType::UInt32 => Cells::Number(column.u32()?),
            DataType::Int32 => Cells::Difference(column.i32()?),
            DataType::Boolean => Cells::Truth(column.bool()?),
            DataType::Date => Cells::Day(column.date()?.physical()),
            _ => Cells::Text(column.str()?),
        })
    };
    let columns = rows.columns().iter().map(cells).collect::<Result<Vec<_>>>()?;
    let header: Vec<&str> = rows.columns().iter().map(|column| column.name().as_str()).collect();
    let (height, all) = (rows.height(), rows.height() + more);
    let row = |row: usize, csv: &mut Rows| {
        if row >= height {
            row_behind(row - height, csv);
        } else {
            for cells in &columns {
                match cells {
                    Cells::Id(cells) => csv.plain(cells.get(row)),
                    Cells::Number(cells) => csv.plain(cells.get(row)),
                    Cells::Difference(cells) => csv.plain(cells.get(row)),
                    Cells::Text(cells) => csv.maybe(cells.get(row)),
                    Cells::Truth(cells) => csv.plain(cells.get(row)),
                    Cells::Day(cells) => csv.plain(cells.get(row).and_then(NaiveDate::from_epoch_days)),
                }
            }
        }
        csv.end();
    };
    csv(out, &header, all, row)?;
    Ok(all as u64)
}

/// `review.csv`: the rows of [`plan::sheet`], and the plan they belong to at the end of each: rows may be sorted or
/// left out, and no row is foreign.
pub(super) fn review(plan: &Plan, out: impl Write + Send) -> Result<u64> {
    let header: Vec<&str> = plan::sheet::COLUMNS.into_iter().chain(plan::sheet::PLAN_COLUMNS).collect();
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
