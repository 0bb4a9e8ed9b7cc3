//! One export after another, from file to frame.

use std::collections::HashSet;

use anyhow::{Context, Result, bail};
use polars::prelude::*;

use super::age;
use super::apart;
use super::build::{self, Built, Calendar};
use super::caps;
use super::cells;
use super::collect;
use super::decode::{self, Decoded};
use super::delimited;
use super::file_format::FileFormat;
use super::grid::{Grid, RowsInMemory};
use super::headers::{self, HeaderRow};
use super::input::{self, Input};
use super::json::{self, Json};
use super::ldif;
use super::mapping::{self, Mapping};
use super::marks::Marks;
use super::markup::Markup;
use super::people::{People, Source, schema};
use super::raw::{HiddenEdges, Raw};
use super::settle;
use super::slot::Slot;
use super::systems;
use super::typed;
use super::unread;
use super::workbook::{self, Workbook};
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

/// A file read as a table of text, before its columns are given a meaning.
struct Table {
    raw: Raw,
    headers: Vec<String>,
    epoch_1904: bool,
}

fn one(file: &config::Directory, input: Input, index: u32) -> Result<(Built, Source)> {
    let Input { name, bytes, sha256, modified, origin, headers: said, stopped } = input;
    let max_age_days = file.max_age_days.unwrap_or(config::MAX_AGE_DAYS);
    let exported = if file.is_fetched() { None } else { age::of_name(&name) };
    let name = file.name.clone().unwrap_or(name);
    let size = bytes.len() as u64;
    // The clock by which a file has its day, whatever day stands for today in a run.
    let today = chrono::Utc::now().date_naive();
    let mut source =
        Source { name, sha256, bytes: size, modified, read_on: Some(today), exported, max_age_days, origin, ..Source::default() };
    let mut table = table(bytes, file, &mut source)?;
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
    if anybody && mapping.first(Slot::Email).is_none() && mapping.first(Slot::EmployeeNumber).is_none() {
        let some = raw.watched.iter().find(|column| column.holds_some_addresses());
        bail!(match some {
            Some(column) => Failure::usage(format!(
                "no column holds e-mail addresses or employee numbers and nothing else, so nobody could be matched; `{}` holds some",
                column.header
            ))
            .hint("the table needs one row for each person: where a record stands in several lines, one below the other, export it as a table"),
            None => Failure::usage("no column holds e-mail addresses or employee numbers, so nobody could be matched")
                .hint("name the columns in [directory.columns], e.g. email = \"…\""),
        });
    }
    if anybody && mapping.first(Slot::Email).is_none() {
        source
            .notes
            .push("no column holds e-mail addresses: people are found by their employee number only, where Domo has it".into());
    }
    let listed = raw.rows.len() as u64;
    apart::take_out(&mut raw, &mapping, file, &mut source)?;
    whole(&raw, file, listed, &mut source);
    let calendar = Calendar { epoch_1904, order: file.date_order, today };
    let built = build::build(&raw, &mapping, file, calendar, index, &mut source)?;
    source.rejected = built.rejected.len() as u64;
    source.rows = built.frame.height() as u64 + source.rejected;
    if source.rows == 0 {
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

/// Why the list may not be the whole directory, by what it says of itself, and by its number.
fn whole(raw: &Raw, file: &config::Directory, listed: u64, source: &mut Source) {
    source.exported = source.exported.or(raw.marks.dated().and_then(age::labelled));
    source.incomplete.extend(raw.cut.iter().cloned());
    let doubts = raw.marks.doubts();
    if doubts.is_empty() {
        let cap = || caps::warning(&source.format, source.system.as_deref(), listed, raw.marks.limit());
        source
            .warnings
            .extend(Some(()).filter(|()| !raw.marks.is_ended() && !file.complete && file.kind.is_none()).and_then(|()| cap()));
    } else if file.complete {
        source.warnings.push(format!(
            "`complete = true` in the configuration: it is taken for the whole directory although {}; whoever is missing from it may be missing because of that",
            doubts.join(", and ")
        ));
    } else {
        source.incomplete.extend(doubts);
    }
}

fn table(bytes: Vec<u8>, file: &config::Directory, source: &mut Source) -> Result<Table> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        bail!(Failure::usage("the file is empty").hint("export it again; the job that writes it may have failed"));
    }
    let content = decode::decode(bytes, file.encoding.as_deref())?;
    let kind = match &content {
        Decoded::Workbook(kind, _) | Decoded::Text(kind, _) => *kind,
    };
    source.format = kind.name().into();
    as_configured(kind, file)?;
    match content {
        Decoded::Workbook(kind, bytes) => Workbook::read(kind, bytes, |book| from_workbook(book, file, source)),
        Decoded::Text(kind, text) => {
            source.encoding = Some(text.encoding.clone());
            source.notes.extend(text.notes.iter().cloned());
            source.word.clone_from(&text.word);
            match kind {
                FileFormat::Json => {
                    source.sheet.clone_from(&file.sheet);
                    let items = match json::find(text.as_str(), file.sheet.as_deref())? {
                        Json::Table(table) => return from_json_table(table, file, source),
                        Json::Items(items) => items,
                    };
                    let mut raw = json::read(text.as_str(), items, &|header| mapping::is_configured(header, file))?;
                    text.headers.iter().for_each(|(name, value)| raw.marks.header(name, value));
                    raw.marks.close();
                    let headers = raw.columns.iter().map(|column| column.header.clone()).chain(raw.seen.iter().cloned()).collect();
                    Ok(Table { raw, headers, epoch_1904: false })
                }
                FileFormat::Delimited => match delimited::unwrapped(text.as_str()) {
                    Some(lines) => {
                        source
                            .notes
                            .push("each line of the file was one quoted cell: the lines were read as they were before".into());
                        from_text(&lines, file, source)
                    }
                    None => from_text(text.as_str(), file, source),
                },
                FileFormat::Ldif => {
                    let (mut raw, layout) = ldif::read(text.as_str(), file);
                    raw.marks.page_of(raw.rows.len() as u64);
                    settle::settle(&mut raw, &[], layout.headers.len())?;
                    Ok(Table { raw, headers: layout.headers, epoch_1904: false })
                }
                kind => {
                    source.notes.push(format!(
                        "the content is {}, whatever the file's name says",
                        if kind == FileFormat::Html { "an HTML table" } else { "Excel 2003 XML" }
                    ));
                    from_grid(&mut Markup { text: text.as_str(), kind }, false, file, source)
                }
            }
        }
    }
}

/// Refuses content that is not what `format` in the configuration says.
fn as_configured(kind: FileFormat, file: &config::Directory) -> Result<()> {
    let Some(wanted) = file.format else { return Ok(()) };
    let fits = match wanted {
        config::Format::Csv => kind == FileFormat::Delimited,
        config::Format::Json => kind == FileFormat::Json,
        config::Format::Xlsx => !matches!(kind, FileFormat::Delimited | FileFormat::Json | FileFormat::Ldif),
    };
    if !fits {
        let said = format!("{wanted:?}").to_lowercase();
        bail!(
            Failure::usage(format!("the configuration says format = \"{said}\", but the content is {}", kind.name()))
                .hint("take `format` out of the configuration, or export the file as it says")
        );
    }
    Ok(())
}

fn from_text(text: &str, file: &config::Directory, source: &mut Source) -> Result<Table> {
    if is_sql(text) {
        bail!(
            Failure::usage("it is a dump of SQL statements, no table")
                .hint("export the rows instead, e.g. the result of a SELECT as CSV")
        );
    }
    let head = delimited::head(text, file.delimiter, &|header| mapping::is_configured(header, file))?;
    source.notes.extend(head.notes.iter().cloned());
    source.delimiter = Some(match head.delimiter {
        b'\t' => "tab".into(),
        other => char::from(other).to_string(),
    });
    let dropped = head.first_row - 1;
    let found = header_row(&head.rows, file, dropped)?;
    let all = headers_of(head.rows.get(found.at), file);
    source.header_row = Some(found.at as u32 + head.first_row);
    let (above, data) = people_from(&head.rows, &found, &all, source);
    if all.len() >= delimited::WIDEST {
        source.notes.push(format!("columns beyond {} are not read", delimited::WIDEST));
    }
    skipped_head(&found, above, head.first_row, source);
    let mut records = delimited::Records::new(text, head.start, head.delimiter);
    for _ in 0..data {
        records.advance();
    }
    let layout = collect::layout(trim_headers(all), file);
    let mut raw = delimited::read(text, records.position(), data as u32 + head.first_row, head.delimiter, &layout)?;
    let last = raw.rows.iter().chain(&raw.blank).chain(raw.skipped.iter().map(|(row, _)| row)).max().copied().unwrap_or_default();
    raw.cut.extend(delimited::cut(text, head.delimiter, layout.headers.len(), last));
    around(&mut raw, above, layout.headers.len())?;
    typed::choose(&mut raw);
    Ok(Table { raw, headers: layout.headers, epoch_1904: false })
}

fn from_workbook(book: &mut Workbook, file: &config::Directory, source: &mut Source) -> Result<Table> {
    let mut aside = Vec::new();
    let configured = |header: &str| mapping::is_configured(header, file);
    let sheet = workbook::choose(book, file.sheet.as_deref(), &configured, &mut source.notes, &mut aside)?;
    source.sheet = Some(sheet.name.clone());
    let epoch_1904 = book.epoch_1904();
    let mut table = from_grid(&mut book.sheet(&sheet.name), epoch_1904, file, source)?;
    let others = aside.iter().filter(|[other, ..]| *other != sheet.name);
    others.for_each(|[other, label, value]| table.raw.marks.aside(other, label, value));
    Ok(table)
}

/// Whether a text is the dump of a database: statements that make tables and fill them.
fn is_sql(text: &str) -> bool {
    const LOOKED_AT: usize = 50;
    let begins = |line: &str, word: &str| line.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    text.lines().take(LOOKED_AT).any(|line| begins(line, "insert into ") || begins(line, "create table "))
}

/// A table in JSON. Where its headers stand apart, its rows are numbered as items.
fn from_json_table(table: json::Table, file: &config::Directory, source: &mut Source) -> Result<Table> {
    let json::Table { rows, apart, marks } = table;
    let mut read = from_grid(&mut RowsInMemory { rows }, false, file, source)?;
    read.raw.marks = marks;
    if apart {
        source.header_row = None;
        let before = |row: &mut u32| *row = row.saturating_sub(1);
        read.raw.rows.iter_mut().chain(&mut read.raw.blank).for_each(before);
        read.raw.skipped.iter_mut().for_each(|(row, _)| before(row));
    }
    Ok(read)
}

fn from_grid(grid: &mut dyn Grid, epoch_1904: bool, file: &config::Directory, source: &mut Source) -> Result<Table> {
    let head = grid.head(headers::SEARCHED.max(file.header_row.unwrap_or(0).min(1000) as usize) + 2)?;
    let found = header_row(&head, file, 0)?;
    let all = headers_of(head.get(found.at), file);
    source.header_row = Some(found.at as u32 + 1);
    let (above, data) = people_from(&head, &found, &all, source);
    skipped_head(&found, above, 1, source);
    let layout = collect::layout(trim_headers(all), file);
    let first = data + 1;
    let mut raw = grid.read(first as u32, &layout)?;
    raw.cut.extend(grid.around(&mut raw.marks).map(str::to_owned));
    around(&mut raw, above, layout.headers.len())?;
    match grid.hidden().map(|hidden| raw.rows.iter().filter(|row| hidden.contains(row)).count() as u64) {
        Some(0) => {}
        Some(hidden) => {
            let rows = text::plural(hidden, "row is", "rows are");
            raw.notes.push(format!("{rows} hidden or filtered out in the file's own view: read like all others"));
        }
        None => raw.notes.push(
            "whether rows are hidden or filtered out cannot be seen in a workbook of this format (XLSB): all are read".to_owned(),
        ),
    }
    // A file that was never computed shows it in its first rows.
    raw.unvalued = grid.unvalued(first + 1_000)?.into_iter().map(|(_, column)| column).collect();
    Ok(Table { raw, headers: layout.headers, epoch_1904 })
}

/// What stands above the people, and the place of the first row that may be one's.
fn people_from<'r>(rows: &'r [Vec<String>], found: &HeaderRow, all: &[String], source: &mut Source) -> (&'r [Vec<String>], usize) {
    let above = rows.get(..found.at).unwrap_or_default();
    match headers::first_person(above, all) {
        Some(first) => {
            source.notes.push(
                "the headers stand among the people, as where rows were sorted with them: those above them were read, too".into(),
            );
            (above.get(..first).unwrap_or_default(), first)
        }
        None => (above, found.at + 1 + usize::from(found.labels)),
    }
}

/// What stands above the people, among them and below them without being one.
fn around(raw: &mut Raw, above: &[Vec<String>], width: usize) -> Result<()> {
    for row in above {
        let cells: Vec<&str> = cells::filled(row).collect();
        if !cells.is_empty() {
            // A pair of cells above a table is a label and its value: no column stands over it.
            raw.marks.row(&cells, cells.len() == 2, false);
        }
    }
    settle::settle(raw, above, width)?;
    raw.marks.page_of(raw.rows.len() as u64);
    Ok(())
}

/// The headers of a row, without the name of their table.
fn headers_of(row: Option<&Vec<String>>, file: &config::Directory) -> Vec<String> {
    let row = row.cloned().unwrap_or_default();
    headers::without_prefix(&row, &|header| mapping::is_configured(header, file)).unwrap_or(row)
}

/// Empty headers at the end are formatting, not columns.
fn trim_headers(mut headers: Vec<String>) -> Vec<String> {
    while headers.last().is_some_and(|header| cells::trim(header).is_empty()) {
        headers.pop();
    }
    headers
}

/// The row of headers. `dropped` rows of the file stand before the first of `rows`.
fn header_row(rows: &[Vec<String>], file: &config::Directory, dropped: u32) -> Result<HeaderRow> {
    if let Some(given) = file.header_row {
        let at = (given.saturating_sub(dropped) as usize).checked_sub(1).filter(|at| *at < rows.len());
        let Some(at) = at else {
            bail!(
                Failure::usage(format!("header_row = {given}: the file has no such row near its start"))
                    .hint("rows count from 1, as a spreadsheet shows them")
            )
        };
        return Ok(HeaderRow { at, labels: headers::is_label_row(rows.get(at + 1)), score: 0, identified: true });
    }
    headers::find(rows, &|header| mapping::is_configured(header, file)).ok_or_else(|| {
        let searched = rows.len().min(headers::SEARCHED);
        let named = file.columns.values().map(|header| format!("`{header}`")).collect::<Vec<_>>().join(", ");
        if named.is_empty() {
            Failure::usage(format!("no headers were found in the first {searched} rows"))
                .hint("the file needs a row of headers such as `Email, Employee ID, Status`; where they are called otherwise, name them in [directory.columns], e.g. email = \"…\"")
                .into()
        } else {
            Failure::usage(format!("no headers were found in the first {searched} rows, and none of {named}, which [directory.columns] names"))
                .hint("copy the headers into [directory.columns] as they stand in the file, or give the number of their row with header_row")
                .into()
        }
    })
}

fn skipped_head(found: &HeaderRow, above: &[Vec<String>], first_row: u32, source: &mut Source) {
    source.skipped_rows += above.len() as u64 + u64::from(found.labels);
    if !above.is_empty() {
        let last = above.len() as u32 + first_row - 1;
        let rows = if last == first_row { format!("row {first_row}") } else { format!("rows {first_row}-{last}") };
        let words = above
            .iter()
            .flat_map(|row| cells::filled(row))
            .take(4)
            .map(|cell| cell.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect::<Vec<_>>()
            .join(" / ");
        let words: String = words.chars().take(160).collect();
        let words = if words.is_empty() { String::new() } else { format!(": `{words}`") };
        source.skipped.push(format!("{rows}: above the headers, which were found in row {}{words}", found.at as u32 + first_row));
    }
    if found.labels {
        source.skipped.push(format!("row {}: a second row of headers", found.at as u32 + first_row + 1));
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
