//! One directory as understood, small enough to be read and approved by a person: what `check` shows.

use std::collections::{BTreeMap, HashMap};

use anyhow::Result;
use polars::prelude::*;
use serde::Serialize;

use super::facts::{FactColumns, Facts};
use super::people::{People, Source};
use crate::terms::Status;
use crate::text::damage;

/// People shown.
const SHOWN: usize = 5;

/// Rejected rows and rows of one doubt listed.
const LISTED: usize = 20;

/// One directory as understood.
#[derive(Debug, Clone, Serialize)]
pub struct Overview {
    /// The evidence.
    pub source: Source,
    /// How many people have each mapped field.
    pub filled: BTreeMap<String, u64>,
    /// How many people have each status on the day judged.
    pub employment: BTreeMap<&'static str, u64>,
    /// The first people: field and text.
    pub people: Vec<BTreeMap<String, String>>,
    /// The first rejected rows.
    pub rejected: Vec<Rejected>,
    /// What single cells leave open, by kind.
    pub doubts: Vec<Doubts>,
}

/// A row that could not be used.
#[derive(Debug, Clone, Serialize)]
pub struct Rejected {
    /// Its number, as the file's own tools show it.
    pub row: u32,
    /// Why, as a sentence.
    pub reason: String,
}

/// Doubts of one kind.
#[derive(Debug, Clone, Serialize)]
pub struct Doubts {
    /// The canonical field.
    pub field: String,
    /// What is wrong.
    pub problem: String,
    /// How many rows have it.
    pub count: u64,
    /// The first of them.
    pub rows: Vec<u32>,
    /// What the first of them holds, and what it must have been, where that is certain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub example: Option<String>,
}

impl Overview {
    /// One for every source. `judge` says who is employed, and what contradicts it: that is not decided here.
    ///
    /// # Errors
    /// None in practice: the columns are there.
    pub fn of(people: &People, judge: impl Fn(&Facts) -> (Status, Option<&'static str>)) -> Result<Vec<Self>> {
        let facts = FactColumns::of(people)?;
        let judged: Vec<(Status, Option<&str>)> = (0..facts.rows()).map(|row| judge(&facts.get(row))).collect();
        let sources = people.frame.column("source")?.u32()?;
        let mut all = Vec::new();
        for (index, source) in (0..).zip(&people.sources) {
            let mine = sources.equal(index);
            let frame = people.frame.filter(&mine)?;
            let judged: Vec<(Status, Option<&str>)> =
                mine.iter().zip(&judged).filter(|(mine, _)| *mine == Some(true)).map(|(_, judged)| *judged).collect();
            let statuses: Vec<Status> = judged.iter().map(|(status, _)| *status).collect();
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
                doubts: [contradictions(&frame, &judged)?, shared(&frame)?, doubts(people, index)].concat(),
                source: source.clone(),
            });
        }
        Ok(all)
    }
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
                AnyValue::List(values) => values.str()?.iter().flatten().collect::<Vec<_>>().join(", "),
                value => value.str_value().into_owned(),
            };
            person.insert((*field).to_owned(), shown);
        }
        people.push(person);
    }
    Ok(people)
}

/// Rows whose word and dates cannot both be true.
fn contradictions(frame: &DataFrame, judged: &[(Status, Option<&str>)]) -> Result<Vec<Doubts>> {
    let rows = frame.column("row")?.u32()?.iter().flatten();
    Ok(kinds(rows.zip(judged).filter_map(|(row, (_, problem))| Some(("status", (*problem)?, row, "")))))
}

/// Where a key stands, which directory and row, and what the other key beside it is.
type Place<'p> = (usize, u32, Option<&'p str>);

/// What several directories, read each for itself, say of the same people: as sentences.
///
/// # Errors
/// None in practice: the columns are there.
pub fn between(all: &[People]) -> Result<Vec<String>> {
    let mut said = Vec::new();
    for (field, noun, nouns, other, others) in [
        ("email", "e-mail address is", "e-mail addresses are", "employee_number", "employee numbers"),
        ("employee_number", "employee number is", "employee numbers are", "email", "e-mail addresses"),
    ] {
        let mut places: HashMap<String, Vec<Place<'_>>> = HashMap::new();
        for (at, people) in all.iter().enumerate() {
            let frame = &people.frame;
            let (keys, beside) = (frame.column(field)?.str()?, frame.column(other)?.str()?);
            for ((row, key), beside) in frame.column("row")?.u32()?.iter().zip(keys.iter()).zip(beside.iter()) {
                let (Some(row), Some(key)) = (row, key) else { continue };
                places.entry(crate::text::caseless(key)).or_default().push((at, row, beside));
            }
        }
        places.retain(|_, rows| rows.iter().any(|(at, ..)| *at != rows[0].0));
        let differ = |rows: &&Vec<Place<'_>>| {
            let mut beside = rows.iter().filter_map(|(.., beside)| beside.map(crate::text::caseless));
            beside.next().is_some_and(|first| beside.any(|next| next != first))
        };
        let mut differing: Vec<&Vec<_>> = places.values().filter(differ).collect();
        differing.sort();
        let agreeing = (places.len() - differing.len()) as u64;
        if agreeing > 0 && field == "email" {
            said.push(format!("{} in several directories: each is one person", crate::text::plural(agreeing, noun, nouns)));
        }
        if let Some(first) = differing.first() {
            let name = |at: usize| all.get(at).and_then(|people| people.sources.first()).map_or("", |source| source.name.as_str());
            let rows: Vec<String> = first.iter().take(3).map(|(at, row, _)| format!("row {row} of {}", name(*at))).collect();
            said.push(format!(
                "{} in several directories beside different {others}, first in {}: such rows are not one person, and nothing is \
                 proposed for them",
                crate::text::plural(differing.len() as u64, noun, nouns),
                rows.join(" and ")
            ));
        }
    }
    Ok(said)
}

/// Rows that share a key with another row: whether they are one person is not decided here.
fn shared(frame: &DataFrame) -> Result<Vec<Doubts>> {
    let mut shared = Vec::new();
    for field in ["email", "employee_number"] {
        let keys = frame.column(field)?.str()?;
        let filled = keys.len() - keys.null_count();
        if keys.drop_nulls().n_unique()? == filled {
            continue;
        }
        let mut counts: HashMap<&str, u32> = HashMap::with_capacity(filled);
        keys.iter().flatten().for_each(|key| *counts.entry(key).or_default() += 1);
        let rows = frame.column("row")?.u32()?.iter().zip(keys.iter());
        let several = rows.filter(|(_, key)| key.is_some_and(|key| counts.get(key).is_some_and(|count| *count > 1)));
        shared.extend(kinds(several.filter_map(|(row, key)| Some((field, "it stands in several rows", row?, key?)))));
    }
    Ok(shared)
}

fn doubts(people: &People, source: u32) -> Vec<Doubts> {
    let mine = people.doubts.iter().filter(|doubt| doubt.source == source);
    kinds(mine.map(|doubt| (doubt.field.as_str(), doubt.problem.as_str(), doubt.row, doubt.value.as_str())))
}

/// Doubts of one field and problem together: field, problem, row, and what its cell holds.
fn kinds<'a>(doubts: impl Iterator<Item = (&'a str, &'a str, u32, &'a str)>) -> Vec<Doubts> {
    let mut kinds: BTreeMap<(&str, &str), Doubts> = BTreeMap::new();
    for (field, problem, row, value) in doubts {
        let new = || {
            let (field, problem) = (field.to_owned(), problem.to_owned());
            Doubts { field, problem, count: 0, rows: Vec::new(), example: example(value) }
        };
        let kind = kinds.entry((field, problem)).or_insert_with(new);
        kind.count += 1;
        if kind.rows.len() < LISTED {
            kind.rows.push(row);
        }
    }
    kinds.into_values().collect()
}

/// A cell as an example, with its repair.
fn example(value: &str) -> Option<String> {
    let repair = damage::of(value).and_then(|damage| damage.repair).map(|repair| format!(", which must have been `{repair}`"));
    (!value.is_empty()).then(|| format!("`{value}`{}", repair.unwrap_or_default()))
}
