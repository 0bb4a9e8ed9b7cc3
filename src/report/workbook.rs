//! `review.xlsx`: where people decide. Everything is typed text, so nothing evaluates and no number loses a digit; headers stay in
//! sight, every sheet filters, and a decision is chosen from a list.
//!
//! The sheet Actions, the only one to be filled in, has the columns of [`plan::sheet`], nothing else; the sheet Summary names the
//! plan in two labelled rows, which is how a filled-in workbook finds its way back.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use polars::prelude::{DataFrame, DataType};
use rust_xlsxwriter::{DataValidation, DocProperties, ExcelDateTime, Note, Workbook, Worksheet};

use super::sheets::{Deciding, ROWS, SheetWriter, capped, put, row};
use super::texts::Texts;
use super::view::View;
use super::{Inputs, builder, cap, figures};
use crate::archive::RunFolder;
use crate::archive::history::State;
use crate::failure::{Failure, unless_it_panics};
use crate::plan::sheet::Decidable;
use crate::plan::{self, Plan};
use crate::reconcile::Finding;
use crate::terms::names;

/// The columns in which a plan is decided, here and in its packets, with their widths.
pub const DECIDING: [(&str, f64); 18] = {
    let widths = [14.0, 10.0, 14.0, 11.0, 13.0, 28.0, 20.0, 11.0, 18.0, 28.0, 12.0, 14.0, 40.0, 24.0, 24.0, 13.0, 18.0, 28.0];
    let mut columns = [("", 0.0); 18];
    let mut at = 0;
    while at < columns.len() {
        columns[at] = (plan::sheet::COLUMNS[at], widths[at]);
        at += 1;
    }
    columns
};

/// Writes the workbook of a plan. The writer of sheets keeps rows in temporary files and panics where those cannot be written, so
/// they are put where the run is, and their room is made sure of before. Should it be taken meanwhile, that is an error like any
/// other.
pub(super) fn write(
    inputs: &Inputs,
    plan: &Plan,
    ordered: &[&Finding],
    view: &View,
    t: &Texts,
    folder: &RunFolder,
    out: impl Write + Send,
) -> Result<u64> {
    folder.reserve(room(inputs, plan, ordered, folder)).context("cannot write review.xlsx")?;
    let fill = || fill(&SheetWriter::new(t, ROWS, view), folder.path(), inputs, plan, ordered, view, out);
    unless_it_panics(fill).unwrap_or_else(|| {
        Err(Failure::failed("cannot write review.xlsx: its temporary files could not be written")
            .hint(format!("see whether there is room in {}", folder.path().display()))
            .into())
    })
}

/// About as many bytes as the rows of all sheets take as XML, with what the lists written beside them take in a small run.
fn room(inputs: &Inputs, plan: &Plan, ordered: &[&Finding], folder: &RunFolder) -> u64 {
    const CELL: usize = 48;
    /// A name, an address, a number.
    const WHO: usize = 128;
    const REST: usize = 160 << 10;
    let text = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    let finding = |finding: &&Finding| {
        let drift = finding.drift.iter().map(|field| field.field.len() + text(&field.domo) + text(&field.directory) + 8);
        12 * CELL + WHO + 2 * (finding.reason.len() + drift.sum::<usize>())
    };
    let findings: usize = ordered.iter().take(ROWS).map(finding).sum();
    let all = plan.actions.len() + plan.findings.len();
    let decided = all.min(ROWS);
    // The same texts as in review.csv, which is written before; a row has many times fewer bytes than 2^43.
    let listed: u64 = folder.files().iter().filter(|file| file.name == names::REVIEW_CSV).map(|file| 2 * file.bytes).sum();
    let listed = listed * decided as u64 / all.max(1) as u64;
    let actions = decided * DECIDING.len() * CELL;
    let accounts = inputs.accounts.frame.height().min(ROWS) * (7 * CELL + WHO);
    (findings + actions + accounts + REST) as u64 + listed
}

fn fill(
    writer: &SheetWriter,
    temporary: &Path,
    inputs: &Inputs,
    plan: &Plan,
    ordered: &[&Finding],
    view: &View,
    out: impl Write + Send,
) -> Result<u64> {
    let t = writer.t;
    let mut book = Workbook::new();
    book.set_tempdir(temporary).context("cannot write review.xlsx")?;
    // Much faster than the default of 6, and a little larger.
    book.set_zip_compression_level(2);
    let mut properties = DocProperties::new()
        .set_title(&view.page_title)
        .set_author(&view.generator)
        .set_custom_property("plan", plan.id.as_str())
        .set_custom_property("plan_digest", plan.digest.as_str());
    if let Ok(made) = ExcelDateTime::from_timestamp(inputs.run.started.timestamp()) {
        properties = properties.set_creation_datetime(&made);
    }
    book.set_properties(&properties);

    let rows = plan::sheet::rows(plan);
    // In constant memory: rows are written in order. The three large sheets are filled at once.
    let mut blank = || book.new_worksheet_with_constant_memory();
    let (mut summary, mut actions, mut findings, mut accounts) = (blank()?, blank()?, blank()?, blank()?);
    let (mut privileged, mut exceptions, mut sign_off) = (blank()?, blank()?, blank()?);
    let (acted, (found, listed)) = rayon::join(
        || fill_actions(writer, &mut actions, plan, &rows),
        || rayon::join(|| fill_findings(writer, &mut findings, inputs, ordered), || fill_accounts(writer, &mut accounts, inputs)),
    );
    acted.and(found).and(listed)?;
    fill_summary(writer, &mut summary, inputs, plan, ordered, view)?;
    let all = inputs.reconciliation.privileged.len();
    writer.table(&mut privileged, t.get("workbook.privileged"), &view.privileged, all, names::ACCOUNTS_CSV)?;
    let all = inputs.config.config.exception.len();
    writer.table(&mut exceptions, t.get("workbook.exceptions"), &view.accepted, all, t.get("accepted.rest"))?;
    fill_sign_off(writer, &mut sign_off, view)?;
    for sheet in [summary, actions, findings, accounts, privileged, exceptions, sign_off] {
        book.push_worksheet(sheet);
    }
    book.save_to_writer(out).context("writing review.xlsx")?;
    Ok(rows.len().min(writer.rows) as u64)
}

fn fill_summary(
    writer: &SheetWriter,
    sheet: &mut Worksheet,
    inputs: &Inputs,
    plan: &Plan,
    ordered: &[&Finding],
    view: &View,
) -> Result<()> {
    let t = writer.t;
    let mut rows: Vec<(String, String)> = vec![
        (view.title.clone(), view.instance.clone()),
        (t.get("workbook.how").to_owned(), t.get("workbook.how_text").to_owned()),
        (plan::sheet::PLAN.to_owned(), plan.id.clone()),
        (plan::sheet::PLAN_DIGEST.to_owned(), plan.digest.clone()),
        (t.get("plan.expires").to_owned(), view.plan.as_ref().map(|plan| plan.expires.clone()).unwrap_or_default()),
        (t.get("plan.heading").to_owned(), view.plan.as_ref().map(|plan| plan.sentence.clone()).unwrap_or_default()),
    ];
    rows.extend(view.plan.iter().filter_map(|plan| plan.refused.clone()).map(|refused| (t.get("plan.guards").to_owned(), refused)));
    rows.extend(plan.notes().into_iter().map(|note| (String::new(), note)));
    rows.push((t.get("evidence.heading").to_owned(), view.evidence.headline.clone()));
    rows.extend(view.evidence.reasons.iter().map(|reason| (String::new(), reason.clone())));
    rows.push((t.get("findings.heading").to_owned(), view.findings.sentence.clone()));
    rows.push((t.get("change.heading").to_owned(), view.change.sentence.clone()));
    rows.extend(view.identity.iter().map(|fact| (fact.label.clone(), fact.value.clone())));
    for tally in [&view.accounts, &view.people] {
        for row in [&tally.read].into_iter().chain(&tally.rows).chain([&tally.sum]) {
            rows.push((format!("{}: {}", tally.caption, row.label), row.count.clone()));
        }
    }
    let sheets = [
        (plan::sheet::ACTIONS, plan.actions.len() + plan.findings.len(), writer.rows, names::REVIEW_CSV),
        (t.get("workbook.findings"), ordered.len(), writer.rows, names::FINDINGS_CSV),
        (t.get("workbook.privileged"), inputs.reconciliation.privileged.len(), builder::ROWS, names::ACCOUNTS_CSV),
    ];
    for (sheet, total, most, file) in sheets.into_iter().filter(|(_, total, most, _)| total > most) {
        rows.push((sheet.to_owned(), capped(t, most, total, file)));
    }
    if inputs.accounts.frame.height() > writer.rows {
        let number = figures::grouped(writer.rows as u64);
        rows.push((t.get("workbook.accounts").to_owned(), t.fill("workbook.accounts_left_out", &[("n", &number)])));
    }
    let rows: Vec<_> = rows.iter().map(|(label, value)| (label.as_str(), value.clone())).collect();
    writer.facts(sheet, plan::sheet::SUMMARY, &rows)
}

/// The rows of a plan that are decided.
fn fill_actions(writer: &SheetWriter, sheet: &mut Worksheet, plan: &Plan, all: &[Decidable<'_>]) -> Result<()> {
    let (choices, rows) = (plan::sheet::choices(plan), all.len().min(writer.rows));
    if all.len() > rows {
        // Not below the last row: every row of this sheet is read back as one that is decided.
        sheet.insert_note(0, 0, &Note::new(capped(writer.t, rows, all.len(), names::REVIEW_CSV)))?;
    }
    let deciding = Deciding { name: plan::sheet::ACTIONS, columns: &DECIDING, choices, rows };
    writer.deciding(sheet, &deciding, |at| (all[at].locked().into(), None))
}

fn fill_findings(writer: &SheetWriter, sheet: &mut Worksheet, inputs: &Inputs, all: &[&Finding]) -> Result<()> {
    let t = writer.t;
    let columns = [
        (t.get("column.finding"), 15.0),
        (t.get("column.kind"), 16.0),
        (t.get("column.severity"), 10.0),
        (t.get("column.account"), 26.0),
        (t.get("column.email"), 30.0),
        (t.get("column.domo_id"), 14.0),
        (t.get("column.role"), 12.0),
        (t.get("column.found"), 60.0),
        (t.get("column.change"), 50.0),
        (t.get("column.action"), 12.0),
        (t.get("column.first_seen"), 12.0),
        (t.get("column.status"), 12.0),
    ];
    let (total, most) = (all.len(), writer.rows);
    writer.head(sheet, t.get("workbook.findings"), &columns, total.min(most))?;
    for (place, finding) in all.iter().take(most).enumerate() {
        let account = finding.account.as_ref();
        let lifecycle = inputs.history.lifecycle.get(&finding.id);
        let name = cap::name(finding).unwrap_or_default();
        let email = finding.email();
        let id = account.and_then(|account| account.id).map(|id| id.to_string()).unwrap_or_default();
        let changes = finding.drift.iter();
        let changes = changes.map(|field| builder::changed(t, &field.field, field.domo.as_deref(), field.directory.as_deref()));
        let changes: Vec<String> = changes.collect();
        let first_seen = lifecycle.map_or(inputs.run.as_of, |lifecycle| lifecycle.first_seen).to_string();
        let state = match (&finding.exception, lifecycle) {
            (Some(exception), _) => t.fill("state.accepted", &[("day", &exception.expires.to_string())]),
            (None, Some(lifecycle)) => lifecycle.state.as_str().to_owned(),
            (None, None) => State::New.as_str().to_owned(),
        };
        let cells = [
            finding.id.0.as_str(),
            finding.kind.as_str(),
            finding.severity.as_str(),
            name,
            email.unwrap_or_default(),
            &id,
            account.and_then(|account| account.role.as_deref()).unwrap_or_default(),
            &finding.reason,
            &changes.join("; "),
            finding.action.map(|action| action.as_str()).unwrap_or_default(),
            &first_seen,
            &state,
        ];
        row(sheet, u32::try_from(place + 1)?, &cells, &columns, total)?;
    }
    writer.ends(sheet, &columns, most, total, names::FINDINGS_CSV)
}

fn fill_accounts(writer: &SheetWriter, sheet: &mut Worksheet, inputs: &Inputs) -> Result<()> {
    let t = writer.t;
    let columns = [
        (t.get("column.domo_id"), 14.0),
        (t.get("column.email"), 30.0),
        (t.get("column.account"), 26.0),
        (t.get("column.role"), 12.0),
        (t.get("column.active"), 8.0),
        (t.get("column.situation"), 14.0),
        (t.get("column.matched_by"), 24.0),
    ];
    let (accounts, judged) = (&inputs.accounts.frame, &inputs.reconciliation.account_rows);
    if accounts.height() > writer.rows {
        // The first so many of a population would look like all of it.
        writer.head(sheet, t.get("workbook.accounts"), &columns, 0)?;
        let left_out = t.fill("workbook.accounts_left_out", &[("n", &figures::grouped(writer.rows as u64))]);
        return writer.across(sheet, 1, &columns, &left_out);
    }
    let text = |frame: &DataFrame, name: &str| -> Result<polars::prelude::StringChunked> {
        Ok(frame.column(name)?.cast(&DataType::String)?.str()?.clone())
    };
    let cells = [
        text(accounts, "id")?,
        text(accounts, "email")?,
        text(accounts, "name")?,
        text(accounts, "role")?,
        text(accounts, "active")?,
        text(judged, "situation")?,
        text(judged, "matched_by")?,
    ];
    writer.head(sheet, t.get("workbook.accounts"), &columns, accounts.height())?;
    for row in 0..accounts.height() {
        for (column, values) in cells.iter().enumerate() {
            put(sheet, u32::try_from(row + 1)?, column, values.get(row).unwrap_or_default())?;
        }
    }
    Ok(())
}

fn fill_sign_off(writer: &SheetWriter, sheet: &mut Worksheet, view: &View) -> Result<()> {
    let t = writer.t;
    let keys = [
        "sign_off.step",
        "sign_off.name",
        "sign_off.role",
        "sign_off.decision",
        "sign_off.date",
        "sign_off.signature",
        "sign_off.comment",
    ];
    let columns = keys.map(|key| (t.get(key), 24.0));
    writer.head(sheet, t.get("workbook.sign_off"), &columns, 0)?;
    let last = u32::try_from(view.sign_off.roles.len())?;
    let choices = DataValidation::new().allow_list_strings(&view.sign_off.choices)?;
    sheet.add_data_validation(1, 3, last.max(1), 3, &choices)?;
    for (place, role) in view.sign_off.roles.iter().enumerate() {
        let row = u32::try_from(place + 1)?;
        put(sheet, row, 0, role)?;
        writer.blanks(sheet, row, 1..7)?;
    }
    writer.across(sheet, last + 2, &columns, &view.sign_off.statement)?;
    writer.across(sheet, last + 3, &columns, &view.sign_off.note)
}

#[cfg(test)]
mod tests {
    use super::super::{build, example::Example, templates::Templates};
    use super::*;

    #[test]
    fn a_sheet_that_ends_early_says_so_in_itself_and_in_the_summary() {
        let example = Example::new(60, "").unwrap();
        let templates = Templates::load(&example.config.config).unwrap();
        let inputs = example.inputs();
        let ordered = cap::ordered(&inputs.reconciliation.findings, inputs.history);
        let view = build::view(&inputs, &ordered, &templates.texts, &[]);
        let file = tempfile::Builder::new().suffix(".xlsx").tempfile().unwrap();
        let plan = example.plan.as_ref().unwrap();
        let writer = SheetWriter::new(&templates.texts, 10, &view);
        fill(&writer, &std::env::temp_dir(), &inputs, plan, &ordered, &view, file.reopen().unwrap()).unwrap();
        let sheet = |name: &str| crate::directory::table::read_rows(file.path(), Some(name)).unwrap();
        let ends = format!("This sheet ends here, after the first 10 of {}", inputs.reconciliation.findings.len());
        for (name, word) in [("Findings", ends.as_str()), ("Accounts", "none on this sheet")] {
            let rows = sheet(name);
            let last = &rows.last().unwrap()[0];
            assert!(last.contains(word) && last.contains(".csv"), "{name}: {last}");
            assert!(sheet("Summary").iter().any(|row| row[0] == name && &row[1] == last), "{name}");
        }
        // What is decided is read back row by row: there the end is said in a note, and nothing stands below the last row.
        let all = plan::sheet::rows(plan);
        let decided = sheet("Actions");
        let ids = decided.iter().skip(1).map(|row| if row[0].is_empty() { row[2].as_str() } else { &row[0] });
        assert_eq!(ids.collect::<Vec<_>>(), all.iter().take(10).map(Decidable::id).collect::<Vec<_>>());
        let said = sheet("Summary").into_iter().find(|row| row[0] == "Actions").unwrap().swap_remove(1);
        assert!(said.contains("the first 10 of ") && said.contains(names::REVIEW_CSV), "{said}");
        let mut parts = zip::ZipArchive::new(file.reopen().unwrap()).unwrap();
        let notes = std::io::read_to_string(parts.by_name("xl/comments1.xml").unwrap()).unwrap();
        assert!(notes.contains(&said) && notes.contains("A1"), "{notes}");
    }
}
