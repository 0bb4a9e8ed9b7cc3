//! JSON as APIs and exports write it: a list, a list in an envelope, one object a line, pages one after another, objects keyed by
//! id, and tables whose columns stand apart from their rows, as Domo's own query answers are.
//!
//! The items are found first (a scan over brackets and strings), then read at the same time, straight into columns. Nested objects
//! become paths (`name.givenName`), lists of objects are chosen from by their type (`emails[type=work].value`). Which paths a file
//! has is known only at its end, so every path that could be read is kept until the columns are chosen.

mod item;
mod items;
mod lines;
mod said;
mod scan;
mod tables;

use std::collections::BTreeSet;

use anyhow::{Result, bail};

use crate::directory::raw::{Raw, RawColumn};
use crate::failure::Failure;
use item::Sink;
pub(in crate::directory) use items::{Items, Json, find};
use polars::prelude::*;
use rayon::prelude::*;
pub(in crate::directory) use tables::Table;

/// Items a thread takes at once.
const BATCH: usize = 4096;

/// Reads the items into columns.
pub(in crate::directory) fn read(text: &str, found: Items, configured: &(dyn Fn(&str) -> bool + Sync)) -> Result<Raw> {
    let batches: Vec<Result<(Raw, BTreeSet<u64>)>> = found
        .items
        .par_chunks(BATCH)
        .enumerate()
        .map_init(|| Sink::new(configured), |sink, (at, batch)| batch_of(text, batch, at * BATCH, sink))
        .collect();
    let mut all = Raw::default();
    let mut unread = BTreeSet::new();
    for read in batches {
        let (raw, more) = read?;
        unread.extend(more);
        stitch(&mut all, raw)?;
    }
    if !found.addresses.is_empty() {
        let address = |row: &u32| found.addresses.get((*row as usize).checked_sub(1)?).map(String::as_str);
        let values = StringChunked::from_iter_options(PlSmallStr::EMPTY, all.rows.iter().map(address));
        all.columns.push(RawColumn { header: "email".into(), at: all.columns.len(), values });
    }
    // Which thread met a path first says nothing.
    all.watched.sort_by(|one, other| one.header.cmp(&other.header));
    all.unmapped = unread.len() as u64;
    all.marks = found.marks;
    all.notes = found.notes;
    Ok(all)
}

fn batch_of(text: &str, batch: &[(usize, usize)], before: usize, sink: &mut Sink<'_>) -> Result<(Raw, BTreeSet<u64>)> {
    for (at, (start, end)) in batch.iter().enumerate() {
        let item = text.get(*start..*end).unwrap_or_default();
        let number = u32::try_from(before + at + 1).unwrap_or(u32::MAX);
        if let Err(error) = sink.item(number, item) {
            let (line, column) = place(text, *start, &error);
            bail!(
                Failure::usage(format!("item {number} is no valid JSON, at line {line}, column {column}: {}", reason(&error)))
                    .hint("JSON has no comments, trailing commas, NaN or single quotes; export the file again")
            );
        }
    }
    Ok(sink.finish())
}

/// Appends a batch whose columns may be others: a path may appear late.
fn stitch(all: &mut Raw, next: Raw) -> Result<()> {
    let (before, more) = (all.rows.len(), next.rows.len());
    for column in next.columns {
        match all.columns.iter_mut().find(|known| known.header == column.header) {
            Some(known) => {
                known.values.append(&column.values)?;
            }
            None => {
                let mut values = StringChunked::full_null(PlSmallStr::EMPTY, before);
                values.append(&column.values)?;
                all.columns.push(RawColumn { header: column.header, at: all.columns.len(), values });
            }
        }
    }
    for column in all.columns.iter_mut().filter(|column| column.values.len() == before) {
        column.values.append(&StringChunked::full_null(PlSmallStr::EMPTY, more))?;
    }
    all.rows.extend(next.rows);
    all.add_edges(next.edges);
    all.doubled.extend(next.doubled);
    all.several |= next.several;
    all.blank.extend(next.blank);
    if all.cut.is_empty() {
        all.cut = next.cut;
    }
    for more in next.watched {
        match all.watched.iter_mut().find(|known| known.header == more.header) {
            Some(known) => known.add(&more),
            None => all.watched.push(more),
        }
    }
    next.seen.into_iter().for_each(|path| {
        if !all.seen.contains(&path) {
            all.seen.push(path);
        }
    });
    Ok(())
}

/// Line and column of an error in an item that begins at `start`.
pub(in crate::directory) fn place(text: &str, start: usize, error: &serde_json::Error) -> (usize, usize) {
    let before = text.get(..start).unwrap_or_default();
    let line = memchr::memchr_iter(b'\n', before.as_bytes()).count() + error.line().max(1);
    let column =
        if error.line() <= 1 { start - before.rfind('\n').map_or(0, |at| at + 1) + error.column() } else { error.column() };
    (line, column.max(1))
}

/// What serde says, without its own place and without the value: cells are never echoed.
pub(in crate::directory) fn reason(error: &serde_json::Error) -> &'static str {
    if error.to_string().starts_with(item::TOO_DEEP) {
        return item::TOO_DEEP;
    }
    match error.classify() {
        serde_json::error::Category::Eof => "it ends in the middle",
        serde_json::error::Category::Syntax if error.to_string().starts_with("recursion limit") => item::TOO_DEEP,
        serde_json::error::Category::Syntax => "something stands there that JSON does not allow",
        _ => "it is not an object",
    }
}
