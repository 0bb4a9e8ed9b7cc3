//! What an audit answers: a document for programs, ten lines for people.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::NaiveDate;
use serde::Serialize;

use crate::cli;
use crate::commands::Exit;
use crate::commands::notice::Notice;
use crate::commands::timings::{self, Stage};
use crate::reconcile::EvidenceStatus;
use crate::report;
use crate::terms::names;
use crate::terms::{AccountTotals, Kind, PersonSituation, PersonTotals, Severity, label};
use crate::text;

/// The answer of one audit, as `--json` prints it. What is skipped is only said to people.
#[derive(Debug, Serialize)]
pub(in crate::commands) struct Audited {
    pub(super) run_dir: PathBuf,
    pub(super) run_id: String,
    pub(super) evidence: EvidenceStatus,
    pub(super) accounts: AccountTotals,
    pub(super) people: PersonTotals,
    pub(super) findings: FindingCounts,
    pub(super) plan: Option<PlanSummary>,
    pub(super) files: BTreeMap<String, PathBuf>,
    /// Why the evidence is not complete.
    pub(super) reasons: Vec<String>,
    pub(super) change: ChangeCounts,
    /// Where somebody asked for them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) timings: Vec<Stage>,
    #[serde(skip)]
    pub(super) as_of: NaiveDate,
    #[serde(skip)]
    pub(super) first_run: bool,
    #[serde(skip)]
    pub(super) config_flag: String,
    #[serde(skip)]
    pub(super) notice: Notice,
    #[serde(skip)]
    pub(super) ended: Exit,
}

#[derive(Debug, Serialize)]
pub(super) struct FindingCounts {
    pub(super) by_kind: BTreeMap<Kind, u64>,
    pub(super) by_severity: BTreeMap<Severity, u64>,
    /// Of these, what an exception accepts.
    pub(super) accepted: u64,
}

/// Findings against the previous run.
#[derive(Debug, Serialize)]
pub(super) struct ChangeCounts {
    pub(super) new: u64,
    pub(super) resolved: u64,
    /// Not resolved: the account or the person is not read any more.
    pub(super) gone: u64,
    /// Nor these: gains of rights are compared with the last run only, and nobody took them back.
    pub(super) stands: u64,
    /// Nor these: this run could not test for them.
    pub(super) unjudged: u64,
    pub(super) reappeared: u64,
    /// Changes of accounts' access: new, gone, other roles; 0 also where it was not compared.
    pub(super) access: u64,
    pub(super) access_tested: bool,
}

#[derive(Debug, Serialize)]
pub(super) struct PlanSummary {
    pub(super) actions: u64,
    pub(super) refused_by: Vec<String>,
}

/// What names people, or the files they stand in, whether the run is redacted or not: decisions, replays and tokens go back to it.
const IN_CLEAR: [&str; 8] = [
    names::PLAN,
    names::REVIEW_XLSX,
    names::REVIEW_CSV,
    names::ACCOUNTS,
    names::PEOPLE,
    names::CONFIG,
    names::MANIFEST,
    report::REDACTION_KEY,
];

impl Audited {
    /// The run.
    pub(in crate::commands) fn run_id(&self) -> &str {
        &self.run_id
    }

    /// Rows of the directory that could not be used.
    pub(in crate::commands) fn rejected(&self) -> u64 {
        self.people[PersonSituation::Rejected]
    }

    /// Ten lines for people.
    pub(in crate::commands) fn summary(&self) -> String {
        let evidence = match self.evidence {
            EvidenceStatus::Complete => "complete",
            EvidenceStatus::Warnings => "complete, with warnings",
            EvidenceStatus::Incomplete => "INCOMPLETE: do not rely on this report; there is no plan",
        };
        let mut lines = vec![format!("{} on {}. Evidence: {evidence}", self.notice.instance, self.as_of)];
        lines.extend(self.reasons.iter().map(|reason| format!("  {reason}")));
        let accounts = self.accounts.parts().map(|(situation, count)| (label(situation.as_str()), count));
        lines.push(format!("Domo accounts  {:>7} = {}", self.accounts.read, sum(&accounts)));
        let people = self.people.parts().map(|(situation, count)| (label(situation.as_str()), count));
        lines.push(format!("Directory rows {:>7} = {}", self.people.read, sum(&people)));
        let severities = self.findings.by_severity.iter().map(|(severity, count)| (severity.as_str().to_owned(), *count));
        let severities: Vec<_> = severities.collect();
        let total: u64 = severities.iter().map(|(_, count)| count).sum();
        let accepted = match self.findings.accepted {
            0 => String::new(),
            some => format!("; {some} of them accepted by exceptions"),
        };
        lines.push(format!("Findings       {total:>7} = {}{accepted}", sum(&severities)));
        let kinds: Vec<_> = self.findings.by_kind.iter().map(|(kind, count)| (kind.as_str().to_owned(), *count)).collect();
        if !kinds.is_empty() {
            lines.push(format!("                 by kind {}", sum(&kinds)));
        }
        lines.push(match self.first_run {
            true => "No earlier run of this instance to compare with: every finding counts as new".to_owned(),
            false => format!(
                "Since the previous run: {} new or back, {} resolved{}; {}",
                self.notice.new,
                self.notice.resolved,
                self.notice.gone_line(),
                match self.change.access_tested {
                    true => format!("access of {} changed", text::plural(self.change.access, "account", "accounts")),
                    false => "access could not be compared".to_owned(),
                }
            ),
        });
        let file = |name: &str| self.files.get(name).map(|path| path.display().to_string()).unwrap_or_default();
        lines.push(format!("Report: {}", file(names::REPORT_HTML)));
        if self.files.contains_key(report::REDACTION_KEY) {
            let clear: Vec<&str> = IN_CLEAR.into_iter().filter(|name| self.files.contains_key(*name)).collect();
            lines.push(format!(
                "        redacted, as the findings and the tables are; still in clear, to be kept: {}",
                clear.join(", ")
            ));
        }
        if let Some(plan) = &self.plan {
            let held = match plan.refused_by.as_slice() {
                [] => String::new(),
                [guard] => format!(", held back by the guard {guard}: `review` says what can be done"),
                guards => format!(", held back by the guards {}: `review` says what can be done", guards.join(", ")),
            };
            let actions = text::plural(plan.actions, "action", "actions");
            lines.push(format!("Plan:   {} ({actions}{held})", file(names::PLAN)));
            let path = self.files.get(names::PLAN).map(|path| cli::argument(path)).unwrap_or_default();
            lines.push(format!("Next:   domo-reconcile review {path}{}", self.config_flag));
        }
        if !self.timings.is_empty() {
            lines.push(timings::table(&self.timings));
        }
        lines.join("\n")
    }
}

/// `200 matched + 9 orphan`; zeros are left out.
fn sum(parts: &[(String, u64)]) -> String {
    let parts: Vec<_> = parts.iter().filter(|(_, count)| *count > 0).map(|(word, count)| format!("{count} {word}")).collect();
    if parts.is_empty() { "none".to_owned() } else { parts.join(" + ") }
}
