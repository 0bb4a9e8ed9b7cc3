//! Who is who where the evidence is thin: re-used keys, loose numbers, near misses, placeholders, and what somebody decided.

use super::*;

/// An account whose name, address and number are somebody else's than those of [`person`] 1.
fn stranger() -> Account {
    Account { email: "c@contractors.example".into(), number: "777".into(), name: "Carl Contractor".into(), ..account(1) }
}

fn fields(finding: &Finding) -> Vec<(&str, bool)> {
    finding.drift.iter().map(|field| (field.field.as_str(), field.writable)).collect()
}

#[test]
fn a_loosely_equal_number_alone_takes_nobody_s_account() {
    let contractor = Account { number: "123".into(), ..stranger() };
    let company = pair(contractor, Person { number: "E00123".into(), ..person(1) });
    let judged = company.judged();
    let found = only(&judged);
    assert_eq!(
        (found.kind, found.code, found.severity, found.action),
        (Kind::NotEvaluable, Some("near-key"), Severity::Medium, None)
    );
    assert!(found.reason.contains("the number E00123 is 123 only without its prefix and zeros"), "{}", found.reason);
    assert_eq!((company.account_situation(0), company.person_situation(0)), ("not_evaluable".into(), "not_evaluable".into()));
}

#[test]
fn a_loosely_equal_number_of_several_makes_nobody_an_orphan() {
    let numbered =
        |n: u64, number: &str| Account { number: number.into(), email: format!("c{n}@contractors.example"), ..account(n) };
    let two_accounts = Company::with([numbered(1, "123"), numbered(2, "00123")], [Person { number: "E00123".into(), ..person(1) }]);
    let two_people = [Person { number: "E00123".into(), ..person(1) }, Person { number: "C123".into(), ..person(2) }];
    let two_people = Company::with([numbered(1, "123")], two_people);
    for (company, accounts, people) in [(two_accounts, 2, 1), (two_people, 1, 2)] {
        let judged = company.judged();
        assert_eq!((judged.accounts[A::NotEvaluable], judged.people[P::NotEvaluable]), (accounts, people));
        assert!(
            judged.findings.iter().all(|found| (found.code, found.action) == (Some("near-key"), None)),
            "{:?}",
            judged.findings
        );
    }
    // An account by the address alone leaves open whose the second account with that number is.
    let second = Account { name: person(1).name, ..numbered(2, "123") };
    let by_address =
        Company::with([Account { number: "123".into(), ..account(1) }, second], [Person { number: "E00123".into(), ..person(1) }]);
    let judged = by_address.judged();
    let found = judged.findings.iter().find(|found| found.code == Some("near-key")).expect("the second account is not evaluable");
    assert!(found.reason.contains("it may be somebody's: Given1 Family1"), "{}", found.reason);
    assert_eq!((by_address.account_situation(0), by_address.account_situation(1)), ("matched".into(), "not_evaluable".into()));
    // Whose number an account has as it stands is a candidate for no other.
    let known = Company::with(
        [Account { number: "E00123".into(), ..account(1) }, numbered(2, "123")],
        [Person { number: "E00123".into(), ..person(1) }, person(3)],
    );
    assert_eq!((known.account_situation(1), known.person_situation(0)), ("orphan".into(), "matched".into()));
}

#[test]
fn a_loosely_equal_number_with_a_part_of_the_name_matches_and_writes_neither_name_nor_address() {
    let married = Account { number: "123".into(), name: "Given1 Other".into(), title: "Chief".into(), ..stranger() };
    let judged = pair(married, Person { number: "E00123".into(), ..person(1) }).judged();
    let drift = only(&judged);
    assert_eq!(fields(drift), [("name", false), ("title", true), ("email", false)]);
    assert_eq!(drift.action, Some(ActionKind::Update));
}

#[test]
fn a_loosely_equal_number_with_the_address_is_as_good_as_the_address() {
    let account = Account { number: "123".into(), name: "Given1 Other".into(), ..account(1) };
    let judged = pair(account, Person { number: "E00123".into(), ..person(1) }).judged();
    assert_eq!(fields(only(&judged)), [("name", true)]);
}

#[test]
fn an_address_that_nobody_gives_out_speaks_against_a_number_unless_it_may_be_the_same() {
    let numbered =
        |email: &str| pair(Account { number: "50001".into(), ..stranger() }, Person { email: email.into(), ..person(1) });
    assert_eq!(numbered("zoë@acme.com").account_situation(0), "conflict");
    assert_eq!(numbered("ç@contractors.example").account_situation(0), "matched", "it may be c@contractors.example");
    assert_eq!(numbered("?@contractors.example").account_situation(0), "matched", "nobody can say which letter was lost");
}

#[test]
fn one_key_against_the_other_and_the_name_is_a_conflict() {
    let by_number = pair(Account { number: "50001".into(), role: "Admin".into(), ..stranger() }, person(1));
    let by_address = pair(Account { email: "person1@acme.com".into(), ..stranger() }, person(1));
    for (company, severity, key) in [(by_number, Severity::Critical, "employee number"), (by_address, Severity::High, "e-mail")] {
        let judged = company.judged();
        let found = only(&judged);
        assert_eq!((found.kind, found.severity, found.action), (Kind::Conflict, severity, None));
        assert!(found.reason.ends_with(&format!("the {key} may have been re-used")), "{}", found.reason);
        assert_eq!(company.person_situation(0), "conflict");
    }
}

#[test]
fn a_part_of_the_name_is_enough_for_a_changed_address_or_number() {
    for name in ["Family1 Given1", "Given1 Married", "family1given1", "Dr. Given1 X."] {
        let moved = Account { email: "new@acme.com".into(), name: name.into(), ..account(1) };
        assert_eq!(pair(moved, person(1)).account_situation(0), "matched", "{name}");
    }
}

#[test]
fn names_that_cannot_be_compared_match_and_write_neither_name_nor_address() {
    for name in ["", "山田太郎", "Иван Петров", "G?ven"] {
        let moved = Account { email: "new@acme.com".into(), name: name.into(), ..account(1) };
        let judged = pair(moved, person(1)).judged();
        assert_eq!(judged.accounts[A::Matched], 1, "{name}");
        assert!(
            fields(only(&judged)).iter().all(|(field, writable)| *field != "name" && !writable),
            "{name}: {:?}",
            judged.findings
        );
        assert_eq!(only(&judged).action, None);
        assert!(judged.not_tested.iter().any(|check| check.check == "match.name"), "{name}");
        // The number is no name and no address.
        let numberless = Account { number: String::new(), name: name.into(), ..account(1) };
        assert_eq!(fields(only(&pair(numberless, person(1)).judged())), [("employee_number", true)], "{name}");
    }
}

#[test]
fn without_another_key_a_strange_name_is_no_finding_and_counted() {
    let account = Account { number: String::new(), name: "Carl Contractor".into(), ..account(1) };
    let judged = pair(account, person(1)).judged();
    // The number is new to Domo. It would be the second key that agrees in the next run, so it is not written.
    assert_eq!((fields(only(&judged)), only(&judged).action), (vec![("employee_number", false)], None));
    let counted = judged.not_tested.iter().find(|check| check.check == "match.name").unwrap();
    assert!(counted.why.starts_with("1 account "), "{}", counted.why);
}

#[test]
fn a_near_address_makes_nobody_an_orphan_and_names_the_characters() {
    for (domo, directory, said) in [
        ("p\u{430}ul@acme.com", "paul@acme.com", "U+0430 Cyrillic \u{430} in Domo, a in the directory"),
        ("irem.kaya@acme.com", "İREM.KAYA@acme.com", "i in Domo, U+0130 Latin İ in the directory"),
        ("zoe@acme.com", "zoë@acme.com", "e in Domo, U+00EB Latin ë in the directory"),
        ("juergen@acme.com", "jürgen@acme.com", "U+00FC Latin ü in the directory"),
        ("jürgen@acme.com", "jã¼rgen@acme.com", "in the directory"),
    ] {
        let account = Account { email: domo.into(), number: String::new(), ..account(1) };
        let company = pair(account, Person { email: directory.into(), name: "Somebody Else".into(), ..person(1) });
        let judged = company.judged();
        let found = only(&judged);
        assert_eq!((found.kind, found.code, found.action), (Kind::NotEvaluable, Some("near-key"), None), "{domo}");
        assert!(found.reason.contains(said), "{domo}: {}", found.reason);
        assert_eq!(company.person_situation(0), "not_evaluable", "{domo}");
    }
}

#[test]
fn every_address_of_either_side_can_be_near() {
    let alternates = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
    let of = |email: &str, alternate: &str| Account {
        email: email.into(),
        alternate: alternate.into(),
        number: String::new(),
        ..account(1)
    };
    let with = |email: &str, further: &[&str]| Person { email: email.into(), alternates: alternates(further), ..left(1) };
    for (company, said) in [
        (
            pair(of("persn1@acme.com", ""), with("p.one@acme.com", &["person1@acme.com"])),
            "person1@acme.com differs from persn1@acme.com",
        ),
        (pair(of("josé@acme.com", ""), with("jp@acme.com", &["jose@acme.com"])), "jose@acme.com differs from josé@acme.com"),
        (pair(of("x9@acme.com", "persn1@acme.com"), person(1)), "person1@acme.com differs from persn1@acme.com"),
        (pair(of("x9@acme.com", "person1@acme.com"), left(1)), "person1@acme.com is one of several of the account's"),
        (pair(of("x9@acme.com", "p.one@acme.com"), with("one@acme.com", &["p.one@acme.com"])), "p.one@acme.com is one of several"),
    ] {
        let judged = company.judged();
        let found = only(&judged);
        assert_eq!((found.kind, found.code, found.action), (Kind::NotEvaluable, Some("near-key"), None), "{}", found.reason);
        assert!(found.reason.contains(said), "{}", found.reason);
        assert_eq!(company.person_situation(0), "not_evaluable", "{said}");
    }
    // Where every address is a key, such an address is somebody's.
    let company = pair(of("x9@acme.com", "person1@acme.com"), left(1)).config("[match]\nkeys = [\"email\", \"alternate_email\"]");
    assert_eq!(company.account_situation(0), "leaver");
}

#[test]
fn one_character_is_near_only_where_the_names_are_equal() {
    let typed = |name: &str| Account { email: "persn1@acme.com".into(), number: String::new(), name: name.into(), ..account(1) };
    assert_eq!(pair(typed("Family1, Given1"), person(1)).account_situation(0), "not_evaluable");
    assert_eq!(pair(typed("Given1 Other"), person(1)).account_situation(0), "orphan");
    // A middle initial that one side leaves out is no difference; another one is.
    assert_eq!(pair(typed("Given1 M. Family1"), person(1)).account_situation(0), "not_evaluable");
    let with_initial = || Person { name: "Given1 M. Family1".into(), ..person(1) };
    assert_eq!(pair(typed("Given1 Family1"), with_initial()).account_situation(0), "not_evaluable");
    assert_eq!(pair(typed("Given1 K. Family1"), with_initial()).account_situation(0), "orphan");
    assert_eq!(pair(typed("G. Family1"), Person { name: "K. Family1".into(), ..person(1) }).account_situation(0), "orphan");
    let swapped = Account { email: "perosn1@acme.com".into(), ..typed("Given1 Family1") };
    assert_eq!(pair(swapped, person(1)).account_situation(0), "not_evaluable");
}

#[test]
fn a_near_miss_is_high_where_the_account_may_administer_or_the_person_has_left() {
    let typed = |role: &str| Account { email: "persn1@acme.com".into(), number: String::new(), role: role.into(), ..account(1) };
    for (company, severity) in [
        (pair(typed("Editor"), person(1)), Severity::Medium),
        (pair(typed("Admin"), person(1)), Severity::High),
        (pair(typed("Editor"), left(1)), Severity::High),
    ] {
        assert_eq!(only(&company.judged()).severity, severity);
    }
}

#[test]
fn two_numbers_that_differ_or_somebody_s_word_make_a_near_address_another_one() {
    let near = Account { email: "persn1@acme.com".into(), number: "9".into(), ..account(1) };
    assert_eq!(pair(near.clone(), person(1)).account_situation(0), "orphan");
    let apart = pair(Account { number: String::new(), ..near }, person(1)).config(
        "[[link]]\naccount = \"persn1@acme.com\"\nperson = \"50001\"\nsame = false\nreason = \"two people\"\nowner = \"hr@acme.com\"",
    );
    assert_eq!((apart.account_situation(0), apart.person_situation(0)), ("orphan".into(), "missing".into()));
}

#[test]
fn an_address_that_three_strangers_share_identifies_nobody_and_is_never_written() {
    let named = |n: u64, name: &str| Person { email: "noemail@acme.com".into(), name: name.into(), ..person(n) };
    let people =
        [named(1, "Given1 Family1"), named(2, "Given2 Family2"), Person { status: "terminated", ..named(3, "Given3 Family3") }];
    let company = Company::with([account(1), account(2), account(3)], people);
    let judged = company.judged();
    assert_eq!((judged.accounts[A::Matched], judged.accounts[A::Leaver]), (2, 1));
    assert_eq!(of_kind(&judged, Kind::Leaver)[0].action, Some(ActionKind::Deactivate), "nobody else has the person's keys");
    let [quality] = of_kind(&judged, Kind::Quality)[..] else { panic!("{:#?}", judged.findings) };
    assert!(quality.reason.starts_with("The address noemail@acme.com stands in 3 rows"), "{}", quality.reason);
    assert_eq!(judged.findings.len(), 2);
}

#[test]
fn an_account_with_a_placeholder_s_address_is_no_orphan() {
    let named = |n: u64, number: &str| Person { email: "noemail@acme.com".into(), number: number.into(), ..person(n) };
    let nobody = Account { email: "noemail@acme.com".into(), number: String::new(), ..account(9) };
    let company = Company::with([nobody], [named(1, "1"), named(2, "2"), named(3, ""), named(4, "4")]);
    let judged = company.judged();
    let [found] = of_kind(&judged, Kind::NotEvaluable)[..] else { panic!("{:#?}", judged.findings) };
    assert_eq!(found.code, Some("placeholder"));
    assert_eq!((company.person_situation(0), company.person_situation(2)), ("missing".into(), "rejected".into()));
}

#[test]
fn a_number_that_several_rows_of_different_people_share_is_nobody_s() {
    let temporary = |n: u64| Person { number: "TEMP1".into(), email: String::new(), ..person(n) };
    let addressed = Person { number: "TEMP1".into(), ..person(4) };
    let nobody = Account { number: "TEMP1".into(), email: "new@acme.com".into(), ..account(9) };
    let company = Company::with([nobody, account(4)], [temporary(1), temporary(2), temporary(3), addressed]);
    let judged = company.judged();
    let [found] = of_kind(&judged, Kind::NotEvaluable)[..] else { panic!("{:#?}", judged.findings) };
    assert_eq!((found.code, found.account.as_ref().unwrap().email.as_deref()), (Some("placeholder"), Some("new@acme.com")));
    assert_eq!((company.person_situation(0), company.person_situation(3)), ("rejected".into(), "matched".into()));
    assert!(of_kind(&judged, Kind::Drift).iter().all(|found| !fields(found).contains(&("employee_number", true))));
    // Of one name, or where names are missing: accounts of one person.
    let again = |n: u64| Person { number: "50001".into(), email: format!("adm{n}@acme.com"), ..person(1) };
    let unnamed = |n: u64| Person { name: String::new(), ..again(n) };
    for rows in [[again(1), again(2), again(3)], [unnamed(1), unnamed(2), unnamed(3)]] {
        let company = Company::with([Account { email: "ada@acme.com".into(), ..account(1) }], rows);
        assert_eq!(company.account_situation(0), "ambiguous");
    }
}

#[test]
fn no_account_is_made_with_an_address_that_is_nobody_s_or_damaged() {
    let create = "[policy]\nmissing = \"create\"";
    let shared = |n: u64| Person { email: "noemail@acme.com".into(), ..person(n) };
    let damaged = Person { email: "jÃ¼rgen@acme.com".into(), ..person(5) };
    let [begun, half] = [6, 9].map(|n| Person { email: format!("person{n}@acme"), ..person(n) });
    let people = [shared(1), shared(2), shared(3), person(4), damaged, begun, half];
    let company = Company::with([account(9)], people).config(create);
    let judged = company.judged();
    let missing = of_kind(&judged, Kind::Missing);
    let made: Vec<_> =
        missing.iter().filter(|found| found.action.is_some()).map(|found| found.person.as_ref().unwrap().row).collect();
    assert_eq!((missing.len(), made.len()), (6, 1), "{:#?}", judged.findings);
    assert_eq!(missing.iter().filter(|found| found.reason.contains("no account can be made")).count(), 5);
    let [drift] = of_kind(&judged, Kind::Drift)[..] else { panic!("{:#?}", judged.findings) };
    assert_eq!((fields(drift), drift.action), (vec![("email", false)], None));
}

#[test]
fn no_account_is_made_with_an_address_that_another_account_has() {
    let create = "[policy]\nmissing = \"create\"\n";
    let told_apart = link("1001", "50001", "same = false");
    let stranger = Account { number: String::new(), name: "Carl Contractor".into(), ..account(1) };
    let further = Person { alternates: vec!["person1@acme.com".into()], ..person(2) };
    let namesake = Person { name: person(1).name, ..further.clone() };
    for (company, row) in [
        (pair(stranger, person(1)).config(&format!("{create}{told_apart}")), 2),
        (Company::with([account(1)], [person(1), namesake]).config(create), 3),
    ] {
        let judged = company.judged();
        let missing = of_kind(&judged, Kind::Missing)[0];
        assert_eq!((missing.person.as_ref().unwrap().row, missing.action), (row, None));
        assert!(missing.reason.contains("account 1001 has the person's address person1@acme.com"), "{}", missing.reason);
    }
    // Whose account it is, is known: somebody else's.
    let judged = Company::with([account(1)], [person(1), further]).config(create).judged();
    assert_eq!(only(&judged).action, Some(ActionKind::Create));
}

#[test]
fn rows_of_one_name_are_no_placeholder() {
    let again = |n: u64| Person { email: "person1@acme.com".into(), number: format!("{n}"), ..person(1) };
    let company = Company::with([Account { number: String::new(), ..account(1) }], [again(1), again(2), again(3)]);
    assert_eq!(company.account_situation(0), "ambiguous");
}

fn link(account: &str, person: &str, further: &str) -> String {
    format!(
        "[[link]]\naccount = \"{account}\"\nperson = \"{person}\"\nreason = \"married name\"\nowner = \"hr@acme.com\"\n{further}\n"
    )
}

#[test]
fn a_link_comes_before_every_key() {
    for (account, of) in [("c@contractors.example", "50001"), ("1001", "Person1@acme.com"), (" 1001 ", "050001.0")] {
        let company = Company::with([stranger()], [person(1), Person { number: "777".into(), ..person(2) }]);
        let company = company.config(&link(account, of.trim_start_matches('0'), ""));
        assert_eq!(matched_by(&company).as_deref(), Some("link"), "{account} {of}");
        assert_eq!((company.person_situation(0), company.person_situation(1)), ("matched".into(), "missing".into()));
    }
}

#[test]
fn a_near_miss_comes_with_the_link_that_settles_it() {
    let account = Account { email: "persn1@acme.com".into(), number: String::new(), ..account(1) };
    let company = pair(account, person(1));
    let judged = company.judged();
    let found = only(&judged);
    let Some(Value::Near(candidates)) = found.particular("candidate") else { panic!("{found:#?}") };
    let block = found.link_to(&candidates[0].person).unwrap();
    let answered = block.replace("reason = \"\"", "reason = \"a typing error\"").replace("owner = \"\"", "owner = \"it@acme.com\"");
    assert_eq!(matched_by(&company.config(&answered)).as_deref(), Some("link"), "{block}");
}

#[test]
fn a_suggested_link_names_people_by_what_is_theirs_alone() {
    // Two rows have the number; an address tells them apart.
    let rows = |first: &str, second: &str| {
        [first, second].map(|email| Person { email: email.into(), number: "777".into(), name: format!("Row {email}"), ..person(1) })
    };
    let account = Account { email: String::new(), number: "777".into(), ..account(1) };
    let company = Company::with([account.clone()], rows("one@acme.com", "two@acme.com"));
    let judged = company.judged();
    let found = of_kind(&judged, Kind::Ambiguous)[0];
    let Some(Value::People(people, _)) = found.particular("candidates") else { panic!("{found:#?}") };
    let block = found.link_to(&people[0]).unwrap();
    assert!(block.contains("person = \"one@acme.com\""), "{block}");
    let answered = block.replace("reason = \"\"", "reason = \"asked\"").replace("owner = \"\"", "owner = \"it@acme.com\"");
    assert_eq!(matched_by(&company.config(&answered)).as_deref(), Some("link"), "{block}");
    // Nothing does.
    let judged = Company::with([account], rows("one@acme.com", "one@acme.com")).judged();
    for found in of_kind(&judged, Kind::Ambiguous) {
        let Some(Value::People(people, _)) = found.particular("candidates") else { panic!("{found:#?}") };
        assert_eq!(found.link_to(&people[0]), None);
    }
}

#[test]
fn a_link_to_nobody_does_nothing_and_is_said() {
    for (account, of, why) in [
        ("nobody@acme.com", "50001", "no account is `nobody@acme.com`"),
        ("1001", "99", "no person is `99`"),
        ("1001", "a@b.c", "no person is `a@b.c`"),
    ] {
        let judged = Company::of(1).config(&link(account, of, "")).judged();
        assert_eq!(only(&judged).kind, Kind::Quality);
        assert!(only(&judged).reason.ends_with(why), "{}", only(&judged).reason);
        assert_eq!(judged.accounts[A::Matched], 1);
    }
}

#[test]
fn a_link_to_somebody_on_several_rows_names_them_as_a_key_does() {
    let rows = |email: &str| [person(1), Person { email: email.into(), row: 3, ..person(1) }];
    for (email, of) in [("person1@acme.com", "person1@acme.com"), ("other@acme.com", "50001")] {
        let company = Company::with([stranger()], rows(email)).config(&link("1001", of, ""));
        let judged = company.judged();
        let [found] = of_kind(&judged, Kind::Ambiguous)[..] else { panic!("{:#?}", judged.findings) };
        assert_eq!((found.action, people_in(found, "candidates").len()), (None, 2));
        assert!(found.reason.starts_with("A [[link]] and the account's keys point at 2 rows"), "{}", found.reason);
        assert!(judged.findings.iter().all(|found| !found.reason.contains("does nothing")), "{:#?}", judged.findings);
    }
    // Another key, or another link, singles one of them out.
    let company = Company::with([Account { email: "other@acme.com".into(), ..stranger() }], rows("other@acme.com"));
    assert_eq!(matched_by(&company.clone().config(&link("1001", "50001", ""))).as_deref(), Some("link"));
    let links = link("1001", "50001", "") + &link("1001", "person1@acme.com", "");
    assert_eq!(matched_by(&Company { accounts: vec![stranger()], ..company }.config(&links)).as_deref(), Some("link"));
}

#[test]
fn an_orphan_of_whom_a_link_names_nobody_says_so_and_a_rejected_row_may_be_whom_it_names() {
    let linked = pair(stranger(), person(1)).config(&link("1001", "4711", ""));
    let judged = linked.judged();
    let reason = &of_kind(&judged, Kind::Orphan)[0].reason;
    assert!(reason.contains("; a [[link]] says that it is `4711`, and nobody in the directory is"), "{reason}");
    assert_eq!(linked.rejecting(None, Some("4711")).account_situation(0), "not_evaluable");
}

#[test]
fn two_accounts_linked_to_one_person_are_duplicates() {
    let second = Account { id: 2, email: "other@acme.com".into(), number: String::new(), ..account(1) };
    let company = Company::with([account(1), second], [person(1)]).config(&(link("1001", "50001", "") + &link("2", "50001", "")));
    assert_eq!(company.judged().accounts[A::Duplicate], 2);
}

#[test]
fn somebody_s_word_parts_an_account_from_a_person_with_its_keys() {
    let company = Company::of(1).config(&link("1001", "50001", "same = false"));
    assert_eq!((company.account_situation(0), company.person_situation(0)), ("orphan".into(), "missing".into()));
    let judged = company.judged();
    let reason = &of_kind(&judged, Kind::Orphan)[0].reason;
    assert!(reason.contains("apart from whom a [[link]] tells it apart from"), "{reason}");
}

#[test]
fn whom_links_contradict_each_other_about_is_called_neither_orphan_nor_missing() {
    for (links, why) in [
        (link("1001", "50001", "") + &link("1001", "50001", "same = false"), "another link says that they are two"),
        (link("1001", "50001", "") + &link("1001", "50002", ""), "another link says that its account is somebody else"),
    ] {
        let company = Company::with([stranger()], [person(1), person(2)]).config(&links);
        let judged = company.judged();
        let quality = of_kind(&judged, Kind::Quality);
        assert!(quality[0].reason.ends_with(why), "{quality:?}");
        assert_eq!((judged.accounts[A::NotEvaluable], company.person_situation(0)), (1, "not_evaluable".into()), "{links}");
        assert!(of_kind(&judged, Kind::NotEvaluable)[0].action.is_none());
    }
}

#[test]
fn an_exclusion_that_covers_nobody_is_said_where_the_accounts_are_whole() {
    let exclude = |rule: &str| format!("[[exclude]]\n{rule}\nreason = \"service accounts\"\nowner = \"it@acme.com\"");
    for rule in ["email = \"scv-*@acme.com\"", "id = 4711", "email = \"\""] {
        let company = Company::of(2).config(&exclude(rule));
        assert_eq!(only(&company.judged()).kind, Kind::Quality, "{rule}");
        assert_eq!(Company { partial_pull: true, ..company }.judged().findings.len(), 0, "{rule}");
    }
    assert_eq!(Company::of(2).config(&exclude("email = \"person2@*\"")).judged().findings.len(), 0);
}

#[test]
fn an_address_of_several_is_no_drift_whatever_the_keys_are() {
    let company = pair(
        Account { email: "ada@acme.com".into(), ..account(1) },
        Person { alternates: vec!["ADA@acme.com".into()], ..person(1) },
    );
    assert_eq!(company.judged().findings, []);
}

#[test]
fn a_damaged_value_is_never_written() {
    for (title, drifts) in [
        ("GeschÃ¤ftsführung", true),
        ("GeschÃ¤ftsfÃ¼hrer", true),
        ("M&auml;zen", false),
        ("4.91521E+12", true),
        ("Geschäftsführer", true),
    ] {
        let domo = if drifts { "Analyst" } else { "Mäzen" };
        let company = pair(Account { title: domo.into(), ..account(1) }, Person { title: title.into(), ..person(1) });
        let judged = company.judged();
        let written = judged.findings.iter().any(|finding| finding.action.is_some());
        assert_eq!(written, title == "Geschäftsführer", "{title}: {:?}", judged.findings);
    }
    let odd = pair(account(1), Person { email: "pérson1@acme.com".into(), ..person(1) });
    assert_eq!(odd.judged().findings, []);
}

#[test]
fn a_name_in_chinese_japanese_or_korean_is_the_same_with_a_space_and_without() {
    for name in ["鈴木一郎", "鈴木 一郎", "鈴木\u{3000}一郎"] {
        let parts = Person { name: String::new(), given: "一郎".into(), family: "鈴木".into(), ..person(1) };
        let mut company = pair(Account { name: name.into(), ..account(1) }, parts);
        company.fields.extend(["given_name", "family_name"]);
        assert_eq!(company.judged().findings, [], "{name}");
    }
}
