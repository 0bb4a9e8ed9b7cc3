//! The store: run folders, the lock, the manifests, what is kept for a replay, and which runs are let go of.

pub(super) mod beside;
mod folder;
pub mod inputs;
pub(super) mod listing;
pub(super) mod lock;
pub mod manifest;
mod people;
pub mod prune;
pub mod run;
pub mod summaries;
pub mod user;

pub use beside::Recorded;
pub use folder::{OutFile, RunFolder};
pub use listing::{Archive, Listing, StoredRun, holds, is_of_unfinished_run, journals, plans};
pub use lock::{Lock, say_shared};
pub use manifest::{FileEntry, Manifest};
pub use run::RunInfo;
