//! What a review sheet shows of an action. Whoever writes a sheet and whoever checks one on its return use the same words.

use serde_json::{Map, Value};

use super::fields;
use super::format::Action;
use crate::text;

/// The columns of a review sheet: eight that are locked, three to be filled in.
pub const COLUMNS: [&str; 11] =
    ["action", "kind", "account_id", "email", "name", "why", "before", "after", "decision", "reviewer", "comment"];

/// How many of [`COLUMNS`] are locked.
pub const LOCKED: usize = 8;

/// The locked cells of an action, as text.
pub fn locked(action: &Action) -> [String; LOCKED] {
    let shown = |value: &Option<String>| text::visible(value.as_deref().unwrap_or_default()).into_owned();
    [
        action.id.clone(),
        action.kind.as_str().to_owned(),
        action.account_id.map(|id| id.to_string()).unwrap_or_default(),
        shown(&action.email),
        shown(&action.name),
        text::visible(&action.why).into_owned(),
        fields(&action.before),
        fields(&action.after),
    ]
}

/// `title: Analyst; active: true`
pub fn fields(fields: &Map<String, Value>) -> String {
    let shown = |(field, value): (&String, &Value)| match fields::shown(value) {
        empty if empty.is_empty() => format!("{field}: (empty)"),
        value => format!("{field}: {}", text::visible(&value)),
    };
    fields.iter().map(shown).collect::<Vec<_>>().join("; ")
}

/// `title: Analyst → Senior Analyst`, a line a field.
pub fn change(action: &Action) -> String {
    let quoted = |value: Option<&Value>| match value.map(fields::shown).unwrap_or_default() {
        empty if empty.is_empty() => "(empty)".to_owned(),
        value => text::visible(&value).into_owned(),
    };
    let line = |(field, after): (&String, &Value)| match action.before.get(field) {
        Some(before) => format!("{field}: {} → {}", quoted(Some(before)), quoted(Some(after))),
        None => format!("{field}: {}", quoted(Some(after))),
    };
    action.after.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// A cell as it came back, without what a spreadsheet may have done to it: the apostrophe that keeps a formula from running, and
/// white space.
pub fn returned(cell: &str) -> String {
    let folded = text::folded(cell);
    let bare = folded.strip_prefix('\'').filter(|rest| rest.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']));
    bare.unwrap_or(&folded).to_owned()
}

/// Whether a cell is what it was but for letters that an old encoding lacks: a spreadsheet puts `?` or the nearest plain letter there.
pub fn narrowed(was: &str, is: &str) -> bool {
    let lost = |(was, is): (char, char)| was == is || (!was.is_ascii() && is.is_ascii());
    was != is && was.chars().count() == is.chars().count() && was.chars().zip(is.chars()).all(lost)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_apostrophe_against_formulas_is_taken_off_again() {
        assert_eq!(returned("'=1+1"), "=1+1");
        assert_eq!(returned(" 'quoted' "), "'quoted'");
        assert_eq!(returned("O'Neill"), "O'Neill");
    }

    #[test]
    fn a_letter_that_an_encoding_lacks_is_told_from_a_change() {
        assert!(narrowed("Paweł Mazur", "Pawe? Mazur") && narrowed("Wiśniewska", "Wisniewska"));
        assert!(!narrowed("Ann", "Ann") && !narrowed("Ann", "Ana") && !narrowed("Ana", "Añá") && !narrowed("Zoë", "Zo"));
    }
}
