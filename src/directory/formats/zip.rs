//! The little of the ZIP format that must be known before a workbook is handed to its reader: which parts it has.

use std::io::Read;

use anyhow::{Result, bail};

use super::file_format::{FileFormat, UNPACKED_LIMIT};
use super::markup;
use super::sheet::{long, short};
use crate::failure::Failure;

/// Parts of a workbook, at most.
const MOST_PARTS: usize = 20_000;

/// One entry of the archive's directory.
pub(super) struct Entry<'b> {
    pub(super) name: String,
    pub(super) method: u16,
    pub(super) unpacked: u64,
    pub(super) packed: &'b [u8],
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
    Ok(kind)
}

/// The text of a part, as far as it is what it says.
pub(super) fn part(bytes: &[u8], name: &str) -> Option<String> {
    entries(bytes)?.into_iter().find(|entry| entry.name == name)?.text()
}

/// The part that holds a sheet, as the workbook and its relationships say.
pub(super) fn sheet_part<'e, 'b>(entries: &'e [Entry<'b>], sheet: &str) -> Option<&'e Entry<'b>> {
    let plain = |name: &str| name.replace('\\', "/").trim_start_matches('/').to_ascii_lowercase();
    let named = |wanted: &str| entries.iter().find(|entry| plain(&entry.name) == plain(wanted));
    let text = |wanted: &str| named(wanted).and_then(Entry::text);
    let of = |attributes: &str, name: &str| markup::attribute(attributes, name).map(|value| markup::entities(value).into_owned());
    let (workbook, relationships) = (text("xl/workbook.xml")?, text("xl/_rels/workbook.xml.rels")?);
    let mut sheets = markup::tags(&workbook).filter(|tag| tag.name == "sheet").map(|tag| tag.attributes);
    let id = sheets.find_map(|tag| of(tag, "id").filter(|_| of(tag, "name").as_deref() == Some(sheet)))?;
    let mut targets = markup::tags(&relationships).filter(|tag| tag.name == "relationship").map(|tag| tag.attributes);
    let target = targets.find_map(|tag| of(tag, "Target").filter(|_| of(tag, "Id").as_ref() == Some(&id)))?;
    let target = plain(&target);
    named(&target).or_else(|| named(&format!("xl/{target}")))
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

/// The archive's directory; none when it has no end, or one that leads nowhere.
pub(super) fn entries(bytes: &[u8]) -> Option<Vec<Entry<'_>>> {
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
