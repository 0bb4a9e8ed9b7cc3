//! What every verb is given, and what verbs share.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use chrono::{DateTime, Datelike, Utc};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use super::terminal::Terminal;
use super::timings;
use crate::config::{self, Config};
use crate::domo::Credential;
use crate::failure::{self, Failure, FailureKind};
use crate::files;
use crate::stop::Stop;

/// What a verb ends with when nothing failed: done, or a kind that is an answer rather than an error (findings, a guard).
pub type Exit = Option<FailureKind>;

/// What every verb is given.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// Where people and programs read.
    pub terminal: Terminal,
    /// When the program began; `SOURCE_DATE_EPOCH` (seconds) replaces the clock so that a run can be made again. `apply` does not
    /// look at it: a plan expires by the real clock.
    pub started: DateTime<Utc>,
    /// How long its stages took, where somebody asked.
    pub(super) timings: timings::Timings,
    /// Variables that a command brings along itself; they come before the environment's.
    variables: BTreeMap<String, SecretString>,
}

impl Invocation {
    /// Of a program that begins now.
    pub(super) fn new(terminal: Terminal, timings: timings::Timings) -> Self {
        Self { terminal, started: fixed().unwrap_or_else(Utc::now), timings, variables: BTreeMap::new() }
    }

    /// The same with variables that come before the environment's.
    pub(super) fn with(&self, variables: BTreeMap<String, SecretString>) -> Self {
        Self { variables, ..self.clone() }
    }

    /// What a variable holds.
    pub(super) fn variable(&self, name: &str) -> Option<String> {
        let own = self.variables.get(name).map(|value| value.expose_secret().to_owned());
        own.or_else(|| std::env::var(name).ok())
    }

    /// Now, or when the program began where `SOURCE_DATE_EPOCH` stands for the clock.
    pub(crate) fn clock(&self) -> DateTime<Utc> {
        if fixed().is_some() { self.started } else { Utc::now() }
    }
}

/// How something failed, where `--json` says so.
#[derive(Debug, Serialize)]
pub(super) struct Failed {
    pub(super) exit_code: u8,
    pub(super) error: String,
}

impl Failed {
    pub(super) fn of(error: &anyhow::Error) -> Self {
        Self { exit_code: failure::kind(error).code(), error: failure::paragraph(error) }
    }
}

/// One runtime for the verbs that talk to Domo.
pub(in crate::commands) fn runtime() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?)
}

/// For what waits for one answer after another: nothing crosses from thread to thread on the way.
pub(in crate::commands) fn lone_runtime() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}

/// Work that may be dropped anywhere, nothing that writes, until somebody wants it to stop. What it has made for itself goes with
/// it.
pub(in crate::commands) async fn interruptible<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let stop = Stop::of_process();
    let _held = stop.hold("this ends");
    stop.or(work).await.unwrap_or_else(|| Err(interrupted().into()))
}

/// Between two steps of work that nothing waits in.
pub(in crate::commands) fn go_on() -> Result<()> {
    if Stop::of_process().wanted() { Err(interrupted().into()) } else { Ok(()) }
}

pub(super) fn interrupted() -> Failure {
    Failure::new(FailureKind::Interrupted, "interrupted; nothing was written to Domo")
}

/// The folder that a file is to be written into, which must be there: known before anything is read for it.
pub(in crate::commands) fn out_folder(out: &Path) -> Result<&Path> {
    let folder = files::folder_of(out);
    match folder.is_dir() {
        true => Ok(folder),
        false => Err(Failure::usage(format!("--out {}: there is no folder {}", out.display(), folder.display()))
            .hint("make the folder first, or name another file")
            .into()),
    }
}

/// The instance's name, in every command alike: as configured, else as the token says.
pub(in crate::commands) fn instance_name(config: &Config, credential: Option<&Credential>) -> String {
    let customer = || credential.and_then(|credential| credential.customer.clone());
    let customer = || customer().map(|told| config::instance_name(&told).unwrap_or(told));
    config.domo.instance.clone().or_else(customer).unwrap_or_else(|| config::UNNAMED.to_owned())
}

/// Refuses a token that is for another instance than the configured one.
pub(in crate::commands) fn right_instance(config: &Config, credential: &Credential) -> Result<()> {
    match (&config.domo.instance, &credential.customer) {
        (Some(instance), Some(customer)) if !config::same_instance(instance, customer) => {
            Err(Failure::usage(format!("the credentials are for the instance `{customer}`, but [domo] instance is `{instance}`"))
                .hint("take the API client of the right instance, or correct the configuration")
                .into())
        }
        _ => Ok(()),
    }
}

/// The moment that `SOURCE_DATE_EPOCH` sets.
fn fixed() -> Option<DateTime<Utc>> {
    let moment = DateTime::from_timestamp(std::env::var("SOURCE_DATE_EPOCH").ok()?.parse().ok()?, 0);
    moment.filter(|moment| (1970..=9999).contains(&moment.year()))
}
