//! The journal on disk: opened for one plan, appended to, and synced before anything leaves for Domo.

use std::fs::File;
#[cfg(unix)]
use std::fs::Metadata;
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use chrono::Utc;

use super::files::LONGEST;
use crate::failure::{Failure, FailureKind};
use crate::files;
use crate::plan::journal::{End, Event};
use crate::plan::{Journal, Plan};

/// A journal that can be written. Whoever has it has the plan's lock.
#[derive(Debug)]
pub struct OpenJournal {
    path: PathBuf,
    file: File,
    /// What stood in it when it was opened. What is written since is kept on the disk alone: a long apply would fill the memory
    /// with it.
    found: Journal,
    end: End,
}

/// Reads the journal of a plan; an empty one where there is none.
///
/// # Errors
/// The file is there and cannot be read, or its chain is broken: nothing is written to Domo after that.
pub fn read(path: &Path) -> Result<Journal> {
    let bytes = files::if_there(files::read(path, LONGEST))
        .with_context(|| Failure::usage(format!("cannot read the journal {}", path.display())))?;
    Journal::read(bytes.unwrap_or_default()).with_context(|| {
        Failure::new(FailureKind::PlanRefused, format!("the journal {} was changed after it was written", path.display()))
            .hint("nothing is applied on it: find out who changed it, and run `audit` again for a new plan")
    })
}

/// Refuses a journal that belongs to another plan.
///
/// # Errors
/// The journal was opened for a plan with another digest.
pub fn belongs(journal: &Journal, plan: &Plan, path: &Path) -> Result<()> {
    match journal.opened().find(|(_, open)| open.digest != plan.digest) {
        None => Ok(()),
        Some((_, open)) => Err(Failure::new(
            FailureKind::PlanRefused,
            format!("the journal {} is of plan {} ({}), not of plan {}", path.display(), open.plan, open.digest, plan.id),
        )
        .hint("keep every plan in its own folder")
        .into()),
    }
}

impl OpenJournal {
    /// Opens the journal of a plan to append to it. A torn last line is cut off: nothing left for Domo after it.
    ///
    /// # Errors
    /// The journal cannot be opened, is broken, or is another plan's.
    pub fn open(path: &Path, plan: &Plan) -> Result<Self> {
        let journal = read(path)?;
        belongs(&journal, plan, path)?;
        let opened = || -> std::io::Result<File> {
            let mut file = files::open_own(path)?;
            file.set_len(journal.whole())?;
            file.seek(SeekFrom::End(0))?;
            file.sync_all()?;
            files::sync_folder(files::folder_of(path))?;
            Ok(file)
        };
        let file = opened().with_context(|| Failure::failed(format!("cannot open the journal {}", path.display())))?;
        Ok(Self { path: path.to_owned(), file, end: journal.end(), found: journal })
    }

    /// Appends these events and waits until they are on the disk.
    ///
    /// # Errors
    /// They are not on the disk: what they announce must not be sent.
    pub fn append(&mut self, events: impl IntoIterator<Item = Event>) -> Result<()> {
        if !self.is_there() {
            return Err(Failure::failed(format!(
                "the journal {} was deleted or replaced while the plan was applied",
                self.path.display()
            ))
            .hint("nothing more is sent; what was done since this apply began stands in no file: run `audit` again, which shows it")
            .into());
        }
        let mut text = String::new();
        for event in events {
            text.push_str(&self.end.line(Utc::now(), event)?);
        }
        let written = self.file.write_all(text.as_bytes()).and_then(|()| self.file.sync_data());
        written.with_context(|| {
            Failure::failed(format!("cannot write the journal {}", self.path.display()))
                .hint("nothing is sent to Domo without its record: make room and apply again, it goes on where it ended")
        })
    }

    /// Whether what is written still is what its name leads to: a record in a file that is gone is none.
    pub fn is_there(&self) -> bool {
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            let same = |one: &Metadata, other: &Metadata| (one.dev(), one.ino()) == (other.dev(), other.ino());
            let (named, open) = (self.path.symlink_metadata(), self.file.metadata());
            matches!((named, open), (Ok(named), Ok(open)) if same(&named, &open))
        }
        #[cfg(not(unix))]
        self.path.is_file()
    }

    /// What stood in it when it was opened.
    pub fn found(&self) -> &Journal {
        &self.found
    }

    /// How many lines it has.
    pub fn lines(&self) -> u64 {
        self.end.lines()
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}
