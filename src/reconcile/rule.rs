//! Patterns with `*` over the directory's fields: `[expected]`, `[[role]]`, `[[exclude]]`.

use std::borrow::Cow;

use crate::config;
use crate::text::folded;

use super::columns::PersonColumns;

/// Text with `*` for anything, compared without case.
#[derive(Debug, Clone)]
pub struct Pattern(String);

impl Pattern {
    /// The pattern as somebody wrote it.
    pub fn new(pattern: &str) -> Self {
        Self(folded(pattern).to_lowercase())
    }

    /// Whether it fits the whole text.
    pub fn matches(&self, text: &str) -> bool {
        wildcard(self.0.as_bytes(), as_matched(text).as_bytes())
    }

    /// The only text it fits, [as it is matched](as_matched); the pattern itself where it has a wildcard.
    pub(super) fn exact(self) -> Result<String, Self> {
        if self.0.contains('*') { Err(self) } else { Ok(self.0) }
    }
}

/// A text as patterns see it.
pub(super) fn as_matched(text: &str) -> Cow<'_, str> {
    // An address, mostly: nothing to fold.
    match text.bytes().fold(true, |folded, byte| folded & byte.is_ascii_graphic() & !byte.is_ascii_uppercase()) {
        true => Cow::Borrowed(text),
        false => Cow::Owned(folded(text).to_lowercase()),
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

/// Which people: all fields must match, each by any of its patterns.
#[derive(Debug, Clone)]
pub(super) struct PeopleRule(Vec<(String, Vec<Pattern>)>);

impl PeopleRule {
    pub(super) fn new(rule: &config::Rule) -> Self {
        Self(rule.iter().map(|(field, patterns)| (field.clone(), patterns.iter().map(|p| Pattern::new(p)).collect())).collect())
    }

    pub(super) fn matches(&self, people: &PersonColumns<'_>, row: u32) -> bool {
        self.0.iter().all(|(field, patterns)| {
            people.values(row, field).into_iter().any(|value| patterns.iter().any(|pattern| pattern.matches(value)))
        })
    }
}

/// What of a rule fitted a person, as a reviewer reads it: `department = Sales*, location = Berlin`.
pub(super) fn fitting(rule: &config::Rule, people: &PersonColumns<'_>, row: u32) -> String {
    let part = |(field, patterns): (&String, &Vec<String>)| {
        let values = people.values(row, field);
        let fitted = patterns.iter().find(|pattern| {
            let pattern = Pattern::new(pattern);
            values.iter().any(|value| pattern.matches(value))
        });
        format!("{field} = {}", fitted.map_or("", String::as_str))
    };
    rule.iter().map(part).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        let matches = |pattern: &str, text: &str| Pattern::new(pattern).matches(text);
        assert!(matches("svc-*@acme.com", "SVC-backup@acme.com"));
        assert!(matches("*", ""));
        assert!(matches("Sales*", "sales – EMEA"));
        assert!(matches("*a*b", "xxabab"));
        assert!(!matches("Sales", "Sales EMEA"));
        assert!(!matches("*a*b", "aba"));
        assert!(matches("ÄRZTE*", "ärzte nord"));
    }

    #[test]
    fn many_stars_end() {
        assert!(
            !Pattern::new(&"*a".repeat(40)).matches(&"a".repeat(39).repeat(20).replace("aa", "ab").repeat(2).replace('a', "b"))
        );
    }
}
