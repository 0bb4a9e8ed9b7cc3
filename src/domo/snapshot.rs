//! The raw objects of a list of accounts: the evidence that the frame is made from.

use std::hash::BuildHasher;
use std::io::{BufReader, Read};
use std::ops::Range;
use std::path::PathBuf;
use std::string::FromUtf8Error;

use anyhow::{Context, Result};
use polars::prelude::PlRandomStateQuality;
use rayon::prelude::*;

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
    pub(super) fn of_objects(mut bytes: Vec<u8>, objects: &[Range<usize>]) -> Result<Self, FromUtf8Error> {
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
        digest::digits(self.bytes())
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
        let state = PlRandomStateQuality::default();
        let hashes = (0..self.len()).into_par_iter().map(|row| state.hash_one(self.line(row))).collect();
        SnapshotFile { path, ends: self.ends, hashes, state }
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
    /// Of each object: what is read must be what was judged.
    hashes: Vec<u64>,
    state: PlRandomStateQuality,
}

impl SnapshotFile {
    /// The objects of these rows; read without going back where the rows ascend.
    ///
    /// # Errors
    /// There is no such row, or the file cannot be read, or is not what was written to it any more.
    pub fn of_rows(&self, rows: &[usize]) -> Result<Snapshot> {
        let reading = || format!("reading {} again", self.path.display());
        let file = files::open_plain(&self.path).with_context(reading)?;
        let mut file = BufReader::with_capacity(1 << 16, file);
        let (mut some, mut at, mut line) = (Snapshot::default(), 0, Vec::new());
        for row in rows {
            let end =
                |row: usize| self.ends.get(row).copied().with_context(|| format!("no row {row} is in {}", self.path.display()));
            let (start, end) = (row.checked_sub(1).map_or(Ok(0), end)?, end(*row)?);
            file.seek_relative(start as i64 - at as i64).with_context(reading)?;
            at = end;
            line.resize(end - start, 0);
            file.read_exact(&mut line).with_context(reading)?;
            let object = line.strip_suffix(b"\n").and_then(|object| std::str::from_utf8(object).ok());
            let same = object.filter(|object| self.hashes.get(*row) == Some(&self.state.hash_one(Some(object))));
            some.push(same.with_context(|| format!("{} was changed while it was in use", self.path.display()))?);
        }
        Ok(some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn objects_become_the_same_lines_in_place_and_copied(
            before in "[ \n\u{FEFF}]{0,2}",
            objects in proptest::collection::vec(("[ \r\n]{0,3}", "[a\u{e9}]{0,4}", "[ \r\n]{0,3}", "[ ,\n]{0,3}"), 0..6),
        ) {
            let (mut text, mut places, mut expected) = (before, Vec::new(), Snapshot::default());
            for (one, value, other, between) in objects {
                let object = format!("{{{one}\"a\":{other}\"{value}\"}}");
                places.push(text.len()..text.len() + object.len());
                text += &object;
                text += &between;
                expected.push(&object);
            }
            prop_assert_eq!(Snapshot::of_objects(text.into_bytes(), &places).unwrap(), expected);
        }
    }

    #[test]
    fn a_file_gives_back_what_was_written_to_it_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("accounts.jsonl");
        let mut snapshot = Snapshot::default();
        (0..5).for_each(|id| snapshot.push(&format!("{{\"id\":{id}}}")));
        std::fs::write(&path, snapshot.bytes()).unwrap();
        let file = snapshot.clone().written_to(path.clone());
        for rows in [vec![], vec![0], vec![4], vec![0, 1, 4], vec![1, 3], vec![4, 0, 3]] {
            assert_eq!(file.of_rows(&rows).unwrap(), snapshot.of_rows(&rows));
        }
        assert!(file.of_rows(&[5]).unwrap_err().to_string().starts_with("no row 5 is in "));
        let altered = String::from_utf8(snapshot.bytes().to_vec()).unwrap().replace("\"id\":3", "\"id\":7");
        std::fs::write(&path, altered).unwrap();
        assert_eq!(file.of_rows(&[2]).unwrap(), snapshot.of_rows(&[2]));
        assert!(file.of_rows(&[3]).unwrap_err().to_string().ends_with("accounts.jsonl was changed while it was in use"));
        std::fs::write(&path, "").unwrap();
        assert!(file.of_rows(&[2]).unwrap_err().to_string().contains("accounts.jsonl again"));
    }
}
