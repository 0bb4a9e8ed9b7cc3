//! Tokens: got, renewed before they end, renewed once when Domo no longer takes them.

use std::time::Duration;

use domo_reconcile::domo::{Reader, Session, Silent};
use domo_reconcile::failure;
use domo_reconcile::sandbox::{Profile, Running};

use super::{company, ids, ids_of, open, pull, sandbox, settings};

fn token_requests(running: &Running) -> Vec<String> {
    let requests = running.requests().into_iter().filter(|request| request.path.starts_with("/oauth/token"));
    requests.map(|request| format!("{} {} {}", request.method, request.path.contains("grant_type"), request.status)).collect()
}

fn answered(running: &Running, status: u16) -> usize {
    running.requests().iter().filter(|request| request.status == status).count()
}

#[tokio::test]
async fn a_token_is_had_in_whichever_way_domo_takes_and_that_way_is_kept() {
    let running = sandbox(Profile::guide(), company(3)).await;
    open(&running).await;
    assert_eq!(token_requests(&running), ["POST true 200"]);

    let running = sandbox(Profile::recorded(), company(3)).await;
    running.fault("GET /v1/users#1=expire".parse().unwrap());
    pull(&running).await.unwrap();
    assert_eq!(token_requests(&running), ["POST true 400", "POST false 200", "POST false 200"]);

    // Domo's own page: GET only.
    let running = sandbox(Profile::recorded(), company(3)).await;
    running.fault("POST /oauth/token=405".parse().unwrap());
    open(&running).await;
    assert_eq!(token_requests(&running), ["POST true 405", "POST false 405", "GET true 200"]);
}

#[tokio::test]
async fn a_token_is_renewed_before_its_end_and_domo_never_sees_an_old_one() {
    let mut profile = Profile::guide();
    profile.token_lifetime = Duration::from_secs(1);
    let running = sandbox(profile, company(3)).await;
    let reader = Reader::new(&open(&running).await);
    tokio::time::sleep(Duration::from_millis(910)).await;
    reader.account(1_000_001).await.unwrap();
    assert_eq!((token_requests(&running).len(), answered(&running, 401)), (2, 0), "{:?}", running.requests());
}

#[tokio::test]
async fn a_token_that_is_far_from_its_end_is_kept() {
    let running = sandbox(Profile::guide(), company(1234)).await;
    pull(&running).await.unwrap();
    assert_eq!(token_requests(&running).len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_ends_in_the_middle_is_renewed_once_for_all_who_hold_it() {
    let running = sandbox(Profile::guide(), company(3_000)).await;
    let mut small = settings(&running);
    small.page_size = 50;
    small.concurrency = 8;
    let session = Session::open(small).await.unwrap();
    running.fault("GET /v1/users#20=expire".parse().unwrap());
    let accounts = Reader::new(&session).accounts(&Silent).await.unwrap();
    assert_eq!(ids(&accounts), ids_of(&running.users()));
    assert!(accounts.evidence.incomplete.is_empty(), "{:?}", accounts.evidence.incomplete);
    assert!(answered(&running, 401) >= 1);
    assert_eq!(token_requests(&running).len(), 2, "the first, and one renewal");
}

#[tokio::test]
async fn a_domo_that_takes_no_token_at_all_is_not_asked_for_ever_new_ones() {
    let running = sandbox(Profile::guide(), company(3)).await;
    running.fault("GET /v1/users=401".parse().unwrap());
    let error = failure::paragraph(&pull(&running).await.unwrap_err());
    assert!(error.contains("Domo answered 401") && error.contains("DOMO_CLIENT_SECRET"), "{error}");
    assert_eq!(token_requests(&running).len(), 2);
}

#[tokio::test]
async fn wrong_credentials_cost_at_most_three_requests_and_give_domos_own_words() {
    for profile in [Profile::guide(), Profile::recorded()] {
        let running = sandbox(profile, company(3)).await;
        let mut wrong = settings(&running);
        wrong.client_id = "somebody".into();
        let error = failure::paragraph(&Session::open(wrong).await.err().unwrap());
        assert!(error.contains("Bad client credentials") && error.contains("toe "), "{error}");
        assert!(!error.contains("sandbox-secret"), "{error}");
        assert!(token_requests(&running).len() <= 3);
    }
}

#[tokio::test]
async fn the_token_names_its_owner() {
    let running = sandbox(Profile::recorded(), company(3)).await;
    let session = open(&running).await;
    assert_eq!(session.credential().user_id, Some(1_000_000));
    assert_eq!(session.credential().role.as_deref(), Some("Admin"));
}
