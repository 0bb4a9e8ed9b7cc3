//! How long it takes to read what accounts own and to join it to them, and how much memory it needs.
//!
//! `cargo bench --bench content` joins 1,000,000 DataSets, as a DomoStats report in a file, to 100,000 accounts; another number of
//! DataSets as an argument. `accounts` is the memory before, `peak` the most that was ever held.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

#[path = "role.rs"]
mod role;

use std::io::{BufWriter, Write};
use std::time::Instant;

use domo_reconcile::config;
use domo_reconcile::domo::{AccountIds, Content, from_objects};
use role::peak_megabytes;

const ACCOUNTS: u64 = 100_000;

fn main() {
    let asked = std::env::args().skip(1).find_map(|arg| arg.parse().ok());
    let objects: u64 = asked.unwrap_or(1_000_000);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("datasets.csv");
    let mut csv = BufWriter::new(std::fs::File::create(&path).unwrap());
    writeln!(csv, "ID,Name,Owner_User_ID").unwrap();
    for n in 0..objects {
        writeln!(csv, "0f3c5c1e-9a1b-4c57-8f0e-{n:012x},Sales of region {n},{}", 1_000 + n * 7 % ACCOUNTS).unwrap();
    }
    csv.into_inner().unwrap().sync_all().unwrap();

    let account = |id: u64| format!("{{\"id\":{id},\"name\":\"Person {id}\",\"email\":\"p{id}@acme.com\",\"role\":\"Editor\"}}");
    let accounts = from_objects((1_000..1_000 + ACCOUNTS).map(account), Default::default()).unwrap();
    let before = peak_megabytes().unwrap_or_default();
    let content = config::Content { datasets: Some(path.display().to_string()), ..Default::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let begin = Instant::now();
    let ids = AccountIds::of(&accounts).unwrap();
    let read = runtime.block_on(Content::read(&content, None, chrono::Utc::now().date_naive(), &ids)).unwrap();
    let joined = begin.elapsed().as_secs_f64();
    assert_eq!(read.owned.height() as u64, objects);
    let accounts = accounts.with_content(read).unwrap();
    let told = begin.elapsed().as_secs_f64() - joined;
    println!(
        "{objects} DataSets, {} accounts: read and joined in {joined:.2} s, told with each account in {told:.2} s",
        accounts.frame.height()
    );
    println!("memory: accounts {before} MB, peak {} MB", peak_megabytes().unwrap_or_default());
}
