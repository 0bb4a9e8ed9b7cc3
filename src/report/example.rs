//! A made-up company, judged as any other, whose findings are of every kind: what the user's own templates are checked with, and
//! what tests and benchmarks render.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use serde_json::{Value, json};

use super::summary::{AuditedInstance, AuditedRun, InstanceResult, Several};
use super::{Inputs, Options};
use crate::archive::RunInfo;
use crate::archive::findings::Findings;
use crate::archive::history::{History, How, Lifecycle, Previous, Resolved, State, TrendPoint};
use crate::archive::manifest::{ConfigDigest, Manifest};
use crate::config::{Config, Directory, Exception, Loaded};
use crate::digest;
use crate::directory::{self, Input, Origin, People};
use crate::domo::{self, Accounts, Credential, Evidence};
use crate::plan::{self, Plan};
use crate::reconcile::{self, Earlier, FindingId, Ours, Past, Reconciliation, Rules, Taken};
use crate::terms::{ActionKind, Kind, Severity};

/// Everything a report is made of, owned: as [`Inputs`](super::Inputs).
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Example {
    pub run: RunInfo,
    pub config: Loaded,
    pub accounts: Accounts,
    pub people: People,
    pub reconciliation: Reconciliation,
    pub history: History,
    pub plan: Option<Plan>,
    pub options: Options,
}

/// Its rules.
const CONFIG: &str = r#"[domo]
instance = "acme"

[policy]
delete_after_days = 365

[[exclude]]
email = "svc-*@acme.com"
reason = "service accounts"
owner = "data-platform@acme.com"

[[exception]]
account = "jane@acme.com"
kinds = ["orphan"]
reason = "contractor, in procurement's list"
owner = "finance@acme.com"
expires = 2027-03-31

[report]
classification = "Confidential"
timezone = "Europe/Berlin"
"#;

impl Example {
    /// A company with so many cases, of which most are findings: one of each kind first, then what companies have most. `text`
    /// stands wherever a stranger may have typed something: names, titles, words, reasons, file names.
    ///
    /// # Errors
    /// None in practice: everything is made here.
    pub fn new(cases: usize, text: &str) -> Result<Self> {
        let started: DateTime<Utc> = DateTime::from_timestamp(1_795_413_600, 0).unwrap_or_default();
        let as_of = started.date_naive();
        let mut run = RunInfo::new("20261123T060000Z-4be21f", started, as_of, "acme", "ada");
        run.command = vec!["domo-reconcile".into(), "audit".into()];
        run.host = "audit-1".into();
        let mut config = Loaded::as_written(Config::parse(CONFIG)?, "domo-reconcile.toml".into(), CONFIG.to_owned());
        config.config.exception.push(Exception {
            account: address(24),
            kinds: vec![Kind::Orphan],
            reason: format!("agreed{text}"),
            owner: format!("finance{text}"),
            expires: as_of + Days::new(3),
            instance: None,
        });
        let all: Vec<Case> = (0..cases).map(|number| Case::new(number, text, as_of)).collect();
        let accounts = accounts(&all, started, |_| true)?;
        let people = people(&all, text, as_of)?;
        let rules = Rules { config: &config.config, instance: &run.instance, as_of, excluded_elsewhere: None };
        let past = past(&all, started)?;
        let reconciliation = reconcile::reconcile_since(&accounts, &people, &rules, Arc::new(past))?;
        let history = history(&reconciliation, as_of, started, text);
        let inputs =
            plan::InputDigests { accounts: "sha256:1".into(), directory: vec!["sha256:2".into()], config: "sha256:3".into() };
        let binding = plan::PlanBinding { run_id: run.id.clone(), created: started, inputs, before: None };
        let plan =
            plan::build(&reconciliation, &accounts, |rows| Ok(accounts.snapshot.of_rows(rows)), &people, &config.config, &binding)?;
        Ok(Self { run, config, accounts, people, reconciliation, history, plan, options: Options::default() })
    }

    /// As a run has them.
    pub fn inputs(&self) -> Inputs<'_> {
        Inputs {
            run: &self.run,
            config: &self.config,
            accounts: &self.accounts,
            people: &self.people,
            reconciliation: &self.reconciliation,
            history: &self.history,
            plan: self.plan.as_ref(),
            environment: &[],
            options: self.options,
        }
    }
}

impl Example {
    /// This run as one of three instances: the second has the same people, the third could not be audited.
    ///
    /// # Errors
    /// None in practice.
    pub fn instances(&self) -> Result<Vec<AuditedInstance>> {
        let judged = |instance: &str| {
            let run = RunInfo { instance: instance.to_owned(), ..self.run.clone() };
            let findings = Findings::of(&run, &self.reconciliation, &self.history);
            let manifest = Manifest::new(run, ConfigDigest::of(&self.config))
                .accounts(&self.accounts)
                .people(&self.people)
                .judged(self.history.summary(&self.reconciliation), self.plan.as_ref());
            let compared_with = self.history.previous.as_ref().map(|previous| previous.as_of);
            let manifest_sha256 = crate::digest::sha256(serde_json::to_vec(&manifest)?);
            let judged = AuditedRun { manifest, manifest_sha256, findings, compared_with };
            anyhow::Ok(AuditedInstance { name: instance.to_owned(), outcome: InstanceResult::Audited(Box::new(judged)) })
        };
        let name = self.run.instance.as_str();
        let why = format!("error: Domo answered 503{name}\n  next: try again later");
        let failed = InstanceResult::Failed { why, folder: Some("20261123T060000Z-0a1b2c".to_owned()) };
        Ok(vec![judged(name)?, judged(&format!("{name}-eu"))?, AuditedInstance { name: format!("{name}-us"), outcome: failed }])
    }

    /// These instances as one command audited them.
    pub fn several<'a>(&'a self, instances: &'a [AuditedInstance]) -> Several<'a> {
        let (started, as_of) = (self.run.started, self.run.as_of);
        Several { config: &self.config, started, as_of, instances, options: self.options, archive: Path::new("audits") }
    }
}

/// What Domo and the directory have of one case.
#[derive(Clone)]
struct Case {
    accounts: Vec<Value>,
    people: Vec<Value>,
}

fn id(number: usize) -> u64 {
    1_234_567_000 + number as u64
}

fn address(number: usize) -> String {
    format!("person.{number}@example.com")
}

fn name(number: usize, text: &str) -> String {
    const NAMES: [&str; 8] = [
        "Siân O'Brien",
        "José Núñez",
        "Ada Byron",
        "李小龙",
        "Grace Hopper",
        "Zoë Quinn-Åberg",
        "Muḥammad al-Khwārizmī",
        "Anne-Marie D'Arcy",
    ];
    if text.is_empty() { format!("{} {number}", NAMES[number % NAMES.len()]) } else { format!("{text}{number}") }
}

impl Case {
    /// A kind each, then as it is in a company: mostly drift, some of everything.
    fn new(number: usize, text: &str, as_of: NaiveDate) -> Self {
        use Kind::{Drift, Leaver, Missing, Orphan, Quality};
        const REST: [Kind; 10] = [Drift, Drift, Drift, Missing, Orphan, Drift, Quality, Drift, Leaver, Drift];
        let kind = Kind::ALL.get(number).copied().unwrap_or(REST[number % REST.len()]);
        let day = |days: i64| (as_of + TimeDelta::days(days)).to_string();
        let role = if number.is_multiple_of(40) { "Admin" } else { ["Editor", "Participant", "Social", "Participant"][number % 4] };
        let (email, name, employee) = (address(number), name(number, text), format!("{:05}", number + 100));
        let mut account = json!({
            "id": id(number), "email": email, "name": name, "role": role, "employeeNumber": employee, "title": format!("Analyst{text}"),
            "department": format!("Finance{text}"), "active": true, "createdAt": "2020-02-01T08:00:00Z", "lastLogin": day(-3),
            "twoFactorEnabled": true,
        });
        let mut person = json!({
            "workEmail": email, "fullName": name, "employeeId": employee, "jobTitle": format!("Analyst{text}"),
            "department": format!("Finance{text}"), "status": "Active", "hireDate": "2019-05-01", "terminationDate": null,
        });
        let (mut more_accounts, mut more_people) = (Vec::new(), Vec::new());
        match kind {
            Kind::Leaver => {
                (person["status"], person["terminationDate"]) = ("Terminated".into(), day(-1 - number as i64 % 90).into());
            }
            Kind::Suspended => person["status"] = "Suspended".into(),
            Kind::Orphan => account["email"] = format!("{text}{email}").into(),
            Kind::Elevated => account["role"] = "Privileged".into(),
            Kind::Conflict => {
                let other = json!({ "employeeId": "90001", "fullName": format!("{name} the other"), "status": "Active" });
                account["employeeNumber"] = other["employeeId"].clone();
                more_people.push(other);
            }
            Kind::Ambiguous => {
                (account["employeeNumber"], person["employeeId"]) = (Value::Null, Value::Null);
                more_people.push(person.clone());
            }
            Kind::Duplicate => {
                let mut other = account.clone();
                (other["id"], other["email"]) = (id(number).saturating_sub(1_000).into(), format!("other.{email}").into());
                more_accounts.push(other);
            }
            Kind::Early => person["hireDate"] = day(9).into(),
            Kind::Dormant => account["lastLogin"] = day(-200).into(),
            Kind::SingleFactor => (account["role"], account["twoFactorEnabled"]) = ("Admin".into(), false.into()),
            Kind::NotEvaluable => person["status"] = format!("On hold{text}").into(),
            Kind::Drift if number % 10 == 7 => person["fullName"] = format!("{name} Smith").into(),
            Kind::Drift => {
                let field = if number.is_multiple_of(5) { ("title", "jobTitle") } else { ("department", "department") };
                // One cause at first, then many.
                let place = if number < 60 { 0 } else { number % 40 };
                account[field.0] = format!("{text}Sales \u{2013} EMEA {place}").into();
                person[field.1] = format!("{text}Sales EMEA {place}").into();
            }
            Kind::Quality => person["terminationDate"] = day(-40).into(),
            Kind::Deactivated => account["active"] = false.into(),
            Kind::Retention => {
                account["active"] = false.into();
                (person["status"], person["terminationDate"]) = ("Terminated".into(), day(-410).into());
            }
            _ => {}
        }
        more_accounts.extend((kind != Kind::Missing).then_some(account));
        more_people.extend((kind != Kind::Orphan).then_some(person));
        Self { accounts: more_accounts, people: more_people }
    }
}

fn accounts(all: &[Case], started: DateTime<Utc>, there: impl Fn(u64) -> bool) -> Result<Accounts> {
    let service = json!({ "id": 99, "email": "svc-etl@acme.com", "name": "ETL", "role": "Editor", "active": true });
    let accounts = all.iter().flat_map(|case| &case.accounts).chain([&service]);
    let accounts = accounts.filter(|account| account["id"].as_u64().is_some_and(&there)).map(Value::to_string);
    let evidence = Evidence {
        source: "https://api.domo.com/v1/users".into(),
        kind: Evidence::API.into(),
        started: Some(started),
        finished: Some(started),
        page_size: Some(500),
        pages: 4,
        passes: 2,
        credential: Some(Credential { client_id: "uar-readonly".into(), ..Credential::default() }),
        ..Evidence::default()
    };
    domo::from_objects(accounts, evidence)
}

fn people(all: &[Case], text: &str, as_of: NaiveDate) -> Result<People> {
    let bytes = serde_json::to_vec(&all.iter().flat_map(|case| &case.people).collect::<Vec<_>>())?;
    let origin = Origin { kind: "url".into(), host: Some("hr.acme.com".into()), pages: 1, requests: 1, ..Origin::default() };
    let modified = as_of.checked_sub_days(Days::new(9));
    let sha256 = digest::digits(&bytes);
    let input =
        Input { name: format!("{text}workers.json"), bytes, sha256, modified, origin, headers: Vec::new(), stopped: Vec::new() };
    let export = Directory { url: Some("https://hr.acme.com/workers".into()), max_age_days: Some(45), ..Directory::default() };
    let mut input = Some(input);
    let mut people = directory::load_with(&[export], |_| input.take().ok_or_else(|| anyhow::anyhow!("there is one directory")))?;
    people.sources.iter_mut().for_each(|source| source.read_on = Some(as_of));
    Ok(people)
}

/// A month ago one had another role, one was not there, and one was that is gone by a plan. Another was switched off long before.
fn past(all: &[Case], started: DateTime<Utc>) -> Result<Past> {
    let place = |kind: Kind| id(kind as usize);
    let gone = json!({ "id": 98, "email": "gone@example.com", "name": "Gone", "role": "Editor", "active": true });
    let mut before = all.to_vec();
    before.push(Case { accounts: vec![gone], people: Vec::new() });
    for account in before.iter_mut().flat_map(|case| &mut case.accounts).filter(|one| one["id"] == place(Kind::Elevated)) {
        account["role"] = "Editor".into();
    }
    let plan = "P-7k2m9qx0ab".to_owned();
    let ours = Ours { plan: plan.clone(), kind: ActionKind::Delete, role: None, groups: false };
    let earlier = Earlier {
        run_id: "20261023T060000Z-9c41aa".into(),
        as_of: started.date_naive() - Days::new(31),
        accounts: accounts(&before, started, |id| id != place(Kind::Drift))?,
        ours: BTreeMap::from([(98, vec![ours])]),
    };
    let taken = Taken { plan, kind: ActionKind::Deactivate, on: started.date_naive() - Days::new(400), back: None };
    let taken = BTreeMap::from([(place(Kind::Retention), taken)]);
    Ok(Past { earlier: Some(Arc::new(earlier)), taken, ..Past::default() })
}

fn history(reconciliation: &Reconciliation, as_of: NaiveDate, started: DateTime<Utc>, text: &str) -> History {
    let mut history = History::first(reconciliation);
    let mut ids: Vec<_> = history.lifecycle.keys().cloned().collect();
    ids.sort();
    for (number, id) in ids.into_iter().enumerate() {
        let (state, days) = match number % 4 {
            0 => (State::New, 0),
            1 => (State::Changed, 40),
            _ => (State::Open, 30 * (number as u64 % 9)),
        };
        let first_seen = as_of.checked_sub_days(Days::new(days)).unwrap_or(as_of);
        let changed = if state == State::Changed { vec!["severity low → medium".to_owned()] } else { Vec::new() };
        history.lifecycle.insert(id, Lifecycle { state, first_seen, changed, by_parameter: false });
    }
    let new = history.lifecycle.values().filter(|lifecycle| lifecycle.state == State::New).count() as u64;
    let total = reconciliation.findings.len() as u64;
    history.resolved = vec![Resolved {
        how: How::Itself,
        id: FindingId::new("acme", Kind::Orphan, "gone"),
        kind: Kind::Orphan,
        severity: Severity::Medium,
        subject: name(0, text),
        reason: "No key led to anybody in the directory.".into(),
        first_seen: as_of,
        last_seen: as_of,
        by_parameter: false,
    }];
    let months = (0..6u64).rev().map(|month| TrendPoint {
        run_id: format!("run-{month}"),
        as_of: as_of.checked_sub_days(Days::new(30 * month + 3 * (month % 2))).unwrap_or(as_of),
        by_severity: Severity::ALL.map(|severity| (severity, total / 5)).into(),
        new: if month == 0 { new } else { 3 + month * 5 % 11 },
        resolved: if month == 0 { 1 } else { 2 + month * 7 % 13 },
    });
    history.trend = months.collect();
    history.previous = Some(Previous {
        run_id: "20261023T060000Z-9d01aa".into(),
        started,
        as_of: as_of.checked_sub_days(Days::new(31)).unwrap_or(as_of),
        manifest_sha256: "sha256:0".into(),
        findings: total + 1 - new,
    });
    history.parameters_changed = vec![format!("[drift] fields: title was added {text}")];
    history
}
