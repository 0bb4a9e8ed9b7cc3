//! Changed parameters told apart from changed reality: which keys of the configuration and which columns of the files are other
//! than in the previous run, and which findings come from that alone.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::before::Baseline;
use super::types::{History, Present, State};
use crate::archive::store::inputs::{self, for_instance};
use crate::config::{Config, shown};
use crate::digest;
use crate::directory::Source;
use crate::reconcile::{self, FindingId, Rules};
use crate::text;

/// What a key without a value is shown as.
const NOT_SET: &str = "(not set)";

/// Says what changed, and judges the present data with the previous configuration to see what that explains.
pub(super) fn explain(history: &mut History, baseline: &Baseline, present: &Present<'_>) {
    let then = &baseline.manifest;
    if then.run.version != present.run.version {
        let changed = format!("version of domo-reconcile: {} → {}", then.run.version, present.run.version);
        history.parameters_changed.push(changed);
    }
    if let Some(read) = &then.accounts
        && read.evidence.kind != present.accounts.evidence.kind
    {
        let changed = format!("accounts are read from: {} → {}", read.evidence.kind, present.accounts.evidence.kind);
        history.parameters_changed.push(changed);
    }
    history.parameters_changed.extend(columns(&then.directory, &present.people.sources));
    if then.config.sha256 == digest::sha256(&present.config.text) {
        return;
    }
    let old = match inputs::config_of(&baseline.stored.path, then) {
        Ok(old) => old,
        Err(error) => {
            let text =
                format!("The configuration changed; which keys is not known, because the previous one is not there: {error:#}");
            history.parameters_changed.push(text);
            return;
        }
    };
    // Its text again: the configuration in force may have been merged with an instance's.
    let keys = match Config::parse(&present.config.text) {
        Ok(new) => differences(&old, &new),
        Err(_) => differences(&old, &present.config.config),
    };
    if keys.is_empty() {
        return;
    }
    history.parameters_changed.extend(keys);
    match with(&for_instance(&old, &present.run.instance), present) {
        Ok(ids) => attribute(history, &ids),
        Err(error) => history.notes.push(format!("The data could not be judged with the previous configuration: {error:#}.")),
    }
}

/// The ids that the previous configuration would give on the present data.
fn with(old: &Config, present: &Present<'_>) -> anyhow::Result<BTreeSet<FindingId>> {
    let now = present.reconciliation;
    let rules = Rules { config: old, instance: &now.instance, as_of: now.as_of, excluded_elsewhere: None };
    let judged = reconcile::reconcile_since(present.accounts, present.people, &rules, now.past.clone())?;
    Ok(judged.findings.into_iter().map(|finding| finding.id).collect())
}

fn attribute(history: &mut History, with_old: &BTreeSet<FindingId>) {
    let (mut added, mut appeared, mut removed) = (0_u64, 0_u64, 0_u64);
    for (id, lifecycle) in &mut history.lifecycle {
        if matches!(lifecycle.state, State::New | State::Reappeared) {
            appeared += 1;
            lifecycle.by_parameter = !with_old.contains(id);
            added += u64::from(lifecycle.by_parameter);
        }
    }
    for resolved in &mut history.resolved {
        resolved.by_parameter = with_old.contains(&resolved.id);
        removed += u64::from(resolved.by_parameter);
    }
    let gone = history.resolved.len();
    history.parameters_changed.push(format!(
        "Of the findings {added} of {appeared} that appeared and {removed} of {gone} that are gone come from changed parameters: \
         the same data, judged with the previous configuration, gives {}.",
        text::plural(with_old.len() as u64, "finding", "findings")
    ));
}

/// Which headers the canonical fields are read from.
fn columns(then: &[Source], now: &[Source]) -> Vec<String> {
    let names = |sources: &[Source]| sources.len().to_string();
    if then.len() != now.len() {
        return vec![format!("number of directory files: {} → {}", names(then), names(now))];
    }
    let mut changed = Vec::new();
    for (then, now) in then.iter().zip(now) {
        let map = |source: &Source| -> BTreeMap<String, String> {
            source.columns.iter().map(|mapped| (mapped.field.clone(), mapped.header.clone())).collect()
        };
        let (before, after) = (map(then), map(now));
        let fields: BTreeSet<_> = before.keys().chain(after.keys()).collect();
        for field in fields {
            let header =
                |side: &BTreeMap<String, String>| side.get(field).map_or("not provided".to_owned(), |name| format!("“{name}”"));
            if before.get(field) != after.get(field) {
                changed.push(format!("{}: {field} is read from {} → {}", now.name, header(&before), header(&after)));
            }
        }
    }
    changed
}

/// `[guards] max_creates: 200 → 10`, `[[exclude]] added: …`.
fn differences(old: &Config, new: &Config) -> Vec<String> {
    let flat = |config: &Config| {
        let mut keys = BTreeMap::new();
        // A configuration is always representable: it came from a file.
        flatten("", &serde_json::to_value(config).unwrap_or_default(), &mut keys);
        keys
    };
    let (old, new) = (flat(old), flat(new));
    let mut changed = Vec::new();
    for key in old.keys().chain(new.keys()).collect::<BTreeSet<_>>() {
        let (then, now) = (old.get(key), new.get(key));
        if then == now {
            continue;
        }
        match (then.unwrap_or(&Value::Null), now.unwrap_or(&Value::Null)) {
            (then, now) if is_tables(then) || is_tables(now) => {
                let tables = |value: &Value| value.as_array().cloned().unwrap_or_default();
                let (then, now) = (tables(then), tables(now));
                let only = |here: &[Value], there: &[Value]| -> Vec<String> {
                    here.iter().filter(|table| !there.contains(table)).map(|table| shown(table, NOT_SET)).collect()
                };
                changed.extend(only(&then, &now).into_iter().map(|table| format!("[[{key}]] removed: {table}")));
                changed.extend(only(&now, &then).into_iter().map(|table| format!("[[{key}]] added: {table}")));
            }
            (then, now) => {
                let key = key.split_once('.').map_or_else(|| key.clone(), |(section, key)| format!("[{section}] {key}"));
                changed.push(format!("{key}: {} → {}", shown(then, NOT_SET), shown(now, NOT_SET)));
            }
        }
    }
    changed
}

/// Tables become keys; lists stay whole.
fn flatten(prefix: &str, value: &Value, keys: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(table) => {
            for (key, value) in table {
                let key = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
                flatten(&key, value, keys);
            }
        }
        Value::Null => {}
        value => {
            keys.insert(prefix.to_owned(), value.clone());
        }
    }
}

fn is_tables(value: &Value) -> bool {
    value.as_array().is_some_and(|list| list.first().is_some_and(Value::is_object))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changed_keys_are_named_with_both_values() {
        let old = Config::parse("[guards]\nmax_creates = 5\n[[exclude]]\nid = 1\nreason = \"robot\"\n").unwrap();
        let new = Config::parse("[drift]\nclear_empty = true\n[[exclude]]\nid = 2\nreason = \"robot\"\n").unwrap();
        assert_eq!(
            differences(&old, &new),
            [
                "[drift] clear_empty: false → true",
                "[[exclude]] removed: id = 1; reason = robot",
                "[[exclude]] added: id = 2; reason = robot",
                "[guards] max_creates: 5 → 200",
            ]
        );
        assert!(differences(&new, &new).is_empty());
    }
}
