//! Files of every version stay readable, and no file loses anything without changing its version.

use std::path::{Path, PathBuf};

use domo_reconcile::archive::findings::Findings;
use domo_reconcile::archive::{Archive, Manifest};
use serde_json::Value;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/v1")
}

/// A file of a version may say more than it did: a reader passes over what it does not know. What it said stays, and so does that
/// older files are read: nothing becomes required that was not. To make a new version, add its own folder; to make this one where
/// none is, run the test with NEW_FIXTURES=1.
#[track_caller]
fn readable_schema(name: &str, schema: &schemars::Schema) {
    let (now, then) = now_and_then(name, schema);
    let mut lost = lost(&then, &now, "");
    required_since(&then, &now, "", &mut lost);
    assert!(
        lost.is_empty(),
        "either undo this, or give the file a new version (its SCHEMA, a reader for the old one, fixtures of the new one beside \
         tests/fixtures/v1): {}",
        lost.join(", ")
    );
}

/// The same where nothing is read back: what a template sees, what a configuration may say.
#[track_caller]
fn kept_schema(name: &str, schema: &schemars::Schema) {
    let (now, then) = now_and_then(name, schema);
    let lost = lost(&then, &now, "");
    assert!(lost.is_empty(), "no longer there, or otherwise than in its version: {}", lost.join(", "));
}

/// What older files lack and a reader would ask for.
fn required_since(then: &Value, now: &Value, place: &str, found: &mut Vec<String>) {
    let (Value::Object(before), Value::Object(after)) = (then, now) else { return };
    let required = |side: &serde_json::Map<String, Value>| side.get("required").and_then(Value::as_array).cloned();
    if before.contains_key("properties") {
        let old = required(before).unwrap_or_default();
        let new = required(after).unwrap_or_default();
        found.extend(new.iter().filter(|field| !old.contains(field)).map(|field| format!("{place}: {field} is required now")));
    }
    for (key, then) in before {
        required_since(then, after.get(key).unwrap_or(&Value::Null), &format!("{place}/{key}"), found);
    }
}

#[track_caller]
fn now_and_then(name: &str, schema: &schemars::Schema) -> (Value, Value) {
    let path = fixtures().join(name);
    let mut now = serde_json::to_value(schema).unwrap();
    without_words(&mut now);
    if std::env::var_os("NEW_FIXTURES").is_some() && !path.exists() {
        std::fs::write(&path, serde_json::to_string_pretty(&now).unwrap() + "\n").unwrap();
    }
    (now, serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap())
}

/// Where `now` does not have what `then` has. Further alternatives, a further type and further fields are no loss; defaults may
/// change.
fn lost(then: &Value, now: &Value, place: &str) -> Vec<String> {
    match (then, now) {
        // A list of words, each with its description since.
        (Value::Object(then), Value::Object(now)) if then.contains_key("enum") && now.contains_key("oneOf") => {
            lost(&then["enum"], &words_of(&now["oneOf"]), place)
        }
        (Value::String(_), Value::Array(types)) if place.ends_with("/type") && types.contains(then) => Vec::new(),
        (Value::Object(then), Value::Object(now)) => {
            let kept = then.iter().filter(|(key, _)| !matches!(key.as_str(), "required" | "default"));
            kept.flat_map(|(key, then)| lost(then, now.get(key).unwrap_or(&Value::Null), &format!("{place}/{key}"))).collect()
        }
        (Value::Array(then), Value::Array(now)) => {
            let gone = then.iter().filter(|one| !now.iter().any(|other| lost(one, other, "").is_empty()));
            gone.map(|one| format!("{place}: {one}")).collect()
        }
        _ if then == now => Vec::new(),
        _ => vec![format!("{place}: {then} is {now}")],
    }
}

/// The words of alternatives that are words.
fn words_of(alternatives: &Value) -> Value {
    let all = alternatives.as_array().into_iter().flatten();
    all.flat_map(|one| one.get("const").into_iter().chain(one["enum"].as_array().into_iter().flatten()).cloned()).collect()
}

/// Descriptions may be said better without a new version.
fn without_words(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            for word in ["description", "title"] {
                if fields.get(word).is_some_and(Value::is_string) {
                    fields.remove(word);
                }
            }
            fields.values_mut().for_each(without_words);
        }
        Value::Array(items) => items.iter_mut().for_each(without_words),
        _ => {}
    }
}

#[test]
fn findings_have_the_shape_of_their_version() {
    readable_schema("findings.schema.json", &schemars::schema_for!(Findings));
}

#[test]
fn manifests_have_the_shape_of_their_version() {
    readable_schema("manifest.schema.json", &schemars::schema_for!(Manifest));
}

#[test]
fn plans_have_the_shape_of_their_version() {
    let plan = schemars::schema_for!(domo_reconcile::plan::Plan);
    readable_schema("plan.schema.json", &plan);
    // As the first plans of the version were, which had less.
    readable_schema("plan.first.schema.json", &plan);
}

#[test]
fn journals_outcomes_and_notices_have_the_shape_of_their_version() {
    let line = schemars::schema_for!(domo_reconcile::plan::journal::JournalLine);
    readable_schema("journal.schema.json", &line);
    readable_schema("journal.first.schema.json", &line);
    readable_schema("apply.schema.json", &schemars::schema_for!(domo_reconcile::plan::ApplyRecord));
    kept_schema("notice.schema.json", &schemars::schema_for!(domo_reconcile::commands::notice::Notice));
}

#[test]
fn the_people_of_a_run_have_the_columns_of_their_version() {
    let columns = domo_reconcile::directory::people::schema();
    let now: serde_json::Map<_, _> = columns.iter().map(|(name, kind)| (name.to_string(), kind.to_string().into())).collect();
    let path = fixtures().join("people.columns.json");
    if std::env::var_os("NEW_FIXTURES").is_some() && !path.exists() {
        std::fs::write(&path, serde_json::to_string_pretty(&now).unwrap() + "\n").unwrap();
    }
    let then: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    // A column that came later is null in older files; one that went or changed needs a reader.
    assert_eq!(lost(&then, &now.into(), ""), [""; 0]);
}

#[test]
fn what_templates_see_and_configurations_say_is_never_taken_away() {
    kept_schema("report.schema.json", &schemars::schema_for!(domo_reconcile::report::View));
    kept_schema("summary.schema.json", &schemars::schema_for!(domo_reconcile::report::summary::Overall));
    kept_schema("config.schema.json", &schemars::schema_for!(domo_reconcile::config::Config));
}

#[test]
fn a_field_that_is_renamed_is_a_loss_and_one_that_is_added_is_none() {
    let then = serde_json::json!({"properties": {"a": {"type": "string"}}, "enum": ["x", "y"]});
    let more = serde_json::json!({"properties": {"a": {"type": "string"}, "b": {}}, "enum": ["y", "z", "x"]});
    assert_eq!(lost(&then, &more, ""), [""; 0]);
    let wider = serde_json::json!({"properties": {"a": {"type": ["string", "null"]}}, "oneOf": [{"const": "x"}, {"enum": ["y"]}]});
    assert_eq!(lost(&serde_json::json!({"enum": ["x", "y"]}), &wider, ""), [""; 0]);
    assert_eq!(lost(&then["properties"], &wider["properties"], ""), [""; 0]);
    assert_eq!(lost(&serde_json::json!({"enum": ["z"]}), &wider, "").len(), 1);
    for (from, to) in [("\"a\"", "\"aa\""), ("string", "number"), ("\"x\"", "\"xx\"")] {
        let less = serde_json::from_str(&then.to_string().replace(from, to)).unwrap();
        assert_eq!(lost(&then, &less, "").len(), 1, "{less}");
    }
}

#[test]
fn a_field_that_older_files_lack_may_not_be_required() {
    let then = serde_json::json!({"properties": {"a": {}}, "required": ["a"], "$defs": {"B": {"properties": {}}}});
    let now = serde_json::json!({"properties": {"a": {}}, "required": ["a"], "$defs": {"B": {"properties": {"c": {}}, "required": ["c"]}}});
    let mut found = Vec::new();
    required_since(&then, &now, "", &mut found);
    assert_eq!(found, ["/$defs/B: \"c\" is required now"]);
}

/// A run folder that a newer version might have written: a kind, an action and fields that this one does not know.
fn of_a_newer_version(archive: &Path) -> PathBuf {
    let source = fixtures().join("archive");
    let run = Archive::at(&source).list().unwrap().runs.pop().unwrap().path;
    let folder = archive.join(run.file_name().unwrap());
    std::fs::create_dir_all(&folder).unwrap();
    for file in std::fs::read_dir(&run).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), folder.join(file.file_name())).unwrap();
    }
    let edit = |name: &str, change: &dyn Fn(&mut Value)| {
        let mut value: Value = serde_json::from_slice(&std::fs::read(folder.join(name)).unwrap()).unwrap();
        change(&mut value);
        std::fs::write(folder.join(name), serde_json::to_string_pretty(&value).unwrap() + "\n").unwrap();
    };
    edit("findings.json", &|findings| {
        let mut one = findings["findings"][0].clone();
        one["action"] = "enchant".into();
        one["aura"] = "blue".into();
        findings["findings"][0] = one.clone();
        one["kind"] = "haunted".into();
        one["id"] = "F-0000000001".into();
        one["severity"] = "spectral".into();
        findings["findings"].as_array_mut().unwrap().push(one);
        findings["ghosts"] = 3.into();
    });
    edit("manifest.json", &|manifest| {
        manifest["summary"]["by_kind"]["haunted"] = 1.into();
        manifest["ghosts"] = 3.into();
    });
    folder
}

#[test]
fn kinds_actions_and_fields_of_a_newer_version_are_passed_over() {
    let archive = tempfile::tempdir().unwrap();
    let folder = of_a_newer_version(archive.path());
    let count = |folder: &Path| Findings::read(&folder.join("findings.json")).unwrap().findings.len();
    let read = Findings::read(&folder.join("findings.json")).unwrap();
    assert_eq!(read.findings[0].action, None);
    assert_eq!(count(&folder), count(&Archive::at(&fixtures().join("archive")).list().unwrap().runs.pop().unwrap().path));
    let listing = Archive::at(archive.path()).list().unwrap();
    let summary = listing.runs[0].manifest.as_ref().and_then(|manifest| manifest.summary.as_ref()).unwrap();
    assert!(summary.by_kind.keys().all(|kind| kind.as_str() != "haunted") && !summary.by_kind.is_empty());
}

#[test]
fn a_finding_of_a_known_kind_that_is_broken_is_still_an_error_that_says_which() {
    let archive = tempfile::tempdir().unwrap();
    let path = of_a_newer_version(archive.path()).join("findings.json");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replacen("\"first_seen\": \"", "\"first_seen\": \"x", 1)).unwrap();
    let error = format!("{:#}", Findings::read(&path).unwrap_err());
    assert!(error.contains("finding 1 of the list"), "{error}");
}

fn sha256(text: &str) -> String {
    use sha2::Digest;
    sha2::Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn an_action_of_a_kind_that_is_not_known_refuses_the_plan_whole() {
    let listing = Archive::at(&fixtures().join("archive")).list().unwrap();
    let text = std::fs::read_to_string(listing.runs.last().unwrap().path.join("plan.json")).unwrap();
    let mut plan: Value = serde_json::from_str(&text).unwrap();
    plan["actions"][0]["kind"] = "enchant".into();
    let covered: serde_json::Map<String, Value> =
        plan.as_object().unwrap().clone().into_iter().filter(|(key, _)| key != "digest" && key != "decisions").collect();
    plan["digest"] = format!("sha256:{}", sha256(&serde_json::to_string(&covered).unwrap())).into();
    let error = domo_reconcile::plan::Sealed::read(&plan.to_string()).unwrap_err().to_string();
    assert!(error.contains(r#"the plan has an action of the kind "enchant", which this version does not know"#), "{error}");
}

/// A run whose plan was reviewed and applied against a guard, with a rejected row and a date that is none, and the run after it.
fn applied() -> Archive {
    Archive::at(&fixtures().join("applied"))
}

#[test]
fn decisions_a_journal_and_an_outcome_of_version_1_are_read_and_held_against_each_other() {
    let runs = applied().list().unwrap().runs;
    let run = runs.first().unwrap();
    let verification = domo_reconcile::archive::proof::verify(&run.path, None).unwrap();
    assert!(verification.holds(), "{:?}", verification.problems);
    let notes = verification.notes.join("\n");
    for part in ["its first 17 are as the run", "its decisions are those that the run", "it agrees with plan.journal.jsonl"] {
        assert!(notes.contains(part), "{part}: {notes}");
    }
    let text = std::fs::read_to_string(run.path.join("plan.journal.jsonl")).unwrap();
    let journal = domo_reconcile::plan::Journal::read(text).unwrap();
    assert_eq!(journal.fold().values().filter(|standing| standing.is_done()).count(), 5);
    let manifest = runs.last().unwrap().manifest.as_ref().unwrap();
    let roles: Vec<_> = manifest.inputs.iter().map(|input| input.role.as_str()).collect();
    assert_eq!(roles, ["accounts", "directory", "journal", "decisions"]);
}

/// The people of a file by column; null where a column is not there.
fn people_by_column(text: &str) -> Vec<Value> {
    let mut lines = text.lines().skip(1).map(|line| serde_json::from_str::<Value>(line).unwrap()).peekable();
    let columns = lines.next_if(|line| line.get("columns").is_some());
    let columns = columns.map_or(Vec::new(), |line| line["columns"].as_array().unwrap().clone());
    let named = |row: Value| match row {
        Value::Array(cells) => {
            let filled = columns.iter().zip(cells).filter(|(_, cell)| !cell.is_null());
            let filled = filled.map(|(column, cell)| (column.as_str().unwrap().to_owned(), cell));
            serde_json::json!({ "person": serde_json::Map::from_iter(filled) })
        }
        other => other,
    };
    lines.map(named).collect()
}

#[test]
fn the_people_of_version_1_are_kept_again_and_those_of_version_2_byte_for_byte() {
    let archive = tempfile::tempdir().unwrap();
    let replay = |run: &Path, out: &str| {
        let out = archive.path().join(out);
        let args = ["replay", run.to_str().unwrap(), "--archive", out.to_str().unwrap(), "--json"];
        out.join(crate::support::run(archive.path(), args).json()["run_id"].as_str().unwrap())
    };
    let listing = applied().list().unwrap();
    let run = &listing.runs.first().unwrap().path;
    let again = replay(run, "again");
    let once_more = replay(&again, "once-more");
    let read = |folder: &Path, name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    for name in ["accounts.jsonl", "config.toml"] {
        assert_eq!(read(&again, name), read(run, name), "{name}");
    }
    assert_eq!(people_by_column(&read(&again, "people.jsonl")), people_by_column(&read(run, "people.jsonl")));
    assert_eq!(read(&once_more, "people.jsonl"), read(&again, "people.jsonl"));
}

/// A whole run as version 1 wrote it, with every kind of file.
#[test]
fn a_run_of_version_1_is_read_verified_and_compared() {
    let archive = Archive::at(&fixtures().join("archive"));
    let listing = archive.list().unwrap();
    assert!(listing.unreadable.is_empty() && listing.unfinished.is_empty(), "{listing:?}");
    assert_eq!(listing.runs.len(), 2);
    let last = listing.runs.last().unwrap();
    assert!(last.manifest.is_some());
    let findings = Findings::read(&last.path.join("findings.json")).unwrap();
    assert!(!findings.findings.is_empty());
    let verification = domo_reconcile::archive::proof::verify(&last.path, None).unwrap();
    assert!(verification.holds(), "{:?}", verification.problems);
}

#[test]
fn a_run_of_version_1_is_judged_again() {
    let archive = tempfile::tempdir().unwrap();
    let listing = Archive::at(&fixtures().join("archive")).list().unwrap();
    let run = listing.runs.last().unwrap().path.to_str().unwrap().to_owned();
    let out = archive.path().join("again");
    let replayed = crate::support::run(archive.path(), ["replay", run.as_str(), "--archive", out.to_str().unwrap(), "--json"]);
    // What a newer program says of an old finding may be worded otherwise; which findings there are may not change unnoticed.
    let differences = &replayed.json()["differences"];
    assert_eq!((&differences["appeared"], &differences["gone"]), (&serde_json::json!([]), &serde_json::json!([])), "{differences}");
}

#[test]
fn a_plan_of_version_1_is_whole() {
    let listing = Archive::at(&fixtures().join("archive")).list().unwrap();
    let text = std::fs::read_to_string(listing.runs.last().unwrap().path.join("plan.json")).unwrap();
    domo_reconcile::plan::Sealed::read(&text).unwrap();
}
