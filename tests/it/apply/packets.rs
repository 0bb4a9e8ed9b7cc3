//! Packets: a plan dealt out to those who can know, and what comes back.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use domo_reconcile::directory::table::read_rows;
use serde_json::{Value, json};

use crate::folder::Folder;
use crate::support::{Ran, browser, in_browser};

const TODAY: &str = "2026-11-24T12:00:00Z";

/// A company whose plan has an action for each of these accounts: their titles differ.
struct Company {
    folder: Folder,
    plan: PathBuf,
}

/// The directory: address, name, status, department, manager.
type Worker<'a> = [&'a str; 5];

const STAFF: [Worker<'_>; 7] = [
    ["boss@acme.com", "Boss", "active", "Board", ""],
    ["ana@acme.com", "Ana", "active", "Sales", "boss@acme.com"],
    ["ben@acme.com", "Ben", "terminated", "Sales", "ana@acme.com"],
    ["one@acme.com", "One", "active", "Sales", "Ana@ACME.com"],
    ["two@acme.com", "Two", "active", "Sales", "ben@acme.com"],
    ["c1@acme.com", "C1", "active", "Finance", "c2@acme.com"],
    ["c2@acme.com", "C2", "terminated", "Finance", "c1@acme.com"],
];

impl Company {
    fn new(staff: &[Worker<'_>]) -> Self {
        let mut csv = csv::Writer::from_writer(Vec::new());
        csv.write_record(["Email", "Name", "Status", "Department", "Manager Email", "Title"]).unwrap();
        let mut users = Vec::new();
        for (id, worker) in (1000u64..).zip(staff) {
            csv.write_record(worker.iter().copied().chain(["Lead"])).unwrap();
            users.push(
                json!({"id": id, "email": worker[0], "name": worker[1], "role": "Participant", "active": true, "title": "Clerk"}),
            );
        }
        let workers = String::from_utf8(csv.into_inner().unwrap()).unwrap();
        let config = "[guards]\nmin_admins = 0\nmax_updates_percent = 100\n[policy]\nleaver = \"report\"\n";
        let folder = Folder::of(&Value::from(users), &workers).with("domo-reconcile.toml", config).at_moment(TODAY);
        let plan = folder.audit(&[]).folder.join("plan.json");
        Self { folder, plan }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.at(name)
    }

    fn run(&self, args: &[&str]) -> Ran {
        self.folder.run(args)
    }

    fn review(&self, args: &[&str]) -> Ran {
        self.run(&["review", "latest"].into_iter().chain(args.iter().copied()).collect::<Vec<_>>())
    }

    fn plan(&self) -> Value {
        serde_json::from_slice(&std::fs::read(&self.plan).unwrap()).unwrap()
    }

    fn split(&self, field: &str) -> Value {
        self.review(&["--split", field, "--out", "packets", "--json"]).code(0).json()
    }

    /// The packet of somebody as packets.json has it.
    fn packet(&self, reviewer: &str) -> Value {
        let path = self.plan.with_file_name("packets.json");
        let packets: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        packets["packets"].as_array().unwrap().iter().find(|packet| packet["reviewer"] == reviewer).cloned().unwrap_or_default()
    }

    /// The first action in the packet of somebody.
    fn action(&self, reviewer: &str) -> String {
        let packet = self.packet(reviewer);
        let mut rows = packet["rows"].as_array().unwrap().iter().map(|row| row.as_str().unwrap());
        rows.find(|row| row.starts_with("A-")).unwrap().to_owned()
    }

    /// What the page of a packet saves when everything is approved, with something changed.
    fn saved(&self, name: &str, reviewer: &str, change: impl Fn(&mut Value)) -> String {
        let plan = self.plan();
        let rows = self.packet(reviewer)["rows"].as_array().cloned().unwrap_or_default();
        let approved = rows.iter().filter(|row| row.as_str().unwrap().starts_with("A-"));
        let decisions: serde_json::Map<_, _> =
            approved.map(|row| (row.as_str().unwrap().to_owned(), json!({"verdict": "approve", "comment": null}))).collect();
        let mut file = json!({
            "schema": "domo-reconcile/decisions/v1", "plan": plan["id"], "digest": plan["digest"], "reviewer": reviewer,
            "by": reviewer, "at": "2026-11-24T12:00:00Z", "decisions": decisions,
        });
        change(&mut file);
        self.folder.write(&format!("back/{name}"), file.to_string());
        format!("back/{name}")
    }

    /// The command is refused with this code and these words, and the plan is as it was.
    #[track_caller]
    fn records_nothing(&self, args: &[&str], code: i32, saying: &[&str]) {
        let before = std::fs::read(&self.plan).unwrap();
        let ran = self.review(args).code(code);
        for part in saying {
            assert!(ran.stderr.contains(part), "`{part}` is missing:\n{}", ran.stderr);
        }
        assert_eq!(std::fs::read(&self.plan).unwrap(), before);
    }
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn every_row_is_in_one_packet_of_the_manager_or_the_next_above_who_is_there() {
    let company = Company::new(&STAFF);
    let told = company.split("manager_email");
    let plan = company.plan();
    let all = plan["actions"].as_array().unwrap().len() + plan["findings"].as_array().unwrap().len();
    assert_eq!(told["rows"], all);
    let subject = |row: &Value| {
        let actions = plan["actions"].as_array().unwrap().iter().map(|action| (&action["id"], &action["email"]));
        let findings = plan["findings"].as_array().unwrap().iter().map(|open| (&open["finding"], &open["email"]));
        actions.chain(findings).find(|(id, _)| *id == row).map(|(_, email)| email.as_str().unwrap().to_owned()).unwrap()
    };
    let of = |reviewer: &str| {
        let mut subjects: Vec<_> = company.packet(reviewer)["rows"].as_array().unwrap().iter().map(subject).collect();
        subjects.sort();
        subjects.dedup();
        subjects
    };
    // Ben has left: his people go to Ana, and he himself to her too.
    assert_eq!(of("ana@acme.com"), ["ben@acme.com", "one@acme.com", "two@acme.com"]);
    assert_eq!(of("boss@acme.com"), ["ana@acme.com"]);
    assert_eq!(of("c1@acme.com"), ["c2@acme.com"]);
    // Nobody leads the boss, and a circle leads nowhere.
    assert_eq!(of("unassigned"), ["boss@acme.com", "c1@acme.com"]);
    let id = plan["id"].as_str().unwrap();
    for reviewer in ["ana@acme.com", "boss@acme.com", "c1@acme.com", "unassigned"] {
        for ending in ["html", "xlsx", "txt", "eml"] {
            assert!(company.path("packets").join(format!("{id}-{reviewer}.{ending}")).is_file(), "{reviewer}.{ending}");
        }
    }
    assert_eq!(names(&company.path("packets")).len(), 16);
    let page = std::fs::read_to_string(company.path("packets").join(format!("{id}-ana@acme.com.html"))).unwrap();
    assert!(page.contains("instead of ben@acme.com, who has left"), "the page says why it is not the manager");
}

#[test]
fn packets_by_another_field_sum_up_too() {
    let company = Company::new(&STAFF);
    for (field, reviewers) in
        [("department", &["Board", "Finance", "Sales"][..]), ("source", &["workers.csv"]), ("role", &["Participant"])]
    {
        let told = company.split(field);
        let listed: Vec<_> =
            told["packets"].as_array().unwrap().iter().map(|packet| packet["reviewer"].as_str().unwrap()).collect();
        assert_eq!(listed, reviewers, "{field}");
        let sum: u64 = told["packets"].as_array().unwrap().iter().map(|packet| packet["rows"].as_u64().unwrap()).sum();
        assert_eq!(told["rows"], sum);
    }
}

#[test]
fn a_packets_page_asks_nobody_and_holds_every_row() {
    let company = Company::new(&STAFF);
    company.split("manager_email");
    let packet = company.packet("ana@acme.com");
    let page = std::fs::read_to_string(company.path("packets").join(format!("{}.html", packet["file"].as_str().unwrap()))).unwrap();
    let document = scraper::Html::parse_document(&page);
    let rows = scraper::Selector::parse("#rows > li").unwrap();
    let ids: Vec<_> = document.select(&rows).map(|row| row.value().attr("data-id").unwrap().to_owned()).collect();
    assert_eq!(Value::from(ids), packet["rows"]);
    assert!(!page.contains("http:") && !page.contains("https:"), "it names an address");
    assert!(page.contains("default-src 'none'") && page.contains("script-src 'sha256-"), "it has no policy");
}

#[test]
fn what_comes_back_is_recorded_with_who_decided_and_who_recorded_it() {
    let company = Company::new(&STAFF);
    company.split("manager_email");
    company.saved("a.json", "ana@acme.com", |_| {});
    // A packet's workbook, filled in by another program, in the same folder; and a file that is none of ours.
    let boss = company.packet("boss@acme.com");
    let sheet = company.path("packets").join(format!("{}.xlsx", boss["file"].as_str().unwrap()));
    fill(&sheet, &company.path("back/b.xlsx"), |row| if row[0].is_empty() { ["keep", "", ""] } else { ["reject", "", "on leave"] });
    std::fs::write(company.path("back/notes.txt"), "x").unwrap();
    let answer = company.review(&["--from", "back", "--by", "eve", "--json"]).code(0).json();
    let ids =
        |packet: &Value| packet["rows"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()).collect::<Vec<_>>();
    let rejected = &answer["decisions"][&ids(&boss)[0]];
    assert_eq!((&rejected["verdict"], &rejected["by"]), (&json!("reject"), &json!("boss@acme.com")));
    assert_eq!((&rejected["recorded_by"], &rejected["comment"]), (&json!("eve"), &json!("on leave")));
    let ana = ids(&company.packet("ana@acme.com")).into_iter().find(|id| id.starts_with("A-")).unwrap();
    assert_eq!(answer["decisions"][&ana]["by"], "ana@acme.com");
    let reviewers = answer["reviewers"].as_array().unwrap();
    let far = |reviewer: &str| reviewers.iter().find(|one| one["reviewer"] == reviewer).unwrap();
    assert_eq!((&far("boss@acme.com")["open"], &far("boss@acme.com")["late"]), (&json!(0), &json!(0)), "{reviewers:?}");
    assert_eq!(far("c1@acme.com")["open"], ids(&company.packet("c1@acme.com")).len(), "who has not answered: {reviewers:?}");
    // Again, in any order: nothing new.
    let again = company.review(&["--from", "back/b.xlsx", "--from", "back/a.json", "--by", "eve", "--json"]).code(0).json();
    assert_eq!(again["recorded"], 0);
    assert!(company.plan.with_file_name("decisions.html").is_file() && company.plan.with_file_name("decisions.csv").is_file());
    company.run(&["verify", "latest"]).code(0);
}

/// Another writer's copy of a workbook with the last three columns filled in.
pub(super) fn fill(from: &Path, to: &Path, said: impl Fn(&[String]) -> [&'static str; 3]) {
    rewrite(from, to, |row| {
        let (filled, first) = (said(row), row.len() - 3);
        row[first..].iter_mut().zip(filled).for_each(|(cell, said)| *cell = said.into());
    });
}

#[test]
fn what_was_cut_edited_or_is_another_plans_records_nothing() {
    let company = Company::new(&STAFF);
    company.split("manager_email");
    let from = |name: &str| ["--from".to_owned(), name.to_owned(), "--by".to_owned(), "eve".to_owned()];
    let refused = |name: &str, code: i32, saying: &[&str]| {
        let args = from(name);
        company.records_nothing(&args.iter().map(String::as_str).collect::<Vec<_>>(), code, saying);
        std::fs::remove_dir_all(company.path("back")).unwrap();
    };
    let name = company.saved("a.json", "ana@acme.com", |file| file["plan"] = "P-0000000000".into());
    refused(&name, 6, &["a.json", "P-0000000000"]);
    let name = company.saved("a.json", "ana@acme.com", |file| file["digest"] = "sha256:0".into());
    refused(&name, 6, &["sha256:0"]);
    let name = company.saved("a.json", "ana@acme.com", |file| file["schema"] = "domo-reconcile/decisions/v9".into());
    refused(&name, 2, &["v9"]);
    let name = company.saved("a.json", "ana@acme.com", |_| {});
    let text = std::fs::read_to_string(company.path(&name)).unwrap();
    std::fs::write(company.path(&name), &text[..text.len() / 2]).unwrap();
    refused("back", 2, &["a.json", "not a decisions file"]);
    let name = company.saved("a.json", "ana@acme.com", |file| file["decisions"]["A-0000000000"] = json!({"verdict": "approve"}));
    refused(&name, 2, &["A-0000000000"]);
    let others = company.packet("boss@acme.com")["rows"][0].as_str().unwrap().to_owned();
    let name = company.saved("a.json", "ana@acme.com", |file| file["decisions"][&others] = json!({"verdict": "approve"}));
    refused(&name, 2, &["packet of ana@acme.com", &others]);
    let name = company.saved("a.json", "eve@acme.com", |_| {});
    refused(&name, 2, &["nobody called eve@acme.com"]);
    let name = company.saved("a.json", "ana@acme.com", |file| {
        for decision in file["decisions"].as_object_mut().unwrap().values_mut() {
            decision["verdict"] = "reject".into();
        }
    });
    refused(&name, 2, &["says no reason"]);
    let packet = company.packet("ana@acme.com");
    let sheet = company.path("packets").join(format!("{}.xlsx", packet["file"].as_str().unwrap()));
    fill(&sheet, &company.path("back/a.xlsx"), |_| ["perhaps", "", ""]);
    refused("back", 2, &["a.xlsx", "row 2: `perhaps` is no decision"]);
    // A workbook that was cut, and one in which somebody changed what they were asked.
    let bytes = std::fs::read(&sheet).unwrap();
    company.folder.write("back/cut.xlsx", &bytes[..bytes.len() / 2]);
    refused("back", 2, &["cut.xlsx"]);
    rewrite(&sheet, &company.path("back/edited.xlsx"), |row| row[5] = "boss@acme.com".into());
    refused("back", 2, &["edited.xlsx", "row 2", "email", "boss@acme.com"]);
}

/// Another program's copy of a packet's workbook with something changed in each row.
pub(super) fn rewrite(from: &Path, to: &Path, change: impl Fn(&mut Vec<String>)) {
    let mut saved = rust_xlsxwriter::Workbook::new();
    for name in ["Actions", "Summary"] {
        let sheet = saved.add_worksheet();
        sheet.set_name(name).unwrap();
        for (number, mut row) in (0u32..).zip(read_rows(from, Some(name)).unwrap()) {
            if name == "Actions" && number > 0 {
                change(&mut row);
            }
            for (column, cell) in (0u16..).zip(&row) {
                sheet.write_string(number, column, cell).unwrap();
            }
        }
    }
    std::fs::create_dir_all(to.parent().unwrap()).unwrap();
    saved.save(to).unwrap();
}

/// Sheets and labels that are looked for on return are the same in every language.
#[test]
fn workbooks_come_back_whatever_language_the_texts_are_in() {
    let mut company = Company::new(&STAFF);
    let built_in = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/texts.toml")).unwrap();
    let mut texts: toml::Table = built_in.parse().unwrap();
    let translated = texts["workbook"].as_table_mut().unwrap();
    for (_, text) in translated.iter_mut() {
        *text = format!("X {}", text.as_str().unwrap()).into();
    }
    company.folder.write("templates/texts.toml", format!("[workbook]\n{}", toml::to_string(translated).unwrap()));
    let config = company.folder.read("domo-reconcile.toml") + "[report]\ntemplates = \"templates\"\n";
    company.folder.write("domo-reconcile.toml", config);
    company.plan = company.folder.audit(&[]).folder.join("plan.json");
    let approved = |row: &[String]| if row[0].starts_with("A-") { ["approve", "ana@acme.com", ""] } else { [""; 3] };
    fill(&company.plan.with_file_name("review.xlsx"), &company.path("whole/filled.xlsx"), approved);
    company.review(&["--from", "whole", "--by", "eve"]).code(0);
    company.split("manager_email");
    let file = company.packet("ana@acme.com")["file"].as_str().unwrap().to_owned();
    let packet = company.path("packets").join(format!("{file}.xlsx"));
    assert_eq!(read_rows(&packet, Some("Summary")).unwrap()[0][0], "X How to review");
    fill(&packet, &company.path("back/packet.xlsx"), approved);
    company.review(&["--from", "back", "--by", "eve"]).code(0);
}

#[test]
fn two_files_that_decide_one_row_differently_are_both_named() {
    let company = Company::new(&STAFF);
    company.split("manager_email");
    company.saved("first.json", "ana@acme.com", |_| {});
    company.saved("second.json", "ana@acme.com", |file| {
        for decision in file["decisions"].as_object_mut().unwrap().values_mut() {
            *decision = json!({"verdict": "reject", "comment": "no"});
        }
    });
    company.records_nothing(&["--from", "back", "--by", "eve"], 2, &["first.json", "second.json", "no"]);
}

/// What a stranger may have typed anywhere: no name of a file, no page, no mail and no sheet becomes anything else by it.
#[test]
fn hostile_names_are_text_everywhere() {
    let evil = "\"><img src=x onerror=alert(1)></script>{{ 1 }}\r\nBcc: eve@evil.example";
    let manager = "eve\"<x>@evil.example";
    let staff = [
        ["boss@acme.com", "=cmd|' /C calc'!A0", "active", "../../etc", ""],
        ["one@acme.com", evil, "active", evil, "boss@acme.com"],
        ["two@acme.com", "Two", "active", "x\u{202E}gpj", manager],
    ];
    let company = Company::new(&staff);
    for field in ["manager_email", "department"] {
        company.split(field);
        for name in names(&company.path("packets")) {
            assert!(
                name.len() <= 100 && name.chars().all(|letter| letter.is_ascii_alphanumeric() || "@.-_".contains(letter)),
                "{name}"
            );
            let path = company.path("packets").join(&name);
            match path.extension().unwrap().to_str().unwrap() {
                "html" => {
                    let page = std::fs::read_to_string(&path).unwrap();
                    assert!(!page.contains("<img") && page.matches("</script>").count() == 1, "{name}");
                }
                "eml" => {
                    let mail = std::fs::read_to_string(&path).unwrap();
                    let head = mail.split("\r\n\r\n").next().unwrap();
                    assert!(!head.contains("Bcc") && head.split("\r\n").all(|line| line.len() <= 78), "{head}");
                }
                "xlsx" => {
                    let rows = read_rows(&path, Some("Actions")).unwrap();
                    assert!(rows.len() > 1, "{name}");
                    assert!(
                        !parts(&path).contains("<f>") && !parts(&path).contains("<hyperlink"),
                        "{name}: something in it evaluates"
                    );
                }
                _ => {
                    let note = std::fs::read_to_string(&path).unwrap();
                    let hidden = |letter: char| letter == '\u{202E}' || (letter.is_control() && letter != '\n');
                    assert!(!note.contains(hidden) && !note.lines().any(|line| line.starts_with("Bcc:")), "{note}");
                }
            }
        }
        assert_eq!(names(company.folder.path()).iter().filter(|name| name.contains("etc")).count(), 0);
        std::fs::remove_dir_all(company.path("packets")).unwrap();
    }
}

/// All sheets of a workbook as they stand in the file.
fn parts(path: &Path) -> String {
    let mut parts = zip::ZipArchive::new(std::fs::File::open(path).unwrap()).unwrap();
    let names: Vec<_> =
        parts.file_names().flatten().filter(|name| name.contains("worksheets/")).map(|name| name.into_owned()).collect();
    names.iter().map(|name| std::io::read_to_string(parts.by_name(name).unwrap()).unwrap()).collect()
}

#[test]
fn a_finding_is_accepted_until_a_day_as_an_exception_of_the_configuration() {
    let company = Company::new(&STAFF);
    let finding = company.plan()["actions"][0]["finding"].as_str().unwrap().to_owned();
    let config = || std::fs::read_to_string(company.path("domo-reconcile.toml")).unwrap();
    let before = config();
    let args = ["--accept", &finding, "--until", "2027-03-31", "--comment", "agreed \"so\"", "--by", "hr@acme.com"];
    let printed = company.review(&args).code(0).stdout;
    assert!(printed.starts_with("[[exception]]\naccount = ") && printed.contains("expires = 2027-03-31"), "{printed}");
    assert_eq!(config(), before);
    company.review(&args.into_iter().chain(["--write"]).collect::<Vec<_>>()).code(0);
    assert!(config().starts_with(&before) && config().contains(printed.trim()), "{}", config());
    // Said again, or until an earlier day, it stands there already; until a later one it does not.
    let once = config();
    company.review(&args.into_iter().chain(["--write"]).collect::<Vec<_>>()).code(0);
    let sooner = ["--accept", &finding, "--until", "2027-01-31", "--comment", "x", "--by", "hr@acme.com", "--write", "--json"];
    assert_eq!(company.review(&sooner).code(0).json()["written"], Value::Null);
    assert_eq!(config(), once);
    // What is approved in the plan stays so, and that is said, with the way back.
    let action = company.plan()["actions"][0]["id"].as_str().unwrap().to_owned();
    let said = || company.review(&args).code(0).stderr;
    assert!(!said().contains("approved"), "{}", said());
    company.review(&["--approve", &action, "--by", "ana"]).code(0);
    assert!(said().contains(&format!(" --reopen {action} --by WHO` takes the approval back")), "{}", said());
    company.review(&["--reopen", &action, "--by", "ana"]).code(0);
    assert!(!said().contains("approved"), "{}", said());
    // The next audit accepts it: it needs no decision any more.
    let audit = ["audit", "--accounts", "users.json", "--directory", "workers.csv", "--as-of", "2026-11-24", "--json", "-q"];
    let again = company.run(&audit).code(0).json();
    let findings: Value =
        serde_json::from_slice(&std::fs::read(company.path(again["files"]["findings.json"].as_str().unwrap())).unwrap()).unwrap();
    let found = findings["findings"].as_array().unwrap().iter().find(|one| one["id"] == finding.as_str()).unwrap();
    assert_eq!(found["exception"]["owner"], "hr@acme.com");
    company.review(&["--accept", &finding, "--until", "2020-01-01", "--comment", "x", "--by", "hr"]).code(2);
    company.review(&["--accept", "F-0000000000", "--until", "2027-01-01", "--comment", "x", "--by", "hr"]).code(2);
    company.review(&["--accept", &finding, "--comment", "x", "--by", "hr"]).code(2);
    // Of an instance that is none of the configuration's it would be accepted in all of those.
    let section = |name: &str| format!("[[instance]]\nname = \"{name}\"\nclient_id_env = \"{name}\"\nclient_secret_env = \"S\"\n");
    let others = section("one") + &section("two");
    std::fs::write(company.path("several.toml"), &others).unwrap();
    let run = company.plan()["run_id"].as_str().unwrap().to_owned();
    let elsewhere = ["review", &run].into_iter().chain(args).chain(["--write", "--config", "several.toml"]).collect::<Vec<_>>();
    let refused = company.run(&elsewhere).code(2).stderr;
    assert!(refused.contains("which several.toml does not name among its own") && refused.contains("--config"), "{refused}");
    assert_eq!(std::fs::read_to_string(company.path("several.toml")).unwrap(), others);
}

#[test]
fn what_a_reviewer_decides_in_a_real_browser_is_read_back() {
    let Some(browser) = browser() else { return };
    let company = Company::new(&STAFF);
    company.split("manager_email");
    let packet = company.packet("ana@acme.com");
    let last = packet["rows"].as_array().unwrap().iter().rfind(|row| row.as_str().unwrap().starts_with("A-")).unwrap();
    company.review(&["--approve", last.as_str().unwrap(), "--by", "ciso@acme.com"]).code(0);
    company.split("manager_email");
    let page = company.path("packets").join(format!("{}.html", packet["file"].as_str().unwrap()));
    let saved = company.path("saved.json");
    in_browser(browser, "packet.mjs", &[page, saved]);
    let answer = company.review(&["--from", "saved.json", "--by", "eve", "--json"]).code(0).json();
    let rows = packet["rows"].as_array().unwrap();
    // One of them says the same as before, in the name of who said it first.
    assert_eq!(
        (&answer["recorded"], &answer["decisions"][last.as_str().unwrap()]["by"]),
        (&json!(rows.len() - 1), &json!("ciso@acme.com"))
    );
    let first = &answer["decisions"][rows[0].as_str().unwrap()];
    assert_eq!((&first["by"], &first["recorded_by"]), (&json!("ana@acme.com"), &json!("eve")));
}

/// A packet shows what was decided before it was made, and is nobody's answer before somebody gives one.
#[test]
fn a_packet_that_comes_back_untouched_says_nothing() {
    let company = Company::new(&STAFF);
    company.split("manager_email");
    let packet = company.packet("ana@acme.com");
    let action = company.action("ana@acme.com");
    let action = action.as_str();
    company.review(&["--approve", action, "--by", "ciso@acme.com"]).code(0);
    company.split("manager_email");
    company.review(&["--reject", action, "--by", "ciso@acme.com", "--comment", "court order"]).code(0);
    let file = company.path("packets").join(packet["file"].as_str().unwrap());
    let page = std::fs::read_to_string(file.with_extension("com.html")).unwrap();
    assert!(page.contains("Decided before this page was made: approve by ciso@acme.com"), "{page}");
    let answer =
        company.review(&["--from", file.with_extension("com.xlsx").to_str().unwrap(), "--by", "eve", "--json"]).code(0).json();
    assert_eq!((&answer["recorded"], &answer["decisions"][action]["verdict"]), (&json!(0), &json!("reject")));
}

#[test]
fn a_workbook_that_was_filled_in_where_it_lies_is_not_written_over() {
    let company = Company::new(&STAFF);
    company.split("manager_email");
    let file = company.packet("ana@acme.com")["file"].as_str().unwrap().to_owned();
    let sheet = company.path("packets").join(format!("{file}.xlsx"));
    fill(&sheet, &sheet, |row| if row[0].is_empty() { [""; 3] } else { ["reject", "", "court order"] });
    let before = std::fs::read(&sheet).unwrap();
    company.records_nothing(&["--split", "manager_email", "--out", "packets"], 2, &[&file, "may hold answers", "--out"]);
    assert_eq!(std::fs::read(&sheet).unwrap(), before);
}

/// The folder is read again because more came back: what was said in it before something later is not said again.
#[test]
fn a_file_that_is_read_again_turns_nothing_that_was_decided_after_it() {
    let company = Company::new(&STAFF);
    company.split("manager_email");
    let action = company.action("ana@acme.com");
    company.saved("ana.json", "ana@acme.com", |_| {});
    let sheet = company.path("packets").join(format!("{}.xlsx", company.packet("boss@acme.com")["file"].as_str().unwrap()));
    fill(&sheet, &company.path("back/boss.xlsx"), |row| if row[0].is_empty() { [""; 3] } else { ["approve", "", ""] });
    let read = |moment: &str| {
        company.folder.run_at(moment, &["review", "latest", "--from", "back", "--by", "eve", "--json"]).code(0).json()
    };
    assert!(read("2026-11-24T12:00:01Z")["recorded"].as_u64() > Some(1));
    let boss = company.action("boss@acme.com");
    let again = |verdict: &str, by: [&str; 2]| {
        for (action, by) in [&action, &boss].into_iter().zip(by) {
            let args = ["review", "latest", verdict, action, "--by", by, "--comment", "court order"];
            company.folder.run_at("2026-11-24T13:00:00Z", &args).code(0);
        }
        let decided = company.plan()["decisions"].clone();
        let answer = read("2026-11-24T14:00:00Z");
        assert_eq!((&answer["recorded"], &answer["decisions"]), (&json!(0), &decided), "{verdict}");
        let told = answer["not_taken_over"].to_string();
        assert!(told.contains("ana.json") && told.contains("boss.xlsx row ") && told.contains("court order after that"), "{told}");
    };
    again("--reject", ["ana@acme.com", "boss@acme.com"]);
    again("--reopen", ["ana@acme.com", "boss@acme.com"]);
}

/// Approve, reject, approve again and say why, each in a sheet of its own: the last counts. Of a file that was handed in before
/// nothing counts again, nor does the same approval in a sheet that was saved anew, where nothing says why.
#[test]
fn a_mind_that_is_changed_back_in_a_sheet_counts_and_the_sheet_of_before_does_not() {
    let company = Company::new(&STAFF);
    company.split("manager_email");
    let action = company.action("boss@acme.com");
    let sheet = company.path("packets").join(format!("{}.xlsx", company.packet("boss@acme.com")["file"].as_str().unwrap()));
    let save = |name: &str, said: &dyn Fn(&[String]) -> [&'static str; 3]| fill(&sheet, &company.path(name), said);
    let read = |name: &str| company.review(&["--from", name, "--by", "eve", "--json"]).code(0).json();
    save("1.xlsx", &|row| if row[0] == action { ["approve", "", ""] } else { [""; 3] });
    save("1 again.xlsx", &|row| if row[0] == action { ["approve", "boss@acme.com", ""] } else { [""; 3] });
    save("2.xlsx", &|row| if row[0] == action { ["reject", "", "court order"] } else { [""; 3] });
    save("3.xlsx", &|row| if row[0] == action { ["approve", "", "after all"] } else { [""; 3] });
    read("1.xlsx");
    let counts = |name: &str, verdict: &str| {
        let answer = read(name);
        let decided = &answer["decisions"][&action]["verdict"];
        assert_eq!((&answer["recorded"], decided, answer["not_taken_over"].to_string().len()), (&json!(1), &json!(verdict), 2));
    };
    counts("2.xlsx", "reject");
    let answer = read("1 again.xlsx");
    assert!(answer["not_taken_over"].to_string().contains(&action), "{answer}");
    assert_eq!(answer["decisions"][&action]["verdict"], "reject");
    counts("3.xlsx", "approve");
    for (name, told) in [("1.xlsx", 0), ("2.xlsx", 1)] {
        let answer = read(name);
        assert_eq!((&answer["recorded"], answer["not_taken_over"].as_array().unwrap().len()), (&json!(0), told), "{name}");
        assert_eq!(answer["decisions"][&action]["verdict"], "approve", "{name}");
    }
}

#[test]
fn the_day_until_which_something_is_accepted_is_held_against_the_day_on_which_it_is_recorded() {
    let company = Company::new(&STAFF);
    company.split("manager_email");
    let packets: Value = serde_json::from_slice(&std::fs::read(company.plan.with_file_name("packets.json")).unwrap()).unwrap();
    let rows = |packet: &Value| packet["rows"].as_array().unwrap().clone();
    let is_finding = |row: &Value| row.as_str().unwrap().starts_with("F-");
    let of = packets["packets"].as_array().unwrap().iter().find(|packet| rows(packet).iter().any(is_finding)).unwrap();
    let (reviewer, finding) = (of["reviewer"].as_str().unwrap(), rows(of).into_iter().find(is_finding).unwrap());
    let late = company.saved("late.json", reviewer, |file| {
        let answer = json!({"verdict": "accept-until", "until": "2026-11-28", "comment": "project"});
        file["decisions"] = json!({finding.as_str().unwrap(): answer});
        file["by"] = json!("lead@acme.com");
    });
    let args = ["review", "latest", "--from", &late, "--by", "eve"];
    let refused = company.folder.run_at("2026-12-01T06:00:00Z", &args).code(2).stderr;
    assert!(refused.contains("the day of accept-until 2026-11-28") && refused.contains("has passed"), "{refused}");
    company.folder.run_at("2026-11-27T06:00:00Z", &args).code(0);
}

/// Whatever the browser calls the file in which a decision is undecided again.
#[test]
fn what_is_taken_back_on_the_page_is_taken_back() {
    let company = Company::new(&STAFF);
    company.split("manager_email");
    let action = company.action("ana@acme.com");
    let approved = company.saved("decisions.json", "ana@acme.com", |_| {});
    company.review(&["--from", &approved, "--by", "eve"]).code(0);
    let back = company.saved("decisions (1).json", "ana@acme.com", |file| {
        file["decisions"] = json!({&action: {"verdict": "open", "comment": null}});
    });
    let answer = company.review(&["--from", &back, "--by", "eve", "--json"]).code(0).json();
    let decision = &answer["decisions"][&action];
    assert_eq!(
        (&answer["recorded"], &decision["verdict"], &decision["earlier"][0]["verdict"]),
        (&json!(1), &json!("open"), &json!("approve"))
    );
}

#[test]
fn what_three_hundred_reviewers_send_back_decides_each_of_ten_thousand_actions_once() {
    // A number is no name.
    let called = |first: &str, number: usize| {
        let letters = number.to_string().bytes().map(|digit| char::from(digit - b'0' + b'a')).collect::<String>();
        (format!("{first}{number}@acme.com"), format!("{first} {letters}"))
    };
    let managers: Vec<(String, String)> = (0..298).map(|number| called("manager", number)).collect();
    let reports: Vec<_> = (0..9_701).map(|number| (called("report", number), &managers[number % managers.len()].0)).collect();
    let mut staff: Vec<Worker<'_>> = vec![["boss@acme.com", "Boss", "active", "Board", ""]];
    staff.extend(managers.iter().map(|(email, name)| [email.as_str(), name, "active", "Sales", "boss@acme.com"]));
    staff.extend(reports.iter().map(|((email, name), manager)| [email.as_str(), name, "active", "Sales", manager]));
    let company = Company::new(&staff);
    let told = company.split("manager_email");
    let plan = company.plan();
    let actions: BTreeSet<&str> = plan["actions"].as_array().unwrap().iter().map(|action| action["id"].as_str().unwrap()).collect();
    assert_eq!((told["rows"].as_u64(), actions.len()), (Some(10_000), 10_000));
    let packets: Value = serde_json::from_slice(&std::fs::read(company.plan.with_file_name("packets.json")).unwrap()).unwrap();
    let packets = packets["packets"].as_array().unwrap();
    assert_eq!(packets.len(), 300, "298 managers, their boss, and who has nobody above");
    let by = |packet: &Value| match packet["reviewer"].as_str().unwrap() {
        "unassigned" => "it@acme.com".to_owned(),
        reviewer => reviewer.to_owned(),
    };
    for (number, packet) in packets.iter().enumerate() {
        let approve = |row: &Value| (row.as_str().unwrap().to_owned(), json!({"verdict": "approve", "comment": null}));
        let decisions: serde_json::Map<_, _> = packet["rows"].as_array().unwrap().iter().map(approve).collect();
        let saved = json!({
            "schema": "domo-reconcile/decisions/v1", "plan": plan["id"], "digest": plan["digest"], "reviewer": packet["reviewer"],
            "by": by(packet), "at": "2026-11-24T12:00:00Z", "decisions": decisions,
        });
        company.folder.write(&format!("back/{number}.json"), saved.to_string());
    }
    // Some alone, some twice, all of them in their folder.
    let answer = company.review(&["--from", "back/7.json", "--from", "back", "--from", "back/7.json", "--by", "eve", "--json"]);
    assert_eq!(answer.code(0).json()["recorded"], 10_000);
    let decided = company.plan();
    let decisions = decided["decisions"].as_object().unwrap();
    assert_eq!(decisions.keys().map(String::as_str).collect::<BTreeSet<_>>(), actions);
    for packet in packets {
        let by = by(packet);
        let rows = packet["rows"].as_array().unwrap();
        assert!(rows.iter().all(|row| decisions[row.as_str().unwrap()]["by"] == by.as_str()), "{by}");
    }
}

/// Fills in every decision of the workbook that it is given and saves it under another name, as openpyxl writes workbooks.
const OPENPYXL: &str = "import openpyxl, sys\n\
    book = openpyxl.load_workbook(sys.argv[1]); sheet = book['Actions']\n\
    header = [cell.value for cell in sheet[1]]\n\
    for row in range(2, sheet.max_row + 1):\n\
    \x20   action = sheet.cell(row, 1).value or ''\n\
    \x20   said = 'approve' if action.startswith('A-') else 'not-mine'\n\
    \x20   sheet.cell(row, header.index('decision') + 1).value = said\n\
    book.save(sys.argv[2])\n";

#[test]
fn workbooks_that_openpyxl_and_libreoffice_saved_are_read_back() {
    let python = std::env::var_os("CLIENTS_PYTHON").map(PathBuf::from).filter(|python| python.is_file());
    let office = ["soffice", "libreoffice"]
        .into_iter()
        .find(|name| std::process::Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success()));
    let (Some(python), Some(office)) = (python, office) else {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "CI has LibreOffice, and Python in CLIENTS_PYTHON");
        println!("skipped: no LibreOffice, or no Python with tests/clients/requirements.txt in CLIENTS_PYTHON");
        return;
    };
    let ran = |command: &mut std::process::Command| {
        let output = command.output().unwrap();
        assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    };
    let company = Company::new(&STAFF);
    company.split("manager_email");
    let packet = company.packet("ana@acme.com");
    let made = company.path("packets").join(format!("{}.xlsx", packet["file"].as_str().unwrap()));
    let (filled, saved) = (company.path("filled.xlsx"), company.path("saved"));
    ran(std::process::Command::new(python).args(["-c", OPENPYXL]).args([&made, &filled]));
    let profile = format!("-env:UserInstallation=file://{}", company.path("profile").display());
    ran(std::process::Command::new(office)
        .args([&profile, "--headless", "--convert-to", "xlsx", "--outdir"])
        .args([&saved, &filled]));
    let rows = packet["rows"].as_array().unwrap().len();
    // The second says the same again.
    for (file, recorded) in [("filled.xlsx", rows), ("saved/filled.xlsx", 0)] {
        let answer = company.review(&["--from", file, "--by", "eve", "--json"]).code(0).json();
        assert_eq!((&answer["recorded"], answer["decisions"].as_object().unwrap().len()), (&json!(recorded), rows), "{file}");
    }
    assert!(company.plan()["decisions"].as_object().unwrap().values().all(|one| one["by"] == "ana@acme.com"));
}

#[test]
fn a_page_of_five_hundred_rows_is_small_enough_to_send() {
    let addresses: Vec<String> = (0..500).map(|number| format!("somebody.with.a.name{number}@acme.example.com")).collect();
    let mut staff = vec![["boss@acme.com", "Boss", "active", "Board", ""]];
    staff.extend(
        addresses.iter().map(|address| [address, "Somebody With A Name", "active", "Research and Development", "boss@acme.com"]),
    );
    let company = Company::new(&staff);
    company.split("manager_email");
    let packet = company.packet("boss@acme.com");
    assert_eq!(packet["rows"].as_array().unwrap().len(), 500);
    let page = company.path("packets").join(format!("{}.html", packet["file"].as_str().unwrap()));
    let bytes = std::fs::metadata(page).unwrap().len();
    assert!(bytes < 300_000, "{bytes} bytes");
}
