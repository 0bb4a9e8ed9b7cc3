//! Text that strangers typed: made comparable for matching, and made visible for showing.

pub mod alphabets;
mod beside;
pub mod damage;
pub mod entities;
mod escapes;
mod instead;
mod links;
mod lost;
mod pattern;
mod readable;
mod twice;

pub use beside::damage_beside;
pub use links::related;
pub use pattern::{Pattern, as_matched};
pub use readable::{
    alike, caseless, disarmed, folded, is_accent, is_formula, is_hidden, is_invisible, last_first, lowered, minute, plural,
    rearmed, shown, shows_nothing, squashed, visible, whole, without_addresses,
};

/// Signs between several values on one line: the further addresses of an account, its groups in an export.
pub const SEPARATORS: [char; 3] = [';', ',', '|'];
