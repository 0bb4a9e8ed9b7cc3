//! What a snapshot keeps beside Domo's own fields, and what is judged from it later.

use std::path::Path;

use chrono::{Days, Utc};
use domo_reconcile::domo;
use serde_json::{Value, json};

use super::pull::Served;
use crate::support::run_with;

const GROUPS_AND_ACTIVITY: &str = "[domo]\ninstance = \"acme\"\ngroups = true\nactivity_days = 60\n";

/// Three accounts of whom a snapshot knows groups and days, one of them an orphan.
fn snapshot() -> Vec<Value> {
    let day = |ago: u64| (Utc::now().date_naive() - Days::new(ago)).to_string();
    let user = |id: u64, name: &str, extra: Value| {
        json!({"id": id, "name": name, "email": format!("{}@acme.example", name.to_lowercase()), "role": "Admin", "title": "Analyst",
               "domo-reconcile": extra})
    };
    vec![
        user(101, "Ada", json!({"groups": ["Everybody", "Finance"], "lastSeen": day(3)})),
        user(102, "Ben", json!({"groups": ["Everybody"], "lastSeen": day(40)})),
        user(103, "Olga", json!({"groups": [], "lastSeen": ""})),
    ]
}

fn served() -> Served {
    let served = Served::of(snapshot(), &[]);
    std::fs::write(served.folder.path().join("domo-reconcile.toml"), GROUPS_AND_ACTIVITY).unwrap();
    std::fs::write(
        served.folder.path().join("workers.csv"),
        "Employee ID,Name,Work Email,Job Title,Status\n1,Ada,ada@acme.example,Analyst,Active\n2,Ben,ben@acme.example,Analyst,Terminated\n",
    )
    .unwrap();
    served
}

#[test]
fn groups_and_last_activity_outlive_a_pull_and_a_sandbox() {
    let served = served();
    let folder = served.folder.path();
    served.pull(&["--out", "first.jsonl"]).code(0);
    let first = domo::load(&folder.join("first.jsonl")).unwrap();
    assert!(first.provided.contains("groups") && first.provided.contains("last_login"), "{:?}", first.provided);
    let groups = first.frame.column("groups").unwrap().list().unwrap().get_as_series(0).unwrap();
    assert_eq!(groups.str().unwrap().iter().flatten().collect::<Vec<_>>(), ["Everybody", "Finance"]);
    let again = Served::of(first.snapshot.objects().map(|object| serde_json::from_slice(object).unwrap()).collect(), &[]);
    std::fs::write(again.folder.path().join("domo-reconcile.toml"), GROUPS_AND_ACTIVITY).unwrap();
    again.pull(&["--out", "second.jsonl"]).code(0);
    assert_eq!(std::fs::read(again.folder.path().join("second.jsonl")).unwrap(), first.snapshot.bytes());
}

#[test]
fn a_replay_with_groups_and_activity_gives_the_same_findings_byte_for_byte() {
    let served = served();
    let folder = served.folder.path();
    let audited = served.run(&["audit", "--directory", "workers.csv", "--json", "-q"]).code(0).json();
    let run_dir = folder.join(audited["run_dir"].as_str().unwrap());
    let findings = std::fs::read_to_string(run_dir.join("findings.json")).unwrap();
    assert!(findings.contains("last seen 20") && findings.contains("no sign-in or activity is known"), "{findings}");

    let replayed = run_with(folder, &[], ["replay", run_dir.to_str().unwrap(), "--json"]).code(0).json();
    assert_eq!(replayed["identical"], true, "{replayed}");
    let accounts = |run: &Path| std::fs::read_to_string(run.join("accounts.csv")).unwrap();
    assert_eq!(accounts(&folder.join(replayed["run_dir"].as_str().unwrap())), accounts(&run_dir));

    // The same snapshot as a file: the same days again.
    let snapshot = run_dir.join("accounts.jsonl");
    let args =
        ["audit", "--accounts", snapshot.to_str().unwrap(), "--directory", "workers.csv", "--archive", "other", "--json", "-q"];
    let from_file = run_with(folder, &[], args).code(0).json();
    assert_eq!(accounts(&folder.join(from_file["run_dir"].as_str().unwrap())), accounts(&run_dir));
}

#[test]
fn a_rehearsal_tells_groups_and_activity_again_and_writes_none_of_it() {
    let served = served();
    let folder = served.folder.path();
    let audited = served.run(&["audit", "--directory", "workers.csv", "--json", "-q"]).code(0).json();
    let plan = audited["files"]["plan.json"].as_str().unwrap();
    let shown = run_with(folder, &[], ["review", plan]).code(0).stdout;
    let checked = served.run(&["check", "--directory", "workers.csv"]).code(0).stdout;
    let page = std::fs::read_to_string(folder.join(plan).with_file_name("report.html")).unwrap();
    for said in [shown, checked, page] {
        assert!(said.contains("time zone and locale"), "what a write cannot be shown to keep is said before it: {said}");
    }
    run_with(folder, &[], ["review", plan, "--approve", "all", "--by", "ana"]).code(0);
    let lift =
        ["--override", "max-deactivations", "--override", "min-admins", "--override", "max-updates", "--reason", "rehearsal"];
    let ran = run_with(folder, &[], ["apply", plan, "--rehearse", "--json"].into_iter().chain(lift));
    let told = ran.json();
    assert_eq!(told["results"].as_array().unwrap().iter().filter(|row| row["outcome"] != "done").count(), 0, "{told}");
    // What was written is gone from the findings. Nobody says who is active there, so no deactivation was proposed.
    assert_eq!(
        (&told["rehearsal"]["findings_after"]["drift"], &told["rehearsal"]["findings_after"]["orphan"]),
        (&json!(0), &json!(1)),
        "{told}"
    );
}

#[test]
fn what_a_snapshot_keeps_is_never_written_to_domo() {
    let account = domo::Account::from_object(snapshot()[0].as_object().unwrap().clone()).unwrap();
    assert!(!account.raw().contains_key("domo-reconcile"));
    assert_eq!(account.name(), Some("Ada"));
}

/// What a list of groups says that a group has, against what its own list has.
#[test]
fn a_group_that_lists_fewer_members_than_it_counts_is_a_doubt() {
    let served = Served::of(snapshot(), &["--fault", "GET /v1/groups/*/users=empty"]);
    std::fs::write(served.folder.path().join("domo-reconcile.toml"), GROUPS_AND_ACTIVITY).unwrap();
    std::fs::write(served.folder.path().join("workers.csv"), "Employee ID,Name,Work Email,Status\n1,Ada,ada@acme.example,Active\n")
        .unwrap();
    let audited = served.run(&["audit", "--directory", "workers.csv", "--json", "-q"]).code(0).json();
    let reasons = audited["reasons"].to_string();
    assert!(
        reasons.contains("groups list fewer members than Domo counts: ") && reasons.contains("Everybody (0 of 2)"),
        "{reasons}"
    );
}

/// `deactivate_with = "scim"`: whether SCIM answers is known before a plan is approved, and what it may do.
#[test]
fn check_asks_scim_where_it_is_to_deactivate() {
    let served = served();
    std::fs::write(served.folder.path().join("domo-reconcile.toml"), "[domo]\ndeactivate_with = \"scim\"\n").unwrap();
    let check = |root: &str, token: &str| {
        let root = format!("{}{root}", served.env()[0].1);
        let env: Vec<_> = served.env().into_iter().chain([("DOMO_SCIM_URL", root.as_str()), ("DOMO_SCIM_TOKEN", token)]).collect();
        run_with(served.folder.path(), &env, ["check", "--directory", "workers.csv"])
    };
    let right = check("/api/scim/v2", "sandbox-scim-token").code(0).stdout;
    assert!(right.contains("Deactivations go through SCIM") && right.contains("deletes the user"), "{right}");
    for (root, token) in [("/api/scim/v2", "another"), ("/api/identity/v1/scim", "sandbox-scim-token")] {
        let wrong = check(root, token);
        assert_ne!(wrong.code, 0, "{}", wrong.stdout);
        assert!(wrong.stdout.contains("SCIM, through which"), "{}", wrong.stdout);
    }
}
