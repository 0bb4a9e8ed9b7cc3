//! The tokens that stand for people in redacted runs. A token is a keyed digest under the archive's secret, so that runs can be
//! compared whether they are redacted or not.

use std::path::Path;

use crate::digest::Hasher;
use crate::terms::TokenSort;
use crate::text;

/// The secret of an archive, in its folder.
pub const SECRET: &str = "redaction.secret";

/// How many bytes a secret has.
pub const SECRET_BYTES: usize = 32;

/// Tells whether a token stands for a value.
#[derive(Debug, Default)]
pub struct RedactionTokens(Option<Vec<u8>>);

impl RedactionTokens {
    /// With the archive's secret; without one only equal texts are the same.
    pub fn of(archive: &Path) -> Self {
        Self(crate::files::read_plain(archive.join(SECRET)).ok())
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
