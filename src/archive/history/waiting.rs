//! Plans that wait for people: what nobody has decided when a plan expires was decided by nobody.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use crate::archive::store::beside::{if_there, plan_of};
use crate::archive::store::{Archive, StoredRun, plans};
use crate::plan::Verdict;
use crate::terms::names::{self, PLAN};

/// A plan, and how far it is decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Waiting {
    /// The instance.
    pub instance: String,
    /// The run whose plan it is.
    pub run_id: String,
    /// The plan's id.
    pub plan: String,
    /// Its file in the run's folder: `plan.json`, or a plan of the run's certification.
    pub file: String,
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

    /// None where the run has no such plan.
    fn of(run: &StoredRun, file: &str) -> Result<Option<Self>> {
        let Some(sealed) = if_there(plan_of(&run.path, file))? else {
            ensure!(run.head.files.iter().all(|named| named.name != file), "it is missing");
            return Ok(None);
        };
        let plan = sealed.plan();
        let verdict = |id: &str| plan.decisions.get(id).map_or(Verdict::Open, |decision| decision.verdict);
        let undecided = plan.actions.iter().filter(|action| verdict(&action.id) == Verdict::Open).count();
        Ok(Some(Self {
            instance: run.head.run.instance.clone(),
            run_id: run.id().to_owned(),
            plan: plan.id.clone(),
            file: file.to_owned(),
            expires: plan.expires,
            actions: plan.actions.len() as u64,
            undecided: undecided as u64,
        }))
    }
}

/// What waits in an archive.
#[derive(Debug, Default)]
pub struct AllWaiting {
    /// Of each instance the plan of its newest audit, and those of certifications that can still be decided; in the order of the
    /// instances' names.
    pub plans: Vec<Waiting>,
    /// Plans that would be among them and cannot be relied on, and why: what waits there nobody knows.
    pub unknown: Vec<String>,
}

/// The plans of an archive that wait for people at a moment.
///
/// # Errors
/// The archive cannot be listed, or the folder of a run.
pub fn waiting(archive: &Archive, now: DateTime<Utc>) -> Result<AllWaiting> {
    let (mut all, mut audited) = (AllWaiting::default(), BTreeSet::new());
    let runs = archive.list()?.runs;
    let replayed = |run: &StoredRun| run.manifest.as_ref().is_some_and(|manifest| manifest.replay_of.is_some());
    for run in runs.iter().rev().filter(|run| !run.pruned && !replayed(run)) {
        for file in plans(&run.path)?.into_iter().chain((!run.path.join(PLAN).exists()).then(|| PLAN.to_owned())) {
            // A later audit's plan replaces an earlier audit's, even where it proposes nothing; a certification's plan stays until
            // it expires.
            let certified = names::is_certification_plan(&file);
            if !certified && (file != PLAN || audited.contains(&run.head.run.instance)) {
                continue;
            }
            let plan = Waiting::of(run, &file);
            // A run without a plan whose evidence was incomplete replaces nothing.
            if !certified && (run.is_comparable() || !matches!(plan, Ok(None))) {
                audited.insert(run.head.run.instance.clone());
            }
            match plan {
                Ok(plan) => all.plans.extend(plan.filter(|plan| !certified || plan.expires > now)),
                Err(error) => all.unknown.push(format!("{file} of the run {}: {error:#}", run.id())),
            }
        }
    }
    all.plans.sort_by(|one, other| one.instance.cmp(&other.instance));
    Ok(all)
}
