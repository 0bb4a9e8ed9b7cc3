//! A table on its way from a reader to the people frame: columns of text, and all that was seen beside them.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;

use super::days::dates;
use super::marks::Marks;
use super::{cells, status};

/// Cells of a column that begin or end in characters that show nothing.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct HiddenEdges {
    pub(super) count: u64,
    /// The row of the first.
    pub(super) first: u32,
}

impl HiddenEdges {
    pub(super) fn add(&mut self, row: u32) {
        self.first = if self.count == 0 { row } else { self.first };
        self.count += 1;
    }
}

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
    pub(super) skipped: Vec<(u32, Cow<'static, str>)>,
    /// Rows without a key, of which [`super::settle`] decides what they are.
    pub(super) keyless: Vec<Keyless>,
    /// Blank rows.
    pub(super) blank: Vec<u32>,
    /// Rows with more cells than there are headers: their cells may stand under the wrong header.
    pub(super) long: Vec<Long>,
    /// Cells that hold a formula's error.
    pub(super) errors: u64,
    /// By column, where there are any.
    pub(super) edges: BTreeMap<String, HiddenEdges>,
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
    /// Rows that may be no people, with why: rejected.
    pub(super) doubtful: BTreeMap<u32, String>,
    /// Columns that are not read.
    pub(super) watched: Vec<Watched>,
    /// Further values of cells that a file gives several values.
    pub(super) doubled: Vec<Doubled>,
    /// Whether a cell holds several values of one field, with [`cells::JOINER`] between them.
    pub(super) several: bool,
    /// What the list says of itself.
    pub(super) marks: Marks,
    /// What else was seen, as sentences.
    pub(super) notes: Vec<String>,
    /// Why the file is a part only, whatever anybody says.
    pub(super) cut: Vec<String>,
    /// How many headers there are, of a file of lines.
    pub(super) width: usize,
    /// The last row of a file of lines, where it lacks the line end that the others have.
    pub(super) unended: Option<u32>,
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
        self.keyless.extend(next.keyless);
        self.blank.extend(next.blank);
        self.long.extend(next.long);
        self.errors += next.errors;
        self.type_names += next.type_names;
        self.add_edges(next.edges);
        self.odd_quotes.extend(next.odd_quotes);
        self.breaks.extend(next.breaks);
        self.notes.extend(next.notes);
        self.watched.iter_mut().zip(&next.watched).for_each(|(column, more)| column.add(more));
        self.doubled.extend(next.doubled);
        self.several |= next.several;
        self.cut.extend(next.cut);
        Ok(())
    }

    pub(super) fn add_edges(&mut self, edges: BTreeMap<String, HiddenEdges>) {
        for (header, HiddenEdges { count, first }) in edges {
            self.edges.entry(header).or_insert(HiddenEdges { count: 0, first }).count += count;
        }
    }

    /// Takes rows out and keeps why.
    pub(super) fn skip(&mut self, out: BTreeMap<u32, Cow<'static, str>>) -> PolarsResult<()> {
        self.drop_rows(&out)?;
        self.skipped.extend(out);
        self.skipped.sort_by_key(|(row, _)| *row);
        Ok(())
    }

    /// Takes rows out.
    pub(super) fn drop_rows<T>(&mut self, out: &BTreeMap<u32, T>) -> PolarsResult<()> {
        if out.is_empty() {
            return Ok(());
        }
        let keep: Vec<bool> = self.rows.iter().map(|row| !out.contains_key(row)).collect();
        let mask = BooleanChunked::from_slice(PlSmallStr::EMPTY, &keep);
        for column in &mut self.columns {
            column.values = column.values.filter(&mask)?;
        }
        self.rows.retain(|row| !out.contains_key(row));
        self.long.retain(|long| !out.contains_key(&long.row));
        Ok(())
    }
}

/// A row in which nothing can be a key.
#[derive(Debug, Clone)]
pub(super) struct Keyless {
    pub(super) row: u32,
    /// Its first cells, as far as they need be known.
    pub(super) cells: Vec<String>,
    /// How many of its cells hold anything.
    pub(super) filled: usize,
    /// Those under a name.
    pub(super) called: Vec<String>,
    /// How many stand under a key, and are none.
    pub(super) keys: usize,
    /// Whether one stands under a name, or beside others under an address.
    pub(super) named: bool,
    /// Whether one stands under another field of a person.
    pub(super) of_a_person: bool,
    /// Whether it is but one cell, a sentence with an address in it, under a header of addresses or numbers.
    pub(super) is_sentence: bool,
    /// Whether it is a label and, next to it, a cell under a field of a person: nothing is added up there, so a number counts rows.
    pub(super) counts: bool,
}

/// A further value of a cell: a key that stands twice in one JSON object, another item of a list that says who has left.
#[derive(Debug, Clone)]
pub(super) struct Doubled {
    pub(super) row: u32,
    pub(super) header: String,
    pub(super) value: String,
    /// It stands in a list.
    pub(super) listed: bool,
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

/// What the first cells of a column that is not read look like: enough to say that it may be one that should be.
#[derive(Debug, Clone, Default)]
pub(super) struct Watched {
    pub(super) header: String,
    pub(super) at: usize,
    seen: u32,
    addresses: u32,
    days: u32,
    states: u32,
}

impl Watched {
    /// Cells looked at.
    const ENOUGH: u32 = 32;

    pub(super) fn new(header: &str, at: usize) -> Self {
        Self { header: header.to_owned(), at, ..Self::default() }
    }

    /// Whether more need be seen.
    pub(super) fn is_open(&self) -> bool {
        self.seen < Self::ENOUGH
    }

    /// What was seen so far; the next are counted anew.
    pub(super) fn take(&mut self) -> Self {
        let next = Self::new(&self.header, self.at);
        std::mem::replace(self, next)
    }

    /// Looks at a cell; false when enough were seen.
    pub(super) fn see(&mut self, cell: &str) -> bool {
        if let Some(cell) = cell.split(cells::JOINER).find_map(cells::clean) {
            self.seen += 1;
            if memchr::memchr(b'@', cell.as_bytes()).is_some() {
                self.addresses += u32::from(cells::is_email(&cells::email(cell)));
            } else {
                self.days += u32::from(dates::is_day(cell));
                self.states += u32::from(status::is_state(cell));
            }
        }
        self.is_open()
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.seen += other.seen;
        self.addresses += other.addresses;
        self.days += other.days;
        self.states += other.states;
    }

    /// Whether its cells are e-mail addresses.
    pub(super) fn holds_addresses(&self) -> bool {
        self.addresses * 10 >= self.seen * 8 && self.addresses > 0
    }

    /// Whether any of its cells is one.
    pub(super) fn holds_some_addresses(&self) -> bool {
        self.addresses > 0
    }

    /// Whether its cells say who is at work and who is not.
    pub(super) fn holds_states(&self) -> bool {
        self.states * 10 >= self.seen * 8 && self.states > 0
    }

    /// Whether its cells are days.
    pub(super) fn holds_days(&self) -> bool {
        self.days * 10 >= self.seen * 8 && self.days > 0
    }
}
