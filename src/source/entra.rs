//! Microsoft Graph: `/v1.0/users` page after page, counted before and after by an index that may lag.

use std::cell::RefCell;

use anyhow::Result;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::Fetched;
use super::auth::{Auth, Grant};
use super::fetch::{Fetch, Read};
use super::pages::{Page, Person};
use super::settings::{address, default, secret, token_url};
use crate::config::Directory;
use crate::directory::Proof;
use crate::failure::Failure;
use crate::http::{Authenticator, Client, Method, Response, Unusable, Url, Vars, endpoint, json};

const API: &str = "https://graph.microsoft.com";
const LOGIN: &str = "https://login.microsoftonline.com";

/// The most that Graph takes is 999.
const TOP: u32 = 999;

const SELECT: &str = "id,userPrincipalName,mail,displayName,givenName,surname,jobTitle,department,officeLocation,mobilePhone,\
                      businessPhones,accountEnabled,employeeId,employeeType,employeeHireDate,userType,externalUserState,\
                      proxyAddresses,otherMails,createdDateTime";
/// With a right of its own; without it the property is null, and no error says so.
const LEAVE: &str = ",employeeLeaveDateTime";
const LEAVE_RIGHT: &str = "User-LifeCycleInfo.Read.All";
const MANAGER: &str = "manager($select=id,displayName,mail,userPrincipalName,employeeId)";

#[derive(Deserialize)]
struct List<'a> {
    #[serde(borrow)]
    value: Vec<&'a RawValue>,
    #[serde(rename = "@odata.nextLink")]
    next: Option<String>,
    /// What went wrong although people came.
    #[serde(borrow, default)]
    error: Option<&'a RawValue>,
}

pub(super) async fn fetch(fetch: Fetch<'_>, var: Vars<'_>) -> Result<Fetched> {
    let directory = fetch.directory;
    let api = address("api_url", directory.api_url.as_deref(), API)?;
    let users = match api.path().trim_end_matches('/').rsplit('/').next() {
        Some("v1.0" | "beta") => endpoint(&api, "/users", &[]),
        _ => endpoint(&api, "/v1.0/users", &[]),
    };
    let login = address("login_url", directory.login_url.as_deref(), LOGIN)?;
    let tenant = directory.tenant.as_deref().unwrap_or_default();
    let token_url = token_url(directory, endpoint(&login, &format!("/{tenant}/oauth2/v2.0/token"), &[]))?;
    let id = secret(var, directory.client_id_env.as_deref(), default::ENTRA_ID)?;
    let grant = match &directory.federated_token_file {
        Some(file) => Grant::Federated { id, file: file.clone() },
        None => {
            Grant::Secret { id, secret: secret(var, directory.client_secret_env.as_deref(), default::ENTRA_SECRET)?, posted: true }
        }
    };
    let scope = format!("{}/.default", api.origin().ascii_serialization());
    let auth = Auth::tokens(token_url, scope, grant);
    let client = fetch.client(&auth.addresses(&api), false)?;
    let authenticator = auth.authenticator(&client);
    let roles = authenticator.roles().await.map_err(|error| fetch.failed(error))?;
    let rights = roles.map(|roles| rights(&fetch, &roles)).transpose()?.into_iter().collect();
    let first = first_page(directory, &users);
    let open = |answer: &Response, _: &Url, _: u64| page(answer);
    // The index behind the count lags: one count before, one after.
    let counts = RefCell::new((None, None));
    let pass = async || {
        let before = count(&fetch, &client, &authenticator, &users).await;
        let pass = fetch.pass(&client, &authenticator, first.clone(), open).await?;
        let after = if fetch.sample() { before } else { count(&fetch, &client, &authenticator, &users).await };
        *counts.borrow_mut() = (before, after);
        Ok(pass)
    };
    let totals = |_: &_| {
        let (before, after) = *counts.borrow();
        before.into_iter().chain(after).collect()
    };
    let (pass, stopped) = fetch.counted(pass, totals).await?;
    let (before, after) = counts.into_inner();
    let proof = if before.is_some() || after.is_some() { Proof::Count } else { Proof::End };
    let no_dates = directory.leave_dates && !any_leaves(pass.json());
    let doubts = no_dates.then(|| "leave_dates was asked for, and not one came".to_owned()).into_iter().collect();
    let told = after.or(before);
    Ok(fetch.done(Read { told, proof, stopped, doubts, rights, ..Read::listed(&api, &client, pass) }))
}

/// Whether a leave date of anybody came.
fn any_leaves(json: &[u8]) -> bool {
    let name = b"\"employeeLeaveDateTime\"";
    memchr::memmem::find_iter(json, name).any(|at| {
        let behind = json.get(at + name.len()..).unwrap_or_default().trim_ascii_start();
        behind.strip_prefix(b":").is_some_and(|value| value.trim_ascii_start().starts_with(b"\""))
    })
}

/// What the token may read, in words.
///
/// # Errors
/// It lacks the right to what is asked for.
fn rights(fetch: &Fetch<'_>, roles: &[String]) -> Result<String, Failure> {
    if fetch.directory.leave_dates && !roles.iter().any(|role| role == LEAVE_RIGHT) {
        return Err(Failure::failed(format!(
            "the directory {}: leave_dates needs the right {LEAVE_RIGHT}, which the token does not \
             have",
            fetch.name
        ))
        .hint(
            "ask an administrator for it, or take leave_dates out: without the right the dates come empty, and nobody would \
             be told",
        ));
    }
    Ok(format!("the token's rights: {}", if roles.is_empty() { "none".into() } else { roles.join(", ") }))
}

/// Where the list begins, and what it is to say of everybody.
fn first_page(directory: &Directory, users: &Url) -> Url {
    let top = directory.page_size.unwrap_or(TOP).min(TOP).to_string();
    let select = format!("{SELECT}{}", if directory.leave_dates { LEAVE } else { "" });
    let mut query = vec![("$select", select.as_str()), ("$expand", MANAGER), ("$top", &top)];
    query.extend(directory.filter.as_deref().map(|filter| ("$filter", filter)));
    endpoint(users, "", &query)
}

fn page(answer: &Response) -> Result<Page, Unusable> {
    let list: List<'_> = json(&answer.body, "no list of people")?;
    if list.error.is_some() {
        return Err(Unusable::Transient("an error stands beside the people".into()));
    }
    // Taken whole, as it stands: cutting it loses people.
    let next = list.next.map(|next| next.parse().map_err(|_| Unusable::Permanent("@odata.nextLink is no address".into())));
    Ok(Page { people: Person::each(answer, &list.value)?, next: next.transpose()?, ..Page::default() })
}

/// How many there are, by the index; `None` where it does not say (it does not in B2C).
async fn count(fetch: &Fetch<'_>, client: &Client, authenticator: &impl Authenticator, users: &Url) -> Option<u64> {
    let filter = fetch.directory.filter.as_deref().map(|filter| ("$filter", filter));
    let url = endpoint(users, "/$count", filter.as_slice());
    let build = || client.request(Method::GET, url.clone()).header("ConsistencyLevel", "eventual");
    let parse = |answer: Response| {
        let text = String::from_utf8_lossy(&answer.body);
        text.trim_matches(|letter: char| !letter.is_ascii_digit()).parse().map_err(|_| Unusable::Permanent("no count".into()))
    };
    let counted = fetch.ask(client, "GET users/$count", authenticator, build, parse).await;
    counted.map_err(|error| tracing::info!("Graph does not say how many people there are: {}", error.sentence())).ok()
}
