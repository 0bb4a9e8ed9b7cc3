//! `review RUN --accept F-… --until DAY`: a finding that is right until a day, as the `[[exception]]` that says so.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::json;

use crate::archive::Archive;
use crate::archive::findings::{Entry, FILE, Findings};
use crate::commands::{Exit, Invocation};
use crate::config::{Config, quoted};
use crate::failure::Failure;
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
    let folder = folder_of(options)?;
    let findings = Findings::read(&folder.join(FILE))?;
    let redacted = folder.join(report::REDACTION_KEY).exists();
    let mut text = String::new();
    for id in &options.accept {
        let found = findings.findings.iter().find(|entry| entry.id.0 == *id);
        let entry = found.ok_or_else(|| {
            Failure::usage(format!("{id} is no finding of {}", folder.display())).hint("findings.csv of the run lists them")
        })?;
        let account = account_of(entry, redacted)?;
        text.push_str(&format!(
            "\n[[exception]]\naccount = {}\nkinds = [{}]\nreason = {}\nowner = {}\nexpires = {until}\n",
            quoted(&account),
            quoted(entry.kind.as_str()),
            quoted(&why),
            quoted(&by)
        ));
    }
    let path = options.at.config.config.clone().unwrap_or_else(|| PathBuf::from("domo-reconcile.toml"));
    if options.write {
        append(&path, &text)?;
    }
    if options.json {
        invocation
            .terminal
            .json(&json!({"exceptions": text.trim_start(), "written": options.write.then(|| path.display().to_string())}))?;
    } else {
        invocation.terminal.answer(text.trim())?;
        invocation.terminal.say(match options.write {
            true => format!("Appended to {}; the next audit accepts it.", path.display()),
            false => format!("Add this to {}, or say --write.", path.display()),
        });
    }
    Ok(None)
}

/// The folder of the run: of a plan's file the one it lies in.
fn folder_of(options: &cli::Review) -> Result<PathBuf> {
    match options.plan.is_file() {
        true => Ok(crate::files::folder_of(&options.plan.canonicalize().unwrap_or_else(|_| options.plan.clone())).to_owned()),
        false => Archive::at(&options.at.archive).folder_of(&options.plan),
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

fn append(path: &Path, text: &str) -> Result<()> {
    let there = crate::files::read_plain_text(path)
        .with_context(|| Failure::usage(format!("cannot read {}", path.display())).hint("name the configuration with --config"))?;
    let between = if there.is_empty() || there.ends_with('\n') { "" } else { "\n" };
    let added = format!("{between}{text}");
    Config::parse(&format!("{there}{added}")).with_context(|| format!("{} would be no configuration any more", path.display()))?;
    let write = || -> std::io::Result<()> {
        let mut file = std::fs::OpenOptions::new().append(true).open(path)?;
        std::io::Write::write_all(&mut file, added.as_bytes())?;
        file.sync_all()
    };
    write().with_context(|| Failure::failed(format!("cannot write {}", path.display())))
}
