//! Every account of one Domo instance: a frame for sets, the raw objects for evidence, and how both came to be.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use anyhow::{Error, Result, ensure};
use chrono::{DateTime, NaiveDate, Utc};
use polars::prelude::*;
use serde::{Deserialize, Serialize};

use super::account::Account;
use super::content::{Content, Reported, blocked};
use super::frame::owns_column;
pub use super::frame::schema;
use super::snapshot::Snapshot;
use super::wire::Credential;
use crate::config::AccountRole;
use crate::terms::Owned;

/// The accounts of one instance at one time.
#[derive(Debug, Clone)]
pub struct Accounts {
    /// One row an account; see [`schema`].
    pub frame: DataFrame,
    /// The objects the frame was made from, one for each row, in the same order. Hundreds of megabytes of a million accounts: an
    /// audit takes them out, and drops them once they are written and planned from.
    pub snapshot: Snapshot,
    /// Columns the source carries at all. A column that is not here is *not provided*: never drift, and what needs it is not
    /// tested.
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

    /// Whether this instance keeps employee numbers as JSON numbers: then only plain digits can be written. Text where none was
    /// seen.
    pub fn keeps_numbers(&self) -> bool {
        self.numbers.unwrap_or(false)
    }

    /// Their ids, row by row; null where the source has none.
    ///
    /// # Errors
    /// None in practice: the column is there. So of the other columns.
    pub fn ids(&self) -> Result<&UInt64Chunked> {
        Ok(self.frame.column("id")?.u64()?)
    }

    /// Their addresses as sent, row by row.
    ///
    /// # Errors
    /// As [`ids`](Self::ids).
    pub fn emails(&self) -> Result<&StringChunked> {
        Ok(self.frame.column("email")?.str()?)
    }

    /// Whether each is active, row by row. No cell is null: a deleted account is not active, and any other is that does not say so.
    ///
    /// # Errors
    /// As [`ids`](Self::ids).
    pub fn active(&self) -> Result<impl Iterator<Item = bool> + '_> {
        Ok(self.frame.column("active")?.bool()?.iter().map(|active| active.unwrap_or(true)))
    }

    /// What is known of each one's role, as sent, row by row.
    ///
    /// # Errors
    /// As [`ids`](Self::ids).
    pub fn roles(&self) -> Result<impl Iterator<Item = AccountRole<'_>>> {
        let (names, ids) = (self.frame.column("role")?.str()?, self.frame.column("role_id")?.str()?);
        let administer = self.frame.column("administers")?.bool()?;
        let roles = names.iter().zip(ids.iter()).zip(administer.iter());
        Ok(roles.map(|((name, id), administers)| AccountRole { name, id, administers }))
    }

    /// The accounts with these ids, as the list has them.
    ///
    /// # Errors
    /// An object of these is no account.
    pub fn listed(&self, ids: &HashSet<u64>) -> Result<HashMap<u64, Account>> {
        let rows = self.ids()?.iter().zip(self.snapshot.objects());
        let wanted = rows.filter(|(id, _)| id.is_some_and(|id| ids.contains(&id)));
        let accounts =
            wanted.map(|(_, object)| Account::from_json(object).map(|account| (account.id(), account)).map_err(Error::msg));
        accounts.collect()
    }

    /// The sorts of which it is known what accounts own, by the reports that are relied on.
    pub fn known_kinds(&self) -> BTreeSet<Owned> {
        self.evidence.content.iter().filter_map(Reported::tells).collect()
    }

    /// What the account of a row owns, by every report that says so, relied on or not.
    pub fn owned(&self, row: usize) -> BTreeMap<Owned, u64> {
        let count = |kind: Owned| self.frame.column(&owns_column(kind)).ok()?.u32().ok()?.get(row);
        Owned::ALL.into_iter().filter_map(|kind| Some((kind, count(kind).filter(|count| *count > 0)?.into()))).collect()
    }

    /// Why the account of a row must not be deleted, as far as is known.
    pub fn blocked(&self, row: usize) -> Option<String> {
        blocked(&self.owned(row), &self.evidence.content)
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

impl Evidence {
    /// [`kind`](Self::kind) of what Domo's API gave.
    pub const API: &'static str = "api";
    /// Of a snapshot.
    pub const SNAPSHOT: &'static str = "snapshot";
    /// Of an export of Domo's page *People*.
    pub const PEOPLE_EXPORT: &'static str = "people-export";
    /// Of the DataSet *People* of DomoStats.
    pub const DOMOSTATS: &'static str = "domostats";

    /// Whether Domo's API gave the accounts, and not a file.
    pub fn is_from_api(&self) -> bool {
        self.kind == Self::API
    }
}
