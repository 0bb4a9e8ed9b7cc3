//! Stable ids: from instance, kind and subject; a collision is found and widened.

use std::collections::HashMap;

use super::finding::{Finding, FindingId, Particular, Value};
use crate::terms::{ActionKind, Kind, Severity};

/// A finding and what its id is made from.
pub(super) struct Draft {
    pub(super) subject: String,
    pub(super) finding: Finding,
}

impl Draft {
    /// About nobody yet.
    pub(super) fn new(kind: Kind, severity: Severity, subject: String, reason: String) -> Self {
        let finding = Finding {
            id: FindingId(String::new()),
            kind,
            severity,
            account: None,
            person: None,
            matched_by: Vec::new(),
            drift: Vec::new(),
            reason,
            action: None,
            exception: None,
            rule: None,
            restricted: false,
            code: None,
            owns: Default::default(),
            last_seen: None,
            particulars: Vec::new(),
        };
        Self { subject, finding }
    }

    /// A column of its kind's table.
    pub(super) fn with(mut self, column: &'static str, value: Value) -> Self {
        self.finding.particulars.push(Particular { column, value });
        self
    }

    /// More of the sentence.
    pub(super) fn say(mut self, more: &str) -> Self {
        self.finding.reason.push_str(more);
        self
    }

    /// What the policy proposes.
    pub(super) fn proposing(mut self, action: Option<ActionKind>) -> Self {
        self.finding.action = action;
        self
    }
}

/// Gives every draft its id. Two subjects with one id both get the wide form. One subject twice (two rejected rows with the same
/// cells, say) is told apart by its ordinal, which is all that is left to tell by.
pub(super) fn identify(instance: &str, drafts: Vec<Draft>) -> Vec<Finding> {
    identify_with(instance, drafts, FindingId::new)
}

fn identify_with(instance: &str, drafts: Vec<Draft>, short: impl Fn(&str, Kind, &str) -> FindingId + Sync) -> Vec<Finding> {
    use rayon::prelude::*;
    let mut named: Vec<(FindingId, Draft)> = drafts
        .into_par_iter()
        .with_min_len(256)
        .map(|draft| (short(instance, draft.finding.kind, &draft.subject), draft))
        .collect();
    let mut by_id: Vec<usize> = (0..named.len()).collect();
    by_id.par_sort_unstable_by_key(|at| (&named[*at].0, *at));
    let shared = by_id.chunk_by(|one, other| named[*one].0 == named[*other].0).filter(|places| places.len() > 1);
    for places in shared.map(<[usize]>::to_vec).collect::<Vec<_>>() {
        let mut ordinals: HashMap<String, usize> = HashMap::new();
        let subjects: std::collections::HashSet<String> = places.iter().map(|at| named[*at].1.subject.clone()).collect();
        for at in places {
            let (id, draft) = &mut named[at];
            let ordinal = ordinals.entry(draft.subject.clone()).or_default();
            *ordinal += 1;
            let subject = if *ordinal == 1 { draft.subject.clone() } else { format!("{}#{ordinal}", draft.subject) };
            if subjects.len() > 1 || *ordinal > 1 {
                *id = FindingId::widened(instance, draft.finding.kind, &subject);
            }
        }
    }
    named.into_iter().map(|(id, draft)| Finding { id, ..draft.finding }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(subject: &str) -> Draft {
        Draft::new(Kind::Orphan, Severity::Medium, subject.into(), String::new())
    }

    #[test]
    fn subjects_whose_ids_collide_get_the_wide_form() {
        let one_id = |_: &str, _, _: &str| FindingId("F-0000000000".into());
        let ids: Vec<FindingId> = identify_with("acme", vec![draft("1"), draft("2")], one_id).into_iter().map(|f| f.id).collect();
        assert_eq!(ids, ["1", "2"].map(|subject| FindingId::widened("acme", Kind::Orphan, subject)));
    }

    #[test]
    fn one_subject_twice_is_told_apart_and_the_first_keeps_its_id() {
        let ids: Vec<FindingId> = identify("acme", vec![draft("1"), draft("1")]).into_iter().map(|f| f.id).collect();
        assert_eq!(ids[0], FindingId::new("acme", Kind::Orphan, "1"));
        assert_ne!(ids[0], ids[1]);
    }
}
