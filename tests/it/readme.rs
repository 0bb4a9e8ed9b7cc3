//! The README's commands, run as they are written there.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};

use super::local_domo::LocalDomo;
use super::support;

const README: &str = include_str!("../../README.md");

/// The fenced blocks of one language, in order.
fn blocks(language: &str) -> Vec<&'static str> {
    let opening = format!("```{language}\n");
    README.split(&opening).skip(1).map(|after| after.split("```").next().unwrap()).collect()
}

/// Runs a block as somebody at a shell in `folder` would, with the program on the path. `cargo run` is the program that cargo has
/// built for this test, and `cargo test` is this very run.
pub(super) fn shell(folder: &Path, env: &[(&str, &str)], script: &str) -> Output {
    let bin = folder.join("bin");
    std::fs::create_dir_all(&bin).unwrap();
    let program = env!("CARGO_BIN_EXE_domo-reconcile");
    let cargo = format!(
        "#!/bin/sh\ncase $1 in run) while [ \"$1\" != -- ]; do shift; done; shift; exec {program} \"$@\";; test) ;; *) exit 64;; esac\n"
    );
    for (name, text) in [("cargo", cargo), ("domo-reconcile", format!("#!/bin/sh\nexec {program} \"$@\"\n"))] {
        std::fs::write(bin.join(name), text).unwrap();
        let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(bin.join(name), executable).unwrap();
    }
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default());
    Command::new("bash")
        .args(["-euo", "pipefail", "-c", script])
        .current_dir(folder)
        .env_clear()
        .env("PATH", path)
        .env("HOME", folder)
        .envs(env.iter().copied())
        .output()
        .unwrap()
}

#[track_caller]
pub(super) fn succeeded(output: &Output) -> String {
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{}\n{stdout}\n{}", output.status, String::from_utf8_lossy(&output.stderr));
    stdout
}

#[test]
fn the_first_command_writes_a_report() {
    let folder = tempfile::tempdir().unwrap();
    let commands = blocks("sh")[0];
    assert!(commands.starts_with("cargo run") && commands.contains("\ncargo test"), "{commands}");
    succeeded(&shell(folder.path(), &[], commands));
    let runs: Vec<_> = std::fs::read_dir(folder.path().join("audits")).unwrap().flatten().map(|run| run.path()).collect();
    let whole: Vec<_> = runs.iter().filter(|run| run.join("manifest.json").exists()).collect();
    assert_eq!(whole.len(), 1, "{runs:?}");
    assert!(std::fs::metadata(whole[0].join("report.html")).unwrap().len() > 10_000);
}

/// From the credentials to the undo: every other block, one after the other, in the shell of somebody whose Domo is the sample
/// company's.
#[test]
fn the_road_on_a_real_instance_works_as_written() {
    let folder = tempfile::tempdir().unwrap();
    let config = blocks("toml");
    assert_eq!(config.len(), 1);
    std::fs::write(folder.path().join("domo-reconcile.toml"), config[0]).unwrap();
    // The one row that has no key would hold every deactivation back until somebody acknowledges it.
    let workers = std::fs::read_to_string(support::samples().join("company/directory.csv")).unwrap();
    let usable: Vec<_> = workers.lines().filter(|row| !row.contains("Agency,Temp")).collect();
    std::fs::write(folder.path().join("workers.csv"), usable.join("\n")).unwrap();

    let domo = LocalDomo::with_client(&support::samples().join("company/domo-users.json"), "your-client-id", "your-client-secret");
    let script = blocks("sh")[1..].join("\n");
    for step in ["check", "audit", "review", "apply latest --confirm", "revert", "--fail-on"] {
        assert!(script.contains(step), "the README does not show {step}");
    }
    let said = succeeded(&shell(folder.path(), &[("DOMO_API_URL", domo.url())], &script));
    assert!(said.contains("exit code 4"), "the audit on a schedule finds something high: {said}");
    let archive = folder.path().join("audits");
    let run =
        std::fs::read_dir(archive).unwrap().flatten().map(|run| run.path()).find(|run| run.join("plan.journal.jsonl").exists());
    let run = run.expect("something was applied");
    assert!(run.join("revert.plan.json").exists());
    for file in files_of_the_table() {
        assert!(run.join(&file).exists(), "the README promises {file}");
    }
}

/// The first column of "The audit writes a run folder".
fn files_of_the_table() -> Vec<String> {
    let table = README.split("| File | For |").nth(1).unwrap().split("\n\n").next().unwrap();
    let cells = table.lines().filter_map(|line| line.split('|').nth(1));
    let files: Vec<_> = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2).map(String::from).collect::<Vec<_>>()).collect();
    assert!(files.len() >= 10, "{files:?}");
    files
}

#[test]
fn the_exit_codes_are_those_of_the_program() {
    let table = README.split("| Exit code | Meaning |").nth(1).unwrap().split("\n\n").next().unwrap();
    let told: BTreeMap<u8, &str> = table
        .lines()
        .filter_map(|line| {
            let mut cells = line.split('|').map(str::trim).skip(1);
            Some((cells.next()?.parse().ok()?, cells.next()?))
        })
        .collect();
    use domo_reconcile::failure::FailureKind::*;
    let kinds = [Failed, Usage, NotEvaluable, Findings, Guard, PlanRefused, Partial, Locked, Interrupted];
    let codes: Vec<u8> = std::iter::once(0).chain(kinds.map(|kind| kind.code())).collect();
    assert_eq!(told.keys().copied().collect::<Vec<_>>(), codes);
}

#[test]
fn every_file_it_links_to_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let links = README.split("](").skip(1).map(|after| after.split(')').next().unwrap());
    let broken: Vec<_> =
        links.filter(|link| !link.starts_with("http") && !root.join(link.split('#').next().unwrap()).exists()).collect();
    assert!(broken.is_empty(), "{broken:?}");
}
