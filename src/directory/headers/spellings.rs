//! The spellings of headers and status words in the languages whose systems write them, as data with where it was read:
//! `spellings.txt`. To teach the loader a spelling, add it to a line there.

use std::sync::LazyLock;

use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::Error;

use super::slot::Slot;
use crate::directory::lists::{lines, split};

/// From this rank on a header is a makeshift.
pub(in crate::directory) const WEAK: u8 = 50;

/// From this rank on a last day may be of something else: the end of a contract.
pub(in crate::directory) const UNCERTAIN: u8 = 20;

/// The rank of the day on which somebody gave notice: when the last day is, it does not say.
pub(in crate::directory) const NOTICE: u8 = 40;

/// What wraps each item of some lists: GraphQL, Elasticsearch, FHIR, CouchDB, Singer, Splunk, Airbyte.
pub(in crate::directory) const WRAPPERS: [&str; 7] = ["node", "_source", "resource", "doc", "record", "result", "data"];

const SPELLINGS: &str = include_str!("spellings.txt");

static LINES: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| lines(SPELLINGS).collect());

/// The spellings of a status, or of a list such as `never`.
pub(in crate::directory) fn of(list: &str) -> impl Iterator<Item = &'static str> {
    LINES.iter().copied().filter(move |(what, _)| *what == list).flat_map(|(_, spellings)| split(spellings))
}

/// Every header: its slot, its rank, its spelling.
pub(in crate::directory) fn headers() -> impl Iterator<Item = (Slot, u8, &'static str)> {
    LINES
        .iter()
        .copied()
        .filter_map(|(what, spellings)| Some((header(what)?, spellings)))
        .flat_map(|((slot, rank), spellings)| split(spellings).map(move |spelling| (slot, rank, spelling)))
}

/// `email 10`
fn header(what: &str) -> Option<(Slot, u8)> {
    let (slot, rank) = what.split_once(' ')?;
    let slot = Slot::deserialize(IntoDeserializer::<Error>::into_deserializer(slot)).ok()?;
    Some((slot, rank.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::Slot::*;
    use super::*;
    use crate::config::Directory;
    use crate::directory::headers::is_of_account;
    use crate::directory::{load, status};
    use crate::terms;

    #[test]
    fn every_line_is_understood_and_no_status_word_means_two_things() {
        assert_eq!(lines(SPELLINGS).count(), SPELLINGS.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).count());
        let mut meant = HashMap::new();
        for (what, spellings) in lines(SPELLINGS) {
            let word = terms::Status::from_word(what).is_some() || what == "inactive";
            assert!(
                word || header(what).is_some()
                    || [
                        "never",
                        "kind",
                        "accounts",
                        "locks",
                        "other days",
                        "first days",
                        "further days",
                        "areas",
                        "parents",
                        "mail",
                        "work",
                        "between"
                    ]
                    .contains(&what),
                "{what}"
            );
            for spelling in split(spellings).filter(|_| word) {
                let before = meant.insert(status::fold(spelling), what);
                assert!(before.is_none_or(|before| before == what), "{spelling}: {before:?} and {what}");
            }
        }
    }

    const CELLS: [(Slot, &str, &str, &str); 12] = [
        (Email, "Work Email", "a@b.com", "b@b.com"),
        (AlternateEmail, "Alternate Email", "c@b.com", ""),
        (EmployeeNumber, "Employee ID", "001", "002"),
        (Name, "Display Name", "Ada Byron", "Bob King"),
        (Title, "Job Title", "Clerk", ""),
        (Department, "Department", "Finance", "Sales"),
        (Location, "Office", "Denver", "Bonn"),
        (Phone, "Mobile Phone", "+1 303", "+49 228"),
        (Status, "Employment Status", "Active", "Terminated"),
        (HireDate, "Hire Date", "2020-01-31", "2021-02-28"),
        (TerminationDate, "Termination Date", "", "2026-10-31"),
        (ManagerEmail, "Manager Email", "", "a@b.com"),
    ];

    /// What is understood of two people when one header is another.
    fn understood(folder: &std::path::Path, slot: Slot, header: &str) -> String {
        let line = |cells: [String; CELLS.len()]| cells.join(",") + "\n";
        let headers = CELLS.map(|cell| format!("\"{}\"", if cell.0 == slot { header } else { cell.1 }));
        let text = line(headers) + &line(CELLS.map(|cell| cell.2.to_owned())) + &line(CELLS.map(|cell| cell.3.to_owned()));
        let path = folder.join("people.csv");
        std::fs::write(&path, text).unwrap();
        let people = load(&[Directory { path, ..Directory::default() }]).unwrap_or_else(|error| panic!("{header}: {error:#}"));
        format!("{:?}{:?}{:?}", people.frame.columns(), people.rejected, people.doubts)
    }

    #[test]
    fn a_header_may_be_any_spelling_of_its_field_however_it_is_written() {
        let folder = tempfile::tempdir().unwrap();
        for (slot, header, ..) in CELLS {
            let expected = understood(folder.path(), slot, header);
            // Neither a day of notice nor an account's word for active decides.
            let is_other = |rank: u8, spelling: &str| rank == NOTICE && slot == TerminationDate || is_of_account(spelling);
            let spellings = headers().filter(|(of, rank, spelling)| *of == slot && !is_other(*rank, spelling));
            let spellings = spellings.map(|(.., spelling)| spelling);
            for (at, spelling) in spellings.enumerate() {
                let written = match at % 5 {
                    // A dot in a path means something, other signs do not.
                    _ if spelling.contains(['.', '[']) => spelling.to_lowercase(),
                    0 => spelling.to_uppercase(),
                    1 => format!("\u{feff}{} ", spelling.to_lowercase()),
                    2 => spelling.replace(' ', "_"),
                    3 => spelling.replace(' ', "\u{a0}") + "*",
                    _ => spelling.replace(' ', "\n"),
                };
                assert_eq!(understood(folder.path(), slot, &written), expected, "{spelling} as {written:?}");
            }
        }
    }
}
