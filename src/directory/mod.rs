//! All that knows directory exports: decoding, finding the table, mapping headers, reading cells, status words and dates.
//!
//! What leaves this room is [`People`]: a frame, the rows that were rejected, and the evidence of how each file was understood.
//! Whether somebody is employed on the day judged is not decided here but in `reconcile`.

pub mod people;

pub use people::{People, RejectedRow, Source};
