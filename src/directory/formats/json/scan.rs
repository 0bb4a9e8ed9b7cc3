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

impl<'t> Scan<'t> {
    pub(super) fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    /// A value as it is written.
    pub(super) fn part(&self, (start, end): Span) -> &'t str {
        self.text.get(start..end).unwrap_or_default()
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

    /// Every item of the list at `open`.
    pub(super) fn items(&self, open: usize) -> Result<Vec<Span>> {
        Ok(self.list(open)?.0)
    }

    /// The same, and where the list ends.
    pub(super) fn list(&self, open: usize) -> Result<(Vec<Span>, usize)> {
        // That a list is never closed says more than where its last item breaks off.
        self.some_items(open, usize::MAX).or_else(|error| self.nested(open).and(Err(error)))
    }

    /// The first items of the list at `open`, at most so many.
    pub(super) fn first_items(&self, open: usize, count: usize) -> Result<Vec<Span>> {
        Ok(self.some_items(open, count)?.0)
    }

    fn some_items(&self, open: usize, count: usize) -> Result<(Vec<Span>, usize)> {
        let mut items = Vec::new();
        let mut at = self.space(open + 1);
        if self.byte(at) == Some(b']') {
            return Ok((items, at + 1));
        }
        while items.len() < count {
            let end = self.value(at)?;
            items.push((at, end));
            let after = self.space(end);
            match self.byte(after) {
                Some(b',') => at = self.space(after + 1),
                Some(b']') => return Ok((items, after + 1)),
                _ => return Err(self.wrong(after, "a comma or the end of the list must stand here")),
            }
        }
        Ok((items, at))
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
            let key: String = serde_json::from_str(self.part((at, end))).unwrap_or_default();
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
