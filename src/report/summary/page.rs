//! What the page shows: a row an instance in every table.

use super::types::report;
use super::{AuditedRun, InstanceResult, Overall, SCHEMA, Several, Trouble};
use crate::archive::history::State;
use crate::reconcile::EvidenceStatus;
use crate::report::builder::{address, severity};
use crate::report::figures;
use crate::report::texts::Texts;
use crate::report::view::{Cell, Column, Fact, Link, Reliability, Table};
use crate::terms::{Severity, Situation, Totals};
use crate::text::shown;

/// What stands where there is no number because nothing was judged.
const NOTHING: &str = "\u{2013}";

/// The view being made.
pub(super) struct Page<'a> {
    pub(super) several: &'a Several<'a>,
    pub(super) t: &'a Texts,
}

impl Page<'_> {
    pub(super) fn view(&self) -> Overall {
        let (several, t) = (self.several, self.t);
        let report = &several.config.config.report;
        let zone = report.timezone.as_deref().and_then(|zone| zone.parse().ok());
        let title = shown(&report.title);
        let instances_label = t.count("several.instances", several.instances.len() as u64, &[]);
        let generator = format!("domo-reconcile {}", env!("CARGO_PKG_VERSION"));
        let run_time = figures::moment(several.started, None);
        let as_of = several.as_of.to_string();
        let mut identity = vec![
            Fact::new(t.get("identity.as_of"), as_of.clone()),
            Fact::new(t.get("identity.run"), figures::moment(several.started, zone)),
        ];
        // One command reads one directory for all.
        for source in self.judged().next().into_iter().flat_map(|(_, run)| &run.manifest.directory) {
            let (name, rows) = (shown(&source.name), t.count("page.rows", source.rows, &[]));
            identity.push(Fact::new(t.get("identity.directory"), t.fill("several.directory", &[("name", &name), ("rows", &rows)])));
        }
        if let Some((_, run)) = self.judged().next() {
            let (user, host) = (shown(&run.manifest.run.user), shown(&run.manifest.run.host));
            let by = t.fill("identity.run_by_value", &[("user", &user), ("host", &host)]);
            identity.push(Fact::new(t.get("identity.run_by"), by));
        }
        identity.push(Fact::new(t.get("identity.tool"), generator.clone()));
        let link = |href: &str, key: &str| Link { href: href.to_owned(), label: t.get(key).to_owned(), count: None };
        let (left, left_notes) = self.left();
        Overall {
            schema: SCHEMA,
            lang: t.get("page.lang").to_owned(),
            page_title: t.fill("page.page_title", &[("title", &title), ("instance", &instances_label), ("time", &run_time)]),
            title,
            instances_label,
            classification: report.classification.as_deref().map(shown),
            footer: t.fill("page.footer", &[("generator", &generator), ("as_of", &as_of)]),
            generator,
            run_time,
            contents: vec![
                link("#evidence", "several.evidence"),
                link("#findings", "findings.heading"),
                link("#change", "change.heading"),
                link("#population", "population.heading"),
                link("#left", "several.left"),
                link("#runs", "several.runs"),
            ],
            identity,
            evidence: self.evidence(),
            trouble: self.trouble(),
            findings: self.findings(),
            change: self.change(),
            accounts: self.population(["accounts-table", "several.accounts_caption"], |run| tally(&run.findings.accounts)),
            people: self.population(["people-table", "several.people_caption"], |run| tally(&run.findings.people)),
            left_notes,
            left,
            runs: self.runs(),
        }
    }

    pub(super) fn judged(&self) -> impl Iterator<Item = (&str, &AuditedRun)> {
        self.several.instances.iter().filter_map(|instance| match &instance.outcome {
            InstanceResult::Audited(run) => Some((instance.name.as_str(), run.as_ref())),
            InstanceResult::Failed { .. } => None,
        })
    }

    fn with(&self, status: EvidenceStatus) -> u64 {
        self.judged().filter(|(_, run)| run.status() == status).count() as u64
    }

    fn failed(&self) -> u64 {
        (self.several.instances.len() - self.judged().count()) as u64
    }

    fn evidence(&self) -> Reliability {
        let t = self.t;
        let all = self.several.instances.len() as u64;
        let total = figures::grouped(all);
        let of = [("total", total.as_str())];
        let (failed, incomplete) = (self.failed(), self.with(EvidenceStatus::Incomplete));
        let warnings = self.with(EvidenceStatus::Warnings);
        let mut said = Vec::new();
        if failed > 0 {
            said.push(t.count("several.failed", failed, &of));
        }
        if incomplete > 0 {
            said.push(t.count("several.incomplete", incomplete, &of));
        }
        let (status, glyph, headline, advice) = match (said.is_empty(), warnings) {
            (false, _) => ("incomplete", "\u{2715}", said.join(" "), Some(t.get("several.not_the_whole").to_owned())),
            (true, 0) => ("complete", "\u{2713}", t.count("several.complete", all, &[]), None),
            (true, _) => ("warnings", "!", t.count("several.warnings", warnings, &of), None),
        };
        Reliability { status, headline, glyph, advice, reasons: Vec::new() }
    }

    /// Failed ones first, then incomplete ones, then warnings.
    fn trouble(&self) -> Vec<Trouble> {
        let t = self.t;
        let mut all: Vec<(u8, Trouble)> = Vec::new();
        for instance in self.several.instances {
            let name = address(&instance.name);
            match &instance.outcome {
                InstanceResult::Failed { why, folder } => {
                    let lines = why.lines().map(|line| shown(line.trim())).collect();
                    let href = folder.as_deref().map(report);
                    let label = t.get("several.label_failed").to_owned();
                    all.push((0, Trouble { instance: name, status: "failed", label, lines, href }));
                }
                InstanceResult::Audited(run) => {
                    let (order, status, label) = match run.status() {
                        EvidenceStatus::Complete => continue,
                        EvidenceStatus::Incomplete => (1, "incomplete", "several.label_incomplete"),
                        EvidenceStatus::Warnings => (2, "warnings", "several.label_warnings"),
                    };
                    let lines = run.findings.evidence.reasons.iter().map(shown).collect();
                    let label = t.get(label).to_owned();
                    all.push((order, Trouble { instance: name, status, label, lines, href: Some(run.report()) }));
                }
            }
        }
        all.sort_by_key(|(order, _)| *order);
        all.into_iter().map(|(_, trouble)| trouble).collect()
    }

    /// A table with a row an instance; one that was not judged has no numbers, not zeros.
    fn table(&self, id: &'static str, caption: &str, columns: Vec<Column>, cells: impl Fn(&AuditedRun) -> Vec<Cell>) -> Table {
        let t = self.t;
        let mut first = vec![Column::new("instance", t.get("identity.instance"), "s")];
        first.extend(columns);
        let caption = match self.failed() {
            0 => t.get(caption).to_owned(),
            _ => format!("{}. {}", t.get(caption), t.get("several.nothing")),
        };
        // Where there is nothing to count it is said in the first column for words, beside the name.
        let mut nothing: Vec<_> = first.iter().skip(1).map(|column| dash(column.sort)).collect();
        if let Some(words) = first.iter().skip(1).position(|column| column.sort != "n") {
            nothing[words] = Cell::of("bad", t.get("several.label_failed").to_owned());
        }
        let mut table = Table::new(id, caption, first, t.get("page.none"));
        for instance in self.several.instances {
            let name = Cell::text(address(&instance.name));
            let (href, cells) = match &instance.outcome {
                InstanceResult::Audited(run) => (Some(run.report()), cells(run)),
                InstanceResult::Failed { folder, .. } => (folder.as_deref().map(report), nothing.clone()),
            };
            let name = Cell { href, ..name };
            table.row(None, std::iter::once(name).chain(cells).collect());
        }
        table
    }

    fn findings(&self) -> Table {
        let t = self.t;
        let mut columns = vec![Column::new("evidence", t.get("several.column_evidence"), "s")];
        columns.extend(Severity::ALL.map(|one| {
            let shown = severity(one, t);
            Column::new(shown.key, &shown.shown(), "n")
        }));
        columns.push(Column::new("total", t.get("findings.total"), "n"));
        columns.push(Column::new("accepted", t.get("several.column_accepted"), "n"));
        columns.push(Column::new("plan", t.get("several.column_plan"), "s"));
        self.table("findings-table", "several.findings_caption", columns, |run| {
            let mut cells = vec![match run.status() {
                EvidenceStatus::Complete => Cell::of("ok", format!("\u{2713} {}", t.get("several.label_complete"))),
                EvidenceStatus::Warnings => Cell::text(format!("! {}", t.get("several.label_warnings"))),
                EvidenceStatus::Incomplete => Cell::of("bad", format!("\u{2715} {}", t.get("several.label_incomplete"))),
            }];
            cells.extend(Severity::ALL.map(|severity| {
                let number = run.count(|finding| finding.severity == severity);
                Cell { form: number_form(severity, number), ..Cell::count(number) }
            }));
            cells.push(Cell::count(run.findings.findings.len() as u64));
            cells.push(Cell::count(run.count(|finding| finding.exception.is_some())));
            cells.push(match &run.manifest.plan {
                Some(plan) => {
                    let held = plan.refused_by.join(", ");
                    let held = (!held.is_empty()).then(|| t.fill("several.held", &[("guards", &held)]));
                    Cell::text(t.count("several.actions", plan.actions, &[])).with(held.into_iter().collect())
                }
                None => Cell::or(None, t.get("page.none")),
            });
            cells
        })
    }

    fn change(&self) -> Table {
        let t = self.t;
        let columns = vec![
            Column::new("since", t.get("identity.compared"), "d"),
            Column::new("new", t.get("state.new"), "n"),
            Column::new("reappeared", t.get("state.reappeared"), "n"),
            Column::new("still", t.get("several.column_still"), "n"),
            Column::new("now", t.get("several.column_now"), "n"),
            Column::new("resolved", t.get("several.column_resolved"), "n"),
        ];
        self.table("change-table", "several.change_caption", columns, |run| {
            let summary = run.manifest.summary.as_ref();
            let state = |states: &[State]| Cell::count(run.count(|finding| states.contains(&finding.state)));
            let since = match (summary.and_then(|summary| summary.compared_with.as_deref()), run.compared_with) {
                (None, _) => Cell::or(None, t.get("several.first")),
                (Some(_), Some(day)) => Cell::day(Some(day), ""),
                (Some(id), None) => Cell::raw(id),
            };
            vec![
                since,
                state(&[State::New]),
                state(&[State::Reappeared]),
                state(&[State::Open, State::Changed]),
                Cell::count(run.findings.findings.len() as u64),
                Cell::count(summary.map_or(0, |summary| summary.resolved)),
            ]
        })
    }

    /// Situations that nobody is in have no column, and are named.
    fn population(&self, [id, caption]: [&'static str; 2], tally: impl Fn(&AuditedRun) -> Tally) -> Table {
        let t = self.t;
        let mut sums: Vec<(&str, u64)> = Vec::new();
        for (_, run) in self.judged() {
            for (place, (name, count)) in tally(run).1.into_iter().enumerate() {
                match sums.get_mut(place) {
                    Some((_, sum)) => *sum += count,
                    None => sums.push((name, count)),
                }
            }
        }
        let label = |name: &str| t.find(&format!("situation.{name}")).unwrap_or(name).to_owned();
        let mut columns = vec![Column::new("read", t.get("situation.read"), "n")];
        columns.push(Column::new("sum", t.get("population.sum"), "n"));
        columns.push(Column::new("check", t.get("several.column_check"), "s"));
        columns.extend(sums.iter().filter(|(_, sum)| *sum > 0).map(|(name, _)| Column::new("situation", &label(name), "n")));
        let mut table = self.table(id, caption, columns, |run| {
            let (read, parts) = tally(run);
            let sum: u64 = parts.iter().map(|(_, count)| count).sum();
            let check = match sum == read {
                true => Cell::of("ok", t.get("population.ties_out").to_owned()),
                false => Cell::of("bad", t.get("population.not_ties_out").to_owned()),
            };
            let mut cells = vec![Cell::count(read), Cell::count(sum), check];
            let used = parts.iter().zip(&sums).filter(|(_, (_, sum))| *sum > 0);
            cells.extend(used.map(|((_, count), _)| Cell::count(*count)));
            cells
        });
        let empty: Vec<_> = sums.iter().filter(|(_, sum)| *sum == 0).map(|(name, _)| label(name)).collect();
        if !empty.is_empty() {
            table.caption = format!("{}. {}", table.caption, t.fill("several.dropped", &[("situations", &empty.join(", "))]));
        }
        table
    }

    fn runs(&self) -> Table {
        let t = self.t;
        let columns =
            vec![Column::new("run", t.get("identity.run_id"), "s"), Column::new("digest", t.get("several.column_digest"), "s")];
        self.table("runs-table", "several.runs_caption", columns, |run| {
            vec![Cell::raw(&run.manifest.run.id), Cell::raw(&run.manifest_sha256)]
        })
    }
}

/// How many were read, and how many of them are in which situation.
type Tally = (u64, Vec<(&'static str, u64)>);

fn tally<S: Situation, const N: usize>(totals: &Totals<S, N>) -> Tally {
    (totals.read, totals.parts().map(|(situation, count)| (situation.word(), count)).into())
}

/// What stands in a column of an instance that was not audited.
fn dash(sort: &str) -> Cell {
    Cell::of(if sort == "n" { "number zero" } else { "empty" }, NOTHING.to_owned())
}

/// The class of a count by severity: what is there is in its colour.
fn number_form(severity: Severity, number: u64) -> &'static str {
    match number {
        0 => "number zero",
        _ => ["number critical-t", "number high-t", "number medium-t", "number low-t", "number info-t"][severity.rank()],
    }
}
