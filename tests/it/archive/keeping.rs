//! `runs prune`: what a retention rule lets go of, and what stays whatever it says.

use super::Company;
use crate::support::{Ran, run, run_with};

/// Prunes on a day.
fn prune(company: &Company, day: &str, rule: &[&str]) -> Ran {
    let epoch = format!("{day}T12:00:00Z").parse::<chrono::DateTime<chrono::Utc>>().unwrap().timestamp().to_string();
    let args = ["runs", "prune"].into_iter().chain(rule.iter().copied()).chain(["--json"]);
    run_with(company.path(), &[("SOURCE_DATE_EPOCH", epoch.as_str())], args)
}

fn going(ran: &Ran) -> Vec<String> {
    let runs = ran.json()["runs"].as_array().unwrap().clone();
    runs.iter().filter(|run| run["goes"] == true).map(|run| run["run_id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_rule_is_shown_first_and_what_goes_leaves_its_manifest() {
    let company = Company::new();
    let runs: Vec<_> = (1..=6).map(|month| company.audit(&format!("2026-0{month}-01"))).collect();
    let rule = ["--keep-runs", "2"];
    // Plans last thirty days; on the second of July none is open.
    let shown = prune(&company, "2026-07-02", &rule).code(0);
    let oldest: Vec<_> = runs[..4].iter().map(super::Run::id).collect();
    assert_eq!(going(&shown), oldest);
    assert!(runs.iter().all(|run| run.folder.exists()), "a plan deletes nothing");

    prune(&company, "2026-07-02", &[&rule[..], &["--confirm"]].concat()).code(0);
    assert!(runs[..4].iter().all(|run| !run.folder.exists()) && runs[4..].iter().all(|run| run.folder.exists()));
    // The chain holds to the first run, and says by whom what was pruned.
    let said = company.verify(&runs[5]).code(0).stdout;
    assert!(said.contains("The manifests of the 5 runs behind it fit, back to the first."), "{said}");
    assert!(said.contains("was pruned on 2026-07-02 by") && said.contains("keep the newest 2 runs of each instance"), "{said}");
    // Nothing personal is left, and the trend is.
    let kept = std::fs::read_to_string(company.path().join(format!("audits/pruned/{}.json", oldest[0]))).unwrap();
    assert!(!kept.contains("olga") && !kept.contains("@example.com"), "{kept}");
    let next = company.audit("2026-07-03");
    let report = std::fs::read_to_string(next.folder.join("report.html")).unwrap();
    assert!(report.contains("2026-01-01"), "the trend goes back to January");
    assert_eq!(next.state("orphan", 180), super::state("open", "2026-01-01"));
    assert_eq!(next.json("manifest.json")["number"], 7);
    // A kept manifest is part of the chain like any other.
    std::fs::write(company.path().join(format!("audits/pruned/{}.json", oldest[1])), "{}").unwrap();
    company.verify(&next).code(1);
}

#[test]
fn the_newest_complete_run_and_open_plans_stay_whatever_the_rule() {
    let mut company = Company::new();
    let old = company.audit("2026-01-01");
    let whole = company.audit("2026-06-01");
    let workers = std::mem::take(&mut company.workers);
    let incomplete = company.try_audit("2026-06-02").code(3).json();
    company.workers = workers;
    // Three days later the plan of the first of June is open; a year later it is not.
    let shown = prune(&company, "2026-06-04", &["--keep-runs", "0"]).code(0);
    assert_eq!(going(&shown), [old.id()]);
    assert!(shown.stdout.contains("the newest complete one of its instance"), "{}", shown.stdout);
    let shown = prune(&company, "2027-06-04", &["--keep-days", "1"]).code(0);
    assert_eq!(going(&shown), [old.id()], "the newest run and the newest with whole evidence both stay");
    assert!(whole.folder.exists() && company.path().join(incomplete["run_dir"].as_str().unwrap()).exists());

    let newer = company.audit("2026-06-03");
    let shown = prune(&company, "2026-06-04", &["--keep-runs", "1"]).code(0);
    assert!(shown.stdout.contains("its plan is open until 2026-07-01T06:00:00Z (1 action)"), "{}", shown.stdout);
    assert!(!going(&shown).contains(&whole.id()) && !going(&shown).contains(&newer.id()));
    let plan = whole.folder.join("plan.json");
    run_with(
        company.path(),
        &[("SOURCE_DATE_EPOCH", "1780560000")],
        ["review", plan.to_str().unwrap(), "--reject", "all", "--by", "ada@example.com", "--comment", "next month"],
    )
    .code(0);
    assert!(
        going(&prune(&company, "2026-06-04", &["--keep-runs", "1"])).contains(&whole.id()),
        "a plan with everything rejected is closed"
    );
}

/// Those who were asked answer it, however many runs came since.
#[test]
fn a_run_stays_until_its_certification_is_finished() {
    let company = Company::new();
    let [asked, other] = ["2026-05-01", "2026-06-01"].map(|day| company.audit(day));
    company.audit("2026-07-01");
    let id = asked.id();
    run(company.path(), ["certify", &id, "--split", "role", "--out", "packets"]).code(0);
    let shown = prune(&company, "2026-09-01", &["--keep-runs", "1"]).code(0);
    assert_eq!(going(&shown), [other.id()]);
    assert!(shown.stdout.contains("its certification is not finished"), "{}", shown.stdout);
    run(company.path(), ["certify", &id, "--finish", "--by", "ada@example.com"]).code(0);
    assert_eq!(going(&prune(&company, "2026-09-01", &["--keep-runs", "1"])), [id, other.id()]);
}

#[test]
fn a_run_whose_manifest_was_lost_is_not_taken_for_one_that_was_cut_short() {
    let company = Company::new();
    let lost = company.audit("2026-05-01");
    let next = company.audit("2026-06-01");
    std::fs::remove_file(lost.folder.join("manifest.json")).unwrap();
    let listed = company.runs();
    assert!(listed["unfinished"].as_array().unwrap().is_empty(), "{listed}");
    let why = &listed["unreadable"][0][1];
    assert!(why.as_str().unwrap().contains(&format!("its manifest.json is missing: {} names it", next.id())), "{why}");
    prune(&company, "2026-09-01", &["--keep-runs", "1", "--confirm"]).code(0);
    assert!(lost.folder.exists(), "what is left of it is evidence");

    // Nobody names the last run, but its plan was applied.
    std::fs::write(next.folder.join("plan.journal.jsonl"), "{}\n").unwrap();
    std::fs::remove_file(next.folder.join("manifest.json")).unwrap();
    prune(&company, "2026-09-01", &["--keep-runs", "1", "--confirm"]).code(0);
    assert!(next.folder.exists());
}

#[test]
fn the_plan_of_a_run_that_was_cut_short_is_decided_by_nobody() {
    let company = Company::new();
    let cut = company.audit("2026-06-01");
    std::fs::remove_file(cut.folder.join("manifest.json")).unwrap();
    let plan = cut.folder.join("plan.json");
    for by in [["--approve", "all"], ["--reject", "all"]] {
        let args = ["review", plan.to_str().unwrap()].into_iter().chain(by).chain(["--by", "ada@example.com"]);
        let refused = run(company.path(), args).code(1);
        assert!(refused.stderr.contains("is of a run that was cut short"), "{}", refused.stderr);
    }
}

#[test]
fn what_needs_the_files_of_a_pruned_run_says_that_they_are_gone() {
    let company = Company::new();
    let old = company.audit("2026-05-01").id();
    company.audit("2026-06-01");
    prune(&company, "2026-09-01", &["--keep-runs", "1", "--confirm"]).code(0);
    for args in [["runs", "diff", &old].as_slice(), &["verify", &old], &["replay", &old]] {
        let refused = run(company.path(), args.iter().copied()).code(2);
        assert!(refused.stderr.contains("was pruned: only its manifest is kept"), "{}", refused.stderr);
    }
}

#[test]
fn a_folder_that_is_no_run_is_wrong_usage_and_a_run_without_its_manifest_failed() {
    let company = Company::new();
    let cut = company.audit("2026-05-01");
    std::fs::remove_file(cut.folder.join("manifest.json")).unwrap();
    let copy = company.path().join("a copy of it");
    std::fs::rename(&cut.folder, &copy).unwrap();
    std::fs::create_dir(company.path().join("pictures")).unwrap();
    for verb in [&["verify"][..], &["replay"], &["certify"], &["runs", "show"], &["runs", "diff"]] {
        let refused = run(company.path(), verb.iter().copied().chain(["pictures"])).code(2);
        assert!(refused.stderr.contains("pictures is no run: it has no manifest.json"), "{verb:?}: {}", refused.stderr);
        run(company.path(), verb.iter().copied().chain([copy.to_str().unwrap()])).code(1);
    }
}

#[test]
fn of_what_never_became_a_run_no_manifest_is_said_to_stay() {
    let company = Company::new();
    company.audit("2026-06-01");
    std::fs::create_dir(company.path().join("audits/20260401T060000Z-abcdef")).unwrap();
    let prune = |rule: &[&str]| run(company.path(), ["runs", "prune"].into_iter().chain(rule.iter().copied())).code(0).stdout;
    let shown = prune(&["--keep-days", "36500"]);
    assert!(shown.contains("1 would be deleted; nothing was.") && !shown.contains("anifests"), "{shown}");
    let done = prune(&["--keep-days", "36500", "--confirm"]);
    assert!(done.contains("1 deleted.") && !done.contains("anifests"), "{done}");
}

#[test]
fn pruning_needs_a_rule_and_an_archive() {
    let company = Company::new();
    run(company.path(), ["runs", "prune", "--keep-runs", "1"]).code(2);
    company.audit("2026-06-01");
    let refused = run(company.path(), ["runs", "prune", "--confirm"]).code(2);
    assert!(refused.stderr.contains("--keep-runs 24"), "{}", refused.stderr);
}
