//! The two steps of leaving, access taken and later the account deleted, each killed at every record of its journal or disturbed by
//! a fault at every request of its own, and then run again: the account is demoted once and deleted once, and between the two the
//! archive knows the day, as if nothing had happened.
//!
//! A sample runs by default; `DOMO_RECONCILE_KILLS` and `DOMO_RECONCILE_FAULTS=all` try all of them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::Days;
use domo_reconcile::plan::Journal;
use domo_reconcile::plan::guard::AuditFigures;
use domo_reconcile::sandbox::{DataSet, Options, Profile, Request};
use serde_json::{Value, json};

use super::company::{Company, options, plan_now};
use super::fixture::{hundred, update};
use super::kill::{killed, records};

const POLICY: &str = "[policy]\nleaver = \"demote\"\ndelete_after_days = 30\n";
/// How long before today the access was taken, by the journal.
const AGO: u64 = 40;
const FAULTS: [&str; 9] = ["cut", "cut-after", "truncate", "html", "expire", "401", "403", "500", "503:0"];

/// A company of which person 13, who is in two groups, has left.
struct Left {
    company: Company,
}

impl Left {
    fn on(profile: Profile) -> Self {
        let groups = vec![("Sales".to_owned(), vec![10, 13]), ("Everybody".to_owned(), vec![10, 13])];
        let datasets = vec![DataSet::owned("d-1", "Sales", 10)];
        let options = Options { profile, groups, datasets, latency: Duration::from_millis(2), ..options() };
        let company = Company::with(options, plan_now(vec![update(10)], &hundred(), AuditFigures::default()));
        company.configure(&format!("groups = true\n[content]\napi = true\n[[directory]]\npath = \"workers.csv\"\n{POLICY}"));
        let mut rows = "Email,Employee Number,Name,Title,Department,Location,Phone,Status\n".to_owned();
        for id in (1..=3).chain(10..60) {
            let status = if id == 13 { "Terminated" } else { "Active" };
            rows += &format!("p{id}@acme.com,{id:05},Person {id},Analyst,Finance,Lehi,801-555-0100,{status}\n");
        }
        company.write("workers.csv", &rows);
        Self { company }
    }

    /// An audit, and everything that it proposes approved.
    #[track_caller]
    fn approved(&self, moment: &str, kind: &str) -> PathBuf {
        let answer = self.company.run(&["audit", "--json"]).code(0).json();
        let run = self.company.path(answer["run_dir"].as_str().unwrap_or_else(|| panic!("{moment}: {answer}")));
        let Ok(plan) = std::fs::read(run.join("plan.json")) else {
            panic!("{moment}: no plan: {}", std::fs::read_to_string(run.join("findings.json")).unwrap());
        };
        let plan: Value = serde_json::from_slice(&plan).unwrap();
        let proposed: Vec<_> =
            plan["actions"].as_array().unwrap().iter().map(|action| (&action["kind"], &action["account_id"])).collect();
        assert_eq!(proposed, [(&json!(kind), &json!(13))], "{moment}");
        self.company.run(&["review", run.to_str().unwrap(), "--approve", "all", "--by", "ana"]).code(0);
        run
    }

    fn apply(&self, run: &Path) -> crate::support::Ran {
        self.company.run(&["apply", run.to_str().unwrap(), "--confirm", "--json"])
    }

    /// Starts an apply and kills it once its journal has that many records; false when it ended first.
    fn killed(&self, run: &Path, at: usize) -> bool {
        let mut apply = crate::support::command(self.company.folder.path());
        apply.envs(self.company.env()).args(["apply", run.to_str().unwrap(), "--confirm", "-q"]);
        killed(&mut apply, || records(&run.join("plan.journal.jsonl")) >= at)
    }

    /// What was done today is said to have been done some weeks ago.
    fn age(&self, run: &Path) {
        let path = run.join("plan.journal.jsonl");
        let journal = Journal::read(std::fs::read_to_string(&path).unwrap()).unwrap();
        let mut end = Journal::default().end();
        let older = journal.lines().iter().map(|line| end.line(line.at - Days::new(AGO), line.event.clone()).unwrap());
        let text: String = older.collect();
        std::fs::write(path, text).unwrap();
    }

    /// Both steps, each disturbed and then finished; whether the disturbance met either.
    fn walk(&self, moment: &str, disturb: impl Fn(&Self, &Path, usize) -> bool) -> bool {
        let demoted = self.approved(moment, "demote");
        let mut met = disturb(self, &demoted, 1);
        let ended = self.apply(&demoted).code(0).json();
        assert!(ended["counts"] == json!({"done": 1}) || ended["counts"] == json!({"already-done": 1}), "{moment}: {ended}");
        assert_eq!(self.company.user(13)["role"], "Social", "{moment}");
        assert_eq!(
            self.company.domo.groups().into_iter().map(|(_, members)| members).collect::<Vec<_>>(),
            [[10], [10]],
            "{moment}"
        );
        self.age(&demoted);
        let deleted = self.approved(moment, "delete");
        met |= disturb(self, &deleted, 2);
        let ended = self.apply(&deleted).code(0).json();
        assert!(ended["counts"] == json!({"done": 1}) || ended["counts"] == json!({"already-done": 1}), "{moment}: {ended}");
        assert!(self.company.find(13).is_none(), "{moment}");
        assert_eq!(self.company.domo.users().len(), 52, "{moment}");
        self.nothing_twice(moment);
        // The third month has nothing to say of somebody who is gone, and nothing to do.
        let answer = self.company.run(&["audit", "--json"]).code(0).json();
        assert_eq!((&answer["plan"], &answer["accounts"]["leaver"]), (&Value::Null, &json!(0)), "{moment}: {answer}");
        met
    }

    /// No write that took place was sent again with other content, and nothing but 13 was written.
    fn nothing_twice(&self, moment: &str) {
        let writes = self.company.writes();
        assert!(writes.iter().all(|write| write.path.ends_with("/13")), "{moment}: {writes:?}");
        let puts: Vec<_> = writes.iter().filter(|write| write.method == "PUT").map(|write| &write.body).collect();
        assert!(!puts.is_empty() && puts.windows(2).all(|pair| pair[0] == pair[1]), "{moment}: {puts:?}");
        let took_place = |method: &str, path: &str| {
            // Domo's own answer to what took place; a page of somebody else's is a 200.
            let fits = |write: &&Request| write.method == method && write.path.starts_with(path) && write.status == 204;
            writes.iter().filter(fits).count()
        };
        assert!(took_place("DELETE", "/v1/users/") <= 1 && took_place("DELETE", "/v1/groups/") <= 2, "{moment}: {writes:?}");
    }
}

fn kills() -> bool {
    std::env::var("DOMO_RECONCILE_KILLS").is_ok()
}

#[test]
fn killed_in_either_step_an_account_is_demoted_once_and_deleted_once() {
    let (mut tried, mut survived) = (0, 0);
    // Demote: opened, 3 records, 2 for each group, closed. Delete: opened, 3 records, closed.
    for (step, records) in [(1, 9), (2, 5)] {
        for record in (1..=records).step_by(if kills() { 1 } else { 4 }) {
            for profile in [Profile::guide(), Profile::recorded()] {
                if !kills() && (profile.name == "guide") != (record % 8 == 1) {
                    continue;
                }
                let left = Left::on(profile);
                let moment = format!("step {step}, record {record}");
                if left.walk(&moment, |left, run, now| now == step && left.killed(run, record)) {
                    tried += 1;
                    survived += 1;
                }
            }
        }
    }
    println!("killed in two steps: tried {tried}, survived {survived}, lost {}", tried - survived);
    assert!(tried >= 3, "{tried}");
}

#[test]
fn disturbed_in_either_step_an_account_is_demoted_once_and_deleted_once() {
    let all = std::env::var("DOMO_RECONCILE_FAULTS").is_ok_and(|value| value == "all");
    let (mut tried, mut number) = (0, 0);
    for (step, requests) in [
        (1, &["PUT /v1/users/13", "DELETE /v1/groups/*", "GET /v1/users/13#2", "GET /v1/groups/*/users"][..]),
        (2, &["DELETE /v1/users/13", "GET /v1/users/13#1", "GET /v1/users/13#2", "GET /v1/datasets"][..]),
    ] {
        for request in requests {
            for fault in FAULTS {
                number += 1;
                if !all && number % 9 != step {
                    continue;
                }
                let first = if request.contains('#') { "" } else { "#1" };
                let fault = format!("{request}{first}={fault}");
                let left = Left::on(if number % 2 == 0 { Profile::guide() } else { Profile::recorded() });
                let moment = format!("step {step}, {fault}");
                left.walk(&moment, |left, run, now| {
                    if now == step {
                        left.company.domo.fault(fault.parse().unwrap());
                        left.apply(run);
                        left.company.domo.clear_faults();
                    }
                    now == step
                });
                tried += 1;
            }
        }
    }
    println!("faults over two steps: tried {tried}, survived {tried}, lost 0");
    assert!(tried >= 6, "{tried}");
}
