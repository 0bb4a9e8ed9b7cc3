//! All keys evaluated, then judged together: the order of rows or keys never changes the outcome.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap, HashSet};

use anyhow::Result;
use polars::prelude::UInt64Chunked;
use rayon::prelude::*;

use super::columns::{AccountColumns, PersonColumns};
use super::correlate::{Correlation, Keyed, Keys, NONE, correlate};
use super::keys::Addresses;
use super::links::Links;
use super::names::{self, Resemblance};
use super::near::{Open, Suspects};
use crate::terms::Key;
use crate::terms::value::{Number, loosely, numbers_differ};

/// Which keys agree, as bits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Agreeing(u8);

impl Agreeing {
    const EMAIL: u8 = 1;
    const ALTERNATE: u8 = 2;
    const NUMBER: u8 = 4;
    const LOOSELY: u8 = 8;
    const LINK: u8 = 16;
    const UNPROVEN: u8 = 32;

    /// The keys, in the order of [`Key::ALL`]. Somebody's decision stands alone.
    pub(super) fn keys(self) -> Vec<Key> {
        if self.0 & Self::LINK != 0 {
            return vec![Key::Link];
        }
        let bits = [(Self::EMAIL, Key::Email), (Self::ALTERNATE, Key::AlternateEmail), (Self::NUMBER, Key::EmployeeNumber)];
        bits.into_iter().filter(|(bit, _)| self.0 & bit != 0).map(|(_, key)| key).collect()
    }

    pub(super) fn count(self) -> u32 {
        (self.0 & (Self::EMAIL | Self::ALTERNATE | Self::NUMBER)).count_ones()
    }

    pub(super) fn has(self, key: Key) -> bool {
        let bit = match key {
            Key::Email => Self::EMAIL,
            Key::AlternateEmail => Self::ALTERNATE,
            Key::EmployeeNumber => Self::NUMBER,
            Key::Link => Self::LINK,
        };
        self.0 & bit != 0
    }

    /// Whether it is more than one key that agrees, or somebody's decision. A number that agrees only loosely is none.
    fn is_proven(self) -> bool {
        let by_address = self.0 & (Self::EMAIL | Self::ALTERNATE) != 0;
        let by_number = self.0 & (Self::NUMBER | Self::LOOSELY) == Self::NUMBER;
        self.0 & Self::LINK != 0 || by_address && by_number
    }

    /// Whether the one key that agrees is not enough to write a name or an e-mail address: the names do not speak for it, or the number
    /// agrees only loosely.
    pub(super) fn is_unproven(self) -> bool {
        self.0 & Self::UNPROVEN != 0
    }

    /// Whether the number agrees only without its leading zeros and letter prefix.
    pub(super) fn loosely(self) -> bool {
        self.0 & Self::LOOSELY != 0
    }

    /// How many combinations there are.
    pub(super) const COMBINATIONS: usize = 64;

    /// The place of this combination in a table of all.
    pub(super) fn index(self) -> usize {
        usize::from(self.0)
    }

    /// Every combination, in the order of [`Agreeing::index`].
    pub(super) fn all() -> impl Iterator<Item = Self> {
        (0..Self::COMBINATIONS as u8).map(Self)
    }
}

/// What the keys of one account say together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Every key is blank or unusable: there is nothing to look up.
    NoKey,
    Nobody,
    One {
        person: u32,
        agreeing: Agreeing,
    },
    Conflict,
    Ambiguous,
}

/// How far an account takes part. Who does not is linked to its person, but makes no duplicate, conflict or ambiguity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// Active and not excluded.
    Takes,
    /// Excluded, active or not.
    Excluded,
    /// Deactivated or deleted.
    Inactive,
}

/// Where every account points, key by key.
pub(super) struct Pointers {
    email: Option<Correlation>,
    number: Option<Correlation>,
    /// Person row by account, where the number agrees only loosely and something else speaks for it or against it.
    loose: HashMap<u32, u32>,
    /// The same where nothing else does: a near miss.
    near: Vec<(u32, u32)>,
    alternate: Option<Alternates>,
    /// What somebody decided.
    links: Links,
    /// People by e-mail and by number, of accounts that somebody told apart from one of them.
    told_apart: HashMap<u32, (Vec<u32>, Vec<u32>)>,
}

/// An account may have several further addresses, and so may a person: entries are addresses, not rows.
struct Alternates {
    found: Correlation,
    /// Person row of each entry of the other side.
    person: Vec<u32>,
    /// The first entry of each account.
    starts: Vec<u32>,
    primaries: u32,
}

impl Alternates {
    /// People that any address of the account names, apart from primary = primary.
    fn of(&self, account: u32) -> Vec<u32> {
        let (start, end) = (self.starts[account as usize], self.starts[account as usize + 1]);
        let mut people: Vec<u32> = Vec::new();
        for entry in start..end {
            // The first entry is the account's main address, which counts against further addresses only.
            let main = entry == start;
            let named = self.found.at(entry).iter().filter(|at| !main || **at >= self.primaries);
            people.extend(named.map(|at| self.person[*at as usize]));
        }
        people.sort_unstable();
        people.dedup();
        people
    }
}

impl Pointers {
    pub(super) fn new(
        accounts: &AccountColumns<'_>,
        people: &PersonColumns<'_>,
        addresses: &Addresses,
        keys: &BTreeSet<Key>,
        parts: &[Part],
        links: Links,
    ) -> Result<Self> {
        let address_of = |text| addresses.identifying(text);
        let account_email = Keys { len: accounts.height, text: |row| accounts.email.get(row), form: address_of };
        let person_email = Keys { len: people.height, text: |row| people.email.get(row), form: address_of };
        let email = keys.contains(&Key::Email).then(|| correlate(&account_email, &person_email)).transpose()?;

        let number_of = |text| Number::of(text).text();
        let account_number = Keys { len: accounts.height, text: |row| accounts.employee_number.get(row), form: number_of };
        let person_number = Keys { len: people.height, text: |row| people.employee_number.get(row), form: number_of };
        let number = keys.contains(&Key::EmployeeNumber).then(|| correlate(&account_number, &person_number)).transpose()?;
        let loose = match &number {
            Some(exact) => loose_pairs(accounts, people, exact, parts)?,
            None => HashMap::new(),
        };

        let alternate = keys.contains(&Key::AlternateEmail).then(|| alternates(accounts, people, addresses)).transpose()?;
        let mut pointers =
            Self { email, number, loose: HashMap::new(), near: Vec::new(), alternate, links, told_apart: HashMap::new() };
        for account in pointers.links.accounts_told_apart() {
            let others =
                |people: &[u32]| people.iter().copied().filter(|person| !pointers.links.tells_apart(account, *person)).collect();
            let (by_email, by_number) = (others(pointers.by_email(account)), others(pointers.by_number(account)));
            pointers.told_apart.insert(account, (by_email, by_number));
        }
        // A loose number is a key where an address agrees, or the names share a part; else it proves nothing.
        for (account, person) in loose {
            let addressed = !pointers.by_email(account).is_empty() || !pointers.by_alternate(account).is_empty();
            if pointers.links.tells_apart(account, person) {
                continue;
            } else if addressed || resemblance(accounts, people, account, person) == Resemblance::SharePart {
                pointers.loose.insert(account, person);
            } else {
                pointers.near.push((account, person));
            }
        }
        pointers.near.sort_unstable();
        Ok(pointers)
    }

    /// The link that decided who an account is, by its place in the configuration.
    pub(super) fn link(&self, account: u32) -> Option<usize> {
        self.links.place(account)
    }

    /// The links that do nothing, and why.
    pub(super) fn idle_links(&self) -> impl Iterator<Item = (usize, &str)> {
        self.links.without_effect()
    }

    pub(super) fn by_email(&self, account: u32) -> &[u32] {
        if let Some((by_email, _)) = self.told_apart.get(&account) {
            return by_email;
        }
        self.email.as_ref().map_or(&[], |found| found.at(account))
    }

    pub(super) fn by_alternate(&self, account: u32) -> Vec<u32> {
        let mut people = self.alternate.as_ref().map_or(Vec::new(), |found| found.of(account));
        people.retain(|person| !self.links.tells_apart(account, *person));
        people
    }

    pub(super) fn by_number(&self, account: u32) -> &[u32] {
        let exact = match self.told_apart.get(&account) {
            Some((_, by_number)) => by_number,
            None => self.number.as_ref().map_or(&[][..], |found| found.at(account)),
        };
        match exact {
            [] => self.loose.get(&account).map_or(&[], std::slice::from_ref),
            found => found,
        }
    }

    /// Whether the account's key names one person alone, in the very words of the directory.
    pub(super) fn is_verbatim(&self, account: u32, key: Key) -> bool {
        let found = match key {
            Key::Email => &self.email,
            Key::EmployeeNumber => &self.number,
            Key::AlternateEmail | Key::Link => return false,
        };
        found.as_ref().is_some_and(|found| found.is_verbatim(account))
    }

    /// Everybody any key points at.
    pub(super) fn candidates(&self, account: u32) -> Vec<u32> {
        let mut all = [self.by_email(account), &self.by_alternate(account), self.by_number(account)].concat();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The keys by which this account points at this person.
    pub(super) fn agreeing(&self, account: u32, person: u32) -> Agreeing {
        let mut bits = if self.links.person(account) == Some(person) { Agreeing::LINK } else { 0 };
        if self.by_email(account).binary_search(&person).is_ok() {
            bits |= Agreeing::EMAIL;
        }
        if self.by_alternate(account).binary_search(&person).is_ok() {
            bits |= Agreeing::ALTERNATE;
        }
        if self.by_number(account).binary_search(&person).is_ok() {
            bits |= Agreeing::NUMBER;
            if self.loose.contains_key(&account) {
                bits |= Agreeing::LOOSELY;
            }
        }
        Agreeing(bits)
    }

    /// All keys of one account, judged together.
    pub(super) fn judge(&self, account: u32) -> Verdict {
        let one = |person| Verdict::One { person, agreeing: self.agreeing(account, person) };
        if let Some(person) = self.links.person(account) {
            return one(person);
        }
        let alternate = self.by_alternate(account);
        let (email, number) = (self.by_email(account), self.by_number(account));
        match (email, alternate.as_slice(), number) {
            ([], [], []) => return Verdict::Nobody,
            ([by_email], [], [by_number]) if by_email == by_number => {
                let loosely = if self.loose.contains_key(&account) { Agreeing::LOOSELY } else { 0 };
                return Verdict::One { person: *by_email, agreeing: Agreeing(Agreeing::EMAIL | Agreeing::NUMBER | loosely) };
            }
            _ => {}
        }
        let mut named: Vec<&[u32]> = [email, alternate.as_slice(), number].into_iter().filter(|set| !set.is_empty()).collect();
        named.sort_unstable_by_key(|set| set.len());
        let Some((fewest, others)) = named.split_first() else { return Verdict::Nobody };
        // Everybody all keys agree on; two are enough to know that it is not one.
        let mut common = fewest.iter().filter(|person| others.iter().all(|set| set.binary_search(person).is_ok()));
        match (common.next(), common.next()) {
            (Some(person), None) => one(*person),
            (None, _) if named.iter().all(|set| set.len() == 1) => Verdict::Conflict,
            _ => Verdict::Ambiguous,
        }
    }

    /// Rows of the directory that share an e-mail address or a number with another row.
    pub(super) fn repeated_people(&self) -> impl Iterator<Item = (Key, &[u32])> {
        let both = [(Key::Email, &self.email), (Key::EmployeeNumber, &self.number)];
        both.into_iter()
            .filter_map(|(key, found)| Some((key, &found.as_ref()?.groups)))
            .flat_map(|(key, groups)| groups.repeated().map(move |rows| (key, rows)))
    }
}

/// Accounts whose number finds nobody exactly, and one person loosely: only where the loose form is unique on both sides.
fn loose_pairs(
    accounts: &AccountColumns<'_>,
    people: &PersonColumns<'_>,
    exact: &Correlation,
    parts: &[Part],
) -> Result<HashMap<u32, u32>> {
    fn form(text: &str) -> Option<Cow<'_, str>> {
        match Number::of(text).text()? {
            Cow::Borrowed(number) => loosely(number).map(Cow::Borrowed),
            Cow::Owned(number) => loosely(&number).map(|loose| Cow::Owned(loose.to_owned())),
        }
    }
    let unmatched = |row: u32| exact.at(row).is_empty();
    let open =
        Keys { len: accounts.height, text: |row| if unmatched(row) { accounts.employee_number.get(row) } else { None }, form };
    if !(0..open.len).into_par_iter().any(|row| open.key(row).is_some()) {
        return Ok(HashMap::new());
    }
    // A rejected row may be the second holder of a number: then it is not unique.
    let rejected = &people.people.rejected;
    let holders = Keys {
        len: people.height + rejected.len() as u32,
        text: |row: u32| match row.checked_sub(people.height) {
            None => people.employee_number.get(row),
            Some(at) => rejected.get(at as usize)?.employee_number.as_deref(),
        },
        form,
    };
    let found = correlate(&open, &holders)?;
    let candidates: Vec<(u32, u32)> = (0..accounts.height)
        .filter_map(|row| match found.at(row) {
            [person] if *person < people.height => Some((row, *person)),
            _ => None,
        })
        .collect();
    if candidates.is_empty() {
        return Ok(HashMap::new());
    }
    // Unique among the accounts too. Those that take no part count only among themselves.
    let wanted: HashSet<Cow<'_, str>> = candidates.iter().filter_map(|(row, _)| open.key(*row)).collect();
    let mut holders: HashMap<Cow<'_, str>, (u32, u32)> = HashMap::new();
    for row in 0..accounts.height {
        let Some(form) = accounts.employee_number.get(row).and_then(form).filter(|form| wanted.contains(form)) else { continue };
        let (taking, all) = holders.entry(form).or_default();
        *all += 1;
        *taking += u32::from(parts.get(row as usize) == Some(&Part::Takes));
    }
    let unique = |row: u32| {
        let (taking, all) = open.key(row).and_then(|form| holders.get(&form).copied()).unwrap_or_default();
        if parts.get(row as usize) == Some(&Part::Takes) { taking == 1 } else { all == 1 }
    };
    Ok(candidates.into_iter().filter(|(row, _)| unique(*row)).collect())
}

fn alternates(accounts: &AccountColumns<'_>, people: &PersonColumns<'_>, addresses: &Addresses) -> Result<Alternates> {
    let mut theirs: Vec<Option<Cow<'_, str>>> = Vec::new();
    let mut person = Vec::new();
    for row in 0..people.height {
        theirs.push(people.email.get(row).and_then(|text| addresses.identifying(text)));
        person.push(row);
    }
    for row in 0..people.height {
        for address in people.alternate_email.get(row).filter_map(|text| addresses.identifying(text)) {
            theirs.push(Some(address));
            person.push(row);
        }
    }
    let mut ours: Vec<Option<Cow<'_, str>>> = Vec::new();
    let mut starts = Vec::with_capacity(accounts.height as usize + 1);
    for row in 0..accounts.height {
        starts.push(ours.len() as u32);
        ours.push(accounts.email.get(row).and_then(|text| addresses.key(text)));
        let further = accounts.alternate_email.get(row).unwrap_or_default().split([';', ',', '|']);
        ours.extend(further.filter_map(|text| addresses.key(text)).map(Some));
    }
    starts.push(ours.len() as u32);
    let side = |texts: &'_ [Option<Cow<'_, str>>]| texts.len() as u32;
    let as_it_is = |text| Some(Cow::Borrowed(text));
    let from = Keys { len: side(&ours), text: |at| ours.get(at as usize)?.as_deref(), form: as_it_is };
    let to = Keys { len: side(&theirs), text: |at| theirs.get(at as usize)?.as_deref(), form: as_it_is };
    Ok(Alternates { found: correlate(&from, &to)?, person, starts, primaries: people.height })
}

/// What all accounts together say, and what follows for the people.
pub(super) struct Matches {
    pub(super) pointers: Pointers,
    /// By account. For one that takes no part only `One` has a meaning.
    pub(super) verdicts: Vec<Verdict>,
    /// How many accounts that take part match a person.
    pub(super) holders: Vec<u32>,
    /// An account of the person, the first that takes part before any other; [`NONE`] without one.
    pub(super) account_of: Vec<u32>,
    /// By person: a conflict or an ambiguity of an account names them.
    pub(super) in_conflict: Vec<bool>,
    pub(super) in_ambiguity: Vec<bool>,
    /// Duplicate rows that no other key singled out: the keys they share, each with another row that has it.
    pub(super) repeated: HashMap<u32, Vec<(Key, u32)>>,
    /// For rows that were singled out: the others with one of their keys.
    pub(super) siblings: HashMap<u32, Vec<u32>>,
    /// Accounts and people without each other whose keys are nearly equal.
    pub(super) suspects: Suspects,
}

impl Matches {
    pub(super) fn new(
        accounts: &AccountColumns<'_>,
        people: &PersonColumns<'_>,
        addresses: &Addresses,
        keys: &BTreeSet<Key>,
        parts: &[Part],
        links: Links,
    ) -> Result<Self> {
        let pointers = Pointers::new(accounts, people, addresses, keys, parts, links)?;
        let evidence = Evidence { accounts, people, addresses, keys };
        let verdict = |account: u32| match evidence.weighed(account, pointers.judge(account)) {
            Verdict::Nobody if !has_key(accounts, addresses, keys, account) => Verdict::NoKey,
            Verdict::Conflict | Verdict::Ambiguous if parts[account as usize] != Part::Takes => {
                // Takes no part: Domo holds addresses unique, so the address says whose it was.
                match pointers.by_email(account) {
                    [person] => Verdict::One { person: *person, agreeing: pointers.agreeing(account, *person) },
                    _ => Verdict::Nobody,
                }
            }
            verdict => verdict,
        };
        let verdicts: Vec<Verdict> = (0..accounts.height).into_par_iter().with_min_len(1024).map(verdict).collect();

        let height = people.height as usize;
        let mut matches = Self {
            pointers,
            verdicts,
            holders: vec![0; height],
            account_of: vec![NONE; height],
            in_conflict: vec![false; height],
            in_ambiguity: vec![false; height],
            repeated: HashMap::new(),
            siblings: HashMap::new(),
            suspects: Suspects::default(),
        };
        matches.tell_people(parts, &accounts.id);
        matches.find_repeated();
        matches.suspects = matches.find_suspects(accounts, people, addresses, keys, parts);
        Ok(matches)
    }

    /// Near misses among those that nothing matched.
    fn find_suspects(
        &self,
        accounts: &AccountColumns<'_>,
        people: &PersonColumns<'_>,
        addresses: &Addresses,
        keys: &BTreeSet<Key>,
        parts: &[Part],
    ) -> Suspects {
        let is_open = |account: u32| {
            parts[account as usize] == Part::Takes && matches!(self.verdicts[account as usize], Verdict::Nobody | Verdict::NoKey)
        };
        let open = Open {
            accounts,
            people,
            addresses,
            unmatched_accounts: (0..accounts.height).filter(|account| is_open(*account)).collect(),
            unmatched_people: (0..people.height).filter(|person| self.holders[*person as usize] == 0).collect(),
            told_apart: &|account, person| self.pointers.links.tells_apart(account, person),
        };
        open.suspects(keys.contains(&Key::Email), self.pointers.near.iter().copied().filter(|(account, _)| is_open(*account)))
    }

    /// How many accounts are matched by one key for which the name does not speak.
    pub(super) fn unproven(&self, parts: &[Part]) -> u64 {
        let unproven = |(verdict, part): (&Verdict, &Part)| {
            *part == Part::Takes
                && matches!(verdict, Verdict::One { agreeing, .. } if agreeing.is_unproven() && !agreeing.loosely())
        };
        self.verdicts.iter().zip(parts).filter(|both| unproven(*both)).count() as u64
    }

    fn tell_people(&mut self, parts: &[Part], ids: &UInt64Chunked) {
        // Ambiguous accounts often point at the same rows: each set of rows is marked once.
        let mut marked = HashSet::new();
        // Which of several accounts stands for the person: one that takes part, then by agreement, then the oldest id.
        let rank = |account: u32| {
            let agreeing = match self.verdicts[account as usize] {
                Verdict::One { agreeing, .. } => agreeing.count(),
                _ => 0,
            };
            (Reverse(parts[account as usize]), agreeing, Reverse(ids.get(account as usize)))
        };
        for (account, (verdict, part)) in (0u32..).zip(self.verdicts.iter().zip(parts)) {
            match (verdict, part) {
                (Verdict::One { person, .. }, part) => {
                    let at = *person as usize;
                    self.holders[at] += u32::from(*part == Part::Takes);
                    if self.account_of[at] == NONE || rank(account) > rank(self.account_of[at]) {
                        self.account_of[at] = account;
                    }
                }
                (Verdict::Conflict, Part::Takes) => {
                    self.pointers.candidates(account).into_iter().for_each(|person| self.in_conflict[person as usize] = true);
                }
                (Verdict::Ambiguous, Part::Takes) => {
                    for set in [self.pointers.by_email(account), self.pointers.by_number(account)] {
                        if set.len() < 8 || marked.insert(set.as_ptr()) {
                            set.iter().for_each(|person| self.in_ambiguity[*person as usize] = true);
                        }
                    }
                    let alternate = self.pointers.by_alternate(account);
                    alternate.iter().for_each(|person| self.in_ambiguity[*person as usize] = true);
                }
                _ => {}
            }
        }
    }

    fn find_repeated(&mut self) {
        let mut repeated: HashMap<u32, Vec<(Key, u32)>> = HashMap::new();
        let mut siblings: HashMap<u32, Vec<u32>> = HashMap::new();
        for (key, rows) in self.pointers.repeated_people() {
            for row in rows {
                if self.holders[*row as usize] == 0 {
                    let other = rows.iter().find(|other| *other != row).unwrap_or(row);
                    repeated.entry(*row).or_default().push((key, *other));
                } else {
                    // A bound for files in which thousands share a key; whether one of them is employed shows in the first few.
                    siblings.entry(*row).or_default().extend(rows.iter().filter(|other| *other != row).take(100));
                }
            }
        }
        self.repeated = repeated;
        self.siblings = siblings;
    }
}

fn has_key(accounts: &AccountColumns<'_>, addresses: &Addresses, keys: &BTreeSet<Key>, account: u32) -> bool {
    let address = |text: Option<&str>| text.is_some_and(|text| addresses.key(text).is_some());
    keys.iter().any(|key| match key {
        Key::Email => address(accounts.email.get(account)),
        Key::AlternateEmail => address(accounts.email.get(account)) || address(accounts.alternate_email.get(account)),
        Key::EmployeeNumber => accounts.employee_number.get(account).is_some_and(|text| Number::of(text).text().is_some()),
        Key::Link => false,
    })
}

/// What the names and the other keys make of a match by one key alone.
struct Evidence<'a> {
    accounts: &'a AccountColumns<'a>,
    people: &'a PersonColumns<'a>,
    addresses: &'a Addresses,
    keys: &'a BTreeSet<Key>,
}

impl Evidence<'_> {
    /// One key alone is not enough against the rest: where another key and the name differ, it is a conflict. Where the name does not
    /// speak for the match, or only a loose number does, it stands and proves nothing further.
    fn weighed(&self, account: u32, verdict: Verdict) -> Verdict {
        let Verdict::One { person, agreeing } = verdict else { return verdict };
        if agreeing.is_proven() {
            return verdict;
        }
        let unproven = Verdict::One { person, agreeing: Agreeing(agreeing.0 | Agreeing::UNPROVEN) };
        let only_loosely = agreeing.0 & !Agreeing::LOOSELY == Agreeing::NUMBER && agreeing.loosely();
        match resemblance(self.accounts, self.people, account, person) {
            Resemblance::SharePart if only_loosely => unproven,
            Resemblance::SharePart => verdict,
            Resemblance::Differ if self.another_key_differs(account, person, agreeing) => Verdict::Conflict,
            Resemblance::Differ | Resemblance::NotComparable => unproven,
        }
    }

    /// Whether a key that does not agree is filled on both sides.
    fn another_key_differs(&self, account: u32, person: u32, agreeing: Agreeing) -> bool {
        let address = |text: Option<&str>| text.and_then(|text| self.addresses.identifying(text).map(Cow::into_owned));
        let by_email = || {
            let ours = address(self.accounts.email.get(account));
            let theirs = address(self.people.email.get(person).filter(|email| !self.addresses.is_damaged(email)));
            let mut others = self.people.alternate_email.get(person);
            ours.is_some() && theirs.is_some() && ours != theirs && others.all(|other| address(Some(other)) != ours)
        };
        let by_number = || {
            let ours = self.accounts.employee_number.get(account).unwrap_or_default();
            numbers_differ(ours, self.people.employee_number.get(person).unwrap_or_default())
        };
        self.keys.contains(&Key::Email) && !agreeing.has(Key::Email) && by_email()
            || self.keys.contains(&Key::EmployeeNumber) && !agreeing.has(Key::EmployeeNumber) && by_number()
    }
}

/// Whether the names of an account and a person can be one person's.
fn resemblance(accounts: &AccountColumns<'_>, people: &PersonColumns<'_>, account: u32, person: u32) -> Resemblance {
    let ours = accounts.name.get(account).unwrap_or_default();
    let whole = people.name.filled(person).map(|whole| names::resemblance(ours, whole));
    let in_parts = || people.parts_of_name(person).map(|parts| names::resemblance(ours, &parts));
    match whole {
        Some(Resemblance::SharePart) => Resemblance::SharePart,
        whole => match (whole, in_parts()) {
            (_, Some(Resemblance::SharePart)) => Resemblance::SharePart,
            (Some(Resemblance::Differ), _) | (_, Some(Resemblance::Differ)) => Resemblance::Differ,
            _ => Resemblance::NotComparable,
        },
    }
}
