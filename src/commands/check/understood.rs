//! What the loader made of one directory, small enough to be read.

use std::collections::BTreeMap;

use anyhow::Result;
use chrono::{Days, NaiveDate};
use polars::prelude::*;
use serde::Serialize;

use crate::config::Status;
use crate::directory::{People, Source};
use crate::reconcile::employment::{self, Facts};

/// People shown.
const SHOWN: usize = 5;

/// Rejected rows and rows of one doubt shown.
const LISTED: usize = 20;

/// One directory as understood.
#[derive(Debug, Serialize)]
pub(super) struct Understood {
    /// The evidence.
    pub(super) source: Source,
    /// How many people have each mapped field.
    pub(super) filled: BTreeMap<String, u64>,
    /// The status on the day judged, with how many people have it.
    pub(super) employment: BTreeMap<&'static str, u64>,
    /// The first people.
    pub(super) people: Vec<BTreeMap<String, String>>,
    /// The first rejected rows.
    pub(super) rejected: Vec<Rejected>,
    /// What single cells leave open, by kind.
    pub(super) doubts: Vec<Doubts>,
}

/// A row that could not be used.
#[derive(Debug, Serialize)]
pub(super) struct Rejected {
    pub(super) row: u32,
    pub(super) reason: String,
}

/// Doubts of one kind.
#[derive(Debug, Serialize)]
pub(super) struct Doubts {
    pub(super) field: String,
    pub(super) problem: String,
    pub(super) count: u64,
    pub(super) rows: Vec<u32>,
}

impl Understood {
    /// One for every source; `people` are those of a single load.
    pub(super) fn of(people: &People, as_of: NaiveDate) -> Result<Vec<Self>> {
        let judged = judged(people, as_of)?;
        let mut all = Vec::new();
        for (index, source) in people.sources.iter().enumerate() {
            let index = index as u32;
            let mine = people.frame.column("source")?.u32()?.equal(index);
            let frame = people.frame.filter(&mine)?;
            let statuses: Vec<Status> =
                mine.iter().zip(&judged).filter(|(mine, _)| *mine == Some(true)).map(|(_, status)| *status).collect();
            let mut employment = BTreeMap::new();
            for status in &statuses {
                *employment.entry(status.as_str()).or_default() += 1;
            }
            let rejected = people.rejected.iter().filter(|row| row.source == index).take(LISTED);
            all.push(Self {
                filled: filled(&frame, source)?,
                employment,
                people: first(&frame, source, &statuses)?,
                rejected: rejected.map(|row| Rejected { row: row.row, reason: row.reason.clone() }).collect(),
                doubts: doubts(people, index),
                source: source.clone(),
            });
        }
        Ok(all)
    }
}

/// The status of everybody on the day judged.
fn judged(people: &People, as_of: NaiveDate) -> Result<Vec<Status>> {
    let frame = &people.frame;
    let provided: Vec<bool> = people.sources.iter().map(|source| source.provided().contains("status")).collect();
    let (status, enabled) = (frame.column("status")?.str()?, frame.column("enabled")?.bool()?);
    let (hired, left) = (frame.column("hire_date")?.date()?, frame.column("termination_date")?.date()?);
    let sources = frame.column("source")?.u32()?;
    let day = |days: Option<i32>| days.and_then(|days| NaiveDate::default().checked_add_days(Days::new(u64::try_from(days).ok()?)));
    let rows = status.iter().zip(enabled.iter()).zip(hired.physical().iter()).zip(left.physical().iter()).zip(sources.iter());
    let judged = rows.map(|((((status, enabled), hired), left), source)| {
        let facts = Facts {
            status: status.and_then(word),
            enabled,
            hire_date: day(hired),
            termination_date: day(left),
            status_provided: source.and_then(|source| provided.get(source as usize)).copied().unwrap_or(false),
        };
        employment::judge(&facts, as_of).status
    });
    Ok(judged.collect())
}

fn word(word: &str) -> Option<Status> {
    [Status::Active, Status::Leave, Status::Suspended, Status::Terminated, Status::Prehire, Status::Unknown]
        .into_iter()
        .find(|status| status.as_str() == word)
}

fn filled(frame: &DataFrame, source: &Source) -> Result<BTreeMap<String, u64>> {
    let mut filled = BTreeMap::new();
    for field in source.provided() {
        let mut count = frame.height() - frame.column(field)?.null_count();
        if field == "status" {
            let (words, switches) = (frame.column("status")?.is_not_null(), frame.column("enabled")?.is_not_null());
            count = (words | switches).sum().unwrap_or_default() as usize;
        }
        filled.insert(field.to_owned(), count as u64);
    }
    Ok(filled)
}

/// The first people, field by field, with their status on the day judged.
fn first(frame: &DataFrame, source: &Source, statuses: &[Status]) -> Result<Vec<BTreeMap<String, String>>> {
    let mut fields: Vec<&str> = source.provided().into_iter().filter(|field| *field != "status").collect();
    fields.extend(["row", "name"]);
    let mut people = Vec::new();
    for (at, status) in statuses.iter().enumerate().take(SHOWN) {
        let mut person = BTreeMap::from([("status".to_owned(), status.as_str().to_owned())]);
        for field in &fields {
            let shown = match frame.column(field)?.get(at)? {
                AnyValue::Null => continue,
                AnyValue::List(values) => values.iter().map(|value| value.str_value().into_owned()).collect::<Vec<_>>().join(", "),
                value => value.str_value().into_owned(),
            };
            person.insert((*field).to_owned(), shown);
        }
        people.push(person);
    }
    Ok(people)
}

fn doubts(people: &People, source: u32) -> Vec<Doubts> {
    let mut kinds: BTreeMap<(&str, &str), Doubts> = BTreeMap::new();
    for doubt in people.doubts.iter().filter(|doubt| doubt.source == source) {
        let new = || Doubts { field: doubt.field.clone(), problem: doubt.problem.clone(), count: 0, rows: Vec::new() };
        let kind = kinds.entry((&doubt.field, &doubt.problem)).or_insert_with(new);
        kind.count += 1;
        if kind.rows.len() < LISTED {
            kind.rows.push(doubt.row);
        }
    }
    kinds.into_values().collect()
}
