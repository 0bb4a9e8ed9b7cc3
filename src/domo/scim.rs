//! SCIM, the second door: look-ups by address, and `active` where the configuration says so. Its root and its token are its own;
//! the guide puts the root at `/api/scim/v2`, Domo's own article at `/api/identity/v1/scim`.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::account::Account;
use super::pages::plain_address;
use super::read::Reader;
use super::sent::WriteError;
use super::session::{Door, Session, Unusable, endpoint, failure, json, no_scim};
use super::wire::{CallError, Loose, Refusal};
use super::write::{Writer, Written, elsewhere};
use crate::http::{Method, Url};
use crate::text;

/// Resources asked for at once; a server may send fewer.
const COUNT: usize = 100;

/// A user as SCIM knows it.
pub(super) struct ScimUser {
    pub(super) id: u64,
    user_name: String,
}

impl ScimUser {
    fn is(&self, address: &str) -> bool {
        plain_address(&self.user_name) == plain_address(address)
    }
}

#[derive(Deserialize)]
struct List<'a> {
    #[serde(borrow, default, rename = "totalResults")]
    total: Loose<'a>,
    #[serde(borrow, default, rename = "Resources")]
    resources: Vec<Resource<'a>>,
}

#[derive(Deserialize)]
struct Resource<'a> {
    #[serde(borrow, default)]
    id: Loose<'a>,
    #[serde(borrow, default, rename = "userName")]
    user_name: Loose<'a>,
}

impl Reader {
    /// Looks an address up; a server that does not filter is read to its end.
    async fn scim_find(&self, address: &str) -> Result<Option<ScimUser>, CallError> {
        match self.scim_filtered(address).await? {
            Some(found) => Ok(found),
            None => Ok(every(&self.session, None).await?.into_iter().find(|user| user.is(address))),
        }
    }

    /// Whether SCIM takes our token at this root: one look-up of nobody, whatever comes of it.
    ///
    /// # Errors
    /// It does not answer with a list, and does not say that it has no filter.
    pub async fn scim_answers(&self) -> anyhow::Result<()> {
        let asked = async { page(&self.session, root(&self.session)?, Some("userName eq \"nobody@example.com\""), 1).await };
        match asked.await {
            Err(error) if !matches!(error.status(), Some(400 | 501)) => {
                Err(failure(error, "SCIM, through which [domo] deactivate_with deactivates, cannot be asked".into()))
            }
            _ => Ok(()),
        }
    }

    /// What the server's own filter says of an address; `None` where it does not filter.
    pub(super) async fn scim_filtered(&self, address: &str) -> Result<Option<Option<ScimUser>>, CallError> {
        // SCIM compares logins without case; for a server that does not, both ways people write them.
        let mut spellings = vec![address.trim().to_owned(), plain_address(address)];
        spellings.dedup();
        for spelling in spellings {
            let found = match every(&self.session, Some(&format!("userName eq {}", quoted(&spelling)))).await {
                Ok(found) => found,
                Err(error) if matches!(error.status(), Some(400 | 501)) => return Ok(None),
                Err(error) => return Err(error),
            };
            let others = found.iter().any(|user| !user.is(address));
            match found.into_iter().find(|user| user.is(address)) {
                Some(user) => return Ok(Some(Some(user))),
                // Whoever answers with others did not look at the filter, and their list may have shifted while it was read.
                None if others => return Ok(None),
                None => {}
            }
        }
        Ok(Some(None))
    }
}

impl Writer {
    /// PATCH `active`, judged by reading the account over v1. Where the instance deletes instead, the read-back says so.
    pub(super) async fn scim_set_active(&self, account: &Account, active: bool) -> Result<Written, WriteError> {
        let _turn = self.turn.lock().await;
        let email = account.email().ok_or_else(|| WriteError::NotSent("an account without an e-mail has no SCIM login".into()))?;
        let found = self.reader.scim_find(email).await.map_err(|error| WriteError::Transport(error.sentence()))?;
        let found = found.ok_or_else(|| WriteError::NotSent(format!("SCIM knows no user {}", text::visible(email))))?;
        if found.id != account.id() {
            return Err(WriteError::NotSent(format!(
                "SCIM's user {} is {}, not {}: the token belongs to another instance",
                text::visible(email),
                found.id,
                account.id()
            )));
        }
        let root = root(&self.session).map_err(|error| WriteError::Transport(error.sentence()))?;
        let url = endpoint(root, &format!("/Users/{}", found.id), &[]);
        let body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [{"op": "Replace", "path": "active", "value": active}]
        });
        let changes = Map::from_iter([("active".to_owned(), Value::Bool(active))]);
        let sent = match self.send(Door::Scim, Method::PATCH, &url, Some(&body), account).await {
            // Domo's own article: where the account owns something, the deletion that a deactivation is there fails.
            Err(WriteError::Refused { status, message: Some(said), toe }) if !active && said.to_lowercase().contains("delete") => {
                return Err(WriteError::Deletes(Refusal { by: "Domo".into(), status, message: Some(said), toe, leads: None }));
            }
            sent => sent?,
        };
        let why = sent.why();
        match (self.judge(account, &changes, why.is_none()).await, why) {
            (Ok(after), why) => {
                let note = why.map(|why| format!("{why}; the account was read instead and shows the change"));
                Ok(Written { account: after, note })
            }
            // A second PATCH could meet an instance that deletes: nothing is repeated here.
            (Err(WriteError::NotHonoured(_)), Some(_)) => Err(sent.gave_up("the account is unchanged")),
            (Err(WriteError::NotHonoured(why)), None) => Err(WriteError::NotShown(why)),
            (Err(error), Some(_)) if sent.did_nothing() => Err(elsewhere(account, error)),
            (Err(error), _) => Err(error),
        }
    }
}

/// Every user that fits, page by page until there are `totalResults`.
async fn every(session: &Session, filter: Option<&str>) -> Result<Vec<ScimUser>, CallError> {
    let root = root(session)?;
    let mut users: Vec<ScimUser> = Vec::new();
    loop {
        let (total, page) = page(session, root, filter, users.len() + 1).await?;
        let rows = page.len();
        users.extend(page);
        let read = users.len() as u64;
        if read >= total {
            return Ok(users);
        }
        if rows == 0 || read > session.settings().limits.rows {
            return Err(CallError::Unreadable {
                call: "GET SCIM /Users".into(),
                why: format!("the list came to an end after {read} of {total} users"),
            });
        }
    }
}

/// How many fit, and those of them from this one on, from 1.
async fn page(session: &Session, root: &Url, filter: Option<&str>, start: usize) -> Result<(u64, Vec<ScimUser>), CallError> {
    let (start, count) = (start.to_string(), COUNT.to_string());
    let mut query = vec![("startIndex", start.as_str()), ("count", count.as_str())];
    query.extend(filter.map(|filter| ("filter", filter)));
    let url = endpoint(root, "/Users", &query);
    let parse = |body: &[u8]| {
        let list: List<'_> = json(body, "no list")?;
        // Something else, or an error's body, must not read as a list of nobody.
        let total =
            list.total.id().ok().flatten().ok_or_else(|| Unusable::Transient("no list: it has no `totalResults`".into()))?;
        let user = |resource: &Resource<'_>| {
            Ok(ScimUser {
                id: resource.id.id()?.ok_or("a user without an id")?,
                user_name: resource.user_name.text()?.unwrap_or_default().into_owned(),
            })
        };
        let users = list.resources.iter().map(user).collect::<Result<Vec<_>, String>>().map_err(Unusable::Permanent)?;
        Ok((total, users))
    };
    session.read(Door::Scim, &url, parse).await.map_err(|error| other_root(error, root))
}

fn root(session: &Session) -> Result<&Url, CallError> {
    session.settings().scim.as_ref().map(|scim| &scim.url).ok_or_else(no_scim)
}

/// A wrong root answers 404; there are two that are known.
fn other_root(error: CallError, root: &Url) -> CallError {
    match error {
        CallError::Refused { call, mut refusal } if refusal.status == 404 => {
            let other = if root.path().contains("/identity/") { "/api/scim/v2" } else { "/api/identity/v1/scim" };
            let said = refusal.message.take().unwrap_or_else(|| "not found".into());
            refusal.message = Some(format!("{said}; DOMO_SCIM_URL may have to end with {other}"));
            CallError::Refused { call, refusal }
        }
        other => other,
    }
}

/// A JSON string is what a SCIM filter takes.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_or_a_backslash_cannot_leave_the_filter() {
        assert_eq!(quoted(r#"a" or userName eq "b\"#), r#""a\" or userName eq \"b\\""#);
    }
}
