//! Access is taken away first and the account deleted later: by the days since this tool's own journal says so, and by nothing
//! else.

use std::path::PathBuf;

use chrono::{Days, Utc};
use domo_reconcile::plan::guard::AuditFigures;
use domo_reconcile::sandbox::{Options, Profile};
use serde_json::{Value, json};

use super::company::{Company, options, plan_now};
use super::fixture::{hundred, update};

/// A company of which person 13 has left.
struct Left {
    company: Company,
}

impl Left {
    fn on(profile: Profile) -> Self {
        let company =
            Company::with(Options { profile, ..options() }, plan_now(vec![update(10)], &hundred(), AuditFigures::default()));
        let left = Self { company };
        left.directory("Terminated");
        left
    }

    fn directory(&self, status: &str) {
        self.directory_with(&format!("p13@acme.com,00013,Person 13,Analyst,Finance,Lehi,801-555-0100,{status}\n"));
    }

    /// Everybody else, and these rows for person 13.
    fn directory_with(&self, thirteen: &str) {
        let mut rows = "Email,Employee Number,Name,Title,Department,Location,Phone,Status\n".to_owned();
        for id in (1..=3).chain(10..60).filter(|id| *id != 13) {
            rows += &format!("p{id}@acme.com,{id:05},Person {id},Analyst,Finance,Lehi,801-555-0100,Active\n");
        }
        self.company.write("workers.csv", &(rows + thirteen));
    }

    /// Audits so many days from now.
    fn audit_in(&self, days: u64, policy: &str) -> (Value, PathBuf) {
        self.company
            .configure(&format!("groups = true\n[[directory]]\npath = \"workers.csv\"\nmax_age_days = 0\n[policy]\n{policy}"));
        let then = (Utc::now() + Days::new(days)).timestamp().to_string();
        self.company.audit_with(&[("SOURCE_DATE_EPOCH", then.as_str())])
    }

    /// Approves and carries out what an audit of today proposes.
    fn carry_out(&self, policy: &str) -> PathBuf {
        let (_, run) = self.audit_in(0, policy);
        let plan = run.join("plan.json").to_str().unwrap().to_owned();
        self.company.run(&["review", &plan, "--approve", "all", "--by", "ana"]).code(0);
        self.company.run(&["apply", &plan, "--confirm", "--json"]);
        run
    }

    fn undo(&self, run: &std::path::Path) {
        let undo = self.company.run(&["revert", run.to_str().unwrap(), "--json"]).code(0).json();
        let plan = undo["file"].as_str().unwrap().to_owned();
        self.company.run(&["review", &plan, "--approve", "all", "--by", "ana"]).code(0);
        self.company.run(&["apply", &plan, "--confirm", "--json"]).code(0);
    }
}

/// The findings about account 13.
fn about(run: &std::path::Path) -> Vec<Value> {
    let findings: Value = serde_json::from_slice(&std::fs::read(run.join("findings.json")).unwrap()).unwrap();
    findings["findings"].as_array().unwrap().iter().filter(|finding| finding["account"]["id"] == 13).cloned().collect()
}

fn planned(run: &std::path::Path) -> Vec<(String, u64)> {
    let Ok(text) = std::fs::read(run.join("plan.json")) else { return Vec::new() };
    let plan: Value = serde_json::from_slice(&text).unwrap();
    let action = |action: &Value| (action["kind"].as_str().unwrap().to_owned(), action["account_id"].as_u64().unwrap());
    plan["actions"].as_array().unwrap().iter().map(action).collect()
}

#[test]
fn an_account_that_we_deactivated_long_enough_ago_is_proposed_for_deletion_and_deleted() {
    let left = Left::on(Profile::guide());
    left.carry_out("");
    let keep = "delete_after_days = 90";
    assert_eq!(about(&left.audit_in(89, keep).1), [] as [Value; 0]);
    // Without the policy it is kept for ever.
    assert_eq!(about(&left.audit_in(400, "").1), [] as [Value; 0]);
    let (_, due) = left.audit_in(90, keep);
    let found = about(&due);
    let told: Vec<_> = found.iter().map(|one| (&one["kind"], &one["severity"], &one["action"])).collect();
    assert_eq!(told, [(&json!("retention"), &json!("info"), &json!("delete"))]);
    let (reason, today) = (found[0]["reason"].as_str().unwrap(), Utc::now().date_naive());
    let until = today + Days::new(90);
    assert!(
        reason.starts_with("Inactive, and deactivated by plan P-") && reason.contains(&format!("on {today}, 90 days before")),
        "{reason}"
    );
    assert!(reason.contains(&format!("by delete_after_days it was kept until {until}")), "{reason}");
    assert_eq!(planned(&due), [("delete".to_owned(), 13)]);
}

#[test]
fn who_was_given_back_is_not_proposed_for_deletion() {
    let left = Left::on(Profile::guide());
    let run = left.carry_out("");
    let keep = "delete_after_days = 30";
    assert_eq!(planned(&left.audit_in(40, keep).1), [("delete".to_owned(), 13)]);
    // Given back by a revert, and switched off by somebody else since: that is nobody's word for when.
    left.undo(&run);
    assert_eq!(planned(&left.audit_in(40, keep).1), [("deactivate".to_owned(), 13)]);
    assert_eq!(left.company.user(13)["active"], true);
}

/// Somebody who was employed and left again has not been gone since the first time that the access was taken. What nobody says is
/// employed, and a day before the deed, change nothing.
#[test]
fn whose_person_a_run_found_employed_since_is_not_proposed_for_deletion() {
    for (profile, policy, kind) in
        [(Profile::guide(), "", "deactivated"), (Profile::recorded(), "leaver = \"demote\"\nsuspended = \"demote\"\n", "leaver")]
    {
        let left = Left::on(profile);
        left.carry_out(policy);
        let keep = format!("{policy}delete_after_days = 30");
        left.directory("Suspended");
        left.audit_in(10, &keep);
        left.directory("Active");
        left.company.configure("[[directory]]\npath = \"workers.csv\"\nmax_age_days = 0\n");
        left.company.run(&["audit", "--as-of", "2026-01-01"]).code(0);
        left.directory("Terminated");
        assert_eq!(planned(&left.audit_in(40, &keep).1), [("delete".to_owned(), 13)], "{kind}");
        left.directory("Active");
        let found = about(&left.audit_in(41, &keep).1);
        assert_eq!(found.iter().any(|one| one["kind"] == "deactivated"), kind == "deactivated", "{found:?}");
        left.directory("Terminated");
        let next = left.audit_in(42, &keep).1;
        assert_eq!(planned(&next), [], "{kind}");
        // A demotion is one all the same: nothing is left to take.
        assert!(about(&next).iter().all(|one| one["kind"] == kind && one["restricted"] == true), "{:?}", about(&next));
    }
}

/// What a run found that cannot be read any more is not known; and an account that is left out has nobody found for it.
#[test]
fn only_what_a_run_says_for_certain_stops_or_keeps_the_time_of_keeping() {
    let left = Left::on(Profile::guide());
    left.carry_out("");
    let keep = "delete_after_days = 30";
    let between = left.audit_in(10, keep).1;
    for lost in ["people.csv", "accounts.jsonl"] {
        assert_eq!(planned(&left.audit_in(40, keep).1), [("delete".to_owned(), 13)], "{lost}");
        std::fs::rename(between.join(lost), left.company.path("lost")).unwrap();
        assert_eq!(planned(&left.audit_in(40, keep).1), [], "{lost}");
        std::fs::rename(left.company.path("lost"), between.join(lost)).unwrap();
    }
    // The day before, where it is that still: the deed's is in UTC.
    left.directory("Active");
    left.company.configure("[[directory]]\npath = \"workers.csv\"\nmax_age_days = 0\n");
    let yesterday = (Utc::now().date_naive() - Days::new(1)).to_string();
    left.company.run(&["audit", "--as-of", &yesterday]).code(0);
    left.directory("Terminated");
    assert_eq!(planned(&left.audit_in(40, keep).1), []);

    let left = Left::on(Profile::recorded());
    let demote = "leaver = \"demote\"\ndelete_after_days = 30\n";
    left.carry_out(demote);
    left.audit_in(10, &format!("{demote}[[exclude]]\nemail = \"p13@acme.com\"\nreason = \"asked\"\nowner = \"it@acme.com\"\n"));
    assert_eq!(planned(&left.audit_in(40, demote).1), [("delete".to_owned(), 13)]);
}

/// What goes with a run is forgotten: whom it switched off, and that somebody had come back since.
#[test]
fn a_run_that_the_time_of_keeping_counts_from_is_not_pruned() {
    let left = Left::on(Profile::guide());
    let row = |id: u64, status: &str| format!("p{id}@acme.com,{id:05},Person {id},Analyst,Finance,Lehi,801-555-0100,{status}\n");
    let both = |other: &str| {
        let rows = left.company.read("workers.csv").replace(&row(14, "Active"), &row(14, other));
        left.company.write("workers.csv", &rows.replace(&row(14, "Terminated"), &row(14, other)));
    };
    both("Terminated");
    let first = left.carry_out("");
    let keep = "delete_after_days = 30";
    both("Active");
    let back = left.audit_in(10, keep).1;
    both("Terminated");
    let between = left.audit_in(20, keep).1;
    left.audit_in(35, keep);
    let prune = |days: u64| {
        let then = (Utc::now() + Days::new(days)).timestamp().to_string();
        let args = ["runs", "prune", "--keep-runs", "1", "--confirm", "--json"];
        left.company.run_with(&[("SOURCE_DATE_EPOCH", then.as_str())], &args).code(0).stdout
    };
    let said = prune(70);
    assert!(said.contains("its plan.journal.jsonl says when the access was taken that delete_after_days counts from"), "{said}");
    assert!(first.exists() && back.exists() && !between.exists(), "{said}");
    // Still 13 and not 14.
    assert_eq!(planned(&left.audit_in(70, keep).1), [("delete".to_owned(), 13)]);
    // Where nothing is counted, nothing is kept for it.
    left.audit_in(71, "");
    prune(110);
    assert!(!first.exists() && !back.exists());
}

/// Whoever left a second time is not gone since the first, whatever is let go of.
#[test]
fn with_a_plan_that_is_counted_stays_what_was_done_to_its_accounts_since() {
    let left = Left::on(Profile::guide());
    let directory = |status: &str| {
        left.directory(status);
        let rows = left.company.read("workers.csv");
        left.company.write("workers.csv", &rows.replace("801-555-0100,Active\np15@", "801-555-0100,Terminated\np15@"));
    };
    directory("Terminated");
    let first = left.carry_out("");
    left.company.run(&["revert", first.to_str().unwrap(), "--out", "undo.json"]).code(0);
    left.company.run(&["review", "undo.json", "--approve", "p13@acme.com", "--by", "ana"]).code(0);
    left.company.run(&["apply", "undo.json", "--confirm"]).code(0);
    let keep = "delete_after_days = 60";
    let second = left.carry_out(keep);
    assert_eq!(planned(&second), [("deactivate".to_owned(), 13)]);
    directory("Active");
    let back = left.audit_in(5, keep).1;
    directory("Terminated");
    left.audit_in(20, keep);
    let then = (Utc::now() + Days::new(65)).timestamp().to_string();
    left.company.run_with(&[("SOURCE_DATE_EPOCH", then.as_str())], &["runs", "prune", "--keep-runs", "1", "--confirm"]).code(0);
    assert!(first.exists() && second.exists() && back.exists());
    assert_eq!(planned(&left.audit_in(70, keep).1), [("delete".to_owned(), 14)]);
}

/// It may be the journal of a revert.
#[test]
fn nobody_is_proposed_for_deletion_where_a_journal_cannot_be_relied_on() {
    let left = Left::on(Profile::guide());
    let journal = left.carry_out("").join("revert.plan.journal.jsonl");
    let keep = "delete_after_days = 30";
    assert_eq!(planned(&left.audit_in(40, keep).1), [("delete".to_owned(), 13)]);
    let unsure = |why: &str| {
        let (_, run) = left.audit_in(40, keep);
        assert_eq!(planned(&run), []);
        let report = std::fs::read_to_string(run.join("report.md")).unwrap();
        assert!(report.contains("so that nothing is proposed for deletion") && report.contains(why), "{report}");
    };
    std::fs::write(&journal, "{\"altered\": true}\n").unwrap();
    unsure("cannot be read");
    // The run before has recorded it.
    std::fs::remove_file(&journal).unwrap();
    unsure("it is missing");
}

/// A run records what is beside all runs of its archive, of whatever instance.
#[test]
fn a_journal_that_only_a_run_of_another_instance_recorded_is_missed_as_well() {
    let left = Left::on(Profile::guide());
    let journal = left.carry_out("").join("revert.plan.journal.jsonl");
    std::fs::write(&journal, "{\"altered\": true}\n").unwrap();
    left.company.write("other.toml", "[domo]\ninstance = \"other\"\n");
    left.company.write("users.json", &Value::from(left.company.domo.users()).to_string());
    let other = ["audit", "--config", "other.toml", "--accounts", "users.json", "--directory", "workers.csv", "--json"];
    assert_eq!(left.company.run(&other).code(0).json()["evidence"], "complete");
    std::fs::remove_file(&journal).unwrap();
    let (_, run) = left.audit_in(40, "delete_after_days = 30");
    assert_eq!(planned(&run), []);
    let report = std::fs::read_to_string(run.join("report.md")).unwrap();
    assert!(report.contains("so that nothing is proposed for deletion") && report.contains("it is missing"), "{report}");
}

/// A revert elsewhere leaves no journal here, but who was active at a later run was given back.
#[test]
fn who_was_active_at_a_later_run_is_not_proposed_for_deletion() {
    let left = Left::on(Profile::guide());
    let run = left.carry_out("");
    let carry_out = |plan: &str| {
        left.company.run(&["review", plan, "--approve", "all", "--by", "ana"]).code(0);
        left.company.run(&["apply", plan, "--confirm"]).code(0);
    };
    left.company.run(&["revert", run.to_str().unwrap(), "--out", "undo.json"]).code(0);
    carry_out("undo.json");
    let keep = "delete_after_days = 30";
    left.audit_in(10, keep);
    let elsewhere = left.company.run(&["audit", "--archive", "elsewhere", "--json"]).code(0).json();
    carry_out(&format!("{}/plan.json", elsewhere["run_dir"].as_str().unwrap()));
    assert_eq!(left.company.user(13)["active"], false);
    left.audit_in(20, keep);
    assert_eq!(planned(&left.audit_in(40, keep).1), []);
}

/// A list that leaves out who is active finds nobody active: everybody counts as it there.
#[test]
fn where_nobody_says_who_is_active_nobody_was_given_back_or_is_active_again() {
    let left = Left::on(Profile::guide());
    left.carry_out("");
    let keep = "delete_after_days = 30";
    left.audit_in(0, keep);
    let mut users = left.company.domo.users();
    users.iter_mut().for_each(|user| drop(user.as_object_mut().unwrap().remove("active")));
    left.company.write("users.json", &Value::from(users).to_string());
    let silent = left.company.run(&["audit", "--accounts", "users.json", "--json"]).code(0).json();
    assert_eq!((&silent["evidence"] != "incomplete", &silent["change"]["access"]), (true, &json!(0)), "{silent}");
    let report = left.company.read(&format!("{}/report.md", silent["run_dir"].as_str().unwrap()));
    assert!(!report.contains("is active again"), "{report}");
    assert_eq!(planned(&left.audit_in(40, keep).1), [("delete".to_owned(), 13)]);
}

#[test]
fn whose_person_may_be_back_is_not_proposed_for_deletion() {
    let left = Left::on(Profile::guide());
    left.carry_out("");
    let rest = "Analyst,Finance,Lehi,801-555-0100,Active\n";
    for back in [
        // Two rows, by the address or by the number alone; and an address with a slip.
        format!("p13@acme.com,00013,Person 13,{rest}p13@acme.com,00013,Person 13,{rest}"),
        format!("new@acme.com,00013,Person 13,{rest}new@acme.com,00013,Person 13,{rest}"),
        format!("p133@acme.com,,Person 13,{rest}"),
    ] {
        left.directory_with(&back);
        let run = left.audit_in(40, "delete_after_days = 30").1;
        assert_eq!(planned(&run), [], "{back}: {:?}", about(&run));
    }
    left.directory_with("");
    assert_eq!(planned(&left.audit_in(40, "delete_after_days = 30").1), [("delete".to_owned(), 13)]);
}

#[test]
fn an_account_that_we_demoted_is_proposed_for_deletion_when_its_time_of_keeping_is_over() {
    let left = Left::on(Profile::recorded());
    let demote = "leaver = \"demote\"\ndelete_after_days = 30";
    left.carry_out(demote);
    let early = left.audit_in(29, demote).1;
    let until = Utc::now().date_naive() + Days::new(30);
    let found = about(&early);
    let told =
        |found: &Value| (found["kind"].clone(), found["severity"].clone(), found["restricted"].clone(), found["action"].clone());
    assert_eq!(told(&found[0]), (json!("leaver"), json!("medium"), json!(true), Value::Null));
    assert!(found[0]["reason"].as_str().unwrap().contains(&format!("proposed for deletion from {until} on")), "{}", found[0]);
    let due = left.audit_in(30, demote).1;
    assert_eq!(told(&about(&due)[0]), (json!("leaver"), json!("medium"), json!(true), json!("delete")));
    assert_eq!(planned(&due), [("delete".to_owned(), 13)]);
    // Restricted by our own journal, whatever the policy says by now.
    let found = about(&left.audit_in(29, "").1);
    assert_eq!((&found[0]["restricted"], &found[0]["action"]), (&json!(true), &Value::Null), "{}", found[0]);
}

#[test]
fn a_demotion_is_told_as_ours_in_the_access_since_the_last_run() {
    let left = Left::on(Profile::recorded());
    left.carry_out("leaver = \"demote\"");
    let page = std::fs::read_to_string(left.audit_in(1, "leaver = \"demote\"").1.join("report.html")).unwrap();
    let section = page.split("<section id=\"access\"").nth(1).unwrap().split("</section>").next().unwrap().to_owned();
    assert!(
        section.contains("role changed") && section.contains("by our plan P-") && section.matches("changed outside").count() == 1,
        "{section}"
    );
}

#[test]
fn deactivations_that_did_not_hold_are_proposed_no_more_and_the_ways_on_are_named() {
    // A Domo that tells who is active, takes every deactivation, and keeps none.
    let left = Left::on(Profile { honours_active: false, ..Profile::guide() });
    let (_, first) = left.audit_in(0, "");
    assert_eq!(planned(&first), [("deactivate".to_owned(), 13)]);
    left.carry_out("");
    let (answer, next) = left.audit_in(1, "");
    let found = about(&next);
    assert_eq!((&found[0]["kind"], &found[0]["action"], planned(&next).len()), (&json!("leaver"), &Value::Null, 0));
    for text in [found[0]["reason"].as_str().unwrap().to_owned(), answer["reasons"].to_string()] {
        assert!(text.contains("Domo accepted a deactivation of plan P-") && text.contains("Admin > Governance > People"), "{text}");
    }
    assert_eq!(planned(&left.audit_in(1, "leaver = \"demote\"").1), [("demote".to_owned(), 13)]);

    // A certification has learned it, too.
    let run = next.to_str().unwrap();
    let digest = left.company.run(&["certify", run, "--json"]).code(0).json()["digest"].clone();
    let said = json!({"schema": "domo-reconcile/decisions/v1", "run": next.file_name().unwrap().to_str(), "digest": digest,
        "reviewer": "ana@acme.com", "by": "ana@acme.com", "at": Utc::now(), "decisions": {"20": {"verdict": "revoke", "comment": null}}});
    left.company.write("said.json", &said.to_string());
    left.company.run(&["certify", run, "--from", "said.json", "--by", "ana@acme.com", "--finish"]).code(0);
    let evidence = std::fs::read_to_string(next.join("certification.md")).unwrap();
    assert!(evidence.contains("Not in the plan") && evidence.contains("Domo accepted a deactivation of plan P-"), "{evidence}");
    assert!(!next.join("certification.plan.json").exists());
}
