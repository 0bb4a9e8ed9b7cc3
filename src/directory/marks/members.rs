//! Members beside a list by their names and values: which point at a next page, count the people, limit or filter them.

use serde_json::{Map, Value};

use super::words;
use crate::directory::lists::lists;
use crate::text::squashed;

lists! {
    "words.txt";
    NEXT = "member next",
    NEXT_OTHERWISE = "member next otherwise",
    MORE = "member more",
    ANYTHING = "member anything",
    LAST = "member last",
    BEFORE = "member before",
    FIRST = "member first",
    PAGE_NUMBER = "member page number",
    SKIPPED = "member skipped",
    FROM = "member from",
    PART = "member part",
    MET = "member met",
    CODES = "member code",
    SUCCEEDED = "member succeeded",
    QUERIES = "member query",
    WRONG = "member wrong",
    TOTALS = "member totals",
    TOTALS_ABROAD = "member totals abroad",
    MORE_ABROAD = "member more abroad",
    PAGES = "member pages",
    LIMITS = "member limits",
    REMAINING = "member remaining",
    CURRENT = "member current",
    RANGES = "member ranges",
    ASKED = "member asked",
    FILTERS = "member filters",
    SAYINGS = "member sayings",
    STATES = "member states",
    PARTIAL = "member partial",
    MADE = "member made",
    PAGING = "member paging",
    TARGETS = "member targets",
}

/// Whether a squashed name is one of these labels.
fn is_label(name: &str, labels: &[&str]) -> bool {
    labels.iter().any(|label| squashed(label) == name)
}

/// Whether a name is written as programs write them, `nextLink` or `has_more`, and not as people do.
pub(super) fn is_program_s(name: &str) -> bool {
    let signs = name.contains(['_', '.', '@', '$']);
    let humps = name.chars().zip(name.chars().skip(1)).any(|(one, next)| one.is_lowercase() && next.is_uppercase());
    (signs || humps) && !name.contains(char::is_whitespace)
}

pub(super) fn joined(above: &str, key: &str) -> String {
    if above.is_empty() { key.to_owned() } else { format!("{above}.{key}") }
}

/// Whether a member of this name points at the next page. `next` alone means anything in an object about something else.
pub(super) fn is_next(name: &str, own: bool) -> bool {
    let behind = name.strip_prefix("next").or_else(|| name.strip_prefix("odatanext"));
    behind.is_some_and(|behind| behind.is_empty() && own || NEXT.contains(&behind))
        || NEXT_OTHERWISE.contains(&name)
        || own && name != "next" && is_label(name, &words::NEXT)
}

/// Whether a member of this name says if there are more people.
pub(super) fn is_more(name: &str) -> bool {
    MORE.contains(&name) || is_label(name, &MORE_ABROAD)
}

/// Whether a member of this name says how many people there are in all.
pub(super) fn is_total(name: &str) -> bool {
    let bare = ["x", "opensearch"].iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(name);
    TOTALS.contains(&name) || TOTALS.contains(&bare) || is_label(name, &TOTALS_ABROAD)
}

/// Whether a flag of this name says, where it is set, that the list is a part: `isPreview`, `maxResultsReached`.
pub(super) fn is_part(name: &str) -> bool {
    PART.contains(&name) || MET.iter().any(|end| name.ends_with(end))
}

/// Whether a member of this name says what the list was filtered by.
pub(super) fn is_filter(name: &str) -> bool {
    FILTERS.contains(&name) || is_label(name, &words::FILTERS_ABROAD)
}

/// Whether an object that is called next, or has that relation, leads anywhere: by what it calls its target, or for want of that by
/// any of its members.
pub(super) fn points(object: &Map<String, Value>) -> bool {
    let target = |(key, _): &(&String, &Value)| TARGETS.contains(&squashed(key).as_str());
    if object.iter().any(|member| target(&member)) {
        return object.iter().filter(target).any(|(_, value)| leads_on(value));
    }
    object.values().any(leads_on)
}

/// Whether a value is where something lies in the network.
pub(super) fn is_address(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.contains("://") || text.starts_with(['/', '?']))
}

pub(super) fn leads_on(value: &Value) -> bool {
    match value {
        Value::String(text) => !matches!(text.trim().to_lowercase().as_str(), "" | "null" | "none" | "false" | "0" | "-1" | "end"),
        Value::Number(number) => number.as_f64().is_some_and(|number| number > 0.0),
        Value::Bool(flag) => *flag,
        Value::Object(object) => !object.is_empty(),
        Value::Null | Value::Array(_) => false,
    }
}

pub(super) fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "yes" | "y" => Some(true),
            "false" | "no" | "n" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

pub(super) fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// Whether a member says that people stand on a page before this one; none where it is about something else.
pub(super) fn is_later(name: &str, value: &Value) -> Option<bool> {
    // Seconds since 1970 count no people.
    const MOST: u64 = 100_000_000;
    let above = |least: u64| number(value).filter(|number| *number < MOST).map(|number| number > least);
    match name {
        _ if BEFORE.contains(&name) => Some(leads_on(value)),
        _ if FIRST.contains(&name) => flag(value).map(|first| !first),
        _ if FROM.contains(&name) || PAGE_NUMBER.contains(&name) => above(1),
        _ if SKIPPED.contains(&name) => above(0),
        _ => None,
    }
}

/// Whether a member says that something went wrong.
pub(super) fn is_wrong(name: &str, value: &Value) -> bool {
    WRONG.contains(&name) && (leads_on(value) || value.as_array().is_some_and(|list| !list.is_empty()))
        || SUCCEEDED.contains(&name) && flag(value) == Some(false)
}

/// The status code of an answer in which something went wrong (RFC 9110), or that holds a part: 206.
pub(super) fn bad_status(name: &str, value: &Value) -> Option<u64> {
    number(value).filter(|code| CODES.contains(&name) && (*code == 206 || (400..600).contains(code)))
}

/// The number of a page that an address asks for: `https://x/users?page[number]=3`.
pub(super) fn page_in_address(address: &str) -> Option<u64> {
    let (_, query) = address.split_once('?')?;
    query.split('&').find_map(|part| {
        let (name, number) = part.split_once('=')?;
        matches!(squashed(name).as_str(), "page" | "pagenumber" | "page5bnumber5d" | "pageno").then(|| number.parse().ok())?
    })
}

/// Whether a `Link` header (RFC 8288) names a next page.
pub(super) fn has_next_relation(value: &str) -> bool {
    crate::text::related(value, "next").is_some()
}
