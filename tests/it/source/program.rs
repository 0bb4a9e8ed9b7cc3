//! The program with a fetched directory: exit codes, evidence, what is kept, and what is shown.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::quiet;
use crate::local_domo::LocalDomo;
use crate::support::{Ran, run_with, samples};

pub(super) const SECRETS: [(&str, &str); 5] = [
    ("ENTRA_CLIENT_ID", "id"),
    ("ENTRA_CLIENT_SECRET", "the-client-secret"),
    ("OKTA_TOKEN", "sandbox-directory-token"),
    ("SCIM_SOURCE_TOKEN", "sandbox-directory-token"),
    ("GOOGLE_KEY_FILE", "key.json"),
];

pub(super) struct Place {
    folder: tempfile::TempDir,
    domo: LocalDomo,
}

impl Place {
    /// The sample company: its Domo, and a directory as `[[directory]]` says it.
    pub(super) fn with(directory: &str, faults: &[&str]) -> Self {
        let domo = LocalDomo::with_faults(&samples().join("company/domo-users.json"), "id", "the-client-secret", faults);
        let folder = tempfile::tempdir().unwrap();
        let rules = std::fs::read_to_string(samples().join("domo-reconcile.toml")).unwrap();
        let file = rules.lines().find(|line| line.starts_with("path = ")).unwrap();
        let rules = rules.replace(file, &directory.replace("URL", domo.url()));
        std::fs::write(folder.path().join("domo-reconcile.toml"), rules).unwrap();
        let key = serde_json::json!({"client_email": "a@b.example", "private_key": super::KEY}).to_string();
        std::fs::write(folder.path().join("key.json"), key).unwrap();
        Self { folder, domo }
    }

    fn run(&self, args: &[&str]) -> Ran {
        quiet::run(self.folder.path(), &self.env(), args.iter().copied())
    }

    /// The environment of somebody who may read all of it.
    pub(super) fn env(&self) -> Vec<(&str, &str)> {
        self.domo.env().into_iter().chain(SECRETS).collect()
    }

    pub(super) fn url(&self) -> &str {
        self.domo.url()
    }

    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn audit(&self, more: &[&str]) -> Ran {
        self.run(&[&["audit", "--as-of", "2026-11-23", "--json"], more].concat())
    }

    fn runs(&self) -> Vec<PathBuf> {
        let Ok(entries) = std::fs::read_dir(self.folder.path().join("audits")) else { return Vec::new() };
        entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect()
    }
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

pub(super) const SCIM: &str = "kind = \"scim\"\nurl = \"URL/directory/scim/v2\"";
pub(super) const OKTA: &str = "kind = \"okta\"\nurl = \"URL/okta\"";
pub(super) const ENTRA: &str =
    "kind = \"entra\"\ntenant = \"acme\"\nleave_dates = true\napi_url = \"URL/graph\"\nlogin_url = \"URL/graph\"";
pub(super) const EXPORT: &str = "url = \"URL/hr/workers.csv\"\nauth = \"bearer\"\ntoken_env = \"OKTA_TOKEN\"";

pub(super) const GOOGLE: &str =
    "kind = \"google\"\napi_url = \"URL/google\"\ntoken_url = \"URL/google/token\"\nkey_env = \"GOOGLE_KEY\"";

/// Sources that are called by their kind, or like a word of the configuration.
#[test]
fn a_fetched_directory_is_redacted_whatever_it_is_called() {
    for name in ["", "name = \"complete\"\n", "name = \"deactivate\"\n"] {
        let place = Place::with(&format!("{name}{SCIM}"), &[]);
        let answer = place.audit(&["--redact"]).json();
        assert!(answer["run_dir"].is_string(), "{name}: {answer}");
    }
}

#[test]
fn a_fetched_directory_is_judged_kept_and_replayed_without_its_source() {
    let place = Place::with(SCIM, &[]);
    let answer = place.audit(&[]).code(0).json();
    let folder = PathBuf::from(answer["run_dir"].as_str().unwrap());
    let folder = place.folder.path().join(folder);
    let findings = json(&folder.join("findings.json"));
    let source = &findings["evidence"]["sources"][0];
    assert_eq!(source["kind"], "scim");
    assert_eq!(source["proof"], "count");
    assert_eq!(source["told"], source["distinct"]);
    for key in ["name", "host", "requests", "retries", "pages", "bytes", "sha256", "read", "started", "finished", "doubts"] {
        assert!(source.get(key).is_some(), "{key}: {source}");
    }
    let manifest = json(&folder.join("manifest.json"));
    assert_eq!(manifest["summary"]["evidence"]["sources"], findings["evidence"]["sources"]);
    // Digests have one form in each file, wherever the directory is from: digits as evidence, with the hash's name as what a file
    // names.
    let digits = source["sha256"].as_str().unwrap();
    assert!(digits.len() == 64 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()), "{digits}");
    assert_eq!(json(&folder.join("plan.json"))["inputs"]["directory"][0], format!("sha256:{digits}"));
    assert_eq!(manifest["inputs"][1]["sha256"], format!("sha256:{digits}"));
    let page = std::fs::read_to_string(folder.join("report.html")).unwrap();
    assert!(page.contains("proven by the count of the source itself"), "page one does not say how whole it is");
    let id = answer["run_id"].as_str().unwrap().to_owned();
    // No source, no credentials.
    let replayed = run_with(place.folder.path(), &[], ["replay", &id, "--json"]).code(0).json();
    let again = json(&place.folder.path().join(replayed["run_dir"].as_str().unwrap()).join("findings.json"));
    assert_eq!(again, findings);
    run_with(place.folder.path(), &[], ["verify", &id]).code(0);
}

#[test]
fn a_directory_file_is_evidence_too() {
    let place = Place::with(SCIM, &[]);
    let file = samples().join("company/directory.csv");
    let answer = place.audit(&["--directory", file.to_str().unwrap()]).code(0).json();
    let findings = json(&place.folder.path().join(answer["run_dir"].as_str().unwrap()).join("findings.json"));
    let source = &findings["evidence"]["sources"][0];
    assert_eq!((source["kind"].as_str(), source["proof"].as_str(), source["host"].as_str()), (Some("file"), Some("whole"), None));
    assert_eq!(findings["evidence"]["sources"].as_array().unwrap().len(), 1);
}

#[test]
fn where_nothing_can_be_had_there_is_no_run_at_all() {
    for (directory, fault) in [
        (SCIM, "GET /directory/scim/v2/Users=401"),
        (OKTA, "GET /okta/api/v1/users=403"),
        (ENTRA, "POST /graph/acme/oauth2/v2.0/token=400"),
        (EXPORT, "GET /hr/workers.csv=html"),
    ] {
        let place = Place::with(directory, &[fault]);
        let failed = place.audit(&[]).code(1).json();
        assert!(failed["failed"]["error"].as_str().unwrap().contains("nothing was judged"), "{failed}");
        assert!(place.runs().is_empty(), "{fault}: {:?}", place.runs());
    }
}

#[test]
fn where_some_came_and_then_it_stopped_the_run_says_so_and_plans_nothing() {
    for (directory, fault) in [
        (SCIM, "GET /directory/scim/v2/Users#2-=403"),
        (SCIM, "GET /directory/scim/v2/Users=lie:1"),
        (OKTA, "GET /okta/api/v1/users#2-=circle"),
        (ENTRA, "GET /graph/v1.0/users#2-=404"),
        ("kind = \"scim\"\nurl = \"URL/directory/scim/v2\"\nexpect_at_least = 1000", "GET /none=404"),
    ] {
        let place = Place::with(directory, &[fault]);
        let answer = place.audit(&[]).code(3).json();
        assert_eq!((answer["evidence"].as_str(), answer["plan"].is_null()), (Some("incomplete"), true), "{fault}: {answer}");
        assert_eq!(answer["findings"]["by_kind"].get("orphan"), None, "{fault}");
        let findings = json(&place.folder.path().join(answer["run_dir"].as_str().unwrap()).join("findings.json"));
        assert!(findings["evidence"]["sources"][0]["proof"].is_null(), "{fault}");
    }
}

#[test]
fn an_end_sign_alone_is_a_warning_until_a_floor_or_the_run_before_bears_it_out() {
    let place = Place::with(OKTA, &[]);
    let doubted = |place: &Place| {
        let answer = place.audit(&[]).code(0).json();
        let findings = json(&place.folder.path().join(answer["run_dir"].as_str().unwrap()).join("findings.json"));
        assert_eq!(findings["evidence"]["sources"][0]["proof"], "end");
        findings["evidence"]["reasons"].as_array().unwrap().iter().any(|reason| reason.as_str().unwrap().contains("end sign only"))
    };
    assert!(doubted(&place), "the first run has nothing that bears it out");
    assert!(!doubted(&place), "the run before read as many");
    assert!(!doubted(&Place::with(&format!("{OKTA}\nexpect_at_least = 200"), &[])));
}

#[test]
fn every_variable_that_is_missing_is_named_at_once_and_nothing_is_sent() {
    let place = Place::with(&format!("{SCIM}\n[[directory]]\n{ENTRA}\n[[directory]]\n{OKTA}"), &[]);
    let failed = quiet::run(place.folder.path(), &place.domo.env(), ["audit"]).code(2);
    for name in ["SCIM_SOURCE_TOKEN", "ENTRA_CLIENT_ID", "ENTRA_CLIENT_SECRET", "OKTA_TOKEN"] {
        assert!(failed.stderr.contains(name), "{name}: {}", failed.stderr);
    }
}

#[test]
fn a_variable_may_name_a_file_that_holds_the_secret() {
    let place = Place::with(SCIM, &[]);
    std::fs::write(place.folder.path().join("token"), "sandbox-directory-token\n").unwrap();
    let env: Vec<_> = place.domo.env().into_iter().chain([("SCIM_SOURCE_TOKEN_FILE", "token")]).collect();
    quiet::run(place.folder.path(), &env, ["audit", "--as-of", "2026-11-23"]).code(0);
}

#[test]
fn check_looks_at_one_page_and_says_what_it_saw() {
    let place = Place::with(ENTRA, &[]);
    let told = place.run(&["check", "--as-of", "2026-11-23"]).code(0).stdout;
    for part in ["Microsoft Graph", "User.Read.All", "addresses by domain: acme.example", "one page was read from 127.0.0.1"] {
        assert!(told.contains(part), "{part}: {told}");
    }
}

#[test]
fn pull_writes_the_export_that_an_audit_would_judge() {
    let place = Place::with(ENTRA, &[]);
    let told = place.run(&["pull", "--directory", "entra"]).code(0).stdout;
    assert!(told.contains("entra.json"), "{told}");
    let file = place.folder.path().join("entra.json");
    assert_eq!(json(&file).as_array().unwrap().len(), 255);
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions()) & 0o777, 0o600);
    let place = Place::with(SCIM, &["GET /directory/scim/v2/Users#2-=403"]);
    place.run(&["pull", "--directory", "scim", "--out", "people.json"]).code(3);
    assert!(!place.folder.path().join("people.json").exists() && place.folder.path().join("people.json.partial").exists());
    place.run(&["pull", "--directory", "okta"]).code(2);
}

#[test]
fn pull_takes_the_place_of_its_own_export_and_of_nothing_else() {
    let place = Place::with(ENTRA, &[]);
    let pull = || place.run(&["pull", "--directory", "entra", "--out", "people.json"]);
    pull().code(0);
    pull().code(0);
    let file = place.folder().join("people.json");
    let theirs = std::fs::read_to_string(&file).unwrap().replacen("Ingrid", "Inga", 1);
    std::fs::write(&file, &theirs).unwrap();
    let refused = pull().code(2).stderr;
    assert!(refused.contains("no export that this tool wrote"), "{refused}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), theirs);
    std::fs::write(place.folder().join("workers.csv"), "Employee ID\n1\n").unwrap();
    place.run(&["pull", "--directory", "entra", "--out", "workers.csv"]).code(2);
}

#[test]
fn check_says_what_a_source_did_not_send() {
    let told = Place::with(SCIM, &[]).run(&["check", "--as-of", "2026-11-23"]).code(0).stdout;
    assert!(told.contains("sent for nobody: hire date, termination date"), "{told}");
}

#[test]
fn what_a_server_sends_back_shows_no_secret() {
    for directory in [SCIM, OKTA, ENTRA, EXPORT, GOOGLE] {
        for faults in [&["GET *#2-3=echo"][..], &["GET *#3=429:0", "GET *#4=expire"]] {
            let place = Place::with(directory, faults);
            place.run(&["--log-format", "json", "audit", "--as-of", "2026-11-23"]);
            place.run(&["check"]);
        }
    }
}

#[test]
fn the_demo_shows_a_fetched_directory() {
    let folder = tempfile::tempdir().unwrap();
    let answer = run_with(folder.path(), &[], ["demo", "--live", "--json"]).code(0).json();
    let findings = json(&folder.path().join(answer["run_dir"].as_str().unwrap()).join("findings.json"));
    assert_eq!(findings["evidence"]["sources"][0]["kind"], "entra");
    assert_eq!(findings["people"]["read"], 255);
}

/// Over SCIM as over a file: nobody could be missing.
#[test]
fn domos_own_scim_is_no_directory() {
    for url in ["URL/api/scim/v2/", "https://acme.domo.com/api/identity/v1/scim"] {
        let place = Place::with(&format!("kind = \"scim\"\nurl = \"{url}\""), &[]);
        let root = format!("{}/api/scim/v2", place.url());
        let env: Vec<_> =
            place.env().into_iter().chain([("DOMO_SCIM_URL", root.as_str()), ("DOMO_SCIM_TOKEN", "sandbox-scim-token")]).collect();
        let refused = quiet::run(place.folder(), &env, ["audit", "--json"]).code(2);
        assert!(refused.stdout.contains("compared with itself, Domo would always agree"), "{}", refused.stdout);
        assert!(place.runs().is_empty());
    }
}
