//! The archive: run folders that are never overwritten, their manifests, the lock, and what runs say of each other.
//!
//! ```text
//! audits/
//!   archive.lock                      who writes at the moment; the operating system holds the lock, the text names its holder
//!   20261123T060000Z-4be21f/          a run: complete once manifest.json is in it
//!   20261223T060000Z-9c01aa/
//!   pruned/20251123T060000Z-77d0e3.json   the manifest of a run that was pruned: the chain still holds without its files
//!   summaries/20261223T060000Z-02d9b7.html   the page over all instances, where there are several
//! ```
//!
//! Every manifest names the SHA-256 of the one before it, over the whole archive, so no run can be taken out or changed unnoticed
//! without rewriting all that came after it. Runs are ordered by their number in that chain, never by the clock, which may go back.

mod afterwards;
pub mod diff;
pub mod findings;
mod folder;
pub mod history;
pub mod inputs;
mod lock;
pub mod manifest;
pub mod notice;
pub mod prune;
pub mod replay;
mod rows;
pub mod run;
pub mod signature;
mod store;
pub mod summaries;
pub mod tokens;
pub mod verify;

pub use folder::{OutFile, RunFolder};
pub use history::History;
pub use lock::Lock;
pub use manifest::{FileEntry, Manifest};
pub use rows::write_rows;
pub use run::RunInfo;
pub use store::{Archive, StoredRun, is_of_unfinished_run};

use std::path::Path;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// SHA-256 as 64 hexadecimal digits.
pub(crate) fn hex(digest: impl AsRef<[u8]>) -> String {
    digest.as_ref().iter().fold(String::with_capacity(64), |mut text, byte| {
        text.push_str(&format!("{byte:02x}"));
        text
    })
}

/// SHA-256 of these bytes as files write it: `sha256:` and 64 hexadecimal digits.
pub fn sha256(bytes: impl AsRef<[u8]>) -> String {
    format!("sha256:{}", hex(Sha256::digest(bytes.as_ref())))
}

/// SHA-256 and size of a file, read in pieces.
pub(crate) fn sha256_file(path: &Path) -> std::io::Result<(String, u64)> {
    let mut file = std::fs::File::open(path)?;
    let (mut hasher, mut bytes, mut buffer) = (Sha256::new(), 0, vec![0; 1 << 16]);
    loop {
        let read = std::io::Read::read(&mut file, &mut buffer)?;
        let Some(piece) = buffer.get(..read).filter(|piece| !piece.is_empty()) else { break };
        hasher.update(piece);
        bytes += read as u64;
    }
    Ok((format!("sha256:{}", hex(hasher.finalize())), bytes))
}

/// Makes the names inside a folder last through a power cut.
fn sync_folder(folder: &Path) -> Result<()> {
    // Windows has no handle on a folder to sync.
    if cfg!(unix) {
        std::fs::File::open(folder).and_then(|file| file.sync_all()).with_context(|| format!("syncing {}", folder.display()))?;
    }
    Ok(())
}

/// Mode 0600 from the first moment on, and never over something that is there.
fn create_private(path: &Path) -> std::io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
