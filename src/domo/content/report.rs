//! One report of DomoStats as a table: recognised by its columns, its rows into frames. A table that lacks a column is not the
//! report, and gives no number.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::NaiveDate;
use polars::prelude::*;

use super::super::wire;
use crate::directory::table;
use crate::terms::{DomoStats, Owned};
use crate::text::{self, squashed};

/// The column that DomoStats adds to some of its reports: when it was made.
const MADE: &str = "batchlastrun";

/// A report's rows, and the last day on which it says that it was made.
#[derive(Debug, Default)]
pub(super) struct ReportRows<T> {
    pub(super) rows: u64,
    pub(super) made: Option<NaiveDate>,
    pub(super) of: T,
}

/// Where the columns of a table stand.
struct Columns {
    headers: Vec<String>,
}

impl Columns {
    fn find(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|name| self.headers.iter().position(|header| header == name))
    }

    /// The column with one of these names, or what is said of a table without it.
    fn need(&self, report: DomoStats, what: &str, names: &[&str]) -> Result<usize, String> {
        self.find(names).ok_or_else(|| format!("it is not the report for `{report}`: it has no column for the {what}"))
    }
}

/// A row of a table, cell by cell.
type Row<'r> = &'r dyn Fn(usize) -> Cow<'r, str>;

/// Goes over a table. `choose` sees its columns, and gives what takes each row.
fn read<T, F>(bytes: Vec<u8>, choose: impl FnOnce(&Columns) -> Result<F, String>, mut of: T) -> Result<ReportRows<T>, String>
where
    F: FnMut(&mut T, Row<'_>) -> Result<(), String>,
{
    let mut take = None;
    let mut choose = Some(choose);
    let (mut rows, mut made) = (0, None);
    let mut batch = None;
    let mut wrong = None;
    let walked = table::walk(bytes, |number, cells| {
        let Some(take) = take.as_mut() else {
            let headers = (0..cells.len()).map(|at| squashed(&cells.get(at))).collect();
            let columns = Columns { headers };
            batch = columns.find(&[MADE]);
            match choose.take().map(|choose| choose(&columns)) {
                Some(Ok(chosen)) => take = Some(chosen),
                Some(Err(why)) => wrong = Some(why),
                None => {}
            }
            return wrong.is_none();
        };
        rows += 1;
        let cell = |at: usize| cells.get(at);
        if let Some(day) = batch.and_then(|at| wire::day(cell(at).trim())) {
            made = made.max(Some(day.0));
        }
        if let Err(why) = take(&mut of, &cell) {
            wrong = Some(format!("row {number}: {why}"));
        }
        wrong.is_none()
    });
    walked.map_err(|error| format!("{error:#}"))?;
    match (wrong, rows) {
        (Some(why), _) => Err(why),
        (None, 0) => Err(NO_ROWS.into()),
        (None, rows) => Ok(ReportRows { rows, made: made.and_then(NaiveDate::from_epoch_days), of }),
    }
}

/// What is said of a report that has its columns and nothing else.
const NO_ROWS: &str = "it holds no rows, so it says nothing of anybody";

/// Whether a table is this report, with rows or without.
pub(super) fn is(report: DomoStats, bytes: Vec<u8>) -> Result<(), String> {
    if bytes.trim_ascii().is_empty() {
        return Err("it is empty".into());
    }
    let read = match (report, report.owned()) {
        (DomoStats::People, _) => people(bytes).map(drop),
        (DomoStats::RoleGrants, _) => role_grants(bytes).map(drop),
        (DomoStats::Roles, _) => roles(bytes).map(drop),
        (DomoStats::Groups, _) => fixed_groups(bytes).map(drop),
        (_, Some(kind)) => owned(report, kind, bytes).map(drop),
        (_, None) => Ok(()),
    };
    read.or_else(|why| if why == NO_ROWS { Ok(()) } else { Err(why) })
}

/// An id, also where a spreadsheet made a number of it; none where the cell is empty.
fn id(cell: &str) -> Result<Option<u64>, String> {
    match text::whole(cell) {
        "" => Ok(None),
        digits => digits.parse().map(Some).map_err(|_| format!("`{}` is no id of an account", text::visible(cell))),
    }
}

/// Objects and their owners: one row an object and owner.
#[derive(Default)]
struct Objects {
    seen: HashSet<(u64, String)>,
    owners: Vec<u64>,
    ids: Vec<String>,
    names: Vec<String>,
}

/// Who owns what: `owner` (u64), `type`, `id`, `name` (text). Of a report that says more than one thing of an object each pair
/// counts once.
pub(super) fn owned(report: DomoStats, kind: Owned, bytes: Vec<u8>) -> Result<ReportRows<DataFrame>, String> {
    let (ids, names): (&[&str], &[&str]) = match kind {
        Owned::Datasets => (&["datasetid", "id"], &["datasetname", "name"]),
        Owned::Dataflows => (&["dataflowid", "id"], &["displayname", "name"]),
        Owned::Cards => (&["cardid", "id"], &["title", "cardtitle", "name"]),
        Owned::Pages => (&["pageid", "id"], &["title", "pagetitle", "name"]),
        Owned::Alerts => (&["alertid", "id"], &["alertname", "name", "title"]),
        Owned::Accounts => (&["accountid", "accountidtext", "id"], &["displayname", "name"]),
        Owned::Groups => (&["groupid", "id"], &["groupname", "name"]),
        Owned::ScheduledReports => (&["reportid", "id"], &["reporttitle", "title", "name"]),
    };
    let choose = |columns: &Columns| {
        let object = columns.need(report, "object's id", ids)?;
        let name = columns.find(names);
        let owner = columns.find(&["owneruserid", "ownerid", "owneridtext", "owner"]);
        // Reports of access name everybody who has any; the owner is one of them.
        let access = columns.find(&["accesslevel"]).zip(columns.find(&["entityid"]));
        let (owner, level) = match (owner, access) {
            (Some(owner), _) => (owner, None),
            (None, Some((level, entity))) => (entity, Some(level)),
            (None, None) => return Err(format!("it is not the report for `{report}`: it has no column for the owner")),
        };
        let of_whom = columns.find(&["ownertype", "entitytype"]);
        let status = columns.find(&["status"]).filter(|_| kind == Owned::Dataflows);
        Ok(move |objects: &mut Objects, cell: Row<'_>| {
            let is = |at: Option<usize>, word: &str| at.is_some_and(|at| cell(at).trim().eq_ignore_ascii_case(word));
            let not_owner = level.is_some() && !is(level, "OWNER");
            if not_owner || is(of_whom, "GROUP") || is(status, "DELETED") {
                return Ok(());
            }
            let Some(owner) = id(&cell(owner))? else { return Ok(()) };
            let object = cell(object).trim().to_owned();
            if objects.seen.insert((owner, object.clone())) {
                objects.owners.push(owner);
                objects.ids.push(object);
                objects.names.push(name.map(|at| cell(at).trim().to_owned()).unwrap_or_default());
            }
            Ok(())
        })
    };
    let ReportRows { rows, made, of } = read(bytes, choose, Objects::default())?;
    let of = frame_of(kind, of.owners, &of.ids, &of.names).map_err(|error| error.to_string())?;
    Ok(ReportRows { rows, made, of })
}

/// The documented columns of [`owned`].
pub(super) fn frame_of(kind: Owned, owners: Vec<u64>, ids: &[String], names: &[String]) -> PolarsResult<DataFrame> {
    let height = owners.len();
    let text = |name: &str, values: &[String]| {
        StringChunked::from_iter_values(name.into(), values.iter().map(String::as_str)).into_column()
    };
    let kinds = StringChunked::full("type".into(), kind.as_str(), height).into_column();
    DataFrame::new(
        height,
        vec![UInt64Chunked::from_vec("owner".into(), owners).into_column(), kinds, text("id", ids), text("name", names)],
    )
}

/// What *People* says of an account beside what Domo's API does.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct PeopleEntry {
    /// The day, or none where the account never signed in.
    pub(super) last_login: Option<NaiveDate>,
    pub(super) two_factor: Option<bool>,
    pub(super) locked: Option<bool>,
    pub(super) employee_id: Option<String>,
    pub(super) reports_to: Option<u64>,
}

/// The people by account, and whether the report tells of sign-ins at all.
pub(super) type PeopleReport = (BTreeMap<u64, PeopleEntry>, bool);

pub(super) fn people(bytes: Vec<u8>) -> Result<ReportRows<PeopleReport>, String> {
    let choose = |columns: &Columns| {
        let user = columns.need(DomoStats::People, "user's id", &["userid"])?;
        let login = columns.find(&["lastlogin"]);
        let [two_factor, locked] = ["twofactorenabled", "accountlocked"].map(|name| columns.find(&[name]));
        let [employee, manager] = ["employeeid", "reportsto"].map(|name| columns.find(&[name]));
        if [login, two_factor, locked, employee, manager].iter().all(Option::is_none) {
            return Err(
                "it is not the report for `people`: it tells neither sign-ins nor two-factor nor who reports to whom".to_owned()
            );
        }
        Ok(move |people: &mut PeopleReport, cell: Row<'_>| {
            let Some(user) = id(&cell(user))? else { return Ok(()) };
            let day = |at: usize| match cell(at).trim() {
                "" => Ok(None),
                text => match wire::day(text) {
                    Some((day, _)) => Ok(NaiveDate::from_epoch_days(day)),
                    None => Err(format!("the last login `{}` is no time", text::visible(text))),
                },
            };
            people.1 |= login.is_some();
            let person = PeopleEntry {
                last_login: login.map(day).transpose()?.flatten(),
                two_factor: two_factor.and_then(|at| table::boolean(&cell(at))),
                locked: locked.and_then(|at| table::boolean(&cell(at))),
                employee_id: employee.map(|at| cell(at).trim().to_owned()).filter(|id| !id.is_empty()),
                reports_to: manager.map(|at| id(&cell(at))).transpose()?.flatten(),
            };
            people.0.insert(user, person);
            Ok(())
        })
    };
    read(bytes, choose, PeopleReport::default())
}

/// The roles that *Role Grants* tells of, by id, and whether each may administer.
pub(super) fn role_grants(bytes: Vec<u8>) -> Result<ReportRows<BTreeMap<String, bool>>, String> {
    let choose = |columns: &Columns| {
        let role = columns.need(DomoStats::RoleGrants, "role's id", &["roleid"])?;
        let grant = columns.need(DomoStats::RoleGrants, "grant's name", &["grantname", "grant"])?;
        Ok(move |roles: &mut BTreeMap<String, bool>, cell: Row<'_>| {
            *roles.entry(text::whole(&cell(role)).to_owned()).or_default() |= administers(&cell(grant));
            Ok(())
        })
    };
    read(bytes, choose, BTreeMap::new())
}

/// The ids of roles by name; a name need not be one role's alone.
pub(super) fn roles(bytes: Vec<u8>) -> Result<ReportRows<BTreeMap<String, BTreeSet<String>>>, String> {
    let choose = |columns: &Columns| {
        let role = columns.need(DomoStats::Roles, "role's id", &["id", "roleid"])?;
        let name = columns.need(DomoStats::Roles, "role's name", &["name", "rolename"])?;
        Ok(move |names: &mut BTreeMap<String, BTreeSet<String>>, cell: Row<'_>| {
            names.entry(cell(name).trim().to_owned()).or_default().insert(text::whole(&cell(role)).to_owned());
            Ok(())
        })
    };
    read(bytes, choose, BTreeMap::new())
}

/// The ids of groups whose members nobody chooses by hand: a rule, the identity provider or Domo does.
pub(super) fn fixed_groups(bytes: Vec<u8>) -> Result<ReportRows<BTreeSet<u64>>, String> {
    let choose = |columns: &Columns| {
        let group = columns.need(DomoStats::Groups, "group's id", &["groupid"])?;
        let kind = columns.need(DomoStats::Groups, "group's type", &["grouptype"])?;
        let default = columns.find(&["isdefault"]);
        Ok(move |fixed: &mut BTreeSet<u64>, cell: Row<'_>| {
            let by_rule = matches!(cell(kind).trim().to_ascii_lowercase().as_str(), "dynamic" | "directory" | "system");
            if by_rule || default.is_some_and(|at| table::boolean(&cell(at)) == Some(true)) {
                fixed.extend(id(&cell(group))?);
            }
            Ok(())
        })
    };
    read(bytes, choose, BTreeSet::new())
}

/// Whether a grant lets its holder give rights to others: to manage all users, roles or groups, or tokens and API clients.
fn administers(grant: &str) -> bool {
    let words = grant.to_lowercase();
    let whom = ["users", "people", "roles", "groups", "access token", "api client"];
    words.contains("manage") && whom.iter().any(|whom| words.contains(whom))
}
