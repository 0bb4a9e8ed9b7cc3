//! `sandbox`

use std::time::Duration;

use anyhow::Result;
use serde_json::Value;

use super::{Exit, Invocation, runtime};
use crate::sandbox::{Options, Profile, Sandbox};
use crate::stop::Stop;
use crate::text;
use crate::{cli, domo};

/// Serves until it is interrupted.
pub(super) fn run(options: &cli::Sandbox, invocation: &Invocation) -> Result<Exit> {
    let accounts: Option<Vec<Value>> = match &options.accounts {
        Some(path) => Some(domo::load(path)?.snapshot.objects().map(serde_json::from_slice).collect::<Result<_, _>>()?),
        None => None,
    };
    let sample = super::sample::options(accounts)?;
    let count = sample.accounts.len();
    let mut profile = profile(options.profile);
    profile.scim_deletes |= options.scim_deletes;
    let name = profile.name;
    let sandbox = Options {
        listen: options.listen,
        client_id: options.client_id.clone(),
        client_secret: options.client_secret.clone(),
        profile,
        faults: options.fault.clone(),
        latency: Duration::from_millis(options.latency),
        owners: options.content_owner.clone(),
        domains: options.authorized_domain.clone(),
        dynamic_groups: options.dynamic_group.clone(),
        ..sample
    };
    let scim_token = sandbox.scim_token.clone();
    // To be ended so is how it ends.
    let stop = Stop::of_process();
    let _held = stop.hold("the sandbox ends");
    runtime()?.block_on(async {
        let running = Sandbox::start(sandbox).await?;
        invocation.terminal.answer(format!("listening on {}", running.url()))?;
        invocation.terminal.say(format!(
            "{}; the {name} profile; use it with DOMO_API_URL={} DOMO_CLIENT_ID={} and its secret, over SCIM with \
             DOMO_SCIM_URL={} DOMO_SCIM_TOKEN={scim_token}; Ctrl-C ends it",
            text::plural(count as u64, "user", "users"),
            running.url(),
            options.client_id,
            running.scim_url()
        ));
        invocation.terminal.say(format!(
            "The sample company's directory, for [[directory]]: kind = \"entra\" with api_url and login_url = \"{0}/graph\"; \"okta\" with url = \"{0}/okta\"; \
             \"google\" with api_url = \"{0}/google\" and token_url = \"{0}/google/token\"; \"scim\" with url = \"{0}/directory/scim/v2\"; \
             url = \"{0}/hr/workers.csv\" with auth = \"bearer\". Okta's token, SCIM's and the address's: {1}",
            running.url(),
            crate::sandbox::DIRECTORY_TOKEN
        ));
        invocation.terminal.say(
            "Its DomoStats, for [content]: datasets = \"domostats-datasets\", dataflows = \"domostats-dataflows\", people = \"domostats-people\", \
             roles = \"domostats-roles\", role_grants = \"domostats-role-grants\"",
        );
        stop.or(running.forever()).await;
        Ok(None)
    })
}

/// The Domo that was asked for.
pub(super) fn profile(named: cli::ProfileName) -> Profile {
    match named {
        cli::ProfileName::Guide => Profile::guide(),
        cli::ProfileName::Recorded => Profile::recorded(),
    }
}
