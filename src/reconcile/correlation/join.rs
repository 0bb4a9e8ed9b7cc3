//! The join: accounts ⋈ people on each key, as one frame of pairs.
//!
//! | `pairs` | Type | |
//! |---|---|---|
//! | `account` | u32 | the account |
//! | `person` | u32 | whom a key of it names; the first of them where several people share the key |
//! | `key` | u8 | the key, as in [`Agreeing`] |
//! | `group` | u32 | the people who share the key, where they are several; else [`NONE`] |
//!
//! A key that many people share stays one row: where 100,000 accounts and as many people all have the number `N/A`, the pairs are
//! 100,000 and not 10,000,000,000. Blank keys are in no frame, so that nothing joins them.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};

use anyhow::Result;
use polars::prelude::*;

use super::keyed::{KeyedRows, NONE, joined, keyed, places, reformed, shared};
use super::keys::Addresses;
use super::links::Links;
use super::names::Resemblance;
use crate::reconcile::columns::{AccountColumns, PersonColumns};
use crate::reconcile::exclusions::Part;
use crate::reconcile::places::{Account, Each, Person, Place};
use crate::terms::Key;
use crate::terms::value::{Number, loosely};

/// Which keys agree, as bits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::reconcile) struct Agreeing(u8);

impl Agreeing {
    const EMAIL: Self = Self(1);
    const ALTERNATE: Self = Self(2);
    const NUMBER: Self = Self(4);
    /// The number, only without its leading zeros and letter prefix.
    const LOOSE_NUMBER: Self = Self(4 | 8);
    const LINK: Self = Self(16);
    const UNPROVEN: u8 = 32;

    /// The keys, in the order of [`Key::ALL`]. Somebody's decision stands alone.
    pub(in crate::reconcile) fn keys(self) -> Vec<Key> {
        if self.has(Key::Link) {
            return vec![Key::Link];
        }
        Key::ALL.into_iter().filter(|key| self.has(*key)).collect()
    }

    pub(in crate::reconcile) fn count(self) -> usize {
        [Key::Email, Key::AlternateEmail, Key::EmployeeNumber].into_iter().filter(|key| self.has(*key)).count()
    }

    pub(in crate::reconcile) fn has(self, key: Key) -> bool {
        self.0 & Self::of(key).0 != 0
    }

    const fn of(key: Key) -> Self {
        match key {
            Key::Email => Self::EMAIL,
            Key::AlternateEmail => Self::ALTERNATE,
            Key::EmployeeNumber => Self::NUMBER,
            Key::Link => Self::LINK,
        }
    }

    /// Whether it is more than one key that agrees, or somebody's decision. A number that agrees only loosely is none.
    pub(in crate::reconcile) fn is_proven(self) -> bool {
        let by_address = self.has(Key::Email) || self.has(Key::AlternateEmail);
        self.has(Key::Link) || by_address && self.has(Key::EmployeeNumber) && !self.loosely()
    }

    /// Whether the one key that agrees is not enough to write a name or an e-mail address: the names do not speak for it, or the
    /// number agrees only loosely.
    pub(in crate::reconcile) fn is_unproven(self) -> bool {
        self.0 & Self::UNPROVEN != 0
    }

    /// The same, not enough to write a name or an e-mail address.
    pub(in crate::reconcile) fn unproven(self) -> Self {
        Self(self.0 | Self::UNPROVEN)
    }

    /// Whether the number agrees only without its leading zeros and letter prefix.
    pub(in crate::reconcile) fn loosely(self) -> bool {
        self.0 & Self::LOOSE_NUMBER.0 == Self::LOOSE_NUMBER.0
    }

    /// Whether nothing but a loose number agrees.
    pub(in crate::reconcile) fn is_loose_number(self) -> bool {
        self == Self::LOOSE_NUMBER
    }

    fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// How many combinations there are.
    pub(in crate::reconcile) const COMBINATIONS: usize = 64;

    /// The place of this combination in a table of all.
    pub(in crate::reconcile) fn index(self) -> usize {
        usize::from(self.0)
    }

    /// Every combination, in the order of [`Agreeing::index`].
    pub(in crate::reconcile) fn all() -> impl Iterator<Item = Self> {
        (0..Self::COMBINATIONS as u8).map(Self)
    }
}

/// What is joined, and on what.
#[derive(Clone, Copy)]
pub(in crate::reconcile) struct Sides<'a> {
    pub(in crate::reconcile) accounts: &'a AccountColumns<'a>,
    pub(in crate::reconcile) people: &'a PersonColumns<'a>,
    pub(in crate::reconcile) addresses: &'a Addresses,
    /// The keys that the configuration asks for.
    pub(in crate::reconcile) keys: &'a BTreeSet<Key>,
    pub(in crate::reconcile) parts: &'a Each<Account, Part>,
    pub(in crate::reconcile) links: &'a Links,
}

impl Sides<'_> {
    /// Whether any of the keys that are asked for says who a person is. One without is as good as rejected: an account of theirs
    /// would not be found.
    pub(in crate::reconcile) fn is_identified(self, person: Person) -> bool {
        let Sides { people, addresses, .. } = self;
        let main = || people.email.get(person).is_some_and(|text| addresses.identifying(text).is_some());
        self.keys.iter().any(|key| match key {
            Key::Email => main(),
            Key::AlternateEmail => main() || people.alternate_email.get(person).any(|text| addresses.identifying(text).is_some()),
            Key::EmployeeNumber => people.employee_number.get(person).is_some_and(|text| Number::of(text).text().is_some()),
            Key::Link => false,
        })
    }
}

/// A key of an account and whom it names.
#[derive(Debug, Clone, Copy)]
struct Pair {
    person: Person,
    group: u32,
    key: Agreeing,
}

/// Whom the keys of each account name.
#[derive(Debug)]
pub(in crate::reconcile) struct Pairs {
    pairs: Vec<Pair>,
    /// The pairs of an account stand from its place in here to the next.
    starts: Vec<u32>,
    groups: Groups,
    /// The accounts that take part and stand in no pair: orphans, unless evidence is missing.
    pub(in crate::reconcile) alone: Vec<Account>,
}

impl Pairs {
    /// Joins on each key that is asked for.
    pub(in crate::reconcile) fn new(sides: Sides<'_>) -> Result<Self> {
        let Sides { accounts, people, addresses, keys, links, .. } = sides;
        let mut groups = Groups::default();
        let our_email = |at| accounts.email.get(Account(at)).and_then(|text| addresses.identifying(text));
        let their_email = |at| people.email.get(Person(at)).and_then(|text| addresses.identifying(text));

        let (main, their_main) = (keyed(accounts.height, our_email)?, keyed(people.height, their_email)?);
        let mut by_address = pairs(Vec::new(), Agreeing::EMAIL)?;
        if keys.contains(&Key::Email) {
            by_address = groups.join(Key::Email, &main, &their_main)?;
        }
        if keys.contains(&Key::AlternateEmail) {
            let further = keyed(accounts.height, |at| accounts.further_addresses(Account(at), addresses))?;
            let their_further = |at| people.alternate_email.get(Person(at)).filter_map(|text| addresses.identifying(text));
            let their_further = keyed(people.height, their_further)?;
            // Any address against any other, but for main address against main address.
            for (ours, theirs) in [(main, their_further.clone()), (further, their_main.vstack(&their_further)?)] {
                by_address.vstack_mut(&groups.join(Key::AlternateEmail, &ours, &theirs)?)?;
            }
        }
        let mut by_address = groups.without_told_apart(by_address, links)?;

        if keys.contains(&Key::EmployeeNumber) {
            let number = |text| Number::of(text).text();
            let ours = keyed(accounts.height, |at| accounts.employee_number.get(Account(at)).and_then(number))?;
            let theirs = keyed(people.height, |at| people.employee_number.get(Person(at)).and_then(number))?;
            let exact = groups.join(Key::EmployeeNumber, &ours, &theirs)?;
            let loose = loosely_equal(sides, &ours, &theirs, &exact, &by_address)?;
            by_address = by_address.vstack(&groups.without_told_apart(exact, links)?)?.vstack(&loose)?;
        }
        let decided = groups.decided(links)?;
        let pairs = by_address.vstack(&decided)?;
        let (pairs, starts) = Self::indexed(&pairs, accounts.height)?;
        let is_alone = |account: &Account| sides.parts[*account] == Part::Takes && starts[account.at()] == starts[account.at() + 1];
        let alone = accounts.all().filter(is_alone).collect();
        Ok(Self { pairs, starts, groups, alone })
    }

    /// The pairs in the order of the accounts, and where those of each begin.
    fn indexed(frame: &DataFrame, height: u32) -> Result<(Vec<Pair>, Vec<u32>)> {
        let mut frame = frame.clone();
        frame.rechunk_mut_par();
        let numbers = |name| -> Result<&[u32]> { Ok(frame.column(name)?.u32()?.cont_slice()?) };
        let (accounts, people, group) = (numbers("account")?, numbers("person")?, numbers("group")?);
        let key = frame.column("key")?.u8()?.cont_slice()?;
        // Counted first: then the place of each is known.
        let mut starts = vec![0; height as usize + 1];
        accounts.iter().for_each(|account| starts[*account as usize + 1] += 1);
        (1..starts.len()).for_each(|at| starts[at] += starts[at - 1]);
        let mut next = starts.clone();
        let blank = Pair { person: Person(0), group: NONE, key: Agreeing::default() };
        let mut pairs = vec![blank; accounts.len()];
        for (at, account) in accounts.iter().enumerate() {
            let place = &mut next[*account as usize];
            pairs[*place as usize] = Pair { person: Person(people[at]), group: group[at], key: Agreeing(key[at]) };
            *place += 1;
        }
        Ok((pairs, starts))
    }

    fn of(&self, account: Account) -> &[Pair] {
        &self.pairs[self.starts[account.at()] as usize..self.starts[account.at() + 1] as usize]
    }

    /// The one person whom all keys of an account name, if that is how it is at first sight: no key is shared by several.
    pub(in crate::reconcile) fn plain(&self, account: Account) -> Option<(Person, Agreeing)> {
        let (first, others) = self.of(account).split_first()?;
        let plain = |pair: &Pair| pair.group == NONE && pair.person == first.person;
        let agreeing = others.iter().fold(first.key, |all, pair| all.and(pair.key));
        (plain(first) && others.iter().all(plain)).then_some((first.person, agreeing))
    }

    /// The people whom a key of the account names, ascending.
    pub(in crate::reconcile) fn named(&self, account: Account, key: Key) -> Cow<'_, [Person]> {
        let mut named = self.of(account).iter().filter(|pair| pair.key.has(key));
        match (named.next(), named.next()) {
            (None, _) => Cow::Borrowed(&[]),
            (Some(one), None) => Cow::Borrowed(self.groups.people(one)),
            (Some(one), Some(other)) => {
                Cow::Owned(ascending([one, other].into_iter().chain(named).flat_map(|pair| self.groups.people(pair)).copied()))
            }
        }
    }

    /// Everybody whom any key of the account names, ascending.
    pub(in crate::reconcile) fn candidates(&self, account: Account) -> Vec<Person> {
        ascending(self.of(account).iter().flat_map(|pair| self.groups.people(pair)).copied())
    }

    /// The keys by which this account names this person.
    pub(in crate::reconcile) fn agreeing(&self, account: Account, person: Person) -> Agreeing {
        let names = self.of(account).iter().filter(|pair| self.groups.people(pair).binary_search(&person).is_ok());
        names.fold(Agreeing::default(), |all, pair| all.and(pair.key))
    }

    /// The groups of people that the account's keys name, each with its place; people whom a key names alone without one.
    pub(in crate::reconcile) fn groups_of(&self, account: Account) -> impl Iterator<Item = (Option<u32>, &[Person])> {
        self.of(account).iter().map(|pair| (Some(pair.group).filter(|group| *group != NONE), self.groups.people(pair)))
    }

    /// Whose number, and whose address, is somebody else's too.
    pub(in crate::reconcile) fn shared(&self) -> HashSet<(Key, Person)> {
        let address = |key: Key| if key == Key::AlternateEmail { Key::Email } else { key };
        let groups = self.groups.0.iter().filter_map(|(key, people)| Some((address((*key)?), people)));
        groups.flat_map(|(key, people)| people.iter().map(move |person| (key, *person))).collect()
    }

    /// Rows of the directory that share an e-mail address or a number with another row.
    pub(in crate::reconcile) fn repeated_people(&self) -> impl Iterator<Item = (Key, &[Person])> {
        let of = |key: Key| self.groups.0.iter().filter(move |(shared, _)| *shared == Some(key));
        [Key::Email, Key::EmployeeNumber].into_iter().flat_map(move |key| of(key).map(move |(_, people)| (key, people.as_slice())))
    }
}

fn ascending(people: impl Iterator<Item = Person>) -> Vec<Person> {
    let mut people: Vec<Person> = people.collect();
    people.sort_unstable();
    people.dedup();
    people
}

/// Pairs of an account and the one person whom a key of it names.
fn pairs(of: Vec<(Account, Person)>, key: Agreeing) -> Result<DataFrame> {
    let groups = vec![NONE; of.len()];
    let (accounts, people) = of.into_iter().map(|(account, person)| (account.0, person.0)).unzip();
    frame(places("account", accounts), places("person", people), places("group", groups), key)
}

fn frame(account: Column, person: Column, group: Column, key: Agreeing) -> Result<DataFrame> {
    let key = UInt8Chunked::full("key".into(), key.0, account.len()).into_column();
    Ok(DataFrame::new(account.len(), vec![account, person, key, group])?)
}

/// People who share a key, ascending; without the key where somebody's decision made the group, for one account.
#[derive(Debug, Default)]
struct Groups(Vec<(Option<Key>, Vec<Person>)>);

impl Groups {
    /// Accounts ⋈ people on one key.
    fn join(&mut self, key: Key, accounts: &DataFrame, people: &DataFrame) -> Result<DataFrame> {
        let before = self.0.len() as u32;
        let KeyedRows { first, groups } = shared(people)?;
        self.0.extend(groups.into_iter().map(|people| (Some(key), people.into_iter().map(Person).collect())));
        let joined = joined(accounts, &first)?;
        let group = joined.column("group")?.u32()?.apply_values(|group| if group == NONE { NONE } else { group + before });
        let [account, person] = [("at", "account"), ("first", "person")].map(|(from, to)| -> Result<Column> {
            let mut column = joined.column(from)?.clone();
            column.rename(to.into());
            Ok(column)
        });
        frame(account?, person?, group.into_column(), Agreeing::of(key))
    }

    /// Who each account is of which somebody decided it.
    fn decided(&mut self, links: &Links) -> Result<DataFrame> {
        let (mut accounts, mut people, mut groups) = (Vec::new(), Vec::new(), Vec::new());
        for (account, decided) in links.decided() {
            let decided: Vec<Person> = decided.iter().copied().collect();
            accounts.push(account.0);
            people.extend(decided.first().map(|first| first.0));
            groups.push(if decided.len() > 1 { self.0.len() as u32 } else { NONE });
            if decided.len() > 1 {
                self.0.push((None, decided));
            }
        }
        frame(places("account", accounts), places("person", people), places("group", groups), Agreeing::LINK)
    }

    fn people<'a>(&'a self, pair: &'a Pair) -> &'a [Person] {
        match self.0.get(pair.group as usize) {
            Some((_, people)) => people,
            None => std::slice::from_ref(&pair.person),
        }
    }

    /// The pairs without the people whom somebody told apart from the account.
    fn without_told_apart(&mut self, pairs: DataFrame, links: &Links) -> Result<DataFrame> {
        let told_apart = links.told_apart();
        if told_apart.is_empty() {
            return Ok(pairs);
        }
        let numbers = |name| -> Result<Vec<u32>> { Ok(pairs.column(name)?.u32()?.into_no_null_iter().collect()) };
        let (accounts, mut people, mut groups) = (numbers("account")?, numbers("person")?, numbers("group")?);
        let mut stays = Vec::with_capacity(accounts.len());
        for (account, (person, group)) in accounts.iter().zip(people.iter_mut().zip(&mut groups)) {
            let account = Account(*account);
            if !told_apart.contains(&account) {
                stays.push(true);
                continue;
            }
            let mut left = self.0.get(*group as usize).map_or(vec![Person(*person)], |(_, people)| people.clone());
            left.retain(|person| !links.tells_apart(account, *person));
            stays.push(!left.is_empty());
            *person = left.first().map_or(*person, |first| first.0);
            *group = if left.len() > 1 { self.0.len() as u32 } else { NONE };
            if left.len() > 1 {
                self.0.push((None, left));
            }
        }
        let columns =
            vec![places("account", accounts), places("person", people), pairs.column("key")?.clone(), places("group", groups)];
        let stays = BooleanChunked::from_iter_values("stays".into(), stays.into_iter());
        Ok(DataFrame::new(stays.len(), columns)?.filter(&stays)?)
    }
}

/// Accounts whose number finds nobody exactly and one person loosely, where the loose form is unique on both sides and an address
/// of the account names somebody or the names share a part. The others are near misses, no pairs.
fn loosely_equal(
    sides: Sides<'_>,
    ours: &DataFrame,
    theirs: &DataFrame,
    exact: &DataFrame,
    by_address: &DataFrame,
) -> Result<DataFrame> {
    let Sides { accounts, people, parts, links, .. } = sides;
    let nothing = || pairs(Vec::new(), Agreeing::LOOSE_NUMBER);
    let open = ours.join(exact, ["at"], ["account"], JoinArgs::new(JoinType::Anti), None)?;
    let open = reformed(&open, loosely)?;
    if open.height() == 0 {
        return nothing();
    }
    // A rejected row may be the second holder of a number: then it is not unique.
    let rejected = people.people.rejected.iter().map(|row| row.employee_number.as_deref());
    let rejected: Vec<Option<&str>> = rejected.collect();
    let mut rejected = keyed(rejected.len() as u32, |at| rejected[at as usize].and_then(|text| Number::of(text).text()))?;
    let beyond = rejected.column("at")?.u32()?.apply_values(|at| at + people.height).into_column();
    rejected.with_column(beyond)?;
    let holders = shared(&reformed(&theirs.vstack(&rejected)?, loosely)?)?;
    let found = joined(&open, &holders.first)?;
    let columns = (found.column("at")?.u32()?, found.column("first")?.u32()?, found.column("group")?.u32()?);
    let rows = columns.0.into_no_null_iter().zip(columns.1.into_no_null_iter()).zip(columns.2.into_no_null_iter());
    let found: Vec<(Account, Person, &str)> = rows
        .zip(found.column("key")?.str()?.iter().flatten())
        .filter(|(((_, person), group), _)| *group == NONE && *person < people.height)
        .map(|(((account, person), _), form)| (Account(account), Person(person), form))
        .collect();
    if found.is_empty() {
        return nothing();
    }
    // The number must be unique among the accounts, too; those that take no part in the matching are counted apart.
    let wanted: HashSet<&str> = found.iter().map(|(.., form)| *form).collect();
    let mut counts: HashMap<&str, (u32, u32)> = HashMap::new();
    let all = ours.column("at")?.u32()?.into_no_null_iter().zip(ours.column("key")?.str()?.iter().flatten());
    for (account, form) in
        all.filter_map(|(account, number)| Some((account, loosely(number)?))).filter(|(_, form)| wanted.contains(form))
    {
        let (taking, all) = counts.entry(form).or_default();
        *all += 1;
        *taking += u32::from(parts[Account(account)] == Part::Takes);
    }
    let unique = |(account, _, form): &(Account, Person, &str)| {
        let (taking, all) = counts.get(form).copied().unwrap_or_default();
        if parts[*account] == Part::Takes { taking == 1 } else { all == 1 }
    };
    let unique: Vec<(Account, Person)> =
        found.iter().filter(|one| unique(one)).map(|(account, person, _)| (*account, *person)).collect();
    let asked = places("account", unique.iter().map(|(account, _)| account.0).collect()).into_frame();
    let addressed = asked.join(by_address, ["account"], ["account"], JoinArgs::new(JoinType::Semi), None)?;
    let addressed: HashSet<u32> = addressed.column("account")?.u32()?.into_no_null_iter().collect();
    let told_apart = |(account, person): &(Account, Person)| links.tells_apart(*account, *person);
    let supported = |(account, person): &(Account, Person)| {
        addressed.contains(&account.0) || people.resemblance(*person, accounts.name.get(*account)) == Resemblance::SharePart
    };
    pairs(unique.into_iter().filter(|pair| !told_apart(pair) && supported(pair)).collect(), Agreeing::LOOSE_NUMBER)
}
