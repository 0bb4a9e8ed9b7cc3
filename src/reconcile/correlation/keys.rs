//! What an e-mail address is compared as. Findings carry values as stored.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use unicode_normalization::{UnicodeNormalization, is_nfc};

use crate::text::{damage, shows_nothing};

/// Addresses in their comparable form: trimmed, without characters that show nothing and without a dot behind the domain, NFC,
/// lower case, the domain as punycode and with its alias applied. Plus-tags and dots stay: they are different mailboxes.
#[derive(Debug, Default)]
pub(crate) struct Addresses {
    aliases: BTreeMap<String, String>,
    /// Comparable forms that many people share who have nothing else in common: they identify nobody.
    placeholders: HashSet<String>,
}

/// An account as somebody names it: by its id in Domo, or by its address in its comparable form.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(in crate::reconcile) enum Named {
    Id(u64),
    Address(String),
}

impl Addresses {
    /// The account that this text names, if it names any.
    pub(in crate::reconcile) fn named(&self, text: &str) -> Option<Named> {
        match text.trim().parse() {
            Ok(id) => Some(Named::Id(id)),
            Err(_) => self.key(text).map(|address| Named::Address(address.into_owned())),
        }
    }

    /// Every way to name an account that has this id and this address.
    pub(in crate::reconcile) fn names(&self, id: Option<u64>, address: Option<&str>) -> impl Iterator<Item = Named> {
        let address = address.and_then(|address| self.key(address)).map(|address| Named::Address(address.into_owned()));
        id.map(Named::Id).into_iter().chain(address)
    }

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
    pub(in crate::reconcile) fn without(self, placeholders: HashSet<String>) -> Self {
        Self { placeholders, ..self }
    }

    /// The comparable form of an address that can be somebody's own.
    pub(in crate::reconcile) fn identifying<'a>(&self, address: &'a str) -> Option<Cow<'a, str>> {
        self.key(address).filter(|key| self.placeholders.is_empty() || !self.placeholders.contains(key.as_ref()))
    }

    /// Whether an address is not as anybody ever had it: damaged on its way, or with letters that no directory gives out.
    pub(in crate::reconcile) fn is_damaged(&self, address: &str) -> bool {
        damage::of_address(&self.plain(address)).is_some()
    }

    /// Whether an address ends before its domain does (`ada@acme`): such a domain is none of the internet, and may be half of one.
    pub(in crate::reconcile) fn is_begun(&self, address: &str) -> bool {
        self.plain(address).rsplit_once('@').is_some_and(|(_, domain)| !domain.contains('.'))
    }

    /// Whether many people share this address who have nothing else in common.
    pub(in crate::reconcile) fn is_placeholder(&self, address: &str) -> bool {
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
    pub(in crate::reconcile) fn key_of_plain<'a>(&self, plain: &'a str) -> Option<Cow<'a, str>> {
        (!plain.is_empty()).then(|| self.with_domain(Cow::Borrowed(plain)))
    }

    /// The comparable form before domain aliases: what `[[exclude]]` patterns also see.
    pub(in crate::reconcile) fn plain<'a>(&self, address: &'a str) -> Cow<'a, str> {
        clean(address)
    }

    /// The alias that [`Addresses::key`] applies to this address.
    pub(in crate::reconcile) fn alias(&self, address: &str) -> Option<(&str, &str)> {
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

/// The domain of an address in its comparable form, before any alias.
pub(in crate::reconcile) fn domain_of(address: &str) -> Option<String> {
    clean(address).rsplit_once('@').map(|(_, domain)| puny(domain).trim_end_matches('.').to_owned())
}

/// A domain as the configuration names it, in the same form.
pub(in crate::reconcile) fn domain_form(domain: &str) -> String {
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
    let kept: String = address.chars().filter(|character| !shows_nothing(*character)).collect();
    let kept = kept.trim();
    let kept = if kept.contains('@') { kept.trim_end_matches('.') } else { kept };
    let lower = kept.nfc().collect::<String>().to_lowercase();
    // Lower case may decompose (`İ`).
    Cow::Owned(if is_nfc(&lower) { lower } else { lower.nfc().collect() })
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
        assert_eq!(key("ada+domo@acme.com"), "ada+domo@acme.com");
        assert_eq!(key("a.da@acme.com"), "a.da@acme.com");
    }

    #[test]
    fn domains_are_punycode_with_aliases_applied() {
        assert_eq!(key("ada@BÜCHER.example"), "ada@xn--bcher-kva.example");
        assert_eq!(key("ada@Old-Acme.com"), "ada@acme.com");
        assert_eq!(key("ada@older.com"), "ada@acme.com");
    }

    #[test]
    fn a_circle_of_aliases_ends() {
        assert_eq!(key("ada@x.com"), "ada@y.com");
        assert_eq!(key("ada@y.com"), "ada@y.com");
    }
}
