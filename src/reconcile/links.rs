//! `[[link]]`: somebody decided that an account is a person, or is not, whatever the keys say.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::columns::{AccountColumns, PersonColumns};
use super::explain::plural;
use super::finding::{AccountRef, PersonRef};
use super::keys::Addresses;
use crate::config::Link;
use crate::terms::value::Number;

/// The links of the configuration, by row.
#[derive(Debug, Default)]
pub(super) struct Links {
    /// Who an account is, and by which link.
    person: HashMap<u32, (u32, usize)>,
    apart: HashSet<(u32, u32)>,
    /// By place in the configuration, why a link does nothing.
    idle: BTreeMap<usize, String>,
}

impl Links {
    pub(super) fn new(links: &[Link], accounts: &AccountColumns<'_>, people: &PersonColumns<'_>, addresses: &Addresses) -> Self {
        let mut found = Self::default();
        if links.is_empty() {
            return found;
        }
        let (accounts, people) = (AccountIndex::new(accounts, addresses), PersonIndex::new(people, addresses));
        let mut decided: BTreeMap<u32, BTreeMap<u32, Vec<usize>>> = BTreeMap::new();
        for (place, link) in links.iter().enumerate() {
            let account = one(accounts.named(&link.account, addresses), "account", &link.account);
            let person = one(people.named(&link.person, addresses), "person", &link.person);
            match (account, person) {
                (Ok(account), Ok(person)) if !link.same => {
                    found.apart.insert((account, person));
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
                    found.idle.extend(people.into_values().flatten().map(|place| (place, why.clone())));
                }
            }
        }
        let Self { person, apart, .. } = &mut found;
        person.retain(|account, (person, _)| !apart.contains(&(*account, *person)));
        found
    }

    /// Who an account is, by somebody's decision.
    pub(super) fn person(&self, account: u32) -> Option<u32> {
        self.person.get(&account).map(|(person, _)| *person)
    }

    /// The link that decided it, by its place in the configuration.
    pub(super) fn place(&self, account: u32) -> Option<usize> {
        self.person.get(&account).map(|(_, place)| *place)
    }

    /// Whether somebody decided that they are two.
    pub(super) fn tells_apart(&self, account: u32, person: u32) -> bool {
        !self.apart.is_empty() && self.apart.contains(&(account, person))
    }

    /// Accounts of which somebody decided who they are not.
    pub(super) fn accounts_told_apart(&self) -> Vec<u32> {
        let mut accounts: Vec<u32> = self.apart.iter().map(|(account, _)| *account).collect();
        accounts.sort_unstable();
        accounts.dedup();
        accounts
    }

    /// The links that do nothing, by their place in the configuration, and why.
    pub(super) fn without_effect(&self) -> impl Iterator<Item = (usize, &str)> {
        self.idle.iter().map(|(place, why)| (*place, why.as_str()))
    }
}

/// The block of configuration that says whose an account is; none where one of them has nothing to be named by.
pub(super) fn block(account: &AccountRef, person: &PersonRef) -> Option<String> {
    let account = account.id.map(|id| id.to_string()).or_else(|| account.email.clone())?;
    let person = person.employee_number.as_ref().or(person.email.as_ref())?;
    let quoted = |text: &str| toml_string(text);
    Some(format!(
        "[[link]]\naccount = {}\nperson = {}\nreason = \"\"\nowner = \"\"\n# same = false: they are two",
        quoted(&account),
        quoted(person)
    ))
}

/// A text as a basic string of TOML.
fn toml_string(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            letter if letter.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(letter))),
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

fn one(rows: &[u32], what: &str, written: &str) -> Result<u32, String> {
    match rows {
        [row] => Ok(*row),
        [] => Err(format!("no {what} is `{written}`")),
        rows => {
            Err(format!("`{written}` is {}", plural(rows.len() as u64, what, if what == "person" { "people" } else { "accounts" })))
        }
    }
}

/// Accounts by id and by address.
struct AccountIndex {
    by_id: HashMap<u64, Vec<u32>>,
    by_email: HashMap<String, Vec<u32>>,
}

impl AccountIndex {
    fn new(accounts: &AccountColumns<'_>, addresses: &Addresses) -> Self {
        let mut index = Self { by_id: HashMap::new(), by_email: HashMap::new() };
        for row in 0..accounts.height {
            if let Some(id) = accounts.id(row) {
                index.by_id.entry(id).or_default().push(row);
            }
            if let Some(email) = accounts.email.get(row).and_then(|email| addresses.key(email)) {
                index.by_email.entry(email.into_owned()).or_default().push(row);
            }
        }
        index
    }

    fn named(&self, written: &str, addresses: &Addresses) -> &[u32] {
        let found = match written.trim().parse::<u64>() {
            Ok(id) => self.by_id.get(&id),
            Err(_) => addresses.key(written).and_then(|email| self.by_email.get(email.as_ref())),
        };
        found.map_or(&[], Vec::as_slice)
    }
}

/// People by number and by address.
struct PersonIndex {
    by_number: HashMap<String, Vec<u32>>,
    by_email: HashMap<String, Vec<u32>>,
}

impl PersonIndex {
    fn new(people: &PersonColumns<'_>, addresses: &Addresses) -> Self {
        let mut index = Self { by_number: HashMap::new(), by_email: HashMap::new() };
        for row in 0..people.height {
            if let Some(number) = people.employee_number.get(row).and_then(|number| Number::of(number).text()) {
                index.by_number.entry(number.into_owned()).or_default().push(row);
            }
            let all = people.email.get(row).into_iter().chain(people.alternate_email.get(row));
            for email in all.filter_map(|email| addresses.identifying(email)) {
                let rows = index.by_email.entry(email.into_owned()).or_default();
                if rows.last() != Some(&row) {
                    rows.push(row);
                }
            }
        }
        index
    }

    fn named(&self, written: &str, addresses: &Addresses) -> &[u32] {
        let found = match written.contains('@') {
            true => addresses.identifying(written).and_then(|email| self.by_email.get(email.as_ref())),
            false => Number::of(written).text().and_then(|number| self.by_number.get(number.as_ref())),
        };
        found.map_or(&[], Vec::as_slice)
    }
}
