//! What people and programs read of a run: HTML, Markdown, CSV, XLSX and JSON, all from one view.
//!
//! [`write`] puts every file into the run folder. What a template sees is a [`View`]: built once, in Rust, with every count done
//! and every number formatted. Templates only arrange it, so that a template of the user's own cannot get a figure wrong.
//!
//! - `build`, `sections`, `appendix`, `charts`: the view. `cap` decides what a page can hold, `origin` where a parameter comes from.
//! - `templates`, `html`, `markdown`: Tera, the content security policy, escaping.
//! - `tables`, `workbook`: the CSV files and the workbook, which are never capped and do not go through the view.
//! - `texts`: every visible string, one file. `redact`: tokens instead of names.

mod appendix;
mod build;
mod cap;
mod charts;
pub mod example;
mod failed;
mod figures;
mod html;
mod markdown;
mod origin;
mod sections;
mod tables;
mod templates;
mod texts;
pub mod view;
mod workbook;

use std::io::Write;

use anyhow::Result;

use crate::archive::findings::Findings;
use crate::archive::{History, RunFolder, RunInfo};
use crate::config::{Config, Loaded};
use crate::directory::People;
use crate::domo::Accounts;
use crate::plan::Plan;
use crate::reconcile::Reconciliation;

pub use failed::failed;
pub use markdown::Flavour;
pub use view::View;

/// Everything a report is made of.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs)]
pub struct Inputs<'a> {
    pub run: &'a RunInfo,
    pub config: &'a Loaded,
    pub accounts: &'a Accounts,
    pub people: &'a People,
    pub reconciliation: &'a Reconciliation,
    pub history: &'a History,
    /// None with nothing to do, or with incomplete evidence.
    pub plan: Option<&'a Plan>,
    pub options: Options,
}

/// What the command line says of the report.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Where report.md will be pasted.
    pub markdown: Flavour,
    /// Replace names, e-mails, phones and employee numbers by tokens.
    pub redact: bool,
}

/// Writes every file of a run that is not an input of later verbs: findings.json, the CSV files, the review sheets, report.md and
/// report.html, which names the digests of all files written before it.
///
/// # Errors
/// When a file cannot be written, or a template of the user's own does not render; the error names file, line and column.
pub fn write(inputs: &Inputs, folder: &mut RunFolder) -> Result<()> {
    let templates = templates::Templates::load(&inputs.config.config)?;

    let mut file = folder.file("findings.json")?;
    Findings::of(inputs.run, inputs.reconciliation, inputs.history).write(&mut file)?;
    file.finish(Some(inputs.reconciliation.findings.len() as u64))?;

    let mut file = folder.file("findings.csv")?;
    let rows = tables::findings(inputs, &mut file)?;
    file.finish(Some(rows))?;

    let mut file = folder.file("drift.csv")?;
    let rows = tables::drift(inputs, &mut file)?;
    file.finish(Some(rows))?;

    let mut file = folder.file("accounts.csv")?;
    let rows = tables::accounts(inputs, &mut file)?;
    file.finish(Some(rows))?;

    if let Some(plan) = inputs.plan {
        let mut file = folder.file("review.csv")?;
        let rows = tables::review(plan, &mut file)?;
        file.finish(Some(rows))?;

        let view = build::view(inputs, &templates.texts, &folder.files())?;
        let mut file = folder.file("review.xlsx")?;
        workbook::write(inputs, plan, &view, &templates.texts, &mut file)?;
        file.finish(Some(rows))?;
    }

    let view = build::view(inputs, &templates.texts, &folder.files())?;
    let mut file = folder.file("report.md")?;
    file.write_all(markdown::render(&templates, &view, inputs.options.markdown)?.as_bytes())?;
    file.finish(None)?;

    let view = build::view(inputs, &templates.texts, &folder.files())?;
    let mut file = folder.file("report.html")?;
    file.write_all(html::render(&templates, &view)?.as_bytes())?;
    file.finish(None)?;
    Ok(())
}

/// Renders every template, built in or the user's own, for a made-up run with every kind of finding.
///
/// # Errors
/// The first template that does not parse or render; the error names file, line and column.
pub fn check_templates(config: &Config) -> Result<()> {
    let templates = templates::Templates::load(config)?;
    let example = example::Example::new(40, "")?;
    let view = build::view(&example.inputs(), &templates.texts, &[])?;
    html::render(&templates, &view)?;
    for flavour in [Flavour::Github, Flavour::Jira] {
        markdown::render(&templates, &view, flavour)?;
    }
    Ok(())
}
