//! SCIM, look-ups, groups and the activity log.

use chrono::Utc;
use domo_reconcile::config::DeactivateWith;
use domo_reconcile::domo::{Lookup, Reader, Scim, Session, Silent, WriteError, Writer};
use domo_reconcile::failure;
use domo_reconcile::sandbox::{ActivityEvent, Options, Profile, Running};

use super::{Allowed, company, ids, open, sandbox, sandbox_with, settings};

async fn over_scim(running: &Running, url: &str) -> (Reader, Writer) {
    let mut settings = settings(running);
    settings.scim = Some(Scim::new(url, "sandbox-scim-token".into()).unwrap());
    settings.deactivate_with = DeactivateWith::Scim;
    let session = Session::open(settings).await.unwrap();
    (Reader::new(&session), Writer::open(&session, &Allowed))
}

#[tokio::test]
async fn an_address_is_looked_up_over_scim_however_it_is_spelt() {
    let mut users = company(130);
    users[120]["email"] = serde_json::json!("o\"brien\\@acme.example");
    let running = sandbox(Profile::guide(), users).await;
    let (reader, _) = over_scim(&running, running.scim_url()).await;
    assert_eq!(reader.by_email("USER7@acme.example").await.unwrap().unwrap().id(), 1_000_007);
    assert_eq!(reader.by_email("o\"brien\\@acme.example").await.unwrap().unwrap().id(), 1_000_120);
    assert!(reader.by_email("nobody@acme.example").await.unwrap().is_none());
    // A server that cannot filter is read to its end.
    running.fault("GET /api/scim/v2/Users#1=501".parse().unwrap());
    assert_eq!(reader.by_email("user125@acme.example").await.unwrap().unwrap().id(), 1_000_125);
}

#[tokio::test]
async fn without_scim_an_address_is_looked_up_in_the_list() {
    let running = sandbox(Profile::guide(), company(1234)).await;
    let reader = Reader::new(&open(&running).await);
    assert_eq!(reader.by_email(" User1233@ACME.example").await.unwrap().unwrap().id(), 1_001_233);
    assert!(reader.by_email("nobody@acme.example").await.unwrap().is_none());
    // A list that turns in circles cannot show that nobody has it.
    running.fault("GET /v1/users=circle".parse().unwrap());
    assert!(reader.by_email("nobody@acme.example").await.is_err());
}

#[tokio::test]
async fn an_address_on_a_page_that_shifted_is_found_in_the_second_pass() {
    let running = sandbox(Profile::guide(), company(1234)).await;
    let reader = Reader::new(&open(&running).await);
    // The first user goes away between the first page and the second, whose first row becomes the first page's last.
    running.fault("GET /v1/users#2=vanish".parse().unwrap());
    assert_eq!(reader.by_email("user500@acme.example").await.unwrap().unwrap().id(), 1_000_500);
}

#[tokio::test]
async fn in_a_list_that_does_not_hold_still_it_is_not_known_that_nobody_has_an_address() {
    let running = sandbox(Profile::guide(), company(1234)).await;
    let reader = Reader::new(&open(&running).await);
    running.fault("GET /v1/users=appear".parse().unwrap());
    let error = failure::paragraph(&reader.by_email("nobody@acme.example").await.unwrap_err());
    assert!(error.contains("not shown that nobody has it") && error.contains("hold still"), "{error}");
}

#[tokio::test]
async fn a_scim_server_that_does_not_look_at_the_filter_does_not_decide_that_nobody_has_an_address() {
    let running = sandbox(Profile::guide(), company(30)).await;
    let (reader, _) = over_scim(&running, running.scim_url()).await;
    running.fault("GET /api/scim/v2/Users=unfiltered".parse().unwrap());
    assert!(reader.by_email("nobody@acme.example").await.unwrap().is_none());
    let passes = running
        .requests()
        .iter()
        .filter(|request| request.path.starts_with("/v1/users?") && request.path.ends_with("&offset=0"))
        .count();
    assert_eq!(passes, 2, "{:?}", running.requests());
}

#[tokio::test]
async fn scim_deactivates_on_the_guides_domo() {
    let running = sandbox(Profile::guide(), company(9)).await;
    let (reader, writer) = over_scim(&running, running.scim_url()).await;
    let Lookup::Found(account) = reader.account(1_000_005).await.unwrap() else { panic!() };
    assert!(!writer.deactivate(&account).await.unwrap().account.active());
}

#[tokio::test]
async fn where_scim_deletes_instead_the_run_stops_and_says_so() {
    let running = sandbox(Profile::recorded(), company(9)).await;
    let (reader, writer) = over_scim(&running, running.scim_url()).await;
    let Lookup::Found(account) = reader.account(1_000_005).await.unwrap() else { panic!() };
    let error = writer.deactivate(&account).await.unwrap_err();
    assert!(error.stops_the_run(), "{error:?}");
    assert!(error.to_string().contains("the account was deleted, not deactivated"), "{error}");
}

#[tokio::test]
async fn a_wrong_scim_root_names_the_other_one() {
    let running = sandbox(Profile::recorded(), company(9)).await;
    let (reader, writer) = over_scim(&running, &format!("{}/api/scim/v2", running.url())).await;
    let Lookup::Found(account) = reader.account(1_000_005).await.unwrap() else { panic!() };
    let error = writer.deactivate(&account).await.unwrap_err();
    assert!(matches!(&error, WriteError::Transport(why) if why.contains("/api/identity/v1/scim")), "{error:?}");
}

#[tokio::test]
async fn group_names_stand_in_the_frame_where_they_are_asked_for() {
    let mut profile = Profile::guide();
    profile.rate_limit = None;
    let everybody: Vec<u64> = (0..620).map(|n| 1_000_000 + n).collect();
    let groups = vec![("Everybody".to_owned(), everybody), ("Finance".to_owned(), vec![1_000_001])];
    let running = sandbox_with(Options { profile, accounts: company(700), groups, ..Options::default() }).await;
    let mut wanted = settings(&running);
    wanted.groups = true;
    let accounts = Reader::new(&Session::open(wanted).await.unwrap()).accounts(&Silent).await.unwrap();
    assert!(accounts.provided.contains("groups"));
    let of = |row: usize| {
        let groups = accounts.frame.column("groups").unwrap().list().unwrap().get_as_series(row).unwrap();
        groups.str().unwrap().iter().flatten().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(of(1), ["Everybody", "Finance"]);
    assert_eq!(of(619), ["Everybody"]);
    assert!(of(650).is_empty());
}

#[tokio::test]
async fn groups_that_may_not_be_read_are_not_provided_and_the_accounts_stay_whole() {
    let running = sandbox(Profile::guide(), company(7)).await;
    running.fault("GET /v1/groups=403".parse().unwrap());
    let mut wanted = settings(&running);
    wanted.groups = true;
    let accounts = Reader::new(&Session::open(wanted).await.unwrap()).accounts(&Silent).await.unwrap();
    assert!(accounts.evidence.incomplete.is_empty() && !accounts.provided.contains("groups"));
    assert!(accounts.evidence.warnings.iter().any(|warning| warning.contains("scope")), "{:?}", accounts.evidence.warnings);
}

#[tokio::test]
async fn the_activity_log_gives_the_last_day_somebody_was_seen() {
    for mut profile in [Profile::guide(), Profile::recorded()] {
        profile.rate_limit = None;
        let now = Utc::now();
        let event = |user: u64, days: i64, actor: u64| ActivityEvent {
            user,
            time: (now - chrono::Duration::days(days)).timestamp_millis(),
            action: "LOGIN".into(),
            actor,
            object: None,
        };
        let mut activity: Vec<ActivityEvent> = (0..1500).map(|_| event(1_000_001, 20, 0)).collect();
        activity.extend([event(1_000_001, 12, 0), event(1_000_001, 3, 7), event(1_000_002, 400, 0)]);
        let done = |what: &str, days| ActivityEvent { object: Some(1_000_003), action: what.into(), ..event(1_000_001, days, 0) };
        activity.extend([done("Changed the role", 15), done("VIEWED", 13), done("Changed the title", 20)]);
        let running = sandbox_with(Options { profile, accounts: company(4), activity, ..Options::default() }).await;
        let mut wanted = settings(&running);
        wanted.activity_days = 30;
        let accounts = Reader::new(&Session::open(wanted).await.unwrap()).accounts(&Silent).await.unwrap();
        assert_eq!(ids(&accounts).len(), 4);
        let seen = accounts.frame.column("last_login").unwrap().cast(&polars::prelude::DataType::String).unwrap();
        let seen: Vec<_> = seen.str().unwrap().iter().map(|day| day.map(str::to_owned)).collect();
        let day = (now - chrono::Duration::days(12)).date_naive().to_string();
        assert_eq!(seen, [None, Some(day), None, None], "others' doings and older days do not count");
        let done =
            accounts.frame.column("done_to").unwrap().str().unwrap().iter().map(|done| done.map(str::to_owned)).collect::<Vec<_>>();
        let day = (now - chrono::Duration::days(15)).date_naive();
        assert_eq!(done, [None, None, None, Some(format!("{day} User 1: Changed the role"))], "what others last did to somebody");
    }
}
