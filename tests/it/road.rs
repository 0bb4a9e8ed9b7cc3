//! The whole road on the sample company: audit, review, apply, audit again, over HTTP.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::Value;

use super::company::AS_OF;
use super::local_domo::LocalDomo;
use super::support::{self, Ran};

/// A folder for the archive, a Domo, and the sample configuration.
struct Road {
    folder: tempfile::TempDir,
    domo: LocalDomo,
    config: String,
}

impl Road {
    fn begin() -> Self {
        let config = support::samples().join("domo-reconcile.toml").to_str().unwrap().to_owned();
        Self { folder: tempfile::tempdir().unwrap(), domo: LocalDomo::of_the_sample_company(), config }
    }

    fn run(&self, args: &[&str]) -> Ran {
        let needs_config = !matches!(args[0], "review" | "runs" | "verify");
        let config = if needs_config { &["--config", &self.config][..] } else { &[] };
        self.domo.run(self.folder.path(), args.iter().chain(config).copied())
    }

    fn audit(&self) -> Audit {
        let answer = self.run(&["audit", "--json", "--as-of", AS_OF]).code(0).json();
        Audit { folder: self.folder.path().join(answer["run_dir"].as_str().unwrap()), answer }
    }
}

struct Audit {
    folder: PathBuf,
    answer: Value,
}

impl Audit {
    fn read(&self, name: &str) -> Value {
        serde_json::from_slice(&std::fs::read(self.folder.join(name)).unwrap()).unwrap()
    }

    fn plan_path(&self) -> String {
        self.folder.join("plan.json").to_str().unwrap().to_owned()
    }

    fn actions(&self) -> Vec<Value> {
        self.read("plan.json")["actions"].as_array().unwrap().clone()
    }

    fn finding_ids(&self) -> BTreeSet<String> {
        self.read("findings.json")["findings"].as_array().unwrap().iter().map(|finding| text(&finding["id"])).collect()
    }

    /// The snapshot by id.
    fn accounts(&self) -> BTreeMap<u64, Value> {
        let lines = std::fs::read_to_string(self.folder.join("accounts.jsonl")).unwrap();
        let objects = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        objects.map(|object| (object["id"].as_u64().unwrap(), object)).collect()
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// What differs between two objects, by field. Domo leaves out what is not set: a text without letters is no value.
fn difference(before: &Value, after: &Value) -> BTreeMap<String, (Value, Value)> {
    let (before, after) = (before.as_object().unwrap(), after.as_object().unwrap());
    let fields: BTreeSet<_> = before.keys().chain(after.keys()).filter(|field| *field != "updatedAt").collect();
    let pairs = fields.into_iter().map(|field| {
        let value = |object: &serde_json::Map<String, Value>| {
            object.get(field).filter(|value| *value != "").cloned().unwrap_or(Value::Null)
        };
        (field.clone(), (value(before), value(after)))
    });
    pairs.filter(|(_, (before, after))| before != after).collect()
}

/// Whoever reads only what is printed finds the way there and back.
#[test]
fn each_step_names_the_next_one() {
    let road = Road::begin();
    let plan = road.audit().plan_path();
    let acknowledged = ["--override", "rejected-rows=1", "--reason", "an agency's temp, not a user"];
    road.run(&["review", &plan, "--approve", "all", "--by", "ada@acme.example"]).code(0);
    let rehearsed = road.run(&[&["apply", &plan, "--rehearse"][..], &acknowledged].concat()).code(0).stdout;
    let next = rehearsed.lines().last().unwrap();
    assert!(next.starts_with(&format!("Next:   domo-reconcile apply {plan} --config ")), "{next}");
    assert!(next.ends_with(" --confirm (carries it out, with the same --override and --reason)"), "{next}");
    road.run(&[&["apply", &plan, "--confirm"][..], &acknowledged].concat()).code(0);
    let reverted = road.run(&["revert", "latest"]).code(0).stdout;
    let undo = plan.replace("plan.json", "revert.plan.json");
    let next = reverted.lines().last().unwrap();
    assert!(
        next.starts_with(&format!("Next:   domo-reconcile review {undo} ")) && next.ends_with(" --approve all --by WHO"),
        "{next}"
    );
    // It was made from accounts that no file keeps: there is nothing to rehearse it on.
    let approved = road.run(&["review", &undo, "--approve", "all", "--by", "ada@acme.example"]).code(0).stdout;
    let next = approved.lines().last().unwrap();
    assert!(next.starts_with(&format!("Next:   domo-reconcile apply {undo} ")) && !next.contains("--rehearse"), "{next}");
    road.run(&["apply", &undo, "--confirm"]).code(0);
}

#[test]
fn approved_findings_are_gone_and_nothing_else_has_changed() {
    let road = Road::begin();
    let before = road.audit();
    let plan = before.plan_path();
    let actions = before.actions();

    road.run(&["review", &plan, "--approve", "all", "--by", "ada@acme.example"]).code(0);
    // Without --confirm nothing is written; and a rejected row holds everything back until somebody acknowledges it.
    let preview = road.run(&["apply", &plan, "--json"]).code(5).json();
    assert_eq!(preview["confirmed"], false);
    road.run(&["apply", &plan, "--confirm"]).code(5);
    assert_eq!(road.audit().accounts(), before.accounts());

    let acknowledged = ["--override", "rejected-rows=1", "--reason", "an agency's temp, not a user"];
    let applied = road.run(&[&["apply", &plan, "--confirm", "--json"][..], &acknowledged].concat()).code(0).json();
    assert_eq!(applied["counts"]["done"], actions.len(), "{applied:#}");

    let after = road.audit();
    let gone: BTreeSet<_> = before.finding_ids().difference(&after.finding_ids()).cloned().collect();
    assert_eq!(gone, actions.iter().map(|action| text(&action["finding"])).collect());

    let planned: BTreeMap<_, _> = actions.iter().map(|action| (action["account_id"].as_u64().unwrap(), &action["after"])).collect();
    let (was, is) = (before.accounts(), after.accounts());
    assert_eq!(was.keys().collect::<Vec<_>>(), is.keys().collect::<Vec<_>>());
    for (id, account) in &was {
        let changed: serde_json::Map<_, _> =
            difference(account, &is[id]).into_iter().map(|(field, (_, now))| (field, now)).collect();
        match planned.get(id) {
            Some(after) => assert_eq!(&Value::Object(changed), *after, "account {id}"),
            None => assert!(changed.is_empty(), "account {id}: {changed:?}"),
        }
    }
    let again = road.run(&[&["apply", &plan, "--confirm", "--json"][..], &acknowledged].concat()).code(0).json();
    assert_eq!(again["counts"]["already-done"], actions.len(), "{again:#}");
}

#[test]
fn an_undone_plan_leaves_domo_as_it_was() {
    let road = Road::begin();
    let before = road.audit();
    let plan = before.plan_path();
    let acknowledged = ["--override", "rejected-rows=1", "--reason", "an agency's temp, not a user"];
    road.run(&["review", &plan, "--approve", "all", "--by", "ada@acme.example"]).code(0);
    road.run(&[&["apply", &plan, "--confirm"][..], &acknowledged].concat()).code(0);

    let undo = before.folder.join("revert.plan.json").to_str().unwrap().to_owned();
    road.run(&["revert", before.folder.join("plan.journal.jsonl").to_str().unwrap()]).code(0);
    road.run(&["review", &undo, "--approve", "all", "--by", "ada@acme.example"]).code(0);
    road.run(&["apply", &undo, "--confirm"]).code(0);
    let (was, is) = (before.accounts(), road.audit().accounts());
    for (id, account) in &was {
        let changed = difference(account, &is[id]);
        assert!(changed.is_empty(), "account {id}: {changed:?}");
    }
}

#[test]
fn only_what_was_approved_is_done() {
    let road = Road::begin();
    let before = road.audit();
    let plan = before.plan_path();
    let one = before.actions().iter().find(|action| action["kind"] == "update").cloned().unwrap();
    road.run(&["review", &plan, "--approve", one["id"].as_str().unwrap(), "--by", "ada@acme.example"]).code(0);
    let applied = road.run(&["apply", &plan, "--confirm", "--json"]).code(0).json();
    assert_eq!(applied["counts"]["done"], 1, "{applied:#}");
    let (was, is) = (before.accounts(), road.audit().accounts());
    let changed: Vec<_> = was.iter().filter(|(id, account)| !difference(account, &is[id]).is_empty()).map(|(id, _)| *id).collect();
    assert_eq!(changed, [one["account_id"].as_u64().unwrap()]);
}

/// The directory as CSV, as a workbook and as JSON is the same directory.
#[test]
fn the_three_formats_give_the_same_answer() {
    let road = Road::begin();
    let company = support::samples().join("company");
    let answers = ["directory.csv", "directory.xlsx", "directory.json"].map(|name| {
        let file = company.join(name).to_str().unwrap().to_owned();
        let answer = road.run(&["audit", "--json", "--as-of", AS_OF, "--directory", &file]).code(0).json();
        [&answer["accounts"], &answer["people"], &answer["findings"]].map(Value::clone)
    });
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0], answers[2]);
}

/// What the audit says is what was counted by hand.
#[test]
fn the_sample_company_is_judged_as_counted_by_hand() {
    let road = Road::begin();
    let audit = road.audit();
    let expected = super::samples::expected();
    let said = |value: &Value| -> BTreeMap<String, u64> {
        value.as_object().unwrap().iter().filter_map(|(word, count)| Some((word.clone(), count.as_u64()?))).collect()
    };
    let findings = audit.read("findings.json");
    assert_eq!(said(&audit.answer["accounts"]), expected["Accounts"]);
    assert_eq!(said(&findings["people"]), expected["People"]);
    assert_eq!(without_zeros(said(&audit.answer["findings"]["by_kind"])), expected["Findings by kind"]);
    assert_eq!(without_zeros(said(&audit.answer["findings"]["by_severity"])), expected["Findings by severity"]);
    let mut kinds = BTreeMap::<String, u64>::new();
    for action in audit.actions() {
        *kinds.entry(text(&action["kind"])).or_default() += 1;
    }
    assert_eq!(kinds, expected["The plan"]);
    assert_eq!(audit.answer["plan"]["refused_by"], serde_json::json!(["rejected-rows"]));
    let drift = findings["findings"].as_array().unwrap().iter().filter(|finding| finding["kind"] == "drift");
    let mut fields = BTreeMap::<String, u64>::new();
    for difference in drift.flat_map(|finding| finding["drift"].as_array().unwrap().clone()) {
        *fields.entry(text(&difference["field"])).or_default() += 1;
    }
    assert_eq!(fields, expected["Fields that differ"]);
    let handover = std::fs::read_to_string(audit.folder.join("handover.csv")).unwrap();
    let owned = expected["What leavers and orphans own"].iter().map(|(kind, count)| (kind.clone(), *count));
    let mut counted = BTreeMap::<String, u64>::new();
    for kind in handover.lines().skip(1).map(|line| line.split(',').nth(2).unwrap().to_owned()) {
        *counted.entry(kind).or_default() += 1;
    }
    assert_eq!(counted, owned.collect());
}

/// On the Domo that does not say who is active, as `demo --profile recorded` shows it.
#[test]
fn on_the_other_domo_access_is_taken_away_by_demotions_and_who_has_nothing_left_is_restricted() {
    let folder = tempfile::tempdir().unwrap();
    let answer = support::run(folder.path(), ["demo", "--profile", "recorded", "--json"]).code(0).json();
    let audit = Audit { folder: folder.path().join(answer["run_dir"].as_str().unwrap()), answer };
    let counts = &audit.answer["findings"]["by_kind"];
    assert_eq!(["leaver", "orphan", "dormant"].map(|kind| counts[kind].as_u64().unwrap()), [6 + 2, 9 + 1, 2 + 1], "{counts}");
    let kinds: BTreeSet<_> = audit.actions().iter().map(|action| text(&action["kind"])).collect();
    assert_eq!(kinds, ["demote".to_owned(), "update".to_owned()].into());
    let findings = audit.read("findings.json")["findings"].as_array().unwrap().clone();
    let restricted = findings.iter().filter(|finding| finding["restricted"] == true && finding["kind"] == "leaver");
    let restricted: Vec<_> = restricted.map(|finding| (text(&finding["account"]["name"]), finding["action"].clone())).collect();
    assert_eq!(restricted, [("Bianca Ferraz".to_owned(), Value::Null)]);
}

/// With October's accounts audited before, the audit of November names whose rights rose.
#[test]
fn rights_that_rose_since_october_are_found_as_counted_by_hand() {
    let road = Road::begin();
    let october = support::samples().join("company/domo-users-october.json");
    road.run(&["audit", "--as-of", "2026-10-26", "--accounts", october.to_str().unwrap(), "--json"]).code(0);
    let audit = road.audit();
    let found = audit.read("findings.json")["findings"].as_array().unwrap().clone();
    let rose: Vec<_> = found.iter().filter(|finding| finding["kind"] == "elevated").collect();
    assert_eq!(rose.len() as u64, super::samples::expected()["Since October"]["elevated"]);
    let reasons: Vec<_> = rose.iter().map(|finding| text(&finding["reason"])).collect();
    for part in ["The role rose from Editor to Admin", "New with the role Privileged"] {
        assert!(reasons.iter().any(|reason| reason.starts_with(part)), "{part}: {reasons:?}");
    }
    assert_eq!(audit.answer["change"]["access"], 3, "2 accounts are new, 1 role rose: {}", audit.answer["change"]);
    // Page one answers what a reviewer asks of access first.
    let page = crate::support::page(&audit.folder.join("report.html"));
    let answers = page.split("<dl id=\"answers\"").nth(1).unwrap().split("</dl>").next().unwrap();
    for (question, answer) in [
        ("Who may administer", "21 accounts: 1 Data Steward (rights not known), 12 Privileged, 7 Admin, 1 Super Admin."),
        ("Without a second factor", "1 account: Luis Reyes."),
        ("What leavers and orphans own", "3 of their accounts own 6 DataSets, 2 DataFlows."),
        ("Whose rights rose", "2 since the run of 2026-10-26: "),
    ] {
        assert!(answers.contains(&format!("<dt>{question}</dt><dd>{answer}")), "{question}: {answers}");
    }
}

fn without_zeros(counts: BTreeMap<String, u64>) -> BTreeMap<String, u64> {
    counts.into_iter().filter(|(_, count)| *count > 0).collect()
}
