//! What an instance is called: `acme` is acme.domo.com. Finding ids and the history hang on the name, so one Domo has one.

use serde::{Deserialize, Deserializer, de::Error};

/// The name of an instance as people write it: `ACME`, `acme.domo.com` and `https://acme.domo.com/` are all `acme`. None where no host is
/// called so.
pub fn instance_name(written: &str) -> Option<String> {
    let written = written.trim().to_ascii_lowercase();
    let host = written.strip_prefix("https://").or_else(|| written.strip_prefix("http://")).unwrap_or(&written);
    let host = host.split('/').next().unwrap_or_default();
    let name = host.strip_suffix(".domo.com").unwrap_or(host);
    let fits = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    (name.starts_with(|first: char| first.is_ascii_alphanumeric()) && name.chars().all(fits)).then(|| name.to_owned())
}

/// Whether two texts are the name of one instance.
pub fn same_instance(one: &str, other: &str) -> bool {
    let plain = |written: &str| instance_name(written).unwrap_or_else(|| written.to_owned());
    plain(one) == plain(other)
}

/// Of a configuration.
pub(super) fn name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    named(String::deserialize(deserializer)?)
}

/// The same where it may be absent.
pub(super) fn optional_name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Option::<String>::deserialize(deserializer)?.map(named).transpose()
}

fn named<E: Error>(written: String) -> Result<String, E> {
    let problem = || E::custom(format!("{written:?} is the name of no instance: write `acme` for acme.domo.com"));
    instance_name(&written).ok_or_else(problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_has_one_name_however_it_is_written() {
        for written in ["acme-eu", "ACME-EU", " acme-eu ", "acme-eu.domo.com", "https://Acme-EU.domo.com/auth/index"] {
            assert_eq!(instance_name(written).as_deref(), Some("acme-eu"), "{written:?}");
        }
        assert_eq!(instance_name("bi.acme.com").as_deref(), Some("bi.acme.com"));
        for written in ["", " ", "a b", ".domo.com", "https://", "<b>", "ac\u{202E}me"] {
            assert_eq!(instance_name(written), None, "{written:?}");
        }
    }
}
