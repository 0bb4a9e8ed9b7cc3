//! What a run keeps so that it can be judged again without anything from outside: `people.jsonl` (the directory as it was
//! understood: mapped columns only, never the rest of the export) and `config.toml`. `accounts.jsonl` is written beside them.

use std::io::BufReader;
use std::path::Path;

use anyhow::{Context, Result, bail};

use super::RunFolder;
use super::manifest::Manifest;
use super::people::{read_people, write_people};
use crate::config::{Config, Loaded};
use crate::directory::{People, Source};
use crate::failure::Failure;
use crate::files;
use crate::terms::names::{CONFIG, PEOPLE};

/// What stands in `config.toml` where no file was read.
const DEFAULTS: &str = "# No configuration file was read: the defaults were in force.\n";

/// Writes `people.jsonl` and `config.toml`.
///
/// # Errors
/// A file cannot be written.
pub fn keep(folder: &RunFolder, people: &People, config: &Loaded) -> Result<()> {
    let mut out = folder.file(PEOPLE)?;
    write_people(people, &mut out).with_context(|| format!("writing {}", out.path().display()))?;
    out.finish(Some(people.read()))?;
    folder.write(CONFIG, if config.path.is_some() { &config.text } else { DEFAULTS }, None)?;
    Ok(())
}

/// The people of a run as they were understood then.
pub(in crate::archive) fn people_of(run: &Path, sources: Vec<Source>) -> Result<People> {
    let path = run.join(PEOPLE);
    let file = crate::files::open_plain(&path).with_context(|| format!("reading {}", path.display()))?;
    read_people(BufReader::new(file), sources).with_context(|| format!("reading {}", path.display()))
}

/// The configuration of a run, if it is the one that its manifest names.
pub(in crate::archive) fn config_of(run: &Path, manifest: &Manifest) -> Result<Config> {
    Ok(loaded_of(run, manifest)?.config)
}

/// The same with its text.
pub(in crate::archive) fn loaded_of(run: &Path, manifest: &Manifest) -> Result<Loaded> {
    let Some(name) = &manifest.config.file else { return Ok(Loaded::default()) };
    let path = run.join(CONFIG);
    let text = crate::files::read_plain_text(&path).with_context(|| format!("reading {}", path.display()))?;
    if crate::digest::sha256(&text) != manifest.config.sha256 {
        bail!("{} is not the configuration that the manifest names", path.display());
    }
    let config = Config::parse_kept(&text).with_context(|| format!("reading {}", path.display()))?;
    Ok(Loaded::as_written(config, name.into(), text))
}

/// The configuration as it was in force for one of several instances.
pub(in crate::archive) fn for_instance(config: &Config, name: &str) -> Config {
    match config.instance_called(name) {
        Some(instance) => config.for_instance(instance),
        None => config.clone(),
    }
}

/// Refuses a kept file that is not the one that the run's manifest names.
///
/// # Errors
/// The file is not kept, cannot be read, or was altered.
pub(in crate::archive) fn intact(folder: &Path, manifest: &Manifest, name: &str) -> Result<()> {
    let path = folder.join(name);
    let named = manifest.files.iter().find(|file| file.name == name);
    let named = named.with_context(|| format!("the run {} kept no {name}", manifest.run.id))?;
    let (sha256, _) = files::sha256(&path).with_context(|| format!("reading {}", path.display()))?;
    if sha256 == named.sha256 {
        return Ok(());
    }
    bail!(
        Failure::failed(format!("{} is not the file that the manifest names: it was altered", path.display()))
            .hint("`domo-reconcile verify` says what else was")
    )
}
