//! How long a directory of a million rows takes to load, and how much memory, as CSV, JSON and XLSX; beside Polars', DuckDB's and
//! openpyxl's readers where a Python with them is there.
//!
//! ```text
//! cargo bench --bench load                    # 1,000,000 rows
//! ROWS=100000 PYTHON=/path/to/venv/bin/python cargo bench --bench load
//! ```
//!
//! Each load runs in a process of its own, which reports its seconds and its peak resident memory (Linux). The best of three
//! counts.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::print_stderr)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use domo_reconcile::config::Directory;

const HEADERS: [&str; 16] = [
    "Employee ID",
    "First Name",
    "Last Name",
    "Work Email",
    "Job Title",
    "Department",
    "Location",
    "Work Phone",
    "Employment Status",
    "Hire Date",
    "Termination Date",
    "Manager Email",
    "Company",
    "Cost Center Code",
    "Birth Date",
    "Annual Salary",
];

/// One person's cells: lengths and repetition as HR exports have them.
fn cells(at: usize) -> [String; 16] {
    let pick = |list: &[&str]| list[at * 7919 % list.len()].to_owned();
    [
        format!("{:08}", at * 3),
        pick(&["Ada", "José", "Margaret", "Wei", "Oluwaseun", "Anne-Marie"]),
        format!("{}{}", pick(&["Byron", "Álvarez", "Hamilton", "Okafor", "van der Berg"]), at % 9973),
        format!("person{at}@example-company.com"),
        pick(&["Analyst", "Senior Software Engineer", "\"Lead\" engineer", "Clerk, senior", "Head of Operations, EMEA"]),
        pick(&["Finance", "Research & Development", "Sales", "Customer Success"]),
        pick(&["Denver", "São Paulo", "Köln", "Salt Lake City"]),
        format!("+1 303-555-{:04}", at % 10_000),
        pick(&["Active", "Active", "Active", "On Leave", "Terminated"]),
        format!("20{:02}-{:02}-{:02}", at % 26, 1 + at % 12, 1 + at % 28),
        if at.is_multiple_of(5) { format!("2026-{:02}-{:02}", 1 + at % 9, 1 + at % 28) } else { String::new() },
        format!("person{}@example-company.com", at / 10),
        "Example Company, Inc.".into(),
        format!("CC{:05}", at % 500),
        format!("19{:02}-0{}-11", 50 + at % 50, 1 + at % 9),
        format!("{}.00", 40_000 + at % 90_000),
    ]
}

fn main() {
    if let Some(path) = std::env::var_os("LOAD_ONE") {
        return load_one(Path::new(&path));
    }
    let rows: usize = std::env::var("ROWS").ok().and_then(|rows| rows.parse().ok()).unwrap_or(1_000_000);
    let folder = tempfile::tempdir().unwrap();
    println!("{rows} rows, {} threads\n", std::thread::available_parallelism().unwrap());
    println!("{:<30} {:>9} {:>9} {:>9} {:>11}", "reader", "file MB", "seconds", "peak MB", "peak / file");
    for (name, write) in [("people.csv", csv as fn(&Path, usize)), ("people.json", json), ("people.xlsx", xlsx)] {
        let path = folder.path().join(name);
        write(&path, rows);
        let own = report("domo-reconcile", name, &path, || {
            Command::new(std::env::current_exe().unwrap()).env("LOAD_ONE", &path).output().ok()
        });
        for (reader, script) in python(name) {
            let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".into());
            let script = format!(
                "import sys,time,resource\npath=sys.argv[1]\n{}\nstart=time.time()\nrows=read(path)\nprint(time.time()-start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, rows)",
                script
            );
            let theirs = report(reader, name, &path, || Command::new(&python).args(["-c", &script]).arg(&path).output().ok());
            if let (Some(own), Some(theirs)) = (own, theirs) {
                println!("{:<30} {:>9} {:>8.2}x", format!("  ours / {reader}"), "", own / theirs);
            }
        }
        std::fs::remove_file(&path).unwrap();
    }
}

/// Runs a reader three times and prints the best; gives its seconds.
fn report(reader: &str, name: &str, path: &Path, run: impl Fn() -> Option<std::process::Output>) -> Option<f64> {
    let size = std::fs::metadata(path).unwrap().len() as f64 / 1e6;
    let mut best: Option<(f64, f64)> = None;
    let times = if name.ends_with("xlsx") && reader != "domo-reconcile" { 1 } else { 3 };
    for _ in 0..times {
        let output = run()?;
        if !output.status.success() {
            let why = String::from_utf8_lossy(&output.stderr);
            println!("{:<30} not measured: {}", format!("{name} {reader}"), why.lines().last().unwrap_or_default());
            return None;
        }
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let mut words = text.split_whitespace();
        let (seconds, kilobytes): (f64, f64) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        if best.is_none_or(|(fastest, _)| seconds < fastest) {
            best = Some((seconds, kilobytes / 1e3));
        }
    }
    let (seconds, peak) = best?;
    println!("{:<30} {size:>9.0} {seconds:>9.2} {peak:>9.0} {:>10.1}x", format!("{name} {reader}"), peak / size);
    Some(seconds)
}

fn load_one(path: &Path) {
    let directory = Directory { path: PathBuf::from(path), ..Directory::default() };
    let start = Instant::now();
    let people = domo_reconcile::directory::load(&[directory]).unwrap();
    let seconds = start.elapsed().as_secs_f64();
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:")).and_then(|rest| rest.split_whitespace().next()).unwrap_or("0");
    println!("{seconds} {peak} {}", people.read());
}

/// Python readers of a file, each as a function `read`.
fn python(name: &str) -> Vec<(&'static str, &'static str)> {
    match name {
        "people.csv" => vec![
            ("polars", "import polars as pl\ndef read(path): return pl.read_csv(path).height"),
            (
                "duckdb",
                "import duckdb\ndef read(path):\n  duckdb.sql(f\"create table t as select * from read_csv('{path}')\")\n  return duckdb.sql('select count(*) from t').fetchall()[0][0]",
            ),
        ],
        "people.json" => vec![
            ("polars", "import polars as pl\ndef read(path): return pl.read_json(path).height"),
            (
                "duckdb",
                "import duckdb\ndef read(path):\n  duckdb.sql(f\"create table t as select * from read_json('{path}')\")\n  return duckdb.sql('select count(*) from t').fetchall()[0][0]",
            ),
        ],
        _ => vec![
            (
                "openpyxl",
                "import openpyxl\ndef read(path): return sum(1 for _ in openpyxl.load_workbook(path, read_only=True).active.iter_rows(values_only=True))",
            ),
            (
                "python-calamine",
                "import python_calamine\ndef read(path): return len(python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python())",
            ),
        ],
    }
}

fn csv(path: &Path, rows: usize) {
    let mut text = HEADERS.join(",") + "\n";
    for at in 0..rows {
        for (place, cell) in cells(at).iter().enumerate() {
            let comma = if place == 0 { "" } else { "," };
            if cell.contains([',', '"']) {
                write!(text, "{comma}\"{}\"", cell.replace('"', "\"\"")).unwrap();
            } else {
                write!(text, "{comma}{cell}").unwrap();
            }
        }
        text.push('\n');
    }
    std::fs::write(path, text).unwrap();
}

fn json(path: &Path, rows: usize) {
    let mut text = String::from("[");
    for at in 0..rows {
        text.push_str(if at == 0 { "\n{" } else { ",\n{" });
        for (place, (header, cell)) in HEADERS.iter().zip(cells(at)).enumerate() {
            let comma = if place == 0 { "" } else { "," };
            let value = if cell.is_empty() { serde_json::Value::Null } else { cell.into() };
            write!(text, "{comma}\"{}\":{value}", header.replace(' ', "_").to_lowercase()).unwrap();
        }
        text.push('}');
    }
    text.push_str("\n]\n");
    std::fs::write(path, text).unwrap();
}

fn xlsx(path: &Path, rows: usize) {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet_with_constant_memory().unwrap();
    sheet.write_row(0, 0, HEADERS).unwrap();
    for at in 0..rows {
        sheet.write_row(at as u32 + 1, 0, cells(at)).unwrap();
    }
    book.save(path).unwrap();
}
