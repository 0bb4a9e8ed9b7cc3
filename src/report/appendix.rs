//! The view after the findings: privileged accounts, what was resolved and accepted, method, parameters, sources, files, glossary.

use super::accounts;
use super::builder::{Builder, ROWS, caption, columns};
use super::figures;
use super::origin::{self, ParameterOrigin};
use super::sections::{cut, describe, lines};
use super::texts::Texts;
use super::view::{Cell, Fact, LastReview, Source, Table, Topic};
use crate::archive::FileEntry;
use crate::archive::history::How;
use crate::config::{self, Rights};
use crate::directory::{self, Proof};
use crate::plan::Verdict;
use crate::plan::review::DecisionCounts;
use crate::reconcile::{self, FindingId, Moved, Privileged};
use crate::terms::{AccountSituation, Kind, Severity, label};
use crate::text::shown;

pub(super) fn privileged(builder: &Builder) -> Table {
    let t = builder.t;
    let all = &builder.inputs.reconciliation.privileged;
    let caption = caption(t, t.get("privileged.caption"), all.len(), "privileged.rest");
    let columns = columns(t, "account domo_id role situation person last_seen:d findings");
    let mut table = Table::new("privileged-table", caption, columns, t.get("privileged.none")).of(all.len());
    let empty = t.get("page.empty");
    for one in all.iter().take(ROWS) {
        let situation = one.situation.as_str();
        let id = one.account.id.map(|id| id.to_string());
        // Of the others the finding says whose they may be.
        let unmatched = match one.situation {
            AccountSituation::Conflict | AccountSituation::Ambiguous | AccountSituation::NotEvaluable => "privileged.uncertain",
            _ => "privileged.unmatched",
        };
        table.row(
            id.as_ref().map(|id| format!("u-{id}")),
            vec![
                accounts::account(t, &one.account),
                Cell::or(id, empty),
                Cell::or(one.account.role.as_deref().map(shown), empty).with(marks(builder, one)),
                Cell::text(t.find(&format!("situation.{situation}")).unwrap_or(situation)),
                Cell::or(one.person.as_ref().map(|person| describe(t, person)), t.get(unmatched)),
                Cell::day(one.last_seen, t.get("page.not_provided")),
                findings(&one.findings, t),
            ],
        );
    }
    table
}

/// Findings by their ids; the first leads to it.
fn findings(ids: &[FindingId], t: &Texts) -> Cell {
    match ids.split_first() {
        Some((first, more)) => {
            Cell::raw(first.to_string()).link(format!("#{first}")).with(more.iter().map(FindingId::to_string).collect())
        }
        None => Cell::or(None, t.get("page.none")),
    }
}

/// What is to be known of an account's rights beside its role: that they are not known, and what happened to them since the last
/// run.
fn marks(builder: &Builder, one: &Privileged) -> Vec<String> {
    let t = builder.t;
    let unknown = (one.rights == Rights::Unknown).then(|| t.get("privileged.unknown").to_owned());
    let changes = builder.inputs.reconciliation.access.iter().flat_map(|access| &access.changes);
    let changes = changes.filter(|change| change.account.index == one.account.index && change.moved != Moved::Groups);
    unknown.into_iter().chain(changes.map(|change| accounts::moved(t, change))).collect()
}

pub(super) fn resolved(builder: &Builder) -> Table {
    let t = builder.t;
    let history = builder.inputs.history;
    let columns = columns(t, "finding severity kind subject found first_seen:d last_seen=last_found:d how=how_resolved");
    let none = if history.previous.is_some() { "resolved.none" } else { "resolved.first" };
    let caption = caption(t, t.get("resolved.caption"), history.resolved.len(), "resolved.rest");
    let mut table = Table::new("resolved-table", caption, columns, t.get(none));
    if history.previous.is_some() {
        table = table.of(history.resolved.len());
    }
    let empty = t.get("page.empty");
    for gone in history.resolved.iter().take(ROWS) {
        // Last month's link to it still leads to it.
        table.row(
            Some(gone.id.to_string()),
            vec![
                Cell::raw(gone.id.to_string()),
                Cell::text(builder.severity(gone.severity).shown()),
                Cell::text(builder.kind_text(gone.kind, "name")),
                Cell::or(Some(cut(&gone.subject).0), empty),
                Cell::or(Some(shown(&gone.reason)), empty),
                Cell::day(Some(gone.first_seen), empty),
                Cell::day(Some(gone.last_seen), empty),
                Cell::text(match &gone.how {
                    How::Ours(decided) => t.fill("resolved.ours", &[("decided", &shown(decided))]),
                    How::Itself if gone.by_parameter => t.get("resolved.parameter").to_owned(),
                    How::Itself => t.get("resolved.itself").to_owned(),
                    How::Gone => t.get("resolved.gone").to_owned(),
                    How::Stands => t.get("resolved.stands").to_owned(),
                }),
            ],
        );
    }
    table
}

/// What was decided on the last plan, and what became of it: refusals first.
pub(super) fn last_review(builder: &Builder) -> Option<LastReview> {
    let t = builder.t;
    let last = builder.inputs.history.last_review.as_ref()?;
    let columns = columns(t, "finding severity what=action subject decision=last_decision earlier outcome read_back");
    let mut decided: Vec<_> = last.decided.iter().collect();
    // What was refused, and what overruled somebody, is what a reader asks for.
    decided.sort_by_key(|one| (one.verdict != Verdict::Reject, one.earlier.is_empty()));
    let caption = caption(t, t.get("last_review.caption"), decided.len(), "last_review.rest");
    let mut table = Table::new("last-review-table", caption, columns, t.get("last_review.none")).of(decided.len());
    let none = t.get("page.none");
    for one in decided.into_iter().take(ROWS) {
        table.row(
            None,
            vec![
                Cell::raw(one.finding.clone().unwrap_or_else(|| one.row.clone())),
                Cell::or(one.severity.map(|severity| builder.severity(severity).shown()), none),
                Cell::text(what(builder, one.what)),
                Cell::text(cut(&one.subject).0),
                Cell::text(shown(&one.summary())),
                lines(one.earlier.iter().map(shown).collect(), none),
                Cell::or(one.outcome.map(|outcome| outcome.to_string()), t.get("last_review.not_applied")),
                Cell::or(one.read_back.clone(), none),
            ],
        );
    }
    let DecisionCounts { approved, rejected, answered, open } = last.counts;
    let number = |count: u64| figures::grouped(count);
    let mut sentences = vec![t.count(
        "last_review.decided",
        last.counts.all(),
        &[
            ("decided", &number(last.answers())),
            ("share", &figures::percent(last.answers(), last.counts.all())),
            ("plan", &last.plan_id),
            ("approved", &number(approved)),
            ("rejected", &number(rejected)),
            ("answered", &number(answered)),
            ("open", &number(open)),
        ],
    )];
    if !last.deciders.is_empty() {
        sentences.push(t.fill("last_review.by", &[("names", &shown(&last.deciders.join(", ")))]));
    }
    let overruled = last.decided.iter().filter(|one| !one.earlier.is_empty()).count() as u64;
    if overruled > 0 {
        sentences.push(t.count("last_review.replaced", overruled, &[]));
    }
    if let Some((halves, worst)) = last.half_days_to_removal() {
        let days = |halves: i64| t.count("page.days", u64::from(halves == 2), &[("days", &figures::halves(halves))]);
        let count = last.days_to_removal.len() as u64;
        sentences.push(t.count("last_review.removal", count, &[("median", &days(halves)), ("worst", &days(2 * worst))]));
    }
    if last.undated_removals > 0 {
        sentences.push(t.count("last_review.removal_undated", last.undated_removals, &[]));
    }
    let critical = builder.inputs.reconciliation.findings.iter().filter(|one| one.severity == Severity::Critical && one.is_open());
    let seen = critical.filter_map(|one| Some((builder.inputs.history.lifecycle.get(&one.id)?.first_seen, &one.id)));
    if let Some((day, id)) = seen.min() {
        let age = (builder.inputs.run.as_of - day).num_days();
        sentences.push(t.count("last_review.oldest", age.unsigned_abs(), &[("id", &id.0), ("day", &day.to_string())]));
    }
    Some(LastReview { sentences, table })
}

/// What was to be done, or what was found where nothing was, in the report's words.
fn what(builder: &Builder, word: &str) -> String {
    let kind = Kind::from_word(word).map(|kind| builder.kind_text(kind, "name"));
    kind.or_else(|| builder.t.find(&format!("action.{word}")).map(str::to_owned)).unwrap_or_else(|| label(word))
}

pub(super) fn accepted(builder: &Builder) -> Table {
    let t = builder.t;
    let columns = columns(t, "exception kinds reason owner expiry:d days_left:n status covered");
    let all = &builder.inputs.config.config.exception;
    let caption = caption(t, t.get("accepted.caption"), all.len(), "accepted.rest");
    let mut table = Table::new("accepted-table", caption, columns, t.get("accepted.none"));
    let none = t.get("page.none");
    for (index, exception) in all.iter().take(ROWS).enumerate() {
        let used = builder.inputs.reconciliation.exceptions.iter().find(|used| used.index == index);
        let left = (exception.expires - builder.inputs.run.as_of).num_days();
        let status = match used {
            Some(used) if used.expired => "accepted.expired",
            Some(used) if !used.findings.is_empty() => "accepted.active",
            Some(used) if !used.tested => "accepted.unknown",
            None if left < 0 => "accepted.expired",
            _ => "accepted.unused",
        };
        let kinds: Vec<String> = exception.kinds.iter().map(ToString::to_string).collect();
        table.row(
            Some(format!("E-{}", index + 1)),
            vec![
                Cell::text(shown(&exception.account)),
                Cell::text(kinds.join(", ")),
                Cell::text(shown(&exception.reason)),
                Cell::text(shown(&exception.owner)),
                Cell::day(Some(exception.expires), none),
                Cell::number(figures::signed(left), left),
                Cell::text(t.get(status)),
                findings(used.map_or(&[], |used| &used.findings), t),
            ],
        );
    }
    table
}

fn sign_ins(builder: &Builder) -> String {
    let t = builder.t;
    let Some(dormancy) = builder.inputs.reconciliation.dormancy else { return t.get("method.sign_ins_none").to_owned() };
    let days = builder.inputs.config.config.policy.dormant_days.to_string();
    let [active, idle, privileged, unseen] =
        [dormancy.active, dormancy.idle, dormancy.idle_privileged, dormancy.unseen].map(figures::grouped);
    let places = [("active", &*active), ("idle", &*idle), ("privileged", &*privileged), ("unseen", &*unseen), ("days", &*days)];
    t.fill("method.sign_ins_known", &places)
}

pub(super) fn method(builder: &Builder) -> Vec<Topic> {
    let t = builder.t;
    let config = &builder.inputs.config.config;
    let method = &builder.inputs.reconciliation.method;
    let topic = |title: &str, sentences: Vec<String>| Topic {
        title: title.to_owned(),
        sentences: sentences.iter().map(|sentence| figures::sentence(sentence)).collect(),
    };
    let keys: Vec<_> = config.matching.keys.iter().map(|key| label(key.as_str())).collect();
    let mut matched = vec![t.fill("method.keys_used", &[("keys", &keys.join(", "))])];
    for (key, number) in &method.matched_by {
        matched.push(t.count("method.matched_by", *number, &[("key", &shown(&label(key)))]));
    }
    let mut equal = vec![t.get("method.normalised_rule").to_owned()];
    equal.extend(method.normalised.iter().map(shown));
    let compared = match method.compared.is_empty() {
        true => t.get("method.compared_none").to_owned(),
        false => {
            let fields: Vec<_> = method.compared.iter().map(|field| shown(&label(field))).collect();
            t.fill("method.compared_fields", &[("fields", &fields.join(", "))])
        }
    };
    let proposed = Kind::ALL.into_iter().filter_map(|kind| Some((kind, reconcile::choice(kind, &config.policy)?)));
    let policy_line = |(kind, choice): (Kind, crate::config::Choice)| {
        t.fill("method.policy_line", &[("kind", &builder.kind_text(kind, "name")), ("choice", choice.as_str())])
    };
    let mut policy: Vec<String> = proposed.map(policy_line).collect();
    policy.push(crate::plan::NOT_SHOWN_KEPT.to_owned());
    let excluded = match config.exclude.is_empty() {
        true => vec![t.get("method.excluded_none").to_owned()],
        false => config
            .exclude
            .iter()
            .map(|rule| {
                let what = rule.email.clone().or_else(|| rule.id.map(|id| id.to_string())).unwrap_or_default();
                let owner = rule.owner.as_deref().filter(|owner| !owner.trim().is_empty()).unwrap_or(t.get("method.no_owner"));
                let places = [("what", shown(&what)), ("reason", shown(&rule.reason)), ("owner", shown(owner))];
                t.fill("method.excluded_rule", &[("what", &places[0].1), ("reason", &places[1].1), ("owner", &places[2].1)])
            })
            .collect(),
    };
    let cap = figures::grouped(super::cap::LIMIT as u64);
    let redacted = t.fill("method.redacted_text", &[("file", super::redact::KEY)]);
    let redacted = builder.inputs.options.redact.then(|| topic(t.get("method.redacted"), vec![redacted]));
    let mut topics = vec![
        topic(t.get("method.keys"), matched),
        topic(t.get("method.normalised"), equal),
        topic(t.get("method.compared"), vec![compared]),
        topic(t.get("method.sign_ins"), vec![sign_ins(builder)]),
        topic(t.get("method.policy"), policy),
        topic(t.get("method.excluded"), excluded),
        topic(t.get("method.limits"), vec![t.get("method.limits_text").to_owned()]),
        topic(t.get("method.csv"), vec![t.get("method.csv_text").to_owned()]),
        topic(t.get("method.cap"), vec![t.fill("method.cap_text", &[("cap", &cap)])]),
        topic(t.get("method.controls"), vec![t.get("method.controls_text").to_owned()]),
    ];
    topics.extend(redacted);
    topics
}

pub(super) fn parameters(builder: &Builder) -> Table {
    let t = builder.t;
    let columns = columns(t, "parameter value origin");
    let mut table = Table::new("parameters-table", t.get("parameters.caption"), columns, t.get("page.none"));
    let loaded = builder.inputs.config;
    let file = loaded.path.as_deref().and_then(std::path::Path::file_name).map(|name| shown(&name.to_string_lossy()));
    let file = file.unwrap_or_default();
    for parameter in origin::parameters(loaded) {
        let origin = match parameter.origin {
            ParameterOrigin::Default => t.get("parameters.default").to_owned(),
            ParameterOrigin::Flag => t.get("parameters.flag").to_owned(),
            ParameterOrigin::Line(line) => t.fill("parameters.line", &[("file", &file), ("line", &line.to_string())]),
        };
        let value = shown(&config::shown(&parameter.value, t.get("parameters.empty_list")));
        table.row(None, vec![Cell::raw(shown(&parameter.name)), Cell::text(value), Cell::text(origin)]);
    }
    // Flags that are no parameter of the file: as they were given.
    let command = &builder.inputs.run.command;
    for flag in ["--as-of", "--fail-on", "--markdown", "--accounts", "--redact"] {
        let given = command.iter().position(|word| word == flag || word.starts_with(&format!("{flag}=")));
        if let Some(place) = given {
            let value = match command.get(place).and_then(|word| word.split_once('=')) {
                Some((_, value)) => shown(value),
                None if flag == "--redact" => t.get("parameters.set").to_owned(),
                None => command.get(place + 1).map(shown).unwrap_or_default(),
            };
            table.row(None, vec![Cell::raw(flag), Cell::text(value), Cell::text(t.get("parameters.flag"))]);
        }
    }
    for variable in builder.inputs.environment {
        let cells = [Cell::raw(*variable), Cell::text(t.get("parameters.set")), Cell::text(t.get("parameters.environment"))];
        table.row(None, cells.into());
    }
    table
}

pub(super) fn sources(builder: &Builder) -> Vec<Source> {
    let t = builder.t;
    let mut sources = vec![accounts(builder)];
    for source in &builder.inputs.people.sources {
        let name = shown(&source.name);
        let count = |key: &str, number| builder.count(key, number);
        let text = |key: &str, value: &Option<String>| value.as_ref().map(|value| Fact::new(t.get(key), shown(value)));
        let mut facts = vec![Fact::new(t.get("sources.format"), shown(&source.format))];
        facts.extend(text("sources.system", &source.system));
        facts.extend(text("sources.sheet", &source.sheet));
        facts.extend(source.header_row.map(|row| Fact::new(t.get("sources.header_row"), row.to_string())));
        facts.extend(text("sources.encoding", &source.encoding));
        let delimiter = source.delimiter.as_ref().map(|delimiter| delimiter.replace('\t', "TAB"));
        facts.extend(text("sources.delimiter", &delimiter));
        facts.extend(source.modified.map(|day| Fact::new(t.get("sources.modified"), day.to_string())));
        facts.push(count("sources.rows", source.rows));
        facts.push(count("sources.accepted", source.rows.saturating_sub(source.rejected)));
        facts.push(count("sources.rejected", source.rejected));
        facts.push(count("sources.unmapped", source.unmapped));
        facts.push(Fact::new(t.get("sources.bytes"), figures::size(source.bytes)));
        facts.push(Fact::raw(t.get("sources.digest"), shown(&source.sha256)));
        facts.extend(fetched(builder, source));
        facts.push(Fact::new(t.get("sources.proof"), t.get(proof(source))));
        let mut fields = Table::new(
            "columns",
            t.fill("sources.columns", &[("name", &name)]),
            columns(t, "field header how"),
            t.get("page.none"),
        );
        for mapped in &source.columns {
            let cells = [label(&mapped.field), mapped.header.clone(), mapped.why.clone()];
            fields.row(None, cells.iter().map(|cell| Cell::text(shown(cell))).collect());
        }
        let mut words = Table::new(
            "words",
            caption(t, &t.fill("sources.words", &[("name", &name)]), source.status_words.len(), "sources.rest"),
            columns(t, "word rows:n meaning"),
            t.get("sources.no_words"),
        );
        for status in source.status_words.iter().take(ROWS) {
            let cells = vec![Cell::text(cut(&status.word).0), Cell::count(status.count), Cell::text(status.taken_for.as_str())];
            words.row(None, cells);
        }
        let said = source.incomplete.iter().chain(&source.warnings).cloned().chain(source.notes());
        let mut notes: Vec<String> = said.map(|note| shown(&note)).collect();
        notes.extend(source.skipped.iter().map(|what| t.fill("sources.skipped", &[("what", &shown(what))])));
        let tables = [fields, words].into_iter().filter(|table| !table.rows.is_empty()).collect();
        sources.push(Source { title: t.get("sources.directory").to_owned(), name, facts, notes, tables });
    }
    sources
}

/// What is said of what proves a directory whole.
pub(super) fn proof(source: &directory::Source) -> &'static str {
    match source.evidence().proof {
        Some(Proof::Count) => "sources.proof_count",
        Some(Proof::End) => "sources.proof_end",
        Some(Proof::Whole) => "sources.proof_whole",
        None => "sources.proof_none",
    }
}

/// How a source was fetched; nothing of a file.
fn fetched(builder: &Builder, source: &directory::Source) -> Vec<Fact> {
    let (t, origin) = (builder.t, &source.origin);
    let Some(host) = &origin.host else { return Vec::new() };
    let (count, moment) = (|key: &str, number| builder.count(key, number), |key: &str, time| builder.moment(key, time));
    let mut facts = vec![Fact::new(t.get("sources.kind"), shown(&origin.kind)), Fact::new(t.get("sources.host"), shown(host))];
    facts.extend(origin.started.map(|time| moment("sources.started", time)));
    facts.extend(origin.finished.map(|time| moment("sources.finished", time)));
    facts.push(count("sources.pages", origin.pages));
    facts.push(count("sources.requests", origin.requests));
    facts.push(count("sources.retries", origin.retries));
    facts.extend(origin.told.map(|told| count("sources.told", told)));
    facts.extend(origin.distinct.map(|distinct| count("sources.distinct", distinct)));
    facts
}

fn accounts(builder: &Builder) -> Source {
    let t = builder.t;
    let evidence = &builder.inputs.accounts.evidence;
    let (count, moment) = (|key: &str, number| builder.count(key, number), |key: &str, time| builder.moment(key, time));
    let mut facts = vec![Fact::new(t.get("sources.kind"), shown(&evidence.kind))];
    facts.extend(evidence.started.map(|time| moment("sources.started", time)));
    facts.extend(evidence.finished.map(|time| moment("sources.finished", time)));
    facts.extend(evidence.as_of.map(|day| Fact::new(t.get("sources.as_of"), day.to_string())));
    if let Some(size) = evidence.page_size {
        let passes = t.count("sources.passes", evidence.passes, &[]);
        let places = [("size", figures::grouped(size as u64)), ("passes", passes)];
        let places = places.each_ref().map(|(name, value)| (*name, value.as_str()));
        facts.push(Fact::new(t.get("sources.pages"), t.count("sources.pages_value", evidence.pages, &places)));
    }
    facts.push(count("sources.rows", evidence.rows));
    facts.push(count("sources.distinct", evidence.distinct));
    facts.push(count("sources.repeated", evidence.repeated));
    facts.push(count("sources.retries", evidence.retries));
    if let Some(credential) = &evidence.credential {
        facts.push(Fact::raw(t.get("sources.client"), shown(&credential.client_id)));
        facts.extend(credential.user_id.map(|id| Fact::new(t.get("sources.client_owner"), id.to_string())));
        facts.extend(credential.scope.as_ref().map(|scope| Fact::new(t.get("sources.scope"), shown(scope))));
    }
    let provided: Vec<_> = builder.inputs.accounts.provided.iter().map(|field| label(field)).collect();
    facts.push(Fact::new(t.get("sources.provided"), shown(&provided.join(", "))));
    facts.push(Fact::new(t.get("sources.bytes"), figures::size(evidence.bytes)));
    facts.push(Fact::raw(t.get("sources.digest"), shown(&evidence.sha256)));
    let notes = evidence.incomplete.iter().chain(&evidence.warnings).map(shown).collect();
    Source { title: t.get("sources.accounts").to_owned(), name: shown(&evidence.source), facts, notes, tables: Vec::new() }
}

pub(super) fn files(files: &[FileEntry], t: &Texts) -> Table {
    let columns = columns(t, "file purpose rows:n bytes:n digest");
    let mut table = Table::new("files-table", t.get("files.caption"), columns, t.get("files.none"));
    for file in files {
        let key = format!("file.{}", file.name.replace(['.', '-'], "_"));
        let rows = file.rows.map_or_else(|| Cell::no_number("\u{2013}"), Cell::count);
        table.row(
            None,
            vec![
                Cell::raw(shown(&file.name)),
                Cell::text(t.find(&key).unwrap_or(t.get("file.other"))),
                rows,
                Cell::count(file.bytes),
                Cell::raw(file.digits()),
            ],
        );
    }
    table
}

pub(super) fn glossary(builder: &Builder) -> Vec<Fact> {
    let t = builder.t;
    let terms = [
        "account",
        "person",
        "key",
        "matched",
        "inactive",
        "excluded",
        "not_expected",
        "exception",
        "administer",
        "restricted",
        "severity",
    ];
    let mut facts: Vec<Fact> =
        terms.iter().map(|term| Fact::new(t.get(&format!("term.{term}")), t.get(&format!("term.{term}_meaning")))).collect();
    facts.extend(
        builder.kinds().map(|kind| {
            Fact::new(&builder.kind_text(kind, "name"), builder.kind_text(kind, "meaning")).note(Some(kind.to_string()))
        }),
    );
    facts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_that_is_cut_says_where_the_rest_is() {
        let templates = super::super::templates::Templates::load(&crate::config::Config::default()).unwrap();
        let told = |total| caption(&templates.texts, "Gone", total, "resolved.rest");
        assert_eq!(told(ROWS), "Gone");
        assert_eq!(told(ROWS + 1), "Gone. Showing 1,000 of 1,001; all are in the previous run's findings.csv.");
    }
}
