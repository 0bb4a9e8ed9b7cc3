//! `apply --rehearse`: the approved actions on a sandbox that starts with the plan's own snapshot, and an audit before and after.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context as _, Result};
use secrecy::SecretString;
use serde_json::{Value, json};

use super::applied::{ending, nothing_approved, say_tripped, who};
use super::plan_file::PlanFile;
use super::progress::ProgressLine;
use super::{Exit, Invocation};
use crate::apply::{Applied, Order, PreparedApply, Stop, files};
use crate::archive::replay::{self, Stored};
use crate::config::{Config, DeactivateWith};
use crate::domo::{Reader, Session, Settings};
use crate::failure::{Failure, FailureKind};
use crate::plan::{Action, Outcome, Override, Plan, ReportedAction, Sealed};
use crate::reconcile::{Reconciliation, reconcile_since};
use crate::sandbox::{Options, Profile, Running, Sandbox};
use crate::terms::names::PLAN;
use crate::terms::{AccountSituation, Kind};
use crate::{cli, digest, text};

/// Requests a minute to ourselves: nobody else uses the sandbox.
const PACE: u32 = 600_000;

/// Rehearses the plan. Domo is not touched, and neither is anything beside the plan.
pub(super) fn run(options: &cli::Apply, invocation: &Invocation, file: &PlanFile, overrides: Vec<Override>) -> Result<Exit> {
    let (sealed, plan) = (&file.sealed, file.plan());
    let stored = stored(&file.home, plan)?;
    let mut config = stored.config.config.clone();
    config.domo.requests_per_minute = PACE;
    config.domo.instance = Some(plan.instance.clone());
    // The rehearsal uses one door; what SCIM would do to the real instance nobody can rehearse.
    config.domo.deactivate_with = DeactivateWith::Rest;
    // The sandbox has no DomoStats of theirs: what the run read of them it remembers, and it holds deletions here too, by the plan
    // itself.
    config.content = None;

    super::runtime()?.block_on(super::interruptible(async {
        let terminal = invocation.terminal;
        // Kept until the end: the sandbox is there as long as this is.
        let (_sandbox, session) = open(&stored, plan, &config).await?;
        announce(invocation, &stored, plan);
        // Both against what was known when the plan was made: its findings are then those before, and what differs after is its
        // doing.
        let past = stored.past()?;
        let before = reconcile_since(&stored.accounts, &stored.people, &stored.rules(&config), past.clone())?;
        let stage = tempfile::tempdir().context("making a folder for the rehearsal")?;
        let copy = stage.path().join(PLAN);
        files::write_plan(&copy, &on_the_stage(sealed)?)?;
        let order = Order {
            plan: &copy,
            home: &copy,
            archive: None,
            superseded: &BTreeMap::new(),
            config: &config,
            instances: vec![plan.instance.clone()],
            by: who(options),
            overrides,
            invite: options.invite,
            alone: false,
        };
        let prepared = PreparedApply::open(&order, session.clone(), &ProgressLine::new(&terminal)).await?;
        say_tripped(invocation, &prepared);
        if let Some(refusal) = prepared.assessment().refusal {
            return Err(refusal.into());
        }
        let applied = prepared
            .carry_out(&Stop::default(), &mut |action: &Action, row: &ReportedAction| {
                invocation.terminal.say(format!("  {}", row.line(action)))
            })
            .await?;
        let accounts = Reader::new(&session).accounts(&ProgressLine::new(&terminal)).await?.remembering(&stored.accounts)?;
        let after = reconcile_since(&accounts, &stored.people, &stored.rules(&config), past)?;
        say(options, invocation, file, &applied, &before, &after)?;
        Ok(applied.kind())
    }))
}

/// A sandbox with the accounts that the plan was made from, and a session with it.
async fn open(stored: &Stored, plan: &Plan, config: &Config) -> Result<(Running, Session)> {
    let credential = stored.accounts.evidence.credential.clone().unwrap_or_default();
    // One that says who is active, or one that does not.
    let profile = if stored.accounts.provided.contains("active") { Profile::guide() } else { Profile::recorded() };
    let running = Sandbox::start(Options {
        accounts: stored.accounts.snapshot.objects().map(serde_json::from_slice).collect::<Result<_, _>>()?,
        owner: credential.user_id,
        customer: Some(plan.instance.clone()),
        groups: if knows_groups(stored) { Vec::new() } else { named_groups(plan) },
        // Domo itself let the client read, whatever its owner's role is called.
        profile: Profile { checks_rights: false, ..profile },
        ..Options::default()
    });
    let running = running.await?;
    let sandbox = Options::default();
    let mut settings = Settings::new(&running.url(), sandbox.client_id, SecretString::from(sandbox.client_secret))?;
    settings.requests_per_minute = PACE;
    // What the snapshot knows beside the accounts, the sandbox tells again.
    settings.groups = knows_groups(stored);
    settings.activity_days = config.domo.activity_days;
    let session = Session::open(settings).await?;
    Ok((running, session))
}

fn knows_groups(stored: &Stored) -> bool {
    stored.accounts.provided.contains("groups")
}

fn announce(invocation: &Invocation, stored: &Stored, plan: &Plan) {
    invocation.terminal.say(format!(
        "Rehearsing {} on a sandbox with the {} it was made from. Domo is not touched.",
        plan.id,
        text::plural(stored.accounts.snapshot.len() as u64, "account", "accounts")
    ));
    if !knows_groups(stored) && !named_groups(plan).is_empty() {
        invocation.terminal.say(
            "note: the groups of new accounts are taken to be there: the run did not read Domo's groups ([domo] groups = true \
             does); the dry run asks Domo for them",
        );
    }
}

/// The run the plan came from, which must still be the one it is bound to.
pub(super) fn stored(path: &Path, plan: &Plan) -> Result<Stored> {
    let folder = crate::files::folder_of(path);
    if plan.undoes() {
        return Err(Failure::usage(format!(
            "plan {} undoes {}: it was made from the accounts as they were at that moment, which no file keeps",
            plan.id, plan.run_id
        ))
        .hint("a dry run, `apply` without --confirm, shows what it would do to Domo as it is now")
        .into());
    }
    let hint = "the plan must stand in its own run folder, with accounts.jsonl and manifest.json beside it";
    let stored = replay::read(folder, None)
        .with_context(|| Failure::usage(format!("{} has nothing beside it that it was made from", path.display())).hint(hint))?;
    let actual = digest::sha256(stored.accounts.snapshot.bytes());
    if actual != plan.inputs.accounts {
        return Err(Failure::new(
            FailureKind::PlanRefused,
            format!(
                "the accounts in {} ({actual}) are not those the plan was made from ({})",
                folder.display(),
                plan.inputs.accounts
            ),
        )
        .hint(hint)
        .into());
    }
    Ok(stored)
}

/// The groups that new accounts join, with nobody in them yet.
fn named_groups(plan: &Plan) -> Vec<(String, Vec<u64>)> {
    let names: BTreeSet<&str> = plan.actions.iter().flat_map(Action::groups).collect();
    names.into_iter().map(|name| (name.to_owned(), Vec::new())).collect()
}

/// The plan as the sandbox can carry it out: deactivations through the one door it has.
fn on_the_stage(sealed: &Sealed) -> Result<Sealed> {
    let mut plan = sealed.plan().clone();
    if plan.actions.iter().all(|action| action.through != Some(DeactivateWith::Scim)) {
        return Ok(sealed.clone());
    }
    plan.actions.iter_mut().for_each(|action| action.through = None);
    plan.digest = crate::plan::canonical::digest_of(&serde_json::to_value(&plan)?);
    Ok(Sealed::made(plan)?)
}

/// Findings by kind, before and after.
fn counts(before: &Reconciliation, after: &Reconciliation) -> BTreeMap<Kind, [usize; 2]> {
    let mut counts: BTreeMap<Kind, [usize; 2]> = BTreeMap::new();
    before.findings.iter().for_each(|finding| counts.entry(finding.kind).or_default()[0] += 1);
    after.findings.iter().for_each(|finding| counts.entry(finding.kind).or_default()[1] += 1);
    counts
}

fn say(
    options: &cli::Apply,
    invocation: &Invocation,
    file: &PlanFile,
    applied: &Applied,
    before: &Reconciliation,
    after: &Reconciliation,
) -> Result<()> {
    let counts = counts(before, after);
    if options.json {
        let place = |place: usize| -> Value {
            counts.iter().map(|(kind, pair)| (kind.to_string(), json!(pair.get(place)))).collect::<serde_json::Map<_, _>>().into()
        };
        let mut answer = serde_json::to_value(&applied.report)?;
        // Nothing of it was done in earnest, and the journal is gone with the stage.
        answer["confirmed"] = false.into();
        answer["journal"] = Value::Null;
        answer["rehearsal"] = json!({"findings_before": place(0), "findings_after": place(1)});
        return invocation.terminal.json(&answer);
    }
    let mut story = format!("{}\n\nFindings          before  after", ending(file.plan(), applied, "This was a rehearsal."));
    for (kind, [was, is]) in &counts {
        let change = match (*is as i128) - (*was as i128) {
            0 => String::new(),
            change => format!("  {change:+}"),
        };
        story.push_str(&format!("\n  {:<15}{was:>7}{is:>7}{change}", kind.as_str()));
    }
    let total = |place: usize| counts.values().filter_map(|pair| pair.get(place)).sum::<usize>();
    story.push_str(&format!("\n  {:<15}{:>7}{:>7}", "all", total(0), total(1)));
    story.push_str(&format!(
        "\n\nActive accounts: {} before, {} after. Of {} an audit would now find {} still there, and {} new.",
        active(before),
        active(after),
        text::plural(before.findings.len() as u64, "finding", "findings"),
        still(before, after),
        after.findings.len() - still(before, after)
    ));
    let known: BTreeSet<_> = before.findings.iter().map(|finding| &finding.id).collect();
    for finding in after.findings.iter().filter(|finding| !known.contains(&finding.id)) {
        story.push_str(&format!("\n  new: {}: {}", finding.kind, text::visible(&finding.reason)));
    }
    if !applied.report.results.iter().any(|row| row.outcome != Outcome::NotApproved) {
        story.push_str(&format!("\n{}", nothing_approved(file.plan(), &file.path, &options.at.config)));
        return invocation.terminal.answer(story);
    }
    let again = if options.overrides.is_empty() { "" } else { ", with the same --override and --reason" };
    let (path, config) = (cli::argument(&file.path), options.at.config.flag());
    story.push_str(&format!("\nNext:   domo-reconcile apply {path}{config} --confirm (carries it out{again})"));
    invocation.terminal.answer(story)
}

fn active(judged: &Reconciliation) -> u64 {
    judged.accounts.read - judged.accounts[AccountSituation::Inactive]
}

/// Findings of before that are there after.
fn still(before: &Reconciliation, after: &Reconciliation) -> usize {
    let ids: BTreeSet<_> = before.findings.iter().map(|finding| &finding.id).collect();
    after.findings.iter().filter(|finding| ids.contains(&finding.id)).count()
}
