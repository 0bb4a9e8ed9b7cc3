//! A run that is being made against the runs before it.

use std::collections::{BTreeSet, HashSet};
use std::path::Path;

use anyhow::Result;
use polars::frame::DataFrame;

use super::applied::Deeds;
use super::findings::{self, Entry};
use super::last_review::{LastReview, Subject};
use super::tokens::{RedactionTokens, token_digits};
use super::types::{History, How, Present, Resolved, State, TrendPoint};
use super::{applied, before, certified, difference, parameters};
use crate::archive::store::{Listing, StoredRun, manifest};
use crate::plan::Outcome;
use crate::terms::Kind;

/// Runs in the trend, this one included.
const TREND: usize = 12;

/// Compares a run that is being made with all that is in the archive, as it was listed.
///
/// # Errors
/// A run in it that this one is compared with cannot be read.
pub fn compare(archive: &Path, listing: &Listing, present: &Present<'_>) -> Result<History> {
    compare_until(archive, listing, present, u64::MAX)
}

/// Compares with what was in the archive before the run of this number.
pub(crate) fn compare_until(archive: &Path, listing: &Listing, present: &Present<'_>, number: u64) -> Result<History> {
    let now = present.reconciliation;
    let before = before::read(listing, &now.instance, number);
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
        let since = baseline.manifest.run.started;
        let subjects = baseline.findings.iter().map(|(id, then)| {
            let last_day = then.person.as_ref().and_then(|person| person.termination_date);
            (id.0.as_str(), Subject { last_day, restricted: then.restricted })
        });
        let subjects = subjects.collect();
        let applied = applied::all(&before.runs, &mut history.notes)?;
        let given_back = applied::given_back(&applied);
        let reviewed = |run: &StoredRun, notes: &mut Vec<String>| {
            LastReview::of(run, &subjects, &given_back).unwrap_or_else(|error| {
                let id = run.id();
                notes.push(format!("What was decided on the plan of {id}, and what became of it, is not known: {error:#}."));
                None
            })
        };
        history.last_review = reviewed(&baseline.stored, &mut history.notes);
        // Where nobody decided anything on the newest plan, what was applied since was an earlier one.
        if history.last_review.as_ref().is_none_or(|last| last.decided.is_empty()) {
            let plan = |run: &StoredRun| Some(run.manifest.as_ref()?.plan.as_ref()?.id.clone());
            let earlier = before.runs.iter().rev().filter(|run| !run.pruned && run.number() < baseline.stored.number());
            let mut sent = earlier.filter(|run| plan(run).is_some_and(|plan| applied::sent(&applied, &plan, since)));
            if let Some(last) = sent.next().and_then(|run| reviewed(run, &mut history.notes)) {
                history.last_review = Some(last);
            }
        }
        let past = Since { deeds: Deeds::since(&applied, since), still: Still::new(present, baseline, &tokens)? };
        resolve(&mut history, baseline, present, &past);
        parameters::explain(&mut history, baseline, present);
        history.applied = applied::sentences(&applied, since, present)?;
        history.applied.extend(certified::sentences(&before.runs, present, &mut history.notes)?);
    }

    history.trend = before.trend;
    let counts = !present.run.forecast && !present.reconciliation.evidence.is_incomplete();
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
fn resolve(history: &mut History, baseline: &before::Baseline, present: &Present<'_>, since: &Since) {
    let now = present.reconciliation;
    let Since { deeds, still } = since;
    let incomplete = now.evidence.is_incomplete();
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
                Some(decided) if decided.outcome == Some(Outcome::Done) => How::Ours(decided.summary()),
                _ => match (deeds.on(&id.0), deeds.to(account_id(then))) {
                    (Some(told), _) => How::Ours(told.clone()),
                    _ if still.administers(then) => How::Stands,
                    (_, Some(told)) => How::Ours(told.clone()),
                    _ if still.has(then) => How::Itself,
                    _ => How::Gone,
                },
            },
        });
    }
    history.resolved.sort_by(|one, other| (one.severity, one.kind, &one.id).cmp(&(other.severity, other.kind, &other.id)));
}

fn account_id(then: &Entry) -> Option<u64> {
    then.account.as_ref()?.id
}

/// What happened since the run that this one is compared with.
struct Since {
    deeds: Deeds,
    still: Still,
}

/// Whom this run has read.
struct Still {
    accounts: HashSet<u64>,
    emails: Keys,
    people: Keys,
    administrators: HashSet<u64>,
}

/// Keys of those whom this run has read.
struct Keys {
    clear: HashSet<String>,
    /// Of their tokens, where the run before names people by those.
    digits: HashSet<String>,
}

impl Keys {
    fn has(&self, key: &str) -> bool {
        self.clear.contains(&key.to_lowercase()) || token_digits(key).is_some_and(|digits| self.digits.contains(digits))
    }
}

impl Still {
    fn new(present: &Present<'_>, baseline: &before::Baseline, tokens: &RedactionTokens) -> Result<Self> {
        let redacted = baseline.findings.values().any(|then| keys(then).any(|key| token_digits(key).is_some()));
        let keys = |frame: &DataFrame, columns: &[&str]| -> Result<Keys> {
            let mut keys = Keys { clear: HashSet::new(), digits: HashSet::new() };
            for column in columns {
                for value in frame.column(column)?.str()?.iter().flatten() {
                    keys.clear.insert(value.to_lowercase());
                    keys.digits.extend(redacted.then(|| tokens.digits(value)).flatten());
                }
            }
            Ok(keys)
        };
        let accounts = &present.accounts.frame;
        let by_email = baseline.findings.values().any(|then| then.account.is_some() && account_id(then).is_none());
        Ok(Self {
            accounts: present.accounts.ids()?.iter().flatten().collect(),
            // Of a million accounts with ids nobody needs them.
            emails: keys(accounts, if by_email { &["email"] } else { &[] })?,
            people: keys(&present.people.frame, &["email", "employee_number"])?,
            administrators: present.reconciliation.privileged.iter().filter_map(|one| one.account.id).collect(),
        })
    }

    /// Whether the account still has the rights whose gain a finding was about.
    fn administers(&self, then: &Entry) -> bool {
        then.kind == Kind::Elevated && account_id(then).is_some_and(|id| self.administrators.contains(&id))
    }

    /// Whether the account and the person of a finding were read again.
    fn has(&self, then: &Entry) -> bool {
        let account = match account_id(then) {
            Some(id) => self.accounts.contains(&id),
            None => then.account.as_ref().and_then(|account| account.email.as_ref()).is_none_or(|email| self.emails.has(email)),
        };
        let person = then.person.as_ref().is_none_or(|person| {
            let mut known = person.email.iter().chain(&person.employee_number).peekable();
            known.peek().is_none() || known.any(|key| self.people.has(key))
        });
        account && person
    }
}

/// What a finding calls its account and its person.
fn keys(then: &Entry) -> impl Iterator<Item = &String> {
    let person = then.person.iter().flat_map(|person| person.email.iter().chain(&person.employee_number));
    then.account.iter().flat_map(|account| &account.email).chain(person)
}
