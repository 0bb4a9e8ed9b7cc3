//! What became of a plan: a row an action, in the plan's order; and `apply.json`, which repeats the last of the applies that the
//! journal tells of. The journal is what counts: [`ApplyRecord::contradictions`] holds the one against the other.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::journal::{ActionState, ApplyEnd, Event, JournalLine, Overridden, standings};
use super::{Action, Journal, Outcome, Plan};
use crate::terms::ActionKind;
use crate::text;

/// One action and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(rename = "Row")] // as the schema of outcomes has called it from the first
#[allow(missing_docs)]
pub struct ReportedAction {
    pub action: String,
    #[schemars(with = "String")]
    pub kind: ActionKind,
    pub account_id: Option<u64>,
    pub outcome: Outcome,
    pub detail: Option<String>,
}

impl ReportedAction {
    /// A row for this action.
    pub fn new(action: &Action, outcome: Outcome, detail: impl Into<Option<String>>) -> Self {
        let detail = detail.into();
        Self { action: action.id.clone(), kind: action.kind, account_id: action.account_id, outcome, detail }
    }

    /// A row for an action that an earlier apply has done; none where none has.
    pub fn earlier(action: &Action, standing: &ActionState<'_>) -> Option<Self> {
        let (outcome, at) = standing.outcome.filter(|(outcome, _)| outcome.is_done())?;
        let how = if outcome == Outcome::Done { "done" } else { "found so" };
        let row = Self::new(action, Outcome::AlreadyDone, format!("{how} on {}", text::minute(at)));
        Some(Self { account_id: row.account_id.or(standing.account_id), ..row })
    }

    /// The same where the account is not as that apply left it: nothing is done once more that somebody undid.
    #[must_use]
    pub fn undone(self, how: &str) -> Self {
        let detail = self.detail.map(|done| format!("{done}, and undone since: {how}"));
        Self { outcome: Outcome::ChangedSincePlan, detail, ..self }
    }

    /// Whether it is such a row, of what this one says was done.
    fn undoes(&self, done: &Self) -> bool {
        let said = |row: &Self| row.detail.clone().unwrap_or_default();
        self.outcome == Outcome::ChangedSincePlan && said(self).starts_with(&format!("{}, and undone since: ", said(done)))
    }

    /// The row of this action as one line: `deactivate ana@acme.com failed: …`. Neither a name nor Domo's words can end it.
    pub fn line(&self, action: &Action) -> String {
        let detail = self.detail.as_deref().map(|detail| format!(": {detail}")).unwrap_or_default();
        text::visible(&format!("{} {} {}{detail}", self.kind, action.subject(), self.outcome)).into_owned()
    }
}

/// What `apply --json` prints.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[allow(missing_docs)]
pub struct ApplyReport {
    pub plan: String,
    /// False in a dry run.
    pub confirmed: bool,
    pub journal: String,
    pub results: Vec<ReportedAction>,
    pub counts: BTreeMap<Outcome, u64>,
    /// The guards that keep all of it from being carried out; absent where none does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
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
        let counts = counts(&results);
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

fn counts(rows: &[ReportedAction]) -> BTreeMap<Outcome, u64> {
    let mut counts = BTreeMap::new();
    for row in rows {
        *counts.entry(row.outcome).or_default() += 1;
    }
    counts
}

/// `apply.json`: the report of the last confirmed apply, with who and when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[allow(missing_docs)]
pub struct ApplyRecord {
    pub schema: String,
    pub instance: String,
    pub digest: String,
    pub by: Vec<String>,
    pub started: DateTime<Utc>,
    pub finished: DateTime<Utc>,
    pub ended: ApplyEnd,
    pub why: Option<String>,
    pub overrides: Vec<Overridden>,
    /// How many lines its journal has by now; the first files of the version did not count them.
    #[serde(default)]
    pub journal_lines: u64,
    /// No archive that has the plan's run was at hand.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub alone: bool,
    #[serde(flatten)]
    pub report: ApplyReport,
}

/// What stands in `schema` of `apply.json`.
pub const SCHEMA: &str = "domo-reconcile/apply/v1";

/// How far its times may lie from those of its journal, which are taken a moment later and a moment before.
const MOMENT: TimeDelta = TimeDelta::minutes(1);

impl ApplyRecord {
    /// Whether no apply ended after this one: else what that came to could not be written, or this was put in its place.
    pub fn is_last(&self, journal: &Journal) -> bool {
        let ended = |line: &&JournalLine| matches!(line.event, Event::Close { .. });
        let last = journal.lines().iter().rfind(ended);
        self.journal_lines == 0 || last.is_none_or(|last| last.n <= self.journal_lines)
    }

    /// What of it is not as the journal and its plan have it, as sentences with the names of the two files.
    pub fn contradictions(&self, plan: &Plan, journal: &Journal, [own, its]: [&str; 2]) -> Vec<String> {
        let all = journal.lines();
        let count = if self.journal_lines == 0 { all.len() } else { usize::try_from(self.journal_lines).unwrap_or(usize::MAX) };
        let Some(lines) = all.get(..count) else {
            let has = text::plural(all.len() as u64, "line", "lines");
            return vec![format!("{its} was cut: it has {has}, and {own} says that it had {count}.")];
        };
        let began = lines.iter().rposition(|line| matches!(line.event, Event::Open(_)));
        let (before, of_it) = lines.split_at(began.unwrap_or(count));
        let (
            Some(JournalLine { event: Event::Open(open), at: opened, .. }),
            Some(JournalLine { event: Event::Close { ended, why }, at: closed, .. }),
        ) = (of_it.first(), of_it.last())
        else {
            return vec![format!("{own} tells of an apply that ended with line {count} of {its}: none did.")];
        };
        let near = |one: DateTime<Utc>, other: &DateTime<Utc>| (one - *other).abs() <= MOMENT;
        let fields = [
            ("instance", self.instance == open.instance),
            ("digest", self.digest == open.digest),
            ("by", self.by == open.by),
            ("started", near(self.started, opened)),
            ("finished", near(self.finished, closed)),
            ("ended", self.ended == *ended),
            ("why", self.why == *why),
            ("overrides", self.overrides == open.overrides),
            ("alone", self.alone == open.alone),
            ("plan", self.report.plan == open.plan),
            ("confirmed", self.report.confirmed),
            ("journal", self.report.journal.ends_with(its)),
            ("counts", self.report.counts == counts(&self.report.results)),
            ("refused_by", self.report.refused_by.is_empty()),
        ];
        let altered = fields.into_iter().filter(|(_, holds)| !holds);
        let mut said: Vec<_> = altered.map(|(field, _)| format!("`{field}` of {own} is not as {its} has it.")).collect();
        if !plan.actions.iter().map(|action| &action.id).eq(self.report.results.iter().map(|row| &row.action)) {
            said.push(format!("{own} has other actions than its plan."));
        }
        let (before, after) = (standings(before), standings(lines));
        let told = of_it.iter().filter_map(|line| match &line.event {
            Event::Outcome { action, .. } => Some(action.as_str()),
            _ => None,
        });
        let told: BTreeSet<&str> = told.collect();
        for row in &self.report.results {
            let Some(action) = plan.action(&row.action) else { continue };
            let id = row.action.as_str();
            let standing = after.get(id);
            let outcome = standing.and_then(|standing| standing.outcome).map(|(outcome, _)| outcome);
            // Of its own rows the journal has outcome and detail; what was done before stands there with its day; and the rest was
            // not reached.
            let expected = match (standing.filter(|_| told.contains(id)), before.get(id)) {
                (Some(standing), _) => {
                    standing.outcome.map(|(outcome, _)| ReportedAction::new(action, outcome, standing.detail.map(str::to_owned)))
                }
                (None, Some(earlier)) => {
                    let done = ReportedAction::earlier(action, earlier);
                    if done.as_ref().is_some_and(|done| row.undoes(done)) { Some(row.clone()) } else { done }
                }
                (None, None) => None,
            };
            let unreached = matches!(row.outcome, Outcome::NotTried | Outcome::NotApproved);
            let expected = expected.or_else(|| unreached.then(|| ReportedAction::new(action, row.outcome, None)));
            match expected.filter(|expected| expected.outcome == row.outcome) {
                None => said.push(format!(
                    "{own} says `{}` of {id}, {its} says {}.",
                    row.outcome,
                    outcome.map_or("nothing", Outcome::as_str)
                )),
                Some(expected) => {
                    let made = standing.and_then(|standing| standing.account_id);
                    let account = row.account_id == action.account_id || action.account_id.is_none() && row.account_id == made;
                    let fields =
                        [("kind", row.kind == action.kind), ("account_id", account), ("detail", row.detail == expected.detail)];
                    let altered = fields.into_iter().filter(|(_, holds)| !holds);
                    said.extend(altered.map(|(field, _)| format!("`{field}` of {id} in {own} is not as {its} has it.")));
                }
            }
        }
        said
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Map;

    use super::*;

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
