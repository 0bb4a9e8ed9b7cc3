//! What an apply costs over the bound that its pace sets: wall time, the journal's share, memory.
//!
//! `cargo bench --bench apply`. `APPLY_ACTIONS` (default 10,000) approved updates run against the sandbox at `APPLY_PACE` requests
//! a minute (default 3,000). With `APPLY_GROUPS` above 0 they are demotions instead, each of an account that leaves so many groups.
//! `APPLY_BINARY` measures another build.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, missing_docs)]

use std::time::{Duration, Instant};

use chrono::Utc;
use domo_reconcile::apply::journal::OpenJournal;
use domo_reconcile::config::Config;
use domo_reconcile::plan::build::assemble;
use domo_reconcile::plan::guard::AuditFigures;
use domo_reconcile::plan::journal::{Event, Step};
use domo_reconcile::plan::{Action, Decision, GuardedAccounts, InputDigests, Outcome, Plan, PlanBinding, Verdict};
use domo_reconcile::sandbox::{Options, Profile, Sandbox};
use domo_reconcile::terms::ActionKind;
use serde_json::{Map, Value, json};

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// From 1,000: 27 is Domo's own support account, which nobody may touch.
fn ids(count: u64) -> impl Iterator<Item = u64> {
    1000..1000 + count
}

fn account(id: u64) -> Value {
    json!({"id": id, "name": format!("Person {id}"), "email": format!("p{id}@acme.com"), "role": "Participant", "title": "Analyst",
        "department": "Finance", "phone": "801-555-0100", "location": "Lehi", "employeeNumber": format!("{id:06}"), "active": true})
}

/// The name and the id of a group; the sandbox gives ids from one above the last account's, or a thousand million.
fn group(number: u64) -> (String, u64) {
    (format!("Group {number}"), 1_000_000_000 + number)
}

fn plan(count: u64, groups: u64) -> Plan {
    let object = |value: Value| value.as_object().cloned().unwrap_or_default();
    let memberships: Vec<Value> = (0..groups).map(group).map(|(name, id)| json!({"id": id, "name": name})).collect();
    let (kind, before, after) = match groups {
        0 => (ActionKind::Update, object(json!({"title": "Analyst"})), object(json!({"title": "Lead"}))),
        _ => (
            ActionKind::Demote,
            object(json!({"role": "Participant", "groups": memberships})),
            object(json!({"role": "Social", "groups": []})),
        ),
    };
    let action = |id: u64| Action {
        id: format!("A-{id}"),
        kind,
        finding: Some(format!("F-{id}")),
        account_id: Some(id),
        email: Some(format!("p{id}@acme.com")),
        name: Some(format!("Person {id}")),
        before: before.clone(),
        after: after.clone(),
        why: "The directory says so".into(),
        through: None,
        blocked: None,
        about: None,
    };
    let inputs = InputDigests { accounts: "sha256:a".into(), directory: Vec::new(), config: "sha256:c".into() };
    let context = PlanBinding { run_id: "bench".into(), created: Utc::now(), inputs, before: None };
    let actions = ids(count).map(action).collect();
    let mut plan = assemble(
        actions,
        Vec::new(),
        &GuardedAccounts::default(),
        AuditFigures::default(),
        &Config::default(),
        &context,
        "sandbox",
    )
    .unwrap()
    .unwrap();
    let yes = Decision::new(Verdict::Approve, "bench", Utc::now());
    plan.decisions = plan.actions.iter().map(|action| (action.id.clone(), yes.clone())).collect();
    plan
}

fn main() {
    let (count, pace, groups) = (number("APPLY_ACTIONS", 10_000), number("APPLY_PACE", 3_000), number("APPLY_GROUPS", 0));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.json");
    let plan = plan(count, groups);
    std::fs::write(&path, plan.to_json().unwrap()).unwrap();
    let config = format!(
        "[domo]\ninstance = \"sandbox\"\nrequests_per_minute = {pace}\n[guards]\nmax_updates_percent = 100\nmax_deactivations = {count}\n\
         max_deactivations_percent = 100\nmin_admins = 0\n"
    );
    std::fs::write(folder.path().join("domo-reconcile.toml"), config).unwrap();

    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let accounts = ids(count).map(account).collect();
    // The pace is ours to set: the guide's limit of 3,000 a minute would be measured instead.
    let profile = Profile { rate_limit: None, ..Profile::guide() };
    let members = (0..groups).map(|number| (group(number).0, ids(count).collect())).collect();
    let domo = runtime.block_on(Sandbox::start(Options { accounts, profile, groups: members, ..Options::default() })).unwrap();
    let binary = std::env::var("APPLY_BINARY").unwrap_or_else(|_| env!("CARGO_BIN_EXE_domo-reconcile").to_owned());
    let begin = Instant::now();
    let mut child = std::process::Command::new(&binary)
        .args(["apply", "plan.json", "--confirm", "--json", "-q", "--override", "max-deactivations", "--reason", "bench"])
        .current_dir(folder.path())
        .envs([("DOMO_API_URL", domo.url()), ("DOMO_CLIENT_ID", "sandbox".into()), ("DOMO_CLIENT_SECRET", "sandbox-secret".into())])
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let mut most = 0;
    let ended = loop {
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default();
        most = most.max(line.split_whitespace().nth(1).and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0));
        if let Some(ended) = child.try_wait().unwrap() {
            break ended;
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    let wall = begin.elapsed().as_secs_f64();
    let requests = domo.requests().len() as f64;
    let bound = requests / (pace as f64 / 60.0);
    let journal = std::fs::metadata(folder.path().join("plan.journal.jsonl")).map_or(0, |file| file.len());
    let what = if groups == 0 { "updates".to_owned() } else { format!("demotions out of {groups} groups") };
    println!("{count} approved {what}, {requests} requests at {pace} a minute, ended with {ended}");
    println!("wall {wall:.1} s, bound {bound:.1} s, wall over bound {:.3}", wall / bound);
    println!("peak memory {} MiB, journal {} bytes an action", most / 1024, journal / count.max(1));

    let path = folder.path().join("alone.journal.jsonl");
    let mut alone = OpenJournal::open(&path, &plan).unwrap();
    let object = account(1).as_object().cloned().unwrap();
    let begin = Instant::now();
    let rounds = count.min(1000);
    for id in 1..=rounds {
        let (action, account) = (format!("A-{id}"), Some(object.clone()));
        let before = Event::Before {
            action: action.clone(),
            finding: Some(format!("F-{id}")),
            step: Step::Write,
            kind: ActionKind::Update,
            account_id: Some(id),
            account: account.clone(),
            change: Map::from_iter([("title".to_owned(), Value::from("Lead"))]),
        };
        let (outcome, account_id) = (Outcome::Done, Some(id));
        let after = Event::After {
            action: action.clone(),
            step: Step::Write,
            outcome,
            account_id,
            account,
            detail: None,
            alarm: None,
            pending: false,
        };
        alone.append([before]).unwrap();
        alone.append([after, Event::Outcome { action, outcome, detail: None }]).unwrap();
    }
    let each = begin.elapsed().as_secs_f64() * 1000.0 / rounds as f64;
    println!("journal alone: {each:.2} ms an action (three records, synced before the write and after it)");
}
