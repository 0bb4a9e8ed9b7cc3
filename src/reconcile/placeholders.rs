//! Addresses that stand for nobody: HR had to fill one in, so everybody without an address has the same. One that three rows or more share
//! whose other keys and names have nothing in common identifies nobody.

use std::collections::{BTreeSet, HashMap};

use anyhow::Result;

use super::correlate::{Keys, group};
use super::fold::Row;
use super::keys::Addresses;
use super::names::Name;
use crate::directory::People;
use crate::terms::value::Number;

/// So many people with nothing in common make an address a placeholder.
const PEOPLE: usize = 3;

/// An address in its comparable form, and the rows of the directory that have it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Placeholder {
    pub(super) address: String,
    /// As one of them has it.
    pub(super) written: String,
    pub(super) rows: BTreeSet<Row>,
}

/// The placeholders among all addresses of the directory.
pub(super) fn find(people: &People, addresses: &Addresses) -> Result<Vec<Placeholder>> {
    let frame = &people.frame;
    let height = frame.height() as u32;
    let (emails, numbers) = (frame.column("email")?.str()?.rechunk(), frame.column("employee_number")?.str()?.rechunk());
    let further = frame.column("alternate_email")?.list()?;
    let mut alternates: Vec<(u32, String)> = Vec::new();
    if further.null_count() < further.len() {
        for (row, list) in (0u32..).zip(further.amortized_iter()) {
            let Some(list) = list else { continue };
            alternates.extend(list.as_ref().str()?.iter().flatten().map(|address| (row, address.to_owned())));
        }
    }
    let text = |entry: u32| match entry.checked_sub(height) {
        None => emails.get(entry as usize),
        Some(further) => alternates.get(further as usize).map(|(_, address)| address.as_str()),
    };
    let row = |entry: &u32| {
        entry.checked_sub(height).and_then(|further| alternates.get(further as usize)).map_or(*entry, |(row, _)| *row)
    };
    let keys = Keys { len: height + alternates.len() as u32, text, form: |text| addresses.key(text) };
    let names = people.names()?;
    let number = |row: u32| numbers.get(row as usize).and_then(|number| Number::of(number).text());

    let mut found = Vec::new();
    for entries in group(&keys)?.repeated().filter(|entries| entries.len() >= PEOPLE) {
        let rows: BTreeSet<u32> = entries.iter().map(row).collect();
        if rows.len() < PEOPLE {
            continue;
        }
        let marks = rows.iter().map(|row| {
            let name = names.get(*row as usize).map(Name::new);
            let parts = name.map(|name| name.parts()).unwrap_or_default();
            parts.into_iter().chain(number(*row).map(|number| format!("number {number}"))).collect()
        });
        if unlike(marks) >= PEOPLE
            && let Some(written) = entries.iter().filter_map(|entry| text(*entry)).min()
            && let Some(address) = addresses.key(written)
        {
            let rows = rows.into_iter().map(Row).collect();
            found.push(Placeholder { address: address.into_owned(), written: written.trim().to_owned(), rows });
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// How many there are when those with a mark in common count as one. Who has no mark may be any of the others.
fn unlike(marks: impl Iterator<Item = Vec<String>>) -> usize {
    let mut heads: Vec<usize> = Vec::new();
    let mut holders: HashMap<String, usize> = HashMap::new();
    let head = |heads: &mut Vec<usize>, mut at: usize| {
        while heads[at] != at {
            heads[at] = heads[heads[at]];
            at = heads[at];
        }
        at
    };
    for marks in marks.filter(|marks| !marks.is_empty()) {
        let new = heads.len();
        heads.push(new);
        for mark in marks {
            let other = *holders.entry(mark).or_insert(new);
            let (one, other) = (head(&mut heads, new), head(&mut heads, other));
            heads[one.max(other)] = one.min(other);
        }
    }
    heads.iter().enumerate().filter(|(at, head)| at == *head).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people(of: &[&[&str]]) -> usize {
        unlike(of.iter().map(|marks| marks.iter().map(|mark| (*mark).to_owned()).collect()))
    }

    #[test]
    fn those_with_a_mark_in_common_are_one() {
        assert_eq!(people(&[&["ada"], &["ben"], &["carl"]]), 3);
        assert_eq!(people(&[&["ada", "byron"], &["byron"], &["ada"], &["ben"]]), 2);
        assert_eq!(people(&[&["ada"], &["ben"], &["ada", "ben"]]), 1);
        assert_eq!(people(&[&["ada"], &[], &[]]), 1);
    }
}
