//! `review`

use anyhow::Result;

use super::{Context, Ended};
use crate::cli;

/// Runs it.
pub(super) fn run(_options: &cli::Review, _context: &Context) -> Result<Ended> {
    Err(crate::failure::Failure::failed("`review` is not built yet").into())
}
