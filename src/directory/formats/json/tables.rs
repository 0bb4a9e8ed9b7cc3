//! Tables in JSON: rows that are lists, with the names of their columns in the first of them or apart; and a list for each column.

use anyhow::Result;
use serde_json::Value;

use super::item;
use super::said::{marks, trailer};
use super::scan::{DEEPEST, Scan, Span};
use crate::directory::headers;
use crate::directory::marks::Marks;

/// A table in JSON: its rows as text, headers first.
#[derive(Debug, Default)]
pub(in crate::directory) struct Table {
    pub(in crate::directory) rows: Vec<Vec<String>>,
    /// Whether the headers stand apart, so that the first row of people is item 1.
    pub(in crate::directory) apart: bool,
    pub(in crate::directory) marks: Marks,
}

/// What names the columns of a table whose rows are lists.
const COLUMNS: [&str; 8] = ["columns", "headers", "header", "fields", "cols", "columnNames", "column_names", "rowType"];

/// How a column that is an object calls itself.
const COLUMN_NAMES: [&str; 7] = ["name", "label", "header", "title", "text", "displayName", "field"];

/// A table within an object: the members that lead to its rows, and its columns where they stand apart.
pub(super) struct Found {
    path: Vec<String>,
    columns: Option<Span>,
    rows: Span,
}

/// The table of an object: rows that are lists, and beside them the names of their columns.
pub(super) fn table(scan: &Scan<'_>, object: Span) -> Result<Option<Found>> {
    let mut path = Vec::new();
    let mut holder = object;
    while path.len() < DEEPEST && scan.byte(holder.0) == Some(b'{') {
        let members = scan.members(holder.0)?;
        let is_table = |span: Span| -> Result<bool> {
            let first = if scan.byte(span.0) == Some(b'[') { scan.first_items(span.0, 1)? } else { Vec::new() };
            let Some(item) = first.first() else { return Ok(false) };
            Ok(scan.byte(item.0) == Some(b'[') || cells_of(scan, *item)?.is_some())
        };
        let mut columns = columns_of(scan, &members);
        // `"schema": {"fields": […]}`
        for (_, span) in &members {
            columns = columns.or(columns_of(scan, &scan.members(span.0)?));
        }
        for (key, span) in &members {
            if is_table(*span)? {
                path.push(key.clone());
                return Ok(Some(Found { path, columns, rows: *span }));
            }
        }
        // Only an object that holds nothing else but what is said of it leads on, or a list of one such.
        let mut objects = members.iter().filter(|(_, span)| scan.byte(span.0) == Some(b'{'));
        let next = match (objects.next(), objects.next()) {
            (Some((key, span)), None) => Some((key, *span)),
            (None, _) => only_item(scan, &members)?,
            _ => None,
        };
        let Some((key, span)) = next else { return Ok(None) };
        path.push(key.clone());
        holder = span;
    }
    Ok(None)
}

/// The list among members that names the columns.
fn columns_of(scan: &Scan<'_>, members: &[(String, Span)]) -> Option<Span> {
    let named = |(key, span): &&(String, Span)| {
        COLUMNS.iter().any(|name| key.eq_ignore_ascii_case(name)) && scan.byte(span.0) == Some(b'[')
    };
    members.iter().find(named).map(|(_, span)| *span)
}

/// The one item, an object, of the one list among members: Azure's `{"tables": [{"columns": …, "rows": …}]}`.
fn only_item<'m>(scan: &Scan<'_>, members: &'m [(String, Span)]) -> Result<Option<(&'m String, Span)>> {
    let mut lists = members.iter().filter(|(_, span)| scan.byte(span.0) == Some(b'['));
    let (Some((key, span)), None) = (lists.next(), lists.next()) else { return Ok(None) };
    Ok(match scan.first_items(span.0, 2)?.as_slice() {
        [item] if scan.byte(item.0) == Some(b'{') => Some((key, *item)),
        _ => None,
    })
}

/// The cells of a row that is an object with nothing but a list of objects in it: BigQuery's `{"f": [{"v": "Ada"}]}`.
fn cells_of(scan: &Scan<'_>, row: Span) -> Result<Option<Span>> {
    const ROWS: [&str; 2] = ["f", "c"];
    let members = scan.members(row.0)?;
    let [(key, span)] = members.as_slice() else { return Ok(None) };
    Ok((ROWS.contains(&key.as_str()) && scan.byte(span.0) == Some(b'[')).then_some(*span))
}

/// The rows of an object that has a list for each column, or an object by the number of the row, as pandas writes it:
/// `{"email": ["a@x", "b@x"], "name": ["A", "B"]}`, `{"email": {"0": "a@x", "1": "b@x"}}`.
pub(super) fn columns_of_lists(scan: &Scan<'_>, object: Span) -> Result<Option<Vec<Vec<String>>>> {
    let members = scan.members(object.0)?;
    let open = members.first().and_then(|(_, span)| scan.byte(span.0)).filter(|open| matches!(open, b'[' | b'{'));
    let alike = open.is_some() && members.iter().all(|(_, span)| scan.byte(span.0) == open);
    if members.len() < 2 || !members.iter().any(|(key, _)| headers::identifies(key)) || !alike {
        return Ok(None);
    }
    let mut columns: Vec<Vec<Value>> = Vec::new();
    let mut numbered: Option<Vec<String>> = None;
    for (_, span) in &members {
        match serde_json::from_str(scan.part(*span)).unwrap_or_default() {
            Value::Array(column) => columns.push(column),
            Value::Object(column) => {
                let keys: Vec<String> = column.keys().cloned().collect();
                if !keys.iter().all(|key| key.parse::<u32>().is_ok()) || *numbered.get_or_insert_with(|| keys.clone()) != keys {
                    return Ok(None);
                }
                columns.push(column.into_iter().map(|(_, value)| value).collect());
            }
            _ => return Ok(None),
        }
    }
    let height = columns.first().map_or(0, Vec::len);
    let plain = |column: &Vec<Value>| column.len() == height && !column.iter().any(|value| value.is_object() || value.is_array());
    if height == 0 || !columns.iter().all(plain) {
        return Ok(None);
    }
    let row = |at: usize| columns.iter().filter_map(|column| column.get(at)).map(cell).collect();
    Ok(Some(std::iter::once(members.iter().map(|(key, _)| key.clone()).collect()).chain((0..height).map(row)).collect()))
}

/// The tables of all pages as one.
pub(super) fn pages_of_table(scan: &Scan<'_>, first: Found, objects: &[Span]) -> Result<Table> {
    let mut all = Table { apart: first.columns.is_some(), ..Table::default() };
    let mut next = Some(first);
    for (at, object) in objects.iter().enumerate() {
        let found = match next.take() {
            Some(found) => found,
            None => match table(scan, *object)? {
                Some(found) => found,
                None if trailer(scan, *object, &mut all.marks)? => continue,
                None => return Err(scan.wrong(object.0, "a table like the first must stand here")),
            },
        };
        if let (0, Some(columns)) = (at, found.columns) {
            all.rows.push(column_names(scan, columns)?);
        }
        let items = scan.items(found.rows.0)?;
        marks(scan, *object, &found.path, &mut all.marks)?;
        all.marks.page_of(items.len() as u64 - u64::from(found.columns.is_none()).min(items.len() as u64));
        all.rows.extend(rows(scan, &items)?);
    }
    Ok(all)
}

/// The names of columns that are texts, or objects that name themselves.
fn column_names(scan: &Scan<'_>, span: Span) -> Result<Vec<String>> {
    let columns: Vec<Value> =
        serde_json::from_str(scan.part(span)).map_err(|_| scan.wrong(span.0, "the names of the columns must stand here"))?;
    let name = |column: &Value| match column {
        Value::Object(object) => COLUMN_NAMES.iter().find_map(|name| object.get(*name)?.as_str()).unwrap_or_default().to_owned(),
        other => cell(other),
    };
    Ok(columns.iter().map(name).collect())
}

pub(super) fn rows(scan: &Scan<'_>, items: &[Span]) -> Result<Vec<Vec<String>>> {
    let row = |span: &Span| -> Result<Vec<String>> {
        let span = cells_of(scan, *span)?.unwrap_or(*span);
        let cells: Vec<Value> = serde_json::from_str(scan.part(span))
            .map_err(|_| scan.wrong(span.0, "a row of the table, a list of values, must stand here"))?;
        Ok(cells.iter().map(cell).collect())
    };
    items.iter().map(row).collect()
}

/// A value as a cell.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Number(number) => item::exact(&number.to_string()).into_owned(),
        Value::Array(list) => list.iter().map(cell).filter(|cell| !cell.is_empty()).collect::<Vec<_>>().join("\n"),
        Value::Object(object) => match object.iter().next() {
            // A value in a wrapper of its own: `{"v": "Ada"}`, `{"$date": …}`.
            Some((_, inner)) if object.len() == 1 => cell(inner),
            _ => String::new(),
        },
        other => other.to_string(),
    }
}
