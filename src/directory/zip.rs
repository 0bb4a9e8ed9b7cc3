//! The little of the ZIP format that must be known before a workbook is handed to its reader: which parts it has, and how large
//! they are unpacked.

use anyhow::{Result, bail};

use super::decode::Kind;
use crate::failure::Failure;

/// The kind of workbook in a ZIP archive.
pub(super) fn kind(bytes: &[u8]) -> Result<Kind> {
    let has = |name: &str| memchr::memmem::find(bytes, name.as_bytes()).is_some();
    if has("xl/workbook.bin") {
        return Ok(Kind::Xlsb);
    }
    if has("xl/workbook.xml") || has("xl/worksheets/") {
        return Ok(Kind::Xlsx);
    }
    if has("opendocument.spreadsheet") || has("content.xml") && !has("word/document.xml") {
        return Ok(Kind::Ods);
    }
    let failure = Failure::usage("the file is a ZIP archive but no workbook");
    bail!(failure.hint("unpack it and name the export inside"));
}
