//! The process is killed (SIGKILL, Domo lives on) at every record of the journal, at every request, and at random moments; then it
//! is run again. What comes out must be what an uninterrupted run leaves: the same Domo, the same outcomes, no account written
//! twice with different content, no second account, no second invitation.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use domo_reconcile::plan::journal::{Event, JournalLine};
use domo_reconcile::plan::{Action, Journal, Sealed};
use domo_reconcile::sandbox::{Fault, Options, Request, What};
use serde_json::{Value, json};

use super::company::{Company, options, plan_now, state, wait_until};
use super::fixture::{action, create, deactivate, hundred, update};
use crate::support::finish;
use domo_reconcile::plan::guard::AuditFigures;
use domo_reconcile::terms::ActionKind;

/// One of everything, some twice.
fn actions() -> Vec<Action> {
    let before = json!({"active": true, "email": "p13@acme.com", "name": "Person 13", "role": "Participant"});
    let delete = action(ActionKind::Delete, 13, before, json!({"deleted": true}));
    let mut invited = create(901);
    invited.after.insert("sendInvite".into(), true.into());
    let reactivate = action(ActionKind::Reactivate, 14, json!({"active": false}), json!({"active": true}));
    let mut grouped = create(900);
    grouped.after.insert("groups".into(), json!(["Finance Team"]));
    // Two of three groups are left; of the third it is no member any more.
    let of = |id: u64, name: &str| json!({"id": 1_000_000_000 + id, "name": name});
    let demoted =
        json!({"email": "p16@acme.com", "role": "Participant", "groups": [of(1, "Sales"), of(2, "Gone"), of(3, "Everybody")]});
    let demote = action(ActionKind::Demote, 16, demoted, json!({"role": "Social", "groups": []}));
    vec![update(10), update(11), deactivate(12), delete, reactivate, demote, grouped, invited]
}

fn company(latency: u64) -> Company {
    let group = |name: &str, members: &[u64]| (name.to_owned(), members.to_vec());
    let groups = vec![group("Finance Team", &[10]), group("Sales", &[16, 10]), group("Gone", &[11]), group("Everybody", &[10, 16])];
    let mut options = Options { latency: Duration::from_millis(latency), groups, ..options() };
    options.accounts.iter_mut().find(|user| user["id"] == 14).unwrap()["active"] = false.into();
    Company::with(options, plan_now(actions(), &hundred(), AuditFigures::default()))
}

/// Users without their ids, which Domo gives as it likes.
fn bare(company: &Company) -> Vec<Value> {
    let known = |id: &Value| id.as_u64().is_some_and(|id| id < 100);
    let mut users = state(company.domo.users());
    users.iter_mut().filter(|user| !known(&user["id"])).for_each(|user| drop(user.as_object_mut().unwrap().remove("id")));
    users
}

/// What an uninterrupted run leaves.
fn undisturbed() -> (Vec<Value>, Vec<(String, String)>) {
    let company = company(0);
    company.apply(&["--confirm"]).code(0);
    (bare(&company), company.folded())
}

/// Runs a killed apply to its end and holds all of it against the uninterrupted run.
#[track_caller]
fn holds(company: &Company, expected: &(Vec<Value>, Vec<(String, String)>), moment: &str) {
    company.domo.clear_faults();
    company.apply(&["--confirm"]).code(0);
    assert_eq!(bare(company), expected.0, "{moment}: another state");
    assert_eq!(company.folded(), expected.1, "{moment}: other outcomes");
    assert_eq!(company.domo.invites(), ["p901@acme.com"], "{moment}: invitations");
    let joined = company.by_email("p900@acme.com")[0]["id"].as_u64().unwrap();
    let members: Vec<_> = company.domo.groups().into_iter().map(|(_, members)| members).collect();
    assert_eq!(members, [vec![10, joined], vec![10], vec![11], vec![10]], "{moment}: groups");
    let mut puts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for write in company.writes() {
        // Nothing is asked for that Domo has to refuse, such as an address that is there already. 0 is a cut connection.
        assert!(write.status < 400, "{moment}: {write:?}");
        match write.method.as_str() {
            "PUT" => puts.entry(write.path).or_default().push(write.body),
            _ if write.status == 0 => {}
            _ => {
                let key = format!("{} {} {}", write.method, write.path, write.body);
                assert!(puts.insert(key.clone(), Vec::new()).is_none(), "{moment}: {key} took place twice");
            }
        }
    }
    for (path, bodies) in &puts {
        assert!(bodies.windows(2).all(|pair| pair[0] == pair[1]), "{moment}: {path} with different content: {bodies:?}");
    }
    // The killed run's records and the second run's are one chain; the plan is as it was.
    assert!(company.journal().opened().count() >= 1);
    assert!(Sealed::read(&company.read("plan.json")).is_ok());
}

const JOURNAL: &str = "plan.journal.jsonl";

/// Starts an apply and kills it as soon as `now` is so; false when it ended first.
pub(super) fn killed(apply: &mut Command, now: impl Fn() -> bool) -> bool {
    let mut child = apply.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let begin = Instant::now();
    let killed = loop {
        if now() {
            break true;
        }
        if child.try_wait().unwrap().is_some() {
            break false;
        }
        assert!(begin.elapsed() < Duration::from_secs(60), "neither killed nor ended");
        std::thread::sleep(Duration::from_micros(200));
    };
    child.kill().unwrap();
    child.wait().unwrap();
    killed
}

fn apply(company: &Company) -> Command {
    company.child(&["--confirm", "-q"])
}

/// The records of a journal so far.
pub(super) fn records(journal: &Path) -> usize {
    std::fs::read(journal).unwrap_or_default().iter().filter(|byte| **byte == b'\n').count()
}

fn more() -> Option<usize> {
    std::env::var("DOMO_RECONCILE_KILLS").ok()?.parse().ok()
}

#[test]
fn killed_at_every_record_of_the_journal_it_ends_as_if_undisturbed() {
    let expected = undisturbed();
    let (mut tried, mut survived) = (0, 0);
    // 1 + 7 actions of 3 records each, 2 more for a group, + 1; a sample of them unless more are asked for.
    let step = if more().is_some() { 1 } else { 4 };
    for record in (1..=24).step_by(step) {
        let company = company(3);
        if killed(&mut apply(&company), || records(&company.path(JOURNAL)) >= record) {
            tried += 1;
            holds(&company, &expected, &format!("record {record}"));
            survived += 1;
        }
    }
    println!("killed at a record: tried {tried}, survived {survived}, lost {}", tried - survived);
    assert!(tried >= 4, "{tried}");
}

/// The answer of one write is held back until the kill: before it took place (cut), or after (held).
#[test]
fn killed_while_a_write_is_under_way_it_ends_as_if_undisturbed() {
    let expected = undisturbed();
    let (mut tried, mut survived) = (0, 0);
    for (method, path, count) in [
        ("PUT", "/v1/users/*", 5),
        ("PUT", "/v1/groups/*", 1),
        ("DELETE", "/v1/users/*", 1),
        ("DELETE", "/v1/groups/*", 2),
        ("POST", "/v1/users", 2),
    ] {
        for nth in 1..=count {
            if more().is_none() && nth % 2 == 0 {
                continue;
            }
            for what in [What::Slow(Duration::from_secs(30)), What::CutAfter, What::Cut] {
                let company = company(3);
                company.domo.fault(Fault::nth(method, path, nth, what.clone()));
                let fits = |write: &Request| write.method == method && write.path.starts_with(path.trim_end_matches('*'));
                let met = || company.writes().iter().filter(|write| fits(write)).count() as u64 >= nth;
                let held = || matches!(what, What::Slow(_)) && records(&company.path(JOURNAL)) > 1 && stalled(&company);
                if killed(&mut apply(&company), || met() || held()) {
                    tried += 1;
                    holds(&company, &expected, &format!("{method} {nth} {what:?}"));
                    survived += 1;
                }
            }
        }
    }
    println!("killed at a write: tried {tried}, survived {survived}, lost {}", tried - survived);
    assert!(tried >= 6, "{tried}");
}

/// The journal has not grown for a while: the write whose answer is held back is under way.
fn stalled(company: &Company) -> bool {
    let before = records(&company.path(JOURNAL));
    std::thread::sleep(Duration::from_millis(120));
    records(&company.path(JOURNAL)) == before
}

#[test]
fn killed_at_random_moments_it_ends_as_if_undisturbed() {
    let expected = undisturbed();
    let whole = {
        let company = company(3);
        let begin = Instant::now();
        company.apply(&["--confirm"]).code(0);
        begin.elapsed()
    };
    let mut tried = 0;
    for _ in 0..more().unwrap_or(6) {
        let company = company(3);
        // Twice: what was resumed is killed too.
        let moments = [whole.mul_f64(fastrand::f64()), whole.mul_f64(fastrand::f64())];
        for moment in moments {
            let begin = Instant::now();
            tried += usize::from(killed(&mut apply(&company), || begin.elapsed() >= moment));
        }
        holds(&company, &expected, &format!("killed after {moments:?}"));
    }
    println!("killed at random: {tried} times");
    assert!(tried > 0);
}

/// The journal meets the end of the disk after every so many bytes. Whatever was sent to Domo has its record there; with room again
/// it ends as if nothing had been.
#[cfg(unix)]
#[test]
fn with_a_full_disk_nothing_is_sent_without_its_record_and_with_room_it_goes_on() {
    let expected = undisturbed();
    let (mut full, mut written) = (0, 0);
    // Blocks of 512 bytes; the limit is of one file, and the journal is the largest.
    for blocks in (0..40).step_by(3) {
        let company = company(0);
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" apply plan.json --confirm --json");
        let program = company.child(&[]).get_program().to_owned();
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", &script]).arg(program).current_dir(company.folder.path()).env_clear().envs(company.env());
        let out = shell.output().unwrap();
        let said = String::from_utf8_lossy(&out.stderr).into_owned();
        let recorded: Vec<_> = match std::fs::read_to_string(company.path("plan.journal.jsonl")) {
            Ok(text) => Journal::read(text).unwrap().lines().iter().filter_map(sent).collect(),
            Err(_) => Vec::new(),
        };
        for write in company.writes() {
            let own = write.path.rsplit('/').next().and_then(|id| id.parse().ok()).map(|id: u64| id.to_string());
            let subject =
                own.unwrap_or_else(|| serde_json::from_str::<Value>(&write.body).unwrap()["email"].as_str().unwrap().into());
            assert!(recorded.contains(&subject), "{blocks} blocks: {subject} was written without a record: {recorded:?}");
            written += 1;
        }
        if out.status.success() {
            break;
        }
        assert_eq!(out.status.code(), Some(1), "{blocks} blocks: {said}");
        assert!(said.contains("cannot ") && said.contains("next: ") && !said.contains("panicked"), "{blocks} blocks: {said}");
        full += 1;
        holds(&company, &expected, &format!("{blocks} blocks"));
    }
    assert!(full > 3 && written > 7, "{full} met the end of the disk, {written} writes");
}

/// Whom the write of a record is about: an id, or of a create the address.
fn sent(line: &JournalLine) -> Option<String> {
    match &line.event {
        Event::Before { account_id: Some(id), .. } => Some(id.to_string()),
        Event::Before { change, .. } => change.get("email").and_then(Value::as_str).map(str::to_owned),
        _ => None,
    }
}

/// A record in a file that is gone is none.
#[test]
fn nothing_more_is_sent_once_the_journal_is_gone() {
    let company = Company::new(vec![update(10), update(11), update(12)]);
    company.domo.fault(Fault::nth("PUT", "/v1/users/*", 1, What::Slow(Duration::from_secs(2))));
    let child = company.child(&["--confirm"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    wait_until("the first write is under way", || !company.writes().is_empty() || company.domo.users()[3]["title"] == "Lead");
    std::fs::remove_file(company.path("plan.journal.jsonl")).unwrap();
    let ran = finish(child.wait_with_output().unwrap()).code(1);
    assert!(ran.stderr.contains("was deleted or replaced while the plan was applied"), "{}", ran.stderr);
    assert_eq!(company.writes().len(), 1);
}
