//! The directories of a run, from their files and from where they are fetched.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;

use super::progress::ProgressLine;
use super::{Invocation, interruptible, lone_runtime};
use crate::archive::Archive;
use crate::config::{Config, Directory};
use crate::directory::{self, Input, People, Proof, Source};
use crate::failure::Failure;
use crate::reconcile::{MAX_SHRINK, shrink};
use crate::source::{self, Depth, Fetched};
use crate::terms::{FIELDS, label};
use crate::text;

/// Everybody of all directories. `archive` may hold a run that bears out what a source cannot prove itself.
pub(crate) fn load(invocation: &Invocation, config: &Config, archive: Option<&Path>) -> Result<People> {
    if config.directory.is_empty() {
        return Err(Failure::usage("no directory export is named")
            .hint(
                "give one with --directory FILE, or configure [[directory]] path = \"…\"; `domo-reconcile demo` shows the whole \
                 with a sample company",
            )
            .into());
    }
    check_variables(invocation, &config.directory)?;
    let mut people = directory::load_with(&config.directory, |directory| {
        fetch(invocation, directory, Depth::Whole).map(|fetched| fetched.input)
    })?;
    for (source, directory) in people.sources.iter_mut().zip(&config.directory) {
        let unproven = source.incomplete.is_empty() && source.origin.proof == Proof::End && directory.expect_at_least.is_none();
        let before = || archive.and_then(|archive| read_before(archive, source));
        // As the guard `population-moved` counts.
        let borne_out = || before().is_some_and(|before| shrink(before, source.rows) <= MAX_SHRINK);
        if unproven && !borne_out() {
            source.origin.doubts.push(
                "proven by its end sign only: it does not say how many people it has; set expect_at_least, or compare with the \
                 next run"
                    .into(),
            );
        }
    }
    Ok(people)
}

/// All variables that these directories need and that are not set.
pub(crate) fn check_variables(invocation: &Invocation, directories: &[Directory]) -> Result<()> {
    source::check_variables(directories, &|name| invocation.variable(name))
}

/// Fetches one of them.
pub(crate) fn fetch(invocation: &Invocation, directory: &Directory, depth: Depth) -> Result<Fetched> {
    let line = ProgressLine::new(&invocation.terminal);
    lone_runtime()?.block_on(interruptible(source::fetch(
        directory,
        &|name| invocation.variable(name),
        source::limits(directory),
        depth,
        &line,
    )))
}

/// One page where it is fetched, all of it where it is a file; with what the source says of our rights.
pub(crate) fn look(invocation: &Invocation, directory: &Directory) -> Result<People> {
    // How many there are is not known from one page.
    let one = Directory { expect_at_least: directory.expect_at_least.filter(|_| !directory.is_fetched()), ..directory.clone() };
    check_variables(invocation, std::slice::from_ref(&one))?;
    let mut said = Vec::new();
    let mut people = directory::load_with(std::slice::from_ref(&one), |directory| -> Result<Input> {
        let fetched = fetch(invocation, directory, Depth::OnePage)?;
        said = fetched.rights;
        Ok(fetched.input)
    })?;
    if directory.is_fetched() {
        let (domains, unsent) = (domains(&people)?, unsent(&people)?);
        for source in &mut people.sources {
            let host = source.origin.host.as_deref().unwrap_or("the source");
            let told =
                source.origin.told.map(|told| format!(", which says that it has {}", text::plural(told, "person", "people")));
            let page = if directory.kind.is_some() { "one page" } else { "the first answer" };
            source.notes.push(format!("{page} was read from {host}{}: an audit reads all of it", told.unwrap_or_default()));
            source.notes.append(&mut said);
            source.notes.extend(domains.iter().chain(&unsent).cloned());
        }
    }
    Ok(people)
}

/// Whose addresses came, domain by domain: one that is missing was not asked for, or is not shown to us.
fn domains(people: &People) -> Result<Option<String>> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for address in people.frame.column("email")?.str()?.iter().flatten() {
        if let Some((_, domain)) = address.rsplit_once('@') {
            *counts.entry(domain.trim().to_lowercase()).or_default() += 1;
        }
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let shown: Vec<String> = counts.iter().take(10).map(|(domain, count)| format!("{domain} {count}")).collect();
    let more = if counts.len() > shown.len() { ", …" } else { "" };
    Ok((!shown.is_empty()).then(|| format!("addresses by domain: {}{more}", shown.join(", "))))
}

/// Fields of which nothing came for anybody. A source that withholds one sends it empty, or not at all, and no error says so.
fn unsent(people: &People) -> Result<Option<String>> {
    let mut empty = Vec::new();
    for field in FIELDS.iter().filter(|field| field.asked) {
        if people.frame.column(field.name)?.null_count() == people.frame.height() {
            empty.push(label(field.name));
        }
    }
    Ok((!empty.is_empty() && people.frame.height() > 0).then(|| {
        format!("sent for nobody: {}: the source does not have it, or withholds it from these credentials", empty.join(", "))
    }))
}

/// How many people the newest run read of this source, where it read it whole.
fn read_before(archive: &Path, source: &Source) -> Option<u64> {
    let listing = Archive::at(archive).list().ok()?;
    let manifests =
        listing.runs.iter().rev().filter_map(|run| run.manifest.as_ref()).filter(|manifest| manifest.replay_of.is_none());
    let same =
        |known: &&Source| known.name == source.name && known.origin.kind == source.origin.kind && known.incomplete.is_empty();
    manifests.filter_map(|manifest| manifest.directory.iter().find(same)).map(|known| known.rows).next()
}
