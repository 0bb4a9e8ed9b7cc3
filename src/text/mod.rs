//! Text that strangers typed: made comparable for matching, and made visible for showing.

pub mod damage;
pub mod entities;
mod pattern;
mod readable;

pub use pattern::{Pattern, as_matched};
pub use readable::{
    disarmed, folded, is_accent, is_formula, is_hidden, is_invisible, plural, rearmed, squashed, visible, without_addresses,
};
