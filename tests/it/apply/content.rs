//! What accounts own: told with findings, handed over, and held against every deletion.

use std::path::{Path, PathBuf};

use chrono::{Days, Utc};
use domo_reconcile::plan::guard::AuditFigures;
use domo_reconcile::sandbox::{DataSet, Options, Profile};
use serde_json::{Value, json};

use super::company::{Company, options, plan_now};
use super::fixture::{hundred, update};

const DATASETS: &str = "ID,Name,Owner_User_ID\nd-1,Sales,13\nd-2,\"Costs, planned\",13\nd-3,Other,20\n";
const DATAFLOWS: &str = "ID,Display Name,Status,Owner ID\n71,Nightly,SUCCESS,13\n72,Gone,DELETED,13\n73,Mine,SUCCESS,20\n";
const REPORTS: &str = "[content]\ndatasets = \"stats-datasets\"\ndataflows = \"stats-dataflows\"\n";
const DELETE: &str = "[policy]\nleaver = \"delete\"\n";

/// A DataSet with these rows, that many days old.
fn dataset(id: &str, csv: &str, age: u64) -> DataSet {
    DataSet { id: id.into(), name: id.into(), owner: 1, csv: csv.into(), current: Utc::now() - Days::new(age) }
}

/// A company of which person 13 has left; 10 leads everybody.
struct Left {
    company: Company,
}

impl Left {
    fn on(profile: Profile, datasets: Vec<DataSet>) -> Self {
        let options = Options { profile, datasets, ..options() };
        let company = Company::with(options, plan_now(vec![update(10)], &hundred(), AuditFigures::default()));
        let left = Self { company };
        left.leave(&[13]);
        left
    }

    /// The directory, in which these people have left.
    fn leave(&self, gone: &[u64]) {
        let mut rows = "Email,Employee Number,Name,Title,Department,Location,Phone,Status,Manager Email\n".to_owned();
        for id in (1..=3).chain(10..60) {
            let status = if gone.contains(&id) { "Terminated" } else { "Active" };
            rows += &format!("p{id}@acme.com,{id:05},Person {id},Analyst,Finance,Lehi,801-555-0100,{status},p10@acme.com\n");
        }
        self.company.write("workers.csv", &rows);
    }

    fn audit(&self, more: &str) -> PathBuf {
        self.company.configure(&format!("[[directory]]\npath = \"workers.csv\"\n{more}"));
        self.company.audit()
    }

    /// Approves everything and carries it out.
    fn apply(&self, run: &Path) -> Value {
        let plan = run.join("plan.json").to_str().unwrap().to_owned();
        self.company.run(&["review", &plan, "--approve", "all", "--by", "ana"]).code(0);
        let dry = self.company.run(&["apply", &plan, "--json"]).code(0).json();
        let ran = self.company.run(&["apply", &plan, "--confirm", "--json"]).json();
        assert_eq!(dry["results"][0]["outcome"], ran["results"][0]["outcome"], "{dry}");
        ran["results"][0].clone()
    }

    fn deletions(&self) -> usize {
        self.company.writes().iter().filter(|request| request.method == "DELETE").count()
    }
}

fn json_of(run: &Path, name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(run.join(name)).unwrap()).unwrap()
}

/// The finding of this kind about an account.
fn finding(run: &Path, kind: &str, account: u64) -> Option<Value> {
    let all = json_of(run, "findings.json")["findings"].as_array().unwrap().clone();
    all.into_iter().find(|finding| finding["account"]["id"] == account && finding["kind"] == kind)
}

fn not_tested(run: &Path, check: &str) -> String {
    let all = json_of(run, "findings.json")["not_tested"].as_array().unwrap().clone();
    let one = all.iter().find(|untested| untested["check"] == check);
    one.map(|untested| untested["why"].as_str().unwrap().to_owned()).unwrap_or_default()
}

fn blocked(run: &Path) -> String {
    let plan = json_of(run, "plan.json");
    let action = plan["actions"].as_array().unwrap().iter().find(|action| action["kind"] == "delete").unwrap().clone();
    action["blocked"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn what_a_leaver_owns_is_told_handed_over_and_holds_the_deletion_on_both_domos() {
    for profile in [Profile::guide(), Profile::recorded()] {
        let left = Left::on(profile, vec![dataset("stats-datasets", DATASETS, 0), dataset("stats-dataflows", DATAFLOWS, 0)]);
        let run = left.audit(&format!("{REPORTS}{DELETE}"));
        let found = finding(&run, "leaver", 13).unwrap();
        assert_eq!(found["owns"], json!({"datasets": 2, "dataflows": 1}));
        assert!(found["reason"].as_str().unwrap().contains("it owns 2 DataSets, 1 DataFlow"), "{found}");
        assert_eq!(blocked(&run), "owns 2 DataSets, 1 DataFlow");
        let shown = left.company.run(&["review", run.to_str().unwrap()]).code(0).stdout;
        assert!(shown.contains("1 deletion is blocked by what the accounts own"), "{shown}");
        let why = json_of(&run, "plan.json")["actions"][0]["why"].as_str().unwrap().to_owned();
        assert!(why.ends_with(". Blocked: owns 2 DataSets, 1 DataFlow"), "{why}");
        let sheet = std::fs::read_to_string(run.join("review.csv")).unwrap();
        assert!(sheet.contains("\"2 DataSets, 1 DataFlow\""), "{sheet}");
        let handover = std::fs::read_to_string(run.join("handover.csv")).unwrap();
        let lines: Vec<_> = handover.trim_start_matches('\u{feff}').lines().collect();
        let heir = "10,p10@acme.com,manager in the directory";
        assert_eq!(
            lines,
            [
                "account_id,email,type,object_id,object_name,proposed_owner_id,proposed_owner_email,why",
                &format!("13,p13@acme.com,dataflows,71,Nightly,{heir}"),
                &format!("13,p13@acme.com,datasets,d-2,\"Costs, planned\",{heir}"),
                &format!("13,p13@acme.com,datasets,d-1,Sales,{heir}"),
            ]
        );
        let outcome = left.apply(&run);
        assert_eq!(outcome["outcome"], "refused");
        assert!(outcome["detail"].as_str().unwrap().starts_with("owns 2 DataSets, 1 DataFlow: hand it over first"), "{outcome}");
        assert_eq!(left.deletions(), 0);
        // The same findings come out again from what the run kept.
        let replayed = left.company.run(&["replay", run.to_str().unwrap(), "--json"]).code(0).json();
        assert_eq!(replayed["identical"], true, "{replayed}");
    }
}

#[test]
fn ownership_that_came_about_after_the_plan_holds_the_deletion_wherever_the_plan_is_applied() {
    let left = Left::on(Profile::guide(), Vec::new());
    left.company.write("datasets.csv", "ID,Name,Owner_User_ID\nd-3,Other,20\n");
    let run = left.audit(&format!("[content]\ndatasets = \"datasets.csv\"\n{DELETE}"));
    assert_eq!(blocked(&run), "");
    assert!(finding(&run, "leaver", 13).unwrap().get("owns").is_none());
    left.company.write("datasets.csv", DATASETS);
    // The configuration at hand says nothing of content, or names another report of which nobody owns anything: the plan's is
    // asked.
    left.company.write("elsewhere.csv", "ID,Name,Owner_User_ID\nd-1,Sales,10\n");
    for at_hand in ["", "[content]\ndatasets = \"elsewhere.csv\"\nmax_age_days = 3650\n"] {
        left.company.configure(at_hand);
        let outcome = left.apply(&run);
        assert_eq!(outcome["outcome"], "refused", "{outcome}");
        assert!(outcome["detail"].as_str().unwrap().starts_with("owns 2 DataSets: hand it over first"), "{outcome}");
    }
    assert_eq!((left.deletions(), left.company.find(13).is_some()), (0, true));
    // Handed over, it can be deleted.
    left.company.write("datasets.csv", "ID,Name,Owner_User_ID\nd-1,Sales,10\n");
    let plan = run.join("plan.json").to_str().unwrap().to_owned();
    left.company.run(&["apply", &plan, "--confirm", "--json"]).code(0);
    assert_eq!((left.deletions(), left.company.find(13).is_some()), (1, false));
}

#[test]
fn what_is_to_be_handed_over_names_nobody_in_a_redacted_run() {
    let csv = "ID,Name,Owner_User_ID\nd-1,\"Sales of Person 13, p13@acme.com\",13\nd-2,Costs,14\n";
    let left = Left::on(Profile::guide(), vec![dataset("stats-datasets", csv, 0)]);
    // Of 14 the manager is nobody's account.
    left.leave(&[13, 14]);
    let rows = std::fs::read_to_string(left.company.path("workers.csv")).unwrap();
    let rows = rows.replace(
        "00014,Person 14,Analyst,Finance,Lehi,801-555-0100,Terminated,p10@",
        "00014,Person 14,Analyst,Finance,Lehi,801-555-0100,Terminated,boss@",
    );
    left.company.write("workers.csv", &rows);
    left.company.configure("[[directory]]\npath = \"workers.csv\"\n[content]\ndatasets = \"stats-datasets\"\n");
    let answer = left.company.run(&["audit", "--redact", "--json"]).code(0).json();
    let run = left.company.path(answer["run_dir"].as_str().unwrap());
    let handover = std::fs::read_to_string(run.join("handover.csv")).unwrap();
    for name in ["p13", "p14", "p10", "boss", "acme.com", "Person", "Costs"] {
        assert!(!handover.contains(name), "{name}: {handover}");
    }
    // The same account has the same token as in the other files.
    let accounts = std::fs::read_to_string(run.join("accounts.csv")).unwrap();
    let row = accounts.lines().find(|row| row.starts_with("13,")).unwrap();
    let token = row.split(',').find(|cell| cell.starts_with("email-")).unwrap();
    assert!(handover.contains(&format!("13,{token},datasets,d-1,")), "{token}: {handover}");
}

/// DataSets and DataFlows by DomoStats, as it is at this moment, and by the API's own list.
const LIVE: [&str; 2] =
    ["[content]\ndatasets = \"domostats-datasets\"\ndataflows = \"domostats-dataflows\"\n", "[content]\napi = true\n"];

#[test]
fn ownership_that_comes_about_between_two_deletions_of_one_apply_holds_the_second() {
    for (profile, content, owns) in [
        (Profile::guide(), LIVE[0], "owns 1 DataSet, 1 DataFlow: hand it over first"),
        (Profile::recorded(), LIVE[0], "owns 1 DataSet, 1 DataFlow: hand it over first"),
        (Profile::guide(), LIVE[1], "owns 1 DataSet: hand it over first"),
    ] {
        let left = Left::on(profile, vec![DataSet::owned("d-1", "Sales", 20)]);
        left.company.domo.fault("DELETE /v1/users/13=own:14".parse().unwrap());
        left.company.domo.own(20);
        left.leave(&[13, 14]);
        let run = left.audit(&format!("{content}{DELETE}"));
        let plan = run.join("plan.json").to_str().unwrap().to_owned();
        left.company.run(&["review", &plan, "--approve", "all", "--by", "ana"]).code(0);
        // By the plan alone, wherever it is applied.
        left.company.configure("");
        let dry = left.company.run(&["apply", &plan, "--json"]).code(0).json();
        assert_eq!(dry["counts"], json!({"would-do": 2}), "{dry}");
        let ran = left.company.run(&["apply", &plan, "--confirm", "--json"]).code(7).json();
        assert_eq!(ran["counts"], json!({"done": 1, "refused": 1}), "{ran}");
        assert!(ran["results"][1]["detail"].as_str().unwrap().starts_with(owns), "{ran}");
        assert_eq!((left.deletions(), left.company.find(13).is_some(), left.company.find(14).is_some()), (1, false, true));
    }
}

#[test]
fn ownership_that_comes_about_while_a_deletion_waits_to_be_sent_again_holds_it() {
    let left = Left::on(Profile::guide(), vec![DataSet::owned("d-1", "Sales", 20)]);
    // Turned away, and read again before the second attempt: meanwhile the account owns something.
    left.company.domo.fault("DELETE /v1/users/13#1=429:0".parse().unwrap());
    left.company.domo.fault("GET /v1/users/13#2=own:13".parse().unwrap());
    let run = left.audit(&format!("{}{DELETE}", LIVE[1]));
    let plan = run.join("plan.json").to_str().unwrap().to_owned();
    left.company.run(&["review", &plan, "--approve", "all", "--by", "ana"]).code(0);
    let ran = left.company.run(&["apply", &plan, "--confirm", "--json"]).code(7).json();
    assert_eq!(ran["results"][0]["outcome"], "refused", "{ran}");
    assert!(ran["results"][0]["detail"].as_str().unwrap().starts_with("owns 1 DataSet"), "{ran}");
    assert_eq!((left.deletions(), left.company.find(13).is_some()), (1, true));
}

#[test]
fn a_file_of_what_accounts_own_is_read_once_however_many_are_deleted() {
    let left = Left::on(Profile::guide(), Vec::new());
    left.company.write("datasets.csv", "ID,Name,Owner_User_ID\nd-3,Other,20\n");
    left.leave(&[13, 14]);
    let run = left.audit(&format!("[content]\ndatasets = \"datasets.csv\"\n{DELETE}"));
    let plan = run.join("plan.json").to_str().unwrap().to_owned();
    left.company.run(&["review", &plan, "--approve", "all", "--by", "ana"]).code(0);
    // A pipe gives what is in it to whoever reads first, and nobody a second time.
    let file = left.company.path("datasets.csv");
    std::fs::remove_file(&file).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&file).status().unwrap().success());
    let writer = std::thread::spawn(move || std::fs::write(file, "ID,Name,Owner_User_ID\nd-1,Sales,14\n"));
    let ran = left.company.run(&["apply", &plan, "--confirm", "--json"]).code(7).json();
    writer.join().unwrap().unwrap();
    assert_eq!(ran["counts"], json!({"done": 1, "refused": 1}), "{ran}");
    assert!(ran["results"][1]["detail"].as_str().unwrap().starts_with("owns 1 DataSet: hand it over first"), "{ran}");
    assert_eq!((left.company.find(13).is_some(), left.company.find(14).is_some()), (false, true));
}

#[test]
fn a_short_list_that_is_given_again_whatever_the_offset_is_read_once() {
    let left = Left::on(Profile::guide(), vec![DataSet::owned("d-1", "Sales", 13), DataSet::owned("d-2", "Costs", 20)]);
    left.company.domo.fault("GET /v1/datasets=circle".parse().unwrap());
    let run = left.audit(&format!("{}{DELETE}", LIVE[1]));
    assert_eq!(finding(&run, "leaver", 13).unwrap()["owns"]["datasets"], 1);
    let asked = left.company.domo.requests().iter().filter(|request| request.path.starts_with("/v1/datasets")).count();
    assert_eq!(asked, 2, "the list, and the same again");
}

#[test]
fn a_report_of_yesterday_does_not_hide_what_changed_owner_today() {
    // DomoStats of this morning names nobody who leaves; the API's list, since noon, does.
    let csv = "ID,Name,Owner_User_ID\nd-1,Sales,20\n";
    let left = Left::on(Profile::guide(), vec![dataset("stats-datasets", csv, 0), DataSet::owned("d-2", "New", 20)]);
    let run = left.audit(&format!("[content]\ndatasets = \"stats-datasets\"\n{DELETE}"));
    assert_eq!(blocked(&run), "");
    left.company.domo.own(13);
    let outcome = left.apply(&run);
    assert!(outcome["detail"].as_str().unwrap().starts_with("owns 1 DataSet: hand it over first"), "{outcome}");
    assert_eq!((outcome["outcome"].clone(), left.deletions()), (json!("refused"), 0));
}

#[test]
fn a_report_that_cannot_be_relied_on_gives_no_figure_and_holds_every_deletion() {
    let cases = [
        (
            dataset("stats-datasets", DATASETS, 9),
            "9 days older than the day judged (limit 3 days)",
            "owns 2 DataSets, as far as is known",
        ),
        (dataset("stats-datasets", "ID,Name,Owner_User_ID\n", 0), "it holds no rows", "what it owns is not known"),
        (dataset("stats-datasets", "ID,Name\nd-1,Sales\n", 0), "no column for the owner", "what it owns is not known"),
        (dataset("stats-datasets", "ID,Name,Owner_User_ID\nd-1,Sales,999\n", 0), "it is another's", "what it owns is not known"),
        (
            dataset("stats-datasets", "ID,Name,Owner_User_ID\nd-1,Sales,thirteen\n", 0),
            "`thirteen` is no id",
            "what it owns is not known",
        ),
        (dataset("elsewhere", DATASETS, 0), "DataSet not found", "what it owns is not known"),
    ];
    for (dataset, why, held) in cases {
        let left = Left::on(Profile::guide(), vec![dataset]);
        let run = left.audit(&format!("[content]\ndatasets = \"stats-datasets\"\n{DELETE}"));
        assert!(not_tested(&run, "content.datasets").contains(why), "{why}: {}", not_tested(&run, "content.datasets"));
        let page = std::fs::read_to_string(run.join("report.html")).unwrap();
        assert!(page.contains("<dt>DomoStats datasets</dt>") && page.contains("Not tested: datasets."), "{why}");
        let found = finding(&run, "leaver", 13).unwrap();
        assert!(found.get("owns").is_none() && !found["reason"].as_str().unwrap().contains("owns"), "{found}");
        assert!(blocked(&run).starts_with(held) && blocked(&run).contains(why), "{held}: {}", blocked(&run));
        assert_eq!((left.apply(&run)["outcome"].clone(), left.deletions()), (json!("refused"), 0));
    }
}

#[test]
fn domostats_people_tells_of_sign_ins_second_factors_and_superiors() {
    let long_ago = (Utc::now() - Days::new(200)).format("%Y-%m-%d %H:%M:%S");
    let today = Utc::now().format("%Y-%m-%d %H:%M:%S");
    let mut people = "User ID,Display Name,Last Login,Two Factor Enabled,Account Locked,Reports To\n".to_owned();
    // 59 is newer than the report, or left out of it: nothing is known of its sign-ins.
    for id in (1..=3).chain(10..59) {
        let (login, factor, locked) = match id {
            11 => (long_ago.to_string(), "true", "false"),
            2 => (today.to_string(), "false", "false"),
            13 => (today.to_string(), "true", "true"),
            _ => (today.to_string(), "true", "false"),
        };
        people += &format!("{id},Person {id},{login},{factor},{locked},3\n");
    }
    let left = Left::on(Profile::guide(), vec![dataset("stats-datasets", DATASETS, 0), dataset("people", &people, 0)]);
    let rows = std::fs::read_to_string(left.company.path("workers.csv")).unwrap().replace(",p10@acme.com\n", ",\n");
    left.company.write("workers.csv", &rows);
    let run = left.audit(&format!("[content]\ndatasets = \"stats-datasets\"\npeople = \"people\"\n{DELETE}"));
    assert_eq!(finding(&run, "dormant", 11).unwrap()["last_seen"], (Utc::now() - Days::new(200)).date_naive().to_string());
    assert!(finding(&run, "dormant", 12).is_none() && finding(&run, "dormant", 59).is_none());
    assert!(finding(&run, "single-factor", 2).is_some() && finding(&run, "single-factor", 1).is_none());
    assert!(finding(&run, "leaver", 13).unwrap()["reason"].as_str().unwrap().contains("it is locked"));
    let handover = std::fs::read_to_string(run.join("handover.csv")).unwrap();
    assert!(handover.contains("Sales,3,p3@acme.com,\"reports to, in Domo\""), "{handover}");
    // A rehearsal has no DomoStats, and knows what the run read of it.
    left.company.run(&["review", run.to_str().unwrap(), "--approve", "all", "--by", "ana"]).code(0);
    let rehearsed = left.company.run(&["apply", run.to_str().unwrap(), "--rehearse", "--json"]).json();
    let (before, after) = (&rehearsed["rehearsal"]["findings_before"], &rehearsed["rehearsal"]["findings_after"]);
    for kind in ["dormant", "single-factor"] {
        assert_eq!((&before[kind], &after[kind]), (&json!(1), &json!(1)), "{kind}: {rehearsed}");
    }
}

#[test]
fn an_employee_id_of_domostats_is_a_key_where_the_account_has_no_number() {
    let left =
        Left::on(Profile::guide(), vec![dataset("people", "User ID,Last Login,Employee ID\n15,2026-11-01 10:00:00,00015\n", 0)]);
    let company = Options { accounts: left.company.domo.users(), ..options() };
    let mut accounts = company.accounts;
    let account = accounts.iter_mut().find(|user| user["id"] == 15).unwrap();
    (account["email"], account["employeeNumber"]) = ("fifteen@acme.com".into(), "".into());
    left.company.write("accounts.json", &serde_json::to_string(&accounts).unwrap());
    left.company.write("people.csv", "User ID,Last Login,Employee ID\n15,2026-11-01 10:00:00,00015\n");
    let audit = |more: &str| {
        left.company.configure(&format!("[[directory]]\npath = \"workers.csv\"\n{more}"));
        let answer = left.company.run(&["audit", "--accounts", "accounts.json", "--json"]).code(0).json();
        left.company.path(answer["run_dir"].as_str().unwrap())
    };
    assert!(finding(&audit(""), "orphan", 15).is_some());
    let run = audit("[content]\npeople = \"people.csv\"\n");
    assert!(finding(&run, "orphan", 15).is_none());
    assert_eq!(finding(&run, "drift", 15).unwrap()["matched_by"], json!(["employee_number"]));
}

#[test]
fn role_grants_say_which_custom_roles_may_administer() {
    let grants = "Role ID,Grant Name,Grant Description\n77,Manage All Users,\n77,Manage Cards,\n78,Manage Cards,\n";
    let left = Left::on(Profile::guide(), Vec::new());
    let mut accounts = left.company.domo.users();
    for (id, role) in [(20, "Super Admin"), (21, "Builder"), (22, "Mystery")] {
        accounts.iter_mut().find(|user| user["id"] == id).unwrap()["role"] = role.into();
    }
    left.company.write("accounts.json", &serde_json::to_string(&accounts).unwrap());
    left.company.write("grants.csv", grants);
    left.company.write("roles.csv", "ID,Name\n77,Super Admin\n78,Builder\n79,Mystery\n");
    left.company
        .configure("[[directory]]\npath = \"workers.csv\"\n[content]\nrole_grants = \"grants.csv\"\nroles = \"roles.csv\"\n");
    let answer = left.company.run(&["audit", "--accounts", "accounts.json", "--json"]).code(0).json();
    let run = left.company.path(answer["run_dir"].as_str().unwrap());
    let why = not_tested(&run, "privileged");
    assert!(why.contains("Mystery (1 account)") && !why.contains("Builder") && !why.contains("Super Admin"), "{why}");
    let page = std::fs::read_to_string(run.join("report.html")).unwrap();
    let listed = page.split("<section id=\"privileged\"").nth(1).unwrap().split("</section>").next().unwrap().to_owned();
    assert!(listed.contains("Super Admin") && listed.contains("Mystery") && !listed.contains("Builder"), "{listed}");
}

#[test]
fn without_domostats_the_apis_own_lists_are_a_lower_bound_and_check_says_what_the_scope_opens() {
    let own = DataSet { owner: 13, ..dataset("d-1", "a\n1\n", 0) };
    let left = Left::on(Profile::guide(), vec![own, dataset("stats-dataflows", DATAFLOWS, 5)]);
    let content = "[content]\napi = true\ndataflows = \"stats-dataflows\"\nmax_age_days = 7\n";
    let run = left.audit(&format!("{content}{DELETE}"));
    let found = finding(&run, "leaver", 13).unwrap();
    assert_eq!(found["owns"], json!({"cards": 1, "datasets": 1, "dataflows": 1}));
    let reason = found["reason"].as_str().unwrap();
    assert!(reason.contains("it owns at least 1 DataSet, 1 DataFlow, at least 1 card"), "{reason}");
    assert!(not_tested(&run, "content.datasets").contains("a lower bound"));
    let said = left.company.run(&["check"]).code(0).stdout;
    for part in
        ["the scope `data`, which opens every DataSet", "[content] dataflows: DataSet stats-dataflows, 3 rows of ", "a lower bound"]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
    // Only with [content] is that scope asked for.
    let scopes =
        |left: &Left| left.company.domo.requests().iter().filter(|request| request.path.contains("scope=user+data")).count();
    let before = scopes(&left);
    left.audit("");
    assert_eq!((before > 0, scopes(&left)), (true, before));
}

#[test]
fn check_names_the_ways_on_where_nobody_carries_active() {
    let recorded = Left::on(Profile::recorded(), Vec::new());
    recorded.company.configure("[[directory]]\npath = \"workers.csv\"\n");
    let said = recorded.company.run(&["check"]).code(0).stdout;
    for way in ["does not say who is active", "leaver = \"demote\"", "\"delete\"", "Admin > Governance > People"] {
        assert!(said.contains(way), "{way}: {said}");
    }
    let guide = Left::on(Profile::guide(), Vec::new());
    guide.company.configure("[[directory]]\npath = \"workers.csv\"\n");
    assert!(!guide.company.run(&["check"]).code(0).stdout.contains("does not say who is active"));
}
