//! Situations, their severities and actions.

use super::*;

#[test]
fn an_active_account_of_nobody_is_an_orphan() {
    let judged = Company::with([account(1), account(2)], [person(1)]).judged();
    let orphan = only(&judged);
    assert_eq!((orphan.kind, orphan.severity, orphan.action), (Kind::Orphan, Severity::Medium, Some(ActionKind::Deactivate)));
}

#[test]
fn an_orphan_that_may_administer_is_high_and_never_critical() {
    for role in ["Admin", "Privileged"] {
        let judged = Company::with([Account { role: role.into(), ..account(2) }], [person(1)]).judged();
        assert_eq!(of_kind(&judged, Kind::Orphan)[0].severity, Severity::High);
    }
}

#[test]
fn a_leaver_is_high_critical_with_a_high_role_and_counts_the_days() {
    let judged = pair(account(1), left(1)).judged();
    let leaver = only(&judged);
    assert_eq!((leaver.kind, leaver.severity, leaver.action), (Kind::Leaver, Severity::High, Some(ActionKind::Deactivate)));
    assert!(leaver.reason.contains("ended on 2026-10-31, 23 days before the day judged"), "{}", leaver.reason);
    let judged = pair(Account { role: "Privileged".into(), ..account(1) }, left(1)).judged();
    assert_eq!(only(&judged).severity, Severity::Critical);
}

#[test]
fn a_leaver_without_a_date_says_that_the_day_is_unknown() {
    let judged = pair(account(1), Person { last_day: None, word: "Retired".into(), ..left(1) }).judged();
    let leaver = only(&judged);
    assert_eq!(leaver.particular("days_since"), Some(&Value::Days(None)));
    assert_eq!(leaver.particular("directory_status"), Some(&Value::Text(Some("Retired".into()))));
}

#[test]
fn a_leaver_with_drift_has_one_finding() {
    let judged = pair(Account { title: "Old title".into(), ..account(1) }, left(1)).judged();
    assert_eq!(only(&judged).kind, Kind::Leaver);
}

#[test]
fn somebody_switched_off_is_suspended_and_reported_only() {
    let off = Person { status: "", enabled: Some(false), ..person(1) };
    let company = pair(account(1), off);
    let judged = company.judged();
    let suspended = only(&judged);
    assert_eq!((suspended.kind, suspended.severity, suspended.action), (Kind::Suspended, Severity::High, None));
    let judged = company.config("[policy]\nsuspended = \"deactivate\"").judged();
    assert_eq!(only(&judged).action, Some(ActionKind::Deactivate));
    let admin = Account { role: "Admin".into(), ..account(1) };
    let judged = pair(admin, Person { status: "suspended", ..person(1) }).judged();
    assert_eq!(only(&judged).severity, Severity::Critical);
}

#[test]
fn policy_decides_the_action_of_orphans_and_leavers() {
    let company = Company::with([account(1), account(2)], [left(1)]);
    let actions = |toml: &str| {
        let judged = company.clone().config(toml).judged();
        judged.findings.iter().map(|finding| finding.action).collect::<Vec<_>>()
    };
    assert_eq!(actions("[policy]\norphan = \"delete\"\nleaver = \"report\""), [None, Some(ActionKind::Delete)]);
}

#[test]
fn on_leave_is_employed() {
    assert_eq!(pair(account(1), Person { status: "leave", ..person(1) }).judged().findings, []);
}

#[test]
fn a_deactivated_account_of_an_active_person_is_worth_knowing() {
    let company = pair(Account { active: false, ..account(1) }, person(1));
    let judged = company.judged();
    assert_eq!((only(&judged).kind, only(&judged).severity), (Kind::Deactivated, Severity::Info));
    assert_eq!((company.account_situation(0), company.person_situation(0)), ("inactive".into(), "matched".into()));
    let on_leave = pair(Account { active: false, ..account(1) }, Person { status: "leave", ..person(1) });
    assert_eq!(on_leave.judged().findings, []);
}

#[test]
fn somebody_who_left_and_has_no_active_account_has_left() {
    assert_eq!(pair(Account { active: false, ..account(1) }, left(1)).person_situation(0), "left");
    assert_eq!(Company::with([], [left(1)]).config("").person_situation(0), "not_evaluable", "no accounts at all is no evidence");
    assert_eq!(Company::with([account(2)], [left(1)]).person_situation(0), "left");
    let excluded = pair(Account { active: false, ..account(1) }, left(1)).config("[[exclude]]\nid = 1001\nreason = \"x\"");
    assert_eq!(excluded.person_situation(0), "left");
}

#[test]
fn domo_s_support_account_is_nobody_s() {
    let support = Account { id: 27, email: "support@domo.com".into(), role: "Admin".into(), ..account(9) };
    let judged = Company::with([account(1), support], [person(1)]).judged();
    assert_eq!((judged.accounts[A::Excluded], judged.findings.len()), (1, 0));
}

#[test]
fn an_exclusion_holds_through_domain_aliases_in_either_direction() {
    for (pattern, email) in [("svc-*@acme.com", "svc-x@old-acme.com"), ("svc-*@old-acme.com", "SVC-x@acme.com")] {
        let service = Account { email: email.into(), ..account(1) };
        let company = Company::with([service], [person(2)]).config(&format!(
            "[match]\ndomain_aliases = {{ \"old-acme.com\" = \"acme.com\" }}\n[[exclude]]\nemail = \"{pattern}\"\nreason = \"x\"\nowner = \"y\""
        ));
        assert_eq!(company.account_situation(0), "excluded", "{pattern} and {email}");
    }
}

#[test]
fn an_exclusion_without_an_owner_is_a_quality_finding() {
    let judged = Company::with([account(1), account(2)], [person(1)]).config("[[exclude]]\nid = 1002\nreason = \"robot\"").judged();
    let unowned = only(&judged);
    assert_eq!((unowned.kind, unowned.severity), (Kind::Quality, Severity::Low));
    assert!(unowned.account.is_none() && unowned.person.is_none());
}

#[test]
fn a_status_that_cannot_be_read_is_not_evaluable() {
    let company = pair(account(1), Person { status: "unknown", word: "Inactive".into(), hired: None, ..person(1) });
    let judged = company.judged();
    let gap = only(&judged);
    assert_eq!((gap.kind, gap.severity, gap.action), (Kind::NotEvaluable, Severity::Medium, None));
    assert!(gap.reason.contains("`Inactive`"), "{}", gap.reason);
    assert_eq!((judged.accounts[A::NotEvaluable], judged.people[P::NotEvaluable]), (1, 1));
}

#[test]
fn a_rejected_row_never_makes_an_orphan() {
    let company = Company::with([account(1), account(2), account(3), account(4)], [person(4)]);
    let company = company.rejecting(Some("Person1@ACME.com, x"), None).rejecting(None, Some("E0050002"));
    let judged = company.judged();
    assert_eq!((judged.accounts[A::NotEvaluable], judged.accounts[A::Orphan], judged.people[P::Rejected]), (2, 1, 2));
    assert_eq!(of_kind(&judged, Kind::Quality).len(), 2);
    assert_eq!(judged.people.read, 3);
}

#[test]
fn a_partial_directory_never_makes_an_orphan() {
    let company = Company { partial_directory: true, ..Company::with([account(1), account(2)], [person(1)]) };
    let judged = company.judged();
    assert_eq!((judged.accounts[A::Orphan], judged.accounts[A::NotEvaluable]), (0, 1));
    assert_eq!(judged.evidence.status, EvidenceStatus::Incomplete);
}

#[test]
fn a_partial_pull_never_makes_anybody_missing() {
    let company = Company { partial_pull: true, ..Company::with([account(1)], [person(1), person(2), left(3)]) };
    let judged = company.judged();
    assert_eq!((judged.people[P::Missing], judged.people[P::NotEvaluable]), (0, 2));
}

#[test]
fn an_empty_directory_is_no_evidence() {
    let judged = Company::with([account(1)], []).judged();
    assert_eq!((judged.evidence.status, judged.accounts[A::Orphan]), (EvidenceStatus::Incomplete, 0));
}

#[test]
fn an_active_person_without_an_account_is_missing() {
    let company = Company::with([account(1)], [person(1), person(2)]);
    let judged = company.judged();
    let missing = only(&judged);
    assert_eq!((missing.kind, missing.severity, missing.action), (Kind::Missing, Severity::Low, None));
    let judged = company.config("[policy]\nmissing = \"create\"").judged();
    assert_eq!(only(&judged).action, Some(ActionKind::Create));
}

#[test]
fn expected_limits_who_is_missing_and_nothing_else() {
    let finance = |n| Person { department: "Finance EMEA".into(), ..person(n) };
    let company = Company::with([account(1)], [Person { department: "IT".into(), ..person(1) }, person(2), finance(3)]);
    let company = company.config("[expected]\ndepartment = [\"finance *\"]\nlocation = [\"Berlin\", \"Rome\"]");
    let judged = company.judged();
    assert_eq!((judged.people[P::Matched], judged.people[P::NotExpected], judged.people[P::Missing]), (1, 1, 1));
}

#[test]
fn on_leave_or_suspended_without_an_account_is_not_expected() {
    let people = [person(1), Person { status: "leave", ..person(2) }, Person { status: "suspended", ..person(3) }];
    assert_eq!(Company::with([account(1)], people).judged().people[P::NotExpected], 2);
}

#[test]
fn a_prehire_with_an_account_is_early() {
    let coming = |n| Person { status: "", hired: Some(day("2026-12-01")), ..person(n) };
    let company = Company::with([account(1)], [coming(1), coming(2)]);
    let judged = company.judged();
    let early = only(&judged);
    assert_eq!((early.kind, early.severity, early.action), (Kind::Early, Severity::Medium, None));
    assert!(early.reason.contains("2026-12-01, 8 days after"), "{}", early.reason);
    assert_eq!((company.person_situation(0), company.person_situation(1)), ("matched".into(), "prehire".into()));
}

#[test]
fn somebody_called_active_before_the_first_day_is_a_prehire_like_any_other() {
    let coming = |n| Person { hired: Some(day("2026-11-24")), ..person(n) };
    let judged = Company::with([account(1)], [coming(1), coming(2)]).judged();
    assert_eq!((only(&judged).kind, only(&judged).action), (Kind::Early, None));
    assert_eq!(
        (judged.accounts[A::Matched], judged.people[P::Matched], judged.people[P::Prehire], judged.people[P::Missing]),
        (1, 1, 1, 0)
    );
}

#[test]
fn a_contradiction_is_a_quality_finding_and_employed() {
    let judged = pair(account(1), Person { last_day: Some(day("2026-01-31")), ..person(1) }).judged();
    assert_eq!((only(&judged).kind, judged.accounts[A::Matched]), (Kind::Quality, 1));
    let judged = pair(account(1), Person { status: "terminated", last_day: Some(day("2027-01-31")), ..person(1) }).judged();
    assert_eq!((only(&judged).kind, judged.accounts[A::Matched]), (Kind::Quality, 1));
}

#[test]
fn without_status_and_dates_everyone_listed_is_employed_and_leavers_are_not_tested() {
    let bare = Person { status: "", hired: None, ..person(1) };
    let company = Company { fields: vec!["email", "employee_number"], ..pair(account(1), bare) };
    let judged = company.judged();
    assert_eq!((judged.accounts[A::Matched], judged.findings.len()), (1, 0));
    assert!(judged.not_tested.iter().any(|check| check.check == "leaver"));
}

#[test]
fn whom_no_key_tells_is_rejected_and_holds_back_what_would_be_an_orphan_s() {
    let without = |email: &str, number: &str, n| Person { email: email.into(), number: number.into(), ..person(n) };
    // One address that three strangers share, and nothing else.
    let shared = (2..5).map(|n| Person { name: format!("Name{n} Other{n}"), ..without("noemail@acme.com", "", n) });
    let placeholder = Company::with([account(1)], shared);
    // A number, where it is no key; and an address among the further ones, where those are none.
    let number = Company::with([account(1)], [without("", "77", 2)]).config("[match]\nkeys = [\"email\"]");
    let further = Company::with([account(1)], [Person { alternates: vec!["far@acme.com".into()], ..without("", "", 2) }]);
    for (company, rows, why) in [
        (placeholder, 3, "its address stands in several rows"),
        (number, 1, "it has none of the keys that are asked for (e-mail)"),
        (further, 1, "it has none of the keys that are asked for (e-mail, employee number)"),
    ] {
        let judged = company.judged();
        assert_eq!((judged.accounts[A::Orphan], judged.people[P::Rejected]), (1, rows), "{why}");
        assert_eq!(judged.evidence.status, EvidenceStatus::Warnings, "{why}");
        let found = of_kind(&judged, Kind::Quality);
        assert_eq!(found.iter().filter(|finding| finding.reason.contains(why)).count() as u64, rows, "{found:#?}");
    }
    // What else such a row carries may be the account's.
    let carries = Company::with([account(1)], [without("", "50001", 2)]).config("[match]\nkeys = [\"email\"]");
    assert_eq!(carries.account_situation(0), "not_evaluable");
}

#[test]
fn a_rejected_row_with_the_account_s_own_key_keeps_it_from_being_judged_by_another_row() {
    for (company, key) in [
        (pair(account(1), person(1)).rejecting(Some("PERSON1@acme.com"), None), "carries its e-mail too"),
        (pair(account(1), left(1)).rejecting(None, Some("50001.0")), "carries its employee number too"),
    ] {
        let judged = company.judged();
        let found = of_kind(&judged, Kind::NotEvaluable)[0];
        assert_eq!((found.code, found.action), (Some("rejected-row"), None));
        assert!(
            found.reason.contains("row 900 of workers.csv, which was rejected") && found.reason.contains(key),
            "{}",
            found.reason
        );
    }
    // Read strictly: what only may be its key says nothing against a match.
    let unidentified = Person { email: String::new(), ..person(1) };
    let as_good_as_rejected = Company::with([account(1)], [left(1), unidentified]).config("[match]\nkeys = [\"email\"]");
    assert_eq!(as_good_as_rejected.account_situation(0), "not_evaluable");
    let other = pair(account(1), person(1)).rejecting(Some("person2@acme.com; person1@acme.com (old)"), Some("E50001 / 9"));
    assert_eq!(other.account_situation(0), "matched");
}
