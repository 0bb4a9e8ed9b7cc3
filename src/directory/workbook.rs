//! Workbooks through calamine's streaming readers: sheets are scored by their headers, cells become text with what their number format
//! says, and a sheet cannot ask for more memory than its cells need.

use std::borrow::Cow;
use std::io::Cursor;

use anyhow::{Result, bail};
use calamine::{Data, DataRef, Reader, SheetType, SheetVisible, Xlsb, Xlsx};

use super::decode::Kind;
use super::grid::{Grid, Row, Rows};
use super::headers;
use crate::failure::Failure;

/// An open workbook.
pub(super) enum Workbook {
    Xlsx(Box<Xlsx<Cursor<Vec<u8>>>>),
    Xlsb(Box<Xlsb<Cursor<Vec<u8>>>>),
    /// Formats whose reader holds a sheet in memory anyway.
    Whole(Vec<(calamine::Sheet, calamine::Range<Data>)>),
}

/// A sheet that may be read.
#[derive(Debug, Clone)]
pub(super) struct SheetInfo {
    pub(super) name: String,
    pub(super) hidden: bool,
}

impl Workbook {
    /// Opens a workbook whose kind is known.
    pub(super) fn open(kind: Kind, bytes: Vec<u8>) -> Result<Self> {
        fn damaged(error: impl std::fmt::Display) -> Failure {
            Failure::usage(format!("the workbook cannot be opened, it is damaged or cut off: {error}"))
                .hint("open it in a spreadsheet and save it again, or export it again")
        }
        let cursor = Cursor::new(bytes);
        Ok(match kind {
            Kind::Xlsb => Self::Xlsb(Box::new(Xlsb::new(cursor).map_err(damaged)?)),
            Kind::Xls => {
                let mut book = calamine::Xls::new(cursor).map_err(damaged)?;
                Self::Whole(whole(&mut book))
            }
            Kind::Ods => {
                let mut book = calamine::Ods::new(cursor).map_err(damaged)?;
                Self::Whole(whole(&mut book))
            }
            _ => Self::Xlsx(Box::new(Xlsx::new(cursor).map_err(damaged)?)),
        })
    }

    /// The worksheets, in the workbook's order.
    pub(super) fn sheets(&self) -> Vec<SheetInfo> {
        let metadata: Vec<calamine::Sheet> = match self {
            Self::Xlsx(book) => book.sheets_metadata().to_vec(),
            Self::Xlsb(book) => book.sheets_metadata().to_vec(),
            Self::Whole(sheets) => sheets.iter().map(|(sheet, _)| sheet.clone()).collect(),
        };
        let worksheets = metadata.into_iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
        worksheets.map(|sheet| SheetInfo { hidden: sheet.visible != SheetVisible::Visible, name: sheet.name }).collect()
    }

    /// Whether serials count from 1904.
    pub(super) fn epoch_1904(&self) -> bool {
        match self {
            Self::Xlsx(book) => book.has_1904_epoch(),
            Self::Xlsb(book) => book.has_1904_epoch(),
            Self::Whole(_) => false,
        }
    }

    /// A sheet of it.
    pub(super) fn sheet<'b>(&'b mut self, name: &'b str) -> SheetRows<'b> {
        SheetRows { book: self, name }
    }
}

/// One sheet of an open workbook.
pub(super) struct SheetRows<'b> {
    book: &'b mut Workbook,
    name: &'b str,
}

impl Grid for SheetRows<'_> {
    fn rows(&mut self, sink: &mut dyn FnMut(u32, &Row) -> bool) -> Result<()> {
        let sheet = self.name;
        let mut rows = Rows::new(sink);
        match &mut *self.book {
            Workbook::Xlsx(book) => {
                let mut cells = book.worksheet_cells_reader(sheet).map_err(|error| unreadable(sheet, &error))?;
                let formats: Vec<Zeros> = cells.styles().iter().map(Zeros::of).collect();
                while let Some((cell, style)) = cells.next_cell_with_style_id().map_err(|error| unreadable(sheet, &error))? {
                    let zeros = formats.get(style).copied().unwrap_or_default();
                    let (row, column) = cell.get_position();
                    if !rows.cell(row, column as usize, &text(cell.get_value(), zeros)) {
                        break;
                    }
                }
            }
            Workbook::Xlsb(book) => {
                let mut cells = book.worksheet_cells_reader(sheet).map_err(|error| unreadable(sheet, &error))?;
                while let Some(cell) = cells.next_cell().map_err(|error| unreadable(sheet, &error))? {
                    let (row, column) = cell.get_position();
                    if !rows.cell(row, column as usize, &text(cell.get_value(), Zeros::default())) {
                        break;
                    }
                }
            }
            Workbook::Whole(sheets) => {
                let found = sheets.iter().find(|(known, _)| known.name == sheet);
                let Some((_, range)) = found else {
                    bail!(Failure::usage(format!("there is no sheet `{sheet}`")).hint("name one with `sheet`"))
                };
                let (top, left) = range.start().unwrap_or_default();
                for (down, right, value) in range.used_cells() {
                    if !rows.cell(top.saturating_add(down as u32), left as usize + right, &text(&view(value), Zeros::default())) {
                        break;
                    }
                }
            }
        }
        rows.finish()
    }
}

fn unreadable(sheet: &str, error: &dyn std::fmt::Display) -> Failure {
    Failure::usage(format!("the sheet `{sheet}` cannot be read to its end, it is damaged or cut off: {error}"))
        .hint("open it in a spreadsheet and save it again, or export it again")
}

fn whole<R: Reader<Cursor<Vec<u8>>>>(book: &mut R) -> Vec<(calamine::Sheet, calamine::Range<Data>)> {
    let metadata = book.sheets_metadata().to_vec();
    let mut ranges = book.worksheets();
    let sheets = metadata.into_iter().filter_map(|sheet| {
        let at = ranges.iter().position(|(name, _)| *name == sheet.name)?;
        Some((sheet, ranges.swap_remove(at).1))
    });
    sheets.collect()
}

/// How many digits a number format such as `00000` shows.
#[derive(Debug, Clone, Copy, Default)]
struct Zeros(usize);

impl Zeros {
    fn of(style: &calamine::Style) -> Self {
        let format = style.number_format.as_ref().map(|format| format.format_code.as_str()).unwrap_or_default();
        let zeros = format.len() > 1 && format.bytes().all(|byte| byte == b'0');
        Self(if zeros { format.len() } else { 0 })
    }
}

/// A cell as text. A number that has more digits than a float keeps becomes scientific, by which an identifier knows that it is damaged.
fn text<'c>(value: &'c DataRef<'_>, zeros: Zeros) -> Cow<'c, str> {
    match value {
        DataRef::Empty => Cow::Borrowed(""),
        DataRef::String(text) => Cow::Borrowed(text),
        DataRef::SharedString(text) => Cow::Borrowed(text),
        DataRef::Bool(flag) => Cow::Borrowed(if *flag { "true" } else { "false" }),
        DataRef::Int(number) => Cow::Owned(format!("{number:0width$}", width = zeros.0)),
        DataRef::Float(number) => float(*number, zeros),
        DataRef::DateTime(time) => match time.as_datetime() {
            Some(when) if time.is_datetime() => Cow::Owned(when.format("%Y-%m-%d").to_string()),
            _ => float(time.as_f64(), zeros),
        },
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Cow::Borrowed(text),
        DataRef::Error(error) => Cow::Owned(error.to_string()),
    }
}

/// The streaming readers' form of a cell.
fn view(value: &Data) -> DataRef<'_> {
    match value {
        Data::Int(number) => DataRef::Int(*number),
        Data::Float(number) => DataRef::Float(*number),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => DataRef::SharedString(text),
        Data::Bool(flag) => DataRef::Bool(*flag),
        Data::DateTime(time) => DataRef::DateTime(*time),
        Data::Error(error) => DataRef::Error(error.clone()),
        Data::Empty => DataRef::Empty,
    }
}

fn float(number: f64, zeros: Zeros) -> Cow<'static, str> {
    let integral = number.fract() == 0.0;
    Cow::Owned(if integral && number.abs() < 1e15 {
        format!("{number:0width$.0}", width = zeros.0)
    } else if integral {
        format!("{number:E}").replace('E', "E+")
    } else {
        number.to_string()
    })
}

/// Chooses the sheet to read: the named one, or the visible one with the most headers.
pub(super) fn choose(book: &mut Workbook, named: Option<&str>, notes: &mut Vec<String>) -> Result<SheetInfo> {
    let sheets = book.sheets();
    let names = |sheets: &[SheetInfo]| sheets.iter().map(|sheet| format!("`{}`", sheet.name)).collect::<Vec<_>>().join(", ");
    if let Some(named) = named {
        let found = sheets
            .iter()
            .find(|sheet| sheet.name == named)
            .or_else(|| sheets.iter().find(|sheet| sheet.name.trim().eq_ignore_ascii_case(named.trim())));
        return found.cloned().ok_or_else(|| {
            Failure::usage(format!("the workbook has no sheet `{named}`")).hint(format!("it has {}", names(&sheets))).into()
        });
    }
    let mut scored = Vec::new();
    for sheet in &sheets {
        let head = book.sheet(&sheet.name).head(headers::SEARCHED)?;
        if let Some(found) = headers::find(&head) {
            scored.push((sheet.clone(), found.score));
        }
    }
    let visible: Vec<&(SheetInfo, usize)> = scored.iter().filter(|(sheet, _)| !sheet.hidden).collect();
    let best = visible.iter().map(|(_, score)| *score).max();
    let candidates: Vec<SheetInfo> = match best {
        Some(best) => visible.iter().filter(|(_, score)| *score == best).map(|(sheet, _)| sheet.clone()).collect(),
        None => scored.iter().map(|(sheet, _)| sheet.clone()).take(1).collect(),
    };
    match candidates.as_slice() {
        [] => bail!(
            Failure::usage("no sheet of the workbook has headers that are known")
                .hint(format!("its sheets: {}. Name one with `sheet`, the row of its headers with `header_row`, and its columns in [directory.columns]", names(&sheets)))
        ),
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
        several => bail!(Failure::usage(format!("{} sheets look alike: {}", several.len(), names(several))).hint("choose one with `sheet`")),
    }
}
