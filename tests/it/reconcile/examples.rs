//! Each rule by name.

mod candidates;
mod dormant;
mod doubts;
mod drift;
mod exceptions;
mod folding;
mod identity;
mod keys;
mod matching;
mod rights;
mod situations;

use domo_reconcile::directory::people::Doubt;
use domo_reconcile::reconcile::{Dormancy, EvidenceStatus, Finding, PersonRef, Reconciliation, Value};
use domo_reconcile::terms::{AccountSituation as A, ActionKind, Key, Kind, PersonSituation as P, Severity, Status};

use super::company::{Account, Company, Person, TODAY, account, day, of_kind, only, person};

/// Why a check could not run.
fn why_not<'j>(judged: &'j Reconciliation, check: &str) -> &'j str {
    &judged.not_tested.iter().find(|untested| untested.check == check).unwrap_or_else(|| panic!("{check} was tested")).why
}

/// The people in a column of a finding.
fn people_in<'f>(finding: &'f Finding, column: &str) -> &'f [PersonRef] {
    match finding.particular(column) {
        Some(Value::People(people, _)) => people,
        other => panic!("{column}: {other:?}"),
    }
}

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
    assert_eq!((judged.accounts[A::Matched], judged.people[P::Matched]), (5, 5));
}

#[test]
fn privileged_accounts_are_listed_whole() {
    let admin = Account { role: "Admin".into(), ..account(1) };
    let inactive = Account { role: "Admin".into(), active: false, ..account(2) };
    let orphan = Account { role: "Privileged".into(), last_login: Some(day("2026-01-01")), ..account(3) };
    let judged = Company::with([admin, inactive, orphan], [person(1), person(2)]).judged();
    let listed: Vec<_> = judged.privileged.iter().map(|entry| (entry.account.id, entry.findings.len(), entry.last_seen)).collect();
    // Those with findings first.
    assert_eq!(listed, [(Some(1003), 1, Some(day("2026-01-01"))), (Some(1001), 0, None)]);
    assert_eq!(judged.privileged[1].person.as_ref().unwrap().status, Status::Active);
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
