//! What every field is read from, and what reading it gives.

use polars::prelude::*;

use crate::directory::headers::mapping::Mapping;
use crate::directory::headers::slot::Slot;
use crate::directory::people::Doubt;
use crate::directory::raw::{Raw, RawColumn};

/// The table and what its columns mean: what every field is read from.
#[derive(Clone, Copy)]
pub(super) struct Given<'t> {
    pub(super) raw: &'t Raw,
    pub(super) mapping: &'t Mapping,
    /// Index of the source.
    pub(super) index: u32,
}

/// What was read, and what there is to say of it.
#[derive(Debug, Default)]
pub(super) struct Read<T> {
    pub(super) values: T,
    pub(super) notes: Vec<String>,
    pub(super) doubts: Vec<Doubt>,
}

impl<T> Read<T> {
    /// Takes what another field was read as, and keeps what there is to say of it.
    pub(super) fn take<U>(&mut self, other: Read<U>) -> U {
        self.notes.extend(other.notes);
        self.doubts.extend(other.doubts);
        other.values
    }
}

impl<'t> Given<'t> {
    pub(super) fn column(self, slot: Slot) -> Option<&'t RawColumn> {
        self.raw.columns.get(self.mapping.first(slot)?.column)
    }

    pub(super) fn columns(self, slot: Slot) -> impl Iterator<Item = &'t RawColumn> {
        self.mapping.columns(slot).filter_map(move |claim| self.raw.columns.get(claim.column))
    }

    pub(super) fn height(self) -> usize {
        self.raw.rows.len()
    }

    pub(super) fn none(self) -> StringChunked {
        StringChunked::full_null(PlSmallStr::EMPTY, self.height())
    }

    /// Further values of a column's cells that differ from the first: the row's place, and the value.
    pub(super) fn doubled(self, column: &'t RawColumn) -> impl Iterator<Item = (usize, &'t str)> {
        self.raw.doubled.iter().filter(|doubled| doubled.header == column.header).filter_map(|doubled| {
            let at = self.raw.rows.binary_search(&doubled.row).ok()?;
            let differs = column.values.get(at).unwrap_or_default() != doubled.value;
            differs.then_some((at, doubled.value.as_str()))
        })
    }

    /// Whether a file gives this column lists, of which the first is the value.
    pub(super) fn is_listed(self, column: &RawColumn) -> bool {
        self.raw.doubled.iter().any(|doubled| doubled.listed && doubled.header == column.header)
    }

    /// A doubt about the cell of one row.
    pub(super) fn doubt(self, at: usize, field: &str, problem: &str, value: &str) -> Doubt {
        let row = self.raw.rows.get(at).copied().unwrap_or_default();
        let value = value.chars().take(200).collect();
        Doubt { source: self.index, row, field: field.into(), problem: problem.into(), value, not_comparable: true }
    }
}
