//! Directories that are fetched: each kind against the sandbox's own, every fault on the way, and real servers where there are
//! some.

mod active_directory;
mod company;
mod faults;
mod keys;
mod ldap_faults;
mod others;
mod program;
mod quiet;
mod servers;
mod url;
mod year;

use std::collections::BTreeSet;
use std::time::Duration;

use domo_reconcile::config::{Config, Directory};
use domo_reconcile::directory::{self, Input, People, Proof};
use domo_reconcile::http::Limits;
use domo_reconcile::sandbox::{DIRECTORY_TOKEN, Options, Profile, Running, Sandbox};
use domo_reconcile::source::{Depth, Fetched, Silent};
use serde_json::Value;

/// A key that signs nothing but what these tests send.
const KEY: &str = include_str!("source/service-account.pem");

/// The sample company's people, as its own file has them.
fn people() -> Vec<Value> {
    let file: Value = serde_json::from_str(include_str!("../../samples/company/directory.json")).unwrap();
    file["employees"].as_array().unwrap().clone()
}

/// The sample company's directories, a few people a page.
async fn sandbox(change: impl FnOnce(&mut Options)) -> Running {
    let mut options = Options { people: people(), people_page: 60, ..Options::default() };
    options.profile = Profile { rate_limit: None, ..Profile::guide() };
    change(&mut options);
    Sandbox::start(options).await.unwrap()
}

/// The kinds that the sandbox plays.
const KINDS: [&str; 5] = ["entra", "okta", "google", "scim", "url"];

/// A `[[directory]]` of that kind for a sandbox.
fn configured(kind: &str, url: &str) -> Directory {
    let text = match kind {
        "entra" => format!(
            "kind = \"entra\"\ntenant = \"acme\"\nleave_dates = true\napi_url = \"{url}/graph\"\nlogin_url = \"{url}/graph\""
        ),
        "okta" => format!("kind = \"okta\"\nurl = \"{url}/okta\""),
        "google" => format!("kind = \"google\"\napi_url = \"{url}/google\"\ntoken_url = \"{url}/google/token\""),
        "scim" => format!("kind = \"scim\"\nurl = \"{url}/directory/scim/v2\""),
        "url" => format!("url = \"{url}/hr/workers.csv\"\nauth = \"bearer\"\ntoken_env = \"OKTA_TOKEN\""),
        other => other.replace("URL", url),
    };
    Config::parse(&format!("[[directory]]\n{text}\n")).unwrap().directory.remove(0)
}

/// What the environment of somebody holds who may read all of them.
fn variable(name: &str) -> Option<String> {
    let key =
        || serde_json::json!({"client_email": "audit@acme.iam.example", "private_key": KEY, "private_key_id": "k1"}).to_string();
    match name {
        "ENTRA_CLIENT_ID" => Some("sandbox".into()),
        "ENTRA_CLIENT_SECRET" => Some("sandbox-secret".into()),
        "OKTA_TOKEN" | "SCIM_SOURCE_TOKEN" => Some(DIRECTORY_TOKEN.into()),
        "OKTA_KEY" => Some(KEY.into()),
        "GOOGLE_KEY" => Some(key()),
        _ => None,
    }
}

/// Waits of milliseconds.
fn impatient() -> Limits {
    let ms = Duration::from_millis;
    Limits {
        tries: 4,
        total: ms(8_000),
        exchange: ms(8_000),
        backoff: ms(1),
        backoff_most: ms(4),
        passes: 2,
        rows: 2_000,
        ..Limits::default()
    }
}

async fn fetch(directory: &Directory) -> anyhow::Result<Fetched> {
    quiet::fetch(directory, &variable, impatient(), Depth::Whole, &Silent).await
}

/// The people that a loader makes of what was fetched.
fn load(directory: &Directory, input: Input) -> People {
    let mut input = Some(input);
    directory::load_with(std::slice::from_ref(directory), |_| Ok(input.take().unwrap())).unwrap()
}

/// The addresses of everybody who has one.
fn addresses(people: &People) -> BTreeSet<String> {
    people.frame.column("email").unwrap().str().unwrap().iter().flatten().map(str::to_lowercase).collect()
}

/// The addresses that the sample company's file holds.
fn everybody() -> BTreeSet<String> {
    let file = format!("path = \"{}/samples/company/directory.json\"", env!("CARGO_MANIFEST_DIR"));
    let config = Config::parse(&format!("[[directory]]\n{file}\n")).unwrap();
    addresses(&directory::load(&config.directory).unwrap())
}

#[tokio::test]
async fn every_kind_brings_everybody_and_says_what_proves_it() {
    let running = sandbox(|_| {}).await;
    for kind in KINDS {
        let directory = configured(kind, &running.url());
        let fetched = fetch(&directory).await.unwrap();
        assert_eq!(fetched.input.stopped, [""; 0], "{kind}");
        let loaded = load(&directory, fetched.input);
        assert_eq!(addresses(&loaded), everybody(), "{kind}");
        let evidence = loaded.sources[0].evidence();
        let proof = match kind {
            "entra" | "scim" => Proof::Count,
            "url" => Proof::Whole,
            _ => Proof::End,
        };
        assert_eq!((evidence.proof, evidence.kind.as_str()), (Some(proof), kind));
        assert_eq!(evidence.host.as_deref(), Some("127.0.0.1"));
        assert_eq!(evidence.told, (proof == Proof::Count).then_some(people().len() as u64), "{kind}");
        assert_eq!(evidence.distinct, people().len() as u64, "{kind}");
        assert!(evidence.requests >= evidence.pages && evidence.pages >= if kind == "url" { 1 } else { 5 }, "{kind}: {evidence:?}");
    }
}

#[tokio::test]
async fn whoever_left_is_asked_for_and_said_to_have_left_or_to_be_switched_off() {
    let running = sandbox(|_| {}).await;
    let left = people().iter().filter(|person| person["employmentStatus"] == "Terminated").count();
    // One has a last day and no word, which an identity provider knows him by.
    for (kind, status, left) in [("okta", "terminated", left + 1), ("url", "terminated", left)] {
        let directory = configured(kind, &running.url());
        let loaded = load(&directory, fetch(&directory).await.unwrap().input);
        let said = loaded.frame.column("status").unwrap().str().unwrap().iter().flatten().filter(|word| *word == status).count();
        assert_eq!(said, left, "{kind}");
    }
    for kind in ["entra", "google", "scim"] {
        let directory = configured(kind, &running.url());
        let loaded = load(&directory, fetch(&directory).await.unwrap().input);
        let off = loaded.frame.column("enabled").unwrap().bool().unwrap().iter().filter(|enabled| *enabled == Some(false)).count();
        assert!(off >= left, "{kind}: {off} of {left}");
    }
}

#[tokio::test]
async fn a_scim_server_that_has_cursors_is_read_by_them() {
    let running = sandbox(|options| options.people_cursors = true).await;
    let directory = configured("scim", &running.url());
    let fetched = fetch(&directory).await.unwrap();
    assert_eq!(addresses(&load(&directory, fetched.input)), everybody());
    let pages: Vec<_> = running.requests().into_iter().filter(|request| request.path.contains("/Users")).collect();
    assert!(pages.iter().all(|page| page.path.contains("cursor=") && !page.path.contains("startIndex")), "{pages:?}");
}

#[tokio::test]
async fn one_page_is_enough_to_look_and_is_no_reason_to_doubt() {
    let running = sandbox(|_| {}).await;
    for kind in KINDS {
        let fetched =
            quiet::fetch(&configured(kind, &running.url()), &variable, impatient(), Depth::OnePage, &Silent).await.unwrap();
        assert_eq!(fetched.input.stopped, [""; 0], "{kind}");
    }
    let pages = running.requests().into_iter().filter(|request| request.path.contains("/graph/v1.0/users?")).count();
    assert_eq!(pages, 1);
}

#[tokio::test]
async fn leave_dates_without_their_right_are_refused_because_they_would_come_empty() {
    let running = sandbox(|options| options.people_rights = vec!["User.Read.All".into()]).await;
    let error = fetch(&configured("entra", &running.url())).await.unwrap_err();
    assert!(format!("{error:#}").contains("User-LifeCycleInfo.Read.All"), "{error:#}");
}

#[tokio::test]
async fn a_federated_token_stands_in_place_of_a_secret() {
    let running = sandbox(|_| {}).await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "another.providers.token\n").unwrap();
    let mut directory = configured("entra", &running.url());
    directory.federated_token_file = Some(file.path().to_owned());
    fetch(&directory).await.unwrap();
    let asked = running.requests().into_iter().find(|request| request.path.ends_with("/token")).unwrap();
    assert!(
        asked.body.contains("client_assertion=another.providers.token") && !asked.body.contains("client_secret"),
        "{}",
        asked.body
    );
}
