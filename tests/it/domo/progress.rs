//! What a person sees while accounts are read, and what a log file does not.

use super::company;
use super::pull::Served;

/// Slow enough that a line is drawn several times, with a wait on the limit in the middle.
fn slow() -> Served {
    let served = Served::of(company(620), &["--latency", "100", "--fault", "GET /v1/users#4=429:2"]);
    std::fs::write(served.folder.path().join("domo-reconcile.toml"), "[domo]\npage_size = 100\nconcurrency = 2\n").unwrap();
    served
}

#[test]
fn nothing_is_drawn_where_nobody_watches() {
    let ran = slow().pull(&["--out", "all.jsonl"]).code(0);
    assert!(ran.stdout.starts_with("620 accounts in all.jsonl"), "{}", ran.stdout);
    assert!(!ran.stderr.contains(['\r', '\u{1b}']) && !ran.stderr.contains("a second"), "{:?}", ran.stderr);
}

/// Runs the program on a terminal of its own and gives what stands there at the end of each moment.
#[cfg(target_os = "linux")]
fn on_a_terminal(served: &Served, args: &str) -> Option<String> {
    let program = env!("CARGO_BIN_EXE_domo-reconcile");
    let output = std::process::Command::new("script")
        .args(["-qefc", &format!("{program} {args}"), "/dev/null"])
        .current_dir(served.folder.path())
        .envs(served.env())
        .env("TERM", "xterm")
        .stdin(std::process::Stdio::null())
        .output();
    let Ok(output) = output else {
        println!("skipped: there is no `script` to give a terminal");
        return None;
    };
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{told}");
    Some(told)
}

#[test]
#[cfg(target_os = "linux")]
fn on_a_terminal_the_rows_the_rate_the_second_pass_and_the_wait_are_told() {
    let Some(told) = on_a_terminal(&slow(), "pull --out all.jsonl") else { return };
    for words in ["accounts (", " a second)", "of about 620, checking", "on Domo's limit"] {
        assert!(told.contains(words), "{words}: {told:?}");
    }
    // The line goes away before the answer comes.
    let last = told.rsplit("\u{1b}[2K").next().unwrap();
    assert!(last.starts_with("620 accounts in all.jsonl"), "{last:?}");
}

#[test]
#[cfg(target_os = "linux")]
fn on_a_terminal_quiet_is_quiet() {
    let Some(told) = on_a_terminal(&slow(), "pull --out all.jsonl -q") else { return };
    assert!(!told.contains("a second"), "{told:?}");
}

#[test]
fn a_long_wait_is_said_where_nobody_watches_and_not_with_quiet() {
    for (quiet, waits) in [(&[][..], 1), (&["-q"][..], 0)] {
        let served = Served::of(company(5), &["--fault", "GET /v1/users#1=429:12"]);
        let ran = served.pull(&[&["--out", "all.jsonl"], quiet].concat()).code(0);
        let said =
            ran.stderr.lines().filter(|line| line.contains("GET /v1/users: waiting ") && line.contains("Domo has too much to do"));
        assert_eq!(said.count(), waits, "{}", ran.stderr);
        assert!(!ran.stderr.contains("offset="), "{}", ran.stderr);
    }
}
