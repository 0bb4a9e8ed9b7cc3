//! `audit`

use anyhow::Result;

use super::{Context, Ended};
use crate::cli;

/// Runs it.
pub(super) fn run(_options: &cli::Audit, _context: &Context) -> Result<Ended> {
    Err(crate::failure::Failure::failed("`audit` is not built yet").into())
}
