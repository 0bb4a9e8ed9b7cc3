//! One writer an archive at a time. The operating system holds the lock and lets go of it when the process ends, however it ends;
//! the text in the file only names the holder.

use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Once;

use anyhow::{Context, Result};
use chrono::{DateTime, Utc};

use super::{run, user};
use crate::failure::{Failure, FailureKind};
use crate::files;
use crate::text;

/// The file's name.
pub(in crate::archive) const FILE: &str = "archive.lock";

/// Held while runs are written or pruned, or a plan is applied; let go of when dropped.
#[derive(Debug)]
pub struct Lock {
    path: PathBuf,
    file: File,
}

impl Lock {
    /// Takes the archive's lock, making its folder (0700) where it is not there yet.
    ///
    /// # Errors
    /// [`FailureKind::Locked`] with the holder's name when somebody else has it.
    pub fn take(archive: &Path, now: DateTime<Utc>) -> Result<Self> {
        files::make_folder(archive).map_err(|error| Failure::no_folder("the archive", archive, "--archive", error))?;
        say_shared([archive]);
        Self::take_at(&archive.join(FILE), &format!("the archive {}", archive.display()), "a run", now)
    }

    /// Takes the lock of `what`, held in this file, for somebody who is `doing` something with it, such as `apply by ana`.
    ///
    /// # Errors
    /// Somebody else holds it, who is named, or the file cannot be opened or locked.
    pub fn take_at(path: &Path, what: &str, doing: &str, now: DateTime<Utc>) -> Result<Self> {
        let cannot = |hint| Failure::failed(format!("cannot lock {what} in {}", path.display())).hint(hint);
        let unwritten = || cannot("see whether the folder can be written and its disk has room");
        let mut file = files::open_own(path).with_context(unwritten)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(held(what, &mut file).into()),
            Err(TryLockError::Error(error)) => {
                return Err(error)
                    .with_context(|| cannot("see whether the folder's file system has locks: some network folders have none"));
            }
        }
        // Not the file's owner: somebody else may have locked it first, long ago.
        let (process, by, host) = (std::process::id(), user::name(), user::host());
        let holder = format!("{doing}, process {process}, user {by} on {host}, since {}", run::moment(now));
        write_holder(&mut file, &holder).with_context(unwritten)?;
        Ok(Self { path: path.to_owned(), file })
    }

    /// Who holds the lock in this file, as they are named there; none where nobody does.
    pub(super) fn holder(path: &Path) -> Option<String> {
        let mut file = files::open_plain(path).ok()?;
        matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)).then(|| holder_in(&mut file))
    }

    /// The folder that the lock's file is in: the archive.
    pub fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }
}

/// Says of the first of these folders and files that others may change what was decided and found there; once is enough.
pub fn say_shared<'a>(paths: impl IntoIterator<Item = &'a Path>) {
    static SAID: Once = Once::new();
    if let Some(shared) = paths.into_iter().find_map(shared) {
        SAID.call_once(|| tracing::warn!("{shared}"));
    }
}

/// That others may write to a folder or a file of an archive.
pub(in crate::archive) fn shared(path: &Path) -> Option<String> {
    let who = files::others_write(path)?;
    Some(format!("{who} may write to {}: decisions and runs there can be changed by them; `chmod go-w` it", path.display()))
}

impl Drop for Lock {
    fn drop(&mut self) {
        // An empty file says that nobody holds it. The lock itself goes with the handle, whatever becomes of this.
        let _ = self.file.set_len(0);
    }
}

fn holder_in(file: &mut File) -> String {
    let mut holder = String::new();
    // Not readable, or not written yet: somebody has it all the same.
    let _ = file.take(512).read_to_string(&mut holder);
    text::visible(holder.lines().next().unwrap_or("somebody who left no name")).into_owned()
}

fn held(what: &str, file: &mut File) -> Failure {
    Failure::new(FailureKind::Locked, format!("{what} is in use: {}", holder_in(file)))
        .hint("wait until it has ended; the lock goes with its process, nothing has to be deleted")
}

fn write_holder(file: &mut File, holder: &str) -> std::io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{holder}")
}
