//! E-mail addresses that another account holds: Domo keeps them unique, so that drift to one of them cannot be written, and no
//! account be made with one.
//!
//! An active holder would mostly be matched to the same person, and both accounts be left to somebody who decides. Those are found
//! here that take no part in matching (switched off, deleted, excluded), that a link gave to another, or that hold an address which
//! is no key.

use std::borrow::Cow;
use std::collections::HashMap;

use rayon::prelude::*;

use super::columns::AccountColumns;
use super::correlation::keys::Addresses;
use super::exclusions::Part;
use super::finding::DriftField;
use super::identity::Draft;
use super::places::{Account, Each, all};

/// Says of every drift to a taken address who has it, and takes the write away.
pub(super) fn leave(drafts: &mut [Draft], accounts: &AccountColumns<'_>, addresses: &Addresses, parts: &Each<Account, Part>) {
    let fields = drafts.iter().flat_map(|draft| &draft.finding.drift).filter(|field| is_new_address(field));
    let wanted = fields.filter_map(|field| addresses.key(field.directory.as_deref()?));
    let wanted = holders(wanted, accounts, addresses);
    if wanted.is_empty() {
        return;
    }
    for draft in drafts {
        let finding = &mut draft.finding;
        let mut left = None;
        for field in finding.drift.iter_mut().filter(|field| is_new_address(field)) {
            let key = field.directory.as_deref().and_then(|email| addresses.key(email));
            let Some(holder) = key.and_then(|key| wanted.get(key.as_ref()).copied()) else { continue };
            let note = format!("{} holds this address: Domo would refuse it", who(holder, accounts, parts));
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

/// Of these addresses, in their comparable form, those that an account holds: of several accounts the one with the oldest id,
/// whatever the order of the rows.
pub(super) fn holders<'t>(
    wanted: impl Iterator<Item = Cow<'t, str>>,
    accounts: &AccountColumns<'_>,
    addresses: &Addresses,
) -> HashMap<String, Account> {
    let mut wanted: HashMap<String, Option<Account>> = wanted.map(|address| (address.into_owned(), None)).collect();
    if wanted.is_empty() {
        return HashMap::new();
    }
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
    wanted.into_iter().filter_map(|(address, holder)| Some((address, holder?))).collect()
}

/// `account 7, which is switched off,`.
pub(super) fn who(holder: Account, accounts: &AccountColumns<'_>, parts: &Each<Account, Part>) -> String {
    let who = accounts.id(holder).map_or_else(|| "another account".to_owned(), |id| format!("account {id}"));
    let state = match parts[holder] {
        Part::Inactive => ", which is switched off,",
        Part::Excluded(_) => ", which is excluded,",
        Part::Takes => "",
    };
    who + state
}

fn is_new_address(field: &DriftField) -> bool {
    field.field == "email" && field.writable
}
