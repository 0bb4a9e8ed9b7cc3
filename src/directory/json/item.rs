//! One item of a JSON list into columns: every path that could be read has one.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

use polars::prelude::*;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::directory::cells;
use crate::directory::collect::{Raw, RawColumn};
use crate::directory::headers;

/// The name under which `serde_json` hands out numbers as their own text.
const NUMBER: &str = "$serde_json::private::Number";

/// Paths beyond this many are not kept: no export has so many.
const MOST_PATHS: usize = 20_000;

/// Levels below a list that are looked at. Each list is looked at in up to three ways.
const DEEPEST: usize = 6;

/// What the paths of a batch hold, and what is known of paths from batch to batch.
pub(super) struct Sink<'c> {
    configured: &'c (dyn Fn(&str) -> bool + Sync),
    nodes: Vec<Node>,
    columns: Vec<Column>,
    /// Columns of paths with a selector, such as `emails[type=work].value`.
    selected: HashMap<String, Option<usize>>,
    rows: Vec<u32>,
    blank: Vec<u32>,
    /// Digests of the paths that are not read: enough to count them once, whichever thread met them.
    unread: BTreeSet<u64>,
    seen: Vec<String>,
    scratch: String,
}

struct Column {
    header: String,
    values: StringChunkedBuilder,
    /// How many rows it has, the one under way included once it is set.
    filled: usize,
}

/// A place in an object: where its members lead, and whether its own value is kept.
#[derive(Default)]
struct Node {
    /// As in the file.
    raw: String,
    /// Without wrappers: the header.
    path: String,
    column: Option<usize>,
    leaf_seen: bool,
    absence_seen: bool,
    children: Vec<(Box<str>, usize)>,
    by_name: HashMap<Box<str>, usize>,
}

impl<'c> Sink<'c> {
    pub(super) fn new(configured: &'c (dyn Fn(&str) -> bool + Sync)) -> Self {
        let root = Node::default();
        Self {
            configured,
            nodes: vec![root],
            columns: Vec::new(),
            selected: HashMap::new(),
            rows: Vec::new(),
            blank: Vec::new(),
            unread: BTreeSet::new(),
            seen: Vec::new(),
            scratch: String::new(),
        }
    }

    /// Reads one item.
    pub(super) fn item(&mut self, number: u32, item: &str) -> Result<(), serde_json::Error> {
        let mut deserializer = serde_json::Deserializer::from_str(item);
        let before = self.rows.len();
        if !item.starts_with('{') {
            return Err(serde::de::Error::custom("not an object"));
        }
        Place { sink: self, node: 0 }.deserialize(&mut deserializer)?;
        deserializer.end()?;
        let any = self.columns.iter().any(|column| column.filled > before);
        if any || item.len() > 2 && item.contains(':') {
            self.rows.push(number);
        } else {
            self.blank.push(number);
        }
        Ok(())
    }

    /// The batch read so far, and the paths that were not read; what is known of paths stays.
    pub(super) fn finish(&mut self) -> (Raw, BTreeSet<u64>) {
        let rows = std::mem::take(&mut self.rows);
        let columns = self.columns.iter_mut().enumerate().map(|(at, column)| {
            let mut values = std::mem::replace(&mut column.values, StringChunkedBuilder::new(PlSmallStr::EMPTY, rows.len()));
            (column.filled..rows.len()).for_each(|_| values.append_null());
            column.filled = 0;
            RawColumn { header: column.header.clone(), at, values: values.finish() }
        });
        let raw = Raw {
            columns: columns.collect(),
            rows,
            blank: std::mem::take(&mut self.blank),
            seen: self.seen.clone(),
            ..Raw::default()
        };
        (raw, self.unread.clone())
    }

    fn child(&mut self, parent: usize, key: &str, expected: usize) -> usize {
        // Items of one list name their members in the same order: the next is usually the one expected.
        let known = &self.nodes[parent];
        if let Some((name, child)) = known.children.get(expected)
            && **name == *key
        {
            return *child;
        }
        if let Some(child) = known.by_name.get(key) {
            return *child;
        }
        let raw = if parent == 0 { key.to_owned() } else { format!("{}.{key}", known.raw) };
        let node = Node { path: unwrapped(&raw), raw, ..Node::default() };
        let child = self.nodes.len();
        if child >= MOST_PATHS {
            return usize::MAX;
        }
        self.nodes.push(node);
        self.nodes[parent].children.push((key.into(), child));
        self.nodes[parent].by_name.insert(key.into(), child);
        child
    }

    /// A member without a value still tells the system.
    fn absent(&mut self, node: usize) {
        let Some(known) = self.nodes.get_mut(node).filter(|node| !node.leaf_seen && !node.absence_seen) else { return };
        known.absence_seen = true;
        if headers::is_telling(&known.path) {
            let path = known.path.clone();
            self.seen.push(path);
        }
    }

    /// Keeps a value of a node.
    fn leaf(&mut self, node: usize, text: &str) {
        let Some(known) = self.nodes.get_mut(node) else { return };
        if !known.leaf_seen {
            known.leaf_seen = true;
            let (path, known_raw) = (known.path.clone(), known.raw.clone());
            let column = self.column(&path);
            if column.is_none() && !is_wrapping(&known_raw) {
                let mut digest = DefaultHasher::new();
                path.hash(&mut digest);
                self.unread.insert(digest.finish());
                if headers::is_telling(&path) && !self.seen.contains(&path) {
                    self.seen.push(path);
                }
            }
            if let Some(known) = self.nodes.get_mut(node) {
                known.column = column;
            }
        }
        if let Some(column) = self.nodes.get(node).and_then(|node| node.column) {
            self.set(column, text);
        }
    }

    /// The column of a path, if it may be read.
    fn column(&mut self, path: &str) -> Option<usize> {
        if !(self.configured)(path) && !headers::may_be_read(path) {
            return None;
        }
        if let Some(at) = self.columns.iter().position(|column| column.header == path) {
            return Some(at);
        }
        self.columns.push(Column { header: path.to_owned(), values: StringChunkedBuilder::new(PlSmallStr::EMPTY, 64), filled: 0 });
        Some(self.columns.len() - 1)
    }

    /// Sets a cell of the row under way; the first value that says something stays.
    fn set(&mut self, column: usize, text: &str) {
        let row = self.rows.len();
        let (Some(column), Some(text)) = (self.columns.get_mut(column), cells::clean(text)) else { return };
        if column.filled > row {
            return;
        }
        (column.filled..row).for_each(|_| column.values.append_null());
        column.values.append_value(text);
        column.filled = row + 1;
    }

    /// Chooses from a list of objects by type, by `primary`, and by place.
    fn list(&mut self, path: &str, list: &[Value], depth: usize) {
        for (at, item) in list.iter().enumerate() {
            let Value::Object(object) = item else { continue };
            let kind = object.get("type").or_else(|| item.pointer("/typeCode/codeValue"));
            let kind = kind.and_then(Value::as_str).map(str::to_lowercase);
            let primary = ["primary", "primaryIndicator"].iter().any(|mark| object.get(*mark) == Some(&Value::Bool(true)));
            let mut selectors = vec![format!("{path}[{at}]")];
            if let Some(kind) = kind {
                selectors.push(format!("{path}[type={kind}]"));
            }
            if primary {
                selectors.push(format!("{path}[primary]"));
            }
            for selector in selectors {
                self.flatten(&selector, item, depth + 1);
            }
        }
        let values: Vec<&str> =
            list.iter().filter_map(|item| item.get("display").or_else(|| item.get("name")).and_then(Value::as_str)).collect();
        if !values.is_empty() && values.len() == list.len() {
            let joined = values.join("\n");
            let column = self.selected_column(path.to_owned());
            if let Some(column) = column {
                self.set(column, &joined);
            }
        }
    }

    fn selected_column(&mut self, path: String) -> Option<usize> {
        if let Some(known) = self.selected.get(&path) {
            return *known;
        }
        if self.selected.len() >= MOST_PATHS {
            return None;
        }
        let column = self.column(&path);
        self.selected.insert(path, column);
        column
    }

    fn flatten(&mut self, path: &str, value: &Value, depth: usize) {
        let text = match value {
            Value::Object(object) if depth < DEEPEST => {
                for (key, inner) in object {
                    self.flatten(&format!("{path}.{key}"), inner, depth + 1);
                }
                return;
            }
            Value::Array(list) if depth < DEEPEST => return self.list(path, list, depth),
            Value::String(text) => text.clone(),
            Value::Number(number) => exact(&number.to_string()).into_owned(),
            Value::Bool(flag) => flag.to_string(),
            _ => return,
        };
        if let Some(column) = self.selected_column(path.to_owned()) {
            self.set(column, &text);
        }
    }
}

/// Personio wraps every value: `attributes.first_name.value`, `attributes.department.value.attributes.name`.
fn unwrapped(path: &str) -> String {
    if !path.starts_with("attributes.") {
        return path.to_owned();
    }
    path.split('.').filter(|segment| !matches!(*segment, "attributes" | "value")).collect::<Vec<_>>().join(".")
}

/// What the wrapper says beside the value: its label, its type.
fn is_wrapping(raw: &str) -> bool {
    raw.starts_with("attributes.") && [".label", ".type", ".universal_id"].iter().any(|leaf| raw.ends_with(leaf))
}

/// A number as JSON has it; one with an exponent gets a sign, by which identifiers know that digits may be lost.
fn exact(number: &str) -> std::borrow::Cow<'_, str> {
    match number.split_once(['e', 'E']) {
        Some((mantissa, exponent)) if !exponent.starts_with(['+', '-']) => format!("{mantissa}E+{exponent}").into(),
        _ => number.into(),
    }
}

/// Reads the value at a node.
struct Place<'s, 'c> {
    sink: &'s mut Sink<'c>,
    node: usize,
}

impl<'de> DeserializeSeed<'de> for Place<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.node == usize::MAX {
            return deserializer.deserialize_ignored_any(IgnoredAny).map(|_| ());
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Place<'_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.sink.absent(self.node);
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.sink.leaf(self.node, if value { "true" } else { "false" });
        Ok(())
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        self.sink.leaf(self.node, value);
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.sink.leaf(self.node, &value.to_string());
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.sink.leaf(self.node, &value.to_string());
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        self.sink.leaf(self.node, &value.to_string());
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut expected = 0;
        while let Some(child) = map.next_key_seed(Key { sink: &mut *self.sink, node: self.node, expected })? {
            expected += 1;
            match child {
                Child::At(node) => map.next_value_seed(Place { sink: &mut *self.sink, node })?,
                Child::Number => {
                    let number: String = map.next_value()?;
                    self.sink.leaf(self.node, &exact(&number));
                }
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        // A list of words becomes lines; of a list of objects one is chosen.
        let mut objects = Vec::new();
        let mut words = std::mem::take(&mut self.sink.scratch);
        words.clear();
        while let Some(value) = list.next_element::<Value>()? {
            let word = match value {
                Value::String(text) => text,
                Value::Number(number) => number.to_string(),
                Value::Object(_) if objects.len() < 100 => {
                    objects.push(value);
                    continue;
                }
                _ => continue,
            };
            if !words.is_empty() {
                words.push('\n');
            }
            words.push_str(&word);
        }
        if !words.is_empty() {
            self.sink.leaf(self.node, &words);
        }
        self.sink.scratch = words;
        if !objects.is_empty() {
            let path = self.sink.nodes.get(self.node).map(|node| node.path.clone()).unwrap_or_default();
            self.sink.list(&path, &objects, 0);
        }
        Ok(())
    }
}

enum Child {
    At(usize),
    Number,
}

/// Finds the node of a member's name without keeping the name.
struct Key<'s, 'c> {
    sink: &'s mut Sink<'c>,
    node: usize,
    expected: usize,
}

impl<'de> DeserializeSeed<'de> for Key<'_, '_> {
    type Value = Child;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Child, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_, '_> {
    type Value = Child;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a name")
    }

    fn visit_str<E>(self, key: &str) -> Result<Child, E> {
        if key == NUMBER {
            return Ok(Child::Number);
        }
        Ok(Child::At(self.sink.child(self.node, key, self.expected)))
    }
}
