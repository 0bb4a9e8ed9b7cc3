//! What a certification came to: a plan of what is to be revoked, and the page of the evidence, in Markdown too.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::{Certification, page};
use crate::archive::replay::Stored;
use crate::archive::{history, names};
use crate::commands::Invocation;
use crate::config::Loaded;
use crate::plan::build::assemble;
use crate::plan::certification::{self, Asked};
use crate::plan::guard::AuditFigures;
use crate::plan::{self, Action, GuardedAccounts, InputDigests, Journal, Plan, Sealed};
use crate::{apply, digest};

/// Writes the evidence into the run's folder; the plan only where something is to be done.
pub(super) fn write(
    certification: &Certification,
    stored: &Stored,
    named: Option<Loaded>,
    invocation: &Invocation,
) -> Result<Vec<PathBuf>> {
    let loaded = named.unwrap_or_else(|| stored.config.clone());
    let folder = &certification.run.path;
    let mut written = Vec::new();
    let config = &loaded.config;
    let (id, cannot) = (certification.id(), cannot_deactivate(certification, stored)?);
    let mut ended = EarlierPlans::of(folder)?;
    let Asked { mut actions, impossible } =
        certification::asked(id, &certification.accounts, &certification.record, config, cannot.as_deref());
    actions.retain(|action| !ended.has(action, invocation));
    let manifest = &stored.manifest;
    let inputs = InputDigests::new(digest::sha256(stored.accounts.snapshot.bytes()), &manifest.directory, &loaded.text);
    let binding = plan::PlanBinding { run_id: certification.id().to_owned(), created: invocation.clock(), inputs, previous: None };
    let guarded = GuardedAccounts::of(&stored.accounts, config, &actions)?;
    let plan = assemble(actions, Vec::new(), &guarded, AuditFigures::default(), config, &binding, &manifest.run.instance)?;
    let path = ended
        .open
        .as_ref()
        .map_or_else(|| folder.join(names::certification_plan(ended.applied.len() + 1)), |(path, _)| path.clone());
    match (plan, ended.open.take()) {
        (Some(plan), open) => {
            let plan = open.map_or(plan.clone(), |(_, open)| going_on(plan, open.plan(), invocation));
            apply::files::write(&path, plan.to_json()?.as_bytes())?;
            written.push(path);
        }
        (None, Some((path, _))) => std::fs::remove_file(&path).context("removing a plan that has no actions any more")?,
        (None, None) => {}
    }
    let mut put = |name: &str, content: &[u8]| -> Result<()> {
        let path = folder.join(name);
        apply::files::write(&path, content)?;
        written.push(path);
        Ok(())
    };
    let plans = plans(folder)?;
    let judged = stored.judge(&stored.manifest.run)?;
    let page =
        page::Page { certification, stored, judged: &judged, plans: &plans, impossible: &impossible, at: invocation.clock() };
    let document = page.document(invocation.started.date_naive())?;
    put(names::CERTIFICATION_PAGE, document.html(&crate::config::Config::default())?.as_bytes())?;
    put(names::CERTIFICATION_MARKDOWN, document.markdown().as_bytes())?;
    Ok(written)
}

/// The plans of a certification that was ended before, in their order.
struct EarlierPlans {
    /// Those that were applied, with the actions that are done. They stay as they are: what was decided since is another plan.
    applied: Vec<(Plan, BTreeSet<String>)>,
    /// The last, which was not.
    open: Option<(PathBuf, Sealed)>,
}

impl EarlierPlans {
    fn of(folder: &Path) -> Result<Self> {
        let mut ended = Self { applied: Vec::new(), open: None };
        for (path, sealed, journal) in plans(folder)? {
            match journal {
                Some(journal) => ended.applied.push((sealed.plan().clone(), journal.done())),
                None => ended.open = Some((path, sealed)),
            }
        }
        Ok(ended)
    }

    /// Whether a plan that was applied has done this, or can still do it.
    fn has(&self, action: &Action, invocation: &Invocation) -> bool {
        self.applied.iter().any(|(plan, done)| {
            plan.action(&action.id) == Some(action) && (done.contains(&action.id) || invocation.clock() < plan.expires)
        })
    }
}

/// A plan of the certification, and its journal where it was applied.
pub(super) type PlanOnDisk = (PathBuf, Sealed, Option<Journal>);

/// The plans of a certification as they are now, in their order.
fn plans(folder: &Path) -> Result<Vec<PlanOnDisk>> {
    let paths = (1..).map(|number| folder.join(names::certification_plan(number))).take_while(|path| path.exists());
    let read = |path: PathBuf| {
        let (sealed, journal) = (apply::files::read_plan(&path)?, apply::files::journal_of(&path));
        let journal = journal.exists().then(|| apply::journal::read(&journal)).transpose()?;
        Ok((path, sealed, journal))
    };
    paths.map(read).collect()
}

/// The plan of a certification that was ended before and not applied: the earlier one where nothing else is to be done, and else the new one
/// with what was decided on the actions that are the same.
fn going_on(mut plan: Plan, earlier: &Plan, invocation: &Invocation) -> Plan {
    if plan.actions == earlier.actions && invocation.clock() < earlier.expires {
        return earlier.clone();
    }
    let same = |id: &&String| plan.action(id).is_some_and(|action| earlier.action(id) == Some(action));
    plan.decisions = earlier.decisions.iter().filter(|(id, _)| same(id)).map(|(id, one)| (id.clone(), one.clone())).collect();
    plan
}

/// Why the certified instance cannot deactivate anybody so that it could be read back: it does not say who is active, or one of our plans
/// found out before.
fn cannot_deactivate(certification: &Certification, stored: &Stored) -> Result<Option<String>> {
    if !stored.accounts.provided.contains("active") {
        return Ok(Some("this Domo does not say who is active, so that a deactivation could not be read back".into()));
    }
    let Some(archive) = certification.run.path.parent() else { return Ok(None) };
    history::past_before(archive, &certification.run)?.unhonoured(&stored.accounts)
}
