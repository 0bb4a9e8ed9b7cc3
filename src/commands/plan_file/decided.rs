//! `decisions.html` and `decisions.csv` beside a plan: what was decided on it, and what became of that.

use std::path::Path;

use anyhow::Result;

use super::classification;
use crate::apply::{files, journal};
use crate::config::Config;
use crate::report;
use crate::terms::names;

/// Writes `decisions.html` and `decisions.csv` beside a plan, as they are now. What was decided and done stands in the plan and its
/// journal, so that these cannot be written is said and is no failure.
pub(in crate::commands) fn decided(plan: &Path) {
    if let Err(error) = try_decided(plan) {
        tracing::warn!("decisions.html and decisions.csv are not as they should be: {error:#}");
    }
}

fn try_decided(plan: &Path) -> Result<()> {
    let journal = journal::read(&files::journal_of(plan))?;
    let (page, list) = report::decided::decisions(files::read_plan(plan)?.plan(), &journal, classification(plan)?);
    crate::files::write(&files::beside(plan, names::DECISIONS_PAGE), page.html(&Config::default())?.as_bytes())?;
    crate::files::write(&files::beside(plan, names::DECISIONS_LIST), &list.csv()?)
}
