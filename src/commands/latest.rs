//! `latest`: the newest run of the instances that the configuration at hand names. Where several of them have one, the others are
//! said, so that nobody decides about another Domo than they mean.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::Terminal;
use crate::archive::{Archive, StoredRun};
use crate::cli;
use crate::config::{Loaded, same_instance};
use crate::failure::Failure;

/// The runs among which `latest` is looked for, oldest first.
pub(super) struct LatestRuns {
    runs: Vec<StoredRun>,
    /// Whose runs the archive has besides.
    passed_over: Vec<String>,
}

impl LatestRuns {
    /// The runs in the archive that were not pruned and have what is looked for, of the instances at hand.
    ///
    /// # Errors
    /// The archive cannot be listed, or the configuration cannot be read.
    pub(super) fn read(at: &cli::At, has: impl Fn(&StoredRun) -> bool) -> Result<Self> {
        let config = Loaded::read(at.config.config.as_deref())?.config;
        let named: Vec<_> = match config.instance.as_slice() {
            [] => config.domo.instance.iter().collect(),
            several => several.iter().map(|instance| &instance.name).collect(),
        };
        let is_mine = |run: &StoredRun| named.is_empty() || named.iter().any(|name| same_instance(name, instance(run)));
        let runs = Archive::at(&at.archive).list()?.runs.into_iter().filter(|run| !run.pruned && has(run));
        let (runs, others): (Vec<_>, Vec<_>) = runs.partition(is_mine);
        let mut passed_over: Vec<_> = others.iter().map(|run| instance(run).to_owned()).collect();
        passed_over.sort_unstable();
        passed_over.dedup();
        Ok(Self { runs, passed_over })
    }

    pub(super) fn runs(&self) -> &[StoredRun] {
        &self.runs
    }

    /// The newest of them.
    ///
    /// # Errors
    /// There is none, as `nothing` says it.
    pub(super) fn newest(&self, nothing: &str, terminal: &Terminal) -> Result<&StoredRun> {
        let newest = self.runs.last().ok_or_else(|| self.none(nothing))?;
        self.say_others(newest, |_| true, terminal);
        Ok(newest)
    }

    /// That there is none, and of whom there is one.
    pub(super) fn none(&self, nothing: &str) -> anyhow::Error {
        let hint = match self.passed_over.as_slice() {
            [] => "name the archive with --archive, or run `audit`".to_owned(),
            others => format!(
                "the configuration names another instance than {}; name its configuration with --config, or the run's folder",
                others.join(", ")
            ),
        };
        Failure::usage(nothing).hint(hint).into()
    }

    /// Says which other instances have one that is so, and how each is named.
    pub(super) fn say_others(&self, chosen: &StoredRun, is_so: impl Fn(&&StoredRun) -> bool, terminal: &Terminal) {
        let mut said = vec![chosen];
        for run in self.runs.iter().rev().filter(is_so) {
            if !said.iter().any(|said| same_instance(instance(said), instance(run))) {
                said.push(run);
            }
        }
        let others: Vec<_> = said.iter().skip(1).map(|run| format!("{} has {}", instance(run), cli::argument(&run.path))).collect();
        if !others.is_empty() {
            let [own, others] = [instance(chosen).to_owned(), others.join(", ")];
            terminal.say(format!("note: `latest` is {} of {own}; {others}: named so instead of `latest`", chosen.id()));
        }
    }
}

fn instance(run: &StoredRun) -> &str {
    &run.head.run.instance
}

/// The folder of the run that somebody names: a folder or a file in it anywhere, an id in the archive, or `latest`.
///
/// # Errors
/// There is no such run, or it was pruned.
pub(super) fn run_folder(name: &Path, at: &cli::At, terminal: &Terminal) -> Result<PathBuf> {
    if name != Path::new("latest") || name.is_dir() {
        return Archive::at(&at.archive).folder_of(name);
    }
    let runs = LatestRuns::read(at, |_| true)?;
    let nothing = format!("there is no complete run in {}", at.archive.display());
    Ok(runs.newest(&nothing, terminal)?.path.clone())
}
