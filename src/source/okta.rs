//! Okta: `/api/v1/users`. The plain list leaves out who was deprovisioned, so these are asked for on their own. Nothing in an
//! answer counts people: its end is shown by the `Link` header alone, and a token without rights reads as nobody.

use anyhow::Result;
use chrono::DateTime;
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::Fetched;
use super::auth::{Auth, Grant};
use super::fetch::{Fetch, Read};
use super::jwt::{ProofKey, Signer};
use super::pages::{Page, Person};
use super::settings::{address, default, secret, token_url};
use crate::http::header::{AUTHORIZATION, LINK};
use crate::http::{Response, Unusable, Url, Vars, endpoint, json};
use crate::text;

/// The most that Okta takes.
const LIMIT: u32 = 200;

const SCOPE: &str = "okta.users.read";

pub(super) async fn fetch(fetch: Fetch<'_>, var: Vars<'_>) -> Result<Fetched> {
    let directory = fetch.directory;
    let api = address("url", directory.api_url.as_deref().or(directory.url.as_deref()), "")?;
    let auth = match (&directory.client_id, &directory.private_key_env) {
        (Some(id), Some(variable)) => {
            let key = Signer::read(variable, secret(var, Some(variable), "")?.expose_secret(), None)?;
            Auth::tokens(
                token_url(directory, endpoint(&api, "/oauth2/v1/token", &[]))?,
                SCOPE.into(),
                Grant::Assertion { id: id.clone(), key: Box::new(key), proof: Box::new(ProofKey::generate()?) },
            )
        }
        _ => {
            let token = secret(var, directory.token_env.as_deref(), default::OKTA_TOKEN)?;
            Auth::Header(AUTHORIZATION, format!("SSWS {}", token.expose_secret()).into())
        }
    };
    let client = fetch.client(&auth.addresses(&api), false)?;
    let authenticator = auth.authenticator(&client);
    let limit = directory.page_size.unwrap_or(LIMIT).min(LIMIT).to_string();
    let list = |filter: Option<&str>| {
        let mut query = vec![("limit", limit.as_str())];
        query.extend(filter.map(|filter| ("filter", filter)));
        endpoint(&api, "/api/v1/users", &query)
    };
    let pass = async || {
        let mut pass = fetch.pass(&client, &authenticator, list(None), open).await?;
        if pass.stopped.is_none() {
            let left = fetch.pass(&client, &authenticator, list(Some("status eq \"DEPROVISIONED\"")), open).await;
            match left {
                Ok(left) => pass.merge(left, is_newer),
                Err(error) => pass.stopped = Some(format!("those who left could not be read: {}", reason(&error))),
            }
        }
        Ok(pass)
    };
    let (pass, stopped) = fetch.counted(pass, |_| Vec::new()).await?;
    let mut rights = Vec::new();
    if pass.distinct() == 0 {
        rights.push("not one person came: a token without an administrator's role reads as nobody".into());
    }
    Ok(fetch.done(Read { stopped, rights, ..Read::listed(&api, &client, pass) }))
}

fn reason(error: &anyhow::Error) -> String {
    error.chain().skip(1).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

fn open(answer: &Response, at: &Url, _: u64) -> Result<Page, Unusable> {
    let list: Vec<&RawValue> = json(&answer.body, "no list of people")?;
    Ok(Page { people: Person::each(answer, &list)?, next: next_of(answer, at)?, ..Page::default() })
}

/// The address behind `rel="next"` of a `Link` header, of several.
pub(super) fn next_of(answer: &Response, at: &Url) -> Result<Option<Url>, Unusable> {
    let mut links = answer.headers.get_all(LINK).into_iter().filter_map(|link| link.to_str().ok());
    let Some(address) = links.find_map(|links| text::related(links, "next")) else { return Ok(None) };
    at.join(address).map(Some).map_err(|_| Unusable::Permanent("the `Link` to the next page is no address".into()))
}

/// Whether what one list says of somebody is at least as new as what the other says: who changed between the two is in both.
fn is_newer(one: &[u8], other: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Changed {
        #[serde(rename = "lastUpdated")]
        at: Option<String>,
    }
    let changed = |person: &[u8]| {
        let changed = serde_json::from_slice::<Changed>(person).ok()?.at?;
        DateTime::parse_from_rfc3339(&changed).ok()
    };
    changed(one) >= changed(other)
}
