//! Secrets come from variables, or from files that variables name; never from arguments or the configuration.

use std::path::Path;

use anyhow::{Context, Result};

use crate::failure::Failure;
use crate::text;

/// Bytes of a file with a secret.
const LONGEST_SECRET: u64 = 64 << 10;

/// Where variables come from: the process's environment, or a test's table.
pub type Vars<'a> = &'a dyn Fn(&str) -> Option<String>;

/// What `name` holds, else the file that `name_FILE` names; `None` where neither is set.
///
/// # Errors
/// Wrong usage: the file cannot be read, or is empty.
pub fn secret(var: Vars<'_>, name: &str) -> Result<Option<String>> {
    let filled = |name: &str| var(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
    let file = format!("{name}_FILE");
    match (filled(name), filled(&file)) {
        (Some(value), _) => Ok(Some(value)),
        (None, Some(path)) => read_secret(&file, &path).map(Some),
        (None, None) => Ok(None),
    }
}

/// What the file holds that `variable` names.
///
/// # Errors
/// Wrong usage: it cannot be read, or is empty.
pub fn read_secret(variable: &str, path: &str) -> Result<String> {
    let text = text::read_short(Path::new(path), LONGEST_SECRET).with_context(|| {
        Failure::usage(format!("cannot read the file {path} that {variable} names"))
            .hint("the file holds the secret and nothing else, and whoever runs this must be able to read it")
    })?;
    let secret = text.trim();
    if secret.is_empty() {
        return Err(Failure::usage(format!("the file {path} that {variable} names is empty")).into());
    }
    Ok(secret.to_owned())
}
