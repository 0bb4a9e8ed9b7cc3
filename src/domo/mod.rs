//! All that knows Domo over HTTP: session and token, pacing, wire types, the reader, the writer, SCIM.
//!
//! What leaves this room is [`Accounts`] (a frame, the raw objects, and the evidence of how they were read) and, for `apply`,
//! one account at a time. Reader and writer are different types; a writer is only opened with a [`Permission`].

pub mod accounts;

pub use accounts::{Accounts, Evidence, Snapshot};

/// Held by whoever may open a writer. Only an approved plan implements it, so that code that compares cannot write.
pub trait Permission {}
