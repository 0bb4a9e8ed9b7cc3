//! Whom an orphan may be.

use super::*;

fn candidates(account: Account, people: Vec<Person>) -> Vec<(u32, String)> {
    let judged = Company::with([account], people).judged();
    let Some(Value::Near(candidates)) = of_kind(&judged, Kind::Orphan)[0].particular("candidate") else { panic!() };
    candidates.iter().map(|candidate| (candidate.person.row, candidate.why.clone())).collect()
}

fn stranger(name: &str, email: &str) -> Account {
    Account {
        name: name.into(),
        email: email.into(),
        number: "1".into(),
        department: "Board".into(),
        title: "Chair".into(),
        ..account(9)
    }
}

#[test]
fn an_orphan_names_people_of_that_name_who_have_no_account() {
    let found = candidates(
        stranger("MÜLLER, Zoe", "z@x.y"),
        vec![Person { name: "Ben Costa".into(), ..person(2) }, Person { name: "Zoë Müller".into(), ..person(1) }],
    );
    assert_eq!(found, [(3, "same name".to_owned())]);
}

#[test]
fn the_same_mailbox_at_another_domain_is_suggested_and_many_of_them_suggest_an_alias() {
    let accounts = (1..=12).map(|n| stranger(&format!("X{n}"), &format!("person{n}@old.com"))).zip(1..);
    let accounts = accounts.map(|(account, n)| Account { id: n, number: String::new(), ..account });
    let judged = Company::with(accounts, (1..=12).map(person)).judged();
    let [pattern] = judged.patterns.as_slice() else { panic!("{:?}", judged.patterns) };
    assert_eq!((pattern.domo.as_str(), pattern.directory.as_str(), pattern.count), ("*@old.com", "*@acme.com", 12));
}
