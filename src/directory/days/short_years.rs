//! Years of two digits that may stand at either end of a day: one cell can rarely tell `26/10/31`; its file sometimes can.

use chrono::{Datelike, NaiveDate};

/// What the days of a file show whose years have two digits and may stand at either end.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::directory) struct ShortYears {
    /// Cells whose year can only stand last, or would be one that is still to come if it stood first.
    last: u64,
    /// The other way round.
    first: u64,
}

impl ShortYears {
    /// Adds one cell; `today` is the day it is read on.
    pub(in crate::directory) fn add(&mut self, cell: &str, today: NaiveDate) {
        let Some([first, middle, last]) = short(cell) else { return };
        let is_ahead = |year: u32| year < 40 && 2000 + year as i32 > today.year() + 1;
        match (is_ahead(first), is_ahead(last)) {
            _ if last == 0 || last > 31 || middle > 12 => self.last += 1,
            _ if first > 31 => self.first += 1,
            // `31/10/26` was no day of the year 2031, `26/10/31` is none of it.
            (true, false) => self.last += 1,
            (false, true) => self.first += 1,
            _ => {}
        }
    }

    /// Two columns together.
    pub(in crate::directory) fn and(self, other: Self) -> Self {
        Self { last: self.last + other.last, first: self.first + other.first }
    }

    /// Whether only the configuration can say at which end the years stand.
    pub(in crate::directory) fn are_open(self) -> bool {
        self.first > 0 && self.last == 0
    }
}

/// The three numbers of `26/10/31`, of two digits each.
pub(in crate::directory) fn short(cell: &str) -> Option<[u32; 3]> {
    let [a, b, sign, c, d, other, e, f] = *cell.as_bytes().first_chunk::<8>()?;
    let ends = !cell.as_bytes().get(8).is_some_and(u8::is_ascii_digit);
    let number = |tens: u8, ones: u8| {
        (tens.is_ascii_digit() && ones.is_ascii_digit()).then(|| u32::from(tens - b'0') * 10 + u32::from(ones - b'0'))
    };
    (ends && sign == other && matches!(sign, b'/' | b'.' | b'-')).then_some(())?;
    Some([number(a, b)?, number(c, d)?, number(e, f)?])
}
