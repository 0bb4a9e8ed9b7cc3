//! The run that a plan is of, and where in it the plan stands: what a copy is held against. Whatever a plan is called, its digest
//! must be the one that its run's manifest names.

use std::path::{Path, PathBuf};

use anyhow::Result;
use serde::Deserialize;

use crate::apply::files;
use crate::archive::{self, Archive, StoredRun};
use crate::cli;
use crate::failure::{Failure, FailureKind};
use crate::files::folder_of;
use crate::plan::{Plan, Verdict};
use crate::terms::names::PLAN;

/// A plan's run in an archive.
pub(super) struct Original {
    pub(super) archive: Archive,
    pub(super) run: StoredRun,
    /// The plan's place in the run's folder; none where the run was pruned, and where a plan that undoes another was written
    /// elsewhere.
    pub(super) file: Option<PathBuf>,
}

impl Original {
    /// The run of this plan; none where this is no archive, or has none.
    ///
    /// # Errors
    /// The archive or a run's folder cannot be listed, or the plan is not as its run made it.
    pub(super) fn of(archive: &Archive, plan: &Plan) -> Result<Option<Self>> {
        let listing = match archive.list() {
            // A folder above a plan is none of ours and need not let itself be listed.
            Err(_) if !archive.was_used() => return Ok(None),
            listing => listing?,
        };
        let runs = &listing.runs;
        let found = |run: &StoredRun, file| Self { archive: archive.clone(), run: run.clone(), file };
        if let Some(run) = runs.iter().find(|run| own(run).is_some_and(|(id, _)| id == plan.id)) {
            as_made(run, plan)?;
            return Ok(Some(found(run, (!run.pruned).then(|| run.path.join(PLAN)))));
        }
        // A plan of a certification, and one that undoes another, came after the run's manifest.
        let mut undone = None;
        for run in runs {
            let beside = beside(run)?;
            if let Some((path, _)) = beside.iter().find(|(_, id)| *id == plan.id) {
                return Ok(Some(found(run, Some(path.clone()))));
            }
            if run.id() == plan.run_id && !run.pruned {
                return Err(foreign(run, plan).into());
            }
            let mut ids = beside.iter().map(|(_, id)| id.as_str()).chain(own(run).map(|(id, _)| id));
            if run.id() == plan.run_id || ids.any(|id| id == plan.run_id) {
                undone = undone.or(Some(found(run, None)));
            }
        }
        match listing.why_unread(&plan.run_id) {
            Some((path, why)) => {
                Err(Failure::failed(format!("{} cannot be used: {why}; the plan {} is of it", path.display(), plan.id))
                    .hint("put it back as it was (`verify` says what was altered), or run `audit` again for a new plan")
                    .into())
            }
            None => Ok(undone),
        }
    }

    /// The run of the plan in this file, in the archive that it lies in, else in the one that was named. That one is also asked where
    /// the file's archive is nothing but its run's folder: somebody may have copied that whole.
    ///
    /// # Errors
    /// As [`of`](Self::of).
    pub(super) fn around(file: &Path, named: &Archive, plan: &Plan) -> Result<Option<Self>> {
        let mut own = None;
        for around in folder_of(file).ancestors().take(3).map(Archive::at) {
            own = Self::of(&around, plan)?;
            if own.is_some() {
                break;
            }
        }
        Ok(match own {
            Some(own) if own.archive.path() == named.path() || !own.archive.has_only(&own.run) => Some(own),
            own => Self::of(named, plan)?.or(own),
        })
    }

    /// The plan of this id, wherever it stands in an archive.
    ///
    /// # Errors
    /// The archive or a run's folder cannot be listed.
    pub(super) fn place(archive: &Archive, id: &str) -> Result<Option<PathBuf>> {
        for run in archive.list()?.runs.iter().filter(|run| !run.pruned) {
            let own = own(run).filter(|(own, _)| *own == id).map(|_| run.path.join(PLAN)).filter(|path| path.is_file());
            if let Some(path) = own.or(beside(run)?.into_iter().find(|(_, other)| other == id).map(|(path, _)| path)) {
                return Ok(Some(path));
            }
        }
        Ok(None)
    }

    /// Whether it is the run's own plan, which a later run may contradict: what people asked for, it does not.
    pub(super) fn is_audits(&self, plan: &Plan) -> bool {
        own(&self.run).is_some_and(|(id, _)| id == plan.id)
    }

    /// Refuses a copy that says otherwise what is to be done than the plan that it is a copy of.
    ///
    /// # Errors
    /// That plan cannot be read, has another digest, or other verdicts.
    pub(super) fn agrees(&self, copy: &Path, plan: &Plan) -> Result<()> {
        let Some(file) = self.file.as_ref().filter(|file| file.is_file()) else { return Ok(()) };
        let original = files::read_plan(file)?;
        let original = original.plan();
        if original.digest != plan.digest {
            return Err(tampered(copy, format!("{} has the digest {}", file.display(), original.digest), plan).into());
        }
        let verdict = |plan: &Plan, id: &str| plan.decisions.get(id).map_or(Verdict::Open, |decision| decision.verdict);
        let mut ids = plan.decisions.keys().chain(original.decisions.keys());
        match ids.find(|id| verdict(plan, id) != verdict(original, id)) {
            None => Ok(()),
            Some(id) => Err(Failure::usage(format!(
                "{} is a copy of {}, which has another decision on {id}",
                copy.display(),
                file.display()
            ))
            .hint(format!(
                "use the plan itself; `domo-reconcile review {} --from {}` takes over what was decided in the copy",
                cli::argument(file),
                cli::argument(copy)
            ))
            .into()),
        }
    }
}

/// Refuses the plan of a run whose manifest names another one.
///
/// # Errors
/// Its digest is another.
pub(super) fn as_made(run: &StoredRun, plan: &Plan) -> Result<(), Failure> {
    match own(run) {
        Some((_, digest)) if digest == plan.digest => Ok(()),
        Some((_, digest)) => Err(tampered(&run.path, format!("the manifest of the run {} names {digest}", run.id()), plan)),
        None => Err(foreign(run, plan)),
    }
}

/// Id and digest of a run's own plan.
fn own(run: &StoredRun) -> Option<(&str, &str)> {
    run.manifest.as_ref()?.plan.as_ref().map(|plan| (plan.id.as_str(), plan.digest.as_str()))
}

/// The other plans in a run's folder, each with its id. What cannot be read is said by whoever uses it.
fn beside(run: &StoredRun) -> Result<Vec<(PathBuf, String)>> {
    #[derive(Deserialize)]
    struct Named {
        id: String,
    }
    if run.pruned {
        return Ok(Vec::new());
    }
    let paths = archive::plans(&run.path)?.into_iter().filter(|name| name != PLAN).map(|name| run.path.join(name));
    let id = |path: &Path| serde_json::from_slice::<Named>(&crate::files::read_plain(path).ok()?).ok();
    Ok(paths.filter_map(|path| id(&path).map(|named| (path, named.id))).collect())
}

fn tampered(at: &Path, who: String, plan: &Plan) -> Failure {
    Failure::new(
        FailureKind::PlanRefused,
        format!("the plan {} in {} was changed after it was made: {who}, it has {}", plan.id, at.display(), plan.digest),
    )
    .hint("nothing of it is carried out; run `audit` again, or take the plan from a copy that is whole")
}

fn foreign(run: &StoredRun, plan: &Plan) -> Failure {
    if run.manifest.is_none() {
        return Failure::failed(format!("{} was written by a newer version ({})", run.id(), run.head.schema))
            .hint("use that version");
    }
    Failure::new(
        FailureKind::PlanRefused,
        format!(
            "the run {} has no plan {}: it was put in the place of another, or was \
             altered",
            run.id(),
            plan.id
        ),
    )
    .hint(
        "take the plan as it stands in the run's folder, or run `audit` again; where a certification was ended anew, its new \
         plan counts",
    )
}
