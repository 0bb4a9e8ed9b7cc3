//! What differs, and what of it may be written.

use super::*;

/// Field, Domo's value, the directory's, note, writable.
type Field = (String, Option<String>, Option<String>, Option<String>, bool);

fn drifting(account: Account, person: Person) -> Vec<Field> {
    fields(&pair(account, person).judged().findings)
}

fn fields(findings: &[Finding]) -> Vec<Field> {
    let all = findings.iter().flat_map(|finding| finding.drift.clone());
    all.map(|field| (field.field, field.domo, field.directory, field.note, field.writable)).collect()
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn a_title_that_differs_is_low_and_updated() {
    let judged = pair(Account { title: "Trainee".into(), ..account(1) }, person(1)).judged();
    let drift = only(&judged);
    assert_eq!((drift.severity, drift.action), (Severity::Low, Some(ActionKind::Update)));
    assert_eq!(fields(&judged.findings), [("title".into(), some("Trainee"), some("Analyst"), None, true)]);
}

#[test]
fn white_space_unicode_form_and_phone_punctuation_are_no_drift() {
    let ours = Account { name: "Jose\u{301}  Díaz ".into(), phone: "+49 (30) 1-2".into(), ..account(1) };
    let theirs = Person { name: "José Díaz".into(), phone: "+493012".into(), ..person(1) };
    assert_eq!(drifting(ours.clone(), theirs.clone()), []);
    let mut in_parts = pair(ours, Person { given: "José".into(), family: "DÍAZ".into(), ..theirs });
    in_parts.fields.extend(["given_name", "family_name"]);
    assert_eq!(in_parts.judged().findings, [], "the name as a whole is compared first");
}

#[test]
fn a_phone_s_leading_plus_counts() {
    let ours = Account { phone: "49 30 12".into(), ..account(1) };
    let found = drifting(ours, Person { phone: "+49 (30) 12".into(), ..person(1) });
    assert_eq!(found, [("phone".into(), some("49 30 12"), some("+49 (30) 12"), None, true)]);
}

#[test]
fn case_only_is_drift_and_marked() {
    let found = drifting(Account { department: "FINANCE".into(), ..account(1) }, person(1));
    assert_eq!(found, [("department".into(), some("FINANCE"), some("Finance"), some("case only"), true)]);
}

#[test]
fn an_invisible_difference_is_named() {
    let found = drifting(Account { department: "Finance\u{A0}EU".into(), ..account(1) }, person(1));
    assert_eq!(found[0].3, some("Domo: U+00A0"));
}

#[test]
fn a_column_the_directory_lacks_is_never_drift() {
    let company = pair(account(1), Person { title: String::new(), ..person(1) });
    let company = Company { fields: company.fields.iter().copied().filter(|field| *field != "title").collect(), ..company };
    let judged = company.judged();
    assert_eq!(judged.findings, []);
    assert!(judged.not_tested.iter().any(|check| check.check == "drift.title"));
}

#[test]
fn an_empty_cell_is_drift_that_is_cleared_only_where_allowed() {
    let company = pair(account(1), Person { title: String::new(), ..person(1) });
    let judged = company.judged();
    assert_eq!(fields(&judged.findings), [("title".into(), some("Analyst"), None, None, false)]);
    assert_eq!(only(&judged).action, None);
    let judged = company.config("[drift]\nclear_empty = true").judged();
    assert_eq!(only(&judged).action, Some(ActionKind::Update));
}

#[test]
fn an_address_that_an_account_out_of_use_holds_is_not_written() {
    let renamed = Account { email: "was@acme.com".into(), title: "Trainee".into(), ..account(1) };
    for (old, rules, said) in [
        (Account { active: false, number: String::new(), ..account(1) }, "", "which is switched off"),
        (
            Account { number: String::new(), ..account(1) },
            "[[exclude]]\nid = 7\nreason = \"a machine\"\nowner = \"it@acme.com\"",
            "which is excluded",
        ),
    ] {
        let old = Account { id: 7, ..old };
        let company = |accounts: [Account; 2]| Company::with(accounts, [person(1)]).config(rules);
        let judged = company([renamed.clone(), old.clone()]).judged();
        let drifts = of_kind(&judged, Kind::Drift);
        let [drift] = drifts.as_slice() else { panic!("{drifts:?}") };
        assert!(drift.reason.contains(&format!("account 7, {said}, holds this address")), "{}", drift.reason);
        assert_eq!(drift.action, Some(ActionKind::Update), "the title can be written");
        let writable: Vec<_> = drift.drift.iter().filter(|field| field.writable).map(|field| field.field.as_str()).collect();
        assert_eq!(writable, ["title"]);
        let alone = company([Account { title: "Analyst".into(), ..renamed.clone() }, old]).judged();
        assert!(of_kind(&alone, Kind::Drift).iter().all(|drift| drift.action.is_none()));
    }
}

#[test]
fn a_cell_in_doubt_is_not_compared() {
    let mut company = pair(Account { name: "Zoë".into(), ..account(1) }, Person { name: "Zo\u{FFFD}".into(), ..person(1) });
    company.doubts.push(Doubt {
        source: 0,
        row: 2,
        field: "name".into(),
        problem: "The name lost a character".into(),
        value: "Zo\u{FFFD}".into(),
        not_comparable: true,
    });
    let judged = company.judged();
    assert_eq!(only(&judged).kind, Kind::Quality);
}

#[test]
fn names_are_joined_in_the_order_of_domo_s_name() {
    let theirs = || Person { name: String::new(), given: "Ada".into(), family: "Byron".into(), ..person(1) };
    for name in ["Ada Byron", "Byron Ada", "Byron, Ada"] {
        assert_eq!(drifting(Account { name: name.into(), ..account(1) }, theirs()), []);
    }
    let found = drifting(Account { name: "Byron Augusta".into(), ..account(1) }, theirs());
    assert_eq!(found[0].2, some("Byron Ada"));
}

#[test]
fn a_rule_gives_the_role_and_only_five_are_written() {
    let company = pair(Account { role: "participant".into(), ..account(1) }, person(1));
    let rule = |role: &str| format!("[[role]]\ndepartment = [\"Finance\"]\nrole = \"{role}\"");
    let judged = company.clone().config(&rule("Editor")).judged();
    assert!(!fields(&judged.findings)[0].4, "a custom role is kept");
    let reason = &only(&judged).reason;
    let expected = "The role differs from the one that a rule or the directory gives; it cannot be written (a custom role is kept)";
    assert_eq!(reason, expected);
    let company = pair(account(1), person(1));
    let judged = company.clone().config(&rule("Editor")).judged();
    let drift = only(&judged);
    assert_eq!((drift.severity, drift.action, drift.drift[0].field.as_str()), (Severity::Low, Some(ActionKind::Update), "role"));
    assert_eq!(company.config(&rule("Participant")).judged().findings, []);
}

#[test]
fn the_directory_s_own_role_is_compared_where_it_is_mapped() {
    let company = pair(account(1), Person { role: "Editor".into(), ..person(1) });
    assert_eq!(company.judged().findings, []);
    let mut mapped = company;
    mapped.fields.push("role");
    assert_eq!(fields(&mapped.judged().findings)[0].0, "role");
}

#[test]
fn roles_that_the_accounts_do_not_carry_are_not_compared_and_not_tested() {
    let mut company = pair(account(1), person(1)).config("[[role]]\ndepartment = [\"Finance\"]\nrole = \"Editor\"");
    company.provided.retain(|column| *column != "role");
    let judged = company.judged();
    assert!(judged.not_tested.iter().any(|check| check.check == "drift.role" && check.why == "The accounts carry no role"));
    assert!(!judged.method.compared.contains(&"role".to_owned()), "{:?}", judged.method.compared);
}

#[test]
fn one_cause_is_found_once() {
    let accounts = (1..=12).map(|n| Account { department: "Sales – EMEA".into(), ..account(n) });
    let judged = Company::with(accounts, (1..=12).map(person)).judged();
    let [pattern] = judged.patterns.as_slice() else { panic!("{:?}", judged.patterns) };
    assert_eq!((pattern.field.as_str(), pattern.domo.as_str(), pattern.count), ("department", "Sales – EMEA", 12));
}
