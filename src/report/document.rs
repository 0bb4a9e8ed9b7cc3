//! A page of facts and tables that is made after a run: what was decided on its plan, what its certification came to. HTML, Markdown and
//! CSV of the same.

use anyhow::Result;
use serde::Serialize;

use super::templates::Templates;
use super::{html, markdown, tables};
use crate::config::Config;
use crate::text;

/// The page.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Document {
    /// What it is.
    pub title: String,
    /// The instance.
    pub instance: String,
    /// What it says first, as sentences.
    pub lead: Vec<String>,
    /// Label and value.
    pub facts: Vec<(String, String)>,
    /// In their order.
    pub tables: Vec<Table>,
    /// What it cannot show, and how to check it.
    pub limits: Vec<String>,
}

/// A table of text.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Table {
    /// What it shows.
    pub caption: String,
    /// Its columns.
    pub columns: Vec<&'static str>,
    /// As many cells as columns.
    pub rows: Vec<Vec<String>>,
    /// What stands there instead of no rows.
    pub empty: String,
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
            page_title: text::visible(&format!("{} - {}", self.title, self.instance)).into_owned(),
            generator: format!("domo-reconcile {}", env!("CARGO_PKG_VERSION")),
        };
        let left = format!("{} - {}", self.title, self.instance);
        let run = self.facts.first().map_or("", |(_, value)| value.as_str());
        html::document(&templates, &seen, [&left, run])
    }

    /// The same in Markdown, every value as code so that nothing in it is markup.
    pub fn markdown(&self) -> String {
        let cell = |value: &String| if value.is_empty() { " ".to_owned() } else { markdown::code(value) };
        let mut lines = vec![format!("# {}", markdown::code(&format!("{}: {}", self.title, self.instance))), String::new()];
        lines.extend(self.lead.iter().map(|sentence| format!("{}\n", markdown::code(sentence))));
        lines.extend(self.facts.iter().map(|(label, value)| format!("- {label}: {}", cell(value))));
        for table in &self.tables {
            lines.extend([String::new(), format!("## {} ({})", table.caption, table.rows.len()), String::new()]);
            if table.rows.is_empty() {
                lines.push(table.empty.clone());
                continue;
            }
            lines.push(format!("| {} |", table.columns.join(" | ")));
            lines.push(format!("|{}", "---|".repeat(table.columns.len())));
            lines.extend(table.rows.iter().map(|row| format!("| {} |", row.iter().map(cell).collect::<Vec<_>>().join(" | "))));
        }
        lines.extend([String::new(), "## Limits".to_owned(), String::new()]);
        lines.extend(self.limits.iter().map(|sentence| format!("- {}", markdown::code(sentence))));
        lines.join("\n") + "\n"
    }

    fn visible(&self) -> Self {
        let shown = |value: &String| text::visible(value).into_owned();
        let table =
            |table: &Table| Table { rows: table.rows.iter().map(|row| row.iter().map(shown).collect()).collect(), ..table.clone() };
        Self {
            title: shown(&self.title),
            instance: shown(&self.instance),
            lead: self.lead.iter().map(shown).collect(),
            facts: self.facts.iter().map(|(label, value)| (label.clone(), shown(value))).collect(),
            tables: self.tables.iter().map(table).collect(),
            limits: self.limits.iter().map(shown).collect(),
        }
    }
}

impl Table {
    /// As a CSV file that is safe to open in a spreadsheet.
    ///
    /// # Errors
    /// None in practice: it is written to memory.
    pub fn csv(&self) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        tables::plain(&mut out, &self.columns, &self.rows)?;
        Ok(out)
    }
}
