//! Tables in markup: HTML that is named `.xls`, and Excel 2003's XML. Tags are walked over; nothing is interpreted beyond rows and
//! cells.

use std::borrow::Cow;
use std::collections::BTreeSet;

use anyhow::{Result, bail};

use super::file_format::FileFormat;
use super::grid::{Grid, LONGEST, Rows};
use crate::directory::collect::WIDEST;
use crate::directory::marks::Marks;
use crate::failure::Failure;
use crate::text::entities::resolved;

/// A text with a table in it.
pub(in crate::directory) struct Markup<'t> {
    pub(in crate::directory) text: &'t str,
    pub(in crate::directory) kind: FileFormat,
}

/// A tag: where it begins and ends, its name in lower case without prefix, its attributes as written, and whether it closes.
pub(super) struct Tag<'t> {
    pub(in crate::directory) at: usize,
    pub(in crate::directory) end: usize,
    pub(in crate::directory) name: String,
    pub(super) attributes: &'t str,
    pub(super) closing: bool,
    pub(in crate::directory) empty: bool,
}

impl Grid for Markup<'_> {
    fn rows(&mut self, sink: &mut dyn FnMut(u32, &[String]) -> bool) -> Result<()> {
        let spreadsheet = self.kind == FileFormat::SpreadsheetMl;
        let (row_name, cell_names): (&str, &[&str]) = if spreadsheet { ("row", &["cell"]) } else { ("tr", &["td", "th"]) };
        let mut page = Page { rows: Rows::new(sink), row: 0, in_row: false, column: 0, next_row: 0, cell: None, spans: Vec::new() };
        let mut inside_data = !spreadsheet;
        let mut any = false;
        let mut at = 0;
        while let Some(open) = self.text.get(at..).and_then(|rest| rest.find('<')).map(|found| at + found) {
            if let Some(cell) = page.cell.as_mut().filter(|_| inside_data) {
                cell.text.push_str(&entities(self.text.get(at..open).unwrap_or_default()));
            }
            let Some(tag) = tag(self.text, open) else { break };
            at = tag.end;
            let is_cell = cell_names.contains(&tag.name.as_str());
            if tag.name == row_name && !tag.closing {
                // HTML may leave out the closing tags of cells and rows.
                if !page.close_row() {
                    break;
                }
                any = true;
                page.open_row(count(tag.attributes, "Index"));
            } else if is_cell && !tag.closing {
                if !page.close_cell() {
                    break;
                }
                page.open_cell(&tag, spreadsheet);
            } else if (is_cell || tag.name == row_name || tag.name == "table") && tag.closing {
                if !page.close_cell() || !is_cell && !page.close_row() {
                    break;
                }
            } else if spreadsheet && tag.name == "data" {
                inside_data = !tag.closing && !tag.empty;
            } else if !spreadsheet
                && matches!(tag.name.as_str(), "br" | "p" | "div" | "li")
                && let Some(cell) = &mut page.cell
                && !cell.text.is_empty()
            {
                cell.text.push('\n');
            } else if matches!(tag.name.as_str(), "script" | "style") && !tag.closing {
                // What stands between is no text.
                let close = format!("</{}", tag.name);
                let rest = self.text.get(at..).unwrap_or_default();
                at += memchr::memmem::find(rest.as_bytes(), close.as_bytes()).unwrap_or(rest.len());
            }
        }
        if !any {
            bail!(Failure::usage("there is no table in the file").hint("export it as CSV, XLSX or JSON"));
        }
        page.rows.finish()
    }

    fn hidden(&mut self) -> Option<BTreeSet<u32>> {
        let spreadsheet = self.kind == FileFormat::SpreadsheetMl;
        let row_name = if spreadsheet { "row" } else { "tr" };
        let is_hidden = |attributes: &str| match spreadsheet {
            true => attribute(attributes, "Hidden") == Some("1"),
            false => attribute(attributes, "style")
                .is_some_and(|style| style.split(char::is_whitespace).collect::<String>().to_lowercase().contains("display:none")),
        };
        let (mut hidden, mut next) = (BTreeSet::new(), 1);
        for tag in tags(self.text).filter(|tag| tag.name == row_name && !tag.closing) {
            let row = count(tag.attributes, "Index").unwrap_or(next);
            next = row.saturating_add(1);
            if is_hidden(tag.attributes) {
                hidden.insert(row);
            }
        }
        Some(hidden)
    }

    /// What an HTML page says outside of its tables, line by line, and whether it leads to a next page.
    fn around(&mut self, marks: &mut Marks) -> Option<&'static str> {
        if self.kind == FileFormat::SpreadsheetMl {
            let whole = tags(self.text).any(|tag| tag.closing && tag.name == "workbook");
            return (!whole).then_some("it ends inside its table: it was cut off");
        }
        let (mut tables, mut ended, mut quiet, mut caption) = (0u32, false, false, false);
        let (mut line, mut from) = (String::new(), 0);
        let mut say = |line: &mut String| {
            let said = line.trim();
            if !said.is_empty() && said.len() <= LONGEST_LINE {
                marks.words(said);
            }
            line.clear();
        };
        for tag in tags(self.text) {
            if (tables == 0 || caption) && !quiet {
                line.push_str(&entities(self.text.get(from..tag.at).unwrap_or_default()));
            }
            from = tag.end;
            let name = tag.name.as_str();
            match name {
                "table" if tag.closing => tables = tables.saturating_sub(1),
                "table" => tables += 1,
                "caption" => caption = !tag.closing,
                "html" | "body" => ended |= tag.closing,
                "head" | "script" | "style" | "select" | "button" | "nav" => quiet = !tag.closing && !tag.empty,
                _ => {}
            }
            // What only changes the look of words does not end their line.
            if !matches!(name, "a" | "b" | "i" | "u" | "em" | "strong" | "span" | "font" | "small" | "") {
                say(&mut line);
            }
        }
        say(&mut line);
        for tag in tags(self.text).filter(|tag| matches!(tag.name.as_str(), "a" | "link")) {
            let is_next = |rel: &str| rel.split_whitespace().any(|word| word.eq_ignore_ascii_case("next"));
            if let (true, Some(to)) = (attribute(tag.attributes, "rel").is_some_and(is_next), attribute(tag.attributes, "href")) {
                marks.beside("the page", "next", &to.into());
            }
        }
        (tables > 0 && !ended).then_some("it ends inside its table: it was cut off")
    }
}

/// Words of a page that are longer than this are no remark on its table.
const LONGEST_LINE: usize = 400;

/// Cells on their way into rows, as a browser lays them out.
struct Page<'s> {
    rows: Rows<'s>,
    row: u32,
    in_row: bool,
    /// The next free column.
    column: usize,
    next_row: u32,
    cell: Option<Cell>,
    /// By column: a cell that reaches down, how many rows more, and what it holds.
    spans: Vec<Option<(u32, String)>>,
}

/// A cell that is still open.
struct Cell {
    column: usize,
    width: usize,
    /// Rows below that it covers.
    below: u32,
    text: String,
}

impl Page<'_> {
    fn open_row(&mut self, index: Option<u32>) {
        self.row = index.map_or(self.next_row, |index| index.saturating_sub(1));
        self.next_row = self.row.saturating_add(1);
        self.column = 0;
        self.in_row = true;
    }

    fn open_cell(&mut self, tag: &Tag<'_>, spreadsheet: bool) {
        if spreadsheet {
            self.column = count(tag.attributes, "Index").map_or(self.column, |index| index.saturating_sub(1) as usize);
        } else {
            _ = self.covered();
        }
        let across = count(tag.attributes, "colspan").map_or(1, |span| (span as usize).clamp(1, WIDEST));
        let width = across + count(tag.attributes, "MergeAcross").map_or(0, |more| (more as usize).min(WIDEST));
        // What is merged in a workbook is not filled down, as elsewhere.
        let below = if spreadsheet { 0 } else { count(tag.attributes, "rowspan").map_or(0, |span| span.min(LONGEST) - 1) };
        let column = self.column;
        self.column = column.saturating_add(width).min(WIDEST * 2);
        self.cell = (!tag.empty).then(|| Cell { column, width, below, text: String::new() });
    }

    /// False when nobody wants more.
    fn close_cell(&mut self) -> bool {
        let Some(cell) = self.cell.take() else { return true };
        let text = cell.text.trim();
        if cell.below > 0 {
            let end = (cell.column + cell.width).min(WIDEST);
            if self.spans.len() < end {
                self.spans.resize(end, None);
            }
            // A cell that covers several columns shows its text once.
            for (at, span) in self.spans.iter_mut().enumerate().take(end).skip(cell.column) {
                *span = Some((cell.below, if at == cell.column { text.to_owned() } else { String::new() }));
            }
            // It begins in this row: what is covered counts from the next.
            self.spans.iter_mut().take(end).skip(cell.column).flatten().for_each(|(below, _)| *below += 1);
        }
        self.rows.cell(self.row, cell.column, text)
    }

    /// Moves on to the next column that no cell from above covers, and writes what those hold.
    fn covered(&mut self) -> bool {
        while let Some(Some((below, text))) = self.spans.get(self.column) {
            if *below == 0 {
                break;
            }
            if !self.rows.cell(self.row, self.column, text) {
                return false;
            }
            self.column += 1;
        }
        true
    }

    /// Ends the row: what reaches down into it behind its last cell, and one row less for all that does.
    fn close_row(&mut self) -> bool {
        if !self.close_cell() {
            return false;
        }
        if !std::mem::take(&mut self.in_row) {
            return true;
        }
        while self.column < self.spans.len() {
            if !self.covered() {
                return false;
            }
            self.column += 1;
        }
        for span in &mut self.spans {
            match span {
                Some((below, _)) if *below > 1 => *below -= 1,
                _ => *span = None,
            }
        }
        true
    }
}

/// The tags of a text, in order.
pub(super) fn tags(text: &str) -> impl Iterator<Item = Tag<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let open = at + memchr::memchr(b'<', text.as_bytes().get(at..)?)?;
        let tag = tag(text, open)?;
        at = tag.end;
        Some(tag)
    })
}

/// The tag at `open`. Comments and declarations have no name.
fn tag(text: &str, open: usize) -> Option<Tag<'_>> {
    let rest = text.get(open..)?;
    if rest.starts_with("<!--") {
        let end = rest.find("-->").map_or(text.len(), |end| open + end + 3);
        return Some(Tag { at: open, end, name: String::new(), attributes: "", closing: false, empty: true });
    }
    let bytes = rest.as_bytes();
    let mut quote = None;
    let mut end = None;
    for (at, byte) in bytes.iter().enumerate().skip(1) {
        match (quote, byte) {
            (None, b'>') => {
                end = Some(at);
                break;
            }
            (None, b'"' | b'\'') => quote = Some(*byte),
            (Some(open), byte) if open == *byte => quote = None,
            // A tag that long is none: an unpaired quote.
            _ if at > 64 << 10 => break,
            _ => {}
        }
    }
    let end = end.or_else(|| rest.find('>'))?;
    let inside = rest.get(1..end)?;
    let closing = inside.starts_with('/');
    let inside = inside.trim_start_matches('/');
    let name_end = inside.find(|character: char| character.is_whitespace() || character == '/').unwrap_or(inside.len());
    let name = inside.get(..name_end)?;
    let name = name.rsplit(':').next().unwrap_or(name).to_ascii_lowercase();
    let attributes = inside.get(name_end..)?;
    let end = open + end + 1;
    Some(Tag { at: open, end, name, attributes, closing, empty: attributes.trim_end().ends_with('/') })
}

/// The value of an attribute, found by its name without prefix.
pub(super) fn attribute<'t>(attributes: &'t str, name: &str) -> Option<&'t str> {
    let mut rest = attributes;
    loop {
        rest = rest.trim_start_matches(|letter: char| letter.is_whitespace() || letter == '/');
        let end = rest.find(|letter: char| letter == '=' || letter.is_whitespace())?;
        let (key, after) = rest.split_at(end);
        let Some(after) = after.trim_start().strip_prefix('=') else {
            rest = after;
            continue;
        };
        let after = after.trim_start();
        let quote = after.chars().next().filter(|quote| matches!(quote, '"' | '\''));
        let (value, after) = match quote {
            Some(quote) => after.get(1..)?.split_once(quote)?,
            None => after.split_at(after.find(char::is_whitespace).unwrap_or(after.len())),
        };
        if key.rsplit(':').next().is_some_and(|key| key.eq_ignore_ascii_case(name)) {
            return Some(value);
        }
        rest = after;
    }
}

/// A number in an attribute such as `ss:Index="4"`; counts begin at 1.
pub(in crate::directory) fn count(attributes: &str, name: &str) -> Option<u32> {
    attribute(attributes, name)?.trim_end_matches('/').parse().ok().filter(|number| *number > 0)
}

/// Character references resolved, white space of the source folded: one that is written as a reference (`&#10;`) stays.
pub(in crate::directory) fn entities(text: &str) -> Cow<'_, str> {
    if !text.contains(['\n', '\r', '\t']) {
        return resolved(text);
    }
    let line = text.split(['\n', '\r', '\t']).map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
    Cow::Owned(resolved(&line).into_owned())
}
