//! The files beside a plan: the plan itself, its journal, its lock, the outcome. Written whole or not at all, for their owner only.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::failure::{Failure, FailureKind};
use crate::files;
use crate::plan::{Problem, Sealed};
use crate::terms::names::{JOURNAL_ENDING, OUTCOME, PLAN};

/// Bytes of a plan or a journal: some millions of actions.
pub(super) const LONGEST: u64 = 4 << 30;

/// How a plan is named.
const NAME_ONE: &str = "name a plan.json, the folder or the id of its run, or `latest`; `runs` lists them, --archive says where";

/// Reads a plan whose digest fits.
///
/// # Errors
/// The file cannot be read, is no plan, holds a decision that is none, or was changed since it was sealed.
pub fn read_plan(path: &Path) -> Result<Sealed> {
    let text = files::read_text(path, LONGEST)
        .with_context(|| Failure::usage(format!("cannot read the plan {}", path.display())).hint(NAME_ONE))?;
    Sealed::read(&text).map_err(|problem| {
        let message = format!("{}: {problem}", path.display());
        let failure = match problem {
            Problem::NotAPlan(_) => Failure::usage(message).hint(NAME_ONE),
            Problem::Decision(_) => Failure::usage(message).hint(
                r#"a decision is {"verdict": "approve" or "reject", "by": "…", "at": "2026-11-23T12:00:00Z", "comment": null}"#,
            ),
            Problem::Newer(_) => Failure::usage(message).hint("use the version that made it, or a newer one"),
            Problem::Tampered(_) => Failure::new(FailureKind::PlanRefused, message)
                .hint("nothing of it is carried out; run `audit` again, or take the plan from a copy that is whole"),
        };
        failure.into()
    })
}

/// Replaces a plan by one with other decisions.
///
/// # Errors
/// The file cannot be written; the old one stands.
pub fn write_plan(path: &Path, sealed: &Sealed) -> Result<()> {
    files::write(path, sealed.to_json()?.as_bytes())
}

/// A file that belongs to a plan: `packets.json` beside `plan.json`, `revert.plan.packets.json` beside `revert.plan.json`.
pub fn beside(plan: &Path, name: &str) -> PathBuf {
    match plan.file_name().is_some_and(|file| file == PLAN) {
        true => plan.with_file_name(name),
        false => plan.with_extension(name),
    }
}

/// `plan.journal.jsonl` of `plan.json`.
pub fn journal_of(plan: &Path) -> PathBuf {
    plan.with_extension(&JOURNAL_ENDING[1..])
}

/// `apply.json` of `plan.json`, `revert.apply.json` of `revert.plan.json`.
pub fn outcome_of(plan: &Path) -> PathBuf {
    let stem = plan.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    match stem.strip_suffix("plan") {
        Some(before) => plan.with_file_name(format!("{before}{OUTCOME}")),
        None => plan.with_file_name(format!("{stem}.{OUTCOME}")),
    }
}
