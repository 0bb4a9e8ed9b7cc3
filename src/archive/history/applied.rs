//! What was done to Domo since the previous run, from the journals beside the plans, and access that came back after it was taken.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use anyhow::{Context, Result};
use chrono::{DateTime, Utc};

use super::types::Present;
use crate::archive::store::StoredRun;
use crate::archive::store::listing::{JOURNAL_END as JOURNAL, names};
use crate::plan::journal::{Ended, Event, Journal, Outcome};
use crate::plan::{self, Plan};
use crate::reconcile::Ours;
use crate::terms::ActionKind;

/// A plan that was applied, and its journal.
struct Applied {
    plan: Plan,
    journal: Journal,
}

/// Sentences on what was applied since then, and on accounts that are active although we switched them off; and notes on journals
/// that cannot be relied on.
pub(super) fn sentences(
    runs: &[StoredRun],
    since: DateTime<Utc>,
    present: &Present<'_>,
    notes: &mut Vec<String>,
) -> Result<Vec<String>> {
    let mut applied = Vec::new();
    for run in runs.iter().filter(|run| !run.pruned) {
        for name in names(&run.path)?.into_iter().filter(|name| name.ends_with(JOURNAL)) {
            match read(&run.path, &name) {
                Ok(read) => applied.push(read),
                Err(error) => notes.push(format!("{name} of {} could not be used: {error:#}.", run.id())),
            }
        }
    }
    let mut sentences: Vec<_> = applied.iter().flat_map(|applied| since_then(applied, since)).collect();
    sentences.extend(came_back(&applied, present)?);
    Ok(sentences)
}

fn read(folder: &Path, name: &str) -> Result<Applied> {
    let journal = Journal::read(&std::fs::read_to_string(folder.join(name))?)?;
    let plan = name.replace(JOURNAL, ".json");
    let text = std::fs::read_to_string(folder.join(&plan)).with_context(|| format!("reading its plan {plan}"))?;
    let sealed = plan::Sealed::read(&text).with_context(|| format!("reading its plan {plan}"))?;
    Ok(Applied { plan: sealed.plan().clone(), journal })
}

/// What our plans did in that time, by account, in the order it was done. Journals that cannot be read are passed over: [`sentences`]
/// names them.
pub(super) fn ours(runs: &[StoredRun], time: Range<DateTime<Utc>>) -> Result<BTreeMap<u64, Vec<Ours>>> {
    let mut done: BTreeMap<u64, Vec<(DateTime<Utc>, Ours)>> = BTreeMap::new();
    for run in runs {
        let journals = names(&run.path)?.into_iter().filter(|name| name.ends_with(JOURNAL));
        for Applied { plan, journal } in journals.filter_map(|name| read(&run.path, &name).ok()) {
            for (id, standing) in journal.fold() {
                let (Some(action), Some(account), Some((Outcome::Done, at))) =
                    (plan.action(id), standing.account_id, standing.outcome)
                else {
                    continue;
                };
                if time.contains(&at) {
                    let role = action.after.get("role").and_then(serde_json::Value::as_str).map(str::to_owned);
                    done.entry(account).or_default().push((at, Ours { plan: plan.id.clone(), kind: action.kind, role }));
                }
            }
        }
    }
    let in_order = |(account, mut done): (u64, Vec<(DateTime<Utc>, Ours)>)| {
        done.sort_by_key(|(at, _)| *at);
        (account, done.into_iter().map(|(_, ours)| ours).collect())
    };
    Ok(done.into_iter().map(in_order).collect())
}

/// One sentence for each time somebody applied the plan.
fn since_then(applied: &Applied, since: DateTime<Utc>) -> Vec<String> {
    let mut sentences: Vec<String> = Vec::new();
    let mut outcomes: BTreeMap<Outcome, u64> = BTreeMap::new();
    let mut opening = None;
    let mut ending = None;
    let tell = |opening: Option<String>, outcomes: &mut BTreeMap<Outcome, u64>, ending: Option<Ended>| {
        let counts: Vec<_> = std::mem::take(outcomes).iter().map(|(outcome, count)| format!("{count} {outcome}")).collect();
        let counts = if counts.is_empty() { "nothing done".into() } else { counts.join(", ") };
        let early = match ending {
            Some(Ended::Complete) => "",
            Some(Ended::Interrupted) => "; it was interrupted",
            Some(Ended::Stopped) => "; it stopped itself before the end",
            None => "; it was cut short, or is still under way",
        };
        opening.map(|opening| format!("{opening}: {counts}{early}."))
    };
    for line in applied.journal.lines().iter().filter(|line| line.at >= since) {
        match &line.event {
            Event::Open(open) => {
                sentences.extend(tell(opening.take(), &mut outcomes, ending.take()));
                let overrides = open.overrides.iter().map(|overridden| {
                    let (guard, value, limit) = (&overridden.guard, overridden.value, overridden.limit);
                    format!(", against the guard {guard} ({value}, limit {limit}; reason: {})", overridden.reason)
                });
                let overrides: String = overrides.collect();
                opening = Some(format!(
                    "Plan {} was applied on {} by {}{overrides}",
                    open.plan,
                    line.at.date_naive(),
                    open.by.join(" as ")
                ));
            }
            Event::Outcome { outcome, .. } => *outcomes.entry(*outcome).or_default() += 1,
            Event::Close { ended, .. } => ending = Some(*ended),
            _ => {}
        }
    }
    sentences.extend(tell(opening, &mut outcomes, ending));
    sentences
}

/// Accounts that are active although the last thing we did to them was to take their access away.
fn came_back(applied: &[Applied], present: &Present<'_>) -> Result<Vec<String>> {
    struct Last<'a> {
        at: DateTime<Utc>,
        kind: ActionKind,
        plan: &'a str,
        subject: String,
    }
    let mut last: BTreeMap<u64, Last<'_>> = BTreeMap::new();
    for Applied { plan, journal } in applied {
        for (id, standing) in journal.fold() {
            let (Some(action), Some(account), Some((Outcome::Done, at))) = (plan.action(id), standing.account_id, standing.outcome)
            else {
                continue;
            };
            if action.kind != ActionKind::Update && last.get(&account).is_none_or(|last| last.at < at) {
                last.insert(account, Last { at, kind: action.kind, plan: &plan.id, subject: action.subject() });
            }
        }
    }
    last.retain(|_, last| matches!(last.kind, ActionKind::Deactivate | ActionKind::Delete));
    if last.is_empty() {
        return Ok(Vec::new());
    }
    let (ids, active) = (present.accounts.frame.column("id")?.u64()?, present.accounts.frame.column("active")?.bool()?);
    let mut sentences = Vec::new();
    for (id, active) in ids.iter().zip(active.iter()) {
        let Some((id, last)) = id.and_then(|id| Some((id, last.get(&id)?))).filter(|_| active == Some(true)) else { continue };
        let done = if last.kind == ActionKind::Delete { "deleted" } else { "deactivated" };
        let (day, plan, subject) = (last.at.date_naive(), last.plan, &last.subject);
        sentences.push(format!("Account {id} ({subject}) is active again: plan {plan} had {done} it on {day}."));
    }
    Ok(sentences)
}
