//! Days and times as exports write them: in a cell (`dates`, `eras`, `times`, `clock`), in a column (`short_years`), and in the
//! name of a file or beside its table (`age`).

pub(super) mod age;
pub(super) mod clock;
pub(super) mod dates;
pub(super) mod eras;
pub(super) mod short_years;
mod times;
