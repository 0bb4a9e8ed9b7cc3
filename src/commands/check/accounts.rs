//! The accounts that an audit would judge where they come from a file, and what the configuration expects of accounts.

use std::path::Path;

use anyhow::Result;
use chrono::NaiveDate;
use serde::Serialize;

use crate::commands::runtime;
use crate::config::Config;
use crate::domo::{self, AccountIds, Accounts, Content};
use crate::plan::guard;
use crate::reconcile;

/// What a file of accounts was understood as.
#[derive(Debug, Serialize)]
pub(super) struct AccountsCheck {
    /// The file.
    pub(super) source: String,
    /// `snapshot`, `people-export` or `domostats`.
    pub(super) kind: String,
    /// How many accounts it holds.
    pub(super) read: u64,
    /// Why it may not be whole; empty means complete.
    pub(super) incomplete: Vec<String>,
    /// What a reader should know although it is whole, and which rules of the configuration find nobody in it.
    pub(super) notes: Vec<String>,
}

/// Reads a file of accounts as an audit would.
pub(super) fn of_file(path: &Path, config: &Config, day: NaiveDate) -> Result<AccountsCheck> {
    let accounts = domo::load(path)?;
    let mut notes = accounts.evidence.warnings.clone();
    notes.extend(guard::owner_is_there(&accounts, config).err().map(|error| error.to_string()));
    notes.extend(idle_exclusions(&accounts, config)?);
    if let Some(content) = &config.content {
        let read = runtime()?.block_on(Content::read(content, None, day, &AccountIds::of(&accounts)?))?;
        notes.extend(read.reports.iter().map(|report| format!("[content] {}", report.sentence())));
    }
    let read = accounts.snapshot.len() as u64;
    let evidence = accounts.evidence;
    Ok(AccountsCheck { source: evidence.source, kind: evidence.kind, read, incomplete: evidence.incomplete, notes })
}

/// Exclusions that cover nobody. Of a list that is not whole nothing is said, nor where each of several instances has its own accounts.
pub(super) fn idle_exclusions(accounts: &Accounts, config: &Config) -> Result<Vec<String>> {
    match accounts.evidence.incomplete.is_empty() && config.instance.is_empty() {
        true => reconcile::idle_exclusions(accounts, config),
        false => Ok(Vec::new()),
    }
}
