//! The tokens that stand for people in redacted runs. A token is a keyed digest under the archive's secret, so that runs can be
//! compared whether they are redacted or not.

use std::path::Path;

use anyhow::{Context, Result};

use crate::digest::Hasher;
use crate::failure::Failure;
use crate::files;
use crate::terms::TokenSort;
use crate::text;

/// The file of an archive's secret, in its folder.
const SECRET: &str = "redaction.secret";

/// How many bytes a secret has.
pub const SECRET_BYTES: usize = 32;

/// Lets a run of one archive be redacted again in another: the same value has the same token only under the same secret.
///
/// # Errors
/// When the first archive's secret is not there, or the other has a secret of its own.
pub fn same_tokens(from: &Path, to: &Path) -> Result<()> {
    let kept = secret(from)?.with_context(|| {
        let path = from.join(SECRET);
        Failure::failed(format!("the run is redacted, and the secret of its tokens, {}, is not there", path.display()))
            .hint("replay it in its own archive, or put that archive's redaction.secret there")
    })?;
    match secret(to)? {
        Some(own) if own == kept => Ok(()),
        Some(_) => Err(Failure::usage(format!(
            "{} has another redaction secret: its tokens could not be compared with these",
            to.display()
        ))
        .hint("name another --archive, or none")
        .into()),
        None => {
            files::make_folder(to).map_err(|error| Failure::no_folder("the archive", to, "--archive", error))?;
            keep(to, &kept)
        }
    }
}

/// The secret of an archive, if it has one.
///
/// # Errors
/// It cannot be read, or is not whole: tokens under half a secret could be guessed, and would be none of those that earlier runs
/// have.
pub fn secret(archive: &Path) -> Result<Option<Vec<u8>>> {
    let path = archive.join(SECRET);
    let read = files::if_there(files::read_plain(&path));
    match read.with_context(|| Failure::failed(format!("cannot read {}", path.display())))? {
        None => Ok(None),
        Some(secret) if secret.len() == SECRET_BYTES => Ok(Some(secret)),
        Some(secret) => Err(Failure::failed(format!(
            "{} has {} bytes, not {SECRET_BYTES}: it is not the secret that redaction made",
            path.display(),
            secret.len()
        ))
        .hint("put it back from a copy that is whole; without one, move it away: a new one gives everybody another token")
        .into()),
    }
}

/// Gives an archive its secret, never in the place of another.
///
/// # Errors
/// It cannot be written.
pub fn keep(archive: &Path, secret: &[u8]) -> Result<()> {
    let path = archive.join(SECRET);
    files::put(&path, files::all(secret)).with_context(|| Failure::failed(format!("cannot write {}", path.display())))
}

/// Tells whether a token stands for a value.
#[derive(Debug, Default)]
pub struct RedactionTokens(Option<Vec<u8>>);

impl RedactionTokens {
    /// With the archive's secret, whole or not: no token is made here, and none was made under half a secret. Without one only
    /// equal texts are the same.
    pub fn of(archive: &Path) -> Self {
        Self(files::read_plain(archive.join(SECRET)).ok())
    }

    /// Whether both say the same, or one is the token of the other.
    pub fn same(&self, one: &str, other: &str) -> bool {
        let stands = |token: &str, value: &str| {
            token_digits(token).filter(|_| !is_token(value)).is_some_and(|digits| self.digits(value).as_deref() == Some(digits))
        };
        one == other || stands(one, other) || stands(other, one)
    }

    /// The digits of a value's token; none without a secret.
    pub fn digits(&self, value: &str) -> Option<String> {
        self.0.as_ref().map(|secret| digits(secret, value))
    }
}

/// The digits of a value's token; case and white space make no other.
pub fn digits(secret: &[u8], value: &str) -> String {
    let mut digest = Hasher::default();
    digest.update(secret);
    digest.update(text::caseless(value).as_bytes());
    digest.hex().chars().take(10).collect()
}

/// Whether a text has the form of a token: `name-3f9a01c2bd`.
pub fn is_token(value: &str) -> bool {
    token_digits(value).is_some()
}

/// The digits of a token; none where the text has not the form of one.
pub fn token_digits(value: &str) -> Option<&str> {
    let (sort, hex) = value.split_once('-')?;
    TokenSort::from_word(sort)?;
    Some(hex).filter(|hex| hex.len() == 10 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
