//! The journal of a plan: by which names it is found, and what others know of it. One that is missing, or not as somebody saw it, is
//! refused: nothing is carried out twice on a guess, and nothing is undone in part.

use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::PlanFile;
use super::original::Original;
use crate::apply::{files, journal};
use crate::archive::{self, Archive, Recorded, StoredRun};
use crate::cli;
use crate::commands::Terminal;
use crate::commands::latest::LatestRuns;
use crate::failure::{Failure, FailureKind};
use crate::files::{folder_of, if_there, name_of, read_plain};
use crate::plan::{ApplyRecord, Journal};
use crate::terms::names;

impl PlanFile {
    /// The plan of this journal: the one beside it, else the one of its id in the archive.
    ///
    /// # Errors
    /// As [`find`](Self::find); there is none, or the journal is not that plan's.
    pub(in crate::commands) fn of_journal(path: &Path, journal: &Journal, archive: &Path) -> Result<Self> {
        let opened = journal.opened().next().map(|(_, open)| open);
        let mut place = plan_of(path);
        for around in folder_of(path).ancestors().take(2).chain([archive]).map(Archive::at) {
            if let (None, Some(open)) = (&place, opened) {
                place = Original::place(&around, &open.plan)?;
            }
        }
        let Some(place) = place else {
            return Err(Failure::usage(format!(
                "{} lies without its plan: the rules that it was carried out by, which its revert obeys, are not known",
                path.display()
            ))
            .hint("name the journal beside its plan.json in the run's folder, or the archive with --archive")
            .into());
        };
        let found = Self::find(&place, archive)?;
        journal::belongs(journal, found.plan(), path)?;
        if !found.journal()?.lines().starts_with(journal.lines()) {
            let what = format!("{} is not the journal of {}: they differ", path.display(), found.home.display());
            return Err(Failure::new(FailureKind::PlanRefused, what).hint("name the journal that lies beside the plan").into());
        }
        Ok(found)
    }

    /// The plan's journal; refused where it is missing, or not as somebody saw it.
    pub(in crate::commands) fn journal(&self) -> Result<Journal> {
        let path = files::journal_of(&self.home);
        let journal = journal::read(&path)?;
        journal::belongs(&journal, self.plan(), &path)?;
        let lines = journal.lines().len() as u64;
        let longer = self.seen()?.into_iter().find(|(seen, _)| *seen > lines);
        if let Some((seen, who)) = longer {
            let what = if lines == 0 { "is missing".to_owned() } else { format!("has {lines} lines") };
            return Err(lost(format!("the journal {} {what}, but {who} knows of {seen}", path.display())));
        }
        match self.altered(&path)? {
            Some(why) => Err(lost(format!("the journal {} {why}", path.display()))),
            None => Ok(journal),
        }
    }

    /// How the plan's journal is not what later runs recorded of it.
    fn altered(&self, path: &Path) -> Result<Option<String>> {
        let Some(original) = &self.original else { return Ok(None) };
        let listing = original.archive.list()?;
        listing.all_read_since(listing.runs.last(), "what it recorded of the plan's journal")?;
        let place = match &original.file {
            Some(file) => file.as_path(),
            None if original.is_audits(self.plan()) => Path::new(names::PLAN),
            None => return Ok(None),
        };
        let (recorded, name) = (Recorded::beside(original.run.id(), &listing.runs), name_of(&files::journal_of(place)));
        if recorded.of(&name).is_empty() {
            return Ok(None);
        }
        let bytes = if_there(read_plain(path)).map_err(|error| Failure::unreadable(path, error))?;
        Ok(recorded.altered(&name, &bytes.unwrap_or_default()))
    }

    /// How many lines of its journal others saw, and who: what its last apply came to, and of a copy elsewhere the journal of what it
    /// is a copy of, and what the last apply of that came to.
    fn seen(&self) -> Result<Vec<(u64, String)>> {
        let own = files::outcome_of(&self.home);
        let mut seen = vec![(self.outcome(&own)?, name_of(&own))];
        let original = self.original.as_ref().and_then(|original| original.file.as_ref());
        if let Some(place) = original.filter(|place| **place != self.home) {
            let (journal, outcome) = (files::journal_of(place), files::outcome_of(place));
            seen.push((journal::read(&journal)?.lines().len() as u64, journal.display().to_string()));
            seen.push((self.outcome(&outcome)?, outcome.display().to_string()));
        }
        Ok(seen)
    }

    /// How many lines the journal had when this file told what an apply of the plan came to; 0 where there is none.
    fn outcome(&self, path: &Path) -> Result<u64> {
        let Some(bytes) = if_there(read_plain(path)).map_err(|error| Failure::unreadable(path, error))? else { return Ok(0) };
        let told: ApplyRecord = serde_json::from_slice(&bytes).map_err(|error| {
            Failure::new(FailureKind::PlanRefused, format!("{} was altered: {error}", path.display()))
                .hint("it says how long the journal was; put it back as it was, or run `audit` again for a new plan")
        })?;
        Ok(if told.digest == self.plan().digest { told.journal_lines } else { 0 })
    }
}

/// The journal that somebody names: its file or its plan's; by the folder or the id of a run that of its plan which was applied
/// last, and by `latest` that of any run's.
pub(in crate::commands) fn journal_path(name: &Path, at: &cli::At, terminal: &Terminal) -> Result<PathBuf> {
    let archive = Archive::at(&at.archive);
    let nothing =
        |what: String| Failure::usage(what).hint("name the plan.journal.jsonl of an apply, or the archive with --archive");
    let found = if name == Path::new("latest") {
        let latest = LatestRuns::read(at, |_| true)?;
        let folders: Vec<_> = latest.runs().iter().map(|run| run.path.clone()).collect();
        let found = last_applied(&folders, archive.path())?;
        let found = found.ok_or_else(|| latest.none(&format!("no plan of a run in {} was applied", archive.path().display())))?;
        let applied = |run: &&StoredRun| archive::journals(&run.path).is_ok_and(|journals| !journals.is_empty());
        let of = latest.runs().iter().find(|run| found.starts_with(&run.path));
        of.iter().for_each(|of| latest.say_others(of, applied, terminal));
        found
    } else if let Some(plan) = plan_of(name).filter(|_| !name.exists()) {
        known_journal(&plan, archive.path())?;
        return Err(nothing(format!("the plan {} was not applied: there is no {}", plan.display(), name_of(name))).into());
    } else if name.is_dir() || !name.exists() {
        let folder = if name.is_dir() { Ok(name.to_owned()) } else { archive.folder_of(name) };
        let folder = folder.map_err(|_| nothing(format!("cannot read the journal {}", name.display())))?;
        let found = last_applied(std::slice::from_ref(&folder), archive.path())?;
        found.ok_or_else(|| nothing(format!("no plan of {} was applied: there is no journal in it", folder.display())))?
    } else if name.extension().is_some_and(|extension| extension == "json") {
        let plan = PlanFile::find(name, archive.path())?;
        let journal = files::journal_of(&plan.home);
        if !journal.is_file() {
            plan.journal()?;
            return Err(nothing(format!("the plan {} was not applied: there is no {}", name.display(), name_of(&journal))).into());
        }
        journal
    } else {
        // Another file by mistake is no journal that somebody changed.
        let mut first = [b'{'];
        let read = name.is_file() && std::fs::File::open(name).is_ok_and(|mut file| file.read_exact(&mut first).is_ok());
        if read && first != *b"{" {
            return Err(nothing(format!("{} is no journal: it does not begin with a record", name.display())).into());
        }
        name.to_owned()
    };
    Ok(found.canonicalize().unwrap_or(found))
}

/// The journal to which a write was added last, of all plans in the folders of these runs, oldest first. Refused where one that may
/// be it is lost.
fn last_applied(folders: &[PathBuf], archive: &Path) -> Result<Option<PathBuf>> {
    let mut journals = Vec::new();
    for (place, folder) in folders.iter().enumerate() {
        for name in archive::journals(folder)? {
            let path = folder.join(name);
            journals.push((journal::read(&path)?.last_write(), place, path));
        }
    }
    let last = journals.into_iter().max_by_key(|(written, place, _)| (*written, *place));
    // One that is lost may be later than it: another of its run, or one of a later run.
    let since = last.as_ref().map_or(0, |(_, place, _)| *place);
    for folder in folders.iter().skip(since) {
        for plan in archive::plans(folder)? {
            known_journal(&folder.join(plan), archive)?;
        }
    }
    Ok(last.map(|(.., path)| path))
}

/// Refuses where somebody knows of the plan's journal, which is not there: "not applied" would be untrue.
fn known_journal(plan: &Path, archive: &Path) -> Result<()> {
    if !plan.is_file() {
        return Ok(());
    }
    PlanFile::find(plan, archive)?.journal().map(drop)
}

/// The plan of a journal, where it lies beside it and can be read.
fn plan_of(journal: &Path) -> Option<PathBuf> {
    let plan = names::plan_of(&name_of(journal))?;
    Some(journal.with_file_name(plan)).filter(|plan| plan.is_file())
}

fn lost(what: String) -> anyhow::Error {
    Failure::new(FailureKind::PlanRefused, what)
        .hint("nothing is applied twice on a guess: put the journal back where it was, or run `audit` again for a new plan")
        .into()
}
