//! samples/schedule: as far as its readers can be asked here.

use std::path::PathBuf;
use std::process::Command;

use clap::Parser;
use domo_reconcile::cli::Cli;
use serde_json::Value;

use crate::support::{run, samples};

fn schedule() -> PathBuf {
    samples().join("schedule")
}

fn text(name: &str) -> String {
    std::fs::read_to_string(schedule().join(name)).unwrap()
}

fn yaml(name: &str) -> Vec<Value> {
    serde_saphyr::from_multiple(&text(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// What the shell would make of a line without quotes and substitutions.
fn words(line: &str) -> Vec<String> {
    let line = line.replace("${{ steps.audit.outputs.run_dir }}", "x");
    let line = line.split(['|', ';', '>', '#']).next().unwrap_or_default();
    line.split_whitespace().map(|word| word.trim_matches('"').to_owned()).collect()
}

#[test]
fn every_command_line_of_the_samples_is_one_that_the_program_takes() {
    let mut checked = 0;
    for entry in std::fs::read_dir(schedule()).unwrap() {
        let path = entry.unwrap().path();
        if !path.is_file() {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        for line in text.lines().map(|line| line.trim_start_matches(['#', ' '])) {
            // A line that begins with the program or calls it after `&&`, `=` or `run:`.
            let Some((before, line)) = line.split_once("domo-reconcile ") else { continue };
            let calls = before.is_empty() || before.ends_with("&& ") || before.ends_with("bin/") || before.ends_with("run: ");
            let verb = line.split_whitespace().next().unwrap_or_default();
            if !calls || !["audit", "check", "runs", "verify", "replay", "completions", "man"].contains(&verb) {
                continue;
            }
            let words = words(line);
            let parsed = Cli::try_parse_from(std::iter::once("domo-reconcile".to_owned()).chain(words.clone()));
            assert!(parsed.is_ok(), "{}: {words:?}: {}", path.display(), parsed.err().unwrap());
            checked += 1;
        }
    }
    assert!(checked >= 10, "only {checked} command lines were found");
}

#[test]
fn the_cron_job_waits_for_nobody_keeps_its_archive_and_gets_its_secret_as_a_file() {
    let documents = yaml("kubernetes-cronjob.yaml");
    let job = documents.iter().find(|document| document["kind"] == "CronJob").unwrap();
    assert_eq!(job["spec"]["concurrencyPolicy"], "Forbid");
    let pod = &job["spec"]["jobTemplate"]["spec"]["template"]["spec"];
    let container = &pod["containers"][0];
    let args: Vec<_> = container["args"].as_array().unwrap().iter().map(|arg| arg.as_str().unwrap().to_owned()).collect();
    let parsed = Cli::try_parse_from(std::iter::once("domo-reconcile".to_owned()).chain(args));
    assert!(parsed.is_ok(), "{}", parsed.err().unwrap());
    let mounted = |name: &str| container["volumeMounts"].as_array().unwrap().iter().any(|mount| mount["name"] == name);
    for volume in pod["volumes"].as_array().unwrap() {
        assert!(mounted(volume["name"].as_str().unwrap()), "{volume}");
    }
    let env = container["env"].as_array().unwrap();
    assert!(env.iter().any(|variable| variable["name"] == "DOMO_CLIENT_SECRET_FILE"), "{env:?}");
    assert!(!env.iter().any(|variable| variable["name"] == "DOMO_CLIENT_SECRET"), "{env:?}");
    let claims = documents.iter().filter(|document| document["kind"] == "PersistentVolumeClaim");
    assert!(claims.into_iter().any(|claim| claim["metadata"]["name"] == "domo-reconcile-archive"));
}

#[test]
fn the_workflow_keeps_the_exit_code_and_verifies_what_it_uploads() {
    let workflow = &yaml("github-actions.yml")[0];
    assert_eq!(workflow["permissions"]["contents"], "read");
    let steps = workflow["jobs"]["audit"]["steps"].as_array().unwrap();
    let scripts: Vec<_> = steps.iter().filter_map(|step| step["run"].as_str()).collect();
    assert!(scripts[0].contains("exit $code") && scripts[1].starts_with("domo-reconcile verify"), "{scripts:?}");
    for script in scripts {
        // As GitHub runs it, with the expressions replaced.
        let script = script.replace("${{ steps.audit.outputs.run_dir }}", "x");
        let checked = Command::new("sh").args(["-n", "-c", &script]).output().unwrap();
        assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    }
}

#[test]
fn systemd_finds_nothing_wrong_with_the_units() {
    if Command::new("systemd-analyze").arg("--version").output().is_err() {
        eprintln!("skipped: no systemd-analyze here");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for unit in ["domo-reconcile.service", "domo-reconcile.timer"] {
        // It wants the program to be there, and the user.
        let text = text(unit).replace("/usr/bin/domo-reconcile", env!("CARGO_BIN_EXE_domo-reconcile"));
        std::fs::write(folder.path().join(unit), text.replace("User=domo-reconcile", "User=root")).unwrap();
    }
    let units = ["domo-reconcile.service", "domo-reconcile.timer"].map(|unit| folder.path().join(unit));
    let verified =
        Command::new("systemd-analyze").args(["verify", "--man=no", "--recursive-errors=no"]).args(units).output().unwrap();
    let said = String::from_utf8_lossy(&verified.stderr);
    assert!(verified.status.success() && !said.contains("domo-reconcile."), "{said}");
    let calendar = Command::new("systemd-analyze").args(["calendar", "*-*-01 06:00:00 UTC"]).output().unwrap();
    assert!(calendar.status.success());
}

#[test]
fn each_crontab_line_has_five_times_a_user_and_a_command() {
    let text = text("domo-reconcile.cron");
    let jobs: Vec<_> = text.lines().filter(|line| line.starts_with(|first: char| first.is_ascii_digit() || first == '*')).collect();
    assert_eq!(jobs.len(), 2, "the audit of the month, the check of the week");
    for job in jobs {
        let fields: Vec<_> = job.split_whitespace().collect();
        assert!(fields[..5].iter().all(|field| field.chars().all(|letter| letter.is_ascii_digit() || letter == '*')), "{job}");
        assert_eq!(fields[5], "domo-reconcile");
        // cron takes a per cent sign for a line break.
        assert!(!job.contains('%'), "{job}");
    }
}

#[test]
fn the_image_runs_as_nobody_and_builds_what_is_locked() {
    let text = text("Dockerfile");
    let from: Vec<_> = text.lines().filter(|line| line.starts_with("FROM ")).collect();
    assert!(from.len() == 2 && from[1].ends_with(":nonroot"), "{from:?}");
    assert!(text.contains("\nUSER 65532:65532\n") && text.contains("RUN packaging/build.sh"));
}

#[test]
fn the_rehearsal_is_a_script_that_any_shell_reads() {
    let checked = Command::new("sh").arg("-n").arg(schedule().join("twelve-months/run.sh")).output().unwrap();
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
}

#[test]
fn completions_are_scripts_and_the_man_pages_cover_every_verb() {
    let folder = tempfile::tempdir().unwrap();
    let script = run(folder.path(), ["completions", "bash"]).code(0).stdout;
    std::fs::write(folder.path().join("completions"), &script).unwrap();
    // The words that bash offers at the end of a line, as it calls what the script registers.
    let ask = r#"source ./completions
        f=$(complete -p domo-reconcile | sed 's/.*-F \([^ ]*\).*/\1/')
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
        $f "$1" "${@: -1}" "${@: -2:1}"
        echo "${COMPREPLY[@]}""#;
    for (line, offered) in [
        (&["domo-reconcile", "ver"][..], "verify"),
        (&["domo-reconcile", "runs", "pr"], "prune"),
        (&["domo-reconcile", "audit", "--fail-on", "cr"], "critical"),
        (&["domo-reconcile", "runs", "show", "--arch"], "--archive"),
    ] {
        let Ok(asked) = Command::new("bash").current_dir(folder.path()).args(["-c", ask, "bash"]).args(line).output() else {
            break;
        };
        assert_eq!(String::from_utf8_lossy(&asked.stdout).trim(), offered, "{line:?}: {}", String::from_utf8_lossy(&asked.stderr));
    }
    assert!(script.contains("--fail-on"));
    assert!(run(folder.path(), ["man"]).code(0).stdout.contains(".TH domo-reconcile 1"));
    run(folder.path(), ["man", "pages"]).code(0);
    for verb in ["audit", "apply", "runs", "runs-prune", "verify", "replay"] {
        let page = folder.path().join(format!("pages/domo-reconcile-{verb}.1"));
        let text = std::fs::read_to_string(&page).unwrap_or_else(|error| panic!("{}: {error}", page.display()));
        for section in ["OPTIONS", "ENVIRONMENT", "FILES", "\"EXIT STATUS\""] {
            assert!(text.contains(&format!(".SH {section}")), "{verb} has no {section}: {text}");
        }
    }
}
