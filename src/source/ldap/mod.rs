//! Active Directory and other LDAP servers: paged (RFC 2696), one base after another, over TLS. A cookie that comes back empty is
//! the only sign of the end; an error from the stream decides, never the code at its end, which a lost connection leaves at 0.

mod codes;
mod paging;

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Poll;
use std::time::Duration;

use anyhow::{Context, Result};
use ldap3::controls::{Control, ControlType, MakeCritical, PagedResults};
use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, Scope, SearchEntry};
use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret, SecretString};

use super::fetch::{Fetch, Read, host};
use super::settings::{self, default, secret};
use super::{Fetched, ldif};
use crate::config::Directory;
use crate::directory::{LARGEST, Proof};
use crate::failure;
use crate::http::{self, Url, Vars, tls_error};
use crate::text::plural;

/// Entries a page: below what any server gives at most.
const PAGE: u32 = 500;

/// Connections that are tried, each from the first page on.
const TRIES: u32 = 3;

/// People of Active Directory: with a key, disabled ones too. Without the last part the built-in accounts come along, keyless.
const AD: &str = "(&(objectCategory=person)(objectClass=user)(|(mail=*)(userPrincipalName=*)(employeeID=*)(employeeNumber=*)))";
/// People of any other server.
const OTHER: &str =
    "(&(|(objectClass=person)(objectClass=inetOrgPerson)(objectClass=posixAccount))(|(mail=*)(uid=*)(employeeNumber=*)))";

/// What is asked for, by name: everything else stays where it is.
const ATTRIBUTES: [&str; 34] = [
    "cn",
    "mail",
    "userPrincipalName",
    "uid",
    "displayName",
    "givenName",
    "sn",
    "title",
    "department",
    "departmentNumber",
    "ou",
    "physicalDeliveryOfficeName",
    "l",
    "telephoneNumber",
    "mobile",
    "employeeID",
    "employeeNumber",
    "employeeType",
    "userAccountControl",
    "accountExpires",
    "nsAccountLock",
    "loginDisabled",
    "pwdAccountLockedTime",
    "proxyAddresses",
    "mailAlternateAddress",
    "manager",
    "whenChanged",
    "whenCreated",
    "modifyTimestamp",
    "objectGUID",
    "entryUUID",
    "nsUniqueId",
    "ipaUniqueID",
    "sAMAccountName",
];

/// The entry's own id, by server. Binary ones are compared as they are, and not kept.
const IDS: [&str; 4] = ["objectGUID", "entryUUID", "nsUniqueId", "ipaUniqueID"];

const IS_AD: &str = "1.2.840.113556.1.4.800";

/// What one connection came to.
#[derive(Default)]
struct Found {
    ldif: Vec<u8>,
    ids: HashSet<Vec<u8>>,
    entries: u64,
    pages: u64,
    repeated: u64,
    /// Values that are no UTF-8 and stand beside others of their attribute.
    left_out: u64,
    /// Names in other servers that were pointed at.
    references: Vec<String>,
    /// A page said whether there are more.
    paged: bool,
    root: Root,
}

/// What the server says of itself.
#[derive(Default)]
struct Root {
    is_ad: bool,
    changes: Option<String>,
}

/// How it ended.
enum End {
    /// The server refuses, and will again.
    Refused(String, Refusal),
    /// The connection did not hold.
    Lost(String),
    /// A limit was met, or the time is over: what came is not all.
    Cut(String),
}

/// What is refused, as far as the way on depends on it.
enum Refusal {
    /// By the result code that says so.
    Code(u32),
    /// Its certificate is not trusted.
    Certificate,
    /// Anything else.
    Other,
}

pub(super) async fn fetch(fetch: Fetch<'_>, var: Vars<'_>) -> Result<Fetched> {
    let directory = fetch.directory;
    let text = directory.url.as_deref().unwrap_or_default();
    let url: Url = text.parse().context("url is no address")?;
    let bind = secret(var, directory.bind_env.as_deref(), default::LDAP_BIND)?;
    let password = secret(var, directory.password_env.as_deref(), default::LDAP_PASSWORD)?;
    let tls = Arc::new(trusted(directory)?);
    let (mut requests, mut tries, mut most) = (0, 0, Found::default());
    loop {
        tries += 1;
        let mut found = Found::default();
        let work = read(&fetch, text, &tls, &bind, &password, &mut found);
        let ended = tokio::time::timeout_at(fetch.deadline, work).await.unwrap_or_else(|_| Err(End::Cut(fetch.too_long())));
        requests += found.pages + 1;
        if ended.is_err() && found.entries < most.entries {
            found = most;
        }
        let stopped = match ended {
            Ok(()) => None,
            Err(End::Refused(why, refusal)) if found.entries == 0 => return Err(failed(&fetch, why, &refusal)),
            Err(End::Lost(why)) if tries < TRIES => {
                let wait = fetch.limits.backoff.saturating_mul(fetch.limits.growth.saturating_pow(tries - 1));
                let wait = wait.min(fetch.limits.backoff_most).min(fetch.left());
                let seconds = wait.as_secs_f64().round();
                tracing::warn!(
                    "{}: {why}; waiting {seconds} s, then again from the first page (try {tries} of {TRIES})",
                    fetch.name
                );
                tokio::time::sleep(wait).await;
                most = found;
                continue;
            }
            Err(End::Lost(why) | End::Cut(why)) if found.entries == 0 => return Err(failed(&fetch, why, &Refusal::Other)),
            Err(End::Refused(why, _) | End::Lost(why) | End::Cut(why)) => {
                Some(format!("it stopped after {}: {why}", plural(found.entries, "entry", "entries")))
            }
        };
        fetch.pages.store(found.pages, Ordering::Relaxed);
        return Ok(fetch.done(evidence(directory, &url, found, stopped, requests, u64::from(tries - 1))));
    }
}

fn evidence(directory: &Directory, url: &Url, found: Found, stopped: Option<String>, requests: u64, retries: u64) -> Read {
    let mut stopped: Vec<String> = stopped.into_iter().collect();
    let mut doubts = Vec::new();
    if found.repeated > 0 {
        stopped.push(format!("{} came twice", plural(found.repeated, "entry", "entries")));
    }
    if found.left_out > 0 {
        doubts.push(format!(
            "{} no UTF-8 beside others of the attribute and left out",
            plural(found.left_out, "value is", "values are")
        ));
    }
    for reference in &found.references {
        let below = |one: &str, other: &str| one == other || one.ends_with(&format!(",{other}"));
        let bases: Vec<String> = directory.base.iter().map(|base| plain(base)).collect();
        // One without a name is of the base itself.
        if reference.is_empty() {
            stopped.push("people of the base are on another server, which was not asked".into());
        } else if bases.iter().any(|base| below(base, reference)) {
            stopped.push(format!("the people of {reference} are on another server, which was not asked"));
        } else if !["cn=configuration,", "dc=domaindnszones,", "dc=forestdnszones,"].iter().any(|part| reference.starts_with(part))
        {
            doubts.push(format!(
                "the people below {reference} are on another server, which was not asked: give it a [[directory]] of its own"
            ));
        }
    }
    let server = if found.root.is_ad { "Active Directory" } else { "an LDAP server" };
    Read {
        host: host(url),
        // A file of no entries is no LDIF: nobody is an empty list.
        bytes: if found.ldif.is_empty() { b"[]\n".to_vec() } else { found.ldif },
        extension: "ldif",
        modified: None,
        requests,
        retries,
        told: None,
        distinct: Some(found.ids.len() as u64),
        proof: Proof::End,
        headers: Vec::new(),
        stopped,
        doubts,
        rights: vec![format!("{server}: entries that may not be read are left out without a word")],
    }
}

fn plain(dn: &str) -> String {
    let part = |part: &str| part.split('=').map(str::trim).collect::<Vec<_>>().join("=");
    dn.split(',').map(part).collect::<Vec<_>>().join(",").to_lowercase()
}

/// The system's roots and those of `ca_file`.
fn trusted(directory: &Directory) -> Result<rustls::ClientConfig> {
    http::use_ring();
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots.add_parsable_certificates(settings::roots(directory)?);
    Ok(rustls::ClientConfig::builder().with_root_certificates(roots).with_no_client_auth())
}

/// One connection, from the bind to the last page of the last base.
async fn read(
    fetch: &Fetch<'_>,
    url: &str,
    tls: &Arc<rustls::ClientConfig>,
    bind: &SecretString,
    password: &SecretString,
    found: &mut Found,
) -> Result<(), End> {
    let directory = fetch.directory;
    let exchange = fetch.limits.exchange;
    let settings = LdapConnSettings::new()
        .set_conn_timeout(Duration::from_secs(10).min(exchange))
        .set_config(tls.clone())
        .set_starttls(directory.start_tls);
    let (connection, mut ldap) = LdapConnAsync::with_settings(settings, url).await.map_err(|error| unreachable(&error))?;
    // What an answer means is read in both: a server that is none makes them panic.
    let driver = tokio::spawn(async move {
        match unless_it_panics(connection.drive()).await {
            Some(Ok(())) => {}
            Some(Err(error)) => tracing::debug!("the LDAP connection ended: {error}"),
            None => tracing::debug!("the LDAP connection ended: an answer that is none of LDAP"),
        }
    });
    let read = unless_it_panics(pages(fetch, &mut ldap, bind, password, found, exchange)).await;
    let read = read.unwrap_or_else(|| Err(End::Cut("an answer came that is none of LDAP".into())));
    if read.is_ok() {
        let _ = ldap.unbind().await;
    }
    driver.abort();
    read
}

/// [`failure::unless_it_panics`] for work that waits in between.
async fn unless_it_panics<T>(work: impl Future<Output = T>) -> Option<T> {
    let mut work = std::pin::pin!(work);
    std::future::poll_fn(|context| match failure::unless_it_panics(|| work.as_mut().poll(context)) {
        Some(poll) => poll.map(Some),
        None => Poll::Ready(None),
    })
    .await
}

async fn pages(
    fetch: &Fetch<'_>,
    ldap: &mut Ldap,
    bind: &SecretString,
    password: &SecretString,
    found: &mut Found,
    exchange: Duration,
) -> Result<(), End> {
    let directory = fetch.directory;
    ldap.with_timeout(exchange);
    let bound = ldap.simple_bind(bind.expose_secret(), password.expose_secret()).await.map_err(|error| lost(&error))?;
    if bound.rc != 0 {
        let why = format!("the server did not take the bind: {}", codes::said(&bound, password));
        return Err(End::Refused(why, Refusal::Code(bound.rc)));
    }
    found.root = root(ldap, exchange).await;
    let filter = directory.filter.as_deref().unwrap_or(if found.root.is_ad { AD } else { OTHER });
    for base in &directory.base {
        let mut cookie = Vec::new();
        loop {
            let last = page(fetch, ldap, (base, filter), &mut cookie, found, exchange).await?;
            fetch.progress.people(&fetch.name, found.entries, None);
            if fetch.sample() {
                return Ok(());
            }
            if last {
                break;
            }
            if found.ldif.len() as u64 > LARGEST || found.entries > fetch.limits.rows {
                return Err(End::Cut("it did not end".into()));
            }
        }
    }
    // A replica that takes changes in while it is read: worth a look, and no proof of anything.
    let after = root(ldap, exchange).await;
    if found.root.changes != after.changes {
        tracing::info!("{}: entries changed while they were read", fetch.name);
    }
    Ok(())
}

/// One page of one base. Whether it is the last.
async fn page(
    fetch: &Fetch<'_>,
    ldap: &mut Ldap,
    (base, filter): (&str, &str),
    cookie: &mut Vec<u8>,
    found: &mut Found,
    exchange: Duration,
) -> Result<bool, End> {
    let size = fetch.directory.page_size.unwrap_or(PAGE);
    let control = PagedResults { size: i32::try_from(size).unwrap_or(i32::MAX), cookie: std::mem::take(cookie) };
    ldap.with_timeout(exchange).with_controls(control.critical());
    let mut stream =
        ldap.streaming_search(base, Scope::Subtree, filter, ATTRIBUTES.to_vec()).await.map_err(|error| lost(&error))?;
    let before = found.entries;
    loop {
        match stream.next().await {
            Ok(Some(entry)) if entry.is_ref() => found.references.extend(ldap3::parse_refs(entry.0).iter().map(|to| name_in(to))),
            Ok(Some(entry)) if entry.is_intermediate() => {}
            Ok(Some(entry)) => take(SearchEntry::construct(entry), found),
            Ok(None) => break,
            // The code at the end says 0 after this.
            Err(error) => return Err(lost(&error)),
        }
    }
    let result = stream.finish().await;
    found.pages += 1;
    match result.rc {
        0 => {}
        3 | 4 | 11 => return Err(End::Cut(format!("the server's limit was met: {}", codes::code(&result)))),
        10 => return Err(End::Cut("the server points at another one, which was not asked".into())),
        51 | 52 | 80 => return Err(End::Lost(codes::code(&result))),
        _ => return Err(End::Refused(codes::code(&result), Refusal::Code(result.rc))),
    }
    let answer = result.ctrls.iter().find(|Control(kind, _)| matches!(kind, Some(ControlType::PagedResults)));
    let next = answer.map(|Control(_, raw)| paging::cookie_of(raw.val.as_deref().unwrap_or_default()));
    let paged = found.paged;
    found.paged |= next.is_some();
    match next {
        Some(Some(next)) if next.is_empty() => Ok(true),
        Some(Some(next)) => {
            *cookie = next;
            Ok(false)
        }
        Some(None) => Err(End::Cut("what it says of whether there are more cannot be read (the paging control)".into())),
        None if paged => Err(End::Cut("a page came without a word of whether there are more (no paging control)".into())),
        // Some servers say nothing where one page is all.
        None if found.entries - before < u64::from(size) => Ok(true),
        None => Err(End::Cut("a full page came, and no word of whether there are more (no paging control)".into())),
    }
}

fn take(entry: SearchEntry, found: &mut Found) {
    let named = |name: &str| {
        let binary =
            entry.bin_attrs.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).and_then(|(_, values)| values.first().cloned());
        let text = || {
            entry
                .attrs
                .iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(name))
                .and_then(|(_, values)| Some(values.first()?.clone().into_bytes()))
        };
        binary.or_else(text)
    };
    let id = IDS.iter().find_map(|name| named(name)).unwrap_or_else(|| entry.dn.clone().into_bytes());
    if !found.ids.insert(id) {
        found.repeated += 1;
        return;
    }
    found.entries += 1;
    // Of an attribute with one value that is no UTF-8 all values come as bytes. The others count; without any, the damage is seen
    // as such.
    let damaged = |value: &&Vec<u8>| std::str::from_utf8(value).is_err();
    let mut shown: BTreeMap<&str, Vec<&[u8]>> = BTreeMap::new();
    for (name, values) in &entry.attrs {
        shown.entry(bare(name)).or_default().extend(values.iter().map(String::as_bytes));
    }
    for (name, values) in &entry.bin_attrs {
        let (bad, good): (Vec<&Vec<u8>>, Vec<&Vec<u8>>) = values.iter().partition(damaged);
        let told = if good.is_empty() {
            bad
        } else {
            found.left_out += if IDS.iter().any(|id| id.eq_ignore_ascii_case(name)) { 0 } else { bad.len() as u64 };
            good
        };
        shown.entry(bare(name)).or_default().extend(told.into_iter().map(Vec::as_slice));
    }
    shown.retain(|name, _| !IDS.iter().any(|id| id.eq_ignore_ascii_case(name)));
    let values = shown.into_iter().flat_map(|(name, values)| values.into_iter().map(move |value| (name, value)));
    ldif::entry(&mut found.ldif, &entry.dn, values);
}

/// An attribute's name without what a server says of these values: `mail;range=0-1`, `title;lang-en`.
fn bare(name: &str) -> &str {
    name.split(';').next().unwrap_or(name)
}

/// What the server says of itself; nothing where it says nothing.
async fn root(ldap: &mut Ldap, exchange: Duration) -> Root {
    let attributes = vec!["supportedCapabilities", "highestCommittedUSN"];
    ldap.with_timeout(exchange);
    let Ok(found) = ldap.search("", Scope::Base, "(objectClass=*)", attributes).await else { return Root::default() };
    let Some(entry) = found.0.into_iter().next().map(SearchEntry::construct) else { return Root::default() };
    let values = |name: &str| entry.attrs.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, values)| values);
    Root {
        is_ad: values("supportedCapabilities").is_some_and(|values| values.iter().any(|value| value == IS_AD)),
        changes: values("highestCommittedUSN").and_then(|values| values.first().cloned()),
    }
}

/// The name in `ldap://host/NAME`, as it compares.
fn name_in(reference: &str) -> String {
    let name = match reference.split_once("://") {
        Some((_, rest)) => rest.split_once('/').map_or("", |(_, name)| name),
        None => reference,
    };
    plain(&percent_decode_str(name.split('?').next().unwrap_or(name)).decode_utf8_lossy())
}

fn lost(error: &ldap3::LdapError) -> End {
    match error {
        ldap3::LdapError::FilterParsing => End::Refused("the filter is not written as LDAP filters are".into(), Refusal::Other),
        error => End::Lost(words(error)),
    }
}

fn unreachable(error: &ldap3::LdapError) -> End {
    let (words, mut cause) = (words(error), Some(error as &(dyn std::error::Error + 'static)));
    while let Some(one) = cause {
        if let Some(rustls::Error::InvalidCertificate(_)) = tls_error(one) {
            return End::Refused(words, Refusal::Certificate);
        }
        cause = one.source();
    }
    End::Lost(words)
}

fn words(error: &ldap3::LdapError) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        if !text.contains(&inner.to_string()) {
            text = format!("{text}: {inner}");
        }
        cause = inner.source();
    }
    text
}

/// A failure that leaves nothing.
fn failed(fetch: &Fetch<'_>, why: String, refusal: &Refusal) -> anyhow::Error {
    let hint = match refusal {
        Refusal::Code(code) => codes::hint(Some(*code)),
        Refusal::Certificate => {
            "no trusted TLS connection came about: a private root belongs into ca_file; the server's certificate must name the \
             host (SAN) and not be a CA itself"
        }
        Refusal::Other => codes::hint(None),
    };
    anyhow::Error::msg(why).context(fetch.failure().hint(hint))
}
