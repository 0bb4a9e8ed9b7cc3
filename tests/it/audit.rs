//! `audit` as schedulers and programs meet it: its answer, its files, its exit codes.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Ran, run, run_with, samples};

const DAY: &str = "2026-11-23";

/// The sample company, judged from files.
fn audit(folder: &Path, directory: &str, more: &[&str]) -> Ran {
    let company = samples().join("company");
    let config = samples().join("domo-reconcile.toml");
    let (users, directory) = (company.join("domo-users.json"), company.join(directory));
    let args = ["audit", "--json", "--as-of", DAY, "--config", config.to_str().unwrap(), "--accounts", users.to_str().unwrap()];
    run(folder, args.into_iter().chain(["--directory", directory.to_str().unwrap()]).chain(more.iter().copied()))
}

fn findings(ran: &Ran, folder: &Path) -> Value {
    let path = folder.join(ran.json()["files"]["findings.json"].as_str().unwrap());
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

#[test]
fn the_answer_has_the_shape_of_the_contract_and_its_files_are_there() {
    let folder = tempfile::tempdir().unwrap();
    let ran = audit(folder.path(), "directory.csv", &[]).code(0);
    let answer = ran.json();
    for part in ["run_dir", "run_id", "evidence", "accounts", "people", "findings", "plan", "files"] {
        assert!(!answer[part].is_null(), "{part} is missing in {answer}");
    }
    for (name, path) in answer["files"].as_object().unwrap() {
        assert!(folder.path().join(path.as_str().unwrap()).is_file(), "{name}");
    }
    for side in ["accounts", "people"] {
        let counts = answer[side].as_object().unwrap();
        let sum: u64 = counts.iter().filter(|(name, _)| *name != "read").map(|(_, count)| count.as_u64().unwrap()).sum();
        assert_eq!(json!(sum), counts["read"], "{side}");
    }
    assert_eq!(findings(&ran, folder.path())["accounts"], answer["accounts"]);
}

#[test]
fn every_stage_is_timed_where_somebody_asks_and_every_file_is_one() {
    let folder = tempfile::tempdir().unwrap();
    assert!(audit(folder.path(), "directory.csv", &[]).code(0).json().get("timings").is_none());
    let ran = audit(folder.path(), "directory.csv", &["--timings"]).code(0);
    let answer = ran.json();
    let stages = answer["timings"].as_array().unwrap();
    let of = |name: &str| stages.iter().find(|stage| stage["stage"] == name).unwrap_or_else(|| panic!("no {name} in {stages:#?}"));
    for stage in ["read the accounts", "read the directory", "reconcile", "plan"] {
        assert!(of(stage)["wall"].as_f64().is_some_and(|seconds| seconds > 0.0), "{stage}");
    }
    for (name, path) in answer["files"].as_object().unwrap().iter().filter(|(name, _)| *name != "manifest.json") {
        let written = std::fs::metadata(folder.path().join(path.as_str().unwrap())).unwrap().len();
        assert_eq!(of(name)["bytes"], json!(written), "{name}");
    }
}

/// A CSV file of a run: its cells by header.
fn table(ran: &Ran, folder: &Path, name: &str) -> Vec<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(folder.join(ran.json()["files"][name].as_str().unwrap())).unwrap();
    let mut reader = csv::Reader::from_reader(text.strip_prefix('\u{FEFF}').unwrap().as_bytes());
    reader.deserialize().map(|row| row.unwrap()).collect()
}

#[test]
fn both_sides_of_page_one_can_be_counted_again() {
    let folder = tempfile::tempdir().unwrap();
    let ran = audit(folder.path(), "directory.csv", &[]).code(0);
    let said = findings(&ran, folder.path());
    let (accounts, people) = (table(&ran, folder.path(), "accounts.csv"), table(&ran, folder.path(), "people.csv"));
    for (side, rows) in [("accounts", &accounts), ("people", &people)] {
        let mut counts = BTreeMap::from([("read".to_owned(), rows.len())]);
        for row in rows {
            *counts.entry(row["situation"].clone()).or_default() += 1;
        }
        let said: BTreeMap<String, usize> = serde_json::from_value(said[side].clone()).unwrap();
        assert_eq!(counts, said.into_iter().filter(|(_, count)| *count > 0).collect(), "{side}");
    }
    // Either file has the other side of a match.
    for account in accounts.iter().filter(|account| account["situation"] == "matched") {
        let row = people.iter().find(|person| person["row"] == account["person_row"]).unwrap();
        let (person, named) = ([&row["account_id"], &row["account_email"]], [&account["id"], &account["email"]]);
        assert_eq!((person, &row["name"]), (named, &account["person_name"]));
    }
    let left = people.iter().find(|person| person["situation"] == "left" && !person["termination_date"].is_empty()).unwrap();
    assert_eq!(left["status"], "terminated", "{left:?}");
}

#[test]
fn people_csv_has_rejected_rows_and_names_in_two_columns_and_is_safe_and_redacted() {
    let folder = tempfile::tempdir().unwrap();
    let people = "Email,Employee ID,First Name,Last Name,Status,Hire Date\n\
        ada@acme.com,7,Ada,Byron,Active,2020-02-29\n=1+1@acme.com,8,=cmd|' /C calc'!A0,+49,Active,\n\
        -mallory at acme.com,1.2E+15,Mal,Lory,Active,\n";
    std::fs::write(folder.path().join("people.csv"), people).unwrap();
    std::fs::write(folder.path().join("a.json"), r#"[{"id":1,"name":"Ada Byron","email":"ada@acme.com","role":"Admin"}]"#).unwrap();
    let audited = |more: &[&str]| {
        let args = ["audit", "--json", "--as-of", DAY, "--accounts", "a.json", "--directory", "people.csv"];
        let ran = run(folder.path(), args.into_iter().chain(more.iter().copied())).code(0);
        (table(&ran, folder.path(), "people.csv"), table(&ran, folder.path(), "accounts.csv"))
    };
    let (rows, accounts) = audited(&[]);
    let cells = |row: usize| {
        let names = ["row", "email", "employee_number", "name", "status", "hire_date", "situation", "account_id", "account_email"];
        names.map(|name| rows[row][name].as_str())
    };
    assert_eq!(rows.len(), 3);
    assert_eq!(cells(0), ["2", "ada@acme.com", "7", "Ada Byron", "active", "2020-02-29", "matched", "1", "ada@acme.com"]);
    assert_eq!(cells(1), ["3", "'=1+1@acme.com", "8", "'=cmd|' /C calc'!A0 +49", "active", "", "missing", "", ""]);
    assert_eq!(cells(2), ["4", "'-mallory at acme.com", "1.2E+15", "", "", "", "rejected", "", ""]);
    assert_eq!(accounts[0]["person_name"], "Ada Byron");

    let (redacted, accounts) = audited(&["--redact"]);
    let text = format!("{redacted:?}");
    // A token of hexadecimal digits may hold `ada` by chance.
    for name in ["ada@", "Ada", "Byron", "acme", "cmd", "mallory", "1.2E+15"] {
        assert!(!text.contains(name), "{name} in {text}");
    }
    assert_eq!(redacted[0]["name"], accounts[0]["name"], "the same name has the same token");
    assert!(redacted[2]["email"].starts_with("email-") && redacted[2]["employee_number"].starts_with("number-"), "{text}");
    let situations = |rows: &[BTreeMap<String, String>]| rows.iter().map(|row| row["situation"].clone()).collect::<Vec<_>>();
    assert_eq!(situations(&redacted), situations(&rows));
}

/// Whatever of a redacted run still names somebody is on the list that the audit prints.
#[test]
fn a_redacted_audit_says_which_files_stay_in_clear() {
    let folder = tempfile::tempdir().unwrap();
    let company = samples().join("company");
    let config = samples().join("domo-reconcile.toml");
    let users = company.join("domo-users.json");
    let args = ["audit", "--redact", "--as-of", DAY, "--config", config.to_str().unwrap(), "--accounts", users.to_str().unwrap()];
    let said = run(folder.path(), args).code(0).stdout;
    let clear = said.lines().find_map(|line| line.split_once("still in clear, to be kept: ")).unwrap().1;
    let clear: Vec<&str> = clear.split(", ").collect();
    let mut runs = std::fs::read_dir(folder.path().join("audits")).unwrap().map(|entry| entry.unwrap().path());
    let run = runs.find(|path| path.is_dir()).unwrap();
    for entry in std::fs::read_dir(run).unwrap() {
        let (path, name) = (entry.as_ref().unwrap().path(), entry.unwrap().file_name().into_string().unwrap());
        // A workbook is compressed: nothing can be seen in it from outside. A manifest names files, which may be called after
        // people.
        let names_people = name.ends_with(".xlsx")
            || name == "manifest.json"
            || String::from_utf8_lossy(&std::fs::read(path).unwrap()).contains("@acme.example");
        assert_eq!(clear.contains(&name.as_str()), names_people, "{name}");
    }
}

#[test]
fn the_same_company_as_csv_xlsx_and_json_has_the_same_findings() {
    let judged = ["directory.csv", "directory.xlsx", "directory.json"].map(|directory| {
        let folder = tempfile::tempdir().unwrap();
        let ran = audit(folder.path(), directory, &[]).code(0);
        let mut findings = findings(&ran, folder.path());
        let list = findings["findings"].as_array_mut().unwrap();
        // Where a row stands and what a rejected row is called differ between files; who it is does not.
        list.retain(|finding| finding["kind"] != "quality" && finding["kind"] != "not-evaluable");
        for finding in list {
            finding["reason"] = Value::Null;
            if let Some(person) = finding["person"].as_object_mut() {
                person.remove("source");
                person.remove("row");
            }
        }
        (ran.json()["accounts"].clone(), ran.json()["people"].clone(), findings["findings"].clone())
    });
    assert_eq!(judged[0], judged[1], "csv and xlsx");
    assert_eq!(judged[0], judged[2], "csv and json");
}

#[test]
fn findings_at_or_above_the_threshold_end_with_4() {
    let folder = tempfile::tempdir().unwrap();
    audit(folder.path(), "directory.csv", &["--fail-on", "critical"]).code(4);
    audit(folder.path(), "directory.csv", &["--fail-on", "never"]).code(0);
}

#[test]
fn a_directory_without_rows_is_incomplete_evidence_and_makes_no_plan() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("empty.csv"), "Work Email,Employee ID,Employment Status\n").unwrap();
    let users = samples().join("company/domo-users.json");
    let ran = run(folder.path(), ["audit", "--json", "--accounts", users.to_str().unwrap(), "--directory", "empty.csv"]).code(3);
    let answer = ran.json();
    assert_eq!((&answer["evidence"], &answer["plan"]), (&json!("incomplete"), &Value::Null));
    assert_eq!(answer["accounts"]["orphan"], 0);
    let report = std::fs::read_to_string(folder.path().join(answer["files"]["report.md"].as_str().unwrap())).unwrap();
    assert!(report.contains("Incomplete"), "{report}");
}

#[test]
fn a_file_of_accounts_is_not_said_to_be_all_of_domo_and_one_as_long_as_a_page_is_doubted() {
    let folder = tempfile::tempdir().unwrap();
    for (count, doubted) in [(50, true), (51, false), (500, true)] {
        let people = || 1..=count;
        let accounts: Vec<Value> = people()
            .map(|id| json!({"id": id, "name": format!("Ada {id}"), "email": format!("a{id}@acme.com"), "role": "Editor", "active": true}))
            .collect();
        let rows: String = people().map(|id| format!("a{id}@acme.com,Ada {id},Active\n")).collect();
        std::fs::write(folder.path().join("staff.csv"), format!("Email,Name,Status\n{rows}")).unwrap();
        let lines: String = accounts.iter().map(|account| format!("{account}\n")).collect();
        for (name, text) in [("a.json", json!(accounts).to_string()), ("a.jsonl", lines)] {
            std::fs::write(folder.path().join(name), text).unwrap();
            let args = ["--accounts", name, "--directory", "staff.csv"];
            let answer = run(folder.path(), ["audit", "--json"].into_iter().chain(args)).code(0).json();
            let page = std::fs::read_to_string(folder.path().join(answer["files"]["report.html"].as_str().unwrap())).unwrap();
            let said = format!("{name}: it has exactly {count} accounts, which is where ");
            assert_eq!(answer["evidence"], if doubted { "warnings" } else { "complete" }, "{count}");
            assert_eq!(answer["reasons"].to_string().contains(&said), doubted, "{answer}");
            assert_eq!(run(folder.path(), ["check"].into_iter().chain(args)).code(0).stdout.contains(&said), doubted, "{count}");
            assert!(!page.contains("Domo accounts and"), "{count}");
            let known = format!("All {count} accounts in {name} and all {count} directory rows were read");
            assert_eq!(page.contains(&known) && page.contains("A file does not prove"), !doubted, "{count}");
        }
    }
}

#[test]
fn a_second_run_knows_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let first = audit(folder.path(), "directory.csv", &[]).code(0);
    let second = audit(folder.path(), "directory.csv", &[]).code(0);
    let states = |ran: &Ran| {
        let findings = findings(ran, folder.path());
        findings["findings"].as_array().unwrap().iter().map(|finding| finding["state"].clone()).collect::<Vec<_>>()
    };
    assert!(states(&first).iter().all(|state| state == "new"));
    assert!(states(&second).iter().all(|state| state == "open"));
}

#[test]
fn an_audit_without_an_export_says_how_to_give_one() {
    let folder = tempfile::tempdir().unwrap();
    let users = samples().join("company/domo-users.json");
    let ran = run(folder.path(), ["audit", "--accounts", users.to_str().unwrap()]).code(2);
    assert!(ran.stderr.contains("--directory FILE"), "{}", ran.stderr);
}

#[test]
fn a_run_that_could_not_reach_domo_is_no_run() {
    let folder = tempfile::tempdir().unwrap();
    let directory = samples().join("company/directory.csv");
    // Port 9 (discard) refuses on loopback.
    let env = [("DOMO_CLIENT_ID", "id"), ("DOMO_CLIENT_SECRET", "s3cret"), ("DOMO_API_URL", "http://127.0.0.1:9")];
    let ran = run_with(folder.path(), &env, ["audit", "--directory", directory.to_str().unwrap()]).code(1);
    assert!(!ran.stderr.contains("s3cret") && ran.stderr.contains("127.0.0.1"), "{}", ran.stderr);
    let runs = std::fs::read_dir(folder.path().join("audits")).unwrap();
    assert!(runs.flatten().all(|entry| !entry.path().join("manifest.json").exists()));
}

#[test]
fn a_plan_is_bound_to_what_was_judged_by_digests_of_one_form() {
    let folder = tempfile::tempdir().unwrap();
    let ran = audit(folder.path(), "directory.csv", &[]).code(0);
    let plan = std::fs::read(folder.path().join(ran.json()["files"]["plan.json"].as_str().unwrap())).unwrap();
    let inputs = serde_json::from_slice::<Value>(&plan).unwrap()["inputs"].clone();
    let digests = [&inputs["accounts"], &inputs["directory"][0], &inputs["config"]];
    for digest in digests {
        let hex = digest.as_str().unwrap().strip_prefix("sha256:").unwrap_or_else(|| panic!("{inputs}"));
        assert_eq!(hex.len(), 64, "{inputs}");
    }
}

/// The page for tickets as a whole, so that a change of any sentence or number in it is looked at by somebody.
#[test]
fn the_markdown_of_the_sample_company_reads_as_it_did() {
    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path().join("directory.csv");
    std::fs::copy(samples().join("company/directory.csv"), &directory).unwrap();
    let moment: chrono::DateTime<chrono::Utc> = "2026-11-23T06:00:00Z".parse().unwrap();
    std::fs::File::options().append(true).open(&directory).unwrap().set_modified(moment.into()).unwrap();
    let company = samples().join("company/domo-users.json");
    let config = samples().join("domo-reconcile.toml");
    let paths = [&company, &config, &directory].map(|path| path.to_str().unwrap());
    let args = ["audit", "--json", "--as-of", DAY, "--accounts", paths[0], "--config", paths[1], "--directory", paths[2]];
    let ran = run_with(folder.path(), &[("SOURCE_DATE_EPOCH", &moment.timestamp().to_string())], args).code(0);
    let answer = ran.json();
    let report = std::fs::read_to_string(folder.path().join(answer["files"]["report.md"].as_str().unwrap())).unwrap();
    // What depends on the machine: the run's id, digests of files that name it, and where the samples lie.
    let steady = report.lines().filter(|line| !line.contains("SHA-256")).collect::<Vec<_>>().join("\n");
    let steady = steady.replace(answer["run_id"].as_str().unwrap(), "RUN").replace(samples().to_str().unwrap(), "samples");
    insta::assert_snapshot!(steady);
}
