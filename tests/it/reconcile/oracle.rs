//! The same rules written down naively, person by person and account by account, with no frames, hashes or joins: slow and plain,
//! so that the real judgement can be held against it.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use domo_reconcile::config::Config;
use domo_reconcile::directory::people::RejectedRow;
use domo_reconcile::terms::{Key, Status};

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

struct Naive {
    /// With one row a person.
    company: Company,
    config: Config,
    /// Addresses that three people or more have who have nothing else in common.
    placeholders: BTreeSet<String>,
    /// The same of numbers.
    nobodys_numbers: BTreeSet<String>,
    /// The rows of each person, earliest file first, and what they say of employment together.
    rows: Vec<Vec<usize>>,
    statuses: Vec<Status>,
    /// What the rows of each person call them.
    names: Vec<Vec<String>>,
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

/// The words of a name in these tests, in ASCII and in order of the alphabet.
fn words(name: &str) -> Vec<String> {
    let plain = name.to_lowercase().replace('ë', "e").replace('í', "i").replace(',', " ");
    let mut words: Vec<String> = plain.split_whitespace().map(str::to_owned).collect();
    words.sort_unstable();
    words
}

/// Whether two names share a part; none where they cannot be compared.
fn share_a_part(one: &str, other: &str) -> Option<bool> {
    let (one, other) = (words(one), words(other));
    let latin = |words: &[String]| words.iter().all(|word| word.is_ascii());
    if one.is_empty() || other.is_empty() || latin(&one) != latin(&other) {
        return None;
    }
    // All words of these tests have three letters or more, and the one in Japanese is the same throughout.
    Some(one.iter().any(|word| other.contains(word)))
}

/// One letter added, lost or changed, or two neighbours swapped.
fn one_character_apart(one: &str, other: &str) -> bool {
    let without = |text: &str, at: usize| format!("{}{}", &text[..at], &text[at + 1..]);
    let shorter = |long: &str, short: &str| (0..long.len()).any(|at| without(long, at) == short);
    if one.len() != other.len() {
        return shorter(one, other) || shorter(other, one);
    }
    let differ: Vec<usize> = (0..one.len()).filter(|at| one.as_bytes()[*at] != other.as_bytes()[*at]).collect();
    match differ.as_slice() {
        [_] => true,
        [first, second] => {
            second - first == 1
                && one.as_bytes()[*first] == other.as_bytes()[*second]
                && one.as_bytes()[*second] == other.as_bytes()[*first]
        }
        _ => false,
    }
}

fn numbers_differ(one: &str, other: &str) -> bool {
    let (exact, loosely) = ((number(one), number(other)), (loose(one), loose(other)));
    !exact.0.is_empty() && !exact.1.is_empty() && exact.0 != exact.1 && (loosely.0.is_empty() || loosely.0 != loosely.1)
}

fn addresses_of(person: &Person) -> impl Iterator<Item = String> {
    std::iter::once(&person.email).chain(&person.alternates).map(|text| address(text)).filter(|text| !text.is_empty())
}

/// Numbers that three people or more have who have nothing else in common, unless two files have it for one name.
fn nobodys_numbers(people: &[Person]) -> BTreeSet<String> {
    let all: BTreeSet<String> = people.iter().map(|person| number(&person.number)).filter(|number| !number.is_empty()).collect();
    let has = |person: &Person, shared: &str| number(&person.number) == shared;
    let known = |person: &Person| !words(&person.name).is_empty();
    let other = |person: &Person| address(&person.email);
    let is_in_two_files = |shared: &String| {
        let holders = || people.iter().filter(|person| has(person, shared));
        let alike = |one: &Person, other: &Person| share_a_part(&one.name, &other.name) == Some(true);
        holders().any(|one| holders().any(|other| one.source != other.source && alike(one, other)))
    };
    let strangers = all.into_iter().filter(|shared| is_of_strangers(people, |person| has(person, shared), known, other));
    strangers.filter(|shared| !is_in_two_files(shared)).collect()
}

fn placeholders(people: &[Person]) -> BTreeSet<String> {
    let all: BTreeSet<String> = people.iter().flat_map(addresses_of).collect();
    let has = |person: &Person, shared: &str| addresses_of(person).any(|one| one == shared);
    let known = |person: &Person| !words(&person.name).is_empty() || !number(&person.number).is_empty();
    let other = |person: &Person| number(&person.number);
    all.into_iter().filter(|shared| is_of_strangers(people, |person| has(person, shared), known, other)).collect()
}

/// Whether three of those who have something have nothing else in common, of whom anything is known.
fn is_of_strangers(
    people: &[Person],
    has: impl Fn(&Person) -> bool,
    known: impl Fn(&Person) -> bool,
    other: impl Fn(&Person) -> String,
) -> bool {
    let strangers = |holders: &[&Person]| {
        let mut groups: Vec<Vec<&Person>> = Vec::new();
        for person in holders.iter().filter(|person| known(person)) {
            let alike = |one: &&Person| {
                let same = !other(person).is_empty() && other(person) == other(one);
                same || share_a_part(&person.name, &one.name) == Some(true)
            };
            let (mut mine, others): (Vec<_>, Vec<_>) = groups.into_iter().partition(|group| group.iter().any(alike));
            let mut joined: Vec<&Person> = mine.drain(..).flatten().collect();
            joined.push(person);
            groups = others;
            groups.push(joined);
        }
        groups.len()
    };
    // Of two files both may mean one person, unless their names can be compared.
    let latin = |person: &Person| words(&person.name).first().map(|word| word.is_ascii());
    let holders = || people.iter().filter(|person| has(person));
    let of_a_file = |source: u32| holders().filter(|person| person.source == source).collect::<Vec<_>>();
    let in_a_writing = |writing: bool| holders().filter(|person| latin(person) == Some(writing)).collect::<Vec<_>>();
    [of_a_file(0), of_a_file(1), in_a_writing(true), in_a_writing(false)].iter().any(|holders| strangers(holders) >= 3)
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

/// What one row says of employment, and whether by no more than a switch.
fn said(person: &Person, today: NaiveDate) -> (Status, bool) {
    let ended = person.last_day.is_some_and(|last_day| last_day < today);
    let ahead = person.hired.is_some_and(|hired| hired > today);
    let status = match person.status {
        "active" if ahead => Status::Prehire,
        "active" => Status::Active,
        "terminated" if person.last_day.is_some_and(|last_day| last_day >= today) => Status::Active,
        "terminated" => Status::Terminated,
        "leave" => Status::Leave,
        "suspended" => Status::Suspended,
        "prehire" => Status::Prehire,
        // Without a word that says anything the dates decide, then the switch.
        _ if ended && !ahead && person.hired > person.last_day => match person.enabled {
            Some(false) => return (Status::Suspended, true),
            _ => Status::Active,
        },
        _ if ended => Status::Terminated,
        _ if ahead => Status::Prehire,
        _ => match person.enabled {
            Some(false) => return (Status::Suspended, true),
            _ if person.last_day.is_some() => Status::Active,
            Some(true) => return (Status::Active, true),
            None => Status::Unknown,
        },
    };
    (status, false)
}

/// What several files say of somebody together: a word or a day outweighs a switch, switched off in one and employed in another is
/// suspended, of words that contradict each other employed is the safer, and a switch that is on makes no word legible.
fn together(rows: &[(Status, bool)], is_illegible: bool) -> Status {
    let employed = |status: &Status| matches!(status, Status::Active | Status::Leave);
    let word = |fits: &dyn Fn(&Status) -> bool| rows.iter().find(|(status, switch)| !switch && fits(status)).map(|row| row.0);
    let is_off = rows.iter().any(|(status, _)| *status == Status::Suspended);
    let is_on = rows.contains(&(Status::Active, true));
    match word(&employed) {
        Some(_) if is_off => Status::Suspended,
        Some(status) => status,
        None if word(&|status| *status == Status::Prehire).is_some() => Status::Prehire,
        None if word(&|status| *status == Status::Terminated).is_some() => Status::Terminated,
        None if is_off => Status::Suspended,
        None if is_illegible => Status::Unknown,
        None if is_on => Status::Active,
        None => Status::Unknown,
    }
}

/// Of several texts the first that is none of nothing.
fn first_filled<'p>(rows: &[&'p Person], text: fn(&Person) -> &str) -> String {
    rows.iter().map(|row: &&'p Person| text(row)).find(|text| !text.trim().is_empty()).unwrap_or_default().to_owned()
}

impl Naive {
    fn new(company: &Company) -> Self {
        let each = (0..company.people.len()).map(|row| vec![row]).collect();
        let (mut company, config) = (company.clone(), company.parsed());
        let is_key = config.matching.keys.contains(&Key::EmployeeNumber);
        let nobodys_numbers = if is_key { nobodys_numbers(&company.people) } else { BTreeSet::new() };
        let nobodys = |person: &&mut Person| nobodys_numbers.contains(&number(&person.number));
        company.people.iter_mut().filter(nobodys).for_each(|person| person.number.clear());
        let placeholders = placeholders(&company.people);
        let mut naive =
            Self { company, config, placeholders, nobodys_numbers, rows: each, statuses: Vec::new(), names: Vec::new() };
        if naive.company.sources > 1 {
            naive.rows = naive.people();
        }
        naive.statuses = naive.rows.iter().map(|rows| naive.status_of(rows)).collect();
        let name = |row: &usize| naive.company.people[*row].name.clone();
        naive.names = naive.rows.iter().map(|rows| rows.iter().map(name).collect()).collect();
        naive.company.people = naive.rows.iter().map(|rows| naive.merged(rows)).collect();
        naive
    }

    /// The rows of each person: those of different files that share a key and disagree in none, nor in the name where neither both
    /// keys nor the main address are the same.
    fn people(&self) -> Vec<Vec<usize>> {
        let rows = &self.company.people;
        let main = |row: usize| self.identifying(&rows[row].email);
        let emails = |row: usize| {
            let further = self.uses(Key::AlternateEmail);
            let main = Some(&rows[row].email).filter(|_| further || self.uses(Key::Email));
            let further = rows[row].alternates.iter().filter(|_| further);
            self.identifying_all(main.into_iter().chain(further))
        };
        let number = |row: usize| if self.uses(Key::EmployeeNumber) { number(&rows[row].number) } else { String::new() };
        let form = |row: usize| if number(row).is_empty() { String::new() } else { loose(&number(row)) };
        let shared = |one: &str, other: &str| !one.is_empty() && one == other;
        let disagree = |one: &str, other: &str| !one.is_empty() && !other.is_empty() && one != other;
        let one_person = |one: usize, other: usize| {
            let by_email = emails(one).iter().any(|email| emails(other).contains(email));
            let named = share_a_part(&rows[one].name, &rows[other].name);
            let same_but_for_zeros = shared(&form(one), &form(other)) && (by_email || named == Some(true));
            let emails_differ = self.uses(Key::Email) && !by_email && disagree(&main(one), &main(other));
            rows[one].source != rows[other].source
                && !emails_differ
                && (!disagree(&number(one), &number(other)) || same_but_for_zeros)
                && (by_email && (shared(&number(one), &number(other)) || shared(&main(one), &main(other))) || named != Some(false))
        };
        // A key on more rows than there are files is not one person's.
        let few = |has: &dyn Fn(usize) -> bool| (0..rows.len()).filter(|row| has(*row)).count() <= self.company.sources;
        let is_rejected = |form: &str| {
            let numbers = self.company.rejected.iter().filter_map(|row| row.employee_number.as_deref());
            numbers.into_iter().any(|number| loose(number) == form)
        };
        let unique = |form_of: &str| {
            let once =
                |source: u32| (0..rows.len()).filter(|row| rows[*row].source == source && form(*row) == form_of).count() <= 1;
            once(0) && once(1) && !is_rejected(form_of)
        };
        let linked = |one: usize, other: usize| {
            let by_email = emails(one).iter().any(|email| emails(other).contains(email) && few(&|row| emails(row).contains(email)));
            let by_number = shared(&number(one), &number(other)) && few(&|row| number(row) == number(one));
            let loosely = shared(&form(one), &form(other)) && unique(&form(one));
            (by_email || by_number || loosely) && one_person(one, other)
        };
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for row in 0..rows.len() {
            let (mine, others): (Vec<_>, Vec<_>) = groups.into_iter().partition(|group| group.iter().any(|one| linked(*one, row)));
            groups = others;
            groups.push(mine.into_iter().flatten().chain([row]).collect());
        }
        let whole = |group: &Vec<usize>| group.iter().all(|one| group.iter().all(|other| one == other || one_person(*one, *other)));
        let (mut people, apart): (Vec<_>, Vec<_>) = groups.into_iter().partition(whole);
        people.extend(apart.into_iter().flatten().map(|row| vec![row]));
        people.iter_mut().for_each(|group| group.sort_by_key(|row| rows[*row].source));
        people
    }

    fn status_of(&self, rows: &[usize]) -> Status {
        let said: Vec<(Status, bool)> = rows.iter().map(|row| said(&self.company.people[*row], self.company.as_of)).collect();
        let is_illegible = |row: &usize| {
            let person = &self.company.people[*row];
            person.status == "unknown" && self::said(person, self.company.as_of).0 == Status::Unknown
        };
        if let [one] = said.as_slice() { one.0 } else { together(&said, rows.iter().any(is_illegible)) }
    }

    /// The earliest file's values, blanks filled from the next, and the further addresses of all.
    fn merged(&self, rows: &[usize]) -> Person {
        let rows: Vec<&Person> = rows.iter().map(|row| &self.company.people[*row]).collect();
        let email = rows.iter().find(|row| !self.identifying(&row.email).is_empty()).unwrap_or(&rows[0]).email.clone();
        let others = rows.iter().map(|row| &row.email).filter(|other| !self.identifying(other).is_empty() && rows.len() > 1);
        let others = others.filter(|other| address(other) != address(&email)).cloned();
        Person {
            alternates: rows.iter().flat_map(|row| row.alternates.clone()).chain(others).collect(),
            email,
            number: first_filled(&rows, |row| &row.number),
            name: first_filled(&rows, |row| &row.name),
            department: first_filled(&rows, |row| &row.department),
            ..rows[0].clone()
        }
    }

    fn uses(&self, key: Key) -> bool {
        self.config.matching.keys.contains(&key)
    }

    fn people_where(&self, holds: impl Fn(&Person) -> bool) -> BTreeSet<usize> {
        self.company.people.iter().enumerate().filter(|(_, person)| holds(person)).map(|(at, _)| at).collect()
    }

    /// An address that can be somebody's own.
    fn identifying(&self, text: &str) -> String {
        Some(address(text)).filter(|address| !self.placeholders.contains(address)).unwrap_or_default()
    }

    fn identifying_all<'t>(&self, texts: impl IntoIterator<Item = &'t String>) -> Vec<String> {
        texts.into_iter().map(|text| self.identifying(text)).filter(|address| !address.is_empty()).collect()
    }

    fn by_email(&self, account: &Account) -> BTreeSet<usize> {
        let mine = self.identifying(&account.email);
        self.people_where(|person| self.uses(Key::Email) && !mine.is_empty() && address(&person.email) == mine)
    }

    fn by_alternate(&self, account: &Account) -> BTreeSet<usize> {
        let (main, other) = (self.identifying(&account.email), self.identifying(&account.alternate));
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
        // A number that is only loosely the same counts where an address leads to somebody, or the names share a part.
        let addressed = !self.by_email(account).is_empty() || !self.by_alternate(account).is_empty();
        let named = |at: &usize| self.are_alike(account, *at) == Some(true);
        self.by_loose_number(account).into_iter().filter(|at| addressed || named(at)).collect()
    }

    /// Whose number is the same but for zeros and prefix, if that is unique on both sides and nobody's is the same.
    fn by_loose_number(&self, account: &Account) -> BTreeSet<usize> {
        let exact = self.people_where(|person| number(&person.number) == number(&account.number));
        if !self.uses(Key::EmployeeNumber) || number(&account.number).is_empty() || !exact.is_empty() {
            return BTreeSet::new();
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
            [person] if self.speaks_against(account, *person) => Verdict::Conflict,
            [person] => Verdict::One(*person),
            [] if named.iter().all(|set| set.len() == 1) => Verdict::Conflict,
            _ => Verdict::Ambiguous,
        }
    }

    /// Whether an address and the number, as they stand, are the person's.
    fn agreeing(&self, account: &Account, person: &Person) -> (bool, bool) {
        let (main, other) = (self.identifying(&account.email), self.identifying(&account.alternate));
        let theirs: Vec<String> = addresses_of(person).collect();
        let by_main = self.uses(Key::Email) && !main.is_empty() && address(&person.email) == main;
        let by_other = self.uses(Key::AlternateEmail)
            && ((!main.is_empty() && theirs.contains(&main) && address(&person.email) != main)
                || person.alternates.iter().any(|one| !main.is_empty() && address(one) == main)
                || (!other.is_empty() && theirs.contains(&other)));
        let by_number = self.uses(Key::EmployeeNumber) && !number(&account.number).is_empty();
        (by_main || by_other, by_number && number(&account.number) == number(&person.number))
    }

    /// Whether the names of an account and of a person share a part: where the person's rows call them differently, any of them.
    fn are_alike(&self, account: &Account, at: usize) -> Option<bool> {
        let compared: Vec<_> = self.names[at].iter().map(|name| share_a_part(&account.name, name)).collect();
        let differ = compared.contains(&Some(true)) && compared.contains(&Some(false));
        if differ { Some(true) } else { share_a_part(&account.name, &self.company.people[at].name) }
    }

    /// One key alone, another that differs, and names with nothing in common.
    fn speaks_against(&self, account: &Account, at: usize) -> bool {
        let person = &self.company.people[at];
        if self.agreeing(account, person) == (true, true) || self.are_alike(account, at) != Some(false) {
            return false;
        }
        let (ours, theirs) = (self.identifying(&account.email), self.identifying(&person.email));
        let is_theirs = addresses_of(person).any(|one| one == ours);
        let address_differs = self.uses(Key::Email) && !ours.is_empty() && !theirs.is_empty() && !is_theirs;
        address_differs || self.uses(Key::EmployeeNumber) && numbers_differ(&account.number, &person.number)
    }

    /// People without an account whose keys are nearly those of an account without a person.
    fn suspects(&self, account: &Account) -> Vec<usize> {
        if !takes_part(account) || self.verdict(account) != Verdict::Nobody {
            return Vec::new();
        }
        let held =
            |at: usize| self.company.accounts.iter().any(|other| takes_part(other) && self.verdict(other) == Verdict::One(at));
        let mine = self.identifying_all([&account.email, &account.alternate]);
        let near = |person: &Person| {
            let theirs = self.identifying_all(std::iter::once(&person.email).chain(&person.alternates));
            let same_name = !words(&account.name).is_empty() && words(&account.name) == words(&person.name);
            let apart = |ours: &String| theirs.iter().any(|theirs| one_character_apart(ours, theirs));
            // One that both have is near too, where it is no key.
            let shared = |ours: &String| theirs.contains(ours);
            let near = mine.iter().any(|ours| shared(ours) || same_name && apart(ours));
            self.uses(Key::Email) && near && !numbers_differ(&account.number, &person.number)
        };
        let loosely = |person: &Person| {
            let form = loose(&account.number);
            self.uses(Key::EmployeeNumber) && !form.is_empty() && form == loose(&person.number)
        };
        let settled = |at: &usize| {
            let mut holders =
                self.company.accounts.iter().filter(|other| takes_part(other) && self.verdict(other) == Verdict::One(*at));
            holders.any(|other| self.agreeing(other, &self.company.people[*at]).1)
        };
        let mut found = self.people_where(near);
        found.retain(|at| !held(*at));
        found.extend(self.people_where(loosely).into_iter().filter(|at| !settled(at)));
        found.into_iter().collect()
    }

    /// People who share an address with an account without a person, on one side a further one, where those are no key.
    fn listing(&self, account: &Account) -> BTreeSet<usize> {
        if !takes_part(account) || !self.uses(Key::Email) || self.verdict(account) != Verdict::Nobody {
            return BTreeSet::new();
        }
        let (main, other) = (self.identifying(&account.email), self.identifying(&account.alternate));
        self.people_where(|person| {
            let further = |ours: &String| !ours.is_empty() && person.alternates.iter().any(|one| address(one) == *ours);
            further(&main) || further(&other) || (!other.is_empty() && address(&person.email) == other)
        })
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

    fn held_by_a_rejected_row(&self, account: &Account) -> bool {
        let mine = [address(&account.email), address(&account.alternate)];
        let by_number = |theirs: &str| {
            !number(&account.number).is_empty()
                && (number(&account.number) == number(theirs)
                    || (!loose(&account.number).is_empty() && loose(&account.number) == loose(theirs)))
        };
        let by_address = |theirs: &str| !address(theirs).is_empty() && mine.contains(&address(theirs));
        let holds = |row: &RejectedRow| {
            row.email.as_deref().is_some_and(by_address) || row.employee_number.as_deref().is_some_and(by_number)
        };
        let unidentified = |person: &Person| {
            !self.is_identified(person) && (by_number(&person.number) || person.alternates.iter().any(|text| by_address(text)))
        };
        self.company.rejected.iter().any(holds) || self.company.people.iter().any(unidentified)
    }

    /// Whether a rejected row has the account's address or number as it stands: it may say something else of whom it is matched to.
    fn carried_by_a_rejected_row(&self, account: &Account) -> bool {
        let (mail, own) = (self.identifying(&account.email), number(&account.number));
        let carries =
            |email: &str, theirs: &str| (!mail.is_empty() && mail == address(email)) || (!own.is_empty() && own == number(theirs));
        let rejected = |row: &RejectedRow| {
            carries(row.email.as_deref().unwrap_or_default(), row.employee_number.as_deref().unwrap_or_default())
        };
        let unidentified = |person: &Person| !self.is_identified(person) && carries(&person.email, &person.number);
        self.company.rejected.iter().any(rejected) || self.company.people.iter().any(unidentified)
    }

    fn has_a_key(&self, account: &Account) -> bool {
        let mail = !address(&account.email).is_empty();
        let other = !address(&account.alternate).is_empty();
        (self.uses(Key::Email) && mail)
            || (self.uses(Key::AlternateEmail) && (mail || other))
            || (self.uses(Key::EmployeeNumber) && !number(&account.number).is_empty())
    }

    /// Whether a key that is asked for says who the person is.
    fn is_identified(&self, person: &Person) -> bool {
        let mail = !self.identifying(&person.email).is_empty();
        let other = person.alternates.iter().any(|one| !self.identifying(one).is_empty());
        (self.uses(Key::Email) && mail)
            || (self.uses(Key::AlternateEmail) && (mail || other))
            || (self.uses(Key::EmployeeNumber) && !number(&person.number).is_empty())
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
                match self.statuses[person] {
                    _ if rivals > 1 => "duplicate",
                    _ if self.carried_by_a_rejected_row(account) => "not_evaluable",
                    Status::Unknown => "not_evaluable",
                    Status::Terminated => "leaver",
                    Status::Suspended => "suspended",
                    Status::Active | Status::Leave | Status::Prehire => "matched",
                }
            }
            Verdict::Nobody => {
                let whole = !self.company.partial_directory && !self.company.people.is_empty();
                let damaged = account.number.contains("E+");
                let by_number = |theirs: &String| {
                    let (mine, form) = (number(&account.number), loose(&account.number));
                    mine == *theirs || !form.is_empty() && form == loose(theirs)
                };
                let by_number = self.nobodys_numbers.iter().any(by_number);
                let nobodys = self.placeholders.contains(&address(&account.email)) || by_number;
                if !self.suspects(account).is_empty() || !self.listing(account).is_empty() || nobodys {
                    return "not_evaluable";
                }
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
            let mine = self.identifying(&person.email);
            let mail = self.uses(Key::Email) && !mine.is_empty() && mine == address(&other.email);
            let same = number(&person.number) == number(&other.number);
            mail || (self.uses(Key::EmployeeNumber) && !number(&person.number).is_empty() && same)
        };
        let repeated = self.company.people.iter().enumerate().any(|(place, other)| place != at && shares(other));
        let named = |verdict: Verdict| {
            accounts.iter().filter(|account| takes_part(account) && self.verdict(account) == verdict).any(|account| {
                [self.by_email(account), self.by_alternate(account), self.by_number(account)].iter().any(|set| set.contains(&at))
            })
        };
        let alone = !self.company.accounts.iter().any(|other| takes_part(other) && self.verdict(other) == Verdict::One(at));
        let listed = alone && accounts.iter().any(|account| self.listing(account).contains(&at));
        let near = listed || accounts.iter().any(|account| self.suspects(account).contains(&at));
        let status = self.statuses[at];
        let holders: Vec<&Account> = accounts.iter().filter(matched).collect();
        if holders.is_empty() && !self.is_identified(person) {
            "rejected"
        } else if repeated && !singled_out {
            "duplicate"
        } else if named(Verdict::Conflict) {
            "conflict"
        } else if named(Verdict::Ambiguous) {
            "ambiguous"
        } else if status == Status::Unknown || near {
            "not_evaluable"
        } else if !holders.is_empty() {
            let only_inactive = holders.iter().all(|account| !active(account));
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

/// Judges a company.
pub(super) fn situations(company: &Company) -> Judgement {
    let naive = Naive::new(company);
    let mut people = vec![String::new(); company.people.len()];
    for (at, rows) in naive.rows.iter().enumerate() {
        rows.iter().for_each(|row| people[*row] = naive.person(at).to_owned());
    }
    let accounts = naive.company.accounts.iter().map(|account| naive.account(account).to_owned()).collect();
    Judgement { accounts, people }
}

/// Whether the evidence lets a plan write the name, address or number of this row's person onto this account: two keys agree as
/// they stand, or one does and the names share a part; for the number it is enough that they do not differ.
pub(super) fn may_be_written(company: &Company, field: &str, account: usize, row: usize) -> bool {
    let naive = Naive::new(company);
    let person = naive.rows.iter().position(|rows| rows.contains(&row)).unwrap();
    let account = &company.accounts[account];
    match naive.agreeing(account, &naive.company.people[person]) {
        (true, true) => true,
        (false, false) => false,
        _ => match naive.are_alike(account, person) {
            Some(share) => share,
            None => field == "employee_number",
        },
    }
}
