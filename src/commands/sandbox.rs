//! `sandbox`

use std::time::Duration;

use anyhow::Result;
use serde_json::Value;

use super::{Context, Ended, runtime};
use crate::cli;
use crate::domo;
use crate::sandbox::{Options, Profile, Sandbox};

/// Serves until it is interrupted.
pub(super) fn run(options: &cli::Sandbox, context: &Context) -> Result<Ended> {
    let accounts: Vec<Value> = match &options.accounts {
        Some(path) => domo::accounts::load(path)?.snapshot.objects().map(serde_json::from_slice).collect::<Result<_, _>>()?,
        None => Vec::new(),
    };
    let count = accounts.len();
    let sandbox = Options {
        listen: options.listen,
        // Somebody must be behind the client: the first who may administer.
        owner: accounts
            .iter()
            .find(|user| user.get("role").and_then(Value::as_str) == Some("Admin"))
            .and_then(|user| user.get("id")?.as_u64()),
        accounts,
        client_id: options.client_id.clone(),
        client_secret: options.client_secret.clone(),
        profile: match options.profile {
            cli::Profile::Guide => Profile::guide(),
            cli::Profile::Recorded => Profile::recorded(),
        },
        faults: options.fault.clone(),
        latency: Duration::from_millis(options.latency),
        owners: options.content_owner.clone(),
    };
    runtime()?.block_on(async {
        let running = Sandbox::start(sandbox).await?;
        context.terminal.answer(format!("listening on {}", running.url()))?;
        context.terminal.say(format!(
            "{count} users; the {} profile; use it with DOMO_API_URL={} DOMO_CLIENT_ID={} and its secret; Ctrl-C ends it",
            if options.profile == cli::Profile::Guide { "guide" } else { "recorded" },
            running.url(),
            options.client_id
        ));
        tokio::select! {
            () = running.forever() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        Ok(None)
    })
}
