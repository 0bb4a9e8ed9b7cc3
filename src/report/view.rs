//! What a template sees: one versioned structure, whole and formatted. Templates choose and arrange; they never count, compare or
//! format. `domo-reconcile schema report` prints its JSON Schema.
//!
//! Text in it that came from strangers has its control and bidirectional characters shown (`<U+202E>`) but is not escaped: that is
//! the template's, by its name (`.html`, `.md`). Every number stands ready to be printed; where a program may want the number
//! itself, it stands beside it.

mod table;

use schemars::JsonSchema;
use serde::Serialize;

pub use table::{Cell, Column, Table, TableRow};

/// What stands in `schema`.
pub const SCHEMA: &str = "domo-reconcile/report/v1";

/// The whole report.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct View {
    /// [`SCHEMA`]; it changes when a field is renamed or taken away.
    pub schema: &'static str,
    /// The language of the texts, such as `en-GB`.
    pub lang: String,
    /// `[report] title`.
    pub title: String,
    /// `[report] classification`.
    pub classification: Option<String>,
    /// `acme.domo.com`
    pub instance: String,
    /// `20261123T060000Z-4be21f`
    pub run_id: String,
    /// `2026-11-23 06:00 UTC`
    pub run_time: String,
    /// The day judged.
    pub as_of: String,
    /// The tool and its version.
    pub generator: String,
    /// The page's title: what it is, of whom, when.
    pub page_title: String,
    /// What the foot of the page says.
    pub footer: String,
    /// Where everything is.
    pub contents: Vec<Link>,
    /// The script's texts, as JSON.
    pub script_words: String,
    /// Who, when, what, with what: label and value.
    pub identity: Vec<Fact>,
    /// Whether the report can be relied on.
    pub evidence: Reliability,
    /// The Domo side, added up.
    pub accounts: Tally,
    /// The directory side, added up.
    pub people: Tally,
    /// Both sides on one scale.
    pub population_chart: Chart,
    /// Findings by kind and severity.
    pub findings: Summary,
    /// Against the previous run.
    pub change: Change,
    /// What is accepted, in one sentence each.
    pub exceptions: Vec<String>,
    /// Checks that could not run.
    pub not_tested: Vec<Untested>,
    /// What the plan proposes; none with nothing to do or incomplete evidence.
    pub plan: Option<PlanSummary>,
    /// Why there is no plan.
    pub no_plan: Option<String>,
    /// Who signs.
    pub sign_off: SignOff,
    /// One for each kind that has findings, worst first.
    pub sections: Vec<Section>,
    /// The kinds without findings: what was tested, or why not.
    pub without_findings: Vec<Nothing>,
    /// Sentences about the whole list: a cap, a flood.
    pub list_notes: Vec<String>,
    /// Every account that may administer.
    pub privileged: Table,
    /// Whose access changed since the run that it was compared with.
    pub access: Table,
    /// Active accounts outside the company's domains.
    pub external: Table,
    /// Findings of the previous run that are gone.
    pub resolved: Table,
    /// What people decided on the plan of the previous run, and what became of it; none where it had no plan.
    pub last_review: Option<LastReview>,
    /// Exceptions in full.
    pub accepted: Table,
    /// How it was compared, as sentences under headings.
    pub method: Vec<Topic>,
    /// Every parameter with its value and where it came from.
    pub parameters: Table,
    /// What was read, one after the other.
    pub sources: Vec<Source>,
    /// The files of the run.
    pub files: Table,
    /// How to check the files.
    pub verify: String,
    /// The words of the report.
    pub glossary: Vec<Fact>,
}

/// An entry of the contents.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Link {
    /// `#k-leaver`
    pub href: String,
    /// Its name.
    pub label: String,
    /// How many, where that means something.
    pub count: Option<String>,
}

/// A label and its value.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Fact {
    /// The label.
    pub label: String,
    /// The value.
    pub value: String,
    /// A second line, such as why.
    pub note: Option<String>,
    /// An identifier or a raw value, shown in a fixed-width face.
    pub raw: bool,
}

/// Whether the report can be relied on.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "Evidence")] // as the schema of the view has called it from the first
pub struct Reliability {
    /// `complete`, `warnings` or `incomplete`.
    pub status: &'static str,
    /// `Complete with 2 warnings.`
    pub headline: String,
    /// One glyph that says the same.
    pub glyph: &'static str,
    /// What a reader should do about it.
    pub advice: Option<String>,
    /// Why it is not complete, a sentence each.
    pub reasons: Vec<String>,
}

/// One population, added up.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Tally {
    /// `accounts` or `people`.
    pub key: &'static str,
    /// The table's caption.
    pub caption: String,
    /// What was read.
    pub read: TallyRow,
    /// Every situation and its count.
    pub rows: Vec<TallyRow>,
    /// The sum of the situations.
    pub sum: TallyRow,
    /// Whether the sum is what was read.
    pub ties_out: bool,
}

/// A situation and its count.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct TallyRow {
    /// The situation's word in files.
    pub key: String,
    /// Its name.
    pub label: String,
    /// The count as printed.
    pub count: String,
    /// The count.
    pub number: u64,
    /// Its share of what was read.
    pub share: String,
    /// How the count can be checked.
    pub check: String,
    /// Where the findings behind it are.
    pub href: Option<String>,
}

/// Findings by kind and severity.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Summary {
    /// `214 findings need a decision: 3 critical, 12 high. 41 are new.`
    pub sentence: String,
    /// `By the directory, 17 active accounts should not have access: 6 leavers, 9 orphans, 2 suspended.`
    pub should_not: String,
    /// What changed in access since the last run, and what its review came to: a sentence each.
    pub since: Vec<String>,
    /// The worst open ones by name, at most ten; none in an incomplete run.
    pub worst: Vec<Worst>,
    /// How many more of them there are, where there are.
    pub worst_more: Option<String>,
    /// All findings, accepted ones included.
    pub total: u64,
    /// The severities, worst first, with their counts.
    pub severities: Vec<SeverityCount>,
    /// A row a kind that was tested, worst first.
    pub kinds: Vec<KindCount>,
    /// The last row.
    pub totals: KindCount,
    /// Findings by severity.
    pub by_severity: Chart,
    /// How long findings have been open; none in a first run.
    pub by_age: Option<Chart>,
    /// How many there were at each run; none before there are two.
    pub over_time: Option<Chart>,
    /// Drift by field; none without drift.
    pub by_field: Option<Chart>,
    /// What is said of privileged accounts.
    pub privileged: String,
    /// Who may administer, who of them has no second factor, what leavers own, whose rights rose.
    pub answers: Vec<Fact>,
}

/// One of the worst findings, as page one names it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Worst {
    /// Its id.
    pub id: String,
    /// How bad.
    pub severity: Severity,
    /// Whom it is about.
    pub name: String,
    /// Why, in one sentence.
    pub reason: String,
}

/// A severity: word, glyph, and the word that is its class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Severity {
    /// `critical`, ...
    pub key: &'static str,
    /// `Critical`
    pub label: String,
    /// `◆`
    pub glyph: &'static str,
    /// 0 is worst.
    pub rank: usize,
}

/// A severity and how many findings have it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SeverityCount {
    /// Which.
    pub severity: Severity,
    /// How many, as printed.
    pub count: String,
    /// How many.
    pub number: u64,
    /// The filter of findings.csv that gives them.
    pub filter: String,
}

/// A kind and its findings by severity.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct KindCount {
    /// `leaver`, ...
    pub key: String,
    /// Its name.
    pub label: String,
    /// Where its section is.
    pub href: Option<String>,
    /// Findings by severity, worst first, as printed.
    pub counts: Vec<CountCell>,
    /// All of them.
    pub total: String,
    /// The new ones.
    pub new: String,
    /// How many were tested; or why not.
    pub tested: String,
    /// Not tested: the counts mean nothing.
    pub untested: bool,
}

/// One number in the table of kinds.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CountCell {
    /// The severity.
    pub key: &'static str,
    /// The count as printed.
    pub count: String,
    /// Whether it is 0.
    pub zero: bool,
}

/// What is different from the previous run.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Change {
    /// `Previous 230 − resolved 57 + new 41 = 214 now.`, or that this is the first run.
    pub sentence: String,
    /// Whether that sum is right.
    pub ties_out: bool,
    /// Parameters that changed, what was applied, what came back: as many as page one holds.
    pub notes: Vec<String>,
    /// How many more there are, and where; none where that is all.
    pub more: Option<String>,
    /// Those.
    pub further: Vec<String>,
    /// New and resolved over the last runs; none before there are two.
    pub trend: Option<Chart>,
}

/// A chart and the same numbers as a table.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Chart {
    /// Unique in the report.
    pub id: &'static str,
    /// What it shows, in words.
    pub caption: String,
    /// Safe markup: inline SVG without styles.
    pub svg: String,
    /// The same numbers.
    pub table: Table,
}

/// Checks that could not run for one reason.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Untested {
    /// Their names.
    pub check: String,
    /// What evidence is missing.
    pub why: String,
}

/// The plan in numbers.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PlanSummary {
    /// `P-…`
    pub id: String,
    /// `sha256:…`
    pub digest: String,
    /// `23 actions are proposed: 7 deactivate, 16 update.`
    pub sentence: String,
    /// The last moment it may be applied.
    pub expires: String,
    /// The guards and how they stand.
    pub guards: Table,
    /// Names of the guards that refuse it.
    pub refused_by: Vec<String>,
    /// The same in a sentence.
    pub refused: Option<String>,
}

/// The sign-off block.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SignOff {
    /// What is signed.
    pub statement: String,
    /// `Prepared`, `Reviewed`, `Approved`
    pub roles: Vec<String>,
    /// The choices of each.
    pub choices: Vec<String>,
    /// Why the cells are empty.
    pub note: String,
}

/// One kind of finding.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Section {
    /// `leaver`, ...
    pub kind: &'static str,
    /// `k-leaver`
    pub anchor: String,
    /// Its name.
    pub title: String,
    /// How many findings, as printed.
    pub count: String,
    /// How many findings.
    pub number: u64,
    /// Why this matters.
    pub why: String,
    /// `R-LEAVER-01`
    pub rule_id: String,
    /// The exact rule.
    pub rule: String,
    /// The recommended action.
    pub recommended: String,
    /// How many were tested.
    pub tested: Option<String>,
    /// `Showing 500 of 38,214, worst first …`; none when all are shown.
    pub capped: Option<String>,
    /// The flood's pattern, before the samples.
    pub patterns: Vec<String>,
    /// What the findings are about: `Account` or `Subject`.
    pub subject_label: String,
    /// Whether any finding has a Domo id.
    pub has_id: bool,
    /// Whether any finding has a role.
    pub has_role: bool,
    /// Whether first seen and age say anything: not in a first run.
    pub has_seen: bool,
    /// Whether somebody decided on any of them in the last review.
    pub has_decided: bool,
    /// Columns of the kind's own, between the common first and last ones.
    pub columns: Vec<Column>,
    /// What the caption adds, such as which value is the old one.
    pub caption_note: Option<String>,
    /// The findings in chunks, worst first.
    pub chunks: Vec<Chunk>,
    /// Findings that were left out by the cap, where they are few enough to be listed.
    pub left_out: Vec<String>,
    /// What is said of them.
    pub left_out_label: String,
}

/// Some of a section's findings.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Chunk {
    /// Unique in the report.
    pub id: String,
    /// `Attribute drift: findings 1-250 of 1,204, worst first`
    pub caption: String,
    /// The findings.
    pub findings: Vec<Finding>,
}

/// One finding.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Finding {
    /// `F-7k2m9qx0ab`
    pub id: String,
    /// `leaver`, ...
    pub kind: &'static str,
    /// Its name.
    pub kind_label: String,
    /// How bad.
    pub severity: Severity,
    /// The subject: the account's name, else the person's, else what the finding is about.
    pub name: String,
    /// The e-mail under it.
    pub email: Option<String>,
    /// The Domo id, or the word for none.
    pub account_id: String,
    /// The account's role, or the word for none.
    pub role: String,
    /// The sentence that explains the finding.
    pub reason: String,
    /// The kind's own columns, as [`Section::columns`].
    pub cells: Vec<Cell>,
    /// The fields that differ.
    pub changes: Vec<FieldChange>,
    /// What the policy proposes, in words.
    pub action: String,
    /// The first day it was seen.
    pub first_seen: String,
    /// Days since then.
    pub age: i64,
    /// `new`, `open`, `changed`, `reappeared` or `accepted`.
    pub state: &'static str,
    /// The same in words, with until when it is accepted.
    pub state_label: String,
    /// What was decided in the last review, by whom and why; a dash where nothing was.
    pub last_decision: String,
    /// What changed since the previous run, and until when it had been accepted.
    pub notes: Vec<String>,
}

/// One field that differs.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct FieldChange {
    /// The field's name.
    pub field: String,
    /// Domo's value, shown; none is empty.
    pub old: Option<String>,
    /// The directory's value, shown; none is empty.
    pub new: Option<String>,
    /// Differences the eye does not see, such as `case only`.
    pub notes: Vec<String>,
}

/// What was decided on the last plan.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct LastReview {
    /// How much was decided, by whom, how fast.
    pub sentences: Vec<String>,
    /// Decision, outcome and reading back, row by row.
    pub table: Table,
}

/// A kind without findings.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Nothing {
    /// `k-early`
    pub anchor: String,
    /// Its name.
    pub title: String,
    /// `None found. 4,812 accounts were tested.`
    pub sentence: String,
    /// `none` or `not-tested`.
    pub state: &'static str,
    /// The rule.
    pub rule: String,
    /// Its id.
    pub rule_id: String,
}

/// Sentences under a heading.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Topic {
    /// The heading.
    pub title: String,
    /// The sentences.
    pub sentences: Vec<String>,
}

/// One input and how it was read.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Source {
    /// `Domo accounts` or `Directory`.
    pub title: String,
    /// Its name.
    pub name: String,
    /// What is known of it.
    pub facts: Vec<Fact>,
    /// Doubts and choices.
    pub notes: Vec<String>,
    /// Headers and fields, or status words; empty tables are left out.
    pub tables: Vec<Table>,
}

impl Severity {
    /// `◆ Critical`
    pub(crate) fn shown(&self) -> String {
        format!("{} {}", self.glyph, self.label)
    }
}

impl Fact {
    pub(crate) fn new(label: &str, value: impl Into<String>) -> Self {
        Self { label: label.to_owned(), value: value.into(), note: None, raw: false }
    }

    pub(crate) fn raw(label: &str, value: impl Into<String>) -> Self {
        Self { raw: true, ..Self::new(label, value) }
    }

    pub(crate) fn note(mut self, note: Option<String>) -> Self {
        self.note = note;
        self
    }
}
