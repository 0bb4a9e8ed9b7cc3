//! Approved actions as files for Domo's own bulk import (Admin > Governance > People > Bulk Import), for those who may not use the
//! API. There an empty cell clears a value and an absent column keeps it: so accounts that are edited stand in one file only with
//! those in which the same fields change, and no cell is empty. What an import cannot say is left out, each with why.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Serialize;
use serde_json::{Map, Value};

use super::fields;
use super::format::Action;
use crate::rows::Rows;
use crate::terms::value::writable_number;
use crate::terms::{ActionKind, FIELDS, Role};
use crate::text;

/// The columns of every row, with the fields they hold: `edit` overrides the mode that is chosen when the file is uploaded.
const ALWAYS: [(&str, &str); 3] = [("email", ""), ("displayName", "name"), ("edit", "")];

/// The columns of what is no field of a person.
const LAST: [(&str, &str); 2] = [("sendInvite", "sendInvite"), ("groups", fields::GROUPS)];

/// The columns that are written where they say something, in their order, with the fields they hold; Domo knows more.
static CHANGES: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
    let mut fields: Vec<_> = FIELDS.iter().filter_map(|field| field.import.zip(field.domo)).collect();
    fields.sort_unstable();
    fields.into_iter().map(|((_, column), field)| (column, field)).chain(LAST).collect()
});

fn columns() -> impl Iterator<Item = (&'static str, &'static str)> {
    ALWAYS.into_iter().chain(CHANGES.iter().copied())
}

/// Files to upload, and what is in none of them.
#[derive(Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Import {
    pub files: Vec<File>,
    pub left_out: Vec<LeftOut>,
}

/// One file.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct File {
    /// `new.csv`, `edit-title.csv`, …
    pub name: String,
    /// Its header.
    pub columns: Vec<&'static str>,
    /// As many cells as columns.
    #[serde(skip)]
    pub rows: Vec<Vec<String>>,
}

/// Something approved that no file says.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// The action.
    pub action: String,
    /// The field; none where it is the whole action.
    pub field: Option<String>,
    /// Why.
    pub why: String,
}

/// The cells of one action.
type Cells = BTreeMap<&'static str, String>;

impl Import {
    /// What of these actions an import can do.
    pub fn of(actions: &[Action]) -> Self {
        let mut import = Self::default();
        let mut sheets: BTreeMap<String, Vec<Cells>> = BTreeMap::new();
        for action in actions {
            match import.cells(action) {
                Ok(Some(cells)) => sheets.entry(file_name(action, &cells)).or_default().push(cells),
                // Each of its fields is left out already.
                Ok(None) => {}
                Err(why) => import.left_out.push(LeftOut { action: action.id.clone(), field: None, why }),
            }
        }
        import.files = sheets.into_iter().map(|(name, sheet)| File::of(name, &sheet)).collect();
        import
    }

    fn cells(&mut self, action: &Action) -> Result<Option<Cells>, String> {
        let new = match action.kind {
            ActionKind::Create => true,
            ActionKind::Update => false,
            other => return Err(format!("Domo's import cannot {}", other.as_str())),
        };
        let address = if new { action.after.get("email") } else { action.before.get("email") };
        let address = address.cloned().or_else(|| action.email.clone().map(Value::String)).unwrap_or_default();
        let name = action.after.get("name").cloned().or_else(|| action.name.clone().map(Value::String)).unwrap_or_default();
        let needed = |column: &str, field: &str, value: &Value| cell(field, value).map_err(|why| format!("its {column}: {why}"));
        let mut cells = Cells::from([
            ("email", needed("e-mail", "email", &address)?),
            ("displayName", needed("name", "name", &name)?),
            ("edit", if new { "FALSE" } else { "TRUE" }.to_owned()),
        ]);
        if new {
            // Without the column Domo's own setting decides.
            cells.insert("sendInvite", "FALSE".into());
        }
        let rest: Map<String, Value> = action.after.clone().into_iter().filter(|(field, _)| !(new && field == "email")).collect();
        for (field, value) in &rest {
            let column = columns().find(|(_, held)| held == field).map(|(column, _)| column);
            let written = column.ok_or_else(|| "the import has no column for it".to_owned());
            match written.and_then(|column| Ok((column, cell(field, value)?))) {
                Ok((column, cell)) => drop(cells.insert(column, cell)),
                Err(why) => self.left_out.push(LeftOut { action: action.id.clone(), field: Some(field.clone()), why }),
            }
        }
        let says_something = new || rest.keys().any(|field| field == "name") || cells.len() > 3;
        Ok(says_something.then_some(cells))
    }
}

/// New accounts stand together: they have nothing yet that an empty cell could clear.
fn file_name(action: &Action, cells: &Cells) -> String {
    let changed: Vec<_> = CHANGES.iter().map(|(column, _)| *column).filter(|column| cells.contains_key(column)).collect();
    match (action.kind, changed.as_slice()) {
        (ActionKind::Create, _) => "new.csv".into(),
        (_, []) => "edit-displayName.csv".into(),
        (_, changed) => format!("edit-{}.csv", changed.join("-")),
    }
}

impl File {
    fn of(name: String, sheet: &[Cells]) -> Self {
        let columns = columns().map(|(column, _)| column).filter(|column| sheet.iter().any(|cells| cells.contains_key(column)));
        let columns: Vec<_> = columns.collect();
        let row = |cells: &Cells| columns.iter().map(|column| cells.get(column).cloned().unwrap_or_default()).collect();
        Self { rows: sheet.iter().map(row).collect(), name, columns }
    }

    /// The file's text: UTF-8 without a byte-order mark, which Domo takes for a part of the first header unless told otherwise.
    pub fn to_csv(&self) -> Vec<u8> {
        let mut csv = Rows::default();
        self.columns.iter().for_each(|column| csv.exact(column));
        csv.end();
        for row in &self.rows {
            row.iter().for_each(|cell| csv.exact(cell));
            csv.end();
        }
        csv.into_bytes()
    }
}

/// A value as Domo's import takes it. An apostrophe against formulas would become a part of the value, so what a spreadsheet would
/// evaluate is left out instead.
fn cell(field: &str, value: &Value) -> Result<String, String> {
    let text = match value {
        Value::Array(names) => {
            let names: Vec<_> = names.iter().map(fields::shown).collect();
            if names.iter().any(|name| name.contains(',') || name.is_empty()) {
                return Err("a group whose name is empty or has a comma cannot be told from two".into());
            }
            names.join(",")
        }
        Value::Bool(flag) => return Ok(if *flag { "TRUE" } else { "FALSE" }.into()),
        value => fields::shown(value),
    };
    if text.trim().is_empty() {
        return Err("an empty cell would clear it, which an import is not trusted with".into());
    }
    if text.chars().any(text::is_hidden) {
        return Err(format!("`{}` holds characters that the eye does not see", text::visible(&text)));
    }
    let phone = field == "phone" && text.chars().all(|letter| letter.is_ascii_digit() || " +-().".contains(letter));
    match field {
        "role" => match Role::from_word(&text) {
            Some(role) => Ok(role.id().to_string()),
            None => Err(format!("the role `{text}` is none of the five that are written")),
        },
        "employeeNumber" if writable_number(&text, true).is_err() => {
            Err(format!("the import's column is a number, which `{text}` would not be unchanged"))
        }
        _ if !phone && text::is_formula(&text) => {
            Err(format!("`{text}` begins as a formula does, and a spreadsheet would evaluate it"))
        }
        _ => Ok(text),
    }
}
