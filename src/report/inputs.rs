//! What a report is made of.

use crate::archive::replay::{Replayed, Stored};
use crate::archive::{History, RunInfo};
use crate::config::Loaded;
use crate::directory::People;
use crate::domo::Accounts;
use crate::plan::Plan;
use crate::reconcile::Reconciliation;
use crate::terms::Flavour;

/// Everything a report is made of.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// Which run it is, when, by whom.
    pub run: &'a RunInfo,
    /// The rules in force, and as they are written.
    pub config: &'a Loaded,
    /// The accounts judged.
    pub accounts: &'a Accounts,
    /// The people judged.
    pub people: &'a People,
    /// What was judged of them.
    pub reconciliation: &'a Reconciliation,
    /// What the archive says of earlier runs.
    pub history: &'a History,
    /// None with nothing to do, or with incomplete evidence.
    pub plan: Option<&'a Plan>,
    /// What the command line says.
    pub options: Options,
}

impl<'a> Inputs<'a> {
    /// Of a stored run that was judged again. Its plan was for the day it was made; this only looks.
    pub fn replayed(run: &'a RunInfo, stored: &'a Stored, judged: &'a Replayed) -> Self {
        Self {
            run,
            config: &stored.config,
            accounts: &stored.accounts,
            people: &stored.people,
            reconciliation: &judged.reconciliation,
            history: &judged.history,
            plan: None,
            options: Options { replay: true, ..Options::default() },
        }
    }
}

/// What the command line says of the report.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Where report.md will be pasted.
    pub markdown: Flavour,
    /// Replace names, e-mails, phones and employee numbers by tokens.
    pub redact: bool,
    /// A stored run judged again: there is no plan whatever was found.
    pub replay: bool,
}
