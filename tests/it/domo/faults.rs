//! Every fault at every step of a pull: the exact population, or evidence that calls itself incomplete.

use std::time::Duration;

use domo_reconcile::domo::{Reader, Session, Silent};
use domo_reconcile::failure;
use domo_reconcile::sandbox::{Fault, Profile, What};
use serde_json::{Value, json};

use super::{company, ids, ids_of, pull, sandbox, settings};

const LIST: &str = "/v1/users";

/// Pages that are asked for at once.
const AT_ONCE: u64 = 2;

/// Faults that pass: a pull that goes on after them must be whole. With `WALK=all`, also those that are handled as one of the
/// others.
fn passing() -> Vec<What> {
    let alike = ["429:0", "408", "502", "504"].into_iter().filter(|_| std::env::var("WALK").as_deref() == Ok("all"));
    let kinds = [
        "429",
        "503:Sun, 06 Nov 1994 08:49:37 GMT",
        "500",
        "401",
        "expire",
        "html",
        "truncate",
        "cut",
        "cut-after",
        "slow:5000",
        "empty",
        "half",
        "circle",
        "endless",
        "cap:50",
        "vanish",
        "appear",
        "move",
    ];
    kinds.into_iter().chain(alike).map(|word| word.parse().unwrap()).collect()
}

/// Faults that stay from some step on.
fn lasting() -> Vec<What> {
    let kinds = ["403", "500", "401", "truncate", "cut", "empty", "circle", "cap:50", "appear", "vanish"];
    kinds.iter().map(|word| word.parse().unwrap()).collect()
}

/// How long an answer is waited for. Not longer than a slow one takes; otherwise long: on a busy machine an answer that is late by
/// itself would be asked for again and move the fault to another step.
fn patience(what: &What) -> Duration {
    if matches!(what, What::Slow(_)) { Duration::from_millis(400) } else { Duration::from_secs(30) }
}

/// Users with no more than Domo requires: the walks are about the list.
fn lean(count: u64) -> Vec<Value> {
    let user = |n: u64| json!({"id": 1000 + n, "name": "N", "email": format!("{n}@acme.example"), "role": "Admin"});
    (0..count).map(user).collect()
}

/// What a pull came to, in words; `None` when it is as it should be.
async fn wrong(fault: Fault, exchange: Duration, may_fail: bool) -> (Option<String>, usize) {
    let running = sandbox(Profile::guide(), lean(1234)).await;
    let before = ids_of(&running.users());
    let mut quick = settings(&running);
    // Fewer pages are asked for in vain, so that there are fewer steps to walk.
    quick.concurrency = AT_ONCE as usize;
    quick.limits.exchange = exchange;
    running.fault(fault);
    let pulled = async { Reader::new(&Session::open(quick).await?).accounts(&Silent).await }.await;
    running.clear_faults();
    let after = ids_of(&running.users());
    let asked = running.requests().iter().filter(|request| request.path.starts_with(LIST)).count();
    let wrong = match pulled {
        Err(_) if may_fail => None,
        Err(error) => Some(failure::paragraph(&error)),
        Ok(accounts) if !accounts.evidence.incomplete.is_empty() => None,
        Ok(accounts) => {
            let read = ids(&accounts);
            let exact = (read == before || read == after) && accounts.frame.height() == read.len();
            (!exact)
                .then(|| format!("{} accounts called complete, of {} before and {} after", read.len(), before.len(), after.len()))
        }
    };
    (wrong, asked)
}

/// One kind of fault at one step after the other, until a pull has fewer steps than that.
async fn walk(what: What) -> (u64, Vec<String>) {
    let mut failures = Vec::new();
    for step in 1.. {
        let (wrong, asked) = wrong(Fault::nth("GET", LIST, step, what.clone()), patience(&what), false).await;
        failures.extend(wrong.map(|wrong| format!("{what:?} at page request {step}: {wrong}")));
        if (asked as u64) < step {
            return (step, failures);
        }
    }
    unreachable!("a pull has an end");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_passing_fault_at_every_page_gives_the_exact_population_or_incomplete() {
    let kinds = passing();
    let (mut steps, mut failures) = (0, Vec::new());
    let mut left = kinds.iter().cloned();
    let mut walks: tokio::task::JoinSet<_> = left.by_ref().take(4).map(walk).collect();
    while let Some(walked) = walks.join_next().await {
        let (more, failed) = walked.unwrap();
        steps += more;
        failures.extend(failed);
        left.next().map(|what| walks.spawn(walk(what)));
    }
    assert!(failures.is_empty(), "{} of {steps} steps:\n{}", failures.len(), failures.join("\n"));
    assert!(steps >= 8 * kinds.len() as u64, "only {steps} steps were walked");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_lasting_fault_from_every_page_on_gives_the_exact_population_or_incomplete() {
    let mut failures = Vec::new();
    for what in lasting() {
        for step in [1, 2, 4, 7] {
            // A first page that Domo refuses for good is an error, and says so. Of two that are under way either may come first.
            let (wrong, _) = wrong(Fault::from("GET", LIST, step, what.clone()), patience(&what), step <= AT_ONCE).await;
            failures.extend(wrong.map(|wrong| format!("{what:?} from page request {step} on: {wrong}")));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn faults_of_the_token_are_outlived_in_both_profiles() {
    for profile in [Profile::guide(), Profile::recorded()] {
        for what in ["429:0", "500", "503:0", "cut", "cut-after", "truncate", "slow:5000"] {
            let running = sandbox(profile.clone(), company(30)).await;
            running.fault(format!("/oauth/token#1={what}").parse().unwrap());
            let accounts = pull(&running).await.unwrap_or_else(|error| panic!("{what}: {}", failure::paragraph(&error)));
            assert_eq!(ids(&accounts), ids_of(&running.users()), "{what}");
        }
    }
}

#[tokio::test]
async fn a_list_that_never_holds_still_is_incomplete_and_says_so() {
    let running = sandbox(Profile::guide(), company(1234)).await;
    running.fault("GET /v1/users=appear".parse().unwrap());
    let accounts = pull(&running).await.unwrap();
    let reasons = &accounts.evidence.incomplete;
    assert!(reasons.len() == 1 && reasons[0].contains("did not hold still"), "{reasons:?}");
    assert_eq!(accounts.evidence.passes, u64::from(settings(&running).limits.passes));
}

#[tokio::test]
async fn a_list_without_an_end_and_one_that_turns_in_circles_end() {
    for (what, word) in [("endless", "did not end"), ("circle", "circles")] {
        let running = sandbox(Profile::guide(), company(1234)).await;
        running.fault(format!("GET /v1/users={what}").parse().unwrap());
        let accounts = pull(&running).await.unwrap();
        assert!(accounts.evidence.incomplete[0].contains(word), "{:?}", accounts.evidence.incomplete);
    }
}

#[tokio::test]
async fn a_domo_that_caps_its_pages_is_read_whole() {
    let running = sandbox(Profile::guide(), company(1234)).await;
    running.fault("GET /v1/users=cap:100".parse().unwrap());
    let accounts = pull(&running).await.unwrap();
    assert!(accounts.evidence.incomplete.is_empty(), "{:?}", accounts.evidence.incomplete);
    assert_eq!(accounts.frame.height(), 1234);
}

#[tokio::test]
async fn the_evidence_counts_what_was_done() {
    let running = sandbox(Profile::guide(), company(1234)).await;
    running.fault("GET /v1/users#2=500".parse().unwrap());
    let mut one = settings(&running);
    one.concurrency = 1;
    let session = Session::open(one).await.unwrap();
    let evidence = Reader::new(&session).accounts(&Silent).await.unwrap().evidence;
    let counted = (evidence.passes, evidence.pages, evidence.rows, evidence.distinct, evidence.repeated, evidence.retries);
    assert_eq!(counted, (2, 8, 2 * 1234, 1234, 0, 1));
    assert!(evidence.started <= evidence.finished);
    assert_eq!(evidence.credential.unwrap().user_id, Some(1_000_000));
}

#[tokio::test]
async fn a_list_of_many_pages_is_read_to_its_end() {
    let running = sandbox(Profile::guide(), lean(700)).await;
    let mut small = settings(&running);
    small.page_size = 7;
    let session = Session::open(small).await.unwrap();
    let accounts = Reader::new(&session).accounts(&Silent).await.unwrap();
    assert_eq!((accounts.frame.height(), accounts.evidence.incomplete.len()), (700, 0));
}

#[tokio::test]
async fn an_empty_domo_is_no_evidence() {
    let running = sandbox(Profile::guide(), Vec::new()).await;
    assert!(pull(&running).await.unwrap().evidence.incomplete[0].contains("no accounts at all"));
}

#[tokio::test]
async fn a_user_that_cannot_be_read_is_an_error_with_its_id_and_position() {
    let mut users = company(700);
    users[612]["title"] = serde_json::json!({"en": "Analyst"});
    let running = sandbox(Profile::guide(), users).await;
    let error = failure::paragraph(&pull(&running).await.unwrap_err());
    assert!(error.contains("account 1000612 at position 613") && error.contains("`title`"), "{error}");
}

#[tokio::test]
async fn the_first_page_that_fails_for_good_ends_the_reading() {
    let running = sandbox(Profile::guide(), company(1234)).await;
    running.fault("GET /v1/users#3-=503".parse().unwrap());
    let evidence = pull(&running).await.unwrap().evidence;
    assert_eq!(evidence.passes, 1, "{evidence:?}");
    assert!(evidence.incomplete.len() == 1 && evidence.incomplete[0].contains("could not be read on"), "{evidence:?}");
}
