//! What a configuration may not say, wherever it says it: numbers beyond any use, a secret where its variable's name belongs, and
//! names that no instance has.

use toml::de::{DeTable, DeValue};

use super::instance::instance_name;

/// Keys that hold a number, and the least and the most it may be.
const NUMBERS: [(&str, i64, i64); 5] = [
    ("plan_valid_days", 0, 3650),
    ("concurrency", 1, 64),
    // The whole instance's limit, which others use too.
    ("requests_per_minute", 1, 3000),
    ("page_size", 1, 500),
    ("timeout_s", 1, 86_400),
];

/// Days of any other key: a century.
const DAYS: i64 = 36_500;

/// The least and the most that a key's number may be.
pub(super) fn limit(key: &str) -> Option<(i64, i64)> {
    let named = NUMBERS.iter().find(|(name, ..)| *name == key).map(|(_, least, most)| (*least, *most));
    named.or_else(|| key.ends_with("_days").then_some((0, DAYS)))
}

/// Every number beyond its limit and every name of a variable or an instance that is none: where its key stands in the text, in
/// bytes, and what is wrong. No value of a variable's key is shown: whoever wrote a secret there must not find it in a log.
pub(super) fn problems(file: &DeTable<'_>) -> Vec<(usize, String)> {
    all(file).into_iter().map(|(at, Wrong::Number(said) | Wrong::Text(said))| (at, said)).collect()
}

/// Where the numbers beyond their limit stand in the text, in bytes, in their order.
pub(super) fn beyond(file: &DeTable<'_>) -> Vec<usize> {
    let mut places: Vec<usize> =
        all(file).into_iter().filter(|(_, what)| matches!(what, Wrong::Number(_))).map(|(at, _)| at).collect();
    places.sort_unstable();
    places
}

/// What is wrong, and with what.
enum Wrong {
    Number(String),
    Text(String),
}

fn all(file: &DeTable<'_>) -> Vec<(usize, Wrong)> {
    let mut problems = Vec::new();
    walk("", file, &mut problems);
    problems
}

fn walk(section: &str, table: &DeTable<'_>, problems: &mut Vec<(usize, Wrong)>) {
    for (key, value) in table {
        let (at, key) = (key.span().start, key.get_ref());
        match value.get_ref() {
            DeValue::Integer(number) => {
                let value = i64::from_str_radix(number.as_str(), number.radix()).ok();
                let beyond = |(least, most): &(i64, i64)| value.is_none_or(|value| !(*least..=*most).contains(&value));
                if let Some((least, most)) = limit(key).filter(beyond) {
                    problems.push((at, Wrong::Number(format!("{section}{key} is {least} to {most}, not {number}"))));
                }
            }
            DeValue::String(name) if key.ends_with("_env") && !is_variable(name) => {
                let said = format!(
                    "{section}{key} is not the name of an environment variable (letters, digits and `_`): name the variable that \
                     holds the value, and put the value there"
                );
                problems.push((at, Wrong::Text(said)));
            }
            DeValue::String(name) if names_an_instance(section, key) && instance_name(name).is_none() => {
                let name: &str = name;
                problems.push((at, Wrong::Text(format!("{name:?} is the name of no instance: write `acme` for acme.domo.com"))));
            }
            DeValue::Table(inner) => walk(&format!("[{key}] "), inner, problems),
            DeValue::Array(items) => {
                items
                    .iter()
                    .filter_map(|item| item.get_ref().as_table())
                    .for_each(|item| walk(&format!("[[{key}]] "), item, problems));
            }
            _ => {}
        }
    }
}

/// Whether a key is that of an instance's name.
fn names_an_instance(section: &str, key: &str) -> bool {
    matches!((section.trim_end(), key), ("[domo]", "instance") | ("[[instance]]", "name"))
}

/// `[A-Za-z_][A-Za-z0-9_]*`
pub(super) fn is_variable(name: &str) -> bool {
    let word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    name.starts_with(|first: char| word(first) && !first.is_ascii_digit()) && name.chars().all(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_has_a_name_and_no_value() {
        for name in ["X", "_x", "ACME_SECRET_2"] {
            assert!(is_variable(name), "{name}");
        }
        for value in ["", "2X", "https://hooks.example/T0PSECRET", "a b", "hush-hush", "s3cr=t", "ä"] {
            assert!(!is_variable(value), "{value}");
        }
    }

    #[test]
    fn every_number_beyond_its_limit_is_said_with_the_limit() {
        let file = "[domo]\nconcurrency = 9223372036854775807\nactivity_days = -1\n[policy]\nplan_valid_days = 4294967295\n\
                    [[instance]]\npage_size = 0\n[[directory]]\nmax_age_days = 36501\n\
                    [guards]\nmax_updates_percent = 200\n";
        let found = problems(DeTable::parse(file).unwrap().get_ref());
        for part in [
            "[domo] concurrency is 1 to 64, not 9223372036854775807",
            "[domo] activity_days is 0 to 36500, not -1",
            "[policy] plan_valid_days is 0 to 3650, not 4294967295",
            "[[instance]] page_size is 1 to 500, not 0",
            "[[directory]] max_age_days is 0 to 36500, not 36501",
        ] {
            assert!(found.iter().any(|(_, said)| said == part), "{part}: {found:?}");
        }
        assert_eq!(found.len(), 5, "{found:?}");
    }
}
