//! From an audit to "nobody who left has access", on either Domo, and the next month's report that says so.

use std::path::{Path, PathBuf};

use chrono::{Days, Utc};
use domo_reconcile::plan::guard::AuditFigures;
use domo_reconcile::sandbox::{Options, Profile};
use serde_json::{Value, json};

use super::company::{Company, options, plan_now};
use super::fixture::{hundred, update};

/// A company of which 3, an Admin, and 13 have left, and in which nobody knows 14.
fn company(profile: Profile) -> Company {
    let groups = vec![("Sales".to_owned(), vec![13, 10]), ("Everybody".to_owned(), vec![3, 10, 13, 14])];
    let mut options = Options { profile, groups, ..options() };
    options.accounts.iter_mut().find(|user| user["id"] == 10).unwrap()["role"] = "Admin".into();
    let company = Company::with(options, plan_now(vec![update(10)], &hundred(), AuditFigures::default()));
    let mut rows = "Email,Employee Number,Name,Title,Department,Location,Phone,Status\n".to_owned();
    for id in (1..=3).chain(10..60).filter(|id| *id != 14) {
        let status = if matches!(id, 3 | 13) { "Terminated" } else { "Active" };
        let title = if id == 20 { "Lead" } else { "Analyst" };
        rows += &format!("p{id}@acme.com,{id:05},Person {id},{title},Finance,Lehi,801-555-0100,{status}\n");
    }
    company.write("workers.csv", &rows);
    company
}

/// Audits so many days from now.
fn audit(company: &Company, days: u64) -> (Value, PathBuf) {
    let then = (Utc::now() + Days::new(days)).timestamp().to_string();
    company.audit_with(&[("SOURCE_DATE_EPOCH", then.as_str())])
}

/// The headline of page one.
fn worst(run: &Path) -> String {
    let page = std::fs::read_to_string(run.join("report.md")).unwrap();
    page.lines().find(|line| line.contains("should not have access")).unwrap_or_default().to_owned()
}

fn story(profile: Profile, policy: &str, kind: &str, next_month: &str) {
    let company = company(profile);
    company.configure(&format!("groups = true\n[[directory]]\npath = \"workers.csv\"\nmax_age_days = 0\n[policy]\n{policy}"));
    let (_, first) = audit(&company, 0);
    assert!(worst(&first).contains("3 active accounts should not have access: 2 leavers, 1 orphan."), "{}", worst(&first));
    let plan = first.join("plan.json").to_str().unwrap().to_owned();
    let sealed: Value = serde_json::from_slice(&std::fs::read(&plan).unwrap()).unwrap();
    let told: Vec<_> =
        sealed["actions"].as_array().unwrap().iter().map(|one| (one["kind"].clone(), one["account_id"].clone())).collect();
    // The Admin who left comes first, what only changes a title last.
    let expected: Vec<_> = [(kind, 3), (kind, 13), (kind, 14), ("update", 20)].map(|(kind, id)| (json!(kind), json!(id))).into();
    assert_eq!(told, expected);

    company.run(&["review", &plan, "--approve", "all", "--by", "ana"]).code(0);
    assert_eq!(company.run(&["apply", &plan, "--json"]).code(0).json()["counts"], json!({"would-do": 4}));
    assert_eq!(company.run(&["apply", &plan, "--rehearse", "--json"]).code(0).json()["counts"], json!({"done": 4}));
    assert_eq!(company.run(&["apply", &plan, "--confirm", "--json"]).code(0).json()["counts"], json!({"done": 4}));

    let (answer, second) = audit(&company, 30);
    assert_eq!(answer["plan"], Value::Null, "{answer}");
    assert!(worst(&second).contains(next_month), "{}", worst(&second));
    let page = std::fs::read_to_string(second.join("report.html")).unwrap();
    let access = page.split("<section id=\"access\"").nth(1).unwrap().split("</section>").next().unwrap().to_owned();
    assert!(access.contains("administrator lost") && access.matches("by our plan P-").count() >= 3, "{access}");
    assert_eq!(access.matches("changed outside").count(), 1, "in the heading's explanation alone: {access}");
}

#[test]
fn on_a_domo_that_knows_the_inactive_nobody_who_left_has_access_a_month_later() {
    story(Profile::guide(), "", "deactivate", "By the directory, no active account was found that should not have access.");
}

#[test]
fn on_a_domo_that_does_not_nobody_who_left_has_more_than_the_least_role_a_month_later() {
    let said = "By the directory, no active account was found that should not have access. 3 are restricted: they have only the role that a demotion leaves \
                (`restricted` in findings.csv).";
    story(Profile::recorded(), "leaver = \"demote\"\norphan = \"demote\"\n", "demote", said);
}
