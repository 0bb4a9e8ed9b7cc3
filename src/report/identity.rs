//! The head of page one: what was compared, when and by whom, and whether to rely on it.

use super::appendix;
use super::builder::{Builder, address};
use super::figures;
use super::view::{Fact, Reliability};
use crate::reconcile::EvidenceStatus;
use crate::text::shown;

/// The instance by its address.
pub(super) fn instance(builder: &Builder) -> String {
    address(&builder.inputs.reconciliation.instance)
}

/// What was compared, when and by whom.
pub(super) fn identity(builder: &Builder) -> Vec<Fact> {
    let t = builder.t;
    let run = builder.inputs.run;
    let accounts = &builder.inputs.accounts.evidence;
    let mut facts = vec![
        Fact::new(t.get("identity.instance"), instance(builder)),
        Fact::new(t.get("identity.as_of"), run.as_of.to_string()),
        Fact::new(t.get("identity.run"), figures::moment(run.started, builder.zone)),
        Fact::new(t.get("identity.accounts"), shown(&accounts.source)),
    ];
    for source in &builder.inputs.people.sources {
        let rows = t.count("page.rows", source.rows, &[]);
        let name = shown(&source.name);
        let value = match (source.modified, &source.origin.host) {
            (None, Some(host)) => t.fill("identity.directory_fetched", &[("name", &name), ("rows", &rows), ("host", &shown(host))]),
            (Some(day), _) => {
                let day = day.to_string();
                t.fill("identity.directory_value", &[("name", &name), ("rows", &rows), ("modified", &day)])
            }
            (None, None) => t.fill("identity.directory_undated", &[("name", &name), ("rows", &rows)]),
        };
        let proof = t.get(appendix::proof(source));
        facts.push(Fact::new(t.get("identity.directory"), format!("{value}; {proof}")));
    }
    let compared = match &builder.inputs.history.previous {
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
    if let Some(classification) = &builder.inputs.config.config.report.classification {
        facts.push(Fact::new(t.get("identity.classification"), shown(classification)));
    }
    facts
}

/// Whether to rely on it, and why not; `clipped` where the page has not all that was found.
pub(super) fn evidence(builder: &Builder, clipped: bool) -> Reliability {
    let t = builder.t;
    let judged = builder.inputs.reconciliation;
    let mut reasons: Vec<String> = judged.evidence.reasons.iter().map(shown).collect();
    if clipped {
        reasons.push(t.get("evidence.clipped").to_owned());
    }
    let (status, glyph, headline, advice) = match judged.evidence.status {
        EvidenceStatus::Complete => {
            let read = &builder.inputs.accounts.evidence;
            let all = if read.is_from_api() { "evidence.all_accounts" } else { "evidence.file_accounts" };
            let accounts = t.count(all, judged.accounts.read, &[("name", &shown(&read.source))]);
            let people = t.count("evidence.all_people", judged.people.read, &[]);
            let mut detail = t.fill("evidence.complete_detail", &[("accounts", &accounts), ("people", &people)]);
            if !read.is_from_api() {
                detail = format!("{detail} {}", t.get("evidence.file_end"));
            }
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
