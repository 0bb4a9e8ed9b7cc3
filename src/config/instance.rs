//! What an instance is called: `acme` is acme.domo.com. Finding ids and the history hang on the name, so one Domo has one. And the
//! configuration of one of several.

use serde::{Deserialize, Deserializer};

use super::{Config, Instance};

/// What the hosts of instances end in.
const DOMAIN: &str = ".domo.com";

/// The host of an instance by its name: `acme.domo.com` of `acme`.
pub fn instance_host(name: &str) -> String {
    format!("{name}{DOMAIN}")
}

/// The name of an instance as people write it: `ACME`, `acme.domo.com` and `https://acme.domo.com/` are all `acme`. None where no
/// host is called so.
pub fn instance_name(written: &str) -> Option<String> {
    let written = written.trim().to_ascii_lowercase();
    let host = written.strip_prefix("https://").or_else(|| written.strip_prefix("http://")).unwrap_or(&written);
    let host = host.split('/').next().unwrap_or_default();
    let name = host.strip_suffix(DOMAIN).unwrap_or(host);
    let fits = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    (name.starts_with(|first: char| first.is_ascii_alphanumeric()) && name.chars().all(fits)).then(|| name.to_owned())
}

/// Whether two texts are the name of one instance.
pub fn same_instance(one: &str, other: &str) -> bool {
    let plain = |written: &str| instance_name(written).unwrap_or_else(|| written.to_owned());
    plain(one) == plain(other)
}

/// Of a configuration. What is the name of none is kept as it was written: its text is looked through for such, and a run of an
/// older version may have kept one.
pub(super) fn name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    String::deserialize(deserializer).map(named)
}

/// The same where it may be absent.
pub(super) fn optional_name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.map(named))
}

fn named(written: String) -> String {
    instance_name(&written).unwrap_or(written)
}

impl Config {
    /// The section of an instance, however its name is written.
    pub fn instance_called(&self, name: &str) -> Option<&Instance> {
        self.instance.iter().find(|instance| same_instance(&instance.name, name))
    }

    /// The configuration as it is for the instance of this name; the whole of it where it has no sections. None where none is
    /// called so.
    pub fn for_instance_called(&self, name: &str) -> Option<Self> {
        match self.instance.is_empty() {
            true => Some(self.clone()),
            false => self.instance_called(name).map(|instance| self.for_instance(instance)),
        }
    }

    /// The configuration of one of several instances: what its section names overrides `[domo]`; its people, where it names them,
    /// are those who are expected there; an exception of another one is none here. People outside them still match, so that nobody
    /// becomes an orphan by a slice.
    pub fn for_instance(&self, instance: &Instance) -> Self {
        let mut config = self.clone();
        let domo = &mut config.domo;
        domo.instance = Some(instance.name.clone());
        domo.requests_per_minute = instance.requests_per_minute.unwrap_or(domo.requests_per_minute);
        domo.concurrency = instance.concurrency.unwrap_or(domo.concurrency);
        domo.page_size = instance.page_size.unwrap_or(domo.page_size);
        domo.client_owner = instance.client_owner.clone().or(domo.client_owner.take());
        domo.deactivate_with = instance.deactivate_with.unwrap_or(domo.deactivate_with);
        domo.groups = instance.groups.unwrap_or(domo.groups);
        domo.activity_days = instance.activity_days.unwrap_or(domo.activity_days);
        config.expected = instance.people.clone().or(config.expected.take());
        config.exception.retain(|one| one.instance.as_ref().is_none_or(|name| same_instance(name, &instance.name)));
        config
    }

    /// The `client_owner` that must be an account of this configuration's instance: one that several instances inherit need not be
    /// in each of them.
    pub fn client_owner_here(&self) -> Option<&str> {
        let own = |instance: &&Instance| Some(&instance.name) == self.domo.instance.as_ref() && instance.client_owner.is_some();
        let here = self.instance.len() < 2 || self.instance.iter().any(|instance| own(&instance));
        self.domo.client_owner.as_deref().filter(|_| here)
    }
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
