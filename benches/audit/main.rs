//! How long an audit takes, whole and by stage, and how much memory it needs.
//!
//! `cargo bench --bench audit` makes companies of 10,000, 100,000 and 1,000,000 with a known truth; other sizes as arguments.
//! `cargo bench --bench audit -- --write FOLDER 1000000` only writes the files, for the scripts in `benches/peers`; with `many` behind it
//! those of a company with many findings.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, missing_docs, unreachable_pub)]

mod company;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use company::{Company, Share};
use domo_reconcile::archive::findings::Findings;
use domo_reconcile::archive::{History, RunInfo};
use domo_reconcile::config::Loaded;
use domo_reconcile::reconcile::{Reconciliation, Rules, reconcile};
use domo_reconcile::terms::Kind;

/// Whole processes are timed so often; the median is printed.
const RUNS: usize = 3;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    if let [flag, folder, n, share @ ..] = args.as_slice()
        && flag == "--write"
    {
        let share = if share.is_empty() { Share::Few } else { Share::Many };
        let company = company::write(Path::new(folder), n.parse().unwrap(), share).unwrap();
        println!("{}", truth(&company));
        return;
    }
    let sizes: Vec<u64> =
        args.iter().map(|arg| arg.parse().unwrap_or_else(|_| panic!("`{arg}` is not a number of accounts"))).collect();
    let sizes = if sizes.is_empty() { vec![10_000, 100_000, 1_000_000] } else { sizes };
    println!("{:>9}  {:<38} {:>9}  {:>9}", "accounts", "stage", "seconds", "peak MB");
    for (n, share) in sizes.into_iter().flat_map(|n| [(n, Share::Few), (n, Share::Many)]) {
        let folder = std::env::temp_dir().join(format!("domo-reconcile-bench-{n}"));
        let company = company::write(&folder, n, share).unwrap();
        println!(
            "{n:>9}  {:<38} {:>9}  {:>9}",
            format!("({}, input {:.1} MB)", share.as_str(), company.bytes as f64 / 1e6),
            "",
            ""
        );
        stages(&company, n);
        process(&company, n);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}

/// Reading and judging inside this process, and whether the truth was found.
fn stages(company: &Company, n: u64) {
    let line = |stage: &str, begin: Instant| {
        println!(
            "{n:>9}  {stage:<38} {:>9.3}  {:>9}",
            begin.elapsed().as_secs_f64(),
            peak("self").map_or("?".into(), |mb| mb.to_string())
        );
    };
    let loaded = Loaded::read(Some(&company.folder.join("domo-reconcile.toml"))).unwrap();
    let begin = Instant::now();
    let accounts = domo_reconcile::domo::load(&company.folder.join("accounts.jsonl")).unwrap();
    line("read accounts (in process)", begin);
    let begin = Instant::now();
    let people = domo_reconcile::directory::load(&loaded.config.directory).unwrap();
    line("read directory (in process)", begin);
    let day = company::AS_OF.parse().unwrap();
    let alone = std::collections::BTreeSet::new();
    let rules = Rules { config: &loaded.config, instance: "bench", as_of: day, excluded_elsewhere: Some(&alone) };
    let begin = Instant::now();
    let judged = reconcile(&accounts, &people, &rules).unwrap();
    line("reconcile (in process)", begin);
    let begin = Instant::now();
    let run = RunInfo::new("bench", Default::default(), rules.as_of, rules.instance, "bench");
    let out = std::io::BufWriter::new(std::fs::File::create(company.folder.join("findings.json")).unwrap());
    Findings::of(&run, &judged, &History::first(&judged)).write(out).unwrap();
    line("write findings and drift (in process)", begin);
    assert_eq!(found(&judged), company.truth, "the truth was not found");
}

fn found(judged: &Reconciliation) -> company::Truth {
    let words = |text: String| -> &'static str { text.leak() };
    let word = |value: &dyn erased::Word| words(value.word());
    let accounts: BTreeMap<_, _> =
        judged.accounts.parts().into_iter().filter(|part| part.1 > 0).map(|(situation, count)| (word(&situation), count)).collect();
    let people: BTreeMap<_, _> =
        judged.people.parts().into_iter().filter(|part| part.1 > 0).map(|(situation, count)| (word(&situation), count)).collect();
    let drift = judged.findings.iter().filter(|finding| finding.kind == Kind::Drift).count() as u64;
    company::Truth { accounts, people, drift }
}

/// The words of situations as files have them.
mod erased {
    pub trait Word {
        fn word(&self) -> String;
    }

    impl<T: serde::Serialize> Word for T {
        fn word(&self) -> String {
            serde_json::to_value(self).unwrap().as_str().unwrap().to_owned()
        }
    }
}

/// The whole `audit`: reading, judging, writing every file of the run folder.
fn process(company: &Company, n: u64) {
    let mut runs: Vec<(Duration, Option<u64>)> = (0..RUNS)
        .map(|run| {
            let archive = company.folder.join(format!("audits-{run}"));
            let begin = Instant::now();
            let mut child = Command::new(env!("CARGO_BIN_EXE_domo-reconcile"))
                .args(["-q", "audit", "--config", "domo-reconcile.toml", "--accounts", "accounts.jsonl", "--as-of", company::AS_OF])
                .arg("--archive")
                .arg(&archive)
                .current_dir(&company.folder)
                .stdout(Stdio::null())
                .spawn()
                .unwrap();
            let id = child.id().to_string();
            let mut most = None;
            let status = loop {
                most = peak(&id).max(most);
                if let Some(status) = child.try_wait().unwrap() {
                    break status;
                }
                std::thread::sleep(Duration::from_millis(2));
            };
            if !status.success() {
                println!("{n:>9}  audit ended with {status}");
            }
            (begin.elapsed(), most)
        })
        .collect();
    runs.sort();
    let (wall, most) = runs[RUNS / 2];
    println!(
        "{n:>9}  {:<38} {:>9.3}  {:>9}",
        "whole audit (process, median of 3)",
        wall.as_secs_f64(),
        most.map_or("?".into(), |mb| mb.to_string())
    );
}

/// Peak resident memory in MB, where /proc says.
fn peak(process: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kb| kb / 1024)
}

/// The truth as JSON, for the scripts.
fn truth(company: &Company) -> serde_json::Value {
    serde_json::json!({"accounts": company.truth.accounts, "people": company.truth.people, "drift": company.truth.drift})
}
