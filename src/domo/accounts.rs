//! Every account of one Domo instance: a frame for sets, the raw objects for evidence, and how both came to be.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Error, Result, ensure};
use chrono::{DateTime, NaiveDate, Utc};
use polars::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::content::{Content, Reported};
use super::{Account, exports, frame};
use crate::digest;
use crate::directory::table;
use crate::failure::Failure;
use crate::files;
use crate::terms::Owned;
use crate::text;

/// Columns of the accounts frame and their types, in this order. Text is as Domo sent it; nothing is normalised.
///
/// | column | note |
/// |---|---|
/// | `id` | null where the source has none (a People export) |
/// | `email` `name` `role` | as sent |
/// | `role_id` `employee_number` | text, whether Domo sent a number or text |
/// | `alternate_email` `title` `department` `location` `phone` `timezone` `locale` | null when absent, `""` when sent empty |
/// | `active` | absent means true unless `deleted` |
/// | `deleted` | Domo answers 200 with `deleted: true` for a deleted account |
/// | `created` `updated` `last_login` | days, UTC; `created` in January 1970 is repaired (seconds sent as milliseconds) |
/// | `groups` | names, where memberships were read |
/// | `two_factor` `locked` | whether a second factor is on, whether it is locked, where a source says so (DomoStats People) |
/// | `employee_id` `reports_to` | Domo's *Employee ID*, and the id of the account it reports to, where a source says so |
/// | `done_to` | what somebody else last did to it, by the activity log: `2026-11-20 Ada Byron: …` |
/// | `administers` | whether its role may administer, by the role's grants |
/// | `fixed_groups` | how many of its groups cannot be left by hand, where their types are known |
/// | `owns_datasets` ... | how many of each sort it owns, null for none and for not known; which are known the evidence tells |
pub fn schema() -> Schema {
    let text = || DataType::String;
    let id = [Field::new("id".into(), DataType::UInt64)];
    let texts = frame::TEXTS.map(|name| Field::new(name.into(), text()));
    let rest = [
        Field::new("active".into(), DataType::Boolean),
        Field::new("deleted".into(), DataType::Boolean),
        Field::new("created".into(), DataType::Date),
        Field::new("updated".into(), DataType::Date),
        Field::new("last_login".into(), DataType::Date),
        Field::new("groups".into(), DataType::List(Box::new(DataType::String))),
        Field::new("two_factor".into(), DataType::Boolean),
        Field::new("locked".into(), DataType::Boolean),
        Field::new("employee_id".into(), text()),
        Field::new("done_to".into(), text()),
        Field::new("reports_to".into(), DataType::UInt64),
        Field::new("administers".into(), DataType::Boolean),
        Field::new("fixed_groups".into(), DataType::UInt32),
    ];
    let owns = Owned::ALL.map(|kind| Field::new(frame::owns_column(kind).into(), DataType::UInt32));
    id.into_iter().chain(texts).chain(rest).chain(owns).collect()
}

/// The accounts of one instance at one time.
#[derive(Debug, Clone)]
pub struct Accounts {
    /// One row an account; see [`schema`].
    pub frame: DataFrame,
    /// The objects the frame was made from, one for each row, in the same order.
    pub snapshot: Snapshot,
    /// Columns the source carries at all. A column that is not here is *not provided*: never drift, and what needs it is not tested.
    pub provided: BTreeSet<String>,
    /// How they were read.
    pub evidence: Evidence,
    /// Whether employee numbers came as JSON numbers, as most did; none where none came.
    pub numbers: Option<bool>,
    /// What they own, object by object; none where it was not read with them.
    pub content: Option<Arc<Content>>,
}

impl Accounts {
    /// Refuses a frame that has not the documented columns, or not one raw object a row.
    ///
    /// # Errors
    /// The frame has other columns, or there are more or fewer objects than rows.
    pub fn new(frame: DataFrame, snapshot: Snapshot, provided: BTreeSet<String>, evidence: Evidence) -> Result<Self> {
        ensure!(*frame.schema().as_ref() == schema(), "the accounts frame has other columns than documented: {:?}", frame.schema());
        ensure!(frame.height() == snapshot.len(), "{} accounts but {} raw objects", frame.height(), snapshot.len());
        Ok(Self { frame, snapshot, provided, evidence, numbers: None, content: None })
    }

    /// Whether this instance keeps employee numbers as JSON numbers: then only plain digits can be written. Text where none was seen.
    pub fn keeps_numbers(&self) -> bool {
        self.numbers.unwrap_or(false)
    }
}

impl Accounts {
    /// The accounts with these ids, as the list has them.
    ///
    /// # Errors
    /// An object of these is no account.
    pub fn listed(&self, ids: &HashSet<u64>) -> Result<HashMap<u64, Account>> {
        let rows = self.frame.column("id")?.u64()?.iter().zip(self.snapshot.objects());
        let wanted = rows.filter(|(id, _)| id.is_some_and(|id| ids.contains(&id)));
        let accounts =
            wanted.map(|(_, object)| Account::from_json(object).map(|account| (account.id(), account)).map_err(Error::msg));
        accounts.collect()
    }
}

/// Raw objects as Domo sent them, one JSON object a line: the bytes of `accounts.jsonl`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snapshot {
    text: String,
    /// Where each line ends, its LF included.
    ends: Vec<usize>,
}

impl Snapshot {
    /// Bytes that look like a snapshot already; any others come back. Whether each line is an object is for its reader to find out.
    fn of_lines(bytes: Vec<u8>) -> Result<Self, Vec<u8>> {
        let text = String::from_utf8(bytes).map_err(std::string::FromUtf8Error::into_bytes)?;
        let ends: Vec<usize> = memchr::memchr_iter(b'\n', text.as_bytes()).map(|end| end + 1).collect();
        let whole = ends.last() == Some(&text.len());
        let lines = Self { text, ends };
        let objects = whole && lines.lines().all(|line| line.starts_with('{') && line.ends_with('}'));
        if objects { Ok(lines) } else { Err(lines.text.into_bytes()) }
    }

    /// Appends one object. `object` must be valid JSON without a line break outside its white space.
    pub fn push(&mut self, object: &str) {
        let one_line = object.split(['\n', '\r']).map(str::trim).filter(|part| !part.is_empty());
        one_line.for_each(|part| self.text.push_str(part));
        self.text.push('\n');
        self.ends.push(self.text.len());
    }

    /// The lines, each ended by LF.
    pub fn bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }

    /// How many objects.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Appends another snapshot's lines.
    pub(super) fn append(&mut self, other: &Self) {
        let before = self.text.len();
        self.text.push_str(&other.text);
        self.ends.extend(other.ends.iter().map(|end| before + end));
    }

    /// SHA-256 of the bytes, in hexadecimal.
    pub fn sha256(&self) -> String {
        sha256(self.bytes())
    }

    /// The object of a row of the frame.
    pub fn object(&self, row: usize) -> Option<&[u8]> {
        self.line(row).map(str::as_bytes)
    }

    /// The same as text: a reader of it need not look again whether it is UTF-8.
    pub(super) fn line(&self, row: usize) -> Option<&str> {
        let start = row.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        self.text.get(start..self.ends.get(row)?.checked_sub(1)?)
    }

    /// The objects in order.
    pub fn objects(&self) -> impl Iterator<Item = &[u8]> {
        self.lines().map(str::as_bytes)
    }

    fn lines(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).filter_map(|row| self.line(row))
    }
}

/// How the accounts were read: what an auditor asks first.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Evidence {
    /// The endpoint (`https://api.domo.com/v1/users`) or the file.
    pub source: String,
    /// `api`, `snapshot`, `people-export` or `domostats`.
    pub kind: String,
    /// When reading began.
    pub started: Option<DateTime<Utc>>,
    /// When it ended.
    pub finished: Option<DateTime<Utc>>,
    /// The day the data is of, where the source says so (a snapshot's own time).
    pub as_of: Option<NaiveDate>,
    /// Users asked for a page.
    pub page_size: Option<usize>,
    /// Pages read, over all passes.
    pub pages: u64,
    /// Passes over the list.
    pub passes: u64,
    /// Rows received, over all passes.
    pub rows: u64,
    /// Distinct ids.
    pub distinct: u64,
    /// Rows whose id had been seen in the same pass.
    pub repeated: u64,
    /// Requests sent again after a fault.
    pub retries: u64,
    /// SHA-256 of the file, or of the snapshot.
    pub sha256: String,
    /// Bytes of the same.
    pub bytes: u64,
    /// The account behind the API client, where the token says.
    pub credential: Option<Credential>,
    /// Why the population may not be whole; empty means complete.
    pub incomplete: Vec<String>,
    /// What a reader should know although the population is whole.
    pub warnings: Vec<String>,
    /// How the reports of `[content]` came out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub content: Vec<Reported>,
}

/// What Domo's token says of its owner.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Credential {
    /// The OAuth client id (never the secret).
    pub client_id: String,
    /// Domo id of the owner.
    pub user_id: Option<u64>,
    /// The instance the token is for.
    pub customer: Option<String>,
    /// The owner's role.
    pub role: Option<String>,
    /// The scopes granted.
    pub scope: Option<String>,
}

/// Bytes of a file of accounts: some four million of them.
const LONGEST: u64 = 4 << 30;

/// Accounts from a file: a snapshot (one object a line), a JSON array of users, or a People or DomoStats export.
///
/// # Errors
/// The file cannot be read, or something in it is no account.
pub fn load(path: &Path) -> Result<Accounts> {
    let shown = text::visible(&path.display().to_string()).into_owned();
    let bytes = files::read(path, LONGEST).with_context(|| {
        Failure::usage(format!("cannot read the accounts in {shown}")).hint("`domo-reconcile pull` writes such a file")
    })?;
    let mut evidence = Evidence { source: shown.clone(), kind: "snapshot".into(), as_of: modified(path), ..Evidence::default() };
    let bytes = match Snapshot::of_lines(bytes).map(|lines| frame::from_lines(lines, evidence.clone())) {
        Ok(Ok(accounts)) => return accounts,
        Ok(Err(lines)) => lines.text.into_bytes(),
        Err(bytes) => bytes,
    };
    (evidence.sha256, evidence.bytes) = (sha256(&bytes), bytes.len() as u64);
    let body = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
    let unusable = |why: String| {
        Failure::usage(format!("{shown} holds no accounts that can be read: {why}")).hint(
            "it may be a snapshot of `pull`, a JSON array of users, or a People or DomoStats export as CSV, each as UTF-8 text",
        )
    };
    // A DataSet of DomoStats as Domo answers a query of it: columns and rows apart.
    if let Some(doubts) = table::json_table(body) {
        evidence.incomplete.extend(doubts);
        return exports::load(path, evidence);
    }
    let objects: Vec<&RawValue> = match body.trim_ascii_start().first() {
        Some(b'[') => serde_json::from_slice(body).map_err(|error| unusable(error.to_string()))?,
        Some(b'{') => {
            let objects = serde_json::Deserializer::from_slice(body).into_iter();
            objects.collect::<Result<_, _>>().map_err(|error| unusable(error.to_string()))?
        }
        None => return Err(unusable("it is empty".into()).into()),
        Some(_) => return exports::load(path, evidence),
    };
    let mut accounts = Vec::with_capacity(objects.len());
    for object in objects.iter().map(|object| object.get()) {
        // Most are accounts, and looked at for the word only.
        let partial =
            memchr::memmem::find(object.as_bytes(), b"incompletePull").and_then(|_| serde_json::from_str::<Partial>(object).ok());
        match partial {
            Some(partial) => evidence.incomplete.extend(partial.incomplete_pull),
            None => accounts.push(object),
        }
    }
    frame::from_objects(accounts, evidence).with_context(|| unusable("not every object in it is an account".into()))
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
    let file = crate::files::open_plain(path).with_context(|| format!("reading {}", path.display()))?;
    BufReader::new(file).take(1 << 20).read_until(b'\n', &mut line)?;
    let account = serde_json::from_slice::<Account>(&line);
    Ok(account.is_ok_and(|account| {
        account.id.is_u64() && account.email.is_some() && (account.role.is_some() || account.role_id.is_some())
    }))
}

fn modified(path: &Path) -> Option<NaiveDate> {
    let time = std::fs::metadata(path).and_then(|found| found.modified()).ok()?;
    Some(DateTime::<Utc>::from(time).date_naive())
}

pub(super) fn sha256(bytes: &[u8]) -> String {
    digest::hex(&digest::of(bytes))
}
