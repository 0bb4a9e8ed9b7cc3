//! The situations: exactly one for each account, exactly one for each row of the directory, and how many have each.

use std::borrow::Cow;
use std::collections::HashMap;
use std::marker::PhantomData;
use std::ops::Index;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{Kind, words};

words! {
    /// Exactly one of these for each account.
    #[allow(missing_docs)] // the words of the report's glossary
    AccountSituation {
        Matched = "matched",
        Orphan = "orphan",
        Leaver = "leaver",
        Suspended = "suspended",
        Ambiguous = "ambiguous",
        Conflict = "conflict",
        Duplicate = "duplicate",
        Inactive = "inactive",
        Excluded = "excluded",
        NotEvaluable = "not_evaluable",
    }
}

words! {
    /// Exactly one of these for each row of the directory.
    #[allow(missing_docs)] // the words of the report's glossary
    PersonSituation {
        Matched = "matched",
        Missing = "missing",
        NotExpected = "not_expected",
        Left = "left",
        Prehire = "prehire",
        Duplicate = "duplicate",
        Rejected = "rejected",
        Ambiguous = "ambiguous",
        Conflict = "conflict",
        NotEvaluable = "not_evaluable",
    }
}

impl AccountSituation {
    /// The kind of finding that an account in this situation has for it.
    pub fn finding(self) -> Option<Kind> {
        match self {
            Self::Orphan => Some(Kind::Orphan),
            Self::Leaver => Some(Kind::Leaver),
            Self::Suspended => Some(Kind::Suspended),
            Self::Ambiguous => Some(Kind::Ambiguous),
            Self::Conflict => Some(Kind::Conflict),
            Self::Duplicate => Some(Kind::Duplicate),
            Self::NotEvaluable => Some(Kind::NotEvaluable),
            Self::Matched | Self::Inactive | Self::Excluded => None,
        }
    }
}

/// What [`Totals`] counts: the words of one of the two enums.
pub trait Situation: Copy + 'static {
    /// The name of the totals in a JSON Schema.
    const TOTALS: &'static str;
    /// All of them, in the order of the report.
    const ALL: &'static [Self];
    /// The word as files have it.
    fn word(self) -> &'static str;
    /// Its place in [`Situation::ALL`].
    fn place(self) -> usize;
}

macro_rules! counted {
    ($($situation:ident as $totals:literal,)+) => {
        $(impl Situation for $situation {
            const TOTALS: &'static str = $totals;
            const ALL: &'static [Self] = &Self::ALL;
            fn word(self) -> &'static str {
                self.as_str()
            }
            fn place(self) -> usize {
                self as usize
            }
        })+
    };
}

counted! {
    AccountSituation as "AccountTotals",
    PersonSituation as "PersonTotals",
}

/// A population by situation. In files an object: `read`, then a number for each situation; those add up to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Totals<S, const N: usize> {
    /// How many were read.
    pub read: u64,
    counts: [u64; N],
    situation: PhantomData<S>,
}

/// The accounts by situation.
pub type AccountTotals = Totals<AccountSituation, { AccountSituation::COUNT }>;

/// The rows of the directory by situation, rejected ones included.
pub type PersonTotals = Totals<PersonSituation, { PersonSituation::COUNT }>;

impl<S: Situation, const N: usize> Totals<S, N> {
    /// Counts them; `read` is how many should come.
    pub fn of(read: u64, situations: impl IntoIterator<Item = S>) -> Self {
        let mut totals = Self { read, ..Self::default() };
        situations.into_iter().for_each(|situation| totals.add(situation, 1));
        totals
    }

    /// So many more in this situation.
    pub fn add(&mut self, situation: S, more: u64) {
        self.counts[situation.place()] += more;
    }

    /// The situations in the order of the report, each with its count.
    pub fn parts(&self) -> [(S, u64); N] {
        std::array::from_fn(|place| (S::ALL[place], self.counts[place]))
    }

    /// How many have a situation: as many as were read, or the judgement is wrong.
    pub fn sum(&self) -> u64 {
        self.counts.iter().sum()
    }
}

impl<S, const N: usize> Default for Totals<S, N> {
    fn default() -> Self {
        Self { read: 0, counts: [0; N], situation: PhantomData }
    }
}

impl<S: Situation, const N: usize> Index<S> for Totals<S, N> {
    type Output = u64;

    fn index(&self, situation: S) -> &u64 {
        &self.counts[situation.place()]
    }
}

impl<S: Situation, const N: usize> Serialize for Totals<S, N> {
    fn serialize<T: Serializer>(&self, serializer: T) -> Result<T::Ok, T::Error> {
        let mut map = serializer.serialize_map(Some(N + 1))?;
        map.serialize_entry("read", &self.read)?;
        for (situation, count) in self.parts() {
            map.serialize_entry(situation.word(), &count)?;
        }
        map.end()
    }
}

impl<'de, S: Situation, const N: usize> Deserialize<'de> for Totals<S, N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let said: HashMap<String, u64> = HashMap::deserialize(deserializer)?;
        let read = *said.get("read").ok_or_else(|| D::Error::missing_field("read"))?;
        let mut totals = Self { read, ..Self::default() };
        for (place, situation) in S::ALL.iter().enumerate() {
            totals.counts[place] = *said.get(situation.word()).ok_or_else(|| D::Error::missing_field(situation.word()))?;
        }
        Ok(totals)
    }
}

impl<S: Situation, const N: usize> JsonSchema for Totals<S, N> {
    fn schema_name() -> Cow<'static, str> {
        S::TOTALS.into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let words = || std::iter::once("read").chain(S::ALL.iter().map(|situation| situation.word()));
        let number = generator.subschema_for::<u64>();
        let properties: serde_json::Map<String, serde_json::Value> =
            words().map(|word| (word.to_owned(), number.clone().to_value())).collect();
        json_schema!({
            "description": "A population by situation; the counts after `read` add up to it.",
            "type": "object",
            "properties": properties,
            "required": words().collect::<Vec<_>>(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_are_an_object_of_words_in_files_and_come_back_from_it() {
        let totals = AccountTotals::of(3, [AccountSituation::Orphan, AccountSituation::Matched, AccountSituation::Orphan]);
        let text = serde_json::to_string(&totals).unwrap();
        assert!(text.starts_with(r#"{"read":3,"matched":1,"orphan":2,"leaver":0,"#), "{text}");
        assert_eq!(serde_json::from_str::<AccountTotals>(&text).unwrap(), totals);
        assert_eq!((totals[AccountSituation::Orphan], totals.sum()), (2, 3));
        assert!(serde_json::from_str::<AccountTotals>(r#"{"read":1,"matched":1}"#).is_err());
    }
}
