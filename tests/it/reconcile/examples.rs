//! Each rule by name.

use domo_reconcile::config::{Key, Status};
use domo_reconcile::directory::people::Doubt;
use domo_reconcile::reconcile::{Action, Detail, Dormancy, EvidenceStatus, Finding, Kind, Severity};

use super::company::{Account, Company, Person, TODAY, account, day, of_kind, only, person};

fn pair(account: Account, person: Person) -> Company {
    Company::with([account], [person])
}

fn matched_by(company: &Company) -> Option<String> {
    company.judged().account_rows.column("matched_by").unwrap().str().unwrap().get(0).map(str::to_owned)
}

fn left(n: u64) -> Person {
    Person { status: "terminated", last_day: Some(day("2026-10-31")), ..person(n) }
}

#[test]
fn a_reconciled_company_has_no_findings() {
    let judged = Company::of(5).judged();
    assert_eq!(judged.findings, []);
    assert_eq!((judged.accounts.matched, judged.people.matched), (5, 5));
}

mod keys {
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
        assert_eq!(company.person_situation(0), "missing");
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
        let near = Account { email: String::new(), number: "9007199254740993".into(), ..account(1) };
        let company = pair(near, Person { number: "9007199254740992".into(), ..person(1) });
        assert_eq!(company.account_situation(0), "orphan");
    }

    #[test]
    fn a_number_in_scientific_notation_is_no_key_and_a_quality_finding() {
        let damaged = Account { number: "1.2E+15".into(), ..account(1) };
        let judged = pair(damaged, Person { number: String::new(), ..person(1) }).judged();
        assert_eq!(judged.accounts.matched, 1);
        assert_eq!(of_kind(&judged, Kind::Quality).len(), 1);
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
        assert_eq!(drift.drift.len(), 1, "a loosely equal number is no drift: {:?}", drift.drift);
    }

    #[test]
    fn loosely_only_where_it_is_unique_on_both_sides() {
        let account_of = |n, number: &str| Account { email: format!("a{n}@x.com"), number: number.into(), ..account(n) };
        let person_of = |n, number: &str| Person { number: number.into(), ..person(n) };
        let two_people = Company::with([account_of(1, "123")], [person_of(1, "E123"), person_of(2, "C123")]);
        assert_eq!(two_people.account_situation(0), "orphan");
        let two_accounts = Company::with([account_of(1, "123"), account_of(2, "0123")], [person_of(1, "E123")]);
        assert_eq!(two_accounts.judged().accounts.orphan, 2);
        let exact_first = Company::with([account_of(1, "123"), account_of(2, "E123")], [person_of(1, "E123")]);
        assert_eq!((exact_first.account_situation(0), exact_first.account_situation(1)), ("orphan".into(), "matched".into()));
    }

    #[test]
    fn an_inactive_account_does_not_spoil_a_loose_number() {
        let account_of = |n, number: &str| Account { email: format!("a{n}@x.com"), number: number.into(), ..account(n) };
        let inactive = Account { active: false, ..account_of(2, "0123") };
        let company = Company::with([account_of(1, "123"), inactive], [Person { number: "E123".into(), ..person(1) }]);
        assert_eq!(company.account_situation(0), "matched");
    }

    #[test]
    fn an_alternate_address_matches_only_where_it_is_a_key() {
        let company = pair(
            Account { email: "alias@acme.com".into(), number: String::new(), ..account(1) },
            Person { alternates: vec!["x@y.z".into(), "Alias@acme.com".into()], number: String::new(), ..person(1) },
        );
        assert_eq!(company.account_situation(0), "orphan");
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
}

mod matching {
    use super::*;

    #[test]
    fn an_address_that_changed_is_drift_of_an_account_matched_by_number() {
        let judged = pair(Account { email: "maiden.name@acme.com".into(), ..account(1) }, person(1)).judged();
        let drift = only(&judged);
        assert_eq!((drift.kind, drift.severity, drift.action), (Kind::Drift, Severity::Medium, Some(Action::Update)));
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
        assert!(
            reason.starts_with("The e-mail address is that of Given1 Family1 (workers.csv row 2), who is employed"),
            "{reason}"
        );
        assert!(
            reason.contains("; the alternate e-mail is that of Given2 Family2 (workers.csv row 3), who is employed"),
            "{reason}"
        );
        let judged = company(Account { active: false, ..crossed }).judged();
        assert_eq!((judged.accounts.inactive, judged.people.conflict, judged.people.missing), (1, 0, 1));
    }

    #[test]
    fn a_joiner_with_a_leaver_s_account_is_a_reused_address() {
        let joiner = Person { hired: Some(day("2026-11-02")), ..person(1) };
        let judged = Company::with([Account { number: person(2).number, ..account(1) }], [joiner, left(2)]).judged();
        let Detail::Conflict { reused_address, by_email, by_number } = &only(&judged).detail else { panic!() };
        assert!(reused_address);
        assert_eq!((by_email[0].row, by_number[0].row), (2, 3));
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
        assert_eq!((judged.accounts.ambiguous, judged.people.duplicate), (1, 2));
        assert_eq!(of_kind(&judged, Kind::Quality).len(), 2);
        let ambiguous = of_kind(&judged, Kind::Ambiguous)[0];
        let Detail::Ambiguous { candidates, .. } = &ambiguous.detail else { panic!() };
        assert_eq!((candidates.len(), ambiguous.action), (2, None));
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
        assert_eq!((judged.accounts.duplicate, judged.people.matched), (2, 1));
        for duplicate in of_kind(&judged, Kind::Duplicate) {
            let Detail::Duplicate { accounts, best, .. } = &duplicate.detail else { panic!() };
            assert_eq!((accounts.len(), *best, duplicate.action), (2, Some(1), None));
        }
    }

    #[test]
    fn a_leaver_with_two_accounts_is_a_duplicate_that_says_who_left() {
        let second = Account { id: 7, email: "other@acme.com".into(), ..account(1) };
        let judged = Company::with([account(1), second], [left(1)]).judged();
        assert!(
            judged.findings.iter().all(|finding| finding.kind == Kind::Duplicate && finding.reason.contains("left on 2026-10-31"))
        );
    }

    #[test]
    fn inactive_and_excluded_accounts_take_no_part() {
        let inactive = Account { id: 7, active: false, ..account(1) };
        let deleted = Account { id: 8, deleted: true, ..account(1) };
        let service = Account { id: 9, email: "svc-x@acme.com".into(), ..account(1) };
        let company = Company::with([account(1), inactive, deleted, service], [person(1)])
            .config("[[exclude]]\nemail = \"svc-*\"\nreason = \"service\"\nowner = \"it\"");
        let judged = company.judged();
        assert_eq!((judged.accounts.matched, judged.accounts.inactive, judged.accounts.excluded), (1, 2, 1));
        assert!(of_kind(&judged, Kind::Duplicate).is_empty());
        assert_eq!(judged.person_rows.column("account").unwrap().u32().unwrap().get(0), Some(0));
    }
}

mod situations {
    use super::*;

    #[test]
    fn an_active_account_of_nobody_is_an_orphan() {
        let judged = Company::with([account(1), account(2)], [person(1)]).judged();
        let orphan = only(&judged);
        assert_eq!((orphan.kind, orphan.severity, orphan.action), (Kind::Orphan, Severity::Medium, Some(Action::Deactivate)));
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
        assert_eq!((leaver.kind, leaver.severity, leaver.action), (Kind::Leaver, Severity::High, Some(Action::Deactivate)));
        assert!(leaver.reason.contains("ended on 2026-10-31, 23 days before the day judged"), "{}", leaver.reason);
        let judged = pair(Account { role: "Privileged".into(), ..account(1) }, left(1)).judged();
        assert_eq!(only(&judged).severity, Severity::Critical);
    }

    #[test]
    fn a_leaver_without_a_date_says_that_the_day_is_unknown() {
        let judged = pair(account(1), Person { last_day: None, word: "Retired".into(), ..left(1) }).judged();
        let Detail::Employment { days_since, status_word, .. } = &only(&judged).detail else { panic!() };
        assert_eq!((*days_since, status_word.as_deref()), (None, Some("Retired")));
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
        assert_eq!(only(&judged).action, Some(Action::Deactivate));
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
        assert_eq!(actions("[policy]\norphan = \"delete\"\nleaver = \"report\""), [None, Some(Action::Delete)]);
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
        assert_eq!(
            Company::with([], [left(1)]).config("").person_situation(0),
            "not_evaluable",
            "no accounts at all is no evidence"
        );
        assert_eq!(Company::with([account(2)], [left(1)]).person_situation(0), "left");
    }

    #[test]
    fn domo_s_support_account_is_nobody_s() {
        let support = Account { id: 27, email: "support@domo.com".into(), role: "Admin".into(), ..account(9) };
        let judged = Company::with([account(1), support], [person(1)]).judged();
        assert_eq!((judged.accounts.excluded, judged.findings.len()), (1, 0));
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
        let judged =
            Company::with([account(1), account(2)], [person(1)]).config("[[exclude]]\nid = 1002\nreason = \"robot\"").judged();
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
        assert_eq!((judged.accounts.not_evaluable, judged.people.not_evaluable), (1, 1));
    }

    #[test]
    fn a_rejected_row_never_makes_an_orphan() {
        let company = Company::with([account(1), account(2), account(3), account(4)], [person(4)]);
        let company = company.rejecting(Some("Person1@ACME.com, x"), None).rejecting(None, Some("E0050002"));
        let judged = company.judged();
        assert_eq!((judged.accounts.not_evaluable, judged.accounts.orphan, judged.people.rejected), (2, 1, 2));
        assert_eq!(of_kind(&judged, Kind::Quality).len(), 2);
        assert_eq!(judged.people.read, 3);
    }

    #[test]
    fn a_partial_directory_never_makes_an_orphan() {
        let company = Company { partial_directory: true, ..Company::with([account(1), account(2)], [person(1)]) };
        let judged = company.judged();
        assert_eq!((judged.accounts.orphan, judged.accounts.not_evaluable), (0, 1));
        assert_eq!(judged.evidence.status, EvidenceStatus::Incomplete);
    }

    #[test]
    fn a_partial_pull_never_makes_anybody_missing() {
        let company = Company { partial_pull: true, ..Company::with([account(1)], [person(1), person(2), left(3)]) };
        let judged = company.judged();
        assert_eq!((judged.people.missing, judged.people.not_evaluable), (0, 2));
    }

    #[test]
    fn an_empty_directory_is_no_evidence() {
        let judged = Company::with([account(1)], []).judged();
        assert_eq!((judged.evidence.status, judged.accounts.orphan), (EvidenceStatus::Incomplete, 0));
    }

    #[test]
    fn an_active_person_without_an_account_is_missing() {
        let company = Company::with([account(1)], [person(1), person(2)]);
        let judged = company.judged();
        let missing = only(&judged);
        assert_eq!((missing.kind, missing.severity, missing.action), (Kind::Missing, Severity::Low, None));
        let judged = company.config("[policy]\nmissing = \"create\"").judged();
        assert_eq!(only(&judged).action, Some(Action::Create));
    }

    #[test]
    fn expected_limits_who_is_missing_and_nothing_else() {
        let finance = |n| Person { department: "Finance EMEA".into(), ..person(n) };
        let company = Company::with([account(1)], [Person { department: "IT".into(), ..person(1) }, person(2), finance(3)]);
        let company = company.config("[expected]\ndepartment = [\"finance *\"]\nlocation = [\"Berlin\", \"Rome\"]");
        let judged = company.judged();
        assert_eq!((judged.people.matched, judged.people.not_expected, judged.people.missing), (1, 1, 1));
    }

    #[test]
    fn on_leave_or_suspended_without_an_account_is_not_expected() {
        let people = [person(1), Person { status: "leave", ..person(2) }, Person { status: "suspended", ..person(3) }];
        assert_eq!(Company::with([account(1)], people).judged().people.not_expected, 2);
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
    fn a_contradiction_is_a_quality_finding_and_employed() {
        let judged = pair(account(1), Person { last_day: Some(day("2026-01-31")), ..person(1) }).judged();
        assert_eq!((only(&judged).kind, judged.accounts.matched), (Kind::Quality, 1));
        let judged = pair(account(1), Person { status: "terminated", last_day: Some(day("2027-01-31")), ..person(1) }).judged();
        assert_eq!((only(&judged).kind, judged.accounts.matched), (Kind::Quality, 1));
    }

    #[test]
    fn without_status_and_dates_everyone_listed_is_employed_and_leavers_are_not_tested() {
        let bare = Person { status: "", hired: None, ..person(1) };
        let company = Company { fields: vec!["email", "employee_number"], ..pair(account(1), bare) };
        let judged = company.judged();
        assert_eq!((judged.accounts.matched, judged.findings.len()), (1, 0));
        assert!(judged.not_tested.iter().any(|check| check.check == "leaver"));
    }
}

mod doubts {
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
        let company = doubting(company, "email", "person1@acme.com (old); x@y.z");
        assert_eq!(company.account_situation(0), "not_evaluable");
    }

    #[test]
    fn a_leaver_whose_other_row_says_employed_is_left_to_a_person() {
        let old = Person { email: "old@acme.com".into(), ..left(1) };
        let judged = Company::with([Account { email: "old@acme.com".into(), ..account(1) }], [old, person(1)]).judged();
        let leaver = of_kind(&judged, Kind::Leaver)[0];
        assert_eq!(leaver.action, None);
        assert!(leaver.reason.contains("says employed"), "{}", leaver.reason);
    }
}

mod candidates {
    use super::*;

    fn candidates(account: Account, people: Vec<Person>) -> Vec<(u32, String)> {
        let judged = Company::with([account], people).judged();
        let Detail::Orphan { candidates, .. } = &of_kind(&judged, Kind::Orphan)[0].detail else { panic!() };
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
}

mod drift {
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
        assert_eq!((drift.severity, drift.action), (Severity::Low, Some(Action::Update)));
        assert_eq!(fields(&judged.findings), [("title".into(), some("Trainee"), some("Analyst"), None, true)]);
    }

    #[test]
    fn white_space_unicode_form_and_phone_punctuation_are_no_drift() {
        let ours = Account { name: "Jose\u{301}  Díaz ".into(), phone: "+49 (30) 1-2".into(), ..account(1) };
        let theirs = Person { name: "José Díaz".into(), phone: "+493012".into(), ..person(1) };
        assert_eq!(drifting(ours, theirs), []);
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
        assert_eq!(only(&judged).action, Some(Action::Update));
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
            assert_eq!(drift.action, Some(Action::Update), "the title can be written");
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
        let expected =
            "The role differs from the one that a rule or the directory gives; it cannot be written (a custom role is kept)";
        assert_eq!(reason, expected);
        let company = pair(account(1), person(1));
        let judged = company.clone().config(&rule("Editor")).judged();
        let drift = only(&judged);
        assert_eq!((drift.severity, drift.action, drift.drift[0].field.as_str()), (Severity::Low, Some(Action::Update), "role"));
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
}

mod folding {
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
        assert_eq!((judged.people.matched, judged.accounts.matched, judged.people.read), (3, 2, 3));
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
        assert_eq!((judged.accounts.ambiguous, judged.people.duplicate), (1, 3));
    }

    #[test]
    fn ended_in_one_file_and_employed_in_the_other_is_employed_and_said() {
        let judged = two_files([account(1)], [left(1), in_second(person(1))]).judged();
        assert_eq!((judged.accounts.matched, only(&judged).kind), (1, Kind::Quality));
    }

    #[test]
    fn employed_in_one_file_and_switched_off_in_the_other_does_not_vanish() {
        let off = Person { status: "", enabled: Some(false), ..in_second(person(1)) };
        assert_eq!(only(&two_files([account(1)], [person(1), off]).judged()).kind, Kind::Quality);
    }

    #[test]
    fn a_file_without_a_status_does_not_outweigh_one_that_says_left() {
        let listed = Person { status: "", hired: None, ..person(1) };
        let mut company = two_files([account(1)], [listed, in_second(left(1))]);
        company.second_fields = Some(vec!["email", "status", "termination_date"]);
        company.fields = vec!["email", "employee_number"];
        assert_eq!(company.account_situation(0), "leaver");
    }
}

mod exceptions {
    use super::*;

    fn accepted(kinds: &str, expires: &str, account: &str) -> String {
        format!(
            "[[exception]]\naccount = \"{account}\"\nkinds = [{kinds}]\nreason = \"contractor\"\nowner = \"fin\"\nexpires = {expires}"
        )
    }

    fn orphaned() -> Company {
        Company::with([account(1), account(2)], [person(1)])
    }

    #[test]
    fn a_covered_finding_stays_marked_without_an_action() {
        for subject in ["Person2@acme.com", "1002"] {
            let judged = orphaned().config(&accepted("\"orphan\"", "2026-11-23", subject)).judged();
            let orphan = only(&judged);
            assert_eq!((orphan.kind, orphan.action), (Kind::Orphan, None));
            assert_eq!(orphan.exception.as_ref().unwrap().owner, "fin");
            assert_eq!(judged.exceptions[0].findings, std::slice::from_ref(&orphan.id));
        }
    }

    #[test]
    fn an_expired_exception_lets_the_finding_return_and_says_so() {
        let judged = orphaned().config(&accepted("\"orphan\"", "2026-11-22", "1002")).judged();
        let orphan = only(&judged);
        assert_eq!((orphan.action, orphan.exception.is_none()), (Some(Action::Deactivate), true));
        assert!(orphan.reason.contains("had been accepted until 2026-11-22 by fin"), "{}", orphan.reason);
    }

    #[test]
    fn an_exception_that_covers_nothing_is_a_finding() {
        let judged = Company::of(1).config(&accepted("\"orphan\"", "2027-01-01", "1001")).judged();
        assert_eq!((only(&judged).kind, only(&judged).severity), (Kind::Exception, Severity::Info));
    }

    #[test]
    fn another_kind_is_not_covered() {
        let judged = orphaned().config(&accepted("\"drift\"", "2027-01-01", "1002")).judged();
        assert_eq!(judged.findings.len(), 2);
    }
}

#[test]
fn privileged_accounts_are_listed_whole() {
    let admin = Account { role: "Admin".into(), ..account(1) };
    let inactive = Account { role: "Admin".into(), active: false, ..account(2) };
    let orphan = Account { role: "Privileged".into(), last_login: Some(day("2026-01-01")), ..account(3) };
    let judged = Company::with([admin, inactive, orphan], [person(1), person(2)]).judged();
    let listed: Vec<_> = judged.privileged.iter().map(|entry| (entry.account.id, entry.findings.len(), entry.last_seen)).collect();
    assert_eq!(listed, [(Some(1001), 0, None), (Some(1003), 1, Some(day("2026-01-01")))]);
    assert_eq!(judged.privileged[0].person.as_ref().unwrap().status, Status::Active);
}

#[test]
fn use_after_the_last_day_worked_is_said_and_so_is_a_day_after_the_one_judged() {
    for (seen, said) in [
        (Some("2026-11-20"), "last seen 2026-11-20, 3 days before the day judged and 20 days AFTER the last day worked"),
        (Some("2026-10-31"), "last seen 2026-10-31, 23 days before the day judged"),
        (Some(TODAY), "last seen 2026-11-23, the day judged and 23 days AFTER the last day worked"),
        (Some("2026-11-24"), "last seen 2026-11-24, 1 day after the day judged and 24 days AFTER the last day worked"),
        (None, "no sign-in or activity is known"),
    ] {
        let mut company = pair(Account { last_login: seen.map(day), ..account(1) }, left(1));
        company.provided.push("last_login");
        let judged = company.judged();
        let reason = &only(&judged).reason;
        assert!(reason.ends_with(said), "{reason}");
    }
}

#[test]
fn how_long_active_accounts_were_not_seen_is_counted_where_the_source_says() {
    let seen = |n, days| Account { last_login: Some(day(TODAY) - chrono::Days::new(days)), ..account(n) };
    let (edge, idle) = (90, 91);
    let admin = Account { role: "Admin".into(), ..seen(3, idle) };
    let inactive = Account { active: false, ..seen(4, idle) };
    let mut company = Company::with([seen(1, edge), seen(2, idle), admin, inactive, account(5)], []);
    company.provided.push("last_login");
    let judged = company.judged();
    assert_eq!(judged.dormancy, Some(Dormancy { active: 4, idle: 2, idle_privileged: 1, unseen: 1 }));
    assert_eq!(Company::with([account(1)], []).judged().dormancy, None);
}
