//! How long a pull takes and how much memory it needs, against the sandbox at 150 ms an answer, in pages of 500.
//!
//! `cargo bench --bench pull` prints 10,000, 100,000 and 1,000,000 accounts; `cargo bench --bench pull -- 10000` only that many. The
//! sandbox and each pull run in processes of their own, so that the memory is the pull's alone. The bound is what the settings
//! allow: the pace, or the latency shared by the concurrent requests, whichever is slower. A pull reads the list twice, so its
//! bound counts both passes.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use domo_reconcile::domo::{Reader, Session, Settings, Silent};
use domo_reconcile::sandbox::{Options, Sandbox};

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
            println!("{PER_MINUTE} requests a minute, {CONCURRENCY} at once, {} ms an answer, two passes", LATENCY.as_millis());
            println!(
                "{:>10} {:>9} {:>9} {:>9} {:>7} {:>8} {:>7}",
                "accounts", "requests", "bound s", "took s", "ratio", "peak MB", "retries"
            );
            let asked: Vec<u64> = args.iter().filter_map(|arg| arg.parse().ok()).collect();
            let sizes = if asked.is_empty() { vec![10_000, 100_000, 1_000_000] } else { asked };
            sizes.into_iter().for_each(measure);
        }
    }
}

/// This program again, in another role; the first line it prints is its answer.
fn again(args: &[&str]) -> (Child, String) {
    let mut child =
        Command::new(std::env::current_exe().unwrap()).args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (child, line.trim().to_owned())
}

fn measure(users: u64) {
    let (mut server, url) = again(&["serve", &users.to_string()]);
    let (mut client, told) = again(&["pull", &url]);
    client.wait().unwrap();
    server.kill().unwrap();
    server.wait().unwrap();
    println!("{users:>10} {told}");
}

async fn serve(users: u64) {
    let running = Sandbox::start(Options { made_up: users, latency: LATENCY, ..Options::default() }).await.unwrap();
    println!("{}", running.url());
    running.forever().await;
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
    let bound = (requests * 60.0 / f64::from(PER_MINUTE)).max(requests * LATENCY.as_secs_f64() / CONCURRENCY as f64);
    let peak = peak_megabytes().map_or("?".into(), |megabytes| megabytes.to_string());
    println!("{requests:>9} {bound:>9.1} {took:>9.1} {:>7.2} {peak:>8} {:>7}", took / bound, accounts.evidence.retries);
}

/// The most memory this process ever held, where the system tells.
fn peak_megabytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? / 1024)
}
