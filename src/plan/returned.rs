//! Decisions that come back in files: filled-in sheets, whose other columns must be as they were, and the files that a packet's
//! page saves. A file is taken as a whole or refused with everything that is wrong in it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::decision::{Decision, Verdict};
use super::format::Plan;
use super::record::{Submission, Timing};
use super::review::Reviewer;
use super::sheet::{self, Decidable};
use super::unambiguous::unambiguous;
use crate::directory::table::TextRow;
use crate::failure::{Failure, FailureKind};

/// What stands in `schema` of a decisions file.
pub const SCHEMA: &str = "domo-reconcile/decisions/v1";

/// What a packet's page saves: `decisions-<plan>-<reviewer>.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct DecisionsFile {
    /// [`SCHEMA`]
    pub schema: String,
    /// The plan; absent in a certification.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<String>,
    /// The run that is certified; absent for a plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// The plan's digest, or that of the run's manifest.
    pub digest: String,
    /// Whose packet it was.
    pub reviewer: String,
    /// Who decided.
    #[serde(default)]
    pub by: Option<String>,
    /// When it was saved.
    #[serde(default)]
    pub at: Option<DateTime<Utc>>,
    /// By the id of an action or of a finding without one; in a certification by the account's id.
    pub decisions: BTreeMap<String, ReturnedDecision>,
}

/// One answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(rename = "Answer")] // as the schema of decisions has called it from the first
pub struct ReturnedDecision {
    /// `approve` or `reject` of an action; `keep`, `not-mine` or `accept-until` of a finding without one; in a certification
    /// `keep`, `revoke`, `role:` with a role, or `not-mine`; of either `open` where it is taken back.
    pub verdict: String,
    /// Why.
    #[serde(default)]
    pub comment: Option<String>,
    /// The last day of an `accept-until`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
}

impl DecisionsFile {
    /// Whether it says when it was saved: a clock that is ahead says nothing.
    pub fn timing(&self, now: DateTime<Utc>) -> Timing {
        if self.at.is_some_and(|at| at <= now) { Timing::Dated } else { Timing::Undated }
    }

    /// Reads what a page saved.
    ///
    /// # Errors
    /// It is none, or not whole.
    pub fn read(text: &str) -> Result<Self, Failure> {
        let cannot = |why: &dyn std::fmt::Display| {
            Failure::usage(format!("this is not a decisions file: {why}"))
                .hint("take the file that the packet's page saved, whole and as it is; ask the reviewer to save it again")
        };
        unambiguous(text).map_err(|error| cannot(&error))?;
        let file: Self = serde_json::from_str(text).map_err(|error| cannot(&error))?;
        if file.schema != SCHEMA {
            return Err(cannot(&format!("its `schema` is {}, this version reads {SCHEMA}", file.schema)));
        }
        Ok(file)
    }
}

/// A filled-in sheet as it was read: a header and rows, all text, and what it says it is for.
#[derive(Debug, Clone, Default)]
pub struct ReturnedSheet {
    /// The first row is the header.
    pub rows: Vec<TextRow>,
    /// The plan's id, as the sheet has it.
    pub plan: String,
    /// The plan's digest, as the sheet has it.
    pub digest: String,
    /// Whose packet it is; none of a run's own sheets, which hold everything.
    pub reviewer: Option<String>,
}

impl ReturnedSheet {
    /// What the filled rows say, and what is wrong with the others. `read` has a row's cells in the order of `columns`, whatever
    /// theirs is, and gives the key that must stand in one row only.
    ///
    /// # Errors
    /// A column that is needed is not there.
    pub fn read<T>(
        &self,
        columns: &[&str],
        needed: &[&str],
        mut read: impl FnMut(u32, &[Option<String>]) -> Result<(String, T), String>,
    ) -> Result<(Vec<T>, Vec<String>), Failure> {
        let header: Vec<_> =
            self.rows.iter().take(1).flat_map(|row| &row.cells).map(|cell| sheet::returned(cell).to_lowercase()).collect();
        let missing: Vec<_> = needed.iter().copied().filter(|column| !header.iter().any(|cell| cell == column)).collect();
        if !missing.is_empty() {
            return Err(
                Failure::usage(format!("the sheet has no column {}", missing.join(", "))).hint("the columns must stay as they are")
            );
        }
        let filled = |place: &usize| {
            let mut rows = self.rows.iter().skip(1);
            let says = |row: &TextRow| row.cells.get(*place).is_some_and(|cell| !sheet::returned(cell).is_empty());
            rows.any(|row| says(row) || row.uncomputed.contains(place))
        };
        // Somebody's own column may be called as one of ours; an empty one says nothing.
        let places_of = |column: &str| {
            let all: Vec<usize> = (0..header.len()).filter(|place| header[*place] == column).collect();
            let with_values: Vec<usize> = all.iter().copied().filter(|place| all.len() > 1 && filled(place)).collect();
            if with_values.is_empty() { all.into_iter().take(1).collect() } else { with_values }
        };
        let twice = |column: &&&str| places_of(column).len() > 1;
        let twice: Vec<_> = columns.iter().chain(&sheet::PLAN_COLUMNS).filter(twice).copied().collect();
        if !twice.is_empty() {
            return Err(Failure::usage(format!(
                "the sheet has columns more than once, of which one would not be read: {}",
                twice.join(", ")
            ))
            .hint(
                "rename or remove your own column; where the sheets of two people stand side by side, hand in each as a file of \
                 its own",
            ));
        }
        let places: Vec<(&str, Option<usize>)> =
            columns.iter().map(|column| (*column, places_of(column).first().copied())).collect();
        let (mut said, mut problems, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
        for TextRow { number, cells, uncomputed } in self.rows.iter().skip(1) {
            let unknown = places.iter().find(|(_, place)| place.is_some_and(|place| uncomputed.contains(&place)));
            let cell = |place: usize| sheet::returned(cells.get(place).map_or("", String::as_str));
            let cells: Vec<Option<String>> = places.iter().map(|(_, place)| place.map(cell)).collect();
            if unknown.is_none() && cells.iter().flatten().all(String::is_empty) {
                continue;
            }
            let row = match unknown {
                Some((column, _)) => Err(format!(
                    "`{column}` is a formula that nobody has computed; write what it says, or open the sheet in a spreadsheet and \
                     save it"
                )),
                None => read(*number, &cells),
            };
            match row {
                Ok((key, _)) if !seen.insert(key.clone()) => problems.push(format!("row {number}: {key} stands there twice")),
                Ok((_, row)) => said.push(row),
                Err(problem) => problems.push(format!("row {number}: {problem}")),
            }
        }
        Ok((said, problems))
    }
}

/// Columns that a sheet of any version has: without them nobody can tell what a row is about.
const NEEDED: [&str; 11] =
    ["action", "kind", "account_id", "email", "name", "why", "before", "after", "decision", "reviewer", "comment"];

/// Refuses what is for another plan, or another run that is certified (`of`), than this one: both by id and digest.
///
/// # Errors
/// Its id or its digest is another.
pub fn is_for(of: &str, this: [&str; 2], said: [&str; 2]) -> Result<(), Failure> {
    if this == said {
        return Ok(());
    }
    let beside = if of == "plan" { "the review sheet that stands beside it, or " } else { "" };
    let hint = format!("hand in what was made for this {of}: {beside}its own packets");
    if said == ["", ""] {
        return Err(Failure::usage(format!("it is no sheet of a {of}: it names none")).hint(hint));
    }
    let [id, digest] = said.map(|text| if text.is_empty() { "(none)".into() } else { crate::text::visible(text) });
    let what = format!("it is for {of} {id} with digest {digest}, but this is {of} {} with digest {}", this[0], this[1]);
    Err(Failure::new(FailureKind::PlanRefused, what).hint(hint))
}

/// What a filled-in sheet says, rows left blank included. `own` is who decided where a row names nobody.
///
/// # Errors
/// Everything that is wrong with it, by row.
pub fn sheet(
    plan: &Plan,
    name: &str,
    filled: &ReturnedSheet,
    own: Option<&str>,
    reviewer: &Reviewer,
) -> Result<Vec<Submission>, Failure> {
    is_for("plan", [&plan.id, &plan.digest], [&filled.plan, &filled.digest])?;
    let rows = sheet::rows(plan);
    let rows: BTreeMap<&str, &Decidable<'_>> = rows.iter().map(|row| (row.id(), row)).collect();
    let (submissions, problems) = filled.read(&sheet::COLUMNS, &NEEDED, |number, cells| {
        let (subject, decision, timing) = returned_row(&rows, cells, own, reviewer)?;
        let place = format!("{name} row {number}");
        let decision = Decision { from: Some(place.clone()), ..decision };
        Ok((subject.clone(), Submission { subject, decision, timing, place }))
    })?;
    if problems.is_empty() {
        return Ok(submissions);
    }
    Err(Failure::usage(format!("nothing of the sheet was recorded:\n  {}", problems.join("\n  "))).hint(
        match problems.iter().any(|problem| problem.contains(LOST)) {
            true => {
                "the spreadsheet saved the file in an encoding that lacks some letters: save it as \"CSV UTF-8\", or fill in \
                 review.xlsx"
            }
            false => "fill in `decision`, `reviewer` and `comment`, nothing else; rows that are nobody's business may be taken out",
        },
    ))
}

/// What became of a locked cell whose letters the file's encoding does not have.
const LOST: &str = "lost letters";

/// One row: which it is, and what was decided.
fn returned_row(
    rows: &BTreeMap<&str, &Decidable<'_>>,
    cells: &[Option<String>],
    own: Option<&str>,
    reviewer: &Reviewer,
) -> Result<(String, Decision, Timing), String> {
    let cell = |place: usize| cells.get(place).and_then(Option::as_deref).unwrap_or_default();
    let id = if cell(0).is_empty() { cell(2) } else { cell(0) };
    let Some(row) = rows.get(id) else { return Err(format!("`{id}` is no action and no finding of this plan")) };
    for (place, locked) in row.locked().iter().enumerate() {
        let Some(is) = cells.get(place).and_then(Option::as_deref) else { continue };
        let was = sheet::returned(locked);
        let column = sheet::COLUMNS.get(place).copied().unwrap_or_default();
        // An earlier version showed all of `before` that an apply compares.
        let whole = || column == "before" && row.compared().is_some_and(|whole| sheet::returned(&whole) == is);
        if !sheet::is_kept(column, &was, is) && !whole() {
            let what = if sheet::narrowed(&was, is) { LOST } else { "is locked" };
            return Err(format!("`{column}` of {} {what}: it was `{was}` and is `{is}`", row.id()));
        }
    }
    let (word, who, comment) = (cell(sheet::LOCKED), cell(sheet::LOCKED + 1), cell(sheet::LOCKED + 2));
    let (verdict, until) = verdict(row, word, None)?;
    let who = Some(who).filter(|who| !who.is_empty()).or(own);
    if word.is_empty() {
        // Nobody's name is needed to leave a row blank.
        let by = who.or(reviewer.by.as_deref()).unwrap_or_default();
        return Ok((row.id().to_owned(), Decision::new(verdict, by, reviewer.at), Timing::Blank));
    }
    let decision = reviewer.decision(verdict, who, Some(comment)).map_err(|error| error.to_string())?;
    Ok((row.id().to_owned(), Decision { until, ..decision }, Timing::Undated))
}

/// What a decision word means for a row.
fn verdict(row: &Decidable<'_>, word: &str, until: Option<NaiveDate>) -> Result<(Verdict, Option<NaiveDate>), String> {
    let word = word.trim().to_lowercase();
    let verdict = match (word.as_str(), row) {
        ("" | "open", _) => Verdict::Open,
        ("approve", Decidable::Action(_)) => Verdict::Approve,
        ("reject", Decidable::Action(_)) => Verdict::Reject,
        ("keep", Decidable::Finding(_)) => Verdict::Keep,
        ("not-mine" | "not mine", Decidable::Finding(_)) => Verdict::NotMine,
        (accepts, Decidable::Finding(_)) if accepts.starts_with("accept-until") && !row.may_be_accepted() => {
            return Err(format!(
                "`{word}` needs an account for the exception to name, and this is about none: write keep or not-mine, or leave it \
                 blank"
            ));
        }
        (accepts, Decidable::Finding(_)) if accepts.starts_with("accept-until") => {
            let day = until.or_else(|| super::review::until(accepts.trim_start_matches("accept-until")));
            let day = day.ok_or_else(|| format!("`{word}` says no day: write `accept-until 2027-03-31`"))?;
            return Ok((Verdict::AcceptUntil, Some(day)));
        }
        (_, Decidable::Action(_)) => return Err(format!("`{word}` is no decision: write approve or reject, or leave it blank")),
        (_, Decidable::Finding(_)) => {
            return Err(format!(
                "`{word}` is no decision on a finding that nothing is done about: write keep, not-mine, or accept-until and a day, \
                 or leave it blank"
            ));
        }
    };
    Ok((verdict, None))
}

/// What a page saved.
///
/// # Errors
/// Everything that is wrong with it, by id.
pub fn file(plan: &Plan, name: &str, file: &DecisionsFile, reviewer: &Reviewer) -> Result<Vec<Submission>, Failure> {
    is_for("plan", [&plan.id, &plan.digest], [file.plan.as_deref().unwrap_or_default(), &file.digest])?;
    let rows = sheet::rows(plan);
    let rows: BTreeMap<&str, &Decidable<'_>> = rows.iter().map(|row| (row.id(), row)).collect();
    let mut problems = Vec::new();
    let mut submissions = Vec::new();
    let timing = file.timing(reviewer.at);
    for (id, answer) in &file.decisions {
        let said = rows.get(id.as_str()).ok_or_else(|| "it is no action and no finding of this plan".to_owned()).and_then(|row| {
            let (verdict, until) = verdict(row, &answer.verdict, answer.until)?;
            let decision = reviewer.decision(verdict, file.by.as_deref(), answer.comment.as_deref());
            Ok(Decision { until, ..decision.map_err(|error| error.to_string())? })
        });
        match said {
            Ok(decision) => {
                // When it was decided, as far as that can be so.
                let at = file.at.map_or(reviewer.at, |at| at.min(reviewer.at).max(plan.created.min(reviewer.at)));
                let place = format!("{name}, {id}");
                let decision = Decision { at, from: Some(name.to_owned()), ..decision };
                let timing = if answer.verdict.trim().is_empty() { Timing::Blank } else { timing };
                submissions.push(Submission { subject: id.clone(), place, decision, timing });
            }
            Err(problem) => problems.push(format!("{id}: {problem}")),
        }
    }
    if problems.is_empty() {
        return Ok(submissions);
    }
    Err(Failure::usage(format!("nothing of the file was recorded:\n  {}", problems.join("\n  ")))
        .hint("take the file as the packet's page saved it"))
}
