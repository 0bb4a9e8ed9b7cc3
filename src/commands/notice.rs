//! What is told of a run to those who watch: a webhook's JSON and the node exporter's textfile. What and how many, never names:
//! neither place is meant for personal data.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Value, json};

use crate::archive::Manifest;
use crate::failure::FailureKind;
use crate::reconcile::EvidenceStatus;
use crate::terms::Severity;
use crate::text;

/// What stands in `schema` of the webhook's JSON.
pub const SCHEMA: &str = "domo-reconcile/notice/v1";

/// How a run of one instance ended, in numbers.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
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
    /// Findings that are gone since.
    pub resolved: u64,
    /// Changes of accounts' access since then, by sort.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub access: BTreeMap<String, u64>,
    /// Accounts read.
    pub accounts: u64,
    /// People read.
    pub people: u64,
    /// Actions of the plan.
    pub actions: u64,
}

/// The one word on how it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
#[schemars(rename = "Outcome")] // as the schema of notices has called it from the first
pub enum NoticeStatus {
    Complete,
    Warnings,
    Incomplete,
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
    pub fn of(manifest: &Manifest, ended: Option<FailureKind>) -> Self {
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
            access: summary.map(|summary| summary.access.clone()).unwrap_or_default(),
            accounts: summary.map_or(0, |summary| summary.accounts.read),
            people: summary.map_or(0, |summary| summary.people.read),
            actions: manifest.plan.as_ref().map_or(0, |plan| plan.actions),
        }
    }

    /// Of a run that failed before it had anything to write.
    pub fn failed(instance: &str, started: DateTime<Utc>, kind: FailureKind) -> Self {
        Self {
            instance: instance.to_owned(),
            run_id: None,
            started,
            outcome: NoticeStatus::Failed,
            exit_code: kind.code(),
            findings: BTreeMap::new(),
            new: 0,
            resolved: 0,
            access: BTreeMap::new(),
            accounts: 0,
            people: 0,
            actions: 0,
        }
    }

    fn total(&self) -> u64 {
        self.findings.values().sum()
    }

    /// One line for people.
    pub fn line(&self) -> String {
        let mut line = format!("Domo access review of {}: {}.", self.instance, self.outcome.as_str());
        if self.outcome == NoticeStatus::Failed {
            let _ = write!(line, " Exit code {}; the log and the run folder say why.", self.exit_code);
        } else {
            let severe = |severity| self.findings.get(&severity).copied().unwrap_or_default();
            let (critical, high) = (severe(Severity::Critical), severe(Severity::High));
            let _ = write!(
                line,
                " {} ({critical} critical, {high} high), {} new or back, {} gone; {}, {}; {} planned.",
                text::plural(self.total(), "finding", "findings"),
                self.new,
                self.resolved,
                text::plural(self.accounts, "account", "accounts"),
                text::plural(self.people, "person", "people"),
                text::plural(self.actions, "action", "actions")
            );
        }
        if let Some(run_id) = &self.run_id {
            let _ = write!(line, " Run {run_id}.");
        }
        line
    }
}

/// The webhook's body: `text` is all that Slack and its kin read, the rest is for programs.
pub fn body(notices: &[Notice]) -> Value {
    let text: Vec<_> = notices.iter().map(Notice::line).collect();
    json!({ "schema": SCHEMA, "text": text.join("\n"), "runs": notices })
}

/// Writes the metrics of the last run, in one step and readable by the exporter: there is nothing personal in it.
pub fn write_textfile(path: &Path, notices: &[Notice]) -> Result<()> {
    let writing = || format!("writing the metrics {}", path.display());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    // The exporter reads `*.prom` only, so a half-written file is never read.
    builder.prefix(".domo-reconcile-").suffix(".tmp");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
    let mut file = builder.tempfile_in(folder).with_context(writing)?;
    file.write_all(metrics(notices).as_bytes()).with_context(writing)?;
    file.persist(path).map_err(|error| error.error).with_context(writing)?;
    Ok(())
}

/// Prometheus' text format. A run that stops happening shows as `domo_reconcile_run_timestamp_seconds` growing old.
pub fn metrics(notices: &[Notice]) -> String {
    let mut text = String::new();
    let mut family = |name: &str, help: &str, values: &dyn Fn(&Notice) -> Vec<(String, i64)>| {
        let _ = writeln!(text, "# HELP domo_reconcile_{name} {help}\n# TYPE domo_reconcile_{name} gauge");
        for notice in notices {
            for (labels, value) in values(notice) {
                let _ = writeln!(text, "domo_reconcile_{name}{{instance=\"{}\"{labels}}} {value}", escaped(&notice.instance));
            }
        }
    };
    let one = |value: i64| vec![(String::new(), value)];
    // Nothing was counted in a run that failed: no zero stands for that.
    let counted = |notice: &Notice, value: u64| match notice.outcome {
        NoticeStatus::Failed => Vec::new(),
        _ => vec![(String::new(), i64::try_from(value).unwrap_or(i64::MAX))],
    };
    let number = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
    family("run_timestamp_seconds", "When the last run began.", &|notice| one(notice.started.timestamp()));
    family("run_judged", "Whether the last run judged whole evidence.", &|notice| {
        one(i64::from(matches!(notice.outcome, NoticeStatus::Complete | NoticeStatus::Warnings)))
    });
    family("run_exit_code", "Exit code of the last run.", &|notice| one(notice.exit_code.into()));
    family("findings", "Findings of the last run.", &|notice| {
        let labelled = |(severity, count): (&Severity, &u64)| (format!(",severity=\"{}\"", severity.as_str()), number(*count));
        notice.findings.iter().map(labelled).collect()
    });
    family("findings_new", "Findings that the run before did not have.", &|notice| counted(notice, notice.new));
    family("findings_resolved", "Findings of the run before that are gone.", &|notice| counted(notice, notice.resolved));
    family("accounts", "Domo accounts read.", &|notice| counted(notice, notice.accounts));
    family("people", "Directory rows read.", &|notice| counted(notice, notice.people));
    family("plan_actions", "Actions of the last plan.", &|notice| counted(notice, notice.actions));
    text
}

fn escaped(label: &str) -> String {
    label.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notice() -> Notice {
        Notice {
            findings: [(Severity::Critical, 1), (Severity::High, 2)].into(),
            outcome: NoticeStatus::Complete,
            new: 3,
            ..Notice::failed("ac\"me", DateTime::from_timestamp(1_790_000_000, 0).unwrap(), FailureKind::Failed)
        }
    }

    #[test]
    fn the_webhook_says_how_many_in_one_line() {
        let body = body(&[notice()]);
        assert_eq!(
            body["text"],
            "Domo access review of ac\"me: complete. 3 findings (1 critical, 2 high), 3 new or back, 0 gone; 0 accounts, 0 people; 0 actions planned."
        );
        assert_eq!(body["runs"][0]["findings"]["high"], 2);
        let failed = Notice::failed("acme", notice().started, FailureKind::Failed);
        assert_eq!(failed.line(), "Domo access review of acme: FAILED. Exit code 1; the log and the run folder say why.");
    }

    #[test]
    fn metrics_are_one_family_after_the_other_with_escaped_labels() {
        let text = metrics(&[notice(), Notice::failed("beta", notice().started, FailureKind::Failed)]);
        assert!(text.contains("domo_reconcile_findings{instance=\"ac\\\"me\",severity=\"high\"} 2\n"), "{text}");
        assert!(text.contains("domo_reconcile_run_judged{instance=\"beta\"} 0\n"), "{text}");
        assert!(text.contains("domo_reconcile_accounts{instance=\"ac") && !text.contains("accounts{instance=\"beta\"}"), "{text}");
        let families: Vec<_> = text.lines().filter(|line| line.starts_with("# TYPE")).collect();
        assert_eq!(families.len(), 9, "each family once: {text}");
    }

    #[cfg(unix)]
    #[test]
    fn the_textfile_is_replaced_at_once_and_readable_by_others() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("domo.prom");
        for _ in 0..2 {
            write_textfile(&path, &[notice()]).unwrap();
        }
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o644);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
