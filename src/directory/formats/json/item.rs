//! One item of a JSON list into columns: every path that could be read has one.
//!
//! Members are taken as they are written (`RawValue`), so that a number keeps all its digits.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

use polars::prelude::*;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::directory::cells;
use crate::directory::headers;
use crate::directory::raw::{Doubled, HiddenEdges, Raw, RawColumn, Watched};

/// Of paths beyond this many only those are kept that may be read. Beyond twice as many the file is a part only: no export has so
/// many.
const MOST_PATHS: usize = 20_000;

/// Members of one nested object beyond this many are no fields, but keyed by something that each person has of their own.
const MOST_MEMBERS: usize = 1_000;

/// Levels below a list that are looked at. Each list is looked at in up to three ways.
const DEEPEST: usize = 6;

/// Objects within objects beyond this are no directory's.
const DEEPEST_OBJECT: u32 = 100;

/// What an error says of such a text.
pub(super) const TOO_DEEP: &str = "it is nested too deeply";

/// What the paths of a batch hold, and what is known of paths from batch to batch.
pub(super) struct Sink<'c> {
    configured: &'c (dyn Fn(&str) -> bool + Sync),
    nodes: Vec<Node>,
    columns: Vec<Column>,
    /// Columns of paths with a selector, such as `emails[type=work].value`.
    selected: HashMap<String, Place>,
    rows: Vec<u32>,
    blank: Vec<u32>,
    /// Digests of the paths that are not read: enough to count them once, whichever thread met them.
    unread: BTreeSet<u64>,
    seen: Vec<String>,
    /// Whether there were more paths than are kept.
    beyond: bool,
    /// Paths that are not read, as far as nobody knows that they need not be.
    watched: Vec<Watched>,
    /// Members that stand twice in one object.
    doubled: Vec<Doubled>,
    /// Whether any holds several words.
    several: bool,
    /// The number of the item under way, and how deep in it we are.
    number: u32,
    depth: u32,
}

struct Column {
    header: String,
    values: StringChunkedBuilder,
    edges: HiddenEdges,
    /// How many rows it has, the one under way included once it is set.
    filled: usize,
}

/// Where the values of a path go.
#[derive(Clone, Copy, Default)]
enum Place {
    Column(usize),
    Watched(usize),
    /// A further item of a list, of which the first may say who has left: its column.
    Again(usize),
    #[default]
    Nowhere,
}

/// A place in an object: where its members lead, and whether its own value is kept.
#[derive(Default)]
struct Node {
    /// As in the file.
    raw: String,
    /// Without wrappers: the header.
    path: String,
    place: Place,
    leaf_seen: bool,
    absence_seen: bool,
    /// The item in which it was last met, and whether it held nothing there.
    met: u32,
    was_blank: bool,
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
            beyond: false,
            watched: Vec::new(),
            doubled: Vec::new(),
            several: false,
            number: 0,
            depth: 0,
        }
    }

    /// Reads one item.
    pub(super) fn item(&mut self, number: u32, item: &str) -> Result<(), serde_json::Error> {
        let before = self.rows.len();
        if !item.starts_with('{') {
            return Err(serde::de::Error::custom("not an object"));
        }
        self.number = number;
        self.depth = 0;
        self.object(0, item)?;
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
        let edges = self.columns.iter_mut().filter(|column| column.edges.count > 0);
        let edges = edges.map(|column| (column.header.clone(), std::mem::take(&mut column.edges))).collect();
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
            doubled: std::mem::take(&mut self.doubled),
            several: self.several,
            seen: self.seen.clone(),
            watched: self.watched.iter_mut().map(Watched::take).collect(),
            edges,
            cut: Vec::from_iter(self.beyond.then(|| {
                format!("its people have more than {MOST_PATHS} different members, and some that may matter are not read")
            })),
            ..Raw::default()
        };
        (raw, self.unread.clone())
    }

    /// The members of an object, each as it is written.
    fn object(&mut self, node: usize, text: &str) -> Result<(), serde_json::Error> {
        if self.depth >= DEEPEST_OBJECT {
            return Err(serde::de::Error::custom(TOO_DEEP));
        }
        self.depth += 1;
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let read = Object { sink: self, node }.deserialize(&mut deserializer).and_then(|()| deserializer.end());
        self.depth -= 1;
        read
    }

    /// The value at a node.
    fn value(&mut self, node: usize, text: &str) -> Result<(), serde_json::Error> {
        match text.as_bytes().first() {
            Some(b'{') => {
                // Beside a plain value of the same name it says something else.
                self.meet(node, "");
                self.object(node, text)?;
            }
            Some(b'[') => self.values(node, text)?,
            // Most paths of an export are not read.
            _ if self.nodes.get(node).is_some_and(|known| known.leaf_seen && matches!(known.place, Place::Nowhere)) => {}
            Some(b'"') => match text.get(1..text.len() - 1).filter(|inside| !inside.bytes().any(|byte| byte == b'\\')) {
                Some(inside) => self.leaf(node, inside),
                None => {
                    let unescaped: String = serde_json::from_str(text)?;
                    self.leaf(node, &unescaped);
                }
            },
            Some(b't' | b'f') => self.leaf(node, text),
            Some(b'n') => self.absent(node),
            _ => self.leaf(node, &exact(text)),
        }
        Ok(())
    }

    /// A list: of words, which become one cell, or of objects, of which one is chosen.
    fn values(&mut self, node: usize, text: &str) -> serde_json::Result<()> {
        let (mut objects, mut words, mut twice) = (Vec::new(), String::new(), Vec::new());
        for value in serde_json::from_str::<Vec<&RawValue>>(text)? {
            let word = match value.get().as_bytes().first() {
                Some(b'"') => serde_json::from_str(value.get())?,
                Some(b'-' | b'0'..=b'9') => value.get().to_owned(),
                Some(b'{') if objects.len() < 100 => {
                    let spot = Spot { item: objects.len(), depth: 0, path: String::new() };
                    objects.push(distinct(value.get(), spot, &mut twice)?);
                    continue;
                }
                _ => continue,
            };
            if !words.is_empty() {
                words.push(cells::JOINER);
                self.several = true;
            }
            words.push_str(&word);
        }
        if !words.is_empty() {
            self.leaf(node, &words);
        } else if objects.is_empty() {
            self.absent(node);
        }
        if !objects.is_empty() {
            let path = self.nodes.get(node).map(|node| node.path.clone()).unwrap_or_default();
            self.list(&path, &objects, 0);
            for Twice { item, path: inner, value } in twice {
                let selectors = objects.get(item).map(|object| selectors(&path, item, object)).unwrap_or_default();
                let doubled = |selector| Doubled {
                    row: self.number,
                    header: format!("{selector}{inner}"),
                    value: value.clone(),
                    listed: false,
                };
                self.doubled.extend(selectors.into_iter().map(doubled));
            }
        }
        Ok(())
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
        let child = self.nodes.len();
        if parent > 0 && known.children.len() >= MOST_MEMBERS {
            return usize::MAX;
        }
        let raw = if parent == 0 { key.to_owned() } else { format!("{}.{key}", known.raw) };
        let node = Node { path: unwrapped(&raw), raw, ..Node::default() };
        if child >= MOST_PATHS {
            let leads_to_some = self.may_be_read(&node.path) || self.may_be_read(&format!("{}.email", node.path));
            self.beyond |= leads_to_some && child >= 2 * MOST_PATHS;
            if !leads_to_some || self.beyond {
                return usize::MAX;
            }
        }
        self.nodes.push(node);
        self.nodes[parent].children.push((key.into(), child));
        self.nodes[parent].by_name.insert(key.into(), child);
        child
    }

    /// A member without a value still tells the system.
    fn absent(&mut self, node: usize) {
        self.meet(node, "");
        let Some(known) = self.nodes.get_mut(node).filter(|node| !node.leaf_seen && !node.absence_seen) else { return };
        known.absence_seen = true;
        if headers::is_telling(&known.path) {
            let path = known.path.clone();
            self.seen.push(path);
        }
    }

    /// Notes what a member says that stands twice in its object. That it said nothing is a value as well, be it the first.
    fn meet(&mut self, node: usize, text: &str) {
        let Some(known) = self.nodes.get_mut(node) else { return };
        let value = cells::clean(text).unwrap_or_default();
        let again = std::mem::replace(&mut known.met, self.number) == self.number;
        let was_blank = std::mem::replace(&mut known.was_blank, value.is_empty());
        if again {
            let values = [Some(value), was_blank.then_some("")].into_iter().flatten();
            let doubled =
                |value: &str| Doubled { row: self.number, header: known.path.clone(), value: value.to_owned(), listed: false };
            self.doubled.extend(values.map(doubled));
        }
    }

    /// Keeps a value of a node.
    fn leaf(&mut self, node: usize, text: &str) {
        self.meet(node, text);
        let Some(known) = self.nodes.get_mut(node) else { return };
        if !known.leaf_seen {
            known.leaf_seen = true;
            let (path, known_raw) = (known.path.clone(), known.raw.clone());
            let place =
                if is_wrapping(&known_raw) { self.column(&path).map_or(Place::Nowhere, Place::Column) } else { self.place(&path) };
            if !matches!(place, Place::Column(_)) && !is_wrapping(&known_raw) {
                let mut digest = DefaultHasher::new();
                path.hash(&mut digest);
                self.unread.insert(digest.finish());
                if headers::is_telling(&path) && !self.seen.contains(&path) {
                    self.seen.push(path);
                }
            }
            if let Some(known) = self.nodes.get_mut(node) {
                known.place = place;
            }
        }
        if let Some(place) = self.nodes.get(node).map(|node| node.place) {
            self.put(place, text);
        }
    }

    /// Where the values of a path go.
    fn place(&mut self, path: &str) -> Place {
        if let Some(column) = self.column(path) {
            return Place::Column(column);
        }
        match headers::of_the_first(path) {
            Some(first) if headers::meaning(&first).is_some_and(|(slot, _)| slot.tells_who_left()) => {
                self.column(&first).map_or(Place::Nowhere, Place::Again)
            }
            Some(_) => Place::Nowhere,
            // What is chosen by a type or as the primary one has its place, too.
            None if path.contains("[type=") || path.contains("[primary]") || headers::is_of_no_interest(path) => Place::Nowhere,
            None => {
                self.watched.push(Watched::new(path, self.watched.len()));
                Place::Watched(self.watched.len() - 1)
            }
        }
    }

    /// Takes a value of the row under way.
    fn put(&mut self, place: Place, text: &str) {
        match place {
            Place::Column(column) => self.set(column, text),
            Place::Watched(at) => self.watched.get_mut(at).into_iter().for_each(|watched| {
                if watched.is_open() {
                    watched.see(text);
                }
            }),
            Place::Again(column) => {
                if let (Some(column), Some(value)) = (self.columns.get(column), cells::clean(text)) {
                    self.doubled.push(Doubled {
                        row: self.number,
                        header: column.header.clone(),
                        value: value.to_owned(),
                        listed: true,
                    });
                }
            }
            Place::Nowhere => {}
        }
    }

    fn may_be_read(&self, path: &str) -> bool {
        (self.configured)(path) || headers::may_be_read(path)
    }

    /// The column of a path, if it may be read.
    fn column(&mut self, path: &str) -> Option<usize> {
        if !self.may_be_read(path) {
            return None;
        }
        if let Some(at) = self.columns.iter().position(|column| column.header == path) {
            return Some(at);
        }
        let values = StringChunkedBuilder::new(PlSmallStr::EMPTY, 64);
        self.columns.push(Column { header: path.to_owned(), values, edges: HiddenEdges::default(), filled: 0 });
        Some(self.columns.len() - 1)
    }

    /// Sets a cell of the row under way; the first value that says something stays.
    fn set(&mut self, column: usize, text: &str) {
        let row = self.rows.len();
        let whole = text;
        let (Some(column), Some(text)) = (self.columns.get_mut(column), cells::clean(text)) else { return };
        if column.filled > row {
            return;
        }
        if text.len() < whole.len() && cells::hides_at_an_edge(whole) {
            column.edges.add(self.number);
        }
        (column.filled..row).for_each(|_| column.values.append_null());
        column.values.append_value(text);
        column.filled = row + 1;
    }

    /// Chooses from a list of objects by type, by `primary`, and by place.
    fn list(&mut self, path: &str, list: &[Value], depth: usize) {
        for (at, item) in list.iter().enumerate() {
            if !item.is_object() {
                continue;
            }
            for selector in selectors(path, at, item) {
                self.flatten(&selector, item, depth + 1);
            }
        }
        let values: Vec<&str> =
            list.iter().filter_map(|item| item.get("display").or_else(|| item.get("name")).and_then(Value::as_str)).collect();
        if !values.is_empty() && values.len() == list.len() {
            let joined = values.join(cells::JOINER.encode_utf8(&mut [0; 4]));
            self.several |= values.len() > 1;
            // What an address is called is no address.
            if !headers::identifies(path) {
                let place = self.selected_place(path.to_owned());
                self.put(place, &joined);
            }
        }
    }

    fn selected_place(&mut self, path: String) -> Place {
        if let Some(known) = self.selected.get(&path) {
            return *known;
        }
        if self.selected.len() >= MOST_PATHS {
            return Place::Nowhere;
        }
        let place = self.place(&path);
        self.selected.insert(path, place);
        place
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
        let place = self.selected_place(path.to_owned());
        self.put(place, &text);
    }
}

/// By what an object of a list is chosen: its place, its type, and that it is the primary one.
fn selectors(path: &str, at: usize, item: &Value) -> Vec<String> {
    let kind = item.get("type").or_else(|| item.pointer("/typeCode/codeValue"));
    let kind = kind.and_then(Value::as_str).map(str::to_lowercase);
    let primary = ["primary", "primaryIndicator"].iter().any(|mark| item.get(*mark) == Some(&Value::Bool(true)));
    let mut selectors = vec![format!("{path}[{at}]")];
    if let Some(kind) = kind {
        selectors.push(format!("{path}[type={kind}]"));
    }
    if primary {
        selectors.push(format!("{path}[primary]"));
    }
    selectors
}

/// A further value of a member of an object in a list.
struct Twice {
    /// The place of the object in the list.
    item: usize,
    /// From the object on.
    path: String,
    value: String,
}

/// Where in a list a value stands: in which of its objects, how deep there, and on what path.
struct Spot {
    item: usize,
    depth: u32,
    path: String,
}

/// A value with the first of members that stand twice and say something; what they say besides is noted.
fn distinct(text: &str, spot: Spot, twice: &mut Vec<Twice>) -> serde_json::Result<Value> {
    let Spot { item, depth, path } = spot;
    if depth > DEEPEST_OBJECT {
        return Err(serde::de::Error::custom(TOO_DEEP));
    }
    let within = |path: String| Spot { item, depth: depth + 1, path };
    Ok(match text.as_bytes().first() {
        Some(b'{') => {
            let mut object = serde_json::Map::new();
            for (key, member) in serde_json::from_str::<Members>(text)?.0 {
                let inner = format!("{path}.{key}");
                let value = distinct(member.get(), within(inner.clone()), twice)?;
                let Some(known) = object.get_mut(&key) else {
                    object.insert(key, value);
                    continue;
                };
                let mut said = |value: &Value| {
                    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                    let value = cells::clean(&text).unwrap_or_default().to_owned();
                    twice.push(Twice { item, path: inner.clone(), value });
                };
                said(&value);
                if known.is_null() || *known == "" {
                    said(known);
                    *known = value;
                }
            }
            Value::Object(object)
        }
        Some(b'[') => {
            let values = serde_json::from_str::<Vec<&RawValue>>(text)?.into_iter().enumerate();
            let values = values.map(|(at, value)| distinct(value.get(), within(format!("{path}[{at}]")), twice));
            Value::Array(values.collect::<serde_json::Result<_>>()?)
        }
        _ => serde_json::from_str(text)?,
    })
}

/// The members of an object as they are written, those that stand twice among them.
struct Members<'t>(Vec<(String, &'t RawValue)>);

impl<'de> serde::Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visit;
        impl<'de> Visitor<'de> for Visit {
            type Value = Vec<(String, &'de RawValue)>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(Visit).map(Members)
    }
}

/// Without wrappers around one value: Personio's `attributes.first_name.value`, MongoDB's `hired.$date.$numberLong`, DynamoDB's
/// `mail.S`.
fn unwrapped(path: &str) -> String {
    let personio = path.starts_with("attributes.");
    let wraps =
        |segment: &&str| personio && matches!(*segment, "attributes" | "value") || segment.starts_with('$') && segment.len() > 1;
    let mut kept: Vec<&str> = path.split('.').filter(|segment| !wraps(segment)).collect();
    while kept.len() > 1 && kept.last().is_some_and(|leaf| TYPES.contains(leaf)) {
        kept.pop();
    }
    // SharePoint's choices: `Status.Value`, and not one of several, `Emails[0].Value`.
    if let [.., holder, "Value"] = kept.as_slice()
        && !holder.ends_with(']')
    {
        kept.pop();
    }
    if kept.len() > 1 {
        kept.retain(|segment| *segment != "M");
    }
    kept.join(".")
}

/// Members that hold a value by its type: DynamoDB's and Firestore's.
const TYPES: [&str; 9] = ["S", "N", "BOOL", "M", "stringValue", "integerValue", "doubleValue", "booleanValue", "timestampValue"];

/// What the wrapper says beside the value: its label, its type.
fn is_wrapping(raw: &str) -> bool {
    raw.ends_with(".NULL")
        || raw.starts_with("attributes.") && [".label", ".type", ".universal_id"].iter().any(|leaf| raw.ends_with(leaf))
}

/// A number as JSON has it; one with an exponent gets a sign, by which identifiers know that digits may be lost.
pub(super) fn exact(number: &str) -> std::borrow::Cow<'_, str> {
    match number.split_once(['e', 'E']) {
        Some((mantissa, exponent)) if !exponent.starts_with(['+', '-']) => format!("{mantissa}E+{exponent}").into(),
        _ => number.into(),
    }
}

/// The members of one object.
struct Object<'s, 'c> {
    sink: &'s mut Sink<'c>,
    node: usize,
}

impl<'de> DeserializeSeed<'de> for Object<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Object<'_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut expected = 0;
        while let Some(node) = map.next_key_seed(Key { sink: &mut *self.sink, node: self.node, expected })? {
            expected += 1;
            let value: &RawValue = map.next_value()?;
            if node != usize::MAX {
                self.sink.value(node, value.get()).map_err(serde::de::Error::custom)?;
            }
        }
        Ok(())
    }
}

/// Finds the node of a member's name without keeping the name.
struct Key<'s, 'c> {
    sink: &'s mut Sink<'c>,
    node: usize,
    expected: usize,
}

impl<'de> DeserializeSeed<'de> for Key<'_, '_> {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_, '_> {
    type Value = usize;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a name")
    }

    fn visit_str<E>(self, key: &str) -> Result<usize, E> {
        Ok(self.sink.child(self.node, key, self.expected))
    }
}
