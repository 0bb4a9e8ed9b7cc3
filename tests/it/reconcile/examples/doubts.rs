//! Cells that could not be read.

use super::*;

fn doubting(mut company: Company, field: &str, value: &str) -> Company {
    company.doubts.push(Doubt {
        source: 0,
        row: 2,
        field: field.into(),
        problem: "it cannot be read".into(),
        value: value.into(),
        not_comparable: true,
    });
    company
}

#[test]
fn a_termination_date_in_doubt_neither_ends_nor_proves_employment() {
    let bare = |last_day| Person { status: "", hired: None, last_day, ..person(1) };
    for last_day in [None, Some(day("2020-01-01"))] {
        let mut company = pair(account(1), bare(last_day));
        company.fields = vec!["email", "employee_number", "termination_date"];
        assert_eq!(doubting(company, "termination_date", "yesterday").account_situation(0), "not_evaluable");
    }
}

#[test]
fn an_address_that_could_not_be_used_never_makes_an_orphan() {
    let broken = Person { email: String::new(), number: "57".into(), ..person(2) };
    let company = pair(Account { number: String::new(), ..account(1) }, broken);
    assert_eq!(company.account_situation(0), "orphan");
    assert_eq!(company.person_situation(0), "missing");
    // Nor does it make its person missing: a second account would be made for them.
    let company = doubting(company, "email", "person1@acme.com (old); x@y.z");
    assert_eq!((company.account_situation(0), company.person_situation(0)), ("not_evaluable".into(), "not_evaluable".into()));
}

#[test]
fn a_leaver_whose_address_is_among_those_of_somebody_called_as_the_account_is_is_left_to_a_person() {
    let other = |name: &str| Person { name: name.into(), alternates: vec!["person1@acme.com".into()], ..person(2) };
    let leaver = || Person { name: "Ann Lee".into(), ..left(1) };
    let action = |called: &str, theirs: &str| {
        let account = Account { name: called.into(), number: String::new(), ..account(1) };
        let judged = Company::with([account], [leaver(), other(theirs)]).judged();
        of_kind(&judged, Kind::Leaver)[0].action
    };
    // Married and back under a new number, or a joiner with the leaver's account.
    for (called, theirs) in [("Ann Smith", "Ann Smith"), ("Ann Lee", "Ann Lee Smith"), ("Zoe Smith", "Zoe Smith")] {
        assert_eq!(action(called, theirs), None, "{called}, {theirs}");
    }
    // Mail of a leaver goes to a colleague.
    for theirs in ["Bob Stone", "Ann Moe"] {
        assert_eq!(action("Ann Lee", theirs), Some(ActionKind::Deactivate), "{theirs}");
    }
}

#[test]
fn a_leaver_whose_other_row_says_employed_is_left_to_a_person() {
    let old = Person { email: "old@acme.com".into(), ..left(1) };
    let judged = Company::with([Account { email: "old@acme.com".into(), ..account(1) }], [old, person(1)]).judged();
    let leaver = of_kind(&judged, Kind::Leaver)[0];
    assert_eq!(leaver.action, None);
    assert!(leaver.reason.contains("says employed"), "{}", leaver.reason);
}

#[test]
fn a_leaver_is_left_to_a_person_where_another_row_says_nothing_or_lists_the_address() {
    let again = Person { number: "9".into(), status: "", hired: Some(day("2026-06-01")), ..person(1) };
    let colleague = Person { email: "new@acme.com".into(), alternates: vec!["person1@acme.com".into()], ..person(2) };
    let back = Person { name: person(1).name, ..colleague.clone() };
    for (other, said) in [(again, "has no readable status: Given1"), (back, "says employed: Given1")] {
        let judged = Company::with([account(1)], [left(1), other]).judged();
        let leaver = of_kind(&judged, Kind::Leaver)[0];
        assert_eq!(leaver.action, None);
        assert!(leaver.reason.contains(said), "{}", leaver.reason);
    }
    // Mail of a leaver goes to a colleague, whom name and number tell apart.
    let judged = Company::with([account(1)], [left(1), colleague]).judged();
    assert_eq!(of_kind(&judged, Kind::Leaver)[0].action, Some(ActionKind::Deactivate));
}
