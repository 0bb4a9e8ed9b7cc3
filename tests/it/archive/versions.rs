//! Files of every version stay readable, and no file changes its shape without changing its version.

use std::path::{Path, PathBuf};

use domo_reconcile::archive::findings::Findings;
use domo_reconcile::archive::{Archive, Manifest};
use serde_json::Value;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/v1")
}

/// The schema of a version, as it was when the version was made. To make a new version, add its own folder; to make this one where
/// none is, run the test with NEW_FIXTURES=1.
#[track_caller]
fn same_schema(name: &str, schema: &schemars::Schema) {
    let path = fixtures().join(name);
    let mut now = serde_json::to_value(schema).unwrap();
    without_words(&mut now);
    if std::env::var_os("NEW_FIXTURES").is_some() && !path.exists() {
        std::fs::write(&path, serde_json::to_string_pretty(&now).unwrap() + "\n").unwrap();
    }
    let then: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    assert_eq!(
        now, then,
        "the shape of this file changed: either undo that, or give it a new version (its SCHEMA, a reader for the old one, \
         fixtures of the new one beside tests/fixtures/v1)"
    );
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
    same_schema("findings.schema.json", &schemars::schema_for!(Findings));
}

#[test]
fn manifests_have_the_shape_of_their_version() {
    same_schema("manifest.schema.json", &schemars::schema_for!(Manifest));
}

#[test]
fn plans_have_the_shape_of_their_version() {
    same_schema("plan.schema.json", &schemars::schema_for!(domo_reconcile::plan::Plan));
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
    let verification = domo_reconcile::archive::verify::verify(&last.path, None).unwrap();
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
