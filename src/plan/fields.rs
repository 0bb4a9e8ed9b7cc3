//! The fields of an account by their names in Domo's API, and when two values of one are the same.

use serde_json::{Map, Value};

/// Canonical directory field = field of Domo's user object.
pub const WRITABLE: [(&str, &str); 9] = [
    ("name", "name"),
    ("email", "email"),
    ("role", "role"),
    ("title", "title"),
    ("department", "department"),
    ("location", "location"),
    ("phone", "phone"),
    ("alternate_email", "alternateEmail"),
    ("employee_number", "employeeNumber"),
];

/// What stands for the memberships of an account: of a new one the names of groups, else their ids and names.
pub const GROUPS: &str = "groups";

/// Domo's name of a canonical field that may be written.
pub fn in_domo(canonical: &str) -> Option<&'static str> {
    WRITABLE.iter().find(|(field, _)| *field == canonical).map(|(_, domo)| *domo)
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

/// Who an account is and what it may do, as far as it says so: what the judgement and the guards rest on. An account in which one of
/// these differs is not the account that was judged.
pub fn identity(account: &Map<String, Value>) -> Map<String, Value> {
    let says = |field: &&str| account.get(*field).is_some_and(|value| !same(value, &Value::Null));
    let role = if says(&"role") { "role" } else { "roleId" };
    let told = ["email", "employeeNumber", role].into_iter().filter(says);
    told.chain(["active"]).map(|field| (field.to_owned(), value(account, field))).collect()
}

/// Whether two values of a field say the same: null, absent and empty text are one, and a number is its digits.
pub fn same(one: &Value, other: &Value) -> bool {
    match (text(one), text(other)) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}

/// A value as people read it; none for lists and objects.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

/// A value in a table or a sheet: text as it is, lists joined, the rest as JSON; nothing for null.
pub fn shown(value: &Value) -> String {
    match value {
        Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join(", "),
        // A group.
        Value::Object(object) if object.get("name").is_some_and(Value::is_string) => shown(&object["name"]),
        Value::Object(_) => value.to_string(),
        _ => text(value).unwrap_or_default(),
    }
}

/// An employee number in the JSON type this instance keeps; none where it cannot be written without changing it. Domo's numbers are
/// digits, at most 16; as a JSON number a leading zero would be lost.
pub fn employee_number(text: &str, numeric: bool) -> Option<Value> {
    if !numeric {
        return Some(Value::String(text.to_owned()));
    }
    let digits = !text.is_empty() && text.len() <= 16 && text.bytes().all(|byte| byte.is_ascii_digit());
    let whole = digits && (text == "0" || !text.starts_with('0'));
    whole.then(|| text.parse::<u64>().ok().map(Value::from)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn empty_absent_and_null_are_the_same_and_numbers_are_their_digits() {
        assert!(same(&json!(""), &Value::Null));
        assert!(same(&json!(123), &json!("123")));
        assert!(!same(&json!("00123"), &json!(123)));
        assert!(!same(&json!("Editor"), &json!("editor")));
        assert!(same(&json!(["a"]), &json!(["a"])));
    }

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

    #[test]
    fn an_employee_number_is_written_whole_or_not_at_all() {
        assert_eq!(employee_number("00123", false), Some(json!("00123")));
        assert_eq!(employee_number("9007199254740993", true), Some(json!(9007199254740993u64)));
        for refused in ["00123", "E123", "", "12345678901234567", "1.0"] {
            assert_eq!(employee_number(refused, true), None, "{refused}");
        }
    }
}
