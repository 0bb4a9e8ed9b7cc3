//! What Domo sends: values whose JSON type it is not consistent about, ids, days, groups, and what a token says.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

pub(super) use crate::http::{CallError, Refusal, Response};
use crate::text;

/// Whether text is a JSON object. A list would do for a struct, too: its items are taken for the fields in their order.
pub(super) fn is_object(json: &[u8]) -> Result<(), String> {
    let object = json.trim_ascii_start().starts_with(b"{");
    if object { Ok(()) } else { Err("it is no JSON object".into()) }
}

/// A value whose JSON type Domo is not consistent about: text, a number of up to 16 digits and more, or nothing. The digits of a
/// number are kept as they were sent.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Loose<'a>(Option<&'a RawValue>);

impl<'de: 'a, 'a> Deserialize<'de> for Loose<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::<&RawValue>::deserialize(deserializer).map(Self)
    }
}

impl<'a> Loose<'a> {
    /// Text, or a number's or a boolean's own characters; `None` when absent or null; an error for a list or an object.
    pub(super) fn text(self) -> Result<Option<std::borrow::Cow<'a, str>>, String> {
        let Some(raw) = self.0 else { return Ok(None) };
        let raw = raw.get();
        match raw.as_bytes().first() {
            Some(b'"') if memchr::memchr(b'\\', raw.as_bytes()).is_none() => Ok(Some(raw[1..raw.len() - 1].into())),
            Some(b'"') => match serde_json::from_str::<String>(raw) {
                Ok(text) => Ok(Some(text.into())),
                Err(error) => Err(error.to_string()),
            },
            Some(b'n') => Ok(None),
            Some(b'[') => Err("a list where text should be".into()),
            Some(b'{') => Err("an object where text should be".into()),
            _ => Ok(Some(raw.into())),
        }
    }

    /// A number or the same number as text.
    pub(super) fn id(self) -> Result<Option<u64>, String> {
        match self.text()? {
            None => Ok(None),
            Some(text) => text.trim().parse().map(Some).map_err(|_| format!("`{}` is no id", text::visible(&text))),
        }
    }

    /// `true` or `false`, as JSON or as text.
    pub(super) fn boolean(self) -> Result<Option<bool>, String> {
        match self.text()?.as_deref() {
            None => Ok(None),
            Some("true" | "True" | "TRUE") => Ok(Some(true)),
            Some("false" | "False" | "FALSE") => Ok(Some(false)),
            Some(other) => Err(format!("`{}` is neither true nor false", text::visible(other))),
        }
    }

    /// Whether it came as a JSON number.
    pub(super) fn is_number(self) -> bool {
        self.0.is_some_and(|raw| raw.get().starts_with(|first: char| first == '-' || first.is_ascii_digit()))
    }

    /// The value as it was sent; `None` when absent or null.
    pub(super) fn raw(self) -> Option<&'a RawValue> {
        self.0
    }
}

/// The id of a raw object.
pub(super) fn id(object: &[u8]) -> Result<Option<u64>, String> {
    #[derive(Deserialize)]
    struct Id<'a> {
        #[serde(borrow, default)]
        id: Loose<'a>,
    }
    is_object(object)?;
    let found: Id<'_> = serde_json::from_slice(object).map_err(|error| error.to_string())?;
    found.id.id().map_err(|why| format!("`id`: {why}"))
}

/// The day of a time stamp, as days since 1970, and whether it had to be repaired: recorded answers hold seconds written as if
/// they were milliseconds, which puts everything between 2001 and 2070 into 1970.
pub(super) fn day(text: &str) -> Option<(i32, bool)> {
    let text = text.trim();
    let time = DateTime::parse_from_rfc3339(text)
        .map(|time| time.naive_utc())
        .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z").map(|time| time.naive_utc()))
        .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f"))
        .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f"))
        .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %I:%M:%S %p"))
        .or_else(|_| NaiveDate::parse_from_str(text, "%Y-%m-%d").map(|day| day.and_time(chrono::NaiveTime::MIN)))
        .ok()
        .or_else(|| DateTime::from_timestamp_millis(text.parse().ok()?).map(|time| time.naive_utc()))?;
    let (time, repaired) = if time.year() < 1980 && time.and_utc().timestamp_millis() > 0 {
        (DateTime::from_timestamp_millis(time.and_utc().timestamp_millis().checked_mul(1000)?)?.naive_utc(), true)
    } else {
        (time, false)
    };
    Some((time.date().to_epoch_days(), repaired))
}

/// A group of the instance.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Group {
    /// Domo id.
    pub id: u64,
    /// Its name; names need not be unique.
    pub name: String,
}

/// What Domo's token says of its owner.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Credential {
    /// The OAuth client id (never the secret).
    pub client_id: String,
    /// Domo id of the owner.
    pub user_id: Option<u64>,
    /// The instance the token is for.
    pub customer: Option<String>,
    /// The owner's role.
    pub role: Option<String>,
    /// The scopes granted.
    pub scope: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixteen_digits_survive_as_number_and_as_text() {
        for json in ["9007199254740993", "\"9007199254740993\""] {
            let loose: Loose<'_> = serde_json::from_str(json).unwrap();
            assert_eq!(loose.text().unwrap().unwrap(), "9007199254740993");
        }
    }
}
