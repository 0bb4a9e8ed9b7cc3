//! Whether Domo knows us: the environment first, then a token.

use anyhow::Result;
use serde::Serialize;

use crate::config::{Config, Instance};
use crate::failure::Failure;

/// What came of one instance's credentials.
#[derive(Debug, Serialize)]
pub(super) struct Answer {
    /// The instance, where the configuration names it.
    pub(super) instance: Option<String>,
    /// What was found, as a sentence.
    pub(super) found: String,
}

/// Asks for every instance. `optional`: without credentials, say so and go on.
pub(super) fn ask(config: &Config, optional: bool) -> Vec<Result<Answer>> {
    let one = |instance: Option<&Instance>| {
        let name = instance.map(|instance| instance.name.clone()).or_else(|| config.domo.instance.clone());
        let id = instance.and_then(|instance| instance.client_id_env.clone()).unwrap_or_else(|| "DOMO_CLIENT_ID".into());
        if std::env::var_os(&id).is_none() {
            let found = format!("{id} is not set: only `audit --accounts FILE` will work");
            return if optional {
                Ok(Answer { instance: name, found })
            } else {
                Err(Failure::usage(format!("{id} is not set")).hint("set it, or audit a file with --accounts FILE").into())
            };
        }
        Ok(Answer { instance: name, found: format!("{id} is set") })
    };
    if config.instance.is_empty() { vec![one(None)] } else { config.instance.iter().map(|instance| one(Some(instance))).collect() }
}
