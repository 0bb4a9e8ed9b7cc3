//! The proof: whether a run and the chain behind it are still what they were, what protects what came after a run, and who signed.

mod afterwards;
pub mod signature;
mod verify;

pub use verify::{ChainCheck, ChainEnd, FileCheck, FileState, Verification, verify};
