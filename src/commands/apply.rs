//! `apply`

use anyhow::Result;

use super::{Context, Ended};
use crate::cli;

/// Runs it.
pub(super) fn run(_options: &cli::Apply, _context: &Context) -> Result<Ended> {
    Err(crate::failure::Failure::failed("`apply` is not built yet").into())
}
