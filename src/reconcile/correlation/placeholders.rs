//! Addresses that stand for nobody: HR had to fill one in, so everybody without an address has the same. One that three rows or
//! more share whose other keys and names have nothing in common identifies nobody.
//!
//! Rows of several files may be one person whose name each of them writes in another way, so they are counted among those of one
//! file, and among those whose names are in one writing.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use anyhow::Result;

use super::keyed::{keyed, shared};
use super::keys::Addresses;
use super::names::{Name, Writing};
use super::sets::Sets;
use crate::directory::People;
use crate::reconcile::column::{Lists, TextColumn};
use crate::reconcile::places::{Place, Row};
use crate::terms::value::Number;

/// So many people with nothing in common make an address a placeholder.
const PEOPLE: usize = 3;

/// An address in its comparable form, and the rows of the directory that have it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::reconcile) struct Placeholder {
    pub(in crate::reconcile) address: String,
    /// As one of them has it.
    pub(in crate::reconcile) written: String,
    pub(in crate::reconcile) rows: BTreeSet<Row>,
}

/// The placeholders among all addresses of the directory.
pub(in crate::reconcile) fn find(people: &People, addresses: &Addresses) -> Result<Vec<Placeholder>> {
    let (emails, further) = (TextColumn::of(&people.frame, "email")?, Lists::of(&people.frame, "alternate_email")?);
    let (numbers, names) = (TextColumn::of(&people.frame, "employee_number")?, people.names()?);
    let sources = people.frame.column("source")?.u32()?.rechunk();
    let written_in = |row: Row| emails.get(row).into_iter().chain(further.get(row));
    let number = |row: Row| numbers.get(row).and_then(|number| Number::of(number).text());
    let keys = keyed(people.frame.height() as u32, |row| written_in(Row(row)).filter_map(|text| addresses.key(text)))?;
    let mut found = Vec::new();
    for (address, holders) in shared(&keys)?.each()?.filter(|(_, holders)| holders.len() >= PEOPLE) {
        let holders: BTreeSet<Row> = holders.iter().copied().map(Row).collect();
        let mut comparable: BTreeMap<Among, Vec<Vec<String>>> = BTreeMap::new();
        for row in &holders {
            let name = names.get(row.at()).map(Name::new);
            let parts = name.iter().flat_map(Name::parts);
            let marks: Vec<String> = parts.chain(number(*row).map(|number| format!("number {number}"))).collect();
            let writings: BTreeSet<Writing> = name.iter().flat_map(Name::writings).collect();
            let among = writings.into_iter().map(Among::Writing).chain(sources.get(row.at()).map(Among::File));
            among.for_each(|among| comparable.entry(among).or_default().push(marks.clone()));
        }
        let written = holders.iter().flat_map(|row| written_in(*row));
        let written = written.filter(|text| addresses.key(text).as_deref() == Some(address)).min();
        if comparable.into_values().any(|marks| unlike(marks) >= PEOPLE)
            && let Some(written) = written
        {
            found.push(Placeholder { address: address.to_owned(), written: written.trim().to_owned(), rows: holders });
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// Rows that can be told apart by what they say.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Among {
    File(u32),
    Writing(Writing),
}

/// How many there are when those with a mark in common count as one. Who has no mark may be any of the others.
fn unlike(mut marks: Vec<Vec<String>>) -> usize {
    marks.retain(|marks| !marks.is_empty());
    let mut sets = Sets::new(marks.len() as u32);
    let mut holders: HashMap<String, u32> = HashMap::new();
    let all = || 0..marks.len() as u32;
    for (at, marks) in all().zip(&marks) {
        for mark in marks {
            sets.join(at, *holders.entry(mark.clone()).or_insert(at));
        }
    }
    all().filter(|at| sets.head(*at) == *at).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people(of: &[&[&str]]) -> usize {
        unlike(of.iter().map(|marks| marks.iter().map(|mark| (*mark).to_owned()).collect()).collect())
    }

    #[test]
    fn those_with_a_mark_in_common_are_one() {
        assert_eq!(people(&[&["ada"], &["ben"], &["carl"]]), 3);
        assert_eq!(people(&[&["ada", "byron"], &["byron"], &["ada"], &["ben"]]), 2);
        assert_eq!(people(&[&["ada"], &["ben"], &["ada", "ben"]]), 1);
        assert_eq!(people(&[&["ada"], &[], &[]]), 1);
    }
}
