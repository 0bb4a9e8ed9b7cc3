//! `plan.json`, version 1. Old versions stay readable; newer ones are refused with a clear word.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::reconcile;

/// What stands in `schema`.
pub const SCHEMA: &str = "domo-reconcile/plan/v1";

/// A remediation plan. Everything but `digest` and `decisions` is covered by the digest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// [`SCHEMA`]
    pub schema: String,
    /// `P-…`
    pub id: String,
    /// The run that made it.
    pub run_id: String,
    /// The instance it is for.
    pub instance: String,
    /// When it was made.
    pub created: DateTime<Utc>,
    /// When it must not be applied any more.
    pub expires: DateTime<Utc>,
    /// `sha256:…` of the rest as JSON with sorted keys, no white space, UTF-8.
    pub digest: String,
    /// What was judged.
    pub inputs: Inputs,
    /// The guards as they stood when the plan was made.
    pub guards: Vec<GuardState>,
    /// In the order they are carried out.
    pub actions: Vec<Action>,
    /// By action id; an action without one is open, and open is not approved.
    #[serde(default)]
    pub decisions: BTreeMap<String, Decision>,
}

/// Digests (`sha256:…`) of what was judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Inputs {
    pub accounts: String,
    pub directory: Vec<String>,
    pub config: String,
}

/// One guard and how it stood.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GuardState {
    /// `max-deactivations`, ...
    pub name: String,
    /// What was counted.
    pub value: u64,
    /// What is allowed.
    pub limit: u64,
    /// Whether it holds.
    pub holds: bool,
}

/// One thing to do to one account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// `A-…`, stable for the finding and the kind.
    pub id: String,
    /// What to do.
    pub kind: reconcile::Action,
    /// The finding it answers.
    pub finding: String,
    /// None for a create.
    pub account_id: Option<u64>,
    /// The account's e-mail.
    pub email: Option<String>,
    /// The account's name.
    pub name: Option<String>,
    /// The fields at stake as they were judged, by their names in Domo's API.
    pub before: Map<String, Value>,
    /// The same fields as they should be.
    pub after: Map<String, Value>,
    /// One sentence a reviewer understands.
    pub why: String,
}

/// What somebody said of an action.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// Yes or no.
    pub verdict: Verdict,
    /// Who.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    #[serde(default)]
    pub comment: Option<String>,
}

/// Yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Verdict {
    Approve,
    Reject,
}
