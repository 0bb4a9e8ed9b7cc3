//! `replay`: a stored run, judged again into a run folder of its own.

use std::path::{Path, PathBuf};

use anyhow::Result;
use serde::Serialize;

use super::{Exit, Invocation};
use crate::archive::diff::Diff;
use crate::archive::findings::Findings;
use crate::archive::manifest::{ConfigDigest, Manifest, RunSummary};
use crate::archive::{Archive, RunFolder, RunInfo, StoredRun, inputs, replay, tokens};
use crate::cli;
use crate::config::Loaded;
use crate::failure::{self, Failure, FailureKind};
use crate::reconcile::EvidenceStatus;
use crate::report;
use crate::terms::names::{self, FINDINGS};

/// What `--json` prints.
#[derive(Serialize)]
struct Output<'a> {
    run_dir: String,
    run_id: String,
    replay_of: &'a str,
    /// Version and configuration are those of the run.
    same_rules: bool,
    /// `findings.json` is the same, byte for byte.
    identical: bool,
    differences: &'a Diff,
    /// Whether the evidence was whole, and why not.
    evidence: EvidenceStatus,
    reasons: &'a [String],
}

/// Judges the inputs of a stored run again, with its own configuration or another.
pub(super) fn run(options: &cli::Replay, invocation: &Invocation) -> Result<Exit> {
    let config = Loaded::named(options.config.as_deref())?;
    let run = folder_of(&options.run, options.archive.as_deref())?;
    let mut stored = replay::read(&run, config)?;
    if options.config.is_none() && stored.config.config.report.templates.take().is_some() {
        invocation.terminal.say("The run's own templates are not kept; its findings are the same without them.");
    }
    let beside = run.canonicalize()?.parent().map(Path::to_owned).unwrap_or_default();
    let archive = options.archive.as_ref().unwrap_or(&beside);
    // Who was kept out of a run's files stays out of its replay's.
    let redact = stored.manifest.files.iter().any(|file| file.name == report::REDACTION_KEY);
    if redact {
        tokens::same_tokens(&beside, archive)?;
    }

    let folder = RunFolder::create(archive, invocation.started)?;
    let then = &stored.manifest.run;
    let own = RunInfo::new(folder.id(), invocation.started, then.as_of, &then.instance, folder.user());
    let own = RunInfo { forecast: then.forecast, ..own };
    let mut judged = stored.judge(&own)?;
    let note = format!(
        "This is a replay: {} judged the run {} again on {}, from what that run had kept, into {}. It makes no plan and is no part \
         of the history.",
        own.user,
        then.id,
        own.started.date_naive(),
        own.id
    );
    judged.history.notes.insert(0, note);
    folder.write(names::ACCOUNTS, stored.accounts.snapshot.bytes(), Some(stored.accounts.snapshot.len() as u64))?;
    inputs::keep(&folder, &stored.people, &stored.config)?;
    let mut inputs = report::Inputs::replayed(&judged.run, &stored, &judged);
    inputs.options.redact = redact;
    report::write(&inputs, &folder)?;
    let digest = folder.files().into_iter().find(|file| file.name == FINDINGS).map(|file| file.sha256);
    // What the states are against, whether or not that run could be read again.
    let compared_with = stored.manifest.summary.as_ref().and_then(|summary| summary.compared_with.clone());
    let summary = RunSummary { compared_with, ..judged.history.summary(&judged.reconciliation) };
    let mut manifest = Manifest::new(own, ConfigDigest::of(&stored.config))
        .accounts(&stored.accounts)
        .people(&stored.people)
        .judged(summary, None);
    manifest.replay_of = Some(stored.run.link());
    let path = folder.complete(manifest)?;

    let identical = stored.manifest.files.iter().any(|file| file.name == FINDINGS && Some(&file.sha256) == digest.as_ref());
    let diff = stored.compare(&Findings::read(&path.join(FINDINGS))?);
    let output = Output {
        run_dir: path.display().to_string(),
        run_id: crate::files::name_of(&path),
        replay_of: stored.run.id(),
        same_rules: judged.same,
        identical,
        differences: &diff,
        evidence: judged.reconciliation.evidence.status,
        reasons: &judged.reconciliation.evidence.reasons,
    };
    match options.json {
        true => invocation.terminal.json(&output)?,
        false => invocation.terminal.answer(output.told(judged.lacks_earlier))?,
    }
    // The same rules on the same data must give the same findings; if they do not, somebody must look.
    let broken = (judged.same && !identical && !judged.lacks_earlier).then_some(FailureKind::Failed);
    let incomplete = judged.reconciliation.evidence.is_incomplete();
    Ok(broken.or(incomplete.then_some(FailureKind::NotEvaluable)))
}

impl Output<'_> {
    /// The same for people. `lacks_earlier`: the run before it, against which some of its findings were found, is not beside it.
    fn told(&self, lacks_earlier: bool) -> String {
        let Self { replay_of, differences: Diff { appeared, gone, changed, same, .. }, run_dir, .. } = self;
        let outcome = match (self.identical, self.same_rules) {
            (true, _) => format!("The findings of {replay_of} come out again, byte for byte."),
            (false, true) if lacks_earlier => format!(
                "The findings of {replay_of} cannot all come out again: whose rights rose was found against the run before it, \
                 which is not beside it."
            ),
            (false, true) => format!("The findings of {replay_of} do NOT come out again, with the same version and configuration."),
            (false, false) => format!("{replay_of} judged with another version or configuration."),
        };
        let (appeared, gone, changed) = (appeared.len(), gone.len(), changed.len());
        let mut lines = vec![outcome, format!("Findings: {appeared} new, {gone} gone, {changed} changed, {same} as before.")];
        if self.evidence == EvidenceStatus::Incomplete {
            lines.push("Evidence: INCOMPLETE: do not rely on this report".to_owned());
            lines.extend(self.reasons.iter().map(|reason| format!("  {reason}")));
        }
        lines.push(run_dir.clone());
        lines.join("\n")
    }
}

/// The folder of the run that somebody names: a folder anywhere, else a run of the archive that they name, which is where the
/// replay goes; else of the one in which audits are kept.
fn folder_of(run: &Path, archive: Option<&Path>) -> Result<PathBuf> {
    let default = Archive::at(Path::new(cli::ARCHIVE));
    let Some(named) = archive else { return default.folder_of(run) };
    let found = match run == Path::new("latest") {
        // What was judged again last month, into the same archive, is not the latest run.
        true => {
            let original =
                |run: &StoredRun| !run.pruned && run.manifest.as_ref().is_none_or(|manifest| manifest.replay_of.is_none());
            Archive::at(named).list()?.runs.into_iter().rev().find(original).map(|run| run.path)
        }
        false => match Archive::at(named).folder_of(run) {
            // It is not there; what is there and cannot be read is told.
            Err(error) if failure::kind(&error) == FailureKind::Usage => None,
            found => return found,
        },
    };
    found.map_or_else(|| default.folder_of(run), Ok).map_err(|error| {
        if failure::kind(&error) != FailureKind::Usage {
            return error;
        }
        let what = format!("neither {} nor {} has the run {}: {error}", named.display(), default.path().display(), run.display());
        Failure::usage(what).hint("name the run by its folder; `runs --archive DIR` lists the runs of an archive").into()
    })
}
