//! Local directories over the wire shapes of their vendors: Microsoft Graph, Okta, Google Workspace, any SCIM server, and an
//! address that returns an export. All of them hold the same people, page by page, behind tokens of their own.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State as Extract;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::scim_documents::{CONFIGURATION, ENTERPRISE, LIST, USER};
use super::state::Token;
use super::users::{Parameters, form, header_of};
use super::{Options, Shared};

/// The roots of the directories, which faults name too.
pub(super) const ROOTS: [&str; 5] = ["/graph", "/okta", "/google", "/directory", "/hr"];

/// The token that Okta and the SCIM server know, beside those they give out.
pub(super) const FIXED_TOKEN: &str = "sandbox-directory-token";

/// What a token for a directory may do.
const SCOPE: &str = "directory";

/// Members that say which page.
pub(super) const PLACES: [&str; 6] = ["offset=", "startIndex=", "after=", "pageToken=", "%24skiptoken=", "cursor="];

pub(super) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/graph/{tenant}/oauth2/v2.0/token", post(graph_token))
        .route("/graph/v1.0/users", get(graph))
        .route("/graph/v1.0/users/$count", get(graph_count))
        .route("/okta/oauth2/v1/token", post(okta_token))
        .route("/okta/api/v1/users", get(okta))
        // As Okta's own client asks.
        .route("/okta/api/v1/users/", get(okta))
        .route("/google/token", post(google_token))
        .route("/google/admin/directory/v1/users", get(google))
        .route("/directory/scim/v2/ServiceProviderConfig", get(provider))
        .route("/directory/scim/v2/Users", get(scim))
        .route("/hr/workers.csv", get(workers))
}

/// One of the people, as the sample company's own file has them.
#[derive(Clone, Copy)]
struct Person<'a> {
    number: usize,
    said: &'a Value,
    left: bool,
}

impl<'a> Person<'a> {
    fn text(self, key: &str) -> Option<&'a str> {
        self.said.get(key)?.as_str().filter(|text| !text.is_empty())
    }

    fn id(self) -> String {
        format!("00000000-0000-4000-8000-{:012}", self.number)
    }

    fn name(self) -> String {
        [self.text("firstName"), self.text("lastName")].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    /// `Active`, `Terminated`, ...
    fn status(self) -> &'a str {
        self.text("employmentStatus").unwrap_or_default()
    }

    /// By the word for it, or, where there is none, by a last day that has passed.
    fn has_left(self, today: &str) -> bool {
        match self.status() {
            "" => self.text("terminationDate").is_some_and(|day| day < today),
            status => status == "Terminated",
        }
    }

    fn enabled(self) -> bool {
        !self.left && self.status() != "Suspended"
    }

    fn day(self, key: &str) -> Option<String> {
        self.text(key).map(|day| format!("{day}T00:00:00Z"))
    }
}

/// Where in [`Options::people`] everybody stands: looked up once, so that a page costs as much as stands on it.
#[derive(Default)]
pub(super) struct Roster {
    here: Vec<usize>,
    left: Vec<usize>,
    by_address: HashMap<String, usize>,
}

impl Roster {
    pub(super) fn of(options: &Options) -> Self {
        let today = options.people_changed.to_string();
        let mut roster = Self::default();
        for (at, said) in options.people.iter().enumerate() {
            let person = Person { number: at + 1, said, left: false };
            if person.has_left(&today) { &mut roster.left } else { &mut roster.here }.push(at);
            if let Some(address) = person.text("workEmail") {
                roster.by_address.entry(address.to_owned()).or_insert(at);
            }
        }
        roster
    }
}

impl Shared {
    /// These of the people.
    fn people(&self, places: impl IntoIterator<Item = usize>) -> Vec<Person<'_>> {
        let person = |at: usize| {
            let left = self.roster.left.binary_search(&at).is_ok();
            Some(Person { number: at + 1, said: self.options.people.get(at)?, left })
        };
        places.into_iter().filter_map(person).collect()
    }

    fn manager(&self, person: Person<'_>) -> Option<Person<'_>> {
        let at = *self.roster.by_address.get(person.text("managerEmail")?)?;
        self.people([at]).pop()
    }

    /// The part of a list of so many that a page holds, and where the next begins.
    fn page(&self, all: usize, start: usize, asked: Option<&String>) -> (Range<usize>, Option<usize>) {
        let most = self.options.people_page.max(1);
        let size = asked.and_then(|asked| asked.parse::<usize>().ok()).unwrap_or(most).clamp(1, most);
        let start = start.min(all);
        let end = (start + size).min(all);
        (start..end, (end < all).then_some(end))
    }
}

fn number(query: &Parameters, name: &str) -> usize {
    query.get(name).and_then(|text| text.parse().ok()).unwrap_or_default()
}

fn host(headers: &HeaderMap) -> &str {
    header_of(headers, header::HOST).unwrap_or("127.0.0.1")
}

/// The address of the next page: this one's, from another place on.
fn onward(headers: &HeaderMap, uri: &Uri, place: &str, at: usize) -> String {
    let others = uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty() && !pair.starts_with(place));
    let query: Vec<String> = others.map(str::to_owned).chain([format!("{place}{at}")]).collect();
    format!("http://{}{}?{}", host(headers), uri.path(), query.join("&"))
}

/// Who has no token that is known, and good for directories, sees no people.
pub(super) fn turned_away(shared: &Shared, path: &str, headers: &HeaderMap) -> Option<Response> {
    let open = path.ends_with("/token") || path.ends_with("/ServiceProviderConfig");
    if open || !ROOTS.iter().any(|root| path.starts_with(root)) {
        return None;
    }
    let shown = header_of(headers, header::AUTHORIZATION).unwrap_or_default();
    let (kind, token) = shown.split_once(' ').unwrap_or_default();
    let state = shared.state();
    let given = state.tokens.get(token).is_some_and(|known| known.scope == SCOPE && Instant::now() < known.end);
    let proof = header_of(headers, "dpop");
    let may = match kind {
        "DPoP" => given && proof.is_some_and(|proof| claims(proof).get("ath").is_some()),
        "Bearer" => given || token == FIXED_TOKEN,
        "SSWS" => token == FIXED_TOKEN,
        _ => false,
    };
    (!may).then(|| {
        let body = json!({"errorSummary": "Invalid token provided", "error": {"message": "Invalid token \
            provided"}, "detail": "Invalid token provided"});
        (StatusCode::UNAUTHORIZED, axum::Json(body)).into_response()
    })
}

fn claims(jwt: &str) -> Value {
    let part = jwt.split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
    part.and_then(|part| serde_json::from_slice(&part).ok()).unwrap_or_default()
}

/// A token, for who showed what is asked for.
fn token(shared: &Shared, may: bool, kind: &str) -> Response {
    if !may {
        let body = json!({"error": "invalid_client", "error_description": "Client authentication failed"});
        return (StatusCode::UNAUTHORIZED, axum::Json(body)).into_response();
    }
    let lifetime = shared.options.profile.token_lifetime;
    let claims = json!({"roles": shared.options.people_rights, "jti": format!("{:x}", fastrand::u64(..))});
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}.{:x}", part(&json!({"alg": "RS256"})), part(&claims), fastrand::u128(..));
    shared.state().tokens.insert(text.clone(), Token { end: Instant::now() + lifetime, scope: SCOPE.into() });
    axum::Json(json!({"access_token": text, "token_type": kind, "expires_in": lifetime.as_secs()})).into_response()
}

async fn graph_token(Extract(shared): Extract<Arc<Shared>>, body: Bytes) -> Response {
    let form = form(&body);
    let secret = form.get("client_secret") == Some(&shared.options.client_secret);
    let may = form.get("client_id") == Some(&shared.options.client_id) && (secret || form.contains_key("client_assertion"));
    token(&shared, may, "Bearer")
}

async fn google_token(Extract(shared): Extract<Arc<Shared>>, body: Bytes) -> Response {
    let form = form(&body);
    let asserted = form.get("assertion").map(|assertion| claims(assertion)).unwrap_or_default();
    token(&shared, asserted.get("iss").is_some() && asserted.get("scope").is_some(), "Bearer")
}

/// As Okta's new apps want it: a proof with the nonce that the first answer names.
async fn okta_token(Extract(shared): Extract<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    const NONCE: &str = "sandbox-nonce";
    let proof = header_of(&headers, "dpop").map(claims).unwrap_or_default();
    if proof.get("nonce").and_then(Value::as_str) != Some(NONCE) {
        let body = json!({"error": "use_dpop_nonce", "error_description": "Authorization server requires nonce in DPoP proof."});
        return (StatusCode::BAD_REQUEST, [("dpop-nonce", NONCE)], axum::Json(body)).into_response();
    }
    let asserted = form(&body).get("client_assertion").map(|assertion| claims(assertion)).unwrap_or_default();
    token(&shared, asserted.get("iss").and_then(Value::as_str) == Some(shared.options.client_id.as_str()), "DPoP")
}

async fn graph(Extract(shared): Extract<Arc<Shared>>, headers: HeaderMap, uri: Uri, query: Parameters) -> Response {
    let (rows, next) = shared.page(shared.options.people.len(), number(&query, "$skiptoken"), query.get("$top"));
    let selected = query.get("$select").map(String::as_str).unwrap_or_default();
    let leave = shared.options.people_rights.iter().any(|right| right == "User-LifeCycleInfo.Read.All");
    let users: Vec<Value> =
        shared.people(rows).into_iter().map(|person| graph_user(person, shared.manager(person), selected, leave)).collect();
    let mut body = json!({"@odata.context": format!("http://{}/graph/v1.0/$metadata#users", host(&headers)), "value": users});
    if let (Some(next), Some(body)) = (next, body.as_object_mut()) {
        body.insert("@odata.nextLink".into(), onward(&headers, &uri, "%24skiptoken=", next).into());
    }
    axum::Json(body).into_response()
}

fn graph_user(person: Person<'_>, manager: Option<Person<'_>>, selected: &str, leave: bool) -> Value {
    let mut user = json!({
        "id": person.id(), "userPrincipalName": person.text("workEmail"), "mail": person.text("workEmail"), "displayName": person.name(),
        "givenName": person.text("firstName"), "surname": person.text("lastName"), "jobTitle": person.text("jobTitle"),
        "department": person.text("department"), "officeLocation": person.text("location"), "mobilePhone": null,
        "businessPhones": person.text("workPhone").into_iter().collect::<Vec<_>>(), "accountEnabled": person.enabled(),
        "employeeId": person.text("employeeId"), "employeeHireDate": person.day("hireDate"), "userType": "Member", "otherMails": [],
        "proxyAddresses": person.text("workEmail").map(|email| format!("SMTP:{email}")).into_iter().collect::<Vec<_>>(),
        "manager": manager.map(|manager| json!({
            "@odata.type": "#microsoft.graph.user", "id": manager.id(), "displayName": manager.name(), "mail": manager.text("workEmail")
        })),
    });
    if let Some(user) = user.as_object_mut() {
        // Asked for without the right, it is there and null.
        user.insert("employeeLeaveDateTime".into(), person.day("terminationDate").filter(|_| leave).into());
        user.retain(|name, _| name == "manager" || selected.split(',').any(|field| field == name));
    }
    user
}

async fn graph_count(Extract(shared): Extract<Arc<Shared>>, headers: HeaderMap) -> Response {
    if !headers.contains_key("consistencylevel") {
        let body = json!({"error": {"code": "Request_BadRequest", "message": "$count is not currently supported."}});
        return (StatusCode::BAD_REQUEST, axum::Json(body)).into_response();
    }
    ([(header::CONTENT_TYPE, "text/plain")], shared.options.people.len().to_string()).into_response()
}

async fn okta(Extract(shared): Extract<Arc<Shared>>, headers: HeaderMap, uri: Uri, query: Parameters) -> Response {
    // Who left is in the list only where it is asked for.
    let left = query.get("filter").is_some_and(|filter| filter.contains("DEPROVISIONED"));
    let list = if left { &shared.roster.left } else { &shared.roster.here };
    let (rows, next) = shared.page(list.len(), number(&query, "after"), query.get("limit"));
    let rows = shared.people(list.get(rows).unwrap_or_default().iter().copied());
    let user = |person: &Person<'_>| {
        let status = match person.status() {
            _ if person.left => "DEPROVISIONED",
            "Suspended" => "SUSPENDED",
            "Pending" => "STAGED",
            _ => "ACTIVE",
        };
        json!({"id": format!("00u{:017}", person.number), "status": status, "created": "2020-07-07T15:25:06.000Z",
            "lastUpdated": "2026-11-01T00:00:00.000Z", "type": {"id": "oty1"},
            "profile": {"login": person.text("workEmail"), "email": person.text("workEmail"), "firstName": person.text("firstName"),
                "lastName": person.text("lastName"), "secondEmail": null, "title": person.text("jobTitle"), "department": person.text("department"),
                "city": person.text("location"), "primaryPhone": person.text("workPhone"), "employeeNumber": person.text("employeeId"),
                "manager": person.text("managerEmail")},
            "credentials": {"provider": {"type": "OKTA", "name": "OKTA"}}})
    };
    let mut response = axum::Json(rows.iter().map(user).collect::<Vec<_>>()).into_response();
    let mut links = vec![format!("<http://{}{uri}>; rel=\"self\"", host(&headers))];
    links.extend(next.map(|next| format!("<{}>; rel=\"next\"", onward(&headers, &uri, "after=", next))));
    for link in links.iter().filter_map(|link| link.parse().ok()) {
        response.headers_mut().append(header::LINK, link);
    }
    response
}

async fn google(Extract(shared): Extract<Arc<Shared>>, query: Parameters) -> Response {
    let (rows, next) = shared.page(shared.options.people.len(), number(&query, "pageToken"), query.get("maxResults"));
    let user = |person: &Person<'_>| {
        let manager = person.text("managerEmail").map(|email| json!([{"type": "manager", "value": email}]));
        json!({"id": format!("1{:020}", person.number), "primaryEmail": person.text("workEmail"),
            "name": {"givenName": person.text("firstName"), "familyName": person.text("lastName"), "fullName": person.name()},
            "suspended": !person.enabled(), "archived": false,
            "externalIds": person.text("employeeId").map(|number| json!([{"type": "organization", "value": number}])),
            "organizations": [{"title": person.text("jobTitle"), "department": person.text("department"), "primary": true, "location": person.text("location")}],
            "phones": person.text("workPhone").map(|phone| json!([{"type": "work", "value": phone, "primary": true}])),
            "relations": manager, "creationTime": "2020-01-01T00:00:00.000Z"})
    };
    let mut body = json!({"users": shared.people(rows).iter().map(user).collect::<Vec<_>>()});
    if let (Some(next), Some(body)) = (next, body.as_object_mut()) {
        body.insert("nextPageToken".into(), next.to_string().into());
    }
    axum::Json(body).into_response()
}

async fn provider(Extract(shared): Extract<Arc<Shared>>) -> Response {
    let cursor = shared.options.people_cursors;
    axum::Json(json!({"schemas": [CONFIGURATION], "pagination": {"cursor": cursor, "index": true}})).into_response()
}

async fn scim(Extract(shared): Extract<Arc<Shared>>, query: Parameters) -> Response {
    let all = shared.options.people.len();
    let by_cursor = shared.options.people_cursors && query.contains_key("cursor");
    let start = if by_cursor { number(&query, "cursor") } else { number(&query, "startIndex").max(1) - 1 };
    let (rows, next) = shared.page(all, start, query.get("count"));
    let user = |person: &Person<'_>| {
        let manager = shared.manager(*person);
        json!({"schemas": [USER], "id": person.id(), "userName": person.text("workEmail"),
            "name": {"formatted": person.name(), "givenName": person.text("firstName"), "familyName": person.text("lastName")},
            "displayName": person.name(), "title": person.text("jobTitle"), "active": person.enabled(),
            "emails": person.text("workEmail").map(|email| json!([{"value": email, "type": "work", "primary": true}])),
            "phoneNumbers": person.text("workPhone").map(|phone| json!([{"value": phone, "type": "work"}])),
            "addresses": person.text("location").map(|place| json!([{"type": "work", "locality": place, "primary": true}])),
            (ENTERPRISE): {"employeeNumber": person.text("employeeId"),
                "department": person.text("department"), "manager": manager.map(|manager| json!({"value": manager.id(), "displayName": manager.name()}))}})
    };
    let users: Vec<Value> = shared.people(rows).iter().map(user).collect();
    let mut body = json!({"schemas": [LIST], "totalResults": all, "itemsPerPage": users.len(), "Resources": users});
    if let Some(body) = body.as_object_mut() {
        match (by_cursor, next) {
            (true, Some(next)) => drop(body.insert("nextCursor".into(), next.to_string().into())),
            (true, None) => {}
            (false, _) => drop(body.insert("startIndex".into(), (start + 1).into())),
        }
    }
    axum::Json(body).into_response()
}

/// An export as a file: every column the people have.
async fn workers(Extract(shared): Extract<Arc<Shared>>) -> Response {
    const COLUMNS: [(&str, &str); 12] = [
        ("Employee ID", "employeeId"),
        ("First Name", "firstName"),
        ("Last Name", "lastName"),
        ("Work Email", "workEmail"),
        ("Job Title", "jobTitle"),
        ("Department", "department"),
        ("Location", "location"),
        ("Work Phone", "workPhone"),
        ("Employment Status", "employmentStatus"),
        ("Hire Date", "hireDate"),
        ("Termination Date", "terminationDate"),
        ("Manager Email", "managerEmail"),
    ];
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let mut lines = vec![COLUMNS.map(|(header, _)| quoted(header)).join(",")];
    let people = shared.people(0..shared.options.people.len());
    lines.extend(people.iter().map(|person| COLUMNS.map(|(_, key)| quoted(person.text(key).unwrap_or_default())).join(",")));
    let changed = format!("{} 06:00:00 GMT", shared.options.people_changed.format("%a, %d %b %Y"));
    ([(header::CONTENT_TYPE, "text/csv".to_owned()), (header::LAST_MODIFIED, changed)], lines.join("\r\n") + "\r\n").into_response()
}

/// Ever new people, as the list of that path has them, and always a next page.
pub(super) fn ever_new(path: &str, headers: &HeaderMap, uri: &Uri) -> Response {
    let onward = |place: &str| onward(headers, uri, place, fastrand::usize(1 << 20..1 << 40));
    let person = || json!({"id": format!("{:x}", fastrand::u128(..)), "mail": "nobody@example.com", "userName": "nobody@example.com", "primaryEmail": "nobody@example.com"});
    let rows: Vec<Value> = (0..500).map(|_| person()).collect();
    match path.split('/').nth(1) {
        Some("graph") => axum::Json(json!({"value": rows, "@odata.nextLink": onward("%24skiptoken=")})).into_response(),
        Some("okta") => ([(header::LINK, format!("<{}>; rel=\"next\"", onward("after=")))], axum::Json(rows)).into_response(),
        Some("google") => axum::Json(json!({"users": rows, "nextPageToken": format!("{:x}", fastrand::u64(..))})).into_response(),
        _ => {
            axum::Json(json!({"totalResults": 1_000_000_000, "Resources": rows, "nextCursor": format!("{:x}", fastrand::u64(..))}))
                .into_response()
        }
    }
}

/// What a list says that it has, that many more.
pub(super) fn more(body: &[u8], by: i64) -> Option<Vec<u8>> {
    if let Ok(count) = String::from_utf8_lossy(body).trim().parse::<i64>() {
        return Some((count + by).to_string().into_bytes());
    }
    let mut value: Value = serde_json::from_slice(body).ok()?;
    let total = value.get_mut("totalResults")?;
    *total = (total.as_i64()? + by).into();
    serde_json::to_vec(&value).ok()
}
