//! Text that was encoded twice: UTF-8 that was read in another encoding and written again, such as `JÃ¼rgen`, `J√ºrgen` or
//! `J├╝rgen`.

use encoding_rs::{Encoding, GB18030, MACINTOSH, SHIFT_JIS, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252, WINDOWS_1254};

/// Some where a text was encoded twice: what it was, if every byte of it fits.
pub(super) fn undone(text: &str) -> Option<Option<String>> {
    // Every letter that was encoded twice became two characters at least, none of them ASCII.
    let twins = text.as_bytes().windows(3).any(|bytes| !bytes[0].is_ascii() && !bytes[1].is_ascii() && !bytes[2].is_ascii());
    if !twins {
        return None;
    }
    let plausible = |encoding: &'static Encoding| {
        let repair = read_again(text, |letter| byte_of(letter, encoding))?;
        is_plausible(text, &repair, encoding).then_some(repair)
    };
    let of_dos = |page: &&str| {
        let repair = read_again(text, |letter| Some(0x80 + u8::try_from(page.chars().position(|known| known == letter)?).ok()?))?;
        is_plausible(text, &repair, WINDOWS_1252).then_some(repair)
    };
    let certain = [WINDOWS_1252, MACINTOSH, WINDOWS_1254, WINDOWS_1250, WINDOWS_1251].into_iter().find_map(plausible);
    let certain = certain.or_else(|| DOS.iter().find_map(of_dos));
    if let Some(repair) = certain.or_else(|| [SHIFT_JIS, GB18030].into_iter().find_map(|encoding| of_east_asia(text, encoding))) {
        return Some(Some(repair));
    }
    has_traces(text).then_some(None)
}

/// The text's characters as bytes of an encoding, read as UTF-8.
fn read_again(text: &str, byte: impl Fn(char) -> Option<u8>) -> Option<String> {
    String::from_utf8(bytes_of(text, byte)?).ok()
}

/// The bytes of a text in Windows-1252, if it has nothing else.
pub(super) fn in_1252(text: &str) -> Option<Vec<u8>> {
    bytes_of(text, |letter| byte_of(letter, WINDOWS_1252))
}

fn bytes_of(text: &str, byte: impl Fn(char) -> Option<u8>) -> Option<Vec<u8>> {
    let byte = |letter: char| match u32::from(letter) {
        // Bytes that mean nothing in Windows-1252 are handed through as controls.
        code @ 0..=0x9F => Some(code as u8),
        _ => byte(letter),
    };
    text.chars().map(byte).collect()
}

/// The one byte of a letter in an encoding.
fn byte_of(letter: char, encoding: &'static Encoding) -> Option<u8> {
    let mut buffer = [0; 4];
    let (encoded, _, unknown) = encoding.encode(letter.encode_utf8(&mut buffer));
    match *encoded {
        [byte] if !unknown => Some(byte),
        _ => None,
    }
}

/// The letters of the bytes from 0x80 in the code pages of DOS, 437 and 850.
const DOS: [&str; 2] = [
    "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{A0}",
    "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{AD}±‗¾¶§÷¸°¨·¹³²■\u{A0}",
];

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
