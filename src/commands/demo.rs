//! `demo`

use anyhow::Result;

use super::{Context, Ended};
use crate::cli;

/// Runs it.
pub(super) fn run(_options: &cli::Demo, _context: &Context) -> Result<Ended> {
    Err(crate::failure::Failure::failed("`demo` is not built yet").into())
}
