//! The file as it is loaded: read, its paths resolved, and refused with all that is wrong with it at once.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use super::mistakes::{lenient, mistakes, within_limits};
use super::{Config, Directory, limits, source};
use crate::failure::Failure;
use crate::files;
use crate::terms::Field;

/// The name looked for in the current folder when no `--config` is given.
pub const DEFAULT_FILE: &str = "domo-reconcile.toml";

/// Bytes of a configuration.
const LONGEST: u64 = 16 << 20;

/// The configuration, the file it came from and that file's bytes.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    /// What is in force: the file with defaults, and what flags put in its place.
    pub config: Config,
    /// What the file says, with defaults, before any flag.
    pub written: Config,
    /// The file, where there is one.
    pub path: Option<PathBuf>,
    /// Its text; empty without a file.
    pub text: String,
}

impl Loaded {
    /// A configuration that is in force as its text says.
    pub fn as_written(config: Config, path: PathBuf, text: String) -> Self {
        Self { written: config.clone(), config, path: Some(path), text }
    }

    /// Reads `path`, or [`DEFAULT_FILE`] in the current folder if it is there, or takes the defaults. Relative paths in the file
    /// are resolved against its folder.
    ///
    /// # Errors
    /// The file cannot be read, or is not valid: all that is wrong, at once.
    pub fn read(path: Option<&Path>) -> Result<Self> {
        let Some(found) = file(path) else { return Ok(Self::default()) };
        let text = files::read_text(&found, LONGEST).with_context(|| {
            Failure::usage(format!("cannot read the configuration {}", found.display()))
                .hint("name an existing TOML file with --config")
        })?;
        let config = Config::parse(&text).with_context(|| {
            Failure::usage(format!("the configuration {} is not valid", found.display()))
                .hint("`domo-reconcile schema config` prints every key there is")
        })?;
        Ok(Self::at(found, text, config))
    }

    /// As [`read`](Self::read), but of a file that is not valid as much as can be used, without numbers beyond their limit, beside
    /// what is wrong with it: for who looks for everything that is wrong. What was left out of it may have said where a secret
    /// goes, so nothing secret is sent by it.
    pub fn read_in_part(path: Option<&Path>) -> (Self, Option<anyhow::Error>) {
        let error = match Self::read(path) {
            Ok(loaded) => return (loaded, None),
            Err(error) => error,
        };
        let found = file(path).unwrap_or_else(|| DEFAULT_FILE.into());
        let text = files::read_text(&found, LONGEST).unwrap_or_default();
        let mut config = lenient(&within_limits(&text)).0.unwrap_or_default();
        // What is told already.
        config.notify.url_env = config.notify.url_env.filter(|name| limits::is_variable(name));
        for directory in &mut config.directory {
            directory.columns.retain(|field, _| Field::named(field).is_some());
        }
        (Self::at(found, text, config), Some(error))
    }

    /// Paths count from the file's folder.
    fn at(found: PathBuf, text: String, mut config: Config) -> Self {
        let base = found.parent().unwrap_or(Path::new("")).to_owned();
        for directory in &mut config.directory {
            let named = [Some(&mut directory.path), directory.ca_file.as_mut(), directory.federated_token_file.as_mut()];
            for path in named.into_iter().flatten().filter(|path| !path.as_os_str().is_empty()) {
                *path = base.join(&*path);
            }
        }
        if let Some(content) = &mut config.content {
            content.resolve(&base);
        }
        for path in [&mut config.report.templates, &mut config.notify.textfile].into_iter().flatten() {
            *path = base.join(&*path);
        }
        let directory = config.directories(&[]);
        Self { written: Config { directory, ..config.clone() }, config, path: Some(found), text }
    }

    /// The configuration that a run kept in this file; none where it is not there.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn kept(path: &Path) -> Result<Option<Self>> {
        if !path.is_file() {
            return Ok(None);
        }
        let unreadable = || Failure::usage(format!("cannot read the configuration {}", path.display()));
        let text = files::read_text(path, LONGEST).with_context(unreadable)?;
        let config = Config::parse_kept(&text).with_context(unreadable)?;
        Ok(Some(Self::at(path.to_owned(), text, config)))
    }

    /// The file that somebody named, read; none where nobody named one. For commands whose rules are elsewhere.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn named(path: Option<&Path>) -> Result<Option<Self>> {
        path.map(|path| Self::read(Some(path))).transpose()
    }
}

/// The file that is named, or the one in the current folder.
fn file(path: Option<&Path>) -> Option<PathBuf> {
    let there = || Some(PathBuf::from(DEFAULT_FILE)).filter(|file| file.exists());
    path.map(Path::to_owned).or_else(there)
}

/// A text as TOML writes it, quotes and all: in one line, whatever is in it, so that it can stand in a comment and be pasted.
pub fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            letter if letter.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(letter))),
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

/// A value of a configuration as people read it: no quotes, of a table what is not empty, and `none` in place of nothing.
pub fn shown(value: &Value, none: &str) -> String {
    let is_empty = |value: &Value| match value {
        Value::Null => true,
        Value::Array(list) => list.is_empty(),
        Value::Object(table) => table.is_empty(),
        _ => false,
    };
    match value {
        value if is_empty(value) => none.to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(|value| shown(value, none)).collect::<Vec<_>>().join(", "),
        Value::Object(table) => {
            let filled = table.iter().filter(|(_, value)| !is_empty(value));
            filled.map(|(key, value)| format!("{key} = {}", shown(value, none))).collect::<Vec<_>>().join("; ")
        }
        other => other.to_string(),
    }
}

impl Config {
    /// Parses the text of a configuration file.
    ///
    /// # Errors
    /// All that is wrong at once, one problem a line: unknown keys with their place and the nearest known key, numbers beyond their
    /// limit, values that cannot be.
    pub fn parse(text: &str) -> Result<Self> {
        let (config, found, read_over) = lenient(text);
        // A line that was read over may have said where a directory is: that nothing does is no second problem.
        let misspelt = read_over.iter().any(|key| ["path", "url", "kind"].contains(&key.as_str()));
        let of_values = config.iter().flat_map(Self::problems).filter(|said| !(misspelt && said.contains(source::NOWHERE)));
        let problems: Vec<_> = mistakes(text, found).into_iter().chain(of_values).collect();
        match (config, problems.as_slice()) {
            (Some(config), []) => Ok(config),
            _ => Err(Failure::usage(problems.join("\n")).into()),
        }
    }

    /// Parses a configuration that a run kept: it was in force, whatever may not stand in one since.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn parse_kept(text: &str) -> Result<Self> {
        match lenient(text) {
            (Some(config), found, _) if found.is_empty() => Ok(config),
            _ => Self::parse(text),
        }
    }

    /// The directories to read where these files are named instead of the configured ones; the configured ones where none is. A
    /// file that the configuration names too keeps its settings there; in any other everything is found by itself.
    ///
    /// The age that an export may have is filled in, so that the configuration in force says it.
    pub fn directories(&self, named: &[PathBuf]) -> Vec<Directory> {
        let aged =
            |directory: Directory| Directory { max_age_days: directory.max_age_days.or(Some(super::MAX_AGE_DAYS)), ..directory };
        if named.is_empty() {
            return self.directory.iter().cloned().map(aged).collect();
        }
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        // A workbook with a sheet for each department has a block for each.
        let with_settings = |path: &PathBuf| {
            let known = self.directory.iter().filter(|known| real(&known.path) == real(path));
            let mut blocks: Vec<Directory> = known.map(|known| Directory { path: path.clone(), ..known.clone() }).collect();
            if blocks.is_empty() {
                blocks.push(Directory { path: path.clone(), ..Directory::default() });
            }
            blocks
        };
        named.iter().flat_map(with_settings).map(aged).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quoted_text_is_one_line_and_reads_back() {
        for text in ["Work Email", "O\"Neil\\'s", "two\nlines", "\t\u{7f}\u{85}\u{e9}"] {
            let line = format!("text = {}", quoted(text));
            assert_eq!(line.lines().count(), 1, "{line}");
            assert_eq!(line.parse::<toml::Table>().unwrap()["text"].as_str(), Some(text), "{line}");
        }
    }

    #[test]
    fn a_number_beyond_its_limit_is_said_and_not_used() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rules.toml");
        std::fs::write(&path, "[domo]\npage_size = 501\ninstance = \"acme\"\nrequests_per_minute = 0\n").unwrap();
        let (loaded, invalid) = Loaded::read_in_part(Some(&path));
        let said = crate::failure::paragraph(&invalid.unwrap());
        assert!(said.contains("line 4, column 1: [domo] requests_per_minute is 1 to 3000, not 0"), "{said}");
        let expected = crate::config::Domo { instance: Some("acme".into()), ..crate::config::Domo::default() };
        assert_eq!(loaded.config.domo, expected);
    }

    #[test]
    fn an_empty_file_gives_the_defaults() {
        assert_eq!(Config::parse("").unwrap(), Config::default());
    }

    #[test]
    fn a_named_file_keeps_the_settings_that_the_configuration_has_for_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("workers.csv");
        std::fs::write(&file, "").unwrap();
        let text = "[[directory]]\npath = \"workers.csv\"\ndelimiter = \";\"\n";
        std::fs::write(folder.path().join("rules.toml"), text).unwrap();
        let config = Loaded::read(Some(&folder.path().join("rules.toml"))).unwrap().config;
        let aged = |directory: &Directory| Directory { max_age_days: Some(crate::config::MAX_AGE_DAYS), ..directory.clone() };
        assert_eq!(config.directories(&[]), config.directory.iter().map(aged).collect::<Vec<_>>());
        let other = folder.path().join(".").join("workers.csv");
        let named = config.directories(&[other.clone(), "elsewhere.csv".into()]);
        assert_eq!((named[0].delimiter, &named[0].path), (Some(';'), &other));
        assert_eq!(named[1], aged(&Directory { path: "elsewhere.csv".into(), ..Directory::default() }));
    }
}
