//! Patterns with `*` over the directory's fields: `[expected]`, `[[role]]`, `[[exclude]]`.

use std::collections::{BTreeMap, HashMap};

use crate::config;

use super::columns::PersonColumns;
use super::places::Person;

pub(super) use crate::text::Pattern;
pub(super) use crate::text::as_matched;

/// Which people: all fields must match, each by any of its patterns.
#[derive(Debug, Clone)]
pub(super) struct PeopleRule(Vec<(String, Vec<Pattern>)>);

impl PeopleRule {
    pub(super) fn new(rule: &config::Rule) -> Self {
        Self(rule.iter().map(|(field, patterns)| (field.clone(), patterns.iter().map(|p| Pattern::new(p)).collect())).collect())
    }

    pub(super) fn matches(&self, people: &PersonColumns<'_>, person: Person) -> bool {
        self.fits(&|field| people.values(person, field))
    }

    fn fits<V: AsRef<str>>(&self, values: &impl Fn(&str) -> Vec<V>) -> bool {
        self.0.iter().all(|(field, patterns)| {
            values(field).iter().any(|value| patterns.iter().any(|pattern| pattern.matches(value.as_ref())))
        })
    }

    /// The fields for which it takes one of a few values, without `*`: with those values.
    fn exact(&self) -> impl Iterator<Item = (&str, Vec<&str>)> {
        self.0.iter().filter_map(|(field, patterns)| {
            let values: Option<Vec<&str>> = patterns.iter().map(Pattern::only).collect();
            values.map(|values| (field.as_str(), values))
        })
    }
}

/// Several rules, found by the values they name and not one after the other: ten thousand cost what a few do.
#[derive(Debug)]
pub struct PeopleRules {
    rules: Vec<PeopleRule>,
    /// Field, value, and the rules that somebody with that value may fit.
    named: BTreeMap<String, HashMap<String, Vec<usize>>>,
    /// Rules with a `*` in every field.
    others: Vec<usize>,
}

impl PeopleRules {
    /// In the order of the configuration.
    pub fn new<'r>(rules: impl Iterator<Item = &'r config::Rule>) -> Self {
        let rules: Vec<PeopleRule> = rules.map(PeopleRule::new).collect();
        let mut shared: HashMap<(&str, &str), usize> = HashMap::new();
        for (field, values) in rules.iter().flat_map(PeopleRule::exact) {
            values.into_iter().for_each(|value| *shared.entry((field, value)).or_default() += 1);
        }
        // Each rule is found by the field that it has least in common with the others.
        let most =
            |(field, values): &(&str, Vec<&str>)| values.iter().filter_map(|value| shared.get(&(*field, *value))).max().copied();
        let (mut named, mut others) = (BTreeMap::<String, HashMap<String, Vec<usize>>>::new(), Vec::new());
        for (place, rule) in rules.iter().enumerate() {
            match rule.exact().min_by_key(most) {
                Some((field, values)) => {
                    let by_value = named.entry(field.to_owned()).or_default();
                    values.into_iter().for_each(|value| by_value.entry(value.to_owned()).or_default().push(place));
                }
                None => others.push(place),
            }
        }
        Self { rules, named, others }
    }

    /// The places of all that fit somebody with these values, ascending.
    pub fn fitting<V: AsRef<str>>(&self, values: impl Fn(&str) -> Vec<V>) -> impl Iterator<Item = usize> {
        let mut found = self.others.clone();
        for (field, by_value) in &self.named {
            for value in values(field) {
                found.extend(by_value.get(as_matched(value.as_ref()).as_ref()).into_iter().flatten());
            }
        }
        found.sort_unstable();
        found.dedup();
        found.into_iter().filter(move |place| self.rules.get(*place).is_some_and(|rule| rule.fits(&values)))
    }
}

/// What of a rule fitted a person, as a reviewer reads it: `department = Sales*, location = Berlin`.
pub(super) fn fitting(rule: &config::Rule, people: &PersonColumns<'_>, person: Person) -> String {
    let part = |(field, patterns): (&String, &Vec<String>)| {
        let values = people.values(person, field);
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
    fn rules_are_found_by_their_values_and_keep_their_order() {
        let rule = |fields: &[(&str, &str)]| -> config::Rule {
            fields.iter().map(|(field, value)| ((*field).to_owned(), vec![(*value).to_owned()])).collect()
        };
        let rules = [
            rule(&[("department", "Sales*")]),
            rule(&[("department", "Sales"), ("location", "Berlin")]),
            rule(&[("department", "Sales"), ("location", "Pa*")]),
            rule(&[]),
            rule(&[("location", "ÄRZTE  Nord")]),
        ];
        let rules = PeopleRules::new(rules.iter());
        let fitting = |department: &'static str, location: &'static str| -> Vec<usize> {
            rules.fitting(|field| vec![if field == "department" { department } else { location }]).collect()
        };
        assert_eq!(fitting("sales", "BERLIN"), [0, 1, 3]);
        assert_eq!(fitting("Sales", "Paris"), [0, 2, 3]);
        assert_eq!(fitting("Legal", "ärzte nord"), [3, 4]);
    }

    #[test]
    fn many_stars_end() {
        assert!(
            !Pattern::new(&"*a".repeat(40)).matches(&"a".repeat(39).repeat(20).replace("aa", "ab").repeat(2).replace('a', "b"))
        );
    }
}
