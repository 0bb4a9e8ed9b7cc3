//! `verify`: a line a file, a line a run of the chain, then what is wrong.

use anyhow::Result;
use serde::Serialize;

use super::{Exit, Failed, Invocation};
use crate::archive::Archive;
use crate::archive::proof::signature::Signers;
use crate::archive::proof::{ChainEnd, FileState, Verification, verify};
use crate::cli;
use crate::failure::{Failure, FailureKind};
use crate::text::plural;

#[derive(Serialize)]
struct Output<'a> {
    holds: bool,
    #[serde(flatten)]
    verification: &'a Verification,
    /// What is wrong as any command that fails tells why.
    #[serde(skip_serializing_if = "Option::is_none")]
    failed: Option<Failed>,
}

/// Verifies one run: exit 0 only where everything that its manifest says still holds.
pub(super) fn run(options: &cli::Verify, invocation: &Invocation) -> Result<Exit> {
    let signers = options.allowed_signers.as_deref().map(Signers::read).transpose()?;
    let verification = verify(&Archive::at(&options.archive).folder_of(&options.run)?, signers.as_ref())?;
    let holds = verification.holds();
    if options.json {
        let error = || format!("the run {} does not hold\n  {}", verification.run_id, verification.problems.join("\n  "));
        let failed = (!holds).then(|| Failed::of(&Failure::failed(error()).into()));
        let answer = Output { holds, verification: &verification, failed };
        invocation.terminal.json(&answer)?;
        answer.failed.iter().for_each(|failed| invocation.terminal.error(&failed.error));
    } else {
        invocation.terminal.answer(text(&verification))?;
    }
    Ok((!holds).then_some(FailureKind::Failed))
}

fn text(found: &Verification) -> String {
    let mut lines = vec![format!("Run {}", found.run_id), format!("Manifest {}", found.manifest_sha256), String::new()];
    for file in &found.files {
        let state = match file.state {
            FileState::Intact => "intact",
            FileState::Decided => "intact but for decisions",
            FileState::Missing => "MISSING",
            FileState::Altered => "ALTERED",
            FileState::Unreadable => "UNREADABLE",
        };
        lines.push(format!("  {:<16} {state}", file.name));
    }
    lines.push(String::new());
    for run in &found.chain {
        lines.push(format!(
            "  ↳ {} (run {}){}",
            run.run_id,
            run.number,
            if run.pruned { ", pruned: its manifest is kept" } else { "" }
        ));
    }
    lines.push(match (found.chain_end, found.chain.len()) {
        (ChainEnd::First, 0) => "This is the first run of its archive.".to_owned(),
        (ChainEnd::First, 1) => "The manifest of the 1 run behind it fits, back to the first.".to_owned(),
        (ChainEnd::First, runs) => format!("The manifests of the {runs} runs behind it fit, back to the first."),
        (ChainEnd::Alone, _) => "The chain was not checked: no archive around the folder.".to_owned(),
        (ChainEnd::Broken, runs) => format!("The chain BREAKS after {}.", plural(runs as u64, "run", "runs")),
    });
    lines.extend(found.signed_by.as_ref().map(|by| format!("The manifest is signed by {by}; the signature is good.")));
    lines.extend(found.notes.iter().map(|note| format!("note: {note}")));
    lines.push(String::new());
    match found.problems.as_slice() {
        [] => lines.push("Nothing is missing or altered.".to_owned()),
        problems => lines.extend(problems.iter().map(|problem| format!("PROBLEM: {problem}"))),
    }
    lines.join("\n")
}
