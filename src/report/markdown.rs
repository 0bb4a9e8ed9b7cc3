//! `report.md`, for tickets and pull requests: the same numbers, values that cannot break out of their cell or mention anybody, and
//! a length that the place it is pasted into takes.

use anyhow::Result;
use tera::{Context, Value};

use super::figures;
use super::summary::Overall;
use super::templates::Templates;
use super::view::{Finding, Table, View};
use crate::terms::Flavour;
use crate::terms::names;

impl Flavour {
    fn has_tables(self) -> bool {
        matches!(self, Self::Github | Self::Gitlab)
    }

    fn template(self) -> &'static str {
        if self.has_tables() { "report.md" } else { "report-plain.md" }
    }

    /// Characters, below what the place takes: GitHub's comments end at 65,536, Jira's at 32,767, GitLab's at a million.
    fn characters(self) -> usize {
        match self {
            Self::Github => 60_000,
            Self::Gitlab => 900_000,
            Self::Jira => 30_000,
            Self::Plain => 500_000,
        }
    }

    /// Findings listed at most; Jira gets page one only.
    fn rows(self) -> usize {
        match self {
            Self::Jira => 0,
            _ => 2_000,
        }
    }
}

/// Characters that a row of a finding takes at a guess.
const ROW: usize = 250;

/// The page: as many findings as fit, worst first, whole rows only. `seen` is what templates see of the view and of the files.
pub(super) fn render(templates: &Templates, view: &View, files: &Table, mut seen: Context, flavour: Flavour) -> Result<String> {
    let mut all: Vec<&Finding> =
        view.sections.iter().flat_map(|section| &section.chunks).flat_map(|chunk| &chunk.findings).collect();
    // Within a severity the order of the sections stays.
    all.sort_by_key(|finding| finding.severity.rank);
    all.truncate(flavour.rows());
    let urgent_to = all.partition_point(|finding| finding.severity.rank < 2);
    let total = view.findings.total;
    let file = files.rows.iter().find(|row| row.cells.first().is_some_and(|cell| cell.text == names::FINDINGS_CSV));
    let digest = file.and_then(|row| row.cells.last()).map(|cell| cell.text.as_str()).unwrap_or_default();
    let digest = format!("SHA-256 {digest}");

    // Beside the view, a template sees the findings it is to list: `urgent`, critical and high, worst first, and `others`; and
    // `shown`, how many these are and where all are.
    let mut values: Vec<Value> = Vec::new();
    let mut page = |rows: usize| -> Result<String> {
        values.extend(all[values.len().min(rows)..rows].iter().map(Value::from_serializable));
        let (urgent, others) = values[..rows].split_at(urgent_to.min(rows));
        seen.insert_value("urgent", Value::from(urgent.to_vec()));
        seen.insert_value("others", Value::from(others.to_vec()));
        let (shown, of) = (figures::grouped(rows as u64), figures::grouped(total));
        let places = [("shown", shown.as_str()), ("total", of.as_str()), ("digest", &digest)];
        let sentence = if rows as u64 == total { "markdown.shown_all" } else { "markdown.shown" };
        seen.insert("shown", &templates.texts.fill(sentence, &places));
        Ok(tidy(&templates.render(flavour.template(), &seen)?))
    };

    // The longest that fits: length grows with every row, and by about as much, so that most guesses are close.
    let most = flavour.characters();
    let (mut fits, mut too_many) = ((0, 0, None), None);
    let mut rows = all.len().min(most / ROW);
    for guess in 1.. {
        let text = page(rows)?;
        let length = text.chars().count();
        if length > most && rows > 0 {
            too_many = Some((rows, length));
        } else if rows == all.len() {
            return Ok(text);
        } else {
            fits = (rows, length, Some(text));
        }
        let (low, short, _) = fits;
        rows = match too_many {
            None => all.len().min(rows * 2 + 1),
            Some((high, _)) if high == low + 1 => break,
            // Rows that are not alike could make guessing slow.
            Some((high, _)) if guess % 3 == 0 => low + (high - low) / 2,
            Some((high, long)) => {
                let more = most.saturating_sub(short) * (high - low) / (long - short).max(1);
                (low + more).clamp(low + 1, high - 1)
            }
        };
    }
    fits.2.map_or_else(|| page(0), Ok)
}

/// The page over several instances: as many people as fit.
pub(super) fn summary(templates: &Templates, view: &Overall, flavour: Flavour) -> Result<String> {
    let template = if flavour.has_tables() { "summary.md" } else { "summary-plain.md" };
    let mut view = view.clone();
    let total = figures::grouped(view.left.rows.len() as u64);
    let mut cut = false;
    loop {
        let page = tidy(&templates.render(template, &templates.context(&view)?)?);
        if page.chars().count() <= flavour.characters() || view.left.rows.is_empty() {
            return Ok(page);
        }
        view.left.rows.truncate(view.left.rows.len() / 2);
        if std::mem::replace(&mut cut, true) {
            view.left_notes.pop();
        }
        let shown = figures::grouped(view.left.rows.len() as u64);
        view.left_notes.push(templates.texts.fill("several.left_capped", &[("shown", &shown), ("total", &total)]));
    }
}

/// Parts that are left out leave no gap.
fn tidy(page: &str) -> String {
    let mut page = page.trim_end().to_owned();
    while page.contains("\n\n\n") {
        page = page.replace("\n\n\n", "\n\n");
    }
    page.push('\n');
    page
}
