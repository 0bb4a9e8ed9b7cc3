//! OpenDocument workbooks, cell by cell. The library at hand writes every repetition out before anybody can look at it, and one far
//! cell or one repeated row asks it for more memory than there is.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};

use anyhow::{Result, bail};

use super::grid::{Grid, LONGEST, Rows};
use super::markup::{Tag, attribute, count, entities, tags};
use super::sheet::{SheetInfo, damaged, number, protected};
use super::zip;
use crate::directory::collect::WIDEST;

/// A workbook's text and where its tables are.
pub(in crate::directory) struct Ods {
    content: String,
    tables: Vec<(SheetInfo, usize)>,
}

impl Ods {
    /// Unpacks a workbook whose parts are what they say.
    pub(super) fn open(bytes: &[u8]) -> Result<Self> {
        if zip::part(bytes, "META-INF/manifest.xml").is_some_and(|manifest| manifest.contains("encryption-data")) {
            bail!(protected());
        }
        let Some(content) = zip::part(bytes, "content.xml") else { bail!(damaged("its content cannot be unpacked")) };
        let (mut tables, mut hidden_styles, mut style) = (Vec::new(), HashSet::new(), Cow::Borrowed(""));
        for tag in tags(&content).filter(|tag| !tag.closing) {
            let named = |name| attribute(tag.attributes, name).map(entities);
            match tag.name.as_str() {
                "style" => style = named("name").unwrap_or_default(),
                "table-properties" if attribute(tag.attributes, "display") == Some("false") => {
                    hidden_styles.insert(style.clone());
                }
                "table" => {
                    let hidden = named("style-name").is_some_and(|style| hidden_styles.contains(&style));
                    tables.push((SheetInfo { name: named("name").unwrap_or_default().into_owned(), hidden }, tag.end));
                }
                _ => {}
            }
        }
        Ok(Self { tables, content })
    }

    /// Its tables, in the workbook's order.
    pub(super) fn sheets(&self) -> impl Iterator<Item = &SheetInfo> {
        self.tables.iter().map(|(sheet, _)| sheet)
    }

    /// A table; nothing where none has the name.
    pub(super) fn sheet(&self, name: &str) -> Table<'_> {
        let start = self.tables.iter().find(|(sheet, _)| sheet.name == name).map_or(self.content.len(), |(_, start)| *start);
        Table { content: self.content.get(start..).unwrap_or_default() }
    }
}

/// The text from a table's first row on.
pub(super) struct Table<'t> {
    content: &'t str,
}

/// A cell while it is read.
struct Cell<'t> {
    attributes: &'t str,
    /// What is shown.
    shown: String,
    paragraphs: usize,
}

impl Grid for Table<'_> {
    fn hidden(&mut self) -> Option<BTreeSet<u32>> {
        let (mut hidden, mut next) = (BTreeSet::new(), 1u32);
        for tag in tags(self.content).take_while(|tag| tag.name != "table" || !tag.closing) {
            if tag.name != "table-row" || tag.closing {
                continue;
            }
            let end = next.saturating_add(count(tag.attributes, "number-rows-repeated").unwrap_or(1));
            if matches!(attribute(tag.attributes, "visibility"), Some("collapse" | "filter")) {
                hidden.extend(next..end.min(LONGEST));
            }
            next = end;
        }
        Some(hidden)
    }

    fn rows(&mut self, sink: &mut dyn FnMut(u32, &[String]) -> bool) -> Result<()> {
        let mut rows = Rows::new(sink);
        let (mut next_row, mut repeated, mut column) = (0u32, 1u32, 0usize);
        let mut cell: Option<Cell<'_>> = None;
        let mut cells: Vec<(usize, usize, String)> = Vec::new();
        let mut notes = 0usize;
        let mut text_from = 0;
        for tag in tags(self.content) {
            // Comments hang inside the cells they are about.
            if tag.name == "annotation" && !tag.empty {
                notes = if tag.closing { notes.saturating_sub(1) } else { notes + 1 };
            }
            if let Some(cell) = cell.as_mut().filter(|cell| cell.paragraphs > 0 && notes == 0) {
                cell.shown.push_str(&entities(self.content.get(text_from..tag.at).unwrap_or_default()));
            }
            text_from = tag.end;
            match (tag.name.as_str(), tag.closing) {
                ("table", true) => break,
                ("table-row", false) => {
                    repeated = count(tag.attributes, "number-rows-repeated").unwrap_or(1);
                    (column, cell) = (0, None);
                    cells.clear();
                }
                ("table-cell" | "covered-table-cell", false) => {
                    let new = Cell { attributes: tag.attributes, shown: String::new(), paragraphs: 0 };
                    if tag.empty {
                        finish(new, &mut column, &mut cells);
                    } else {
                        cell = Some(new);
                    }
                }
                ("table-cell" | "covered-table-cell", true) => {
                    if let Some(cell) = cell.take() {
                        finish(cell, &mut column, &mut cells);
                    }
                }
                (name, closing) if notes == 0 => {
                    if let Some(cell) = &mut cell {
                        inside(cell, name, closing, &tag);
                    }
                }
                _ => {}
            }
            if tag.name == "table-row" && (tag.closing || tag.empty) {
                let first = next_row;
                next_row = next_row.saturating_add(repeated);
                for row in (first..next_row).take_while(|_| !cells.is_empty()) {
                    for (column, span, text) in &cells {
                        if !(*column..column + span).all(|column| rows.cell(row, column, text)) {
                            return rows.finish();
                        }
                    }
                }
            }
        }
        rows.finish()
    }

    fn unvalued(&mut self, rows: usize) -> Result<BTreeSet<(u32, usize)>> {
        let (mut row, mut next_row, mut column, mut found) = (0u32, 1u32, 0usize, BTreeSet::new());
        for tag in tags(self.content) {
            match (tag.name.as_str(), tag.closing) {
                ("table", true) => break,
                ("table-row", false) => {
                    (row, column) = (next_row, 0);
                    next_row = row.saturating_add(count(tag.attributes, "number-rows-repeated").unwrap_or(1));
                    if row as usize > rows {
                        break;
                    }
                }
                ("table-cell" | "covered-table-cell", false) => {
                    let has = |name| attribute(tag.attributes, name).is_some();
                    if has("formula") && !has("value-type") {
                        found.insert((row, column));
                    }
                    column = column.saturating_add(count(tag.attributes, "number-columns-repeated").unwrap_or(1) as usize);
                }
                _ => {}
            }
        }
        Ok(found)
    }
}

/// White space and paragraphs inside a cell.
fn inside(cell: &mut Cell<'_>, name: &str, closing: bool, tag: &Tag<'_>) {
    match (name, closing) {
        ("p", false) => {
            if !cell.shown.is_empty() {
                cell.shown.push('\n');
            }
            cell.paragraphs += usize::from(!tag.empty);
        }
        ("p", true) => cell.paragraphs = cell.paragraphs.saturating_sub(1),
        ("s", false) => {
            let spaces = count(tag.attributes, "c").unwrap_or(1).min(1_000);
            cell.shown.extend((0..spaces).map(|_| ' '));
        }
        ("tab", false) => cell.shown.push('\t'),
        ("line-break", false) => cell.shown.push('\n'),
        _ => {}
    }
}

/// Keeps a cell that says something, and moves on.
fn finish(cell: Cell<'_>, column: &mut usize, cells: &mut Vec<(usize, usize, String)>) {
    let span = count(cell.attributes, "number-columns-repeated").unwrap_or(1) as usize;
    let text = cell.text();
    if !text.is_empty() && *column < WIDEST {
        cells.push((*column, span.min(WIDEST - *column), text));
    }
    *column = column.saturating_add(span);
}

impl Cell<'_> {
    fn text(self) -> String {
        let value = |name| attribute(self.attributes, name);
        match value("value-type") {
            Some("float") => match value("value").and_then(|value| value.parse::<f64>().ok()) {
                // Zeros that only the number format shows.
                Some(value) if self.shown.starts_with('0') && self.shown.parse() == Ok(value) => self.shown,
                Some(value) => number(value, 0).into_owned(),
                None => self.shown,
            },
            Some("date") => value("date-value").map_or(self.shown.clone(), str::to_owned),
            Some("boolean") => value("boolean-value").map_or(self.shown.clone(), str::to_owned),
            _ if self.shown.is_empty() => value("string-value").map(entities).unwrap_or_default().into_owned(),
            _ => self.shown,
        }
    }
}
