//! `audit`: pull, load, reconcile, report, plan, and a run folder with the evidence of it all.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use chrono::NaiveDate;
use serde::Serialize;

use super::progress::Line;
use super::{Context, Ended, instance_name};
use crate::archive::manifest::{ConfigDigest, Manifest, Summary};
use crate::archive::notice::Notice;
use crate::archive::{self, History, Lock, RunFolder, RunInfo, history};
use crate::cli;
use crate::config::{Config, Directory, Loaded};
use crate::directory::{self, People};
use crate::domo::{self, Accounts};
use crate::failure::{self, Failure, Kind};
use crate::plan::{self, Plan};
use crate::reconcile::{self, AccountTotals, EvidenceStatus, PersonTotals, Reconciliation, Rules, Severity};
use crate::report;

/// Runs it.
pub(super) fn run(options: &cli::Audit, context: &Context) -> Result<Ended> {
    let mut loaded = Loaded::read(options.config.config.as_deref())?;
    if !options.directory.is_empty() {
        loaded.config.directory = options.directory.iter().map(|path| named(path)).collect();
    }
    let markdown = match options.markdown {
        cli::Markdown::Github => report::Flavour::Github,
        cli::Markdown::Gitlab => report::Flavour::Gitlab,
        cli::Markdown::Jira => report::Flavour::Jira,
        cli::Markdown::Plain => report::Flavour::Plain,
    };
    let audit = Audit {
        as_of: options.as_of.unwrap_or(context.started.date_naive()),
        archive: options.archive.clone(),
        report: report::Options { markdown, redact: options.redact },
        fail_on: options.fail_on,
    };
    let several = options.accounts.is_none() && !loaded.config.instance.is_empty();
    let runs = match &options.accounts {
        None if several => audit.of_each_instance(context, &loaded),
        accounts => {
            audit.of_one(context, &loaded, accounts.as_deref()).map(|one| vec![(instance_name(&loaded.config, None), Ok(one))])
        }
    };
    let runs = runs.unwrap_or_else(|error| vec![(instance_name(&loaded.config, None), Err(error))]);

    let notice = |(instance, run): &(String, Result<Audited>)| match run {
        Ok(audited) => audited.notice.clone(),
        Err(error) => Notice::failed(instance, context.started, failure::kind(error)),
    };
    super::notify::tell(&loaded.config.notify, &runs.iter().map(notice).collect::<Vec<_>>(), &context.terminal);
    answer(runs, several, options.json, context)
}

/// Prints what was audited (a list of answers where there are several instances) and ends as the worst of it.
fn answer(runs: Vec<(String, Result<Audited>)>, several: bool, json: bool, context: &Context) -> Result<Ended> {
    let mut audited = Vec::new();
    let mut failed = Vec::new();
    for (instance, run) in runs {
        match run {
            Ok(one) => audited.push(one),
            Err(error) => failed.push((instance, error)),
        }
    }
    match audited.as_slice() {
        [one] if json && !several => context.terminal.json(one)?,
        [] => {}
        all if json => context.terminal.json(&all)?,
        all => all.iter().try_for_each(|one| context.terminal.answer(one.summary()))?,
    }
    match failed.pop() {
        Some((_, error)) if failed.is_empty() && audited.is_empty() => Err(error),
        Some((instance, error)) => {
            for (instance, error) in &failed {
                context.terminal.error(&format!("{instance}: {}", failure::paragraph(error)));
            }
            Err(error.context(format!("the instance {instance} was not audited")))
        }
        None => Ok(audited.iter().filter_map(|one| one.ended).min_by_key(|kind| kind.code())),
    }
}

/// `--directory FILE` has no settings of its own: everything is found by itself.
fn named(path: &Path) -> Directory {
    Directory { path: path.to_owned(), ..Directory::default() }
}

/// Where the accounts come from.
pub(super) enum From {
    /// The live API.
    Api(Box<domo::Settings>),
    /// A snapshot or an export.
    File(PathBuf),
}

/// What all audits of one command share.
pub(super) struct Audit {
    /// The day judged.
    pub(super) as_of: NaiveDate,
    /// Where the run folder is made.
    pub(super) archive: PathBuf,
    /// How the report looks.
    pub(super) report: report::Options,
    /// Findings from which on the run ends with [`Kind::Findings`].
    pub(super) fail_on: cli::FailOn,
}

impl Audit {
    /// Audits one instance into a run folder of its own.
    pub(super) fn of(&self, context: &Context, loaded: Loaded, from: From) -> Result<Audited> {
        let lock = Arc::new(Lock::take(&self.archive, context.started)?);
        let people = load(&loaded.config)?;
        self.under(&lock, context, &loaded, &people, from)
    }

    fn of_one(&self, context: &Context, loaded: &Loaded, file: Option<&Path>) -> Result<Audited> {
        let from = match file {
            Some(file) => From::File(file.to_owned()),
            None => From::Api(Box::new(domo::Settings::from_env(&loaded.config, None)?)),
        };
        self.of(context, loaded.clone(), from)
    }

    /// Audits every `[[instance]]`, one after the other, under one lock. One that fails does not stop the others.
    fn of_each_instance(&self, context: &Context, loaded: &Loaded) -> Result<Vec<(String, Result<Audited>)>> {
        let settings = |instance| domo::Settings::from_env(&loaded.config, Some(instance)).map(|settings| (instance, settings));
        let instances: Vec<_> = loaded.config.instance.iter().map(settings).collect::<Result<_>>()?;
        let lock = Arc::new(Lock::take(&self.archive, context.started)?);
        let people = load(&loaded.config)?;
        let each = instances.into_iter().map(|(instance, settings)| {
            let loaded = Loaded { config: loaded.config.for_instance(instance), ..loaded.clone() };
            (instance.name.clone(), self.under(&lock, context, &loaded, &people, From::Api(Box::new(settings))))
        });
        Ok(each.collect())
    }

    /// Audits one instance. A run that fails leaves a report that says so, in a folder without a manifest: nothing takes it for
    /// a run. Wrong usage leaves nothing.
    fn under(&self, lock: &Arc<Lock>, context: &Context, loaded: &Loaded, people: &People, from: From) -> Result<Audited> {
        let mut folder = RunFolder::create_under(lock, context.started)?;
        let instance = instance_name(&loaded.config, None);
        let mut run = RunInfo::new(folder.id(), context.started, self.as_of, &instance, folder.user());
        let judged = read(context, &loaded.config, from)
            .and_then(|accounts| self.judge(context, loaded, people, &accounts, &mut run, &mut folder));
        let error = match judged {
            Ok(judged) => return judged.complete(folder, run, self.fail_on),
            Err(error) => error,
        };
        if failure::kind(&error) == Kind::Usage {
            folder.discard();
            return Err(error);
        }
        run.finish(context.clock());
        match report::failed(&run, loaded, &error, &mut folder) {
            Ok(()) => context.terminal.say(format!("This run failed; {} says so.", folder.path().join("report.html").display())),
            Err(worse) => tracing::warn!("the failed run has no report: {worse:#}"),
        }
        Err(error)
    }

    /// From the two populations to every file of the run but its manifest.
    fn judge(
        &self,
        context: &Context,
        loaded: &Loaded,
        people: &People,
        accounts: &Accounts,
        run: &mut RunInfo,
        folder: &mut RunFolder,
    ) -> Result<Judged> {
        run.instance = instance_name(&loaded.config, accounts.evidence.credential.as_ref());
        let rules = Rules { config: &loaded.config, instance: &run.instance, as_of: self.as_of };
        let reconciliation = reconcile::reconcile(accounts, people, &rules)?;
        run.finish(context.clock());
        let present = history::Present { run, accounts, people, reconciliation: &reconciliation, config: loaded };
        let history = history::compare(&self.archive, &present)?;

        let snapshot = folder.write("accounts.jsonl", accounts.snapshot.bytes(), Some(accounts.snapshot.len() as u64))?;
        archive::inputs::keep(folder, people, loaded)?;
        let config = ConfigDigest::of(loaded);
        let bound_to = plan::Inputs {
            accounts: snapshot.sha256,
            directory: people.sources.iter().map(|source| format!("sha256:{}", source.sha256)).collect(),
            config: config.sha256.clone(),
        };
        let previous = history.previous.as_ref().map(|previous| (previous.accounts_read, previous.people_read));
        let plan_context = plan::Context { run_id: run.id.clone(), created: run.finished, inputs: bound_to, previous };
        let plan = plan::build(&reconciliation, accounts, people, &loaded.config, &plan_context)?;
        if let Some(plan) = &plan {
            folder.write("plan.json", plan.to_json()?, Some(plan.actions.len() as u64))?;
        }

        let inputs = report::Inputs {
            run,
            config: loaded,
            accounts,
            people,
            reconciliation: &reconciliation,
            history: &history,
            plan: plan.as_ref(),
            options: self.report,
        };
        report::write(&inputs, folder)?;
        let manifest = Manifest::new(run.clone(), config)
            .accounts(accounts)
            .people(people)
            .judged(Summary::of(&reconciliation, &history), plan.as_ref());
        Ok(Judged { reconciliation, history, plan, manifest })
    }
}

/// A run whose files are written; it becomes one by its manifest.
struct Judged {
    reconciliation: Reconciliation,
    history: History,
    plan: Option<Plan>,
    manifest: Manifest,
}

impl Judged {
    fn complete(self, folder: RunFolder, run: RunInfo, fail_on: cli::FailOn) -> Result<Audited> {
        let ended = ended(&self.reconciliation, fail_on);
        let notice = Notice::of(&self.manifest, ended);
        let names: Vec<String> = folder.files().into_iter().map(|file| file.name).chain(["manifest.json".to_owned()]).collect();
        let path = folder.complete(self.manifest)?;
        let summary = Summary::of(&self.reconciliation, &self.history);
        Ok(Audited {
            run_dir: path.clone(),
            run_id: run.id,
            evidence: summary.evidence.status,
            accounts: summary.accounts,
            people: summary.people,
            findings: Counts { by_kind: summary.by_kind, by_severity: summary.by_severity },
            plan: self.plan.map(|plan| Planned {
                actions: plan.actions.len() as u64,
                refused_by: plan.refused_by().into_iter().map(str::to_owned).collect(),
            }),
            files: names.into_iter().map(|name| (name.clone(), path.join(name))).collect(),
            as_of: run.as_of,
            reasons: summary.evidence.reasons,
            first_run: self.history.previous.is_none(),
            notice,
            ended,
        })
    }
}

/// How an audit ends: incomplete evidence before findings. Accepted findings do not fail a run.
fn ended(reconciliation: &Reconciliation, fail_on: cli::FailOn) -> Ended {
    let threshold = match fail_on {
        cli::FailOn::Critical => Some(Severity::Critical),
        cli::FailOn::High => Some(Severity::High),
        cli::FailOn::Medium => Some(Severity::Medium),
        cli::FailOn::Low => Some(Severity::Low),
        cli::FailOn::Info => Some(Severity::Info),
        cli::FailOn::Never => None,
    };
    let open = reconciliation.findings.iter().filter(|finding| finding.exception.is_none());
    match (reconciliation.evidence.status, open.map(|finding| finding.severity).min(), threshold) {
        (EvidenceStatus::Incomplete, ..) => Some(Kind::NotEvaluable),
        (_, Some(worst), Some(threshold)) if worst <= threshold => Some(Kind::Findings),
        _ => None,
    }
}

fn load(config: &Config) -> Result<People> {
    if config.directory.is_empty() {
        return Err(Failure::usage("no directory export is named")
            .hint("give one with --directory FILE, or configure [[directory]] path = \"…\"; `domo-reconcile demo` shows the whole with a sample company")
            .into());
    }
    directory::load(&config.directory)
}

fn read(context: &Context, config: &Config, from: From) -> Result<Accounts> {
    let settings = match from {
        From::File(path) => return domo::accounts::load(&path),
        From::Api(settings) => settings,
    };
    super::runtime()?.block_on(super::interruptible(async {
        let session = domo::Session::open(*settings).await?;
        super::right_instance(config, session.credential())?;
        domo::Reader::new(&session).accounts(&Line::new(&context.terminal)).await
    }))
}

/// The answer of one audit, as `--json` prints it. What is skipped is only said to people.
#[derive(Debug, Serialize)]
pub(super) struct Audited {
    run_dir: PathBuf,
    run_id: String,
    evidence: EvidenceStatus,
    accounts: AccountTotals,
    people: PersonTotals,
    findings: Counts,
    plan: Option<Planned>,
    files: BTreeMap<String, PathBuf>,
    #[serde(skip)]
    as_of: NaiveDate,
    #[serde(skip)]
    reasons: Vec<String>,
    #[serde(skip)]
    first_run: bool,
    #[serde(skip)]
    notice: Notice,
    #[serde(skip)]
    ended: Ended,
}

#[derive(Debug, Serialize)]
struct Counts {
    by_kind: BTreeMap<reconcile::Kind, u64>,
    by_severity: BTreeMap<Severity, u64>,
}

#[derive(Debug, Serialize)]
struct Planned {
    actions: u64,
    refused_by: Vec<String>,
}

impl Audited {
    /// Ten lines for people.
    pub(super) fn summary(&self) -> String {
        let evidence = match self.evidence {
            EvidenceStatus::Complete => "complete",
            EvidenceStatus::Warnings => "complete, with warnings",
            EvidenceStatus::Incomplete => "INCOMPLETE: do not rely on this report; there is no plan",
        };
        let mut lines = vec![format!("{} on {}. Evidence: {evidence}", self.notice.instance, self.as_of)];
        lines.extend(self.reasons.iter().map(|reason| format!("  {reason}")));
        let accounts = self.accounts.parts().map(|(situation, count)| (word(&situation), count));
        lines.push(format!("Domo accounts  {:>7} = {}", self.accounts.read, sum(&accounts)));
        let people = self.people.parts().map(|(situation, count)| (word(&situation), count));
        lines.push(format!("Directory rows {:>7} = {}", self.people.read, sum(&people)));
        let severities = self.findings.by_severity.iter().map(|(severity, count)| (severity.as_str().to_owned(), *count));
        let severities: Vec<_> = severities.collect();
        let total: u64 = severities.iter().map(|(_, count)| count).sum();
        lines.push(format!("Findings       {total:>7} = {}", sum(&severities)));
        let kinds: Vec<_> = self.findings.by_kind.iter().map(|(kind, count)| (kind.as_str().to_owned(), *count)).collect();
        if !kinds.is_empty() {
            lines.push(format!("                 by kind {}", sum(&kinds)));
        }
        lines.push(match self.first_run {
            true => "First run of this archive: nothing to compare with".to_owned(),
            false => format!("Since the previous run: {} new, {} resolved", self.notice.new, self.notice.resolved),
        });
        let file = |name: &str| self.files.get(name).map(|path| path.display().to_string()).unwrap_or_default();
        lines.push(format!("Report: {}", file("report.html")));
        if let Some(plan) = &self.plan {
            let held = match plan.refused_by.as_slice() {
                [] => String::new(),
                [guard] => format!(", held back by the guard {guard}: `review` shows how it is overridden"),
                guards => format!(", held back by the guards {}: `review` shows how they are overridden", guards.join(", ")),
            };
            lines.push(format!("Plan:   {} ({} actions{held})", file("plan.json"), plan.actions));
            lines.push(format!("Next:   domo-reconcile review {}", file("plan.json")));
        }
        lines.join("\n")
    }
}

/// A situation's word as files have it.
fn word(situation: &impl Serialize) -> String {
    let word = serde_json::to_value(situation).ok();
    word.as_ref().and_then(serde_json::Value::as_str).unwrap_or_default().replace('_', " ")
}

/// `200 matched + 9 orphan`; zeros are left out.
fn sum(parts: &[(String, u64)]) -> String {
    let parts: Vec<_> = parts.iter().filter(|(_, count)| *count > 0).map(|(word, count)| format!("{count} {word}")).collect();
    if parts.is_empty() { "none".to_owned() } else { parts.join(" + ") }
}
