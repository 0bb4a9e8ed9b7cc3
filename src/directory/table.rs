//! A plain rectangular read of a CSV or a workbook's sheet, header first: no columns are mapped, no rows are judged.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result, bail};

use super::cells;
use super::collect;
use super::formats::decode::{self, Decoded};
use super::formats::delimited::{self, Records};
use super::formats::file_format::FileFormat;
use super::formats::grid::Grid;
use super::formats::json::{self, Json};
use super::formats::workbook::{self, Workbook};
use super::input;
use crate::failure::Failure;

/// A row of text.
#[derive(Debug, Clone)]
pub struct TextRow {
    /// As a spreadsheet shows it, from 1.
    pub number: u32,
    /// Its cells.
    pub cells: Vec<String>,
    /// Cells, from 0, that hold formulas which nobody has computed: they read as empty, and are not.
    pub uncomputed: BTreeSet<usize>,
}

/// Every row of a file as text, blank rows left out, each as wide as the first. `sheet` names the sheet of a workbook; without it
/// the first is read.
///
/// # Errors
/// The file cannot be read, or is no table.
pub fn read_table(path: &Path, sheet: Option<&str>) -> Result<Vec<TextRow>> {
    let shown = path.display().to_string();
    let input = input::read(path).with_context(|| Failure::usage(format!("cannot read {shown}")))?;
    Ok(table(input.bytes, sheet, &shown)?.0)
}

/// The same of the bytes of a file that is called `shown`, and why they are not all there is: cut off in the last record.
///
/// # Errors
/// The bytes are no table.
pub fn table(bytes: Vec<u8>, sheet: Option<&str>, shown: &str) -> Result<(Vec<TextRow>, Option<String>)> {
    let unreadable = || Failure::usage(format!("cannot read {shown}"));
    let mut cut = None;
    let mut rows = match decode::decode(bytes, None).with_context(unreadable)? {
        Decoded::Workbook(kind, bytes) => Workbook::read(kind, bytes, |book| sheet_rows(book, sheet)).with_context(unreadable)?,
        Decoded::Text(FileFormat::Delimited, text) => {
            let rows;
            (rows, cut) = text_rows(text.as_str())?;
            rows
        }
        Decoded::Text(FileFormat::Json, text) if json_table(text.as_str().as_bytes()).is_some() => json_rows(text.as_str())?,
        Decoded::Text(kind, _) => {
            bail!(Failure::usage(format!("{shown} is {}, not a CSV or a workbook", kind.name())))
        }
    };
    rows.retain(|row| super::cells::filled(&row.cells).next().is_some());
    let width = rows.first().map_or(0, |row| row.cells.len());
    rows.iter_mut().for_each(|row| row.cells.resize(width, String::new()));
    Ok((rows, cut))
}

/// The cells of [`read_table`] alone.
///
/// # Errors
/// The file cannot be read, or is no table.
pub fn read_rows(path: &Path, sheet: Option<&str>) -> Result<Vec<Vec<String>>> {
    Ok(read_table(path, sheet)?.into_iter().map(|row| row.cells).collect())
}

/// The cells of one row.
pub trait Cells {
    /// How many there are.
    fn len(&self) -> usize;
    /// A cell; empty where there is none.
    fn get(&self, at: usize) -> Cow<'_, str>;
    /// Whether there is none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Goes over the records of a delimited text, header first, with the number of each as a spreadsheet shows it, until `each` says
/// that it has seen enough. Nothing is kept: a million rows are never in memory as cells.
///
/// # Errors
/// The bytes are no delimited text, or it is cut off.
pub fn walk(bytes: Vec<u8>, mut each: impl FnMut(u32, &dyn Cells) -> bool) -> Result<()> {
    struct Record<'r, 't>(&'r Records<'t>);
    impl Cells for Record<'_, '_> {
        fn len(&self) -> usize {
            collect::Cells::len(self.0)
        }
        fn get(&self, at: usize) -> Cow<'_, str> {
            collect::Cells::get(self.0, at)
        }
    }
    let Decoded::Text(FileFormat::Delimited, text) = decode::decode(bytes, None)? else {
        bail!("it is no CSV");
    };
    let text = text.as_str();
    let head = delimited::head(text, None, &|_| false)?;
    let width = head.rows.first().map_or(0, Vec::len);
    let mut records = Records::new(text, head.start, head.delimiter);
    let mut number = head.first_row;
    while records.advance() {
        let blank = (0..collect::Cells::len(&records)).all(|at| !collect::Cells::is_filled(&records, at));
        if !blank && !each(number, &Record(&records)) {
            return Ok(());
        }
        number = number.saturating_add(1);
    }
    match delimited::cut(text, head.delimiter, width, number.saturating_sub(1)) {
        Some(why) => bail!(why),
        None => Ok(()),
    }
}

/// What a cell of yes and no says, in words of programs, of people, or of a spreadsheet in its language; none where it is neither.
pub fn boolean(cell: &str) -> Option<bool> {
    cells::boolean(cells::trim(cell))
}

/// Whether a file that begins so may be delimited text; one without anything is. `is_whole`: that is all of it.
pub fn may_be_delimited(head: Vec<u8>, is_whole: bool) -> bool {
    head.trim_ascii().is_empty()
        || match decode::decode(head, None) {
            Ok(content) => matches!(content, Decoded::Text(FileFormat::Delimited, _)),
            // It may be cut within a letter.
            Err(_) => !is_whole,
        }
}

/// Why a JSON text that is a table (`columns` and `rows` apart, as Domo answers queries, or lists in a list) may be a part only;
/// none for any other text.
pub fn json_table(body: &[u8]) -> Option<Vec<String>> {
    let body = body.trim_ascii_start();
    let head = body.get(..body.len().min(64 << 10))?;
    let rows = |name: &str| memchr::memmem::find(head, name.as_bytes()).is_some();
    // Most JSON is a list of objects, which need not be looked through for this.
    let may_be = match body.first()? {
        b'[' => body.get(1..)?.trim_ascii_start().first() == Some(&b'['),
        b'{' => rows("\"columns\"") || rows("\"rows\""),
        _ => false,
    };
    match may_be.then(|| json::find(std::str::from_utf8(body).ok()?, None).ok()).flatten()? {
        Json::Table(table) => Some(table.marks.doubts()),
        Json::Items(_) => None,
    }
}

fn json_rows(text: &str) -> Result<Vec<TextRow>> {
    let Json::Table(table) = json::find(text, None)? else { return Ok(Vec::new()) };
    let row = |(number, cells)| TextRow { number, cells, uncomputed: BTreeSet::new() };
    Ok((1..).zip(table.rows).map(row).collect())
}

fn text_rows(text: &str) -> Result<(Vec<TextRow>, Option<String>)> {
    let head = delimited::head(text, None, &|_| false)?;
    let mut records = Records::new(text, head.start, head.delimiter);
    let mut rows = Vec::new();
    let mut number = head.first_row;
    while records.advance() {
        rows.push(TextRow { number, cells: records.to_vec(), uncomputed: BTreeSet::new() });
        number = number.saturating_add(1);
    }
    let width = rows.first().map_or(0, |row| row.cells.len());
    let cut = delimited::cut(text, head.delimiter, width, number.saturating_sub(1));
    Ok((rows, cut))
}

fn sheet_rows(book: &mut Workbook, sheet: Option<&str>) -> Result<Vec<TextRow>> {
    let name = match sheet {
        Some(sheet) => workbook::named(book, sheet)?.name,
        None => match book.sheets().first() {
            Some(first) => first.name.clone(),
            None => bail!(Failure::usage("the workbook has no sheet")),
        },
    };
    let mut grid = book.sheet(&name);
    let mut rows = Vec::new();
    grid.rows(&mut |number, row| {
        rows.push(TextRow { number, cells: row.to_vec(), uncomputed: BTreeSet::new() });
        true
    })?;
    let last = rows.last().map_or(0, |row| row.number);
    for (number, column) in grid.unvalued(last as usize)? {
        if let Ok(at) = rows.binary_search_by_key(&number, |row| row.number)
            && let Some(row) = rows.get_mut(at)
        {
            row.uncomputed.insert(column);
        }
    }
    Ok(rows)
}
