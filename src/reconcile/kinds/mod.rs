//! The kinds of finding, a file each: on whom a kind is tested, why it may not be, what it finds, in which words, with which
//! columns.
//!
//! To add one, see CONTRIBUTING.md.

mod ambiguous;
mod conflict;
mod deactivated;
mod dormant;
mod drift;
mod duplicate;
mod early;
mod elevated;
mod exception;
mod leaver;
mod missing;
mod not_evaluable;
mod orphan;
mod quality;
mod retention;
mod sheet;
mod single_factor;
mod suspended;

use super::NotTested;
use super::identity::Draft;
use super::judge::Judge;
use crate::config::{Choice, Policy};
use crate::terms::Kind;
use sheet::Sheet;

pub(super) use exception::idle as idle_exceptions;
pub use sheet::TestedOn;

/// A kind's sheet.
const fn sheet_of(kind: Kind) -> &'static Sheet {
    match kind {
        Kind::Leaver => &leaver::SHEET,
        Kind::Suspended => &suspended::SHEET,
        Kind::Orphan => &orphan::SHEET,
        Kind::Elevated => &elevated::SHEET,
        Kind::Conflict => &conflict::SHEET,
        Kind::Ambiguous => &ambiguous::SHEET,
        Kind::Duplicate => &duplicate::SHEET,
        Kind::Early => &early::SHEET,
        Kind::Dormant => &dormant::SHEET,
        Kind::SingleFactor => &single_factor::SHEET,
        Kind::NotEvaluable => &not_evaluable::SHEET,
        Kind::Drift => &drift::SHEET,
        Kind::Missing => &missing::SHEET,
        Kind::Quality => &quality::SHEET,
        Kind::Deactivated => &deactivated::SHEET,
        Kind::Retention => &retention::SHEET,
        Kind::Exception => &exception::SHEET,
    }
}

/// Every sheet there is.
fn sheets() -> impl Iterator<Item = (Kind, &'static Sheet)> {
    Kind::ALL.into_iter().map(|kind| (kind, sheet_of(kind)))
}

/// What a kind is tested on.
pub fn tested_on(kind: Kind) -> TestedOn {
    sheet_of(kind).tested_on
}

/// What the policy proposes for a kind; none where a person decides always.
pub fn choice(kind: Kind, policy: &Policy) -> Option<Choice> {
    sheet_of(kind).policy.map(|choice| choice(policy))
}

/// Whether nothing is done to an account that has a finding of this kind until somebody decided.
pub fn holds(kind: Kind) -> bool {
    sheet_of(kind).holds
}

/// Everything that the kinds find.
pub(super) fn find(judge: &Judge<'_>) -> Vec<Draft> {
    sheets().flat_map(|(_, sheet)| (sheet.find)(judge)).collect()
}

/// How many each kind was tested on.
pub(super) fn tested(judge: &Judge<'_>) -> impl Iterator<Item = (Kind, u64)> {
    sheets().map(|(kind, sheet)| (kind, (sheet.tested)(judge)))
}

/// Which kinds were not tested, on anybody or on some.
pub(super) fn untested(judge: &Judge<'_>) -> Vec<NotTested> {
    let doubtful = judge.rules.config.exception.iter().filter(|exception| !are_tested(judge, &exception.kinds)).count();
    let of = |(kind, sheet): (Kind, &Sheet)| -> Vec<NotTested> {
        match kind {
            Kind::Drift => drift::untested(judge),
            _ => (sheet.untested)(judge).into_iter().map(|why| NotTested::new(kind.as_str(), why)).collect(),
        }
    };
    sheets().flat_map(of).chain(exception::untested(doubtful as u64)).collect()
}

/// Whether all of these kinds were looked for everywhere, so that what was not found is not there.
pub(super) fn are_tested(judge: &Judge<'_>, kinds: &[Kind]) -> bool {
    let tested = |kind: &Kind| (sheet_of(*kind).untested)(judge).is_empty();
    judge.pull_is_whole && judge.gaps.directory_is_whole && kinds.iter().all(tested)
}
