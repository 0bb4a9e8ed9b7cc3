//! The accounts frame over raw objects: column builders over borrowed text, one object parsed at a time, nothing dropped.

use std::borrow::Cow;
use std::collections::BTreeSet;

use polars::prelude::*;
use rayon::prelude::*;
use serde::Deserialize;

use super::extras::{Extra, Membership};
use super::snapshot::Snapshot;
use super::wire::{Loose, day, is_object};
use crate::terms::{FIELDS, Owned};
use crate::text;

/// What is said of accounts of which none says whether it is active, before the ways on.
pub(super) const NO_INACTIVE_STATE: &str = "no account says whether it is active: every account that is listed counts as active, \
     and no deactivation is proposed, because none could be read back. ";

/// How access is taken away where no deactivation is honoured, with the line of configuration for each way.
pub const WAYS_ON: &str = "Access is taken away with `[policy] leaver = \"demote\"` (role and groups; a revert gives them back) or \
     `\"delete\"` (for good; Domo refuses it while DataSets or DataFlows are owned), `orphan` likewise, or by hand under Admin > \
     Governance > People";

/// The columns that are neither text as Domo sent it nor a list, with the type of their cells and of the column.
macro_rules! columns {
    ($($name:ident: $cell:ty => $dtype:ident,)+) => {
        /// Their cells, row by row.
        #[derive(Default)]
        struct Cells {
            $($name: Vec<Option<$cell>>,)+
        }

        impl Cells {
            fn fields() -> impl Iterator<Item = Field> {
                [$(Field::new(stringify!($name).into(), DataType::$dtype)),+].into_iter()
            }

            fn finish(self) -> PolarsResult<Vec<Column>> {
                [$(Column::new(stringify!($name).into(), self.$name).cast(&DataType::$dtype)),+].into_iter().collect()
            }
        }
    };
}

columns! {
    id: u64 => UInt64,
    active: bool => Boolean,
    deleted: bool => Boolean,
    created: i32 => Date,
    updated: i32 => Date,
    last_login: i32 => Date,
    two_factor: bool => Boolean,
    locked: bool => Boolean,
    employee_id: String => String,
    done_to: String => String,
    done_on: i32 => Date,
    reports_to: u64 => UInt64,
    administers: bool => Boolean,
    fixed_groups: u32 => UInt32,
}

/// Columns of the accounts frame and their types. Text is as Domo sent it; nothing is normalised.
///
/// | column | note |
/// |---|---|
/// | `id` | null where the source has none (a People export) |
/// | `active` | absent means true unless `deleted` |
/// | `deleted` | Domo answers 200 with `deleted: true` for a deleted account |
/// | `created` `updated` `last_login` | days, UTC; `created` in January 1970 is repaired (seconds sent as milliseconds) |
/// | `two_factor` `locked` | whether a second factor is on, whether it is locked, where a source says so (DomoStats People) |
/// | `employee_id` `reports_to` | Domo's *Employee ID*, and the id of the account it reports to, where a source says so |
/// | `done_to` `done_on` | what somebody else last did to it, by the activity log: `2026-11-20 Ada Byron: …`, and the day |
/// | `administers` | whether its role may administer, by the role's grants |
/// | `fixed_groups` | how many of its groups cannot be left by hand, where their types are known |
/// | `email` `name` `role` | as sent |
/// | `role_id` `employee_number` | text, whether Domo sent a number or text |
/// | `alternate_email` `title` `department` `location` `phone` `timezone` `locale` | null when absent, `""` when sent empty |
/// | `groups` | names, where memberships were read |
/// | `owns_datasets` ... | how many of each sort it owns, null for none and for not known; which are known the evidence tells |
pub fn schema() -> Schema {
    let texts = TEXTS.map(|name| Field::new(name.into(), DataType::String));
    let groups = Field::new("groups".into(), DataType::List(Box::new(DataType::String)));
    let owns = Owned::ALL.map(|kind| Field::new(owns_column(kind).into(), DataType::UInt32));
    Cells::fields().chain(texts).chain([groups]).chain(owns).collect()
}

/// The column of what accounts own of one sort.
pub fn owns_column(kind: Owned) -> String {
    format!("owns_{kind}")
}

/// What is read of a user as Domo sends it: every type is [`Loose`], because Domo's own documents and recordings disagree about
/// them.
macro_rules! user {
    (texts { $($text:ident = $field:literal,)+ } others { $($other:ident = $name:literal,)+ }) => {
        #[derive(Deserialize)]
        struct User<'a> {
            $(#[serde(borrow, default, rename = $field)] $text: Loose<'a>,)+
            $(#[serde(borrow, default, rename = $name)] $other: Loose<'a>,)+
            /// What a pull read besides the list: [`super::extras::KEY`].
            #[serde(default, rename = "domo-reconcile")]
            extra: Extra,
        }

        /// The columns of text, in the order of the frame.
        const TEXTS: [&str; [$($field),+].len()] = [$(stringify!($text)),+];

        impl<'a> User<'a> {
            /// What goes into [`TEXTS`], each with Domo's name for it.
            fn texts(&self) -> [(&'static str, Loose<'a>); TEXTS.len()] {
                [$(($field, self.$text)),+]
            }
        }
    };
}

user! {
    texts {
        email = "email",
        name = "name",
        role = "role",
        role_id = "roleId",
        alternate_email = "alternateEmail",
        employee_number = "employeeNumber",
        title = "title",
        department = "department",
        location = "location",
        phone = "phone",
        timezone = "timezone",
        locale = "locale",
    }
    others {
        id = "id",
        active = "active",
        deleted = "deleted",
        created_at = "createdAt",
        updated_at = "updatedAt",
        last_login = "lastLogin",
        two_factor_enabled = "twoFactorEnabled",
        employee_id = "employeeId",
        groups = "groups",
        // Set by [`super::exports`]: what an object of theirs does not carry is unknown.
        exported_by = "exportedBy",
    }
}

/// Builds a frame row by row.
struct Builder {
    cells: Cells,
    texts: Vec<StringChunkedBuilder>,
    groups: ListStringChunkedBuilder,
    /// By [`Owned`].
    owns: [Vec<Option<u32>>; Owned::COUNT],
    seen: Seen,
}

/// What the objects were like.
#[derive(Default)]
pub(super) struct Seen {
    /// Columns that at least one object carries.
    columns: BTreeSet<String>,
    /// Those that are filled where no object carries them: seen on the way.
    active: bool,
    deleted: bool,
    last_login: bool,
    /// An object names its department, be it none.
    department: bool,
    /// At least one object is v1's own.
    from_v1: bool,
    repaired_dates: u64,
    unreadable_dates: u64,
    numbers_as_numbers: u64,
    numbers_as_text: u64,
}

impl Builder {
    fn new(rows: usize) -> Self {
        Self {
            cells: Cells::default(),
            texts: TEXTS.iter().map(|name| StringChunkedBuilder::new((*name).into(), rows)).collect(),
            groups: ListStringChunkedBuilder::new("groups".into(), rows, 0),
            owns: std::array::from_fn(|_| Vec::with_capacity(rows)),
            seen: Seen::default(),
        }
    }

    /// Adds one object; the error names the field.
    fn push(&mut self, object: &str) -> Result<(), String> {
        is_object(object.as_bytes())?;
        let user: User<'_> = serde_json::from_str(object).map_err(|error| error.to_string())?;
        let in_field = |field: &'static str| move |why: String| format!("`{field}`: {why}");
        let id = user.id.id().map_err(in_field("id"))?;
        self.cells.id.push(id);
        self.seen.from_v1 |= user.exported_by.raw().is_none();
        self.seen.department = self.seen.department || names_department(object);
        if id.is_none() && user.email.raw().is_none() {
            return Err(
                "it has neither `id` nor `email`, so it is no account: an error's body, or an envelope around the list?".into()
            );
        }
        for (builder, (field, value)) in self.texts.iter_mut().zip(user.texts()) {
            builder.append_option(value.text().map_err(in_field(field))?);
        }
        if user.employee_number.raw().is_some() {
            *(if user.employee_number.is_number() { &mut self.seen.numbers_as_numbers } else { &mut self.seen.numbers_as_text }) +=
                1;
        }

        let deleted = user.deleted.boolean().map_err(in_field("deleted"))?;
        let active = user.active.boolean().map_err(in_field("active"))?;
        self.seen.active |= active.is_some();
        self.seen.deleted |= deleted.is_some();
        let deleted = deleted.unwrap_or(false);
        self.cells.active.push(Some(!deleted && active.unwrap_or(true)));
        self.cells.deleted.push(Some(deleted));

        let created = self.day(user.created_at.text().map_err(in_field("createdAt"))?);
        self.cells.created.push(created);
        let updated = self.day(user.updated_at.text().map_err(in_field("updatedAt"))?);
        self.cells.updated.push(updated);
        let last_login = self.day(user.last_login.text().map_err(in_field("lastLogin"))?);
        let extra = user.extra;
        let last_seen = self.day(extra.last_seen.as_deref().map(Cow::Borrowed));
        let seen_in_part = self.day(extra.seen_in_part.as_deref().map(Cow::Borrowed));
        self.cells.last_login.push(last_login.max(last_seen).max(seen_in_part));
        // A log that was read whole says something of those it does not name, too; one that was read in part only of whom it names.
        self.seen.last_login |= extra.last_seen.is_some() || last_login.is_some();

        // A word that is neither is none: it must not read like "off".
        self.cells.two_factor.push(user.two_factor_enabled.boolean().ok().flatten().or(extra.two_factor));
        self.cells.locked.push(extra.locked);
        let employee_id = user.employee_id.text().map_err(in_field("employeeId"))?;
        self.cells.employee_id.push(employee_id.map(Cow::into_owned).or(extra.employee_id));
        self.cells.done_on.push(extra.done_to.as_ref().map(|done| done.on.to_epoch_days()));
        self.cells.done_to.push(extra.done_to.map(|done| format!("{} {}: {}", done.on, done.by, done.what)));
        self.cells.reports_to.push(extra.reports_to);
        self.cells.administers.push(extra.administers);
        self.cells.fixed_groups.push(extra.fixed.map(|fixed| u32::try_from(fixed.len()).unwrap_or(u32::MAX)));
        for (kind, column) in Owned::ALL.into_iter().zip(&mut self.owns) {
            column.push(extra.owns.get(&kind).map(|owned| u32::try_from(*owned).unwrap_or(u32::MAX)));
        }

        match (&extra.groups, user.groups.raw()) {
            (Some(groups), _) => self.groups.append_values_iter(groups.iter().map(Membership::name)),
            (None, Some(raw)) => {
                let names = group_names(raw.get()).map_err(in_field("groups"))?;
                self.groups.append_values_iter(names.iter().map(AsRef::as_ref));
            }
            (None, None) => self.groups.append_null(),
        }
        Ok(())
    }

    fn day(&mut self, value: Option<Cow<'_, str>>) -> Option<i32> {
        let value = value.filter(|value| !value.trim().is_empty())?;
        match day(&value) {
            Some((day, repaired)) => {
                self.seen.repaired_dates += u64::from(repaired);
                Some(day)
            }
            None => {
                self.seen.unreadable_dates += 1;
                None
            }
        }
    }

    fn finish(self) -> PolarsResult<(DataFrame, Seen)> {
        let height = self.cells.id.len();
        let mut groups = self.groups;
        let mut columns = self.cells.finish()?;
        columns.extend(self.texts.into_iter().map(|builder| builder.finish().into_column()));
        columns.push(groups.finish().into_column());
        columns.extend(Owned::ALL.into_iter().zip(self.owns).map(|(kind, counts)| Column::new(owns_column(kind).into(), counts)));
        let mut seen = self.seen;
        let shown = |column: &&Column| match column.name().as_str() {
            "active" => seen.active,
            "deleted" => seen.deleted,
            "last_login" => seen.last_login,
            "department" if seen.department => true,
            // A part of `done_to`.
            "done_on" => false,
            _ => column.null_count() < height,
        };
        seen.columns = columns.iter().filter(shown).map(|column| column.name().to_string()).collect();
        Ok((DataFrame::new(height, columns)?, seen))
    }
}

impl Seen {
    fn add(&mut self, other: Self) {
        self.columns.extend(other.columns);
        self.from_v1 |= other.from_v1;
        self.repaired_dates += other.repaired_dates;
        self.unreadable_dates += other.unreadable_dates;
        self.numbers_as_numbers += other.numbers_as_numbers;
        self.numbers_as_text += other.numbers_as_text;
    }

    /// Whether employee numbers came as JSON numbers; `None` when there were none.
    pub(super) fn numbers_are_numbers(&self) -> Option<bool> {
        (self.numbers_as_numbers + self.numbers_as_text > 0).then_some(self.numbers_as_numbers > self.numbers_as_text)
    }

    /// What a reader of the evidence should know.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.repaired_dates > 0 {
            notes.push(format!(
                "{} repaired: this Domo sends seconds where milliseconds should be",
                text::plural(self.repaired_dates, "date in 1970 was", "dates in 1970 were")
            ));
        }
        if self.unreadable_dates > 0 {
            notes.push(format!(
                "{} left empty",
                text::plural(self.unreadable_dates, "date could not be read and is", "dates could not be read and are")
            ));
        }
        if !self.columns.is_empty() && !self.columns.contains("active") {
            notes.push(format!("{NO_INACTIVE_STATE}{WAYS_ON}"));
        }
        notes
    }

    /// The columns the source carries.
    pub(super) fn provided(self) -> BTreeSet<String> {
        // Domo's v1 API and the guide document these for every user: absent in one object means empty there, not unknown. Of the
        // department Domo's own documents say nothing: where no object of a list has it, this API does not.
        let documented = ["id"].into_iter().chain(FIELDS.iter().filter(|field| field.domo.is_some()).map(|field| field.name));
        let documented = documented.filter(|field| self.from_v1 && *field != "department").map(str::to_owned);
        self.columns.into_iter().chain(documented).collect()
    }
}

/// Whether an object has a department, which may be `null`.
fn names_department(object: &str) -> bool {
    const KEY: &str = "\"department\"";
    object.match_indices(KEY).any(|(at, _)| object[at + KEY.len()..].trim_start().starts_with(':'))
}

fn group_names(raw: &str) -> Result<Vec<String>, String> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Group {
        Name(String),
        Object { name: String },
        Id(u64),
    }
    let groups: Vec<Group> = serde_json::from_str(raw).map_err(|_| "neither a list of names nor of groups".to_owned())?;
    Ok(groups
        .into_iter()
        .map(|group| match group {
            Group::Name(name) | Group::Object { name } => name,
            Group::Id(id) => id.to_string(),
        })
        .collect())
}

/// The frame over a snapshot, and what its objects were like.
pub(super) struct Built {
    pub(super) frame: DataFrame,
    pub(super) seen: Seen,
}

/// A frame over all objects, or the position of the first that cannot be read and why. Blocks of rows are read on all cores.
pub(super) fn build(snapshot: &Snapshot) -> Result<Built, (usize, String)> {
    const BLOCK: usize = 1 << 12;
    let block = |start: usize| {
        let rows = start..snapshot.len().min(start + BLOCK);
        let mut builder = Builder::new(rows.len());
        for row in rows {
            builder.push(snapshot.line(row).unwrap_or_default()).map_err(|why| (row, why))?;
        }
        builder.finish().map_err(|error| (start, error.to_string()))
    };
    let starts = (0..snapshot.len().max(1)).into_par_iter().step_by(BLOCK);
    let blocks: Vec<_> = starts.map(block).collect();
    let mut all: Option<Built> = None;
    for (start, block) in blocks.into_iter().enumerate() {
        let (frame, seen) = block?;
        match &mut all {
            None => all = Some(Built { frame, seen }),
            Some(all) => {
                all.frame.vstack_mut(&frame).map_err(|error| (start * BLOCK, error.to_string()))?;
                all.seen.add(seen);
            }
        }
    }
    let Built { frame, seen } = all.ok_or_else(|| (0, "no rows were built".to_owned()))?;
    let height = frame.height();
    // Most sources carry half of the columns; the others take no memory.
    let whole = |column: Column| match column.null_count() == height {
        true => Column::full_null(column.name().clone(), height, column.dtype()),
        false => column.rechunk(),
    };
    let columns = frame.into_columns().into_par_iter().map(whole).collect();
    let frame = DataFrame::new(height, columns).map_err(|error| (0, error.to_string()))?;
    Ok(Built { frame, seen })
}
