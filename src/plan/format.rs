//! `plan.json`, version 1. Old versions stay readable; newer ones are refused with a clear word.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::about::{About, OpenFinding};
use super::decision::Decision;
use super::fields::GROUPS;
use super::rules::PlanRules;
use crate::config::DeactivateWith;
use crate::digest;
use crate::directory::Source;
use crate::domo::Group;
use crate::terms::{ActionKind, Role};

/// What stands in `schema`.
pub const SCHEMA: &str = "domo-reconcile/plan/v1";

/// Whether this stands in the `schema` of a plan, of whatever version.
pub fn is_plan_schema(schema: &str) -> bool {
    schema.starts_with("domo-reconcile/plan/")
}

/// What nobody can promise of a write over the REST API: said wherever writes are described or decided.
pub const NOT_SHOWN_KEPT: &str = "A write sends back every field that Domo tells of the account. Its time zone and locale are not \
    always among them: where they are not, nobody can show that they are kept.";

/// What a reviewer should know of removals, of SCIM, of demotions and of another sign-in name.
const PROVISIONED_AGAIN: &str = "Take the access away in the identity provider first: with just-in-time provisioning a person who \
    can still sign in there may come back here.";
/// That a deactivation may be a deletion.
pub const SCIM_DELETES: &str = "Deactivations go through SCIM, and Domo's own article says that this deletes the user. The first is \
    done alone and read back; if the account is gone, it counts as failed and the run ends.";
const DEMOTED: &str = "A demotion leaves the account there, with the least role and without its groups; what it owns stays its \
    own, and a revert gives role and groups back.";
const SIGN_IN_NAME: &str = "Some updates change an e-mail, which is the sign-in name. With single sign-on, a person who signs in \
    meanwhile may get a second account: agree with the identity provider's owner first.";

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
    pub inputs: InputDigests,
    /// The rules that an apply obeys; absent in plans of older versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<PlanRules>,
    /// The guards as they stood when the plan was made.
    pub guards: Vec<GuardState>,
    /// In the order they are carried out.
    pub actions: Vec<Action>,
    /// Findings that need a decision and that nothing is done about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<OpenFinding>,
    /// By the id of an action, or of a finding without one. Without a decision it is open, and open is not approved.
    #[serde(default)]
    pub decisions: BTreeMap<String, Decision>,
}

/// Digests (`sha256:…`) of what was judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(rename = "Inputs")] // as the schema of plans has called it from the first
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct InputDigests {
    pub accounts: String,
    pub directory: Vec<String>,
    pub config: String,
}

impl InputDigests {
    /// Of a snapshot with this digest, of directories, and of the text of a configuration.
    pub fn new(accounts: String, directory: &[Source], config: &str) -> Self {
        let directory = directory.iter().map(|source| digest::named(&source.sha256)).collect();
        Self { accounts, directory, config: digest::sha256(config) }
    }
}

/// A document as files have it: for people too, with a line's end.
pub(crate) fn pretty(document: &impl Serialize) -> serde_json::Result<String> {
    serde_json::to_string_pretty(document).map(|text| text + "\n")
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
    /// What a reader of the numbers should know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// One thing to do to one account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// `A-…`, stable for the finding and the kind.
    pub id: String,
    /// What to do.
    pub kind: ActionKind,
    /// The finding it answers; null where it answers none.
    pub finding: Option<String>,
    /// None for a create.
    pub account_id: Option<u64>,
    /// The account's e-mail.
    pub email: Option<String>,
    /// The account's name.
    pub name: Option<String>,
    /// The fields at stake as they were judged, by their names in Domo's API: those that are to change, and those that say whose
    /// account it is and what it may do. If one of them differs when the plan is applied, the account is left alone.
    pub before: Map<String, Value>,
    /// The fields that are to change, as they should be.
    pub after: Map<String, Value>,
    /// One sentence a reviewer understands.
    pub why: String,
    /// `scim` where the action is a deactivation that goes through SCIM, which may delete; absent otherwise. It is part of what is
    /// approved: a plan reviewed for one way is not carried out another way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub through: Option<DeactivateWith>,
    /// Why a deletion is not carried out, approved or not: `owns 14 DataSets, 2 DataFlows`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocked: Option<String>,
    /// Whom it is about; absent where nobody was judged for it, as in a plan that undoes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<About>,
}

impl Plan {
    /// The guards that did not hold when the plan was made.
    pub fn refused_by(&self) -> Vec<&str> {
        self.guards.iter().filter(|guard| !guard.holds).map(|guard| guard.name.as_str()).collect()
    }

    /// What is approved and not done.
    pub fn open(&self, done: &BTreeSet<String>) -> impl Iterator<Item = &Action> + Clone {
        self.actions.iter().filter(|action| self.approved(&action.id) && !done.contains(&action.id))
    }

    /// Whether a revert made it: then `run_id` names the plan that it undoes.
    pub fn undoes(&self) -> bool {
        self.run_id.starts_with("P-")
    }

    /// The file's text.
    ///
    /// # Errors
    /// None in practice: a plan is JSON.
    pub fn to_json(&self) -> serde_json::Result<String> {
        pretty(self)
    }

    /// Writes the same.
    ///
    /// # Errors
    /// `out` cannot be written.
    pub fn write_json(&self, mut out: impl std::io::Write) -> std::io::Result<()> {
        serde_json::to_writer_pretty(&mut out, self)?;
        out.write_all(b"\n")
    }

    /// What a reviewer should know of the whole before deciding, as sentences.
    pub fn notes(&self) -> Vec<String> {
        Self::notes_on(self.actions.iter())
    }

    /// The same of some of its actions.
    pub fn notes_on<'a>(actions: impl Iterator<Item = &'a Action> + Clone) -> Vec<String> {
        use ActionKind::{Create, Deactivate, Delete, Demote, Reactivate, Update};
        let count = |wanted: &dyn Fn(&Action) -> bool| actions.clone().filter(|action| wanted(action)).count();
        let of_a_kind = |kind: ActionKind| count(&|action| action.kind == kind) > 0;
        let through_scim = |action: &Action| action.through == Some(DeactivateWith::Scim);
        let merged = |action: &Action| matches!(action.kind, Update | Deactivate | Demote | Reactivate) && !through_scim(action);
        let said = |applies: bool, note: &str| applies.then(|| note.to_owned());

        let blocked = count(&|action| action.blocked.is_some()) as u64;
        let blocked = (blocked > 0).then(|| {
            let are = crate::text::plural(blocked, "deletion is", "deletions are");
            format!(
                "{are} blocked by what the accounts own, or because that is not known, approved or not: hand it over first \
                 (handover.csv names it where it is known), then audit again."
            )
        });
        let raised: Vec<_> = actions.clone().filter(|action| action.raises()).map(Action::subject).collect();
        let raised = (!raised.is_empty())
            .then(|| format!("Look at each who would become Admin or Privileged: {}.", crate::text::visible(&raised.join(", "))));
        let notes = [
            said(count(&|action| action.kind.removes_access()) > 0, PROVISIONED_AGAIN),
            said(count(&through_scim) > 0, SCIM_DELETES),
            said(of_a_kind(Demote), DEMOTED),
            said(of_a_kind(Delete), "A deletion cannot be undone. Domo refuses it while the account owns DataSets or DataFlows."),
            blocked,
            said(count(&|action| action.kind == Update && action.after.contains_key("email")) > 0, SIGN_IN_NAME),
            raised,
            said(count(&merged) > 0, NOT_SHOWN_KEPT),
            said(of_a_kind(Create), "Creating the address of a deleted account brings that account back."),
        ];
        notes.into_iter().flatten().collect()
    }

    /// The action with this id.
    pub fn action(&self, id: &str) -> Option<&Action> {
        self.actions.iter().find(|action| action.id == id)
    }

    /// Whether somebody with a name said yes to this action.
    pub fn approved(&self, id: &str) -> bool {
        self.decisions.get(id).is_some_and(Decision::approves)
    }
}

/// The id of an action: stable for what it answers and for its kind.
pub(super) fn action_id(answers: &str, kind: ActionKind) -> String {
    digest::id('A', &format!("v1|{answers}|{}", kind.as_str()), 10)
}

impl Action {
    /// An action that is about no account yet. Its id is stable for what it answers (a finding's id, or `revert|…` and the like)
    /// and for its kind.
    pub(crate) fn new(answers: &str, kind: ActionKind, before: Map<String, Value>, after: Map<String, Value>, why: String) -> Self {
        let id = action_id(answers, kind);
        let (finding, account_id, email, name, through, blocked, about) = (None, None, None, None, None, None, None);
        Self { id, kind, finding, account_id, email, name, before, after, why, through, blocked, about }
    }

    /// The same, not carried out for this reason where there is one, which its sentence says too.
    pub(super) fn blocked_by(mut self, blocked: Option<String>) -> Self {
        self.why.extend(blocked.iter().map(|why| format!(". Blocked: {why}")));
        Self { blocked, ..self }
    }

    /// Whether the account would become Admin, or Privileged without having been Admin.
    fn raises(&self) -> bool {
        let role = |fields: &Map<String, Value>| fields.get("role").and_then(Value::as_str).and_then(Role::from_word);
        role(&self.after).is_some_and(Role::may_administer) && role(&self.before) != Some(Role::Admin)
    }

    /// The groups that an account is to leave, and those it is to join; of a new account see [`Self::groups`].
    pub fn memberships(&self) -> (Vec<Group>, Vec<Group>) {
        let of = |fields: &Map<String, Value>| -> Vec<Group> {
            let listed = fields.get(GROUPS).and_then(Value::as_array).into_iter().flatten();
            listed.filter_map(|group| serde_json::from_value(group.clone()).ok()).collect()
        };
        let (before, after) = (of(&self.before), of(&self.after));
        let without = |all: &[Group], those: &[Group]| all.iter().filter(|group| !those.contains(group)).cloned().collect();
        match self.after.contains_key(GROUPS) {
            true => (without(&before, &after), without(&after, &before)),
            false => (Vec::new(), Vec::new()),
        }
    }

    /// The names of the groups that a new account is to join.
    pub fn groups(&self) -> impl Iterator<Item = &str> {
        self.after.get(GROUPS).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
    }

    /// The account for people: e-mail, else name, else id.
    pub fn subject(&self) -> String {
        let id = || self.account_id.map(|id| id.to_string());
        self.email.clone().or_else(|| self.name.clone()).or_else(id).unwrap_or_else(|| "?".into())
    }
}
