//! Where an account stands, by its last line.

use serde::Serialize;

use super::answer::Attestation;
use super::record::CertificationLine;
use super::sheet::Confirmed;

/// Where an account stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum ReviewState {
    Keep,
    Revoke,
    Role,
    /// Handed on by who was asked; nobody else has said anything yet.
    NotMine,
    /// Decided by its own holder: that is nobody's confirmation.
    Own,
    Open,
}

impl ReviewState {
    /// Of an account, by its last line.
    pub fn of(account: &Confirmed, line: Option<&CertificationLine>) -> Self {
        let Some(line) = line else { return Self::Open };
        match line.verdict {
            Attestation::Open => Self::Open,
            _ if account.is_own(&line.by) => Self::Own,
            Attestation::Keep => Self::Keep,
            Attestation::Revoke => Self::Revoke,
            Attestation::Role(_) => Self::Role,
            Attestation::NotMine => Self::NotMine,
        }
    }

    /// Whether somebody who may has said yes or no.
    pub fn is_decided(self) -> bool {
        matches!(self, Self::Keep | Self::Revoke | Self::Role)
    }
}
