//! The raw objects of a list of accounts: the evidence that the frame is made from.

use std::io::{BufReader, Read};
use std::ops::Range;
use std::path::PathBuf;

use crate::{digest, files};

/// Raw objects as Domo sent them, one JSON object a line: the bytes of `accounts.jsonl`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snapshot {
    text: String,
    /// Where each line ends, its LF included.
    ends: Vec<usize>,
}

impl Snapshot {
    /// Bytes that look like a snapshot already; any others come back. Whether each line is an object is for its reader to find out.
    pub(super) fn of_lines(bytes: Vec<u8>) -> Result<Self, Vec<u8>> {
        let text = String::from_utf8(bytes).map_err(std::string::FromUtf8Error::into_bytes)?;
        let ends: Vec<usize> = memchr::memchr_iter(b'\n', text.as_bytes()).map(|end| end + 1).collect();
        let whole = ends.last() == Some(&text.len());
        let lines = Self { text, ends };
        let objects = whole && lines.lines().all(|line| line.starts_with('{') && line.ends_with('}'));
        if objects { Ok(lines) } else { Err(lines.into_bytes()) }
    }

    /// The objects that stand in these bytes, in their order. Where no two of them touch they become lines where they are: a second
    /// copy of a million accounts is hundreds of megabytes.
    pub(super) fn of_objects(mut bytes: Vec<u8>, objects: &[Range<usize>]) -> Result<Self, std::string::FromUtf8Error> {
        let apart = objects.windows(2).all(|pair| pair[0].end < pair[1].start);
        // A line ends with a byte that the object did not have, so the first needs one before it.
        if !apart || objects.first().is_some_and(|first| first.start == 0) {
            let text = String::from_utf8(bytes)?;
            let mut lines = Self::default();
            objects.iter().filter_map(|object| text.get(object.clone())).for_each(|object| lines.push(object));
            return Ok(lines);
        }
        let (mut ends, mut to) = (Vec::with_capacity(objects.len()), 0);
        for object in objects {
            let mut from = object.start;
            while from < object.end {
                let end = memchr::memchr2(b'\n', b'\r', &bytes[from..object.end]).map_or(object.end, |at| from + at);
                let start = end - bytes[from..end].trim_ascii_start().len();
                let part = start..start + bytes[start..end].trim_ascii_end().len();
                bytes.copy_within(part.clone(), to);
                (from, to) = (end + 1, to + part.len());
            }
            bytes[to] = b'\n';
            to += 1;
            ends.push(to);
        }
        bytes.truncate(to);
        Ok(Self { text: String::from_utf8(bytes)?, ends })
    }

    /// Appends one object. `object` must be valid JSON without a line break outside its white space.
    pub fn push(&mut self, object: &str) {
        match memchr::memchr2(b'\n', b'\r', object.as_bytes()) {
            None => self.text.push_str(object.trim()),
            Some(_) => object.split(['\n', '\r']).for_each(|part| self.text.push_str(part.trim())),
        }
        self.text.push('\n');
        self.ends.push(self.text.len());
    }

    /// The lines, each ended by LF.
    pub fn bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }

    /// The same, owned.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.text.into_bytes()
    }

    /// How many objects.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Appends another snapshot's lines.
    pub(super) fn append(&mut self, other: &Self) {
        let before = self.text.len();
        self.text.push_str(&other.text);
        self.ends.extend(other.ends.iter().map(|end| before + end));
    }

    /// SHA-256 of the bytes, in hexadecimal.
    pub fn sha256(&self) -> String {
        digest::hex(&digest::of(self.bytes()))
    }

    /// The object of a row of the frame.
    pub fn object(&self, row: usize) -> Option<&[u8]> {
        self.line(row).map(str::as_bytes)
    }

    /// The same as text: a reader of it need not look again whether it is UTF-8.
    pub(super) fn line(&self, row: usize) -> Option<&str> {
        let start = row.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        self.text.get(start..self.ends.get(row)?.checked_sub(1)?)
    }

    /// The objects of these rows.
    pub fn of_rows(&self, rows: &[usize]) -> Self {
        let mut some = Self::default();
        rows.iter().filter_map(|row| self.line(*row)).for_each(|object| some.push(object));
        some
    }

    /// The same where a file holds the bytes: they need not be in memory any more.
    pub fn written_to(self, path: PathBuf) -> SnapshotFile {
        SnapshotFile { path, ends: self.ends }
    }

    /// The objects in order.
    pub fn objects(&self) -> impl Iterator<Item = &[u8]> {
        self.lines().map(str::as_bytes)
    }

    fn lines(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).filter_map(|row| self.line(row))
    }
}

/// A snapshot that lies in a file: of a million accounts few are asked for once they are judged.
#[derive(Debug)]
pub struct SnapshotFile {
    path: PathBuf,
    ends: Vec<usize>,
}

impl SnapshotFile {
    /// The objects of these rows, which ascend.
    ///
    /// # Errors
    /// The file cannot be read, or is not what was written to it.
    pub fn of_rows(&self, rows: &[usize]) -> std::io::Result<Snapshot> {
        let changed = || std::io::Error::other(format!("{} was changed while it was in use", self.path.display()));
        let mut file = BufReader::with_capacity(1 << 16, files::open_plain(&self.path)?);
        let (mut some, mut at, mut line) = (Snapshot::default(), 0, Vec::new());
        for row in rows {
            let start = row.checked_sub(1).map_or(0, |before| self.ends[before]);
            file.seek_relative((start - at) as i64)?;
            at = self.ends[*row];
            line.resize(at - start, 0);
            file.read_exact(&mut line)?;
            let object = line.strip_suffix(b"\n").and_then(|object| std::str::from_utf8(object).ok());
            some.push(object.filter(|object| object.starts_with('{')).ok_or_else(changed)?);
        }
        Ok(some)
    }
}
