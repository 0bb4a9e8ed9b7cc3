//! What differs between the findings of two runs, whichever they are.

use std::collections::BTreeMap;

use anyhow::Context as _;
use serde::Serialize;

use super::difference;
use super::findings::{Entry, Findings};
use super::past::accounts_of;
use super::tokens::RedactionTokens;
use crate::archive::store::{StoredRun, inputs};
use crate::reconcile::{self, Earlier, FindingId};
use crate::terms::{Kind, Severity};

/// From one run to another.
#[derive(Debug, Serialize)]
pub struct Diff {
    /// The run compared with.
    pub from: String,
    /// The run looked at.
    pub to: String,
    /// Only in the second.
    pub appeared: Vec<DiffLine>,
    /// Only in the first.
    pub gone: Vec<DiffLine>,
    /// In both, and other.
    pub changed: Vec<DiffLine>,
    /// In both, and the same.
    pub same: u64,
    /// Changes of accounts' access, by sort; absent where the accounts of either run are not there, or have no ids.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access: Option<BTreeMap<&'static str, u64>>,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_untested: Option<String>,
}

/// A finding of a [`Diff`].
#[derive(Debug, Serialize)]
#[allow(missing_docs)]
pub struct DiffLine {
    pub id: FindingId,
    pub kind: Kind,
    pub severity: Severity,
    pub subject: String,
    /// What changed; empty for findings of one run only.
    pub changes: Vec<String>,
}

impl DiffLine {
    fn of(entry: &Entry, changes: Vec<String>) -> Self {
        Self { id: entry.id.clone(), kind: entry.kind, severity: entry.severity, subject: entry.subject(), changes }
    }
}

/// Compares two runs by their `findings.json`.
///
/// # Errors
/// A run was pruned, or its findings cannot be read.
pub fn diff(from: &StoredRun, to: &StoredRun) -> anyhow::Result<Diff> {
    let read = |run: &StoredRun| match run.pruned {
        true => Err(run.gone().into()),
        false => Findings::of_run(&run.path, run.manifest.as_ref()),
    };
    let tokens = to.path.parent().map(RedactionTokens::of).unwrap_or_default();
    let found = between((from.id(), &read(from)?.findings), (to.id(), &read(to)?.findings), &tokens);
    // Nothing is lost by a run whose accounts cannot be read: its findings are compared all the same.
    Ok(match access(from, to) {
        Ok(access) => Diff { access: Some(access), ..found },
        Err(error) => Diff { access_untested: Some(format!("{error:#}")), ..found },
    })
}

fn access(from: &StoredRun, to: &StoredRun) -> anyhow::Result<BTreeMap<&'static str, u64>> {
    let manifest = |run: &StoredRun| run.manifest.clone().with_context(|| format!("a newer version wrote the run {}", run.id()));
    let (before, after) = (manifest(from)?, manifest(to)?);
    let earlier = Earlier {
        run_id: before.run.id.clone(),
        as_of: before.run.as_of,
        accounts: accounts_of(&from.path, &before)?,
        ours: BTreeMap::new(),
    };
    // Without its names for roles, those that they have are compared.
    let domo = inputs::config_of(&to.path, &after).map(|config| config.domo).unwrap_or_default();
    let access = reconcile::since(&earlier, &accounts_of(&to.path, &after)?, &domo)?;
    Ok(access.context("the accounts of one of them have no ids")?.counts())
}

/// Compares the findings of two runs, each with its id.
pub(crate) fn between(from: (&str, &[Entry]), to: (&str, &[Entry]), tokens: &RedactionTokens) -> Diff {
    let find = |entries: &[Entry]| -> BTreeMap<FindingId, Entry> {
        entries.iter().map(|entry| (entry.id.clone(), entry.clone())).collect()
    };
    let (before, after) = (find(from.1), find(to.1));
    let only = |here: &[Entry], there: &BTreeMap<FindingId, Entry>| -> Vec<DiffLine> {
        here.iter().filter(|entry| !there.contains_key(&entry.id)).map(|entry| DiffLine::of(entry, Vec::new())).collect()
    };
    let in_both = to.1.iter().filter_map(|now| Some((before.get(&now.id)?, now)));
    let (changed, same): (Vec<_>, Vec<_>) = in_both
        .map(|(then, now)| DiffLine::of(now, difference::sentences(then, now, tokens)))
        .partition(|line| !line.changes.is_empty());
    Diff {
        from: from.0.to_owned(),
        to: to.0.to_owned(),
        appeared: only(to.1, &before),
        gone: only(from.1, &after),
        changed,
        same: same.len() as u64,
        access: None,
        access_untested: None,
    }
}
