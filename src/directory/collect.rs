//! Rows of text cells on their way into columns. Every reader ends here, so what a blank row, a total or a row that is too long is,
//! is decided once.

use std::borrow::Cow;
use std::collections::BTreeSet;

use polars::prelude::*;

use super::headers::slot::Slot;
use super::headers::{mapping, typed};
use super::raw::{HiddenEdges, Keyless, Long, Raw, RawColumn, Watched};
use super::{cells, headers};
use crate::config;

/// Columns beyond this many are not read: a spreadsheet has one less.
pub(super) const WIDEST: usize = 16_385;

/// What a reader knows of the table before it reads the rows.
#[derive(Debug, Clone, Default)]
pub(super) struct Layout {
    /// All headers, by place.
    pub(super) headers: Vec<String>,
    /// The places of the columns to keep.
    pub(super) wanted: Vec<usize>,
    /// What these mean, as far as a header can say.
    pub(super) slots: Vec<Option<Slot>>,
    /// Which of them can tell who a row is about.
    pub(super) identity: Vec<usize>,
    /// Which of these do not hold addresses.
    pub(super) numbers: Vec<usize>,
    /// The columns that are not read.
    pub(super) watched: Vec<Watched>,
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
    skipped: Vec<(u32, Cow<'static, str>)>,
    keyless: Vec<Keyless>,
    blank: Vec<u32>,
    long: Vec<Long>,
    errors: u64,
    type_names: u64,
    /// By kept column.
    edges: Vec<HiddenEdges>,
    watched: Vec<Watched>,
    /// Those of them of which more need be seen.
    open: Vec<usize>,
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
            keyless: Vec::new(),
            blank: Vec::new(),
            long: Vec::new(),
            errors: 0,
            type_names: 0,
            edges: vec![HiddenEdges::default(); layout.wanted.len()],
            open: (0..layout.watched.len()).collect(),
            watched: layout.watched.clone(),
        }
    }

    /// Takes a row that has no cell at all.
    pub(super) fn blank(&mut self, number: u32) {
        self.blank.push(number);
    }

    /// Takes one row.
    pub(super) fn row(&mut self, number: u32, row: &(impl Cells + ?Sized)) {
        let width = self.layout.headers.len();
        // Most rows are people: the rest is looked at only where nothing can be a key.
        let is_sentence = self.is_sentence(row);
        if (is_sentence || !self.is_keyed(row)) && !self.keyless(number, row, is_sentence) {
            return;
        }
        if row.len() > width {
            let more = row.len() - width;
            let blank = !(width..row.len()).any(|at| row.is_filled(at));
            self.long.push(Long { row: number, more: more as u32, blank, displaced: self.displaced(row, more) });
        }
        if !self.open.is_empty() {
            self.watch(row);
        }
        self.rows.push(number);
        for ((builder, at), edges) in self.builders.iter_mut().zip(&self.layout.wanted).zip(&mut self.edges) {
            let cell = row.get(*at);
            let cell = match cells::hexadecimal(&cell) {
                Some(text) => Cow::Owned(text),
                None => cell,
            };
            let text = cells::clean(&cell);
            if text.map_or(0, str::len) < cell.len() && cells::hides_at_an_edge(&cell) {
                edges.add(number);
            }
            if text.is_none() && cell.len() > 3 {
                self.errors += u64::from(cells::is_error(cells::trim(&cell)));
                self.type_names += u64::from(cells::is_type_name(cells::trim(&cell)));
            }
            builder.append_option(text);
        }
    }

    /// Looks at the columns that are not read, until enough was seen.
    fn watch(&mut self, row: &(impl Cells + ?Sized)) {
        let watched = &mut self.watched;
        self.open.retain(|at| match watched.get_mut(*at) {
            Some(column) if row.is_filled(column.at) => column.see(&row.get(column.at)),
            other => other.is_some(),
        });
    }

    /// Words that are addresses anywhere in a row that is too long, and what may be a number as far to the right of its header as
    /// the row is too long; of the rest of the export nothing is kept.
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

    /// Whether a cell can say who the row is about. A number has a digit and no space.
    fn is_keyed(&self, row: &(impl Cells + ?Sized)) -> bool {
        self.layout.identity.iter().any(|at| {
            let cell = row.get(*at);
            memchr::memchr(b'@', cell.as_bytes()).is_some() || self.layout.numbers.contains(at) && can_be_number(&cell)
        })
    }

    /// Whether all of a row is one sentence with an address in it: `Questions? Contact hr@acme.example`. Not where a word of it stands
    /// in the address too: `Page Lena lena@acme.example` is somebody.
    fn is_sentence(&self, row: &(impl Cells + ?Sized)) -> bool {
        let sentence = |at: &usize| {
            let cell = row.get(*at);
            let words = || cells::trim(&cell).split(' ').filter(|word| !word.is_empty());
            let addresses = || words().filter(|word| word.contains('@'));
            let names = |word: &str| {
                let word = word.trim_matches(|sign: char| !sign.is_alphanumeric()).to_lowercase();
                word.chars().count() > 2
                    && addresses()
                        .any(|address| address.to_lowercase().split('@').next().is_some_and(|local| local.contains(&word)))
            };
            cell.contains('@')
                && cell.contains(' ')
                && words().count() >= 3
                && addresses().count() == 1
                && !cells::is_email(&cells::email(&cell))
                && !words().filter(|word| !word.contains('@')).any(names)
        };
        self.layout.identity.iter().any(sentence) && (0..row.len()).filter(|at| row.is_filled(*at)).count() == 1
    }

    /// Takes note of a row without a key; false where it certainly is no person.
    fn keyless(&mut self, number: u32, row: &(impl Cells + ?Sized), is_sentence: bool) -> bool {
        let filled: Vec<usize> = (0..row.len()).filter(|at| row.is_filled(*at)).collect();
        if filled.is_empty() {
            self.blank.push(number);
            return false;
        }
        let texts = || filled.iter().map(|at| (*at, row.get(*at)));
        let is_rule = |text: &str| text.chars().all(|sign| sign.is_whitespace() || "-=_*+|~.·─━═—–".contains(sign));
        if texts().all(|(_, text)| is_rule(&text) && cells::trim(&text) != "...") {
            self.skipped.push((number, "a rule of dashes".into()));
            return false;
        }
        let headers = &self.layout.headers;
        let named = headers.iter().filter(|header| !cells::trim(header).is_empty()).count();
        let repeats =
            |(at, text): (usize, Cow<'_, str>)| headers.get(at).is_some_and(|header| headers::key(header) == headers::key(&text));
        if filled.len() * 2 > named && texts().all(repeats) {
            self.skipped.push((number, "the headers again".into()));
            return false;
        }
        let slot = |at: usize| {
            self.layout.wanted.iter().position(|wanted| *wanted == at).and_then(|place| *self.layout.slots.get(place)?)
        };
        let is = |fits: &dyn Fn(Slot) -> bool| filled.iter().filter_map(|at| slot(*at)).any(fits);
        let shown = |text: Cow<'_, str>| -> String { cells::trim(&text).replace(cells::JOINER, " ").chars().take(200).collect() };
        let is_name = |slot| matches!(slot, Slot::Name | Slot::GivenName | Slot::FamilyName);
        self.keyless.push(Keyless {
            row: number,
            cells: texts().take(8).map(|(_, text)| shown(text)).collect(),
            filled: filled.len(),
            called: texts().filter(|(at, _)| slot(*at).is_some_and(is_name)).map(|(_, text)| shown(text)).collect(),
            keys: filled.iter().filter(|at| slot(**at).is_some_and(Slot::identifies)).count(),
            // What stands under an address beside something else is somebody's, though no address.
            named: is(&is_name) || filled.len() > 1 && is(&|slot| slot == Slot::Email),
            of_a_person: is(&|slot| !slot.identifies() && slot.field().is_some()),
            is_sentence,
            counts: matches!(filled.as_slice(), [label, number] if *number == label + 1 && slot(*number).is_some()),
        });
        true
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
        let edges = columns.iter().zip(&self.edges).filter(|(_, edges)| edges.count > 0);
        let edges =
            edges.map(|(column, edges)| (column.header.clone(), HiddenEdges { first: moved(edges.first), ..*edges })).collect();
        Raw {
            unmapped: (self.layout.headers.len() - columns.len().min(self.layout.headers.len())) as u64,
            columns,
            blank: self.blank.into_iter().map(moved).collect(),
            rows: self.rows.into_iter().map(moved).collect(),
            skipped: self.skipped.into_iter().map(|(row, why)| (moved(row), why)).collect(),
            keyless: self.keyless.into_iter().map(|keyless| Keyless { row: moved(keyless.row), ..keyless }).collect(),
            long: self.long.into_iter().map(|long| Long { row: moved(long.row), ..long }).collect(),
            errors: self.errors,
            type_names: self.type_names,
            edges,
            watched: self.watched,
            ..Raw::default()
        }
    }
}

/// Whether a cell can be somebody's number: it has a digit, no space, no @, and no word that counts rows or pages.
pub(super) fn can_be_number(cell: &str) -> bool {
    if cell.bytes().all(|byte| byte.is_ascii_digit()) {
        return !cell.is_empty();
    }
    let cell = cells::trim(cell);
    let counts = || {
        !cell.is_ascii() && ["件", "行", "ページ", "頁", "人中", "名中", "条", "项", "건"].iter().any(|word| cell.contains(word))
    };
    cell.bytes().any(|byte| byte.is_ascii_digit())
        && !cell.contains(|sign: char| sign.is_whitespace() || matches!(sign, '@' | '%'))
        && !counts()
}

/// The columns to keep of these headers: those that may be read, and those the configuration names.
pub(super) fn layout(all: Vec<String>, file: &config::Directory) -> Layout {
    let mut layout = Layout { headers: all, ..Layout::default() };
    for (at, header) in layout.headers.iter().enumerate() {
        let configured = mapping::is_configured(header, file);
        if !configured && !headers::may_be_read(header) && !typed::is_part(header) {
            if !headers::is_of_no_interest(header) {
                layout.watched.push(Watched::new(header, at));
            }
            continue;
        }
        let slot = mapping::configured(header, file).or_else(|| headers::meaning(header).map(|(slot, _)| slot));
        layout.wanted.push(at);
        layout.slots.push(slot);
        if slot.is_some_and(Slot::identifies) {
            layout.identity.push(at);
            if slot == Some(Slot::EmployeeNumber) {
                layout.numbers.push(at);
            }
        }
    }
    layout
}
