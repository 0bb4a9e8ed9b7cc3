//! E-mail addresses that another account holds: Domo keeps them unique, so that drift to one of them cannot be written.
//!
//! An active holder would be matched to the same person, and both accounts be left to somebody who decides. Those that take no part
//! in matching are found here: switched off, deleted, or excluded.

use std::borrow::Cow;
use std::collections::HashMap;

use rayon::prelude::*;

use super::columns::AccountColumns;
use super::exclusions::Part;
use super::finding::DriftField;
use super::identity::Draft;
use super::index::{Account, Each, all};
use super::keys::Addresses;

/// Says of every drift to a taken address who has it, and takes the write away.
pub(super) fn leave(drafts: &mut [Draft], accounts: &AccountColumns<'_>, addresses: &Addresses, parts: &Each<Account, Part>) {
    let mut wanted: HashMap<String, Option<Account>> = drafts
        .iter()
        .flat_map(|draft| &draft.finding.drift)
        .filter(|field| is_new_address(field))
        .filter_map(|field| Some((addresses.key(field.directory.as_deref()?)?.into_owned(), None)))
        .collect();
    if wanted.is_empty() {
        return;
    }
    // Of several the oldest id is named, whatever the order of the rows.
    let age = |account: Account| (accounts.id(account).is_none(), accounts.id(account));
    let held = |account: Account| {
        let key = accounts.email.get(account).and_then(|email| addresses.key(email))?;
        wanted.contains_key(key.as_ref()).then_some((account, key))
    };
    let held: Vec<(Account, Cow<'_, str>)> = all(accounts.height).filter_map(held).collect();
    for (account, key) in held {
        if let Some(holder) = wanted.get_mut(key.as_ref())
            && holder.is_none_or(|other| age(account) < age(other))
        {
            *holder = Some(account);
        }
    }
    for draft in drafts {
        let finding = &mut draft.finding;
        let mut left = None;
        for field in finding.drift.iter_mut().filter(|field| is_new_address(field)) {
            let key = field.directory.as_deref().and_then(|email| addresses.key(email));
            let Some(holder) = key.and_then(|key| wanted.get(key.as_ref()).copied().flatten()) else { continue };
            let who = accounts.id(holder).map_or_else(|| "another account".to_owned(), |id| format!("account {id}"));
            let state = match parts[holder] {
                Part::Inactive => ", which is switched off,",
                Part::Excluded(_) => ", which is excluded,",
                Part::Takes => "",
            };
            let note = format!("{who}{state} holds this address: Domo would refuse it");
            field.note = Some(field.note.take().map_or_else(|| note.clone(), |earlier| format!("{earlier}; {note}")));
            field.writable = false;
            left = Some(note);
        }
        let Some(note) = left else { continue };
        finding.reason.push_str(&format!("; {note}"));
        if !finding.drift.iter().any(|field| field.writable) {
            finding.action = None;
        }
    }
}

fn is_new_address(field: &DriftField) -> bool {
    field.field == "email" && field.writable
}
