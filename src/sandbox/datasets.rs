//! `/v1/datasets` and `/v1/cards`: who owns what, and DataSets with rows, which the reports of DomoStats are. Two of those are made
//! anew whenever somebody reads them: [`REPORTS`]. Ownership moves as Domo has it: a DataSet's with a PUT, a DataFlow's over the
//! product API.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State as Extract};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::Shared;
use super::state::State;
use super::users::{Parameters, refuse};

/// The DataSets that are DomoStats *DataSets* and *DataFlows* of this moment.
pub const REPORTS: [&str; 2] = ["domostats-datasets", "domostats-dataflows"];

/// A DataSet. Whoever owns one cannot be deleted.
#[derive(Debug, Clone)]
pub struct DataSet {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The account that owns it.
    pub owner: u64,
    /// Its rows as CSV, header first.
    pub csv: String,
    /// When its data was last changed.
    pub current: DateTime<Utc>,
}

/// A DataFlow. Whoever owns one cannot be deleted.
#[derive(Debug, Clone)]
pub struct DataFlow {
    /// Its id.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// The account that owns it.
    pub owner: u64,
}

impl DataSet {
    /// One that somebody owns and nobody reads.
    pub fn owned(id: impl Into<String>, name: impl Into<String>, owner: u64) -> Self {
        Self { id: id.into(), name: name.into(), owner, csv: "Value\n1\n".into(), current: Utc::now() }
    }

    fn to_json(&self) -> Value {
        json!({"id": self.id, "name": self.name, "owner": {"id": self.owner, "name": "somebody"},
               "dataCurrentAt": self.current.to_rfc3339_opts(SecondsFormat::Secs, true), "pdpEnabled": false})
    }
}

/// A page of a list, at most so many.
fn page<T>(rows: Vec<T>, query: &HashMap<String, String>, most: usize) -> Vec<T> {
    let number = |name: &str| query.get(name).and_then(|text| text.parse::<usize>().ok());
    rows.into_iter().skip(number("offset").unwrap_or(0)).take(number("limit").unwrap_or(most).min(most)).collect()
}

fn unknown(id: &str) -> Response {
    refuse(StatusCode::NOT_FOUND, &format!("/v1/datasets/{id}"), "DataSet not found")
}

impl State {
    /// A DataSet with its rows; those of DomoStats as they would be now.
    fn dataset(&self, id: &str) -> Option<DataSet> {
        let csv = match REPORTS.iter().position(|report| *report == id) {
            Some(0) => self.report(
                "ID,Name,Owner_User_ID",
                self.datasets.iter().map(|one| [one.id.clone(), one.name.clone(), one.owner.to_string()]),
            ),
            Some(_) => self.report(
                "ID,Display Name,Owner ID",
                self.dataflows.iter().map(|one| [one.id.to_string(), one.name.clone(), one.owner.to_string()]),
            ),
            None => return self.datasets.iter().find(|dataset| dataset.id == id).cloned(),
        };
        Some(DataSet { csv, ..DataSet::owned(id, id, self.owner.unwrap_or_default()) })
    }

    fn report(&self, header: &str, rows: impl Iterator<Item = [String; 3]>) -> String {
        let quoted = |cells: [String; 3]| cells.map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).join(",");
        std::iter::once(header.to_owned()).chain(rows.map(quoted)).map(|line| line + "\n").collect()
    }

    /// This account owns a DataSet and a DataFlow more.
    pub(super) fn own(&mut self, owner: u64) {
        let id = self.dataflows.len() as u64 + 900;
        self.datasets.push(DataSet::owned(format!("given-{id}"), "Given", owner));
        self.dataflows.push(DataFlow { id, name: "Given".into(), owner });
    }

    /// Whether Domo would refuse to delete this account.
    pub(super) fn holds(&self, account: u64) -> bool {
        self.datasets.iter().any(|one| one.owner == account) || self.dataflows.iter().any(|one| one.owner == account)
    }
}

pub(super) async fn list(Extract(shared): Extract<Arc<Shared>>, Query(query): Parameters) -> Response {
    let rows: Vec<Value> = shared.state().datasets.iter().map(DataSet::to_json).collect();
    Json(page(rows, &query, 50)).into_response()
}

pub(super) async fn get(Extract(shared): Extract<Arc<Shared>>, Path(id): Path<String>) -> Response {
    let found = shared.state().dataset(&id);
    found.map_or_else(|| unknown(&id), |dataset| Json(dataset.to_json()).into_response())
}

/// A new owner, which is all of a DataSet that can be changed here.
pub(super) async fn update(Extract(shared): Extract<Arc<Shared>>, Path(id): Path<String>, Json(body): Json<Value>) -> Response {
    let mut state = shared.state();
    let owner = body.pointer("/owner/id").and_then(Value::as_u64).filter(|owner| state.get(*owner).is_some());
    let Some(dataset) = state.datasets.iter_mut().find(|dataset| dataset.id == id) else { return unknown(&id) };
    let Some(owner) = owner else { return refuse(StatusCode::BAD_REQUEST, &format!("/v1/datasets/{id}"), "owner.id is no user") };
    dataset.owner = owner;
    Json(dataset.to_json()).into_response()
}

/// `{"dataFlowIds": [71], "responsibleUserId": 10}`
pub(super) async fn patch_dataflows(Extract(shared): Extract<Arc<Shared>>, Json(body): Json<Value>) -> Response {
    let mut state = shared.state();
    let owner = body.get("responsibleUserId").and_then(Value::as_u64).filter(|owner| state.get(*owner).is_some());
    let Some(owner) = owner else { return refuse(StatusCode::BAD_REQUEST, "/api/dataprocessing", "responsibleUserId is no user") };
    let ids: Vec<u64> = body.get("dataFlowIds").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_u64).collect();
    state.dataflows.iter_mut().filter(|flow| ids.contains(&flow.id)).for_each(|flow| flow.owner = owner);
    StatusCode::OK.into_response()
}

pub(super) async fn data(Extract(shared): Extract<Arc<Shared>>, Path(id): Path<String>) -> Response {
    let found = shared.state().dataset(&id);
    found.map_or_else(|| unknown(&id), |dataset| ([(header::CONTENT_TYPE, "text/csv")], dataset.csv).into_response())
}

/// A card on each DataSet.
pub(super) async fn cards(Extract(shared): Extract<Arc<Shared>>, Query(query): Parameters) -> Response {
    let card = |(number, dataset): (u64, &DataSet)| json!({"cardUrn": (1_000 + number).to_string(), "cardTitle": format!("{} as a chart", dataset.name), "ownerId": dataset.owner});
    let rows: Vec<Value> = (0..).zip(&shared.state().datasets).map(card).collect();
    let total = rows.len();
    Json(json!({"cards": page(rows, &query, 35), "totalCardCount": total})).into_response()
}
