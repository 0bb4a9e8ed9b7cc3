//! Who is whom: the pairs of each account judged together, and what follows for the people. The order of rows or keys never changes
//! the outcome.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use anyhow::Result;

use super::join::{Agreeing, Pairs, Sides};
use super::keyed::{keyed, shared};
use super::names::Resemblance;
use super::near::{self, Suspects, Unmatched};
use crate::reconcile::exclusions::Part;
use crate::reconcile::places::{Account, Each, Person};
use crate::terms::Key;
use crate::terms::value::{Number, numbers_differ};

/// Rows kept that share a key with one that was singled out: whether one of them is employed shows in the first few.
const SIBLINGS: usize = 100;

/// What the keys of one account say together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::reconcile) enum Correlation {
    /// Every key is blank or unusable: there is nothing to look up.
    NoKey,
    /// No key names anybody.
    Nobody,
    /// All keys that name anybody name this person.
    One { person: Person, agreeing: Agreeing },
    /// Each names one person, and not the same; or one names somebody whom the rest contradicts.
    Conflict,
    /// A key names several people, and no other singles one out.
    Ambiguous,
}

/// What all accounts together say, and what follows for the people.
pub(in crate::reconcile) struct Matches {
    pub(in crate::reconcile) pairs: Pairs,
    /// For an account that takes no part only `One` has a meaning.
    pub(in crate::reconcile) correlations: Each<Account, Correlation>,
    /// How many accounts that take part match a person.
    pub(in crate::reconcile) holders: Each<Person, u32>,
    /// An account of the person, the first that takes part before any other.
    pub(in crate::reconcile) account_of: Each<Person, Option<Account>>,
    /// A conflict of an account names them.
    pub(in crate::reconcile) in_conflict: Each<Person, bool>,
    /// An ambiguity of an account names them.
    pub(in crate::reconcile) in_ambiguity: Each<Person, bool>,
    /// Duplicate rows that no other key singled out: the keys they share, each with another row that has it.
    pub(in crate::reconcile) repeated: HashMap<Person, Vec<(Key, Person)>>,
    /// For rows that were singled out: the others with one of their keys, and those with one of their addresses where it is no key.
    pub(in crate::reconcile) siblings: HashMap<Person, Vec<Person>>,
    /// Accounts and people without each other whose keys are nearly equal.
    pub(in crate::reconcile) suspects: Suspects,
}

impl Matches {
    pub(in crate::reconcile) fn new(sides: Sides<'_>) -> Result<Self> {
        let (accounts, people, parts) = (sides.accounts.height, sides.people.height, sides.parts);
        let pairs = Pairs::new(sides)?;
        let correlation = |account| match sides.correlation(&pairs, account) {
            Correlation::Conflict | Correlation::Ambiguous if parts[account] != Part::Takes => {
                // An account that takes no part goes to whoever has its address: Domo keeps addresses unique.
                match *pairs.named(account, Key::Email) {
                    [person] => Correlation::One { person, agreeing: pairs.agreeing(account, person) },
                    _ => Correlation::Nobody,
                }
            }
            correlation => correlation,
        };
        let mut matches = Self {
            correlations: Each::of(accounts, correlation),
            pairs,
            holders: Each::filled(people, 0),
            account_of: Each::filled(people, None),
            in_conflict: Each::filled(people, false),
            in_ambiguity: Each::filled(people, false),
            repeated: HashMap::new(),
            siblings: HashMap::new(),
            suspects: Suspects::default(),
        };
        matches.tell_people(sides);
        matches.find_repeated();
        matches.find_listed(sides)?;
        matches.suspects = matches.suspects_among(sides, matches.pairs.alone.clone());
        Ok(matches)
    }

    /// The person an account is matched to.
    pub(in crate::reconcile) fn person_of(&self, account: Account) -> Option<(Person, Agreeing)> {
        match self.correlations[account] {
            Correlation::One { person, agreeing } => Some((person, agreeing)),
            _ => None,
        }
    }

    /// The accounts that take part of each person with several, in the order of the frame.
    pub(in crate::reconcile) fn several(&self, parts: &Each<Account, Part>) -> HashMap<Person, Vec<Account>> {
        let mut several: HashMap<Person, Vec<Account>> = HashMap::new();
        for (account, _) in parts.iter().filter(|(_, part)| **part == Part::Takes) {
            if let Some((person, _)) = self.person_of(account).filter(|(person, _)| self.holders[*person] > 1) {
                several.entry(person).or_default().push(account);
            }
        }
        several
    }

    /// How many accounts are matched by one key for which the name does not speak.
    pub(in crate::reconcile) fn unproven(&self, parts: &Each<Account, Part>) -> u64 {
        let unproven = |agreeing: Agreeing| agreeing.is_unproven() && !agreeing.loosely();
        let takes_part = self.correlations.iter().filter(|(account, _)| parts[*account] == Part::Takes);
        takes_part.filter(|(account, _)| self.person_of(*account).is_some_and(|(_, agreeing)| unproven(agreeing))).count() as u64
    }

    fn tell_people(&mut self, sides: Sides<'_>) {
        let (parts, accounts) = (sides.parts, sides.accounts);
        // Ambiguous accounts often name the same rows: each group of rows is marked once.
        let mut marked = HashSet::new();
        let agreement = |correlation: &Correlation| match correlation {
            Correlation::One { agreeing, .. } => agreeing.count(),
            _ => 0,
        };
        // Which of several accounts stands for the person: one that takes part, one that is active, then by agreement, then the
        // oldest id.
        let rank = |account, correlation| {
            (parts[account].weight(), accounts.is_active(account), agreement(correlation), Reverse(accounts.id(account)))
        };
        for (account, correlation) in self.correlations.iter() {
            match correlation {
                Correlation::One { person, .. } => {
                    *self.holders.get_mut(*person) += u32::from(parts[account] == Part::Takes);
                    let stands = self.account_of.get_mut(*person);
                    if stands.is_none_or(|other| rank(account, correlation) > rank(other, &self.correlations[other])) {
                        *stands = Some(account);
                    }
                }
                Correlation::Conflict if parts[account] == Part::Takes => {
                    self.pairs.candidates(account).into_iter().for_each(|person| *self.in_conflict.get_mut(person) = true);
                }
                Correlation::Ambiguous if parts[account] == Part::Takes => {
                    for (group, people) in self.pairs.groups_of(account) {
                        if group.is_none_or(|group| marked.insert(group)) {
                            people.iter().for_each(|person| *self.in_ambiguity.get_mut(*person) = true);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn find_repeated(&mut self) {
        for (key, rows) in self.pairs.repeated_people() {
            for row in rows {
                let others = rows.iter().filter(|other| *other != row).copied();
                if self.holders[*row] == 0 {
                    self.repeated.entry(*row).or_default().extend(others.take(1).map(|other| (key, other)));
                } else {
                    self.siblings.entry(*row).or_default().extend(others.take(SIBLINGS));
                }
            }
        }
    }

    /// Rows that have an address in common which is a further one of any of them, but for those whom name or number tell apart:
    /// mail of a leaver goes to a colleague, and families share a mailbox. Somebody of the same name who has another number may be
    /// back, and so may whoever is called as the account is, at least as much as the row by which it is matched.
    fn find_listed(&mut self, sides: Sides<'_>) -> Result<()> {
        let Sides { accounts, people, addresses, .. } = sides;
        if people.alternate_email.is_empty() {
            return Ok(());
        }
        let bears_name = |one: Person, other: Person| {
            let name = self.account_of[one].and_then(|account| accounts.name.get(account)).unwrap_or_default();
            people.resemblance(other, Some(name)) == Resemblance::SharePart
                && people.likeness(other, name) >= people.likeness(one, name)
        };
        let of = |at| people.addresses(Person(at)).filter_map(|text| addresses.identifying(text));
        for rows in shared(&keyed(people.height, of)?)?.groups {
            for row in rows.iter().map(|row| Person(*row)).filter(|row| self.holders[*row] > 0) {
                let others = rows.iter().map(|other| Person(*other)).filter(|other| *other != row).take(SIBLINGS);
                let may_be = |other: &Person| people.may_be_one(row, *other) || bears_name(row, *other);
                self.siblings.entry(row).or_default().extend(others.filter(may_be));
            }
        }
        Ok(())
    }

    /// Near misses among these accounts, whom nobody's key names, and the people who have no account.
    pub(in crate::reconcile) fn suspects_among(&self, sides: Sides<'_>, unmatched_accounts: Vec<Account>) -> Suspects {
        let Sides { accounts, people, addresses, links, .. } = sides;
        let unmatched_people = people.all().filter(|person| self.holders[*person] == 0).collect();
        let mut settled = Each::filled(people.height, false);
        for account in accounts.all().filter(|account| sides.parts[*account] == Part::Takes) {
            let as_it_stands = |(_, agreeing): &(Person, Agreeing)| agreeing.has(Key::EmployeeNumber) && !agreeing.loosely();
            if let Some((person, _)) = self.person_of(account).filter(as_it_stands) {
                *settled.get_mut(person) = true;
            }
        }
        let open = Unmatched {
            accounts,
            people,
            addresses,
            unmatched_accounts,
            unmatched_people,
            settled: &|person| settled[person],
            told_apart: &|account, person| links.tells_apart(account, person),
        };
        open.suspects(sides.keys.contains(&Key::Email), sides.keys.contains(&Key::EmployeeNumber))
    }
}

impl Sides<'_> {
    /// All keys of one account, judged together.
    pub(in crate::reconcile) fn correlation(self, pairs: &Pairs, account: Account) -> Correlation {
        if let Some((person, agreeing)) = pairs.plain(account) {
            return self.weighed(account, person, agreeing);
        }
        let one = |person| self.weighed(account, person, pairs.agreeing(account, person));
        if let [person] = *pairs.named(account, Key::Link) {
            return one(person);
        }
        let named = Key::ALL.map(|key| pairs.named(account, key));
        let mut named: Vec<&Cow<'_, [Person]>> = named.iter().filter(|people| !people.is_empty()).collect();
        named.sort_unstable_by_key(|people| people.len());
        let Some((fewest, others)) = named.split_first() else {
            return if self.has_key(account) { Correlation::Nobody } else { Correlation::NoKey };
        };
        // Everybody all keys agree on; two are enough to know that it is not one.
        let mut common = fewest.iter().filter(|person| others.iter().all(|people| people.binary_search(person).is_ok()));
        match (common.next(), common.next()) {
            (Some(person), None) => one(*person),
            (None, _) if named.iter().all(|people| people.len() == 1) => Correlation::Conflict,
            _ => Correlation::Ambiguous,
        }
    }

    fn has_key(self, account: Account) -> bool {
        let accounts = self.accounts;
        let main = || accounts.email.get(account).is_some_and(|text| self.addresses.key(text).is_some());
        self.keys.iter().any(|key| match key {
            Key::Email => main(),
            Key::AlternateEmail => main() || accounts.further_addresses(account, self.addresses).next().is_some(),
            Key::EmployeeNumber => accounts.employee_number.get(account).is_some_and(|text| Number::of(text).text().is_some()),
            Key::Link => false,
        })
    }

    /// One key alone is not enough against the rest: where another key and the name differ, it is a conflict. Where the name does
    /// not speak for the match, or only a loose number does, it stands and proves nothing further.
    fn weighed(self, account: Account, person: Person, agreeing: Agreeing) -> Correlation {
        let proven = Correlation::One { person, agreeing };
        if agreeing.is_proven() {
            return proven;
        }
        let unproven = Correlation::One { person, agreeing: agreeing.unproven() };
        match self.people.resemblance(person, self.accounts.name.get(account)) {
            Resemblance::SharePart if agreeing.is_loose_number() => unproven,
            Resemblance::SharePart => proven,
            Resemblance::Differ if self.another_key_differs(account, person, agreeing) => Correlation::Conflict,
            Resemblance::Differ | Resemblance::NotComparable => unproven,
        }
    }

    /// Whether a key that does not agree is filled on both sides.
    fn another_key_differs(self, account: Account, person: Person, agreeing: Agreeing) -> bool {
        let Sides { accounts, people, addresses, .. } = self;
        let by_email = || {
            let identifying = |text| addresses.identifying(text);
            let ours = accounts.email.get(account).filter(|text| identifying(text).is_some());
            let theirs = people.email.get(person).filter(|text| identifying(text).is_some());
            let (Some(ours), Some(theirs)) = (ours, theirs) else { return false };
            let mut all = std::iter::once(theirs).chain(people.alternate_email.get(person));
            all.all(|other| identifying(other) != identifying(ours)) && !near::may_have_been(theirs, ours, addresses)
        };
        let by_number = || {
            let ours = accounts.employee_number.get(account).unwrap_or_default();
            numbers_differ(ours, people.employee_number.get(person).unwrap_or_default())
        };
        self.keys.contains(&Key::Email) && !agreeing.has(Key::Email) && by_email()
            || self.keys.contains(&Key::EmployeeNumber) && !agreeing.has(Key::EmployeeNumber) && by_number()
    }
}
