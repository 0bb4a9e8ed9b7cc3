//! A file or folder a verb, and what verbs share. Here: the program's one `main`; the context of a call is in `invocation`.

mod applied;
mod apply;
mod audit;
mod certify;
mod check;
mod demo;
mod directories;
mod import;
mod init;
mod invocation;
mod latest;
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

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use tracing_subscriber::Layer as _;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::cli::{Cli, Command, LogFormat};
use crate::failure::{Failure, FailureKind};
use crate::stop::{self, Effect};
use invocation::interrupted;
pub use invocation::{Exit, Invocation};
pub(in crate::commands) use invocation::{
    Failed, go_on, instance_name, interruptible, lone_runtime, out_folder, right_instance, runtime,
};
pub use terminal::Terminal;

/// Parses the arguments, runs the verb, prints the failure.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are answers, the rest is wrong usage; clap knows which stream.
            let code = if error.use_stderr() { FailureKind::Usage.code() } else { 0 };
            if error.use_stderr() {
                misused(Failed { exit_code: code, error: error.to_string().trim_end().to_owned() }, &error);
            } else {
                let _ = error.print();
            }
            return ExitCode::from(code);
        }
    };
    let (terminal, json) = (Terminal::new(cli.quiet, matches!(cli.log_format, LogFormat::Json)), cli.command.json());
    stop::listen(FailureKind::Interrupted.code(), move |effect| match effect {
        Effect::Holding(then) => terminal.say(format!("interrupted: {then}")),
        Effect::Ending => drop(failed(&terminal, json, &interrupted().into())),
    });
    let timings = timings::Timings::default();
    log(&cli, &timings);
    let invocation = Invocation::new(terminal, timings);
    match printable(json).and_then(|()| run(&cli.command, &invocation)) {
        Ok(None) => ExitCode::SUCCESS,
        Ok(Some(kind)) => ExitCode::from(kind.code()),
        Err(error) => failed(&terminal, json, &error),
    }
}

/// Says what the arguments lack, in the forms that they ask for.
fn misused(failed: Failed, error: &clap::Error) {
    let arguments: Vec<_> = std::env::args_os().collect();
    let json_lines = arguments.iter().any(|argument| argument == "--log-format=json")
        || arguments.windows(2).any(|pair| pair[0] == "--log-format" && pair[1] == "json");
    let terminal = Terminal::new(true, json_lines);
    if json_lines {
        terminal.error(&failed.error);
    } else {
        // In colour on a terminal.
        let _ = error.print();
    }
    if arguments.iter().any(|argument| argument == "--json") {
        let _ = terminal.json_instead(&serde_json::json!({ "failed": failed }));
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

fn run(command: &Command, invocation: &Invocation) -> Result<Exit> {
    match command {
        Command::Demo(options) => demo::run(options, invocation),
        Command::Audit(options) => audit::run(options, invocation),
        Command::Review(options) => review::run(options, invocation),
        Command::Certify(options) => certify::run(options, invocation),
        Command::Apply(options) => apply::run(options, invocation),
        Command::Revert(options) => revert::run(options, invocation),
        Command::Pull(options) => pull::run(options, invocation),
        Command::Check(options) => check::run(options, invocation),
        Command::Sandbox(options) => sandbox::run(options, invocation),
        Command::Runs(options) => runs::run(options, invocation),
        Command::Verify(options) => verify::run(options, invocation),
        Command::Replay(options) => replay::run(options, invocation),
        Command::Init(options) => init::run(options, invocation),
        Command::Schema(options) => schema::run(options, invocation),
        Command::Completions(options) => manual::completions(options, invocation),
        Command::Man(options) => manual::man(options, invocation),
    }
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
