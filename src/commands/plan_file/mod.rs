//! A plan where it lies: the file itself, never a link to it, and what belongs to it. Two names of one plan are one apply: journal,
//! lock and outcome are found by its id within an archive, and beside the file outside of one.
//!
//! - here: a plan is found by whatever name somebody has for it, and locked.
//! - `original`: its run, and where in it the plan stands.
//! - `journal`: what was done of it, and who knows of it.
//! - `superseded`: what a later run, or what people say since, takes back of it.
//! - `rules`: those of its run, which hold wherever the apply is started.
//! - `decided`: the page and the list beside it that show what was decided.

mod decided;
mod journal;
mod original;
mod rules;
mod superseded;

pub(super) use decided::decided;
pub(super) use journal::journal_path;
pub(super) use rules::classification;

use std::path::{Path, PathBuf};

use anyhow::Result;
use chrono::Utc;

use super::Terminal;
use super::latest::LatestRuns;
use crate::apply::files;
use crate::archive::{self, Archive, Lock};
use crate::cli;
use crate::failure::Failure;
use crate::files::{folder_of, name_of};
use crate::plan::{Plan, Sealed};
use crate::terms::names;
use original::{Original, as_made};

/// A plan that was read, and where all that belongs to it is.
pub(super) struct PlanFile {
    /// The file; the plan itself where a copy within its archive was named.
    pub(super) path: PathBuf,
    /// What it says.
    pub(super) sealed: Sealed,
    /// The plan's own place: journal, lock and outcome are beside it.
    pub(super) home: PathBuf,
    /// Its run, in the archive that it lies in, else in the one in which names were looked for.
    original: Option<Original>,
    /// The archive in which names were looked for, as it was named.
    named: PathBuf,
}

impl PlanFile {
    /// The plan that somebody names: a file, its run's folder or id, or `latest`, the newest complete run with a plan.
    ///
    /// # Errors
    /// As [`find`](Self::find).
    pub(super) fn named(name: &Path, at: &cli::At, terminal: &Terminal) -> Result<Self> {
        if name != Path::new("latest") || name.is_file() {
            return Self::find(name, &at.archive);
        }
        let runs = LatestRuns::read(at, |run| run.path.join(names::PLAN).is_file())?;
        let nothing = format!("no complete run in {} has a plan", at.archive.display());
        Self::find(&runs.newest(&nothing, terminal)?.path.join(names::PLAN), &at.archive)
    }

    /// The plan of this file, or of the run of this folder or id.
    ///
    /// # Errors
    /// It cannot be read, or is not as its run made it; it is a copy within the archive, and other things were decided in it.
    pub(super) fn find(name: &Path, archive: &Path) -> Result<Self> {
        let named_path = plan_path(name, archive)?;
        let mut path = named_path.canonicalize().unwrap_or(named_path);
        let mut sealed = read(&path)?;
        let named = Archive::at(&archive.canonicalize().unwrap_or_else(|_| archive.to_owned()));
        let mut home = path.clone();
        let original = Original::around(&path, &named, sealed.plan())?;
        let within = original.as_ref().filter(|original| path.starts_with(original.archive.path()));
        // A copy within the archive is the plan by another name; one elsewhere has its own journal.
        if let Some((original, file)) = within.and_then(|original| Some((original, original.file.clone()?)))
            && file != path
        {
            original.agrees(&path, sealed.plan())?;
            if file.is_file() {
                path.clone_from(&file);
                sealed = read(&path)?;
            }
            home = file;
        }
        let own = original.as_ref().map(|original| original.archive.path());
        archive::say_shared(own.into_iter().chain([folder_of(&path), &path]));
        Ok(Self { path, sealed, home, original, named: archive.to_owned() })
    }

    /// The archive whose runs know more of the plan and of its instance.
    pub(super) fn archive(&self) -> &Path {
        self.original.as_ref().map_or(&self.named, |original| original.archive.path())
    }

    /// That no archive is at hand which has the plan's run, or nothing but that run's folder: what later runs know of the plan is
    /// not known, nor, of a copy, what became of the plan itself.
    pub(super) fn alone(&self) -> Option<String> {
        let (plan, archive) = (&self.plan().id, self.archive().display());
        match &self.original {
            None => Some(format!("the archive that plan {plan} was made in is not at hand ({archive} is not it)")),
            Some(original) if original.archive.has_only(&original.run) => {
                Some(format!("no run is beside that of plan {plan} in {archive}, as in a copy of its folder"))
            }
            Some(_) => None,
        }
    }

    /// The plan that this is a copy of, elsewhere than in its archive.
    pub(super) fn copy_of(&self) -> Option<&Path> {
        self.original.as_ref()?.file.as_deref().filter(|file| *file != self.path && file.is_file())
    }

    /// The plan.
    pub(super) fn plan(&self) -> &Plan {
        self.sealed.plan()
    }

    /// ` --archive DIR` for the next audit, which goes where this plan's run is; nothing where audits go by themselves.
    pub(super) fn archive_flag(&self) -> String {
        let own = self.archive();
        let real = |path: &Path| path.canonicalize().ok();
        let same = |path: &Path| path == own || real(path).is_some_and(|path| Some(path) == real(own));
        match same(Path::new(cli::ARCHIVE)) {
            true => String::new(),
            false => format!(" --archive {}", cli::argument(if same(&self.named) { &self.named } else { own })),
        }
    }

    /// Takes the plan's lock, for somebody who is `doing` something with it.
    pub(super) fn lock(&self, doing: &str) -> Result<Lock> {
        self.has_one_name()?;
        lock_plan(&self.home, doing)
    }

    /// Refuses a plan with a second name: what is recorded under one is not what the other says.
    fn has_one_name(&self) -> Result<()> {
        #[cfg(unix)]
        if std::fs::metadata(&self.path).is_ok_and(|metadata| std::os::unix::fs::MetadataExt::nlink(&metadata) > 1) {
            let path = cli::argument(&self.path);
            return Err(Failure::usage(format!(
                "{path} has another name as well (a hard link): what is recorded here would not stand there"
            ))
            .hint(format!("make it a file of its own: cp -p {path} {path}.own && mv {path}.own {path}"))
            .into());
        }
        Ok(())
    }
}

/// A plan whose digest fits, and where it lies in the place of a run's own is the one that the run's manifest names.
pub(super) fn read(path: &Path) -> Result<Sealed> {
    let sealed = files::read_plan(path)?;
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let folder = folder_of(&path);
    if name_of(&path) != names::PLAN || !folder.join(names::MANIFEST).is_file() {
        return Ok(sealed);
    }
    match Archive::at(folder).find(folder) {
        Ok(run) => as_made(&run, sealed.plan())?,
        Err(error) if archive::run::is_id(&name_of(folder)) => return Err(error),
        // A folder that is no run's may have a manifest of another kind.
        Err(_) => {}
    }
    Ok(sealed)
}

/// The plan's file, where it or its run's folder or id is named.
fn plan_path(name: &Path, archive: &Path) -> Result<PathBuf> {
    if name.is_file() {
        return Ok(name.to_owned());
    }
    let archive = Archive::at(archive);
    let Ok(folder) = archive.folder_of(name) else { return Ok(name.to_owned()) };
    let plan = folder.join(names::PLAN);
    match plan.is_file() {
        true => Ok(plan),
        false => Err(Failure::usage(format!("the run {} has no plan", folder.display()))
            .hint("there was nothing to do, or its evidence was incomplete; its report says which")
            .into()),
    }
}

/// One at a time on a plan, whether it is reviewed or applied: `plan.lock` beside it names the holder.
fn lock_plan(plan: &Path, doing: &str) -> Result<Lock> {
    if archive::is_of_unfinished_run(plan) {
        return Err(Failure::failed(format!(
            "{} is of a run that was cut short or is under way: it has no manifest",
            plan.display()
        ))
        .hint("take the plan of a complete run; `runs` lists them")
        .into());
    }
    Lock::take_at(&plan.with_extension("lock"), &plan.display().to_string(), doing, Utc::now())
}
