//! One fetch: a client, a deadline, what is found on the way, and what it gives.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Result;
use chrono::{DateTime, NaiveDate, Utc};
use tokio::time::Instant;

use super::settings::roots;
use crate::config::{Directory, SourceKind};
use crate::digest;
use crate::directory::{Input, Origin, Proof};
use crate::failure::Failure;
use crate::http::{
    self, Authenticator, CallError, Certificate, Client, Limits, RequestBuilder, Unsent, Unusable, Url, is_loopback,
};

/// How much is fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// All of it.
    Whole,
    /// A token and one page: enough to show what it is.
    OnePage,
}

/// Hears of what has come so far.
pub trait FetchProgress: Sync {
    /// So many people of that many, where the source says how many it has.
    fn people(&self, name: &str, read: u64, told: Option<u64>);
}

/// Hears nothing.
#[derive(Debug)]
pub struct Silent;

impl FetchProgress for Silent {
    fn people(&self, _name: &str, _read: u64, _told: Option<u64>) {}
}

/// What was fetched of one source.
#[derive(Debug)]
pub struct Fetched {
    /// The bytes and the evidence.
    pub input: Input,
    /// How a file of it is called: `.json`, `.ldif`, or nothing where the address decides.
    pub extension: &'static str,
    /// What the source let us know of our rights, and of what it withholds: sentences for `check`.
    pub rights: Vec<String>,
}

/// One fetch.
pub(super) struct Fetch<'a> {
    pub(super) directory: &'a Directory,
    pub(super) limits: Limits,
    pub(super) depth: Depth,
    pub(super) progress: &'a dyn FetchProgress,
    pub(super) name: String,
    pub(super) started: DateTime<Utc>,
    pub(super) deadline: Instant,
    pub(super) pages: AtomicU64,
}

/// What was read, before it is an [`Input`].
pub(super) struct Read {
    pub(super) host: Option<String>,
    pub(super) bytes: Vec<u8>,
    pub(super) extension: &'static str,
    pub(super) modified: Option<NaiveDate>,
    pub(super) requests: u64,
    pub(super) retries: u64,
    pub(super) told: Option<u64>,
    pub(super) distinct: Option<u64>,
    pub(super) proof: Proof,
    /// What headers may say of the list.
    pub(super) headers: Vec<(String, String)>,
    /// Why it is not all there is.
    pub(super) stopped: Vec<String>,
    /// What a reader should know all the same.
    pub(super) doubts: Vec<String>,
    /// What is said of our rights.
    pub(super) rights: Vec<String>,
}

impl<'a> Fetch<'a> {
    pub(super) fn new(directory: &'a Directory, limits: Limits, depth: Depth, progress: &'a dyn FetchProgress) -> Result<Self> {
        Ok(Self {
            directory,
            depth,
            progress,
            name: directory.label(),
            started: Utc::now(),
            deadline: Instant::now() + limits.total,
            pages: AtomicU64::new(0),
            limits,
        })
    }

    /// A client for these addresses.
    pub(super) fn client(&self, addresses: &[&Url], verbatim: bool) -> Result<Client> {
        Client::new(http::Options {
            who: self.name.clone(),
            local: addresses.iter().all(|url| is_loopback(url)),
            certificates: roots(self.directory)?.iter().map(|root| Certificate::from_der(root)).collect::<Result<_, _>>()?,
            verbatim,
            // One after the other is pace enough; who is in a hurry is told by a 429.
            requests_per_minute: 60_000,
            concurrency: 1,
            limits: self.limits.clone(),
        })
    }

    pub(super) fn sample(&self) -> bool {
        self.depth == Depth::OnePage
    }

    /// [`Client::ask`], within the time that the whole fetch may take.
    pub(super) async fn ask<T>(
        &self,
        client: &Client,
        call: &str,
        authenticator: &impl Authenticator,
        build: impl Fn() -> RequestBuilder,
        parse: impl Fn(http::Response) -> Result<T, Unusable>,
    ) -> Result<T, CallError> {
        match tokio::time::timeout_at(self.deadline, client.ask(call, authenticator, build, parse)).await {
            Ok(answer) => answer,
            Err(_) => Err(CallError::Lost { call: call.into(), why: self.too_long() }),
        }
    }

    pub(super) fn too_long(&self) -> String {
        format!("the fetch took longer than {} s (timeout_s)", self.limits.total.as_secs_f64().ceil())
    }

    /// A failure that leaves nothing: what was tried.
    pub(super) fn failure(&self) -> Failure {
        Failure::failed(format!("the directory {} could not be fetched: nothing was judged", self.name))
    }

    /// The same with what the source said, and what to do next.
    pub(super) fn failed(&self, error: CallError) -> anyhow::Error {
        let failure = match self.hint(&error) {
            Some(hint) => self.failure().hint(hint),
            None => self.failure(),
        };
        anyhow::Error::new(error).context(failure)
    }

    fn hint(&self, error: &CallError) -> Option<String> {
        let rights = match self.directory.kind {
            Some(SourceKind::Entra) => "the application needs the permission User.Read.All with an administrator's consent",
            Some(SourceKind::Okta) => {
                "the token needs the role read-only administrator, and ends after 30 days without use; a service app needs \
                 okta.users.read and a role"
            }
            Some(SourceKind::Google) => {
                "the service account needs admin.directory.user.readonly by domain-wide delegation, or an administrator's role of \
                 its own"
            }
            _ => "the account behind these credentials must be allowed to read all people",
        };
        Some(match error {
            CallError::GaveUp { last, .. } => return self.hint(last),
            CallError::Refused { refusal, .. } => match refusal.status {
                300..=399 => "name the address that it leads to: no credential goes to another host".into(),
                400 | 401 => "check the variables that hold the credentials: a secret ends, a token that is not used is \
                    revoked"
                    .into(),
                403 => rights.into(),
                404 => "check the address, and whether the export is still there".into(),
                429 => "others use the source's limit too: try again later".into(),
                500.. => "the source itself failed: try again later".into(),
                _ => return None,
            },
            CallError::Unreadable { .. } => "look at what stands there: a login page, a gateway or another API answers in its \
                place"
                .into(),
            CallError::NotSent { cause: Unsent::Name, .. } => "the name is not known here: check the address and this machine's \
                DNS"
            .into(),
            CallError::NotSent { cause: Unsent::Tls, .. } => {
                "no trusted TLS connection came about: a private root belongs into ca_file; a server's certificate must name the \
                 host (SAN) and not be a CA itself"
                    .into()
            }
            CallError::TooLate { .. } => "the source itself is slow: try again later, or raise timeout_s".into(),
            CallError::NotSent { .. } | CallError::Lost { .. } => "check the network, a proxy (HTTPS_PROXY), and the \
                address"
                .into(),
        })
    }

    /// How long is left, at least a moment.
    pub(super) fn left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now()).max(Duration::from_millis(1))
    }

    /// The input that it is, and the evidence.
    pub(super) fn done(self, read: Read) -> Fetched {
        let sample = self.sample();
        let kind = self.directory.kind.map_or("url", SourceKind::as_str).to_owned();
        let origin = Origin {
            kind,
            host: read.host,
            requests: read.requests,
            retries: read.retries,
            pages: self.pages.load(Ordering::Relaxed),
            told: read.told,
            distinct: read.distinct,
            started: Some(self.started),
            finished: Some(Utc::now()),
            proof: read.proof,
            doubts: read.doubts,
        };
        let input = Input {
            name: self.name,
            sha256: digest::digits(&read.bytes),
            bytes: read.bytes,
            modified: read.modified,
            origin,
            headers: if sample { Vec::new() } else { read.headers },
            // One page never is all there is, and nobody takes it for that.
            stopped: if sample { Vec::new() } else { read.stopped },
        };
        Fetched { input, extension: read.extension, rights: read.rights }
    }
}

/// The host that evidence names.
pub(super) fn host(url: &Url) -> Option<String> {
    url.host_str().map(str::to_owned)
}
