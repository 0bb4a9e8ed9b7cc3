//! One person in several files.

use super::*;

fn in_second(person: Person) -> Person {
    Person { source: 1, row: 7, ..person }
}

fn two_files(accounts: impl IntoIterator<Item = Account>, people: impl IntoIterator<Item = Person>) -> Company {
    Company { sources: 2, ..Company::with(accounts, people) }
}

#[test]
fn rows_of_two_files_whose_keys_agree_are_one_person() {
    let second = in_second(Person { number: String::new(), title: "Other".into(), phone: "1".into(), ..person(1) });
    let company = two_files([account(1), account(2)], [second, Person { phone: String::new(), ..person(1) }, person(2)]);
    let judged = company.judged();
    assert_eq!((judged.people[P::Matched], judged.accounts[A::Matched], judged.people.read), (3, 2, 3));
    let drift = only(&judged);
    assert_eq!((drift.drift.len(), drift.drift[0].field.as_str()), (1, "phone"), "the first file wins, its gaps are filled");
    assert_eq!(drift.person.as_ref().unwrap().index, Some(1));
    assert!(drift.reason.ends_with("the person is also in workers1.csv row 7"), "{}", drift.reason);
    assert!(judged.method.normalised.iter().any(|sentence| sentence.starts_with("1 row was folded")));
}

#[test]
fn a_disagreement_on_a_key_leaves_duplicates() {
    let company = two_files([account(1)], [person(1), in_second(Person { number: "9".into(), ..person(1) })]);
    assert_eq!((company.person_situation(0), company.person_situation(1)), ("matched".into(), "duplicate".into()));
}

#[test]
fn two_rows_of_one_file_stay_duplicates() {
    let people = [person(1), in_second(person(1)), Person { row: 9, ..in_second(person(1)) }];
    let judged = two_files([account(1)], people).judged();
    assert_eq!((judged.accounts[A::Ambiguous], judged.people[P::Duplicate]), (1, 3));
}

#[test]
fn ended_in_one_file_and_employed_in_the_other_is_employed_and_said() {
    let judged = two_files([account(1)], [left(1), in_second(person(1))]).judged();
    assert_eq!((judged.accounts[A::Matched], only(&judged).kind), (1, Kind::Quality));
}

#[test]
fn employed_in_one_file_and_switched_off_in_the_other_is_suspended() {
    let off = Person { status: "", enabled: Some(false), ..in_second(person(1)) };
    let judged = two_files([account(1)], [person(1), off]).judged();
    assert_eq!((only(&judged).kind, only(&judged).action), (Kind::Suspended, None));
}

#[test]
fn a_file_without_a_status_does_not_outweigh_one_that_says_left() {
    let listed = Person { status: "", hired: None, ..person(1) };
    let mut company = two_files([account(1)], [listed, in_second(left(1))]);
    company.second_fields = Some(vec!["email", "status", "termination_date"]);
    company.fields = vec!["email", "employee_number"];
    assert_eq!(company.account_situation(0), "leaver");
}
