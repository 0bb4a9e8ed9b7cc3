//! What differs between the findings of two runs, whichever they are.

use serde::Serialize;

use super::difference;
use super::findings::{Entry, FILE, Findings};
use super::tokens::Tokens;
use crate::archive::store::StoredRun;
use crate::reconcile::FindingId;
use crate::terms::{Kind, Severity};

/// From one run to another.
#[derive(Debug, Serialize)]
pub struct Diff {
    /// The run compared with.
    pub from: String,
    /// The run looked at.
    pub to: String,
    /// Only in the second.
    pub appeared: Vec<Line>,
    /// Only in the first.
    pub gone: Vec<Line>,
    /// In both, and other.
    pub changed: Vec<Line>,
    /// In both, and the same.
    pub same: u64,
}

/// A finding of a [`Diff`].
#[derive(Debug, Serialize)]
#[allow(missing_docs)]
pub struct Line {
    pub id: FindingId,
    pub kind: Kind,
    pub severity: Severity,
    pub subject: String,
    /// What changed; empty for findings of one run only.
    pub changes: Vec<String>,
}

impl Line {
    fn of(entry: &Entry, changes: Vec<String>) -> Self {
        Self { id: entry.id.clone(), kind: entry.kind, severity: entry.severity, subject: entry.subject(), changes }
    }
}

/// Compares two runs by their `findings.json`.
pub fn diff(from: &StoredRun, to: &StoredRun) -> anyhow::Result<Diff> {
    let read = |run: &StoredRun| match run.pruned {
        true => Err(run.gone().into()),
        false => Findings::read(&run.path.join(FILE)),
    };
    let tokens = to.path.parent().map(Tokens::of).unwrap_or_default();
    Ok(between((from.id(), &read(from)?.findings), (to.id(), &read(to)?.findings), &tokens))
}

/// Compares the findings of two runs, each with its id.
pub(crate) fn between(from: (&str, &[Entry]), to: (&str, &[Entry]), tokens: &Tokens) -> Diff {
    let find = |entries: &[Entry]| -> std::collections::BTreeMap<FindingId, Entry> {
        entries.iter().map(|entry| (entry.id.clone(), entry.clone())).collect()
    };
    let (before, after) = (find(from.1), find(to.1));
    let only = |here: &[Entry], there: &std::collections::BTreeMap<FindingId, Entry>| -> Vec<Line> {
        here.iter().filter(|entry| !there.contains_key(&entry.id)).map(|entry| Line::of(entry, Vec::new())).collect()
    };
    let in_both = to.1.iter().filter_map(|now| Some((before.get(&now.id)?, now)));
    let (changed, same): (Vec<_>, Vec<_>) = in_both
        .map(|(then, now)| Line::of(now, difference::sentences(then, now, tokens)))
        .partition(|line| !line.changes.is_empty());
    Diff {
        from: from.0.to_owned(),
        to: to.0.to_owned(),
        appeared: only(to.1, &before),
        gone: only(from.1, &after),
        changed,
        same: same.len() as u64,
    }
}
