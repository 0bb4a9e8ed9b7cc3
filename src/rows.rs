//! Many rows into one file: rendered on all cores, written in order. And CSV, as all tables of ours are written.
//!
//! UTF-8 with a byte-order mark, CRLF, RFC 4180. What a spreadsheet would take for a formula has an apostrophe before it, also
//! where `;` ends a cell there; characters the eye does not see are shown.

use std::borrow::Cow;
use std::io::Write;
use std::ops::Range;

use anyhow::Result;
use rayon::prelude::*;

use crate::text;

/// Rows rendered by one core at a time.
const BLOCK: usize = 1024;

/// Blocks of each core that are in memory while those before them are written.
const AHEAD: usize = 4;

/// Calls `render` with ranges that make up `0..rows`, from several threads, and writes what it appended in the order of the rows.
pub(crate) fn write_rows(
    out: &mut (impl Write + Send),
    rows: usize,
    render: impl Fn(Range<usize>, &mut Vec<u8>) -> Result<()> + Sync,
) -> Result<()> {
    let block = |start: usize| {
        let mut text = Vec::with_capacity(BLOCK * 256);
        render(start..rows.min(start + BLOCK), &mut text)?;
        Ok(text)
    };
    let ahead = AHEAD * rayon::current_num_threads();
    let blocks = |from: usize| -> Result<Vec<Vec<u8>>> {
        let starts: Vec<usize> = (from..rows).step_by(BLOCK).take(ahead).collect();
        starts.into_par_iter().map(block).collect()
    };
    let (mut ready, mut next) = (blocks(0)?, BLOCK * ahead);
    while !ready.is_empty() {
        let (written, following) = rayon::join(|| ready.iter().try_for_each(|text| out.write_all(text)), || blocks(next));
        written?;
        (ready, next) = (following?, next + BLOCK * ahead);
    }
    Ok(())
}

/// The bytes that stand in a cell as they are.
const PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = b' ';
    while byte <= b'~' {
        plain[byte as usize] = !matches!(byte, b'"' | b',' | b';');
        byte += 1;
    }
    plain
};

/// Rows of CSV being rendered.
#[derive(Default)]
pub(crate) struct Rows {
    text: Vec<u8>,
    /// Where the row begins.
    start: usize,
}

impl Rows {
    /// A file up to its first row: the byte-order mark and the header.
    fn headed(header: &[&str]) -> Self {
        let mut rows = Self { text: "\u{FEFF}".into(), start: "\u{FEFF}".len() };
        header.iter().for_each(|name| rows.cell(name));
        rows.end();
        rows
    }

    /// The rows as they are in a file.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.text
    }

    /// One cell, made safe.
    pub(crate) fn cell(&mut self, value: &str) {
        if self.text.len() > self.start {
            self.text.push(b',');
        } else if value.is_empty() {
            // A first cell that is empty must not look like no cell at all.
            self.text.extend_from_slice(b"\"\"");
            return;
        }
        // Most cells are plain ASCII without a sign in front.
        if value.bytes().all(|byte| PLAIN[usize::from(byte)])
            && !matches!(value.as_bytes().first(), Some(b'=' | b'+' | b'-' | b'@' | b' '))
        {
            self.text.extend_from_slice(value.as_bytes());
            return;
        }
        self.quoted(&safe(value));
    }

    /// One cell as it is, for programs: whoever writes it has seen to it that no spreadsheet evaluates it.
    pub(crate) fn exact(&mut self, value: &str) {
        if self.text.len() > self.start {
            self.text.push(b',');
        }
        self.quoted(value);
    }

    fn quoted(&mut self, value: &str) {
        if value.bytes().any(|byte| matches!(byte, b'"' | b',' | b'\r' | b'\n')) {
            self.text.push(b'"');
            for part in value.split_inclusive('"') {
                self.text.extend_from_slice(part.as_bytes());
                if part.ends_with('"') {
                    self.text.push(b'"');
                }
            }
            self.text.push(b'"');
        } else {
            self.text.extend_from_slice(value.as_bytes());
        }
    }

    pub(crate) fn maybe(&mut self, value: Option<&str>) {
        self.cell(value.unwrap_or_default());
    }

    /// A value of ours that needs no care: digits, a day, `true`.
    pub(crate) fn plain(&mut self, value: Option<impl std::fmt::Display>) {
        if self.text.len() > self.start {
            self.text.push(b',');
        } else if value.is_none() {
            self.text.extend_from_slice(b"\"\"");
        }
        if let Some(value) = value {
            // A Vec takes everything.
            let _ = write!(self.text, "{value}");
        }
    }

    pub(crate) fn end(&mut self) {
        self.text.extend_from_slice(b"\r\n");
        self.start = self.text.len();
    }
}

/// A whole CSV file. `row` renders the cells of one of `count` records; one record may be several rows, or none, where it ends them
/// itself.
pub(crate) fn csv(mut out: impl Write + Send, header: &[&str], count: usize, row: impl Fn(usize, &mut Rows) + Sync) -> Result<()> {
    out.write_all(&Rows::headed(header).text)?;
    write_rows(&mut out, count, |range, text| {
        let mut rows = Rows { text: std::mem::take(text), start: 0 };
        range.for_each(|record| row(record, &mut rows));
        *text = rows.text;
        Ok(())
    })
}

/// A cell without characters the eye does not see, and with an apostrophe before what a spreadsheet would evaluate.
fn safe(value: &str) -> Cow<'_, str> {
    // TAB and CR lead to evaluation too; they are shown as `<U+0009>` before they can.
    text::disarmed(text::visible(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_in_order_however_many() {
        for rows in [0, 1, BLOCK - 1, BLOCK, BLOCK * AHEAD + 1, 3 * BLOCK * AHEAD] {
            let mut out = Vec::new();
            let render =
                |range: Range<usize>, text: &mut Vec<u8>| Ok(range.into_iter().try_for_each(|row| writeln!(text, "{row}"))?);
            write_rows(&mut out, rows, render).unwrap();
            let expected: String = (0..rows).map(|row| format!("{row}\n")).collect();
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
    }

    #[test]
    fn an_error_of_any_row_is_the_answer() {
        let render = |range: Range<usize>, _: &mut Vec<u8>| match range.contains(&(BLOCK * AHEAD)) {
            true => anyhow::bail!("this one"),
            false => Ok(()),
        };
        assert_eq!(write_rows(&mut Vec::new(), 2 * BLOCK * AHEAD, render).unwrap_err().to_string(), "this one");
    }

    fn written(cells: &[&str]) -> String {
        let mut out = Vec::new();
        let row = |_: usize, csv: &mut Rows| {
            cells.iter().for_each(|cell| csv.cell(cell));
            csv.end();
        };
        csv(&mut out, &["a"], 1, row).unwrap();
        String::from_utf8(out).unwrap().strip_prefix("\u{FEFF}a\r\n").unwrap().to_owned()
    }

    #[test]
    fn cells_cannot_be_formulas_or_break_out() {
        assert_eq!(written(&["=1+1", "+49", "-x", "@y", "＝z"]), "'=1+1,'+49,'-x,'@y,'＝z\r\n");
        assert_eq!(written(&["a,b", "say \"hi\"", "\"", ""]), "\"a,b\",\"say \"\"hi\"\"\",\"\"\"\",\r\n");
        assert_eq!(written(&["a", ";=1+1;", " =x"]), "a,;'=1+1;,' =x\r\n");
        assert_eq!(written(&["a\r\nb", "\t=1"]), "a<U+000D><U+000A>b,<U+0009>=1\r\n");
    }

    #[test]
    fn a_csv_reader_gets_back_what_was_written() {
        let line = written(&["", "x,\"y\"", "z"]);
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line.as_bytes());
        let record = reader.records().next().unwrap().unwrap();
        assert_eq!(record.iter().collect::<Vec<_>>(), ["", "x,\"y\"", "z"]);
    }
}
