//! A plan where it lies: the file itself, never a link to it, and what belongs to it. Its journal and its lock are found by its id
//! within an archive and beside the file outside of one, so that two names of one plan are one apply; the rules of its run hold
//! wherever the apply is started; and a later run of the archive that contradicts it is heard.

use std::collections::{BTreeMap, HashSet};
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::Result;
use chrono::Utc;
use serde_json::Value;

use crate::apply::{files, journal};
use crate::archive::{self, Archive, Lock, StoredRun};
use crate::cli;
use crate::config::{Config, Loaded};
use crate::failure::{Failure, FailureKind};
use crate::files::{folder_of, name_of};
use crate::plan::format::FILE;
use crate::plan::journal::ENDING;
use crate::plan::{Action, Journal, Plan, PlanRules, Sealed};
use crate::report;

/// A plan that was read, and where all that belongs to it is.
pub(super) struct PlanFile {
    /// The file.
    pub(super) path: PathBuf,
    /// What it says.
    pub(super) sealed: Sealed,
    /// The plan's own place: journal, lock and outcome are beside it.
    pub(super) home: PathBuf,
    /// The archive that its place is in, where it is in one.
    archive: Option<Archive>,
    /// The archive in which names were looked for.
    named: Archive,
}

impl PlanFile {
    /// The plan that somebody names: a file, its run's folder or id, or `latest`.
    pub(super) fn find(name: &Path, archive: &Path) -> Result<Self> {
        let named = plan_path(name, archive)?;
        let path = named.canonicalize().unwrap_or(named);
        let sealed = files::read_plan(&path)?;
        let (mut home, mut archive_of) = (path.clone(), None);
        for around in folder_of(&path).ancestors().take(3).map(Archive::at) {
            if let Some(run) = run_of(&around, sealed.plan())? {
                (home, archive_of) = (run.path.join(FILE), Some(around));
                break;
            }
        }
        Ok(Self { path, sealed, home, archive: archive_of, named: Archive::at(archive) })
    }

    /// The plan.
    pub(super) fn plan(&self) -> &Plan {
        self.sealed.plan()
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

    /// The plan's journal; refused where it is missing, or shorter than somebody saw it.
    pub(super) fn journal(&self) -> Result<Journal> {
        let path = files::journal_of(&self.home);
        let journal = journal::read(&path)?;
        journal::belongs(&journal, self.plan(), &path)?;
        let lines = journal.lines().len() as u64;
        let longer = self.seen()?.into_iter().find(|(seen, _)| *seen > lines);
        let Some((seen, who)) = longer.or_else(|| self.untold(&journal)) else { return Ok(journal) };
        let what = if lines == 0 { "is missing".to_owned() } else { format!("has {lines} lines") };
        Err(Failure::new(FailureKind::PlanRefused, format!("the journal {} {what}, but {who} knows of {seen}", path.display()))
            .hint("nothing is applied twice on a guess: put the journal back where it was, or run `audit` again for a new plan")
            .into())
    }

    /// How many lines of its journal others saw, and who.
    fn seen(&self) -> Result<Vec<(u64, String)>> {
        let mut seen = Vec::new();
        let outcome = files::outcome_of(&self.home);
        let told = outcome_of(&outcome).filter(|told| told["digest"] == self.plan().digest.as_str());
        seen.extend(told.and_then(|told| Some((told["journal_lines"].as_u64()?, name_of(&outcome)))));
        if let Some(archive) = &self.archive {
            let ours = format!("{}/{}", name_of(folder_of(&self.home)), name_of(&files::journal_of(&self.home)));
            for run in &archive.list()?.runs {
                let inputs = run.manifest.iter().flat_map(|manifest| &manifest.inputs);
                let rows =
                    inputs.filter(|input| input.role == archive::manifest::JOURNAL && input.name == ours).map(|input| input.rows);
                seen.extend(rows.map(|rows| (rows, format!("the run {}", run.id()))));
            }
        } else if let Some(run) = run_of(&self.named, self.plan())? {
            // A copy, without the journal of what it is a copy of.
            let theirs = files::journal_of(&run.path.join(FILE));
            seen.push((journal::read(&theirs)?.lines().len() as u64, theirs.display().to_string()));
        }
        Ok(seen)
    }

    /// An outcome of an older version counts no lines, but names the actions it carried out.
    fn untold(&self, journal: &Journal) -> Option<(u64, String)> {
        let outcome = files::outcome_of(&self.home);
        let told = outcome_of(&outcome).filter(|told| told["digest"] == self.plan().digest.as_str())?;
        let results = told["results"].as_array()?;
        let sent = |row: &&Value| matches!(row["outcome"].as_str(), Some("done" | "already-done" | "failed" | "unknown"));
        let folded = journal.fold();
        let known =
            |row: &Value| folded.get(row["action"].as_str().unwrap_or_default()).is_some_and(|known| known.outcome.is_some());
        let (all, missing) = (results.iter().filter(sent).count(), results.iter().filter(sent).filter(|row| !known(row)).count());
        (missing > 0).then(|| (all as u64, format!("{} with its actions", name_of(&outcome))))
    }

    /// The configuration at hand, tightened by the rules of the plan's run. A plan of an older version carries none: then those that the
    /// run kept.
    pub(super) fn tighten(&self, config: &Config) -> Result<Config> {
        tighten(self.plan(), &self.home, config)
    }

    /// Why actions are not what the archive's newest run would do, by action: that run saw the accounts later and proposes them no more.
    ///
    /// # Errors
    /// The archive or that run's plan cannot be read: then nobody knows what it proposes.
    pub(super) fn superseded(&self) -> Result<BTreeMap<String, String>> {
        let Some(archive) = &self.archive else { return super::certify::withdrawn(self.plan(), &self.path) };
        let Some(own) = run_of(archive, self.plan())? else { return Ok(BTreeMap::new()) };
        let listing = archive.list()?;
        let newest = listing.runs.iter().rev().find(|run| judged(run, self.plan()));
        let Some(newest) = newest.filter(|newest| newest.id() != own.id() && pulled(newest) > pulled(&own)) else {
            return Ok(BTreeMap::new());
        };
        let next = newest.path.join(FILE);
        let next = if next.exists() { Some(files::read_plan(&next)?) } else { None };
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
        let gone = self.plan().actions.iter().filter(|action| !proposed.contains(&what(action)));
        Ok(gone.map(|action| (action.id.clone(), why.clone())).collect())
    }
}

/// The configuration tightened by the rules of a plan, or of the run folder that it lies in.
pub(super) fn tighten(plan: &Plan, home: &Path, config: &Config) -> Result<Config> {
    let kept = folder_of(home).join(archive::inputs::CONFIG);
    let rules = match &plan.rules {
        Some(rules) => Some(rules.clone()),
        None if kept.is_file() => {
            let kept = Loaded::read(Some(&kept))?;
            Some(PlanRules::of(&super::applied::of_instance(&kept.config, &plan.id, &plan.instance)?.0))
        }
        None => None,
    };
    Ok(rules.map_or_else(|| config.clone(), |rules| rules.tighten(config)))
}

/// The journal that somebody names: a file, that of its plan, the folder or the id of a run, or `latest`, the newest complete run with one.
pub(super) fn journal_path(name: &Path, archive: &Path) -> Result<PathBuf> {
    let of = |run: &Path| files::journal_of(&run.join(FILE));
    let archive = Archive::at(archive);
    let nothing =
        |what: String| Failure::usage(what).hint("name the plan.journal.jsonl of an apply, or the archive with --archive");
    let found = if name == Path::new("latest") {
        let mut found = None;
        for run in archive.list()?.runs.into_iter().rev().filter(|run| !run.pruned) {
            let journal = of(&run.path);
            if journal.is_file() {
                found = Some(journal);
                break;
            }
            // The newest journal may be the one that is lost: an older one is not what was meant.
            known_journal(&run.path.join(FILE), archive.path())?;
        }
        found.ok_or_else(|| nothing(format!("no plan of a run in {} was applied", archive.path().display())))?
    } else if let Some(plan) = plan_of(name).filter(|_| !name.exists()) {
        known_journal(&plan, archive.path())?;
        return Err(nothing(format!("the plan {} was not applied: there is no {}", plan.display(), name_of(name))).into());
    } else if name.is_dir() || !name.exists() {
        let folder = if name.is_dir() { Ok(name.to_owned()) } else { archive.folder_of(name) };
        let folder = folder.map_err(|_| nothing(format!("cannot read the journal {}", name.display())))?;
        let journal = of(&folder);
        if !journal.is_file() {
            known_journal(&folder.join(FILE), archive.path())?;
            return Err(
                nothing(format!("the plan of {} was not applied: there is no {}", folder.display(), name_of(&journal))).into()
            );
        }
        journal
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

/// Refuses where somebody knows of the plan's journal, which is not there: "not applied" would be untrue.
fn known_journal(plan: &Path, archive: &Path) -> Result<()> {
    if !plan.is_file() {
        return Ok(());
    }
    PlanFile::find(plan, archive)?.journal().map(drop)
}

/// The plan of a journal, where it lies beside it and can be read.
pub(super) fn plan_of(journal: &Path) -> Option<PathBuf> {
    let stem = journal.to_str()?.strip_suffix(ENDING)?;
    Some(PathBuf::from(format!("{stem}.json"))).filter(|plan| plan.is_file())
}

/// The run whose plan this is; none where this is no archive, or not its.
fn run_of(archive: &Archive, plan: &Plan) -> Result<Option<StoredRun>> {
    let ours = |run: &StoredRun| {
        run.manifest.as_ref().and_then(|manifest| manifest.plan.as_ref()).is_some_and(|named| named.id == plan.id)
    };
    match archive.list() {
        // A folder above a plan is none of ours and need not let itself be listed.
        Err(_) if !archive.was_used() => Ok(None),
        listing => Ok(listing?.runs.into_iter().find(|run| !run.pruned && ours(run))),
    }
}

/// Whether a run judged the plan's instance on whole evidence, as it was.
fn judged(run: &StoredRun, plan: &Plan) -> bool {
    !run.pruned && run.head.run.instance == plan.instance && run.is_comparable()
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
        let plan = runs.filter(|run| !run.pruned).map(|run| run.path.join(FILE)).find(|plan| plan.is_file());
        return plan.ok_or_else(|| {
            let nothing = Failure::usage(format!("no complete run in {} has a plan", archive.path().display()));
            nothing.hint("name the archive with --archive, or run `audit`").into()
        });
    }
    let Ok(folder) = archive.folder_of(name) else { return Ok(name.to_owned()) };
    let plan = folder.join(FILE);
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
    files::write(&files::beside(plan, archive::names::DECISIONS_PAGE), page.html(&Config::default())?.as_bytes())?;
    files::write(&files::beside(plan, archive::names::DECISIONS_LIST), &list.csv()?)
}

/// `[report] classification` of the run that a plan lies with.
pub(super) fn classification(plan: &Path) -> Result<Option<String>> {
    let rules = folder_of(plan).join(archive::inputs::CONFIG);
    let rules = Loaded::named(Some(rules.as_path()).filter(|rules| rules.is_file()))?;
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
