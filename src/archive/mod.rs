//! The archive: run folders that are never overwritten, their manifests, the lock, and what runs say of each other.

pub mod history;
pub mod run;

pub use history::History;
pub use run::RunInfo;
