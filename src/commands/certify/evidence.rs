//! What a certification came to: a page, the same in Markdown, and a plan of what is to be revoked.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::{Certification, Counts, RECORD};
use crate::archive::replay::Stored;
use crate::commands::Context;
use crate::config::{Choice, Loaded, Policy};
use crate::failure::Failure;
use crate::plan::build::assemble;
use crate::plan::certification::{self, Confirmed, Line, Stand, told};
use crate::plan::guard::AuditFigures;
use crate::plan::{self, Inputs, Plan, Population, Sealed};
use crate::report::document::{Document, Table};
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
    let mut put = |name: &str, content: &[u8]| -> Result<()> {
        let path = folder.join(name);
        files::replace(&path, files::all(content)).with_context(|| Failure::failed(format!("cannot write {}", path.display())))?;
        written.push(path);
        Ok(())
    };
    let config = &loaded.config;
    let (id, says_active) = (certification.id(), says_active(stored));
    let actions = certification::actions(id, &certification.accounts, &certification.record, config, says_active);
    let count = actions.len();
    let manifest = &stored.manifest;
    let inputs = Inputs {
        accounts: stored.accounts.snapshot.sha256(),
        directory: manifest.directory.iter().map(|source| format!("sha256:{}", source.sha256)).collect(),
        config: digest::sha256(&loaded.text),
    };
    let plan_context = plan::Context { run_id: certification.id().to_owned(), created: context.clock(), inputs, previous: None };
    let population = Population::of(&stored.accounts, config, &actions)?;
    let plan = assemble(actions, Vec::new(), &population, AuditFigures::default(), config, &plan_context, &manifest.run.instance)?;
    let path = folder.join("certification.plan.json");
    let earlier = path.exists().then(|| apply::files::read_plan(&path)).transpose()?;
    let plan = match (plan, earlier.as_ref().map(Sealed::plan)) {
        (Some(plan), Some(earlier)) => Some(going_on(plan, earlier, &path, context)?),
        (None, Some(_)) if apply::files::journal_of(&path).exists() => return Err(applied(&path).into()),
        (None, Some(_)) => {
            std::fs::remove_file(&path).context("removing a plan that has no actions any more")?;
            None
        }
        (plan, None) => plan,
    };
    if let Some(plan) = &plan {
        put("certification.plan.json", plan.to_json()?.as_bytes())?;
    }
    let planned = plan.as_ref().map(|plan| (plan.id.as_str(), count));
    let document = document(certification, stored, &config.policy, planned, context)?;
    put("certification.html", document.html(&crate::config::Config::default())?.as_bytes())?;
    put("certification.md", document.markdown().as_bytes())?;
    Ok(written)
}

/// The plan of a certification that was ended before: the earlier one where nothing else is to be done, and else the new one with what was
/// decided on the actions that are the same.
fn going_on(mut plan: Plan, earlier: &Plan, path: &Path, context: &Context) -> Result<Plan> {
    let (was_applied, is_same) = (apply::files::journal_of(path).exists(), plan.actions == earlier.actions);
    if is_same && (was_applied || context.clock() < earlier.expires) {
        return Ok(earlier.clone());
    }
    if was_applied {
        return Err(applied(path).into());
    }
    let same = |id: &&String| plan.action(id).is_some_and(|action| earlier.action(id) == Some(action));
    plan.decisions = earlier.decisions.iter().filter(|(id, _)| same(id)).map(|(id, one)| (id.clone(), one.clone())).collect();
    Ok(plan)
}

/// What was applied stays what its journal is of.
fn applied(path: &Path) -> Failure {
    Failure::usage(format!("{} was applied already, and what was decided since would be another plan", path.display()))
        .hint("the record keeps it; audit again, and certify that run")
}

/// Whether the certified instance says who is active.
fn says_active(stored: &Stored) -> bool {
    stored.accounts.provided.contains("active")
}

fn document(
    certification: &Certification,
    stored: &Stored,
    policy: &Policy,
    plan: Option<(&str, usize)>,
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
        fact("Snapshot", stored.accounts.snapshot.sha256()),
        fact("Scope", format!("{}: {accounts} of {} accounts read", coverage.scope, accounts + outside)),
        fact("Record", format!("{RECORD}, {} lines, {record}", certification.record.lines.len())),
        fact("Made", format!("{} with domo-reconcile {}", context.clock().format("%Y-%m-%d %H:%M UTC"), env!("CARGO_PKG_VERSION"))),
    ];
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
    facts.push(fact(
        "Plan",
        plan.map_or(nothing.to_owned(), |(id, count)| format!("{id}: {count} actions, in certification.plan.json")),
    ));
    if revoke > 0 && policy.revoked == Choice::Deactivate && !says_active(stored) {
        facts.push(fact(
            "Not in the plan",
            format!(
                "{}: this Domo does not say who is active, so that a deactivation could not be read back; `[policy] revoked = \"demote\"` \
                 takes role and groups away, `revoked = \"delete\"` deletes, or do it by hand under Admin > Governance > People",
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
        ],
        limits: vec![
            "Who decided is as the packets and whoever recorded them said; who recorded what stands in certification.jsonl.".into(),
            "A person who decides about their own account confirms nothing; such accounts count as not decided.".into(),
            "It covers what the run read. What Domo's API does not tell (rights inside content, PDP policies) is not confirmed by it.".into(),
            format!("To check it: `domo-reconcile verify {}`; the next run's manifest seals this page and its record.", certification.id()),
        ],
    })
}
