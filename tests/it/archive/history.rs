//! What runs say of each other, where the year does not show it.

use serde_json::json;

use super::{Company, state};
use crate::local_domo::LocalDomo;
use crate::support::{self, run, run_with};

#[test]
fn a_clock_that_went_back_is_told_and_changes_no_order() {
    let mut company = Company::new();
    let first = company.audit("2026-06-01");
    company.user(181, "Nobody Known", "Participant");
    // The machine lost a year.
    let second = company.audit("2025-06-01");
    assert_eq!(second.json("manifest.json")["previous"]["run_id"], first.id());
    assert_eq!(second.state("orphan", 180), state("open", "2025-06-01"), "never first seen after the day judged");
    assert_eq!(second.state("orphan", 181), state("new", "2025-06-01"));
    let report = support::page(&second.folder.join("report.html"));
    assert!(report.contains("The clock went back"), "the report says so");
    // Who left in between is no leaver on that day: that is a doubt of the evidence, here and judged again.
    let evidence = &second.json("findings.json")["evidence"];
    assert_eq!((&evidence["status"], evidence["reasons"].to_string().contains("The clock went back")), (&json!("warnings"), true));
    let again = run(company.path(), ["replay", second.folder.to_str().unwrap(), "--archive", "again", "--json"]).code(0).json();
    assert_eq!(again["identical"], true, "{again}");
    // The clock is right again: the chain goes on from the last run, not from the newest time.
    let third = company.audit("2026-07-01");
    assert_eq!(third.json("manifest.json")["previous"]["run_id"], second.id());
    assert_eq!(third.state("orphan", 181), state("open", "2025-06-01"));
    let order: Vec<_> = company.runs()["runs"].as_array().unwrap().iter().map(|run| run["run_id"].clone()).collect();
    assert_eq!(order, [first.id(), second.id(), third.id()]);
    company.verify(&third).code(0);
}

#[test]
fn what_incomplete_evidence_found_first_is_new_and_not_back_again() {
    let mut company = Company::new();
    company.audit("2026-05-01");
    // The export is incomplete, and one of those who are in it has left.
    company.workers[2] = "103,Chiara Doria,chiara.doria@example.com,Analyst,Terminated,2026-05-15".into();
    company.prepare();
    let people: Vec<_> = company.workers.iter().map(|line| line.split(',').collect::<Vec<_>>()).collect();
    let people: Vec<_> = people
        .iter()
        .map(|one| json!({"employeeId": one[0], "displayName": one[1], "mail": one[2], "employmentStatus": one[4]}))
        .collect();
    let partial = json!({"@odata.nextLink": "https://example.com/next", "value": people});
    std::fs::write(company.path().join("partial.json"), partial.to_string()).unwrap();
    let args = ["audit", "--accounts", "users.json", "--directory", "partial.json", "--json"];
    let epoch = "2026-06-01T06:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap().timestamp().to_string();
    let incomplete = run_with(company.path(), &[("SOURCE_DATE_EPOCH", epoch.as_str())], args).code(3).json();
    let incomplete = company.run_of(&incomplete);
    assert_eq!(incomplete.state("leaver", 103), state("new", "2026-06-01"));

    let whole = company.audit("2026-07-01");
    assert_eq!(whole.state("leaver", 103), state("new", "2026-06-01"), "first seen in June, and never away");
}

#[test]
fn an_earlier_run_whose_findings_were_altered_is_not_believed() {
    let company = Company::new();
    let first = company.audit("2026-05-01");
    let second = company.audit("2026-06-01");
    let findings = second.folder.join("findings.json");
    std::fs::write(&findings, std::fs::read_to_string(&findings).unwrap().replace("2026-05-01", "2020-01-01")).unwrap();
    let third = company.audit("2026-07-01");
    assert_eq!(third.state("orphan", 180), state("open", "2026-05-01"));
    assert_eq!(third.json("manifest.json")["summary"]["compared_with"], first.id());
    let report = support::page(&third.folder.join("report.html"));
    assert!(report.contains("findings.json is not the file that the manifest names: it was altered"));
}

#[test]
fn runs_of_a_newer_version_are_left_alone_and_followed() {
    let company = Company::new();
    company.audit("2026-05-01");
    let second = company.audit("2026-06-01");
    let manifest = second.folder.join("manifest.json");
    let newer =
        std::fs::read_to_string(&manifest).unwrap().replace("manifest/v1", "manifest/v9").replace("\"config\"", "\"settings\"");
    std::fs::write(&manifest, &newer).unwrap();
    let third = company.audit("2026-07-01");
    assert_eq!(third.json("manifest.json")["previous"]["run_id"], second.id());
    assert_eq!(third.json("manifest.json")["number"], 3);
    company.verify(&third).code(0);
    assert!(company.verify(&second).code(0).stdout.contains("A newer version wrote this run"));
    assert!(run(company.path(), ["runs"]).code(0).stdout.contains("by a newer version"));
    let replayed = run(company.path(), ["replay", second.folder.to_str().unwrap()]).code(1);
    assert!(replayed.stderr.contains("was written by a newer version"), "{}", replayed.stderr);
    assert_eq!(std::fs::read_to_string(&manifest).unwrap(), newer, "nothing overwrites it");
}

#[test]
fn two_runs_can_be_compared() {
    let mut company = Company::new();
    let first = company.audit("2026-05-01");
    company.users.retain(|user| user["id"] != 180);
    company.user(181, "Nobody Known", "Participant");
    company.audit("2026-06-01");
    let diff = run(company.path(), ["runs", "diff", &first.id(), "latest", "--json"]).code(0).json();
    let subjects = |list: &str| diff[list].as_array().unwrap().iter().map(|line| line["subject"].clone()).collect::<Vec<_>>();
    assert_eq!(subjects("appeared"), [json!("nobody.known@example.com")]);
    assert_eq!(subjects("gone"), [json!("olga.petrova@example.com")]);
    let text = run(company.path(), ["runs", "diff", &first.id()]).code(0).stdout;
    assert!(text.contains("1 appeared, 1 gone, 0 changed, 0 the same."), "{text}");
    // What cannot be compared is not left out without a word.
    std::fs::write(first.folder.join("accounts.jsonl"), "").unwrap();
    let text = run(company.path(), ["runs", "diff", &first.id()]).code(0).stdout;
    assert!(
        text.contains("Access: not compared: ") && text.contains("accounts.jsonl is not the file that the manifest names"),
        "{text}"
    );
}

/// A People export of which the accounts have no ids.
#[test]
fn an_orphan_that_vanished_from_an_export_without_ids_is_gone_with_its_row_and_access_is_not_compared() {
    let mut company = Company::new();
    company.prepare();
    let mut audit = |more: &[&str]| {
        let rows: Vec<_> =
            company.users.iter().map(|user| format!("{},{},{}", user["name"], user["email"], user["role"])).collect();
        company.folder.write("people.csv", format!("Name,Email,Role\n{}\n", rows.join("\n")));
        company.users.retain(|user| user["id"] != 180);
        company.folder.run(&[&["audit", "--accounts", "people.csv", "--directory", "workers.csv"], more].concat()).code(0)
    };
    audit(&[]);
    let change = audit(&["--json"]).json()["change"].clone();
    assert_eq!((&change["resolved"], &change["gone"]), (&json!(0), &json!(1)), "{change}");
    assert_eq!((&change["access"], &change["access_tested"]), (&json!(0), &json!(false)), "{change}");
    let told = audit(&[]).stdout;
    assert!(told.contains("0 new or back, 0 resolved; access could not be compared"), "{told}");
}

#[test]
fn what_is_not_a_run_is_not_one() {
    let company = Company::new();
    company.audit("2026-05-01");
    let archive = company.path().join("audits");
    std::fs::create_dir(archive.join("20260401T060000Z-abcdef")).unwrap();
    std::fs::create_dir(archive.join("notes")).unwrap();
    let broken = archive.join("20260402T060000Z-abcdef");
    std::fs::create_dir(&broken).unwrap();
    std::fs::write(broken.join("manifest.json"), "{").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("/", archive.join("20260403T060000Z-abcdef")).unwrap();
    let listed = company.runs();
    assert_eq!(listed["runs"].as_array().unwrap().len(), 1);
    assert_eq!(listed["unfinished"].as_array().unwrap().len(), 1);
    assert_eq!(listed["unreadable"].as_array().unwrap().len(), 1);
    company.audit("2026-06-01");
    run(company.path(), ["runs", "show", "20260401T060000Z-abcdef"]).code(1);
    run(company.path(), ["runs", "show", "no-such-run"]).code(2);
    run(company.path(), ["runs", "--archive", "elsewhere"]).code(2);
}

/// The sandbox as a process of its own, with the company's users.
struct Sandbox(LocalDomo);

impl Sandbox {
    fn start(company: &Company) -> Self {
        Self(LocalDomo::with_client(&company.path().join("users.json"), "id", "secret"))
    }

    fn run(&self, company: &Company, args: &[&str]) -> crate::support::Ran {
        let env = [("DOMO_API_URL", self.0.url()), ("DOMO_CLIENT_ID", "id"), ("DOMO_CLIENT_SECRET", "secret")];
        run_with(company.path(), &env, args.iter().copied())
    }
}

#[test]
fn what_was_applied_is_told_and_so_is_access_that_came_back() {
    let company = Company::new();
    company.prepare();
    let audit = ["audit", "--directory", "workers.csv", "--json", "-q"];
    {
        let sandbox = Sandbox::start(&company);
        let first = sandbox.run(&company, &audit).code(0).json();
        let plan = format!("{}/plan.json", first["run_dir"].as_str().unwrap());
        run(company.path(), ["review", plan.as_str(), "--approve", "all", "--by", "ada@example.com"]).code(0);
        sandbox.run(&company, &["apply", plan.as_str(), "--confirm", "--by", "ben@example.com"]).code(0);
        // Still off: what was applied is told, and the finding is resolved.
        let second = sandbox.run(&company, &audit).code(0).json();
        let second = company.run_of(&second);
        for page in ["report.html", "report.md"] {
            let report = support::page(&second.folder.join(page));
            assert!(
                report.contains("was applied on") && report.contains("ben@example.com") && report.contains("1 done."),
                "{page}"
            );
            assert!(!report.contains("is active again"), "{page}");
        }
        assert_eq!(second.json("manifest.json")["summary"]["resolved"], 1);
        // Without the record of its end, nobody can say that it came to one.
        std::fs::remove_dir_all(&second.folder).unwrap();
        let journal = company.path().join(first["run_dir"].as_str().unwrap()).join("plan.journal.jsonl");
        let text = std::fs::read_to_string(&journal).unwrap();
        let last = text.trim_end().rfind('\n').unwrap();
        std::fs::write(&journal, &text[..=last]).unwrap();
        let third = sandbox.run(&company, &audit).code(0).json();
        let report = std::fs::read_to_string(company.path().join(third["run_dir"].as_str().unwrap()).join("report.md")).unwrap();
        assert!(report.contains("1 done; it was cut short, or is still under way."), "{report}");
        // Killed after its write, it left nothing but the record before it: what the account shows is ours all the same.
        std::fs::remove_dir_all(company.path().join(third["run_dir"].as_str().unwrap())).unwrap();
        let before: String = text.split_inclusive('\n').take(2).collect();
        std::fs::write(&journal, before).unwrap();
        let fourth = company.run_of(&sandbox.run(&company, &audit).code(0).json());
        let report = std::fs::read_to_string(fourth.folder.join("report.md")).unwrap();
        assert!(report.contains("1 unknown; it was cut short, or is still under way."), "{report}");
        let page = support::page(&fourth.folder.join("report.html"));
        assert!(page.contains("deactivated") && !page.contains("changed outside<"), "{page}");
        assert!(!page.contains("by itself: nothing of ours did it"), "{page}");
        std::fs::write(&journal, &text).unwrap();
    }
    // A sandbox begun anew knows nothing of it: somebody switched the account on again.
    let sandbox = Sandbox::start(&company);
    let third = sandbox.run(&company, &audit).code(0).json();
    let third = company.run_of(&third);
    for page in ["report.html", "report.md"] {
        let report = support::page(&third.folder.join(page));
        assert!(report.contains("Account 180 (olga.petrova@example.com) is active again: plan P-"), "{page}");
    }
    assert_eq!(third.finding("orphan", 180).unwrap()["state"], "reappeared");
    company.verify(&third).code(0);
}

#[test]
fn the_evidence_says_the_same_share_of_a_population_gone_as_the_guard() {
    let mut company = Company::new();
    company.user(181, "Nobody Known", "Participant");
    company.workers.extend((0..4).map(|one| format!("95{one},Extra {one},extra{one}@example.com,Analyst,Active,")));
    company.audit("2026-06-01");
    company.workers.pop();
    let answer = company.try_audit("2026-07-01").code(0).json();
    let why = "8 directory rows were read, 12 % fewer than the 9 of the run of 2026-06-01: look whether the list is whole";
    assert_eq!(answer["reasons"], json!([why]));
    let plan = company.run_of(&answer).json("plan.json");
    let guards = plan["guards"].as_array().unwrap();
    assert_eq!(guards.iter().find(|guard| guard["name"] == "population-moved").unwrap()["value"], 12);
}

#[test]
fn what_vanished_with_half_of_an_export_is_gone_with_its_row_and_the_evidence_says_how_much_is_missing() {
    let mut company = Company::new();
    company.workers[2] = company.workers[2].replace("Active,", "Terminated,2026-05-20");
    company.audit("2026-06-01");
    company.workers.truncate(2);
    let answer = company.try_audit("2026-07-01").code(0).json();
    assert_eq!((&answer["change"]["resolved"], &answer["change"]["gone"]), (&json!(0), &json!(1)), "{answer}");
    let why = "2 directory rows were read, 60 % fewer than the 5 of the run of 2026-06-01: look whether the list is whole";
    assert_eq!((&answer["evidence"], &answer["reasons"]), (&json!("warnings"), &json!([why])));
    let run = company.run_of(&answer);
    let report = std::fs::read_to_string(run.folder.join("report.md")).unwrap();
    assert!(report.contains("− gone with the account or person they were about, which is not read any more 1"), "{report}");
    assert!(report.contains(why), "{report}");
    // What is judged again says the same.
    let replay = run_with(company.path(), &[], ["replay", run.folder.to_str().unwrap(), "--archive", "again", "--json"]).code(0);
    assert_eq!(replay.json()["reasons"], json!([why]), "{}", replay.stdout);
}
