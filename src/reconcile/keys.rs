//! What an e-mail address and an employee number are compared as. Nothing here is ever shown: findings carry values as stored.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use unicode_normalization::{UnicodeNormalization, is_nfc};

use crate::text::{damage, folded, is_invisible};

/// Addresses in their comparable form: trimmed, without characters that show nothing and without a dot behind the domain, NFC, lower
/// case, the domain as punycode and with its alias applied. Plus-tags and dots stay: they are different mailboxes.
#[derive(Debug, Default)]
pub(crate) struct Addresses {
    aliases: BTreeMap<String, String>,
    /// Comparable forms that many people share who have nothing else in common: they identify nobody.
    placeholders: HashSet<String>,
}

impl Addresses {
    /// Aliases may be chained (`a = "b"`, `b = "c"`); a circle stops where it would close.
    pub(crate) fn new(domain_aliases: &BTreeMap<String, String>) -> Self {
        let direct: BTreeMap<String, String> =
            domain_aliases.iter().map(|(old, new)| (domain_form(old), domain_form(new))).filter(|(old, new)| old != new).collect();
        let mut aliases: BTreeMap<String, String> = BTreeMap::new();
        for start in direct.keys() {
            let (mut path, mut passed) = (Vec::new(), HashSet::new());
            let mut domain = start;
            let end = loop {
                if let Some(known) = aliases.get(domain) {
                    break known.clone();
                }
                path.push(domain.clone());
                passed.insert(domain);
                match direct.get(domain) {
                    Some(next) if !passed.contains(next) => domain = next,
                    _ => break domain.clone(),
                }
            };
            aliases.extend(path.into_iter().map(|domain| (domain, end.clone())));
        }
        aliases.retain(|old, new| old != new);
        Self { aliases, placeholders: HashSet::new() }
    }

    /// The same, with addresses (in their comparable form) that identify nobody.
    pub(super) fn without(self, placeholders: HashSet<String>) -> Self {
        Self { placeholders, ..self }
    }

    /// The comparable form of an address that can be somebody's own.
    pub(super) fn identifying<'a>(&self, address: &'a str) -> Option<Cow<'a, str>> {
        self.key(address).filter(|key| self.placeholders.is_empty() || !self.placeholders.contains(key.as_ref()))
    }

    /// Whether an address is not as anybody ever had it: damaged on its way, or with letters that no directory gives out.
    pub(super) fn is_damaged(&self, address: &str) -> bool {
        damage::of_address(&self.plain(address)).is_some()
    }

    /// Whether many people share this address who have nothing else in common.
    pub(super) fn is_placeholder(&self, address: &str) -> bool {
        !self.placeholders.is_empty() && self.key(address).is_some_and(|key| self.placeholders.contains(key.as_ref()))
    }

    /// The comparable form; none where nothing is left. Borrowed where the address is in that form already, which most are.
    pub(crate) fn key<'a>(&self, address: &'a str) -> Option<Cow<'a, str>> {
        let clean = clean(address);
        if clean.is_empty() {
            return None;
        }
        Some(self.with_domain(clean))
    }

    /// The comparable form of what is [plain](Self::plain) already.
    pub(super) fn key_of_plain<'a>(&self, plain: &'a str) -> Option<Cow<'a, str>> {
        (!plain.is_empty()).then(|| self.with_domain(Cow::Borrowed(plain)))
    }

    /// The comparable form before domain aliases: what `[[exclude]]` patterns also see.
    pub(super) fn plain<'a>(&self, address: &'a str) -> Cow<'a, str> {
        clean(address)
    }

    /// The alias that [`Addresses::key`] applies to this address.
    pub(super) fn alias(&self, address: &str) -> Option<(&str, &str)> {
        let clean = clean(address);
        let (_, domain) = clean.rsplit_once('@')?;
        self.aliases.get_key_value(puny(domain).as_ref()).map(|(old, new)| (old.as_str(), new.as_str()))
    }

    fn with_domain<'a>(&self, clean: Cow<'a, str>) -> Cow<'a, str> {
        if self.aliases.is_empty() && clean.is_ascii() {
            return clean;
        }
        let Some((local, domain)) = clean.rsplit_once('@') else { return clean };
        let puny = puny(domain);
        let puny = puny.trim_end_matches('.');
        match self.aliases.get(puny) {
            Some(counts_as) => Cow::Owned(format!("{local}@{counts_as}")),
            None if puny != domain => Cow::Owned(format!("{local}@{puny}")),
            None => clean,
        }
    }
}

fn domain_form(domain: &str) -> String {
    let clean = clean(domain.trim().trim_start_matches('@'));
    puny(&clean).into_owned()
}

fn puny(domain: &str) -> Cow<'_, str> {
    if domain.is_ascii() {
        return Cow::Borrowed(domain);
    }
    idna::domain_to_ascii(domain).map_or(Cow::Borrowed(domain), Cow::Owned)
}

/// Trimmed, invisible and no-break characters and a dot behind the domain removed, NFC, lower case without a locale.
fn clean(address: &str) -> Cow<'_, str> {
    let address = if address.ends_with('.') && address.contains('@') { address.trim_end_matches('.') } else { address };
    // One look at every byte, without a way out before the end: many bytes at once.
    let look = |(graphic, upper), byte: u8| (graphic & byte.is_ascii_graphic(), upper | byte.is_ascii_uppercase());
    match address.bytes().fold((true, false), look) {
        (true, false) => return Cow::Borrowed(address),
        (true, true) => return Cow::Owned(address.to_ascii_lowercase()),
        _ => {}
    }
    let kept: String = address.chars().filter(|character| !is_invisible(*character) && !is_no_break(*character)).collect();
    let kept = kept.trim();
    let kept = if kept.contains('@') { kept.trim_end_matches('.') } else { kept };
    let lower = kept.nfc().collect::<String>().to_lowercase();
    // Lower case may decompose (`İ`).
    Cow::Owned(if is_nfc(&lower) { lower } else { lower.nfc().collect() })
}

fn is_no_break(character: char) -> bool {
    matches!(character, '\u{A0}' | '\u{202F}' | '\u{2007}')
}

/// An employee number as it is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Number<'a> {
    /// Nothing there; it points at nobody.
    Blank,
    /// Scientific notation: the digits are lost, so it is no key.
    Damaged,
    /// Text, never a number: Domo takes up to 16 digits, more than a float holds.
    Text(Cow<'a, str>),
}

impl<'a> Number<'a> {
    /// Trimmed, and an integral float loses its `.0`.
    pub(super) fn of(raw: &'a str) -> Self {
        if !raw.is_empty() && raw.bytes().all(|byte| byte.is_ascii_digit()) {
            return Self::Text(Cow::Borrowed(raw));
        }
        let text = folded(raw);
        if text.is_empty() {
            return Self::Blank;
        }
        if is_scientific(&text) {
            return Self::Damaged;
        }
        let whole = text.split_once('.').filter(|(whole, fraction)| {
            let digits = whole.strip_prefix('-').unwrap_or(whole);
            is_digits(digits) && !fraction.is_empty() && fraction.bytes().all(|byte| byte == b'0')
        });
        match whole {
            Some((whole, _)) => Self::Text(Cow::Owned(whole.to_owned())),
            None => Self::Text(text),
        }
    }

    /// The text, where there is one.
    pub(super) fn text(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Text(text) => Some(text),
            Self::Blank | Self::Damaged => None,
        }
    }
}

/// Whether both are numbers, and not the same one, not even loosely.
pub(super) fn numbers_differ(ours: &str, theirs: &str) -> bool {
    match (Number::of(ours), Number::of(theirs)) {
        (Number::Text(ours), Number::Text(theirs)) => {
            ours != theirs && loosely(&ours).is_none_or(|loose| Some(loose) != loosely(&theirs))
        }
        _ => false,
    }
}

/// The number without leading zeros and without a letter prefix, as Domo's integer field stores it (`E00123` = `EMP-0123` =
/// `123`); none where what remains is no integer.
pub(super) fn loosely(number: &str) -> Option<&str> {
    let rest = number.trim_start_matches(char::is_alphabetic);
    let rest = if rest.len() < number.len() { rest.trim_start_matches(['-', '_', '.', '/', ' ']) } else { rest };
    let rest = rest.trim_start_matches('0');
    is_digits(rest).then_some(rest)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `4.5E+15`, `1e5`, but not `73928e05`, which no spreadsheet writes: a mantissa has one digit before the point.
fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else { return false };
    let signed = exponent.starts_with(['+', '-']);
    let exponent = exponent.trim_start_matches(['+', '-']);
    let (whole, fraction) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, ""));
    let whole = whole.strip_prefix('-').unwrap_or(whole);
    let mantissa_is_plain = is_digits(whole) && (fraction.is_empty() || is_digits(fraction));
    mantissa_is_plain && is_digits(exponent) && (signed || whole.len() == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(address: &str) -> String {
        let aliases = [("old-acme.com", "acme.com"), ("older.com", "OLD-acme.com"), ("x.com", "y.com"), ("y.com", "x.com")];
        let aliases = aliases.map(|(old, new)| (old.to_owned(), new.to_owned())).into();
        Addresses::new(&aliases).key(address).unwrap_or_default().into_owned()
    }

    #[test]
    fn an_address_is_compared_clean_and_in_lower_case() {
        assert_eq!(key(" Ada.Byron@Acme.COM "), "ada.byron@acme.com");
        assert_eq!(key("ada\u{200B}@acme.com\u{A0}"), "ada@acme.com");
        assert_eq!(key("jose\u{301}@acme.com"), "josé@acme.com");
        assert_eq!(key(" \u{200B} "), "");
        assert_eq!(key("\u{202A}ada@acme.com\u{202C}"), "ada@acme.com");
        assert_eq!(key("ada@acme.com."), "ada@acme.com");
        assert_eq!(key("ada@acme.com.\u{A0}"), "ada@acme.com");
        assert_eq!(key("ada@bücher.example。"), "ada@xn--bcher-kva.example");
    }

    #[test]
    fn plus_tags_and_dots_are_other_mailboxes() {
        assert_ne!(key("ada+domo@acme.com"), key("ada@acme.com"));
        assert_ne!(key("a.da@acme.com"), key("ada@acme.com"));
    }

    #[test]
    fn domains_are_punycode_with_aliases_applied() {
        assert_eq!(key("ada@BÜCHER.example"), "ada@xn--bcher-kva.example");
        assert_eq!(key("ada@Old-Acme.com"), "ada@acme.com");
        assert_eq!(key("ada@older.com"), "ada@acme.com");
    }

    #[test]
    fn a_circle_of_aliases_ends() {
        assert_eq!(key("ada@x.com"), key("ada@y.com"));
    }

    #[test]
    fn a_number_is_text_without_a_float_s_zero() {
        let text = |raw: &'static str| Number::of(raw).text().map(Cow::into_owned);
        assert_eq!(text(" 00123 ").as_deref(), Some("00123"));
        assert_eq!(text("123.0").as_deref(), Some("123"));
        assert_eq!(text("9007199254740993").as_deref(), Some("9007199254740993"));
        assert_eq!(text("123.5").as_deref(), Some("123.5"));
        assert_eq!(text("73928e05").as_deref(), Some("73928e05"));
        assert_eq!(Number::of("  "), Number::Blank);
        for damaged in ["4.5E+15", "1E5", "1,2e+16", "12E+3"] {
            assert_eq!(Number::of(damaged), Number::Damaged, "{damaged}");
        }
    }

    #[test]
    fn loosely_a_number_loses_zeros_and_a_letter_prefix() {
        for number in ["123", "00123", "E123", "E00123", "EMP-0123"] {
            assert_eq!(loosely(number), Some("123"), "{number}");
        }
        for number in ["000", "E", "12A", "A1B2", ""] {
            assert_eq!(loosely(number), None, "{number}");
        }
    }
}
