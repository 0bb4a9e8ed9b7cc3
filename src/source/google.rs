//! Google Workspace: the Admin SDK's list of users, by a service account. Suspended and archived people are in it; nothing in it
//! counts them, so only the last page's missing token shows the end.

use anyhow::{Context, Result};
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::Fetched;
use super::auth::{Auth, Grant};
use super::fetch::{Fetch, Read};
use super::jwt::Signer;
use super::pages::{Page, Person};
use super::settings::{address, default, secret, token_url};
use crate::failure::Failure;
use crate::http::{Response, Unusable, Url, Vars, endpoint, json};

const API: &str = "https://admin.googleapis.com";
const SCOPE: &str = "https://www.googleapis.com/auth/admin.directory.user.readonly";

/// The most that Google takes.
const MOST: u32 = 500;

/// Unmasked, a page has megabytes.
const FIELDS: &str = "nextPageToken,users(id,primaryEmail,name,suspended,archived,externalIds,organizations,locations,phones,relations,aliases,creationTime)";

#[derive(Deserialize)]
struct Key {
    client_email: String,
    private_key: String,
    private_key_id: Option<String>,
    token_uri: Option<String>,
}

#[derive(Deserialize)]
struct List<'a> {
    #[serde(borrow, default)]
    users: Vec<&'a RawValue>,
    #[serde(rename = "nextPageToken")]
    next: Option<String>,
    kind: Option<String>,
}

pub(super) async fn fetch(fetch: Fetch<'_>, var: Vars<'_>) -> Result<Fetched> {
    let directory = fetch.directory;
    let api = address("api_url", directory.api_url.as_deref(), API)?;
    let variable = directory.key_env.as_deref().unwrap_or(default::GOOGLE_KEY);
    let text = secret(var, Some(variable), "")?;
    let key: Key = serde_json::from_str(text.expose_secret())
        .map_err(|_| anyhow::anyhow!("it is no JSON with client_email and private_key"))
        .with_context(|| {
            Failure::usage(format!("{variable} holds no service account's key"))
                .hint("it is the JSON file that Google hands out once, whole")
        })?;
    let token_url = token_url(directory, address("token_uri", key.token_uri.as_deref(), "https://oauth2.googleapis.com/token")?)?;
    let signer = Signer::read(variable, &key.private_key, key.private_key_id)?;
    let grant = Grant::Account { email: key.client_email, subject: directory.admin.clone(), key: Box::new(signer) };
    let auth = Auth::tokens(token_url, SCOPE.into(), grant);
    let client = fetch.client(&auth.addresses(&api), false)?;
    client.hide(text);
    let authenticator = auth.authenticator(&client);

    let most = directory.page_size.unwrap_or(MOST).min(MOST).to_string();
    // By customer: by domain, secondary domains are left out without a word.
    let customer = directory.customer.as_deref().unwrap_or("my_customer");
    let list = |token: Option<&str>| {
        let mut query = vec![("customer", customer), ("maxResults", &most), ("orderBy", "email"), ("fields", FIELDS)];
        query.extend(token.map(|token| ("pageToken", token)));
        endpoint(&api, "/admin/directory/v1/users", &query)
    };
    let open = |answer: &Response, _: &Url, _: u64| {
        let list_of: List<'_> = json(&answer.body, "no list of people")?;
        let other = list_of.users.is_empty() && list_of.next.is_none() && list_of.kind.is_none();
        // Nobody at all is an empty object here; anything else in it is some other answer.
        if other
            && !matches!(serde_json::from_slice::<serde_json::Value>(&answer.body), Ok(serde_json::Value::Object(object)) if object.is_empty() || object.contains_key("users"))
        {
            return Err(Unusable::Transient("no list of people: it has no `users`".into()));
        }
        let next = list_of.next.filter(|token| !token.is_empty());
        Ok(Page { people: Person::each(answer, &list_of.users)?, next: next.map(|token| list(Some(&token))), ..Page::default() })
    };
    let pass = async || fetch.pass(&client, &authenticator, list(None), open).await;
    let (pass, stopped) = fetch.counted(pass, |_| Vec::new()).await?;
    Ok(fetch.done(Read { stopped, ..Read::listed(&api, &client, pass) }))
}
