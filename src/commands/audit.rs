//! `audit`: pull, load, reconcile, report, plan, and a run folder with the evidence of it all.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use chrono::NaiveDate;
use serde::Serialize;

use super::progress::Line;
use super::{Context, Ended};
use crate::archive::manifest::{ConfigDigest, Manifest, Summary};
use crate::archive::{self, History, Lock, RunFolder, RunInfo, history};
use crate::cli;
use crate::config::{Config, Directory, Loaded};
use crate::directory::{self, People};
use crate::domo::{self, Accounts};
use crate::failure::{Failure, Kind};
use crate::plan::{self, Plan};
use crate::reconcile::{self, AccountTotals, EvidenceStatus, PersonTotals, Reconciliation, Rules, Severity};
use crate::report;

/// Runs it.
pub(super) fn run(options: &cli::Audit, context: &Context) -> Result<Ended> {
    let mut loaded = Loaded::read(options.config.config.as_deref())?;
    if !options.directory.is_empty() {
        loaded.config.directory = options.directory.iter().map(named).collect();
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
    };
    let audited = match &options.accounts {
        Some(file) => vec![audit.of(context, loaded, From::File(file.clone()))?],
        None if loaded.config.instance.is_empty() => {
            let settings = domo::Settings::from_env(&loaded.config, None)?;
            vec![audit.of(context, loaded, From::Api(Box::new(settings)))?]
        }
        None => audit.of_each_instance(context, &loaded)?,
    };
    match audited.as_slice() {
        [one] if options.json => context.terminal.json(one)?,
        all if options.json => context.terminal.json(&all)?,
        all => all.iter().try_for_each(|one| context.terminal.answer(one.summary()))?,
    }
    Ok(audited.iter().filter_map(|one| one.ended(options.fail_on)).min_by_key(|kind| kind.code()))
}

/// `--directory FILE` has no settings of its own: everything is found by itself.
fn named(path: &PathBuf) -> Directory {
    Directory { path: path.clone(), ..Directory::default() }
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
}

impl Audit {
    /// Audits one instance into a run folder of its own.
    pub(super) fn of(&self, context: &Context, loaded: Loaded, from: From) -> Result<Audited> {
        let lock = Arc::new(Lock::take(&self.archive, context.started)?);
        let people = load(&loaded.config)?;
        self.under(&lock, context, &loaded, &people, from)
    }

    /// Audits every `[[instance]]`, one after the other, under one lock. One that fails does not stop the others.
    fn of_each_instance(&self, context: &Context, loaded: &Loaded) -> Result<Vec<Audited>> {
        let instances = &loaded.config.instance;
        let settings: Vec<_> =
            instances.iter().map(|instance| domo::Settings::from_env(&loaded.config, Some(instance))).collect::<Result<_>>()?;
        let lock = Arc::new(Lock::take(&self.archive, context.started)?);
        let people = load(&loaded.config)?;
        let mut audited = Vec::new();
        let mut failed = Vec::new();
        for (instance, settings) in instances.iter().zip(settings) {
            let loaded = Loaded { config: loaded.config.for_instance(instance), ..loaded.clone() };
            match self.under(&lock, context, &loaded, &people, From::Api(Box::new(settings))) {
                Ok(one) => audited.push(one),
                Err(error) => failed.push(error.context(format!("auditing the instance {}", instance.name))),
            }
        }
        for error in failed.iter().skip(1) {
            context.terminal.error(&crate::failure::paragraph(error));
        }
        match failed.into_iter().next() {
            Some(error) => {
                audited.iter().for_each(|one| context.terminal.say(one.summary()));
                Err(error)
            }
            None => Ok(audited),
        }
    }

    /// Audits one instance. A run that fails leaves a folder without a manifest: nothing takes it for a run.
    fn under(&self, lock: &Arc<Lock>, context: &Context, loaded: &Loaded, people: &People, from: From) -> Result<Audited> {
        let mut folder = RunFolder::create_under(lock, context.started)?;
        let instance = super::instance_name(&loaded.config, None);
        let mut run = RunInfo::new(folder.id(), context.started, self.as_of, &instance, folder.user());
        let judged = read(context, &loaded.config, from)
            .and_then(|accounts| self.judge(context, loaded, people, &accounts, &mut run, &mut folder));
        match judged {
            Ok(judged) => judged.complete(folder, run),
            Err(error) => {
                if crate::failure::kind(&error) == Kind::Usage {
                    folder.discard();
                }
                Err(error)
            }
        }
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
        run.instance = super::instance_name(&loaded.config, accounts.evidence.credential.as_ref());
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
            directory: people.sources.iter().map(|source| source.sha256.clone()).collect(),
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
    fn complete(self, folder: RunFolder, run: RunInfo) -> Result<Audited> {
        let names = folder.files().into_iter().map(|file| file.name).chain(["manifest.json".to_owned()]).collect();
        let path = folder.complete(self.manifest)?;
        Ok(Audited::new(&path, names, &run, &self.reconciliation, &self.history, self.plan.as_ref()))
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

/// The answer of one audit, as `--json` prints it.
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
    /// What is only said to people.
    #[serde(skip)]
    said: Said,
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

#[derive(Debug)]
struct Said {
    instance: String,
    as_of: NaiveDate,
    reasons: Vec<String>,
    new: u64,
    resolved: u64,
    first_run: bool,
    /// The worst severity that no exception covers.
    worst: Option<Severity>,
}

impl Audited {
    fn new(
        folder: &Path,
        files: Vec<String>,
        run: &RunInfo,
        reconciliation: &Reconciliation,
        history: &History,
        plan: Option<&Plan>,
    ) -> Self {
        let summary = Summary::of(reconciliation, history);
        let open = reconciliation.findings.iter().filter(|finding| finding.exception.is_none());
        Self {
            run_dir: folder.to_owned(),
            run_id: run.id.clone(),
            evidence: reconciliation.evidence.status,
            accounts: reconciliation.accounts,
            people: reconciliation.people,
            findings: Counts { by_kind: summary.by_kind, by_severity: summary.by_severity },
            plan: plan.map(|plan| Planned {
                actions: plan.actions.len() as u64,
                refused_by: plan.refused_by().into_iter().map(str::to_owned).collect(),
            }),
            files: files.into_iter().map(|name| (name.clone(), folder.join(name))).collect(),
            said: Said {
                instance: run.instance.clone(),
                as_of: run.as_of,
                reasons: reconciliation.evidence.reasons.clone(),
                new: summary.new,
                resolved: summary.resolved,
                first_run: history.previous.is_none(),
                worst: open.map(|finding| finding.severity).min(),
            },
        }
    }

    /// How the audit ends: incomplete evidence before findings. Accepted findings do not fail a run.
    pub(super) fn ended(&self, fail_on: cli::FailOn) -> Ended {
        let threshold = match fail_on {
            cli::FailOn::Critical => Some(Severity::Critical),
            cli::FailOn::High => Some(Severity::High),
            cli::FailOn::Medium => Some(Severity::Medium),
            cli::FailOn::Low => Some(Severity::Low),
            cli::FailOn::Info => Some(Severity::Info),
            cli::FailOn::Never => None,
        };
        match (self.evidence, self.said.worst, threshold) {
            (EvidenceStatus::Incomplete, ..) => Some(Kind::NotEvaluable),
            (_, Some(worst), Some(threshold)) if worst <= threshold => Some(Kind::Findings),
            _ => None,
        }
    }

    /// Ten lines for people.
    pub(super) fn summary(&self) -> String {
        let evidence = match self.evidence {
            EvidenceStatus::Complete => "complete",
            EvidenceStatus::Warnings => "complete, with warnings",
            EvidenceStatus::Incomplete => "INCOMPLETE: do not rely on this report; there is no plan",
        };
        let mut lines = vec![format!("{} on {}. Evidence: {evidence}", self.said.instance, self.said.as_of)];
        lines.extend(self.said.reasons.iter().map(|reason| format!("  {reason}")));
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
        lines.push(match self.said.first_run {
            true => "First run of this archive: nothing to compare with".to_owned(),
            false => format!("Since the previous run: {} new, {} resolved", self.said.new, self.said.resolved),
        });
        let file = |name: &str| self.files.get(name).map(|path| path.display().to_string()).unwrap_or_default();
        lines.push(format!("Report: {}", file("report.html")));
        if let Some(plan) = &self.plan {
            let held = match plan.refused_by.is_empty() {
                true => String::new(),
                false => format!(", held back by the guard {} until somebody overrides it", plan.refused_by.join(", ")),
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
    if parts.is_empty() { "0".to_owned() } else { parts.join(" + ") }
}
