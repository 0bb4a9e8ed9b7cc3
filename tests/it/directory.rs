//! Exports as they come: the same people whatever the format, every pitfall, and bytes that mean harm.

mod apis;
mod beside;
mod calendars;
mod cases;
mod check;
mod company;
mod damaged;
mod doubts;
mod edges;
mod exports;
mod further;
mod golden;
mod hostile;
mod pitfalls;
mod standing;
mod whole;
mod writers;

use std::path::{Path, PathBuf};

use domo_reconcile::config;
use domo_reconcile::directory::{People, load};

/// A folder for the files of one test.
pub(crate) fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

/// Writes a file and gives the configuration that names it.
pub(crate) fn file(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) -> config::Directory {
    let path: PathBuf = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    config::Directory { path, ..config::Directory::default() }
}

/// Loads one file.
#[track_caller]
pub(crate) fn people(file: &config::Directory) -> People {
    load(std::slice::from_ref(file)).unwrap_or_else(|error| panic!("{error:#}"))
}

/// The people of a file with this name and content.
#[track_caller]
pub(crate) fn loaded(name: &str, bytes: impl AsRef<[u8]>) -> People {
    let folder = folder();
    people(&file(folder.path(), name, bytes))
}

/// The texts of one column; null is `-`.
#[track_caller]
pub(crate) fn column(people: &People, name: &str) -> Vec<String> {
    let column = people.frame.column(name).unwrap();
    (0..column.len())
        .map(|at| match column.get(at).unwrap() {
            polars::prelude::AnyValue::Null => "-".into(),
            value => value.str_value().into_owned(),
        })
        .collect()
}
