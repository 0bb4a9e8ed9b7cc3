//! The one request that goes neither to Domo nor to a directory: a notice to whoever watches the runs.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::failure::Failure;
use crate::http::{self, Anonymous, Client, Limits, Method, Options, Url};

/// A notice is worth a minute of patience and no more: the run is over, and somebody waits for its exit code.
const PATIENCE: Duration = Duration::from_secs(60);

/// Whether this variable holds an address that a notice may be sent to. Nothing is sent.
pub(in crate::commands) fn check(variable: &str) -> Result<()> {
    address(variable).map(drop).map_err(|error| {
        Failure::usage(error)
            .hint("set it where the audit runs; a webhook's address is a secret, so it stands in no file of ours")
            .into()
    })
}

/// A webhook's address is a secret, so no error shows more of it than the host.
fn address(variable: &str) -> Result<Url> {
    let Some(address) = http::secret(&|name| std::env::var(name).ok(), variable)? else {
        bail!("{variable}, which should hold the webhook's address, is not set")
    };
    let Ok(url) = Url::parse(&address) else { bail!("the webhook's address is not a URL") };
    if !http::is_safe(&url) {
        bail!("the webhook's address must be https");
    }
    Ok(url)
}

/// Sends a JSON document to the address that this variable holds: three times, where it is turned away or nobody answers.
pub(super) async fn post(variable: &str, body: &Value) -> Result<()> {
    let url = address(variable)?;
    let host = http::authority(&url);
    let limits = Limits {
        tries: 3,
        total: PATIENCE,
        exchange: Duration::from_secs(10),
        backoff: Duration::from_secs(1),
        growth: 4,
        ..Limits::default()
    };
    let options = Options {
        who: host.clone(),
        local: http::is_loopback(&url),
        certificates: Vec::new(),
        verbatim: false,
        requests_per_minute: 600,
        concurrency: 1,
        limits,
    };
    let client = Client::new(options)?;
    // An answer may echo what was asked.
    for part in [Some(url.as_str()), Some(url.path()), url.query()].into_iter().flatten().filter(|part| part.len() > 1) {
        client.hide(part);
    }
    let request = || client.request(Method::POST, url.clone()).json(body);
    client.ask("the notice", &Anonymous, request, |_| Ok(())).await.with_context(|| format!("{host} did not take it"))
}
