//! What must hold for any small company: what an audit finds after an apply, what a second apply does, and what a revert leaves.

use std::collections::BTreeSet;
use std::path::Path;

use chrono::Utc;
use domo_reconcile::apply::journal::read as journal_of;
use domo_reconcile::apply::{Applied, PreparedApply, Stop};
use domo_reconcile::config::{Config, Directory};
use domo_reconcile::directory;
use domo_reconcile::domo::{Accounts, Limits, Reader, Session, Settings, Silent};
use domo_reconcile::plan::build::assemble;
use domo_reconcile::plan::guard::AuditFigures;
use domo_reconcile::plan::revert::{Undo, done};
use domo_reconcile::plan::{self, Decision, GuardedAccounts, InputDigests, Outcome, Plan, Verdict};
use domo_reconcile::reconcile::{Reconciliation, Rules, reconcile};
use domo_reconcile::sandbox::{Fault, Options, Running, Sandbox, What};
use proptest::prelude::*;

use super::company::{account, options, state};
use super::fixture::{noon, order};

/// What the directory says of an account's owner.
#[derive(Debug, Clone, Copy)]
enum Fate {
    Same,
    Title,
    TitleAndPlace,
    Email,
    Left,
    Unknown,
}

/// Accounts with their owner's fate, whether the action on it is approved, and whether Domo refuses every write to it.
type People = Vec<(Fate, bool, bool)>;

fn people() -> impl Strategy<Value = People> {
    use Fate::*;
    let fate = prop_oneof![Just(Same), Just(Title), Just(TitleAndPlace), Just(Email), Just(Left), Just(Unknown)];
    prop::collection::vec((fate, any::<bool>(), prop::bool::weighted(0.15)), 1..12)
}

const RULES: &str = "[domo]\ninstance = \"sandbox\"\n[policy]\nmissing = \"create\"\n[guards]\nmax_deactivations_percent = 100\n\
                     max_updates_percent = 100\nmin_admins = 0\n";

/// From this id on; the two below are nobody's business.
const FIRST: u64 = 100;

/// The export for these people and `newcomers` without an account.
fn export(people: &People, newcomers: u64) -> String {
    let mut rows = "Email,Employee Number,Name,Title,Department,Location,Phone,Status\n".to_owned();
    let mut row = |id: u64, fate: Fate| {
        let title = if matches!(fate, Fate::Title | Fate::TitleAndPlace) { "Lead" } else { "Analyst" };
        let place = if matches!(fate, Fate::TitleAndPlace) { "Köln" } else { "Lehi" };
        let mailbox = if matches!(fate, Fate::Email) { "moved" } else { "p" };
        let status = if matches!(fate, Fate::Left) { "Terminated" } else { "Active" };
        rows += &format!("{mailbox}{id}@acme.com,{id:05},Person {id},{title},Finance,{place},801-555-0100,{status}\n");
    };
    (1..=2).for_each(|id| row(id, Fate::Same));
    for (id, (fate, ..)) in (FIRST..).zip(people).filter(|(_, (fate, ..))| !matches!(fate, Fate::Unknown)) {
        row(id, *fate);
    }
    (0..newcomers).for_each(|newcomer| row(900 + newcomer, Fate::Same));
    rows
}

struct Stage {
    domo: Running,
    config: Config,
    people: directory::People,
    folder: tempfile::TempDir,
}

impl Stage {
    async fn set(people: &People, newcomers: u64) -> Self {
        let mut accounts: Vec<_> = (1..=2).chain(FIRST..FIRST + people.len() as u64).map(account).collect();
        // The one behind the API client, and another.
        accounts.iter_mut().take(2).for_each(|admin| admin["role"] = "Admin".into());
        let domo = Sandbox::start(Options { accounts, ..options() }).await.unwrap();
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
        let export_path = folder.path().join("workers.csv");
        std::fs::write(&export_path, export(people, newcomers)).unwrap();
        let people = directory::load(&[Directory { path: export_path, ..Directory::default() }]).unwrap();
        Self { domo, config: Config::parse(RULES).unwrap(), people, folder }
    }

    async fn session(&self) -> Session {
        let mut settings = Settings::new(&self.domo.url(), "sandbox", "sandbox-secret".to_owned().into()).unwrap();
        settings.requests_per_minute = 6_000_000;
        let ms = std::time::Duration::from_millis;
        settings.limits = Limits { backoff: ms(1), backoff_most: ms(2), ..Limits::default() };
        Session::open(settings).await.unwrap()
    }

    async fn audit(&self) -> (Accounts, Reconciliation) {
        let accounts = Reader::new(&self.session().await).accounts(&Silent).await.unwrap();
        let rules = Rules { config: &self.config, instance: "sandbox", as_of: noon().date_naive(), excluded_elsewhere: None };
        let judged = reconcile(&accounts, &self.people, &rules).unwrap();
        (accounts, judged)
    }

    fn context(&self) -> plan::PlanBinding {
        let inputs = InputDigests { accounts: "sha256:a".into(), directory: vec!["sha256:d".into()], config: "sha256:c".into() };
        plan::PlanBinding { run_id: "20261123T120000Z-abcdef".into(), created: Utc::now(), inputs, before: None }
    }

    /// Writes the plan with what is approved of it.
    fn approve(&self, name: &str, mut plan: Plan, approved: impl Fn(Option<u64>) -> bool) {
        for action in &plan.actions {
            let verdict = if approved(action.account_id) { Verdict::Approve } else { Verdict::Reject };
            plan.decisions.insert(action.id.clone(), Decision::new(verdict, "ana", noon()));
        }
        std::fs::write(self.folder.path().join(name), plan.to_json().unwrap()).unwrap();
    }

    /// Carries it out, as far as it goes: several refusals in a row end a run early.
    async fn apply(&self, name: &str) -> Applied {
        let path = self.folder.path().join(name);
        let order = order(&path, &self.config);
        let desk = PreparedApply::open(&order, self.session().await, &Silent).await.unwrap();
        desk.carry_out(&Stop::default(), &mut |_, _| {}).await.unwrap()
    }

    async fn revert(&self, journal: &Path) -> Option<Plan> {
        let journal = journal_of(journal).unwrap();
        let reader = Reader::new(&self.session().await);
        let mut undo = Undo::default();
        for done in done(&journal) {
            undo.add(&done, "P-1", Some(&reader.account(done.account_id().unwrap()).await.unwrap()));
        }
        let accounts = reader.accounts(&Silent).await.unwrap();
        let guarded = GuardedAccounts::of(&accounts, &self.config, &undo.actions).unwrap();
        assemble(undo.actions, Vec::new(), &guarded, AuditFigures::default(), &self.config, &self.context(), "sandbox").unwrap()
    }
}

fn ids(judged: &Reconciliation) -> BTreeSet<String> {
    judged.findings.iter().map(|finding| finding.id.0.clone()).collect()
}

async fn holds(people: People, newcomers: u64) -> Result<(), TestCaseError> {
    let stage = Stage::set(&people, newcomers).await;
    let of = |id: Option<u64>| id.and_then(|id| people.get(usize::try_from(id.checked_sub(FIRST)?).ok()?));
    let before = stage.domo.users();
    let (accounts, judged) = stage.audit().await;
    let Some(plan) =
        plan::build(&judged, &accounts, |rows| Ok(accounts.snapshot.of_rows(rows)), &stage.people, &stage.config, &stage.context())
            .unwrap()
    else {
        prop_assert!(judged.findings.is_empty());
        return Ok(());
    };
    stage.approve("plan.json", plan.clone(), |id| of(id).is_none_or(|(_, approved, _)| *approved));
    for (id, _) in (FIRST..).zip(&people).filter(|(_, (.., refused))| *refused) {
        stage.domo.fault(Fault::always("PUT", &format!("/v1/users/{id}"), What::Status(403, None)));
    }

    // An audit after an apply finds what was not approved, what failed, and nothing else.
    let applied = stage.apply("plan.json").await;
    let done: BTreeSet<_> =
        applied.report.results.iter().filter(|row| row.outcome == Outcome::Done).map(|row| &row.action).collect();
    let answered: BTreeSet<_> =
        plan.actions.iter().filter(|action| done.contains(&action.id)).filter_map(|action| action.finding.clone()).collect();
    let left: BTreeSet<_> = ids(&judged).difference(&answered).cloned().collect();
    prop_assert_eq!(ids(&stage.audit().await.1), left);
    for row in &applied.report.results {
        let refused = of(row.account_id).is_some_and(|(.., refused)| *refused);
        prop_assert!(row.outcome != Outcome::Done || !refused, "{:?}", row);
    }

    // Applying again changes nothing but what had failed or was not reached, and that only when Domo lets it.
    let state_then = state(stage.domo.users());
    if applied.kind().is_none() {
        let writes = stage.domo.requests().iter().filter(|request| request.method == "PUT" || request.method == "DELETE").count();
        let again = stage.apply("plan.json").await;
        prop_assert_eq!(again.report.count(Outcome::Done), 0);
        let now = stage.domo.requests().iter().filter(|request| request.method == "PUT" || request.method == "DELETE").count();
        prop_assert_eq!((now, state(stage.domo.users())), (writes, state_then));
    }

    // A revert restores every account, field by field, and takes away what was created.
    stage.domo.clear_faults();
    if let Some(undo) = stage.revert(&stage.folder.path().join("plan.journal.jsonl")).await {
        stage.approve("revert.plan.json", undo, |_| true);
        let undone = stage.apply("revert.plan.json").await;
        prop_assert_eq!(undone.kind(), None, "{:?}", undone.report);
    }
    let mut after = stage.domo.users();
    after.retain(|user| user["deleted"] != true);
    prop_assert_eq!(state(after), state(before));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases()) })]

    #[test]
    fn an_apply_leaves_what_was_not_approved_or_failed_twice_is_once_and_a_revert_restores(people in people(), newcomers in 0u64..3) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(holds(people, newcomers))?;
    }
}

/// Few by default: each is a whole company that is audited, applied and reverted. `PROPTEST_CASES` asks for more.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(12)
}
