//! One at a time on a plan. The operating system holds the lock and lets go of it when the process ends, however it ends; the text
//! in the file only names the holder.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;

use anyhow::{Context, Result};
use chrono::{DateTime, Utc};

use crate::failure::{Failure, Kind};

/// Held while a plan is reviewed or applied; let go of when dropped.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

impl Lock {
    /// Takes the lock of a plan (`plan.lock` beside it) for `what`, such as `apply by ana`.
    ///
    /// # Errors
    /// [`Kind::Locked`] with the holder's name when somebody else has it.
    pub fn take(plan: &Path, what: &str, now: DateTime<Utc>) -> Result<Self> {
        let path = plan.with_extension("lock");
        let cannot = || Failure::failed(format!("cannot lock {}", path.display())).hint("the plan's folder must be writable");
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&path).with_context(cannot)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // Not readable, or not written yet: somebody has it all the same.
                let _ = file.take(512).read_to_string(&mut holder);
                let holder = if holder.trim().is_empty() { "somebody who left no name" } else { holder.trim() };
                return Err(Failure::new(Kind::Locked, format!("{} is in use: {holder}", plan.display()))
                    .hint("wait until it has ended; the lock goes with its process, nothing has to be deleted")
                    .into());
            }
            Err(TryLockError::Error(error)) => return Err(error).with_context(cannot),
        }
        let holder = format!("{what}, process {}, since {}", std::process::id(), now.format("%Y-%m-%dT%H:%M:%SZ"));
        file.set_len(0).and_then(|()| file.rewind()).and_then(|()| writeln!(file, "{holder}")).with_context(cannot)?;
        Ok(Self { file })
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // An empty file says that nobody holds it. The lock itself goes with the handle, whatever becomes of this.
        let _ = self.file.set_len(0);
    }
}
