//! Whoever watches is told how a run ended, and of plans that expire undecided: a webhook and the node exporter's textfile
//! (`[notify]`). What, why and how many, never names: neither place is meant for personal data. Whatever goes wrong here is said
//! and changes nothing about the run.

mod forms;
mod metrics;
mod webhook;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use anyhow::Result;
use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use serde::Serialize;

use super::{Invocation, Terminal};
use crate::archive::history::{self, AllWaiting, Waiting};
use crate::archive::{Archive, Manifest};
use crate::config::{Config, Report, same_instance};
use crate::failure::{self, Failure, FailureKind};
use crate::plan::review;
use crate::reconcile::{EvidenceStatus, moved};
use crate::terms::Severity;
use crate::terms::names::PLAN;
use crate::text;

pub(super) use metrics::place;
pub(super) use webhook::check;

/// What stands in `schema` of the webhook's JSON.
pub const SCHEMA: &str = "domo-reconcile/notice/v1";

/// Reasons that are told one by one; the report has them all.
const REASONS: usize = 10;

/// How long before a plan expires somebody is reminded of it.
const SOON: TimeDelta = TimeDelta::days(7);

/// Tells of runs that ended, and of the plans of their instances.
pub(super) fn tell(config: &Config, archive: &Path, notices: &[Notice], invocation: &Invocation) {
    if !is_wanted(config) {
        return;
    }
    let mut plans = plans(archive, invocation);
    plans.retain(|plan| notices.iter().any(|notice| same_instance(&notice.instance, &plan.instance)));
    let due = reminders(&plans, invocation.started, SOON);
    let textfile = config.notify.textfile.as_deref().map_or(Ok(()), |path| metrics::write(path, notices, &plans));
    said(textfile, "the metrics of this run are not there", &invocation.terminal);
    said(post(config, notices, &due), "nobody was told of this run", &invocation.terminal);
}

/// Between two runs, reminds of plans that expire undecided within so many days. Says which, and what went wrong meanwhile: of which
/// plans nobody knows that, and who was not told.
pub(super) fn remind(
    config: &Config,
    archive: &Path,
    within: TimeDelta,
    invocation: &Invocation,
) -> Result<(Vec<Reminder>, Vec<anyhow::Error>)> {
    let AllWaiting { mut plans, unknown } = history::waiting(&Archive::at(archive), invocation.started)?;
    let mine = |plan: &Waiting| match (config.instance.as_slice(), &config.domo.instance) {
        ([], None) => true,
        ([], Some(instance)) => same_instance(instance, &plan.instance),
        (several, _) => several.iter().any(|instance| same_instance(&instance.name, &plan.instance)),
    };
    plans.retain(mine);
    let due = reminders(&plans, invocation.started, within);
    let mut wrong = Vec::new();
    // One that cannot be read may be the very one.
    if !unknown.is_empty() {
        let unknown = Failure::failed(format!("what waits for decisions is not known\n  {}", unknown.join("\n  ")));
        wrong.push(unknown.hint("`domo-reconcile verify` says of a run what was altered").into());
    }
    wrong.extend((!due.is_empty()).then(|| post(config, &[], &due)).and_then(Result::err));
    wrong.extend(config.notify.textfile.as_deref().map(|path| metrics::write_plans(path, &plans)).and_then(Result::err));
    Ok((due, wrong))
}

fn is_wanted(config: &Config) -> bool {
    config.notify.url_env.is_some() || config.notify.textfile.is_some()
}

fn plans(archive: &Path, invocation: &Invocation) -> Vec<Waiting> {
    let read = history::waiting(&Archive::at(archive), invocation.started);
    let AllWaiting { plans, unknown } =
        read.unwrap_or_else(|error| AllWaiting { unknown: vec![format!("{error:#}")], ..AllWaiting::default() });
    for why in unknown {
        invocation.terminal.warn(&format!("what waits for decisions is not known: {why}"));
    }
    plans
}

fn reminders(plans: &[Waiting], now: DateTime<Utc>, within: TimeDelta) -> Vec<Reminder> {
    let due = plans.iter().filter(|plan| plan.is_due(now, within));
    due.map(|plan| Reminder { plan: plan.clone(), days_left: review::days_left(plan.expires, now) }).collect()
}

fn post(config: &Config, notices: &[Notice], reminders: &[Reminder]) -> Result<()> {
    let Some(variable) = &config.notify.url_env else { return Ok(()) };
    super::runtime()?.block_on(webhook::post(variable, &forms::body(config.notify.form, notices, reminders)))
}

fn said(done: Result<()>, what: &str, terminal: &Terminal) {
    if let Err(error) = done {
        terminal.warn(&format!("{what}: {error:#}"));
    }
}

/// A plan that is about to expire, or has, with actions that nobody decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Reminder {
    /// The plan.
    #[serde(flatten)]
    pub plan: Waiting,
    /// Days from today to the one on which it expires; below 0 it has expired.
    pub days_left: i64,
}

impl Reminder {
    /// One line for people.
    pub fn line(&self) -> String {
        let Waiting { instance, run_id, plan, file, expires, actions, undecided } = &self.plan;
        // A run's own plan needs no name.
        let file = if file == PLAN { String::new() } else { format!(" ({file})") };
        let day = expires.date_naive();
        let until = match self.days_left {
            // The same day, or gone.
            ..0 => format!("it expired on {day}: the next audit makes a new one"),
            0 => format!("it expires today ({day})"),
            days => format!("it expires on {day}, in {}", text::plural(days.unsigned_abs(), "day", "days")),
        };
        format!(
            "Domo access review of {instance}: {undecided} of {} of the plan {plan}{file} {} undecided, and {until}. Run {run_id}.",
            text::plural(*actions, "action", "actions"),
            if *undecided == 1 { "is" } else { "are" }
        )
    }
}

/// How a run of one instance ended, in numbers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Notice {
    /// The instance; several have a notice each.
    pub instance: String,
    /// The run's id, where it came that far.
    pub run_id: Option<String>,
    /// When it began.
    pub started: DateTime<Utc>,
    /// `complete`, `warnings`, `incomplete`, or `failed`.
    pub outcome: NoticeStatus,
    /// The program's exit code.
    pub exit_code: u8,
    /// Findings by severity; empty when nothing was judged.
    pub findings: BTreeMap<Severity, u64>,
    /// Findings that the previous run did not have: new ones, and those that are back.
    pub new: u64,
    /// Findings that were set right since.
    pub resolved: u64,
    /// Findings whose account or person is not read any more.
    pub gone: u64,
    /// Gains of rights that were found before and that nobody took back: they are compared with the last run only.
    #[serde(skip_serializing_if = "crate::terms::is_zero")]
    pub stands: u64,
    /// Findings for which this run could not test.
    #[serde(skip_serializing_if = "crate::terms::is_zero")]
    pub unjudged: u64,
    /// Changes of accounts' access since then, by sort.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub access: BTreeMap<String, u64>,
    /// Accounts read.
    pub accounts: u64,
    /// People read.
    pub people: u64,
    /// Actions of the plan.
    pub actions: u64,
    /// The guards that hold the plan back.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub held_back_by: Vec<String>,
    /// Why its evidence is not simply complete.
    pub reasons: Vec<String>,
    /// What failed, and why.
    pub because: Option<String>,
    /// What to do about that.
    pub next: Option<String>,
    /// Where its report can be opened, by `[report] url`.
    pub report: Option<String>,
}

/// The one word on how it ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
#[schemars(rename = "Outcome")] // as the schema of notices has called it from the first
pub enum NoticeStatus {
    Complete,
    Warnings,
    Incomplete,
    #[default]
    Failed,
}

impl NoticeStatus {
    fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Warnings => "complete with warnings",
            Self::Incomplete => "INCOMPLETE, do not rely on it",
            Self::Failed => "FAILED",
        }
    }
}

impl Notice {
    /// Of a run that has its manifest.
    pub fn of(manifest: &Manifest, ended: Option<FailureKind>, report: &Report) -> Self {
        let summary = manifest.summary.as_ref();
        let outcome = match summary.map(|summary| summary.evidence.status) {
            Some(EvidenceStatus::Complete) => NoticeStatus::Complete,
            Some(EvidenceStatus::Warnings) => NoticeStatus::Warnings,
            Some(EvidenceStatus::Incomplete) => NoticeStatus::Incomplete,
            None => NoticeStatus::Failed,
        };
        Self {
            instance: manifest.run.instance.clone(),
            run_id: Some(manifest.run.id.clone()),
            started: manifest.run.started,
            outcome,
            exit_code: ended.map_or(0, FailureKind::code),
            findings: summary.map(|summary| summary.by_severity.clone()).unwrap_or_default(),
            new: summary.map_or(0, |summary| summary.new),
            resolved: summary.map_or(0, |summary| summary.resolved),
            gone: summary.map_or(0, |summary| summary.gone),
            stands: summary.map_or(0, |summary| summary.stands),
            unjudged: summary.map_or(0, |summary| summary.unjudged),
            access: summary.map(|summary| summary.access.clone()).unwrap_or_default(),
            accounts: summary.map_or(0, |summary| summary.accounts.read),
            people: summary.map_or(0, |summary| summary.people.read),
            actions: manifest.plan.as_ref().map_or(0, |plan| plan.actions),
            held_back_by: manifest.plan.as_ref().map(|plan| plan.refused_by.clone()).unwrap_or_default(),
            reasons: summary.into_iter().flat_map(|summary| &summary.evidence.reasons).map(|reason| nameless(reason)).collect(),
            because: None,
            next: None,
            report: report.link(&manifest.run.id),
        }
    }

    /// Of a run that failed before it had anything to write.
    pub fn failed(instance: &str, started: DateTime<Utc>, error: &anyhow::Error) -> Self {
        // Hints are our own words; what they quote are commands and keys.
        let hints: Vec<_> = failure::hints(error).map(unaddressed).collect();
        Self {
            because: Some(nameless(&format!("{error:#}"))),
            next: Some(hints.join("; ")).filter(|next| !next.is_empty()),
            instance: instance.to_owned(),
            started: started.trunc_subsecs(0),
            exit_code: failure::kind(error).code(),
            ..Self::default()
        }
    }

    fn total(&self) -> u64 {
        self.findings.values().sum()
    }

    /// Lines for people: how it ended, and why.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![self.line()];
        let mut why = |title: &str, reasons: &[String]| {
            let more = reasons.len().saturating_sub(REASONS);
            let told = reasons.iter().take(REASONS).cloned().chain((more > 0).then(|| format!("and {more} more")));
            if !reasons.is_empty() {
                lines.push(format!("{title}: {}", told.collect::<Vec<_>>().join("; ")));
            }
        };
        why("Why", &self.reasons);
        why("Because", self.because.as_slice());
        why("Next", self.next.as_slice());
        lines
    }

    fn line(&self) -> String {
        let mut line = format!("Domo access review of {}: {}", self.instance, self.outcome.as_str());
        if self.outcome == NoticeStatus::Failed {
            let _ = write!(line, ", exit code {}. Nothing was judged.", self.exit_code);
        } else {
            let severe = |severity| self.findings.get(&severity).copied().unwrap_or_default();
            let (critical, high) = (severe(Severity::Critical), severe(Severity::High));
            let _ = write!(
                line,
                ". {} ({critical} critical, {high} high), {} new or back, {} resolved{};{} {}, {}; {} planned.",
                text::plural(self.total(), "finding", "findings"),
                self.new,
                self.resolved,
                self.gone_line(),
                self.access_line(),
                text::plural(self.accounts, "account", "accounts"),
                text::plural(self.people, "person", "people"),
                text::plural(self.actions, "action", "actions")
            );
            if !self.held_back_by.is_empty() {
                let _ = write!(line, " The plan is held back ({}).", self.held_back_by.join(", "));
            }
        }
        if let Some(run_id) = &self.run_id {
            let _ = write!(line, " Run {run_id}.");
        }
        line
    }

    /// `, 56 gone with their rows, 2 not tested this time`, or nothing: with what is new and resolved the sum of the report.
    pub(super) fn gone_line(&self) -> String {
        let parts = [
            (self.gone, "gone with its row", "gone with their rows"),
            (self.stands, "gain of rights that stands", "gains of rights that stand"),
            (self.unjudged, "not tested this time", "not tested this time"),
        ];
        let parts = parts.into_iter().filter(|(count, ..)| *count > 0);
        parts.map(|(count, one, many)| format!(", {}", text::plural(count, one, many))).collect()
    }

    /// ` 3 changes of access (1 new, 2 roles raised);`, or nothing.
    fn access_line(&self) -> String {
        let sorts = self.access.iter().filter(|(_, count)| **count > 0);
        let said: Vec<_> = sorts.map(|(sort, count)| moved(sort, *count)).collect();
        // Who became or ceased to be an administrator is counted under what moved as well.
        let moved: u64 = self.access.iter().filter(|(sort, _)| !sort.starts_with("admins_")).map(|(_, count)| count).sum();
        match said.as_slice() {
            [] => String::new(),
            _ => format!(" {} of access ({});", text::plural(moved, "change", "changes"), said.join(", ")),
        }
    }
}

/// A text that names nobody: no address, and no quotation of several words, which may be somebody's.
fn nameless(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut parts = text.split('`').peekable();
    let mut quoted = false;
    while let Some(part) = parts.next() {
        match quoted && parts.peek().is_some() {
            true if part.trim().contains(' ') => shown.push_str("`…`"),
            true => _ = write!(shown, "`{part}`"),
            false => shown.push_str(part),
        }
        quoted = !quoted;
    }
    unaddressed(&shown)
}

fn unaddressed(text: &str) -> String {
    text::without_addresses(text, |_| "(an address)".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn failed(instance: &str) -> Notice {
        let error = anyhow::anyhow!("`{}` is not the instance of ada@acme.com", "Jane Doe");
        let error = error.context(crate::failure::Failure::failed("no token from api.domo.com").hint("check DOMO_CLIENT_ID"));
        Notice::failed(instance, DateTime::from_timestamp(1_790_000_000, 0).unwrap(), &error)
    }

    pub(super) fn notice() -> Notice {
        Notice {
            findings: [(Severity::Critical, 1), (Severity::High, 2)].into(),
            outcome: NoticeStatus::Complete,
            exit_code: 0,
            new: 3,
            access: [("admins_gained".to_owned(), 1), ("role_raised".to_owned(), 2)].into(),
            report: Some("https://reports.example/domo/r/report.html".into()),
            because: None,
            next: None,
            ..failed("ac\"me")
        }
    }

    #[test]
    fn a_run_is_told_in_numbers() {
        assert_eq!(
            notice().lines(),
            ["Domo access review of ac\"me: complete. 3 findings (1 critical, 2 high), 3 new or back, 0 resolved; 2 changes of \
              access (1 admin gained, 2 roles raised); 0 accounts, 0 people; 0 actions planned."]
        );
        let doubtful = Notice {
            outcome: NoticeStatus::Warnings,
            reasons: (1..=12).map(|number| format!("reason {number}")).collect(),
            ..notice()
        };
        let [first, why] = &doubtful.lines()[..] else { panic!("{:?}", doubtful.lines()) };
        assert!(first.contains("complete with warnings."), "{first}");
        assert!(why.starts_with("Why: reason 1; reason 2;") && why.ends_with("reason 10; and 2 more"), "{why}");
    }

    #[test]
    fn a_failure_is_told_with_its_cause_and_what_to_do_and_without_names() {
        assert_eq!(
            failed("acme").lines(),
            [
                "Domo access review of acme: FAILED, exit code 1. Nothing was judged.",
                "Because: no token from api.domo.com: `…` is not the instance of (an address)",
                "Next: check DOMO_CLIENT_ID"
            ]
        );
    }
}
