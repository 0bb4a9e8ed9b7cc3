//! What somebody who may write beside us, send us files or read our output could try: links, devices, pipes, names that overwrite,
//! secrets in the wrong place, cells that a spreadsheet runs.
#![cfg(unix)]

use std::io::{Read, Write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::folder::Folder;
use super::support::{command, run, run_with};

const AUDIT: [&str; 5] = ["audit", "--accounts", "users.json", "--directory", "workers.csv"];

/// The last run of the chain.
fn newest(folder: &Path) -> PathBuf {
    let runs = std::fs::read_dir(folder.join("audits")).unwrap().flatten().map(|entry| entry.path());
    let number = |run: &PathBuf| -> Option<u64> {
        let manifest: serde_json::Value = serde_json::from_slice(&std::fs::read(run.join("manifest.json")).ok()?).ok()?;
        manifest["number"].as_u64()
    };
    runs.max_by_key(number).unwrap()
}

#[test]
fn a_lock_or_a_journal_that_is_a_link_changes_nothing_behind_it() {
    for plant in
        [|from: &Path, to: &Path| symlink(from, to).unwrap(), |from: &Path, to: &Path| std::fs::hard_link(from, to).unwrap()]
    {
        let company = Folder::ada_and_olga();
        let precious = company.path().join("precious");
        std::fs::write(&precious, "keep me").unwrap();
        std::fs::create_dir(company.path().join("audits")).unwrap();
        plant(&precious, &company.path().join("audits/archive.lock"));
        let refused = run(company.path(), AUDIT).code(1);
        assert!(refused.stderr.contains("archive.lock"), "{}", refused.stderr);
        std::fs::remove_file(company.path().join("audits/archive.lock")).unwrap();

        run(company.path(), AUDIT).code(0);
        let plan = newest(company.path()).join("plan.json");
        plant(&precious, &plan.with_extension("lock"));
        let plan = plan.to_str().unwrap();
        run(company.path(), ["review", plan, "--approve", "all", "--by", "ana"]).code(1);
        assert_eq!(std::fs::read_to_string(&precious).unwrap(), "keep me");
    }
}

#[test]
fn an_archive_that_others_may_write_to_is_said() {
    let company = Folder::ada_and_olga();
    let archive = company.path().join("audits");
    std::fs::create_dir(&archive).unwrap();
    for (mode, who) in [(0o777, Some("everybody may write")), (0o770, Some("a group may write")), (0o755, None)] {
        std::fs::set_permissions(&archive, std::fs::Permissions::from_mode(mode)).unwrap();
        let said = run(company.path(), AUDIT).code(0).stderr;
        assert_eq!(said.contains("may write"), who.is_some(), "{mode:o}: {said}");
        assert!(said.contains(who.unwrap_or_default()), "{mode:o}: {said}");
    }
}

/// A Domo that gives a token and one account, or an answer of its own to the first request.
fn serve(answers: Vec<String>) -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for answer in answers {
            let Ok((mut asked, _)) = listener.accept() else { return };
            let _ = asked.read(&mut [0; 1 << 14]);
            let _ = asked.write_all(answer.as_bytes());
        }
    });
    url
}

#[test]
fn a_pull_overwrites_nothing_but_a_snapshot() {
    let company = Folder::ada_and_olga();
    run(company.path(), AUDIT).code(0);
    let run_folder = newest(company.path());
    let domo = super::local_domo::LocalDomo::of_the_sample_company();
    let pull = |out: &Path| {
        let mut pull = command(company.path());
        pull.envs(domo.env()).args(["pull", "--out"]).arg(out).output().unwrap().status.code()
    };
    let link = company.path().join("link.jsonl");
    let snapshot = company.path().join("accounts.jsonl");
    assert_eq!(pull(&snapshot), Some(0));
    symlink(&snapshot, &link).unwrap();
    let kept = [
        run_folder.join("manifest.json"),
        // A snapshot, and in an archive all the same.
        run_folder.join("accounts.jsonl"),
        company.path().join("audits/archive.lock"),
        company.path().join("workers.csv"),
        company.path().join("users.json"),
        link,
    ];
    for path in &kept {
        let before = std::fs::read(path).unwrap();
        assert_eq!(pull(path), Some(2), "{}", path.display());
        assert_eq!(std::fs::read(path).unwrap(), before, "{}", path.display());
    }
    assert!(kept[5].is_symlink());
    assert_eq!(pull(&snapshot), Some(0), "last month's snapshot");
}

#[test]
fn a_secret_in_place_of_its_variables_name_is_refused_and_never_shown() {
    for (config, secret) in [
        ("[notify]\nurl_env = \"https://hooks.example/T0PSECRET\"\n", "T0PSECRET"),
        ("[[instance]]\nname = \"eu\"\nclient_id_env = \"EU\"\nclient_secret_env = \"hush-T0PSECRET\"\n", "T0PSECRET"),
    ] {
        let company = Folder::ada_and_olga();
        std::fs::write(company.path().join("domo-reconcile.toml"), config).unwrap();
        for args in [&AUDIT[..], &["check"], &["check", "--json"], &["pull"]] {
            let refused = run(company.path(), args.iter().copied()).code(2);
            let said = format!("{}{}", refused.stdout, refused.stderr);
            assert!(said.contains("_env is not the name of an environment variable") && !said.contains(secret), "{args:?}: {said}");
        }
        assert!(!company.path().join("audits").exists());
    }
    let company = Folder::ada_and_olga();
    let env = [("DOMO_CLIENT_ID", "id"), ("DOMO_CLIENT_SECRET_FILE", "8f2c9d41a7b3e650T0PSECRET")];
    let refused = run_with(company.path(), &env, ["pull"]).code(2);
    assert!(refused.stderr.contains("DOMO_CLIENT_SECRET_FILE") && !refused.stderr.contains("T0PSECRET"), "{}", refused.stderr);
}

#[test]
fn a_secret_that_a_server_echoes_in_another_form_is_not_shown() {
    let company = Folder::ada_and_olga();
    let body = r#"{"error": "bad client s3cr%2Ft%2B or s3cr%252Ft%252B or s3cr\/t+"}"#;
    let answer = format!("HTTP/1.1 401 Unauthorized\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
    let url = serve(vec![answer]);
    let env = [("DOMO_API_URL", url.as_str()), ("DOMO_CLIENT_ID", "id"), ("DOMO_CLIENT_SECRET", "s3cr/t+")];
    let refused = run_with(company.path(), &env, ["pull", "-vv"]).code(1);
    assert!(refused.stderr.contains("[secret]") && !refused.stderr.contains("s3cr"), "{}", refused.stderr);
}

#[test]
fn a_child_process_gets_no_secrets() {
    let company = Folder::ada_and_olga();
    run(company.path(), AUDIT).code(0);
    let run = newest(company.path());
    std::fs::write(run.join("manifest.json.sig"), "a signature").unwrap();
    std::fs::write(company.path().join("signers"), "").unwrap();
    let tools = company.path().join("tools");
    std::fs::create_dir(&tools).unwrap();
    let seen = company.path().join("seen");
    let keygen = format!("#!/bin/sh\n/usr/bin/env > {}\necho ada@acme.example\n", seen.display());
    std::fs::write(tools.join("ssh-keygen"), keygen).unwrap();
    std::fs::set_permissions(tools.join("ssh-keygen"), std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut verify = command(company.path());
    verify.env("PATH", &tools).envs([("DOMO_CLIENT_SECRET", "hush"), ("OKTA_TOKEN", "hush"), ("AUDIT_WEBHOOK", "hush")]);
    verify.arg("verify").arg(&run).args(["--allowed-signers", "signers"]).output().unwrap();
    let seen = std::fs::read_to_string(seen).unwrap();
    assert!(seen.contains("PATH=") && !seen.contains("hush"), "{seen}");
}

#[test]
fn no_cell_of_any_table_is_run_by_a_spreadsheet() {
    let company = Folder::ada_and_olga();
    let users = company.read("users.json").replace("Olga Petrova", ";=1+2;").replace("Ada Byron", " =1+1");
    std::fs::write(company.path().join("users.json"), users).unwrap();
    std::fs::write(company.path().join("workers.csv"), company.read("workers.csv").replace("Ada Byron", "Ada; @SUM(1)")).unwrap();
    run(company.path(), AUDIT).code(0);
    let folder = newest(company.path());
    let tables = std::fs::read_dir(&folder).unwrap().flatten().map(|entry| entry.path());
    let tables: Vec<_> = tables.filter(|path| path.extension().is_some_and(|ending| ending == "csv")).collect();
    assert!(tables.len() >= 5, "{tables:?}");
    for path in tables {
        let text = std::fs::read_to_string(&path).unwrap();
        // As it is, and as where `;` ends a cell.
        for delimiter in [b',', b';'] {
            let mut reader =
                csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
            for record in reader.records().flatten() {
                let run = record.iter().find(|cell| cell.trim_start().starts_with(['=', '+', '-', '@']));
                assert_eq!(run, None, "{} {record:?}", path.display());
            }
        }
    }
}

#[test]
fn a_device_is_no_input() {
    let company = Folder::ada_and_olga();
    std::fs::create_dir(company.path().join("templates")).unwrap();
    symlink("/dev/zero", company.path().join("templates/report.html")).unwrap();
    std::fs::write(company.path().join("templates.toml"), "[report]\ntemplates = \"templates\"\n").unwrap();
    for args in [
        &["audit", "--accounts", "/dev/zero", "--directory", "workers.csv"][..],
        &["audit", "--accounts", "users.json", "--directory", "/dev/zero"],
        &["audit", "--accounts", "users.json", "--directory", "workers.csv", "--config", "templates.toml"],
        &["audit", "--config", "/dev/zero"],
        &["apply", "/dev/zero"],
        &["review", "/dev/zero"],
        &["revert", "/dev/zero"],
        &["sandbox", "--accounts", "/dev/zero"],
        &["init", "--accounts", "/dev/zero", "--directory", "workers.csv"],
    ] {
        let refused = run(company.path(), args.iter().copied()).code(2);
        assert!(refused.stderr.contains("it is a device"), "{args:?}: {}", refused.stderr);
    }
}

#[test]
fn a_pipe_is_read_and_one_that_nobody_writes_to_can_be_left() {
    let company = Folder::ada_and_olga();
    let (pipe, users) = (company.at("pipe"), company.read("users.json"));
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let export = "User ID,Display Name,Email,Role\n7,Ada Byron,ada@acme.com,Admin\n";
    for accounts in [users.as_str(), export] {
        let (to, accounts) = (pipe.clone(), accounts.to_owned());
        let writer = std::thread::spawn(move || std::fs::write(to, accounts));
        run(company.path(), ["audit", "--accounts", "pipe", "--directory", "workers.csv"]).code(0);
        writer.join().unwrap().unwrap();
    }

    for args in [
        &["audit", "--accounts", "pipe", "--directory", "workers.csv"][..],
        &["audit", "--accounts", "users.json", "--directory", "pipe"],
        &["apply", "pipe"],
        &["check", "--config", "pipe"],
    ] {
        let waiting = command(company.path()).args(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // Opened by both: from now on it waits for bytes.
        let _held = std::fs::OpenOptions::new().write(true).open(&pipe).unwrap();
        assert!(Command::new("kill").args(["-TERM", &waiting.id().to_string()]).status().unwrap().success());
        assert_eq!(waiting.wait_with_output().unwrap().status.code(), Some(130), "{args:?}");
    }
}

#[test]
fn absurd_numbers_are_refused_with_their_limits_all_at_once() {
    let company = Folder::ada_and_olga();
    let config = "[domo]\nconcurrency = 9223372036854775807\nrequests_per_minute = 3001\npage_size = 501\nactivity_days = 36501\n\
                  [policy]\nplan_valid_days = 4294967295\n";
    std::fs::write(company.path().join("domo-reconcile.toml"), config).unwrap();
    let refused = run(company.path(), AUDIT).code(2);
    for limit in ["1 to 64", "1 to 3000", "1 to 500", "0 to 36500", "0 to 3650,"] {
        assert!(refused.stderr.contains(limit), "{limit}: {}", refused.stderr);
    }
    run(company.path(), [&AUDIT[..], &["--as-of", "+262142-12-31"]].concat()).code(2);
    std::fs::remove_file(company.path().join("domo-reconcile.toml")).unwrap();
    run_with(company.path(), &[("SOURCE_DATE_EPOCH", "8210266876799")], AUDIT).code(0);
}

#[test]
fn a_redacted_run_shows_no_word_and_no_name_of_the_file_it_read() {
    let company = Folder::ada_and_olga();
    let workers =
        windows_1252("Employee ID,Name,Work Email,Status\n7,Ada Müßiggang,ada@acme.example,Active\n,Sören Lost,,Active\n");
    std::fs::write(company.path().join("berlin-staff.csv"), workers).unwrap();
    let config = "[[directory]]\npath = \"berlin-staff.csv\"\n[domo]\nclient_owner = \"ada@acme.example\"\n\
                  [[exclude]]\nemail = \"svc-robot@acme.example\"\nreason = \"asked by olga@acme.example, +49 170 5551234\"\nowner = \"Zoe\"\n\
                  [[link]]\naccount = \"nobody@acme.example\"\nperson = \"990107\"\nreason = \"a friend of Zoe\"\nowner = \"Zoe Quill\"\n\
                  [[exception]]\naccount = \"olga@acme.example\"\nkinds = [\"orphan\"]\nreason = \"Zoe knows\"\nowner = \"Zoe Quill\"\n\
                  expires = 2099-12-31\n[expected]\nname = [\"Zoe*\"]\n";
    std::fs::write(company.path().join("domo-reconcile.toml"), config).unwrap();
    let clear = run(company.path(), ["audit", "--accounts", "users.json"]).code(0);
    let page = std::fs::read_to_string(newest(company.path()).join("report.html")).unwrap();
    assert!(page.contains("Müßiggang") && page.contains("berlin-staff.csv"), "{}", clear.stderr);
    let manifest = std::fs::read_to_string(newest(company.path()).join("manifest.json")).unwrap();
    assert!(!manifest.contains("Müßiggang"), "a manifest outlives its run");

    let said = run(company.path(), ["audit", "--accounts", "users.json", "--redact"]).code(0).stdout;
    let folder = newest(company.path());
    let in_clear = said.lines().find_map(|line| line.split_once("still in clear, to be kept: ")).unwrap().1;
    let files: Vec<_> =
        std::fs::read_dir(&folder).unwrap().flatten().map(|entry| entry.file_name().into_string().unwrap()).collect();
    assert!(files.iter().any(|name| name == "redaction-key.csv"), "{files:?}");
    for name in files.iter().filter(|name| !in_clear.split(", ").any(|clear| clear == name.as_str())) {
        let text = crate::support::page(&folder.join(name));
        let people =
            ["Müßiggang", "ada@acme.example", "Ada", "Olga Petrova", "svc-robot@", "olga@", "Sören", "Zoe", "5551234", "990107"];
        for word in people.into_iter().chain(["berlin-staff", "users.json"]) {
            assert!(!text.contains(word), "{name} shows {word}");
        }
    }
}

/// Text as an old Windows writes it.
fn windows_1252(text: &str) -> Vec<u8> {
    text.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap()).collect()
}

#[test]
fn forty_thousand_exact_exclusions_and_rules_are_looked_up() {
    let folder = Folder::ada_and_olga();
    let count = 40_000;
    let users: Vec<_> = (0..count)
        .map(|id| serde_json::json!({"id": 1000 + id, "name": format!("Robot {id}"), "email": format!("robot{id}@acme.example"), "role": "Social"}))
        .collect();
    std::fs::write(folder.path().join("users.json"), serde_json::to_vec(&users).unwrap()).unwrap();
    let rules: String = (0..count)
        .map(|id| match id % 2 {
            0 => format!("[[exclude]]\nemail = \"Robot{id}@acme.example\"\nreason = \"robots\"\nowner = \"ada@acme.example\"\n"),
            _ => format!("[[exclude]]\nid = {}\nreason = \"robots\"\nowner = \"ada@acme.example\"\n", 1000 + id),
        })
        .collect();
    std::fs::write(folder.path().join("domo-reconcile.toml"), rules).unwrap();
    let ran = run(folder.path(), ["audit", "--accounts", "users.json", "--directory", "workers.csv", "--json"]).code(0);
    assert_eq!(ran.json()["accounts"]["excluded"], count);
}
