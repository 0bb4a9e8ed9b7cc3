//! Who watches is told: by a webhook in its own form, by the metrics file, and in time of a plan that nobody decides.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::folder::Folder;
use crate::support::{Ran, run_with};

/// A receiver on loopback that answers one request after the other with these statuses, then goes away.
struct Receiver {
    address: String,
    bodies: std::thread::JoinHandle<Vec<Value>>,
}

impl Receiver {
    fn answering(statuses: &'static [&'static str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/hook/s3cr3t-token?sig=hush-hush", listener.local_addr().unwrap());
        listener.set_nonblocking(true).unwrap();
        let bodies = std::thread::spawn(move || statuses.iter().map(|status| one(&listener, status)).collect());
        Self { address, bodies }
    }

    /// All that was sent, as JSON.
    fn bodies(self) -> Vec<Value> {
        self.bodies.join().unwrap()
    }
}

fn one(listener: &TcpListener, status: &str) -> Value {
    let patience = Instant::now() + Duration::from_secs(60);
    let mut stream = loop {
        match listener.accept() {
            Ok((stream, _)) => break stream,
            Err(_) => assert!(Instant::now() < patience, "nobody called"),
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    stream.set_nonblocking(false).unwrap();
    let (mut request, mut buffer) = (Vec::new(), [0; 65536]);
    let body = loop {
        let read = stream.read(&mut buffer).unwrap();
        assert!(read > 0, "the request ended early");
        request.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&request);
        if let Some(body) = text.split_once("\r\n\r\n").and_then(|(_, body)| serde_json::from_str(body).ok()) {
            break body;
        }
    };
    // It echoes the address that it was called by.
    let said = r#"{"message": "no such hook /hook/s3cr3t-token?sig=hush-hush"}"#;
    let answer = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{said}", said.len());
    stream.write_all(answer.as_bytes()).unwrap();
    body
}

/// An orphan, a leaver who is an Admin, and a row that cannot be used.
fn company(notify: &str) -> Folder {
    let users = json!([
        {"id": 1, "email": "ada@acme.example", "name": "Ada Brandt", "role": "Admin", "active": true},
        {"id": 2, "email": "ben@acme.example", "name": "Ben Castro", "role": "Admin", "active": true},
        {"id": 3, "email": "olga@acme.example", "name": "Olga Petrova", "role": "Participant", "active": true},
    ]);
    let workers = "Name,Work Email,Status,Termination Date\nAda Brandt,ada@acme.example,Active,\n\
                   Ben Castro,ben@acme.example,Terminated,2026-10-31\nNobody,,Active,\n";
    Folder::of(&users, workers).with("domo-reconcile.toml", config(notify))
}

fn config(notify: &str) -> String {
    format!(
        "[domo]\ninstance = \"acme\"\n[[directory]]\npath = \"workers.csv\"\nmax_age_days = 0\n\
         [report]\nurl = \"https://reports.acme.example/domo/\"\n[notify]\nurl_env = \"HOOK\"\n{notify}"
    )
}

fn at(folder: &Path, moment: &str, hook: &str, args: &[&str]) -> Ran {
    let epoch = moment.parse::<chrono::DateTime<chrono::Utc>>().unwrap().timestamp().to_string();
    run_with(folder, &[("SOURCE_DATE_EPOCH", &epoch), ("HOOK", hook)], args.iter().copied())
}

const AUDIT: &[&str] = &["audit", "--accounts", "users.json", "--json"];

fn nobody_is_named_in(text: &str) {
    for name in ["ada", "Ada", "Ben", "olga", "Petrova", "s3cr3t", "hush"] {
        assert!(!text.contains(name), "`{name}` in {text}");
    }
}

#[test]
fn a_run_is_told_with_its_doubts_its_worst_its_link_and_no_names() {
    let folder = company("textfile = \"domo.prom\"\n");
    let receiver = Receiver::answering(&["200 OK"]);
    let answer = at(folder.path(), "2026-11-28T06:00:00Z", &receiver.address, AUDIT).code(0).json();
    let body = receiver.bodies().remove(0);
    nobody_is_named_in(&body.to_string());
    let told = &body["runs"][0];
    let link = format!("https://reports.acme.example/domo/{}/report.html", answer["run_id"].as_str().unwrap());
    assert_eq!((&told["outcome"], &told["report"]), (&json!("warnings"), &json!(link)));
    assert_eq!(told["reasons"].as_array().unwrap().len(), answer["reasons"].as_array().unwrap().len());
    let text = body["text"].as_str().unwrap();
    let held: Vec<_> = answer["plan"]["refused_by"].as_array().unwrap().iter().map(|guard| guard.as_str().unwrap()).collect();
    assert!(text.contains(&format!("planned. The plan is held back ({}).", held.join(", "))), "{text}");
    assert_eq!(told["held_back_by"], answer["plan"]["refused_by"]);
    assert!(text.contains("(1 critical, 0 high)") && text.contains("\nWhy: 1 row of the directory was rejected"), "{text}");
    assert!(text.ends_with(&format!("\nReport: {link}")), "{text}");
    let metrics = std::fs::read_to_string(folder.path().join("domo.prom")).unwrap();
    for line in [
        "run_doubts{instance=\"acme\"} 1",
        "findings{instance=\"acme\",severity=\"critical\"} 1",
        "plan_undecided{instance=\"acme\"} 2",
    ] {
        assert!(metrics.contains(&format!("domo_reconcile_{line}\n")), "{line}: {metrics}");
    }
}

#[test]
fn what_changed_in_access_is_told() {
    let folder = company("");
    at(folder.path(), "2026-11-27T06:00:00Z", "", AUDIT).code(0);
    let users = std::fs::read_to_string(folder.path().join("users.json")).unwrap();
    std::fs::write(folder.path().join("users.json"), users.replace("Participant", "Admin")).unwrap();
    let receiver = Receiver::answering(&["200 OK"]);
    at(folder.path(), "2026-11-28T06:00:00Z", &receiver.address, AUDIT).code(0);
    let text = receiver.bodies().remove(0)["text"].to_string();
    assert!(text.contains("1 change of access (1 admin gained, 1 "), "{text}");
}

#[test]
fn a_failure_is_told_with_its_cause_and_the_next_step() {
    let folder = company("form = \"slack\"\n");
    std::fs::remove_file(folder.path().join("workers.csv")).unwrap();
    let receiver = Receiver::answering(&["200 OK"]);
    at(folder.path(), "2026-11-28T06:00:00Z", &receiver.address, AUDIT).code(2);
    let body = receiver.bodies().remove(0);
    let text = body["text"].as_str().unwrap();
    assert!(text.starts_with("Domo access review of acme: FAILED, exit code 2."), "{text}");
    assert!(text.contains("\nBecause: ") && text.contains("workers.csv") && text.contains("\nNext: "), "{text}");
    assert_eq!(body.as_object().unwrap().len(), 1, "{body}");
}

#[test]
fn a_configuration_that_is_not_valid_is_told_to_whom_it_names() {
    let folder = company("");
    let wrong = config("")
        + "[[exception]]\naccount = \"olga@acme.example\"\nkinds = []\nreason = \"x\"\nowner = \"y\"\nexpires = 2027-01-01\n";
    std::fs::write(folder.path().join("domo-reconcile.toml"), wrong).unwrap();
    let receiver = Receiver::answering(&["200 OK"]);
    at(folder.path(), "2026-11-28T06:00:00Z", &receiver.address, AUDIT).code(2);
    let body = receiver.bodies().remove(0);
    nobody_is_named_in(&body.to_string());
    assert_eq!(body["runs"][0]["because"], "the configuration is not valid");
    assert!(body["runs"][0]["next"].as_str().unwrap().contains("domo-reconcile check"), "{body}");
}

#[test]
fn a_receiver_that_turns_it_away_is_asked_again_and_its_address_is_never_shown() {
    let folder = company("form = \"teams\"\n");
    let receiver = Receiver::answering(&["503 Service Unavailable", "429 Too Many Requests\r\nretry-after: 1", "202 Accepted"]);
    let ran = at(folder.path(), "2026-11-28T06:00:00Z", &receiver.address, AUDIT).code(0);
    assert!(!ran.stderr.contains("nobody was told"), "{}", ran.stderr);
    let bodies = receiver.bodies();
    assert!(bodies.iter().all(|body| *body == bodies[0]));
    let card = &bodies[0]["attachments"][0];
    assert_eq!(card["contentType"], "application/vnd.microsoft.card.adaptive");
    assert!(card["content"]["body"][0]["text"].as_str().unwrap().starts_with("Domo access review of acme"), "{card}");
    assert!(card["content"]["actions"][0]["url"].as_str().unwrap().ends_with("/report.html"), "{card}");

    let refusing = Receiver::answering(&["404 Not Found"]);
    let ran = at(folder.path(), "2026-11-29T06:00:00Z", &refusing.address, &["-v", "audit", "--accounts", "users.json"]).code(0);
    refusing.bodies();
    assert!(ran.stderr.contains("warning: nobody was told of this run: 127.0.0.1:"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("s3cr3t") && !ran.stderr.contains("hush"), "{}", ran.stderr);
}

#[test]
fn a_notice_that_nobody_took_is_a_warning_in_the_json_log_and_no_error() {
    let folder = company("");
    let refusing = Receiver::answering(&["404 Not Found"]);
    let args = ["--log-format", "json", "--quiet", "audit", "--accounts", "users.json"];
    let ran = at(folder.path(), "2026-11-29T06:00:00Z", &refusing.address, &args).code(0);
    refusing.bodies();
    let lines: Vec<Value> = ran.stderr.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.iter().map(|line| line["level"].as_str().unwrap()).collect::<Vec<_>>(), ["WARN"], "{}", ran.stderr);
    assert!(lines[0]["fields"]["message"].as_str().unwrap().starts_with("nobody was told of this run"), "{}", ran.stderr);
}

#[test]
fn a_plan_that_expires_undecided_is_remembered_in_time() {
    let folder = company("textfile = \"domo.prom\"\n");
    let receiver = Receiver::answering(&["200 OK"]);
    let run_id = at(folder.path(), "2026-11-01T06:00:00Z", &receiver.address, AUDIT).code(0).json()["run_id"].clone();
    assert_eq!(receiver.bodies()[0]["reminders"], json!([]), "a plan of today is not due");
    let remind = ["runs", "remind", "--json"];
    let early = at(folder.path(), "2026-11-15T06:00:00Z", "nobody is called", &remind).code(0).json();
    assert_eq!(early["reminders"], json!([]));

    let receiver = Receiver::answering(&["200 OK"]);
    let due = at(folder.path(), "2026-11-28T06:00:00Z", &receiver.address, &remind).code(0).json();
    let body = receiver.bodies().remove(0);
    nobody_is_named_in(&body.to_string());
    assert_eq!(body["reminders"], due["reminders"]);
    assert_eq!(due["reminders"][0]["run_id"], run_id);
    let text = body["text"].as_str().unwrap();
    assert!(
        text.contains("2 of 2 actions of the plan") && text.contains("undecided, and it expires on 2026-12-01, in 3 days"),
        "{text}"
    );

    // Decided, it is not due any more, and the metrics say so.
    let run_id = run_id.as_str().unwrap();
    at(folder.path(), "2026-11-28T07:00:00Z", "", &["review", run_id, "--approve", "all", "--by", "ana@acme.example"]).code(0);
    let left = at(folder.path(), "2026-11-28T08:00:00Z", "nobody is called", &remind).code(0).json();
    assert_eq!(left["reminders"], json!([]), "{left}");
    let metrics = std::fs::read_to_string(folder.path().join("domo.prom")).unwrap();
    assert!(metrics.contains("domo_reconcile_plan_undecided{instance=\"acme\"} 0\n"), "{metrics}");
    assert!(metrics.contains("domo_reconcile_findings{instance=\"acme\",severity=\"critical\"} 1\n"), "{metrics}");
}

#[test]
fn a_plan_that_cannot_be_read_is_told_and_one_that_nobody_proposes_any_more_is_not() {
    let folder = company("");
    let of = |moment: &str, args: &[&str]| at(folder.path(), moment, "", args);
    of("2026-11-01T06:00:00Z", AUDIT).code(0);
    let run = of("2026-11-02T06:00:00Z", AUDIT).code(0).json()["run_dir"].as_str().unwrap().to_owned();
    let plan = folder.path().join(run).join("plan.json");
    let whole = std::fs::read_to_string(&plan).unwrap();
    std::fs::write(&plan, whole.replace("deactivate", "reactivate")).unwrap();
    let unread = of("2026-11-28T06:00:00Z", &["runs", "remind"]).code(1);
    assert_eq!(unread.stdout, "", "the one before it is no plan any more");
    assert!(unread.stderr.contains("what waits for decisions is not known") && unread.stderr.contains("plan.json of the run"));
    std::fs::write(&plan, whole).unwrap();
    // Both have no account any more: there is nothing left to do.
    folder.write(
        "users.json",
        json!([{"id": 1, "email": "ada@acme.example", "name": "Ada Brandt", "role": "Admin", "active": true}]).to_string(),
    );
    folder.write("workers.csv", "Name,Work Email,Status,Termination Date\nAda Brandt,ada@acme.example,Active,\n");
    assert_eq!(of("2026-11-28T07:00:00Z", AUDIT).code(0).json()["plan"], Value::Null);
    assert_eq!(of("2026-11-28T08:00:00Z", &["runs", "remind", "--json"]).code(0).json(), json!({"reminders": []}));
}

#[test]
fn an_audit_that_makes_no_plan_reminds_of_the_one_that_waits() {
    let folder = company("");
    at(folder.path(), "2026-11-01T06:00:00Z", "", AUDIT).code(0);
    std::fs::write(folder.path().join("workers.csv"), "Name,Work Email,Status\n").unwrap();
    let receiver = Receiver::answering(&["200 OK"]);
    at(folder.path(), "2026-11-28T06:00:00Z", &receiver.address, AUDIT).code(3);
    let body = receiver.bodies().remove(0);
    assert!(body["text"].as_str().unwrap().contains("INCOMPLETE, do not rely on it"), "{body}");
    assert_eq!(body["reminders"][0]["days_left"], 3, "{body}");
}

#[test]
fn metrics_are_never_put_over_another_file_or_into_an_archive() {
    let folder = company("textfile = \"workers.csv\"\n");
    let workers = std::fs::read(folder.path().join("workers.csv")).unwrap();
    let ran = at(folder.path(), "2026-11-23T06:00:00Z", "", AUDIT);
    assert!(ran.stderr.contains("workers.csv is another file, which is not overwritten"), "{}", ran.stderr);
    assert_eq!(std::fs::read(folder.path().join("workers.csv")).unwrap(), workers);
    let run =
        std::fs::read_dir(folder.path().join("audits")).unwrap().flatten().find(|entry| entry.path().is_dir()).unwrap().path();
    let place = format!("textfile = {:?}\n", run.join("domo.prom"));
    std::fs::write(folder.path().join("domo-reconcile.toml"), config(&place)).unwrap();
    let ran = at(folder.path(), "2026-11-23T06:00:00Z", "", &["check", "--accounts", "users.json"]).code(2);
    assert!(ran.stdout.contains("lies in an archive, where nothing is overwritten"), "{}", ran.stdout);
    at(folder.path(), "2026-11-23T06:00:00Z", "", AUDIT);
    assert!(!run.join("domo.prom").exists());
}

/// Neither a metrics file that cannot be written nor a webhook that is down keeps the reminder from anybody else.
#[test]
fn a_reminder_reaches_whom_it_can_and_says_whom_not() {
    let folder = company("textfile = \"nowhere/domo.prom\"\n");
    at(folder.path(), "2026-11-01T06:00:00Z", "", AUDIT).code(0);
    let receiver = Receiver::answering(&["200 OK"]);
    let ran = at(folder.path(), "2026-11-28T06:00:00Z", &receiver.address, &["runs", "remind"]).code(1);
    assert_eq!(receiver.bodies()[0]["reminders"][0]["days_left"], 3);
    assert!(ran.stdout.contains("undecided") && ran.stderr.contains("nowhere/domo.prom"), "{}{}", ran.stdout, ran.stderr);
    let refusing = Receiver::answering(&["404 Not Found"]);
    let ran = at(folder.path(), "2026-11-28T06:00:00Z", &refusing.address, &["runs", "remind", "--json"]).code(1).json();
    refusing.bodies();
    assert_eq!(ran["reminders"][0]["days_left"], 3);
    let failed = ran["failed"]["error"].as_str().unwrap();
    assert!(failed.contains("127.0.0.1") && failed.contains("nowhere/domo.prom") && !failed.contains("s3cr3t"), "{failed}");
}
