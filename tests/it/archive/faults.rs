//! What a machine does to a run: full disks, read-only folders, kills, a second run at the same time.

use std::time::Duration;

use super::{Company, Run};
use crate::support::{command, run, run_with};
use domo_reconcile::archive::Lock;

/// Nothing that is listed as a run is less than one.
#[track_caller]
fn only_whole_runs(company: &Company) -> usize {
    if !company.path().join("audits").exists() {
        return 0;
    }
    let listed = company.runs();
    let runs = listed["runs"].as_array().unwrap();
    for listed in runs {
        let run = Run { folder: company.path().join(listed["path"].as_str().unwrap()) };
        company.verify(&run).code(0);
    }
    assert!(listed["unreadable"].as_array().unwrap().is_empty(), "{listed}");
    runs.len()
}

#[cfg(unix)]
#[test]
fn a_disk_that_is_full_at_any_point_leaves_no_half_run() {
    let company = Company::new();
    let args = company.prepare().join(" ");
    let first = company.audit("2026-05-01");
    // The size at which writing a file fails grows until everything fits; files of a run are of very different sizes.
    let mut failed = 0;
    for blocks in [0, 1, 2, 3, 4, 6, 8, 12, 20, 40, 80, 1000] {
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$PROGRAM\" {args} >/dev/null");
        let full = company.shell(&script);
        let before = only_whole_runs(&company);
        if full.code == 0 {
            assert!(before >= 2);
        } else {
            assert_eq!(full.code, 1, "{}", full.stderr);
            assert!(full.stderr.contains("cannot write") || full.stderr.contains("cannot lock"), "{}", full.stderr);
            assert!(!full.stderr.contains("panicked"), "{}", full.stderr);
            failed += 1;
        }
    }
    // Of what they wrote nothing is left that could be taken for a result or a plan.
    for folder in company.runs()["unfinished"].as_array().unwrap() {
        let entries = std::fs::read_dir(company.path().join(folder.as_str().unwrap())).unwrap();
        for entry in entries.flatten() {
            let text = std::fs::read_to_string(entry.path()).unwrap();
            assert!(["report.html", "report.md"].iter().any(|name| entry.file_name() == *name), "{entry:?}");
            assert!(text.is_empty() || text.contains("FAILED") || text.contains("this run failed"), "{entry:?}: {text}");
        }
    }
    assert!(failed >= 3, "only {failed} runs met the full disk");
    // The room is back: the next run goes on as if nothing had been.
    let next = company.audit("2026-06-01");
    assert_eq!(next.state("orphan", 180), super::state("open", "2026-05-01"));
    company.verify(&first).code(0);
}

/// A disk of its own for the archive and for temporary files, from too small for anything to large enough, page by page. Where this
/// machine lets nobody mount one, nothing is tested.
#[cfg(target_os = "linux")]
#[test]
fn a_small_disk_that_fills_up_anywhere_leaves_no_half_run_and_no_panic() {
    let company = Company::new();
    let args = company.prepare().join(" ");
    std::fs::create_dir(company.path().join("disk")).unwrap();
    // The disk is there for this shell alone; what it says is the exit code, and what is on the disk is listed while it is.
    let script = format!(
        "mount -t tmpfs -o size=\"$SIZE\"k none disk || exit 99
         export TMPDIR=disk
         \"$PROGRAM\" {args} --archive disk/audits >/dev/null
         code=$?
         for run in $(\"$PROGRAM\" runs --archive disk/audits --json | sed -n 's/^ *\"path\": \"\\(.*\\)\",*$/\\1/p'); do
             \"$PROGRAM\" verify \"$run\" || exit 98
         done
         mount -o remount,size=8m none disk || exit 97
         \"$PROGRAM\" {args} --archive disk/audits >/dev/null || exit 96
         mount -o remount,ro none disk || exit 95
         \"$PROGRAM\" {args} --archive disk/audits >/dev/null && exit 94
         exit $code"
    );
    std::fs::write(company.path().join("fill.sh"), script).unwrap();
    let (mut failed, mut whole) = (0, 0);
    for size in (4..=340).step_by(28) {
        let full = company.shell(&format!("SIZE={size} exec unshare --map-root-user --mount sh fill.sh"));
        if full.code == 99 || full.stderr.contains("unshare") {
            eprintln!("skipped: {}", full.stderr);
            return;
        }
        assert!(!full.stderr.contains("panicked"), "{size} kB: {}", full.stderr);
        match full.code {
            0 => whole += 1,
            1 => {
                assert!(full.stderr.contains("No space left on device"), "{size} kB: {}", full.stderr);
                failed += 1;
            }
            code => panic!("{size} kB: {code}: {}\n{}", full.stderr, full.stdout),
        }
        assert!(full.stderr.contains("Read-only file system"), "{}", full.stderr);
    }
    assert!(failed > 4 && whole > 0, "{failed} failed, {whole} did not");
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_is_told_by_name() {
    let company = Company::new();
    let mut args = company.prepare().to_vec();
    // Nobody, not even root, makes a folder there.
    args.extend(["--archive", "/proc/audits"]);
    let refused = run(company.path(), args).code(1);
    assert!(refused.stderr.contains("/proc/audits") && refused.stderr.contains("next: name a folder"), "{}", refused.stderr);
    std::fs::write(company.path().join("file"), "").unwrap();
    let mut args = company.prepare().to_vec();
    args.extend(["--archive", "file"]);
    run(company.path(), args).code(2);
}

#[cfg(unix)]
#[test]
fn a_run_killed_at_any_moment_leaves_no_half_run_and_no_lock() {
    let company = Company::new();
    let args = company.prepare();
    // The moments are spread over a run's time, which the first, left alone, shows; more of them with DOMO_RECONCILE_KILLS.
    let kills: u32 = std::env::var("DOMO_RECONCILE_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(12);
    let began = std::time::Instant::now();
    company.audit("2026-05-01");
    let whole = began.elapsed().max(Duration::from_millis(20));
    let kill = |nth| killed_after(command(company.path()).args(args), whole * nth / kills);
    assert!((1..=kills).filter(|nth| kill(*nth)).count() > 0);
    assert!(only_whole_runs(&company) >= 1);
    let next = company.audit("2026-06-01");
    company.verify(&next).code(0);
    // What the killed runs left is named, and prune clears it away.
    run(company.path(), ["runs", "prune", "--keep-runs", "1000", "--confirm"]).code(0);
    assert!(company.runs()["unfinished"].as_array().unwrap().is_empty());
    only_whole_runs(&company);
}

/// Starts a command and kills it after a while; false where it had ended by then.
#[cfg(unix)]
pub(super) fn killed_after(command: &mut std::process::Command, moment: Duration) -> bool {
    let mut child = command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().unwrap();
    std::thread::sleep(moment);
    child.kill().unwrap();
    std::os::unix::process::ExitStatusExt::signal(&child.wait().unwrap()).is_some()
}

#[test]
fn a_second_run_is_told_who_holds_the_archive() {
    let company = Company::new();
    let args = company.prepare();
    let lock = Lock::take(&company.path().join("audits"), "2026-06-01T06:00:00Z".parse().unwrap()).unwrap();
    let refused = run(company.path(), args).code(8);
    assert!(refused.stderr.contains(&format!("process {}", std::process::id())), "{}", refused.stderr);
    assert!(refused.stderr.contains("since 2026-06-01T06:00:00Z"), "{}", refused.stderr);
    run(company.path(), ["runs", "prune", "--keep-runs", "1", "--confirm"]).code(8);
    drop(lock);
    run(company.path(), company.prepare()).code(0);
}

#[test]
fn of_two_audits_at_once_the_second_is_told_of_the_first() {
    let company = Company::new();
    company.prepare();
    // A Domo that accepts and never answers: whoever is asking holds the lock.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let env = [("DOMO_API_URL", url.as_str()), ("DOMO_CLIENT_ID", "id"), ("DOMO_CLIENT_SECRET", "hush")];
    let args = ["audit", "--directory", "workers.csv", "-q"];
    let mut first = command(company.path()).envs(env).args(args).stderr(std::process::Stdio::null()).spawn().unwrap();
    let asked = silent.accept().unwrap();
    let second = run_with(company.path(), &env, args).code(8);
    assert!(second.stderr.contains(&format!("process {}", first.id())), "{}", second.stderr);
    assert_eq!(company.runs()["unfinished"].as_array().unwrap().len(), 1, "the second made no folder");
    first.kill().unwrap();
    first.wait().unwrap();
    drop(asked);
    company.audit("2026-06-01");
}

#[test]
fn a_run_that_cannot_reach_domo_says_so_and_is_no_run() {
    let company = Company::new();
    company.prepare();
    // Nothing listens on the discard port.
    let env = [("DOMO_API_URL", "http://127.0.0.1:9"), ("DOMO_CLIENT_ID", "id"), ("DOMO_CLIENT_SECRET", "hush-hush")];
    let failed = run_with(company.path(), &env, ["audit", "--directory", "workers.csv"]).code(1);
    assert!(!failed.stderr.contains("hush-hush"), "{}", failed.stderr);
    let listed = company.runs();
    assert!(listed["runs"].as_array().unwrap().is_empty(), "{listed}");
    let folder = company.path().join(listed["unfinished"][0].as_str().unwrap());
    let page = std::fs::read_to_string(folder.join("report.html")).unwrap();
    assert!(page.contains("this run failed") && !page.contains("hush-hush"), "{page}");
    assert!(run(company.path(), ["runs"]).code(0).stdout.contains("it failed; its report says why"));
    let verified = run(company.path(), ["verify", folder.to_str().unwrap()]).code(1);
    assert!(verified.stderr.contains("is not a complete run"), "{}", verified.stderr);
}

#[test]
fn check_says_that_nobody_would_hear_before_the_first_run() {
    let company = Company::new();
    company.prepare();
    let rules = "[[directory]]\npath = \"workers.csv\"\n[notify]\nurl_env = \"HOOK\"\ntextfile = \"nowhere/domo.prom\"\n";
    std::fs::write(company.path().join("domo-reconcile.toml"), rules).unwrap();
    let problems = |hook: &str| -> Vec<String> {
        let checked = run_with(company.path(), &[("HOOK", hook)], ["check", "--json"]).code(2).json();
        let problems = checked["problems"].as_array().unwrap().iter().filter(|problem| problem["where"] == "notify");
        problems.map(|problem| problem["problem"].as_str().unwrap().to_owned()).collect()
    };
    let [hook, metrics] = &problems("")[..] else { panic!("{:?}", problems("")) };
    assert!(hook.contains("HOOK, which should hold the webhook's address, is not set"), "{hook}");
    assert!(metrics.contains("nowhere, where [notify] textfile puts the metrics, is not there"), "{metrics}");
    assert!(problems("http://example.com/hush")[0].ends_with("the webhook's address must be https"));
    std::fs::create_dir(company.path().join("nowhere")).unwrap();
    assert_eq!(problems("https://example.com/hush"), [""; 0]);
}

#[test]
fn who_watches_is_told_how_many_and_never_who() {
    use std::io::{Read, Write};
    let company = Company::new();
    company.prepare();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/hook/s3cr3t", listener.local_addr().unwrap());
    let rules = "[domo]\ninstance = \"acme\"\n[[directory]]\npath = \"workers.csv\"\n[notify]\nurl_env = \"HOOK\"\ntextfile = \"domo.prom\"\n";
    std::fs::write(company.path().join("domo-reconcile.toml"), rules).unwrap();
    listener.set_nonblocking(true).unwrap();
    let hook = std::thread::spawn(move || {
        let patience = std::time::Instant::now() + Duration::from_secs(30);
        let mut stream = loop {
            match listener.accept() {
                Ok((stream, _)) => break stream,
                Err(_) => assert!(std::time::Instant::now() < patience, "nobody called"),
            }
            std::thread::sleep(Duration::from_millis(10));
        };
        stream.set_nonblocking(false).unwrap();
        let mut request = Vec::new();
        let mut buffer = [0; 4096];
        while !String::from_utf8_lossy(&request).ends_with('}') {
            let read = stream.read(&mut buffer).unwrap();
            assert!(read > 0, "the request ended early");
            request.extend_from_slice(&buffer[..read]);
        }
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok").unwrap();
        String::from_utf8(request).unwrap()
    });
    let args = ["audit", "--accounts", "users.json", "--fail-on", "medium", "-q"];
    run_with(company.path(), &[("HOOK", &address)], args).code(4);
    let request = hook.join().unwrap();
    let body: serde_json::Value = serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap();
    assert!(body["text"].as_str().unwrap().starts_with("Domo access review of acme: "), "{body}");
    assert_eq!(body["runs"][0]["exit_code"], 4);
    assert_eq!(body["runs"][0]["findings"]["medium"], 1);
    for name in ["olga", "Olga", "example.com", "users.json"] {
        assert!(!request.contains(name), "{request}");
    }
    let metrics = std::fs::read_to_string(company.path().join("domo.prom")).unwrap();
    assert!(metrics.contains("domo_reconcile_run_judged{instance=\"acme\"} 1"), "{metrics}");
    assert!(metrics.contains("domo_reconcile_run_exit_code{instance=\"acme\"} 4"), "{metrics}");

    // Nobody there: said without the secret in the address, and the run is as it is.
    let ended =
        run_with(company.path(), &[("HOOK", "http://127.0.0.1:9/hook/s3cr3t")], ["audit", "--accounts", "users.json", "-q"])
            .code(0);
    assert!(ended.stderr.contains("nobody was told of this run") && !ended.stderr.contains("s3cr3t"), "{}", ended.stderr);
}
