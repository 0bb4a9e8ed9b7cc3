//! The loop: look, record, write, read back, record. It stops itself when Domo does not do what it says.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use serde_json::{Map, Value};

use super::journal::OpenJournal;
use super::judge::{NOT_FIELDS, Ready, look};
use super::lesson::{Lesson, would_delete};
use super::outcome::Row;
use crate::domo::{Account, Group, Reader, WriteError, Writer, Written};
use crate::plan::journal::{Ended, Event, Step};
use crate::plan::{Action, Approved, Outcome, fields};
use crate::reconcile::Action as Kind;
use crate::stop::Stop;

/// Failures in a row after which nothing more is tried.
const IN_A_ROW: usize = 3;

/// What to do then: those that failed come first again, and would end the next apply too.
const AGAIN: &str =
    "The next apply begins with what failed: mend the cause, or reject those actions with `review`, then apply again";

/// What an earlier apply left of an action.
#[derive(Debug, Clone, Default)]
struct Earlier {
    /// Writes that were read back.
    written: BTreeSet<Step>,
    /// A write left, or may have, and nobody read back what it did.
    pending: bool,
    /// What the last write ended with.
    ended: Option<String>,
    /// A field that changed unasked, and what it was before.
    alarm: Option<(String, Value)>,
    /// A create made the account, or a write was kept in part, whatever else it came to.
    left: bool,
}

/// Carries out what is approved and still to be done.
pub(super) struct Run<'a> {
    approved: &'a Approved,
    reader: Reader,
    writer: Writer,
    journal: &'a mut OpenJournal,
    stop: &'a Stop,
    lesson: Option<&'a Lesson>,
    groups: Option<&'a [Group]>,
    earlier: BTreeMap<String, Earlier>,
    /// What was read back and is not on the disk yet: it goes there with the next record before a write, or with the action's outcome.
    /// Lost with the power, it is settled by reading like any write without an outcome.
    read_back: Vec<Event>,
}

/// What one action came to, and whether the run may go on after it.
struct Came {
    outcome: Outcome,
    detail: Option<String>,
    account_id: Option<u64>,
    /// Why nothing more may be written in this run.
    halt: Option<String>,
}

impl Came {
    fn to(outcome: Outcome, detail: impl Into<Option<String>>) -> Self {
        Self { outcome, detail: detail.into(), account_id: None, halt: None }
    }
}

impl<'a> Run<'a> {
    /// Over this journal, which is the plan's own and open to be written.
    pub(super) fn new(
        approved: &'a Approved,
        reader: Reader,
        writer: Writer,
        journal: &'a mut OpenJournal,
        stop: &'a Stop,
        lesson: Option<&'a Lesson>,
        groups: Option<&'a [Group]>,
    ) -> Self {
        let earlier = journal.found().fold().into_iter().map(|(action, standing)| {
            let was = |field: &str| standing.was().map(|was| fields::value(was, field)).unwrap_or_default();
            let earlier = Earlier {
                alarm: standing.alarm.map(|field| (field.to_owned(), was(field))),
                written: standing.written.iter().map(|step| (*step).clone()).collect(),
                pending: standing.pending.is_some(),
                ended: standing.ended.map(str::to_owned),
                left: standing.left_something(),
            };
            (action.to_owned(), earlier)
        });
        let earlier = earlier.collect();
        Self { approved, reader, writer, journal, stop, lesson, groups, earlier, read_back: Vec::new() }
    }

    /// All of it, telling each row as it comes. An error is the journal's: then nothing more was sent.
    pub(super) async fn all(mut self, tell: &mut dyn FnMut(&Action, &Row)) -> Result<(Vec<Row>, Ended, Option<String>)> {
        let todo = self.approved.todo();
        let most = IN_A_ROW.max(todo.len().div_ceil(10));
        let (mut rows, mut failed, mut in_a_row) = (Vec::new(), 0, 0);
        for action in todo {
            if self.stop.wanted() {
                return Ok((
                    rows,
                    Ended::Interrupted,
                    Some("interrupted; the action under way was finished. Apply again to go on where it ended".into()),
                ));
            }
            let came = self.one(action).await?;
            let mut row = Row::new(action, came.outcome, came.detail);
            row.account_id = row.account_id.or(came.account_id);
            tell(action, &row);
            let bad = matches!(row.outcome, Outcome::Failed | Outcome::Unknown);
            rows.push(row);
            failed += usize::from(bad);
            in_a_row = if bad { in_a_row + 1 } else { 0 };
            let halt = came.halt.or_else(|| match (in_a_row, failed) {
                (IN_A_ROW, _) => Some(format!("{IN_A_ROW} actions failed in a row. {AGAIN}")),
                (_, failed) if bad && failed >= most => Some(format!("{failed} of {} actions failed. {AGAIN}", todo.len())),
                _ => None,
            });
            if let (Some(why), true) = (halt, rows.len() < todo.len()) {
                return Ok((rows, Ended::Stopped, Some(format!("stopped: {why}"))));
            }
        }
        Ok((rows, Ended::Complete, None))
    }

    /// One action from look to outcome.
    async fn one(&mut self, action: &Action) -> Result<Came> {
        let earlier = self.earlier.remove(&action.id).unwrap_or_default();
        // After a write that is known to have changed nothing, whatever is there is somebody else's doing.
        let ours = earlier.pending || earlier.left || earlier.alarm.is_some() || earlier.written.contains(&Step::Write);
        let found = match would_delete(action, self.lesson) {
            Some(why) => Ok(Ready::Impossible(why)),
            None => look(&self.reader, action, self.groups).await,
        };
        let came = match found {
            Ok(Ready::AlreadySo(Some(account)) | Ready::Write(account, _)) if stands(&earlier, &account).is_some() => {
                Came::to(Outcome::Failed, stands(&earlier, &account))
            }
            Err(error) if ours => Came::to(Outcome::Unknown, format!("what an earlier apply wrote cannot be read: {error:#}")),
            Err(error) => Came::to(Outcome::Failed, format!("nothing was written: {error:#}")),
            Ok(Ready::Changed(why)) if earlier.left && earlier.ended.is_some() => Came::to(
                Outcome::Failed,
                format!("an earlier apply ended: {}. {why}", earlier.ended.as_deref().unwrap_or_default()),
            ),
            Ok(Ready::Changed(why)) => Came::to(Outcome::ChangedSincePlan, why),
            Ok(Ready::Impossible(why)) => Came::to(Outcome::Refused, why),
            Ok(Ready::AlreadySo(account)) => self.settle(action, account.as_deref(), ours, &earlier).await?,
            Ok(Ready::Write(account, changes)) => self.write(action, Some(&account), changes, &earlier).await?,
            Ok(Ready::Create) => {
                let fields = action.after.iter().filter(|(field, _)| !NOT_FIELDS.contains(&field.as_str()));
                let change = fields.map(|(field, value)| (field.clone(), value.clone())).collect();
                self.write(action, None, change, &earlier).await?
            }
        };
        self.sync(Event::Outcome { action: action.id.clone(), outcome: came.outcome, detail: came.detail.clone() })?;
        Ok(came)
    }

    /// Puts this record and those before it on the disk: always before a write leaves.
    fn sync(&mut self, event: Event) -> Result<()> {
        self.journal.append(self.read_back.drain(..).chain([event]))
    }

    /// The account is as it should be: by an earlier apply that did not live to see it, or by somebody else.
    async fn settle(&mut self, action: &Action, account: Option<&Account>, ours: bool, earlier: &Earlier) -> Result<Came> {
        if !ours {
            let came = self.join(action, account, earlier).await?;
            return Ok(came.unwrap_or_else(|| Came::to(Outcome::AlreadyDone, "it was so before anything was written".to_owned())));
        }
        if !earlier.written.contains(&Step::Write) {
            self.read_back.push(after(action, Step::Write, Outcome::Done, account, Some("settled by reading".into()), None));
        }
        let joined = self.join(action, account, earlier).await?;
        let how = match &earlier.ended {
            Some(ended) => format!("written by an earlier apply, which ended: {ended}"),
            None => "settled by reading after an interruption".to_owned(),
        };
        let mut came = joined.unwrap_or_else(|| Came::to(Outcome::Done, how));
        came.account_id = account.map(Account::id);
        Ok(came)
    }

    /// Records, writes, records what was read back.
    async fn write(
        &mut self,
        action: &Action,
        account: Option<&Account>,
        change: Map<String, Value>,
        earlier: &Earlier,
    ) -> Result<Came> {
        self.sync(Event::Before {
            action: action.id.clone(),
            finding: action.finding.clone(),
            step: Step::Write,
            kind: action.kind,
            account_id: account.map(Account::id),
            account: account.map(|account| account.raw().clone()),
            change: change.clone(),
        })?;
        let written = match (action.kind, account) {
            (Kind::Create, _) => {
                let invite = action.after.get("sendInvite") == Some(&Value::Bool(true));
                self.writer.create(&change, invite).await.map(Some)
            }
            (Kind::Update, Some(account)) => self.writer.update(account, &change).await.map(Some),
            (Kind::Deactivate, Some(account)) => self.writer.deactivate(account).await.map(Some),
            (Kind::Reactivate, Some(account)) => self.writer.reactivate(account).await.map(Some),
            (Kind::Delete, Some(account)) => self.writer.delete(account).await.map(|()| None),
            (_, None) => Err(WriteError::Gone("no account was read".into())),
        };
        match written {
            Ok(written) => {
                let (left, note) = written.map_or((None, None), |Written { account, note }| (Some(account), note));
                self.read_back.push(after(action, Step::Write, Outcome::Done, left.as_ref(), note.clone(), None));
                let mut came = self.join(action, left.as_ref(), earlier).await?.unwrap_or_else(|| Came::to(Outcome::Done, note));
                came.account_id = left.as_ref().map(Account::id);
                Ok(came)
            }
            Err(error) => {
                let mut came = failed(action, &error);
                // What was kept in part, or changed unasked, has changed all the same: a revert has to know what it left.
                let account = error.left().or(account);
                came.account_id = account.map(Account::id);
                self.read_back.push(after(action, Step::Write, came.outcome, account, came.detail.clone(), alarm(&error)));
                Ok(came)
            }
        }
    }

    /// Adds a new account to its groups, one recorded write each. None when there is nothing more to say.
    async fn join(&mut self, action: &Action, account: Option<&Account>, earlier: &Earlier) -> Result<Option<Came>> {
        let (Kind::Create, Some(account)) = (action.kind, account) else { return Ok(None) };
        for group in action.groups() {
            let step = Step::Join(group.to_owned());
            if earlier.written.contains(&step) {
                continue;
            }
            let change = Map::from_iter([("group".to_owned(), Value::from(group))]);
            let id = Some(account.id());
            self.sync(Event::Before {
                action: action.id.clone(),
                finding: action.finding.clone(),
                step: step.clone(),
                kind: action.kind,
                account_id: id,
                account: None,
                change,
            })?;
            if let Err(error) = self.writer.join_group(account.id(), group).await {
                let mut came = failed(action, &error);
                came.detail = Some(format!("account {} is there, but not in the group `{group}`: {error}", account.id()));
                came.account_id = id;
                self.read_back.push(after(action, step, came.outcome, None, came.detail.clone(), None));
                return Ok(Some(came));
            }
            self.read_back.push(after(action, step, Outcome::Done, None, None, None));
        }
        Ok(None)
    }
}

fn after(
    action: &Action,
    step: Step,
    outcome: Outcome,
    account: Option<&Account>,
    detail: Option<String>,
    alarm: Option<String>,
) -> Event {
    Event::After {
        action: action.id.clone(),
        step,
        outcome,
        account_id: account.map(Account::id).or(action.account_id),
        account: account.map(|account| account.raw().clone()),
        detail,
        alarm,
    }
}

/// The field that changed although nobody asked for it.
fn alarm(error: &WriteError) -> Option<String> {
    match error {
        WriteError::Surprise { field, .. } => Some(field.clone()),
        _ => None,
    }
}

/// The unplanned change of an earlier write, as long as it stands: then nothing more is written to the account.
fn stands(earlier: &Earlier, account: &Account) -> Option<String> {
    let (field, was) = earlier.alarm.as_ref()?;
    let is = fields::value(account.raw(), field);
    let ended = earlier.ended.as_deref().unwrap_or("a field changed unasked");
    let shown = (fields::shown(was), fields::shown(&is));
    (!fields::same(&is, was))
        .then(|| format!("an earlier apply ended: {ended}. `{field}` was `{}` and still is `{}`", shown.0, shown.1))
}

/// What an error of the writer means for the action and for the run.
fn failed(action: &Action, error: &WriteError) -> Came {
    let mut came = match error {
        WriteError::Unknown(_) => Came::to(Outcome::Unknown, error.to_string()),
        _ => Came::to(Outcome::Failed, error.to_string()),
    };
    came.halt = match error {
        error if error.stops_the_run() => {
            Some(format!("{}: {error}. Find out what changed before anything is applied again", action.subject()))
        }
        _ => None,
    };
    came
}
