//! Everything that can go wrong on the way. What comes out is exact, or says that it is not all, or is an error: never a shorter
//! list that looks whole.

use std::time::Duration;

use domo_reconcile::directory::Proof;
use domo_reconcile::failure;
use domo_reconcile::http::Limits;
use domo_reconcile::sandbox::Fault;
use domo_reconcile::source::{Depth, Silent};

use super::{KINDS, addresses, configured, everybody, fetch, impatient, load, quiet, sandbox, variable};

/// What a token request and a page are called, by kind.
fn paths(kind: &str) -> (&'static str, &'static str) {
    match kind {
        "entra" => ("/graph/acme/oauth2/v2.0/token", "/graph/v1.0/users"),
        "okta" => ("/okta/oauth2/v1/token", "/okta/api/v1/users"),
        "google" => ("/google/token", "/google/admin/directory/v1/users"),
        "scim" => ("/none", "/directory/scim/v2/Users"),
        _ => ("/none", "/hr/workers.csv"),
    }
}

/// What came of a fetch.
#[derive(Debug, PartialEq)]
enum FetchResult {
    Exact,
    Incomplete(String),
    Nothing(String),
    /// Fewer people, and nothing says so.
    Short(Proof),
}

async fn came(kind: &str, faults: &[&str]) -> (FetchResult, u64) {
    let running = sandbox(|_| {}).await;
    faults.iter().for_each(|fault| running.fault(fault.parse::<Fault>().unwrap()));
    let directory = configured(kind, &running.url());
    // A slow answer is given up soon, and no other: on a busy machine one that is late by itself would move the fault to another
    // page.
    let exchange = if faults.iter().any(|fault| fault.contains("slow")) { 400 } else { 8_000 };
    let limits = Limits { exchange: Duration::from_millis(exchange), ..impatient() };
    let came = match quiet::fetch(&directory, &variable, limits, Depth::Whole, &Silent).await {
        Err(error) => FetchResult::Nothing(failure::paragraph(&error)),
        Ok(fetched) if !fetched.input.stopped.is_empty() => FetchResult::Incomplete(fetched.input.stopped.join("; ")),
        Ok(fetched) => {
            let proof = fetched.input.origin.proof;
            let people = load(&directory, fetched.input);
            if addresses(&people) == everybody() { FetchResult::Exact } else { FetchResult::Short(proof) }
        }
    };
    (came, running.requests().len() as u64)
}

#[tokio::test]
async fn what_passes_is_waited_for_and_loses_nobody() {
    for kind in KINDS {
        let (token, page) = paths(kind);
        for place in [format!("GET {page}#1"), format!("GET {page}#3"), format!("POST {token}#1")] {
            for what in ["429", "429:0", "502", "503", "504:0", "cut", "truncate", "slow:1500"] {
                let (came, _) = came(kind, &[&format!("{place}={what}")]).await;
                assert_eq!(came, FetchResult::Exact, "{kind}: {place}={what}");
            }
        }
    }
}

#[tokio::test]
async fn where_nothing_can_be_had_it_is_an_error_that_says_what_to_do() {
    for kind in KINDS {
        let (_, page) = paths(kind);
        for what in ["401", "403", "404", "500", "503:0", "html", "html:404", "cut", "truncate", "slow:1500"] {
            let (came, requests) = came(kind, &[&format!("GET {page}={what}")]).await;
            let FetchResult::Nothing(told) = came else { panic!("{kind}: {what}: {came:?}") };
            assert!(told.contains("nothing was judged") && told.contains("next: "), "{kind}: {what}: {told}");
            assert!(requests < 20, "{kind}: {what}: {requests} requests");
        }
    }
}

#[tokio::test]
async fn where_some_came_and_then_it_stopped_it_says_so() {
    for kind in ["entra", "okta", "google", "scim"] {
        let (_, page) = paths(kind);
        for what in ["401", "403", "404", "500", "503:0", "html", "cut", "truncate", "slow:1500", "circle", "endless"] {
            let (came, _) = came(kind, &[&format!("GET {page}#3-={what}")]).await;
            let FetchResult::Incomplete(_) = came else { panic!("{kind}: {what}: {came:?}") };
        }
    }
}

#[tokio::test]
async fn a_short_page_is_seen_where_the_source_counts_and_never_taken_for_proof_by_count() {
    for kind in ["entra", "okta", "google", "scim"] {
        let (_, page) = paths(kind);
        for what in ["empty", "half"] {
            for place in [format!("GET {page}#2"), format!("GET {page}#3-"), format!("GET {page}")] {
                let (came, _) = came(kind, &[&format!("{place}={what}")]).await;
                let counts = matches!(kind, "entra" | "scim");
                // Who does not count cannot know: the end sign is all it has, and the report warns of it.
                let fits = !matches!(came, FetchResult::Short(_)) || (!counts && came == FetchResult::Short(Proof::End));
                assert!(fits, "{kind}: {place}={what}: {came:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_total_that_lies_once_is_asked_again_and_one_that_goes_on_is_not_believed() {
    for (kind, total) in [("entra", "/graph/v1.0/users/$count"), ("scim", "/directory/scim/v2/Users")] {
        for by in ["3", "-3"] {
            let (came, _) = came(kind, &[&format!("GET {total}=lie:{by}")]).await;
            let FetchResult::Incomplete(why) = came else { panic!("{kind}: {by}: {came:?}") };
            assert!(why.contains("twice"), "{kind}: {why}");
        }
    }
    let (came, _) = came("scim", &["GET /directory/scim/v2/Users#1-5=lie:3"]).await;
    assert_eq!(came, FetchResult::Exact);
}

#[tokio::test]
async fn a_token_that_ends_in_the_middle_is_renewed_once() {
    for kind in ["entra", "google"] {
        let (token, page) = paths(kind);
        let running = sandbox(|_| {}).await;
        running.fault(format!("GET {page}#3=expire").parse().unwrap());
        let directory = configured(kind, &running.url());
        let fetched = fetch(&directory).await.unwrap();
        assert_eq!(addresses(&load(&directory, fetched.input)), everybody(), "{kind}");
        let tokens = running.requests().into_iter().filter(|request| request.path.starts_with(token)).count();
        assert_eq!(tokens, 2, "{kind}");
    }
}

#[tokio::test]
async fn a_fetch_that_takes_too_long_is_incomplete_or_nothing() {
    let running = sandbox(|options| options.latency = std::time::Duration::from_millis(120)).await;
    let directory = configured("scim", &running.url());
    for (total, whole) in [(60, false), (450, true)] {
        let limits = domo_reconcile::http::Limits { total: std::time::Duration::from_millis(total), ..super::impatient() };
        let came = super::quiet::fetch(&directory, &super::variable, limits, super::Depth::Whole, &super::Silent).await;
        match came {
            Ok(fetched) => assert!(whole && fetched.input.stopped.join("").contains("timeout_s"), "{:?}", fetched.input.stopped),
            Err(error) => assert!(!whole && format!("{error:#}").contains("timeout_s"), "{error:#}"),
        }
    }
}
