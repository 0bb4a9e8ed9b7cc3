//! What page one does not vouch for: what is accepted by an exception, and what was not tested.

use super::builder::Builder;
use super::view::Untested;
use crate::reconcile::ExceptionUse;
use crate::terms::{Kind, label};
use crate::text::shown;

/// How many exceptions there are, and what they did: phrases.
pub(super) fn exceptions(builder: &Builder) -> Vec<String> {
    let t = builder.t;
    let config = &builder.inputs.config.config.exception;
    if config.is_empty() {
        return vec![t.get("exceptions.none").to_owned()];
    }
    let as_of = builder.inputs.run.as_of;
    let uses = &builder.inputs.reconciliation.exceptions;
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
pub(super) fn not_tested(builder: &Builder) -> Vec<Untested> {
    let named = builder.inputs.reconciliation.not_tested.iter();
    let named = named.map(|one| Untested { check: check_name(builder, &one.check), why: shown(&one.why) });
    // Kinds that incomplete evidence left nothing to test have no reason of their own: one line says it for all.
    let incomplete = builder.t.get("not_tested.incomplete");
    let is_silent = |kind: &Kind| builder.kind_total(*kind) == 0 && builder.untested(*kind) == Some(incomplete);
    let silent: Vec<String> = builder.kinds().filter(is_silent).map(|kind| builder.kind_text(kind, "name")).collect();
    let silent = (!silent.is_empty()).then(|| Untested { check: silent.join(", "), why: incomplete.to_owned() });
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
fn check_name(builder: &Builder, slug: &str) -> String {
    let kind = builder.kinds().find(|kind| kind.as_str() == slug);
    match kind {
        Some(kind) => builder.kind_text(kind, "name"),
        None => {
            let (check, field) = slug.split_once('.').unwrap_or((slug, ""));
            builder.t.fill(&format!("check.{check}"), &[("field", &label(&shown(field)))])
        }
    }
}
