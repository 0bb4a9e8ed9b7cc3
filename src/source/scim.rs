//! Any SCIM 2.0 server (RFC 7644): pages by index, or by cursor (RFC 9865) where it says that it has them. Its `totalResults` is
//! what proves a list whole.

use anyhow::Result;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::Fetched;
use super::auth::Auth;
use super::fetch::{Fetch, Read};
use super::pages::{Page, Pass, Person};
use super::settings::address;
use crate::config::SourceAuth;
use crate::directory::Proof;
use crate::failure::Failure;
use crate::http::{Authenticator, Client, Method, Response, Unusable, Url, Vars, endpoint, json};

/// People asked for a page; a server may send fewer.
const COUNT: u32 = 200;

#[derive(Deserialize)]
struct List<'a> {
    #[serde(rename = "totalResults")]
    total: Option<u64>,
    #[serde(borrow, default, rename = "Resources")]
    resources: Option<Vec<&'a RawValue>>,
    #[serde(rename = "nextCursor")]
    cursor: Option<String>,
}

pub(super) async fn fetch(fetch: Fetch<'_>, var: Vars<'_>) -> Result<Fetched> {
    let directory = fetch.directory;
    let root = address("url", directory.api_url.as_deref().or(directory.url.as_deref()), "")?;
    if is_domo(&root, var) {
        return Err(Failure::usage(format!("{root} is Domo's own SCIM: compared with itself, Domo would always agree"))
            .hint("name the SCIM server of the company directory; Domo's accounts are read by themselves")
            .into());
    }
    let auth = Auth::of(directory, Some(SourceAuth::Bearer), var)?;
    let client = fetch.client(&auth.addresses(&root), false)?;
    let authenticator = auth.authenticator(&client);
    let cursors = has_cursors(&fetch, &client, &authenticator, &root).await;
    let count = directory.page_size.unwrap_or(COUNT);
    let pass = || read(&fetch, &client, &authenticator, &root, count, cursors);
    let (pass, stopped) = fetch.counted(pass, |pass| pass.told.iter().copied().collect()).await?;
    let told = pass.told.last().copied();
    Ok(fetch.done(Read { told, proof: Proof::Count, stopped, ..Read::listed(&root, &client, pass) }))
}

/// Whether the people would be Domo's own users: by Domo's hosts, and by the root that we deactivate through.
fn is_domo(root: &Url, var: Vars<'_>) -> bool {
    let host = root.host_str().unwrap_or_default();
    let plain = |url: &Url| (url.origin(), url.path().trim_end_matches('/').to_owned());
    let own = var("DOMO_SCIM_URL").and_then(|own| own.trim().parse::<Url>().ok());
    host == "domo.com" || host.ends_with(".domo.com") || own.is_some_and(|own| plain(&own) == plain(root))
}

/// Whether the server says that it pages by cursor. One that says nothing pages by index.
async fn has_cursors(fetch: &Fetch<'_>, client: &Client, authenticator: &impl Authenticator, root: &Url) -> bool {
    #[derive(Deserialize)]
    struct Provider {
        pagination: Option<Pagination>,
    }
    #[derive(Deserialize)]
    struct Pagination {
        #[serde(default)]
        cursor: bool,
    }
    let url = endpoint(root, "/ServiceProviderConfig", &[]);
    let parse = |answer: Response| serde_json::from_slice(&answer.body).map_err(|error| Unusable::Permanent(error.to_string()));
    let said =
        fetch.ask(client, "GET ServiceProviderConfig", authenticator, || client.request(Method::GET, url.clone()), parse).await;
    said.is_ok_and(|provider: Provider| provider.pagination.is_some_and(|pagination| pagination.cursor))
}

async fn read(
    fetch: &Fetch<'_>,
    client: &Client,
    authenticator: &impl Authenticator,
    root: &Url,
    count: u32,
    cursors: bool,
) -> Result<Pass> {
    let count = count.to_string();
    let by_index = |start: u64| endpoint(root, "/Users", &[("startIndex", &start.to_string()), ("count", &count)]);
    let by_cursor = |cursor: &str| endpoint(root, "/Users", &[("cursor", cursor), ("count", &count)]);
    let first = if cursors { by_cursor("") } else { by_index(1) };
    let open = |answer: &Response, _: &Url, before: u64| {
        let list: List<'_> = json(&answer.body, "no list of people")?;
        // Something else, or an error's body, must not read as a list of nobody.
        let total = list.total.ok_or_else(|| Unusable::Transient("no list of people: it has no `totalResults`".into()))?;
        let people = Person::each(answer, &list.resources.unwrap_or_default())?;
        let read = before + people.len() as u64;
        let cursor = list.cursor.filter(|cursor| !cursor.is_empty());
        let next = match cursors {
            true => cursor.map(|cursor| by_cursor(&cursor)),
            // By what came, never by what was asked for.
            false => (!people.is_empty() && (read < total || before == 0)).then(|| by_index(read + 1)),
        };
        // Some servers say of each page how many stand on it: a list of one page is believed once nobody stands behind it.
        let ended = !cursors && before == 0 && read >= total;
        Ok(Page { people, told: Some(total), next, ended })
    };
    fetch.pass(client, authenticator, first, open).await
}
