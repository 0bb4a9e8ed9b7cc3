//! Writing: the dangerous part. Every write is merged into the account as it was just read, sent once, and judged by reading the
//! account back: what Domo answers to the write itself decides nothing.

use std::sync::Arc;

use serde_json::{Map, Value, json};
use tokio::sync::Mutex;

use super::Permission;
use super::account::{Account, Lookup};
use super::compare;
use super::read::Reader;
use super::session::{Door, Session};
use super::wire::{Answer, CallError, Refusal};
use crate::config::DeactivateWith;
use crate::http::{Method, Url};
use crate::text;

/// The roles that are ever written, with the ids Domo gives them.
pub(super) const ROLES: [(&str, u64); 5] = [("Admin", 1), ("Privileged", 2), ("Editor", 3), ("Participant", 4), ("Social", 5)];

/// How often a write that certainly did nothing is sent again.
const TRIES: u32 = 3;
/// How often the read-back is read before an old value counts as refused: Domo may show a change late.
const LOOKS: u32 = 3;

/// The write side. Writes go one at a time; clones share the turn.
#[derive(Clone)]
pub struct Writer {
    pub(super) session: Session,
    pub(super) reader: Reader,
    pub(super) turn: Arc<Mutex<()>>,
}

/// A write that was read back.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// The account afterwards.
    pub account: Account,
    /// What a reader of the journal should know: that the answer was lost and the account was read instead, for example.
    pub note: Option<String>,
}

/// Why a write is not done.
#[derive(Debug, Clone, thiserror::Error)]
pub enum WriteError {
    /// Domo refused it.
    #[error("{}", refused(*status, message.as_deref(), toe.as_deref()))]
    Refused {
        /// The HTTP status.
        status: u16,
        /// Domo's words.
        message: Option<String>,
        /// Domo's trace id.
        toe: Option<String>,
    },
    /// The read-back does not show the change, or the change cannot be written without loss.
    #[error("{0}")]
    NotHonoured(String),
    /// The account was created or changed, but not with everything it should have.
    #[error("{why}")]
    Partly {
        /// The account as it reads back.
        account: Box<Account>,
        /// What was kept, and what it lacks.
        why: String,
    },
    /// Something changed that was not asked for. No further write may follow.
    #[error("`{field}` changed although nobody asked for it: {why}; no further write in this run")]
    Surprise {
        /// The field.
        field: String,
        /// From what to what.
        why: String,
        /// The account as it reads back; none where it is gone.
        account: Option<Box<Account>>,
    },
    /// There is no such account any more.
    #[error("{0}")]
    Gone(String),
    /// It may or may not have happened.
    #[error("it is not known whether the write took place: {0}")]
    Unknown(String),
    /// It did not happen: the network.
    #[error("the write did not take place: {0}")]
    Transport(String),
}

fn refused(status: u16, message: Option<&str>, toe: Option<&str>) -> String {
    Refusal { by: "Domo".into(), status, message: message.map(str::to_owned), toe: toe.map(str::to_owned) }.to_string()
}

impl WriteError {
    /// Whether the run must stop: what happened is not what was approved.
    pub fn stops_the_run(&self) -> bool {
        matches!(self, Self::Surprise { .. })
    }

    /// The account as the write left it, where it was read back and did change.
    pub fn left(&self) -> Option<&Account> {
        match self {
            Self::Partly { account, .. } => Some(account),
            Self::Surprise { account, .. } => account.as_deref(),
            _ => None,
        }
    }
}

impl From<Refusal> for WriteError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused { status: refusal.status, message: refusal.message, toe: refusal.toe }
    }
}

/// What a single attempt told. Whatever it is, reading decides; this says what it means when reading shows no change.
pub(super) enum Sent {
    /// Domo said yes.
    Accepted,
    /// Domo said no, and may say otherwise the next time: its limit, a token that ended, a failure of its own.
    TurnedAway(Refusal),
    /// Nobody said anything: it may still take place.
    Lost(String),
    /// It never left.
    Nowhere(String),
}

impl Sent {
    /// Why there was no yes.
    pub(super) fn why(&self) -> Option<String> {
        match self {
            Self::Accepted => None,
            Self::TurnedAway(refusal) => Some(refusal.to_string()),
            Self::Lost(why) | Self::Nowhere(why) => Some(why.clone()),
        }
    }

    /// What remains to be said after the last attempt, when reading shows that nothing changed.
    pub(super) fn gave_up(self, still: &str) -> WriteError {
        match self {
            Self::Accepted => WriteError::NotHonoured(format!("Domo accepted it, but {still}")),
            Self::TurnedAway(refusal) => {
                let said = refusal.message.as_deref().unwrap_or("no reason given");
                WriteError::from(Refusal { message: Some(format!("{said}; {still}")), ..refusal })
            }
            Self::Lost(why) => WriteError::Unknown(format!("{why}; {still} so far")),
            Self::Nowhere(why) => WriteError::Transport(format!("{why}; {still}")),
        }
    }
}

/// What a refusal means after an earlier answer got lost: what was sent then may still take place.
fn after(lost: Option<&Sent>, error: WriteError) -> WriteError {
    match lost.and_then(Sent::why) {
        Some(why) => WriteError::Unknown(format!("{why}; sent again: {error}")),
        None => error,
    }
}

impl Writer {
    /// Opens the write side. Only an approved plan is a [`Permission`].
    pub fn open(session: &Session, _permission: &impl Permission) -> Self {
        Self { session: session.clone(), reader: Reader::new(session), turn: Arc::default() }
    }

    /// Writes `changes` into the account as it was just read: every other field is sent back as it came.
    pub async fn update(&self, account: &Account, changes: &Map<String, Value>) -> Result<Written, WriteError> {
        let _turn = self.turn.lock().await;
        let changes = self.writable(account, changes)?;
        self.put(account, &changes).await
    }

    /// Switches the account off, through the configured door.
    pub async fn deactivate(&self, account: &Account) -> Result<Written, WriteError> {
        match self.session.settings().deactivate_with {
            DeactivateWith::Rest => self.set_active(account, false).await,
            DeactivateWith::Scim => self.scim_set_active(account, false).await,
        }
    }

    /// Switches it on again, through the same door.
    pub async fn reactivate(&self, account: &Account) -> Result<Written, WriteError> {
        match self.session.settings().deactivate_with {
            DeactivateWith::Rest => self.set_active(account, true).await,
            DeactivateWith::Scim => self.scim_set_active(account, true).await,
        }
    }

    async fn set_active(&self, account: &Account, active: bool) -> Result<Written, WriteError> {
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
        for attempt in 1.. {
            let sent = self.send(Method::PUT, &url, Some(&body)).await.map_err(|error| after(lost.as_ref(), error))?;
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
                (Err(WriteError::Unknown(_)), Some(why)) if lost.is_none() && matches!(sent, Sent::Nowhere(_)) => {
                    return Err(WriteError::Transport(why));
                }
                (Err(WriteError::Unknown(reading)), Some(why)) => {
                    return Err(WriteError::Unknown(format!("{why}; and reading the account failed: {reading}")));
                }
                (Err(error), _) => return Err(error),
            }
        }
        Err(WriteError::Unknown("no attempt was made".into()))
    }

    /// Sends once and sorts the outcome. A token that is no longer taken did nothing and is renewed by the next attempt.
    pub(super) async fn send(&self, method: Method, url: &Url, body: Option<&Value>) -> Result<Sent, WriteError> {
        self.send_through(Door::Rest, method, url, body).await
    }

    pub(super) async fn send_through(
        &self,
        door: Door,
        method: Method,
        url: &Url,
        body: Option<&Value>,
    ) -> Result<Sent, WriteError> {
        match self.session.write(door, method, url, body).await {
            Ok(_) => Ok(Sent::Accepted),
            Err(CallError::NotSent { why, .. }) => Ok(Sent::Nowhere(why)),
            Err(CallError::Refused { call, refusal }) => match refusal.status {
                // A gateway that got no answer does not know either.
                502 | 504 => Ok(Sent::Lost(format!("{call}: {refusal}"))),
                401 | 408 | 425 | 429 | 500.. => Ok(Sent::TurnedAway(refusal)),
                _ => Err(refusal.into()),
            },
            Err(error) => Ok(Sent::Lost(error.sentence())),
        }
    }

    /// Reads the account back and compares every field. `NotHonoured` means: nothing changed, and the change is not there; `Partly`:
    /// nothing else changed, and the account is neither as it was nor as it should be.
    pub(super) async fn judge(
        &self,
        before: &Account,
        changes: &Map<String, Value>,
        accepted: bool,
    ) -> Result<Account, WriteError> {
        let mut look = 1;
        loop {
            let after = match self.reader.lookup(before.id()).await {
                Ok(Lookup::Found(after)) => after,
                Ok(Lookup::Deleted | Lookup::NotFound) if changes.get("active") == Some(&Value::Bool(false)) => {
                    return Err(WriteError::Surprise {
                        field: "deleted".into(),
                        why: format!("{before}: the account was deleted, not deactivated"),
                        account: None,
                    });
                }
                Ok(Lookup::Deleted) => return Err(WriteError::Gone(format!("{before} is deleted in Domo"))),
                Ok(Lookup::NotFound) => return Err(WriteError::Gone(format!("{before} is not known to Domo any more"))),
                Err(error) => return Err(WriteError::Unknown(error.sentence())),
            };
            if let Some((field, why)) = compare::surprise(before.raw(), changes, after.raw()) {
                return Err(WriteError::Surprise { field, why, account: Some(Box::new(after)) });
            }
            let missing = compare::missing(changes, after.raw());
            if missing.is_empty() {
                return Ok(after);
            }
            if !accepted || look >= LOOKS {
                let why = not_honoured(&missing, changes, &after);
                return Err(match compare::touched(before.raw(), changes, after.raw()) {
                    true => WriteError::Partly { account: Box::new(after), why: format!("not all of it was kept: {why}") },
                    false => WriteError::NotHonoured(why),
                });
            }
            tokio::time::sleep(self.session.settings().limits.backoff * look).await;
            look += 1;
        }
    }

    /// Only what can be written without loss, in the JSON types this instance uses.
    fn writable(&self, account: &Account, changes: &Map<String, Value>) -> Result<Map<String, Value>, WriteError> {
        let mut changes = changes.clone();
        if let Some(role) = changes.get("role") {
            let Some((_, id)) = ROLES.iter().find(|(name, _)| role.as_str() == Some(*name)) else {
                return Err(WriteError::NotHonoured(format!(
                    "the role {} is none of the five that are written, exactly as spelt: Admin, Privileged, Editor, Participant, Social; \
                     nothing was sent",
                    text::visible(&role.to_string())
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
            let as_number = match account.raw().get("employeeNumber") {
                Some(Value::Number(_)) => true,
                Some(Value::String(_)) => false,
                _ => self.session.employee_numbers_are_numbers().unwrap_or(false),
            };
            if as_number {
                let digits = number.bytes().all(|byte| byte.is_ascii_digit()) && !number.starts_with('0') && number.len() <= 16;
                let Some(number) = digits.then(|| number.parse::<u64>().ok()).flatten() else {
                    return Err(WriteError::NotHonoured(format!(
                        "the employee number {} cannot be written: this instance keeps numbers of up to 16 digits without leading \
                         zeros or letters; nothing was sent",
                        text::visible(number)
                    )));
                };
                changes.insert("employeeNumber".into(), json!(number));
            }
        }
        Ok(changes)
    }

    /// Deletes the account; done when reading shows that it is gone. Domo refuses while it owns content; that is not tried again.
    pub async fn delete(&self, account: &Account) -> Result<(), WriteError> {
        let _turn = self.turn.lock().await;
        let url = self.session.url(&format!("/v1/users/{}", account.id()), &[]);
        let mut lost: Option<Sent> = None;
        for attempt in 1.. {
            let sent = match self.send(Method::DELETE, &url, None).await {
                Ok(sent) => sent,
                Err(WriteError::Refused { status: 404, .. }) => Sent::Accepted,
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
        Err(WriteError::Unknown("no attempt was made".into()))
    }

    /// Whether the account is gone; a deletion that was accepted may show late.
    async fn gone(&self, account: &Account, accepted: bool) -> Result<bool, CallError> {
        let looks = if accepted { LOOKS } else { 1 };
        for look in 1..=looks {
            if let Lookup::Deleted | Lookup::NotFound = self.reader.lookup(account.id()).await? {
                return Ok(true);
            }
            if look < looks {
                tokio::time::sleep(self.session.settings().limits.backoff * look).await;
            }
        }
        Ok(false)
    }

    /// Creates an account. A lost answer is settled by looking the address up; a POST is never repeated before that.
    pub async fn create(&self, fields: &Map<String, Value>, send_invite: bool) -> Result<Written, WriteError> {
        let _turn = self.turn.lock().await;
        let missing: Vec<_> = ["name", "email", "role"]
            .into_iter()
            .filter(|field| !fields.get(*field).is_some_and(|value| value.is_string()))
            .collect();
        let email = match fields.get("email").and_then(Value::as_str) {
            Some(email) if missing.is_empty() => email.to_owned(),
            _ => return Err(WriteError::NotHonoured(format!("a new account needs {}; nothing was sent", missing.join(", ")))),
        };
        let empty = Account::from_object(Map::from_iter([("id".to_owned(), json!(0))])).map_err(WriteError::NotHonoured)?;
        let fields = self.writable(&empty, fields)?;
        let invite = if send_invite { "true" } else { "false" };
        let url = self.session.url("/v1/users", &[("sendInvite", invite)]);
        let body = Value::Object(fields.clone());

        let (id, why) = match self.post(&url, &body, &email).await? {
            Ok(answer) => (Account::from_json(&answer.body).ok().map(|account| account.id()), None),
            Err(CallError::NotSent { why, .. }) => return Err(WriteError::Transport(why)),
            Err(error) => match error.status() {
                // Domo says "exists" in several ways, and a failing gateway may have passed the request on.
                Some(400 | 409 | 500..) | None => (None, Some(error)),
                Some(_) => {
                    return Err(error.refusal().cloned().map_or_else(|| WriteError::Unknown(error.sentence()), WriteError::from));
                }
            },
        };
        let found = match id {
            Some(id) => self.until_visible(id).await?,
            None => self.reader.find(&email).await.map_err(|reading| {
                let posting = why.as_ref().map(CallError::sentence).unwrap_or_default();
                WriteError::Unknown(format!("{posting}; and looking {} up failed: {}", text::visible(&email), reading.sentence()))
            })?,
        };
        let refusal = why.as_ref().and_then(CallError::refusal).filter(|refusal| refusal.status < 500);
        match (found, refusal, why.as_ref()) {
            (Some(account), Some(refusal), _) => Err(WriteError::Refused {
                status: refusal.status,
                message: Some(format!(
                    "{}; {account} has this address already",
                    refusal.message.as_deref().unwrap_or("no reason given")
                )),
                toe: refusal.toe.clone(),
            }),
            (None, Some(refusal), _) => Err(refusal.clone().into()),
            (Some(account), None, why) => {
                let missing = compare::missing(&fields, account.raw());
                if !missing.is_empty() {
                    let why = format!("{account} was created, but {}", not_honoured(&missing, &fields, &account));
                    return Err(WriteError::Partly { account: Box::new(account), why });
                }
                let note = why.map(|why| format!("the answer was lost ({}); the address was looked up instead", why.sentence()));
                Ok(Written { account, note })
            }
            // An answer that got lost, and no account yet: it may still come.
            (None, None, Some(why)) => Err(WriteError::Unknown(format!("{}; no account has the address now", why.sentence()))),
            (None, None, None) => Err(WriteError::Unknown("Domo accepted the new account but does not show it".into())),
        }
    }

    /// Sends a new account. Where the rate limit turned it away it is sent again, but not before the address was looked up.
    async fn post(&self, url: &Url, body: &Value, email: &str) -> Result<Result<Answer, CallError>, WriteError> {
        let mut attempt = 1;
        loop {
            let sent = self.session.write(Door::Rest, Method::POST, url, Some(body)).await;
            let turned_away = sent.as_ref().is_err_and(|error| error.status() == Some(429));
            if !turned_away || attempt >= TRIES {
                return Ok(sent);
            }
            match self.reader.find(email).await {
                Ok(None) => attempt += 1,
                Ok(Some(account)) => {
                    return Err(WriteError::Unknown(format!("Domo turned the request away, and yet {account} has the address")));
                }
                Err(error) => return Err(WriteError::Transport(error.sentence())),
            }
        }
    }

    async fn until_visible(&self, id: u64) -> Result<Option<Account>, WriteError> {
        for look in 1..=2 * LOOKS {
            match self.reader.lookup(id).await {
                Ok(Lookup::Found(account)) => return Ok(Some(account)),
                Ok(Lookup::Deleted | Lookup::NotFound) => {
                    tokio::time::sleep(self.session.settings().limits.backoff * look).await;
                }
                Err(error) => return Err(WriteError::Unknown(error.sentence())),
            }
        }
        Ok(None)
    }
}

/// The sentence for a change that did not hold.
fn not_honoured(missing: &[String], changes: &Map<String, Value>, after: &Account) -> String {
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
    text::visible(&told.collect::<Vec<_>>().join("; ")).into_owned()
}
