//! The run behind a page that was made after it, as plain tables. Who tests a certification asks on the certification's own page
//! what was read and how whole it was, by which rules it was judged, what was found and accepted, what could not be tested, and the
//! digest of every file.

use anyhow::Result;

use super::builder::changed;
use super::document::{DocumentTable, columns};
use super::inputs::Inputs;
use super::templates::Templates;
use super::texts::Texts;
use super::view::{self, Cell, Fact, Section, Tally, View};
use super::{build, cap, figures};
use crate::archive::{findings, manifest};
use crate::config::Config;
use crate::plan;
use crate::terms::Kind;

/// Its tables; `inputs.plan` and `inputs.options` are of no matter to them.
///
/// # Errors
/// None in practice: the catalogue is built in.
pub fn tables(inputs: &Inputs, files: &[manifest::FileEntry]) -> Result<Vec<DocumentTable>> {
    let templates = Templates::load(&Config::default())?;
    let t = &templates.texts;
    let ordered = cap::ordered(&inputs.reconciliation.findings, inputs.history);
    let view = build::view(inputs, &ordered, t, files);
    let mut all = vec![identity(inputs, t, &view), tally(t, &view.accounts), tally(t, &view.people), counts(t, &view)];
    all.push(said(t, "change.heading", std::iter::once(&view.change.sentence).chain(&view.change.notes)));
    let charts = [&view.change.trend, &view.findings.over_time].into_iter().flatten();
    all.extend(charts.map(|chart| plain(chart.caption.clone(), &chart.table)));
    all.push(facts(t, t.get("document.figures").to_owned(), &view.findings.answers));
    all.push(rules(t, &view));
    all.extend(view.sections.iter().map(|section| findings_of(t, section)));
    // What is cut says so in its own caption.
    let heading = |heading: &str, table: &view::Table| match table.total.as_ref() {
        Some(total) if *total != figures::grouped(table.rows.len() as u64) => table.caption.clone(),
        _ => t.get(heading).to_owned(),
    };
    let mut list = |name: &str, table: &view::Table| all.push(plain(heading(name, table), table));
    list("privileged.heading", &view.privileged);
    list("access.heading", &view.access);
    list("external.heading", &view.external);
    list("accepted.heading", &view.accepted);
    if let Some(last) = &view.last_review {
        list("last_review.heading", &last.table);
    }
    let untested = view.not_tested.iter().map(|one| vec![one.check.clone(), one.why.clone()]);
    all.push(DocumentTable {
        rows: untested.collect(),
        empty: t.get("not_tested.none").to_owned(),
        ..pairs(t, t.get("not_tested.heading").to_owned())
    });
    let method =
        view.method.iter().flat_map(|topic| topic.sentences.iter().map(|sentence| vec![topic.title.clone(), sentence.clone()]));
    all.push(DocumentTable { rows: method.collect(), ..pairs(t, t.get("method.heading").to_owned()) });
    all.push(plain(t.get("parameters.heading").to_owned(), &view.parameters));
    for source in &view.sources {
        let mut table = facts(t, format!("{}: {}", source.title, source.name), &source.facts);
        table.rows.extend(source.notes.iter().map(|note| vec![t.get("document.note").to_owned(), note.clone()]));
        all.push(table);
        all.extend(source.tables.iter().map(|table| plain(table.caption.clone(), table)));
    }
    all.push(plain(t.get("files.heading").to_owned(), &view.files));
    Ok(all)
}

fn pairs(t: &Texts, caption: String) -> DocumentTable {
    DocumentTable {
        caption,
        columns: vec![t.get("document.what").to_owned(), t.get("document.said").to_owned()],
        ..DocumentTable::default()
    }
}

fn facts(t: &Texts, caption: String, facts: &[Fact]) -> DocumentTable {
    let row = |fact: &Fact| {
        vec![
            fact.label.clone(),
            [Some(&fact.value), fact.note.as_ref()].into_iter().flatten().cloned().collect::<Vec<_>>().join(" "),
        ]
    };
    DocumentTable { rows: facts.iter().map(row).collect(), ..pairs(t, caption) }
}

fn said<'a>(t: &Texts, heading: &str, sentences: impl Iterator<Item = &'a String>) -> DocumentTable {
    let caption = t.get(heading).to_owned();
    DocumentTable {
        columns: columns([t.get("document.said")]),
        rows: sentences.map(|sentence| vec![sentence.clone()]).collect(),
        caption,
        ..DocumentTable::default()
    }
}

fn identity(inputs: &Inputs, t: &Texts, view: &View) -> DocumentTable {
    let (run, zone) = (inputs.run, inputs.config.config.report.timezone.as_deref().and_then(|zone| zone.parse().ok()));
    let more = [
        Fact::new(t.get("identity.finished"), figures::moment(run.finished, zone)),
        Fact::new(t.get("identity.command"), run.command.join(" ")),
        Fact::new(t.get("document.schemas"), [manifest::SCHEMA, findings::SCHEMA, plan::format::SCHEMA].join(", ")),
    ];
    facts(t, t.get("identity.heading").to_owned(), &[view.identity.as_slice(), &more].concat())
}

fn tally(t: &Texts, tally: &Tally) -> DocumentTable {
    let rows = [&tally.read].into_iter().chain(&tally.rows).chain([&tally.sum]);
    DocumentTable {
        caption: tally.caption.clone(),
        columns: [t.get("column.situation"), t.get("findings.total"), t.get("not_tested.check")].map(str::to_owned).into(),
        rows: rows.map(|row| vec![row.label.clone(), row.count.clone(), row.check.clone()]).collect(),
        ..DocumentTable::default()
    }
}

fn counts(t: &Texts, view: &View) -> DocumentTable {
    let summary = &view.findings;
    let head =
        [t.get("findings.kind").to_owned()].into_iter().chain(summary.severities.iter().map(|one| one.severity.label.clone()));
    let row = |kind: &view::KindCount| {
        let counts = kind.counts.iter().map(|cell| cell.count.clone());
        let ends = [kind.total.clone(), kind.new.clone(), kind.tested.clone()];
        [kind.label.clone()].into_iter().chain(counts).chain(ends).collect()
    };
    DocumentTable {
        caption: t.get("findings.by_kind").to_owned(),
        columns: head.chain(["findings.total", "state.new", "document.tested"].map(|key| t.get(key).to_owned())).collect(),
        rows: summary.kinds.iter().chain([&summary.totals]).map(row).collect(),
        ..DocumentTable::default()
    }
}

/// Every rule, with on how many it was tested or why not.
fn rules(t: &Texts, view: &View) -> DocumentTable {
    let found = view.sections.iter().map(|one| {
        let tested = one.tested.clone().unwrap_or_default();
        vec![one.rule_id.clone(), one.title.clone(), one.rule.clone(), tested]
    });
    let none = view
        .without_findings
        .iter()
        .map(|one| vec![one.rule_id.clone(), one.title.clone(), one.rule.clone(), one.sentence.clone()]);
    DocumentTable {
        caption: t.get("document.rules").to_owned(),
        columns: ["section.rule", "findings.kind", "document.said", "document.tested"].map(|key| t.get(key).to_owned()).into(),
        rows: found.chain(none).collect(),
        ..DocumentTable::default()
    }
}

/// The findings of a kind with its own columns, as far as the report has them.
fn findings_of(t: &Texts, section: &Section) -> DocumentTable {
    let common = ["column.finding", "column.severity"].map(|key| t.get(key).to_owned()).into_iter();
    let common = common.chain([section.subject_label.clone(), t.get("column.domo_id").to_owned(), t.get("column.role").to_owned()]);
    let own = section.columns.iter().map(|column| column.label.clone());
    let drift = (section.kind == Kind::Drift.as_str()).then(|| t.get("column.change").to_owned());
    let ends = ["column.action", "column.first_seen", "column.age", "column.status", "column.last_decision"]
        .map(|key| t.get(key).to_owned());
    let row = |one: &view::Finding| {
        let changes = one.changes.iter();
        let changes = changes.map(|change| changed(t, &change.field, change.old.as_deref(), change.new.as_deref()));
        let changes = drift.is_some().then(|| changes.collect::<Vec<_>>().join("; "));
        let subject = [Some(&one.name), one.email.as_ref()].into_iter().flatten().cloned().collect::<Vec<_>>().join(" ");
        [one.id.clone(), one.severity.shown(), subject, one.account_id.clone(), one.role.clone()]
            .into_iter()
            .chain(changes)
            .chain(one.cells.iter().map(cell))
            .chain([
                one.action.clone(),
                one.first_seen.clone(),
                one.age.to_string(),
                one.state_label.clone(),
                one.last_decision.clone(),
            ])
            .collect()
    };
    let rest = section.capped.as_ref().map(|rest| format!(". {rest}")).unwrap_or_default();
    DocumentTable {
        caption: format!("{}: {}{rest}", t.get("findings.heading"), section.title),
        count: Some(section.count.clone()),
        columns: common.chain(drift.clone()).chain(own).chain(ends).collect(),
        rows: section.chunks.iter().flat_map(|chunk| &chunk.findings).map(row).collect(),
        ..DocumentTable::default()
    }
}

fn plain(caption: String, table: &view::Table) -> DocumentTable {
    DocumentTable {
        caption,
        columns: table.columns.iter().map(|column| column.label.clone()).collect(),
        rows: table.rows.iter().map(|row| row.cells.iter().map(cell).collect()).collect(),
        empty: table.empty.clone(),
        count: table.total.clone(),
        ..DocumentTable::default()
    }
}

fn cell(cell: &Cell) -> String {
    std::iter::once(&cell.text).chain(&cell.more).cloned().collect::<Vec<_>>().join("; ")
}
