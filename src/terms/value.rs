//! Values: what one is compared as, whether two say the same, in what way they differ, and whether one may be written to Domo.

use std::borrow::Cow;

use serde_json::Value;

use crate::text::damage::is_scientific;
use crate::text::{folded, is_invisible};

/// Characters of an employee number that Domo takes.
const LONGEST_NUMBER: usize = 16;

/// An employee number as it is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Number<'a> {
    /// Nothing there; it points at nobody.
    Blank,
    /// Scientific notation: the digits are lost, so it is no key.
    Damaged,
    /// Text, never a number: Domo takes up to 16 digits, more than a float holds.
    Text(Cow<'a, str>),
}

impl<'a> Number<'a> {
    /// Trimmed, and an integral float loses its `.0`.
    pub fn of(raw: &'a str) -> Self {
        if is_digits(raw) {
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
    pub fn text(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Text(text) => Some(text),
            Self::Blank | Self::Damaged => None,
        }
    }

    /// The text as [`loosely`] has it.
    pub fn loosely(self) -> Option<Cow<'a, str>> {
        match self.text()? {
            Cow::Borrowed(text) => loosely(text).map(Cow::Borrowed),
            Cow::Owned(text) => loosely(&text).map(|loose| Cow::Owned(loose.to_owned())),
        }
    }
}

/// The number without leading zeros and without a letter prefix, as Domo's integer field stores it (`E00123` = `EMP-0123` =
/// `123`); none where what remains is no integer.
pub fn loosely(number: &str) -> Option<&str> {
    let rest = number.trim_start_matches(|sign: char| sign.is_alphabetic() || sign == '#');
    let rest = if rest.len() < number.len() { rest.trim_start_matches(['-', '_', '.', '/', ' ', ':', '\\', '#']) } else { rest };
    let rest = rest.trim_end_matches('*');
    // A spreadsheet of another country writes the zeros of a fraction behind a comma.
    let whole = rest.split_once(',').filter(|(_, zeros)| matches!(*zeros, "0" | "00"));
    let rest = whole.map_or(rest, |(whole, _)| whole).trim_start_matches('0');
    is_digits(rest).then_some(rest)
}

/// Whether two employee numbers are one, be it loosely.
pub fn same_number(one: &str, other: &str) -> bool {
    match (Number::of(one), Number::of(other)) {
        (Number::Text(one), Number::Text(other)) => {
            one == other || loosely(&one).is_some_and(|loose| Some(loose) == loosely(&other))
        }
        (one, other) => one == other,
    }
}

/// Whether both are numbers, and not the same one, not even loosely.
pub fn numbers_differ(one: &str, other: &str) -> bool {
    let is_number = |text| matches!(Number::of(text), Number::Text(_));
    is_number(one) && is_number(other) && !same_number(one, other)
}

/// An employee number in the JSON type that the account or its instance keeps, `numeric` or text.
///
/// # Errors
///
/// Why it cannot be written without changing it.
pub fn writable_number(raw: &str, numeric: bool) -> Result<Value, &'static str> {
    let text = match Number::of(raw) {
        Number::Text(text) => text,
        Number::Blank => return Err("there is no number"),
        Number::Damaged => return Err("scientific notation: its digits are lost"),
    };
    match numeric {
        _ if text.chars().count() > LONGEST_NUMBER => Err("longer than the 16 characters Domo takes"),
        false => Ok(Value::String(text.into_owned())),
        true if text.starts_with('0') => Err("Domo stores a number here: leading zeros cannot be written"),
        true if !is_digits(&text) => Err("Domo stores a number here: letters cannot be written"),
        true => text.parse::<u64>().map(Value::from).map_err(|_| "Domo stores a number here: this is none"),
    }
}

/// Whether an account keeps its employee number as a JSON number: as its own value shows, or as its instance does where it has
/// none.
pub fn keeps_number(own: Option<&Value>, instance: bool) -> bool {
    match own {
        Some(Value::Number(_)) => true,
        Some(Value::String(text)) if !text.is_empty() => false,
        _ => instance,
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A phone number as it is compared: its digits, and a leading `+`.
pub fn phone(text: &str) -> String {
    let text = text.trim_start_matches(|character: char| character.is_whitespace() || is_invisible(character));
    let plus = text.starts_with('+') || text.starts_with("(+");
    let digits = text.chars().filter_map(|character| character.to_digit(10)).filter_map(|digit| char::from_digit(digit, 10));
    if plus { std::iter::once('+').chain(digits).collect() } else { digits.collect() }
}

/// Whether two values of Domo's JSON say the same: numbers and their text do, as do the ways of saying nothing (absent, null,
/// empty, false). Lists are sets: Domo states no order.
pub fn same(one: &Value, other: &Value) -> bool {
    plain(one) == plain(other)
}

/// A value in one spelling; none where it says nothing.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Null | Value::Bool(false) => None,
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        Value::Array(items) if items.is_empty() => None,
        Value::Array(items) => {
            let mut items: Vec<_> = items.iter().filter_map(plain).collect();
            items.sort();
            Some(items.join("\n"))
        }
        other => Some(other.to_string()),
    }
}

/// What the eye may miss when both values stand side by side.
pub fn difference_in_words(domo: &str, directory: &str) -> Option<String> {
    let (ours, theirs) = (folded(domo), folded(directory));
    if ours.to_lowercase() == theirs.to_lowercase() {
        return Some("case only".into());
    }
    invisible_difference(domo, directory)
}

/// White space, zero-width characters and look-alikes that stand in one of two values.
pub fn invisible_difference(domo: &str, directory: &str) -> Option<String> {
    let mut notes: Vec<String> = Vec::new();
    for (side, text) in [("Domo", domo), ("directory", directory)] {
        let odd = |character: char| is_invisible(character) || (character.is_whitespace() && character != ' ');
        let mut seen: Vec<char> = text.chars().filter(|character| odd(*character)).collect();
        seen.sort_unstable();
        seen.dedup();
        notes.extend(seen.into_iter().map(|character| format!("{side}: U+{:04X}", u32::from(character))));
        if text.starts_with(' ') {
            notes.push(format!("{side}: leading space"));
        }
        if text.ends_with(' ') {
            notes.push(format!("{side}: trailing space"));
        }
        if text.trim_matches(' ').contains("  ") {
            notes.push(format!("{side}: double space"));
        }
        if mixes_scripts(text) {
            notes.push(format!("{side}: letters of different scripts"));
        }
    }
    (!notes.is_empty()).then(|| notes.join(", "))
}

/// Latin beside Greek or Cyrillic letters in one word: look-alikes.
fn mixes_scripts(text: &str) -> bool {
    let greek_or_cyrillic = |character: char| matches!(character, '\u{370}'..='\u{52F}');
    !text.is_ascii()
        && text
            .split_whitespace()
            .any(|word| word.chars().any(|letter| letter.is_ascii_alphabetic()) && word.chars().any(greek_or_cyrillic))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_number_is_text_without_a_float_s_zero() {
        let text = |raw: &'static str| Number::of(raw).text().map(Cow::into_owned);
        assert_eq!(text(" 00123 ").as_deref(), Some("00123"));
        assert_eq!(text("123.0").as_deref(), Some("123"));
        assert_eq!(text("9007199254740993").as_deref(), Some("9007199254740993"));
        assert_eq!(text("123.5").as_deref(), Some("123.5"));
        assert_eq!(text("73928e05").as_deref(), Some("73928e05"));
        assert_eq!(Number::of("  "), Number::Blank);
        for damaged in ["4.5E+15", "1E5", "1,2e+16", "12E+3", "12.5e3"] {
            assert_eq!(Number::of(damaged), Number::Damaged, "{damaged}");
        }
    }

    #[test]
    fn loosely_a_number_loses_zeros_and_a_letter_prefix() {
        for number in ["123", "00123", "E123", "E00123", "EMP-0123", "#123", "ID:123", "ACME\\123", "123*", "123,00"] {
            assert_eq!(loosely(number), Some("123"), "{number}");
        }
        for number in ["000", "E", "12A", "A1B2", ""] {
            assert_eq!(loosely(number), None, "{number}");
        }
        assert!(same_number("123", "E00123"));
        assert!(!same_number("124", "E00123"));
        assert!(!same_number("", "123"));
    }

    #[test]
    fn an_employee_number_is_written_whole_or_not_at_all() {
        assert_eq!(writable_number("00123", false), Ok(json!("00123")));
        assert_eq!(writable_number("9007199254740993", true), Ok(json!(9007199254740993u64)));
        for refused in ["00123", "0", "E123", "", "1.5", "4.5E+15"] {
            assert!(writable_number(refused, true).is_err(), "{refused}");
        }
        for numeric in [true, false] {
            assert!(writable_number("12345678901234567", numeric).is_err());
        }
    }

    #[test]
    fn an_account_without_a_number_keeps_it_as_its_instance_does() {
        for instance in [true, false] {
            assert!(keeps_number(Some(&json!(123)), instance) && !keeps_number(Some(&json!("123")), instance));
            for none in [None, Some(json!("")), Some(Value::Null)] {
                assert_eq!(keeps_number(none.as_ref(), instance), instance, "{none:?}");
            }
        }
    }

    #[test]
    fn phones_compare_by_digits_and_a_leading_plus() {
        assert_eq!(phone("+1 (801) 555-0100"), phone("+1.801.555.0100"));
        assert_ne!(phone("+18015550100"), phone("18015550100"));
    }

    #[test]
    fn the_ways_of_saying_nothing_are_one_and_numbers_are_their_digits() {
        for nothing in [json!(""), json!(false), json!([])] {
            assert!(same(&nothing, &Value::Null), "{nothing}");
        }
        assert!(same(&json!(123), &json!("123")));
        assert!(!same(&json!("00123"), &json!(123)));
        assert!(!same(&json!("Editor"), &json!("editor")));
        assert!(same(&json!([{"id": 1}, {"id": 2}]), &json!([{"id": 2}, {"id": 1}])));
    }

    #[test]
    fn invisible_differences_are_named() {
        assert_eq!(difference_in_words("Sales", "SALES").as_deref(), Some("case only"));
        assert_eq!(
            invisible_difference("Sales\u{A0}EMEA", "Sales APAC ").as_deref(),
            Some("Domo: U+00A0, directory: trailing space")
        );
        assert_eq!(invisible_difference("\u{410}da", "Ada").as_deref(), Some("Domo: letters of different scripts"));
    }
}
