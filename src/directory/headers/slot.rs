//! What a column of an export can be to us, and what that means for reading it.

use super::slot::Slot::*;
pub(in crate::directory) use crate::terms::Slot;
use crate::terms::{FIELDS, Field, Holds};

impl Slot {
    /// The slot of a canonical field.
    pub(in crate::directory) fn of(field: &str) -> Option<Self> {
        let at = FIELDS.iter().position(|known| known.name == field)?;
        Self::OF_FIELDS.get(at).copied()
    }

    /// The canonical field this column fills; none for the system's own id.
    pub(in crate::directory) fn field(self) -> Option<&'static Field> {
        let filled = match self {
            Enabled | Disabled | Ended | AccountControl => Status,
            ManagerKey | ManagerName => ManagerEmail,
            own => own,
        };
        FIELDS.get(Self::OF_FIELDS.iter().position(|slot| *slot == filled)?)
    }

    /// Its name.
    pub(in crate::directory) fn field_name(self) -> Option<&'static str> {
        self.field().map(|field| field.name)
    }

    /// Whether a wrong column here changes who is matched or who has left. Two columns that claim such a field and differ stop the
    /// load, but for words and last days, of which both are read; for the others the better known header wins and the report says
    /// so.
    pub(in crate::directory) fn decides(self) -> bool {
        matches!(self, Email | EmployeeNumber | Status | Enabled | Disabled | Ended | TerminationDate)
    }

    /// Whether of several values of a cell each may say that somebody is employed, or until when.
    pub(in crate::directory) fn tells_who_left(self) -> bool {
        matches!(self, Status | Enabled | Disabled | Ended | TerminationDate)
    }

    /// Whether a cell here can tell who a row is about.
    pub(in crate::directory) fn identifies(self) -> bool {
        matches!(self, Email | AlternateEmail | EmployeeNumber)
    }

    /// Whether all of several values of a cell are looked at. Of any other the first is the value.
    pub(super) fn keeps_several(self) -> bool {
        self.is_list() || self.identifies() || self == RecordKind
    }

    /// Whether a cell holds several values.
    pub(in crate::directory) fn is_list(self) -> bool {
        self.field().is_some_and(|field| field.holds == Holds::List)
    }
}
