//! A page of facts and tables that is made after a run: what was decided on its plan, what its certification came to. HTML,
//! Markdown and CSV of the same.

use anyhow::Result;
use serde::Serialize;

use super::templates::Templates;
use super::{escape, figures, html, tables};
use crate::config::Config;
use crate::text::shown;

/// What stands in a cell that has nothing in it.
const NOTHING: &str = "none";

/// The page.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Document {
    /// What it is.
    pub title: String,
    /// The instance.
    pub instance: String,
    /// `[report] classification` of the run behind it.
    pub classification: Option<String>,
    /// What it says first, as sentences.
    pub lead: Vec<String>,
    /// Label and value.
    pub facts: Vec<(String, String)>,
    /// In their order.
    pub tables: Vec<DocumentTable>,
    /// What it cannot show, and how to check it.
    pub limits: Vec<String>,
    /// What the run behind it read, judged and found, under a heading of its own.
    pub behind: Vec<DocumentTable>,
}

/// A table of text.
#[derive(Debug, Clone, Default, Serialize)]
pub struct DocumentTable {
    /// What it shows.
    pub caption: String,
    /// Its columns.
    pub columns: Vec<String>,
    /// As many cells as columns.
    pub rows: Vec<Vec<String>>,
    /// What stands there instead of no rows.
    pub empty: String,
    /// All cells but the first of a row are left for a pen.
    pub by_hand: bool,
    /// How many there are, where its rows are things that are counted: it stands beside the caption.
    pub count: Option<String>,
}

#[derive(Serialize)]
struct Seen<'a> {
    #[serde(flatten)]
    document: &'a Document,
    page_title: String,
    generator: String,
}

impl Document {
    /// The page, with the style of the report and without a script.
    ///
    /// # Errors
    /// A template does not render.
    pub fn html(&self, config: &Config) -> Result<String> {
        let templates = Templates::load(config)?;
        let seen = Seen {
            document: &self.visible(),
            page_title: shown(&format!("{} - {}", self.title, self.instance)),
            generator: format!("domo-reconcile {}", env!("CARGO_PKG_VERSION")),
        };
        let left = format!("{} - {}", self.title, self.instance);
        let run = self.facts.first().map_or("", |(_, value)| value.as_str());
        html::document(&templates, &seen, [&left, seen.document.classification.as_deref().unwrap_or_default(), run])
    }

    /// The same in Markdown, every value as code so that nothing in it is markup.
    pub fn markdown(&self) -> String {
        let cell = |value: &String| if value.is_empty() { NOTHING.to_owned() } else { escape::code(value) };
        let table = |level: &str, table: &DocumentTable| {
            let count = table.count.iter().map(|count| format!(" ({count})")).collect::<String>();
            let mut lines = vec![String::new(), format!("{level} {}{count}", escape::words(&table.caption)), String::new()];
            if table.rows.is_empty() {
                lines.push(table.empty.clone());
                return lines;
            }
            lines.push(format!("| {} |", table.columns.join(" | ")));
            lines.push(format!("|{}", "---|".repeat(table.columns.len())));
            let cell = |value: &String| if table.by_hand && value.is_empty() { " ".to_owned() } else { cell(value) };
            lines.extend(table.rows.iter().map(|row| format!("| {} |", row.iter().map(cell).collect::<Vec<_>>().join(" | "))));
            lines
        };
        let mut lines = vec![format!("# {}", escape::code(&format!("{}: {}", self.title, self.instance))), String::new()];
        lines.extend(self.classification.iter().map(|classification| format!("**{}**\n", escape::words(classification))));
        lines.extend(self.lead.iter().map(|sentence| format!("{}\n", escape::code(sentence))));
        lines.extend(self.facts.iter().map(|(label, value)| format!("- {label}: {}", cell(value))));
        lines.extend(self.tables.iter().flat_map(|one| table("##", one)));
        lines.extend([String::new(), "## Limits".to_owned(), String::new()]);
        lines.extend(self.limits.iter().map(|sentence| format!("- {}", escape::code(sentence))));
        if !self.behind.is_empty() {
            lines.extend([String::new(), "## The run behind it".to_owned()]);
            lines.extend(self.behind.iter().flat_map(|one| table("###", one)));
        }
        lines.join("\n") + "\n"
    }

    fn visible(&self) -> Self {
        let table = |table: &DocumentTable| DocumentTable {
            rows: table.rows.iter().map(|row| row.iter().map(shown).collect()).collect(),
            ..table.clone()
        };
        Self {
            title: shown(&self.title),
            instance: shown(&self.instance),
            classification: self.classification.as_ref().map(shown),
            lead: self.lead.iter().map(shown).collect(),
            facts: self.facts.iter().map(|(label, value)| (label.clone(), shown(value))).collect(),
            tables: self.tables.iter().map(table).collect(),
            limits: self.limits.iter().map(shown).collect(),
            behind: self.behind.iter().map(table).collect(),
        }
    }
}

/// The words of a table's head.
pub fn columns<const N: usize>(names: [&str; N]) -> Vec<String> {
    names.map(str::to_owned).into()
}

impl DocumentTable {
    /// Says how many rows it has.
    pub fn counted(self) -> Self {
        Self { count: Some(figures::grouped(self.rows.len() as u64)), ..self }
    }

    /// Without the columns in which no row has anything: they would push the others out of sight.
    pub fn filled(mut self) -> Self {
        let has = |column: &usize| self.rows.iter().any(|row| row.get(*column).is_some_and(|cell| !cell.is_empty()));
        let kept: Vec<usize> = (0..self.columns.len()).filter(has).collect();
        let of = |cells: &[String]| kept.iter().filter_map(|column| cells.get(*column).cloned()).collect();
        if !self.rows.is_empty() {
            self.columns = of(&self.columns);
            self.rows = self.rows.iter().map(|row| of(row)).collect();
        }
        self
    }

    /// As a CSV file that is safe to open in a spreadsheet.
    ///
    /// # Errors
    /// None in practice: it is written to memory.
    pub fn csv(&self) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        let header: Vec<&str> = self.columns.iter().map(String::as_str).collect();
        tables::plain(&mut out, &header, &self.rows)?;
        Ok(out)
    }
}
