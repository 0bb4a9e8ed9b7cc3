//! Writing: the dangerous part. Every write is merged into the account as it was just read, sent once, and judged by reading the
//! account back: what Domo answers to the write itself decides nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Map, Value, json};
use tokio::sync::{Mutex, watch};
use tokio::time::Instant;

use super::Permission;
use super::account::{Account, Lookup};
use super::compare;
use super::read::Reader;
use super::sent::{Sent, WriteError, after};
use super::session::{Door, Session};
use super::windows::Looks;
use super::wire::{CallError, Refusal, Response};
use crate::config::DeactivateWith;
use crate::http::{Method, Url};
use crate::terms::Role;
use crate::terms::value::{keeps_number, writable_number};
use crate::text;

/// How often a write that reading shows to have done nothing is sent.
pub(super) const TRIES: u32 = 3;
/// How often an account is read anew because what was read before grew too old while the write waited for its turn.
const READ_ANEW: u32 = 4;

/// The write side. Writes go one at a time; clones share the turn.
#[derive(Clone)]
pub struct Writer {
    pub(super) session: Session,
    pub(super) reader: Reader,
    pub(super) turn: Arc<Mutex<()>>,
    /// A write of this session was accepted and not shown for as long as anybody looked: from now on nobody looks that long.
    pub(super) missed: Arc<AtomicBool>,
    /// A write has left and is not known to have done nothing.
    under_way: Arc<watch::Sender<bool>>,
}

/// A write that was read back.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// The account afterwards.
    pub account: Account,
    /// What a reader of the journal should know: that the answer was lost and the account was read instead, for example.
    pub note: Option<String>,
}

impl Writer {
    /// Opens the write side. Only an approved plan is a [`Permission`].
    pub fn open(session: &Session, _permission: &impl Permission) -> Self {
        let reader = Reader::new(session);
        Self { session: session.clone(), reader, turn: Arc::default(), missed: Arc::default(), under_way: Arc::default() }
    }

    /// From here on nothing is under way: what was written is read back and recorded.
    pub fn rest(&self) {
        self.under_way.send_replace(false);
    }

    /// Waits until nothing is under way, and whoever writes may be dropped: no write has left although there was time for it, or
    /// Domo turned it away.
    pub async fn waits(&self) {
        tokio::time::sleep(self.session.settings().windows.fresh).await;
        // The sender lives as long as this does.
        let _ = self.under_way.subscribe().wait_for(|under_way| !under_way).await;
    }

    /// Writes `changes` into the account as it was just read: every other field is sent back as it came.
    ///
    /// # Errors
    /// [`WriteError`] says whether Domo refused, did something else, or may have done it.
    pub async fn update(&self, account: &Account, changes: &Map<String, Value>) -> Result<Written, WriteError> {
        let _turn = self.turn.lock().await;
        let changes = self.writable(account, changes)?;
        self.put(account, &changes).await
    }

    /// Switches the account off, through the configured door.
    ///
    /// # Errors
    /// [`WriteError`] says whether Domo refused, did something else, or may have done it.
    pub async fn deactivate(&self, account: &Account) -> Result<Written, WriteError> {
        self.set_active(account, false).await
    }

    /// Switches it on again, through the same door.
    ///
    /// # Errors
    /// [`WriteError`] says whether Domo refused, did something else, or may have done it.
    pub async fn reactivate(&self, account: &Account) -> Result<Written, WriteError> {
        self.set_active(account, true).await
    }

    async fn set_active(&self, account: &Account, active: bool) -> Result<Written, WriteError> {
        if self.session.settings().deactivate_with == DeactivateWith::Scim {
            return self.scim_set_active(account, active).await;
        }
        let _turn = self.turn.lock().await;
        let changes = Map::from_iter([("active".to_owned(), Value::Bool(active))]);
        self.put(account, &changes).await
    }

    /// The merge, the PUT, the read-back, the comparison.
    async fn put(&self, account: &Account, changes: &Map<String, Value>) -> Result<Written, WriteError> {
        let mut wanted = account.raw().clone();
        wanted.extend(changes.clone());
        let url = self.session.url(&format!("/v1/users/{}", account.id()), &[]);
        let body = Value::Object(wanted);
        // The first answer that got lost: what was sent then may still take place, whatever is answered later.
        let mut lost: Option<Sent> = None;
        let mut note = None;
        let mut attempt = 0;
        loop {
            attempt += 1;
            let sent = self.send(Door::Rest, Method::PUT, &url, Some(&body), account).await;
            let sent = sent.map_err(|error| after(lost.as_ref(), error))?;
            let why = sent.why();
            match (self.judge(account, changes, why.is_none()).await, why) {
                (Ok(after), None) => return Ok(Written { account: after, note }),
                (Ok(after), Some(why)) => {
                    let note = Some(format!("{why}; the account was read instead and shows the change"));
                    return Ok(Written { account: after, note });
                }
                // The account still is as it was: sending the same whole object again is safe, and reading has shown the need.
                (Err(WriteError::NotHonoured(_) | WriteError::Partly { .. }), Some(why)) if attempt < TRIES => {
                    note = Some(format!("sent again after: {why}"));
                    if matches!(sent, Sent::Lost(_)) {
                        lost.get_or_insert(sent);
                    }
                }
                (Err(WriteError::NotHonoured(_)), Some(_)) => return Err(lost.unwrap_or(sent).gave_up("the account is unchanged")),
                (Err(WriteError::NotHonoured(why)), None) => return Err(WriteError::NotShown(why)),
                (Err(error), Some(_)) if error.stops_the_run() && lost.is_none() && sent.did_nothing() => {
                    return Err(elsewhere(account, error));
                }
                (Err(WriteError::Unknown(_)), Some(why)) if lost.is_none() && matches!(sent, Sent::Nowhere(_) | Sent::Late) => {
                    return Err(WriteError::Transport(why));
                }
                (Err(WriteError::Unknown(reading)), Some(why)) => {
                    return Err(WriteError::Unknown(format!("{why}; and reading the account failed: {reading}")));
                }
                (Err(error), _) => return Err(error),
            }
        }
    }

    /// Sends a write that rests on an account as it was read, once, and sorts the outcome. Where its turn, a new token or a wait
    /// that Domo asked for came in between, the account is read anew first: only one that is as it was is written.
    pub(super) async fn send(
        &self,
        door: Door,
        method: Method,
        url: &Url,
        body: Option<&Value>,
        basis: &Account,
    ) -> Result<Sent, WriteError> {
        let fresh = self.session.settings().windows.fresh;
        let mut read = basis.read_at();
        for anew in 0..=READ_ANEW {
            // Longer each time: a slow pace must not keep a write from ever leaving.
            let latest = read + fresh * (1 << anew);
            let sent = self.send_by(door, method.clone(), url, body, Some(latest)).await?;
            if !matches!(sent, Sent::Late) {
                return Ok(sent);
            }
            let now = match self.reader.lookup(basis.id()).await {
                Ok(Lookup::Found(now)) => now,
                Ok(Lookup::Deleted | Lookup::NotFound) => return Err(WriteError::Gone(format!("{basis} is not there any more"))),
                Err(error) => return Err(WriteError::Transport(error.sentence())),
            };
            if let Some((field, why)) = compare::surprise(basis.raw(), &Map::new(), now.raw()) {
                return Err(WriteError::Moved(format!("`{field}`: {why}")));
            }
            read = now.read_at();
        }
        Ok(Sent::Late)
    }

    /// Sends once, not later than `latest`, and sorts the outcome. A token that is no longer taken did nothing and is renewed by
    /// the next attempt.
    pub(super) async fn send_by(
        &self,
        door: Door,
        method: Method,
        url: &Url,
        body: Option<&Value>,
        latest: Option<Instant>,
    ) -> Result<Sent, WriteError> {
        match self.leave(door, method, url, body, latest).await {
            Ok(_) => Ok(Sent::Accepted),
            Err(CallError::NotSent { why, .. }) => Ok(Sent::Nowhere(why)),
            Err(CallError::TooLate { .. }) => Ok(Sent::Late),
            Err(CallError::Refused { call, refusal }) => match refusal.status {
                // Whoever fails, or got no answer, does not know what became of the request.
                500.. => Ok(Sent::Lost(format!("{call}: {refusal}"))),
                status if turned_away(status) => Ok(Sent::TurnedAway(refusal)),
                _ => Err(refusal.into()),
            },
            // Only a token could not be had.
            Err(error @ CallError::GaveUp { .. }) => Ok(Sent::Nowhere(error.sentence())),
            Err(error) => Ok(Sent::Lost(error.sentence())),
        }
    }

    /// Sends once, not later than `latest`. As soon as it leaves something is under way, unless it turns out to have done nothing.
    pub(super) async fn leave(
        &self,
        door: Door,
        method: Method,
        url: &Url,
        body: Option<&Value>,
        latest: Option<Instant>,
    ) -> Result<Response, CallError> {
        let before = *self.under_way.borrow();
        let leave = || {
            let leaves = latest.is_none_or(|latest| Instant::now() <= latest);
            self.under_way.send_replace(before || leaves);
            leaves
        };
        let answer = self.session.write(door, method, url, body, leave).await;
        if answer.as_ref().is_err_and(|error| matches!(error, CallError::NotSent { .. }) || error.status().is_some_and(turned_away))
        {
            self.under_way.send_replace(before);
        }
        answer
    }

    /// When a write is looked at: for as long as Domo may take to show it where it said yes, else at once.
    pub(super) fn looks(&self, accepted: bool) -> Looks {
        let windows = &self.session.settings().windows;
        match (accepted, self.missed.load(Ordering::Relaxed)) {
            (false, _) => Looks::at_once(),
            (true, false) => Looks::within(windows.looks.clone()),
            (true, true) => Looks::within(windows.brief()),
        }
    }

    /// An accepted write was not shown by the last of its looks.
    pub(super) fn miss(&self) {
        self.missed.store(true, Ordering::Relaxed);
    }

    /// Reads the account back and compares every field. `NotHonoured` means: nothing changed, and the change is not there;
    /// `Partly`: nothing else changed, and the account is neither as it was nor as it should be.
    pub(super) async fn judge(
        &self,
        before: &Account,
        changes: &Map<String, Value>,
        accepted: bool,
    ) -> Result<Account, WriteError> {
        let mut looks = self.looks(accepted);
        let mut seen = Err(WriteError::Unknown("nobody looked".into()));
        let mut unknown = false;
        while looks.next().await {
            let after = match self.reader.lookup(before.id()).await {
                Ok(Lookup::Found(after)) => after,
                Ok(Lookup::Deleted) => return Err(gone(before, changes, "is deleted in Domo")),
                // It may come back: right after a write Domo may not know an account for a moment. What it did is only told by the
                // last look.
                Ok(Lookup::NotFound) => {
                    if !accepted && !unknown {
                        looks = self.looks(true);
                    }
                    unknown = true;
                    seen = Err(gone(before, changes, "is not known to Domo any more"));
                    continue;
                }
                Err(error) => return Err(WriteError::Unknown(error.sentence())),
            };
            if let Some((field, why)) = compare::surprise(before.raw(), changes, after.raw()) {
                return Err(WriteError::Surprise { field, why, account: Some(Box::new(after)) });
            }
            let missing = compare::missing(changes, after.raw());
            if missing.is_empty() {
                return Ok(after);
            }
            let why = not_honoured(&missing, changes, &after);
            seen = Err(match compare::touched(before.raw(), changes, after.raw()) {
                true => WriteError::Partly { account: Box::new(after), why: format!("not all of it was kept: {why}") },
                false => WriteError::NotHonoured(why),
            });
        }
        if accepted && !matches!(seen, Err(WriteError::Surprise { .. } | WriteError::Gone(_))) {
            self.miss();
        }
        seen
    }

    /// Only what can be written without loss, in the JSON types this instance uses.
    pub(super) fn writable(&self, account: &Account, changes: &Map<String, Value>) -> Result<Map<String, Value>, WriteError> {
        let mut changes = changes.clone();
        if let Some(role) = changes.get("role") {
            let Some(id) = role.as_str().and_then(Role::from_word).map(Role::id) else {
                return Err(WriteError::NotSent(format!(
                    "the role {} is none of the five that are written, exactly as spelt: {}",
                    text::visible(&role.to_string()),
                    Role::ALL.map(Role::as_str).join(", ")
                )));
            };
            // The id says the same as the name. Sent back as it was, the two would contradict each other.
            match account.raw().get("roleId") {
                Some(Value::Number(_)) => drop(changes.insert("roleId".into(), json!(id))),
                Some(Value::String(_)) => drop(changes.insert("roleId".into(), json!(id.to_string()))),
                _ => {}
            }
        }
        if let Some(number) = changes.get("employeeNumber").and_then(Value::as_str).filter(|number| !number.is_empty()) {
            let instance = self.session.employee_numbers_are_numbers().unwrap_or(false);
            let numeric = keeps_number(account.raw().get("employeeNumber"), instance);
            let number = writable_number(number, numeric).map_err(|why| {
                let number = text::visible(number);
                WriteError::NotSent(format!("the employee number {number} cannot be written: {why}"))
            })?;
            changes.insert("employeeNumber".into(), number);
        }
        Ok(changes)
    }

    /// Deletes the account; done when reading shows that it is gone. Domo refuses while it owns content; that is not tried again.
    /// Before anything is sent once more, `still` says whether it may be.
    ///
    /// # Errors
    /// `still` says no, or Domo refused, or it may have happened: [`WriteError`] says which.
    pub async fn delete(&self, account: &Account, still: &impl AsyncFn() -> Result<(), WriteError>) -> Result<(), WriteError> {
        let _turn = self.turn.lock().await;
        let url = self.session.url(&format!("/v1/users/{}", account.id()), &[]);
        let mut lost: Option<Sent> = None;
        let mut attempt = 0;
        loop {
            attempt += 1;
            if attempt > 1 {
                still().await.map_err(|error| after(lost.as_ref(), error))?;
            }
            let sent = match self.send(Door::Rest, Method::DELETE, &url, None, account).await {
                Ok(sent) => sent,
                // Gone already, as an earlier attempt or somebody else left it, if reading shows that.
                Err(WriteError::Refused { status: 404, message, toe }) => {
                    let refusal = Refusal { by: "Domo".into(), status: 404, message, toe, leads: None };
                    return match self.gone(account, true).await {
                        Ok(true) => Ok(()),
                        Ok(false) => Err(Sent::TurnedAway(refusal).gave_up("the account is still there")),
                        Err(error) => Err(WriteError::Unknown(format!("reading the account failed: {}", error.sentence()))),
                    }
                    .map_err(|error| after(lost.as_ref(), error));
                }
                Err(WriteError::Refused { status, message, toe }) => {
                    let message = message.unwrap_or_else(|| "no reason given".into());
                    let message = Some(format!("{message}; where the account owns content, reassign its ownership first"));
                    return Err(after(lost.as_ref(), WriteError::Refused { status, message, toe }));
                }
                Err(error) => return Err(after(lost.as_ref(), error)),
            };
            match (self.gone(account, matches!(sent, Sent::Accepted)).await, sent) {
                (Ok(true), sent) => {
                    if let Some(why) = sent.why() {
                        tracing::info!("{why}; reading shows that {account} is gone");
                    }
                    return Ok(());
                }
                (Ok(false), Sent::Accepted) => return Err(Sent::Accepted.gave_up("the account is still there")),
                (Ok(false), sent) if attempt < TRIES => {
                    if matches!(sent, Sent::Lost(_)) {
                        lost.get_or_insert(sent);
                    }
                }
                (Ok(false), sent) => return Err(lost.unwrap_or(sent).gave_up("the account is still there")),
                (Err(error), sent) => {
                    let why = sent.why().map(|why| format!("{why}; and ")).unwrap_or_default();
                    return Err(WriteError::Unknown(format!("{why}reading the account failed: {}", error.sentence())));
                }
            }
        }
    }

    /// Whether the account is gone; a deletion that was accepted may show late.
    async fn gone(&self, account: &Account, accepted: bool) -> Result<bool, CallError> {
        let mut looks = self.looks(accepted);
        while looks.next().await {
            if let Lookup::Deleted | Lookup::NotFound = self.reader.lookup(account.id()).await? {
                return Ok(true);
            }
        }
        if accepted {
            self.miss();
        }
        Ok(false)
    }
}

/// What reads otherwise although nothing of ours took place is somebody else's doing.
pub(super) fn elsewhere(account: &Account, error: WriteError) -> WriteError {
    match error {
        WriteError::Surprise { field, .. } if field == "deleted" => WriteError::Gone(format!("{account} is not there any more")),
        WriteError::Surprise { field, why, .. } => WriteError::Moved(format!("`{field}`: {why}")),
        other => other,
    }
}

/// What it means that an account is gone after these changes: where it was to be switched off, Domo deleted it instead.
fn gone(before: &Account, changes: &Map<String, Value>, what: &str) -> WriteError {
    match changes.get("active") {
        Some(Value::Bool(false)) => WriteError::Surprise {
            field: "deleted".into(),
            why: format!("{before}: the account was deleted, not deactivated"),
            account: None,
        },
        _ => WriteError::Gone(format!("{before} {what}")),
    }
}

/// Whether Domo did nothing and may do it the next time.
fn turned_away(status: u16) -> bool {
    matches!(status, 401 | 408 | 425 | 429)
}

/// The sentence for a change that did not hold.
pub(super) fn not_honoured(missing: &[String], changes: &Map<String, Value>, after: &Account) -> String {
    if missing.iter().any(|field| field == "active") {
        return match after.raw().get("active") {
            None => "this instance does not honour active: the account read back does not carry it".into(),
            Some(value) => format!("this instance does not honour active: it still reads back as {value}"),
        };
    }
    let told = missing.iter().map(|field| {
        let wanted = changes.get(field).cloned().unwrap_or(Value::Null);
        match after.raw().get(field) {
            None => format!("`{field}` was written as {wanted} and does not come back"),
            Some(value) => format!("`{field}` was written as {wanted} and reads back as {value}"),
        }
    });
    text::shown(&told.collect::<Vec<_>>().join("; "))
}
