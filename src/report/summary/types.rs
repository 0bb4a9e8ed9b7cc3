//! The instances that the page is made of, and what its templates see.

use std::path::Path;

use anyhow::{Context as _, Result};
use chrono::{DateTime, NaiveDate, Utc};
use schemars::JsonSchema;
use serde::Serialize;

use crate::archive::findings::{Entry, Findings};
use crate::archive::{Archive, Manifest};
use crate::config::Loaded;
use crate::reconcile::EvidenceStatus;
use crate::report::Options;
use crate::report::view::{Fact, Link, Reliability, Table};

/// What stands in `schema`.
pub const SCHEMA: &str = "domo-reconcile/summary/v1";

/// One instance and what became of its audit.
#[derive(Debug, Clone)]
pub struct AuditedInstance {
    /// Its name.
    pub name: String,
    /// What became of it.
    pub outcome: InstanceResult,
}

/// What became of an instance's audit.
#[derive(Debug, Clone)]
pub enum InstanceResult {
    /// It is a run of the archive.
    Audited(Box<AuditedRun>),
    /// Nothing was judged.
    Failed {
        /// The failure, a line a cause or a hint.
        why: String,
        /// The folder whose report says so, where it came that far.
        folder: Option<String>,
    },
}

/// A run as far as this page needs it.
#[derive(Debug, Clone)]
pub struct AuditedRun {
    /// Its manifest.
    pub manifest: Manifest,
    /// SHA-256 of that.
    pub manifest_sha256: String,
    /// Its findings.
    pub findings: Findings,
    /// The day judged by the run it was compared with.
    pub compared_with: Option<NaiveDate>,
}

impl AuditedRun {
    /// Reads a run back from the archive.
    ///
    /// # Errors
    /// There is no such run, or a file of it cannot be read.
    pub fn read(archive: &Path, run_id: &str) -> Result<Self> {
        let archive = Archive::at(archive);
        let run = archive.find(Path::new(run_id))?;
        let manifest = run.manifest.context("its manifest is of another version")?;
        let findings = Findings::of_run(&run.path, Some(&manifest))?;
        let before = manifest.summary.as_ref().and_then(|summary| summary.compared_with.as_deref());
        let before = before.and_then(|id| archive.find(Path::new(id)).ok()).and_then(|run| run.manifest);
        let compared_with = before.map(|manifest| manifest.run.as_of);
        Ok(Self { manifest, manifest_sha256: run.sha256, findings, compared_with })
    }

    pub(super) fn status(&self) -> EvidenceStatus {
        self.findings.evidence.status
    }

    pub(super) fn report(&self) -> String {
        report(&self.manifest.run.id)
    }

    pub(super) fn count(&self, what: impl Fn(&&Entry) -> bool) -> u64 {
        self.findings.findings.iter().filter(what).count() as u64
    }
}

/// Where a run's report is, seen from the page.
pub(super) fn report(run_id: &str) -> String {
    format!("../{run_id}/report.html")
}

/// Everything the page is made of.
#[derive(Debug, Clone, Copy)]
pub struct Several<'a> {
    /// The rules of all instances.
    pub config: &'a Loaded,
    /// When the command began.
    pub started: DateTime<Utc>,
    /// The day judged.
    pub as_of: NaiveDate,
    /// In the order of the configuration.
    pub instances: &'a [AuditedInstance],
    /// What the command line says.
    pub options: Options,
    /// Where the runs are.
    pub archive: &'a Path,
}

/// What the templates `summary.html`, `summary.md` and `summary-plain.md` see.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Overall {
    /// [`SCHEMA`]
    pub schema: &'static str,
    /// The language of the texts, such as `en-GB`.
    pub lang: String,
    /// `[report] title`.
    pub title: String,
    /// `3 instances`
    pub instances_label: String,
    /// `[report] classification`.
    pub classification: Option<String>,
    /// The page's title: what it is, of how many, when.
    pub page_title: String,
    /// `2026-11-23 06:00 UTC`
    pub run_time: String,
    /// The tool and its version.
    pub generator: String,
    /// What the foot of the page says.
    pub footer: String,
    /// Where everything is.
    pub contents: Vec<Link>,
    /// When, of which day, against which directory.
    pub identity: Vec<Fact>,
    /// Whether all instances were judged on whole evidence; its reasons are in [`Self::trouble`].
    pub evidence: Reliability,
    /// The instances that were not, worst first.
    pub trouble: Vec<Trouble>,
    /// A row an instance: evidence, findings by severity, plan.
    pub findings: Table,
    /// A row an instance: against its previous run.
    pub change: Table,
    /// A row an instance: its accounts, added up.
    pub accounts: Table,
    /// A row an instance: the directory's rows as it uses them, added up.
    pub people: Table,
    /// What is said of the people who left, and of what could not be counted.
    pub left_notes: Vec<String>,
    /// People who left and still have access in more than one instance.
    pub left: Table,
    /// A row an instance: its run and the digest of its manifest.
    pub runs: Table,
}

/// An instance that was not judged, or not on whole evidence.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Trouble {
    /// Its name.
    pub instance: String,
    /// `failed`, `incomplete` or `warnings`.
    pub status: &'static str,
    /// The same in words.
    pub label: String,
    /// Why, a line each.
    pub lines: Vec<String>,
    /// Where its report is.
    pub href: Option<String>,
}
