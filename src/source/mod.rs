//! Directories that are fetched: bytes, and the evidence of how they were had, in front of `directory`. Nothing is mapped here, and
//! nobody is judged: what leaves this room is an [`Input`] as a file of it would be, and why it may not be all there is.
//!
//! ```text
//!  settings ─► auth ────────► pages ─► one file a kind ─► Input ─► directory::load_with
//!  (where,     (one           (one     (address, its query,
//!   who)        authenticator)  pager)   its proof)
//! ```
//!
//! Nothing could be had: an error. Some came, and then it stopped, or the source's own numbers disagree: an input that says so, and
//! that no plan is made from. A result code proves nothing; counts, an expected floor, and the previous run do.

mod auth;
mod entra;
mod fetch;
mod google;
mod jwt;
mod ldap;
mod ldif;
mod okta;
mod pages;
mod scim;
mod settings;
mod url;

use anyhow::{Result, bail};

use crate::config::{Directory, SourceKind};
use crate::failure::Failure;
use crate::http::{Limits, Vars};
use fetch::Fetch;

pub use fetch::{Depth, FetchProgress, Fetched, Silent};
pub use settings::limits;

/// Fetches a directory, whole or one page of it.
///
/// # Errors
/// Wrong usage: a variable is not set, an address or a key cannot be used. A failure: nothing could be had.
pub async fn fetch(
    directory: &Directory,
    var: Vars<'_>,
    limits: Limits,
    depth: Depth,
    progress: &dyn FetchProgress,
) -> Result<Fetched> {
    let fetch = Fetch::new(directory, limits, depth, progress)?;
    match directory.kind {
        None if directory.is_fetched() => url::fetch(fetch, var).await,
        None => bail!(Failure::usage(format!("{} is a file: it is read, not fetched", directory.label()))),
        Some(SourceKind::Scim) => scim::fetch(fetch, var).await,
        Some(SourceKind::Entra) => entra::fetch(fetch, var).await,
        Some(SourceKind::Okta) => okta::fetch(fetch, var).await,
        Some(SourceKind::Google) => google::fetch(fetch, var).await,
        Some(SourceKind::Ldap) => ldap::fetch(fetch, var).await,
    }
}

/// All that is wrong with the settings of these directories that the environment decides: every problem, at once. Nothing is sent.
///
/// # Errors
/// Wrong usage that names every variable that is not set.
pub fn check_variables(directories: &[Directory], var: Vars<'_>) -> Result<()> {
    let missing: Vec<String> = directories.iter().flat_map(|directory| settings::missing(directory, var)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Failure::usage(missing.join("; "))
        .hint("set the variable, or NAME_FILE with the path of a file that holds its value, where this runs")
        .into())
}
