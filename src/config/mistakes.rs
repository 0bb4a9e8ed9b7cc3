//! What is wrong with the text of a configuration: every mistake at once, each with its line, and what can be read in spite of
//! them.

use serde_json::Value;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::{Config, limits};
use crate::terms::Field;

/// Mistakes that are said of one file.
const MOST: usize = 50;

/// What is wrong and the line and column of it, both from 1; none where it is not known.
pub(super) type Found = (Option<(usize, usize)>, String);

/// All that is wrong with the text, in the order of its lines, each with its place. `found`: what was found while it was read.
pub(super) fn mistakes(text: &str, mut found: Vec<Found>) -> Vec<String> {
    if let Ok(file) = DeTable::parse(text) {
        let file = file.get_ref();
        // serde names one missing key of a table, and none after another error in it: as soon as it said anything, all are looked for.
        let missing = if found.is_empty() { Vec::new() } else { missing_keys(file) };
        let further = limits::problems(file).into_iter().chain(unknown_fields(file)).chain(missing);
        found.extend(further.map(|(at, said)| (Some(place(text, at)), said)));
    }
    found.sort();
    found.dedup();
    let placed = found.into_iter().map(|(place, said)| match place {
        Some((line, column)) => format!("line {line}, column {column}: {said}"),
        None => said,
    });
    placed.collect()
}

/// The configuration as far as it can be read, and each line that cannot be, which is read over. None where the file is no TOML, or
/// where a line cannot be taken out of it. Last, the keys of what was read over.
pub(super) fn lenient(text: &str) -> (Option<Config>, Vec<Found>, Vec<String>) {
    let mut rest = text.to_owned();
    let (mut found, mut read_over) = (Vec::new(), Vec::new());
    while found.len() < MOST {
        let error = match toml::from_str(&rest) {
            Ok(whole) => return (Some(whole), found, read_over),
            Err(error) => error,
        };
        let at = error.span().map(|span| span.start);
        let key = at.and_then(|at| key_at(&rest, at)).map(str::to_owned);
        // What is too large for its type is beyond its limit too, which `limits` says better; and a key is not missing because its
        // line was blanked here.
        let is_limited = key.as_deref().is_some_and(|key| limits::limit(key).is_some());
        let beyond = is_limited && error.message().starts_with("invalid value: integer");
        let was_there = read_over.iter().any(|key| error.message() == format!("missing field `{key}`"));
        if !beyond && !was_there {
            found.push((at.map(|at| place(&rest, at)), said_of(&error)));
        }
        read_over.extend(key);
        match at.and_then(|at| without(&rest, at)).filter(|rest| rest.parse::<toml::Table>().is_ok()) {
            Some(without) => rest = without,
            None => break,
        }
    }
    (None, found, read_over)
}

/// The text without the lines of numbers that are beyond their limit. All others keep their number.
pub(super) fn within_limits(text: &str) -> String {
    let beyond = DeTable::parse(text).map(|file| limits::beyond(file.get_ref())).unwrap_or_default();
    // The last first: what stands before a line keeps its place.
    beyond
        .into_iter()
        .rev()
        .fold(text.to_owned(), |rest, at| without(&rest, at).filter(|rest| rest.parse::<toml::Table>().is_ok()).unwrap_or(rest))
}

/// Every key that a table of a list has to have and has not: where the table stands in the text, in bytes, and what is wrong.
fn missing_keys(file: &DeTable<'_>) -> Vec<(usize, String)> {
    let schema = schemars::schema_for!(Config).to_value();
    let required = |section: &str| {
        let items = schema["properties"][section]["items"]["$ref"].as_str().unwrap_or_default();
        let keys = schema.pointer(items.trim_start_matches('#')).and_then(|table| table["required"].as_array());
        keys.into_iter().flatten().filter_map(Value::as_str).collect::<Vec<_>>()
    };
    let mut missing = Vec::new();
    for (section, value) in file {
        for item in value.get_ref().as_array().into_iter().flatten() {
            let Some(table) = item.get_ref().as_table() else { continue };
            let lacks = required(section.get_ref()).into_iter().filter(|key| !table.contains_key(*key));
            missing.extend(lacks.map(|key| (item.span().start, format!("missing field `{key}`"))));
        }
    }
    missing
}

/// Every place where the file names a canonical field and there is none of that name: where it stands in the text, in bytes, and
/// what is wrong.
fn unknown_fields(file: &DeTable<'_>) -> Vec<(usize, String)> {
    let mut unknown = Vec::new();
    let mut named = |place: &str, field: &Spanned<DeString<'_>>| {
        let name = field.get_ref().as_ref();
        if Field::named(name).is_none() {
            let near = nearest(name, &Field::names());
            unknown.push((field.span().start, format!("{place} names `{name}`, which is no field of the directory{near}")));
        }
    };
    for (section, value) in file {
        let (section, value) = (section.get_ref().as_ref(), value.get_ref());
        // A list of tables, or the one table.
        let items = value.as_array().into_iter().flatten().filter_map(|item| item.get_ref().as_table());
        for table in items.chain(value.as_table()) {
            let inside = |key: &str| table.get(key).and_then(|value| value.get_ref().as_table());
            // What is a rule's own is a field too: `role` and `groups`.
            let (place, fields) = match section {
                "expected" => ("[expected]", Some(table)),
                "role" => ("[[role]]", Some(table)),
                "group" => ("[[group]]", Some(table)),
                "instance" => ("[[instance]] people", inside("people")),
                "directory" => ("[directory.columns]", inside("columns")),
                "drift" => {
                    let fields = table.get("fields").and_then(|fields| fields.get_ref().as_array());
                    for field in fields.into_iter().flatten() {
                        if let DeValue::String(name) = field.get_ref() {
                            named("[drift] fields", &Spanned::new(field.span(), name.clone()));
                        }
                    }
                    continue;
                }
                _ => continue,
            };
            fields.into_iter().flat_map(|fields| fields.keys()).for_each(|field| named(place, field));
        }
    }
    unknown
}

/// `; did you mean ...?` where a known word is near.
fn nearest(word: &str, known: &[&str]) -> String {
    let near = known.iter().map(|known| (strsim::damerau_levenshtein(word, known), known)).min();
    match near.filter(|(distance, known)| *distance <= known.len().max(4) / 2) {
        Some((_, known)) => format!("; did you mean `{known}`?"),
        None => String::new(),
    }
}

/// The line and the column of a byte of the text, both from 1.
fn place(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    (before.matches('\n').count() + 1, before.chars().rev().take_while(|char| *char != '\n').count() + 1)
}

/// The key of the line that this place is in.
fn key_at(text: &str, at: usize) -> Option<&str> {
    let start = text.get(..at)?.rfind('\n').map_or(0, |end| end + 1);
    let (key, _) = text.get(start..)?.lines().next()?.split_once('=')?;
    Some(key.trim())
}

/// The text with the line of this place blank, and, where the line opens a table, with its lines blank too. All others keep their
/// number.
fn without(text: &str, at: usize) -> Option<String> {
    let start = text.get(..at)?.rfind('\n').map_or(0, |end| end + 1);
    let mut blanked = text.get(..start)?.to_owned();
    let mut lines = text.get(start..)?.split_inclusive('\n');
    let mut next = lines.next();
    let opens_table = next?.trim_start().starts_with('[');
    while let Some(line) = next {
        blanked.push_str(if line.ends_with('\n') { "\n" } else { "" });
        next = lines.next();
        if !opens_table || next.is_some_and(|line| line.starts_with('[')) {
            break;
        }
    }
    blanked.extend(next);
    blanked.extend(lines);
    Some(blanked)
}

/// What is wrong with the file's TOML, in one line. The line of the file is not repeated: somebody may have written a secret there.
fn said_of(error: &toml::de::Error) -> String {
    let message = with_suggestion(error.message());
    let message = message.replace("invalid type: map, expected a sequence", "this is a list of tables: write [[…]], two brackets");
    message.trim_end().replace('\n', "; ")
}

/// serde names the unknown key and all known ones; people want the nearest, and all only where none is near.
fn with_suggestion(message: &str) -> String {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let unknown = quoted.next().filter(|_| message.contains("unknown field") || message.contains("unknown variant"));
    let suggestion = unknown.map(|unknown| nearest(unknown, &quoted.collect::<Vec<_>>())).unwrap_or_default();
    let said = if suggestion.is_empty() { message } else { message.split(", expected").next().unwrap_or(message) };
    format!("{}{suggestion}", said.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::source;
    use chrono::NaiveDate;

    fn refusal(text: &str) -> String {
        crate::failure::paragraph(&Config::parse(text).unwrap_err())
    }

    #[test]
    fn an_unknown_key_is_named_with_its_line_and_the_nearest_known_key() {
        let refusal = refusal("[domo]\ninstance = \"acme\"\nrequest_per_minute = 3\n");
        assert!(refusal.contains("line 3"), "{refusal}");
        assert!(refusal.contains("`request_per_minute`"), "{refusal}");
        assert!(refusal.contains("did you mean `requests_per_minute`?"), "{refusal}");
    }

    #[test]
    fn a_line_that_cannot_be_used_is_not_repeated_and_one_bracket_is_no_riddle() {
        let hush = refusal("[domo]\ninstance = \"acme\"\nclient_secret = \"hush\"\n");
        assert!(hush.contains("line 3, column 1: unknown field `client_secret`") && !hush.contains("hush"), "{hush}");
        assert_eq!(refusal("[domo]\ninstance = hush hush\n").matches("hush").count(), 0);
        assert!(refusal("[directory]\npath = \"a.csv\"\n").contains("write [[…]], two brackets"));
    }

    #[test]
    fn a_kind_that_is_misspelt_is_one_problem_and_hides_no_directory_that_is_nowhere() {
        let misspelt = refusal("[[directory]]\nkind = \"entre\"\n");
        assert!(misspelt.contains("`entra`") && !misspelt.contains(source::NOWHERE), "{misspelt}");
        let nowhere = refusal("[[directory]]\nname = \"hr\"\n\n[policy]\norphan = \"remove\"\n");
        assert!(nowhere.contains("`remove`") && nowhere.contains(source::NOWHERE), "{nowhere}");
    }

    #[test]
    fn unknown_keys_and_numbers_beyond_their_limit_are_said_at_once() {
        let refusal = refusal(
            "[domo]\nconcurency = 3\npage_size = 9999\n[polcy]\norphan = \"report\"\n[policy]\nplan_valid_days = 4294967296\n\
             leavr = \"report\"\n[[exclude]]\nemial = \"x\"\nreason = \"robots\"\n[notify]\nurl_env = \"https://hooks.example/T0PSECRET\"\n",
        );
        for part in [
            "line 2, column 1: unknown field `concurency`",
            "did you mean `concurrency`?",
            "[domo] page_size is 1 to 500, not 9999",
            "line 4, column 2: unknown field `polcy`",
            "[policy] plan_valid_days is 0 to 3650, not 4294967296",
            "line 8, column 1: unknown field `leavr`",
            "line 10, column 1: unknown field `emial`",
            "[notify] url_env is not the name of an environment variable",
        ] {
            assert!(refusal.contains(part), "{part} is not in {refusal}");
        }
        assert!(!refusal.contains("T0PSECRET") && !refusal.contains("expected u32"), "{refusal}");
    }

    #[test]
    fn a_field_that_there_is_not_is_named_with_its_place_wherever_it_stands() {
        let refusal = refusal(
            "[expected]\ndepartement = [\"x\"]\n[[role]]\nrole = \"Editor\"\ntitel = [\"x\"]\n[[group]]\ngroups = [\"g\"]\nlocatoin = [\"x\"]\n\
             [drift]\nfields = [\"name\",\n  \"phnoe\"]\n[[directory]]\npath = \"a.csv\"\n[directory.columns]\nemial = \"E-Mail\"\n\
             [[instance]]\nname = \"eu\"\npeople = { statsu = [\"x\"] }\n",
        );
        for part in [
            "line 2, column 1: [expected] names `departement`, which is no field of the directory; did you mean `department`?",
            "line 5, column 1: [[role]] names `titel`",
            "line 8, column 1: [[group]] names `locatoin`",
            "line 11, column 3: [drift] fields names `phnoe`",
            "line 15, column 1: [directory.columns] names `emial`",
            "line 18, column 12: [[instance]] people names `statsu`",
        ] {
            assert_eq!(refusal.matches(part).count(), 1, "{part} is not in {refusal}");
        }
    }

    #[test]
    fn what_a_table_lacks_is_said_whatever_else_is_wrong_with_it() {
        let refusal = refusal("[[exception]]\naccount = \"a@b.example\"\nkinds = [\"orphn\"]\nexpires = 2027-03-31\n");
        for part in
            ["line 3, column 10: unknown variant `orphn`", "line 1, column 1: missing field `reason`", "missing field `owner`"]
        {
            assert_eq!(refusal.matches(part).count(), 1, "{part}: {refusal}");
        }
        assert_eq!(refusal.lines().count(), 3, "{refusal}");
    }

    #[test]
    fn an_exception_needs_owner_reason_and_day() {
        let whole =
            "[[exception]]\naccount = \"a@b.example\"\nkinds = [\"orphan\"]\nreason = \"r\"\nowner = \"o\"\nexpires = 2027-03-31\n";
        assert_eq!(Config::parse(whole).unwrap().exception[0].expires, NaiveDate::from_ymd_opt(2027, 3, 31).unwrap());
        for key in ["reason", "owner", "expires"] {
            let without: Vec<_> = whole.lines().filter(|line| !line.starts_with(key)).collect();
            assert!(refusal(&without.join("\n")).contains(key));
        }
    }
}
