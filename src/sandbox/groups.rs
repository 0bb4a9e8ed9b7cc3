//! `/v1/groups`

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State as Extract};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::Shared;
use super::users::{Parameters, refuse, window};

/// A group and its members.
#[derive(Debug, Clone)]
pub(super) struct Group {
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) active: bool,
    /// A rule or the identity provider chooses its members.
    pub(super) dynamic: bool,
    pub(super) members: Vec<u64>,
}

impl Group {
    /// The list leaves out what only get and create tell.
    fn listed(&self) -> Value {
        json!({"id": self.id, "name": self.name, "default": self.name == "Default", "memberCount": self.members.len()})
    }

    fn whole(&self) -> Value {
        json!({"id": self.id, "name": self.name, "default": self.name == "Default", "memberCount": self.members.len(),
               "active": self.active, "creatorId": "27"})
    }
}

fn unknown(id: u64) -> Response {
    refuse(StatusCode::NOT_FOUND, &format!("/v1/groups/{id}"), "Group not found")
}

fn by_rule(id: u64) -> Response {
    refuse(StatusCode::FORBIDDEN, &format!("/v1/groups/{id}/users"), "The members of a dynamic group cannot be changed")
}

pub(super) async fn list(Extract(shared): Extract<Arc<Shared>>, Query(query): Parameters) -> Response {
    let (offset, limit) = window(&query);
    let groups: Vec<Value> = shared.state().groups.iter().skip(offset).take(limit).map(Group::listed).collect();
    Json(groups).into_response()
}

pub(super) async fn create(Extract(shared): Extract<Arc<Shared>>, body: Bytes) -> Response {
    let body: Map<String, Value> = serde_json::from_slice(&body).unwrap_or_default();
    let Some(name) = body.get("name").and_then(Value::as_str).filter(|name| !name.is_empty()) else {
        return refuse(StatusCode::BAD_REQUEST, "/v1/groups", "name is required");
    };
    let mut state = shared.state();
    let group = Group {
        id: state.new_id(),
        name: name.to_owned(),
        active: told_active(&body).unwrap_or(true),
        dynamic: false,
        members: Vec::new(),
    };
    let answer = Json(group.whole()).into_response();
    state.groups.push(group);
    answer
}

pub(super) async fn get(Extract(shared): Extract<Arc<Shared>>, Path(id): Path<u64>) -> Response {
    let state = shared.state();
    state.groups.iter().find(|group| group.id == id).map_or_else(|| unknown(id), |group| Json(group.whole()).into_response())
}

pub(super) async fn update(Extract(shared): Extract<Arc<Shared>>, Path(id): Path<u64>, body: Bytes) -> Response {
    let body: Map<String, Value> = serde_json::from_slice(&body).unwrap_or_default();
    let mut state = shared.state();
    let Some(group) = state.groups.iter_mut().find(|group| group.id == id) else { return unknown(id) };
    if let Some(name) = body.get("name").and_then(Value::as_str) {
        group.name = name.to_owned();
    }
    group.active = told_active(&body).unwrap_or(group.active);
    StatusCode::OK.into_response()
}

pub(super) async fn delete(Extract(shared): Extract<Arc<Shared>>, Path(id): Path<u64>) -> Response {
    let mut state = shared.state();
    let Some(place) = state.groups.iter().position(|group| group.id == id) else { return unknown(id) };
    state.groups.remove(place);
    StatusCode::NO_CONTENT.into_response()
}

pub(super) async fn members(Extract(shared): Extract<Arc<Shared>>, Path(id): Path<u64>, Query(query): Parameters) -> Response {
    let (offset, limit) = window(&query);
    let state = shared.state();
    let Some(group) = state.groups.iter().find(|group| group.id == id) else { return unknown(id) };
    Json(group.members.iter().skip(offset).take(limit).copied().collect::<Vec<u64>>()).into_response()
}

pub(super) async fn add(Extract(shared): Extract<Arc<Shared>>, Path((id, user)): Path<(u64, u64)>) -> Response {
    let mut state = shared.state();
    if state.get(user).is_none() {
        return refuse(StatusCode::NOT_FOUND, &format!("/v1/groups/{id}/users/{user}"), "User not found");
    }
    let Some(group) = state.groups.iter_mut().find(|group| group.id == id) else { return unknown(id) };
    if group.dynamic {
        return by_rule(id);
    }
    if !group.members.contains(&user) {
        group.members.push(user);
    }
    StatusCode::NO_CONTENT.into_response()
}

pub(super) async fn remove(Extract(shared): Extract<Arc<Shared>>, Path((id, user)): Path<(u64, u64)>) -> Response {
    let mut state = shared.state();
    let Some(group) = state.groups.iter_mut().find(|group| group.id == id) else { return unknown(id) };
    if group.dynamic {
        return by_rule(id);
    }
    group.members.retain(|member| *member != user);
    StatusCode::NO_CONTENT.into_response()
}

/// A boolean, or its text as pydomo sends it.
fn told_active(body: &Map<String, Value>) -> Option<bool> {
    match body.get("active")? {
        Value::Bool(active) => Some(*active),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}
