//! What rejected rows and unusable cells of the directory may carry: whoever has such an address or number may be real.
//!
//! The cells broke their rows, so they are read generously: what is taken for a key here never matches anybody, it only keeps an
//! account from being called an orphan.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};

use unicode_normalization::UnicodeNormalization;

use super::join::Sides;
use super::keys::Addresses;
use crate::reconcile::columns::AccountColumns;
use crate::reconcile::places::{Account, Person};
use crate::terms::Key;
use crate::terms::value::{Number, loosely};
use crate::text::damage;
use crate::text::entities::resolved;

/// Where such a key stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::reconcile) struct KeyPlace {
    pub(in crate::reconcile) source: u32,
    pub(in crate::reconcile) row: u32,
    /// The row was rejected whole; else only the cell is unusable.
    pub(in crate::reconcile) rejected: bool,
    /// What of the account may stand there.
    pub(in crate::reconcile) key: Key,
}

/// Addresses and numbers that may be somebody's, each with the first place that has it.
#[derive(Debug, Default)]
pub(in crate::reconcile) struct RejectedKeys {
    addresses: HashMap<String, KeyPlace>,
    numbers: HashMap<String, KeyPlace>,
    loose: HashMap<String, KeyPlace>,
    /// What stands in place of an address and may be its part before the @, or its beginning where the end is cut off.
    logins: HashMap<String, KeyPlace>,
    cut: HashMap<String, KeyPlace>,
    damaged: DamagedNumbers,
    /// What stands under the keys of rejected rows, as it is compared.
    own_addresses: HashMap<String, KeyPlace>,
    own_numbers: HashMap<String, KeyPlace>,
}

impl RejectedKeys {
    pub(in crate::reconcile) fn new(sides: Sides<'_>) -> Self {
        let Sides { people, addresses, .. } = sides;
        let mut keys = Self::default();
        for row in &people.people.rejected {
            let place = KeyPlace { source: row.source, row: row.row, rejected: true, key: Key::Email };
            row.email.iter().for_each(|cell| keys.add_login(cell, place));
            keys.add_own(row.email.as_deref(), row.employee_number.as_deref(), addresses, place);
            // Cells that have moved: any of them may hold either key.
            for cell in row.email.iter().chain(&row.employee_number).chain(&row.carried) {
                keys.add_addresses(cell, addresses, place);
                keys.add_numbers(cell, place);
            }
        }
        // A person without any of the configured keys is as good as rejected: whoever has one of their other keys is no orphan.
        let linked: HashSet<Person> = sides.links.decided().into_values().flatten().copied().collect();
        for person in people.all().filter(|person| !sides.is_identified(*person)) {
            let (source, row) = (people.source(person), people.line(person));
            let place = KeyPlace { source, row, rejected: true, key: Key::Email };
            // Where a [[link]] says which account is this person's, the row's keys count for that match only.
            if !linked.contains(&person) {
                keys.add_own(people.email.get(person), people.employee_number.get(person), addresses, place);
            }
            people.alternate_email.get(person).for_each(|text| keys.add_addresses(text, addresses, place));
            people.employee_number.get(person).into_iter().for_each(|text| keys.add_numbers(text, place));
        }
        // A key that was left out of a usable row may be somebody's too.
        for doubt in people.people.doubts.iter().filter(|doubt| doubt.not_comparable) {
            let place = KeyPlace { source: doubt.source, row: doubt.row, rejected: false, key: Key::Email };
            match doubt.field.as_str() {
                "email" | "alternate_email" => {
                    keys.add_login(&doubt.value, place);
                    keys.add_addresses(&doubt.value, addresses, place);
                }
                "employee_number" => keys.add_numbers(&doubt.value, place),
                _ => {}
            }
        }
        keys
    }

    fn add_own(&mut self, email: Option<&str>, number: Option<&str>, addresses: &Addresses, place: KeyPlace) {
        if let Some(key) = email.and_then(|cell| addresses.identifying(cell)) {
            add(&mut self.own_addresses, key.into_owned(), place);
        }
        if let Some(number) = number.and_then(|cell| Number::of(cell).text()) {
            add(&mut self.own_numbers, number.into_owned(), KeyPlace { key: Key::EmployeeNumber, ..place });
        }
    }

    fn add_addresses(&mut self, cell: &str, addresses: &Addresses, place: KeyPlace) {
        let cell = damage::of(cell).and_then(|damage| damage.repair).map_or(Cow::Borrowed(cell), Cow::Owned);
        let plain: String = resolved(&cell).nfkc().collect::<String>().to_lowercase();
        let written_out = AT.iter().fold(plain, |cell, written| cell.replace(written, "@"));
        let cell = DOT.iter().fold(written_out, |cell, written| cell.replace(written, "."));
        // Another sign of the keyboard in its place.
        let cell = if cell.contains('@') { cell } else { cell.replace(['#', '&'], "@") };
        if !cell.contains('@') {
            return;
        }
        let joined: String = cell.split_whitespace().collect();
        let repaired = joined.replace(',', ".").replace("@@", "@").replace(['\\', '"'], "");
        let found = [cell.as_str(), &joined, &repaired].into_iter().flat_map(addresses_in);
        for key in found.filter_map(|address| addresses.key(address)) {
            add(&mut self.addresses, key.into_owned(), place);
        }
    }

    /// A cell under an address that holds a login (`ACME\\ada.byron`, `ada.byron`, Exchange's `…/cn=ada.byron`), an address without
    /// its @, or the beginning of one (`ada.byron@`, `ada.byron@acme`).
    fn add_login(&mut self, cell: &str, place: KeyPlace) {
        let lower = cell.trim().to_lowercase();
        if let Some(begun) = lower.strip_suffix("...").or_else(|| lower.strip_suffix('…')).filter(|begun| begun.len() >= SHORTEST)
        {
            add(&mut self.cut, begun.to_owned(), place);
            return;
        }
        let begun = lower.trim_end_matches('.');
        if begun.rsplit_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.contains('.'))
            && begun.len() >= SHORTEST
        {
            add(&mut self.cut, begun.to_owned(), place);
            return;
        }
        let login = lower.rsplit(['\\', '/', '=']).next().unwrap_or_default().trim();
        if login.len() >= SHORTEST && !login.contains(|sign: char| sign.is_whitespace() || sign == '@') {
            add(&mut self.logins, login.to_owned(), place);
        }
    }

    fn add_numbers(&mut self, cell: &str, place: KeyPlace) {
        if cell.contains('@') {
            return;
        }
        let place = KeyPlace { key: Key::EmployeeNumber, ..place };
        let cell: String = cell.nfkc().collect();
        // `1,001` and `12 345`: groups of digits.
        let joined = cell.replace([',', '\'', '’', ' '], "");
        let joined = Some(joined.as_str()).filter(|joined| joined.bytes().all(|byte| byte.is_ascii_digit()));
        for part in cell.split([',', ';', '|', '/', ' ', '\n']).chain([cell.as_str()]).chain(joined) {
            match Number::of(part) {
                Number::Damaged => self.damaged.add(part, place),
                // Only zeros are a placeholder, and nobody's.
                Number::Text(number) if number.bytes().any(|byte| byte != b'0') => {
                    if let Some(loose) = loosely(&number) {
                        add(&mut self.loose, loose.to_owned(), place);
                    }
                    add(&mut self.numbers, number.into_owned(), place);
                }
                Number::Text(_) | Number::Blank => {}
            }
        }
    }

    /// The first place that holds a part of this address.
    fn begun(&self, address: &str) -> Option<KeyPlace> {
        if self.logins.is_empty() && self.cut.is_empty() {
            return None;
        }
        let local = address.split_once('@').map_or(address, |(local, _)| local);
        let begun = |at: usize| self.cut.get(address.get(..at)?).copied();
        let login = self.logins.get(local).or_else(|| self.logins.get(&address.replace('@', "."))).copied();
        login.or_else(|| (SHORTEST..address.len()).find_map(begun))
    }

    /// The rejected row that carries a key of this account as it stands. Read strictly: it speaks against a match.
    pub(in crate::reconcile) fn carry(
        &self,
        accounts: &AccountColumns<'_>,
        addresses: &Addresses,
        account: Account,
    ) -> Option<KeyPlace> {
        if self.own_addresses.is_empty() && self.own_numbers.is_empty() {
            return None;
        }
        let address = accounts.email.get(account).and_then(|text| addresses.identifying(text));
        let by_address = address.and_then(|key| self.own_addresses.get(key.as_ref()));
        let number = || accounts.employee_number.get(account).and_then(|text| Number::of(text).text());
        by_address.or_else(|| self.own_numbers.get(number()?.as_ref())).copied()
    }

    /// The first place that may hold a key of this account, or what a link says that its person has.
    pub(in crate::reconcile) fn hold(&self, sides: Sides<'_>, account: Account) -> Option<KeyPlace> {
        let Sides { accounts, addresses, links, .. } = sides;
        let main = accounts.email.get(account).and_then(|text| addresses.key(text));
        let decided = || links.not_there(account).iter().map(String::as_str);
        let decided_addresses = decided().filter(|text| text.contains('@')).filter_map(|text| addresses.key(text));
        let mut keys = main.into_iter().chain(accounts.further_addresses(account, addresses)).chain(decided_addresses);
        let by_address = keys.find_map(|key| self.addresses.get(key.as_ref()).copied().or_else(|| self.begun(&key)));
        let numbers = accounts.employee_number.get(account).into_iter().chain(decided().filter(|text| !text.contains('@')));
        let mut numbers = numbers.filter_map(|text| Number::of(text).text());
        by_address.or_else(|| {
            numbers.find_map(|number| {
                let loose = || loosely(&number).and_then(|loose| self.loose.get(loose));
                self.numbers.get(number.as_ref()).or_else(loose).copied().or_else(|| self.damaged.may_be(&number))
            })
        })
    }
}

/// The first place stays, whatever the order of the rows.
fn add<K: Eq + std::hash::Hash>(keys: &mut HashMap<K, KeyPlace>, key: K, place: KeyPlace) {
    keys.entry(key).and_modify(|known| *known = place.min(*known)).or_insert(place);
}

/// Letters that a login or the beginning of an address has at least: `n/a` is neither.
const SHORTEST: usize = 4;

/// How the sign of an address is written, too, and its dot.
const AT: [&str; 9] = ["%40", "=40", "(at)", "[at]", "{at}", " at ", "(a)", "_at_", "-at-"];
const DOT: [&str; 8] = ["%2e", "=2e", "(dot)", "[dot]", "{dot}", " dot ", "_dot_", "-dot-"];

/// Every address in a text, whatever stands around it: `mailto:`, brackets, another address.
fn addresses_in(text: &str) -> Vec<&str> {
    let in_local = |letter: char| {
        letter.is_alphanumeric()
            || "!#$%&'*+-/=?^_`{|}~.\u{AD}".contains(letter)
            || matches!(letter, '\u{200B}'..='\u{200F}' | '\u{300}'..='\u{36F}')
    };
    let in_domain = |letter: char| {
        letter.is_alphanumeric() || matches!(letter, '.' | '-' | '_' | '\u{200B}'..='\u{200F}' | '\u{300}'..='\u{36F}')
    };
    let mut found = Vec::new();
    let mut before = 0;
    for (at, _) in text.match_indices('@') {
        let start = text[before..at]
            .rfind(|letter| !in_local(letter))
            .map_or(before, |place| before + place + text[before + place..].chars().next().map_or(0, char::len_utf8));
        let end = at + 1 + text[at + 1..].find(|letter| !in_domain(letter)).unwrap_or(text.len() - at - 1);
        // A separator or a quote that may also stand in an address.
        let bare = start + text[start..at].find(char::is_alphanumeric).unwrap_or(0);
        let behind = text[start..at].rfind(['/', '?', '=', '&', '#', '!', '|', '~']).map_or(start, |place| start + place + 1);
        for from in BTreeSet::from([start, bare, behind]).into_iter().filter(|from| *from < at && at + 1 < end) {
            found.push(text[from..end].trim_end_matches('.'));
        }
        before = end;
    }
    found
}

/// Numbers that a spreadsheet turned into scientific notation, by what is left of them: how many digits there were, and the first
/// few.
#[derive(Debug, Default)]
struct DamagedNumbers {
    /// Digits in all, digits that are left, their value.
    left: HashMap<(usize, usize, u64), KeyPlace>,
    /// How many digits are left, over all of them.
    lengths: BTreeSet<usize>,
}

impl DamagedNumbers {
    fn add(&mut self, cell: &str, place: KeyPlace) {
        let cell = cell.trim();
        let Some((mantissa, exponent)) = cell.split_once(['e', 'E']) else { return };
        let (whole, fraction) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        let Ok(exponent) = exponent.trim_start_matches('+').parse::<usize>() else { return };
        let (Some(length), Ok(value)) = (whole.len().checked_add(exponent), digits.parse::<u64>()) else { return };
        if digits.len() <= length {
            add(&mut self.left, (length, digits.len(), value), place);
            self.lengths.insert(digits.len());
        }
    }

    /// Where one stands that may have been this number: its first digits are those that are left, cut off or rounded.
    fn may_be(&self, number: &str) -> Option<KeyPlace> {
        let digits = Some(number).filter(|number| number.bytes().all(|byte| byte.is_ascii_digit()))?;
        self.lengths.iter().find_map(|left| {
            let first: u64 = digits.get(..*left)?.parse().ok()?;
            [first, first + 1].iter().find_map(|value| self.left.get(&(digits.len(), *left, *value)).copied())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_whatever_stands_around_them() {
        for (cell, expected) in [
            ("MAILTO:A@x.com MAILTO:b@y.com", vec!["A@x.com", "b@y.com"]),
            ("smtp:a@x.com;SMTP:b@y.com", vec!["a@x.com", "b@y.com"]),
            ("a@x.com/b@y.com", vec!["a@x.com", "/b@y.com", "b@y.com"]),
            ("a@x.com+b@y.com", vec!["a@x.com", "+b@y.com", "b@y.com"]),
            ("a@x.com[old]", vec!["a@x.com"]),
            ("'a@x.com.'", vec!["'a@x.com", "a@x.com"]),
            ("a@", vec![]),
            ("@x.com", vec![]),
            ("zoë@bücher.example, q", vec!["zoë@bücher.example"]),
        ] {
            assert_eq!(addresses_in(cell), expected, "{cell}");
        }
    }

    #[test]
    fn a_damaged_number_may_be_any_that_begins_with_what_is_left() {
        let mut damaged = DamagedNumbers::default();
        let place = KeyPlace { source: 0, row: 2, rejected: false, key: Key::EmployeeNumber };
        damaged.add("1.23457E+15", place);
        damaged.add("4,5e+5", place);
        for number in ["1234567890123456", "1234574999999999", "1234571234567890", "451234", "445000"] {
            assert_eq!(damaged.may_be(number), Some(place), "{number}");
        }
        for number in ["1234587890123456", "123456789012345", "12345678901234567", "461234", "4500000", "E51234", ""] {
            assert_eq!(damaged.may_be(number), None, "{number}");
        }
    }
}
