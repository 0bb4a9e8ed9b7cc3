//! Pages escape by themselves; `| prose` shows a sentence, with what stands between backticks as `<code>`.
//!
//! Markdown templates escape by themselves, too: text that could mean anything to a Markdown reader becomes a code span, other text
//! stays as it is. `| cell` makes a code span of any value, `| plain` backslashes for places without code spans; `| safe` is for
//! our own markup only.

use std::borrow::Cow;
use std::io::Write;

use tera::{Kwargs, State, Tera, Value};

use super::texts::Texts;
use crate::text;

/// Letters of a word that stays in one piece.
const LONGEST_WORD: usize = 32;

/// Characters of a value: the longest sentence about a finding, and no more than a row should take of the whole.
const VALUE: usize = 1_000;

/// A Tera for Markdown: `.md` escapes by itself, with `cell` and `plain` as filters.
pub(super) fn engine(texts: &Texts) -> Tera {
    let mut tera = Tera::new();
    tera.autoescape_on([".md"]);
    tera.set_escape_fn(|text: &str, out: &mut dyn Write| out.write_all(words(text).as_bytes()));
    for (name, escaped) in [("cell", code as fn(&str) -> String), ("plain", backslashed)] {
        let (empty, rest) = (texts.get("page.empty").to_owned(), texts.get("markdown.cut").to_owned());
        tera.register_filter(name, move |value: Value, _: Kwargs, _: &State| {
            Value::safe_string(&said(&value).map_or_else(|| empty.clone(), |text| escaped(&cut(&text, &rest))))
        });
    }
    tera
}

/// A Tera for pages, with `prose` as a filter.
pub(super) fn pages() -> Tera {
    let mut tera = Tera::new();
    tera.register_filter("prose", |value: Value, _: Kwargs, _: &State| {
        Value::safe_string(&said(&value).map_or_else(String::new, |text| prose(&text)))
    });
    tera
}

/// A sentence as HTML: what stands between backticks is code, days stay on one line, addresses may break before their `@`. Where
/// backticks are no pairs, somebody typed them, and they stay.
fn prose(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    let pairs = parts.len() % 2 == 1 && !text.contains("``");
    let mut html = String::with_capacity(text.len() + 32);
    if !pairs {
        words_of(text, &mut html);
        return html;
    }
    for (place, part) in parts.into_iter().enumerate() {
        if place % 2 == 0 {
            words_of(part, &mut html);
        } else {
            html.push_str("<code>");
            breakable(part, &mut html);
            html.push_str("</code>");
        }
    }
    html
}

fn words_of(text: &str, html: &mut String) {
    for (place, word) in text.split(' ').enumerate() {
        if place > 0 {
            html.push(' ');
        }
        let is_day = word.starts_with("20");
        html.push_str(if is_day { "<span class=\"date\">" } else { "" });
        // A digest is no word: it may break.
        let is_long = word.len() > LONGEST_WORD && !word.contains('@');
        let letters: Vec<char> = if is_long { word.chars().collect() } else { Vec::new() };
        match letters.len() > LONGEST_WORD {
            true => {
                for (place, some) in letters.chunks(LONGEST_WORD / 4).enumerate() {
                    html.push_str(if place > 0 { "<wbr>" } else { "" });
                    breakable(&some.iter().collect::<String>(), html);
                }
            }
            false => breakable(word, html),
        }
        html.push_str(if is_day { "</span>" } else { "" });
    }
}

/// Escapes a text that may go on in the next line before an `@`.
fn breakable(text: &str, html: &mut String) {
    for letter in text.chars() {
        html.push_str(if letter == '@' { "<wbr>" } else { "" });
        push(letter, html);
    }
}

/// `& < > " '` as entities.
pub(super) fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    text.chars().for_each(|letter| push(letter, &mut html));
    html
}

fn push(letter: char, html: &mut String) {
    match letter {
        '&' => html.push_str("&amp;"),
        '<' => html.push_str("&lt;"),
        '>' => html.push_str("&gt;"),
        '"' => html.push_str("&quot;"),
        '\'' => html.push_str("&#x27;"),
        letter => html.push(letter),
    }
}

/// A value as text; none for nothing.
fn said(value: &Value) -> Option<String> {
    match value.as_str() {
        Some(text) => Some(text.to_owned()).filter(|text| !text.trim().is_empty()),
        None if value.is_none() || value.is_undefined() => None,
        None => Some(value.to_string()),
    }
}

/// Whether no Markdown reader can take the text for anything but words.
fn is_calm(text: &str) -> bool {
    let calm = |letter: char| {
        letter.is_alphanumeric()
            || matches!(
                letter,
                ' ' | ','
                    | '.'
                    | ';'
                    | '%'
                    | '('
                    | ')'
                    | '/'
                    | '\u{2013}'
                    | '\u{2212}'
                    | '\u{2192}'
                    | '\''
                    | '\u{2019}'
                    | '\u{B7}'
                    | '\u{25C6}'
                    | '\u{25B2}'
                    | '\u{25A0}'
                    | '\u{25CF}'
                    | '\u{25CB}'
                    | '?'
            )
    };
    // A hyphen or colon inside words is one; at the beginning it may be a list.
    let inner = |letter: char| calm(letter) || matches!(letter, '-' | ':');
    text.starts_with(calm) && text.chars().all(inner) && !text.contains("://") && !text.contains("www.")
}

/// One line, hidden characters shown, trimmed.
fn one_line(text: &str) -> String {
    let spaced: String = text.chars().map(|letter| if matches!(letter, '\n' | '\r' | '\t') { ' ' } else { letter }).collect();
    text::shown(spaced.trim())
}

/// A value that leaves room for others, and where the `rest` of it stands.
fn cut<'a>(text: &'a str, rest: &str) -> Cow<'a, str> {
    match text.char_indices().nth(VALUE) {
        Some((end, _)) => format!("{}\u{2026} {rest}", &text[..end]).into(),
        None => text.into(),
    }
}

/// Words as they are, and anything that a Markdown reader could take for more as a code span.
pub(super) fn words(text: &str) -> String {
    if is_calm(text) { text.to_owned() } else { code(text) }
}

/// A code span whose fence is longer than any run of backticks in it; pipes are escaped, for they end a table's cell even there.
pub(super) fn code(text: &str) -> String {
    let text = one_line(text);
    let longest = text.split(|letter| letter != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') || text.chars().all(|letter| letter == ' ') { " " } else { "" };
    format!("{fence}{pad}{}{pad}{fence}", text.replace('|', "\\|"))
}

/// A backslash before whatever a wiki could take for markup.
fn backslashed(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 8);
    for letter in one_line(text).chars() {
        if matches!(
            letter,
            '\\' | '{' | '}' | '[' | ']' | '*' | '_' | '-' | '+' | '^' | '~' | '|' | '!' | '#' | '@' | '<' | '>' | '`'
        ) {
            safe.push('\\');
        }
        safe.push(letter);
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_span_holds_backticks_and_pipes() {
        assert_eq!(code("a|b"), "`a\\|b`");
        assert_eq!(code("``x`"), "``` ``x` ```");
        assert_eq!(code("line\nbreak\u{202E}"), "`line break<U+202E>`");
    }

    #[test]
    fn what_stands_between_backticks_is_code_and_days_and_addresses_break_where_they_may() {
        assert_eq!(prose("Set `[policy] orphan` & go"), "Set <code>[policy] orphan</code> &amp; go");
        assert_eq!(prose("until 2026-10-31, a@b.c"), "until <span class=\"date\">2026-10-31,</span> a<wbr>@b.c");
        assert_eq!(prose(&"x".repeat(40)).replace("<wbr>", "|"), ["xxxxxxxx"; 5].join("|"));
        for typed in ["a lone ` stays", "``", "`` x `y`", "three ` of ` them `"] {
            assert_eq!(prose(typed), typed, "{typed}");
        }
    }

    /// Letters of markup in every order: whatever somebody typed, it reads back as it was, and only our three elements are there.
    #[test]
    fn nothing_that_somebody_typed_becomes_markup_of_its_own() {
        let letters = ["`", "<", ">", "\"", "'", "&", "@", "20", " ", "</code>", "<b>", "&lt;", "x"];
        let mut seed = 7_u64;
        for _ in 0..20_000 {
            let mut typed = String::new();
            for _ in 0..12 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                typed.push_str(letters[(seed >> 33) as usize % letters.len()]);
            }
            let html = prose(&typed);
            let mut bare = html.clone();
            for ours in ["<code>", "</code>", "<span class=\"date\">", "</span>", "<wbr>"] {
                bare = bare.replace(ours, "");
            }
            assert!(!bare.contains(['<', '>', '"', '\'']), "{typed}: {html}");
            assert_eq!(html.matches("<code>").count(), html.matches("</code>").count(), "{typed}");
            let read = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&amp;", "&")];
            let read = read.iter().fold(bare, |text, (from, to)| text.replace(from, to));
            let expected = if html.contains("<code>") { typed.replace('`', "") } else { typed.clone() };
            assert_eq!(read, expected, "{typed}: {html}");
        }
    }

    #[test]
    fn a_sentence_stays_whole_and_what_is_cut_says_where_the_rest_is() {
        let long = "x".repeat(VALUE);
        assert_eq!(cut(&long, "(there)"), long);
        assert_eq!(cut(&(long.clone() + "y"), "(there)"), format!("{long}\u{2026} (there)"));
    }

    #[test]
    fn only_words_and_numbers_stay_bare() {
        for calm in ["4,812", "Attribute drift", "2026-11-23 06:00 UTC", "\u{25B2} High"] {
            assert!(is_calm(calm), "{calm}");
        }
        for wild in
            ["@team", "#12", "<b>", "*x*", "a_b", "- item", "http://x", "www.x.de", "[a](b)", ":emoji:", "a|b", "~x", "!12", ""]
        {
            assert!(!is_calm(wild), "{wild}");
        }
    }
}
