//! The exit code is the verdict: neither a reader that goes away nor a document that cannot be written turns it into another, and a
//! signal ends the program as an interruption that says so.
#![cfg(unix)]

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::folder::Folder;
use super::support::{command, run};

/// The exit code where nobody reads what the command prints.
fn unread(mut command: Command) -> Option<i32> {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    command.stdout(writer).stderr(Stdio::null()).status().unwrap().code()
}

#[test]
fn a_reader_that_went_away_does_not_change_how_an_audit_ends() {
    let company = Folder::ada_and_olga();
    let audit = |more: &[&str]| {
        let mut audit = command(company.path());
        audit.args(["audit", "--accounts", "users.json", "--directory", "workers.csv"]).args(more);
        unread(audit)
    };
    for json in [&["--json"][..], &[]] {
        assert_eq!(audit(&[json, &["--fail-on", "medium"]].concat()), Some(4));
        assert_eq!(audit(json), Some(0));
    }
    std::fs::write(company.path().join("workers.csv"), "Employee ID,Name,Work Email,Status\n").unwrap();
    for json in [&["--json"][..], &[]] {
        assert_eq!(audit(json), Some(3), "an empty directory is no evidence");
    }
}

#[test]
fn a_reader_that_went_away_hides_neither_a_tampered_run_nor_a_wrong_configuration() {
    let company = Folder::ada_and_olga();
    run(company.path(), ["audit", "--accounts", "users.json", "--directory", "workers.csv"]).code(0);
    let there = std::fs::read_dir(company.path().join("audits")).unwrap().flatten().map(|entry| entry.path());
    let run = there.into_iter().find(|path| path.join("manifest.json").exists()).unwrap();
    std::fs::write(run.join("findings.csv"), "nothing was found").unwrap();
    std::fs::write(company.path().join("wrong.toml"), "[domo]\ninstanse = \"acme\"\n").unwrap();
    for json in [&["--json"][..], &[]] {
        let mut verify = command(company.path());
        verify.arg("verify").arg(&run).args(json);
        assert_eq!(unread(verify), Some(1));
        let mut check = command(company.path());
        check.args(["check", "--config", "wrong.toml"]).args(json);
        assert_eq!(unread(check), Some(2));
    }
}

#[test]
fn a_path_that_no_document_can_name_is_refused_before_there_is_a_run() {
    use std::os::unix::ffi::OsStrExt;
    let company = Folder::ada_and_olga();
    let archive = std::ffi::OsStr::from_bytes(b"audits-\xFF");
    let mut audit = command(company.path());
    audit.args(["audit", "--accounts", "users.json", "--directory", "workers.csv", "--archive"]).arg(archive);
    let with_json = audit.arg("--json").output().unwrap();
    assert_eq!(with_json.status.code(), Some(2), "{with_json:?}");
    let document: serde_json::Value = serde_json::from_slice(&with_json.stdout).unwrap();
    assert_eq!(document["failed"]["exit_code"], 2);
    assert!(!company.path().join(archive).exists());
}

/// A Domo that accepts and never answers.
struct Silent(TcpListener);

impl Silent {
    fn start() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").unwrap())
    }

    fn command(&self, folder: &Path, args: &[&str]) -> Command {
        let mut command = command(folder);
        let url = format!("http://{}", self.0.local_addr().unwrap());
        command.envs([("DOMO_API_URL", url.as_str()), ("DOMO_CLIENT_ID", "id"), ("DOMO_CLIENT_SECRET", "hush")]);
        command.args(args).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }
}

/// The same command with the signals as a terminal leaves them: whoever runs these tests in the background of a shell ignores
/// SIGINT, and so would the program, for good.
fn hearing(quiet: Command) -> Command {
    let mut command = Command::new("env");
    command.env_clear().arg("--default-signal=INT,TERM,HUP").arg(quiet.get_program()).args(quiet.get_args());
    command.envs(quiet.get_envs().filter_map(|(name, value)| Some((name, value?)))).current_dir(quiet.get_current_dir().unwrap());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn send(child: &Child, signal: &str) {
    assert!(Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status().unwrap().success());
}

/// What an audit that a signal ended leaves: a page that says so, the notice of whoever watches, and no run.
#[track_caller]
fn ended_by_a_signal(company: &Path, audit: Child, what: &str) {
    let ended = audit.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(130), "{what}: {said}");
    let page = files_of(company).into_iter().find(|page| page.ends_with("report.html")).unwrap();
    let page = std::fs::read_to_string(page).unwrap();
    assert!(page.contains("this run failed") && page.contains("interrupted"), "{what}: {page}");
    let metrics = std::fs::read_to_string(company.join("domo.prom")).unwrap();
    assert!(metrics.contains("domo_reconcile_run_exit_code{instance=\"domo\"} 130"), "{what}: {metrics}");
    assert!(!files_of(company).iter().any(|file| file.ends_with("manifest.json")), "{what}");
}

/// The files in the folders of the archive, and beside them.
fn files_of(company: &Path) -> Vec<PathBuf> {
    let inside = |folder: &Path| -> Vec<PathBuf> {
        std::fs::read_dir(folder).map(|there| there.flatten().map(|entry| entry.path()).collect()).unwrap_or_default()
    };
    let archive = inside(&company.join("audits"));
    archive.iter().flat_map(|path| inside(path)).chain(archive.clone()).collect()
}

const WATCHED: &str = "[[directory]]\npath = \"workers.csv\"\n[notify]\ntextfile = \"domo.prom\"\n";

#[test]
fn every_signal_ends_an_audit_that_pulls_with_a_page_and_a_notice_that_say_so() {
    for signal in ["INT", "TERM", "HUP"] {
        let company = Folder::ada_and_olga();
        std::fs::write(company.path().join("domo-reconcile.toml"), WATCHED).unwrap();
        let domo = Silent::start();
        let audit = hearing(domo.command(company.path(), &["audit"])).spawn().unwrap();
        let asked = domo.0.accept().unwrap();
        send(&audit, signal);
        ended_by_a_signal(company.path(), audit, signal);
        drop(asked);
    }
}

/// Starts a program that reads a pipe in place of a file, and waits until it does; it goes on waiting for bytes.
fn reading_a_silent_pipe(path: &Path, reader: Command) -> (Child, std::fs::File) {
    let _ = std::fs::remove_file(path);
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    let (child, begin) = (hearing(reader).spawn().unwrap(), std::time::Instant::now());
    let mut writing = std::fs::OpenOptions::new();
    std::os::unix::fs::OpenOptionsExt::custom_flags(writing.write(true), rustix::fs::OFlags::NONBLOCK.bits().cast_signed());
    loop {
        match writing.open(path) {
            Ok(pipe) => return (child, pipe),
            // Nobody reads yet.
            Err(_) if begin.elapsed() < std::time::Duration::from_secs(60) => {
                std::thread::sleep(std::time::Duration::from_millis(1))
            }
            Err(error) => panic!("nobody reads {}: {error}; {:?}", path.display(), child.wait_with_output()),
        }
    }
}

#[test]
fn a_signal_while_the_directory_or_the_accounts_are_read_leaves_a_page_and_a_notice() {
    for file in ["workers.csv", "users.json"] {
        let company = Folder::ada_and_olga();
        std::fs::write(company.path().join("domo-reconcile.toml"), WATCHED).unwrap();
        let mut audit = command(company.path());
        audit.args(["audit", "--accounts", "users.json"]);
        let (audit, _held) = reading_a_silent_pipe(&company.path().join(file), audit);
        send(&audit, "TERM");
        ended_by_a_signal(company.path(), audit, file);
    }
}

#[test]
fn a_signal_while_it_is_judged_leaves_a_page_and_a_notice() {
    let company = Folder::ada_and_olga();
    std::fs::write(company.path().join("domo-reconcile.toml"), WATCHED).unwrap();
    let user = |id: u32| format!("{{\"id\": {id}, \"name\": \"P {id}\", \"email\": \"p{id}@acme.example\", \"role\": \"Social\"}}");
    let users: Vec<_> = (1..20_000).map(user).collect();
    std::fs::write(company.path().join("users.json"), format!("[{}]", users.join(","))).unwrap();
    let mut audit = command(company.path());
    audit.args(["audit", "--accounts", "users.json"]);
    let audit = hearing(audit).spawn().unwrap();
    let begin = std::time::Instant::now();
    // Kept while it is judged.
    while !files_of(company.path()).iter().any(|file| file.ends_with("accounts.jsonl")) {
        assert!(begin.elapsed() < std::time::Duration::from_secs(60), "nothing was kept");
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    send(&audit, "TERM");
    ended_by_a_signal(company.path(), audit, "judging");
}

#[test]
fn a_signal_before_the_first_of_several_instances_is_told_of_each_on_the_page_over_all() {
    let company = Folder::ada_and_olga();
    let instance =
        |name: &str| format!("[[instance]]\nname = \"{name}\"\nclient_id_env = \"ID_{name}\"\nclient_secret_env = \"SECRET\"\n");
    std::fs::write(company.path().join("domo-reconcile.toml"), format!("{WATCHED}{}{}", instance("eu"), instance("us"))).unwrap();
    let mut audit = command(company.path());
    audit.arg("audit").envs([("ID_eu", "eu"), ("ID_us", "us"), ("SECRET", "hush")]);
    let (audit, _held) = reading_a_silent_pipe(&company.path().join("workers.csv"), audit);
    send(&audit, "TERM");
    assert_eq!(audit.wait_with_output().unwrap().status.code(), Some(130));
    let page = files_of(company.path()).into_iter().find(|file| file.extension().is_some_and(|ending| ending == "html")).unwrap();
    let page = std::fs::read_to_string(page).unwrap();
    assert_eq!(page.matches("interrupted before it was this instance").count(), 2, "{page}");
    let metrics = std::fs::read_to_string(company.path().join("domo.prom")).unwrap();
    for instance in ["eu", "us"] {
        let line = format!("domo_reconcile_run_exit_code{{instance=\"{instance}\"}} 130");
        assert!(metrics.contains(&line), "{metrics}");
    }
}

#[test]
fn every_signal_ends_a_command_that_has_nothing_under_way() {
    for args in [&["pull", "--json"][..], &["check", "--json"]] {
        for signal in ["INT", "TERM", "HUP"] {
            let company = Folder::ada_and_olga();
            std::fs::write(company.path().join("domo-reconcile.toml"), "[[directory]]\npath = \"workers.csv\"\n").unwrap();
            let domo = Silent::start();
            let waiting = hearing(domo.command(company.path(), args)).spawn().unwrap();
            let asked = domo.0.accept().unwrap();
            send(&waiting, signal);
            let ended = waiting.wait_with_output().unwrap();
            drop(asked);
            assert_eq!(ended.status.code(), Some(130), "{args:?} {signal}");
            let document: serde_json::Value = serde_json::from_slice(&ended.stdout).unwrap();
            assert_eq!(document["failed"]["exit_code"], 130);
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_signal_that_was_ignored_from_the_start_stays_ignored() {
    let company = Folder::ada_and_olga();
    let domo = Silent::start();
    let pull = domo.command(company.path(), &[]);
    let mut nohup = Command::new("sh");
    nohup.current_dir(company.path()).env_clear().args(["-c", "trap '' HUP; exec \"$0\" pull"]).arg(pull.get_program());
    nohup.envs(pull.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let pull = nohup.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let (mut asked, _) = domo.0.accept().unwrap();
    send(&pull, "HUP");
    // It is still there to hear that its secret is wrong.
    let answer = "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    std::io::Read::read(&mut asked, &mut [0; 4096]).unwrap();
    std::io::Write::write_all(&mut asked, answer.as_bytes()).unwrap();
    let ended = pull.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(1), "{}", String::from_utf8_lossy(&ended.stderr));
}
