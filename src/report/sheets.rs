//! A writer of sheets, for a run's workbook and for those of packets: how each looks and is printed, how a table stands on it, how
//! it is decided on. Everything is typed text, so nothing evaluates and no number loses a digit.

use std::ops::Range;

use anyhow::Result;
use rust_xlsxwriter::{
    DataValidation, DataValidationErrorStyle, Format, FormatAlign, FormatBorder, Note, ProtectionOptions, Worksheet,
};

use super::figures;
use super::texts::Texts;
use super::view::{Cell, Column, Table, View};
use crate::plan;
use crate::text;

/// Widths of the sheet Summary.
const SUMMARY: [f64; 2] = [34.0, 100.0];

/// Rows of a sheet. It could have 1,048,576; long before that nobody reviews in it. The CSV files have all, `review.csv` every row
/// that can be decided.
pub(super) const ROWS: usize = 20_000;

/// A cell ends at 32,767 characters.
const CHARACTERS: usize = 32_000;

/// Rows up to which a sheet's cells are wrapped and its rows as high as that takes. Nobody reads more of them in full, and each
/// costs.
const TALL: usize = 5_000;

/// Characters of a line of paper that can still be read.
const PAPER: f64 = 200.0;

/// Characters that a sentence across a sheet takes at most.
const SENTENCE: f64 = 160.0;

/// The height of a line, in points, and the most lines of a row: a row ends at 409 points.
const LINE: f64 = 15.0;
const LINES: usize = 27;

/// Writes sheets, with what all of a workbook have in common.
pub(super) struct SheetWriter<'a> {
    head: Format,
    /// Of a cell to be filled in.
    open: Format,
    /// Of a cell that is there to be read, on a sheet that can be sorted.
    shown: Format,
    wrap: Format,
    pub(super) t: &'a Texts,
    /// Rows of a sheet at most.
    pub(super) rows: usize,
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

/// Text that fits a cell, with hidden characters shown.
fn fit(value: &str) -> String {
    let shown = text::visible(value);
    match shown.char_indices().nth(CHARACTERS) {
        Some((end, _)) => format!("{}\u{2026}", &shown[..end]),
        None => shown.into_owned(),
    }
}

/// Fills a cell; an empty text leaves it empty.
pub(super) fn put(sheet: &mut Worksheet, row: u32, column: usize, value: &str) -> Result<()> {
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

/// Fills a row of a table that has so many, and makes it as high as that takes where the table is not too long for it.
pub(super) fn row(sheet: &mut Worksheet, at: u32, cells: &[impl AsRef<str>], columns: &[(&str, f64)], of: usize) -> Result<()> {
    if of <= TALL {
        high(sheet, at, cells.iter().map(AsRef::as_ref).zip(columns.iter().map(|(_, width)| *width)))?;
    }
    cells.iter().enumerate().try_for_each(|(column, cell)| put(sheet, at, column, cell.as_ref()))
}

/// That a sheet ends before its matter does, and which file has all.
pub(super) fn capped(t: &Texts, rows: usize, total: usize, file: &str) -> String {
    let (n, total) = (figures::grouped(rows as u64), figures::grouped(total as u64));
    t.fill("workbook.capped", &[("n", &n), ("total", &total), ("file", file)])
}

impl<'a> SheetWriter<'a> {
    /// Of a run's workbook.
    pub(super) fn new(t: &'a Texts, rows: usize, view: &View) -> Self {
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

    /// How every sheet is printed: on one page's width where that can be read, else on several side by side, each with the column
    /// that says whose a row is.
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
    pub(super) fn across(&self, sheet: &mut Worksheet, row: u32, columns: &[(&str, f64)], text: &str) -> Result<()> {
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
    pub(super) fn ends(&self, sheet: &mut Worksheet, columns: &[(&str, f64)], rows: usize, total: usize, file: &str) -> Result<()> {
        match total <= rows {
            true => Ok(()),
            false => self.across(sheet, u32::try_from(rows + 2)?, columns, &capped(self.t, rows, total, file)),
        }
    }

    /// A sheet with a header that stays, filters, and prints on whole pages.
    pub(super) fn head(&self, sheet: &mut Worksheet, name: &str, columns: &[(&str, f64)], rows: usize) -> Result<()> {
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

    /// A sheet whose rows are decided: the last three columns are filled in. A protected sheet sorts only cells that are not
    /// locked, so none is: what is reviewed refuses to be typed over instead, and what was changed all the same is found when the
    /// sheet comes back.
    pub(super) fn deciding(
        &self,
        sheet: &mut Worksheet,
        deciding: &Deciding<'_>,
        fill: impl Fn(usize) -> (Vec<String>, Option<String>),
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
            let (cells, beside) = fill(place);
            row(sheet, at, &cells, columns, *rows)?;
            self.blanks(sheet, at, decision..u16::try_from(columns.len())?)?;
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

    /// Cells of a row to be filled in.
    pub(super) fn blanks(&self, sheet: &mut Worksheet, row: u32, columns: Range<u16>) -> Result<()> {
        columns.into_iter().try_for_each(|column| sheet.write_blank(row, column, &self.open).map(drop))?;
        Ok(())
    }

    /// A table of the page as a sheet.
    pub(super) fn table<'t>(&self, sheet: &mut Worksheet, name: &str, table: &'t Table, total: usize, file: &str) -> Result<()> {
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
            row(sheet, u32::try_from(place + 1)?, cells, &columns, rows.len())?;
        }
        if table.rows.is_empty() {
            self.across(sheet, 1, &columns, &table.empty)?;
        }
        self.ends(sheet, &columns, table.rows.len(), total, file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_as_high_as_its_words_take_that_go_over_whole_or_are_broken() {
        assert_eq!(["", "short", "0123456789"].map(|text| wrapped(text, 12.0)), [0, 1, 1]);
        assert_eq!(wrapped("0123456789 0123456789", 12.0), 2);
        assert_eq!(wrapped("email: first.last.with.a.long.name@subsidiary.example", 24.0), 4);
        assert_eq!(wrapped("one\ntwo", 24.0), 2);
    }
}
