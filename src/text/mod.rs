//! Text that strangers typed: made comparable for matching, and made visible for showing.

pub mod damage;
pub mod entities;

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use unicode_normalization::{UnicodeNormalization, is_nfc};

/// Characters that the eye does not see and that no comparison should: zero-width, joiners, marks of direction, soft hyphen, byte-order
/// mark, and the others that Unicode 16 calls `Default_Ignorable_Code_Point`.
pub fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFF8}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}'
        | '\u{E0000}'..='\u{E0FFF}')
}

/// Whether a character must be shown as `<U+XXXX>`: controls, separators of lines and invisible characters.
pub fn is_hidden(character: char) -> bool {
    character.is_control() || is_invisible(character) || matches!(character, '\u{2028}' | '\u{2029}')
}

/// Trimmed, invisible characters removed, inner white space folded to single spaces, NFC: equal texts look equal.
pub fn folded(text: &str) -> Cow<'_, str> {
    let plain = text.is_ascii() && !text.bytes().any(|byte| byte.is_ascii_control()) && !text.contains("  ") && text.trim() == text;
    if plain {
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

/// `1 row`, `14 rows`.
pub fn plural(count: u64, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}

/// The text of a file that has no reason to be longer than this many bytes: somebody may name a device that never ends.
pub fn read_short(path: &Path, most: u64) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(most + 1).read_to_string(&mut text)?;
    if text.len() as u64 > most {
        return Err(io::Error::other(format!("it is longer than {}", plural(most, "byte", "bytes"))));
    }
    Ok(text)
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
    fn overrides_and_controls_are_shown() {
        assert_eq!(visible("a\u{202E}b\u{7}"), "a<U+202E>b<U+0007>");
    }
}
