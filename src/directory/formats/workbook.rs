//! Workbooks of every kind: sheets are scored by their headers, cells become text with what their number format says, and a sheet
//! cannot ask for more memory than its cells need. Excel's present formats are calamine's streaming readers' work.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::Cursor;
use std::sync::Arc;

use anyhow::{Result, bail};
use calamine::{DataRef, Reader, SheetType, SheetVisible, Xlsb, Xlsx};

use super::file_format::FileFormat;
use super::gauge::{HiddenRows, gauge};
use super::grid::{Grid, Rows};
use super::ods::Ods;
use super::sheet::{SheetInfo, damaged, digits_shown, number, unreadable};
use super::xls::Xls;
use crate::config;
use crate::directory::cells;
use crate::directory::headers;
use crate::failure::{Failure, unless_it_panics};

/// Sheets beyond this many are not looked at in search of the best.
const MOST_SHEETS: usize = 250;

/// An open workbook.
pub(in crate::directory) enum Workbook {
    Xlsx(Box<Xlsx<Cursor<Shared>>>, Shared, HiddenRows),
    Xlsb(Box<Xlsb<Cursor<Vec<u8>>>>),
    Xls(Box<Xls>),
    Ods(Ods),
}

/// The bytes of a workbook, which are looked at twice.
#[derive(Clone)]
pub(in crate::directory) struct Shared(Arc<Vec<u8>>);

impl AsRef<[u8]> for Shared {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Workbook {
    /// Opens a workbook whose kind is known, and works with it. A library that panics over its bytes has met a damaged file.
    pub(in crate::directory) fn read<T>(kind: FileFormat, bytes: Vec<u8>, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let all = || work(&mut Self::open(kind, bytes)?);
        unless_it_panics(all).unwrap_or_else(|| Err(damaged("its records do not fit together").into()))
    }

    fn open(kind: FileFormat, bytes: Vec<u8>) -> Result<Self> {
        if kind == FileFormat::Xls {
            return Ok(Self::Xls(Box::new(Xls::open(&bytes)?)));
        }
        let hidden = gauge(&bytes)?;
        Ok(match kind {
            FileFormat::Xlsb => Self::Xlsb(Box::new(Xlsb::new(Cursor::new(bytes)).map_err(damaged)?)),
            FileFormat::Ods => Self::Ods(Ods::open(&bytes)?),
            _ => {
                let bytes = Shared(Arc::new(bytes));
                Self::Xlsx(Box::new(Xlsx::new(Cursor::new(bytes.clone())).map_err(damaged)?), bytes, hidden)
            }
        })
    }

    /// The worksheets, in the workbook's order.
    pub(in crate::directory) fn sheets(&self) -> Vec<SheetInfo> {
        let metadata = match self {
            Self::Xlsx(book, ..) => book.sheets_metadata(),
            Self::Xlsb(book) => book.sheets_metadata(),
            Self::Xls(book) => return book.sheets().cloned().collect(),
            Self::Ods(book) => return book.sheets().cloned().collect(),
        };
        let worksheets = metadata.iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
        worksheets.map(|sheet| SheetInfo { hidden: sheet.visible != SheetVisible::Visible, name: sheet.name.clone() }).collect()
    }

    /// Whether serials count from 1904. OpenDocument writes its days as days.
    pub(in crate::directory) fn epoch_1904(&self) -> bool {
        match self {
            Self::Xlsx(book, ..) => book.has_1904_epoch(),
            Self::Xlsb(book) => book.has_1904_epoch(),
            Self::Xls(book) => book.epoch_1904,
            Self::Ods(_) => false,
        }
    }

    /// A sheet of it.
    pub(in crate::directory) fn sheet<'b>(&'b mut self, name: &'b str) -> SheetRows<'b> {
        SheetRows { book: self, name }
    }
}

/// One sheet of an open workbook.
pub(in crate::directory) struct SheetRows<'b> {
    book: &'b mut Workbook,
    name: &'b str,
}

impl Grid for SheetRows<'_> {
    fn rows(&mut self, sink: &mut dyn FnMut(u32, &[String]) -> bool) -> Result<()> {
        let sheet = self.name;
        match &mut *self.book {
            Workbook::Xls(book) => book.sheet(sheet).rows(sink),
            Workbook::Ods(book) => book.sheet(sheet).rows(sink),
            Workbook::Xlsx(book, ..) => {
                let mut rows = Rows::new(sink);
                let mut cells = book.worksheet_cells_reader(sheet).map_err(|error| unreadable(sheet, &error))?;
                let code =
                    |style: &calamine::Style| style.number_format.as_ref().map_or(0, |format| digits_shown(&format.format_code));
                let digits: Vec<usize> = cells.styles().iter().map(code).collect();
                while let Some((cell, style)) = cells.next_cell_with_style_id().map_err(|error| unreadable(sheet, &error))? {
                    let digits = digits.get(style).copied().unwrap_or_default();
                    let (row, column) = cell.get_position();
                    if !rows.cell(row, column as usize, &text(cell.get_value(), digits)) {
                        break;
                    }
                }
                rows.finish()
            }
            Workbook::Xlsb(book) => {
                let mut rows = Rows::new(sink);
                let mut cells = book.worksheet_cells_reader(sheet).map_err(|error| unreadable(sheet, &error))?;
                while let Some(cell) = cells.next_cell().map_err(|error| unreadable(sheet, &error))? {
                    let (row, column) = cell.get_position();
                    if !rows.cell(row, column as usize, &text(cell.get_value(), 0)) {
                        break;
                    }
                }
                rows.finish()
            }
        }
    }

    fn hidden(&mut self) -> Option<BTreeSet<u32>> {
        match &mut *self.book {
            Workbook::Xlsx(_, bytes, hidden) => Some(hidden.of(bytes.as_ref(), self.name)),
            Workbook::Xls(book) => book.sheet(self.name).hidden(),
            Workbook::Ods(book) => book.sheet(self.name).hidden(),
            // Its rows are records that nothing here reads.
            Workbook::Xlsb(_) => None,
        }
    }

    fn unvalued(&mut self, rows: usize) -> Result<BTreeSet<(u32, usize)>> {
        let sheet = self.name;
        let mut found = BTreeSet::new();
        match &mut *self.book {
            Workbook::Xlsx(book, ..) => {
                let mut cells = book.worksheet_cells_reader(sheet).map_err(|error| unreadable(sheet, &error))?;
                while let Some(cell) = cells.next_cell_with_formula_metadata().map_err(|error| unreadable(sheet, &error))? {
                    if cell.pos.0 as usize >= rows {
                        break;
                    }
                    if cell.formula.is_some() && cell.value == DataRef::Empty {
                        found.insert((cell.pos.0.saturating_add(1), cell.pos.1 as usize));
                    }
                }
            }
            Workbook::Ods(book) => return book.sheet(sheet).unvalued(rows),
            // Excel's binary formats have no formula without a value.
            Workbook::Xlsb(_) | Workbook::Xls(_) => {}
        }
        Ok(found)
    }
}

/// A cell as text. A number that has more digits than a float keeps becomes scientific, by which an identifier knows that it is
/// damaged.
fn text<'c>(value: &'c DataRef<'_>, digits: usize) -> Cow<'c, str> {
    match value {
        DataRef::Empty => Cow::Borrowed(""),
        DataRef::String(text) => Cow::Borrowed(text),
        DataRef::SharedString(text) => Cow::Borrowed(text),
        DataRef::Bool(flag) => Cow::Borrowed(if *flag { "true" } else { "false" }),
        DataRef::Int(number) => Cow::Owned(format!("{number:0digits$}")),
        DataRef::Float(float) => number(*float, digits),
        DataRef::DateTime(time) => match time.as_datetime() {
            Some(when) if time.is_datetime() => Cow::Owned(when.format("%Y-%m-%d").to_string()),
            _ => number(time.as_f64(), digits),
        },
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Cow::Borrowed(text),
        DataRef::Error(error) => Cow::Owned(error.to_string()),
    }
}

/// The sheet of a name, as the workbook or else as somebody wrote it.
///
/// # Errors
/// There is none.
pub(in crate::directory) fn named(book: &Workbook, name: &str) -> Result<SheetInfo> {
    let sheets = book.sheets();
    let found = sheets
        .iter()
        .find(|sheet| sheet.name == name)
        .or_else(|| sheets.iter().find(|sheet| sheet.name.trim().eq_ignore_ascii_case(name.trim())));
    found.cloned().ok_or_else(|| {
        Failure::usage(format!("the workbook has no sheet `{name}`")).hint(format!("it has {}", names(&sheets))).into()
    })
}

/// Chooses the sheet to read: the only visible one that holds people. `aside` takes the sheets, labels and values of pairs of cells
/// on sheets without people.
///
/// # Errors
/// No sheet or several hold people, or there are too many to look at.
pub(in crate::directory) fn choose(
    book: &mut Workbook,
    configured: &dyn Fn(&str) -> bool,
    notes: &mut Vec<String>,
    aside: &mut Vec<[String; 3]>,
) -> Result<SheetInfo> {
    let sheets = book.sheets();
    if sheets.len() > MOST_SHEETS {
        bail!(
            Failure::usage(format!("the workbook has {} sheets: too many to look at each", sheets.len()))
                .hint("name the one to read with `sheet`")
        );
    }
    let scored = score(book, &sheets, configured, aside)?;
    let visible = best(&scored, false);
    let candidates = if visible.is_empty() { best(&scored, true).into_iter().take(1).collect() } else { visible };
    match candidates.as_slice() {
        [] => bail!(Failure::usage("no sheet of the workbook has headers that are known").hint(format!(
            "its sheets: {}. Name one with `sheet`, the row of its headers with `header_row`, and its columns in \
             [directory.columns]",
            names(&sheets)
        ))),
        [chosen] => {
            if sheets.len() > 1 {
                let others: Vec<SheetInfo> = sheets.iter().filter(|sheet| sheet.name != chosen.name).cloned().collect();
                notes.push(format!("the sheet `{}` was read, of {}: the others are {}", chosen.name, sheets.len(), names(&others)));
            }
            if chosen.hidden {
                notes.push(format!("the sheet `{}` is hidden; no visible one has known headers", chosen.name));
            }
            Ok(chosen.clone())
        }
        several => bail!(Failure::usage(format!("{} sheets hold people: {}", several.len(), names(several))).hint(format!(
            "choose one with `sheet`, such as sheet = {} under [[directory]]; to read several, name the file in one \
             [[directory]] for each",
            config::quoted(&several.first().map(|sheet| sheet.name.clone()).unwrap_or_default())
        ))),
    }
}

/// A sheet with headers that are known.
struct Scored {
    sheet: SheetInfo,
    /// How many known headers it has.
    score: usize,
    /// Whether it says who its rows are about, and has any.
    holds_people: bool,
}

/// The sheets with known headers; what stands on those without people goes `aside`.
fn score(
    book: &mut Workbook,
    sheets: &[SheetInfo],
    configured: &dyn Fn(&str) -> bool,
    aside: &mut Vec<[String; 3]>,
) -> Result<Vec<Scored>> {
    let mut scored = Vec::new();
    for sheet in sheets {
        let head = book.sheet(&sheet.name).head(headers::SEARCHED)?;
        let found = headers::find(&head, configured);
        let filled = |row: &Vec<String>| cells::filled(row).next().is_some();
        let holds_people = found.as_ref().is_some_and(|found| found.identified && head.iter().skip(found.at + 1).any(filled));
        if let Some(found) = found {
            scored.push(Scored { sheet: sheet.clone(), score: found.score, holds_people });
        }
        if !holds_people {
            let pair = |row: &Vec<String>| {
                let cells: Vec<String> = cells::filled(row).map(str::to_owned).collect();
                let [label, value] = <[String; 2]>::try_from(cells).ok()?;
                Some([sheet.name.clone(), label, value])
            };
            aside.extend(head.iter().filter_map(pair));
        }
    }
    Ok(scored)
}

/// Of the hidden or the visible sheets those that hold people, or else those with most known headers.
fn best(scored: &[Scored], hidden: bool) -> Vec<SheetInfo> {
    let of = || scored.iter().filter(|scored| scored.sheet.hidden == hidden);
    // Every sheet that says who its rows are about holds people: whoever reads one of several has lost the rest.
    let any = of().any(|scored| scored.holds_people);
    let most = of().map(|scored| scored.score).max();
    let is_best = |scored: &&Scored| if any { scored.holds_people } else { Some(scored.score) == most };
    of().filter(is_best).map(|scored| scored.sheet.clone()).collect()
}

/// For a message.
fn names(sheets: &[SheetInfo]) -> String {
    let name = |sheet: &SheetInfo| format!("`{}`{}", sheet.name, if sheet.hidden { " (hidden)" } else { "" });
    sheets.iter().map(name).collect::<Vec<_>>().join(", ")
}
