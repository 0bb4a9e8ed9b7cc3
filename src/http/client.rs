//! The client: each request takes a place and a turn, and is tried again as long as patience lasts.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue};
use reqwest::{Certificate, ClientBuilder, Method, Request, RequestBuilder, Url};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::error::{CallError, Unsent, tls_error};
use super::pace::{Pacer, asked, backoff};
use super::response::{Refusal, Response};
use super::secret::without;

/// When to give up. Tests make these small; people never see them.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Times one read is sent.
    pub tries: u32,
    /// Longest one read may take, with all its tries and waits.
    pub total: Duration,
    /// Longest a single exchange may take.
    pub exchange: Duration,
    /// The first wait after a fault.
    pub backoff: Duration,
    /// How many times longer each further wait is.
    pub growth: u32,
    /// The longest wait after a fault, where the server names none.
    pub backoff_most: Duration,
    /// Passes over a list before it counts as not holding still.
    pub passes: u32,
    /// Rows in one pass before a list counts as endless.
    pub rows: u64,
    /// Bytes of one answer.
    pub answer: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            tries: 8,
            total: Duration::from_secs(600),
            exchange: Duration::from_secs(60),
            backoff: Duration::from_millis(500),
            growth: 2,
            backoff_most: Duration::from_secs(30),
            passes: 5,
            rows: 5_000_000,
            answer: 64 << 20,
        }
    }
}

/// How to talk to one server.
#[derive(Debug, Clone)]
pub struct Options {
    /// What errors call it: `Domo`.
    pub who: String,
    /// Whether all its addresses are on this machine.
    pub local: bool,
    /// Roots that are trusted beside the system's.
    pub certificates: Vec<Certificate>,
    /// Take bodies as they were sent, compressed or not.
    pub verbatim: bool,
    /// Requests a minute.
    pub requests_per_minute: u32,
    /// Requests under way at once.
    pub concurrency: usize,
    /// When to give up.
    pub limits: Limits,
}

/// A client for one server: its pacer, its patience, and the secrets that were said to it.
pub struct Client {
    http: reqwest::Client,
    who: String,
    limits: Limits,
    pacer: Pacer,
    places: Semaphore,
    /// What was said to the server and may not come back out in an error that echoes it.
    secrets: Mutex<Vec<SecretString>>,
    requests: AtomicU64,
    retries: AtomicU64,
    /// Whether anything was ever answered that is no page for people.
    reached: AtomicBool,
    /// When somebody was last told that this waits.
    said: Mutex<Option<Instant>>,
}

/// So often somebody is told that a call waits.
const ALOUD: Duration = Duration::from_secs(10);

/// Google's words in a 403 for who asks too often: `rateLimitExceeded`, `userRateLimitExceeded`.
const RATE_LIMITS: [&[u8]; 2] = [b"rateLimitExceeded", b"RateLimitExceeded"];

/// Signs requests, and renews what it signs them with.
pub trait Authenticator {
    /// Puts the credential on a request; tells which one it was.
    fn sign(&self, request: &mut Request) -> impl Future<Output = Result<u64, CallError>> + Send;

    /// A 400 or 401 came for the credential of this number. Whether the request may be sent once more, with a new one.
    fn refused(&self, serial: u64, answer: &Response) -> impl Future<Output = bool> + Send;
}

/// Puts a bearer token on a request, where no log and no error shows it.
///
/// # Errors
/// It holds characters that no token has.
pub fn bearer(request: &mut Request, token: &SecretString) -> Result<(), CallError> {
    credential(request, &AUTHORIZATION, &format!("Bearer {}", token.expose_secret()))
}

/// Puts a credential into a header, where no log and no error shows it.
///
/// # Errors
/// It holds characters that no header takes.
pub fn credential(request: &mut Request, header: &HeaderName, value: &str) -> Result<(), CallError> {
    let mut value = HeaderValue::from_str(value).map_err(|_| {
        let call = describe(request.method(), request.url());
        CallError::unsent(call, "the credential holds characters that no header takes")
    })?;
    value.set_sensitive(true);
    request.headers_mut().insert(header, value);
    Ok(())
}

/// Requests without a credential, or with one that their builder put on.
pub struct Anonymous;

impl Authenticator for Anonymous {
    async fn sign(&self, _request: &mut Request) -> Result<u64, CallError> {
        Ok(0)
    }

    async fn refused(&self, _serial: u64, _answer: &Response) -> bool {
        false
    }
}

/// Why an answer is not what was asked for: worth another try, or the same for ever.
#[derive(Debug)]
pub enum Unusable {
    /// Worth another try.
    Transient(String),
    /// The same for ever.
    Permanent(String),
}

/// What a body says as JSON.
///
/// # Errors
/// It says nothing of the kind, which is worth another try: `otherwise`, such as `no JSON list`, and why.
pub fn json<'b, T: serde::Deserialize<'b>>(body: &'b [u8], otherwise: &str) -> Result<T, Unusable> {
    serde_json::from_slice(body).map_err(|error| Unusable::Transient(format!("{otherwise}: {error}")))
}

enum Attempt<T> {
    Done(T),
    /// Everybody waits when the server is overloaded; only this call when its connection broke.
    Again {
        error: CallError,
        wait: Option<Duration>,
        everybody: bool,
    },
    Never(CallError),
}

/// What TLS is made with, before the first connection of any kind.
pub fn use_ring() {
    // A second installation is refused and changes nothing.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// What every client of ours is built on: no redirects, which could carry a credential elsewhere and turn a PUT into a GET; and no
/// retries but our own, which are seen and counted. One for this machine only needs no certificates and no proxy.
pub fn plain_client(local: bool, longest: Duration) -> ClientBuilder {
    use_ring();
    let http = reqwest::Client::builder()
        .user_agent(concat!("domo-reconcile/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(Duration::from_secs(10).min(longest))
        .timeout(longest)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never());
    if local { http.no_proxy() } else { http }
}

impl Client {
    /// Sets up; nothing is sent.
    ///
    /// # Errors
    /// The certificates cannot be used.
    pub fn new(options: Options) -> Result<Self> {
        let mut http = plain_client(options.local, options.limits.exchange);
        http = match options.local {
            // A machine without any certificate can still rehearse.
            true => http.tls_certs_only(options.certificates),
            false if options.certificates.is_empty() => http,
            false => http.tls_certs_merge(options.certificates),
        };
        if options.verbatim {
            http = http.no_gzip();
        }
        Ok(Self {
            http: http.build().context("cannot set up the HTTP client")?,
            who: options.who,
            pacer: Pacer::new(options.requests_per_minute),
            places: Semaphore::new(options.concurrency),
            limits: options.limits,
            secrets: Mutex::default(),
            requests: AtomicU64::new(0),
            retries: AtomicU64::new(0),
            reached: AtomicBool::new(false),
            said: Mutex::default(),
        })
    }

    /// A request to be sent with [`Client::ask`] or [`Client::exchange`].
    pub fn request(&self, method: Method, url: Url) -> RequestBuilder {
        self.http.request(method, url)
    }

    /// This text must not be in any error.
    pub fn hide(&self, secret: impl Into<SecretString>) {
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner).push(secret.into());
    }

    /// A text without any secret that was said to this server.
    pub fn hidden(&self, text: &str) -> String {
        let secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        let filled = secrets.iter().map(ExposeSecret::expose_secret).filter(|secret| !secret.is_empty());
        filled.fold(text.to_owned(), |text, secret| without(&text, secret))
    }

    /// Requests sent so far.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Requests sent again after a fault.
    pub fn retries(&self) -> u64 {
        self.retries.load(Ordering::Relaxed)
    }

    /// How long everybody still waits.
    pub fn held(&self) -> Option<Duration> {
        self.pacer.held()
    }

    /// Asks for something, again and again as long as patience lasts. A credential that is no longer taken is renewed once.
    /// `parse` decides whether an answer is what was asked for. Only for what changes nothing at the server.
    ///
    /// # Errors
    /// As the server said it, or as the last try ended.
    pub async fn ask<T>(
        &self,
        call: &str,
        authenticator: &impl Authenticator,
        build: impl Fn() -> RequestBuilder,
        parse: impl Fn(Response) -> Result<T, Unusable>,
    ) -> Result<T, CallError> {
        let (build, parse) = (&build, &parse);
        self.persist(call, || async move {
            let answer = match self.signed(call, authenticator, build).await {
                Ok(answer) => answer,
                Err(verdict) => return verdict.keep(),
            };
            if !answer.is_success() {
                return Attempt::Never(self.refused(call, &answer));
            }
            match parse(answer) {
                Ok(parsed) => Attempt::Done(parsed),
                Err(Unusable::Permanent(why)) => Attempt::Never(CallError::Unreadable { call: call.into(), why }),
                Err(Unusable::Transient(why)) => {
                    let error = CallError::Unreadable { call: call.into(), why };
                    Attempt::Again { error, wait: None, everybody: false }
                }
            }
        })
        .await
    }

    /// Sends a request once. Takes a place and a turn, and reads the whole answer, whatever its status.
    ///
    /// # Errors
    /// It was not sent, its answer was lost, or is too large.
    pub async fn exchange(&self, call: &str, request: Request) -> Result<Response, CallError> {
        self.exchange_if(call, request, || true).await
    }

    /// The same, unless it may not leave any more: asked when its turn has come, right before it does.
    ///
    /// # Errors
    /// As [`Self::exchange`], and [`CallError::TooLate`].
    pub async fn exchange_if(&self, call: &str, request: Request, leave: impl FnOnce() -> bool) -> Result<Response, CallError> {
        let _place = self.places.acquire().await.map_err(|_| CallError::unsent(call, "closing"))?;
        self.pacer.turn().await;
        if !leave() {
            return Err(CallError::TooLate { call: call.into() });
        }
        let number = self.requests.fetch_add(1, Ordering::Relaxed) + 1;
        tracing::debug!(number, call, "sending");
        // The address is in `call` already, and a query is no place for more of it.
        let why = |error: reqwest::Error| chain(&error.without_url());
        let lost = |error| CallError::Lost { call: call.into(), why: why(error) };
        let to = authority(request.url());
        let mut response = match self.http.execute(request).await {
            Ok(response) => response,
            Err(error) if error.is_connect() => {
                let (root, cause) = root(&error);
                return Err(CallError::NotSent { call: call.into(), why: format!("no connection to {to}: {root}"), cause });
            }
            Err(error) if error.is_builder() => return Err(CallError::unsent(call, why(error))),
            Err(error) => return Err(lost(error)),
        };
        self.pacer.learn(response.headers());
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let retry_after = asked(status, &headers, SystemTime::now());
        let most = self.limits.answer;
        // Room for a page is set aside on the server's word, and no more than that.
        let mut body = Vec::with_capacity(response.content_length().map_or(0, |length| length.min(1 << 20) as usize));
        while let Some(chunk) = response.chunk().await.map_err(lost)? {
            if body.len() + chunk.len() > most {
                return Err(CallError::Unreadable { call: call.into(), why: format!("the answer is larger than {most} bytes") });
            }
            body.extend_from_slice(&chunk);
        }
        let answer = Response { status, headers, body, retry_after };
        if !answer.is_page() {
            self.reached.store(true, Ordering::Relaxed);
        }
        Ok(answer)
    }

    /// The server wants everybody to wait: as long as it says, where anybody waits that long.
    pub fn hold(&self, wait: Option<Duration>) {
        let wait = wait.unwrap_or_else(|| self.backoff(1));
        // Longer than anybody waits here: then the refusal stands, and whoever reads next learns it anew.
        if wait <= self.limits.total {
            self.pacer.hold(wait);
        }
    }

    /// The refusal that an answer is.
    pub fn refused(&self, call: &str, answer: &Response) -> CallError {
        CallError::Refused { call: call.into(), refusal: Refusal::read(&self.who, answer, &|text| self.hidden(text)) }
    }

    /// One exchange, signed. A credential that is no longer taken is renewed, and the request sent once more.
    async fn signed(
        &self,
        call: &str,
        authenticator: &impl Authenticator,
        build: impl Fn() -> RequestBuilder,
    ) -> Result<Response, Attempt<std::convert::Infallible>> {
        let mut renewed = false;
        loop {
            let unsent = |error: reqwest::Error| CallError::unsent(call, chain(&error.without_url()));
            let mut request = build().build().map_err(|error| Attempt::Never(unsent(error)))?;
            let reads = request.method() == Method::GET;
            let serial = authenticator.sign(&mut request).await.map_err(Attempt::Never)?;
            let answer = self.exchange(call, request).await.map_err(Attempt::from)?;
            if !renewed && matches!(answer.status, 400 | 401) && authenticator.refused(serial, &answer).await {
                tracing::info!(call, "the credential is no longer taken; renewing it");
                renewed = true;
                continue;
            }
            if let Some(verdict) = self.transient(call, &answer) {
                return Err(verdict);
            }
            return match answer.status {
                // Not made yet, a part of it, or what somebody in between has left of it.
                201..=299 if reads => {
                    let why = format!("it was answered {}, and only 200 is a whole answer", answer.status);
                    Err(Attempt::Never(CallError::Unreadable { call: call.into(), why }))
                }
                _ => Ok(answer),
            };
        }
    }

    /// What passes: the server has too much to do, or something in between answers in its place.
    fn transient<T>(&self, call: &str, answer: &Response) -> Option<Attempt<T>> {
        // 501 and 505 are said of the request, and stay so. Google has a 403 for who asks too often.
        let everybody = matches!(answer.status, 429 | 500 | 502..=504 | 506..=599)
            || answer.status == 403 && RATE_LIMITS.iter().any(|word| answer.body.windows(word.len()).any(|text| text == *word));
        (everybody || matches!(answer.status, 408 | 425)).then(|| Attempt::Again {
            error: self.refused(call, answer),
            wait: answer.retry_after,
            everybody,
        })
    }

    async fn persist<T, F: Future<Output = Attempt<T>>>(&self, call: &str, attempt: impl Fn() -> F) -> Result<T, CallError> {
        let limits = &self.limits;
        let begin = Instant::now();
        let mut failed = 0;
        loop {
            let (error, wait, everybody) = match self.aloud(call, failed, begin, attempt()).await {
                Attempt::Done(value) => return Ok(value),
                Attempt::Never(error) => return Err(error),
                Attempt::Again { error, wait, everybody } => (error, wait, everybody),
            };
            failed += 1;
            let asked = wait.filter(|wait| *wait > limits.total).map(|wait| wait.as_secs());
            let wait = wait.unwrap_or_else(|| self.backoff(failed));
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
                self.aloud(call, failed, begin, tokio::time::sleep(wait)).await;
            }
        }
    }

    /// Waits for an attempt, and says so from time to time: for as long as a server may take, nobody is left to wonder.
    async fn aloud<T>(&self, call: &str, failed: u32, begin: Instant, attempt: impl Future<Output = T>) -> T {
        tokio::pin!(attempt);
        loop {
            if let Ok(done) = tokio::time::timeout(ALOUD, &mut attempt).await {
                return done;
            }
            let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
            // Several calls wait for the same thing.
            if said.is_some_and(|said| said.elapsed() < ALOUD) {
                continue;
            }
            *said = Some(Instant::now());
            // A query may name somebody.
            let call = call.split('?').next().unwrap_or_default();
            let (who, so_far, most) = (&self.who, begin.elapsed().as_secs(), self.limits.total.as_secs());
            let tries = format!("try {} of at most {}", failed + 1, self.limits.tries);
            match self.pacer.held() {
                Some(left) => tracing::warn!(
                    "{call}: waiting {} s more, as {who} has too much to do ({tries}; {so_far} s so far, {most} s at most)",
                    left.as_secs() + 1
                ),
                None => tracing::warn!("{call}: waiting for {who} ({tries}; {so_far} s so far, {most} s at most)"),
            }
        }
    }

    fn backoff(&self, failed: u32) -> Duration {
        backoff(failed, self.limits.backoff, self.limits.growth, self.limits.backoff_most)
    }
}

impl<T> From<CallError> for Attempt<T> {
    /// A connection that broke may hold the next time; an answer that is too large stays so.
    fn from(error: CallError) -> Self {
        match error {
            CallError::Unreadable { .. } => Self::Never(error),
            error => Self::Again { error, wait: None, everybody: false },
        }
    }
}

impl Attempt<std::convert::Infallible> {
    fn keep<T>(self) -> Attempt<T> {
        match self {
            Self::Done(never) => match never {},
            Self::Again { error, wait, everybody } => Attempt::Again { error, wait, everybody },
            Self::Never(error) => Attempt::Never(error),
        }
    }
}

/// `base` + `path`, whose segments the caller has made safe.
pub fn endpoint(base: &Url, path: &str, query: &[(&str, &str)]) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}{path}", base.path().trim_end_matches('/')));
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    url
}

/// `api.domo.com:443`: where a connection leads.
pub fn authority(url: &Url) -> String {
    let port = url.port_or_known_default().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}{port}", url.host_str().unwrap_or("?"))
}

/// What errors call a request: `GET /v1/users?offset=500`.
pub fn describe(method: &Method, url: &Url) -> String {
    match url.query() {
        Some(query) => format!("{method} {}?{query}", url.path()),
        None => format!("{method} {}", url.path()),
    }
}

/// The innermost cause of a connection that does not come about: what was refused or not found, and on whose side. The client's
/// libraries tell by their words alone whether it was the name or the proxy.
fn root(error: &reqwest::Error) -> (String, Unsent) {
    let mut cause: &dyn std::error::Error = error;
    let (mut kind, mut name) = (Unsent::Other, "");
    while let Some(inner) = cause.source() {
        cause = inner;
        match cause.to_string() {
            _ if tls_error(cause).is_some() => kind = Unsent::Tls,
            said if said.contains("proxy authorization required") => kind = Unsent::ProxyLogin,
            said if said.contains("tunnel error") => kind = Unsent::Proxy,
            said if said == "dns error" => (kind, name) = (Unsent::Name, "dns error: "),
            _ => {}
        }
    }
    (format!("{name}{cause}"), kind)
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
