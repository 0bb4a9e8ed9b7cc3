//! Exactly one situation for every account and every person, from what the keys and the employment say.

use std::borrow::Cow;
use std::collections::HashMap;

use chrono::NaiveDate;
use rayon::prelude::*;

use super::columns::{AccountColumns, PersonColumns};
use super::employment::{self, Employment};
use super::fold::Row;
use super::keys::Addresses;
use super::matching::{Matches, Part, Verdict};
use super::rejected::{Place, RejectedKeys};
use super::rule::{Pattern, PeopleRule, as_matched};
use crate::config::Config;
use crate::terms::value::Number;
use crate::terms::{AccountSituation, PersonSituation, Status};

/// Domo's own support account: in every instance, and nobody's.
const SUPPORT_ID: u64 = 27;
const SUPPORT_EMAIL: &str = "support@domo.com";

/// Why an account cannot be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap {
    /// The matched row has no readable status.
    NoStatus,
    /// A rejected row or an unusable cell may hold the account's address or number.
    RejectedRow(Place),
    /// The directory is not whole.
    PartialDirectory,
    /// The account has no usable key.
    NoKey,
    /// The account's number is damaged and its address finds nobody.
    DamagedNumber,
    /// Its address is one that many people share who have nothing in common.
    Placeholder,
    /// Somebody without an account has nearly its keys.
    Near,
}

/// Who is excluded, and by which rule: the one place that decides it, for the judgement and for the guard alike. Addresses and ids are
/// looked up; only patterns with a wildcard are tried one after the other.
#[derive(Debug)]
pub struct Exclusions {
    count: usize,
    by_id: HashMap<u64, usize>,
    /// As written, and with domain aliases applied.
    by_address: [HashMap<String, usize>; 2],
    by_pattern: [Vec<(usize, Pattern)>; 2],
    addresses: Addresses,
}

impl Exclusions {
    /// Those of a configuration.
    pub fn new(config: &Config) -> Self {
        let addresses = Addresses::new(&config.matching.domain_aliases);
        let mut exclusions = Self {
            count: config.exclude.len(),
            by_id: HashMap::new(),
            by_address: Default::default(),
            by_pattern: Default::default(),
            addresses,
        };
        for (place, rule) in config.exclude.iter().enumerate() {
            if let Some(id) = rule.id {
                exclusions.by_id.entry(id).or_insert(place);
            }
            let written = rule.email.as_deref();
            let resolved = written.and_then(|pattern| exclusions.addresses.key(pattern)).map(Cow::into_owned);
            for (form, pattern) in [written.map(str::to_owned), resolved].into_iter().enumerate() {
                match pattern.as_deref().map(|pattern| Pattern::new(pattern).exact()) {
                    Some(Ok(address)) => {
                        exclusions.by_address[form].entry(address).or_insert(place);
                    }
                    Some(Err(pattern)) => exclusions.by_pattern[form].push((place, pattern)),
                    None => {}
                }
            }
        }
        exclusions
    }

    /// The first rule that names the account, by its place in the configuration; the number of rules stands for Domo's support
    /// account. Protecting one account too many is the safer mistake, so a pattern holds for the address as written and for what it
    /// counts as.
    pub fn rule(&self, id: Option<u64>, address: Option<&str>) -> Option<usize> {
        let plain = address.map(|email| self.addresses.plain(email));
        let by_id = id.and_then(|id| self.by_id.get(&id).copied());
        let by_address = plain.as_deref().and_then(|plain| {
            let resolved = self.addresses.key_of_plain(plain);
            let forms = [Some(plain), resolved.as_deref()];
            forms.into_iter().enumerate().filter_map(|(form, email)| self.by_form(form, email?)).min()
        });
        let support = || id == Some(SUPPORT_ID) || plain.as_deref() == Some(SUPPORT_EMAIL);
        by_id.into_iter().chain(by_address).min().or_else(|| support().then_some(self.count))
    }

    fn by_form(&self, form: usize, email: &str) -> Option<usize> {
        let (exact, patterns) = (&self.by_address[form], &self.by_pattern[form]);
        let looked_up = if exact.is_empty() { None } else { exact.get(as_matched(email).as_ref()).copied() };
        let tried = patterns.iter().find(|(_, pattern)| pattern.matches(email)).map(|(place, _)| *place);
        looked_up.into_iter().chain(tried).min()
    }
}

/// Which part each account takes, and the exclusion rule of each excluded one.
pub(super) fn parts(accounts: &AccountColumns<'_>, exclusions: &Exclusions) -> Vec<(Part, u32)> {
    let part = |row| match exclusions.rule(accounts.id(row), accounts.email.get(row)) {
        Some(rule) => (Part::Excluded, rule as u32),
        None if accounts.is_active(row) => (Part::Takes, 0),
        None => (Part::Inactive, 0),
    };
    (0..accounts.height).into_par_iter().with_min_len(1024).map(part).collect()
}

/// Employment of every person on the day judged.
pub(super) fn employment(people: &PersonColumns<'_>, as_of: NaiveDate) -> Vec<Employment> {
    let row = |row: Row| employment::judge(&people.facts(row), as_of);
    let person = |person: u32| match people.folded(person) {
        [] => row(people.fold.row(person)),
        rows => {
            let rows: Vec<Employment> = rows.iter().map(|at| row(*at)).collect();
            employment::combine(&rows).unwrap_or(rows[0])
        }
    };
    (0..people.height).into_par_iter().with_min_len(1024).map(person).collect()
}

/// Why an account without a person, or with one whose status cannot be read, is not judged.
pub(super) fn gap(
    accounts: &AccountColumns<'_>,
    addresses: &Addresses,
    rejected: &RejectedKeys,
    directory_is_whole: bool,
    matches: &Matches,
    row: u32,
) -> Option<Gap> {
    match matches.verdicts[row as usize] {
        Verdict::One { .. } => Some(Gap::NoStatus),
        Verdict::Conflict | Verdict::Ambiguous => None,
        Verdict::NoKey | Verdict::Nobody if !directory_is_whole => Some(Gap::PartialDirectory),
        Verdict::NoKey | Verdict::Nobody if !matches.suspects.of(row).is_empty() => Some(Gap::Near),
        Verdict::Nobody if accounts.email.get(row).is_some_and(|email| addresses.is_placeholder(email)) => Some(Gap::Placeholder),
        Verdict::NoKey => Some(Gap::NoKey),
        Verdict::Nobody => rejected.hold(accounts, addresses, row).map(Gap::RejectedRow).or_else(|| {
            let number = accounts.employee_number.get(row)?;
            (Number::of(number) == Number::Damaged).then_some(Gap::DamagedNumber)
        }),
    }
}

/// The situation of every account.
pub(super) fn of_accounts(
    parts: &[Part],
    matches: &Matches,
    employment: &[Employment],
    gap: impl Fn(u32) -> Option<Gap> + Sync,
) -> Vec<AccountSituation> {
    use AccountSituation::*;
    let situation = |row: u32| match parts[row as usize] {
        Part::Excluded => Excluded,
        Part::Inactive => Inactive,
        Part::Takes => match matches.verdicts[row as usize] {
            Verdict::Conflict => Conflict,
            Verdict::Ambiguous => Ambiguous,
            Verdict::One { person, .. } if matches.holders[person as usize] > 1 => Duplicate,
            Verdict::One { person, .. } => match employment[person as usize].status {
                Status::Unknown => NotEvaluable,
                Status::Terminated => Leaver,
                Status::Suspended => Suspended,
                Status::Active | Status::Leave | Status::Prehire => Matched,
            },
            Verdict::NoKey | Verdict::Nobody if gap(row).is_some() => NotEvaluable,
            Verdict::NoKey | Verdict::Nobody => Orphan,
        },
    };
    (0..parts.len() as u32).into_par_iter().with_min_len(1024).map(situation).collect()
}

/// The situation of every person in the frame. First that applies: duplicate, conflict, ambiguous, not evaluable, matched, the rest.
pub(super) fn of_people(
    people: &PersonColumns<'_>,
    config: &Config,
    addresses: &Addresses,
    parts: &[Part],
    matches: &Matches,
    employment: &[Employment],
    pull_is_whole: bool,
) -> Vec<PersonSituation> {
    use PersonSituation::*;
    let expected = config.expected.as_ref().map(PeopleRule::new);
    let situation = |row: u32| {
        let at = row as usize;
        let status = employment[at].status;
        let account = parts.get(matches.account_of[at] as usize).copied();
        if matches.repeated.contains_key(&row) {
            Duplicate
        } else if matches.in_conflict[at] {
            Conflict
        } else if matches.in_ambiguity[at] {
            Ambiguous
        } else if status == Status::Unknown || matches.suspects.includes(row) {
            NotEvaluable
        } else if status == Status::Terminated && account == Some(Part::Inactive) {
            Left
        } else if account.is_some() {
            Matched
        } else if !pull_is_whole || has_only_a_placeholder(people, addresses, row) {
            NotEvaluable
        } else {
            match status {
                Status::Active if expected.as_ref().is_none_or(|rule| rule.matches(people, row)) => Missing,
                Status::Active | Status::Leave | Status::Suspended => NotExpected,
                Status::Terminated => Left,
                Status::Prehire => Prehire,
                Status::Unknown => NotEvaluable,
            }
        }
    };
    (0..people.height).into_par_iter().with_min_len(1024).map(situation).collect()
}

/// Whether the only key of a person is an address that identifies nobody: no account could be found by it.
fn has_only_a_placeholder(people: &PersonColumns<'_>, addresses: &Addresses, row: u32) -> bool {
    people.email.get(row).is_some_and(|email| addresses.is_placeholder(email))
        && people.employee_number.get(row).is_none_or(|number| Number::of(number).text().is_none())
        && people.alternate_email.get(row).all(|email| addresses.identifying(email).is_none())
}
