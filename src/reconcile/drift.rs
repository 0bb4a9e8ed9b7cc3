//! What differs between an account and its person, and what of it a plan may write: found column by column, and looked at closely
//! only where the columns are unequal.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::hash::BuildHasher;

use anyhow::Result;
use polars::prelude::*;
use rayon::prelude::*;

use super::column::TextColumn;
use super::columns::{AccountColumns, PersonColumns};
use super::correlation::fold::Called;
use super::correlation::join::Agreeing;
use super::correlation::keys::Addresses;
use super::correlation::matching::Matches;
use super::correlation::names::{self, Resemblance};
use super::exclusions::Part;
use super::finding::DriftField;
use super::people_rules::PeopleRules;
use super::places::{Account, Each, Person, all};
use crate::config::{Config, RoleRule};
use crate::terms::value::{Number, difference_in_words, invisible_difference, phone, same_number, writable_number};
use crate::terms::{Comparison, FIELDS, Field, Key, Role};
use crate::text::{damage, damage_beside, folded, last_first};

/// The texts that several people have.
fn shared(texts: &TextColumn<Person>, height: u32) -> HashSet<&str> {
    let state = PlFixedStateQuality::with_seed(0);
    let hashed = |person: Person| texts.get(person).map(|text| (state.hash_one(text), text));
    let mut hashed: Vec<(u64, &str)> = all(height).filter_map(hashed).collect();
    hashed.par_sort_unstable();
    hashed.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0].1).collect()
}

/// How fields are compared in this run.
pub(super) struct Drifts<'a> {
    accounts: &'a AccountColumns<'a>,
    people: &'a PersonColumns<'a>,
    addresses: &'a Addresses,
    /// Fields asked for that the accounts carry, each with its bit in [`Unequal`].
    fields: Vec<(&'a str, u32)>,
    unequal: Unequal,
    clear_empty: bool,
    roles: &'a [RoleRule],
    role_rules: PeopleRules,
    /// Whether the accounts have roles, and the directory or a rule gives one.
    pub(super) compares_roles: bool,
    /// Does this instance return employee numbers as JSON numbers? Then only plain digits can be written.
    numeric_numbers: bool,
    /// Cells that must not be compared.
    doubtful: HashSet<(u32, u32, &'a str)>,
    /// Numbers that several people have; looked for where somebody's differs, which hardly anybody's does.
    shared_numbers: HashSet<&'a str>,
}

impl<'a> Drifts<'a> {
    pub(super) fn new(
        accounts: &'a AccountColumns<'a>,
        people: &'a PersonColumns<'a>,
        addresses: &'a Addresses,
        config: &'a Config,
        (matches, parts): (&Matches, &Each<Account, Part>),
    ) -> Result<Self> {
        let asked = config.drift.fields.iter().map(String::as_str);
        let doubts = people.people.doubts.iter().filter(|doubt| doubt.not_comparable);
        let fields = asked.filter(|field| is_compared(field) && accounts.provides(field)).map(|field| (field, Unequal::bit(field)));
        let unequal = Unequal::new(accounts, people, matches, parts)?;
        let number = Unequal::bit("employee_number");
        let differs = unequal.0.values().iter().any(|unequal| unequal & number != 0);
        let numbers = people.text("employee_number").filter(|_| differs);
        Ok(Self {
            accounts,
            people,
            addresses,
            unequal,
            fields: fields.collect(),
            clear_empty: config.drift.clear_empty,
            roles: &config.role,
            role_rules: PeopleRules::new(config.role.iter().map(|rule| &rule.people)),
            compares_roles: accounts.provides("role") && (!config.role.is_empty() || people.any_provides(&["role"])),
            numeric_numbers: accounts.accounts.keeps_numbers(),
            doubtful: doubts.map(|doubt| (doubt.source, doubt.row, doubt.field.as_str())).collect(),
            shared_numbers: numbers.map(|numbers| shared(numbers, people.height)).unwrap_or_default(),
        })
    }

    /// Whether an account that is matched does not hold the very text that its person has in one of these fields.
    pub(super) fn are_unequal(&self, account: Account, fields: impl IntoIterator<Item = Key>) -> bool {
        self.unequal.0[account] & fields.into_iter().fold(0, |bits, key| bits | Unequal::bit(key.as_str())) != 0
    }

    /// The fields compared for at least one person.
    pub(super) fn compared(&self) -> Vec<String> {
        let carried = |(field, _): &&(&str, u32)| self.people.any_provides(columns_of(field));
        let mut fields: Vec<String> = self.fields.iter().filter(carried).map(|(field, _)| (*field).to_owned()).collect();
        if self.compares_roles {
            fields.push("role".to_owned());
        }
        fields
    }

    /// Everything that differs, in the order of the configuration, role last.
    pub(super) fn between(&self, account: Account, person: Person, agreeing: Agreeing) -> Vec<DriftField> {
        let mut drift = Vec::new();
        let unequal = self.unequal.0[account];
        for (field, _) in self.fields.iter().filter(|(_, bit)| unequal & bit != 0) {
            // A key that agrees does not differ, however it is written.
            let agrees = match *field {
                "email" => agreeing.has(Key::Email),
                "employee_number" => agreeing.has(Key::EmployeeNumber),
                _ => false,
            };
            if !agrees {
                drift.extend(self.field(field, account, person));
            }
        }
        if self.compares_roles {
            drift.extend(self.role(account, person));
        }
        if drift.is_empty() {
            return drift;
        }
        let name = self.accounts.name.get(account);
        if agreeing.is_unproven() {
            let names_differ = self.people.resemblance(person, name) == Resemblance::Differ;
            leave_unproven(&mut drift, agreeing, names_differ);
        }
        let (_, otherwise) = self.people.called(person, name);
        if !otherwise.is_empty() && !agreeing.has(Key::Link) {
            leave_another_s(&mut drift, &otherwise);
        }
        drift
    }

    fn field(&self, field: &str, account: Account, person: Person) -> Option<DriftField> {
        if field == "name" {
            return self.name(account, person);
        }
        let (ours, theirs) = (self.accounts.text(field)?, self.people.text(field)?);
        let (domo, directory) = (ours.get(account).unwrap_or_default(), theirs.get(person).unwrap_or_default());
        if domo == directory || !self.comparable(person, field) {
            return None;
        }
        let as_compared = |value| compared(field, value, self.addresses);
        let equal = match field {
            // Somebody's further addresses are theirs as well; one that is nobody's, or that no directory makes, says nothing.
            "email" => {
                let domo = self.addresses.key(domo);
                let any = || self.people.alternate_email.get(person).any(|other| self.addresses.key(other) == domo);
                domo == self.addresses.key(directory)
                    || self.addresses.is_placeholder(directory)
                    || self.addresses.is_damaged(directory)
                    || domo.is_some() && any()
            }
            "employee_number" => same_number(domo, directory),
            "phone" => as_compared(domo) == as_compared(directory),
            _ => {
                as_compared(domo) == as_compared(directory)
                    || damage::comparable(directory).is_none_or(|value| as_compared(domo) == folded(&value))
            }
        };
        let mut drift = (!equal).then(|| self.differing(field, domo, directory))?;
        if field == "employee_number" && self.shared_numbers.contains(directory) {
            drift.writable = false;
            drift.note = Some("not written: several people of the directory have this number".to_owned());
        }
        if field == "email" && self.addresses.is_begun(directory) {
            drift.writable = false;
            drift.note = Some("not written: its domain has no dot".to_owned());
        }
        if field == "employee_number" && self.accounts.number_is_an_id(account) {
            drift.writable = false;
            drift.note = Some("not written: it is Domo's Employee ID, which its API does not take".to_owned());
        }
        Some(drift)
    }

    fn comparable(&self, person: Person, field: &str) -> bool {
        self.people.provides(person, field) && !self.is_doubtful(person, field)
    }

    pub(super) fn is_doubtful(&self, person: Person, field: &str) -> bool {
        if self.doubtful.is_empty() {
            return false;
        }
        let doubtful = |(source, line)| self.doubtful.contains(&(source, line, field));
        match self.people.folded(person) {
            [] => doubtful((self.people.source(person), self.people.line(person))),
            rows => rows.iter().any(|row| doubtful(self.people.place(*row))),
        }
    }

    /// The name as a whole. Given and family name are joined in the order of Domo's own name.
    fn name(&self, account: Account, person: Person) -> Option<DriftField> {
        let domo = self.accounts.name.get(account).unwrap_or_default();
        let whole = self.people.name.filled(person);
        if whole.is_some_and(|whole| whole == domo || folded(whole) == folded(domo)) {
            return None;
        }
        let provides = |field| self.people.provides(person, field);
        // Half a name is none to write.
        let is_whole = provides("name") || provides("given_name") && provides("family_name");
        if !is_whole || ["name", "given_name", "family_name"].iter().any(|field| self.is_doubtful(person, field)) {
            return None;
        }
        // Nor one of which a half is blank (somebody's family may be called Null), where Domo has the whole name.
        let (given, family) = (self.people.given_name.filled(person), self.people.family_name.filled(person));
        if !provides("name") && provides("given_name") && provides("family_name") && given.is_some() != family.is_some() {
            let half = given.or(family).unwrap_or_default();
            let has = |whole: &str| half.split_whitespace().all(|word| whole.split_whitespace().any(|part| part == word));
            if has(domo) {
                return None;
            }
        }
        let directory = in_order_of(domo, whole, given, family);
        let repaired = damage::comparable(&directory)?;
        let (ours, theirs) = (folded(domo), folded(&repaired));
        // Chinese, Japanese and Korean names are written with a space or without.
        let without_spaces = |text: &str| text.split(' ').collect::<String>();
        let equal = ours == theirs
            || names::is_east_asian(&ours) && names::is_east_asian(&theirs) && without_spaces(&ours) == without_spaces(&theirs);
        (!equal).then(|| self.differing("name", domo, &directory))
    }

    fn role(&self, account: Account, person: Person) -> Option<DriftField> {
        if self.roles.is_empty() && !self.people.provides(person, "role") {
            return None;
        }
        let given = self.people.role.filled(person).filter(|_| self.comparable(person, "role"));
        let by_rule = || {
            let place = self.role_rules.fitting(|field| self.people.values(person, field)).next()?;
            Some(self.roles.get(place)?.role.as_str())
        };
        let directory = by_rule().or(given)?.trim();
        let domo = self.accounts.role(account)?;
        if domo == directory {
            return None;
        }
        // An account with any other role keeps it.
        let (ours, theirs) = (Role::from_word(domo).is_some(), Role::from_word(directory).is_some());
        let note = match (ours, theirs) {
            (false, _) => Some("a custom role is kept".to_owned()),
            (_, false) => Some("not one of the five roles that are written".to_owned()),
            _ if domo.eq_ignore_ascii_case(directory) => Some("case only".to_owned()),
            _ => invisible_difference(domo, directory),
        };
        let text = |text: &str| Some(text.to_owned());
        Some(DriftField { field: "role".into(), domo: text(domo), directory: text(directory), note, writable: ours && theirs })
    }

    fn differing(&self, field: &str, domo: &str, directory: &str) -> DriftField {
        let value = |text: &str| (!folded(text).is_empty()).then(|| text.to_owned());
        let (domo, directory) = (value(domo), value(directory));
        let mut note = match (&domo, &directory) {
            (Some(domo), Some(directory)) => difference_in_words(domo, directory),
            _ => None,
        };
        let mut writable = match &directory {
            // Domo needs a name and an address; clearing the number would cut the account from its person.
            None => self.clear_empty && Field::named(field).is_some_and(|field| field.free_text().is_some()),
            Some(_) => true,
        };
        if let Some(damage) = directory.as_deref().and_then(damage::of) {
            writable = false;
            note.get_or_insert(format!("not written: it {}", damage.kind.describe()));
        } else if let (Some(domo), Some(directory)) = (&domo, &directory)
            && Field::named(field).is_some_and(|known| matches!(known.compared, Some(Comparison::Text | Comparison::Name)))
            && let Some(kind) = damage_beside(directory, domo)
        {
            writable = false;
            note.get_or_insert(format!("not written: beside Domo's value it shows that it {}", kind.describe()));
        }
        if let (Some(number), "employee_number") = (&directory, field)
            && let Err(why) = writable_number(number, self.numeric_numbers)
        {
            writable = false;
            note.get_or_insert(why.to_owned());
        }
        DriftField { field: field.to_owned(), domo, directory, note, writable }
    }
}

/// One key alone, for which the name does not speak, says whose account it is and not what its name and address should be. Where
/// the names speak against it, the number is not written either: it would be the second key that agrees in the next run.
fn leave_unproven(drift: &mut Vec<DriftField>, agreeing: Agreeing, names_differ: bool) {
    // Names that have nothing in common, or cannot be compared, are counted and no finding.
    drift.retain(|field| field.field != "name" || agreeing.loosely());
    let why = match agreeing.loosely() && !agreeing.has(Key::Email) {
        true => "not written: only the number agrees, and only without its prefix and zeros",
        false => "not written: only one key agrees, and the names do not speak for it",
    };
    let is_held = |field: &&mut DriftField| match field.field.as_str() {
        "name" | "email" => true,
        "employee_number" => names_differ,
        _ => false,
    };
    drift.iter_mut().filter(is_held).for_each(|field| hold(field, why));
}

/// Of rows that call their person otherwise than the account is called, neither the name nor the number is written: they may speak
/// of somebody who has the address now, or had it.
fn leave_another_s(drift: &mut [DriftField], otherwise: &[&Called]) {
    let is_theirs = |field: &&mut DriftField| match field.field.as_str() {
        "name" => otherwise.iter().any(|row| Some(&row.name) == field.directory.as_ref()),
        "employee_number" => otherwise.iter().any(|row| row.number == field.directory),
        _ => false,
    };
    let why = "not written: the row that says so calls its person otherwise than Domo and another row do";
    drift.iter_mut().filter(is_theirs).for_each(|field| hold(field, why));
}

fn hold(field: &mut DriftField, why: &str) {
    field.writable = false;
    field.note = Some(why.to_owned());
}

/// In which fields a matched account does not hold the very text that its person has.
struct Unequal(Each<Account, u32>);

impl Unequal {
    fn new(
        accounts: &AccountColumns<'_>,
        people: &PersonColumns<'_>,
        matches: &Matches,
        parts: &Each<Account, Part>,
    ) -> Result<Self> {
        let taking = accounts.all().filter(|account| parts[*account] == Part::Takes);
        let matched: Vec<(Account, Person)> = taking.filter_map(|account| Some((account, matches.person_of(account)?.0))).collect();
        let ours = IdxCa::from_iter_values("account".into(), matched.iter().map(|(account, _)| account.0));
        let theirs = IdxCa::from_iter_values("person".into(), matched.iter().map(|(_, person)| person.0));
        let unequal = |field: &Field| -> Result<Option<BooleanChunked>> {
            let (Some(domo), Some(directory)) = (accounts.text(field.name), people.text(field.name)) else { return Ok(None) };
            Ok(Some(domo.take(&ours)?.not_equal_missing(&directory.take(&theirs)?)))
        };
        let columns: Vec<Option<BooleanChunked>> = FIELDS.par_iter().map(unequal).collect::<Result<_>>()?;
        let mut fields = Each::filled(accounts.height, 0);
        for (bit, column) in columns.iter().enumerate().filter_map(|(bit, column)| Some((bit, column.as_ref()?))) {
            for ((account, _), unequal) in matched.iter().zip(column.iter().flatten()) {
                *fields.get_mut(*account) |= u32::from(unequal) << bit;
            }
        }
        Ok(Self(fields))
    }

    /// The bit of a field of the table.
    fn bit(field: &str) -> u32 {
        FIELDS.iter().position(|known| known.name == field).map_or(0, |bit| 1 << bit)
    }
}

/// The columns of the directory that a field is compared with: any of them will do.
pub(super) fn columns_of<'f>(field: &'f &'f str) -> &'f [&'f str] {
    if *field == "name" { &["name", "given_name", "family_name"] } else { std::slice::from_ref(field) }
}

/// Whether the table of fields says how this one is compared; the role has rules of its own.
fn is_compared(field: &str) -> bool {
    Field::named(field).and_then(|field| field.compared).is_some_and(|compared| compared != Comparison::Role)
}

/// A value as it is compared.
pub(crate) fn compared<'v>(field: &str, value: &'v str, addresses: &Addresses) -> Cow<'v, str> {
    match Field::named(field).and_then(|field| field.compared) {
        Some(Comparison::Phone) => Cow::Owned(phone(value)),
        Some(Comparison::Address) => addresses.key(value).unwrap_or_default(),
        Some(Comparison::Number) => Number::of(value).text().unwrap_or_default(),
        Some(Comparison::Role) => Cow::Borrowed(value.trim()),
        Some(Comparison::Text | Comparison::Name) | None => folded(value),
    }
}

/// The directory's name in the order Domo's own name uses: `Byron, Ada` where Domo writes so, else `Ada Byron`.
fn in_order_of<'t>(domo: &str, whole: Option<&'t str>, given: Option<&'t str>, family: Option<&'t str>) -> Cow<'t, str> {
    // "Last, First" splits into the parts where the file has no columns for them.
    let comma = whole.and_then(last_first).map(|(family, given)| (given, family));
    let parts = match (given.zip(family), comma) {
        (Some((given, family)), _) if whole.is_none_or(|whole| same_words(whole, given, family)) => Some((given, family)),
        (_, parts @ Some(_)) => parts,
        _ => None,
    };
    let Some((given, family)) = parts else {
        return Cow::Borrowed(whole.or(given).or(family).unwrap_or_default());
    };
    let domo = folded(domo);
    let lower = domo.to_lowercase();
    let family_first = lower.starts_with(&folded(family).to_lowercase()) && !lower.starts_with(&folded(given).to_lowercase());
    Cow::Owned(match (domo.contains(','), family_first) {
        (true, _) => format!("{family}, {given}"),
        (false, true) => format!("{family} {given}"),
        (false, false) => format!("{given} {family}"),
    })
}

fn same_words(whole: &str, given: &str, family: &str) -> bool {
    let words = |text: &str| {
        let mut words: Vec<String> = folded(text).to_lowercase().replace(',', " ").split_whitespace().map(str::to_owned).collect();
        words.sort_unstable();
        words
    };
    words(whole) == words(&format!("{given} {family}"))
}

/// Drifts that share field, old and new value, largest first: one cause, many findings.
pub(super) fn count_pairs<'d>(drift: impl Iterator<Item = &'d DriftField>) -> HashMap<(&'d str, &'d str, &'d str), u64> {
    let mut pairs = HashMap::new();
    for field in drift {
        let (domo, directory) = (field.domo.as_deref().unwrap_or_default(), field.directory.as_deref().unwrap_or_default());
        *pairs.entry((field.field.as_str(), domo, directory)).or_default() += 1;
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_joined_in_the_order_domo_uses() {
        let joined = |domo: &str, whole| in_order_of(domo, whole, Some("Ada"), Some("Byron")).into_owned();
        assert_eq!(joined("Ada King", None), "Ada Byron");
        assert_eq!(joined("Byron Augusta", None), "Byron Ada");
        assert_eq!(joined("Byron, Augusta", None), "Byron, Ada");
        assert_eq!(joined("Ada Byron", Some("Byron, Ada")), "Ada Byron");
        assert_eq!(joined("Ada Byron", Some("Ada Lovelace")), "Ada Lovelace");
        assert_eq!(in_order_of("Ada Byron", Some("Byron, Ada"), None, None), "Ada Byron");
    }
}
