//! Tables in markup: HTML that is named `.xls`, and Excel 2003's XML. Tags are walked over; nothing is interpreted beyond rows and cells.

use std::borrow::Cow;

use anyhow::{Result, bail};

use super::decode::Kind;
use super::grid::{Grid, Row, Rows, WIDEST};
use crate::failure::Failure;
use crate::text::entities::resolved;

/// A text with a table in it.
pub(super) struct Markup<'t> {
    pub(super) text: &'t str,
    pub(super) kind: Kind,
}

/// A tag: where it begins, its name in lower case without prefix, its attributes as written, and whether it closes.
pub(super) struct Tag<'t> {
    pub(super) at: usize,
    pub(super) name: String,
    pub(super) attributes: &'t str,
    pub(super) closing: bool,
    pub(super) empty: bool,
}

impl Grid for Markup<'_> {
    fn rows(&mut self, sink: &mut dyn FnMut(u32, &Row) -> bool) -> Result<()> {
        let spreadsheet = self.kind == Kind::SpreadsheetMl;
        let (row_name, cell_names): (&str, &[&str]) = if spreadsheet { ("row", &["cell"]) } else { ("tr", &["td", "th"]) };
        let mut rows = Rows::new(sink);
        let (mut row, mut column, mut next_row, mut span) = (0u32, 0usize, 0u32, 1usize);
        let mut cell: Option<String> = None;
        let mut inside_data = !spreadsheet;
        let mut any = false;
        let mut at = 0;
        while let Some(open) = self.text.get(at..).and_then(|rest| rest.find('<')).map(|found| at + found) {
            if let Some(cell) = cell.as_mut().filter(|_| inside_data) {
                cell.push_str(&entities(self.text.get(at..open).unwrap_or_default()));
            }
            let Some((tag, end)) = tag(self.text, open) else { break };
            at = end;
            let is_cell = cell_names.contains(&tag.name.as_str());
            if tag.name == row_name && !tag.closing {
                // HTML may leave out the closing tags of cells and rows.
                if let Some(text) = cell.take()
                    && !rows.cell(row, column - span.min(column), text.trim())
                {
                    break;
                }
                any = true;
                row = count(tag.attributes, "Index").map_or(next_row, |index| index.saturating_sub(1));
                next_row = row.saturating_add(1);
                column = 0;
            } else if is_cell && !tag.closing {
                if let Some(text) = cell.take()
                    && !rows.cell(row, column - span.min(column), text.trim())
                {
                    break;
                }
                column = if spreadsheet {
                    count(tag.attributes, "Index").map_or(column, |index| index.saturating_sub(1) as usize)
                } else {
                    column
                };
                span = count(tag.attributes, "colspan").map_or(1, |span| (span as usize).clamp(1, WIDEST));
                span += count(tag.attributes, "MergeAcross").map_or(0, |more| (more as usize).min(WIDEST));
                column = column.saturating_add(span).min(WIDEST * 2);
                cell = (!tag.empty).then(String::new);
            } else if (is_cell || tag.name == row_name || tag.name == "table") && tag.closing {
                if let Some(text) = cell.take()
                    && !rows.cell(row, column - span.min(column), text.trim())
                {
                    break;
                }
            } else if spreadsheet && tag.name == "data" {
                inside_data = !tag.closing && !tag.empty;
            } else if !spreadsheet
                && matches!(tag.name.as_str(), "br" | "p" | "div" | "li")
                && let Some(cell) = &mut cell
                && !cell.is_empty()
            {
                cell.push('\n');
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
        rows.finish()
    }
}

/// The tag at `open` and where it ends. Comments and declarations have no name.
pub(super) fn tag(text: &str, open: usize) -> Option<(Tag<'_>, usize)> {
    let rest = text.get(open..)?;
    if rest.starts_with("<!--") {
        let end = rest.find("-->").map_or(text.len(), |end| open + end + 3);
        return Some((Tag { at: open, name: String::new(), attributes: "", closing: false, empty: true }, end));
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
    Some((Tag { at: open, name, attributes, closing, empty: attributes.trim_end().ends_with('/') }, open + end + 1))
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
pub(super) fn count(attributes: &str, name: &str) -> Option<u32> {
    attribute(attributes, name)?.trim_end_matches('/').parse().ok().filter(|number| *number > 0)
}

/// Character references resolved, white space of the source folded: one that is written as a reference (`&#10;`) stays.
pub(super) fn entities(text: &str) -> Cow<'_, str> {
    if !text.contains(['\n', '\r', '\t']) {
        return resolved(text);
    }
    let line = text.split(['\n', '\r', '\t']).map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
    Cow::Owned(resolved(&line).into_owned())
}
