//! Where people and programs read: the answer goes to stdout, everything said along the way to stderr.

use std::io::{ErrorKind, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};
use comfy_table::{ContentArrangement, Table, presets};
use serde::Serialize;

use crate::failure::Failure;
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
    /// With `quiet`, nothing is said along the way. With `json_lines`, what goes to stderr is one JSON object a line, as the log
    /// is.
    pub fn new(quiet: bool, json_lines: bool) -> Self {
        Self { quiet, json_lines }
    }

    /// The answer, to stdout.
    ///
    /// # Errors
    /// Stdout cannot be written, unless its reader went away.
    pub fn answer(&self, text: impl AsRef<str>) -> Result<()> {
        print(printable(text.as_ref()).as_bytes())
    }

    /// [`json`](Self::json) where no answer has been given: a command may refuse after it has shown what it would do.
    ///
    /// # Errors
    /// As [`json`](Self::json).
    pub fn json_instead(&self, answer: &impl Serialize) -> Result<()> {
        if ANSWERED.load(Ordering::Relaxed) { Ok(()) } else { self.json(answer) }
    }

    /// The answer as one JSON document, to stdout: whole or not begun.
    ///
    /// # Errors
    /// The answer is no JSON, or stdout cannot be written, unless its reader went away.
    pub fn json(&self, answer: &impl Serialize) -> Result<()> {
        let document = serde_json::to_vec_pretty(answer)?;
        ANSWERED.store(true, Ordering::Relaxed);
        print(&document)
    }

    /// Something a person along the way wants to know, to stderr; not with `-q`.
    pub fn say(&self, text: impl AsRef<str>) {
        if !self.quiet {
            self.tell("INFO", text.as_ref());
        }
    }

    /// What somebody should know although nothing failed by it, to stderr, with `-q` too.
    pub fn warn(&self, text: &str) {
        match self.json_lines {
            true => self.tell("WARN", text),
            false => self.tell("WARN", &format!("warning: {text}")),
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

    /// Whether nothing is to be said along the way: nobody sits there.
    pub fn quiet(&self) -> bool {
        self.quiet
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

/// A line to stdout. A reader that went away (`| head`) ends the printing and nothing else: the verdict is not for it alone.
fn print(line: &[u8]) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(line).and_then(|()| out.write_all(b"\n")).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        printed => printed.context(Failure::failed("the answer cannot be printed").hint("see where stdout leads")),
    }
}

/// A table as wide as the terminal, or as a page where there is none. Where columns would be too narrow to be read, every row is a
/// paragraph.
pub(super) fn table(header: &[&str], rows: Vec<Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
    let width = table.width().unwrap_or(160);
    if usize::from(width) < header.len() * NARROWEST {
        return rows.iter().map(|row| paragraph(header, row)).collect::<Vec<_>>().join("\n\n");
    }
    table.set_width(width).set_header(header.to_vec()).add_rows(rows);
    table.to_string()
}

/// Letters below which a column cuts words.
const NARROWEST: usize = 15;

fn paragraph(header: &[&str], row: &[String]) -> String {
    let filled = header.iter().zip(row).filter(|(_, cell)| !cell.is_empty());
    filled.map(|(name, cell)| format!("{name}: {}", cell.replace('\n', "\n  "))).collect::<Vec<_>>().join("\n")
}
