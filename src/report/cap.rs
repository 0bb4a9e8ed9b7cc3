//! What one page can hold: the order of findings within their kind, and which are shown when there are too many.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;

use crate::archive::History;
use crate::archive::history::State;
use crate::reconcile::Finding;
use crate::terms::{Kind, Severity};

/// Findings on one page at most.
pub(super) const LIMIT: usize = 5_000;

/// Samples of a kind that floods a capped page with one cause.
const SAMPLES: usize = 50;

/// The findings to show, by kind, worst first.
pub(super) struct Selection<'a> {
    /// In the order they are shown, and those of the kind that are not.
    pub(super) kinds: BTreeMap<Kind, (Vec<&'a Finding>, Vec<&'a Finding>)>,
    /// How many are shown.
    pub(super) shown: usize,
    /// Critical and High alone are more than the page holds.
    pub(super) clipped: bool,
}

/// All findings in the report's order: kinds worst first; within a kind by [`Finding::urgency`], new ones first, the oldest first,
/// name, id. `findings.csv` has the same order, so that a kind's rows are together in it.
pub(super) fn ordered<'a>(findings: &'a [Finding], history: &History) -> Vec<&'a Finding> {
    let mut all: Vec<&Finding> = findings.iter().collect();
    all.par_sort_by_cached_key(|finding| {
        let lifecycle = history.lifecycle.get(&finding.id);
        let known = lifecycle.is_some_and(|lifecycle| lifecycle.state != State::New);
        let first_seen = lifecycle.map(|lifecycle| lifecycle.first_seen);
        (finding.kind, finding.urgency(), known, first_seen, name(finding).map(str::to_lowercase), finding.id.clone())
    });
    all
}

/// Whom a finding is about.
pub(super) fn name(finding: &Finding) -> Option<&str> {
    let account = finding.account.as_ref().and_then(|account| account.name.as_deref().or(account.email.as_deref()));
    account.or_else(|| finding.person.as_ref().and_then(|person| person.name.as_deref().or(person.email.as_deref())))
}

/// Of findings in order all Critical and High ones, then each kind in proportion: worst first, and where one severity has more than
/// there is room for, half new ones and half the oldest.
pub(super) fn select<'a>(findings: &[&'a Finding], history: &History, limit: usize) -> Selection<'a> {
    let mut by_kind: BTreeMap<Kind, Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        by_kind.entry(finding.kind).or_default().push(finding);
    }
    if findings.len() <= limit {
        let kinds = by_kind.into_iter().map(|(kind, all)| (kind, (all, Vec::new()))).collect();
        return Selection { kinds, shown: findings.len(), clipped: false };
    }
    let urgent_total = findings.iter().filter(|finding| finding.severity <= Severity::High).count();
    let clipped = urgent_total > limit;
    // Of a flood some samples are shown; the room that they leave is the other kinds'.
    let flooded = by_kind.get(&Kind::Drift).is_some_and(|all| all.len() * 2 > findings.len() && one_cause(all));
    let room = limit.saturating_sub(urgent_total);
    let samples = if flooded { room.min(SAMPLES) } else { 0 };
    let room = room - samples;
    let sharing = |kind: Kind, all: &[&Finding]| match kind {
        Kind::Drift if flooded => 0,
        _ => all.iter().filter(|finding| finding.severity > Severity::High).count(),
    };
    let rest_total: usize = by_kind.iter().map(|(kind, all)| sharing(*kind, all)).sum();

    // The worst first when even they are too many: by severity over all kinds.
    let mut urgent_room: BTreeMap<Severity, usize> = BTreeMap::new();
    let mut left = limit;
    for severity in [Severity::Critical, Severity::High] {
        let there = findings.iter().filter(|finding| finding.severity == severity).count();
        let taken = there.min(left);
        urgent_room.insert(severity, taken);
        left -= taken;
    }

    let proportional = |others: usize| (room * others).checked_div(rest_total).unwrap_or(0).min(others);
    // What the shares lose by being whole numbers goes to the kinds in their order.
    let shares = by_kind.iter().map(|(kind, all)| proportional(sharing(*kind, all)));
    let mut spare = room.min(rest_total) - shares.sum::<usize>();
    let mut shown = 0;
    let mut kinds = BTreeMap::new();
    for (kind, all) in by_kind {
        let others = sharing(kind, &all);
        let mut share = proportional(others);
        if spare > 0 && share < others {
            (share, spare) = (share + 1, spare - 1);
        }
        if flooded && kind == Kind::Drift {
            share = samples;
        }
        let keep = spread(&all, share, &mut urgent_room, history);
        let (chosen, rest): (Vec<_>, Vec<_>) = all.iter().zip(&keep).partition(|(_, keep)| **keep);
        shown += chosen.len();
        let only = |pairs: Vec<(&&'a Finding, &bool)>| pairs.into_iter().map(|(finding, _)| *finding).collect::<Vec<_>>();
        kinds.insert(kind, (only(chosen), only(rest)));
    }
    Selection { kinds, shown, clipped }
}

/// Which of a kind's findings are kept: the urgent ones while there is room for them, and `share` of the others.
fn spread(all: &[&Finding], share: usize, urgent_room: &mut BTreeMap<Severity, usize>, history: &History) -> Vec<bool> {
    let mut keep = vec![false; all.len()];
    let mut others: BTreeMap<Severity, Vec<usize>> = BTreeMap::new();
    for (place, finding) in all.iter().enumerate() {
        match urgent_room.get_mut(&finding.severity) {
            Some(room) if *room > 0 => {
                *room -= 1;
                keep[place] = true;
            }
            Some(_) => {}
            None => others.entry(finding.severity).or_default().push(place),
        }
    }
    let mut left = share;
    for (_, places) in others {
        let is_new = |place: &usize| history.lifecycle.get(&all[*place].id).is_none_or(|known| known.state == State::New);
        // In the report's order the known ones begin with the oldest.
        let (new, known): (Vec<_>, Vec<_>) = places.into_iter().partition(is_new);
        let room = left.min(new.len() + known.len());
        let of_new = new.len().min(room - known.len().min(room / 2));
        for place in new.into_iter().take(of_new).chain(known.into_iter().take(room - of_new)) {
            keep[place] = true;
        }
        left -= room;
    }
    keep
}

/// Whether more than half of these drifts have the same field and values.
fn one_cause(all: &[&Finding]) -> bool {
    let mut causes: HashMap<(&str, Option<&str>, Option<&str>), usize> = HashMap::new();
    for finding in all {
        for change in &finding.drift {
            *causes.entry((&change.field, change.domo.as_deref(), change.directory.as_deref())).or_default() += 1;
        }
    }
    causes.values().copied().max().is_some_and(|most| most * 2 > all.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reconcile::{DriftField, FindingId};

    fn finding(number: usize, kind: Kind, severity: Severity) -> Finding {
        Finding {
            id: FindingId::new("acme", kind, &number.to_string()),
            kind,
            severity,
            account: None,
            person: None,
            matched_by: Vec::new(),
            drift: Vec::new(),
            reason: String::new(),
            action: None,
            exception: None,
            rule: None,
            code: None,
            restricted: false,
            owns: Default::default(),
            last_seen: None,
            particulars: Vec::new(),
        }
    }

    #[test]
    fn everything_is_shown_up_to_the_limit() {
        let findings: Vec<_> = (0..10).map(|number| finding(number, Kind::Drift, Severity::Low)).collect();
        let selection = select(&findings.iter().collect::<Vec<_>>(), &History::default(), 10);
        assert_eq!((selection.shown, selection.clipped), (10, false));
    }

    #[test]
    fn above_it_all_urgent_ones_stay_and_kinds_share_the_rest() {
        let mut findings: Vec<_> = (0..20).map(|number| finding(number, Kind::Leaver, Severity::High)).collect();
        findings.extend((20..320).map(|number| finding(number, Kind::Drift, Severity::Low)));
        findings.extend((320..420).map(|number| finding(number, Kind::Missing, Severity::Low)));
        // A place that is in nobody's share is not left empty.
        for (limit, drift) in [(100, 60), (101, 61)] {
            let selection = select(&findings.iter().collect::<Vec<_>>(), &History::default(), limit);
            let counts: Vec<_> = selection.kinds.iter().map(|(kind, (shown, rest))| (*kind, shown.len(), rest.len())).collect();
            assert_eq!(counts, [(Kind::Leaver, 20, 0), (Kind::Drift, drift, 300 - drift), (Kind::Missing, 20, 80)]);
            assert_eq!(selection.shown, limit);
        }
    }

    #[test]
    fn the_room_that_a_flood_of_one_cause_leaves_goes_to_the_other_kinds() {
        let cause = DriftField { field: "title".into(), domo: Some("a".into()), directory: None, note: None, writable: true };
        let mut findings: Vec<_> = (0..600).map(|number| finding(number, Kind::Drift, Severity::Low)).collect();
        findings.iter_mut().for_each(|finding| finding.drift = vec![cause.clone()]);
        findings.extend((600..900).map(|number| finding(number, Kind::Missing, Severity::Low)));
        findings.extend((900..1_000).map(|number| finding(number, Kind::Leaver, Severity::High)));
        for (limit, missing) in [(300, 150), (500, 300)] {
            let selection = select(&findings.iter().collect::<Vec<_>>(), &History::default(), limit);
            let shown: Vec<_> = selection.kinds.iter().map(|(kind, (shown, _))| (*kind, shown.len())).collect();
            assert_eq!(shown, [(Kind::Leaver, 100), (Kind::Drift, SAMPLES), (Kind::Missing, missing)]);
        }
    }

    #[test]
    fn of_a_severity_with_too_many_half_are_new_and_half_the_oldest() {
        let findings: Vec<_> = (0..100).map(|number| finding(number, Kind::Missing, Severity::Low)).collect();
        let day = |number: u64| chrono::NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + chrono::Days::new(number);
        for (new, expected_new, expected_known) in [(70, 5, 5), (98, 8, 2), (3, 3, 7), (0, 0, 10), (100, 10, 0)] {
            let state = |place: usize| if place < new { State::New } else { State::Open };
            let lifecycle = findings.iter().enumerate().map(|(place, finding)| {
                let first_seen = if place < new { day(300) } else { day(place as u64) };
                let known = crate::archive::history::Lifecycle {
                    state: state(place),
                    first_seen,
                    changed: Vec::new(),
                    by_parameter: false,
                };
                (finding.id.clone(), known)
            });
            let history = History { lifecycle: lifecycle.collect(), ..History::default() };
            let shown = &select(&ordered(&findings, &history), &history, 10).kinds[&Kind::Missing].0;
            let place = |finding: &Finding| findings.iter().position(|other| other.id == finding.id).unwrap();
            let mut known: Vec<usize> = shown.iter().map(|finding| place(finding)).filter(|place| *place >= new).collect();
            known.sort_unstable();
            assert_eq!((shown.len() - known.len(), known.len()), (expected_new, expected_known), "{new} new");
            assert!(known.iter().copied().eq(new..new + expected_known), "the oldest: {known:?}");
        }
    }

    #[test]
    fn too_many_urgent_ones_are_said_to_be_clipped() {
        let mut findings: Vec<_> = (0..50).map(|number| finding(number, Kind::Leaver, Severity::High)).collect();
        findings.extend((50..60).map(|number| finding(number, Kind::Leaver, Severity::Critical)));
        let selection = select(&ordered(&findings, &History::default()), &History::default(), 30);
        assert_eq!((selection.shown, selection.clipped), (30, true));
        let shown = &selection.kinds[&Kind::Leaver].0;
        assert_eq!(shown.iter().filter(|finding| finding.severity == Severity::Critical).count(), 10);
    }
}
