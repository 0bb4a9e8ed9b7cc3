//! The bytes of one file as a table of text: its format's reader is chosen, the row of headers found, and what stands around the
//! people is looked at.

use anyhow::{Result, bail};

use super::cells;
use super::collect::{self, WIDEST};
use super::formats::decode::{self, Decoded};
use super::formats::delimited;
use super::formats::file_format::FileFormat;
use super::formats::grid::{Grid, RowsInMemory};
use super::formats::json::{self, Json};
use super::formats::ldif;
use super::formats::markup::Markup;
use super::formats::workbook::{self, Workbook};
use super::headers::mapping;
use super::headers::typed;
use super::headers::{self, HeaderRow};
use super::people::Source;
use super::raw::Raw;
use super::settle;
use crate::config;
use crate::failure::Failure;
use crate::text;

/// A file read as a table of text, before its columns are given a meaning.
pub(super) struct Table {
    pub(super) raw: Raw,
    pub(super) headers: Vec<String>,
    pub(super) epoch_1904: bool,
}

/// Reads the bytes of a file as a table, and tells `source` how.
///
/// # Errors
/// They are no list, or not what the configuration says.
pub(super) fn table(bytes: Vec<u8>, file: &config::Directory, source: &mut Source) -> Result<Table> {
    // A list of nobody, as `[]` and a row of headers are.
    if is_blank(&bytes) {
        source.format = "empty".into();
        return Ok(Table { raw: Raw::default(), headers: Vec::new(), epoch_1904: false });
    }
    let content = decode::decode(bytes, file.encoding.as_deref())?;
    let kind = match &content {
        Decoded::Workbook(kind, _) | Decoded::Text(kind, _) => *kind,
    };
    source.format = kind.name().into();
    as_configured(kind, file)?;
    let is_configured = &|header: &str| mapping::is_configured(header, file);
    let mut reader = Reader { file, is_configured, source };
    let mut table = match content {
        Decoded::Workbook(kind, bytes) => Workbook::read(kind, bytes, |book| reader.workbook(book)),
        Decoded::Text(kind, text) => reader.text(kind, &text),
    }?;
    if table.headers.len() >= WIDEST {
        table.raw.cut.push(format!("columns beyond {WIDEST} are not read"));
    }
    Ok(table)
}

/// One file that is read.
struct Reader<'f> {
    file: &'f config::Directory,
    /// Whether the configuration names a header.
    is_configured: &'f (dyn Fn(&str) -> bool + Sync),
    /// What was understood so far.
    source: &'f mut Source,
}

impl Reader<'_> {
    fn text(&mut self, kind: FileFormat, text: &decode::Text) -> Result<Table> {
        self.source.encoding = Some(text.encoding.clone());
        self.source.notes.extend(text.notes.iter().cloned());
        self.source.word.clone_from(&text.word);
        match kind {
            FileFormat::Json => self.json(text),
            FileFormat::Delimited => match delimited::unwrapped(text.as_str()) {
                Some(lines) => {
                    self.source
                        .notes
                        .push("each line of the file was one quoted cell: the lines were read as they were before".into());
                    self.delimited(&lines)
                }
                None => self.delimited(text.as_str()),
            },
            FileFormat::Ldif => {
                let (mut raw, layout) = ldif::read(text.as_str(), self.file);
                raw.marks.page_of(raw.rows.len() as u64);
                settle::settle(&mut raw, &[], layout.headers.len())?;
                Ok(Table { raw, headers: layout.headers, epoch_1904: false })
            }
            kind => {
                self.source.notes.push(format!(
                    "the content is {}, whatever the file's name says",
                    if kind == FileFormat::Html { "an HTML table" } else { "Excel 2003 XML" }
                ));
                self.grid(&mut Markup { text: text.as_str(), kind }, false)
            }
        }
    }

    fn json(&mut self, text: &decode::Text) -> Result<Table> {
        self.source.sheet.clone_from(&self.file.sheet);
        let items = match json::find(text.as_str(), self.file.sheet.as_deref())? {
            Json::Table(table) => return self.json_table(table),
            Json::Items(items) => items,
        };
        let mut raw = json::read(text.as_str(), items, self.is_configured)?;
        text.headers.iter().for_each(|(name, value)| raw.marks.header(name, value));
        raw.marks.close();
        let headers = raw.columns.iter().map(|column| column.header.clone()).chain(raw.seen.iter().cloned()).collect();
        Ok(Table { raw, headers, epoch_1904: false })
    }

    fn delimited(&mut self, text: &str) -> Result<Table> {
        if is_sql(text) {
            bail!(
                Failure::usage("it is a dump of SQL statements, no table")
                    .hint("export the rows instead, e.g. the result of a SELECT as CSV")
            );
        }
        let head = delimited::head(text, self.file.delimiter, self.is_configured)?;
        self.source.notes.extend(head.notes.iter().cloned());
        self.source.delimiter = Some(match head.delimiter {
            b'\t' => "tab".into(),
            other => char::from(other).to_string(),
        });
        let dropped = head.first_row - 1;
        let found = self.header_row(&head.rows, dropped)?;
        let all = self.headers_of(head.rows.get(found.at));
        self.source.header_row = Some(found.at as u32 + head.first_row);
        let (above, data) = self.people_from(&head.rows, &found, &all);
        self.skipped_head(&found, above, head.first_row);
        let mut records = delimited::Records::new(text, head.start, head.delimiter);
        for _ in 0..data {
            records.advance();
        }
        let layout = collect::layout(trim_headers(all), self.file);
        let mut raw = delimited::read(text, records.position(), data as u32 + head.first_row, head.delimiter, &layout)?;
        let last =
            raw.rows.iter().chain(&raw.blank).chain(raw.skipped.iter().map(|(row, _)| row)).max().copied().unwrap_or_default();
        raw.cut.extend(delimited::cut(text, head.delimiter, layout.headers.len(), last));
        raw.width = layout.headers.len();
        // A quote that is closed shows that its cell is whole.
        raw.unended = (!text.ends_with(['\n', '\r', '"'])).then_some(last);
        around(&mut raw, above, layout.headers.len())?;
        typed::choose(&mut raw);
        Ok(Table { raw, headers: layout.headers, epoch_1904: false })
    }

    fn workbook(&mut self, book: &mut Workbook) -> Result<Table> {
        let mut aside = Vec::new();
        let sheet = match &self.file.sheet {
            Some(name) => workbook::named(book, name)?,
            None => workbook::choose(book, self.is_configured, &mut self.source.notes, &mut aside)?,
        };
        self.source.sheet = Some(sheet.name.clone());
        let epoch_1904 = book.epoch_1904();
        let mut table = self.grid(&mut book.sheet(&sheet.name), epoch_1904)?;
        let others = aside.iter().filter(|[other, ..]| *other != sheet.name);
        others.for_each(|[other, label, value]| table.raw.marks.aside(other, label, value));
        Ok(table)
    }

    /// A table in JSON. Where its headers stand apart, its rows are numbered as items.
    fn json_table(&mut self, table: json::Table) -> Result<Table> {
        let json::Table { rows, apart, marks } = table;
        let mut read = self.grid(&mut RowsInMemory { rows }, false)?;
        read.raw.marks = marks;
        if apart {
            self.source.header_row = None;
            let before = |row: &mut u32| *row = row.saturating_sub(1);
            read.raw.rows.iter_mut().chain(&mut read.raw.blank).for_each(before);
            read.raw.skipped.iter_mut().for_each(|(row, _)| before(row));
        }
        Ok(read)
    }

    fn grid(&mut self, grid: &mut dyn Grid, epoch_1904: bool) -> Result<Table> {
        let head = grid.head(headers::SEARCHED.max(self.file.header_row.unwrap_or(0).min(1000) as usize) + 2)?;
        let found = self.header_row(&head, 0)?;
        let all = self.headers_of(head.get(found.at));
        self.source.header_row = Some(found.at as u32 + 1);
        let (above, data) = self.people_from(&head, &found, &all);
        self.skipped_head(&found, above, 1);
        let layout = collect::layout(trim_headers(all), self.file);
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
                "whether rows are hidden or filtered out cannot be seen in a workbook of this format (XLSB): all are read"
                    .to_owned(),
            ),
        }
        // A file that was never computed shows it in its first rows.
        raw.unvalued = grid.unvalued(first + 1_000)?.into_iter().map(|(_, column)| column).collect();
        Ok(Table { raw, headers: layout.headers, epoch_1904 })
    }

    /// What stands above the people, and the place of the first row that may be one's.
    fn people_from<'r>(&mut self, rows: &'r [Vec<String>], found: &HeaderRow, all: &[String]) -> (&'r [Vec<String>], usize) {
        let above = rows.get(..found.at).unwrap_or_default();
        match headers::first_person(above, all) {
            Some(first) => {
                self.source.notes.push(
                    "the headers stand among the people, as where rows were sorted with them: those above them were read, too"
                        .into(),
                );
                (above.get(..first).unwrap_or_default(), first)
            }
            None => (above, found.at + 1 + usize::from(found.labels)),
        }
    }

    /// The headers of a row, without the name of their table.
    fn headers_of(&self, row: Option<&Vec<String>>) -> Vec<String> {
        let row = row.cloned().unwrap_or_default();
        headers::without_prefix(&row, self.is_configured).unwrap_or(row)
    }

    /// The row of headers. `dropped` rows of the file stand before the first of `rows`.
    fn header_row(&self, rows: &[Vec<String>], dropped: u32) -> Result<HeaderRow> {
        if let Some(given) = self.file.header_row {
            let at = (given.saturating_sub(dropped) as usize).checked_sub(1).filter(|at| *at < rows.len());
            let Some(at) = at else {
                bail!(
                    Failure::usage(format!("header_row = {given}: the file has no such row near its start"))
                        .hint("rows count from 1, as a spreadsheet shows them")
                )
            };
            return Ok(HeaderRow { at, labels: headers::has_labels(rows, at), score: 0, identified: true });
        }
        headers::find(rows, self.is_configured).ok_or_else(|| {
            let searched = rows.len().min(headers::SEARCHED);
            let named = self.file.columns.values().map(|header| format!("`{header}`")).collect::<Vec<_>>().join(", ");
            if named.is_empty() {
                Failure::usage(format!("no headers were found in the first {searched} rows"))
                    .hint(
                        "the file needs a row of headers such as `Email, Employee ID, Status`; where they are called otherwise, \
                         name them in [directory.columns], e.g. email = \"…\"",
                    )
                    .into()
            } else {
                Failure::usage(format!(
                    "no headers were found in the first {searched} rows, and none of {named}, which \
                     [directory.columns] names"
                ))
                .hint(
                    "copy the headers into [directory.columns] as they stand in the file, or give the number of their row \
                     with header_row",
                )
                .into()
            }
        })
    }

    /// Tells what stands above the people, and is not read.
    fn skipped_head(&mut self, found: &HeaderRow, above: &[Vec<String>], first_row: u32) {
        self.source.skipped_rows += above.len() as u64 + u64::from(found.labels);
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
            self.source
                .skipped
                .push(format!("{rows}: above the headers, which were found in row {}{words}", found.at as u32 + first_row));
        }
        if found.labels {
            self.source.skipped.push(format!("row {}: a second row of headers", found.at as u32 + first_row + 1));
        }
    }
}

/// The people of one page of several, as they stand there: the items of JSON, or else the lines of several cells, with an address.
pub(crate) fn people_of(page: &[u8]) -> Vec<&str> {
    let Ok(text) = str::from_utf8(page) else { return Vec::new() };
    let text = text.trim_start_matches('\u{FEFF}');
    if !text.trim_start().starts_with(['[', '{']) {
        return text.lines().filter(|line| line.contains('@') && line.contains([',', ';', '\t', '|'])).collect();
    }
    match json::find(text, None) {
        Ok(Json::Items(items)) => items.each(text).into_iter().filter(|item| item.contains('@')).collect(),
        Ok(Json::Table(_)) | Err(_) => Vec::new(),
    }
}

/// Whether there is nothing in a file, but a byte order mark and white space.
pub(super) fn is_blank(bytes: &[u8]) -> bool {
    let marks: [&[u8]; 3] = [b"\xEF\xBB\xBF", b"\xFF\xFE", b"\xFE\xFF"];
    let rest = marks.into_iter().find_map(|mark| bytes.strip_prefix(mark)).unwrap_or(bytes);
    rest.iter().all(u8::is_ascii_whitespace)
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

/// Whether a text is the dump of a database: statements that make tables and fill them.
fn is_sql(text: &str) -> bool {
    const LOOKED_AT: usize = 50;
    let begins = |line: &str, word: &str| line.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    text.lines().take(LOOKED_AT).any(|line| begins(line, "insert into ") || begins(line, "create table "))
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

/// Empty headers at the end are formatting, not columns.
fn trim_headers(mut headers: Vec<String>) -> Vec<String> {
    while headers.last().is_some_and(|header| cells::trim(header).is_empty()) {
        headers.pop();
    }
    headers
}
