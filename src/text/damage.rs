//! Values that were damaged on their way: what happened to one, and what it certainly was before.
//!
//! A damaged value is never written to Domo, in any field. Where the repair is certain, the repaired value is what is compared;
//! where it is not, nothing is compared:
//!
//! ```text
//!  of("Jörg Weiß")   None                       as it should be
//!  of("JÃ¶rg WeiÃŸ") TwiceEncoded, "Jörg Weiß"  compare the repaired one, write neither
//!  of("J?rg")        LostLetters, no repair     compare nothing, write nothing
//! ```
//!
//! [`of`] is for text that people read (names, titles, departments), [`of_address`] for e-mail addresses, which have stricter
//! letters. Both cost a look at each byte where nothing is wrong. Unicode form and white space are no damage: [`super::folded`]
//! takes them off both sides.

use std::borrow::Cow;

use super::alphabets::{alphabet, other_alphabet};
use super::instead::{is_code, is_no_name};
use super::{entities, escapes, is_invisible, lost, twice};

/// What happened to a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DamageKind {
    /// UTF-8 that was read in another encoding and written again: `JÃ¼rgen`, `J√ºrgen`, `J├╝rgen`.
    TwiceEncoded,
    /// Escaped for a page and never unescaped: `M&uuml;ller`, `R&amp;D`.
    Entities,
    /// Escaped for mail, an address, a program or a workbook: `M=C3=BCller`, `M%C3%BCller`, `M\\u00fcller`, `M_x00FC_ller`.
    Escaped,
    /// Bytes of one code page that were read in another, as the same value elsewhere shows: `Dvoøák` for `Dvořák`.
    CodePage,
    /// Letters became `?`, U+FFFD, a control character, or a sign that stands in no word: `M³ller`.
    LostLetters,
    /// Accents stand beside their letters: `Mu¨ller`.
    LooseAccents,
    /// Characters that show nothing: marks of direction, zero-width ones, soft hyphens.
    Invisible,
    /// Its end is missing: `Nora Lindq…`.
    CutOff,
    /// In place of a name: an address, a login, a number, an id, a word for want of one.
    NoName,
    /// Latin words with letters of another alphabet that look alike: Cyrillic `а` in `Pаul`.
    OtherAlphabet,
    /// A program wrote something of its own: `[object Object]`, `<b>Sales</b>`, `12;#Sales`, `=VLOOKUP(…)`, `A*** B***`,
    /// `########`.
    Code,
    /// A spreadsheet took digits for a number and wrote it short: `4.91521E+12`.
    Scientific,
    /// An e-mail address whose part before the @ is not ASCII, as no directory makes them: `ELİF.IŞIK@acme.com`.
    OddAddress,
}

impl DamageKind {
    /// What is wrong, to follow "it" or a field's name: `was encoded twice`.
    pub fn describe(self) -> &'static str {
        match self {
            Self::TwiceEncoded => "was encoded twice",
            Self::Entities => "holds the escapes of a web page",
            Self::Escaped => "holds letters escaped for another format",
            Self::CodePage => "was read in another code page than it was written in",
            Self::LostLetters => "lost letters on the way (`?`, U+FFFD or other signs stand in their place)",
            Self::LooseAccents => "has accents that stand beside their letters",
            Self::Invisible => "holds invisible characters",
            Self::NoName => "is no name, but an address, a login, a number, an id or a word in its place",
            Self::CutOff => "ends in `…`: its end is missing",
            Self::OtherAlphabet => "mixes letters of two alphabets that look alike",
            Self::Code => "is what a program wrote in place of the text: code, tags or a mask",
            Self::Scientific => "is in scientific notation, so that digits are lost",
            Self::OddAddress => "is not ASCII before the @",
        }
    }
}

/// A value that is not what somebody once typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// What happened.
    pub kind: DamageKind,
    /// What the value certainly was; none where it can only be guessed.
    pub repair: Option<String>,
}

/// What is wrong with a text that people read.
pub fn of(text: &str) -> Option<Damage> {
    of_signs(text, signs(text))
}

/// What is wrong with what somebody is called: with the text, or that it is no name.
pub fn of_name(name: &str) -> Option<Damage> {
    let signs = signs(name);
    // Most names are words with a space between.
    let is_plain = signs & SPACE != 0 && signs & (ODD | ESCAPE | CODE) == 0;
    of_signs(name, signs).or_else(|| (!is_plain && is_no_name(name)).then_some(Damage { kind: DamageKind::NoName, repair: None }))
}

/// Most texts have no sign that damage of any kind needs: one look at each byte tells.
fn signs(text: &str) -> u8 {
    text.bytes().fold(0, |signs, byte| signs | SIGNS[usize::from(byte)])
}

fn of_signs(text: &str, signs: u8) -> Option<Damage> {
    // With a sign, as spreadsheets write it: a room may be called 3E2.
    if signs & (SIGN | EXPONENT) == SIGN | EXPONENT && is_scientific(text.trim()) {
        return Some(Damage { kind: DamageKind::Scientific, repair: None });
    }
    let mut known: Option<DamageKind> = None;
    let mut value = Cow::Borrowed(text);
    if (signs & (ESCAPE | MARK) != 0 || signs & SIGN != 0 && escapes::may_be_utf7(text))
        && let Some(repair) = escapes::unescaped(text)
    {
        let Some(repair) = repair else { return Some(Damage { kind: DamageKind::Escaped, repair }) };
        known = Some(DamageKind::Escaped);
        value = Cow::Owned(repair);
    }
    if signs & (CODE | ESCAPE) != 0 && is_code(value.trim()) {
        return Some(Damage { kind: DamageKind::Code, repair: None });
    }
    if matches!(value.as_bytes(), [.., b'.', b'.', b'.'] | [.., 0xE2, 0x80, 0xA6]) {
        return Some(Damage { kind: DamageKind::CutOff, repair: None });
    }
    if known.is_none() && signs & MARK == 0 && (signs & LETTER == 0 || is_plain_latin(text)) {
        return None;
    }
    // What was escaped may have been encoded twice before, and the other way round; three times over is what was seen.
    for _ in 0..3 {
        let (kind, repair) = match (entity(&value), twice::undone(&value)) {
            (Some(repair), _) => (DamageKind::Entities, Some(repair)),
            (None, Some(repair)) => (DamageKind::TwiceEncoded, repair),
            (None, None) => break,
        };
        known = known.or(Some(kind));
        match repair {
            Some(repair) => value = Cow::Owned(repair),
            None => return known.map(|kind| Damage { kind, repair: None }),
        }
    }
    if let Some(repair) = lost::accents_joined(&value) {
        known = known.or(Some(DamageKind::LooseAccents));
        value = Cow::Owned(repair);
    }
    if lost::letters(&value) {
        return Some(Damage { kind: DamageKind::LostLetters, repair: None });
    }
    if let Some(repair) = other_alphabet(&value) {
        return Some(Damage { kind: known.unwrap_or(DamageKind::OtherAlphabet), repair });
    }
    if let Some(repair) = without_invisible(&value) {
        known = known.or(Some(DamageKind::Invisible));
        value = Cow::Owned(repair);
    }
    known.map(|kind| Damage { kind, repair: Some(value.into_owned()) })
}

/// Whether every letter beyond ASCII is one of U+00C0 to U+013F that stands alone between letters of ASCII, as in most names of
/// Europe: no damage that leaves letters looks like that.
fn is_plain_latin(text: &str) -> bool {
    let (mut run, mut has_ascii) = (0, false);
    for byte in text.bytes() {
        run = if byte.is_ascii() { 0 } else { run + 1 };
        has_ascii |= byte.is_ascii_alphanumeric();
        if run > 2 || run == 1 && !matches!(byte, 0xC3 | 0xC4) {
            return false;
        }
    }
    has_ascii
}

/// What a byte can be a sign of: half of scientific notation each, an escape, a letter that is not ASCII, a lost letter or
/// an entity, what a program writes in place of a text.
const SIGN: u8 = 1;
const EXPONENT: u8 = 2;
const ESCAPE: u8 = 4;
const LETTER: u8 = 8;
const MARK: u8 = 16;
const CODE: u8 = 32;
/// In no plain name.
const ODD: u8 = 64;
const SPACE: u8 = 128;
const SIGNS: [u8; 256] = {
    let mut signs = [LETTER; 256];
    let mut byte = 0;
    while byte < 128 {
        signs[byte] = match byte as u8 {
            b'+' | b'-' => SIGN,
            b'e' | b'E' => EXPONENT,
            b'=' | b'%' | b'\\' | b'_' => ESCAPE,
            b'?' | b'&' => MARK,
            0..=8 | 14..=31 => MARK,
            b'<' => CODE | ESCAPE,
            b'{' | b'[' | b'#' | b'*' => CODE,
            b'@' | b'0'..=b'9' => ODD,
            b' ' => SPACE,
            _ => 0,
        };
        byte += 1;
    }
    signs
};

/// `4.5E+15`, `1e5`, `12,3E4`, but not `73928e05`, which no spreadsheet writes: without a sign and a fraction, a mantissa has one
/// digit.
pub fn is_scientific(text: &str) -> bool {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !text.starts_with(|first: char| first.is_ascii_digit() || first == '-') {
        return false;
    }
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else { return false };
    let signed = exponent.starts_with(['+', '-']);
    let exponent = exponent.trim_start_matches(['+', '-']);
    let (whole, fraction) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, ""));
    let whole = whole.strip_prefix('-').unwrap_or(whole);
    let mantissa_is_plain = is_digits(whole) && (fraction.is_empty() || is_digits(fraction));
    mantissa_is_plain && is_digits(exponent) && (signed || !fraction.is_empty() || whole.len() == 1)
}

/// What is wrong with an e-mail address. Its repair is for finding a near miss: an address is never matched by what it may have
/// been.
pub fn of_address(address: &str) -> Option<Damage> {
    // Mail systems lower the case of everything, and so of what is left of a letter: `jã¼rgen@`.
    let raised = || address.chars().map(|letter| raised(letter).unwrap_or(letter)).collect::<String>();
    let damage = of(address);
    let is_certain = damage.as_ref().is_some_and(|damage| damage.repair.is_some());
    let as_it_was = || {
        let raised = (!address.is_ascii() && !is_certain).then(raised).filter(|raised| raised != address)?;
        of(&raised).filter(|damage| damage.kind == DamageKind::TwiceEncoded && damage.repair.is_some())
    };
    let damage = as_it_was().or(damage);
    let is_odd = || address.split_once('@').is_some_and(|(local, _)| !local.is_ascii());
    damage.or_else(|| is_odd().then_some(Damage { kind: DamageKind::OddAddress, repair: None }))
}

/// The value to compare: itself, its certain repair, or none where there is nothing certain to compare.
pub fn comparable(text: &str) -> Option<Cow<'_, str>> {
    match of(text) {
        None => Some(Cow::Borrowed(text)),
        Some(damage) => damage.repair.map(Cow::Owned),
    }
}

/// The text with its character references resolved, if it has any.
fn entity(text: &str) -> Option<String> {
    memchr::memchr(b'&', text.as_bytes())?;
    let resolved = entities::resolved(text);
    (resolved != text).then(|| resolved.into_owned())
}

/// A text of Latin letters without its characters that show nothing, if it has any. In other writings they join letters or choose
/// their form, and stay.
fn without_invisible(text: &str) -> Option<String> {
    let joins = |letter: char| matches!(letter, '\u{200C}' | '\u{200D}' | '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}');
    let latin = text.contains(|letter: char| alphabet(letter) == Some("Latin"));
    let out = |letter: char| is_invisible(letter) && (latin || !joins(letter));
    (!text.is_ascii() && text.contains(out)).then(|| text.chars().filter(|letter| !out(*letter)).collect())
}

/// The letters of encoding twice that a mail system lowers, as they were.
fn raised(letter: char) -> Option<char> {
    matches!(letter, 'ã' | 'â' | 'ä' | 'å' | 'æ').then(|| letter.to_uppercase().next()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn is(text: &str, kind: DamageKind, repair: Option<&str>) {
        assert_eq!(of(text), Some(Damage { kind, repair: repair.map(str::to_owned) }), "{text}");
    }

    #[test]
    fn text_that_was_encoded_twice_is_undone() {
        for (text, repair) in [
            ("JÃ¼rgen WeiÃŸ", "Jürgen Weiß"),
            ("AmÃ©lie Perrin", "Amélie Perrin"),
            ("TuÄŸÃ§e Åžahin", "Tuğçe Şahin"),
            ("BÃ¼cher & Medien", "Bücher & Medien"),
            ("GeschÃ¤ftsfÃ¼hrer", "Geschäftsführer"),
            ("Oâ€™Brien", "O’Brien"),
            ("SinÃ©ad Oâ€™Brien", "Sinéad O’Brien"),
            ("J√ºrgen Wei√ü", "Jürgen Weiß"),
            ("J├╝rgen Wei├ƒ", "Jürgen Weiß"),
            ("JÃƒÂ¼rgen", "Jürgen"),
            ("Ð˜Ð²Ð°Ð½ ÐŸÐµÑ‚Ñ€Ð¾Ð²", "Иван Петров"),
            ("å±±ç”°å¤ªéƒŽ", "山田太郎"),
            ("Å\u{81}ukasz", "Łukasz"),
            ("KovÃ¡cs GÃ¡bor", "Kovács Gábor"),
            ("NguyÃªÌƒn", "Nguyễn"),
            ("譌･譛ｬ", "日本"),
        ] {
            let found = of(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(found.kind, DamageKind::TwiceEncoded, "{text}");
            assert_eq!(super::super::folded(&found.repair.unwrap()), super::super::folded(repair), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_undone_is_damaged_all_the_same() {
        is("Zoë WeiÃŸ", DamageKind::TwiceEncoded, None);
        is("J?rgen", DamageKind::LostLetters, None);
        is("J\u{FFFD}rgen", DamageKind::LostLetters, None);
        is("Jï¿½rgen", DamageKind::LostLetters, None);
    }

    #[test]
    fn escapes_of_a_page_are_resolved() {
        is("M&uuml;ller &amp; S&ouml;hne", DamageKind::Entities, Some("Müller & Söhne"));
        is("O&#39;Brien", DamageKind::Entities, Some("O'Brien"));
        is("O&#x2019;Brien", DamageKind::Entities, Some("O’Brien"));
        is("R&amp;amp;D", DamageKind::Entities, Some("R&D"));
        is("&#321;ukasz", DamageKind::Entities, Some("Łukasz"));
    }

    #[test]
    fn letters_escaped_for_another_format_are_read_where_that_is_certain() {
        is("M=C3=BCller", DamageKind::Escaped, Some("Müller"));
        is("M\\u00c3\\u00bcller", DamageKind::Escaped, Some("Müller"));
        is("M=FCller", DamageKind::Escaped, None);
        is("{\"name\": \"M\\u00fcller\"}", DamageKind::Code, None);
        is("J\u{82}rgen", DamageKind::LostLetters, None);
    }

    #[test]
    fn accents_beside_their_letters_are_joined_and_what_shows_nothing_is_taken_out() {
        is("Mu¨ller", DamageKind::LooseAccents, Some("Müller"));
        is("\u{202A}Jos\u{AD}é\u{202C}", DamageKind::Invisible, Some("José"));
        is("Nora Lindq...", DamageKind::CutOff, None);
        // Zero-width non-joiners belong to Persian, variants to Japanese names.
        for text in ["می\u{200C}خواهم", "葛\u{E0100}城", "O´Brien"] {
            assert_eq!(of(text), None, "{text}");
        }
    }

    #[test]
    fn letters_of_another_alphabet_are_found_in_words_of_latin() {
        is("P\u{430}ul Jones", DamageKind::OtherAlphabet, Some("Paul Jones"));
        is("\u{410}da Byron", DamageKind::OtherAlphabet, Some("Ada Byron"));
        is("Gr\u{436}ay", DamageKind::OtherAlphabet, None);
    }

    #[test]
    fn what_people_are_really_called_is_no_damage() {
        for text in [
            "Jörg Weiß",
            "ANDRÉ’S",
            "CAFÉ—PARIS",
            "São João",
            "Åsa Ängström",
            "Ødegård",
            "Łukasz Wałęsa",
            "Иван Петров",
            "Наталія Рівненська",
            "Γιώργος Παπαδόπουλος",
            "山田太郎",
            "김민수",
            "Nguyễn Thị Ánh",
            "R&D",
            "AT&T; Mobile",
            "Müller & Söhne",
            "PAÍSES",
            "GARÇON",
            "İREM IŞIK",
            "Đorđević Š.",
            "Ștefan Țepeș",
            "MÜßIG",
            "VITÓRIA «SUL»",
            "Zoë “Zo” Ÿ",
            "Œuvre",
            "NESCAFÉ™",
            "Ιωάννα Ντ’Αγκ",
            "Məmmədov",
            "עמית",
            "محمد",
            "İÖ",
            "ÂÊÎ",
            "JOÃO Ó",
            "IRMÃ",
            "IRMÃ DULCE",
            "CONCEIÇÃO",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
    }

    #[test]
    fn an_address_has_stricter_letters() {
        assert_eq!(of_address("jane.o'neil+x@acme.com"), None);
        assert_eq!(of_address("jane@bücher.example"), None);
        assert_eq!(of_address("ELİF.IŞIK@acme.com").map(|damage| damage.kind), Some(DamageKind::OddAddress));
        let of = |address| of_address(address).and_then(|damage| damage.repair);
        assert_eq!(of("JÃ¼rgen@acme.com").as_deref(), Some("Jürgen@acme.com"));
        assert_eq!(of("jã¼rgen@acme.com").as_deref(), Some("jürgen@acme.com"));
        assert_eq!(of("o&#39;neil@acme.com").as_deref(), Some("o'neil@acme.com"));
        assert_eq!(of("p\u{430}ul@acme.com").as_deref(), Some("paul@acme.com"));
    }
}
