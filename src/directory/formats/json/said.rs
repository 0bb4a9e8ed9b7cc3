//! What a JSON text says of its list: beside the list, beside the objects that hold it, and in objects that are nothing but marks.

use anyhow::Result;

use super::scan::{Scan, Span};
use crate::directory::headers;
use crate::directory::marks::Marks;

use serde_json::Value;

/// A member larger than this is no page mark.
const SMALL: usize = 64 << 10;

/// What stands beside a list and beside the objects that hold it.
pub(super) fn marks(scan: &Scan<'_>, object: Span, path: &[String], marks: &mut Marks) -> Result<()> {
    let mut holder = object;
    let mut above = String::new();
    for step in path {
        let mut next = None;
        for (key, span) in scan.members(holder.0)? {
            if key == *step {
                next = Some(span);
            } else if let Some(value) = small(scan, span) {
                // Hasura counts a list beside it: `employees_aggregate: {aggregate: {count: 6}}`.
                if let Some(count) = value.pointer("/aggregate/count").filter(|_| key.strip_suffix("_aggregate") == Some(step)) {
                    marks.beside(&key, "count", count);
                }
                if key == "id" && matches!(step.as_str(), "firstBatch" | "nextBatch") {
                    marks.cursor(&format!("{above}.id"), value.get("$numberLong").unwrap_or(&value));
                    continue;
                }
                marks.beside(&above, &key, &value);
            }
        }
        let Some(span) = next else { break };
        holder = span;
        above = if above.is_empty() { step.clone() } else { format!("{above}.{step}") };
    }
    Ok(())
}

/// A value that is small enough to be a mark.
fn small(scan: &Scan<'_>, span: Span) -> Option<Value> {
    Some(scan.part(span)).filter(|text| text.len() <= SMALL).and_then(|text| serde_json::from_str(text).ok())
}

/// Takes the marks of an object that is nothing but marks, and says whether it is.
pub(super) fn trailer(scan: &Scan<'_>, object: Span, marks: &mut Marks) -> Result<bool> {
    let members = scan.members(object.0)?;
    if members.iter().any(|(key, _)| headers::may_be_read(key)) {
        return Ok(false);
    }
    let mut alone = Marks::default();
    let mut all = Vec::new();
    for (key, span) in &members {
        let Some(value) = small(scan, *span) else { return Ok(false) };
        alone.beside("", key, &value);
        all.push((key, value));
    }
    if alone.is_silent() {
        return Ok(false);
    }
    all.iter().for_each(|(key, value)| marks.beside("", key, value));
    Ok(true)
}

/// Whether an object is an answer to a request that failed; the list lacks what it would have held.
pub(super) fn is_failed(scan: &Scan<'_>, object: Span, marks: &mut Marks) -> Result<bool> {
    let members = scan.members(object.0)?;
    let is = |name: &str| members.iter().find(|(key, _)| key == name).map(|(_, span)| *span);
    let (Some(status), Some(_)) = (is("status"), is("body")) else { return Ok(false) };
    marks.lasts(format!("one of its answers holds no list (`status`: {})", scan.part(status)));
    Ok(true)
}
