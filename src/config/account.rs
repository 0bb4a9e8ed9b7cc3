//! How a rule names an account: by its e-mail address or its Domo id, and the id as TOML has numbers or in quotes.

use std::fmt;

use schemars::{Schema, SchemaGenerator, json_schema};
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};

/// An e-mail address or an id.
struct Named;

impl Visitor<'_> for Named {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an e-mail address or a Domo id")
    }

    fn visit_str<E: Error>(self, written: &str) -> Result<String, E> {
        Ok(written.to_owned())
    }

    fn visit_u64<E: Error>(self, id: u64) -> Result<String, E> {
        Ok(id.to_string())
    }

    fn visit_i64<E: Error>(self, id: i64) -> Result<String, E> {
        Id.visit_i64(id).map(|id| id.to_string())
    }
}

/// An id.
struct Id;

impl Visitor<'_> for Id {
    type Value = u64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a Domo id")
    }

    fn visit_str<E: Error>(self, written: &str) -> Result<u64, E> {
        written.trim().parse().map_err(|_| E::custom(format!("{written:?} is no Domo id, which is a number")))
    }

    fn visit_u64<E: Error>(self, id: u64) -> Result<u64, E> {
        Ok(id)
    }

    fn visit_i64<E: Error>(self, id: i64) -> Result<u64, E> {
        u64::try_from(id).map_err(|_| E::custom(format!("{id} is no Domo id")))
    }
}

/// Either, as text.
pub(super) fn named<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    deserializer.deserialize_any(Named)
}

/// An id where there is one: TOML leaves it out, the plan and the manifest write null.
pub(super) fn id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    struct Written(u64);

    impl<'de> Deserialize<'de> for Written {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            deserializer.deserialize_any(Id).map(Self)
        }
    }

    Ok(Option::<Written>::deserialize(deserializer)?.map(|Written(id)| id))
}

/// The schema of [`named`].
pub(super) fn named_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": ["string", "integer"] })
}

/// The schema of [`id`].
pub(super) fn id_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": ["integer", "string", "null"], "format": "uint64", "minimum": 0 })
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    #[test]
    fn an_account_is_named_by_its_address_or_by_its_id_in_quotes_or_without() {
        let rules = |account: &str, id: &str| {
            let text = format!(
                "[[link]]\naccount = {account}\nperson = \"7\"\nreason = \"r\"\nowner = \"o\"\n[[exclude]]\nid = {id}\nreason = \"robot\"\n\
                 [[exception]]\naccount = {account}\nkinds = [\"orphan\"]\nreason = \"r\"\nowner = \"o\"\nexpires = 2027-03-31\n"
            );
            Config::parse(&text)
        };
        for (account, id) in [("27", "27"), ("\"27\"", "\"27\"")] {
            let config = rules(account, id).unwrap();
            let named = (config.link[0].account.as_str(), config.exception[0].account.as_str(), config.exclude[0].id);
            assert_eq!(named, ("27", "27", Some(27)), "{account}");
        }
        for (account, id, why) in [
            ("true", "27", "expected an e-mail address or a Domo id"),
            ("-1", "27", "-1 is no Domo id"),
            ("27", "\"svc-1\"", "\"svc-1\" is no Domo id"),
        ] {
            let refused = rules(account, id).unwrap_err().to_string();
            assert!(refused.contains(why), "{refused}");
        }
    }
}
