//! The same rules written down naively, person by person and account by account, with no frames, hashes or joins: slow and plain,
//! so that the real judgement can be held against it.

use std::collections::BTreeSet;

use domo_reconcile::config::{Config, Key, Status};

use super::company::{Account, Company, Person};

/// Situations of all accounts and all people, as words.
pub(super) struct Judgement {
    pub(super) accounts: Vec<String>,
    pub(super) people: Vec<String>,
}

#[derive(Clone, Copy, PartialEq)]
enum Verdict {
    Nobody,
    One(usize),
    Conflict,
    Ambiguous,
}

struct Naive<'a> {
    company: &'a Company,
    config: Config,
}

fn address(text: &str) -> String {
    let seen: String = text.chars().filter(|letter| !matches!(letter, '\u{200B}' | '\u{A0}')).collect();
    seen.trim().to_lowercase().replace("@old-acme.com", "@acme.com")
}

fn number(text: &str) -> String {
    if text.contains("E+") { String::new() } else { text.trim().trim_end_matches(".0").to_owned() }
}

fn loose(text: &str) -> String {
    number(text).trim_start_matches(char::is_alphabetic).trim_start_matches('0').to_owned()
}

fn excluded(account: &Account) -> bool {
    account.id == 27 || address(&account.email).starts_with("svc-")
}

fn active(account: &Account) -> bool {
    account.active && !account.deleted
}

fn takes_part(account: &Account) -> bool {
    active(account) && !excluded(account)
}

impl Naive<'_> {
    fn uses(&self, key: Key) -> bool {
        self.config.matching.keys.contains(&key)
    }

    fn people_where(&self, holds: impl Fn(&Person) -> bool) -> BTreeSet<usize> {
        self.company.people.iter().enumerate().filter(|(_, person)| holds(person)).map(|(at, _)| at).collect()
    }

    fn by_email(&self, account: &Account) -> BTreeSet<usize> {
        let mine = address(&account.email);
        self.people_where(|person| self.uses(Key::Email) && !mine.is_empty() && address(&person.email) == mine)
    }

    fn by_alternate(&self, account: &Account) -> BTreeSet<usize> {
        let (main, other) = (address(&account.email), address(&account.alternate));
        self.people_where(|person| {
            let theirs: Vec<String> = person.alternates.iter().map(|text| address(text)).collect();
            let by_other = !other.is_empty() && (address(&person.email) == other || theirs.contains(&other));
            self.uses(Key::AlternateEmail) && (by_other || (!main.is_empty() && theirs.contains(&main)))
        })
    }

    fn by_number(&self, account: &Account) -> BTreeSet<usize> {
        let mine = number(&account.number);
        if !self.uses(Key::EmployeeNumber) || mine.is_empty() {
            return BTreeSet::new();
        }
        let exact = self.people_where(|person| number(&person.number) == mine);
        if !exact.is_empty() {
            return exact;
        }
        let loosely = loose(&account.number);
        let found = self.people_where(|person| loose(&person.number) == loosely);
        let rejected =
            self.company.rejected.iter().filter_map(|row| row.employee_number.as_deref()).filter(|text| loose(text) == loosely);
        let holders = self.company.accounts.iter().filter(|other| loose(&other.number) == loosely);
        let holders = holders.filter(|other| takes_part(other) || !takes_part(account)).count();
        if found.len() == 1 && rejected.count() == 0 && holders == 1 { found } else { BTreeSet::new() }
    }

    fn verdict(&self, account: &Account) -> Verdict {
        let sets = [self.by_email(account), self.by_alternate(account), self.by_number(account)];
        let named: Vec<&BTreeSet<usize>> = sets.iter().filter(|set| !set.is_empty()).collect();
        let Some(first) = named.first() else { return Verdict::Nobody };
        let common: Vec<usize> = first.iter().copied().filter(|person| named.iter().all(|set| set.contains(person))).collect();
        match common.as_slice() {
            [person] => Verdict::One(*person),
            [] if named.iter().all(|set| set.len() == 1) => Verdict::Conflict,
            _ => Verdict::Ambiguous,
        }
    }

    /// Of an account that takes no part only the person counts, and the address decides a dispute.
    fn verdict_or_address(&self, account: &Account) -> Verdict {
        match self.verdict(account) {
            Verdict::Conflict | Verdict::Ambiguous if !takes_part(account) => {
                let by_email = self.by_email(account);
                if by_email.len() == 1 { Verdict::One(by_email.into_iter().next().unwrap()) } else { Verdict::Nobody }
            }
            verdict => verdict,
        }
    }

    fn status(&self, person: &Person) -> Status {
        let today = self.company.as_of;
        let ended = person.last_day.is_some_and(|last_day| last_day < today);
        let ahead = person.hired.is_some_and(|hired| hired > today);
        match person.status {
            "active" if ahead => Status::Prehire,
            "active" => Status::Active,
            "terminated" if person.last_day.is_some_and(|last_day| last_day >= today) => Status::Active,
            "terminated" => Status::Terminated,
            "leave" => Status::Leave,
            "suspended" => Status::Suspended,
            "prehire" => Status::Prehire,
            // Without a word that says anything the dates decide, then the switch.
            _ if ended && !ahead && person.hired > person.last_day => Status::Active,
            _ if ended => Status::Terminated,
            _ if ahead => Status::Prehire,
            _ => match person.enabled {
                Some(false) => Status::Suspended,
                Some(true) => Status::Active,
                None if person.last_day.is_some() => Status::Active,
                None => Status::Unknown,
            },
        }
    }

    fn held_by_a_rejected_row(&self, account: &Account) -> bool {
        let mine = [address(&account.email), address(&account.alternate)];
        self.company.rejected.iter().any(|row| {
            let theirs = row.email.as_deref().map(address).unwrap_or_default();
            let number_of_row = row.employee_number.as_deref().unwrap_or_default();
            let by_number = !number(&account.number).is_empty()
                && (number(&account.number) == number(number_of_row)
                    || (!loose(&account.number).is_empty() && loose(&account.number) == loose(number_of_row)));
            by_number || (!theirs.is_empty() && mine.contains(&theirs))
        })
    }

    fn has_a_key(&self, account: &Account) -> bool {
        let mail = !address(&account.email).is_empty();
        let other = !address(&account.alternate).is_empty();
        (self.uses(Key::Email) && mail)
            || (self.uses(Key::AlternateEmail) && (mail || other))
            || (self.uses(Key::EmployeeNumber) && !number(&account.number).is_empty())
    }

    fn account(&self, account: &Account) -> &'static str {
        if excluded(account) {
            return "excluded";
        }
        if !active(account) {
            return "inactive";
        }
        match self.verdict(account) {
            Verdict::Conflict => "conflict",
            Verdict::Ambiguous => "ambiguous",
            Verdict::One(person) => {
                let mine = Verdict::One(person);
                let rivals = self.company.accounts.iter().filter(|other| takes_part(other) && self.verdict(other) == mine).count();
                match self.status(&self.company.people[person]) {
                    _ if rivals > 1 => "duplicate",
                    Status::Unknown => "not_evaluable",
                    Status::Terminated => "leaver",
                    Status::Suspended => "suspended",
                    Status::Active | Status::Leave | Status::Prehire => "matched",
                }
            }
            Verdict::Nobody => {
                let whole = !self.company.partial_directory && !self.company.people.is_empty();
                let damaged = account.number.contains("E+");
                if !whole || !self.has_a_key(account) || self.held_by_a_rejected_row(account) || damaged {
                    "not_evaluable"
                } else {
                    "orphan"
                }
            }
        }
    }

    fn person(&self, at: usize) -> &'static str {
        let person = &self.company.people[at];
        let accounts = &self.company.accounts;
        let matched = |account: &&Account| self.verdict_or_address(account) == Verdict::One(at);
        let singled_out = accounts.iter().filter(|account| takes_part(account)).any(|account| matched(&account));
        let shares = |other: &Person| {
            let mail =
                self.uses(Key::Email) && !address(&person.email).is_empty() && address(&person.email) == address(&other.email);
            let same = number(&person.number) == number(&other.number);
            mail || (self.uses(Key::EmployeeNumber) && !number(&person.number).is_empty() && same)
        };
        let repeated = self.company.people.iter().enumerate().any(|(place, other)| place != at && shares(other));
        let named = |verdict: Verdict| {
            accounts.iter().filter(|account| takes_part(account) && self.verdict(account) == verdict).any(|account| {
                [self.by_email(account), self.by_alternate(account), self.by_number(account)].iter().any(|set| set.contains(&at))
            })
        };
        let status = self.status(person);
        let holders: Vec<&Account> = accounts.iter().filter(matched).collect();
        if repeated && !singled_out {
            "duplicate"
        } else if named(Verdict::Conflict) {
            "conflict"
        } else if named(Verdict::Ambiguous) {
            "ambiguous"
        } else if status == Status::Unknown {
            "not_evaluable"
        } else if !holders.is_empty() {
            let only_inactive = holders.iter().all(|account| !active(account) && !excluded(account));
            if status == Status::Terminated && only_inactive { "left" } else { "matched" }
        } else if self.company.partial_pull || accounts.is_empty() {
            "not_evaluable"
        } else {
            let expected =
                self.config.expected.is_none() || person.department == "Finance" || person.department.starts_with("Sales");
            match status {
                Status::Active if expected => "missing",
                Status::Active | Status::Leave | Status::Suspended | Status::Unknown => "not_expected",
                Status::Terminated => "left",
                Status::Prehire => "prehire",
            }
        }
    }
}

/// Judges a company of one directory file.
pub(super) fn situations(company: &Company) -> Judgement {
    let naive = Naive { company, config: company.parsed() };
    Judgement {
        accounts: company.accounts.iter().map(|account| naive.account(account).to_owned()).collect(),
        people: (0..company.people.len()).map(|at| naive.person(at).to_owned()).collect(),
    }
}
