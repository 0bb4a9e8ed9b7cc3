//! The door: accepts connections, counts requests, lets the faults happen, and cuts connections as they say.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::State as Extract;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Request, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, put};
use hyper::body::Frame;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::time::Instant;

use super::fault::What;
use super::state::Wrong;
use super::{Shared, activity, datasets, directories, groups, oauth, scim, users};

/// What a minute is for the rate limit.
const MINUTE: Duration = Duration::from_secs(60);

/// The connection ends without a word.
#[derive(Debug)]
struct Cut;

impl std::fmt::Display for Cut {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("cut on purpose")
    }
}

impl std::error::Error for Cut {}

fn router(shared: &Arc<Shared>) -> Router {
    let users = get(users::list).post(users::create);
    let groups = get(groups::list).post(groups::create);
    Router::new()
        .route("/oauth/token", get(oauth::token).post(oauth::token))
        // pydomo writes the lists with a slash at their end.
        .route("/v1/users", users.clone())
        .route("/v1/users/", users)
        .route("/v1/users/{id}", get(users::get).put(users::update).delete(users::delete))
        .route("/v1/groups", groups.clone())
        .route("/v1/groups/", groups)
        .route("/v1/groups/{id}", get(groups::get).put(groups::update).delete(groups::delete))
        .route("/v1/groups/{id}/users", get(groups::members))
        .route("/v1/groups/{id}/users/{user}", put(groups::add).delete(groups::remove))
        .route("/v1/audit", get(activity::list))
        .route("/v1/datasets", get(datasets::list))
        .route("/v1/datasets/{id}", get(datasets::get).put(datasets::update))
        .route("/v1/datasets/{id}/data", get(datasets::data))
        .route("/v1/cards", get(datasets::cards))
        .route("/api/dataprocessing/v1/dataflows/bulk/patch", put(datasets::patch_dataflows))
        .nest(shared.options.profile.scim_root, scim::router())
        .merge(directories::router())
        .fallback(unknown)
        .with_state(shared.clone())
}

async fn unknown(Extract(shared): Extract<Arc<Shared>>, request: Request<Body>) -> Response {
    let path = request.uri().path();
    if path.starts_with(shared.options.profile.scim_root) {
        return scim::refuse(&Wrong(404, format!("{path} not found")));
    }
    users::refuse(StatusCode::NOT_FOUND, path, "Not Found")
}

/// Serves until the task is ended.
pub(super) async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let router = TowerToHyperService::new(router(&shared));
    // Connections end with the set.
    let mut connections = tokio::task::JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let _ = stream.set_nodelay(true);
        while connections.try_join_next().is_some() {}
        let (shared, router) = (shared.clone(), router.clone());
        connections.spawn(async move {
            let service = service_fn(|request| answer(request, &shared, &router));
            let mut http = hyper::server::conn::http1::Builder::new();
            http.timer(TokioTimer::new());
            // A cut connection is no error of ours.
            let _ = http.serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn answer(
    request: Request<hyper::body::Incoming>,
    shared: &Arc<Shared>,
    router: &TowerToHyperService<Router>,
) -> Result<Response, Cut> {
    let (method, path) = (request.method().to_string(), request.uri().path().to_owned());
    let uri = request.uri().to_string();
    let (parts, body) = request.into_parts();
    let body = to_bytes(Body::new(body), 16 << 20).await.map_err(|_| Cut)?;
    let told = String::from_utf8_lossy(&body).into_owned();
    let proof = users::header_of(&parts.headers, "dpop").map(str::to_owned);
    // What is asked for may be looked up while the answer is due; what changes something takes place at the end of the wait.
    let due = Instant::now() + shared.options.latency;
    if method != "GET" {
        tokio::time::sleep_until(due).await;
    }
    let outcome = faulty(parts, body, shared, router, &method, &path).await;
    tokio::time::sleep_until(due).await;
    let status = outcome.as_ref().map_or(0, |response| response.status().as_u16());
    shared.state().log.push(super::Request { method, path: uri, body: told, status, proof });
    outcome
}

async fn faulty(
    mut parts: Parts,
    body: Bytes,
    shared: &Arc<Shared>,
    router: &TowerToHyperService<Router>,
    method: &str,
    path: &str,
) -> Result<Response, Cut> {
    let fault = shared.state().faults.iter_mut().filter_map(|fault| fault.meets(method, path)).next();
    if let Some(fault) = &fault
        && let Some(response) = before(fault, &mut parts, shared, path).await?
    {
        return Ok(response);
    }
    if let Some(response) = throttle(shared) {
        return Ok(response);
    }
    let turned_away = oauth::turned_away(shared, path, &parts.headers);
    if let Some(response) = turned_away.or_else(|| directories::turned_away(shared, path, &parts.headers)) {
        return Ok(response);
    }
    let response: Result<Response, Infallible> = router.call(Request::from_parts(parts, Body::from(body))).await;
    let mut response = match response {
        Ok(response) => response,
        Err(never) => match never {},
    };
    tell_limit(shared, response.headers_mut());
    match fault {
        Some(fault) => after(fault, response, shared, path).await,
        None => Ok(response),
    }
}

/// What a fault does before the request is carried out; an answer, where it never is.
async fn before(fault: &What, parts: &mut Parts, shared: &Shared, path: &str) -> Result<Option<Response>, Cut> {
    match fault {
        What::Cut => return Err(Cut),
        What::Status(status, wait) => {
            let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let mut response = users::refuse(status, path, "made to fail");
            if let Some(wait) = wait.as_deref().and_then(|wait| HeaderValue::from_str(wait).ok()) {
                response.headers_mut().insert(header::RETRY_AFTER, wait);
            }
            return Ok(Some(response));
        }
        What::Html(status) => {
            let page = "<!DOCTYPE html><html><body>Just a moment...</body></html>";
            let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::OK);
            return Ok(Some((status, [(header::CONTENT_TYPE, "text/html")], page).into_response()));
        }
        What::Echo => {
            let header = users::header_of(&parts.headers, header::AUTHORIZATION).unwrap_or_default();
            return Ok(Some(users::refuse(StatusCode::FORBIDDEN, path, &format!("not allowed: {header}"))));
        }
        What::Slow(wait) => tokio::time::sleep(*wait).await,
        What::Empty => return Ok(Some(([(header::CONTENT_TYPE, "application/json")], "[]").into_response())),
        What::Vanish => shared.state().vanish(),
        What::Appear => shared.state().appear(),
        What::Move => shared.state().rotate(),
        What::Expire => shared.state().tokens.clear(),
        What::Circle => {
            for place in directories::PLACES {
                parts.uri = without(&parts.uri, place, "")?;
            }
        }
        What::Cap(rows) => {
            let asked = parts.uri.query().unwrap_or_default().split('&').find_map(|pair| pair.strip_prefix("limit=")?.parse().ok());
            parts.uri = without(&parts.uri, "limit=", &format!("limit={}", asked.map_or(*rows, |asked: usize| asked.min(*rows))))?;
        }
        What::Unfiltered => parts.uri = without(&parts.uri, "filter=", "")?,
        What::Endless if directories::ROOTS.iter().any(|root| path.starts_with(root)) => {
            return Ok(Some(directories::ever_new(path, &parts.headers, &parts.uri)));
        }
        What::Endless => return Ok(Some(ever_new())),
        What::Edge => shared.state().edge = true,
        What::Late(wait, _) => shared.state().shadow(path, *wait),
        _ => {}
    }
    Ok(None)
}

/// What a fault makes of the answer.
async fn after(fault: What, response: Response, shared: &Shared, path: &str) -> Result<Response, Cut> {
    match fault {
        What::CutAfter => Err(Cut),
        What::Truncate => truncated(response).await,
        What::Half => rewritten(response, |body| halved(&body)).await,
        What::Late(_, Some(status)) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            Ok(users::refuse(status, path, "made to fail, although it took place"))
        }
        What::Thin(field) => rewritten(response, |body| thinned(&body, &field)).await,
        What::Edge => {
            shared.state().edge = false;
            Ok(response)
        }
        What::Lie(by) => {
            // More people in all than there are.
            rewritten(response, |body| directories::more(&body, by).map_or(body, Bytes::from)).await
        }
        What::Own(account) => {
            shared.state().own(account);
            Ok(response)
        }
        What::Meddle(field) => {
            meddle(shared, path, &field);
            Ok(response)
        }
        _ => Ok(response),
    }
}

/// The same address without one parameter, and with another.
fn without(uri: &Uri, parameter: &str, more: &str) -> Result<Uri, Cut> {
    let query = uri.query().unwrap_or_default().split('&').filter(|pair| !pair.starts_with(parameter));
    let query: Vec<&str> = query.chain([more]).filter(|pair| !pair.is_empty()).collect();
    format!("{}?{}", uri.path(), query.join("&")).parse().map_err(|_| Cut)
}

/// 429 without `Retry-After`, as the guide has it.
fn throttle(shared: &Shared) -> Option<Response> {
    let limit = shared.options.profile.rate_limit? as usize;
    let mut state = shared.state();
    let now = Instant::now();
    while state.recent.front().is_some_and(|first| now.duration_since(*first) >= MINUTE) {
        state.recent.pop_front();
    }
    if state.recent.len() >= limit {
        drop(state);
        let mut response = users::refuse(StatusCode::TOO_MANY_REQUESTS, "/", "Rate limit exceeded");
        tell_limit(shared, response.headers_mut());
        return Some(response);
    }
    state.recent.push_back(now);
    None
}

fn tell_limit(shared: &Shared, headers: &mut HeaderMap) {
    if let Some(limit) = shared.options.profile.rate_limit {
        let remaining = u64::from(limit).saturating_sub(shared.state().recent.len() as u64);
        headers.insert("x-ratelimit-limit", HeaderValue::from(limit));
        headers.insert("x-ratelimit-remaining", HeaderValue::from(remaining));
    }
}

fn ever_new() -> Response {
    let row = || json!({"id": fastrand::u64(1 << 40..1 << 50), "name": "Nobody", "email": "nobody@example.com", "role": "Social"});
    let rows: Vec<Value> = (0..500).map(|_| row()).collect();
    axum::Json(rows).into_response()
}

/// The same answer with another body.
async fn rewritten(response: Response, rewrite: impl FnOnce(Bytes) -> Bytes) -> Result<Response, Cut> {
    let (mut parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.map_err(|_| Cut)?;
    parts.headers.remove(header::CONTENT_LENGTH);
    Ok(Response::from_parts(parts, Body::from(rewrite(body))))
}

/// The first half of a list.
fn halved(body: &[u8]) -> Bytes {
    let mut half: Value = serde_json::from_slice(body).unwrap_or_default();
    let list = match &mut half {
        Value::Object(object) => object.values_mut().find_map(|member| member.as_array_mut().filter(|list| list.len() > 1)),
        other => other.as_array_mut(),
    };
    if let Some(list) = list {
        list.truncate(list.len() / 2);
    }
    half.to_string().into()
}

/// An object without one of its fields.
fn thinned(body: &[u8], field: &str) -> Bytes {
    let mut object: serde_json::Map<String, Value> = serde_json::from_slice(body).unwrap_or_default();
    object.remove(field);
    Value::Object(object).to_string().into()
}

/// Half of the body, then the end of the connection.
async fn truncated(response: Response) -> Result<Response, Cut> {
    let (mut parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.map_err(|_| Cut)?;
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    let pieces = VecDeque::from([Ok(body.slice(..body.len() / 2)), Err(Cut)]);
    Ok(Response::from_parts(parts, Body::new(Pieces(pieces))))
}

/// A body in pieces, of which one may be the end of the connection.
struct Pieces(VecDeque<Result<Bytes, Cut>>);

impl hyper::body::Body for Pieces {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        Poll::Ready(self.0.pop_front().map(|piece| piece.map(Frame::data)))
    }
}

/// Somebody else changes another field of the same user; after a creation, of the new one.
fn meddle(shared: &Shared, path: &str, field: &str) {
    let mut state = shared.state();
    let id = path.rsplit('/').next().and_then(|id| id.parse().ok()).or_else(|| state.newest());
    if let Some(id) = id
        && let Some(mut user) = state.get(id)
    {
        user.insert(field.to_owned(), json!("meddled with"));
        let _ = state.save(id, &user);
    }
}
