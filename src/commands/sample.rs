//! The sample company, which is part of the binary: a demo and a sandbox run wherever the binary does.

use anyhow::{Context as _, Result};
use chrono::Utc;
use serde::Deserialize;
use serde_json::Value;

use crate::sandbox::{DataFlow, DataSet, Options};

const USERS: &str = include_str!("../../samples/company/domo-users.json");
const PEOPLE: &str = include_str!("../../samples/company/directory.json");
const CONTENT: &str = include_str!("../../samples/company/content.json");
const REPORTS: [(&str, &str); 3] = [
    ("domostats-people", include_str!("../../samples/company/domostats-people.csv")),
    ("domostats-roles", include_str!("../../samples/company/domostats-roles.csv")),
    ("domostats-role-grants", include_str!("../../samples/company/domostats-role-grants.csv")),
];
/// Its directory.
pub(super) const DIRECTORY: &str = include_str!("../../samples/company/directory.csv");
/// Its configuration.
pub(super) const CONFIG: &str = include_str!("../../samples/domo-reconcile.toml");

/// Its Domo and its directories; with other accounts, what these own of it.
pub(super) fn options(accounts: Option<Vec<Value>>) -> Result<Options> {
    let accounts = match accounts {
        Some(accounts) => accounts,
        None => serde_json::from_str(USERS)?,
    };
    let people: Value = serde_json::from_str(PEOPLE)?;
    let people = people.get("employees").and_then(Value::as_array).cloned().context("the sample company has people")?;
    let (datasets, dataflows) = content(&accounts)?;
    Ok(Options { accounts, people, datasets, dataflows, ..Options::default() })
}

/// What these accounts own; DomoStats, which names its DataSets' rows, is as of this moment.
fn content(accounts: &[Value]) -> Result<(Vec<DataSet>, Vec<DataFlow>)> {
    #[derive(Deserialize)]
    struct Set {
        id: String,
        name: String,
        owner: u64,
    }
    #[derive(Deserialize)]
    struct Flow {
        id: u64,
        name: String,
        owner: u64,
    }
    #[derive(Deserialize)]
    struct Content {
        datasets: Vec<Set>,
        dataflows: Vec<Flow>,
    }
    let content: Content = serde_json::from_str(CONTENT)?;
    let is_there = |owner: u64| accounts.iter().any(|account| account.get("id").and_then(Value::as_u64) == Some(owner));
    let dataset = |set: Set| {
        let report = REPORTS.iter().find(|(id, _)| *id == set.id);
        let owned = DataSet::owned(set.id, set.name, set.owner);
        match report {
            Some((_, csv)) => DataSet { csv: (*csv).to_owned(), current: Utc::now(), ..owned },
            None => owned,
        }
    };
    let datasets = content.datasets.into_iter().filter(|set| is_there(set.owner)).map(dataset).collect();
    let dataflows = content.dataflows.into_iter().filter(|flow| is_there(flow.owner));
    Ok((datasets, dataflows.map(|Flow { id, name, owner }| DataFlow { id, name, owner }).collect()))
}
