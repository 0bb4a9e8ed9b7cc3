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
fn a_file_of_accounts_is_looked_at_in_place_of_domo() {
    let folder = folder();
    file(folder.path(), "workers.csv", CSV);
    file(
        folder.path(),
        "users.json",
        r#"[{"id": 7, "email": "svc-etl@acme.com", "name": "ETL", "role": "Admin", "active": true}]"#,
    );
    file(
        folder.path(),
        "domo-reconcile.toml",
        "[[exclude]]\nemail = \"scv-*@acme.com\"\nreason = \"loaders\"\nowner = \"data@acme.com\"\n\
         [expected]\nname = [\"Ada*\", \"Bop*\"]\n[match.domain_aliases]\n\"old-acmee.com\" = \"acme.com\"\n",
    );
    let ran = run(folder.path(), ["check", "--directory", "workers.csv", "--accounts", "users.json"]).code(0);
    assert!(ran.stdout.contains("[expected] names `name = Bop*`") && !ran.stdout.contains("Ada*"), "{}", ran.stdout);
    assert!(ran.stdout.contains("no address on either side is of old-acmee.com"), "{}", ran.stdout);
    assert!(ran.stdout.contains("users.json (snapshot): 1 account") && !ran.stdout.contains("DOMO_CLIENT_ID"), "{}", ran.stdout);
    assert!(ran.stdout.contains("`email = scv-*@acme.com` (loaders) covers no account"), "{}", ran.stdout);
    // One that holds nobody is no ground for a plan; one that is not there is wrong usage.
    file(folder.path(), "nobody.json", "[]");
    let json = run(folder.path(), ["check", "--directory", "workers.csv", "--accounts", "nobody.json", "--json"]).code(3).json();
    assert_eq!((&json["accounts"]["read"], &json["credentials"]), (&serde_json::json!(0), &serde_json::json!([])));
    run(folder.path(), ["check", "--directory", "workers.csv", "--accounts", "absent.json"]).code(2);
}

#[test]
fn of_several_instances_the_one_without_credentials_is_named() {
    let folder = folder();
    file(folder.path(), "workers.csv", CSV);
    let instance = |name: &str| {
        let variable = name.replace('-', "_");
        format!("[[instance]]\nname = \"{name}\"\nclient_id_env = \"{variable}_ID\"\nclient_secret_env = \"{variable}_SECRET\"\n")
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

/// What `check` says of one file under this configuration.
fn configured(name: &str, text: &str, rules: &str) -> String {
    let folder = folder();
    file(folder.path(), name, text);
    file(folder.path(), "domo-reconcile.toml", format!("[[directory]]\npath = \"{name}\"\n{rules}"));
    run(folder.path(), ["check"]).code(2).stdout
}

#[test]
fn headers_that_nobody_knows_are_found_by_the_names_in_the_configuration() {
    let text = "List of staff;;\n;;\nZUID;Mitarbeiter;Kontakt\n7;Ada Byron;a@acme.de\n";
    let rules = |kontakt: &str| format!("[directory.columns]\nemail = \"{kontakt}\"\nname = \"Mitarbeiter\"\n");
    let shown = configured("odd.csv", text, &rules("Kontakt"));
    assert!(shown.contains("headers in row 3") && shown.contains("a@acme.de"), "{shown}");
    // A mistyped one: the file's own spelling, but of no header that is not meant.
    let shown = configured("odd.csv", text, &rules("Kontackt"));
    assert!(shown.contains("did you mean `Kontakt`?") && !shown.contains("ZUID"), "{shown}");
    let shown = configured("odd.csv", text, "[directory.columns]\nemail = \"Adresse\"\n");
    assert!(shown.contains("none of `Adresse`, which [directory.columns] names"), "{shown}");
}

#[test]
fn words_of_the_configuration_may_name_their_column_and_are_missed_where_no_row_has_them() {
    let text = "EEID,Employee #,Name,Work Email,Employment Status,Status\n1,10,A B,a@acme.com,,Inactive\n2,11,C D,b@acme.com,Springer,Inactive\n";
    let shown = configured("words.csv", text, "[directory.status]\n\"Status: Inactive\" = \"leave\"\n\"Springr\" = \"active\"\n");
    assert!(shown.contains("the day judged: 2 leave"), "{shown}");
    assert!(shown.contains("[directory.status] names `Springr`, which no row has"), "{shown}");
    assert!(shown.contains("[directory.status] \"Employment Status: Springer\" = \"…\", one of active,"), "{shown}");
}

#[test]
fn what_two_directories_say_of_one_person_is_shown() {
    let folder = folder();
    file(folder.path(), "staff.csv", "Email,Employee ID\na@acme.com,1\nb@acme.com,2\nc@acme.com,3\n");
    file(folder.path(), "externals.csv", "Email,Employee ID\nA@acme.com,1\nb@acme.com,9\nd@acme.com,3\n");
    let ran = run(folder.path(), ["check", "--directory", "staff.csv", "--directory", "externals.csv"]).code(0);
    for shown in [
        "1 e-mail address is in several directories: each is one person",
        "1 e-mail address is in several directories beside different employee numbers, first in row 3 of staff.csv and row 3 of externals.csv",
        "1 employee number is in several directories beside different e-mail addresses, first in row 4 of staff.csv and row 4 of externals.csv",
    ] {
        assert!(ran.stdout.contains(shown), "{shown} is not in\n{}", ran.stdout);
    }
}

#[test]
fn a_doubt_is_shown_with_what_the_cell_holds_and_what_it_must_have_been() {
    let folder = folder();
    file(folder.path(), "staff.csv", "Email,Name,Status\na@acme.com,JÃ¼rgen Weber,Active\nb@acme.com,Bob King,Active\n");
    let ran = run(folder.path(), ["check", "--directory", "staff.csv"]).code(0);
    assert!(ran.stdout.contains("such as `JÃ¼rgen Weber`, which must have been `Jürgen Weber`"), "{}", ran.stdout);
}

#[test]
fn rejected_rows_are_no_clean_bill_and_their_words_need_no_meaning() {
    let folder = folder();
    file(folder.path(), "staff.csv", "Email,Name,Status\na@acme.com,Ada Byron,Active\nnobody,Bob King,Mystery\n");
    let ran = run(folder.path(), ["check", "--directory", "staff.csv"]).code(0);
    assert!(ran.stdout.contains("1 rejected row holds back every deactivation"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("Mystery"), "{}", ran.stdout);
}

/// The id of a system is the employee number in many an export: of rows without anything else it makes nobody an orphan, and what
/// it may be is said.
#[test]
fn an_id_in_a_rejected_row_makes_no_orphan_and_may_be_the_number() {
    let folder = folder();
    file(folder.path(), "staff.csv", "ID,Employee Name,Email,Status\n10100,Ada Byron,,Active\n10101,Bob King,b@acme.com,Active\n");
    let account = |id: u64, email: &str, number: &str| serde_json::json!({"id": id, "email": email, "name": "X", "role": "Participant", "active": true, "employeeNumber": number});
    let accounts = serde_json::json!([account(7, "a@acme.com", "10100"), account(8, "b@acme.com", "10101")]);
    file(folder.path(), "users.json", accounts.to_string());
    let ran = run(folder.path(), ["check", "--directory", "staff.csv", "--accounts", "users.json"]).code(0);
    assert!(ran.stdout.contains("beside the directories: 1 matched, 1 not evaluable"), "{}", ran.stdout);
    assert!(ran.stdout.contains("employee_number = \"ID\""), "{}", ran.stdout);
}

#[test]
fn near_misses_are_named_where_the_accounts_are_at_hand() {
    let folder = folder();
    file(folder.path(), "staff.csv", "Email,Name,Status\na@acme.com,Ada Byron,Active\np\u{430}ul@acme.com,Paul King,Active\n");
    let account =
        |id: u64, email: &str| serde_json::json!({"id": id, "email": email, "name": "X", "role": "Participant", "active": true});
    let accounts = serde_json::json!([account(7, "a@acme.com"), account(8, "paul@acme.com")]);
    file(folder.path(), "users.json", accounts.to_string());
    let ran = run(folder.path(), ["check", "--directory", "staff.csv", "--accounts", "users.json"]).code(0);
    assert!(ran.stdout.contains("beside the directories: 1 matched, 1 not evaluable"), "{}", ran.stdout);
    assert!(ran.stdout.contains("not evaluable: paul@acme.com") && ran.stdout.contains("U+0430"), "{}", ran.stdout);
}
