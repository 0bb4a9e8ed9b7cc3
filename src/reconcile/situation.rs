//! Exactly one situation for every account and every person, from what the keys and the employment say.

use chrono::NaiveDate;
use rayon::prelude::*;

use super::columns::{AccountColumns, PersonColumns};
use super::employment::{self, Employment};
use super::fold::Row;
use super::keys::{Addresses, Number};
use super::matching::{Matches, Part, Verdict};
use super::rejected::{Place, RejectedKeys};
use super::rule::{Pattern, PeopleRule};
use crate::config::{Config, Exclude};
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

/// Who is excluded, and by which rule: the one place that decides it, for the judgement and for the guard alike.
#[derive(Debug)]
pub struct Exclusions {
    rules: Vec<Exclusion>,
    addresses: Addresses,
}

/// A rule: its address pattern as written and with domain aliases applied, or its id.
#[derive(Debug)]
struct Exclusion {
    written: Option<Pattern>,
    resolved: Option<Pattern>,
    id: Option<u64>,
}

impl Exclusions {
    /// Those of a configuration.
    pub fn new(config: &Config) -> Self {
        let addresses = Addresses::new(&config.matching.domain_aliases);
        let rule = |rule: &Exclude| {
            let pattern = rule.email.as_deref();
            Exclusion {
                written: pattern.map(Pattern::new),
                resolved: pattern.and_then(|pattern| addresses.key(pattern)).map(|pattern| Pattern::new(&pattern)),
                id: rule.id,
            }
        };
        Self { rules: config.exclude.iter().map(rule).collect(), addresses }
    }

    /// The first rule that names the account, by its place in the configuration; the number of rules stands for Domo's support
    /// account. Protecting one account too many is the safer mistake, so a pattern holds for the address as written and for what it
    /// counts as.
    pub fn rule(&self, id: Option<u64>, address: Option<&str>) -> Option<usize> {
        let plain = address.map(|email| self.addresses.plain(email));
        let key = plain.as_deref().filter(|_| self.rules.iter().any(|rule| rule.resolved.is_some()));
        let key = key.and_then(|plain| self.addresses.key_of_plain(plain));
        let fits = |pattern: &Option<Pattern>, email: Option<&str>| {
            pattern.as_ref().zip(email).is_some_and(|(pattern, email)| pattern.matches(email))
        };
        let by_rule = self.rules.iter().position(|rule| {
            fits(&rule.written, plain.as_deref()) || fits(&rule.resolved, key.as_deref()) || (rule.id.is_some() && rule.id == id)
        });
        let support = || id == Some(SUPPORT_ID) || plain.as_deref() == Some(SUPPORT_EMAIL);
        by_rule.or_else(|| support().then_some(self.rules.len()))
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
