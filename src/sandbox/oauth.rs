//! `/oauth/token`, and who may come in.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query, State as Extract};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::Utc;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::state::{Token, Wrong};
use super::users::{Parameters, form, header_of, refuse};
use super::{Shared, scim};

/// What a client can be made to have.
const SCOPES: &str = "account audit buzz dashboard data user workflow";

pub(super) async fn token(
    Extract(shared): Extract<Arc<Shared>>,
    method: Method,
    headers: HeaderMap,
    Query(query): Parameters,
    body: Bytes,
) -> Response {
    let profile = &shared.options.profile;
    let form = form(&body);
    let (taken, parameters) = match (&method, form.contains_key("grant_type")) {
        (&Method::GET, _) => (profile.token_by_get, query),
        (_, true) => (true, form),
        _ => (profile.token_by_post_query, query),
    };
    if !taken {
        let status = if method == Method::GET { StatusCode::METHOD_NOT_ALLOWED } else { StatusCode::BAD_REQUEST };
        return refuse(status, "/oauth/token", "Unsupported request for a token");
    }
    if basic(&headers) != Some((shared.options.client_id.clone(), shared.options.client_secret.clone())) {
        return refuse(StatusCode::UNAUTHORIZED, "/oauth/token", "Bad client credentials");
    }
    if parameters.get("grant_type").map(String::as_str) != Some("client_credentials") {
        return refuse(StatusCode::BAD_REQUEST, "/oauth/token", "Unsupported grant type");
    }
    let lifetime = profile.token_lifetime;
    // Without a scope the token has all that the client has.
    let scope = parameters.get("scope").map_or(SCOPES, String::as_str);
    let token = jwt(&shared.options.client_id, scope, lifetime.as_secs());
    shared.state().tokens.insert(token.clone(), Token { end: Instant::now() + lifetime, scope: scope.to_owned() });
    let mut answer = json!({"access_token": token, "token_type": "bearer", "expires_in": lifetime.as_secs(), "scope": scope});
    let state = shared.state();
    if let Some(told) = answer.as_object_mut() {
        if let Some(owner) = state.owner {
            told.insert("userId".into(), json!(owner));
        }
        if profile.token_tells_more {
            let role = state.owner.and_then(|owner| state.get(owner)?.get("role").cloned());
            told.insert("role".into(), role.unwrap_or_else(|| json!("Admin")));
            told.insert("env".into(), json!("prod1"));
            told.insert("jti".into(), json!(format!("{:032x}", fastrand::u128(..))));
        }
        if let Some(customer) = &shared.options.customer {
            told.insert("customer".into(), json!(customer));
        }
    }
    Json(answer).into_response()
}

/// The answer to a request that may not come in: because nobody signed in, because its token is not or no longer known, because
/// the token's scope does not reach that far, or because the client's owner may not.
pub(super) fn turned_away(shared: &Shared, path: &str, headers: &HeaderMap) -> Option<Response> {
    let over_scim = path.starts_with(shared.options.profile.scim_root);
    if !over_scim && !path.starts_with("/v1/") {
        return None;
    }
    let bearer = header_of(headers, header::AUTHORIZATION)
        .and_then(|value| value.strip_prefix("Bearer ").or_else(|| value.strip_prefix("bearer ")));
    let token = bearer.or_else(|| header_of(headers, "x-domo-developer-token"));
    if over_scim {
        let known = token == Some(shared.options.scim_token.as_str());
        return (!known).then(|| scim::refuse(&Wrong(401, "Not an access token of this instance".into())));
    }
    let Some(token) = token else {
        return Some(refuse(StatusCode::UNAUTHORIZED, path, "Full authentication is required to access this resource"));
    };
    let oauth = |status: StatusCode, body: Value| Some((status, Json(body)).into_response());
    let state = shared.state();
    let Some(known) = state.tokens.get(token).filter(|token| Instant::now() < token.end) else {
        let body = json!({"error": "invalid_token", "error_description": "Cannot convert access token to JSON"});
        return oauth(StatusCode::UNAUTHORIZED, body);
    };
    let wanted = match path {
        path if path.starts_with("/v1/audit") => "audit",
        path if path.starts_with("/v1/datasets") => "data",
        path if path.starts_with("/v1/cards") => "dashboard",
        _ => "user",
    };
    if !known.scope.split_whitespace().any(|scope| scope == wanted) {
        let why = "Insufficient scope for this resource";
        return oauth(StatusCode::FORBIDDEN, json!({"error": "insufficient_scope", "error_description": why, "scope": wanted}));
    }
    if !state.may_manage() {
        let body = json!({"code": 101, "message": "Access denied", "status": 403, "httpMessage": "Forbidden"});
        return oauth(StatusCode::FORBIDDEN, body);
    }
    None
}

fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let value = header_of(headers, header::AUTHORIZATION)?;
    let text = String::from_utf8(STANDARD.decode(value.strip_prefix("Basic ")?).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

/// Looks like Domo's; nobody checks its signature.
fn jwt(client: &str, scope: &str, lifetime: u64) -> String {
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let expires = Utc::now().timestamp().saturating_add_unsigned(lifetime);
    let claims = json!({"client_id": client, "scope": scope.split_whitespace().collect::<Vec<_>>(), "exp": expires, "jti": format!("{:x}", fastrand::u64(..))});
    format!(
        "{}.{}.{}",
        part(json!({"alg": "RS256", "typ": "JWT"})),
        part(claims),
        URL_SAFE_NO_PAD.encode(fastrand::u128(..).to_be_bytes())
    )
}
