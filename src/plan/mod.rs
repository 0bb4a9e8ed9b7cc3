//! What should be done about the findings: a document that people review. Pure: no clock, no files, no network.

pub mod format;

pub use format::{Action, Decision, GuardState, Inputs, Plan, Verdict};
