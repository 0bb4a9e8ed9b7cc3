//! A text file that was cut within the last cell of a row: the row has as many cells as the others, but no line end where the others
//! have one, and its last cell is no more than the beginning of what such a cell holds. Where a cell was cut shows only by what the
//! others in its column are, so a column of any text says nothing.

use super::cells;
use super::headers::mapping::{Claim, Mapping};
use super::headers::slot::Slot;
use super::raw::{Raw, RawColumn};
use super::status::{Meaning, Words};
use crate::config;
use crate::terms::Status;

/// So many other rows show what a cell of the column is.
const OTHERS: usize = 3;

/// Why the last cell may have been cut.
pub(super) fn cut(raw: &Raw, mapping: &Mapping, file: &config::Directory) -> Option<String> {
    let row = raw.unended.filter(|row| raw.rows.last() == Some(row))?;
    let at = raw.width.checked_sub(1)?;
    let claim = mapping.all().find(|claim| raw.columns.get(claim.column).is_some_and(|column| column.at == at))?;
    let column = raw.columns.get(claim.column)?;
    let others = column.values.len().checked_sub(1).filter(|others| *others >= OTHERS)?;
    // Whoever stands last in a sorted list may have no manager, phone or last day.
    let is_everybodys = is_of_standing(claim.slot) || matches!(claim.slot, Slot::Email | Slot::EmployeeNumber);
    let what = match column.values.get(others) {
        None => (is_everybodys && column.values.iter().take(others).all(|cell| cell.is_some()))
            .then(|| "is empty, as in no other row".to_owned()),
        Some(cell) => is_begun(cell, column, claim, mapping, file)
            .then(|| format!("`{cell}` is no more than the beginning of what the other rows have")),
    }?;
    Some(format!("row {row} has no line end, and its `{}` {what}: it may have been cut off there", column.header))
}

/// Whether the last cell of a column is but the beginning of what the others are: half an address, half a number or day where the
/// others have one length, half a word for a status.
fn is_begun(cell: &str, column: &RawColumn, claim: &Claim, mapping: &Mapping, file: &config::Directory) -> bool {
    let others = || column.values.iter().take(column.values.len() - 1).flatten();
    match claim.slot {
        Slot::Email | Slot::AlternateEmail | Slot::ManagerEmail => {
            let domain = |cell: &str| cell.rsplit_once('@').map(|(_, domain)| domain.to_lowercase());
            let Some(mine) = domain(cell) else { return others().all(|cell| domain(cell).is_some()) };
            let mut theirs = others().filter_map(domain).peekable();
            let goes_on = |theirs: &String| theirs.len() > mine.len() && theirs.starts_with(&mine);
            theirs.peek().is_some()
                && (!mine.contains('.') || theirs.any(|domain| goes_on(&domain)))
                && others().filter_map(domain).all(|domain| domain != mine)
        }
        Slot::EmployeeNumber | Slot::PersonKey | Slot::ManagerKey => {
            is_shorter(cell, others()) && others().any(|other| other.starts_with(cell))
        }
        // A day that ends with its year is whole.
        Slot::HireDate | Slot::TerminationDate => {
            is_shorter(cell, others()) && cell.rsplit(['/', '.', '-']).next().is_none_or(|year| year.len() != 4)
        }
        slot if is_of_standing(slot) => {
            let words = Words::new(slot, &column.header, mapping.system, &file.status).of_column(&column.values);
            let is_known = |word: &str| words.meaning(word) != Meaning::Word(Status::Unknown) || words.is_inactive(word);
            let begun = cells::trim(cell).to_lowercase();
            !is_known(cells::trim(cell)) && others().all(is_known) && others().any(|other| other.to_lowercase().starts_with(&begun))
        }
        _ => false,
    }
}

/// Whether the others have one length, and this is shorter.
fn is_shorter<'c>(cell: &str, others: impl Iterator<Item = &'c str>) -> bool {
    let mut lengths = others.map(str::len);
    lengths.next().is_some_and(|length| cell.len() < length && lengths.all(|other| other == length))
}

fn is_of_standing(slot: Slot) -> bool {
    matches!(slot, Slot::Status | Slot::Enabled | Slot::Disabled | Slot::Ended)
}
