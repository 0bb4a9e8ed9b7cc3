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

#[test]
fn a_number_alone_does_not_bring_rows_together_whose_names_contradict() {
    let leaver = Person { email: String::new(), name: "Bob Stone".into(), ..left(1) };
    for (first, second) in [(leaver.clone(), person(1)), (person(1), leaver)] {
        let judged = two_files([account(1)], [first, in_second(second)]).judged();
        assert_eq!((judged.accounts[A::Leaver], judged.people[P::Duplicate]), (0, 1));
        assert!(judged.findings.iter().all(|finding| finding.action.is_none()), "{:?}", judged.findings);
    }
    // Two keys say more than the name, and names in different writings say nothing.
    let renamed = Person { name: "Bob Stone".into(), ..left(1) };
    assert_eq!(two_files([account(1)], [person(1), in_second(renamed)]).judged().people[P::Matched], 2);
    let elsewhere = Person { name: "山田太郎".into(), number: String::new(), ..person(1) };
    assert_eq!(two_files([account(1)], [person(1), in_second(elsewhere)]).judged().people[P::Matched], 2);
}

#[test]
fn an_address_brings_rows_together_whatever_programs_call_their_person() {
    for called in ["gfamily", "G. F.", "Bobby S"] {
        let listed = Person { name: called.into(), number: String::new(), status: "", enabled: Some(true), ..person(1) };
        for (first, second) in [(left(1), listed.clone()), (listed, left(1))] {
            let company = two_files([Account { number: String::new(), ..account(1) }], [first, in_second(second)]);
            let judged = company.judged();
            let [found] = of_kind(&judged, Kind::Leaver)[..] else { panic!("{called}: {:#?}", judged.findings) };
            assert_eq!((found.action, judged.people[P::Matched]), (Some(ActionKind::Deactivate), 2), "{called}");
        }
    }
}

#[test]
fn an_address_that_was_given_to_somebody_else_makes_nobody_a_leaver_with_an_action_and_writes_nothing() {
    let before = Person { number: "4".into(), name: "Ann Moe".into(), ..left(1) };
    let now = Person { number: String::new(), status: "", enabled: Some(true), ..person(1) };
    for (first, second) in [(before.clone(), now.clone()), (now, before)] {
        for number in ["", "50001"] {
            let company = two_files([Account { number: number.into(), ..account(1) }], [first.clone(), in_second(second.clone())]);
            let judged = company.judged();
            assert!(judged.findings.iter().all(|finding| finding.action.is_none()), "{:#?}", judged.findings);
            assert_eq!(judged.accounts[A::Orphan] + judged.accounts[A::Matched], 0);
        }
    }
    // Nor is what the other row says of its person written where that row does not say that they left.
    let other = Person { number: "4".into(), name: "Ann Moe".into(), ..person(1) };
    let unnumbered = Person { number: String::new(), ..person(1) };
    let judged = two_files([Account { number: String::new(), ..account(1) }], [unnumbered, in_second(other)]).judged();
    assert_eq!((only(&judged).drift[0].field.as_str(), only(&judged).action), ("employee_number", None));
}

#[test]
fn a_leaver_whose_address_a_live_entry_gives_to_another_full_name_is_left_to_a_person() {
    let entry = |name: &str| Person { name: name.into(), number: String::new(), status: "", enabled: Some(true), ..person(1) };
    let unnumbered = || Account { number: String::new(), ..account(1) };
    let elsewhere = Person { name: "Tom Reed".into(), ..left(1) };
    // The account is called as the leaver is; or it is not, and whatever the live entry is called.
    for (leaver, name) in [(left(1), "Zoe Stone"), (elsewhere.clone(), "Given1 Family1"), (elsewhere, "gfamily")] {
        let judged = two_files([unnumbered()], [leaver, in_second(entry(name))]).judged();
        let [found] = of_kind(&judged, Kind::Leaver)[..] else { panic!("{name}: {:#?}", judged.findings) };
        assert_eq!(found.action, None, "{name}");
        assert!(found.reason.contains(&format!("calls them {name} and says employed, so a person decides")), "{}", found.reason);
    }
}

#[test]
fn an_entry_that_a_person_has_beside_the_one_that_is_theirs_is_no_doubt() {
    let entry = |email: &str, on, row| {
        let one = Person { email: email.into(), status: "", enabled: Some(on), hired: None, row, ..person(1) };
        Person { source: 1, ..one }
    };
    let old = || entry("old@acme.com", false, 4);
    let both = two_files([account(1)], [person(1), entry("person1@acme.com", true, 3), old()]);
    let high =
        |judged: &Reconciliation| of_kind(judged, Kind::Quality).iter().filter(|found| found.severity == Severity::High).count();
    assert_eq!(high(&both.judged()), 0);
    // Where the file has no entry of theirs, that may be the one.
    assert_eq!(high(&two_files([account(1)], [person(1), old()]).judged()), 1);
}

#[test]
fn numbers_that_lost_their_zeros_in_one_file_bring_rows_together_where_the_address_or_the_name_agrees() {
    let zeros = |one: Person| Person { number: "0050001".into(), ..one };
    let listed = Person { status: "", enabled: Some(true), ..person(1) };
    let bare = Person { email: String::new(), ..zeros(left(1)) };
    for hr in [zeros(left(1)), bare.clone()] {
        for (first, second) in [(hr.clone(), listed.clone()), (listed.clone(), hr.clone())] {
            let judged = two_files([account(1)], [first, in_second(second)]).judged();
            assert_eq!((judged.accounts[A::Leaver], judged.people[P::Matched]), (1, 2));
        }
    }
    // Not where the form is another's too, nor where nothing else speaks for it.
    let stranger = Person { name: "Carl Contractor".into(), ..bare.clone() };
    assert_eq!(two_files([account(1)], [listed.clone(), in_second(stranger)]).judged().accounts[A::Matched], 1);
    let other = Person { number: "E50001".into(), email: "other@acme.com".into(), row: 8, ..in_second(person(1)) };
    let several = two_files([account(1)], [listed, in_second(bare), other]).judged();
    assert_eq!((several.accounts[A::Matched], several.people[P::Matched]), (1, 1));
}

#[test]
fn an_address_that_another_file_lists_further_brings_rows_together_or_is_a_doubt() {
    let hr = Person { email: "given1@acme.com".into(), ..left(1) };
    let listed = Person { number: String::new(), alternates: vec!["given1@acme.com".into()], status: "", ..person(1) };
    let company = two_files([Account { number: String::new(), ..account(1) }], [hr, in_second(listed)]);
    let company = Company { people: company.people.into_iter().map(|one| Person { hired: None, ..one }).collect(), ..company };
    let company = Company { second_fields: Some(vec!["email", "alternate_email", "name"]), ..company };
    let as_key = company.clone().config("[match]\nkeys = [\"email\", \"alternate_email\"]");
    assert_eq!(as_key.account_situation(0), "leaver");
    let judged = company.judged();
    let [doubt] = of_kind(&judged, Kind::Quality)[..] else { panic!("{:#?}", judged.findings) };
    assert_eq!((doubt.severity, doubt.account.as_ref().unwrap().id, judged.accounts[A::Matched]), (Severity::High, Some(1001), 1));
    assert!(doubt.reason.starts_with("Given1 Family1 (workers.csv row 2) left on 2026-10-31"), "{}", doubt.reason);
}

#[test]
fn switched_off_in_one_file_is_a_doubt_where_rows_of_the_other_keep_the_two_apart() {
    let contractor = Person { number: "C1".into(), row: 3, ..left(1) };
    let off = Person { status: "", enabled: Some(false), number: String::new(), ..in_second(person(1)) };
    let judged = two_files([account(1)], [contractor, person(1), off]).judged();
    let doubt = &judged.findings[0];
    assert_eq!((judged.accounts[A::Matched], doubt.kind, doubt.severity), (1, Kind::Quality, Severity::High));
    assert!(doubt.reason.contains("(workers1.csv row 7) is switched off in the directory"), "{}", doubt.reason);
}

#[test]
fn what_a_file_says_illegibly_is_not_evaluable_beside_a_switch_or_a_list() {
    let illegible = Person { status: "unknown", word: "Inactive".into(), hired: None, ..person(1) };
    let on = Person { status: "", enabled: Some(true), hired: None, ..in_second(person(1)) };
    assert_eq!(two_files([account(1)], [illegible.clone(), on.clone()]).account_situation(0), "not_evaluable");
    let listed = Person { enabled: None, ..on };
    let mut company = two_files([account(1)], [illegible, listed]);
    company.second_fields = Some(vec!["email", "employee_number", "phone"]);
    assert_eq!(company.account_situation(0), "not_evaluable");
}

#[test]
fn one_person_whose_name_three_files_write_in_three_ways_is_no_placeholder() {
    let named = |name: &str, source| Person { name: name.into(), number: String::new(), source, ..person(1) };
    let people = [Person { number: "50001".into(), ..named("山田太郎", 0) }, named("Taro Yamada", 1), named("ヤマダ タロウ", 2)];
    let company = Company { sources: 3, ..Company::with([account(1)], people) };
    assert_eq!(company.judged().people[P::Matched], 3);
}
