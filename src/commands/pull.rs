//! `pull`

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::Serialize;

use super::progress::ProgressLine;
use super::{Exit, Invocation, directories, interruptible, out_folder, right_instance, runtime};
use crate::archive;
use crate::cli;
use crate::config::{Config, Directory, Instance, Loaded};
use crate::digest;
use crate::directory::Origin;
use crate::domo;
use crate::domo::{Accounts, Evidence, Reader, Session, Settings};
use crate::failure::{Failure, FailureKind};
use crate::files;
use crate::source::{self, Depth};
use crate::text;

#[derive(Serialize)]
struct Output<'a> {
    out: &'a Path,
    accounts: usize,
    evidence: &'a Evidence,
}

/// Pulls every account. An incomplete pull never takes the name that was asked for: whoever reads that file later could not see
/// that accounts are missing from it.
pub(super) fn run(options: &cli::Pull, invocation: &Invocation) -> Result<Exit> {
    let loaded = Loaded::read(options.config.config.as_deref())?;
    if let Some(name) = &options.directory {
        return directory(options, name, &loaded.config, invocation);
    }
    let out = options.out.clone().unwrap_or_else(|| "accounts.jsonl".into());
    writable(&out)?;
    let (config, instance) = chosen(&loaded.config, options.instance.as_deref())?;
    let settings = Settings::from_env(&config, instance.as_ref())?;
    let accounts = runtime()?.block_on(interruptible(async {
        let session = Session::open(settings).await?;
        right_instance(&config, session.credential())?;
        Reader::new(&session).accounts(&ProgressLine::new(&invocation.terminal)).await
    }))?;
    let complete = accounts.evidence.incomplete.is_empty();
    let out = if complete { out } else { partial(&out) };
    write(&accounts, &out)?;

    let (evidence, count) = (&accounts.evidence, accounts.frame.height());
    for warning in &evidence.warnings {
        invocation.terminal.say(format!("note: {warning}"));
    }
    for reason in &evidence.incomplete {
        invocation.terminal.error(&format!("incomplete: {reason}"));
    }
    if options.json {
        invocation.terminal.json(&Output { out: &out, accounts: count, evidence })?;
    } else {
        let whole = if complete { "" } else { ", not all there are," };
        invocation.terminal.answer(format!(
            "{}{whole} in {} ({} in {}, {}, sha256 {})",
            text::plural(count as u64, "account", "accounts"),
            out.display(),
            text::plural(evidence.pages, "page", "pages"),
            text::plural(evidence.passes, "pass", "passes"),
            text::plural(evidence.retries, "retry", "retries"),
            evidence.sha256
        ))?;
    }
    Ok((!complete).then_some(FailureKind::NotEvaluable))
}

/// Whether a file can take that name: known before an hour is spent on reading.
fn writable(out: &Path) -> Result<()> {
    out_folder(out)?;
    [out, &partial(out)].into_iter().try_for_each(|out| replaceable(out, "snapshot", &domo::is_snapshot))
}

#[derive(Serialize)]
struct Fetch<'a> {
    out: &'a Path,
    directory: &'a str,
    bytes: usize,
    sha256: &'a str,
    origin: &'a Origin,
    incomplete: &'a [String],
}

/// Fetches a configured directory whole into a file, as an audit would, so that people can look at it. What is incomplete does not
/// take the name that was asked for, as with accounts.
fn directory(options: &cli::Pull, name: &str, config: &Config, invocation: &Invocation) -> Result<Exit> {
    let fetched = || config.directory.iter().filter(|directory| directory.is_fetched());
    let Some(directory) = fetched().find(|directory| directory.label().eq_ignore_ascii_case(name)) else {
        let names = fetched().map(Directory::label).collect::<Vec<_>>().join(", ");
        let hint = if names.is_empty() { "it has none that is fetched".to_owned() } else { format!("it has {names}") };
        return Err(Failure::usage(format!("--directory {name}: the configuration has no such [[directory]] that is fetched"))
            .hint(hint)
            .into());
    };
    directories::check_variables(invocation, std::slice::from_ref(directory))?;
    let replaceable = |out: &Path| replaceable(out, "export", &is_export);
    // Known before an hour is spent on reading.
    options.out.iter().try_for_each(|out| replaceable(out).and_then(|()| replaceable(&partial(out))))?;
    let source::Fetched { input, extension, .. } = directories::fetch(invocation, directory, Depth::Whole)?;
    let extension = match (extension, input.bytes.trim_ascii_start().first()) {
        ("", Some(b'{' | b'[')) => "json",
        ("", Some(b'P')) if input.bytes.starts_with(b"PK") => "xlsx",
        ("", _) => "csv",
        (known, _) => known,
    };
    let plain: String =
        name.chars().map(|letter| if letter.is_alphanumeric() || "-_.".contains(letter) { letter } else { '_' }).collect();
    let asked = options.out.clone().unwrap_or_else(|| format!("{plain}.{extension}").into());
    let complete = input.stopped.is_empty();
    let out = if complete { asked } else { partial(&asked) };
    replaceable(&out)?;
    let cannot = || Failure::failed(format!("cannot write {}", out.display())).hint("name another file with --out");
    files::replace(&out, |file| file.write_all(&input.bytes)).with_context(cannot)?;
    files::replace(&digest_of(&out), |file| writeln!(file, "{}", digest_line(&out, &input.bytes))).with_context(cannot)?;
    for reason in &input.stopped {
        invocation.terminal.error(&format!("incomplete: {reason}"));
    }
    let (bytes, sha256) = (input.bytes.len(), input.sha256.as_str());
    if options.json {
        invocation.terminal.json(&Fetch {
            out: &out,
            directory: name,
            bytes,
            sha256,
            origin: &input.origin,
            incomplete: &input.stopped,
        })?;
    } else {
        let whole = if complete { "" } else { ", not all there is," };
        let people = input.origin.distinct.map(|people| format!(", {}", text::plural(people, "person", "people")));
        invocation.terminal.answer(format!(
            "{name}{whole} in {} ({}{}, {bytes} bytes, {}, sha256 {sha256})",
            out.display(),
            text::plural(input.origin.pages, "page", "pages"),
            people.unwrap_or_default(),
            text::plural(input.origin.retries, "retry", "retries"),
        ))?;
    }
    Ok((!complete).then_some(FailureKind::NotEvaluable))
}

/// The instance that was named, or the only one there is.
fn chosen(config: &Config, named: Option<&str>) -> Result<(Config, Option<Instance>)> {
    let names = || config.instance.iter().map(|instance| instance.name.as_str()).collect::<Vec<_>>().join(", ");
    let found = match (named, config.instance.as_slice()) {
        (None, []) => return Ok((config.clone(), None)),
        (Some(name), []) => {
            let problem = format!("--instance {name}: the configuration has no [[instance]]");
            return Err(Failure::usage(problem).hint("leave it out: the credentials of the environment are for one Domo").into());
        }
        (None, [only]) => only,
        (None, _) => {
            let problem = format!("the configuration names several instances ({}), and a snapshot holds one", names());
            return Err(Failure::usage(problem).hint("say which with --instance NAME").into());
        }
        (Some(name), _) => config.instance_called(name).with_context(|| {
            Failure::usage(format!("--instance {name}: the configuration has no such [[instance]]"))
                .hint(format!("it has {}", names()))
        })?,
    };
    Ok((config.for_instance(found), Some(found.clone())))
}

/// Nothing is overwritten but what this wrote itself.
fn replaceable(out: &Path, what: &str, is_ours: &dyn Fn(&Path) -> Result<bool>) -> Result<()> {
    let why = match out.symlink_metadata() {
        Err(_) => return Ok(()),
        Ok(there) if !there.is_file() => "is there, and is no plain file".into(),
        Ok(_) if archive::holds(out) => "is a file of an archive, where nothing is overwritten".into(),
        Ok(there) if there.len() == 0 || is_ours(out)? => return Ok(()),
        Ok(_) => format!("is there, and is no {what} that this tool wrote"),
    };
    Err(Failure::usage(format!("--out {}: this {why}", out.display())).hint("name a file that is not there yet").into())
}

/// Whether a file is an export as this tool wrote it: its digest stands beside it.
fn is_export(out: &Path) -> Result<bool> {
    let Ok(said) = crate::files::read_plain_text(digest_of(out)) else { return Ok(false) };
    let bytes = crate::files::read_plain(out).with_context(|| format!("reading {}", out.display()))?;
    Ok(said.trim_end() == digest_line(out, &bytes))
}

/// As `sha256sum` has it.
fn digest_line(out: &Path, bytes: &[u8]) -> String {
    format!("{}  {}", digest::digits(bytes), files::name_of(out))
}

fn digest_of(out: &Path) -> PathBuf {
    beside(out, ".sha256")
}

fn partial(out: &Path) -> PathBuf {
    beside(out, ".partial")
}

fn beside(out: &Path, ending: &str) -> PathBuf {
    let mut name = out.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Written beside and renamed, readable by its owner only.
fn write(accounts: &Accounts, out: &Path) -> Result<()> {
    let cannot = || Failure::failed(format!("cannot write {}", out.display())).hint("name another file with --out");
    let write = |file: &mut File| accounts.write_snapshot(file).map_err(std::io::Error::other);
    files::replace(out, write).with_context(cannot)
}
