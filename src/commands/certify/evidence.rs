//! What a certification came to: a plan of what is to be revoked, and the page of the evidence, in Markdown too.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::archive::replay::Stored;
use crate::archive::{self, Lock, history};
use crate::commands::Invocation;
use crate::commands::plan_file::PlanFile;
use crate::config::Loaded;
use crate::failure::Failure;
use crate::plan::build::assemble;
use crate::plan::certification::{self, Asked};
use crate::plan::coverage::Certification;
use crate::plan::guard::AuditFigures;
use crate::plan::{self, Action, GuardedAccounts, InputDigests, Plan, PlanRules, Verdict};
use crate::report::certification::{Page, PlanOnDisk};
use crate::terms::names::{self, MANIFEST};
use crate::{apply, digest, files, text};

/// Writes the evidence into the run's folder; the plan only where something is to be done. Tells what it wrote, and which plans of
/// an earlier end do not say what was decided any more.
pub(super) fn write(
    certification: &Certification,
    stored: &Stored,
    named: Option<Loaded>,
    invocation: &Invocation,
) -> Result<(Vec<PathBuf>, Vec<String>)> {
    let manifest = &stored.manifest;
    let loaded = named.map_or_else(|| Ok(stored.config.clone()), |named| here(named, stored))?;
    let folder = &stored.run.path;
    // Nobody applies or reviews a plan while another takes its place.
    let _locks = locks(folder)?;
    let mut written = Vec::new();
    let config = &loaded.config;
    let (id, cannot) = (&certification.run_id, cannot_deactivate(stored)?);
    let earlier = plans(folder)?;
    let incomplete = certification.incomplete.as_deref();
    let Asked { mut actions, impossible } =
        certification::asked(id, &certification.accounts, &certification.record, config, cannot.as_deref(), incomplete);
    actions.retain(|action| !is_with_another(action, &earlier, invocation));
    let inputs = InputDigests::new(digest::sha256(stored.accounts.snapshot.bytes()), &manifest.directory, &loaded.text);
    let binding = plan::PlanBinding { run_id: certification.run_id.clone(), created: invocation.clock(), inputs, before: None };
    let guarded = GuardedAccounts::of(&stored.accounts, config, &actions)?;
    let plan = assemble(actions, Vec::new(), &guarded, AuditFigures::default(), config, &binding, &manifest.run.instance)?;
    // The last one is replaced where it was not applied and nothing that was decided on it would go with it.
    let last = earlier.last().filter(|(_, _, journal)| journal.is_none());
    let kept = |id: &String, open: &Plan| plan.as_ref().is_some_and(|plan| same(open.action(id), plan.action(id)));
    let last = last.filter(|(_, open, _)| open.plan().decisions.keys().all(|id| kept(id, open.plan())));
    let path = last.map_or_else(|| folder.join(names::certification_plan(earlier.len() + 1)), |(path, ..)| path.clone());
    match (plan, last) {
        (Some(plan), Some((_, open, _))) if goes_on(open.plan(), &plan, invocation) => written.push(path),
        (Some(mut plan), _) => {
            take_over(&mut plan, &earlier, invocation);
            files::write(&path, plan.to_json()?.as_bytes())?;
            written.push(path);
        }
        (None, Some((path, ..))) => std::fs::remove_file(path).context("removing a plan that has no actions any more")?,
        (None, None) => {}
    }
    let plans = plans(folder)?;
    let superseded = superseded(&plans, written.first())?;
    let mut put = |name: &str, content: &[u8]| -> Result<()> {
        let path = folder.join(name);
        files::write(&path, content)?;
        written.push(path);
        Ok(())
    };
    let judged = stored.judge(&stored.manifest.run)?;
    let page = Page { certification, stored, judged: &judged, plans: &plans, impossible: &impossible, at: invocation.clock() };
    let document = page.document(invocation.started.date_naive())?;
    put(names::CERTIFICATION_PAGE, document.html(&crate::config::Config::default())?.as_bytes())?;
    put(names::CERTIFICATION_MARKDOWN, document.markdown().as_bytes())?;
    Ok((written, superseded))
}

/// Plans that were neither applied nor replaced, of which something is not asked for any more. `own`: the one that is.
fn superseded(plans: &[PlanOnDisk], own: Option<&PathBuf>) -> Result<Vec<String>> {
    let newer = own.map(|own| format!("; what counts now is {}", own.display())).unwrap_or_default();
    let mut said = Vec::new();
    for (path, sealed, _) in plans.iter().filter(|(path, _, journal)| journal.is_none() && Some(path) != own) {
        let (gone, all) = (withdrawn(sealed.plan(), path)?.len(), sealed.plan().actions.len());
        if gone > 0 {
            said.push(format!(
                "{} of an earlier --finish stands for what was decided on it, but {gone} of its {} not asked for any more{newer}",
                path.display(),
                text::plural(all as u64, "action is", "actions are")
            ));
        }
    }
    Ok(said)
}

/// The configuration that was named, as it is for the certified instance, and no looser than that of the run.
fn here(named: Loaded, stored: &Stored) -> Result<Loaded> {
    let name = &stored.manifest.run.instance;
    let config = named.config.for_instance_called(name).ok_or_else(|| {
        Failure::usage(format!("the configuration does not name the instance `{name}`, which is certified"))
            .hint("add its [[instance]] section, or leave --config out: the run kept its configuration")
    })?;
    Ok(Loaded { config: PlanRules::of(&stored.config.config).tighten(&config), ..named })
}

/// The locks of all plans that were not applied.
fn locks(folder: &Path) -> Result<Vec<Lock>> {
    let open = paths(folder).filter(|path| !apply::files::journal_of(path).exists());
    open.map(|path| PlanFile::find(&path, files::folder_of(folder))?.lock("certify --finish")).collect()
}

/// Whether a plan that was applied has done this, or can still do it.
fn is_with_another(action: &Action, earlier: &[PlanOnDisk], invocation: &Invocation) -> bool {
    earlier.iter().any(|(_, sealed, journal)| {
        let plan = sealed.plan();
        let Some(journal) = journal else { return false };
        same(plan.action(&action.id), Some(action)) && (journal.done().contains(&action.id) || invocation.clock() < plan.expires)
    })
}

/// Whether two actions do the same, in whatever words.
fn same(one: Option<&Action>, other: Option<&Action>) -> bool {
    let does = |action: &Action| {
        (action.kind, action.account_id, action.email.clone(), action.before.clone(), action.after.clone(), action.through)
    };
    one.map(does) == other.map(does)
}

/// Whether the plan that is there does what is to be done and has time: then it stays as it is.
fn goes_on(open: &Plan, plan: &Plan, invocation: &Invocation) -> bool {
    plan.actions == open.actions && invocation.clock() < open.expires
}

/// What was decided on the same action of an earlier plan, the last one first. An approval ends with its plan: it stays on record
/// and is asked for again.
fn take_over(plan: &mut Plan, earlier: &[PlanOnDisk], invocation: &Invocation) {
    let now = invocation.clock();
    for action in &plan.actions {
        let decided = earlier.iter().rev().map(|(_, sealed, _)| sealed.plan()).find_map(|old| {
            let decision = old.decisions.get(&action.id).filter(|_| same(old.action(&action.id), Some(action)))?;
            Some((old, decision.clone()))
        });
        let Some((old, decision)) = decided else { continue };
        let decision = match decision.verdict {
            Verdict::Approve if now >= old.expires => decision.reopened(
                &archive::user::name(),
                now,
                format!("certify --finish: the plan {} on which it was approved has expired", old.id),
            ),
            _ => decision,
        };
        plan.decisions.insert(action.id.clone(), decision);
    }
}

/// What of a certification's plan nobody asks for any more, by action: somebody has answered otherwise since it was made, or a
/// later plan took its place.
pub(in crate::commands) fn withdrawn(plan: &Plan, path: &Path) -> Result<BTreeMap<String, String>> {
    let (folder, name) = (files::folder_of(path), files::name_of(path));
    let Some(own) = paths(folder).position(|other| files::name_of(&other) == name) else { return Ok(BTreeMap::new()) };
    // A copy of it somewhere else has no record beside it.
    if !folder.join(MANIFEST).is_file() {
        return Ok(BTreeMap::new());
    }
    let manifest = files::sha256(&folder.join(MANIFEST))?.0;
    let mut withdrawn = super::record(folder, &plan.run_id, &manifest)?.withdrawn(plan);
    for later in paths(folder).skip(own + 1) {
        let (sealed, name) = (apply::files::read_plan(&later)?, files::name_of(&later));
        let there = plan.actions.iter().filter(|action| sealed.plan().action(&action.id).is_some());
        withdrawn.extend(there.map(|action| (action.id.clone(), format!("{name}, which was made later, has it"))));
    }
    Ok(withdrawn)
}

fn paths(folder: &Path) -> impl Iterator<Item = PathBuf> {
    (1..).map(|number| folder.join(names::certification_plan(number))).take_while(|path| path.exists())
}

/// The plans of a certification as they are now, in their order.
fn plans(folder: &Path) -> Result<Vec<PlanOnDisk>> {
    let read = |path: PathBuf| {
        let file = PlanFile::find(&path, files::folder_of(folder))?;
        let (applied, journal) = (apply::files::journal_of(&path).exists(), file.journal()?);
        Ok((path, file.sealed, applied.then_some(journal)))
    };
    paths(folder).map(read).collect()
}

/// Why the certified instance cannot deactivate anybody so that it could be read back: it does not say who is active, or one of our
/// plans found out before.
fn cannot_deactivate(stored: &Stored) -> Result<Option<String>> {
    if !stored.accounts.provided.contains("active") {
        return Ok(Some("this Domo does not say who is active, so that a deactivation could not be read back".into()));
    }
    let Some(archive) = stored.run.path.parent() else { return Ok(None) };
    history::past_before(archive, &stored.run)?.unhonoured(&stored.accounts)
}
