//! A plan as people read it: what is open, the worst first, and what was said.

use std::path::Path;

use chrono::{DateTime, Utc};

use crate::cli;
use crate::commands::terminal::table;
use crate::plan::review::{self, ByReviewer, DecisionCounts};
use crate::plan::sheet::{self, Decidable};
use crate::plan::{Guard, Plan};
use crate::terms::names::{PLAN, REVIEW_XLSX};
use crate::text;

/// Rows of a plan that are shown without being asked for.
const WORST: usize = 20;

/// Which rows are shown.
pub(super) struct Shown {
    all: bool,
    selectors: Vec<String>,
}

impl Shown {
    /// As the options ask for.
    pub(super) fn of(options: &cli::Review) -> Self {
        let department = options.department.iter().map(|department| format!("department={department}"));
        let selectors = options.kind.iter().chain(&options.severity).cloned().chain(department).collect();
        Self { all: options.all, selectors }
    }

    fn has<'a>(&self, rows: &[Decidable<'a>]) -> Vec<Decidable<'a>> {
        rows.iter().copied().filter(|row| self.selectors.iter().all(|selector| review::fits(row, selector))).collect()
    }

    fn most(&self) -> usize {
        if self.all || !self.selectors.is_empty() { usize::MAX } else { WORST }
    }
}

/// The plan: until when, what holds it back, what is decided, and the rows asked for, worst first.
pub(super) fn plan(plan: &Plan, view: &Shown, now: DateTime<Utc>) -> String {
    let mut text =
        format!("Plan {} for {}, made {}, {}\n", plan.id, plan.instance, text::minute(plan.created), review::left(plan, now));
    for note in plan.notes() {
        text.push_str(&format!("  Note: {note}\n"));
    }
    for state in plan.guards.iter().filter(|state| !state.holds) {
        let guard = state.name.parse::<Guard>();
        let said = guard.as_ref().map(|guard| guard.explain(state.value, state.limit)).unwrap_or_default();
        let way = match guard {
            Ok(guard) if guard.can_be_overridden() => {
                format!("Refused, unless: apply PLAN --confirm {} --reason \"…\"", guard.flag(state.value))
            }
            _ => "Refused: reject the actions concerned".into(),
        };
        let note = state.note.as_ref().map(|note| format!(" ({})", crate::text::visible(note))).unwrap_or_default();
        text.push_str(&format!("  Guard {}: {said}{note}. {way}\n", state.name));
    }
    let all = sheet::rows(plan);
    let chosen = view.has(&all);
    let shown = chosen.len().min(view.most());
    if shown > 0 {
        text.push_str(&format!("\n{}\n", listed(plan, chosen.get(..shown).unwrap_or_default())));
    }
    if shown < chosen.len() {
        text.push_str(&format!(
            "The worst {shown} of {} are shown; --all shows the rest, --kind, --severity and --department a part of it.\n",
            chosen.len()
        ));
    } else if chosen.is_empty() {
        text.push_str("\nNo row is so.\n");
    }
    format!("{text}\n{}", counts(plan, now))
}

fn listed(plan: &Plan, rows: &[Decidable<'_>]) -> String {
    let line = |row: &Decidable<'_>| {
        let severity = row.severity().map_or("", |severity| severity.as_str());
        let decision = match plan.decisions.get(row.id()) {
            None => "open".to_owned(),
            Some(decision) => {
                let earlier = decision.earlier.iter().map(|earlier| format!("\nbefore: {}", earlier.summary()));
                format!("{}{}", decision.summary(), earlier.collect::<String>())
            }
        };
        let cells = [
            row.id().to_owned(),
            severity.to_owned(),
            row.kind().to_owned(),
            row.subject(),
            row.change(),
            row.why().to_owned(),
            decision,
        ];
        // A line break between two changes is ours; any other is a stranger's and stands in them as visible text already.
        cells.iter().map(|cell| cell.split('\n').map(text::visible).collect::<Vec<_>>().join("\n")).collect()
    };
    table(&["id", "severity", "kind", "account", "change", "why", "decision"], rows.iter().map(line).collect())
}

/// What was handed in and is not taken.
pub(in crate::commands) fn not_taken(others: &[String]) -> String {
    if others.is_empty() {
        return String::new();
    }
    let lines: String = others.iter().map(|line| format!("  {line}\n")).collect();
    format!("Not taken over, to be decided again, on the command line or with a comment, where it is still meant:\n{lines}")
}

/// A line a reviewer, where the plan was dealt out.
pub(super) fn reviewers(all: &[ByReviewer]) -> String {
    let line = |one: &ByReviewer| {
        let DecisionCounts { approved, rejected, answered, open } = one.counts;
        let decided = format!("{} of {}", one.counts.all() - open, one.counts.all());
        format!(
            "{decided:>12}  {:<40} {approved} approved, {rejected} rejected, {answered} answered, {open} open, {} late\n",
            text::visible(&one.reviewer),
            one.late
        )
    };
    all.iter().map(line).collect()
}

/// What whoever has read this does next, with the configuration that was named; `dealt`: packets are out.
pub(super) fn next(plan: &Plan, path: &Path, config: &cli::ConfigFile, dealt: bool) -> String {
    // The sheets that stand in a run's folder are those of its own plan.
    let sheet = path.ends_with(PLAN) && path.with_file_name(REVIEW_XLSX).is_file();
    let from = if sheet { "--from a filled-in review.xlsx, " } else { "" };
    let path = format!("{}{}", cli::argument(path), config.flag());
    match plan.actions.iter().any(|action| plan.approved(&action.id)) {
        // What undoes a plan was made from accounts that no file keeps: there is nothing to rehearse it on.
        true if plan.undoes() => format!("Next:   domo-reconcile apply {path} (shows what would happen; --confirm does it)"),
        true => {
            format!("Next:   domo-reconcile apply {path} (shows what would happen; --rehearse tries it out, --confirm does it)")
        }
        false if dealt => format!("Next:   domo-reconcile review {path} --from FOLDER --by WHO (what came back of the packets)"),
        false => format!(
            "Next:   domo-reconcile review {path} --approve SELECTOR --by WHO (leaver, critical, an address, an id, …), {from}or \
             --split manager_email --out DIR for a packet a reviewer"
        ),
    }
}

/// What is decided, a line a kind and a severity, and how long there is time.
pub(super) fn counts(plan: &Plan, now: DateTime<Utc>) -> String {
    let rows = sheet::rows(plan);
    let kinds = review::tally(plan, &rows, review::action_kind);
    let mut lines: Vec<_> = kinds.iter().map(|(kind, counts)| line(kind.as_str(), counts)).collect();
    let findings = review::tally(plan, &rows, |row| matches!(row, Decidable::Finding(_)).then_some(()));
    lines.extend(findings.values().map(|counts| {
        format!(
            "{:>6} {:<10} {} answered, {} open (nothing is done about them)",
            counts.all(),
            "findings",
            counts.answered,
            counts.open
        )
    }));
    let severities = review::tally(plan, &rows, |row| row.severity());
    let open = severities.iter().filter(|(_, counts)| counts.open > 0);
    let open: Vec<_> = open.map(|(severity, counts)| format!("{} {}", counts.open, severity.as_str())).collect();
    if !open.is_empty() {
        lines.push(format!("Open: {}. The plan {}.", open.join(", "), review::left(plan, now)));
    }
    lines.join("\n")
}

fn line(what: &str, counts: &DecisionCounts) -> String {
    let DecisionCounts { approved, rejected, open, .. } = counts;
    format!("{:>6} {what:<10} {approved} approved, {rejected} rejected, {open} open", counts.all())
}
