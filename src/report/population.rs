//! The sums of both sides: how many were read, how many are in which situation, and what follows from that.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::{DataFrame, DataType};

use super::builder::Builder;
use super::figures;
use super::view::{Tally, TallyRow};
use crate::terms::{AccountSituation, Kind, PersonSituation};
use crate::text::shown;

/// The accounts by situation.
pub(super) fn accounts(builder: &Builder) -> Tally {
    let t = builder.t;
    let judged = builder.inputs.reconciliation;
    let totals = &judged.accounts;
    let evidence = &builder.inputs.accounts.evidence;
    let read = if evidence.is_from_api() {
        t.count("population.read_api", evidence.passes.max(1), &[])
    } else {
        t.fill("population.read_file", &[("name", &shown(&evidence.source))])
    };
    let drifting = builder.kind_total(Kind::Drift);
    let rules = builder.inputs.config.config.exclude.len() as u64;
    let found = with_findings(&judged.account_rows, judged.findings.iter().filter_map(|one| Some(one.account.as_ref()?.index)));
    let rows = totals.parts().map(|(situation, number)| {
        let kind = situation.finding();
        let check = match (situation, kind) {
            (_, Some(kind)) => t.count("population.findings_of", builder.kind_total(kind), &[]),
            (AccountSituation::Matched, _) => t.count("population.matched_drift", drifting, &[]),
            (AccountSituation::Excluded, _) => t.count("population.excluded_rules", rules, &[]),
            _ => counted(builder, found.get(situation.as_str())),
        };
        tally_row(builder, situation.as_str(), number, totals.read, check, kind)
    });
    tally(builder, "accounts", t.get("population.accounts"), totals.read, read, rows.into())
}

/// The people by situation.
pub(super) fn people(builder: &Builder) -> Tally {
    let t = builder.t;
    let judged = builder.inputs.reconciliation;
    let totals = &judged.people;
    let found = with_findings(&judged.person_rows, judged.findings.iter().filter_map(|one| one.person.as_ref()?.index));
    let read = t.count("population.read_people", builder.inputs.people.sources.len() as u64, &[]);
    let rows = totals.parts().map(|(situation, number)| {
        use PersonSituation::{Ambiguous, Conflict, Duplicate, Missing, Rejected};
        let (kind, check) = match situation {
            Missing => (Some(Kind::Missing), t.count("population.findings_of", builder.kind_total(Kind::Missing), &[])),
            Duplicate | Rejected => (Some(Kind::Quality), t.get("population.see_sources").to_owned()),
            Ambiguous => (Some(Kind::Ambiguous), t.get("population.findings_other").to_owned()),
            Conflict => (Some(Kind::Conflict), t.get("population.findings_other").to_owned()),
            _ => (None, counted(builder, found.get(situation.as_str()))),
        };
        tally_row(builder, situation.as_str(), number, totals.read, check, kind)
    });
    tally(builder, "people", t.get("population.people"), totals.read, read, rows.into())
}

/// What is said of a situation that is no finding by itself.
fn counted(builder: &Builder, with_findings: Option<&u64>) -> String {
    match with_findings {
        Some(number) => builder.t.count("population.with_findings", *number, &[]),
        None => builder.t.get("population.no_finding").to_owned(),
    }
}

fn tally(builder: &Builder, key: &'static str, caption: &str, read: u64, check: String, rows: Vec<TallyRow>) -> Tally {
    let sum: u64 = rows.iter().map(|row| row.number).sum();
    let ties_out = sum == read;
    let said = builder.t.get(if ties_out { "population.ties_out" } else { "population.not_ties_out" }).to_owned();
    let mut last = tally_row(builder, "sum", sum, read, said, None);
    last.label = builder.t.get("population.sum").to_owned();
    Tally { key, caption: caption.to_owned(), read: tally_row(builder, "read", read, read, check, None), rows, sum: last, ties_out }
}

fn tally_row(builder: &Builder, key: &'static str, number: u64, read: u64, check: String, kind: Option<Kind>) -> TallyRow {
    let label = builder.t.find(&format!("situation.{key}")).unwrap_or(key).to_owned();
    TallyRow {
        label,
        count: figures::grouped(number),
        number,
        share: figures::percent(number, read),
        check,
        href: kind.filter(|kind| number > 0 && builder.kind_total(*kind) > 0).map(|kind| format!("#k-{kind}")),
        key: key.to_owned(),
    }
}

/// How many rows of each situation findings are about, given those rows.
fn with_findings(rows: &DataFrame, found: impl Iterator<Item = u32>) -> BTreeMap<String, u64> {
    let situations = rows.column("situation").ok().and_then(|column| column.cast(&DataType::String).ok());
    let situations = situations.as_ref().and_then(|column| column.str().ok());
    let mut counts = BTreeMap::new();
    for row in found.collect::<BTreeSet<_>>() {
        if let Some(situation) = situations.and_then(|column| column.get(row as usize)) {
            *counts.entry(situation.to_owned()).or_default() += 1;
        }
    }
    counts
}
