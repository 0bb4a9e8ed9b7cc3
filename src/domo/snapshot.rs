//! The raw objects of a list of accounts: the evidence that the frame is made from.

use crate::digest;

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

    /// An empty one, with room for so many bytes.
    pub(super) fn with_room(bytes: usize) -> Self {
        Self { text: String::with_capacity(bytes), ends: Vec::new() }
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

    /// The objects in order.
    pub fn objects(&self) -> impl Iterator<Item = &[u8]> {
        self.lines().map(str::as_bytes)
    }

    fn lines(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).filter_map(|row| self.line(row))
    }
}
