//! A plan where it lies: the file itself, never a link to it, and what belongs to it. Its journal and its lock are found by its id
//! within an archive and beside the file outside of one, so that two names of one plan are one apply; the rules of its run hold
//! wherever the apply is started; and a later run of the archive that contradicts it is heard.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::Result;
use chrono::Utc;
use serde_json::Value;

use super::original::{Original, as_made};
use crate::apply::{files, journal};
use crate::archive::manifest::InputEntry;
use crate::archive::{self, Archive, Listing, Lock, StoredRun};
use crate::cli;
use crate::config::{Config, Loaded, same_instance};
use crate::failure::{Failure, FailureKind};
use crate::files::{folder_of, name_of};
use crate::plan::{Action, Journal, Outcome, Plan, PlanRules, Sealed, Verdict};
use crate::terms::names;
use crate::{report, text};

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
    /// The plan that somebody names: a file, its run's folder or id, or `latest`.
    ///
    /// # Errors
    /// It cannot be read, or is not as its run made it; it is a copy within the archive, and other things were decided in it.
    pub(super) fn find(name: &Path, archive: &Path) -> Result<Self> {
        let named_path = plan_path(name, archive)?;
        let mut path = named_path.canonicalize().unwrap_or(named_path);
        let mut sealed = read(&path)?;
        let named = Archive::at(&archive.canonicalize().unwrap_or_else(|_| archive.to_owned()));
        let (mut home, mut original) = (path.clone(), None);
        for around in folder_of(&path).ancestors().take(3).map(Archive::at) {
            original = Original::of(&around, sealed.plan())?;
            if original.is_some() {
                break;
            }
        }
        match original.as_ref().map(|original| original.file.as_ref()) {
            // A copy within the archive is the plan by another name.
            Some(Some(file)) if *file != path => {
                original.iter().try_for_each(|original| original.agrees(&path, sealed.plan()))?;
                home.clone_from(file);
                if file.is_file() {
                    path.clone_from(file);
                    sealed = read(&path)?;
                }
            }
            Some(_) => {}
            // A copy elsewhere has its own journal, but what the archive knows of the plan holds for it, too.
            None => original = Original::of(&named, sealed.plan())?,
        }
        let own = original.as_ref().map(|original| original.archive.path());
        archive::say_shared(own.into_iter().chain([folder_of(&path), &path]));
        Ok(Self { path, sealed, home, original, named: archive.to_owned() })
    }

    /// The plan of this journal: the one beside it, else the one of its id in the archive.
    ///
    /// # Errors
    /// As [`find`](Self::find); there is none, or the journal is not that plan's.
    pub(super) fn of_journal(path: &Path, journal: &Journal, archive: &Path) -> Result<Self> {
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

    /// The archive whose runs know more of the plan and of its instance.
    pub(super) fn archive(&self) -> &Path {
        self.original.as_ref().map_or(&self.named, |original| original.archive.path())
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
        self.alone()?;
        lock_plan(&self.home, doing)
    }

    /// Refuses a plan with a second name: what is recorded under one is not what the other says.
    fn alone(&self) -> Result<()> {
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

    /// The plan's journal; refused where it is missing, or not as somebody saw it.
    pub(super) fn journal(&self) -> Result<Journal> {
        let path = files::journal_of(&self.home);
        let journal = journal::read(&path)?;
        journal::belongs(&journal, self.plan(), &path)?;
        let lines = journal.lines().len() as u64;
        let (recorded, mut seen) = (self.recorded()?, self.seen()?);
        seen.extend(recorded.iter().map(|(run, input)| (input.rows, format!("the run {run}"))));
        let longer = seen.into_iter().find(|(seen, _)| *seen > lines);
        if let Some((seen, who)) = longer.or_else(|| self.unjournaled(&journal)) {
            let what = if lines == 0 { "is missing".to_owned() } else { format!("has {lines} lines") };
            return Err(lost(format!("the journal {} {what}, but {who} knows of {seen}", path.display())));
        }
        let bytes = if recorded.is_empty() { Vec::new() } else { crate::files::read_plain(&path)? };
        for (run, input) in recorded {
            if !input.begins(&bytes) {
                let then = text::plural(input.rows, "line", "lines");
                let what = format!("was changed after the run {run} recorded its first {then} as {}", input.sha256);
                return Err(lost(format!("the journal {} {what}", path.display())));
            }
        }
        Ok(journal)
    }

    /// The plan's journal as later runs recorded it, each with its run.
    fn recorded(&self) -> Result<Vec<(String, InputEntry)>> {
        let Some(original) = &self.original else { return Ok(Vec::new()) };
        let listing = original.archive.list()?;
        // The newest knows what all before it knew.
        let newest = listing.runs.last().map_or("", StoredRun::id);
        self.all_read_since(&listing, newest, "what it recorded of the plan's journal is not known")?;
        let place = match &original.file {
            Some(file) => file.as_path(),
            None if original.is_audits(self.plan()) => Path::new(names::PLAN),
            None => return Ok(Vec::new()),
        };
        let recorded = archive::recorded(&listing.runs, original.run.id(), &name_of(&files::journal_of(place)));
        Ok(recorded.into_iter().map(|(run, input)| (run.id().to_owned(), input.clone())).collect())
    }

    /// Refuses where a run after this one cannot be read: it is not taken for none.
    fn all_read_since(&self, listing: &Listing, newest: &str, what: &str) -> Result<()> {
        let Some((path, why)) = listing.unread_since(newest) else { return Ok(()) };
        Err(Failure::failed(format!("{} cannot be used: {why}; {what}", path.display()))
            .hint(
                "put it back as it was (`verify` says what was altered), or run `audit` again, and then go on with that run's plan",
            )
            .into())
    }

    /// How many lines of its journal others saw beside it, and who.
    fn seen(&self) -> Result<Vec<(u64, String)>> {
        let mut seen = Vec::new();
        let outcome = files::outcome_of(&self.home);
        let told = outcome_of(&outcome).filter(|told| told["digest"] == self.plan().digest.as_str());
        seen.extend(told.and_then(|told| Some((told["journal_lines"].as_u64()?, name_of(&outcome)))));
        // A copy, without the journal of what it is a copy of.
        if let Some(place) = self.original.as_ref().and_then(|original| original.file.as_ref()).filter(|place| **place != self.home)
        {
            let theirs = files::journal_of(place);
            seen.push((journal::read(&theirs)?.lines().len() as u64, theirs.display().to_string()));
        }
        Ok(seen)
    }

    /// An outcome of an older version counts no lines, but names the actions it carried out.
    fn unjournaled(&self, journal: &Journal) -> Option<(u64, String)> {
        let outcome = files::outcome_of(&self.home);
        let told = outcome_of(&outcome).filter(|told| told["digest"] == self.plan().digest.as_str())?;
        let results = told["results"].as_array()?;
        let sent = |row: &&Value| {
            let outcome = row["outcome"].as_str().and_then(Outcome::from_word);
            outcome.is_some_and(|outcome| outcome.is_done() || matches!(outcome, Outcome::Failed | Outcome::Unknown))
        };
        let folded = journal.fold();
        let known =
            |row: &Value| folded.get(row["action"].as_str().unwrap_or_default()).is_some_and(|known| known.outcome.is_some());
        let (all, missing) = (results.iter().filter(sent).count(), results.iter().filter(sent).filter(|row| !known(row)).count());
        (missing > 0).then(|| (all as u64, format!("{} with its actions", name_of(&outcome))))
    }

    /// The configuration at hand, tightened by the rules of the plan's run. A plan of an older version carries none: then those
    /// that the run kept.
    pub(super) fn tighten(&self, config: &Config) -> Result<Config> {
        // A copy elsewhere has no run's folder around it.
        let place = self.original.as_ref().and_then(|original| original.file.as_ref()).unwrap_or(&self.home);
        tighten(self.plan(), place, config)
    }

    /// Why actions are not what the archive's newest run would do, by action: that run saw the accounts later and proposes them no
    /// more.
    ///
    /// # Errors
    /// The archive or that run's plan cannot be read: then nobody knows what it proposes. Or this is a copy, and other things were
    /// decided in it than in the plan.
    pub(super) fn superseded(&self) -> Result<BTreeMap<String, String>> {
        if let Some(original) = self.original.as_ref().filter(|original| original.file.as_ref() != Some(&self.path)) {
            original.agrees(&self.path, self.plan())?;
        }
        let audits = |original: &&Original| original.is_audits(self.plan());
        let Some(Original { archive, run: own, .. }) = self.original.as_ref().filter(audits) else {
            let file = self.original.as_ref().and_then(|original| original.file.as_ref());
            return super::certify::withdrawn(self.plan(), file.unwrap_or(&self.home));
        };
        let listing = archive.list()?;
        let newest = listing.runs.iter().rev().find(|run| judged(run, self.plan()));
        self.all_read_since(&listing, newest.unwrap_or(own).id(), "what it proposes is not known")?;
        let Some(newest) = newest.filter(|newest| newest.id() != own.id() && pulled(newest) > pulled(own)) else {
            return Ok(BTreeMap::new());
        };
        let next = newest.path.join(names::PLAN);
        let next = if next.exists() { Some(read(&next)?) } else { None };
        if next.is_none() && newest.manifest.as_ref().is_some_and(|manifest| manifest.plan.is_some()) {
            let what = format!("the plan of the run {} is missing: what it proposes is not known", newest.id());
            return Err(Failure::failed(what).hint("put it back where it was, or run `audit` again").into());
        }
        let what =
            |action: &Action| (action.finding.clone(), action.kind, serde_json::Value::from(action.after.clone()).to_string());
        let proposed: HashSet<_> = next.iter().flat_map(|next| &next.plan().actions).map(what).collect();
        // Only a run with a plan can take decisions over.
        let way = next.as_ref().map(|_| {
            let [new, old] = [&newest.path, &self.path].map(|path| cli::argument(path));
            format!("; `domo-reconcile review {new} --from {old}` takes over the decisions that still stand")
        });
        let why = format!(
            "the run {} of {} saw the accounts later and does not propose it any more{}",
            newest.id(),
            crate::text::minute(newest.head.run.started),
            way.unwrap_or_else(|| ": it proposes nothing at all".to_owned())
        );
        // What it proposes and somebody has turned down there is not done here either.
        let rejections: HashMap<_, String> = next
            .iter()
            .flat_map(|next| next.plan().actions.iter().map(|action| (action, next.plan().decisions.get(&action.id))))
            .filter_map(|(action, decision)| {
                let decision = decision.filter(|decision| decision.verdict == Verdict::Reject)?;
                Some((what(action), format!("in the plan of the run {} it was {}", newest.id(), decision.summary())))
            })
            .collect();
        let against = |action: &Action| match proposed.contains(&what(action)) {
            true => rejections.get(&what(action)).cloned(),
            false => Some(why.clone()),
        };
        Ok(self.plan().actions.iter().filter_map(|action| Some((action.id.clone(), against(action)?))).collect())
    }
}

/// The configuration tightened by the rules of a plan, or of the run folder that it lies in.
fn tighten(plan: &Plan, home: &Path, config: &Config) -> Result<Config> {
    let kept = folder_of(home).join(names::CONFIG);
    let kept = || -> Result<Option<PlanRules>> {
        let Some(kept) = Loaded::kept(&kept)? else { return Ok(None) };
        Ok(Some(PlanRules::of(&super::applied::of_instance(&kept.config, &plan.id, &plan.instance)?.0)))
    };
    let rules = match plan.rules.clone() {
        // Of an older version, perhaps, which did not say what the instance's own roles are.
        Some(rules) if rules.roles.is_none() => {
            Some(PlanRules { roles: kept().ok().flatten().and_then(|kept| kept.roles), ..rules })
        }
        Some(rules) => Some(rules),
        None => kept()?,
    };
    Ok(rules.map_or_else(|| config.clone(), |rules| rules.tighten(config)))
}

/// The journal that somebody names: its file or its plan's; by the folder or the id of a run that of its plan which was applied
/// last, and by `latest` that of any run's.
pub(super) fn journal_path(name: &Path, archive: &Path) -> Result<PathBuf> {
    let archive = Archive::at(archive);
    let nothing =
        |what: String| Failure::usage(what).hint("name the plan.journal.jsonl of an apply, or the archive with --archive");
    let found = if name == Path::new("latest") {
        let runs = archive.list()?.runs.into_iter().filter(|run| !run.pruned);
        let folders: Vec<_> = runs.map(|run| run.path).collect();
        let found = last_applied(&folders, archive.path())?;
        found.ok_or_else(|| nothing(format!("no plan of a run in {} was applied", archive.path().display())))?
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

fn lost(what: String) -> anyhow::Error {
    Failure::new(FailureKind::PlanRefused, what)
        .hint("nothing is applied twice on a guess: put the journal back where it was, or run `audit` again for a new plan")
        .into()
}

/// Whether a run judged the plan's instance on whole evidence, as it was.
fn judged(run: &StoredRun, plan: &Plan) -> bool {
    !run.pruned && same_instance(&run.head.run.instance, &plan.instance) && run.is_comparable()
}

/// When a run had its accounts.
fn pulled(run: &StoredRun) -> chrono::DateTime<chrono::Utc> {
    let read = run.manifest.as_ref().and_then(|manifest| manifest.accounts.as_ref()).and_then(|read| read.evidence.finished);
    read.unwrap_or(run.head.run.started)
}

fn outcome_of(path: &Path) -> Option<Value> {
    serde_json::from_slice(&crate::files::read_plain(path).ok()?).ok()
}

/// The plan that somebody names: its file, its run's folder or id, or `latest`, the newest complete run with a plan.
fn plan_path(name: &Path, archive: &Path) -> Result<PathBuf> {
    if name.is_file() {
        return Ok(name.to_owned());
    }
    let archive = Archive::at(archive);
    if name == Path::new("latest") {
        let runs = archive.list()?.runs.into_iter().rev();
        let plan = runs.filter(|run| !run.pruned).map(|run| run.path.join(names::PLAN)).find(|plan| plan.is_file());
        return plan.ok_or_else(|| {
            let nothing = Failure::usage(format!("no complete run in {} has a plan", archive.path().display()));
            nothing.hint("name the archive with --archive, or run `audit`").into()
        });
    }
    let Ok(folder) = archive.folder_of(name) else { return Ok(name.to_owned()) };
    let plan = folder.join(names::PLAN);
    match plan.is_file() {
        true => Ok(plan),
        false => Err(Failure::usage(format!("the run {} has no plan", folder.display()))
            .hint("there was nothing to do, or its evidence was incomplete; its report says which")
            .into()),
    }
}

/// Writes `decisions.html` and `decisions.csv` beside a plan, as they are now. What was decided and done stands in the plan and its
/// journal, so that these cannot be written is said and is no failure.
pub(super) fn decided(plan: &Path) {
    if let Err(error) = try_decided(plan) {
        tracing::warn!("decisions.html and decisions.csv are not as they should be: {error:#}");
    }
}

fn try_decided(plan: &Path) -> Result<()> {
    let journal = journal::read(&files::journal_of(plan))?;
    let (page, list) = report::decided::decisions(files::read_plan(plan)?.plan(), &journal, classification(plan)?);
    crate::files::write(&files::beside(plan, names::DECISIONS_PAGE), page.html(&Config::default())?.as_bytes())?;
    crate::files::write(&files::beside(plan, names::DECISIONS_LIST), &list.csv()?)
}

/// `[report] classification` of the run that a plan lies with.
pub(super) fn classification(plan: &Path) -> Result<Option<String>> {
    let rules = folder_of(plan).join(names::CONFIG);
    let rules = Loaded::kept(&rules)?;
    Ok(rules.and_then(|rules| rules.config.report.classification))
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
