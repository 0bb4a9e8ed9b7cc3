//! What every section of the view is made from: the run and its texts, with what several of them count or say.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use super::figures;
use super::inputs::Inputs;
use super::texts::Texts;
use super::view;
use crate::archive::history::State;
use crate::archive::manifest::FileEntry;
use crate::config;
use crate::reconcile::{Finding, FindingId};
use crate::terms::{Kind, Severity};
use crate::text::shown;

/// What all parts of the view are made from.
pub(super) struct Builder<'a> {
    pub(super) inputs: &'a Inputs<'a>,
    pub(super) t: &'a Texts,
    pub(super) zone: Option<Tz>,
    /// The findings in the report's order.
    pub(super) ordered: &'a [&'a Finding],
    pub(super) files: &'a [FileEntry],
    /// Findings by kind, and by kind and severity.
    pub(super) by_kind: BTreeMap<Kind, [u64; Severity::COUNT]>,
    /// Findings that had been accepted until a day that is over.
    pub(super) expired: BTreeMap<&'a FindingId, NaiveDate>,
}

impl<'a> Builder<'a> {
    pub(super) fn new(inputs: &'a Inputs<'a>, ordered: &'a [&'a Finding], t: &'a Texts, files: &'a [FileEntry]) -> Self {
        let config = &inputs.config.config;
        let zone = config.report.timezone.as_deref().and_then(|zone| zone.parse().ok());
        let mut by_kind: BTreeMap<Kind, [u64; Severity::COUNT]> = BTreeMap::new();
        for finding in &inputs.reconciliation.findings {
            by_kind.entry(finding.kind).or_default()[finding.severity.rank()] += 1;
        }
        let used = inputs.reconciliation.exceptions.iter().filter(|used| used.expired);
        let expired = used.filter_map(|used| Some((used, config.exception.get(used.index)?.expires)));
        let expired = expired.flat_map(|(used, day)| used.findings.iter().map(move |id| (id, day))).collect();
        Self { inputs, t, zone, ordered, files, by_kind, expired }
    }

    /// The kinds that this run looked for or found, in the report's order.
    pub(super) fn kinds(&self) -> impl Iterator<Item = Kind> {
        let tested = &self.inputs.reconciliation.method.tested;
        Kind::ALL.into_iter().filter(|kind| tested.contains_key(kind) || self.kind_total(*kind) > 0)
    }

    /// All findings of a kind, accepted ones included.
    pub(super) fn kind_total(&self, kind: Kind) -> u64 {
        self.by_kind.get(&kind).map_or(0, |counts| counts.iter().sum())
    }

    /// Why a kind was not tested, if it was not.
    pub(super) fn untested(&self, kind: Kind) -> Option<&str> {
        let slug = kind.as_str();
        let all = &self.inputs.reconciliation.not_tested;
        let named = all.iter().find(|untested| untested.check == slug).map(|untested| untested.why.as_str());
        // "None found" among nobody would read like a result, and "nothing to test" where it may not have been read.
        let nothing = self.inputs.reconciliation.method.tested.get(&kind) == Some(&0);
        let why = match kind {
            Kind::Exception => "section.no_exceptions",
            _ if self.inputs.reconciliation.evidence.is_incomplete() => "not_tested.incomplete",
            _ => "section.nothing_to_test",
        };
        named.or_else(|| nothing.then(|| self.t.get(why)))
    }

    /// Whether there is nothing that a kind could be found about: that is no gap in the evidence, where that is whole.
    pub(super) fn is_not_applicable(&self, kind: Kind) -> bool {
        let judged = self.inputs.reconciliation;
        let named = judged.not_tested.iter().any(|untested| untested.check == kind.as_str());
        let whole = kind == Kind::Exception || !judged.evidence.is_incomplete();
        whole && !named && judged.method.tested.get(&kind) == Some(&0)
    }

    pub(super) fn severity(&self, severity: Severity) -> view::Severity {
        self::severity(severity, self.t)
    }

    /// A fact that is a number.
    pub(super) fn count(&self, key: &str, number: u64) -> view::Fact {
        view::Fact::new(self.t.get(key), figures::grouped(number))
    }

    /// A fact that is a moment.
    pub(super) fn moment(&self, key: &str, time: DateTime<Utc>) -> view::Fact {
        view::Fact::new(self.t.get(key), figures::moment(time, self.zone))
    }

    /// A kind's string.
    pub(super) fn kind_text(&self, kind: Kind, what: &str) -> String {
        self.t.find(&format!("kind.{kind}.{what}")).unwrap_or(kind.as_str()).to_owned()
    }

    pub(super) fn is_new(&self, finding: &Finding) -> bool {
        self.inputs.history.lifecycle.get(&finding.id).is_none_or(|lifecycle| lifecycle.state == State::New)
    }
}

/// `acme.domo.com`, or what was given where that is an address already. An instance that nobody named has no address.
pub(super) fn address(instance: &str) -> String {
    let name = config::instance_name(instance).unwrap_or_else(|| shown(instance));
    let unnamed = name.is_empty() || name == config::UNNAMED;
    if unnamed || name.contains(['.', ':', '/']) { name } else { config::instance_host(&name) }
}

/// A severity as the page shows it.
pub(super) fn severity(severity: Severity, t: &Texts) -> view::Severity {
    let key = severity.as_str();
    let glyph = ["\u{25C6}", "\u{25B2}", "\u{25A0}", "\u{25CF}", "\u{25CB}"][severity.rank()];
    let label = t.find(&format!("severity.{key}")).unwrap_or(key).to_owned();
    view::Severity { key, label, glyph, rank: severity.rank() }
}

/// Rows of a table behind the findings. With them a page has at most some 9,000 rows, whatever was found.
pub(super) const ROWS: usize = 1_000;

/// Columns by their keys, under the catalogue's headings: `column.KEY`, or `key=heading`. They sort as text, by day (`:d`), by
/// number (`:n`).
pub(super) fn columns(t: &Texts, keys: &'static str) -> Vec<view::Column> {
    let column = |word: &'static str| {
        let (word, sort) = word.split_once(':').unwrap_or((word, "s"));
        let (key, heading) = word.split_once('=').unwrap_or((word, word));
        view::Column::new(key, t.get(&format!("column.{heading}")), sort)
    };
    keys.split(' ').map(column).collect()
}

/// `title: Analyst → Senior Analyst`
pub(super) fn changed(t: &Texts, field: &str, old: Option<&str>, new: Option<&str>) -> String {
    let [old, new] = [old, new].map(|side| side.unwrap_or(t.get("page.empty")));
    format!("{field}: {old} \u{2192} {new}")
}

/// A caption that says where the rows are that are not shown.
pub(super) fn caption(t: &Texts, what: &str, total: usize, place: &str) -> String {
    if total <= ROWS {
        return what.to_owned();
    }
    let (shown, total) = (figures::grouped(ROWS as u64), figures::grouped(total as u64));
    format!("{what}. {}", t.fill("page.table_capped", &[("shown", &shown), ("total", &total), ("place", t.get(place))]))
}
