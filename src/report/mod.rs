//! What people and programs read of a run: HTML, Markdown, CSV, XLSX and JSON, all from one view.
//!
//! [`write()`] puts every file into the run folder. What a template sees is a [`View`]: built once, in Rust, with every count done
//! and every number formatted. Templates only arrange it, so that a template of the user's own cannot get a figure wrong.
//!
//! - `document`: pages that are made after a run, `decided` and `certification`; `behind`: what they tell of the run.
//! - `build`: the view. Page one of it: `identity`, `population`, `findings_summary`, `answers`, `change`, `limits`,
//!   `plan_summary`; behind it: `sections`, `accounts`, `appendix`; with `charts`. `cap` decides what a page can hold, `origin`
//!   where a parameter comes from.
//! - `templates`, `html`, `markdown`: Tera, the content security policy, escaping. `awaited`: what only comes to be known
//!   afterwards.
//! - `tables`, `workbook`: the CSV files, which are never capped, and the workbook; they do not go through the view.
//!   `sheets` writes the sheets of that and of a `packet`.
//! - `summary`: the page over several instances.
//! - `texts`: what pages and sheets of a run say of themselves, one file. Pages made after a run, and of one that failed, have
//!   their words where they are made. `redact`: tokens instead of names.

mod accounts;
mod answers;
mod appendix;
mod awaited;
pub mod behind;
mod build;
mod builder;
mod cap;
pub mod certification;
mod change;
mod charts;
pub mod decided;
pub mod document;
mod escape;
pub mod example;
mod failed;
mod figures;
mod findings_summary;
mod html;
mod identity;
mod inputs;
mod limits;
mod markdown;
mod origin;
pub mod packet;
mod plan_summary;
mod population;
mod redact;
mod sections;
mod sheets;
pub mod summary;
mod tables;
mod templates;
mod texts;
pub mod view;
mod workbook;

use std::borrow::Borrow;
use std::collections::BTreeSet;

use anyhow::Result;
use awaited::Awaited;

use crate::archive::findings::Findings;
use crate::archive::{FileEntry, OutFile, RunFolder};
use crate::config::Config;
use crate::failure::Failure;
use crate::plan::{self, Plan};
use crate::reconcile::Finding;
use crate::stage;
use crate::terms::Flavour;
use crate::terms::names;

pub use failed::failed;
pub(crate) use figures::share;
pub use inputs::{Inputs, Options};
pub use redact::KEY as REDACTION_KEY;
pub use view::View;

/// Writes every file of a run that is not an input of later verbs: findings.json, the CSV files, the review sheets, report.md and
/// report.html, which names the digests of all files written before it.
///
/// # Errors
/// When a file cannot be written, or a template of the user's own does not render; the error names file, line and column.
pub fn write(inputs: &Inputs, folder: &RunFolder) -> Result<()> {
    write_with(inputs, folder, || Ok(inputs.plan), |_| Ok(())).map(drop)
}

/// [`write()`] with a plan that is made, and kept, meanwhile: few of the files wait for it. What it comes to is given back.
///
/// # Errors
/// Those of the plan and of [`write()`].
pub fn write_with<P: Borrow<Plan> + Send>(
    inputs: &Inputs,
    folder: &RunFolder,
    plan: impl FnOnce() -> Result<Option<P>> + Send,
    keep: impl FnOnce(&Plan) -> Result<()> + Send,
) -> Result<Option<P>> {
    let (templates, ordered) = rayon::join(
        || templates::Templates::load(&inputs.config.config),
        || cap::ordered(&inputs.reconciliation.findings, inputs.history),
    );
    let templates = templates?;
    if inputs.options.redact {
        return redacted(inputs, folder, plan, keep, &ordered, &templates);
    }
    let (plan, found) = rayon::join(plan, || findings(inputs, &ordered, folder));
    let plan = plan?;
    found?;
    let planned = Inputs { plan: plan.as_ref().map(Borrow::borrow), ..*inputs };
    let files = folder.files();
    let (kept, view) = rayon::join(
        || planned.plan.map(keep).transpose(),
        || stage::of("view", || build::view(&planned, &ordered, &templates.texts, &files)),
    );
    kept?;
    let left = owned_by_leavers(&planned)?;
    let later = [names::HANDOVER_CSV].into_iter().filter(|_| left.is_some());
    let later = later
        .chain([names::REVIEW_CSV, names::REVIEW_XLSX].into_iter().filter(|_| plan.is_some()))
        .chain([names::ACCOUNTS_CSV, names::PEOPLE_CSV]);
    let there = folder.files();
    let seed: String = there.iter().map(|file| file.sha256.as_str()).chain([folder.id()]).collect();
    let later = Awaited::new(later.chain([names::REPORT_MD]), &seed);
    let to_work_with = || {
        handover(left, folder)?;
        sheets(&planned, &ordered, &view, &templates, folder)
    };
    // A user's own templates may do with a digest whatever they like, so they are rendered once all are known.
    let early = || match templates.custom() {
        true => Ok(None),
        false => rendered(&templates, inputs.options.markdown, &view, later.beside(there)).map(Some),
    };
    // A workbook keeps one core for long: the lists of everybody and the pages, which can wait, are for the other ones.
    let (reviewed, (listed, early)) = rayon::join(to_work_with, || rayon::join(|| everybody(inputs, folder), early));
    reviewed?;
    listed?;
    match early? {
        Some([markdown, html]) => {
            folder.write(names::REPORT_MD, later.put_right(&markdown, &folder.files())?, None)?;
            folder.write(names::REPORT_HTML, later.put_right(&html, &folder.files())?, None)?;
        }
        None => pages(&templates, inputs.options.markdown, folder, &view)?,
    }
    Ok(plan)
}

/// [`write_with`] with tokens instead of names. The review sheets come back with decisions, so they name whom they are about all
/// the same.
fn redacted<P: Borrow<Plan> + Send>(
    inputs: &Inputs,
    folder: &RunFolder,
    plan: impl FnOnce() -> Result<Option<P>>,
    keep: impl FnOnce(&Plan) -> Result<()>,
    ordered: &[&Finding],
    templates: &templates::Templates,
) -> Result<Option<P>> {
    let plan = plan()?;
    plan.as_ref().map(|plan| keep(plan.borrow())).transpose()?;
    let inputs = Inputs { plan: plan.as_ref().map(Borrow::borrow), ..*inputs };
    let named = build::view(&inputs, ordered, &templates.texts, &folder.files());
    let mut left = owned_by_leavers(&inputs)?;
    sheets(&inputs, ordered, &named, templates, folder)?;

    let mut redactor = redact::Redactor::of(folder.archive())?;
    let redacted = redactor.redacted(&inputs)?;
    left.iter_mut().flatten().for_each(|row| redactor.handover(row));
    let inputs = Inputs {
        run: &redacted.run,
        config: &redacted.config,
        accounts: &redacted.accounts,
        people: &redacted.people,
        reconciliation: &redacted.reconciliation,
        history: &redacted.history,
        ..inputs
    };
    let ordered = cap::ordered(&inputs.reconciliation.findings, inputs.history);
    handover(left, folder)?;
    findings(&inputs, &ordered, folder)?;
    everybody(&inputs, folder)?;
    let view = build::view(&inputs, &ordered, &templates.texts, &folder.files());
    pages(templates, inputs.options.markdown, folder, &view)?;
    file(folder, redact::KEY, |out| redactor.key(out))?;
    Ok(plan)
}

/// What is left behind, and who may own it next, where that was read.
fn owned_by_leavers(inputs: &Inputs) -> Result<Option<Vec<[String; 8]>>> {
    plan::handover::rows(inputs.plan, inputs.accounts, inputs.people, inputs.reconciliation, &inputs.config.config)
}

fn handover(rows: Option<Vec<[String; 8]>>, folder: &RunFolder) -> Result<()> {
    let Some(rows) = rows else { return Ok(()) };
    file(folder, names::HANDOVER_CSV, |out| tables::handover(&rows, out))
}

/// Where people decide, if there is a plan.
fn sheets(inputs: &Inputs, ordered: &[&Finding], view: &View, templates: &templates::Templates, folder: &RunFolder) -> Result<()> {
    let Some(plan) = inputs.plan else { return Ok(()) };
    file(folder, names::REVIEW_CSV, |out| tables::review(plan, out))?;
    file(folder, names::REVIEW_XLSX, |out| workbook::write(inputs, plan, ordered, view, &templates.texts, folder, out))
}

/// What was found; the view has the digest of findings.csv.
fn findings(inputs: &Inputs, ordered: &[&Finding], folder: &RunFolder) -> Result<()> {
    file(folder, names::FINDINGS_CSV, |out| tables::findings(inputs, ordered, out))?;
    file(folder, names::DRIFT_CSV, |out| tables::drift(ordered, &inputs.config.config, out))?;
    Findings::of(inputs.run, inputs.reconciliation, inputs.history).keep(folder)
}

/// The lists of all accounts and people.
fn everybody(inputs: &Inputs, folder: &RunFolder) -> Result<()> {
    file(folder, names::ACCOUNTS_CSV, |out| tables::accounts(inputs, out))?;
    file(folder, names::PEOPLE_CSV, |out| tables::people(inputs, out))
}

/// The pages, which name the digests of all files written before them.
fn pages(templates: &templates::Templates, markdown: Flavour, folder: &RunFolder, view: &View) -> Result<()> {
    let seen = templates.context(view)?;
    folder.write(names::REPORT_MD, markdown_of(templates, markdown, view, seen.clone(), &folder.files())?, None)?;
    folder.write(names::REPORT_HTML, html_of(templates, view, seen, &folder.files())?, None)?;
    Ok(())
}

/// report.md and report.html, which name these files.
fn rendered(templates: &templates::Templates, markdown: Flavour, view: &View, mut files: Vec<FileEntry>) -> Result<[String; 2]> {
    let seen = templates.context(view)?;
    let html = html_of(templates, view, seen.clone(), &files)?;
    files.retain(|file| file.name != names::REPORT_MD);
    Ok([markdown_of(templates, markdown, view, seen, &files)?, html])
}

fn html_of(templates: &templates::Templates, view: &View, mut seen: tera::Context, files: &[FileEntry]) -> Result<String> {
    seen.insert("files", &appendix::files(files, &templates.texts));
    stage::of("render report.html", || html::render(templates, view, seen))
}

fn markdown_of(
    templates: &templates::Templates,
    flavour: Flavour,
    view: &View,
    mut seen: tera::Context,
    files: &[FileEntry],
) -> Result<String> {
    let files = appendix::files(files, &templates.texts);
    seen.insert("files", &files);
    stage::of("render report.md", || markdown::render(templates, view, &files, seen, flavour))
}

/// One file of the run; what `write` returns is how many records it has.
fn file(folder: &RunFolder, name: &str, write: impl FnOnce(&mut OutFile) -> Result<u64>) -> Result<()> {
    let mut out = folder.file(name)?;
    let rows = write(&mut out)?;
    out.finish(Some(rows))?;
    Ok(())
}

/// Renders every template, built in or the user's own, for a made-up run with every kind of finding.
///
/// Returns why each that does not parse or render does not: file, line and column.
pub fn check_templates(config: &Config) -> Vec<anyhow::Error> {
    let (mut problems, mut broken) = (Vec::new(), BTreeSet::new());
    // Where one is broken, the built-in one stands in for it while the others are tried.
    while let Err(error) = try_templates(config, &broken) {
        let name = templates::broken_in(config, &error);
        problems.push(error);
        if !name.is_some_and(|name| broken.insert(name)) {
            break;
        }
    }
    problems
}

/// Files of the user's own templates that nothing comes of, as where a name is misspelt.
pub fn idle_templates(config: &Config) -> Vec<anyhow::Error> {
    let said = |file: &String| {
        Failure::usage(format!("{file} is never used: no built-in template has its name, and none includes it"))
            .hint(format!("a file replaces the built-in one of its name: {}", templates::names()))
            .into()
    };
    templates::idle(config).iter().map(said).collect()
}

fn try_templates(config: &Config, without: &BTreeSet<String>) -> Result<()> {
    let templates = templates::Templates::load_without(config, without)?;
    let example = example::Example::new(40, "")?;
    let inputs = example.inputs();
    let ordered = cap::ordered(&inputs.reconciliation.findings, inputs.history);
    let view = build::view(&inputs, &ordered, &templates.texts, &[]);
    let seen = templates.context(&view)?;
    html::render(&templates, &view, seen.clone())?;
    for flavour in [Flavour::Github, Flavour::Jira] {
        markdown::render(&templates, &view, &view.files, seen.clone(), flavour)?;
        let options = Options { markdown: flavour, ..Options::default() };
        let instances = example.instances()?;
        let inputs = summary::Several { options, ..example.several(&instances) };
        summary::pages(&templates, &inputs)?;
    }
    Ok(())
}
