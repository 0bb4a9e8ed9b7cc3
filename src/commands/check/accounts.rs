//! The accounts that an audit would judge where they come from a file: what the configuration expects of them, and who of them is
//! nearly somebody of the directories.

use std::path::Path;

use anyhow::Result;
use chrono::NaiveDate;
use serde::Serialize;

use crate::commands::runtime;
use crate::config::{Config, Directory};
use crate::directory;
use crate::domo::{self, AccountIds, Accounts, Content};
use crate::plan::guard;
use crate::reconcile::{self, Finding, Rules};
use crate::terms::Kind;
use crate::text::plural;

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
    /// What comes of them beside the directories, and who cannot be judged; empty where a directory has to be fetched.
    pub(super) beside: Vec<String>,
}

/// How many accounts that cannot be judged are named.
const NAMED: usize = 10;

/// Reads a file of accounts as an audit would, and judges it beside these directories.
pub(super) fn of_file(path: &Path, config: &Config, directories: &[Directory], day: NaiveDate) -> Result<AccountsCheck> {
    let accounts = domo::load(path)?;
    let mut notes = accounts.evidence.warnings.clone();
    notes.extend(guard::owner_is_there(&accounts, config).err().map(|error| error.to_string()));
    notes.extend(idle_exclusions(&accounts, config)?);
    if let Some(content) = &config.content {
        let read = runtime()?.block_on(Content::read(content, None, day, &AccountIds::of(&accounts)?))?;
        notes.extend(read.reports.iter().map(|report| format!("[content] {}", report.sentence())));
    }
    let read = accounts.snapshot.len() as u64;
    let beside = match directories.is_empty() || directories.iter().any(Directory::is_fetched) {
        true => Vec::new(),
        false => beside(&accounts, config, directories, day)?,
    };
    let evidence = accounts.evidence;
    Ok(AccountsCheck { source: evidence.source, kind: evidence.kind, read, incomplete: evidence.incomplete, notes, beside })
}

/// The situations of the accounts, and the near misses and other gaps: nothing of one side shows them.
fn beside(accounts: &Accounts, config: &Config, directories: &[Directory], day: NaiveDate) -> Result<Vec<String>> {
    let people = directory::load(directories)?;
    let rules = Rules { config, instance: "", as_of: day, excluded_elsewhere: None };
    let judged = reconcile::reconcile(accounts, &people, &rules)?;
    let counts = judged.accounts.parts().into_iter().filter(|(_, count)| *count > 0);
    let counts: Vec<String> =
        counts.map(|(situation, count)| format!("{count} {}", situation.as_str().replace('_', " "))).collect();
    let mut said = vec![format!("beside the directories: {}", if counts.is_empty() { "none".into() } else { counts.join(", ") })];
    // That a directory is not whole is said once, where it is shown.
    let is_open = |finding: &&Finding| finding.kind == Kind::NotEvaluable && finding.code != Some("partial-directory");
    let open: Vec<&Finding> = judged.findings.iter().filter(is_open).collect();
    said.extend(open.iter().take(NAMED).map(|finding| {
        let account =
            finding.account.as_ref().and_then(|account| account.email.as_deref()).unwrap_or("an account without an address");
        format!("not evaluable: {account}: {}", finding.reason)
    }));
    if accounts.evidence.incomplete.is_empty() && config.instance.is_empty() {
        said.extend(reconcile::unheard_aliases(config, accounts, &people)?.into_iter().map(|unheard| unheard.reason));
    }
    let more = open.len().saturating_sub(NAMED) as u64;
    said.extend((more > 0).then(|| format!("and {} that cannot be judged", plural(more, "more account", "more accounts"))));
    Ok(said)
}

/// Exclusions that cover nobody. Of a list that is not whole nothing is said, nor where each of several instances has its own
/// accounts.
pub(super) fn idle_exclusions(accounts: &Accounts, config: &Config) -> Result<Vec<String>> {
    match accounts.evidence.incomplete.is_empty() && config.instance.is_empty() {
        true => reconcile::idle_exclusions(accounts, config),
        false => Ok(Vec::new()),
    }
}
