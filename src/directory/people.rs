//! Every row of every directory export: a frame for sets, the rejected rows, and how each file was understood.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};
use chrono::{DateTime, NaiveDate, Utc};
use polars::prelude::*;
use serde::{Deserialize, Serialize};

use super::headers::{self, systems};
use crate::terms::{FIELDS, Holds, Status};

/// Columns of the people frame and their types, in this order: the place of a row, and the table of fields ([`FIELDS`]). Text is as
/// the file has it after decoding: trimmed, formula and `null` wrappers removed, otherwise not normalised.
///
/// | column | note |
/// |---|---|
/// | `source` | index into [`People::sources`] |
/// | `row` | 1-based as a spreadsheet shows it; in JSON the item's position from 1 |
/// | `alternate_email` `groups` | lists, null when absent |
/// | `employee_number` | text; null where a [`Doubt`] says it is damaged |
/// | `status` | a canonical word ([`Status`]), null for a blank cell; from words only |
/// | `status_word` | the file's own word |
/// | `enabled` | from a column of booleans, null otherwise |
/// | `hire_date` `termination_date` | days |
pub fn schema() -> Schema {
    let column = |name: &str, kind| Field::new(name.into(), kind);
    let place = [column("source", DataType::UInt32), column("row", DataType::UInt32)];
    let fields = FIELDS.iter().flat_map(|field| {
        let kind = match field.holds {
            Holds::Text => DataType::String,
            Holds::List => DataType::List(Box::new(DataType::String)),
            Holds::Day => DataType::Date,
        };
        let own = [column("status_word", DataType::String), column("enabled", DataType::Boolean)];
        std::iter::once(column(field.name, kind)).chain(own.into_iter().filter(move |_| field.name == "status"))
    });
    place.into_iter().chain(fields).collect()
}

/// The people of all directory exports.
#[derive(Debug, Clone)]
pub struct People {
    /// One row a usable row of a file; see [`schema`].
    pub frame: DataFrame,
    /// The files, in the order given.
    pub sources: Vec<Source>,
    /// Rows that could not be used; they count as read and never make an orphan.
    pub rejected: Vec<RejectedRow>,
    /// Doubts about single cells of usable rows: a damaged number, a name with `U+FFFD`, a contradiction.
    pub doubts: Vec<Doubt>,
}

impl People {
    /// Refuses a frame that has not the documented columns.
    ///
    /// # Errors
    /// The frame has other columns, or others in their place.
    pub fn new(frame: DataFrame, sources: Vec<Source>, rejected: Vec<RejectedRow>, doubts: Vec<Doubt>) -> Result<Self> {
        ensure!(*frame.schema().as_ref() == schema(), "the people frame has other columns than documented: {:?}", frame.schema());
        Ok(Self { frame, sources, rejected, doubts })
    }

    /// The name of each row of the frame: its own, or else its given and its family name.
    ///
    /// # Errors
    /// None in practice: the columns are there.
    pub fn names(&self) -> Result<StringChunked> {
        let text = |name: &str| self.frame.column(name)?.str();
        let (name, given, family) = (text("name")?, text("given_name")?, text("family_name")?);
        if given.null_count() == given.len() && family.null_count() == family.len() {
            return Ok(name.clone());
        }
        let filled = |text: Option<&str>| text.is_some_and(|text| !text.trim().is_empty());
        let mut names = StringChunkedBuilder::new("name".into(), name.len());
        let mut joined = String::new();
        for ((name, given), family) in name.iter().zip(given.iter()).zip(family.iter()) {
            if filled(name) {
                names.append_option(name);
                continue;
            }
            joined.clear();
            for part in [given, family].into_iter().filter(|part| filled(*part)).flatten() {
                joined.push_str(if joined.is_empty() { "" } else { " " });
                joined.push_str(part);
            }
            names.append_option(Some(joined.as_str()).filter(|joined| !joined.is_empty()));
        }
        Ok(names.finish())
    }

    /// Rows read: usable and rejected.
    pub fn read(&self) -> u64 {
        (self.frame.height() + self.rejected.len()) as u64
    }
}

/// How one file was understood: what `check` and the report show, and the manifest keeps.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Source {
    /// The file's name without its folder.
    pub name: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
    /// Its modification day, the best hint at the export's age.
    pub modified: Option<NaiveDate>,
    /// The day it was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_on: Option<NaiveDate>,
    /// `csv`, `xlsx`, `xls`, `ods`, `json`, ...
    pub format: String,
    /// The system recognised by its headers.
    pub system: Option<String>,
    /// The encoding, and whether it was guessed.
    pub encoding: Option<String>,
    /// A word that shows whether the encoding was guessed right. It may be a name, so no file keeps it.
    #[serde(skip)]
    pub word: Option<String>,
    /// The delimiter.
    pub delimiter: Option<String>,
    /// The sheet.
    pub sheet: Option<String>,
    /// The row of the headers, 1-based.
    pub header_row: Option<u32>,
    /// Rows read, rejected ones included.
    pub rows: u64,
    /// Rows rejected.
    pub rejected: u64,
    /// Rows skipped as blank, titles, totals or repeated headers, each with why.
    pub skipped: Vec<String>,
    /// How many were skipped, records of groups and vacant positions included.
    #[serde(default)]
    pub skipped_rows: u64,
    /// Canonical field -> the header it was read from. A field that is not here is *not provided*.
    pub columns: Vec<Mapped>,
    /// How many columns were not read. Their names and values are never kept.
    pub unmapped: u64,
    /// The status words found.
    pub status_words: Vec<StatusWord>,
    /// Choices made and doubts had, as sentences.
    pub notes: Vec<String>,
    /// What makes one doubt that the file is the whole directory, and does not show that it is not.
    #[serde(default)]
    pub warnings: Vec<String>,
    /// The day on which it was exported, where a label outside its table or its name says so.
    #[serde(default)]
    pub exported: Option<NaiveDate>,
    /// The other day that it may be.
    #[serde(skip)]
    pub exported_or: Option<NaiveDate>,
    /// How many days before the day judged it may be from; 0 for any.
    #[serde(default)]
    pub max_age_days: u32,
    /// Why the file may not be the whole directory; empty means complete.
    pub incomplete: Vec<String>,
    /// Where its bytes are from. Absent in manifests of earlier versions of the program, which knew files only.
    #[serde(default)]
    pub origin: Origin,
}

/// Where a source's bytes are from, and how many people it said it has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Origin {
    /// `file`, `url`, `entra`, `okta`, `google`, `scim` or `ldap`.
    pub kind: String,
    /// The server that answered.
    pub host: Option<String>,
    /// Requests sent, those for tokens included.
    pub requests: u64,
    /// Requests sent again after a fault.
    pub retries: u64,
    /// Pages read.
    pub pages: u64,
    /// How many people the source says that it has.
    pub told: Option<u64>,
    /// How many different ones came.
    pub distinct: Option<u64>,
    /// When the fetch began.
    pub started: Option<DateTime<Utc>>,
    /// When it ended.
    pub finished: Option<DateTime<Utc>>,
    /// What shows that this is all of it, where nothing speaks against it.
    pub proof: Proof,
    /// What a reader should know of it all the same: sentences.
    pub doubts: Vec<String>,
}

impl Default for Origin {
    fn default() -> Self {
        Self {
            kind: "file".into(),
            host: None,
            requests: 0,
            retries: 0,
            pages: 1,
            told: None,
            distinct: None,
            started: None,
            finished: None,
            proof: Proof::Whole,
            doubts: Vec::new(),
        }
    }
}

/// What shows that a source was read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Proof {
    /// Its own total equals the different people that came.
    Count,
    /// Its own sign of the end.
    End,
    /// One answer or file, all of whose bytes are there.
    Whole,
}

/// A source in `evidence.sources` of findings.json and the manifest: how it was had, and what proves that it is whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[allow(missing_docs)] // the words of the contract; see [`Source`] and [`Origin`]
pub struct SourceEvidence {
    pub name: String,
    pub kind: String,
    pub host: Option<String>,
    pub requests: u64,
    pub retries: u64,
    pub pages: u64,
    pub bytes: u64,
    pub sha256: String,
    /// How many people the source says that it has; null where it does not say.
    pub told: Option<u64>,
    /// Rows read.
    pub read: u64,
    pub distinct: u64,
    pub started: Option<DateTime<Utc>>,
    pub finished: Option<DateTime<Utc>>,
    /// Null where it is not whole.
    pub proof: Option<Proof>,
    pub doubts: Vec<String>,
}

impl Source {
    /// Why it is too old to judge this day by, if it is.
    pub fn too_old(&self, as_of: NaiveDate) -> Option<String> {
        let (day, said) = match (self.exported, self.modified) {
            (Some(day), _) => (day, "it says it is"),
            (None, Some(day)) => (day, "the file is"),
            (None, None) => return None,
        };
        // A day that has not come asks for no fresher export than there can be.
        let newest = self.exported_or.map_or(day, |other| other.max(day));
        let age = (self.read_on.map_or(as_of, |read| as_of.min(read)) - newest).num_days();
        let old = self.max_age_days > 0 && age > i64::from(self.max_age_days);
        let or = self.exported_or.map(|other| format!(" or {other} (`date_order` settles it)")).unwrap_or_default();
        old.then(|| format!("{said} of {day}{or}, {age} days before the day judged (limit {}: `max_age_days`)", self.max_age_days))
    }

    /// The day it shows: its own, else the file's.
    pub fn day(&self) -> Option<NaiveDate> {
        self.exported.or(self.modified)
    }

    /// The last day on which its words may have been true: a date in its name or above its table may be another than that of its
    /// writing, and none is later than the day it is read on.
    pub fn said_on(&self) -> Option<NaiveDate> {
        self.exported.max(self.modified).into_iter().chain(self.read_on).min()
    }

    /// How it was had, and what proves that it is whole.
    pub fn evidence(&self) -> SourceEvidence {
        let origin = &self.origin;
        SourceEvidence {
            name: self.name.clone(),
            kind: origin.kind.clone(),
            host: origin.host.clone(),
            requests: origin.requests,
            retries: origin.retries,
            pages: origin.pages,
            bytes: self.bytes,
            sha256: self.sha256.clone(),
            told: origin.told,
            read: self.rows,
            distinct: origin.distinct.unwrap_or(self.rows),
            started: origin.started,
            finished: origin.finished,
            proof: self.incomplete.is_empty().then_some(origin.proof),
            doubts: self.incomplete.iter().chain(&origin.doubts).cloned().collect(),
        }
    }

    /// The same for a day judged: one that is too old proves nothing.
    pub fn evidence_on(&self, as_of: NaiveDate) -> SourceEvidence {
        let mut evidence = self.evidence();
        if let Some(why) = self.too_old(as_of) {
            evidence.proof = None;
            evidence.doubts.push(why);
        }
        evidence
    }

    /// The canonical fields this file carries.
    pub fn provided(&self) -> BTreeSet<&str> {
        self.columns.iter().map(|mapped| mapped.field.as_str()).collect()
    }

    /// The notes, and the word to judge a guessed encoding by.
    pub fn notes(&self) -> impl Iterator<Item = String> + '_ {
        let word = self.word.as_ref().map(|word| format!("the guessed encoding reads as in `{word}`"));
        self.notes.iter().cloned().chain(word)
    }

    /// Whether an identity provider wrote the file: its words say who may sign in, not who is employed.
    pub fn is_identity_provider(&self) -> bool {
        self.system.as_deref().is_some_and(systems::is_identity_provider)
    }

    /// Whether its last days, as found by itself, are those of contracts.
    pub fn is_of_contracts(&self) -> bool {
        let found = |column: &&Mapped| column.field == "termination_date" && column.why == Mapped::SYNONYM;
        self.columns.iter().find(found).is_some_and(|column| headers::is_of_contracts(&column.header))
    }
}

/// A canonical field and where it came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Mapped {
    /// The canonical field.
    pub field: String,
    /// The header in the file.
    pub header: String,
    /// Why this header: `configured`, `preset okta`, `synonym`.
    pub why: String,
}

impl Mapped {
    /// Why, where neither the configuration nor a system's preset names the header.
    pub const SYNONYM: &str = "synonym";
}

/// A status word of a file, how often it stands there and what it was taken for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct StatusWord {
    /// The word as written.
    pub word: String,
    /// How many rows have it.
    pub count: u64,
    /// What it means.
    pub taken_for: Status,
}

/// A row that could not be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectedRow {
    /// Index into [`People::sources`].
    pub source: u32,
    /// As in the frame.
    pub row: u32,
    /// Why.
    pub reason: String,
    /// What the row's e-mail cell held, if anything: it keeps an account from being judged an orphan.
    pub email: Option<String>,
    /// What its number cell held, if anything.
    pub employee_number: Option<String>,
    /// Its other cells that may hold an address or a number: further columns of either, and where its cells have moved, any of
    /// them. Absent in files of earlier versions of the program.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub carried: Vec<String>,
    /// Whom it names, to be suggested and never matched. Absent in files of earlier versions of the program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// SHA-256 of its cells, the row's subject for a stable finding id.
    pub digest: String,
}

/// A doubt about one cell of a usable row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doubt {
    /// Index into [`People::sources`].
    pub source: u32,
    /// As in the frame.
    pub row: u32,
    /// The canonical field.
    pub field: String,
    /// What is wrong, as a sentence.
    pub problem: String,
    /// What the cell held.
    pub value: String,
    /// The value must not be compared: no drift on this field for this person.
    pub not_comparable: bool,
}
