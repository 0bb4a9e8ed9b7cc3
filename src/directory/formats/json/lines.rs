//! Objects one a line, as tools write them that move data: lines that say what is to be done with the next, records of a stream,
//! the answers to a batch of requests. What is about no person goes, and what a later line takes back.

use std::collections::HashMap;

use anyhow::Result;

use super::scan::{Scan, Span};
use crate::directory::marks::Marks;
use crate::text::plural;

/// The objects without the lines of a bulk request that say what is to be done with the object behind them:
/// `{"index": {"_index": "people", "_id": "1"}}`.
/// A line may take back or replace what one before it says.
pub(super) fn without_actions(
    scan: &Scan<'_>,
    objects: Vec<Span>,
    marks: &mut Marks,
    notes: &mut Vec<String>,
) -> Result<Vec<Span>> {
    // What is to be done, and the id of what with.
    let action = |object: &Span| -> Result<Option<(String, Option<&str>)>> {
        let members = scan.members(object.0)?;
        let [(action, inner)] = members.as_slice() else { return Ok(None) };
        let known = matches!(action.as_str(), "index" | "create" | "update" | "delete") && scan.byte(inner.0) == Some(b'{');
        let inner = if known { scan.members(inner.0)? } else { return Ok(None) };
        let id = inner.iter().find(|(key, _)| key == "_id").map(|(_, span)| scan.part(*span));
        Ok(inner.iter().all(|(key, _)| key.starts_with('_') || key == "routing").then(|| (action.clone(), id)))
    };
    if objects.first().map(action).transpose()?.flatten().is_none() {
        return Ok(objects);
    }
    let before = objects.len();
    let mut kept: Vec<Option<Span>> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    let (mut id, mut changes, mut gone) = (None, false, 0);
    for object in objects {
        match action(&object)? {
            Some((action, of)) => {
                (id, changes) = (of, action == "update");
                let place = of.filter(|_| action == "delete").and_then(|of| places.remove(of));
                gone += u64::from(place.and_then(|place| kept.get_mut(place)?.take()).is_some());
            }
            None => {
                match id.and_then(|id| places.get(id)).copied() {
                    // A change of some members: what the others are stands in the line before.
                    Some(_) if changes => marks.lasts(
                        "it changes people whom it lists before (`update`), and the changes were not made: export them as they are \
                         now"
                            .to_owned(),
                    ),
                    Some(at) => _ = kept.get_mut(at).map(|known| *known = Some(object)),
                    None => {
                        id.into_iter().for_each(|id| _ = places.insert(id, kept.len()));
                        kept.push(Some(object));
                    }
                }
                (id, changes) = (None, false);
            }
        }
    }
    let kept: Vec<Span> = kept.into_iter().flatten().collect();
    let lines = plural((before - kept.len()) as u64 - gone, "line", "lines");
    notes.push(format!("skipped {lines} such as `{{\"index\": …}}`, which say what a bulk request does and are no people"));
    if gone > 0 {
        notes.push(format!("{} deleted by a later line: no people", plural(gone, "person was", "people were")));
    }
    Ok(kept)
}

/// The records of a stream whose lines say of what kind they are, as Singer's and Airbyte's do: `{"type": "RECORD", …}`.
pub(super) fn records_of_stream(scan: &Scan<'_>, objects: Vec<Span>) -> Result<Vec<Span>> {
    const OTHERS: [&str; 8] = ["SCHEMA", "STATE", "LOG", "TRACE", "SPEC", "CATALOG", "ACTIVATE_VERSION", "CONNECTION_STATUS"];
    let kind = |object: &Span| -> Result<Option<&str>> {
        let kind = scan.members(object.0)?.into_iter().find(|(key, _)| key == "type");
        Ok(kind.map(|(_, span)| scan.part(span).trim_matches('"')))
    };
    let is_stream = objects.first().map(kind).transpose()?.flatten().is_some_and(|kind| kind == "RECORD" || OTHERS.contains(&kind));
    if !is_stream {
        return Ok(objects);
    }
    let mut records = Vec::new();
    for object in objects {
        if !kind(&object)?.is_some_and(|kind| OTHERS.contains(&kind)) {
            records.push(object);
        }
    }
    Ok(records)
}

/// The items of lists in a list, as somebody gathers pages, or the items themselves.
pub(super) fn inner_lists(scan: &Scan<'_>, items: Vec<Span>) -> Result<Vec<Span>> {
    let is = |item: &Span, open: u8| scan.byte(item.0) == Some(open);
    let first = match items.first().filter(|item| is(item, b'[')) {
        Some(item) => scan.first_items(item.0, 1)?,
        None => Vec::new(),
    };
    if first.first().is_none_or(|item| !is(item, b'{')) || !items.iter().all(|item| is(item, b'[')) {
        return Ok(items);
    }
    let mut inner = Vec::new();
    for item in items {
        inner.extend(scan.items(item.0)?);
    }
    Ok(inner)
}

/// The answers to a batch of requests, as Microsoft Graph gives them (`{"responses": [{"status": 200, "body": {…}}]}`), each a
/// page.
pub(super) fn answers(scan: &Scan<'_>, objects: Vec<Span>) -> Result<Vec<Span>> {
    let [object] = objects.as_slice() else { return Ok(objects) };
    let members = scan.members(object.0)?;
    let [(key, list)] = members.as_slice() else { return Ok(objects) };
    if key != "responses" || scan.byte(list.0) != Some(b'[') {
        return Ok(objects);
    }
    scan.items(list.0)
}
