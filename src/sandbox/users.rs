//! `/v1/users`

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State as Extract};
use axum::http::header::AsHeaderName;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::Shared;
use super::state::{State, Wrong};
use crate::domo::{SUPPORT_EMAIL, SUPPORT_ID};

pub(super) type Parameters = Query<HashMap<String, String>>;

/// What a header says.
pub(super) fn header_of(headers: &HeaderMap, name: impl AsHeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// What a form says, which is written as a query is.
pub(super) fn form(body: &Bytes) -> HashMap<String, String> {
    let written = format!("/?{}", String::from_utf8_lossy(body).trim()).parse::<Uri>().ok();
    written.and_then(|uri| Query::try_from_uri(&uri).ok()).map(|Query(form)| form).unwrap_or_default()
}

/// Domo's own support account: not in the list, but there, and not to be touched.
fn support() -> Value {
    json!({"id": SUPPORT_ID, "email": SUPPORT_EMAIL, "role": "Admin", "name": "DomoSupport", "timezone": "America/Denver", "roleId": 1,
           "createdAt": "1970-01-17T14:46:50.566Z", "updatedAt": "2016-11-01T04:35:37.243Z"})
}

/// `limit` (50, at most 500) and `offset`.
pub(super) fn window(query: &HashMap<String, String>) -> (usize, usize) {
    let number = |name: &str| query.get(name).and_then(|text| text.parse::<usize>().ok());
    (number("offset").unwrap_or(0), number("limit").unwrap_or(50).min(500))
}

pub(super) async fn list(Extract(shared): Extract<Arc<Shared>>, Query(query): Parameters) -> Response {
    let (offset, limit) = window(&query);
    let page = shared.state().page(offset, limit);
    ([(header::CONTENT_TYPE, "application/json")], page).into_response()
}

pub(super) async fn get(Extract(shared): Extract<Arc<Shared>>, Path(id): Path<String>) -> Response {
    let profile = &shared.options.profile;
    let state = shared.state();
    let Some(id) = id.parse::<u64>().ok() else { return refuse(StatusCode::BAD_REQUEST, "/v1/users", "Invalid id") };
    match (state.get(id), state.deleted(id)) {
        (None, _) if id == SUPPORT_ID => Json(support()).into_response(),
        (Some(user), _) => Json(single(&state, id, user)).into_response(),
        (None, Some(user)) if profile.remembers_deleted => {
            Json(json!({"id": id, "name": user.get("name"), "deleted": true})).into_response()
        }
        _ => refuse_with(&Wrong(profile.unknown, "User not found".into()), &format!("/v1/users/{id}")),
    }
}

/// One user as GET and create tell it: where they say more than the list, with picture and groups.
fn single(state: &State, id: u64, mut user: Map<String, Value>) -> Value {
    if state.profile.tells_groups {
        user.insert("image".into(), json!(format!("https://sandbox.domo.com/avatar/thumb/domo/{id}")));
        user.insert("groups".into(), state.groups_of(id).into());
    }
    Value::Object(user)
}

pub(super) async fn create(Extract(shared): Extract<Arc<Shared>>, Query(query): Parameters, body: Bytes) -> Response {
    let Ok(object) = serde_json::from_slice::<Map<String, Value>>(&body) else {
        return refuse(StatusCode::BAD_REQUEST, "/v1/users", "Request body is no JSON object");
    };
    let mut state = shared.state();
    // The guide's default is to invite; Domo's own documents name none.
    let invite = query.get("sendInvite").map_or(shared.options.profile.name == "guide", |text| text.eq_ignore_ascii_case("true"));
    match state.create(object) {
        Ok(user) => {
            if invite && let Some(email) = user.get("email").and_then(Value::as_str) {
                state.invites.push(email.to_owned());
            }
            let status = StatusCode::from_u16(shared.options.profile.created).unwrap_or(StatusCode::OK);
            let id = user.get("id").and_then(Value::as_u64).unwrap_or_default();
            (status, Json(single(&state, id, user))).into_response()
        }
        Err(wrong) => refuse_with(&wrong, "/v1/users"),
    }
}

pub(super) async fn update(Extract(shared): Extract<Arc<Shared>>, Path(id): Path<u64>, body: Bytes) -> Response {
    let path = format!("/v1/users/{id}");
    let Ok(object) = serde_json::from_slice::<Map<String, Value>>(&body) else {
        return refuse(StatusCode::BAD_REQUEST, &path, "Request body is no JSON object");
    };
    if id == SUPPORT_ID {
        return refuse(StatusCode::FORBIDDEN, &path, "Access denied");
    }
    match shared.state().update(id, object) {
        Ok(user) if shared.options.profile.put_answers => Json(Value::Object(user)).into_response(),
        Ok(_) => StatusCode::OK.into_response(),
        Err(wrong) => refuse_with(&wrong, &path),
    }
}

pub(super) async fn delete(Extract(shared): Extract<Arc<Shared>>, Path(id): Path<u64>) -> Response {
    if id == SUPPORT_ID {
        return refuse(StatusCode::FORBIDDEN, &format!("/v1/users/{id}"), "Access denied");
    }
    match shared.state().delete(id) {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(wrong) => refuse_with(&wrong, &format!("/v1/users/{id}")),
    }
}

fn refuse_with(wrong: &Wrong, path: &str) -> Response {
    refuse(StatusCode::from_u16(wrong.0).unwrap_or(StatusCode::BAD_REQUEST), path, &wrong.1)
}

/// An error as Domo writes it: its `statusReason` is not always right, its `toe` is what support asks for.
pub(super) fn refuse(status: StatusCode, path: &str, message: &str) -> Response {
    let reason = if status == StatusCode::UNAUTHORIZED { "Internal Server Error" } else { status.canonical_reason().unwrap_or("") };
    let toe: String = (0..10).map(|_| fastrand::alphanumeric().to_ascii_uppercase()).collect();
    let body = json!({"status": status.as_u16(), "statusReason": reason, "path": path, "message": message, "toe": toe});
    (status, Json(body)).into_response()
}
