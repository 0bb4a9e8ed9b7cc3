//! `[[link]]`: somebody decided that an account is a person, or is not, whatever the keys say. One whose person stands on several
//! rows names all of them, as a key that several have does.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::keys::{Addresses, Named};
use crate::config::Link;
use crate::reconcile::columns::{AccountColumns, PersonColumns};
use crate::reconcile::places::{Account, Person};
use crate::terms::value::Number;
use crate::text::plural;

/// The links of the configuration, by row.
#[derive(Debug, Default)]
pub(in crate::reconcile) struct Links {
    /// Who an account is, and by which link. Never nobody; several where several rows have what the link names.
    people: HashMap<Account, (BTreeSet<Person>, usize)>,
    apart: HashSet<(Account, Person)>,
    parted: HashSet<Account>,
    /// Who is named by links that contradict each other: nobody knows which of them is right.
    contradicted: (HashSet<Account>, HashSet<Person>),
    /// What links name that nobody has, by the account that they would be.
    not_there: HashMap<Account, Vec<String>>,
    /// By place in the configuration, why a link does nothing.
    idle: BTreeMap<usize, String>,
}

impl Links {
    pub(in crate::reconcile) fn new(
        links: &[Link],
        accounts: &AccountColumns<'_>,
        people: &PersonColumns<'_>,
        addresses: &Addresses,
    ) -> Self {
        let mut found = Self::default();
        if links.is_empty() {
            return found;
        }
        let (accounts, people) = (AccountIndex::new(accounts, addresses), PersonIndex::new(people, addresses));
        let mut decided: BTreeMap<Account, Vec<(usize, BTreeSet<Person>)>> = BTreeMap::new();
        for (place, link) in links.iter().enumerate() {
            let (ours, theirs) = (accounts.named(&link.account, addresses), people.named(&link.person, addresses));
            let none = |what: &str, written: &str| format!("no {what} is `{written}`");
            match (ours, theirs) {
                ([], _) => drop(found.idle.insert(place, none("account", &link.account))),
                (_, []) => {
                    found.idle.insert(place, none("person", &link.person));
                    let ours = ours.iter().filter(|_| link.same);
                    ours.for_each(|account| found.not_there.entry(*account).or_default().push(link.person.clone()));
                }
                _ if link.same => {
                    let theirs: BTreeSet<Person> = theirs.iter().copied().collect();
                    ours.iter().for_each(|account| decided.entry(*account).or_default().push((place, theirs.clone())));
                }
                ([account], [person]) => {
                    found.apart.insert((*account, *person));
                    found.parted.insert(*account);
                }
                // Which of them the account is not, nobody said.
                ([_], several) => {
                    let why = format!("`{}` is {}", link.person, plural(several.len() as u64, "person", "people"));
                    found.idle.insert(place, why);
                }
                (several, _) => {
                    let why = format!("`{}` is {}", link.account, plural(several.len() as u64, "account", "accounts"));
                    found.idle.insert(place, why);
                }
            }
        }
        for (account, links) in decided {
            let all: BTreeSet<Person> = links.iter().flat_map(|(_, people)| people).copied().collect();
            let agreed: BTreeSet<Person> =
                all.iter().copied().filter(|person| links.iter().all(|(_, people)| people.contains(person))).collect();
            let left: BTreeSet<Person> =
                agreed.iter().copied().filter(|person| !found.apart.contains(&(account, *person))).collect();
            if left.is_empty() {
                let why = match agreed.is_empty() {
                    true => "another link says that its account is somebody else",
                    false => "another link says that they are two",
                };
                found.contradicted.0.insert(account);
                found.contradicted.1.extend(all);
                found.idle.extend(links.into_iter().map(|(place, _)| (place, why.to_owned())));
            } else {
                found.people.insert(account, (left, links[0].0));
            }
        }
        found
    }

    /// Who each account is of which somebody decided it, in the order of the accounts.
    pub(in crate::reconcile) fn decided(&self) -> BTreeMap<Account, &BTreeSet<Person>> {
        self.people.iter().map(|(account, (people, _))| (*account, people)).collect()
    }

    /// The link that decided it, by its place in the configuration.
    pub(in crate::reconcile) fn place(&self, account: Account) -> Option<usize> {
        self.people.get(&account).map(|(_, place)| *place)
    }

    /// Whom links say that an account is, as they are written there, where nobody in the directory is that.
    pub(in crate::reconcile) fn not_there(&self, account: Account) -> &[String] {
        self.not_there.get(&account).map_or(&[], Vec::as_slice)
    }

    /// Whether somebody decided that they are two.
    pub(in crate::reconcile) fn tells_apart(&self, account: Account, person: Person) -> bool {
        !self.apart.is_empty() && self.apart.contains(&(account, person))
    }

    /// Accounts of which somebody decided who they are not.
    pub(in crate::reconcile) fn told_apart(&self) -> &HashSet<Account> {
        &self.parted
    }

    /// Whether links contradict each other about who an account is.
    pub(in crate::reconcile) fn contradict(&self, account: Account) -> bool {
        self.contradicted.0.contains(&account)
    }

    /// Whether links that contradict each other name a person.
    pub(in crate::reconcile) fn may_be(&self, person: Person) -> bool {
        self.contradicted.1.contains(&person)
    }

    /// The links that do nothing, by their place in the configuration, and why.
    pub(in crate::reconcile) fn without_effect(&self) -> impl Iterator<Item = (usize, &str)> {
        self.idle.iter().map(|(place, why)| (*place, why.as_str()))
    }
}

/// Accounts by what they are named by.
struct AccountIndex(HashMap<Named, Vec<Account>>);

impl AccountIndex {
    fn new(accounts: &AccountColumns<'_>, addresses: &Addresses) -> Self {
        let mut index: HashMap<Named, Vec<Account>> = HashMap::new();
        for account in accounts.all() {
            for name in addresses.names(accounts.id(account), accounts.email.get(account)) {
                index.entry(name).or_default().push(account);
            }
        }
        Self(index)
    }

    fn named(&self, written: &str, addresses: &Addresses) -> &[Account] {
        addresses.named(written).and_then(|named| self.0.get(&named)).map_or(&[], Vec::as_slice)
    }
}

/// People by number and by address.
struct PersonIndex {
    by_number: HashMap<String, Vec<Person>>,
    by_email: HashMap<String, Vec<Person>>,
}

impl PersonIndex {
    fn new(people: &PersonColumns<'_>, addresses: &Addresses) -> Self {
        let mut index = Self { by_number: HashMap::new(), by_email: HashMap::new() };
        for person in people.all() {
            if let Some(number) = people.employee_number.get(person).and_then(|number| Number::of(number).text()) {
                index.by_number.entry(number.into_owned()).or_default().push(person);
            }
            let all = people.email.get(person).into_iter().chain(people.alternate_email.get(person));
            for email in all.filter_map(|email| addresses.identifying(email)) {
                let people = index.by_email.entry(email.into_owned()).or_default();
                if people.last() != Some(&person) {
                    people.push(person);
                }
            }
        }
        index
    }

    fn named(&self, written: &str, addresses: &Addresses) -> &[Person] {
        let found = match written.contains('@') {
            true => addresses.identifying(written).and_then(|email| self.by_email.get(email.as_ref())),
            false => Number::of(written).text().and_then(|number| self.by_number.get(number.as_ref())),
        };
        found.map_or(&[], Vec::as_slice)
    }
}
