//! Every `[[instance]]`, one after the other under one lock, and the page over all of them. One that fails neither stops nor hides
//! the others; the command ends as the worst of them.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use serde::Serialize;

use super::answer::Audited;
use super::group::InstanceGroup;
use super::one::{self, Audit, Fallen};
use crate::archive::{Lock, summaries};
use crate::commands::notice::Notice;
use crate::commands::{Exit, Failed, Invocation, notice};
use crate::config::Loaded;
use crate::directory::People;
use crate::domo;
use crate::failure::{self, Failure, FailureKind};
use crate::reconcile::EvidenceStatus;
use crate::report;
use crate::report::summary::{AuditedInstance, AuditedRun, InstanceResult, Several};
use crate::stop::Stop;
use crate::text::plural;

/// An instance's name and what became of its audit.
type InstanceAudit = (String, Result<Audited, Fallen>);

/// Audits every instance and writes the page over all of them.
pub(super) fn run(audit: &Audit, loaded: &Loaded, json: bool, invocation: &Invocation) -> Result<Exit> {
    let tell = |notices: &[Notice]| notice::tell(&loaded.config, &audit.archive, notices, invocation);
    let fallen = |name: &str, error: &anyhow::Error| Notice::failed(name, invocation.started, error);

    let begun = Lock::take(&audit.archive, invocation.started).and_then(|lock| {
        let (lock, people) = (Arc::new(lock), one::load(invocation, loaded, &audit.archive));
        match people {
            // The page over all says so.
            Err(error) if failure::kind(&error) == FailureKind::Interrupted => {
                Ok((lock, loaded.config.instance.iter().map(|instance| (instance.name.clone(), Err(not_begun()))).collect()))
            }
            people => {
                let came = each(audit, loaded, invocation, &lock, &people?);
                Ok((lock, came))
            }
        }
    });
    let (lock, came): (_, Vec<_>) = match begun {
        Ok(begun) => begun,
        // What all of them need is not there.
        Err(error) => {
            tell(&loaded.config.instance.iter().map(|instance| fallen(&instance.name, &error)).collect::<Vec<_>>());
            return Err(error);
        }
    };
    let notice = |(name, audited): &InstanceAudit| match audited {
        Ok(audited) => audited.notice.clone(),
        Err(Fallen { error, .. }) => fallen(name, error),
    };
    tell(&came.iter().map(notice).collect::<Vec<_>>());
    let summary = summarise(audit, loaded, invocation, &lock, &came);
    let ended = worst(came.iter().map(kind).chain([summary.as_ref().err().map(failure::kind)]).flatten());
    if let Err(error) = &summary {
        invocation.terminal.error(&format!("the summary over all instances was not written: {}", failure::paragraph(error)));
    }
    let summary = summary.unwrap_or_default();
    match json {
        true => invocation.terminal.json(&came.iter().map(|came| Output::of(came, &summary)).collect::<Vec<_>>())?,
        false => invocation.terminal.answer(text(&came, &summary))?,
    }
    for (name, audited) in &came {
        if let Err(Fallen { error, .. }) = audited {
            invocation.terminal.error(&format!("{name}: {}", failure::paragraph(error)));
        }
    }
    Ok(ended)
}

/// Audits one after the other. What is interrupted interrupts those that have not begun.
fn each(audit: &Audit, loaded: &Loaded, invocation: &Invocation, lock: &Arc<Lock>, people: &People) -> Vec<InstanceAudit> {
    let stop = Stop::of_process();
    let mut came: Vec<InstanceAudit> = Vec::new();
    let mut group = InstanceGroup::of(&loaded.config);
    for instance in &loaded.config.instance {
        let interrupted = stop.wanted() || came.last().and_then(kind) == Some(FailureKind::Interrupted);
        let audited = if interrupted {
            Err(not_begun())
        } else {
            let loaded_for = Loaded { config: loaded.config.for_instance(instance), ..loaded.clone() };
            domo::Settings::from_env(&loaded.config, Some(instance))
                .map_err(Fallen::from)
                .map(|settings| one::From::Api(Box::new(settings)))
                .and_then(|from| audit.under(lock, invocation, &loaded_for, people, from, Some(&mut group)))
        };
        came.push((instance.name.clone(), audited));
    }
    // Known after the last instance only: where none has `client_owner`, the guard `self` of every plan was empty, and all fail.
    for (audited, nobody) in came.iter_mut().filter_map(|(_, audited)| Some((audited, group.owner_is_nobody()?))) {
        if let Ok(Audited { run_dir, .. }) = audited {
            *audited = Err(Fallen { error: nobody.into(), folder: Some(run_dir.clone()) });
        }
    }
    came
}

fn not_begun() -> Fallen {
    anyhow::Error::new(Failure::new(FailureKind::Interrupted, "interrupted before it was this instance's turn")).into()
}

/// How one instance ended.
fn kind((_, audited): &InstanceAudit) -> Exit {
    match audited {
        Ok(audited) => audited.ended,
        Err(Fallen { error, .. }) => Some(failure::kind(error)),
    }
}

/// An interruption before a failure before wrong usage before incomplete evidence before findings.
fn worst(kinds: impl Iterator<Item = FailureKind>) -> Exit {
    kinds.min_by_key(|kind| (*kind != FailureKind::Interrupted, kind.code()))
}

/// Writes the page over all; tells where.
fn summarise(audit: &Audit, loaded: &Loaded, invocation: &Invocation, lock: &Lock, came: &[InstanceAudit]) -> Result<Vec<PathBuf>> {
    let outcome = |audited: &Result<Audited, Fallen>| match audited {
        Ok(audited) => match AuditedRun::read(&audit.archive, &audited.run_id) {
            Ok(judged) => InstanceResult::Audited(Box::new(judged)),
            Err(error) => {
                let why = failure::paragraph(&error.context("it was audited, but its run cannot be read back"));
                InstanceResult::Failed { why, folder: Some(audited.run_id.clone()) }
            }
        },
        Err(Fallen { error, folder }) => {
            let folder = folder.as_ref().and_then(|folder| folder.file_name());
            InstanceResult::Failed {
                why: failure::paragraph(error),
                folder: folder.map(|name| name.to_string_lossy().into_owned()),
            }
        }
    };
    let instances: Vec<_> =
        came.iter().map(|(name, audited)| AuditedInstance { name: name.clone(), outcome: outcome(audited) }).collect();
    let pages = report::summary::summary(&Several {
        config: loaded,
        started: invocation.started,
        as_of: audit.as_of,
        instances: &instances,
        options: audit.report,
        archive: &audit.archive,
    })?;
    summaries::keep(lock, invocation.started, &[("md", &pages.markdown), ("html", &pages.html)])
}

/// An element of what `--json` prints: what one instance's audit answers, or how it failed.
#[derive(Serialize)]
struct Output<'a> {
    instance: &'a str,
    /// The page over all instances, in its forms.
    summary: &'a [PathBuf],
    #[serde(flatten)]
    came: AuditOutput<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum AuditOutput<'a> {
    Audited(&'a Audited),
    Failed {
        /// The folder whose report says so; it is no run.
        run_dir: Option<&'a PathBuf>,
        failed: Failed,
    },
}

impl<'a> Output<'a> {
    fn of((instance, audited): &'a InstanceAudit, summary: &'a [PathBuf]) -> Self {
        let came = match audited {
            Ok(audited) => AuditOutput::Audited(audited),
            Err(Fallen { error, folder }) => AuditOutput::Failed { run_dir: folder.as_ref(), failed: Failed::of(error) },
        };
        Self { instance, summary, came }
    }
}

/// What people read last is what they must not miss: each instance's lines, then which failed, then where the page is.
fn text(came: &[InstanceAudit], summary: &[PathBuf]) -> String {
    let audited = |status: EvidenceStatus| {
        came.iter().filter(|(_, audited)| audited.as_ref().is_ok_and(|audited| audited.evidence == status)).count()
    };
    let failed: Vec<_> = came.iter().filter(|(_, audited)| audited.is_err()).map(|(name, _)| name.as_str()).collect();
    let mut parts = Vec::new();
    for (count, word) in [
        (failed.len(), "NOT AUDITED"),
        (audited(EvidenceStatus::Incomplete), "INCOMPLETE"),
        (audited(EvidenceStatus::Warnings), "complete with warnings"),
        (audited(EvidenceStatus::Complete), "complete"),
    ] {
        if count > 0 {
            parts.push(format!("{count} {word}"));
        }
    }
    let mut lines: Vec<String> = came.iter().filter_map(|(_, audited)| Some(audited.as_ref().ok()?.summary() + "\n")).collect();
    lines.push(format!("{}: {}", plural(came.len() as u64, "instance", "instances"), parts.join(", ")));
    if !failed.is_empty() {
        lines.push(format!("Not audited: {}", failed.join(", ")));
    }
    lines.extend(summary.iter().map(|page| format!("Summary: {}", page.display())));
    lines.join("\n")
}
