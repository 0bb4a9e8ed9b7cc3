//! How long a pull takes and how much memory it needs, against the sandbox at 150 ms an answer, in pages of 500.
//!
//! `cargo bench --bench pull` prints 10,000, 100,000 and 1,000,000 accounts; `cargo bench --bench pull -- 10000` only that many.
//! The sandbox and each pull run in processes of their own, so that the memory is the pull's alone. A bound is what the settings
//! allow: the pace, or the latency shared by the concurrent requests, whichever is slower. `once` is the bound of reading the list
//! one time. A pull reads it twice, because only two passes that agree show that the list held still while it was read; `bound` is
//! for the requests that were really sent, and the ratio is against it.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

#[path = "role.rs"]
mod role;

use std::time::{Duration, Instant};

use domo_reconcile::domo::{Reader, Session, Settings, Silent};
use domo_reconcile::sandbox::{Options, Sandbox};
use role::{Role, cpu_seconds, peak_megabytes};

const LATENCY: Duration = Duration::from_millis(150);
const PER_MINUTE: u32 = 3000;
const CONCURRENCY: usize = 8;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["serve", users] => runtime.block_on(serve(users.parse().unwrap())),
        ["pull", url] => runtime.block_on(pull(url)),
        _ => {
            println!("{PER_MINUTE} requests a minute, {CONCURRENCY} at once, {} ms an answer", LATENCY.as_millis());
            println!(
                "{:>10} {:>7} {:>9} {:>8} {:>7} {:>6} {:>6} {:>8} {:>8} {:>6}",
                "accounts", "once s", "requests", "bound s", "took s", "ratio", "cpu s", "peak MB", "retries", "429s"
            );
            let asked: Vec<u64> = args.iter().filter_map(|arg| arg.parse().ok()).collect();
            let sizes = if asked.is_empty() { vec![10_000, 100_000, 1_000_000] } else { asked };
            sizes.into_iter().for_each(measure);
        }
    }
}

fn measure(users: u64) {
    let mut server = Role::new(&["serve", &users.to_string()]);
    let url = server.line();
    let told = Role::new(&["pull", &url]).end();
    // The last page, and the empty one behind it.
    let once = bound((users.div_ceil(500) + 1) as f64);
    println!("{users:>10} {once:>7.1} {told} {:>6}", server.end());
}

async fn serve(users: u64) {
    let running = Sandbox::start(Options { made_up: users, latency: LATENCY, ..Options::default() }).await.unwrap();
    println!("{}", running.url());
    tokio::task::spawn_blocking(|| std::io::stdin().read_line(&mut String::new())).await.unwrap().unwrap();
    println!("{}", running.requests().iter().filter(|request| request.status == 429).count());
}

async fn pull(url: &str) {
    let mut settings = Settings::new(url, "sandbox", "sandbox-secret".into()).unwrap();
    settings.requests_per_minute = PER_MINUTE;
    settings.concurrency = CONCURRENCY;
    let session = Session::open(settings).await.unwrap();
    let (begin, before) = (Instant::now(), session.requests());
    let accounts = Reader::new(&session).accounts(&Silent).await.unwrap();
    let took = begin.elapsed().as_secs_f64();
    assert!(accounts.evidence.incomplete.is_empty(), "{:?}", accounts.evidence.incomplete);
    let requests = (session.requests() - before) as f64;
    let bound = bound(requests);
    let (ratio, retries) = (took / bound, accounts.evidence.retries);
    let cpu = cpu_seconds().map_or("?".into(), |seconds| format!("{seconds:.1}"));
    let peak = peak_megabytes().map_or("?".into(), |megabytes| megabytes.to_string());
    println!("{requests:>9} {bound:>8.1} {took:>7.1} {ratio:>6.2} {cpu:>6} {peak:>8} {retries:>8}");
}

/// The least that so many requests can take: the last of them leaves when its turn comes, and is answered after the latency.
fn bound(requests: f64) -> f64 {
    let latency = LATENCY.as_secs_f64();
    let paced = (requests - 1.0) * 60.0 / f64::from(PER_MINUTE) + latency;
    paced.max((requests / CONCURRENCY as f64).ceil() * latency)
}
