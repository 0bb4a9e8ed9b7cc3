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
    // Before what changed: page one has room for a few sentences only.
    let explained = format!(
        "Of the findings {added} of {appeared} that appeared and {removed} of {gone} that are gone come from changed parameters: \
         the same data, judged with the previous configuration, gives {}.",
        text::plural(with_old.len() as u64, "finding", "findings")
    );
    history.parameters_changed.insert(0, explained);
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

/// What tells a table of a list from its neighbours: two that have one of these in common are one that was changed.
const NAMES: [&str; 7] = ["path", "name", "url", "url_env", "account", "email", "id"];

/// `[guards] max_creates: 200 → 10`, `[[exclude]] added: …`, `[[directory]] changed: workers.csv: max_age_days: 45 → 60`. Up to its
/// first colon each names nobody: a redacted report shows no more of it.
fn differences(old: &Config, new: &Config) -> Vec<String> {
    // A configuration is always representable: it came from a file.
    let [old, new] = [old, new].map(|config| serde_json::to_value(config).unwrap_or_default());
    let mut changed = Vec::new();
    for (key, then, now) in changes(&old, &new) {
        if is_tables(&then) || is_tables(&now) {
            changed.extend(of_tables(&key, &then, &now));
        } else {
            let key = key.split_once('.').map_or_else(|| key.clone(), |(section, key)| format!("[{section}] {key}"));
            changed.push(arrow(&key, &then, &now));
        }
    }
    changed
}

/// The same of a list of tables: one that was changed key by key, the others whole.
fn of_tables(key: &str, then: &Value, now: &Value) -> Vec<String> {
    let only = |here: &Value, there: &Value| -> Vec<Value> {
        let there = there.as_array().cloned().unwrap_or_default();
        here.as_array().into_iter().flatten().filter(|table| !there.contains(table)).cloned().collect()
    };
    let (removed, added) = (only(then, now), only(now, then));
    let name_of = |old: &Value, new: &Value| {
        let named = NAMES.into_iter().filter_map(|name| old.get(name).filter(|value| new.get(name) == Some(*value)));
        named.map(|value| shown(value, "")).find(|name| !name.is_empty())
    };
    let mut pairs = Vec::new();
    for (from, old) in removed.iter().enumerate() {
        let named = added.iter().enumerate().filter_map(|(to, new)| Some((from, to, name_of(old, new)?, changes(old, new))));
        pairs.extend(named);
    }
    // Several may have one name: those belong together that differ least.
    pairs.sort_by_key(|(.., keys)| keys.len());
    let mut paired: BTreeMap<usize, (usize, String)> = BTreeMap::new();
    for (from, to, name, keys) in pairs {
        if !paired.contains_key(&from) && paired.values().all(|(taken, _)| *taken != to) {
            let keys: Vec<_> = keys.iter().map(|(key, then, now)| arrow(key, then, now)).collect();
            paired.insert(from, (to, format!("[[{key}]] changed: {name}: {}", keys.join("; "))));
        }
    }
    let gone = |(from, old)| match paired.get(&from) {
        Some((_, said)) => said.clone(),
        None => format!("[[{key}]] removed: {}", shown(old, NOT_SET)),
    };
    let came = added.iter().enumerate().filter(|(to, _)| paired.values().all(|(taken, _)| taken != to));
    let came = came.map(|(_, new)| format!("[[{key}]] added: {}", shown(new, NOT_SET)));
    removed.iter().enumerate().map(gone).chain(came).collect()
}

fn arrow(key: &str, then: &Value, now: &Value) -> String {
    format!("{key}: {} → {}", shown(then, NOT_SET), shown(now, NOT_SET))
}

/// The keys that two tables do not have alike, with both values.
fn changes(old: &Value, new: &Value) -> Vec<(String, Value, Value)> {
    let [mut old, mut new] = [old, new].map(|table| {
        let mut keys = BTreeMap::new();
        flatten("", table, &mut keys);
        keys
    });
    let keys: BTreeSet<String> = old.keys().chain(new.keys()).cloned().collect();
    let both = keys.into_iter().map(|key| {
        let (then, now) = (old.remove(&key).unwrap_or_default(), new.remove(&key).unwrap_or_default());
        (key, then, now)
    });
    both.filter(|(_, then, now)| then != now).collect()
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
        // Of two of one name the one that is nearer; the same kind of source alone is none.
        let exception = |kind: &str, until: &str| {
            format!("[[exception]]\naccount = \"p\"\nkinds = [\"{kind}\"]\nreason = \"r\"\nowner = \"o\"\nexpires = {until}\n")
        };
        let old = Config::parse(&(exception("orphan", "2027-03-31") + &exception("dormant", "2027-01-31"))).unwrap();
        let said = differences(&old, &Config::parse(&exception("dormant", "2027-06-30")).unwrap());
        assert!(said[0].starts_with("[[exception]] removed: ") && said[0].contains("orphan"), "{said:?}");
        assert_eq!(said[1..], ["[[exception]] changed: p: expires: 2027-01-31 → 2027-06-30"]);
        // A table that is there still is compared key by key, whatever its place.
        let old = Config::parse("[[directory]]\npath = \"a.csv\"\n[[directory]]\npath = \"b.csv\"\nmax_age_days = 9\n").unwrap();
        let new = Config::parse(
            "[[directory]]\npath = \"b.csv\"\nmax_age_days = 10\n[directory.columns]\nemail = \"Mail\"\n[[directory]]\nname = \"c\"\n\
             url = \"https://x.example/c\"\n",
        )
        .unwrap();
        let said = differences(&old, &new);
        assert!(said[0].starts_with("[[directory]] removed: ") && said[0].contains("a.csv"), "{said:?}");
        assert_eq!(said[1], "[[directory]] changed: b.csv: columns.email: (not set) → Mail; max_age_days: 9 → 10");
        assert!(said[2].starts_with("[[directory]] added: ") && said[2].contains("x.example"), "{said:?}");
    }
}
