//! Looks through a workbook's parts once before its reader does: that they unpack to what they say, since a reader that believes a
//! bomb's directory would fill the memory, and which rows are hidden, which no reader tells.

use std::collections::{BTreeSet, HashMap};
use std::io::{Read, Write};

use anyhow::{Result, bail};
use rayon::prelude::*;

use super::file_format::UNPACKED_LIMIT;
use super::markup;
use super::zip::{self, Entry};
use crate::failure::Failure;

/// A part smaller than this cannot unpack to anything that hurts: DEFLATE makes at most 1,032 bytes of one.
const HARMLESS: usize = 64 << 10;

/// Memory that the shared texts of a workbook may take. A reader keeps them all.
const SHARED: u64 = 1 << 30;

/// What a shared text takes beside its letters: where it is, how long, and what the allocator adds.
const EACH: u64 = 48;

/// Bytes of one cell's text. Spreadsheets hold 32,767 characters.
const LONGEST_TEXT: u64 = 1 << 20;

/// Bytes of a part that its reader takes into memory as a whole.
const WHOLE: u64 = 512 << 20;

/// The rows that a workbook in Excel's present format does not show, numbered from 1: hidden by hand, by a filter, in a closed
/// group.
pub(in crate::directory) struct HiddenRows(HashMap<String, BTreeSet<u32>>);

impl HiddenRows {
    /// Those of one sheet.
    pub(super) fn of(&self, bytes: &[u8], sheet: &str) -> BTreeSet<u32> {
        let entries = zip::entries(bytes).unwrap_or_default();
        zip::sheet_part(&entries, sheet).and_then(|part| self.0.get(&part.name)).cloned().unwrap_or_default()
    }
}

/// Unpacks the parts without keeping them, so that no reader meets more than it can hold; what it hears of hidden rows on the way.
pub(super) fn gauge(bytes: &[u8]) -> Result<HiddenRows> {
    let bomb = || {
        let failure = Failure::usage(format!(
            "the workbook unpacks to more than {} GiB, to more than it says, or to texts that no memory should hold",
            UNPACKED_LIMIT >> 30
        ));
        failure.hint("export it as CSV")
    };
    let entries = zip::entries(bytes).unwrap_or_default();
    let declared = entries.iter().fold(0u64, |sum, entry| sum.saturating_add(entry.unpacked));
    if declared > UNPACKED_LIMIT {
        bail!(bomb());
    }
    let gauged = |entry: &Entry<'_>| {
        let mut gauge = Gauge::of(&entry.name);
        if entry.packed.len() <= HARMLESS && gauge.part != Part::Sheet {
            return Some(gauge.hidden);
        }
        // Damage is for the workbook's reader to name.
        let count = match entry.method {
            8 => std::io::copy(
                &mut flate2::read::DeflateDecoder::new(entry.packed).take(entry.unpacked.saturating_add(1)),
                &mut gauge,
            ),
            _ => std::io::copy(&mut &*entry.packed, &mut gauge),
        };
        let is_bomb = entry.method == 8 && count.is_ok_and(|count| count > entry.unpacked || gauge.is_beyond(count));
        (!is_bomb).then_some(gauge.hidden)
    };
    // The largest part, a sheet, on one core and the rest on another.
    let mut parts: Vec<&Entry<'_>> = entries.iter().collect();
    parts.sort_by_key(|entry| std::cmp::Reverse(entry.packed.len()));
    let hidden = parts.par_iter().with_max_len(1).map(|entry| Some((entry.name.clone(), gauged(entry)?.rows)));
    Ok(HiddenRows(hidden.collect::<Option<_>>().ok_or_else(bomb)?))
}

/// Watches a part pass by: how many shared texts it has, how long a text it holds, which rows of it are hidden.
struct Gauge {
    part: Part,
    hidden: RowsSeen,
    texts: u64,
    run: u64,
    longest: u64,
    /// What came last, where a tag may have begun that goes on in the next piece.
    end: Vec<u8>,
}

/// What a part's reader keeps of it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// One cell after the other.
    Sheet,
    /// Every text.
    Shared,
    /// All of it.
    Whole,
    /// Nothing that counts.
    Other,
}

impl Gauge {
    fn of(name: &str) -> Self {
        let name = name.to_lowercase();
        let part = match name.as_str() {
            name if name.ends_with("sharedstrings.xml") => Part::Shared,
            name if name.ends_with("sharedstrings.bin") || name == "content.xml" => Part::Whole,
            name if name.contains("worksheets/") && name.ends_with(".xml") => Part::Sheet,
            _ => Part::Other,
        };
        Self { part, hidden: RowsSeen::default(), texts: 0, run: 0, longest: 0, end: Vec::new() }
    }

    fn is_beyond(&self, bytes: u64) -> bool {
        let text = self.longest.max(self.run) > LONGEST_TEXT;
        match self.part {
            Part::Sheet => text,
            Part::Shared => text || bytes.saturating_add(self.texts.saturating_mul(EACH)) > SHARED,
            Part::Whole => bytes > WHOLE,
            Part::Other => false,
        }
    }

    fn count(&mut self, bytes: &[u8]) {
        let is_text =
            |tag: &[u8]| tag.starts_with(b"<si") && matches!(tag.get(3), Some(b' ' | b'/' | b'>' | b'\n' | b'\r' | b'\t'));
        self.texts += memchr::memchr_iter(b'<', bytes).filter(|at| bytes.get(*at..).is_some_and(is_text)).count() as u64;
    }
}

impl Write for Gauge {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.part == Part::Sheet {
            self.hidden.hear(bytes);
        }
        if matches!(self.part, Part::Sheet | Part::Shared) {
            // Between two tags of one piece no text is long: pieces are short.
            match (memchr::memchr(b'<', bytes), memchr::memrchr(b'<', bytes)) {
                (Some(first), Some(last)) => {
                    self.longest = self.longest.max(self.run + first as u64);
                    self.run = (bytes.len() - last) as u64;
                }
                _ => self.run += bytes.len() as u64,
            }
        }
        if self.part == Part::Shared {
            // Tags that end in this piece and began in the one before.
            let mut seam = std::mem::take(&mut self.end);
            seam.extend(bytes.iter().take(3));
            self.count(&seam);
            self.count(bytes);
            // A piece may be shorter than a tag.
            seam.extend(bytes.iter().skip(3));
            self.end = seam.split_off(seam.len().saturating_sub(3));
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The numbers of the hidden rows in the text of a sheet, piece by piece.
#[derive(Default)]
struct RowsSeen {
    rows: BTreeSet<u32>,
    /// From the last tag that has not ended yet.
    open: Vec<u8>,
}

impl RowsSeen {
    fn hear(&mut self, more: &[u8]) {
        self.open.extend_from_slice(more);
        for found in memchr::memmem::find_iter(&self.open, b"hidden=") {
            let start = self.open.get(..found).and_then(|before| memchr::memrchr(b'<', before));
            let end = self.open.get(found..).and_then(|rest| memchr::memchr(b'>', rest)).map(|end| found + end);
            let tag = start.zip(end).and_then(|(start, end)| std::str::from_utf8(self.open.get(start..=end)?).ok());
            let Some(tag) = tag.and_then(|tag| markup::tags(tag).next()) else { continue };
            if tag.name == "row" && matches!(markup::attribute(tag.attributes, "hidden"), Some("1" | "true")) {
                self.rows.extend(markup::count(tag.attributes, "r"));
            }
        }
        let last = memchr::memrchr(b'<', &self.open).filter(|at| !self.open.get(*at..).is_some_and(|rest| rest.contains(&b'>')));
        self.open.drain(..last.unwrap_or(self.open.len()));
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn shared_texts_are_counted_wherever_the_pieces_are_cut() {
        let part = "<sst><si/><si ><t>a</t></si><si><t>b</t></si><sid/><t><si></t></sst>";
        for piece in 1..8 {
            let mut gauge = Gauge::of("xl/sharedStrings.xml");
            part.as_bytes().chunks(piece).for_each(|bytes| gauge.write_all(bytes).unwrap());
            assert_eq!(gauge.texts, 4, "pieces of {piece}");
        }
    }

    #[test]
    fn one_text_without_end_and_texts_without_number_are_beyond_what_memory_should_hold() {
        let mut sheet = Gauge::of("xl/worksheets/sheet1.xml");
        (0..LONGEST_TEXT / 1024).for_each(|_| sheet.write_all(&[b'x'; 1024]).unwrap());
        assert!(!sheet.is_beyond(0));
        sheet.write_all(b"x</t>").unwrap();
        assert!(sheet.is_beyond(0));
        let mut shared = Gauge::of("xl/sharedStrings.xml");
        shared.texts = 10_000_000;
        assert!(!shared.is_beyond(400 << 20), "ten million of them are read");
        shared.texts = 380_000_000;
        assert!(shared.is_beyond(1_900_000_000));
    }
}
