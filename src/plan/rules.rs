//! The rules that an apply obeys, wherever it is started: those of the run that made the plan, which the plan carries, and on top
//! the configuration at hand where that is stricter. A rule can be tightened later; applying from another folder loosens none.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::config::{Config, Content, CustomRole, Exclude, Guards};

/// What a plan carries of the configuration it was made with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct PlanRules {
    /// The one who applies may not be the one who approved.
    pub second_person: bool,
    /// Limits beyond which an apply is refused.
    pub guards: Guards,
    /// Accounts that are never touched.
    pub exclusions: Vec<Exclude>,
    /// E-mail of the account behind the API client.
    pub client_owner: Option<String>,
    /// What says who owns DataSets and DataFlows: asked again before anything is deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Content>,
    /// What the instance's custom roles are, for `min-admins`; absent where none is named, and in plans of older versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roles: Option<BTreeMap<String, CustomRole>>,
}

impl PlanRules {
    /// Those of a configuration.
    pub fn of(config: &Config) -> Self {
        Self {
            second_person: config.policy.second_person,
            guards: config.guards.clone(),
            exclusions: config.exclude.clone(),
            client_owner: config.domo.client_owner.clone(),
            content: config.content.as_ref().map(Content::holding),
            roles: Some(config.domo.roles.clone()).filter(|roles| !roles.is_empty()),
        }
    }

    /// The configuration at hand, with these where they are stricter.
    pub fn tighten(&self, config: &Config) -> Config {
        let mut config = config.clone();
        config.policy.second_person |= self.second_person;
        let (these, those) = (&self.guards, config.guards.clone());
        config.guards = Guards {
            max_deactivations: these.max_deactivations.min(those.max_deactivations),
            max_deactivations_percent: these.max_deactivations_percent.min(those.max_deactivations_percent),
            max_updates_percent: these.max_updates_percent.min(those.max_updates_percent),
            max_creates: these.max_creates.min(those.max_creates),
            min_admins: these.min_admins.max(those.min_admins),
        };
        config.content = match (config.content.take(), &self.content) {
            // The report that the plan names is read, so that naming another one here lifts no hold on a deletion.
            (Some(own), Some(theirs)) => Some(theirs.clone().or(&own)),
            (own, theirs) => own.or_else(|| theirs.clone()),
        };
        // Custom roles count as the plan recorded them; of today's configuration only what is `ordinary` by now is added.
        let mut roles = self.roles.clone().unwrap_or_default();
        for (role, now) in std::mem::take(&mut config.domo.roles) {
            if now == CustomRole::Ordinary {
                roles.retain(|then, _| then.trim() != role.trim());
                roles.insert(role, now);
            }
        }
        config.domo.roles = roles;
        let missing = self.exclusions.iter().filter(|rule| !config.exclude.contains(rule)).cloned().collect::<Vec<_>>();
        config.exclude.extend(missing);
        match (&config.domo.client_owner, &self.client_owner) {
            (None, owner) => config.domo.client_owner.clone_from(owner),
            // Two are named: the one behind the client and the one who was are both left alone.
            (Some(now), Some(then)) if !now.eq_ignore_ascii_case(then) => config.exclude.push(Exclude {
                email: Some(then.clone()),
                id: None,
                reason: "the account behind the API client when the plan was made".into(),
                owner: None,
            }),
            _ => {}
        }
        config
    }
}
