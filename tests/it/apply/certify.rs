//! A certification: every account in scope is confirmed by somebody, and what nobody confirmed is said.

use std::path::PathBuf;

use serde_json::{Value, json};

use chrono::Utc;
use domo_reconcile::archive::Lock;

use super::packets::{fill, rewrite};
use crate::folder::Folder;
use crate::support::{Ran, browser, in_browser, samples};

const TODAY: &str = "2026-11-24T12:00:00Z";

/// The sample company, audited.
struct Company {
    folder: Folder,
    run: PathBuf,
    id: String,
}

impl Company {
    fn new() -> Self {
        Self::of(&std::fs::read_to_string(samples().join("company/domo-users.json")).unwrap())
    }

    /// The Markdown of the next audit, with these accounts.
    fn reported(&self, users: &[Value]) -> String {
        std::fs::write(self.folder.path().join("users.json"), serde_json::to_string(users).unwrap()).unwrap();
        let audited = self.audit();
        std::fs::read_to_string(self.folder.path().join(audited["run_dir"].as_str().unwrap()).join("report.md")).unwrap()
    }

    /// The sample company with these accounts.
    fn of(users: &str) -> Self {
        let folder = Folder::new().with("users.json", users).at_moment(TODAY);
        let mut company = Self { folder, run: PathBuf::new(), id: String::new() };
        let audited = company.audit();
        company.run = company.folder.run_of(&audited).folder;
        company.id = audited["run_id"].as_str().unwrap().to_owned();
        company
    }

    fn audit(&self) -> Value {
        let directory = samples().join("company/directory.csv").to_str().unwrap().to_owned();
        let args = ["audit", "--accounts", "users.json", "--directory", &directory, "--as-of", "2026-11-24", "--json", "-q"];
        self.run(&args).code(0).json()
    }

    fn run(&self, args: &[&str]) -> Ran {
        self.folder.run(args)
    }

    fn certify(&self, args: &[&str]) -> Ran {
        self.run(&["certify", &self.id].into_iter().chain(args.iter().copied()).collect::<Vec<_>>())
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.run.join(name)).unwrap()
    }

    fn packets(&self) -> Value {
        serde_json::from_str(&self.read("certification.packets.json")).unwrap()
    }

    /// Records what a page saved at this moment: one answer on one account, whose reviewer it deals out to.
    fn answers(&self, account: &str, by: &str, at: &str, answer: &str) -> Value {
        let packets = self.packets();
        let has = |packet: &&Value| packet["rows"].as_array().unwrap().iter().any(|row| row == account);
        let packet = packets["packets"].as_array().unwrap().iter().find(has).unwrap();
        let (answer, comment) = answer.split_once(": ").map_or((answer, None), |(answer, comment)| (answer, Some(comment)));
        let file = json!({
            "schema": "domo-reconcile/decisions/v1", "run": packets["of"], "digest": packets["digest"],
            "reviewer": packet["reviewer"], "by": by, "at": format!("2026-11-24T{at}:00Z"),
            "decisions": {account: {"verdict": answer, "comment": comment}},
        });
        self.folder.write("one.json", file.to_string());
        self.certify(&["--from", "one.json", "--json"]).code(0).json()
    }

    fn plan(&self, name: &str) -> Value {
        serde_json::from_str(&self.read(name)).unwrap()
    }

    /// Dealt out by department; two accounts of one packet.
    fn dealt() -> (Self, [String; 2]) {
        let company = Self::new();
        company.certify(&["--split", "department", "--out", "packets"]).code(0);
        let rows = company.packets()["packets"][1]["rows"].clone();
        (company, [&rows[0], &rows[1]].map(|row| row.as_str().unwrap().to_owned()))
    }

    /// The certification's plan, with what a reviewer decides.
    fn review(&self, args: &[&str]) -> Ran {
        let path = self.run.join("certification.plan.json");
        self.run(&[&["review", path.to_str().unwrap()], args].concat())
    }

    /// What the page of a packet saves with one answer for every row but the first, which stays open.
    fn saved(&self, name: &str, packet: &Value, by: &str, answer: &Value) -> String {
        let packets = self.packets();
        let rows = packet["rows"].as_array().unwrap().iter().skip(1);
        let decisions: serde_json::Map<_, _> = rows.map(|row| (row.as_str().unwrap().to_owned(), answer.clone())).collect();
        let file = json!({
            "schema": "domo-reconcile/decisions/v1", "run": packets["of"], "digest": packets["digest"],
            "reviewer": packet["reviewer"], "by": by, "at": "2026-11-24T09:00:00Z", "decisions": decisions,
        });
        self.folder.write(&format!("back/{name}"), file.to_string());
        format!("back/{name}")
    }
}

#[test]
fn every_active_account_is_in_one_packet_and_the_scope_can_be_narrowed() {
    let company = Company::new();
    let findings: Value = serde_json::from_str(&company.read("findings.json")).unwrap();
    let accounts = &findings["accounts"];
    let active = ["read", "inactive", "excluded"].map(|key| accounts[key].as_u64().unwrap());
    let told = company.certify(&["--split", "manager_email", "--out", "packets", "--json"]).code(0).json();
    assert_eq!(told["rows"], active[0] - active[1] - active[2]);
    let all = told["packets"].as_array().unwrap().iter().map(|packet| packet["rows"].as_u64().unwrap()).sum::<u64>();
    assert_eq!(told["rows"], all);
    let narrow = company.certify(&["--split", "role", "--out", "narrow", "--scope", "privileged", "--json"]).code(0).json();
    let roles: Vec<_> = narrow["packets"].as_array().unwrap().iter().map(|packet| packet["reviewer"].as_str().unwrap()).collect();
    // The rights of a custom role are not known, so somebody looks at it as at the others.
    assert_eq!(roles, ["Admin", "Content Curator", "Data Steward", "Privileged", "Super Admin"]);
}

#[test]
fn answers_are_counted_sealed_and_end_in_evidence_and_a_plan() {
    let company = Company::new();
    company.certify(&["--split", "department", "--out", "packets", "--due", "2026-11-20"]).code(0);
    let packets = company.packets();
    let packet = |at: usize| packets["packets"][at].clone();
    company.saved("keep.json", &packet(0), "lead@acme.example", &json!({"verdict": "keep", "comment": null}));
    company.saved("revoke.json", &packet(1), "head@acme.example", &json!({"verdict": "revoke", "comment": "project ended"}));
    // Who was asked is asked once: the next line asks nobody anew.
    let next = company.certify(&[]).code(0).stdout;
    assert!(next.contains(" --from FOLDER --by WHO; --finish writes") && !next.contains("--split"), "{next}");
    let coverage = company.certify(&["--from", "back", "--by", "eve", "--json"]).code(0).json();
    let rows = |at: usize| packet(at)["rows"].as_array().unwrap().len() as u64;
    assert_eq!((&coverage["keep"], &coverage["revoke"]), (&json!(rows(0) - 1), &json!(rows(1) - 1)));
    let open = coverage["accounts"].as_u64().unwrap() - coverage["decided"].as_u64().unwrap();
    assert_eq!((&coverage["open"], &coverage["late"]), (&json!(open), &json!(open)));
    assert_eq!(coverage["decided_late"], coverage["decided"], "they came four days after the day for it");
    let before = company.read("certification.jsonl");
    // The same again is nothing new; another person's other answer refuses the whole.
    assert_eq!(company.certify(&["--from", "back", "--by", "eve", "--json"]).code(0).json()["recorded"], 0);
    let other = company.saved("other.json", &packet(0), "bob@acme.example", &json!({"verdict": "revoke", "comment": "unknown"}));
    let refused = company.certify(&["--from", &other]).code(2).stderr;
    assert!(refused.contains("lead@acme.example said keep") && refused.contains("bob@acme.example says revoke"), "{refused}");
    assert_eq!(company.read("certification.jsonl"), before);
    // Who changes their mind is heard: the later line counts, the earlier stays.
    let role = company.saved("role.json", &packet(0), "lead@acme.example", &json!({"verdict": "role:Social", "comment": null}));
    let coverage = company.certify(&["--from", &role, "--json"]).code(0).json();
    assert_eq!((&coverage["keep"], &coverage["role"]), (&json!(0), &json!(rows(0) - 1)));
    assert!(company.read("certification.jsonl").starts_with(&before));

    let ended = company.certify(&["--finish"]).code(0).stdout;
    let next = format!("Next:   domo-reconcile review audits/{}/certification.plan.json", company.id);
    assert!(ended.contains(&next), "{ended}");
    let plan: Value = serde_json::from_str(&company.read("certification.plan.json")).unwrap();
    let kinds: std::collections::BTreeSet<_> =
        plan["actions"].as_array().unwrap().iter().map(|action| action["kind"].as_str().unwrap()).collect();
    assert!(kinds.contains("deactivate") && kinds.contains("update"), "{kinds:?}");
    assert!(plan["actions"].as_array().unwrap().iter().all(|action| action["finding"].is_null()));
    let page = company.read("certification.html").replace("<wbr>", "");
    for told in ["project ended", "head@acme.example", "Nobody decided", "Accounts read", "certification.jsonl"] {
        assert!(page.contains(told), "{told}");
    }
    assert!(company.read("certification.md").contains("project ended"));
    // The plan is reviewed like any other, and everything is in order for `verify`, now and when the next run has sealed it.
    let path = company.run.join("certification.plan.json");
    company.run(&["review", path.to_str().unwrap(), "--approve", "deactivate", "--by", "eve"]).code(0);
    company.run(&["verify", &company.id]).code(0);
    company.audit();
    let verified = company.run(&["verify", &company.id]).code(0).stdout;
    assert!(verified.contains("certification.jsonl has") && verified.contains("are as the run"), "{verified}");
}

#[test]
fn the_plan_of_a_certification_is_rehearsed_on_the_accounts_that_were_certified() {
    let company = Company::new();
    company.certify(&["--split", "department", "--out", "packets"]).code(0);
    company.saved(
        "a.json",
        &company.packets()["packets"][0],
        "ann@acme.example",
        &json!({"verdict": "revoke", "comment": "ended"}),
    );
    company.certify(&["--from", "back", "--finish"]).code(0);
    let plan = company.run.join("certification.plan.json").to_str().unwrap().to_owned();
    company.run(&["review", &plan, "--approve", "deactivate", "--by", "eve"]).code(0);
    let approved = company.packets()["packets"][0]["rows"].as_array().unwrap().len() - 1;
    let rehearsed = company.run(&["apply", &plan, "--rehearse", "--by", "bob", "--json"]).code(0).json();
    assert_eq!(rehearsed["counts"]["done"], approved, "{rehearsed}");
}

/// The kinds of action in the plan of a certification in which one department's accounts are revoked, and the evidence's text.
fn revoked(company: &Company, policy: &str) -> (std::collections::BTreeSet<String>, String) {
    company.certify(&["--split", "department", "--out", "packets"]).code(0);
    let packet = company.packets()["packets"][0].clone();
    company.saved("revoke.json", &packet, "head@acme.example", &json!({"verdict": "revoke", "comment": "project ended"}));
    company.certify(&["--from", "back"]).code(0);
    std::fs::write(company.folder.path().join("rules.toml"), format!("[policy]\nrevoked = \"{policy}\"\n")).unwrap();
    company.certify(&["--finish", "--config", "rules.toml"]).code(0);
    let plan =
        std::fs::read_to_string(company.run.join("certification.plan.json")).unwrap_or_else(|_| json!({"actions": []}).to_string());
    let plan: Value = serde_json::from_str(&plan).unwrap();
    let kinds = plan["actions"].as_array().unwrap().iter().map(|action| action["kind"].as_str().unwrap().to_owned()).collect();
    (kinds, company.read("certification.md"))
}

#[test]
fn what_is_revoked_becomes_what_the_policy_says() {
    for policy in ["deactivate", "demote", "delete"] {
        assert_eq!(revoked(&Company::new(), policy).0, [policy.to_owned()].into(), "{policy}");
    }
}

#[test]
fn what_is_revoked_is_not_deactivated_where_nobody_could_read_it_back() {
    let users = std::fs::read_to_string(samples().join("company/domo-users.json")).unwrap();
    let mut users: Vec<serde_json::Map<String, Value>> = serde_json::from_str(&users).unwrap();
    users.iter_mut().for_each(|user| drop(user.remove("active")));
    let (kinds, told) = revoked(&Company::of(&json!(users).to_string()), "deactivate");
    assert!(kinds.is_empty(), "{kinds:?}");
    assert!(told.contains("Not in the plan") && told.contains("revoked = \"demote\""), "{told}");
}

#[test]
fn a_revocation_of_which_nothing_can_be_done_is_said_with_why() {
    let users = std::fs::read_to_string(samples().join("company/domo-users.json")).unwrap();
    let mut users: Vec<serde_json::Map<String, Value>> = serde_json::from_str(&users).unwrap();
    // Half of them have the least role already, the others one of the instance's own that is called the same.
    for (number, user) in users.iter_mut().enumerate() {
        user.remove("groups");
        user.insert("role".into(), json!("Social"));
        user.insert("roleId".into(), json!(if number % 2 == 0 { 5 } else { 2001 }));
    }
    let company = Company::of(&json!(users).to_string());
    let (kinds, told) = revoked(&company, "demote");
    assert!(kinds.is_empty(), "{kinds:?}");
    let revocations = company.packets()["packets"][0]["rows"].as_array().unwrap().len() - 1;
    let nothing_left = "nothing is left that a demotion takes: it has the role Social and groups that were not read";
    let only_the_name = "its role is one of the instance's own that is called Social too";
    let row = |line: &&str| line.contains("in no plan: ") && (line.contains(nothing_left) || line.contains(only_the_name));
    assert_eq!(told.lines().filter(row).count(), revocations, "{told}");
    assert!([nothing_left, only_the_name].iter().all(|why| told.contains(&format!(": {why}"))), "{told}");
    assert!(told.matches("- Not in the plan: ").count() == 2, "{told}");
}

#[test]
fn ended_again_a_certification_keeps_what_was_decided_on_its_plan_and_plans_what_is_new_beside_one_that_was_applied() {
    let company = Company::new();
    revoked(&company, "deactivate");
    let path = company.run.join("certification.plan.json");
    let plan = || serde_json::from_str::<Value>(&std::fs::read_to_string(&path).unwrap()).unwrap();
    company.run(&["review", path.to_str().unwrap(), "--approve", "all", "--by", "eve"]).code(0);
    let approved = plan();
    company.certify(&["--finish"]).code(0);
    assert_eq!(plan(), approved, "nothing else is to be done");
    let answer = |at: usize, by: &str| {
        let packet = company.packets()["packets"][at].clone();
        company.saved("later.json", &packet, by, &json!({"verdict": "revoke", "comment": "project ended"}));
        company.certify(&["--from", "back"]).code(0);
    };
    answer(1, "lead@acme.example");
    company.certify(&["--finish"]).code(0);
    assert_eq!(plan()["decisions"], approved["decisions"], "what is the same stays decided");
    assert!(plan()["actions"].as_array().unwrap().len() > approved["actions"].as_array().unwrap().len());
    // Now it is applied, and somebody answers after that.
    std::fs::write(company.run.join("certification.plan.journal.jsonl"), "").unwrap();
    let (applied, packet) = (plan(), company.packets()["packets"][2]["reviewer"].clone());
    answer(2, " ");
    assert!(company.read("certification.jsonl").contains(&format!("\"by\":{packet}")), "who signs nothing is whose packet it is");
    let finished = company.certify(&["--finish", "--json"]).code(0).json();
    assert_eq!(plan(), applied, "what was applied stays what its journal is of");
    let further: Value = serde_json::from_str(&company.read("certification.2.plan.json")).unwrap();
    let ids = |plan: &Value| -> Vec<String> {
        plan["actions"].as_array().unwrap().iter().map(|action| action["account_id"].to_string()).collect()
    };
    assert!(!ids(&further).is_empty() && ids(&further).iter().all(|id| !ids(&applied).contains(id)), "only what is new");
    assert!(finished["files"].to_string().contains("certification.2.plan.json"), "{finished}");
    for (plan, file) in [(&applied, "certification.plan.json"), (&further, "certification.2.plan.json")] {
        let line = format!("{}: {} actions, in {file}", plan["id"].as_str().unwrap(), ids(plan).len());
        assert!(company.read("certification.md").contains(&line), "{line}");
    }
    // Reviewed like any other, and not made anew where nothing more is to be done.
    let path = company.run.join("certification.2.plan.json");
    company.run(&["review", path.to_str().unwrap(), "--approve", "all", "--by", "eve"]).code(0);
    let approved = company.read("certification.2.plan.json");
    company.certify(&["--finish"]).code(0);
    assert_eq!(company.read("certification.2.plan.json"), approved);
    let verified = || company.run(&["verify", &company.id]).code(0).stdout;
    assert!(verified().contains("certification.2.plan.json came after the run"));
    // What was decided on them stands outside their digests: the next run records it, and what was altered since is told.
    company.audit();
    for name in ["certification.plan.json", "certification.2.plan.json"] {
        assert!(verified().contains(&format!("{name} is as the run")), "{}", verified());
        std::fs::write(company.run.join(name), company.read(name).replacen("\"eve\"", "\"mallory\"", 1)).unwrap();
        assert!(verified().contains(&format!("{name} was made anew or CHANGED after the run")), "{}", verified());
    }
}

/// What a certifier says again, otherwise or once more takes nothing away that somebody decided on the plan.
#[test]
fn ended_again_a_certification_keeps_a_rejection_of_what_is_asked_for_again() {
    let (company, [one, other]) = Company::dealt();
    let rejected = || {
        let decisions = company.plan("certification.plan.json")["decisions"].clone();
        decisions.as_object().unwrap().values().map(|one| format!("{} by {}", one["verdict"], one["by"])).collect::<Vec<_>>()
    };
    for account in [&one, &other] {
        company.answers(account, "head@acme.example", "09:00", "revoke");
    }
    company.certify(&["--finish"]).code(0);
    company.review(&["--reject", "all", "--by", "legal", "--comment", "court order"]).code(0);
    let both = vec![r#""reject" by "legal""#; 2];
    for (at, answers) in [
        ("09:01", ["revoke: moved teams"; 2]),
        ("09:02", ["keep"; 2]),
        ("09:03", ["revoke"; 2]),
        ("09:04", ["keep", "revoke: left"]),
    ] {
        company.answers(&one, "head@acme.example", at, answers[0]);
        company.answers(&other, "head@acme.example", at, answers[1]);
        company.certify(&["--finish"]).code(0);
        assert_eq!(rejected(), both, "{at}");
    }
    // What is not the whole of it any more is another plan, and the whole is once more what was decided on it.
    assert_eq!(company.plan("certification.2.plan.json")["actions"].as_array().unwrap().len(), 1);
    company.answers(&one, "head@acme.example", "09:05", "revoke");
    company.certify(&["--finish"]).code(0);
    let all = company.plan("certification.2.plan.json");
    assert!(all["decisions"].as_object().unwrap().values().all(|decision| decision["by"] == "legal"), "{all}");
    assert_eq!(all["decisions"].as_object().unwrap().len(), 2, "{all}");
}

#[test]
fn an_expired_plan_of_a_certification_gives_no_approval_on() {
    let (company, [one, other]) = Company::dealt();
    for account in [&one, &other] {
        company.answers(account, "head@acme.example", "09:00", "revoke");
    }
    company.certify(&["--finish"]).code(0);
    let first = company.plan("certification.plan.json")["actions"][0]["id"].as_str().unwrap().to_owned();
    company.review(&["--approve", "all", "--by", "eve"]).code(0);
    company.review(&["--reject", &first, "--by", "eve", "--comment", "not yet"]).code(0);
    company.folder.run_at("2027-01-10T12:00:00Z", &["certify", &company.id, "--finish"]).code(0);
    let plan = company.plan("certification.plan.json");
    assert!(plan["created"].as_str().unwrap().starts_with("2027-01-10"), "{plan}");
    for (id, decision) in plan["decisions"].as_object().unwrap() {
        let (verdict, earlier) = (&decision["verdict"], &decision["earlier"][0]["verdict"]);
        let expected = if *id == first { ["reject", "approve"] } else { ["open", "approve"] };
        assert_eq!([verdict, earlier], expected, "{plan}");
    }
}

/// Whoever applies or reviews a plan has it before them, and no other.
#[test]
fn a_certification_is_not_ended_while_somebody_has_its_plan() {
    let (company, [one, other]) = Company::dealt();
    company.answers(&one, "head@acme.example", "09:00", "revoke");
    company.certify(&["--finish"]).code(0);
    company.answers(&other, "head@acme.example", "09:00", "revoke");
    let held = Lock::take_at(&company.run.join("certification.plan.lock"), "it", "a test", Utc::now()).unwrap();
    assert!(company.certify(&["--finish"]).code(8).stderr.contains("a test"));
    drop(held);
    company.certify(&["--finish"]).code(0);
    // What an apply has left says that the plan is not replaced, whatever became of its journal.
    let plan = company.plan("certification.plan.json");
    let outcome = json!({
        "schema": "domo-reconcile/apply/v1", "instance": plan["instance"], "digest": plan["digest"], "by": ["eve"],
        "started": "2026-11-24T09:00:00Z", "finished": "2026-11-24T09:00:00Z", "ended": "complete", "why": null, "overrides": [],
        "journal_lines": 3, "plan": plan["id"], "confirmed": true, "journal": "certification.plan.journal.jsonl", "results": [],
        "counts": {},
    });
    std::fs::write(company.run.join("certification.apply.json"), outcome.to_string()).unwrap();
    company.certify(&["--finish"]).code(6);
    assert_eq!(company.plan("certification.plan.json"), plan);
}

/// The approved plan was made of an answer that is another by now, although nobody has ended the certification again.
#[test]
fn what_a_certification_does_not_ask_for_any_more_is_not_done() {
    let (company, [one, other]) = Company::dealt();
    for account in [&one, &other] {
        company.answers(account, "head@acme.example", "09:00", "role:Social");
    }
    company.folder.write("rules.toml", "[policy]\nplan_valid_days = 3650\n");
    company.certify(&["--finish", "--config", "rules.toml"]).code(0);
    company.review(&["--approve", "all", "--by", "eve"]).code(0);
    company.answers(&one, "head@acme.example", "09:01", "keep");
    let plan = company.run.join("certification.plan.json");
    let import = company.run(&["apply", plan.to_str().unwrap(), "--bulk-import", "files", "--json"]).code(0).json();
    let left_out = import["left_out"].as_array().unwrap();
    assert!(left_out.len() == 1 && left_out[0]["why"].as_str().unwrap().contains("head@acme.example said keep"), "{import}");
}

#[test]
fn an_answer_is_taken_back_and_one_that_is_read_again_does_not_count_once_more() {
    let (company, [account, _]) = Company::dealt();
    company.answers(&account, "head@acme.example", "09:00", "revoke");
    let back = company.answers(&account, "head@acme.example", "09:01", "open");
    assert_eq!((&back["recorded"], &back["revoke"], &back["decided"]), (&json!(1), &json!(0), &json!(0)));
    let again = company.answers(&account, "head@acme.example", "09:00", "revoke");
    assert_eq!((&again["recorded"], &again["revoke"]), (&json!(0), &json!(0)));
    assert!(again["not_taken_over"][0].as_str().unwrap().contains("said open on 2026-11-24 after that"), "{again}");
    // Said before what stands, it comes too late, whenever it was handed in.
    company.answers(&account, "head@acme.example", "10:00", "keep");
    let late = company.answers(&account, "head@acme.example", "09:30", "revoke");
    assert_eq!((&late["recorded"], &late["keep"]), (&json!(0), &json!(1)));
}

#[test]
fn a_mind_that_is_changed_back_in_a_workbook_counts_and_the_workbook_of_before_does_not() {
    let company = Company::new();
    company.certify(&["--split", "department", "--out", "packets"]).code(0);
    let packet = company.packets()["packets"][0].clone();
    let made = company.folder.at(format!("packets/{}.xlsx", packet["file"].as_str().unwrap()));
    let account = packet["rows"][0].as_str().unwrap();
    let all = packet["rows"].as_array().unwrap().len();
    fill(&made, &company.folder.at("1.xlsx"), |_| ["keep", "head@acme.example", ""]);
    for (name, answer) in [("2.xlsx", "revoke"), ("3.xlsx", "keep")] {
        fill(&made, &company.folder.at(name), |row| if row[0] == account { [answer, "head@acme.example", ""] } else { [""; 3] });
    }
    let read = |name: &str| {
        let answer = company.certify(&["--from", name, "--json"]).code(0).json();
        (answer["recorded"].clone(), answer["revoke"].clone(), answer["not_taken_over"].as_array().unwrap().len())
    };
    assert_eq!(read("1.xlsx"), (json!(all), json!(0), 0));
    assert_eq!(read("2.xlsx"), (json!(1), json!(1), 0));
    assert_eq!(read("3.xlsx"), (json!(1), json!(0), 0));
    assert_eq!(read("2.xlsx"), (json!(0), json!(0), 1));
}

#[test]
fn an_end_without_a_plan_says_why_and_one_that_leaves_an_older_plan_names_it() {
    let (company, [one, other]) = Company::dealt();
    company.answers(&one, "head@acme.example", "09:00", "keep");
    let told = company.certify(&["--finish"]).code(0).stdout;
    assert!(told.contains("Nothing is to be revoked or changed, so there is no plan."), "{told}");
    company.answers(&one, "head@acme.example", "09:01", "revoke");
    let told = company.certify(&["--finish"]).code(0).stdout;
    assert!(!told.contains("so there is no plan") && !told.contains("earlier --finish"), "{told}");
    // What was decided on it is kept, and it is asked for no more.
    company.review(&["--reject", "all", "--by", "legal", "--comment", "court order"]).code(0);
    company.answers(&one, "head@acme.example", "09:02", "keep");
    company.answers(&other, "head@acme.example", "09:02", "revoke");
    let told = company.certify(&["--finish"]).code(0).stdout;
    assert!(
        told.contains("certification.plan.json of an earlier --finish stands") && told.contains("1 of its 1 action is"),
        "{told}"
    );
    assert!(told.contains("what counts now is") && told.contains("certification.2.plan.json"), "{told}");
}

/// As long as it was, and chained anew: the next run has seen the other.
#[test]
fn a_record_that_was_made_anew_at_equal_length_is_refused() {
    let (company, [account, _]) = Company::dealt();
    let record = company.run.join("certification.jsonl");
    company.answers(&account, "head@acme.example", "09:00", "keep");
    let forged = std::fs::read(&record).unwrap();
    std::fs::remove_file(&record).unwrap();
    company.answers(&account, "head@acme.example", "09:00", "revoke");
    let next = company.folder.run_of(&company.audit());
    std::fs::write(&record, forged).unwrap();
    let refused = company.certify(&[]).code(6).stderr;
    assert!(refused.contains("was changed after the run") && refused.contains("recorded its first 1 line"), "{refused}");
    // A run that cannot be read is not taken for one that has seen nothing.
    let manifest = next.folder.join("manifest.json");
    let whole = std::fs::read(&manifest).unwrap();
    std::fs::write(&manifest, &whole[1..]).unwrap();
    let refused = company.certify(&[]).code(1).stderr;
    assert!(refused.contains("what it recorded of certification.jsonl is not known"), "{refused}");
    let verified = company.run(&["verify", &company.id]).stdout;
    assert!(verified.contains("what it recorded of this run is not known"), "{verified}");
}

/// A packet of another split shows what was answered, and says it for nobody.
#[test]
fn a_workbook_of_a_certification_that_comes_back_untouched_answers_nothing() {
    let (company, [account, _]) = Company::dealt();
    company.answers(&account, "ciso@acme.example", "09:00", "keep");
    company.certify(&["--split", "department", "--out", "packets"]).code(0);
    company.answers(&account, "ciso@acme.example", "09:10", "revoke");
    let file = company.packets()["packets"][1]["file"].as_str().unwrap().to_owned();
    let coverage = company.certify(&["--from", &format!("packets/{file}.xlsx"), "--json"]).code(0).json();
    assert_eq!((&coverage["recorded"], &coverage["revoke"]), (&json!(0), &json!(1)));
}

#[test]
fn whoever_has_the_account_confirms_nothing_by_any_of_their_names_and_stands_in_nobodys_way() {
    let users = std::fs::read_to_string(samples().join("company/domo-users.json")).unwrap();
    let mut users: Vec<Value> = serde_json::from_str(&users).unwrap();
    let hannah = users.iter_mut().find(|user| user["email"] == "hannah.nguyen@acme.example").unwrap();
    hannah["email"] = json!("hannah@domo.acme.example");
    let account = hannah["id"].to_string();
    let company = Company::of(&json!(users).to_string());
    company.certify(&["--split", "department", "--out", "packets"]).code(0);
    let names = ["hannah@domo.acme.example", "hannah.nguyen@acme.example", "Hannah Nguyen"];
    for (minute, name) in (0..).zip(names) {
        let said = company.answers(&account, name, &format!("09:{minute:02}"), &format!("keep: needed, {minute}"));
        assert_eq!((&said["own"], &said["decided"]), (&json!(1), &json!(0)), "{name}");
    }
    let confirmed = company.answers(&account, "head@acme.example", "10:00", "keep");
    assert_eq!((&confirmed["recorded"], &confirmed["own"], &confirmed["keep"]), (&json!(1), &json!(0), &json!(1)));
}

/// A scope is for whoever is still to be asked.
#[test]
fn what_was_answered_stays_in_the_evidence_when_the_scope_is_narrowed() {
    let (company, [account, _]) = Company::dealt();
    company.answers(&account, "head@acme.example", "09:00", "revoke");
    company.certify(&["--split", "department", "--scope", "privileged", "--out", "narrow"]).code(0);
    let ended = company.certify(&["--finish", "--json"]).code(0).json();
    assert_eq!(ended["revoke"], 1);
    assert_eq!(company.plan("certification.plan.json")["actions"][0]["account_id"].to_string(), account);
}

#[test]
fn nothing_is_planned_on_a_run_whose_evidence_is_incomplete() {
    let directory = std::fs::read_to_string(samples().join("company/directory.csv")).unwrap();
    let mut company = Company { folder: Folder::new().at_moment(TODAY), run: PathBuf::new(), id: String::new() };
    company.folder.write("directory.csv", format!("{directory}Record count: 2 of 500\n"));
    let users = samples().join("company/domo-users.json");
    let args = ["audit", "--accounts", users.to_str().unwrap(), "--directory", "directory.csv", "--as-of", "2026-11-24", "--json"];
    let audited = company.run(&args).code(3).json();
    (company.run, company.id) = (company.folder.run_of(&audited).folder, audited["run_id"].as_str().unwrap().to_owned());
    company.certify(&["--split", "department", "--out", "packets"]).code(0);
    let account = company.packets()["packets"][1]["rows"][0].as_str().unwrap().to_owned();
    company.answers(&account, "head@acme.example", "09:00", "revoke");
    let told = company.certify(&["--finish"]).code(0).stdout;
    let why = "comes into a plan, because the evidence of the run is incomplete: ";
    assert!(told.contains(why) && company.read("certification.md").lines().take(12).any(|line| line.contains(why)), "{told}");
    assert!(!company.run.join("certification.plan.json").exists());
}

/// The rules that are named are those of the instance that is certified, and loosen none of its run.
#[test]
fn a_configuration_that_is_named_counts_as_it_is_for_the_certified_instance() {
    let (company, [account, _]) = Company::dealt();
    let instance = company.plan("manifest.json")["run"]["instance"].as_str().unwrap().to_owned();
    company.answers(&account, "head@acme.example", "09:00", "revoke");
    let section = |name: &str| {
        let keys = "client_id_env = \"A\"\nclient_secret_env = \"B\"\nclient_owner = \"hannah.nguyen@acme.example\"\n";
        company.folder.write("rules.toml", format!("[[instance]]\nname = \"{name}\"\n{keys}"));
        company.certify(&["--finish", "--config", "rules.toml"])
    };
    assert!(section("elsewhere").code(2).stderr.contains("does not name the instance"));
    section(&instance).code(0);
    assert_eq!(company.plan("certification.plan.json")["rules"]["client_owner"], "hannah.nguyen@acme.example");
}

/// What was cut while it was written is no line, and what is added does not stick to the line before.
#[test]
fn a_record_whose_last_line_was_cut_goes_on_after_the_whole_ones() {
    let (company, [one, other]) = Company::dealt();
    company.answers(&one, "head@acme.example", "09:00", "keep");
    let path = company.run.join("certification.jsonl");
    let whole = std::fs::read(&path).unwrap();
    for (cut, lines) in [(1, 2), (0, 2), (whole.len() / 2, 1)] {
        std::fs::write(&path, &whole[..whole.len() - cut]).unwrap();
        assert_eq!(company.answers(&other, "head@acme.example", "09:00", "keep")["recorded"], 1);
        assert_eq!(company.certify(&["--json"]).code(0).json()["decided"], lines, "{cut}");
        assert_eq!(company.read("certification.jsonl").lines().count(), lines, "{cut}");
    }
}

/// What somebody who tests the control looks for on one page.
#[test]
fn the_evidence_names_run_rules_sums_doubts_and_what_was_kept_in_spite_of_a_finding() {
    let company = Company::new();
    let may_administer = company.certify(&["--scope", "privileged", "--json"]).code(0).json()["accounts"].as_u64().unwrap();
    company.certify(&["--split", "manager_email", "--out", "packets"]).code(0);
    for (number, packet) in company.packets()["packets"].as_array().unwrap().iter().enumerate() {
        company.saved(&format!("{number}.json"), packet, "lead@acme.example", &json!({"verdict": "keep", "comment": null}));
    }
    let coverage = company.certify(&["--from", "back", "--json"]).code(0).json();
    assert_eq!(coverage["reviewers"].as_array().unwrap().last().unwrap()["reviewer"], "unassigned");
    company.certify(&["--finish"]).code(0);
    let (page, manifest) = (company.read("certification.md"), company.read("manifest.json"));
    let manifest: Value = serde_json::from_str(&manifest).unwrap();
    for said in [
        manifest["config"]["sha256"].as_str().unwrap(),
        manifest["directory"][0]["sha256"].as_str().unwrap(),
        &format!("Evidence: `{}", manifest["summary"]["evidence"]["status"].as_str().unwrap()),
        "PCI DSS 7.2.4",
        "kept although the run found something",
        "## Sign-off",
        &format!("of {may_administer} in scope decided"),
        "May administer: ",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    // Digests say which hash they are, each of them; those of the run behind it stand in a column that says so.
    let own = page.split("## The run behind it").next().unwrap();
    assert!(!own.split(['`', ' ', ',']).any(|word| word.len() == 64 && word.chars().all(|one| one.is_ascii_hexdigit())));
}

#[test]
fn the_pages_of_a_certification_can_be_read_by_everybody() {
    let Some(browser) = browser() else { return };
    let company = Company::new();
    company.certify(&["--split", "manager_email", "--out", "packets"]).code(0);
    let packet = company.packets()["packets"][0].clone();
    company.saved("revoke.json", &packet, "head@acme.example", &json!({"verdict": "revoke", "comment": "project ended"}));
    company.certify(&["--from", "back"]).code(0);
    company.certify(&["--finish"]).code(0);
    let page = company.folder.at(format!("packets/{}.html", packet["file"].as_str().unwrap()));
    in_browser(browser, "page.mjs", &[page, company.run.join("certification.html")]);
}

#[test]
fn a_record_that_was_changed_or_cut_is_told() {
    let company = Company::new();
    company.certify(&["--split", "department", "--out", "packets"]).code(0);
    let packet = company.packets()["packets"][0].clone();
    let from = company.saved("keep.json", &packet, "lead@acme.example", &json!({"verdict": "keep", "comment": null}));
    company.certify(&["--from", &from]).code(0);
    company.audit();
    let path = company.run.join("certification.jsonl");
    let text = std::fs::read_to_string(&path).unwrap();
    for word in ["revoke", "KEEP", "perhaps"] {
        std::fs::write(&path, text.replacen("\"keep\"", &format!("\"{word}\""), 1)).unwrap();
        assert!(company.run(&["verify", &company.id]).code(1).stdout.contains("certification.jsonl was altered"), "{word}");
    }
    company.certify(&[]).code(6);
    let cut: String = text.lines().take(1).map(|line| format!("{line}\n")).collect();
    std::fs::write(&path, cut).unwrap();
    assert!(company.certify(&[]).code(6).stderr.contains("certification.jsonl has 1 line, but the run "));
    assert!(company.run(&["verify", &company.id]).code(1).stdout.contains("certification.jsonl was altered"));
    // That a later run recorded what was left of it makes it no better.
    company.audit();
    assert!(company.run(&["verify", &company.id]).code(1).stdout.contains("certification.jsonl was altered"));
    std::fs::remove_file(&path).unwrap();
    assert!(company.run(&["verify", &company.id]).code(1).stdout.contains("certification.jsonl is missing"));
}

#[test]
fn what_is_of_another_run_or_nobodys_packet_records_nothing() {
    let company = Company::new();
    company.certify(&["--split", "department", "--out", "packets"]).code(0);
    let packets = company.packets();
    let packet = packets["packets"][0].clone();
    let keep = json!({"verdict": "keep", "comment": null});
    let name = company.saved("a.json", &packet, "lead", &keep);
    let path = company.folder.path().join(&name);
    let text = std::fs::read_to_string(&path).unwrap();
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut file: Value = serde_json::from_str(&text).unwrap();
        change(&mut file);
        std::fs::write(&path, file.to_string()).unwrap();
    };
    changed(&|file| file["digest"] = "sha256:0".into());
    company.certify(&["--from", &name]).code(6);
    changed(&|file| file["reviewer"] = packets["packets"][1]["reviewer"].clone());
    company.certify(&["--from", &name]).code(2);
    changed(&|file| file["decisions"]["1"] = keep.clone());
    company.certify(&["--from", &name]).code(2);
    let account = packet["rows"][1].as_str().unwrap();
    changed(&|file| file["decisions"][account] = json!({"verdict": "role:Emperor"}));
    assert!(company.certify(&["--from", &name]).code(2).stderr.contains("role:Emperor"));
    assert!(!company.run.join("certification.jsonl").exists());
}

#[test]
fn a_workbook_of_a_certification_is_read_back_and_one_that_was_cut_or_edited_records_nothing() {
    let company = Company::new();
    company.certify(&["--split", "manager_email", "--out", "packets"]).code(0);
    let packet = company.packets()["packets"][0].clone();
    let made = company.folder.at(format!("packets/{}.xlsx", packet["file"].as_str().unwrap()));
    let refused = |name: &str, saying: &str| {
        let said = company.certify(&["--from", name]).code(2).stderr;
        assert!(said.contains(name) && said.contains(saying), "{said}");
        assert!(!company.run.join("certification.jsonl").exists());
    };
    let bytes = std::fs::read(&made).unwrap();
    company.folder.write("cut.xlsx", &bytes[..bytes.len() / 2]);
    refused("cut.xlsx", "");
    rewrite(&made, &company.folder.at("edited.xlsx"), |row| row[3] = "Social".into());
    refused("edited.xlsx", "row 2: `role`");
    rewrite(&made, &company.folder.at("other.xlsx"), |row| row[0] = "1".into());
    refused("other.xlsx", "row 2: `1` is no account in scope");
    // Whatever the file is called, the packet is its reviewer's.
    fill(&made, &company.folder.at("renamed.xlsx"), |_| ["keep", "", "needed"]);
    let rows = packet["rows"].as_array().unwrap().len();
    assert_eq!(company.certify(&["--from", "renamed.xlsx", "--json"]).code(0).json()["recorded"], rows);
    let by = format!("\"by\":{}", packet["reviewer"]);
    assert_eq!(company.read("certification.jsonl").matches(&by).count(), rows);
}

#[test]
fn the_next_report_says_which_of_the_revocations_happened() {
    let company = Company::new();
    company.certify(&["--split", "department", "--out", "packets"]).code(0);
    let packet = company.packets()["packets"][1].clone();
    company.saved("revoke.json", &packet, "head@acme.example", &json!({"verdict": "revoke", "comment": "project ended"}));
    company.certify(&["--from", "back"]).code(0);
    let rows = packet["rows"].as_array().unwrap().iter().skip(1);
    let mut revoked: Vec<u64> = rows.map(|row| row.as_str().unwrap().parse().unwrap()).collect();
    revoked.sort_unstable();
    // One is switched off, one is not there any more, the others are as they were.
    let text = std::fs::read(samples().join("company/domo-users.json")).unwrap();
    let mut users: Vec<Value> = serde_json::from_slice(&text).unwrap();
    users.retain(|user| user["id"] != revoked[0]);
    users.iter_mut().filter(|user| user["id"] == revoked[1]).for_each(|user| user["active"] = json!(false));
    let report = company.reported(&users);
    let said = format!("Certification of the run {}: 2 of {} revocations happened; not yet: ", company.id, revoked.len());
    assert!(report.contains(&said), "{said}: {report}");
    assert!(report.contains("(revoke by head@acme.example on 2026-11-24)"), "{report}");
}

#[test]
fn a_role_of_the_instances_own_is_not_taken_for_the_role_whose_name_it_bears() {
    let company = Company::new();
    company.certify(&["--split", "department", "--out", "packets"]).code(0);
    let packet = company.packets()["packets"][1].clone();
    company.saved("social.json", &packet, "head@acme.example", &json!({"verdict": "role:Social", "comment": "reads only"}));
    company.certify(&["--from", "back"]).code(0);
    let rows: Vec<u64> =
        packet["rows"].as_array().unwrap().iter().skip(1).map(|row| row.as_str().unwrap().parse().unwrap()).collect();
    let text = std::fs::read(samples().join("company/domo-users.json")).unwrap();
    let mut users: Vec<Value> = serde_json::from_slice(&text).unwrap();
    for (id, role_id) in [(rows[0], 5), (rows[1], 2001)] {
        let user = users.iter_mut().find(|user| user["id"] == id).unwrap();
        (user["role"], user["roleId"]) = (json!("Social"), json!(role_id));
    }
    let report = company.reported(&users);
    let has = |user: &&Value| rows.contains(&user["id"].as_u64().unwrap()) && user["role"] == "Social" && user["roleId"] != 2001;
    let said = format!("{} of {} changes of role happened; not yet: ", users.iter().filter(has).count(), rows.len());
    assert!(report.contains(&said), "{said}: {report}");
}
