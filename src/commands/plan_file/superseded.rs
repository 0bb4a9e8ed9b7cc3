//! What is not done of a plan any more: what the archive's newest run proposes no longer, or somebody has turned down there; and of a
//! certification's plan what people have answered otherwise since.

use std::collections::{BTreeMap, HashMap, HashSet};

use anyhow::Result;

use super::original::Original;
use super::{PlanFile, read};
use crate::archive::StoredRun;
use crate::commands::certify;
use crate::config::same_instance;
use crate::failure::Failure;
use crate::plan::{Action, Plan, Verdict};
use crate::terms::names;
use crate::{cli, text};

impl PlanFile {
    /// Why actions are not what the archive's newest run would do, by action: that run saw the accounts later and proposes them no
    /// more.
    ///
    /// # Errors
    /// The archive or that run's plan cannot be read: then nobody knows what it proposes. Or this is a copy, and other things were
    /// decided in it than in the plan.
    pub(in crate::commands) fn superseded(&self) -> Result<BTreeMap<String, String>> {
        if let Some(original) = self.original.as_ref().filter(|original| original.file.as_ref() != Some(&self.path)) {
            original.agrees(&self.path, self.plan())?;
        }
        let audits = |original: &&Original| original.is_audits(self.plan());
        let Some(Original { archive, run: own, .. }) = self.original.as_ref().filter(audits) else {
            let file = self.original.as_ref().and_then(|original| original.file.as_ref());
            return certify::withdrawn(self.plan(), file.unwrap_or(&self.home));
        };
        let listing = archive.list()?;
        let newest = listing.runs.iter().rev().find(|run| judged(run, self.plan()));
        listing.all_read_since(newest.or(Some(own)), "what it proposes")?;
        let Some(newest) = newest.filter(|newest| newest.id() != own.id() && pulled(newest) > pulled(own)) else {
            return Ok(BTreeMap::new());
        };
        let next = newest.path.join(names::PLAN);
        let next = if next.exists() { Some(read(&next)?) } else { None };
        if next.is_none() && newest.manifest.as_ref().is_some_and(|manifest| manifest.plan.is_some()) {
            let what = format!("the plan of the run {} is missing: what it proposes is not known", newest.id());
            return Err(Failure::failed(what).hint("put it back where it was, or run `audit` again").into());
        }
        let what =
            |action: &Action| (action.finding.clone(), action.kind, serde_json::Value::from(action.after.clone()).to_string());
        let proposed: HashSet<_> = next.iter().flat_map(|next| &next.plan().actions).map(what).collect();
        // Only a run with a plan can take decisions over.
        let way = next.as_ref().map(|_| {
            let [new, old] = [&newest.path, &self.path].map(|path| cli::argument(path));
            format!("; `domo-reconcile review {new} --from {old}` takes over the decisions that still stand")
        });
        let why = format!(
            "the run {} of {} saw the accounts later and does not propose it any more{}",
            newest.id(),
            text::minute(newest.head.run.started),
            way.unwrap_or_else(|| ": it proposes nothing at all".to_owned())
        );
        // What it proposes and somebody has turned down there is not done here either.
        let rejections: HashMap<_, String> = next
            .iter()
            .flat_map(|next| next.plan().actions.iter().map(|action| (action, next.plan().decisions.get(&action.id))))
            .filter_map(|(action, decision)| {
                let decision = decision.filter(|decision| decision.verdict == Verdict::Reject)?;
                Some((what(action), format!("in the plan of the run {} it was {}", newest.id(), decision.summary())))
            })
            .collect();
        let against = |action: &Action| match proposed.contains(&what(action)) {
            true => rejections.get(&what(action)).cloned(),
            false => Some(why.clone()),
        };
        Ok(self.plan().actions.iter().filter_map(|action| Some((action.id.clone(), against(action)?))).collect())
    }
}

/// Whether a run judged the plan's instance on whole evidence, as it was.
fn judged(run: &StoredRun, plan: &Plan) -> bool {
    !run.pruned && same_instance(&run.head.run.instance, &plan.instance) && run.is_comparable()
}

/// When a run had its accounts.
fn pulled(run: &StoredRun) -> chrono::DateTime<chrono::Utc> {
    let read = run.manifest.as_ref().and_then(|manifest| manifest.accounts.as_ref()).and_then(|read| read.evidence.finished);
    read.unwrap_or(run.head.run.started)
}
