//! What a fetch gives.

use crate::directory::Input;

/// What was fetched of one source.
#[derive(Debug)]
pub struct Fetched {
    /// The bytes and the evidence.
    pub input: Input,
    /// How a file of it is called: `.json`, `.ldif`, or nothing where the address decides.
    pub extension: &'static str,
    /// What the source let us know of our rights, and of what it withholds: sentences for `check`.
    pub rights: Vec<String>,
}
