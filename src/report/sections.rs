//! The kinds of finding, worst first, each with its own columns.

use super::builder::Builder;
use super::cap::{self, Selection};
use super::figures;
use super::texts::Texts;
use super::view::{Cell, Chunk, Column, FieldChange, Finding as Row, Nothing, Section};
use crate::archive::history::State;
use crate::reconcile::{AccountRef, DriftField, EvidenceStatus, Finding, Particular, PersonRef, TestedOn, Value, tested_on};
use crate::terms::names;
use crate::terms::{Kind, label};
use crate::text::{self, shown};

/// Rows of one `<table>`: a browser lays out one large table far slower than several small ones.
const CHUNK: usize = 250;

/// Characters of a value on a page.
const VALUE: usize = 120;

/// Findings that a capped section lists by id.
const LISTED: usize = 1_000;

/// A section for each kind with findings, and a line for each without.
pub(super) fn all(builder: &Builder, selection: &Selection) -> (Vec<Section>, Vec<Nothing>) {
    let mut sections = Vec::new();
    let mut nothing = Vec::new();
    let mut first_row = 2;
    for kind in builder.kinds() {
        match selection.kinds.get(&kind) {
            Some((chosen, rest)) => {
                sections.push(section(builder, kind, chosen, rest, first_row));
                first_row += chosen.len() + rest.len();
            }
            None => nothing.push(none(builder, kind)),
        }
    }
    (sections, nothing)
}

fn section(builder: &Builder, kind: Kind, chosen: &[&Finding], rest: &[&Finding], first_row: usize) -> Section {
    let t = builder.t;
    let total = chosen.len() + rest.len();
    let title = builder.kind_text(kind, "name");
    let mut columns = chosen.first().or(rest.first()).map_or(Vec::new(), |finding| columns(builder, finding));
    let mut rows: Vec<Row> = chosen.iter().map(|finding| row(builder, finding)).collect();
    let mut dropped = drop_empty(&mut columns, &mut rows);
    let has_id = chosen.iter().any(|finding| finding.account.as_ref().is_some_and(|account| account.id.is_some()));
    let has_role = chosen.iter().any(|finding| finding.account.as_ref().is_some_and(|account| account.role.is_some()));
    let has_seen = builder.inputs.history.previous.is_some();
    let about_accounts = chosen.iter().all(|finding| finding.account.is_some());
    for (there, column) in [(has_role, "column.role"), (has_id, "column.domo_id")] {
        if !there && about_accounts {
            dropped.insert(0, t.get(column).to_owned());
        }
    }
    let mut notes = Vec::new();
    if kind == Kind::Drift {
        notes.push(t.get("drift.note").to_owned());
    }
    if !dropped.is_empty() {
        notes.push(t.fill("section.dropped", &[("columns", &dropped.join(", "))]));
    }
    let chunks = chunks(builder, kind, &title, rows, total);
    let capped = (!rest.is_empty()).then(|| capped(builder, chosen.len(), first_row, total));
    let left_out = if rest.len() <= LISTED { rest.iter().map(|finding| finding.id.to_string()).collect() } else { Vec::new() };
    Section {
        kind: kind.as_str(),
        anchor: format!("k-{kind}"),
        title,
        number: total as u64,
        why: builder.kind_text(kind, "why"),
        rule_id: rule_id(kind),
        rule: builder.kind_text(kind, "rule"),
        recommended: builder.kind_text(kind, "recommended"),
        tested: tested(builder, kind),
        capped,
        patterns: if kind == Kind::Drift { patterns(builder) } else { Vec::new() },
        subject_label: t.get(if about_accounts { "column.account" } else { "column.subject" }).to_owned(),
        has_id,
        has_role,
        has_seen,
        has_decided: chosen.iter().any(|finding| last_decision(builder, finding).is_some()),
        columns,
        caption_note: (!notes.is_empty()).then(|| notes.join(" ")),
        chunks,
        left_out_label: t.count("section.left_out", rest.len() as u64, &[]),
        left_out,
        count: figures::grouped(total as u64),
    }
}

/// The rows in tables of no more than a browser lays out at once.
fn chunks(builder: &Builder, kind: Kind, title: &str, mut rows: Vec<Row>, total: usize) -> Vec<Chunk> {
    let (t, count) = (builder.t, figures::grouped(total as u64));
    let mut chunks = Vec::new();
    let mut from = 1;
    while !rows.is_empty() {
        let rest = rows.split_off(rows.len().min(CHUNK));
        let to = from + rows.len() - 1;
        let (first, last) = (figures::grouped(from as u64), figures::grouped(to as u64));
        let places = [("title", title), ("from", &first), ("to", &last), ("total", &count)];
        let caption = match total {
            1 => t.fill("section.caption_one", &places),
            _ if to - from + 1 == total => t.fill("section.caption_all", &places),
            _ => t.fill("section.caption", &places),
        };
        chunks.push(Chunk { id: format!("c-{kind}-{}", chunks.len() + 1), caption, findings: rows });
        rows = rest;
        from = to + 1;
    }
    chunks
}

/// That not all of a kind are shown, and where in findings.csv all are.
fn capped(builder: &Builder, shown: usize, first_row: usize, total: usize) -> String {
    let t = builder.t;
    let (words, count) = (figures::grouped(shown as u64), figures::grouped(total as u64));
    let (from, to) = (figures::grouped(first_row as u64), figures::grouped((first_row + total - 1) as u64));
    match builder.files.iter().find(|file| file.name == names::FINDINGS_CSV) {
        Some(file) => t.fill(
            if shown == 0 { "section.capped_none" } else { "section.capped" },
            &[("shown", &words), ("total", &count), ("from", &from), ("to", &to), ("digest", &file.sha256)],
        ),
        None => t.fill("section.capped_short", &[("shown", &words), ("total", &count)]),
    }
}

fn none(builder: &Builder, kind: Kind) -> Nothing {
    let t = builder.t;
    let (sentence, state) = match builder.untested(kind) {
        Some(why) => {
            let word = if builder.is_not_applicable(kind) { "section.not_applicable" } else { "section.not_tested" };
            (format!("{} {}", t.get(word), figures::sentence(&shown(why))), "not-tested")
        }
        None => {
            let tested = tested(builder, kind).map(|tested| format!(" {tested}")).unwrap_or_default();
            let found = match builder.inputs.reconciliation.evidence.status {
                EvidenceStatus::Incomplete => "section.none_found_incomplete",
                _ => "section.none_found",
            };
            (format!("{}{tested}", t.get(found)), "none")
        }
    };
    Nothing {
        anchor: format!("k-{kind}"),
        title: builder.kind_text(kind, "name"),
        sentence,
        state,
        rule: builder.kind_text(kind, "rule"),
        rule_id: rule_id(kind),
    }
}

/// `R-LEAVER-01`
fn rule_id(kind: Kind) -> String {
    format!("R-{}-01", kind.as_str().to_uppercase())
}

fn tested(builder: &Builder, kind: Kind) -> Option<String> {
    let number = *builder.inputs.reconciliation.method.tested.get(&kind)?;
    let what = match tested_on(kind) {
        TestedOn::Accounts => "section.tested",
        TestedOn::Rows => "section.tested_people",
        TestedOn::Exceptions => "section.tested_exceptions",
    };
    Some(builder.t.count(what, number, &[]))
}

fn patterns(builder: &Builder) -> Vec<String> {
    let t = builder.t;
    let patterns = builder.inputs.reconciliation.patterns.iter().take(10);
    patterns
        .map(|pattern| {
            let count = figures::grouped(pattern.count);
            let (field, old, new) = (shown(&pattern.field), cut(&pattern.domo).0, cut(&pattern.directory).0);
            let quoted = |value: String| {
                if value.is_empty() { t.get("page.empty").to_owned() } else { format!("\u{201C}{value}\u{201D}") }
            };
            let places = [("field", field.as_str()), ("count", &count), ("old", &quoted(old)), ("new", &quoted(new))];
            t.fill("section.pattern", &places)
        })
        .collect()
}

/// The columns between the common ones.
fn columns(builder: &Builder, finding: &Finding) -> Vec<Column> {
    let column = |particular: &Particular| {
        let sort = match particular.value {
            Value::Day(_) => "d",
            Value::Days(_) | Value::ItsRow => "n",
            _ => "s",
        };
        Column::new(particular.column, builder.t.get(&format!("column.{}", particular.column)), sort)
    };
    finding.particulars.iter().map(column).collect()
}

/// What was decided on it in the last review.
fn last_decision(builder: &Builder, finding: &Finding) -> Option<String> {
    let decided = builder.inputs.history.last_review.as_ref()?.on(&finding.id.0)?;
    Some(shown(&decided.summary()))
}

fn row(builder: &Builder, finding: &Finding) -> Row {
    let t = builder.t;
    let history = builder.inputs.history;
    let as_of = builder.inputs.run.as_of;
    let lifecycle = history.lifecycle.get(&finding.id);
    let first_seen = lifecycle.map_or(as_of, |lifecycle| lifecycle.first_seen);
    let account = finding.account.as_ref();
    let person = finding.person.as_ref();
    let email = finding.email().filter(|email| !email.is_empty()).map(|email| cut(email).0);
    let name = cap::name(finding).filter(|name| !name.is_empty()).map(|name| cut(name).0);
    let name = name.or_else(|| finding.rule.as_deref().map(|rule| cut(rule).0)).or_else(|| person.map(|person| at(t, person)));
    let name = name.unwrap_or_else(|| t.get("page.empty").to_owned());
    let (state, state_label) = match (&finding.exception, lifecycle.map(|lifecycle| lifecycle.state)) {
        (Some(exception), _) => ("accepted", t.fill("state.accepted", &[("day", &exception.expires.to_string())])),
        (_, Some(State::Open)) => ("open", t.get("state.open").to_owned()),
        (_, Some(State::Changed)) => ("changed", t.get("state.changed").to_owned()),
        (_, Some(State::Reappeared)) => ("reappeared", t.get("state.reappeared").to_owned()),
        (_, Some(State::New) | None) => ("new", t.get("state.new").to_owned()),
    };
    let action = match (finding.action, &finding.exception) {
        (_, Some(_)) => t.get("action.accepted").to_owned(),
        (Some(action), None) => t.get(&format!("action.{action}")).to_owned(),
        (None, None) => t.get("action.none").to_owned(),
    };
    let account_id = account.and_then(|account| account.id);
    let expired = builder.expired.get(&finding.id).map(|day| t.fill("state.expired", &[("day", &day.to_string())]));
    Row {
        id: finding.id.to_string(),
        kind: finding.kind.as_str(),
        kind_label: builder.kind_text(finding.kind, "name"),
        severity: builder.severity(finding.severity),
        email: email.filter(|email| *email != name),
        name,
        account_id: account_id.map_or_else(|| t.get("page.empty").to_owned(), |id| id.to_string()),
        role: account.and_then(|account| account.role.as_deref()).map_or_else(|| t.get("page.empty").to_owned(), shown),
        reason: shown(&finding.reason),
        cells: finding.particulars.iter().map(|particular| cell(builder, finding, &particular.value)).collect(),
        changes: finding.drift.iter().map(|change| field_change(builder, change)).collect(),
        action,
        first_seen: first_seen.to_string(),
        age: (as_of - first_seen).num_days().max(0),
        last_decision: last_decision(builder, finding).unwrap_or_else(|| "\u{2013}".to_owned()),
        state,
        state_label,
        notes: lifecycle.into_iter().flat_map(|lifecycle| &lifecycle.changed).map(shown).chain(expired).collect(),
    }
}

/// A cell of the kind's own columns.
fn cell(builder: &Builder, finding: &Finding, value: &Value) -> Cell {
    let t = builder.t;
    let empty = t.get("page.empty");
    let optional = |value: Option<&str>| Cell::or(value.map(|value| cut(value).0), empty);
    let people = |people: &[PersonRef]| lines(people.iter().map(|person| describe(t, person)).collect(), empty);
    let person = finding.person.as_ref();
    match value {
        Value::Text(text) | Value::Field(_, text) => optional(text.as_deref()),
        Value::Cell { text, .. } => match text.as_deref().filter(|text| !text.is_empty()) {
            Some(text) => Cell::raw(cut(text).0),
            None => Cell::or(None, empty),
        },
        Value::FieldName(field) => {
            Cell::text(field.as_deref().map_or_else(|| t.get("column.whole_row").to_owned(), |field| cut(&label(field)).0))
        }
        Value::Code(code) => Cell::raw(*code),
        Value::Day(day) => Cell::day(*day, empty),
        Value::Days(days) => days.map_or_else(|| Cell::no_number(empty), |days| Cell::number(figures::signed(days), days)),
        Value::People(listed, more) => {
            let mut cell = people(listed);
            cell.more.extend((*more > 0).then(|| t.fill("page.and_more", &[("n", &figures::grouped(*more as u64))])));
            if finding.kind == Kind::Ambiguous {
                cell.more.extend(link(builder, finding, listed.first()));
            }
            cell
        }
        Value::Accounts(accounts, best) => accounts_cell(t, accounts, *best),
        Value::Near(candidates) => {
            let near = candidates.iter().map(|near| {
                let score = figures::percent((near.score.clamp(0.0, 1.0) * 1000.0) as u64, 1000);
                format!("{}: {} ({score})", describe(t, &near.person), shown(&near.why))
            });
            match lines(near.collect(), t.get("page.none")) {
                none if none.is_empty() => none,
                mut some => {
                    some.more.extend(link(builder, finding, candidates.first().map(|near| &near.person)));
                    Cell { form: "long", ..some }
                }
            }
        }
        Value::ItsPerson => people(finding.person.as_slice()),
        Value::ItsSource => match person {
            Some(person) => Cell::text(cut(&person.source).0),
            None => Cell::text(t.get("column.configuration")),
        },
        Value::ItsRow => match person.filter(|person| person.row > 0) {
            Some(person) => Cell::number(person.row.to_string(), i64::from(person.row)),
            None => Cell::no_number("\u{2013}"),
        },
        Value::ItsReason => Cell::long(shown(&finding.reason)),
    }
}

/// The lines of configuration that say that a finding's account is this person: to be copied from the page. None where names are
/// tokens, which the configuration does not know.
fn link(builder: &Builder, finding: &Finding, person: Option<&PersonRef>) -> Vec<String> {
    let Some(person) = person.filter(|_| !builder.inputs.options.redact) else { return Vec::new() };
    match finding.link_to(person) {
        Some(block) => block.lines().map(shown).collect(),
        None => vec![builder.t.get("page.no_link").to_owned()],
    }
}

fn accounts_cell(t: &Texts, accounts: &[AccountRef], best: Option<u32>) -> Cell {
    let named = |account: &AccountRef| {
        let id = account.id.map(|id| id.to_string()).unwrap_or_default();
        shown(&[Some(id.as_str()), account.email.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" "))
    };
    let listed = accounts.iter().map(|account| match best == Some(account.index) {
        true => t.fill("page.best", &[("account", &named(account))]),
        false => named(account),
    });
    lines(listed.collect(), t.get("page.empty"))
}

/// One cell of several lines.
pub(super) fn lines(mut lines: Vec<String>, nothing: &str) -> Cell {
    if lines.is_empty() {
        return Cell::or(None, nothing);
    }
    let first = lines.remove(0);
    Cell::text(first).with(lines)
}

/// `Ada Byron (00123), workers.csv row 42`
pub(super) fn describe(t: &Texts, person: &PersonRef) -> String {
    let name = person.name.as_deref().or(person.email.as_deref()).map(|name| cut(name).0);
    let number = person.employee_number.as_deref().map(|number| format!("({})", cut(number).0));
    let named: Vec<_> = [name, number].into_iter().flatten().collect();
    match named.is_empty() {
        true => at(t, person),
        false => format!("{}, {}", named.join(" "), at(t, person)),
    }
}

fn at(t: &Texts, person: &PersonRef) -> String {
    t.fill("page.row", &[("source", &shown(&person.source)), ("row", &person.row.to_string())])
}

/// Takes away columns where no row has a value; returns their labels.
fn drop_empty(columns: &mut Vec<Column>, rows: &mut [Row]) -> Vec<String> {
    let mut dropped = Vec::new();
    for place in (0..columns.len()).rev() {
        if rows.iter().all(|row| row.cells.get(place).is_none_or(Cell::is_empty)) {
            dropped.push(columns.remove(place).label);
            for row in rows.iter_mut().filter(|row| place < row.cells.len()) {
                row.cells.remove(place);
            }
        }
    }
    dropped.reverse();
    dropped
}

/// A value as it can be shown, and whether something was cut off.
pub(super) fn cut(value: &str) -> (String, bool) {
    match value.char_indices().nth(VALUE) {
        Some((end, _)) => (format!("{}\u{2026}", text::visible(&value[..end])), true),
        None => (shown(value), false),
    }
}

fn field_change(builder: &Builder, change: &DriftField) -> FieldChange {
    let side = |value: &Option<String>| cut(value.as_deref().unwrap_or_default());
    let ((old, old_is_cut), (new, new_is_cut)) = (side(&change.domo), side(&change.directory));
    let mut notes: Vec<String> = change.note.iter().map(shown).collect();
    if old_is_cut || new_is_cut {
        notes.push(builder.t.get("drift.cut").to_owned());
    }
    let filled = |value: String| Some(value).filter(|value| !value.is_empty());
    FieldChange { field: label(&change.field), old: filled(old), new: filled(new), notes }
}
