//! `verify`

use anyhow::Result;

use super::{Context, Ended};
use crate::cli;

/// Runs it.
pub(super) fn run(_options: &cli::Verify, _context: &Context) -> Result<Ended> {
    Err(crate::failure::Failure::failed("`verify` is not built yet").into())
}
