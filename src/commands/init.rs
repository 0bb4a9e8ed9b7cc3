//! `init`: a first configuration, commented, from what an export and the accounts show. What only people can know is suggested in
//! comments and never switched on: an exclusion nobody thought about hides an account.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::json;

use super::progress::ProgressLine;
use super::{Exit, Invocation, interruptible, out_folder, runtime};
use crate::cli;
use crate::config::{Config, DEFAULT_FILE, Directory, environment, instance_name, quoted};
use crate::directory::{self, Source};
use crate::domo::{self, Accounts, SUPPORT_EMAIL};
use crate::failure::Failure;
use crate::terms::{FIELDS, Status};
use crate::text;

/// Accounts suggested at most: a list nobody reads helps nobody.
const SUGGESTED: usize = 40;

/// Words that addresses of machines and shared mailboxes are made of, as administrators name them.
const NOT_PEOPLE: [&str; 24] = [
    "admin",
    "alerts",
    "api",
    "apps",
    "automation",
    "bot",
    "dashboard",
    "dev",
    "etl",
    "info",
    "integration",
    "kiosk",
    "monitoring",
    "noreply",
    "notifications",
    "reports",
    "robot",
    "service",
    "support",
    "svc",
    "system",
    "test",
    "tv",
    "wallboard",
];

/// Reads the export and the accounts, and writes the configuration.
pub(super) fn run(options: &cli::Init, invocation: &Invocation) -> Result<Exit> {
    if options.out.symlink_metadata().is_ok() {
        return Err(Failure::usage(format!("{} is there already; it stays as it is", options.out.display()))
            .hint("name another file with --out, or `domo-reconcile check` the one there is")
            .into());
    }
    let folder = out_folder(&options.out)?;
    let directories: Vec<Directory> = Config::default().directories(&options.directory);
    let people = directory::load(&directories).with_context(|| undecided(options))?;
    if let Some(source) = people.sources.iter().find(|source| source.columns.is_empty()) {
        let nothing = Failure::usage(format!("{} has neither people nor headers: it shows no columns", source.name));
        return Err(anyhow::Error::new(nothing).context(undecided(options)));
    }
    let accounts = accounts(options, invocation)?;
    let text = written(folder, &directories, &people.sources, accounts.as_ref())?;
    Config::parse(&text).context("the configuration that was made cannot be read: this is a defect of the program")?;
    let cannot = || Failure::failed(format!("cannot write {}", options.out.display())).hint("name another file with --out");
    let mut file = std::fs::File::create_new(&options.out).with_context(cannot)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).with_context(cannot)?;
    match options.json {
        true => invocation.terminal.json(&json!({"out": options.out.display().to_string()}))?,
        false => invocation.terminal.answer(format!(
            "{} is written. Read it, then: domo-reconcile check{}{}",
            options.out.display(),
            flag(&options.out),
            options.accounts.as_deref().map(|file| format!(" --accounts {}", cli::argument(file))).unwrap_or_default()
        ))?,
    }
    Ok(None)
}

/// Nothing is written of an export that is not understood. There is no option for what a person has to decide of it, but a line of
/// the file.
fn undecided(options: &cli::Init) -> Failure {
    let failure = Failure::usage(format!("{} is not written: the directory is not understood yet", options.out.display()));
    let Some(export) = options.directory.iter().find(|export| export.is_file()) else { return failure };
    failure.hint(format!(
        "where a setting is to be chosen, write {} yourself, two lines and the setting below them, then `domo-reconcile check{}`: \
         [[directory]] and path = {}",
        options.out.display(),
        flag(&options.out),
        quoted(&export.to_string_lossy())
    ))
}

/// ` --config FILE`, unless it is the file that is read by itself.
fn flag(out: &Path) -> String {
    let named = (out != Path::new(DEFAULT_FILE)).then(|| out.to_owned());
    cli::ConfigFile { config: named }.flag()
}

/// A path of the command line as the configuration names it: what is not absolute there counts from the configuration's own folder.
fn seen_from(folder: &Path, path: &Path) -> Result<PathBuf> {
    if folder == Path::new(".") || path.is_absolute() {
        return Ok(path.to_owned());
    }
    Ok(path.strip_prefix(folder).map_or_else(|_| std::path::absolute(path), |below| Ok(below.to_owned()))?)
}

/// The accounts of a file, or Domo's own where credentials are set.
fn accounts(options: &cli::Init, invocation: &Invocation) -> Result<Option<Accounts>> {
    if let Some(path) = &options.accounts {
        return domo::load(path).map(Some);
    }
    if std::env::var_os(environment::CLIENT_ID).is_none() {
        return Ok(None);
    }
    let settings = domo::Settings::from_env(&Config::default(), None)?;
    let pulled = runtime()?.block_on(interruptible(async {
        let session = domo::Session::open(settings).await?;
        domo::Reader::new(&session).accounts(&ProgressLine::new(&invocation.terminal)).await
    }));
    pulled.map(Some)
}

fn written(folder: &Path, directories: &[Directory], sources: &[Source], accounts: Option<&Accounts>) -> Result<String> {
    let mut text = String::from(
        "# Written by `domo-reconcile init`. What is commented out is a suggestion or shows what was found by itself.\n\
         # `domo-reconcile schema config` describes every key. Secrets never stand here: DOMO_CLIENT_ID, DOMO_CLIENT_SECRET.\n\n[domo]\n",
    );
    let customer = accounts.and_then(|accounts| accounts.evidence.credential.as_ref()?.customer.clone());
    match customer.and_then(|customer| instance_name(&customer)) {
        Some(customer) => writeln!(text, "instance = {}", quoted(&customer))?,
        None => text.push_str("# instance = \"acme\"             # acme.domo.com\n"),
    }
    for (directory, source) in directories.iter().zip(sources) {
        let path = seen_from(folder, &directory.path)?;
        writeln!(text, "\n[[directory]]\npath = {}", quoted(&path.to_string_lossy()))?;
        let rows = text::plural(source.rows, "row", "rows");
        let system = source.system.as_ref().map(|system| format!(", recognised as {system}")).unwrap_or_default();
        writeln!(text, "# {rows}{system}. Columns, found by themselves; correct one here where it is not the one meant:")?;
        text.push_str("[directory.columns]\n");
        for column in &source.columns {
            writeln!(text, "# {} = {}", column.field, quoted(&column.header))?;
        }
        let found = source.provided();
        for field in FIELDS.iter().filter(|field| !found.contains(field.name)) {
            writeln!(text, "# {} = \"\"     # in no column that is known", field.name)?;
        }
        let unknown: Vec<_> = source.status_words.iter().filter(|word| word.taken_for == Status::Unknown).collect();
        if !unknown.is_empty() {
            text.push_str(
                "\n# These words say nothing certain. Ask who owns the HR system, then choose: active | leave | \
                 suspended | terminated | prehire\n",
            );
            text.push_str("[directory.status]\n");
            for word in unknown {
                writeln!(text, "# {} = \"\"     # {}", quoted(&word.word), text::plural(word.count, "row", "rows"))?;
            }
        }
    }
    text.push_str(
        "\n# Accounts that are not people: listed in the report, never touched. `*` stands for anything.\n\
         # [[exclude]]\n# email = \"svc-*@acme.example\"\n# reason = \"service accounts\"\n\
         # owner = \"data-platform@acme.example\"\n",
    );
    if let Some(accounts) = accounts {
        suggest(&mut text, accounts)?;
    }
    text.push_str(
        "\n[policy]\n# leaver = \"deactivate\"        # deactivate | demote | delete | report\n\
         # missing = \"report\"           # create | report\n",
    );
    Ok(text)
}

/// Addresses that read like a machine's, each as a block to take the comment signs from.
fn suggest(text: &mut String, accounts: &Accounts) -> Result<()> {
    let emails = accounts.emails()?;
    // Domo's own support account is excluded without a rule.
    let ours = emails.iter().flatten().filter(|email| *email != SUPPORT_EMAIL);
    let machines: Vec<&str> = ours.filter(|email| reads_like_a_machine(email)).collect();
    if machines.is_empty() {
        return Ok(());
    }
    writeln!(text, "\n# {} of the accounts may be no people, by their addresses:", machines.len())?;
    for email in machines.iter().take(SUGGESTED) {
        writeln!(text, "# [[exclude]]\n# email = {}\n# reason = \"\"\n# owner = \"\"", quoted(email))?;
    }
    if machines.len() > SUGGESTED {
        writeln!(text, "# and {} more", machines.len() - SUGGESTED)?;
    }
    Ok(())
}

fn reads_like_a_machine(email: &str) -> bool {
    let local = email.split('@').next().unwrap_or_default().to_lowercase();
    let words = || local.split(|letter: char| !letter.is_alphabetic()).filter(|word| !word.is_empty());
    let joined: String = words().collect();
    words().chain([joined.as_str()]).any(|word| NOT_PEOPLE.contains(&word))
}
