//! How a confirmed apply ended, and the exit code that follows from it.

use crate::failure::FailureKind;
use crate::plan::ApplyReport;
use crate::plan::journal::ApplyEnd;

/// How a confirmed apply ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Applied {
    /// What became of each action.
    pub report: ApplyReport,
    /// How it ended.
    pub ended: ApplyEnd,
    /// Why it ended early.
    pub why: Option<String>,
}

impl Applied {
    /// The exit code's kind; none when all that was approved is done.
    pub fn kind(&self) -> Option<FailureKind> {
        match self.ended {
            ApplyEnd::Interrupted => Some(FailureKind::Interrupted),
            _ if self.report.partial() => Some(FailureKind::Partial),
            _ => None,
        }
    }
}
