//! What binds a plan: its canonical form, the digest over it, and [`Sealed`], a plan whose digest was found to fit.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use rayon::prelude::*;
use serde::de::{Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::decision::Decision;
use super::format::{Plan, SCHEMA};
use crate::digest::{Hasher, sha256};
use crate::terms::ActionKind;

/// Keys that the digest does not cover.
const LOOSE: [&str; 2] = ["digest", "decisions"];

/// Why a file is not a plan that may be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Not JSON, or not a plan at all.
    #[error("this is not a plan: {0}")]
    NotAPlan(String),
    /// A plan of a version this program does not know, or with an action that only such a one knows.
    #[error("the plan has {0}, which this version does not know; it reads {SCHEMA}")]
    Newer(String),
    /// A decision that somebody wrote by hand cannot be read.
    #[error("the decision on {0}")]
    Decision(String),
    /// It was changed after it was made.
    #[error("the plan was changed after it was made: {0}")]
    Tampered(String),
}

/// A plan whose digest was found to fit. Only its decisions can change.
#[derive(Debug, Clone, PartialEq)]
pub struct Sealed {
    plan: Plan,
    /// The document as it was read, where the types would write another one: the digest is over it.
    document: Option<Value>,
}

impl Sealed {
    /// Reads `plan.json`. The digest is computed over what stands in the file, before anything is made of it.
    ///
    /// # Errors
    /// The text is no plan, a decision in it is none, or it was changed since it was sealed.
    pub fn read(text: &str) -> Result<Self, Problem> {
        unambiguous(text).map_err(|error| match serde_json::from_str::<Value>(text) {
            // JSON, but with a key twice: readers differ in which one they show.
            Ok(_) => Problem::Tampered(error.to_string()),
            Err(_) => Problem::NotAPlan(error.to_string()),
        })?;
        let document: Value = serde_json::from_str(text).map_err(|error| Problem::NotAPlan(error.to_string()))?;
        let schema = document.get("schema").and_then(Value::as_str).unwrap_or_default();
        let digest = document.get("digest").and_then(Value::as_str);
        let (Some(digest), true) = (digest, schema.starts_with("domo-reconcile/plan/")) else {
            return Err(Problem::NotAPlan(format!("it has no `schema` {SCHEMA} or no `digest`")));
        };
        if schema != SCHEMA {
            return Err(Problem::Newer(format!("the format {schema}")));
        }
        let actual = digest_of(&document);
        if digest != actual {
            return Err(Problem::Tampered(format!("its content has the digest {actual}, but it says {digest}")));
        }
        // All else was written by this program, as the digest shows.
        for (action, decision) in document.get("decisions").and_then(Value::as_object).into_iter().flatten() {
            if let Err(error) = Decision::deserialize(decision) {
                return Err(Problem::Decision(format!("{action} cannot be read: {error}")));
            }
        }
        let kinds = document["actions"].as_array().into_iter().flatten().map(|action| &action["kind"]);
        if let Some(kind) = kinds.into_iter().find(|kind| kind.is_string() && ActionKind::deserialize(*kind).is_err()) {
            return Err(Problem::Newer(format!("an action of the kind {kind}")));
        }
        let plan: Plan = serde_json::from_str(text).map_err(|error| Problem::NotAPlan(error.to_string()))?;
        let rewritten = serde_json::to_value(&plan).map_err(|error| Problem::NotAPlan(error.to_string()))?;
        let sealed = Self { plan, document: (digest_of(&rewritten) != digest).then_some(document) };
        sealed.consistent()?;
        Ok(sealed)
    }

    /// A plan that was just made; its digest is checked all the same.
    ///
    /// # Errors
    /// It is no plan whose digest fits: a defect.
    pub fn made(plan: Plan) -> Result<Self, Problem> {
        let text = plan.to_json().map_err(|error| Problem::NotAPlan(error.to_string()))?;
        Self::read(&text)
    }

    /// What a digest cannot say: ids that are unique, and decisions that belong to actions.
    fn consistent(&self) -> Result<(), Problem> {
        let mut ids = BTreeSet::new();
        let mut accounts = BTreeSet::new();
        for action in &self.plan.actions {
            if !ids.insert(action.id.as_str()) {
                return Err(Problem::Tampered(format!("two actions have the id {}", action.id)));
            }
            if let Some(account) = action.account_id
                && !accounts.insert(account)
            {
                return Err(Problem::Tampered(format!("two actions are about account {account}")));
            }
        }
        let findings: BTreeSet<&str> = self.plan.findings.iter().map(|open| open.finding.as_str()).collect();
        match self.plan.decisions.keys().find(|id| !ids.contains(id.as_str()) && !findings.contains(id.as_str())) {
            Some(foreign) => {
                Err(Problem::Tampered(format!("there is a decision on {foreign}, which is neither an action nor a finding of it")))
            }
            None => Ok(()),
        }
    }

    /// The plan.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The plan alone.
    pub(super) fn into_plan(self) -> Plan {
        self.plan
    }

    /// Records a decision on one of its actions, or on a finding without one. What it replaces is in its `earlier` list already.
    pub(super) fn decide(&mut self, subject: &str, decision: Decision) {
        self.plan.decisions.insert(subject.to_owned(), decision);
    }

    /// The file's text: in the order of the types where that is the same document, else as it was read, with the decisions.
    ///
    /// # Errors
    /// None in practice: a plan is JSON.
    pub fn to_json(&self) -> serde_json::Result<String> {
        let Some(mut document) = self.document.clone() else { return self.plan.to_json() };
        if let Value::Object(fields) = &mut document {
            fields.insert("decisions".into(), serde_json::to_value(&self.plan.decisions)?);
        }
        serde_json::to_string_pretty(&document).map(|text| text + "\n")
    }
}

/// Gives a plan that was just made its id and its digest.
pub(super) fn seal(plan: &mut Plan) -> serde_json::Result<()> {
    // The lists are most of a plan, and the same in both: their text is made once.
    let (actions, findings) = (std::mem::take(&mut plan.actions), std::mem::take(&mut plan.findings));
    let mut lists = BTreeMap::from([("actions", listed(&actions)?)]);
    if !findings.is_empty() {
        lists.insert("findings", listed(&findings)?);
    }
    // Fed piece by piece: as one text they would be as large as the file.
    let whole = |plan: &Plan, without: &[&str]| -> serde_json::Result<Hasher> {
        let (mut hasher, mut text) = (Hasher::default(), String::new());
        let mut document: Map<String, Value> = serde_json::from_value(serde_json::to_value(plan)?)?;
        document.extend(lists.keys().map(|key| ((*key).to_owned(), Value::Null)));
        let fields = document.iter().filter(|(key, _)| !without.contains(&key.as_str()));
        object(fields, &mut text, |key, value, text| match lists.get(key) {
            Some(items) => {
                text.push('[');
                for (place, item) in items.iter().enumerate() {
                    text.push_str(if place > 0 { "," } else { "" });
                    hasher.update(&*text);
                    hasher.update(item);
                    text.clear();
                }
                text.push(']');
            }
            None => canonical(value, text),
        });
        hasher.update(text);
        Ok(hasher)
    };
    plan.id = whole(plan, &[])?.id('P', 10);
    plan.digest = whole(plan, &LOOSE)?.named();
    (plan.actions, plan.findings) = (actions, findings);
    Ok(())
}

/// The items of a list as [`canonical`] writes them.
fn listed(items: &[impl Serialize + Sync]) -> serde_json::Result<Vec<String>> {
    let text = |item| {
        let mut text = String::new();
        serde_json::to_value(item).map(|value| canonical(&value, &mut text)).map(|()| text)
    };
    items.par_iter().map(text).collect()
}

/// `sha256:…` over everything but `digest` and `decisions`.
pub fn digest_of(document: &Value) -> String {
    let mut text = String::new();
    match document {
        Value::Object(fields) => {
            let fields = fields.iter().filter(|(key, _)| !LOOSE.contains(&key.as_str()));
            object(fields, &mut text, |_, value, text| canonical(value, text));
        }
        other => canonical(other, &mut text),
    }
    sha256(text)
}

/// The `chain` of a line: SHA-256 over what is before it and the line's canonical JSON without its own `chain`.
pub(super) fn link(before: &str, line: &impl Serialize) -> serde_json::Result<String> {
    let mut document = serde_json::to_value(line)?;
    if let Value::Object(fields) = &mut document {
        fields.remove("chain");
    }
    let mut text = before.to_owned();
    canonical(&document, &mut text);
    Ok(sha256(text.as_bytes()))
}

/// JSON with sorted keys and no white space.
fn canonical(value: &Value, text: &mut String) {
    match value {
        Value::Object(fields) => object(fields.iter(), text, |_, value, text| canonical(value, text)),
        Value::Array(items) => {
            text.push('[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    text.push(',');
                }
                canonical(item, text);
            }
            text.push(']');
        }
        Value::String(value) => quoted(value, text),
        scalar => text.push_str(&scalar.to_string()),
    }
}

fn quoted(value: &str, text: &mut String) {
    // Most have nothing that JSON escapes.
    if value.bytes().all(|byte| byte >= b' ' && !matches!(byte, b'"' | b'\\')) {
        text.extend(["\"", value, "\""]);
    } else {
        text.push_str(&Value::from(value).to_string());
    }
}

fn object<'a>(
    fields: impl Iterator<Item = (&'a String, &'a Value)>,
    text: &mut String,
    mut write: impl FnMut(&str, &Value, &mut String),
) {
    // Sorted here and not by the map: whether the map is sorted is a feature flag of somebody else's.
    let mut fields: Vec<_> = fields.collect();
    fields.sort_unstable_by_key(|(key, _)| key.as_str());
    text.push('{');
    for (place, (key, value)) in fields.into_iter().enumerate() {
        if place > 0 {
            text.push(',');
        }
        quoted(key, text);
        text.push(':');
        write(key, value, text);
    }
    text.push('}');
}

/// Refuses JSON in which an object has a key twice.
pub(super) fn unambiguous(text: &str) -> serde_json::Result<()> {
    serde_json::from_str::<Unambiguous>(text).map(drop)
}

/// Any JSON in which no object has a key twice. Most readers take the last of two, some the first: a plan must not read
/// differently to the one who approves it and to the one who carries it out.
struct Unambiguous;

impl<'de> Deserialize<'de> for Unambiguous {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Walk)
    }
}

struct Walk;

impl<'de> Visitor<'de> for Walk {
    type Value = Unambiguous;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Unambiguous, E> {
        Ok(Unambiguous)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Unambiguous, E> {
        Ok(Unambiguous)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Unambiguous, E> {
        Ok(Unambiguous)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Unambiguous, E> {
        Ok(Unambiguous)
    }

    fn visit_str<E>(self, _: &str) -> Result<Unambiguous, E> {
        Ok(Unambiguous)
    }

    fn visit_unit<E>(self) -> Result<Unambiguous, E> {
        Ok(Unambiguous)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Unambiguous, A::Error> {
        while items.next_element::<Unambiguous>()?.is_some() {}
        Ok(Unambiguous)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Unambiguous, A::Error> {
        let mut seen = BTreeSet::new();
        while let Some(key) = fields.next_key::<String>()? {
            fields.next_value::<Unambiguous>()?;
            if let Some(twice) = seen.replace(key) {
                return Err(A::Error::custom(format!("the key `{twice}` stands there twice")));
            }
        }
        Ok(Unambiguous)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_canonical_form_has_sorted_keys_and_no_white_space() {
        let mut text = String::new();
        canonical(&json!({"b": [1, {"z": null, "a": "é\n\""}], "a": 12345678901234567890u64}), &mut text);
        assert_eq!(text, r#"{"a":12345678901234567890,"b":[1,{"a":"é\n\"","z":null}]}"#);
    }

    #[test]
    fn the_digest_covers_all_but_itself_and_the_decisions() {
        let plan = json!({"a": 1, "digest": "x", "decisions": {}});
        assert_eq!(digest_of(&plan), digest_of(&json!({"decisions": {"A-1": 1}, "a": 1})));
        assert_ne!(digest_of(&plan), digest_of(&json!({"a": 2})));
        // printf '{"a":1}' | sha256sum
        assert_eq!(digest_of(&plan), "sha256:015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862");
    }

    #[test]
    fn a_key_that_stands_twice_is_refused() {
        assert!(serde_json::from_str::<Unambiguous>(r#"{"a": [1, 2.5, {"b": "x"}], "c": null}"#).is_ok());
        let error = serde_json::from_str::<Unambiguous>(r#"{"a": [{"b": 1, "b": 2}]}"#).err().unwrap();
        assert!(error.to_string().contains("`b` stands there twice"), "{error}");
    }

    #[test]
    fn what_is_no_plan_is_told_from_what_was_changed() {
        assert!(matches!(Sealed::read("{"), Err(Problem::NotAPlan(_))));
        assert!(matches!(Sealed::read("[]"), Err(Problem::NotAPlan(_))));
        let newer = r#"{"schema": "domo-reconcile/plan/v9", "digest": "sha256:0"}"#;
        assert!(matches!(Sealed::read(newer), Err(Problem::Newer(_))));
        let changed = format!(r#"{{"schema": "{SCHEMA}", "digest": "sha256:0"}}"#);
        assert!(matches!(Sealed::read(&changed), Err(Problem::Tampered(_))));
    }
}
