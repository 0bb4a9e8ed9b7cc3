//! What came after a run, beside its files: decisions on its plan, the journal and the outcome of an apply. The run's manifest was
//! written before them and cannot cover them. What binds them instead:
//!
//! - the plan's digest, which its manifest names, covers everything that was approved or rejected, but not the decisions;
//! - a journal's lines are chained, so nothing in it changes alone; somebody could write a whole new one;
//! - plan, decisions, journal and outcome must agree with each other: nothing was carried out that nobody approved;
//! - from the next run of the archive on, its manifest records how they were then, and with it the chain of manifests.
//!
//! [`check`] says which of these hold, and what nothing protects yet.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::{DateTime, Utc};

use super::signature;
use crate::archive::store::beside::{Record, Recorded, is_record, journal_of, plan_of};
use crate::archive::store::listing::{Listing, StoredRun, file_names};
use crate::archive::store::run;
use crate::digest::{self, sha256};
use crate::plan::certification::{CertificationRecord, action_ids, stamped};
use crate::plan::journal::{Event, Journal};
use crate::plan::{ApplyRecord, Decision, Plan};
use crate::terms::names::{self, CERTIFICATION, CERTIFICATION_MARKDOWN, DECISIONS_LIST, DECISIONS_PAGE, MANIFEST, OUTCOME, PLAN};
use crate::text;

/// What was found out.
#[derive(Debug, Default)]
pub(super) struct Checked {
    /// What is missing, altered or does not agree.
    pub(super) problems: Vec<String>,
    /// What is there and what protects it.
    pub(super) notes: Vec<String>,
}

/// Looks at everything in a run's folder that its manifest does not name, and at the decisions on its plan.
pub(super) fn check(folder: &Path, run: &StoredRun, listing: &Listing) -> Checked {
    let later = Recorded::beside(run.id(), &listing.runs);
    let mut found = Checked::default();
    if let Some((path, why)) = listing.unread_since(run.id()) {
        found.notes.push(format!("{} cannot be used: {why}; what it recorded of this run is not known.", path.display()));
    }
    let there = file_names(folder).unwrap_or_default();
    for name in &there {
        let known = name == MANIFEST || run.head.files.iter().any(|file| file.name == *name);
        match name.as_str() {
            PLAN => found.decisions(folder, &later),
            _ if known || name == signature::FILE || name.ends_with(".lock") => {}
            CERTIFICATION => found.certification(folder, run, &later),
            CERTIFICATION_MARKDOWN => {
                found.evidence(folder);
                found.record(folder, name, &later);
            }
            name if names::plan_of(name).is_some() => found.journal(folder, name, &later),
            name if names::is_plans(name, OUTCOME) => {
                found.outcome(folder, name);
                found.record(folder, name, &later);
            }
            // A plan that is not the run's own has a digest of its own, which leaves the decisions on it to what later runs
            // recorded.
            name if names::is_plan(name) => match plan_of(folder, name) {
                Ok(sealed) => {
                    if names::is_certification_plan(name) {
                        found.asked(folder, run, name, sealed.plan());
                    }
                    found.record(folder, name, &later);
                }
                Err(why) => found.problems.push(format!("{name} was altered: {why}.")),
            },
            name if is_record(name) => found.record(folder, name, &later),
            // The page and the list of decisions on a revert's plan, beside it.
            name if names::is_plans(name, DECISIONS_PAGE) || names::is_plans(name, DECISIONS_LIST) => {
                found.notes.push(format!("{name} shows what was decided on a plan beside the run; the plan itself holds it."));
            }
            _ => found
                .notes
                .push(format!("{name} is not of this run: the manifest does not name it; it is not covered by the manifest.")),
        }
    }
    // That the plan is missing is said of the run's own files.
    for name in later.names().filter(|name| *name != PLAN && !there.iter().any(|known| known == *name)) {
        found.problems.push(format!("{name} is missing: a later run recorded it."));
    }
    found
}

/// Of the runs that recorded a file which is written anew: the last that recorded another than it is now, and the last after that,
/// which recorded it as it is.
fn against_now<'a>(path: &Path, recorded: &[Record<'a>]) -> (Option<Record<'a>>, Option<Record<'a>>) {
    let now = crate::files::read_plain(path).map(sha256).unwrap_or_default();
    let other = recorded.iter().rposition(|(_, input)| input.sha256 != now);
    (
        other.and_then(|place| recorded.get(place)).copied(),
        recorded.get(other.map_or(0, |place| place + 1)..).and_then(<[_]>::last).copied(),
    )
}

/// `; the run … recorded what is there now`, where one did.
fn as_recorded(since: Option<Record<'_>>) -> String {
    since.map(|(run, _)| format!("; the run {} recorded on {} what is there now", run.id(), day(run))).unwrap_or_default()
}

fn day(run: &StoredRun) -> String {
    run::moment(run.head.run.started)
}

impl Checked {
    /// Who said what is in the plan itself, outside its digest.
    fn decisions(&mut self, folder: &Path, later: &Recorded<'_>) {
        let Ok(sealed) = plan_of(folder, PLAN) else { return };
        let decided = sealed.plan().decisions.len();
        match against_now(&folder.join(PLAN), later.of(PLAN)) {
            (None, None) if decided == 0 => {}
            (None, None) => self.notes.push(format!(
                "{PLAN}: nothing protects its {} (who, when, yes or no) yet: whoever may write here could have changed what was \
                 decided. The next run of the archive records it.",
                text::plural(decided as u64, "decision", "decisions")
            )),
            (None, Some((other, _))) => {
                self.notes.push(format!("{PLAN}: its decisions are those that the run {} recorded on {}.", other.id(), day(other)));
            }
            (Some((other, input)), since) => self.notes.push(format!(
                "{PLAN}: its decisions were CHANGED after the run {} recorded {} of them on {}{}.",
                other.id(),
                input.rows,
                day(other),
                as_recorded(since)
            )),
        }
    }

    /// A page, a list or a plan that is made anew with each review, apply or certify.
    fn record(&mut self, folder: &Path, name: &str, later: &Recorded<'_>) {
        self.notes.push(match against_now(&folder.join(name), later.of(name)) {
            (None, None) => format!("{name} came after the run; the next run of the archive records it."),
            (None, Some((other, _))) => format!("{name} is as the run {} recorded it on {}.", other.id(), day(other)),
            (Some((other, _)), since) => format!(
                "{name} was made anew or CHANGED after the run {} recorded it on {}{}.",
                other.id(),
                day(other),
                as_recorded(since)
            ),
        });
    }

    /// The last of the runs that recorded a file which only grows; a problem where its beginning is not what one of them recorded.
    fn grown<'a>(&mut self, name: &str, bytes: &[u8], later: &Recorded<'a>) -> Result<Option<Record<'a>>, ()> {
        match later.altered(name, bytes) {
            Some(why) => {
                self.problems.push(format!("{name} was altered: it {why}."));
                Err(())
            }
            None => Ok(later.of(name).last().copied()),
        }
    }

    /// What people confirmed: bound to this run's manifest, chained, and never shorter than a later run recorded it.
    fn certification(&mut self, folder: &Path, run: &StoredRun, later: &Recorded<'_>) {
        let bytes = crate::files::read_plain(folder.join(CERTIFICATION)).unwrap_or_default();
        let record = match CertificationRecord::read(&String::from_utf8_lossy(&bytes), &run.sha256) {
            Ok(record) => record,
            Err(why) => return self.problems.push(format!("{CERTIFICATION} was altered: {why}.")),
        };
        let lines = text::plural(record.lines.len() as u64, "line", "lines");
        let Ok(recorded) = self.grown(CERTIFICATION, &bytes, later) else { return };
        self.notes.push(match recorded {
            None => format!(
                "{CERTIFICATION} has {lines}: its chain holds and is bound to this run's manifest. Nothing else protects it yet; \
                 the next run of the archive records it."
            ),
            Some((other, input)) => format!(
                "{CERTIFICATION} has {lines}: its chain holds, and its first {} are as the run {} recorded them on {}.",
                input.rows,
                other.id(),
                day(other)
            ),
        });
    }

    /// The page that ended a certification names the lines that it was made from: they are there still.
    fn evidence(&mut self, folder: &Path) {
        let page = crate::files::read_plain(folder.join(CERTIFICATION_MARKDOWN)).unwrap_or_default();
        let Some((count, digits)) = stamped(&String::from_utf8_lossy(&page)) else { return };
        let bytes = crate::files::read_plain(folder.join(CERTIFICATION)).unwrap_or_default();
        let beginning: Vec<u8> = bytes.split_inclusive(|byte| *byte == b'\n').take(count).flatten().copied().collect();
        if digest::digits(&beginning) != digits && digest::digits(&bytes) != digits {
            self.problems.push(format!(
                "{CERTIFICATION} was cut, altered or removed: {CERTIFICATION_MARKDOWN} was made from its first {}.",
                text::plural(count as u64, "line", "lines")
            ));
        }
    }

    /// A certification's plan proposes nothing that nobody said.
    fn asked(&mut self, folder: &Path, run: &StoredRun, name: &str, plan: &Plan) {
        let bytes = crate::files::read_plain(folder.join(CERTIFICATION)).unwrap_or_default();
        // What is no record is said where it is read.
        let Ok(record) = CertificationRecord::read(&String::from_utf8_lossy(&bytes), &run.sha256) else { return };
        let said = action_ids(&record, run.id());
        let unsaid = plan.actions.iter().filter(|action| !said.contains(&action.id)).count();
        if unsaid > 0 {
            self.problems.push(format!(
                "{CERTIFICATION} was cut, altered or removed: it has nothing of {} of {name}.",
                text::plural(unsaid as u64, "action", "actions")
            ));
        }
    }

    fn journal(&mut self, folder: &Path, name: &str, later: &Recorded<'_>) {
        let journal = match journal_of(folder, name) {
            Ok(journal) => journal,
            Err(why) => return self.problems.push(format!("{name} was altered: {why:#}.")),
        };
        let bytes = crate::files::read_plain(folder.join(name)).unwrap_or_default();
        let Ok(recorded) = self.grown(name, &bytes, later) else { return };
        let lines = text::plural(journal.lines().len() as u64, "line", "lines");
        self.notes.push(match recorded {
            Some((other, input)) => format!(
                "{name} is a journal of {lines}, written when the plan was applied: its own chain holds, and its first {} are as \
                 the run {} recorded them on {}.",
                input.rows,
                other.id(),
                day(other)
            ),
            None => format!(
                "{name} is a journal of {lines}, written when the plan was applied: its own chain holds. Nothing else protects it \
                 yet: whoever may write here could have put another one in its place. The next run of the archive records it."
            ),
        });
        let plan = names::plan_of(name).unwrap_or_default();
        match plan_of(folder, &plan) {
            Ok(sealed) => self.agree(name, &journal, &plan, sealed.plan()),
            Err(why) => self.problems.push(format!("{name} has no plan to be held against: {plan}: {why}.")),
        }
    }

    /// Nothing was carried out that the plan does not propose or that nobody approved.
    fn agree(&mut self, name: &str, journal: &Journal, plan_name: &str, plan: &Plan) {
        if let Some((_, open)) = journal.opened().find(|(_, open)| open.digest != plan.digest) {
            self.problems
                .push(format!("{name} is of the plan {} ({}), not of {plan_name} ({}).", open.plan, open.digest, plan.digest));
            return;
        }
        let mut first: BTreeMap<&str, (DateTime<Utc>, Option<u64>)> = BTreeMap::new();
        for line in journal.lines() {
            if let Event::Before { action, account_id, .. } = &line.event {
                first.entry(action).or_insert((line.at, *account_id));
            }
        }
        for (id, (at, account)) in first {
            let Some(action) = plan.action(id) else {
                self.problems.push(format!("{name} says that {id} was sent to Domo, which {plan_name} does not propose."));
                continue;
            };
            if action.account_id.is_some() && action.account_id != account {
                self.problems.push(format!("{name} says that {id} was sent for another account than {plan_name} proposes."));
            }
            let then = |decision: &Decision| decision.at_moment(at).is_some_and(Decision::approves);
            match plan.decisions.get(id).filter(|decision| plan.approved(id) || then(decision)) {
                None => self.problems.push(format!(
                    "{name} says that {id} was sent to Domo on {}, but {plan_name} holds no approval of it: the decisions were \
                     changed since, or nobody approved it.",
                    run::moment(at)
                )),
                Some(decision) if then(decision) => {
                    if !plan.approved(id) {
                        self.notes.push(format!(
                            "{plan_name}: {id} was approved when it was sent and is not any more: {}.",
                            decision.summary()
                        ));
                    }
                }
                Some(approval) => self.notes.push(format!(
                    "{plan_name}: the approval of {id} is dated {}, after it was sent ({}): it is not the one that was acted on.",
                    run::moment(approval.at),
                    run::moment(at)
                )),
            }
        }
    }

    /// `apply.json` repeats what the journal tells of the last apply, and the journal is what counts.
    fn outcome(&mut self, folder: &Path, name: &str) {
        let plan_name = name.replace(OUTCOME, PLAN);
        let journal_name = names::journal_of(&plan_name);
        let told = crate::files::read_plain(folder.join(name)).ok();
        let told = told.and_then(|bytes| serde_json::from_slice::<ApplyRecord>(&bytes).ok());
        let (Some(told), Ok(journal)) = (told, journal_of(folder, &journal_name)) else {
            self.problems.push(format!("{name} cannot be held against {journal_name}: one of them is missing or cannot be read."));
            return;
        };
        // What is wrong with the plan is said where it is read.
        let Ok(sealed) = plan_of(folder, &plan_name) else { return };
        let contradictions = told.contradictions(sealed.plan(), &journal, [name, &journal_name]);
        if contradictions.is_empty() {
            self.notes.push(match told.is_last(&journal) {
                true => format!("{name} is what the last apply of the plan did; it agrees with {journal_name}."),
                false => format!(
                    "{name} is of an earlier apply than the last one that {journal_name} tells of: what that came to could not be \
                     written, or this was put in its place."
                ),
            });
        }
        self.problems.extend(contradictions);
    }
}
