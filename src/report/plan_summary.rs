//! What is proposed: how many actions of each kind, and whether the guards hold.

use std::collections::BTreeMap;

use super::builder::Builder;
use super::figures;
use super::view::{Cell, Column, PlanSummary, Table};
use crate::text::shown;

/// The plan, where there is one.
pub(super) fn plan(builder: &Builder) -> Option<PlanSummary> {
    let t = builder.t;
    let plan = builder.inputs.plan?;
    let mut kinds: BTreeMap<&str, u64> = BTreeMap::new();
    for action in &plan.actions {
        *kinds.entry(action.kind.as_str()).or_default() += 1;
    }
    let parts: Vec<String> =
        kinds.into_iter().map(|(kind, number)| t.fill("plan.part", &[("n", &figures::grouped(number)), ("kind", kind)])).collect();
    let column = |key, label: &str, sort| Column::new(key, label, sort);
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
                Cell::text(shown(&guard.name)),
                Cell::count(guard.value),
                Cell::count(guard.limit),
                Cell::text(holds).with(guard.note.iter().map(shown).collect()),
            ],
        );
    }
    let refused_by: Vec<String> = plan.refused_by().into_iter().map(str::to_owned).collect();
    Some(PlanSummary {
        id: plan.id.clone(),
        digest: plan.digest.clone(),
        sentence: t.count("plan.sentence", plan.actions.len() as u64, &[("parts", &parts.join(", "))]),
        expires: figures::moment(plan.expires, builder.zone),
        guards,
        refused: (!refused_by.is_empty()).then(|| t.fill("plan.refused", &[("guards", &refused_by.join(", "))])),
        refused_by,
    })
}

/// Why there is none, where there is none.
pub(super) fn no_plan(builder: &Builder) -> Option<String> {
    let (inputs, judged) = (builder.inputs, builder.inputs.reconciliation);
    let why = match () {
        () if inputs.options.replay => "plan.none_replay",
        () if judged.evidence.is_incomplete() => "plan.none_incomplete",
        () if inputs.run.forecast => "plan.none_forecast",
        () if judged.findings.iter().any(|finding| !finding.is_open()) => "plan.none_accepted",
        () => "plan.none_nothing",
    };
    builder.inputs.plan.is_none().then(|| builder.t.get(why).to_owned())
}
