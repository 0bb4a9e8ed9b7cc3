//! From bytes to something that can be read as a table: by content, never by name.
//!
//! An export is sniffed (workbook, markup, JSON, LDIF, delimited text), unpacked if it is gzip, and decoded to UTF-8. An encoding
//! nobody announced is guessed, and the guess is said together with a word it decoded, so that a person can see whether it is
//! right.

use std::io::Read;

use anyhow::{Result, bail};

use super::file_format::{FileFormat, UNPACKED_LIMIT};
use super::sheet::protected;
use crate::failure::Failure;

/// A file's content.
#[derive(Debug)]
pub(in crate::directory) enum Decoded {
    /// A workbook's bytes.
    Workbook(FileFormat, Vec<u8>),
    /// Text and how it was decoded.
    Text(FileFormat, Text),
}

/// Decoded text.
#[derive(Debug)]
pub(in crate::directory) struct Text {
    text: String,
    /// Bytes of a byte-order mark, and of an answer's headers, at the start.
    skip: usize,
    /// The headers of the answer that was saved with them (`curl -i`).
    pub(in crate::directory) headers: Vec<(String, String)>,
    /// A word that shows whether the encoding was guessed right: one of somebody's, so it goes into no file that is kept.
    pub(in crate::directory) word: Option<String>,
    /// The encoding, and whether it was guessed.
    pub(in crate::directory) encoding: String,
    /// What a reader should know about the decoding.
    pub(in crate::directory) notes: Vec<String>,
}

impl Text {
    fn new(text: String, encoding: String, notes: Vec<String>) -> Self {
        // A mark may be doubled by tools that prepend one to a file that has one.
        let skip = text.len() - text.trim_start_matches('\u{FEFF}').len();
        Self { text, skip, headers: Vec::new(), word: None, encoding, notes }
    }

    /// The text without a byte-order mark.
    pub(in crate::directory) fn as_str(&self) -> &str {
        self.text.get(self.skip..).unwrap_or_default()
    }

    /// Takes the headers of an answer off its body.
    fn take_headers(&mut self) {
        let body = self.as_str();
        if !body.starts_with("HTTP/") {
            return;
        }
        let Some((head, behind)) = ["\r\n\r\n", "\n\n"].iter().filter_map(|end| Some((body.find(end)?, end.len()))).min() else {
            return;
        };
        let mut lines = body.get(..head).unwrap_or_default().lines();
        // `HTTP/1.1 206 Partial Content`
        let code = lines.next().and_then(|line| line.split_whitespace().nth(1)).map(|code| ("status".to_owned(), code.to_owned()));
        let header = |line: &str| line.split_once(':').map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()));
        self.headers = code.into_iter().chain(lines.filter_map(header)).collect();
        self.skip += head + behind;
    }
}

/// Sniffs and decodes. `encoding` is a label the configuration gives.
pub(in crate::directory) fn decode(bytes: Vec<u8>, encoding: Option<&str>) -> Result<Decoded> {
    let bytes = gunzip(bytes)?;
    if let Some(kind) = binary(&bytes)? {
        return Ok(Decoded::Workbook(kind, bytes));
    }
    let mut text = text(bytes, encoding)?;
    text.take_headers();
    let kind = textual(text.as_str())?;
    Ok(Decoded::Text(kind, text))
}

fn gunzip(bytes: Vec<u8>) -> Result<Vec<u8>> {
    if !bytes.starts_with(&[0x1F, 0x8B]) {
        return Ok(bytes);
    }
    let mut unpacked = Vec::new();
    let read = flate2::read::MultiGzDecoder::new(bytes.as_slice()).take(UNPACKED_LIMIT + 1).read_to_end(&mut unpacked);
    if let Err(error) = read {
        bail!(
            Failure::usage(format!("the gzip data is damaged after {} bytes: {error}", unpacked.len()))
                .hint("export the file again")
        );
    }
    if unpacked.len() as u64 > UNPACKED_LIMIT {
        bail!(Failure::usage(format!("the gzip data unpacks to more than {} GiB", UNPACKED_LIMIT >> 30)).hint("split the export"));
    }
    Ok(unpacked)
}

/// What the magic bytes say.
fn binary(bytes: &[u8]) -> Result<Option<FileFormat>> {
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return super::zip::kind(bytes).map(Some);
    }
    if bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]) {
        // The names of an OLE container's streams are UTF-16.
        let names = |name: &str| {
            let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
            memchr::memmem::find(bytes, &wide).is_some()
        };
        if names("EncryptedPackage") || names("EncryptionInfo") {
            bail!(protected());
        }
        if names("Workbook") || names("Book") {
            return Ok(Some(FileFormat::Xls));
        }
        bail!(
            Failure::usage("the file is an OLE container but no workbook (a Word document or a mail?)")
                .hint("export it as CSV, XLSX or JSON")
        );
    }
    for (magic, name) in [
        (&b"%PDF"[..], "a PDF document"),
        (b"\x89PNG", "a picture"),
        (b"7z\xBC\xAF", "a 7-Zip archive"),
        (b"Rar!", "a RAR archive"),
        (b"PAR1", "a Parquet file"),
        (b"SQLite format 3", "an SQLite database"),
    ] {
        if bytes.starts_with(magic) {
            bail!(Failure::usage(format!("the file is {name}, not an export")).hint("export it as CSV, XLSX or JSON"));
        }
    }
    Ok(None)
}

/// What decoded text is.
fn textual(text: &str) -> Result<FileFormat> {
    let start = text.trim_start();
    let lower: String = start.chars().take(2048).collect::<String>().to_lowercase();
    if lower.starts_with("mime-version:") || lower.starts_with("from:") && lower.contains("mime-version:") {
        bail!(
            Failure::usage("the file is a web archive (MHTML) although it may be named .xls")
                .hint("open it in a spreadsheet and save it as XLSX or CSV")
        );
    }
    if lower.starts_with("<?xml") || lower.starts_with("<workbook") {
        if lower.contains("urn:schemas-microsoft-com:office:spreadsheet") {
            return Ok(FileFormat::SpreadsheetMl);
        }
        if !lower.contains("<html") {
            bail!(Failure::usage("the file is XML of a kind that is not read").hint("export it as CSV, XLSX or JSON"));
        }
    }
    if ["<html", "<!doctype html", "<table", "<meta", "<head", "<style", "<div", "<body", "<?xml"]
        .iter()
        .any(|tag| lower.starts_with(tag))
    {
        return Ok(FileFormat::Html);
    }
    if start.starts_with('{') || start.starts_with('[') && !lower.starts_with("[type") {
        return Ok(FileFormat::Json);
    }
    if is_ldif(start) { Ok(FileFormat::Ldif) } else { Ok(FileFormat::Delimited) }
}

/// Whether a text begins as LDIF does, behind the comments that ldapsearch writes.
fn is_ldif(start: &str) -> bool {
    let mut lines = start.lines().map(str::trim_end).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.next().is_some_and(|line| {
        let lower = line.get(..line.len().min(16)).unwrap_or_default().to_ascii_lowercase();
        lower.starts_with("dn:")
            || lower == "version: 1"
            || lower == "version:1"
            || start.starts_with("# extended LDIF") && lower.starts_with("search:")
    })
}

fn text(bytes: Vec<u8>, label: Option<&str>) -> Result<Text> {
    if let Some(label) = label {
        let Some(encoding) = encoding_rs::Encoding::for_label(label.as_bytes()) else {
            bail!(
                Failure::usage(format!("`{label}` is no encoding"))
                    .hint("such as utf-8, windows-1252, shift_jis, macintosh, utf-16le")
            );
        };
        return transcode(&bytes, encoding, false);
    }
    if let Some((encoding, _)) = encoding_rs::Encoding::for_bom(&bytes)
        && encoding != encoding_rs::UTF_8
    {
        return transcode(&bytes, encoding, false);
    }
    if let Some(encoding) = wide_without_mark(&bytes) {
        return transcode(&bytes, encoding, true);
    }
    match String::from_utf8(bytes) {
        Ok(text) => {
            let encoding = if text.starts_with('\u{FEFF}') { "UTF-8 with byte-order mark" } else { "UTF-8" };
            let has_nul = memchr::memchr(0, text.as_bytes()).is_some();
            let note = has_nul.then(|| "the text holds NUL characters: it may be damaged".to_owned());
            Ok(Text::new(text, encoding.into(), note.into_iter().collect()))
        }
        Err(error) => {
            let bytes = error.into_bytes();
            let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
            detector.feed(&bytes, true);
            let encoding = detector.guess(None, chardetng::Utf8Detection::Deny);
            let western = encoding == encoding_rs::WINDOWS_1252;
            let encoding = if western && is_macintosh(&bytes) { encoding_rs::MACINTOSH } else { encoding };
            transcode(&bytes, encoding, true)
        }
    }
}

/// Whether Western text is an old Macintosh's: what are small letters there would be capitals, or nothing, behind small letters
/// (`José` as `JosŽ`). The detector does not know this encoding.
fn is_macintosh(bytes: &[u8]) -> bool {
    let behind = |pair: &[u8]| matches!(pair, [before, byte] if before.is_ascii_lowercase() && matches!(byte, 0x81 | 0x8A | 0x8C..=0x8F | 0x90 | 0x9D | 0x9F));
    let small = |byte: &&u8| matches!(**byte, 0xE0..=0xFF);
    bytes.windows(2).filter(|pair| behind(pair)).count() > bytes.iter().filter(small).count()
}

/// UTF-16 without a mark shows as NULs in every other byte of its first characters.
fn wide_without_mark(bytes: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    let head = bytes.get(..bytes.len().min(512) & !1).filter(|head| head.len() >= 8)?;
    let nuls = |odd: usize| head.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    let pairs = head.len() / 2;
    match (nuls(0) * 10 >= pairs * 6, nuls(1) * 10 >= pairs * 6) {
        (false, true) => Some(encoding_rs::UTF_16LE),
        (true, false) => Some(encoding_rs::UTF_16BE),
        _ => None,
    }
}

fn transcode(bytes: &[u8], encoding: &'static encoding_rs::Encoding, guessed: bool) -> Result<Text> {
    let (decoded, encoding, damaged) = encoding.decode(bytes);
    let (mut notes, mut word) = (Vec::new(), None);
    let text = decoded.into_owned();
    let name = encoding.name();
    if guessed {
        let sample =
            text.split(|character: char| !character.is_alphabetic()).find(|word| !word.is_ascii() && word.chars().count() > 1);
        word = sample.map(|word| word.chars().take(24).collect());
        notes.push(format!("the text is not UTF-8; it was read as {name}, a guess: set `encoding` if that looks wrong"));
    }
    if damaged {
        notes.push(format!("some bytes mean nothing in {name} and became U+FFFD: set `encoding` if another one is right"));
    }
    let encoding = if guessed { format!("{name} (guessed)") } else { name.to_owned() };
    Ok(Text { word, ..Text::new(text, encoding, notes) })
}
