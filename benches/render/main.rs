//! How long the files of a run take, how large they get, and what memory that needs: 1,000, 5,000 and 100,000 findings.
//!
//! `cargo bench --bench render`. With `--keep DIR`, the pages stay there, and `node tests/browser/time.mjs DIR/*.html` says when
//! each answers in Chromium.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use std::path::PathBuf;
use std::time::Instant;

use domo_reconcile::archive::RunFolder;
use domo_reconcile::report::{self, example::Example};

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let keep = arguments.iter().position(|word| word == "--keep").and_then(|at| arguments.get(at + 1)).map(PathBuf::from);
    println!(
        "{:>9}  {:>8}  {:>10}  {:>10}  {:>10}  {:>10}  {:>9}",
        "findings", "seconds", "html", "markdown", "csv", "xlsx", "peak"
    );
    for findings in [1_000, 5_000, 100_000] {
        let example = Example::new(findings, "").unwrap();
        // The median of three; memory is the process's peak so far, sizes ascend.
        let mut times: Vec<f64> = (0..3).map(|_| once(&example)).collect();
        times.sort_by(f64::total_cmp);
        let archive = tempfile::tempdir().unwrap();
        let folder = RunFolder::create(archive.path(), example.run.started).unwrap();
        let folder = written(&example, folder);
        let size =
            |end: &str| -> u64 { folder.files().iter().filter(|file| file.name.ends_with(end)).map(|file| file.bytes).sum() };
        println!(
            "{findings:>9}  {:>8.3}  {:>10}  {:>10}  {:>10}  {:>10}  {:>6} MB",
            times[1],
            size(".html"),
            size(".md"),
            size(".csv"),
            size(".xlsx"),
            peak()
        );
        if let Some(keep) = &keep {
            std::fs::create_dir_all(keep).unwrap();
            std::fs::copy(folder.path().join("report.html"), keep.join(format!("{findings}.html"))).unwrap();
        }
    }
}

fn once(example: &Example) -> f64 {
    let archive = tempfile::tempdir().unwrap();
    let folder = RunFolder::create(archive.path(), example.run.started).unwrap();
    let began = Instant::now();
    written(example, folder);
    began.elapsed().as_secs_f64()
}

fn written(example: &Example, folder: RunFolder) -> RunFolder {
    report::write(&example.inputs(), &folder).unwrap();
    folder
}

/// Megabytes this process has needed at most; 0 where the system does not say.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok()).unwrap_or(0) / 1000
}
