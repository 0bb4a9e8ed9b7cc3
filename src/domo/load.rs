//! Accounts from a file, and the snapshot that such a file mostly is.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::accounts::{Accounts, Evidence};
use super::snapshot::Snapshot;
use super::{exports, objects};
use crate::digest;
use crate::directory::table;
use crate::failure::Failure;
use crate::files;
use crate::text;

/// Bytes of a file of accounts: some four million of them.
const LONGEST: u64 = 4 << 30;

/// Round numbers of accounts at which lists of Domo's users end, and what does: a file of so many may be the first part of more.
const PAGES: [(u64, &str); 4] = [
    (50, "a page of Domo's user list ends unless a length is named"),
    (200, "a page of Domo's own search for people ends"),
    (500, "the longest page of Domo's user list ends"),
    (1000, "two of the longest pages of Domo's user list end"),
];

/// Accounts from a file: a snapshot (one object a line), a JSON array of users, or a People or DomoStats export.
///
/// # Errors
/// The file cannot be read, or something in it is no account.
pub fn load(path: &Path) -> Result<Accounts> {
    let mut accounts = read(path)?;
    let Evidence { source, distinct, warnings, .. } = &mut accounts.evidence;
    let page = PAGES.into_iter().find(|(accounts, _)| accounts == distinct);
    warnings.extend(
        page.map(|(_, ends)| format!("{source}: it has exactly {distinct} accounts, which is where {ends}: is that everybody?")),
    );
    Ok(accounts)
}

fn read(path: &Path) -> Result<Accounts> {
    let shown = text::shown(&path.display().to_string());
    let looked_at = || std::fs::metadata(path).ok();
    let before = looked_at();
    let bytes = files::read(path, LONGEST).with_context(|| {
        Failure::usage(format!("cannot read the accounts in {shown}")).hint("`domo-reconcile pull` writes such a file")
    })?;
    let after = looked_at();
    let as_of = after.as_ref().and_then(files::changed_on);
    let incomplete = before.zip(after).and_then(|(before, after)| files::changed_while_read(&before, &after, bytes.len()));
    let incomplete = Vec::from_iter(incomplete);
    let mut evidence =
        Evidence { source: shown.clone(), kind: Evidence::SNAPSHOT.into(), as_of, incomplete, ..Evidence::default() };
    let bytes = match Snapshot::of_lines(bytes).map(|lines| objects::from_lines(lines, evidence.clone())) {
        Ok(Ok(accounts)) => return accounts,
        Ok(Err(lines)) => lines.into_bytes(),
        Err(bytes) => bytes,
    };
    (evidence.sha256, evidence.bytes) = (digest::digits(&bytes), bytes.len() as u64);
    let body = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
    let unusable = |why: String| {
        Failure::usage(format!("{shown} holds no accounts that can be read: {why}")).hint(
            "it may be a snapshot of `pull`, a JSON array of users, or a People or DomoStats export as CSV, each as UTF-8 text",
        )
    };
    // A DataSet of DomoStats as Domo answers a query of it: columns and rows apart.
    if let Some(doubts) = table::json_table(body) {
        evidence.incomplete.extend(doubts);
        return exports::load(bytes, evidence);
    }
    let objects: Vec<&RawValue> = match body.trim_ascii_start().first() {
        Some(b'[') => serde_json::from_slice(body).map_err(|error| unusable(error.to_string()))?,
        Some(b'{') => {
            let objects = serde_json::Deserializer::from_slice(body).into_iter();
            objects.collect::<Result<_, _>>().map_err(|error| unusable(error.to_string()))?
        }
        // An audit of no accounts writes such a snapshot itself.
        None => return objects::from_snapshot(Snapshot::default(), evidence),
        Some(_) => return exports::load(bytes, evidence),
    };
    // Most are accounts, and looked at for the word only.
    let word = memchr::memmem::Finder::new("incompletePull");
    let mut places = Vec::with_capacity(objects.len());
    for object in objects.into_iter().map(RawValue::get) {
        match word.find(object.as_bytes()).and_then(|_| serde_json::from_str::<Partial>(object).ok()) {
            Some(partial) => evidence.incomplete.extend(partial.incomplete_pull),
            None => {
                let start = object.as_ptr() as usize - bytes.as_ptr() as usize;
                places.push(start..start + object.len());
            }
        }
    }
    let lines = Snapshot::of_objects(bytes, &places).map_err(|error| unusable(error.to_string()))?;
    objects::from_any_lines(lines, evidence).with_context(|| unusable("not every object in it is an account".into()))
}

/// The last line of a snapshot that is not whole: whatever the file is called later, it says what is missing.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Partial {
    incomplete_pull: Vec<String>,
}

impl Accounts {
    /// Writes the snapshot as [`load`] reads it: the objects, and where they are not all of them, a last line that says so.
    ///
    /// # Errors
    /// `out` cannot be written.
    pub fn write_snapshot(&self, mut out: impl std::io::Write) -> std::io::Result<()> {
        out.write_all(self.snapshot.bytes())?;
        if !self.evidence.incomplete.is_empty() {
            let partial = Partial { incomplete_pull: self.evidence.incomplete.clone() };
            serde_json::to_writer(&mut out, &partial)?;
            out.write_all(b"\n")?;
        }
        Ok(())
    }
}

/// Whether a file is a snapshot as [`Accounts::write_snapshot`] writes it: its first line is an account as Domo sends it.
///
/// # Errors
/// The file cannot be read.
pub fn is_snapshot(path: &Path) -> Result<bool> {
    #[derive(Deserialize)]
    struct Account {
        id: serde_json::Number,
        email: Option<String>,
        role: Option<String>,
        #[serde(rename = "roleId")]
        role_id: Option<serde_json::Number>,
    }
    let mut line = Vec::new();
    let file = files::open_plain(path).with_context(|| format!("reading {}", path.display()))?;
    BufReader::new(file).take(1 << 20).read_until(b'\n', &mut line)?;
    let account = serde_json::from_slice::<Account>(&line);
    Ok(account.is_ok_and(|account| {
        account.id.is_u64() && account.email.is_some() && (account.role.is_some() || account.role_id.is_some())
    }))
}
