//! What page one answers of access in a line each: who may administer, who of them has no second factor, what leavers own, whose
//! rights rose. Where that was not tested it says so: none found among nobody would read like a result.

use std::collections::BTreeMap;

use super::builder::Builder;
use super::cap;
use super::figures::grouped;
use super::view::Fact;
use crate::config::Rights;
use crate::reconcile::{Finding, Moved};
use crate::terms::{Kind, Owned};
use crate::text::shown;

/// Names in a line, at most.
const NAMED: usize = 4;
/// Roles in a line, at most.
const ROLES: usize = 6;

/// The answers, with their questions.
pub(super) fn answers(builder: &Builder) -> Vec<Fact> {
    let answer = |key: &str, value: String| Fact {
        label: builder.t.get(&format!("answers.{key}")).to_owned(),
        value,
        note: None,
        raw: false,
    };
    vec![
        answer("administer", administer(builder)),
        answer("single_factor", single_factor(builder)),
        answer("owned", owned(builder)),
        answer("rose", rose(builder)),
    ]
}

/// How many accounts of each role; a custom role of which nothing is known is named as that.
fn administer(builder: &Builder) -> String {
    let t = builder.t;
    let mut roles: BTreeMap<(&str, bool), u64> = BTreeMap::new();
    for one in &builder.inputs.reconciliation.privileged {
        let role = one.account.role.as_deref().unwrap_or_else(|| t.get("page.empty"));
        *roles.entry((role, one.rights == Rights::Unknown)).or_default() += 1;
    }
    // Those of which nothing is known stand first: they are never among the roles that are left out.
    let mut roles: Vec<_> = roles.into_iter().collect();
    roles.sort_by_key(|((_, unknown), count)| (!unknown, std::cmp::Reverse(*count)));
    let named = roles.iter().map(|((role, unknown), count)| {
        let mark = if *unknown { format!(" ({})", t.get("privileged.unknown")) } else { String::new() };
        format!("{} {}{mark}", grouped(*count), shown(role))
    });
    match builder.inputs.reconciliation.privileged.len() as u64 {
        0 => t.get("privileged.none").to_owned(),
        all => t.count("answers.accounts", all, &[("parts", &some(builder, named, ROLES))]),
    }
}

fn single_factor(builder: &Builder) -> String {
    let found: Vec<_> = open(builder, &[Kind::SingleFactor]).collect();
    let why = builder.untested(Kind::SingleFactor).filter(|_| !builder.is_not_applicable(Kind::SingleFactor));
    let why = why.map(|why| not_tested(builder, why));
    let none = || none(builder, whole_pull(builder), || builder.t.get("answers.single_factor_none").to_owned());
    let names = found.iter().map(|one| cap::name(one).map_or_else(|| builder.t.get("page.empty").to_owned(), shown));
    match (found.len() as u64, why) {
        (0, why) => why.unwrap_or_else(none),
        (all, why) => {
            let names = some(builder, names, NAMED);
            let said = builder.t.count("answers.accounts", all, &[("parts", &names)]);
            [Some(said), why].into_iter().flatten().collect::<Vec<_>>().join(" ")
        }
    }
}

/// What the accounts of leavers and orphans own.
fn owned(builder: &Builder) -> String {
    let t = builder.t;
    let reports = &builder.inputs.accounts.evidence.content;
    let mut sums: BTreeMap<Owned, u64> = BTreeMap::new();
    let mut owners = 0;
    for one in open(builder, &[Kind::Leaver, Kind::Orphan]) {
        owners += u64::from(!one.owns.is_empty());
        one.owns.iter().for_each(|(kind, count)| *sums.entry(*kind).or_default() += count);
    }
    let parts: Vec<_> = sums.into_iter().map(|(kind, count)| kind.counted(count)).collect();
    let untested: Vec<_> = reports
        .iter()
        .filter(|report| report.report.owned().is_some() && report.tells().is_none())
        .map(|report| report.report)
        .collect();
    let why = match (reports.iter().any(|report| report.report.owned().is_some()), untested.as_slice()) {
        (false, _) => Some(not_tested(builder, t.get("answers.owned_unread"))),
        (true, []) => None,
        (true, reports) => {
            let reports: Vec<_> = reports.iter().map(ToString::to_string).collect();
            Some(t.fill("answers.owned_partly", &[("reports", &reports.join(", "))]))
        }
    };
    let said = match (parts.is_empty(), &why) {
        (true, Some(_)) => None,
        (true, None) => Some(none(builder, is_whole(builder), || t.get("answers.owned_none").to_owned())),
        (false, _) => Some(t.count("answers.owned_by", owners, &[("parts", &parts.join(", "))])),
    };
    [said, why].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// Whose rights rose since the last run, by whomever.
fn rose(builder: &Builder) -> String {
    let t = builder.t;
    let Some(access) = &builder.inputs.reconciliation.access else {
        let why = if builder.inputs.history.previous.is_some() { "answers.rose_without_ids" } else { "answers.rose_unread" };
        return not_tested(builder, t.get(why));
    };
    let rose: Vec<_> =
        access.changes.iter().filter(|change| change.administrator == Some(true) || change.moved == Moved::RoleRaised).collect();
    let names = rose.iter().map(|change| {
        let name = change.account.name.as_deref().or(change.account.email.as_deref()).unwrap_or_default();
        let role = change.account.role.as_deref().unwrap_or_default();
        let by = if change.plan.is_some() { t.get("answers.by_plan") } else { t.get("access.outside") };
        format!("{} ({}, {by})", shown(name), shown(role))
    });
    let day = access.as_of.to_string();
    match rose.len() as u64 {
        0 => none(builder, whole_pull(builder), || t.fill("answers.rose_none", &[("as_of", &day)])),
        all => t.count("answers.rose_since", all, &[("as_of", &day), ("parts", &some(builder, names, NAMED))]),
    }
}

/// Findings of these kinds that nobody has accepted.
fn open<'b>(builder: &'b Builder, kinds: &'b [Kind]) -> impl Iterator<Item = &'b Finding> {
    let findings = builder.inputs.reconciliation.findings.iter();
    findings.filter(move |one| kinds.contains(&one.kind) && one.is_open())
}

fn not_tested(builder: &Builder, why: &str) -> String {
    builder.t.fill("answers.not_tested", &[("why", why.trim_end_matches('.'))])
}

/// That there is none, where everything was there to be looked at.
fn none(builder: &Builder, whole: bool, none: impl Fn() -> String) -> String {
    if whole { none() } else { builder.t.get("answers.unknown").to_owned() }
}

fn is_whole(builder: &Builder) -> bool {
    !builder.inputs.reconciliation.evidence.is_incomplete()
}

/// Whether all accounts were read; that is enough for what the directory has no part in.
fn whole_pull(builder: &Builder) -> bool {
    builder.inputs.accounts.evidence.incomplete.is_empty()
}

/// The first of them, and how many more there are.
fn some(builder: &Builder, parts: impl ExactSizeIterator<Item = String>, most: usize) -> String {
    let more = parts.len().saturating_sub(most) as u64;
    let more = (more > 0).then(|| builder.t.count("answers.more", more, &[]));
    parts.take(most).chain(more).collect::<Vec<_>>().join(", ")
}
