//! SCIM 2.0 over the same users, behind a token of its own. Users only: Domo's SCIM does not list groups.
//!
//! What a SCIM client wrote is kept as it wrote it, and said again as long as nobody changes the user through v1.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query, State as Extract};
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Map, Value, json};

use super::Shared;
use super::scim_documents::{ENTERPRISE, LIST, MOST, USER, configuration, resource_types, schemas};
use super::state::{State, Wrong};
use super::users::Parameters;
use crate::terms::Role;

type Object = Map<String, Value>;
type ScimResult = Result<Response, Wrong>;

pub(super) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/ServiceProviderConfig", get(describe).fallback(only_get))
        .route("/ResourceTypes", get(describe).fallback(only_get))
        .route("/ResourceTypes/{id}", get(describe).fallback(only_get))
        .route("/Schemas", get(describe).fallback(only_get))
        .route("/Schemas/{id}", get(describe).fallback(only_get))
        .route("/Users", get(list).post(create))
        .route("/Users/{id}", get(one).put(replace).patch(patch).delete(delete))
        .route("/.search", post(async || refuse(&Wrong(501, "Searching several resource types at once is not supported".into()))))
}

pub(super) fn refuse(wrong: &Wrong) -> Response {
    let mut body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": wrong.0.to_string(), "detail": wrong.1
    });
    if let (409, Some(body)) = (wrong.0, body.as_object_mut()) {
        body.insert("scimType".into(), json!("uniqueness"));
    }
    scim(StatusCode::from_u16(wrong.0).unwrap_or(StatusCode::BAD_REQUEST), &body)
}

fn scim(status: StatusCode, body: &Value) -> Response {
    let mut response = (status, body.to_string()).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/scim+json"));
    response
}

/// A part of a list of so many, from a place on.
fn listed(total: usize, start: usize, page: Vec<Value>) -> Response {
    let body =
        json!({"schemas": [LIST], "totalResults": total, "startIndex": start, "itemsPerPage": page.len(), "Resources": page});
    scim(StatusCode::OK, &body)
}

fn answer(answer: ScimResult) -> Response {
    answer.unwrap_or_else(|wrong| refuse(&wrong))
}

async fn only_get() -> Response {
    refuse(&Wrong(405, "Only GET is supported here".into()))
}

async fn describe(Extract(shared): Extract<Arc<Shared>>, uri: Uri) -> Response {
    let root = &shared.scim_root;
    let path = uri.path().trim_start_matches('/');
    let (kind, id) = path.split_once('/').unwrap_or((path, ""));
    let documents = match kind {
        "ServiceProviderConfig" => return scim(StatusCode::OK, &configuration(root)),
        "Schemas" => schemas(root),
        _ => resource_types(root),
    };
    if id.is_empty() {
        let total = documents.len();
        return listed(total, 1, documents);
    }
    match documents.iter().find(|document| document.get("id").and_then(Value::as_str) == Some(id)) {
        Some(document) => scim(StatusCode::OK, document),
        None => refuse(&Wrong(404, format!("{kind} {id} not found"))),
    }
}

async fn list(Extract(shared): Extract<Arc<Shared>>, Query(query): Parameters) -> Response {
    let filter = match query.get("filter").map(|filter| Filter::read(filter)).transpose() {
        Ok(filter) => filter,
        Err(wrong) => return refuse(&wrong),
    };
    let number = |name: &str| query.get(name).and_then(|text| text.parse::<usize>().ok());
    let (start, count) = (number("startIndex").unwrap_or(1).max(1), number("count").unwrap_or(MOST).min(MOST));
    let state = shared.state();
    let users: Vec<Object> = state
        .users()
        .map(|user| state.as_scim(&user, &shared.scim_root))
        .filter(|resource| filter.as_ref().is_none_or(|filter| filter.fits(resource)))
        .collect();
    let total = users.len();
    let page: Vec<Value> = users.into_iter().skip(start - 1).take(count).map(|user| chosen(user, &query)).collect();
    listed(total, start, page)
}

async fn one(Extract(shared): Extract<Arc<Shared>>, Path(id): Path<String>, Query(query): Parameters) -> Response {
    let state = shared.state();
    answer(known(&state, &id).map(|(_, user)| scim(StatusCode::OK, &chosen(state.as_scim(&user, &shared.scim_root), &query))))
}

async fn create(Extract(shared): Extract<Arc<Shared>>, body: Bytes) -> Response {
    let mut state = shared.state();
    let mut created = || -> ScimResult {
        let resource = object(&body)?;
        let user = state.create(project(&resource, Object::new())?)?;
        let id = user.get("id").and_then(Value::as_u64).unwrap_or_default();
        state.remember_scim(id, resource);
        let shown = Value::Object(state.as_scim(&user, &shared.scim_root));
        let mut response = scim(StatusCode::CREATED, &shown);
        if let Ok(location) = HeaderValue::from_str(&format!("{}/Users/{id}", shared.scim_root)) {
            response.headers_mut().insert(header::LOCATION, location);
        }
        Ok(response)
    };
    answer(created())
}

async fn replace(Extract(shared): Extract<Arc<Shared>>, Path(id): Path<String>, body: Bytes) -> Response {
    let mut state = shared.state();
    answer(known(&state, &id).and_then(|(id, user)| save(&mut state, &shared, id, &user, object(&body)?)))
}

async fn patch(Extract(shared): Extract<Arc<Shared>>, Path(id): Path<String>, body: Bytes) -> Response {
    let mut state = shared.state();
    let mut patched = || -> ScimResult {
        let (id, user) = known(&state, &id)?;
        let mut resource = state.as_scim(&user, &shared.scim_root);
        let request = object(&body)?;
        let operations = request.get("Operations").and_then(Value::as_array);
        for operation in operations.ok_or_else(|| Wrong(400, "Operations are missing".into()))? {
            operate(&mut resource, operation)?;
        }
        save(&mut state, &shared, id, &user, resource)
    };
    answer(patched())
}

async fn delete(Extract(shared): Extract<Arc<Shared>>, Path(id): Path<String>) -> Response {
    let mut state = shared.state();
    answer(known(&state, &id).and_then(|(id, _)| state.delete(id)).map(|()| StatusCode::NO_CONTENT.into_response()))
}

fn known(state: &State, id: &str) -> Result<(u64, Object), Wrong> {
    let found = id.parse::<u64>().ok().and_then(|id| Some((id, state.get(id)?)));
    found.ok_or_else(|| Wrong(404, format!("Resource {id} not found")))
}

fn object(body: &[u8]) -> Result<Object, Wrong> {
    serde_json::from_slice(body).map_err(|error| Wrong(400, format!("The request body is no JSON object: {error}")))
}

fn save(state: &mut State, shared: &Shared, id: u64, before: &Object, resource: Object) -> ScimResult {
    let off = resource.get("active").and_then(Value::as_bool) == Some(false);
    if off && shared.options.profile.scim_deletes {
        state.delete(id)?;
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let user = project(&resource, before.clone())?;
    state.fits(&user, Some(id))?;
    state.save(id, &user)?;
    state.remember_scim(id, resource);
    Ok(scim(StatusCode::OK, &Value::Object(state.as_scim(&user, &shared.scim_root))))
}

/// One operation of a PATCH: a path without a value filter, or none and an object.
fn operate(resource: &mut Object, operation: &Value) -> Result<(), Wrong> {
    let op = operation.get("op").and_then(Value::as_str).unwrap_or_default().to_lowercase();
    let value = operation.get("value").cloned().unwrap_or(Value::Null);
    let path = operation.get("path").and_then(Value::as_str).unwrap_or_default();
    if !matches!(op.as_str(), "add" | "replace" | "remove") {
        return Err(Wrong(400, format!("`{op}` is no operation")));
    }
    let (target, attribute) = if let Some(attribute) = path.strip_prefix(ENTERPRISE) {
        let extension = resource.entry(ENTERPRISE).or_insert_with(|| json!({}));
        let extension = extension.as_object_mut().ok_or_else(|| Wrong(400, "The extension is no object".into()))?;
        (extension, attribute.trim_start_matches(':'))
    } else {
        (resource, path.strip_prefix(USER).unwrap_or(path).trim_start_matches(':'))
    };
    if attribute.contains(['[', '.']) {
        return Err(Wrong(400, format!("The path {path} is not supported")));
    }
    match (op.as_str(), attribute, value) {
        ("remove", "", _) => target.clear(),
        ("remove", attribute, _) => drop(target.remove(attribute)),
        (_, "", Value::Object(values)) => target.extend(values),
        (_, "", _) => return Err(Wrong(400, "Without a path the value is an object".into())),
        ("add", attribute, Value::Array(more)) => match target.get_mut(attribute) {
            Some(Value::Array(values)) => {
                for value in more {
                    if !values.contains(&value) {
                        values.push(value);
                    }
                }
            }
            _ => drop(target.insert(attribute.to_owned(), Value::Array(more))),
        },
        (_, attribute, value) => drop(target.insert(attribute.to_owned(), value)),
    }
    Ok(())
}

/// `attribute eq "value"`: the only form that is sure to work at Domo.
struct Filter {
    attribute: String,
    value: Value,
}

impl Filter {
    fn read(text: &str) -> Result<Self, Wrong> {
        let wrong = || Wrong(400, format!("The filter {text} is not supported"));
        let mut words = text.trim().splitn(3, ' ');
        let (Some(attribute), Some(operator), Some(value)) = (words.next(), words.next(), words.next()) else {
            return Err(wrong());
        };
        if !operator.eq_ignore_ascii_case("eq") {
            return Err(wrong());
        }
        Ok(Self { attribute: attribute.to_owned(), value: serde_json::from_str(value).map_err(|_| wrong())? })
    }

    fn fits(&self, resource: &Object) -> bool {
        let found = resource.iter().find(|(name, _)| name.eq_ignore_ascii_case(&self.attribute)).map(|(_, value)| value);
        match (found, &self.value) {
            (Some(Value::String(found)), Value::String(wanted)) => found.to_lowercase() == wanted.to_lowercase(),
            (found, wanted) => found == Some(wanted),
        }
    }
}

/// `attributes` and `excludedAttributes`; `schemas`, `id` and `meta` are always there.
fn chosen(mut user: Object, query: &HashMap<String, String>) -> Value {
    let names = |parameter: &str| -> Option<Vec<String>> {
        let names = query.get(parameter)?.split(',').map(|name| name.trim().rsplit(':').next().unwrap_or_default().to_lowercase());
        Some(names.collect())
    };
    let always = |name: &str| matches!(name, "schemas" | "id" | "meta");
    if let Some(wanted) = names("attributes").filter(|wanted| !wanted.iter().any(|name| name == "_all")) {
        user.retain(|name, _| always(name) || wanted.contains(&name.to_lowercase()));
    }
    if let Some(unwanted) = names("excludedAttributes") {
        user.retain(|name, _| always(name) || !unwanted.contains(&name.to_lowercase()));
    }
    Value::Object(user)
}

/// The v1 fields that a resource says.
fn project(resource: &Object, mut user: Object) -> Result<Object, Wrong> {
    let text = |name: &str| resource.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let entry = |list: &str, kind: &str| {
        let entries = resource.get(list)?.as_array()?;
        let wanted = |entry: &&Value| entry.get("type").and_then(Value::as_str) == Some(kind);
        entries.iter().find(wanted)?.get("value")?.as_str()
    };
    let enterprise = |name: &str| resource.get(ENTERPRISE)?.get(name)?.as_str();

    let login = text("userName").ok_or_else(|| Wrong(400, "userName is required".into()))?;
    let role = entry("roles", "primary").and_then(|id| Role::from_id(id.parse().ok()?));
    let name = text("displayName").or_else(|| user.get("name").and_then(Value::as_str)).unwrap_or(login).to_owned();
    user.insert("email".into(), json!(login));
    user.insert("name".into(), json!(name));
    if let Some(role) = role {
        user.insert("role".into(), json!(role));
        if user.contains_key("roleId") {
            user.insert("roleId".into(), json!(role.id()));
        }
    }
    user.entry("role").or_insert(json!("Participant"));
    if let Some(active) = resource.get("active").and_then(Value::as_bool) {
        user.insert("active".into(), json!(active));
    }
    let fields = [
        ("title", text("title")),
        ("locale", text("locale")),
        ("timezone", text("timezone")),
        ("phone", entry("phoneNumbers", "work")),
        ("alternateEmail", entry("emails", "alternate")),
        ("employeeNumber", enterprise("employeeNumber")),
        ("department", enterprise("department")),
    ];
    for (field, value) in fields {
        match value {
            // A number stays a number where the text says the same.
            Some(value) if user.get(field).and_then(Value::as_number).is_some_and(|number| number.as_str() == value) => {}
            Some(value) => drop(user.insert(field.into(), json!(value))),
            None => drop(user.remove(field)),
        }
    }
    Ok(user)
}

impl State {
    /// A user as SCIM shows it.
    fn as_scim(&self, user: &Object, root: &str) -> Object {
        let id = user.get("id").and_then(Value::as_u64).unwrap_or_default();
        let mut resource = self.scim.get(&id).cloned().unwrap_or_else(|| derived(user));
        let mut schemas = vec![USER];
        if resource.get(ENTERPRISE).is_some_and(|extension| extension.as_object().is_some_and(|extension| !extension.is_empty())) {
            schemas.push(ENTERPRISE);
        } else {
            resource.remove(ENTERPRISE);
        }
        resource.insert("schemas".into(), json!(schemas));
        resource.insert("id".into(), json!(id.to_string()));
        let mut meta = json!({"resourceType": "User", "location": format!("{root}/Users/{id}")});
        if let (Some(created), Some(meta)) = (user.get("createdAt"), meta.as_object_mut()) {
            meta.insert("created".into(), created.clone());
        }
        resource.insert("meta".into(), meta);
        resource.retain(|_, value| !value.is_null());
        resource
    }

    fn remember_scim(&mut self, id: u64, mut resource: Object) {
        for own in ["id", "meta", "schemas"] {
            resource.remove(own);
        }
        self.scim.insert(id, resource);
    }
}

fn derived(user: &Object) -> Object {
    let text = |field: &str| match user.get(field)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let entry = |field: &str, kind: &str| text(field).map(|value| json!({"value": value, "type": kind}));
    let list = |entries: [Option<Value>; 2]| {
        let entries: Vec<Value> = entries.into_iter().flatten().collect();
        (!entries.is_empty()).then_some(Value::Array(entries))
    };
    let role = text("roleId").or_else(|| Role::from_word(&text("role")?).map(|role| role.id().to_string()));
    let enterprise: Object = [("employeeNumber", text("employeeNumber")), ("department", text("department"))]
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), json!(value?))))
        .collect();
    let fields = [
        ("userName", text("email").map(Value::from)),
        ("displayName", text("name").map(Value::from)),
        ("active", Some(user.get("active").cloned().unwrap_or(json!(true)))),
        ("title", text("title").map(Value::from)),
        ("locale", text("locale").map(Value::from)),
        ("timezone", text("timezone").map(Value::from)),
        ("emails", list([entry("email", "work"), entry("alternateEmail", "alternate")])),
        ("phoneNumbers", list([entry("phone", "work"), None])),
        ("roles", role.map(|role| json!([{"value": role, "type": "primary"}]))),
        (ENTERPRISE, Some(Value::Object(enterprise))),
    ];
    fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}
