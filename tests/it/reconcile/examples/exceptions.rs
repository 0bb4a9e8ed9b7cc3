//! Findings that are accepted until a day.

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
    assert_eq!((orphan.action, orphan.exception.is_none()), (Some(ActionKind::Deactivate), true));
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

#[test]
fn of_what_could_not_be_looked_for_nobody_says_that_an_exception_does_not_cover_it() {
    let rules = accepted("\"orphan\"", "2027-01-01", "1001");
    let doubtful = |judged: &Reconciliation| {
        assert_eq!(of_kind(judged, Kind::Exception).len(), 0, "{:#?}", judged.findings);
        assert!(!judged.exceptions[0].tested);
        assert!(judged.not_tested.iter().any(|one| one.check == "exception" && one.why.contains("1 exception cover")));
    };
    doubtful(&Company { partial_directory: true, ..Company::of(1).config(&rules) }.judged());
    doubtful(&Company { partial_pull: true, ..Company::of(1).config(&rules) }.judged());
    // A kind that nothing was there to test it by.
    doubtful(&Company::of(1).config(&accepted("\"orphan\", \"single-factor\"", "2027-01-01", "1001")).judged());
}
