//! What the archive tells a new judgement, read before anything is judged: the accounts of the run that it is compared with, how
//! many there should be, and what our own plans did.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use chrono::{DateTime, Utc};

use super::applied;
use crate::archive::store::beside::journal_of;
use crate::archive::store::inputs::{config_of, intact};
use crate::archive::store::manifest::Manifest;
use crate::archive::store::{Archive, Listing, StoredRun};
use crate::config::same_instance;
use crate::directory::table::read_table;
use crate::domo::{self, Accounts};
use crate::plan::Guard;
use crate::plan::journal::Opening;
use crate::reconcile::{Earlier, MAX_SHRINK, Past, Sizes, Taken};
use crate::terms::names::{self, ACCOUNTS, PEOPLE_CSV, PLAN};
use crate::terms::{ActionKind, Status};

/// An instance as the runs of an archive call it, whose ids hang on that: older versions took a name as it was written.
pub fn known_as(listing: &Listing, instance: String) -> String {
    let names = listing.runs.iter().map(|run| &run.head.run.instance);
    let known: BTreeSet<&String> = names.filter(|name| same_instance(name, &instance)).collect();
    match known.last() {
        Some(last) if !known.contains(&instance) => (*last).clone(),
        _ => instance,
    }
}

/// Of all that is in the archive. Where accounts are deleted after a time of keeping (`deletes`), the runs since then are asked
/// whether they were active, or somebody's, meanwhile.
///
/// # Errors
/// The folder of a run cannot be listed. Journals that cannot be relied on are named in [`Past::lost`].
pub fn past(listing: &Listing, instance: &str, deletes: bool) -> Result<Arc<Past>> {
    past_until(listing, instance, ALL, deletes)
}

/// Of what was there when a stored run began.
///
/// # Errors
/// The archive cannot be listed, besides what [`past`] fails with.
pub fn past_before(archive: &Path, run: &StoredRun) -> Result<Arc<Past>> {
    past_until(&Archive::at(archive).list()?, &run.head.run.instance, (run.number(), run.head.run.started), false)
}

/// What `delete_after_days` counts from.
#[derive(Debug, Default)]
pub(in crate::archive) struct Counted {
    /// Plans that took access away from accounts which are there still, and not somebody's again; and what was done to any account
    /// of theirs since.
    pub(in crate::archive) plans: BTreeSet<String>,
    /// Runs by which the time of keeping of other accounts of these plans does not count.
    pub(in crate::archive) runs: BTreeSet<String>,
}

/// What it counts from in all instances whose newest run on whole evidence has it in its configuration; a configuration that cannot
/// be read may have it.
pub(in crate::archive) fn counted(listing: &Listing) -> Result<Counted> {
    let mut counted = Counted::default();
    for run in listing.newest_of_each(StoredRun::is_comparable) {
        let Some(manifest) = &run.manifest else { continue };
        if config_of(&run.path, manifest).is_ok_and(|config| config.policy.delete_after_days == 0) {
            continue;
        }
        let (past, done) = past_and_done(listing, &run.head.run.instance, ALL, true)?;
        // Of accounts that cannot be read nobody knows which are there.
        let there: Option<BTreeSet<u64>> =
            accounts_of(&run.path, manifest).and_then(|all| Ok(all.ids()?.iter().flatten().collect())).ok();
        let counts = |id: &u64, taken: &Taken| taken.back.is_none() && there.as_ref().is_none_or(|there| there.contains(id));
        let plans = past.taken.iter().filter(|(id, taken)| counts(id, taken)).map(|(_, taken)| taken.plan.clone()).collect();
        let (plans, accounts) = done.with_later(plans);
        counted.plans.extend(plans);
        counted.runs.extend(accounts.iter().filter_map(|id| past.taken.get(id)?.back.clone()));
    }
    Ok(counted)
}

/// All runs, and whatever was done.
const ALL: (u64, DateTime<Utc>) = (u64::MAX, DateTime::<Utc>::MAX_UTC);

/// Of the runs before this number, and of what was done before this moment.
pub(super) fn past_until(listing: &Listing, instance: &str, until: (u64, DateTime<Utc>), deletes: bool) -> Result<Arc<Past>> {
    past_and_done(listing, instance, until, deletes).map(|(past, _)| Arc::new(past))
}

fn past_and_done(
    listing: &Listing,
    instance: &str,
    (number, until): (u64, DateTime<Utc>),
    deletes: bool,
) -> Result<(Past, applied::OwnWrites)> {
    let of_instance = |run: &&StoredRun| run.number() < number && same_instance(&run.head.run.instance, instance);
    let mut runs: Vec<StoredRun> = listing.runs.iter().filter(of_instance).cloned().collect();
    let sizes = sizes(&runs, until);
    runs.retain(|run| !run.pruned);
    let mut done = applied::OwnWrites::by(&runs, &listing.runs, until)?;
    let (mut taken, unkept) = done.taken();
    if deletes {
        come_back(&runs, &mut taken);
    }
    let taken = taken.into_iter().map(|(account, (_, taken))| (account, taken)).collect();
    let lost = std::mem::take(&mut done.lost);
    Ok((Past { earlier: earlier(&runs, &done), sizes, taken, unkept, lost }, done))
}

/// Of the newest run that did not shrink more than it may from the one before it of which that holds, or whose plan somebody applied
/// in spite of it. Where there is no plan that could be, a second run of that size bears the first out.
fn sizes(runs: &[StoredRun], until: DateTime<Utc>) -> Option<Sizes> {
    let moved = |then: Option<Sizes>, now: Sizes| then.is_some_and(|then| then.shrink(now) > MAX_SHRINK);
    let overridden = |run: &StoredRun, manifest: &Manifest| {
        let journal = journal_of(&run.path, &names::journal_of(PLAN)).unwrap_or_default().until(until);
        let guard = |open: &Opening| open.overrides.iter().any(|one| one.guard == Guard::PopulationMoved.as_str());
        manifest.plan.as_ref().is_some_and(|plan| journal.opened().any(|(_, open)| open.plan == plan.id && guard(open)))
    };
    let mut unplanned: Option<Sizes> = None;
    runs.iter().filter(|run| run.is_comparable()).fold(None, |then, run| {
        let Some((manifest, summary)) = run.manifest.as_ref().and_then(|all| Some((all, all.summary.as_ref()?))) else {
            return then;
        };
        let now = Sizes { as_of: manifest.run.as_of, accounts: summary.accounts.read, people: summary.people.read };
        // The journal that a run knew of may be pruned.
        let then = summary.held_against.filter(|known| moved(then, *known)).or(then);
        let again = manifest.plan.is_none() && unplanned.is_some() && !moved(unplanned, now);
        unplanned = manifest.plan.is_none().then_some(now);
        if moved(then, now) && !again && !overridden(run, manifest) { then } else { Some(now) }
    })
}

/// Marks accounts that a run after the deed found active, which somebody gave back in a way that no journal here tells, or whose
/// person it found employed. What a run found that cannot be read any more is not known, and is no word for it that they are
/// nobody's still.
fn come_back(runs: &[StoredRun], taken: &mut applied::TakenAt) {
    for run in runs.iter().filter(|run| run.is_comparable()) {
        let began = run.head.run.started;
        let asked = |(at, taken): &(DateTime<Utc>, Taken)| taken.back.is_none() && *at < began;
        let Some(manifest) = run.manifest.as_ref().filter(|_| taken.values().any(asked)) else { continue };
        let (active, employed) = (active_in(run, manifest).ok(), employed_in(run, manifest).ok());
        let may_be = |found: &Option<BTreeSet<u64>>, id| found.as_ref().is_none_or(|found| found.contains(id));
        for (id, (_, taken)) in taken.iter_mut().filter(|(_, taken)| asked(taken)) {
            let given_back = taken.kind == ActionKind::Deactivate && may_be(&active, id);
            // On a day before the deed its person may have been employed all right; the deed's is in UTC, the run's need not be.
            let since = manifest.run.as_of.succ_opt() >= Some(taken.on);
            if given_back || since && may_be(&employed, id) {
                taken.back = Some(run.id().to_owned());
            }
        }
    }
}

/// The accounts that a run found active: none where nobody said who is.
fn active_in(run: &StoredRun, manifest: &Manifest) -> Result<BTreeSet<u64>> {
    let accounts = accounts_of(&run.path, manifest)?;
    let says_active = accounts.provided.contains("active");
    let all = accounts.ids()?.iter().zip(accounts.active()?);
    Ok(all.filter(|(_, active)| *active && says_active).filter_map(|(id, _)| id).collect())
}

/// The accounts whose person a run found in the directory and not gone.
fn employed_in(run: &StoredRun, manifest: &Manifest) -> Result<BTreeSet<u64>> {
    intact(&run.path, manifest, PEOPLE_CSV)?;
    let rows = read_table(&run.path.join(PEOPLE_CSV), None)?;
    let place = |header: &str| rows.first()?.cells.iter().position(|cell| cell == header);
    let (status, account) = place("status").zip(place("account_id")).context("it has no such columns")?;
    let employed = [Status::Active, Status::Leave, Status::Prehire].map(Status::as_str);
    let rows = rows.iter().skip(1).filter(|row| row.cells.get(status).is_some_and(|cell| employed.contains(&cell.as_str())));
    Ok(rows.filter_map(|row| row.cells.get(account)?.parse().ok()).collect())
}

/// The accounts of the newest of these runs on whole evidence, and what was done to them since. None in a first run, and where they
/// are not there any more.
fn earlier(runs: &[StoredRun], done: &applied::OwnWrites) -> Option<Arc<Earlier>> {
    let run = runs.iter().rev().find(|run| run.is_comparable())?;
    let manifest = run.manifest.as_ref()?;
    match accounts_of(&run.path, manifest) {
        Ok(accounts) => Some(Arc::new(Earlier {
            run_id: manifest.run.id.clone(),
            as_of: manifest.run.as_of,
            accounts,
            ours: done.since(manifest.run.started),
        })),
        Err(error) => {
            tracing::warn!("access is not compared with the run {}: {error:#}", run.id());
            None
        }
    }
}

/// The accounts that a run judged, if they are still those that its manifest names.
pub(super) fn accounts_of(folder: &Path, manifest: &Manifest) -> Result<Accounts> {
    intact(folder, manifest, ACCOUNTS)?;
    let read = manifest.accounts.as_ref().context("its manifest does not say how its accounts were read")?;
    let loaded = domo::load(&folder.join(ACCOUNTS))?;
    // The file says what Domo sent; which columns the source had, and how whole it was, the manifest remembers.
    Ok(Accounts { provided: read.provided.iter().cloned().collect(), evidence: read.evidence.clone(), ..loaded })
}
