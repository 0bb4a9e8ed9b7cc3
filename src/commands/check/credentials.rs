//! Whether Domo knows us: the environment first, then a token.

use anyhow::{Context as _, Result};
use chrono::NaiveDate;
use serde::Serialize;

use super::accounts::idle_exclusions;
use crate::commands::runtime;
use crate::config::{Config, DeactivateWith, Instance, environment};
use crate::domo::Credential;
use crate::domo::{AccountIds, Content, Reader, Session, Settings, Silent, WAYS_ON};
use crate::failure::Failure;
use crate::plan::format::SCIM_DELETES;
use crate::plan::guard::no_owner;

/// What came of one instance's credentials.
#[derive(Debug, Serialize)]
pub(super) struct CredentialCheck {
    /// The instance, where the configuration names it.
    pub(super) instance: Option<String>,
    /// What was found, as a sentence.
    pub(super) found: String,
    /// What the token says of its owner; none where no token was asked for.
    pub(super) credential: Option<Credential>,
    /// What this Domo does not do, and how the reports of `[content]` come out.
    pub(super) notes: Vec<String>,
}

/// Asks for a token of every instance. `optional`: where no credentials are set, say so and go on.
pub(super) fn ask(config: &Config, optional: bool, day: NaiveDate) -> Vec<Result<CredentialCheck>> {
    let instances: Vec<Option<&Instance>> = match config.instance.as_slice() {
        [] => vec![None],
        several => several.iter().map(Some).collect(),
    };
    // Which of several fails is the first thing to know: they may all have the same address.
    let named = |instance: Option<&Instance>| match instance {
        Some(several) => one(config, instance, optional, day).with_context(|| several.name.clone()),
        None => one(config, None, optional, day),
    };
    instances.into_iter().map(named).collect()
}

/// Where a configuration that is not valid names instances of its own.
pub(super) fn not_asked() -> CredentialCheck {
    let found =
        "no Domo was asked: which [[instance]] has which client and address is known once the configuration is right".to_owned();
    CredentialCheck { instance: None, found, credential: None, notes: Vec::new() }
}

fn one(config: &Config, instance: Option<&Instance>, optional: bool, day: NaiveDate) -> Result<CredentialCheck> {
    let name = instance.map(|instance| instance.name.clone()).or_else(|| config.domo.instance.clone());
    let id = environment::client_id(instance);
    if optional && std::env::var_os(id).is_none() {
        let found = format!("{id} is not set, so Domo was not asked; an audit needs it, or --accounts FILE");
        return Ok(CredentialCheck { instance: name, found, credential: None, notes: Vec::new() });
    }
    let settings = Settings::from_env(config, instance)?;
    let host = settings.api_url.host_str().unwrap_or("Domo").to_owned();
    let here = instance.map_or_else(|| config.clone(), |instance| config.for_instance(instance));
    let (session, notes) = runtime()?.block_on(async {
        let session = Session::open(settings).await?;
        if let Some(owner) = here.client_owner_here()
            && Reader::new(&session).by_email(owner).await?.is_none()
        {
            return Err(no_owner(owner).into());
        }
        let notes = notes(&here, &session, day).await?;
        anyhow::Ok((session, notes))
    })?;
    let credential = session.credential().clone();
    if let Some(scope) = credential.scope.as_deref()
        && !scope.split([' ', ',']).any(|scope| scope == "user")
    {
        let failure = Failure::usage(format!("the API client has the scope `{scope}` but not `user`"));
        return Err(failure.hint("edit the client and tick the scope `user`").into());
    }
    let owner = credential.user_id.map(|id| format!(" as user {id}")).unwrap_or_default();
    let role = credential.role.as_deref().map(|role| format!(" with the role {role}")).unwrap_or_default();
    let found = format!("{host} gave a token{owner}{role}");
    Ok(CredentialCheck { instance: name, found, credential: Some(credential), notes })
}

/// What this Domo does not do, with the ways on; what SCIM may do, where it answers; which exclusions cover nobody; what the scope
/// `data` opens; and how each report of `[content]` comes out.
async fn notes(config: &Config, session: &Session, day: NaiveDate) -> Result<Vec<String>> {
    let reader = Reader::new(session);
    let mut notes = Vec::new();
    if !reader.says_who_is_active().await? {
        notes.push(format!(
            "This Domo does not say who is active, so that no deactivation could be read back and none is proposed. {WAYS_ON}"
        ));
    }
    if config.domo.deactivate_with == DeactivateWith::Scim {
        reader.scim_answers().await?;
        notes.push(SCIM_DELETES.to_owned());
    }
    if config.content.is_none() && config.exclude.is_empty() {
        return Ok(notes);
    }
    let accounts = reader.accounts(&Silent).await?;
    notes.extend(idle_exclusions(&accounts, config)?);
    if let Some(content) = &config.content {
        if content.asks_api() {
            notes.push(
                "[content] asks for the scope `data`, which opens every DataSet that the person who made the API client may read: \
                 give the client to an account that may read the DomoStats DataSets and no others, or name CSV files of them"
                    .to_owned(),
            );
        }
        let read = Content::read(content, Some(session), day, &AccountIds::of(&accounts)?).await?;
        notes.extend(read.reports.iter().map(|report| format!("[content] {}", report.sentence())));
    }
    Ok(notes)
}
