//! Where the people are in a JSON text, and whether it says that there are more.

use anyhow::Result;
use serde_json::Value;

use crate::directory::headers;
use crate::failure::Failure;

/// The items of a text.
#[derive(Debug, Default)]
pub(super) struct Items {
    /// Start and end of each.
    pub(super) items: Vec<(usize, usize)>,
    /// Why there may be more elsewhere.
    pub(super) incomplete: Vec<String>,
    /// Choices made.
    pub(super) notes: Vec<String>,
}

/// Envelopes, best known first.
const ENVELOPES: [&str; 16] = [
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
];

/// What an e-mail or a number among an item's members is worth.
const KEYED: usize = 1_000;

/// A member larger than this is no page mark.
const SMALL: usize = 64 << 10;

/// Finds the items of all top-level values: a list, an envelope, one object, or many of them one after another.
pub(super) fn find(text: &str) -> Result<Items> {
    let scan = Scan { text };
    let mut found = Items::default();
    let mut at = scan.space(0);
    let mut objects: Vec<(usize, usize)> = Vec::new();
    while at < text.len() {
        let end = scan.value(at)?;
        match scan.byte(at) {
            Some(b'[') => {
                let mut items = Vec::new();
                scan.list(at, &mut items)?;
                let first = items.first().filter(|item| scan.byte(item.0) == Some(b'{')).copied();
                let first = first.map(|item| envelope(&scan, item)).transpose()?.flatten();
                // Pages that a tool gathered into a list.
                let people = if first.is_some_and(|page| page.is_page) { &mut objects } else { &mut found.items };
                people.extend(items);
            }
            Some(b'{') => objects.push((at, end)),
            _ => return Err(scan.wrong(at, "a list or an object must stand here")),
        }
        // Lines may be separated by a record separator (RFC 7464) or a comma that a careless tool left.
        at = scan.space(end);
    }
    // One object is an envelope, or one person; several are people, one a line, unless the first is an envelope (pages).
    if let Some(first) = objects.first().copied() {
        if found.items.is_empty() {
            let pages = objects.len();
            if envelope(&scan, first)?.is_some() {
                for (page, object) in (1..).zip(&objects) {
                    match envelope(&scan, *object)? {
                        Some(list) => open(&scan, list, page, &mut found)?,
                        None => found.items.push(*object),
                    }
                }
                if pages > 1 {
                    found.notes.push(format!("{pages} pages one after another were read as one list"));
                    // All pages but the last point at the next: only the last says whether the list is whole.
                }
            } else {
                found.items = objects;
            }
        } else {
            found.items.extend(objects);
        }
    }
    Ok(found)
}

/// An envelope's list and the small members around it.
struct Envelope {
    list: (usize, usize),
    marks: Vec<(String, Value)>,
    name: String,
    others: Vec<String>,
    /// Nothing but an envelope: it has a known name, its items say who they are, and the object around them does not.
    is_page: bool,
}

/// Takes the list of an envelope, the page of this number.
fn open(scan: &Scan<'_>, envelope: Envelope, page: u64, found: &mut Items) -> Result<()> {
    if scan.byte(envelope.list.0) == Some(b'[') {
        scan.list(envelope.list.0, &mut found.items)?;
    } else {
        // Some services send a single entry as an object instead of a list.
        found.items.push(envelope.list);
    }
    if !envelope.others.is_empty() {
        found.notes.push(format!("the list `{}` was read; the file has other lists too", envelope.name));
    }
    let items = found.items.len() as u64;
    found.incomplete = envelope.marks.iter().filter_map(|(path, value)| more(path, value, items, page)).collect();
    Ok(())
}

/// Members that point at the next page wherever they stand.
const NEXT: [&str; 16] = [
    "@odata.nextlink",
    "odata.nextlink",
    "nextlink",
    "next_link",
    "nextpagetoken",
    "next_page_token",
    "__next",
    "nextcursor",
    "next_cursor",
    "nextpage",
    "next_page",
    "nexturl",
    "next_url",
    "next_page_url",
    "after_cursor",
    "nextrecordsurl",
];

/// What the next page is called in an object that points at it.
const TARGETS: [&str; 4] = ["href", "url", "link", "after"];

/// Members that say whether there are more people.
const MORE: [&str; 11] = [
    "hasmore",
    "has_more",
    "hasmoreresults",
    "hasmoreitems",
    "morerows",
    "more_records",
    "more",
    "hasnext",
    "has_next",
    "hasnextpage",
    "has_next_page",
];

/// Members that do so at the top and below one of these.
const NEXT_OF_LINKS: [&str; 3] = ["next", "after", "cursor"];
const LINKS: [&str; 9] = ["links", "_links", "link", "paging", "pagination", "page", "meta", "_meta", "cursors"];

/// Members that say how many people there are in all.
const TOTALS: [&str; 17] = [
    "totalresults",
    "totalcount",
    "totalsize",
    "total_count",
    "total",
    "totalrecords",
    "total_records",
    "totalitems",
    "total_items",
    "total_results",
    "total_rows",
    "totalrows",
    "@odata.count",
    "__count",
    "total_elements",
    "totalelements",
    "numfound",
];

/// Whether a member says that the list goes on elsewhere, after `pages` pages with `items` people.
fn more(path: &str, value: &Value, items: u64, pages: u64) -> Option<String> {
    let lower = path.to_lowercase();
    // Microsoft's names hold a point themselves.
    let (parent, leaf) = match lower.find("@odata.").or_else(|| lower.find("odata.")) {
        Some(at) => lower.split_at(at),
        None => lower.rsplit_once('.').unwrap_or(("", lower.as_str())),
    };
    let parent = parent.rsplit('.').next().unwrap_or(parent);
    let points = match value {
        Value::String(text) => !text.trim().is_empty(),
        Value::Object(object) => {
            TARGETS.iter().any(|target| object.get(*target).and_then(Value::as_str).is_some_and(|text| !text.is_empty()))
        }
        Value::Number(_) => true,
        _ => false,
    };
    let next =
        NEXT.contains(&leaf) || leaf == "next" && parent.is_empty() || NEXT_OF_LINKS.contains(&leaf) && LINKS.contains(&parent);
    // A place in the list is a number; a token leads on.
    let token = leaf == "offset" && parent.is_empty() && value.as_str().is_some_and(|text| text.parse::<u64>().is_err());
    if (next || token) && points {
        return Some(format!("it is one page of several: it says where the next is (`{path}`)"));
    }
    if (MORE.contains(&leaf) || leaf == "islastpage")
        && let Value::Bool(flag) = value
        && *flag != (leaf == "islastpage")
    {
        return Some(format!("it says that there is more (`{path}`)"));
    }
    let number = || value.as_u64().or_else(|| value.as_str().and_then(|text| text.parse().ok()));
    if (TOTALS.contains(&leaf) || leaf == "count")
        && let Some(total) = number().filter(|total| *total > items)
    {
        return Some(format!("it has {items} of {total} people (`{path}`)"));
    }
    if ["total_pages", "totalpages"].contains(&leaf)
        && let Some(total) = number().filter(|total| *total > pages)
    {
        return Some(format!("it has {} of {total} (`{path}`)", crate::text::plural(pages, "page", "pages")));
    }
    None
}

/// The list inside an object, if the object is an envelope and not a person.
fn envelope(scan: &Scan<'_>, object: (usize, usize)) -> Result<Option<Envelope>> {
    let members = scan.members(object.0)?;
    let mut lists: Vec<(String, (usize, usize))> = Vec::new();
    let mut marks = Vec::new();
    let mut identity = 0;
    for (key, value) in &members {
        if headers::meaning(key).is_some_and(|(slot, _)| slot.identifies()) {
            identity += 1;
        }
        collect(scan, key, *value, 0, &mut lists, &mut marks)?;
    }
    let rank = |key: &str| {
        let leaf = key.rsplit('.').next().unwrap_or(key);
        let root = key.split('.').next().unwrap_or(key);
        ENVELOPES.iter().position(|name| leaf.eq_ignore_ascii_case(name) || root.eq_ignore_ascii_case(name))
    };
    let identified = |list: (usize, usize)| -> Result<usize> {
        let mut items = Vec::new();
        match scan.byte(list.0) {
            Some(b'[') => scan.first_items(list.0, 5, &mut items)?,
            _ => items.push(list),
        }
        let mut most = 0;
        for (start, _) in items {
            let members = scan.members(start)?;
            let known = members.iter().filter(|(key, _)| headers::may_be_read(key)).count();
            let keys = members.iter().filter(|(key, _)| headers::meaning(key).is_some_and(|(slot, _)| slot.identifies())).count();
            most = most.max(known + KEYED * keys.min(1));
        }
        Ok(most)
    };
    if identity > 0 && lists.iter().all(|(key, _)| rank(key).is_none()) {
        return Ok(None);
    }
    let mut best: Option<(bool, usize, usize, usize)> = None;
    for (at, (key, list)) in lists.iter().enumerate() {
        let known = rank(key);
        let identity = identified(*list)?;
        if known.is_none() && identity == 0 {
            continue;
        }
        let score = (identity >= KEYED, ENVELOPES.len() - known.unwrap_or(ENVELOPES.len()), identity, at);
        if best.is_none_or(|best| (score.0, score.1, score.2) > (best.0, best.1, best.2)) {
            best = Some(score);
        }
    }
    let Some((keyed, known, _, at)) = best else { return Ok(None) };
    let is_page = keyed && known > 0 && identity == 0;
    let (name, list) = lists.swap_remove(at);
    let others =
        lists.into_iter().filter_map(|(key, list)| identified(list).ok().filter(|known| *known > 1).map(|_| key)).collect();
    Ok(Some(Envelope { list, marks, name, others, is_page }))
}

/// Lists of objects up to two levels down, and small members that may be page marks.
fn collect(
    scan: &Scan<'_>,
    path: &str,
    value: (usize, usize),
    depth: usize,
    lists: &mut Vec<(String, (usize, usize))>,
    marks: &mut Vec<(String, Value)>,
) -> Result<()> {
    match scan.byte(value.0) {
        Some(b'[') => {
            let mut items = Vec::new();
            scan.first_items(value.0, 1, &mut items)?;
            let empty = scan.byte(scan.space(value.0 + 1)) == Some(b']');
            if empty || items.first().is_some_and(|(start, _)| scan.byte(*start) == Some(b'{')) {
                lists.push((path.to_owned(), value));
            }
            // `"links": [{"rel": "next", "href": …}]`
            if value.1 - value.0 <= SMALL
                && let Ok(links) = serde_json::from_str::<Vec<Value>>(scan.text.get(value.0..value.1).unwrap_or_default())
                && let Some(next) = links.into_iter().find(|link| link.get("rel").and_then(Value::as_str) == Some("next"))
            {
                marks.push((format!("{path}.next"), next));
            }
        }
        Some(b'{') => {
            if path == "Report_Entry" {
                lists.push((path.to_owned(), value));
            }
            if value.1 - value.0 <= SMALL
                && let Ok(object) = serde_json::from_str(scan.text.get(value.0..value.1).unwrap_or_default())
            {
                marks.push((path.to_owned(), object));
            }
            if depth < 2 {
                for (key, inner) in scan.members(value.0)? {
                    collect(scan, &format!("{path}.{key}"), inner, depth + 1, lists, marks)?;
                }
            }
        }
        _ if value.1 - value.0 <= SMALL => {
            if let Ok(scalar) = serde_json::from_str(scan.text.get(value.0..value.1).unwrap_or_default()) {
                marks.push((path.to_owned(), scalar));
            }
        }
        _ => {}
    }
    Ok(())
}

/// Walks over brackets and strings; what stands inside an item is checked when it is read.
struct Scan<'t> {
    text: &'t str,
}

impl Scan<'_> {
    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    /// The first byte at or after `at` that is no white space.
    fn space(&self, at: usize) -> usize {
        let rest = self.text.as_bytes().get(at..).unwrap_or_default();
        at + rest.iter().position(|byte| !matches!(byte, b' ' | b'\n' | b'\r' | b'\t' | 0x1E)).unwrap_or(rest.len())
    }

    /// The end of the value at `at`.
    fn value(&self, at: usize) -> Result<usize> {
        match self.byte(at) {
            Some(b'"') => self.string(at),
            Some(b'{' | b'[') => self.nested(at),
            Some(_) => {
                let rest = self.text.as_bytes().get(at..).unwrap_or_default();
                let end = rest
                    .iter()
                    .position(|byte| matches!(byte, b',' | b']' | b'}' | b' ' | b'\n' | b'\r' | b'\t'))
                    .unwrap_or(rest.len());
                if end == 0 { Err(self.wrong(at, "a value is missing")) } else { Ok(at + end) }
            }
            None => Err(self.wrong(at, "it ends in the middle")),
        }
    }

    fn string(&self, open: usize) -> Result<usize> {
        let bytes = self.text.as_bytes();
        let mut from = open + 1;
        loop {
            let rest = bytes.get(from..).unwrap_or_default();
            match memchr::memchr2(b'"', b'\\', rest) {
                Some(at) if rest.get(at) == Some(&b'"') => return Ok(from + at + 1),
                Some(at) => from += at + 2,
                None => return Err(self.wrong(open, "a string is never closed")),
            }
        }
    }

    fn nested(&self, open: usize) -> Result<usize> {
        let bytes = self.text.as_bytes();
        let mut depth = 0usize;
        let mut at = open;
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'"' => {
                    at = self.string(at)?;
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => {
                    depth -= 1;
                    if depth == 0 {
                        return Ok(at + 1);
                    }
                }
                _ => {}
            }
            at += 1;
        }
        Err(self.wrong(open, "a bracket is never closed: the file ends in the middle"))
    }

    /// Every item of the list at `open`.
    fn list(&self, open: usize, items: &mut Vec<(usize, usize)>) -> Result<()> {
        self.first_items(open, usize::MAX, items)
    }

    fn first_items(&self, open: usize, count: usize, items: &mut Vec<(usize, usize)>) -> Result<()> {
        let mut at = self.space(open + 1);
        if self.byte(at) == Some(b']') {
            return Ok(());
        }
        let mut taken = 0;
        while taken < count {
            let end = self.value(at)?;
            items.push((at, end));
            taken += 1;
            let after = self.space(end);
            match self.byte(after) {
                Some(b',') => at = self.space(after + 1),
                Some(b']') => return Ok(()),
                _ => return Err(self.wrong(after, "a comma or the end of the list must stand here")),
            }
        }
        Ok(())
    }

    /// The members of the object at `open`; nothing for any other value.
    fn members(&self, open: usize) -> Result<Vec<(String, (usize, usize))>> {
        let mut members = Vec::new();
        if self.byte(open) != Some(b'{') {
            return Ok(members);
        }
        let mut at = self.space(open + 1);
        if self.byte(at) == Some(b'}') {
            return Ok(members);
        }
        loop {
            if self.byte(at) != Some(b'"') {
                return Err(self.wrong(at, "a name in double quotes must stand here"));
            }
            let end = self.string(at)?;
            let key: String = serde_json::from_str(self.text.get(at..end).unwrap_or_default()).unwrap_or_default();
            let colon = self.space(end);
            if self.byte(colon) != Some(b':') {
                return Err(self.wrong(colon, "a colon must stand here"));
            }
            let start = self.space(colon + 1);
            let end = self.value(start)?;
            members.push((key, (start, end)));
            let after = self.space(end);
            match self.byte(after) {
                Some(b',') => at = self.space(after + 1),
                Some(b'}') => return Ok(members),
                _ => return Err(self.wrong(after, "a comma or the end of the object must stand here")),
            }
        }
    }

    fn wrong(&self, at: usize, why: &str) -> anyhow::Error {
        let before = self.text.as_bytes().get(..at).unwrap_or_default();
        let line = memchr::memchr_iter(b'\n', before).count() + 1;
        let column = at - before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1) + 1;
        let failure = Failure::usage(format!("no valid JSON at line {line}, column {column}: {why}"));
        failure
            .hint("JSON has no comments, trailing commas, NaN or single quotes; a file that was cut off must be exported again")
            .into()
    }
}
