//! Letters of words that are not there any more: a sign stands in their place, or their accents beside them.

use unicode_normalization::UnicodeNormalization;

/// Signs that stand in no word: between two letters they are what another code page makes of a letter (`M³ller`, `J„ger`,
/// `M¸ller`).
const IN_NO_WORD: &str = "¡¢£¤¥¦§¨¬¯°±²³¹¼½¾¶¸¿ˆ˜˚‰†‡„‚“”□■▯⁰ⁿ";

/// Those of them that end no word either.
const ENDS_NO_WORD: &str = "¤¬¸¿ˆ‰„‚□■▯";

/// Capitals that a Macintosh's small letters become (`MŸller`, `JŠger`, `JosŽ`): within a word beside small letters they are none.
const CAPITALS: &str = "ŸŠŽŒ";

/// Whether letters of a text were lost.
pub(super) fn letters(text: &str) -> bool {
    // A next line (U+0085) is white space. What is private to one font or program (U+E000) is no letter anywhere else.
    let replaced = |letter: char| matches!(letter, '?' | '\0'..='\u{8}' | '\u{E}'..='\u{1F}' | '\u{FFFD}'..='\u{FFFF}' | '\u{80}'..='\u{84}' | '\u{86}'..='\u{9F}' | '\u{E000}'..='\u{F8FF}');
    if text.contains(replaced) {
        return true;
    }
    !text.is_ascii() && (signs_in_words(text) || is_all_upper_half(text) || is_turned_cyrillic(text))
}

fn signs_in_words(text: &str) -> bool {
    let mut before = ' ';
    text.char_indices().any(|(at, here)| {
        let before = std::mem::replace(&mut before, here);
        if here.is_ascii() || !before.is_alphabetic() {
            return false;
        }
        let mut behind = text.get(at + here.len_utf8()..).unwrap_or_default().chars();
        let (after, next) = (behind.next().unwrap_or(' '), behind.next().unwrap_or(' '));
        // `N°`
        let is_sign = IN_NO_WORD.contains(here) && after.is_alphabetic() && !(here == '°' && matches!(before, 'N' | 'n'));
        // The Bosnian `DŽ` is one letter.
        let is_capital = CAPITALS.contains(here)
            && !(matches!(before, 'D' | 'd') && here == 'Ž')
            && (before.is_lowercase() && !after.is_uppercase() || after.is_lowercase() && before.is_uppercase());
        is_sign || is_capital || ENDS_NO_WORD.contains(here) || is_foreign(before, here, after, next)
    })
}

/// Whether Chinese or half a Japanese letter stands alone within a word of small Latin letters: `M黮ler`, `Mﾃｼller`.
fn is_foreign(before: char, here: char, after: char, next: char) -> bool {
    let half = |letter: char| matches!(letter, '\u{FF61}'..='\u{FF9F}');
    match here {
        '\u{4E00}'..='\u{9FFF}' => before.is_ascii_alphabetic() && after.is_ascii_lowercase() && next.is_ascii_lowercase(),
        _ => {
            half(here) && before.is_ascii_alphabetic() && (after.is_ascii_alphabetic() || half(after) && next.is_ascii_alphabetic())
        }
    }
}

/// Whether a text has letters of the upper half of Latin-1 only, as Cyrillic, Greek or Chinese become: `Èâàí Ïåòðîâ`.
fn is_all_upper_half(text: &str) -> bool {
    const FEWEST: usize = 4;
    let words = || text.split(|sign: char| sign.is_ascii() && !sign.is_ascii_alphanumeric());
    let upper = |letter: char| matches!(letter, '\u{A1}'..='\u{FF}');
    words().all(|word| word.chars().all(upper)) && words().any(|word| word.chars().count() >= FEWEST)
}

/// Whether all words of a Cyrillic text begin small and go on in capitals, as another Cyrillic code page turns them: `йЧБОПЧ`.
fn is_turned_cyrillic(text: &str) -> bool {
    let cyrillic = |letter: char| matches!(letter, '\u{400}'..='\u{45F}');
    let turned = |word: &str| {
        let mut letters = word.chars();
        letters.next().is_some_and(|first| cyrillic(first) && first.is_lowercase())
            && letters.clone().count() > 1
            && letters.all(char::is_uppercase)
    };
    text.split_whitespace().all(turned) && !text.trim().is_empty()
}

/// The text with accents that stand beside their letters joined to them, if there are any: `Mu¨ller`, `M¨uller`, `Jose´`.
pub(super) fn accents_joined(text: &str) -> Option<String> {
    if !text.contains(['¨', '´']) {
        return None;
    }
    let joined = |letter: char, accent: char| {
        let mut one = [letter, accent].into_iter().nfc();
        one.next().filter(|_| one.next().is_none() && "aeiouyAEIOUY".contains(letter))
    };
    let letters: Vec<char> = text.chars().collect();
    let mut out: Vec<char> = Vec::with_capacity(letters.len());
    let mut found = false;
    let mut at = 0;
    while let Some(letter) = letters.get(at).copied() {
        let next = letters.get(at + 1).copied().unwrap_or(' ');
        let before = out.last().copied().unwrap_or(' ');
        // `O´Brien` and `d´Angelo` write an apostrophe so.
        let within = before.is_lowercase() && !next.is_uppercase();
        let accent = match letter {
            '¨' => Some('\u{308}'),
            '´' if within => Some('\u{301}'),
            _ => None,
        };
        let (to_last, to_next) = (accent.and_then(|accent| joined(before, accent)), accent.and_then(|accent| joined(next, accent)));
        match (to_last, to_next) {
            (Some(letter), _) => {
                out.pop();
                out.push(letter);
                found = true;
            }
            (None, Some(letter)) if accent == Some('\u{308}') => {
                out.push(letter);
                at += 1;
                found = true;
            }
            _ => out.push(letter),
        }
        at += 1;
    }
    found.then(|| out.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_that_another_code_page_took_are_seen() {
        for text in [
            "M³ller",
            "Mⁿller",
            "MŸller",
            "JŠger",
            "JosŽ",
            "M¸ller",
            "M¿ller",
            "M□ller",
            "M¤ller",
            "M\u{E0FC}ller",
            "M黮ler",
            "Mﾃｼller",
            "Èâàí Ïåòðîâ",
            "ÕÅÎ°",
            "±è¹Î¼ö",
            "ŽR“c ‘¾˜Y",
            "йЧБОПЧ",
            "J„ger",
            "Jos‚",
            "ÐÐ¸ÐºÐ¾Ð»Ð°Ð¹",
        ] {
            assert!(letters(text), "{text}");
        }
        for text in [
            "Šárka Žižková",
            "DŽENAN Džeko",
            "ŽIŽKA",
            "Zoë “Zo” Ÿ",
            "Ysaÿe",
            "N°3",
            "m² Büro",
            "ÂÊÎ",
            "Web開発Team",
            "PC課",
            "ﾔﾏﾀﾞ ﾀﾛｳ",
            "IT部門",
            "Œuvre",
            "NESCAFÉ®",
            "Иван",
            "ИВАН",
            "в отпуске",
            "O´Brien",
            "30 °C",
            "Acme»Sales",
            "ŠKODA",
        ] {
            assert!(!letters(text), "{text}");
        }
    }

    #[test]
    fn accents_are_joined_to_their_letters() {
        for (text, joined) in
            [("Mu¨ller", "Müller"), ("M¨uller", "Müller"), ("Jose´ Marti", "José Marti"), ("Gescha¨ftsfu¨hrer", "Geschäftsführer")]
        {
            assert_eq!(accents_joined(text).as_deref(), Some(joined), "{text}");
        }
        for text in ["O´Brien", "d´Angelo", "L´Oréal", "Müller", "¨"] {
            assert_eq!(accents_joined(text), None, "{text}");
        }
    }
}
