//! What binds a plan, and what it takes before anything of it may be carried out.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use domo_reconcile::config::{Config, DeactivateWith};
use domo_reconcile::failure::{Failure, FailureKind};
use domo_reconcile::plan::guard::AuditFigures;
use domo_reconcile::plan::{Applier, Approved, Guard, GuardedAccounts, PlanRules, Problem, Sealed};
use domo_reconcile::terms::ActionKind;
use serde_json::json;

use super::fixture::{World, action, approved, create, deactivate, hundred, plan, plan_judged, update};

fn refused(sealed: Sealed, world: &World) -> Failure {
    Approved::new(sealed, &world.terms()).unwrap_err()
}

#[test]
fn the_same_actions_make_the_same_plan() {
    let (one, other) = (plan(vec![update(1), deactivate(2)]), plan(vec![deactivate(2), update(1)]));
    assert_eq!(one.to_json().unwrap(), other.to_json().unwrap());
    assert_ne!(one.id, plan(vec![update(1)]).id);
}

#[test]
fn what_takes_access_away_is_carried_out_first_and_creates_last() {
    let delete = action(ActionKind::Delete, 4, json!({"active": true}), json!({"deleted": true}));
    let plan = plan(vec![create(9), delete, deactivate(3), update(8), update(5)]);
    let order: Vec<_> = plan.actions.iter().map(|action| (action.kind.as_str(), action.account_id)).collect();
    let expected = [("deactivate", Some(3)), ("delete", Some(4)), ("update", Some(5)), ("update", Some(8)), ("create", None)];
    assert_eq!(order, expected);
}

#[test]
fn a_plan_reads_back_as_it_was_written() {
    let sealed = approved(plan(vec![update(1), create(2)]));
    let again = Sealed::read(&sealed.to_json().unwrap()).unwrap();
    assert_eq!(again.plan(), sealed.plan());
}

/// Every byte is replaced, and every short range taken out: the plan is refused, or it says exactly what it said (white space),
/// or only its decisions differ, which no digest covers.
#[test]
fn a_tampered_plan_is_refused_whichever_byte_was_touched() {
    let sealed = approved(plan(vec![update(1), deactivate(2)]));
    let text = sealed.to_json().unwrap();
    let same_but_decisions = |changed: &str| match Sealed::read(changed) {
        Err(_) => true,
        Ok(read) => {
            let mut plan = read.plan().clone();
            plan.decisions = sealed.plan().decisions.clone();
            plan == *sealed.plan()
        }
    };
    let mut tried = 0;
    for place in 0..text.len() {
        for replacement in [b' ', b'0', b'9', b'"', b'}', b'x'] {
            let mut bytes = text.clone().into_bytes();
            bytes[place] = replacement;
            tried += 1;
            let changed = String::from_utf8(bytes).unwrap();
            assert!(same_but_decisions(&changed), "byte {place} as {:?} went through", replacement as char);
        }
        for length in [1, 2, 5, 17] {
            let Some(rest) = text.get(place + length..) else { continue };
            tried += 1;
            assert!(same_but_decisions(&format!("{}{rest}", &text[..place])), "{length} bytes from {place} went through");
        }
    }
    assert!(tried > 10_000, "{tried}");
}

#[test]
fn a_changed_action_is_tampering_and_a_changed_decision_is_not() {
    let text = approved(plan(vec![update(1)])).to_json().unwrap();
    assert!(matches!(Sealed::read(&text.replace("Lead", "Boss")), Err(Problem::Tampered(_))));
    assert!(Sealed::read(&text.replace("approve", "reject")).is_ok());
}

#[test]
fn a_decision_on_no_action_is_tampering() {
    let text = approved(plan(vec![update(1)])).to_json().unwrap();
    let foreign = text.replace("\"decisions\": {\n    \"A-update-1\"", "\"decisions\": {\n    \"A-update-2\"");
    assert!(matches!(Sealed::read(&foreign), Err(Problem::Tampered(_))));
}

#[test]
fn a_key_given_twice_is_tampering() {
    let text = approved(plan(vec![update(1)])).to_json().unwrap();
    let twice = text.replacen("\"decisions\": {", "\"decisions\": {}, \"decisions\": {", 1);
    assert!(matches!(Sealed::read(&twice), Err(Problem::Tampered(_))));
}

#[test]
fn only_what_was_approved_is_to_be_done() {
    let mut open = plan(vec![update(1), update(2), update(3)]);
    let yes = approved(open.clone()).plan().decisions["A-update-1"].clone();
    let nobody = domo_reconcile::plan::Decision { by: " ".into(), ..yes.clone() };
    open.decisions = [("A-update-1".to_owned(), yes), ("A-update-2".to_owned(), nobody)].into();
    let approved = Approved::new(Sealed::made(open).unwrap(), &World::default().terms()).unwrap();
    let todo: Vec<_> = approved.todo().iter().map(|action| action.id.as_str()).collect();
    assert_eq!(todo, ["A-update-1"]);
}

#[test]
fn what_is_done_is_not_done_again() {
    let world = World { done: ["A-update-1".to_owned()].into(), ..World::default() };
    let approved = Approved::new(approved(plan(vec![update(1), update(2)])), &world.terms()).unwrap();
    assert_eq!(approved.todo().len(), 1);
}

#[test]
fn an_expired_plan_is_refused_from_the_very_second_on() {
    let sealed = approved(plan(vec![update(1)]));
    let expires = sealed.plan().expires;
    let last = World { now: expires - TimeDelta::seconds(1), ..World::default() };
    assert!(Approved::new(sealed.clone(), &last.terms()).is_ok());
    assert_eq!(refused(sealed, &World { now: expires, ..World::default() }).kind(), FailureKind::PlanRefused);
}

#[test]
fn a_plan_for_another_instance_is_refused() {
    let world = World { instances: vec!["acme".into(), "acme-eu".into()], ..World::default() };
    assert_eq!(refused(approved(plan(vec![update(1)])), &world).kind(), FailureKind::PlanRefused);
}

#[test]
fn nobody_applies_what_they_approved_where_two_are_asked_for() {
    let world = |said: Option<&str>, user: &str| {
        let by = Applier { said: said.map(str::to_owned), user: user.into() };
        World { second_person: true, by, ..World::default() }
    };
    let approved_by = |by: &str, user: Option<&str>| {
        let mut plan = approved(plan(vec![update(1)])).plan().clone();
        let decision = plan.decisions.values_mut().next().unwrap();
        (decision.by, decision.user) = (by.into(), user.map(str::to_owned));
        Sealed::made(plan).unwrap()
    };
    let may = |sealed: Sealed, world: World| Approved::new(sealed, &world.terms()).map_err(|failure| failure.kind()).err();
    for (by, user, said, applies, expected) in [
        ("ana", None, Some(" Ana "), "root", Some(FailureKind::Guard)),
        // What shows nothing makes nobody another.
        ("ana", None, Some("ana\u{a0}"), "root", Some(FailureKind::Guard)),
        ("Ana\u{200b} Ruiz", None, Some("ana\u{a0}ruiz"), "root", Some(FailureKind::Guard)),
        ("ren\u{e9}@acme.com", None, Some("rene\u{301}"), "root", Some(FailureKind::Guard)),
        // What is said takes no name away.
        ("ana", None, Some("bob"), "ana", Some(FailureKind::Guard)),
        ("ana@acme.com", None, None, "ana", Some(FailureKind::Guard)),
        ("eve, recorded by ana", None, Some("eve"), "root", Some(FailureKind::Guard)),
        // Whoever shares the machine's user with the approver has to say who they are.
        ("ana", Some("root"), None, "root", Some(FailureKind::Guard)),
        ("ana", Some("root"), Some("bob"), "root", None),
        ("ana", Some("ana"), None, "bob", None),
        ("ana@acme.com", None, Some("ana@other.com"), "root", None),
    ] {
        let told = format!("{by} {user:?}, then {said:?} {applies}");
        assert_eq!(may(approved_by(by, user), world(said, applies)), expected, "{told}");
    }
}

#[test]
fn a_plan_reviewed_for_one_way_of_deactivating_is_not_carried_out_another_way() {
    let world = World { deactivate_with: DeactivateWith::Scim, ..World::default() };
    assert_eq!(refused(approved(plan(vec![deactivate(5)])), &world).kind(), FailureKind::PlanRefused);
    assert!(Approved::new(approved(plan(vec![update(5)])), &world.terms()).is_ok());
    let scim = domo_reconcile::plan::Action { through: Some(DeactivateWith::Scim), ..deactivate(5) };
    assert!(Approved::new(approved(plan(vec![scim])), &world.terms()).is_ok());
}

/// One guard trips alone and refuses; with its override, and no other, the plan goes on.
#[track_caller]
fn trips(guard: &str, sealed: &Sealed, world: impl Fn() -> World) {
    let name = guard.split('=').next().unwrap();
    let standing = world().terms().judge(sealed.plan());
    let tripped: Vec<_> = standing.tripped.iter().map(|tripped| tripped.guard.as_str()).collect();
    assert_eq!(tripped, [name]);
    assert_eq!(refused(sealed.clone(), &world()).kind(), FailureKind::Guard);
    let others = Guard::ALL.into_iter().filter(|other| other.as_str() != name && *other != Guard::RejectedRows);
    let others = others.fold(world(), |world, other| world.overriding(other.as_str()));
    assert_eq!(refused(sealed.clone(), &others).kind(), FailureKind::Guard, "another guard's override covered {guard}");
    let approved = Approved::new(sealed.clone(), &world().overriding(guard).terms()).unwrap();
    assert_eq!(approved.overridden()[0].overridden.as_deref(), Some("looked at"));
}

/// One guard trips alone and refuses, whatever is overridden.
#[track_caller]
fn trips_for_good(guard: Guard, sealed: &Sealed, world: impl Fn() -> World) {
    let standing = world().terms().judge(sealed.plan());
    let tripped: Vec<_> = standing.tripped.iter().map(|tripped| tripped.guard).collect();
    assert_eq!(tripped, [guard]);
    let all = Guard::ALL.into_iter().filter(|other| *other != Guard::RejectedRows);
    let all = all.fold(world(), |world, other| world.overriding(other.as_str()));
    assert_eq!(refused(sealed.clone(), &all).kind(), FailureKind::Guard);
}

#[test]
fn too_many_deactivations_are_refused_unless_overridden() {
    let sealed = approved(plan((10..21).map(deactivate).collect()));
    trips("max-deactivations", &sealed, World::default);
    // Ten of a hundred are within ten percent.
    let ten = approved(plan((10..20).map(deactivate).collect()));
    assert!(Approved::new(ten, &World::default().terms()).is_ok());
}

#[test]
fn a_share_of_few_accounts_is_not_looked_at() {
    let few = |active: u64| World { guarded: GuardedAccounts { active, ..hundred() }, ..World::default() };
    let sealed = approved(plan((10..15).map(deactivate).collect()));
    assert!(Approved::new(sealed.clone(), &few(19).terms()).is_ok());
    trips("max-deactivations", &sealed, || few(20));
}

#[test]
fn too_many_updates_are_refused_unless_overridden() {
    trips("max-updates", &approved(plan((10..61).map(update).collect())), World::default);
    assert!(Approved::new(approved(plan((10..60).map(update).collect())), &World::default().terms()).is_ok());
}

#[test]
fn too_many_creates_are_refused_unless_overridden() {
    trips("max-creates", &approved(plan((1000..1201).map(create).collect())), World::default);
}

#[test]
fn too_few_admins_are_refused_unless_overridden() {
    let admin_elsewhere = || World { guarded: GuardedAccounts { own: BTreeSet::from([9]), ..hundred() }, ..World::default() };
    trips("min-admins", &approved(plan(vec![deactivate(1), deactivate(2)])), admin_elsewhere);
    let demoted = |account| action(ActionKind::Update, account, json!({"role": "Admin"}), json!({"role": "Editor"}));
    trips("min-admins", &approved(plan(vec![demoted(1), demoted(2)])), admin_elsewhere);
    assert!(Approved::new(approved(plan(vec![deactivate(2)])), &World::default().terms()).is_ok());
}

#[test]
fn rejected_rows_hold_back_deactivations_until_their_exact_number_is_named() {
    let judged = AuditFigures { rejected_rows: 14, shrunk: 0 };
    let sealed = approved(plan_judged(vec![deactivate(10), update(11)], &hundred(), judged));
    assert_eq!(sealed.plan().refused_by(), ["rejected-rows"]);
    trips("rejected-rows=14", &sealed, World::default);
    assert_eq!(refused(sealed, &World::default().overriding("rejected-rows=13")).kind(), FailureKind::Guard);
    let updates = approved(plan_judged(vec![update(11)], &hundred(), judged));
    assert!(Approved::new(updates, &World::default().terms()).is_ok());
}

#[test]
fn a_population_that_moved_is_refused_unless_overridden() {
    let sealed = |shrunk| approved(plan_judged(vec![update(10)], &hundred(), AuditFigures { rejected_rows: 0, shrunk }));
    trips("population-moved", &sealed(11), World::default);
    assert!(Approved::new(sealed(10), &World::default().terms()).is_ok());
}

#[test]
fn excluded_accounts_are_never_touched() {
    let protected =
        || World { guarded: GuardedAccounts { protected: [(10, "service".into())].into(), ..hundred() }, ..World::default() };
    trips_for_good(Guard::Protected, &approved(plan(vec![update(10), update(11)])), protected);
    assert!(Approved::new(approved(plan(vec![update(11)])), &protected().terms()).is_ok());
}

#[test]
fn the_account_behind_the_client_keeps_its_access() {
    for harm in [
        deactivate(1),
        action(ActionKind::Delete, 1, json!({"active": true}), json!({"deleted": true})),
        action(ActionKind::Update, 1, json!({"email": "a"}), json!({"email": "b"})),
    ] {
        trips_for_good(Guard::Own, &approved(plan(vec![harm])), World::default);
    }
    assert!(Approved::new(approved(plan(vec![update(1)])), &World::default().terms()).is_ok());
}

#[test]
fn nothing_is_done_to_accounts_that_cannot_be_counted() {
    let partial =
        || World { guarded: GuardedAccounts { incomplete: vec!["page 7 failed".into()], ..hundred() }, ..World::default() };
    trips_for_good(Guard::IncompleteEvidence, &approved(plan(vec![update(10)])), partial);
}

#[test]
fn guards_count_what_is_still_to_be_done() {
    let sealed = approved(plan((10..22).map(deactivate).collect()));
    let done = ["A-deactivate-10".to_owned(), "A-deactivate-11".to_owned()].into();
    assert!(Approved::new(sealed, &World { done, ..World::default() }.terms()).is_ok());
}

/// What a role is was judged when the plan was made; at hand only fewer may count as administrators.
#[test]
fn a_custom_role_counts_as_an_administrator_only_where_the_plans_rules_and_those_at_hand_agree() {
    let config = |roles: &str| Config::parse(&format!("[domo]\nroles = {{ {roles} }}\n")).unwrap();
    let here = config(r#""Viewer" = "administers", "Owner" = "ordinary", "Guest" = "ordinary""#);
    let tightened = |rules: &PlanRules| serde_json::to_value(rules.tighten(&here).domo.roles).unwrap();
    let rules = PlanRules::of(&config(r#""Owner" = "administers", "Keeper" = "administers""#));
    assert_eq!(tightened(&rules), json!({"Guest": "ordinary", "Keeper": "administers", "Owner": "ordinary"}));
    // One of an older version says nothing of roles.
    let older = PlanRules { roles: None, ..rules };
    assert_eq!(tightened(&older), json!({"Guest": "ordinary", "Owner": "ordinary"}));
}
