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
//! [`of`] is for text that people read (names, titles, departments), [`of_address`] for e-mail addresses, which have stricter letters.
//! Both cost a look at each byte where nothing is wrong. Unicode form, white space and characters that show nothing are no damage:
//! [`super::folded`] takes them off both sides.

use std::borrow::Cow;

use encoding_rs::{Encoding, GB18030, MACINTOSH, SHIFT_JIS, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252, WINDOWS_1254};

use super::entities;

/// What happened to a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DamageKind {
    /// UTF-8 that was read in another encoding and written again: `JÃ¼rgen`, `J√ºrgen`, `J├╝rgen`.
    TwiceEncoded,
    /// Escaped for a page and never unescaped: `M&uuml;ller`, `R&amp;D`.
    Entities,
    /// Escaped for mail, an address, a program or a workbook: `M=C3=BCller`, `M%C3%BCller`, `M\\u00fcller`, `M_x00FC_ller`.
    Escaped,
    /// Letters became `?`, U+FFFD or a control character.
    LostLetters,
    /// Latin words with letters of another alphabet that look alike: Cyrillic `а` in `Pаul`.
    OtherAlphabet,
    /// A program wrote something of its own: `[object Object]`, `<b>Sales</b>`, `12;#Sales`, `=VLOOKUP(…)`, `A*** B***`, `########`.
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
            Self::LostLetters => "lost letters on the way (`?` or U+FFFD)",
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
    // Most texts have no sign that damage of any kind needs: one look at each byte tells.
    let signs = text.bytes().fold(0, |signs, byte| signs | SIGNS[usize::from(byte)]);
    // With a sign, as spreadsheets write it: a room may be called 3E2.
    if signs & (SIGN | EXPONENT) == SIGN | EXPONENT && is_scientific(text.trim()) {
        return Some(Damage { kind: DamageKind::Scientific, repair: None });
    }
    if signs & ESCAPE != 0 && is_escaped(text.as_bytes()) {
        return Some(Damage { kind: DamageKind::Escaped, repair: None });
    }
    if signs & (CODE | ESCAPE) != 0 && is_code(text.trim()) {
        return Some(Damage { kind: DamageKind::Code, repair: None });
    }
    if signs & (LETTER | MARK) == 0 {
        return None;
    }
    let mut known: Option<DamageKind> = None;
    let mut value = Cow::Borrowed(text);
    // What was escaped may have been encoded twice before, and the other way round; three times over is what was seen.
    for _ in 0..3 {
        let (kind, repair) = match (entity(&value), twice_encoded(&value)) {
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
    // A next line (U+0085) is white space.
    if value.contains(|letter: char| matches!(letter, '?' | '\u{FFFD}' | '\u{80}'..='\u{84}' | '\u{86}'..='\u{9F}')) {
        return Some(Damage { kind: DamageKind::LostLetters, repair: None });
    }
    if let Some(repair) = other_alphabet(&value) {
        return Some(Damage { kind: known.unwrap_or(DamageKind::OtherAlphabet), repair });
    }
    known.map(|kind| Damage { kind, repair: Some(value.into_owned()) })
}

/// What a byte can be a sign of: half of scientific notation each, an escape, a letter that is not ASCII, a lost letter or
/// an entity, what a program writes in place of a text.
const SIGN: u8 = 1;
const EXPONENT: u8 = 2;
const ESCAPE: u8 = 4;
const LETTER: u8 = 8;
const MARK: u8 = 16;
const CODE: u8 = 32;
const SIGNS: [u8; 256] = {
    let mut signs = [LETTER; 256];
    let mut byte = 0;
    while byte < 128 {
        signs[byte] = match byte as u8 {
            b'+' | b'-' => SIGN,
            b'e' | b'E' => EXPONENT,
            b'=' | b'%' | b'\\' | b'_' => ESCAPE,
            b'?' | b'&' => MARK,
            b'<' | b'{' | b'[' | b'#' | b'*' => CODE,
            _ => 0,
        };
        byte += 1;
    }
    signs
};

/// `4.5E+15`, `1e5`, `12,3E4`, but not `73928e05`, which no spreadsheet writes: without a sign and a fraction, a mantissa has one digit.
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

/// What is wrong with an e-mail address. Its repair is for finding a near miss: an address is never matched by what it may have been.
pub fn of_address(address: &str) -> Option<Damage> {
    // Mail systems lower the case of everything, and so of what is left of a letter: `jã¼rgen@`.
    let raised = || address.chars().map(|letter| raised(letter).unwrap_or(letter)).collect::<String>();
    let damage = of(address).or_else(|| {
        let raised = (!address.is_ascii()).then(raised).filter(|raised| raised != address)?;
        of(&raised).filter(|damage| damage.kind == DamageKind::TwiceEncoded && damage.repair.is_some())
    });
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

/// The letter of Latin that a letter of another alphabet looks like: Cyrillic and Greek, as their capitals and small letters are printed.
pub fn look_alike(letter: char) -> Option<char> {
    const OTHERS: &str = "АВЕЅІЈКМНОРСТУХЗаеѕіјорсухԁһԛԝѵΑΒΕΖΗΙΚΜΝΟΡΤΥΧονρυ";
    const LATIN: &str = "ABESIJKMHOPCTYX3aesijopcyxdhqwvABEZHIKMNOPTYXovpu";
    if letter.is_ascii() {
        return None;
    }
    OTHERS.chars().zip(LATIN.chars()).find(|(other, _)| *other == letter).map(|(_, latin)| latin)
}

/// The alphabet of a letter, where it is one whose letters are taken for another's: for saying which letters differ.
pub fn alphabet(letter: char) -> Option<&'static str> {
    Some(match letter {
        'a'..='z' | 'A'..='Z' | '\u{C0}'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}' => "Latin",
        '\u{370}'..='\u{3FF}' | '\u{1F00}'..='\u{1FFF}' => "Greek",
        '\u{400}'..='\u{52F}' => "Cyrillic",
        '\u{530}'..='\u{58F}' => "Armenian",
        '\u{FF01}'..='\u{FF5E}' => "full-width",
        _ => return None,
    })
}

/// The text with its character references resolved, if it has any.
fn entity(text: &str) -> Option<String> {
    memchr::memchr(b'&', text.as_bytes())?;
    let resolved = entities::resolved(text);
    (resolved != text).then(|| resolved.into_owned())
}

/// Whether a letter stands as its bytes or its number: two bytes of UTF-8 one after the other, or the sign of one format for a letter.
fn is_escaped(text: &[u8]) -> bool {
    let hexadecimal = |from: usize, count: usize| {
        let digits = text.get(from..from + count)?;
        u32::from_str_radix(
            std::str::from_utf8(digits).ok().filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))?,
            16,
        )
        .ok()
    };
    let two_bytes = |at: usize, sign: &[u8]| {
        let second = at + sign.len() + 2;
        hexadecimal(at + sign.len(), 2).is_some_and(|byte| (0xC2..0xF5).contains(&byte))
            && text.get(second..).is_some_and(|rest| rest.starts_with(sign))
            && hexadecimal(second + sign.len(), 2).is_some_and(|byte| (0x80..0xC0).contains(&byte))
    };
    let written = |at: usize| match (text.get(at), text.get(at + 1)) {
        (Some(b'='), _) => two_bytes(at, b"="),
        (Some(b'%'), _) => two_bytes(at, b"%"),
        (Some(b'\\'), Some(b'x')) => two_bytes(at, b"\\x"),
        (Some(b'\\'), Some(b'u')) => hexadecimal(at + 2, 4).is_some(),
        (Some(b'\\'), Some(b'\'')) => hexadecimal(at + 2, 2).is_some_and(|byte| byte >= 0x80),
        (Some(b'_'), Some(b'x')) => hexadecimal(at + 2, 4).is_some() && text.get(at + 6) == Some(&b'_'),
        _ => false,
    };
    memchr::memchr3_iter(b'=', b'%', b'\\', text).chain(memchr::memchr_iter(b'_', text)).any(written)
}

/// Whether a program wrote this for want of a text: an object it could not write, a tag of a page, a list's reference, a formula, a mask.
fn is_code(text: &str) -> bool {
    let wrapped = |open: char, close: char| text.starts_with(open) && text.ends_with(close);
    let tag = |(at, _): (usize, &str)| {
        let inner = text.get(at + 1..).unwrap_or_default();
        inner.trim_start_matches('/').starts_with(|first: char| first.is_ascii_alphabetic()) && inner.contains('>')
    };
    // SharePoint: `12;#Sales`.
    let reference = || text.split_once(";#").is_some_and(|(id, _)| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()));
    let formula = || text.strip_prefix('=').is_some_and(|rest| rest.contains(['(', '!']));
    let broken_line = |(at, _): (usize, &str)| {
        let mut behind = text.get(at + 1..).unwrap_or_default().chars();
        matches!(behind.next(), Some('n' | 'r' | 't')) && behind.next().is_none_or(char::is_uppercase)
    };
    text.contains("[object ")
        || text.starts_with("@{")
        || wrapped('{', '}')
        || wrapped('%', '%') && text.len() > 2
        || wrapped('[', ']') && text.contains(['"', '\''])
        || text.contains("{{")
        || text.contains("${")
        || text.contains("***")
        || text.starts_with("i:0#.")
        || text.len() > 2 && text.bytes().all(|byte| byte == b'#')
        || text.match_indices('<').any(tag)
        || text.match_indices('\\').any(broken_line)
        || reference()
        || formula()
}

/// Some where a text was encoded twice: what it was, if every byte of it fits.
fn twice_encoded(text: &str) -> Option<Option<String>> {
    // Every letter that was encoded twice became two characters at least, none of them ASCII.
    let twins = text.as_bytes().windows(3).any(|bytes| !bytes[0].is_ascii() && !bytes[1].is_ascii() && !bytes[2].is_ascii());
    if !twins {
        return None;
    }
    let certain = [WINDOWS_1252, MACINTOSH, WINDOWS_1254, WINDOWS_1250, WINDOWS_1251]
        .into_iter()
        .find_map(|encoding| Some((encoding, undone(text, encoding)?)))
        .filter(|(encoding, repair)| is_plausible(text, repair, encoding));
    if let Some(repair) = certain
        .map(|(_, repair)| repair)
        .or_else(|| [SHIFT_JIS, GB18030].into_iter().find_map(|encoding| of_east_asia(text, encoding)))
    {
        return Some(Some(repair));
    }
    has_traces(text).then_some(None)
}

/// The text's characters as bytes of an encoding, read as UTF-8.
fn undone(text: &str, encoding: &'static Encoding) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut buffer = [0; 4];
    for character in text.chars() {
        match u32::from(character) {
            code @ 0..=0x7F => bytes.push(code as u8),
            // Bytes that mean nothing in Windows-1252 are handed through as controls.
            code @ 0x80..=0x9F => bytes.push(code as u8),
            _ => {
                let (encoded, _, unknown) = encoding.encode(character.encode_utf8(&mut buffer));
                let [byte] = *encoded else { return None };
                if unknown {
                    return None;
                }
                bytes.push(byte);
            }
        }
    }
    String::from_utf8(bytes).ok()
}

/// The same of an encoding with two bytes a letter, where nothing but Chinese, Japanese and Korean comes out: `譌･譛ｬ` is `日本`.
fn of_east_asia(text: &str, encoding: &'static Encoding) -> Option<String> {
    let (bytes, _, unknown) = encoding.encode(text);
    let repair = std::str::from_utf8(&bytes).ok().filter(|_| !unknown)?;
    let fits = |letter: char| {
        letter.is_ascii()
            || matches!(letter, '\u{3000}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}' | '\u{FF00}'..='\u{FFEF}')
    };
    (repair.chars().all(fits) && !repair.is_ascii()).then(|| repair.to_owned())
}

/// Whether what came out is text: letters that names are written with. `ANDRÉ’S` fits by its bytes, and `ANDRɒS` is no name.
fn is_plausible(text: &str, repair: &str, encoding: &'static Encoding) -> bool {
    let mut others = 0;
    let mut before = ' ';
    for letter in repair.chars() {
        let fits = match letter {
            '\0'..='\u{7F}' => true,
            // Letters of Latin, and what word processors write.
            '\u{A0}'..='\u{17F}' | '\u{1E00}'..='\u{1EFF}' | '\u{2010}'..='\u{203A}' | '€' | '™' | '\u{FFFD}' => true,
            '\u{18F}' | '\u{1A0}' | '\u{1A1}' | '\u{1AF}' | '\u{1B0}' | '\u{1CD}'..='\u{1DC}' | '\u{218}'..='\u{21B}' => true,
            // Azerbaijani.
            '\u{259}' => repair.contains(|letter: char| letter.is_ascii_lowercase()),
            // Accents that stand alone.
            '\u{300}'..='\u{30F}' | '\u{327}' | '\u{328}' => before.is_alphabetic(),
            // What Windows leaves of an accent or a mark that shows nothing.
            '\u{200B}'..='\u{200F}' | '\u{FEFF}' => true,
            '\u{370}'..='\u{45F}'
            | '\u{490}'..='\u{4FF}'
            | '\u{5D0}'..='\u{5EA}'
            | '\u{620}'..='\u{64A}'
            | '\u{660}'..='\u{6D3}' => {
                others += 1;
                true
            }
            // Three bytes a letter: nothing else looks like that.
            '\u{900}'..='\u{D7FF}' | '\u{F900}'..='\u{FAFF}' | '\u{FF00}'..='\u{FFEF}' | '\u{10000}'.. => true,
            _ => false,
        };
        if !fits {
            return false;
        }
        before = letter;
    }
    // Cyrillic of its own fits by chance now and then, whole words do not.
    let least = if encoding == WINDOWS_1251 { 3 } else { 2 };
    let foreign = encoding == WINDOWS_1251 && !text.chars().any(|letter| letter.is_ascii_alphabetic());
    (others == 0 || others >= least) && !(foreign && others == 0)
}

/// Whether a text holds what only comes of encoding twice, although not all of it can be undone.
fn has_traces(text: &str) -> bool {
    let mut before = ' ';
    for character in text.chars() {
        let trail = matches!(character, '\u{80}'..='\u{BF}' | 'Œ' | 'œ' | 'Š' | 'š' | 'Ž' | 'ž' | 'Ÿ' | 'ƒ' | 'ˆ' | '˜' | '‚'..='”' | '„' | '†' | '‡' | '•' | '…' | '‰' | '€' | '™');
        let lead = matches!(before, 'Ã' | 'Â') && trail
            || before == 'â' && matches!(character, '€' | '„' | '‚')
            || before == 'ï' && character == '¿';
        let box_drawing = matches!(character, '\u{2500}'..='\u{257F}');
        let macintosh = before == '√' && !character.is_ascii();
        if lead || box_drawing || macintosh {
            return true;
        }
        before = character;
    }
    false
}

/// The letters of encoding twice that a mail system lowers, as they were.
fn raised(letter: char) -> Option<char> {
    matches!(letter, 'ã' | 'â' | 'ä' | 'å' | 'æ').then(|| letter.to_uppercase().next()).flatten()
}

/// Some where a word of Latin holds letters of another alphabet: the word without them, if each looks like a Latin one.
fn other_alphabet(text: &str) -> Option<Option<String>> {
    if text.is_ascii() {
        return None;
    }
    let of = |name: &'static str| move |letter: char| alphabet(letter) == Some(name);
    let mixed = |word: &str| word.contains(of("Latin")) && (word.contains(of("Cyrillic")) || word.contains(of("Greek")));
    if !text.split(|letter: char| !letter.is_alphanumeric()).any(mixed) {
        return None;
    }
    let mut repaired = String::with_capacity(text.len());
    for letter in text.chars() {
        match alphabet(letter) {
            Some("Cyrillic" | "Greek") => match look_alike(letter) {
                Some(latin) => repaired.push(latin),
                None => return Some(None),
            },
            _ => repaired.push(letter),
        }
    }
    Some(Some(repaired))
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
        is("J├╝rgen", DamageKind::TwiceEncoded, None);
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
    fn letters_escaped_for_another_format_are_found() {
        for text in ["M=C3=BCller", "M%C3%BCller", "M\\u00fcller", "M\\xc3\\xbcller", "M_x00FC_ller", "M\\'fcller"] {
            is(text, DamageKind::Escaped, None);
        }
        is("J\u{82}rgen", DamageKind::LostLetters, None);
        for text in ["50% Teilzeit", "A=B", "C:\\users", "max_x_y", "R%C3"] {
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
