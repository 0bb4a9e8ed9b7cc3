//! Reading the file, and saying all that is wrong with it at once.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::instance::same_instance;
use super::source;
use super::{Config, Directory, Instance, limits};
use crate::failure::Failure;
use crate::files;
use crate::http::Url;
use crate::terms::{Field, Key, Role};

/// The name looked for in the current folder when no `--config` is given.
pub const DEFAULT_FILE: &str = "domo-reconcile.toml";

/// Bytes of a configuration.
const LONGEST: u64 = 16 << 20;

/// The configuration, the file it came from and that file's bytes.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    /// What is in force: the file with defaults, and what flags put in its place.
    pub config: Config,
    /// What the file says, with defaults, before any flag.
    pub written: Config,
    /// The file, where there is one.
    pub path: Option<PathBuf>,
    /// Its text; empty without a file.
    pub text: String,
}

impl Loaded {
    /// A configuration that is in force as its text says.
    pub fn as_written(config: Config, path: PathBuf, text: String) -> Self {
        Self { written: config.clone(), config, path: Some(path), text }
    }

    /// Reads `path`, or [`DEFAULT_FILE`] in the current folder if it is there, or takes the defaults. Relative paths in the file
    /// are resolved against its folder.
    ///
    /// # Errors
    /// The file cannot be read, or is not valid: all that is wrong, at once.
    pub fn read(path: Option<&Path>) -> Result<Self> {
        let Some(found) = file(path) else { return Ok(Self::default()) };
        let text = files::read_text(&found, LONGEST).with_context(|| {
            Failure::usage(format!("cannot read the configuration {}", found.display()))
                .hint("name an existing TOML file with --config")
        })?;
        let config = Config::parse(&text).with_context(|| {
            Failure::usage(format!("the configuration {} is not valid", found.display()))
                .hint("`domo-reconcile schema config` prints every key there is")
        })?;
        Ok(Self::at(found, text, config))
    }

    /// As [`read`](Self::read), but of a file that is not valid as much as can be used, beside what is wrong with it: for who looks for
    /// everything that is wrong. What was left out of it may have said where a secret goes, so nothing secret is sent by it.
    pub fn read_in_part(path: Option<&Path>) -> (Self, Option<anyhow::Error>) {
        let error = match Self::read(path) {
            Ok(loaded) => return (loaded, None),
            Err(error) => error,
        };
        let found = file(path).unwrap_or_else(|| DEFAULT_FILE.into());
        let text = files::read_text(&found, LONGEST).unwrap_or_default();
        let mut config = lenient(&text).0.unwrap_or_default();
        // What is told already.
        config.notify.url_env = config.notify.url_env.filter(|name| limits::is_variable(name));
        for directory in &mut config.directory {
            directory.columns.retain(|field, _| Field::named(field).is_some());
        }
        (Self::at(found, text, config), Some(error))
    }

    /// Paths count from the file's folder.
    fn at(found: PathBuf, text: String, mut config: Config) -> Self {
        let base = found.parent().unwrap_or(Path::new("")).to_owned();
        for directory in &mut config.directory {
            let named = [Some(&mut directory.path), directory.ca_file.as_mut(), directory.federated_token_file.as_mut()];
            for path in named.into_iter().flatten().filter(|path| !path.as_os_str().is_empty()) {
                *path = base.join(&*path);
            }
        }
        if let Some(content) = &mut config.content {
            content.resolve(&base);
        }
        for path in [&mut config.report.templates, &mut config.notify.textfile].into_iter().flatten() {
            *path = base.join(&*path);
        }
        let directory = config.directories(&[]);
        Self { written: Config { directory, ..config.clone() }, config, path: Some(found), text }
    }

    /// The file that somebody named, read; none where nobody named one. For commands whose rules are elsewhere.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn named(path: Option<&Path>) -> Result<Option<Self>> {
        path.map(|path| Self::read(Some(path))).transpose()
    }

    /// As much of an invalid file as says who is to hear of it.
    pub fn of_invalid(path: Option<&Path>) -> Option<Config> {
        let path = path.unwrap_or(Path::new(DEFAULT_FILE));
        let mut config = lenient(&files::read_text(path, LONGEST).ok()?).0?;
        // Where a secret stands in place of a variable's name, it is not said.
        config.notify.url_env = config.notify.url_env.filter(|name| limits::is_variable(name));
        config.notify.textfile = config.notify.textfile.map(|textfile| path.parent().unwrap_or(Path::new("")).join(textfile));
        Some(config)
    }
}

/// The file that is named, or the one in the current folder.
fn file(path: Option<&Path>) -> Option<PathBuf> {
    let there = || Some(PathBuf::from(DEFAULT_FILE)).filter(|file| file.exists());
    path.map(Path::to_owned).or_else(there)
}

/// A text as TOML writes it, quotes and all: in one line, whatever is in it, so that it can stand in a comment and be pasted.
pub fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            letter if letter.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(letter))),
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

/// A value of a configuration as people read it: no quotes, of a table what is not empty, and `none` in place of nothing.
pub fn shown(value: &Value, none: &str) -> String {
    let is_empty = |value: &Value| match value {
        Value::Null => true,
        Value::Array(list) => list.is_empty(),
        Value::Object(table) => table.is_empty(),
        _ => false,
    };
    match value {
        value if is_empty(value) => none.to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(|value| shown(value, none)).collect::<Vec<_>>().join(", "),
        Value::Object(table) => {
            let filled = table.iter().filter(|(_, value)| !is_empty(value));
            filled.map(|(key, value)| format!("{key} = {}", shown(value, none))).collect::<Vec<_>>().join("; ")
        }
        other => other.to_string(),
    }
}

impl Config {
    /// Parses the text of a configuration file.
    ///
    /// # Errors
    /// All that is wrong at once, one problem a line: unknown keys with their place and the nearest known key, numbers beyond their
    /// limit, values that cannot be.
    pub fn parse(text: &str) -> Result<Self> {
        let (config, mut found, read_over) = lenient(text);
        // Of what a table lacks serde says the first, and nothing where it stumbled over another line of it.
        let missing = if found.is_empty() { Vec::new() } else { missing_keys(text) };
        let further = limits::problems(text).into_iter().chain(unknown_fields(text)).chain(missing);
        found.extend(further.map(|(at, said)| (Some(place(text, at)), said)));
        found.sort();
        found.dedup();
        let placed = found.into_iter().map(|(place, said)| match place {
            Some((line, column)) => format!("line {line}, column {column}: {said}"),
            None => said,
        });
        // A line that was read over may have said where a directory is: that nothing does is no second problem.
        let misspelt = read_over.iter().any(|key| ["path", "url", "kind"].contains(&key.as_str()));
        let of_values = config.iter().flat_map(Self::problems).filter(|said| !(misspelt && said.contains(source::NOWHERE)));
        let problems: Vec<_> = placed.chain(of_values).collect();
        match (config, problems.as_slice()) {
            (Some(config), []) => Ok(config),
            _ => Err(Failure::usage(problems.join("\n")).into()),
        }
    }

    /// The directories to read where these files are named instead of the configured ones; the configured ones where none is. A file
    /// that the configuration names too keeps its settings there; in any other everything is found by itself.
    ///
    /// The age that an export may have is filled in, so that the configuration in force says it.
    pub fn directories(&self, named: &[PathBuf]) -> Vec<Directory> {
        let aged =
            |directory: Directory| Directory { max_age_days: directory.max_age_days.or(Some(super::MAX_AGE_DAYS)), ..directory };
        if named.is_empty() {
            return self.directory.iter().cloned().map(aged).collect();
        }
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        // A workbook with a sheet for each department has a block for each.
        let with_settings = |path: &PathBuf| {
            let known = self.directory.iter().filter(|known| real(&known.path) == real(path));
            let mut blocks: Vec<Directory> = known.map(|known| Directory { path: path.clone(), ..known.clone() }).collect();
            if blocks.is_empty() {
                blocks.push(Directory { path: path.clone(), ..Directory::default() });
            }
            blocks
        };
        named.iter().flat_map(with_settings).map(aged).collect()
    }

    /// What is wrong with values that parse: every problem, at once.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        self.problems_of_policy(&mut problems);
        self.problems_of_rules(&mut problems);
        self.problems_of_report(&mut problems);
        self.problems_of_instances(&mut problems);
        problems.extend(self.content.iter().flat_map(super::Content::problems));
        problems.extend((1..).zip(&self.directory).flat_map(|(number, directory)| source::problems(number, directory)));
        problems
    }

    fn problems_of_policy(&self, problems: &mut Vec<String>) {
        use super::Choice::{Create, Deactivate, Delete, Demote, Report, Update};
        let policy = &self.policy;
        for (key, choice, allowed) in [
            ("orphan", policy.orphan, &[Deactivate, Demote, Delete, Report][..]),
            ("leaver", policy.leaver, &[Deactivate, Demote, Delete, Report]),
            ("suspended", policy.suspended, &[Deactivate, Demote, Report]),
            ("revoked", policy.revoked, &[Deactivate, Demote, Delete]),
            ("dormant", policy.dormant, &[Deactivate, Demote, Report]),
            ("missing", policy.missing, &[Create, Report]),
            ("drift", policy.drift, &[Update, Report]),
        ] {
            if !allowed.contains(&choice) {
                problems.push(format!("[policy] {key} may be one of {allowed:?}, not {choice:?}").to_lowercase());
            }
        }
        let roles = self.role.iter().map(|rule| ("[[role]] role", &rule.role));
        for (place, role) in
            roles.chain([("[policy] default_role", &policy.default_role), ("[policy] demoted_role", &policy.demoted_role)])
        {
            if Role::from_word(role).is_none() {
                problems.push(format!("{place} is one of {}, exactly, not `{role}`", Role::ALL.map(Role::as_str).join(", ")));
            }
        }
        if Role::from_word(&policy.demoted_role).is_some_and(Role::may_administer) {
            problems.push(format!(
                "[policy] demoted_role is `{}`, which may administer: a demotion would take nothing away",
                policy.demoted_role
            ));
        }
    }

    fn problems_of_rules(&self, problems: &mut Vec<String>) {
        if self.matching.keys.is_empty() {
            problems.push("[match] keys needs at least one key".into());
        }
        if self.matching.keys.contains(&Key::Link) {
            problems.push("[match] keys cannot name `link`: [[link]] comes before every key".into());
        }
        for link in &self.link {
            if [&link.account, &link.person, &link.reason, &link.owner].iter().any(|text| text.trim().is_empty()) {
                problems.push(format!("[[link]] of `{}` needs an account, a person, a reason and an owner", link.account));
            }
        }
        for exclude in &self.exclude {
            if exclude.email.is_some() == exclude.id.is_some() {
                problems.push(format!("[[exclude]] `{}` needs either email or id", exclude.reason));
            }
        }
        for exception in &self.exception {
            if exception.kinds.is_empty() {
                problems.push(format!("[[exception]] for `{}` names no kinds", exception.account));
            }
            if exception.reason.trim().is_empty() || exception.owner.trim().is_empty() {
                problems.push(format!("[[exception]] for `{}` needs a reason and an owner", exception.account));
            }
        }
    }

    fn problems_of_report(&self, problems: &mut Vec<String>) {
        if let Some(zone) = &self.report.timezone
            && zone.parse::<chrono_tz::Tz>().is_err()
        {
            problems.push(format!("[report] timezone `{zone}` is not a zone such as `Europe/Berlin`"));
        }
        if let Some(url) = &self.report.url {
            // It stands in this file and is sent to a channel: an address that holds a secret belongs in neither.
            match Url::parse(url.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https")) {
                None => problems.push("[report] url is no address such as `https://reports.acme.com/domo/`".into()),
                Some(url) if !url.username().is_empty() || url.password().is_some() || url.query().is_some() => {
                    problems.push("[report] url holds a user, a password or a query: the notice shows it to everybody".into());
                }
                Some(_) => {}
            }
        }
    }

    fn problems_of_instances(&self, problems: &mut Vec<String>) {
        for (index, one) in self.instance.iter().enumerate() {
            let before = self.instance.get(..index).unwrap_or_default();
            if before.iter().any(|other| other.name == one.name) {
                problems.push(format!("[[instance]] `{}` is there twice: their histories would be one", one.name));
            }
            // A client belongs to one Domo.
            if let Some(other) = before.iter().find(|other| other.client_id_env == one.client_id_env) {
                let variable = one.client_id_env.as_deref().unwrap_or("DOMO_CLIENT_ID");
                problems.push(format!("[[instance]] `{}` and `{}` have one client, that of {variable}", other.name, one.name));
            }
        }
    }

    /// The section of an instance, however its name is written.
    pub fn instance_called(&self, name: &str) -> Option<&Instance> {
        self.instance.iter().find(|instance| same_instance(&instance.name, name))
    }

    /// The configuration of one of several instances: what its section names overrides `[domo]`; its people, where it names them,
    /// are those who are expected there. People outside them still match, so that nobody becomes an orphan by a slice.
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
        config
    }

    /// The `client_owner` that must be an account of this configuration's instance: one that several instances inherit need not be in
    /// each of them.
    pub fn client_owner_here(&self) -> Option<&str> {
        let own = |instance: &&Instance| Some(&instance.name) == self.domo.instance.as_ref() && instance.client_owner.is_some();
        let here = self.instance.len() < 2 || self.instance.iter().any(|instance| own(&instance));
        self.domo.client_owner.as_deref().filter(|_| here)
    }
}

/// Every key that a table of a list has to have and has not: where the table stands in the text, in bytes, and what is wrong.
fn missing_keys(text: &str) -> Vec<(usize, String)> {
    let Ok(file) = DeTable::parse(text) else { return Vec::new() };
    let schema = schemars::schema_for!(Config).to_value();
    let required = |section: &str| {
        let items = schema["properties"][section]["items"]["$ref"].as_str().unwrap_or_default();
        let keys = schema.pointer(items.trim_start_matches('#')).and_then(|table| table["required"].as_array());
        keys.into_iter().flatten().filter_map(Value::as_str).collect::<Vec<_>>()
    };
    let mut missing = Vec::new();
    for (section, value) in file.get_ref() {
        for item in value.get_ref().as_array().into_iter().flatten() {
            let Some(table) = item.get_ref().as_table() else { continue };
            let lacks = required(section.get_ref()).into_iter().filter(|key| !table.contains_key(*key));
            missing.extend(lacks.map(|key| (item.span().start, format!("missing field `{key}`"))));
        }
    }
    missing
}

/// Every place where the file names a canonical field and there is none of that name: where it stands in the text, in bytes, and what is
/// wrong.
fn unknown_fields(text: &str) -> Vec<(usize, String)> {
    let Ok(file) = DeTable::parse(text) else { return Vec::new() };
    let mut unknown = Vec::new();
    let mut named = |place: &str, field: &Spanned<DeString<'_>>| {
        let name = field.get_ref().as_ref();
        if Field::named(name).is_none() {
            let near = nearest(name, &Field::names());
            unknown.push((field.span().start, format!("{place} names `{name}`, which is no field of the directory{near}")));
        }
    };
    for (section, value) in file.get_ref() {
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

/// Mistakes that are said of one file.
const MOST: usize = 50;

/// What is wrong and the line and column of it, both from 1; none where it is not known.
type Found = (Option<(usize, usize)>, String);

/// The configuration as far as it can be read, and each line that cannot be, which is read over. None where the file is no TOML, or where a
/// line cannot be taken out of it. Last, the keys of what was read over.
fn lenient(text: &str) -> (Option<Config>, Vec<Found>, Vec<String>) {
    let mut rest = text.to_owned();
    let (mut found, mut read_over) = (Vec::new(), Vec::new());
    while found.len() < MOST {
        let error = match toml::from_str(&rest) {
            Ok(whole) => return (Some(whole), found, read_over),
            Err(error) => error,
        };
        let at = error.span().map(|span| span.start);
        let key = at.and_then(|at| key_at(&rest, at)).map(str::to_owned);
        // What is beyond its type is beyond its limit too, which is said better; and what was read over is missing only for that.
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

/// The text with the line of this place blank, and, where the line opens a table, with its lines blank too. All others keep their number.
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
    use chrono::NaiveDate;

    fn refusal(text: &str) -> String {
        crate::failure::paragraph(&Config::parse(text).unwrap_err())
    }

    #[test]
    fn a_quoted_text_is_one_line_and_reads_back() {
        for text in ["Work Email", "O\"Neil\\'s", "two\nlines", "\t\u{7f}\u{85}\u{e9}"] {
            let line = format!("text = {}", quoted(text));
            assert_eq!(line.lines().count(), 1, "{line}");
            assert_eq!(line.parse::<toml::Table>().unwrap()["text"].as_str(), Some(text), "{line}");
        }
    }

    #[test]
    fn an_empty_file_gives_the_defaults() {
        assert_eq!(Config::parse("").unwrap(), Config::default());
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
    fn every_wrong_value_is_said_at_once() {
        let refusal = refusal(
            "[domo]\npage_size = 501\n[policy]\norphan = \"create\"\ndefault_role = \"admin\"\n[expected]\ndepartement = [\"x\"]\n",
        );
        for part in ["page_size is 1 to 500", "[policy] orphan", "default_role", "did you mean `department`?"] {
            assert!(refusal.contains(part), "{part} is not in {refusal}");
        }
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
    fn two_instances_are_two() {
        let refusal = refusal("[[instance]]\nname = \"acme\"\n[[instance]]\nname = \"Acme\"\n");
        assert!(
            refusal.contains("`acme` is there twice") && refusal.contains("have one client, that of DOMO_CLIENT_ID"),
            "{refusal}"
        );
        let own = "[[instance]]\nname = \"acme\"\n[[instance]]\nname = \"acme-eu\"\nclient_id_env = \"EU\"\n";
        assert_eq!(Config::parse(own).unwrap().problems(), [""; 0]);
    }

    #[test]
    fn a_named_file_keeps_the_settings_that_the_configuration_has_for_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("workers.csv");
        std::fs::write(&file, "").unwrap();
        let text = "[[directory]]\npath = \"workers.csv\"\ndelimiter = \";\"\n";
        std::fs::write(folder.path().join("rules.toml"), text).unwrap();
        let config = Loaded::read(Some(&folder.path().join("rules.toml"))).unwrap().config;
        let aged = |directory: &Directory| Directory { max_age_days: Some(crate::config::MAX_AGE_DAYS), ..directory.clone() };
        assert_eq!(config.directories(&[]), config.directory.iter().map(aged).collect::<Vec<_>>());
        let other = folder.path().join(".").join("workers.csv");
        let named = config.directories(&[other.clone(), "elsewhere.csv".into()]);
        assert_eq!((named[0].delimiter, &named[0].path), (Some(';'), &other));
        assert_eq!(named[1], aged(&Directory { path: "elsewhere.csv".into(), ..Directory::default() }));
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
