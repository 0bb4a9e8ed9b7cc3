//! The view, page one first: who and when, whether to rely on it, the sums of both sides, what was found, what changed, what is
//! accepted, what was not tested, who signs.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::{DataFrame, DataType};

use super::builder::{Builder, address, shown};
use super::inputs::Inputs;
use super::texts::Texts;
use super::view::{
    Change, CountCell, Fact, KindCount, PlanSummary, Reliability, SignOff, Summary, Table, Tally, TallyRow, Untested, View,
};
use super::{accounts, appendix, cap, charts, figures, sections, view};
use crate::archive::history::State;
use crate::archive::manifest::FileEntry;
use crate::reconcile::{EvidenceStatus, ExceptionUse, Finding};
use crate::terms::{AccountSituation, Kind, PersonSituation, Severity, label};

/// Findings that page one names at most.
const NAMED: usize = 10;

/// Sentences on what changed that page one has room for on paper.
const CHANGES: usize = 6;

/// The whole view of a run.
pub(super) fn view(inputs: &Inputs, ordered: &[&Finding], t: &Texts, files: &[FileEntry]) -> View {
    Builder::new(inputs, ordered, t, files).view()
}

impl Builder<'_> {
    fn view(&self) -> View {
        let inputs = self.inputs;
        let t = self.t;
        let run = inputs.run;
        let report = &inputs.config.config.report;
        let selection = cap::select(self.ordered, inputs.history, cap::LIMIT);
        let (sections, without_findings) = sections::all(self, &selection);
        let generator = format!("domo-reconcile {}", run.version);
        let mut list_notes = Vec::new();
        let total = inputs.reconciliation.findings.len();
        if selection.shown < total {
            let (shown, total) = (figures::grouped(selection.shown as u64), figures::grouped(total as u64));
            list_notes.push(t.fill("section.list_capped", &[("shown", &shown), ("total", &total)]));
        }
        View {
            schema: view::SCHEMA,
            lang: t.get("page.lang").to_owned(),
            title: shown(&report.title),
            classification: report.classification.as_deref().map(shown),
            instance: self.instance(),
            run_id: run.id.clone(),
            run_time: figures::moment(run.started, None),
            as_of: run.as_of.to_string(),
            page_title: t.fill(
                "page.page_title",
                &[("title", &shown(&report.title)), ("instance", &self.instance()), ("time", &figures::moment(run.started, None))],
            ),
            footer: t.fill("page.footer", &[("generator", &generator), ("as_of", &run.as_of.to_string())]),
            generator,
            contents: self.contents(&sections),
            script_words: serde_json::to_string(&t.tree()["script"]).unwrap_or_default(),
            identity: self.identity(),
            evidence: self.evidence(selection.clipped),
            accounts: self.accounts(),
            people: self.people(),
            population_chart: charts::population(self),
            findings: self.summary(),
            change: self.change(),
            exceptions: self.exceptions(),
            not_tested: self.not_tested(),
            plan: self.plan(),
            no_plan: self.no_plan(),
            sign_off: self.sign_off(),
            sections,
            without_findings,
            list_notes,
            privileged: appendix::privileged(self),
            access: accounts::access(self),
            external: accounts::external(self),
            resolved: appendix::resolved(self),
            last_review: appendix::last_review(self),
            accepted: appendix::accepted(self),
            method: appendix::method(self),
            parameters: appendix::parameters(self),
            sources: appendix::sources(self),
            files: appendix::files(self.files, t),
            verify: t.fill("files.verify", &[("run_id", &run.id)]),
            glossary: appendix::glossary(self),
        }
    }

    fn contents(&self, sections: &[view::Section]) -> Vec<view::Link> {
        let t = self.t;
        let link = |href: &str, label: &str| view::Link { href: href.to_owned(), label: label.to_owned(), count: None };
        let mut links = vec![
            link("#summary", t.get("page.summary")),
            link("#population", t.get("population.heading")),
            link("#findings", t.get("findings.heading")),
            link("#sign-off", t.get("sign_off.heading")),
            link("#plan", t.get("plan.heading")),
        ];
        let kinds = sections.iter().map(|section| view::Link {
            href: format!("#{}", section.anchor),
            label: section.title.clone(),
            count: Some(section.count.clone()),
        });
        links.extend(kinds);
        let privileged = figures::grouped(self.inputs.reconciliation.privileged.len() as u64);
        links.push(view::Link { count: Some(privileged), ..link("#privileged", t.get("privileged.heading")) });
        let changes = self.inputs.reconciliation.access.as_ref().map(|access| figures::grouped(access.changes.len() as u64));
        links.push(view::Link { count: changes, ..link("#access", t.get("access.heading")) });
        let external = figures::grouped(self.inputs.reconciliation.external.len() as u64);
        links.push(view::Link { count: Some(external), ..link("#external", t.get("external.heading")) });
        links.extend(self.inputs.history.last_review.as_ref().map(|_| link("#last-review", t.get("last_review.heading"))));
        links.extend([
            link("#accepted", t.get("exceptions.heading")),
            link("#method", t.get("method.heading")),
            link("#parameters", t.get("parameters.heading")),
            link("#sources", t.get("sources.heading")),
            link("#files", t.get("files.heading")),
            link("#glossary", t.get("glossary.heading")),
        ]);
        links
    }

    fn instance(&self) -> String {
        address(&self.inputs.reconciliation.instance)
    }

    fn identity(&self) -> Vec<Fact> {
        let t = self.t;
        let run = self.inputs.run;
        let accounts = &self.inputs.accounts.evidence;
        let mut facts = vec![
            Fact::new(t.get("identity.instance"), self.instance()),
            Fact::new(t.get("identity.as_of"), run.as_of.to_string()),
            Fact::new(t.get("identity.run"), figures::moment(run.started, self.zone)),
            Fact::new(t.get("identity.accounts"), shown(&accounts.source)),
        ];
        for source in &self.inputs.people.sources {
            let rows = t.count("page.rows", source.rows, &[]);
            let name = shown(&source.name);
            let value = match (source.modified, &source.origin.host) {
                (None, Some(host)) => {
                    t.fill("identity.directory_fetched", &[("name", &name), ("rows", &rows), ("host", &shown(host))])
                }
                (Some(day), _) => {
                    let day = day.to_string();
                    t.fill("identity.directory_value", &[("name", &name), ("rows", &rows), ("modified", &day)])
                }
                (None, None) => t.fill("identity.directory_undated", &[("name", &name), ("rows", &rows)]),
            };
            let proof = t.get(appendix::proof(source));
            facts.push(Fact::new(t.get("identity.directory"), format!("{value}; {proof}")));
        }
        let compared = match &self.inputs.history.previous {
            Some(previous) => {
                let day = previous.as_of.to_string();
                t.fill("identity.compared_value", &[("id", &previous.run_id), ("as_of", &day)])
            }
            None => t.get("identity.first_run").to_owned(),
        };
        facts.push(Fact::new(t.get("identity.compared"), compared));
        facts.push(Fact::raw(t.get("identity.run_id"), &run.id));
        let (user, host) = (shown(&run.user), shown(&run.host));
        let by = match &accounts.credential {
            Some(credential) => {
                let client = shown(&credential.client_id);
                t.fill("identity.run_by_client", &[("user", &user), ("host", &host), ("client", &client)])
            }
            None => t.fill("identity.run_by_value", &[("user", &user), ("host", &host)]),
        };
        facts.push(Fact::new(t.get("identity.run_by"), by));
        facts.push(Fact::new(t.get("identity.tool"), format!("domo-reconcile {}", run.version)));
        if let Some(classification) = &self.inputs.config.config.report.classification {
            facts.push(Fact::new(t.get("identity.classification"), shown(classification)));
        }
        facts
    }

    fn evidence(&self, clipped: bool) -> Reliability {
        let t = self.t;
        let judged = self.inputs.reconciliation;
        let mut reasons: Vec<String> = judged.evidence.reasons.iter().map(|reason| shown(reason)).collect();
        if clipped {
            reasons.push(t.get("evidence.clipped").to_owned());
        }
        let (status, glyph, headline, advice) = match judged.evidence.status {
            EvidenceStatus::Complete => {
                let accounts = t.count("evidence.all_accounts", judged.accounts.read, &[]);
                let people = t.count("evidence.all_people", judged.people.read, &[]);
                let detail = t.fill("evidence.complete_detail", &[("accounts", &accounts), ("people", &people)]);
                ("complete", "\u{2713}", t.get("evidence.complete").to_owned(), Some(detail))
            }
            EvidenceStatus::Warnings => {
                ("warnings", "!", t.count("evidence.warnings", judged.evidence.reasons.len() as u64, &[]), None)
            }
            EvidenceStatus::Incomplete => {
                let detail = t.get("evidence.incomplete_detail").to_owned();
                ("incomplete", "\u{2715}", t.get("evidence.incomplete").to_owned(), Some(detail))
            }
        };
        Reliability { status, headline, glyph, advice, reasons }
    }

    fn accounts(&self) -> Tally {
        let t = self.t;
        let judged = self.inputs.reconciliation;
        let totals = &judged.accounts;
        let evidence = &self.inputs.accounts.evidence;
        let read = match evidence.kind.as_str() {
            "api" => t.count("population.read_api", evidence.passes.max(1), &[]),
            _ => t.fill("population.read_file", &[("name", &shown(&evidence.source))]),
        };
        let drifting = self.kind_total(Kind::Drift);
        let rules = self.inputs.config.config.exclude.len() as u64;
        let found = with_findings(&judged.account_rows, judged.findings.iter().filter_map(|one| Some(one.account.as_ref()?.index)));
        let rows = totals.parts().map(|(situation, number)| {
            let kind = situation.finding();
            let check = match (situation, kind) {
                (_, Some(kind)) => t.count("population.findings_of", self.kind_total(kind), &[]),
                (AccountSituation::Matched, _) => t.count("population.matched_drift", drifting, &[]),
                (AccountSituation::Excluded, _) => t.count("population.excluded_rules", rules, &[]),
                _ => self.counted(found.get(situation.as_str())),
            };
            self.tally_row(situation.as_str(), number, totals.read, check, kind)
        });
        self.tally("accounts", t.get("population.accounts"), totals.read, read, rows.into())
    }

    fn people(&self) -> Tally {
        let t = self.t;
        let judged = self.inputs.reconciliation;
        let totals = &judged.people;
        let found = with_findings(&judged.person_rows, judged.findings.iter().filter_map(|one| one.person.as_ref()?.index));
        let read = t.count("population.read_people", self.inputs.people.sources.len() as u64, &[]);
        let rows = totals.parts().map(|(situation, number)| {
            use PersonSituation::{Ambiguous, Conflict, Duplicate, Missing, Rejected};
            let (kind, check) = match situation {
                Missing => (Some(Kind::Missing), t.count("population.findings_of", self.kind_total(Kind::Missing), &[])),
                Duplicate | Rejected => (Some(Kind::Quality), t.get("population.see_sources").to_owned()),
                Ambiguous => (Some(Kind::Ambiguous), t.get("population.findings_other").to_owned()),
                Conflict => (Some(Kind::Conflict), t.get("population.findings_other").to_owned()),
                _ => (None, self.counted(found.get(situation.as_str()))),
            };
            self.tally_row(situation.as_str(), number, totals.read, check, kind)
        });
        self.tally("people", t.get("population.people"), totals.read, read, rows.into())
    }

    /// What is said of a situation that is no finding by itself.
    fn counted(&self, with_findings: Option<&u64>) -> String {
        match with_findings {
            Some(number) => self.t.count("population.with_findings", *number, &[]),
            None => self.t.get("population.no_finding").to_owned(),
        }
    }

    fn tally(&self, key: &'static str, caption: &str, read: u64, check: String, rows: Vec<TallyRow>) -> Tally {
        let sum: u64 = rows.iter().map(|row| row.number).sum();
        let ties_out = sum == read;
        let said = self.t.get(if ties_out { "population.ties_out" } else { "population.not_ties_out" }).to_owned();
        let mut last = self.tally_row("sum", sum, read, said, None);
        last.label = self.t.get("population.sum").to_owned();
        Tally { key, caption: caption.to_owned(), read: self.tally_row("read", read, read, check, None), rows, sum: last, ties_out }
    }

    fn tally_row(&self, key: &'static str, number: u64, read: u64, check: String, kind: Option<Kind>) -> TallyRow {
        let label = self.t.find(&format!("situation.{key}")).unwrap_or(key).to_owned();
        TallyRow {
            label,
            count: figures::grouped(number),
            number,
            share: figures::percent(number, read),
            check,
            href: kind.filter(|kind| number > 0 && self.kind_total(*kind) > 0).map(|kind| format!("#k-{kind}")),
            key: key.to_owned(),
        }
    }

    fn summary(&self) -> Summary {
        let t = self.t;
        let findings = &self.inputs.reconciliation.findings;
        let mut open = [0u64; Severity::COUNT];
        let mut all = [0u64; Severity::COUNT];
        let mut new = 0;
        let mut new_by_kind: BTreeMap<Kind, u64> = BTreeMap::new();
        for finding in findings {
            all[finding.severity.rank()] += 1;
            if finding.exception.is_none() {
                open[finding.severity.rank()] += 1;
            }
            if self.is_new(finding) {
                new += 1;
                *new_by_kind.entry(finding.kind).or_default() += 1;
            }
        }
        let severities: Vec<view::SeverityCount> = Severity::ALL
            .iter()
            .map(|&severity| {
                let number = all[severity.rank()];
                view::SeverityCount {
                    severity: self.severity(severity),
                    count: figures::grouped(number),
                    number,
                    filter: t.fill("findings.filter", &[("severity", severity.as_str())]),
                }
            })
            .collect();
        let need: u64 = open.iter().sum();
        let mut sentence = if need == 0 {
            t.get("findings.none").to_owned()
        } else {
            let parts = Severity::ALL.iter().filter(|&&severity| open[severity.rank()] > 0).map(|&severity| {
                let label = t.get(&format!("severity.{}", severity.as_str())).to_lowercase();
                format!("{} {label}", figures::grouped(open[severity.rank()]))
            });
            t.count("findings.need", need, &[("parts", &parts.collect::<Vec<_>>().join(", "))])
        };
        let accepted = findings.len() as u64 - need;
        if accepted > 0 {
            sentence.push(' ');
            sentence.push_str(&t.count("findings.accepted", accepted, &[]));
        }
        if self.inputs.history.previous.is_some() && !findings.is_empty() {
            sentence.push(' ');
            sentence.push_str(&t.count("findings.new", new, &[]));
            let back = self.inputs.history.count(State::Reappeared);
            if back > 0 {
                sentence.push(' ');
                sentence.push_str(&t.count("findings.back", back, &[]));
            }
        }
        let incomplete = self.inputs.reconciliation.evidence.status == EvidenceStatus::Incomplete;
        if incomplete {
            // Numbers that nobody should rely on ask nobody for a decision.
            sentence = t.count("findings.incomplete", findings.len() as u64, &[]);
        }
        let kinds = self.kinds().map(|kind| self.kind_count(kind, new_by_kind.get(&kind).copied().unwrap_or(0)));
        let kinds = kinds.collect();
        let totals = KindCount {
            key: "all".into(),
            label: t.get("findings.all").to_owned(),
            href: None,
            counts: count_cells(&all),
            total: figures::grouped(findings.len() as u64),
            new: figures::grouped(new),
            tested: "\u{2013}".to_owned(),
            untested: false,
        };
        let privileged = &self.inputs.reconciliation.privileged;
        let flagged = privileged.iter().filter(|account| !account.findings.is_empty()).count() as u64;
        Summary {
            sentence,
            should_not: self.should_not_have_access(),
            since: self.since(),
            worst_more: self.worst_more().filter(|_| !incomplete),
            worst: if incomplete { Vec::new() } else { self.worst() },
            total: findings.len() as u64,
            by_severity: charts::by_severity(self, &severities),
            severities,
            kinds,
            totals,
            by_age: charts::by_age(self),
            by_field: charts::by_field(self),
            over_time: charts::over_time(self),
            privileged: t.count("findings.privileged", privileged.len() as u64, &[("flagged", &figures::grouped(flagged))]),
            answers: super::answers::answers(self),
        }
    }

    /// The worst that nobody has accepted.
    fn grave(&self) -> impl Iterator<Item = &Finding> {
        let open = self.inputs.reconciliation.findings.iter().filter(|finding| finding.exception.is_none());
        open.take_while(|finding| finding.severity <= Severity::High)
    }

    /// How many of them page one does not name.
    fn worst_more(&self) -> Option<String> {
        let more = self.grave().skip(NAMED).count() as u64;
        (more > 0).then(|| self.t.count("findings.worst_more", more, &[]))
    }

    /// The first of them by name.
    fn worst(&self) -> Vec<view::Worst> {
        let named = self.grave().take(NAMED).map(|finding| view::Worst {
            id: finding.id.to_string(),
            severity: self.severity(finding.severity),
            name: cap::name(finding).map_or_else(|| self.t.get("page.empty").to_owned(), shown),
            reason: shown(&finding.reason),
        });
        named.collect()
    }

    /// Active accounts that the directory speaks against and nobody has accepted, as one number.
    fn should_not_have_access(&self) -> String {
        let t = self.t;
        let judged = self.inputs.reconciliation;
        if judged.evidence.status == EvidenceStatus::Incomplete {
            return t.get("findings.should_not_unknown").to_owned();
        }
        let of = |kind| judged.findings.iter().filter(move |one| one.kind == kind && one.exception.is_none());
        let open = |kind| of(kind).filter(|one| !one.restricted).count() as u64;
        let kinds = [Kind::Leaver, Kind::Orphan, Kind::Suspended];
        let restricted = kinds.map(|kind| of(kind).filter(|one| one.restricted).count() as u64);
        // The tables and the navigation count accepted ones too: a reader who compares the numbers finds the difference here.
        let accepted = |kind| match judged.findings.iter().filter(|one| one.kind == kind && one.exception.is_some()).count() {
            more if more > 0 && kinds.contains(&kind) => format!(" {}", t.count("findings.should_not_accepted", more as u64, &[])),
            _ => String::new(),
        };
        let counted = |key: &str, counts: [(Kind, u64); 3]| {
            let parts = counts.iter().filter(|(_, number)| *number > 0);
            let part = |kind, number| t.count(&format!("findings.should_not_{kind}"), number, &[]) + &accepted(kind);
            let parts: Vec<String> = parts.map(|(kind, number)| part(*kind, *number)).collect();
            let all = counts.iter().map(|(_, number)| number).sum();
            (all > 0).then(|| t.count(key, all, &[("parts", &parts.join(", "))]))
        };
        let certain = counted("findings.should_not", kinds.map(|kind| (kind, open(kind))));
        // Nobody can say whose or which, but by every candidate it is a leaver's.
        let left = |kind| of(kind).filter(|one| one.is_of_leavers()).count() as u64;
        let uncertain =
            counted("findings.of_leavers", [Kind::Conflict, Kind::Ambiguous, Kind::Duplicate].map(|kind| (kind, left(kind))));
        let restricted = match restricted.iter().sum() {
            0 => None,
            all => Some(t.count("findings.restricted", all, &[])),
        };
        let none = (certain.is_none() && uncertain.is_none()).then(|| t.get("findings.should_not_none").to_owned());
        // What was not looked for is not absent.
        let untested = judged.not_tested.iter().any(|untested| untested.check == Kind::Leaver.as_str());
        let untested = untested.then(|| t.get("findings.leavers_untested").to_owned());
        [certain, none, uncertain, restricted, untested].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    /// What changed in access since the last run, and what its review came to.
    fn since(&self) -> Vec<String> {
        let t = self.t;
        let access = self.inputs.reconciliation.access.as_ref().map(|access| {
            let counts = access.counts();
            let parts =
                counts.iter().map(|(word, number)| format!("{} {}", figures::grouped(*number), t.get(&format!("access.{word}"))));
            match access.changes.len() as u64 {
                0 => t.get("findings.since_access_none").to_owned(),
                all => t.count("findings.since_access", all, &[("parts", &parts.collect::<Vec<_>>().join(", "))]),
            }
        });
        let review = appendix::last_review(self).and_then(|last| last.sentences.into_iter().next());
        let review = review.map(|decided| t.fill("findings.since_review", &[("decided", &decided)]));
        access.into_iter().chain(review).collect()
    }

    fn kind_count(&self, kind: Kind, new: u64) -> KindCount {
        let counts = self.by_kind.get(&kind).copied().unwrap_or_default();
        let total: u64 = counts.iter().sum();
        let untested = total == 0 && self.untested(kind).is_some();
        let tested = self.inputs.reconciliation.method.tested.get(&kind).map(|tested| figures::grouped(*tested));
        KindCount {
            key: kind.as_str().into(),
            label: self.kind_text(kind, "name"),
            href: Some(format!("#k-{kind}")),
            counts: count_cells(&counts),
            total: figures::grouped(total),
            new: figures::grouped(new),
            tested: if untested {
                let nothing = if self.is_not_applicable(kind) { "findings.not_applicable" } else { "findings.not_tested" };
                self.t.get(nothing).to_owned()
            } else {
                tested.unwrap_or_else(|| "\u{2013}".into())
            },
            untested,
        }
    }

    fn change(&self) -> Change {
        let t = self.t;
        let history = self.inputs.history;
        let mut notes = Vec::new();
        notes.extend(history.parameters_changed.iter().map(|change| shown(change)));
        notes.extend(history.notes.iter().chain(history.applied.iter().map(|told| &told.sentence)).map(|note| shown(note)));
        let further = notes.split_off(notes.len().min(CHANGES));
        let more = (!further.is_empty()).then(|| t.count("change.more", further.len() as u64, &[]));
        let Some(previous) = &history.previous else {
            return Change { sentence: t.get("change.first").to_owned(), ties_out: true, notes, more, further, trend: None };
        };
        let now = self.inputs.reconciliation.findings.len() as u64;
        let (new, reappeared) = (history.count(State::New), history.count(State::Reappeared));
        let (resolved, gone, stands) = (history.resolved(), history.gone(), history.stands());
        let unjudged = history.unjudged;
        let ties_out = previous.findings + new + reappeared == now + resolved + gone + stands + unjudged;
        // The sum in words, without the parts that are nothing.
        let part = |key: &str, number: u64| t.fill(key, &[("n", &figures::grouped(number))]);
        let mut sum = vec![part("change.previous", previous.findings), part("change.resolved", resolved)];
        sum.extend((gone > 0).then(|| part("change.gone", gone)));
        sum.extend((stands > 0).then(|| part("change.stands", stands)));
        sum.extend((unjudged > 0).then(|| part("change.unjudged", unjudged)));
        sum.push(part("change.new", new));
        sum.extend((reappeared > 0).then(|| part("change.reappeared", reappeared)));
        sum.push(part("change.now", now));
        let mut sentence = sum.join(" ");
        if !ties_out {
            sentence.push(' ');
            sentence.push_str(t.get("change.not_ties_out"));
        }
        Change { sentence, ties_out, notes, more, further, trend: charts::trend(self) }
    }

    fn exceptions(&self) -> Vec<String> {
        let t = self.t;
        let config = &self.inputs.config.config.exception;
        if config.is_empty() {
            return vec![t.get("exceptions.none").to_owned()];
        }
        let as_of = self.inputs.run.as_of;
        let uses = &self.inputs.reconciliation.exceptions;
        let count = |is: &dyn Fn(&ExceptionUse) -> bool| uses.iter().filter(|used| is(used)).count() as u64;
        let expired = count(&|used| used.expired);
        let reported = count(&|used| used.expired && !used.findings.is_empty());
        let [unused, unknown] =
            [true, false].map(|tested| count(&|used| !used.expired && used.findings.is_empty() && used.tested == tested));
        let soon = config.iter().filter(|one| (0..=30).contains(&(one.expires - as_of).num_days())).count() as u64;
        let active = (config.len() as u64).saturating_sub(expired);
        let mut parts = vec![t.count("exceptions.active", active, &[])];
        let counted = [
            ("exceptions.soon", soon),
            ("exceptions.unused", unused),
            ("exceptions.unknown", unknown),
            ("exceptions.expired", reported),
            ("exceptions.expired_idle", expired - reported),
        ];
        for (key, number) in counted {
            if number > 0 {
                parts.push(t.count(key, number, &[]));
            }
        }
        parts
    }

    /// A line for each cause: what lacks for one and the same reason stands together.
    fn not_tested(&self) -> Vec<Untested> {
        let named = self.inputs.reconciliation.not_tested.iter();
        let named = named.map(|one| Untested { check: self.check_name(&one.check), why: shown(&one.why) });
        // Without an account or a row to test there is no reason a kind: one line says it for all.
        let nothing = self.t.get("section.nothing_to_test");
        let is_silent = |kind: &Kind| self.kind_total(*kind) == 0 && self.untested(*kind) == Some(nothing);
        let silent = self.kinds().filter(|kind| is_silent(kind) && !self.is_not_applicable(*kind));
        let silent: Vec<String> = silent.map(|kind| self.kind_text(kind, "name")).collect();
        let silent =
            (!silent.is_empty()).then(|| Untested { check: silent.join(", "), why: self.t.get("not_tested.nothing").to_owned() });
        let mut lines: Vec<Untested> = Vec::new();
        for one in silent.into_iter().chain(named) {
            match lines.iter_mut().find(|line| line.why == one.why) {
                Some(line) => line.check = format!("{}, {}", line.check, one.check),
                None => lines.push(one),
            }
        }
        lines
    }

    /// A slug as people read it: a kind's name, else its words.
    fn check_name(&self, slug: &str) -> String {
        let kind = self.kinds().find(|kind| kind.as_str() == slug);
        match kind {
            Some(kind) => self.kind_text(kind, "name"),
            None => {
                let (check, field) = slug.split_once('.').unwrap_or((slug, ""));
                self.t.fill(&format!("check.{check}"), &[("field", &label(&shown(field)))])
            }
        }
    }

    fn plan(&self) -> Option<PlanSummary> {
        let t = self.t;
        let plan = self.inputs.plan?;
        let mut kinds: BTreeMap<&str, u64> = BTreeMap::new();
        for action in &plan.actions {
            *kinds.entry(action.kind.as_str()).or_default() += 1;
        }
        let parts: Vec<String> = kinds
            .into_iter()
            .map(|(kind, number)| t.fill("plan.part", &[("n", &figures::grouped(number)), ("kind", kind)]))
            .collect();
        let column = |key, label: &str, sort| view::Column::new(key, label, sort);
        let mut guards = Table::new(
            "guards",
            t.get("plan.guards"),
            vec![
                column("guard", t.get("plan.guard"), "s"),
                column("value", t.get("plan.value"), "n"),
                column("limit", t.get("plan.limit"), "n"),
                column("holds", t.get("plan.holds"), "s"),
            ],
            t.get("page.none"),
        );
        for guard in &plan.guards {
            let holds = t.get(if guard.holds { "plan.yes" } else { "plan.no" });
            guards.row(
                None,
                vec![
                    view::Cell::text(shown(&guard.name)),
                    view::Cell::count(guard.value),
                    view::Cell::count(guard.limit),
                    view::Cell::text(holds).with(guard.note.iter().map(|note| shown(note)).collect()),
                ],
            );
        }
        let refused_by: Vec<String> = plan.refused_by().into_iter().map(str::to_owned).collect();
        Some(PlanSummary {
            id: plan.id.clone(),
            digest: plan.digest.clone(),
            sentence: t.count("plan.sentence", plan.actions.len() as u64, &[("parts", &parts.join(", "))]),
            expires: figures::moment(plan.expires, self.zone),
            guards,
            refused: (!refused_by.is_empty()).then(|| t.fill("plan.refused", &[("guards", &refused_by.join(", "))])),
            refused_by,
        })
    }

    fn no_plan(&self) -> Option<String> {
        let incomplete = self.inputs.reconciliation.evidence.status == EvidenceStatus::Incomplete;
        let why = match (self.inputs.options.replay, incomplete) {
            (true, _) => "plan.none_replay",
            (false, true) => "plan.none_incomplete",
            (false, false) => "plan.none_nothing",
        };
        self.inputs.plan.is_none().then(|| self.t.get(why).to_owned())
    }

    fn sign_off(&self) -> SignOff {
        let t = self.t;
        let texts = |keys: [&str; 3]| keys.map(|key| self.t.get(&format!("sign_off.{key}")).to_owned()).into();
        SignOff {
            statement: t.fill("sign_off.statement", &[("run_id", &self.inputs.run.id)]),
            roles: texts(["prepared", "reviewed", "approved"]),
            choices: texts(["accepted", "accepted_with_actions", "rejected"]),
            note: t.get("sign_off.note").to_owned(),
        }
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

fn count_cells(counts: &[u64; Severity::COUNT]) -> Vec<CountCell> {
    let cells = Severity::ALL.iter().zip(counts);
    cells
        .map(|(severity, number)| CountCell { key: severity.as_str(), count: figures::grouped(*number), zero: *number == 0 })
        .collect()
}
