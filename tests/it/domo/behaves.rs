//! What is known of Domo's API, point by point, against the sandbox as any client meets it. Each point is one that a client can
//! rely on, or has to cope with.

use domo_reconcile::sandbox::{ActivityEvent, Options, Profile, Running};
use reqwest::{Client, Method, Response, StatusCode};
use serde_json::{Value, json};

use super::{company, sandbox_with};

const ID: u64 = 1_000_005;

struct Caller {
    running: Running,
    http: Client,
    token: String,
}

impl Caller {
    async fn new(profile: Profile) -> Self {
        Self::of(Options { profile, ..Options::default() }).await
    }

    async fn of(mut options: Options) -> Self {
        if options.accounts.is_empty() {
            options.accounts = company(12);
        }
        let running = sandbox_with(options).await;
        // A second installation is refused and changes nothing.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
        let mut caller = Self { running, http, token: String::new() };
        caller.token = caller.token_for("").await;
        caller
    }

    /// As Domo's own SDK for Python gets it.
    async fn token_for(&self, scope: &str) -> String {
        let url = format!("{}/oauth/token", self.running.url());
        let mut form = vec![("grant_type", "client_credentials")];
        form.extend((!scope.is_empty()).then_some(("scope", scope)));
        let answer = self.http.post(url).basic_auth("sandbox", Some("sandbox-secret")).form(&form).send().await.unwrap();
        answer.json::<Value>().await.unwrap()["access_token"].as_str().unwrap().to_owned()
    }

    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Response {
        let mut request = self.http.request(method, format!("{}{path}", self.running.url())).bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        request.send().await.unwrap()
    }

    async fn get(&self, path: &str) -> Value {
        self.ask(Method::GET, path, None).await.json().await.unwrap()
    }

    async fn status(&self, method: Method, path: &str, body: Option<Value>) -> u16 {
        self.ask(method, path, body).await.status().as_u16()
    }
}

#[tokio::test]
async fn the_list_has_fifty_rows_unless_asked_and_never_more_than_five_hundred() {
    let caller = Caller::of(Options { accounts: company(620), ..Options::default() }).await;
    for (query, rows) in [("", 50), ("?limit=500", 500), ("?limit=9999", 500), ("?limit=500&offset=500", 120), ("?offset=620", 0)] {
        assert_eq!(caller.get(&format!("/v1/users{query}")).await.as_array().unwrap().len(), rows, "{query}");
    }
}

#[tokio::test]
async fn every_refusal_has_domos_shape_for_its_kind() {
    let caller = Caller::new(Profile::guide()).await;
    let anonymous = caller.http.get(format!("{}/v1/users", caller.running.url())).send().await.unwrap();
    assert_eq!(anonymous.status(), StatusCode::UNAUTHORIZED);
    let body: Value = anonymous.json().await.unwrap();
    assert_eq!((&body["status"], &body["statusReason"]), (&json!(401), &json!("Internal Server Error")));
    assert!(body["toe"].is_string() && body["path"] == "/v1/users", "{body}");

    let stale = Caller { token: "eyJ.x.y".into(), ..caller };
    let body = stale.get("/v1/users").await;
    assert_eq!(body["error"], "invalid_token", "{body}");

    let narrow = Caller { token: stale.token_for("user").await, ..stale };
    let answer = narrow.ask(Method::GET, "/v1/audit?start=0", None).await;
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    assert_eq!(answer.json::<Value>().await.unwrap()["error"], "insufficient_scope");
    // The same scope is for groups, too.
    assert_eq!(narrow.status(Method::GET, "/v1/groups", None).await, 200);
}

#[tokio::test]
async fn a_client_has_the_rights_of_whoever_made_it() {
    let caller = Caller::of(Options { owner: Some(ID), ..Options::default() }).await;
    let answer = caller.ask(Method::GET, "/v1/users", None).await;
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    assert_eq!(answer.json::<Value>().await.unwrap()["code"], 101);
}

#[tokio::test]
async fn one_user_tells_more_than_the_list_where_domo_is_as_recorded() {
    let groups = vec![("Content".to_owned(), vec![ID])];
    let caller = Caller::of(Options { profile: Profile::recorded(), groups, ..Options::default() }).await;
    let listed = caller.get("/v1/users").await[5].clone();
    let one = caller.get(&format!("/v1/users/{ID}")).await;
    assert!(listed.get("groups").is_none() && listed.get("image").is_none(), "{listed}");
    assert_eq!(one["groups"][0]["name"], "Content");
    assert!(one["roleId"].is_number() && one["employeeNumber"].is_number() && one.get("active").is_none(), "{one}");
    assert!(one["createdAt"].as_str().unwrap().starts_with("1970-01-"), "{one}");
}

#[tokio::test]
async fn an_update_needs_name_email_and_role_and_the_role_exactly() {
    for profile in [Profile::guide(), Profile::recorded()] {
        let caller = Caller::new(profile.clone()).await;
        let path = format!("/v1/users/{ID}");
        let whole = json!({"name": "New", "email": "user5@acme.example", "role": "Editor"});
        assert_eq!(caller.status(Method::PUT, &path, Some(json!({"name": "New"}))).await, 400);
        assert_eq!(caller.status(Method::PUT, &path, Some(json!({"name": "New", "email": "x@y.z", "role": "editor"}))).await, 400);
        let answer = caller.ask(Method::PUT, &path, Some(whole)).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.bytes().await.unwrap().is_empty(), !profile.put_answers);
        let after = caller.get(&path).await;
        assert_eq!(after.get("title").is_none(), profile.put_replaces, "{after}");
    }
}

#[tokio::test]
async fn a_creation_checks_the_address_and_brings_a_deleted_user_back() {
    for (profile, created, taken) in [(Profile::guide(), 200, 409), (Profile::recorded(), 201, 400)] {
        let caller = Caller::new(profile).await;
        let user = |email: &str| Some(json!({"name": "Ada", "email": email, "role": "Editor"}));
        assert_eq!(caller.status(Method::POST, "/v1/users?sendInvite=false", user("USER5@acme.example")).await, taken);
        assert_eq!(caller.status(Method::DELETE, &format!("/v1/users/{ID}"), None).await, 204);
        let answer = caller.ask(Method::POST, "/v1/users?sendInvite=false", user("user5@acme.example")).await;
        assert_eq!(answer.status().as_u16(), created);
        assert_eq!(answer.json::<Value>().await.unwrap()["id"], ID);
        assert!(caller.running.invites().is_empty());
    }
}

#[tokio::test]
async fn deleted_and_unknown_users_answer_as_each_domo_does() {
    for (profile, gone, unknown) in [(Profile::guide(), 404, 404), (Profile::recorded(), 200, 400)] {
        let caller = Caller::new(profile).await;
        caller.status(Method::DELETE, &format!("/v1/users/{ID}"), None).await;
        let answer = caller.ask(Method::GET, &format!("/v1/users/{ID}"), None).await;
        assert_eq!(answer.status().as_u16(), gone);
        if gone == 200 {
            assert_eq!(answer.json::<Value>().await.unwrap()["deleted"], true);
        }
        assert_eq!(caller.status(Method::GET, "/v1/users/4711", None).await, unknown);
        let ids: Vec<_> = caller.get("/v1/users").await.as_array().unwrap().iter().map(|user| user["id"].clone()).collect();
        assert!(!ids.contains(&json!(27)), "Domo's own support account is not in the list");
        assert_eq!(caller.get("/v1/users/27").await["email"], "support@domo.com");
    }
}

#[tokio::test]
async fn group_lists_say_less_than_groups_and_members_are_bare_ids() {
    let groups = vec![("Content".to_owned(), (0..60).map(|n| 1_000_000 + n).collect())];
    let caller = Caller::of(Options { accounts: company(60), groups, ..Options::default() }).await;
    let listed = caller.get("/v1/groups").await[0].clone();
    assert!(listed.get("active").is_none() && listed["memberCount"] == 60, "{listed}");
    let id = &listed["id"];
    assert_eq!(caller.get(&format!("/v1/groups/{id}")).await["active"], true);
    // The default cuts a list short without a word.
    assert_eq!(caller.get(&format!("/v1/groups/{id}/users")).await.as_array().unwrap().len(), 50);
    assert_eq!(caller.get(&format!("/v1/groups/{id}/users?limit=500")).await[0], 1_000_000);
    assert_eq!(caller.status(Method::DELETE, &format!("/v1/groups/{id}/users/{ID}"), None).await, 204);
    assert_eq!(caller.status(Method::PUT, &format!("/v1/groups/{id}/users/{ID}"), None).await, 204);
    assert_eq!(caller.status(Method::PATCH, &format!("/v1/groups/{id}/users"), Some(json!([ID]))).await, 405);
}

#[tokio::test]
async fn the_activity_log_needs_a_start_and_reaches_back_a_year() {
    let now = chrono::Utc::now();
    let event = |user: u64, days: i64| ActivityEvent {
        user,
        time: (now - chrono::TimeDelta::days(days)).timestamp_millis(),
        action: "LOGIN".into(),
        actor: 0,
        object: None,
    };
    let caller =
        Caller::of(Options { activity: vec![event(ID, 400), event(ID, 2), event(1_000_006, 1)], ..Options::default() }).await;
    assert_eq!(caller.status(Method::GET, "/v1/audit", None).await, 400);
    let all = caller.get("/v1/audit?start=0").await;
    assert_eq!(all.as_array().unwrap().len(), 2);
    assert_eq!((&all[0]["userId"], &all[0]["userName"], &all[0]["actorId"]), (&json!(ID.to_string()), &json!("User 5"), &json!(0)));
    assert_eq!(caller.get(&format!("/v1/audit?start=0&user={ID}")).await.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn the_guides_limit_tells_what_remains_and_turns_away_without_a_wait() {
    let mut profile = Profile::guide();
    profile.rate_limit = Some(3);
    let caller = Caller::of(Options { profile, ..Options::default() }).await;
    let answer = caller.ask(Method::GET, "/v1/users", None).await;
    assert_eq!(
        (answer.headers()["x-ratelimit-limit"].as_bytes(), answer.headers()["x-ratelimit-remaining"].as_bytes()),
        (&b"3"[..], &b"1"[..])
    );
    caller.ask(Method::GET, "/v1/users", None).await;
    let answer = caller.ask(Method::GET, "/v1/users", None).await;
    assert_eq!(answer.status().as_u16(), 429);
    assert!(answer.headers().get("retry-after").is_none());
}

#[tokio::test]
async fn scim_has_a_token_and_a_root_of_its_own_and_deletes_where_domo_does() {
    for profile in [Profile::guide(), Profile::recorded(), Profile { scim_deletes: true, ..Profile::guide() }] {
        let mut caller = Caller::new(profile.clone()).await;
        let path = format!("{}/Users/{ID}", profile.scim_root);
        assert_eq!(caller.status(Method::GET, &path, None).await, 401, "an API client's token is no SCIM token");
        caller.token = "sandbox-scim-token".into();
        let user = caller.get(&path).await;
        assert_eq!((&user["userName"], &user["roles"][0]["value"]), (&json!("user5@acme.example"), &json!("4")));
        let off = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
                         "Operations": [{"op": "Replace", "path": "active", "value": false}]});
        let patched = caller.status(Method::PATCH, &path, Some(off)).await;
        assert_eq!(patched, if profile.scim_deletes { 204 } else { 200 });
        assert_eq!(caller.running.users().len(), if profile.scim_deletes { 11 } else { 12 });
        assert_eq!(caller.status(Method::GET, &format!("{}/Groups", profile.scim_root), None).await, 404);
    }
}
