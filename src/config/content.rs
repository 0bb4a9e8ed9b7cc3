//! `[content]`: where it is read what accounts own, and what else DomoStats tells of them.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::terms::DomoStats;

/// `[content]` and the report that each key of it names.
macro_rules! content {
    ($($(#[$doc:meta])* $key:ident: $report:ident,)+) => {
        /// `[content]`: each key is the id of a DomoStats DataSet, or a CSV file of it.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
        #[serde(default, deny_unknown_fields)]
        pub struct Content {
            $($(#[$doc])* pub $key: Option<String>,)+
            /// Without DomoStats: DataSets and cards from the API's own lists, which show what the client's owner may see.
            pub api: bool,
            /// A report older than this before the day judged is not tested, and holds deletions all the same.
            pub max_age_days: u32,
        }

        impl Default for Content {
            fn default() -> Self {
                Self { $($key: None,)+ api: false, max_age_days: 3 }
            }
        }

        impl Content {
            /// The value of a report's key.
            fn value(&mut self, report: DomoStats) -> &mut Option<String> {
                match report {
                    $(DomoStats::$report => &mut self.$key,)+
                }
            }
        }
    };
}

content! {
    /// DomoStats *DataSets*: who owns which.
    datasets: Datasets,
    /// DomoStats *DataFlows*.
    dataflows: Dataflows,
    /// DomoStats *Pages with Multiple Owners*.
    pages: Pages,
    /// DomoStats *Cards (Legacy)* or *Card Permissions*.
    cards: Cards,
    /// DomoStats *Alerts*.
    alerts: Alerts,
    /// DomoStats *Accounts*: those of connectors.
    accounts: Accounts,
    /// DomoStats *Groups*: their types, which say which of them can be left.
    groups: Groups,
    /// DomoStats *Group Owners*.
    group_owners: GroupOwners,
    /// DomoStats *Scheduled Reports*.
    scheduled_reports: ScheduledReports,
    /// DomoStats *People*: last login, two-factor, locked, employee id, reports to.
    people: People,
    /// DomoStats *Role Grants*: which custom roles may administer.
    role_grants: RoleGrants,
    /// DomoStats *Roles*: the names of the ids in `role_grants`.
    roles: Roles,
}

/// Where a report is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReportPlace {
    /// A DataSet of the instance, by its id.
    DataSet(String),
    /// A file of it.
    File(PathBuf),
}

impl Content {
    /// Where each report that is named is read.
    pub fn places(&self) -> Vec<(DomoStats, ReportPlace)> {
        let mut named = self.clone();
        let place = |report| Some((report, ReportPlace::of(named.value(report).as_deref()?)));
        DomoStats::ALL.into_iter().filter_map(place).collect()
    }

    /// Whether anything of it is asked of the API, which takes the scope `data`.
    pub fn asks_api(&self) -> bool {
        self.api || self.places().iter().any(|(_, place)| matches!(place, ReportPlace::DataSet(_)))
    }

    /// What says who owns what Domo does not delete with an account.
    #[must_use]
    pub fn holding(&self) -> Self {
        let (datasets, dataflows) = (self.datasets.clone(), self.dataflows.clone());
        Self { datasets, dataflows, api: self.api, max_age_days: self.max_age_days, ..Self::default() }
    }

    /// The same, with what only the other one names, and the shorter age of both.
    #[must_use]
    pub fn or(mut self, other: &Self) -> Self {
        let mut other = other.clone();
        for report in DomoStats::ALL {
            let value = self.value(report);
            *value = value.take().or(other.value(report).take());
        }
        self.api |= other.api;
        self.max_age_days = self.max_age_days.min(other.max_age_days);
        self
    }

    /// Files are found beside the configuration, also by a plan that is applied from another folder.
    pub(super) fn resolve(&mut self, base: &Path) {
        for report in DomoStats::ALL {
            let value = self.value(report);
            if let Some(ReportPlace::File(path)) = value.as_deref().map(ReportPlace::of) {
                let path = base.join(path);
                *value = Some(std::path::absolute(&path).unwrap_or(path).display().to_string());
            }
        }
    }

    /// Values that are neither an id nor a file.
    pub(super) fn problems(&self) -> Vec<String> {
        let is_id = |id: &str| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let problem = |(report, place)| match place {
            ReportPlace::DataSet(id) if !is_id(&id) => {
                Some(format!("[content] {report} is the id of a DataSet (letters, digits and `-`) or a CSV file, not `{id}`"))
            }
            _ => None,
        };
        self.places().into_iter().filter_map(problem).collect()
    }
}

impl ReportPlace {
    /// A path, or a name that ends in `.csv`, is a file; anything else is an id.
    fn of(value: &str) -> Self {
        let value = value.trim();
        let is_file = value.contains(['/', '\\']) || value.to_ascii_lowercase().ends_with(".csv");
        if is_file { Self::File(value.into()) } else { Self::DataSet(value.to_owned()) }
    }
}

impl std::fmt::Display for ReportPlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::DataSet(id) => write!(f, "DataSet {id}"),
            Self::File(path) => write!(f, "{}", path.display()),
        }
    }
}
