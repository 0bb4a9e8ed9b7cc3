//! Decisions, journals and outcomes: what `verify` can say of what came after a run.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::{Company, Run};
use crate::local_domo::LocalDomo;
use crate::support::{self, Ran, run_with};

/// A company whose one orphan was switched off by an approved plan.
struct Applied {
    company: Company,
    domo: LocalDomo,
    run: Run,
}

impl Applied {
    fn new() -> Self {
        let applied = Self::approved();
        applied.with("apply", &["--confirm"]).code(0);
        applied
    }

    /// The same before it is applied.
    fn approved() -> Self {
        let company = Company::new();
        company.prepare();
        let users = company.path().join("users.json");
        let domo = LocalDomo::with_client(&users, "id", "the-client-secret");
        let answer = domo.run(company.path(), ["audit", "--directory", "workers.csv", "--json", "-q"]).code(0).json();
        let run = company.run_of(&answer);
        let applied = Self { company, domo, run };
        applied.with("review", &["--approve", "all", "--by", "ada@example.com"]).code(0);
        applied
    }

    fn with(&self, verb: &str, more: &[&str]) -> Ran {
        let plan = self.path("plan.json");
        self.run(&[&[verb, plan.to_str().unwrap()], more].concat())
    }

    fn run(&self, args: &[&str]) -> Ran {
        self.domo.run(self.company.path(), args.iter().copied())
    }

    /// A certification of the run, ended: the plan that revokes one account.
    fn revoked(&self, account: &str) -> String {
        let run = self.run.folder.to_str().unwrap();
        self.run(&["certify", run, "--split", "role", "--out", "packets"]).code(0);
        let packets = self.run.json("certification.packets.json");
        let of = |packet: &&Value| packet["rows"].as_array().unwrap().iter().any(|row| row == account);
        let answer = json!({
            "schema": "domo-reconcile/decisions/v1", "run": packets["of"], "digest": packets["digest"],
            "reviewer": packets["packets"].as_array().unwrap().iter().find(of).unwrap()["reviewer"], "by": "lead@example.com",
            "at": "2026-11-24T09:00:00Z", "decisions": {account: {"verdict": "revoke", "comment": "project ended"}},
        });
        std::fs::write(self.company.path().join("back.json"), answer.to_string()).unwrap();
        self.run(&["certify", run, "--from", "back.json", "--finish"]).code(0);
        self.path("certification.plan.json").to_str().unwrap().to_owned()
    }

    /// The same, approved and applied.
    fn revoked_and_applied(&self, account: &str) {
        let plan = self.revoked(account);
        self.run(&["review", &plan, "--approve", "all", "--by", "ada@example.com"]).code(0);
        self.run(&["apply", &plan, "--confirm"]).code(0);
    }

    fn path(&self, name: &str) -> PathBuf {
        self.run.folder.join(name)
    }

    fn change(&self, name: &str, from: &str, to: &str) -> String {
        let text = std::fs::read_to_string(self.path(name)).unwrap();
        assert!(text.contains(from), "{name} has no {from}: {text}");
        std::fs::write(self.path(name), text.replace(from, to)).unwrap();
        text
    }

    fn verify(&self) -> Ran {
        self.company.verify(&self.run)
    }

    /// The next run of the archive, which sees what came after the first.
    fn next(&self) -> Run {
        let args = ["audit", "--directory", "workers.csv", "--json", "-q"];
        let answer = self.domo.run(self.company.path(), args).code(0).json();
        self.company.run_of(&answer)
    }
}

#[test]
fn what_nothing_protects_yet_is_said_and_what_agrees_too() {
    let applied = Applied::new();
    let said = applied.verify().code(0).stdout;
    assert!(said.contains("plan.json: nothing protects its 1 decision (who, when, yes or no) yet"), "{said}");
    assert!(said.contains("its own chain holds. Nothing else protects it yet"), "{said}");
    assert!(said.contains("apply.json is what the last apply of the plan did; it agrees with plan.journal.jsonl"), "{said}");
}

#[test]
fn an_approval_that_is_taken_back_after_the_deed_is_told() {
    let applied = Applied::new();
    let plan = applied.change("plan.json", "\"approve\"", "\"reject\"");
    let said = applied.verify().code(1).stdout;
    assert!(
        said.contains("but plan.json holds no approval of it: the decisions were changed since, or nobody approved it"),
        "{said}"
    );
    std::fs::write(applied.path("plan.json"), &plan).unwrap();
    // A decision that is taken back as it should be stays on record.
    applied.with("review", &["--reject", "all", "--by", "eve@example.com", "--overrule", "--comment", "too early"]).code(0);
    let said = applied.verify().code(0).stdout;
    assert!(said.contains("was approved when it was sent and is not any more"), "{said}");
    // One that is dated after the deed is not the one that was acted on.
    std::fs::write(applied.path("plan.json"), plan).unwrap();
    let mut plan: serde_json::Value = serde_json::from_slice(&std::fs::read(applied.path("plan.json")).unwrap()).unwrap();
    for decision in plan["decisions"].as_object_mut().unwrap().values_mut() {
        decision["at"] = "2999-01-01T00:00:00Z".into();
    }
    std::fs::write(applied.path("plan.json"), serde_json::to_string_pretty(&plan).unwrap() + "\n").unwrap();
    let said = applied.verify().stdout;
    assert!(said.contains("it is not the one that was acted on"), "{said}");
}

#[test]
fn the_next_report_remembers_who_decided_what_and_what_became_of_it() {
    let applied = Applied::new();
    let page = |run: &Run| support::page(&run.folder.join("report.html"));
    let next = page(&applied.next());
    for told in
        ["Last review", "1 of 1 row of plan P-", "approved by ada@example.com on", "by our action: approved by ada@example.com"]
    {
        assert!(next.contains(told), "{told} is missing");
    }
}

/// A plan or a journal that is not what it was is not told as none.
#[test]
fn decisions_that_cannot_be_read_are_told_in_the_next_report() {
    let applied = Applied::new();
    for (name, from, to) in
        [("plan.json", "\"instance\": \"", "\"instance\": \"x"), ("plan.journal.jsonl", "\"done\"", "\"failed\"")]
    {
        let whole = applied.change(name, from, to);
        let next = applied.next();
        std::fs::write(applied.path(name), whole).unwrap();
        let told = support::page(&next.folder.join("report.html"));
        assert!(told.contains(&format!("What was decided on the plan of {}", applied.run.id())), "{name}");
        // Only the newest run is compared with.
        std::fs::remove_dir_all(&next.folder).unwrap();
    }
}

/// Refused last month and found again: the report says by whom and why, where the finding stands.
#[test]
fn a_finding_whose_removal_was_rejected_says_so_in_the_next_report() {
    let company = Company::new();
    company.prepare();
    let domo = LocalDomo::with_client(&company.path().join("users.json"), "id", "the-client-secret");
    let audit = || {
        let args = ["audit", "--directory", "workers.csv", "--json", "-q"];
        let answer = domo.run(company.path(), args).code(0).json();
        company.path().join(answer["run_dir"].as_str().unwrap())
    };
    audit();
    let review = |args: &[&str]| domo.run(company.path(), ["review", "latest"].into_iter().chain(args.iter().copied()));
    review(&["--reject", "all", "--by", "legal@example.com", "--comment", "court order"]).code(0);
    let page = support::page(&audit().join("report.html"));
    let told = page.matches("rejected by legal@example.com on").count();
    assert!(told >= 2 && page.contains("court order") && page.contains(">Last decision<"), "told {told} times");
}

#[test]
fn an_outcome_that_does_not_fit_the_journal_is_told() {
    let applied = Applied::new();
    let outcome = applied.change("apply.json", "\"done\"", "\"failed\"");
    assert!(applied.verify().code(1).stdout.contains("apply.json says `failed` of A-"), "{}", applied.verify().stdout);
    // Nor is anything else in it said by nobody.
    let told: Value = serde_json::from_str(&outcome).unwrap();
    for (place, value) in [
        ("/by", json!(["eve@example.com"])),
        ("/overrides", json!([{"guard": "rejected-rows", "value": 1, "limit": 0, "reason": "known"}])),
        ("/started", json!("2020-01-01T00:00:00Z")),
        ("/finished", json!("2999-01-01T00:00:00Z")),
        ("/ended", json!("stopped")),
        ("/why", json!("interrupted")),
        ("/instance", json!("other")),
        ("/counts", json!({"done": 2})),
        ("/results", json!([])),
        ("/results/0/detail", json!("it was so before anything was written")),
        ("/results/0/account_id", json!(104)),
        ("/results/0/kind", json!("demote")),
        ("/journal_lines", json!(1)),
    ] {
        let mut altered = told.clone();
        *altered.pointer_mut(place).unwrap() = value;
        std::fs::write(applied.path("apply.json"), altered.to_string()).unwrap();
        let said = applied.verify().code(1).stdout;
        assert!(said.contains("apply.json") && !said.contains("it agrees with"), "{place}: {said}");
    }
    std::fs::write(applied.path("apply.json"), &outcome).unwrap();
    applied.verify().code(0);
    // Of an apply after it that was cut short it tells nothing; of one that ended it should.
    let whole = std::fs::read_to_string(applied.path("plan.journal.jsonl")).unwrap();
    applied.with("apply", &["--confirm"]).code(0);
    let longer = std::fs::read_to_string(applied.path("plan.journal.jsonl")).unwrap();
    let opened: String = longer.split_inclusive('\n').take(whole.lines().count() + 1).collect();
    std::fs::write(applied.path("apply.json"), &outcome).unwrap();
    assert!(applied.verify().code(0).stdout.contains("apply.json is of an earlier apply than the last one"));
    std::fs::write(applied.path("plan.journal.jsonl"), opened).unwrap();
    assert!(applied.verify().code(0).stdout.contains("it agrees with plan.journal.jsonl"));
    // And the next run records it.
    applied.next();
    assert!(applied.verify().code(0).stdout.contains("apply.json is as the run"));
    std::fs::remove_file(applied.path("plan.journal.jsonl")).unwrap();
    assert!(applied.verify().code(1).stdout.contains("apply.json cannot be held against plan.journal.jsonl"));
}

#[test]
fn the_next_run_records_decisions_and_journal_and_its_chain_protects_them() {
    let applied = Applied::new();
    let next = applied.next();
    let inputs = next.json("manifest.json")["inputs"].clone();
    let named =
        |name: &str| inputs.as_array().unwrap().iter().find(|input| input["name"].as_str().unwrap().ends_with(name)).cloned();
    assert_eq!(named("/plan.journal.jsonl").unwrap()["role"], "journal");
    assert_eq!((&named("/plan.json").unwrap()["role"], &named("/plan.json").unwrap()["rows"]), (&"decisions".into(), &1.into()));
    let said = applied.verify().code(0).stdout;
    assert!(said.contains(&format!("its decisions are those that the run {} recorded", next.id())), "{said}");
    assert!(said.contains(&format!("are as the run {} recorded them", next.id())), "{said}");

    // A journal written anew, with a chain of its own that holds, is not the one that was recorded.
    let journal = applied.path("plan.journal.jsonl");
    let whole = std::fs::read_to_string(&journal).unwrap();
    let first = whole.split_inclusive('\n').next().unwrap();
    std::fs::write(&journal, first).unwrap();
    let said = applied.verify().code(1).stdout;
    assert!(said.contains(&format!("plan.journal.jsonl was altered: it has 1 line, but the run {} knows of", next.id())), "{said}");
    std::fs::remove_file(&journal).unwrap();
    assert!(applied.verify().code(1).stdout.contains("plan.journal.jsonl is missing: a later run recorded it."));
    std::fs::write(&journal, &whole).unwrap();
    // One that grew is the same journal.
    applied.with("apply", &["--confirm"]).code(0);
    applied.verify().code(0);

    applied.change("plan.json", "ada@example.com", "eve@example.com");
    let changed = format!("its decisions were CHANGED after the run {}", next.id());
    assert!(applied.verify().code(0).stdout.contains(&changed), "{}", applied.verify().stdout);
    applied.company.verify(&next).code(0);
    // Whoever changed them has not only to wait for the next run, which records them as they are then.
    let later = applied.next();
    let said = applied.verify().code(0).stdout;
    assert!(said.contains(&changed) && said.contains(&format!("; the run {} recorded", later.id())), "{said}");
}

/// A crash in the middle of a line: the audit after it records the whole ones, and what goes on behind them was not altered.
#[test]
fn a_line_that_was_cut_when_it_was_recorded_is_not_altered_by_what_is_written_in_its_place() {
    let applied = Applied::new();
    applied.revoked("104");
    let [_, whole] = ["plan.journal.jsonl", "certification.jsonl"].map(|name| {
        let whole = std::fs::read(applied.path(name)).unwrap();
        std::fs::write(applied.path(name), [&whole, &b"{\"n\":2199,\"by\":[\"Jos\xc3"[..]].concat()).unwrap();
        whole
    });
    // Cut within a letter it is cut, not altered.
    applied.verify().code(0);
    applied.next();
    applied.with("apply", &["--confirm"]).code(0);
    // As the next answer leaves it.
    std::fs::write(applied.path("certification.jsonl"), whole).unwrap();
    let said = applied.verify().code(0).stdout;
    assert!(said.contains("plan.journal.jsonl is a journal") && said.contains("certification.jsonl has"), "{said}");
    applied.with("apply", &["--confirm"]).code(0);
}

#[test]
fn the_last_apply_is_that_of_any_plan_of_a_run() {
    let applied = Applied::new();
    applied.revoked_and_applied("103");
    for named in ["latest", applied.run.folder.to_str().unwrap()] {
        let undo = applied.company.path().join("undo.json");
        applied.run(&["revert", named, "--out", undo.to_str().unwrap()]).code(0);
        let plan: Value = serde_json::from_slice(&std::fs::read(&undo).unwrap()).unwrap();
        let accounts: Vec<_> = plan["actions"].as_array().unwrap().iter().map(|action| &action["account_id"]).collect();
        assert_eq!(accounts, [&json!(103)], "{named}");
        std::fs::remove_file(undo).unwrap();
    }
    // One that a later run knows of and that is gone is not taken for one that was never written.
    applied.next();
    for lost in ["certification.plan.journal.jsonl", "certification.apply.json"] {
        std::fs::remove_file(applied.path(lost)).unwrap();
    }
    for refused in [
        applied.run(&["revert", "latest", "--out", "undo.json"]),
        applied.run(&["apply", applied.path("certification.plan.json").to_str().unwrap(), "--confirm"]),
    ] {
        let said = refused.code(6).stderr;
        assert!(said.contains("certification.plan.journal.jsonl is missing, but the run"), "{said}");
    }
}

/// No later run has recorded them: what was made from them says what is missing.
#[test]
fn a_record_that_was_cut_after_its_end_is_told_before_any_later_run() {
    let applied = Applied::new();
    applied.revoked_and_applied("103");
    applied.verify().code(0);
    for (name, lines) in [("certification.jsonl", 0), ("certification.plan.journal.jsonl", 3)] {
        let whole = std::fs::read(applied.path(name)).unwrap();
        let kept: Vec<u8> = whole.split_inclusive(|byte| *byte == b'\n').take(lines).flatten().copied().collect();
        for cut in [kept, whole[..whole.len() - 1].to_vec()] {
            std::fs::write(applied.path(name), &cut).unwrap();
            let verified = applied.verify().code(1);
            let said = format!("{}{}", verified.stdout, verified.stderr);
            assert!(said.contains(&format!("{name} was cut")), "{name}, {} bytes: {said}", cut.len());
        }
        std::fs::remove_file(applied.path(name)).unwrap();
        applied.verify().code(1);
        std::fs::write(applied.path(name), &whole).unwrap();
    }
    applied.verify().code(0);
}

#[test]
fn the_open_plan_of_a_certification_keeps_its_run() {
    let applied = Applied::new();
    applied.revoked("103");
    applied.next();
    let pruned = applied.run(&["runs", "prune", "--keep-runs", "1", "--json"]).code(0).json();
    let fate = pruned["runs"].as_array().unwrap().iter().find(|run| run["run_id"] == applied.run.id()).unwrap();
    assert!(fate["why"].as_str().unwrap().starts_with("its certification.plan.json is open until"), "{fate}");
}

#[test]
fn the_plan_of_a_certification_is_remembered_beside_that_of_a_later_audit() {
    let applied = Applied::new();
    applied.revoked("103");
    applied.next();
    let told = applied.run(&["runs", "remind", "--within", "40"]).code(0).stdout;
    assert!(told.contains("1 of 1 action of the plan P-") && told.contains(" (certification.plan.json) is undecided"), "{told}");
}

/// Whichever plan it was: an earlier run's that was applied after the next one, or one of a certification, which names no finding.
#[test]
fn what_any_of_our_plans_did_is_our_action_in_the_next_report() {
    let page = |run: &Run| support::page(&run.folder.join("report.html"));
    let applied = Applied::approved();
    applied.next();
    applied.with("apply", &["--confirm"]).code(0);
    let earlier = page(&applied.next());
    assert!(earlier.contains("by our action: approved by ada@example.com") && earlier.contains("1 of 1 row of plan P-"));
    let applied = Applied::approved();
    applied.revoked_and_applied("180");
    let certified = page(&applied.next());
    assert!(certified.contains("by our action: plan P-") && !certified.contains("nothing of ours did it"));
}

/// Of every file that a run's manifest or a later one names, and of those beside them, `verify` says what was done to it, and waits
/// for nothing that stands in its place. What may be made anew by `review` and `certify` is told apart from what may not.
#[cfg(unix)]
#[test]
fn every_file_that_was_altered_shortened_removed_or_added_is_told_by_name() {
    let applied = Applied::new();
    let run = applied.run.folder.to_str().unwrap();
    applied.with("review", &["--split", "department", "--out", "packets"]).code(0);
    let certify = |args: &[&str]| run_with(applied.company.path(), &[], [&["certify", run], args].concat()).code(0);
    certify(&["--split", "department", "--out", "packets"]);
    let packets: serde_json::Value =
        serde_json::from_slice(&std::fs::read(applied.path("certification.packets.json")).unwrap()).unwrap();
    let packet = &packets["packets"][0];
    let answer = serde_json::json!({
        "schema": "domo-reconcile/decisions/v1", "run": packets["of"], "digest": packets["digest"], "reviewer": packet["reviewer"],
        "by": "lead@acme.example", "at": "2026-11-24T09:00:00Z", "decisions": {packet["rows"][0].as_str().unwrap(): {"verdict": "keep"}},
    });
    std::fs::write(applied.company.path().join("back.json"), answer.to_string()).unwrap();
    certify(&["--from", "back.json", "--finish"]);
    applied.next();
    applied.verify().code(0);

    let remade =
        ["certification.html", "certification.md", "certification.packets.json", "decisions.csv", "decisions.html", "packets.json"];
    let mut names: Vec<_> = std::fs::read_dir(&applied.run.folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.ends_with(".lock"))
        .collect();
    names.sort();
    assert!(remade.iter().all(|name| names.iter().any(|there| there == name)), "{names:?}");
    for name in &names {
        let path = applied.path(name);
        let whole = std::fs::read(&path).unwrap();
        let mut flipped = whole.clone();
        flipped[whole.len() / 2] ^= 1;
        let write = |bytes: &[u8]| std::fs::write(&path, bytes).unwrap();
        let damages: [(&str, &dyn Fn()); 5] = [
            ("altered", &|| write(&flipped)),
            ("shortened", &|| write(&whole[..whole.len() / 2])),
            ("removed", &|| {}),
            ("a pipe", &|| assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success())),
            ("a folder", &|| std::fs::create_dir(&path).unwrap()),
        ];
        for (what, damage) in damages {
            std::fs::remove_file(&path).unwrap();
            damage();
            let verified = applied.verify();
            let said = format!("{}{}", verified.stdout, verified.stderr);
            let changed = said.contains(&format!("{name} was made anew or CHANGED after the run"));
            let told = if remade.contains(&name.as_str()) && what != "removed" {
                changed
            } else {
                // In which folder its journal was once, only the record of the next run tells.
                verified.code == 1 && said.contains(name) || name == "apply.json" && changed
            };
            assert!(told, "{name}, {what}: {said}");
            // What stands there may be a pipe, and writing to it would wait.
            let _ = std::fs::remove_dir(&path).or_else(|_| std::fs::remove_file(&path));
            write(&whole);
        }
    }
    std::fs::write(applied.path("plan.json.bak"), "added").unwrap();
    let said = applied.verify().code(0).stdout;
    assert!(said.contains("plan.json.bak is not of this run: the manifest does not name it"), "{said}");
}

#[test]
fn the_plan_of_a_revert_is_held_to_its_own_digest() {
    let applied = Applied::new();
    let journal = applied.path("plan.journal.jsonl");
    applied.domo.run(applied.company.path(), ["revert", journal.to_str().unwrap()]).code(0);
    let undo = applied.path("revert.plan.json");
    run_with(applied.company.path(), &[], ["review", undo.to_str().unwrap(), "--approve", "all", "--by", "ana"]).code(0);
    let said = applied.verify().code(0).stdout;
    assert!(said.contains("revert.plan.json came after the run; the next run of the archive records it"), "{said}");
    assert!(!said.contains("is not of this run"), "{said}");
    // Who approved it is recorded as well.
    applied.next();
    let whole = applied.change("revert.plan.json", "\"by\": \"ana\"", "\"by\": \"cfo\"");
    let said = applied.verify().code(0).stdout;
    assert!(said.contains("revert.plan.json was made anew or CHANGED after the run"), "{said}");
    std::fs::write(applied.path("revert.plan.json"), whole).unwrap();
    applied.change("revert.plan.json", "\"active\": true", "\"active\": false");
    assert!(applied.verify().code(1).stdout.contains("revert.plan.json was altered"));
}
