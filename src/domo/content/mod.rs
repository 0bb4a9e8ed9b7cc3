//! What accounts own, and what else DomoStats tells of them: the reports that `[content]` names, joined to the accounts.
//!
//! A report that is too old, empty, without a column, of another instance or not to be had says why and gives no figure. What an
//! old one says that somebody owns holds a deletion all the same. Each account keeps what is known of it in the snapshot, so that a
//! stored run is judged again without asking anybody.

mod read;
mod report;
mod source;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use polars::prelude::*;
use serde::{Deserialize, Serialize};

use super::extras::Extra;
use crate::terms::{DomoStats, Owned};
use crate::text;
pub use read::{AccountIds, HoldingFiles};
use report::PeopleEntry;

/// What was read.
#[derive(Debug, Clone)]
pub struct Content {
    /// One row an object and owner, of owners who are accounts: `owner` (u64), `type`, `id`, `name` (text).
    pub owned: DataFrame,
    /// How each report came out.
    pub reports: Vec<Reported>,
    owners: HashMap<u64, BTreeMap<Owned, u64>>,
    people: BTreeMap<u64, PeopleEntry>,
    sign_ins: bool,
    /// Whether a role may administer, by its id and by its name.
    roles: BTreeMap<String, bool>,
    fixed_groups: Option<BTreeSet<u64>>,
}

/// How a report came out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Reported {
    /// Which.
    pub report: DomoStats,
    /// The DataSet, the file, or the API's own list.
    pub source: String,
    /// Its rows.
    pub rows: u64,
    /// The day it is of, where that is known.
    pub as_of: Option<NaiveDate>,
    /// Whether it shows only what the client's owner may see.
    #[serde(default)]
    pub lower_bound: bool,
    /// Why nothing is tested by it; none where it is relied on.
    pub not_tested: Option<String>,
}

impl Reported {
    /// What it says who owns, where it is relied on.
    pub fn tells(&self) -> Option<Owned> {
        self.report.owned().filter(|_| self.not_tested.is_none())
    }

    /// `datasets: DataSet 0f3c-…, 1204 rows of 2026-11-27`, and why not where nothing is tested by it.
    pub fn sentence(&self) -> String {
        let of = self.as_of.map(|day| format!(" of {day}")).unwrap_or_default();
        let bound = if self.lower_bound { ", a lower bound: only what the client's owner may see" } else { "" };
        match &self.not_tested {
            None => format!("{}: {}, {}{of}{bound}", self.report, self.source, text::plural(self.rows, "row", "rows")),
            Some(why) => format!("{}: {}, not tested: {why}", self.report, self.source),
        }
    }
}

impl Content {
    /// Why an account must not be deleted, as far as is known: what it owns, or that it is not known what it owns.
    pub fn blocks(&self, account: u64) -> Option<String> {
        blocked(self.owners.get(&account).unwrap_or(&BTreeMap::new()), &self.reports)
    }

    /// What is known of an account.
    pub(super) fn of(&self, id: u64, role: Option<&str>, role_id: Option<&str>, groups: &[u64]) -> Extra {
        let person = self.people.get(&id);
        let said = |role: Option<&str>| role.and_then(|role| self.roles.get(role.trim())).copied();
        Extra {
            groups: None,
            done_to: None,
            seen_in_part: None,
            last_seen: person
                .filter(|_| self.sign_ins)
                .map(|person| person.last_login.map(|day| day.to_string()).unwrap_or_default()),
            owns: self.owners.get(&id).cloned().unwrap_or_default(),
            two_factor: person.and_then(|person| person.two_factor),
            locked: person.and_then(|person| person.locked),
            employee_id: person.and_then(|person| person.employee_id.clone()),
            reports_to: person.and_then(|person| person.reports_to),
            administers: said(role_id).or_else(|| said(role)),
            fixed: self.fixed_groups.as_ref().map(|fixed| groups.iter().filter(|group| fixed.contains(group)).copied().collect()),
        }
    }
}

/// Why an account that owns this must not be deleted: `owns 14 DataSets, 2 DataFlows`. A report that is too old holds what it
/// names; what a report would say that gives no figure is not known, and that holds every deletion.
pub fn blocked(owns: &BTreeMap<Owned, u64>, reports: &[Reported]) -> Option<String> {
    let held: Vec<String> = owns.iter().filter(|(kind, _)| kind.holds()).map(|(kind, count)| kind.counted(*count)).collect();
    let unknown = reports.iter().filter(|report| report.report.owned().is_some_and(Owned::holds));
    let unknown: Vec<String> =
        unknown.filter_map(|report| Some(format!("{}: {}", report.report, report.not_tested.as_deref()?))).collect();
    match (held.is_empty(), unknown.is_empty()) {
        (true, true) => None,
        (false, true) => Some(format!("owns {}", held.join(", "))),
        (false, false) => Some(format!("owns {}, as far as is known ({})", held.join(", "), unknown.join("; "))),
        (true, false) => Some(format!("what it owns is not known ({})", unknown.join("; "))),
    }
}
