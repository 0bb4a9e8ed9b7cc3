//! What goes to stderr of an unattended run, where log collectors keep it: at the default level nothing of a person.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::local_domo::LocalDomo;
use crate::support::samples;

/// Everything in the sample company by which somebody could be recognised.
struct Personal {
    /// Names, addresses, phones: nowhere, not even within a word.
    texts: BTreeSet<String>,
    /// Numbers of employees: not as a word.
    numbers: BTreeSet<String>,
}

impl Personal {
    fn of_the_sample_company() -> Self {
        let mut personal = Self { texts: BTreeSet::new(), numbers: BTreeSet::new() };
        let users = std::fs::read(samples().join("company/domo-users.json")).unwrap();
        let users: Vec<Value> = serde_json::from_slice(&users).unwrap();
        let people = std::fs::read(samples().join("company/directory.json")).unwrap();
        let mut people: Value = serde_json::from_slice(&people).unwrap();
        // In an envelope or not.
        let people = match people.as_object_mut() {
            Some(envelope) => envelope.values_mut().find_map(|value| value.as_array_mut().map(std::mem::take)).unwrap(),
            None => people.as_array().unwrap().clone(),
        };
        for one in users.iter().chain(&people) {
            for (field, value) in one.as_object().unwrap() {
                let field = field.to_lowercase();
                let text = value.as_str().map(str::to_owned).or_else(|| value.as_u64().map(|number| number.to_string()));
                let Some(text) = text.map(|text| text.trim().to_owned()).filter(|text| text.len() >= 4) else { continue };
                if field.contains("number") || field.contains("employee") && !text.contains(['@', ' ']) {
                    personal.numbers.insert(text);
                } else if ["name", "mail", "phone", "manager"].iter().any(|part| field.contains(part)) {
                    personal.texts.insert(text.to_lowercase());
                }
            }
        }
        assert!(personal.texts.len() > 400 && personal.numbers.len() > 100, "{} {}", personal.texts.len(), personal.numbers.len());
        personal
    }

    #[track_caller]
    fn not_in(&self, said: &str) {
        let lower = said.to_lowercase();
        for text in &self.texts {
            assert!(!lower.contains(text.as_str()), "{text}\n{said}");
        }
        for word in said.split(|letter: char| !letter.is_alphanumeric()) {
            assert!(!self.numbers.contains(word), "{word}\n{said}");
        }
    }
}

/// A company of its own with rows that strangers typed, and rules that are near the limit of being wrong.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let directory = std::fs::read_to_string(samples().join("company/directory.csv")).unwrap();
    let row = directory.lines().nth(3).unwrap();
    let hostile =
        [row.replace(',', ",\u{1b}[2J\n"), format!("\"{row}"), row.replace('@', "@@"), ",".repeat(3), format!("{row},{row}")];
    std::fs::write(folder.path().join("hostile.csv"), format!("{directory}{}\n", hostile.join("\n"))).unwrap();
    std::fs::write(folder.path().join("directory.csv"), directory).unwrap();
    folder
}

fn with_fault(fault: &[&str]) -> LocalDomo {
    LocalDomo::with_faults(&samples().join("company/domo-users.json"), "id", "the-client-secret", fault)
}

#[test]
fn the_log_of_an_audit_names_nobody_whether_it_went_well_or_not() {
    let personal = Personal::of_the_sample_company();
    let folder = folder();
    let whole = LocalDomo::of_the_sample_company();
    let failing = with_fault(&["GET /v1/users=503:0"]);
    let restless = with_fault(&["GET /v1/users=move"]);
    let echoing = with_fault(&["GET /v1/users#2-=echo"]);
    for format in ["text", "json"] {
        for (domo, directory) in [
            (&whole, "directory.csv"),
            (&whole, "hostile.csv"),
            (&whole, "nowhere.csv"),
            (&restless, "hostile.csv"),
            (&failing, "directory.csv"),
            (&echoing, "directory.csv"),
        ] {
            let ran = domo.run(folder.path(), ["audit", "--directory", directory, "--as-of", "2026-11-23", "--log-format", format]);
            personal.not_in(&ran.stderr);
            assert!(!ran.stderr.contains("the-client-secret"), "{}", ran.stderr);
            assert!(!ran.stderr.contains('\u{1b}'), "{}", ran.stderr);
            if format == "json" {
                for line in ran.stderr.lines() {
                    let line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {}", ran.stderr));
                    assert!(line["level"].is_string() && line["fields"]["message"].is_string(), "{line}");
                }
            }
        }
    }
}

#[test]
fn with_json_an_error_is_one_line_and_with_quiet_it_is_said_all_the_same() {
    let folder = folder();
    let domo = LocalDomo::of_the_sample_company();
    let failed = domo.run(folder.path(), ["audit", "--directory", "nowhere.csv", "--log-format", "json", "-q"]).code(2);
    let line: Value = serde_json::from_str(failed.stderr.trim()).unwrap();
    assert_eq!(line["level"], "ERROR");
    assert!(line["fields"]["message"].as_str().unwrap().contains("nowhere.csv"), "{line}");
}
