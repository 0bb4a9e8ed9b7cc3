//! One instance's audit, from the two populations to a run folder that is complete, or says why it is not.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use chrono::NaiveDate;

use super::answer::{Audited, ChangeCounts, FindingCounts, PlanSummary};
use super::group::InstanceGroup;
use crate::archive::history::State;
use crate::archive::manifest::{ConfigDigest, Manifest};
use crate::archive::{self, Archive, History, Lock, RunFolder, RunInfo, history};
use crate::cli;
use crate::commands::notice::Notice;
use crate::commands::progress::ProgressLine;
use crate::commands::timings::Timings;
use crate::commands::{Exit, Invocation, directories, go_on, instance_name, interruptible, right_instance, runtime};
use crate::config::{self, Config, Loaded, ReportPlace, environment};
use crate::directory::People;
use crate::domo::{self, Accounts, Snapshot};
use crate::failure::{self, FailureKind};
use crate::plan::{self, Plan, guard};
use crate::reconcile::{self, Access, EvidenceStatus, Reconciliation, Rules};
use crate::report;
use crate::stage::{self, BYTES};
use crate::terms::names;

/// Where the accounts come from.
pub(in crate::commands) enum From {
    /// The live API.
    Api(Box<domo::Settings>),
    /// A snapshot or an export.
    File(PathBuf),
    /// The same, read already.
    Read(Box<Result<Accounts>>),
}

impl From {
    /// Reads what lies in a file.
    fn ahead(self) -> Self {
        match self {
            Self::File(path) => Self::Read(Box::new(pulled(|| domo::load(&path)))),
            other => other,
        }
    }
}

/// What all audits of one command share.
pub(in crate::commands) struct Audit {
    /// The day judged.
    pub(in crate::commands) as_of: NaiveDate,
    /// It has not come yet: judged, and nothing planned.
    pub(in crate::commands) forecast: bool,
    /// Where the run folder is made.
    pub(in crate::commands) archive: PathBuf,
    /// How the report looks.
    pub(in crate::commands) report: report::Options,
    /// ` --config FILE`, where one was named: what comes next needs it, too.
    pub(in crate::commands) config_flag: String,
    /// Findings from which on the run ends with [`FailureKind::Findings`].
    pub(in crate::commands) fail_on: cli::FailOn,
}

impl Audit {
    /// Audits one instance into a run folder of its own.
    pub(in crate::commands) fn of(&self, invocation: &Invocation, loaded: &Loaded, from: From) -> Result<Audited> {
        let lock = Arc::new(Lock::take(&self.archive, invocation.started)?);
        let (people, from) = rayon::join(|| load(invocation, loaded, &self.archive), || from.ahead());
        let people = match people.and_then(|people| go_on().map(|()| people)) {
            // Nobody may take it for a month without a run. Whatever else keeps the directory from being read is told without one.
            Err(error) if failure::kind(&error) == FailureKind::Interrupted => {
                let mut folder = RunFolder::create_under(&lock, invocation.started)?;
                let run = self.begun(invocation, loaded, &folder);
                return Err(failed(invocation, loaded, run, &mut folder, error).error);
            }
            people => people?,
        };
        let audited = self.under(&lock, invocation, loaded, &people, from, None).map_err(|fallen| fallen.error);
        rayon::spawn(move || drop(people));
        audited
    }

    /// Audits one instance under a lock that is held. A run that fails leaves a report that says so, in a folder without a
    /// manifest: nothing takes it for a run. Wrong usage leaves nothing.
    pub(super) fn under(
        &self,
        lock: &Arc<Lock>,
        invocation: &Invocation,
        loaded: &Loaded,
        people: &People,
        from: From,
        group: Option<&mut InstanceGroup>,
    ) -> Result<Audited, Fallen> {
        let mut folder = RunFolder::create_under(lock, invocation.started)?;
        let mut run = self.begun(invocation, loaded, &folder);
        let judged = read(invocation, &loaded.config, self.as_of, from).and_then(|mut accounts| {
            go_on()?;
            let elsewhere = group.map(|group| group.with(&accounts)).transpose()?.flatten();
            let snapshot = std::mem::take(&mut accounts.snapshot);
            let both = Populations { people, accounts: &accounts, excluded_elsewhere: elsewhere.as_ref() };
            let judged = self.judge(invocation, loaded, &both, snapshot, &mut run, &folder);
            // A million accounts take a moment to free: beside what follows, which may be the end of the process.
            rayon::spawn(move || drop(accounts));
            judged
        });
        let error = match judged
            .and_then(|judged| go_on().map(|()| judged))
            .and_then(|judged| judged.complete(self, &folder, &run, &loaded.config.report, &invocation.timings))
        {
            Ok(audited) => return Ok(audited),
            // What follows would be written into a run.
            Err(error) if folder.is_complete() => return Err(error.into()),
            Err(error) => error,
        };
        if failure::kind(&error) == FailureKind::Usage {
            folder.discard();
            return Err(error.into());
        }
        Err(failed(invocation, loaded, run, &mut folder, error))
    }

    fn begun(&self, invocation: &Invocation, loaded: &Loaded, folder: &RunFolder) -> RunInfo {
        let instance = instance_name(&loaded.config, None);
        let mut run = RunInfo::new(folder.id(), invocation.started, self.as_of, &instance, folder.user());
        run.forecast = self.forecast;
        run
    }

    /// From the two populations to every file of the run but its manifest.
    fn judge(
        &self,
        invocation: &Invocation,
        loaded: &Loaded,
        both: &Populations<'_>,
        snapshot: Snapshot,
        run: &mut RunInfo,
        folder: &RunFolder,
    ) -> Result<WrittenRun> {
        let &Populations { people, accounts, excluded_elsewhere } = both;
        // Once: nobody adds a run under our lock.
        let listing = Archive::at(&self.archive).list()?;
        run.instance = history::known_as(&listing, instance_name(&loaded.config, accounts.evidence.credential.as_ref()));
        let rules = Rules { config: &loaded.config, instance: &run.instance, as_of: self.as_of, excluded_elsewhere };
        let past = history::past(&listing, &run.instance, loaded.config.policy.delete_after_days > 0)?;
        let past = if self.forecast { past.of_forecast() } else { past };
        let before = past.sizes;
        // What was read is kept while it is judged: a million accounts are a second of writing.
        let keep = || {
            let written = folder.write(names::ACCOUNTS, snapshot.bytes(), Some(snapshot.len() as u64))?;
            let snapshot = snapshot.written_to(folder.path().join(&written.name));
            archive::inputs::keep(folder, people, loaded).map(|()| (written, snapshot))
        };
        let (reconciliation, kept) =
            rayon::join(|| stage::of("reconcile", || reconcile::reconcile_since(accounts, people, &rules, past)), keep);
        let (mut reconciliation, (kept, snapshot)) = (reconciliation?, kept?);
        if let Some(why) = history::clock_went_back(&listing, u64::MAX, run.started) {
            reconciliation = reconciliation.warned(why);
        }
        if self.forecast {
            reconciliation = reconciliation.as_forecast();
        }
        go_on()?;
        run.finish(invocation.clock());
        let present = history::Present { run, accounts, people, reconciliation: &reconciliation, config: loaded };
        let history = stage::of("compare with earlier runs", || history::compare(&self.archive, &listing, &present))?;

        let config = ConfigDigest::of(loaded);
        let inputs = plan::InputDigests::new(kept.sha256, &people.sources, &loaded.text);
        let binding = plan::PlanBinding { run_id: run.id.clone(), created: run.finished, inputs, before };
        let plan = || -> Result<Option<Plan>> {
            if self.forecast {
                return Ok(None);
            }
            let objects = |rows: &[usize]| snapshot.of_rows(rows);
            stage::of("plan", || plan::build(&reconciliation, accounts, objects, people, &loaded.config, &binding))
        };
        let keep_plan = |plan: &Plan| -> Result<()> {
            let mut out = folder.file(names::PLAN)?;
            plan.write_json(&mut out)?;
            out.finish(Some(plan.actions.len() as u64)).map(drop)
        };

        let environment = environment::set();
        let inputs = report::Inputs {
            run,
            config: loaded,
            accounts,
            people,
            reconciliation: &reconciliation,
            history: &history,
            plan: None,
            environment: &environment,
            options: self.report,
        };
        let plan = report::write_with(&inputs, folder, plan, keep_plan)?;
        let manifest = Manifest::new(run.clone(), config)
            .accounts(accounts)
            .people(people)
            .judged(history.summary(&reconciliation), plan.as_ref());
        Ok(WrittenRun { reconciliation, history, plan, manifest })
    }
}

/// What is judged.
struct Populations<'a> {
    people: &'a People,
    accounts: &'a Accounts,
    /// Exclusions that cover an account of another instance, where all of those are known.
    excluded_elsewhere: Option<&'a BTreeSet<usize>>,
}

/// A run that came to nothing.
#[derive(Debug)]
pub(super) struct Fallen {
    pub(super) error: anyhow::Error,
    /// The folder whose report says so, where it came that far.
    pub(super) folder: Option<PathBuf>,
}

impl std::convert::From<anyhow::Error> for Fallen {
    fn from(error: anyhow::Error) -> Self {
        Self { error, folder: None }
    }
}

/// Leaves a page that says why nothing was judged.
fn failed(invocation: &Invocation, loaded: &Loaded, mut run: RunInfo, folder: &mut RunFolder, error: anyhow::Error) -> Fallen {
    run.finish(invocation.clock());
    let path = folder.path().to_owned();
    match report::failed(&run, loaded, &error, folder) {
        Ok(()) => invocation.terminal.say(format!("This run failed; {} says so.", path.join(names::REPORT_HTML).display())),
        Err(worse) => tracing::warn!("the failed run has no report: {worse:#}"),
    }
    Fallen { error, folder: Some(path) }
}

/// A run whose files are written; it becomes one by its manifest.
struct WrittenRun {
    reconciliation: Reconciliation,
    history: History,
    plan: Option<Plan>,
    manifest: Manifest,
}

impl WrittenRun {
    fn complete(
        self,
        audit: &Audit,
        folder: &RunFolder,
        run: &RunInfo,
        report: &config::Report,
        timings: &Timings,
    ) -> Result<Audited> {
        let Self { reconciliation, history, plan, manifest } = self;
        let ended = ended(&reconciliation, audit.fail_on);
        let notice = Notice::of(&manifest, ended, report);
        let names: Vec<String> = folder.files().into_iter().map(|file| file.name).chain([names::MANIFEST.to_owned()]).collect();
        let path = stage::of("reach the disk, seal", || folder.complete(manifest))?;
        let summary = history.summary(&reconciliation);
        let audited = Audited {
            run_id: run.id.clone(),
            evidence: summary.evidence.status,
            accounts: summary.accounts,
            people: summary.people,
            findings: FindingCounts { by_kind: summary.by_kind, by_severity: summary.by_severity, accepted: summary.accepted },
            plan: plan.as_ref().map(|plan| PlanSummary {
                actions: plan.actions.len() as u64,
                refused_by: plan.refused_by().into_iter().map(str::to_owned).collect(),
            }),
            files: names.into_iter().map(|name| (name.clone(), path.join(name))).collect(),
            run_dir: path,
            as_of: run.as_of,
            change: ChangeCounts {
                new: history.count(State::New),
                resolved: summary.resolved,
                gone: summary.gone,
                stands: summary.stands,
                unjudged: summary.unjudged,
                reappeared: history.count(State::Reappeared),
                access: reconciliation.access.as_ref().map_or(0, Access::accounts),
                access_tested: reconciliation.access.is_some(),
            },
            reasons: summary.evidence.reasons,
            timings: timings.take(),
            first_run: history.previous.is_none(),
            config_flag: audit.config_flag.clone(),
            notice,
            ended,
        };
        // As with the accounts: nobody waits until they are freed.
        rayon::spawn(move || drop((reconciliation, history, plan)));
        Ok(audited)
    }
}

/// The people of all directories, and how large their exports are.
pub(super) fn load(invocation: &Invocation, loaded: &Loaded, archive: &Path) -> Result<People> {
    let stage = stage::begin("read the directory");
    let people = directories::load(invocation, &loaded.config, Some(archive))?;
    stage.record(BYTES, people.sources.iter().map(|source| source.bytes).sum::<u64>());
    Ok(people)
}

/// How an audit ends: incomplete evidence before findings. Accepted findings do not fail a run.
fn ended(reconciliation: &Reconciliation, fail_on: cli::FailOn) -> Exit {
    let open = reconciliation.findings.iter().filter(|finding| finding.is_open());
    match (reconciliation.evidence.status, open.map(|finding| finding.severity).min(), fail_on.severity()) {
        (EvidenceStatus::Incomplete, ..) => Some(FailureKind::NotEvaluable),
        (_, Some(worst), Some(threshold)) if worst <= threshold => Some(FailureKind::Findings),
        _ => None,
    }
}

fn read(invocation: &Invocation, config: &Config, day: NaiveDate, from: From) -> Result<Accounts> {
    let settings = match from {
        From::File(path) => return with_files(config, day, pulled(|| domo::load(&path))?),
        From::Read(accounts) => return with_files(config, day, (*accounts)?),
        From::Api(settings) => settings,
    };
    pulled(|| pull(invocation, config, day, *settings))
}

/// The accounts, and how large they came.
fn pulled(read: impl FnOnce() -> Result<Accounts>) -> Result<Accounts> {
    let stage = stage::begin("read the accounts");
    let accounts = read()?;
    stage.record(BYTES, accounts.snapshot.bytes().len() as u64);
    Ok(accounts)
}

/// Accounts from a file with what the files of `[content]` tell of them.
fn with_files(config: &Config, day: NaiveDate, accounts: Accounts) -> Result<Accounts> {
    match &config.content {
        Some(_) => runtime()?.block_on(with_content(config, None, day, accounts)),
        None => Ok(accounts),
    }
}

fn pull(invocation: &Invocation, config: &Config, day: NaiveDate, settings: domo::Settings) -> Result<Accounts> {
    runtime()?.block_on(interruptible(async {
        let session = domo::Session::open(settings).await?;
        right_instance(config, session.credential())?;
        let accounts = domo::Reader::new(&session).accounts(&ProgressLine::new(&invocation.terminal)).await?;
        guard::owner_is_there(&accounts, config)?;
        with_content(config, Some(&session), day, accounts).await
    }))
}

async fn with_content(config: &Config, session: Option<&domo::Session>, day: NaiveDate, accounts: Accounts) -> Result<Accounts> {
    let Some(content) = &config.content else { return Ok(accounts) };
    let files: Vec<_> = content.places().into_iter().filter(|(_, place)| matches!(place, ReportPlace::File(_))).collect();
    let content = domo::Content::read(content, session, day, &domo::AccountIds::of(&accounts)?).await?;
    // Somebody has put a file there so that something is tested.
    let is_file = |report| files.iter().any(|(file, _)| *file == report);
    for reported in content.reports.iter().filter(|reported| reported.not_tested.is_some() && is_file(reported.report)) {
        tracing::warn!("[content] {}", reported.sentence());
    }
    accounts.with_content(content)
}
