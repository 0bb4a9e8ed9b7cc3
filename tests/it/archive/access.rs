//! Whose access changed since the last run.

use serde_json::{Value, json};

use super::{Company, Run};
use crate::support::{self, run};

fn of_kind(run: &Run, kind: &str) -> Vec<Value> {
    let findings = run.json("findings.json")["findings"].as_array().unwrap().clone();
    findings.into_iter().filter(|finding| finding["kind"] == kind).collect()
}

fn set(company: &mut Company, id: u64, field: &str, value: impl Into<Value>) {
    let user = company.users.iter_mut().find(|user| user["id"] == id).unwrap();
    user[field] = value.into();
}

fn page(run: &Run) -> String {
    support::page(&run.folder.join("report.html"))
}

#[test]
fn a_role_that_rose_outside_of_our_plans_is_a_finding_and_stands_in_the_report() {
    let mut company = Company::new();
    let first = company.audit("2026-05-01");
    let untested = first.json("findings.json")["not_tested"].as_array().unwrap().clone();
    assert!(untested.iter().any(|check| check["check"] == "elevated"), "{untested:?}");

    set(&mut company, 103, "role", "Admin");
    // As a pull that read the activity log keeps it.
    let done = json!({"doneTo": {"on": "2026-05-20", "by": "Gerd Admin", "what": "Changed the role"}});
    set(&mut company, 103, "domo-reconcile", done);
    let second = company.audit("2026-06-01");
    let elevated = of_kind(&second, "elevated");
    let found: Vec<_> = elevated.iter().map(|one| (&one["account"]["id"], &one["severity"], &one["action"])).collect();
    assert_eq!(found, [(&json!(103), &json!("medium"), &Value::Null)]);
    let reason = elevated[0]["reason"].as_str().unwrap();
    assert!(reason.starts_with("The role rose from Participant to Admin since the run of 2026-05-01, 31 days before"), "{reason}");
    let page = page(&second);
    for part in [
        "Access since the last run",
        "role raised",
        "administrator gained",
        "changed outside; last in the activity log: 2026-05-20 Gerd Admin: Changed the role",
    ] {
        assert!(page.contains(part), "{part}");
    }
    assert_eq!(second.json("manifest.json")["summary"]["access"], json!({"admins_gained": 1, "role_raised": 1}));

    let diff = run(company.path(), ["runs", "diff", &first.id(), &second.id()]).code(0).stdout;
    assert!(diff.contains("Access: 1 admin gained, 1 role raised."), "{diff}");
    // The next run compares with this one: nothing rose since, and nobody took anything back.
    let third = company.audit("2026-07-01");
    assert_eq!(of_kind(&third, "elevated"), [] as [Value; 0]);
    let told = self::page(&third);
    assert!(told.contains("not taken back: the account has its rights still") && !told.contains("by itself: nothing"), "{told}");
    assert!(told.contains("− resolved 0 − rights gained before the last run, which nobody took back 1"), "{told}");
    assert!(!told.contains("does not tie out"));
    assert_eq!(third.json("manifest.json")["summary"]["resolved"], 0);
    let shown = run(company.path(), ["runs", "show", "latest"]).code(0).stdout;
    assert!(shown.contains("resolved 0, gone with its row 0, gains of rights that stand 1"), "{shown}");

    // Who is found to have gained rights and has lost them by the next run is: somebody took them back.
    set(&mut company, 104, "role", "Admin");
    let fourth = company.audit("2026-08-01");
    assert_eq!(of_kind(&fourth, "elevated").len(), 1);
    set(&mut company, 104, "role", "Participant");
    assert_eq!(company.audit("2026-09-01").json("manifest.json")["summary"]["resolved"], 1);
}

#[test]
fn an_account_that_is_switched_on_again_with_more_rights_rose_and_one_with_the_same_did_not() {
    let mut company = Company::new();
    for id in [103, 104] {
        set(&mut company, id, "active", false);
    }
    set(&mut company, 104, "role", "Admin");
    company.audit("2026-05-01");
    for id in [103, 104] {
        set(&mut company, id, "active", true);
        set(&mut company, id, "role", "Admin");
    }
    let second = company.audit("2026-06-01");
    let found: Vec<_> = of_kind(&second, "elevated").iter().map(|one| one["account"]["id"].clone()).collect();
    assert_eq!(found, [103]);
    let counted = json!({"admins_gained": 2, "reactivated": 2, "role_raised": 1});
    assert_eq!(second.json("manifest.json")["summary"]["access"], counted);
}

#[test]
fn a_rehearsal_begins_with_the_findings_that_the_plan_was_made_from() {
    let mut company = Company::new();
    let audit = |company: &Company| company.run_of(&run(company.path(), company.prepare()).code(0).json());
    audit(&company);
    set(&mut company, 103, "role", "Admin");
    let second = audit(&company);
    let plan = second.folder.join("plan.json");
    run(company.path(), ["review", plan.to_str().unwrap(), "--approve", "all", "--by", "ada"]).code(0);
    let rehearsed = run(company.path(), ["apply", plan.to_str().unwrap(), "--rehearse", "--json"]).code(0).json();
    let mut counted = std::collections::BTreeMap::<String, u64>::new();
    for finding in second.findings() {
        *counted.entry(finding["kind"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    assert_eq!(rehearsed["rehearsal"]["findings_before"], json!(counted), "{rehearsed}");
    assert_eq!(rehearsed["rehearsal"]["findings_after"]["elevated"], 1, "{rehearsed}");
}

#[test]
fn a_new_account_with_rights_is_a_finding_and_one_without_or_by_a_role_rule_is_none() {
    let mut company = Company::new();
    company.audit("2026-05-01");
    company.joins(106, "Fay Gold", "Privileged");
    company.joins(107, "Gus Hart", "Editor");
    company.joins(108, "Hal Ives", "Admin");
    std::fs::write(company.path().join("domo-reconcile.toml"), "[[role]]\nname = [\"Hal Ives\"]\nrole = \"Admin\"\n").unwrap();
    let second = company.audit("2026-06-01");
    let found: Vec<_> = of_kind(&second, "elevated").iter().map(|one| one["account"]["id"].clone()).collect();
    assert_eq!(found, [106]);
    assert_eq!(second.json("manifest.json")["summary"]["access"], json!({"admins_gained": 2, "new": 3}));
}

#[test]
fn every_other_change_of_access_is_counted_and_is_no_finding_of_rights() {
    let mut company = Company::new();
    set(&mut company, 105, "active", false);
    let first = company.audit("2026-05-01");
    set(&mut company, 105, "active", true);
    set(&mut company, 102, "role", "Participant");
    set(&mut company, 104, "active", false);
    set(&mut company, 103, "role", "Editor");
    company.users.retain(|user| user["id"] != 180);
    let second = company.try_audit("2026-06-01").code(0).json();
    assert_eq!(second["change"]["access"], 5);
    let counts = json!({"admins_lost": 1, "deactivated": 1, "gone": 1, "reactivated": 1, "role_changed": 1, "role_lowered": 1});
    let diff = run(company.path(), ["runs", "diff", &first.id(), "latest", "--json"]).code(0).json();
    assert_eq!(diff["access"], counts);
    let text = run(company.path(), ["runs", "diff", &first.id()]).code(0).stdout;
    assert!(text.contains("Access: 1 admin lost, 1 deactivated, 1 gone"), "{text}");
}

#[test]
fn accounts_outside_the_company_are_listed_with_who_answers_for_them() {
    let mut company = Company::new();
    company.user(190, "Pia Partner", "Participant");
    set(&mut company, 190, "email", "pia@agency.example");
    company.user(191, "Quinn Sub", "Participant");
    set(&mut company, 191, "email", "quinn@eu.example.com");
    let config = "[[exception]]\naccount = \"pia@agency.example\"\nkinds = [\"orphan\"]\nreason = \"agency\"\n\
                  owner = \"procurement@example.com\"\nexpires = 2027-01-01\n";
    std::fs::write(company.path().join("domo-reconcile.toml"), config).unwrap();
    let audited = company.audit("2026-05-01");
    let section = page(&audited).split("<section id=\"external\"").nth(1).unwrap().split("</section>").next().unwrap().to_owned();
    assert!(section.contains("Pia Partner") && section.contains("procurement"), "{section}");
    assert!(!section.contains("Quinn Sub") && !section.contains("Ada Brandt"), "{section}");
    // What the configuration says of the domains counts alone.
    std::fs::write(company.path().join("domo-reconcile.toml"), "[report]\ncompany_domains = [\"agency.example\"]\n").unwrap();
    let audited = company.audit("2026-06-01");
    let section = page(&audited).split("<section id=\"external\"").nth(1).unwrap().split("</section>").next().unwrap().to_owned();
    assert!(!section.contains("Pia Partner") && section.contains("Ada Brandt"), "{section}");
}
