//! The little of the ZIP format that must be known before a workbook is handed to its reader: which parts it has, and that they unpack
//! to what they say. A reader that believes a bomb's directory would fill the memory.

use std::io::Read;

use anyhow::{Result, bail};

use super::decode::{Kind, UNPACKED_LIMIT};
use crate::failure::Failure;

/// A part smaller than this cannot unpack to anything that hurts: DEFLATE makes at most 1,032 bytes of one.
const HARMLESS: usize = 64 << 10;

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
pub(super) fn kind(bytes: &[u8]) -> Result<Kind> {
    let Some(entries) = entries(bytes) else {
        bail!(Failure::usage("the file begins like a ZIP archive but its end is missing: it was cut off").hint("export it again"));
    };
    let has = |name: &str| entries.iter().any(|entry| entry.name.trim_start_matches('/').eq_ignore_ascii_case(name));
    let kind = if has("xl/workbook.bin") {
        Kind::Xlsb
    } else if has("xl/workbook.xml") || entries.iter().any(|entry| entry.name.to_lowercase().contains("xl/worksheets/")) {
        Kind::Xlsx
    } else if has("content.xml") && !has("word/document.xml") {
        Kind::Ods
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
    let entry = entries(bytes)?.into_iter().find(|entry| entry.name == name)?;
    let mut text = Vec::new();
    match entry.method {
        0 => text.extend_from_slice(entry.packed),
        _ => {
            let inflated = flate2::read::DeflateDecoder::new(entry.packed).take(entry.unpacked.min(UNPACKED_LIMIT));
            // What a damaged part holds up to the damage is not enough.
            std::io::copy(&mut { inflated }, &mut text).ok()?;
        }
    }
    String::from_utf8(text).ok()
}

/// Unpacks every part without keeping it, so that no reader meets more than it can hold.
fn refuse_bombs(entries: &[Entry<'_>]) -> Result<()> {
    let bomb = || {
        let failure =
            Failure::usage(format!("the workbook unpacks to more than {} GiB, or to more than it says", UNPACKED_LIMIT >> 30));
        failure.hint("export it as CSV")
    };
    let declared = entries.iter().fold(0u64, |sum, entry| sum.saturating_add(entry.unpacked));
    if declared > UNPACKED_LIMIT {
        bail!(bomb());
    }
    let large: Vec<&Entry<'_>> = entries.iter().filter(|entry| entry.method == 8 && entry.packed.len() > HARMLESS).collect();
    let lies = |entry: &Entry<'_>| {
        let inflated = flate2::read::DeflateDecoder::new(entry.packed).take(entry.unpacked.saturating_add(1));
        // Damage is for the workbook's reader to name.
        std::io::copy(&mut { inflated }, &mut std::io::sink()).is_ok_and(|count| count > entry.unpacked)
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
