//! What was decided on a plan and what became of it: `decisions.html` and `decisions.csv`, made anew after each review and apply.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::document::{Document, DocumentTable, columns};
use crate::archive::run::moment;
use crate::plan::journal::{ActionState, Journal, JournalLine, Opening};
use crate::plan::review::{self, DecisionCounts};
use crate::plan::sheet::{self, Decidable};
use crate::plan::{Decision, Plan, Verdict};
use crate::text;

/// The page, and the table of its CSV file: one row a decision, those that were replaced included.
pub fn decisions(plan: &Plan, journal: &Journal, classification: Option<String>) -> (Document, DocumentTable) {
    let rows = sheet::rows(plan);
    let standings = journal.fold();
    let table = |caption: &str, empty: &str, rows: Vec<Vec<String>>| {
        let whole =
            DocumentTable { caption: caption.into(), columns: columns(COLUMNS), rows, empty: empty.into(), ..Default::default() };
        whole.filled().counted()
    };
    let of = |wanted: &dyn Fn(Verdict) -> bool| {
        let has = |row: &&Decidable<'_>| wanted(plan.decisions.get(row.id()).map_or(Verdict::Open, |decision| decision.verdict));
        rows.iter().filter(has).map(|row| line(plan, row, &standings)).collect::<Vec<_>>()
    };
    let document = Document {
        title: format!("Decisions on plan {}", plan.id),
        instance: plan.instance.clone(),
        classification,
        lead: vec![counted(plan, &rows)],
        facts: facts(plan, journal),
        tables: vec![
            table("Rejected", "Nothing was rejected.", of(&|verdict| verdict == Verdict::Reject)),
            table("Approved", "Nothing was approved.", of(&|verdict| verdict == Verdict::Approve)),
            table(
                "Findings that nothing is done about",
                "None was answered.",
                of(&|verdict| matches!(verdict, Verdict::Keep | Verdict::NotMine | Verdict::AcceptUntil)),
            ),
            table("Open: nobody decided", "Everything is decided.", of(&|verdict| verdict == Verdict::Open)),
        ],
        limits: vec![
            "Who decided is as they or whoever recorded it said; the user of the machine that recorded it stands in \
             plan.json."
                .into(),
            "What is proposed is under the plan's digest. Decisions are not: from the next run of the archive on, its manifest \
             records how they were then, and `domo-reconcile verify` tells whether they are still so."
                .into(),
        ],
        behind: Vec::new(),
    };
    (document, events(plan, &rows, &standings))
}

/// What became of every action of a plan, for the page that the plan came from.
pub fn outcomes(plan: &Plan, journal: &Journal) -> DocumentTable {
    let (rows, standings) = (sheet::rows(plan), journal.fold());
    DocumentTable {
        caption: format!("Plan {}: what became of it", plan.id),
        columns: columns(COLUMNS),
        rows: rows.iter().map(|row| line(plan, row, &standings)).collect(),
        empty: "It has no actions.".into(),
        ..DocumentTable::default()
    }
    .filled()
    .counted()
}

/// Who applied a plan and when, each time, with the guards that they went against and why.
pub fn applied(journal: &Journal) -> Vec<String> {
    let told = |(line, open): (&JournalLine, &Opening)| {
        let against = open.overrides.iter().map(|one| {
            format!(", against the guard {} ({} where {} is the limit): {}", one.guard, one.value, one.limit, one.reason)
        });
        let alone = if open.alone { ", with no archive of its run at hand" } else { "" };
        format!("{} by {}{}{alone}", text::minute(line.at), open.by.join(" as "), against.collect::<String>())
    };
    journal.opened().map(told).collect()
}

const COLUMNS: [&str; 10] =
    ["Row", "Severity", "What", "Account", "Change", "Why", "Decision", "Decided before", "Outcome", "Read back"];

fn line(plan: &Plan, row: &Decidable<'_>, standings: &BTreeMap<&str, ActionState<'_>>) -> Vec<String> {
    let decision = plan.decisions.get(row.id());
    let earlier = decision.iter().flat_map(|decision| decision.earlier.iter().rev());
    let earlier = earlier.map(Decision::summary).collect::<Vec<_>>().join("; ");
    let [outcome, at] = became(standings.get(row.id()), text::minute);
    vec![
        row.id().to_owned(),
        row.severity().map_or("", |severity| severity.as_str()).to_owned(),
        row.kind().to_owned(),
        row.subject(),
        row.change().replace('\n', "; "),
        row.why().to_owned(),
        decision.map_or_else(|| "open".to_owned(), Decision::summary),
        earlier,
        outcome,
        at,
    ]
}

fn facts(plan: &Plan, journal: &Journal) -> Vec<(String, String)> {
    let mut facts = vec![
        ("Plan".to_owned(), plan.id.clone()),
        ("Digest".to_owned(), plan.digest.clone()),
        ("Run".to_owned(), plan.run_id.clone()),
        ("Made".to_owned(), text::minute(plan.created)),
        ("Expires".to_owned(), text::minute(plan.expires)),
    ];
    facts.extend(applied(journal).into_iter().map(|applied| ("Applied".to_owned(), applied)));
    facts
}

/// `40 of 42 rows are decided: 38 approved, 2 rejected; 2 are open.`
fn counted(plan: &Plan, rows: &[Decidable<'_>]) -> String {
    let counts = review::tally(plan, rows, |_| Some(())).remove(&()).unwrap_or_default();
    let DecisionCounts { approved, rejected, answered, open } = counts;
    let decided = approved + rejected + answered;
    let answered = if answered > 0 { format!(", {answered} answered without an action") } else { String::new() };
    format!(
        "{decided} of {} decided: {approved} approved, {rejected} rejected{answered}; {open} open.",
        text::plural(counts.all(), "row", "rows")
    )
}

fn became(standing: Option<&ActionState<'_>>, told: impl Fn(DateTime<Utc>) -> String) -> [String; 2] {
    match standing.and_then(|standing| Some((standing.outcome?, standing.detail))) {
        Some(((outcome, at), detail)) => {
            let detail = detail.map(|detail| format!(": {detail}")).unwrap_or_default();
            [format!("{outcome}{detail}"), if outcome.is_done() { told(at) } else { String::new() }]
        }
        None => [String::new(), String::new()],
    }
}

/// One row a decision, oldest first within a row of the plan.
fn events(plan: &Plan, rows: &[Decidable<'_>], standings: &BTreeMap<&str, ActionState<'_>>) -> DocumentTable {
    let columns = columns([
        "row",
        "finding",
        "severity",
        "kind",
        "account_id",
        "email",
        "name",
        "verdict",
        "until",
        "by",
        "recorded_by",
        "at",
        "comment",
        "from",
        "stands",
        "outcome",
        "read_back",
        "carried_by",
    ]);
    let mut events = Vec::new();
    for row in rows {
        let [outcome, read_back] = became(standings.get(row.id()), moment);
        let said = plan
            .decisions
            .get(row.id())
            .into_iter()
            .flat_map(|decision| decision.earlier.iter().map(|one| (one, "no")).chain([(decision, "yes")]));
        let about = [
            row.id().to_owned(),
            row.finding().unwrap_or_default().to_owned(),
            row.severity().map_or("", |severity| severity.as_str()).to_owned(),
            row.kind().to_owned(),
            row.account_id().map(|id| id.to_string()).unwrap_or_default(),
            row.email().unwrap_or_default().to_owned(),
            row.name().unwrap_or_default().to_owned(),
        ];
        let mut any = false;
        for (one, stands) in said {
            any = true;
            let decided = [
                one.verdict.as_str().to_owned(),
                one.until.map(|day| day.to_string()).unwrap_or_default(),
                one.by.clone(),
                one.recorded_by.clone().unwrap_or_default(),
                moment(one.at),
                one.comment.clone().unwrap_or_default(),
                one.from.clone().unwrap_or_default(),
                stands.to_owned(),
            ];
            let became = if stands == "yes" { [outcome.clone(), read_back.clone()] } else { Default::default() };
            let carried = one.carried_by.join(", ");
            events.push(about.iter().cloned().chain(decided).chain(became).chain([carried]).collect());
        }
        if !any {
            let open = ["open", "", "", "", "", "", "", "yes"].map(str::to_owned);
            events.push(about.into_iter().chain(open).chain([outcome, read_back, String::new()]).collect());
        }
    }
    DocumentTable { columns, rows: events, ..DocumentTable::default() }
}
