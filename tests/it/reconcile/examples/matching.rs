//! All keys judged together: conflict, ambiguity, duplicates.

use super::*;

#[test]
fn an_address_that_changed_is_drift_of_an_account_matched_by_number() {
    let judged = pair(Account { email: "maiden.name@acme.com".into(), ..account(1) }, person(1)).judged();
    let drift = only(&judged);
    assert_eq!((drift.kind, drift.severity, drift.action), (Kind::Drift, Severity::Medium, Some(ActionKind::Update)));
    assert_eq!(drift.matched_by, [Key::EmployeeNumber]);
    assert_eq!(drift.drift[0].field, "email");
}

#[test]
fn a_number_that_changed_is_drift_of_an_account_matched_by_address() {
    let judged = pair(Account { number: "9".into(), ..account(1) }, person(1)).judged();
    assert_eq!((only(&judged).severity, only(&judged).matched_by.as_slice()), (Severity::Medium, &[Key::Email][..]));
}

#[test]
fn an_address_and_a_number_of_two_people_are_a_conflict() {
    let company = Company::with([Account { number: person(2).number, ..account(1) }], [person(1), person(2)]);
    assert_eq!(company.account_situation(0), "conflict");
    assert_eq!((company.person_situation(0), company.person_situation(1)), ("conflict".into(), "conflict".into()));
    let judged = company.judged();
    let conflict = only(&judged);
    assert_eq!((conflict.severity, conflict.action), (Severity::High, None));
    assert!(conflict.reason.contains("Given1 Family1") && conflict.reason.contains("Given2 Family2"), "{}", conflict.reason);
}

#[test]
fn a_conflict_says_which_key_names_whom_and_takes_in_no_account_out_of_use() {
    let crossed = Account { alternate: person(2).email, number: String::new(), ..account(1) };
    let keys = "[match]\nkeys = [\"email\", \"alternate_email\"]";
    let company = |account| Company::with([account], [person(1), person(2)]).config(keys);
    let judged = company(crossed.clone()).judged();
    let reason = &only(&judged).reason;
    assert!(reason.starts_with("The e-mail address is that of Given1 Family1 (workers.csv row 2), who is employed"), "{reason}");
    assert!(reason.contains("; the alternate e-mail is that of Given2 Family2 (workers.csv row 3), who is employed"), "{reason}");
    let judged = company(Account { active: false, ..crossed }).judged();
    assert_eq!((judged.accounts[A::Inactive], judged.people[P::Conflict], judged.people[P::Missing]), (1, 0, 1));
}

#[test]
fn a_joiner_with_a_leaver_s_account_is_a_reused_address() {
    let joiner = Person { hired: Some(day("2026-11-02")), ..person(1) };
    let judged = Company::with([Account { number: person(2).number, ..account(1) }], [joiner, left(2)]).judged();
    let conflict = only(&judged);
    assert!(conflict.reason.ends_with(": a joiner seems to have a leaver's account"), "{}", conflict.reason);
    assert_eq!((people_in(conflict, "by_email")[0].row, people_in(conflict, "by_number")[0].row), (2, 3));
}

#[test]
fn the_number_singles_one_out_of_two_rows_with_one_address() {
    let other = Person { number: "777".into(), ..person(1) };
    let company = Company::with([account(1)], [person(1), other]);
    assert_eq!(company.account_situation(0), "matched");
    assert_eq!((company.person_situation(0), company.person_situation(1)), ("matched".into(), "duplicate".into()));
    let judged = company.judged();
    assert_eq!((only(&judged).kind, only(&judged).person.as_ref().unwrap().row), (Kind::Quality, 3));
}

#[test]
fn two_rows_that_no_other_key_tells_apart_are_ambiguous() {
    let without_number = Account { number: String::new(), ..account(1) };
    let company = Company::with([without_number], [person(1), Person { number: "777".into(), ..person(1) }]);
    let judged = company.judged();
    assert_eq!((judged.accounts[A::Ambiguous], judged.people[P::Duplicate]), (1, 2));
    assert_eq!(of_kind(&judged, Kind::Quality).len(), 2);
    let ambiguous = of_kind(&judged, Kind::Ambiguous)[0];
    assert_eq!((people_in(ambiguous, "candidates").len(), ambiguous.action), (2, None));
}

#[test]
fn a_number_of_a_third_person_leaves_it_ambiguous() {
    let mixed = Account { number: person(3).number, ..account(1) };
    let company = Company::with([mixed], [person(1), Person { number: "777".into(), ..person(1) }, person(3)]);
    assert_eq!(company.account_situation(0), "ambiguous");
    assert_eq!(company.person_situation(2), "ambiguous");
}

#[test]
fn several_accounts_of_one_person_are_duplicates_and_the_best_is_named() {
    let second = Account { id: 7, email: "other@acme.com".into(), ..account(1) };
    let company = Company::with([second, account(1)], [person(1)]);
    let judged = company.judged();
    assert_eq!((judged.accounts[A::Duplicate], judged.people[P::Matched]), (2, 1));
    for duplicate in of_kind(&judged, Kind::Duplicate) {
        let Some(Value::Accounts(accounts, best)) = duplicate.particular("accounts") else { panic!() };
        assert_eq!((accounts.len(), *best, duplicate.action), (2, Some(1), None));
    }
}

#[test]
fn a_leaver_with_two_accounts_is_a_duplicate_that_says_who_left() {
    let second = Account { id: 7, email: "other@acme.com".into(), ..account(1) };
    let judged = Company::with([account(1), second], [left(1)]).judged();
    assert!(judged.findings.iter().all(|finding| finding.kind == Kind::Duplicate && finding.reason.contains("left on 2026-10-31")));
}

#[test]
fn inactive_and_excluded_accounts_take_no_part() {
    let inactive = Account { id: 7, active: false, ..account(1) };
    let deleted = Account { id: 8, deleted: true, ..account(1) };
    let service = Account { id: 9, email: "svc-x@acme.com".into(), ..account(1) };
    let company = Company::with([account(1), inactive, deleted, service], [person(1)])
        .config("[[exclude]]\nemail = \"svc-*\"\nreason = \"service\"\nowner = \"it\"");
    let judged = company.judged();
    assert_eq!((judged.accounts[A::Matched], judged.accounts[A::Inactive], judged.accounts[A::Excluded]), (1, 2, 1));
    assert!(of_kind(&judged, Kind::Duplicate).is_empty());
    assert_eq!(judged.person_rows.column("account").unwrap().u32().unwrap().get(0), Some(0));
}
