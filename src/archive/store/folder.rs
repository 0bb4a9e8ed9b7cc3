//! A run folder while it is being written. It becomes a run when its manifest is put in, last and at once; whatever ends the
//! process before that leaves a folder without one, which nothing takes for a run.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use anyhow::{Context, Result, bail};
use chrono::{DateTime, Utc};

use super::manifest::{FileEntry, Manifest};
use super::{Archive, Lock, beside, run, user};
use crate::digest::Hasher;
use crate::failure::Failure;
use crate::terms::names::MANIFEST;
use crate::{files, stage};

/// A folder of the archive that belongs to this run alone.
#[derive(Debug)]
pub struct RunFolder {
    lock: Arc<Lock>,
    id: String,
    user: String,
    path: PathBuf,
    files: Arc<Files>,
}

/// The files that are finished.
#[derive(Debug, Default)]
struct Files {
    entries: Mutex<Vec<FileEntry>>,
    /// A thread a file that puts it on the disk: nobody waits for that until the run is complete.
    syncing: Mutex<Vec<JoinHandle<Result<()>>>>,
}

impl Files {
    fn entries(&self) -> MutexGuard<'_, Vec<FileEntry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn syncing(&self) -> MutexGuard<'_, Vec<JoinHandle<Result<()>>>> {
        self.syncing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until all of them are on the disk.
    fn settle(&self) -> Result<()> {
        let syncing = std::mem::take(&mut *self.syncing());
        // All of them are waited for, whatever the first says.
        let ends: Vec<_> = syncing.into_iter().map(JoinHandle::join).collect();
        ends.into_iter().try_for_each(|end| end.unwrap_or_else(|_| bail!("a file of the run could not be put on the disk")))
    }
}

impl RunFolder {
    /// Takes the archive's lock and makes a folder in it.
    ///
    /// # Errors
    /// Another run holds the lock, or the folder cannot be made.
    pub fn create(archive: &Path, started: DateTime<Utc>) -> Result<Self> {
        Self::create_under(&Arc::new(Lock::take(archive, started)?), started)
    }

    /// Makes a folder under a lock that is held already: several runs, one after the other.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn create_under(lock: &Arc<Lock>, started: DateTime<Utc>) -> Result<Self> {
        let cannot = || Failure::failed(format!("cannot make a run folder in {}", lock.folder().display()));
        // The second half of an id is random; a taken one is drawn again.
        for _ in 0..16 {
            let id = run::new_id(started);
            let path = lock.folder().join(&id);
            match files::make_new_folder(&path) {
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => continue,
                made => made.with_context(cannot)?,
            }
            let user = File::open(&path).map(|folder| user::of_file(&folder)).with_context(cannot)?;
            return Ok(Self { lock: Arc::clone(lock), id, user, path, files: Arc::default() });
        }
        Err(cannot().into())
    }

    /// The run's id, the folder's name.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The user this process runs as.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// The archive it is in.
    pub fn archive(&self) -> &Path {
        self.lock.folder()
    }

    /// A new file, mode 0600; bytes are counted and hashed on their way. It counts once it is [finished](OutFile::finish).
    ///
    /// # Errors
    /// The name is a path or the manifest's, such a file is there already, or it cannot be made.
    pub fn file(&self, name: &str) -> Result<OutFile> {
        let path = self.path.join(name);
        let plain = Path::new(name).file_name().is_some_and(|last| last == name) && name != MANIFEST;
        if !plain {
            bail!("`{name}` is no name for a file of a run");
        }
        let file = files::create(&path).with_context(|| writing(&path))?;
        Ok(OutFile {
            name: name.to_owned(),
            path,
            out: BufWriter::with_capacity(1 << 16, Hashed { file, hasher: Hasher::default(), bytes: 0 }),
            files: Arc::clone(&self.files),
            stage: stage::begin(name),
        })
    }

    /// Makes sure that this many bytes of temporary files have room here, for a writer of those that cannot say that it ran out.
    ///
    /// # Errors
    /// There is no such room.
    pub fn reserve(&self, bytes: u64) -> Result<()> {
        let full = || {
            Failure::failed(format!("there is no room for temporary files in {}", self.path.display()))
                .hint("see whether the disk is full")
        };
        let mut file = tempfile::tempfile_in(&self.path).with_context(full)?;
        files::allocate(&mut file, bytes).with_context(full)
    }

    /// A new file with this content.
    ///
    /// # Errors
    /// As [`RunFolder::file`], or it cannot be written.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>, rows: Option<u64>) -> Result<FileEntry> {
        let mut file = self.file(name)?;
        file.write_all(content.as_ref()).with_context(|| writing(&file.path))?;
        file.finish(rows)
    }

    /// Removes what was written so far: the run failed, and none of it holds. On a full disk it also makes room for saying so.
    ///
    /// # Errors
    /// Something in it cannot be removed.
    pub fn clear(&self) -> Result<()> {
        // Whether they reached the disk does not matter any more.
        let _ = self.files.settle();
        let clearing = || format!("removing what is in {}", self.path.display());
        for entry in std::fs::read_dir(&self.path).with_context(clearing)? {
            std::fs::remove_file(entry.with_context(clearing)?.path()).with_context(clearing)?;
        }
        self.files.entries().clear();
        Ok(())
    }

    /// The finished files by name: several may be written at once.
    pub fn files(&self) -> Vec<FileEntry> {
        let mut files = self.files.entries().clone();
        files.sort_by(|one, other| one.name.cmp(&other.name));
        files
    }

    /// Removes the folder: the run ends before there was anything to keep.
    pub fn discard(self) {
        if let Err(error) = std::fs::remove_dir_all(&self.path) {
            tracing::warn!("cannot remove {}: {error}", self.path.display());
        }
    }

    /// Whether the folder has become a run: nothing is written into it any more.
    pub fn is_complete(&self) -> bool {
        self.path.join(MANIFEST).exists()
    }

    /// Makes the folder a run: fills in the manifest's number, its link to the run before and the files, and puts it in place,
    /// last and at once.
    ///
    /// # Errors
    /// When a file in the folder was begun and not finished, besides what writing can fail with.
    pub fn complete(&self, mut manifest: Manifest) -> Result<PathBuf> {
        self.files.settle()?;
        let files = self.files();
        for entry in std::fs::read_dir(&self.path).with_context(|| format!("reading {}", self.path.display()))? {
            let name = entry?.file_name();
            if !files.iter().any(|file| name == file.name.as_str()) {
                bail!("{} was begun and not finished", self.path.join(&name).display());
            }
        }
        // Listed again: the run's number and its link to the run before it must be those of this moment.
        let mut before = Archive::at(self.archive()).list()?;
        manifest.inputs.extend(beside::record(&before));
        let newest = before.runs.pop();
        manifest.run.id.clone_from(&self.id);
        let number = newest.as_ref().map_or(0, |run| run.number()).checked_add(1);
        manifest.number = number.context("the number of the last run in the archive leaves no room for another: it was altered")?;
        manifest.previous = newest.map(|run| run.link());
        manifest.files = files;

        let path = self.path.join(MANIFEST);
        let mut json = serde_json::to_vec_pretty(&manifest)?;
        json.push(b'\n');
        // All that the manifest names must be on disk before it is.
        files::sync_folder(&self.path).with_context(|| writing(&path))?;
        let put = files::put(&path, files::all(&json)).and_then(|()| files::sync_folder(self.archive()));
        if let Err(error) = put {
            // A run that failed is none, also where its manifest is there and only may not last.
            if std::fs::read(&path).is_ok_and(|there| there == json) {
                _ = std::fs::remove_file(&path);
            }
            return Err(error).with_context(|| writing(&path));
        }
        Ok(self.path.clone())
    }
}

impl Drop for RunFolder {
    /// A run that failed has a report too, which should be there after the power is gone.
    fn drop(&mut self) {
        if let Err(error) = self.files.settle() {
            tracing::warn!("{error:#}");
        }
    }
}

/// A file of a run that is being written.
#[derive(Debug)]
pub struct OutFile {
    name: String,
    path: PathBuf,
    out: BufWriter<Hashed>,
    files: Arc<Files>,
    stage: tracing::Span,
}

impl OutFile {
    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file is whole: puts it into the run's list, and on its way to the disk, which [`RunFolder::complete`] waits for. `rows`
    /// is how many records it has.
    ///
    /// # Errors
    /// What is left of it cannot be written.
    pub fn finish(self, rows: Option<u64>) -> Result<FileEntry> {
        let Self { name, path, out, files, stage } = self;
        let out = out.into_inner().map_err(std::io::IntoInnerError::into_error).with_context(|| writing(&path))?;
        stage.record(stage::BYTES, out.bytes);
        let sha256 = out.hasher.named();
        let entry = FileEntry { name, rows, bytes: out.bytes, sha256 };
        let sync = std::thread::Builder::new().spawn(move || out.file.sync_all().with_context(|| writing(&path)));
        files.syncing().push(sync.context("starting a thread")?);
        files.entries().push(entry.clone());
        Ok(entry)
    }
}

impl Write for OutFile {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }
}

/// What reaches the file, counted and hashed: under the buffer, so that it comes in large pieces.
#[derive(Debug)]
struct Hashed {
    file: File,
    hasher: Hasher,
    bytes: u64,
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        // So much is still in the core's cache when it is hashed.
        let written = self.file.write(bytes.get(..1 << 18).unwrap_or(bytes))?;
        self.hasher.update(bytes.get(..written).unwrap_or(bytes));
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

fn writing(path: &Path) -> Failure {
    Failure::failed(format!("cannot write {}", path.display())).hint("see whether the disk is full and the folder can be written")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::RunInfo;
    use crate::archive::store::manifest::ConfigDigest;
    use crate::config::Loaded;
    use crate::failure::{FailureKind, kind};

    fn now() -> DateTime<Utc> {
        "2026-11-23T06:00:00Z".parse().unwrap()
    }

    fn manifest(folder: &RunFolder) -> Manifest {
        let run = RunInfo::new(folder.id(), now(), now().date_naive(), "acme", folder.user());
        Manifest::new(run, ConfigDigest::of(&Loaded::default()))
    }

    #[test]
    fn a_run_is_there_once_its_manifest_is_and_the_next_names_it() {
        let archive = tempfile::tempdir().unwrap();
        let mut digests = Vec::new();
        for number in 1..=3 {
            let folder = RunFolder::create(archive.path(), now()).unwrap();
            folder.write("a.txt", format!("{number}"), Some(number)).unwrap();
            assert_eq!(Archive::at(archive.path()).list().unwrap().unfinished.len(), 1);
            let manifest = manifest(&folder);
            folder.complete(manifest).unwrap();
            let newest = Archive::at(archive.path()).list().unwrap().runs.pop().unwrap();
            assert_eq!(newest.number(), number);
            assert_eq!(newest.head.previous.as_ref().map(|link| &link.manifest_sha256), digests.last());
            digests.push(newest.sha256);
        }
    }

    #[test]
    fn a_file_begun_and_not_finished_makes_no_run() {
        let archive = tempfile::tempdir().unwrap();
        let folder = RunFolder::create(archive.path(), now()).unwrap();
        drop(folder.file("half.csv").unwrap());
        let manifest = manifest(&folder);
        let error = folder.complete(manifest).unwrap_err();
        assert!(error.to_string().ends_with("half.csv was begun and not finished"), "{error}");
        assert!(Archive::at(archive.path()).list().unwrap().runs.is_empty());
    }

    #[test]
    fn the_second_writer_is_told_who_holds_the_lock() {
        let archive = tempfile::tempdir().unwrap();
        let folder = RunFolder::create(archive.path(), now()).unwrap();
        let error = RunFolder::create(archive.path(), now()).unwrap_err();
        assert_eq!(kind(&error), FailureKind::Locked);
        assert!(error.to_string().contains(&format!("process {}", std::process::id())), "{error}");
        RunFolder::create_under(&folder.lock, now()).unwrap();
        drop(folder);
        RunFolder::create(archive.path(), now()).unwrap();
    }

    #[test]
    fn names_that_leave_the_folder_are_refused() {
        let archive = tempfile::tempdir().unwrap();
        let folder = RunFolder::create(archive.path(), now()).unwrap();
        for name in ["", "..", "../x", "a/b", "/tmp/x", MANIFEST] {
            assert!(folder.file(name).is_err(), "{name}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_reads_what_a_run_writes() {
        use std::os::unix::fs::PermissionsExt;
        let archive = tempfile::tempdir().unwrap();
        let folder = RunFolder::create(&archive.path().join("audits"), now()).unwrap();
        folder.write("a.txt", "x", None).unwrap();
        let manifest = manifest(&folder);
        let path = folder.complete(manifest).unwrap();
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(&path.join("a.txt")), mode(&path.join(MANIFEST))), (0o700, 0o600, 0o600));
    }
}
