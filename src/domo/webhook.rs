//! The one request that does not go to Domo: a notice to whoever watches the runs.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use crate::failure::Failure;
use crate::http::{self, Url};

/// Attempts, with a pause before each but the first.
const ATTEMPTS: [Duration; 3] = [Duration::ZERO, Duration::from_secs(1), Duration::from_secs(4)];

/// Whether this environment variable holds an address that a notice may be sent to. Nothing is sent.
pub fn check(variable: &str) -> Result<()> {
    address(variable).map(drop).map_err(|error| {
        Failure::usage(error)
            .hint("set it where the audit runs; a webhook's address is a secret, so it stands in no file of ours")
            .into()
    })
}

/// A webhook's address is a secret, so no error shows more of it than the host.
fn address(variable: &str) -> Result<Url> {
    let address = std::env::var(variable).ok().filter(|address| !address.trim().is_empty()).map(SecretString::from);
    let Some(address) = address else { bail!("{variable}, which should hold the webhook's address, is not set") };
    let Ok(url) = Url::parse(address.expose_secret().trim()) else { bail!("the webhook's address is not a URL") };
    if url.scheme() != "https" && !(url.scheme() == "http" && http::is_loopback(&url)) {
        bail!("the webhook's address must be https");
    }
    Ok(url)
}

/// Sends a JSON document to the address that this environment variable holds.
pub async fn post(variable: &str, body: &Value) -> Result<()> {
    let url = address(variable)?;
    let host = url.host_str().unwrap_or_default().to_owned();
    let is_loopback = http::is_loopback(&url);
    let mut http = http::plain_client(is_loopback, Duration::from_secs(10));
    if is_loopback {
        http = http.tls_certs_only([]);
    }
    let http = http.build().context("cannot set up the HTTP client")?;
    let mut last = None;
    for pause in ATTEMPTS {
        tokio::time::sleep(pause).await;
        match http.post(url.clone()).json(body).send().await {
            Ok(answer) if answer.status().is_success() => return Ok(()),
            // It understood and refused: the same again would be refused again.
            Ok(answer) if answer.status().is_client_error() && answer.status().as_u16() != 429 => {
                bail!("{host} answered {}", answer.status());
            }
            Ok(answer) => last = Some(anyhow::anyhow!("{host} answered {}", answer.status())),
            Err(error) => last = Some(anyhow::Error::new(error.without_url()).context(format!("cannot reach {host}"))),
        }
    }
    Err(last.unwrap_or_else(|| anyhow::anyhow!("cannot reach {host}")))
}
