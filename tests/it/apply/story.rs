//! A plan from the audit that makes it to the audit after it, as the people around it would go: with review sheets that went
//! through a spreadsheet, a rehearsal, an import file, and an apply that looks again.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use calamine::{Data, Reader as _};
use domo_reconcile::plan::guard::AuditFigures;
use domo_reconcile::sandbox::Options;
use domo_reconcile::terms::ActionKind;
use serde_json::{Value, json};

use super::company::{Company, options, plan_now};
use super::fixture::{action, approved, hundred, update};
use crate::support::Ran;

/// A company that was audited: 10 and 11 drift, 12 is nobody's, 13 has left, 900 has no account.
struct Story {
    company: Company,
    run: PathBuf,
}

const RULES: &str = "[[directory]]\npath = \"workers.csv\"\n[policy]\nmissing = \"create\"\n[[group]]\ndepartment = [\"finance\"]\n\
                     groups = [\"Finance Team\"]\n";

impl Story {
    fn told() -> Self {
        let options = Options { groups: vec![("Finance Team".into(), vec![10])], ..options() };
        let company = Company::with(options, plan_now(vec![update(10)], &hundred(), AuditFigures::default()));
        let person = |id: u64, title: &str, location: &str, status: &str| {
            format!("p{id}@acme.com,{id:05},Person {id},{title},Finance,{location},801-555-0100,{status}\n")
        };
        let mut rows = "Email,Employee Number,Name,Title,Department,Location,Phone,Status\n".to_owned();
        for id in (1..=3).chain(10..60).chain([900]).filter(|id| *id != 12) {
            let title = if matches!(id, 10 | 11) { "Lead" } else { "Analyst" };
            let location = if id == 11 { "Köln" } else { "Lehi" };
            rows += &person(id, title, location, if id == 13 { "Terminated" } else { "Active" });
        }
        company.write("workers.csv", &rows);
        company.configure(RULES);
        let run = company.audit();
        Self { company, run }
    }

    fn file(&self, name: &str) -> String {
        self.run.join(name).to_str().unwrap().to_owned()
    }

    fn review(&self, args: &[&str]) -> Ran {
        self.company.run(&[&["review", &self.file("plan.json"), "--json"], args].concat())
    }

    fn apply(&self, args: &[&str]) -> Ran {
        self.company.run(&[&["apply", &self.file("plan.json")], args].concat())
    }

    /// The decisions as `kind e-mail: verdict by`.
    fn decided(&self) -> Vec<String> {
        let plan = self.review(&[]).code(0).json();
        let line = |action: &Value| {
            let decision = &plan["decisions"][action["id"].as_str().unwrap()];
            let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
            format!(
                "{} {}: {} {}",
                text(&action["kind"]),
                text(&action["email"]),
                text(&decision["verdict"]),
                text(&decision["by"])
            )
        };
        plan["actions"].as_array().unwrap().iter().map(line).collect()
    }
}

const DECIDED: [&str; 5] = [
    "deactivate p13@acme.com: - -",
    "deactivate p12@acme.com: reject ana",
    "update p10@acme.com: approve eve",
    "update p11@acme.com: approve ana",
    "create p900@acme.com: approve ana",
];

/// What somebody fills in: decision, reviewer and comment, by the row's e-mail.
fn filled_in(row: &[String]) -> [&'static str; 3] {
    match row[5].as_str() {
        "p10@acme.com" => ["Approve", "eve", ""],
        "p12@acme.com" => ["reject", "", "on leave"],
        "p13@acme.com" => ["", "", ""],
        _ => ["approve", "", ""],
    }
}

/// Every sheet of a workbook as text, written anew by another writer: what opening, filling in and saving leaves of it.
fn through_a_spreadsheet(from: &Path, to: &Path) {
    let mut workbook: calamine::Xlsx<_> = calamine::open_workbook(from).unwrap();
    let mut saved = rust_xlsxwriter::Workbook::new();
    for name in workbook.sheet_names() {
        let sheet = saved.add_worksheet();
        sheet.set_name(&name).unwrap();
        for (number, row) in workbook.worksheet_range(&name).unwrap().rows().enumerate() {
            let texts: Vec<String> = row.iter().map(ToString::to_string).collect();
            for (column, cell) in row.iter().enumerate() {
                let filled = match (name.as_str(), number, column) {
                    ("Actions", 1.., 15..=17) => Some(filled_in(&texts)[column - 15]),
                    _ => None,
                };
                let (at, column) = (number as u32, column as u16);
                match (filled, cell) {
                    (Some(text), _) => sheet.write(at, column, text),
                    (None, Data::Float(number)) => sheet.write(at, column, *number),
                    (None, cell) => sheet.write(at, column, cell.to_string()),
                }
                .unwrap();
            }
        }
    }
    saved.save(to).unwrap();
}

#[test]
fn a_workbook_filled_in_with_a_spreadsheet_decides() {
    let story = Story::told();
    let sheet = story.company.path("filled.xlsx");
    through_a_spreadsheet(&story.run.join("review.xlsx"), &sheet);
    story.review(&["--from", sheet.to_str().unwrap(), "--by", "ana"]).code(0);
    assert_eq!(story.decided(), DECIDED);
}

/// A helper's script that writes formulas and leaves computing them to a spreadsheet that nobody opened.
#[test]
fn a_decision_that_is_a_formula_nobody_computed_is_refused_by_its_row() {
    let story = Story::told();
    let sheet = story.company.path("filled.xlsx");
    through_a_spreadsheet(&story.run.join("review.xlsx"), &sheet);
    let mut whole = zip::ZipArchive::new(std::fs::File::open(&sheet).unwrap()).unwrap();
    let mut uncomputed = zip::ZipWriter::new(std::fs::File::create(story.company.path("uncomputed.xlsx")).unwrap());
    let mut formulas = 0;
    for at in 0..whole.len() {
        let mut part = whole.by_index(at).unwrap();
        let name = part.name().unwrap().into_owned();
        let mut text = String::new();
        part.read_to_string(&mut text).unwrap();
        // The third row's decision, whatever stood there.
        if let Some(begin) = text.find(r#"<c r="P3""#).filter(|_| name.starts_with("xl/worksheets/")) {
            let end = begin + text[begin..].find("</c>").unwrap();
            text.replace_range(begin..end, r#"<c r="P3"><f>IF(1,"approve","")</f>"#);
            formulas += 1;
        }
        uncomputed.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        uncomputed.write_all(text.as_bytes()).unwrap();
    }
    uncomputed.finish().unwrap();
    assert_eq!(formulas, 1);
    let refused = story.review(&["--from", story.company.path("uncomputed.xlsx").to_str().unwrap(), "--by", "ana"]).code(2);
    assert!(refused.stderr.contains("row 3: `decision` is a formula that nobody has computed"), "{}", refused.stderr);
    assert_eq!(story.decided().iter().filter(|line| line.ends_with(": - -")).count(), 5);
}

/// Semicolons, a byte-order mark, an empty row at the end, and the rows in another order.
#[test]
fn a_csv_file_filled_in_with_a_spreadsheet_decides() {
    let story = Story::told();
    let text = std::fs::read_to_string(story.run.join("review.csv")).unwrap();
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.trim_start_matches('\u{FEFF}').as_bytes());
    let mut rows: Vec<Vec<String>> = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
    for row in &mut rows[1..] {
        let filled = filled_in(row);
        row[15..18].iter_mut().zip(filled).for_each(|(cell, said)| *cell = said.into());
    }
    rows[1..].reverse();
    let mut saved = csv::WriterBuilder::new().delimiter(b';').terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    rows.iter().for_each(|row| saved.write_record(row).unwrap());
    saved.write_record(vec![""; rows[0].len()]).unwrap();
    let saved = format!("\u{FEFF}{}", String::from_utf8(saved.into_inner().unwrap()).unwrap());
    story.company.write("filled.csv", &saved);
    let sheet = story.company.path("filled.csv").to_str().unwrap().to_owned();
    story.review(&["--from", &sheet, "--by", "ana"]).code(0);
    assert_eq!(story.decided(), DECIDED);

    let changed = saved.replacen("active: false", "active: true", 1);
    assert_ne!(changed, saved);
    story.company.write("filled.csv", &changed);
    let refused = story.review(&["--from", &sheet, "--by", "ana"]).code(2);
    assert!(refused.stderr.contains("`after` of A-"), "{}", refused.stderr);
}

#[test]
fn a_rehearsal_tells_what_an_apply_would_leave_and_touches_nothing() {
    let story = Story::told();
    story.review(&["--approve", "all", "--by", "ana"]).code(0);
    let (requests, users) = (story.company.domo.requests(), story.company.domo.users());
    let files = || std::fs::read_dir(&story.run).unwrap().count();
    let before = files();
    let told = story.apply(&["--rehearse", "--json"]).code(0).json();
    assert_eq!((&told["confirmed"], &told["journal"]), (&json!(false), &Value::Null));
    assert_eq!(told["counts"], json!({"done": 5}));
    assert_eq!(told["rehearsal"]["findings_before"], json!({"drift": 2, "leaver": 1, "missing": 1, "orphan": 1}));
    assert_eq!(told["rehearsal"]["findings_after"], json!({"drift": 0, "leaver": 0, "missing": 0, "orphan": 0}));
    let ran = story.apply(&["--rehearse"]).code(0);
    assert!(ran.stdout.contains("Active accounts: 53 before, 52 after."), "{}", ran.stdout);
    // The groups were not read, and nobody is told that they are missing.
    assert!(ran.stderr.contains("the groups of new accounts are taken to be there"), "{}", ran.stderr);
    assert_eq!((story.company.domo.requests(), story.company.domo.users()), (requests, users));
    assert_eq!(files(), before);
}

#[test]
fn what_changed_between_approval_and_apply_is_left_alone_and_found_again() {
    let story = Story::told();
    story.review(&["--approve", "all", "--by", "ana"]).code(0);
    let admin = action(ActionKind::Update, 12, json!({"role": "Participant"}), json!({"role": "Admin"}));
    let number = action(ActionKind::Update, 10, json!({"employeeNumber": "00010"}), json!({"employeeNumber": "77"}));
    story
        .company
        .write("hand.json", &approved(plan_now(vec![admin, number], &hundred(), AuditFigures::default())).to_json().unwrap());
    story.company.run(&["apply", "hand.json", "--confirm"]).code(0);
    let ran = story.apply(&["--confirm", "--json"]).code(7).json();
    assert_eq!(ran["counts"], json!({"changed-since-plan": 2, "done": 3}), "{ran}");
    let detail = |kind: &str, id: u64| {
        let row = ran["results"].as_array().unwrap().iter().find(|row| row["kind"] == kind && row["account_id"] == id);
        row.and_then(|row| row["detail"].as_str()).unwrap_or_default().to_owned()
    };
    assert_eq!(detail("deactivate", 12), "role was `Participant` and is `Admin`");
    assert_eq!(detail("update", 10), "employeeNumber was `00010` and is `77`");
    // The review sheet shows what changes, and beside it what else the approval rests on.
    let sheet = std::fs::read_to_string(story.run.join("review.csv")).unwrap();
    assert!(sheet.contains(",p12@acme.com,Person 12,Participant,") && sheet.contains(",active: true,active: false,"), "{sheet}");
    assert_eq!(story.company.user(12)["active"], true);
    let id = story.company.by_email("p900@acme.com")[0]["id"].as_u64().unwrap();
    assert_eq!(story.company.domo.groups(), [("Finance Team".to_owned(), vec![10, id])]);
}

#[test]
fn an_import_holds_what_was_approved_and_can_be_imported_and_says_what_it_leaves_out() {
    let story = Story::told();
    story.review(&["--approve", "all", "--by", "ana"]).code(0);
    let requests = story.company.domo.requests();
    let out = story.company.path("import");
    let told = story.apply(&["--bulk-import", "import", "--json"]).code(0).json();
    let read = |name: &str| std::fs::read_to_string(out.join(name)).unwrap();
    assert_eq!(read("edit-title.csv"), "email,displayName,edit,title\r\np10@acme.com,Person 10,TRUE,Lead\r\n");
    assert_eq!(
        read("edit-title-location.csv"),
        "email,displayName,edit,title,location\r\np11@acme.com,Person 11,TRUE,Lead,Köln\r\n"
    );
    assert_eq!(
        read("new.csv"),
        "email,displayName,edit,title,roleId,phoneNumber,location,sendInvite,groups\r\n\
         p900@acme.com,Person 900,FALSE,Analyst,4,801-555-0100,Lehi,FALSE,Finance Team\r\n"
    );
    let left: Vec<_> =
        told["left_out"].as_array().unwrap().iter().map(|left| (&left["field"], left["why"].as_str().unwrap())).collect();
    assert_eq!(left.iter().filter(|(_, why)| *why == "Domo's import cannot deactivate").count(), 2, "{left:?}");
    assert!(
        left.iter().any(|(field, _)| **field == "department") && left.iter().any(|(field, _)| **field == "employeeNumber"),
        "{left:?}"
    );
    assert_eq!(left.len(), 4, "{left:?}");
    assert_eq!(std::fs::read_dir(&out).unwrap().count(), 3);
    assert_eq!(story.company.domo.requests(), requests);
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(out.join("new.csv")).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    // What lies there may have been uploaded.
    story.apply(&["--bulk-import", "import"]).code(2);
    assert!(story.apply(&["--bulk-import", "other"]).code(0).stdout.contains("Left out, and still to be done some other way (4):"));
}

#[test]
fn an_import_is_refused_where_an_apply_would_be_and_takes_only_what_is_approved() {
    let story = Story::told();
    let nothing = story.apply(&["--bulk-import", "import"]).code(0);
    assert!(nothing.stdout.contains("Nothing that is approved"), "{}", nothing.stdout);
    assert!(!story.company.path("import").exists());
    story.review(&["--approve", "all", "--by", "ana"]).code(0);
    story.company.configure("[[exclude]]\nemail = \"p10@*\"\nreason = \"service\"\n");
    story.apply(&["--bulk-import", "import"]).code(5);
    story.company.configure("");
    let text = std::fs::read_to_string(story.file("plan.json")).unwrap();
    std::fs::write(story.file("plan.json"), text.replace("Lead", "Boss")).unwrap();
    story.apply(&["--bulk-import", "import"]).code(6);
    assert!(!story.company.path("import").exists());
}

#[test]
fn somebody_in_two_directories_is_created_with_what_either_says() {
    let company = Company::new(vec![update(10)]);
    company.write("workers.csv", "Email,Employee Number,Name,Location\np900@acme.com,900,Person 900,\n");
    company.write("desks.csv", "Email,Title,Department,Location\np900@acme.com,Clerk,Finance,Köln\n");
    company.configure(&format!("[[directory]]\npath = \"desks.csv\"\n{RULES}"));
    let audited = company.run(&["audit", "--json"]).code(0).json();
    let plan = std::fs::read_to_string(company.path(audited["files"]["plan.json"].as_str().unwrap())).unwrap();
    let plan: Value = serde_json::from_str(&plan).unwrap();
    let create = plan["actions"].as_array().unwrap().iter().find(|action| action["kind"] == "create").unwrap();
    let expected = json!({
        "email": "p900@acme.com", "name": "Person 900", "role": "Participant", "employeeNumber": "900", "title": "Clerk",
        "department": "Finance", "location": "Köln", "groups": ["Finance Team"]
    });
    assert_eq!(create["after"], expected);
}
