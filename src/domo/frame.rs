//! Raw objects into the accounts frame: column builders over borrowed text, one object parsed at a time, nothing dropped.

use std::borrow::Cow;
use std::collections::BTreeSet;

use anyhow::{Result, anyhow};
use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime};
use polars::prelude::*;
use rayon::prelude::*;
use serde::Deserialize;

use super::accounts::{Accounts, Evidence, Snapshot};
use super::extras::{Extra, Membership};
use super::wire::{Loose, is_object};
use crate::failure::Failure;
use crate::terms::{FIELDS, Owned};
use crate::text;

/// What is said of accounts of which none says whether it is active, before the ways on.
pub(super) const NO_INACTIVE_STATE: &str = "no account says whether it is active: every account that is listed counts as active, and no deactivation is proposed, because none \
     could be read back. ";

/// How access is taken away where no deactivation is honoured, with the line of configuration for each way.
pub const WAYS_ON: &str = "Access is taken away with `[policy] leaver = \"demote\"` (role and groups; a revert gives them back) or `\"delete\"` \
     (for good; Domo refuses it while DataSets or DataFlows are owned), `orphan` likewise, or by hand under Admin > Governance > People";

/// A user as Domo sends it. Every type is [`Loose`]: Domo's own documents and recordings disagree about them.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct User<'a> {
    #[serde(borrow, default)]
    id: Loose<'a>,
    #[serde(borrow, default)]
    email: Loose<'a>,
    #[serde(borrow, default)]
    name: Loose<'a>,
    #[serde(borrow, default)]
    role: Loose<'a>,
    #[serde(borrow, default)]
    role_id: Loose<'a>,
    #[serde(borrow, default)]
    alternate_email: Loose<'a>,
    #[serde(borrow, default)]
    employee_number: Loose<'a>,
    #[serde(borrow, default)]
    title: Loose<'a>,
    #[serde(borrow, default)]
    department: Loose<'a>,
    #[serde(borrow, default)]
    location: Loose<'a>,
    #[serde(borrow, default)]
    phone: Loose<'a>,
    #[serde(borrow, default)]
    timezone: Loose<'a>,
    #[serde(borrow, default)]
    locale: Loose<'a>,
    #[serde(borrow, default)]
    active: Loose<'a>,
    #[serde(borrow, default)]
    deleted: Loose<'a>,
    #[serde(borrow, default)]
    created_at: Loose<'a>,
    #[serde(borrow, default)]
    updated_at: Loose<'a>,
    #[serde(borrow, default)]
    last_login: Loose<'a>,
    #[serde(borrow, default)]
    two_factor_enabled: Loose<'a>,
    #[serde(borrow, default)]
    employee_id: Loose<'a>,
    #[serde(borrow, default)]
    groups: Loose<'a>,
    /// Set by [`super::exports`]: what this object does not carry is unknown.
    #[serde(borrow, default)]
    exported_by: Loose<'a>,
    /// [`super::extras::KEY`]: what a pull read besides the list.
    #[serde(default, rename = "domo-reconcile")]
    extra: Extra,
}

/// The columns of text, in the order of the frame.
pub(super) const TEXTS: [&str; 12] = [
    "email",
    "name",
    "role",
    "role_id",
    "alternate_email",
    "employee_number",
    "title",
    "department",
    "location",
    "phone",
    "timezone",
    "locale",
];

/// Builds a frame row by row.
struct Builder {
    ids: Vec<Option<u64>>,
    texts: Vec<StringChunkedBuilder>,
    active: BooleanChunkedBuilder,
    deleted: BooleanChunkedBuilder,
    created: Vec<Option<i32>>,
    updated: Vec<Option<i32>>,
    last_login: Vec<Option<i32>>,
    groups: ListStringChunkedBuilder,
    two_factor: BooleanChunkedBuilder,
    locked: BooleanChunkedBuilder,
    employee_id: StringChunkedBuilder,
    done_to: StringChunkedBuilder,
    reports_to: Vec<Option<u64>>,
    administers: BooleanChunkedBuilder,
    fixed_groups: Vec<Option<u32>>,
    /// By [`Owned`].
    owns: [Vec<Option<u32>>; Owned::COUNT],
    seen: Seen,
}

/// What the objects were like.
#[derive(Default)]
struct Seen {
    /// Columns that at least one object carries.
    columns: BTreeSet<String>,
    /// Those that are filled where no object carries them: seen on the way.
    active: bool,
    deleted: bool,
    last_login: bool,
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
            ids: Vec::with_capacity(rows),
            texts: TEXTS.iter().map(|name| StringChunkedBuilder::new((*name).into(), rows)).collect(),
            active: BooleanChunkedBuilder::new("active".into(), rows),
            deleted: BooleanChunkedBuilder::new("deleted".into(), rows),
            created: Vec::with_capacity(rows),
            updated: Vec::with_capacity(rows),
            last_login: Vec::with_capacity(rows),
            groups: ListStringChunkedBuilder::new("groups".into(), rows, 0),
            two_factor: BooleanChunkedBuilder::new("two_factor".into(), rows),
            locked: BooleanChunkedBuilder::new("locked".into(), rows),
            employee_id: StringChunkedBuilder::new("employee_id".into(), rows),
            done_to: StringChunkedBuilder::new("done_to".into(), rows),
            reports_to: Vec::with_capacity(rows),
            administers: BooleanChunkedBuilder::new("administers".into(), rows),
            fixed_groups: Vec::with_capacity(rows),
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
        self.ids.push(id);
        self.seen.from_v1 |= user.exported_by.raw().is_none();
        if id.is_none() && user.email.raw().is_none() {
            return Err(
                "it has neither `id` nor `email`, so it is no account: an error's body, or an envelope around the list?".into()
            );
        }
        let texts = [
            ("email", user.email),
            ("name", user.name),
            ("role", user.role),
            ("roleId", user.role_id),
            ("alternateEmail", user.alternate_email),
            ("employeeNumber", user.employee_number),
            ("title", user.title),
            ("department", user.department),
            ("location", user.location),
            ("phone", user.phone),
            ("timezone", user.timezone),
            ("locale", user.locale),
        ];
        for (builder, (field, value)) in self.texts.iter_mut().zip(texts) {
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
        self.active.append_value(!deleted && active.unwrap_or(true));
        self.deleted.append_value(deleted);

        let created = self.day(user.created_at.text().map_err(in_field("createdAt"))?);
        self.created.push(created);
        let updated = self.day(user.updated_at.text().map_err(in_field("updatedAt"))?);
        self.updated.push(updated);
        let last_login = self.day(user.last_login.text().map_err(in_field("lastLogin"))?);
        let last_seen = self.day(user.extra.last_seen.as_deref().map(Cow::Borrowed));
        let last_login = last_login.max(last_seen);
        // A log that was read says something of those it does not name, too.
        self.seen.last_login |= user.extra.last_seen.is_some();
        self.last_login.push(last_login);

        // A word that is neither is none: it must not read like "off".
        self.two_factor.append_option(user.two_factor_enabled.boolean().ok().flatten().or(user.extra.two_factor));
        self.locked.append_option(user.extra.locked);
        let employee_id = user.employee_id.text().map_err(in_field("employeeId"))?;
        self.employee_id.append_option(employee_id.as_deref().or(user.extra.employee_id.as_deref()));
        let done_to = user.extra.done_to.as_ref().map(|done| format!("{} {}: {}", done.on, done.by, done.what));
        self.done_to.append_option(done_to.as_deref());
        self.reports_to.push(user.extra.reports_to);
        self.administers.append_option(user.extra.administers);
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        self.fixed_groups.push(user.extra.fixed.as_ref().map(|fixed| count(fixed.len())));
        for (kind, column) in Owned::ALL.into_iter().zip(&mut self.owns) {
            column.push(user.extra.owns.get(&kind).map(|owned| u32::try_from(*owned).unwrap_or(u32::MAX)));
        }

        match (&user.extra.groups, user.groups.raw()) {
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
        let height = self.ids.len();
        let days = |name: &str, values: Vec<Option<i32>>| {
            Int32Chunked::from_iter_options(name.into(), values.into_iter()).into_date().into_column()
        };
        let mut groups = self.groups;
        let mut columns = vec![UInt64Chunked::from_iter_options("id".into(), self.ids.into_iter()).into_column()];
        columns.extend(self.texts.into_iter().map(|builder| builder.finish().into_column()));
        columns.push(self.active.finish().into_column());
        columns.push(self.deleted.finish().into_column());
        columns.push(days("created", self.created));
        columns.push(days("updated", self.updated));
        columns.push(days("last_login", self.last_login));
        columns.push(groups.finish().into_column());
        columns.push(self.two_factor.finish().into_column());
        columns.push(self.locked.finish().into_column());
        columns.push(self.employee_id.finish().into_column());
        columns.push(self.done_to.finish().into_column());
        columns.push(UInt64Chunked::from_iter_options("reports_to".into(), self.reports_to.into_iter()).into_column());
        columns.push(self.administers.finish().into_column());
        let counts = |name: String, values: Vec<Option<u32>>| {
            UInt32Chunked::from_iter_options(name.into(), values.into_iter()).into_column()
        };
        columns.push(counts("fixed_groups".into(), self.fixed_groups));
        columns.extend(Owned::ALL.into_iter().zip(self.owns).map(|(kind, values)| counts(owns_column(kind), values)));
        let mut seen = self.seen;
        let shown = |column: &&Column| match column.name().as_str() {
            "active" => seen.active,
            "deleted" => seen.deleted,
            "last_login" if seen.last_login => true,
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
    fn numbers_are_numbers(&self) -> Option<bool> {
        (self.numbers_as_numbers + self.numbers_as_text > 0).then_some(self.numbers_as_numbers > self.numbers_as_text)
    }

    /// What a reader of the evidence should know.
    fn notes(&self) -> Vec<String> {
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
    fn provided(self) -> BTreeSet<String> {
        // Domo's v1 API and the guide document these for every user: absent in one object means empty there, not unknown.
        let documented = ["id"].into_iter().chain(FIELDS.iter().filter(|field| field.domo.is_some()).map(|field| field.name));
        let documented = documented.filter(|_| self.from_v1).map(str::to_owned);
        self.columns.into_iter().chain(documented).collect()
    }
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

/// The day of a time stamp, as days since 1970, and whether it had to be repaired: recorded answers hold seconds written as if
/// they were milliseconds, which puts everything between 2001 and 2070 into 1970.
pub(super) fn day(text: &str) -> Option<(i32, bool)> {
    let text = text.trim();
    let time = DateTime::parse_from_rfc3339(text)
        .map(|time| time.naive_utc())
        .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z").map(|time| time.naive_utc()))
        .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f"))
        .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f"))
        .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %I:%M:%S %p"))
        .or_else(|_| NaiveDate::parse_from_str(text, "%Y-%m-%d").map(|day| day.and_time(chrono::NaiveTime::MIN)))
        .ok()
        .or_else(|| DateTime::from_timestamp_millis(text.parse().ok()?).map(|time| time.naive_utc()))?;
    let (time, repaired) = if time.year() < 1980 && time.and_utc().timestamp_millis() > 0 {
        (DateTime::from_timestamp_millis(time.and_utc().timestamp_millis().checked_mul(1000)?)?.naive_utc(), true)
    } else {
        (time, false)
    };
    let epoch = NaiveDate::default();
    Some((i32::try_from(time.date().signed_duration_since(epoch).num_days()).ok()?, repaired))
}

/// The day that many days after 1970 began.
pub(super) fn date(days: i32) -> Option<NaiveDate> {
    NaiveDate::default().checked_add_signed(chrono::TimeDelta::days(days.into()))
}

/// Raw objects into [`Accounts`]. An object that cannot be read is an error that names its id and position, never a dropped row.
/// An id that comes twice is folded: the first stays.
///
/// # Errors
/// An object cannot be read: its id and position are named.
pub fn from_objects<T: AsRef<str>>(objects: impl IntoIterator<Item = T>, evidence: Evidence) -> Result<Accounts> {
    let mut lines = Snapshot::default();
    objects.into_iter().for_each(|object| lines.push(object.as_ref()));
    from_lines(lines, evidence.clone()).unwrap_or_else(|lines| folded(&lines, evidence))
}

/// [`from_objects`] where an id comes twice, or one of them is no account.
fn folded(lines: &Snapshot, mut evidence: Evidence) -> Result<Accounts> {
    let mut snapshot = Snapshot::default();
    let mut seen = std::collections::HashSet::new();
    for row in 0..lines.len() {
        let object = lines.line(row).unwrap_or_default();
        evidence.rows += 1;
        match id(object.as_bytes()) {
            Ok(Some(id)) if !seen.insert(id) => evidence.repeated += 1,
            _ => snapshot.push(object),
        }
    }
    if evidence.repeated > 0 {
        // Pages that moved while they were read repeat one account at an edge, and lose another there.
        evidence.incomplete.push(format!(
            "{} an id that came before (the first of each was kept): where pages were put together, as many accounts may be missing",
            text::plural(evidence.repeated, "row repeats", "rows repeat")
        ));
    }
    from_snapshot(snapshot, evidence)
}

/// The column of what accounts own of one sort.
pub fn owns_column(kind: Owned) -> String {
    format!("owns_{kind}")
}

/// Accounts whose snapshot says more than before, row by row; how they were read stays.
pub(super) fn again(accounts: Accounts, snapshot: Snapshot) -> Result<Accounts> {
    let Accounts { provided, mut evidence, numbers, .. } = accounts;
    let built = build(&snapshot)
        .map_err(|(position, why)| unreadable(&evidence.source, position, snapshot.object(position).unwrap_or_default(), &why))?;
    if evidence.kind == "api" {
        (evidence.sha256, evidence.bytes) = (snapshot.sha256(), snapshot.bytes().len() as u64);
    }
    let provided = built.seen.provided().into_iter().chain(provided).collect();
    Ok(Accounts { numbers, ..Accounts::new(built.frame, snapshot, provided, evidence)? })
}

/// The id of a raw object.
pub(super) fn id(object: &[u8]) -> Result<Option<u64>, String> {
    #[derive(Deserialize)]
    struct Id<'a> {
        #[serde(borrow, default)]
        id: Loose<'a>,
    }
    is_object(object)?;
    let found: Id<'_> = serde_json::from_slice(object).map_err(|error| error.to_string())?;
    found.id.id().map_err(|why| format!("`id`: {why}"))
}

/// [`from_objects`] for lines that are a snapshot already, as a million accounts mostly come. They are given back where one is no
/// account, or an id comes twice: then each has to be looked at.
pub(super) fn from_lines(lines: Snapshot, mut evidence: Evidence) -> Result<Result<Accounts>, Snapshot> {
    let named = !evidence.sha256.is_empty();
    let (built, sha256) = rayon::join(|| build(&lines), || if named { String::new() } else { lines.sha256() });
    match built {
        Ok(built) if distinct(&built.frame) => {
            if !named {
                (evidence.sha256, evidence.bytes) = (sha256, lines.bytes().len() as u64);
            }
            evidence.rows += lines.len() as u64;
            Ok(built.into_accounts(lines, evidence))
        }
        _ => Err(lines),
    }
}

fn distinct(frame: &DataFrame) -> bool {
    let mut ids: Vec<u64> = frame.column("id").and_then(Column::u64).map_or(Vec::new(), |ids| ids.iter().flatten().collect());
    ids.par_sort_unstable();
    ids.windows(2).all(|pair| pair[0] != pair[1])
}

/// The frame over a snapshot whose ids are distinct.
pub(super) fn from_snapshot(snapshot: Snapshot, mut evidence: Evidence) -> Result<Accounts> {
    let built = build(&snapshot)
        .map_err(|(position, why)| unreadable(&evidence.source, position, snapshot.object(position).unwrap_or_default(), &why))?;
    if evidence.sha256.is_empty() {
        evidence.sha256 = snapshot.sha256();
        evidence.bytes = snapshot.bytes().len() as u64;
    }
    built.into_accounts(snapshot, evidence)
}

struct Built {
    frame: DataFrame,
    seen: Seen,
}

impl Built {
    fn into_accounts(self, snapshot: Snapshot, mut evidence: Evidence) -> Result<Accounts> {
        evidence.distinct = snapshot.len() as u64;
        evidence.warnings.extend(self.seen.notes());
        if snapshot.is_empty() {
            evidence.incomplete.push(format!("{} holds no accounts at all", evidence.source));
        }
        let numbers = self.seen.numbers_are_numbers();
        Ok(Accounts { numbers, ..Accounts::new(self.frame, snapshot, self.seen.provided(), evidence)? })
    }
}

/// A frame over all objects, or the position of the first that cannot be read and why. Blocks of rows are read on all cores.
fn build(snapshot: &Snapshot) -> Result<Built, (usize, String)> {
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
    let mut all = all.ok_or_else(|| (0, "no rows were built".to_owned()))?;
    all.frame.rechunk_mut();
    Ok(all)
}

/// Names the account where it can.
fn unreadable(source: &str, position: usize, object: &[u8], why: &str) -> anyhow::Error {
    let who = match id(object) {
        Ok(Some(id)) => format!("account {id}"),
        _ => "an account".into(),
    };
    anyhow!("{}", text::visible(why)).context(
        Failure::failed(format!("{who} at position {} of {source} cannot be read", position + 1))
            .hint("no row is dropped silently; this one has to be understood or corrected first"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accounts(objects: &[&str]) -> Accounts {
        from_objects(objects, Evidence { source: "test".into(), ..Evidence::default() }).unwrap()
    }

    fn text_of(accounts: &Accounts, column: &str, row: usize) -> Option<String> {
        accounts.frame.column(column).unwrap().str().unwrap().get(row).map(str::to_owned)
    }

    #[test]
    fn numbers_and_texts_give_the_same_employee_number_and_role_id() {
        let read = accounts(&[
            r#"{"id":1,"employeeNumber":9007199254740993,"roleId":4}"#,
            r#"{"id":"2","employeeNumber":"9007199254740993","roleId":"4"}"#,
            r#"{"id":3,"employeeNumber":"00123"}"#,
        ]);
        for row in 0..2 {
            assert_eq!(text_of(&read, "employee_number", row).unwrap(), "9007199254740993");
            assert_eq!(text_of(&read, "role_id", row).unwrap(), "4");
        }
        assert_eq!(text_of(&read, "employee_number", 2).unwrap(), "00123");
    }

    #[test]
    fn absent_and_null_are_null_but_empty_is_empty() {
        let read = accounts(&[r#"{"id":1}"#, r#"{"id":2,"title":null}"#, r#"{"id":3,"title":""}"#]);
        assert_eq!(text_of(&read, "title", 0), None);
        assert_eq!(text_of(&read, "title", 1), None);
        assert_eq!(text_of(&read, "title", 2).as_deref(), Some(""));
    }

    #[test]
    fn a_day_in_january_1970_is_repaired_and_noted() {
        let read = accounts(&[r#"{"id":1,"createdAt":"1970-01-18T13:19:16.479Z","updatedAt":"2018-01-24T01:34:25.531Z"}"#]);
        let date = |column: &str| {
            let column = read.frame.column(column).unwrap().cast(&DataType::String).unwrap();
            column.str().unwrap().get(0).unwrap().to_owned()
        };
        assert_eq!((date("created").as_str(), date("updated").as_str()), ("2018-01-24", "2018-01-24"));
        assert!(read.evidence.warnings.iter().any(|note| note.contains("1970")), "{:?}", read.evidence.warnings);
    }

    #[test]
    fn absent_means_active_unless_deleted() {
        let read =
            accounts(&[r#"{"id":1}"#, r#"{"id":2,"active":false}"#, r#"{"id":3,"deleted":true}"#, r#"{"id":4,"active":"true"}"#]);
        let active: Vec<_> = read.frame.column("active").unwrap().bool().unwrap().iter().flatten().collect();
        assert_eq!(active, [true, false, false, true]);
    }

    #[test]
    fn an_unreadable_object_names_its_id_and_position() {
        for (broken, expected) in [
            (r#"{"id":77,"title":["a"]}"#, "account 77 at position 2"),
            (r#"{"id":-5}"#, "an account at position 2"),
            (r#"{"status":401,"message":"no"}"#, "an account at position 2"),
            (r#"{"id":77,"active":"maybe"}"#, "account 77 at position 2"),
            (r#"17"#, "an account at position 2"),
            (r#"[77,"a@acme.example"]"#, "an account at position 2"),
        ] {
            let error = from_objects([r#"{"id":1}"#, broken], Evidence { source: "x.jsonl".into(), ..Evidence::default() });
            let error = crate::failure::paragraph(&error.unwrap_err());
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn a_repeated_id_is_folded_and_told() {
        let read = accounts(&[r#"{"id":1,"name":"a"}"#, r#"{"id":1,"name":"b"}"#]);
        assert_eq!((read.frame.height(), read.evidence.rows, read.evidence.repeated), (1, 2, 1));
        assert_eq!(text_of(&read, "name", 0).as_deref(), Some("a"));
    }
}
