//! Exactly one situation for every account and every person, from what the keys and the employment say.

use std::collections::HashSet;

use chrono::NaiveDate;

use super::columns::PersonColumns;
use super::correlation::join::Sides;
use super::correlation::matching::{Correlation, Matches};
use super::correlation::rejected::{KeyPlace, RejectedKeys};
use super::employment::{self, Employment};
use super::exclusions::Part;
use super::people_rules::PeopleRule;
use super::places::{Account, Each, Person, Row};
use crate::config::Config;
use crate::terms::value::{Number, loosely};
use crate::terms::{AccountSituation, Key, PersonSituation, Status};

/// Why an account cannot be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap {
    /// The matched row has no readable status.
    NoStatus,
    /// A rejected row or an unusable cell may hold the account's address or number.
    RejectedRow(KeyPlace),
    /// Somebody has its keys, and a rejected row carries one of them too: what that row says of its person is not known.
    RejectedBeside(KeyPlace),
    /// The directory is not whole.
    PartialDirectory,
    /// The account has no usable key.
    NoKey,
    /// The account's number is damaged and its address finds nobody.
    DamagedNumber,
    /// Its address, or its number, is one that many people share who have nothing in common.
    Placeholder(Key),
    /// Somebody without an account has nearly its keys.
    Near,
    /// Links contradict each other about who it is, and none of its keys decides.
    Links,
}

/// Employment of every person on the day judged.
pub(super) fn employment(people: &PersonColumns<'_>, as_of: NaiveDate) -> Each<Person, Employment> {
    let row = |row: Row| employment::judge(&people.facts(row), as_of);
    Each::of(people.height, |person| match people.folded(person) {
        [] => row(people.fold.row(person)),
        rows => {
            let rows: Vec<Employment> = rows.iter().map(|at| row(*at)).collect();
            employment::combine(&rows).unwrap_or(rows[0])
        }
    })
}

/// What shows why an account is not judged.
pub(super) struct Gaps<'a> {
    pub(super) sides: Sides<'a>,
    pub(super) matches: &'a Matches,
    pub(super) rejected: RejectedKeys,
    /// Numbers that many people share who have nothing in common, as they stand and loosely.
    pub(super) nobodys_numbers: HashSet<String>,
    pub(super) directory_is_whole: bool,
}

impl Gaps<'_> {
    /// The rows with a cell that could not be used and may hold the key of an account that nobody has: source and row. Whether
    /// their person has that account is not known, so the person is not missing either.
    pub(super) fn rows_in_doubt(&self, situations: &Each<Account, AccountSituation>) -> HashSet<(u32, u32)> {
        let open = situations.iter().filter(|(_, situation)| **situation == AccountSituation::NotEvaluable);
        let places = open.filter_map(|(account, _)| match self.of(account) {
            Some(Gap::RejectedRow(place)) if !place.rejected => Some((place.source, place.row)),
            _ => None,
        });
        places.collect()
    }

    /// Whether a rejected row speaks of the person an account is matched to.
    pub(super) fn beside(&self, account: Account) -> Option<Gap> {
        self.rejected.carry(self.sides.accounts, self.sides.addresses, account).map(Gap::RejectedBeside)
    }

    fn has_nobodys_number(&self, account: Account) -> bool {
        let accounts = self.sides.accounts;
        let number = || accounts.employee_number.get(account).and_then(|number| Number::of(number).text());
        let is_nobodys = |number: &str| self.nobodys_numbers.contains(number);
        !self.nobodys_numbers.is_empty()
            && number().is_some_and(|number| is_nobodys(&number) || loosely(&number).is_some_and(is_nobodys))
    }

    /// Why an account without a person, or with one whose status cannot be read, is not judged.
    pub(super) fn of(&self, account: Account) -> Option<Gap> {
        let Sides { accounts, addresses, links, .. } = self.sides;
        match self.matches.correlations[account] {
            Correlation::One { .. } => Some(self.beside(account).unwrap_or(Gap::NoStatus)),
            Correlation::Conflict | Correlation::Ambiguous => None,
            Correlation::NoKey | Correlation::Nobody if !self.directory_is_whole => Some(Gap::PartialDirectory),
            Correlation::NoKey | Correlation::Nobody if links.contradict(account) => Some(Gap::Links),
            Correlation::NoKey | Correlation::Nobody if !self.matches.suspects.of(account).is_empty() => Some(Gap::Near),
            Correlation::Nobody if accounts.email.get(account).is_some_and(|email| addresses.is_placeholder(email)) => {
                Some(Gap::Placeholder(Key::Email))
            }
            Correlation::Nobody if self.has_nobodys_number(account) => Some(Gap::Placeholder(Key::EmployeeNumber)),
            Correlation::NoKey => Some(Gap::NoKey),
            Correlation::Nobody => self.rejected.hold(self.sides, account).map(Gap::RejectedRow).or_else(|| {
                let number = accounts.employee_number.get(account)?;
                (Number::of(number) == Number::Damaged).then_some(Gap::DamagedNumber)
            }),
        }
    }
}

/// The situation of every account.
pub(super) fn of_accounts(gaps: &Gaps<'_>, employment: &Each<Person, Employment>) -> Each<Account, AccountSituation> {
    use AccountSituation::*;
    let Gaps { sides: Sides { accounts, parts, .. }, matches, .. } = gaps;
    Each::of(accounts.height, |account| match parts[account] {
        Part::Excluded(_) => Excluded,
        Part::Inactive => Inactive,
        Part::Takes => match matches.correlations[account] {
            Correlation::Conflict => Conflict,
            Correlation::Ambiguous => Ambiguous,
            Correlation::One { person, .. } if matches.holders[person] > 1 => Duplicate,
            Correlation::One { .. } if gaps.beside(account).is_some() => NotEvaluable,
            Correlation::One { person, .. } => match employment[person].status {
                Status::Unknown => NotEvaluable,
                Status::Terminated => Leaver,
                Status::Suspended => Suspended,
                Status::Active | Status::Leave | Status::Prehire => Matched,
            },
            Correlation::NoKey | Correlation::Nobody if gaps.of(account).is_some() => NotEvaluable,
            Correlation::NoKey | Correlation::Nobody => Orphan,
        },
    })
}

/// The situation of every person in the frame. First that applies: rejected, duplicate, conflict, ambiguous, not evaluable,
/// matched, the rest.
pub(super) fn of_people(
    sides: Sides<'_>,
    config: &Config,
    matches: &Matches,
    employment: &Each<Person, Employment>,
    in_doubt: &HashSet<(u32, u32)>,
    pull_is_whole: bool,
) -> Each<Person, PersonSituation> {
    let Sides { accounts, people, links, .. } = sides;
    use PersonSituation::*;
    let expected = config.expected.as_ref().map(PeopleRule::new);
    let is_in_doubt = |person| match people.folded(person) {
        _ if in_doubt.is_empty() => false,
        [] => in_doubt.contains(&people.place(people.fold.row(person))),
        rows => rows.iter().any(|row| in_doubt.contains(&people.place(*row))),
    };
    Each::of(people.height, |person| {
        let status = employment[person].status;
        let account = matches.account_of[person];
        if account.is_none() && !sides.is_identified(person) {
            Rejected
        } else if matches.repeated.contains_key(&person) {
            Duplicate
        } else if matches.in_conflict[person] {
            Conflict
        } else if matches.in_ambiguity[person] {
            Ambiguous
        } else if status == Status::Unknown || matches.suspects.includes(person) {
            NotEvaluable
        } else if status == Status::Terminated && account.is_some_and(|account| !accounts.is_active(account)) {
            Left
        } else if account.is_some() {
            Matched
        } else if !pull_is_whole || links.may_be(person) || is_in_doubt(person) {
            NotEvaluable
        } else {
            match status {
                Status::Active if expected.as_ref().is_none_or(|rule| rule.matches(people, person)) => Missing,
                Status::Active | Status::Leave | Status::Suspended => NotExpected,
                Status::Terminated => Left,
                Status::Prehire => Prehire,
                Status::Unknown => NotEvaluable,
            }
        }
    })
}
