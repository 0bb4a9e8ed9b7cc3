//! Every network fault at every request of an apply. After the fault the outcomes must be true of the accounts; and a second apply,
//! undisturbed, must end where an undisturbed first one does: the same Domo, the same outcomes, no account written twice with
//! different content, no second account, no second invitation.
//!
//! A sample runs by default; `DOMO_RECONCILE_FAULTS=all` tries all of them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use domo_reconcile::apply::{Applied, PreparedApply, Stop};
use domo_reconcile::config::{Config, DeactivateWith};
use domo_reconcile::domo::{Limits, Scim, Session, Settings, Silent, Windows};
use domo_reconcile::plan::guard::AuditFigures;
use domo_reconcile::plan::{Action, Journal, Outcome};
use domo_reconcile::sandbox::{DataSet, Fault, Options, Request, Running, Sandbox};
use domo_reconcile::terms::ActionKind;
use serde_json::{Value, json};

use super::company::{options, plan_now, state};
use super::fixture::{action, approved, create, deactivate, hundred, order, update};

/// What goes wrong with one request. The slow one is slower than anybody waits here.
const FAULTS: [&str; 21] = [
    "cut",
    "cut-after",
    "slow:600",
    "truncate",
    "html",
    "expire",
    "400",
    "404",
    "404:1",
    "401",
    "403",
    "408",
    "408:1",
    "409",
    "409:1",
    "429",
    "429:0",
    "429:1",
    "500",
    "502",
    "503",
];
/// What goes wrong with that request and with every one after it.
const LASTING: [&str; 6] = ["cut", "cut-after", "html", "401", "429", "503"];

/// A sandbox, and a folder with an approved plan for it.
struct Stage {
    domo: Running,
    folder: tempfile::TempDir,
    config: Config,
    limits: Limits,
}

/// What a plan does, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// One of everything.
    Rest,
    /// Accounts are switched off over SCIM.
    Scim,
    /// The second of two steps: accounts that were demoted are deleted, and what they own is read before each.
    Delete,
    /// What a revert does: an account gets its role and its groups back, one is switched on again, one that was made is deleted.
    Undo,
}

fn actions(way: Way) -> Vec<Action> {
    let through = |action: Action| Action { through: Some(DeactivateWith::Scim), ..action };
    let before = json!({"active": true, "email": "p13@acme.com", "name": "Person 13", "role": "Participant"});
    let delete = action(ActionKind::Delete, 13, before, json!({"deleted": true}));
    let (mut grouped, mut invited) = (create(900), create(901));
    grouped.after.insert("groups".into(), json!(["Finance Team"]));
    invited.after.insert("sendInvite".into(), true.into());
    let again = action(ActionKind::Reactivate, 15, json!({"active": false}), json!({"active": true}));
    let group = |id: u64, name: &str| json!({"id": 1_000_000_000 + id, "name": name});
    match way {
        Way::Rest => {
            let was = json!({"email": "p16@acme.com", "role": "Participant", "groups": [group(1, "Sales"), group(2, "Everybody")]});
            let demote = action(ActionKind::Demote, 16, was, json!({"role": "Social", "groups": []}));
            vec![update(10), update(11), deactivate(12), delete, demote, grouped, invited, again]
        }
        Way::Undo => {
            let restored = json!({"role": "Participant", "groups": [group(1, "Sales"), group(2, "Everybody")]});
            let restore = action(ActionKind::Update, 16, json!({"role": "Social", "groups": []}), restored);
            vec![update(10), delete, restore, again]
        }
        Way::Delete => {
            let demoted = json!({"active": true, "email": "p16@acme.com", "name": "Person 16", "role": "Participant"});
            vec![delete, action(ActionKind::Delete, 16, demoted, json!({"deleted": true})), update(10)]
        }
        Way::Scim => vec![update(10), through(deactivate(12)), through(deactivate(14)), grouped],
    }
}

impl Stage {
    async fn set(way: Way) -> Self {
        let mut accounts = options().accounts;
        accounts.truncate(12);
        accounts.iter_mut().filter(|user| user["id"] == 15).for_each(|user| user["active"] = false.into());
        let taken = |user: &&mut Value| way == Way::Undo && user["id"] == 16;
        accounts.iter_mut().filter(taken).for_each(|user| user["role"] = "Social".into());
        let others = |id: &u64| way != Way::Undo || *id != 16;
        let group = |name: &str, members: &[u64]| (name.to_owned(), members.iter().copied().filter(others).collect());
        let groups = vec![group("Finance Team", &[10]), group("Sales", &[16, 10]), group("Everybody", &[16])];
        let datasets = vec![DataSet::owned("d-1", "Sales", 10)];
        let domo = Sandbox::start(Options { accounts, groups, datasets, ..options() }).await.unwrap();
        let content = if way == Way::Delete { "[content]\ndatasets = \"domostats-datasets\"\n" } else { "" };
        let config = format!("[domo]\ninstance = \"sandbox\"\nclient_owner = \"p1@acme.com\"\n{content}");
        let mut config = Config::parse(&config).unwrap();
        if way == Way::Scim {
            config.domo.deactivate_with = DeactivateWith::Scim;
        }
        // In memory where there is such a folder: it is the network that fails here, and each record waits for its disk.
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
        let plan = approved(plan_now(actions(way), &hundred(), AuditFigures::default()));
        std::fs::write(folder.path().join("plan.json"), plan.to_json().unwrap()).unwrap();
        let ms = Duration::from_millis;
        let limits =
            Limits { tries: 3, total: ms(2000), exchange: ms(300), backoff: ms(1), backoff_most: ms(2), ..Limits::default() };
        Self { domo, folder, config, limits }
    }

    fn plan(&self) -> PathBuf {
        self.folder.path().join("plan.json")
    }

    async fn apply(&self) -> anyhow::Result<Applied> {
        let mut settings = Settings::new(&self.domo.url(), "sandbox", "sandbox-secret".to_owned().into())?;
        settings.requests_per_minute = 6_000_000;
        settings.deactivate_with = self.config.domo.deactivate_with;
        settings.limits = self.limits.clone();
        settings.data = self.config.content.is_some();
        let ms = Duration::from_millis;
        settings.windows = Windows { looks: [0, 1, 2].map(ms).into(), shortened: ms(1), ..Windows::default() };
        if settings.deactivate_with == DeactivateWith::Scim {
            settings.scim = Some(Scim::new(self.domo.scim_url(), "sandbox-scim-token".to_owned().into())?);
        }
        let session = Session::open(settings).await?;
        let plan = self.plan();
        let order = order(&plan, &self.config);
        PreparedApply::open(&order, session, &Silent).await?.carry_out(&Stop::default(), &mut |_, _| {}).await
    }

    fn outcomes(&self) -> BTreeMap<String, Outcome> {
        let text = std::fs::read_to_string(self.folder.path().join("plan.journal.jsonl")).unwrap_or_default();
        let journal = Journal::read(text).unwrap();
        let outcome =
            |(id, standing): (&str, domo_reconcile::plan::journal::ActionState<'_>)| Some((id.to_owned(), standing.outcome?.0));
        journal.fold().into_iter().filter_map(outcome).collect()
    }

    /// The users without the ids that Domo gives as it likes, and who is in which group.
    fn state(&self) -> (Vec<Value>, Vec<Vec<String>>) {
        let users = self.domo.users();
        let name =
            |id: &u64| users.iter().find(|user| user["id"] == *id).map_or("?", |user| user["email"].as_str().unwrap()).to_owned();
        let members = self.domo.groups().iter().map(|(_, members)| members.iter().map(name).collect()).collect();
        let mut users = state(users.clone());
        users.iter_mut().filter(|user| user["id"].as_u64() > Some(100)).for_each(|user| user["id"] = 0.into());
        (users, members)
    }

    /// Whether Domo shows all that an action wants, its groups too.
    fn shows(&self, action: &Action) -> bool {
        let users = self.domo.users();
        let groups = self.domo.groups();
        let is_in = |name: &str, id: u64| groups.iter().any(|(group, members)| group == name && members.contains(&id));
        let (leaves, joins) = action.memberships();
        let user = users.iter().find(|user| user["id"] == action.account_id.unwrap_or(0) && user["deleted"] != true);
        match (action.kind, user) {
            (ActionKind::Create, _) => users.iter().filter(|user| user["email"].as_str() == action.email.as_deref()).any(|user| {
                let id = user["id"].as_u64().unwrap();
                action.groups().all(|name| is_in(name, id))
            }),
            (ActionKind::Delete, user) => user.is_none(),
            (_, Some(user)) => {
                let id = user["id"].as_u64().unwrap();
                action.after.iter().filter(|(field, _)| *field != "groups").all(|(field, wanted)| user[field] == *wanted)
                    && leaves.iter().all(|group| !is_in(&group.name, id))
                    && joins.iter().all(|group| is_in(&group.name, id))
            }
            (_, None) => false,
        }
    }
}

/// What an undisturbed apply leaves, and how many requests it takes.
async fn undisturbed(way: Way) -> (Stage, usize) {
    let stage = Stage::set(way).await;
    let applied = stage.apply().await.unwrap();
    assert_eq!(applied.kind(), None, "{:?}", applied.report);
    let requests = stage.domo.requests().len();
    (stage, requests)
}

/// What is wrong after this fault and a second apply; nothing when all is well.
async fn survives(way: Way, expected: &Stage, fault: &str) -> Result<(), String> {
    let stage = Stage::set(way).await;
    stage.domo.fault(fault.parse::<Fault>().unwrap());
    let first = stage.apply().await;
    stage.domo.clear_faults();
    let told = stage.outcomes();
    for action in actions(way) {
        // Said to be done and not there, or said to have failed and there: either would be a lie.
        match (told.get(&action.id), stage.shows(&action)) {
            (Some(Outcome::Done), false) => return Err(format!("{} is said to be done and is not", action.id)),
            (Some(outcome @ (Outcome::Failed | Outcome::ChangedSincePlan | Outcome::AlreadyDone)), true) => {
                return Err(format!("{} took place and is said to be {outcome}", action.id));
            }
            _ => {}
        }
    }
    let second = stage.apply().await.map_err(|error| format!("the second apply: {error:#}"))?;
    let report = |why: &str| {
        let first = first.as_ref().map(|applied| &applied.report.results).map_err(|error| format!("{error:#}"));
        Err(format!("{why}\n  first {first:?}\n  second {:?}\n  requests {:?}", second.report.results, stage.domo.requests()))
    };
    if second.kind().is_some() || stage.outcomes() != expected.outcomes() {
        return report("other outcomes");
    }
    if stage.state() != expected.state() {
        return report("another state");
    }
    if stage.domo.invites() != expected.domo.invites() {
        return report("other invitations");
    }
    let requests = stage.domo.requests();
    let unread = deletions_without_ownership(&requests);
    if way == Way::Delete && !unread.is_empty() {
        return report(&format!("deleted without reading what is owned: {unread:?}"));
    }
    let mut bodies: BTreeMap<String, String> = BTreeMap::new();
    for request in
        stage.domo.requests().into_iter().filter(|request| request.method == "PUT" && request.path.starts_with("/v1/users/"))
    {
        if bodies.insert(request.path.clone(), request.body.clone()).is_some_and(|before| before != request.body) {
            return report(&format!("{} was written with different content", request.path));
        }
    }
    Ok(())
}

/// Deletions that left although nobody had read what is owned since the one before.
fn deletions_without_ownership(requests: &[Request]) -> Vec<&Request> {
    let mut read = false;
    let mut without = Vec::new();
    for request in requests {
        match (request.method.as_str(), request.path.as_str()) {
            ("GET", path) if path.starts_with("/v1/datasets") => read = true,
            ("DELETE", path) if path.starts_with("/v1/users/") => {
                without.extend((!read).then_some(request));
                read = false;
            }
            _ => {}
        }
    }
    without
}

fn every_fault(way: Way) {
    let all = std::env::var("DOMO_RECONCILE_FAULTS").is_ok_and(|value| value == "all");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let (mut tried, mut lost) = (0, Vec::new());
    runtime.block_on(async {
        let (expected, requests) = undisturbed(way).await;
        for place in 1..=requests {
            let once = FAULTS.iter().map(|what| format!("*#{place}={what}"));
            let lasting = LASTING.iter().map(|what| format!("*#{place}-={what}"));
            for (number, fault) in once.chain(lasting).enumerate() {
                // By default one in ten, others at each place.
                if !all && (number + 3 * place) % 10 != 0 {
                    continue;
                }
                tried += 1;
                if let Err(why) = survives(way, &expected, &fault).await {
                    lost.push(format!("{fault}: {why}"));
                }
            }
        }
        println!("faults over {way:?}: {requests} requests, tried {tried}, survived {}, lost {}", tried - lost.len(), lost.len());
    });
    assert!(lost.is_empty() && tried > 20, "tried {tried}, lost {}:\n{}", lost.len(), lost.join("\n"));
}

#[test]
fn every_fault_at_every_request_is_survived() {
    every_fault(Way::Rest);
}

#[test]
fn every_fault_at_every_request_of_a_revert_is_survived() {
    every_fault(Way::Undo);
}

#[test]
fn every_fault_at_every_request_is_survived_through_scim() {
    every_fault(Way::Scim);
}

#[test]
fn every_fault_at_every_request_of_deletions_is_survived_and_none_leaves_without_ownership_read() {
    every_fault(Way::Delete);
}

/// Domo says yes and shows it after everybody stopped looking: said to have failed, and ours all the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_shows_after_the_last_look_is_ours_all_the_same() {
    for (fault, told) in [("late:400", Outcome::Failed), ("late:400:503", Outcome::Unknown)] {
        let stage = Stage::set(Way::Rest).await;
        let before = stage.state();
        stage.domo.fault(format!("PUT /v1/users/10={fault}").parse().unwrap());
        stage.apply().await.unwrap();
        assert_eq!(stage.outcomes()["A-update-10"], told, "{fault}");
        assert_ne!(stage.state(), before);
        tokio::time::sleep(Duration::from_millis(410)).await;
        // Whoever undoes it now finds it, and whoever applies again does not call it somebody else's.
        let journal = Journal::read(std::fs::read_to_string(stage.folder.path().join("plan.journal.jsonl")).unwrap()).unwrap();
        let undone: Vec<_> = domo_reconcile::plan::revert::done(&journal).iter().filter_map(|done| done.account_id()).collect();
        assert!(undone.contains(&10), "{fault}: {undone:?}");
        stage.domo.clear_faults();
        stage.apply().await.unwrap();
        assert_eq!(stage.outcomes()["A-update-10"], Outcome::Done, "{fault}");
        let puts = stage.domo.requests().iter().filter(|asked| asked.method == "PUT" && asked.path.ends_with("/10")).count();
        assert!(puts <= 3, "{fault}: {puts}");
    }
}
