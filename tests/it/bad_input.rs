//! What a person gets wrong first: each a paragraph that says what failed and what to do next, its exit code, and no run that looks
//! whole.

use std::path::Path;

use super::folder::{AUDIT, Folder};
use super::local_domo::LocalDomo;
use super::support::{self, Ran, run, run_with};

const WORKERS: &str = "Employee ID,Work Email,First Name,Last Name,Employment Status\n7,ada@acme.example,Ada,Byron,Active\n";

fn folder(workers: &[u8]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("workers.csv"), workers).unwrap();
    std::fs::write(
        folder.path().join("accounts.json"),
        r#"[{"id":100000001,"name":"Ada Byron","email":"ada@acme.example","role":"Admin"}]"#,
    )
    .unwrap();
    folder
}

/// An audit without the network.
fn offline(folder: &Path) -> Ran {
    run(folder, ["audit", "--accounts", "accounts.json", "--directory", "workers.csv"])
}

/// One paragraph on stderr, nothing on stdout, nothing complete in the archive.
#[track_caller]
fn is_refused(ran: &Ran, folder: &Path, code: i32, words: &[&str]) {
    let Ran { stdout, stderr, .. } = ran;
    assert_eq!(ran.code, code, "{stderr}");
    assert!(stdout.is_empty(), "{stdout}");
    assert!(stderr.lines().any(|line| line.starts_with("error: ")), "{stderr}");
    assert!(stderr.contains("\n  next: "), "it does not say what to do next:\n{stderr}");
    assert!(!stderr.trim_end().contains("\n\n") && stderr.lines().count() < 15, "not a paragraph:\n{stderr}");
    for word in words {
        assert!(stderr.contains(word), "no {word:?} in:\n{stderr}");
    }
    let archive = folder.join("audits");
    let runs = std::fs::read_dir(&archive).map(|entries| entries.flatten().collect::<Vec<_>>()).unwrap_or_default();
    let whole: Vec<_> = runs.iter().filter(|run| run.path().join("manifest.json").exists()).collect();
    assert!(whole.is_empty(), "looks like a complete run: {whole:?}");
}

#[test]
fn no_credentials() {
    let folder = folder(WORKERS.as_bytes());
    let ran = run(folder.path(), ["audit", "--directory", "workers.csv"]);
    is_refused(&ran, folder.path(), 2, &["DOMO_CLIENT_ID", "DOMO_CLIENT_SECRET"]);
}

#[test]
fn an_empty_credential_is_none() {
    let folder = folder(WORKERS.as_bytes());
    let env = [("DOMO_CLIENT_ID", ""), ("DOMO_CLIENT_SECRET", "")];
    is_refused(&run_with(folder.path(), &env, ["audit", "--directory", "workers.csv"]), folder.path(), 2, &["DOMO_CLIENT_ID"]);
}

#[test]
fn a_secret_file_that_is_not_there() {
    let folder = folder(WORKERS.as_bytes());
    let env = [("DOMO_CLIENT_ID", "id"), ("DOMO_CLIENT_SECRET_FILE", "secret.txt")];
    is_refused(&run_with(folder.path(), &env, ["audit", "--directory", "workers.csv"]), folder.path(), 2, &["secret.txt"]);
}

#[cfg(unix)]
#[test]
fn a_secret_and_a_configuration_without_an_end() {
    let folder = folder(WORKERS.as_bytes());
    let env = [("DOMO_CLIENT_ID", "id"), ("DOMO_CLIENT_SECRET_FILE", "/dev/zero")];
    let ran = run_with(folder.path(), &env, ["audit", "--directory", "workers.csv"]);
    is_refused(&ran, folder.path(), 2, &["/dev/zero", "it is a device"]);
    let ran = run(folder.path(), ["audit", "--config", "/dev/zero"]);
    is_refused(&ran, folder.path(), 2, &["/dev/zero", "it is a device"]);
}

#[test]
fn a_wrong_secret() {
    let folder = folder(WORKERS.as_bytes());
    let domo = LocalDomo::of_the_sample_company();
    let env = [("DOMO_API_URL", domo.url()), ("DOMO_CLIENT_ID", "id"), ("DOMO_CLIENT_SECRET", "not-the-secret")];
    let ran = run_with(folder.path(), &env, ["audit", "--directory", "workers.csv"]);
    is_refused(&ran, folder.path(), 1, &["401"]);
    assert!(!ran.stderr.contains("not-the-secret"), "{}", ran.stderr);
}

#[test]
fn a_host_nobody_answers_at() {
    let folder = folder(WORKERS.as_bytes());
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap(); // closed again at once
    let url = format!("http://{nobody}");
    let env = [("DOMO_API_URL", url.as_str()), ("DOMO_CLIENT_ID", "id"), ("DOMO_CLIENT_SECRET", "not-for-strangers")];
    let ran = run_with(folder.path(), &env, ["audit", "--directory", "workers.csv"]);
    is_refused(&ran, folder.path(), 1, &["127.0.0.1", "refused", "DOMO_API_URL"]);
    assert!(!ran.stderr.contains("not-for-strangers"), "{}", ran.stderr);
}

#[test]
fn plain_http_to_somewhere_else() {
    let folder = folder(WORKERS.as_bytes());
    let env = [("DOMO_API_URL", "http://api.domo.example"), ("DOMO_CLIENT_ID", "id"), ("DOMO_CLIENT_SECRET", "not-in-the-clear")];
    let ran = run_with(folder.path(), &env, ["audit", "--directory", "workers.csv"]);
    is_refused(&ran, folder.path(), 2, &["api.domo.example", "https"]);
}

#[test]
fn no_directory_at_all() {
    let folder = folder(WORKERS.as_bytes());
    is_refused(&run(folder.path(), ["audit", "--accounts", "accounts.json"]), folder.path(), 2, &["--directory"]);
}

#[test]
fn a_directory_that_is_not_there() {
    let folder = folder(WORKERS.as_bytes());
    let ran = run(folder.path(), ["audit", "--accounts", "accounts.json", "--directory", "worker.csv"]);
    is_refused(&ran, folder.path(), 2, &["worker.csv"]);
}

#[test]
fn a_directory_that_is_a_folder() {
    let folder = folder(WORKERS.as_bytes());
    let ran = run(folder.path(), ["audit", "--accounts", "accounts.json", "--directory", "."]);
    is_refused(&ran, folder.path(), 2, &[]);
}

/// The job that writes it may have failed: a list of nobody, and a run that says so, whatever the configuration says of its
/// columns.
#[test]
fn a_directory_of_no_bytes_is_one_of_nobody() {
    for bytes in ["", " \r\n\n", "\u{feff}\n"] {
        for rules in ["", "[[directory]]\npath = \"workers.csv\"\n[directory.columns]\nemail = \"Work Email\"\n"] {
            let folder = folder(bytes.as_bytes());
            std::fs::write(folder.path().join("domo-reconcile.toml"), rules).unwrap();
            let args = ["audit", "--accounts", "accounts.json", "--directory", "workers.csv", "--json", "-q"];
            let answer = run(folder.path(), args).code(3).json();
            assert_eq!((answer["evidence"].as_str(), answer["plan"].is_null()), (Some("incomplete"), true), "{answer}");
            assert!(answer["reasons"].to_string().contains("workers.csv: it is empty"), "{answer}");
            let checked = run(folder.path(), ["check", "--directory", "workers.csv", "--accounts", "accounts.json", "--json"]);
            let failed = checked.code(3).json()["failed"].clone();
            assert_eq!(failed["exit_code"], 3, "{failed}");
            assert!(failed["error"].as_str().unwrap().contains("workers.csv: it is empty"), "{failed}");
        }
    }
    let folder = folder(b"");
    let made = run(folder.path(), ["init", "--directory", "workers.csv"]);
    is_refused(&made, folder.path(), 2, &["workers.csv has neither people nor headers"]);
}

#[test]
fn a_file_of_content_that_is_not_there_or_no_table_is_wrong_usage_and_one_of_other_columns_is_said() {
    let folder = folder(WORKERS.as_bytes());
    std::fs::write(folder.path().join("domo-reconcile.toml"), "[content]\ndatasets = \"datasets.csv\"\n").unwrap();
    let check = || run(folder.path(), ["check", "--directory", "workers.csv", "--accounts", "accounts.json"]);
    for (bytes, why) in [(None, "it cannot be read"), (Some("[{\"id\": 1}]"), "it is no CSV")] {
        bytes.into_iter().for_each(|bytes| std::fs::write(folder.path().join("datasets.csv"), bytes).unwrap());
        is_refused(&offline(folder.path()), folder.path(), 2, &["[content] datasets", "datasets.csv", why]);
        assert!(check().code(2).stdout.contains(why));
    }
    std::fs::write(folder.path().join("datasets.csv"), "Colour,Shape\nred,round\n").unwrap();
    let audited = offline(folder.path()).code(0);
    assert!(audited.stderr.contains("[content] datasets") && audited.stderr.contains("not tested"), "{}", audited.stderr);
    assert!(check().code(2).stdout.contains("it is not the report for `datasets`"));
}

#[test]
fn a_template_that_replaces_nothing_is_named_and_one_that_is_included_or_a_readme_is_not() {
    let folder = folder(WORKERS.as_bytes());
    std::fs::write(folder.path().join("domo-reconcile.toml"), "[report]\ntemplates = \"own\"\n").unwrap();
    std::fs::create_dir(folder.path().join("own")).unwrap();
    let put = |name: &str, text: &str| std::fs::write(folder.path().join("own").join(name), text).unwrap();
    put("failed.html", "{% include \"own-head.html\" %}<p>It failed.</p>");
    put("own-head.html", "<p>Acme</p>");
    put("README.md", "# Ours");
    let check = || run(folder.path(), ["check", "--directory", "workers.csv", "--accounts", "accounts.json"]);
    check().code(0);
    put("reprot.html", "<p>Acme</p>");
    assert!(check().code(2).stdout.contains("reprot.html is never used"));
    let audited = offline(folder.path()).code(0);
    assert!(audited.stderr.contains("reprot.html is never used"), "{}", audited.stderr);
}

#[test]
fn a_directory_that_is_not_what_its_name_says() {
    let folder = folder(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89");
    is_refused(&offline(folder.path()), folder.path(), 2, &["workers.csv"]);
}

#[test]
fn a_workbook_that_is_a_web_page() {
    let folder = folder(WORKERS.as_bytes());
    std::fs::write(folder.path().join("workers.xlsx"), "<!doctype html><title>Sign in</title><p>Your session has expired.")
        .unwrap();
    let ran = run(folder.path(), ["audit", "--accounts", "accounts.json", "--directory", "workers.xlsx"]);
    is_refused(&ran, folder.path(), 2, &["workers.xlsx"]);
}

#[test]
fn a_directory_without_a_key_column() {
    let folder = folder(b"Colour,Shape\nred,round\nblue,square\n");
    let ran = offline(folder.path());
    is_refused(&ran, folder.path(), 2, &["workers.csv", "Email", "header"]);
}

#[test]
fn a_configured_column_that_is_not_there() {
    let folder = folder(WORKERS.as_bytes());
    let config = "[[directory]]\npath = \"workers.csv\"\n[directory.columns]\nemail = \"Work E-Mial\"\n";
    std::fs::write(folder.path().join("domo-reconcile.toml"), config).unwrap();
    let ran = run(folder.path(), ["audit", "--accounts", "accounts.json"]);
    is_refused(&ran, folder.path(), 2, &["Work E-Mial", "workers.csv"]);
}

#[test]
fn an_unknown_configuration_key() {
    let folder = folder(WORKERS.as_bytes());
    std::fs::write(folder.path().join("domo-reconcile.toml"), "[domo]\ninstance = \"acme\"\nconcurency = 2\n").unwrap();
    let ran = offline(folder.path());
    is_refused(&ran, folder.path(), 2, &["domo-reconcile.toml", "line 3", "concurency", "did you mean `concurrency`?"]);
}

#[test]
fn wrong_lines_of_a_configuration_in_their_order_and_none_said_twice() {
    let folder = folder(WORKERS.as_bytes());
    let rules = "[domo]\nconcurency = 3\n[[exception]]\naccount = true\nkinds = [\"orphn\"]\nreason = \"r\"\nowner = \"o\"\n\
                 expires = 2027-01-01\n[guards]\nmin_admin = 1\n";
    std::fs::write(folder.path().join("domo-reconcile.toml"), rules).unwrap();
    let refused = offline(folder.path());
    is_refused(&refused, folder.path(), 2, &["did you mean `concurrency`?"]);
    let lines: Vec<_> =
        refused.stderr.match_indices("line ").filter_map(|(at, _)| refused.stderr[at + 5..].split(',').next()).collect();
    assert_eq!(lines, ["2", "4", "5", "10"], "{}", refused.stderr);
}

/// What cannot be parsed, what is beyond its limit, what is no variable's name and what no rule may say: each is a line to people,
/// and an entry to programs.
#[test]
fn each_problem_of_a_configuration_stands_on_a_line_of_its_own() {
    let folder = folder(WORKERS.as_bytes());
    let rules = "[domo]\npage_size = 9999\nconcurency = 3\n[policy]\norphan = \"create\"\n[notify]\nurl_env = \"https://hooks.example/x\"\n";
    std::fs::write(folder.path().join("domo-reconcile.toml"), rules).unwrap();
    let problems = [
        "line 2, column 1: [domo] page_size is 1 to 500, not 9999",
        "line 3, column 1: unknown field `concurency`; did you mean `concurrency`?",
        "line 7, column 1: [notify] url_env is not the name of an environment variable",
        "[policy] orphan may be one of [deactivate, demote, delete, report], not create",
    ];
    let checked = run(folder.path(), ["check"]).code(2).stdout;
    let audited = offline(folder.path()).code(2).stderr;
    for said in [checked.lines(), audited.lines()] {
        let starts =
            |line: &str| line.trim_start().trim_start_matches("because: ").trim_start_matches("configuration: ").to_owned();
        let said: Vec<_> = said.map(starts).filter(|line| problems.iter().any(|problem| line.starts_with(problem))).collect();
        assert_eq!(said.len(), problems.len(), "{checked}\n{audited}");
        assert!(said.iter().zip(problems).all(|(line, problem)| line.starts_with(problem)), "{said:#?}");
    }
    let answer: serde_json::Value = serde_json::from_str(&run(folder.path(), ["check", "--json"]).code(2).stdout).unwrap();
    let listed: Vec<_> =
        answer["problems"].as_array().unwrap().iter().filter(|problem| problem["where"] == "configuration").collect();
    assert_eq!(listed.len(), problems.len(), "{answer:#}");
    assert!(
        listed.iter().zip(problems).all(|(listed, problem)| listed["problem"].as_str().unwrap().starts_with(problem)),
        "{answer:#}"
    );
}

#[test]
fn a_configuration_that_is_not_there() {
    let folder = folder(WORKERS.as_bytes());
    let ran = run(folder.path(), ["audit", "--config", "other.toml", "--accounts", "accounts.json", "--directory", "workers.csv"]);
    is_refused(&ran, folder.path(), 2, &["other.toml"]);
}

#[test]
fn accounts_that_are_not_there() {
    let folder = folder(WORKERS.as_bytes());
    let ran = run(folder.path(), ["audit", "--accounts", "account.json", "--directory", "workers.csv"]);
    is_refused(&ran, folder.path(), 2, &["account.json"]);
}

#[test]
fn accounts_that_are_not_accounts() {
    let folder = folder(WORKERS.as_bytes());
    std::fs::write(folder.path().join("accounts.json"), "{\"error\": \"not found\"").unwrap();
    is_refused(&offline(folder.path()), folder.path(), 2, &["accounts.json"]);
}

#[test]
fn a_plan_that_is_not_there() {
    for verb in ["review", "apply"] {
        let folder = folder(WORKERS.as_bytes());
        is_refused(&run(folder.path(), [verb, "plan.json"]), folder.path(), 2, &["plan.json", "or `latest`"]);
    }
}

#[test]
fn a_plan_that_is_no_plan() {
    for verb in ["review", "apply"] {
        let folder = folder(WORKERS.as_bytes());
        is_refused(&run(folder.path(), [verb, "accounts.json"]), folder.path(), 2, &["accounts.json"]);
    }
}

#[test]
fn a_journal_that_is_not_there() {
    let folder = folder(WORKERS.as_bytes());
    is_refused(&run(folder.path(), ["revert", "plan.journal.jsonl"]), folder.path(), 2, &["plan.journal.jsonl"]);
}

/// A journal that was changed is 6; a file that never was one is a slip of the hand.
#[test]
fn a_journal_that_is_none() {
    let folder = folder(WORKERS.as_bytes());
    is_refused(&run(folder.path(), ["revert", "workers.csv"]), folder.path(), 2, &["workers.csv is no journal"]);
    std::fs::write(folder.path().join("plan.journal.jsonl"), "").unwrap();
    is_refused(&run(folder.path(), ["revert", "plan.journal.jsonl"]), folder.path(), 2, &["holds no record of an apply"]);
}

#[test]
fn an_archive_that_is_a_file() {
    let folder = folder(WORKERS.as_bytes());
    let audit = ["audit", "--accounts", "accounts.json", "--directory", "workers.csv", "--archive"];
    for archive in ["workers.csv", "workers.csv/below"] {
        let ran = run(folder.path(), audit.into_iter().chain([archive]));
        is_refused(&ran, folder.path(), 2, &[archive, "--archive"]);
    }
    for verb in [["runs"].as_slice(), &["review", "latest"], &["revert", "latest"], &["verify", "latest"]] {
        let ran = run(folder.path(), verb.iter().copied().chain(["--archive", "workers.csv"]));
        is_refused(&ran, folder.path(), 2, &["workers.csv", "--archive"]);
    }
}

#[test]
fn a_run_that_is_none() {
    for verb in ["verify", "replay"] {
        let folder = folder(WORKERS.as_bytes());
        is_refused(
            &run(folder.path(), [verb, "audits/20260101T000000Z-abcdef"]),
            folder.path(),
            2,
            &["20260101T000000Z-abcdef", "or as `latest`"],
        );
    }
}

#[test]
fn wrong_usage_is_told_by_the_command_line_itself() {
    let folder = folder(WORKERS.as_bytes());
    for args in [
        &["audti"][..],
        &["audit", "--as-of", "yesterday"],
        &["audit", "--fail-on", "urgent"],
        &["review", "p.json", "--approve", "all"],
    ] {
        let ran = run(folder.path(), args.iter().copied());
        assert_eq!(ran.code, 2, "{args:?}: {}", ran.stderr);
        assert!(ran.stderr.starts_with("error: ") && ran.stdout.is_empty(), "{args:?}: {}", ran.stderr);
    }
}

/// Header and nobody: the report is written and says why it proves nothing.
#[test]
fn a_directory_of_nobody_is_incomplete_evidence() {
    let folder = folder(b"Employee ID,Work Email,Employment Status\n");
    let ran = run(folder.path(), ["audit", "--accounts", "accounts.json", "--directory", "workers.csv", "--json"]).code(3);
    let answer = ran.json();
    assert_eq!((&answer["evidence"], &answer["plan"]), (&"incomplete".into(), &serde_json::Value::Null));
    assert_eq!(answer["accounts"]["not_evaluable"], 1);
    assert!(
        Path::new(answer["run_dir"].as_str().unwrap()).is_absolute()
            || folder.path().join(answer["run_dir"].as_str().unwrap()).exists()
    );
}

#[test]
fn an_error_is_said_once_and_with_json_is_the_one_document_on_stdout() {
    let folder = folder(WORKERS.as_bytes());
    let args = ["audit", "--accounts", "accounts.json", "--directory", "worker.csv"];
    let ran = run(folder.path(), args);
    is_refused(&ran, folder.path(), 2, &["worker.csv"]);
    assert_eq!(ran.stderr.matches("worker.csv").count(), 1, "{}", ran.stderr);
    for args in [
        args.as_slice(),
        &["pull"],
        &["check", "--config", "none.toml"],
        &["verify", "none"],
        &["replay", "none"],
        &["runs", "show", "latest"],
        &["audit", "--as-of", "yesterday"],
        &["review"],
    ] {
        let ran = run(folder.path(), args.iter().copied().chain(["--json"])).code(2);
        let answer = ran.json();
        assert_eq!(answer["failed"]["exit_code"], 2, "{args:?}: {answer}");
        assert_eq!(answer["failed"]["error"], ran.stderr.trim_end(), "{args:?}: {answer}");
    }
}

#[test]
fn a_run_that_does_not_hold_fails_with_json_as_any_command_does() {
    let company = Folder::ada_and_olga();
    let run = company.run(&AUDIT).code(0).json()["run_dir"].as_str().unwrap().to_owned();
    let verify = ["verify", &run, "--json"];
    assert!(company.run(&verify).code(0).json().get("failed").is_none());
    company.write(&format!("{run}/findings.csv"), "nothing was found");
    let ran = company.run(&verify).code(1);
    let answer = ran.json();
    assert_eq!((&answer["holds"], &answer["failed"]["exit_code"]), (&false.into(), &1.into()), "{answer:#}");
    assert_eq!(answer["failed"]["error"], ran.stderr.trim_end());
    assert!(ran.stderr.contains("findings.csv"), "{}", ran.stderr);
}

#[test]
fn wrong_usage_is_a_line_of_json_where_lines_of_json_are_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    for format in [&["--log-format", "json"][..], &["--log-format=json"]] {
        let ran = run(folder.path(), ["audit", "--as-of", "yesterday"].into_iter().chain(format.iter().copied())).code(2);
        let line: serde_json::Value = serde_json::from_str(ran.stderr.trim_end()).unwrap();
        assert!(line["fields"]["message"].as_str().unwrap().contains("YYYY-MM-DD"), "{line}");
    }
}

#[test]
fn a_day_is_written_in_full() {
    let folder = folder(WORKERS.as_bytes());
    for day in ["2026-1-1", "2026-11-2 ", "20261123", "+2026-11-23"] {
        let ran = run(folder.path(), ["audit", "--as-of", day]).code(2);
        assert!(ran.stderr.contains("a day is YYYY-MM-DD"), "{day}: {}", ran.stderr);
    }
}

#[test]
fn a_kind_or_a_severity_that_there_is_not_is_no_empty_list() {
    let company = Folder::ada_and_olga();
    company.run(&AUDIT).code(0);
    for (flag, wrong, right) in
        [("--kind", "orphans", "orphan"), ("--kind", "disable", "deactivate"), ("--severity", "urgent", "medium")]
    {
        let refused = company.run(&["review", "latest", flag, wrong]).code(2);
        assert!(refused.stderr.contains(wrong) && refused.stderr.contains(right), "{}", refused.stderr);
        company.run(&["review", "latest", flag, right]).code(0);
    }
}

/// The folder that is not there, or the file that stands where a folder should, is a wrong path and no failing disk.
#[test]
fn a_place_that_nothing_can_be_written_to_is_wrong_usage() {
    let company = Folder::ada_and_olga().with("file", "a file");
    company.run(&AUDIT).code(0);
    for args in [
        &["init", "--directory", "workers.csv", "--out", "none/rules.toml"][..],
        &["init", "--directory", "workers.csv", "--out", "file/rules.toml"],
        &["pull", "--out", "none/accounts.jsonl"],
        &["review", "latest", "--split", "department", "--out", "file"],
        &["certify", "latest", "--split", "department", "--out", "file/packets"],
        &["man", "file"],
    ] {
        let ran = company.run(args).code(2);
        assert!(ran.stderr.contains("\n  next: "), "{args:?}: {}", ran.stderr);
    }
    assert_eq!(company.read("file"), "a file");
}

#[test]
fn a_configuration_that_is_named_must_be_there_for_a_command_that_needs_no_rules_too() {
    let company = Folder::ada_and_olga();
    company.run(&AUDIT).code(0);
    for verb in ["review", "certify", "replay"] {
        let ran = company.run(&[verb, "latest", "--config", "none.toml"]).code(2);
        assert!(ran.stderr.contains("cannot read the configuration none.toml"), "{verb}: {}", ran.stderr);
    }
}

#[test]
fn a_file_that_is_no_sheet_at_all_is_wrong_usage_and_not_another_plan_s() {
    let company = Folder::ada_and_olga().with("notes.csv", "shopping,list\nmilk,2\n");
    company.run(&AUDIT).code(0);
    for verb in ["review", "certify"] {
        let ran = company.run(&[verb, "latest", "--from", "notes.csv", "--by", "ana"]).code(2);
        assert!(ran.stderr.contains("notes.csv") && ran.stderr.contains("it is no sheet of a "), "{verb}: {}", ran.stderr);
    }
}

/// What a configuration that cannot be read would have named is no further problem.
#[test]
fn a_configuration_that_cannot_be_read_is_one_problem() {
    let folder = folder(WORKERS.as_bytes());
    std::fs::write(folder.path().join("rules.toml"), "[domo]\nclient_secret = \"hush hush\"\n").unwrap();
    let ran = run(folder.path(), ["check", "--config", "rules.toml"]).code(2);
    let said = ran.stdout;
    assert!(said.contains("Configuration  rules.toml\n") && said.contains("\n1 problem to put right:\n"), "{said}");
    assert!(said.contains("line 2, column 1: unknown field `client_secret`") && !said.contains("hush"), "{said}");
}

/// One mistake in the configuration hides none of the directory and of the templates, and of these none hides another.
#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let folder = folder(WORKERS.as_bytes());
    std::fs::create_dir(folder.path().join("own")).unwrap();
    std::fs::write(folder.path().join("own/report.md"), "{{ title | nosuch }}").unwrap();
    std::fs::write(folder.path().join("own/summary.md"), "{% for x in %}").unwrap();
    std::fs::write(folder.path().join("own/report.html"), "{{ nosuch.field }}").unwrap();
    std::fs::write(folder.path().join("own/texts.toml"), "[severity]\nnosuch = \"x\"\nother = \"y\"\n").unwrap();
    let rules = "[domo]\nconcurency = 3\n[[directory]]\npath = \"workers.csv\"\n[directory.columns]\nemail = \"E-Mial\"\n\
                 name = \"Nmae\"\nnmae = \"Name\"\n[report]\ntemplates = \"own\"\n\
                 [[directory]]\nurl_env = \"https://hr.example/T0PSECRET\"\n";
    std::fs::write(folder.path().join("domo-reconcile.toml"), rules).unwrap();
    let ran = run(folder.path(), ["check", "--json"]).code(2);
    let answer = ran.json();
    let problems: Vec<_> = answer["problems"].as_array().unwrap().iter().map(|one| one["problem"].as_str().unwrap()).collect();
    for told in [
        "unknown field `concurency`",
        "line 8, column 1: [directory.columns] names `nmae`, which is no field of the directory; did you mean `name`?",
        "[[directory]] url_env is not the name of an environment variable",
        "[directory.columns] email = \"E-Mial\": the file has no such column",
        "[directory.columns] name = \"Nmae\": the file has no such column",
        "report.md:1:",
        "summary.md:1:",
        "report.html:1:",
        "the report has no text `severity.nosuch`, `severity.other`",
    ] {
        assert_eq!(problems.iter().filter(|problem| problem.contains(told)).count(), 1, "{told}: {problems:#?}");
    }
    assert_eq!(problems.len(), 9, "{problems:#?}");
    assert!(ran.stderr.contains("[[directory]] number 2 is asked once the configuration is right"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("T0PSECRET"), "{}", ran.stderr);
}

/// A line that is not understood may be the one that says whose client it is: no other is tried in its place, nowhere.
#[test]
fn instances_of_a_configuration_that_is_not_valid_are_not_asked() {
    let folder = folder(WORKERS.as_bytes());
    let rules = "[[instance]]\nname = \"eu\"\napi_ulr = \"http://127.0.0.1:9\"\nclient_id_env = \"EU_ID\"\n";
    std::fs::write(folder.path().join("domo-reconcile.toml"), rules).unwrap();
    let env = [("DOMO_CLIENT_ID", "me"), ("DOMO_CLIENT_SECRET", "hush"), ("DOMO_API_URL", "http://127.0.0.1:9")];
    let ran = support::run_with(folder.path(), &env, ["check", "--directory", "workers.csv"]).code(2);
    assert!(ran.stdout.contains("no Domo was asked") && ran.stdout.contains("1 problem to put right"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("api.domo.com") && !ran.stdout.contains("127.0.0.1"), "{}", ran.stdout);
}

/// `| head -1`: the reader goes away and that is no failure.
#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let folder = folder(WORKERS.as_bytes());
    let mut child = support::command(folder.path())
        .args(["schema", "plan"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let ended = child.wait_with_output().unwrap();
    assert!(ended.status.success() && ended.stderr.is_empty(), "{ended:?}");
}
