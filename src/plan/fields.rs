//! The fields of an account by their names in Domo's API.

use serde_json::{Map, Value};

pub use crate::terms::value::same;

/// What stands for the memberships of an account: of a new one the names of groups, else their ids and names.
pub const GROUPS: &str = "groups";

/// One field with its value.
pub(super) fn one(field: &str, value: impl Into<Value>) -> Map<String, Value> {
    Map::from_iter([(field.to_owned(), value.into())])
}

/// The value a raw account has in `field`: `active` absent means true unless deleted, `deleted` absent means false, anything else
/// absent is null.
pub fn value(account: &Map<String, Value>, field: &str) -> Value {
    let deleted = account.get("deleted").and_then(Value::as_bool).unwrap_or(false);
    match (field, account.get(field)) {
        ("deleted", _) => Value::Bool(deleted),
        ("active", Some(Value::Bool(active))) => Value::Bool(*active && !deleted),
        ("active", _) => Value::Bool(!deleted),
        (_, Some(value)) => value.clone(),
        (_, None) => Value::Null,
    }
}

/// Who an account is and what it may do, as far as it says so: what the judgement and the guards rest on. An account in which one
/// of these differs is not the account that was judged.
pub fn identity(account: &Map<String, Value>) -> Map<String, Value> {
    let says = |field: &&str| account.get(*field).is_some_and(|value| !same(value, &Value::Null));
    let role = if says(&"role") { "role" } else { "roleId" };
    let told = ["email", "employeeNumber", role].into_iter().filter(says);
    told.chain(["active"]).map(|field| (field.to_owned(), value(account, field))).collect()
}

/// A value in a table or a sheet: text as it is, lists joined, the rest as JSON; nothing for null.
pub fn shown(value: &Value) -> String {
    match value {
        Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join(", "),
        // A group.
        Value::Object(object) if object.get("name").is_some_and(Value::is_string) => shown(&object["name"]),
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        // Numbers, truth and other objects.
        _ => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_account_is_active_unless_it_says_otherwise_or_is_deleted() {
        let account = |value: Value| value.as_object().cloned().unwrap();
        assert_eq!(value(&account(json!({})), "active"), json!(true));
        assert_eq!(value(&account(json!({"active": false})), "active"), json!(false));
        assert_eq!(value(&account(json!({"deleted": true})), "active"), json!(false));
    }

    #[test]
    fn an_identity_holds_what_the_account_says_and_whether_it_is_active() {
        let of = |value: Value| Value::Object(identity(value.as_object().unwrap()));
        let said = json!({"email": "a@acme.com", "role": "Admin", "roleId": 1, "employeeNumber": "", "title": "Boss"});
        assert_eq!(of(said), json!({"email": "a@acme.com", "role": "Admin", "active": true}));
        assert_eq!(of(json!({"roleId": 4, "active": false})), json!({"roleId": 4, "active": false}));
    }
}
