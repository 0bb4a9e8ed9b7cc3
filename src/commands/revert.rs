//! `revert`

use anyhow::Result;

use super::{Context, Ended};
use crate::cli;

/// Runs it.
pub(super) fn run(_options: &cli::Revert, _context: &Context) -> Result<Ended> {
    Err(crate::failure::Failure::failed("`revert` is not built yet").into())
}
