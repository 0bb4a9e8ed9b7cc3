//! How the program fails: a kind that becomes the exit code, a sentence, and what to do next.
//!
//! Errors travel as [`anyhow::Error`]; a [`Failure`] somewhere in the chain says which [`FailureKind`] the whole is and may carry a
//! hint. An error without one is [`FailureKind::Failed`].

use std::cell::Cell;
use std::fmt;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::sync::Once;

/// Why the program ends, as schedulers see it. The numbers are an interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// Network, file, Domo's refusal.
    Failed = 1,
    /// Wrong usage or configuration; a path of theirs that is not there or not readable as what it is.
    Usage = 2,
    /// The evidence is incomplete; the report is written and says so.
    NotEvaluable = 3,
    /// Findings at or above `--fail-on`.
    Findings = 4,
    /// A guard refused.
    Guard = 5,
    /// The plan is expired, tampered with, or for another instance.
    PlanRefused = 6,
    /// Some approved actions failed, are unknown, or were skipped as changed since the plan.
    Partial = 7,
    /// Another run holds the lock.
    Locked = 8,
    /// Interrupted; the action under way was finished and recorded.
    Interrupted = 130,
}

impl FailureKind {
    /// The exit code.
    pub fn code(self) -> u8 {
        self as u8
    }
}

/// One sentence on what failed and where, its kind, and optionally what to do next.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    kind: FailureKind,
    message: String,
    hint: Option<String>,
}

impl Failure {
    /// A failure of this kind.
    pub fn new(kind: FailureKind, message: impl fmt::Display) -> Self {
        Self { kind, message: message.to_string(), hint: None }
    }

    /// [`FailureKind::Failed`].
    pub fn failed(message: impl fmt::Display) -> Self {
        Self::new(FailureKind::Failed, message)
    }

    /// [`FailureKind::Usage`].
    pub fn usage(message: impl fmt::Display) -> Self {
        Self::new(FailureKind::Usage, message)
    }

    /// A folder that cannot be made: a wrong path where a file stands in its place or above it, else a disk that fails.
    pub fn no_folder(what: &str, path: &Path, option: &str, error: io::Error) -> anyhow::Error {
        let kind = match error.kind() {
            ErrorKind::NotADirectory | ErrorKind::AlreadyExists => FailureKind::Usage,
            _ => FailureKind::Failed,
        };
        let failure = Self::new(kind, format!("cannot make {what} {}", path.display()));
        anyhow::Error::new(error).context(failure.hint(format!("name a folder that can be written with {option}")))
    }

    /// A file or a folder that is there and cannot be read: wrong usage where this user may not, else a failure.
    pub fn unreadable(path: &Path, error: io::Error) -> anyhow::Error {
        let kind = match error.kind() {
            ErrorKind::PermissionDenied => FailureKind::Usage,
            _ => FailureKind::Failed,
        };
        let failure = Self::new(kind, format!("cannot read {}", path.display()));
        anyhow::Error::new(error).context(failure.hint("see whether it is whole, and whether the disk and its connection are"))
    }

    /// Says what to do next.
    pub fn hint(mut self, hint: impl fmt::Display) -> Self {
        self.hint = Some(hint.to_string());
        self
    }

    /// The kind.
    pub fn kind(&self) -> FailureKind {
        self.kind
    }
}

/// The kind of an error: that of the outermost [`Failure`] in its chain, else [`FailureKind::Failed`]. What was interrupted is
/// that, whatever it is said to be good for.
pub fn kind(error: &anyhow::Error) -> FailureKind {
    let interrupted = |cause: &(dyn std::error::Error + 'static)| {
        cause.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::Interrupted)
    };
    if error.chain().any(interrupted) {
        return FailureKind::Interrupted;
    }
    failures(error).map(Failure::kind).next().unwrap_or(FailureKind::Failed)
}

/// The paragraph people read: the error, its causes, and the hints found on the way.
pub fn paragraph(error: &anyhow::Error) -> String {
    let mut text = format!("error: {error}");
    for cause in error.chain().skip(1) {
        // A cause of several lines, as the problems of a configuration are, stands as a block.
        text.push_str(&format!("\n  because: {}", cause.to_string().replace('\n', "\n           ")));
    }
    for hint in hints(error) {
        text.push_str(&format!("\n  next: {hint}"));
    }
    text
}

/// What to do where this user may not read something that is there.
pub const MAY_NOT_READ: &str = "have the user who runs this allowed to read it, or run this as one who may";

/// What to do next, as far as anything is known. Where it is that this user may not read something, that, and not to name another
/// file.
pub fn hints(error: &anyhow::Error) -> impl Iterator<Item = &str> {
    let io = || error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>());
    let refused = kind(error) == FailureKind::Usage && io().any(|error| error.kind() == ErrorKind::PermissionDenied);
    let own = failures(error).filter_map(|failure| failure.hint.as_deref()).filter(move |_| !refused);
    refused.then_some(MAY_NOT_READ).into_iter().chain(own)
}

fn failures(error: &anyhow::Error) -> impl Iterator<Item = &Failure> {
    // `context(Failure)` hides the failure from `chain()`'s downcast, so ask the error itself first.
    let own = error.downcast_ref::<Failure>();
    let in_chain = error.chain().filter_map(|cause| cause.downcast_ref::<Failure>());
    own.into_iter().chain(in_chain.filter(move |found| own.is_none_or(|own| !std::ptr::eq(own, *found))))
}

/// Runs a library over a stranger's bytes. Where it panics over them there is nothing of it, and nothing is printed: what the bytes
/// were may be in its message, and whoever asked says what failed.
pub(crate) fn unless_it_panics<T>(work: impl FnOnce() -> T) -> Option<T> {
    thread_local!(static EXPECTED: Cell<bool> = const { Cell::new(false) });
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let loud = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !EXPECTED.get() {
                loud(panic);
            }
        }));
    });
    let before = EXPECTED.replace(true);
    let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
    EXPECTED.set(before);
    done.ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context;

    #[test]
    fn the_kind_is_found_under_and_over_context() {
        let under = anyhow::Error::new(Failure::usage("no such column")).context("reading workers.csv");
        assert_eq!(kind(&under), FailureKind::Usage);
        let over = Err::<(), _>(std::io::Error::other("refused"))
            .context(Failure::new(FailureKind::Locked, "busy").hint("wait"))
            .unwrap_err();
        assert_eq!(kind(&over), FailureKind::Locked);
        assert_eq!(paragraph(&over), "error: busy\n  because: refused\n  next: wait");
    }

    #[test]
    fn what_was_interrupted_is_no_wrong_usage() {
        let stopped = Err::<(), _>(std::io::Error::from(std::io::ErrorKind::Interrupted));
        assert_eq!(kind(&stopped.context(Failure::usage("cannot read workers.csv")).unwrap_err()), FailureKind::Interrupted);
    }

    #[test]
    fn what_this_user_may_not_read_is_wrong_usage_and_no_other_file_is_asked_for() {
        let refused = || std::io::Error::from(std::io::ErrorKind::PermissionDenied);
        let export = Err::<(), _>(refused()).context(Failure::usage("cannot read workers.csv").hint("name an existing export"));
        for error in [export.unwrap_err(), Failure::unreadable(Path::new("audits"), refused())] {
            assert_eq!(kind(&error), FailureKind::Usage);
            assert_eq!(hints(&error).collect::<Vec<_>>(), [MAY_NOT_READ]);
        }
        assert_eq!(kind(&Failure::unreadable(Path::new("audits"), std::io::Error::other("gone"))), FailureKind::Failed);
    }

    #[test]
    fn an_error_without_a_kind_failed() {
        assert_eq!(kind(&anyhow::anyhow!("x")).code(), 1);
    }
}
