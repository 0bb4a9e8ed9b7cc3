//! E-mail addresses that another account holds: Domo keeps them unique, so that drift to one of them cannot be written.
//!
//! An active holder would be matched to the same person, and both accounts be left to somebody who decides. Those that take no part
//! in matching are found here: switched off, deleted, or excluded.

use std::borrow::Cow;
use std::collections::HashMap;

use rayon::prelude::*;

use super::columns::AccountColumns;
use super::finding::DriftField;
use super::identity::Draft;
use super::keys::Addresses;
use super::matching::Part;

/// Says of every drift to a taken address who has it, and takes the write away.
pub(super) fn leave(drafts: &mut [Draft], accounts: &AccountColumns<'_>, addresses: &Addresses, parts: &[Part]) {
    let mut wanted: HashMap<String, Option<u32>> = drafts
        .iter()
        .flat_map(|draft| &draft.finding.drift)
        .filter(|field| is_new_address(field))
        .filter_map(|field| Some((addresses.key(field.directory.as_deref()?)?.into_owned(), None)))
        .collect();
    if wanted.is_empty() {
        return;
    }
    // Of several the oldest id is named, whatever the order of the rows.
    let age = |row: u32| (accounts.id(row).is_none(), accounts.id(row));
    let held = |row: u32| {
        let key = accounts.email.get(row).and_then(|email| addresses.key(email))?;
        wanted.contains_key(key.as_ref()).then_some((row, key))
    };
    let held: Vec<(u32, Cow<'_, str>)> = (0..accounts.height).into_par_iter().with_min_len(4096).filter_map(held).collect();
    for (row, key) in held {
        if let Some(holder) = wanted.get_mut(key.as_ref())
            && holder.is_none_or(|other| age(row) < age(other))
        {
            *holder = Some(row);
        }
    }
    for draft in drafts {
        let finding = &mut draft.finding;
        let mut left = None;
        for field in finding.drift.iter_mut().filter(|field| is_new_address(field)) {
            let key = field.directory.as_deref().and_then(|email| addresses.key(email));
            let Some(holder) = key.and_then(|key| wanted.get(key.as_ref()).copied().flatten()) else { continue };
            let who = accounts.id(holder).map_or_else(|| "another account".to_owned(), |id| format!("account {id}"));
            let state = match parts.get(holder as usize) {
                Some(Part::Inactive) => ", which is switched off,",
                Some(Part::Excluded) => ", which is excluded,",
                _ => "",
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
