//! Workbooks of Excel 97 to 2003 (BIFF8), record by record. The library at hand lays every sheet out from its first cell to its
//! last and copies a shared text into every cell that shows it: one far cell, or one long text, would ask it for more memory than
//! there is.

use std::collections::{BTreeSet, HashMap};

use anyhow::{Result, bail};

use super::grid::{Grid, Rows};
use super::ole;
use super::sheet::{SheetInfo, damaged, digits_shown, is_date_format, long, number, protected, short};
use crate::directory::days::dates;
use crate::failure::Failure;

/// An open workbook.
pub(in crate::directory) struct Xls {
    stream: Vec<u8>,
    strings: Vec<String>,
    /// By a cell's style.
    formats: Vec<Format>,
    sheets: Vec<(SheetInfo, usize)>,
    /// Whether serials count from 1904.
    pub(super) epoch_1904: bool,
}

/// What of a number format matters.
#[derive(Debug, Clone, Copy, Default)]
struct Format {
    is_date: bool,
    digits: usize,
}

const BOF: u16 = 0x0809;
const EOF: u16 = 0x000A;
const CONTINUE: u16 = 0x003C;
const SHARED: u16 = 0x00FC;

/// A record: its kind and its bytes.
type Record<'b> = (u16, &'b [u8]);

/// The records from a place on.
fn records(stream: &[u8], mut at: usize) -> impl Iterator<Item = Record<'_>> {
    std::iter::from_fn(move || {
        let (kind, length) = (short(stream, at)?, usize::from(short(stream, at + 2)?));
        let data = stream.get(at + 4..at + 4 + length)?;
        at += 4 + length;
        Some((kind, data))
    })
}

impl Xls {
    /// Reads what the sheets share.
    pub(super) fn open(bytes: &[u8]) -> Result<Self> {
        let Some(stream) = ole::stream(bytes, &["Workbook", "Book"]) else { bail!(damaged("its sectors lead nowhere")) };
        let mut book = Self { strings: Vec::new(), formats: Vec::new(), sheets: Vec::new(), epoch_1904: false, stream: Vec::new() };
        let mut codes: HashMap<u16, Format> = HashMap::new();
        let mut styles: Vec<u16> = Vec::new();
        let mut shared: Vec<&[u8]> = Vec::new();
        let mut previous = 0;
        for (at, (kind, data)) in records(&stream, 0).enumerate() {
            if kind == SHARED || kind == CONTINUE && previous == SHARED {
                shared.push(data);
            }
            let read = match kind {
                BOF if short(data, 0) != Some(0x0600) => bail!(
                    Failure::usage("the workbook is of Excel 95 or older").hint("open it in a spreadsheet and save it as XLSX")
                ),
                _ if at == 0 && kind != BOF => None,
                0x002F => bail!(protected()),
                0x0022 => short(data, 0).map(|mode| book.epoch_1904 = mode == 1),
                0x041E => short(data, 0).zip(text(data, 2)).map(|(id, code)| codes.extend([(id, Format::of(&code))])),
                0x00E0 => short(data, 2).map(|id| styles.push(id)),
                0x0085 => book.sheet_of(data),
                EOF => break,
                _ => Some(()),
            };
            if read.is_none() {
                bail!(damaged("its records do not fit together"));
            }
            if kind != CONTINUE {
                previous = kind;
            }
        }
        let format = |id: &u16| codes.get(id).copied().unwrap_or_else(|| Format::builtin(*id));
        book.formats = styles.iter().map(format).collect();
        book.strings = Shared { pieces: shared, at: 0 }.strings();
        book.stream = stream;
        Ok(book)
    }

    fn sheet_of(&mut self, data: &[u8]) -> Option<()> {
        let (start, hidden, kind) = (long(data, 0)? as usize, data.get(4)? & 0x3F != 0, *data.get(5)?);
        // Charts, macros and Visual Basic are no tables.
        if kind == 0 {
            let name = characters(data.get(8..)?, usize::from(*data.get(6)?), data.get(7)? & 1 != 0)?;
            self.sheets.push((SheetInfo { name, hidden }, start));
        }
        Some(())
    }

    /// Its worksheets, in the workbook's order.
    pub(super) fn sheets(&self) -> impl Iterator<Item = &SheetInfo> {
        self.sheets.iter().map(|(sheet, _)| sheet)
    }

    /// A sheet; nothing where none has the name.
    pub(super) fn sheet(&self, name: &str) -> Sheet<'_> {
        let start = self.sheets.iter().find(|(sheet, _)| sheet.name == name).map_or(self.stream.len(), |(_, start)| *start);
        Sheet { book: self, start }
    }

    fn number(&self, value: f64, style: u16) -> String {
        let format = self.formats.get(usize::from(style)).copied().unwrap_or_default();
        let day = format.is_date.then(|| dates::of_serial(value, self.epoch_1904)).flatten();
        day.map_or_else(|| number(value, format.digits).into_owned(), |day| day.to_string())
    }
}

impl Format {
    fn of(code: &str) -> Self {
        Self { is_date: is_date_format(code), digits: digits_shown(code) }
    }

    fn builtin(id: u16) -> Self {
        Self { is_date: matches!(id, 14..=22 | 27..=36 | 45..=47 | 50..=58), digits: 0 }
    }
}

/// One sheet of an open workbook.
pub(super) struct Sheet<'b> {
    book: &'b Xls,
    start: usize,
}

impl Grid for Sheet<'_> {
    fn hidden(&mut self) -> Option<BTreeSet<u32>> {
        let rows = records(&self.book.stream, self.start).take_while(|(kind, _)| *kind != EOF);
        // ROW: its number, and behind ten bytes its flags, of which the sixth is for no height at all.
        let hidden = rows.filter(|(kind, data)| *kind == 0x0208 && short(data, 12).is_some_and(|flags| flags & 0x20 != 0));
        Some(hidden.filter_map(|(_, data)| Some(u32::from(short(data, 0)?) + 1)).collect())
    }

    fn rows(&mut self, sink: &mut dyn FnMut(u32, &[String]) -> bool) -> Result<()> {
        let mut rows = Rows::new(sink);
        let mut depth = 0usize;
        // A formula whose value is a text is followed by the text.
        let mut formula = (0u16, 0u16);
        for (kind, data) in records(&self.book.stream, self.start) {
            match kind {
                BOF => depth += 1,
                EOF if depth <= 1 => break,
                EOF => depth -= 1,
                // Charts inside the sheet have cells of their own.
                _ if depth > 1 => {}
                _ => {
                    if kind == 0x0006 {
                        formula = (short(data, 0).unwrap_or_default(), short(data, 2).unwrap_or_default());
                    }
                    if !self.cells(kind, data, formula, &mut rows).unwrap_or(true) {
                        break;
                    }
                }
            }
        }
        rows.finish()
    }
}

impl Sheet<'_> {
    /// Hands on the cells of a record: whether more are wanted. A record that is too short has none.
    fn cells(&self, kind: u16, data: &[u8], formula: (u16, u16), rows: &mut Rows<'_>) -> Option<bool> {
        let book = self.book;
        let mut cell = |row: u16, column: u16, text: &str| rows.cell(u32::from(row), usize::from(column), text);
        let place = || Some((short(data, 0)?, short(data, 2)?, short(data, 4)?));
        match kind {
            0x0203 => {
                let (row, column, style) = place()?;
                Some(cell(row, column, &book.number(double(data, 6)?, style)))
            }
            0x027E => {
                let (row, column, style) = place()?;
                Some(cell(row, column, &book.number(packed(long(data, 6)?), style)))
            }
            0x00BD => {
                let (row, first) = (short(data, 0)?, short(data, 2)?);
                let cells = data.get(4..data.len().checked_sub(2)?)?.chunks_exact(6);
                let mut go_on = true;
                for (column, entry) in (first..).zip(cells) {
                    go_on &= cell(row, column, &book.number(packed(long(entry, 2)?), short(entry, 0)?));
                }
                Some(go_on)
            }
            0x00FD => {
                let (row, column, _) = place()?;
                Some(cell(row, column, book.strings.get(long(data, 6)? as usize)?))
            }
            0x0204 | 0x00D6 => {
                let (row, column, _) = place()?;
                Some(cell(row, column, &text(data, 6)?))
            }
            0x0205 => {
                let (row, column, _) = place()?;
                Some(cell(row, column, logical(*data.get(6)?, *data.get(7)? != 0)))
            }
            0x0006 => {
                let (row, column, style) = place()?;
                match (short(data, 12)?, *data.get(6)?) {
                    (0xFFFF, 1) => Some(cell(row, column, logical(*data.get(8)?, false))),
                    (0xFFFF, 2) => Some(cell(row, column, logical(*data.get(8)?, true))),
                    (0xFFFF, _) => None,
                    _ => Some(cell(row, column, &book.number(double(data, 6)?, style))),
                }
            }
            0x0207 => Some(cell(formula.0, formula.1, &text(data, 0)?)),
            _ => None,
        }
    }
}

fn double(data: &[u8], at: usize) -> Option<f64> {
    data.get(at..at + 8)?.try_into().ok().map(f64::from_le_bytes)
}

/// A number in 30 bits: an integer or the top of a float, perhaps in hundredths.
fn packed(rk: u32) -> f64 {
    let value = if rk & 2 != 0 { f64::from(rk as i32 >> 2) } else { f64::from_bits(u64::from(rk & !3) << 32) };
    if rk & 1 != 0 { value / 100.0 } else { value }
}

fn logical(value: u8, is_error: bool) -> &'static str {
    match (is_error, value) {
        (false, 0) => "false",
        (false, _) => "true",
        (true, 0x00) => "#NULL!",
        (true, 0x07) => "#DIV/0!",
        (true, 0x0F) => "#VALUE!",
        (true, 0x17) => "#REF!",
        (true, 0x1D) => "#NAME?",
        (true, 0x24) => "#NUM!",
        (true, _) => "#N/A",
    }
}

/// A text with its length in front.
fn text(data: &[u8], at: usize) -> Option<String> {
    let (count, flags) = (usize::from(short(data, at)?), *data.get(at + 2)?);
    // Rich text has the number of its runs before the letters.
    let skip = if flags & 8 != 0 { 2 } else { 0 } + if flags & 4 != 0 { 4 } else { 0 };
    characters(data.get(at + 3 + skip..)?, count, flags & 1 != 0)
}

/// Letters of one byte (the first 256 of Unicode) or of two.
fn characters(bytes: &[u8], count: usize, wide: bool) -> Option<String> {
    if wide {
        let units = bytes.get(..count.checked_mul(2)?)?.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
        Some(char::decode_utf16(units).map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
    } else {
        Some(bytes.get(..count)?.iter().map(|byte| char::from(*byte)).collect())
    }
}

/// The table of shared texts. It is cut into records wherever one is full, even inside a text.
struct Shared<'b> {
    pieces: Vec<&'b [u8]>,
    /// Into the first of `pieces`.
    at: usize,
}

impl Shared<'_> {
    fn strings(mut self) -> Vec<String> {
        self.pieces.reverse();
        let mut strings = Vec::new();
        if self.skip(8).is_some() {
            strings.extend(std::iter::from_fn(|| self.string()));
        }
        strings
    }

    fn string(&mut self) -> Option<String> {
        let mut left = usize::from(self.short()?);
        let mut flags = self.byte()?;
        let runs = if flags & 8 != 0 { usize::from(self.short()?) * 4 } else { 0 };
        let phonetic = if flags & 4 != 0 { usize::from(self.short()?) | usize::from(self.short()?) << 16 } else { 0 };
        let mut string = String::new();
        while left > 0 {
            let rest = self.pieces.last()?.get(self.at..)?;
            let width = 1 + usize::from(flags & 1);
            let count = left.min(rest.len() / width);
            string.push_str(&characters(rest, count, width == 2)?);
            self.at += count * width;
            left -= count;
            if left > 0 {
                // The next piece says anew how wide its letters are.
                self.pieces.pop();
                self.at = 0;
                flags = self.byte()?;
            }
        }
        self.skip(runs + phonetic);
        Some(string)
    }

    fn byte(&mut self) -> Option<u8> {
        while self.at >= self.pieces.last()?.len() {
            self.pieces.pop();
            self.at = 0;
        }
        self.at += 1;
        self.pieces.last()?.get(self.at - 1).copied()
    }

    fn short(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes([self.byte()?, self.byte()?]))
    }

    fn skip(&mut self, mut count: usize) -> Option<()> {
        while count > 0 {
            let here = self.pieces.last()?.len().saturating_sub(self.at).min(count);
            self.at += here;
            count -= here;
            if count > 0 {
                self.pieces.pop();
                self.at = 0;
            }
        }
        Some(())
    }
}
