//! `/v1/datasets` and `/v1/cards`: who owns what, and DataSets with rows, which the reports of DomoStats are.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State as Extract};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::Shared;
use super::users::{Parameters, refuse};

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

impl DataSet {
    fn told(&self) -> Value {
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

pub(super) async fn list(Extract(shared): Extract<Arc<Shared>>, Query(query): Parameters) -> Response {
    let rows: Vec<Value> = shared.options.datasets.iter().map(DataSet::told).collect();
    Json(page(rows, &query, 50)).into_response()
}

pub(super) async fn get(Extract(shared): Extract<Arc<Shared>>, Path(id): Path<String>) -> Response {
    let found = shared.options.datasets.iter().find(|dataset| dataset.id == id);
    found.map_or_else(|| unknown(&id), |dataset| Json(dataset.told()).into_response())
}

pub(super) async fn data(Extract(shared): Extract<Arc<Shared>>, Path(id): Path<String>) -> Response {
    let found = shared.options.datasets.iter().find(|dataset| dataset.id == id);
    found.map_or_else(|| unknown(&id), |dataset| ([(header::CONTENT_TYPE, "text/csv")], dataset.csv.clone()).into_response())
}

/// A card on each DataSet.
pub(super) async fn cards(Extract(shared): Extract<Arc<Shared>>, Query(query): Parameters) -> Response {
    let card = |(number, dataset): (u64, &DataSet)| json!({"cardUrn": (1_000 + number).to_string(), "cardTitle": format!("{} as a chart", dataset.name), "ownerId": dataset.owner});
    let rows: Vec<Value> = (0..).zip(&shared.options.datasets).map(card).collect();
    let total = rows.len();
    Json(json!({"cards": page(rows, &query, 35), "totalCardCount": total})).into_response()
}
