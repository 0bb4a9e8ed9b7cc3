//! The view, page one first: who and when, whether to rely on it, the sums of both sides, what was found, what changed, what is
//! accepted, what was not tested, who signs.

use super::builder::Builder;
use super::inputs::Inputs;
use super::texts::Texts;
use super::view::{Link, Section, SignOff, View};
use super::{
    accounts, appendix, cap, change, charts, figures, findings_summary, identity, limits, plan_summary, population, sections, view,
};
use crate::archive::manifest::FileEntry;
use crate::reconcile::Finding;
use crate::text::shown;

/// The whole view of a run.
pub(super) fn view(inputs: &Inputs, ordered: &[&Finding], t: &Texts, files: &[FileEntry]) -> View {
    let builder = &Builder::new(inputs, ordered, t, files);
    let run = inputs.run;
    let report = &inputs.config.config.report;
    let selection = cap::select(builder.ordered, inputs.history, cap::LIMIT);
    let (sections, without_findings) = sections::all(builder, &selection);
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
        instance: identity::instance(builder),
        run_id: run.id.clone(),
        run_time: figures::moment(run.started, None),
        as_of: run.as_of.to_string(),
        page_title: t.fill(
            "page.page_title",
            &[
                ("title", &shown(&report.title)),
                ("instance", &identity::instance(builder)),
                ("time", &figures::moment(run.started, None)),
            ],
        ),
        footer: t.fill("page.footer", &[("generator", &generator), ("as_of", &run.as_of.to_string())]),
        generator,
        contents: contents(builder, &sections),
        script_words: serde_json::to_string(&t.tree()["script"]).unwrap_or_default(),
        identity: identity::identity(builder),
        evidence: identity::evidence(builder, selection.clipped),
        accounts: population::accounts(builder),
        people: population::people(builder),
        population_chart: charts::population(builder),
        findings: findings_summary::summary(builder),
        change: change::change(builder),
        exceptions: limits::exceptions(builder),
        not_tested: limits::not_tested(builder),
        plan: plan_summary::plan(builder),
        no_plan: plan_summary::no_plan(builder),
        sign_off: sign_off(builder),
        sections,
        without_findings,
        list_notes,
        privileged: appendix::privileged(builder),
        access: accounts::access(builder),
        external: accounts::external(builder),
        resolved: appendix::resolved(builder),
        last_review: appendix::last_review(builder),
        accepted: appendix::accepted(builder),
        method: appendix::method(builder),
        parameters: appendix::parameters(builder),
        sources: appendix::sources(builder),
        files: appendix::files(files, t),
        verify: t.fill("files.verify", &[("run_id", &run.id)]),
        glossary: appendix::glossary(builder),
    }
}

fn contents(builder: &Builder, sections: &[Section]) -> Vec<Link> {
    let t = builder.t;
    let link = |href: &str, label: &str| Link { href: href.to_owned(), label: label.to_owned(), count: None };
    let mut links = vec![
        link("#summary", t.get("page.summary")),
        link("#population", t.get("population.heading")),
        link("#findings", t.get("findings.heading")),
        link("#sign-off", t.get("sign_off.heading")),
        link("#plan", t.get("plan.heading")),
    ];
    let kinds = sections.iter().map(|section| Link {
        href: format!("#{}", section.anchor),
        label: section.title.clone(),
        count: Some(section.count.clone()),
    });
    links.extend(kinds);
    let privileged = figures::grouped(builder.inputs.reconciliation.privileged.len() as u64);
    links.push(Link { count: Some(privileged), ..link("#privileged", t.get("privileged.heading")) });
    let changes = builder.inputs.reconciliation.access.as_ref().map(|access| figures::grouped(access.accounts()));
    links.push(Link { count: changes, ..link("#access", t.get("access.heading")) });
    let external = figures::grouped(builder.inputs.reconciliation.external.len() as u64);
    links.push(Link { count: Some(external), ..link("#external", t.get("external.heading")) });
    links.extend(builder.inputs.history.last_review.as_ref().map(|_| link("#last-review", t.get("last_review.heading"))));
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

fn sign_off(builder: &Builder) -> SignOff {
    let t = builder.t;
    let texts = |keys: [&str; 3]| keys.map(|key| t.get(&format!("sign_off.{key}")).to_owned()).into();
    SignOff {
        statement: t.fill("sign_off.statement", &[("run_id", &builder.inputs.run.id)]),
        roles: texts(["prepared", "reviewed", "approved"]),
        choices: texts(["accepted", "accepted_with_actions", "rejected"]),
        note: t.get("sign_off.note").to_owned(),
    }
}
