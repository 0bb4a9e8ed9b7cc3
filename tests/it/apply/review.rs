//! Decisions: by selector, by sheet, by the command line.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domo_reconcile::plan::review::{Reviewer, Sheet, SheetRow, decide, decide_from};
use domo_reconcile::plan::{Sealed, Verdict, sheet};

use super::fixture::{create, deactivate, noon, plan, update};
use crate::support::{Ran, run};

fn open() -> Sealed {
    Sealed::made(plan(vec![update(1), update(2), deactivate(3), create(4)])).unwrap()
}

fn ana() -> Reviewer {
    Reviewer { by: "ana".into(), at: noon(), comment: None, user: Some("ana".into()) }
}

fn texts(items: &[&str]) -> Vec<String> {
    items.iter().map(|item| (*item).to_owned()).collect()
}

fn approved(sealed: &Sealed) -> Vec<&str> {
    sealed.plan().actions.iter().map(|action| action.id.as_str()).filter(|id| sealed.plan().approved(id)).collect()
}

#[test]
fn a_selector_is_all_a_kind_an_action_or_a_finding() {
    for (selector, expected) in [
        ("all", &["A-update-1", "A-update-2", "A-deactivate-3", "A-create-4"][..]),
        ("update", &["A-update-1", "A-update-2"]),
        ("A-deactivate-3", &["A-deactivate-3"]),
        ("F-4", &["A-create-4"]),
    ] {
        let mut sealed = open();
        decide(&mut sealed, &texts(&[selector]), &[], &ana()).unwrap();
        assert_eq!(approved(&sealed), expected, "{selector}");
    }
}

#[test]
fn all_with_an_exception_reads_as_it_is_meant() {
    let mut sealed = open();
    assert_eq!(decide(&mut sealed, &texts(&["all"]), &texts(&["deactivate"]), &ana()).unwrap(), 4);
    assert_eq!(approved(&sealed), ["A-update-1", "A-update-2", "A-create-4"]);
    assert_eq!(sealed.plan().decisions["A-deactivate-3"].verdict, Verdict::Reject);
}

#[test]
fn a_selector_that_selects_nothing_is_an_error_and_records_nothing() {
    let mut sealed = open();
    assert!(decide(&mut sealed, &texts(&["all", "delete"]), &[], &ana()).is_err());
    assert_eq!(sealed, open());
}

#[test]
fn a_decision_needs_a_name() {
    assert!(decide(&mut open(), &texts(&["all"]), &[], &Reviewer { by: "  ".into(), ..ana() }).is_err());
}

#[test]
fn the_same_decision_again_keeps_its_first_time() {
    let mut sealed = open();
    decide(&mut sealed, &texts(&["all"]), &[], &ana()).unwrap();
    let later: DateTime<Utc> = "2026-11-24T00:00:00Z".parse().unwrap();
    assert_eq!(decide(&mut sealed, &texts(&["all"]), &[], &Reviewer { at: later, ..ana() }).unwrap(), 0);
    assert_eq!(sealed.plan().decisions["A-update-1"].at, noon());
}

/// The sheet of a plan as it is given out, with these decisions filled in from the top.
fn filled(sealed: &Sealed, decisions: &[[&str; 3]]) -> Sheet {
    let row = |(place, action): (usize, &domo_reconcile::plan::Action)| {
        let said = decisions.get(place).copied().unwrap_or_default();
        sheet::locked(action).into_iter().chain(said.map(str::to_owned)).collect()
    };
    let mut rows = vec![sheet::COLUMNS.map(str::to_owned).to_vec()];
    rows.extend(sealed.plan().actions.iter().enumerate().map(row));
    let row = |(number, cells)| SheetRow { number, cells, uncomputed: BTreeSet::new() };
    Sheet { rows: (1..).zip(rows).map(row).collect(), plan: sealed.plan().id.clone(), digest: sealed.plan().digest.clone() }
}

#[test]
fn a_sheet_records_what_was_filled_in_and_leaves_the_rest_open() {
    let mut sealed = open();
    let sheet = filled(&sealed, &[["approve", "", ""], [" Reject ", "eve", "not yet"], ["", "", "?"]]);
    assert_eq!(decide_from(&mut sealed, &sheet, &ana()).unwrap(), 2);
    assert_eq!(approved(&sealed), ["A-update-1"]);
    let rejected = &sealed.plan().decisions["A-update-2"];
    assert_eq!((rejected.by.as_str(), rejected.comment.as_deref()), ("eve, recorded by ana", Some("not yet")));
    assert_eq!(sealed.plan().decisions.len(), 2);
}

#[test]
fn a_sheet_that_was_sorted_and_widened_is_still_the_sheet() {
    let mut sealed = open();
    let mut sheet = filled(&sealed, &[["approve", "", ""]]);
    sheet.rows[1..].reverse();
    for row in &mut sheet.rows {
        row.cells.insert(0, "our own column".into());
    }
    decide_from(&mut sealed, &sheet, &ana()).unwrap();
    assert_eq!(approved(&sealed), ["A-update-1"]);
}

/// The sheet is refused, the message says this, and nothing was recorded.
#[track_caller]
fn refuses(sheet: &Sheet, saying: &[&str]) {
    let mut sealed = open();
    let error = decide_from(&mut sealed, sheet, &ana()).unwrap_err().to_string();
    for part in saying {
        assert!(error.contains(part), "{error}");
    }
    assert_eq!(sealed, open());
}

#[test]
fn every_locked_cell_that_was_changed_is_named_by_row_and_column() {
    for (place, column) in sheet::COLUMNS.iter().take(sheet::LOCKED).enumerate().skip(1) {
        let mut sheet = filled(&open(), &[["approve", "", ""]]);
        sheet.rows[2].cells[place].push('!');
        refuses(&sheet, &["row 3", &format!("`{column}` of A-update-2")]);
    }
}

#[test]
fn missing_foreign_and_double_rows_and_unknown_words_are_all_named_at_once() {
    let mut sheet = filled(&open(), &[["maybe", "", ""]]);
    sheet.rows[2].cells[0] = "A-update-9".into();
    let twice = SheetRow { number: 6, ..sheet.rows[3].clone() };
    sheet.rows.push(twice);
    refuses(
        &sheet,
        &[
            "nothing of the sheet was recorded",
            "row 2: `maybe` is no decision: write approve or reject",
            "row 3: `A-update-9` is no action",
            "row 6: A-deactivate-3 stands there twice",
            "no row for A-update-2",
        ],
    );
}

#[test]
fn a_formula_that_nobody_computed_is_named_by_its_row_and_column() {
    for (place, column) in sheet::COLUMNS.into_iter().enumerate() {
        let mut sheet = filled(&open(), &[["approve", "", ""]]);
        sheet.rows[2].cells[place].clear();
        sheet.rows[2].uncomputed.insert(place);
        refuses(&sheet, &[&format!("row 3: `{column}` is a formula that nobody has computed")]);
    }
}

#[test]
fn a_sheet_of_another_plan_is_refused() {
    refuses(&Sheet { plan: "P-other".into(), ..filled(&open(), &[]) }, &["P-other"]);
    refuses(&Sheet { digest: "sha256:other".into(), ..filled(&open(), &[]) }, &["sha256:other"]);
    refuses(&Sheet { digest: String::new(), ..filled(&open(), &[]) }, &["(none)"]);
}

/// A folder with this plan in it.
fn folder(sealed: &Sealed) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("plan.json"), sealed.to_json().unwrap()).unwrap();
    folder
}

fn review(folder: &tempfile::TempDir, args: &[&str]) -> Ran {
    run(folder.path(), ["review", "plan.json"].into_iter().chain(args.iter().copied()))
}

#[test]
fn review_alone_shows_every_action_and_changes_nothing() {
    let folder = folder(&open());
    let before = std::fs::read(folder.path().join("plan.json")).unwrap();
    let ran = review(&folder, &[]).code(0);
    for shown in ["A-update-1", "title: Analyst → Lead", "active: true → false", "open", "0 approved, 0 rejected, 2 open"] {
        assert!(ran.stdout.contains(shown), "{shown} is missing:\n{}", ran.stdout);
    }
    assert_eq!(std::fs::read(folder.path().join("plan.json")).unwrap(), before);
}

#[test]
fn review_names_those_who_would_become_privileged() {
    let role = |id: u64, from: &str, to: &str| {
        super::fixture::action(
            domo_reconcile::reconcile::Action::Update,
            id,
            serde_json::json!({"role": from}),
            serde_json::json!({"role": to}),
        )
    };
    let folder = folder(&Sealed::made(plan(vec![role(1, "Editor", "Admin"), role(2, "Admin", "Editor"), update(3)])).unwrap());
    let ran = review(&folder, &[]).code(0);
    assert!(ran.stdout.contains("Look at each who would become Admin or Privileged: p1@acme.com.\n"), "{}", ran.stdout);
}

#[test]
fn review_records_who_decided_what_and_why() {
    let folder = folder(&open());
    review(&folder, &["--approve", "update", "--by", "ana", "--comment", "as agreed", "--json"]).code(0);
    let ran = review(&folder, &["--reject", "F-1", "--by", "eve", "--json"]).code(0);
    let answer = ran.json();
    assert_eq!(answer["decisions"]["A-update-2"]["comment"], "as agreed");
    assert_eq!(answer["decisions"]["A-update-1"]["by"], "eve");
    assert_eq!(answer["counts"]["update"], serde_json::json!({"approved": 1, "rejected": 1, "open": 0}));
}

/// What LibreOffice itself saved: the workbook, and the CSV file as a German office keeps it (semicolons, Windows-1252). In both a title
/// that begins as a formula does, numbers of 16 digits and with leading zeros, quotes and semicolons.
#[test]
fn sheets_that_libreoffice_saved_decide() {
    let fixture = |name: &str| std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/review").join(name);
    let sealed = Sealed::read(&std::fs::read_to_string(fixture("plan.json")).unwrap()).unwrap();
    let subject = |id: &String| sealed.plan().action(id).unwrap().subject();
    for name in ["libreoffice.xlsx", "windows-1252.csv"] {
        let folder = folder(&sealed);
        review(&folder, &["--from", fixture(name).to_str().unwrap(), "--by", "ana"]).code(0);
        let decided = Sealed::read(&std::fs::read_to_string(folder.path().join("plan.json")).unwrap()).unwrap();
        let mut lines: Vec<_> = decided.plan().decisions.iter().collect();
        lines.sort_by_key(|(id, _)| subject(id));
        let told = |(id, decision): &(&String, &domo_reconcile::plan::Decision)| {
            let comment = decision.comment.as_deref().unwrap_or("-");
            format!("{}: {} by {}: {comment}", subject(id), decision.verdict.as_str(), decision.by)
        };
        let expected = [
            "juergen@acme.com: approve by Jörg, recorded by ana: geprüft; in Ordnung",
            "nobody@acme.com: approve by ana: -",
            "zoe@acme.com: reject by ana: nein",
        ];
        assert_eq!(lines.iter().map(told).collect::<Vec<_>>(), expected, "{name}");
    }
}

/// An old encoding has no `ü` here: what the spreadsheet put there is no change of the reviewer's, and they are told what to do.
#[test]
fn a_sheet_that_lost_letters_is_refused_with_the_way_out_and_a_missing_one_by_name() {
    let fixture = |name: &str| std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/review").join(name);
    let folder = folder(&Sealed::read(&std::fs::read_to_string(fixture("plan.json")).unwrap()).unwrap());
    let mut bytes = std::fs::read(fixture("windows-1252.csv")).unwrap();
    bytes.iter_mut().filter(|byte| **byte == b'\xfc').for_each(|byte| *byte = b'?');
    std::fs::write(folder.path().join("lost.csv"), bytes).unwrap();
    let ran = review(&folder, &["--from", "lost.csv", "--by", "ana"]).code(2);
    assert!(ran.stderr.contains("lost letters: it was `Jürgen Müßig` and is `J?rgen M?ßig`"), "{}", ran.stderr);
    assert!(ran.stderr.contains("save it as \"CSV UTF-8\", or fill in review.xlsx"), "{}", ran.stderr);
    let ran = review(&folder, &["--from", "nowhere.csv", "--by", "ana"]).code(2);
    assert!(ran.stderr.contains("name the filled-in review.xlsx") && !ran.stderr.contains("--directory"), "{}", ran.stderr);
}

#[test]
fn a_decision_that_was_mistyped_by_hand_is_named_with_how_it_is_written() {
    let folder = folder(&open());
    let mut plan: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(folder.path().join("plan.json")).unwrap()).unwrap();
    for decision in [
        serde_json::json!({"verdict": "yes", "by": "ana", "at": "2026-11-23T12:00:00Z"}),
        serde_json::json!({"verdict": "approve", "by": "ana", "at": "2026-11-23"}),
        serde_json::json!({"verdict": "approve"}),
    ] {
        plan["decisions"] = serde_json::json!({"A-update-1": decision});
        std::fs::write(folder.path().join("plan.json"), plan.to_string()).unwrap();
        let ran = review(&folder, &[]).code(2);
        assert!(ran.stderr.contains("the decision on A-update-1 cannot be read: "), "{}", ran.stderr);
        assert!(ran.stderr.contains(r#"next: a decision is {"verdict": "approve" or "reject""#), "{}", ran.stderr);
    }
}

#[test]
fn a_decision_without_a_name_is_wrong_usage() {
    review(&folder(&open()), &["--approve", "all"]).code(2);
    review(&folder(&open()), &["--approve", "nonsense", "--by", "ana"]).code(2);
}

#[test]
fn review_refuses_a_tampered_plan_and_what_is_no_plan() {
    let folder = folder(&open());
    let path = folder.path().join("plan.json");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("Lead", "Boss")).unwrap();
    review(&folder, &["--approve", "all", "--by", "ana"]).code(6);
    std::fs::write(&path, "not json").unwrap();
    review(&folder, &[]).code(2);
    std::fs::remove_file(&path).unwrap();
    review(&folder, &[]).code(2);
}
