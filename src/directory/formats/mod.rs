//! From bytes to rows of text cells: [`decode`] says what the bytes are, and each format has its reader.
//!
//! Text is read by `delimited`, `json`, `ldif` and `markup` (tables of HTML, Excel 2003's XML), workbooks by `workbook`, which has
//! `xls` and `ods` beside calamine's readers. What a [`grid`] is, is read alike, wherever it came from.

pub(super) mod decode;
pub(super) mod delimited;
pub(super) mod file_format;
mod gauge;
pub(super) mod grid;
pub(super) mod json;
pub(super) mod ldif;
pub(super) mod markup;
mod ods;
mod ole;
mod sheet;
pub(super) mod workbook;
mod xls;
mod zip;
