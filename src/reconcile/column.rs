//! One column of a frame, asked by account, person or row: one look-up a cell, nothing copied.

use std::marker::PhantomData;

use anyhow::Result;
use chrono::NaiveDate;
use polars::prelude::*;

use super::places::Place;

/// One chunk of text: looked into a hundred million times, so without the search for the right chunk.
type Text = <StringType as PolarsDataType>::Array;

/// A column of text, of accounts, people or rows.
#[derive(Debug, Clone)]
pub(super) struct TextColumn<P>(Text, PhantomData<P>);

impl<P: Place> TextColumn<P> {
    pub(super) fn of(frame: &DataFrame, name: &str) -> Result<Self> {
        let column = frame.column(name)?.str()?.rechunk();
        let text = column.downcast_iter().next().cloned().unwrap_or_else(|| Text::full_null(0, ArrowDataType::Utf8View));
        Ok(Self(text, PhantomData))
    }

    pub(super) fn get(&self, place: P) -> Option<&str> {
        StaticArray::get(&self.0, place.at())
    }

    /// The text, unless there is none to see.
    pub(super) fn filled(&self, place: P) -> Option<&str> {
        self.get(place).filter(|text| !text.is_empty() && !text.trim().is_empty())
    }

    pub(super) fn owned(&self, place: P) -> Option<String> {
        self.filled(place).map(str::to_owned)
    }

    /// The texts in these places, as a column.
    pub(super) fn take(&self, places: &IdxCa) -> Result<StringChunked> {
        let column = StringChunked::with_chunk("text".into(), self.0.clone());
        Ok(column.take(places)?)
    }
}

/// A column of lists of text.
#[derive(Debug, Clone)]
pub(super) struct Lists<P> {
    offsets: Vec<i64>,
    values: StringChunked,
    of: PhantomData<P>,
}

impl<P: Place> Lists<P> {
    pub(super) fn of(frame: &DataFrame, name: &str) -> Result<Self> {
        let lists = frame.column(name)?.list()?.rechunk().into_owned();
        let values = lists.get_inner().str()?.rechunk().into_owned();
        let offsets = lists.downcast_iter().next().map(|array| array.offsets().as_slice().to_vec()).unwrap_or_default();
        Ok(Self { offsets, values, of: PhantomData })
    }

    /// Whether no list has a text.
    pub(super) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    pub(super) fn get(&self, place: P) -> impl Iterator<Item = &str> {
        let row = place.at();
        let start = self.offsets.get(row).copied().unwrap_or(0) as usize;
        let end = self.offsets.get(row + 1).copied().unwrap_or(0) as usize;
        (start..end).filter_map(|place| self.values.get(place)).filter(|text| !text.trim().is_empty())
    }
}

/// A column of days.
#[derive(Debug, Clone)]
pub(super) struct Dates<P>(Int32Chunked, PhantomData<P>);

impl<P: Place> Dates<P> {
    pub(super) fn of(frame: &DataFrame, name: &str) -> Result<Self> {
        Ok(Self(frame.column(name)?.date()?.physical().rechunk().into_owned(), PhantomData))
    }

    pub(super) fn get(&self, place: P) -> Option<NaiveDate> {
        NaiveDate::from_epoch_days(self.0.get(place.at())?)
    }
}

/// A column of truth values.
#[derive(Debug, Clone)]
pub(super) struct Flags<P>(BooleanChunked, PhantomData<P>);

impl<P: Place> Flags<P> {
    pub(super) fn of(frame: &DataFrame, name: &str) -> Result<Self> {
        Ok(Self(frame.column(name)?.bool()?.rechunk().into_owned(), PhantomData))
    }

    pub(super) fn get(&self, place: P) -> Option<bool> {
        self.0.get(place.at())
    }
}
