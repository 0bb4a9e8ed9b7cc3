//! Files: [`write`](mod@write) whole or not at all, and [`read`](mod@read) up to a limit, whatever stands under the name.

use std::path::Path;

mod read;
mod write;

pub(crate) use read::{changed_on, changed_while_read, is_pipe, open_plain, read, read_plain, read_plain_text, read_text, sha256};
pub(crate) use write::{
    HALF, all, allocate, append, append_after, create, make_folder, make_new_folder, open_own, others_write, put, replace,
    sync_folder, write, write_quickly,
};

/// What was asked of a file or a folder; none where there is none.
pub(crate) fn if_there<T>(asked: std::io::Result<T>) -> std::io::Result<Option<T>> {
    match asked {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        asked => asked.map(Some),
    }
}

/// The last part of a path, as far as it is text.
pub(crate) fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The folder that a file is in.
pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
