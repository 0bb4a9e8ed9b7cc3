//! `verify` and `replay`: every tampering is told, and the same findings come out again.

use std::path::Path;
use std::process::Command;

use sha2::{Digest, Sha256};

use super::{Company, Run, verify};
use crate::support::{run, run_with};

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() { copy(&entry.path(), &target) } else { std::fs::copy(entry.path(), target).map(drop).unwrap() }
    }
}

fn files(run: &Run) -> Vec<String> {
    let manifest = run.json("manifest.json");
    manifest["files"].as_array().unwrap().iter().map(|file| file["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_tampering_with_every_file_is_told_by_name() {
    let company = Company::new();
    let run = company.audit("2026-06-01");
    company.verify(&run).code(0);
    let names = files(&run);
    for name in ["accounts.jsonl", "people.jsonl", "findings.json", "findings.csv", "plan.json", "report.html", "report.md"] {
        assert!(names.iter().any(|known| known == name), "{name} is not in the manifest");
    }
    for name in &names {
        let path = run.folder.join(name);
        let whole = std::fs::read(&path).unwrap();
        let mut flipped = whole.clone();
        let middle = flipped.len() / 2;
        flipped[middle] ^= 1;
        let mut longer = whole.clone();
        longer.push(b'\n');
        for altered in [flipped, longer, whole[..middle].to_vec(), Vec::new()] {
            std::fs::write(&path, altered).unwrap();
            let said = company.verify(&run).code(1).stdout;
            assert!(said.contains(&format!("PROBLEM: {name} was altered")), "{said}");
        }
        std::fs::remove_file(&path).unwrap();
        let said = company.verify(&run).code(1).stdout;
        assert!(said.contains(&format!("PROBLEM: {name} is missing")), "{said}");
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("/etc/hostname", &path).unwrap();
            company.verify(&run).code(1);
            std::fs::remove_file(&path).unwrap();
        }
        std::fs::write(&path, whole).unwrap();
        company.verify(&run).code(0);
    }
}

#[test]
fn every_tampering_with_every_link_of_the_chain_is_told() {
    let company = Company::new();
    let runs: Vec<_> = (1..=4).map(|month| company.audit(&format!("2026-0{month}-01"))).collect();
    let last = &runs[3];
    for earlier in &runs[..3] {
        let path = earlier.folder.join("manifest.json");
        let manifest = std::fs::read_to_string(&path).unwrap();
        // Rewritten together with a file, so that the run by itself holds.
        std::fs::write(&path, manifest.replacen("\"user\":", "\"user\" :", 1)).unwrap();
        let said = company.verify(last).code(1).stdout;
        assert!(said.contains(&format!("The manifest of {} was altered", earlier.id())), "{said}");
        let said = company.verify(earlier).code(1).stdout;
        assert!(said.contains("manifest.json was altered: the run"), "the next run betrays it: {said}");
        for damaged in ["", "{", "[]", &manifest[..manifest.len() / 2]] {
            std::fs::write(&path, damaged).unwrap();
            company.verify(last).code(1);
            company.verify(earlier).code(1);
        }
        std::fs::remove_file(&path).unwrap();
        assert!(company.verify(last).code(1).stdout.contains("is missing"));
        company.verify(earlier).code(1);
        std::fs::write(&path, manifest).unwrap();
        company.verify(last).code(0);

        let away = company.path().join("away");
        std::fs::rename(&earlier.folder, &away).unwrap();
        let said = company.verify(last).code(1).stdout;
        assert!(said.contains(&format!("{}, which the manifest of", earlier.id())) && said.contains("is missing"), "{said}");
        std::fs::rename(&away, &earlier.folder).unwrap();
    }
    // The last link: no later run betrays it, and the report says what to do about that.
    assert!(company.verify(last).code(0).stdout.contains("No later run names this manifest yet. Note its SHA-256"));
}

#[test]
fn a_chain_has_one_beginning_and_no_fork_and_a_run_keeps_its_name() {
    let company = Company::new();
    let runs: Vec<_> = (1..=3).map(|month| company.audit(&format!("2026-0{month}-01"))).collect();
    let archive = company.path().join("audits");
    for forked in [&runs[2], &runs[0]] {
        // Whole by itself: only that two of them have one before shows that one was put in.
        let id = "20260302T060000Z-abcdef";
        copy(&forked.folder, &archive.join(id));
        let manifest = std::fs::read_to_string(forked.folder.join("manifest.json")).unwrap();
        std::fs::write(archive.join(id).join("manifest.json"), manifest.replacen(&forked.id(), id, 1)).unwrap();
        let said = company.verify(&runs[2]).code(1).stdout;
        let what =
            if forked.id() == runs[0].id() { "PROBLEM: The chain has several beginnings: " } else { "PROBLEM: The chain forks: " };
        assert!(said.contains(what) && said.contains(id) && said.contains(&forked.id()), "{said}");
        verify(&archive.join(id)).code(1);
        std::fs::remove_dir_all(archive.join(id)).unwrap();
        company.verify(&runs[2]).code(0);
    }
    let renamed = archive.join("20260201T060000Z-000000");
    std::fs::rename(&runs[1].folder, &renamed).unwrap();
    let said = verify(&renamed).code(1).stdout;
    assert!(said.contains(&format!("The folder is named 20260201T060000Z-000000, the run in it is {}", runs[1].id())), "{said}");
}

#[cfg(unix)]
#[test]
fn a_manifest_that_is_a_link_is_no_manifest() {
    let company = Company::new();
    let run = company.audit("2026-06-01");
    let (manifest, away) = (run.folder.join("manifest.json"), company.path().join("away"));
    std::fs::rename(&manifest, &away).unwrap();
    std::os::unix::fs::symlink(&away, &manifest).unwrap();
    assert!(company.verify(&run).code(1).stderr.contains("is not a plain file any more"));
    assert_eq!(company.runs()["unreadable"].as_array().unwrap().len(), 1);
}

#[test]
fn a_run_is_verified_and_replayed_by_the_id_that_its_report_says() {
    let company = Company::new();
    let audited = company.audit("2026-06-01");
    let id = audited.id();
    let report = std::fs::read_to_string(audited.folder.join("report.md")).unwrap();
    assert!(report.contains(&format!("domo-reconcile verify {id}")), "{report}");
    for name in [id.as_str(), "latest"] {
        assert!(run(company.path(), ["verify", name]).code(0).stdout.contains(&id));
    }
    let elsewhere = tempfile::tempdir().unwrap();
    run(elsewhere.path(), ["verify", &id, "--archive", company.path().join("audits").to_str().unwrap()]).code(0);
    run(elsewhere.path(), ["verify", &id]).code(2);
    let replayed = run(company.path(), ["replay", &id, "--json"]).code(0).json();
    assert_eq!(replayed["replay_of"], id);
    // What is made of old data says so, and says nothing of the policy.
    let replay = std::fs::read_to_string(Path::new(replayed["run_dir"].as_str().unwrap()).join("report.md")).unwrap();
    assert!(replay.contains("This is a replay: ") && replay.contains("There is no plan: this is a replay"), "{replay}");
}

#[test]
fn a_run_copied_away_is_checked_as_far_as_it_goes() {
    let company = Company::new();
    company.audit("2026-05-01");
    let run = company.audit("2026-06-01");
    let elsewhere = tempfile::tempdir().unwrap();
    let alone = elsewhere.path().join("evidence of June");
    copy(&run.folder, &alone);
    let said = verify(&alone).code(0).stdout;
    assert!(said.contains("The chain was not checked: no archive around the folder"), "{said}");
    copy(&company.path().join("audits"), &elsewhere.path().join("whole"));
    let said = verify(&elsewhere.path().join("whole").join(run.id())).code(0).stdout;
    assert!(said.contains("back to the first"), "{said}");
}

#[test]
fn decisions_are_told_apart_from_tampering() {
    let company = Company::new();
    let audited = company.audit("2026-06-01");
    let plan = audited.folder.join("plan.json");
    let then = [("SOURCE_DATE_EPOCH", "1780300800")];
    run_with(company.path(), &then, ["review", plan.to_str().unwrap(), "--approve", "all", "--by", "ada@example.com"]).code(0);
    let said = company.verify(&audited).code(0).stdout;
    assert!(said.contains("after the run, decisions on 1 of its actions were recorded; what it proposes is unaltered"), "{said}");
    let text = std::fs::read_to_string(&plan).unwrap();
    std::fs::write(&plan, text.replace("olga.petrova", "ada.brandt")).unwrap();
    company.verify(&audited).code(1);
}

#[test]
fn files_that_came_later_are_named_and_are_no_evidence() {
    let company = Company::new();
    let audited = company.audit("2026-06-01");
    std::fs::write(audited.folder.join("signed-off.pdf"), "x").unwrap();
    let said = company.verify(&audited).code(0).stdout;
    assert!(said.contains("signed-off.pdf is not of this run"), "{said}");
    std::fs::write(audited.folder.join("plan.journal.jsonl"), "{\"n\":1}\n").unwrap();
    let said = company.verify(&audited).code(1).stdout;
    assert!(said.contains("plan.journal.jsonl was altered"), "{said}");
}

#[test]
fn a_signature_is_checked_against_those_who_may_sign() {
    let company = Company::new();
    let audited = company.audit("2026-06-01");
    let keygen = |args: &[&str]| Command::new("ssh-keygen").current_dir(company.path()).args(args).output();
    let made = ["ada", "eve"].map(|name| keygen(&["-q", "-t", "ed25519", "-N", "", "-f", name]));
    if made.iter().any(Result::is_err) {
        eprintln!("skipped: no ssh-keygen here");
        return;
    }
    let key = std::fs::read_to_string(company.path().join("ada.pub")).unwrap();
    std::fs::write(company.path().join("allowed"), format!("ada@example.com namespaces=\"domo-reconcile\" {key}")).unwrap();
    let manifest = audited.folder.join("manifest.json");
    let signature = audited.folder.join("manifest.json.sig");
    let check = || run(company.path(), ["verify", audited.folder.to_str().unwrap(), "--allowed-signers", "allowed"]);
    let sign = |key: &str, namespace: &str| {
        let _ = std::fs::remove_file(&signature);
        assert!(keygen(&["-Y", "sign", "-f", key, "-n", namespace, manifest.to_str().unwrap()]).unwrap().status.success());
    };

    assert!(check().code(1).stdout.contains("The manifest is not signed"));
    sign("ada", "domo-reconcile");
    assert!(check().code(0).stdout.contains("The manifest is signed by ada@example.com; the signature is good."));
    assert!(company.verify(&audited).code(0).stdout.contains("name --allowed-signers to check by whom"));
    sign("eve", "domo-reconcile");
    assert!(check().code(1).stdout.contains("by a key that allowed does not allow"));
    sign("ada", "email");
    check().code(1);
    sign("ada", "domo-reconcile");
    let text = std::fs::read_to_string(&manifest).unwrap();
    std::fs::write(&manifest, text.replacen("\"user\":", "\"user\" :", 1)).unwrap();
    assert!(check().code(1).stdout.contains("does not fit manifest.json"));
    run(company.path(), ["verify", audited.folder.to_str().unwrap(), "--allowed-signers", "nowhere"]).code(2);
}

#[test]
fn a_replay_gives_the_same_findings_byte_for_byte() {
    let mut company = Company::new();
    company.audit("2026-05-01");
    company.user(181, "Nobody Known", "Participant");
    company.workers.push(",No Key,,Analyst,Active,".into());
    let audited = company.audit("2026-06-01");
    // What came later does not matter, nor that the inputs are gone.
    company.users.clear();
    company.try_audit("2026-07-01");
    std::fs::remove_file(company.path().join("workers.csv")).unwrap();

    let replayed = run(company.path(), ["replay", audited.folder.to_str().unwrap(), "--json"]).code(0).json();
    assert_eq!(replayed["identical"], true, "{replayed}");
    let again = Run { folder: replayed["run_dir"].as_str().unwrap().into() };
    assert_eq!(
        std::fs::read_to_string(again.folder.join("findings.json")).unwrap(),
        std::fs::read_to_string(audited.folder.join("findings.json")).unwrap()
    );
    assert_eq!(again.json("manifest.json")["replay_of"]["run_id"], audited.id());
    company.verify(&again).code(0);
    // A replay is evidence of its own, and no part of history.
    assert_eq!(company.runs()["runs"].as_array().unwrap().len(), 4);
    company.users.push(serde_json::json!({"id": 101, "email": "ada.brandt@example.com", "name": "Ada Brandt", "role": "Admin"}));
    let next = company.audit("2026-08-01");
    assert_ne!(next.json("manifest.json")["summary"]["compared_with"], again.id());
}

/// Its own snapshot has no bytes: it is judged, certified and audited again all the same.
#[test]
fn a_run_without_accounts_is_incomplete_however_often_it_is_judged() {
    let mut company = Company::new();
    company.users.clear();
    let audited = company.run_of(&company.try_audit("2026-06-01").code(3).json());
    let folder = audited.folder.to_str().unwrap();
    let replayed = run(company.path(), ["replay", folder, "--json"]).code(3).json();
    assert_eq!((&replayed["identical"], &replayed["evidence"]), (&true.into(), &"incomplete".into()), "{replayed}");
    let told = run(company.path(), ["replay", folder]).code(3).stdout;
    assert!(told.contains("Evidence: INCOMPLETE") && told.contains("no accounts at all"), "{told}");
    let covered = run(company.path(), ["certify", folder]).code(0).stdout;
    assert!(covered.contains("0 of 0 accounts decided: ") && !covered.contains('%'), "{covered}");
    let snapshot = audited.folder.join("accounts.jsonl");
    assert_eq!(std::fs::metadata(&snapshot).unwrap().len(), 0);
    run(company.path(), ["audit", "--accounts", snapshot.to_str().unwrap(), "--directory", "workers.csv"]).code(3);
}

/// What an earlier version took was in force: it is judged and certified again.
#[test]
fn a_run_that_kept_a_configuration_which_would_be_refused_today_is_replayed_and_certified() {
    let company = Company::new();
    let now = "[domo]\ninstance = \"acme\"\n";
    let then = "[domo]\ninstance = \"acme us\"\nrequests_per_minute = 0\n[guards]\nmax_updates_percent = 200\n";
    company.folder.write("domo-reconcile.toml", now);
    let audited = company.audit("2026-06-01");
    let sha256 = |text: &str| Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let manifest = audited.read("manifest.json");
    assert!(manifest.contains(&sha256(now)), "{manifest}");
    std::fs::write(audited.folder.join("manifest.json"), manifest.replace(&sha256(now), &sha256(then))).unwrap();
    std::fs::write(audited.folder.join("config.toml"), then).unwrap();
    let folder = audited.folder.to_str().unwrap();
    for verb in ["replay", "certify"] {
        run(company.path(), [verb, folder]).code(0);
    }
    // In a configuration at hand the name is refused; a share above all there is is none.
    company.folder.write("domo-reconcile.toml", then);
    let refused = company.try_audit("2026-07-01").code(2).stderr;
    assert!(refused.contains("\"acme us\" is the name of no instance") && !refused.contains("percent"), "{refused}");
}

#[test]
fn a_file_of_a_run_names_the_run() {
    let company = Company::new();
    let audited = company.audit("2026-06-01");
    for name in ["manifest.json", "report.html"] {
        let file = audited.folder.join(name);
        for verb in [&["verify"][..], &["replay"], &["runs", "show"]] {
            run(company.path(), verb.iter().copied().chain([file.to_str().unwrap()])).code(0);
        }
    }
}

#[test]
fn a_replay_of_a_run_copied_away_remembers_its_states() {
    let company = Company::new();
    company.audit("2026-05-01");
    let audited = company.audit("2026-06-01");
    let elsewhere = tempfile::tempdir().unwrap();
    let alone = elsewhere.path().join(audited.id());
    copy(&audited.folder, &alone);
    let replayed = run(elsewhere.path(), ["replay", alone.to_str().unwrap(), "--archive", "again", "--json"]).code(0).json();
    assert_eq!(replayed["identical"], true, "{replayed}");
}

/// A replay of a replay judges with the past of the first run of them all, wherever that is.
#[test]
fn a_replay_of_a_replay_gives_the_same_findings_again() {
    let mut company = Company::new();
    let first = company.audit("2026-05-01");
    company.user(181, "Nobody Known", "Participant");
    let second = company.audit("2026-06-01");
    let path = company.path().to_owned();
    let again = |folder: &std::path::Path, archive: Option<&str>| {
        let archive = archive.iter().flat_map(|archive| ["--archive", archive]);
        let args: Vec<_> = ["replay", folder.to_str().unwrap(), "--json"].into_iter().chain(archive).collect();
        let replayed = run(&path, args).code(0).json();
        assert_eq!(replayed["identical"], true, "{replayed}");
        path.join(replayed["run_dir"].as_str().unwrap())
    };
    for original in [&first, &second] {
        for archive in [None, Some("elsewhere")] {
            let once = again(&original.folder, archive);
            again(&again(&once, archive), archive);
        }
    }
    company.user(182, "Anybody Else", "Admin");
    let third = company.audit("2026-07-01");
    assert!(third.finding("elevated", 182).is_some());
    again(&again(&third.folder, None), None);
    // Nor does it matter that the run before is not there.
    let elsewhere = tempfile::tempdir().unwrap();
    let alone = elsewhere.path().join(second.id());
    copy(&second.folder, &alone);
    again(&again(&alone, None), None);
    // Whose rights rose since then cannot be found without it, which is said and is no alarm.
    let elsewhere = tempfile::tempdir().unwrap();
    let alone = elsewhere.path().join(third.id());
    copy(&third.folder, &alone);
    let said = run(elsewhere.path(), ["replay", alone.to_str().unwrap(), "--archive", "more"]).code(0).stdout;
    assert!(said.contains("cannot all come out again") && said.contains("is not beside it"), "{said}");
}

#[test]
fn a_replay_looks_for_the_run_in_the_archive_that_is_named_and_then_in_the_usual_one() {
    let company = Company::new();
    let id = company.run_of(&company.audit_with("2026-05-01", &["--archive", "named"]).code(0).json()).id();
    let replay = |run_named: &str, archive: &str| run(company.path(), ["replay", run_named, "--archive", archive, "--json"]);
    for name in ["latest", id.as_str()] {
        assert_eq!(replay(name, "named").code(0).json()["identical"], true, "{name}");
        let nowhere = replay(name, "nowhere").code(2);
        let said = format!("neither nowhere nor audits has the run {name}");
        assert!(nowhere.stderr.contains(&said) && nowhere.stderr.contains("name the run by its folder"), "{}", nowhere.stderr);
    }
    let usual = company.audit("2026-06-01").id();
    for _ in 0..2 {
        // What was judged again into that archive before is not the latest run.
        assert_eq!(replay("latest", "again").code(0).json()["replay_of"], usual.as_str());
    }
    assert_eq!(replay(&usual, "named").code(0).json()["replay_of"], usual.as_str());
}

#[test]
fn the_line_that_says_what_comes_next_can_be_typed_as_it_stands() {
    let company = Company::new();
    company.prepare();
    let audit = ["audit", "--accounts", "users.json", "--directory", "workers.csv", "--archive", "my audits"];
    let said = run(company.path(), audit).code(0).stdout;
    let next = said.lines().find_map(|line| line.strip_prefix("Next:   domo-reconcile ")).unwrap();
    assert!(next.starts_with("review 'my audits/"), "{next}");
    let reviewed = company.shell(&format!("\"$PROGRAM\" {next} --approve all --by ada")).code(0).stdout;
    assert!(reviewed.contains("Next:   domo-reconcile apply '"), "{reviewed}");
}

/// Without a file, the defaults were in force, and that is on record.
#[test]
fn a_run_keeps_the_configuration_in_force_and_counts_what_it_read() {
    let mut company = Company::new();
    let first = company.audit("2026-05-01");
    let kept = first.read("config.toml");
    assert!(kept.starts_with('#') && domo_reconcile::config::Config::parse(&kept).unwrap() == Default::default(), "{kept}");
    assert_eq!(first.json("manifest.json")["config"]["file"], serde_json::Value::Null);
    assert_eq!(first.json("manifest.json")["inputs"][0]["rows"], 6);
    company.verify(&first).code(0);
    // Of what came beside the run: rows of a list, none of a page.
    let review = ["review", first.folder.to_str().unwrap(), "--reject", "all", "--by", "ada", "--comment", "one\nand two"];
    company.folder.run_at("2026-05-02T06:00:00Z", &review).code(0);
    company.user(181, "Nobody Known", "Participant");
    let second = company.audit("2026-06-01");
    let manifest = second.json("manifest.json");
    let rows = |name: &str| {
        let inputs = manifest["inputs"].as_array().unwrap();
        inputs.iter().find(|input| input["name"].as_str().unwrap().ends_with(name)).unwrap()["rows"].clone()
    };
    let decided = first.json("plan.json")["actions"].as_array().unwrap().len();
    assert_eq!((rows("decisions.csv"), rows("decisions.html")), (decided.into(), 0.into()), "{manifest}");
    let shown = run(company.path(), ["runs", "show", "latest"]).code(0).stdout;
    assert!(shown.contains("Read accounts: users.json, 7 rows, "), "{shown}");
    let page = shown.lines().find(|line| line.contains("decisions.html")).unwrap();
    assert!(!page.contains("row"), "{page}");
    assert!(shown.contains("New or back 1, resolved 0, gone with its row 0"), "{shown}");
    let listed = run(company.path(), ["runs"]).code(0).stdout;
    assert!(listed.contains("New or back") && listed.contains("Resolved"), "{listed}");
}

#[test]
fn redacted_runs_are_compared_without_naming_anybody() {
    let mut company = Company::new();
    company.user(181, "Nobody Known", "Participant");
    let states = |run: &Run| -> Vec<String> {
        let findings = run.json("findings.json");
        let findings = findings["findings"].as_array().unwrap().iter();
        findings.filter(|finding| finding["state"] != "open").map(|finding| finding["account"]["id"].to_string()).collect()
    };
    company.audit_redacted("2026-05-01");
    // Redacted after redacted, in clear after redacted, redacted after in clear: nothing changed.
    assert_eq!(states(&company.audit_redacted("2026-05-02")), [""; 0]);
    assert_eq!(states(&company.audit("2026-05-03")), [""; 0]);
    assert_eq!(states(&company.audit_redacted("2026-05-04")), [""; 0]);

    // What a run in clear said of somebody who is gone is not repeated.
    company.workers.push("900,Zoe Quist,zoe.quist@example.com,Analyst,Active,".into());
    company.users.push(
        serde_json::json!({"id": 182, "email": "zz@example.com", "name": "Zoe Quist", "role": "Participant", "active": true}),
    );
    let clear = company.audit("2026-05-04").json("findings.json").to_string();
    assert!(clear.contains("Zoe Quist (workers.csv row"), "{clear}");
    company.users.pop();
    company.workers.pop();
    let gone = std::fs::read_to_string(company.audit_redacted("2026-05-04").folder.join("report.html")).unwrap();
    assert!(gone.contains("The reason stands in the previous run") && !gone.contains("Zoe Quist"));

    // A name that did change is told, and said nowhere.
    company.users.iter_mut().find(|user| user["id"] == 181).unwrap()["name"] = "Somebody Else".into();
    let renamed = company.audit_redacted("2026-05-05");
    assert_eq!(states(&renamed), ["181"]);
    for file in ["report.html", "report.md", "findings.json", "findings.csv"] {
        let text = crate::support::page(&renamed.folder.join(file));
        assert!(!text.contains("Somebody Else") && !text.contains("Nobody Known") && !text.contains("nobody.known"), "{file}");
    }
    assert!(std::fs::read_to_string(renamed.folder.join("report.html")).unwrap().contains("name changed"));
}

#[test]
fn what_was_set_right_since_a_redacted_run_is_not_gone_with_its_row() {
    let mut company = Company::new();
    company.workers[2] = company.workers[2].replace("Active,", "Terminated,2026-04-20");
    company.audit_redacted("2026-05-01");
    company.users.iter_mut().find(|user| user["id"] == 103).unwrap()["active"] = false.into();
    company.workers.pop();
    let change = company.try_audit("2026-06-01").code(0).json()["change"].clone();
    assert_eq!((&change["resolved"], &change["gone"]), (&1.into(), &0.into()), "{change}");
}

/// Tokens under a piece of the secret are other ones, and can be guessed.
#[test]
fn a_secret_of_redaction_that_was_cut_is_refused() {
    let company = Company::new();
    let archive = company.audit_redacted("2026-06-01").folder.parent().unwrap().to_owned();
    let path = archive.join("redaction.secret");
    let secret = std::fs::read(&path).unwrap();
    assert_eq!(secret.len(), 32);
    for cut in [0, 31] {
        std::fs::write(&path, &secret[..cut]).unwrap();
        let refused = company.audit_with("2026-06-02", &["--redact"]).code(1).stderr;
        assert!(refused.contains("redaction.secret") && refused.contains(&format!("has {cut} bytes, not 32")), "{refused}");
    }
    std::fs::write(&path, &secret).unwrap();
    company.audit_redacted("2026-06-03");
}

#[test]
fn a_replay_of_a_redacted_run_names_nobody_either() {
    let company = Company::new();
    let audited = company.audit_redacted("2026-06-01");
    let replay = |folder: &Path, archive: &Path| {
        run(company.path(), ["replay", folder.to_str().unwrap(), "--json", "--archive", archive.to_str().unwrap()])
    };
    let elsewhere = tempfile::tempdir().unwrap();
    for archive in [audited.folder.parent().unwrap(), elsewhere.path()] {
        let replayed = replay(&audited.folder, archive).code(0).json();
        assert_eq!(replayed["identical"], true, "{replayed}");
        let again = Path::new(replayed["run_dir"].as_str().unwrap());
        for file in ["report.html", "report.md", "findings.csv", "accounts.csv", "people.csv"] {
            let text = crate::support::page(&again.join(file));
            assert!(!text.contains("Ada Brandt") && !text.contains("ada.brandt@"), "{file}");
        }
    }
    // Without the secret of its tokens nothing is written at all.
    let alone = tempfile::tempdir().unwrap();
    let copied = alone.path().join(audited.id());
    copy(&audited.folder, &copied);
    let refused = replay(&copied, &alone.path().join("again")).code(1);
    assert!(refused.stderr.contains("secret of its tokens"), "{}", refused.stderr);
    assert!(!alone.path().join("again").exists());
}

#[test]
fn a_replay_with_another_configuration_says_what_it_would_have_found() {
    let company = Company::new();
    let audited = company.audit("2026-06-01");
    let rules = "[[exclude]]\nid = 180\nreason = \"contractor\"\nowner = \"finance@example.com\"\n";
    std::fs::write(company.path().join("other.toml"), rules).unwrap();
    let replayed =
        run(company.path(), ["replay", audited.folder.to_str().unwrap(), "--config", "other.toml", "--json"]).code(0).json();
    assert_eq!((replayed["identical"].as_bool(), replayed["same_rules"].as_bool()), (Some(false), Some(false)));
    assert_eq!(replayed["differences"]["gone"][0]["subject"], "olga.petrova@example.com");
}

#[test]
fn a_replay_refuses_altered_evidence() {
    let company = Company::new();
    let audited = company.audit("2026-06-01");
    for name in ["accounts.jsonl", "people.jsonl", "findings.json"] {
        let path = audited.folder.join(name);
        let whole = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, whole.replace("olga", "0lga").replace("Ada", "Eva")).unwrap();
        let refused = run(company.path(), ["replay", audited.folder.to_str().unwrap()]).code(1);
        assert!(refused.stderr.contains("it was altered"), "{}", refused.stderr);
        if name == "findings.json" {
            let refused = run(company.path(), ["runs", "diff", "latest", "latest"]).code(1);
            assert!(refused.stderr.contains("it was altered"), "{}", refused.stderr);
        }
        std::fs::write(&path, whole).unwrap();
    }
    run(company.path(), ["replay", audited.folder.to_str().unwrap()]).code(0);
}
