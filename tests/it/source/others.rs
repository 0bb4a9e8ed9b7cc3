//! Servers of others that come by pip and npm: scim2-server, canaille's tokens in front of one, and azurite's signed addresses; and
//! the vendors' own clients against the sandbox, which plays what has no faithful server.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use domo_reconcile::directory::Proof;
use domo_reconcile::failure;
use domo_reconcile::http::Limits;
use domo_reconcile::source::{Depth, Fetched, Silent};

use super::program::{Place, SCIM};
use super::servers::{MANY, Server, free_port, limits, skipped, until_it_listens};
use super::{addresses, configured, load, quiet};

/// The Python that has other people's packages, where it was made.
fn python() -> Option<PathBuf> {
    let python = std::env::var_os("CLIENTS_PYTHON").map(PathBuf::from).filter(|python| python.is_file());
    if python.is_none() {
        skipped("the Python of CLIENTS_PYTHON");
    }
    python
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients").join(name)
}

/// Their servers are slower than ours.
async fn read(text: &str, variable: &(dyn Fn(&str) -> Option<String> + Sync)) -> anyhow::Result<Fetched> {
    let slow = Limits { total: Duration::from_secs(60), exchange: Duration::from_secs(20), ..limits() };
    quiet::fetch(&configured(text, ""), variable, slow, Depth::Whole, &Silent).await
}

#[tokio::test]
async fn a_scim_server_of_others_is_read_whole_with_the_tokens_of_another() {
    let Some(python) = python() else { return };
    let port = free_port();
    let mut command = Command::new(python);
    command.arg(script("oauth_scim.py")).args([&port.to_string(), &MANY.to_string()]);
    let server = Server::start(&mut command, tempfile::tempdir().unwrap(), port);
    until_it_listens(server.port);
    let text = |id: &str| {
        format!(
            "kind = \"scim\"\nurl = \"http://127.0.0.1:{port}/scim-of-others/v2\"\nauth = \"oauth2\"\ntoken_url = \"http://127.0.0.1:{port}/oauth/token\"\n\
             client_id_env = \"{id}\"\nclient_secret_env = \"SECRET\"\nscope = \"profile\""
        )
    };
    let variable = |name: &str| match name {
        "ID" => Some("audit".to_owned()),
        "OTHER" => Some("nobody".to_owned()),
        _ => Some("audit-secret".to_owned()),
    };
    let fetched = read(&text("ID"), &variable).await.unwrap();
    assert_eq!(fetched.input.stopped, [""; 0]);
    assert_eq!((fetched.input.origin.proof, fetched.input.origin.told), (Proof::Count, Some(MANY as u64)));
    let people = load(&configured(&text("ID"), ""), fetched.input);
    assert_eq!(addresses(&people).len(), MANY);
    let off = people.frame.column("enabled").unwrap().bool().unwrap().iter().filter(|enabled| *enabled == Some(false)).count();
    assert_eq!(off, MANY.div_ceil(7));
    let refused = failure::paragraph(&read(&text("OTHER"), &variable).await.unwrap_err());
    assert!(refused.contains("nothing was judged") && !refused.contains("audit-secret"), "{refused}");
}

#[tokio::test]
async fn a_signed_address_of_a_blob_is_read_while_it_lasts_and_never_shown() {
    let Some(python) = python() else { return };
    let azurite = script("node_modules/.bin/azurite-blob");
    if !azurite.is_file() {
        return skipped("azurite (npm ci in tests/clients)");
    }
    let port = free_port();
    let mut command = Command::new(azurite);
    command.args(["--inMemoryPersistence", "--silent", "--blobHost", "127.0.0.1", "--blobPort", &port.to_string()]);
    let server = Server::start(&mut command, tempfile::tempdir().unwrap(), port);
    until_it_listens(server.port);
    let mut made = Command::new(python)
        .arg(script("blob.py"))
        .args([&port.to_string(), &MANY.to_string()])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(made.stdout.take().unwrap()).lines().map(Result::unwrap);
    let (good, expired) = (lines.next().unwrap(), lines.next().unwrap());
    assert!(made.wait().unwrap().success());

    let text = "url_env = \"HR_EXPORT\"";
    let fetched = read(text, &|_| Some(good.clone())).await.unwrap();
    assert_eq!((fetched.input.stopped.len(), fetched.input.origin.proof), (0, Proof::Whole));
    assert!(fetched.input.modified.is_some(), "its day is not known");
    assert_eq!(addresses(&load(&configured(text, ""), fetched.input)).len(), MANY);

    let refused = failure::paragraph(&read(text, &|_| Some(expired.clone())).await.unwrap_err());
    assert!(refused.contains("403") && refused.contains("next: "), "{refused}");
    for secret in ["sig=", "workers", "devstoreaccount1"] {
        assert!(!refused.contains(secret), "{secret}: {refused}");
    }
}

#[test]
fn the_vendors_own_clients_list_everybody_of_the_sandbox() {
    let Some(python) = python() else { return };
    let place = Place::with(SCIM, &[]);
    let mut command = Command::new(python);
    command.arg(script("vendors.py")).args([place.url(), "id", "the-client-secret", "sandbox-directory-token"]);
    let ran = command.arg(place.folder().join("key.json")).arg(super::people().len().to_string()).output().unwrap();
    let told = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success(), "{told}\n{}", String::from_utf8_lossy(&ran.stderr));
    assert_eq!(told.lines().filter(|line| line.starts_with("ok ")).count(), 3, "{told}");
}
