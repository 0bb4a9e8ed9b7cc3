//! Figures for the node exporter's textfile collector: of the last run, and of the plans that wait for decisions. Nothing personal
//! is in them.

use std::fmt::Write as _;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use anyhow::{Context, Result};

use super::{Notice, NoticeStatus};
use crate::archive::{self, history::Waiting};
use crate::failure::Failure;
use crate::files::{if_there, read_plain_text};
use crate::terms::names::PLAN;

/// Writes all of them after a run, in one step and readable by the exporter.
pub(super) fn write(path: &Path, notices: &[Notice], plans: &[Waiting]) -> Result<()> {
    put(path, &(of_runs(notices) + &of_plans(plans)))
}

/// Writes anew what is said of plans, between two runs; what is said of the last run stays.
pub(super) fn write_plans(path: &Path, plans: &[Waiting]) -> Result<()> {
    let written = if_there(read_plain_text(path)).with_context(|| format!("reading the metrics {}", path.display()))?;
    let written = written.unwrap_or_default();
    let of_runs = written.split_once("# HELP domo_reconcile_plan_undecided").map_or(written.as_str(), |(of_runs, _)| of_runs);
    put(path, &(of_runs.to_owned() + &of_plans(plans)))
}

/// What every file that this module wrote begins with.
const OURS: &str = "# HELP domo_reconcile_";

/// Refuses a place where something else lies, or in an archive, where nothing is overwritten.
///
/// # Errors
/// Why, or what lies there cannot be read.
pub(in crate::commands) fn place(path: &Path) -> Result<()> {
    let refused = |why: &str| {
        let refused = Failure::usage(format!("[notify] textfile {} {why}", path.display()));
        Err(refused.hint("name a file of its own, in the folder that the node exporter's textfile collector reads").into())
    };
    if archive::holds(path) {
        return refused("lies in an archive, where nothing is overwritten");
    }
    match if_there(read_plain_text(path)) {
        Ok(None) => Ok(()),
        Ok(Some(text)) if text.is_empty() || text.starts_with(OURS) => Ok(()),
        Ok(Some(_)) => refused("is another file, which is not overwritten"),
        Err(error) if error.kind() == ErrorKind::InvalidData => refused("is another file, which is not overwritten"),
        Err(error) => Err(error).with_context(|| format!("reading the metrics {}", path.display())),
    }
}

fn put(path: &Path, text: &str) -> Result<()> {
    place(path)?;
    let writing = || format!("writing the metrics {}", path.display());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    // The exporter reads `*.prom` only, so a half-written file is never read.
    builder.prefix(".domo-reconcile-").suffix(".tmp");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
    let mut file = builder.tempfile_in(folder).with_context(writing)?;
    file.write_all(text.as_bytes()).with_context(writing)?;
    file.persist(path).map_err(|error| error.error).with_context(writing)?;
    Ok(())
}

/// Appends a family in Prometheus' text format: of each of `all` its instance, further labels and a value.
fn family<T>(text: &mut String, name: &str, help: &str, all: &[T], values: impl Fn(&T) -> (&str, Vec<(String, i64)>)) {
    let _ = writeln!(text, "# HELP domo_reconcile_{name} {help}\n# TYPE domo_reconcile_{name} gauge");
    for one in all {
        let (instance, values) = values(one);
        for (labels, value) in values {
            let _ = writeln!(text, "domo_reconcile_{name}{{instance=\"{}\"{labels}}} {value}", escaped(instance));
        }
    }
}

/// A run that stops happening shows as `domo_reconcile_run_timestamp_seconds` growing old.
fn of_runs(notices: &[Notice]) -> String {
    let mut text = String::new();
    let mut family = |name: &str, help: &str, values: &dyn Fn(&Notice) -> Vec<(String, i64)>| {
        family(&mut text, name, help, notices, |notice| (&notice.instance, values(notice)));
    };
    let one = |value: i64| vec![(String::new(), value)];
    // Nothing was counted in a run that failed: no zero stands for that.
    let counted = |notice: &Notice, value: u64| match notice.outcome {
        NoticeStatus::Failed => Vec::new(),
        _ => vec![(String::new(), number(value))],
    };
    family("run_timestamp_seconds", "When the last run began.", &|notice| one(notice.started.timestamp()));
    family("run_judged", "Whether the last run judged whole evidence.", &|notice| {
        one(i64::from(matches!(notice.outcome, NoticeStatus::Complete | NoticeStatus::Warnings)))
    });
    family("run_exit_code", "Exit code of the last run.", &|notice| one(notice.exit_code.into()));
    family("run_doubts", "Reasons why its evidence is not simply complete.", &|notice| {
        counted(notice, notice.reasons.len() as u64)
    });
    family("findings", "Findings of the last run.", &|notice| {
        let labelled = |(severity, count): (&_, &u64)| (format!(",severity=\"{severity}\""), number(*count));
        notice.findings.iter().map(labelled).collect()
    });
    family("findings_new", "Findings that the run before did not have.", &|notice| counted(notice, notice.new));
    family("findings_resolved", "Findings of the run before that were set right.", &|notice| counted(notice, notice.resolved));
    family("findings_gone", "Findings of the run before whose account or person is not read any more.", &|notice| {
        counted(notice, notice.gone)
    });
    family("access_changes", "Changes of accounts' access since the run before, by sort.", &|notice| {
        notice.access.iter().map(|(sort, count)| (format!(",sort=\"{}\"", escaped(sort)), number(*count))).collect()
    });
    family("accounts", "Domo accounts read.", &|notice| counted(notice, notice.accounts));
    family("people", "Directory rows read.", &|notice| counted(notice, notice.people));
    family("plan_actions", "Actions of the last plan.", &|notice| counted(notice, notice.actions));
    text
}

fn of_plans(plans: &[Waiting]) -> String {
    let mut text = String::new();
    let mut family = |name: &str, help: &str, value: &dyn Fn(&Waiting) -> i64| {
        family(&mut text, name, help, plans, |plan| {
            // Beside an audit's plan an instance may have those of certifications.
            let labels = if plan.file == PLAN { String::new() } else { format!(",plan=\"{}\"", plan.plan) };
            (&plan.instance, vec![(labels, value(plan))])
        });
    };
    family("plan_undecided", "Actions of the newest plan, and of a certification's, that nobody has decided.", &|plan| {
        number(plan.undecided)
    });
    family("plan_expires_timestamp_seconds", "When that plan expires.", &|plan| plan.expires.timestamp());
    text
}

fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn escaped(label: &str) -> String {
    label.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::super::tests::{failed, notice};
    use super::*;
    use chrono::DateTime;

    fn plan(undecided: u64) -> Waiting {
        let expires = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        Waiting {
            instance: "beta".into(),
            run_id: "r".into(),
            plan: "P-1".into(),
            file: PLAN.into(),
            expires,
            actions: 7,
            undecided,
        }
    }

    #[test]
    fn metrics_are_one_family_after_the_other_with_escaped_labels() {
        let text = of_runs(&[notice(), failed("beta")]) + &of_plans(&[plan(3)]);
        assert!(text.contains("domo_reconcile_findings{instance=\"ac\\\"me\",severity=\"high\"} 2\n"), "{text}");
        assert!(text.contains("domo_reconcile_access_changes{instance=\"ac\\\"me\",sort=\"role_raised\"} 2\n"), "{text}");
        assert!(text.contains("domo_reconcile_run_judged{instance=\"beta\"} 0\n"), "{text}");
        assert!(text.contains("domo_reconcile_plan_undecided{instance=\"beta\"} 3\n"), "{text}");
        assert!(text.contains("domo_reconcile_accounts{instance=\"ac") && !text.contains("accounts{instance=\"beta\"}"), "{text}");
        let mut families: Vec<_> = text.lines().filter(|line| line.starts_with("# TYPE")).collect();
        let all = families.len();
        families.dedup();
        assert_eq!(families.len(), all, "each family once: {text}");
    }

    #[cfg(unix)]
    #[test]
    fn the_textfile_is_replaced_at_once_and_readable_by_others() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("domo.prom");
        for _ in 0..2 {
            write(&path, &[notice()], &[]).unwrap();
        }
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o644);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_is_said_of_plans_between_runs_leaves_the_last_run_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("domo.prom");
        write(&path, &[notice()], &[plan(7)]).unwrap();
        let before = std::fs::read_to_string(&path).unwrap();
        write_plans(&path, &[plan(2)]).unwrap();
        let after = std::fs::read_to_string(&path).unwrap();
        assert_eq!(after, before.replace("plan_undecided{instance=\"beta\"} 7", "plan_undecided{instance=\"beta\"} 2"));
    }
}
