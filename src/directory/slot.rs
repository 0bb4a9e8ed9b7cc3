//! What a column of an export can be to us. Finer than the canonical fields: a boolean and a word both end in `status`.

/// What a column means. The canonical field it fills is [`Slot::field`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Slot {
    Email,
    AlternateEmail,
    EmployeeNumber,
    Name,
    GivenName,
    FamilyName,
    Title,
    Department,
    Location,
    Phone,
    /// Words; a boolean among them only switches.
    Status,
    /// A boolean that is true while the account is switched on (`accountEnabled`, `active`).
    Enabled,
    /// A boolean that is true when the account is switched off (`Block credential`, `suspended`).
    Disabled,
    /// A boolean that is true when employment has ended (`terminated`, `archived`).
    Ended,
    /// Active Directory's `userAccountControl`: bit 2 is "disabled".
    AccountControl,
    HireDate,
    TerminationDate,
    ManagerEmail,
    /// The manager by a key of the same file: an id, a number, a distinguished name.
    ManagerKey,
    /// The manager by name.
    ManagerName,
    /// The system's own id of the person: never an employee number, but what [`Slot::ManagerKey`] points at.
    PersonKey,
    UserType,
    Groups,
    Role,
    /// What the record is, where a list holds more than people: `objectClass`, `@odata.type`.
    RecordKind,
}

use Slot::*;

impl Slot {
    /// The canonical fields that `[directory.columns]` may name, and what each becomes.
    pub(super) const CANONICAL: [(&'static str, Slot); 17] = [
        ("email", Email),
        ("alternate_email", AlternateEmail),
        ("employee_number", EmployeeNumber),
        ("name", Name),
        ("given_name", GivenName),
        ("family_name", FamilyName),
        ("title", Title),
        ("department", Department),
        ("location", Location),
        ("phone", Phone),
        ("status", Status),
        ("hire_date", HireDate),
        ("termination_date", TerminationDate),
        ("manager_email", ManagerEmail),
        ("user_type", UserType),
        ("groups", Groups),
        ("role", Role),
    ];

    /// The canonical field this column fills; none for the system's own id.
    pub(super) fn field(self) -> Option<&'static str> {
        match self {
            Enabled | Disabled | Ended | AccountControl => Some("status"),
            ManagerKey | ManagerName => Some("manager_email"),
            PersonKey | RecordKind => None,
            _ => Self::CANONICAL.iter().find(|(_, slot)| *slot == self).map(|(field, _)| *field),
        }
    }

    /// Whether a wrong column here changes who is matched or who has left. Two columns that claim such a field and differ stop the
    /// load; for the others the better known header wins and the report says so.
    pub(super) fn decides(self) -> bool {
        matches!(self, Email | EmployeeNumber | Status | Enabled | Disabled | Ended | TerminationDate)
    }

    /// Whether a cell here can tell who a row is about.
    pub(super) fn identifies(self) -> bool {
        matches!(self, Email | AlternateEmail | EmployeeNumber)
    }

    /// Whether a cell holds several values.
    pub(super) fn is_list(self) -> bool {
        matches!(self, AlternateEmail | Groups)
    }
}
