//! Brackets and strings of a JSON text: where its values begin and end.

use anyhow::Result;

use crate::failure::Failure;

/// How deep in its envelope a list or a table is looked for.
pub(super) const DEEPEST: usize = 8;

/// Start and end of a value.
pub(super) type Span = (usize, usize);

/// Walks over brackets and strings; what stands inside an item is checked when it is read.
pub(super) struct Scan<'t> {
    pub(super) text: &'t str,
}

impl Scan<'_> {
    pub(super) fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    /// Whether two values are the same, letter by letter.
    pub(super) fn is_same(&self, one: Span, other: Span) -> bool {
        one.1 - one.0 == other.1 - other.0 && self.text.get(one.0..one.1) == self.text.get(other.0..other.1)
    }

    /// The first byte at or after `at` that is no white space.
    pub(super) fn space(&self, at: usize) -> usize {
        let rest = self.text.as_bytes().get(at..).unwrap_or_default();
        at + rest.iter().position(|byte| !matches!(byte, b' ' | b'\n' | b'\r' | b'\t' | 0x1E)).unwrap_or(rest.len())
    }

    /// The end of the value at `at`.
    pub(super) fn value(&self, at: usize) -> Result<usize> {
        match self.byte(at) {
            Some(b'"') => self.string(at),
            Some(b'{' | b'[') => self.nested(at),
            Some(_) => {
                let rest = self.text.as_bytes().get(at..).unwrap_or_default();
                let end = rest
                    .iter()
                    .position(|byte| matches!(byte, b',' | b']' | b'}' | b' ' | b'\n' | b'\r' | b'\t'))
                    .unwrap_or(rest.len());
                if end == 0 { Err(self.wrong(at, "a value is missing")) } else { Ok(at + end) }
            }
            None => Err(self.wrong(at, "it ends in the middle")),
        }
    }

    fn string(&self, open: usize) -> Result<usize> {
        let bytes = self.text.as_bytes();
        let mut from = open + 1;
        loop {
            let rest = bytes.get(from..).unwrap_or_default();
            match memchr::memchr2(b'"', b'\\', rest) {
                Some(at) if rest.get(at) == Some(&b'"') => return Ok(from + at + 1),
                Some(at) => from += at + 2,
                None => return Err(self.wrong(open, "a string is never closed")),
            }
        }
    }

    fn nested(&self, open: usize) -> Result<usize> {
        let bytes = self.text.as_bytes();
        let mut depth = 0usize;
        let mut at = open;
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'"' => {
                    at = self.string(at)?;
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => {
                    depth -= 1;
                    if depth == 0 {
                        return Ok(at + 1);
                    }
                }
                _ => {}
            }
            at += 1;
        }
        Err(self.wrong(open, "a bracket is never closed: the file ends in the middle"))
    }

    /// Every item of the list at `open`, and where it ends.
    pub(super) fn list(&self, open: usize, items: &mut Vec<Span>) -> Result<usize> {
        // That a list is never closed says more than where its last item breaks off.
        self.first_items(open, usize::MAX, items).or_else(|error| self.nested(open).and(Err(error)))
    }

    /// Some items of the list at `open`, and where the last of them, or the list, ends.
    pub(super) fn first_items(&self, open: usize, count: usize, items: &mut Vec<Span>) -> Result<usize> {
        let mut at = self.space(open + 1);
        if self.byte(at) == Some(b']') {
            return Ok(at + 1);
        }
        let mut taken = 0;
        while taken < count {
            let end = self.value(at)?;
            items.push((at, end));
            taken += 1;
            let after = self.space(end);
            match self.byte(after) {
                Some(b',') => at = self.space(after + 1),
                Some(b']') => return Ok(after + 1),
                _ => return Err(self.wrong(after, "a comma or the end of the list must stand here")),
            }
        }
        Ok(at)
    }

    /// The members of the object at `open`; nothing for any other value.
    pub(super) fn members(&self, open: usize) -> Result<Vec<(String, Span)>> {
        let mut members = Vec::new();
        if self.byte(open) != Some(b'{') {
            return Ok(members);
        }
        let mut at = self.space(open + 1);
        if self.byte(at) == Some(b'}') {
            return Ok(members);
        }
        loop {
            if self.byte(at) != Some(b'"') {
                return Err(self.wrong(at, "a name in double quotes must stand here"));
            }
            let end = self.string(at)?;
            let key: String = serde_json::from_str(self.text.get(at..end).unwrap_or_default()).unwrap_or_default();
            let colon = self.space(end);
            if self.byte(colon) != Some(b':') {
                return Err(self.wrong(colon, "a colon must stand here"));
            }
            let start = self.space(colon + 1);
            let end = self.value(start)?;
            members.push((key, (start, end)));
            let after = self.space(end);
            match self.byte(after) {
                Some(b',') => at = self.space(after + 1),
                Some(b'}') => return Ok(members),
                _ => return Err(self.wrong(after, "a comma or the end of the object must stand here")),
            }
        }
    }

    pub(super) fn wrong(&self, at: usize, why: &str) -> anyhow::Error {
        let before = self.text.as_bytes().get(..at).unwrap_or_default();
        let line = memchr::memchr_iter(b'\n', before).count() + 1;
        let column = at - before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1) + 1;
        let failure = Failure::usage(format!("no valid JSON at line {line}, column {column}: {why}"));
        failure
            .hint("JSON has no comments, trailing commas, NaN or single quotes; a file that was cut off must be exported again")
            .into()
    }
}
