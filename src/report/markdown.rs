//! `report.md`, for tickets and pull requests: the same numbers, values that cannot break out of their cell or mention anybody, and
//! a length that the place it is pasted into takes.
//!
//! Markdown templates escape by themselves: text that could mean anything to a Markdown reader becomes a code span, other text stays
//! as it is. `| cell` makes a code span of any value, `| plain` backslashes for places without code spans; `| safe` is for our own
//! markup only.

use std::borrow::Cow;
use std::io::Write;

use anyhow::Result;
use tera::{Context, Kwargs, State, Tera, Value};

use super::figures;
use super::summary::Overall;
use super::templates::Templates;
use super::texts::Texts;
use super::view::{Finding, View};
use crate::text;

/// Where report.md will be pasted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Flavour {
    /// Issues, pull requests and step summaries of GitHub.
    #[default]
    Github,
    /// Issues and merge requests of GitLab.
    Gitlab,
    /// Jira: no tables, page one only.
    Jira,
    /// Text without tables or markup that needs a reader.
    Plain,
}

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

/// Characters of a value: the longest sentence about a finding, and no more than a row should take of the whole.
const VALUE: usize = 1_000;

/// Characters that a row of a finding takes at a guess.
const ROW: usize = 250;

/// The page: as many findings as fit, worst first, whole rows only. `seen` is what templates see of the view.
pub(super) fn render(templates: &Templates, view: &View, mut seen: Context, flavour: Flavour) -> Result<String> {
    let mut all: Vec<&Finding> =
        view.sections.iter().flat_map(|section| &section.chunks).flat_map(|chunk| &chunk.findings).collect();
    // Within a severity the order of the sections stays.
    all.sort_by_key(|finding| finding.severity.rank);
    all.truncate(flavour.rows());
    let urgent_to = all.partition_point(|finding| finding.severity.rank < 2);
    let total = view.findings.total;
    let file = view.files.rows.iter().find(|row| row.cells.first().is_some_and(|cell| cell.text == "findings.csv"));
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

/// A Tera for Markdown: `.md` escapes by itself, with `cell` and `plain` as filters.
pub(super) fn engine(texts: &Texts) -> Tera {
    let mut tera = Tera::new();
    tera.autoescape_on([".md"]);
    tera.set_escape_fn(|text: &str, out: &mut dyn Write| out.write_all(words(text).as_bytes()));
    for (name, escaped) in [("cell", code as fn(&str) -> String), ("plain", backslashed)] {
        let (empty, rest) = (texts.get("page.empty").to_owned(), texts.get("markdown.cut").to_owned());
        tera.register_filter(name, move |value: Value, _: Kwargs, _: &State| {
            Value::safe_string(&said(&value).map_or_else(|| empty.clone(), |text| escaped(&cut(&text, &rest))))
        });
    }
    tera
}

/// A value as text; none for nothing.
fn said(value: &Value) -> Option<String> {
    match value.as_str() {
        Some(text) => Some(text.to_owned()).filter(|text| !text.trim().is_empty()),
        None if value.is_none() || value.is_undefined() => None,
        None => Some(value.to_string()),
    }
}

/// Whether no Markdown reader can take the text for anything but words.
fn is_calm(text: &str) -> bool {
    let calm = |letter: char| {
        letter.is_alphanumeric()
            || matches!(
                letter,
                ' ' | ','
                    | '.'
                    | ';'
                    | '%'
                    | '('
                    | ')'
                    | '/'
                    | '\u{2013}'
                    | '\u{2212}'
                    | '\u{2192}'
                    | '\''
                    | '\u{2019}'
                    | '\u{B7}'
                    | '\u{25C6}'
                    | '\u{25B2}'
                    | '\u{25A0}'
                    | '\u{25CF}'
                    | '\u{25CB}'
                    | '?'
            )
    };
    // A hyphen or colon inside words is one; at the beginning it may be a list.
    let inner = |letter: char| calm(letter) || matches!(letter, '-' | ':');
    text.starts_with(calm) && text.chars().all(inner) && !text.contains("://") && !text.contains("www.")
}

/// One line, hidden characters shown, trimmed.
fn one_line(text: &str) -> String {
    let spaced: String = text.chars().map(|letter| if matches!(letter, '\n' | '\r' | '\t') { ' ' } else { letter }).collect();
    text::visible(spaced.trim()).into_owned()
}

/// A value that leaves room for others, and where the `rest` of it stands.
fn cut<'a>(text: &'a str, rest: &str) -> Cow<'a, str> {
    match text.char_indices().nth(VALUE) {
        Some((end, _)) => format!("{}\u{2026} {rest}", &text[..end]).into(),
        None => text.into(),
    }
}

/// Words as they are, and anything that a Markdown reader could take for more as a code span.
pub(super) fn words(text: &str) -> String {
    if is_calm(text) { text.to_owned() } else { code(text) }
}

/// A code span whose fence is longer than any run of backticks in it; pipes are escaped, for they end a table's cell even there.
pub(super) fn code(text: &str) -> String {
    let text = one_line(text);
    let longest = text.split(|letter| letter != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') || text.chars().all(|letter| letter == ' ') { " " } else { "" };
    format!("{fence}{pad}{}{pad}{fence}", text.replace('|', "\\|"))
}

/// A backslash before whatever a wiki could take for markup.
fn backslashed(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 8);
    for letter in one_line(text).chars() {
        if matches!(
            letter,
            '\\' | '{' | '}' | '[' | ']' | '*' | '_' | '-' | '+' | '^' | '~' | '|' | '!' | '#' | '@' | '<' | '>' | '`'
        ) {
            safe.push('\\');
        }
        safe.push(letter);
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_span_holds_backticks_and_pipes() {
        assert_eq!(code("a|b"), "`a\\|b`");
        assert_eq!(code("``x`"), "``` ``x` ```");
        assert_eq!(code("line\nbreak\u{202E}"), "`line break<U+202E>`");
    }

    #[test]
    fn a_sentence_stays_whole_and_what_is_cut_says_where_the_rest_is() {
        let long = "x".repeat(VALUE);
        assert_eq!(cut(&long, "(there)"), long);
        assert_eq!(cut(&(long.clone() + "y"), "(there)"), format!("{long}\u{2026} (there)"));
    }

    #[test]
    fn only_words_and_numbers_stay_bare() {
        for calm in ["4,812", "Attribute drift", "2026-11-23 06:00 UTC", "\u{25B2} High"] {
            assert!(is_calm(calm), "{calm}");
        }
        for wild in
            ["@team", "#12", "<b>", "*x*", "a_b", "- item", "http://x", "www.x.de", "[a](b)", ":emoji:", "a|b", "~x", "!12", ""]
        {
            assert!(!is_calm(wild), "{wild}");
        }
    }
}
