//! What changed since the previous run, as a sum that ties out.

use super::builder::Builder;
use super::view::Change;
use super::{charts, figures};
use crate::archive::history::State;
use crate::text::shown;

/// Sentences on what changed that page one has room for on paper.
const CHANGES: usize = 6;

/// The sum, and what else differs between the two runs.
pub(super) fn change(builder: &Builder) -> Change {
    let t = builder.t;
    let history = builder.inputs.history;
    let mut notes = Vec::new();
    notes.extend(history.parameters_changed.iter().map(shown));
    notes.extend(history.notes.iter().chain(history.applied.iter().map(|sentence| &sentence.text)).map(shown));
    let further = notes.split_off(notes.len().min(CHANGES));
    let more = (!further.is_empty()).then(|| t.count("change.more", further.len() as u64, &[]));
    let Some(previous) = &history.previous else {
        return Change { sentence: t.get("change.first").to_owned(), ties_out: true, notes, more, further, trend: None };
    };
    let now = builder.inputs.reconciliation.findings.len() as u64;
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
    Change { sentence, ties_out, notes, more, further, trend: charts::trend(builder) }
}
