//! `review`

use std::path::Path;

use anyhow::{Context as _, Result};
use comfy_table::{ContentArrangement, Table, presets};
use serde_json::json;

use super::{Context, Ended};
use crate::apply::files;
use crate::archive;
use crate::cli;
use crate::directory::table::{read_rows, read_table};
use crate::failure::Failure;
use crate::plan::review::{self, Reviewer, Sheet, SheetRow, tally};
use crate::plan::{Plan, Sealed, Verdict, sheet};
use crate::text;

/// Shows a plan, or records decisions and shows what is open.
pub(super) fn run(options: &cli::Review, context: &Context) -> Result<Ended> {
    let deciding = !options.approve.is_empty() || !options.reject.is_empty() || options.from.is_some();
    let (sealed, recorded) = match (&options.by, deciding) {
        (Some(by), true) => {
            let reviewer = Reviewer {
                by: by.clone(),
                at: context.started,
                comment: options.comment.clone(),
                user: Some(archive::run::user()),
            };
            let (sealed, recorded) = decide(options, &reviewer)?;
            (sealed, Some(recorded))
        }
        // clap has asked for --by already where there is something to decide.
        _ => (files::read_plan(&options.plan)?, None),
    };
    let plan = sealed.plan();
    if options.json {
        context.terminal.json(&answer(plan, recorded))?;
    } else if let Some(recorded) = recorded {
        context.terminal.answer(format!(
            "{} recorded in {}.\n{}\n{}",
            text::plural(recorded as u64, "decision", "decisions"),
            options.plan.display(),
            counts(plan),
            next(plan, &options.plan)
        ))?;
    } else {
        context.terminal.answer(format!("{}\n{}", shown(plan), next(plan, &options.plan)))?;
    }
    Ok(None)
}

fn decide(options: &cli::Review, reviewer: &Reviewer) -> Result<(Sealed, usize)> {
    let _lock = super::lock_plan(&options.plan, &format!("review by {}", reviewer.by))?;
    let mut sealed = files::read_plan(&options.plan)?;
    let mut recorded = 0;
    if let Some(from) = &options.from {
        recorded +=
            review::decide_from(&mut sealed, &filled(from)?, reviewer).with_context(|| format!("reading {}", from.display()))?;
    }
    recorded += review::decide(&mut sealed, &options.approve, &options.reject, reviewer)?;
    files::write_plan(&options.plan, &sealed)?;
    Ok((sealed, recorded))
}

/// A review sheet: the workbook names its plan on the sheet Summary, the CSV file in two columns of its own.
fn filled(path: &Path) -> Result<Sheet> {
    let unreadable = || {
        Failure::usage(format!("cannot read the review sheet {}", path.display()))
            .hint("name the filled-in review.xlsx or review.csv of the plan's run folder")
    };
    std::fs::metadata(path).with_context(unreadable)?;
    let workbook = path.extension().is_some_and(|extension| !extension.eq_ignore_ascii_case("csv"));
    if workbook {
        let rows = rows(path, Some("Actions")).with_context(unreadable)?;
        let summary = read_rows(path, Some("Summary")).with_context(unreadable)?;
        let labelled = |label: &str| {
            let row = summary.iter().find(|row| row.first().is_some_and(|cell| sheet::returned(cell) == label));
            row.and_then(|row| row.get(1)).map(|cell| sheet::returned(cell)).unwrap_or_default()
        };
        let (plan, digest) = (labelled("Plan"), labelled("Plan digest"));
        return Ok(Sheet { rows, plan, digest });
    }
    let rows = rows(path, None).with_context(unreadable)?;
    let place = |column: &str| rows.first()?.cells.iter().position(|cell| sheet::returned(cell) == column);
    // The same in every row; a row that says otherwise makes the whole sheet foreign.
    let agreed = |column: &str| {
        let place = place(column)?;
        let mut cells = rows
            .iter()
            .skip(1)
            .filter_map(|row| row.cells.get(place))
            .map(|cell| sheet::returned(cell))
            .filter(|cell| !cell.is_empty());
        let first = cells.next()?;
        Some(cells.find(|cell| *cell != first).unwrap_or(first))
    };
    let (plan, digest) = (agreed("plan_id").unwrap_or_default(), agreed("plan_digest").unwrap_or_default());
    Ok(Sheet { rows, plan, digest })
}

fn rows(path: &Path, sheet: Option<&str>) -> Result<Vec<SheetRow>> {
    let rows = read_table(path, sheet)?.into_iter();
    Ok(rows.map(|row| SheetRow { number: row.number, cells: row.cells, uncomputed: row.uncomputed }).collect())
}

fn answer(plan: &Plan, recorded: Option<usize>) -> serde_json::Value {
    let counts = tally(plan).into_iter().map(|(kind, [approved, rejected, open])| {
        (kind.as_str().to_owned(), json!({"approved": approved, "rejected": rejected, "open": open}))
    });
    json!({
        "plan": plan.id,
        "digest": plan.digest,
        "instance": plan.instance,
        "expires": plan.expires,
        "recorded": recorded,
        "refused_by": plan.refused_by(),
        "counts": serde_json::Map::from_iter(counts),
        "actions": plan.actions,
        "decisions": plan.decisions,
    })
}

/// The plan as people read it.
fn shown(plan: &Plan) -> String {
    let mut text = format!(
        "Plan {} for {}, made {}, expires {}\n",
        plan.id,
        plan.instance,
        plan.created.format("%Y-%m-%d %H:%M UTC"),
        plan.expires.format("%Y-%m-%d %H:%M UTC")
    );
    for note in plan.notes() {
        text.push_str(&format!("  Note: {note}\n"));
    }
    for state in plan.guards.iter().filter(|state| !state.holds) {
        let said = state.name.parse::<crate::plan::Guard>().map(|guard| guard.explain(state.value, state.limit));
        let way = match state.name.parse::<crate::plan::Guard>() {
            Ok(guard) if guard.can_be_overridden() => {
                format!("Refused, unless: apply PLAN --confirm {} --reason \"…\"", guard.flag(state.value))
            }
            _ => "Refused: reject the actions concerned".into(),
        };
        text.push_str(&format!("  Guard {}: {}. {way}\n", state.name, said.unwrap_or_default()));
    }
    text.push_str(&format!("\n{}\n\n{}", actions(plan), counts(plan)));
    text
}

/// A table as wide as the terminal, or as a page where there is none. Where columns would be too narrow to be read, every row is a
/// paragraph.
pub(super) fn table(header: &[&str], rows: Vec<Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
    let width = table.width().unwrap_or(160);
    if usize::from(width) < header.len() * NARROWEST {
        return rows.iter().map(|row| paragraph(header, row)).collect::<Vec<_>>().join("\n\n");
    }
    table.set_width(width).set_header(header.to_vec()).add_rows(rows);
    table.to_string()
}

/// Letters below which a column cuts words.
const NARROWEST: usize = 15;

fn paragraph(header: &[&str], row: &[String]) -> String {
    let filled = header.iter().zip(row).filter(|(_, cell)| !cell.is_empty());
    filled.map(|(name, cell)| format!("{name}: {}", cell.replace('\n', "\n  "))).collect::<Vec<_>>().join("\n")
}

fn actions(plan: &Plan) -> String {
    let mut rows = Vec::new();
    for action in &plan.actions {
        let decision = match plan.decisions.get(&action.id) {
            None => "open".to_owned(),
            Some(decision) => {
                let comment = decision.comment.as_deref().map(|comment| format!(": {comment}")).unwrap_or_default();
                let verdict = if decision.verdict == Verdict::Approve { "approved" } else { "rejected" };
                format!("{verdict} by {}{comment}", decision.by)
            }
        };
        let cells =
            [action.id.clone(), action.kind.as_str().into(), action.subject(), sheet::change(action), action.why.clone(), decision];
        // A line break between two changes is ours; any other is a stranger's and stands in `change` as visible text already.
        rows.push(cells.iter().map(|cell| cell.split('\n').map(text::visible).collect::<Vec<_>>().join("\n")).collect());
    }
    table(&["action", "kind", "account", "change", "why", "decision"], rows)
}

/// What whoever has read this does next.
fn next(plan: &Plan, path: &Path) -> String {
    let path = path.display();
    match plan.actions.iter().any(|action| plan.approved(&action.id)) {
        true => {
            format!("Next:   domo-reconcile apply {path} (shows what would happen; --rehearse tries it out, --confirm does it)")
        }
        false => format!(
            "Next:   domo-reconcile review {path} --approve SELECTOR --by WHO (all, a kind, or an id), or --from a filled-in review.xlsx"
        ),
    }
}

/// `3 updates: 2 approved, 1 open`, a line a kind.
fn counts(plan: &Plan) -> String {
    let line = |(kind, [approved, rejected, open]): (crate::reconcile::Action, [usize; 3])| {
        format!("{:>6} {:<10} {approved} approved, {rejected} rejected, {open} open", approved + rejected + open, kind.as_str())
    };
    tally(plan).into_iter().map(line).collect::<Vec<_>>().join("\n")
}
