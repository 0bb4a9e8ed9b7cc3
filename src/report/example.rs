//! A made-up run with every kind of finding: what the user's own templates are checked with, and what tests and benchmarks render. Its
//! people and findings are data: `example.toml`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, LazyLock};

use anyhow::{Context, Result, anyhow};
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use polars::prelude::*;
use serde::Deserialize;

use super::summary::{AuditedRun, Instance, InstanceResult, Several};
use super::{Inputs, Options};
use crate::archive::RunInfo;
use crate::archive::findings::Findings;
use crate::archive::history::{History, How, Lifecycle, Previous, Resolved, State, TrendPoint};
use crate::archive::manifest::{ConfigDigest, Manifest};
use crate::config::{Config, Loaded, Rights};
use crate::directory::people::{self, Mapped, People, Source, StatusWord};
use crate::domo::{Accounts, Credential, Evidence, Snapshot, accounts};
use crate::plan::{self, GuardState, Plan};
use crate::reconcile::{
    AcceptedBy, Access, AccessChange, AccountRef, Candidate, DriftField, EvidenceStatus, EvidenceSummary, ExceptionUse, Finding,
    FindingId, Method, Moved, NotTested, Particular, Pattern, PersonRef, Privileged, Reconciliation, Value,
};
use crate::terms::{AccountSituation, AccountTotals, ActionKind, Key, Kind, PersonSituation, PersonTotals, Role, Severity, Status};

/// Everything a report is made of, owned.
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

impl Example {
    /// A run with `findings` findings of all kinds. `text` stands wherever a stranger may have typed something: names, titles,
    /// reasons, file names.
    ///
    /// # Errors
    /// None in practice: the frames are made here, of data that is a part of the program.
    pub fn new(findings: usize, text: &str) -> Result<Self> {
        let started: DateTime<Utc> = DateTime::from_timestamp(1_795_413_600, 0).unwrap_or_default();
        let as_of = started.date_naive();
        let mut run = RunInfo::new("20261123T060000Z-4be21f", started, as_of, "acme", "ada");
        run.command = vec!["domo-reconcile".into(), "audit".into()];
        run.host = "audit-1".into();
        let toml = "[domo]\ninstance = \"acme\"\n\n[[exclude]]\nemail = \"svc-*@acme.com\"\nreason = \"service accounts\"\nowner = \"data-platform@acme.com\"\n\n[[exception]]\naccount = \"jane@acme.com\"\nkinds = [\"orphan\"]\nreason = \"contractor, in procurement's list\"\nowner = \"finance@acme.com\"\nexpires = 2027-03-31\n\n[report]\nclassification = \"Confidential\"\ntimezone = \"Europe/Berlin\"\n";
        let config = Loaded { config: Config::parse(toml)?, path: Some("domo-reconcile.toml".into()), text: toml.to_owned() };
        let findings: Vec<Finding> = (0..findings).map(|number| finding(number, text, as_of)).collect::<Result<_>>()?;
        let accounts = accounts(findings.len(), text, started)?;
        let people = people(findings.len(), text, as_of)?;
        let reconciliation = reconciliation(findings, &accounts, &people, text, as_of)?;
        let history = history(&reconciliation, as_of, started, text);
        let plan = Some(plan(&reconciliation, started));
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
            options: self.options,
        }
    }
}

impl Example {
    /// This run as one of three instances: the second has the same people, the third could not be audited.
    ///
    /// # Errors
    /// None in practice.
    pub fn instances(&self) -> Result<Vec<Instance>> {
        let judged = |instance: &str| {
            let run = RunInfo { instance: instance.to_owned(), ..self.run.clone() };
            let findings = Findings::of(&run, &self.reconciliation, &self.history);
            let manifest = Manifest::new(run, ConfigDigest::of(&self.config))
                .accounts(&self.accounts)
                .people(&self.people)
                .judged(self.history.summary(&self.reconciliation), self.plan.as_ref());
            let compared_with = self.history.previous.as_ref().map(|previous| previous.as_of);
            let refused_by = self.plan.iter().flat_map(Plan::refused_by).map(str::to_owned).collect();
            let manifest_sha256 = crate::digest::sha256(serde_json::to_vec(&manifest)?);
            let judged = AuditedRun { manifest, manifest_sha256, findings, compared_with, refused_by };
            anyhow::Ok(Instance { name: instance.to_owned(), outcome: InstanceResult::Audited(Box::new(judged)) })
        };
        let name = self.run.instance.as_str();
        let why = format!("error: Domo answered 503{name}\n  next: try again later");
        let failed = InstanceResult::Failed { why, folder: Some("20261123T060000Z-0a1b2c".to_owned()) };
        Ok(vec![judged(name)?, judged(&format!("{name}-eu"))?, Instance { name: format!("{name}-us"), outcome: failed }])
    }

    /// These instances as one command audited them.
    pub fn several<'a>(&'a self, instances: &'a [Instance]) -> Several<'a> {
        let (started, as_of) = (self.run.started, self.run.as_of);
        Several { config: &self.config, started, as_of, instances, options: self.options, archive: Path::new("audits") }
    }
}

/// What stands in `example.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    names: Vec<String>,
    kind: BTreeMap<Kind, Sample>,
}

/// A finding of a kind.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sample {
    severity: Severity,
    #[serde(default)]
    account: bool,
    person: Option<Status>,
    action: Option<ActionKind>,
    reason: String,
    code: Option<String>,
    rule: Option<String>,
    columns: Vec<(String, Cell)>,
}

/// What a column of it holds.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Cell {
    Text(String),
    Field(String, String),
    Raw(String, String),
    FieldName(String),
    Number,
    /// So many days after the day judged.
    Day(i64),
    /// The last day of whoever left.
    LastDay,
    NoDay,
    Days(i64),
    DaysSince,
    NoDays,
    Somebody,
    SomebodyWhoLeft,
    TwoPeople,
    TwoAccounts,
    /// Somebody near, and why.
    Near(String),
    NobodyNear,
    ItsPerson,
    ItsReason,
    ItsSource,
    ItsRow,
    ItsCode,
}

static DATA: LazyLock<Result<Data, toml::de::Error>> = LazyLock::new(|| toml::from_str(include_str!("example.toml")));

fn data() -> Result<&'static Data> {
    DATA.as_ref().map_err(|error| anyhow!("src/report/example.toml: {error}"))
}

fn name(number: usize, text: &str) -> String {
    let names = DATA.as_ref().map_or(&[][..], |data| &data.names);
    match (text, names) {
        ("", [_, ..]) => format!("{} {number}", names[number % names.len()]),
        _ => format!("{text}{number}"),
    }
}

fn account(number: usize, text: &str) -> AccountRef {
    let role = if number.is_multiple_of(40) { "Admin" } else { ["Editor", "Participant", "Social", "Participant"][number % 4] };
    AccountRef {
        index: u32::try_from(number).unwrap_or_default(),
        id: Some(1_234_567_000 + number as u64),
        email: Some(format!("{text}person.{number}@example.com")),
        name: Some(name(number, text)),
        role: Some(role.into()),
        active: true,
        may_administer: role == "Admin",
    }
}

fn person(number: usize, text: &str, status: Status, last: Option<NaiveDate>) -> PersonRef {
    PersonRef {
        index: Some(u32::try_from(number).unwrap_or_default()),
        source: format!("{text}workers.csv"),
        row: u32::try_from(number + 2).unwrap_or_default(),
        email: Some(format!("{text}person.{number}@example.com")),
        employee_number: Some(format!("{:05}", number + 100)),
        name: Some(name(number, text)),
        status,
        termination_date: last,
    }
}

fn finding(number: usize, text: &str, as_of: NaiveDate) -> Result<Finding> {
    // As it is in a company: mostly drift, some of everything.
    const REST: [Kind; 10] = [
        Kind::Drift,
        Kind::Drift,
        Kind::Drift,
        Kind::Missing,
        Kind::Orphan,
        Kind::Drift,
        Kind::Quality,
        Kind::Drift,
        Kind::Leaver,
        Kind::Drift,
    ];
    let kind = Kind::ALL.get(number).copied().unwrap_or(REST[number % REST.len()]);
    let sample = data()?.kind.get(&kind).with_context(|| format!("src/report/example.toml has no finding of the kind {kind}"))?;
    let last = as_of.checked_sub_days(Days::new(number as u64 % 90 + 1));
    let days = last.map(|last| (as_of - last).num_days());
    let filled = |words: &str| {
        let words = words.replace("{last}", &last.unwrap_or(as_of).to_string()).replace("{days}", &days.unwrap_or(0).to_string());
        words.replace("{quoted}", &format!("{text:?}")).replace("{text}", text)
    };
    let somebody = |at: usize, status: Status| person(at, text, status, last.filter(|_| status == Status::Terminated));
    let people = |people: Vec<PersonRef>| Value::People(people, 0);
    let value = |cell: &'static Cell| match cell {
        Cell::Text(words) => Value::Text(Some(filled(words))),
        Cell::Field(field, words) => Value::Field(field, Some(filled(words))),
        Cell::Raw(field, words) => Value::Cell { field: Some(field.clone()), text: Some(filled(words)) },
        Cell::FieldName(field) => Value::FieldName(Some(field.clone())),
        Cell::Number => Value::Field("employee_number", somebody(number, Status::Active).employee_number),
        Cell::Day(after) => Value::Day(as_of.checked_add_signed(TimeDelta::days(*after))),
        Cell::LastDay => Value::Day(last),
        Cell::NoDay => Value::Day(None),
        Cell::Days(days) => Value::Days(Some(*days)),
        Cell::DaysSince => Value::Days(days),
        Cell::NoDays => Value::Days(None),
        Cell::Somebody => people(vec![somebody(number, Status::Active)]),
        Cell::SomebodyWhoLeft => people(vec![somebody(number + 1, Status::Terminated)]),
        Cell::TwoPeople => people(vec![somebody(number, Status::Active), somebody(number + 1, Status::Active)]),
        Cell::TwoAccounts => {
            let accounts = vec![account(number, text), account(number + 1, text)];
            let best = accounts.first().map(|account| account.index);
            Value::Accounts(accounts, best)
        }
        Cell::Near(why) => {
            Value::Near(vec![Candidate { person: somebody(number + 1, Status::Active), score: 0.87, why: filled(why) }])
        }
        Cell::NobodyNear => Value::Near(Vec::new()),
        Cell::ItsPerson => Value::ItsPerson,
        Cell::ItsReason => Value::ItsReason,
        Cell::ItsSource => Value::ItsSource,
        Cell::ItsRow => Value::ItsRow,
        Cell::ItsCode => Value::Code(sample.code.as_deref().unwrap_or_default()),
    };
    let drift = (kind == Kind::Drift).then(|| DriftField {
        field: ["title", "department", "phone", "location", "name"][number / 3 % 5].into(),
        domo: Some(format!("{text}Sales – EMEA {}", number % 40)),
        directory: Some(format!("{text}Sales EMEA {}", number % 40)),
        note: None,
        writable: true,
    });
    let accepted = AcceptedBy { owner: format!("finance{text}"), reason: format!("agreed{text}"), expires: as_of };
    let account = sample.account.then(|| account(number, text));
    let is_worse = kind == Kind::Leaver && account.as_ref().is_some_and(|account| account.may_administer);
    Ok(Finding {
        id: FindingId::new("acme", kind, &number.to_string()),
        kind,
        severity: if is_worse { Severity::Critical } else { sample.severity },
        account,
        person: sample.person.map(|status| somebody(number, status)),
        matched_by: vec![Key::Email],
        drift: drift.into_iter().collect(),
        reason: filled(&sample.reason),
        action: sample.action.filter(|_| number % 17 != 2),
        exception: (number % 17 == 2).then_some(accepted),
        rule: sample.rule.as_deref().map(filled),
        restricted: false,
        owns: BTreeMap::new(),
        last_seen: None,
        code: sample.code.as_deref(),
        particulars: sample.columns.iter().map(|(column, cell)| Particular { column, value: value(cell) }).collect(),
    })
}

fn accounts(rows: usize, text: &str, started: DateTime<Utc>) -> Result<Accounts> {
    let all: Vec<AccountRef> = (0..rows).map(|number| account(number, text)).collect();
    let column = |value: fn(&AccountRef) -> Option<String>| all.iter().map(value).collect::<Vec<_>>();
    let mut columns = vec![
        Column::new("id".into(), all.iter().map(|account| account.id).collect::<Vec<_>>()),
        Column::new("email".into(), column(|account| account.email.clone())),
        Column::new("name".into(), column(|account| account.name.clone())),
        Column::new("role".into(), column(|account| account.role.clone())),
        Column::new("active".into(), vec![true; rows]),
    ];
    let mut snapshot = Snapshot::default();
    for account in &all {
        snapshot.push(&serde_json::json!({ "id": account.id, "email": account.email, "name": account.name }).to_string());
    }
    let frame = frame(&accounts::schema(), &mut columns, rows)?;
    let provided = ["id", "email", "name", "role", "active"].map(String::from);
    let evidence = Evidence {
        source: "https://api.domo.com/v1/users".into(),
        kind: "api".into(),
        started: Some(started),
        finished: Some(started),
        page_size: Some(500),
        pages: 4,
        passes: 2,
        rows: rows as u64 * 2,
        distinct: rows as u64,
        sha256: "9c1185a5c5e9fc54612808977ee8f548b2258d31".repeat(2)[..64].to_owned(),
        bytes: 48_213,
        credential: Some(Credential { client_id: "uar-readonly".into(), ..Credential::default() }),
        ..Evidence::default()
    };
    Accounts::new(frame, snapshot, provided.into_iter().collect::<BTreeSet<_>>(), evidence)
}

fn people(rows: usize, text: &str, as_of: NaiveDate) -> Result<People> {
    let all: Vec<PersonRef> = (0..rows).map(|number| person(number, text, Status::Active, None)).collect();
    let column = |value: fn(&PersonRef) -> Option<String>| all.iter().map(value).collect::<Vec<_>>();
    let mut columns = vec![
        Column::new("source".into(), vec![0u32; rows]),
        Column::new("row".into(), all.iter().map(|person| person.row).collect::<Vec<_>>()),
        Column::new("email".into(), column(|person| person.email.clone())),
        Column::new("employee_number".into(), column(|person| person.employee_number.clone())),
        Column::new("name".into(), column(|person| person.name.clone())),
    ];
    let mapped =
        |field: &str, header: &str| Mapped { field: field.into(), header: format!("{header}{text}"), why: "synonym".into() };
    let source = Source {
        name: format!("{text}workers.csv"),
        sha256: "4a7d1ed414474e4033ac29ccb8653d9b".repeat(2),
        bytes: 91_842,
        modified: Some(as_of),
        format: "csv".into(),
        encoding: Some("UTF-8".into()),
        delimiter: Some(",".into()),
        header_row: Some(1),
        rows: rows as u64,
        columns: vec![mapped("email", "Work Email"), mapped("employee_number", "Employee ID")],
        status_words: vec![StatusWord { word: format!("Active{text}"), count: rows as u64, taken_for: Status::Active }],
        notes: vec![format!("Dates are read as year, month, day. {text}")],
        ..Source::default()
    };
    People::new(frame(&people::schema(), &mut columns, rows)?, vec![source], Vec::new(), Vec::new())
}

/// An account that is new, one whose role rose, and one that is gone by a plan.
fn changes(text: &str) -> Vec<AccessChange> {
    let change = |number, moved, administrator, plan: Option<&str>| AccessChange {
        moved,
        account: account(number, text),
        before: Some(format!("Editor{text}")).filter(|_| moved != Moved::New),
        after: Some(format!("Admin{text}")).filter(|_| moved != Moved::Gone),
        administrator,
        plan: plan.map(str::to_owned),
        who: None,
    };
    vec![
        change(40, Moved::RoleRaised, Some(true), None),
        change(41, Moved::New, None, None),
        change(42, Moved::Gone, None, Some("P-7k2m9qx0ab")),
    ]
}

/// The columns given, and nulls for the rest of a schema.
fn frame(schema: &Schema, columns: &mut Vec<Column>, rows: usize) -> Result<DataFrame> {
    let filled = schema.iter().map(|(name, of)| {
        let place = columns.iter().position(|column| column.name() == name);
        let column = place.map_or_else(|| Column::full_null(name.clone(), rows, of), |place| columns.swap_remove(place));
        column.cast(of)
    });
    let filled = filled.collect::<PolarsResult<Vec<_>>>()?;
    Ok(DataFrame::new(rows, filled)?)
}

/// The situation that goes with a kind of finding.
fn situation(kind: Kind) -> AccountSituation {
    AccountSituation::ALL.into_iter().find(|situation| situation.finding() == Some(kind)).unwrap_or(AccountSituation::Matched)
}

fn reconciliation(
    findings: Vec<Finding>,
    accounts: &Accounts,
    people: &People,
    text: &str,
    as_of: NaiveDate,
) -> Result<Reconciliation> {
    let rows = accounts.frame.height();
    let situations: Vec<AccountSituation> = findings.iter().map(|finding| situation(finding.kind)).collect();
    let missing = |finding: &Finding| match finding.kind {
        Kind::Missing => PersonSituation::Missing,
        _ => PersonSituation::Matched,
    };
    let persons: Vec<PersonSituation> = findings.iter().map(missing).collect();
    let person: Vec<Option<u32>> = (0..rows).map(|row| u32::try_from(row).ok()).collect();
    let matched_by: Vec<Option<&str>> =
        (0..rows).map(|row| (!row.is_multiple_of(7)).then_some("email + employee_number")).collect();
    let columns = vec![
        Column::new("situation".into(), situations.iter().map(|situation| situation.as_str()).collect::<Vec<_>>()),
        Column::new("person".into(), person.clone()),
        Column::new("matched_by".into(), matched_by),
    ];
    let account_rows = DataFrame::new(rows, columns)?;
    let columns = vec![
        Column::new("situation".into(), persons.iter().map(|situation| situation.as_str()).collect::<Vec<_>>()),
        Column::new("status".into(), vec![Status::Active.as_str(); rows]),
        Column::new("account".into(), person),
    ];
    let person_rows = DataFrame::new(rows, columns)?;
    let privileged = findings.iter().filter_map(|finding| {
        let account = finding
            .account
            .clone()
            .filter(|account| account.role.as_deref().and_then(Role::from_word).is_some_and(Role::may_administer))?;
        let findings = vec![finding.id.clone()];
        Some(Privileged {
            account,
            rights: Rights::Administers,
            situation: AccountSituation::Matched,
            person: finding.person.clone(),
            findings,
            last_seen: None,
        })
    });
    let mut findings_sorted = findings.clone();
    findings_sorted.sort_by(|one, other| (one.severity, one.kind, &one.id).cmp(&(other.severity, other.kind, &other.id)));
    let covered = findings.iter().filter(|finding| finding.exception.is_some()).map(|finding| finding.id.clone()).collect();
    Reconciliation {
        instance: "acme".into(),
        as_of,
        evidence: EvidenceSummary {
            status: EvidenceStatus::Warnings,
            reasons: vec![format!("The directory export is 9 days older than the Domo snapshot (limit 7). {text}")],
            sources: Vec::new(),
        },
        accounts: AccountTotals::of(rows as u64, situations),
        people: PersonTotals::of(people.read(), persons),
        folded: BTreeMap::new(),
        privileged: privileged.take(1200).collect(),
        findings: findings_sorted,
        account_rows,
        person_rows,
        dormancy: None,
        patterns: vec![Pattern {
            field: "department".into(),
            domo: format!("Sales – EMEA{text}"),
            directory: format!("Sales EMEA{text}"),
            count: 1204,
        }],
        exceptions: vec![ExceptionUse { index: 0, findings: covered, expired: false }],
        access: Some(Access { run_id: "20261023T060000Z-9c41aa".into(), as_of, changes: changes(text) }),
        past: Arc::default(),
        external: Vec::new(),
        not_tested: vec![
            NotTested {
                check: "dormant".into(),
                why: "No sign-in source: Domo's user API returns no sign-in times; activity_days is 0.".into(),
            },
            NotTested { check: "drift.manager".into(), why: format!("The export has no manager column. {text}") },
        ],
        method: Method {
            matched_by: BTreeMap::from([("email".into(), 121), ("email + employee_number".into(), 4480)]),
            normalised: vec!["9 matches needed the alias old-acme.com = acme.com.".into()],
            compared: ["name", "title", "department"].map(String::from).into(),
            tested: Kind::ALL.into_iter().map(|kind| (kind, rows as u64)).collect(),
        },
    }
    .checked()
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
        accounts_read: total,
        people_read: total,
        findings: total + 1 - new,
    });
    history.parameters_changed = vec![format!("[drift] fields: title was added {text}")];
    history
}

fn plan(reconciliation: &Reconciliation, started: DateTime<Utc>) -> Plan {
    let acting = reconciliation.findings.iter().filter_map(|finding| Some((finding, finding.action?, finding.account.as_ref()?)));
    let actions = acting.take(5_000).map(|(finding, kind, account)| {
        let (before, after) = match kind {
            ActionKind::Update => finding.drift.first().map_or_else(Default::default, |change| {
                let one = |value: &Option<String>| serde_json::json!({ change.field.clone(): value });
                (one(&change.domo), one(&change.directory))
            }),
            _ => (serde_json::json!({ "active": true }), serde_json::json!({ "active": false })),
        };
        plan::Action {
            id: format!("A-{}", &finding.id.0[2..]),
            kind,
            finding: Some(finding.id.to_string()),
            account_id: account.id,
            email: account.email.clone(),
            name: account.name.clone(),
            before: before.as_object().cloned().unwrap_or_default(),
            after: after.as_object().cloned().unwrap_or_default(),
            why: finding.reason.clone(),
            through: None,
            blocked: None,
            about: Some(plan::About { kind: Some(finding.kind), severity: Some(finding.severity), ..Default::default() }),
        }
    });
    Plan {
        schema: plan::format::SCHEMA.into(),
        id: "P-7k2m9qx0ab".into(),
        run_id: "20261123T060000Z-4be21f".into(),
        instance: "acme".into(),
        created: started,
        expires: started + TimeDelta::days(7),
        digest: format!("sha256:{}", "ab01".repeat(16)),
        inputs: plan::Inputs { accounts: "sha256:1".into(), directory: vec!["sha256:2".into()], config: "sha256:3".into() },
        rules: None,
        guards: vec![
            GuardState { name: "max-deactivations".into(), value: 3, limit: 50, holds: true, note: None },
            GuardState { name: "rejected-rows".into(), value: 14, limit: 0, holds: false, note: None },
        ],
        actions: actions.collect(),
        findings: Vec::new(),
        decisions: BTreeMap::new(),
    }
}
