//! The words of the contract that a configuration may use.

use serde::{Deserialize, Serialize};

/// The canonical fields of a directory row.
pub const FIELDS: &[&str] = &[
    "email",
    "alternate_email",
    "employee_number",
    "name",
    "given_name",
    "family_name",
    "title",
    "department",
    "location",
    "phone",
    "status",
    "hire_date",
    "termination_date",
    "manager_email",
    "user_type",
    "groups",
    "role",
];

/// The only roles that are ever written, exactly like this.
pub const ROLES: &[&str] = &["Admin", "Privileged", "Editor", "Participant", "Social"];

/// The canonical status of a person in the directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Employed.
    Active,
    /// Employed, on leave.
    Leave,
    /// Switched off in the directory without saying why.
    Suspended,
    /// Employment has ended.
    Terminated,
    /// Employment has not begun.
    Prehire,
    /// The directory's word means nothing certain.
    Unknown,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Active, Self::Leave, Self::Suspended, Self::Terminated, Self::Prehire, Self::Unknown];

    /// The word used in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Leave => "leave",
            Self::Suspended => "suspended",
            Self::Terminated => "terminated",
            Self::Prehire => "prehire",
            Self::Unknown => "unknown",
        }
    }
}

/// A correlation key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Key {
    /// The main e-mail address.
    Email,
    /// Any further address, against the other side's main and further addresses.
    AlternateEmail,
    /// The employee number, as text.
    EmployeeNumber,
    /// Somebody's decision, by a `[[link]]`: no key that `[match]` can name.
    Link,
}

impl Key {
    /// The word used in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::AlternateEmail => "alternate_email",
            Self::EmployeeNumber => "employee_number",
            Self::Link => "link",
        }
    }
}

/// The kinds of finding, worst first as the report lists them. The words are an interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)] // the words of the report's glossary
pub enum Kind {
    Leaver,
    Suspended,
    Orphan,
    Conflict,
    Ambiguous,
    Duplicate,
    Early,
    NotEvaluable,
    Drift,
    Missing,
    Quality,
    Deactivated,
    Exception,
}

impl Kind {
    /// Every kind, in the report's order.
    pub const ALL: [Kind; 13] = [
        Kind::Leaver,
        Kind::Suspended,
        Kind::Orphan,
        Kind::Conflict,
        Kind::Ambiguous,
        Kind::Duplicate,
        Kind::Early,
        Kind::NotEvaluable,
        Kind::Drift,
        Kind::Missing,
        Kind::Quality,
        Kind::Deactivated,
        Kind::Exception,
    ];

    /// The word used in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Leaver => "leaver",
            Self::Suspended => "suspended",
            Self::Orphan => "orphan",
            Self::Conflict => "conflict",
            Self::Ambiguous => "ambiguous",
            Self::Duplicate => "duplicate",
            Self::Early => "early",
            Self::NotEvaluable => "not-evaluable",
            Self::Drift => "drift",
            Self::Missing => "missing",
            Self::Quality => "quality",
            Self::Deactivated => "deactivated",
            Self::Exception => "exception",
        }
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
