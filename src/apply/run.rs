//! The loop: look, record, write, read back, record. It stops itself when Domo does not do what it says.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use serde_json::{Map, Value};

use super::breaker::{Breaker, Went};
use super::journal::OpenJournal;
use super::judge::{Known, NOT_FIELDS, Ready, held, look};
use crate::domo::{Account, Reader, WriteError, Writer, Written};
use crate::plan::journal::{ApplyEnd, DELETES, Event, Step};
use crate::plan::{Action, Approved, Outcome, ReportedAction, fields};
use crate::stop::Stop;
use crate::terms::ActionKind;
use crate::text;

/// What is said of what was as it should be.
const SO_BEFORE: &str = "it was so before anything was written";

/// What to do where a group cannot be left.
const STAYS: &str = ". If a rule chooses its members, change the rule in Domo; [content] groups names the DomoStats report that \
                     says which groups those are, and a plan then leaves them alone";

/// What an earlier apply left of an action.
#[derive(Debug, Clone, Default)]
struct Earlier {
    /// Writes that were read back.
    written: BTreeSet<Step>,
    /// A write left, or may have, and nobody read back what it did.
    pending: bool,
    /// Which of its writes that is.
    pending_step: Option<Step>,
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
    known: Known<'a>,
    earlier: BTreeMap<String, Earlier>,
    /// What was read back and is not on the disk yet: it goes there with the next record before a write, or with the action's
    /// outcome. Lost with the power, it is settled by reading like any write without an outcome.
    read_back: Vec<Event>,
    /// What to record where the last write that has a record before it never leaves.
    given_up: Option<Event>,
    /// Whether any group was left or joined by now.
    regrouped: bool,
    /// Whether Domo invites whom it creates, whatever the plan says.
    invite: bool,
}

/// What one action came to, and whether the run may go on after it.
struct ActionResult {
    outcome: Outcome,
    detail: Option<String>,
    account_id: Option<u64>,
    /// What it means for the actions after it.
    went: Went,
    /// Why nothing more may be written in this run.
    halt: Option<String>,
}

impl ActionResult {
    fn to(outcome: Outcome, detail: impl Into<Option<String>>) -> Self {
        let went = if matches!(outcome, Outcome::Failed | Outcome::Unknown) { Went::Failed } else { Went::Well };
        Self { outcome, detail: detail.into(), account_id: None, went, halt: None }
    }

    /// Nobody knows what became of it.
    fn unknown(self) -> Self {
        Self { went: Went::Unknown, ..self }
    }

    /// Nothing could be asked.
    fn unasked(self) -> Self {
        Self { went: Went::Unasked, ..self }
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
        known: Known<'a>,
    ) -> Self {
        let earlier = journal.found().fold().into_iter().map(|(action, standing)| {
            let was = |field: &str| standing.was().map(|was| fields::value(was, field)).unwrap_or_default();
            let earlier = Earlier {
                alarm: standing.alarm.map(|field| (field.to_owned(), was(field))),
                written: standing.written.iter().map(|step| (*step).clone()).collect(),
                pending: standing.pending == Some(&Step::Write),
                pending_step: standing.pending.cloned(),
                ended: standing.ended.map(str::to_owned),
                left: standing.left_something(),
            };
            (action.to_owned(), earlier)
        });
        let earlier = earlier.collect();
        Self {
            approved,
            reader,
            writer,
            journal,
            stop,
            known,
            earlier,
            read_back: Vec::new(),
            given_up: None,
            regrouped: false,
            invite: false,
        }
    }

    /// Where asked to, has Domo invite whom it creates.
    pub(super) fn inviting(self, invite: bool) -> Self {
        Self { invite, ..self }
    }

    /// All of it, telling each row as it comes. An error is the journal's: then nothing more was sent.
    pub(super) async fn all(
        mut self,
        tell: &mut dyn FnMut(&Action, &ReportedAction),
    ) -> Result<(Vec<ReportedAction>, ApplyEnd, Option<String>)> {
        let todo = self.approved.todo();
        let mut breaker = Breaker::new(todo);
        let (mut rows, mut ended_kinds) = (Vec::new(), Vec::new());
        let mut tried = 0;
        for action in todo {
            tried += 1;
            let interrupted =
                |what: &str| (ApplyEnd::Interrupted, Some(format!("interrupted; {what}. Apply again to go on where it ended")));
            if self.stop.wanted() {
                let (ended, why) = interrupted("the action under way was finished");
                return Ok((rows, ended, why));
            }
            if breaker.ended(action.kind) {
                continue;
            }
            let Some(came) = self.unless_it_waits(action).await? else {
                let (ended, why) = interrupted("the action that waited for Domo was given up before anything was done");
                return Ok((rows, ended, why));
            };
            let mut row = ReportedAction::new(action, came.outcome, came.detail);
            row.account_id = row.account_id.or(came.account_id);
            tell(action, &row);
            rows.push(row);
            let of_kind = breaker.note(action.kind, came.went);
            // What ends everything says it all.
            if let (Some(why), true) = (came.halt.or_else(|| breaker.all()), tried < todo.len()) {
                ended_kinds.push(why);
                return Ok((rows, ApplyEnd::Stopped, Some(stopped(&ended_kinds))));
            }
            ended_kinds.extend(of_kind);
        }
        match ended_kinds.is_empty() {
            true => Ok((rows, ApplyEnd::Complete, None)),
            false => Ok((rows, ApplyEnd::Stopped, Some(stopped(&ended_kinds)))),
        }
    }

    /// One action from look to outcome; none where somebody wants the run to stop while nothing of it has left, or Domo turned it
    /// away, and it waits.
    async fn unless_it_waits(&mut self, action: &Action) -> Result<Option<ActionResult>> {
        self.writer.rest();
        self.given_up = None;
        let (stop, writer) = (self.stop, self.writer.clone());
        let stopped = async {
            stop.requested().await;
            writer.waits().await;
        };
        tokio::select! {
            biased;
            () = stopped => {}
            came = self.one(action) => return came.map(Some),
        }
        // Its record says what was about to leave. That nothing did must stand there too: else the next apply took for ours what
        // somebody else does meanwhile.
        if let Some(given_up) = self.given_up.take() {
            self.sync(given_up)?;
        }
        Ok(None)
    }

    /// One action from look to outcome.
    async fn one(&mut self, action: &Action) -> Result<ActionResult> {
        let earlier = self.earlier.remove(&action.id).unwrap_or_default();
        // After a write that is known to have changed nothing, whatever is there is somebody else's doing.
        let ours = earlier.pending || earlier.left || earlier.alarm.is_some() || earlier.written.contains(&Step::Write);
        let found = look(&self.reader, action, self.known, ours).await;
        let came = match found {
            Ok(Ready::AlreadySo(Some(account)) | Ready::Write(account, _)) if stands(&earlier, &account).is_some() => {
                ActionResult::to(Outcome::Failed, stands(&earlier, &account))
            }
            Err(error) if ours => {
                ActionResult::to(Outcome::Unknown, format!("what an earlier apply wrote cannot be read: {error:#}")).unknown()
            }
            Err(error) => ActionResult::to(Outcome::Failed, format!("nothing was written: {error:#}")).unasked(),
            Ok(Ready::Changed(why)) if earlier.left && earlier.ended.is_some() => ActionResult::to(
                Outcome::Failed,
                format!("an earlier apply ended: {}. {why}", earlier.ended.as_deref().unwrap_or_default()),
            ),
            Ok(Ready::Changed(why)) => ActionResult::to(Outcome::ChangedSincePlan, why),
            Ok(Ready::Impossible(why)) => ActionResult::to(Outcome::Refused, why),
            Ok(Ready::AlreadySo(account)) => self.settle(action, account.as_deref(), ours, &earlier).await?,
            // Only groups are left to do: its fields may be as they should be by a write of ours that nobody read back.
            Ok(Ready::Write(account, changes)) if changes.is_empty() => self.settle(action, Some(&account), ours, &earlier).await?,
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

    /// The record before a write.
    fn before(
        &mut self,
        action: &Action,
        step: Step,
        account_id: Option<u64>,
        account: Option<&Map<String, Value>>,
        change: Map<String, Value>,
    ) -> Result<()> {
        let account = account.cloned();
        self.given_up = Some(Event::After {
            action: action.id.clone(),
            step: step.clone(),
            outcome: Outcome::NotTried,
            account_id,
            account: account.clone(),
            detail: Some("interrupted while it waited: nothing was done".to_owned()),
            alarm: None,
            pending: false,
        });
        let (finding, kind) = (action.finding.clone(), action.kind);
        self.sync(Event::Before { action: action.id.clone(), finding, step, kind, account_id, account, change })
    }

    /// Puts this record and those before it on the disk: always before a write leaves.
    fn sync(&mut self, event: Event) -> Result<()> {
        self.journal.append(self.read_back.drain(..).chain([event]))
    }

    /// The account is as it should be: by an earlier apply that did not live to see it, or by somebody else.
    async fn settle(&mut self, action: &Action, account: Option<&Account>, ours: bool, earlier: &Earlier) -> Result<ActionResult> {
        if !ours {
            let came = match self.join(action, account, earlier).await? {
                None => self.regroup(action, account, earlier).await?,
                came => came,
            };
            return Ok(came.unwrap_or_else(|| ActionResult::to(Outcome::AlreadyDone, SO_BEFORE.to_owned())));
        }
        let known = earlier.written.contains(&Step::Write);
        if !known {
            self.read_back.push(after(action, Step::Write, account, Some("settled by reading".into())));
        }
        let joined = match self.join(action, account, earlier).await? {
            None => self.regroup(action, account, earlier).await?.filter(|came| known || !came.outcome.is_done()),
            joined => joined,
        };
        let how = match &earlier.ended {
            Some(ended) => format!("written by an earlier apply, which ended: {ended}"),
            None => "settled by reading after an interruption".to_owned(),
        };
        let mut came = joined.unwrap_or_else(|| ActionResult::to(Outcome::Done, how));
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
    ) -> Result<ActionResult> {
        self.before(action, Step::Write, account.map(Account::id), account.map(Account::raw), change.clone())?;
        let written = match (action.kind, account) {
            (ActionKind::Create, _) => {
                let invite = self.invite || action.after.get("sendInvite") == Some(&Value::Bool(true));
                self.writer.create(&change, invite).await.map(Some)
            }
            (ActionKind::Update | ActionKind::Demote, Some(account)) => self.writer.update(account, &change).await.map(Some),
            (ActionKind::Deactivate, Some(account)) => self.writer.deactivate(account).await.map(Some),
            (ActionKind::Reactivate, Some(account)) => self.writer.reactivate(account).await.map(Some),
            (ActionKind::Delete, Some(account)) => {
                let known = self.known;
                let still = async || match held(action, known).await {
                    Ok(None) => Ok(()),
                    Ok(Some(why)) => Err(WriteError::Held(why)),
                    Err(error) => Err(WriteError::Transport(format!("{error:#}"))),
                };
                self.writer.delete(account, &still).await.map(|()| None)
            }
            (_, None) => Err(WriteError::Gone("no account was read".into())),
        };
        match written {
            Ok(written) => {
                let (left, note) = written.map_or((None, None), |Written { account, note }| (Some(account), note));
                self.read_back.push(after(action, Step::Write, left.as_ref(), note.clone()));
                let mut came = match self.join(action, left.as_ref(), earlier).await? {
                    None => self.regroup(action, left.as_ref(), earlier).await?.filter(|came| !came.outcome.is_done()),
                    came => came,
                }
                .unwrap_or_else(|| ActionResult::to(Outcome::Done, note));
                came.account_id = left.as_ref().map(Account::id);
                Ok(came)
            }
            Err(error) => {
                let mut came = failed(action, &error);
                // What was kept in part, or changed unasked, has changed all the same: a revert has to know what it left.
                let account = error.left().or(account);
                came.account_id = account.map(Account::id);
                self.read_back.push(ended_badly(action, Step::Write, &came, account, &error));
                Ok(came)
            }
        }
    }

    /// Leaves and joins the groups of an account that is there, one recorded write each. None where there are none; `done` where
    /// anything of it was ours. A group that Domo refuses fails the action in the end and keeps from no other; the first that
    /// Domo accepts and that stays ends its account.
    async fn regroup(&mut self, action: &Action, account: Option<&Account>, earlier: &Earlier) -> Result<Option<ActionResult>> {
        let Some(account) = account.filter(|_| action.kind != ActionKind::Create) else { return Ok(None) };
        let (leaves, joins) = action.memberships();
        let steps = leaves.into_iter().map(|group| (Step::Leave(group.clone()), group, false));
        let steps = steps.chain(joins.into_iter().map(|group| (Step::Rejoin(group.clone()), group, true)));
        let (mut ours, mut none) = (false, true);
        let mut failures = Vec::new();
        let mut ended: Option<ActionResult> = None;
        for (step, group, wanted) in steps {
            // What an earlier apply did may have been undone since.
            if earlier.written.contains(&step) {
                let stands = self.reader.members(&group).await.map(|members| members.contains(&account.id()) == wanted);
                if stands.is_ok_and(|stands| stands) {
                    ours = true;
                    continue;
                }
            }
            none = false;
            let change = Map::from_iter([("group".to_owned(), Value::from(group.id))]);
            self.before(action, step.clone(), Some(account.id()), None, change)?;
            match self.writer.membership(account.id(), &group, wanted).await {
                // Somebody else was faster, unless it was an earlier apply of this plan.
                Ok(false) if earlier.pending_step.as_ref() != Some(&step) => {
                    let mut event = after(action, step.clone(), None, Some(SO_BEFORE.into()));
                    if let Event::After { outcome, .. } = &mut event {
                        *outcome = Outcome::AlreadyDone;
                    }
                    self.read_back.push(event);
                }
                Ok(_) => {
                    (ours, self.regrouped) = (true, true);
                    self.read_back.push(after(action, step.clone(), None, None));
                }
                Err(error) => {
                    let mut came = failed(action, &error);
                    let what = if wanted { "does not join" } else { "stays in" };
                    let failure = format!("{what} the group `{}`: {error}", text::visible(&group.name));
                    came.detail = Some(format!("the account {failure}"));
                    self.read_back.push(ended_badly(action, step, &came, None, &error));
                    failures.push(failure);
                    // A rule may choose its members: month after month the same, until somebody knows which groups those are.
                    let stays = came.went == Went::Failed;
                    came.went = match stays {
                        // Where no group at all could be left, it may be the token's rights.
                        true if error.is_final() => {
                            if self.regrouped {
                                Went::Well
                            } else {
                                Went::Failed
                            }
                        }
                        true => Went::GroupStays,
                        false => came.went,
                    };
                    came.account_id = Some(account.id());
                    let hint = if stays && !wanted { STAYS } else { "" };
                    came.detail = Some(format!("the account {}{hint}", failures.join("; it ")));
                    let ends = !error.is_final();
                    ended = Some(came);
                    if ends {
                        break;
                    }
                }
            }
        }
        if ended.is_some() {
            return Ok(ended);
        }
        let outcome = if ours { Outcome::Done } else { Outcome::AlreadyDone };
        Ok((!none || ours).then(|| ActionResult::to(outcome, None)))
    }

    /// Adds a new account to its groups, one recorded write each. None when there is nothing more to say.
    async fn join(&mut self, action: &Action, account: Option<&Account>, earlier: &Earlier) -> Result<Option<ActionResult>> {
        let (ActionKind::Create, Some(account)) = (action.kind, account) else { return Ok(None) };
        for group in action.groups() {
            let step = Step::Join(group.to_owned());
            if earlier.written.contains(&step) {
                continue;
            }
            let change = Map::from_iter([("group".to_owned(), Value::from(group))]);
            let id = Some(account.id());
            self.before(action, step.clone(), id, None, change)?;
            if let Err(error) = self.writer.join_group(account.id(), group).await {
                let mut came = failed(action, &error);
                came.detail = Some(format!("account {} is there, but not in the group `{group}`: {error}", account.id()));
                came.account_id = id;
                self.read_back.push(ended_badly(action, step, &came, None, &error));
                return Ok(Some(came));
            }
            self.read_back.push(after(action, step, None, None));
        }
        Ok(None)
    }
}

/// A write that was read back and is as it should be.
fn after(action: &Action, step: Step, account: Option<&Account>, detail: Option<String>) -> Event {
    Event::After {
        action: action.id.clone(),
        step,
        outcome: Outcome::Done,
        account_id: account.map(Account::id).or(action.account_id),
        account: account.map(|account| account.raw().clone()),
        detail,
        alarm: None,
        pending: false,
    }
}

/// A write that is not done, or of which nobody knows.
fn ended_badly(action: &Action, step: Step, came: &ActionResult, account: Option<&Account>, error: &WriteError) -> Event {
    let outcome = if came.outcome == Outcome::Unknown { Outcome::Unknown } else { Outcome::Failed };
    Event::After {
        action: action.id.clone(),
        step,
        outcome,
        account_id: account.map(Account::id).or(action.account_id),
        account: account.map(|account| account.raw().clone()),
        detail: came.detail.clone(),
        alarm: alarm(error),
        pending: error.may_show_later(),
    }
}

/// Why the apply stopped itself.
fn stopped(why: &[String]) -> String {
    format!("stopped: {}", why.join("; "))
}

/// The field that changed although nobody asked for it.
fn alarm(error: &WriteError) -> Option<String> {
    match error {
        WriteError::Surprise { field, .. } => Some(field.clone()),
        WriteError::Deletes(_) => Some(DELETES.to_owned()),
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
fn failed(action: &Action, error: &WriteError) -> ActionResult {
    let mut came = match error {
        WriteError::Unknown(_) => ActionResult::to(Outcome::Unknown, error.to_string()).unknown(),
        WriteError::Transport(_) => ActionResult::to(Outcome::Failed, error.to_string()).unasked(),
        WriteError::Moved(_) => ActionResult::to(Outcome::ChangedSincePlan, error.to_string()),
        WriteError::Held(_) => ActionResult::to(Outcome::Refused, error.to_string()),
        _ => ActionResult::to(Outcome::Failed, error.to_string()),
    };
    came.halt = match error {
        error if error.stops_the_run() => {
            Some(format!("{}: {error}. Find out what changed before anything is applied again", action.subject()))
        }
        _ => None,
    };
    came
}
