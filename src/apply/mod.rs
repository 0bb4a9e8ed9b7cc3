//! Carries out an approved plan: lock, guards, journal before and after each write, read-back.
//!
//! [`PreparedApply::open`] reads what everything depends on: the plan, its journal, and the accounts as they are now. Then one of
//! two roads is taken: [`PreparedApply::preview`] has only a reader; [`PreparedApply::carry_out`] makes the [`Approved`] that opens
//! a writer, and a record is on the disk before any write leaves and another after it was read back. What becomes of an action is
//! told by the words of [`Outcome`], in a [`ApplyReport`].

mod breaker;
mod deleted_instead;
pub mod files;
pub mod journal;
mod judge;
mod outcome;
mod ownership;
mod run;

pub use crate::stop::Stop;
pub use outcome::Applied;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use chrono::{DateTime, Utc};

use crate::config::Config;
use crate::domo::{AccountIds, Group, ReadProgress, ReadState, Reader, Session, Writer};
use crate::failure::Failure;
use crate::plan::approved::Assessment;
use crate::plan::format::pretty;
use crate::plan::guard;
use crate::plan::journal::{Event, Opening, Overridden};
use crate::plan::outcome::{ApplyRecord, SCHEMA};
use crate::plan::{
    Action, Applier, ApplyReport, Approved, GuardedAccounts, Journal, Outcome, Override, Plan, ReportedAction, Sealed, Terms,
};
use crate::terms::ActionKind;
use deleted_instead::DeletedInstead;
use journal::OpenJournal;
use judge::{Known, ListedAccounts, Ready};
use ownership::Ownership;

/// Who applies which plan, and how.
#[derive(Debug)]
pub struct Order<'a> {
    /// `plan.json`, with its decisions.
    pub plan: &'a Path,
    /// The place of the plan: journal and outcome are beside it. The same file, unless that is a copy within an archive.
    pub home: &'a Path,
    /// The archive whose journals tell what the instance does, where the plan's place is in none; none in a rehearsal.
    pub archive: Option<&'a Path>,
    /// Why actions are not what a later run would do, by action.
    pub superseded: &'a BTreeMap<String, String>,
    /// The rules, as they are now.
    pub config: &'a Config,
    /// The instance the session is for, by every name that is known.
    pub instances: Vec<String>,
    /// Who.
    pub by: Applier,
    /// Guards that they go on in spite of.
    pub overrides: Vec<Override>,
    /// Whether Domo is asked to invite whom it creates, whatever the plan says.
    pub invite: bool,
    /// That no archive which has the plan's run is at hand; it goes on record.
    pub alone: bool,
}

/// Everything that is known before anything is done.
pub struct PreparedApply<'a> {
    order: &'a Order<'a>,
    session: Session,
    sealed: Sealed,
    journal_path: PathBuf,
    journal: Journal,
    done: BTreeSet<String>,
    guarded: GuardedAccounts,
    /// What earlier plans taught about this instance.
    deleted_instead: Option<DeletedInstead>,
    /// The instance's groups; none where no new account joins one, or where they cannot be read.
    groups: Option<Vec<Group>>,
    /// The accounts concerned, as the list has them.
    listed: ListedAccounts,
    /// Removals of access that were done and do not hold any more, by action: how not.
    undone: BTreeMap<String, String>,
    /// What accounts own, where somebody is to be deleted and the configuration says how to know it.
    ownership: Option<Ownership>,
    /// The real time: `SOURCE_DATE_EPOCH` makes no plan valid again.
    now: DateTime<Utc>,
}

impl<'a> PreparedApply<'a> {
    /// Reads the plan, refuses it if it is not to be used, and counts the accounts as they are now.
    ///
    /// # Errors
    /// The plan or its journal cannot be used, or Domo cannot be read.
    pub async fn open(order: &'a Order<'a>, session: Session, progress: &dyn ReadProgress) -> Result<Self> {
        let sealed = files::read_plan(order.plan)?;
        let journal_path = files::journal_of(order.home);
        let journal = journal::read(&journal_path)?;
        journal::belongs(&journal, sealed.plan(), &journal_path)?;
        let done = journal.done();
        let (deleted_instead, now) = (DeletedInstead::learn(order.home, order.archive, sealed.plan(), &journal)?, Utc::now());
        let guarded = GuardedAccounts::default();
        let mut prepared = Self {
            order,
            session,
            sealed,
            journal_path,
            journal,
            done,
            guarded,
            deleted_instead,
            groups: None,
            listed: ListedAccounts::default(),
            undone: BTreeMap::new(),
            ownership: None,
            now,
        };
        prepared.terms().admit(prepared.sealed.plan())?;
        let reader = Reader::new(&prepared.session);
        let accounts = reader.accounts(progress).await?;
        guard::owner_is_there(&accounts, order.config)?;
        prepared.listed = ListedAccounts::of(&accounts, prepared.sealed.plan())?;
        for id in &prepared.done {
            let Some(action) = prepared.sealed.plan().action(id) else { continue };
            let undone = prepared.listed.undone(&reader, action).await?;
            prepared.undone.extend(undone.map(|how| (id.clone(), how)));
        }
        prepared.guarded = GuardedAccounts::of(&accounts, order.config, &prepared.sealed.plan().actions)?;
        if prepared.open_actions().any(|action| action.groups().next().is_some()) {
            // Where they cannot be read, joining them says why.
            prepared.groups = reader.groups().await.ok();
        }
        if let Some(content) = &order.config.content
            && prepared.open_actions().any(|action| action.kind == ActionKind::Delete)
        {
            let ids = AccountIds::of(&accounts)?;
            prepared.ownership = Some(Ownership::of(content, &prepared.session, ids, now.date_naive()).await);
        }
        Ok(prepared)
    }

    fn terms(&self) -> Terms<'_> {
        Terms {
            now: self.now,
            instances: &self.order.instances,
            by: &self.order.by,
            second_person: self.order.config.policy.second_person,
            deactivate_with: self.order.config.domo.deactivate_with,
            done: &self.done,
            guarded: &self.guarded,
            limits: &self.order.config.guards,
            overrides: &self.order.overrides,
        }
    }

    fn known(&self) -> Known<'_> {
        Known {
            deleted_instead: self.deleted_instead.as_ref(),
            groups: self.groups.as_deref(),
            listed: &self.listed,
            ownership: self.ownership.as_ref(),
            superseded: self.order.superseded,
        }
    }

    /// The plan.
    pub fn plan(&self) -> &Plan {
        self.sealed.plan()
    }

    /// How the plan stands against the guards.
    pub fn assessment(&self) -> Assessment {
        self.terms().judge(self.plan())
    }

    /// Whether it is known which account is behind the API client.
    pub fn knows_own(&self) -> bool {
        !self.guarded.own.is_empty()
    }

    /// How many actions an apply would try.
    pub fn todo(&self) -> usize {
        self.open_actions().count()
    }

    /// Whether there is nothing to carry out, and never was: no action is approved. A guard that is overridden goes on record.
    pub fn is_idle(&self) -> bool {
        self.todo() == 0 && self.journal.lines().is_empty() && self.assessment().tripped.is_empty()
    }

    /// What is approved and still to be done.
    pub fn open_actions(&self) -> impl Iterator<Item = &Action> + Clone {
        self.plan().open(&self.done)
    }

    /// What would happen: reads every account concerned, writes nothing anywhere.
    pub async fn preview(&self, progress: &dyn ReadProgress) -> ApplyReport {
        let (reader, plan) = (Reader::new(&self.session), self.plan());
        let once = match &self.ownership {
            Some(ownership) => Some(ownership.as_of_now().await),
            None => None,
        };
        let known = Known { ownership: once.as_ref(), ..self.known() };
        let (mut rows, expected) = (Vec::new(), Some(self.todo() as u64));
        for action in self.open_actions() {
            let found = judge::look(&reader, action, known, false).await;
            let (outcome, detail) = match found {
                Ok(Ready::Write(_, changes)) => (Outcome::WouldDo, Some(would_change(action, &changes))),
                Ok(Ready::Create) => (Outcome::WouldDo, Some(crate::plan::sheet::fields(&action.after))),
                Ok(Ready::AlreadySo(_)) => (Outcome::AlreadyDone, None),
                Ok(Ready::Changed(why)) => (Outcome::ChangedSincePlan, Some(why)),
                Ok(Ready::Impossible(why)) => (Outcome::Refused, Some(why)),
                Err(error) => (Outcome::Unknown, Some(format!("{error:#}"))),
            };
            rows.push(ReportedAction::new(action, outcome, detail));
            progress.update(&ReadState { what: "actions", pass: 1, rows: rows.len() as u64, expected, waiting: None });
        }
        rows.extend(self.earlier());
        let report = ApplyReport::new(plan, false, self.journal_path.display().to_string(), rows);
        ApplyReport { refused_by: self.assessment().refused_by, ..report }
    }

    /// Rows of actions that an earlier apply has done. Who got access back since, by a revert or by hand, has it by somebody's
    /// decision: that is said, and not undone.
    fn earlier(&self) -> Vec<ReportedAction> {
        let folded = self.journal.fold();
        let row = |action: &Action| {
            let row = ReportedAction::earlier(action, folded.get(action.id.as_str())?)?;
            Some(match self.undone.get(&action.id) {
                Some(how) => row.undone(&format!("{how}. Run `audit` again for a new plan")),
                None => row,
            })
        };
        self.plan().actions.iter().filter_map(row).collect()
    }

    /// What stays undone where nothing is tried: because a guard refuses it, or because nothing is approved.
    pub fn refused(&self) -> ApplyReport {
        let plan = self.plan();
        let mut rows: Vec<_> = self
            .open_actions()
            .map(|action| ReportedAction::new(action, Outcome::Refused, "nothing was tried".to_owned()))
            .collect();
        rows.extend(self.earlier());
        let report = ApplyReport::new(plan, true, self.journal_path.display().to_string(), rows);
        ApplyReport { refused_by: self.assessment().refused_by, ..report }
    }

    /// Carries out what is approved and still to be done. The caller holds the plan's lock.
    ///
    /// # Errors
    /// The terms refuse the plan, or the journal cannot be opened. What goes wrong with an action stands in its row.
    pub async fn carry_out(self, stop: &Stop, tell: &mut dyn FnMut(&Action, &ReportedAction)) -> Result<Applied> {
        let earlier = self.earlier();
        let started = Utc::now();
        let place = self.order.home;
        let approved = Approved::new(self.sealed.clone(), &self.terms())?;
        let mut journal = OpenJournal::open(&self.journal_path, approved.plan())?;
        let overrides: Vec<_> = approved.overridden().iter().filter_map(overridden).collect();
        journal.append([Event::Open(Opening {
            plan: approved.plan().id.clone(),
            digest: approved.plan().digest.clone(),
            instance: approved.plan().instance.clone(),
            by: self.order.by.names(),
            version: env!("CARGO_PKG_VERSION").into(),
            overrides: overrides.clone(),
            invite: self.order.invite,
            alone: self.order.alone,
        })])?;
        let writer = Writer::open(&self.session, &approved);
        let reader = Reader::new(&self.session);
        let (mut rows, ended, why) = run::Run::new(&approved, reader, writer, &mut journal, stop, self.known())
            .inviting(self.order.invite)
            .all(tell)
            .await?;
        journal.append([Event::Close { ended, why: why.clone() }])?;

        rows.extend(earlier);
        let record = ApplyRecord {
            schema: SCHEMA.to_owned(),
            instance: approved.plan().instance.clone(),
            digest: approved.plan().digest.clone(),
            by: self.order.by.names(),
            started,
            finished: Utc::now(),
            ended,
            why,
            overrides,
            journal_lines: journal.lines(),
            alone: self.order.alone,
            report: ApplyReport::new(approved.plan(), true, journal.path().display().to_string(), rows),
        };
        let text = pretty(&record)?;
        crate::files::write(&files::outcome_of(place), text.as_bytes()).with_context(|| {
            let counts: Vec<_> = record.report.counts.iter().map(|(outcome, count)| format!("{count} {outcome}")).collect();
            let failure = Failure::failed(format!("the apply ended ({}), but its outcome cannot be written", counts.join(", ")));
            match journal.is_there() {
                true => failure.hint("the journal has all of it: make room and apply again, which does nothing twice"),
                false => failure.hint("its journal is gone, too: run `audit` again, which shows what was done"),
            }
        })?;
        let ApplyRecord { report, why, .. } = record;
        Ok(Applied { report, ended, why })
    }
}

/// What a write would change: fields, and the groups that are left and joined, as far as they are not already.
fn would_change(action: &Action, changes: &serde_json::Map<String, serde_json::Value>) -> String {
    let named = |groups: Vec<Group>| groups.into_iter().map(|group| group.name).collect::<Vec<_>>().join(", ");
    let (leaves, joins) = action.memberships();
    let groups = [("leaves", named(leaves)), ("joins", named(joins))];
    let groups = groups.into_iter().filter(|(_, names)| !names.is_empty()).map(|(verb, names)| format!("{verb}: {names}"));
    let fields = Some(crate::plan::sheet::fields(changes)).filter(|fields| !fields.is_empty());
    fields.into_iter().chain(groups).collect::<Vec<_>>().join("; ")
}

fn overridden(tripped: &crate::plan::approved::Tripped) -> Option<Overridden> {
    let reason = tripped.overridden.clone()?;
    Some(Overridden { guard: tripped.guard.to_string(), value: tripped.value, limit: tripped.limit, reason })
}
