//! A run that is being made against the runs before it.

use std::collections::{BTreeSet, HashSet};
use std::path::Path;

use anyhow::Result;

use super::findings::{self, Entry};
use super::last_review::LastReview;
use super::tokens::RedactionTokens;
use super::types::{History, How, Present, Resolved, State, TrendPoint};
use super::{applied, before, certified, difference, parameters};
use crate::archive::store::{Archive, manifest};
use crate::plan::Outcome;
use crate::reconcile::EvidenceStatus;
use crate::terms::Kind;

/// Runs in the trend, this one included.
const TREND: usize = 12;

/// Compares a run that is being made with all that is in the archive.
///
/// # Errors
/// The archive cannot be listed, or a run in it that this one is compared with cannot be read.
pub fn compare(archive: &Path, present: &Present<'_>) -> Result<History> {
    compare_until(archive, present, u64::MAX)
}

/// Compares with what was in the archive before the run of this number.
pub(crate) fn compare_until(archive: &Path, present: &Present<'_>, number: u64) -> Result<History> {
    let now = present.reconciliation;
    let before = before::read(&Archive::at(archive), &now.instance, number)?;
    let mut history = History::first(now);
    history.notes.clone_from(&before.notes);
    before::notes_on_time(&before, present, &mut history.notes);
    before::notes_on_incomplete(&before, &mut history.notes);

    if let Some(baseline) = &before.baseline {
        history.previous = Some(baseline.previous());
        let tokens = RedactionTokens::of(archive);
        for finding in &now.findings {
            let Some(lifecycle) = history.lifecycle.get_mut(&finding.id) else { continue };
            if let Some(seen) = before.seen.get(&finding.id) {
                lifecycle.first_seen = now.as_of.min(seen.first);
                // Found since the run that this one is compared with, on incomplete evidence: it was never away.
                if seen.number < baseline.stored.number() {
                    lifecycle.state = State::Reappeared;
                    lifecycle.changed = vec![format!("back again; last seen {}", seen.last)];
                }
            }
            if let Some(then) = baseline.findings.get(&finding.id) {
                lifecycle.changed = difference::sentences(then, &Entry::of(finding, now.as_of, None), &tokens);
                lifecycle.state = if lifecycle.changed.is_empty() { State::Open } else { State::Changed };
            }
        }
        let last_days = baseline.findings.iter();
        let last_days = last_days.filter_map(|(id, then)| Some((id.0.clone(), then.person.as_ref()?.termination_date?))).collect();
        history.last_review = LastReview::of(&baseline.stored, &last_days).unwrap_or_else(|error| {
            let id = baseline.stored.id();
            history.notes.push(format!("What was decided on the plan of {id}, and what became of it, is not known: {error:#}."));
            None
        });
        resolve(&mut history, baseline, present)?;
        parameters::explain(&mut history, baseline, present);
        let since = baseline.manifest.run.started;
        history.applied = applied::sentences(&before.runs, since, present, &mut history.notes)?;
        history.applied.extend(certified::sentences(&before.runs, present, &mut history.notes)?);
    }

    history.trend = before.trend;
    let counts = !present.run.forecast && present.reconciliation.evidence.status != EvidenceStatus::Incomplete;
    history.trend.extend(counts.then(|| TrendPoint {
        run_id: present.run.id.clone(),
        as_of: now.as_of,
        by_severity: manifest::by_severity(now),
        new: history.appeared(),
        resolved: history.resolved(),
    }));
    let surplus = history.trend.len().saturating_sub(TREND);
    history.trend.drain(..surplus);
    Ok(history)
}

/// What the previous run found and this one did not: resolved, where this one could have found it.
fn resolve(history: &mut History, baseline: &before::Baseline, present: &Present<'_>) -> Result<()> {
    let now = present.reconciliation;
    let still = Still::new(present)?;
    let incomplete = now.evidence.status == EvidenceStatus::Incomplete;
    let not_tested: BTreeSet<&str> = now.not_tested.iter().map(|check| check.check.as_str()).collect();
    for (id, then) in &baseline.findings {
        if history.lifecycle.contains_key(id) {
            continue;
        }
        let field_untested = |field: &findings::Drift| not_tested.contains(format!("drift.{}", field.field).as_str());
        let untested = not_tested.contains(then.kind.as_str()) || (!then.drift.is_empty() && then.drift.iter().all(field_untested));
        if incomplete || untested {
            history.unjudged += 1;
            continue;
        }
        history.resolved.push(Resolved {
            id: id.clone(),
            kind: then.kind,
            severity: then.severity,
            subject: then.subject(),
            reason: then.reason.clone(),
            first_seen: then.first_seen,
            last_seen: baseline.as_of(),
            by_parameter: false,
            how: match history.last_review.as_ref().and_then(|last| last.on(&id.0)) {
                Some(decided) if decided.outcome == Some(Outcome::Done) => How::Ours(decided.told()),
                _ if still.administers(then) => How::Stands,
                _ if still.has(then) => How::Itself,
                _ => How::Gone,
            },
        });
    }
    history.resolved.sort_by(|one, other| (one.severity, one.kind, &one.id).cmp(&(other.severity, other.kind, &other.id)));
    Ok(())
}

/// Whom this run has read.
struct Still {
    accounts: HashSet<u64>,
    people: HashSet<String>,
    administrators: HashSet<u64>,
}

impl Still {
    fn new(present: &Present<'_>) -> Result<Self> {
        let accounts = present.accounts.frame.column("id")?.u64()?.iter().flatten().collect();
        let text = |column: &str| -> Result<Vec<String>> {
            let values = present.people.frame.column(column)?.str()?;
            Ok(values.iter().flatten().map(str::to_lowercase).collect())
        };
        let people = text("email")?.into_iter().chain(text("employee_number")?).collect();
        let administrators = present.reconciliation.privileged.iter().filter_map(|one| one.account.id).collect();
        Ok(Self { accounts, people, administrators })
    }

    /// Whether the account still has the rights whose gain a finding was about.
    fn administers(&self, then: &Entry) -> bool {
        let id = then.account.as_ref().and_then(|account| account.id);
        then.kind == Kind::Elevated && id.is_some_and(|id| self.administrators.contains(&id))
    }

    /// Whether the account and the person of a finding were read again.
    fn has(&self, then: &Entry) -> bool {
        let account = then.account.as_ref().and_then(|account| account.id).is_none_or(|id| self.accounts.contains(&id));
        let person = then.person.as_ref().is_none_or(|person| {
            let mut known = person.email.iter().chain(&person.employee_number).peekable();
            known.peek().is_none() || known.any(|key| self.people.contains(&key.to_lowercase()))
        });
        account && person
    }
}
