//! `schema`

use anyhow::Result;

use super::{Exit, Invocation};
use crate::archive::findings::Findings;
use crate::cli::{self, SchemaName};
use crate::config::Config;
use crate::plan::Plan;
use crate::plan::returned::DecisionsFile;
use crate::report;

/// Prints the schema of a file, as the types that write it have it.
pub(super) fn run(options: &cli::Schema, invocation: &Invocation) -> Result<Exit> {
    let schema = match options.name {
        SchemaName::Findings => schemars::schema_for!(Findings),
        SchemaName::Plan => schemars::schema_for!(Plan),
        SchemaName::Decisions => schemars::schema_for!(DecisionsFile),
        SchemaName::Report => schemars::schema_for!(report::View),
        SchemaName::Summary => schemars::schema_for!(report::summary::Overall),
        SchemaName::Config => schemars::schema_for!(Config),
    };
    invocation.terminal.json(&schema)?;
    Ok(None)
}
