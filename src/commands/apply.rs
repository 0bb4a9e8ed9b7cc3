//! `apply`

use std::path::Path;

use anyhow::Result;

use super::applied::{ending, instances, nothing_approved, of_instance, say_tripped, shown, who};
use super::plan_file::{self, PlanFile};
use super::{Exit, Invocation};
use crate::apply::{Order, PreparedApply, Stop};
use crate::config::Loaded;
use crate::domo::{Session, Settings};
use crate::failure::{Failure, FailureKind};
use crate::plan::journal::ActionState;
use crate::plan::{Action, Outcome, Override, Plan, ReportedAction};
use crate::terms::ActionKind;
use crate::{cli, digest, text};

/// Shows what would happen, carries it out, or rehearses it.
pub(super) fn run(options: &cli::Apply, invocation: &Invocation) -> Result<Exit> {
    let reason = options.reason.as_deref().unwrap_or_default();
    let overrides: Result<Vec<_>, _> = options.overrides.iter().map(|given| Override::parse(given, reason)).collect();
    let overrides = overrides.map_err(Failure::usage)?;
    for Override { guard, .. } in overrides.iter().filter(|given| !given.guard.can_be_overridden()) {
        invocation.terminal.warn(&format!("the guard {guard} can never be overridden: --override {guard} does nothing"));
    }
    // Before anything is asked of Domo: a plan that may not be used is refused without credentials.
    let file = PlanFile::named(&options.plan, &options.at, &invocation.terminal)?;
    let plan = file.plan();
    if options.invite && !options.confirm {
        can_still_invite(&file)?;
    }
    if let Some(alone) = file.alone().filter(|_| !options.rehearse) {
        invocation.terminal.say(format!(
            "note: {alone}: neither later runs, nor answers that were taken back since, nor the journal of the plan that this may be \
             a copy of are heard; --archive names the archive"
        ));
    }
    if let Some(folder) = &options.bulk_import {
        return super::import::run(options, folder, invocation, &file);
    }
    if options.rehearse {
        return super::rehearse::run(options, invocation, &file, overrides);
    }
    let loaded = Loaded::read(options.at.config.config.as_deref())?;
    let (config, instance) = of_instance(&loaded.config, &plan.id, &plan.instance)?;
    let config = file.tighten(&config)?;
    say_other_rules(invocation, plan, &loaded);
    file.journal()?;
    let superseded = file.superseded()?;
    super::lone_runtime()?.block_on(async {
        let session = Session::open(Settings::from_env(&config, instance.as_ref())?).await?;
        let order = Order {
            plan: &file.path,
            home: &file.home,
            archive: Some(file.archive()),
            superseded: &superseded,
            config: &config,
            instances: instances(&config, &session),
            by: who(options),
            overrides,
            invite: options.invite,
            alone: file.alone().is_some(),
        };
        match options.confirm {
            true => confirm(options, invocation, &file, &order, session).await,
            false => preview(options, invocation, &order, session).await,
        }
    })
}

/// Whose rules hold, where the configuration at hand is not the one that the plan was made with.
fn say_other_rules(invocation: &Invocation, plan: &Plan, loaded: &Loaded) {
    if digest::sha256(&loaded.text) != plan.inputs.config {
        let at_hand = match &loaded.path {
            Some(path) => format!("{} is not the configuration", path.display()),
            None => "no configuration is at hand, and there was one".to_owned(),
        };
        invocation.terminal.say(format!(
            "note: {at_hand} that plan {} was made with: its second person, guards, exclusions and client owner hold, and what is \
             stricter here",
            plan.id
        ));
    }
}

/// Refuses an invitation that comes too late: all that the plan creates is created, and somebody was not invited with it.
fn can_still_invite(file: &PlanFile) -> Result<()> {
    let (plan, journal) = (file.plan(), file.journal()?);
    let (done, invited) = (journal.done(), journal.invited());
    let mut creates = plan.actions.iter().filter(|action| action.kind == ActionKind::Create && plan.approved(&action.id));
    let waits = |action: &&Action| !action.after.contains_key("sendInvite") && !invited.contains(action.id.as_str());
    let waiting: Vec<_> = creates.clone().filter(waits).map(Action::subject).collect();
    if waiting.is_empty() || creates.any(|action| !done.contains(&action.id)) {
        return Ok(());
    }
    let names = text::shown(&waiting.join(", "));
    Err(Failure::failed(format!(
        "Domo's API sends an invitation only while it creates an account and has no call to invite one that exists. To be invited: \
         {names}"
    ))
    .hint(
        "invite them in Domo (Admin > People); `apply --confirm --invite` or `[policy] send_invite = true` invites with the \
         creation",
    )
    .into())
}

async fn preview(options: &cli::Apply, invocation: &Invocation, order: &Order<'_>, session: Session) -> Result<Exit> {
    let terminal = invocation.terminal;
    let line = super::progress::ProgressLine::new(&terminal);
    let prepared = PreparedApply::open(order, session, &line).await?;
    let assessment = prepared.assessment();
    let report = super::interruptible(async { Ok(prepared.preview(&line).await) }).await?;
    drop(line);
    for note in Plan::notes_on(prepared.open_actions()) {
        terminal.say(format!("note: {note}"));
    }
    say_tripped(invocation, &prepared);
    if options.json {
        terminal.json(&report)?;
    } else if prepared.is_idle() {
        terminal.answer(nothing_approved(prepared.plan(), order.plan, &options.at.config))?;
    } else {
        let way = if assessment.refusal.is_some() { "As it stands, --confirm is refused." } else { "--confirm carries it out." };
        terminal.answer(format!("{}\n\nNothing was written: this was a dry run. {way}", shown(prepared.plan(), &report)))?;
    }
    match assessment.refusal {
        Some(refusal) => Err(refusal.into()),
        None => Ok(None),
    }
}

async fn confirm(
    options: &cli::Apply,
    invocation: &Invocation,
    file: &PlanFile,
    order: &Order<'_>,
    session: Session,
) -> Result<Exit> {
    let terminal = invocation.terminal;
    let who = order.by.said.as_ref().map(|said| format!(" by {said}")).unwrap_or_default();
    let _lock = file.lock(&format!("apply{who}"))?;
    // Somebody may have applied it meanwhile.
    file.journal()?;
    let line = super::progress::ProgressLine::new(&terminal);
    let prepared = super::interruptible(PreparedApply::open(order, session, &line)).await?;
    drop(line);
    if prepared.plan().digest != file.plan().digest {
        return Err(Failure::new(FailureKind::PlanRefused, format!("{} was changed meanwhile", order.plan.display()))
            .hint("look at it again before anything is applied")
            .into());
    }
    let stop = Stop::of_process();
    let _held = stop.hold("what is under way is finished and recorded, then this ends");
    say_tripped(invocation, &prepared);
    if let Some(refusal) = prepared.assessment().refusal {
        if options.json {
            terminal.json(&prepared.refused())?;
        }
        return Err(refusal.into());
    }
    // Nobody did anything: no journal says that somebody did.
    if prepared.is_idle() {
        match options.json {
            true => terminal.json(&prepared.refused())?,
            false => terminal.answer(nothing_approved(prepared.plan(), order.plan, &options.at.config))?,
        }
        return Ok(None);
    }
    let plan = prepared.plan().clone();
    let total = prepared.todo();
    let mut number = 0;
    let mut tell = |action: &Action, row: &ReportedAction| {
        number += 1;
        terminal.say(format!("[{number}/{total}] {}", row.line(action)));
    };
    let applied = prepared.carry_out(&stop, &mut tell).await?;
    plan_file::decided(order.plan);
    if options.json {
        terminal.json(&applied.report)?;
    } else {
        let (journal, config) = (&applied.report.journal, options.at.config.flag());
        let known = crate::apply::journal::read(Path::new(journal))?;
        let standings = known.fold();
        // What failed may have left something, and what is unknown may have happened.
        let left = |row: &ReportedAction| match row.outcome {
            Outcome::Done | Outcome::Unknown => true,
            Outcome::Failed => standings.get(row.action.as_str()).is_some_and(ActionState::wrote),
            _ => false,
        };
        let undo = match applied.report.results.iter().any(|row| row.kind != ActionKind::Delete && left(row)) {
            false => String::new(),
            true => format!(
                "\nUndo:    domo-reconcile revert {}{config} (makes a plan; nothing happens yet)",
                cli::argument(Path::new(journal))
            ),
        };
        let last =
            format!("Journal: {journal}\nNext:    domo-reconcile audit{config}{} (shows what is left){undo}", file.archive_flag());
        terminal.answer(ending(&plan, &applied, &last))?;
    }
    Ok(applied.kind())
}
