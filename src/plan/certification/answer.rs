//! The words that people say of an account.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::terms::Role;
use crate::text;

/// What is said of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Attestation {
    /// It is needed, as it is.
    Keep,
    /// It is not needed any more.
    Revoke,
    /// It is needed with another role.
    Role(Role),
    /// Somebody else has to say.
    NotMine,
    /// Undecided again.
    Open,
}

impl Attestation {
    /// `keep`, `revoke`, `role:Participant`, `not-mine`, `open` for what is taken back; none for a blank.
    ///
    /// # Errors
    /// Another word, as a sentence.
    pub fn parse(word: &str) -> Result<Option<Self>, String> {
        let word = text::folded(word).into_owned();
        let plain = word.to_lowercase();
        Ok(Some(match plain.as_str() {
            "" => return Ok(None),
            "open" => Self::Open,
            "keep" => Self::Keep,
            "revoke" => Self::Revoke,
            "not-mine" | "not mine" => Self::NotMine,
            _ => {
                let known = plain.strip_prefix("role:").and_then(Role::in_any_case);
                let unknown = || {
                    format!(
                        "`{}` is no answer: write keep, revoke, role: and one of {}, or not-mine",
                        text::visible(&word),
                        Role::ALL.map(Role::as_str).join(", ")
                    )
                };
                Self::Role(known.ok_or_else(unknown)?)
            }
        }))
    }

    /// Whether something is written to Domo because of it.
    pub(super) fn is_acted_on(self) -> bool {
        matches!(self, Self::Revoke | Self::Role(_))
    }
}

impl fmt::Display for Attestation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Keep => f.write_str("keep"),
            Self::Revoke => f.write_str("revoke"),
            Self::Role(role) => write!(f, "role:{role}"),
            Self::NotMine => f.write_str("not-mine"),
            Self::Open => f.write_str("open"),
        }
    }
}

impl From<Attestation> for String {
    fn from(answer: Attestation) -> Self {
        answer.to_string()
    }
}

impl TryFrom<String> for Attestation {
    type Error = String;

    /// As a record has it, to the letter: the chain is over what is written.
    fn try_from(word: String) -> Result<Self, String> {
        Self::parse(&word)?
            .filter(|answer| answer.to_string() == word)
            .ok_or_else(|| format!("`{}` is no answer", text::visible(&word)))
    }
}
