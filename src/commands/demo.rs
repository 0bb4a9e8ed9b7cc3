//! `demo`: the main job on the bundled sample company, over HTTP, with nothing to set up.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use chrono::NaiveDate;
use secrecy::SecretString;

use super::audit::{Audit, Audited, From};
use super::{Exit, Invocation};
use crate::config::{Directory, Loaded, SourceKind};
use crate::stop::Stop;
use crate::terms::names::PLAN;
use crate::{cli, domo, report, sandbox};

/// The day the sample company is of; on another day other people would be leavers and pre-hires.
const DAY: NaiveDate = match NaiveDate::from_ymd_opt(2026, 11, 23) {
    Some(day) => day,
    None => NaiveDate::MIN,
};

/// Audits the sample company, and with `--keep` leaves its Domo running.
pub(super) fn run(options: &cli::Demo, invocation: &Invocation) -> Result<Exit> {
    let stop = Stop::of_process();
    let _held = stop.hold("the demo ends");
    let folder = tempfile::tempdir().context("making a folder for the sample company")?;
    let config = folder.path().join("domo-reconcile.toml");
    put(&config, &rules(options.profile))?;
    std::fs::create_dir(folder.path().join("company"))?;
    put(&folder.path().join("company/directory.csv"), super::sample::DIRECTORY)?;
    let mut loaded = Loaded::read(Some(&config))?;

    let runtime = super::runtime()?;
    let profile = super::sandbox::profile(options.profile);
    let sandbox_options = sandbox::Options { profile, ..super::sample::options(None)? };
    let secret = SecretString::from(sandbox_options.client_secret.clone());
    let client_id = sandbox_options.client_id.clone();
    let running = runtime.block_on(sandbox::Sandbox::start(sandbox_options))?;
    invocation.terminal.say(format!(
        "The sample company's Domo is served on {}; it is audited over HTTP as of {DAY}, the day it was made for.\n",
        running.url()
    ));
    let variables = [("ENTRA_CLIENT_ID", client_id.clone().into()), ("ENTRA_CLIENT_SECRET", secret.clone())];
    let invocation = &invocation.with(variables.map(|(name, value): (_, SecretString)| (name.to_owned(), value)).into());
    if options.live {
        loaded.config.directory = loaded.config.directory.iter().map(|directory| live(directory, &running.url())).collect();
        invocation.terminal.say("Its directory is fetched from a Microsoft Graph that is served there, too.\n");
    }
    let mut settings = domo::Settings::new(&running.url(), client_id, secret)?;
    settings.reads_content(loaded.config.content.as_ref());
    let audit = Audit {
        as_of: DAY,
        forecast: false,
        archive: options.archive.clone(),
        report: report::Options::default(),
        config_flag: String::new(),
        fail_on: cli::FailOn::Never,
    };
    let audited = audit.of(invocation, &loaded, From::Api(Box::new(settings)))?;
    match options.json {
        true => invocation.terminal.json(&audited)?,
        false => invocation.terminal.answer(audited.summary())?,
    }
    let by_name = by_name();
    match &by_name {
        Some(line) if !options.keep => {
            invocation.terminal.say(format!("The program is not on the PATH yet; in this shell: {line}"))
        }
        _ => {}
    }
    if options.keep {
        let road = road(&audited, &options.archive, &config, &running.url(), by_name.as_deref());
        match options.json {
            // Stdout has its document.
            true => invocation.terminal.say(road),
            false => invocation.terminal.answer(road)?,
        }
        runtime.block_on(stop.or(running.forever()));
    }
    Ok(None)
}

/// The sample company's rules, which take access away in the way that this Domo knows.
fn rules(profile: cli::ProfileName) -> String {
    let rules = super::sample::CONFIG.to_owned();
    match profile {
        cli::ProfileName::Guide => rules,
        cli::ProfileName::Recorded => ["orphan", "leaver"]
            .iter()
            .fold(rules, |rules, kind| rules.replace(&format!("\n{kind} = \"deactivate\""), &format!("\n{kind} = \"demote\""))),
    }
}

/// The same directory, from the Graph that the sandbox plays.
fn live(directory: &Directory, url: &str) -> Directory {
    Directory {
        kind: Some(SourceKind::Entra),
        tenant: Some("acme.example".into()),
        api_url: Some(format!("{url}/graph")),
        login_url: Some(format!("{url}/graph")),
        leave_dates: true,
        path: PathBuf::new(),
        ..directory.clone()
    }
}

/// The line that lets a shell find this program by its name, where it does not: who runs it from a build folder is told lines to
/// type.
fn by_name() -> Option<String> {
    let program = std::env::current_exe().ok()?;
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&folders).map(|folder| folder.join("domo-reconcile")).find(|file| file.is_file());
    let same = found.and_then(|found| found.canonicalize().ok()) == program.canonicalize().ok();
    (!same).then(|| Some(format!("PATH=\"{}:$PATH\"", program.parent()?.display()))).flatten()
}

/// The lines from here to the end of the month, against the Domo that goes on.
fn road(audited: &Audited, archive: &Path, config: &Path, url: &str, by_name: Option<&str>) -> String {
    let plan = archive.join(audited.run_id()).join(PLAN);
    let (archive, config, plan, journal) = (
        cli::argument(archive),
        cli::argument(config),
        cli::argument(&plan),
        cli::argument(&crate::apply::files::journal_of(&plan)),
    );
    let (client, rejected) = (sandbox::Options::default(), audited.rejected());
    let (id, secret) = (client.client_id, client.client_secret);
    let by_name = by_name.map(|line| format!("  {line}\n")).unwrap_or_default();
    format!(
        "\nIts Domo goes on until Ctrl-C. In another terminal, the rest of the month:\n
{by_name}  export DOMO_API_URL={url} DOMO_CLIENT_ID={id} DOMO_CLIENT_SECRET={secret}
  domo-reconcile review {plan} --approve all --by you@acme.example
  domo-reconcile apply {plan} --config {config} --rehearse --override rejected-rows={rejected} --reason demo
  domo-reconcile apply {plan} --config {config} --confirm --by you@acme.example --override rejected-rows={rejected} --reason demo
  domo-reconcile audit --config {config} --archive {archive} --as-of {DAY}
  domo-reconcile revert {journal} --config {config}\n"
    )
}

fn put(path: &Path, text: &str) -> Result<()> {
    let mut file = std::fs::File::create(path).with_context(|| format!("writing {}", path.display()))?;
    Ok(file.write_all(text.as_bytes())?)
}
