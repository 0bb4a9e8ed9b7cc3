//! One export after another, from file to frame.

use std::collections::HashSet;

use anyhow::{Context, Result, bail};
use polars::prelude::*;

use super::apart;
use super::build::{self, Built, Calendar};
use super::caps;
use super::days::age;
use super::headers::mapping::Mapping;
use super::headers::slot::Slot;
use super::headers::systems;
use super::headers::unread;
use super::input::{self, Input};
use super::last_row;
use super::marks::Marks;
use super::people::{People, Source, schema};
use super::raw::{HiddenEdges, Raw};
use super::read::{self, Table};
use crate::config;
use crate::failure::Failure;
use crate::text;

/// Loads every export, in the order given, from its file.
///
/// # Errors
/// An export cannot be read as a list of people, or is to be fetched.
pub fn load(files: &[config::Directory]) -> Result<People> {
    load_with(files, |file| bail!(Failure::usage(format!("{} has to be fetched, not read", file.label()))))
}

/// Loads every export, in the order given: what is no file is fetched, one after the other.
///
/// # Errors
/// As `fetch` fails; wrong usage where a file cannot be used, a failure where it was fetched.
pub fn load_with(files: &[config::Directory], mut fetch: impl FnMut(&config::Directory) -> Result<Input>) -> Result<People> {
    if files.is_empty() {
        bail!(
            Failure::usage("no directory export is given")
                .hint("name one with --directory FILE, or in the configuration as [[directory]] path = \"…\"")
        );
    }
    let mut frame = DataFrame::empty_with_schema(&schema());
    let (mut sources, mut rejected, mut doubts) = (Vec::new(), Vec::new(), Vec::new());
    for (index, file) in files.iter().enumerate() {
        let index = u32::try_from(index).context("too many directories")?;
        let (built, source) = match file.is_fetched() {
            true => one(file, fetch(file)?, index)
                .with_context(|| Failure::failed(format!("what was fetched from {} cannot be used", file.label()))),
            false => input::read(&file.path)
                .and_then(|input| one(file, input, index))
                .with_context(|| Failure::usage(format!("the directory {} cannot be used", file.path.display()))),
        }?;
        frame.vstack_mut_owned(built.frame)?;
        rejected.extend(built.rejected);
        doubts.extend(built.doubts);
        sources.push(source);
    }
    parts(&mut sources, files);
    distinct_names(&mut sources, files);
    frame.rechunk_mut_par();
    People::new(frame, sources, rejected, doubts)
}

/// Files whose names say that they are a part, `workers_part1of3.csv`, are whole only together.
fn parts(sources: &mut [Source], files: &[config::Directory]) {
    let part = |file: &config::Directory| {
        let name = file.path.file_stem().filter(|_| !file.is_fetched())?.to_string_lossy().to_lowercase();
        Marks::part_in_name(&name)
    };
    let parts: Vec<Option<(u64, u64)>> = files.iter().map(part).collect();
    for ((source, file), part) in sources.iter_mut().zip(files).zip(&parts) {
        let Some((_, of)) = part else { continue };
        let is_here = |number| parts.contains(&Some((number, *of)));
        if (1..=*of).all(is_here) {
            continue;
        }
        let doubt = format!("it is one part of {of}, by its name, and not all of them are given");
        if file.complete { &mut source.warnings } else { &mut source.incomplete }.push(doubt);
    }
}

fn one(file: &config::Directory, input: Input, index: u32) -> Result<(Built, Source)> {
    let Input { name, bytes, sha256, modified, origin, headers: said, stopped } = input;
    let max_age_days = file.max_age_days.unwrap_or(config::MAX_AGE_DAYS);
    let in_name = if file.is_fetched() { None } else { age::of_name(&name) };
    let name = file.name.clone().unwrap_or(name);
    let (size, is_blank) = (bytes.len() as u64, read::is_blank(&bytes));
    // The clock by which a file has its day, whatever day stands for today in a run.
    let today = chrono::Utc::now().date_naive();
    let mut source =
        Source { name, sha256, bytes: size, modified, read_on: Some(today), max_age_days, origin, ..Source::default() };
    let mut table = read::table(bytes, file, &mut source)?;
    said.iter().for_each(|(name, value)| table.raw.marks.header(name, value));
    table.raw.marks.close();
    let mut mapping = Mapping::decide(&table.raw, &table.headers, file)?;
    let Table { mut raw, epoch_1904, headers } = table;
    mapping.choose_values(&mut raw);
    source.system = mapping.system.map(|system| system.name.to_owned());
    if mapping.system.is_some_and(|system| system.name == systems::DOMO) && file.columns.is_empty() {
        bail!(
            Failure::usage("this is a list of Domo's own users: compared with itself, Domo would always agree")
                .hint("name the export of the company directory; if this really is it, name its columns in [directory.columns]")
        );
    }
    mapping.refuse_uncomputed(&raw)?;
    source.columns = mapping.mapped(&raw);
    source.notes.append(&mut mapping.notes);
    describe(&raw, &mut source);
    source.unmapped += mapping.passed_over(&raw);
    let anybody = !(raw.rows.is_empty() && raw.columns.is_empty());
    unread::refuse(&raw, &mapping, file, &mut source.notes)?;
    // Of JSON only what is read is known by its name.
    if anybody && source.format != "json" {
        source.warnings.extend(unread::ignored_in_vain(&headers, file));
    }
    if anybody && mapping.first(Slot::Email).is_none() {
        refuse_unmatchable(&raw, &mapping)?;
        source
            .notes
            .push("no column holds e-mail addresses: people are found by their employee number only, where Domo has it".into());
    }
    let listed = raw.rows.len() as u64;
    let vacancies = apart::take_out(&mut raw, &mapping, file, index, &mut source)?;
    whole(&raw, last_row::cut(&raw, &mapping, file), file, listed, &mut source);
    let calendar = Calendar { epoch_1904, order: file.date_order, today };
    let mut built = build::build(&raw, &mapping, file, calendar, index, &mut source)?;
    built.doubts.extend(vacancies);
    if let Some(made) = in_name.or_else(|| age::labelled(raw.marks.dated()?)) {
        let (day, other) = made.settled((built.order, file.date_order.is_some()), source.modified, today);
        (source.exported, source.exported_or) = (Some(day), other);
        source.warnings.extend(other.map(|other| {
            format!(
                "the day it says it was made may be {day} or {other}: it is too old where both are; date_order in the configuration \
                 settles it"
            )
        }));
    }
    source.rejected = built.rejected.len() as u64;
    source.rows = built.frame.height() as u64 + source.rejected;
    if is_blank {
        source.incomplete.push("it is empty: the job that writes it may have failed".into());
    } else if source.rows == 0 {
        source.incomplete.push("it has no people".into());
    } else if built.frame.height() == 0 {
        source.incomplete.push("none of its rows can be used".into());
    }
    if file.is_fetched() && file.kind.is_none() && source.modified.is_none() && source.exported.is_none() && max_age_days > 0 {
        source
            .notes
            .push("how old it is is not known: neither the server nor the list names a day (max_age_days cannot be held)".into());
    }
    source.incomplete.extend(stopped);
    if let Some(expected) = file.expect_at_least.filter(|expected| source.rows < *expected) {
        source
            .incomplete
            .push(format!("it has {} where at least {expected} are expected", text::plural(source.rows, "person", "people")));
    }
    Ok((built, source))
}

/// Refuses a list that has neither addresses nor numbers.
fn refuse_unmatchable(raw: &Raw, mapping: &Mapping) -> Result<()> {
    if mapping.first(Slot::EmployeeNumber).is_some() {
        return Ok(());
    }
    let some = raw.watched.iter().find(|column| column.holds_some_addresses());
    bail!(match some {
        Some(column) => Failure::usage(format!(
            "no column holds e-mail addresses or employee numbers and nothing else, so nobody could be matched; `{}` holds some",
            column.header
        ))
        .hint(
            "the table needs one row for each person: where a record stands in several lines, one below the other, export it as \
             a table"
        ),
        None => Failure::usage("no column holds e-mail addresses or employee numbers, so nobody could be matched")
            .hint("name the columns in [directory.columns], e.g. email = \"…\""),
    })
}

/// Why the list may not be the whole directory, by what it says of itself, and by its number.
fn whole(raw: &Raw, cut: Option<String>, file: &config::Directory, listed: u64, source: &mut Source) {
    source.incomplete.extend(raw.cut.iter().cloned());
    let mut doubts = raw.marks.doubts();
    doubts.extend(cut.filter(|_| raw.cut.is_empty()));
    if doubts.is_empty() {
        let cap = || caps::warning(&source.format, source.system.as_deref(), listed, raw.marks.limit());
        source
            .warnings
            .extend(Some(()).filter(|()| !raw.marks.is_ended() && !file.complete && file.kind.is_none()).and_then(|()| cap()));
    } else if file.complete {
        source.warnings.push(format!(
            "`complete = true` in the configuration: it is taken for the whole directory although {}; whoever is missing from it \
             may be missing because of that",
            doubts.join(", and ")
        ));
    } else {
        source.incomplete.extend(doubts);
    }
}

/// What was seen while the rows were read, as sentences.
fn describe(raw: &Raw, source: &mut Source) {
    source.unmapped = raw.unmapped;
    source.notes.extend(raw.notes.iter().cloned());
    let last = raw.rows.last().copied().unwrap_or(0);
    let blank = raw.blank.iter().filter(|row| **row < last).count();
    source.skipped_rows += blank as u64 + raw.skipped.len() as u64;
    if blank > 0 {
        source.skipped.push(text::plural(blank as u64, "blank row", "blank rows"));
    }
    const SHOWN: usize = 20;
    for (row, why) in raw.skipped.iter().take(SHOWN) {
        source.skipped.push(format!("row {row}: {why}"));
    }
    if raw.skipped.len() > SHOWN {
        source.skipped.push(format!("and {} more rows like these", raw.skipped.len() - SHOWN));
    }
    if raw.errors > 0 {
        source.notes.push(format!(
            "{} a formula's error (`#N/A`, `#REF!`): taken as empty",
            text::plural(raw.errors, "cell holds", "cells hold")
        ));
    }
    for (header, HiddenEdges { count, first }) in &raw.edges {
        source.notes.push(format!(
            "{} of `{header}` {} in invisible characters, first in row {first}: read without them",
            text::plural(*count, "cell", "cells"),
            if *count == 1 { "begins or ends" } else { "begin or end" }
        ));
    }
    if raw.type_names > 0 {
        source.notes.push(format!(
            "{} the name of a type (`System.String[]`) instead of values: taken as empty",
            text::plural(raw.type_names, "cell holds", "cells hold")
        ));
    }
    if let Some(first) = raw.odd_quotes.first() {
        source.notes.push(format!(
            "{} quotes that do not fit together, first row {first}: read as it stands",
            text::plural(raw.odd_quotes.len() as u64, "row has", "rows have")
        ));
    }
}

/// Two files of one name in different folders are told apart by their paths, two sheets of one file by theirs.
fn distinct_names(sources: &mut [Source], files: &[config::Directory]) {
    let (mut seen, mut paths) = (HashSet::new(), HashSet::new());
    for (source, file) in sources.iter_mut().zip(files) {
        let again = !paths.insert(&file.path);
        if !seen.insert(source.name.clone()) {
            source.name = match &source.sheet {
                Some(sheet) if again => format!("{} ({sheet})", source.name),
                _ => file.path.display().to_string(),
            };
        }
    }
}
