//! One person in two directories: rows of *different* sources that share a key, and whose other keys do not disagree, are one
//! person. The first source's values win, empty cells are filled from the next; further addresses and groups are those of all of
//! them. Any disagreement leaves the rows apart, and then they are duplicates like any others. Every row is still counted, each in the
//! situation of its person.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use anyhow::Result;
use polars::prelude::*;
use rayon::prelude::*;

use super::column::Lists;
use super::index::{Person, Place, Row};
use super::keyed::{keyed, shared};
use super::keys::Addresses;
use super::sets::Sets;
use crate::directory::People;
use crate::terms::Key;
use crate::terms::value::Number;

/// Which rows of the directory are one person.
#[derive(Debug, Default)]
pub(super) struct Fold {
    /// The row that stands for each person: that of the earliest source. Empty where nothing is folded.
    rows: Vec<u32>,
    /// The person of each row. Empty where nothing is folded.
    persons: Vec<u32>,
    /// All rows of each person with several, earliest source first.
    pub(super) members: HashMap<Person, Vec<Row>>,
}

impl Fold {
    pub(super) fn new(people: &People, addresses: &Addresses, keys: &BTreeSet<Key>) -> Result<Self> {
        if people.sources.len() < 2 {
            return Ok(Self::default());
        }
        let frame = &people.frame;
        let height = frame.height() as u32;
        let (emails, numbers) = (frame.column("email")?.str()?.rechunk(), frame.column("employee_number")?.str()?.rechunk());
        let sources = frame.column("source")?.u32()?.rechunk();
        let by_email = |row: u32| {
            let email = emails.get(row as usize).filter(|_| keys.contains(&Key::Email));
            email.and_then(|text| addresses.identifying(text))
        };
        let by_number = |row: u32| {
            let number = numbers.get(row as usize).filter(|_| keys.contains(&Key::EmployeeNumber));
            number.and_then(|text| Number::of(text).text())
        };
        // Rows of one person: each source once, and no key says two things.
        let agree = |rows: &[u32]| {
            let one = |keys: Vec<Cow<'_, str>>| keys.windows(2).all(|pair| pair[0] == pair[1]);
            let mut of: Vec<Option<u32>> = rows.iter().map(|row| sources.get(*row as usize)).collect();
            of.sort_unstable();
            of.windows(2).all(|pair| pair[0] != pair[1])
                && one(rows.iter().filter_map(|row| by_email(*row)).collect())
                && one(rows.iter().filter_map(|row| by_number(*row)).collect())
        };

        let mut sets = Sets::new(height);
        let groups = [shared(&keyed(height, by_email)?)?.groups, shared(&keyed(height, by_number)?)?.groups];
        for rows in groups.iter().flatten() {
            // More rows than sources cannot be one person.
            if rows.len() > people.sources.len() {
                continue;
            }
            for (at, first) in rows.iter().enumerate() {
                for second in &rows[at + 1..] {
                    if agree(&[*first, *second]) {
                        sets.join(*first, *second);
                    }
                }
            }
        }
        let mut together: HashMap<u32, Vec<u32>> = HashMap::new();
        for row in 0..height {
            let head = sets.head(row);
            if head != row || sets.is_joined(row) {
                together.entry(head).or_default().push(row);
            }
        }
        together.retain(|_, rows| rows.len() > 1 && agree(rows));
        if together.is_empty() {
            return Ok(Self::default());
        }
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
        fold.members = together.into_values().map(|rows| (Person(person(rows[0])), rows.into_iter().map(Row).collect())).collect();
        Ok(fold)
    }

    /// The row that stands for a person.
    pub(super) fn row(&self, person: Person) -> Row {
        Row(self.rows.get(person.at()).copied().unwrap_or(person.0))
    }

    /// The person of a row.
    pub(super) fn person(&self, row: Row) -> Person {
        Person(self.persons.get(row.at()).copied().unwrap_or(row.0))
    }

    /// Rows beyond the first of each person.
    pub(super) fn folded(&self) -> u64 {
        (self.persons.len() - self.rows.len()) as u64
    }

    /// One row a person: the first filled cell of each column, in the order of the sources, and of lists what stands in any.
    pub(super) fn frame(&self, frame: &DataFrame, addresses: &Addresses) -> Result<DataFrame> {
        if self.rows.is_empty() {
            return Ok(frame.clone());
        }
        let one_each = |column: &Column| {
            // A directory has a third of the columns.
            if column.null_count() == column.len() {
                return Ok(Column::full_null(column.name().clone(), self.rows.len(), column.dtype()));
            }
            if column.dtype().is_list() {
                return self.united(frame, column.name());
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

    /// A column of lists with one list a person, each text once.
    fn united(&self, frame: &DataFrame, name: &str) -> Result<Column> {
        let lists = Lists::of(frame, name)?;
        let mut united = ListStringChunkedBuilder::new(name.into(), self.rows.len(), self.rows.len());
        for (person, row) in (0..).map(Person).zip(&self.rows) {
            let alone = [Row(*row)];
            let rows = self.members.get(&person).map_or(&alone[..], Vec::as_slice);
            let mut seen = BTreeSet::new();
            let texts: Vec<&str> = rows.iter().flat_map(|row| lists.get(*row)).filter(|text| seen.insert(*text)).collect();
            united.append_values_iter(texts.into_iter());
        }
        Ok(united.finish().into_column())
    }
}
