//! What an apply does to a Domo, and above all what it does not.

use std::collections::BTreeMap;

use domo_reconcile::config::DeactivateWith;
use domo_reconcile::plan::guard::AuditFigures;
use domo_reconcile::plan::journal::{ApplyEnd, Event};
use domo_reconcile::plan::{Action, Outcome, fields};
use domo_reconcile::sandbox::{Fault, Options, Profile, Request, What};
use domo_reconcile::terms::ActionKind;
use serde_json::{Value, json};

use super::company::{Company, account, options, plan_now, state, wait_until};
use super::fixture::{action, approved, create, deactivate, hundred, update};
use crate::support::Ran;

fn delete(id: u64) -> Action {
    let before = json!({"active": true, "email": format!("p{id}@acme.com"), "name": format!("Person {id}"), "role": "Participant"});
    action(ActionKind::Delete, id, before, json!({"deleted": true}))
}

/// The outcome of each action, by id.
fn outcomes(ran: &Ran) -> BTreeMap<String, String> {
    let results = ran.json()["results"].as_array().cloned().unwrap();
    results.iter().map(|row| (row["action"].as_str().unwrap().to_owned(), row["outcome"].as_str().unwrap().to_owned())).collect()
}

/// What the row of this action says.
fn detail(ran: &Ran, action: &str) -> String {
    let results = ran.json()["results"].as_array().cloned().unwrap();
    let row = results.iter().find(|row| row["action"] == action).cloned().unwrap();
    row["detail"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn a_dry_run_says_what_would_happen_and_writes_nothing_anywhere() {
    let company = Company::new(vec![update(10), deactivate(11), delete(12), create(900)]);
    let before = company.domo.users();
    let ran = company.apply(&[]).code(0);
    assert_eq!(ran.json()["confirmed"], false);
    assert_eq!(ran.json()["counts"], json!({"would-do": 4}));
    assert_eq!(company.writes(), []);
    assert_eq!(company.domo.users(), before);
    let mut files: Vec<_> = std::fs::read_dir(company.folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    files.sort();
    assert_eq!(files, ["domo-reconcile.toml", "plan.json"]);
}

#[test]
fn a_confirmed_apply_does_what_was_approved_and_nothing_else() {
    let company = Company::new(vec![update(10), deactivate(11), delete(12), create(900)]);
    let mut expected = company.domo.users();
    let ran = company.apply(&["--confirm"]).code(0);
    assert_eq!(ran.json()["counts"], json!({"done": 4}));
    assert_eq!(company.find(12).filter(|user| user["deleted"] != true), None);
    assert_eq!(company.by_email("p900@acme.com").len(), 1);
    expected.retain(|user| user["id"] != 12);
    for user in &mut expected {
        match user["id"].as_u64() {
            Some(10) => user["title"] = "Lead".into(),
            Some(11) => user["active"] = false.into(),
            _ => {}
        }
    }
    let known: Vec<_> = expected.iter().map(|user| user["id"].clone()).collect();
    let is: Vec<_> = company.domo.users().into_iter().filter(|user| known.contains(&user["id"])).collect();
    assert_eq!(state(is), state(expected));
    assert_eq!(company.domo.invites(), Vec::<String>::new());
}

#[test]
fn every_write_has_its_record_before_it_and_the_account_as_it_was() {
    let company = Company::new(vec![update(10)]);
    company.apply(&["--confirm"]).code(0);
    let journal = company.journal();
    let events: Vec<_> = journal.lines().iter().map(|line| &line.event).collect();
    let [
        Event::Open(open),
        Event::Before { account: Some(was), change, .. },
        Event::After { account: Some(left), .. },
        Event::Outcome { outcome, .. },
        Event::Close { ended, .. },
    ] = events[..]
    else {
        panic!("{events:#?}")
    };
    assert_eq!(open.by, [domo_reconcile::archive::user::name()]);
    assert_eq!(Value::Object(was.clone()), account(10));
    assert_eq!(json!(change), json!({"title": "Lead"}));
    assert_eq!(left["title"], "Lead");
    assert_eq!((*outcome, *ended), (Outcome::Done, ApplyEnd::Complete));
}

#[test]
fn the_files_an_apply_leaves_are_for_their_owner_only() {
    let company = Company::new(vec![update(10)]);
    company.apply(&["--confirm"]).code(0);
    for name in ["plan.journal.jsonl", "apply.json", "plan.lock"] {
        let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(company.path(name)).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    let record: Value = serde_json::from_str(&company.read("apply.json")).unwrap();
    assert_eq!(
        (&record["counts"], &record["ended"], &record["by"]),
        (&json!({"done": 1}), &json!("complete"), &json!([domo_reconcile::archive::user::name()]))
    );
}

#[test]
fn applying_twice_equals_applying_once() {
    let company = Company::new(vec![update(10), deactivate(11), delete(12), create(900)]);
    company.apply(&["--confirm"]).code(0);
    let (users, writes) = (company.domo.users(), company.writes());
    let ran = company.apply(&["--confirm"]).code(0);
    assert_eq!(ran.json()["counts"], json!({"already-done": 4}));
    assert_eq!((company.domo.users(), company.writes()), (users, writes));
}

#[test]
fn what_is_open_or_rejected_is_not_touched() {
    let company = Company::new(vec![update(10), update(11), deactivate(12)]);
    let mut plan: Value = serde_json::from_str(&company.read("plan.json")).unwrap();
    plan["decisions"]["A-update-11"]["verdict"] = "reject".into();
    plan["decisions"].as_object_mut().unwrap().remove("A-deactivate-12");
    company.write("plan.json", &plan.to_string());
    let ran = company.apply(&["--confirm"]).code(0);
    let expected = [("A-deactivate-12", "not-approved"), ("A-update-10", "done"), ("A-update-11", "not-approved")];
    assert_eq!(outcomes(&ran), expected.map(|(id, outcome)| (id.to_owned(), outcome.to_owned())).into());
    assert_eq!((company.user(11), company.user(12)), (account(11), account(12)));
}

#[test]
fn an_account_that_changed_since_the_plan_is_left_alone() {
    let mut options = options();
    options.accounts.iter_mut().find(|user| user["id"] == 10).unwrap()["title"] = "Director".into();
    let company = Company::with(options, plan_now(vec![update(10), update(11)], &hundred(), AuditFigures::default()));
    let ran = company.apply(&["--confirm"]).code(7);
    assert_eq!(detail(&ran, "A-update-10"), "title was `Analyst` and is `Director`");
    assert_eq!(ran.json()["counts"], json!({"done": 1, "changed-since-plan": 1}));
    assert_eq!(company.user(10)["title"], "Director");
}

/// What the judgement and the guards rest on: an account that was given another role, address or number since is not the one that
/// was approved.
#[test]
fn an_account_that_became_another_since_the_plan_is_neither_switched_off_nor_deleted() {
    let before = |id: u64| Value::Object(fields::identity(account(id).as_object().unwrap()));
    let off = |id: u64| action(ActionKind::Deactivate, id, before(id), json!({"active": false}));
    let gone = |id: u64| action(ActionKind::Delete, id, before(id), json!({"deleted": true}));
    let plan = || {
        plan_now(
            vec![off(10), off(11), off(12), off(13), gone(20), gone(21), gone(22), gone(23)],
            &hundred(),
            AuditFigures::default(),
        )
    };
    let mut options = options();
    for user in options.accounts.iter_mut().filter(|user| user["id"].as_u64() >= Some(10)) {
        match user["id"].as_u64().unwrap() % 10 {
            0 => user["role"] = "Admin".into(),
            1 => user["email"] = "somebody.else@acme.com".into(),
            2 => user["employeeNumber"] = "99999".into(),
            _ => {}
        }
    }
    let company = Company::with(options, plan());
    let override_it = ["--confirm", "--override", "max-deactivations", "--reason", "eight at once"];
    let ran = company.apply(&override_it).code(7);
    assert_eq!(ran.json()["counts"], json!({"done": 2, "changed-since-plan": 6}));
    assert_eq!(detail(&ran, "A-deactivate-10"), "role was `Participant` and is `Admin`");
    assert_eq!(detail(&ran, "A-deactivate-12"), "employeeNumber was `00012` and is `99999`");
    assert!(detail(&ran, "A-delete-21").contains("`somebody.else@acme.com`"), "{}", ran.stdout);
    assert_eq!(company.writes().len(), 2);
}

#[test]
fn an_account_that_is_as_it_should_be_is_not_written() {
    let mut options = options();
    options.accounts.iter_mut().find(|user| user["id"] == 10).unwrap()["title"] = "Lead".into();
    let company = Company::with(options, plan_now(vec![update(10)], &hundred(), AuditFigures::default()));
    let ran = company.apply(&["--confirm"]).code(0);
    assert_eq!(ran.json()["counts"], json!({"already-done": 1}));
    assert_eq!(company.writes(), []);
}

#[test]
fn an_account_that_is_gone_is_changed_for_an_update_and_done_for_a_delete() {
    let company = Company::new(vec![update(800), deactivate(801), delete(802)]);
    let ran = company.apply(&["--confirm"]).code(7);
    assert_eq!(ran.json()["counts"], json!({"changed-since-plan": 2, "already-done": 1}));
    assert_eq!(company.writes(), []);
}

#[test]
fn what_domo_refuses_has_failed_with_its_words() {
    let options = Options { owners: vec![12], ..options() };
    let company = Company::with(options, plan_now(vec![delete(12)], &hundred(), AuditFigures::default()));
    let ran = company.apply(&["--confirm"]).code(7);
    assert_eq!(ran.json()["counts"], json!({"failed": 1}));
    assert!(detail(&ran, "A-delete-12").contains("reassign its ownership first"), "{}", ran.stdout);
    assert!(company.find(12).is_some());
}

#[test]
fn an_instance_that_does_not_honour_active_is_never_said_to_be_done() {
    let options = Options { profile: Profile::recorded(), ..options() };
    let company = Company::with(options, plan_now(vec![deactivate(11)], &hundred(), AuditFigures::default()));
    let ran = company.apply(&["--confirm"]).code(7);
    assert_eq!(ran.json()["counts"], json!({"failed": 1}));
    assert!(detail(&ran, "A-deactivate-11").contains("does not honour active"), "{}", ran.stdout);
}

#[test]
fn three_failures_in_a_row_end_the_run() {
    let company = Company::new((10..20).map(update).collect());
    company.domo.fault(Fault::always("PUT", "/v1/users/*", What::Status(400, None)));
    let ran = company.apply(&["--confirm"]).code(7);
    assert_eq!(ran.json()["counts"], json!({"failed": 3, "not-tried": 7}));
    let record: Value = serde_json::from_str(&company.read("apply.json")).unwrap();
    assert!(record["why"].as_str().unwrap().contains("or reject those actions with `review`, then apply again"), "{record}");
    assert!(company.journal().lines().iter().any(|line| matches!(&line.event, Event::Close { ended: ApplyEnd::Stopped, .. })));
}

#[test]
fn a_field_that_changes_unasked_ends_the_run_at_once() {
    let company = Company::new((10..20).map(update).collect());
    company.domo.fault(Fault::nth("PUT", "/v1/users/*", 2, What::Meddle("phone".into())));
    let ran = company.apply(&["--confirm"]).code(7);
    assert_eq!(ran.json()["counts"], json!({"done": 1, "failed": 1, "not-tried": 8}));
    assert!(detail(&ran, "A-update-11").contains("`phone` changed although nobody asked"), "{}", ran.stdout);
    assert_eq!(company.writes().len(), 2);
}

#[test]
fn a_create_sends_no_invitation_unless_the_plan_says_so() {
    let mut invited = create(901);
    invited.after.insert("sendInvite".into(), true.into());
    let company = Company::new(vec![create(900), invited]);
    company.apply(&["--confirm"]).code(0);
    assert_eq!(company.domo.invites(), ["p901@acme.com"]);
}

#[test]
fn an_address_that_somebody_has_by_now_is_not_created_again() {
    let mut taken = create(10);
    taken.after.insert("title".into(), "Boss".into());
    let company = Company::new(vec![taken]);
    let ran = company.apply(&["--confirm"]).code(7);
    assert_eq!(ran.json()["counts"], json!({"changed-since-plan": 1}));
    assert_eq!(company.user(10), account(10));
}

#[test]
fn a_tampered_an_expired_and_a_foreign_plan_never_reach_domo() {
    let company = Company::new(vec![update(10)]);
    let text = company.read("plan.json");
    company.write("plan.json", &text.replace("Lead", "Boss"));
    company.apply(&["--confirm"]).code(6);
    assert_eq!(company.domo.requests(), []);

    company.write("plan.json", &text);
    company.write("domo-reconcile.toml", "[domo]\ninstance = \"elsewhere\"\n");
    company.apply(&["--confirm"]).code(6);

    company.configure("");
    let mut old = plan_now(vec![update(10)], &hundred(), AuditFigures::default());
    old.expires = "2020-01-01T00:00:00Z".parse().unwrap();
    old.digest = domo_reconcile::plan::canonical::digest_of(&serde_json::to_value(&old).unwrap());
    company.write("plan.json", &approved(old).to_json().unwrap());
    company.apply(&["--confirm"]).code(6);
    // A clock that was set back for the run does not make it valid again.
    let mut child = company.child(&["--confirm"]);
    assert_eq!(child.env("SOURCE_DATE_EPOCH", "1500000000").output().unwrap().status.code(), Some(6));

    // Made by a clock that was ahead, it would never expire.
    let mut early = plan_now(vec![update(10)], &hundred(), AuditFigures::default());
    early.created += chrono::TimeDelta::minutes(11);
    early.digest = domo_reconcile::plan::canonical::digest_of(&serde_json::to_value(&early).unwrap());
    company.write("plan.json", &approved(early).to_json().unwrap());
    let ran = company.apply(&["--confirm"]).code(6);
    assert!(ran.stderr.contains("which has not come yet"), "{}", ran.stderr);
    assert_eq!(company.user(10), account(10));
}

#[test]
fn a_guard_refuses_all_of_it_and_an_override_is_recorded_with_its_reason() {
    let company = Company::new((10..18).map(deactivate).collect());
    let dry = company.apply(&[]).code(5);
    assert_eq!((&dry.json()["counts"], &dry.json()["refused_by"]), (&json!({"would-do": 8}), &json!(["max-deactivations"])));
    assert!(company.run(&["apply", "plan.json"]).code(5).stdout.contains("As it stands, --confirm is refused"));
    let ran = company.apply(&["--confirm"]).code(5);
    assert_eq!((&ran.json()["counts"], &ran.json()["refused_by"]), (&json!({"refused": 8}), &json!(["max-deactivations"])));
    assert!(ran.stderr.contains("--override max-deactivations --reason"), "{}", ran.stderr);
    assert_eq!(company.writes(), []);
    assert!(!company.path("plan.journal.jsonl").exists());

    company.apply(&["--confirm", "--override", "max-deactivations"]).code(2);
    company.apply(&["--confirm", "--override", "max-deactivations", "--reason", "a whole team left"]).code(0);
    let journal = company.journal();
    let (_, open) = journal.opened().next().unwrap();
    assert_eq!((open.overrides[0].guard.as_str(), open.overrides[0].value, open.overrides[0].limit), ("max-deactivations", 8, 5));
    assert_eq!(open.overrides[0].reason, "a whole team left");
}

#[test]
fn rejected_rows_are_overridden_by_the_exact_number() {
    let judged = AuditFigures { rejected_rows: 14, shrunk: 0 };
    let company = Company::with(options(), plan_now(vec![deactivate(10)], &hundred(), judged));
    let confirmed = |number: &str| company.apply(&["--confirm", "--override", number, "--reason", "looked at them"]);
    confirmed("rejected-rows").code(2);
    let refused = confirmed("rejected-rows=13").code(5).stderr;
    assert!(refused.contains("next: reject actions that take access away, or take the responsibility: "), "{refused}");
    confirmed("rejected-rows=14").code(0);
}

#[test]
fn excluded_accounts_and_the_clients_own_are_refused_whatever_is_overridden() {
    let company = Company::new(vec![update(10)]);
    company.configure("[[exclude]]\nemail = \"P1*@acme.com\"\nreason = \"service\"\n");
    company.apply(&["--confirm", "--override", "protected", "--reason", "please"]).code(5);
    let company = Company::new(vec![deactivate(1)]);
    let refused = company.apply(&["--confirm", "--override", "self", "--reason", "please"]).code(5).stderr;
    let said = "self: 1 action would lock out or change the account behind the API client (A-deactivate-1 (account 1))";
    assert!(refused.contains(said), "{refused}");
    assert!(company.run(&["review", "plan.json"]).code(0).stdout.contains(said.trim_start_matches("self: ")));
    assert_eq!(company.writes(), []);
    // Where nothing trips, too: whoever relies on it learns it before the day it would.
    let dry = Company::new(vec![update(10)]).apply(&["--override", "self", "--reason", "please"]).code(0);
    assert!(dry.stderr.contains("the guard self can never be overridden"), "{}", dry.stderr);
}

/// A list that is cut twice is cut the second time as well, and when the whole one was pruned; a company that did shrink is overridden
/// once.
#[test]
fn a_population_is_held_against_the_last_one_that_somebody_vouched_for() {
    let company = Company::new(vec![update(10)]);
    let configure = |policy: &str| {
        let directory = "[[directory]]\npath = \"workers.csv\"\n[guards]\nmax_deactivations_percent = 100\n";
        company.configure(&format!("{directory}[policy]\n{policy}"));
    };
    configure("");
    let audit = |last: u64| {
        let row = |id: u64| format!("p{id}@acme.com,{id:05},Person {id},Analyst,Finance,Lehi,801-555-0100,Active\n");
        let rows = (1..=3).chain(10..=last).map(row).collect::<String>();
        company.write("workers.csv", &format!("Email,Employee Number,Name,Title,Department,Location,Phone,Status\n{rows}"));
        let (answer, run) = company.audit_with(&[]);
        let said =
            answer["reasons"].as_array().unwrap().iter().find(|why| why.as_str().unwrap().contains("directory rows were read"));
        let said = said.map_or("", |why| why.as_str().unwrap()).split(" of the run of").next().unwrap().to_owned();
        (said, answer["plan"]["refused_by"].clone(), run.join("plan.json").to_str().unwrap().to_owned())
    };
    assert_eq!(audit(59).0, "");
    let cut = "46 directory rows were read, 14 % fewer than the 53";
    let mut plan = String::new();
    for _ in 0..2 {
        let (said, held, of_this) = audit(52);
        assert_eq!((said.as_str(), held), (cut, json!(["population-moved"])));
        company.run(&["runs", "prune", "--keep-runs", "1", "--confirm"]).code(0);
        plan = of_this;
    }
    company.run(&["review", &plan, "--approve", "orphan", "--by", "ana"]).code(0);
    let refused = company.run(&["apply", &plan, "--confirm"]).code(5).stderr;
    assert!(refused.contains("14 % smaller than when this guard last held or was overridden"), "{refused}");
    company.run(&["apply", &plan, "--confirm", "--override", "population-moved", "--reason", "a site was sold"]).code(0);
    assert_eq!(audit(52).0, "");
    // Also where nothing is proposed, and where all of it is rejected: the next report says who took the responsibility.
    let cut = "39 directory rows were read, 16 % fewer than the 46";
    configure("orphan = \"report\"\n");
    assert_eq!(audit(45).0, cut);
    configure("");
    let (said, _, plan) = audit(45);
    assert_eq!(said, cut);
    company.run(&["review", &plan, "--reject", "all", "--by", "ana", "--comment", "they stay"]).code(0);
    let over = ["apply", &plan, "--confirm", "--override", "population-moved", "--reason", "one more was sold"];
    let told = company.run(&over).code(0).stderr;
    assert!(told.contains("Overridden: one more was sold"), "{told}");
    let (said, _, plan) = audit(45);
    assert_eq!(said, "");
    let report = std::fs::read_to_string(plan.replace("plan.json", "report.md")).unwrap();
    assert!(report.contains("against the guard population-moved (16, limit 10; reason: one more was sold)"), "{report}");
    // The journal that says so may go.
    company.run(&["runs", "prune", "--keep-runs", "1", "--confirm"]).code(0);
    assert_eq!(audit(45).0, "");
}

#[test]
fn nobody_applies_what_they_approved_where_two_are_asked_for() {
    let company = Company::new(vec![update(10)]);
    company.configure("[policy]\nsecond_person = true\n");
    assert_eq!(company.apply(&["--confirm", "--by", "Ana"]).code(5).json()["refused_by"], json!(["second_person"]));
    assert_eq!(company.writes(), []);
    assert_eq!(company.apply(&["--confirm", "--by", "bob"]).code(0).json().get("refused_by"), None);
}

#[test]
fn who_applies_is_the_operating_systems_user_whatever_the_environment_and_by_say() {
    let user = domo_reconcile::archive::user::name();
    let company = Company::new(vec![update(10)]);
    company.configure("[policy]\nsecond_person = true\n");
    let mut plan: Value = serde_json::from_str(&company.read("plan.json")).unwrap();
    plan["decisions"]["A-update-10"]["by"] = user.as_str().into();
    company.write("plan.json", &plan.to_string());
    let refused = company.apply(&["--confirm", "--by", "bob"]).code(5);
    assert!(refused.stderr.contains(&format!("{user} approved A-update-10")), "{}", refused.stderr);
    assert_eq!(company.writes(), []);
    company.configure("");
    company.apply(&["--confirm", "--by", "bob"]).code(0);
    assert_eq!(company.journal().opened().next().unwrap().1.by, ["bob".to_owned(), user]);
}

#[test]
fn a_review_keeps_the_operating_systems_user_beside_the_name_that_was_said() {
    let company = Company::new(vec![update(10)]);
    company.run(&["review", "plan.json", "--reject", "all", "--by", "eve", "--overrule", "--comment", "not now"]).code(0);
    let decision = serde_json::from_str::<Value>(&company.read("plan.json")).unwrap()["decisions"]["A-update-10"].clone();
    assert_eq!((decision["by"].as_str(), decision["user"].as_str()), (Some("eve"), Some(&*domo_reconcile::archive::user::name())));
}

#[test]
fn of_two_applies_at_once_the_second_is_told_who_holds_the_lock() {
    let company = Company::new(vec![update(10)]);
    company.domo.fault(Fault::nth("PUT", "/v1/users/*", 1, What::Slow(std::time::Duration::from_secs(2))));
    let mut first = company.child(&["--confirm", "--by", "ana"]).spawn().unwrap();
    wait_until("the first holds the lock", || company.path("plan.journal.jsonl").exists());
    let second = company.apply(&["--confirm"]).code(8);
    assert!(second.stderr.contains("plan.json is in use: apply by ana, process"), "{}", second.stderr);
    assert!(first.wait().unwrap().success());
    assert_eq!(company.writes().len(), 1);
}

#[test]
fn an_interrupt_finishes_and_records_the_action_under_way() {
    let company = Company::new((10..20).map(update).collect());
    company.domo.fault(Fault::nth("PUT", "/v1/users/*", 2, What::Slow(std::time::Duration::from_millis(1500))));
    let first = company.child(&["--confirm"]).spawn().unwrap();
    let journal = || std::fs::read_to_string(company.path("plan.journal.jsonl")).unwrap_or_default();
    wait_until("the second action is under way", || journal().contains("A-update-11"));
    std::process::Command::new("kill").args(["-TERM", &first.id().to_string()]).status().unwrap();
    let ended = first.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(130), "{said}");
    assert!(said.contains("interrupted: what is under way is finished"), "{said}");
    let done = vec![("A-update-10".to_owned(), "done".to_owned()), ("A-update-11".to_owned(), "done".to_owned())];
    assert_eq!(company.folded(), done);
    assert_eq!(company.writes().len(), 2);
    assert_eq!(company.apply(&["--confirm"]).code(0).json()["counts"], json!({"done": 8, "already-done": 2}));
}

#[test]
fn a_review_while_an_apply_runs_is_told_who_holds_the_plan_and_loses_nothing() {
    let company = Company::new(vec![update(10), update(11), update(12)]);
    let decided =
        |company: &Company| -> Value { serde_json::from_str::<Value>(&company.read("plan.json")).unwrap()["decisions"].take() };
    company.run(&["review", "plan.json", "--reopen", "A-update-12", "--by", "ana"]).code(0);
    let before = decided(&company);
    company.domo.fault(Fault::nth("PUT", "/v1/users/*", 1, What::Slow(std::time::Duration::from_secs(2))));
    let apply = company.child(&["--confirm", "--by", "ana"]).spawn().unwrap();
    wait_until("the apply holds the plan", || company.path("plan.journal.jsonl").exists());
    for args in [
        &["--approve", "A-update-12", "--by", "eve"][..],
        &["--reject", "all", "--overrule", "--comment", "no", "--by", "eve"],
        &["--split", "department", "--out", "packets"],
    ] {
        let refused = company.run(&[&["review", "plan.json"], args].concat()).code(8).stderr;
        assert!(refused.contains("plan.json is in use: apply by ana, process"), "{refused}");
    }
    assert!(company.run(&["review", "plan.json"]).code(0).stdout.contains("p12@acme.com"), "to look is no harm");
    assert!(apply.wait_with_output().unwrap().status.success());
    assert_eq!(decided(&company), before, "nothing of it was recorded");
    assert!(!company.path("packets").exists());
    // Then the review is what it would have been, and the apply goes on with it alone.
    company.run(&["review", "plan.json", "--approve", "A-update-12", "--by", "eve"]).code(0);
    assert_eq!(company.apply(&["--confirm"]).code(0).json()["counts"], json!({"already-done": 2, "done": 1}));
    assert_eq!(company.writes().len(), 3);
}

/// Interrupts an apply as soon as Domo was asked this; it would go on waiting for minutes.
#[track_caller]
fn interrupted_at(company: &Company, asked: impl Fn(&Request) -> bool) {
    let apply = company.child(&["--confirm"]).spawn().unwrap();
    wait_until("Domo was asked", || company.domo.requests().iter().any(&asked));
    std::process::Command::new("kill").args(["-TERM", &apply.id().to_string()]).status().unwrap();
    let ended = apply.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(130), "{}", String::from_utf8_lossy(&ended.stderr));
    let told: Value = serde_json::from_slice(&ended.stdout).unwrap();
    assert_eq!(told["counts"], json!({"not-tried": 2}));
}

#[test]
fn whoever_waits_because_domo_turned_a_write_away_can_be_interrupted_and_nothing_was_done() {
    let wait = || What::Status(429, Some("500".into()));
    for (actions, method, path) in [
        ([update(20), update(21)], "PUT", "/v1/users/*"),
        ([deactivate(20), deactivate(21)], "PUT", "/v1/users/*"),
        ([delete(20), delete(21)], "DELETE", "/v1/users/*"),
        ([create(900), create(901)], "POST", "/v1/users"),
    ] {
        let company = Company::new(actions.into());
        company.domo.fault(Fault::nth(method, path, 1, wait()));
        let before = company.domo.users();
        interrupted_at(&company, |request| request.method == method && request.path.starts_with("/v1/users"));
        assert_eq!(company.domo.users(), before);
        let journal = company.journal();
        assert!(journal.fold().values().all(|standing| standing.pending.is_none() && !standing.left_something()), "{journal:?}");
        assert_eq!(company.apply(&["--confirm"]).code(0).json()["counts"], json!({"done": 2}));
    }
}

#[test]
fn what_somebody_else_does_after_an_interrupted_wait_is_not_ours() {
    let company = Company::new(vec![update(20), update(21)]);
    company.domo.fault(Fault::nth("PUT", "/v1/users/*", 1, What::Status(429, Some("500".into()))));
    interrupted_at(&company, |request| request.method == "PUT");
    let by_hand = plan_now(vec![update(20), update(21)], &hundred(), AuditFigures::default());
    company.write("hand.plan.json", &approved(by_hand).to_json().unwrap());
    company.run(&["apply", "hand.plan.json", "--confirm"]).code(0);
    assert_eq!(company.apply(&["--confirm"]).code(0).json()["counts"], json!({"already-done": 2}));
    assert!(company.journal().fold()["A-update-20"].written.is_empty());
}

#[test]
fn whoever_waits_before_a_write_can_be_interrupted() {
    // The first GET of one account is the look before its write.
    let company = Company::new(vec![update(20), update(21)]);
    company.domo.fault(Fault::nth("GET", "/v1/users/*", 1, What::Status(429, Some("500".into()))));
    interrupted_at(&company, |request| request.path.starts_with("/v1/users/"));
    assert_eq!(company.writes(), []);
    assert_eq!(company.apply(&["--confirm"]).code(0).json()["counts"], json!({"done": 2}));
}

#[test]
fn a_wait_after_a_write_that_may_have_taken_place_is_waited_to_its_end() {
    let company = Company::new(vec![update(20), update(21)]);
    company.domo.fault(Fault::nth("PUT", "/v1/users/*", 1, What::Late(std::time::Duration::ZERO, Some(503))));
    company.domo.fault(Fault::nth("GET", "/v1/users/*", 2, What::Status(429, Some("1".into()))));
    let apply = company.child(&["--confirm"]).spawn().unwrap();
    wait_until("the write left", || !company.writes().is_empty());
    std::process::Command::new("kill").args(["-TERM", &apply.id().to_string()]).status().unwrap();
    let ended = apply.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(130), "{}", String::from_utf8_lossy(&ended.stderr));
    let told: Value = serde_json::from_slice(&ended.stdout).unwrap();
    assert_eq!(told["counts"], json!({"done": 1, "not-tried": 1}));
}

#[test]
fn a_reader_that_went_away_does_not_hide_that_an_apply_was_partial() {
    let company = Company::new(vec![update(10), update(11)]);
    company.domo.fault(Fault::nth("PUT", "/v1/users/*", 1, What::Status(403, None)));
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    assert_eq!(company.child(&["--confirm"]).stdout(writer).status().unwrap().code(), Some(7));
}

#[test]
fn a_journal_that_was_changed_or_is_anothers_stops_everything() {
    let company = Company::new(vec![update(10), update(11)]);
    company.apply(&["--confirm"]).code(0);
    let journal = company.read("plan.journal.jsonl");
    company.write("plan.journal.jsonl", &journal.replacen("\"done\"", "\"failed\"", 1));
    company.apply(&["--confirm"]).code(6);
    let other = Company::new(vec![update(12)]);
    other.write("plan.journal.jsonl", &journal);
    other.apply(&["--confirm"]).code(6);
    assert_eq!(other.writes(), []);
}

#[test]
fn an_unplanned_change_is_not_forgotten_by_the_next_apply() {
    let company = Company::new(vec![update(10), update(11)]);
    company.domo.fault(Fault::nth("PUT", "/v1/users/*", 1, What::Meddle("phone".into())));
    let ran = company.apply(&["--confirm"]).code(7);
    assert_eq!(ran.json()["results"][1]["outcome"], "not-tried", "{}", ran.stdout);
    let writes = company.writes().len();
    let again = company.apply(&["--confirm"]).code(7);
    assert_eq!(again.json()["counts"], json!({"failed": 1, "done": 1}));
    assert!(detail(&again, "A-update-10").contains("`phone` was `801-555-0100` and still is"), "{}", again.stdout);
    assert_eq!(company.writes().len(), writes + 1, "only the other account was written");
}

/// Domo's own article says that its SCIM deletes. One account is lost before anybody can know; no second one, whichever plan asks.
#[test]
fn a_deactivation_that_deletes_ends_the_run_and_is_asked_of_nobody_again() {
    let off = |id: u64| Action { through: Some(DeactivateWith::Scim), ..deactivate(id) };
    let options = Options { profile: Profile { scim_deletes: true, ..Profile::guide() }, ..options() };
    let company = Company::with(options, plan_now(vec![off(10), off(11)], &hundred(), AuditFigures::default()));
    company.configure("deactivate_with = \"scim\"\n");
    let scim = [("DOMO_SCIM_URL", company.domo.scim_url()), ("DOMO_SCIM_TOKEN", "sandbox-scim-token")];
    let next = plan_now(vec![off(12), update(13)], &hundred(), AuditFigures::default());
    for (run, plan) in [("one", company.read("plan.json")), ("two", approved(next).to_json().unwrap())] {
        std::fs::create_dir_all(company.path("audits").join(run)).unwrap();
        company.write(&format!("audits/{run}/plan.json"), &plan);
        company.write(&format!("audits/{run}/manifest.json"), "{}");
    }
    let apply = |run: &str, args: &[&str]| {
        let plan = format!("audits/{run}/plan.json");
        company.run_with(&scim, &[&["apply", &plan, "--json"], args].concat())
    };
    let first = apply("one", &["--confirm"]).code(7);
    assert_eq!(first.json()["counts"], json!({"failed": 1, "not-tried": 1}));
    assert!(detail(&first, "A-deactivate-10").contains("the account was deleted, not deactivated"), "{}", first.stdout);
    // Who cannot know it asks nobody.
    let journal = company.read("audits/one/plan.journal.jsonl");
    company.write("audits/one/plan.journal.jsonl", &journal.replace("A-deactivate-10", "A-deactivate-19"));
    let unknown = apply("two", &["--confirm"]).code(1).stderr;
    assert!(unknown.contains("one/plan.journal.jsonl: an earlier apply may have shown there"), "{unknown}");
    company.write("audits/one/plan.journal.jsonl", &journal);
    // Neither the same plan nor the next one.
    assert_eq!(apply("one", &["--confirm"]).code(7).json()["counts"], json!({"refused": 2}));
    assert_eq!(apply("two", &[]).code(0).json()["counts"], json!({"would-do": 1, "refused": 1}));
    // Nor a copy that lies elsewhere.
    company.write("plan.json", &company.read("audits/two/plan.json"));
    let copy = company.run_with(&scim, &["apply", "plan.json", "--json"]).code(0);
    assert_eq!(copy.json()["counts"], json!({"would-do": 1, "refused": 1}));
    let last = apply("two", &["--confirm"]).code(7);
    assert_eq!(last.json()["counts"], json!({"done": 1, "refused": 1}));
    assert!(
        detail(&last, "A-deactivate-12").contains("deletes instead of deactivating (see A-deactivate-10 in "),
        "{}",
        last.stdout
    );
    assert_eq!((&company.user(11)["active"], &company.user(12)["active"]), (&json!(true), &json!(true)));
}

/// That it could not delete this one is the same proof, and nobody is lost.
#[test]
fn a_deactivation_that_fails_to_delete_ends_the_run_and_is_asked_of_nobody_again() {
    let off = |id: u64| Action { through: Some(DeactivateWith::Scim), ..deactivate(id) };
    let options = Options { profile: Profile { scim_deletes: true, ..Profile::guide() }, ..options() };
    let company = Company::with(options, plan_now(vec![off(10), off(11)], &hundred(), AuditFigures::default()));
    company.configure("deactivate_with = \"scim\"\n");
    company.domo.own(10);
    let scim = [("DOMO_SCIM_URL", company.domo.scim_url()), ("DOMO_SCIM_TOKEN", "sandbox-scim-token")];
    let apply = || company.run_with(&scim, &["apply", "plan.json", "--confirm", "--json"]).code(7);
    let first = apply();
    assert_eq!(first.json()["counts"], json!({"failed": 1, "not-tried": 1}));
    assert!(detail(&first, "A-deactivate-10").contains("this instance deletes instead of deactivating"), "{}", first.stdout);
    assert_eq!(apply().json()["counts"], json!({"refused": 2}));
    assert_eq!((&company.user(10)["active"], &company.user(11)["active"]), (&json!(true), &json!(true)));
}

#[test]
fn a_new_account_joins_its_groups_one_recorded_write_each() {
    let mut grouped = create(900);
    grouped.after.insert("groups".into(), json!(["Finance Team", "Everybody"]));
    let groups = vec![("Finance Team".to_owned(), vec![10]), ("Everybody".to_owned(), vec![10, 11])];
    let company = Company::with(Options { groups, ..options() }, plan_now(vec![grouped], &hundred(), AuditFigures::default()));
    company.apply(&["--confirm"]).code(0);
    let id = company.by_email("p900@acme.com")[0]["id"].as_u64().unwrap();
    assert!(company.domo.groups().iter().all(|(_, members)| members.contains(&id)), "{:?}", company.domo.groups());
    let before = company.journal().lines().iter().filter(|line| matches!(line.event, Event::Before { .. })).count();
    assert_eq!(before, 3);
}

#[test]
fn nobody_is_created_for_a_group_that_is_not_there_and_the_dry_run_says_so() {
    let mut lost = create(900);
    lost.after.insert("groups".into(), json!(["Nowhere"]));
    let company = Company::new(vec![lost, create(901)]);
    assert_eq!(company.apply(&[]).code(0).json()["counts"], json!({"refused": 1, "would-do": 1}));
    let ran = company.apply(&["--confirm"]).code(7);
    assert_eq!(ran.json()["counts"], json!({"refused": 1, "done": 1}));
    assert!(detail(&ran, "A-create-900").contains("there is no group `Nowhere`, so the account was not created"), "{}", ran.stdout);
    assert_eq!(company.by_email("p900@acme.com"), Vec::<Value>::new());
}

/// Groups that a rule fills, and domains that nobody authorised: Domo refuses both, and its words are the detail.
#[test]
fn what_an_instance_forbids_fails_in_its_words() {
    let mut grouped = create(900);
    grouped.after.insert("groups".into(), json!(["By Rule"]));
    let mut stranger = create(901);
    stranger.after.insert("email".into(), "p901@elsewhere.com".into());
    let mut moved = update(10);
    moved.after.insert("email".into(), "p10@elsewhere.com".into());
    moved.before.insert("email".into(), "p10@acme.com".into());
    let groups = vec![("By Rule".to_owned(), vec![11])];
    let options = Options {
        groups,
        dynamic_groups: vec!["By Rule".into()],
        domains: vec!["acme.com".into(), "ACME.org".into()],
        ..options()
    };
    let company = Company::with(options, plan_now(vec![grouped, stranger, moved], &hundred(), AuditFigures::default()));
    let ran = company.apply(&["--confirm"]).code(7);
    for (action, words) in [
        ("A-create-900", "The members of a dynamic group cannot be changed"),
        ("A-create-901", "The domain elsewhere.com is not authorized"),
        ("A-update-10", "The domain elsewhere.com is not authorized"),
    ] {
        assert!(detail(&ran, action).contains(words), "{action}: {}", ran.stdout);
    }
    assert_eq!(company.by_email("p900@acme.com").len(), 1, "the account is there, without its group");
    assert_eq!(company.user(10)["email"], "p10@acme.com");
    assert_eq!(company.domo.groups()[0].1, [11]);
}

#[test]
fn who_applies_may_have_domo_invite_whom_it_creates() {
    let company = Company::new(vec![create(900)]);
    assert_eq!(company.apply(&["--invite"]).code(0).json()["counts"], json!({"would-do": 1}));
    company.apply(&["--confirm", "--invite"]).code(0);
    assert_eq!(company.domo.invites(), ["p900@acme.com"]);
    assert_eq!(company.apply(&["--invite"]).code(0).json()["counts"], json!({"already-done": 1}));
}

#[test]
fn inviting_an_account_that_is_there_is_said_plainly_to_be_beyond_the_api() {
    let company = Company::new(vec![create(900)]);
    company.apply(&["--confirm"]).code(0);
    let ran = company.apply(&["--invite"]).code(1);
    assert!(ran.stderr.contains("p900@acme.com"), "{}", ran.stderr);
    assert_eq!(company.domo.invites(), Vec::<String>::new());
}

#[test]
fn what_somebody_else_did_after_a_refused_write_is_not_said_to_be_ours() {
    let company = Company::new(vec![update(10)]);
    company.domo.fault(Fault::nth("PUT", "/v1/users/*", 1, What::Status(400, None)));
    company.apply(&["--confirm"]).code(7);
    let by_hand = plan_now(vec![update(10)], &hundred(), AuditFigures::default());
    company.write("hand.plan.json", &approved(by_hand).to_json().unwrap());
    company.run(&["apply", "hand.plan.json", "--confirm"]).code(0);
    assert_eq!(company.apply(&["--confirm"]).code(0).json()["counts"], json!({"already-done": 1}));
    assert!(company.journal().fold()["A-update-10"].written.is_empty());
}

/// A PUT replaces the whole account: what one answer leaves out would be cleared.
#[test]
fn an_account_that_is_told_with_less_than_the_list_tells_is_not_written() {
    let company = Company::new(vec![update(10), deactivate(11), update(12)]);
    for id in [10, 11] {
        company.domo.fault(Fault::always("GET", &format!("/v1/users/{id}"), What::Thin("phone".into())));
    }
    let ran = company.apply(&["--confirm"]).code(7);
    assert_eq!(ran.json()["counts"], json!({"done": 1, "refused": 2}));
    assert!(detail(&ran, "A-update-10").contains("Domo's list tells `phone` of this account"), "{}", ran.stdout);
    assert_eq!((company.user(10), company.user(11)), (account(10), account(11)));
    // With all of it told again, it goes on.
    company.domo.clear_faults();
    assert_eq!(company.apply(&["--confirm"]).code(0).json()["counts"], json!({"done": 2, "already-done": 1}));
}

#[test]
fn the_failures_of_one_kind_of_action_end_that_kind_alone() {
    let company = Company::new((10..16).map(update).chain((20..24).map(deactivate)).chain([create(900)]).collect());
    company.domo.fault(Fault::always("PUT", "/v1/users/1*", What::Status(400, None)));
    let ran = company.apply(&["--confirm"]).code(7);
    assert_eq!(ran.json()["counts"], json!({"done": 5, "failed": 3, "not-tried": 3}));
    let record: Value = serde_json::from_str(&company.read("apply.json")).unwrap();
    assert!(record["why"].as_str().unwrap().starts_with("stopped: update: 3 actions failed in a row."), "{record}");
}

#[test]
fn where_nobody_knows_what_domo_did_nothing_more_is_asked_of_any_kind() {
    let company = Company::new(vec![update(10), deactivate(20), delete(30), create(900)]);
    company.domo.fault(Fault::always("PUT", "/v1/users/*", What::Cut));
    company.domo.fault(Fault::always("DELETE", "/v1/users/*", What::Cut));
    let ran = company.run(&["apply", "plan.json", "--confirm"]).code(7);
    let record: Value = serde_json::from_str(&company.read("apply.json")).unwrap();
    assert_eq!(record["counts"], json!({"unknown": 3, "not-tried": 1}));
    assert!(record["why"].as_str().unwrap().starts_with("stopped: of 3 actions in a row it is not known what"), "{record}");
    assert!(ran.stdout.contains("Undo: "), "{}", ran.stdout);

    // With a wrong token nothing is sent, and that is all that is said.
    let off = |id: u64| Action { through: Some(DeactivateWith::Scim), ..deactivate(id) };
    let company = Company::with(options(), plan_now((10..14).map(off).collect(), &hundred(), AuditFigures::default()));
    company.configure("deactivate_with = \"scim\"\n");
    let scim = [("DOMO_SCIM_URL", company.domo.scim_url()), ("DOMO_SCIM_TOKEN", "another-token")];
    company.run_with(&scim, &["apply", "plan.json", "--confirm"]).code(7);
    let record: Value = serde_json::from_str(&company.read("apply.json")).unwrap();
    let why = record["why"].as_str().unwrap();
    assert!(why.starts_with("stopped: 3 actions in a row failed before anything was sent. The next apply"), "{why}");
}
