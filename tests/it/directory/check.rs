//! `check` as a person runs it.

use super::{file, folder};
use crate::support::run;

const CSV: &str = "Email,Employee ID,Name,Status,Salary\na@acme.com,001,Ada Byron,Active,98765\nb@acme.com,2,Bob King,Inactive,98765\nnobody,,C,Active,98765\n";

#[test]
fn it_shows_what_was_understood() {
    let folder = folder();
    file(folder.path(), "workers.csv", CSV);
    let ran = run(folder.path(), ["check", "--directory", "workers.csv", "--as-of", "2026-11-23"]).code(0);
    for shown in [
        "workers.csv",
        "Employee ID",
        "Inactive",
        "unknown",
        "Ada Byron",
        "rejected row 4",
        "1 active, 1 unknown",
        "1 other column",
    ] {
        assert!(ran.stdout.contains(shown), "{shown} is not in\n{}", ran.stdout);
    }
    assert!(!ran.stdout.contains("98765") && !ran.stdout.contains("Salary"), "{}", ran.stdout);
}

#[test]
fn json_is_one_document() {
    let folder = folder();
    file(folder.path(), "workers.csv", CSV);
    let json = run(folder.path(), ["check", "--directory", "workers.csv", "--json"]).code(0).json();
    assert_eq!(json["ok"], true);
    assert_eq!(json["directories"][0]["source"]["rejected"], 1);
    assert_eq!(json["directories"][0]["people"][0]["employee_number"], "001");
}

#[test]
fn of_several_instances_the_one_without_credentials_is_named() {
    let folder = folder();
    file(folder.path(), "workers.csv", CSV);
    let instance = |name: &str| {
        format!("[[instance]]\nname = \"{name}\"\nclient_id_env = \"{name}_ID\"\nclient_secret_env = \"{name}_SECRET\"\n")
    };
    let rules = format!("[[directory]]\npath = \"workers.csv\"\n{}{}", instance("acme"), instance("acme-eu"));
    file(folder.path(), "domo-reconcile.toml", &rules);
    let ran = run(folder.path(), ["check"]).code(2);
    for name in ["credentials: acme: no credentials", "credentials: acme-eu: no credentials"] {
        assert!(ran.stdout.contains(name), "{}", ran.stdout);
    }
}

#[test]
fn every_problem_is_named_at_once() {
    let folder = folder();
    file(folder.path(), "one.csv", "Some,Thing\n1,2\n");
    file(folder.path(), "domo-reconcile.toml", "[[directory]]\npath = \"one.csv\"\n[[directory]]\npath = \"two.csv\"\n");
    let ran = run(folder.path(), ["check"]).code(2);
    for shown in ["one.csv", "two.csv", "DOMO_CLIENT_ID", "3 problems"] {
        assert!(ran.stdout.contains(shown), "{shown} is not in\n{}", ran.stdout);
    }
}

#[test]
fn a_partial_directory_is_not_evaluable() {
    let folder = folder();
    file(folder.path(), "page.json", r#"{"value":[{"mail":"a@acme.com"}],"@odata.nextLink":"https://x"}"#);
    let ran = run(folder.path(), ["check", "--directory", "page.json"]).code(3);
    assert!(ran.stdout.contains("incomplete"), "{}", ran.stdout);
}

#[test]
fn a_template_that_does_not_parse_is_a_problem() {
    let folder = folder();
    file(folder.path(), "workers.csv", CSV);
    std::fs::create_dir(folder.path().join("mine")).unwrap();
    let name = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/templates"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .find(|name| name.to_string_lossy().ends_with(".md"));
    std::fs::write(folder.path().join("mine").join(name.unwrap()), "{% if %}").unwrap();
    file(folder.path(), "domo-reconcile.toml", "[[directory]]\npath = \"workers.csv\"\n[report]\ntemplates = \"mine\"\n");
    let ran = run(folder.path(), ["check", "--directory", "workers.csv"]).code(2);
    assert!(ran.stdout.contains("templates: "), "{}", ran.stdout);
}

#[test]
fn a_last_day_that_cannot_be_read_leaves_the_standing_unknown() {
    let folder = folder();
    file(folder.path(), "days.csv", "Email,Termination Date\na@acme.com,soon\nb@acme.com,\n");
    let ran = run(folder.path(), ["check", "--directory", "days.csv", "--as-of", "2026-11-23"]).code(0);
    assert!(ran.stdout.contains("1 active, 1 unknown"), "{}", ran.stdout);
}
