//! Addresses and employee numbers that stand for nobody: HR had to fill one in, so everybody without has the same. One that three
//! rows or more share whose other keys and names have nothing in common identifies nobody.
//!
//! Rows of several files may be one person whose name each of them writes in another way, so they are counted among those of one
//! file, and among those whose names are in one writing.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use anyhow::Result;
use polars::prelude::*;

use super::keyed::{keyed, shared};
use super::keys::Addresses;
use super::names::{Name, Writing};
use super::sets::Sets;
use crate::directory::People;
use crate::directory::people::Doubt;
use crate::reconcile::column::{Lists, TextColumn};
use crate::reconcile::places::{Place, Row};
use crate::terms::Key;
use crate::terms::value::{Number, loosely};

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
    let numbers = TextColumn::of(&people.frame, "employee_number")?;
    let written_in = |row: Row| emails.get(row).into_iter().chain(further.get(row));
    let number = |row: Row| numbers.get(row).and_then(|number| Number::of(number).text());
    let keys = keyed(people.frame.height() as u32, |row| written_in(Row(row)).filter_map(|text| addresses.key(text)))?;
    let mut found = Vec::new();
    for (address, rows) in shared_by_strangers(people, &keys, |_, row| number(row).map(Cow::into_owned))? {
        let written = rows.iter().flat_map(|row| written_in(*row));
        let written = written.filter(|text| addresses.key(text).as_deref() == Some(&*address)).min();
        let written = written.unwrap_or(&address).trim().to_owned();
        found.push(Placeholder { address, written, rows });
    }
    found.sort_unstable();
    Ok(found)
}

/// The same people without the numbers that stand for nobody: each is a cell that cannot be used. Also these numbers, as they stand
/// and loosely. Where names are missing, several addresses may be several accounts of one person, whose number it is. Where numbers
/// are no key, all stay.
pub(in crate::reconcile) fn without_numbers<'p>(
    people: &'p People,
    addresses: &Addresses,
    keys: &BTreeSet<Key>,
) -> Result<(Cow<'p, People>, HashSet<String>)> {
    let (mut nobodys, mut forms) = (BTreeSet::new(), HashSet::new());
    if !keys.contains(&Key::EmployeeNumber) {
        return Ok((Cow::Borrowed(people), forms));
    }
    let (emails, numbers) = (TextColumn::of(&people.frame, "email")?, TextColumn::of(&people.frame, "employee_number")?);
    let number = |row: u32| numbers.get(Row(row)).and_then(|number| Number::of(number).text());
    let numbered = keyed(people.frame.height() as u32, number)?;
    let address = |is_named: bool, row: Row| Some(addresses.key(emails.get(row).filter(|_| is_named)?)?.into_owned());
    let (names, sources) = (people.names()?, people.frame.column("source")?.u32()?);
    // Who has it in two files, with a part of one name, shows that it is a number: several companies may count alike.
    let is_somebodys = |rows: &BTreeSet<Row>| {
        let mut files: HashMap<String, BTreeSet<Option<u32>>> = HashMap::new();
        for row in rows {
            for part in names.get(row.at()).map(|name| Name::new(name).parts()).unwrap_or_default() {
                files.entry(part).or_default().insert(sources.get(row.at()));
            }
        }
        files.values().any(|files| files.len() > 1)
    };
    for (number, rows) in shared_by_strangers(people, &numbered, address)?.into_iter().filter(|(_, rows)| !is_somebodys(rows)) {
        nobodys.extend(rows);
        forms.extend(loosely(&number).map(str::to_owned));
        forms.insert(number);
    }
    if nobodys.is_empty() {
        return Ok((Cow::Borrowed(people), forms));
    }
    let mut without = people.clone();
    let rows = people.frame.column("row")?.u32()?;
    let doubt = |row: &Row| {
        Some(Doubt {
            source: sources.get(row.at())?,
            row: rows.get(row.at())?,
            field: "employee_number".to_owned(),
            problem: "it stands in several rows that have nothing else in common, so it is nobody's: read as none".to_owned(),
            value: numbers.get(*row)?.to_owned(),
            not_comparable: true,
        })
    };
    without.doubts.extend(nobodys.iter().filter_map(doubt));
    let kept = (0..people.frame.height() as u32).map(Row).map(|row| numbers.get(row).filter(|_| !nobodys.contains(&row)));
    without.frame.with_column(StringChunked::from_iter_options("employee_number".into(), kept).into_column())?;
    Ok((Cow::Owned(without), forms))
}

/// The keys that rows share who have nothing else in common, not even the mark that `other` finds in a row, with or without a name.
fn shared_by_strangers(
    people: &People,
    keys: &DataFrame,
    other: impl Fn(bool, Row) -> Option<String>,
) -> Result<Vec<(String, BTreeSet<Row>)>> {
    let names = people.names()?;
    let sources = people.frame.column("source")?.u32()?.rechunk();
    let mut found = Vec::new();
    for (key, holders) in shared(keys)?.each()?.filter(|(_, holders)| holders.len() >= PEOPLE) {
        let holders: BTreeSet<Row> = holders.iter().copied().map(Row).collect();
        let mut comparable: BTreeMap<Among, Vec<Vec<String>>> = BTreeMap::new();
        for row in &holders {
            let name = names.get(row.at()).map(Name::new);
            let mut marks: Vec<String> = name.iter().flat_map(Name::parts).collect();
            marks.extend(other(!marks.is_empty(), *row).map(|key| format!("key {key}")));
            let writings: BTreeSet<Writing> = name.iter().flat_map(Name::writings).collect();
            let among = writings.into_iter().map(Among::Writing).chain(sources.get(row.at()).map(Among::File));
            among.for_each(|among| comparable.entry(among).or_default().push(marks.clone()));
        }
        if comparable.into_values().any(|marks| unlike(marks) >= PEOPLE) {
            found.push((key.to_owned(), holders));
        }
    }
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
