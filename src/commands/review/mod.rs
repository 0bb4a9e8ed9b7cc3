//! `review`

mod accept;
pub(super) mod read;
pub(super) mod show;
pub(super) mod split;

use std::path::Path;

use anyhow::Result;
use serde_json::json;

use super::plan_file::{self, PlanFile};
use super::{Exit, Invocation};
use crate::apply::files;
use crate::archive;
use crate::cli;
use crate::config::Loaded;
use crate::plan::Plan;
use crate::plan::record;
use crate::plan::review::{self, ByReviewer, Reviewer};
use crate::text;

/// Shows a plan, or records decisions and shows what is open.
pub(super) fn run(options: &cli::Review, invocation: &Invocation) -> Result<Exit> {
    if !options.accept.is_empty() {
        return accept::run(options, invocation);
    }
    // A plan carries its rules, but whoever names a file means one that is there.
    Loaded::named(options.at.config.config.as_deref())?;
    let file = PlanFile::named(&options.plan, &options.at, &invocation.terminal)?;
    let path = file.path.clone();
    if let (Some(by), Some(out)) = (options.split, &options.out) {
        return split::run(options, by, out, &file, invocation);
    }
    let selectors = [&options.approve, &options.reject, &options.reopen];
    let deciding = selectors.iter().any(|selectors| !selectors.is_empty()) || !options.from.is_empty();
    let done = match deciding {
        true => Some(decide(options, &file, invocation)?),
        false => None,
    };
    let sealed = files::read_plan(&path)?;
    let plan = sealed.plan();
    let reviewers = reviewers(plan, &path, invocation)?;
    if options.json {
        invocation.terminal.json(&answer(plan, done.as_ref(), &reviewers, invocation))?;
    } else if let Some(done) = &done {
        invocation.terminal.answer(format!(
            "{} recorded in plan {} for {}: {}.\n{}{}{}\n{}",
            text::plural(done.recorded.len() as u64, "decision", "decisions"),
            plan.id,
            plan.instance,
            path.display(),
            show::not_taken(&done.others),
            show::reviewers(&reviewers),
            show::counts(plan, invocation.started),
            show::next(plan, &path, &options.at.config, !reviewers.is_empty())
        ))?;
    } else {
        let view = show::Shown::of(options);
        invocation.terminal.answer(format!(
            "{}\n{}{}",
            show::plan(plan, &view, invocation.started),
            show::reviewers(&reviewers),
            show::next(plan, &path, &options.at.config, !reviewers.is_empty())
        ))?;
    }
    Ok(None)
}

/// What was recorded.
struct Recorded {
    /// The ids of new decisions.
    recorded: Vec<String>,
    /// Decisions of an older plan that are not taken over, and what something later stands in the place of, with why.
    others: Vec<String>,
}

fn decide(options: &cli::Review, file: &PlanFile, invocation: &Invocation) -> Result<Recorded> {
    let path = &file.path;
    let reviewer = Reviewer {
        by: options.by.clone(),
        at: invocation.started,
        comment: options.comment.clone(),
        user: Some(archive::user::name()),
    };
    let _lock = file.lock(&format!("review by {}", options.by.as_deref().unwrap_or("nobody named")))?;
    let mut sealed = plan_file::read(path)?;
    review::in_time(sealed.plan(), invocation.started)?;
    let handed = read::Handed::of(options, path, &sealed, &reviewer)?;
    let mut submissions = review::selected(sealed.plan(), &options.approve, &options.reject, &options.reopen, &reviewer)?;
    submissions.extend(handed.submissions);
    let done = record::record(&mut sealed, &submissions, options.overrule, invocation.started)?;
    if !done.ids.is_empty() {
        files::write_plan(path, &sealed)?;
        plan_file::decided(path);
        if let Some(original) = file.copy_of() {
            let [own, copy] = [original, path].map(cli::argument);
            invocation.terminal.warn(&format!(
                "{copy} is a copy of {own}: `apply` refuses it with other decisions; `domo-reconcile review {own} --from {copy}` \
                 takes over what was decided here"
            ));
        }
    }
    Ok(Recorded { recorded: done.ids, others: handed.others.into_iter().chain(done.outdated).collect() })
}

/// How far each reviewer is, where the plan was dealt out and is still the one that was.
fn reviewers(plan: &Plan, path: &Path, invocation: &Invocation) -> Result<Vec<ByReviewer>> {
    let packets = read::packets_of(path)?.filter(|packets| packets.digest == plan.digest);
    Ok(packets.map(|packets| review::by_reviewer(plan, &packets, invocation.started.date_naive())).unwrap_or_default())
}

fn answer(plan: &Plan, done: Option<&Recorded>, reviewers: &[ByReviewer], invocation: &Invocation) -> serde_json::Value {
    let rows = crate::plan::sheet::rows(plan);
    let kinds = review::tally(plan, &rows, review::action_kind);
    let counts = kinds.iter().map(|(kind, counts)| (kind.as_str().to_owned(), json!(counts)));
    let severities = review::tally(plan, &rows, |row| row.severity());
    let severities = severities.iter().map(|(severity, counts)| (severity.as_str().to_owned(), json!(counts)));
    json!({
        "plan": plan.id,
        "digest": plan.digest,
        "instance": plan.instance,
        "expires": plan.expires,
        "days_left": review::days_left(plan.expires, invocation.started),
        "recorded": done.map(|done| done.recorded.len()),
        "changed": done.map(|done| &done.recorded),
        "not_taken_over": done.map(|done| &done.others),
        "refused_by": plan.refused_by(),
        "reviewers": reviewers,
        "counts": serde_json::Map::from_iter(counts),
        "severities": serde_json::Map::from_iter(severities),
        "actions": plan.actions,
        "findings": plan.findings,
        "decisions": plan.decisions,
    })
}
