//! Who may administer.

use domo_reconcile::config::Rights;

use super::*;

fn steward() -> Account {
    Account { role: "Data Steward".into(), ..account(1) }
}

#[test]
fn a_custom_role_of_which_nothing_is_known_ranks_as_if_it_may_administer() {
    let judged = Company::with([steward()], [person(2)]).judged();
    let orphan = of_kind(&judged, Kind::Orphan)[0];
    assert_eq!(orphan.severity, Severity::High);
    assert!(orphan.reason.contains("with the role Data Steward, whose rights are not known"), "{}", orphan.reason);
    assert_eq!(pair(steward(), left(1)).judged().findings[0].severity, Severity::Critical);
    let listed: Vec<_> = judged.privileged.iter().map(|entry| (entry.account.role.as_deref(), entry.rights)).collect();
    assert_eq!(listed, [(Some("Data Steward"), Rights::Unknown)]);
    assert!(why_not(&judged, "privileged").contains("Data Steward (1 account)"), "{}", why_not(&judged, "privileged"));
}

#[test]
fn what_the_configuration_says_of_a_custom_role_is_believed() {
    let company =
        |rights| Company::with([steward()], [person(2)]).config(&format!("[domo]\nroles = {{ \"Data Steward\" = \"{rights}\" }}"));
    let ordinary = company("ordinary").judged();
    assert_eq!((of_kind(&ordinary, Kind::Orphan)[0].severity, ordinary.privileged.len()), (Severity::Medium, 0));
    let high = company("administers").judged();
    assert_eq!((of_kind(&high, Kind::Orphan)[0].severity, high.privileged[0].rights), (Severity::High, Rights::Administers));
    for judged in [ordinary, high] {
        assert!(judged.not_tested.iter().all(|untested| untested.check != "privileged"), "{:?}", judged.not_tested);
    }
}

#[test]
fn an_account_that_may_administer_without_a_second_factor_is_a_finding_and_an_ordinary_one_is_none() {
    let with = |n, role: &str, two_factor| Account { role: role.into(), two_factor, ..account(n) };
    let accounts = [
        with(1, "Admin", Some(false)),
        with(2, "Privileged", Some(true)),
        with(3, "Participant", Some(false)),
        with(4, "Admin", None),
        with(5, "Data Steward", Some(false)),
        Account { active: false, ..with(6, "Admin", Some(false)) },
    ];
    let mut company = Company::with(accounts, (1..=6).map(person));
    company.provided.push("two_factor");
    let judged = company.judged();
    let found = of_kind(&judged, Kind::SingleFactor);
    let mut ids: Vec<_> = found.iter().filter_map(|finding| finding.account.as_ref()?.id).collect();
    ids.sort_unstable();
    assert_eq!(ids, [1001, 1005]);
    assert!(found.iter().all(|finding| (finding.severity, finding.action) == (Severity::Medium, None)));
    assert_eq!(judged.method.tested[&Kind::SingleFactor], 3);
    assert!(why_not(&judged, "single-factor").starts_with("Of 1 account that may administer"));
    let silent = pair(with(1, "Admin", None), person(1)).judged();
    assert!(why_not(&silent, "single-factor").starts_with("No source says"), "{}", why_not(&silent, "single-factor"));
}

#[test]
fn a_custom_role_stands_with_those_that_may_administer_wherever_findings_are_listed() {
    let of = |n, role: &str| Account { role: role.into(), title: "Intern".into(), ..account(n) };
    let company = Company::with([of(1, "Social"), of(2, "Data Steward"), of(3, "Editor"), of(4, "Admin")], (1..=4).map(person));
    let judged = company.config("[domo]\nroles = { \"Viewer\" = \"ordinary\" }").judged();
    let listed: Vec<_> = judged.findings.iter().filter_map(|finding| finding.account.as_ref()?.role.as_deref()).collect();
    assert_eq!(listed, ["Admin", "Data Steward", "Editor", "Social"]);
}
