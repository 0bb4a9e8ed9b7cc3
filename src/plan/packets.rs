//! Who decides what: the rows of a plan, or the accounts of a certification, dealt out to reviewers. Each row is in exactly one
//! packet.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::about::About;
use super::format::pretty;
use crate::digest::digits;
use crate::failure::Failure;
use crate::terms::Split;
use crate::text;

/// What stands in `schema` of packets.json.
pub const SCHEMA: &str = "domo-reconcile/packets/v1";

/// Whose packet it is where nobody is found for its rows.
pub const UNASSIGNED: &str = "unassigned";

impl Split {
    /// Who reviews what is about them; none: nobody is known.
    fn of(self, about: &About) -> Option<&str> {
        let value = match self {
            Self::ManagerEmail => &about.manager,
            Self::Department => &about.department,
            Self::Source => &about.source,
            Self::Location => &about.location,
            Self::Role => &about.role,
        };
        value.as_deref().filter(|value| !value.trim().is_empty())
    }
}

/// A row to be dealt out.
#[derive(Debug, Clone)]
pub struct Dealt<'a> {
    /// The key of its decision.
    pub id: String,
    /// Whom it is about.
    pub about: Option<&'a About>,
}

/// `packets.json`: who had which rows. The latest split counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Packets {
    /// [`SCHEMA`]
    pub schema: String,
    /// The plan, or the run that is certified.
    pub of: String,
    /// Its digest, or that of the run's manifest.
    pub digest: String,
    /// By what they were dealt out.
    pub split: Split,
    /// When.
    pub at: DateTime<Utc>,
    /// Until when they are asked back; absent where nobody said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<NaiveDate>,
    /// Which accounts are certified; absent for a plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// One a reviewer, by name; the unassigned last.
    pub packets: Vec<Packet>,
}

/// What one reviewer has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Packet {
    /// An address, or the value that was split by; `unassigned`.
    pub reviewer: String,
    /// The name of its files, without ending.
    pub file: String,
    /// The ids of its rows, in the order of the packet.
    pub rows: Vec<String>,
}

impl Packets {
    /// Deals out all rows. `prefix` begins every file's name: the id of the plan or of the run.
    pub fn deal(prefix: &str, digest: &str, split: Split, rows: &[Dealt<'_>], at: DateTime<Utc>, due: Option<NaiveDate>) -> Self {
        let mut dealt: BTreeMap<Option<String>, (String, Vec<String>)> = BTreeMap::new();
        for row in rows {
            let value = row.about.and_then(|about| split.of(about)).map(|value| text::folded(value).into_owned());
            let key = value.as_deref().map(str::to_lowercase);
            let named = value.unwrap_or_else(|| UNASSIGNED.to_owned());
            dealt.entry(key).or_insert_with(|| (named, Vec::new())).1.push(row.id.clone());
        }
        // Nobody's rows last; `None` comes first in the map.
        let unassigned = dealt.remove(&None);
        let mut files = Files::new(prefix);
        let unassigned = unassigned.map(|(reviewer, rows)| Packet { file: files.name(UNASSIGNED), reviewer, rows });
        let mut packets: Vec<_> =
            dealt.into_values().map(|(reviewer, rows)| Packet { file: files.name(&reviewer), reviewer, rows }).collect();
        packets.extend(unassigned);
        Self { schema: SCHEMA.into(), of: prefix.to_owned(), digest: digest.to_owned(), split, at, due, scope: None, packets }
    }

    /// Reads packets.json.
    ///
    /// # Errors
    /// It is none.
    pub fn read(text: &str) -> Result<Self, Failure> {
        let packets: Self =
            serde_json::from_str(text).map_err(|error| Failure::usage(format!("this is not a packets.json: {error}")))?;
        match packets.schema.as_str() {
            SCHEMA => Ok(packets),
            other => Err(Failure::usage(format!("it has the format {other}; this version reads {SCHEMA}"))),
        }
    }

    /// The file's text.
    ///
    /// # Errors
    /// None in practice: packets are JSON.
    pub fn to_json(&self) -> serde_json::Result<String> {
        pretty(self)
    }

    /// How many rows there are in all.
    pub fn rows(&self) -> usize {
        self.packets.iter().map(|packet| packet.rows.len()).sum()
    }

    /// Refuses what a reviewer says of rows that are not theirs.
    ///
    /// # Errors
    /// All such rows.
    pub fn admits<'i>(&self, reviewer: &str, ids: impl Iterator<Item = &'i str>) -> Result<(), Failure> {
        let Some(packet) = self.packets.iter().find(|packet| text::alike(&packet.reviewer, reviewer)) else {
            return Err(Failure::usage(format!("nobody called {} has a packet of {}", text::visible(reviewer), self.of))
                .hint("packets.json says who has which; the latest --split counts"));
        };
        let own: BTreeSet<&str> = packet.rows.iter().map(String::as_str).collect();
        let strange: Vec<_> = ids.filter(|id| !own.contains(id)).collect();
        if strange.is_empty() {
            return Ok(());
        }
        Err(Failure::usage(format!(
            "{} not in the packet of {}: {}",
            text::plural(strange.len() as u64, "row is", "rows are"),
            packet.reviewer,
            strange.join(", ")
        ))
        .hint("packets.json says who has which; the latest --split counts"))
    }
}

/// Names of files that no system has trouble with, each once.
struct Files<'a> {
    prefix: &'a str,
    /// As a file system compares that knows no case.
    taken: BTreeSet<String>,
}

/// The most bytes of a name: `decisions-` before it and `.json` behind it come to 100.
const LONGEST: usize = 85;

impl<'a> Files<'a> {
    fn new(prefix: &'a str) -> Self {
        Self { prefix, taken: BTreeSet::new() }
    }

    /// `P-…-ana@acme.com`; with eight digits of a digest where letters had to go or another has the name.
    fn name(&mut self, reviewer: &str) -> String {
        let safe: String = reviewer
            .chars()
            .map(|letter| if letter.is_ascii_alphanumeric() || "@.-_".contains(letter) { letter } else { '_' })
            .collect();
        let plain = format!("{}-{safe}", self.prefix);
        let fits = safe == reviewer && plain.len() <= LONGEST && !safe.ends_with('.') && !safe.starts_with(['.', '-']);
        if fits && self.taken.insert(plain.to_lowercase()) {
            return plain;
        }
        let digest = digits(reviewer);
        let digest = digest.get(..8).unwrap_or_default();
        let room = LONGEST.saturating_sub(self.prefix.len() + digest.len() + 2);
        let safe = safe.trim_matches(['.', '-', '_']);
        let named = format!("{}-{}-{digest}", self.prefix, safe.get(..safe.len().min(room)).unwrap_or_default());
        self.taken.insert(named.to_lowercase());
        named
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dealt<'a>(id: usize, about: &'a About) -> Dealt<'a> {
        Dealt { id: format!("A-{id}"), about: Some(about) }
    }

    #[test]
    fn every_row_is_in_one_packet_and_nobodys_are_apart() {
        let of = |manager: Option<&str>| About { manager: manager.map(str::to_owned), ..About::default() };
        let all = [of(Some("ana@acme.com")), of(None), of(Some("Ana@ACME.com ")), of(Some("ben@acme.com")), of(Some(" "))];
        let rows: Vec<_> = all.iter().enumerate().map(|(id, about)| dealt(id, about)).collect();
        let packets = Packets::deal("P-1", "sha256:x", Split::ManagerEmail, &rows, DateTime::UNIX_EPOCH, None);
        let told: Vec<_> = packets.packets.iter().map(|packet| (packet.file.as_str(), packet.rows.join(" "))).collect();
        let expected = [("P-1-ana@acme.com", "A-0 A-2"), ("P-1-ben@acme.com", "A-3"), ("P-1-unassigned", "A-1 A-4")]
            .map(|(file, rows)| (file, rows.to_owned()));
        assert_eq!(told, expected);
        assert_eq!(packets.rows(), 5);
    }

    #[test]
    fn names_of_files_are_safe_short_and_apart() {
        let mut files = Files::new("P-abcdefghjk");
        let long = "x".repeat(300);
        let hostile = [
            "../../etc/passwd",
            "CON",
            "a/b\\c:d*?\"<>|",
            "Ünïcode",
            "\u{202E}gpj",
            ".",
            "",
            "unassigned",
            "UNASSIGNED",
            &long,
            "=1+1",
            "a b",
        ];
        let mut seen = BTreeSet::new();
        for reviewer in hostile {
            let name = files.name(reviewer);
            assert!(name.len() <= LONGEST && name.starts_with("P-abcdefghjk-"), "{name}");
            assert!(name.chars().all(|letter| letter.is_ascii_alphanumeric() || "@.-_".contains(letter)), "{name}");
            assert!(!name.contains("..") || !name.contains('/'), "{name}");
            assert!(seen.insert(name.to_lowercase()), "{name} twice");
        }
        assert_eq!(files.name("ana@acme.com"), "P-abcdefghjk-ana@acme.com");
    }

    #[test]
    fn a_reviewer_says_nothing_of_rows_that_are_not_theirs() {
        let ana = About { manager: Some("ana@acme.com".into()), ..About::default() };
        let packets = Packets::deal("P-1", "sha256:x", Split::ManagerEmail, &[dealt(0, &ana)], DateTime::UNIX_EPOCH, None);
        assert!(packets.admits(" ANA@acme.com", ["A-0"].into_iter()).is_ok());
        assert!(packets.admits("ana@acme.com", ["A-0", "A-9"].into_iter()).unwrap_err().to_string().contains("A-9"));
        assert!(packets.admits("eve@acme.com", ["A-0"].into_iter()).is_err());
    }
}
