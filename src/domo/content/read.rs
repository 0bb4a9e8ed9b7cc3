//! Reads the reports that `[content]` names, and holds each to its age, its columns and its instance.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use anyhow::Result;
use chrono::{NaiveDate, Utc};
use polars::prelude::*;

use super::super::accounts::Accounts;
use super::super::session::Session;
use super::report::{self, ReportRows};
use super::source::{self, Fetched, NotListed, RawReport};
use super::{Content, Reported};
use crate::config::{self, ReportPlace};
use crate::failure::Failure;
use crate::terms::{DomoStats, Owned};
use crate::text;

/// A report's frame, or whatever else it comes to, with how it came out.
#[derive(Clone)]
struct Read<T> {
    reported: Reported,
    of: Option<T>,
}

impl Reported {
    /// How the API's own list of a report's kind came out.
    fn of_list(report: DomoStats, rows: u64, not_tested: Option<String>) -> Self {
        Self { report, source: "the API's own list".into(), rows, as_of: None, lower_bound: true, not_tested }
    }
}

impl Content {
    /// What says who owns what Domo does not delete with an account, at this moment.
    ///
    /// DomoStats is hours old, so where the API is asked at all, its own list tells of what changed owner since; it may show less
    /// than there is, so it only adds to a report, and where it cannot be had at the moment nothing is known. The API filters that
    /// list by owner only for DataSets that streams feed, and DomoStats not at all without knowing how the instance spells its
    /// columns: all of it is read, which costs a request for every 50 DataSets and two for each report.
    ///
    /// # Errors
    /// What was read cannot be made into frames: a defect. A report that cannot be had is told.
    pub async fn holding(
        content: &config::Content,
        session: &Session,
        day: NaiveDate,
        ids: &AccountIds,
        files: &HoldingFiles,
    ) -> Result<Self> {
        let (reports, session) = (content.holding(), Some(session));
        let mut read = Self::nothing()?;
        for (report, kind, place) in owning(&reports) {
            let owned = match files.0.get(&report) {
                Some(known) => known.clone(),
                None => ReportCheck::new(report, &place, day, content).owned(kind, source::fetch(&place, session).await, ids),
            };
            let owned = owned.keep(&mut read.reports, true);
            read.owns(owned, ids)?;
        }
        if content.api && reports.datasets.is_none() {
            read.list(DomoStats::Datasets, Owned::Datasets, session, ids).await?;
        } else if content.asks_api() {
            match source::listed(Owned::Datasets, session).await {
                Err(NotListed { why, never: false }) => read.reports.push(Reported::of_list(DomoStats::Datasets, 0, Some(why))),
                listed => read.owns(listed.ok(), ids)?,
            }
        }
        read.count()?;
        Ok(read)
    }

    /// Reads every report that is named, for these accounts and the day judged. What cannot be had is told, not an error.
    ///
    /// # Errors
    /// What was read cannot be made into frames: a defect.
    pub async fn read(content: &config::Content, session: Option<&Session>, day: NaiveDate, ids: &AccountIds) -> Result<Self> {
        let mut read = Self::nothing()?;
        let mut names = BTreeMap::new();
        for (report, place) in content.places() {
            let fetched = source::fetch(&place, session).await;
            let check = ReportCheck::new(report, &place, day, content);
            match report {
                DomoStats::People => {
                    let ours = |people: &report::PeopleReport| people.0.keys().any(|id| ids.has(*id));
                    let of = check.of(fetched, report::people, ours).keep(&mut read.reports, false);
                    (read.people, read.sign_ins) = of.unwrap_or_default();
                }
                DomoStats::RoleGrants => read
                    .roles
                    .extend(check.of(fetched, report::role_grants, |_| true).keep(&mut read.reports, false).unwrap_or_default()),
                DomoStats::Roles => {
                    names = check.of(fetched, report::roles, |_| true).keep(&mut read.reports, false).unwrap_or_default()
                }
                DomoStats::Groups => {
                    read.fixed_groups = check.of(fetched, report::fixed_groups, |_| true).keep(&mut read.reports, false)
                }
                owning => {
                    let Some(kind) = owning.owned() else { continue };
                    let of = check.owned(kind, fetched, ids).keep(&mut read.reports, true);
                    read.owns(of, ids)?;
                }
            }
        }
        if content.api {
            for report in [DomoStats::Datasets, DomoStats::Cards] {
                let named = content.places().iter().any(|(named, _)| *named == report);
                if let (Some(kind), false) = (report.owned(), named) {
                    read.list(report, kind, session, ids).await?;
                }
            }
        }
        // By its name alone a role may be any of that name: it administers where one of them does, and does not where that is known
        // of all.
        let of = |ids: &BTreeSet<String>| {
            let told: Vec<Option<bool>> = ids.iter().map(|id| read.roles.get(id).copied()).collect();
            if told.contains(&Some(true)) { Some(true) } else { (!told.contains(&None)).then_some(false) }
        };
        let by_name: Vec<(String, bool)> = names.into_iter().filter_map(|(name, ids)| Some((name, of(&ids)?))).collect();
        read.roles.extend(by_name);
        read.count()?;
        Ok(read)
    }

    /// Refuses files that are not there or no CSV, by how they begin: nothing would be tested by them, for a mistake in a path. A
    /// pipe is read once, later.
    ///
    /// # Errors
    /// All such files.
    pub fn are_readable(content: &config::Content) -> Result<()> {
        let problem = |(report, place)| {
            let ReportPlace::File(path) = &place else { return None };
            source::begins_as_csv(path).err().map(|why| wrong(report, &place, &why))
        };
        let problems: Vec<String> = content.places().into_iter().filter_map(problem).collect();
        match problems.as_slice() {
            [] => Ok(()),
            _ => Err(Failure::usage(problems.join("\n")).hint(NAME_A_FILE).into()),
        }
    }

    /// What is wrong with the files among the reports: each that cannot be read, or is not the report that it stands for. One
    /// without rows is right: nobody may own any.
    pub async fn wrong_files(content: &config::Content) -> Vec<anyhow::Error> {
        let mut problems = Vec::new();
        for (report, place) in content.places() {
            let ReportPlace::File(_) = &place else { continue };
            let read = source::fetch(&place, None).await.and_then(|raw| report::is(report, raw.bytes));
            if let Err(why) = read {
                problems.push(Failure::usage(wrong(report, &place, &why)).hint(NAME_A_FILE).into());
            }
        }
        problems
    }

    /// Before anything was read.
    fn nothing() -> Result<Self> {
        Ok(Self {
            owned: report::frame_of(Owned::Datasets, Vec::new(), &[], &[])?,
            reports: Vec::new(),
            owners: HashMap::new(),
            people: BTreeMap::new(),
            sign_ins: false,
            roles: BTreeMap::new(),
            fixed_groups: None,
        })
    }

    /// The API's own list of one kind.
    async fn list(&mut self, report: DomoStats, kind: Owned, session: Option<&Session>, ids: &AccountIds) -> Result<()> {
        let listed = source::listed(kind, session).await;
        let (owned, not_tested) = match listed {
            Ok(owned) if owned.height() == 0 => (None, Some("the list is empty: the client's owner may see none".to_owned())),
            Ok(owned) if !ids.has_any(&owned) => (None, Some(FOREIGN.to_owned())),
            Ok(owned) => (Some(owned), None),
            Err(NotListed { why, .. }) => (None, Some(why)),
        };
        let rows = owned.as_ref().map_or(0, |owned| owned.height() as u64);
        self.reports.push(Reported::of_list(report, rows, not_tested));
        self.owns(owned, ids)
    }

    /// Adds objects whose owners are accounts.
    fn owns(&mut self, owned: Option<DataFrame>, ids: &AccountIds) -> Result<()> {
        let Some(owned) = owned else { return Ok(()) };
        let ours = owned.join(&ids.frame, ["owner"], ["id"], JoinArgs::new(JoinType::Semi), None)?;
        self.owned.vstack_mut(&ours)?;
        Ok(())
    }

    /// How many of each an account owns; an object that two lists name is one.
    fn count(&mut self) -> Result<()> {
        let each = Some(["owner", "type", "id"].map(String::from).to_vec());
        self.owned = self.owned.unique_stable(each.as_deref(), UniqueKeepStrategy::First, None)?;
        self.owners.clear();
        let (owners, kinds) = (self.owned.column("owner")?.u64()?, self.owned.column("type")?.str()?);
        for (owner, kind) in owners.iter().zip(kinds.iter()) {
            if let (Some(owner), Some(kind)) = (owner, kind.and_then(Owned::from_word)) {
                *self.owners.entry(owner).or_default().entry(kind).or_default() += 1;
            }
        }
        Ok(())
    }
}

/// The files among the reports that hold deletions, as they were read once.
#[derive(Clone)]
pub struct HoldingFiles(BTreeMap<DomoStats, Read<DataFrame>>);

impl HoldingFiles {
    /// For these accounts and this day. A file that cannot be had is told with what it holds.
    pub async fn read(content: &config::Content, day: NaiveDate, ids: &AccountIds) -> Self {
        let mut files = BTreeMap::new();
        for (report, kind, place) in owning(&content.holding()) {
            if let ReportPlace::File(_) = place {
                let check = ReportCheck::new(report, &place, day, content);
                files.insert(report, check.owned(kind, source::fetch(&place, None).await, ids));
            }
        }
        Self(files)
    }
}

/// The reports of what accounts own, with where each is read.
fn owning(content: &config::Content) -> impl Iterator<Item = (DomoStats, Owned, ReportPlace)> {
    content.places().into_iter().filter_map(|(report, place)| Some((report, report.owned()?, place)))
}

/// What to do about a file that is not what it stands for.
const NAME_A_FILE: &str = "name a CSV file of that report, beside the configuration, or the id of its DataSet";

fn wrong(report: DomoStats, place: &ReportPlace, why: &str) -> String {
    format!("[content] {report}: {}: {why}", text::visible(&place.to_string()))
}

/// What is said of a report none of whose accounts is one of ours.
const FOREIGN: &str = "none of the accounts it names is one of this instance: it is another's";

/// The ids of the accounts of an instance.
#[derive(Debug, Clone)]
pub struct AccountIds {
    /// One column, `id` (u64).
    frame: DataFrame,
    known: HashSet<u64>,
}

impl AccountIds {
    /// Of these accounts.
    ///
    /// # Errors
    /// None in practice: the column is there.
    pub fn of(accounts: &Accounts) -> Result<Self> {
        let frame = accounts.frame.select(["id"])?;
        let known = accounts.ids()?.iter().flatten().collect();
        Ok(Self { frame, known })
    }

    fn has(&self, id: u64) -> bool {
        self.known.contains(&id)
    }

    fn has_any(&self, owned: &DataFrame) -> bool {
        owned.column("owner").and_then(Column::u64).is_ok_and(|owners| owners.iter().flatten().any(|owner| self.has(owner)))
    }
}

/// A report, where it comes from, and how old it may be.
struct ReportCheck {
    report: DomoStats,
    source: String,
    day: NaiveDate,
    limit: u32,
}

impl ReportCheck {
    fn new(report: DomoStats, place: &ReportPlace, day: NaiveDate, content: &config::Content) -> Self {
        Self { report, source: place.to_string(), day, limit: content.max_age_days }
    }

    /// Which accounts own what, by a report of that.
    fn owned(self, kind: Owned, fetched: Fetched, ids: &AccountIds) -> Read<DataFrame> {
        let report = self.report;
        self.of(fetched, |bytes| report::owned(report, kind, bytes), |owned| ids.has_any(owned))
    }

    /// What the bytes come to, and whether it is relied on.
    fn of<T>(
        self,
        fetched: Fetched,
        parse: impl FnOnce(Vec<u8>) -> Result<ReportRows<T>, String>,
        ours: impl FnOnce(&T) -> bool,
    ) -> Read<T> {
        let Self { report, source, day, limit } = self;
        let mut reported = Reported { report, source, rows: 0, as_of: None, lower_bound: false, not_tested: None };
        let parsed = fetched.and_then(|RawReport { bytes, of, rows }| Ok((parse(bytes)?, of, rows)));
        let of = match parsed {
            Ok((ReportRows { rows, made, of }, changed, told_of)) => {
                (reported.rows, reported.as_of) = (rows, made.or(changed));
                let age = reported.as_of.map(|of| (day - of).num_days());
                reported.not_tested = match age {
                    _ if !ours(&of) => Some(FOREIGN.to_owned()),
                    None => Some("nothing says which day it is of".to_owned()),
                    Some(age) if age > i64::from(limit) => {
                        let days = |days| text::plural(days, "day", "days");
                        Some(format!("it is {} older than the day judged (limit {})", days(age.unsigned_abs()), days(limit.into())))
                    }
                    Some(_) if reported.as_of > Utc::now().date_naive().succ_opt() => {
                        Some("it says that it is of a day that is still to come".to_owned())
                    }
                    Some(_) => told_of.filter(|told_of| rows < *told_of).map(|told_of| {
                        let came = text::plural(rows, "row", "rows");
                        format!("{came} came, and Domo says that it has {told_of}: the API client's owner may not see all of them")
                    }),
                };
                reported.not_tested.as_deref().is_none_or(|why| why != FOREIGN).then_some(of)
            }
            Err(why) => {
                reported.not_tested = Some(why);
                None
            }
        };
        Read { reported, of }
    }
}

impl<T> Read<T> {
    /// Keeps how it came out; what it says where it is relied on, and where it is not but `holds`.
    fn keep(self, reports: &mut Vec<Reported>, holds: bool) -> Option<T> {
        let relied_on = self.reported.not_tested.is_none();
        reports.push(self.reported);
        self.of.filter(|_| relied_on || holds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_that_lacks_rows_or_is_of_a_day_to_come_is_not_relied_on() {
        let today = Utc::now().date_naive();
        let not_tested = |rows: Option<u64>, of: NaiveDate| {
            let check = ReportCheck { report: DomoStats::Datasets, source: String::new(), day: today, limit: 3 };
            let raw = RawReport { bytes: Vec::new(), of: Some(of), rows };
            check.of(Ok(raw), |_| Ok(ReportRows { rows: 7, made: None, of: () }), |()| true).reported.not_tested.unwrap_or_default()
        };
        for rows in [None, Some(7), Some(6)] {
            assert_eq!(not_tested(rows, today), "");
        }
        assert!(not_tested(Some(5000), today).starts_with("7 rows came, and Domo says that it has 5000"));
        assert!(not_tested(Some(7), today + chrono::Days::new(40)).contains("still to come"));
    }
}
