//! `--redact`: tokens instead of names, e-mail addresses, phones and employee numbers, in every file that leaves the house.
//!
//! It happens at the source: [`Redactor::redacted`] makes `copies` of all that a report is made from, in which every field is
//! replaced that is not known to say nothing of who somebody is (`sort_of`). A field that nobody thought of cannot leak: frames and
//! what files can hold are gone over whole, and of the rest every field is named here, so that a new one does not compile until
//! somebody has looked at it. What builds pages and tables knows nothing of it.
//!
//! The same value has the same token in every file and every run of an archive: a token is a keyed digest, and the archive keeps
//! the secret. What the tokens stand for is written to `redaction-key.csv`. Files that decisions or an apply go back to (plan.json,
//! the review sheets) and the evidence (accounts.jsonl, people.jsonl) keep their values: they do not leave the house.

mod copies;
mod tokens;

pub(super) use tokens::Redactor;

/// What the tokens stand for, in the run's folder.
pub const KEY: &str = "redaction-key.csv";
