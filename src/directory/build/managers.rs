//! Whom a row reports to, as an e-mail address: given, or found in the same file by id, distinguished name, number or name.

use std::borrow::Cow;
use std::cell::OnceCell;

use polars::prelude::*;

use super::given::{Given, Read};
use crate::directory::cells;
use crate::directory::headers::slot::Slot;
use crate::text::last_first;

/// Addresses by a key; one that several rows have leads nowhere.
type Index<'a> = PlHashMap<&'a str, Option<&'a str>>;

/// The manager's address for each row. A manager who is not in the file, or whose name is not unique in it, stays unknown.
pub(super) fn resolve(
    given: Given<'_>,
    emails: &StringChunked,
    numbers: &StringChunked,
    names: &StringChunked,
) -> Read<StringChunked> {
    let column = |slot: Slot| given.column(slot).map(|column| &column.values);
    let (addresses, keys, by_name) = (column(Slot::ManagerEmail), column(Slot::ManagerKey), column(Slot::ManagerName));
    match (addresses, keys, by_name) {
        (None, None, None) => return Read { values: given.none(), ..Read::default() },
        // Nothing to be found: nothing is copied then.
        (Some(addresses), None, None) if addresses.iter().flatten().all(cells::is_plain_email) => {
            return Read { values: addresses.clone(), ..Read::default() };
        }
        _ => {}
    }
    // Files that give every address need no index.
    let (people_by_key, people_by_name) = (OnceCell::new(), OnceCell::new());
    let by_key = |key: &str| {
        let index = people_by_key.get_or_init(|| {
            let mut index = Index::default();
            given.columns(Slot::PersonKey).for_each(|ids| add(&mut index, &ids.values, emails));
            add(&mut index, numbers, emails);
            index
        });
        index.get(key).copied().flatten()
    };
    let find_by_name = |name: &str| {
        let index = people_by_name.get_or_init(|| {
            let mut index = PlHashMap::new();
            names.iter().zip(emails.iter()).for_each(|(name, email)| add_one(&mut index, name.map(folded), email));
            index
        });
        by_names_of(name, index)
    };
    let mut unresolved = 0u64;
    let mut managers = StringChunkedBuilder::new(PlSmallStr::EMPTY, given.height());
    let mut cells_of = [addresses, keys, by_name].map(|column| column.map(|column| column.iter()));
    for _ in 0..given.height() {
        let cells = cells_of.each_mut().map(|cells| cells.as_mut().and_then(|cells| cells.next().flatten()));
        let [address, key, name] = cells.map(|cell| cell.filter(|cell| !NOBODY.contains(cell)));
        let cleaned = address.map(cells::email).filter(|address| cells::is_email(address));
        if let Some(cleaned) = cleaned {
            managers.append_value(&cleaned);
            continue;
        }
        let said = key.or(address).or(name);
        // A login where a system promises one; people write names there.
        let found = said.and_then(by_key).or_else(|| find_by_name(name.or(address)?)).map(Cow::Borrowed);
        // Some rows of a column of ids give an address all the same.
        let found = found.or_else(|| said.map(cells::email).filter(|said| cells::is_email(said)));
        unresolved += u64::from(found.is_none() && said.is_some());
        managers.append_option(found);
    }
    let mut read = Read { values: managers.finish(), ..Read::default() };
    if unresolved > 0 {
        read.notes.push(format!(
            "{} a manager who is not in the file, or whose name several people in it have: the manager is left blank",
            crate::text::plural(unresolved, "row names", "rows name")
        ));
    }
    read
}

/// SuccessFactors' words for "has none".
const NOBODY: [&str; 3] = ["NO_MANAGER", "NO_MGR", "NO_HR"];

/// Adds every key with its row's address.
fn add<'a>(index: &mut Index<'a>, ids: &'a StringChunked, emails: &'a StringChunked) {
    ids.iter().zip(emails.iter()).for_each(|(id, email)| add_one(index, id, email));
}

fn add_one<'a, K: Eq + std::hash::Hash>(index: &mut PlHashMap<K, Option<&'a str>>, key: Option<K>, email: Option<&'a str>) {
    let Some(key) = key else { return };
    index
        .entry(key)
        .and_modify(|known| {
            if *known != email {
                *known = None
            }
        })
        .or_insert(email);
}

/// Names of one file differ in case: `MÜLLER Jörg` is how some write family names.
fn folded(name: &str) -> String {
    crate::text::caseless(name)
}

/// By name, as written or turned around: one system writes `Last, First` for managers and not for people.
fn by_names_of<'a>(name: &str, names: &PlHashMap<String, Option<&'a str>>) -> Option<&'a str> {
    let turned = || last_first(name).map(|(family, given)| format!("{given} {family}"));
    match names.get(&folded(name)) {
        Some(found) => *found,
        None => turned().and_then(|name| names.get(&folded(&name)).copied().flatten()),
    }
}
