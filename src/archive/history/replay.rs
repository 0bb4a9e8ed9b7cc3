//! A stored run judged again, from what its folder holds: the snapshot, the people as they were understood, the configuration.
//!
//! With the same version and configuration the same `findings.json` comes out, byte for byte: its run is then the one that is
//! replayed, and only the manifest of the replay says who judged it again, and when. Anything else is a run of its own that judges
//! old data.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use chrono::{DateTime, Utc};

use super::before::clock_went_back;
use super::compare::compare_until;
use super::diff::{Diff, between};
use super::findings::Findings;
use super::past::{accounts_of, past_until};
use super::tokens::RedactionTokens;
use super::types::{History, Lifecycle, Present};
use crate::archive::store::inputs::intact;
use crate::archive::store::{Archive, Manifest, RunInfo, StoredRun, inputs, listing};
use crate::config::{Config, Loaded};
use crate::digest;
use crate::directory::People;
use crate::domo::Accounts;
use crate::failure::Failure;
use crate::reconcile::{self, Past, Reconciliation, Rules};
use crate::terms::Kind;
use crate::terms::names::{FINDINGS, PEOPLE};

/// What a run was judged from, checked against its manifest.
#[derive(Debug)]
#[allow(missing_docs)]
pub struct Stored {
    pub run: StoredRun,
    pub manifest: Manifest,
    pub accounts: Accounts,
    pub people: People,
    pub config: Loaded,
    findings: Findings,
}

/// A second judgement.
#[derive(Debug)]
#[allow(missing_docs)]
pub struct Replayed {
    /// Whose findings these are: the run's own when version and configuration are the same, else the replay's.
    pub run: RunInfo,
    pub reconciliation: Reconciliation,
    pub history: History,
    /// Version and configuration are those of the run.
    pub same: bool,
    /// The run found whose rights rose since a run that is not beside it: that cannot be found again.
    pub lacks_earlier: bool,
}

/// Reads a run, refusing files that are not those its manifest names. `config` replaces the configuration it kept.
///
/// # Errors
/// A file of the run is missing, cannot be read, or is not the one that its manifest names; the run judged nothing, or is of a
/// newer version.
pub fn read(folder: &Path, config: Option<Loaded>) -> Result<Stored> {
    let run = listing::read_copy(folder)?;
    let Some(manifest) = run.manifest.clone() else {
        return Err(Failure::failed(format!("{} was written by a newer version ({})", run.id(), run.head.schema))
            .hint("replay it with that version")
            .into());
    };
    if manifest.accounts.is_none() {
        return Err(Failure::failed(format!("{} judged nothing: there is nothing to replay", run.id())).into());
    }
    for name in [PEOPLE, FINDINGS] {
        intact(folder, &manifest, name)?;
    }
    let accounts = accounts_of(folder, &manifest)?;
    let people = inputs::people_of(folder, manifest.directory.clone())?;
    let config = match config {
        Some(config) => config,
        None => inputs::loaded_of(folder, &manifest)?,
    };
    let config = Loaded { config: inputs::for_instance(&config.config, &manifest.run.instance), ..config };
    let findings = Findings::read(&folder.join(FINDINGS))?;
    Ok(Stored { run, manifest, accounts, people, config, findings })
}

impl Stored {
    /// What it is judged by again, with this configuration.
    pub fn rules<'a>(&'a self, config: &'a Config) -> Rules<'a> {
        let then = &self.manifest.run;
        Rules { config, instance: &then.instance, as_of: then.as_of, excluded_elsewhere: None }
    }

    /// What was known from before when it was judged.
    ///
    /// # Errors
    /// The archive around the run cannot be read.
    pub fn past(&self) -> Result<Arc<Past>> {
        let (archive, then) = (self.archive()?, &self.manifest.run);
        let (number, began) = self.origin(&archive)?;
        let deletes = self.config.config.policy.delete_after_days > 0;
        let past = past_until(&Archive::at(&archive).list()?, &then.instance, (number, began), deletes)?;
        Ok(if then.forecast { past.of_forecast() } else { past })
    }

    fn archive(&self) -> Result<PathBuf> {
        let folder = self.run.path.canonicalize()?;
        Ok(folder.parent().unwrap_or(&folder).to_owned())
    }

    /// Judges it again; `own` is the replay's identity, for when its findings are not the run's.
    ///
    /// # Errors
    /// The archive around the run cannot be read, or the judgement does not balance.
    pub fn judge(&self, own: &RunInfo) -> Result<Replayed> {
        let then = &self.manifest.run;
        let rules = self.rules(&self.config.config);
        let archive = self.archive()?;
        let mut reconciliation = reconcile::reconcile_since(&self.accounts, &self.people, &rules, self.past()?)?;
        let (listing, (number, began)) = (Archive::at(&archive).list()?, self.origin(&archive)?);
        if let Some(why) = clock_went_back(&listing, number, began) {
            reconciliation = reconciliation.warned(why);
        }
        if then.forecast {
            reconciliation = reconciliation.as_forecast();
        }
        let same = then.version == env!("CARGO_PKG_VERSION") && self.manifest.config.sha256 == digest::sha256(&self.config.text);
        let run = if same { self.judged_as() } else { own.clone() };
        let present = Present {
            run: &run,
            accounts: &self.accounts,
            people: &self.people,
            reconciliation: &reconciliation,
            config: &self.config,
        };
        let mut history = compare_until(&archive, &listing, &present, number)?;
        let compared_with = |history: &History| history.previous.as_ref().map(|previous| previous.run_id.clone());
        let mut lacks_earlier = false;
        if compared_with(&history) != self.manifest.summary.as_ref().and_then(|summary| summary.compared_with.clone()) {
            self.remembered(&mut history, &mut reconciliation);
            lacks_earlier = self.findings.findings.iter().any(|entry| entry.kind == Kind::Elevated);
        }
        Ok(Replayed { run, reconciliation, history, same, lacks_earlier })
    }

    /// The place in the archive's order, and the moment, that the judgement stands at: its own, and of a replay that of the run
    /// which it judged again. Where that run is not beside it, nothing that is beside it was before it.
    fn origin(&self, archive: &Path) -> Result<(u64, DateTime<Utc>)> {
        let mut origin = (self.manifest.number, self.manifest.run.started);
        let mut link = self.manifest.replay_of.as_ref();
        let runs = if link.is_some() { Archive::at(archive).list()?.runs } else { Vec::new() };
        while let Some(original) = link {
            let beside = runs.iter().find(|run| run.id() == original.run_id && run.number() < origin.0);
            let Some(beside) = beside else { return Ok((0, origin.1)) };
            origin = (beside.number(), beside.head.run.started);
            link = beside.manifest.as_ref().and_then(|manifest| manifest.replay_of.as_ref());
        }
        Ok(origin)
    }

    /// The run whose findings these are, as they name it: of a replay that said the same, the one that it judged again.
    fn judged_as(&self) -> RunInfo {
        let named = self.findings.run.clone();
        let (id, version) = (named.id, named.version);
        RunInfo { id, started: named.started, finished: named.finished, version, ..self.manifest.run.clone() }
    }

    /// The run before is not there any more: what the findings said of it stands in them.
    fn remembered(&self, history: &mut History, reconciliation: &mut Reconciliation) {
        let then: BTreeMap<_, _> = self.findings.findings.iter().map(|entry| (&entry.id, entry)).collect();
        for (id, lifecycle) in &mut history.lifecycle {
            if let Some(entry) = then.get(id) {
                *lifecycle = Lifecycle { state: entry.state, first_seen: entry.first_seen, ..lifecycle.clone() };
            }
        }
        // Whose access changed since then cannot be said again; that nobody's rights rose can.
        let elevated = Kind::Elevated.as_str();
        let was_tested = self.findings.not_tested.iter().all(|untested| untested.check != elevated);
        if was_tested && self.findings.findings.iter().all(|entry| entry.kind != Kind::Elevated) {
            reconciliation.not_tested.retain(|untested| untested.check != elevated);
        }
        history.notes.push(
            "The run that this one was compared with is not beside it: first-seen days and states are as its findings have them."
                .into(),
        );
    }

    /// What the second judgement says otherwise.
    pub fn compare(&self, again: &Findings) -> Diff {
        let tokens = self.run.path.parent().map(RedactionTokens::of).unwrap_or_default();
        between((&self.manifest.run.id, &self.findings.findings), (&again.run.id, &again.findings), &tokens)
    }
}
