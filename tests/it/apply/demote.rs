//! Access taken away where an instance has no inactive state: role and groups, one recorded write each, given back by a revert.

use std::path::PathBuf;

use domo_reconcile::plan::guard::AuditFigures;
use domo_reconcile::sandbox::{Fault, Options, Profile, What};
use serde_json::{Value, json};

use super::company::{Company, options, plan_now};
use super::fixture::{hundred, update};

const DIRECTORY: &str = "groups = true\n[[directory]]\npath = \"workers.csv\"\n";

/// A company on the Domo of its own documents: 13 has left and is in two groups, 14 is nobody's and has a role of the instance's
/// own.
struct Left {
    company: Company,
}

impl Left {
    fn new(dynamic: &[&str]) -> Self {
        Self::with(dynamic, |_| {})
    }

    fn with(dynamic: &[&str], change: impl FnOnce(&mut Options)) -> Self {
        let groups = vec![("Sales".to_owned(), vec![13, 10]), ("Everybody".to_owned(), vec![10, 13, 14])];
        let mut options = Options { groups, ..options() };
        change(&mut options);
        options.accounts.iter_mut().find(|user| user["id"] == 14).unwrap()["role"] = "Data Steward".into();
        let dynamic_groups = dynamic.iter().map(|name| (*name).to_owned()).collect();
        let options = Options { profile: Profile::recorded(), dynamic_groups, ..options };
        let company = Company::with(options, plan_now(vec![update(10)], &hundred(), AuditFigures::default()));
        let mut rows = "Email,Employee Number,Name,Title,Department,Location,Phone,Status\n".to_owned();
        for id in (1..=3).chain(10..60).filter(|id| *id != 14) {
            let status = if id == 13 { "Terminated" } else { "Active" };
            rows += &format!("p{id}@acme.com,{id:05},Person {id},Analyst,Finance,Lehi,801-555-0100,{status}\n");
        }
        company.write("workers.csv", &rows);
        Self { company }
    }

    fn audit(&self, policy: &str) -> (Value, PathBuf) {
        self.company.configure(&format!("{DIRECTORY}[policy]\n{policy}"));
        self.company.audit_with(&[])
    }

    /// The finding about this account.
    fn finding(&self, run: &std::path::Path, account: u64) -> Value {
        let text = std::fs::read(run.join("findings.json")).unwrap();
        let findings: Value = serde_json::from_slice(&text).unwrap();
        let all = findings["findings"].as_array().unwrap().clone();
        all.into_iter().find(|finding| finding["account"]["id"] == account && finding["kind"] != "drift").unwrap()
    }

    fn members(&self) -> Vec<Vec<u64>> {
        self.company.domo.groups().into_iter().map(|(_, members)| members).collect()
    }
}

const DEMOTE: &str = "leaver = \"demote\"\norphan = \"demote\"\n";

#[test]
fn nothing_is_proposed_that_an_instance_without_an_inactive_state_cannot_do_and_the_ways_on_are_named() {
    let left = Left::new(&[]);
    let (answer, run) = left.audit("");
    assert_eq!(answer["plan"], Value::Null, "{answer}");
    for (id, kind) in [(13, "leaver"), (14, "orphan")] {
        let finding = left.finding(&run, id);
        assert_eq!((&finding["kind"], &finding["action"]), (&json!(kind), &Value::Null));
        let reason = finding["reason"].as_str().unwrap();
        for way in [&format!("{kind} = \"demote\"")[..], &format!("{kind} = \"delete\""), "Admin > Governance > People"] {
            assert!(reason.contains(way), "{reason}");
        }
    }
    let reasons = answer["reasons"].to_string();
    assert!(
        reasons.contains("no account says whether it is active") && reasons.contains("Admin > Governance > People"),
        "{reasons}"
    );
}

#[test]
fn a_demotion_takes_role_and_groups_and_a_revert_gives_them_back() {
    let left = Left::new(&[]);
    let (_, run) = left.audit(DEMOTE);
    let plan = run.join("plan.json").to_str().unwrap().to_owned();
    let sealed: Value = serde_json::from_slice(&std::fs::read(&plan).unwrap()).unwrap();
    let actions = sealed["actions"].as_array().unwrap();
    // Worst first: who has left before who is unknown.
    let told: Vec<_> =
        actions.iter().map(|action| (action["kind"].as_str().unwrap(), action["account_id"].as_u64().unwrap())).collect();
    assert_eq!(told, [("demote", 13), ("demote", 14)]);
    assert_eq!(actions[0]["after"], json!({"role": "Social", "groups": []}));
    let names: Vec<_> =
        actions[0]["before"]["groups"].as_array().unwrap().iter().map(|group| group["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Sales", "Everybody"]);
    assert!(actions[1]["why"].as_str().unwrap().contains("The role `Data Steward` is the instance's own"), "{}", actions[1]);

    left.company.run(&["review", &plan, "--approve", "all", "--by", "ana"]).code(0);
    let dry = left.company.run(&["apply", &plan, "--json"]).code(0).json();
    assert_eq!(dry["counts"], json!({"would-do": 2}));
    assert_eq!(dry["results"][0]["detail"], "role: Social; leaves: Sales, Everybody");
    let rehearsed = left.company.run(&["apply", &plan, "--rehearse", "--json"]).code(0).json();
    assert_eq!(rehearsed["counts"], json!({"done": 2}), "{rehearsed}");
    assert_eq!(left.company.run(&["apply", &plan, "--confirm", "--json"]).code(0).json()["counts"], json!({"done": 2}));
    assert_eq!((&left.company.user(13)["role"], &left.company.user(14)["role"]), (&json!("Social"), &json!("Social")));
    assert_eq!(left.members(), [vec![10], vec![10]]);
    assert_eq!(left.company.run(&["apply", &plan, "--confirm", "--json"]).code(0).json()["counts"], json!({"already-done": 2}));

    // Restricted, and still a finding.
    let (answer, next) = left.audit(DEMOTE);
    assert_eq!(answer["plan"], Value::Null, "{answer}");
    for id in [13, 14] {
        let finding = left.finding(&next, id);
        let told = (&finding["severity"], &finding["restricted"], &finding["action"]);
        assert_eq!(told, (&json!("medium"), &json!(true), &Value::Null), "{finding}");
    }
    // It is a removal of somebody who had left, as a deactivation is.
    let page = crate::support::page(&next.join("report.html"));
    assert!(page.contains("1 removal was done of somebody who had left and whose last day is not known"));

    let journal = run.join("plan.journal.jsonl").to_str().unwrap().to_owned();
    let undo = left.company.run(&["revert", &journal, "--json", "--out", "undo.json"]).code(0).json();
    assert_eq!(undo["actions"], 2, "{undo}");
    assert!(undo["stays"].to_string().contains("Data Steward"), "{undo}");
    left.company.run(&["review", "undo.json", "--approve", "all", "--by", "ana"]).code(0);
    assert_eq!(left.company.run(&["apply", "undo.json", "--confirm", "--json"]).code(0).json()["counts"], json!({"done": 2}));
    assert_eq!((&left.company.user(13)["role"], &left.company.user(14)["role"]), (&json!("Participant"), &json!("Social")));
    assert_eq!(left.members(), [vec![10, 13], vec![10, 13, 14]]);
}

/// The role is written, and nobody lives to read it back; the groups are left by the apply that goes on.
#[test]
fn a_demotion_that_was_interrupted_after_its_role_gives_the_role_back() {
    let left = Left::new(&[]);
    let (_, run) = left.audit(DEMOTE);
    let plan = run.join("plan.json").to_str().unwrap().to_owned();
    left.company.run(&["review", &plan, "--approve", "demote", "--by", "ana"]).code(0);
    // Nothing can be read from the write on: what it did is not known.
    let domo = &left.company.domo;
    domo.fault(Fault::nth("PUT", "/v1/users/13", 1, What::CutAfter));
    domo.fault("GET /v1/users/13#2-=403".parse().unwrap());
    assert_eq!(left.company.run(&["apply", &plan, "--confirm", "--json"]).code(7).json()["counts"]["unknown"], 1);
    domo.clear_faults();
    assert_eq!((&left.company.user(13)["role"], left.members()[0].contains(&13)), (&json!("Social"), true));
    // It is ours until the next read settles it, and that shows it.
    left.company.configure(&format!("{DIRECTORY}[policy]\n{DEMOTE}"));
    let seen = left.company.run(&["audit", "--json"]).code(0).json();
    let seen = left.company.path(seen["run_dir"].as_str().unwrap());
    let page = crate::support::page(&seen.join("report.html"));
    assert!(page.contains("role lowered") && !page.contains("changed outside<"), "{page}");
    std::fs::remove_dir_all(seen).unwrap();
    let resumed = left.company.run(&["apply", &plan, "--confirm", "--json"]).code(0).json();
    assert_eq!(resumed["counts"]["done"], 1, "{resumed}");
    assert_eq!(left.members(), [vec![10], vec![10]]);

    let journal = run.join("plan.journal.jsonl").to_str().unwrap().to_owned();
    left.company.run(&["revert", &journal, "--json", "--out", "undo.json"]).code(0);
    left.company.run(&["review", "undo.json", "--approve", "all", "--by", "ana"]).code(0);
    left.company.run(&["apply", "undo.json", "--confirm"]).code(0);
    assert_eq!(left.company.user(13)["role"], "Participant");
    assert!(left.members().iter().all(|members| members.contains(&13)));
}

#[test]
fn a_role_of_the_instances_own_that_is_called_like_the_least_role_is_not_taken_for_it() {
    let left = Left::with(&[], |options| {
        let gone = options.accounts.iter_mut().find(|user| user["id"] == 13).unwrap();
        (gone["role"], gone["roleId"]) = (json!("Social"), json!(4711));
    });
    let (answer, run) = left.audit(DEMOTE);
    let finding = left.finding(&run, 13);
    assert_eq!(
        (&finding["severity"], &finding["restricted"], &finding["action"]),
        (&json!("critical"), &Value::Null, &Value::Null)
    );
    let reason = finding["reason"].as_str().unwrap();
    assert!(reason.contains("called Social too") && reason.contains("Admin > Governance > People"), "{reason}");
    // The other one is demoted all the same.
    assert_eq!(answer["plan"]["actions"], 1, "{answer}");
}

/// Three in a row, and the groups and accounts after it are demoted all the same.
#[test]
fn a_group_that_cannot_be_left_fails_its_account_and_keeps_from_nothing_else() {
    let left = Left::with(&["Everybody"], |options| {
        options.groups.reverse();
        options.groups[0].1.extend([70, 71]);
        options.accounts.extend((70..73).map(super::company::account));
    });
    let (_, run) = left.audit(DEMOTE);
    let plan = run.join("plan.json").to_str().unwrap().to_owned();
    left.company.run(&["review", &plan, "--approve", "all", "--by", "ana"]).code(0);
    let ran = left.company.run(&["apply", &plan, "--confirm", "--json"]).code(7).json();
    assert_eq!(ran["counts"], json!({"done": 1, "failed": 4}), "{ran}");
    let why = ran["results"][0]["detail"].as_str().unwrap();
    assert!(why.contains("stays in the group `Everybody`") && why.contains("cannot be changed"), "{why}");
    assert!(why.contains("[content] groups"), "next month it is the same unless somebody is told what to do: {why}");
    // What could be taken is taken, and a revert knows it.
    let members = vec![vec![10, 13, 14, 70, 71], vec![10]];
    assert_eq!((&left.company.user(13)["role"], left.members()), (&json!("Social"), members));
    assert_eq!(left.company.user(72)["role"], "Social");
    let journal = run.join("plan.journal.jsonl").to_str().unwrap().to_owned();
    let undo = left.company.run(&["revert", &journal, "--json", "--out", "undo.json"]).code(0).json();
    assert_eq!(undo["actions"], 4, "the role and Sales of 13; the role of 14 is the instance's own: {undo}");
}

#[test]
fn a_group_that_was_deleted_since_is_left_already_and_keeps_a_revert_from_nothing_else() {
    let left = Left::new(&[]);
    let (_, run) = left.audit(DEMOTE);
    let plan = run.join("plan.json").to_str().unwrap().to_owned();
    left.company.run(&["review", &plan, "--approve", "all", "--by", "ana"]).code(0);
    let apply = |plan: &str| left.company.run(&["apply", plan, "--confirm", "--json"]);
    assert_eq!(apply(&plan).code(0).json()["counts"], json!({"done": 2}));
    left.company.domo.delete_groups("Sales");
    left.company.run(&["revert", run.to_str().unwrap(), "--out", "undo.json"]).code(0);
    left.company.run(&["review", "undo.json", "--approve", "all", "--by", "ana"]).code(0);
    let undone = apply("undo.json").code(7).json();
    assert_eq!(undone["counts"], json!({"done": 1, "failed": 1}), "{undone}");
    let why = "the account does not join the group `Sales`: there is no such group any more; nothing was sent";
    assert!(undone["results"].as_array().unwrap().iter().any(|row| row["detail"] == why), "{undone}");
    assert_eq!((&left.company.user(13)["role"], left.members()), (&json!("Participant"), vec![vec![10, 13, 14]]));

    let left = Left::new(&[]);
    let (_, run) = left.audit(DEMOTE);
    let plan = run.join("plan.json").to_str().unwrap().to_owned();
    left.company.run(&["review", &plan, "--approve", "all", "--by", "ana"]).code(0);
    left.company.domo.delete_groups("Sales");
    let ran = left.company.run(&["apply", &plan, "--confirm", "--json"]).code(0).json();
    assert_eq!((&ran["counts"], left.members()), (&json!({"done": 2}), vec![vec![10]]), "{ran}");
}

#[test]
fn groups_that_cannot_be_read_are_said_to_be_asked_for() {
    let left = Left::new(&[]);
    left.company.domo.fault("GET /v1/groups#1-=403".parse().unwrap());
    let (_, run) = left.audit(DEMOTE);
    let plan = std::fs::read_to_string(run.join("plan.json")).unwrap();
    assert!(plan.contains("Its groups could not be read, as [domo] groups = true asks, so none is left"), "{plan}");
}

#[test]
fn what_a_revert_gave_back_is_neither_counted_as_removed_nor_done_already() {
    let left = Left::new(&[]);
    let (_, run) = left.audit(DEMOTE);
    let (plan, undo) = (run.join("plan.json"), run.join("revert.plan.json"));
    let (plan, undo) = (plan.to_str().unwrap(), undo.to_str().unwrap());
    let apply = |plan: &str| {
        left.company.run(&["review", plan, "--approve", "all", "--by", "ana"]).code(0);
        left.company.run(&["apply", plan, "--confirm", "--json"])
    };
    assert_eq!(apply(plan).code(0).json()["counts"], json!({"done": 2}));
    left.company.run(&["revert", run.to_str().unwrap()]).code(0);
    assert_eq!(apply(undo).code(0).json()["counts"], json!({"done": 2}));
    let again = left.company.run(&["apply", plan, "--confirm", "--json"]).code(7).json();
    assert_eq!(again["counts"], json!({"already-done": 1, "changed-since-plan": 1}), "{again}");
    assert!(again["results"][0]["detail"].as_str().unwrap().contains(", and undone since: role is `Participant`"), "{again}");
    assert_eq!(left.company.user(13)["role"], "Participant");
    left.company.run(&["verify", run.to_str().unwrap()]).code(0);

    let (_, next) = left.audit(DEMOTE);
    let page = crate::support::page(&next.join("report.html"));
    assert!(!page.contains("removal was done of somebody who had left"), "he is active");
    let applied = |words: &str| page.find(words).unwrap_or_else(|| panic!("{words}"));
    let id =
        |path: &str| serde_json::from_slice::<Value>(&std::fs::read(path).unwrap()).unwrap()["id"].as_str().unwrap().to_owned();
    let (first, second) = (id(plan), id(undo));
    assert!(
        applied(&format!("Plan {first} was applied on")) < applied(&format!("Plan {second}, which undoes {first}, was applied on"))
    );
}

/// Nobody lives to read the second group back; a revert gives all of it back, and then the plan takes all of it again.
#[test]
fn a_demotion_that_goes_on_after_its_revert_takes_what_was_given_back() {
    let left = Left::new(&[]);
    let (_, run) = left.audit(DEMOTE);
    let plan = run.join("plan.json").to_str().unwrap().to_owned();
    left.company.run(&["review", &plan, "--approve", "demote", "--by", "ana"]).code(0);
    let domo = &left.company.domo;
    domo.fault("GET /v1/groups/*/users#11-=403".parse().unwrap());
    let apply = |plan: &str| left.company.run(&["apply", plan, "--confirm", "--json"]);
    let first = apply(&plan).code(7).json();
    assert_eq!(first["counts"]["unknown"], 1, "{first}");
    domo.clear_faults();
    assert_eq!(left.members(), [vec![10], vec![10, 14]]);

    left.company.run(&["revert", run.to_str().unwrap(), "--out", "undo.json"]).code(0);
    left.company.run(&["review", "undo.json", "--approve", "all", "--by", "ana"]).code(0);
    apply("undo.json").code(0);
    assert!(left.members().iter().all(|members| members.contains(&13)), "{:?}", left.members());
    apply(&plan).code(0);
    assert_eq!((&left.company.user(13)["role"], left.members()), (&json!("Social"), vec![vec![10], vec![10]]));
}

#[test]
fn a_demotion_gives_nobody_more_than_they_have() {
    let to = |role: &str| format!("{DEMOTE}demoted_role = \"{role}\"\n");
    let social =
        |options: &mut Options| options.accounts.iter_mut().find(|user| user["id"] == 13).unwrap()["role"] = json!("Social");
    let left = Left::with(&[], social);
    // 13 is in two groups still: those are left, and the role stays.
    let (_, run) = left.audit(&to("Editor"));
    let plan: Value = serde_json::from_slice(&std::fs::read(run.join("plan.json")).unwrap()).unwrap();
    let of = |id: u64| plan["actions"].as_array().unwrap().iter().find(|action| action["account_id"] == id).unwrap();
    assert_eq!(of(13)["after"], json!({"role": "Social", "groups": []}));
    assert_eq!(of(14)["after"]["role"], "Editor", "what a role of the instance's own may do is not known");
    let path = run.join("plan.json").to_str().unwrap().to_owned();
    left.company.run(&["review", &path, "--approve", "all", "--by", "ana"]).code(0);
    let dry = left.company.run(&["apply", &path, "--json"]).code(0).json();
    assert_eq!(dry["results"][0]["detail"], "leaves: Sales, Everybody", "{dry}");
    left.company.run(&["apply", &path, "--confirm"]).code(0);
    assert_eq!((&left.company.user(13)["role"], left.members()), (&json!("Social"), vec![vec![10], vec![10]]));
    // Then there is nothing left to take.
    let (_, next) = left.audit(&to("Participant"));
    let finding = left.finding(&next, 13);
    assert_eq!((&finding["restricted"], &finding["action"]), (&json!(true), &Value::Null), "{finding}");
    assert!(finding["reason"].as_str().unwrap().contains("it is restricted: the role Social"), "{finding}");
}

#[test]
fn a_role_that_may_administer_is_no_role_to_demote_to() {
    let left = Left::new(&[]);
    for role in ["Admin", "Privileged"] {
        left.company.configure(&format!("{DIRECTORY}[policy]\ndemoted_role = \"{role}\"\n"));
        let refused = left.company.run(&["audit"]).code(2);
        assert!(refused.stderr.contains(&format!("demoted_role is `{role}`, which may administer")), "{}", refused.stderr);
    }
}
