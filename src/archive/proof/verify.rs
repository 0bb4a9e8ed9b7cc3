//! Whether a run is still what it was: every file against the manifest, and the chain of manifests back to the first run.
//!
//! What this proves: nothing that the manifests cover was changed without also changing every later manifest. What came after a run
//! is told apart, with what protects it and what nothing does (`afterwards`). What it cannot prove
//! by itself is that nobody rewrote the whole chain; for that, note the newest manifest's SHA-256 elsewhere, or sign it (see
//! `signature`).

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use serde::Serialize;

use super::afterwards;
use super::signature::{self, Signers};
use crate::archive::store::listing::{self, Archive, Listing, PRUNED, StoredRun};
use crate::archive::store::manifest::{FileEntry, RunLink};
use crate::archive::store::{lock, prune, run};
use crate::files;
use crate::plan::Sealed;
use crate::terms::names::{MANIFEST, PLAN};

/// What was found. [`problems`](Self::problems) is empty when all is as it was.
#[derive(Debug, Serialize)]
pub struct Verification {
    /// The run.
    pub run_id: String,
    /// SHA-256 of its manifest: what to note elsewhere.
    pub manifest_sha256: String,
    /// Every file that the manifest names.
    pub files: Vec<FileCheck>,
    /// The runs behind it, newest first.
    pub chain: Vec<ChainCheck>,
    /// How far the chain was followed.
    pub chain_end: ChainEnd,
    /// Who signed the manifest, where that was checked.
    pub signed_by: Option<String>,
    /// What is missing or altered, as sentences.
    pub problems: Vec<String>,
    /// What else a reader should know.
    pub notes: Vec<String>,
}

/// A file and what became of it.
#[derive(Debug, Serialize)]
#[allow(missing_docs)]
pub struct FileCheck {
    pub name: String,
    pub state: FileState,
}

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileState {
    /// Byte for byte as the manifest has it.
    Intact,
    /// The plan, with decisions recorded on it and nothing else changed.
    Decided,
    /// Not there.
    Missing,
    /// Other bytes.
    Altered,
    /// There, but it cannot be read.
    Unreadable,
}

/// A run of the chain.
#[derive(Debug, Serialize)]
#[allow(missing_docs)]
pub struct ChainCheck {
    pub run_id: String,
    pub number: u64,
    /// Only its manifest is kept.
    pub pruned: bool,
}

/// Where following the chain ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChainEnd {
    /// At the first run of the archive.
    First,
    /// At a run that is missing or altered.
    Broken,
    /// The folder was copied without its archive: there is nothing to follow.
    Alone,
}

/// Checks a run folder.
///
/// # Errors
/// The folder holds no run that can be read. What is wrong with a run is told, no error.
pub fn verify(folder: &Path, signers: Option<&Signers>) -> Result<Verification> {
    let run = listing::read_copy(folder)?;
    let parent = folder.canonicalize().ok().and_then(|path| path.parent().map(Path::to_owned));
    let archive = Archive::at(&parent.unwrap_or_default());
    let mut found = Verification {
        run_id: run.id().to_owned(),
        manifest_sha256: run.sha256.clone(),
        files: Vec::new(),
        chain: Vec::new(),
        chain_end: ChainEnd::Broken,
        signed_by: None,
        problems: Vec::new(),
        notes: Vec::new(),
    };
    if run.manifest.is_none() {
        let note =
            format!("A newer version wrote this run ({}): its files and links are checked, the rest is not read.", run.head.schema);
        found.notes.push(note);
    }
    for entry in &run.head.files {
        let state = found.check_file(folder, &run, entry);
        found.files.push(FileCheck { name: entry.name.clone(), state });
    }
    let plan = folder.join(PLAN);
    found.notes.extend([archive.path(), folder, &plan].into_iter().find_map(lock::shared).map(|shared| format!("{shared}.")));
    let listing = archive.list()?;
    let after = afterwards::check(folder, &run, &listing);
    found.problems.extend(after.problems);
    found.notes.extend(after.notes);
    found.follow(&archive, &run);
    found.look_ahead(&listing, &run);
    found.look_around(&archive, &listing, &run, folder);
    match signature::check(folder, signers)? {
        signature::SignatureStatus::By(principal) => found.signed_by = Some(principal),
        signature::SignatureStatus::Bad(problem) => found.problems.push(problem),
        signature::SignatureStatus::Unchecked(note) => found.notes.push(note),
        signature::SignatureStatus::Unsigned => {}
    }
    Ok(found)
}

impl Verification {
    /// Whether nothing is missing or altered.
    pub fn holds(&self) -> bool {
        self.problems.is_empty()
    }

    fn check_file(&mut self, folder: &Path, run: &StoredRun, entry: &FileEntry) -> FileState {
        let name = &entry.name;
        if Path::new(name).file_name().is_none_or(|last| last != name.as_str()) {
            self.problems.push(format!("The manifest names `{name}`, which is no file of a run."));
            return FileState::Unreadable;
        }
        let path = folder.join(name);
        match files::if_there(path.symlink_metadata()) {
            Ok(Some(metadata)) if metadata.is_file() => {}
            Ok(Some(_)) => {
                self.problems.push(format!("{name} is not a plain file any more."));
                return FileState::Altered;
            }
            Ok(None) => {
                self.problems.push(format!("{name} is missing."));
                return FileState::Missing;
            }
            Err(error) => return self.unreadable(name, &error),
        }
        match files::sha256(&path) {
            Ok((sha256, _)) if sha256 == entry.sha256 => FileState::Intact,
            Ok((sha256, bytes)) => {
                if let Some(decisions) = only_decided(&path, run).filter(|_| name == PLAN) {
                    self.notes.push(format!(
                        "{name}: after the run, decisions on {decisions} of its actions were recorded; what it \
                         proposes is unaltered."
                    ));
                    return FileState::Decided;
                }
                let size = if bytes == entry.bytes {
                    format!("the same {bytes} bytes long")
                } else {
                    format!("{} bytes in the manifest, {bytes} now", entry.bytes)
                };
                let form = if name.starts_with("review.") {
                    " If a reviewer filled it in here: keep filled-in sheets beside the run, the plan holds the decisions."
                } else {
                    ""
                };
                self.problems
                    .push(format!("{name} was altered: {size}; the manifest has {}, the file {sha256}.{form}", entry.sha256));
                FileState::Altered
            }
            Err(error) => self.unreadable(name, &error),
        }
    }

    fn unreadable(&mut self, name: &str, error: &std::io::Error) -> FileState {
        self.problems.push(format!("{name} cannot be read: {error}."));
        FileState::Unreadable
    }

    fn follow(&mut self, archive: &Archive, run: &StoredRun) {
        let mut later = run.head.clone();
        while let Some(link) = later.previous.clone() {
            let before = match find(archive, &link) {
                Ok(Some(before)) => before,
                Ok(None) if self.chain.is_empty() && archive.has_only(run) => {
                    self.notes.push(format!(
                        "The chain was not followed: the folder lies outside its archive, without the run {} before it.",
                        link.run_id
                    ));
                    self.chain_end = ChainEnd::Alone;
                    return;
                }
                Ok(None) => {
                    let gone = format!(
                        "The run {}, which the manifest of {} names as the one before, is missing.",
                        link.run_id, later.run.id
                    );
                    self.problems.push(gone);
                    return;
                }
                Err(error) => {
                    self.problems.push(format!(
                        "The manifest of {}, the run before {}, cannot be used: {error:#}.",
                        link.run_id, later.run.id
                    ));
                    return;
                }
            };
            if before.sha256 != link.manifest_sha256 {
                self.problems.push(format!(
                    "The manifest of {} was altered: {} names it as {}, it is {}.",
                    link.run_id, later.run.id, link.manifest_sha256, before.sha256
                ));
                return;
            }
            // Numbers that fall by one also make sure that this loop ends.
            if before.number().checked_add(1) != Some(later.number) {
                let (number, before) = (later.number, before.number());
                self.problems.push(format!(
                    "The chain does not count: {} is number {number}, {} before it {before}.",
                    later.run.id, link.run_id
                ));
                return;
            }
            if let Some(pruned) = before.pruned.then(|| prune::pruned_by(archive, before.id())).flatten() {
                self.notes.push(format!(
                    "{} was pruned on {} by {} ({}); its manifest is kept and fits.",
                    pruned.run_id,
                    pruned.at.date_naive(),
                    pruned.by,
                    pruned.rule
                ));
            }
            self.chain.push(ChainCheck { run_id: before.id().to_owned(), number: before.number(), pruned: before.pruned });
            later = before.head;
        }
        if later.number == 1 {
            self.chain_end = ChainEnd::First;
        } else {
            self.problems.push(format!("{} is number {} and names no run before it.", later.run.id, later.number));
        }
    }

    /// What later runs say of this one: they would betray a manifest that was rewritten together with its files.
    fn look_ahead(&mut self, listing: &Listing, run: &StoredRun) {
        let mut named = false;
        for later in &listing.runs {
            let Some(link) = later.head.previous.as_ref().filter(|link| link.run_id == run.id()) else { continue };
            named = true;
            if link.manifest_sha256 != run.sha256 {
                self.problems.push(format!(
                    "{MANIFEST} was altered: the run {} names it as {}, it is {}.",
                    later.id(),
                    link.manifest_sha256,
                    run.sha256
                ));
            }
        }
        if !named {
            self.notes
                .push(format!("No later run names this manifest yet. Note its SHA-256 elsewhere, or sign it: {}.", run.sha256));
        }
    }
}

impl Verification {
    /// What the archive around the run says of it: each run has one before it and at most one after it, and its own name.
    fn look_around(&mut self, archive: &Archive, listing: &Listing, run: &StoredRun, folder: &Path) {
        let mut after: BTreeMap<Option<&str>, Vec<&str>> = BTreeMap::new();
        for other in &listing.runs {
            let before = other.head.previous.as_ref().map(|link| link.run_id.as_str());
            after.entry(before).or_default().push(other.id());
        }
        let behind = self.chain.iter().map(|before| Some(before.run_id.as_str()));
        let path: Vec<_> = [Some(run.id())].into_iter().chain(behind).chain([None]).collect();
        for at in path {
            let Some(several) = after.get(&at).filter(|several| several.len() > 1) else { continue };
            let names = several.join(" and ");
            let what = match at {
                Some(at) => format!("The chain forks: {names} name {at} as the run before."),
                None => format!("The chain has several beginnings: {names} name no run before them."),
            };
            self.problems.push(format!("{what} A run was put in later, or two archives were mixed."));
        }
        let name = folder.canonicalize().ok().and_then(|path| Some(path.file_name()?.to_string_lossy().into_owned()));
        if let Some(name) = name.filter(|name| name != run.id())
            && !archive.has_only(run)
            && !archive.path().join(run.id()).exists()
        {
            self.problems.push(format!("The folder is named {name}, the run in it is {}: its archive does not find it.", run.id()));
        }
    }
}

/// The run that a link names, beside this one or among the pruned.
fn find(archive: &Archive, link: &RunLink) -> Result<Option<StoredRun>> {
    let exists = |path: &Path| path.symlink_metadata().is_ok();
    if !run::is_id(&link.run_id) {
        anyhow::bail!("`{}` is no run's id", link.run_id);
    }
    let folder = archive.path().join(&link.run_id);
    if exists(&folder.join(MANIFEST)) {
        return listing::read_run(&folder).map(Some);
    }
    let kept = archive.path().join(PRUNED).join(format!("{}.json", link.run_id));
    if exists(&kept) { listing::read_pruned(&kept, &link.run_id).map(Some) } else { Ok(None) }
}

/// How many decisions were recorded on the plan, if that is all that changed since the manifest was written: its digest covers
/// everything else, and is the one that the manifest names.
fn only_decided(path: &Path, run: &StoredRun) -> Option<usize> {
    let text = crate::files::read_plain_text(path).ok()?;
    let sealed = Sealed::read(&text).ok()?;
    let planned = run.manifest.as_ref()?.plan.as_ref()?;
    let decisions = sealed.plan().decisions.len();
    let as_written = sealed.to_json().ok()? == text;
    (as_written && decisions > 0 && sealed.plan().digest == planned.digest).then_some(decisions)
}
