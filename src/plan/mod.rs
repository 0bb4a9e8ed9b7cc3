//! What should be done about the findings: a document that people review. Pure: no clock, no files, no network.
//!
//! [`build()`] makes a [`Plan`] from a reconciliation: one action an account at most, guards evaluated, a digest over all of it.
//! [`Sealed`] is a plan whose digest was found to fit; [`review`] changes nothing of it but its decisions. [`Approved`] can only be
//! made from a sealed plan that is in time, for this instance, and within its guards on what is approved and still to be done;
//! it is the one thing that opens a writer.

pub mod about;
pub mod approved;
pub mod build;
pub mod canonical;
pub mod certification;
pub mod coverage;
mod create;
pub mod decision;
mod demotion;
pub mod fields;
pub mod format;
pub mod guard;
pub mod handover;
pub mod import;
pub mod journal;
pub mod outcome;
pub mod packets;
pub mod record;
pub mod returned;
pub mod revert;
pub mod review;
pub mod rules;
pub mod sealed;
pub mod sheet;
mod unambiguous;

pub use about::{About, OpenFinding};
pub use approved::{Applier, Approved, Terms};
pub use build::{PlanBinding, build};
pub use decision::{Decision, Verdict};
pub use format::{Action, GuardState, InputDigests, NOT_SHOWN_KEPT, Plan};
pub use guard::{Guard, GuardedAccounts, Override};
pub use journal::{Journal, Outcome};
pub use outcome::{ApplyRecord, ApplyReport, ReportedAction};
pub use rules::PlanRules;
pub use sealed::{Problem, Sealed};
