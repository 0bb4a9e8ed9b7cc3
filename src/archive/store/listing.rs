//! The archive as it lies on disk: which folders are runs, in which order, and which are something else. Reading takes no lock:
//! a run is there whole or not at all.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::manifest::{Head, Manifest, RunLink, RunSummary, SCHEMA};
use super::run;
use crate::config::same_instance;
use crate::digest;
use crate::failure::Failure;
use crate::terms::names::{self, FINDINGS, MANIFEST};

/// Where the manifests of pruned runs are kept.
pub(in crate::archive) const PRUNED: &str = "pruned";

/// How a run is named.
const NAME_ONE: &str = "name a run by its folder, by its id or as `latest`; `runs` lists them, --archive says where";

/// A folder of runs.
#[derive(Debug, Clone)]
pub struct Archive {
    path: PathBuf,
}

/// A complete run.
#[derive(Debug, Clone)]
pub struct StoredRun {
    /// Its folder; the file of its kept manifest where it was pruned.
    pub path: PathBuf,
    /// What every version says.
    pub head: Head,
    /// The whole manifest; none where a newer version of this program wrote it.
    pub manifest: Option<Manifest>,
    /// SHA-256 of the manifest's bytes.
    pub sha256: String,
    /// Only the manifest is left.
    pub pruned: bool,
}

impl StoredRun {
    /// Its place in the chain.
    pub fn number(&self) -> u64 {
        self.head.number
    }

    /// Its id.
    pub fn id(&self) -> &str {
        &self.head.run.id
    }

    /// Whether another run may be compared with it: it judged whole evidence, is no replay and no forecast.
    pub fn is_comparable(&self) -> bool {
        self.manifest.as_ref().and_then(Manifest::comparable).is_some_and(RunSummary::is_whole)
    }

    /// That only its manifest is left.
    pub(in crate::archive) fn gone(&self) -> Failure {
        Failure::usage(format!("the run {} was pruned: only its manifest is kept, {}", self.id(), self.path.display()))
            .hint("`runs show` says what the manifest knows")
    }

    /// How the next run names it.
    pub fn link(&self) -> RunLink {
        RunLink { run_id: self.head.run.id.clone(), manifest_sha256: self.sha256.clone() }
    }
}

/// What is in an archive.
#[derive(Debug, Default)]
pub struct Listing {
    /// Complete runs and what is left of pruned ones, in the order of the chain.
    pub runs: Vec<StoredRun>,
    /// Folders named as runs without a manifest: under way at the moment, or killed.
    pub unfinished: Vec<PathBuf>,
    /// Folders named as runs whose manifest cannot be used, and why.
    pub unreadable: Vec<(PathBuf, String)>,
}

impl Listing {
    /// The newest run of each instance that is there and is such a one.
    pub(in crate::archive) fn newest_of_each(&self, such: impl Fn(&StoredRun) -> bool) -> Vec<&StoredRun> {
        let mut newest: Vec<&StoredRun> = Vec::new();
        for run in self.runs.iter().rev().filter(|run| !run.pruned && such(run)) {
            if newest.iter().all(|later| !same_instance(&later.head.run.instance, &run.head.run.instance)) {
                newest.push(run);
            }
        }
        newest
    }

    /// A run that is later than this one, by its id, and cannot be read, and why. One that was cut short is none; one that has its
    /// findings lacks nothing but its manifest, or is about to have it.
    pub fn unread_since(&self, id: &str) -> Option<(&Path, String)> {
        let moment = |id: &str| id.split_once('-').map(|(moment, _)| moment.to_owned());
        // Of the same second either may be the later one.
        let later = |folder: &Path| run_in(folder).is_some_and(|run| run != id && moment(&run) >= moment(id));
        let unreadable = self.unreadable.iter().map(|(path, why)| (path.as_path(), why.clone()));
        let judged = self.unfinished.iter().filter(|folder| folder.join(FINDINGS).exists());
        let judged = judged.map(|folder| (folder.as_path(), format!("it has no {MANIFEST}: it was lost, or the run is under way")));
        unreadable.chain(judged).find(|(path, _)| later(path))
    }

    /// Refuses where a run after this one cannot be read: it is not taken for none. The newest knows what all before it knew.
    ///
    /// # Errors
    /// Which it is, why, and `what` is not known for that.
    pub fn all_read_since(&self, run: Option<&StoredRun>, what: &str) -> Result<(), Failure> {
        let Some((path, why)) = self.unread_since(run.map_or("", StoredRun::id)) else { return Ok(()) };
        Err(Failure::failed(format!("{} cannot be used: {why}; {what} is not known", path.display()))
            .hint("put it back as it was (`verify` says what was altered), or run `audit` again: what that run sees counts then"))
    }

    /// A run of this id that is there and cannot be read, and why.
    pub fn why_unread(&self, id: &str) -> Option<(&Path, &str)> {
        let found = self.unreadable.iter().find(|(path, _)| run_in(path).as_deref() == Some(id));
        found.map(|(path, why)| (path.as_path(), why.as_str()))
    }

    /// Runs whose folder was renamed, or replaced by a link: nobody would miss the newest.
    fn tell_moved(&mut self, folders: Vec<PathBuf>) {
        for folder in folders {
            let Some(id) = run_in(&folder).filter(|id| self.runs.iter().all(|run| run.id() != id)) else { continue };
            let name = crate::files::name_of(&folder);
            let what = if name == id { "is a link".to_owned() } else { format!("is called {name}") };
            self.unreadable.push((folder, format!("the folder of the run {id} {what}: the archive does not find it")));
        }
    }

    /// A folder that another run names as the one before, or whose plan was applied, was a run: it is not unfinished, its manifest
    /// is lost.
    fn tell_lost_manifests(&mut self) {
        for folder in std::mem::take(&mut self.unfinished) {
            let id = folder.file_name().unwrap_or_default();
            let named = |run: &&StoredRun| run.head.previous.as_ref().is_some_and(|link| id == link.run_id.as_str());
            let why = match self.runs.iter().find(named) {
                Some(later) => Some(format!("{} names it as the run before", later.id())),
                None => has_journal(&folder).then(|| "its plan was applied, the journal is there".to_owned()),
            };
            match why {
                Some(why) => self.unreadable.push((folder, format!("its {MANIFEST} is missing: {why}"))),
                None => self.unfinished.push(folder),
            }
        }
    }
}

impl Archive {
    /// The archive in this folder, which need not be there yet.
    pub fn at(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether a run was ever written here: the first one leaves its lock. What cannot be asked is left to whoever lists it.
    pub fn was_used(&self) -> bool {
        let lock = self.path.join(super::lock::FILE).symlink_metadata();
        !lock.is_err_and(|error| matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory))
    }

    /// Whether there is nothing of an archive around a run: no lock's file, no other run. Its folder was copied without the others.
    pub fn has_only(&self, run: &StoredRun) -> bool {
        let others = self.list().is_ok_and(|listing| listing.runs.iter().any(|other| other.id() != run.id()));
        !others && !self.path.join(super::lock::FILE).exists() && !self.path.join(PRUNED).exists()
    }

    /// Everything in it.
    ///
    /// # Errors
    /// The archive is there and cannot be listed. A run that cannot be read is told in the listing.
    pub fn list(&self) -> Result<Listing> {
        let (mut listing, mut others) = (Listing::default(), Vec::new());
        for name in file_names(&self.path)? {
            let folder = self.path.join(&name);
            // A link may lead anywhere; a run is a folder.
            if !run::is_id(&name) || !folder.symlink_metadata().is_ok_and(|metadata| metadata.is_dir()) {
                others.push(folder);
                continue;
            }
            let manifest = folder.join(MANIFEST);
            match read_run(&folder) {
                Ok(run) => listing.runs.push(run),
                Err(_) if !is_there(&manifest) => listing.unfinished.push(folder),
                Err(error) => listing.unreadable.push((folder, format!("{error:#}"))),
            }
        }
        let pruned = self.path.join(PRUNED);
        for name in file_names(&pruned)? {
            let file = pruned.join(&name);
            let Some(id) = name.strip_suffix(".json").filter(|id| run::is_id(id)) else { continue };
            match read_pruned(&file, id) {
                // Pruning was cut short between keeping the manifest and deleting the folder: the folder still counts.
                Ok(run) if listing.runs.iter().any(|whole| whole.id() == run.id()) => {}
                Ok(run) => listing.runs.push(run),
                Err(error) => listing.unreadable.push((file, format!("{error:#}"))),
            }
        }
        listing.runs.sort_by(|one, other| (one.number(), one.id()).cmp(&(other.number(), other.id())));
        listing.tell_lost_manifests();
        if self.was_used() {
            listing.tell_moved(others);
        }
        Ok(listing)
    }

    /// The run that somebody names: `latest`, an id, a folder, or a file in one.
    ///
    /// # Errors
    /// There is no such run, or it cannot be read.
    pub fn find(&self, name: &Path) -> Result<StoredRun> {
        if name == Path::new("latest") {
            let complete = self.list()?.runs.into_iter().rev().find(|run| !run.pruned);
            return complete.with_context(|| {
                Failure::usage(format!("there is no complete run in {}", self.path.display()))
                    .hint("name the archive with --archive")
            });
        }
        let inside = self.path.join(name);
        let kept = self.path.join(PRUNED).join(name).with_extension("json");
        match name.to_str() {
            Some(id) if run::is_id(id) && !inside.exists() && kept.exists() => read_pruned(&kept, id),
            Some(id) if run::is_id(id) => read_run(&inside),
            _ if name.is_file() && is_there(&name.with_file_name(MANIFEST)) => read_copy(crate::files::folder_of(name)),
            _ => read_copy(name),
        }
    }

    /// The folder of the run that somebody names: a folder or a file in it anywhere, or in this archive an id or `latest`.
    ///
    /// # Errors
    /// There is no such run, or it was pruned.
    pub fn folder_of(&self, name: &Path) -> Result<PathBuf> {
        if name.is_dir() {
            return Ok(name.to_owned());
        }
        let run = self.find(name)?;
        if run.pruned {
            return Err(run.gone().into());
        }
        Ok(run.path)
    }
}

/// Whether this is a file of an archive: in its folder, or in one of that.
pub fn holds(file: &Path) -> bool {
    let Some(folder) = crate::files::folder_of(file).canonicalize().ok() else { return false };
    is_there(&folder.join(MANIFEST)) || folder.ancestors().take(2).any(|folder| is_there(&folder.join(super::lock::FILE)))
}

/// Whether this is a file of a run that was cut short or is under way: what it says was never finished.
pub fn is_of_unfinished_run(file: &Path) -> bool {
    let Some(folder) = file.canonicalize().ok().and_then(|file| file.parent().map(Path::to_owned)) else { return false };
    folder.file_name().and_then(|name| name.to_str()).is_some_and(run::is_id) && !is_there(&folder.join(MANIFEST))
}

/// Reads one run from its folder, which bears the run's id.
pub(in crate::archive) fn read_run(folder: &Path) -> Result<StoredRun> {
    let name = crate::files::name_of(folder);
    let run = read_copy(folder)?;
    named(run, &name)
}

/// Reads one run from a folder of whatever name: a copy may have been given another.
pub(in crate::archive) fn read_copy(folder: &Path) -> Result<StoredRun> {
    let manifest = folder.join(MANIFEST);
    if !folder.is_dir() {
        return Err(Failure::usage(format!("{} is not a folder", folder.display())).hint(NAME_ONE).into());
    }
    if !is_there(&manifest) {
        let of_a_run =
            folder.file_name().and_then(|name| name.to_str()).is_some_and(run::is_id) || is_there(&folder.join(FINDINGS));
        if !of_a_run {
            return Err(Failure::usage(format!("{} is no run: it has no {MANIFEST}", folder.display())).hint(NAME_ONE).into());
        }
        return Err(Failure::failed(format!("{} is not a complete run: it has no {MANIFEST}", folder.display()))
            .hint(
                "the run is under way, failed (its report.md says why), was cut short, or lost its manifest; `runs` lists the \
                 complete ones",
            )
            .into());
    }
    read(&manifest, folder, false)
}

/// Reads what is kept of a pruned run.
pub(in crate::archive) fn read_pruned(file: &Path, id: &str) -> Result<StoredRun> {
    named(read(file, file, true)?, id)
}

/// The id of the run in a folder, or of one that was pruned: its name, else what its manifest says.
fn run_in(folder: &Path) -> Option<String> {
    let name = folder.file_stem()?.to_str()?;
    if run::is_id(name) && !folder.is_symlink() {
        return Some(name.to_owned());
    }
    let head: Head = serde_json::from_slice(&crate::files::read_plain(folder.join(MANIFEST)).ok()?).ok()?;
    run::is_id(&head.run.id).then_some(head.run.id)
}

/// Whether there is anything of this name, a link that leads nowhere too. What cannot be asked is left to whoever reads it.
fn is_there(path: &Path) -> bool {
    !matches!(crate::files::if_there(path.symlink_metadata()), Ok(None))
}

fn read(manifest: &Path, path: &Path, pruned: bool) -> Result<StoredRun> {
    if manifest.symlink_metadata().is_ok_and(|metadata| !metadata.is_file()) {
        return Err(Failure::failed(format!("{} is not a plain file any more: it was altered", manifest.display())).into());
    }
    let bytes = crate::files::read_plain(manifest).map_err(|error| Failure::unreadable(manifest, error))?;
    let damaged = || Failure::failed(format!("{} is not a manifest: it was altered", manifest.display()));
    let head: Head = serde_json::from_slice(&bytes).with_context(damaged)?;
    let whole = match head.schema.as_str() {
        SCHEMA => Some(Manifest::parse(&bytes).with_context(damaged)?),
        _ => None,
    };
    Ok(StoredRun { path: path.to_owned(), head, manifest: whole, sha256: digest::sha256(&bytes), pruned })
}

fn named(run: StoredRun, name: &str) -> Result<StoredRun> {
    if run.id() != name {
        return Err(Failure::failed(format!("{} holds the manifest of {}, not of {name}", run.path.display(), run.id())).into());
    }
    Ok(run)
}

/// Whether a plan of this folder was applied.
pub(super) fn has_journal(folder: &Path) -> bool {
    journals(folder).is_ok_and(|names| !names.is_empty())
}

/// The names of all plans in a run's folder, whose they are: its own, those of its certification, those that undo another.
///
/// # Errors
/// The folder cannot be listed.
pub fn plans(folder: &Path) -> Result<Vec<String>> {
    Ok(file_names(folder)?.into_iter().filter(|name| names::is_plan(name)).collect())
}

/// The names of the journals of all plans in a run's folder.
///
/// # Errors
/// The folder cannot be listed.
pub fn journals(folder: &Path) -> Result<Vec<String>> {
    Ok(file_names(folder)?.into_iter().filter(|name| names::plan_of(name).is_some()).collect())
}

/// Names in a folder that may not be there, sorted.
pub(in crate::archive) fn file_names(folder: &Path) -> Result<Vec<String>> {
    let unreadable = |error| Failure::unreadable(folder, error);
    let entries = match crate::files::if_there(std::fs::read_dir(folder)) {
        Ok(entries) => entries.into_iter().flatten(),
        Err(error) if error.kind() == ErrorKind::NotADirectory => {
            return Err(Failure::usage(format!("{} is no folder", folder.display()))
                .hint("name the archive with --archive")
                .into());
        }
        Err(error) => return Err(unreadable(error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        // A name that is not UTF-8 is none of ours.
        names.extend(entry.map_err(unreadable)?.file_name().into_string().ok());
    }
    names.sort_unstable();
    Ok(names)
}
