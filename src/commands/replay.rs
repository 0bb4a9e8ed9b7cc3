//! `replay`

use anyhow::Result;

use super::{Context, Ended};
use crate::cli;

/// Runs it.
pub(super) fn run(_options: &cli::Replay, _context: &Context) -> Result<Ended> {
    Err(crate::failure::Failure::failed("`replay` is not built yet").into())
}
