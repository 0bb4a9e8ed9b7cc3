//! A day that has not come yet: judged, said on top, and nothing rests on it.

use serde_json::Value;

use super::Company;

/// A company of which one person leaves on a day that is still to come.
fn leaving() -> Company {
    let mut company = Company::new();
    let elif = company.workers.last_mut().unwrap();
    *elif = elif.replace("Active,", ",2027-06-29");
    company
}

#[test]
fn a_day_that_has_not_come_is_judged_and_plans_nothing() {
    let company = leaving();
    let forecast = company.audit_with("2026-11-23", &["--as-of", "2027-06-30"]).code(0).json();
    assert_eq!((&forecast["plan"], &forecast["findings"]["by_kind"]["leaver"]), (&Value::Null, &1.into()), "{forecast}");
    let why = forecast["reasons"][0].as_str().unwrap();
    assert!(why.starts_with("This is a forecast: 2027-06-30 has not come yet"), "{why}");
    let run = company.run_of(&forecast);
    assert!(!run.folder.join("plan.json").exists() && !run.folder.join("review.csv").exists());
    assert_eq!(run.finding("leaver", 105).unwrap()["action"], "deactivate");
    for name in ["report.html", "report.md"] {
        let report = std::fs::read_to_string(run.folder.join(name)).unwrap();
        let (on_top, first_finding) = (report.find("This is a forecast").unwrap(), report.find("elif.fidan").unwrap());
        assert!(on_top < first_finding, "{name}");
    }
    // The same day, once it has come.
    let then = company.audit_with("2027-06-30", &[]).code(0).json();
    assert_eq!(then["plan"]["actions"], 2, "{then}");
}

#[test]
fn a_forecast_is_no_previous_run_and_no_month_of_the_trend() {
    let company = leaving();
    let first = company.run_of(&company.audit_with("2026-10-01", &[]).json());
    let forecast = company.audit_with("2026-11-01", &["--as-of", "2027-07-01"]).code(0).json();
    let told = std::fs::read_to_string(company.run_of(&forecast).folder.join("report.md")).unwrap();
    assert!(told.contains("Nobody's since the run of 2026-10-01"), "what is compared is compared in everything: {told}");
    let next = company.audit("2026-11-02");
    assert_eq!(next.json("manifest.json")["summary"]["compared_with"], first.id());
    assert_eq!(next.state("orphan", 180), super::state("open", "2026-10-01"));
    let report = std::fs::read_to_string(next.folder.join("report.html")).unwrap();
    assert!(report.contains("2026-10-01") && !report.contains("2027-07-01"), "no month of the trend");
    // It is one link of the chain all the same, and can be judged again.
    company.verify(&next).code(0);
}

#[test]
fn pruning_keeps_the_run_that_the_next_is_compared_with_behind_a_forecast() {
    let company = leaving();
    let first = company.audit_with("2026-10-01", &[]).json();
    company.audit_with("2026-11-01", &["--as-of", "2027-07-01"]).code(0);
    // Past the day on which the plan of the first could be applied.
    let args = ["runs", "prune", "--keep-runs", "1", "--json"];
    let pruned = company.folder.run_at("2026-12-01T06:00:00Z", &args).code(0).json();
    let of_first = pruned["runs"].as_array().unwrap().iter().find(|run| run["run_id"] == first["run_id"]).unwrap();
    assert_eq!(of_first["goes"], false, "{pruned}");
}

#[test]
fn a_forecast_is_judged_again_byte_for_byte() {
    let company = leaving();
    let forecast = company.audit_with("2026-11-01", &["--as-of", "2027-07-01"]).code(0).json();
    let args = ["replay", forecast["run_dir"].as_str().unwrap(), "--json"];
    assert_eq!(crate::support::run(company.path(), args).code(0).json()["identical"], true);
}

/// At 17:00 in Los Angeles it is tomorrow in London.
#[test]
fn today_is_the_day_of_the_reports_time_zone() {
    let company = Company::new();
    std::fs::write(company.path().join("domo-reconcile.toml"), "[report]\ntimezone = \"America/Los_Angeles\"\n").unwrap();
    let judged = |more: &[&str]| {
        let answer = company.audit_at("2026-11-24T01:00:00Z", more).code(0).json();
        let run = company.run_of(&answer);
        (run.json("findings.json")["run"]["as_of"].as_str().unwrap().to_owned(), answer["plan"] == Value::Null)
    };
    assert_eq!(judged(&[]), ("2026-11-23".into(), false));
    // Where it is later already, that day has come.
    assert_eq!(judged(&["--as-of", "2026-11-24"]), ("2026-11-24".into(), false));
    assert_eq!(judged(&["--as-of", "2026-11-25"]), ("2026-11-25".into(), true));
}

#[test]
fn nobody_certifies_a_forecast() {
    let company = leaving();
    let forecast = company.audit_with("2026-11-01", &["--as-of", "2027-07-01"]).code(0).json();
    let run = forecast["run_dir"].as_str().unwrap();
    for args in [&["--split", "role", "--out", "packets"][..], &["--finish", "--by", "ana"]] {
        let refused = crate::support::run(company.path(), [&["certify", run][..], args].concat()).code(2);
        assert!(refused.stderr.contains("is a forecast: nobody can certify"), "{args:?}: {}", refused.stderr);
    }
    assert!(!company.path().join("packets").exists());
}
