//! Two versions of one account: what was asked for and is not there, and what changed although nobody asked.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::terms::value;

/// Domo's to change with every write.
const OWN: [&str; 1] = ["updatedAt"];

/// Fields of `changes` that `after` does not show.
pub(super) fn missing(changes: &Map<String, Value>, after: &Map<String, Value>) -> Vec<String> {
    let shown = |field: &str, value: &Value| match (field, value) {
        // Absent means active.
        ("active", Value::Bool(wanted)) => after.get("active").and_then(Value::as_bool).unwrap_or(true) == *wanted,
        _ => same(field, Some(value), after.get(field)),
    };
    changes.iter().filter(|(field, value)| !shown(field, value)).map(|(field, _)| field.clone()).collect()
}

/// Whether a field of `changes` is not as it was before.
pub(super) fn touched(before: &Map<String, Value>, changes: &Map<String, Value>, after: &Map<String, Value>) -> bool {
    changes.keys().any(|field| !same(field, before.get(field), after.get(field)))
}

/// The first field that changed although nobody asked for it, and from what to what it went.
pub(super) fn surprise(
    before: &Map<String, Value>,
    changes: &Map<String, Value>,
    after: &Map<String, Value>,
) -> Option<(String, String)> {
    let fields: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    fields.into_iter().filter(|field| !OWN.contains(&field.as_str())).find_map(|field| {
        let (was, is) = (before.get(field), after.get(field));
        // The role's number says the same as its name; where it was not told before, nothing was asked of it.
        let role = field == "roleId" && changes.contains_key("role");
        let fine = changes.contains_key(field) || role || same(field, was, is);
        let show = |value: Option<&Value>| value.map_or_else(|| "absent".into(), |value| crate::text::shown(&value.to_string()));
        (!fine).then(|| (field.clone(), format!("it was {} and reads back as {}", show(was), show(is))))
    })
}

/// Whether two values say the same; an account that does not say `active` counts as active.
fn same(field: &str, one: Option<&Value>, other: Option<&Value>) -> bool {
    if field == "active" {
        let active = |value: Option<&Value>| value.and_then(Value::as_bool).unwrap_or(true);
        return active(one) == active(other);
    }
    value::same(one.unwrap_or(&Value::Null), other.unwrap_or(&Value::Null))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn map(value: Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap()
    }

    fn surprise_between(before: Value, changes: Value, after: Value) -> Option<String> {
        surprise(&map(before), &map(changes), &map(after)).map(|(field, _)| field)
    }

    #[test]
    fn an_unplanned_change_is_a_surprise_and_a_planned_one_is_not() {
        let before = json!({"id": 1, "title": "A", "phone": "1"});
        let changes = json!({"title": "B"});
        assert_eq!(surprise_between(before.clone(), changes.clone(), json!({"id": 1, "title": "B", "phone": "1"})), None);
        assert_eq!(surprise_between(before, changes, json!({"id": 1, "title": "B"})).as_deref(), Some("phone"));
    }

    #[test]
    fn types_order_time_stamps_and_ways_of_saying_nothing_are_no_surprise() {
        let before = json!({"roleId": 4, "employeeNumber": "7", "groups": [{"id": 1}, {"id": 2}], "title": "", "updatedAt": "x"});
        let after = json!({"roleId": "4", "employeeNumber": 7, "groups": [{"id": 2}, {"id": 1}], "phone": null, "active": true});
        assert_eq!(surprise_between(before, json!({}), after), None);
    }

    #[test]
    fn active_that_does_not_come_back_counts_as_true() {
        assert_eq!(missing(&map(json!({"active": false})), &map(json!({"id": 1}))), ["active"]);
        assert!(missing(&map(json!({"active": true})), &map(json!({"id": 1}))).is_empty());
    }
}
