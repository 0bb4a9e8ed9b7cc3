//! What the archive tells a new judgement, read before anything is judged: the accounts of the run that it is compared with, and
//! what our own plans did.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use chrono::{DateTime, Utc};

use super::applied;
use crate::archive::store::inputs::intact;
use crate::archive::store::manifest::Manifest;
use crate::archive::store::{Archive, Listing, StoredRun};
use crate::config::same_instance;
use crate::domo::{self, Accounts};
use crate::reconcile::{Earlier, Past, Taken};
use crate::terms::ActionKind;
use crate::terms::names::ACCOUNTS;

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
/// whether they were active meanwhile.
///
/// # Errors
/// The folder of a run cannot be listed. Journals that cannot be relied on are named in [`Past::lost`].
pub fn past(listing: &Listing, instance: &str, deletes: bool) -> Result<Arc<Past>> {
    past_until(listing, instance, (u64::MAX, DateTime::<Utc>::MAX_UTC), deletes)
}

/// Of what was there when a stored run began.
///
/// # Errors
/// The archive cannot be listed, besides what [`past`] fails with.
pub fn past_before(archive: &Path, run: &StoredRun) -> Result<Arc<Past>> {
    past_until(&Archive::at(archive).list()?, &run.head.run.instance, (run.number(), run.head.run.started), false)
}

/// Of the runs before this number, and of what was done before this moment.
pub(super) fn past_until(
    listing: &Listing,
    instance: &str,
    (number, until): (u64, DateTime<Utc>),
    deletes: bool,
) -> Result<Arc<Past>> {
    let of_instance = |run: &&StoredRun| run.number() < number && same_instance(&run.head.run.instance, instance) && !run.pruned;
    let runs: Vec<StoredRun> = listing.runs.iter().filter(of_instance).cloned().collect();
    let done = applied::OwnWrites::by(&runs, &listing.runs, until)?;
    let (mut taken, unkept) = done.taken();
    if deletes {
        given_back(&runs, &mut taken)?;
    }
    let taken = taken.into_iter().map(|(account, (_, taken))| (account, taken)).collect();
    Ok(Arc::new(Past { earlier: earlier(&runs, &done), taken, unkept, lost: done.lost }))
}

/// Takes out accounts that a run after their deactivation found active: somebody gave it back in a way that no journal here tells.
fn given_back(runs: &[StoredRun], taken: &mut applied::TakenAt) -> Result<()> {
    for run in runs.iter().filter(|run| run.is_comparable()) {
        let began = run.head.run.started;
        let asked = |(at, taken): &(DateTime<Utc>, Taken)| taken.kind == ActionKind::Deactivate && *at < began;
        let Some(manifest) = run.manifest.as_ref().filter(|_| taken.values().any(asked)) else { continue };
        // What was active then nobody knows any more; what is wrong with the run others say.
        let Ok(accounts) = accounts_of(&run.path, manifest) else { continue };
        // Where nobody says who is active, everybody counts as it, and nobody was found so.
        if !accounts.provided.contains("active") {
            continue;
        }
        for id in accounts.ids()?.iter().zip(accounts.active()?).filter_map(|(id, active)| id.filter(|_| active)) {
            if taken.get(&id).is_some_and(asked) {
                taken.remove(&id);
            }
        }
    }
    Ok(())
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
            people_read: manifest.summary.as_ref().map_or(0, |summary| summary.people.read),
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
