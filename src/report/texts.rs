//! The catalogue: what the report, its sheets and its packets say of themselves, in one file. A translation is a file. Not in it:
//! what a finding says, and the pages that are made after a run (`decided`, a certification) or of one that failed.
//!
//! `templates/texts.toml` holds strings in tables; a string's key is `table.name`. A string may have `{places}`. A counted string
//! is a table with `one` and `other`. A folder of the user's own templates may hold a `texts.toml` with any of the keys.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::failure::Failure;

/// The built-in catalogue, British English.
pub(crate) const BUILT_IN: &str = include_str!("../../templates/texts.toml");

/// Strings by key.
#[derive(Debug, Clone)]
pub(crate) struct Texts {
    flat: BTreeMap<String, String>,
    tree: Value,
}

impl Texts {
    /// The built-in catalogue.
    pub(crate) fn built_in() -> Result<Self> {
        Self::read(BUILT_IN, "the built-in catalogue", None)
    }

    /// A catalogue over `base`: a key that `base` does not have is an error, a key that is absent keeps `base`'s string.
    pub(crate) fn over(base: &Self, toml: &str, name: &str) -> Result<Self> {
        Self::read(toml, name, Some(base))
    }

    fn read(toml: &str, name: &str, base: Option<&Self>) -> Result<Self> {
        let said: Value = toml::from_str(toml)
            .map_err(|error| anyhow::anyhow!("{}", error.to_string().trim_end()))
            .with_context(|| Failure::usage(format!("{name} is not a catalogue of texts")))?;
        let mut found = BTreeMap::new();
        flatten("", &said, &mut found, name)?;
        let mut flat = base.map(|base| base.flat.clone()).unwrap_or_default();
        let unknown = found.keys().filter(|key| base.is_some() && !flat.contains_key(*key));
        let unknown: Vec<_> = unknown.map(|key| format!("`{key}`")).collect();
        if !unknown.is_empty() {
            return Err(Failure::usage(format!("{name}: the report has no text {}", unknown.join(", ")))
                .hint("the built-in catalogue, templates/texts.toml in the source, has every key")
                .into());
        }
        flat.extend(found);
        let tree = tree(&flat);
        Ok(Self { flat, tree })
    }

    /// The nested form templates see as `t`.
    pub(crate) fn tree(&self) -> &Value {
        &self.tree
    }

    /// The string of a key. An unknown key shows itself: a test holds every key used against the catalogue.
    pub(crate) fn get<'a>(&'a self, key: &'a str) -> &'a str {
        self.flat.get(key).map_or(key, String::as_str)
    }

    /// The string of a key, if there is one.
    pub(crate) fn find(&self, key: &str) -> Option<&str> {
        self.flat.get(key).map(String::as_str)
    }

    /// The string with its `{places}` filled.
    pub(crate) fn fill(&self, key: &str, places: &[(&str, &str)]) -> String {
        filled(self.get(key), places)
    }

    /// The string for a number of things: `key.one` or `key.other`, with `{n}` and the other places filled.
    pub(crate) fn count(&self, key: &str, n: u64, places: &[(&str, &str)]) -> String {
        let number = super::figures::grouped(n);
        let form = format!("{key}.{}", if n == 1 { "one" } else { "other" });
        let mut all = vec![("n", number.as_str())];
        all.extend_from_slice(places);
        filled(self.get(&form), &all)
    }
}

/// One pass, so that a value that looks like a place stays as it is.
fn filled(pattern: &str, places: &[(&str, &str)]) -> String {
    let mut text = String::with_capacity(pattern.len() + 32);
    let mut rest = pattern;
    while let Some(open) = rest.find('{') {
        let (before, from) = rest.split_at(open);
        text.push_str(before);
        let place = from.find('}').and_then(|close| {
            let name = &from[1..close];
            places.iter().find(|(known, _)| *known == name).map(|(_, value)| (close, *value))
        });
        match place {
            Some((close, value)) => {
                text.push_str(value);
                rest = &from[close + 1..];
            }
            None => {
                text.push('{');
                rest = &from[1..];
            }
        }
    }
    text.push_str(rest);
    text
}

fn flatten(prefix: &str, value: &Value, into: &mut BTreeMap<String, String>, name: &str) -> Result<()> {
    match value {
        Value::Object(table) => {
            for (key, value) in table {
                let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
                flatten(&path, value, into, name)?;
            }
        }
        Value::String(text) => {
            into.insert(prefix.to_owned(), text.trim().to_owned());
        }
        _ => return Err(Failure::usage(format!("{name}: `{prefix}` is not a text")).into()),
    }
    Ok(())
}

fn tree(flat: &BTreeMap<String, String>) -> Value {
    let mut root = Value::Object(serde_json::Map::new());
    for (key, text) in flat {
        let mut place = &mut root;
        for part in key.split('.') {
            if !place.is_object() {
                *place = Value::Object(serde_json::Map::new());
            }
            place = &mut place[part];
        }
        *place = Value::String(text.clone());
    }
    root
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled_once_and_values_stay_as_they_are() {
        assert_eq!(filled("{a} and {b} and {c}", &[("a", "{b}"), ("b", "2")]), "{b} and 2 and {c}");
        assert_eq!(filled("open { brace", &[]), "open { brace");
    }

    #[test]
    fn a_translation_may_have_some_keys_but_no_unknown_one() {
        let base = Texts::built_in().unwrap();
        let german = Texts::over(&base, "[severity]\nhigh = 'Hoch'", "texts.toml").unwrap();
        assert_eq!((german.get("severity.high"), german.get("severity.low")), ("Hoch", base.get("severity.low")));
        let error = Texts::over(&base, "[severity]\nhihg = 'Hoch'", "texts.toml").unwrap_err();
        assert!(error.to_string().contains("severity.hihg"), "{error}");
    }

    #[test]
    fn every_text_the_code_and_the_templates_name_is_in_the_catalogue() {
        let texts = Texts::built_in().unwrap();
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut asked = 0;
        for file in files(&root.join("src/report")) {
            let source = std::fs::read_to_string(&file).unwrap();
            for keys in source.split("columns(t, \"").skip(1).filter_map(|rest| rest.split('"').next()) {
                for word in keys.split(' ').filter_map(|word| word.split(':').next()?.split('=').next_back()) {
                    assert!(texts.find(&format!("column.{word}")).is_some(), "{}: no heading for `{word}`", file.display());
                }
            }
            for (call, counted) in [("t.get(\"", false), ("t.fill(\"", false), ("t.count(\"", true)] {
                for rest in source.split(call).skip(1) {
                    let key = rest.split('"').next().unwrap();
                    let key = if counted { format!("{key}.other") } else { key.to_owned() };
                    assert!(texts.find(&key).is_some(), "{}: no text `{key}`", file.display());
                    asked += 1;
                }
            }
        }
        for file in files(&root.join("src/reconcile/kinds")) {
            let source = std::fs::read_to_string(&file).unwrap();
            for word in source.split(".with(\"").skip(1).filter_map(|rest| rest.split('"').next()) {
                assert!(texts.find(&format!("column.{word}")).is_some(), "{}: no heading for `{word}`", file.display());
            }
        }
        for file in files(&root.join("templates")) {
            let source = std::fs::read_to_string(&file).unwrap();
            for rest in
                source.split(|c: char| !(c.is_alphanumeric() || "._".contains(c))).filter_map(|word| word.strip_prefix("t."))
            {
                assert!(texts.find(rest).is_some(), "{}: no text `{rest}`", file.display());
                asked += 1;
            }
        }
        assert!(asked > 50);
    }

    #[test]
    fn every_word_that_a_report_shows_is_in_the_catalogue() {
        use crate::archive::history::State;
        use crate::reconcile::Moved;
        use crate::terms::{AccountSituation, ActionKind, Kind, PersonSituation, Severity};
        let texts = Texts::built_in().unwrap();
        let of = |table: &'static str, words: &[&'static str]| words.iter().map(|word| format!("{table}.{word}")).collect();
        let kind = |kind: Kind| ["name", "why", "rule", "recommended", "meaning"].map(|part| format!("kind.{kind}.{part}"));
        let words: [Vec<String>; 7] = [
            of("action", &ActionKind::ALL.map(ActionKind::as_str)),
            of("severity", &Severity::ALL.map(Severity::as_str)),
            of("situation", &AccountSituation::ALL.map(AccountSituation::as_str)),
            of("situation", &PersonSituation::ALL.map(PersonSituation::as_str)),
            of("state", &State::ALL.map(State::as_str)),
            of("access", &Moved::ALL.map(Moved::as_str)),
            Kind::ALL.into_iter().flat_map(kind).collect(),
        ];
        let lacking: Vec<_> = words.into_iter().flatten().filter(|key| texts.find(key).is_none_or(str::is_empty)).collect();
        assert!(lacking.is_empty(), "{lacking:?}");
    }

    #[test]
    fn the_rule_of_a_kind_names_every_severity_and_reason_code_that_its_findings_may_have() {
        use crate::terms::{Kind, Severity};
        let texts = Texts::built_in().unwrap();
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/reconcile/kinds");
        for kind in Kind::ALL {
            let key = format!("kind.{kind}.rule");
            let rule = texts.get(&key).to_lowercase();
            let source = std::fs::read_to_string(folder.join(format!("{}.rs", kind.as_str().replace('-', "_")))).unwrap();
            for severity in Severity::ALL.into_iter().filter(|severity| source.contains(&format!("Severity::{severity:?}"))) {
                assert!(rule.contains(severity.as_str()), "{kind}: {severity}");
            }
            assert!(!source.contains("removing(") || rule.contains("restricted"), "{kind}");
            let codes =
                source.split('"').skip(1).step_by(2).filter(|text| kind == Kind::NotEvaluable && !text.contains([' ', '_']));
            for code in codes.filter(|text| text.contains('-')) {
                assert!(rule.contains(code), "{kind}: {code}");
            }
        }
    }

    fn files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        entries
            .flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] })
            .filter(|path| path.extension().is_some_and(|end| end == "rs" || end == "html" || end == "md"))
            .filter(|path| !path.ends_with("texts.rs"))
            .collect()
    }
}
