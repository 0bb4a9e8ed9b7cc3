//! Decisions on a plan's actions: by selector, or from a filled-in sheet whose locked columns must be as they were.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::digest::Sealed;
use super::format::{Action, Decision, Plan, Verdict};
use super::sheet;
use crate::failure::Failure;
use crate::reconcile::Action as Kind;

/// Who decides, when, and why.
#[derive(Debug, Clone)]
pub struct Reviewer {
    /// Who.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    pub comment: Option<String>,
    /// The operating system's user who records it.
    pub user: Option<String>,
}

impl Reviewer {
    fn decides(&self, verdict: Verdict, by: String, comment: Option<String>) -> Decision {
        Decision { verdict, by, at: self.at, comment, user: self.user.clone() }
    }
}

/// Actions by `all`, a kind, an action's id or a finding's id.
pub fn select<'a>(plan: &'a Plan, selector: &str) -> Result<Vec<&'a Action>, Failure> {
    let wanted = selector.trim();
    let fits =
        |action: &&Action| wanted == "all" || action.kind.as_str() == wanted || action.id == wanted || action.finding == wanted;
    let found: Vec<_> = plan.actions.iter().filter(fits).collect();
    if found.is_empty() {
        let kinds: BTreeSet<_> = plan.actions.iter().map(|action| action.kind.as_str()).collect();
        let kinds = kinds.into_iter().collect::<Vec<_>>().join(", ");
        return Err(Failure::usage(format!("`{wanted}` selects no action of plan {}", plan.id))
            .hint(format!("a selector is `all`, a kind ({kinds}), an action's id or a finding's id")));
    }
    Ok(found)
}

/// Records what was approved and then what was rejected, so that `all` with exceptions reads as it is meant. Returns the changes.
pub fn decide(sealed: &mut Sealed, approve: &[String], reject: &[String], reviewer: &Reviewer) -> Result<usize, Failure> {
    named(&reviewer.by)?;
    let mut verdicts = Vec::new();
    for (selectors, verdict) in [(approve, Verdict::Approve), (reject, Verdict::Reject)] {
        for selector in selectors {
            verdicts.extend(select(sealed.plan(), selector)?.into_iter().map(|action| (action.id.clone(), verdict)));
        }
    }
    let before = sealed.plan().decisions.clone();
    for (action, verdict) in verdicts {
        record(sealed, &action, reviewer.decides(verdict, reviewer.by.trim().into(), reviewer.comment.clone()));
    }
    Ok(sealed.plan().decisions.iter().filter(|(id, decision)| before.get(*id) != Some(decision)).count())
}

/// A decision that says the same as the one before it keeps the first one's time.
fn record(sealed: &mut Sealed, action: &str, decision: Decision) {
    let says = |one: &Decision| (one.verdict, one.by.clone(), one.comment.clone());
    if sealed.plan().decisions.get(action).is_none_or(|earlier| says(earlier) != says(&decision)) {
        sealed.decide(action, decision);
    }
}

fn named(by: &str) -> Result<(), Failure> {
    match by.trim() {
        "" => Err(Failure::usage("a decision needs a name").hint("say who decides with --by")),
        _ => Ok(()),
    }
}

/// A filled-in sheet as it was read: a header and rows, all text, and which plan it says it is for.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// The first row is the header.
    pub rows: Vec<SheetRow>,
    /// The plan's id, as the sheet has it.
    pub plan: String,
    /// The plan's digest, as the sheet has it.
    pub digest: String,
}

/// A row of a sheet.
#[derive(Debug, Clone)]
pub struct SheetRow {
    /// As a spreadsheet shows it, from 1.
    pub number: u32,
    /// Its cells.
    pub cells: Vec<String>,
    /// Cells, from 0, with formulas that nobody has computed: what they would say is not known.
    pub uncomputed: BTreeSet<usize>,
}

/// Records the decisions of a sheet, or refuses all of it and says which rows are wrong. Blank decisions change nothing.
pub fn decide_from(sealed: &mut Sealed, filled: &Sheet, reviewer: &Reviewer) -> Result<usize, Failure> {
    named(&reviewer.by)?;
    let plan = sealed.plan();
    if filled.plan != plan.id || filled.digest != plan.digest {
        return Err(Failure::usage(format!(
            "the sheet is for plan {} with digest {}, but this is plan {} with digest {}",
            said(&filled.plan),
            said(&filled.digest),
            plan.id,
            plan.digest
        ))
        .hint("fill in the review sheet that stands beside this plan"));
    }
    let mut rows = filled.rows.iter();
    let header: Vec<_> = rows
        .next()
        .map(|header| header.cells.iter().map(|cell| sheet::returned(cell).to_lowercase()).collect())
        .unwrap_or_default();
    let place = |column: &str| header.iter().position(|cell| cell == column);
    let places: Vec<_> = sheet::COLUMNS.into_iter().map(place).collect();
    let missing: Vec<_> =
        sheet::COLUMNS.iter().zip(&places).filter(|(_, place)| place.is_none()).map(|(column, _)| *column).collect();
    if !missing.is_empty() {
        return Err(
            Failure::usage(format!("the sheet has no column {}", missing.join(", "))).hint("the columns must stay as they are")
        );
    }

    let mut problems = Vec::new();
    let mut seen = BTreeSet::new();
    let mut decisions = Vec::new();
    for SheetRow { number, cells, uncomputed } in rows {
        let unknown = places.iter().zip(sheet::COLUMNS).find(|(place, _)| place.is_some_and(|place| uncomputed.contains(&place)));
        let cells: Vec<_> = places
            .iter()
            .map(|place| sheet::returned(place.and_then(|place| cells.get(place)).map_or("", String::as_str)))
            .collect();
        if unknown.is_none() && cells.iter().all(String::is_empty) {
            continue;
        }
        let read = match unknown {
            Some((_, column)) => Err(format!(
                "`{column}` is a formula that nobody has computed; write what it says, or open the sheet in a spreadsheet and save it"
            )),
            None => returned_row(plan, &cells, reviewer),
        };
        match read {
            Ok((action, _)) if !seen.insert(action.clone()) => problems.push(format!("row {number}: {action} stands there twice")),
            Ok((action, decision)) => decisions.extend(decision.map(|decision| (action, decision))),
            Err(problem) => {
                seen.extend(cells.first().cloned());
                problems.push(format!("row {number}: {problem}"));
            }
        }
    }
    let lost = plan.actions.iter().filter(|action| !seen.contains(&action.id));
    problems.extend(lost.map(|action| format!("no row for {} ({} {})", action.id, action.kind.as_str(), action.subject())));
    if !problems.is_empty() {
        return Err(Failure::usage(format!("nothing of the sheet was recorded:\n  {}", problems.join("\n  "))).hint(
            match problems.iter().any(|problem| problem.contains(LOST)) {
                true => "the spreadsheet saved the file in an encoding that lacks some letters: save it as \"CSV UTF-8\", or fill in review.xlsx",
                false => {
                    "fill in `decision` (approve, reject, or blank: open), `reviewer` and `comment`, nothing else, and keep every row"
                }
            },
        ));
    }
    let before = plan.decisions.clone();
    for (action, decision) in decisions {
        record(sealed, &action, decision);
    }
    Ok(sealed.plan().decisions.iter().filter(|(id, decision)| before.get(*id) != Some(decision)).count())
}

/// What became of a locked cell whose letters the file's encoding does not have.
const LOST: &str = "lost letters";

fn said(text: &str) -> &str {
    if text.is_empty() { "(none)" } else { text }
}

/// One row: whose it is, and what was decided.
fn returned_row(plan: &Plan, cells: &[String], reviewer: &Reviewer) -> Result<(String, Option<Decision>), String> {
    let cell = |place: usize| cells.get(place).map_or("", String::as_str);
    let Some(action) = plan.action(cell(0)) else { return Err(format!("`{}` is no action of this plan", cell(0))) };
    for (place, locked) in sheet::locked(action).iter().enumerate() {
        let (was, is) = (sheet::returned(locked), cell(place));
        if was != is {
            let column = sheet::COLUMNS.get(place).copied().unwrap_or_default();
            let what = if sheet::narrowed(&was, is) { LOST } else { "is locked" };
            return Err(format!("`{column}` of {} {what}: it was `{was}` and is `{is}`", action.id));
        }
    }
    let verdict = match cell(sheet::LOCKED).to_lowercase().as_str() {
        "" => return Ok((action.id.clone(), None)),
        "approve" => Verdict::Approve,
        "reject" => Verdict::Reject,
        other => return Err(format!("`{other}` is no decision: write approve or reject, or leave it blank")),
    };
    let (who, comment) = (cell(sheet::LOCKED + 1), cell(sheet::LOCKED + 2));
    let by = match who {
        "" => reviewer.by.trim().to_owned(),
        who if who.eq_ignore_ascii_case(reviewer.by.trim()) => reviewer.by.trim().to_owned(),
        // Both names: neither of the two is the second person.
        who => format!("{who}, recorded by {}", reviewer.by.trim()),
    };
    let comment = if comment.is_empty() { reviewer.comment.clone() } else { Some(comment.to_owned()) };
    Ok((action.id.clone(), Some(reviewer.decides(verdict, by, comment))))
}

/// How many actions of each kind are approved, rejected and open.
pub fn tally(plan: &Plan) -> Vec<(Kind, [usize; 3])> {
    use Kind::{Create, Deactivate, Delete, Reactivate, Update};
    let count = |kind: Kind| {
        let mut counts = [0; 3];
        for action in plan.actions.iter().filter(|action| action.kind == kind) {
            let place = match plan.decisions.get(&action.id) {
                Some(_) if plan.approved(&action.id) => 0,
                Some(decision) if decision.verdict == Verdict::Reject => 1,
                _ => 2,
            };
            counts[place] += 1;
        }
        (kind, counts)
    };
    [Update, Deactivate, Delete, Create, Reactivate]
        .into_iter()
        .map(count)
        .filter(|(_, counts)| counts.iter().sum::<usize>() > 0)
        .collect()
}
