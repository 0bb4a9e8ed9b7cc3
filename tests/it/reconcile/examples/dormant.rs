//! Accounts that nobody uses.

use super::*;

/// An account last seen that many days before the day judged, of a company whose sign-ins are known.
fn seen(days: Option<u64>) -> Account {
    Account { last_login: days.map(|days| day(TODAY) - chrono::Days::new(days)), ..account(1) }
}

fn company(account: Account, config: &str) -> Company {
    let mut company = pair(account, person(1)).config(config);
    company.provided.push("last_login");
    company
}

#[test]
fn an_account_not_seen_for_longer_than_the_limit_is_dormant_and_the_limit_itself_is_not() {
    assert_eq!(company(seen(Some(90)), "").judged().findings, []);
    let judged = company(seen(Some(91)), "").judged();
    let dormant = only(&judged);
    assert_eq!((dormant.kind, dormant.severity, dormant.action), (Kind::Dormant, Severity::Low, None));
    assert_eq!(dormant.reason, "Last seen on 2026-08-24, 91 days before the day judged (limit 90 days)");
    assert_eq!(dormant.particular("days_idle"), Some(&Value::Days(Some(91))));
    assert_eq!((judged.accounts[A::Matched], judged.people[P::Matched]), (1, 1), "it comes on top of the situation");
    assert_eq!(company(seen(Some(91)), "[policy]\ndormant_days = 91").judged().findings, []);
}

#[test]
fn where_it_may_administer_it_is_medium_and_the_policy_decides_what_is_proposed() {
    let admin = Account { role: "Admin".into(), ..seen(Some(200)) };
    let judged = company(admin, "[policy]\ndormant = \"deactivate\"").judged();
    let dormant = only(&judged);
    assert_eq!((dormant.severity, dormant.action), (Severity::Medium, Some(ActionKind::Deactivate)));
    assert!(dormant.reason.contains(", with the role Admin"), "{}", dormant.reason);
}

#[test]
fn an_account_never_seen_is_dormant_once_it_is_old_enough() {
    let judged = company(Account { created: Some(day("2026-08-24")), ..seen(None) }, "").judged();
    assert_eq!(
        only(&judged).reason,
        "No sign-in or activity is known; the account was made on 2026-08-24, 91 days before the day judged (limit 90 days)"
    );
    assert_eq!(company(Account { created: Some(day("2026-08-25")), ..seen(None) }, "").judged().findings, []);
    let undated = company(Account { created: None, ..seen(None) }, "").judged();
    assert_eq!(undated.findings, []);
    let said = why_not(&undated, "dormant");
    assert_eq!(said, "1 account was never seen, and no day on which they were made is known");
}

#[test]
fn what_a_window_of_the_activity_log_does_not_show_is_never_seen_only_where_the_window_is_long_enough() {
    let short = company(seen(None), "[domo]\nactivity_days = 30").judged();
    assert_eq!(short.findings, []);
    assert!(why_not(&short, "dormant").starts_with("1 account was not seen in the 30"), "{}", why_not(&short, "dormant"));
    let long = company(seen(None), "[domo]\nactivity_days = 90").judged();
    assert_eq!(only(&long).kind, Kind::Dormant);
}

#[test]
fn leavers_orphans_people_not_started_and_accounts_out_of_use_are_never_dormant() {
    let mut others = Company::with(
        [
            seen(Some(400)),
            Account { last_login: Some(day("2025-01-01")), ..account(2) },
            Account { last_login: Some(day("2025-01-01")), active: false, ..account(3) },
        ],
        [left(1), person(3)],
    );
    others.provided.push("last_login");
    let judged = others.judged();
    assert!(of_kind(&judged, Kind::Dormant).is_empty(), "{:?}", judged.findings);
    let mut early = pair(seen(Some(400)), Person { status: "prehire", hired: Some(day("2026-12-01")), ..person(1) });
    early.provided.push("last_login");
    assert_eq!(only(&early.judged()).kind, Kind::Early);
}

#[test]
fn without_sign_in_times_it_is_not_tested() {
    let judged = pair(account(1), person(1)).judged();
    assert_eq!(judged.findings, []);
    assert_eq!(judged.method.tested[&Kind::Dormant], 0);
    assert!(why_not(&judged, "dormant").starts_with("No sign-in times"));
}

#[test]
fn where_access_is_taken_away_nothing_else_is_done_to_the_account() {
    let drifting = Account { number: "777".into(), ..seen(Some(200)) };
    let company = company(drifting, "[policy]\ndormant = \"deactivate\"");
    let judged = company.judged();
    let found: Vec<_> = judged.findings.iter().map(|finding| (finding.kind, finding.severity, finding.action)).collect();
    let (update, deactivate) = (Some(ActionKind::Update), Some(ActionKind::Deactivate));
    assert_eq!(found, [(Kind::Drift, Severity::Medium, update), (Kind::Dormant, Severity::Low, deactivate)]);
    let (accounts, people, config) = (company.accounts_frame(), company.people_frame(), company.parsed());
    let inputs = domo_reconcile::plan::InputDigests { accounts: "a".into(), directory: vec!["d".into()], config: "c".into() };
    let created = chrono::DateTime::UNIX_EPOCH;
    let context = domo_reconcile::plan::PlanBinding { run_id: "R".into(), created, inputs, before: None };
    let plan =
        domo_reconcile::plan::build(&judged, &accounts, |rows| Ok(accounts.snapshot.of_rows(rows)), &people, &config, &context)
            .unwrap()
            .unwrap();
    let actions: Vec<_> = plan.actions.iter().map(|action| action.kind).collect();
    assert_eq!(actions, [ActionKind::Deactivate]);
}
