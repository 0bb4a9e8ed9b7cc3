//! samples/schedule/twelve-months/run.sh: the year that the documentation tells people to run.

use std::path::Path;
use std::process::Command;

use super::{Run, state};
use crate::support::{self, samples};

const OLGA: u64 = 180;
const LOADER: u64 = 190;
const DENIZ: u64 = 104;
const HUGO: u64 = 108;

fn rehearse(folder: &Path) -> (Vec<Run>, String) {
    let script = samples().join("schedule/twelve-months/run.sh");
    let output = Command::new("sh")
        .arg(script)
        .arg(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("DOMO_RECONCILE", env!("CARGO_BIN_EXE_domo-reconcile"))
        .output()
        .unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{stdout}\n{}", String::from_utf8_lossy(&output.stderr));
    let mut folders: Vec<_> = std::fs::read_dir(folder.join("audits")).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.retain(|path| path.is_dir());
    folders.sort();
    (folders.into_iter().map(|folder| Run { folder }).collect(), stdout)
}

#[test]
fn a_year_of_runs_tells_each_finding_from_its_first_day_to_its_last() {
    let folder = tempfile::tempdir().unwrap();
    let (runs, stdout) = rehearse(&folder.path().join("year"));
    assert_eq!(runs.len(), 12, "{stdout}");
    assert!(stdout.contains("The manifests of the 11 runs behind it fit, back to the first."), "{stdout}");
    let month = |month: usize| &runs[month - 1];

    // New, open, resolved.
    assert_eq!(month(1).state("orphan", OLGA), state("new", "2025-01-01"));
    assert_eq!(month(3).state("orphan", OLGA), state("open", "2025-01-01"));
    assert_eq!(month(4).state("orphan", OLGA), None);
    // Changed while it lasts: another field, another severity.
    assert_eq!(month(5).state("drift", DENIZ), state("new", "2025-05-01"));
    assert_eq!(month(6).state("drift", DENIZ), state("open", "2025-05-01"));
    assert_eq!(month(7).state("drift", DENIZ), state("changed", "2025-05-01"));
    assert_eq!(month(8).state("drift", DENIZ), None);
    assert_eq!(month(6).state("leaver", HUGO), state("new", "2025-06-01"));
    assert_eq!(month(7).state("leaver", HUGO), state("changed", "2025-06-01"));
    assert_eq!(month(7).finding("leaver", HUGO).unwrap()["severity"], "critical");
    assert_eq!(month(8).state("leaver", HUGO), state("open", "2025-06-01"));
    assert_eq!(month(9).state("leaver", HUGO), None);
    // Back again, with the day it was first seen.
    assert_eq!(month(12).state("leaver", HUGO), state("reappeared", "2025-06-01"));

    // A rule took the service account out, not the world.
    assert_eq!(month(9).state("orphan", LOADER), state("open", "2025-01-01"));
    assert_eq!(month(10).state("orphan", LOADER), None);
    let report = std::fs::read_to_string(month(10).folder.join("report.html")).unwrap();
    assert!(report.contains("[[exclude]] added"), "the changed parameter is named");
    assert!(report.contains("1 of 1 that are gone come from changed parameters"), "and what it explains");

    // The month without a directory: no orphan, nothing resolved, no plan; the month after compares itself with the one before.
    let empty = month(11).json("findings.json");
    assert_eq!(empty["evidence"]["status"], "incomplete");
    assert_eq!(empty["accounts"]["orphan"], 0);
    assert!(!month(11).folder.join("plan.json").exists());
    assert_eq!(month(11).json("manifest.json")["summary"]["resolved"], 0);
    assert_eq!(month(12).json("manifest.json")["summary"]["compared_with"], month(10).id());
    // Nothing that was not tested reads like a result.
    let empty = std::fs::read_to_string(month(11).folder.join("report.html")).unwrap();
    let untested = "Not tested: Nothing of what was read falls under it, and the evidence is incomplete.";
    assert!(empty.contains(untested) && !empty.contains("nothing to test") && !empty.contains("None found. "), "{empty}");
    // Twelve runs, of which eleven judged whole evidence; the one that did not is named. What is back counts as a change.
    let last = support::page(&month(12).folder.join("report.html"));
    assert!(last.contains(&format!("The run {} of 2025-11-01 had incomplete evidence", month(11).id())), "{last}");
    assert!(last.contains("0 are new. 1 is back again.") && last.contains("back again; last seen 2025-08-01"), "{last}");
    let summary = &month(12).json("manifest.json")["summary"];
    assert_eq!((&summary["new"], &summary["resolved"]), (&1.into(), &0.into()), "so that the trend ties out");
    assert!(stdout.contains("Since the previous run: 1 new or back, 0 resolved"), "{stdout}");
    assert!(last.contains("2025-01-01") && last.contains("2025-12-01"), "the trend goes back to January");
}
