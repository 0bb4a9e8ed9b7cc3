//! One person in two directories: rows of *different* sources that share a key, and whose other keys do not disagree, are one
//! person, unless it is a number or a further address alone and their names have nothing in common. The first source's values win,
//! empty cells are filled from the next; further addresses and groups are those of all of them. Any disagreement leaves the rows
//! apart, and then they are duplicates like any others. Every row is still counted, each in the situation of its person.
//!
//! Programs show people under logins, initials and nicknames, so the main address is enough whatever the names are. It may have
//! been given to somebody else all the same: what each row calls its person is kept where that differs.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};

use anyhow::Result;
use polars::prelude::*;
use rayon::prelude::*;

use super::keyed::{keyed, reformed, shared};
use super::keys::Addresses;
use super::names::{self, Name, Resemblance};
use super::sets::Sets;
use crate::directory::People;
use crate::reconcile::column::{Lists, TextColumn};
use crate::reconcile::places::{Person, Place, Row};
use crate::terms::Key;
use crate::terms::value::{Number, loosely};

/// The rows of the directory by what tells whether two of them are one person.
struct Rows<'a> {
    keys: &'a BTreeSet<Key>,
    addresses: &'a Addresses,
    sources: UInt32Chunked,
    emails: TextColumn<Row>,
    further: Lists<Row>,
    numbers: TextColumn<Row>,
    names: StringChunked,
    /// Numbers of rejected rows, loosely: nobody else's is unique.
    rejected: HashSet<String>,
}

impl<'a> Rows<'a> {
    fn of(people: &'a People, addresses: &'a Addresses, keys: &'a BTreeSet<Key>) -> Result<Self> {
        let frame = &people.frame;
        let rejected = people.rejected.iter().filter_map(|row| row.employee_number.as_deref());
        Ok(Self {
            keys,
            addresses,
            sources: frame.column("source")?.u32()?.rechunk().into_owned(),
            emails: TextColumn::of(frame, "email")?,
            further: Lists::of(frame, "alternate_email")?,
            numbers: TextColumn::of(frame, "employee_number")?,
            names: people.names()?.rechunk().into_owned(),
            rejected: rejected.filter_map(|number| Some(Number::of(number).loosely()?.into_owned())).collect(),
        })
    }

    /// The main address.
    fn email(&self, row: u32) -> Option<Cow<'_, str>> {
        self.emails.get(Row(row)).and_then(|text| self.addresses.identifying(text))
    }

    /// The addresses that are keys.
    fn emails(&self, row: u32) -> impl Iterator<Item = Cow<'_, str>> {
        let further = self.keys.contains(&Key::AlternateEmail);
        let main = self.email(row).filter(|_| further || self.keys.contains(&Key::Email));
        let further = further.then(|| self.further.get(Row(row)).filter_map(|text| self.addresses.identifying(text)));
        main.into_iter().chain(further.into_iter().flatten())
    }

    fn number(&self, row: u32) -> Option<Cow<'_, str>> {
        let number = self.numbers.get(Row(row)).filter(|_| self.keys.contains(&Key::EmployeeNumber));
        number.and_then(|text| Number::of(text).text())
    }

    /// The rows of each key that several have; numbers that are equal only loosely where each file has the form once.
    fn sharing_a_key(&self, height: u32) -> Result<Vec<Vec<u32>>> {
        let mut groups = shared(&keyed(height, |row| self.emails(row))?)?.groups;
        let numbers = keyed(height, |row| self.number(row))?;
        groups.extend(shared(&numbers)?.groups);
        let is_longer = |number: &str| loosely(number).is_some_and(|form| form.len() < number.len());
        if numbers.column("key")?.str()?.iter().flatten().any(is_longer) {
            let loose = shared(&reformed(&numbers, loosely)?)?;
            let unique = loose.each()?.filter(|(form, rows)| {
                let mut of: Vec<Option<u32>> = rows.iter().map(|row| self.sources.get(*row as usize)).collect();
                of.sort_unstable();
                of.windows(2).all(|pair| pair[0] != pair[1]) && !self.rejected.contains(*form)
            });
            groups.extend(unique.map(|(_, rows)| rows.to_vec()));
        }
        Ok(groups)
    }

    /// Whether two rows can be one person: of two files, no key of theirs says two things, and where neither both keys nor the main
    /// address say that they are one, the names do not speak against it. A number that is only loosely the same disagrees with
    /// nobody who has the address or a part of the name.
    fn are_one(&self, one: u32, other: u32) -> bool {
        if self.sources.get(one as usize) == self.sources.get(other as usize) {
            return false;
        }
        let by_email = self.emails(one).any(|email| self.emails(other).any(|theirs| theirs == email));
        let (number, theirs) = (self.number(one), self.number(other));
        let by_number = number.is_some() && number == theirs;
        if by_email && by_number {
            return true;
        }
        let mains = self.email(one).zip(self.email(other));
        let emails_differ = || self.keys.contains(&Key::Email) && mains.as_ref().is_some_and(|(one, other)| one != other);
        if !by_email && emails_differ() {
            return false;
        }
        let loosely_equal = match number.zip(theirs).filter(|_| !by_number) {
            None => false,
            Some((number, theirs)) => match loosely(&number) {
                Some(form) if loosely(&theirs) == Some(form) => true,
                _ => return false,
            },
        };
        if by_email && mains.is_some_and(|(one, other)| one == other) {
            return true;
        }
        let [name, theirs] = [one, other].map(|row| self.names.get(row as usize).unwrap_or_default());
        match names::resemblance(name, theirs) {
            Resemblance::SharePart => true,
            Resemblance::NotComparable => by_email || !loosely_equal,
            Resemblance::Differ => false,
        }
    }

    /// What these rows of one person call them, where that is not the same name throughout.
    fn called(&self, rows: &[u32]) -> Option<Vec<Called>> {
        let mut pairs = rows.iter().enumerate().flat_map(|(at, one)| rows[at + 1..].iter().map(move |other| (*one, *other)));
        let called = |row: &u32| Called {
            row: Row(*row),
            name: self.names.get(*row as usize).unwrap_or_default().to_owned(),
            number: self.numbers.get(Row(*row)).map(str::to_owned),
        };
        let name = |row: u32| Name::new(self.names.get(row as usize).unwrap_or_default());
        let differ = pairs.any(|(one, other)| !name(one).is_same(&name(other)));
        differ.then(|| rows.iter().map(called).collect())
    }
}

/// What a row calls its person, and the number that it gives them.
#[derive(Debug)]
pub(in crate::reconcile) struct Called {
    pub(in crate::reconcile) row: Row,
    pub(in crate::reconcile) name: String,
    pub(in crate::reconcile) number: Option<String>,
}

/// Which rows of the directory are one person.
#[derive(Debug, Default)]
pub(in crate::reconcile) struct Fold {
    /// The row that stands for each person: that of the earliest source. Empty where nothing is folded.
    rows: Vec<u32>,
    /// The person of each row. Empty where nothing is folded.
    persons: Vec<u32>,
    /// All rows of each person with several, earliest source first.
    pub(in crate::reconcile) members: HashMap<Person, Vec<Row>>,
    /// Of people whose rows bear different names, what each row calls them.
    pub(in crate::reconcile) called: HashMap<Person, Vec<Called>>,
}

impl Fold {
    pub(in crate::reconcile) fn new(people: &People, addresses: &Addresses, keys: &BTreeSet<Key>) -> Result<Self> {
        if people.sources.len() < 2 {
            return Ok(Self::default());
        }
        let height = people.frame.height() as u32;
        let rows = Rows::of(people, addresses, keys)?;
        let mut pairs: Vec<(u32, u32)> = Vec::new();
        for group in rows.sharing_a_key(height)? {
            // More rows than sources cannot be one person.
            if group.len() <= people.sources.len() {
                for (at, first) in group.iter().enumerate() {
                    pairs.extend(group[at + 1..].iter().map(|second| (*first, *second)));
                }
            }
        }
        let pairs: Vec<(u32, u32)> = pairs.into_par_iter().filter(|(one, other)| rows.are_one(*one, *other)).collect();
        let mut sets = Sets::new(height);
        pairs.into_iter().for_each(|(one, other)| sets.join(one, other));
        let mut together: HashMap<u32, Vec<u32>> = HashMap::new();
        for row in 0..height {
            let head = sets.head(row);
            if head != row || sets.is_joined(row) {
                together.entry(head).or_default().push(row);
            }
        }
        // Of two it is known already.
        together.retain(|_, all| {
            all.len() == 2 || all.iter().enumerate().all(|(at, one)| all[at + 1..].iter().all(|other| rows.are_one(*one, *other)))
        });
        if together.is_empty() {
            return Ok(Self::default());
        }
        let sources = &rows.sources;
        let mut heads: HashMap<u32, u32> = HashMap::new();
        for rows in together.values_mut() {
            rows.sort_by_key(|row| (sources.get(*row as usize), *row));
            heads.extend(rows.iter().map(|row| (*row, rows[0])));
        }
        let mut fold = Self::default();
        let mut person_of_head: HashMap<u32, u32> = HashMap::new();
        for row in 0..height {
            if heads.get(&row).is_none_or(|head| *head == row) {
                person_of_head.insert(row, fold.rows.len() as u32);
                fold.rows.push(row);
            }
        }
        let person = |row: u32| person_of_head.get(heads.get(&row).unwrap_or(&row)).copied().unwrap_or_default();
        fold.persons = (0..height).map(person).collect();
        let called = together.par_iter().filter_map(|(_, all)| Some((Person(person(all[0])), rows.called(all)?)));
        fold.called = called.collect();
        fold.members = together.into_values().map(|rows| (Person(person(rows[0])), rows.into_iter().map(Row).collect())).collect();
        Ok(fold)
    }

    /// The row that stands for a person.
    pub(in crate::reconcile) fn row(&self, person: Person) -> Row {
        Row(self.rows.get(person.at()).copied().unwrap_or(person.0))
    }

    /// The person of a row.
    pub(in crate::reconcile) fn person(&self, row: Row) -> Person {
        Person(self.persons.get(row.at()).copied().unwrap_or(row.0))
    }

    /// Rows beyond the first of each person.
    pub(in crate::reconcile) fn folded(&self) -> u64 {
        (self.persons.len() - self.rows.len()) as u64
    }

    /// One row a person: the first filled cell of each column, in the order of the sources, and of lists what stands in any.
    pub(in crate::reconcile) fn frame(&self, frame: &DataFrame, addresses: &Addresses) -> Result<DataFrame> {
        if self.rows.is_empty() {
            return Ok(frame.clone());
        }
        let one_each = |column: &Column| {
            // A directory has a third of the columns.
            if column.null_count() == column.len() {
                return Ok(Column::full_null(column.name().clone(), self.rows.len(), column.dtype()));
            }
            if column.dtype().is_list() {
                return self.united(frame, column.name(), addresses);
            }
            let mut places = self.rows.clone();
            let column = column.rechunk();
            let texts = column.str().ok();
            let is_email = column.name() == "email";
            let filled = |row: &u32| match texts {
                // One that identifies nobody only stands where no source has a better one.
                Some(texts) if is_email => texts.get(*row as usize).is_some_and(|text| addresses.identifying(text).is_some()),
                Some(texts) => texts.get(*row as usize).is_some_and(|text| !text.trim().is_empty()),
                None => column.get(*row as usize).is_ok_and(|value| !value.is_null()),
            };
            for (person, rows) in &self.members {
                if let Some(row) = rows.iter().find(|row| filled(&row.0)) {
                    places[person.at()] = row.0;
                }
            }
            Ok(column.take(&IdxCa::from_vec("row".into(), places))?)
        };
        let columns = frame.columns().par_iter().map(one_each).collect::<Result<Vec<_>>>()?;
        Ok(DataFrame::new(self.rows.len(), columns)?)
    }

    /// A column of lists with one list a person, each text once. Main addresses that are not the person's are further ones.
    fn united(&self, frame: &DataFrame, name: &str, addresses: &Addresses) -> Result<Column> {
        let lists = Lists::of(frame, name)?;
        let emails = TextColumn::of(frame, "email")?;
        let mut united = ListStringChunkedBuilder::new(name.into(), self.rows.len(), self.rows.len());
        for (person, row) in (0..).map(Person).zip(&self.rows) {
            let alone = [Row(*row)];
            let rows = self.members.get(&person).map_or(&alone[..], Vec::as_slice);
            let mains = rows.iter().filter_map(|row| emails.get(*row)).filter(|_| name == "alternate_email" && rows.len() > 1);
            let mut mains = mains.filter_map(|text| Some((addresses.identifying(text)?, text)));
            let main = mains.next();
            let others = mains.filter(|(key, _)| main.as_ref().is_some_and(|(main, _)| key != main)).map(|(_, text)| text);
            let mut seen = BTreeSet::new();
            let texts = rows.iter().flat_map(|row| lists.get(*row)).chain(others);
            let texts: Vec<&str> = texts.filter(|text| seen.insert(*text)).collect();
            united.append_values_iter(texts.into_iter());
        }
        Ok(united.finish().into_column())
    }
}
