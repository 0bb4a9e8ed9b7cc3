//! An address that returns an export: Workday, BambooHR, Personio, a blob behind a signature, an intranet file. Its bytes go to the
//! loader as they came; that all of them came is shown by their length, the end of their chunks, or their digest.

use std::cell::RefCell;
use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::Ordering;

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, NaiveDate, Utc};
use md5::{Digest, Md5};
use secrecy::ExposeSecret;
use serde_json::Value;

use super::auth::{Auth, CredentialAuthenticator};
use super::fetch::{Fetch, Read, host};
use super::settings::secret;
use super::{Fetched, okta};
use crate::config::{Format, Pages};
use crate::directory::{LARGEST, Proof, people_of};
use crate::failure::Failure;
use crate::http::{CallError, Client, Method, Response, Unusable, Url, Vars, is_safe};

/// Bytes from which on a part of a secret address is a secret itself.
const SECRET_PART: usize = 8;

/// Redirects on the same host that are followed.
const REDIRECTS: u32 = 5;

/// One answer.
struct Body {
    bytes: Vec<u8>,
    modified: Option<NaiveDate>,
    /// Whether its end is shown by something.
    ended: bool,
    /// The next page that a header names.
    next: Option<Url>,
    /// What its headers may say of the list.
    headers: Vec<(String, String)>,
}

pub(super) async fn fetch(fetch: Fetch<'_>, var: Vars<'_>) -> Result<Fetched> {
    let directory = fetch.directory;
    let (url, is_secret) = match (&directory.url, &directory.url_env) {
        (Some(url), _) => (url.parse::<Url>().context("url is no address")?, false),
        (None, variable) => (from_variable(variable.as_deref().unwrap_or_default(), var)?, true),
    };
    let auth = Auth::of(directory, None, var)?;
    let client = fetch.client(&auth.addresses(&url), true)?;
    if is_secret {
        let whole = [Some(url.as_str()), Some(url.path()), url.query(), url.password()].into_iter().flatten();
        whole.filter(|part| part.len() > 3).for_each(|part| client.hide(part));
        // A server may name a part of it: the signature, the folder that nobody can guess.
        let values = url.query_pairs().map(|(_, value)| value.into_owned());
        let segments = url.path_segments().into_iter().flatten().map(str::to_owned);
        values.chain(segments).filter(|part| part.len() >= SECRET_PART).for_each(|part| client.hide(part));
    }
    let authenticator = auth.authenticator(&client);
    let call = if is_secret { "GET".to_owned() } else { format!("GET {}", url.path()) };
    let reader = Reader { fetch: &fetch, client: &client, authenticator: &authenticator, call: &call };
    let first = reader.get(url.clone()).await.map_err(|error| fetch.failed(error))?;
    fetch.pages.store(1, Ordering::Relaxed);
    let (modified, mut headers) = (first.modified, first.headers.clone());
    let (bytes, stopped) = match directory.pages {
        Pages::None => {
            let cut = if !first.ended {
                Some("the answer had neither a length nor an end of its own: nothing shows that it is whole".to_owned())
            } else if first.next.is_some() && !directory.complete {
                headers.retain(|(name, _)| name != "link");
                Some("it is one page of several, by its header `Link`: `pages = \"follow\"` reads them all".to_owned())
            } else {
                None
            };
            (first.bytes, cut)
        }
        Pages::Follow => {
            // What the pages say of each other is followed; how many people there are holds for all of them.
            headers.retain(|(name, _)| is_total(name));
            reader.follow_twice(&url, first).await
        }
    };
    let (requests, retries) = (client.requests(), client.retries());
    let proof = if directory.pages == Pages::Follow { Proof::End } else { Proof::Whole };
    Ok(fetch.done(Read {
        host: host(&url),
        bytes,
        extension: "",
        modified,
        requests,
        retries,
        told: None,
        distinct: None,
        proof,
        headers,
        stopped: stopped.into_iter().collect(),
        doubts: Vec::new(),
        rights: Vec::new(),
    }))
}

/// The address that a variable holds; no more of it is shown than the host.
fn from_variable(variable: &str, var: Vars<'_>) -> Result<Url> {
    let text = secret(var, Some(variable), "")?;
    let wrong = |why: &str| Failure::usage(format!("{variable} is not usable: {why}"));
    let url: Url = text.expose_secret().parse().map_err(|_| wrong("it holds no address"))?;
    if is_safe(&url) { Ok(url) } else { Err(wrong("its address is not https").into()) }
}

struct Reader<'a> {
    fetch: &'a Fetch<'a>,
    client: &'a Client,
    authenticator: &'a CredentialAuthenticator<'a>,
    call: &'a str,
}

impl Reader<'_> {
    /// One answer, by up to some redirects on the same host.
    async fn get(&self, mut url: Url) -> Result<Body, CallError> {
        let mut left = REDIRECTS;
        loop {
            let parse = |answer: Response| self.body(answer, &url);
            let build = || self.client.request(Method::GET, url.clone());
            match self.fetch.ask(self.client, self.call, self.authenticator, build, parse).await {
                Err(CallError::Refused { refusal, .. }) if left > 0 && leads(&refusal.leads, &url).is_some() => {
                    left -= 1;
                    url = leads(&refusal.leads, &url).unwrap_or(url);
                }
                other => return other,
            }
        }
    }

    fn body(&self, answer: Response, url: &Url) -> Result<Body, Unusable> {
        if let Some(told) = answer.header("content-md5") {
            let came = STANDARD.encode(Md5::digest(&answer.body));
            if told.trim() != came {
                return Err(Unusable::Transient("the digest that the server names (Content-MD5) is of other bytes".into()));
            }
        }
        let typed = answer.header("content-type").is_some_and(|kind| kind.trim().to_ascii_lowercase().starts_with("text/html"));
        let page = is_html(&answer.body, typed);
        if page && self.fetch.directory.format != Some(Format::Xlsx) {
            return Err(Unusable::Permanent(
                "an HTML page where an export should be, such as a login page (a table in HTML is read with format = \"xlsx\")"
                    .into(),
            ));
        }
        let modified = answer.date("last-modified").map(DateTime::<Utc>::from);
        let modified = modified.or_else(|| DateTime::parse_from_rfc2822(answer.header("last-modified")?).ok().map(Into::into));
        let measured = answer.headers.contains_key("content-length") || answer.headers.contains_key("transfer-encoding");
        let next = okta::next_of(&answer, url)?;
        let ended = measured || answer.header("content-md5").is_some() || ends_itself(&answer.body);
        let headers = (answer.headers.iter())
            .filter(|(name, _)| says_something(name.as_str()))
            .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
            .collect();
        let modified = modified.map(|at| at.date_naive());
        Ok(Body { bytes: answer.body, modified, ended, next, headers })
    }

    /// All pages; once more where somebody came again on a later page, for then somebody else may stand on none.
    async fn follow_twice(&self, first: &Url, page: Body) -> (Vec<u8>, Option<String>) {
        let mut repeated = 0;
        let read = self.follow(first, page, &mut repeated).await;
        if repeated == 0 || read.1.is_some() || self.fetch.directory.complete {
            return read;
        }
        let Ok(page) = self.get(first.clone()).await else { return (read.0, Some(shifted(repeated))) };
        let (all, stopped) = self.follow(first, page, &mut repeated).await;
        (all, stopped.or((repeated > 0).then(|| shifted(repeated))))
    }

    /// Page after page, as each answer names the next, one after another as the loader takes them; `repeated` becomes how many people
    /// stand on a page before, too.
    async fn follow(&self, first: &Url, mut page: Body, repeated: &mut u64) -> (Vec<u8>, Option<String>) {
        let (mut all, mut seen, mut digests) = (Vec::new(), HashSet::from([first.clone()]), HashSet::new());
        let (mut people, state) = (HashSet::new(), RandomState::new());
        *repeated = 0;
        let at = RefCell::new(first.clone());
        loop {
            if !page.ended {
                return (all, Some("a page had neither a length nor an end of its own: nothing shows that it is whole".into()));
            }
            if !digests.insert(crate::digest::sha256(&page.bytes)) {
                return (all, Some(format!("its pages repeat after {}", pages(seen.len()))));
            }
            let here: HashSet<u64> = people_of(&page.bytes).into_iter().map(|person| state.hash_one(person)).collect();
            *repeated += here.intersection(&people).count() as u64;
            people.extend(here);
            let marked = match next_in(&page.bytes, &at.borrow()) {
                Ok(found) => found,
                Err(why) => return (all, Some(why)),
            };
            all.extend_from_slice(marked.as_ref().map_or(&page.bytes, |marked| &marked.page));
            let next = page.next.take().or(marked.map(|marked| marked.next));
            if !all.ends_with(b"\n") {
                all.push(b'\n');
            }
            let Some(next) = next.filter(|_| !self.fetch.sample()) else { return (all, None) };
            if next.origin() != first.origin() {
                let there = host(&next).unwrap_or_else(|| "another host".into());
                return (all, Some(format!("the next page is said to be on {there}: no credential goes to another host")));
            }
            if !seen.insert(next.clone()) {
                return (all, Some(format!("its pages lead in a circle after {}", pages(seen.len()))));
            }
            if all.len() as u64 > LARGEST {
                return (all, Some(format!("it did not end after {}", pages(seen.len()))));
            }
            page = match self.get(next.clone()).await {
                Ok(page) => page,
                Err(error) => return (all, Some(format!("it stopped after {}: {}", pages(seen.len() - 1), error.sentence()))),
            };
            self.fetch.pages.fetch_add(1, Ordering::Relaxed);
            self.fetch.progress.people(&self.fetch.name, seen.len() as u64, None);
            at.replace(next);
        }
    }
}

fn shifted(repeated: u64) -> String {
    let came = crate::text::plural(repeated, "person", "people");
    format!("{came} came again on a later page: its pages shifted while they were read, twice")
}

fn pages(count: usize) -> String {
    crate::text::plural(count as u64, "page", "pages")
}

/// Whether a header may say something of the list that it comes with: `Link`, `Content-Range`, `X-Total-Count`, `X-Next-Page`.
fn says_something(name: &str) -> bool {
    let words = ["total", "count", "page", "next", "more"];
    let own = name.strip_prefix("x-").filter(|name| !name.starts_with("rate"));
    matches!(name, "link" | "content-range") || own.is_some_and(|name| words.iter().any(|word| name.contains(word)))
}

/// Whether a header counts all people of a list.
fn is_total(name: &str) -> bool {
    name.contains("total") && !name.contains("page")
}

/// Where a redirect leads, if it stays on the host.
fn leads(to: &Option<Box<str>>, from: &Url) -> Option<Url> {
    let to = from.join(to.as_deref()?).ok()?;
    (to.origin() == from.origin()).then_some(to)
}

/// Whether an answer is an HTML page: by what stands behind declarations and comments, or by its type where it is markup at all.
fn is_html(body: &[u8], typed: bool) -> bool {
    let text = String::from_utf8_lossy(body.get(..64 << 10).unwrap_or(body)).replace('\0', "").to_ascii_lowercase();
    let mut rest = text.trim_start_matches(|letter: char| !letter.is_ascii_graphic());
    while let Some(behind) =
        ["?>", "-->"].iter().zip(["<?", "<!--"]).find_map(|(end, begin)| rest.strip_prefix(begin)?.split_once(*end))
    {
        rest = behind.1.trim_start();
    }
    let is_table_of_excel = rest.starts_with("<workbook") || rest.starts_with("<ss:workbook");
    let tags = ["<!doctype html", "<html", "<head", "<body"];
    tags.iter().any(|tag| rest.starts_with(tag)) || typed && rest.starts_with('<') && !is_table_of_excel
}

/// Formats whose last bytes are their end: JSON, and the archives that workbooks are.
fn ends_itself(body: &[u8]) -> bool {
    match body.trim_ascii_start().first() {
        Some(b'{' | b'[') => serde_json::from_slice::<serde::de::IgnoredAny>(body).is_ok(),
        _ => body.starts_with(b"PK") && body.windows(4).rev().take(66_000).any(|mark| mark == b"PK\x05\x06"),
    }
}

/// A page of JSON that names the next one.
struct MarkedPage {
    next: Url,
    /// The page without that mark: of the pages as they stand one after another, only the last says whether there are more.
    page: Vec<u8>,
}

/// The next page that a JSON answer names: an address, or a token that goes into the query of this one.
fn next_in(body: &[u8], at: &Url) -> Result<Option<MarkedPage>, String> {
    let Ok(mut page) = serde_json::from_slice::<Value>(body) else { return Ok(None) };
    let Some((mark, is_token)) = take_next(&mut page) else { return Ok(None) };
    let next = match is_token {
        Some(parameter) => {
            let mut url = at.clone();
            let others: Vec<(String, String)> = at.query_pairs().into_owned().filter(|(name, _)| name != parameter).collect();
            url.query_pairs_mut().clear().extend_pairs(others).append_pair(parameter, &mark);
            url
        }
        None => at.join(&mark).map_err(|_| "the next page that an answer names is no address".to_owned())?,
    };
    let page = serde_json::to_vec(&page).map_err(|error| error.to_string())?;
    Ok(Some(MarkedPage { next, page }))
}

/// Members that hold the address of the next page.
const ADDRESSES: [&str; 8] =
    ["@odata.nextLink", "odata.nextLink", "nextLink", "next_link", "next_page_url", "nextUrl", "next_url", "next"];
/// Members that hold a token, and the parameter it goes into.
const TOKENS: [(&str, &str); 4] =
    [("nextPageToken", "pageToken"), ("next_page_token", "page_token"), ("nextCursor", "cursor"), ("next_cursor", "cursor")];
/// Objects around a list that such members stand in.
const AROUND: [&str; 8] = ["links", "_links", "paging", "pagination", "page", "meta", "metadata", "d"];

/// Takes the mark of the next page out of a page.
fn take_next(page: &mut Value) -> Option<(String, Option<&'static str>)> {
    let object = page.as_object_mut()?;
    for name in ADDRESSES {
        let Some(value) = object.get(name) else { continue };
        let address = value.as_str().or_else(|| value.get("href")?.as_str()).filter(|text| !text.is_empty()).map(str::to_owned);
        if let Some(address) = address {
            object.insert(name.to_owned(), Value::Null);
            return Some((address, None));
        }
    }
    for (name, parameter) in TOKENS {
        if let Some(token) = object.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned) {
            object.insert(name.to_owned(), Value::Null);
            return Some((token, Some(parameter)));
        }
    }
    AROUND.iter().find_map(|name| take_next(object.get_mut(*name)?))
}
