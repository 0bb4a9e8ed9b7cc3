//! Damage that only shows beside the same value elsewhere: no letter of `Jan Dvoøák` is odd, until somebody is called `Jan Dvořák`.

use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GB18030, ISO_8859_2, ISO_8859_5, KOI8_R, MACINTOSH, SHIFT_JIS, WINDOWS_874, WINDOWS_1250,
    WINDOWS_1251, WINDOWS_1253, WINDOWS_1254, WINDOWS_1255, WINDOWS_1256, WINDOWS_1257, WINDOWS_1258,
};

use super::damage::DamageKind;
use super::folded;
use super::twice::in_1252;

/// Encodings whose texts are taken for Windows-1252, the one of Western Europe.
const MISTAKEN: [&Encoding; 18] = [
    WINDOWS_1250,
    WINDOWS_1254,
    WINDOWS_1257,
    ISO_8859_2,
    WINDOWS_1251,
    WINDOWS_1253,
    WINDOWS_1255,
    WINDOWS_1256,
    WINDOWS_1258,
    WINDOWS_874,
    KOI8_R,
    ISO_8859_5,
    MACINTOSH,
    SHIFT_JIS,
    GB18030,
    BIG5,
    EUC_KR,
    EUC_JP,
];

/// What happened to a text that was certainly `whole` once; none where the two simply differ.
pub fn damage_beside(text: &str, whole: &str) -> Option<DamageKind> {
    // A quote of SQL that was doubled and stayed so.
    if text.contains("''") && folded(&text.replace("''", "'")) == folded(whole) {
        return Some(DamageKind::Escaped);
    }
    if whole.is_ascii() {
        return None;
    }
    if is_in_other_code_page(text, whole) {
        return Some(DamageKind::CodePage);
    }
    let letters = |text: &str| text.chars().filter(|letter| letter.is_alphabetic()).count();
    let (text, whole) = (folded(text), folded(whole));
    if letters(&text) >= 2 && lacks_letters(&text, &whole) {
        return Some(DamageKind::LostLetters);
    }
    // What is left of LaTeX and the like: `M"uller`, `M{"u}ller`.
    let signs = |text: &str| text.chars().filter(|sign| ACCENTS.contains(sign)).count();
    let bare = |text: &str| text.chars().filter(|sign| !ACCENTS.contains(sign)).collect::<String>();
    (signs(&text) > signs(&whole) && bare(&text) == without_accents(&whole)).then_some(DamageKind::Escaped)
}

/// Signs that stand for accents where there are none.
const ACCENTS: [char; 7] = ['"', '^', '~', '`', '{', '}', '\\'];

fn is_in_other_code_page(text: &str, whole: &str) -> bool {
    let Some(bytes) = in_1252(text).filter(|_| !text.is_ascii()) else { return false };
    // The code pages have a cedilla where Romanian has a comma.
    let romanian = |text: &str| folded(text).replace('Ș', "Ş").replace('ș', "ş").replace('Ț', "Ţ").replace('ț', "ţ");
    let whole = romanian(whole);
    MISTAKEN.iter().any(|encoding| {
        let read = encoding.decode_without_bom_handling_and_without_replacement(&bytes);
        read.is_some_and(|read| romanian(&read) == whole)
    })
}

/// Whether a text is another one but for its letters beyond ASCII, in whose place there is nothing or a sign: `J_rgen`, `J rgen`,
/// `Jrgen`.
fn lacks_letters(text: &str, whole: &str) -> bool {
    if whole.len() > LONGEST || text.len() > whole.len() {
        return false;
    }
    // Up to where the text may have come; a sign after a lost letter may stand for it or for itself.
    let mut reached = vec![0];
    for letter in whole.chars() {
        let mut next = Vec::with_capacity(reached.len() + 1);
        for at in reached {
            let rest = text.get(at..).unwrap_or_default();
            if rest.starts_with(letter) {
                // What both have is no loss; text and whole are never equal here.
                next.push(at + letter.len_utf8());
            } else if !letter.is_ascii() && letter.is_alphabetic() {
                next.push(at);
                let is_sign = rest.starts_with(|sign: char| sign.is_ascii() && !sign.is_ascii_alphanumeric());
                next.extend(is_sign.then_some(at + 1));
            }
        }
        next.dedup();
        reached = next;
    }
    reached.contains(&text.len())
}

/// No name or title is longer, and each sign of a longer text could be tried at each of its letters.
const LONGEST: usize = 1_000;

fn without_accents(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    text.nfd().filter(|letter| !super::is_accent(*letter)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_name_elsewhere_shows_what_happened_to_this_one() {
        for (text, whole, kind) in [
            ("Jan Dvoøák", "Jan Dvořák", DamageKind::CodePage),
            ("Iþýk Yýldýz", "Işık Yıldız", DamageKind::CodePage),
            ("£ukasz Wi¶niewski", "Łukasz Wiśniewski", DamageKind::CodePage),
            ("László Erdõs", "László Erdős", DamageKind::CodePage),
            ("Jânis Bçrziòð", "Jānis Bērziņš", DamageKind::CodePage),
            ("ãåã ìåé", "דוד לוי", DamageKind::CodePage),
            ("¤ý ¤p©ú", "王 小明", DamageKind::CodePage),
            ("J_rgen M_ller", "Jürgen Müller", DamageKind::LostLetters),
            ("J rgen M ller", "Jürgen Müller", DamageKind::LostLetters),
            ("Jrgen Mller", "Jürgen Müller", DamageKind::LostLetters),
            ("Andr Roux", "André Roux", DamageKind::LostLetters),
            ("J\"urgen M{\"u}ller", "Jürgen Müller", DamageKind::Escaped),
            ("Sean O''Brien", "Sean O'Brien", DamageKind::Escaped),
        ] {
            assert_eq!(damage_beside(text, whole), Some(kind), "{text}");
        }
    }

    #[test]
    fn a_text_of_signs_or_of_any_length_is_done_with_at_once() {
        let signs = "_".repeat(80) + "ab";
        assert_eq!(damage_beside(&signs, &("é".repeat(160) + "ac")), None);
        let long = "a".repeat(1_000_000);
        assert_eq!(damage_beside(&(long.clone() + "b"), &(long + "é")), None);
    }

    #[test]
    fn a_name_that_simply_differs_is_whole() {
        for (text, whole) in [
            ("Jurgen Muller", "Jürgen Müller"),
            ("Juergen Mueller", "Jürgen Müller"),
            ("Jürgen Müller", "Jurgen Muller"),
            ("Þór Guðmundsson", "Thor Gudmundsson"),
            ("Jan Dvořák", "Jan Dvoøák"),
            ("Zoë Roux", "Zoë Brontë"),
            ("", "Zoë"),
            ("Ana", "Ana Åse"),
        ] {
            assert_eq!(damage_beside(text, whole), None, "{text}");
        }
    }
}
