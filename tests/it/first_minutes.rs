//! What somebody meets in the first minutes: a configuration made from an export, and the whole month on a Domo of their own.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::folder::Folder;
use super::support::{self, run};

/// Killed when it goes out of scope.
struct Kept(Child);

impl Drop for Kept {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts `demo --keep` and gives the lines it prints for the rest of the month.
fn kept_demo(folder: &Path, profile: &str) -> (Kept, Vec<String>) {
    let mut child = support::command(folder)
        .args(["demo", "--keep", "--profile", profile])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map(Result::unwrap)
        .skip_while(|line| !line.starts_with("Its Domo goes on"));
    let mut lines = Vec::new();
    for line in said.by_ref().filter_map(|line| line.strip_prefix("  ").map(str::to_owned)) {
        let last = line.starts_with("domo-reconcile revert");
        lines.push(line);
        if last {
            break;
        }
    }
    (Kept(child), lines)
}

#[test]
fn the_lines_of_a_kept_demo_walk_the_whole_month_without_a_domo_of_ones_own_on_either_domo() {
    for (profile, removal) in [("guide", "deactivate"), ("recorded", "demote")] {
        walk_the_month(profile, removal);
    }
}

fn walk_the_month(profile: &str, removal: &str) {
    let folder = tempfile::tempdir().unwrap();
    let (_demo, lines) = kept_demo(folder.path(), profile);
    // As somebody who has built it and not installed it: what is printed finds the program.
    let script = format!("set -e\n{}", lines.join("\n"));
    let walked = Command::new("sh").current_dir(folder.path()).args(["-c", &script]).output().unwrap();
    let said = String::from_utf8_lossy(&walked.stdout) + String::from_utf8_lossy(&walked.stderr);
    assert!(walked.status.success(), "{script}\n{said}");
    for verb in ["review", "apply", "audit", "revert"] {
        assert!(lines.iter().any(|line| line.contains(&format!("domo-reconcile {verb} "))), "no line for {verb}: {lines:#?}");
    }
    assert!(said.contains("resolved"), "the second audit knows the first: {said}");
    assert!(said.contains(&format!("{removal} victor.lindgren@acme.example done")), "{said}");
    let run = std::fs::read_dir(folder.path().join("audits")).unwrap().map(|entry| entry.unwrap().path());
    assert!(run.into_iter().any(|run| run.join("revert.plan.json").is_file()), "{said}");
}

#[test]
fn a_configuration_is_made_from_an_export_and_the_accounts() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(support::samples().join("company/directory.csv"), folder.path().join("directory.csv")).unwrap();
    std::fs::copy(support::samples().join("company/domo-users.json"), folder.path().join("users.json")).unwrap();
    let said = run(folder.path(), ["init", "--directory", "directory.csv", "--accounts", "users.json"]).code(0).stdout;
    let next = said.trim().rsplit_once("then: domo-reconcile ").unwrap().1;
    run(folder.path(), next.split(' ')).code(0);
    let text = std::fs::read_to_string(folder.path().join("domo-reconcile.toml")).unwrap();
    for expected in [
        "path = \"directory.csv\"\n",
        "# employee_number = \"Employee ID\"\n",
        "# \"Inactive\" = \"\"",
        "# email = \"svc-loader@acme.example\"\n",
    ] {
        assert!(text.contains(expected), "no {expected:?} in {text}");
    }
    assert!(!text.contains("\n[[exclude]]"), "nobody is excluded before somebody says so: {text}");
    assert!(!text.contains("support@domo.com"), "Domo's own support account is excluded without a rule: {text}");
    run(folder.path(), ["audit", "--accounts", "users.json", "--as-of", "2026-11-23"]).code(0);
}

#[test]
fn a_suggested_exclusion_holds_once_its_comment_signs_are_gone() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("workers.csv"), "Email,Name\nana@acme.example,Ana Lima\n").unwrap();
    let users = r#"[{"id":1,"email":"ana@acme.example","name":"Ana Lima","role":"Editor"},{"id":2,"email":"\"svc\"+x@acme.example","name":"S","role":"Editor"}]"#;
    std::fs::write(folder.path().join("users.json"), users).unwrap();
    run(folder.path(), ["init", "--directory", "workers.csv", "--accounts", "users.json"]).code(0);
    let path = folder.path().join("domo-reconcile.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let (kept, suggested) = text.split_once("may be no people").unwrap();
    let (suggested, rest) = suggested.split_once("[policy]").unwrap();
    let bare = suggested.lines().skip(1).map(|line| line.trim_start_matches("# ").to_owned() + "\n").collect::<String>();
    std::fs::write(&path, format!("{kept}\n{}\n[policy]{rest}", bare.replace("\"\"", "\"a machine\""))).unwrap();
    let audited = run(folder.path(), ["audit", "--accounts", "users.json", "--json"]).code(0).json();
    assert_eq!(audited["accounts"]["excluded"], 1, "{audited:#}");
}

#[test]
fn a_configuration_that_is_made_in_another_folder_finds_the_export() {
    let company = Folder::ada_and_olga();
    std::fs::create_dir(company.at("rules")).unwrap();
    company.write("rules/below.csv", company.read("workers.csv"));
    let absolute = company.at("workers.csv").display().to_string();
    for (n, export) in ["workers.csv", "rules/below.csv", &absolute].into_iter().enumerate() {
        let rules = format!("rules/{n}.toml");
        let made = company.run(&["init", "--directory", export, "--out", &rules, "--json"]).code(0).json();
        assert_eq!(made["out"], rules);
        let audited = company.run(&["audit", "--config", &rules, "--accounts", "users.json", "--json"]).code(0).json();
        assert_eq!(audited["people"]["read"], 1, "{export}: {audited:#}");
    }
    let said = company.run(&["init", "--directory", "workers.csv", "--out", "rules/said.toml"]).code(0).stdout;
    assert!(said.contains("domo-reconcile check --config rules/said.toml"), "{said}");
}

/// `init` has no option for what only a person can choose: it says what to write, and that works.
#[test]
fn a_workbook_with_two_sheets_of_people_is_no_dead_end() {
    let mut book = rust_xlsxwriter::Workbook::new();
    for (name, address) in [("Staff", "ada@acme.example"), ("Leavers", "ben@acme.example")] {
        let sheet = book.add_worksheet().set_name(name).unwrap();
        sheet.write_row(0, 0, ["Email", "Name"]).unwrap();
        sheet.write_row(1, 0, [address, "A"]).unwrap();
    }
    let folder = Folder::ada_and_olga().with("people.xlsx", book.save_to_buffer().unwrap());
    let said = folder.run(&["init", "--directory", "people.xlsx"]).code(2).stderr;
    let lines = ["[[directory]]", "path = \"people.xlsx\"", "sheet = \"Staff\""];
    assert!(lines.iter().all(|line| said.contains(line)) && said.contains("`domo-reconcile check`"), "{said}");
    folder.write("domo-reconcile.toml", lines.join("\n"));
    folder.run(&["check", "--accounts", "users.json"]).code(0);
}

#[test]
fn a_configuration_that_is_there_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("workers.csv"), "Email\nana@acme.example\n").unwrap();
    std::fs::write(folder.path().join("domo-reconcile.toml"), "# mine\n").unwrap();
    let refused = run(folder.path(), ["init", "--directory", "workers.csv"]).code(2);
    assert!(refused.stderr.contains("is there already"), "{}", refused.stderr);
    assert_eq!(std::fs::read_to_string(folder.path().join("domo-reconcile.toml")).unwrap(), "# mine\n");
}
