//! All that knows directory exports: decoding, finding the table, mapping headers, reading cells, status words and dates.
//!
//! ```text
//!  input ─► formats ─► headers ─► collect ─► settle ─► mapping ─► apart ─► build ─► people
//!  (bytes)  (what is   (which     (columns   (which    (which     (which   (what    (one
//!            it; rows   row)       of text)   rows      column     records  cells    frame)
//!            of cells)                        are       fills      are no   mean)
//!                                             nobody)   a field)   people)
//! ```
//!
//! `load` leads each file along that way, `read` as far as `settle`.
//!
//! A file becomes columns of text first, and only columns that may be read are kept: an export carries salaries and birth dates,
//! and they never get further than the reader. `headers/spellings.txt` and `headers/systems.rs` are data: a header or a system is
//! taught there.
//!
//! What leaves this room is [`People`]: a frame, the rows that were rejected, and the evidence of how each file was understood.
//! Whether somebody is employed on the day judged is not decided here but in `reconcile`.

mod apart;
mod build;
mod caps;
mod cells;
mod collect;
mod days;
pub mod facts;
mod formats;
mod headers;
mod input;
mod last_row;
mod lists;
mod load;
pub mod marks;
mod names;
pub mod overview;
pub mod people;
mod raw;
mod read;
mod settle;
mod status;
pub mod table;

pub use input::{Input, LARGEST};
pub use load::{load, load_with};
pub use overview::Overview;
pub use people::{Doubt, Mapped, Origin, People, Proof, RejectedRow, Source, SourceEvidence, StatusWord};
pub(crate) use read::people_of;
