//! Where people and programs read: the answer goes to stdout, everything said along the way to stderr.

use std::io::{ErrorKind, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Result;
use serde::Serialize;

use crate::text;

/// Whether stdout has its one document.
static ANSWERED: AtomicBool = AtomicBool::new(false);

/// stdout for the answer, stderr for people.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    quiet: bool,
    json_lines: bool,
}

impl Terminal {
    /// With `quiet`, nothing is said along the way. With `json_lines`, what goes to stderr is one JSON object a line, as the log is.
    pub fn new(quiet: bool, json_lines: bool) -> Self {
        Self { quiet, json_lines }
    }

    /// The answer, to stdout. A reader that went away is an error that ends the program quietly.
    pub fn answer(&self, text: impl AsRef<str>) -> Result<()> {
        let mut out = std::io::stdout().lock();
        writeln!(out, "{}", printable(text.as_ref()))?;
        Ok(out.flush()?)
    }

    /// [`json`](Self::json) where no answer has been given: a command may refuse after it has shown what it would do.
    pub fn json_instead(&self, answer: &impl Serialize) -> Result<()> {
        if ANSWERED.load(Ordering::Relaxed) { Ok(()) } else { self.json(answer) }
    }

    /// The answer as one JSON document, to stdout.
    pub fn json(&self, answer: &impl Serialize) -> Result<()> {
        ANSWERED.store(true, Ordering::Relaxed);
        let mut out = std::io::stdout().lock();
        serde_json::to_writer_pretty(&mut out, answer)?;
        writeln!(out)?;
        Ok(out.flush()?)
    }

    /// Something a person along the way wants to know, to stderr; not with `-q`.
    pub fn say(&self, text: impl AsRef<str>) {
        if !self.quiet {
            self.tell("INFO", text.as_ref());
        }
    }

    /// What failed, to stderr.
    pub fn error(&self, text: &str) {
        self.tell("ERROR", text);
    }

    fn tell(&self, level: &str, text: &str) {
        let text = printable(text);
        let line = match self.json_lines {
            // In the form of the log's lines.
            true => serde_json::json!({
                "timestamp": chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Micros, true),
                "level": level,
                "fields": { "message": text.trim_end() },
                "target": "domo_reconcile",
            })
            .to_string(),
            false => text,
        };
        // There is nobody to tell when stderr is closed.
        let _ = writeln!(std::io::stderr().lock(), "{line}");
    }

    /// Whether progress may be drawn: stderr is a terminal and nobody asked for quiet or for JSON.
    pub fn draws(&self) -> bool {
        !self.quiet && !self.json_lines && std::io::stderr().is_terminal()
    }
}

/// Nothing a stranger typed moves the cursor or reorders the line. We print no colour, so every escape is a stranger's.
fn printable(text: &str) -> String {
    text.split('\n').map(text::visible).collect::<Vec<_>>().join("\n")
}

/// Whether an error is a closed pipe on our own output.
pub fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let io = cause.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
        let json = cause.downcast_ref::<serde_json::Error>().and_then(serde_json::Error::io_error_kind);
        io.or(json) == Some(ErrorKind::BrokenPipe)
    })
}
