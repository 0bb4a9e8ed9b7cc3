//! What makes two keys the same, and what does not.

use super::*;

#[test]
fn an_address_matches_through_case_white_space_and_invisible_characters() {
    let company = pair(
        Account { email: " PERSON1@Acme.com\u{200B}".into(), number: String::new(), ..account(1) },
        Person { number: String::new(), ..person(1) },
    );
    assert_eq!(matched_by(&company).as_deref(), Some("email"));
    assert_eq!(company.judged().findings, []);
}

#[test]
fn an_address_matches_through_unicode_form_and_punycode() {
    let company = pair(
        Account { email: "jose\u{301}@bücher.example".into(), number: String::new(), ..account(1) },
        Person { email: "josé@xn--bcher-kva.example".into(), number: String::new(), ..person(1) },
    );
    assert_eq!(matched_by(&company).as_deref(), Some("email"));
    assert_eq!(company.judged().findings, []);
}

#[test]
fn a_plus_tag_is_another_mailbox() {
    let company = pair(
        Account { email: "person1+domo@acme.com".into(), number: String::new(), ..account(1) },
        Person { number: String::new(), ..person(1) },
    );
    assert_eq!(company.account_situation(0), "orphan");
}

#[test]
fn a_domain_alias_matches_is_no_drift_and_is_said() {
    let company = pair(
        Account { email: "person1@old-acme.com".into(), number: String::new(), ..account(1) },
        Person { number: String::new(), status: "terminated", ..person(1) },
    )
    .config("[match]\ndomain_aliases = { \"old-acme.com\" = \"acme.com\" }");
    let judged = company.judged();
    let leaver = only(&judged);
    assert!(leaver.reason.contains("by the alias old-acme.com = acme.com"), "{}", leaver.reason);
    assert!(judged.method.normalised.iter().any(|sentence| sentence.contains("1 match needed a domain alias")));
}

#[test]
fn blank_never_matches_blank() {
    let none = |n| Account { email: String::new(), number: String::new(), ..account(n) };
    let company =
        pair(none(1), Person { email: String::new(), alternates: vec!["x@y.z".into()], number: String::new(), ..person(1) });
    assert_eq!(company.account_situation(0), "not_evaluable");
    assert_eq!(company.person_situation(0), "rejected");
}

#[test]
fn an_integral_float_is_its_integer() {
    let company = pair(
        Account { email: "other@acme.com".into(), number: "50001.0".into(), ..account(1) },
        Person { email: String::new(), ..person(1) },
    );
    assert_eq!(matched_by(&company).as_deref(), Some("employee_number"));
}

#[test]
fn sixteen_digits_are_compared_digit_by_digit() {
    let account = Account { email: String::new(), number: "9007199254740993".into(), ..account(1) };
    let against = |number: &str| pair(account.clone(), Person { number: number.into(), ..person(1) }).account_situation(0);
    assert_eq!(against("9007199254740993"), "matched");
    assert_eq!(against("9007199254740992"), "orphan");
}

#[test]
fn a_number_in_scientific_notation_is_no_key_and_a_quality_finding() {
    let damaged = Account { number: "1.2E+15".into(), ..account(1) };
    let judged = pair(damaged, Person { number: String::new(), ..person(1) }).judged();
    assert_eq!(judged.accounts[A::Matched], 1);
    let quality = of_kind(&judged, Kind::Quality);
    assert_eq!(quality.len(), 1);
    assert!(quality[0].reason.contains("1.2E+15") && quality[0].account.is_some(), "{:?}", quality[0]);
}

#[test]
fn a_number_matches_loosely_and_says_so() {
    let company = pair(
        Account { email: "was@acme.com".into(), number: "123".into(), ..account(1) },
        Person { number: "E00123".into(), ..person(1) },
    );
    let judged = company.judged();
    let drift = only(&judged);
    assert_eq!(drift.matched_by, [Key::EmployeeNumber]);
    assert!(drift.reason.contains("without its prefix and zeros (123 = E00123)"), "{}", drift.reason);
    let fields: Vec<&str> = drift.drift.iter().map(|field| field.field.as_str()).collect();
    assert_eq!(fields, ["email"], "a loosely equal number is no drift");
}

#[test]
fn loosely_only_where_it_is_unique_on_both_sides() {
    let account_of = |n, number: &str| Account { email: format!("a{n}@x.com"), number: number.into(), ..account(n) };
    let person_of = |n, number: &str| Person { number: number.into(), ..person(n) };
    let two_people = Company::with([account_of(1, "123")], [person_of(1, "E123"), person_of(2, "C123")]);
    assert_eq!(two_people.account_situation(0), "not_evaluable");
    let two_accounts = Company::with([account_of(1, "123"), account_of(2, "0123")], [person_of(1, "E123")]);
    assert_eq!(two_accounts.judged().accounts[A::NotEvaluable], 2);
    let same_name = Account { name: person(1).name, ..account_of(2, "E123") };
    let exact_first = Company::with([account_of(1, "123"), same_name], [person_of(1, "E123")]);
    assert_eq!((exact_first.account_situation(0), exact_first.account_situation(1)), ("orphan".into(), "matched".into()));
}

#[test]
fn an_inactive_account_does_not_spoil_a_loose_number() {
    let account_of = |n, number: &str| Account { email: format!("a{n}@x.com"), number: number.into(), ..account(n) };
    let inactive = Account { active: false, ..account_of(2, "0123") };
    let company = Company::with([account_of(1, "123"), inactive], [Person { number: "E123".into(), ..person(1) }]);
    assert_eq!(company.account_situation(0), "matched");
    assert_eq!(matched_by(&company).as_deref(), Some("employee_number"));
}

#[test]
fn an_alternate_address_matches_only_where_it_is_a_key() {
    let company = pair(
        Account { email: "alias@acme.com".into(), number: String::new(), ..account(1) },
        Person { alternates: vec!["x@y.z".into(), "Alias@acme.com".into()], number: String::new(), ..person(1) },
    );
    assert_eq!(
        (company.account_situation(0), company.person_situation(0)),
        ("not_evaluable".to_owned(), "not_evaluable".to_owned())
    );
    let company = company.config("[match]\nkeys = [\"email\", \"alternate_email\", \"employee_number\"]");
    assert_eq!(matched_by(&company).as_deref(), Some("alternate_email"));
}

#[test]
fn domo_s_alternate_address_matches_the_directory_s_main_one() {
    let company = pair(
        Account { email: "login@acme.com".into(), alternate: "person1@acme.com".into(), number: String::new(), ..account(1) },
        Person { number: String::new(), ..person(1) },
    )
    .config("[match]\nkeys = [\"email\", \"alternate_email\"]");
    assert_eq!(matched_by(&company).as_deref(), Some("alternate_email"));
}

#[test]
fn the_same_name_alone_matches_nobody() {
    let stranger = Account { email: "x@y.z".into(), number: "1".into(), ..account(1) };
    assert_eq!(pair(stranger, person(1)).account_situation(0), "orphan");
}
