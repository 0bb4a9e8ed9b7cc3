//! The client against the sandbox: both profiles, and everything that can go wrong on the way.

mod behaves;
mod clients;
mod doors;
mod extras;
mod faults;
mod hostile;
mod progress;
mod pull;
mod tokens;
mod writes;

use std::collections::BTreeSet;
use std::time::Duration;

use domo_reconcile::domo::{self, Accounts, Reader, Session, Settings, Silent, Windows};
use domo_reconcile::sandbox::{Options, Profile, Running, Sandbox};
use serde_json::{Value, json};

/// `count` users with every documented field; the first two are Admins.
fn company(count: u64) -> Vec<Value> {
    let user = |n: u64| {
        json!({
            "id": 1_000_000 + n, "name": format!("User {n}"), "email": format!("user{n}@acme.example"),
            "role": if n < 2 { "Admin" } else { "Participant" }, "title": "Analyst", "department": "Finance",
            "phone": format!("801-555-{n:04}"), "location": "Lehi", "employeeNumber": (90_000 + n).to_string(),
            "locale": "en-US", "active": true, "createdAt": "2024-02-01T09:00:00Z",
        })
    };
    (0..count).map(user).collect()
}

/// A sandbox of that profile, without a rate limit to wait on.
async fn sandbox(mut profile: Profile, accounts: Vec<Value>) -> Running {
    profile.rate_limit = None;
    sandbox_with(Options { profile, accounts, ..Options::default() }).await
}

async fn sandbox_with(options: Options) -> Running {
    Sandbox::start(options).await.unwrap()
}

/// Impatient settings for a sandbox.
fn settings(running: &Running) -> Settings {
    let mut settings = Settings::new(&running.url(), "sandbox", "sandbox-secret".into()).unwrap();
    settings.requests_per_minute = 6_000_000;
    settings.limits.tries = 6;
    settings.limits.exchange = Duration::from_secs(1);
    settings.limits.backoff = Duration::from_millis(1);
    settings.limits.backoff_most = Duration::from_millis(4);
    settings.limits.rows = 4_000;
    settings.windows = windows();
    settings
}

/// The looks at a write, in milliseconds.
fn windows() -> Windows {
    let ms = Duration::from_millis;
    Windows { looks: [0, 2, 10, 30, 60].map(ms).into(), shortened: ms(5), fresh: ms(500) }
}

async fn open(running: &Running) -> Session {
    Session::open(settings(running)).await.unwrap()
}

async fn pull(running: &Running) -> anyhow::Result<Accounts> {
    Reader::new(&Session::open(settings(running)).await?).accounts(&Silent).await
}

fn ids(accounts: &Accounts) -> BTreeSet<u64> {
    accounts.frame.column("id").unwrap().u64().unwrap().iter().flatten().collect()
}

fn ids_of(users: &[Value]) -> BTreeSet<u64> {
    users.iter().map(|user| user["id"].as_u64().unwrap()).collect()
}

/// Tests may write; in the program only an approved plan may.
struct Allowed;

impl domo::Permission for Allowed {}
