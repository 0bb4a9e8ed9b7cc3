//! Every parameter, its value, and where it comes from: the default, a line of the file, a flag, the environment.

use serde_json::Value;
use toml::de::{DeTable, DeValue};

use crate::config::{Config, Loaded};

/// One parameter.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Parameter {
    /// `[guards] max_deactivations`
    pub(super) name: String,
    /// As JSON; a list of one kind of thing is one value.
    pub(super) value: Value,
    /// Where it comes from.
    pub(super) origin: ParameterOrigin,
}

/// Where a parameter comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ParameterOrigin {
    Default,
    Line(usize),
    Flag,
}

/// All parameters of a configuration in the order of its sections. What differs from both the file and the defaults was set by a
/// flag.
pub(super) fn parameters(loaded: &Loaded) -> Vec<Parameter> {
    let in_force = serde_json::to_value(&loaded.config).unwrap_or_default();
    let as_written = Config::parse(&loaded.text).unwrap_or_default();
    let as_written = serde_json::to_value(as_written).unwrap_or_default();
    let parsed = DeTable::parse(&loaded.text).ok();
    let table = parsed.as_ref().map(toml::Spanned::get_ref);
    let ends: Vec<usize> = loaded.text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at).collect();
    // The 1-based line of a byte.
    let line_of = |byte: usize| ends.partition_point(|end| *end < byte) + 1;
    let mut parameters = Vec::new();
    if let Value::Object(sections) = &in_force {
        for (section, value) in sections {
            let written = &as_written[section];
            let there = table.and_then(|table| table.get(section.as_str()));
            match (value, there.map(toml::Spanned::get_ref)) {
                (Value::Object(keys), there) if !keys.is_empty() => {
                    let inner = match there {
                        Some(DeValue::Table(inner)) => Some(inner),
                        _ => None,
                    };
                    for (key, value) in keys {
                        let line = inner.and_then(|inner| inner.get_key_value(key.as_str()));
                        let line = line.map(|(key, _)| line_of(key.span().start));
                        let origin = origin(value, &written[key], line);
                        parameters.push(Parameter { name: format!("[{section}] {key}"), value: value.clone(), origin });
                    }
                }
                // A list of tables: one parameter for each of them.
                (Value::Array(items), there) if !items.is_empty() => {
                    let spans: Vec<usize> = match there {
                        Some(DeValue::Array(tables)) => tables.iter().map(|table| table.span().start).collect(),
                        _ => Vec::new(),
                    };
                    for (place, item) in items.iter().enumerate() {
                        let line = spans.get(place).map(|start| line_of(*start));
                        let origin = match comparable(section, item) == comparable(section, &written[place]) {
                            true => line.map_or(ParameterOrigin::Default, ParameterOrigin::Line),
                            false => ParameterOrigin::Flag,
                        };
                        parameters.push(Parameter { name: format!("[[{section}]]"), value: item.clone(), origin });
                    }
                }
                (value, there) => {
                    let line = there.and_then(|_| table?.get_key_value(section.as_str()));
                    let line = line.map(|(key, _)| line_of(key.span().start));
                    parameters.push(Parameter {
                        name: format!("[{section}]"),
                        value: value.clone(),
                        origin: origin(value, written, line),
                    });
                }
            }
        }
    }
    parameters
}

fn origin(value: &Value, written: &Value, line: Option<usize>) -> ParameterOrigin {
    // Paths are resolved against the file's folder after reading: their last part decides.
    let same = value == written
        || matches!((value, written), (Value::String(value), Value::String(written)) if value.ends_with(written.as_str()));
    match (same, line) {
        (true, Some(line)) => ParameterOrigin::Line(line),
        (true, None) => ParameterOrigin::Default,
        (false, _) => ParameterOrigin::Flag,
    }
}

/// A directory's path is resolved after reading; only its last part says whether it is the file's own.
fn comparable(section: &str, item: &Value) -> Value {
    let mut item = item.clone();
    if section == "directory"
        && let Some(Value::String(path)) = item.get_mut("path")
    {
        *path = path.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
    }
    item
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loaded(text: &str) -> Loaded {
        Loaded { config: Config::parse(text).unwrap(), path: Some("domo-reconcile.toml".into()), text: text.to_owned() }
    }

    fn of(loaded: &Loaded, name: &str) -> Vec<(Value, ParameterOrigin)> {
        let all = parameters(loaded).into_iter().filter(|parameter| parameter.name == name);
        all.map(|parameter| (parameter.value, parameter.origin)).collect()
    }

    #[test]
    fn a_parameter_names_its_line_or_is_a_default() {
        let loaded = loaded("[domo]\ninstance = 'acme'\n\n[guards]\nmin_admins = 3\n");
        assert_eq!(of(&loaded, "[guards] min_admins"), [(Value::from(3), ParameterOrigin::Line(5))]);
        assert_eq!(of(&loaded, "[guards] max_creates"), [(Value::from(200), ParameterOrigin::Default)]);
    }

    #[test]
    fn tables_of_a_list_have_a_line_each() {
        let loaded = loaded("[[exclude]]\nid = 1\nreason = 'a'\n\n[[exclude]]\nid = 2\nreason = 'b'\n");
        let lines: Vec<_> = of(&loaded, "[[exclude]]").into_iter().map(|(_, origin)| origin).collect();
        assert_eq!(lines, [ParameterOrigin::Line(1), ParameterOrigin::Line(5)]);
    }

    #[test]
    fn what_neither_the_file_nor_the_default_says_was_a_flag() {
        let mut loaded = loaded("[[directory]]\npath = 'a.csv'\n");
        loaded.config.directory[0].path = "/somewhere/a.csv".into();
        assert_eq!(of(&loaded, "[[directory]]")[0].1, ParameterOrigin::Line(1));
        loaded.config.directory[0].path = "b.csv".into();
        assert_eq!(of(&loaded, "[[directory]]")[0].1, ParameterOrigin::Flag);
    }
}
