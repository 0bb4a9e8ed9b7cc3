//! Near misses: an account and a person without each other whose keys are nearly equal. Whether they are one is for somebody to
//! decide, so both are suspects: neither is called an orphan or missing.
//!
//! All addresses of both sides are looked at. One is near to whoever lists it among further ones, where those are no key: a second
//! address in a cell is as much theirs. Two addresses are near where they are equal after folding (accents, letters of other
//! alphabets that look alike, a text that was encoded twice), or where one character differs and the folded names are equal but for
//! a middle initial; two numbers, where only zeros or a letter prefix differ. Domo's *Employee ID* is a number of the account as
//! well, beside its employee number.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::BuildHasher;

use polars::prelude::{PlFixedStateQuality, PlHashSet};
use rayon::prelude::*;
use unicode_normalization::UnicodeNormalization;

use super::keys::Addresses;
use super::names::{self, Name};
use crate::reconcile::columns::{AccountColumns, PersonColumns};
use crate::reconcile::finding::LISTED;
use crate::reconcile::places::{Account, Person, all};
use crate::terms::value::{Number, numbers_differ};
use crate::text::alphabets;
use crate::text::damage::{self, DamageKind};

/// In what two keys are near.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::reconcile) enum Nearness {
    /// An address is one of both sides, on one of them a further one, which is no key.
    Further,
    /// Two addresses are equal after folding.
    Folded,
    /// Two addresses differ by one character, and the names are equal after folding.
    OneCharacter,
    /// The numbers are equal without prefix and zeros, and nothing else speaks for it.
    LooseNumber,
    /// The number is Domo's *Employee ID* of an account that has another employee number.
    SecondNumber,
}

/// Somebody whom an account may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::reconcile) struct Suspect {
    pub(in crate::reconcile) person: Person,
    pub(in crate::reconcile) nearness: Nearness,
}

/// Accounts and people whom near keys bring together.
#[derive(Debug, Default)]
pub(in crate::reconcile) struct Suspects {
    by_account: BTreeMap<Account, Vec<Suspect>>,
    people: HashSet<Person>,
}

impl Suspects {
    /// Whom an account may be; none where nobody's keys are near.
    pub(in crate::reconcile) fn of(&self, account: Account) -> &[Suspect] {
        self.by_account.get(&account).map_or(&[], Vec::as_slice)
    }

    /// Whether an account may be this person's.
    pub(in crate::reconcile) fn includes(&self, person: Person) -> bool {
        self.people.contains(&person)
    }

    fn add(&mut self, account: Account, suspects: impl IntoIterator<Item = Suspect>) {
        for suspect in suspects {
            self.people.insert(suspect.person);
            self.list(account, suspect);
        }
    }

    fn list(&mut self, account: Account, suspect: Suspect) {
        let listed = self.by_account.entry(account).or_default();
        if listed.len() < LISTED && listed.iter().all(|known| known.person != suspect.person) {
            listed.push(suspect);
        }
    }
}

/// What may be near: accounts that nobody's key names, and people whom no account's key names.
pub(in crate::reconcile) struct Unmatched<'a> {
    pub(in crate::reconcile) accounts: &'a AccountColumns<'a>,
    pub(in crate::reconcile) people: &'a PersonColumns<'a>,
    pub(in crate::reconcile) addresses: &'a Addresses,
    /// Those without a match, in order.
    pub(in crate::reconcile) unmatched_accounts: Vec<Account>,
    pub(in crate::reconcile) unmatched_people: Vec<Person>,
    /// Whether an account is theirs by the number as it stands: that another's is loosely the same says nothing then.
    pub(in crate::reconcile) settled: &'a (dyn Fn(Person) -> bool + Sync),
    /// Whether somebody decided that they are two.
    pub(in crate::reconcile) told_apart: &'a (dyn Fn(Account, Person) -> bool + Sync),
}

impl Unmatched<'_> {
    /// Everybody who is near.
    pub(in crate::reconcile) fn suspects(&self, compare_addresses: bool, compare_numbers: bool) -> Suspects {
        let mut found = Suspects::default();
        if compare_addresses {
            self.listed_further(&mut found);
        }
        if compare_addresses && !self.unmatched_accounts.is_empty() && !self.unmatched_people.is_empty() {
            let near = self.equal_after_folding().into_iter().chain(self.one_character_apart());
            for (account, people) in near {
                let distinct = people.into_iter().filter(|suspect| self.may_be(account, suspect.person));
                let distinct: Vec<Suspect> = distinct.collect();
                if !distinct.is_empty() {
                    found.add(account, distinct);
                }
            }
        }
        if compare_numbers {
            self.equal_loosely(&mut found, |account| self.accounts.employee_number.get(account), Nearness::LooseNumber);
            self.equal_loosely(&mut found, |account| self.accounts.second_number(account), Nearness::SecondNumber);
        }
        found
    }

    /// People may have an account already; then only the second one is in doubt.
    fn listed_further(&self, found: &mut Suspects) {
        let identifying = |text| self.addresses.identifying(text);
        // Whose an address is, and whether it is their main one.
        let mut ours: HashMap<Cow<'_, str>, Vec<(Account, bool)>> = HashMap::new();
        for account in &self.unmatched_accounts {
            let further = self
                .accounts
                .further_addresses(*account, self.addresses)
                .filter_map(|key| (!self.addresses.is_placeholder(&key)).then_some((key, false)));
            let main = self.accounts.email.get(*account).and_then(identifying).map(|key| (key, true));
            further.chain(main).for_each(|(key, is_main)| ours.entry(key).or_default().push((*account, is_main)));
        }
        let any_further = ours.values().flatten().any(|(_, is_main)| !is_main);
        for person in self.people.all().filter(|_| !ours.is_empty()) {
            let main = self.people.email.get(person).filter(|_| any_further).and_then(identifying).map(|key| (key, true));
            let further = self.people.alternate_email.get(person).filter_map(identifying).map(|key| (key, false));
            for (key, is_main) in main.into_iter().chain(further) {
                // Main address against main address is a key.
                let holders = ours.get(&key).into_iter().flatten().filter(|(_, ours)| !(is_main && *ours));
                for (account, _) in holders.filter(|(account, _)| !(self.told_apart)(*account, person)) {
                    found.list(*account, Suspect { person, nearness: Nearness::Further });
                    if self.unmatched_people.binary_search(&person).is_ok() {
                        found.people.insert(person);
                    }
                }
            }
        }
    }

    /// Of several with loosely equal numbers nobody can say which two belong together: each may be each. That somebody has an
    /// account by another key does not tell whose the other account with the number is.
    fn equal_loosely<'t>(&'t self, found: &mut Suspects, number: impl Fn(Account) -> Option<&'t str>, nearness: Nearness) {
        let of_account = |account: &Account| Some((Number::of(number(*account)?).loosely()?, *account));
        let accounts: Vec<(Cow<'_, str>, Account)> = self.unmatched_accounts.iter().filter_map(of_account).collect();
        let wanted: PlHashSet<&str> = accounts.iter().map(|(form, _)| form.as_ref()).collect();
        if wanted.is_empty() {
            return;
        }
        let of_person = |person: Person| {
            let form = Number::of(self.people.employee_number.get(person)?).loosely()?;
            (wanted.contains(form.as_ref()) && !(self.settled)(person)).then_some((form, person))
        };
        let mut people: Vec<(Cow<'_, str>, Person)> = all(self.people.height).filter_map(of_person).collect();
        people.par_sort_unstable();
        for (form, account) in &accounts {
            let from = people.partition_point(|(other, _)| other < form);
            let alike = people[from..].iter().take_while(|(other, _)| other == form).map(|(_, person)| *person);
            let others = alike.filter(|person| !(self.told_apart)(*account, *person));
            found.add(*account, others.map(|person| Suspect { person, nearness }));
        }
    }

    fn may_be(&self, account: Account, person: Person) -> bool {
        let numbers = (self.accounts.employee_number.get(account), self.people.employee_number.get(person));
        !numbers_differ(numbers.0.unwrap_or_default(), numbers.1.unwrap_or_default()) && !(self.told_apart)(account, person)
    }

    fn equal_after_folding(&self) -> Vec<(Account, Vec<Suspect>)> {
        let mut people: HashMap<String, Vec<Person>> = HashMap::new();
        for (person, folded) in folded_addresses(&self.unmatched_people, self.addresses, |person| self.people.addresses(person)) {
            people.entry(folded).or_default().push(person);
        }
        let accounts = folded_addresses(&self.unmatched_accounts, self.addresses, |account| self.accounts.addresses(account));
        let suspects = |people: &Vec<Person>| {
            people.iter().map(|person| Suspect { person: *person, nearness: Nearness::Folded }).collect::<Vec<_>>()
        };
        accounts.into_iter().filter_map(|(account, folded)| Some((account, suspects(people.get(&folded)?)))).collect()
    }

    /// Of people whose names are equal, those whose addresses are one character apart: such addresses have an equal rest when the
    /// same one character is taken from both, or from one.
    fn one_character_apart(&self) -> Vec<(Account, Vec<Suspect>)> {
        // Whole, and without middle initials; that one has an initial and the other another tells them apart.
        let forms = |name: &str| {
            let name = Name::new(name);
            [name.without_initials(), Some(name)].into_iter().flatten().rev().collect::<Vec<_>>()
        };
        let account_names = |account: Account| self.accounts.name.get(account).map(forms).unwrap_or_default();
        let person_names = |person: Person| self.people.display_name(person).map(|name| forms(&name)).unwrap_or_default();
        let orderless = |names: &[Name]| names.iter().flat_map(Name::orderless).collect::<Vec<_>>();
        let wanted: HashSet<String> =
            self.unmatched_accounts.par_iter().flat_map_iter(|account| orderless(&account_names(*account))).collect();
        let state = PlFixedStateQuality::with_seed(0);
        let rests_of = |names: &[String], address: &str| -> Vec<u64> {
            names.iter().flat_map(|name| rests(address, state.hash_one(name))).collect()
        };
        let theirs = self.unmatched_people.par_iter().flat_map_iter(|person| {
            let mut names = orderless(&person_names(*person));
            names.retain(|name| wanted.contains(name));
            let theirs = self.people.addresses(*person).filter(|_| !names.is_empty());
            let rests = theirs.filter_map(|text| self.addresses.identifying(text)).flat_map(|key| rests_of(&names, &key));
            rests.map(|rest| (rest, *person)).collect::<Vec<_>>()
        });
        let ours = self.unmatched_accounts.par_iter().flat_map_iter(|account| {
            let names = orderless(&account_names(*account));
            let ours = self.accounts.addresses(*account).filter_map(|text| self.addresses.identifying(text));
            ours.flat_map(|key| rests_of(&names, &key)).map(|rest| (rest, *account)).collect::<Vec<_>>()
        });
        let mut theirs: Vec<(u64, Person)> = theirs.collect();
        let mut ours: Vec<(u64, Account)> = ours.collect();
        theirs.par_sort_unstable();
        ours.par_sort_unstable();
        let (mut alike, mut from) = (Vec::new(), 0);
        for (rest, account) in ours {
            from += theirs[from..].iter().take_while(|(other, _)| *other < rest).count();
            alike.extend(theirs[from..].iter().take_while(|(other, _)| *other == rest).map(|(_, person)| (account, *person)));
        }
        alike.par_sort_unstable();
        alike.dedup();
        let near = |(account, person): &(Account, Person)| {
            let suspect = Suspect { person: *person, nearness: Nearness::OneCharacter };
            let meet = || addresses_that_meet(self.accounts, self.people, self.addresses, *account, suspect).is_some();
            let same_name = || {
                let (ours, theirs) = (account_names(*account), person_names(*person));
                let first = ours.first()?.is_same(theirs.first()?);
                let same = first
                    || theirs[1..].iter().any(|bare| bare.is_same(&ours[0]))
                    || ours[1..].iter().any(|bare| bare.is_same(&theirs[0]));
                same.then_some(suspect)
            };
            meet().then(same_name)?.map(|suspect| (*account, suspect))
        };
        let near: Vec<(Account, Suspect)> = alike.par_iter().filter_map(near).collect();
        let of_one = |of: &[(Account, Suspect)]| (of[0].0, of.iter().map(|(_, suspect)| *suspect).collect());
        near.chunk_by(|one, other| one.0 == other.0).map(of_one).collect()
    }
}

/// Hashes of the address, and of what is left of it without each one of its characters; none is made as text. Two that are equal by
/// chance cost a look at both addresses, no more.
fn rests(address: &str, seed: u64) -> Vec<u64> {
    const BASE: u64 = 0x9E37_79B9_7F4A_7C15;
    let letters: Vec<u64> = address.chars().map(|letter| u64::from(letter).wrapping_mul(BASE).rotate_left(31)).collect();
    let with = |hash: u64, letter: u64| hash.wrapping_mul(BASE).wrapping_add(letter);
    let whole = letters.iter().fold(seed, |hash, letter| with(hash, *letter));
    // Of the letters behind: their hash, and what a hash before them is multiplied with.
    let (mut behind, mut factor) = (0u64, 1u64);
    let mut before: Vec<u64> =
        letters.iter().scan(seed, |hash, letter| Some(std::mem::replace(hash, with(*hash, *letter)))).collect();
    for (hash, letter) in before.iter_mut().zip(&letters).rev() {
        *hash = hash.wrapping_mul(factor).wrapping_add(behind);
        behind = behind.wrapping_add(letter.wrapping_mul(factor));
        factor = factor.wrapping_mul(BASE);
    }
    before.push(whole);
    before
}

/// The address of either side by which an account is near to somebody, as it stands: of several the first.
pub(in crate::reconcile) fn addresses_that_meet<'t>(
    accounts: &'t AccountColumns<'_>,
    people: &'t PersonColumns<'_>,
    addresses: &Addresses,
    account: Account,
    suspect: Suspect,
) -> Option<(&'t str, &'t str)> {
    let identifying = |text: &&str| addresses.identifying(text).is_some();
    let meet = |ours: &str, theirs: &str| match (addresses.key(ours), addresses.key(theirs)) {
        (Some(ours_key), Some(theirs_key)) => match suspect.nearness {
            Nearness::Further => ours_key == theirs_key,
            Nearness::Folded => {
                let known = folded_keys(theirs, addresses);
                folded_keys(ours, addresses).iter().any(|key| known.contains(key))
            }
            Nearness::OneCharacter => strsim::osa_distance(&ours_key, &theirs_key) == 1,
            Nearness::LooseNumber | Nearness::SecondNumber => false,
        },
        _ => false,
    };
    accounts.addresses(account).filter(identifying).find_map(|ours| {
        let mut theirs = people.addresses(suspect.person).filter(identifying);
        theirs.find(|theirs| meet(ours, theirs)).map(|theirs| (ours, theirs))
    })
}

/// Each row with its addresses folded to ASCII, twice where a letter such as `ü` can be written in two ways.
fn folded_addresses<'t, P: Copy + Send + Sync, Texts: Iterator<Item = &'t str>>(
    rows: &[P],
    addresses: &Addresses,
    of: impl Fn(P) -> Texts + Sync,
) -> Vec<(P, String)> {
    let folded = |row: &P| {
        let texts = of(*row).filter(|text| addresses.identifying(text).is_some());
        texts.flat_map(|text| folded_keys(text, addresses)).map(|key| (*row, key)).collect::<Vec<_>>()
    };
    rows.par_iter().flat_map_iter(folded).collect()
}

/// What an address is compared as after folding: two keys where a letter can be written in two ways.
fn folded_keys(email: &str, addresses: &Addresses) -> Vec<String> {
    let plain = addresses.plain(email);
    let folded = [false, true].map(|spelt_out| fold(&plain, spelt_out));
    let mut keys: Vec<String> = folded.iter().filter_map(|folded| Some(addresses.key(folded)?.into_owned())).collect();
    keys.dedup();
    keys
}

/// Whether a damaged address may have been this one: it is equal after folding, or nobody can say which letters it lost.
pub(in crate::reconcile) fn may_have_been(damaged: &str, address: &str, addresses: &Addresses) -> bool {
    let Some(damage) = damage::of_address(&addresses.plain(damaged)) else { return false };
    let is_legible = damage.repair.is_some() || damage.kind == DamageKind::OddAddress;
    let known = folded_keys(address, addresses);
    !is_legible || folded_keys(damaged, addresses).iter().any(|key| known.contains(key))
}

/// An address in ASCII, as far as that goes.
fn fold(address: &str, spelt_out: bool) -> String {
    let repaired = damage::of_address(address).and_then(|damage| damage.repair);
    let mut folded = String::with_capacity(address.len());
    for letter in repaired.as_deref().unwrap_or(address).chars() {
        names::fold(alphabets::look_alike(letter).unwrap_or(letter), spelt_out, &mut folded);
    }
    folded
}

/// The characters in which two addresses differ, each named: `U+0430 Cyrillic а in Domo, a in the directory`.
pub(in crate::reconcile) fn difference(domo: &str, directory: &str) -> String {
    let [ours, theirs] = [domo, directory].map(|address| address.trim().nfc().map(lowered).collect::<Vec<char>>());
    let (ours, theirs): (Vec<char>, Vec<char>) = match ours.len() == theirs.len() {
        true => ours.iter().zip(theirs).filter(|(one, other)| *one != other).unzip(),
        false => not_in_common(&ours, &theirs),
    };
    let side = |letters: &[char], place: &str| match letters {
        [] => format!("nothing in {place}"),
        letters => format!("{} in {place}", letters.iter().map(|letter| named(*letter)).collect::<Vec<_>>().join(" ")),
    };
    format!("{}, {}", side(&ours, "Domo"), side(&theirs, "the directory"))
}

/// In lower case, unless that makes two characters of one: `İ`.
fn lowered(letter: char) -> char {
    let mut lower = letter.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(lower), None) => lower,
        _ => letter,
    }
}

/// What is left of either side without the longest sequence of characters that both have.
fn not_in_common(ours: &[char], theirs: &[char]) -> (Vec<char>, Vec<char>) {
    let width = theirs.len() + 1;
    let mut common = vec![0u32; (ours.len() + 1) * width];
    for one in (0..ours.len()).rev() {
        for other in (0..theirs.len()).rev() {
            common[one * width + other] = match ours[one] == theirs[other] {
                true => common[(one + 1) * width + other + 1] + 1,
                false => common[(one + 1) * width + other].max(common[one * width + other + 1]),
            };
        }
    }
    let (mut one, mut other, mut left) = (0, 0, (Vec::new(), Vec::new()));
    while one < ours.len() || other < theirs.len() {
        let skip_theirs =
            one == ours.len() || other < theirs.len() && common[one * width + other + 1] >= common[(one + 1) * width + other];
        if one < ours.len() && other < theirs.len() && ours[one] == theirs[other] {
            (one, other) = (one + 1, other + 1);
        } else if skip_theirs {
            left.1.push(theirs[other]);
            other += 1;
        } else {
            left.0.push(ours[one]);
            one += 1;
        }
    }
    left
}

/// `a`, or for what is not ASCII `U+0430 Cyrillic а`.
fn named(letter: char) -> String {
    match (letter.is_ascii_graphic(), alphabets::alphabet(letter)) {
        (true, _) => letter.to_string(),
        (false, Some(alphabet)) => format!("U+{:04X} {alphabet} {letter}", u32::from(letter)),
        (false, None) => format!("U+{:04X} {letter}", u32::from(letter)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_characters_that_differ_are_named() {
        assert_eq!(difference("\u{430}da@acme.com", "ada@acme.com"), "U+0430 Cyrillic \u{430} in Domo, a in the directory");
        assert_eq!(difference("ada@acme.com", "adaa@acme.com"), "nothing in Domo, a in the directory");
        assert_eq!(difference("adam@acme.com", "adma@acme.com"), "a m in Domo, m a in the directory");
        assert_eq!(
            difference("irem.kaya@acme.com", "İREM.KAYı@ACME.COM"),
            "i a in Domo, U+0130 Latin İ U+0131 Latin ı in the directory"
        );
    }

    #[test]
    fn addresses_fold_to_ascii() {
        assert_eq!(fold("zoë.müller@acme.com", false), "zoe.muller@acme.com");
        assert_eq!(fold("zoë.müller@acme.com", true), "zoe.mueller@acme.com");
        assert_eq!(fold("p\u{430}ul@acme.com", false), "paul@acme.com");
        assert_eq!(fold("jã¼rgen@acme.com", false), "jurgen@acme.com");
        assert_eq!(fold("İREM.IŞIK@acme.com", false), "irem.isik@acme.com");
        assert_eq!(fold("o&#39;neil@acme.com", false), "o'neil@acme.com");
    }

    #[test]
    fn one_character_apart_leaves_a_rest_in_common() {
        let meet = |one: &str, other: &str| rests(one, 7).iter().any(|rest| rests(other, 7).contains(rest));
        assert!(meet("ada", "adda") && meet("ada", "aba") && meet("ada", "daa"));
        assert!(!meet("ada", "bdb"));
    }
}
