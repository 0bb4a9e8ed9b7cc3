//! The table of fields: what is known of a field of a person, a row a field, in the order people think of somebody.

/// One field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Its canonical name: in configurations, findings and files.
    pub name: &'static str,
    /// Its name in Domo's API, where it is ever written.
    pub domo: Option<&'static str>,
    /// How an account's value is compared with a person's, where that is drift.
    pub compared: Option<Comparison>,
    /// What its value says of who somebody is: the word of the token that redaction puts in its place.
    pub personal: Option<&'static str>,
}

/// How two values of a field are compared. A difference in case only is one, but for addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// As text that looks the same.
    Text,
    /// As a name: as a whole, in the order that Domo's own has.
    Name,
    /// By its digits.
    Phone,
    /// As an address, domain aliases applied.
    Address,
    /// As an employee number.
    Number,
    /// Character by character, where a rule or the directory says what it should be.
    Role,
}

/// Every canonical field of a row of the directory.
pub const FIELDS: [Field; 17] = [
    Field { domo: Some("email"), compared: Some(Comparison::Address), personal: Some("email"), ..of("email") },
    Field { domo: Some("employeeNumber"), compared: Some(Comparison::Number), personal: Some("number"), ..of("employee_number") },
    Field { domo: Some("name"), compared: Some(Comparison::Name), personal: Some("name"), ..of("name") },
    Field { personal: Some("name"), ..of("given_name") },
    Field { personal: Some("name"), ..of("family_name") },
    of("status"),
    Field { domo: Some("title"), compared: Some(Comparison::Text), ..of("title") },
    Field { domo: Some("department"), compared: Some(Comparison::Text), ..of("department") },
    Field { domo: Some("location"), compared: Some(Comparison::Text), ..of("location") },
    Field { domo: Some("phone"), compared: Some(Comparison::Phone), personal: Some("phone"), ..of("phone") },
    of("hire_date"),
    of("termination_date"),
    Field { personal: Some("email"), ..of("manager_email") },
    of("user_type"),
    Field { domo: Some("alternateEmail"), personal: Some("email"), ..of("alternate_email") },
    of("groups"),
    Field { domo: Some("role"), compared: Some(Comparison::Role), ..of("role") },
];

/// A field that is neither written nor compared, and says nothing of who somebody is.
const fn of(name: &'static str) -> Field {
    Field { name, domo: None, compared: None, personal: None }
}

impl Field {
    /// The field with this canonical name.
    pub fn named(name: &str) -> Option<&'static Self> {
        FIELDS.iter().find(|field| field.name == name)
    }

    /// Every canonical name.
    pub fn names() -> [&'static str; FIELDS.len()] {
        FIELDS.map(|field| field.name)
    }

    /// Whether this name in Domo's API is that of a field that is ever written.
    pub fn is_written(domo: &str) -> bool {
        FIELDS.iter().any(|field| field.domo == Some(domo))
    }
}
