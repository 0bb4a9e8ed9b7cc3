//! The table of fields: all that is known of a field of a person, a row a field. Whatever goes over fields asks here: the people
//! frame and the readers that fill it, the comparison, the plan, Domo's import, redaction, `check`.

use super::words::TokenSort;

/// One field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Its canonical name: in configurations, findings and files, and of its column in the people frame.
    pub name: &'static str,
    /// What a cell of it is.
    pub holds: Holds,
    /// Its name in Domo's API, where it is ever written.
    pub domo: Option<&'static str>,
    /// Its column in Domo's bulk import, and its place there behind those that every row has.
    pub import: Option<(u8, &'static str)>,
    /// How an account's value is compared with a person's, where that is drift.
    pub compared: Option<Comparison>,
    /// What its value says of who somebody is.
    pub personal: Option<TokenSort>,
    /// Whether every source is asked for it: one that sends it for nobody may withhold it.
    pub asked: bool,
}

/// What a cell of a field is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// One text.
    Text,
    /// Any number of texts.
    List,
    /// A day.
    Day,
}

/// How two values of a field are compared, in the order in which they are unless the configuration has another: the keys come last.
/// A difference in case only is one, but for addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Comparison {
    /// As a name: as a whole, in the order that Domo's own has.
    Name,
    /// As text that looks the same.
    Text,
    /// By its digits.
    Phone,
    /// As an employee number.
    Number,
    /// As an address, domain aliases applied.
    Address,
    /// Character by character, where a rule or the directory says what it should be.
    Role,
}

/// The fields, and the slots that columns of an export fill: one for each field, and what else fields are made from.
macro_rules! table {
    ($($slot:ident = $field:expr,)+) => {
        /// Every canonical field of a row of the directory, in the order in which they are listed.
        pub const FIELDS: [Field; [$(stringify!($slot)),+].len()] = [$($field),+];

        /// What a column of an export can be to us. Finer than the fields: a boolean and a word both end in `status`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub(crate) enum Slot {
            $($slot,)+
            /// A boolean that is true while the account is switched on (`accountEnabled`, `active`).
            Enabled,
            /// A boolean that is true when the account is switched off (`Block credential`, `suspended`).
            Disabled,
            /// A boolean that is true when employment has ended (`terminated`, `archived`).
            Ended,
            /// Active Directory's `userAccountControl`: bit 2 is "disabled".
            AccountControl,
            /// The manager by a key of the same file: an id, a number, a distinguished name.
            ManagerKey,
            /// The manager by name.
            ManagerName,
            /// The system's own id of the person: never an employee number, but what [`Slot::ManagerKey`] points at.
            PersonKey,
            /// What the record is, where a list holds more than people: `objectClass`, `@odata.type`.
            RecordKind,
        }

        impl Slot {
            /// The slots of the fields, in the order of [`FIELDS`].
            pub(crate) const OF_FIELDS: [Self; FIELDS.len()] = [$(Self::$slot),+];
        }
    };
}

// For a new field, add a row; for its headers, a line to `directory/headers/spellings.txt`.
table! {
    Email = text("email").in_domo("email").imported(1, "newEmail").compared(Comparison::Address).personal(TokenSort::Email).asked(),
    AlternateEmail = list("alternate_email").in_domo("alternateEmail").imported(2, "alternateEmail").personal(TokenSort::Email),
    EmployeeNumber = text("employee_number")
        .in_domo("employeeNumber")
        .imported(6, "employeeNumber")
        .compared(Comparison::Number)
        .personal(TokenSort::Number)
        .asked(),
    Name = text("name").in_domo("name").compared(Comparison::Name).personal(TokenSort::Name).asked(),
    GivenName = text("given_name").personal(TokenSort::Name),
    FamilyName = text("family_name").personal(TokenSort::Name),
    Title = text("title").in_domo("title").imported(3, "title").compared(Comparison::Text).asked(),
    Department = text("department").in_domo("department").compared(Comparison::Text).asked(),
    Location = text("location").in_domo("location").imported(7, "location").compared(Comparison::Text).asked(),
    Phone = text("phone").in_domo("phone").imported(5, "phoneNumber").compared(Comparison::Phone).personal(TokenSort::Phone).asked(),
    Status = text("status"),
    HireDate = day("hire_date").asked(),
    TerminationDate = day("termination_date").asked(),
    ManagerEmail = text("manager_email").personal(TokenSort::Email).asked(),
    UserType = text("user_type"),
    Groups = list("groups"),
    Role = text("role").in_domo("role").imported(4, "roleId").compared(Comparison::Role),
}

/// A text that is neither written nor compared, and says nothing of who somebody is.
const fn text(name: &'static str) -> Field {
    Field { name, holds: Holds::Text, domo: None, import: None, compared: None, personal: None, asked: false }
}

/// The same for a list.
const fn list(name: &'static str) -> Field {
    Field { holds: Holds::List, ..text(name) }
}

/// The same for a day.
const fn day(name: &'static str) -> Field {
    Field { holds: Holds::Day, ..text(name) }
}

impl Field {
    const fn in_domo(self, name: &'static str) -> Self {
        Self { domo: Some(name), ..self }
    }

    const fn imported(self, place: u8, column: &'static str) -> Self {
        Self { import: Some((place, column)), ..self }
    }

    const fn compared(self, comparison: Comparison) -> Self {
        Self { compared: Some(comparison), ..self }
    }

    const fn personal(self, sort: TokenSort) -> Self {
        Self { personal: Some(sort), ..self }
    }

    const fn asked(self) -> Self {
        Self { asked: true, ..self }
    }

    /// The field with this canonical name.
    pub fn named(name: &str) -> Option<&'static Self> {
        FIELDS.iter().find(|field| field.name == name)
    }

    /// Every canonical name.
    pub fn names() -> [&'static str; FIELDS.len()] {
        FIELDS.map(|field| field.name)
    }

    /// The names of the fields that are compared unless the configuration says which, in their order there. A role is compared
    /// where a rule or the directory gives one.
    pub fn compared_by_default() -> Vec<&'static str> {
        let mut fields = FIELDS.map(|field| (field.compared, field.name)).to_vec();
        fields.retain(|(compared, _)| compared.is_some_and(|compared| compared != Comparison::Role));
        fields.sort_by_key(|(compared, _)| *compared);
        fields.into_iter().map(|(_, name)| name).collect()
    }

    /// Whether this name in Domo's API is that of a field that is ever written.
    pub fn is_written(domo: &str) -> bool {
        FIELDS.iter().any(|field| field.domo == Some(domo))
    }

    /// Its name in Domo's API where Domo takes any text in it, and none: it is written as it is, and may be cleared. The others
    /// have rules of their own.
    pub fn free_text(&self) -> Option<&'static str> {
        self.domo.filter(|_| matches!(self.compared, Some(Comparison::Text | Comparison::Phone)))
    }
}
