//! `pull`

use anyhow::Result;

use super::{Context, Ended};
use crate::cli;

/// Runs it.
pub(super) fn run(_options: &cli::Pull, _context: &Context) -> Result<Ended> {
    Err(crate::failure::Failure::failed("`pull` is not built yet").into())
}
