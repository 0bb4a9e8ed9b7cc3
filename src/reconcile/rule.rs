//! Patterns with `*` over the directory's fields: `[expected]`, `[[role]]`, `[[exclude]]`.

use crate::config;

use super::columns::PersonColumns;

pub use crate::text::Pattern;
pub(super) use crate::text::as_matched;

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
