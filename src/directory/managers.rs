//! Whom a row reports to, as an e-mail address: given, or found in the same file by id, distinguished name, number or name.

use std::collections::HashMap;

use polars::prelude::*;

use super::cells;
use super::collect::{Raw, RawColumn};
use super::mapping::Mapping;
use super::names;
use super::people::Source;
use super::slot::Slot;

/// The manager's address for each row. A manager who is not in the file, or whose name is not unique in it, stays unknown.
pub(super) fn resolve(
    raw: &Raw,
    mapping: &Mapping,
    emails: &StringChunked,
    numbers: &StringChunked,
    names: &StringChunked,
    source: &mut Source,
) -> StringChunked {
    let none = || StringChunked::full_null(PlSmallStr::EMPTY, raw.rows.len());
    let column = |slot: Slot| mapping.first(slot).and_then(|claim| raw.columns.get(claim.column));
    let given = column(Slot::ManagerEmail);
    let by_key = column(Slot::ManagerKey);
    let by_name = column(Slot::ManagerName);
    if given.is_none() && by_key.is_none() && by_name.is_none() {
        return none();
    }
    let mut keys: HashMap<&str, Option<&str>> = HashMap::new();
    if by_key.is_some() || by_name.is_some() || given.is_some() {
        for claim in mapping.columns(Slot::PersonKey) {
            let Some(ids) = raw.columns.get(claim.column) else { continue };
            index(&mut keys, &ids.values, emails);
        }
        index(&mut keys, numbers, emails);
    }
    let mut by_names: HashMap<&str, Option<&str>> = HashMap::new();
    if by_name.is_some() {
        index(&mut by_names, names, emails);
    }
    let mut unresolved = 0u64;
    let mut managers = StringChunkedBuilder::new(PlSmallStr::EMPTY, raw.rows.len());
    for at in 0..raw.rows.len() {
        let cell = |column| cell_at(column, at);
        let address = cell(given).map(cells::email).filter(|address| cells::is_email(address));
        let found = match &address {
            Some(address) => Some(address.as_ref()),
            None => {
                let key = cell(by_key).or_else(|| cell(given)).or_else(|| cell(by_name));
                let by_key = key.and_then(|key| keys.get(key).copied().flatten());
                by_key.or_else(|| by_names_of(cell(by_name)?, &by_names))
            }
        };
        let named = cell(given).or_else(|| cell(by_key)).or_else(|| cell(by_name));
        if found.is_none() && named.is_some() {
            unresolved += 1;
        }
        managers.append_option(found);
    }
    if unresolved > 0 {
        source.notes.push(format!("the managers of {unresolved} rows are not in the file, or their names are not unique in it"));
    }
    managers.finish()
}

/// Adds every key with its row's address; one that several rows have leads nowhere.
fn index<'a>(keys: &mut HashMap<&'a str, Option<&'a str>>, ids: &'a StringChunked, emails: &'a StringChunked) {
    for (id, email) in ids.iter().zip(emails.iter()) {
        let Some(id) = id else { continue };
        keys.entry(id)
            .and_modify(|known| {
                if *known != email {
                    *known = None
                }
            })
            .or_insert(email);
    }
}

/// SuccessFactors' words for "has none".
fn is_nobody(cell: &str) -> bool {
    ["NO_MANAGER", "NO_MGR", "NO_HR"].contains(&cell)
}

fn cell_at(column: Option<&RawColumn>, at: usize) -> Option<&str> {
    column.and_then(|column| column.values.get(at)).filter(|cell| !is_nobody(cell))
}

/// By name, as written or turned around: one system writes `Last, First` for managers and not for people.
fn by_names_of<'a>(name: &str, names: &HashMap<&str, Option<&'a str>>) -> Option<&'a str> {
    let turned = || names::inverted(name).map(|(family, given)| format!("{given} {family}"));
    match names.get(name) {
        Some(found) => *found,
        None => turned().and_then(|name| names.get(name.as_str()).copied().flatten()),
    }
}
