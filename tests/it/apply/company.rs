//! A small company in a sandbox, a plan for it in a folder, and the real binary between them.

use std::path::PathBuf;
use std::process::Command;

use chrono::Utc;
use domo_reconcile::config::Config;
use domo_reconcile::plan::build::assemble;
use domo_reconcile::plan::guard::AuditFigures;
use domo_reconcile::plan::{Action, GuardedAccounts, InputDigests, Journal, Plan, PlanBinding};
use domo_reconcile::sandbox::{Options, Request, Running, Sandbox};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::fixture::{approved, hundred};
use crate::support::{Ran, command, run_with};

/// A Domo that runs, and a folder with a plan and a configuration.
pub struct Company {
    /// The sandbox's; it runs as long as the company does.
    _runtime: Runtime,
    pub domo: Running,
    pub folder: tempfile::TempDir,
}

/// An account as the guide's Domo has it. Its id is 100 and its number, so that no Admin of the fixture is meant.
pub fn account(number: u64) -> Value {
    json!({
        "id": number, "name": format!("Person {number}"), "email": format!("p{number}@acme.com"), "role": "Participant",
        "title": "Analyst", "department": "Finance", "phone": "801-555-0100", "location": "Lehi", "employeeNumber": format!("{number:05}"),
        "active": true, "createdAt": "2024-02-01T09:00:00Z", "x-unknown": {"kept": [1, 2, number]}
    })
}

/// Admins 1 to 3 and accounts 10 to 59.
pub fn accounts() -> Vec<Value> {
    let admin = |number| {
        let mut admin = account(number);
        admin["role"] = "Admin".into();
        admin
    };
    (1..=3).map(admin).chain((10..60).map(account)).collect()
}

pub fn options() -> Options {
    Options { accounts: accounts(), owner: Some(1), ..Options::default() }
}

pub fn plan_now(actions: Vec<Action>, guarded: &GuardedAccounts, judged: AuditFigures) -> Plan {
    let inputs = InputDigests { accounts: "sha256:a".into(), directory: vec!["sha256:d".into()], config: "sha256:c".into() };
    let context = PlanBinding { run_id: "20261123T120000Z-abcdef".into(), created: Utc::now(), inputs, before: None };
    assemble(actions, Vec::new(), guarded, judged, &Config::default(), &context, "sandbox").unwrap().unwrap()
}

impl Company {
    pub fn new(actions: Vec<Action>) -> Self {
        Self::with(options(), plan_now(actions, &hundred(), AuditFigures::default()))
    }

    /// A plan of which everything is approved by Ana, beside this Domo.
    pub fn with(options: Options, plan: Plan) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let domo = runtime.block_on(Sandbox::start(options)).unwrap();
        let company = Self { _runtime: runtime, domo, folder: tempfile::tempdir().unwrap() };
        company.write("plan.json", &approved(plan).to_json().unwrap());
        company.configure("");
        company
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// A configuration that asks fast, with this added.
    pub fn configure(&self, more: &str) {
        self.write(
            "domo-reconcile.toml",
            &format!("[domo]\ninstance = \"sandbox\"\nclient_owner = \"p1@acme.com\"\nrequests_per_minute = 3000\n{more}"),
        );
    }

    pub fn env(&self) -> [(&'static str, String); 4] {
        [
            ("DOMO_API_URL", self.domo.url()),
            ("DOMO_CLIENT_ID", "sandbox".into()),
            ("DOMO_CLIENT_SECRET", "sandbox-secret".into()),
            // Whoever runs this may set it to anything, so nothing may rest on it.
            ("USER", "nobody-in-particular".into()),
        ]
    }

    /// Runs the binary in the plan's folder.
    pub fn run(&self, args: &[&str]) -> Ran {
        self.run_with(&[], args)
    }

    /// The same with these variables too.
    pub fn run_with(&self, more: &[(&str, &str)], args: &[&str]) -> Ran {
        let env = self.env();
        let env: Vec<_> = env.iter().map(|(name, value)| (*name, value.as_str())).chain(more.iter().copied()).collect();
        run_with(self.folder.path(), &env, args.iter().copied())
    }

    /// Audits what stands in its folder with these variables too: the answer, and the run's folder.
    pub fn audit_with(&self, env: &[(&str, &str)]) -> (Value, PathBuf) {
        let answer = self.run_with(env, &["audit", "--json"]).code(0).json();
        let run = self.path(answer["run_dir"].as_str().unwrap());
        (answer, run)
    }

    /// The same now: the run's folder.
    pub fn audit(&self) -> PathBuf {
        self.audit_with(&[]).1
    }

    /// `apply plan.json ARGS… --json`
    pub fn apply(&self, args: &[&str]) -> Ran {
        self.run(&[&["apply", "plan.json", "--json"], args].concat())
    }

    /// The same as a child to be killed.
    pub fn child(&self, args: &[&str]) -> Command {
        let mut command = command(self.folder.path());
        command.envs(self.env()).args(["apply", "plan.json", "--json"]).args(args);
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
        command
    }

    /// The user with this id as Domo has it now.
    #[track_caller]
    pub fn user(&self, id: u64) -> Value {
        self.find(id).unwrap_or_else(|| panic!("there is no user {id}"))
    }

    pub fn find(&self, id: u64) -> Option<Value> {
        self.domo.users().into_iter().find(|user| user["id"] == id)
    }

    /// The user with this address.
    pub fn by_email(&self, email: &str) -> Vec<Value> {
        self.domo.users().into_iter().filter(|user| user["email"] == email).collect()
    }

    /// Requests that change something, in order.
    pub fn writes(&self) -> Vec<Request> {
        let writes = |request: &Request| request.method != "GET" && !request.path.contains("/oauth/token");
        self.domo.requests().into_iter().filter(writes).collect()
    }

    pub fn journal(&self) -> Journal {
        Journal::read(self.read("plan.journal.jsonl")).unwrap()
    }

    /// The outcome of every action as the journal has it last.
    pub fn folded(&self) -> Vec<(String, String)> {
        let journal = self.journal();
        let outcome = |(id, standing): (&str, domo_reconcile::plan::journal::ActionState<'_>)| {
            (id.to_owned(), standing.outcome.map(|(outcome, _)| outcome.to_string()).unwrap_or_default())
        };
        journal.fold().into_iter().map(outcome).collect()
    }
}

/// The users without what Domo itself changes with every write.
pub fn state(users: Vec<Value>) -> Vec<Value> {
    let bare = |mut user: Value| {
        for own in ["updatedAt", "createdAt"] {
            user.as_object_mut().unwrap().remove(own);
        }
        user
    };
    let mut users: Vec<_> = users.into_iter().map(bare).collect();
    users.sort_by_key(|user| user["email"].as_str().unwrap_or_default().to_owned());
    users
}

/// Waits until something is so; a test that would wait for ever fails and says for what.
#[track_caller]
pub fn wait_until(what: &str, so: impl Fn() -> bool) {
    let begin = std::time::Instant::now();
    while !so() {
        assert!(begin.elapsed() < std::time::Duration::from_secs(20), "waited in vain until {what}");
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
}
