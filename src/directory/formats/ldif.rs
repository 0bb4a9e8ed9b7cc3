//! LDIF (RFC 2849): one entry a person, `attribute: value`, base64 after `::`, lines folded by a leading space.

use std::collections::HashMap;

use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, Engine, GeneralPurpose, GeneralPurposeConfig};

use crate::config;
use crate::directory::cells;
use crate::directory::collect::{self, Collector, Layout, WIDEST};
use crate::directory::marks::Marks;
use crate::directory::raw::Raw;
use crate::text::plural;

/// Not every writer pads it.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent).with_decode_allow_trailing_bits(true),
);

/// Reads every entry. Rows are numbered by entry, from 1.
pub(in crate::directory) fn read(text: &str, file: &config::Directory) -> (Raw, Layout) {
    let mut names: Vec<String> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for (name, _) in entries(text).filter_map(Block::entry).flatten() {
        let lower = name.to_ascii_lowercase();
        if places.len() < WIDEST && !places.contains_key(&lower) {
            places.insert(lower, names.len());
            names.push(name);
        }
    }
    let layout = collect::layout(names, file);
    let mut collector = Collector::new(&layout, 64);
    let mut marks = Marks::default();
    let (mut number, mut changes, mut ended, mut several) = (0, 0, false, false);
    for block in entries(text) {
        let entry = match block {
            Block::Entry(entry) => entry,
            Block::Change => {
                changes += 1;
                continue;
            }
            Block::Result(code, name) => {
                ended = true;
                marks.ldap_result(code, &name);
                continue;
            }
            Block::Nothing => continue,
        };
        number += 1;
        let mut row = vec![String::new(); layout.headers.len()];
        for (name, value) in entry {
            let Some(at) = places.get(&name.to_ascii_lowercase()) else { continue };
            let Some(cell) = row.get_mut(*at) else { continue };
            // Several values of one attribute are one cell.
            if !cell.is_empty() {
                cell.push(cells::JOINER);
                several = true;
            }
            cell.push_str(&value);
        }
        collector.row(number, row.as_slice());
    }
    comments(text, &mut marks);
    let mut raw = collector.finish(0);
    raw.marks = marks;
    raw.several = several;
    raw.cut.extend(cut(text, ended).map(str::to_owned));
    if changes > 0 {
        raw.notes.push(format!("{} no people: passed over", plural(changes, "record of a change is", "records of changes are")));
    }
    (raw, layout)
}

/// Why the file is cut off, if it is: every line of LDIF has an end, and a search that ldapsearch wrote has one too.
fn cut(text: &str, ended: bool) -> Option<&'static str> {
    if !text.ends_with(['\n', '\r']) && text.contains('\n') {
        return Some("its last line has no end: it was cut off, or was still being written");
    }
    let comments = || text.lines().filter_map(|line| line.strip_prefix('#')).map(str::trim);
    let searched = comments().take(4).any(|comment| matches!(comment, "extended LDIF" | "LDAPv3"));
    let closed = || comments().any(|comment| comment == "search result" || comment.starts_with("numResponses:"));
    (searched && !ended && !closed())
        .then_some("it begins as ldapsearch writes it, and the end of the search is missing: it was cut off")
}

/// What the comments of ldapsearch say: how many entries there were, and whether the server has further pages.
fn comments(text: &str, marks: &mut Marks) {
    for comment in text.lines().filter_map(comment) {
        if comment.starts_with(PROMPT) {
            marks.lasts(format!("the search waited for a key before its next page: `{comment}`"));
        } else if let Some(number) = comment.strip_prefix("numEntries:") {
            marks.beside("", "numEntries", &number.trim().into());
        } else if let Some(cookie) = comment.strip_prefix("pagedresults:").and_then(|said| said.split_once("cookie=")) {
            marks.beside("pagedresults", "nextCursor", &cookie.1.trim().into());
        } else if comment.to_ascii_lowercase().contains("limit exceeded") {
            marks.words(comment);
        }
    }
}

/// What ldapsearch asks between two pages.
const PROMPT: &str = "Press [size] Enter";

/// A comment; what ends a page is none: `pagedresults: cookie=AbC=`.
fn comment(line: &str) -> Option<&str> {
    let bare = || Some(line).filter(|line| line.starts_with("pagedresults:") || line.starts_with(PROMPT));
    line.strip_prefix('#').or_else(bare).map(str::trim)
}

/// What stands between two blank lines.
enum Block {
    Entry(Vec<(String, String)>),
    /// A record of a change: `changetype: modify`.
    Change,
    /// The end of a search: its code and name.
    Result(u32, String),
    Nothing,
}

impl Block {
    fn entry(self) -> Option<Vec<(String, String)>> {
        match self {
            Self::Entry(entry) => Some(entry),
            _ => None,
        }
    }

    fn of(lines: Vec<(String, String)>) -> Self {
        let value = |name: &str| lines.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str());
        if value("dn").is_none() {
            let result = value("result").and_then(|result| {
                let (code, name) = result.split_once(' ').unwrap_or((result, ""));
                Some((code.parse().ok()?, name.to_owned()))
            });
            return result.map_or(Self::Nothing, |(code, name)| Self::Result(code, name));
        }
        match value("changetype") {
            Some(change) if !change.eq_ignore_ascii_case("add") => Self::Change,
            _ => Self::Entry(lines),
        }
    }
}

/// The blocks, in order.
fn entries(text: &str) -> impl Iterator<Item = Block> + '_ {
    let mut lines = unfolded(text);
    std::iter::from_fn(move || {
        let mut entry = Vec::new();
        for line in lines.by_ref() {
            if line.is_empty() {
                if entry.is_empty() {
                    continue;
                }
                return Some(Block::of(entry));
            }
            if line.starts_with('#') {
                continue;
            }
            let Some((name, value)) = line.split_once(':') else { continue };
            if name.eq_ignore_ascii_case("version") && entry.is_empty() {
                continue;
            }
            let value = match value.strip_prefix(':') {
                Some(encoded) => decoded(encoded.trim()).unwrap_or_default(),
                None => value.trim().to_owned(),
            };
            entry.push((name.to_owned(), value));
        }
        (!entry.is_empty()).then(|| Block::of(entry))
    })
}

/// Lines with their continuations.
fn unfolded(text: &str) -> impl Iterator<Item = String> + '_ {
    let mut lines = text.lines().peekable();
    std::iter::from_fn(move || {
        let mut line = lines.next()?.trim_end_matches('\r').to_owned();
        while let Some(more) = lines.next_if(|next| next.starts_with(' ')) {
            line.push_str(more.get(1..).unwrap_or_default().trim_end_matches('\r'));
        }
        Some(line)
    })
}

/// Text in base64, with a sign where a letter cannot be read; none when it is something else, such as a picture or a number of
/// bytes.
fn decoded(encoded: &str) -> Option<String> {
    let bytes = BASE64.decode(encoded).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    let read = std::str::from_utf8(&bytes).is_ok() || !text.chars().any(char::is_control);
    read.then(|| text.into_owned())
}
