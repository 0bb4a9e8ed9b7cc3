//! One connection to one Domo: the HTTP client, the token, the pacer, and the patience with which reads are tried again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use anyhow::Result;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::ExposeSecret;

use super::settings::Settings;
use super::token::Tokens;
use super::wire::Credential;
use crate::failure::Failure;
use crate::http::{self, Authenticator, CallError, Client, Method, PAGE, Request, Response, Unsent, Url, describe, is_loopback};
pub(super) use crate::http::{Unusable, endpoint, json};

/// An open session. Cheap to clone; all clones share the token and the pacer.
#[derive(Clone)]
pub struct Session {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) settings: Settings,
    pub(super) client: Client,
    tokens: Tokens,
    credential: Credential,
    /// How this instance writes employee numbers: 0 not seen, 1 text, 2 number.
    number_style: AtomicU8,
}

/// Which API, and with it which credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Door {
    Rest,
    Scim,
}

impl Session {
    /// Builds the client and gets the first token, so that wrong credentials are known before anything else happens.
    ///
    /// # Errors
    /// The credentials are refused, or no token could be had.
    pub async fn open(settings: Settings) -> Result<Self> {
        let mut urls = std::iter::once(&settings.api_url).chain(settings.scim.as_ref().map(|scim| &scim.url));
        let client = Client::new(http::Options {
            who: "Domo".into(),
            local: urls.all(is_loopback),
            certificates: Vec::new(),
            verbatim: false,
            requests_per_minute: settings.requests_per_minute,
            concurrency: settings.concurrency,
            limits: settings.limits.clone(),
        })?;
        let secret = settings.client_secret.expose_secret();
        client.hide(STANDARD.encode(format!("{}:{secret}", settings.client_id)));
        client.hide(secret);
        settings.scim.iter().for_each(|scim| client.hide(scim.token.expose_secret()));
        let tokens = Tokens::default();
        let credential = tokens
            .first(&client, &settings)
            .await
            .map_err(|error| failure(error, format!("no token from {}", settings.api_url.host_str().unwrap_or("Domo"))))?;
        Ok(Self { inner: Arc::new(Inner { settings, client, tokens, credential, number_style: AtomicU8::new(0) }) })
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
        self.inner.client.requests()
    }

    /// Requests sent again after a fault.
    pub fn retries(&self) -> u64 {
        self.inner.client.retries()
    }

    /// An address under the v1 API.
    pub(super) fn url(&self, path: &str, query: &[(&str, &str)]) -> Url {
        endpoint(&self.inner.settings.api_url, path, query)
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
        parse: impl Fn(&[u8]) -> std::result::Result<T, Unusable>,
    ) -> Result<T, CallError> {
        let inner = &*self.inner;
        let page = |answer: Response| if answer.is_page() { Err(Unusable::Transient(PAGE.into())) } else { parse(&answer.body) };
        let build = || inner.client.request(Method::GET, url.clone());
        inner.client.ask(&describe(&Method::GET, url), &Key(inner, door), build, page).await
    }

    /// The rows of a DataSet as CSV.
    pub(super) async fn read_csv(&self, url: &Url) -> Result<Vec<u8>, CallError> {
        let inner = &*self.inner;
        let page =
            |answer: Response| if answer.is_page() { Err(Unusable::Transient(PAGE.into())) } else { Ok(answer.body.to_vec()) };
        let build = || inner.client.request(Method::GET, url.clone()).header("Accept", "text/csv");
        inner.client.ask(&describe(&Method::GET, url), &Key(inner, Door::Rest), build, page).await
    }

    /// A write, sent once at most: not at all where `leave`, asked right before it leaves, says no. Its turn, a new token or a wait
    /// that Domo asked for may have come in between. What a lost answer means is for the caller to find out by reading.
    pub(super) async fn write(
        &self,
        door: Door,
        method: Method,
        url: &Url,
        body: Option<&serde_json::Value>,
        leave: impl FnOnce() -> bool,
    ) -> Result<Response, CallError> {
        let inner = &*self.inner;
        let call = describe(&method, url);
        let mut request = inner.client.request(method, url.clone());
        request = match (door, body) {
            (Door::Scim, Some(body)) => request
                .header("Content-Type", "application/scim+json")
                .body(serde_json::to_vec(body).map_err(|error| CallError::unsent(&call, error.to_string()))?),
            (Door::Rest, Some(body)) => request.json(body),
            // Without a body some proxies want to be told that it is empty.
            (_, None) => request.header("Content-Length", "0"),
        };
        let mut request = request.build().map_err(|error| CallError::unsent(&call, error.without_url().to_string()))?;
        let key = Key(inner, door);
        let serial = key.sign(&mut request).await?;
        let answer = inner.client.exchange_if(&call, request, leave).await?;
        if answer.status == 401 {
            key.refused(serial, &answer).await;
        }
        if matches!(answer.status, 429 | 503) {
            inner.client.hold(answer.retry_after);
        }
        if answer.is_success() && answer.is_page() {
            return Err(CallError::Unreadable { call, why: PAGE.into() });
        }
        if answer.is_success() { Ok(answer) } else { Err(inner.client.refused(&call, &answer)) }
    }
}

/// The credential of one of the doors.
pub(super) struct Key<'a>(pub(super) &'a Inner, pub(super) Door);

impl Authenticator for Key<'_> {
    async fn sign(&self, request: &mut Request) -> Result<u64, CallError> {
        let Self(inner, door) = self;
        let (secret, serial) = match (door, &inner.settings.scim) {
            (Door::Rest, _) => {
                let token = inner.tokens.get(&inner.client, &inner.settings).await?;
                (token.text, token.serial)
            }
            (Door::Scim, scim) => (scim.as_ref().ok_or_else(no_scim)?.token.clone(), 0),
        };
        http::bearer(request, &secret).map(|()| serial)
    }

    async fn refused(&self, serial: u64, answer: &Response) -> bool {
        let ours = self.1 == Door::Rest && answer.status == 401;
        if ours {
            self.0.tokens.refused(serial).await;
        }
        ours
    }
}

/// The way is SCIM, whose address or token nobody named.
pub(super) fn no_scim() -> CallError {
    CallError::unsent("SCIM", "DOMO_SCIM_URL and DOMO_SCIM_TOKEN are not set")
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
                "check DOMO_CLIENT_ID and DOMO_CLIENT_SECRET, or the variables that the instance names instead; revoked clients \
                 and tokens end at once"
            }
            403 => {
                "the client needs the scope `user` (and `audit` for activity_days), and acts with the rights of the person who \
                 made it: that person must be allowed to manage people"
            }
            404 => "check DOMO_API_URL: it is https://api.domo.com for every instance",
            429 => "others use the instance's rate limit too: lower [domo] requests_per_minute",
            500.. => "Domo itself failed: try again later; its support can find the request by the toe",
            _ => return None,
        },
        CallError::Refused { .. } | CallError::Unreadable { .. } => {
            "check DOMO_API_URL and what stands between here and Domo, such as a proxy or a login page; an answer that is Domo's \
             own has to be understood first: nothing in it is skipped"
        }
        CallError::NotSent { cause: Unsent::Name, .. } => {
            "the name is not known here: check DOMO_API_URL and this machine's DNS; where only a proxy reaches the outside, set \
             HTTPS_PROXY"
        }
        CallError::NotSent { cause: Unsent::ProxyLogin, .. } => {
            "the proxy asks who you are: HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT names the proxy and you"
        }
        CallError::NotSent { cause: Unsent::Proxy, .. } => {
            "the proxy that HTTPS_PROXY names did not let this through: check its address, and whether it may reach DOMO_API_URL"
        }
        CallError::NotSent { cause: Unsent::Tls, .. } => {
            "no trusted TLS connection came about: check the host and the port in DOMO_API_URL; where a proxy inspects TLS, add \
             its certificate to this machine's store or name it in SSL_CERT_FILE"
        }
        CallError::NotSent { .. } | CallError::TooLate { .. } | CallError::Lost { .. } => {
            "check the network, a proxy (HTTPS_PROXY), and DOMO_API_URL"
        }
    })
}
