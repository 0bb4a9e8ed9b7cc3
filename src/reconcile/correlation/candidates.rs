//! People whom an orphan may be: by name, by an address that is no key here or a mailbox elsewhere, by a number that is not unique.
//! Suggestions for a reader, never a match.
//!
//! Only people without an account are candidates, indexed by the words of their names; words that too many of them share are passed
//! over, so that the work stays linear.

use std::collections::{BTreeSet, HashMap};

use rayon::prelude::*;

use super::keys::Addresses;
use super::matching::Matches;
use super::names::{Name, Sorted, likeness, most_alike};
use crate::directory::people::RejectedRow;
use crate::reconcile::DriftPattern;
use crate::reconcile::columns::{AccountColumns, PersonColumns};
use crate::reconcile::places::{Account, Each, Person, all};
use crate::terms::AccountSituation;
use crate::terms::value::Number;

/// A word that more people than this share tells nobody apart.
const COMMON: usize = 200;

/// Candidates shown with one orphan.
pub(in crate::reconcile) const SHOWN: usize = 3;

/// What the same department, or the same title, adds to how likely somebody is.
const AT_WORK: f64 = 0.05;

/// More than two ways of adding the same up can differ by.
const ROUNDING: f64 = 1e-9;

/// Names less alike than this are not shown.
const LIKE_ENOUGH: f64 = 0.5;

/// Somebody whom an orphan may be, how likely from 0 to 1, and why.
pub(in crate::reconcile) struct Likely {
    pub(in crate::reconcile) person: Person,
    pub(in crate::reconcile) score: f64,
    pub(in crate::reconcile) why: String,
}

/// Fields that make somebody likelier where they agree.
const WORK: [(&str, &str); 2] = [("department", "same department"), ("title", "same title")];

/// Somebody without an account.
struct Candidate<'a> {
    person: Person,
    name: Sorted,
    /// By [`WORK`].
    work: [Option<&'a str>; WORK.len()],
}

/// The index of people without an account; it names them by their place in `all`.
pub(in crate::reconcile) struct Candidates<'a> {
    accounts: &'a AccountColumns<'a>,
    people: &'a PersonColumns<'a>,
    addresses: &'a Addresses,
    all: Vec<Candidate<'a>>,
    by_word: HashMap<String, Vec<usize>>,
    /// By the local part of the address, where only one of them has it.
    by_mailbox: HashMap<String, usize>,
    /// By any of their addresses, whether or not these are keys.
    by_address: HashMap<String, Vec<usize>>,
    /// By the number without prefix and zeros.
    by_number: HashMap<String, Vec<usize>>,
    /// Rejected rows, by their place among them, by the letters of their names.
    rejected: HashMap<String, Vec<usize>>,
}

impl<'a> Candidates<'a> {
    pub(in crate::reconcile) fn new(
        accounts: &'a AccountColumns<'a>,
        people: &'a PersonColumns<'a>,
        addresses: &'a Addresses,
        matches: &Matches,
        situations: &Each<Account, AccountSituation>,
    ) -> Self {
        let mut index = Self {
            accounts,
            people,
            addresses,
            all: Vec::new(),
            by_word: HashMap::new(),
            by_mailbox: HashMap::new(),
            by_address: HashMap::new(),
            by_number: HashMap::new(),
            rejected: HashMap::new(),
        };
        if accounts.height == 0 || !situations.values().contains(&AccountSituation::Orphan) {
            return index;
        }
        for (place, row) in people.people.rejected.iter().enumerate() {
            for name in row.name.as_deref().map(|name| Name::new(name).orderless()).unwrap_or_default() {
                index.rejected.entry(name).or_default().push(place);
            }
        }
        index.rejected.retain(|_, rows| rows.len() <= COMMON);
        let free = |person: &Person| matches.account_of[*person].is_none();
        let number = |person: Person| Some(Number::of(people.employee_number.get(person)?).loosely()?.into_owned());
        let described = |person: Person| {
            let email = people.email.get(person).into_iter();
            let keys = email.chain(people.alternate_email.get(person)).filter_map(|text| addresses.key(text));
            let keys: Vec<String> = keys.map(|key| key.into_owned()).collect();
            let mailbox = people.email.get(person).and_then(|email| addresses.key(email));
            let mailbox = mailbox.and_then(|email| Some(email.rsplit_once('@')?.0.to_owned()));
            let name = Sorted::new(&people.display_name(person).unwrap_or_default());
            let work = WORK.map(|(field, _)| people.cell(person, field));
            (Candidate { person, name, work }, mailbox, keys, number(person))
        };
        let described: Vec<_> = all(people.height).filter(free).map(described).collect();
        let mut shared = BTreeSet::new();
        for (place, (candidate, mailbox, keys, number)) in described.into_iter().enumerate() {
            for address in keys {
                index.by_address.entry(address).or_default().push(place);
            }
            if let Some(number) = number {
                index.by_number.entry(number).or_default().push(place);
            }
            for word in candidate.name.words() {
                index.by_word.entry(word.clone()).or_default().push(place);
            }
            if let Some(mailbox) = mailbox
                && index.by_mailbox.insert(mailbox.clone(), place).is_some()
            {
                shared.insert(mailbox);
            }
            index.all.push(candidate);
        }
        for index in [&mut index.by_word, &mut index.by_address, &mut index.by_number] {
            index.retain(|_, rows| rows.len() <= COMMON);
        }
        index.by_mailbox.retain(|mailbox, _| !shared.contains(mailbox));
        index
    }

    /// The first few rejected rows that bear the account's name: their people may be real.
    pub(in crate::reconcile) fn rejected(&self, account: Account) -> Vec<&'a RejectedRow> {
        let Some(name) = self.accounts.name.filled(account).filter(|_| !self.rejected.is_empty()).map(Name::new) else {
            return Vec::new();
        };
        let mut places: Vec<usize> =
            name.orderless().iter().filter_map(|letters| self.rejected.get(letters)).flatten().copied().collect();
        places.sort_unstable();
        places.dedup();
        let rows = places.into_iter().map(|place| &self.people.people.rejected[place]);
        rows.filter(|row| row.name.as_deref().is_some_and(|other| name.is_same(&Name::new(other)))).take(SHOWN).collect()
    }

    /// The nearest few, best first.
    pub(in crate::reconcile) fn of(&self, account: Account) -> Vec<Likely> {
        let Self { accounts, people, addresses, .. } = self;
        let ours = Sorted::new(accounts.name.get(account).unwrap_or_default());
        let mailbox = self.mailbox(account);
        let same_mailbox = mailbox.as_ref().and_then(|mailbox| self.by_mailbox.get(mailbox));
        let main = accounts.email.get(account).and_then(|text| addresses.key(text));
        let mine = main.into_iter().chain(accounts.further_addresses(account, addresses));
        let same_address: Vec<usize> = mine.filter_map(|key| self.by_address.get(key.as_ref())).flatten().copied().collect();
        let number = accounts.employee_number.get(account).and_then(|text| Number::of(text).loosely());
        let same_number = number.and_then(|loose| self.by_number.get(loose.as_ref())).map_or(&[][..], Vec::as_slice);
        let by_name = ours.words().filter_map(|word| self.by_word.get(word)).flatten();
        let mut near: Vec<usize> = by_name.chain(same_mailbox).chain(&same_address).chain(same_number).copied().collect();
        near.sort_unstable();
        near.dedup();
        let work = WORK.map(|(field, _)| accounts.cell(account, field));
        let place = |person: Person| (people.source(person), people.line(person));
        let mut best: Vec<(f64, Person, Vec<&str>)> = Vec::with_capacity(SHOWN + 1);
        for (at, candidate) in near.into_iter().filter_map(|at| Some((at, self.all.get(at)?))) {
            let agrees = work.iter().zip(&candidate.work).zip(WORK).filter(|((ours, theirs), _)| ours.is_some() && ours == theirs);
            let same = || agrees.clone().map(|(_, (_, same))| same);
            let added = AT_WORK * same().count() as f64;
            let by_key = same_address.contains(&at) || same_mailbox == Some(&at) || same_number.contains(&at);
            // Most share one word with many others: whoever cannot come among the first is not compared letter by letter.
            let enough = best.get(SHOWN - 1).map_or(LIKE_ENOUGH, |last| last.0);
            if !by_key && most_alike(&ours, &candidate.name) + added + ROUNDING < enough {
                continue;
            }
            let (mut score, mut why) = likeness(&ours, &candidate.name);
            if same_address.contains(&at) {
                score = score.max(0.95);
                why.push("an e-mail address in common");
            } else if same_mailbox == Some(&at) {
                score = score.max(0.9);
                why.push("same mailbox at another domain");
            }
            if same_number.contains(&at) {
                score = score.max(0.9);
                why.push("the same number but for prefix and zeros");
            }
            for same in same() {
                score = (score + AT_WORK).min(1.0);
                why.push(same);
            }
            if score < LIKE_ENOUGH {
                continue;
            }
            best.push((score, candidate.person, why));
            best.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| place(a.1).cmp(&place(b.1))));
            best.truncate(SHOWN);
        }
        best.into_iter().map(|(score, person, why)| Likely { person, score, why: why.join(", ") }).collect()
    }

    /// Orphans whose mailbox is somebody's at one other domain, counted by domains: a domain alias is missing.
    pub(in crate::reconcile) fn moved_domains(&self, situations: &Each<Account, AccountSituation>) -> Vec<DriftPattern> {
        let mut moves: HashMap<(String, String), u64> = HashMap::new();
        let orphans = situations.iter().filter(|(_, situation)| **situation == AccountSituation::Orphan);
        for (account, _) in orphans {
            let mailbox = self.mailbox(account);
            let Some(person) = mailbox.and_then(|mailbox| Some(self.all.get(*self.by_mailbox.get(&mailbox)?)?.person)) else {
                continue;
            };
            let ours = self.accounts.email.get(account).and_then(|email| self.addresses.key(email));
            let theirs = self.people.email.get(person).and_then(|email| self.addresses.key(email));
            if let (Some((_, from)), Some((_, to))) =
                (ours.as_ref().and_then(|email| email.rsplit_once('@')), theirs.as_ref().and_then(|email| email.rsplit_once('@')))
            {
                *moves.entry((from.to_owned(), to.to_owned())).or_default() += 1;
            }
        }
        let pattern = |((from, to), count): ((String, String), u64)| DriftPattern {
            field: "email".into(),
            domo: format!("*@{from}"),
            directory: format!("*@{to}"),
            count,
        };
        moves.into_iter().map(pattern).collect()
    }

    /// The local part of an account's address.
    fn mailbox(&self, account: Account) -> Option<String> {
        let email = self.accounts.email.get(account).and_then(|email| self.addresses.key(email))?;
        Some(email.rsplit_once('@')?.0.to_owned())
    }
}
