//! One plan, one journal, one lock, and the rules of its run, whatever name the plan is called by and wherever the apply is
//! started.

use std::path::{Path, PathBuf};

use chrono::Utc;
use domo_reconcile::archive::Lock;
use domo_reconcile::plan::Journal;
use domo_reconcile::plan::journal::{Event, Outcome, Step};
use serde_json::{Value, json};

use super::company::Company;
use super::fixture::update;
use crate::support::Ran;

/// A company whose audit found that 10 and 11 have another title and 13 has left, all of it approved by Ana.
struct Audited {
    company: Company,
    run: PathBuf,
}

const DIRECTORY: &str = "[[directory]]\npath = \"workers.csv\"\n";

impl Audited {
    fn new(rules: &str) -> Self {
        let company = Company::new(vec![update(10)]);
        std::fs::remove_file(company.path("plan.json")).unwrap();
        company.configure(&format!("{DIRECTORY}{rules}"));
        workers(&company, true);
        let run = company.audit();
        let audited = Self { company, run };
        audited.review(audited.plan(), &["--approve", "all", "--by", "ana"]).code(0);
        audited
    }

    fn plan(&self) -> &str {
        // Leaked on purpose: a handful of paths a test run.
        self.run.join("plan.json").to_str().unwrap().to_owned().leak()
    }

    fn review(&self, plan: &str, args: &[&str]) -> Ran {
        self.company.run(&[&["review", plan, "--json"], args].concat())
    }

    fn apply(&self, plan: &str, args: &[&str]) -> Ran {
        self.company.run(&[&["apply", plan, "--json"], args].concat())
    }

    fn journal(&self) -> PathBuf {
        self.run.join("plan.journal.jsonl")
    }

    /// Changes the plan and makes its digest anew, and gives both digests.
    fn edit(&self, change: impl FnOnce(&mut Value)) -> (String, String) {
        let mut plan: Value = serde_json::from_slice(&std::fs::read(self.plan()).unwrap()).unwrap();
        let then = plan["digest"].as_str().unwrap().to_owned();
        change(&mut plan);
        let now = domo_reconcile::plan::canonical::digest_of(&plan);
        plan["digest"] = now.clone().into();
        std::fs::write(self.plan(), plan.to_string()).unwrap();
        (then, now)
    }

    /// Undoes all that was applied; the plan that does.
    fn undo(&self) -> PathBuf {
        let undo = self.run.join("revert.plan.json");
        self.company.run(&["revert", self.run.to_str().unwrap()]).code(0);
        self.review(undo.to_str().unwrap(), &["--approve", "all", "--by", "ana"]).code(0);
        self.apply(undo.to_str().unwrap(), &["--confirm"]).code(0);
        undo
    }
}

fn workers(company: &Company, left: bool) {
    let mut rows = "Email,Employee Number,Name,Title,Department,Location,Phone,Status\n".to_owned();
    for id in (1..=3).chain(10..60) {
        let title = if matches!(id, 10 | 11) { "Lead" } else { "Analyst" };
        let status = if id == 13 && left { "Terminated" } else { "Active" };
        rows += &format!("p{id}@acme.com,{id:05},Person {id},{title},Finance,Lehi,801-555-0100,{status}\n");
    }
    company.write("workers.csv", &rows);
}

fn link(from: &Path, to: &Path) {
    std::os::unix::fs::symlink(from, to).unwrap();
}

#[test]
fn the_rules_of_the_run_hold_under_another_configuration_and_are_only_tightened_by_it() {
    let story = Audited::new("[policy]\nsecond_person = true\n[guards]\nmax_updates_percent = 1\n");
    let loose = "[domo]\ninstance = \"sandbox\"\nrequests_per_minute = 3000\n";
    story.company.write("loose.toml", loose);
    let own = story.apply(story.plan(), &["--confirm", "--config", "loose.toml", "--by", "ana"]).code(5);
    assert!(own.stderr.contains("second_person") && own.stderr.contains("is not the configuration that plan"), "{}", own.stderr);
    let guarded = story.apply(story.plan(), &["--confirm", "--config", "loose.toml", "--by", "eve"]).code(5);
    assert!(guarded.stderr.contains("max-updates"), "{}", guarded.stderr);
    assert_eq!(story.company.writes(), []);
    // What is stricter at hand holds as well.
    let story = Audited::new("");
    story.company.write("strict.toml", &format!("{loose}[[exclude]]\nid = 13\nreason = \"court order\"\nowner = \"legal\"\n"));
    story.apply(story.plan(), &["--confirm", "--config", "strict.toml"]).code(5);
    assert_eq!(story.company.writes(), []);
}

/// Before plans carried their rules, the run folder's configuration had them.
#[test]
fn a_plan_that_carries_no_rules_takes_those_that_its_run_kept() {
    let story = Audited::new("[guards]\nmax_updates_percent = 1\n");
    let (then, now) = story.edit(|plan| drop(plan.as_object_mut().unwrap().remove("rules")));
    let manifest = std::fs::read_to_string(story.run.join("manifest.json")).unwrap();
    std::fs::write(story.run.join("manifest.json"), manifest.replace(&then, &now)).unwrap();
    story.company.configure("");
    let guarded = story.apply(story.plan(), &["--confirm"]).code(5);
    assert!(guarded.stderr.contains("max-updates"), "{}", guarded.stderr);
}

#[test]
fn a_link_to_a_plan_is_that_plan() {
    let story = Audited::new("");
    link(&story.run.join("plan.json"), &story.company.path("current.json"));
    story.review("current.json", &["--reopen", "all", "--by", "ana"]).code(0);
    assert!(story.company.path("current.json").is_symlink());
    story.review("current.json", &["--approve", "all", "--by", "ana"]).code(0);
    let plan: Value = serde_json::from_slice(&std::fs::read(story.plan()).unwrap()).unwrap();
    assert_eq!(plan["decisions"].as_object().unwrap().len(), 3);
    story.apply("current.json", &["--confirm"]).code(0);
    assert!(story.journal().exists() && !story.company.path("current.journal.jsonl").exists());
    assert_eq!(story.apply(story.plan(), &["--confirm"]).code(0).json()["counts"], json!({"already-done": 3}));
}

/// As somebody downloads it: it looks like an archive of its own.
#[test]
fn a_copy_of_a_whole_run_folder_knows_what_its_archive_knows() {
    let story = Audited::new("");
    let copy = story.company.path("dl").join(story.run.file_name().unwrap());
    std::fs::create_dir_all(&copy).unwrap();
    for file in std::fs::read_dir(&story.run).unwrap().map(|entry| entry.unwrap()) {
        std::fs::copy(file.path(), copy.join(file.file_name())).unwrap();
    }
    let copied = copy.to_str().unwrap();
    let rejected = ["--reject", "all", "--by", "legal", "--comment", "court order", "--overrule"];
    story.review(story.plan(), &rejected).code(0);
    let refused = story.apply(copied, &["--confirm"]).code(2).stderr;
    assert!(refused.contains("is a copy of") && refused.contains("another decision"), "{refused}");
    story.review(story.plan(), &["--approve", "all", "--by", "ana", "--overrule", "--comment", "lifted"]).code(0);
    story.apply(story.plan(), &["--confirm"]).code(0);
    let writes = story.company.writes().len();
    story.apply(copied, &["--confirm"]).code(6);
    assert_eq!(story.company.writes().len(), writes);
}

#[test]
fn every_command_holds_the_lock_of_what_a_link_leads_to() {
    let story = Audited::new("");
    let company = &story.company;
    link(&story.run.join("plan.json"), &company.path("current.json"));
    link(&story.run, &company.path("current"));
    link(story.run.parent().unwrap(), &company.path("archive"));
    let run = story.run.file_name().unwrap().to_str().unwrap();
    let hold = |lock: &str| Lock::take_at(&story.run.join(lock), "it", "a test", Utc::now()).unwrap();

    let held = hold("plan.lock");
    for plan in ["current.json", "current", "archive/latest", run] {
        let plan = if plan == "archive/latest" { vec!["latest", "--archive", "archive"] } else { vec![plan] };
        for args in [
            &["review", "--split", "department", "--out", "packets"][..],
            &["review", "--approve", "all", "--by", "ana"],
            &["apply", "--confirm"],
        ] {
            let refused = company.run(&[&args[..1], &plan, &args[1..]].concat()).code(8);
            assert!(refused.stderr.contains("a test"), "{args:?} {plan:?}: {}", refused.stderr);
        }
    }
    drop(held);
    company.run(&["review", "current.json", "--split", "department", "--out", "packets"]).code(0);
    assert!(story.run.join("packets.json").exists() && !company.path("packets.json").exists());

    let _held = hold("certification.lock");
    for run in ["current", run] {
        company.run(&["certify", run, "--split", "department", "--out", "certify"]).code(8);
        company.run(&["certify", run, "--finish", "--by", "ana"]).code(8);
    }
}

#[test]
fn a_finding_is_accepted_of_the_run_that_a_link_to_its_plan_leads_to() {
    let story = Audited::new("");
    link(&story.run.join("plan.json"), &story.company.path("current.json"));
    let plan: Value = serde_json::from_slice(&std::fs::read(story.plan()).unwrap()).unwrap();
    let finding = plan["actions"][0]["finding"].as_str().unwrap();
    let accepted = story.company.run(&[
        "review",
        "current.json",
        "--accept",
        finding,
        "--until",
        "2099-01-01",
        "--by",
        "ana",
        "--comment",
        "agreed",
    ]);
    assert!(accepted.code(0).stdout.contains("[[exception]]"));
}

#[test]
fn a_plan_with_a_second_name_is_neither_applied_nor_decided_on() {
    let story = Audited::new("");
    std::fs::hard_link(story.plan(), story.company.path("other.json")).unwrap();
    for name in ["other.json", story.plan()] {
        let refused = story.apply(name, &["--confirm"]).code(2);
        assert!(refused.stderr.contains("has another name as well") && refused.stderr.contains("cp -p "), "{}", refused.stderr);
        story.review(name, &["--reopen", "all", "--by", "ana"]).code(2);
        story.apply(name, &[]).code(0);
    }
    assert_eq!(story.company.writes(), []);
}

/// A copy in the archive has the journal of the plan that it is a copy of.
#[test]
fn a_copy_within_the_archive_goes_on_where_the_plan_ended() {
    let story = Audited::new("");
    story.apply(story.plan(), &["--confirm"]).code(0);
    let copy = story.run.parent().unwrap().join("copy");
    std::fs::create_dir(&copy).unwrap();
    std::fs::copy(story.plan(), copy.join("plan.json")).unwrap();
    let writes = story.company.writes();
    let again = story.apply(copy.join("plan.json").to_str().unwrap(), &["--confirm"]).code(0);
    assert_eq!(again.json()["counts"], json!({"already-done": 3}));
    assert_eq!(story.company.writes(), writes);
}

#[test]
fn a_journal_that_is_gone_or_shorter_than_somebody_saw_it_is_refused() {
    let story = Audited::new("");
    story.apply(story.plan(), &["--confirm"]).code(0);
    let (whole, writes) = (std::fs::read_to_string(story.journal()).unwrap(), story.company.writes());
    let lines: Vec<_> = whole.lines().collect();
    let cut = |count: usize| lines[..count].iter().map(|line| format!("{line}\n")).collect::<String>();
    let refused = |who: &str| {
        let ran = story.apply(story.plan(), &["--confirm"]).code(6);
        assert!(ran.stderr.contains(who), "{}", ran.stderr);
        story.apply(story.plan(), &[]).code(6);
    };
    std::fs::write(story.journal(), cut(lines.len() - 1)).unwrap();
    refused("apply.json");
    std::fs::remove_file(story.journal()).unwrap();
    refused("apply.json");
    // A copy elsewhere, without the journal.
    std::fs::write(story.journal(), &whole).unwrap();
    std::fs::copy(story.plan(), story.company.path("copy.json")).unwrap();
    story.apply("copy.json", &["--confirm"]).code(6);
    // That of the plan itself is lost: what its last apply came to lies beside the plan.
    std::fs::remove_file(story.journal()).unwrap();
    let copy = story.apply("copy.json", &["--confirm"]).code(6).stderr;
    assert!(copy.contains("copy.journal.jsonl is missing, but ") && copy.contains("apply.json knows of"), "{copy}");
    std::fs::write(story.journal(), &whole).unwrap();
    // Somebody tidied up the outcome too; the run after it knows.
    story.company.audit();
    std::fs::remove_file(story.run.join("apply.json")).unwrap();
    std::fs::write(story.journal(), cut(3)).unwrap();
    refused("the run 2");
    assert_eq!(story.company.writes(), writes);
    std::fs::write(story.journal(), &whole).unwrap();
    assert_eq!(story.apply(story.plan(), &["--confirm"]).code(0).json()["counts"], json!({"already-done": 3}));
}

/// What cannot be read is not taken for a file that is not there.
#[test]
fn an_outcome_that_cannot_be_read_leaves_the_length_of_the_journal_unknown() {
    let story = Audited::new("");
    story.apply(story.plan(), &["--confirm"]).code(0);
    let (outcome, writes) = (story.run.join("apply.json"), story.company.writes());
    let whole = std::fs::read(&outcome).unwrap();
    std::fs::write(&outcome, &whole[..whole.len() / 2]).unwrap();
    std::fs::remove_file(story.journal()).unwrap();
    let refused = story.apply(story.plan(), &["--confirm"]).code(6).stderr;
    assert!(refused.contains("apply.json was altered"), "{refused}");
    assert_eq!(story.company.writes(), writes);
}

/// It may be a copy of one that was applied, or whose approvals were taken back: nobody here can know.
#[test]
fn that_no_archive_is_at_hand_is_said_and_goes_on_record() {
    let story = Audited::new("");
    let away = story.company.path("away");
    // A copy of the plan, and one of its run's folder without the others.
    let lone = away.join(story.run.file_name().unwrap());
    std::fs::create_dir_all(&lone).unwrap();
    for file in std::fs::read_dir(&story.run).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), lone.join(file.file_name())).unwrap();
    }
    std::fs::copy(story.plan(), story.company.path("copy.json")).unwrap();
    let heard = "nor answers that were taken back since";
    let lone_plan = lone.join("plan.json").to_str().unwrap().to_owned();
    for (copy, said) in [("copy.json", "was made in is not at hand"), (&lone_plan, "no run is beside that of plan")] {
        for args in [&["--archive", "nowhere"][..], &["--archive", "nowhere", "--bulk-import", "import"]] {
            let told = story.apply(copy, args).stderr;
            assert!(told.contains(said) && told.contains(heard), "{told}");
        }
        let told = story.apply(copy, &["--archive", "nowhere", "--confirm"]).code(0).stderr;
        assert!(told.contains(said) && told.contains(heard), "{told}");
        let read = |path: PathBuf| std::fs::read_to_string(path).unwrap();
        let beside = |name: &str| match copy {
            "copy.json" => read(story.company.path(&format!("copy.{}", name.trim_start_matches("plan.")))),
            _ => read(lone.join(name)),
        };
        let journal = Journal::read(beside("plan.journal.jsonl")).unwrap();
        assert!(journal.opened().all(|(_, open)| open.alone));
        assert!(beside("apply.json").contains("\"alone\": true"), "{copy}");
        assert!(beside("decisions.html").contains("with no archive of its run at hand"), "{copy}");
    }
    let told = story.apply(story.plan(), &["--confirm"]).code(0).stderr;
    assert!(!told.contains(heard), "{told}");
    assert!(!std::fs::read_to_string(story.journal()).unwrap().contains("alone"));
}

/// An archive that cannot be listed is not none: what later runs know of the journal would not be heard.
#[test]
fn a_plan_whose_archive_cannot_be_listed_is_not_applied() {
    let story = Audited::new("");
    let archive = story.run.parent().unwrap();
    std::fs::write(archive.join("pruned"), "").unwrap();
    std::fs::copy(story.plan(), story.company.path("copy.json")).unwrap();
    for plan in [story.plan(), "copy.json"] {
        let refused = story.apply(plan, &["--confirm"]).code(2).stderr;
        assert!(refused.contains("pruned is no folder"), "{refused}");
    }
    assert_eq!(story.company.writes(), []);
    std::fs::remove_file(archive.join("pruned")).unwrap();
    story.apply(story.plan(), &["--confirm"]).code(0);
}

/// "Was not applied" would be untrue, and an older run's journal is not the newest.
#[test]
fn a_lost_journal_is_refused_by_whatever_name_a_revert_has_for_it() {
    let story = Audited::new("");
    story.apply(story.plan(), &["--confirm"]).code(0);
    let whole = std::fs::read(story.journal()).unwrap();
    std::fs::remove_file(story.journal()).unwrap();
    let id = story.run.file_name().unwrap().to_str().unwrap();
    for name in ["latest", id, story.run.to_str().unwrap(), story.plan(), story.journal().to_str().unwrap()] {
        let refused = story.company.run(&["revert", name, "--out", "undo.json"]).code(6);
        assert!(refused.stderr.contains("is missing, but apply.json knows of"), "{name}: {}", refused.stderr);
    }
    std::fs::write(story.journal(), whole).unwrap();
    let rows = story.company.read("workers.csv").replace("Person 12,Analyst", "Person 12,Lead");
    story.company.write("workers.csv", &rows);
    let newer = story.company.audit();
    let plan = newer.join("plan.json");
    story.review(plan.to_str().unwrap(), &["--approve", "all", "--by", "ana"]).code(0);
    story.apply(plan.to_str().unwrap(), &["--confirm"]).code(0);
    std::fs::remove_file(newer.join("plan.journal.jsonl")).unwrap();
    story.company.run(&["revert", "latest", "--out", "undo.json"]).code(6);
    // A plan that nobody applied has none.
    let id = story.company.audit();
    let none = story.company.run(&["revert", id.join("plan.journal.jsonl").to_str().unwrap()]).code(2);
    assert!(none.stderr.contains("cannot read the journal"), "{}", none.stderr);
}

#[test]
fn where_nothing_is_approved_nobody_applied_anything() {
    let story = Audited::new("");
    story.review(story.plan(), &["--reopen", "all", "--by", "ana"]).code(0);
    for args in [&["--rehearse"][..], &[], &["--confirm"]] {
        let said = story.company.run(&[&["apply", "latest"], args].concat()).code(0).stdout;
        assert!(said.contains("is approved: there is nothing to carry out.\nNext:   domo-reconcile review "), "{args:?}: {said}");
        assert!(!said.contains("--confirm carries it out") && !said.contains("domo-reconcile a"), "{args:?}: {said}");
    }
    let answer = story.apply("latest", &["--confirm"]).code(0).json();
    assert_eq!((&answer["counts"], &answer["confirmed"]), (&json!({"not-approved": 3}), &json!(true)));
    assert!(!story.journal().exists() && !story.run.join("apply.json").exists());
    let report = std::fs::read_to_string(story.company.audit().join("report.md")).unwrap();
    assert!(!report.contains("was applied on"), "{report}");
}

#[test]
fn a_later_run_without_a_plan_is_not_named_as_one_that_takes_decisions_over() {
    let story = Audited::new("");
    let rows = story.company.read("workers.csv").replace(",Lead,", ",Analyst,").replace("Terminated", "Active");
    story.company.write("workers.csv", &rows);
    let newer = story.company.audit();
    assert!(!newer.join("plan.json").exists());
    let answer = story.apply(story.plan(), &[]).json();
    assert_eq!(answer["counts"], json!({"changed-since-plan": 3}), "{answer}");
    let why = answer["results"][0]["detail"].as_str().unwrap();
    assert!(why.contains("does not propose it any more: it proposes nothing at all") && !why.contains("--from"), "{why}");
}

#[test]
fn what_a_later_run_no_longer_proposes_is_left_alone() {
    let story = Audited::new("");
    // A second judgement of the same accounts, and a look ahead, contradict nothing.
    story.company.run(&["replay", story.run.to_str().unwrap()]).code(0);
    workers(&story.company, false);
    story.company.run(&["audit", "--as-of", "2099-01-01", "--json"]);
    assert_eq!(story.apply(story.plan(), &[]).code(0).json()["counts"], json!({"would-do": 3}));
    let newer = story.company.audit();
    let id = newer.file_name().unwrap().to_str().unwrap();
    for args in [&[][..], &["--confirm"]] {
        let ran = story.apply(story.plan(), args).json();
        let row = ran["results"].as_array().unwrap().iter().find(|row| row["account_id"] == 13).unwrap().clone();
        assert_eq!(row["outcome"], "changed-since-plan", "{row}");
        let why = row["detail"].as_str().unwrap();
        assert!(why.contains(id) && why.contains("domo-reconcile review ") && why.contains(" --from "), "{why}");
    }
    // What it still proposes was carried out.
    assert_eq!(story.company.user(13)["active"], true);
    assert_eq!((&story.company.user(10)["title"], &story.company.user(11)["title"]), (&json!("Lead"), &json!("Lead")));
}

#[test]
fn what_a_later_run_proposes_and_somebody_rejected_there_is_left_alone() {
    let story = Audited::new("");
    let newer = story.company.audit();
    let plan = newer.join("plan.json");
    story.review(plan.to_str().unwrap(), &["--reject", "deactivate", "--by", "bea", "--comment", "garden leave"]).code(0);
    for (args, others) in [(&[][..], "would-do"), (&["--confirm"], "done")] {
        let ran = story.apply(story.plan(), args).json();
        assert_eq!(ran["counts"], json!({"changed-since-plan": 1, others: 2}), "{ran}");
        let row = ran["results"].as_array().unwrap().iter().find(|row| row["account_id"] == 13).unwrap().clone();
        let why = row["detail"].as_str().unwrap();
        let told = format!("in the plan of the run {} it was rejected on ", newer.file_name().unwrap().to_str().unwrap());
        assert!(why.contains(&told) && why.contains("by bea: garden leave"), "{row}");
    }
    assert_eq!(story.company.user(13)["active"], true);
}

#[test]
fn what_a_later_run_no_longer_proposes_is_not_imported_and_a_later_plan_that_cannot_be_read_stops_all() {
    let story = Audited::new("");
    let rows = story.company.read("workers.csv").replace("Person 10,Lead", "Person 10,Analyst");
    story.company.write("workers.csv", &rows);
    let newer = story.company.audit();
    let told = story.apply(story.plan(), &["--bulk-import", "import"]).code(0).json();
    assert_eq!(told["files"][0]["rows"], 1, "{told}");
    let left: Vec<_> = told["left_out"].as_array().unwrap().iter().map(|left| left["why"].as_str().unwrap()).collect();
    assert!(left.iter().any(|why| why.contains("does not propose it any more")), "{left:?}");
    let plan = std::fs::read_to_string(newer.join("plan.json")).unwrap();
    std::fs::write(newer.join("plan.json"), plan.replace("p11@acme.com", "p12@acme.com")).unwrap();
    story.apply(story.plan(), &["--confirm"]).code(6);
    assert_eq!(story.company.writes(), []);
}

#[test]
fn a_plan_and_a_journal_are_named_by_their_run() {
    let story = Audited::new("");
    let id = story.run.file_name().unwrap().to_str().unwrap().to_owned();
    for name in ["latest", id.as_str(), story.run.to_str().unwrap()] {
        assert_eq!(story.apply(name, &[]).code(0).json()["counts"], json!({"would-do": 3}), "{name}");
        story.company.run(&["revert", name, "--json"]).code(2);
    }
    story.apply("latest", &["--confirm"]).code(0);
    for (number, name) in ["latest", id.as_str(), story.run.to_str().unwrap()].into_iter().enumerate() {
        let out = format!("undo{number}.json");
        assert_eq!(story.company.run(&["revert", name, "--json", "--out", &out]).code(0).json()["actions"], 3, "{name}");
    }
    // The plan that undoes obeys the rules of the one it undoes.
    let undo: Value = serde_json::from_str(&story.company.read("undo0.json")).unwrap();
    assert_eq!(undo["rules"]["client_owner"], "p1@acme.com");
    let elsewhere = story.company.run(&["apply", "latest", "--archive", "nowhere"]).code(2);
    assert!(elsewhere.stderr.contains("nowhere"), "{}", elsewhere.stderr);
}

#[test]
fn a_client_owner_who_is_nobody_is_said_and_nothing_goes_on() {
    let story = Audited::new("");
    let config = story.company.read("domo-reconcile.toml").replace("p1@acme.com", "api-bot@acme.com");
    story.company.write("domo-reconcile.toml", &config);
    let runs = std::fs::read_dir(story.run.parent().unwrap()).unwrap().count();
    for args in [&["check"][..], &["audit"], &["apply", story.plan()], &["apply", story.plan(), "--confirm"]] {
        let ran = story.company.run(args).code(2);
        let said = format!("{}{}", ran.stdout, ran.stderr);
        assert!(said.contains("client_owner `api-bot@acme.com` names no account"), "{args:?}: {said}");
    }
    assert_eq!(std::fs::read_dir(story.run.parent().unwrap()).unwrap().count(), runs);
    assert_eq!(story.company.writes(), []);
}

#[test]
fn check_names_an_exclusion_that_protects_nobody() {
    let story = Audited::new("[[exclude]]\nemail = \"scv-*@acme.com\"\nreason = \"loaders\"\nowner = \"data@acme.com\"\n");
    let said = story.company.run(&["check"]).code(0).stdout;
    assert!(said.contains("`email = scv-*@acme.com` (loaders) covers no account"), "{said}");
}

/// Where audits do not go by themselves, the one that shows what is left goes where the plan's run is, wherever that was named.
#[test]
fn the_next_audit_that_an_apply_names_goes_into_the_plan_s_archive() {
    for (archive, named, flag) in [("audits", "--archive=audits", ""), ("two", "--archive=two", " --archive two")] {
        let story = Audited::new("");
        let run = story.company.path(archive).join(story.run.file_name().unwrap());
        std::fs::rename(story.company.path("audits"), story.company.path(archive)).unwrap();
        let args = ["apply", "latest", "--confirm", named];
        let said = story.company.run(&args).code(0).stdout;
        assert!(said.contains(&format!("Next:    domo-reconcile audit{flag} (shows")), "{said}");
        let again = story.company.run(&["apply", run.join("plan.json").to_str().unwrap(), "--confirm"]).code(0).stdout;
        assert_eq!(again.contains(" --archive "), archive == "two", "{again}");
    }
}

#[test]
fn the_client_owner_is_left_alone_beside_the_account_that_the_token_names() {
    let story = Audited::new("");
    let config = story.company.read("domo-reconcile.toml").replace("p1@acme.com", "p13@acme.com");
    story.company.write("domo-reconcile.toml", &config);
    let refused = story.apply(story.plan(), &["--confirm"]).code(5).stderr;
    assert!(refused.contains("self"), "{refused}");
    assert_eq!(story.company.writes(), []);
}

/// Its digest is the one that the run's manifest names, wherever the plan is called from.
#[test]
fn a_plan_that_was_edited_after_it_was_made_is_refused_whatever_its_own_digest_says() {
    let story = Audited::new("");
    let whole = std::fs::read(story.plan()).unwrap();
    for id in [None, Some("P-another00a")] {
        std::fs::write(story.plan(), &whole).unwrap();
        story.edit(|plan| {
            plan["actions"][0]["account_id"] = 30.into();
            id.into_iter().for_each(|id| plan["id"] = id.into());
        });
        std::fs::copy(story.plan(), story.company.path("copy.json")).unwrap();
        for plan in [story.plan(), "copy.json"] {
            story.apply(plan, &["--confirm"]).code(6);
        }
        for args in [&["--approve", "all", "--by", "ana"][..], &[]] {
            story.review(story.plan(), args).code(6);
        }
    }
    assert_eq!(story.company.writes(), []);
    // What an altered plan of a newer run proposes is not asked either.
    std::fs::write(story.plan(), &whole).unwrap();
    let newer = Audited { run: story.company.audit(), company: story.company };
    newer.edit(|plan| plan["expires"] = "2999-01-01T00:00:00Z".into());
    newer.apply(story.run.to_str().unwrap(), &["--confirm"]).code(6);
    assert_eq!(newer.company.writes(), []);
}

#[test]
fn a_newer_run_that_cannot_be_read_is_not_taken_for_none() {
    let story = Audited::new("");
    workers(&story.company, false);
    let newer = story.company.audit();
    assert_eq!(story.apply(story.plan(), &[]).code(0).json()["counts"]["changed-since-plan"], 1);
    let (manifest, elsewhere) = (newer.join("manifest.json"), newer.with_file_name("tidied-up"));
    let whole = std::fs::read(&manifest).unwrap();
    let refused = |what: &str| {
        std::fs::copy(story.plan(), story.company.path("copy.json")).unwrap();
        for plan in [story.plan(), "copy.json"] {
            let said = story.apply(plan, &["--confirm"]).code(1).stderr;
            assert!(said.contains("cannot be used") && said.contains(what), "{plan}: {said}");
        }
    };
    std::fs::write(&manifest, &whole[..whole.len() - 10]).unwrap();
    refused("is not a manifest");
    std::fs::remove_file(&manifest).unwrap();
    refused("it has no manifest.json");
    std::fs::write(&manifest, &whole).unwrap();
    std::fs::rename(&newer, &elsewhere).unwrap();
    refused("is called tidied-up");
    let away = story.company.path("away");
    std::fs::rename(&elsewhere, &away).unwrap();
    link(&away, &newer);
    refused("is a link");
    assert_eq!(story.company.writes(), []);
    // Another one, after it, is what counts; of two in one second either may be the later.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    story.company.audit();
    assert_eq!(story.apply(story.plan(), &[]).code(0).json()["counts"]["changed-since-plan"], 1);
}

#[test]
fn the_name_of_an_instance_is_the_same_in_any_case() {
    let story = Audited::new("");
    workers(&story.company, false);
    let rules = story.company.read("domo-reconcile.toml").replace("\"sandbox\"", "\"SANDBOX\"");
    story.company.write("domo-reconcile.toml", &rules);
    story.company.audit();
    let answer = story.apply(story.plan(), &[]).code(0).json();
    let row = answer["results"].as_array().unwrap().iter().find(|row| row["account_id"] == 13);
    assert_eq!(row.unwrap()["outcome"], "changed-since-plan", "{answer}");
}

#[test]
fn the_journal_of_a_revert_answers_to_later_runs_too() {
    let story = Audited::new("");
    story.apply(story.plan(), &["--confirm"]).code(0);
    let undo = story.undo();
    story.company.audit();
    let journal = story.run.join("revert.plan.journal.jsonl");
    std::fs::remove_file(story.run.join("revert.apply.json")).unwrap();
    let writes = story.company.writes();
    // Cut within its first line it is there.
    let whole = std::fs::read(&journal).unwrap();
    std::fs::write(&journal, &whole[..100]).unwrap();
    let refused = story.apply(undo.to_str().unwrap(), &["--confirm"]).stderr;
    assert!(refused.contains("has no whole line, but the run 2"), "{refused}");
    std::fs::remove_file(&journal).unwrap();
    let refused = story.apply(undo.to_str().unwrap(), &["--confirm"]).code(6).stderr;
    assert!(refused.contains("is missing, but the run 2"), "{refused}");
    assert_eq!(story.company.writes(), writes);
}

#[test]
fn a_journal_that_was_made_anew_is_not_believed() {
    let story = Audited::new("");
    story.apply(story.plan(), &["--confirm"]).code(0);
    let journal = Journal::read(std::fs::read_to_string(story.journal()).unwrap()).unwrap();
    story.company.audit();
    let mut end = Journal::default().end();
    let forged = journal.lines().iter().map(|line| {
        let event = serde_json::to_string(&line.event).unwrap().replace("Participant", "Admin");
        end.line(line.at, serde_json::from_str(&event).unwrap()).unwrap()
    });
    std::fs::write(story.journal(), forged.collect::<String>()).unwrap();
    let refused = story.company.run(&["revert", story.run.to_str().unwrap()]).code(6).stderr;
    assert!(refused.contains("was changed after the run 2"), "{refused}");
    story.apply(story.plan(), &["--confirm"]).code(6);
}

#[test]
fn what_the_archive_knows_of_a_plan_holds_for_a_copy_of_it() {
    let story = Audited::new("");
    let (elsewhere, beside) = (story.company.path("mail"), story.run.with_file_name("monday"));
    for folder in [&elsewhere, &beside] {
        std::fs::create_dir(folder).unwrap();
        std::fs::copy(story.plan(), folder.join("plan.json")).unwrap();
    }
    let copies = [&elsewhere, &beside].map(|folder| folder.join("plan.json").to_str().unwrap().to_owned());
    workers(&story.company, false);
    story.company.audit();
    for copy in &copies {
        assert_eq!(story.apply(copy, &[]).code(0).json()["counts"]["changed-since-plan"], 1);
    }
    // What is recorded of a copy in the archive is recorded in the plan; and who takes an approval back takes it from the copies,
    // too.
    story.review(&copies[1], &["--reopen", "all", "--by", "ana"]).code(0);
    let plan: Value = serde_json::from_slice(&std::fs::read(story.plan()).unwrap()).unwrap();
    assert!(plan["decisions"].as_object().unwrap().values().all(|decision| decision["verdict"] == "open"), "{plan}");
    for copy in &copies {
        let refused = story.apply(copy, &["--confirm"]).code(2).stderr;
        assert!(refused.contains("is a copy of") && refused.contains(" --from "), "{refused}");
    }
    assert_eq!(story.company.writes(), []);
}

#[test]
fn a_journal_without_its_plan_is_undone_by_the_rules_of_its_plan_or_not_at_all() {
    let story = Audited::new("[policy]\nsecond_person = true\n");
    story.apply(story.plan(), &["--confirm", "--by", "bob"]).code(0);
    std::fs::copy(story.journal(), story.company.path("copy.journal.jsonl")).unwrap();
    story.company.configure("");
    let lost = story.company.run(&["revert", "copy.journal.jsonl", "--archive", "nowhere"]).code(2).stderr;
    assert!(lost.contains("lies without its plan"), "{lost}");
    story.company.run(&["revert", "copy.journal.jsonl", "--out", "undo.json"]).code(0);
    let undo: Value = serde_json::from_str(&story.company.read("undo.json")).unwrap();
    assert_eq!((&undo["rules"]["second_person"], undo["actions"].as_array().unwrap().len()), (&json!(true), 3));
}

/// What is in use stays, and so does what a later apply has to know.
#[test]
fn a_run_stays_while_a_plan_of_it_is_in_use_and_where_it_teaches_something() {
    let story = Audited::new("");
    story.apply(story.plan(), &["--confirm"]).code(0);
    story.undo();
    (0..2).for_each(|_| drop(story.company.audit()));
    let id = story.run.file_name().unwrap().to_str().unwrap();
    let goes = || {
        let answer = story.company.run(&["runs", "prune", "--keep-runs", "1", "--json"]).code(0).json();
        let run = answer["runs"].as_array().unwrap().iter().find(|run| run["run_id"] == id).unwrap().clone();
        (run["goes"] == true, run["why"].as_str().unwrap().to_owned())
    };
    assert!(goes().0);
    let held = Lock::take_at(&story.run.join("revert.plan.lock"), "it", "apply by bob", Utc::now()).unwrap();
    let (gone, why) = goes();
    assert!(!gone && why.contains("in use: apply by bob"), "{why}");
    drop(held);
    let mut end = Journal::default().end();
    let alarm = Event::After {
        action: "A-1".into(),
        step: Step::Write,
        outcome: Outcome::Failed,
        account_id: Some(13),
        account: None,
        detail: None,
        alarm: Some("deleted".into()),
        pending: false,
    };
    std::fs::write(story.run.join("other.plan.journal.jsonl"), end.line(Utc::now(), alarm).unwrap()).unwrap();
    let (gone, why) = goes();
    assert!(!gone && why.contains("other.plan.journal.jsonl shows that the instance deletes"), "{why}");
}

#[test]
fn that_others_may_write_to_the_archive_is_said_by_whatever_relies_on_it() {
    use std::os::unix::fs::PermissionsExt;
    let story = Audited::new("");
    let run = story.run.to_str().unwrap();
    std::fs::set_permissions(story.run.parent().unwrap(), std::fs::Permissions::from_mode(0o777)).unwrap();
    for args in [&["apply", run][..], &["review", run], &["verify", run], &["certify", run], &["check"], &["revert", run]] {
        let ran = story.company.run(args);
        let said = format!("{}{}", ran.stdout, ran.stderr);
        assert!(said.contains("everybody may write to") && said.contains("chmod go-w"), "{args:?}: {said}");
    }
    std::fs::set_permissions(story.run.parent().unwrap(), std::fs::Permissions::from_mode(0o700)).unwrap();
    std::fs::set_permissions(story.plan(), std::fs::Permissions::from_mode(0o666)).unwrap();
    let said = story.apply(run, &[]).stderr;
    assert!(said.contains("everybody may write to") && said.contains("plan.json"), "{said}");
}
