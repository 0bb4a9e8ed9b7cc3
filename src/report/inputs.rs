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
#[allow(missing_docs)]
pub struct Inputs<'a> {
    pub run: &'a RunInfo,
    pub config: &'a Loaded,
    pub accounts: &'a Accounts,
    pub people: &'a People,
    pub reconciliation: &'a Reconciliation,
    pub history: &'a History,
    /// None with nothing to do, or with incomplete evidence.
    pub plan: Option<&'a Plan>,
    /// The variables that were set; of a stored run nobody knows which those were.
    pub environment: &'a [&'static str],
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
            environment: &[],
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
