//! Stages of the work, for `audit --timings`: a stage is a span of `tracing`, which costs nothing where nobody asked.

use tracing::Span;
use tracing::field::Empty;

/// The target of these spans: no line of the log names them.
pub(crate) const TARGET: &str = "stage";

/// A stage that lasts until the span is dropped. What it read or wrote is recorded as [`BYTES`].
pub(crate) fn begin(name: &str) -> Span {
    tracing::info_span!(target: TARGET, "stage", name, bytes = Empty)
}

/// Does `work` as a stage.
pub(crate) fn of<T>(name: &str, work: impl FnOnce() -> T) -> T {
    let _stage = begin(name);
    work()
}

/// How many bytes of the outside a stage read or wrote.
pub(crate) const BYTES: &str = "bytes";
