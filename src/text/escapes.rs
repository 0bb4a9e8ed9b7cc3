//! Letters that were escaped for another format and never unescaped: mail (`=C3=BC`), addresses (`%C3%BC`), programs (`\\u00fc`),
//! workbooks (`_x00FC_`), R (`<U+00FC>`), UTF-7 (`+APw-`).

/// Some where letters of a text are escaped: the text with its letters, if all of them are certain.
pub(super) fn unescaped(text: &str) -> Option<Option<String>> {
    // RFC 2047: `=?UTF-8?Q?M=C3=BCller?=`.
    let mut found = text.starts_with("=?") && text.ends_with("?=");
    let mut certain = !text.contains("=?");
    // Most signs begin no escape, and nothing is copied for them.
    let (mut out, mut copied, mut at) = (Vec::new(), 0, 0);
    let sign = |at: usize| {
        let begins = |byte: &u8| matches!(byte, b'=' | b'%' | b'\\' | b'_' | b'+' | b'<' | b'&');
        Some(at + text.as_bytes().get(at..)?.iter().position(begins)?)
    };
    while let Some(from) = sign(at) {
        let before = if from > copied { text.as_bytes().get(from - 1) } else { out.last() };
        let behind_letter = before.is_some_and(|byte: &u8| byte.is_ascii_alphabetic() || !byte.is_ascii());
        let Some((letter, length)) = text.get(from..).and_then(|rest| escape(rest, behind_letter)) else {
            at = from + 1;
            continue;
        };
        found = true;
        out.extend_from_slice(text.get(copied..from).unwrap_or_default().as_bytes());
        match letter {
            Letter::Certain(letter) => out.extend_from_slice(letter.as_bytes()),
            Letter::Lost => certain = false,
        }
        at = if text.is_char_boundary(from + length) { from + length } else { text.len() };
        copied = at;
    }
    if !found {
        return None;
    }
    out.extend_from_slice(text.get(copied..).unwrap_or_default().as_bytes());
    Some(certain.then(|| String::from_utf8(out).ok()).flatten())
}

/// Whether a text with a `+` may hold UTF-7: there are letters between it and a `-`, as in no telephone number.
pub(super) fn may_be_utf7(text: &str) -> bool {
    let bytes = text.as_bytes();
    let has_letters = |plus| bytes.iter().skip(plus).any(u8::is_ascii_alphabetic);
    memchr::memchr(b'+', bytes).is_some_and(has_letters)
        && text.split('+').skip(1).any(|run| run.bytes().take_while(|byte| *byte != b'-').any(|byte| byte.is_ascii_alphabetic()))
}

/// What an escape stands for.
enum Letter {
    Certain(String),
    /// One of a code page that nobody names.
    Lost,
}

/// The escape that a text begins with, and its length.
fn escape(text: &str, behind_letter: bool) -> Option<(Letter, usize)> {
    let bytes = text.as_bytes();
    let code = |from: usize, count: usize| {
        let digits = text.get(from..from + count).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
        u32::from_str_radix(digits, 16).ok()
    };
    let letter = |code: u32| Some(Letter::Certain(char::from_u32(code).filter(|letter| !letter.is_control())?.to_string()));
    match (bytes.first()?, bytes.get(1)) {
        (b'=', _) => bytes_of_utf8(text, "=", 16).or_else(|| one_byte(text, behind_letter)).or_else(|| {
            // What stands in addresses: `ada=2Ebyron=40acme.com`.
            let sign = code(1, 2).filter(|code| behind_letter && matches!(code, 0x2E | 0x40 | 0x5F));
            Some((letter(sign?)?, 3))
        }),
        (b'%', Some(b'u')) => Some((letter(code(2, 4)?)?, 6)),
        (b'%', _) => bytes_of_utf8(text, "%", 16).or_else(|| one_byte(text, behind_letter)).or_else(|| {
            // What divides words: `Nora%20Lind`, and not `100%20`.
            let sign = code(1, 2).filter(|code| behind_letter && matches!(code, 0x20..=0x2E | 0x40));
            Some((letter(sign?)?, 3))
        }),
        (b'\\', Some(b'x')) => {
            bytes_of_utf8(text, "\\x", 16).or_else(|| code(2, 2).filter(|byte| *byte >= 0x80).map(|_| (Letter::Lost, 4)))
        }
        (b'\\', Some(b'u')) if bytes.get(2) == Some(&b'{') => {
            let end = text.find('}').filter(|end| (4..=9).contains(end))?;
            Some((letter(code(3, end - 3)?)?, end + 1))
        }
        (b'\\', Some(b'u')) => utf16(text, |at| code(at + 2, 4).filter(|_| text.get(at..at + 2) == Some("\\u")), 6),
        // RTF.
        (b'\\', Some(b'\'')) => code(2, 2).filter(|byte| *byte >= 0x80).map(|_| (Letter::Lost, 4)),
        (b'\\', Some(b'2' | b'3')) => {
            let octal = |text: &str| text.get(1..4).is_some_and(|digits| digits.bytes().all(|digit| matches!(digit, b'0'..=b'7')));
            octal(text).then(|| bytes_of_utf8(text, "\\", 8).unwrap_or((Letter::Lost, 4)))
        }
        // LaTeX.
        (b'\\', Some(b'"' | b'`' | b'^' | b'~')) => {
            bytes.get(2).filter(|letter| letter.is_ascii_alphabetic()).map(|_| (Letter::Lost, 3))
        }
        // The end of a line is white space: `_x000D_`.
        (b'_', Some(b'x')) => {
            let code = code(2, 4).filter(|_| bytes.get(6) == Some(&b'_'))?;
            Some((letter(if matches!(code, 0x9 | 0xA | 0xD) { 0x20 } else { code })?, 7))
        }
        (b'<', Some(b'U')) => {
            Some((letter(code(3, 4).filter(|_| text.get(2..3) == Some("+") && bytes.get(7) == Some(&b'>'))?)?, 8))
        }
        (b'&', Some(_)) => unclosed_reference(text),
        (b'+', _) => utf7(text),
        _ => None,
    }
}

/// The bytes of one letter, each behind a sign: `%C3%BC`, `\\303\\274`.
fn bytes_of_utf8(text: &str, sign: &str, radix: u32) -> Option<(Letter, usize)> {
    let digits = if radix == 8 { 3 } else { 2 };
    let unit = sign.len() + digits;
    let byte = |number: usize| {
        let unit = text.get(number * unit..(number + 1) * unit)?.strip_prefix(sign)?;
        u8::from_str_radix(unit, radix).ok()
    };
    let length = match byte(0)? {
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        _ => return None,
    };
    let letter: Option<Vec<u8>> = (0..length).map(byte).collect();
    Some((Letter::Certain(String::from_utf8(letter?).ok()?), length * unit))
}

/// One byte of a code page within a word: `M=FCller`, `Jos%E9`.
fn one_byte(text: &str, behind_letter: bool) -> Option<(Letter, usize)> {
    let digits = text.get(1..3).filter(|digits| digits.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'A'..=b'F')))?;
    let is_letter = u8::from_str_radix(digits, 16).is_ok_and(|byte| byte >= 0xC0);
    let within = text.get(3..)?.chars().next().is_none_or(|next| next.is_lowercase() || next == ' ');
    (behind_letter && is_letter && within).then_some((Letter::Lost, 3))
}

/// `\\ud83d\\ude00`: a letter of two units, or one.
fn utf16(text: &str, unit: impl Fn(usize) -> Option<u32>, length: usize) -> Option<(Letter, usize)> {
    let first = u16::try_from(unit(0)?).ok()?;
    let second = unit(length).and_then(|unit| u16::try_from(unit).ok());
    let units = [Some(first), second.filter(|_| (0xD800..0xDC00).contains(&first))];
    let units: Vec<u16> = units.into_iter().flatten().collect();
    let length = (length * units.len()).min(text.len());
    Some((String::from_utf16(&units).map_or(Letter::Lost, Letter::Certain), length))
}

/// `&#252` and `&uuml` without their `;`.
fn unclosed_reference(text: &str) -> Option<(Letter, usize)> {
    let name = text.get(1..)?;
    let end = name.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '#').unwrap_or(name.len());
    if name.get(end..).is_some_and(|rest| rest.starts_with(';')) {
        return None;
    }
    let accented = ["uml", "acute", "grave", "circ", "tilde", "cedil", "ring", "slash", "lig"];
    let named = name.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && accented.iter().any(|accent| name.get(1..).is_some_and(|rest| rest.starts_with(accent)));
    let numbered = name.strip_prefix('#').is_some_and(|number| number.bytes().take_while(u8::is_ascii_digit).count() >= 3);
    (named || numbered).then_some((Letter::Lost, 2))
}

/// UTF-7 (RFC 2152): letters in base64 between `+` and `-`.
fn utf7(text: &str) -> Option<(Letter, usize)> {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let end = text.find('-').filter(|end| (4..=80).contains(end))?;
    let (mut bits, mut count, mut units) = (0u32, 0u32, Vec::new());
    for digit in text.get(1..end)?.bytes() {
        let value = DIGITS.iter().position(|known| *known == digit)?;
        bits = bits << 6 | value as u32;
        count += 6;
        if count >= 16 {
            count -= 16;
            units.push((bits >> count) as u16);
            bits &= (1 << count) - 1;
        }
    }
    let letters = String::from_utf16(&units).ok().filter(|_| count < 6 && bits == 0)?;
    letters.chars().all(|letter| !letter.is_ascii() && letter.is_alphabetic()).then_some((Letter::Certain(letters), end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_read_from_the_escapes_of_every_format() {
        for text in [
            "M=C3=BCller",
            "M%C3%BCller",
            "M%u00FCller",
            "M\\u00fcller",
            "M\\u{fc}ller",
            "M\\xc3\\xbcller",
            "M\\303\\274ller",
            "M_x00FC_ller",
            "M<U+00FC>ller",
            "M+APw-ller",
        ] {
            assert_eq!(unescaped(text), Some(Some("Müller".to_owned())), "{text}");
        }
        assert_eq!(unescaped("Nora%20M%C3%BCller"), Some(Some("Nora Müller".to_owned())));
        assert_eq!(unescaped("\\ud83d\\ude00"), Some(Some("😀".to_owned())));
    }

    #[test]
    fn a_letter_of_a_code_page_that_nobody_names_is_lost() {
        for text in [
            "M=FCller",
            "Jos%E9",
            "M\\xfcller",
            "M\\374ller",
            "M\\'fcller",
            "M&#252ller",
            "M&uumlller",
            "M\\\"uller",
            "=?UTF-8?B?Tm9yYQ==?=",
        ] {
            assert_eq!(unescaped(text), Some(None), "{text}");
        }
    }

    #[test]
    fn signs_that_people_write_are_no_escapes() {
        for text in [
            "50% Teilzeit",
            "100%20",
            "A=B",
            "QA=Quality",
            "C:\\users",
            "Sales\\Marketing",
            "max_x_y",
            "C++ -",
            "H+M-Berater",
            "Marketing+PR-Lead",
            "A+B-C",
            "R&D",
            "AT&T",
            "Sales & Acute Care",
            "A <5",
            "<U",
            "+49-151",
        ] {
            assert_eq!(unescaped(text), None, "{text}");
        }
    }
}
