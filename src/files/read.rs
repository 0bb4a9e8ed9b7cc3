//! Files that somebody named, which are read up to a limit whatever they are; and files of ours, which are plain ones.

use std::fs::{File, Metadata};
use std::io::{Error, ErrorKind, Read, Result};
use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use chrono::{DateTime, NaiveDate, Utc};

use crate::stop::Stop;

/// How long a pipe may be silent.
const SILENCE: Duration = Duration::from_secs(30);

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

/// SHA-256 and size of a file, read in pieces.
pub(crate) fn sha256(path: &Path) -> Result<(String, u64)> {
    crate::digest::sha256_of(open_plain(path)?)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

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
