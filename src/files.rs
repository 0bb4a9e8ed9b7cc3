//! Files that are written whole or not at all, and that their owner alone can read; and files that somebody named, which are read up
//! to a limit whatever they are.

use std::fs::{DirBuilder, File, Metadata, OpenOptions};
use std::io::{Error, ErrorKind, Read, Result, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use anyhow::Context;
use chrono::{DateTime, NaiveDate, Utc};

use crate::failure::Failure;
use crate::stop::Stop;

/// How long a pipe may be silent.
const SILENCE: Duration = Duration::from_secs(30);

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

/// The last part of a path, as far as it is text.
pub(crate) fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The day on which a file was last changed, in UTC, where its file system tells.
pub(crate) fn changed_on(file: &Metadata) -> Option<NaiveDate> {
    Some(DateTime::<Utc>::from(file.modified().ok()?).date_naive())
}

/// Why a file that was looked at before and after so many bytes of it were read is not all there is. A pipe is read to its end.
pub(crate) fn changed_while_read(before: &Metadata, after: &Metadata, bytes: usize) -> Option<String> {
    let same = |metadata: &Metadata| (metadata.len(), metadata.modified().ok());
    let changed = before.is_file() && (same(before) != same(after) || bytes as u64 != after.len());
    changed.then(|| "its size or time changed while it was read: it was still being written".to_owned())
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

/// What is in a file that somebody named, up to `most` bytes. A pipe is read to its end; it may be silent for half a minute.
///
/// # Errors
/// A folder, a device, a socket; more than `most` bytes; a pipe that stays silent; a wish to stop while waiting for one.
pub(crate) fn read(path: &Path, most: u64) -> Result<Vec<u8>> {
    let before = std::fs::metadata(path)?;
    let bytes = if is_pipe(&before)? {
        read_pipe(path, most, SILENCE)?
    } else {
        let file = File::open(path)?;
        // What was looked at may have been replaced since.
        if is_pipe(&file.metadata()?)? {
            return Err(Error::other("it became a pipe while it was opened"));
        }
        let mut bytes = Vec::new();
        // Asked for, not taken for granted: a file may say that it is larger than the memory.
        bytes.try_reserve_exact(before.len().min(most) as usize + 1).map_err(|_| Error::from(ErrorKind::OutOfMemory))?;
        file.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
        bytes
    };
    if bytes.len() as u64 > most {
        return Err(Error::other(format!("it is longer than {}", size(most))));
    }
    Ok(bytes)
}

/// [`read`] where it must be UTF-8 text.
pub(crate) fn read_text(path: &Path, most: u64) -> Result<String> {
    String::from_utf8(read(path, most)?).map_err(|_| Error::new(ErrorKind::InvalidData, "it is not UTF-8 text"))
}

/// A file of ours, opened to be read: whatever stands in its place is not waited for.
///
/// # Errors
/// It is no plain file, or cannot be opened.
pub(crate) fn open_plain(path: impl AsRef<Path>) -> Result<File> {
    match is_pipe(&std::fs::metadata(&path)?)? {
        true => Err(Error::new(ErrorKind::InvalidInput, "it is a pipe, not a file")),
        false => File::open(path),
    }
}

/// What is in a file of ours.
///
/// # Errors
/// As [`open_plain`], or it cannot be read.
pub(crate) fn read_plain(path: impl AsRef<Path>) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open_plain(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// [`read_plain`] where it must be UTF-8 text.
///
/// # Errors
/// As [`read_plain`], or it is no such text.
pub(crate) fn read_plain_text(path: impl AsRef<Path>) -> Result<String> {
    String::from_utf8(read_plain(path)?).map_err(|_| Error::new(ErrorKind::InvalidData, "it is not UTF-8 text"))
}

/// Whether it is a pipe, and not a plain file.
///
/// # Errors
/// It is neither: a folder, a device, a socket.
pub(crate) fn is_pipe(metadata: &Metadata) -> Result<bool> {
    if metadata.is_file() {
        return Ok(false);
    }
    #[cfg(unix)]
    if std::os::unix::fs::FileTypeExt::is_fifo(&metadata.file_type()) {
        return Ok(true);
    }
    Err(Error::new(ErrorKind::InvalidInput, if metadata.is_dir() { "it is a folder" } else { "it is a device, not a file" }))
}

/// Read by a thread of its own: to open a pipe and to read from it both wait for whoever writes.
fn read_pipe(path: &Path, most: u64, silence: Duration) -> Result<Vec<u8>> {
    let (send, pieces) = sync_channel::<Vec<u8>>(4);
    let path = path.to_owned();
    let read = move || -> Result<()> {
        let mut pipe = File::open(path)?;
        loop {
            let mut piece = vec![0; 1 << 16];
            let read = pipe.read(&mut piece)?;
            piece.truncate(read);
            if read == 0 || send.send(piece).is_err() {
                return Ok(());
            }
        }
    };
    let (stop, mut bytes, mut heard) = (Stop::of_process(), Vec::new(), Instant::now());
    let reader = std::thread::Builder::new().name("pipe".into()).spawn(read)?;
    while bytes.len() as u64 <= most {
        match pieces.recv_timeout(Duration::from_millis(100)) {
            Ok(mut piece) => {
                bytes.append(&mut piece);
                heard = Instant::now();
            }
            Err(RecvTimeoutError::Disconnected) => {
                reader.join().unwrap_or_else(|_| Err(Error::other("it cannot be read")))?;
                break;
            }
            Err(RecvTimeoutError::Timeout) if stop.wanted() => return Err(Error::new(ErrorKind::Interrupted, "interrupted")),
            Err(RecvTimeoutError::Timeout) if heard.elapsed() > silence => {
                let said = format!("it is a pipe, and nothing came through it for {} s", silence.as_secs());
                return Err(Error::new(ErrorKind::TimedOut, said));
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
    Ok(bytes)
}

fn size(bytes: u64) -> String {
    match bytes {
        bytes if bytes >= 1 << 30 => format!("{} GiB", bytes >> 30),
        bytes if bytes >= 1 << 20 => format!("{} MiB", bytes >> 20),
        bytes if bytes >= 1 << 10 => format!("{} KiB", bytes >> 10),
        bytes => format!("{bytes} bytes"),
    }
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

/// The folder that a file is in.
pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes the names in a folder last through a power cut.
pub(crate) fn sync_folder(folder: &Path) -> Result<()> {
    // Windows has no handle on a folder to sync.
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// SHA-256 and size of a file, read in pieces.
pub(crate) fn sha256(path: &Path) -> Result<(String, u64)> {
    crate::digest::sha256_of(open_plain(path)?)
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

    fn pipe(folder: &Path) -> std::path::PathBuf {
        let path = folder.join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&path).status().is_ok_and(|status| status.success()));
        path
    }

    #[test]
    fn a_pipe_is_read_to_its_end_or_its_limit_and_not_waited_for_without_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = pipe(folder.path());
        let silence = read_pipe(&path, 10, Duration::from_millis(1)).unwrap_err();
        assert!(silence.to_string().contains("nothing came through it"), "{silence}");
        for (bytes, most) in [(100_000, 100_000), (100_001, 100_000)] {
            // A pipe of its own: whoever waited before may still hold the other one open.
            let folder = tempfile::tempdir().unwrap();
            let path = pipe(folder.path());
            let to = path.clone();
            let writer = std::thread::spawn(move || std::fs::write(to, vec![b'x'; bytes]));
            let came = read(&path, most);
            assert_eq!(came.ok().map(|came| came.len()), (bytes as u64 <= most).then_some(bytes));
            // Whoever goes on writing is told that nobody reads.
            let _ = writer.join().unwrap();
        }
    }

    #[test]
    fn what_is_no_file_is_not_read() {
        for (path, said) in [("/dev/zero", "it is a device"), ("/", "it is a folder")] {
            assert!(read(Path::new(path), 10).unwrap_err().to_string().contains(said), "{path}");
        }
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("long"), [b'x'; 11]).unwrap();
        assert_eq!(read(&folder.path().join("long"), 10).unwrap_err().to_string(), "it is longer than 10 bytes");
    }
}
