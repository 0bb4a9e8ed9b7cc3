//! What was done to Domo since the previous run, from the journals beside the plans, and access that came back after it was taken.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use anyhow::{Context, Result};
use chrono::{DateTime, Utc};

use super::types::{Present, Sentence};
use crate::archive::store::beside::{journal_of, plan_of};
use crate::archive::store::listing::journals;
use crate::archive::store::{Recorded, StoredRun};
use crate::plan::journal::{ActionState, ApplyEnd, DELETED, Event, Journal, JournalLine, Outcome, Step};
use crate::plan::{self, Plan};
use crate::reconcile::{Ours, Taken};
use crate::terms::names;
use crate::terms::{ActionKind, TokenSort};

/// A plan that was applied, and its journal.
pub(super) struct Applied {
    plan: Plan,
    journal: Journal,
}

/// All that was applied of these runs; and notes on journals that cannot be relied on.
pub(super) fn all(runs: &[StoredRun], notes: &mut Vec<String>) -> Result<Vec<Applied>> {
    let mut applied = Vec::new();
    for run in runs.iter().filter(|run| !run.pruned) {
        for (name, read) in plans_of(run)? {
            match read {
                Ok(read) => applied.push(read),
                Err(error) => notes.push(format!("{name} of {} could not be used: {error:#}.", run.id())),
            }
        }
    }
    Ok(applied)
}

/// Sentences on what was applied since then, and on accounts that are active although we switched them off.
pub(super) fn sentences(applied: &[Applied], since: DateTime<Utc>, present: &Present<'_>) -> Result<Vec<Sentence>> {
    let mut told: Vec<_> = applied.iter().flat_map(|applied| since_then(applied, since)).collect();
    told.sort_by_key(|(at, _)| *at);
    let mut sentences: Vec<_> = told.into_iter().map(|(_, sentence)| sentence).collect();
    sentences.extend(came_back(applied, present)?);
    Ok(sentences)
}

/// Whether something of the plan with this id was sent to Domo since then.
pub(super) fn sent(applied: &[Applied], plan: &str, since: DateTime<Utc>) -> bool {
    applied.iter().any(|one| one.plan.id == plan && one.journal.last_write().is_some_and(|last| last >= since))
}

/// What was done since then by any of our plans, told by plan and who approved it.
#[derive(Default)]
pub(super) struct Deeds {
    by_finding: HashMap<String, String>,
    /// What answers more than the finding it was proposed for: access that was taken, and what people asked for, as in a
    /// certification.
    by_account: HashMap<u64, String>,
}

impl Deeds {
    pub(super) fn since(applied: &[Applied], since: DateTime<Utc>) -> Self {
        let mut deeds = Self::default();
        for Applied { plan, journal } in applied {
            for (id, standing) in journal.fold() {
                let ours = standing.is_ours() && standing.at.is_some_and(|at| at >= since);
                let Some(action) = plan.action(id).filter(|_| ours) else { continue };
                let decided = plan.decisions.get(id).map(|decision| format!(", {}", decision.summary())).unwrap_or_default();
                let told = format!("plan {}{decided}", plan.id);
                let done = standing.outcome.is_some_and(|(outcome, _)| outcome == Outcome::Done) || standing.wrote();
                if done && (action.kind.removes_access() || action.finding.is_none()) {
                    deeds.by_account.extend(standing.account_id.map(|account| (account, told.clone())));
                }
                deeds.by_finding.extend(action.finding.clone().map(|finding| (finding, told)));
            }
        }
        deeds
    }

    pub(super) fn on(&self, finding: &str) -> Option<&String> {
        self.by_finding.get(finding)
    }

    pub(super) fn to(&self, account: Option<u64>) -> Option<&String> {
        self.by_account.get(&account?)
    }
}

/// The plans of a run that were applied, each by the name of its journal.
fn plans_of(run: &StoredRun) -> Result<impl Iterator<Item = (String, Result<Applied>)>> {
    Ok(journals(&run.path)?.into_iter().map(|name| {
        let read = read(&run.path, &name);
        (name, read)
    }))
}

fn read(folder: &Path, name: &str) -> Result<Applied> {
    let journal = journal_of(folder, name)?;
    let plan = names::plan_of(name).unwrap_or_default();
    let sealed = plan_of(folder, &plan).with_context(|| format!("reading its plan {plan}"))?;
    Ok(Applied { plan: sealed.plan().clone(), journal })
}

/// Access that was taken, and when, by account.
pub(super) type TakenAt = BTreeMap<u64, (DateTime<Utc>, Taken)>;

/// What our plans did to accounts.
#[derive(Default)]
pub(super) struct OwnWrites {
    /// Each write that is not undone by anything but a later one, in the order they were done.
    writes: Vec<Write>,
    /// Journals that cannot be relied on, each with why: what they say of access that was given back is not known.
    pub(super) lost: Vec<String>,
}

/// What one action did to an account, or tried to do.
struct Write {
    at: DateTime<Utc>,
    account: u64,
    /// Whether it shows; else Domo accepted it and the account stayed as it was; none where nobody has read it.
    shows: Option<bool>,
    /// Whether it gives access back that an earlier plan took.
    undoes: bool,
    ours: Ours,
}

impl OwnWrites {
    /// Of these runs' plans, up to a moment. Any run of the `archive` may have recorded a journal.
    pub(super) fn by(runs: &[StoredRun], archive: &[StoredRun], until: DateTime<Utc>) -> Result<Self> {
        let mut done = Self::default();
        for Applied { plan, journal } in all(runs, &mut done.lost)? {
            let journal = journal.until(until);
            done.writes.extend(writes(&plan, &journal));
        }
        done.lost.extend(runs.iter().flat_map(|run| altered(run, archive)));
        done.writes.sort_by_key(|write| write.at);
        Ok(done)
    }

    /// What was done since a moment, or may have been, by account.
    pub(super) fn since(&self, moment: DateTime<Utc>) -> BTreeMap<u64, Vec<Ours>> {
        let mut since: BTreeMap<u64, Vec<Ours>> = BTreeMap::new();
        for write in self.writes.iter().filter(|write| write.at >= moment) {
            since.entry(write.account).or_default().push(write.ours.clone());
        }
        since
    }

    /// These plans with all that wrote to an account of theirs after them, of whose accounts the same holds; and the accounts.
    pub(super) fn with_later(&self, mut plans: BTreeSet<String>) -> (BTreeSet<String>, BTreeSet<u64>) {
        loop {
            let (known, mut accounts) = (plans.len(), BTreeSet::new());
            for Write { account, ours, .. } in &self.writes {
                if accounts.contains(account) {
                    plans.insert(ours.plan.clone());
                } else if plans.contains(&ours.plan) {
                    accounts.insert(*account);
                }
            }
            if plans.len() == known {
                return (plans, accounts);
            }
        }
    }

    /// The last access that was taken from each account and not given back since, and when; and the deactivations after the last
    /// one that showed of which Domo showed nothing.
    pub(super) fn taken(&self) -> (TakenAt, BTreeMap<u64, Taken>) {
        let (mut taken, mut unkept) = (BTreeMap::new(), BTreeMap::new());
        for write in &self.writes {
            let Ours { plan, kind, .. } = &write.ours;
            let entry = Taken { plan: plan.clone(), kind: *kind, on: write.at.date_naive(), back: None };
            match (kind, write.shows) {
                (ActionKind::Deactivate, Some(false)) => drop(unkept.insert(write.account, entry)),
                (ActionKind::Deactivate | ActionKind::Demote, Some(true)) => {
                    if *kind == ActionKind::Deactivate {
                        unkept.clear();
                    }
                    taken.insert(write.account, (write.at, entry));
                }
                _ if write.undoes => drop(taken.remove(&write.account)),
                _ => {}
            }
        }
        (taken, unkept)
    }
}

/// Journals in a run's folder that are not there any more, or do not begin as one of these runs recorded them.
fn altered(run: &StoredRun, runs: &[StoredRun]) -> Vec<String> {
    let recorded = Recorded::beside(run.id(), runs);
    let said = |name: &str| {
        let bytes = crate::files::read_plain(run.path.join(name)).unwrap_or_default();
        recorded.altered(name, &bytes).map(|why| format!("{name} of {}: it {why}", run.id()))
    };
    recorded.names().filter(|name| names::plan_of(name).is_some()).filter_map(said).collect()
}

/// When access was last given back, by account, where that is the last that was done to its access.
pub(super) fn given_back(applied: &[Applied]) -> BTreeMap<u64, DateTime<Utc>> {
    let mut writes: Vec<_> = applied.iter().flat_map(|Applied { plan, journal }| writes(plan, journal)).collect();
    writes.sort_by_key(|write| write.at);
    let mut back = BTreeMap::new();
    for write in writes.iter().filter(|write| write.shows == Some(true)) {
        match write.undoes {
            true => drop(back.insert(write.account, write.at)),
            false if write.ours.kind.removes_access() => drop(back.remove(&write.account)),
            false => {}
        }
    }
    back
}

fn writes(plan: &Plan, journal: &Journal) -> Vec<Write> {
    journal.fold().into_iter().filter_map(|(id, standing)| write(plan, id, &standing)).collect()
}

fn write(plan: &Plan, id: &str, standing: &ActionState<'_>) -> Option<Write> {
    let (action, account, at) = (plan.action(id)?, standing.account_id?, standing.at?);
    let ended = standing.outcome.map(|(outcome, _)| outcome);
    // A demotion whose last group stays has taken the role all the same.
    let shows = match ended {
        Some(Outcome::Done) => Some(true),
        _ if standing.wrote() => Some(true),
        Some(Outcome::Failed) if standing.pending.is_some() => Some(false),
        _ => None,
    };
    let after = |field: &str| action.after.get(field);
    let restores = plan.undoes() && (after("role").is_some() || after(plan::fields::GROUPS).is_some());
    let (written, pending) = (&standing.written, standing.pending);
    let itself = standing.wrote() || pending == Some(&Step::Write);
    standing.is_ours().then(|| Write {
        at,
        account,
        shows,
        undoes: restores || matches!(action.kind, ActionKind::Reactivate | ActionKind::Create),
        ours: Ours {
            plan: plan.id.clone(),
            kind: action.kind,
            role: after("role").filter(|_| itself).and_then(serde_json::Value::as_str).map(str::to_owned),
            groups: written.iter().copied().chain(pending).any(|step| *step != Step::Write),
        },
    })
}

/// One sentence for each time somebody applied the plan, and when that began.
fn since_then<'a>(applied: &'a Applied, since: DateTime<Utc>) -> impl Iterator<Item = (DateTime<Utc>, Sentence)> + 'a {
    let applies = applied.journal.lines().chunk_by(|_, next| !matches!(next.event, Event::Open(_)));
    applies.filter_map(|lines| told(&applied.plan, lines)).filter(move |(at, _)| *at >= since)
}

/// What one apply came to.
fn told(plan: &Plan, lines: &[JournalLine]) -> Option<(DateTime<Utc>, Sentence)> {
    let (JournalLine { at, event: Event::Open(open), .. }, lines) = lines.split_first()? else { return None };
    let mut outcomes: BTreeMap<Outcome, u64> = BTreeMap::new();
    let (mut unfinished, mut ending, mut deleted) = (BTreeSet::new(), None, Vec::new());
    for line in lines {
        match &line.event {
            Event::Before { action, .. } => drop(unfinished.insert(action)),
            Event::After { action, outcome: Outcome::NotTried, .. } => drop(unfinished.remove(action)),
            Event::After { action, alarm: Some(alarm), .. } if alarm == DELETED => deleted.extend(plan.action(action)),
            Event::Outcome { action, outcome, .. } => {
                unfinished.remove(action);
                *outcomes.entry(*outcome).or_default() += 1;
            }
            Event::Close { ended, .. } => ending = Some(*ended),
            Event::After { .. } | Event::Open(_) => {}
        }
    }
    // Its write may have left, and nobody lived to read it back.
    if !unfinished.is_empty() {
        *outcomes.entry(Outcome::Unknown).or_default() += unfinished.len() as u64;
    }
    // Where nothing was left to do, and with an earlier version where nothing was approved, nobody did anything but override.
    if outcomes.is_empty() && ending == Some(ApplyEnd::Complete) && open.overrides.is_empty() {
        return None;
    }
    let counts: Vec<_> = outcomes.iter().map(|(outcome, count)| format!("{count} {outcome}")).collect();
    let counts = if counts.is_empty() { "nothing done".into() } else { counts.join(", ") };
    let early = match ending {
        Some(ApplyEnd::Complete) => "",
        Some(ApplyEnd::Interrupted) => "; it was interrupted",
        Some(ApplyEnd::Stopped) => "; it stopped itself before the end",
        None => "; it was cut short, or is still under way",
    };
    let overrides: String = open
        .overrides
        .iter()
        .map(|overridden| {
            let (guard, value, limit) = (&overridden.guard, overridden.value, overridden.limit);
            format!(", against the guard {guard} ({value}, limit {limit}; reason: {})", overridden.reason)
        })
        .collect();
    let alone = if open.alone { ", with no archive of its run at hand" } else { "" };
    let undoes = if plan.undoes() { format!(", which undoes {},", plan.run_id) } else { String::new() };
    let (by, day) = (open.by.join(" as "), at.date_naive());
    let mut text = format!("Plan {}{undoes} was applied on {day} by {by}{overrides}{alone}: {counts}{early}.", open.plan);
    for action in &deleted {
        text += &format!(" It deleted {}, where a deactivation was approved: that is what Domo made of it.", action.subject());
    }
    let why = open.overrides.iter().map(|overridden| (TokenSort::Text, overridden.reason.clone()));
    let names = open.by.iter().cloned().chain(deleted.iter().map(|action| action.subject()));
    let named = names.map(|name| (TokenSort::Name, name)).chain(why).collect();
    Some((*at, Sentence { text, named }))
}

/// Accounts that are active although the last thing we did to them was to take their access away.
fn came_back(applied: &[Applied], present: &Present<'_>) -> Result<Vec<Sentence>> {
    struct Last<'a> {
        at: DateTime<Utc>,
        kind: ActionKind,
        plan: &'a str,
        subject: String,
    }
    let mut last: BTreeMap<u64, Last<'_>> = BTreeMap::new();
    for Applied { plan, journal } in applied {
        for (id, standing) in journal.fold() {
            let (Some(action), Some(account), Some(at)) = (plan.action(id), standing.account_id, standing.at) else { continue };
            // What may have given access back is no news of somebody else.
            let done = standing.outcome.is_some_and(|(outcome, _)| outcome == Outcome::Done)
                || matches!(action.kind, ActionKind::Reactivate | ActionKind::Create) && standing.is_ours();
            if done && action.kind != ActionKind::Update && last.get(&account).is_none_or(|last| last.at < at) {
                last.insert(account, Last { at, kind: action.kind, plan: &plan.id, subject: action.subject() });
            }
        }
    }
    last.retain(|_, last| matches!(last.kind, ActionKind::Deactivate | ActionKind::Delete));
    if last.is_empty() {
        return Ok(Vec::new());
    }
    let mut sentences = Vec::new();
    for (id, active) in present.accounts.ids()?.iter().zip(present.accounts.active()?) {
        let Some((id, last)) = id.and_then(|id| Some((id, last.get(&id)?))).filter(|_| active) else { continue };
        // Where nobody says who is active, only whoever was deleted is certainly back.
        if last.kind == ActionKind::Deactivate && !present.accounts.provided.contains("active") {
            continue;
        }
        let done = if last.kind == ActionKind::Delete { "deleted" } else { "deactivated" };
        let (day, plan, subject) = (last.at.date_naive(), last.plan, &last.subject);
        let text = format!("Account {id} ({subject}) is active again: plan {plan} had {done} it on {day}.");
        sentences.push(Sentence { text, named: vec![(TokenSort::Name, subject.clone())] });
    }
    Ok(sentences)
}
