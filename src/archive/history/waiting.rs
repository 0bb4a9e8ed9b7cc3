//! Plans that wait for people: what nobody has decided when a plan expires was decided by nobody.

use anyhow::Result;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use crate::archive::store::beside::plan_of;
use crate::archive::store::{Archive, StoredRun};
use crate::plan::Verdict;
use crate::plan::format::FILE;

/// The newest plan of an instance, and how far it is decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Waiting {
    /// The instance.
    pub instance: String,
    /// The run whose plan it is.
    pub run_id: String,
    /// The plan's id.
    pub plan: String,
    /// Until when it can be decided and applied.
    pub expires: DateTime<Utc>,
    /// Its actions. What it lists without an action can be answered in the next plan as well.
    pub actions: u64,
    /// Of these nobody has decided.
    pub undecided: u64,
}

impl Waiting {
    /// Whether it expires within so long, or has, with actions that nobody decided.
    pub fn is_due(&self, now: DateTime<Utc>, within: TimeDelta) -> bool {
        self.undecided > 0 && self.expires <= now + within
    }

    fn of(run: &StoredRun) -> Option<Self> {
        let sealed = plan_of(&run.path, FILE).ok()?;
        let plan = sealed.plan();
        let verdict = |id: &str| plan.decisions.get(id).map_or(Verdict::Open, |decision| decision.verdict);
        let undecided = plan.actions.iter().filter(|action| verdict(&action.id) == Verdict::Open).count();
        Some(Self {
            instance: run.head.run.instance.clone(),
            run_id: run.id().to_owned(),
            plan: plan.id.clone(),
            expires: plan.expires,
            actions: plan.actions.len() as u64,
            undecided: undecided as u64,
        })
    }
}

/// The newest plan of each instance of an archive, in the order of the instances' names.
///
/// # Errors
/// The archive cannot be listed.
pub fn waiting(archive: &Archive) -> Result<Vec<Waiting>> {
    let mut newest: Vec<Waiting> = Vec::new();
    let runs = archive.list()?.runs;
    let replayed = |run: &StoredRun| run.manifest.as_ref().is_some_and(|manifest| manifest.replay_of.is_some());
    for run in runs.iter().rev().filter(|run| !run.pruned && !replayed(run)) {
        if newest.iter().all(|plan| plan.instance != run.head.run.instance) {
            newest.extend(Waiting::of(run));
        }
    }
    newest.sort_by(|one, other| one.instance.cmp(&other.instance));
    Ok(newest)
}
