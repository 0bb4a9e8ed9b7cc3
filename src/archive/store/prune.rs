//! Which runs a retention rule would let go of, shown before it is done. Of a pruned run its manifest stays, so the chain holds and
//! the trend keeps its numbers; everything personal goes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::beside::journal_of;
use super::listing::{self, Listing, PRUNED, has_journal};
use super::{Archive, Lock, StoredRun, run, summaries, user};
use crate::archive::history::{Counted, counted};
use crate::config::same_instance;
use crate::failure::Failure;
use crate::files;
use crate::plan::{Plan, Verdict};
use crate::terms::names::{self, MANIFEST, PLAN};
use crate::text;

/// Who pruned what, when, one line a run.
const LOG: &str = "log.jsonl";

/// Folders on their way out. A name that is no run's id, so that a half-deleted folder is never taken for a run.
const GOING: &str = ".pruning-";

/// What is kept: a run is let go of when no part of the rule keeps it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Retention {
    /// The newest runs of each instance.
    pub runs: Option<usize>,
    /// Runs begun in the last days.
    pub days: Option<u32>,
}

/// What would happen, run by run.
#[derive(Debug, Serialize)]
pub struct PrunePlan {
    /// Complete runs, oldest first.
    pub runs: Vec<Choice>,
    /// Folders that never became runs; they go.
    pub unfinished: Vec<PathBuf>,
    /// Pages over several instances of whose runs none stays; they go.
    pub summaries: Vec<PathBuf>,
    #[serde(skip)]
    let_go: Vec<StoredRun>,
}

/// A run and what becomes of it.
#[derive(Debug, Serialize)]
#[allow(missing_docs)]
pub struct Choice {
    pub run_id: String,
    pub instance: String,
    pub goes: bool,
    /// Why it stays, or goes.
    pub why: String,
}

/// A line of the log.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::archive) struct Pruned {
    pub(in crate::archive) run_id: String,
    pub(in crate::archive) at: DateTime<Utc>,
    pub(in crate::archive) by: String,
    pub(in crate::archive) rule: String,
}

impl Retention {
    fn words(&self) -> String {
        let runs = self.runs.map(|runs| format!("the newest {} of each instance", text::plural(runs as u64, "run", "runs")));
        let days = self.days.map(|days| format!("those of the last {}", text::plural(days.into(), "day", "days")));
        let kept: Vec<_> = runs.into_iter().chain(days).collect();
        format!("keep {}", kept.join(" and "))
    }
}

/// Looks and changes nothing.
///
/// # Errors
/// No rule was given, or the archive cannot be listed.
pub fn plan(archive: &Archive, retention: Retention, now: DateTime<Utc>) -> Result<PrunePlan> {
    if retention.runs.is_none() && retention.days.is_none() {
        return Err(Failure::usage("no retention rule was given")
            .hint("say what to keep: --keep-runs 24, --keep-days 730, or both")
            .into());
    }
    let listing = archive.list()?;
    let mut choices = Vec::new();
    let mut let_go = Vec::new();
    let whole: Vec<_> = listing.runs.iter().filter(|run| !run.pruned).collect();
    let newest = newest_whole(&listing);
    let counted = counted(&listing)?;
    for run in &whole {
        let same = |other: &&&StoredRun| same_instance(&other.head.run.instance, &run.head.run.instance);
        let later = whole.iter().filter(same).filter(|other| other.number() > run.number());
        let young = retention.days.is_some_and(|days| now - run.head.run.started < TimeDelta::days(days.into()));
        let (goes, why) = if newest.contains(run.id()) {
            (false, "the newest complete one of its instance".to_owned())
        } else if let Some(why) = in_use(&run.path)
            .or_else(|| open_plan(run, now))
            .or_else(|| open_certification(&run.path))
            .or_else(|| lesson(run, &counted))
        {
            (false, why)
        } else if retention.runs.is_some_and(|runs| later.count() < runs) || young {
            (false, format!("the rule: {}", retention.words()))
        } else if has_journal(&run.path) {
            (true, "past the rule; what its plan did can no longer be reverted".to_owned())
        } else {
            (true, "past the rule".to_owned())
        };
        choices.push(Choice { run_id: run.id().to_owned(), instance: run.head.run.instance.clone(), goes, why });
        let_go.extend(goes.then(|| (*run).clone()));
    }
    let staying = choices.iter().filter(|choice| !choice.goes).map(|choice| choice.run_id.as_str());
    let summaries = summaries::about_none_of(archive, staying);
    Ok(PrunePlan { runs: choices, unfinished: listing.unfinished, summaries, let_go })
}

/// Makes the plan again under the lock and carries it out.
///
/// # Errors
/// As [`plan`]; a run is under way, or a folder cannot be removed.
pub fn prune(archive: &Archive, retention: Retention, now: DateTime<Utc>) -> Result<PrunePlan> {
    if !archive.path().is_dir() {
        return plan(archive, retention, now);
    }
    let lock = Lock::take(archive.path(), now)?;
    let plan = plan(archive, retention, now)?;
    // Nobody else writes now: what is unfinished was cut short.
    for folder in &plan.unfinished {
        remove(archive, folder)?;
    }
    let by = std::fs::File::open(archive.path()).map(|folder| user::of_file(&folder)).unwrap_or_else(|_| "unknown".to_owned());
    for run in &plan.let_go {
        // Nobody begins to apply or to review what is on its way out.
        let _locks = lock_plans(&run.path, now)?;
        keep_manifest(archive, run)?;
        log(archive, &Pruned { run_id: run.id().to_owned(), at: now, by: by.clone(), rule: retention.words() })?;
        remove(archive, &run.path)?;
    }
    for page in &plan.summaries {
        std::fs::remove_file(page).with_context(|| format!("removing {}", page.display()))?;
    }
    leftovers(archive)?;
    drop(lock);
    Ok(plan)
}

/// The newest run of each instance, and the newest that the next run may be compared with.
fn newest_whole(listing: &Listing) -> BTreeSet<String> {
    let newest = listing.newest_of_each(|_| true).into_iter().chain(listing.newest_of_each(StoredRun::is_comparable));
    newest.map(|run| run.id().to_owned()).collect()
}

/// Why a plan of a run is still open, its own or another: in time, and with actions that nobody rejected and that were not carried
/// out.
fn open_plan(run: &StoredRun, now: DateTime<Utc>) -> Option<String> {
    // A folder that cannot be listed cannot be removed either.
    listing::plans(&run.path).unwrap_or_default().iter().find_map(|name| {
        let plan = crate::files::read_plain(run.path.join(name)).ok().and_then(|text| serde_json::from_slice::<Plan>(&text).ok());
        let Some(plan) = plan else { return Some(format!("its {name} cannot be read")) };
        let rejected = |id: &str| plan.decisions.get(id).is_some_and(|decision| decision.verdict == Verdict::Reject);
        let done = journal_of(&run.path, &names::journal_of(name)).map(|journal| journal.done()).unwrap_or_default();
        let open = plan.actions.iter().filter(|action| !rejected(&action.id) && !done.contains(&action.id)).count();
        let which = if name == PLAN { "plan" } else { name };
        (plan.expires > now && open > 0).then(|| {
            format!("its {which} is open until {} ({})", run::moment(plan.expires), text::plural(open as u64, "action", "actions"))
        })
    })
}

/// Why a certification of a run is still open: people were asked or have answered, and it was not ended.
fn open_certification(folder: &Path) -> Option<String> {
    let is_there = |name: &&str| folder.join(name).exists();
    let begun = [names::CERTIFICATION_PACKETS, names::CERTIFICATION].iter().any(is_there);
    (begun && !is_there(&names::CERTIFICATION_PAGE)).then(|| "its certification is not finished".to_owned())
}

/// Why a run is in use: somebody reviews, applies or certifies a plan of it, whose lock names them.
fn in_use(folder: &Path) -> Option<String> {
    let names = listing::file_names(folder).unwrap_or_default();
    let holder = names.iter().filter(|name| name.ends_with(".lock")).find_map(|name| Lock::holder(&folder.join(name)));
    holder.map(|holder| format!("in use: {holder}"))
}

/// What a journal of a run teaches every later apply or audit, which would be forgotten with it; one that cannot be read, which may;
/// and what a run shows of those whom such a journal is about.
fn lesson(run: &StoredRun, counted: &Counted) -> Option<String> {
    if counted.runs.contains(run.id()) {
        return Some(
            "by it accounts whose access an earlier plan took away are somebody's again, or may be: delete_after_days".to_owned(),
        );
    }
    // A folder that cannot be listed cannot be removed either.
    let journals = listing::journals(&run.path).unwrap_or_default();
    journals.iter().find_map(|name| match journal_of(&run.path, name) {
        Ok(journal) if journal.deleted_instead().is_some() => {
            Some(format!("its {name} shows that the instance deletes instead of deactivating"))
        }
        Ok(journal) => {
            let counts = journal.opened().any(|(_, open)| counted.plans.contains(&open.plan));
            counts.then(|| format!("its {name} says when the access was taken that delete_after_days counts from"))
        }
        Err(_) => Some(format!("its {name} cannot be read: it may show that the instance deletes instead of deactivating")),
    })
}

fn lock_plans(folder: &Path, now: DateTime<Utc>) -> Result<Vec<Lock>> {
    let lock = |name: &String| {
        let plan = folder.join(name);
        Lock::take_at(&plan.with_extension("lock"), &plan.display().to_string(), "runs prune", now)
    };
    listing::plans(folder)?.iter().map(lock).collect()
}

/// Copies the manifest to `pruned/`, where the chain finds it.
fn keep_manifest(archive: &Archive, run: &StoredRun) -> Result<()> {
    let folder = archive.path().join(PRUNED);
    let path = folder.join(format!("{}.json", run.id()));
    let cannot = || format!("keeping the manifest of {}", run.id());
    files::make_folder(&folder).with_context(cannot)?;
    let bytes = crate::files::read_plain(run.path.join(MANIFEST)).with_context(cannot)?;
    if crate::files::read_plain(&path).is_ok_and(|kept| kept == bytes) {
        return Ok(());
    }
    files::put(&path, files::all(&bytes)).with_context(cannot)
}

fn log(archive: &Archive, pruned: &Pruned) -> Result<()> {
    let path = archive.path().join(PRUNED).join(LOG);
    let mut line = serde_json::to_vec(pruned)?;
    line.push(b'\n');
    files::append(&path, &line).with_context(|| format!("writing {}", path.display()))
}

/// Who pruned a run and by which rule, where the log says so.
pub(in crate::archive) fn pruned_by(archive: &Archive, run_id: &str) -> Option<Pruned> {
    let text = crate::files::read_plain_text(archive.path().join(PRUNED).join(LOG)).ok()?;
    let mut lines = text.lines().filter_map(|line| serde_json::from_str::<Pruned>(line).ok());
    lines.find(|pruned| pruned.run_id == run_id)
}

/// Takes the name away first: whatever ends the process meanwhile leaves no half run.
fn remove(archive: &Archive, folder: &Path) -> Result<()> {
    let name = files::name_of(folder);
    let going = archive.path().join(format!("{GOING}{name}"));
    std::fs::rename(folder, &going).with_context(|| format!("removing {}", folder.display()))?;
    std::fs::remove_dir_all(&going).with_context(|| format!("removing {}", going.display()))
}

/// What an earlier prune that was cut short left behind.
fn leftovers(archive: &Archive) -> Result<()> {
    for entry in std::fs::read_dir(archive.path())?.flatten() {
        if entry.file_name().to_string_lossy().starts_with(GOING) {
            std::fs::remove_dir_all(entry.path()).with_context(|| format!("removing {}", entry.path().display()))?;
        }
    }
    Ok(())
}
