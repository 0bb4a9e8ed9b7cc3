//! One account as Domo sent it: every field, known or not, with typed access to the known ones.

use serde_json::{Map, Value};
use tokio::time::Instant;

use crate::text;

/// Domo's own support account, on every instance.
pub const SUPPORT_ID: u64 = 27;
/// Its address.
pub const SUPPORT_EMAIL: &str = "support@domo.com";

/// One account, whole. Absent, null and empty stay what they are.
#[derive(Debug, Clone)]
pub struct Account {
    id: u64,
    object: Map<String, Value>,
    read: Instant,
}

/// When it was read does not make another account of it.
impl PartialEq for Account {
    fn eq(&self, other: &Self) -> bool {
        (self.id, &self.object) == (other.id, &other.object)
    }
}

/// What Domo answers about an id. Deleted and unknown both mean gone, said apart.
#[derive(Debug, Clone, PartialEq)]
pub enum Lookup {
    /// There is such an account.
    Found(Account),
    /// 200 with `deleted: true`.
    Deleted,
    /// 404, or 400 as Domo also says it.
    NotFound,
}

impl Account {
    /// From an object with a usable `id`. What a snapshot says beside Domo's own fields is no part of the account.
    ///
    /// # Errors
    /// It has no id that is a number.
    pub fn from_object(mut object: Map<String, Value>) -> Result<Self, String> {
        object.remove(super::extras::KEY);
        let id = match object.get("id") {
            Some(Value::Number(number)) => number.as_u64(),
            Some(Value::String(text)) => text.trim().parse().ok(),
            _ => None,
        };
        match id {
            Some(id) => Ok(Self { id, object, read: Instant::now() }),
            None => Err("it has no usable id".into()),
        }
    }

    /// From JSON text.
    ///
    /// # Errors
    /// It is no JSON object, or has no id that is a number.
    pub fn from_json(json: &[u8]) -> Result<Self, String> {
        Self::from_object(serde_json::from_slice(json).map_err(|error| error.to_string())?)
    }

    /// Domo's id.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// When it was read.
    pub(super) fn read_at(&self) -> Instant {
        self.read
    }

    /// The object as it came.
    pub fn raw(&self) -> &Map<String, Value> {
        &self.object
    }

    /// A field as text, whether Domo sent text or a number; `None` when absent or null.
    pub fn text(&self, field: &str) -> Option<String> {
        match self.object.get(field)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(value) => Some(value.to_string()),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        }
    }

    /// The login.
    pub fn email(&self) -> Option<&str> {
        self.object.get("email")?.as_str()
    }

    /// The display name.
    pub fn name(&self) -> Option<&str> {
        self.object.get("name")?.as_str()
    }

    /// The role's name.
    pub fn role(&self) -> Option<&str> {
        self.object.get("role")?.as_str()
    }

    /// Absent means active, unless the account is deleted.
    pub fn active(&self) -> bool {
        !self.deleted() && self.object.get("active").and_then(Value::as_bool).unwrap_or(true)
    }

    /// Domo answers 200 for deleted accounts and says so inside.
    pub fn deleted(&self) -> bool {
        self.object.get("deleted").and_then(Value::as_bool).unwrap_or(false)
    }
}

impl std::fmt::Display for Account {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "account {} <{}>", self.id, text::visible(self.email().unwrap_or("no e-mail")))
    }
}
