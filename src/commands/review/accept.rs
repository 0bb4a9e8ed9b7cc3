//! `review RUN --accept F-… --until DAY`: a finding that is right until a day, as the `[[exception]]` that says so.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::json;

use crate::apply::{files, journal};
use crate::archive::Archive;
use crate::archive::findings::{Entry, Findings};
use crate::commands::{Exit, Invocation, latest};
use crate::config::{Config, Exception, quoted, same_instance};
use crate::failure::Failure;
use crate::plan::Action;
use crate::terms::names::PLAN;
use crate::{cli, report};

/// Prints the exceptions and, with `--write`, appends them to the configuration, which must be one afterwards.
pub(super) fn run(options: &cli::Review, invocation: &Invocation) -> Result<Exit> {
    let needed = |what: &Option<String>, flag: &str| {
        let filled = what.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        filled.ok_or_else(|| {
            Failure::usage(format!("an exception needs {flag}")).hint("say who accepts it with --by, and why with --comment")
        })
    };
    let (by, why) = (needed(&options.by, "--by")?, needed(&options.comment, "--comment")?);
    let until = options.until.ok_or_else(|| Failure::usage("an exception needs --until YYYY-MM-DD, its last day"))?;
    if until < invocation.started.date_naive() {
        return Err(Failure::usage(format!("--until {until} has passed")).hint("name the last day on which it is accepted").into());
    }
    let folder = folder_of(options, invocation)?;
    let run = Archive::at(&folder).find(&folder)?;
    let findings = Findings::of_run(&folder, run.manifest.as_ref())?;
    let redacted = folder.join(report::REDACTION_KEY).exists();
    let path = options.at.config.config.clone().unwrap_or_else(|| PathBuf::from("domo-reconcile.toml"));
    // What was found in one of several instances is accepted there.
    let config = match options.write {
        true => Some(configuration(&path)?),
        false => configuration(&path).ok(),
    };
    let (name, at) = (&run.head.run.instance, path.display());
    let sections = config.as_ref().map_or(&[][..], |(_, config)| &config.instance);
    let section = sections.iter().find(|section| same_instance(&section.name, name));
    if section.is_none() && !sections.is_empty() {
        return Err(Failure::usage(format!("the run is of the instance `{name}`, which {at} does not name among its own"))
            .hint("add its [[instance]] section, or name with --config the configuration that the run was made with")
            .into());
    }
    let instance = section.filter(|_| sections.len() > 1).map(|section| section.name.clone());
    let exception = |id: &String| {
        let found = findings.findings.iter().find(|entry| entry.id.0 == *id);
        let entry = found.ok_or_else(|| {
            Failure::usage(format!("{id} is no finding of {}", folder.display())).hint("findings.csv of the run lists them")
        })?;
        let account = account_of(entry, redacted)?;
        let (kinds, reason, owner) = (vec![entry.kind], why.clone(), by.clone());
        Ok(Exception { account, kinds, reason, owner, expires: until, instance: instance.clone() })
    };
    let exceptions = options.accept.iter().map(exception).collect::<Result<Vec<_>, Failure>>()?;
    let approved = approved(&folder, &options.accept)?;
    let written = match config.filter(|_| options.write) {
        Some((there, config)) => append(&path, &there, &config, &exceptions)?,
        None => 0,
    };
    let text = exceptions.iter().map(block).collect::<Vec<_>>().join("\n");
    if !approved.is_empty() {
        let (plan, ids) = (cli::argument(&folder), approved.join(", "));
        let reopen: String = approved.iter().map(|id| format!(" --reopen {id}")).collect();
        invocation.terminal.warn(&format!(
            "approved in the plan of this run all the same, and carried out by `apply` until a newer audit accepts the finding: \
             {ids}; `domo-reconcile review {plan}{reopen} --by WHO` takes the approval back"
        ));
    }
    if options.json {
        let written = (written > 0).then(|| path.display().to_string());
        invocation.terminal.json(&json!({"exceptions": text, "written": written, "approved": approved}))?;
    } else {
        invocation.terminal.answer(text.trim())?;
        invocation.terminal.say(match (options.write, written) {
            (true, 0) => format!("{} accepts it already, until then or longer.", path.display()),
            (true, _) => format!("Appended to {}; the next audit accepts it.", path.display()),
            (false, _) => format!("Add this to {}, or say --write.", path.display()),
        });
    }
    Ok(None)
}

fn block(exception: &Exception) -> String {
    let Exception { account, kinds, reason, owner, expires, instance } = exception;
    let kinds: Vec<_> = kinds.iter().map(|kind| quoted(kind.as_str())).collect();
    let instance = instance.as_ref().map(|name| format!("instance = {}\n", quoted(name))).unwrap_or_default();
    format!(
        "[[exception]]\naccount = {}\nkinds = [{}]\nreason = {}\nowner = {}\nexpires = {expires}\n{instance}",
        quoted(account),
        kinds.join(", "),
        quoted(reason),
        quoted(owner)
    )
}

/// The folder of the run: of a plan's file the one it lies in.
fn folder_of(options: &cli::Review, invocation: &Invocation) -> Result<PathBuf> {
    match options.plan.is_file() {
        true => Ok(crate::files::folder_of(&options.plan.canonicalize().unwrap_or_else(|_| options.plan.clone())).to_owned()),
        false => latest::run_folder(&options.plan, &options.at, &invocation.terminal),
    }
}

/// As an exception names it; where the run names nobody, by its id.
fn account_of(entry: &Entry, redacted: bool) -> Result<String, Failure> {
    let account = entry.account.as_ref();
    let email = account.and_then(|account| account.email.clone()).filter(|_| !redacted);
    let id = || account.and_then(|account| account.id).map(|id| id.to_string());
    email.or_else(id).ok_or_else(|| {
        Failure::usage(format!("{} is about no account: an exception accepts what is found about an account", entry.id))
            .hint("mend the directory or the rule it is about")
    })
}

/// Actions on these findings that are approved in the run's plan and not done.
fn approved(folder: &Path, findings: &[String]) -> Result<Vec<String>> {
    let path = folder.join(PLAN);
    if !path.is_file() {
        return Ok(Vec::new());
    }
    let sealed = files::read_plan(&path)?;
    let done = journal::read(&files::journal_of(&path))?.done();
    let accepted = |action: &&Action| action.finding.as_ref().is_some_and(|finding| findings.contains(finding));
    Ok(sealed.plan().open(&done).filter(accepted).map(|action| action.id.clone()).collect())
}

/// The configuration as it stands, and what it says.
fn configuration(path: &Path) -> Result<(String, Config)> {
    let there = crate::files::read_plain_text(path)
        .with_context(|| Failure::usage(format!("cannot read {}", path.display())).hint("name the configuration with --config"))?;
    let config = Config::parse(&there).with_context(|| format!("{} is no configuration", path.display()))?;
    Ok((there, config))
}

/// Appends those that the configuration does not hold already, until then or longer. Returns how many.
fn append(path: &Path, there: &str, config: &Config, exceptions: &[Exception]) -> Result<usize> {
    let holds = |new: &Exception| {
        let same = |old: &Exception| {
            let covers = new.kinds.iter().all(|kind| old.kinds.contains(kind));
            let here = old.instance.as_ref().is_none_or(|name| new.instance.as_ref() == Some(name));
            here && old.account.eq_ignore_ascii_case(&new.account) && covers && old.expires >= new.expires
        };
        config.exception.iter().any(same)
    };
    let mut added = String::new();
    let mut number = 0;
    for (place, new) in exceptions.iter().enumerate() {
        if !holds(new) && !exceptions[..place].contains(new) {
            added.push_str(&format!("\n{}", block(new)));
            number += 1;
        }
    }
    if number == 0 {
        return Ok(0);
    }
    if !there.is_empty() && !there.ends_with('\n') {
        added.insert(0, '\n');
    }
    Config::parse(&format!("{there}{added}")).with_context(|| format!("{} would be no configuration any more", path.display()))?;
    let write = || -> std::io::Result<()> {
        let mut file = std::fs::OpenOptions::new().append(true).open(path)?;
        std::io::Write::write_all(&mut file, added.as_bytes())?;
        file.sync_all()
    };
    write().with_context(|| Failure::failed(format!("cannot write {}", path.display())))?;
    Ok(number)
}
