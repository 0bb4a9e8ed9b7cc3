//! What one cell says, before its column gives it a meaning: trimmed, unwrapped, or absent.

use std::borrow::Cow;

use crate::text;

/// Stands between several values of a cell until it is known what they are values of. No export writes it.
pub(super) const JOINER: char = '\u{1E}';

/// Signs between several values of a cell: addresses, groups, classes. None of those holds one.
pub(super) const SEPARATORS: [char; 4] = ['\n', ';', ',', '|'];

/// Signs between several numbers. A comma may stand in one.
pub(super) const NUMBER_SEPARATORS: [char; 2] = [';', '|'];

/// The cell without white space, invisible edges and spreadsheet wrappers; `None` when it says that there is nothing.
pub(super) fn clean(cell: &str) -> Option<&str> {
    // Most cells begin with a letter that begins no word for "nothing" and no wrapper.
    if let (Some(first), Some(last)) = (cell.as_bytes().first(), cell.as_bytes().last())
        && first.is_ascii_graphic()
        && last.is_ascii_graphic()
        && !b"='-#(\\0nNSMuk<".contains(first)
    {
        return Some(cell);
    }
    let mut cell = trim(cell);
    match cell.as_bytes().first() {
        None => return None,
        Some(b'=') => cell = unwrap_formula(cell),
        Some(b'\'') => cell = unwrap_apostrophe(cell),
        _ => {}
    }
    (!is_absent(cell)).then_some(cell)
}

/// Trims white space (no-break included) and invisible characters from both ends.
pub(super) fn trim(cell: &str) -> &str {
    let edge = |byte: Option<&u8>| byte.is_none_or(|byte| byte.is_ascii_graphic());
    let bytes = cell.as_bytes();
    if edge(bytes.first()) && edge(bytes.last()) {
        return cell;
    }
    // What is left of a letter of another encoding (U+0080 to U+009F) is no edge, but damage that must be seen.
    let is_edge = |character: char| character.is_whitespace() || character.is_ascii_control() || text::is_invisible(character);
    cell.trim_matches(is_edge)
}

/// The cells of a row that hold anything, trimmed.
pub(super) fn filled(row: &[String]) -> impl Iterator<Item = &str> {
    row.iter().map(|cell| trim(cell)).filter(|cell| !cell.is_empty())
}

/// Whether a cell begins or ends in characters that show nothing. Most end in ASCII, and one look tells.
pub(super) fn hides_at_an_edge(cell: &str) -> bool {
    let plain = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii);
    let bytes = cell.as_bytes();
    let edges = || cell.trim().starts_with(text::is_invisible) || cell.trim().ends_with(text::is_invisible);
    !(plain(bytes.first()) && plain(bytes.last())) && edges()
}

/// `="00123"`: how people keep zeros through a spreadsheet.
fn unwrap_formula(cell: &str) -> &str {
    cell.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')).map_or(cell, trim)
}

/// `'00123` and Oracle's `'@test'`; but `'t Hooft` is a name.
fn unwrap_apostrophe(cell: &str) -> &str {
    let rest = cell.get(1..).unwrap_or_default();
    // Some programs quote so.
    if let Some(quoted) = rest.strip_suffix('\'').filter(|quoted| !quoted.is_empty()) {
        return quoted;
    }
    match rest.as_bytes().first() {
        Some(b'0'..=b'9' | b'@' | b'+' | b'-' | b'=' | b'|' | b'%') => rest,
        _ => cell,
    }
}

/// csvde writes text that is not ASCII as `X'c3a9'`.
pub(super) fn hexadecimal(cell: &str) -> Option<String> {
    let digits = cell.strip_prefix("X'")?.strip_suffix('\'')?;
    if digits.is_empty() || digits.len() % 2 != 0 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let byte = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    let bytes: Option<Vec<u8>> = (0..digits.len()).step_by(2).map(byte).collect();
    String::from_utf8(bytes?).ok()
}

/// Words that systems write for "nothing".
fn is_absent(cell: &str) -> bool {
    let is = |word: &str| cell.eq_ignore_ascii_case(word);
    match cell.len() {
        0 => true,
        1 => matches!(cell, "-" | "\u{0}"),
        2 => matches!(cell, "--" | "\\N"),
        3 => {
            matches!(cell, "\u{2013}" | "\u{2014}" | "nan" | "NaN" | "NaT") || is("n/a") || is("nil") || is("n/d") || is_error(cell)
        }
        4 => is("null") || is("none") || is("n.a.") || is("k.a.") || cell == "<NA>" || is_error(cell),
        6 => cell == "なし" || is("(null)") || is("(none)") || is("<null>") || is("<none>") || is_blank(cell) || is_error(cell),
        9 => cell == "undefined" || is_blank(cell) || is_error(cell),
        10 => is("0000-00-00") || is_error(cell),
        _ => is("not set") || is("0000-00-00 00:00:00") || is_blank(cell) || is_error(cell) || is_type_name(cell),
    }
}

/// What pivot tables call a blank, in the languages of spreadsheets.
fn is_blank(cell: &str) -> bool {
    const BLANK: [&str; 10] =
        ["(blank)", "(leer)", "(vide)", "(en blanco)", "(vuoto)", "(vazio)", "(leeg)", "(puste)", "(tom)", "(空白)"];
    cell.starts_with('(') && BLANK.iter().any(|blank| cell.eq_ignore_ascii_case(blank))
}

/// A formula that failed, in any language of a spreadsheet: `#REF!`, `#BEZUG!`, `#¡REF!`, `#N/A`, `#NV`.
pub(super) fn is_error(cell: &str) -> bool {
    let Some(name) = cell.strip_prefix('#').filter(|name| (2..=20).contains(&name.len())) else { return false };
    let sign = |sign: char| sign.is_uppercase() || sign.is_ascii_digit() || matches!(sign, '/' | '!' | '?' | '¡' | '¿' | '_' | '.');
    let whole = || matches!(name, "N/A" | "N/D" | "NV" | "NB" | "I/T" | "GETTING_DATA");
    name.chars().all(sign) && (name.ends_with(['!', '?']) || whole())
}

/// PowerShell writes the type of a list instead of its members.
pub(super) fn is_type_name(cell: &str) -> bool {
    ["System.", "Microsoft.Graph.PowerShell.", "Microsoft.ActiveDirectory.Management.", "Microsoft.Open."]
        .iter()
        .any(|start| cell.starts_with(start) && !cell.contains([' ', '@']))
}

/// Words for "true": of programs, of people, and what Excel itself writes in its language (WAHR, VRAI, VERDADERO, ...).
#[rustfmt::skip]
const YES: &[&str] = &[
    "true", "1", "1.0", "yes", "y", "j", "s", "o", "t", "enabled", "on", "x", "✓", "✔",
    "wahr", "ja", "vrai", "oui", "verdadero", "sí", "si", "verdadeiro", "sim", "vero", "sì", "waar", "prawda", "tak",
    "sant", "sann", "sand", "tosi", "kyllä", "satt", "já", "はい", "有効", "有", "○", "हाँ", "हां", "सही", "doğru", "evet", "истина", "да",
];
/// Words for "false". `x` and a tick have no opposite but the blank cell. Lower case makes another letter of the capital of `ı`.
#[rustfmt::skip]
const NO: &[&str] = &[
    "false", "0", "0.0", "no", "n", "f", "disabled", "off",
    "falsch", "nein", "faux", "non", "falso", "não", "nao", "onwaar", "nee", "fałsz", "nie",
    "falskt", "nej", "usann", "nei", "falsk", "epätosi", "ei", "ósatt", "いいえ", "無効", "無", "×", "नहीं", "गलत", "yanlış", "yanliş", "hayır", "hayir", "ложь", "нет",
];

/// A boolean in words.
pub(super) fn boolean(cell: &str) -> Option<bool> {
    let is = |word: &&str| cell.eq_ignore_ascii_case(word) || !cell.is_ascii() && cell.to_lowercase() == **word;
    match (YES.iter().any(is), NO.iter().any(is)) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    }
}

/// An e-mail address out of what people paste: `mailto:`, `Name <address>`, a comma or a dot behind it, inner invisible characters.
pub(super) fn email(cell: &str) -> Cow<'_, str> {
    let plain = cell.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'<' | b'>' | b',' | b';' | b':' | b'#'));
    let edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    if plain && edge(cell.as_bytes().first()) && edge(cell.as_bytes().last()) {
        return Cow::Borrowed(cell);
    }
    if let Some(linked) = linked(cell) {
        return Cow::Owned(linked.to_owned());
    }
    // IDNA takes these three for the dot of a domain (RFC 3490, 3.1).
    let dot = |character: char| if matches!(character, '。' | '．' | '｡') { '.' } else { character };
    let visible: String = cell.chars().filter(|character| !text::shows_nothing(*character)).map(dot).collect();
    let mut address = visible.trim();
    if let (Some(open), Some(close)) = (address.rfind('<'), address.rfind('>'))
        && open < close
    {
        address = address.get(open + 1..close).unwrap_or(address);
    }
    if address.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("mailto:")) {
        address = address.get(7..).unwrap_or(address);
    }
    if address.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("smtp:")) {
        address = address.get(5..).unwrap_or(address);
    }
    let address = address.trim_matches(|character: char| character.is_whitespace() || matches!(character, ',' | ';' | '\'' | '"'));
    // A domain may end in the dot of the root, which no mailbox shows.
    Cow::Owned(address.strip_suffix('.').unwrap_or(address).to_owned())
}

/// The address that a link leads to, where it stands in no other than itself: `=HYPERLINK("mailto:a@x.com","a@x.com")`,
/// `<mailto:a@x.com|a@x.com>`, `[a@x.com](mailto:a@x.com)`, `mailto:a@x.com?subject=…`.
fn linked(cell: &str) -> Option<&str> {
    const MAILTO: &str = "mailto:";
    let link = cell.as_bytes().windows(MAILTO.len()).any(|part| part.eq_ignore_ascii_case(MAILTO.as_bytes()));
    if !link {
        return None;
    }
    let bare = |part: &'_ str| match part.get(..MAILTO.len()) {
        Some(scheme) if scheme.eq_ignore_ascii_case(MAILTO) => MAILTO.len(),
        _ => 0,
    };
    let parts = cell.split(|sign: char| sign.is_whitespace() || "<>|()[]\"',;".contains(sign));
    let parts = parts.filter_map(|part| part.get(bare(part)..)?.split('?').next());
    let mut addresses = parts.filter(|part| part.contains('@'));
    let first = addresses.next()?;
    addresses.all(|other| other.eq_ignore_ascii_case(first)).then_some(first)
}

/// A guest's own address: `alice_contoso.com#EXT#@tenant.onmicrosoft.com` is `alice@contoso.com`.
pub(super) fn guest(address: &str) -> Option<String> {
    let at = address.find("#EXT#@").or_else(|| address.find("#ext#@"))?;
    let (local, domain) = address.get(..at)?.rsplit_once('_')?;
    Some(format!("{local}@{domain}"))
}

/// Whether a text can be an e-mail address at all: one `@`, nothing in it that separates addresses or wraps them, a domain of
/// letters, digits, dots and hyphens.
pub(super) fn is_email(address: &str) -> bool {
    let Some((local, domain)) = address.split_once('@') else { return false };
    let in_local = |character: char| {
        !character.is_whitespace()
            && !character.is_control()
            && !matches!(character, ',' | ';' | ':' | '<' | '>' | '(' | ')' | '[' | ']' | '"' | '\\')
    };
    let in_domain = |character: char| character.is_alphanumeric() || matches!(character, '.' | '-' | '_' | '\u{300}'..='\u{36F}');
    !local.is_empty()
        && local.chars().all(in_local)
        && !domain.is_empty()
        && domain.chars().all(in_domain)
        && !domain.contains("..")
}

/// Whether a cell is nothing but an ASCII address that nothing can have damaged, so that [`email`] would give it back as it is.
pub(super) fn is_plain_email(cell: &str) -> bool {
    const LOCAL: [bool; 256] = bytes_of(b"!$%'*+-./=^_`{|}~");
    const DOMAIN: [bool; 256] = bytes_of(b".-_");
    let bytes = cell.as_bytes();
    let Some(at) = memchr::memchr(b'@', bytes).filter(|_| bytes.last() != Some(&b'.')) else { return false };
    let all = |part: Option<&[u8]>, table: &[bool; 256]| {
        part.is_some_and(|part| !part.is_empty() && part.iter().all(|byte| table[usize::from(*byte)]))
    };
    all(bytes.get(..at), &LOCAL) && all(bytes.get(at + 1..), &DOMAIN)
}

/// Letters, digits and these.
const fn bytes_of(others: &[u8]) -> [bool; 256] {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = (byte as u8).is_ascii_alphanumeric();
        byte += 1;
    }
    let mut at = 0;
    while at < others.len() {
        table[others[at] as usize] = true;
        at += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrappers_come_off_and_names_stay() {
        assert_eq!(clean("=\"00123\""), Some("00123"));
        assert_eq!(clean("'00123"), Some("00123"));
        assert_eq!(clean("'@test'"), Some("@test"));
        assert_eq!(clean("'t Hooft"), Some("'t Hooft"));
        assert_eq!(clean("\u{a0} x\u{200b} "), Some("x"));
    }

    #[test]
    fn nothing_has_many_words() {
        for word in
            ["", " ", "\\N", "null", "NULL", "N/A", "n/a", "-", "None", "#N/A", "0000-00-00", "System.Object[]", "System.String[]"]
                .into_iter()
                .chain([
                    "undefined",
                    "NaN",
                    "<NA>",
                    "(Leer)",
                    "(vide)",
                    "k.A.",
                    "n/d",
                    "#BEZUG!",
                    "#¡REF!",
                    "#SPILL!",
                    "#NV",
                    "#VALUE!",
                ])
        {
            assert_eq!(clean(word), None, "{word:?}");
        }
        for value in ["0", "Nan", "#10001", "#N", "Undefined Behaviour", "ulrich@acme.com", "<b>"] {
            assert_eq!(clean(value), Some(value));
        }
        assert_eq!(clean("System.Ann Field"), Some("System.Ann Field"));
    }

    #[test]
    fn an_address_is_taken_out_of_what_people_paste() {
        assert_eq!(email("Jane Doe <jane@acme.com>"), "jane@acme.com");
        assert_eq!(email("mailto:jane@acme.com"), "jane@acme.com");
        assert_eq!(email("\u{202A}ja\u{200b}ne@acme.com.\u{202C}"), "jane@acme.com");
        assert_eq!(email("ada.\u{a0}by\u{202f}ron@acme\u{2007}.com"), "ada.byron@acme.com");
        assert_eq!(email("Ada\u{a0}Byron\u{a0}<ada@acme.com>"), "ada@acme.com");
        assert_eq!(guest("alice_contoso.com#EXT#@t.onmicrosoft.com").as_deref(), Some("alice@contoso.com"));
        assert!(is_email("jane@acme.com") && is_email("j.o'neil+x@bücher.example"));
        assert!(
            !is_email("jane@a,com") && !is_email("jane@a.com;b@a.com") && !is_email("jane.a.com") && !is_email("jane@a.com (old)")
        );
        assert_eq!(guest("a_b_contoso.com#EXT#@t.onmicrosoft.com").as_deref(), Some("a_b@contoso.com"));
    }
}
