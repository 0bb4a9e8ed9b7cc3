//! Somebody else's clients against the sandbox.

use std::path::{Path, PathBuf};

use domo_reconcile::sandbox::{Options, Running};

use super::{company, sandbox_with};

/// The Python that has `tests/clients/requirements.txt` installed.
fn python() -> Option<PathBuf> {
    let named = std::env::var_os("CLIENTS_PYTHON").map(PathBuf::from);
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/.venv/bin/python");
    named.into_iter().chain([here]).find(|python| python.exists())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pydomo_and_scim2_tester_work_against_it_unchanged() {
    let Some(python) = python() else {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "CI runs the foreign clients: set CLIENTS_PYTHON");
        println!("skipped: no Python with tests/clients/requirements.txt; set CLIENTS_PYTHON");
        return;
    };
    let running: Running = sandbox_with(Options { accounts: company(5), ..Options::default() }).await;
    let host = running.url().replace("http://", "");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/foreign.py");
    let mut command = std::process::Command::new(python);
    command.arg(script).args([&host, running.scim_url(), "sandbox", "sandbox-secret", "sandbox-scim-token"]);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    println!("{}", told.lines().last().unwrap_or_default());
    assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
}
