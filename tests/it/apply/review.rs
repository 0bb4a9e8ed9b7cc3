//! Decisions: by selector, by sheet, by the command line.

use std::collections::BTreeSet;

use domo_reconcile::directory::table::TextRow;
use domo_reconcile::plan::returned::{self, ReturnedSheet};
use domo_reconcile::plan::review::{self, Reviewer};
use domo_reconcile::plan::sheet::{self, Decidable};
use domo_reconcile::plan::{About, Action, Applier, Decision, OpenFinding, Plan, Sealed, Verdict, record};
use domo_reconcile::report::packet::Item;
use domo_reconcile::terms::{Kind, Severity};
use serde_json::{Value, json};

use super::fixture::{World, create, deactivate, noon, plan, update};
use crate::support::{Ran, run_with};

/// Two updates, a deactivation and a create.
fn open() -> Sealed {
    Sealed::made(plan(vec![update(1), update(2), deactivate(3), create(4)])).unwrap()
}

/// What was found, how bad, in which department.
fn about(action: Action, kind: Kind, severity: Severity, department: &str) -> Action {
    let facts = About { department: Some(department.into()), manager: Some("ana@acme.com".into()), ..About::default() };
    Action { about: Some(About { kind: Some(kind), severity: Some(severity), ..facts }), ..action }
}

/// A leaver, a drift and a conflict that nothing is done about.
fn judged() -> Sealed {
    let mut plan = plan(vec![
        about(update(1), Kind::Drift, Severity::Low, "Sales"),
        about(deactivate(2), Kind::Leaver, Severity::Critical, "Finance"),
    ]);
    let facts = About { kind: Some(Kind::Conflict), severity: Some(Severity::High), ..About::default() };
    plan.findings = vec![OpenFinding {
        finding: "F-3".into(),
        account_id: Some(3),
        email: Some("p3@acme.com".into()),
        name: Some("Person 3".into()),
        before: Default::default(),
        after: Default::default(),
        why: "two people have it".into(),
        about: facts,
    }];
    resealed(plan)
}

/// With the digest that fits.
fn resealed(plan: Plan) -> Sealed {
    let mut document = serde_json::to_value(&plan).unwrap();
    document["digest"] = domo_reconcile::plan::canonical::digest_of(&document).into();
    Sealed::read(&document.to_string()).unwrap()
}

fn ana() -> Reviewer {
    Reviewer { by: Some("ana".into()), at: noon(), comment: None, user: Some("ana".into()) }
}

#[test]
fn a_selector_is_all_a_kind_a_severity_a_department_an_address_or_an_id() {
    let sealed = judged();
    for (selector, expected) in [
        ("all", &["A-deactivate-2", "F-3", "A-update-1"][..]),
        ("update", &["A-update-1"]),
        ("leaver", &["A-deactivate-2"]),
        ("conflict", &["F-3"]),
        ("critical", &["A-deactivate-2"]),
        ("department=sales", &["A-update-1"]),
        ("P2@acme.com", &["A-deactivate-2"]),
        ("A-update-1", &["A-update-1"]),
        ("F-2", &["A-deactivate-2"]),
        ("F-3", &["F-3"]),
    ] {
        let ids: Vec<_> = review::select(sealed.plan(), selector).unwrap().iter().map(Decidable::id).collect();
        assert_eq!(ids, expected, "{selector}");
    }
    assert!(review::select(sealed.plan(), "department=").is_err() && review::select(sealed.plan(), "delete").is_err());
}

/// The sheet of a plan as it is given out, with these decisions filled in from the top.
fn filled(sealed: &Sealed, decisions: &[[&str; 3]]) -> ReturnedSheet {
    let row = |(place, row): (usize, Decidable<'_>)| {
        let said = decisions.get(place).copied().unwrap_or_default();
        row.locked().into_iter().chain(said.map(str::to_owned)).collect()
    };
    let mut rows = vec![sheet::COLUMNS.map(str::to_owned).to_vec()];
    rows.extend(sheet::rows(sealed.plan()).into_iter().enumerate().map(row));
    let row = |(number, cells)| TextRow { number, cells, uncomputed: BTreeSet::new() };
    let (plan, digest) = (sealed.plan().id.clone(), sealed.plan().digest.clone());
    ReturnedSheet { rows: (1..).zip(rows).map(row).collect(), plan, digest, reviewer: None }
}

/// Records what a sheet says; the verdict and the name of each row, worst first.
fn decided(mut sealed: Sealed, sheet: &ReturnedSheet) -> Vec<String> {
    let submissions = returned::sheet(sealed.plan(), "sheet", sheet, None, &ana()).unwrap();
    record::record(&mut sealed, &submissions, false, ana().at).unwrap();
    let told = |row: &Decidable<'_>| match sealed.plan().decisions.get(row.id()) {
        None => "open".to_owned(),
        Some(said) => format!("{} {} {}", said.word(), said.by, said.comment.as_deref().unwrap_or("-")),
    };
    sheet::rows(sealed.plan()).iter().map(told).collect()
}

#[test]
fn a_sheet_records_what_was_filled_in_and_leaves_the_rest_open() {
    let sheet = filled(&open(), &[["approve", "", ""], [" Reject ", "eve", "not yet"], ["", "", "?"]]);
    assert_eq!(decided(open(), &sheet), ["approve ana -", "reject eve not yet", "open", "open"]);
}

#[test]
fn a_sheet_that_was_sorted_widened_and_shortened_is_still_the_sheet() {
    let mut sheet = filled(&open(), &[["approve", "", ""]]);
    sheet.rows.remove(3);
    sheet.rows[1..].reverse();
    for row in &mut sheet.rows {
        row.cells.insert(0, "our own column".into());
    }
    assert_eq!(decided(open(), &sheet), ["approve ana -", "open", "open", "open"]);
}

#[test]
fn a_finding_without_an_action_is_kept_sent_back_or_accepted_until_a_day() {
    for (word, expected) in
        [("keep", "keep ana -"), ("not mine", "not-mine ana -"), ("accept-until 2027-03-31", "accept-until 2027-03-31 ana -")]
    {
        let sheet = filled(&judged(), &[["", "", ""], [word, "", ""]]);
        assert_eq!(decided(judged(), &sheet)[1], expected);
    }
    let sheet = |word: &'static str| filled(&judged(), &[["", "", ""], [word, "", ""]]);
    // What joins the day to the word is no sign of its year, and a day that has passed accepts nothing.
    let joined = filled(&judged(), &[["", "", ""], ["accept-until-2027-03-31", "", ""]]);
    assert_eq!(decided(judged(), &joined)[1], "accept-until 2027-03-31 ana -");
    let passed = returned::sheet(judged().plan(), "sheet", &sheet("accept-until 2026-11-22"), None, &ana()).unwrap();
    let error = record::record(&mut judged(), &passed, false, ana().at).unwrap_err().to_string();
    assert!(error.contains("sheet row 3: the day of accept-until 2026-11-22 on F-3 has passed"), "{error}");
    for (word, why) in [("approve", "keep, not-mine, or accept-until and a day"), ("accept-until soon", "says no day")] {
        let error = returned::sheet(judged().plan(), "sheet", &sheet(word), None, &ana()).unwrap_err();
        assert!(error.to_string().contains(why), "{error}");
    }
}

/// An exception names an account: what is about none is refused here as `review --accept` refuses it, and its page does not offer
/// it.
#[test]
fn what_is_about_no_account_is_not_accepted_until_a_day() {
    let mut plan = judged().plan().clone();
    plan.findings[0].account_id = None;
    let of_nobody = resealed(plan);
    let sheet = filled(&of_nobody, &[["", "", ""], ["accept-until 2027-03-31", "", ""]]);
    let error = returned::sheet(of_nobody.plan(), "sheet", &sheet, None, &ana()).unwrap_err().to_string();
    assert!(error.contains("needs an account"), "{error}");
    let offered = |sealed: &Sealed| Item::of(&sheet::rows(sealed.plan())[1], None).choices;
    assert_ne!(offered(&of_nobody), offered(&judged()));
}

/// The sheet is refused and the message says this.
#[track_caller]
fn refuses(sheet: &ReturnedSheet, saying: &[&str]) {
    let error = returned::sheet(open().plan(), "sheet", sheet, None, &ana()).unwrap_err().to_string();
    for part in saying {
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn every_locked_cell_that_was_changed_is_named_by_row_and_column() {
    let describing = ["department", "manager", "last_seen", "owns"];
    for (place, column) in sheet::COLUMNS.iter().take(sheet::LOCKED).enumerate().skip(1) {
        if describing.contains(column) {
            continue;
        }
        let mut sheet = filled(&open(), &[["approve", "", ""]]);
        sheet.rows[2].cells[place].push('!');
        refuses(&sheet, &["row 3", &format!("`{column}` of A-update-1")]);
    }
}

/// What Excel and LibreOffice make of such cells when they open a CSV file and save it.
#[test]
fn what_a_spreadsheet_writes_in_its_own_way_is_no_change_of_what_a_row_is_about() {
    let action = Action { name: Some("True".into()), ..deactivate(1_704_739_518_000_002) };
    let sealed = resealed(plan(vec![about(action, Kind::Leaver, Severity::High, "0100")]));
    for (column, is) in [
        ("department", "100"),
        ("department", "03.04.2026"),
        ("last_seen", "03/11/2026"),
        ("last_seen", "2026-11-03 00:00:00"),
        ("manager", "1.2E+05"),
        ("owns", ""),
        ("name", "TRUE"),
        ("account_id", "1.70474E+15"),
    ] {
        let mut sheet = filled(&sealed, &[["approve", "", ""]]);
        let place = sheet::COLUMNS.iter().position(|name| *name == column).unwrap();
        sheet.rows[1].cells[place] = is.into();
        assert_eq!(decided(resealed(sealed.plan().clone()), &sheet), ["approve ana -"], "{column} as {is}");
    }
}

#[test]
fn foreign_and_double_rows_and_unknown_words_are_all_named_at_once() {
    let mut sheet = filled(&open(), &[["maybe", "", ""]]);
    sheet.rows[2].cells[0] = "A-update-9".into();
    let twice = TextRow { number: 6, ..sheet.rows[3].clone() };
    sheet.rows.push(twice);
    refuses(
        &sheet,
        &[
            "nothing of the sheet was recorded",
            "row 2: `maybe` is no decision: write approve or reject",
            "row 3: `A-update-9` is no action",
            "row 6: A-update-2 stands there twice",
        ],
    );
}

/// Two people's sheets side by side: of one of them nothing would be read.
#[test]
fn a_sheet_that_has_a_column_twice_is_refused_by_its_name() {
    for column in ["action", "decision", "comment", "plan_id"] {
        let mut sheet = filled(&open(), &[["approve", "ana", "left"]]);
        for row in &mut sheet.rows {
            let place = sheet::COLUMNS.iter().position(|own| *own == column);
            let value = if row.number == 1 {
                column.to_uppercase()
            } else {
                place.map_or_else(|| "P-1".to_owned(), |place| row.cells[place].clone())
            };
            row.cells.extend([value.clone(), value]);
        }
        refuses(&sheet, &[&format!("the sheet has columns more than once, of which one would not be read: {column}")]);
    }
}

/// A column of the reviewer's own that is called like one of ours takes nothing away while nothing is in it.
#[test]
fn an_empty_column_of_somebodys_own_is_passed_over_wherever_it_stands() {
    for (column, place) in [("Comment", 0), ("Comment", 99), ("name", 0), ("Decision", 3)] {
        let mut sheet = filled(&open(), &[["approve", "", "left"]]);
        for row in &mut sheet.rows {
            let value = if row.number == 1 { column.to_owned() } else { String::new() };
            row.cells.insert(place.min(row.cells.len()), value);
        }
        assert_eq!(decided(open(), &sheet), ["approve ana left", "open", "open", "open"], "{column}");
        let last = sheet.rows[0].cells.len() - 1;
        sheet.rows[1].cells[place.min(last)] = "mine".into();
        refuses(&sheet, &["the sheet has columns more than once", &column.to_lowercase()]);
    }
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
    refuses(&ReturnedSheet { plan: "P-other".into(), ..filled(&open(), &[]) }, &["P-other"]);
    refuses(&ReturnedSheet { digest: "sha256:other".into(), ..filled(&open(), &[]) }, &["sha256:other"]);
    refuses(&ReturnedSheet { digest: String::new(), ..filled(&open(), &[]) }, &["(none)"]);
}

#[test]
fn a_sheet_shows_the_worst_first_and_only_what_changes() {
    let sheet = filled(&judged(), &[]);
    let column = |name: &str| {
        let place = sheet::COLUMNS.iter().position(|column| *column == name).unwrap();
        sheet.rows.iter().skip(1).map(|row| row.cells[place].clone()).collect::<Vec<_>>()
    };
    assert_eq!(column("severity"), ["critical", "high", "low"]);
    assert_eq!(column("action"), ["A-deactivate-2", "", "A-update-1"]);
    assert_eq!(column("finding"), ["F-2", "F-3", "F-1"]);
    assert_eq!(column("kind"), ["deactivate", "conflict", "update"]);
    assert_eq!(column("department"), ["Finance", "", "Sales"]);
    assert_eq!(column("before"), ["active: true", "", "title: Analyst"]);
    assert_eq!(column("after"), ["active: false", "", "title: Lead"]);
}

#[test]
fn what_takes_access_away_stands_before_all_else_however_little_it_weighs() {
    let drift = about(update(1), Kind::Drift, Severity::Medium, "Sales");
    let dormant = about(deactivate(2), Kind::Dormant, Severity::Low, "Sales");
    let sheet = filled(&resealed(plan(vec![drift, dormant])), &[]);
    let actions: Vec<_> = sheet.rows.iter().skip(1).map(|row| row.cells[0].as_str()).collect();
    assert_eq!(actions, ["A-deactivate-2", "A-update-1"]);
}

/// A folder with this plan in it.
fn folder(sealed: &Sealed) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("plan.json"), sealed.to_json().unwrap()).unwrap();
    folder
}

/// 2026-11-24T12:00:00Z, a day after the plan was made.
const TODAY: &str = "1795521600";

/// 2026-11-26T12:00:00Z, a day after the plan was made whose sheets LibreOffice saved.
const SAVED: &str = "1795694400";

fn review(folder: &tempfile::TempDir, args: &[&str]) -> Ran {
    review_at(folder, TODAY, args)
}

fn review_at(folder: &tempfile::TempDir, moment: &str, args: &[&str]) -> Ran {
    run_with(folder.path(), &[("SOURCE_DATE_EPOCH", moment)], ["review", "plan.json"].into_iter().chain(args.iter().copied()))
}

fn plan_in(folder: &tempfile::TempDir) -> Value {
    serde_json::from_str(&std::fs::read_to_string(folder.path().join("plan.json")).unwrap()).unwrap()
}

/// The command is refused with this code and these words, and the plan is as it was.
#[track_caller]
fn records_nothing(folder: &tempfile::TempDir, args: &[&str], code: i32, saying: &[&str]) {
    let before = std::fs::read(folder.path().join("plan.json")).unwrap();
    let ran = review(folder, args).code(code);
    for part in saying {
        assert!(ran.stderr.contains(part), "`{part}` is missing:\n{}", ran.stderr);
    }
    assert_eq!(std::fs::read(folder.path().join("plan.json")).unwrap(), before);
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
            domo_reconcile::terms::ActionKind::Update,
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
    review(&folder, &["--approve", "update", "--by", "ana", "--comment", "as agreed"]).code(0);
    let ran = review(&folder, &["--reject", "deactivate", "--by", "eve", "--comment", "on leave", "--json"]).code(0);
    let answer = ran.json();
    assert_eq!(answer["decisions"]["A-update-2"]["comment"], "as agreed");
    assert_eq!(answer["decisions"]["A-deactivate-3"]["by"], "eve");
    assert_eq!(answer["counts"]["update"], json!({"approved": 2, "rejected": 0, "open": 0}));
    assert_eq!(answer["counts"]["deactivate"], json!({"approved": 0, "rejected": 1, "open": 0}));
    assert_eq!(answer["days_left"], 29);
}

#[test]
fn all_with_an_exception_reads_as_it_is_meant() {
    let folder = folder(&open());
    let args = ["--approve", "all", "--reject", "deactivate", "--by", "ana", "--comment", "later", "--json"];
    let answer = review(&folder, &args).code(0).json();
    assert_eq!(answer["recorded"], 4);
    assert_eq!(answer["decisions"]["A-deactivate-3"]["verdict"], "reject");
    assert_eq!(answer["decisions"]["A-create-4"]["verdict"], "approve");
}

#[test]
fn a_selector_that_selects_nothing_is_an_error_and_records_nothing() {
    let folder = folder(&judged());
    records_nothing(&folder, &["--approve", "all", "--approve", "delete", "--by", "ana"], 2, &["`delete` selects nothing"]);
    records_nothing(&folder, &["--approve", "conflict", "--by", "ana"], 2, &["`conflict` selects no action", "keep, not-mine"]);
}

/// The story of the two reviewers: one refuses to take a colleague's access away, the other waves everything through.
#[test]
fn a_decision_against_another_persons_is_refused_with_both_names_and_reasons() {
    let folder = folder(&open());
    review(&folder, &["--reject", "A-deactivate-3", "--by", "legal", "--comment", "court order"]).code(0);
    for selector in ["all", "deactivate", "A-deactivate-3", "F-3"] {
        let saying = ["A-deactivate-3", "it says approve", "gone", "rejected on 2026-11-24 by legal: court order", "--overrule"];
        records_nothing(&folder, &["--approve", selector, "--by", "it", "--comment", "gone"], 2, &saying);
    }
    // Lifting somebody's refusal without replacing it is no way round either.
    records_nothing(&folder, &["--reopen", "A-deactivate-3", "--by", "it"], 2, &["court order"]);
    records_nothing(&folder, &["--approve", "all", "--by", "it", "--overrule"], 2, &["--comment"]);

    let args = ["--approve", "A-deactivate-3", "--by", "it", "--overrule", "--comment", "the court lifted it"];
    review(&folder, &args).code(0);
    let decision = &plan_in(&folder)["decisions"]["A-deactivate-3"];
    assert_eq!((&decision["verdict"], &decision["by"]), (&json!("approve"), &json!("it")));
    assert_eq!(decision["earlier"][0]["by"], "legal");
    assert_eq!(decision["earlier"][0]["comment"], "court order");
    let shown = review(&folder, &["--all"]).code(0).stdout;
    assert!(shown.contains("court") && shown.contains("legal") && shown.contains("lifted"), "{shown}");
}

#[test]
fn what_a_person_decides_anew_keeps_what_they_decided_before_oldest_first() {
    let folder = folder(&open());
    review(&folder, &["--approve", "A-update-1", "--by", "ana"]).code(0);
    review(&folder, &["--reject", "A-update-1", "--by", "Ana", "--comment", "no"]).code(0);
    review(&folder, &["--reopen", "A-update-1", "--by", "ana"]).code(0);
    let decision = plan_in(&folder)["decisions"]["A-update-1"].clone();
    assert_eq!(decision["verdict"], "open");
    let earlier: Vec<_> = decision["earlier"].as_array().unwrap().iter().map(|one| one["verdict"].clone()).collect();
    assert_eq!(earlier, ["approve", "reject"]);
    // Open is not approved, and anybody may decide what is open.
    let answer = review(&folder, &["--approve", "A-update-1", "--by", "bob", "--json"]).code(0).json();
    assert_eq!(answer["counts"]["update"]["approved"], 1);
    assert_eq!(answer["decisions"]["A-update-1"]["earlier"].as_array().unwrap().len(), 3);
}

#[test]
fn what_is_said_again_the_same_changes_nothing() {
    let folder = folder(&open());
    review(&folder, &["--approve", "all", "--by", "ana", "--comment", "as agreed"]).code(0);
    let before = plan_in(&folder);
    for by in ["ana", "bob"] {
        let later = review_at(&folder, "1795600000", &["--approve", "all", "--by", by, "--json"]).code(0).json();
        assert_eq!(later["recorded"], 0);
    }
    assert_eq!(plan_in(&folder), before);
}

#[test]
fn a_rejection_needs_a_reason() {
    let folder = folder(&open());
    records_nothing(&folder, &["--reject", "update", "--by", "ana"], 2, &["the rejection of A-update-1 says no reason"]);
    let folder = self::folder(&judged());
    let sheet = csv(&folder, &judged(), |place, cells| cells[sheet::LOCKED] = ["reject", "", "reject"][place].into());
    records_nothing(&folder, &["--from", &sheet, "--by", "ana"], 2, &["review.csv row 2", "A-deactivate-2 says no reason"]);
    review(&folder, &["--from", &sheet, "--by", "ana", "--comment", "wrong month"]).code(0);
    assert_eq!(plan_in(&folder)["decisions"]["A-update-1"]["comment"], "wrong month");
}

#[test]
fn nothing_is_recorded_on_a_plan_that_has_expired_and_the_days_left_are_told() {
    let folder = folder(&open());
    let before = std::fs::read(folder.path().join("plan.json")).unwrap();
    // Of the days that a calendar shows: a plan that lasts thirty has them all on the day it is made.
    for (moment, days) in [("1795456800", 30), (TODAY, 29)] {
        let said = review_at(&folder, moment, &[]).code(0).stdout;
        assert!(said.contains(&format!("expires in {days} days (2026-12-23 12:00 UTC)")), "{said}");
    }
    let ran = review_at(&folder, "1799000000", &["--approve", "all", "--by", "ana"]).code(6);
    assert!(ran.stderr.contains("expired 11 days ago") && ran.stderr.contains("--from OLDPLAN"), "{}", ran.stderr);
    assert_eq!(std::fs::read(folder.path().join("plan.json")).unwrap(), before);
}

#[test]
fn a_newer_plan_takes_over_the_decisions_whose_action_is_the_same_and_lists_the_others() {
    let old = tempfile::tempdir().unwrap();
    // Dan recorded what Ana decided.
    let dan = Reviewer { by: Some("dan".into()), comment: Some("agreed".into()), ..ana() };
    let agreed = dan.decision(Verdict::Approve, Some("ana"), None).unwrap();
    let mut decided = open().plan().clone();
    decided.decisions = decided.actions.iter().map(|action| (action.id.clone(), agreed.clone())).collect();
    std::fs::write(old.path().join("plan.json"), Sealed::made(decided).unwrap().to_json().unwrap()).unwrap();
    let mut changed = update(2);
    changed.after.insert("title".into(), "Boss".into());
    let mut newer = plan(vec![update(1), changed, deactivate(3)]);
    newer.run_id = "20261223T120000Z-abcdef".into();
    let (folder, silent) = (folder(&resealed(newer.clone())), folder(&resealed(newer)));
    let from = old.path().join("plan.json");
    // The old plan may have expired; the decider stays.
    let ran = review(&folder, &["--from", from.to_str().unwrap(), "--by", "eve"]).code(0);
    assert!(ran.stdout.contains("2 decisions recorded"), "{}", ran.stdout);
    for other in
        ["A-update-2 p2@acme.com (approved on 2026-11-23 by ana (recorded by dan): agreed): what it would change", "A-create-4"]
    {
        assert!(ran.stdout.contains(other), "{}", ran.stdout);
    }
    let decision = &plan_in(&folder)["decisions"]["A-deactivate-3"];
    let told = (&decision["by"], &decision["recorded_by"], &decision["carried_by"]);
    assert_eq!(told, (&json!("ana"), &json!("dan"), &json!(["eve"])));
    assert!(plan_in(&folder)["decisions"]["A-update-2"].is_null());
    // Each of the three answers for it: none of them applies it where a second person is asked for.
    let sealed = Sealed::read(&std::fs::read_to_string(folder.path().join("plan.json")).unwrap()).unwrap();
    for (by, refused) in [("ana", true), ("dan", true), ("eve", true), ("bob", false)] {
        let by = Applier { said: Some(by.into()), user: "root".into() };
        let world = World { second_person: true, by, now: "2026-11-24T12:00:00Z".parse().unwrap(), ..World::default() };
        assert_eq!(world.terms().judge(sealed.plan()).refused_by == ["second_person"], refused, "{:?}", world.by);
    }
    // Whoever does not say who they are is known to the operating system.
    let user = domo_reconcile::archive::user::name();
    review(&silent, &["--from", from.to_str().unwrap()]).code(0);
    assert_eq!(plan_in(&silent)["decisions"]["A-deactivate-3"]["carried_by"], json!([user]));
}

/// The review.csv of a plan, with what somebody changed of each row.
fn csv(folder: &tempfile::TempDir, sealed: &Sealed, mut fill: impl FnMut(usize, &mut Vec<String>)) -> String {
    let header: Vec<_> = sheet::COLUMNS.into_iter().chain(["plan_id", "plan_digest"]).map(str::to_owned).collect();
    let mut rows = vec![header];
    for (place, row) in sheet::rows(sealed.plan()).iter().enumerate() {
        let ends = [String::new(), String::new(), String::new(), sealed.plan().id.clone(), sealed.plan().digest.clone()];
        let mut cells: Vec<_> = row.locked().into_iter().chain(ends).collect();
        fill(place, &mut cells);
        rows.push(cells);
    }
    let path = folder.path().join("review.csv");
    let mut writer = csv::Writer::from_path(&path).unwrap();
    rows.iter().for_each(|row| writer.write_record(row).unwrap());
    writer.flush().unwrap();
    path.to_str().unwrap().to_owned()
}

/// The same file with something else done to each row.
fn rewritten(path: &str, change: impl Fn(&mut Vec<String>)) -> String {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_path(path).unwrap();
    let mut rows: Vec<Vec<String>> = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
    rows.iter_mut().skip(1).for_each(change);
    let mut writer = csv::Writer::from_path(path).unwrap();
    rows.iter().for_each(|row| writer.write_record(row).unwrap());
    writer.flush().unwrap();
    path.to_owned()
}

#[test]
fn two_sheets_that_decide_one_row_differently_record_nothing_in_any_order() {
    for names in [["a.csv", "b.csv"], ["b.csv", "a.csv"]] {
        let folder = folder(&open());
        for (name, verdict) in [("a.csv", "approve"), ("b.csv", "reject")] {
            let sheet = csv(&folder, &open(), |place, cells| {
                if place == 2 {
                    cells[sheet::LOCKED] = verdict.into();
                    cells[sheet::LOCKED + 1] = name[..1].into();
                    cells[sheet::LOCKED + 2] = "because".into();
                }
            });
            std::fs::rename(sheet, folder.path().join(name)).unwrap();
        }
        let args = ["--from", names[0], "--from", names[1], "--by", "eve"];
        records_nothing(&folder, &args, 2, &["A-update-2", "a says approve (a.csv row 4)", "b says reject (b.csv row 4): because"]);
    }
}

/// Somebody hands in a sheet, takes a decision out of it and hands it in again: the approval must not quietly stand, nor quietly
/// go.
#[test]
fn a_row_left_blank_by_who_had_filled_it_in_is_refused_by_row() {
    let folder = folder(&open());
    let sheet = csv(&folder, &open(), |_, cells| cells[sheet::LOCKED] = "approve".into());
    review(&folder, &["--from", &sheet, "--by", "ana"]).code(0);
    let sheet = rewritten(&sheet, |cells| cells[sheet::LOCKED] = String::new());
    let said = ["review.csv row 2", "was approved", "--reopen A-update-1", "next: a blank takes nothing back"];
    records_nothing(&folder, &["--from", &sheet, "--by", "ana"], 2, &said);
    let ran = review(&folder, &["--from", &sheet, "--by", "ana"]).code(2);
    assert!(!ran.stderr.contains("a rejection needs a reason"), "{}", ran.stderr);
    // Somebody else's blank sheet says nothing.
    let answer = review(&folder, &["--from", &sheet, "--by", "bob", "--json"]).code(0).json();
    assert_eq!(answer["recorded"], 0);
}

#[test]
fn sheets_that_fill_in_a_part_each_are_taken_together_or_one_after_the_other_and_again() {
    let part = |folder: &tempfile::TempDir, name: &str, filled: usize| {
        let sheet = csv(folder, &open(), |place, cells| {
            if place == filled {
                cells[sheet::LOCKED] = "approve".into();
            }
        });
        std::fs::rename(sheet, folder.path().join(name)).unwrap();
    };
    let together = [&["a.csv", "b.csv"][..]];
    let after = [&["a.csv"][..], &["b.csv"], &["a.csv"], &["b.csv", "a.csv"]];
    for turns in [&together[..], &after] {
        let folder = folder(&open());
        part(&folder, "a.csv", 0);
        part(&folder, "b.csv", 1);
        for turn in turns {
            let from: Vec<_> = turn.iter().flat_map(|name| ["--from", name]).collect();
            review(&folder, &[&from[..], &["--by", "ana"]].concat()).code(0);
        }
        assert_eq!(plan_in(&folder)["decisions"].as_object().unwrap().len(), 2, "{turns:?}");
    }
}

#[test]
fn a_blank_row_says_nothing_against_a_selector_and_a_filled_one_against_reopening_is_refused() {
    let folder = folder(&open());
    let blank = csv(&folder, &open(), |_, _| {});
    let told = review(&folder, &["--approve", "all", "--from", &blank, "--by", "ana", "--json"]).code(0).json();
    assert_eq!(told["recorded"], 4, "{told}");
    let filled = csv(&folder, &open(), |_, cells| cells[sheet::LOCKED] = "approve".into());
    let both = ["--reopen", "A-update-1", "--from", &filled, "--by", "ana"];
    records_nothing(&folder, &both, 2, &["two decisions on one row", "A-update-1"]);
}

#[test]
fn a_csv_sheet_with_a_row_of_another_plan_records_nothing_wherever_that_row_stands() {
    for foreign in 0..4 {
        let folder = folder(&open());
        let sheet = csv(&folder, &open(), |place, cells| {
            cells[sheet::LOCKED] = "approve".into();
            if place == foreign {
                cells[sheet::LOCKED + 3] = "P-other".into();
            }
        });
        records_nothing(&folder, &["--from", &sheet, "--by", "ana"], 6, &["P-other"]);
    }
}

/// Its days would count from a moment that has not come. Clocks may be some minutes apart.
#[test]
fn nothing_is_recorded_on_a_plan_that_was_made_later_than_now() {
    let folder = folder(&open());
    let (early, minutes) = ("1795434000", "1795434900");
    let refused = review_at(&folder, early, &["--approve", "all", "--by", "ana"]).code(6);
    assert!(refused.stderr.contains("has not come yet"), "{}", refused.stderr);
    review_at(&folder, early, &["--split", "department", "--out", "packets"]).code(6);
    assert_eq!(plan_in(&folder)["decisions"], json!({}));
    review_at(&folder, minutes, &["--approve", "all", "--by", "ana"]).code(0);
}

/// What LibreOffice itself saved: the workbook, and the CSV file as a German office keeps it (semicolons, Windows-1252). In both a
/// title that begins as a formula does, numbers of 16 digits and with leading zeros, quotes and semicolons.
#[test]
fn sheets_that_libreoffice_saved_decide() {
    let fixture = |name: &str| std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/review").join(name);
    let sealed = Sealed::read(&std::fs::read_to_string(fixture("plan.json")).unwrap()).unwrap();
    let subject = |id: &String| sealed.plan().action(id).unwrap().subject();
    for name in ["libreoffice.xlsx", "windows-1252.csv"] {
        let folder = folder(&sealed);
        review_at(&folder, SAVED, &["--from", fixture(name).to_str().unwrap(), "--by", "ana"]).code(0);
        let decided = Sealed::read(&std::fs::read_to_string(folder.path().join("plan.json")).unwrap()).unwrap();
        let mut lines: Vec<_> = decided.plan().decisions.iter().collect();
        lines.sort_by_key(|(id, _)| subject(id));
        let told = |(id, decision): &(&String, &Decision)| {
            let comment = decision.comment.as_deref().unwrap_or("-");
            let names = decision.names().collect::<Vec<_>>().join(" and ");
            format!("{}: {} by {names}: {comment}", subject(id), decision.verdict.as_str())
        };
        let expected = [
            "juergen@acme.com: approve by Jörg and ana: geprüft; in Ordnung",
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
    let ran = review_at(&folder, SAVED, &["--from", "lost.csv", "--by", "ana"]).code(2);
    assert!(ran.stderr.contains("lost letters: it was `Jürgen Müßig` and is `J?rgen M?ßig`"), "{}", ran.stderr);
    assert!(ran.stderr.contains("save it as \"CSV UTF-8\", or fill in review.xlsx"), "{}", ran.stderr);
    let ran = review_at(&folder, SAVED, &["--from", "nowhere.csv", "--by", "ana"]).code(2);
    assert!(ran.stderr.contains("name a filled-in review.xlsx") && !ran.stderr.contains("--directory"), "{}", ran.stderr);
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

/// A month later: neither an exception whose day has passed, nor what was decided anew on the new plan meanwhile.
#[test]
fn of_an_older_plan_what_has_passed_and_what_was_decided_anew_is_not_taken_over() {
    let old = tempfile::tempdir().unwrap();
    let mut before = judged().plan().clone();
    let said = |verdict, why: &str| Decision { comment: Some(why.into()), ..Decision::new(verdict, "ana", noon()) };
    before.decisions = [
        ("F-3", Decision { until: "2026-11-23".parse().ok(), ..said(Verdict::AcceptUntil, "project") }),
        ("A-update-1", said(Verdict::Approve, "agreed")),
        ("A-deactivate-2", said(Verdict::Reject, "on leave")),
    ]
    .map(|(id, decision)| (id.to_owned(), decision))
    .into();
    std::fs::write(old.path().join("plan.json"), Sealed::made(before).unwrap().to_json().unwrap()).unwrap();
    let folder = folder(&judged());
    review(&folder, &["--approve", "deactivate", "--by", "bo"]).code(0);
    let from = old.path().join("plan.json");
    for overrule in [&[][..], &["--overrule", "--comment", "as last month"]] {
        let args = [&["--from", from.to_str().unwrap(), "--by", "eve", "--json"], overrule].concat();
        let told = review(&folder, &args).code(0).json();
        assert_eq!(told["decisions"]["A-deactivate-2"]["by"], "bo", "the newer decision stands: {told}");
        let others = told["not_taken_over"].to_string();
        assert!(others.contains("F-3") && others.contains("its day has passed"), "{others}");
        assert!(others.contains("A-deactivate-2: ana says reject") && others.contains("after that"), "{others}");
        assert_eq!((&told["decisions"]["F-3"], &told["decisions"]["A-update-1"]["by"]), (&Value::Null, &json!("ana")));
    }
}
