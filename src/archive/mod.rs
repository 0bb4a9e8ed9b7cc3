//! The archive: run folders that are never overwritten, their manifests, the lock, and what runs say of each other.
//!
//! ```text
//! audits/
//!   archive.lock                      who writes at the moment; the operating system holds the lock, the text names its holder
//!   20261123T060000Z-4be21f/          a run: complete once manifest.json is in it
//!   20261223T060000Z-9c01aa/
//!   pruned/20251123T060000Z-77d0e3.json   the manifest of a run that was pruned: the chain still holds without its files
//!   pruned/log.jsonl                  who pruned what, and when
//!   redaction.secret                  what tokens are made with, once a run was redacted
//!   summaries/20261223T060000Z-02d9b7.html   the page over all instances, where there are several
//! ```
//!
//! Every manifest names the SHA-256 of the one before it, over the whole archive, so no run can be taken out or changed unnoticed
//! without rewriting all that came after it. Runs are ordered by their number in that chain, never by the clock, which may go back.
//!
//! - `store`: run folders, lock, manifests, what a replay needs, pruning.
//! - `history`: findings over time, the difference of two runs, a stored run judged again.
//! - `proof`: whether a run and its chain still hold.

pub mod history;
pub mod proof;
mod store;

pub use history::{History, diff, findings, replay, tokens};
pub use store::{
    Archive, FileEntry, Listing, Lock, Manifest, OutFile, Recorded, RunFolder, RunInfo, StoredRun, holds, is_of_unfinished_run,
    journals, plans, say_shared,
};
pub use store::{inputs, manifest, prune, run, summaries, user};
