//! One connection to one Domo: the HTTP client, the token, the pacer, and the patience with which reads are tried again.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::LOCATION;
use reqwest::{Method, RequestBuilder, Url};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::accounts::Credential;
use super::pace::{Pacer, backoff, retry_after};
use super::settings::{Settings, is_loopback};
use super::token::Tokens;
use super::wire::{Answer, CallError, PAGE, Refusal};
use crate::failure::Failure;

/// An open session. Cheap to clone; all clones share the token and the pacer.
#[derive(Clone)]
pub struct Session {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) settings: Settings,
    pub(super) http: reqwest::Client,
    pub(super) pacer: Pacer,
    tokens: Tokens,
    credential: Credential,
    /// Every token of this session: none of them may come back out in an error that echoes it.
    pub(super) spoken: std::sync::Mutex<Vec<SecretString>>,
    places: Semaphore,
    retries: AtomicU64,
    requests: AtomicU64,
    /// Whether anything was ever answered that is no page for people.
    reached: AtomicBool,
    /// How this instance writes employee numbers: 0 not seen, 1 text, 2 number.
    number_style: AtomicU8,
}

/// Which API, and with it which credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Door {
    Rest,
    Scim,
}

/// Why a body is not what was asked for: worth another try, or the same forever.
pub(super) enum Unfit {
    Garbled(String),
    Wrong(String),
}

enum Verdict<T> {
    Done(T),
    /// Everybody waits when Domo is overloaded; only this call when its connection broke.
    Again {
        error: CallError,
        wait: Option<Duration>,
        everybody: bool,
    },
    Never(CallError),
}

impl Session {
    /// Builds the client and gets the first token, so that wrong credentials are known before anything else happens.
    pub async fn open(settings: Settings) -> Result<Self> {
        // A second installation is refused and changes nothing.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let urls = std::iter::once(&settings.api_url).chain(settings.scim.as_ref().map(|scim| &scim.url));
        let local = urls.clone().all(is_loopback);
        let mut http = reqwest::Client::builder()
            .user_agent(concat!("domo-reconcile/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(Duration::from_secs(10).min(settings.limits.exchange))
            .timeout(settings.limits.exchange)
            // A redirect could carry the token elsewhere, and turns a PUT into a GET.
            .redirect(reqwest::redirect::Policy::none())
            // Every attempt is ours to see and count.
            .retry(reqwest::retry::never());
        if local {
            // A machine without any certificate can still rehearse.
            http = http.no_proxy().tls_certs_only([]);
        }
        let http = http.build().context("cannot set up the HTTP client")?;
        let mut inner = Inner {
            http,
            pacer: Pacer::new(settings.requests_per_minute),
            tokens: Tokens::default(),
            credential: Credential::default(),
            spoken: std::sync::Mutex::default(),
            places: Semaphore::new(settings.concurrency),
            retries: AtomicU64::new(0),
            requests: AtomicU64::new(0),
            reached: AtomicBool::new(false),
            number_style: AtomicU8::new(0),
            settings,
        };
        let tokens = Tokens::default();
        inner.credential = tokens
            .first(&inner)
            .await
            .map_err(|error| failure(error, format!("no token from {}", inner.settings.api_url.host_str().unwrap_or("Domo"))))?;
        inner.tokens = tokens;
        Ok(Self { inner: Arc::new(inner) })
    }

    /// What the first token says of the client's owner.
    pub fn credential(&self) -> &Credential {
        &self.inner.credential
    }

    /// What it was opened with.
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// Requests sent so far, tokens included.
    pub fn requests(&self) -> u64 {
        self.inner.requests.load(Ordering::Relaxed)
    }

    /// Requests sent again after a fault.
    pub fn retries(&self) -> u64 {
        self.inner.retries.load(Ordering::Relaxed)
    }

    /// An address under the v1 API.
    pub(super) fn url(&self, path: &str, query: &[(&str, &str)]) -> Url {
        under(&self.inner.settings.api_url, path, query)
    }

    /// Remembers how employee numbers come, for writing them the same way.
    pub(super) fn saw_employee_number(&self, as_number: bool) {
        self.inner.number_style.store(if as_number { 2 } else { 1 }, Ordering::Relaxed);
    }

    /// Whether employee numbers came as JSON numbers; `None` when none was seen.
    pub(super) fn employee_numbers_are_numbers(&self) -> Option<bool> {
        match self.inner.number_style.load(Ordering::Relaxed) {
            0 => None,
            style => Some(style == 2),
        }
    }

    /// A GET, tried again as long as patience lasts. `parse` decides whether the body is what was asked for.
    pub(super) async fn read<T>(
        &self,
        door: Door,
        url: &Url,
        parse: impl Fn(&[u8]) -> std::result::Result<T, Unfit>,
    ) -> Result<T, CallError> {
        let call = describe(&Method::GET, url);
        let inner = &*self.inner;
        let (call, parse) = (&call, &parse);
        inner
            .persist(call, || async move {
                let answer = match inner.signed(door, call, || inner.http.get(url.clone())).await {
                    Ok(answer) => answer,
                    Err(verdict) => return verdict.keep(),
                };
                if !answer.is_success() {
                    return Verdict::Never(inner.refused(call, &answer));
                }
                match parse(&answer.body) {
                    Ok(parsed) => Verdict::Done(parsed),
                    Err(Unfit::Wrong(why)) => Verdict::Never(CallError::Unreadable { call: call.clone(), why }),
                    Err(Unfit::Garbled(why)) => {
                        let error = CallError::Unreadable { call: call.clone(), why };
                        Verdict::Again { error, wait: None, everybody: false }
                    }
                }
            })
            .await
    }

    /// A write, sent exactly once. What a lost answer means is for the caller to find out by reading.
    pub(super) async fn write(
        &self,
        door: Door,
        method: Method,
        url: &Url,
        body: Option<&serde_json::Value>,
    ) -> Result<Answer, CallError> {
        let inner = &*self.inner;
        let call = describe(&method, url);
        let mut request = inner.http.request(method, url.clone());
        request = match (door, body) {
            (Door::Scim, Some(body)) => request
                .header("Content-Type", "application/scim+json")
                .body(serde_json::to_vec(body).map_err(|error| CallError::NotSent { call: call.clone(), why: error.to_string() })?),
            (Door::Rest, Some(body)) => request.json(body),
            // Without a body some proxies want to be told that it is empty.
            (_, None) => request.header("Content-Length", "0"),
        };
        let (request, serial) = inner.sign(door, request).await?;
        let (answer, wait) = inner.exchange(&call, request).await?;
        if answer.status == 401 && door == Door::Rest {
            inner.tokens.refused(serial).await;
        }
        if matches!(answer.status, 429 | 503) {
            let limits = &inner.settings.limits;
            let wait = wait.unwrap_or_else(|| backoff(1, limits.backoff, limits.backoff_most));
            // Longer than anybody waits here: then the refusal stands, and whoever reads next learns it anew.
            if wait <= limits.total {
                inner.pacer.hold(wait);
            }
        }
        if answer.is_success() && answer.is_page() {
            return Err(CallError::Unreadable { call, why: PAGE.into() });
        }
        if answer.is_success() { Ok(answer) } else { Err(inner.refused(&call, &answer)) }
    }
}

impl Inner {
    /// Retries for the token: as for reads, it changes nothing at Domo.
    pub(super) async fn patiently(&self, call: &str, build: impl Fn() -> RequestBuilder) -> Result<Answer, CallError> {
        let build = &build;
        self.persist(call, || async move {
            match self.exchange(call, build()).await {
                Ok((answer, wait)) => match self.passing(call, &answer, wait) {
                    Some(verdict) => verdict,
                    None => Verdict::Done(answer),
                },
                Err(error) => error.into(),
            }
        })
        .await
    }

    /// One exchange with the door's credential. A token that Domo no longer knows is renewed, and the request sent once more.
    async fn signed(
        &self,
        door: Door,
        call: &str,
        build: impl Fn() -> RequestBuilder,
    ) -> std::result::Result<Answer, Verdict<std::convert::Infallible>> {
        let mut renewed = false;
        loop {
            let (request, serial) = self.sign(door, build()).await.map_err(Verdict::Never)?;
            let sent = self.exchange(call, request).await;
            let (answer, wait) = sent.map_err(Verdict::from)?;
            if answer.status == 401 && door == Door::Rest && !renewed {
                tracing::info!(call, "the token is no longer taken; renewing it");
                self.tokens.refused(serial).await;
                renewed = true;
                continue;
            }
            return match self.passing(call, &answer, wait) {
                Some(verdict) => Err(verdict),
                None => Ok(answer),
            };
        }
    }

    async fn sign(&self, door: Door, request: RequestBuilder) -> Result<(RequestBuilder, u64), CallError> {
        match (door, &self.settings.scim) {
            (Door::Rest, _) => {
                let token = self.tokens.get(self).await?;
                Ok((request.bearer_auth(token.text.expose_secret()), token.serial))
            }
            (Door::Scim, Some(scim)) => Ok((request.bearer_auth(scim.token.expose_secret()), 0)),
            (Door::Scim, None) => {
                Err(CallError::NotSent { call: "SCIM".into(), why: "DOMO_SCIM_URL and DOMO_SCIM_TOKEN are not set".into() })
            }
        }
    }

    /// Takes a place and a turn, sends, and reads the whole answer. The second value is what `Retry-After` asks for.
    async fn exchange(&self, call: &str, request: RequestBuilder) -> Result<(Answer, Option<Duration>), CallError> {
        let _place = self.places.acquire().await.map_err(|_| CallError::NotSent { call: call.into(), why: "closing".into() })?;
        self.pacer.turn().await;
        let number = self.requests.fetch_add(1, Ordering::Relaxed) + 1;
        tracing::debug!(number, call, "sending");
        let lost = |error: reqwest::Error| {
            // The address is in `call` already, and a query is no place for more of it.
            let why = chain(&error.without_url());
            CallError::Lost { call: call.into(), why }
        };
        let mut response = match request.send().await {
            Ok(response) => response,
            Err(error) if error.is_connect() || error.is_builder() => {
                return Err(CallError::NotSent { call: call.into(), why: chain(&error.without_url()) });
            }
            Err(error) => return Err(lost(error)),
        };
        self.pacer.learn(response.headers());
        let wait = retry_after(response.headers(), SystemTime::now());
        let status = response.status().as_u16();
        let location = response.headers().get(LOCATION).map(|to| String::from_utf8_lossy(to.as_bytes()).into_owned());
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(lost)? {
            let most = self.settings.limits.answer;
            if body.len() + chunk.len() > most {
                return Err(CallError::Unreadable { call: call.into(), why: format!("the answer is larger than {most} bytes") });
            }
            body.extend_from_slice(&chunk);
        }
        let answer = Answer { status, location, body };
        if !answer.is_page() {
            self.reached.store(true, Ordering::Relaxed);
        }
        Ok((answer, wait))
    }

    /// What passes: Domo has too much to do, or something in between answers in its place.
    fn passing<T>(&self, call: &str, answer: &Answer, wait: Option<Duration>) -> Option<Verdict<T>> {
        if answer.is_success() && answer.is_page() {
            let error = CallError::Unreadable { call: call.into(), why: PAGE.into() };
            return Some(Verdict::Again { error, wait, everybody: false });
        }
        // 501 and 505 are said of the request, and stay so.
        let everybody = matches!(answer.status, 429 | 500 | 502..=504 | 506..=599);
        (everybody || matches!(answer.status, 408 | 425)).then(|| Verdict::Again {
            error: self.refused(call, answer),
            wait,
            everybody,
        })
    }

    pub(super) fn refused(&self, call: &str, answer: &Answer) -> CallError {
        let settings = &self.settings;
        let held = self.spoken.lock().unwrap_or_else(PoisonError::into_inner);
        let basic = STANDARD.encode(format!("{}:{}", settings.client_id, settings.client_secret.expose_secret()));
        let mut secrets = vec![settings.client_secret.expose_secret(), basic.as_str()];
        secrets.extend(settings.scim.as_ref().map(|scim| scim.token.expose_secret()));
        secrets.extend(held.iter().map(SecretString::expose_secret));
        CallError::Refused { call: call.into(), refusal: Refusal::read(answer, &secrets) }
    }

    async fn persist<T, F: Future<Output = Verdict<T>>>(
        &self,
        call: &str,
        attempt: impl Fn() -> F,
    ) -> std::result::Result<T, CallError> {
        let limits = &self.settings.limits;
        let begin = Instant::now();
        let mut failed = 0;
        loop {
            let (error, wait, everybody) = match attempt().await {
                Verdict::Done(value) => return Ok(value),
                Verdict::Never(error) => return Err(error),
                Verdict::Again { error, wait, everybody } => (error, wait, everybody),
            };
            failed += 1;
            let asked = wait.filter(|wait| *wait > limits.total).map(|wait| wait.as_secs());
            let wait = wait.unwrap_or_else(|| backoff(failed, limits.backoff, limits.backoff_most));
            // Somebody who never answered, or only with pages for people, is a mistyped address rather than a hiccup.
            let strange = matches!(error, CallError::NotSent { .. } | CallError::Unreadable { .. });
            let strange = strange && !self.reached.load(Ordering::Relaxed);
            let tries = if strange { limits.tries.min(3) } else { limits.tries };
            if failed >= tries || begin.elapsed().saturating_add(wait) > limits.total {
                let seconds = begin.elapsed().as_secs();
                return Err(CallError::GaveUp { call: call.into(), tries: failed, seconds, wait: asked, last: Box::new(error) });
            }
            self.retries.fetch_add(1, Ordering::Relaxed);
            tracing::info!(call, failed, wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX), "{}", error.sentence());
            if everybody {
                self.pacer.hold(wait);
            } else {
                tokio::time::sleep(wait).await;
            }
        }
    }
}

impl<T> From<CallError> for Verdict<T> {
    /// A connection that broke may hold the next time; an answer that is too large stays so.
    fn from(error: CallError) -> Self {
        match error {
            CallError::Unreadable { .. } => Self::Never(error),
            error => Self::Again { error, wait: None, everybody: false },
        }
    }
}

impl Verdict<std::convert::Infallible> {
    fn keep<T>(self) -> Verdict<T> {
        match self {
            Self::Done(never) => match never {},
            Self::Again { error, wait, everybody } => Verdict::Again { error, wait, everybody },
            Self::Never(error) => Verdict::Never(error),
        }
    }
}

/// `base` + `path`, whose segments the caller has made safe.
pub(super) fn under(base: &Url, path: &str, query: &[(&str, &str)]) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}{path}", base.path().trim_end_matches('/')));
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    url
}

fn describe(method: &Method, url: &Url) -> String {
    match url.query() {
        Some(query) => format!("{method} {}?{query}", url.path()),
        None => format!("{method} {}", url.path()),
    }
}

/// An error and its causes in one line; reqwest's own `Display` hides what happened.
fn chain(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        let more = inner.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = inner.source();
    }
    text
}

/// A failed call as the program's failure: what was tried, what Domo said, what to do next.
pub(super) fn failure(error: CallError, what: String) -> anyhow::Error {
    let failure = Failure::failed(what);
    let failure = match hint(&error) {
        Some(hint) => failure.hint(hint),
        None => failure,
    };
    anyhow::Error::new(error).context(failure)
}

/// What to do next, where there is something.
fn hint(error: &CallError) -> Option<&'static str> {
    Some(match error {
        CallError::GaveUp { last, .. } => return hint(last),
        CallError::Refused { refusal, .. } if !refusal.is_page() => match refusal.status {
            300..=399 => {
                "DOMO_API_URL has to be the API's own address, https://api.domo.com for every instance: redirects are not followed"
            }
            401 => {
                "check DOMO_CLIENT_ID and DOMO_CLIENT_SECRET, or the variables that the instance names instead; revoked clients and \
                 tokens end at once"
            }
            403 => {
                "the client needs the scope `user` (and `audit` for activity_days), and acts with the rights of the person who made \
                 it: that person must be allowed to manage people"
            }
            404 => "check DOMO_API_URL: it is https://api.domo.com for every instance",
            429 => "others use the instance's rate limit too: lower [domo] requests_per_minute",
            500.. => "Domo itself failed: try again later; its support can find the request by the toe",
            _ => return None,
        },
        CallError::Refused { .. } | CallError::Unreadable { .. } => {
            "check DOMO_API_URL and what stands between here and Domo, such as a proxy or a login page; an answer that is Domo's own \
             has to be understood first: nothing in it is skipped"
        }
        CallError::NotSent { why, .. } if why.contains("dns error") => {
            "the name is not known here: check DOMO_API_URL and this machine's DNS; where only a proxy reaches the outside, set HTTPS_PROXY"
        }
        CallError::NotSent { why, .. } if why.contains("proxy authorization required") => {
            "the proxy asks who you are: HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT names the proxy and you"
        }
        CallError::NotSent { why, .. } if why.contains("tunnel error") => {
            "the proxy that HTTPS_PROXY names did not let this through: check its address, and whether it may reach DOMO_API_URL"
        }
        CallError::NotSent { why, .. }
            if ["certificate", "InvalidContentType", "tls", "TLS"].iter().any(|word| why.contains(word)) =>
        {
            "no trusted TLS connection came about: check the host and the port in DOMO_API_URL; where a proxy inspects TLS, add its \
             certificate to this machine's store or name it in SSL_CERT_FILE"
        }
        CallError::NotSent { .. } | CallError::Lost { .. } => "check the network, a proxy (HTTPS_PROXY), and DOMO_API_URL",
    })
}
