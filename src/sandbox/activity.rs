//! `/v1/audit`: the activity log.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State as Extract};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::Shared;
use super::users::{Parameters, refuse};

/// Somebody did something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActivityEvent {
    /// Domo id.
    pub user: u64,
    /// When, in milliseconds since 1970.
    pub time: i64,
    /// Such as `LOGIN`.
    pub action: String,
    /// Who acted for the user; 0 is nobody.
    pub actor: u64,
    /// The account it was done to; none: their own.
    pub object: Option<u64>,
}

pub(super) async fn list(Extract(shared): Extract<Arc<Shared>>, Query(query): Parameters) -> Response {
    let number = |name: &str| query.get(name).and_then(|text| text.parse::<i64>().ok());
    let Some(start) = number("start") else {
        return refuse(StatusCode::BAD_REQUEST, "/v1/audit", "start is required");
    };
    let end = number("end").unwrap_or(i64::MAX);
    let limit = usize::try_from(number("limit").unwrap_or(50)).unwrap_or(0).min(1000);
    let offset = usize::try_from(number("offset").unwrap_or(0)).unwrap_or(0);
    let user = query.get("user").and_then(|id| id.parse::<u64>().ok());
    // The log reaches back a year.
    let start = start.max((chrono::Utc::now() - chrono::TimeDelta::days(365)).timestamp_millis());
    let wanted = |event: &&ActivityEvent| (start..end).contains(&event.time) && user.is_none_or(|user| event.user == user);
    let state = shared.state();
    let events = state.activity.iter().filter(wanted).skip(offset).take(limit);
    let recorded = shared.options.profile.recorded_types;
    let events: Vec<Value> = events
        .map(|event| {
            let time = chrono::DateTime::from_timestamp_millis(event.time).unwrap_or_default();
            // Three spellings are known; the recorded one has no zone.
            let time = if recorded { time.format("%Y-%m-%d %I:%M:%S %p").to_string() } else { time.to_rfc3339() };
            let name = state.get(event.user).and_then(|mut user| user.remove("name"));
            json!({"userName": name, "userId": event.user.to_string(), "userType": "USER", "actorId": event.actor, "actorName": "",
                   "actionType": event.action, "objectName": name, "objectId": event.object.unwrap_or(event.user).to_string(), "objectType": "USER",
                   "eventText": event.action, "additionalComment": "", "device": "", "browserDetails": "", "ipAddress": "127.0.0.1",
                   "time": time})
        })
        .collect();
    Json(events).into_response()
}
