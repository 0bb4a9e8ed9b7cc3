//! The rules that a plan obeys: those of its run, and what is stricter in the configuration at hand.

use std::path::Path;

use anyhow::Result;

use super::PlanFile;
use crate::commands::applied::of_instance;
use crate::config::{Config, Loaded};
use crate::files::folder_of;
use crate::plan::{Plan, PlanRules};
use crate::terms::names;

impl PlanFile {
    /// The configuration at hand, tightened by the rules of the plan's run. A plan of an older version carries none: then those
    /// that the run kept.
    pub(in crate::commands) fn tighten(&self, config: &Config) -> Result<Config> {
        // A copy elsewhere has no run's folder around it.
        let place = self.original.as_ref().and_then(|original| original.file.as_ref()).unwrap_or(&self.home);
        tighten(self.plan(), place, config)
    }
}

/// The configuration tightened by the rules of a plan, or of the run folder that it lies in.
fn tighten(plan: &Plan, home: &Path, config: &Config) -> Result<Config> {
    let kept = folder_of(home).join(names::CONFIG);
    let kept = || -> Result<Option<PlanRules>> {
        let Some(kept) = Loaded::kept(&kept)? else { return Ok(None) };
        Ok(Some(PlanRules::of(&of_instance(&kept.config, &plan.id, &plan.instance)?.0)))
    };
    let rules = match plan.rules.clone() {
        // Of an older version, perhaps, which did not say what the instance's own roles are.
        Some(rules) if rules.roles.is_none() => {
            Some(PlanRules { roles: kept().ok().flatten().and_then(|kept| kept.roles), ..rules })
        }
        Some(rules) => Some(rules),
        None => kept()?,
    };
    Ok(rules.map_or_else(|| config.clone(), |rules| rules.tighten(config)))
}

/// `[report] classification` of the run that a plan lies with.
pub(in crate::commands) fn classification(plan: &Path) -> Result<Option<String>> {
    let rules = folder_of(plan).join(names::CONFIG);
    let rules = Loaded::kept(&rules)?;
    Ok(rules.and_then(|rules| rules.config.report.classification))
}
