//! Rows of cells from anything that is not plain text: a workbook's sheet, an HTML table.

use std::collections::BTreeSet;

use anyhow::{Result, bail};

use crate::directory::collect::{Collector, Layout, WIDEST};
use crate::directory::marks::Marks;
use crate::directory::raw::Raw;
use crate::failure::Failure;

/// Rows beyond this are no directory.
pub(in crate::directory) const LONGEST: u32 = 2_000_000;

/// Bytes of text beyond this are no directory either. A workbook can show one long text, or one row, a million times.
const MOST_TEXT: usize = 2 << 30;

/// Something with rows.
pub(in crate::directory) trait Grid {
    /// Calls `sink` with every row that has a cell, top down, until it returns false. Rows are numbered from 1.
    fn rows(&mut self, sink: &mut dyn FnMut(u32, &[String]) -> bool) -> Result<()>;

    /// Cells within the first `rows` that hold formulas without a value, which nobody has computed yet: the row, numbered from 1,
    /// and the column, from 0.
    fn unvalued(&mut self, rows: usize) -> Result<BTreeSet<(u32, usize)>> {
        let _ = rows;
        Ok(BTreeSet::new())
    }

    /// Rows that are not shown, numbered from 1; none where that cannot be seen.
    fn hidden(&mut self) -> Option<BTreeSet<u32>> {
        Some(BTreeSet::new())
    }

    /// Tells what stands around the table; and why the table is cut off, if it is.
    fn around(&mut self, marks: &mut Marks) -> Option<&'static str> {
        let _ = marks;
        None
    }

    /// The first rows, blank ones included.
    fn head(&mut self, count: usize) -> Result<Vec<Vec<String>>> {
        let mut rows: Vec<Vec<String>> = Vec::new();
        self.rows(&mut |number, row| {
            let at = (number as usize).saturating_sub(1);
            if at >= count || at < rows.len() {
                return at < count;
            }
            rows.resize(at, Vec::new());
            rows.push(row.to_vec());
            true
        })?;
        Ok(rows)
    }

    /// The data rows from row `first` on.
    fn read(&mut self, first: u32, layout: &Layout) -> Result<Raw> {
        let mut collector = Collector::new(layout, 1024);
        let mut last = first.saturating_sub(1);
        self.rows(&mut |number, row| {
            if number >= first {
                (last.saturating_add(1)..number).take(LONGEST as usize).for_each(|blank| collector.blank(blank));
                last = number;
                collector.row(number, row);
            }
            true
        })?;
        let mut raw = collector.finish(0);
        // A cell of a sheet stays in its column: one beyond the headers has moved nothing.
        raw.long.clear();
        Ok(raw)
    }
}

/// Rows that are there already.
pub(in crate::directory) struct RowsInMemory {
    pub(in crate::directory) rows: Vec<Vec<String>>,
}

impl Grid for RowsInMemory {
    fn rows(&mut self, sink: &mut dyn FnMut(u32, &[String]) -> bool) -> Result<()> {
        let mut rows = Rows::new(sink);
        for (number, row) in (0..).zip(&self.rows) {
            if !row.iter().enumerate().all(|(column, cell)| rows.cell(number, column, cell)) {
                break;
            }
        }
        rows.finish()
    }
}

/// A row's cells as text. One row is kept and filled again and again.
#[derive(Default)]
struct Row {
    cells: Vec<String>,
    used: usize,
}

impl Row {
    fn clear(&mut self) {
        self.cells.iter_mut().take(self.used).for_each(String::clear);
        self.used = 0;
    }

    fn set(&mut self, at: usize, text: &str) {
        if self.cells.len() <= at {
            self.cells.resize_with(at + 1, String::new);
        }
        if let Some(cell) = self.cells.get_mut(at) {
            cell.clear();
            cell.push_str(text);
        }
        self.used = self.used.max(at + 1);
    }
}

/// Cells one after another on their way into rows.
pub(in crate::directory) struct Rows<'s> {
    row: Row,
    number: u32,
    sink: &'s mut dyn FnMut(u32, &[String]) -> bool,
    /// Cells and their bytes so far.
    text: usize,
    too_much: bool,
}

impl<'s> Rows<'s> {
    /// Rows go to `sink`.
    pub(in crate::directory) fn new(sink: &'s mut dyn FnMut(u32, &[String]) -> bool) -> Self {
        Self { row: Row::default(), number: 0, sink, text: 0, too_much: false }
    }

    /// Takes a cell, counted from 0; false when nobody wants more.
    pub(in crate::directory) fn cell(&mut self, row: u32, column: usize, text: &str) -> bool {
        if text.is_empty() || column >= WIDEST {
            return true;
        }
        // A cell of one letter costs more than its letter.
        self.text = self.text.saturating_add(text.len() + 8);
        if row >= LONGEST || self.text > MOST_TEXT {
            self.too_much = true;
            return false;
        }
        if self.number != row + 1 {
            if !self.flush() {
                return false;
            }
            self.number = row + 1;
        }
        self.row.set(column, text);
        true
    }

    /// The end of the rows.
    pub(in crate::directory) fn finish(mut self) -> Result<()> {
        self.flush();
        if self.too_much {
            let failure = format!("the table goes beyond row {LONGEST}, or holds more than {} GiB of text", MOST_TEXT >> 30);
            bail!(Failure::usage(failure).hint("delete what stands far from the table, or export it as CSV"));
        }
        Ok(())
    }

    fn flush(&mut self) -> bool {
        let go_on = self.number == 0 || (self.sink)(self.number, self.row.cells.get(..self.row.used).unwrap_or_default());
        self.row.clear();
        self.number = 0;
        go_on
    }
}
