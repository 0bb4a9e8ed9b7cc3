//! Each rule by name.

use domo_reconcile::reconcile::{Action, Kind, Severity};

use super::company::{Account, Company, Person, account, day, of_kind, only, person};

#[test]
fn a_reconciled_company_has_no_findings() {
    let judged = Company::of(5).judged();
    assert_eq!(judged.findings, []);
    assert_eq!((judged.accounts.matched, judged.people.matched), (5, 5));
}

#[test]
fn an_active_account_of_nobody_is_an_orphan() {
    let judged = Company::with([account(1), account(2)], [person(1)]).judged();
    let orphan = only(&judged);
    assert_eq!((orphan.kind, orphan.severity, orphan.action), (Kind::Orphan, Severity::Medium, Some(Action::Deactivate)));
    assert_eq!(judged.accounts.orphan, 1);
}

#[test]
fn an_account_of_somebody_who_left_is_a_leaver() {
    let left = Person { status: "terminated", last_day: Some(day("2026-10-31")), ..person(1) };
    let judged = Company::with([account(1)], [left]).judged();
    let leaver = only(&judged);
    assert_eq!((leaver.kind, leaver.severity, leaver.action), (Kind::Leaver, Severity::High, Some(Action::Deactivate)));
    assert!(leaver.reason.contains("ended on 2026-10-31, 23 days before the day judged"), "{}", leaver.reason);
}

#[test]
fn an_address_and_a_number_of_two_people_are_a_conflict() {
    let mixed = Account { number: person(2).number, ..account(1) };
    let company = Company::with([mixed], [person(1), person(2)]);
    assert_eq!(company.account_situation(0), "conflict");
    assert_eq!((company.person_situation(0), company.person_situation(1)), ("conflict".into(), "conflict".into()));
    let judged = company.judged();
    assert_eq!(of_kind(&judged, Kind::Conflict)[0].severity, Severity::High);
}

#[test]
fn several_accounts_of_one_person_are_duplicates() {
    let second = Account { id: 7, email: "other@acme.com".into(), ..account(1) };
    let judged = Company::with([account(1), second], [person(1)]).judged();
    assert_eq!((judged.accounts.duplicate, judged.people.matched), (2, 1));
    assert!(of_kind(&judged, Kind::Duplicate).iter().all(|finding| finding.action.is_none()));
}
