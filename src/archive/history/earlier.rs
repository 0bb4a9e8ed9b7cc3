//! The accounts of the run that a new one is compared with, and what our own plans did to them since: read before anything is judged.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use chrono::{DateTime, Utc};

use super::{applied, before, replay};
use crate::archive::store::manifest::Manifest;
use crate::archive::store::{Archive, StoredRun};
use crate::domo::{self, Accounts};
use crate::reconcile::Earlier;

/// Of the newest run of the instance on whole evidence. None in a first run, and where its accounts are not there any more.
pub fn earlier(archive: &Path, instance: &str) -> Result<Option<Arc<Earlier>>> {
    earlier_than(archive, instance, u64::MAX, DateTime::<Utc>::MAX_UTC)
}

/// The same of the runs before this number, and of what was done before this moment.
pub(super) fn earlier_than(archive: &Path, instance: &str, number: u64, until: DateTime<Utc>) -> Result<Option<Arc<Earlier>>> {
    let runs = Archive::at(archive).list()?.runs;
    let runs: Vec<StoredRun> =
        runs.into_iter().filter(|run| run.number() < number && run.head.run.instance == instance && !run.pruned).collect();
    let whole = |run: &&StoredRun| run.manifest.as_ref().and_then(before::judged).is_some_and(before::is_whole);
    let Some((run, manifest)) = runs.iter().rev().find(whole).and_then(|run| Some((run, run.manifest.as_ref()?))) else {
        return Ok(None);
    };
    match accounts_of(run, manifest) {
        Ok(accounts) => Ok(Some(Arc::new(Earlier {
            run_id: manifest.run.id.clone(),
            as_of: manifest.run.as_of,
            accounts,
            ours: applied::ours(&runs, manifest.run.started..until)?,
        }))),
        Err(error) => {
            tracing::warn!("access is not compared with the run {}: {error:#}", run.id());
            Ok(None)
        }
    }
}

/// The accounts that a run judged, if they are still those that its manifest names.
pub(super) fn accounts_of(run: &StoredRun, manifest: &Manifest) -> Result<Accounts> {
    replay::intact(&run.path, manifest, "accounts.jsonl")?;
    let read = manifest.accounts.as_ref().context("its manifest does not say how its accounts were read")?;
    let loaded = domo::accounts::load(&run.path.join("accounts.jsonl"))?;
    // The file says what Domo sent; which columns the source had, and how whole it was, the manifest remembers.
    Accounts::new(loaded.frame, loaded.snapshot, read.provided.iter().cloned().collect(), read.evidence.clone())
}
