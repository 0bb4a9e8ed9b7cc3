//! What was done is undone where that is possible, and listed where it is not.

use domo_reconcile::plan::Sealed;
use domo_reconcile::plan::guard::AuditFigures;
use domo_reconcile::sandbox::{Fault, Options};
use domo_reconcile::terms::ActionKind;
use serde_json::{Value, json};

use super::company::{Company, options, plan_now, state};
use super::fixture::{action, approved, create, deactivate, hundred, update};
use crate::support::Ran;

/// Draws the plan that undoes the journal.
fn revert(company: &Company) -> Ran {
    company.run(&["revert", "plan.journal.jsonl", "--json"])
}

/// Approves and carries out `revert.plan.json`.
fn undo(company: &Company) -> Ran {
    let sealed = Sealed::read(&company.read("revert.plan.json")).unwrap();
    company.write("revert.plan.json", &approved(sealed.plan().clone()).to_json().unwrap());
    company.run(&["apply", "revert.plan.json", "--confirm", "--json"])
}

#[test]
fn reverting_an_apply_restores_every_account_field_by_field() {
    let wide = action(
        ActionKind::Update,
        12,
        json!({"title": "Analyst", "email": "p12@acme.com", "role": "Participant", "employeeNumber": "00012", "alternateEmail": null}),
        json!({"title": "Chief", "email": "twelve@acme.com", "role": "Editor", "employeeNumber": "77", "alternateEmail": "t@example.org"}),
    );
    let company = Company::new(vec![update(10), deactivate(11), wide, create(900)]);
    let before = company.domo.users();
    company.apply(&["--confirm"]).code(0);
    assert_ne!(state(company.domo.users()), state(before.clone()));
    assert_eq!(revert(&company).code(0).json()["stays"], json!([]));
    assert_eq!(undo(&company).code(0).json()["counts"], json!({"done": 4}));

    let known: Vec<_> = before.iter().map(|user| user["id"].clone()).collect();
    let mut after = company.domo.users();
    after.retain(|user| known.contains(&user["id"]));
    // What was not there is empty now, which is the same to Domo.
    for user in &mut after {
        let empty = user["alternateEmail"] == "";
        user.as_object_mut().unwrap().retain(|field, _| !(field == "alternateEmail" && empty));
    }
    assert_eq!(state(after), state(before));
    assert!(company.by_email("p900@acme.com").iter().all(|user| user["deleted"] == true));
}

/// The line that an applied revert prints for its own undo works as it stands.
#[test]
fn what_undoes_an_applied_revert_has_a_name_of_its_own() {
    let company = Company::new(vec![update(10)]);
    company.apply(&["--confirm"]).code(0);
    revert(&company).code(0);
    // One that was not applied is not passed over.
    revert(&company).code(2);
    undo(&company).code(0);
    let again = company.run(&["revert", "revert.plan.journal.jsonl", "--json"]).code(0).json();
    assert!(again["file"].as_str().unwrap().ends_with("revert.2.plan.json"), "{again}");
    assert_eq!(again["actions"], 1);
}

#[test]
fn what_was_changed_again_since_stays_and_is_listed() {
    let company = Company::new(vec![update(10), update(11)]);
    company.apply(&["--confirm"]).code(0);
    let later = plan_now(
        vec![action(ActionKind::Update, 10, json!({"title": "Lead"}), json!({"title": "Chief"}))],
        &hundred(),
        AuditFigures::default(),
    );
    company.write("later.plan.json", &approved(later).to_json().unwrap());
    company.run(&["apply", "later.plan.json", "--confirm"]).code(0);
    let ran = revert(&company).code(0);
    assert_eq!(ran.json()["actions"], 1);
    assert_eq!(ran.json()["stays"][0]["why"], "title was changed again since, to `Chief`");
}

#[test]
fn a_deletion_and_a_used_account_cannot_be_undone_and_say_so() {
    let before = json!({"active": true, "email": "p12@acme.com", "name": "Person 12", "role": "Participant"});
    let delete = action(ActionKind::Delete, 12, before, json!({"deleted": true}));
    let company = Company::new(vec![delete, create(900)]);
    company.apply(&["--confirm"]).code(0);
    let id = company.by_email("p900@acme.com")[0]["id"].as_u64().unwrap();
    let used = domo_reconcile::plan::Action {
        email: Some("p900@acme.com".into()),
        ..action(ActionKind::Update, id, json!({"title": null}), json!({"title": "Signed in"}))
    };
    company.write("later.plan.json", &approved(plan_now(vec![used], &hundred(), AuditFigures::default())).to_json().unwrap());
    company.run(&["apply", "later.plan.json", "--confirm"]).code(0);

    let ran = revert(&company).code(0);
    assert_eq!(ran.json()["plan"], Value::Null);
    let whys: Vec<_> = ran.json()["stays"].as_array().unwrap().iter().map(|stays| stays["why"].clone()).collect();
    assert!(whys.contains(&json!("a deletion cannot be undone")), "{whys:?}");
    let emails: Vec<_> = ran.json()["stays"].as_array().unwrap().iter().map(|stays| stays["email"].clone()).collect();
    assert!(emails.contains(&json!("p12@acme.com")) && emails.contains(&json!("p900@acme.com")), "{emails:?}");
    assert!(whys.contains(&json!("the created account has been used or changed since")), "{whys:?}");
    assert!(!company.path("revert.plan.json").exists());
}

/// Where Domo shows an account's groups, those that it was added to are no use that somebody made of it; others are.
#[test]
fn a_created_account_that_joined_its_groups_is_taken_away_again_unless_it_joined_others_since() {
    for (others, actions) in [(false, 1), (true, 0)] {
        let mut grouped = create(900);
        grouped.after.insert("groups".into(), json!(["Finance Team"]));
        let groups = vec![("Finance Team".to_owned(), vec![10]), ("Everybody".to_owned(), vec![10])];
        let profile = domo_reconcile::sandbox::Profile::recorded();
        let company =
            Company::with(Options { groups, profile, ..options() }, plan_now(vec![grouped], &hundred(), AuditFigures::default()));
        company.apply(&["--confirm"]).code(0);
        if others {
            let mut joined = create(900);
            joined.after.insert("groups".into(), json!(["Everybody"]));
            let later = plan_now(vec![joined], &hundred(), AuditFigures::default());
            company.write("later.plan.json", &approved(later).to_json().unwrap());
            company.run(&["apply", "later.plan.json", "--confirm"]).code(0);
        }
        assert_eq!(revert(&company).code(0).json()["actions"], actions, "{others}");
    }
}

#[test]
fn a_created_account_that_was_not_kept_whole_is_known_and_taken_away_again() {
    let mut titled = create(900);
    titled.after.insert("title".into(), "Clerk".into());
    let company = Company::new(vec![titled]);
    company.domo.fault(Fault::nth("POST", "/v1/users", 1, domo_reconcile::sandbox::What::Meddle("title".into())));
    let ran = company.apply(&["--confirm"]).code(7);
    let id = company.by_email("p900@acme.com")[0]["id"].clone();
    assert_eq!((&ran.json()["results"][0]["outcome"], &ran.json()["results"][0]["account_id"]), (&json!("failed"), &id));
    // Nothing but this plan made it: it is not somebody else's change.
    let again = company.apply(&["--confirm"]).code(7);
    assert_eq!(again.json()["counts"], json!({"failed": 1}));
    assert_eq!(revert(&company).code(0).json()["actions"], 1);
    undo(&company).code(0);
    assert!(company.by_email("p900@acme.com").iter().all(|user| user["deleted"] == true));
}

/// An instance that keeps one field and not the other: the update has failed, and what it left is undone all the same.
#[test]
fn an_update_that_was_kept_in_part_is_undone_over_all_its_attempts() {
    let two = |id: u64| {
        let (before, after) =
            (json!({"title": "Analyst", "department": "Finance"}), json!({"title": "Lead", "department": "Sales"}));
        action(ActionKind::Update, id, before, after)
    };
    let company = Company::new(vec![two(10), update(11)]);
    let before = company.domo.users();
    let meddle = domo_reconcile::sandbox::What::Meddle("department".into());
    company.domo.fault(Fault::nth("PUT", "/v1/users/*", 1, meddle));
    let ran = company.apply(&["--confirm"]).code(7);
    assert_eq!(ran.json()["counts"], json!({"failed": 1, "done": 1}));
    // Neither as it was judged nor as it should be, and by nobody but us.
    assert_eq!(company.apply(&["--confirm"]).code(7).json()["counts"], json!({"failed": 1, "already-done": 1}));
    assert_eq!((&company.user(10)["title"], &company.user(10)["department"]), (&json!("Lead"), &json!("meddled with")));
    assert_eq!(revert(&company).code(0).json()["stays"], json!([]));
    assert_eq!(undo(&company).code(0).json()["counts"], json!({"done": 2}));
    assert_eq!(state(company.domo.users()), state(before));
}

#[test]
fn what_changed_unasked_is_undone_with_what_was_asked() {
    let company = Company::new(vec![update(10), update(11)]);
    let before = company.domo.users();
    company.domo.fault(Fault::nth("PUT", "/v1/users/*", 1, domo_reconcile::sandbox::What::Meddle("phone".into())));
    company.apply(&["--confirm"]).code(7);
    assert_ne!(state(company.domo.users()), state(before.clone()));
    assert_eq!(revert(&company).code(0).json()["actions"], 1);
    undo(&company).code(0);
    assert_eq!(state(company.domo.users()), state(before));
}

/// Killed after the record and before the read-back: the account as it is now says whether it was written, where it is known which
/// account that is.
#[test]
fn a_write_that_nobody_read_back_is_settled_by_the_account_as_it_is_now() {
    let company = Company::new(vec![update(10), create(900)]);
    company.apply(&["--confirm"]).code(0);
    // As an apply that was killed leaves it: its outcome is written at the end.
    std::fs::remove_file(company.path("apply.json")).unwrap();
    let journal = company.read("plan.journal.jsonl");
    let upto = |count: usize| journal.lines().take(count).map(|line| format!("{line}\n")).collect::<String>();
    let undone = |lines: usize| {
        company.write("plan.journal.jsonl", &upto(lines));
        let told = revert(&company).code(0).json();
        std::fs::remove_file(company.path("revert.plan.json")).unwrap_or_default();
        let stays: Vec<_> =
            told["stays"].as_array().unwrap().iter().map(|stays| stays["why"].as_str().unwrap().to_owned()).collect();
        (told["actions"].as_u64().unwrap(), stays.join("; "))
    };
    assert_eq!(undone(2), (1, String::new()));
    let (actions, stays) = undone(5);
    assert!(actions == 1 && stays.contains("apply the plan again, then revert"), "{actions} {stays}");
    // It never arrived, or does not show.
    let title = action(ActionKind::Update, 10, json!({"title": "Lead"}), json!({"title": "Analyst"}));
    company.write("hand.json", &approved(plan_now(vec![title], &hundred(), AuditFigures::default())).to_json().unwrap());
    company.run(&["apply", "hand.json", "--confirm"]).code(0);
    let (actions, stays) = undone(2);
    assert!(actions == 0 && stays.contains("Domo does not show it so far"), "{actions} {stays}");
}

#[test]
fn what_failed_or_was_never_written_is_not_undone() {
    let company = Company::new(vec![update(10), update(11)]);
    company.domo.fault(Fault::nth("PUT", "/v1/users/*", 1, domo_reconcile::sandbox::What::Status(400, None)));
    company.apply(&["--confirm"]).code(7);
    revert(&company).code(0);
    let plan = Sealed::read(&company.read("revert.plan.json")).unwrap();
    let accounts: Vec<_> = plan.plan().actions.iter().map(|action| action.account_id).collect();
    assert_eq!(accounts, [Some(11)]);
}

#[test]
fn a_plan_is_never_overwritten_and_a_missing_journal_is_wrong_usage() {
    let company = Company::with(options(), plan_now(vec![update(10)], &hundred(), AuditFigures::default()));
    revert(&company).code(2);
    // A plan may be named for its journal, where it has one.
    let named = company.run(&["revert", "plan.json", "--out", "undo.json"]).code(2);
    assert!(named.stderr.contains("was not applied"), "{}", named.stderr);
    company.apply(&["--confirm"]).code(0);
    company.run(&["revert", "plan.json", "--out", "undo.json"]).code(0);
    revert(&company).code(0);
    revert(&company).code(2);
    // The sheet that may stand beside it is another plan's.
    company.write("review.xlsx", "");
    let review = |plan: &str| company.run(&["review", plan, "--reopen", "all", "--by", "ana"]).code(0).stdout;
    assert!(review("plan.json").contains("--from a filled-in review.xlsx"));
    assert!(!review("revert.plan.json").contains("review.xlsx"));
    // It has no run of its own: nothing keeps the accounts it was made from.
    let rehearsed = company.run(&["apply", "revert.plan.json", "--rehearse"]).code(2);
    assert!(rehearsed.stderr.contains("a dry run, `apply` without --confirm"), "{}", rehearsed.stderr);
}

/// Drawn whole or not at all: what cannot be read is not taken for gone.
#[test]
fn a_revert_that_is_disturbed_while_it_reads_undoes_all_of_it_or_is_no_plan() {
    let company = Company::new(vec![update(10), deactivate(11)]);
    company.apply(&["--confirm"]).code(0);
    let faults = ["cut", "cut-after", "truncate", "404", "404:1", "408", "408:1", "409", "409:1", "429", "429:1", "503:1"];
    for (number, fault) in faults.iter().enumerate() {
        let request = if number % 2 == 0 { "/v1/users/10#1" } else { "/v1/users#1" };
        let fault = format!("GET {request}={fault}");
        company.domo.fault(fault.parse().unwrap());
        let ran = company.run(&["revert", "plan.journal.jsonl", "--json"]);
        company.domo.clear_faults();
        let plan = company.path("revert.plan.json");
        match ran.code {
            0 => assert_eq!((&ran.json()["actions"], &ran.json()["stays"]), (&json!(2), &json!([])), "{fault}"),
            _ => assert!(ran.code == 1 && !plan.exists(), "{fault}: {}", ran.stderr),
        }
        std::fs::remove_file(plan).unwrap_or_default();
    }
}

/// It would say that nothing was done, or undo a part of it.
#[test]
fn a_journal_that_the_apply_knows_of_and_that_is_gone_or_shorter_is_refused() {
    let company = Company::with(options(), plan_now(vec![update(10), update(11)], &hundred(), AuditFigures::default()));
    company.apply(&["--confirm"]).code(0);
    let whole = company.read("plan.journal.jsonl");
    let shorter: Vec<_> = whole.lines().take(2).collect();
    company.write("plan.journal.jsonl", &format!("{}\n", shorter.join("\n")));
    let ran = revert(&company).code(6);
    assert!(ran.stderr.contains("has 2 lines, but apply.json knows of"), "{}", ran.stderr);
    std::fs::remove_file(company.path("plan.journal.jsonl")).unwrap();
    let ran = company.run(&["revert", "plan.json"]).code(6);
    assert!(ran.stderr.contains("is missing, but apply.json knows of"), "{}", ran.stderr);
    company.write("plan.journal.jsonl", &whole);
    revert(&company).code(0);
}
