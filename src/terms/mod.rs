//! The vocabulary: every word that files, the command line and pages share stands here once, with what is known of it. No logic of
//! the audit, no input and no output; every room may look in here.

mod fields;
pub mod names;
mod situation;
pub mod value;
mod words;

pub(crate) use fields::Slot;
pub use fields::{Comparison, FIELDS, Field, Holds};
pub use situation::{AccountSituation, AccountTotals, PersonSituation, PersonTotals, Situation, Totals};
pub(crate) use words::words;
pub use words::{ActionKind, DomoStats, Flavour, Key, Kind, Owned, Role, Scope, Severity, Split, Status, TokenSort, label};

/// Whether a count says nothing in a file.
#[allow(clippy::trivially_copy_pass_by_ref)] // serde asks so
pub(crate) fn is_zero(count: &u64) -> bool {
    *count == 0
}
