//! The two frames by column, and what is asked of an account or a person by several columns together.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use chrono::NaiveDate;
use polars::prelude::*;

use super::column::{Dates, Flags, Lists, TextColumn};
use super::correlation::fold::{Called, Fold};
use super::correlation::keys::Addresses;
use super::correlation::names::{self, Resemblance, Sorted};
use super::employment;
use super::finding::AccountRef;
use super::places::{Account, Person, Place, Row};
use crate::config::{self, AccountRole, Rights};
use crate::directory::People;
use crate::directory::facts::{FactColumns, Facts};
use crate::domo::{self, Accounts};
use crate::terms::value::{numbers_differ, same_number};
use crate::terms::{FIELDS, Field, Holds, Owned, Role, Status};
use crate::text::plural;

/// The accounts frame by column.
#[derive(Debug)]
pub(super) struct AccountColumns<'a> {
    pub(super) accounts: &'a Accounts,
    pub(super) height: u32,
    pub(super) id: UInt64Chunked,
    pub(super) email: TextColumn<Account>,
    pub(super) alternate_email: TextColumn<Account>,
    pub(super) employee_number: TextColumn<Account>,
    pub(super) name: TextColumn<Account>,
    pub(super) role: TextColumn<Account>,
    pub(super) role_id: TextColumn<Account>,
    /// Of the fields that are compared as text with a person's.
    texts: BTreeMap<&'static str, TextColumn<Account>>,
    pub(super) active: Flags<Account>,
    pub(super) deleted: Flags<Account>,
    pub(super) created: Dates<Account>,
    pub(super) last_login: Dates<Account>,
    pub(super) groups: Lists<Account>,
    pub(super) two_factor: Flags<Account>,
    pub(super) locked: Flags<Account>,
    administers: Flags<Account>,
    done_to: TextColumn<Account>,
    done_on: Dates<Account>,
    own_number: TextColumn<Account>,
    employee_id: TextColumn<Account>,
    fixed_groups: UInt32Chunked,
    owns: Vec<(Owned, UInt32Chunked)>,
}

impl<'a> AccountColumns<'a> {
    pub(super) fn new(accounts: &'a Accounts) -> Result<Self> {
        let frame = &accounts.frame;
        let text = |name| TextColumn::of(frame, name);
        let employee_number = numbers(frame)?;
        let compared = Field::compared_by_default().into_iter();
        let mut texts = compared.map(|name| Ok((name, text(name)?))).collect::<Result<BTreeMap<_, _>>>()?;
        texts.insert("employee_number", employee_number.clone());
        Ok(Self {
            accounts,
            height: height(frame)?,
            id: frame.column("id")?.u64()?.rechunk().into_owned(),
            email: text("email")?,
            alternate_email: text("alternate_email")?,
            employee_number,
            own_number: text("employee_number")?,
            employee_id: text("employee_id")?,
            name: text("name")?,
            role: text("role")?,
            role_id: text("role_id")?,
            texts,
            active: Flags::of(frame, "active")?,
            deleted: Flags::of(frame, "deleted")?,
            created: Dates::of(frame, "created")?,
            last_login: Dates::of(frame, "last_login")?,
            groups: Lists::of(frame, "groups")?,
            two_factor: Flags::of(frame, "two_factor")?,
            locked: Flags::of(frame, "locked")?,
            administers: Flags::of(frame, "administers")?,
            done_to: text("done_to")?,
            done_on: Dates::of(frame, "done_on")?,
            fixed_groups: frame.column("fixed_groups")?.u32()?.rechunk().into_owned(),
            owns: accounts
                .known_kinds()
                .into_iter()
                .map(|kind| Ok((kind, frame.column(&domo::owns_column(kind))?.u32()?.rechunk().into_owned())))
                .collect::<Result<_>>()?,
        })
    }

    /// Whether an account has this role of Domo's own and, where groups were read, none that can be left by hand.
    pub(super) fn restricted_to(&self, account: Account, role: &str, domo: &config::Domo) -> bool {
        let fixed = self.fixed_groups.get(account.at()).unwrap_or_default() as usize;
        self.role(account) == Some(role)
            && !self.only_bears_the_name(account, role, domo)
            && (!self.provides("groups") || self.groups.get(account).count() <= fixed)
    }

    /// The role that a demotion to this one leaves an account with.
    pub(super) fn demoted<'r>(&'r self, account: Account, role: &'r str, domo: &config::Domo) -> &'r str {
        domo.demoted(role, self.known_role(account))
    }

    /// Whether an account's role is one of the instance's own, with other rights than the role of Domo's whose name it bears.
    pub(super) fn only_bears_the_name(&self, account: Account, role: &str, domo: &config::Domo) -> bool {
        self.role(account) == Some(role) && !domo.is_role(role, self.known_role(account))
    }

    /// How many of each sort it owns, by the reports that are relied on.
    pub(super) fn owns(&self, account: Account) -> impl Iterator<Item = (Owned, u64)> {
        let counts = self.owns.iter().filter_map(move |(kind, counts)| Some((*kind, counts.get(account.at())?.into())));
        counts.filter(|(_, count)| *count > 0)
    }

    /// What somebody else did to it on that day or later, by the activity log.
    pub(super) fn done_to(&self, account: Account, since: NaiveDate) -> Option<String> {
        self.done_on.get(account).filter(|day| *day >= since).and_then(|_| self.done_to.owned(account))
    }

    /// Whether its number is Domo's *Employee ID*, which stands where the account has no employee number of its own.
    pub(super) fn number_is_an_id(&self, account: Account) -> bool {
        self.own_number.filled(account).is_none() && self.employee_number.filled(account).is_some()
    }

    /// Domo's *Employee ID* where it stands beside another number, which is the key.
    pub(super) fn second_number(&self, account: Account) -> Option<&str> {
        let (number, id) = (self.own_number.filled(account)?, self.employee_id.filled(account)?);
        Some(id).filter(|id| !same_number(number, id))
    }

    pub(super) fn id(&self, account: Account) -> Option<u64> {
        self.id.get(account.at())
    }

    /// Absent means active, unless the account is deleted.
    pub(super) fn is_active(&self, account: Account) -> bool {
        !self.deleted.get(account).unwrap_or(false) && self.active.get(account).unwrap_or(true)
    }

    /// The account as findings name it.
    pub(super) fn reference(&self, account: Account, domo: &config::Domo) -> AccountRef {
        AccountRef {
            index: account.0,
            id: self.id(account),
            email: self.email.owned(account),
            name: self.name.owned(account),
            role: self.role_shown(account),
            active: self.is_active(account),
            may_administer: self.rights(account, domo).may_administer(),
        }
    }

    /// The role's name; the two that may administer are known by id too.
    pub(super) fn role(&self, account: Account) -> Option<&str> {
        self.role.filled(account).or_else(|| {
            let known = self.role_id.filled(account).and_then(Role::of_id);
            known.filter(|role| role.may_administer()).map(Role::as_str)
        })
    }

    /// The role as it is shown: a custom one that has no name by its id.
    pub(super) fn role_shown(&self, account: Account) -> Option<String> {
        let custom = || self.role_id.filled(account).filter(|id| Role::of_id(id).is_none());
        self.role(account).map(str::to_owned).or_else(|| custom().map(|id| format!("role {}", id.trim())))
    }

    /// What the account may do.
    pub(super) fn rights(&self, account: Account, domo: &config::Domo) -> Rights {
        domo.rights(self.known_role(account))
    }

    /// How far its role reaches.
    pub(super) fn reach(&self, account: Account, domo: &config::Domo) -> u8 {
        domo.reach(self.known_role(account))
    }

    fn known_role(&self, account: Account) -> AccountRole<'_> {
        AccountRole { name: self.role(account), id: self.role_id.filled(account), administers: self.administers.get(account) }
    }

    /// All accounts.
    pub(super) fn all(&self) -> impl Iterator<Item = Account> + use<> {
        (0..self.height).map(Account)
    }

    /// All addresses of an account as they stand, its main one first.
    pub(super) fn addresses(&self, account: Account) -> impl Iterator<Item = &str> {
        self.email.get(account).into_iter().chain(self.written_further(account))
    }

    fn written_further(&self, account: Account) -> impl Iterator<Item = &str> + use<'_> {
        self.alternate_email.get(account).unwrap_or_default().split(crate::text::SEPARATORS)
    }

    /// The further addresses of an account, as they are compared.
    pub(super) fn further_addresses<'t>(
        &'t self,
        account: Account,
        addresses: &'t Addresses,
    ) -> impl Iterator<Item = Cow<'t, str>> + use<'t> {
        self.written_further(account).filter_map(|text| addresses.key(text))
    }

    /// The column of a field that is compared as text with a person's.
    pub(super) fn text(&self, field: &str) -> Option<&TextColumn<Account>> {
        self.texts.get(field)
    }

    /// The text of such a field, unless there is none to see.
    pub(super) fn cell(&self, account: Account, field: &str) -> Option<&str> {
        self.text(field)?.filled(account)
    }

    /// Whether the source carries the column at all.
    pub(super) fn provides(&self, field: &str) -> bool {
        let also = (field == "employee_number").then_some("employee_id");
        [Some(field), also].into_iter().flatten().any(|field| self.accounts.provided.contains(field))
    }
}

/// The people by column: one row a person, which is one row of the directory unless several sources have the person.
#[derive(Debug)]
pub(super) struct PersonColumns<'a> {
    pub(super) people: &'a People,
    pub(super) fold: Fold,
    pub(super) height: u32,
    source: UInt32Chunked,
    line: UInt32Chunked,
    pub(super) email: TextColumn<Person>,
    pub(super) alternate_email: Lists<Person>,
    pub(super) employee_number: TextColumn<Person>,
    pub(super) name: TextColumn<Person>,
    pub(super) given_name: TextColumn<Person>,
    pub(super) family_name: TextColumn<Person>,
    pub(super) hire_date: Dates<Person>,
    pub(super) termination_date: Dates<Person>,
    pub(super) role: TextColumn<Person>,
    /// Every field of one text, and every list, those above among them.
    texts: BTreeMap<&'static str, TextColumn<Person>>,
    lists: BTreeMap<&'static str, Lists<Person>>,
    provided: Vec<BTreeSet<&'a str>>,
    /// Of the rows before they are folded into people.
    facts: FactColumns,
}

impl<'a> PersonColumns<'a> {
    pub(super) fn new(people: &'a People, fold: Fold, addresses: &Addresses) -> Result<Self> {
        let frame = &fold.frame(&people.frame, addresses)?;
        let held = |holds| FIELDS.iter().filter(move |field| field.holds == holds).map(|field| field.name);
        let text = |name| TextColumn::of(frame, name);
        let provided: Vec<_> = people.sources.iter().map(|source| source.provided()).collect();
        Ok(Self {
            people,
            height: height(frame)?,
            source: frame.column("source")?.u32()?.rechunk().into_owned(),
            line: frame.column("row")?.u32()?.rechunk().into_owned(),
            email: text("email")?,
            alternate_email: Lists::of(frame, "alternate_email")?,
            employee_number: text("employee_number")?,
            name: text("name")?,
            given_name: text("given_name")?,
            family_name: text("family_name")?,
            hire_date: Dates::of(frame, "hire_date")?,
            termination_date: Dates::of(frame, "termination_date")?,
            role: text("role")?,
            texts: held(Holds::Text).map(|name| Ok((name, text(name)?))).collect::<Result<_>>()?,
            lists: held(Holds::List).map(|name| Ok((name, Lists::of(frame, name)?))).collect::<Result<_>>()?,
            facts: FactColumns::of(people)?,
            provided,
            fold,
        })
    }

    /// All people.
    pub(super) fn all(&self) -> impl Iterator<Item = Person> + use<> {
        (0..self.height).map(Person)
    }

    /// Rows of the directory.
    pub(super) fn rows(&self) -> impl ExactSizeIterator<Item = Row> + use<> {
        (0..self.facts.rows() as u32).map(Row)
    }

    /// Source and line of a row of the directory.
    pub(super) fn place(&self, row: Row) -> (u32, u32) {
        self.facts.place(row.at())
    }

    /// The rows of a person, earliest source first; none where the person has one row only.
    pub(super) fn folded(&self, person: Person) -> &[Row] {
        self.fold.members.get(&person).map_or(&[], Vec::as_slice)
    }

    pub(super) fn source(&self, person: Person) -> u32 {
        self.source.get(person.at()).unwrap_or_default()
    }

    /// The files that have a row of a person, by their place.
    pub(super) fn files(&self, person: Person) -> Vec<u32> {
        match self.folded(person) {
            [] => vec![self.source(person)],
            rows => rows.iter().map(|row| self.place(*row).0).collect(),
        }
    }

    pub(super) fn line(&self, person: Person) -> u32 {
        self.line.get(person.at()).unwrap_or_default()
    }

    /// The name of a row's file.
    pub(super) fn source_name(&self, source: u32) -> &str {
        self.people.sources.get(source as usize).map_or("", |source| source.name.as_str())
    }

    /// Whether a file of this person carries the field at all.
    pub(super) fn provides(&self, person: Person, field: &str) -> bool {
        let carries = |source: u32| self.provided.get(source as usize).is_some_and(|fields| fields.contains(field));
        match self.folded(person) {
            [] => carries(self.source(person)),
            rows => rows.iter().any(|row| carries(self.place(*row).0)),
        }
    }

    /// Whether any file carries one of the fields.
    pub(super) fn any_provides(&self, fields: &[&str]) -> bool {
        self.provided.iter().any(|provided| fields.iter().any(|field| provided.contains(field)))
    }

    /// The people who are only in files that carry none of the fields, where other files carry one: `12 people are only in x.csv`.
    pub(super) fn without(&self, fields: &[&str]) -> Option<String> {
        let lacks: Vec<bool> = self.provided.iter().map(|provided| !fields.iter().any(|field| provided.contains(field))).collect();
        if !lacks.contains(&true) {
            return None;
        }
        let of = |source: u32| lacks.get(source as usize).copied().unwrap_or(false);
        let lacking = |person: &Person| match self.folded(*person) {
            [] => of(self.source(*person)),
            rows => rows.iter().all(|row| of(self.place(*row).0)),
        };
        let count = self.all().filter(lacking).count() as u64;
        let names = lacks.iter().zip(&self.people.sources).filter(|(lacks, _)| **lacks).map(|(_, source)| source.name.as_str());
        let names: Vec<&str> = names.collect();
        (count > 0).then(|| format!("{} only in {}", plural(count, "person is", "people are"), names.join(" and ")))
    }

    /// What a row of the directory says of employment.
    pub(super) fn facts(&self, row: Row) -> Facts {
        self.facts.get(row.at())
    }

    /// The file's own word for a status in a row of the directory.
    pub(super) fn word(&self, row: Row) -> Option<&str> {
        self.facts.word(row.at())
    }

    /// The word of the row that made a person's status what it is; of several files not all need to say the same.
    pub(super) fn deciding_word(&self, person: Person, status: Status, as_of: NaiveDate) -> Option<&str> {
        match self.folded(person) {
            [] => self.word(self.fold.row(person)),
            rows => {
                let decides = |row: &&Row| employment::judge(&self.facts(**row), as_of).status == status;
                rows.iter().filter(decides).find_map(|row| self.word(*row))
            }
        }
    }

    /// The column of a canonical field that holds one text.
    pub(super) fn text(&self, field: &str) -> Option<&TextColumn<Person>> {
        self.texts.get(field)
    }

    /// The text of such a field, unless there is none to see.
    pub(super) fn cell(&self, person: Person, field: &str) -> Option<&str> {
        self.text(field)?.filled(person)
    }

    /// The values of a canonical field, as rules see them.
    pub(super) fn values(&self, person: Person, field: &str) -> Vec<&str> {
        match self.lists.get(field) {
            Some(lists) => lists.get(person).collect(),
            None => self.cell(person, field).into_iter().collect(),
        }
    }

    /// All addresses of a person as they stand, the main one first.
    pub(super) fn addresses(&self, person: Person) -> impl Iterator<Item = &str> {
        self.email.get(person).into_iter().chain(self.alternate_email.get(person))
    }

    /// The name as a whole: the name column, else given and family name.
    pub(super) fn display_name(&self, person: Person) -> Option<String> {
        self.name.owned(person).or_else(|| self.parts_of_name(person))
    }

    /// Given and family name, in Chinese, Japanese and Korean writing the family name first.
    fn parts_of_name(&self, person: Person) -> Option<String> {
        let mut parts: Vec<&str> =
            [self.given_name.filled(person), self.family_name.filled(person)].into_iter().flatten().collect();
        if parts.iter().all(|part| names::is_east_asian(part)) {
            parts.reverse();
        }
        (!parts.is_empty()).then(|| parts.join(" "))
    }

    /// Whether neither names nor numbers tell two apart. A name that is or has all of the other says more than another number.
    pub(super) fn may_be_one(&self, one: Person, other: Person) -> bool {
        let name = self.display_name(one);
        let [number, another] = [one, other].map(|person| self.employee_number.get(person).unwrap_or_default());
        match self.resemblance(other, name.as_deref()) {
            Resemblance::Differ => false,
            _ if !numbers_differ(number, another) => true,
            _ => name.is_some_and(|name| self.likeness(other, &name) >= names::CONTAINED),
        }
    }

    /// How alike a name is to what a person is called, from 0 to 1.
    pub(super) fn likeness(&self, person: Person, name: &str) -> f64 {
        let own = self.display_name(person).unwrap_or_default();
        names::likeness(&Sorted::new(&own), &Sorted::new(name)).0
    }

    /// The rows of somebody whom they call by different names, in the order of the files, and how each of these is beside this name.
    pub(super) fn called_beside(&self, person: Person, name: Option<&str>) -> Vec<(&Called, Resemblance)> {
        let called = self.fold.called.get(&person).into_iter().flatten();
        called.map(|row| (row, names::resemblance(name.unwrap_or_default(), &row.name))).collect()
    }

    /// Of the rows of somebody whom they call by different names: those that call them as this name does, and those that call them
    /// otherwise. Both are empty unless there are some of each.
    pub(super) fn called(&self, person: Person, name: Option<&str>) -> (Vec<&Called>, Vec<&Called>) {
        let compared = self.called_beside(person, name);
        let of = |is: Resemblance| -> Vec<&Called> { compared.iter().filter(|(_, one)| *one == is).map(|(row, _)| *row).collect() };
        let (so, otherwise) = (of(Resemblance::SharePart), of(Resemblance::Differ));
        if so.is_empty() || otherwise.is_empty() { (Vec::new(), Vec::new()) } else { (so, otherwise) }
    }

    /// Whether a name and a person's, as any of their rows calls them, can be one person's.
    pub(super) fn resemblance(&self, person: Person, name: Option<&str>) -> Resemblance {
        if !self.called(person, name).0.is_empty() {
            return Resemblance::SharePart;
        }
        let name = name.unwrap_or_default();
        let whole = self.name.filled(person).map(|whole| names::resemblance(name, whole));
        let in_parts = || self.parts_of_name(person).map(|parts| names::resemblance(name, &parts));
        match whole {
            Some(Resemblance::SharePart) => Resemblance::SharePart,
            whole => match (whole, in_parts()) {
                (_, Some(Resemblance::SharePart)) => Resemblance::SharePart,
                (Some(Resemblance::Differ), _) | (_, Some(Resemblance::Differ)) => Resemblance::Differ,
                _ => Resemblance::NotComparable,
            },
        }
    }
}

/// The employee numbers; of an account without one Domo's *Employee ID*, which is to take its place.
fn numbers(frame: &DataFrame) -> Result<TextColumn<Account>> {
    let (numbers, ids) = (frame.column("employee_number")?.str()?, frame.column("employee_id")?.str()?);
    if ids.null_count() == ids.len() {
        return TextColumn::of(frame, "employee_number");
    }
    let filled = |text: &&str| !text.trim().is_empty();
    let either = numbers.iter().zip(ids.iter()).map(|(number, id)| number.filter(filled).or(id).or(number));
    let numbers = StringChunked::from_iter_options("employee_number".into(), either).into_column();
    TextColumn::of(&DataFrame::new(numbers.len(), vec![numbers])?, "employee_number")
}

fn height(frame: &DataFrame) -> Result<u32> {
    u32::try_from(frame.height()).ok().filter(|height| *height < u32::MAX).context("more than 4 billion rows")
}
