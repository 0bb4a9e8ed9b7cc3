//! `pull` and `sandbox` as people run them.

use std::process::{Child, Stdio};

use serde_json::Value;

use super::company;
use crate::support::{Ran, command, run, run_with, serving};

/// A sandbox in a process of its own; ends with the value.
pub struct Served {
    child: Child,
    url: String,
    pub folder: tempfile::TempDir,
}

impl Served {
    fn new(users: u64, more: &[&str]) -> Self {
        Self::of(company(users), more)
    }

    /// With these users, unless `more` names a file of others.
    pub fn of(users: Vec<Value>, more: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("users.json"), Value::from(users).to_string()).unwrap();
        let mut sandbox = command(folder.path());
        sandbox.arg("sandbox").args(if more.contains(&"--accounts") { &[][..] } else { &["--accounts", "users.json"] });
        let (child, url) = serving(sandbox.args(more).stderr(Stdio::null()));
        Self { child, url, folder }
    }

    /// What somebody sets who may talk to it.
    pub fn env(&self) -> [(&str, &str); 3] {
        [("DOMO_API_URL", self.url.as_str()), ("DOMO_CLIENT_ID", "sandbox"), ("DOMO_CLIENT_SECRET", "sandbox-secret")]
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        run_with(self.folder.path(), &self.env(), args.iter().copied())
    }

    pub fn pull(&self, args: &[&str]) -> Ran {
        self.run(&[&["pull"], args].concat())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_pull_writes_a_snapshot_that_only_its_owner_reads() {
    let served = Served::new(620, &[]);
    let answer = served.pull(&["--json", "--out", "all.jsonl"]).code(0).json();
    assert_eq!((answer["accounts"].as_u64(), answer["out"].as_str()), (Some(620), Some("all.jsonl")));
    let path = served.folder.path().join("all.jsonl");
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text.lines().count(), 620);
    let first: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    assert_eq!(first["employeeNumber"], "90000");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn an_incomplete_pull_does_not_take_the_name_that_was_asked_for() {
    let served = Served::new(1234, &["--fault", "GET /v1/users#2-=403"]);
    let ran = served.pull(&["--out", "all.jsonl"]).code(3);
    assert!(ran.stderr.contains("incomplete: after 500 rows") && ran.stderr.contains("toe "), "{}", ran.stderr);
    assert!(!served.folder.path().join("all.jsonl").exists());
    // Whatever it is called later, it says of itself that it is not whole.
    let renamed = served.folder.path().join("renamed.jsonl");
    std::fs::rename(served.folder.path().join("all.jsonl.partial"), &renamed).unwrap();
    let read = domo_reconcile::domo::load(&renamed).unwrap();
    assert_eq!(read.frame.height(), 500);
    assert!(read.evidence.incomplete[0].contains("after 500 rows"), "{:?}", read.evidence.incomplete);
}

#[test]
fn an_answer_that_echoes_a_secret_does_not_bring_it_out() {
    for fault in ["GET /v1/users=echo", "/oauth/token=echo"] {
        let served = Served::new(9, &["--fault", fault]);
        let ran = served.pull(&["-vv"]).code(1);
        assert!(ran.stderr.contains("[secret]"), "{}", ran.stderr);
        assert!(!ran.stderr.contains("eyJ") && !ran.stderr.contains("c2FuZGJve"), "{}", ran.stderr);
    }
}

#[test]
fn a_file_that_holds_no_accounts_is_wrong_usage() {
    let folder = tempfile::tempdir().unwrap();
    for text in
        [r#"{"status":401,"message":"x"}"#, r#"{"users":[{"id":1}]}"#, r#"[{"id":1},{"name":"x"}]"#, "{\"id\":1}\n{\"id\":2", "[1]"]
    {
        std::fs::write(folder.path().join("saved.json"), text).unwrap();
        let ran = run(folder.path(), ["sandbox", "--accounts", "saved.json"]).code(2);
        assert!(ran.stderr.contains("saved.json") && ran.stderr.contains("next:"), "{text}: {}", ran.stderr);
    }
}

#[test]
fn a_snapshot_feeds_the_sandbox_again() {
    let served = Served::new(60, &["--profile", "recorded"]);
    served.pull(&["--out", "all.jsonl"]).code(0);
    let snapshot = served.folder.path().join("all.jsonl");
    let again = Served::new(1, &["--accounts", snapshot.to_str().unwrap()]);
    assert_eq!(again.pull(&["--json"]).code(0).json()["accounts"], 60);
}

#[test]
fn without_credentials_the_variables_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let ran = run(folder.path(), ["pull"]).code(2);
    assert!(ran.stderr.contains("DOMO_CLIENT_ID and DOMO_CLIENT_SECRET"), "{}", ran.stderr);
    assert!(ran.stdout.is_empty());
}

#[test]
fn a_folder_that_is_not_there_is_known_before_anything_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let ran = run(folder.path(), ["pull", "--out", "nowhere/all.jsonl"]).code(2);
    assert!(ran.stderr.contains("nowhere"), "{}", ran.stderr);
}

#[test]
fn the_sandbox_listens_on_loopback_only() {
    let folder = tempfile::tempdir().unwrap();
    let ran = run(folder.path(), ["sandbox", "--listen", "0.0.0.0:0"]).code(2);
    assert!(ran.stderr.contains("loopback"), "{}", ran.stderr);
}

#[test]
fn a_fault_that_cannot_be_read_is_wrong_usage_that_shows_how() {
    let folder = tempfile::tempdir().unwrap();
    let ran = run(folder.path(), ["sandbox", "--fault", "GET /v1/users=sometimes"]).code(2);
    assert!(ran.stderr.contains("cut-after"), "{}", ran.stderr);
}
