//! `runs`: what is in an archive.

use std::path::Path;

use anyhow::Result;
use chrono::TimeDelta;
use comfy_table::{CellAlignment, Table, presets::NOTHING};
use serde::Serialize;
use serde_json::json;

use super::notice::{self, Reminder};
use super::{Exit, Invocation};
use crate::archive::diff::{Diff, diff};
use crate::archive::manifest::{Manifest, RunSummary};
use crate::archive::prune::{self, PrunePlan, Retention};
use crate::archive::{Archive, StoredRun};
use crate::cli::{self, RunsCommand};
use crate::config::Loaded;
use crate::failure::{self, Failure};
use crate::reconcile::{EvidenceStatus, moved};
use crate::terms::Severity;
use crate::terms::names::REPORT_MD;
use crate::{files, text};

/// Lists the runs of an archive, shows one, compares two, or removes old ones.
pub(super) fn run(options: &cli::Runs, invocation: &Invocation) -> Result<Exit> {
    let archive = Archive::at(&options.archive);
    let terminal = &invocation.terminal;
    match options.command.as_ref().unwrap_or(&RunsCommand::List) {
        RunsCommand::List => {
            let listing = list(&archive)?;
            if options.json { terminal.json(&listing)? } else { terminal.answer(listing.text(&archive))? }
        }
        RunsCommand::Show { run } => {
            let run = archive.find(run)?;
            if options.json { terminal.json(&RunRow::of(&run))? } else { terminal.answer(show(&run))? }
        }
        RunsCommand::Diff { from, to } => {
            let diff = diff(&archive.find(from)?, &archive.find(to)?)?;
            if options.json { terminal.json(&diff)? } else { terminal.answer(diff_text(&diff))? }
        }
        RunsCommand::Remind { config, within } => {
            there(&archive)?;
            let loaded = Loaded::read(config.config.as_deref())?;
            let within_days = TimeDelta::days((*within).into());
            let (due, wrong) = notice::remind(&loaded.config, &options.archive, within_days, invocation)?;
            let failed = wrong.first().map(|first| {
                let errors: Vec<_> = wrong.iter().map(failure::paragraph).collect();
                (failure::kind(first), errors.join("\n"))
            });
            if options.json {
                let mut answer = json!({ "reminders": due });
                if let Some((kind, error)) = &failed {
                    answer["failed"] = json!({ "exit_code": kind.code(), "error": error });
                }
                terminal.json(&answer)?;
            } else if !due.is_empty() {
                terminal.answer(due.iter().map(Reminder::line).collect::<Vec<_>>().join("\n"))?;
            } else if failed.is_none() {
                terminal.answer(format!("No plan expires undecided within {within} days."))?;
            }
            if let Some((kind, error)) = failed {
                terminal.error(&error);
                return Ok(Some(kind));
            }
        }
        RunsCommand::Prune { keep_runs, keep_days, confirm } => {
            there(&archive)?;
            let retention = Retention { runs: *keep_runs, days: *keep_days };
            let act = if *confirm { prune::prune } else { prune::plan };
            let plan = act(&archive, retention, invocation.started)?;
            if options.json {
                terminal.json(&Pruned { confirmed: *confirm, plan: &plan })?
            } else {
                terminal.answer(prune_text(&plan, *confirm))?
            }
        }
    }
    Ok(None)
}

/// What the list shows of a run.
#[derive(Serialize)]
struct RunRow {
    run_id: String,
    number: u64,
    instance: String,
    pruned: bool,
    path: String,
    manifest_sha256: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    manifest: Option<Manifest>,
}

impl RunRow {
    fn of(run: &StoredRun) -> Self {
        Self {
            run_id: run.id().to_owned(),
            number: run.number(),
            instance: run.head.run.instance.clone(),
            pruned: run.pruned,
            path: run.path.display().to_string(),
            manifest_sha256: run.sha256.clone(),
            manifest: run.manifest.clone(),
        }
    }
}

#[derive(Serialize)]
struct List {
    runs: Vec<RunRow>,
    /// Folders without a manifest.
    unfinished: Vec<String>,
    /// Folders whose manifest cannot be used, and why.
    unreadable: Vec<(String, String)>,
}

#[derive(Serialize)]
struct Pruned<'a> {
    confirmed: bool,
    #[serde(flatten)]
    plan: &'a PrunePlan,
}

/// An archive that is not there is a mistyped path, not an empty archive.
fn there(archive: &Archive) -> Result<()> {
    if archive.path().is_dir() {
        return Ok(());
    }
    Err(Failure::usage(format!("there is no archive {}", archive.path().display()))
        .hint("name one with --archive; `audit` makes it")
        .into())
}

fn list(archive: &Archive) -> Result<List> {
    there(archive)?;
    let listing = archive.list()?;
    let name = |path: &Path| path.display().to_string();
    Ok(List {
        runs: listing.runs.iter().map(RunRow::of).collect(),
        unfinished: listing.unfinished.iter().map(|path| name(path)).collect(),
        unreadable: listing.unreadable.iter().map(|(path, why)| (name(path), why.clone())).collect(),
    })
}

impl List {
    fn text(&self, archive: &Archive) -> String {
        let mut table = table(&[
            "#",
            "Run",
            "Instance",
            "As of",
            "Outcome",
            "Findings",
            "Critical",
            "High",
            "New or back",
            "Resolved",
            "Gone",
            "Not judged",
        ]);
        for index in [0, 5, 6, 7, 8, 9, 10, 11] {
            if let Some(column) = table.column_mut(index) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        for row in &self.runs {
            let summary = row.manifest.as_ref().and_then(|manifest| manifest.summary.as_ref());
            let count = |count: fn(&RunSummary) -> u64| summary.map_or("–".to_owned(), |summary| count(summary).to_string());
            let severity = |summary: &RunSummary, severity| summary.by_severity.get(&severity).copied().unwrap_or_default();
            table.add_row([
                row.number.to_string(),
                row.run_id.clone(),
                row.instance.clone(),
                row.manifest.as_ref().map_or("–".to_owned(), |manifest| manifest.run.as_of.to_string()),
                outcome(row),
                count(RunSummary::findings),
                summary.map_or("–".to_owned(), |summary| severity(summary, Severity::Critical).to_string()),
                summary.map_or("–".to_owned(), |summary| severity(summary, Severity::High).to_string()),
                count(|summary| summary.new),
                count(|summary| summary.resolved),
                count(|summary| summary.gone),
                count(|summary| summary.stands + summary.unjudged),
            ]);
        }
        let mut lines = match self.runs.as_slice() {
            [] => vec![format!("No runs in {}.", archive.path().display())],
            _ => vec![table.trim_fmt()],
        };
        lines.extend(self.unfinished.iter().map(|path| {
            let reported = Path::new(path).join(REPORT_MD).exists();
            format!("no run: {path} ({})", if reported { "it failed; its report says why" } else { "under way, or cut short" })
        }));
        lines.extend(self.unreadable.iter().map(|(path, why)| format!("unreadable: {path}: {why}")));
        lines.join("\n")
    }
}

fn outcome(row: &RunRow) -> String {
    let pruned = if row.pruned { ", pruned" } else { "" };
    let Some(manifest) = &row.manifest else { return format!("by a newer version{pruned}") };
    let outcome = match manifest.summary.as_ref().map(|summary| summary.evidence.status) {
        Some(EvidenceStatus::Complete) => "complete",
        Some(EvidenceStatus::Warnings) => "complete, warnings",
        Some(EvidenceStatus::Incomplete) => "evidence incomplete",
        None => "nothing judged",
    };
    let replay = if manifest.replay_of.is_some() { "replay, " } else { "" };
    format!("{replay}{outcome}{pruned}")
}

fn show(run: &StoredRun) -> String {
    let mut lines = vec![format!("Run {} (number {} of its archive): {}", run.id(), run.number(), outcome(&RunRow::of(run)))];
    lines.push(format!("Manifest {}", run.sha256));
    let Some(manifest) = &run.manifest else { return lines.join("\n") };
    let who = &manifest.run;
    lines.push(format!("Instance {}, as of {}, began {}, ended {}", who.instance, who.as_of, who.started, who.finished));
    lines.push(format!("By {} on {} with version {}: {}", who.user, who.host, who.version, who.command.join(" ")));
    lines.extend(manifest.previous.as_ref().map(|link| format!("After {}", link.run_id)));
    lines.extend(manifest.replay_of.as_ref().map(|link| format!("Replay of {}", link.run_id)));
    for input in &manifest.inputs {
        // A page that stood beside an earlier run has none.
        let rows = (input.rows > 0 || input.role != "record").then(|| format!("{}, ", text::plural(input.rows, "row", "rows")));
        lines.push(format!(
            "Read {}: {}, {}{}, {}",
            input.role,
            input.name,
            rows.unwrap_or_default(),
            text::plural(input.bytes, "byte", "bytes"),
            input.sha256
        ));
    }
    let config = manifest.config.file.as_deref().unwrap_or("the defaults");
    lines.push(format!("Configuration {config}, {}", manifest.config.sha256));
    if let Some(summary) = &manifest.summary {
        lines.extend(summary.evidence.reasons.iter().map(|reason| format!("Evidence: {reason}")));
        lines.push(format!("Accounts {}, people {}", summary.accounts.read, summary.people.read));
        let by_severity = summary.by_severity.iter().map(|(severity, count)| format!("{} {count}", severity.as_str()));
        lines.push(format!("Findings {}: {}", summary.findings(), by_severity.collect::<Vec<_>>().join(", ")));
        let by_kind = summary.by_kind.iter().map(|(kind, count)| format!("{kind} {count}"));
        lines.push(format!("By kind: {}", by_kind.collect::<Vec<_>>().join(", ")));
        lines.push(format!(
            "New or back {}, resolved {}, gone with its row {}, gains of rights that stand {}, not tested {}, accepted {}",
            summary.new, summary.resolved, summary.gone, summary.stands, summary.unjudged, summary.accepted
        ));
    }
    lines.extend(
        manifest.plan.as_ref().map(|plan| {
            format!("Plan {} with {}, until {}", plan.id, text::plural(plan.actions, "action", "actions"), plan.expires)
        }),
    );
    let files = manifest.files.iter().map(|file| format!("  {} ({})", file.name, text::plural(file.bytes, "byte", "bytes")));
    lines.extend(files);
    lines.join("\n")
}

fn diff_text(diff: &Diff) -> String {
    let mut lines = vec![format!("From {} to {}:", diff.from, diff.to)];
    for (sign, found) in [("+", &diff.appeared), ("-", &diff.gone), ("~", &diff.changed)] {
        for line in found {
            lines.push(format!("{sign} {} {} {} {}", line.id, line.severity.as_str(), line.kind, line.subject));
            lines.extend(line.changes.iter().map(|change| format!("    {change}")));
        }
    }
    let (appeared, gone, changed) = (diff.appeared.len(), diff.gone.len(), diff.changed.len());
    lines.push(format!("{appeared} appeared, {gone} gone, {changed} changed, {} the same.", diff.same));
    let counted: Vec<_> = diff.access.iter().flatten().map(|(sort, count)| moved(sort, *count)).collect();
    match &diff.access {
        Some(_) if counted.is_empty() => lines.push("Access: no account changed.".to_owned()),
        Some(_) => lines.push(format!("Access: {}.", counted.join(", "))),
        None => lines.extend(diff.access_untested.iter().map(|why| format!("Access: not compared: {why}."))),
    }
    lines.join("\n")
}

fn prune_text(plan: &PrunePlan, confirmed: bool) -> String {
    let mut table = table(&["Run", "Instance", if confirmed { "Done" } else { "Would" }, "Why"]);
    for run in &plan.runs {
        let fate = match (run.goes, confirmed) {
            (false, _) => "keep",
            (true, false) => "delete",
            (true, true) => "deleted",
        };
        table.add_row([run.run_id.as_str(), run.instance.as_str(), fate, run.why.as_str()]);
    }
    for folder in &plan.unfinished {
        let name = files::name_of(folder);
        table.add_row([name.as_str(), "–", if confirmed { "deleted" } else { "delete" }, "never became a run"]);
    }
    for page in &plan.summaries {
        let name = files::name_of(page);
        table.add_row([name.as_str(), "–", if confirmed { "deleted" } else { "delete" }, "a summary of runs that are gone"]);
    }
    let runs = plan.runs.iter().filter(|run| run.goes).count();
    let going = runs + plan.unfinished.len() + plan.summaries.len();
    // What never became a run has no manifest.
    let last = match (going, confirmed) {
        (0, _) => "Nothing to delete.".to_owned(),
        (going, false) => {
            let kept = if runs > 0 { " The manifests of complete runs stay." } else { "" };
            format!("{going} would be deleted; nothing was. Add --confirm to delete them.{kept}")
        }
        (going, true) => {
            let kept = if runs > 0 { " The manifests of complete runs are in pruned/." } else { "" };
            format!("{going} deleted.{kept}")
        }
    };
    if table.is_empty() { last } else { format!("{}\n{last}", table.trim_fmt()) }
}

fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING).set_header(header);
    table
}
