//! How long an audit takes, whole and by stage, and how much memory it needs.
//!
//! `cargo bench --bench audit` makes companies of 10,000, 100,000 and 1,000,000 with a known truth; other sizes as arguments.
//! `cargo bench --bench audit -- --write FOLDER 1000000 few` only writes the files, for the scripts in `benches/peers`; `many` and
//! `duplicates` are the other companies. `--alone FOLDER OUT` does in this process what those scripts do, and prints the same
//! counts.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, clippy::print_stderr, missing_docs, unreachable_pub)]

mod company;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use company::{Company, Share, Truth};
use domo_reconcile::archive::findings::Findings;
use domo_reconcile::archive::{History, RunInfo};
use domo_reconcile::config::Loaded;
use domo_reconcile::directory::People;
use domo_reconcile::domo::Accounts;
use domo_reconcile::reconcile::{Reconciliation, Rules, reconcile};
use domo_reconcile::terms::Kind;

/// Whole processes are timed so often; the median is printed.
const RUNS: usize = 3;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        ["--write", folder, n, share @ ..] if share.len() < 2 => {
            let share = share.first().copied().unwrap_or(Share::Few.as_str());
            let Some(share) = Share::ALL.into_iter().find(|known| known.as_str() == share) else {
                return wrong(&format!("`{share}` is no company: few, many or duplicates"));
            };
            let Ok(n) = n.parse() else { return wrong(&format!("`{n}` is not a number of accounts")) };
            print_counts(&company::write(Path::new(folder), n, share).unwrap().truth);
        }
        ["--alone", folder, out] => print_counts(&alone(Path::new(folder), Path::new(out))),
        sizes => {
            let sizes: Result<Vec<u64>, _> =
                sizes.iter().map(|arg| arg.parse().map_err(|_| format!("`{arg}` is not a number of accounts"))).collect();
            match sizes {
                Ok(sizes) if sizes.is_empty() => companies(&[10_000, 100_000, 1_000_000]),
                Ok(sizes) => companies(&sizes),
                Err(problem) => return wrong(&problem),
            }
        }
    }
    ExitCode::SUCCESS
}

fn wrong(problem: &str) -> ExitCode {
    eprintln!("{problem}\nusage: [SIZE ...] | --write FOLDER SIZE [few|many|duplicates] | --alone FOLDER OUT");
    ExitCode::from(2)
}

fn companies(sizes: &[u64]) {
    println!("{:>9}  {:<38} {:>9}  {:>9}", "accounts", "stage", "seconds", "peak MB");
    for (n, share) in sizes.iter().flat_map(|n| Share::ALL.map(|share| (*n, share))) {
        let folder = std::env::temp_dir().join(format!("domo-reconcile-bench-{n}"));
        let company = company::write(&folder, n, share).unwrap();
        println!("{n:>9}  {:<38}", format!("({}, input {:.1} MB)", share.as_str(), company.bytes as f64 / 1e6));
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
    let (loaded, file) = given(&company.folder);
    let begin = Instant::now();
    let accounts = domo_reconcile::domo::load(&file).unwrap();
    line("read accounts (in process)", begin);
    let begin = Instant::now();
    let people = domo_reconcile::directory::load(&loaded.config.directory).unwrap();
    line("read directory (in process)", begin);
    let judged = judged(&loaded, &accounts, &people, &company.folder, line);
    assert_eq!(found(&judged), company.truth, "the truth was not found");
}

/// What the peers do, and no more: read both files, side by side as an audit does, join, judge, write findings with their drift.
fn alone(folder: &Path, out: &Path) -> Truth {
    let (loaded, file) = given(folder);
    let (accounts, people) =
        rayon::join(|| domo_reconcile::domo::load(&file), || domo_reconcile::directory::load(&loaded.config.directory));
    let (mut accounts, people) = (accounts.unwrap(), people.unwrap());
    // An audit keeps the accounts as they were read in a file; nothing here needs them.
    drop(std::mem::take(&mut accounts.snapshot));
    let judged = judged(&loaded, &accounts, &people, out, |_, _| ());
    let truth = found(&judged);
    // Freed beside the end of the process, as an audit does.
    rayon::spawn(move || drop((accounts, people, judged)));
    truth
}

/// The configuration and the accounts of a folder: one of ours, or one that holds two exports and no configuration.
fn given(folder: &Path) -> (Loaded, PathBuf) {
    let config = folder.join("domo-reconcile.toml");
    if config.exists() {
        return (Loaded::read(Some(&config)).unwrap(), folder.join("accounts.jsonl"));
    }
    let mut loaded = Loaded::default();
    loaded.config.directory = loaded.config.directories(&[folder.join("directory.csv")]);
    (loaded, folder.join("domo-users.json"))
}

/// Judges, and writes findings and drift into `out`.
fn judged(loaded: &Loaded, accounts: &Accounts, people: &People, out: &Path, line: impl Fn(&str, Instant)) -> Reconciliation {
    let elsewhere = BTreeSet::new();
    let day = company::AS_OF.parse().unwrap();
    let rules = Rules { config: &loaded.config, instance: "bench", as_of: day, excluded_elsewhere: Some(&elsewhere) };
    let begin = Instant::now();
    let judged = reconcile(accounts, people, &rules).unwrap();
    line("reconcile (in process)", begin);
    let begin = Instant::now();
    let run = RunInfo::new("bench", Default::default(), rules.as_of, rules.instance, "bench");
    let out = std::io::BufWriter::new(std::fs::File::create(out.join("findings.json")).unwrap());
    Findings::of(&run, &judged, &History::first(&judged)).write(out).unwrap();
    line("write findings and drift (in process)", begin);
    judged
}

fn found(judged: &Reconciliation) -> Truth {
    let words = |text: String| -> &'static str { text.leak() };
    let word = |value: &dyn erased::Word| words(value.word());
    let accounts: BTreeMap<_, _> =
        judged.accounts.parts().into_iter().filter(|part| part.1 > 0).map(|(situation, count)| (word(&situation), count)).collect();
    let people: BTreeMap<_, _> =
        judged.people.parts().into_iter().filter(|part| part.1 > 0).map(|(situation, count)| (word(&situation), count)).collect();
    let drift = judged.findings.iter().filter(|finding| finding.kind == Kind::Drift).count() as u64;
    Truth { accounts, people, drift }
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

fn print_counts(truth: &Truth) {
    println!("{}", serde_json::to_string(&truth.counts()).unwrap());
}
