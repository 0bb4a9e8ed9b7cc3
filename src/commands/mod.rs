//! A file a verb: wiring, no logic. Here: what all verbs share, and the program's one `main`.

mod apply;
mod audit;
mod certify;
mod check;
mod demo;
mod directories;
mod import;
mod init;
mod manual;
pub mod notice;
mod plan_file;
mod progress;
mod pull;
mod rehearse;
mod replay;
mod revert;
mod review;
mod runs;
mod sample;
mod sandbox;
mod schema;
mod timings;
mod verify;

pub mod terminal;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use chrono::{DateTime, Datelike, Utc};
use clap::Parser;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use tracing_subscriber::Layer as _;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::apply::files;
use crate::archive::{self, Lock};
use crate::cli::{Cli, Command, LogFormat};
use crate::config::{self, Config};
use crate::domo::Credential;
use crate::failure::{self, Failure, FailureKind};
use crate::stop::{self, Heard, Stop};
pub use terminal::Terminal;

/// What a verb ends with when nothing failed: done, or a kind that is an answer rather than an error (findings, a guard).
pub type Ended = Option<FailureKind>;

/// What every verb is given.
#[derive(Debug, Clone)]
pub struct Context {
    /// Where people and programs read.
    pub terminal: Terminal,
    /// When the program began; `SOURCE_DATE_EPOCH` (seconds) replaces the clock so that a run can be made again. `apply` does not
    /// look at it: a plan expires by the real clock.
    pub started: DateTime<Utc>,
    /// How long its stages took, where somebody asked.
    timings: timings::Timings,
    /// Variables that a command brings along itself; they come before the environment's.
    variables: BTreeMap<String, SecretString>,
}

impl Context {
    /// The same with variables that come before the environment's.
    fn with(&self, variables: BTreeMap<String, SecretString>) -> Self {
        Self { variables, ..self.clone() }
    }

    /// What a variable holds.
    fn variable(&self, name: &str) -> Option<String> {
        let own = self.variables.get(name).map(|value| value.expose_secret().to_owned());
        own.or_else(|| std::env::var(name).ok())
    }

    /// Now, or when the program began where `SOURCE_DATE_EPOCH` stands for the clock.
    pub(crate) fn clock(&self) -> DateTime<Utc> {
        if fixed().is_some() { self.started } else { Utc::now() }
    }
}

/// Parses the arguments, runs the verb, prints the failure.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are answers, the rest is wrong usage; clap knows which stream.
            let code = if error.use_stderr() { FailureKind::Usage.code() } else { 0 };
            if error.use_stderr() && std::env::args_os().any(|argument| argument == "--json") {
                let failed = Failed { exit_code: code, error: error.to_string().trim_end().to_owned() };
                let _ = Terminal::new(true, false).json_instead(&serde_json::json!({ "failed": failed }));
            }
            return match error.print() {
                Ok(()) | Err(_) => ExitCode::from(code),
            };
        }
    };
    let (terminal, json) = (Terminal::new(cli.quiet, matches!(cli.log_format, LogFormat::Json)), cli.command.json());
    stop::listen(FailureKind::Interrupted.code(), move |heard| match heard {
        Heard::Holding(then) => terminal.say(format!("interrupted: {then}")),
        Heard::Ending => drop(failed(&terminal, json, &interrupted().into())),
    });
    let timings = timings::Timings::default();
    log(&cli, &timings);
    let context = Context { terminal, started: fixed().unwrap_or_else(Utc::now), timings, variables: BTreeMap::new() };
    match printable(json).and_then(|()| run(&cli.command, &context)) {
        Ok(None) => ExitCode::SUCCESS,
        Ok(Some(kind)) => ExitCode::from(kind.code()),
        Err(error) => failed(&terminal, json, &error),
    }
}

/// Says what failed, to people and, with `--json`, to programs.
fn failed(terminal: &Terminal, json: bool, error: &anyhow::Error) -> ExitCode {
    let failed = Failed::of(error);
    if json {
        // A reader of stdout that went away is told by the exit code as well.
        let _ = terminal.json_instead(&serde_json::json!({ "failed": failed }));
    }
    terminal.error(&failed.error);
    ExitCode::from(failed.exit_code)
}

/// Refuses what no JSON document could name, before anything is done that it should tell of.
fn printable(json: bool) -> Result<()> {
    match std::env::args_os().find(|argument| json && argument.to_str().is_none()) {
        None => Ok(()),
        Some(argument) => Err(Failure::usage(format!("`{}` is not UTF-8, and --json cannot name it", argument.display()))
            .hint("leave --json out, or use a path that is UTF-8")
            .into()),
    }
}

/// How something failed, where `--json` says so.
#[derive(Debug, Serialize)]
struct Failed {
    exit_code: u8,
    error: String,
}

impl Failed {
    fn of(error: &anyhow::Error) -> Self {
        Self { exit_code: failure::kind(error).code(), error: failure::paragraph(error) }
    }
}

fn run(command: &Command, context: &Context) -> Result<Ended> {
    match command {
        Command::Demo(options) => demo::run(options, context),
        Command::Audit(options) => audit::run(options, context),
        Command::Review(options) => review::run(options, context),
        Command::Certify(options) => certify::run(options, context),
        Command::Apply(options) => apply::run(options, context),
        Command::Revert(options) => revert::run(options, context),
        Command::Pull(options) => pull::run(options, context),
        Command::Check(options) => check::run(options, context),
        Command::Sandbox(options) => sandbox::run(options, context),
        Command::Runs(options) => runs::run(options, context),
        Command::Verify(options) => verify::run(options, context),
        Command::Replay(options) => replay::run(options, context),
        Command::Init(options) => init::run(options, context),
        Command::Schema(options) => schema::run(options, context),
        Command::Completions(options) => manual::completions(options, context),
        Command::Man(options) => manual::man(options, context),
    }
}

/// One runtime for the verbs that talk to Domo.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?)
}

/// For what waits for one answer after another: nothing crosses from thread to thread on the way.
pub(crate) fn lone_runtime() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}

/// Work that may be dropped anywhere, nothing that writes, until somebody wants it to stop. What it has made for itself goes with it.
pub(crate) async fn interruptible<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let stop = Stop::of_process();
    let _held = stop.hold("this ends");
    stop.or(work).await.unwrap_or_else(|| Err(interrupted().into()))
}

/// Between two steps of work that nothing waits in.
pub(crate) fn go_on() -> Result<()> {
    if Stop::of_process().wanted() { Err(interrupted().into()) } else { Ok(()) }
}

fn interrupted() -> Failure {
    Failure::new(FailureKind::Interrupted, "interrupted; nothing was written to Domo")
}

/// The instance's name, in every command alike: as configured, else as the token says.
pub(crate) fn instance_name(config: &Config, credential: Option<&Credential>) -> String {
    let customer = || credential.and_then(|credential| credential.customer.clone());
    config.domo.instance.clone().or_else(customer).unwrap_or_else(|| config::UNNAMED.to_owned())
}

/// The plan that somebody names: its file, its run's folder or id, or `latest`, the newest complete run with a plan.
pub(crate) fn plan_path(name: &Path, archive: &Path) -> Result<PathBuf> {
    const PLAN: &str = "plan.json";
    if name.is_file() {
        return Ok(name.to_owned());
    }
    let archive = archive::Archive::at(archive);
    if name == Path::new("latest") {
        let runs = archive.list()?.runs.into_iter().rev();
        let plan = runs.filter(|run| !run.pruned).map(|run| run.path.join(PLAN)).find(|plan| plan.is_file());
        return plan.ok_or_else(|| {
            let nothing = Failure::usage(format!("no complete run in {} has a plan", archive.path().display()));
            nothing.hint("name the archive with --archive, or run `audit`").into()
        });
    }
    let Ok(folder) = archive.folder_of(name) else { return Ok(name.to_owned()) };
    let plan = folder.join(PLAN);
    match plan.is_file() {
        true => Ok(plan),
        false => Err(Failure::usage(format!("the run {} has no plan", folder.display()))
            .hint("there was nothing to do, or its evidence was incomplete; its report says which")
            .into()),
    }
}

/// Writes `decisions.html` and `decisions.csv` beside a plan, as they are now. What was decided and done stands in the plan and its
/// journal, so that these cannot be written is said and is no failure.
pub(crate) fn decided(plan: &Path) {
    if let Err(error) = try_decided(plan) {
        tracing::warn!("decisions.html and decisions.csv are not as they should be: {error:#}");
    }
}

fn try_decided(plan: &Path) -> Result<()> {
    let journal = crate::apply::journal::read(&files::journal_of(plan))?;
    let (page, list) = crate::report::decided::decisions(files::read_plan(plan)?.plan(), &journal);
    let beside = |name: &str| match plan.file_name().is_some_and(|file| file == "plan.json") {
        true => plan.with_file_name(name),
        false => plan.with_extension(name),
    };
    files::write(&beside("decisions.html"), page.html(&Config::default())?.as_bytes())?;
    files::write(&beside("decisions.csv"), &list.csv()?)
}

/// One at a time on a plan, whether it is reviewed or applied: `plan.lock` beside it names the holder.
pub(crate) fn lock_plan(plan: &Path, doing: &str) -> Result<Lock> {
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

/// Refuses a token that is for another instance than the configured one.
pub(crate) fn right_instance(config: &Config, credential: &Credential) -> Result<()> {
    match (&config.domo.instance, &credential.customer) {
        (Some(instance), Some(customer)) if !instance.eq_ignore_ascii_case(customer) => {
            Err(Failure::usage(format!("the credentials are for the instance `{customer}`, but [domo] instance is `{instance}`"))
                .hint("take the API client of the right instance, or correct the configuration")
                .into())
        }
        _ => Ok(()),
    }
}

/// The moment that `SOURCE_DATE_EPOCH` sets.
fn fixed() -> Option<DateTime<Utc>> {
    let moment = DateTime::from_timestamp(std::env::var("SOURCE_DATE_EPOCH").ok()?.parse().ok()?, 0);
    moment.filter(|moment| (1970..=9999).contains(&moment.year()))
}

fn log(cli: &Cli, timings: &timings::Timings) {
    let level = match (cli.quiet, cli.verbose) {
        (true, _) => "error",
        (_, 0) => "warn",
        (_, 1) => "info",
        _ => "debug",
    };
    let filter = tracing_subscriber::EnvFilter::new(format!("off,domo_reconcile={level}"));
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(false);
    let lines = match cli.log_format {
        LogFormat::Text => lines.with_target(false).with_filter(filter).boxed(),
        LogFormat::Json => lines.json().with_filter(filter).boxed(),
    };
    let timed = matches!(&cli.command, Command::Audit(options) if options.timings).then(|| timings.layer());
    tracing_subscriber::registry().with(lines).with(timed).init();
}
