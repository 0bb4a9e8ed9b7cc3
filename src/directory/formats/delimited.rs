//! Delimited text: records over `,` `;` tab or `|`, quotes as RFC 4180 has them and leniently where it does not.
//!
//! The text is cut into parts that are read at the same time. Where a part begins is guessed (after a line end); the guess was
//! right if the part before ends exactly there. If it was not (a line end inside quotes), the part is read again from where it
//! really begins.

use std::borrow::Cow;

use anyhow::{Result, bail};
use rayon::prelude::*;

use crate::directory::collect::{Cells, Collector, Layout, WIDEST};
use crate::directory::headers;
use crate::directory::raw::Raw;
use crate::failure::Failure;

/// Parts are this long.
const PART: usize = 4 << 20;

/// A quoted cell longer than this was never closed. Spreadsheets hold 32,767 characters a cell.
const LONGEST_CELL: usize = 1 << 20;

/// Rows whose quotes do not fit: beyond this many, and more than half of all, they are not said one by one.
const ODD_ROWS: usize = 20_000;

/// One cell of a record: where it is in the text.
#[derive(Debug, Clone, Copy)]
struct Field {
    start: usize,
    end: usize,
    /// Holds doubled or escaped quotes.
    escaped: bool,
}

/// Walks over the records of a text.
#[derive(Debug)]
pub(in crate::directory) struct Records<'t> {
    text: &'t str,
    at: usize,
    delimiter: u8,
    fields: Vec<Field>,
    /// The record's quotes did not fit together.
    odd: bool,
    /// Line ends inside the record's cells.
    breaks: u32,
}

impl<'t> Records<'t> {
    /// From the byte `at` on.
    pub(in crate::directory) fn new(text: &'t str, at: usize, delimiter: u8) -> Self {
        Self { text, at, delimiter, fields: Vec::with_capacity(64), odd: false, breaks: 0 }
    }

    /// Where the next record begins.
    pub(in crate::directory) fn position(&self) -> usize {
        self.at
    }

    /// Reads the next record; false at the end.
    pub(in crate::directory) fn advance(&mut self) -> bool {
        let bytes = self.text.as_bytes();
        self.fields.clear();
        self.odd = false;
        self.breaks = 0;
        if self.at >= bytes.len() {
            return false;
        }
        loop {
            let quoted = (bytes.get(self.at) == Some(&b'"')).then(|| self.quoted(self.at)).flatten();
            let (field, after) = match quoted {
                Some(found) => found,
                None => {
                    let rest = bytes.get(self.at..).unwrap_or_default();
                    let length = memchr::memchr3(self.delimiter, b'\n', b'\r', rest).unwrap_or(rest.len());
                    let end = self.at + length;
                    (Field { start: self.at, end, escaped: false }, end)
                }
            };
            if self.fields.len() < WIDEST {
                self.fields.push(field);
            }
            match bytes.get(after) {
                Some(byte) if *byte == self.delimiter => self.at = after + 1,
                Some(b'\r') if bytes.get(after + 1) == Some(&b'\n') => {
                    self.at = after + 2;
                    return true;
                }
                Some(_) => {
                    self.at = after + 1;
                    return true;
                }
                None => {
                    self.at = bytes.len();
                    return true;
                }
            }
        }
    }

    /// A quoted field at `open`, and where it is followed by a delimiter or a line end; none when its quotes do not fit together,
    /// so that it is read as it stands.
    fn quoted(&mut self, open: usize) -> Option<(Field, usize)> {
        let bytes = self.text.as_bytes();
        let mut escaped = false;
        let mut from = open + 1;
        loop {
            let window = bytes.get(from..(open + LONGEST_CELL).min(bytes.len()))?;
            let Some(found) = memchr::memchr(b'"', window) else {
                self.odd = true;
                return None;
            };
            let close = from + found;
            let ends = |byte: Option<&u8>| byte.is_none_or(|byte| *byte == self.delimiter || matches!(byte, b'\n' | b'\r'));
            let backslash = close > open + 1 && bytes.get(close - 1) == Some(&b'\\');
            if bytes.get(close + 1) == Some(&b'"') {
                escaped = true;
                if backslash && ends(bytes.get(close + 2)) {
                    // `\""` at the end of a cell: the first quote is escaped the other way, the second closes.
                    return Some((Field { start: open + 1, end: close + 1, escaped }, close + 2));
                }
                from = close + 2;
                continue;
            }
            if ends(bytes.get(close + 1)) {
                let inside = bytes.get(open + 1..close).unwrap_or_default();
                let breaks = memchr::memchr_iter(b'\n', inside).count();
                self.breaks += breaks as u32;
                return Some((Field { start: open + 1, end: close, escaped }, close + 1));
            }
            if backslash {
                escaped = true;
                from = close + 1;
                continue;
            }
            let spaces = bytes.get(close + 1..).unwrap_or_default().iter().take_while(|byte| **byte == b' ').count();
            if ends(bytes.get(close + 1 + spaces)) {
                return Some((Field { start: open + 1, end: close, escaped }, close + 1 + spaces));
            }
            self.odd = true;
            return None;
        }
    }

    /// The cells of the record as owned text.
    pub(in crate::directory) fn to_vec(&self) -> Vec<String> {
        (0..self.fields.len()).map(|at| Cells::get(self, at).into_owned()).collect()
    }
}

impl Cells for Records<'_> {
    fn len(&self) -> usize {
        self.fields.len()
    }

    fn is_filled(&self, at: usize) -> bool {
        let bytes = self.text.as_bytes();
        let Some(field) = self.fields.get(at) else { return false };
        let cell = bytes.get(field.start..field.end).unwrap_or_default();
        match cell.first() {
            None => false,
            Some(first) if first.is_ascii_graphic() => true,
            Some(_) => !crate::directory::cells::trim(self.text.get(field.start..field.end).unwrap_or_default()).is_empty(),
        }
    }

    fn get(&self, at: usize) -> Cow<'_, str> {
        let Some(field) = self.fields.get(at) else { return Cow::Borrowed("") };
        let cell = self.text.get(field.start..field.end).unwrap_or_default();
        if field.escaped { Cow::Owned(cell.replace("\\\"", "\"").replace("\"\"", "\"")) } else { Cow::Borrowed(cell) }
    }
}

/// What was found out about a text before its rows are read.
#[derive(Debug)]
pub(in crate::directory) struct Head {
    /// Where the first record begins: after `sep=` and `#TYPE` lines.
    pub(in crate::directory) start: usize,
    /// The row number of the first record there.
    pub(in crate::directory) first_row: u32,
    /// The delimiter.
    pub(in crate::directory) delimiter: u8,
    /// The first records.
    pub(in crate::directory) rows: Vec<Vec<String>>,
    /// What was dropped.
    pub(in crate::directory) notes: Vec<String>,
}

/// Looks at the start of a text: drops what is no record, finds the delimiter.
pub(in crate::directory) fn head(text: &str, delimiter: Option<char>, configured: &dyn Fn(&str) -> bool) -> Result<Head> {
    let mut start = 0;
    let mut first_row = 1;
    let mut notes = Vec::new();
    let mut announced = None;
    loop {
        let rest = text.get(start..).unwrap_or_default();
        let line_end = rest.find(['\n', '\r']).unwrap_or(rest.len());
        let line = rest.get(..line_end).unwrap_or_default().trim().trim_matches('"');
        let drop = if let Some(separator) = line.strip_prefix("sep=").or_else(|| line.strip_prefix("SEP=")) {
            announced = Some(separator.bytes().next().unwrap_or(b'\t'));
            notes.push("the first line announces the delimiter (`sep=`)".to_owned());
            true
        } else if line.starts_with("#TYPE ") {
            notes.push("the first line is PowerShell's `#TYPE`: dropped".to_owned());
            true
        } else {
            false
        };
        if !drop {
            break;
        }
        start += line_end;
        start += if text.get(start..).is_some_and(|rest| rest.starts_with("\r\n")) { 2 } else { 1 };
        start = start.min(text.len());
        first_row += 1;
    }
    let delimiter = match delimiter.map(u8::try_from) {
        Some(Ok(delimiter)) if delimiter.is_ascii() && !matches!(delimiter, b'"' | b'\n' | b'\r') => delimiter,
        Some(_) => bail!(
            Failure::usage("the delimiter must be one ASCII character and no quote or line end").hint("such as delimiter = \";\"")
        ),
        None => announced.unwrap_or_else(|| guess_delimiter(text, start, configured)),
    };
    let rows = first(text, start, delimiter, headers::SEARCHED + 20);
    Ok(Head { start, first_row, delimiter, rows, notes })
}

/// The lines of a text in which each line is one quoted cell, as Excel writes what was pasted into its first column.
pub(in crate::directory) fn unwrapped(text: &str) -> Option<String> {
    if !text.starts_with('"') {
        return None;
    }
    let mut lines = String::new();
    // No delimiter: a record is a line.
    let mut records = Records::new(text, 0, 0);
    let mut splits = 0;
    while records.advance() {
        let wrapped =
            records.fields.first().is_some_and(|field| field.start > 0 && text.as_bytes().get(field.start - 1) == Some(&b'"'));
        let cell = Cells::get(&records, 0);
        if records.fields.len() != 1 || !(wrapped || cell.trim_matches([',', ';', '\t', ' ']).is_empty()) {
            return None;
        }
        splits += u32::from(cell.contains([',', ';', '\t', '|']));
        lines.push_str(&cell);
        lines.push('\n');
    }
    (splits > 1).then_some(lines)
}

/// Why a text is cut off, if it is: its last record has no line end, where others have one, and fewer cells than there are headers;
/// or a quote opens that nobody closes, and what stands behind is no row of so many cells.
pub(in crate::directory) fn cut(text: &str, delimiter: u8, width: usize, last: u32) -> Option<String> {
    let bytes = text.as_bytes();
    let end = bytes.iter().rposition(|byte| matches!(byte, b'\n' | b'\r'))?;
    if open_quote(text, delimiter, width) {
        return Some(format!(
            "it ends in the middle of row {last}, within quotes that nobody closes: it was cut off, or was still being written"
        ));
    }
    let mut records = Records::new(text, end + 1, delimiter);
    let short =
        records.advance() && records.fields.len() < width && (0..records.fields.len()).any(|at| Cells::is_filled(&records, at));
    short.then(|| format!("it ends in the middle of row {last}, without a line end: it was cut off, or was still being written"))
}

/// Whether a text ends within a quoted cell: its last quote opens one, and no whole row follows.
fn open_quote(text: &str, delimiter: u8, width: usize) -> bool {
    let bytes = text.as_bytes();
    let Some(last) = memchr::memrchr(b'"', bytes) else { return false };
    let before = last.checked_sub(1).and_then(|before| bytes.get(before));
    if !before.is_none_or(|byte| *byte == delimiter || matches!(byte, b'\n' | b'\r')) {
        return false;
    }
    // It may also close a cell that ends with a line end: only who comes from the start can tell.
    let mut records = Records::new(text, 0, delimiter);
    let mut open = false;
    while records.advance() {
        open = if open { records.fields.len() < width.max(2) } else { records.fields.iter().any(|field| field.start == last) };
        if !open && records.position() > last {
            return false;
        }
    }
    open
}

fn first(text: &str, start: usize, delimiter: u8, count: usize) -> Vec<Vec<String>> {
    let mut records = Records::new(text, start, delimiter);
    let mut rows = Vec::new();
    while rows.len() < count && records.advance() {
        rows.push(records.to_vec());
    }
    rows
}

/// The delimiter under which the first records have known headers and the same number of cells. The comma of `Last, First` does not
/// win: it knows no headers.
fn guess_delimiter(text: &str, start: usize, configured: &dyn Fn(&str) -> bool) -> u8 {
    let score = |delimiter: u8| {
        let rows = first(text, start, delimiter, 20);
        let known = headers::find(&rows, configured).map_or(0, |found| found.score);
        let widths: Vec<usize> = rows.iter().map(Vec::len).filter(|width| *width > 1).collect();
        let common = widths.iter().map(|width| widths.iter().filter(|other| *other == width).count()).max().unwrap_or(0);
        (known, common, widths.iter().max().copied().unwrap_or(0))
    };
    // Of equals the comma wins: `max_by_key` keeps the last.
    [b'|', b'\t', b';', b','].into_iter().max_by_key(|delimiter| score(*delimiter)).unwrap_or(b',')
}

/// Reads the data rows, which begin at byte `from`, in row `first_row`.
pub(in crate::directory) fn read(text: &str, from: usize, first_row: u32, delimiter: u8, layout: &Layout) -> Result<Raw> {
    let cuts = cuts(text, from);
    let ends = cuts.iter().skip(1).copied().chain([text.len()]);
    let bounds: Vec<(usize, usize)> = cuts.iter().copied().zip(ends).collect();
    let parts: Vec<Part> = bounds.par_iter().map(|(start, stop)| part(text, *start, *stop, delimiter, layout)).collect();
    let mut all = Raw::default();
    let mut row = first_row;
    let mut at = from;
    for ((guess, stop), read) in bounds.into_iter().zip(parts) {
        if at >= stop {
            // The part before ran over this whole one.
            continue;
        }
        let read = if guess == at { read } else { part(text, at, stop, delimiter, layout) };
        if is_hopeless(&read.odd, read.records) {
            let rows =
                format!("of the first {} rows after row {row} the quotes of {} do not fit together", read.records, read.odd.len());
            bail!(
                Failure::usage(rows)
                    .hint("export the file again, with every quote closed; or set `delimiter`, if another one is right")
            );
        }
        at = read.end;
        let moved = |list: Vec<u32>| list.into_iter().map(|number| number.saturating_add(row)).collect();
        let mut raw = read.collector.finish(row);
        raw.odd_quotes = moved(read.odd);
        raw.breaks = read.breaks.into_iter().map(|(number, lines)| (number.saturating_add(row), lines)).collect();
        row = row.saturating_add(read.records);
        all.append(raw)?;
    }
    if all.columns.is_empty() {
        all = Collector::new(layout, 0).finish(0);
    }
    Ok(all)
}

/// A part that was read: from its start to the first record that begins at or after its stop.
struct Part<'l> {
    collector: Collector<'l>,
    records: u32,
    end: usize,
    odd: Vec<u32>,
    breaks: Vec<(u32, u32)>,
}

fn part<'l>(text: &str, start: usize, stop: usize, delimiter: u8, layout: &'l Layout) -> Part<'l> {
    let mut records = Records::new(text, start, delimiter);
    // A row is rarely shorter than 8 bytes a column.
    let mut collector = Collector::new(layout, (stop.saturating_sub(start)) / (layout.headers.len().max(1) * 8));
    let mut part_odd = Vec::new();
    let mut breaks = Vec::new();
    let mut number = 0;
    while records.position() < stop && records.advance() {
        if records.odd {
            part_odd.push(number);
        }
        if records.breaks > 0 {
            breaks.push((number, records.breaks));
        }
        collector.row(number, &records);
        number = number.saturating_add(1);
        if is_hopeless(&part_odd, number) {
            break;
        }
    }
    Part { collector, records: number, end: records.position(), odd: part_odd, breaks }
}

/// Whether this is no table of quoted cells: to say so of each row would take many times what the file does.
fn is_hopeless(odd: &[u32], rows: u32) -> bool {
    odd.len() > ODD_ROWS && odd.len() * 2 > rows as usize
}

/// Where parts begin: after a line end.
fn cuts(text: &str, from: usize) -> Vec<usize> {
    let bytes = text.as_bytes();
    let mut cuts = vec![from];
    let mut at = from + PART;
    while at < bytes.len() {
        let rest = bytes.get(at..).unwrap_or_default();
        // A file that ends its lines with CR alone is one part.
        let Some(end) = memchr::memchr(b'\n', rest) else { break };
        let cut = at + end + 1;
        if cut < bytes.len() {
            cuts.push(cut);
        }
        at = cut + PART;
    }
    cuts
}
