//! A stored run judged again, from what its folder holds: the snapshot, the people as they were understood, the configuration.
//!
//! With the same version and configuration the same `findings.json` comes out, byte for byte: its run is then the one that is
//! replayed, and only the manifest of the replay says who judged it again, and when. Anything else is a run of its own that judges
//! old data.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;

use super::compare::compare_until;
use super::diff::{Diff, between};
use super::findings::{FILE, Findings};
use super::past::{accounts_of, past_until};
use super::tokens::RedactionTokens;
use super::types::{History, Lifecycle, Present};
use crate::archive::store::inputs::intact;
use crate::archive::store::{Manifest, RunInfo, StoredRun, inputs, listing};
use crate::config::{Config, Loaded};
use crate::digest;
use crate::directory::People;
use crate::domo::Accounts;
use crate::failure::Failure;
use crate::reconcile::{self, Reconciliation, Rules};
use crate::terms::Kind;

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
    for name in [inputs::PEOPLE, FILE] {
        intact(folder, &manifest, name)?;
    }
    let accounts = accounts_of(folder, &manifest)?;
    let people = inputs::people_of(folder, manifest.directory.clone())?;
    let config = match config {
        Some(config) => config,
        None => inputs::loaded_of(folder, &manifest)?,
    };
    let config = Loaded { config: inputs::for_instance(&config.config, &manifest.run.instance), ..config };
    let findings = Findings::read(&folder.join(FILE))?;
    Ok(Stored { run, manifest, accounts, people, config, findings })
}

impl Stored {
    /// What it is judged by again, with this configuration.
    pub fn rules<'a>(&'a self, config: &'a Config) -> Rules<'a> {
        let then = &self.manifest.run;
        Rules { config, instance: &then.instance, as_of: then.as_of, excluded_elsewhere: None }
    }

    /// Judges it again; `own` is the replay's identity, for when its findings are not the run's.
    ///
    /// # Errors
    /// The archive around the run cannot be read, or the judgement does not balance.
    pub fn judge(&self, own: &RunInfo) -> Result<Replayed> {
        let then = &self.manifest.run;
        let rules = self.rules(&self.config.config);
        let archive = self.run.path.canonicalize()?;
        let archive = archive.parent().unwrap_or(&archive);
        let past = match then.forecast {
            true => Arc::default(),
            false => past_until(archive, &then.instance, self.manifest.number, then.started)?,
        };
        let mut reconciliation = reconcile::reconcile_since(&self.accounts, &self.people, &rules, past)?;
        if then.forecast {
            reconciliation = reconciliation.as_forecast();
        }
        let same = then.version == env!("CARGO_PKG_VERSION") && self.manifest.config.sha256 == digest::sha256(&self.config.text);
        let run = if same { then.clone() } else { own.clone() };
        let present = Present {
            run: &run,
            accounts: &self.accounts,
            people: &self.people,
            reconciliation: &reconciliation,
            config: &self.config,
        };
        let mut history = compare_until(archive, &present, self.manifest.number)?;
        let compared_with = |history: &History| history.previous.as_ref().map(|previous| previous.run_id.clone());
        if compared_with(&history) != self.manifest.summary.as_ref().and_then(|summary| summary.compared_with.clone()) {
            self.remembered(&mut history, &mut reconciliation);
        }
        Ok(Replayed { run, reconciliation, history, same })
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
