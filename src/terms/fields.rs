//! The table of fields.

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
