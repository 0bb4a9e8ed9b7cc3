//! What a line of a journal may be: the file's format, which only grows within a version.

use crate::terms::{ActionKind, words};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::domo::Group;
/// One line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JournalLine {
    /// From 1.
    pub n: u64,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// What happened.
    pub event: Event,
    /// `sha256:…` over the chain so far and this line.
    pub chain: String,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum Event {
    /// An apply began.
    Open(Opening),
    /// A write is about to leave.
    Before {
        /// The action it belongs to.
        action: String,
        /// The finding that action answers.
        finding: Option<String>,
        /// Which of its writes.
        step: Step,
        /// What the action does.
        kind: ActionKind,
        /// The account; none for a create.
        account_id: Option<u64>,
        /// The account as it was just read.
        account: Option<Map<String, Value>>,
        /// What is asked of Domo.
        change: Map<String, Value>,
    },
    /// A write was read back, or failed.
    After {
        /// The action it belongs to.
        action: String,
        /// Which of its writes.
        step: Step,
        /// `done`, `failed` or `unknown`; `not-tried` where it was given up before it left, or Domo turned it away.
        outcome: Outcome,
        /// The account; for a create the new one.
        account_id: Option<u64>,
        /// The account as it was read back.
        account: Option<Map<String, Value>>,
        /// Domo's words, where it refused.
        detail: Option<String>,
        /// The field that changed although nobody asked for it; `deleted` where the account went away instead, `deletes` where Domo
        /// said that it would have.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        alarm: Option<String>,
        /// Domo accepted it, or nobody knows whether it did, and it may still show: the next read of the account settles it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pending: bool,
    },
    /// What became of an action.
    Outcome {
        /// The action.
        action: String,
        /// What.
        outcome: Outcome,
        /// Why.
        detail: Option<String>,
    },
    /// An apply ended.
    Close {
        /// How.
        ended: ApplyEnd,
        /// Why it ended early.
        why: Option<String>,
    },
}

/// Who applies which plan, and against which guards.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(rename = "Open")] // as the schema of journals has called it from the first
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Opening {
    pub plan: String,
    pub digest: String,
    pub instance: String,
    /// Who, as they say, and the user of the machine.
    pub by: Vec<String>,
    /// The tool's version.
    pub version: String,
    pub overrides: Vec<Overridden>,
    /// Whether Domo is asked to invite whom it creates, whatever the plan says.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub invite: bool,
    /// No archive that has the plan's run was at hand: neither later runs nor the journal of the plan that this may be a copy of
    /// could be looked at.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub alone: bool,
}

/// A guard that was gone against.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Overridden {
    pub guard: String,
    pub value: u64,
    pub limit: u64,
    pub reason: String,
}

/// One of the writes of an action: most have one, a create joins groups too.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    /// The action itself.
    Write,
    /// The new account joins this group.
    Join(String),
    /// The account leaves this group.
    Leave(Group),
    /// It joins a group again.
    Rejoin(Group),
}

words! {
    /// What became of an action.
    #[allow(missing_docs)]
    Outcome {
        Done = "done",
        AlreadyDone = "already-done",
        WouldDo = "would-do",
        NotApproved = "not-approved",
        ChangedSincePlan = "changed-since-plan",
        Refused = "refused",
        Failed = "failed",
        Unknown = "unknown",
        NotTried = "not-tried",
    }
}

impl Outcome {
    /// Whether the account is as the action wants it.
    pub fn is_done(self) -> bool {
        matches!(self, Self::Done | Self::AlreadyDone)
    }
}

/// How an apply ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(rename = "Ended")] // as the schemas of journals and outcomes have called it from the first
#[serde(rename_all = "lowercase")]
pub enum ApplyEnd {
    /// Every approved action was tried.
    Complete,
    /// Somebody interrupted it.
    Interrupted,
    /// It stopped itself.
    Stopped,
}
