//! `review.xlsx`: where people decide. Everything is typed text, so nothing evaluates and no number loses a digit; headers stay in
//! sight, every sheet filters, and a decision is chosen from a list.
//!
//! The sheet Actions, the only one to be filled in, has the columns of [`plan::sheet`], nothing else; the sheet Summary names the plan in two labelled
//! rows, which is how a filled-in workbook finds its way back.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use polars::prelude::{DataFrame, DataType};
use rust_xlsxwriter::{
    DataValidation, DataValidationErrorStyle, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Note,
    ProtectionOptions, Workbook, Worksheet,
};

use super::texts::Texts;
use super::view::{Cell, Column, Table, View};
use super::{Inputs, builder, cap, figures};
use crate::archive::RunFolder;
use crate::failure::{Failure, unless_it_panics};
use crate::plan::sheet::Decidable;
use crate::plan::{self, Plan};
use crate::reconcile::Finding;
use crate::terms::names;
use crate::text;

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

/// Widths of the sheet Summary.
const SUMMARY: [f64; 2] = [34.0, 100.0];

/// Rows of a sheet. It could have 1,048,576; long before that nobody reviews in it. The CSV files have all, `review.csv` every row that
/// can be decided.
const ROWS: usize = 20_000;

/// A cell ends at 32,767 characters.
const CHARACTERS: usize = 32_000;

/// Rows up to which a sheet's cells are wrapped and its rows as high as that takes. Nobody reads more of them in full, and each costs.
const TALL: usize = 5_000;

/// Characters of a line of paper that can still be read.
const PAPER: f64 = 200.0;

/// Characters that a sentence across a sheet takes at most.
const SENTENCE: f64 = 160.0;

/// The height of a line, in points, and the most lines of a row: a row ends at 409 points.
const LINE: f64 = 15.0;
const LINES: usize = 27;

/// What all sheets have in common.
pub(super) struct Look<'a> {
    head: Format,
    open: Format,
    /// Of a cell that is there to be read, on a sheet that can be sorted.
    shown: Format,
    wrap: Format,
    t: &'a Texts,
    /// Rows of a sheet at most.
    rows: usize,
    /// What stands above and below each printed page.
    margins: [String; 2],
}

/// A sheet whose rows are decided.
pub(super) struct Deciding<'a> {
    /// The sheet's name.
    pub(super) name: &'a str,
    /// All columns with their widths; the last three are filled in.
    pub(super) columns: &'a [(&'a str, f64)],
    /// What can be chosen, and whether nothing else may stand there.
    pub(super) choices: (&'a [&'a str], bool),
    /// How many rows there are.
    pub(super) rows: usize,
}

/// Writes the workbook of a plan. The writer of sheets keeps rows in temporary files and panics where those cannot be written, so
/// they are put where the run is, and their room is made sure of before. Should it be taken meanwhile, that is an error like any other.
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
    let fill = || fill(&Look::new(t, ROWS, view), folder.path(), inputs, plan, ordered, view, out);
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
    look: &Look,
    temporary: &Path,
    inputs: &Inputs,
    plan: &Plan,
    ordered: &[&Finding],
    view: &View,
    out: impl Write + Send,
) -> Result<u64> {
    let t = look.t;
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
        || look.decisions(&mut actions, plan, &rows),
        || rayon::join(|| look.findings(&mut findings, inputs, ordered), || look.accounts(&mut accounts, inputs)),
    );
    acted.and(found).and(listed)?;
    look.summary(&mut summary, inputs, plan, ordered, view)?;
    let all = inputs.reconciliation.privileged.len();
    look.table(&mut privileged, t.get("workbook.privileged"), &view.privileged, all, names::ACCOUNTS_CSV)?;
    let all = inputs.config.config.exception.len();
    look.table(&mut exceptions, t.get("workbook.exceptions"), &view.accepted, all, t.get("accepted.rest"))?;
    look.sign_off(&mut sign_off, view)?;
    for sheet in [summary, actions, findings, accounts, privileged, exceptions, sign_off] {
        book.push_worksheet(sheet);
    }
    book.save_to_writer(out).context("writing review.xlsx")?;
    Ok(rows.len().min(look.rows) as u64)
}

/// Text that fits a cell, with hidden characters shown.
fn fit(value: &str) -> String {
    let shown = text::visible(value);
    match shown.char_indices().nth(CHARACTERS) {
        Some((end, _)) => format!("{}\u{2026}", &shown[..end]),
        None => shown.into_owned(),
    }
}

fn put(sheet: &mut Worksheet, row: u32, column: usize, value: &str) -> Result<()> {
    if !value.is_empty() {
        sheet.write_string(row, u16::try_from(column)?, fit(value))?;
    }
    Ok(())
}

/// Lines that a text takes when wrapped at a width: words go over whole, and what is longer than a line is broken.
fn wrapped(text: &str, width: f64) -> usize {
    // Letters are not all as wide as the digit that a width is counted in.
    let width = ((width * 0.88) as usize).max(1);
    let lines = |line: &str| {
        let (mut lines, mut filled) = (1, 0);
        for word in line.split(' ').map(|word| word.chars().count()) {
            if filled > 0 && filled + 1 + word > width {
                (lines, filled) = (lines + 1, 0);
            }
            filled += word + usize::from(filled > 0);
            lines += filled.saturating_sub(1) / width;
            filled -= filled.saturating_sub(1) / width * width;
        }
        lines
    };
    text.lines().map(lines).sum()
}

/// Makes a row as high as its cells are when wrapped at these widths. Excel would see to it itself; other programs do not.
fn high<'a>(sheet: &mut Worksheet, row: u32, cells: impl IntoIterator<Item = (&'a str, f64)>) -> Result<()> {
    let lines = |(text, width): (&str, f64)| if text.len() as f64 <= width * 0.88 { 1 } else { wrapped(text, width) };
    let lines = cells.into_iter().map(lines).max().unwrap_or(1);
    if lines > 1 {
        sheet.set_row_height(row, LINE * lines.min(LINES) as f64)?;
    }
    Ok(())
}

/// That a sheet ends before its matter does, and which file has all.
fn capped(t: &Texts, rows: usize, total: usize, file: &str) -> String {
    let (n, total) = (figures::grouped(rows as u64), figures::grouped(total as u64));
    t.fill("workbook.capped", &[("n", &n), ("total", &total), ("file", file)])
}

impl<'a> Look<'a> {
    fn new(t: &'a Texts, rows: usize, view: &View) -> Self {
        let classification = view.classification.as_deref().unwrap_or_default();
        Self::with(t, rows, [&view.title, &view.instance, classification, &view.run_id])
    }

    /// Of a workbook that stands for itself.
    pub(super) fn plain(t: &'a Texts, title: &str, instance: &str, classification: &str, id: &str) -> Self {
        Self::with(t, ROWS, [title, instance, classification, id])
    }

    fn with(t: &'a Texts, rows: usize, [title, instance, classification, id]: [&str; 4]) -> Self {
        let head = Format::new()
            .set_bold()
            .set_background_color(0xF5_F7_F9)
            .set_border_bottom(FormatBorder::Thin)
            .set_align(FormatAlign::Top)
            .set_text_wrap();
        let open = Format::new().set_unlocked().set_background_color(0xFF_F2_B8).set_align(FormatAlign::Top).set_text_wrap();
        let shown = Format::new().set_unlocked().set_text_wrap().set_align(FormatAlign::Top);
        let wrap = Format::new().set_text_wrap().set_align(FormatAlign::Top);
        // `&` begins a code there; what does not fit is refused as a whole.
        let plain = |text: &str| text.chars().take(60).collect::<String>().replace('&', "&&");
        let above = format!("&L{} - {}&R{}", plain(title), plain(instance), plain(classification));
        let below = format!("&L{}&R&P / &N", plain(id));
        Self { head, open, shown, wrap, t, rows, margins: [above, below] }
    }

    /// How every sheet is printed: on one page's width where that can be read, else on several side by side, each with the column that says
    /// whose a row is.
    fn paper(&self, sheet: &mut Worksheet, columns: &[(&str, f64)]) -> Result<()> {
        let [above, below] = &self.margins;
        sheet.set_landscape().set_paper_size(9).set_header(above).set_footer(below);
        if columns.iter().map(|(_, width)| width).sum::<f64>() <= PAPER {
            sheet.set_print_fit_to_pages(1, 0);
            return Ok(());
        }
        let whose = columns.iter().position(|(label, _)| ["email", self.t.get("column.email")].contains(label)).unwrap_or(0);
        let [all, whose_width] = [columns.iter().map(|(_, width)| width).sum::<f64>(), columns[whose].1];
        let pages = ((all - whose_width) / (PAPER - whose_width)).ceil();
        let whose = u16::try_from(whose)?;
        sheet.set_margins(0.4, 0.4, 0.75, 0.75, 0.3, 0.3).set_print_fit_to_pages(pages as u16, 0).set_page_order(false);
        sheet.set_repeat_columns(whose, whose)?;
        Ok(())
    }

    /// A sentence across a whole sheet: in one column it would be cut.
    fn across(&self, sheet: &mut Worksheet, row: u32, columns: &[(&str, f64)], text: &str) -> Result<()> {
        let width: f64 = columns.iter().map(|(_, width)| width).sum();
        high(sheet, row, [(text, width.min(SENTENCE))])?;
        let within = columns.iter().scan(0.0, |filled, (_, width)| {
            *filled += width;
            Some(*filled - width < SENTENCE)
        });
        let last = u16::try_from(within.take_while(|within| *within).count().saturating_sub(1))?;
        match last {
            0 => sheet.write_string_with_format(row, 0, fit(text), &self.wrap)?,
            _ => sheet.merge_range(row, 0, row, last, &fit(text), &self.wrap)?,
        };
        Ok(())
    }

    /// Says below the last row that the sheet ends before its matter does. Nothing is chosen by this row: it has no id.
    fn ends(&self, sheet: &mut Worksheet, columns: &[(&str, f64)], rows: usize, total: usize, file: &str) -> Result<()> {
        match total <= rows {
            true => Ok(()),
            false => self.across(sheet, u32::try_from(rows + 2)?, columns, &capped(self.t, rows, total, file)),
        }
    }

    /// A sheet with a header that stays, filters, and prints on whole pages.
    fn head(&self, sheet: &mut Worksheet, name: &str, columns: &[(&str, f64)], rows: usize) -> Result<()> {
        self.paper(sheet.set_name(name)?.set_repeat_rows(0, 0)?, columns)?;
        sheet.set_freeze_panes(1, 0)?.set_row_height(0, LINE + 3.0)?;
        let last = u16::try_from(columns.len().saturating_sub(1))?;
        if rows > 0 {
            sheet.autofilter(0, 0, u32::try_from(rows)?, last)?;
        }
        for (column, (label, width)) in columns.iter().enumerate() {
            let column = u16::try_from(column)?;
            sheet.set_column_width(column, *width)?;
            if rows <= TALL {
                sheet.set_column_format(column, &self.wrap)?;
            }
            sheet.write_string_with_format(0, column, *label, &self.head)?;
        }
        Ok(())
    }

    fn summary(&self, sheet: &mut Worksheet, inputs: &Inputs, plan: &Plan, ordered: &[&Finding], view: &View) -> Result<()> {
        let t = self.t;
        let mut rows: Vec<(String, String)> = vec![
            (view.title.clone(), view.instance.clone()),
            (t.get("workbook.how").to_owned(), t.get("workbook.how_text").to_owned()),
            (plan::sheet::PLAN.to_owned(), plan.id.clone()),
            (plan::sheet::PLAN_DIGEST.to_owned(), plan.digest.clone()),
            (t.get("plan.expires").to_owned(), view.plan.as_ref().map(|plan| plan.expires.clone()).unwrap_or_default()),
            (t.get("plan.heading").to_owned(), view.plan.as_ref().map(|plan| plan.sentence.clone()).unwrap_or_default()),
        ];
        rows.extend(
            view.plan.iter().filter_map(|plan| plan.refused.clone()).map(|refused| (t.get("plan.guards").to_owned(), refused)),
        );
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
            (plan::sheet::ACTIONS, plan.actions.len() + plan.findings.len(), self.rows, names::REVIEW_CSV),
            (t.get("workbook.findings"), ordered.len(), self.rows, names::FINDINGS_CSV),
            (t.get("workbook.privileged"), inputs.reconciliation.privileged.len(), builder::ROWS, names::ACCOUNTS_CSV),
        ];
        for (sheet, total, most, file) in sheets.into_iter().filter(|(_, total, most, _)| total > most) {
            rows.push((sheet.to_owned(), capped(t, most, total, file)));
        }
        if inputs.accounts.frame.height() > self.rows {
            let number = figures::grouped(self.rows as u64);
            rows.push((t.get("workbook.accounts").to_owned(), t.fill("workbook.accounts_left_out", &[("n", &number)])));
        }
        let rows: Vec<_> = rows.iter().map(|(label, value)| (label.as_str(), value.clone())).collect();
        self.facts(sheet, plan::sheet::SUMMARY, &rows)
    }

    /// The rows of a plan that are decided.
    fn decisions(&self, sheet: &mut Worksheet, plan: &Plan, all: &[Decidable<'_>]) -> Result<()> {
        let (choices, rows) = (plan::sheet::choices(plan), all.len().min(self.rows));
        if all.len() > rows {
            // Not below the last row: every row of this sheet is read back as one that is decided.
            sheet.insert_note(0, 0, &Note::new(capped(self.t, rows, all.len(), names::REVIEW_CSV)))?;
        }
        let deciding = Deciding { name: plan::sheet::ACTIONS, columns: &DECIDING, choices, rows };
        self.deciding(sheet, &deciding, |at| (all[at].locked().into(), None))
    }

    /// A sheet whose rows are decided: the last three columns are filled in. A protected sheet sorts only cells that are not locked, so
    /// none is: what is reviewed refuses to be typed over instead, and what was changed all the same is found when the sheet comes back.
    pub(super) fn deciding(
        &self,
        sheet: &mut Worksheet,
        deciding: &Deciding<'_>,
        row: impl Fn(usize) -> (Vec<String>, Option<String>),
    ) -> Result<()> {
        let Deciding { name, columns, choices: (words, only), rows } = deciding;
        self.head(sheet, name, columns, *rows)?;
        let last = u32::try_from(*rows)?.max(1);
        let decision = u16::try_from(columns.len().saturating_sub(plan::sheet::ANSWERS.len()))?;
        // Of the column, not of each of its cells: a format is looked for by all that it says.
        sheet.set_column_range_format(0, decision - 1, &self.shown)?;
        let stays = DataValidation::new()
            .allow_custom("=FALSE".into())
            .ignore_blank(false)
            .set_error_title(self.t.get("workbook.stays"))?
            .set_error_message(self.t.get("workbook.stays_text"))?;
        sheet.add_data_validation(1, 0, last, decision - 1, &stays)?;
        let style = if *only { DataValidationErrorStyle::Stop } else { DataValidationErrorStyle::Warning };
        let choices = DataValidation::new()
            .allow_list_strings(words)?
            .set_error_style(style)
            .set_error_title(words.iter().take(2).copied().collect::<Vec<_>>().join(" or "))?
            .set_error_message(self.t.get("workbook.choice"))?;
        sheet.add_data_validation(1, decision, last, decision, &choices)?;
        sheet.protect_with_options(&ProtectionOptions {
            use_autofilter: true,
            sort: true,
            format_columns: true,
            format_rows: true,
            delete_rows: true,
            ..ProtectionOptions::default()
        });
        for place in 0..*rows {
            let at = u32::try_from(place + 1)?;
            let (cells, beside) = row(place);
            if *rows <= TALL {
                high(sheet, at, cells.iter().map(String::as_str).zip(columns.iter().map(|(_, width)| *width)))?;
            }
            for (column, cell) in cells.iter().enumerate() {
                put(sheet, at, column, cell)?;
            }
            for column in decision..u16::try_from(columns.len())? {
                sheet.write_blank(at, column, &self.open)?;
            }
            // Beside the cell and never in it: what others said is nobody's answer here.
            if let Some(beside) = beside {
                sheet.insert_note(at, decision, &Note::new(fit(&beside)))?;
            }
        }
        Ok(())
    }

    /// Labels and values.
    pub(super) fn facts(&self, sheet: &mut Worksheet, name: &str, rows: &[(&str, String)]) -> Result<()> {
        self.paper(
            sheet.set_name(name)?.set_column_width(0, SUMMARY[0])?.set_column_width(1, SUMMARY[1])?,
            &SUMMARY.map(|width| ("", width)),
        )?;
        for (row, (label, value)) in (0u32..).zip(rows) {
            high(sheet, row, [(*label, SUMMARY[0]), (value.as_str(), SUMMARY[1])])?;
            sheet.write_string_with_format(row, 0, fit(label), &self.head)?;
            sheet.write_string_with_format(row, 1, fit(value), &self.wrap)?;
        }
        Ok(())
    }

    fn findings(&self, sheet: &mut Worksheet, inputs: &Inputs, all: &[&Finding]) -> Result<()> {
        let t = self.t;
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
        let (total, most) = (all.len(), self.rows);
        self.head(sheet, t.get("workbook.findings"), &columns, total.min(most))?;
        for (place, finding) in all.iter().take(most).enumerate() {
            let row = u32::try_from(place + 1)?;
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
                (None, None) => "new".to_owned(),
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
            if total <= TALL {
                high(sheet, row, cells.into_iter().zip(columns.map(|(_, width)| width)))?;
            }
            for (column, cell) in cells.iter().enumerate() {
                put(sheet, row, column, cell)?;
            }
        }
        self.ends(sheet, &columns, most, total, names::FINDINGS_CSV)
    }

    fn accounts(&self, sheet: &mut Worksheet, inputs: &Inputs) -> Result<()> {
        let t = self.t;
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
        if accounts.height() > self.rows {
            // The first so many of a population would look like all of it.
            self.head(sheet, t.get("workbook.accounts"), &columns, 0)?;
            let left_out = t.fill("workbook.accounts_left_out", &[("n", &figures::grouped(self.rows as u64))]);
            return self.across(sheet, 1, &columns, &left_out);
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
        self.head(sheet, t.get("workbook.accounts"), &columns, accounts.height())?;
        for row in 0..accounts.height() {
            for (column, values) in cells.iter().enumerate() {
                put(sheet, u32::try_from(row + 1)?, column, values.get(row).unwrap_or_default())?;
            }
        }
        Ok(())
    }

    /// A table of the page as a sheet.
    fn table<'t>(&self, sheet: &mut Worksheet, name: &str, table: &'t Table, total: usize, file: &str) -> Result<()> {
        let joined = |cell: &Cell| std::iter::once(&cell.text).chain(&cell.more).map(String::as_str).collect::<Vec<_>>().join("; ");
        let rows: Vec<Vec<String>> = table.rows.iter().map(|row| row.cells.iter().map(joined).collect()).collect();
        // As wide as the longest value, within reason.
        let longest = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|text| text.chars().count()).max();
        let width = |(place, column): (usize, &'t Column)| {
            let longest = longest(place).unwrap_or(0).max(column.label.chars().count() + 3);
            (column.label.as_str(), (longest + 2).clamp(10, 42) as f64)
        };
        let columns: Vec<(&str, f64)> = table.columns.iter().enumerate().map(width).collect();
        self.head(sheet, name, &columns, rows.len())?;
        for (place, cells) in rows.iter().enumerate() {
            let row = u32::try_from(place + 1)?;
            high(sheet, row, cells.iter().map(String::as_str).zip(columns.iter().map(|(_, width)| *width)))?;
            for (column, cell) in cells.iter().enumerate() {
                put(sheet, row, column, cell)?;
            }
        }
        if table.rows.is_empty() {
            self.across(sheet, 1, &columns, &table.empty)?;
        }
        self.ends(sheet, &columns, table.rows.len(), total, file)
    }

    fn sign_off(&self, sheet: &mut Worksheet, view: &View) -> Result<()> {
        let t = self.t;
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
        self.head(sheet, t.get("workbook.sign_off"), &columns, 0)?;
        let last = u32::try_from(view.sign_off.roles.len())?;
        let choices = DataValidation::new().allow_list_strings(&view.sign_off.choices)?;
        sheet.add_data_validation(1, 3, last.max(1), 3, &choices)?;
        for (place, role) in view.sign_off.roles.iter().enumerate() {
            let row = u32::try_from(place + 1)?;
            put(sheet, row, 0, role)?;
            for column in 1..7 {
                sheet.write_blank(row, column, &self.open)?;
            }
        }
        self.across(sheet, last + 2, &columns, &view.sign_off.statement)?;
        self.across(sheet, last + 3, &columns, &view.sign_off.note)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{build, example::Example, templates::Templates};
    use super::*;

    #[test]
    fn a_row_is_as_high_as_its_words_take_that_go_over_whole_or_are_broken() {
        assert_eq!(["", "short", "0123456789"].map(|text| wrapped(text, 12.0)), [0, 1, 1]);
        assert_eq!(wrapped("0123456789 0123456789", 12.0), 2);
        assert_eq!(wrapped("email: first.last.with.a.long.name@subsidiary.example", 24.0), 4);
        assert_eq!(wrapped("one\ntwo", 24.0), 2);
    }

    #[test]
    fn a_sheet_that_ends_early_says_so_in_itself_and_in_the_summary() {
        let example = Example::new(60, "").unwrap();
        let templates = Templates::load(&example.config.config).unwrap();
        let inputs = example.inputs();
        let ordered = cap::ordered(&inputs.reconciliation.findings, inputs.history);
        let view = build::view(&inputs, &ordered, &templates.texts, &[]);
        let file = tempfile::Builder::new().suffix(".xlsx").tempfile().unwrap();
        let plan = example.plan.as_ref().unwrap();
        let look = Look::new(&templates.texts, 10, &view);
        fill(&look, &std::env::temp_dir(), &inputs, plan, &ordered, &view, file.reopen().unwrap()).unwrap();
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
        assert!(said.contains("the first 10 of ") && said.contains("review.csv"), "{said}");
        let mut parts = zip::ZipArchive::new(file.reopen().unwrap()).unwrap();
        let notes = std::io::read_to_string(parts.by_name("xl/comments1.xml").unwrap()).unwrap();
        assert!(notes.contains(&said) && notes.contains("A1"), "{notes}");
    }
}
