//! What became of a plan: a row an action, in the plan's order, and the files and exit codes that follow from them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::failure::FailureKind;
use crate::plan::journal::{ApplyEnd, Overridden};
use crate::plan::{Action, Outcome, Plan};
use crate::text;

/// One action and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(rename = "Row")] // as the schema of outcomes has called it from the first
#[allow(missing_docs)]
pub struct ReportedAction {
    pub action: String,
    pub kind: &'static str,
    pub account_id: Option<u64>,
    pub outcome: Outcome,
    pub detail: Option<String>,
}

impl ReportedAction {
    /// A row for this action.
    pub fn new(action: &Action, outcome: Outcome, detail: impl Into<Option<String>>) -> Self {
        let detail = detail.into();
        Self { action: action.id.clone(), kind: action.kind.as_str(), account_id: action.account_id, outcome, detail }
    }

    /// The row of this action as one line: `deactivate ana@acme.com failed: …`. Neither a name nor Domo's words can end it.
    pub fn line(&self, action: &Action) -> String {
        let detail = self.detail.as_deref().map(|detail| format!(": {detail}")).unwrap_or_default();
        text::visible(&format!("{} {} {}{detail}", self.kind, action.subject(), self.outcome)).into_owned()
    }
}

/// What `apply --json` prints.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[allow(missing_docs)]
pub struct ApplyReport {
    pub plan: String,
    /// False in a dry run.
    pub confirmed: bool,
    pub journal: String,
    pub results: Vec<ReportedAction>,
    pub counts: BTreeMap<Outcome, u64>,
    /// The guards that keep all of it from being carried out; absent where none does.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refused_by: Vec<String>,
}

impl ApplyReport {
    /// Puts the rows in the plan's order. Approved actions without a row were not tried.
    pub fn new(plan: &Plan, confirmed: bool, journal: String, rows: Vec<ReportedAction>) -> Self {
        let mut by_action: BTreeMap<String, ReportedAction> = rows.into_iter().map(|row| (row.action.clone(), row)).collect();
        let unreached = |action: &Action| match plan.approved(&action.id) {
            true => ReportedAction::new(action, Outcome::NotTried, None),
            false => ReportedAction::new(action, Outcome::NotApproved, None),
        };
        let results: Vec<ReportedAction> =
            plan.actions.iter().map(|action| by_action.remove(&action.id).unwrap_or_else(|| unreached(action))).collect();
        let mut counts = BTreeMap::new();
        for row in &results {
            *counts.entry(row.outcome).or_default() += 1;
        }
        Self { plan: plan.id.clone(), confirmed, journal, results, counts, refused_by: Vec::new() }
    }

    /// How many rows have this outcome.
    pub fn count(&self, outcome: Outcome) -> u64 {
        self.counts.get(&outcome).copied().unwrap_or(0)
    }

    /// Whether something approved was not done.
    pub fn partial(&self) -> bool {
        use Outcome::{ChangedSincePlan, Failed, NotTried, Refused, Unknown};
        [ChangedSincePlan, Failed, NotTried, Refused, Unknown].into_iter().any(|outcome| self.count(outcome) > 0)
    }
}

/// `apply.json`: the report of the last confirmed apply, with who and when.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[allow(missing_docs)]
pub struct ApplyRecord<'a> {
    pub schema: &'static str,
    pub instance: &'a str,
    pub digest: &'a str,
    pub by: &'a [String],
    pub started: DateTime<Utc>,
    pub finished: DateTime<Utc>,
    pub ended: ApplyEnd,
    pub why: Option<&'a str>,
    pub overrides: &'a [Overridden],
    /// How many lines its journal has by now.
    pub journal_lines: u64,
    #[serde(flatten)]
    pub report: &'a ApplyReport,
}

/// What stands in `schema` of `apply.json`.
pub const SCHEMA: &str = "domo-reconcile/apply/v1";

/// How a confirmed apply ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Applied {
    /// What became of each action.
    pub report: ApplyReport,
    /// How it ended.
    pub ended: ApplyEnd,
    /// Why it ended early.
    pub why: Option<String>,
}

impl Applied {
    /// The exit code's kind; none when all that was approved is done.
    pub fn kind(&self) -> Option<FailureKind> {
        match self.ended {
            ApplyEnd::Interrupted => Some(FailureKind::Interrupted),
            _ if self.report.partial() => Some(FailureKind::Partial),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Map;

    use super::*;
    use crate::terms::ActionKind;

    #[test]
    fn a_row_is_one_line_whatever_domo_says() {
        let action = Action {
            name: Some("Ana\nBo".into()),
            ..Action::new("F-1", ActionKind::Update, Map::new(), Map::new(), String::new())
        };
        let row = ReportedAction::new(&action, Outcome::Failed, "no\n[2/2] delete eve done".to_owned());
        assert_eq!(row.line(&action), "update Ana<U+000A>Bo failed: no<U+000A>[2/2] delete eve done");
    }
}
