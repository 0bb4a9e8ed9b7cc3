//! Patterns with `*`, as configurations write them.

use std::borrow::Cow;

use super::caseless;

/// Text with `*` for anything, compared without case.
#[derive(Debug, Clone)]
pub struct Pattern(String);

impl Pattern {
    /// The pattern as somebody wrote it.
    pub fn new(pattern: &str) -> Self {
        Self(caseless(pattern))
    }

    /// Whether it fits the whole text.
    pub fn matches(&self, text: &str) -> bool {
        wildcard(self.0.as_bytes(), as_matched(text).as_bytes())
    }

    /// The only text it fits, [as it is matched](as_matched), where it has no wildcard.
    pub fn only(&self) -> Option<&str> {
        (!self.0.contains('*')).then_some(self.0.as_str())
    }

    /// The only text it fits, [as it is matched](as_matched).
    ///
    /// # Errors
    /// The pattern itself, where it has a wildcard.
    pub fn exact(self) -> Result<String, Self> {
        if self.0.contains('*') { Err(self) } else { Ok(self.0) }
    }
}

/// A text as patterns see it.
pub fn as_matched(text: &str) -> Cow<'_, str> {
    // An address, mostly: nothing to fold.
    match text.bytes().fold(true, |folded, byte| folded & byte.is_ascii_graphic() & !byte.is_ascii_uppercase()) {
        true => Cow::Borrowed(text),
        false => Cow::Owned(caseless(text)),
    }
}

/// Greedy with one step back: linear in practice, never exponential.
fn wildcard(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut seen, mut star) = (0, 0, None);
    while seen < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, seen));
                at += 1;
            }
            Some(letter) if *letter == text[seen] => {
                at += 1;
                seen += 1;
            }
            _ => match star {
                Some((place, from)) => {
                    at = place + 1;
                    seen = from + 1;
                    star = Some((place, from + 1));
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|letter| *letter == b'*')
}
