//! What was found, as page one tells it: one sentence, the worst by name, who should not have access, and a row a kind.

use std::collections::BTreeMap;

use super::builder::Builder;
use super::texts::Texts;
use super::view::{CountCell, KindCount, SeverityCount, Summary, Worst};
use super::{answers, appendix, cap, charts, figures};
use crate::archive::history::State;
use crate::reconcile::Finding;
use crate::terms::{Kind, Severity};
use crate::text::shown;

/// Findings that page one names at most.
const NAMED: usize = 10;

/// How many findings there are.
struct Counts {
    /// By severity, accepted ones included.
    all: [u64; Severity::COUNT],
    /// By severity, those that nobody has accepted.
    open: [u64; Severity::COUNT],
    /// By kind, those that the previous run did not have.
    new: BTreeMap<Kind, u64>,
}

impl Counts {
    fn of(builder: &Builder) -> Self {
        let mut counts = Self { all: [0; Severity::COUNT], open: [0; Severity::COUNT], new: BTreeMap::new() };
        for finding in &builder.inputs.reconciliation.findings {
            counts.all[finding.severity.rank()] += 1;
            counts.open[finding.severity.rank()] += u64::from(finding.is_open());
            if builder.is_new(finding) {
                *counts.new.entry(finding.kind).or_default() += 1;
            }
        }
        counts
    }

    fn total(&self) -> u64 {
        self.all.iter().sum()
    }

    fn all_new(&self) -> u64 {
        self.new.values().sum()
    }
}

/// All that page one says of the findings.
pub(super) fn summary(builder: &Builder) -> Summary {
    let t = builder.t;
    let counts = Counts::of(builder);
    let severities = severities(builder, &counts);
    let incomplete = builder.inputs.reconciliation.evidence.is_incomplete();
    let privileged = &builder.inputs.reconciliation.privileged;
    let flagged = privileged.iter().filter(|account| !account.findings.is_empty()).count() as u64;
    Summary {
        sentence: match incomplete {
            // Numbers that nobody should rely on ask nobody for a decision.
            true => t.count("findings.incomplete", counts.total(), &[]),
            false => sentence(builder, &counts),
        },
        should_not: should_not_have_access(builder),
        since: since(builder),
        worst_more: worst_more(builder).filter(|_| !incomplete),
        worst: if incomplete { Vec::new() } else { worst(builder) },
        total: counts.total(),
        by_severity: charts::by_severity(builder, &severities),
        severities,
        kinds: builder.kinds().map(|kind| kind_count(builder, kind, &counts)).collect(),
        totals: totals(builder, &counts),
        by_age: charts::by_age(builder),
        by_field: charts::by_field(builder),
        over_time: charts::over_time(builder),
        privileged: t.count("findings.privileged", privileged.len() as u64, &[("flagged", &figures::grouped(flagged))]),
        answers: answers::answers(builder),
    }
}

fn severities(builder: &Builder, counts: &Counts) -> Vec<SeverityCount> {
    let count = |severity: Severity| SeverityCount {
        severity: builder.severity(severity),
        count: figures::grouped(counts.all[severity.rank()]),
        number: counts.all[severity.rank()],
        filter: builder.t.fill("findings.filter", &[("severity", severity.as_str())]),
    };
    Severity::ALL.into_iter().map(count).collect()
}

/// How many need a decision, are accepted, are new and are back.
fn sentence(builder: &Builder, counts: &Counts) -> String {
    let t = builder.t;
    let need: u64 = counts.open.iter().sum();
    let mut parts = vec![match need {
        0 => t.get("findings.none").to_owned(),
        _ => t.count("findings.need", need, &[("parts", &by_severity(t, &counts.open))]),
    }];
    let accepted = counts.total() - need;
    parts.extend((accepted > 0).then(|| t.count("findings.accepted", accepted, &[])));
    if builder.inputs.history.previous.is_some() && counts.total() > 0 {
        parts.push(t.count("findings.new", counts.all_new(), &[]));
        let back = builder.inputs.history.count(State::Reappeared);
        parts.extend((back > 0).then(|| t.count("findings.back", back, &[])));
    }
    parts.join(" ")
}

/// `2 critical, 5 high`
fn by_severity(t: &Texts, counts: &[u64; Severity::COUNT]) -> String {
    let some = Severity::ALL.into_iter().map(|severity| (severity, counts[severity.rank()])).filter(|(_, number)| *number > 0);
    let part = |(severity, number): (Severity, u64)| {
        format!("{} {}", figures::grouped(number), t.get(&format!("severity.{}", severity.as_str())).to_lowercase())
    };
    some.map(part).collect::<Vec<_>>().join(", ")
}

/// The last row under those of the kinds.
fn totals(builder: &Builder, counts: &Counts) -> KindCount {
    KindCount {
        key: "all".into(),
        label: builder.t.get("findings.all").to_owned(),
        href: None,
        counts: count_cells(&counts.all),
        total: figures::grouped(counts.total()),
        new: figures::grouped(counts.all_new()),
        tested: "\u{2013}".to_owned(),
        untested: false,
    }
}

/// The worst that nobody has accepted.
fn grave<'b>(builder: &'b Builder) -> impl Iterator<Item = &'b Finding> {
    let open = builder.inputs.reconciliation.findings.iter().filter(|finding| finding.is_open());
    open.take_while(|finding| finding.severity <= Severity::High)
}

/// How many of them page one does not name.
fn worst_more(builder: &Builder) -> Option<String> {
    let more = grave(builder).skip(NAMED).count() as u64;
    (more > 0).then(|| builder.t.count("findings.worst_more", more, &[]))
}

/// The first of them by name.
fn worst(builder: &Builder) -> Vec<Worst> {
    let named = grave(builder).take(NAMED).map(|finding| Worst {
        id: finding.id.to_string(),
        severity: builder.severity(finding.severity),
        name: cap::name(finding).map_or_else(|| builder.t.get("page.empty").to_owned(), shown),
        reason: shown(&finding.reason),
    });
    named.collect()
}

/// Active accounts that the directory speaks against and nobody has accepted, as one number.
fn should_not_have_access(builder: &Builder) -> String {
    let t = builder.t;
    let judged = builder.inputs.reconciliation;
    if judged.evidence.is_incomplete() {
        return t.get("findings.should_not_unknown").to_owned();
    }
    let of = |kind| judged.findings.iter().filter(move |one| one.kind == kind && one.is_open());
    let open = |kind| of(kind).filter(|one| !one.restricted).count() as u64;
    let kinds = [Kind::Leaver, Kind::Orphan, Kind::Suspended];
    let restricted = kinds.map(|kind| of(kind).filter(|one| one.restricted).count() as u64);
    // The tables and the navigation count accepted ones too: a reader who compares the numbers finds the difference here.
    let accepted = |kind| match judged.findings.iter().filter(|one| one.kind == kind && !one.is_open()).count() {
        more if more > 0 && kinds.contains(&kind) => format!(" {}", t.count("findings.should_not_accepted", more as u64, &[])),
        _ => String::new(),
    };
    let counted = |key: &str, counts: [(Kind, u64); 3]| {
        let parts = counts.iter().filter(|(kind, number)| *number > 0 || !accepted(*kind).is_empty());
        let part = |kind, number| t.count(&format!("findings.should_not_{kind}"), number, &[]) + &accepted(kind);
        let parts: Vec<String> = parts.map(|(kind, number)| part(*kind, *number)).collect();
        let all = counts.iter().map(|(_, number)| number).sum();
        (all > 0).then(|| t.count(key, all, &[("parts", &parts.join(", ")), ("day", &builder.inputs.run.as_of.to_string())]))
    };
    let should_not = if builder.inputs.run.forecast { "findings.should_not_on" } else { "findings.should_not" };
    let certain = counted(should_not, kinds.map(|kind| (kind, open(kind))));
    // Nobody can say whose or which, but by every candidate it is a leaver's.
    let left = |kind| of(kind).filter(|one| one.is_of_leavers()).count() as u64;
    let uncertain =
        counted("findings.of_leavers", [Kind::Conflict, Kind::Ambiguous, Kind::Duplicate].map(|kind| (kind, left(kind))));
    let restricted = match restricted.iter().sum() {
        0 => None,
        all => Some(t.count("findings.restricted", all, &[])),
    };
    let all_accepted = judged.findings.iter().filter(|one| kinds.contains(&one.kind) && !one.is_open()).count() as u64;
    let none = (certain.is_none() && uncertain.is_none()).then(|| match all_accepted {
        0 => t.get("findings.should_not_none").to_owned(),
        all => t.count("findings.should_not_none_accepted", all, &[]),
    });
    // What was not looked for is not absent.
    let untested = judged.not_tested.iter().any(|untested| untested.check == Kind::Leaver.as_str());
    let untested = untested.then(|| t.get("findings.leavers_untested").to_owned());
    [certain, none, uncertain, restricted, untested].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// What changed in access since the last run, and what its review came to.
fn since(builder: &Builder) -> Vec<String> {
    let t = builder.t;
    let access = builder.inputs.reconciliation.access.as_ref().map(|access| {
        let counts = access.counts();
        let parts =
            counts.iter().map(|(word, number)| format!("{} {}", figures::grouped(*number), t.get(&format!("access.{word}"))));
        match access.accounts() {
            0 => t.get("findings.since_access_none").to_owned(),
            all => t.count("findings.since_access", all, &[("parts", &parts.collect::<Vec<_>>().join(", "))]),
        }
    });
    let review = appendix::last_review(builder).and_then(|last| last.sentences.into_iter().next());
    let review = review.map(|decided| t.fill("findings.since_review", &[("decided", &decided)]));
    access.into_iter().chain(review).collect()
}

/// The row of a kind.
fn kind_count(builder: &Builder, kind: Kind, all: &Counts) -> KindCount {
    let counts = builder.by_kind.get(&kind).copied().unwrap_or_default();
    let total: u64 = counts.iter().sum();
    let untested = total == 0 && builder.untested(kind).is_some();
    let tested = builder.inputs.reconciliation.method.tested.get(&kind).map(|tested| figures::grouped(*tested));
    KindCount {
        key: kind.as_str().into(),
        label: builder.kind_text(kind, "name"),
        href: Some(format!("#k-{kind}")),
        counts: count_cells(&counts),
        total: figures::grouped(total),
        new: figures::grouped(all.new.get(&kind).copied().unwrap_or_default()),
        tested: if untested {
            let nothing = if builder.is_not_applicable(kind) { "findings.not_applicable" } else { "findings.not_tested" };
            builder.t.get(nothing).to_owned()
        } else {
            tested.unwrap_or_else(|| "\u{2013}".into())
        },
        untested,
    }
}

fn count_cells(counts: &[u64; Severity::COUNT]) -> Vec<CountCell> {
    let cells = Severity::ALL.iter().zip(counts);
    cells
        .map(|(severity, number)| CountCell { key: severity.as_str(), count: figures::grouped(*number), zero: *number == 0 })
        .collect()
}
