//! A file's bytes and their digest. A large file is hashed while it is read.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Result, bail};
use chrono::NaiveDate;

use super::formats::file_format::UNPACKED_LIMIT;
use super::people::Origin;
use crate::digest::{self, Hasher};
use crate::failure::{self, Failure};
use crate::files;

/// What is read at once.
const PIECE: usize = 4 << 20;

/// A file as it was found, or what was fetched in place of one.
#[derive(Debug)]
pub struct Input {
    /// What reports and evidence call it.
    pub name: String,
    /// All of it, as a file of it would be.
    pub bytes: Vec<u8>,
    /// SHA-256 of the bytes: its digits.
    pub sha256: String,
    /// The day it was last changed, where that is known.
    pub modified: Option<NaiveDate>,
    /// Where it is from.
    pub origin: Origin,
    /// Names and values of the headers that it came with, as far as they may say something of the list.
    pub headers: Vec<(String, String)>,
    /// Why it may not be all there is, whatever it says itself.
    pub stopped: Vec<String>,
}

/// The most that any of it may unpack to, and the most that is fetched.
pub const LARGEST: u64 = UNPACKED_LIMIT;

/// Reads a whole file, up to the size that anything may unpack to.
pub(super) fn read(path: &Path) -> Result<Input> {
    let refused = |error: std::io::Error| {
        if error.kind() == std::io::ErrorKind::Interrupted {
            return anyhow::Error::new(error);
        }
        let next = match error.kind() {
            std::io::ErrorKind::PermissionDenied => failure::MAY_NOT_READ,
            _ => "name an existing export with --directory or [[directory]] path",
        };
        Failure::usage(format!("it cannot be read: {error}")).hint(next).into()
    };
    if files::is_pipe(&std::fs::metadata(path).map_err(refused)?).map_err(refused)? {
        let bytes = files::read(path, UNPACKED_LIMIT).map_err(refused)?;
        let sha256 = digest::digits(&bytes);
        return Ok(Input {
            name: files::name_of(path),
            sha256,
            bytes,
            modified: None,
            origin: Origin::default(),
            headers: Vec::new(),
            stopped: Vec::new(),
        });
    }
    let mut file = File::open(path).map_err(refused)?;
    let metadata = file.metadata().map_err(refused)?;
    let (mut bytes, mut digest) = (vec![0; metadata.len().min(UNPACKED_LIMIT) as usize], Hasher::default());
    let (mut hashed, mut end) = (0, 0);
    while end < bytes.len() {
        let (known, rest) = bytes.split_at_mut(end);
        let piece = rest.len().min(PIECE);
        let (read, ()) = rayon::join(
            || file.read(rest.get_mut(..piece).unwrap_or_default()),
            || digest.update(known.get(hashed..).unwrap_or_default()),
        );
        hashed = end;
        match read.map_err(refused)? {
            0 => bytes.truncate(end),
            more => end += more,
        }
    }
    // A file may grow while it is read.
    let more = UNPACKED_LIMIT + 1 - bytes.len() as u64;
    (&file).take(more).read_to_end(&mut bytes).map_err(refused)?;
    if bytes.len() as u64 > UNPACKED_LIMIT {
        bail!(Failure::usage(format!("the file is larger than {} GiB", UNPACKED_LIMIT >> 30)).hint("split the export"));
    }
    digest.update(bytes.get(hashed..).unwrap_or_default());
    let after = file.metadata().map_err(refused)?;
    let modified = files::changed_on(&metadata);
    let stopped = files::changed_while_read(&metadata, &after, bytes.len());
    let origin = Origin::default();
    let (name, sha256, stopped) = (files::name_of(path), digest.hex(), stopped.into_iter().collect());
    Ok(Input { name, bytes, sha256, modified, origin, headers: Vec::new(), stopped })
}
