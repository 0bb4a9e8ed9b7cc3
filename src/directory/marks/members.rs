//! Members beside a list by their names and values: which point at a next page, count the people, limit or filter them.

use serde_json::{Map, Value};

use super::words;
use crate::text::squashed;

/// Whether a squashed name is one of these labels.
fn is_label(name: &str, labels: &[&str]) -> bool {
    labels.iter().any(|label| squashed(label) == name)
}

pub(super) fn joined(above: &str, key: &str) -> String {
    if above.is_empty() { key.to_owned() } else { format!("{above}.{key}") }
}

/// What a member that points at the next page is called behind `next`.
const NEXT: &[&str] = &[
    "page",
    "link",
    "url",
    "uri",
    "href",
    "token",
    "cursor",
    "marker",
    "offset",
    "start",
    "key",
    "set",
    "record",
    "records",
    "batch",
    "recordsurl",
    "pagetoken",
    "pagelink",
    "pageurl",
    "pageuri",
    "pagecursor",
    "pagekey",
    "startindex",
    "results",
    "resultset",
    "pagelinkurl",
    "continuationtoken",
    "pageid",
    "synctoken",
];

/// What it is called otherwise: Microsoft, AWS, hydra.
const NEXT_OTHERWISE: &[&str] = &[
    "odatanextlink",
    "hydranext",
    "continuationtoken",
    "continuation",
    "lastevaluatedkey",
    "paginationtoken",
    "aftercursor",
    "skiptoken",
    "odataskiptoken",
    "morelink",
    "moreurl",
    "pagingtoken",
];

/// Whether a member of this name points at the next page. `next` alone means anything in an object about something else.
pub(super) fn is_next(name: &str, own: bool) -> bool {
    let behind = name.strip_prefix("next").or_else(|| name.strip_prefix("odatanext"));
    behind.is_some_and(|behind| behind.is_empty() && own || NEXT.contains(&behind))
        || NEXT_OTHERWISE.contains(&name)
        || own && name != "next" && is_label(name, words::NEXT)
}

/// Whether a member of this name says if there are more people.
pub(super) fn is_more(name: &str) -> bool {
    MORE.contains(&name) || is_label(name, MORE_ABROAD)
}

/// Whether a member of this name says how many people there are in all.
pub(super) fn is_total(name: &str) -> bool {
    TOTALS.contains(&name) || is_label(name, TOTALS_ABROAD)
}

/// Whether a member of this name says what the list was filtered by.
pub(super) fn is_filter(name: &str) -> bool {
    FILTERS.contains(&name) || is_label(name, words::FILTERS_ABROAD)
}

/// Members that say whether there are more people.
const MORE: &[&str] = &[
    "hasmore",
    "hasmoreresults",
    "hasmoreitems",
    "hasmorerows",
    "hasmorerecords",
    "hasmorepages",
    "hasmoredata",
    "morerows",
    "morerecords",
    "more",
    "moreresults",
    "moredata",
    "moreitems",
    "morepages",
    "moreavailable",
    "hasnext",
    "hasnextpage",
    "istruncated",
    "truncated",
    "partial",
    "ispartial",
    "partialresult",
    "partialresults",
    "ispartialresult",
    "resultspartial",
    "incomplete",
    "incompleteresults",
    "exceededtransferlimit",
    "sizelimitexceeded",
    "limitexceeded",
];

/// Those of both that mean anything in an object about something else.
pub(super) const ANYTHING: &[&str] = &["more", "partial", "incomplete", "truncated", "last", "done", "complete", "finished"];

/// Members that say that there are none.
pub(super) const LAST: &[&str] =
    &["islast", "islastpage", "lastpage", "last", "done", "complete", "iscomplete", "finished", "endoflist", "eof"];

/// Members that say how many people there are in all.
const TOTALS: &[&str] = &[
    "total",
    "totalresults",
    "totalcount",
    "totalsize",
    "totalrecords",
    "totalitems",
    "totalrows",
    "totalelements",
    "totalentries",
    "totalhits",
    "totalnumber",
    "totalobjects",
    "totalmembers",
    "totalusers",
    "totalemployees",
    "totalpeople",
    "totalworkers",
    "totalavailable",
    "totalmatches",
    "count",
    "odatacount",
    "recordcount",
    "recordstotal",
    "rowcount",
    "numrows",
    "numrecords",
    "numresults",
    "numfound",
    "numberofresults",
    "resultcount",
    "resultscount",
    "usercount",
    "employeecount",
    "hydratotalitems",
    "found",
    "nbhits",
    "itemcount",
    "itemscount",
    "fullcount",
];

/// The same in other languages.
const TOTALS_ABROAD: &[&str] = &[
    "Gesamt",
    "Gesamtanzahl",
    "Gesamtzahl",
    "Anzahl gesamt",
    "Gesamtergebnisse",
    "nombre total",
    "total des résultats",
    "total registros",
    "total de registros",
    "total empleados",
    "total de resultados",
    "quantidade total",
    "totale",
    "totale elementi",
    "totale record",
    "totaal",
    "totaal aantal",
    "aantal totaal",
    "łącznie",
    "liczba rekordów",
    "totalt",
    "totalt antal",
    "antal totalt",
    "総件数",
    "総数",
    "全件数",
    "合計件数",
    "合計",
    "件数",
    "人数",
    "総人数",
];

/// Members that say in other languages that there are more people.
const MORE_ABROAD: &[&str] = &[
    "weitere",
    "weitere Seiten",
    "weitere vorhanden",
    "hat weitere",
    "hat mehr",
    "page suivante disponible",
    "il y a plus",
    "a la suite",
    "hay más",
    "hay más páginas",
    "hay más resultados",
    "tem mais",
    "há mais",
    "tem próxima página",
    "ha altri",
    "altri risultati",
    "heeft meer",
    "meer resultaten",
    "jest więcej",
    "więcej",
    "har fler",
    "fler resultat",
    "har flere",
    "flere resultater",
    "続きあり",
    "次ページあり",
];

/// Members that say how many pages there are.
pub(super) const PAGES: &[&str] =
    &["totalpages", "pagecount", "pagetotal", "lastpage", "numpages", "numberofpages", "pages", "pagescount"];

/// Members that say how many a page holds at most.
pub(super) const LIMITS: &[&str] = &["limit", "pagesize", "perpage", "itemsperpage", "maxresults", "maxitems", "pagelimit", "top"];

/// Members that say how many people are still to come.
pub(super) const REMAINING: &[&str] =
    &["remaining", "remainingcount", "remainingitems", "remainingrecords", "remainingresults", "itemsremaining"];

/// Members beside a total of pages.
pub(super) const CURRENT: &[&str] = &["current", "currentpage", "page", "number", "index"];

/// Members that say which part of the list this is.
pub(super) const RANGES: &[&str] = &["contentrange", "range", "itemrange"];

/// Members that say what was asked for, and those in them that restrict it.
pub(super) const ASKED: &[&str] = &["query", "request", "params", "parameters", "search", "criteria", "options"];
const FILTERS: &[&str] = &[
    "filter",
    "filters",
    "appliedfilters",
    "activefilters",
    "filterscriteria",
    "filtercriteria",
    "filteredby",
    "searchcriteria",
    "selectioncriteria",
    "where",
];

/// Members that say something in words.
pub(super) const SAYINGS: &[&str] =
    &["message", "messages", "warning", "warnings", "notice", "notices", "note", "notes", "remark", "remarks"];

/// Members that say how it went, and the words for a part.
pub(super) const STATES: &[&str] = &["status", "state", "result", "completeness", "outcome", "resultstatus", "exportstatus"];
pub(super) const PARTIAL: &[&str] = &[
    "partial",
    "partiallycomplete",
    "partialcontent",
    "partialresult",
    "partialresults",
    "incomplete",
    "truncated",
    "inprogress",
    "running",
];

/// Members that say when the list was made.
pub(super) const MADE: &[&str] = &[
    "generatedat",
    "generatedon",
    "generated",
    "exportedat",
    "exportedon",
    "exportdate",
    "exported",
    "reportdate",
    "rundate",
    "asof",
    "asofdate",
    "extractdate",
    "extractedat",
    "snapshotdate",
    "snapshotat",
    "createdat",
    "date",
    "timestamp",
    "effectivedate",
];

/// Objects about the page a list lies on.
pub(super) const PAGING: &[&str] = &[
    "links",
    "link",
    "paging",
    "pagination",
    "page",
    "pages",
    "pageinfo",
    "pager",
    "pagemeta",
    "pagedetails",
    "meta",
    "metadata",
    "cursors",
    "cursor",
    "resultset",
    "resultinfo",
    "searchmetadata",
    "responsemetadata",
    "additionaldata",
    "listinfo",
    "hydraview",
    "info",
    "header",
    "headers",
    "next",
    "hits",
    "responseheader",
];

/// What the next page is called in an object that points at it.
const TARGETS: &[&str] = &["href", "url", "link", "uri", "after", "cursor", "token", "page", "offset", "id", "start"];

pub(super) fn points(object: &Map<String, Value>) -> bool {
    object.iter().any(|(key, value)| TARGETS.contains(&squashed(key).as_str()) && leads_on(value))
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

/// Whether a `Link` header (RFC 8288) names a next page.
pub(super) fn has_next_relation(value: &str) -> bool {
    value.split(',').any(|link| {
        link.split(';').skip(1).any(|part| {
            let (name, relation) = part.split_once('=').unwrap_or_default();
            let relations = relation.trim().trim_matches(['"', '\'']);
            name.trim().eq_ignore_ascii_case("rel") && relations.split(' ').any(|relation| relation.eq_ignore_ascii_case("next"))
        })
    })
}
