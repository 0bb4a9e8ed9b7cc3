//! One text: folded for a comparison, or made visible, counted and cut for a reader.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use unicode_normalization::{UnicodeNormalization, is_nfc};

/// Characters that the eye does not see and that no comparison should: zero-width, joiners, marks of direction, soft hyphen,
/// byte-order mark, and the others that Unicode 16 calls `Default_Ignorable_Code_Point`.
pub fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFF8}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}'
        | '\u{E0000}'..='\u{E0FFF}')
}

/// Whether a character shows nothing in an address: those that the eye does not see, and spaces that do not break.
pub fn shows_nothing(character: char) -> bool {
    is_invisible(character) || matches!(character, '\u{A0}' | '\u{2007}' | '\u{202F}')
}

/// Whether a character must be shown as `<U+XXXX>`: controls, separators of lines and invisible characters.
pub fn is_hidden(character: char) -> bool {
    character.is_control() || is_invisible(character) || matches!(character, '\u{2028}' | '\u{2029}')
}

/// Whether a character is an accent that was taken off its letter: a mark of the Latin, Greek or Cyrillic writing, not of Japanese.
pub fn is_accent(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36f}')
}

/// Whether there is nothing to be folded but what stands around it.
fn is_plain(text: &str) -> bool {
    text.is_ascii() && !text.bytes().any(|byte| byte.is_ascii_control()) && !text.contains("  ")
}

/// A text by which it is compared without regard to case.
pub fn caseless(text: &str) -> String {
    folded(text).to_lowercase()
}

/// Whether two texts are one, apart from case and from what [`folded`] takes away.
pub fn alike(one: &str, other: &str) -> bool {
    one.trim().eq_ignore_ascii_case(other.trim()) || !(is_plain(one) && is_plain(other)) && caseless(one) == caseless(other)
}

/// Trimmed, invisible characters removed, inner white space folded to single spaces, NFC: equal texts look equal.
pub fn folded(text: &str) -> Cow<'_, str> {
    if is_plain(text) && text.trim() == text {
        return Cow::Borrowed(text);
    }
    let visible: String = text.chars().filter(|character| !is_invisible(*character)).collect();
    let mut folded = String::with_capacity(visible.len());
    for word in visible.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.push_str(word);
    }
    if is_nfc(&folded) { Cow::Owned(folded) } else { Cow::Owned(folded.nfc().collect()) }
}

/// A letter in lower case, whatever a language makes of it: the Turkish `ı`, whose capital is `I`, is an `i`, and the Greek sigma
/// is one letter, at a word's end too.
pub fn lowered(letter: char) -> impl Iterator<Item = char> {
    let letter = match letter {
        'ı' => 'i',
        'ς' => 'σ',
        other => other,
    };
    letter.to_lowercase()
}

/// A name without case, signs and accents: `@odata.nextLink`, `next_link` and `nextLink` are told alike, `páginaSiguiente` and
/// `pagina_siguiente` too.
pub fn squashed(name: &str) -> String {
    if name.is_ascii() {
        return name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect();
    }
    name.nfkd().filter(|letter| letter.is_alphanumeric()).flat_map(lowered).collect()
}

/// A whole number in a cell, without white space around it and the `.0` that spreadsheets put behind it; any other text as it is.
pub fn whole(cell: &str) -> &str {
    let cell = cell.trim();
    cell.strip_suffix(".0").unwrap_or(cell)
}

/// `2026-12-20 06:00 UTC`: a moment as people read it.
pub fn minute(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%d %H:%M UTC").to_string()
}

/// Parts behind a comma that are no given name.
const SUFFIXES: &str = "jr | jr. | sr | sr. | ii | iii | iv | phd | ph.d. | md | m.d. | esq | esq. | cpa | mba | dr | dr.";

/// The two parts of `Last, First`; `Smith, Jr.` and lists have none.
pub fn last_first(name: &str) -> Option<(&str, &str)> {
    let (family, given) = name.split_once(',')?;
    let (family, given) = (family.trim(), given.trim());
    let suffix = SUFFIXES.split('|').any(|suffix| given.eq_ignore_ascii_case(suffix.trim()));
    (!family.is_empty() && !given.is_empty() && !given.contains(',') && !suffix).then_some((family, given))
}

/// The text with every hidden character shown as `<U+XXXX>`: safe for a page, a table or a terminal (not yet escaped for HTML).
pub fn visible(text: &str) -> Cow<'_, str> {
    let printable = |printable, byte: u8| printable & matches!(byte, b' '..=b'~');
    if text.bytes().fold(true, printable) || !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_hidden(character) {
            shown.push_str(&format!("<U+{:04X}>", u32::from(character)));
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

/// [`visible`], as a text of its own.
pub fn shown(text: &(impl AsRef<str> + ?Sized)) -> String {
    visible(text.as_ref()).into_owned()
}

/// The text with every e-mail address in it replaced.
pub fn without_addresses(text: &str, mut replaced: impl FnMut(&str) -> String) -> String {
    if !text.contains('@') {
        return text.to_owned();
    }
    let part = |letter: char| letter.is_alphanumeric() || matches!(letter, '.' | '_' | '-' | '+' | '\'' | '*' | '%' | '@');
    let mut scrubbed = String::with_capacity(text.len());
    let mut word = String::new();
    for letter in text.chars().chain(['\0']) {
        if part(letter) {
            word.push(letter);
            continue;
        }
        let bare = word.trim_matches(['.', '\'', '-']);
        let is_address = bare.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.'));
        if is_address {
            let other = replaced(bare);
            scrubbed.push_str(&word.replacen(bare, &other, 1));
        } else {
            scrubbed.push_str(&word);
        }
        word.clear();
        if letter != '\0' {
            scrubbed.push(letter);
        }
    }
    scrubbed
}

/// `1 row`, `14 rows`.
pub fn plural(count: u64, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}

/// Whether a value begins as a formula does to a spreadsheet, spaces before it or not, or would where `;` ends a cell: then a part
/// does.
pub fn is_formula(value: &str) -> bool {
    value.split(';').any(begins_formula)
}

/// The value with an apostrophe before each part that a spreadsheet would evaluate.
pub fn disarmed(value: Cow<'_, str>) -> Cow<'_, str> {
    if !is_formula(&value) {
        return value;
    }
    let part = |part: &str| if begins_formula(part) { format!("'{part}") } else { part.to_owned() };
    Cow::Owned(value.split(';').map(part).collect::<Vec<_>>().join(";"))
}

/// The value without those apostrophes.
pub fn rearmed(value: &str) -> String {
    let part = |part: &'_ str| part.strip_prefix('\'').filter(|bare| begins_formula(bare)).unwrap_or(part).to_owned();
    value.split(';').map(part).collect::<Vec<_>>().join(";")
}

fn begins_formula(part: &str) -> bool {
    part.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_removes_what_the_eye_does_not_see() {
        assert_eq!(folded(" Ada\u{200B}  Byron\u{A0}"), "Ada Byron");
        assert_eq!(folded("Jose\u{301}"), "José");
        assert_eq!(folded("plain"), "plain");
    }

    #[test]
    fn a_formula_is_disarmed_wherever_a_spreadsheet_would_begin_a_cell() {
        for (value, safe) in
            [("=1+1", "'=1+1"), (" =1+1", "' =1+1"), ("\u{A0}@x", "'\u{A0}@x"), (";=1+1;", ";'=1+1;"), ("a; -1;+2", "a;' -1;'+2")]
        {
            assert_eq!(disarmed(value.into()), safe);
            assert_eq!(rearmed(safe), value);
        }
        for plain in ["", "a=1", "O'Neill; Sons", "1-2"] {
            assert_eq!(disarmed(plain.into()), plain);
            assert_eq!(rearmed(plain), plain);
        }
    }

    #[test]
    fn overrides_and_controls_are_shown() {
        assert_eq!(visible("a\u{202E}b\u{7}"), "a<U+202E>b<U+0007>");
    }
}
