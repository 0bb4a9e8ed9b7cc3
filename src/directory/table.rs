//! A plain rectangular read of a CSV or a workbook's sheet, header first: no columns are mapped, no rows are judged.

use std::path::Path;

use anyhow::{Context, Result, bail};

use super::decode::{self, Content, Kind};
use super::delimited::{self, Records};
use super::grid::Grid;
use super::input;
use super::workbook::{self, Workbook};
use crate::failure::Failure;

/// Every row of a file as text, blank rows left out, each as wide as the first. `sheet` names the sheet of a workbook; without it the
/// first is read.
pub fn read_rows(path: &Path, sheet: Option<&str>) -> Result<Vec<Vec<String>>> {
    let unreadable = || Failure::usage(format!("cannot read {}", path.display()));
    let bytes = input::read(path).with_context(unreadable)?.bytes;
    let mut rows = match decode::decode(bytes, None).with_context(unreadable)? {
        Content::Workbook(kind, bytes) => Workbook::read(kind, bytes, |book| sheet_rows(book, sheet)).with_context(unreadable)?,
        Content::Text(Kind::Delimited, text) => text_rows(text.as_str())?,
        Content::Text(kind, _) => {
            bail!(Failure::usage(format!("{} is {}, not a CSV or a workbook", path.display(), kind.name())))
        }
    };
    rows.retain(|row| row.iter().any(|cell| !super::cells::trim(cell).is_empty()));
    let width = rows.first().map_or(0, Vec::len);
    rows.iter_mut().for_each(|row| row.resize(width, String::new()));
    Ok(rows)
}

fn text_rows(text: &str) -> Result<Vec<Vec<String>>> {
    let head = delimited::head(text, None)?;
    let mut records = Records::new(text, head.start, head.delimiter);
    let mut rows = Vec::new();
    while records.advance() {
        rows.push(records.to_vec());
    }
    Ok(rows)
}

fn sheet_rows(book: &mut Workbook, sheet: Option<&str>) -> Result<Vec<Vec<String>>> {
    let name = match sheet {
        Some(sheet) => workbook::choose(book, Some(sheet), &mut Vec::new())?.name,
        None => match book.sheets().first() {
            Some(first) => first.name.clone(),
            None => bail!(Failure::usage("the workbook has no sheet")),
        },
    };
    let mut rows = Vec::new();
    book.sheet(&name).rows(&mut |_, row| {
        rows.push(row.to_vec());
        true
    })?;
    Ok(rows)
}
