//! `schema`

use anyhow::Result;

use super::{Context, Ended};
use crate::cli;

/// Runs it.
pub(super) fn run(_options: &cli::Schema, _context: &Context) -> Result<Ended> {
    Err(crate::failure::Failure::failed("`schema` is not built yet").into())
}
