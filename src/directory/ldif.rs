//! LDIF (RFC 2849): one entry a person, `attribute: value`, base64 after `::`, lines folded by a leading space.

use std::collections::HashMap;

use super::collect::{self, Collector, Layout, Raw};

/// Attributes beyond this many are not kept.
const MOST: usize = 1_000;

/// Reads every entry. Rows are numbered by entry, from 1.
pub(super) fn read(text: &str, configured: &dyn Fn(&str) -> bool) -> (Raw, Layout) {
    let mut names: Vec<String> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for (name, _) in entries(text).flatten() {
        let lower = name.to_ascii_lowercase();
        if places.len() < MOST && !places.contains_key(&lower) {
            places.insert(lower, names.len());
            names.push(name);
        }
    }
    let layout = collect::layout(names, configured);
    let mut collector = Collector::new(&layout, 64);
    for (number, entry) in (1..).zip(entries(text)) {
        let mut row = vec![String::new(); layout.headers.len()];
        for (name, value) in entry {
            let Some(cell) = places.get(&name.to_ascii_lowercase()).and_then(|at| row.get_mut(*at)) else { continue };
            // Several values of one attribute are one cell of lines.
            if !cell.is_empty() {
                cell.push('\n');
            }
            cell.push_str(&value);
        }
        collector.row(number, row.as_slice());
    }
    (collector.finish(0), layout)
}

/// The entries, each as its attributes in order.
fn entries(text: &str) -> impl Iterator<Item = Vec<(String, String)>> + '_ {
    let mut lines = unfolded(text);
    std::iter::from_fn(move || {
        let mut entry = Vec::new();
        for line in lines.by_ref() {
            if line.is_empty() {
                if entry.is_empty() {
                    continue;
                }
                return Some(entry);
            }
            if line.starts_with('#') {
                continue;
            }
            let Some((name, value)) = line.split_once(':') else { continue };
            if name.eq_ignore_ascii_case("version") && entry.is_empty() {
                continue;
            }
            let value = match value.strip_prefix(':') {
                Some(encoded) => base64(encoded.trim()).unwrap_or_default(),
                None => value.trim().to_owned(),
            };
            entry.push((name.to_owned(), value));
        }
        (!entry.is_empty()).then_some(entry)
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

/// Text in base64; none when it is something else.
fn base64(encoded: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(encoded.len() * 3 / 4);
    let (mut bits, mut count) = (0u32, 0u32);
    for byte in encoded.bytes().filter(|byte| *byte != b'=') {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xFF) as u8);
        }
    }
    String::from_utf8(bytes).ok()
}
