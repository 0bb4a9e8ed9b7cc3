//! `check`

use anyhow::Result;

use super::{Context, Ended};
use crate::cli;

/// Runs it.
pub(super) fn run(_options: &cli::Check, _context: &Context) -> Result<Ended> {
    Err(crate::failure::Failure::failed("`check` is not built yet").into())
}
