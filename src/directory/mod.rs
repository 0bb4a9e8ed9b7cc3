//! All that knows directory exports: decoding, finding the table, mapping headers, reading cells, status words and dates.
//!
//! ```text
//!  bytes ─► decode ─► rows of text cells ─► headers ─► mapping ─► people
//!           (what     (delimited, workbook, (which     (which     (columns of
//!            is it)    json)                 row)       column)    one frame)
//! ```
//!
//! A file becomes columns of text first, and only columns that may be read are kept: an export carries salaries and birth dates, and
//! they never get further than the reader. `spellings.txt` and `systems` are data: a header or a system is taught there.
//!
//! What leaves this room is [`People`]: a frame, the rows that were rejected, and the evidence of how each file was understood.
//! Whether somebody is employed on the day judged is not decided here but in `reconcile`.

mod age;
mod apart;
mod build;
mod caps;
mod cells;
mod clock;
mod collect;
mod dates;
mod decode;
mod delimited;
mod eras;
pub mod facts;
mod file_format;
mod gauge;
mod grid;
mod headers;
mod input;
mod json;
mod ldif;
mod load;
mod mapping;
pub mod marks;
mod markup;
mod names;
mod ods;
mod ole;
pub mod overview;
pub mod people;
mod raw;
mod settle;
mod sheet;
mod slot;
mod spellings;
mod status;
mod systems;
pub mod table;
mod typed;
mod unread;
mod workbook;
mod xls;
mod zip;

pub use input::{Input, LARGEST};
pub use load::{load, load_with};
pub use overview::Overview;
pub use people::{Doubt, Mapped, Origin, People, Proof, RejectedRow, Source, SourceEvidence, StatusWord};
