//! Several instances in one command: each by its own credentials and its own slice, and the page over all of them.

use std::path::{Path, PathBuf};

use scraper::{Html, Selector};
use serde_json::{Value, json};

use super::faults::killed_after;
use super::{Company, Run, state, verify};
use crate::local_domo::LocalDomo;
use crate::support::{Ran, command, run, run_with};
use domo_reconcile::archive::Lock;

/// A company in several Domos, some of which answer.
struct Group {
    company: Company,
    config: String,
    env: Vec<(String, String)>,
    domos: Vec<LocalDomo>,
}

impl Group {
    /// The small company, of whom Ben left but kept his accounts.
    fn new() -> Self {
        let mut company = Company::new();
        let ben = company.workers.iter_mut().find(|row| row.contains("Ben Castro")).unwrap();
        *ben = ben.replace("Active,", "Terminated,2026-05-31");
        company.prepare();
        let config = "[[directory]]\npath = \"workers.csv\"\n".to_owned();
        Self { company, config, env: Vec::new(), domos: Vec::new() }
    }

    /// An instance that holds these accounts, behind a client of its own.
    fn instance(&mut self, name: &str, users: &[Value], more: &str) {
        let number = self.domos.len();
        let file = self.company.path().join(format!("users-{number}.json"));
        std::fs::write(&file, serde_json::to_vec(users).unwrap()).unwrap();
        let domo = LocalDomo::with_client(&file, &format!("client-{number}"), &format!("hush-{number}"));
        let url = domo.url().to_owned();
        self.domos.push(domo);
        self.entry(name, &url, number, more);
        self.env.push((format!("ID_{number}"), format!("client-{number}")));
        self.env.push((format!("SECRET_{number}"), format!("hush-{number}")));
    }

    fn entry(&mut self, name: &str, url: &str, number: usize, more: &str) {
        let name = toml_text(name);
        self.config += &format!(
            "[[instance]]\nname = {name}\napi_url = \"{url}\"\nclient_id_env = \"ID_{number}\"\nclient_secret_env = \"SECRET_{number}\"\n{more}\n"
        );
    }

    /// An instance that nobody serves: nothing listens on the discard port.
    fn unreachable(&mut self, name: &str) {
        self.entry(name, "http://127.0.0.1:9", 99, "");
        self.env.push(("ID_99".to_owned(), "client".to_owned()));
        self.env.push(("SECRET_99".to_owned(), "hush".to_owned()));
    }

    fn path(&self) -> &Path {
        self.company.path()
    }

    fn env(&self) -> Vec<(&str, &str)> {
        self.env.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    fn audit(&self, day: &str, more: &[&str]) -> Ran {
        std::fs::write(self.path().join("domo-reconcile.toml"), &self.config).unwrap();
        let epoch = format!("{day}T06:00:00Z").parse::<chrono::DateTime<chrono::Utc>>().unwrap().timestamp().to_string();
        let mut env = self.env();
        env.push(("SOURCE_DATE_EPOCH", &epoch));
        run_with(self.path(), &env, ["audit"].into_iter().chain(more.iter().copied()))
    }

    fn users(&self) -> Vec<Value> {
        self.company.users.clone()
    }

    fn run(&self, answer: &Value) -> Run {
        Run { folder: self.path().join(answer["run_dir"].as_str().unwrap()) }
    }
}

fn toml_text(text: &str) -> String {
    // A basic string of TOML is written as one of JSON, but for what JSON leaves bare.
    serde_json::to_string(text).unwrap().replace('\u{7f}', "\\u007F")
}

/// Where the page is in this form.
fn path(group: &Group, answer: &Value, ending: &str) -> PathBuf {
    let pages = answer[0]["summary"].as_array().unwrap();
    let page = pages.iter().find(|page| page.as_str().unwrap().ends_with(ending)).unwrap();
    group.path().join(page.as_str().unwrap())
}

fn text(group: &Group, answer: &Value, ending: &str) -> String {
    std::fs::read_to_string(path(group, answer, ending)).unwrap()
}

fn html(group: &Group, answer: &Value) -> Html {
    Html::parse_document(&text(group, answer, ".html"))
}

fn texts(page: &Html, selector: &str) -> Vec<String> {
    let selector = Selector::parse(selector).unwrap();
    let text = |element: scraper::ElementRef| element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ");
    page.select(&selector).map(text).collect()
}

/// The cells of a table's rows.
fn rows(page: &Html, table: &str) -> Vec<Vec<String>> {
    let row = Selector::parse(&format!("section[aria-labelledby={table}-c] tbody tr")).unwrap();
    let cell = Selector::parse("th, td").unwrap();
    let text = |element: scraper::ElementRef| element.text().collect::<String>().trim().to_owned();
    page.select(&row).map(|row| row.select(&cell).map(text).collect()).collect()
}

/// One complete, one that cannot be reached, one that is empty.
fn three() -> Group {
    let mut group = Group::new();
    let users = group.users();
    group.instance("acme", &users, "");
    group.unreachable("acme-us");
    group.instance("acme-jp", &[], "");
    group
}

#[test]
fn one_that_fails_and_one_that_is_incomplete_hide_nothing_of_the_others() {
    let group = three();
    let ran = group.audit("2026-06-01", &["--json"]).code(1);
    let answer = ran.json();
    let names: Vec<_> = answer.as_array().unwrap().iter().map(|one| one["instance"].as_str().unwrap()).collect();
    assert_eq!(names, ["acme", "acme-us", "acme-jp"], "one element an instance, in the configuration's order");
    assert_eq!((&answer[0]["evidence"], &answer[2]["evidence"]), (&json!("complete"), &json!("incomplete")), "{answer}");
    assert_eq!(answer[1]["failed"]["exit_code"], 1);
    assert!(answer[1].get("evidence").is_none() && answer[1].get("findings").is_none(), "{}", answer[1]);
    assert!(answer[1]["failed"]["error"].as_str().unwrap().contains("127.0.0.1"), "{answer}");
    assert!(ran.stderr.contains("acme-us: error: ") && !ran.stderr.contains("hush"), "{}", ran.stderr);

    // The two that were judged are runs of one chain; the third's folder says that it failed.
    for judged in [&answer[0], &answer[2]] {
        verify(&group.run(judged).folder).code(0);
    }
    let failed = group.run(&answer[1]).folder;
    assert!(!failed.join("manifest.json").exists());
    let page = std::fs::read_to_string(failed.join("report.html")).unwrap();
    assert!(page.contains("this run failed") && page.contains("runs prune --keep-days 730 --confirm"), "{page}");
    assert_eq!(group.company.runs()["runs"].as_array().unwrap().len(), 2);
}

#[test]
fn the_page_says_first_what_is_missing_and_then_what_each_report_says() {
    let group = three();
    let answer = group.audit("2026-06-01", &["--json"]).code(1).json();
    let page = html(&group, &answer);
    let main: Vec<_> = texts(&page, "main > section");
    let first = &main[0];
    assert!(first.contains("1 of 3 instances was NOT audited. 1 of 3 instances has incomplete evidence."), "{first}");
    assert!(first.contains("Do not take this page for the whole."), "{first}");
    let places: Vec<_> = ["acme-us", "acme-jp"].map(|name| first.find(name).unwrap()).into();
    assert!(places.is_sorted() && first.contains("error: no token from 127.0.0.1"), "{first}");

    let findings = rows(&page, "findings-table");
    let by_severity = &answer[0]["findings"]["by_severity"];
    let counts: Vec<_> = ["critical", "high", "medium", "low", "info"].map(|severity| by_severity[severity].to_string()).into();
    assert_eq!(findings[0][2..7], counts[..], "the numbers are those of the run");
    assert_eq!(findings[1][1..], ["Not audited", "–", "–", "–", "–", "–", "–", "–", "–"], "no numbers are not zeros");
    assert!(findings[2][1].contains("Incomplete"), "{findings:?}");

    for (table, side) in [("accounts-table", "accounts"), ("people-table", "people")] {
        let row = &rows(&page, table)[0];
        let counts: Vec<u64> = row[4..].iter().map(|count| count.parse().unwrap()).collect();
        assert_eq!(row[1], answer[0][side]["read"].to_string());
        assert_eq!((&row[1], counts.iter().sum::<u64>().to_string(), row[3].as_str()), (&row[2], row[1].clone(), "Ties out"));
    }
    let digests = rows(&page, "runs-table");
    let listed = group.company.runs();
    assert_eq!(digests[0][2], listed["runs"][0]["manifest_sha256"].as_str().unwrap());
}

/// A snapshot holds one instance: with several, the command says which ones there are to choose from.
#[test]
fn a_pull_takes_the_instance_that_is_named() {
    let mut group = Group::new();
    let users = group.users();
    group.instance("acme", &users, "");
    group.instance("acme-eu", &users[..2], "");
    std::fs::write(group.path().join("domo-reconcile.toml"), &group.config).unwrap();
    let pull = |more: &[&str]| run_with(group.path(), &group.env(), ["pull", "--json"].into_iter().chain(more.iter().copied()));
    for (name, accounts) in [("acme", users.len()), ("ACME-EU", 2)] {
        assert_eq!(pull(&["--instance", name, "--out", "a.jsonl"]).code(0).json()["accounts"], accounts, "{name}");
    }
    for more in [&[][..], &["--instance", "acme-us"]] {
        let refused = pull(more).code(2).stderr;
        assert!(refused.contains("acme, acme-eu") && refused.contains("--instance"), "{refused}");
    }
}

#[test]
fn who_left_and_may_still_come_in_somewhere_else_is_one_person() {
    let mut group = Group::new();
    let users = group.users();
    group.instance("acme", &users, "");
    // Ben is an Admin there and nobody else has an account.
    let mut ben = users.iter().find(|user| user["name"] == "Ben Castro").unwrap().clone();
    ben["id"] = json!(777);
    ben["email"] = json!("BEN.CASTRO@example.com");
    group.instance("acme-eu", &[ben], "");
    let answer = group.audit("2026-06-01", &["--json"]).code(0).json();
    let page = html(&group, &answer);
    let left = rows(&page, "left-table");
    let [ben] = left.as_slice() else { panic!("{left:?}") };
    assert!(ben[0].contains("Ben Castro") && ben[2] == "2026-05-31" && ben[4] == "2", "{ben:?}");
    assert!(ben[5].contains("acme.domo.com: Admin") && ben[5].contains("acme-eu.domo.com: Admin"), "{ben:?}");
    let said = texts(&page, "#left").join(" ");
    assert!(said.contains("1 person left and still has an active account") && !said.contains("There may be more"), "{said}");

    // With names replaced, he is one person still.
    let answer = group.audit("2026-06-02", &["--json", "--redact"]).code(0).json();
    let text = text(&group, &answer, ".html");
    assert!(!text.to_lowercase().contains("castro") && !text.contains("workers.csv") && text.contains("name-"), "{text}");
    let left = rows(&Html::parse_document(&text), "left-table");
    assert_eq!((left.len(), left[0][4].as_str()), (1, "2"), "{left:?}");
}

#[test]
fn each_instance_has_its_own_credentials_its_own_slice_and_its_own_history() {
    let mut group = Group::new();
    let users = group.users();
    group.instance("acme", &users, "people = { name = [\"A*\", \"B*\", \"C*\", \"D*\", \"E*\"] }");
    group.instance("acme-eu", &users[..1], "people = { name = [\"Ada*\", \"Elif*\"] }");
    let answer = group.audit("2026-06-01", &["--json"]).code(0).json();
    // Elif is expected in Europe and has no account there; those outside the slice are not missing.
    assert_eq!((&answer[0]["people"]["missing"], &answer[1]["people"]["missing"]), (&json!(0), &json!(1)), "{answer}");
    assert!(answer[1]["people"]["not_expected"].as_u64().unwrap() >= 2, "{answer}");

    // The wrong secret for one is that one's failure.
    let secret = group.env.iter().position(|(name, _)| name == "SECRET_1").unwrap();
    group.env[secret].1 = "wrong".to_owned();
    let next = group.audit("2026-07-01", &["--json"]).code(1).json();
    assert_eq!((next[0]["evidence"].clone(), next[1]["failed"]["exit_code"].clone()), (json!("complete"), json!(1)));
    // So is a variable that is not set: wrong usage, of that instance alone.
    group.env.retain(|(name, _)| name != "SECRET_1");
    let answer = group.audit("2026-08-01", &["--json"]).code(2).json();
    assert_eq!(answer[1]["failed"]["exit_code"], 2);
    assert!(answer[1]["failed"]["error"].as_str().unwrap().contains("SECRET_1 not set"), "{answer}");

    let page = html(&group, &answer);
    let change = rows(&page, "change-table");
    assert_eq!(change[0][1..], ["2026-07-01", "0", "0", "2", "2", "0"], "{change:?}");
    assert_eq!(group.run(&answer[0]).json("manifest.json")["number"], 4, "one chain for all");
}

#[test]
fn the_exit_code_is_the_worst_and_findings_count_too() {
    let mut group = Group::new();
    let users = group.users();
    group.instance("acme", &users, "");
    group.instance("acme-eu", &users, "");
    group.audit("2026-06-01", &[]).code(0);
    group.audit("2026-06-02", &["--fail-on", "high"]).code(4);
    group.instance("acme-jp", &[], "");
    let said = group.audit("2026-06-03", &["--fail-on", "high"]).code(3).stdout;
    assert!(said.contains("\n3 instances: 1 INCOMPLETE, 2 complete\nSummary: "), "{said}");
}

#[test]
fn what_all_need_and_is_not_there_fails_before_any_begins() {
    let group = three();
    let lock = Lock::take(&group.path().join("audits"), "2026-06-01T06:00:00Z".parse().unwrap()).unwrap();
    let refused = group.audit("2026-06-01", &["--json"]).code(8);
    assert!(refused.stderr.contains("is in use"), "{}", refused.stderr);
    assert_eq!(refused.json()["failed"]["exit_code"], 8, "stdout has its one document");
    drop(lock);
    std::fs::remove_file(group.path().join("workers.csv")).unwrap();
    group.audit("2026-06-01", &["--json"]).code(2);
    let listed = group.company.runs();
    assert!(listed["runs"].as_array().unwrap().is_empty() && listed["unfinished"].as_array().unwrap().is_empty(), "{listed}");
}

#[test]
fn a_name_that_no_domo_has_is_refused_with_all_others_and_shown_as_text() {
    let mut group = Group::new();
    let names = ["", " ", "a b", "<img src=x onerror=alert(1)>", "a|b`c`\u{202E}[x](javascript:1) @team"];
    for (number, name) in names.into_iter().enumerate() {
        group.entry(name, "http://127.0.0.1:9", number, "");
    }
    let refused = group.audit("2026-06-01", &[]).code(2).stderr;
    assert_eq!(refused.matches("is the name of no instance: write `acme` for acme.domo.com").count(), names.len(), "{refused}");
    assert!(!refused.contains('\u{202E}'), "{refused}");
}

/// Finding ids hang on the name: one Domo has one, and an archive keeps the one that an older version gave it.
#[test]
fn an_instance_is_one_however_its_name_is_written_and_keeps_the_name_that_its_archive_knows() {
    let company = Company::new();
    let audit = |day: &str, name: &str| {
        company.folder.write("domo-reconcile.toml", format!("[domo]\ninstance = {}\n", toml_text(name)));
        company.audit(day)
    };
    let first = audit("2026-05-01", "acme");
    let second = audit("2026-06-01", " https://ACME.domo.com/");
    assert_eq!(second.json("findings.json")["run"]["instance"], "acme");
    assert_eq!(second.state("orphan", 180), state("open", "2026-05-01"));
    assert!(second.read("report.md").contains("acme.domo.com"), "{}", second.read("report.md"));

    let old = [first, second].map(|run| run.folder.join("manifest.json"));
    for manifest in old {
        let named = std::fs::read_to_string(&manifest).unwrap().replace("\"acme\"", "\" ACME \"");
        std::fs::write(&manifest, named).unwrap();
    }
    let third = audit("2026-07-01", "acme");
    assert_eq!(third.json("findings.json")["run"]["instance"], " ACME ");
    assert!(third.read("report.md").contains("acme.domo.com"), "{}", third.read("report.md"));
}

#[test]
fn the_page_is_self_contained_well_formed_and_its_owners_alone() {
    let group = three();
    let answer = group.audit("2026-06-01", &["--json"]).code(1).json();
    let (path, page) = (path(&group, &answer, ".html"), html(&group, &answer));
    let policy = page.select(&Selector::parse("meta[http-equiv=Content-Security-Policy]").unwrap()).next().unwrap();
    let policy = policy.attr("content").unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-") && policy.contains("script-src 'none'"), "{policy}");
    let ids: std::collections::BTreeSet<_> =
        page.select(&Selector::parse("[id]").unwrap()).map(|element| element.attr("id").unwrap().to_owned()).collect();
    assert_eq!(ids.len(), texts(&page, "[id]").len(), "an id is there twice");
    for link in page.select(&Selector::parse("a[href]").unwrap()) {
        let href = link.attr("href").unwrap();
        match href.strip_prefix('#') {
            Some(id) => assert!(ids.contains(id), "{href}"),
            None => assert!(path.parent().unwrap().join(href).is_file(), "{href} leads nowhere"),
        }
    }
    assert!(texts(&page, "th:not([scope])").is_empty());
    assert_eq!(texts(&page, "table").len(), texts(&page, "table > caption").len());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    }
    assert!(text(&group, &answer, ".md").contains("|---|"));
    let answer = group.audit("2026-06-02", &["--json", "--markdown", "jira"]).code(1).json();
    let plain = text(&group, &answer, ".md");
    assert!(plain.contains("NOT audited") && !plain.contains("|---|"), "{plain}");
}

#[test]
fn a_page_goes_with_the_last_of_its_runs() {
    let mut group = Group::new();
    let users = group.users();
    group.instance("acme", &users, "");
    group.instance("acme-eu", &users, "");
    for day in ["2026-01-01", "2026-02-01"] {
        group.audit(day, &[]).code(0);
    }
    let pages = || std::fs::read_dir(group.path().join("audits/summaries")).unwrap().count();
    std::fs::write(group.path().join("audits/summaries/signed.pdf"), "x").unwrap();
    assert_eq!(pages(), 5);
    let shown = run(group.path(), ["runs", "prune", "--keep-runs", "1"]).code(0).stdout;
    assert!(shown.contains("a summary of runs that are gone") && pages() == 5, "{shown}");
    run(group.path(), ["runs", "prune", "--keep-runs", "1", "--confirm"]).code(0);
    assert_eq!(pages(), 3, "what is not ours stays");
    let left = std::fs::read_dir(group.path().join("audits/summaries")).unwrap();
    assert!(left.flatten().all(|page| !page.file_name().to_string_lossy().starts_with("20260101")));
}

#[cfg(unix)]
#[test]
fn an_interruption_ends_all_that_has_not_begun() {
    use std::io::Read;
    let mut group = Group::new();
    // The first accepts and never answers.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    group.entry("acme", &format!("http://{}", silent.local_addr().unwrap()), 99, "");
    group.env.push(("ID_99".to_owned(), "client".to_owned()));
    group.env.push(("SECRET_99".to_owned(), "hush".to_owned()));
    let users = group.users();
    group.instance("acme-eu", &users, "");
    std::fs::write(group.path().join("domo-reconcile.toml"), &group.config).unwrap();
    let mut child = command(group.path())
        .envs(group.env())
        .args(["audit", "--json"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let asked = silent.accept().unwrap();
    std::process::Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    let mut said = String::new();
    child.stdout.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{said}");
    drop(asked);
    let answer: Value = serde_json::from_str(&said).unwrap();
    for one in answer.as_array().unwrap() {
        assert_eq!(one["failed"]["exit_code"], 130, "{answer}");
    }
    assert!(texts(&html(&group, &answer), "#evidence").join(" ").contains("2 of 2 instances were NOT audited."));
    assert!(group.company.runs()["runs"].as_array().unwrap().is_empty());
}

#[cfg(unix)]
#[test]
fn a_run_killed_between_instances_leaves_whole_runs_and_no_page() {
    let mut group = Group::new();
    let users = group.users();
    group.instance("acme", &users, "");
    group.instance("acme-eu", &users, "");
    let began = std::time::Instant::now();
    group.audit("2026-05-01", &[]).code(0);
    let whole = began.elapsed();
    let kills = 8;
    let kill = |nth| killed_after(command(group.path()).envs(group.env()).arg("audit"), whole * nth / kills);
    assert!((1..=kills).filter(|nth| kill(*nth)).count() > 0);
    let listed = group.company.runs();
    assert!(listed["unreadable"].as_array().unwrap().is_empty(), "{listed}");
    for run in listed["runs"].as_array().unwrap() {
        verify(&group.path().join(run["path"].as_str().unwrap())).code(0);
    }
    group.audit("2026-06-01", &[]).code(0);
    run(group.path(), ["runs", "prune", "--keep-runs", "1000", "--confirm"]).code(0);
    let pages = std::fs::read_dir(group.path().join("audits/summaries")).unwrap();
    for page in pages.flatten() {
        let text = std::fs::read_to_string(page.path()).unwrap();
        assert!(text.trim_end().ends_with("</html>") || page.path().extension().unwrap() == "md", "half a page");
    }
}

#[test]
fn an_exclusion_and_an_owner_are_judged_over_all_instances() {
    let rules = |owner: &str| {
        let mut group = Group::new();
        group.config = format!(
            "[domo]\nclient_owner = \"{owner}\"\n[[exclude]]\nemail = \"only-here@acme.example\"\nreason = \"robot\"\nowner = \"it\"\n\
             [[exclude]]\nemail = \"scv-*@acme.example\"\nreason = \"service accounts\"\nowner = \"it\"\n{}",
            group.config
        );
        let robot = json!({"id": 77, "email": "only-here@acme.example", "name": "Robot", "role": "Admin", "active": true});
        let users = group.users();
        group.instance("one", &[users.clone(), vec![robot]].concat(), "");
        group.instance("two", &users, "");
        group
    };
    let group = rules("only-here@acme.example");
    let answer = group.audit("2026-06-30", &["--json"]).code(0).json();
    let idle = |at: usize| {
        let findings = group.run(&answer[at]).json("findings.json")["findings"].take();
        let quality = findings.as_array().unwrap().iter().filter(|found| found["kind"] == "quality").cloned();
        let said: Vec<_> = quality.map(|found| found["reason"].as_str().unwrap().to_owned()).collect();
        said.into_iter().filter(|reason| reason.contains("covers no account")).collect::<Vec<_>>()
    };
    assert_eq!((idle(0).len(), idle(1).len()), (0, 1), "{:?}", idle(1));
    assert!(idle(1)[0].contains("scv-*@acme.example"));
    // Each of them was judged with a guard that guards nobody.
    let refused = rules("nobody@acme.example").audit("2026-06-30", &["--json"]).code(2);
    let said = |instance: &serde_json::Value| instance["failed"]["error"].as_str().unwrap_or_default().to_owned();
    for instance in refused.json().as_array().unwrap() {
        assert!(said(instance).contains("client_owner `nobody@acme.example` names no account"), "{instance}");
        assert_eq!(instance["failed"]["exit_code"], 2);
    }
}

/// What is found in one is accepted there: in another, the same address may be somebody else's, and an id is.
#[test]
fn a_finding_of_one_instance_is_accepted_in_that_one_alone() {
    let mut group = Group::new();
    let users = group.users();
    group.instance("acme", &users, "");
    group.instance("acme-eu", &users, "");
    let answer = group.audit("2026-06-01", &["--json"]).code(0).json();
    let found = group.run(&answer[1]).finding("orphan", 180).unwrap();
    let run = answer[1]["run_dir"].as_str().unwrap();
    let accept =
        ["review", run, "--accept", found["id"].as_str().unwrap(), "--until", "2099-12-31", "--by", "hr", "--comment", "agreed"];
    let wrote = run_with(group.path(), &group.env(), accept.into_iter().chain(["--write"])).code(0);
    assert!(wrote.stdout.ends_with("expires = 2099-12-31\ninstance = \"acme-eu\"\n"), "{}", wrote.stdout);
    group.config = std::fs::read_to_string(group.path().join("domo-reconcile.toml")).unwrap();
    let next = group.audit("2026-07-01", &["--json"]).code(0).json();
    let [here, there] = [1, 0].map(|place| group.run(&next[place]).finding("orphan", 180).unwrap());
    assert_eq!((&here["exception"]["owner"], &there["exception"]), (&json!("hr"), &Value::Null));
    // Where it does not count, it is not one that covers nothing.
    assert_eq!(next[0]["findings"]["by_kind"].get("exception"), None, "{next}");
    let again = run_with(group.path(), &group.env(), accept.into_iter().chain(["--write", "--json"])).code(0).json();
    assert_eq!(again["written"], Value::Null);
    // One of an instance that is not there would count nowhere.
    group.config = group.config.replace("\ninstance = \"acme-eu\"", "\ninstance = \"acme-us\"");
    let refused = group.audit("2026-08-01", &[]).code(2).stderr;
    assert!(refused.contains("is of `acme-us`, and no [[instance]] is called so"), "{refused}");
}

#[test]
fn what_is_published_of_several_instances_is_the_run_of_each_and_the_page_over_all_of_them() {
    let mut group = Group::new();
    let users = group.users();
    group.instance("acme-eu", &users, "");
    group.instance("acme-us", &users, "");
    let publish = |group: &Group| {
        let script = crate::support::samples().join("schedule/publish.sh");
        let ran =
            std::process::Command::new("sh").arg(script).args(["audits", "served"]).current_dir(group.path()).output().unwrap();
        (ran.status.code(), String::from_utf8_lossy(&ran.stdout).into_owned(), String::from_utf8_lossy(&ran.stderr).into_owned())
    };
    let answer = group.audit("2026-06-01", &["--json", "--redact"]).code(0).json();
    let page = path(&group, &answer, ".html");
    let page = page.strip_prefix(group.path().join("audits")).unwrap();
    for _ in 0..2 {
        assert_eq!(publish(&group).0, Some(0), "{:?}", publish(&group));
    }
    // Every link of the page over all of them leads somewhere there, too.
    let served = Html::parse_document(&std::fs::read_to_string(group.path().join("served").join(page)).unwrap());
    let links = Selector::parse("a[href^='../']").unwrap();
    let links: Vec<_> =
        served.select(&links).map(|link| link.attr("href").unwrap().split('#').next().unwrap().to_owned()).collect();
    assert!(links.len() >= 2, "{links:?}");
    for link in &links {
        assert!(group.path().join("served/summaries").join(link).exists(), "{link}");
    }
    for one in 0..2 {
        let run = group.run(&answer[one]).id();
        assert_eq!(std::fs::read_dir(group.path().join("served").join(run)).unwrap().count(), 7);
    }
    // Nothing of an audit in clear.
    group.audit("2026-07-01", &["--json"]).code(0);
    let (code, published, said) = publish(&group);
    assert!(code == Some(1) && published.is_empty() && said.contains("names people"), "{published}{said}");
}

/// One archive, two Domos: who names the configuration of one of them decides about that one.
#[test]
fn latest_is_of_the_instance_at_hand_and_names_the_others() {
    let mut group = Group::new();
    let users = group.users();
    group.instance("acme", &users, "");
    group.instance("acme-us", &users, "");
    let answer = group.audit("2026-06-01", &["--json"]).code(0).json();
    let one = |name: &str| format!("[domo]\ninstance = \"{name}\"\n[[directory]]\npath = \"workers.csv\"\n");
    std::fs::write(group.path().join("one.toml"), one("acme")).unwrap();
    std::fs::write(group.path().join("other.toml"), one("acme-jp")).unwrap();
    let epoch = "2026-06-02T06:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap().timestamp().to_string();
    let run = |args: &[&str]| run_with(group.path(), &[("SOURCE_DATE_EPOCH", &epoch)], args.iter().copied());
    // Of both, the newest: and whose the other is.
    let both = run(&["review", "latest"]).code(0);
    assert!(both.stdout.contains(" for acme-us, made"), "{}", both.stdout);
    let named = format!("acme has {}", answer[0]["run_dir"].as_str().unwrap());
    assert!(both.stderr.contains(&named), "{}", both.stderr);
    // Of one, its own.
    let decided = run(&["review", "latest", "--config", "one.toml", "--approve", "all", "--by", "ana"]).code(0);
    assert!(decided.stdout.contains(" for acme: ") && !decided.stderr.contains("acme-us"), "{}{}", decided.stdout, decided.stderr);
    let decisions = |place: usize| {
        let plan = std::fs::read(group.run(&answer[place]).folder.join("plan.json")).unwrap();
        serde_json::from_slice::<Value>(&plan).unwrap()["decisions"].as_object().unwrap().len()
    };
    assert!(decisions(0) > 0 && decisions(1) == 0, "{} {}", decisions(0), decisions(1));
    let certified = run(&["certify", "latest", "--config", "one.toml"]).code(0).stdout;
    assert!(certified.contains(" of acme (scope "), "{certified}");
    for args in [&["review", "latest"][..], &["certify", "latest"], &["revert", "latest"], &["apply", "latest"]] {
        let refused = run(&[args, &["--config", "other.toml"]].concat()).code(2).stderr;
        assert!(refused.contains("names another instance than acme, acme-us"), "{refused}");
    }
}
