//! What a certification came to: a page, the same in Markdown, and a plan of what is to be revoked.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::{Certification, Counts, RECORD};
use crate::archive::history;
use crate::archive::replay::Stored;
use crate::commands::Context;
use crate::config::{Choice, Loaded};
use crate::failure::Failure;
use crate::plan::build::assemble;
use crate::plan::certification::{self, Confirmed, Line, Stand, told};
use crate::plan::guard::AuditFigures;
use crate::plan::{self, Action, Inputs, Plan, Population, Sealed};
use crate::report::document::{Document, Table};
use crate::terms::Severity;
use crate::{apply, cli, digest, files, text};

/// Writes the evidence into the run's folder; the plan only where something is to be done.
pub(super) fn write(
    certification: &Certification,
    stored: &Stored,
    options: &cli::Certify,
    context: &Context,
) -> Result<Vec<PathBuf>> {
    let loaded = match options.at.config.config.as_deref() {
        Some(path) => Loaded::read(Some(path))?,
        None => stored.config.clone(),
    };
    let folder = &certification.run.path;
    let mut written = Vec::new();
    let config = &loaded.config;
    let (id, cannot) = (certification.id(), cannot_deactivate(certification, stored)?);
    let mut ended = Ended::of(folder)?;
    let mut planned: Vec<(String, usize)> = ended.applied.iter().map(|(plan, _)| (plan.id.clone(), plan.actions.len())).collect();
    let mut actions = certification::actions(id, &certification.accounts, &certification.record, config, cannot.is_none());
    actions.retain(|action| !ended.has(action, context));
    let manifest = &stored.manifest;
    let inputs = Inputs {
        accounts: stored.accounts.snapshot.sha256(),
        directory: manifest.directory.iter().map(|source| format!("sha256:{}", source.sha256)).collect(),
        config: digest::sha256(&loaded.text),
    };
    let plan_context = plan::Context { run_id: certification.id().to_owned(), created: context.clock(), inputs, previous: None };
    let population = Population::of(&stored.accounts, config, &actions)?;
    let plan = assemble(actions, Vec::new(), &population, AuditFigures::default(), config, &plan_context, &manifest.run.instance)?;
    let path = ended.open.as_ref().map_or_else(|| name(folder, ended.applied.len() + 1), |(path, _)| path.clone());
    match (plan, ended.open.take()) {
        (Some(plan), open) => {
            let plan = open.map_or(plan.clone(), |(_, open)| going_on(plan, open.plan(), context));
            files::replace(&path, files::all(plan.to_json()?.as_bytes()))
                .with_context(|| Failure::failed(format!("cannot write {}", path.display())))?;
            written.push(path);
            planned.push((plan.id, plan.actions.len()));
        }
        (None, Some((path, _))) => std::fs::remove_file(&path).context("removing a plan that has no actions any more")?,
        (None, None) => {}
    }
    let mut put = |name: &str, content: &[u8]| -> Result<()> {
        let path = folder.join(name);
        files::replace(&path, files::all(content)).with_context(|| Failure::failed(format!("cannot write {}", path.display())))?;
        written.push(path);
        Ok(())
    };
    let cannot = cannot.filter(|_| config.policy.revoked == Choice::Deactivate);
    let document = document(certification, stored, cannot, &planned, context)?;
    put("certification.html", document.html(&crate::config::Config::default())?.as_bytes())?;
    put("certification.md", document.markdown().as_bytes())?;
    Ok(written)
}

/// The plans of a certification that was ended before, in their order.
struct Ended {
    /// Those that were applied, with the actions that are done. They stay as they are: what was decided since is another plan.
    applied: Vec<(Plan, BTreeSet<String>)>,
    /// The last, which was not.
    open: Option<(PathBuf, Sealed)>,
}

impl Ended {
    fn of(folder: &Path) -> Result<Self> {
        let mut ended = Self { applied: Vec::new(), open: None };
        for path in (1..).map(|number| name(folder, number)).take_while(|path| path.exists()) {
            let (sealed, journal) = (apply::files::read_plan(&path)?, apply::files::journal_of(&path));
            match journal.exists() {
                true => ended.applied.push((sealed.plan().clone(), apply::journal::read(&journal)?.done())),
                false => ended.open = Some((path, sealed)),
            }
        }
        Ok(ended)
    }

    /// Whether a plan that was applied has done this, or can still do it.
    fn has(&self, action: &Action, context: &Context) -> bool {
        self.applied.iter().any(|(plan, done)| {
            plan.action(&action.id) == Some(action) && (done.contains(&action.id) || context.clock() < plan.expires)
        })
    }
}

/// `certification.plan.json`, `certification.2.plan.json` for what was decided after that was applied, and so on.
fn name(folder: &Path, number: usize) -> PathBuf {
    folder.join(match number {
        1 => "certification.plan.json".to_owned(),
        number => format!("certification.{number}.plan.json"),
    })
}

/// The plan of a certification that was ended before and not applied: the earlier one where nothing else is to be done, and else the new one
/// with what was decided on the actions that are the same.
fn going_on(mut plan: Plan, earlier: &Plan, context: &Context) -> Plan {
    if plan.actions == earlier.actions && context.clock() < earlier.expires {
        return earlier.clone();
    }
    let same = |id: &&String| plan.action(id).is_some_and(|action| earlier.action(id) == Some(action));
    plan.decisions = earlier.decisions.iter().filter(|(id, _)| same(id)).map(|(id, one)| (id.clone(), one.clone())).collect();
    plan
}

/// Why the certified instance cannot deactivate anybody so that it could be read back: it does not say who is active, or one of our plans
/// found out before.
fn cannot_deactivate(certification: &Certification, stored: &Stored) -> Result<Option<String>> {
    if !stored.accounts.provided.contains("active") {
        return Ok(Some("this Domo does not say who is active, so that a deactivation could not be read back".into()));
    }
    let Some(archive) = certification.run.path.parent() else { return Ok(None) };
    history::past_before(archive, &certification.run)?.unhonoured(&stored.accounts)
}

/// What such a certification is asked for by.
const CONTROLS: &str = "SOC 2 CC6.2 and CC6.3, ISO 27001 A.5.18 and A.8.2, NIST AC-2 j and AC-6(7), PCI DSS 7.2.4. A help for filing, not a \
                        statement of conformity";

fn document(
    certification: &Certification,
    stored: &Stored,
    cannot_deactivate: Option<String>,
    plans: &[(String, usize)],
    context: &Context,
) -> Result<Document> {
    let coverage = certification.coverage(context.started.date_naive());
    let Counts { accounts, decided, keep, revoke, role, not_mine, own, open, .. } = coverage.counts;
    let manifest = &stored.manifest;
    let outside: u64 = certification.outside.values().sum();
    let path = certification.run.path.join(RECORD);
    let record = match path.exists() {
        true => files::sha256(&path)?.0,
        false => "(nothing was recorded)".to_owned(),
    };
    let fact = |label: &str, value: String| (label.to_owned(), value);
    let share = (decided * 1000).checked_div(accounts).unwrap_or(1000);
    let mut facts = vec![
        fact("Run", certification.id().to_owned()),
        fact("Manifest", certification.run.sha256.clone()),
        fact(
            "Accounts read",
            format!("{} by {} on {}", manifest.run.started.format("%Y-%m-%d %H:%M UTC"), manifest.run.user, manifest.run.host),
        ),
        fact("Day judged", manifest.run.as_of.to_string()),
        fact("Snapshot", format!("sha256:{}", stored.accounts.snapshot.sha256().trim_start_matches("sha256:"))),
        fact("Configuration", manifest.config.sha256.clone()),
        fact("Scope", format!("{}: {accounts} of {} accounts read", coverage.scope, accounts + outside)),
        fact("Record", format!("{RECORD}, {} lines, {record}", certification.record.lines.len())),
        fact("Made", format!("{} with domo-reconcile {}", context.clock().format("%Y-%m-%d %H:%M UTC"), env!("CARGO_PKG_VERSION"))),
    ];
    let read = manifest.accounts.as_ref().map(|read| &read.evidence);
    if let Some(client) = read.and_then(|read| read.credential.as_ref()) {
        facts.push(fact("Client", client.client_id.clone()));
    }
    if let Some(evidence) = manifest.summary.as_ref().map(|summary| &summary.evidence) {
        let reasons = if evidence.reasons.is_empty() { String::new() } else { format!(": {}", evidence.reasons.join("; ")) };
        facts.push(fact("Evidence", format!("{}{reasons}", evidence.status.as_str())));
    }
    facts.extend(
        manifest
            .directory
            .iter()
            .map(|source| fact("Directory", format!("{}, {} rows, sha256:{}", source.name, source.rows, source.sha256))),
    );
    if let Some(packets) = &certification.packets {
        let split = serde_json::to_value(packets.split)?;
        let due = packets.due.map(|due| format!(", asked back by {due}")).unwrap_or_default();
        facts.push(fact(
            "Packets",
            format!(
                "{} by {}, dealt out on {}{due}",
                packets.packets.len(),
                split.as_str().unwrap_or_default(),
                packets.at.date_naive()
            ),
        ));
    }
    let nothing = if revoke + role == 0 { "nothing is to be revoked or changed" } else { "none: nothing can be done by it" };
    if plans.is_empty() {
        facts.push(fact("Plan", nothing.to_owned()));
    }
    for (number, (id, count)) in (1..).zip(plans) {
        let file = name(Path::new(""), number);
        let actions = text::plural(*count as u64, "action", "actions");
        facts.push(fact("Plan", format!("{id}: {actions}, in {}", file.display())));
    }
    if let (Some(why), true) = (cannot_deactivate, revoke > 0) {
        facts.push(fact(
            "Not in the plan",
            format!(
                "{}: {why}; `[policy] revoked = \"demote\"` takes role and groups away, `revoked = \"delete\"` deletes, or do it by hand under \
                 Admin > Governance > People",
                text::plural(revoke, "revocation", "revocations")
            ),
        ));
    }
    let stands = certification.stands();
    let asked = certification.asked();
    let line = |(account, line, _): &(&Confirmed, Option<&Line>, Stand)| {
        vec![
            account.subject(),
            account.key.clone(),
            account.about.role.clone().unwrap_or_default(),
            account.person.clone().unwrap_or_default(),
            account.about.department.clone().unwrap_or_default(),
            asked.get(account.key.as_str()).copied().unwrap_or_default().to_owned(),
            line.map(told).unwrap_or_default(),
            account.findings.join("; "),
        ]
    };
    let columns = vec!["Account", "Domo id", "Role", "Person", "Department", "Asked", "Answer", "Findings"];
    let table = |caption: &str, empty: &str, wanted: &dyn Fn(Stand) -> bool| Table {
        caption: caption.into(),
        columns: columns.clone(),
        rows: stands.iter().filter(|(_, _, stand)| wanted(*stand)).map(line).collect(),
        empty: empty.into(),
    };
    // A name is kept in spite of what was found: whoever tests this asks why.
    let against = |(account, _, stand): &&(&Confirmed, Option<&Line>, Stand)| {
        *stand == Stand::Keep && account.about.severity.is_some_and(|severity| severity <= Severity::Medium)
    };
    let against = stands.iter().filter(against).count() as u64;
    let may = || stands.iter().filter(|(account, ..)| account.may_administer);
    let may_decided = may().filter(|(_, _, stand)| stand.is_decided()).count();
    facts.push(fact("May administer", format!("{may_decided} of {} decided", may().count())));
    facts.push(fact("Controls", CONTROLS.to_owned()));
    let sums = [
        ("Keep", keep),
        ("Revoke", revoke),
        ("Another role", role),
        ("Handed on, and decided by nobody", not_mine),
        ("Decided by their own holder, which confirms nothing", own),
        ("Nobody decided", open),
        ("In scope", accounts),
    ];
    let outside_rows = certification.outside.iter().map(|(why, count)| vec![format!("Out of scope: {why}"), count.to_string()]);
    let rows = sums.iter().map(|(label, count)| vec![(*label).to_owned(), count.to_string()]).chain(outside_rows);
    let read = vec!["Accounts read".to_owned(), (accounts + outside).to_string()];
    let by_reviewer = coverage.reviewers.iter().map(|one| {
        let counts = one.counts;
        let numbers =
            [counts.accounts, counts.keep, counts.revoke, counts.role, counts.not_mine + counts.own + counts.open, counts.late];
        std::iter::once(one.reviewer.clone()).chain(numbers.map(|number| number.to_string())).collect()
    });
    Ok(Document {
        title: "Certification of access".into(),
        instance: manifest.run.instance.clone(),
        lead: vec![
            format!("{decided} of {accounts} accounts in scope were decided ({}.{} %): {keep} keep, {revoke} revoke, {role} another role.", share / 10, share % 10),
            format!("{} were decided by nobody who may: they stay as they are and are listed below.", accounts - decided),
            format!(
                "{} kept although the run found something of severity medium or worse about them: they stand first under Confirmed, with what was found.",
                text::plural(against, "account was", "accounts were")
            ),
        ],
        facts,
        tables: vec![
            Table { caption: "Coverage".into(), columns: vec!["", "Accounts"], rows: rows.chain([read]).collect(), empty: String::new() },
            Table {
                caption: "By reviewer".into(),
                columns: vec!["Reviewer", "Accounts", "Keep", "Revoke", "Another role", "Not decided", "Late"],
                rows: by_reviewer.collect(),
                empty: "Nobody was asked.".into(),
            },
            table("To be revoked or changed", "Nothing is to be revoked or changed.", &|stand| matches!(stand, Stand::Revoke | Stand::Role)),
            table("What nobody decided", "Every account in scope was decided.", &|stand| !stand.is_decided()),
            table("Confirmed", "No account was confirmed.", &|stand| stand == Stand::Keep),
            Table {
                caption: "Sign-off".into(),
                columns: vec!["As", "Name", "Date", "Signature"],
                rows: ["Owner of the control", "Reviewer of this evidence"].map(|role| vec![role.into(), String::new(), String::new(), String::new()]).into(),
                empty: String::new(),
            },
        ],
        limits: vec![
            "Who decided is as the packets and whoever recorded them said; who recorded what stands in certification.jsonl.".into(),
            "A person who decides about their own account confirms nothing; such accounts count as not decided.".into(),
            "It covers what the run read. What Domo's API does not tell (rights inside content, PDP policies) is not confirmed by it.".into(),
            "Rules, matching, every account and row, exceptions and closing sums are in the run's own report.html, which its manifest seals.".into(),
            format!("To check it: `domo-reconcile verify {}`; the next run's manifest seals this page and its record.", certification.id()),
        ],
    })
}
