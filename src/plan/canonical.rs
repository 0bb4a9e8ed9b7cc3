//! What binds a plan, a journal and a record: their canonical form, and the digest over it.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::Serialize;
use serde_json::{Map, Value};

use super::format::Plan;
use crate::digest::{Hasher, sha256};

/// Keys that the digest of a plan does not cover.
const LOOSE: [&str; 2] = ["digest", "decisions"];

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
}
