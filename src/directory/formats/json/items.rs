//! Where the people are in a JSON text, and whether it says that there are more.

use std::collections::HashSet;

use anyhow::{Result, bail};

use super::lines::{answers, inner_lists, records_of_stream, without_actions};
use super::said::{is_failed, marks, trailer};
use super::scan::{DEEPEST, Scan, Span};
use super::tables::{Table, columns_of_lists, pages_of_table, rows, table};
use crate::directory::headers::slot::Slot;
use crate::directory::headers::spellings::WRAPPERS;
use crate::directory::marks::Marks;
use crate::directory::{apart, headers};
use crate::failure::Failure;
use crate::text::{plural, squashed};

/// What a JSON text holds.
pub(in crate::directory) enum Json {
    /// Rows of cells, headers first: `columns` and `rows` apart, or lists in a list.
    Table(Table),
    /// A list of objects.
    Items(Items),
}

/// The items of a text.
#[derive(Debug, Default)]
pub(in crate::directory) struct Items {
    /// Start and end of each.
    pub(super) items: Vec<Span>,
    /// The addresses that objects are keyed by, one an item, if they are.
    pub(super) addresses: Vec<String>,
    /// What the list says of itself.
    pub(super) marks: Marks,
    /// Choices made.
    pub(super) notes: Vec<String>,
}

impl Items {
    /// Each as it stands in the text.
    pub(in crate::directory) fn each<'t>(&self, text: &'t str) -> Vec<&'t str> {
        self.items.iter().filter_map(|(start, end)| text.get(*start..*end)).collect()
    }
}

/// Envelopes, best known first.
const ENVELOPES: [&str; 18] = [
    "value",
    "Resources",
    "data",
    "users",
    "employees",
    "workers",
    "people",
    "items",
    "results",
    "records",
    "members",
    "Report_Entry",
    "_embedded",
    "d",
    "response",
    "result",
    "edges",
    "nodes",
];

/// What an e-mail or a number among an item's members is worth.
const KEYED: usize = 1_000;

/// Finds the items of all top-level values: a list, an envelope, one object, or many of them one after another. Of an envelope with
/// several lists the one of this name.
pub(in crate::directory) fn find(text: &str, named: Option<&str>) -> Result<Json> {
    let scan = Scan { text };
    let mut found = Items::default();
    let mut at = scan.space(0);
    let mut objects: Vec<Span> = Vec::new();
    let (mut lists, mut rows_of_lines) = (0, Vec::new());
    while at < text.len() {
        let end;
        match scan.byte(at) {
            Some(b'[') => {
                let items;
                (items, end) = scan.list(at)?;
                let items = inner_lists(&scan, items)?;
                if lists == 0
                    && objects.is_empty()
                    && items.first().is_some_and(|item| scan.byte(item.0) == Some(b'['))
                    && scan.space(end) == text.len()
                {
                    return Ok(Json::Table(Table { rows: rows(&scan, &items)?, ..Table::default() }));
                }
                // A row a line.
                if items.first().is_some_and(|item| !matches!(scan.byte(item.0), Some(b'[' | b'{'))) {
                    rows_of_lines.push((at, end));
                    at = scan.space(end);
                    continue;
                }
                lists += 1;
                let first = items.first().filter(|item| scan.byte(item.0) == Some(b'{')).copied();
                let first = first.map(|item| envelope(&scan, item, named)).transpose()?.flatten();
                // Pages that a tool gathered into a list.
                let people = if first.is_some_and(|page| page.is_page) { &mut objects } else { &mut found.items };
                people.extend(unwrapped(&scan, items)?);
            }
            Some(b'{') => {
                end = scan.value(at)?;
                objects.push((at, end));
            }
            _ => return Err(scan.wrong(at, "a list or an object must stand here")),
        }
        // Lines may be separated by a record separator (RFC 7464) or a comma that a careless tool left.
        at = scan.space(end);
    }
    if let Some(first) = rows_of_lines.first() {
        if lists > 0 || !objects.is_empty() {
            return Err(scan.wrong(first.0, "an object must stand here, as elsewhere in the file"));
        }
        return Ok(Json::Table(Table { rows: rows(&scan, &rows_of_lines)?, ..Table::default() }));
    }
    if let Some(table) = objects.first().map(|first| table(&scan, *first)).transpose()?.flatten() {
        return Ok(Json::Table(pages_of_table(&scan, table, &objects)?));
    }
    if let [object] = objects.as_slice()
        && let Some(rows) = columns_of_lists(&scan, *object)?
    {
        return Ok(Json::Table(Table { rows, ..Table::default() }));
    }
    objects_of(&scan, answers(&scan, objects)?, named, &mut found)?;
    Ok(Json::Items(found))
}

/// The items of top-level objects: pages, or people, one a line, with what a tool wrote before and behind them.
fn objects_of(scan: &Scan<'_>, objects: Vec<Span>, named: Option<&str>, found: &mut Items) -> Result<()> {
    let Some(first) = objects.first().copied() else {
        found.marks.page_of(found.items.len() as u64);
        return within(scan, 0, found);
    };
    if found.items.is_empty() && envelope(scan, first, named)?.is_some() {
        let mut pages = 0u64;
        // A trailer is of the page before it.
        let mut open = 0;
        for (at, object) in objects.iter().copied().enumerate() {
            match envelope(scan, object, named)? {
                Some(page) => {
                    if let Some(other) = objects.iter().take(at).position(|other| scan.part(*other) == scan.part(object)) {
                        found.marks.lasts(format!("its page {} is page {} again: one may be missing", at + 1, other + 1));
                    }
                    if pages > 0 {
                        found.marks.page_of(open);
                    }
                    open = self::open(scan, object, page, found)?;
                    pages += 1;
                }
                None if trailer(scan, object, &mut found.marks)? || is_failed(scan, object, &mut found.marks)? => {}
                None => {
                    found.items.push(object);
                    open += 1;
                }
            }
        }
        found.marks.page_of(open);
        if pages > 1 {
            found.notes.push(format!("{pages} pages one after another were read as one list"));
        }
        return Ok(());
    }
    let objects = records_of_stream(scan, objects)?;
    let mut objects = without_actions(scan, objects, &mut found.marks, &mut found.notes)?;
    if objects.len() > 1 {
        for at in [objects.len() - 1, 0] {
            if let Some(object) = objects.get(at).copied()
                && trailer(scan, object, &mut found.marks)?
            {
                objects.remove(at);
            }
        }
    }
    found.items.extend(unwrapped(scan, objects)?);
    found.marks.page_of(found.items.len() as u64);
    within(scan, 0, found)
}

/// What lists of people within a person are called.
const UNDER_ONE: [&str; 12] = [
    "directreports",
    "reports",
    "subordinates",
    "children",
    "team",
    "members",
    "employees",
    "staff",
    "reportees",
    "people",
    "users",
    "mitarbeiter",
];

/// People who stand within others, as in a tree of who reports to whom, and nowhere else: they are not read. The root of a tree is
/// among the first.
fn within(scan: &Scan<'_>, from: usize, found: &mut Items) -> Result<()> {
    const FIRST: usize = 20;
    let Items { items, marks, .. } = found;
    let items = items.get(from..).unwrap_or_default();
    for item in items.iter().take(FIRST) {
        for (key, span) in scan.members(item.0)? {
            if !UNDER_ONE.contains(&squashed(&key).as_str()) || scan.byte(span.0) != Some(b'[') {
                continue;
            }
            let strangers = unread(scan, items, Candidate { path: vec![key.clone()], span, by_id: false })?;
            if strangers > 0 {
                marks.lasts(format!(
                    "{} within another only (`{key}`), as in a tree, and were not read: export a list without levels",
                    plural(strangers, "person stands", "people stand")
                ));
                return Ok(());
            }
        }
    }
    Ok(())
}

/// An envelope's list.
struct Envelope {
    /// The members that lead to it.
    path: Vec<String>,
    list: Span,
    /// Objects by their ids instead of a list.
    by_id: bool,
    others: Vec<Candidate>,
    /// Nothing but an envelope: it has a known name, its items say who they are, and the object around them does not.
    is_page: bool,
}

/// Takes the list of an envelope and what is said beside it, and gives the number of its items.
fn open(scan: &Scan<'_>, object: Span, envelope: Envelope, found: &mut Items) -> Result<u64> {
    let before = found.items.len();
    let items = if envelope.by_id {
        let members = scan.members(envelope.list.0)?;
        found.addresses.extend(members.iter().map(|(key, _)| key).filter(|key| key.contains('@')).cloned());
        found.notes.push("objects by their ids were read as a list".into());
        members.into_iter().map(|(_, span)| span).collect()
    } else if scan.byte(envelope.list.0) == Some(b'[') {
        scan.items(envelope.list.0)?
    } else {
        // Some services send a single entry as an object instead of a list.
        vec![envelope.list]
    };
    found.items.extend(unwrapped(scan, items)?);
    if found.addresses.len() != found.items.len() {
        found.addresses.clear();
    }
    for other in envelope.others {
        let (name, other_name) = (envelope.path.join("."), other.path.join("."));
        match unread(scan, found.items.get(before..).unwrap_or_default(), other)? {
            0 => found.notes.push(format!("the list `{name}` was read, and not `{other_name}`, which holds nobody else")),
            count => found.marks.lasts(format!(
                "the list `{name}` was read, and not `{other_name}` beside it, which holds {} more: name the file in one \
                 [[directory]] for each list, with `sheet`",
                plural(count, "person", "people")
            )),
        }
    }
    marks(scan, object, &envelope.path, &mut found.marks)?;
    within(scan, before, found)?;
    Ok((found.items.len() - before) as u64)
}

/// How many people are in another list and not in the one that was read, by their addresses, or where neither has any by their
/// numbers.
fn unread(scan: &Scan<'_>, read: &[Span], other: Candidate) -> Result<u64> {
    if other.path.last().is_some_and(|name| apart::is_no_person(name.strip_suffix('s').unwrap_or(name))) {
        return Ok(0);
    }
    let items = match other.by_id {
        true => scan.members(other.span.0)?.into_iter().map(|(_, span)| span).collect(),
        false => scan.items(other.span.0)?,
    };
    let items = unwrapped(scan, items)?;
    for slot in [Slot::Email, Slot::EmployeeNumber] {
        let known: HashSet<String> = keys(scan, read, slot)?.into_iter().flatten().collect();
        if !known.is_empty() {
            let strange = |keys: &Vec<String>| !keys.is_empty() && keys.iter().all(|key| !known.contains(key));
            return Ok(keys(scan, &items, slot)?.iter().filter(|keys| strange(keys)).count() as u64);
        }
    }
    Ok(0)
}

/// The texts of a slot's members in each item, without case.
fn keys(scan: &Scan<'_>, items: &[Span], slot: Slot) -> Result<Vec<Vec<String>>> {
    let of = |item: &Span| -> Result<Vec<String>> {
        let members = scan.members(item.0)?;
        let members = members.iter().filter(|(key, _)| headers::meaning(key).is_some_and(|(meant, _)| meant == slot));
        let texts = members.flat_map(|(_, span)| scan.part(*span).split('"'));
        let is_key = |text: &&str| !text.trim().is_empty() && (slot != Slot::Email || text.contains('@'));
        Ok(texts.filter(is_key).map(|text| text.trim().to_lowercase()).collect())
    };
    items.iter().map(of).collect()
}

/// The items inside what wraps them, if the first one is wrapped.
fn unwrapped(scan: &Scan<'_>, mut items: Vec<Span>) -> Result<Vec<Span>> {
    let Some(first) = items.first() else { return Ok(items) };
    let members = scan.members(first.0)?;
    let before = *first;
    let inner = |members: &[(String, Span)]| {
        let wrapped = members.iter().find(|(key, span)| WRAPPERS.contains(&key.as_str()) && scan.byte(span.0) == Some(b'{'));
        wrapped.map(|(_, span)| *span)
    };
    let identified = members.iter().any(|(key, _)| headers::identifies(key));
    if identified || inner(&members).is_none() {
        return Ok(items);
    }
    for item in &mut items {
        *item = inner(&scan.members(item.0)?).unwrap_or(*item);
    }
    // Airbyte wraps twice: `{"record": {"data": {…}}}`.
    if items.first().is_some_and(|first| *first != before) { unwrapped(scan, items) } else { Ok(items) }
}

/// The list inside an object, if the object is an envelope and not a person.
fn envelope(scan: &Scan<'_>, object: Span, named: Option<&str>) -> Result<Option<Envelope>> {
    let members = scan.members(object.0)?;
    let identity = members.iter().filter(|(key, _)| headers::identifies(key)).count();
    let mut lists = Vec::new();
    if identity == 0 && is_by_id(scan, &members)? {
        return Ok(Some(Envelope { path: Vec::new(), list: object, by_id: true, others: Vec::new(), is_page: false }));
    }
    for (key, value) in &members {
        collect(scan, &mut vec![key.clone()], *value, &mut lists)?;
    }
    if let Some(named) = named {
        let is_named = |list: &Candidate| {
            let last = list.path.last().is_some_and(|last| last.eq_ignore_ascii_case(named));
            last || list.path.join(".").eq_ignore_ascii_case(named)
        };
        let names = lists.iter().map(|list| format!("`{}`", list.path.join("."))).collect::<Vec<_>>().join(", ");
        match lists.into_iter().find(is_named) {
            Some(Candidate { path, span, by_id }) => {
                return Ok(Some(Envelope { path, list: span, by_id, others: Vec::new(), is_page: identity == 0 }));
            }
            None if identity > 0 || names.is_empty() => return Ok(None),
            None => bail!(Failure::usage(format!("the file has no list `{named}`")).hint(format!("it has {names}"))),
        }
    }
    let rank = |path: &[String]| {
        let (root, leaf) = (path.first(), path.last());
        ENVELOPES.iter().position(|name| [root, leaf].into_iter().flatten().any(|key| key.eq_ignore_ascii_case(name)))
    };
    if identity > 0 && lists.iter().all(|list| rank(&list.path).is_none()) {
        return Ok(None);
    }
    let mut best: Option<(bool, usize, usize, usize)> = None;
    let mut people = Vec::new();
    for (at, list) in lists.iter().enumerate() {
        let known = rank(&list.path);
        let identity = identified(scan, list)?;
        people.push(identity);
        if known.is_none() && identity == 0 {
            continue;
        }
        let score = (identity >= KEYED, ENVELOPES.len() - known.unwrap_or(ENVELOPES.len()), identity, at);
        if best.is_none_or(|best| (score.0, score.1, score.2) > (best.0, best.1, best.2)) {
            best = Some(score);
        }
    }
    let Some((keyed, known, _, chosen)) = best else { return Ok(None) };
    let list = lists.swap_remove(chosen);
    people.swap_remove(chosen);
    let others = lists.into_iter().zip(people).filter(|(_, people)| *people > 1).map(|(list, _)| list).collect();
    Ok(Some(Envelope { path: list.path, list: list.span, by_id: list.by_id, others, is_page: keyed && known > 0 && identity == 0 }))
}

/// What may be the list of an envelope.
struct Candidate {
    path: Vec<String>,
    span: Span,
    by_id: bool,
}

/// How well the members of a candidate's first items are known.
fn identified(scan: &Scan<'_>, list: &Candidate) -> Result<usize> {
    let items = match scan.byte(list.span.0) {
        Some(b'[') => scan.first_items(list.span.0, 5)?,
        _ if list.by_id => scan.members(list.span.0)?.into_iter().take(5).map(|(_, span)| span).collect(),
        _ => vec![list.span],
    };
    let mut most = 0;
    for item in unwrapped(scan, items)? {
        let members = scan.members(item.0)?;
        let known = members.iter().filter(|(key, _)| headers::may_be_read(key)).count();
        let keys = members.iter().filter(|(key, _)| headers::identifies(key)).count();
        most = most.max(known + KEYED * keys.min(1));
    }
    Ok(most)
}

/// Whether an object holds people by their ids: two at least, nothing else, and the first of them say who they are.
fn is_by_id(scan: &Scan<'_>, members: &[(String, Span)]) -> Result<bool> {
    if members.len() < 2 || !members.iter().all(|(_, span)| scan.byte(span.0) == Some(b'{')) {
        return Ok(false);
    }
    for (key, span) in members.iter().take(5) {
        let inner = scan.members(span.0)?;
        let known = inner.iter().filter(|(key, _)| headers::may_be_read(key)).count();
        if !(inner.iter().any(|(key, _)| headers::identifies(key)) || key.contains('@') && known > 0) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Lists of objects within an envelope, and objects by their ids.
fn collect(scan: &Scan<'_>, path: &mut Vec<String>, value: Span, lists: &mut Vec<Candidate>) -> Result<()> {
    match scan.byte(value.0) {
        Some(b'[') => {
            let items = scan.first_items(value.0, 1)?;
            if items.first().is_none_or(|(start, _)| scan.byte(*start) == Some(b'{')) {
                lists.push(Candidate { path: path.clone(), span: value, by_id: false });
            }
        }
        Some(b'{') => {
            if *path == ["Report_Entry"] {
                lists.push(Candidate { path: path.clone(), span: value, by_id: false });
            }
            let members = scan.members(value.0)?;
            if is_by_id(scan, &members)? {
                lists.push(Candidate { path: path.clone(), span: value, by_id: true });
                return Ok(());
            }
            if path.len() < DEEPEST {
                for (key, inner) in members {
                    path.push(key);
                    collect(scan, path, inner, lists)?;
                    path.pop();
                }
            }
        }
        _ => {}
    }
    Ok(())
}
