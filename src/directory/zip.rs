//! The little of the ZIP format that must be known before a workbook is handed to its reader: which parts it has, and that they unpack
//! to what they say. A reader that believes a bomb's directory would fill the memory.

use std::collections::BTreeSet;
use std::io::{Read, Write};

use anyhow::{Result, bail};

use super::file_format::{FileFormat, UNPACKED_LIMIT};
use super::markup;
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

/// Parts of a workbook, at most.
const MOST_PARTS: usize = 20_000;

/// One entry of the archive's directory.
struct Entry<'b> {
    name: String,
    method: u16,
    unpacked: u64,
    packed: &'b [u8],
}

/// The kind of workbook in a ZIP archive whose parts are what they say.
pub(super) fn kind(bytes: &[u8]) -> Result<FileFormat> {
    let Some(entries) = entries(bytes) else {
        bail!(Failure::usage("the file begins like a ZIP archive but its end is missing: it was cut off").hint("export it again"));
    };
    let has = |name: &str| entries.iter().any(|entry| entry.name.trim_start_matches('/').eq_ignore_ascii_case(name));
    let kind = if has("xl/workbook.bin") {
        FileFormat::Xlsb
    } else if has("xl/workbook.xml") || entries.iter().any(|entry| entry.name.to_lowercase().contains("xl/worksheets/")) {
        FileFormat::Xlsx
    } else if has("content.xml") && !has("word/document.xml") {
        FileFormat::Ods
    } else {
        let exports = entries.iter().filter(|entry| {
            let name = entry.name.to_lowercase();
            ["csv", "txt", "json", "xlsx", "xls", "tsv"].iter().any(|end| name.ends_with(&format!(".{end}")))
        });
        let exports = exports.count();
        let inside =
            if exports > 0 { format!(" ({exports} of the {} files in it could be exports)", entries.len()) } else { String::new() };
        bail!(
            Failure::usage(format!("the file is a ZIP archive but no workbook{inside}"))
                .hint("unpack it and name the export inside")
        );
    };
    refuse_bombs(&entries)?;
    Ok(kind)
}

/// The text of a part, as far as it is what it says.
pub(super) fn part(bytes: &[u8], name: &str) -> Option<String> {
    entries(bytes)?.into_iter().find(|entry| entry.name == name)?.text()
}

/// The rows of a sheet of Excel's present format that are not shown, numbered from 1: hidden by hand, by a filter, in a closed group.
pub(super) fn hidden_rows(bytes: &[u8], sheet: &str) -> BTreeSet<u32> {
    let mut found = HiddenRows::default();
    let entries = entries(bytes).unwrap_or_default();
    if let Some(entry) = sheet_part(&entries, sheet) {
        // What is damaged, the reader of the cells names.
        let _ = match entry.method {
            0 => std::io::copy(&mut &*entry.packed, &mut found),
            _ => std::io::copy(&mut flate2::read::DeflateDecoder::new(entry.packed).take(entry.unpacked), &mut found),
        };
    }
    found.rows
}

/// The part that holds a sheet, as the workbook and its relationships say.
fn sheet_part<'e, 'b>(entries: &'e [Entry<'b>], sheet: &str) -> Option<&'e Entry<'b>> {
    let plain = |name: &str| name.replace('\\', "/").trim_start_matches('/').to_ascii_lowercase();
    let named = |wanted: &str| entries.iter().find(|entry| plain(&entry.name) == plain(wanted));
    let text = |wanted: &str| named(wanted).and_then(Entry::text);
    let tags = |text: &str, name: &'static str, wanted: &dyn Fn(&str) -> Option<String>| {
        let mut at = 0;
        while let Some(open) = text.get(at..).and_then(|rest| rest.find('<')).map(|found| at + found) {
            let (tag, end) = markup::tag(text, open)?;
            if let Some(found) = Some(tag).filter(|tag| tag.name == name).and_then(|tag| wanted(tag.attributes)) {
                return Some(found);
            }
            at = end;
        }
        None
    };
    let of = |attributes: &str, name: &str| markup::attribute(attributes, name).map(|value| markup::entities(value).into_owned());
    let id = tags(&text("xl/workbook.xml")?, "sheet", &|tag| of(tag, "id").filter(|_| of(tag, "name").as_deref() == Some(sheet)))?;
    let target = tags(&text("xl/_rels/workbook.xml.rels")?, "relationship", &|tag| {
        of(tag, "Target").filter(|_| of(tag, "Id").as_ref() == Some(&id))
    })?;
    let target = plain(&target);
    named(&target).or_else(|| named(&format!("xl/{target}")))
}

/// Hears the text of a sheet and keeps the numbers of the rows that are hidden.
#[derive(Default)]
struct HiddenRows {
    rows: BTreeSet<u32>,
    /// From the last tag that has not ended yet.
    open: Vec<u8>,
}

impl Write for HiddenRows {
    fn write(&mut self, more: &[u8]) -> std::io::Result<usize> {
        self.open.extend_from_slice(more);
        for found in memchr::memmem::find_iter(&self.open, b"hidden=") {
            let start = self.open.get(..found).and_then(|before| memchr::memrchr(b'<', before));
            let end = self.open.get(found..).and_then(|rest| memchr::memchr(b'>', rest)).map(|end| found + end);
            let tag = start.zip(end).and_then(|(start, end)| std::str::from_utf8(self.open.get(start..=end)?).ok());
            let Some((tag, _)) = tag.and_then(|tag| markup::tag(tag, 0)) else { continue };
            if tag.name == "row" && matches!(markup::attribute(tag.attributes, "hidden"), Some("1" | "true")) {
                self.rows.extend(markup::count(tag.attributes, "r"));
            }
        }
        let last = memchr::memrchr(b'<', &self.open).filter(|at| !self.open.get(*at..).is_some_and(|rest| rest.contains(&b'>')));
        self.open.drain(..last.unwrap_or(self.open.len()));
        Ok(more.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Entry<'_> {
    /// Its text, as far as it is what it says.
    fn text(&self) -> Option<String> {
        let mut text = Vec::new();
        match self.method {
            0 => text.extend_from_slice(self.packed),
            _ => {
                let inflated = flate2::read::DeflateDecoder::new(self.packed).take(self.unpacked.min(UNPACKED_LIMIT));
                // What a damaged part holds up to the damage is not enough.
                std::io::copy(&mut { inflated }, &mut text).ok()?;
            }
        }
        String::from_utf8(text).ok()
    }
}

/// Unpacks every part without keeping it, so that no reader meets more than it can hold.
fn refuse_bombs(entries: &[Entry<'_>]) -> Result<()> {
    let bomb = || {
        let failure = Failure::usage(format!(
            "the workbook unpacks to more than {} GiB, to more than it says, or to texts that no memory should hold",
            UNPACKED_LIMIT >> 30
        ));
        failure.hint("export it as CSV")
    };
    let declared = entries.iter().fold(0u64, |sum, entry| sum.saturating_add(entry.unpacked));
    if declared > UNPACKED_LIMIT {
        bail!(bomb());
    }
    let large: Vec<&Entry<'_>> = entries.iter().filter(|entry| entry.method == 8 && entry.packed.len() > HARMLESS).collect();
    let lies = |entry: &Entry<'_>| {
        let inflated = flate2::read::DeflateDecoder::new(entry.packed).take(entry.unpacked.saturating_add(1));
        let mut gauge = Gauge::of(&entry.name);
        // Damage is for the workbook's reader to name.
        std::io::copy(&mut { inflated }, &mut gauge).is_ok_and(|count| count > entry.unpacked || gauge.is_beyond(count))
    };
    // The largest part, a sheet, on one thread and the rest on another.
    let largest = large.iter().copied().max_by_key(|entry| entry.packed.len());
    let rest = large.iter().copied().filter(|entry| !largest.is_some_and(|largest| std::ptr::eq(*entry, largest)));
    let (one, other) = std::thread::scope(|scope| {
        let one = scope.spawn(|| largest.is_some_and(lies));
        let other = rest.into_iter().any(lies);
        (one.join().unwrap_or(true), other)
    });
    if one || other {
        bail!(bomb());
    }
    Ok(())
}

/// Watches a part pass by: how many shared texts it has, and how long a text it holds.
struct Gauge {
    part: Part,
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
        Self { part, texts: 0, run: 0, longest: 0, end: Vec::new() }
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

impl std::io::Write for Gauge {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
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

/// The archive's directory; none when it has no end, or one that leads nowhere.
fn entries(bytes: &[u8]) -> Option<Vec<Entry<'_>>> {
    let tail = bytes.len().saturating_sub(66_000);
    let end = tail + memchr::memmem::rfind(bytes.get(tail..)?, b"PK\x05\x06")?;
    let count = usize::from(short(bytes, end + 10)?);
    let mut at = long(bytes, end + 16)? as usize;
    let mut entries = Vec::new();
    // Large archives put 0xFFFF here and the count elsewhere: go by the signatures.
    while entries.len() < MOST_PARTS && (entries.len() < count || count == 0xFFFF) && bytes.get(at..at + 4) == Some(b"PK\x01\x02") {
        let (name, extra, comment) =
            (usize::from(short(bytes, at + 28)?), usize::from(short(bytes, at + 30)?), usize::from(short(bytes, at + 32)?));
        let local = long(bytes, at + 42)? as usize;
        let packed = long(bytes, at + 20)? as usize;
        let data = local
            .checked_add(30)?
            .checked_add(usize::from(short(bytes, local + 26)?))?
            .checked_add(usize::from(short(bytes, local + 28)?))?;
        entries.push(Entry {
            name: String::from_utf8_lossy(bytes.get(at + 46..at + 46 + name)?).replace('\\', "/"),
            method: short(bytes, at + 10)?,
            unpacked: u64::from(long(bytes, at + 24)?),
            // A size of 0xFFFFFFFF stands elsewhere too; such a part is larger than the limit anyway.
            packed: bytes.get(data..data.saturating_add(packed).min(bytes.len()))?,
        });
        at += 46 + name + extra + comment;
    }
    Some(entries)
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at.checked_add(2)?)?.try_into().ok().map(u16::from_le_bytes)
}

fn long(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at.checked_add(4)?)?.try_into().ok().map(u32::from_le_bytes)
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
