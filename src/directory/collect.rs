//! Rows of text cells on their way into columns. Every reader ends here, so what a blank row, a total or a row that is too long is, is
//! decided once.

use std::borrow::Cow;
use std::collections::BTreeSet;

use polars::prelude::*;

use super::slot::Slot;
use super::{cells, headers, typed};

/// A table as text: only the columns that may be read, one value a data row; null is "nothing there".
#[derive(Debug, Default)]
pub(super) struct Raw {
    /// The columns kept.
    pub(super) columns: Vec<RawColumn>,
    /// The number of each row, as the file's own tools show it.
    pub(super) rows: Vec<u32>,
    /// How many columns were not kept.
    pub(super) unmapped: u64,
    /// Rows that are no people, with why.
    pub(super) skipped: Vec<(u32, &'static str)>,
    /// Blank rows.
    pub(super) blank: Vec<u32>,
    /// Rows with more cells than there are headers: their cells may stand under the wrong header.
    pub(super) long: Vec<Long>,
    /// Cells that hold a formula's error.
    pub(super) errors: u64,
    /// Cells that hold the name of a type instead of a list.
    pub(super) type_names: u64,
    /// For JSON: paths that are not read but tell the system.
    pub(super) seen: Vec<String>,
    /// Places of columns with formulas that nobody has computed.
    pub(super) unvalued: BTreeSet<usize>,
    /// Rows whose quotes do not fit together.
    pub(super) odd_quotes: Vec<u32>,
    /// For a file of lines: rows that span several, with the lines they span beyond one.
    pub(super) breaks: Vec<(u32, u32)>,
    /// What else was seen, as sentences.
    pub(super) notes: Vec<String>,
    /// Why the file may be a part only.
    pub(super) incomplete: Vec<String>,
}

/// A row with more cells than there are headers.
#[derive(Debug, Clone)]
pub(super) struct Long {
    pub(super) row: u32,
    /// How many more.
    pub(super) more: u32,
    /// Whether those hold nothing.
    pub(super) blank: bool,
    /// What may be an address or a number and does not stand under a header of either.
    pub(super) displaced: Vec<String>,
}

/// One column of [`Raw`].
#[derive(Debug, Clone)]
pub(super) struct RawColumn {
    /// The header as written.
    pub(super) header: String,
    /// Its place in the file, from 0.
    pub(super) at: usize,
    /// The cells.
    pub(super) values: StringChunked,
}

/// What a reader knows of the table before it reads the rows.
#[derive(Debug, Clone, Default)]
pub(super) struct Layout {
    /// All headers, by place.
    pub(super) headers: Vec<String>,
    /// The places of the columns to keep.
    pub(super) wanted: Vec<usize>,
    /// Which of them can tell who a row is about.
    pub(super) identity: Vec<usize>,
    /// Which of these do not hold addresses.
    pub(super) numbers: Vec<usize>,
}

/// A row's cells.
pub(super) trait Cells {
    /// How many cells it has, empty ones at the end included.
    fn len(&self) -> usize;
    /// Whether the cell holds anything but white space.
    fn is_filled(&self, at: usize) -> bool;
    /// The cell; empty beyond the end.
    fn get(&self, at: usize) -> Cow<'_, str>;
}

impl Cells for [String] {
    fn len(&self) -> usize {
        <[String]>::len(self)
    }

    fn is_filled(&self, at: usize) -> bool {
        <[String]>::get(self, at).is_some_and(|cell| !cells::trim(cell).is_empty())
    }

    fn get(&self, at: usize) -> Cow<'_, str> {
        <[String]>::get(self, at).map_or(Cow::Borrowed(""), |cell| Cow::Borrowed(cell.as_str()))
    }
}

/// Rows that became columns: a whole file, or a part of it that is stitched to others.
pub(super) struct Collector<'l> {
    layout: &'l Layout,
    builders: Vec<StringChunkedBuilder>,
    rows: Vec<u32>,
    skipped: Vec<(u32, &'static str)>,
    blank: Vec<u32>,
    long: Vec<Long>,
    errors: u64,
    type_names: u64,
}

impl<'l> Collector<'l> {
    /// Room for about `capacity` rows.
    pub(super) fn new(layout: &'l Layout, capacity: usize) -> Self {
        let builders = layout.wanted.iter().map(|_| StringChunkedBuilder::new(PlSmallStr::EMPTY, capacity)).collect();
        Self {
            layout,
            builders,
            rows: Vec::with_capacity(capacity),
            skipped: Vec::new(),
            blank: Vec::new(),
            long: Vec::new(),
            errors: 0,
            type_names: 0,
        }
    }

    /// Takes a row that has no cell at all.
    pub(super) fn blank(&mut self, number: u32) {
        self.blank.push(number);
    }

    /// Takes one row.
    pub(super) fn row(&mut self, number: u32, row: &(impl Cells + ?Sized)) {
        let width = self.layout.headers.len();
        let filled = (0..row.len()).filter(|at| row.is_filled(*at)).count();
        if filled == 0 {
            self.blank.push(number);
            return;
        }
        // Most rows are people: the rest is looked at only when a row is suspicious.
        if let Some(why) = self.no_person(row, filled, width) {
            self.skipped.push((number, why));
            return;
        }
        if row.len() > width {
            let more = row.len() - width;
            let blank = !(width..row.len()).any(|at| row.is_filled(at));
            self.long.push(Long { row: number, more: more as u32, blank, displaced: self.displaced(row, more) });
        }
        self.rows.push(number);
        for (builder, at) in self.builders.iter_mut().zip(&self.layout.wanted) {
            let cell = row.get(*at);
            let cell = match cells::hexadecimal(&cell) {
                Some(text) => Cow::Owned(text),
                None => cell,
            };
            let text = cells::clean(&cell);
            if text.is_none() && cell.len() > 3 {
                self.errors += u64::from(cells::is_error(cells::trim(&cell)));
                self.type_names += u64::from(cells::is_type_name(cells::trim(&cell)));
            }
            builder.append_option(text);
        }
    }

    /// Words that are addresses anywhere in a row that is too long, and what may be a number as far to the right of its header as the
    /// row is too long; of the rest of the export nothing is kept.
    fn displaced(&self, row: &(impl Cells + ?Sized), more: usize) -> Vec<String> {
        let Layout { identity, numbers, .. } = self.layout;
        let cell = |at: usize| cells::clean(&row.get(at)).map(str::to_owned);
        let is_number = |cell: &String| {
            let digits = cell.bytes().filter(u8::is_ascii_digit).count();
            digits > 0 && cell.len() <= 32 && !cell.contains(|letter: char| letter == '@' || letter.is_whitespace())
        };
        let words = |cell: String| cell.split_whitespace().filter(|word| word.contains('@')).map(str::to_owned).collect::<Vec<_>>();
        let addresses = (0..row.len()).filter(|at| !identity.contains(at)).filter_map(cell).flat_map(words);
        // A number that still stands under its header has not moved.
        let gone = numbers.iter().filter(|at| !cell(**at).is_some_and(|cell| is_number(&cell)));
        let beside: BTreeSet<usize> = gone.flat_map(|at| at + 1..=at + more).filter(|at| !identity.contains(at)).collect();
        addresses.chain(beside.into_iter().filter_map(cell).filter(is_number)).collect()
    }

    fn no_person(&self, row: &(impl Cells + ?Sized), filled: usize, width: usize) -> Option<&'static str> {
        let identified = self.layout.identity.iter().any(|at| row.is_filled(*at));
        if !identified && filled * 5 < width {
            return Some("too little in it, and no key");
        }
        let first = (0..row.len()).find(|at| row.is_filled(*at))?;
        let first_cell = row.get(first);
        let has_address = || self.layout.identity.iter().any(|at| row.get(*at).contains('@'));
        if filled * 2 < width.max(2) && is_footer(cells::trim(&first_cell)) && !has_address() {
            return Some("a total or a footer");
        }
        let header = self.layout.headers.get(first)?;
        if first_cell.len() == header.len() && *first_cell == **header && self.repeats_headers(row) {
            return Some("the headers again");
        }
        None
    }

    fn repeats_headers(&self, row: &(impl Cells + ?Sized)) -> bool {
        let same = |(at, header): (usize, &String)| cells::trim(&row.get(at)) == cells::trim(header);
        self.layout.headers.iter().enumerate().all(same)
    }

    /// The columns, with row numbers moved by `base`.
    pub(super) fn finish(self, base: u32) -> Raw {
        let columns = self.layout.wanted.iter().zip(self.builders).map(|(at, builder)| RawColumn {
            header: self.layout.headers.get(*at).cloned().unwrap_or_default(),
            at: *at,
            values: builder.finish(),
        });
        let columns: Vec<RawColumn> = columns.collect();
        let moved = |row: u32| row.saturating_add(base);
        Raw {
            unmapped: (self.layout.headers.len() - columns.len().min(self.layout.headers.len())) as u64,
            columns,
            blank: self.blank.into_iter().map(moved).collect(),
            rows: self.rows.into_iter().map(moved).collect(),
            skipped: self.skipped.into_iter().map(|(row, why)| (moved(row), why)).collect(),
            long: self.long.into_iter().map(|long| Long { row: moved(long.row), ..long }).collect(),
            errors: self.errors,
            type_names: self.type_names,
            ..Raw::default()
        }
    }
}

impl Raw {
    /// Appends the part that follows. Both have the same columns.
    pub(super) fn append(&mut self, next: Raw) -> PolarsResult<()> {
        if self.columns.is_empty() {
            *self = next;
            return Ok(());
        }
        for (column, more) in self.columns.iter_mut().zip(next.columns) {
            column.values.append(&more.values)?;
        }
        self.rows.extend(next.rows);
        self.skipped.extend(next.skipped);
        self.blank.extend(next.blank);
        self.long.extend(next.long);
        self.errors += next.errors;
        self.type_names += next.type_names;
        self.odd_quotes.extend(next.odd_quotes);
        self.breaks.extend(next.breaks);
        self.notes.extend(next.notes);
        self.incomplete.extend(next.incomplete);
        Ok(())
    }
}

/// Whether a row's first cell says that the row sums up or closes the table.
fn is_footer(cell: &str) -> bool {
    if !matches!(cell.as_bytes().first(), Some(b'A'..=b'Z' | b'a'..=b'z' | b'(' | b'#' | b'*')) || cell.len() > 200 {
        return false;
    }
    let lower = cell.to_lowercase();
    let starts = [
        "total",
        "grand total",
        "subtotal",
        "sub-total",
        "sum of",
        "report run",
        "report generated",
        "generated on",
        "generated by",
        "run date",
        "confidential",
        "end of report",
        "printed on",
        "exported on",
    ];
    // A family may be called Totalino: a word is a word.
    let begins = |start: &str| lower.strip_prefix(start).is_some_and(|rest| !rest.starts_with(char::is_alphabetic));
    let whole = ["count", "sum", "average", "totals", "summe", "gesamt", "insgesamt"];
    starts.iter().any(|start| begins(start)) || whole.iter().any(|word| lower == *word) || lower.starts_with("count:")
}

/// The columns to keep of these headers: those that may be read, and those the configuration names.
pub(super) fn layout(all: Vec<String>, configured: &dyn Fn(&str) -> bool) -> Layout {
    let mut layout = Layout { headers: all, ..Layout::default() };
    for (at, header) in layout.headers.iter().enumerate() {
        if configured(header) || headers::may_be_read(header) || typed::is_part(header) {
            layout.wanted.push(at);
            let slot = headers::meaning(header).map(|(slot, _)| slot);
            if configured(header) || slot.is_some_and(Slot::identifies) {
                layout.identity.push(at);
                if !matches!(slot, Some(Slot::Email | Slot::AlternateEmail)) {
                    layout.numbers.push(at);
                }
            }
        }
    }
    layout
}
