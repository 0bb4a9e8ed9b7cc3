//! `[[link]]`: somebody decided that an account is a person, or is not, whatever the keys say.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::keys::{Addresses, Named};
use crate::config::Link;
use crate::reconcile::columns::{AccountColumns, PersonColumns};
use crate::reconcile::places::{Account, Person};
use crate::terms::value::Number;
use crate::text::plural;

/// The links of the configuration, by row.
#[derive(Debug, Default)]
pub(in crate::reconcile) struct Links {
    /// Who an account is, and by which link.
    person: HashMap<Account, (Person, usize)>,
    apart: HashSet<(Account, Person)>,
    parted: HashSet<Account>,
    /// Who is named by links that contradict each other: nobody knows which of them is right.
    contradicted: (HashSet<Account>, HashSet<Person>),
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
        let mut decided: BTreeMap<Account, BTreeMap<Person, Vec<usize>>> = BTreeMap::new();
        for (place, link) in links.iter().enumerate() {
            let account = one(accounts.named(&link.account, addresses), "account", &link.account);
            let person = one(people.named(&link.person, addresses), "person", &link.person);
            match (account, person) {
                (Ok(account), Ok(person)) if !link.same => {
                    found.apart.insert((account, person));
                    found.parted.insert(account);
                }
                (Ok(account), Ok(person)) => decided.entry(account).or_default().entry(person).or_default().push(place),
                (Err(why), _) | (_, Err(why)) => {
                    found.idle.insert(place, why);
                }
            }
        }
        for (account, people) in decided {
            match people.len() {
                1 => found.person.extend(people.into_iter().map(|(person, places)| (account, (person, places[0])))),
                _ => {
                    let why = "another link says that its account is somebody else".to_owned();
                    found.contradicted.0.insert(account);
                    found.contradicted.1.extend(people.keys());
                    found.idle.extend(people.into_values().flatten().map(|place| (place, why.clone())));
                }
            }
        }
        let Self { person, apart, idle, contradicted, .. } = &mut found;
        person.retain(|account, (person, place)| {
            let is_parted = apart.contains(&(*account, *person));
            if is_parted {
                idle.insert(*place, "another link says that they are two".to_owned());
                contradicted.0.insert(*account);
                contradicted.1.insert(*person);
            }
            !is_parted
        });
        found
    }

    /// Who each account is of which somebody decided it.
    pub(in crate::reconcile) fn decided(&self) -> Vec<(Account, Person)> {
        self.person.iter().map(|(account, (person, _))| (*account, *person)).collect()
    }

    /// The link that decided it, by its place in the configuration.
    pub(in crate::reconcile) fn place(&self, account: Account) -> Option<usize> {
        self.person.get(&account).map(|(_, place)| *place)
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

fn one<P: Copy>(found: &[P], what: &str, written: &str) -> Result<P, String> {
    match found {
        [one] => Ok(*one),
        [] => Err(format!("no {what} is `{written}`")),
        several => Err(format!(
            "`{written}` is {}",
            plural(several.len() as u64, what, if what == "person" { "people" } else { "accounts" })
        )),
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
