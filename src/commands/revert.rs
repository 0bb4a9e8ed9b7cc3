//! `revert`

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::json;

use super::plan_file::{self, PlanFile};
use super::{Exit, Invocation, out_folder, progress::ProgressLine};
use crate::apply::{files, journal};
use crate::config::{DeactivateWith, Loaded};
use crate::digest;
use crate::domo::{Reader, Session, Settings};
use crate::failure::Failure;
use crate::plan::approved::right_instance;
use crate::plan::build::assemble;
use crate::plan::guard::AuditFigures;
use crate::plan::revert::{Undo, done};
use crate::plan::{self, GuardedAccounts, InputDigests, Plan};
use crate::terms::ActionKind;
use crate::terms::names;
use crate::{cli, text};

/// Reads the accounts a journal is about as they are now, and plans what undoes it.
pub(super) fn run(options: &cli::Revert, invocation: &Invocation) -> Result<Exit> {
    let path = plan_file::journal_path(&options.journal, &options.at, &invocation.terminal)?;
    let out = options.out.clone().unwrap_or_else(|| default_out(crate::files::folder_of(&path)));
    if out.exists() {
        return Err(Failure::usage(format!("{} is there already; a plan is never overwritten", out.display()))
            .hint("review and apply it, or name another file with --out")
            .into());
    }
    out_folder(&out)?;
    let missing =
        || Failure::usage(format!("cannot read the journal {}", path.display())).hint("name the plan.journal.jsonl of an apply");
    std::fs::metadata(&path).with_context(missing)?;
    let journal = journal::read(&path)?;
    let Some((_, open)) = journal.opened().next() else {
        return Err(Failure::usage(format!("the journal {} holds no record of an apply", path.display()))
            .hint("name the plan.journal.jsonl of an apply")
            .into());
    };
    // One that is shorter than others saw it would leave a part of what was done as it is; and what undoes a plan obeys the plan's
    // rules.
    let file = PlanFile::of_journal(&path, &journal, &options.at.archive)?;
    let journal = file.journal()?;
    let loaded = Loaded::read(options.at.config.config.as_deref())?;
    let (config, instance) = super::applied::of_instance(&loaded.config, &open.plan, &open.instance)?;
    let config = file.tighten(&config)?;

    let (plan, undo) = super::runtime()?.block_on(super::interruptible(async {
        let session = Session::open(Settings::from_env(&config, instance.as_ref())?).await?;
        right_instance(&super::applied::instances(&config, &session), &open.plan, &open.instance)?;
        let reader = Reader::new(&session);
        let accounts = reader.accounts(&ProgressLine::new(&invocation.terminal)).await?;
        let mut undo = Undo::default();
        for done in done(&journal) {
            let now = match done.account_id() {
                Some(id) => Some(reader.account(id).await?),
                None => None,
            };
            undo.add(&done, &open.plan, now.as_ref());
        }
        if config.domo.deactivate_with == DeactivateWith::Scim {
            for action in undo.actions.iter_mut().filter(|action| action.kind == ActionKind::Deactivate) {
                action.through = Some(DeactivateWith::Scim);
            }
        }
        let inputs = InputDigests::new(digest::sha256(accounts.snapshot.bytes()), &[], &loaded.text);
        let binding = plan::PlanBinding { run_id: open.plan.clone(), created: invocation.clock(), inputs, before: None };
        let guarded = GuardedAccounts::of(&accounts, &config, &undo.actions)?;
        let plan =
            assemble(undo.actions.clone(), Vec::new(), &guarded, AuditFigures::default(), &config, &binding, &open.instance)?;
        Ok((plan, undo))
    }))?;
    if let Some(plan) = &plan {
        crate::files::write(&out, plan.to_json()?.as_bytes())?;
    }
    if options.json {
        let written = plan.as_ref().map(|_| out.display().to_string());
        let actions = plan.as_ref().map_or(0, |plan| plan.actions.len());
        let id = plan.as_ref().map(|plan| &plan.id);
        invocation.terminal.json(&json!({"plan": id, "file": written, "actions": actions, "stays": undo.stays}))?;
    } else {
        let next =
            format!("Next:   domo-reconcile review {}{} --approve all --by WHO", cli::argument(&out), options.at.config.flag());
        invocation.terminal.answer(summary(plan.as_ref(), &undo, &out) + &plan.map(|_| format!("\n{next}")).unwrap_or_default())?;
    }
    Ok(None)
}

/// Where a plan goes that nobody names: what undoes a plan that was applied under that name has the next one.
fn default_out(folder: &Path) -> PathBuf {
    let (mut number, place) = (1, |number| folder.join(names::revert_plan(number)));
    while files::journal_of(&place(number)).exists() {
        number += 1;
    }
    place(number)
}

fn summary(plan: Option<&Plan>, undo: &Undo, out: &Path) -> String {
    let mut lines = vec![match plan {
        Some(plan) => {
            format!(
                "{} it: {}. It is reviewed and applied like any other plan, and expires {}.",
                text::plural(plan.actions.len() as u64, "action undoes", "actions undo"),
                out.display(),
                plan.expires.format("%Y-%m-%d")
            )
        }
        None => "There is nothing that can be undone.".to_owned(),
    }];
    if !undo.stays.is_empty() {
        lines.push(format!("{}:", text::plural(undo.stays.len() as u64, "thing stays as it is", "things stay as they are")));
        let line = |stays: &plan::revert::Stays| {
            let account = stays.account_id.map(|id| format!(" account {id}")).unwrap_or_default();
            let email = stays.email.as_deref().map(|email| format!(" {}", text::visible(email))).unwrap_or_default();
            format!("  {}{account}{email}: {}", stays.action, text::visible(&stays.why))
        };
        lines.extend(undo.stays.iter().map(line));
    }
    lines.join("\n")
}
