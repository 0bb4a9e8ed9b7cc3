//! What an apply, its rehearsal, its files for an import and its revert share: for whom, by whom, and the words that they end in.

use std::path::Path;

use anyhow::{Context as _, Result};

use super::invocation::{Invocation, instance_name};
use super::terminal::table;
use crate::apply::{Applied, PreparedApply};
use crate::archive;
use crate::config::{Config, Instance};
use crate::domo::Session;
use crate::failure::{Failure, FailureKind};
use crate::plan::{Applier, ApplyReport, Outcome, Plan};
use crate::{cli, text};

/// The rules for a plan's instance: its own section where there are several.
pub(super) fn of_instance(config: &Config, plan: &str, name: &str) -> Result<(Config, Option<Instance>)> {
    let here = config.for_instance_called(name).with_context(|| {
        Failure::new(
            FailureKind::PlanRefused,
            format!("plan {plan} is for the instance `{name}`, which the configuration does not name"),
        )
        .hint("add its [[instance]] section, or use the configuration it was made with")
    })?;
    Ok((here, config.instance_called(name).cloned()))
}

/// Every name of the instance that is known.
pub(super) fn instances(config: &Config, session: &Session) -> Vec<String> {
    let credential = session.credential();
    let known = config.domo.instance.clone().into_iter().chain(credential.customer.clone());
    known.chain([instance_name(config, Some(credential))]).collect()
}

/// The one who applies: as they say, and the operating system's user.
pub(super) fn who(options: &cli::Apply) -> Applier {
    let said = options.by.as_ref().map(|said| said.trim().to_owned()).filter(|said| !said.is_empty());
    Applier { said, user: archive::user::name() }
}

/// What a person should know before anything happens: the guards. What the actions themselves bring with them `review` and the dry
/// run have said.
pub(super) fn say_tripped(invocation: &Invocation, prepared: &PreparedApply<'_>) {
    let terminal = invocation.terminal;
    if !prepared.knows_own() {
        terminal.say("note: the token does not say whose it is, so `self` guards nobody; set [domo] client_owner");
    }
    for tripped in prepared.assessment().tripped {
        // One that is not overridden refuses, and the refusal says it.
        if let Some(reason) = &tripped.overridden {
            terminal.say(format!("guard {}: {}. Overridden: {reason}", tripped.guard, tripped.explain()));
        }
    }
}

/// What there is to say, and to do, where no action of a plan is approved.
pub(super) fn nothing_approved(plan: &Plan, path: &Path, config: &cli::ConfigFile) -> String {
    format!(
        "No action of plan {} is approved: there is nothing to carry out.\nNext:   domo-reconcile review {}{} --approve SELECTOR \
         --by WHO",
        plan.id,
        cli::argument(path),
        config.flag()
    )
}

/// What became of each action, why it ended early, and a last word.
pub(super) fn ending(plan: &Plan, applied: &Applied, last: &str) -> String {
    let mut text = shown(plan, &applied.report);
    if let Some(why) = &applied.why {
        text.push_str(&format!("\n\n{}.", text::visible(why)));
    }
    format!("{text}\n{last}")
}

/// A table of what was approved, and the counts.
pub(super) fn shown(plan: &Plan, report: &ApplyReport) -> String {
    let mut rows = Vec::new();
    // The rows are in the plan's order, one an action.
    let told = plan.actions.iter().zip(&report.results).filter(|(_, row)| row.outcome != Outcome::NotApproved);
    for (action, row) in told {
        let subject = action.subject();
        let cells = [&row.action, row.kind.as_str(), &subject, row.outcome.as_str(), row.detail.as_deref().unwrap_or_default()];
        rows.push(cells.map(text::shown).to_vec());
    }
    let counts: Vec<_> = report.counts.iter().map(|(outcome, count)| format!("{count} {outcome}")).collect();
    let counts = counts.join(", ");
    if rows.is_empty() {
        return counts;
    }
    format!("{}\n{counts}", table(&["action", "kind", "account", "outcome", "detail"], rows))
}
