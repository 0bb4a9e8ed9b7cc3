//! What programs and people write in place of a text or a name: code, tags and masks; a login, an id, a word for want of a name.

/// Whether what stands under a name is what a program calls somebody, or a word for want of a name.
pub(super) fn is_no_name(value: &str) -> bool {
    let is_address = || value.contains('@') && !value.contains(' ');
    let is_hex = |word: &str| word.len() >= DIGEST && word.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    let is_id = || value.split(' ').all(is_hex) || value.starts_with("S-1-5-");
    let is_crossed_out = || value.split(' ').all(|word| word.starts_with('[') && word.ends_with(']'));
    let is_path = || value.contains('=') && value.contains(',');
    let is_word = || {
        let lower = (value.len() <= NO_NAME).then(|| value.to_lowercase());
        lower.is_some_and(|lower| NO_NAMES.contains(&lower.as_str()))
    };
    is_address()
        || value.contains('\\')
        || !value.contains(char::is_alphabetic)
        || is_path()
        || is_id()
        || is_crossed_out()
        || is_word()
}

/// The length of the shortest digest; an id such as `6f9619ff-8b86-d011-b42d-00cf4fc964ff` is longer.
const DIGEST: usize = 32;

/// Words that people and programs write where they have no name; no longer than [`NO_NAME`] bytes.
const NO_NAMES: [&str; 27] = [
    "true",
    "false",
    "yes",
    "no",
    "error",
    "loading",
    "tbd",
    "tba",
    "xxx",
    "test",
    "unknown",
    "noname",
    "err:502",
    "err:504",
    "err:508",
    "unbekannt",
    "inconnu",
    "desconocido",
    "desconhecido",
    "sconosciuto",
    "onbekend",
    "nieznany",
    "okänd",
    "ukendt",
    "ukjent",
    "tuntematon",
    "不明",
];
const NO_NAME: usize = 16;

/// Whether a program wrote this for want of a text: an object it could not write, a tag of a page, a list's reference, a formula, a
/// mask.
pub(super) fn is_code(text: &str) -> bool {
    let wrapped = |open: char, close: char| text.starts_with(open) && text.ends_with(close);
    let tag = |(at, _): (usize, &str)| {
        let inner = text.get(at + 1..).unwrap_or_default();
        inner.trim_start_matches('/').starts_with(|first: char| first.is_ascii_alphabetic()) && inner.contains('>')
    };
    // SharePoint: `12;#Sales`.
    let reference = || text.split_once(";#").is_some_and(|(id, _)| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()));
    let formula = || {
        text.strip_prefix('=')
            .is_some_and(|rest| rest.starts_with(|first: char| first.is_alphanumeric() || "$'\"+-".contains(first)))
    };
    // What LDIF leaves: whole fours, the last of them filled up.
    let is_base64 = |word: &str| {
        word.len() >= 8
            && word.len().is_multiple_of(4)
            && word.ends_with('=')
            && word.trim_end_matches('=').bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/')
    };
    let query_error =
        || text.eq_ignore_ascii_case("[error]") || text.starts_with("[DataFormat.") || text.starts_with("[Expression.");
    let broken_line = |(at, _): (usize, &str)| {
        let mut behind = text.get(at + 1..).unwrap_or_default().chars();
        matches!(behind.next(), Some('n' | 'r' | 't')) && behind.next().is_none_or(char::is_uppercase)
    };
    text.contains("[object ")
        || text.contains("<![CDATA[")
        || text.starts_with("@{")
        || text.ends_with('=') && text.split_whitespace().all(is_base64)
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
        || query_error()
}
