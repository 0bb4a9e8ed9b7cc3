//! Creating an account: the one write that must not be sent twice. Whatever its answer was, the address says whether it took place.

use serde_json::{Map, Value, json};

use super::account::{Account, Lookup};
use super::compare;
use super::pages::plain_address;
use super::sent::WriteError;
use super::session::Door;
use super::wire::{CallError, Response};
use super::write::{TRIES, Writer, Written, not_honoured};
use crate::http::{Method, Url};
use crate::text;

impl Writer {
    /// Creates an account. A lost answer is settled by looking the address up; a POST is never repeated before that.
    ///
    /// # Errors
    /// A name, an address or a role is missing, and nothing is sent; or [`WriteError`] says how far it came.
    pub async fn create(&self, fields: &Map<String, Value>, send_invite: bool) -> Result<Written, WriteError> {
        let _turn = self.turn.lock().await;
        let missing: Vec<_> = ["name", "email", "role"]
            .into_iter()
            .filter(|field| !fields.get(*field).is_some_and(|value| value.is_string()))
            .collect();
        let email = match fields.get("email").and_then(Value::as_str) {
            Some(email) if missing.is_empty() => email.to_owned(),
            _ => return Err(WriteError::NotSent(format!("a new account needs {}", missing.join(", ")))),
        };
        let empty = Account::from_object(Map::from_iter([("id".to_owned(), json!(0))])).map_err(WriteError::NotSent)?;
        let fields = self.writable(&empty, fields)?;
        let invite = if send_invite { "true" } else { "false" };
        let url = self.session.url("/v1/users", &[("sendInvite", invite)]);
        let body = Value::Object(fields.clone());

        let (id, why) = match self.post(&url, &body, &email).await? {
            Ok(answer) => (Account::from_json(&answer.body).ok().map(|account| account.id()), None),
            Err(CallError::NotSent { why, .. }) => return Err(WriteError::Transport(why)),
            Err(error) => match error.status() {
                // Domo says "exists" in several ways, and a failing gateway may have passed the request on.
                Some(400 | 408 | 409 | 425 | 500..) | None => (None, Some(error)),
                Some(_) => {
                    return Err(error.refusal().cloned().map_or_else(|| WriteError::Unknown(error.sentence()), WriteError::from));
                }
            },
        };
        let shown = match id {
            Some(id) => self.until_visible(id).await?,
            None => None,
        };
        // An answer may name somebody else: only who has the address is ours.
        let is_ours = |account: &Account| account.email().is_none_or(|held| plain_address(held) == plain_address(&email));
        let found = match (id, shown) {
            (Some(_), Some(account)) if is_ours(&account) => Some(account),
            (Some(_), None) => None,
            _ => self.reader.find(&email).await.map_err(|reading| {
                let posting = why.as_ref().map(CallError::sentence).unwrap_or_default();
                WriteError::Unknown(format!("{posting}; and looking {} up failed: {}", text::visible(&email), reading.sentence()))
            })?,
        };
        // Whoever waited too long for the request may have passed it on all the same.
        let no = |status: u16| status < 500 && !matches!(status, 408 | 425);
        let refusal = why.as_ref().and_then(CallError::refusal).filter(|refusal| no(refusal.status));
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

    /// Sends a new account. Where the rate limit turned it away, or once an old token, it is sent again, but not before the address
    /// was looked up.
    async fn post(&self, url: &Url, body: &Value, email: &str) -> Result<Result<Response, CallError>, WriteError> {
        let mut attempt = 1;
        loop {
            let sent = self.leave(Door::Rest, Method::POST, url, Some(body), None).await;
            let tries = match sent.as_ref().err().and_then(CallError::status) {
                // The look-up between the two renewed the token: a second 401 is a refusal, not an expired token.
                Some(401) => 2,
                Some(429) => TRIES,
                _ => 1,
            };
            if attempt >= tries {
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
        let mut looks = self.looks(true);
        while looks.next().await {
            match self.reader.lookup(id).await {
                Ok(Lookup::Found(account)) => return Ok(Some(account)),
                Ok(Lookup::Deleted | Lookup::NotFound) => {}
                Err(error) => return Err(WriteError::Unknown(error.sentence())),
            }
        }
        Ok(None)
    }
}
