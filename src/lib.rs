//! Proves that Domo's users and the company directory agree, says where they do not, and carries out what was approved.
//!
//! ```text
//!  Domo API ─► Accounts ─┐                                 ┌─► report.html .md .csv .json .xlsx
//!                        ├─► Reconciliation ─► Plan ─► Approved ─► Journal ─► Domo API
//!  export   ─► People  ──┘    (findings,       (what       (who      (what was
//!  (a file, or fetched)        totals)          should)     said yes)  really done)
//! ```
//!
//! Each noun is made from the ones before it and none is changed afterwards:
//!
//! - [`domo::Accounts`] and [`directory::People`]: a Polars frame each, with a fixed schema and the evidence of how it came to be.
//! - [`reconcile::Reconciliation`]: every account and person in exactly one situation; it refuses totals that do not balance.
//! - `plan::Plan`: immutable and bound by digests to what was judged. `plan::Approved` can only be made from a plan that is
//!   whole, in time, for this instance, and within its guards; only it opens a writer.
//! - The journal (`apply`): a record on disk before a write leaves, another after its read-back.
//! - The report: derived from the others, never read back. The `archive` keeps all of it, run by run.
//!
//! What is absent: code that compares cannot write to Domo; `reconcile` and `plan` know no clock, file or network; nothing here
//! takes a `dry_run` flag; secrets have no `Debug`, `Display` or `Serialize`; frames hold sets, structs hold findings.
//!
//! Arrows point one way: `commands` → everything; `report`, `apply` → `plan` → `reconcile` → the two frames' schemas. Each external
//! crate has its rooms, and a test holds it there: reqwest in `http`, calamine in `directory`, tera and the XLSX writer in
//! `report`, axum in `sandbox`, clap in `cli` and `commands`; frames wherever sets are read, judged or shown.

pub mod apply;
pub mod archive;
pub mod cli;
pub mod commands;
pub mod config;
mod digest;
pub mod directory;
pub mod domo;
pub mod failure;
mod files;
pub mod http;
pub mod plan;
pub mod reconcile;
pub mod report;
mod rows;
pub mod sandbox;
pub mod source;
mod stage;
pub mod stop;
pub mod terms;
pub mod text;
