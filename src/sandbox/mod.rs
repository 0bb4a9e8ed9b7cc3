//! A local Domo, and local directories beside it, on axum: it keeps state and speaks the same API: for demos, rehearsals and tests.
//!
//! Two [`Profile`]s stand for the two Domos there are in writing: the public guide's, and the one Domo's own documents and
//! recordings describe. [`Fault`]s make either of them fail on purpose, down to connections cut before or after a write took place.
//! It listens on loopback only, holds nothing on disk, and forgets everything when it ends.

mod activity;
mod datasets;
mod directories;
mod fault;
mod groups;
mod oauth;
mod profile;
mod scim;
mod scim_documents;
mod server;
mod state;
mod users;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;
use tokio::net::TcpListener;

use crate::failure::Failure;
pub use activity::ActivityEvent;
pub use datasets::{DataFlow, DataSet, REPORTS};
use directories::Roster;
pub use fault::{Fault, What};
pub use profile::Profile;
use state::State;

/// The OAuth client it knows unless somebody names another.
pub const CLIENT_ID: &str = "sandbox";
/// That client's secret.
pub const CLIENT_SECRET: &str = "sandbox-secret";

/// How a sandbox begins.
#[derive(Debug, Clone)]
pub struct Options {
    /// Loopback only; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The users it starts with: objects with an `id`.
    pub accounts: Vec<Value>,
    /// Made-up users after those: a million `Value`s would not fit beside what is measured.
    pub made_up: u64,
    /// The OAuth client it knows.
    pub client_id: String,
    /// That client's secret.
    pub client_secret: String,
    /// Which of the two Domos it is.
    pub profile: Profile,
    /// What goes wrong, and when.
    pub faults: Vec<Fault>,
    /// Every answer takes at least this long.
    pub latency: Duration,
    /// Ids of accounts that own a DataSet and a DataFlow beside those, so that they cannot be deleted.
    pub owners: Vec<u64>,
    /// Its DataSets, those of DomoStats among them.
    pub datasets: Vec<DataSet>,
    /// Its DataFlows.
    pub dataflows: Vec<DataFlow>,
    /// The account behind the API client, for the token to name; absent: the first ordinary active Admin.
    pub owner: Option<u64>,
    /// The instance's name, for the token to name.
    pub customer: Option<String>,
    /// The bearer token of SCIM.
    pub scim_token: String,
    /// Groups it starts with: a name and the ids of its members.
    pub groups: Vec<(String, Vec<u64>)>,
    /// Names of groups whose members a rule or the identity provider chooses: nobody joins or leaves them by hand.
    pub dynamic_groups: Vec<String>,
    /// The e-mail domains that users may have; empty: any.
    pub domains: Vec<String>,
    /// The activity log, oldest first.
    pub activity: Vec<ActivityEvent>,
    /// The people of its directories, as the sample company's `directory.json` has them.
    pub people: Vec<Value>,
    /// People on one page of a directory, at most.
    pub people_page: usize,
    /// The rights that a token for Graph names.
    pub people_rights: Vec<String>,
    /// Whether its SCIM directory pages by cursor, too.
    pub people_cursors: bool,
    /// The day the export was last changed.
    pub people_changed: chrono::NaiveDate,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            accounts: Vec::new(),
            made_up: 0,
            client_id: CLIENT_ID.into(),
            client_secret: CLIENT_SECRET.into(),
            profile: Profile::guide(),
            faults: Vec::new(),
            latency: Duration::ZERO,
            owners: Vec::new(),
            datasets: Vec::new(),
            dataflows: Vec::new(),
            owner: None,
            customer: None,
            scim_token: "sandbox-scim-token".into(),
            groups: Vec::new(),
            dynamic_groups: Vec::new(),
            domains: Vec::new(),
            activity: Vec::new(),
            people: Vec::new(),
            people_page: 100,
            people_rights: ["User.Read.All", "User-LifeCycleInfo.Read.All"].map(String::from).into(),
            people_cursors: false,
            people_changed: chrono::NaiveDate::from_ymd_opt(2026, 11, 22).unwrap_or_default(),
        }
    }
}

/// The token that the sandbox's Okta and SCIM directories know.
pub const DIRECTORY_TOKEN: &str = directories::FIXED_TOKEN;

/// A request that was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `PUT`, ...
    pub method: String,
    /// With its query.
    pub path: String,
    /// As it came.
    pub body: String,
    /// What was answered; 0 where the connection was cut instead.
    pub status: u16,
    /// The proof that came along (DPoP).
    pub proof: Option<String>,
}

/// A sandbox that can be started.
#[derive(Debug)]
pub struct Sandbox;

impl Sandbox {
    /// Listens, and serves until [`Running`] is dropped.
    ///
    /// # Errors
    /// The address is not on loopback or cannot be listened on, or one of the accounts to serve is none.
    pub async fn start(options: Options) -> Result<Running> {
        if !options.listen.ip().is_loopback() {
            return Err(Failure::usage(format!("the sandbox listens on loopback only, not on {}", options.listen))
                .hint("it knows no real accounts and has no TLS: use 127.0.0.1 or [::1]")
                .into());
        }
        let listener = TcpListener::bind(options.listen)
            .await
            .with_context(|| Failure::failed(format!("the sandbox cannot listen on {}", options.listen)))?;
        let address = listener.local_addr()?;
        let scim_root = format!("http://{address}{}", options.profile.scim_root);
        let roster = Roster::of(&options);
        let shared = Arc::new(Shared { state: Mutex::new(State::new(&options)?), scim_root, roster, options });
        let task = tokio::spawn(server::serve(listener, shared.clone()));
        Ok(Running { address, shared, task })
    }
}

/// What all requests share.
pub(crate) struct Shared {
    options: Options,
    scim_root: String,
    roster: Roster,
    state: Mutex<State>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A sandbox that runs. Dropping it ends it.
pub struct Running {
    address: SocketAddr,
    shared: Arc<Shared>,
    task: tokio::task::JoinHandle<()>,
}

impl Running {
    /// `http://127.0.0.1:PORT`
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The root of its SCIM.
    pub fn scim_url(&self) -> &str {
        &self.shared.scim_root
    }

    /// Deletes the groups of this name.
    pub fn delete_groups(&self, name: &str) {
        self.shared.state().groups.retain(|group| group.name != name);
    }

    /// Each group's name and the ids of its members.
    pub fn groups(&self) -> Vec<(String, Vec<u64>)> {
        self.shared.state().groups.iter().map(|group| (group.name.clone(), group.members.clone())).collect()
    }

    /// The users as they are now, in the order they are listed.
    pub fn users(&self) -> Vec<Value> {
        self.shared.state().users().map(Value::Object).collect()
    }

    /// This account owns a DataSet and a DataFlow more.
    pub fn own(&self, account: u64) {
        self.shared.state().own(account);
    }

    /// Makes something go wrong from now on.
    pub fn fault(&self, fault: Fault) {
        self.shared.state().faults.push(fault);
    }

    /// Nothing goes wrong any more.
    pub fn clear_faults(&self) {
        self.shared.state().faults.clear();
    }

    /// Addresses that were sent an invitation, in order.
    pub fn invites(&self) -> Vec<String> {
        self.shared.state().invites.clone()
    }

    /// Every request so far, in the order they were answered.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.state().log.clone()
    }

    /// Serves until the task is ended from outside.
    pub async fn forever(mut self) {
        let _ = (&mut self.task).await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}
