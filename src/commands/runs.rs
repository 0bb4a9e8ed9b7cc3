//! `runs`

use anyhow::Result;

use super::{Context, Ended};
use crate::cli;

/// Runs it.
pub(super) fn run(_options: &cli::Runs, _context: &Context) -> Result<Ended> {
    Err(crate::failure::Failure::failed("`runs` is not built yet").into())
}
