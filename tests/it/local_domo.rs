//! `domo-reconcile sandbox` as a child process: a Domo on loopback for the length of a test.

use std::path::Path;
use std::process::{Child, Stdio};

use super::support;

/// Killed when it goes out of scope.
pub struct LocalDomo {
    child: Child,
    url: String,
}

impl LocalDomo {
    /// Starts one with the users of a JSON file, for one API client.
    pub fn with_client(accounts: &Path, id: &str, secret: &str) -> Self {
        Self::with_faults(accounts, id, secret, &[])
    }

    /// The same where something goes wrong, as `sandbox --fault` takes it.
    pub fn with_faults(accounts: &Path, id: &str, secret: &str, faults: &[&str]) -> Self {
        let mut sandbox = support::command(accounts.parent().unwrap());
        sandbox.args(["sandbox", "--client-id", id, "--client-secret", secret, "--accounts"]).arg(accounts);
        sandbox.args(faults.iter().flat_map(|fault| ["--fault", fault])).stderr(Stdio::null());
        let (child, url) = support::serving(&mut sandbox);
        Self { child, url }
    }

    /// The sample company's Domo, with what its accounts own and its DomoStats.
    pub fn of_the_sample_company() -> Self {
        Self::with_client(&support::samples().join("company/domo-users.json"), "id", "the-client-secret")
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// The environment of somebody who may talk to it.
    pub fn env(&self) -> [(&str, &str); 3] {
        [("DOMO_API_URL", &self.url), ("DOMO_CLIENT_ID", "id"), ("DOMO_CLIENT_SECRET", "the-client-secret")]
    }

    /// Runs `domo-reconcile ARGS…` in `folder` as such a one.
    pub fn run<'a>(&self, folder: &Path, args: impl IntoIterator<Item = &'a str>) -> support::Ran {
        support::run_with(folder, &self.env(), args)
    }
}

impl Drop for LocalDomo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
