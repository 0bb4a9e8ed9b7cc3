//! What a review sheet shows: one row an action and one a finding that nothing is done about, worst first. Whoever writes a sheet
//! and whoever checks one on its return use the same words.

use serde_json::{Map, Value};

use super::about::{About, OpenFinding};
use super::fields;
use super::format::{Action, Plan};
use crate::terms::Severity;
use crate::text;

/// The sheet of a workbook on which is decided. It, the next one and the labels on that are looked for when the workbook comes
/// back: no translation changes them.
pub const ACTIONS: &str = "Actions";
/// The sheet that says what the workbook is of.
pub const SUMMARY: &str = "Summary";
/// The label of the plan's id.
pub const PLAN: &str = "Plan";
/// The label of its digest.
pub const PLAN_DIGEST: &str = "Plan digest";
/// The label of a certification's run.
pub const RUN: &str = "Run";
/// The label of the digest of that run's manifest.
pub const RUN_DIGEST: &str = "Run digest";
/// The label of the reviewer whose packet it is.
pub const PACKET_OF: &str = "Packet of";

/// The columns of a review sheet: fifteen that say what is decided, three to be filled in.
pub const COLUMNS: [&str; 18] = [
    "action",
    "severity",
    "finding",
    "kind",
    "account_id",
    "email",
    "name",
    "role",
    "department",
    "manager",
    "last_seen",
    "owns",
    "why",
    "before",
    "after",
    ANSWERS[0],
    ANSWERS[1],
    ANSWERS[2],
];

/// The columns that are to be filled in, the last of every sheet on which is decided.
pub const ANSWERS: [&str; 3] = ["decision", "reviewer", "comment"];

/// How many of [`COLUMNS`] are locked.
pub const LOCKED: usize = COLUMNS.len() - ANSWERS.len();

/// The columns of a CSV sheet that say for which plan it is, after those: its id and its digest.
pub const PLAN_COLUMNS: [&str; 2] = ["plan_id", "plan_digest"];

/// What a decision is made on.
#[derive(Debug, Clone, Copy)]
pub enum Decidable<'a> {
    /// Something to do.
    Action(&'a Action),
    /// Something that nothing is done about.
    Finding(&'a OpenFinding),
}

/// What can be decided on the rows of a plan, and whether nothing else can: a day follows the last of them.
pub fn choices(plan: &Plan) -> (&'static [&'static str], bool) {
    match plan.findings.is_empty() {
        true => (&["approve", "reject"], true),
        false => (&["approve", "reject", "keep", "not-mine", "accept-until"], false),
    }
}

/// Everything of a plan that is decided: what takes access away first, worst first, then the rest, worst first.
pub fn rows(plan: &Plan) -> Vec<Decidable<'_>> {
    let mut rows: Vec<_> = plan.actions.iter().map(Decidable::Action).chain(plan.findings.iter().map(Decidable::Finding)).collect();
    // What takes access away before all else, what does something before what does not; the plan's own order where nothing tells
    // them apart.
    rows.sort_by_key(|row| {
        let removes = matches!(row, Decidable::Action(action) if action.kind.removes_access());
        (!removes, row.severity().map_or(usize::MAX, Severity::rank), matches!(row, Decidable::Finding(_)))
    });
    rows
}

impl<'a> Decidable<'a> {
    /// The key of its decision: the action's id, or the finding's where it has none.
    pub fn id(&self) -> &'a str {
        match self {
            Self::Action(action) => &action.id,
            Self::Finding(open) => &open.finding,
        }
    }

    /// Whether it can be accepted until a day: an exception names an account.
    pub fn may_be_accepted(&self) -> bool {
        // An account without an id has a role all the same.
        matches!(self, Self::Finding(open) if open.account_id.is_some() || open.about.role.is_some())
    }

    /// The finding it answers.
    pub fn finding(&self) -> Option<&'a str> {
        match self {
            Self::Action(action) => action.finding.as_deref(),
            Self::Finding(open) => Some(&open.finding),
        }
    }

    /// Whom it is about.
    pub fn about(&self) -> Option<&'a About> {
        match self {
            Self::Action(action) => action.about.as_ref(),
            Self::Finding(open) => Some(&open.about),
        }
    }

    /// How bad; none where nobody judged it, as in a plan that undoes.
    pub fn severity(&self) -> Option<Severity> {
        self.about()?.severity
    }

    /// What is to be done, or what was found where nothing is.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Action(action) => action.kind.as_str(),
            Self::Finding(open) => open.about.kind.map_or("", |kind| kind.as_str()),
        }
    }

    /// The account's e-mail, or the person's.
    pub fn email(&self) -> Option<&'a str> {
        match self {
            Self::Action(action) => action.email.as_deref(),
            Self::Finding(open) => open.email.as_deref(),
        }
    }

    /// The account's name, or the person's.
    pub fn name(&self) -> Option<&'a str> {
        match self {
            Self::Action(action) => action.name.as_deref(),
            Self::Finding(open) => open.name.as_deref(),
        }
    }

    /// The account's id.
    pub fn account_id(&self) -> Option<u64> {
        match self {
            Self::Action(action) => action.account_id,
            Self::Finding(open) => open.account_id,
        }
    }

    /// One sentence a reviewer understands.
    pub fn why(&self) -> &'a str {
        match self {
            Self::Action(action) => &action.why,
            Self::Finding(open) => &open.why,
        }
    }

    /// Whom it is about, for people: e-mail, else name, else id.
    pub fn subject(&self) -> String {
        match self {
            Self::Action(action) => action.subject(),
            Self::Finding(open) => open.email.clone().or_else(|| open.name.clone()).unwrap_or_else(|| open.finding.clone()),
        }
    }

    /// What changes, a line a field.
    pub fn change(&self) -> String {
        match self {
            Self::Action(action) => change(action),
            Self::Finding(open) => {
                let line = |(field, after): (&String, &String)| {
                    let before = open.before.get(field).map_or("", String::as_str);
                    format!("{field}: {} → {}", or_empty(before), or_empty(after))
                };
                open.after.iter().map(line).collect::<Vec<_>>().join("\n")
            }
        }
    }

    /// The locked cells, as text.
    pub fn locked(&self) -> [String; LOCKED] {
        let shown = |value: Option<&str>| text::shown(value.unwrap_or_default());
        let nothing = About::default();
        let about = self.about().unwrap_or(&nothing);
        let action = matches!(self, Self::Action(_)).then(|| self.id());
        let [before, after] = self.sides();
        [
            shown(action),
            shown(about.severity.map(Severity::as_str)),
            shown(self.finding()),
            self.kind().to_owned(),
            self.account_id().map(|id| id.to_string()).unwrap_or_default(),
            shown(self.email()),
            shown(self.name()),
            shown(about.role.as_deref()),
            shown(about.department.as_deref()),
            shown(about.manager.as_deref()),
            about.last_seen.map(|day| day.to_string()).unwrap_or_default(),
            about.owned(),
            shown(Some(self.why())),
            before,
            after,
        ]
    }

    /// What changes, as it is and as it would be.
    fn sides(&self) -> [String; 2] {
        match self {
            Self::Action(action) => {
                let changes = |(field, _): &(&String, &Value)| action.after.contains_key(*field);
                [listed(action.before.iter().filter(changes)), listed(action.after.iter())]
            }
            Self::Finding(open) => [&open.before, &open.after].map(|side| {
                let shown = |(field, value): (&String, &String)| format!("{field}: {}", or_empty(value));
                side.iter().map(shown).collect::<Vec<_>>().join("; ")
            }),
        }
    }

    /// What a sheet of an earlier version showed as `before`: all that an apply compares, not only what changes.
    pub fn compared(&self) -> Option<String> {
        match self {
            Self::Action(action) => Some(fields(&action.before)),
            Self::Finding(_) => None,
        }
    }
}

/// `title: Analyst; active: true`
pub fn fields(fields: &Map<String, Value>) -> String {
    listed(fields.iter())
}

fn listed<'a>(fields: impl Iterator<Item = (&'a String, &'a Value)>) -> String {
    let shown = |(field, value): (&String, &Value)| format!("{field}: {}", or_empty(&fields::shown(value)));
    fields.map(shown).collect::<Vec<_>>().join("; ")
}

fn or_empty(value: &str) -> String {
    if value.is_empty() { "(empty)".to_owned() } else { text::shown(value) }
}

/// `title: Analyst → Senior Analyst`, a line a field that changes.
pub fn change(action: &Action) -> String {
    let quoted = |value: Option<&Value>| or_empty(&value.map(fields::shown).unwrap_or_default());
    let line = |(field, after): (&String, &Value)| match action.before.get(field) {
        Some(before) => format!("{field}: {} → {}", quoted(Some(before)), quoted(Some(after))),
        None => format!("{field}: {}", quoted(Some(after))),
    };
    let stays = |field: &String, after: &Value| action.before.get(field).is_some_and(|before| super::fields::same(before, after));
    action.after.iter().filter(|(field, after)| !stays(field, after)).map(line).collect::<Vec<_>>().join("\n")
}

/// A cell as it came back, without what a spreadsheet may have done to it: the apostrophe that keeps a formula from running, and
/// white space.
pub fn returned(cell: &str) -> String {
    text::rearmed(&text::folded(cell))
}

/// Columns that describe whom a row is about and decide nothing. What stands there may read like a number or a day (`0100`, `3/4`,
/// `2026-11-03`), which a spreadsheet writes in its own way once it has opened a CSV file: nobody compares them.
const DESCRIBING: [&str; 4] = ["department", "manager", "last_seen", "owns"];

/// Whether a cell that nobody fills in came back as it was, as far as spreadsheets leave it: they write a name like `True` as
/// `TRUE`, and a long id as `1.7E+15`; the row is known by its own id all the same.
pub fn is_kept(column: &str, was: &str, is: &str) -> bool {
    DESCRIBING.contains(&column) || text::alike(was, is) || (column == "account_id" && is.contains("E+"))
}

/// Whether a cell is what it was but for letters that an old encoding lacks: a spreadsheet puts `?` or the nearest plain letter
/// there.
pub fn narrowed(was: &str, is: &str) -> bool {
    let lost = |(was, is): (char, char)| was == is || (!was.is_ascii() && is.is_ascii());
    was != is && was.chars().count() == is.chars().count() && was.chars().zip(is.chars()).all(lost)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_apostrophe_against_formulas_is_taken_off_again() {
        assert_eq!(returned("'=1+1"), "=1+1");
        assert_eq!(returned(" 'quoted' "), "'quoted'");
        assert_eq!(returned("O'Neill"), "O'Neill");
    }

    #[test]
    fn a_letter_that_an_encoding_lacks_is_told_from_a_change() {
        assert!(narrowed("Paweł Mazur", "Pawe? Mazur") && narrowed("Wiśniewska", "Wisniewska"));
        assert!(!narrowed("Ann", "Ann") && !narrowed("Ann", "Ana") && !narrowed("Ana", "Añá") && !narrowed("Zoë", "Zo"));
    }
}
