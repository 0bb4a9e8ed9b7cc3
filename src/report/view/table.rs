//! Tables of the view: columns, rows, and how each cell is shown.

use schemars::JsonSchema;
use serde::Serialize;

/// A plain table.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Table {
    /// Unique in the report.
    pub id: &'static str,
    /// Its caption.
    pub caption: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows; the first cell is the row's heading.
    pub rows: Vec<TableRow>,
    /// What stands there instead of rows.
    pub empty: String,
    /// How many there are, of which the rows are the first; none where the rows are no things that are counted, or nobody looked.
    pub total: Option<String>,
}

/// A row of a plain table.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct TableRow {
    /// An anchor, such as `u-123` or `E-1`.
    pub id: Option<String>,
    /// One for each column.
    pub cells: Vec<Cell>,
}

/// A column.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Column {
    /// A word for programs.
    pub key: &'static str,
    /// Its heading.
    pub label: String,
    /// How it sorts: `s` text, `n` number, `d` day.
    pub sort: &'static str,
}

/// One cell.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Cell {
    /// How it is shown: `text`, `address` (text that may break before an @), `bidi` (text that may run the other way), `raw`,
    /// `number`, `date`, `empty`, `severity`, `finding`, `ok`, `bad`, `long` (a sentence); for a count by severity `number` and its
    /// colour, for a number that is missing `empty number`.
    pub form: &'static str,
    /// What stands in it.
    pub text: String,
    /// Further lines, such as candidates.
    pub more: Vec<String>,
    /// What it sorts by, where the text does not say.
    pub sort: Option<String>,
    /// Where it leads.
    pub href: Option<String>,
}

impl Cell {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        let form = match (text.is_ascii(), text.contains('@')) {
            (true, true) => "address",
            (true, false) => "text",
            (false, _) => "bidi",
        };
        Self::of(form, text)
    }

    pub(crate) fn raw(text: impl Into<String>) -> Self {
        Self::of("raw", text.into())
    }

    pub(crate) fn number(text: String, sort: i64) -> Self {
        Self { sort: Some(sort.to_string()), ..Self::of("number", text) }
    }

    pub(crate) fn count(number: u64) -> Self {
        Self::number(super::super::figures::grouped(number), i64::try_from(number).unwrap_or(i64::MAX))
    }

    pub(crate) fn link(mut self, href: impl Into<String>) -> Self {
        self.href = Some(href.into());
        self
    }

    pub(crate) fn with(mut self, more: Vec<String>) -> Self {
        self.more = more;
        self
    }

    pub(crate) fn of(form: &'static str, text: String) -> Self {
        Self { form, text, more: Vec::new(), sort: None, href: None }
    }

    /// The value, or the word for no value.
    pub(crate) fn or(value: Option<String>, empty: &str) -> Self {
        match value.filter(|value| !value.is_empty()) {
            Some(value) => Self::text(value),
            None => Self::of("empty", empty.to_owned()),
        }
    }

    /// A sentence.
    pub(crate) fn long(text: String) -> Self {
        Self::of("long", text)
    }

    /// The word for no value among numbers.
    pub(crate) fn no_number(empty: &str) -> Self {
        Self::of("empty number", empty.to_owned())
    }

    /// A day.
    pub(crate) fn day(day: Option<chrono::NaiveDate>, empty: &str) -> Self {
        match day {
            Some(day) => Self::of("date", day.to_string()),
            None => Self::of("empty", empty.to_owned()),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.form.starts_with("empty")
    }
}

impl Table {
    pub(crate) fn new(id: &'static str, caption: impl Into<String>, columns: Vec<Column>, empty: &str) -> Self {
        Self { id, caption: caption.into(), columns, rows: Vec::new(), empty: empty.to_owned(), total: None }
    }

    /// Says how many there are.
    pub(crate) fn of(self, total: usize) -> Self {
        Self { total: Some(super::super::figures::grouped(total as u64)), ..self }
    }

    pub(crate) fn row(&mut self, id: Option<String>, cells: Vec<Cell>) {
        self.rows.push(TableRow { id, cells });
    }
}

impl Column {
    pub(crate) fn new(key: &'static str, label: &str, sort: &'static str) -> Self {
        Self { key, label: label.to_owned(), sort }
    }
}
