//! Every parameter, its value, and where it comes from: the default, a line of the file, a flag, the environment.

use serde_json::Value;
use toml::de::{DeTable, DeValue};

use crate::config::Loaded;

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

/// All parameters of a configuration in the order of its sections. What differs from both the file and the defaults was set by the
/// block of this instance, where there are several, else by a flag.
pub(super) fn parameters(loaded: &Loaded) -> Vec<Parameter> {
    let in_force = serde_json::to_value(&loaded.config).unwrap_or_default();
    let as_written = serde_json::to_value(&loaded.written).unwrap_or_default();
    let parsed = DeTable::parse(&loaded.text).ok();
    let table = parsed.as_ref().map(toml::Spanned::get_ref);
    let ends: Vec<usize> = loaded.text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at).collect();
    // The 1-based line of a byte.
    let line_of = |byte: usize| ends.partition_point(|end| *end < byte) + 1;
    // The lines on which the tables of a list begin.
    let lines_of = |section: &str| match table.and_then(|table| table.get(section)).map(toml::Spanned::get_ref) {
        Some(DeValue::Array(tables)) => tables.iter().map(|table| line_of(table.span().start)).collect(),
        _ => Vec::new(),
    };
    let here = loaded.config.instance.iter().position(|one| Some(&one.name) == loaded.config.domo.instance.as_ref());
    let here = here.and_then(|place| lines_of("instance").get(place).copied());
    let origin = |section: &str, value: &Value, written: &Value, line: Option<usize>| match (value == written, line) {
        (true, Some(line)) => ParameterOrigin::Line(line),
        (true, None) => ParameterOrigin::Default,
        // What the block of an instance may override.
        (false, _) => match here.filter(|_| ["domo", "expected"].contains(&section)) {
            Some(line) => ParameterOrigin::Line(line),
            None => ParameterOrigin::Flag,
        },
    };
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
                        let origin = origin(section, value, &written[key], line);
                        parameters.push(Parameter { name: format!("[{section}] {key}"), value: value.clone(), origin });
                    }
                }
                // A list of tables: one parameter for each of them.
                (Value::Array(items), _) if !items.is_empty() => {
                    let lines = lines_of(section);
                    let written = written.as_array().map_or(&[][..], Vec::as_slice);
                    for (at, item) in items.iter().enumerate() {
                        // A flag leaves some out.
                        let same = |place: usize| written.get(place) == Some(item);
                        let place = Some(at).filter(|at| same(*at)).or_else(|| (0..written.len()).find(|place| same(*place)));
                        let origin = match place {
                            Some(place) => lines.get(place).map_or(ParameterOrigin::Default, |line| ParameterOrigin::Line(*line)),
                            None => ParameterOrigin::Flag,
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
                        origin: origin(section, value, written, line),
                    });
                }
            }
        }
    }
    parameters
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn loaded(text: &str) -> Loaded {
        Loaded::as_written(Config::parse(text).unwrap(), "domo-reconcile.toml".into(), text.to_owned())
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
    fn what_the_file_does_not_say_was_a_flag_and_what_it_says_keeps_its_line_wherever_it_stands() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("rules.toml");
        std::fs::write(&file, "[[directory]]\npath = 'a.csv'\n\n[[directory]]\npath = 'b.csv'\n").unwrap();
        let mut loaded = Loaded::read(Some(&file)).unwrap();
        let directories = |loaded: &Loaded| of(loaded, "[[directory]]").into_iter().map(|(_, origin)| origin).collect::<Vec<_>>();
        loaded.config.directory = loaded.config.directories(&[]);
        assert_eq!(directories(&loaded), [ParameterOrigin::Line(1), ParameterOrigin::Line(4)]);
        loaded.config.directory = loaded.config.directories(&[folder.path().join("b.csv"), "elsewhere/a.csv".into()]);
        assert_eq!(directories(&loaded), [ParameterOrigin::Line(4), ParameterOrigin::Flag]);
    }

    #[test]
    fn what_an_instance_overrides_is_of_its_block() {
        let mut loaded = loaded("[domo]\npage_size = 50\n[[instance]]\nname = 'acme-eu'\npage_size = 100\n");
        loaded.config = loaded.config.for_instance(&loaded.config.instance[0]);
        assert_eq!(of(&loaded, "[domo] page_size"), [(Value::from(100), ParameterOrigin::Line(3))]);
    }
}
