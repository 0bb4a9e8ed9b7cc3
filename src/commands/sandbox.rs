//! `sandbox`

use anyhow::Result;

use super::{Context, Ended};
use crate::cli;

/// Runs it.
pub(super) fn run(_options: &cli::Sandbox, _context: &Context) -> Result<Ended> {
    Err(crate::failure::Failure::failed("`sandbox` is not built yet").into())
}
