//! `summaries/`: the pages over several instances, one pair of files for each command that audited them. They repeat what the runs
//! say and are no evidence, so no manifest names them; whoever prunes the runs of a command prunes its page.
//!
//! A page's name is made as a run's id is, from the same moment as the ids of the runs it is about.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::{Context, Result};
use chrono::{DateTime, Utc};

use super::{Archive, Lock, run};
use crate::failure::Failure;
use crate::files::{self, HALF};

/// The folder in the archive.
pub const FOLDER: &str = "summaries";

/// Writes a page in its forms (ending and content) under one new name, mode 0600, and tells where each is. The lock is the
/// archive's.
///
/// # Errors
/// A file cannot be written.
pub fn keep(lock: &Lock, started: DateTime<Utc>, forms: &[(&str, &str)]) -> Result<Vec<PathBuf>> {
    let folder = lock.folder().join(FOLDER);
    let cannot = || {
        Failure::failed(format!("cannot write the summary in {}", folder.display()))
            .hint("see whether the disk is full and the folder can be written; every instance's own report is in its run folder")
    };
    files::make_folder(&folder).with_context(cannot)?;
    let is_free = |name: &String| forms.iter().all(|(ending, _)| !folder.join(format!("{name}.{ending}")).exists());
    let name = std::iter::repeat_with(|| run::new_id(started)).take(16).find(is_free).with_context(cannot)?;
    let mut paths = Vec::new();
    for (ending, content) in forms {
        let path = folder.join(format!("{name}.{ending}"));
        files::put(&path, files::all(content.as_bytes())).with_context(cannot)?;
        paths.push(path);
    }
    Ok(paths)
}

/// The pages that are about none of these runs, and what a page that was cut short left behind. Files of other names are not ours.
pub(super) fn about_none_of<'a>(archive: &Archive, runs: impl Iterator<Item = &'a str>) -> Vec<PathBuf> {
    let moments: BTreeSet<&str> = runs.filter_map(moment).collect();
    let goes = |path: &PathBuf| {
        let text = |part: Option<&std::ffi::OsStr>| part.map(|part| part.to_string_lossy().into_owned()).unwrap_or_default();
        let (name, stem) = (text(path.file_name()), text(path.file_stem()));
        name.starts_with(HALF) || run::is_id(&stem) && !moment(&stem).is_some_and(|moment| moments.contains(moment))
    };
    let entries = std::fs::read_dir(archive.path().join(FOLDER)).into_iter().flatten().flatten();
    let mut pages: Vec<_> = entries.map(|entry| entry.path()).filter(goes).collect();
    pages.sort_unstable();
    pages
}

/// `20261123T060000Z` of `20261123T060000Z-4be21f`.
fn moment(id: &str) -> Option<&str> {
    id.split_once('-').map(|(moment, _)| moment)
}
