//! Files that are written whole or not at all, and that their owner alone can read.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{Error, ErrorKind, Read, Result, Seek, SeekFrom, Write};
use std::path::Path;

use anyhow::Context;

use super::folder_of;
use crate::failure::Failure;

/// Puts a file in place of whatever has its name: written beside, synced, renamed. Mode 0600.
pub(crate) fn replace(path: &Path, write: impl FnOnce(&mut File) -> Result<()>) -> Result<()> {
    let file = beside(path, write)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    sync_folder(folder_of(path))
}

/// [`replace`] with this content.
///
/// # Errors
/// The file cannot be written, as a sentence with its path; what stood there stands.
pub(crate) fn write(path: &Path, content: &[u8]) -> anyhow::Result<()> {
    replace(path, all(content)).with_context(|| unwritten(path))
}

/// [`write()`] for one of many files that can be made again: whole or not at all, but not yet on the disk.
///
/// # Errors
/// As [`write()`].
pub(crate) fn write_quickly(path: &Path, content: &[u8]) -> anyhow::Result<()> {
    let quickly = || beside(path, all(content))?.persist(path).map_err(Error::from);
    quickly().map(drop).with_context(|| unwritten(path))
}

fn unwritten(path: &Path) -> Failure {
    Failure::failed(format!("cannot write {}", path.display()))
}

/// [`replace`] where nothing has the name yet; what has it stays as it is.
///
/// # Errors
/// [`ErrorKind::AlreadyExists`], besides those of writing.
pub(crate) fn put(path: &Path, write: impl FnOnce(&mut File) -> Result<()>) -> Result<()> {
    let file = beside(path, write)?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path)?;
    sync_folder(folder_of(path))
}

/// A file with this content under a name that is nobody's yet, in the folder of this path.
fn beside(path: &Path, write: impl FnOnce(&mut File) -> Result<()>) -> Result<tempfile::NamedTempFile> {
    let mut file = tempfile::Builder::new().prefix(HALF).suffix(".part").tempfile_in(folder_of(path))?;
    write(file.as_file_mut())?;
    Ok(file)
}

/// Puts this at the end of a file, which is made where there is none, and waits until it is on the disk.
pub(crate) fn append(path: &Path, content: &[u8]) -> Result<()> {
    append_after(path, u64::MAX, content)
}

/// [`append`] after so many bytes: what comes after them goes. Where not all of it can be written, nothing of it stays.
pub(crate) fn append_after(path: &Path, end: u64, content: &[u8]) -> Result<()> {
    let mut file = open_own(path)?;
    let end = end.min(file.metadata()?.len());
    file.set_len(end)?;
    file.seek(SeekFrom::Start(end))?;
    if let Err(error) = file.write_all(content).and_then(|()| file.sync_all()) {
        file.set_len(end).and_then(|()| file.sync_all())?;
        return Err(error);
    }
    sync_folder(folder_of(path))
}

/// What the name of a file begins with while it is being written.
pub(crate) const HALF: &str = ".half-";

/// Sets room for so many bytes aside in an empty file.
pub(crate) fn allocate(file: &mut File, bytes: u64) -> Result<()> {
    #[cfg(unix)]
    match rustix::fs::fallocate(&*file, rustix::fs::FallocateFlags::empty(), 0, bytes) {
        // Not every file system can: there the room is written.
        Err(rustix::io::Errno::OPNOTSUPP | rustix::io::Errno::NOSYS) => {}
        done => return done.map_err(Error::from),
    }
    std::io::copy(&mut std::io::repeat(0).take(bytes), file)?;
    file.flush()
}

/// A new file, mode 0600 from its first moment on; never one that is there.
pub(crate) fn create(path: &Path) -> Result<File> {
    private(OpenOptions::new().write(true).create_new(true)).open(path)
}

/// Opens a file to add to it, or to lock it: made with mode 0600 where it is not there yet. A link is not followed, and what is no
/// plain file of one name is not opened: whoever may write beside us must not choose which file we change.
pub(crate) fn open_own(path: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, flags.bits().cast_signed());
    }
    let refused = |what: &str| Err(Error::new(ErrorKind::InvalidInput, format!("{} {what}", path.display())));
    let file = match private(&mut options).open(path) {
        Err(_) if path.is_symlink() => return refused("is a link, which is not followed"),
        opened => opened?,
    };
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return refused("is not a plain file");
    }
    #[cfg(unix)]
    if std::os::unix::fs::MetadataExt::nlink(&metadata) > 1 {
        return refused("has another name as well (a hard link)");
    }
    Ok(file)
}

/// A folder (0700) and those around it, where they are not there yet.
pub(crate) fn make_folder(folder: &Path) -> Result<()> {
    private_folders().recursive(true).create(folder)
}

/// A new folder (0700); never one that is there.
pub(crate) fn make_new_folder(folder: &Path) -> Result<()> {
    private_folders().create(folder)
}

/// Who else may change a folder of ours or a file; none where nobody may, or where the system does not say.
#[cfg(unix)]
pub(crate) fn others_write(path: &Path) -> Option<&'static str> {
    use std::os::unix::fs::MetadataExt;
    let metadata = std::fs::metadata(path).ok()?;
    // What this process makes is its own.
    let own = || tempfile::tempfile_in(path).and_then(|file| file.metadata()).ok().map(|own| own.uid());
    match metadata.mode() {
        mode if mode & 0o002 != 0 => Some("everybody"),
        mode if mode & 0o020 != 0 => Some("a group"),
        _ if metadata.is_dir() && own().is_some_and(|own| ![own, 0].contains(&metadata.uid())) => {
            Some("another user, whose folder it is,")
        }
        _ => None,
    }
}

/// Who else may change a folder of ours or a file: the system does not say.
#[cfg(not(unix))]
pub(crate) fn others_write(_: &Path) -> Option<&'static str> {
    None
}

/// Makes the names in a folder last through a power cut.
pub(crate) fn sync_folder(folder: &Path) -> Result<()> {
    // Windows has no handle on a folder to sync.
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

fn private_folders() -> DirBuilder {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

/// The whole content of a new file.
pub(crate) fn all(content: &[u8]) -> impl FnOnce(&mut File) -> Result<()> + '_ {
    move |file| file.write_all(content)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_file_is_replaced_whole_for_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        std::fs::write(&path, "old").unwrap();
        replace(&path, all(b"new")).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        let failed = replace(&path, |file| {
            file.write_all(b"half")?;
            Err(Error::other("the disk is full"))
        });
        assert_eq!(failed.unwrap_err().to_string(), "the disk is full");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing half-written stays");
    }

    #[test]
    fn a_file_that_is_there_is_never_put_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        put(&path, all(b"first")).unwrap();
        assert_eq!(put(&path, all(b"second")).unwrap_err().kind(), ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "first");
        assert_eq!(create(&path).unwrap_err().kind(), ErrorKind::AlreadyExists);
    }

    #[test]
    fn a_link_a_second_name_and_a_pipe_are_not_opened_as_our_own() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("precious"), "keep me").unwrap();
        std::os::unix::fs::symlink(at("precious"), at("link")).unwrap();
        std::os::unix::fs::symlink(at("nowhere"), at("dangling")).unwrap();
        std::fs::hard_link(at("precious"), at("hard")).unwrap();
        std::fs::create_dir(at("folder")).unwrap();
        for name in ["link", "dangling", "hard", "folder"] {
            assert!(open_own(&at(name)).is_err(), "{name}");
        }
        assert!(!at("nowhere").exists());
        assert_eq!(std::fs::read_to_string(at("precious")).unwrap(), "keep me");
        open_own(&at("own")).unwrap();
        open_own(&at("own")).unwrap();
        assert_eq!(at("own").metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
}
