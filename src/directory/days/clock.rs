//! Times of day that are midnight somewhere else: a program in Berlin that writes its days as instants writes 22:00 or 23:00 of the
//! day before.

/// The times of day of a column's stamps in UTC, as minutes, as far as they need be known.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::directory) struct Clock {
    /// The first two that differ.
    times: [Option<u16>; 2],
    /// Others than these.
    more: bool,
    /// Cells without a time, or whose time is not said to be of UTC.
    other: bool,
    stamps: u32,
}

/// What the times of a column show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::directory) enum Midnight {
    /// Days as they are written.
    Here,
    /// All are midnight of one zone: whether that is the day after the one written, and the times as a person reads them.
    Elsewhere(bool, String),
    /// Some look like midnight somewhere else, others do not.
    Uncertain(String),
}

impl Clock {
    /// Adds a cell.
    pub(in crate::directory) fn add(&mut self, cell: &str) {
        let Some(time) = utc_minutes(cell) else {
            self.other = true;
            return;
        };
        self.stamps += 1;
        self.see(time);
    }

    fn see(&mut self, time: u16) {
        match self.times {
            [Some(one), _] | [_, Some(one)] if one == time => {}
            [None, _] => self.times[0] = Some(time),
            [_, None] => self.times[1] = Some(time),
            _ => self.more = true,
        }
    }

    /// Two columns together.
    fn and(self, other: Self) -> Self {
        if other.stamps == 0 {
            return self;
        }
        if self.stamps == 0 {
            return other;
        }
        let mut both =
            Self { more: self.more || other.more, other: self.other || other.other, stamps: self.stamps + other.stamps, ..self };
        other.times.into_iter().flatten().for_each(|time| both.see(time));
        both
    }

    /// What the times of a column show, by themselves, and where that is not certain together with the file's other column, the
    /// work of the same program.
    pub(in crate::directory) fn midnight_beside(self, other: Self) -> Midnight {
        match (self.midnight(), self.and(other).midnight()) {
            (Midnight::Uncertain(_), together @ Midnight::Elsewhere(..)) => together,
            (own, _) => own,
        }
    }

    /// Whether a cell's time, midnight east of Greenwich, is one of the evening before: London's in winter is not.
    pub(in crate::directory) fn is_evening_before(cell: &str) -> bool {
        utc_minutes(cell).is_some_and(|time| time >= EAST)
    }

    fn midnight(&self) -> Midnight {
        let times: Vec<u16> = self.times.into_iter().flatten().collect();
        let shown = times.iter().map(|time| format!("{:02}:{:02}", time / 60, time % 60)).collect::<Vec<_>>().join(" or ");
        // Zones lie whole quarters of an hour from UTC, 12 hours to the west and 14 to the east.
        let quarters = times.iter().all(|time| time % 15 == 0);
        let apart = match times.as_slice() {
            [one, two] => one.abs_diff(*two) == 60 || one.abs_diff(*two) == 23 * 60,
            _ => true,
        };
        if times.iter().all(|time| *time == 0) {
            return Midnight::Here;
        }
        if !quarters || self.more || !apart || times.contains(&0) && times.len() == 1 {
            return if quarters && times.iter().any(|time| *time >= 18 * 60) {
                Midnight::Uncertain(format!("{shown} UTC"))
            } else {
                Midnight::Here
            };
        }
        // London: 00:00 in winter, 23:00 of the day before in summer. That each stamp is midnight is certain only with both.
        if self.stamps < 2 {
            return Midnight::Uncertain(format!("{shown} UTC"));
        }
        let east = times.iter().any(|time| *time >= EAST);
        Midnight::Elsewhere(east, format!("{shown} UTC"))
    }
}

/// From this minute of UTC on it is midnight in a zone to the east, and the next day there.
const EAST: u16 = 10 * 60;

/// Minutes since midnight of UTC of a stamp such as `2021-05-31T22:00:00.000Z`; none for a day alone, or a time of no zone.
fn utc_minutes(cell: &str) -> Option<u16> {
    let bytes = cell.as_bytes();
    if !matches!(bytes.get(10), Some(b'T' | b't' | b' '))
        || !matches!(bytes.last(), Some(b'Z' | b'z'))
            && !cell.ends_with("+00:00")
            && !cell.ends_with("+0000")
            && !cell.ends_with("UTC")
    {
        return None;
    }
    let number = |from: usize| cell.get(from..from + 2)?.parse::<u16>().ok();
    let (hours, minutes) = (number(11)?, number(14)?);
    let seconds = cell
        .get(16..19)
        .filter(|rest| rest.starts_with(':'))
        .and_then(|rest| rest.get(1..))
        .map_or(Some(0), |seconds| seconds.parse::<u16>().ok())?;
    (hours < 24 && minutes < 60 && seconds == 0).then_some(hours * 60 + minutes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(cells: &[&str]) -> Midnight {
        let mut clock = Clock::default();
        cells.iter().for_each(|cell| clock.add(cell));
        clock.midnight()
    }

    #[test]
    fn midnight_of_one_zone_is_told() {
        let east = |shown: &str| Midnight::Elsewhere(true, shown.into());
        assert_eq!(of(&["2021-05-31T22:00:00.000Z", "2026-11-22T23:00:00.000Z"]), east("22:00 or 23:00 UTC"));
        assert_eq!(of(&["2021-05-31T18:30:00Z", "2022-05-31T18:30:00Z"]), east("18:30 UTC"));
        assert_eq!(of(&["2021-05-31T15:00:00Z", "2022-05-31T15:00:00Z"]), east("15:00 UTC"));
        assert_eq!(of(&["2021-05-31T05:00:00Z", "2022-11-30T06:00:00Z"]), Midnight::Elsewhere(false, "05:00 or 06:00 UTC".into()));
        assert_eq!(of(&["2021-05-31T23:00:00Z", "2022-12-01T00:00:00Z"]), Midnight::Elsewhere(true, "23:00 or 00:00 UTC".into()));
    }

    #[test]
    fn a_column_is_judged_by_itself_before_it_is_judged_beside_another() {
        let beside = |own: &[&str], other: &[&str]| {
            let [own, other] = [own, other].map(|cells| {
                let mut clock = Clock::default();
                cells.iter().for_each(|cell| clock.add(cell));
                clock
            });
            own.midnight_beside(other)
        };
        let berlin = ["2026-11-22T23:00:00Z", "2026-06-30T22:00:00Z"];
        for other in [&["2020-01-10T03:20:00Z"][..], &["2020-01-10T00:00:00Z"], &["2020-01-10"]] {
            assert_eq!(beside(&berlin, other), Midnight::Elsewhere(true, "23:00 or 22:00 UTC".into()), "{other:?}");
        }
        assert!(matches!(beside(&berlin[..1], &berlin), Midnight::Elsewhere(true, _)), "one stamp alone is not certain");
        for other in [&["2020-01-10T03:20:00Z"][..], &[]] {
            assert!(matches!(beside(&berlin[..1], other), Midnight::Uncertain(_)), "{other:?}");
        }
    }

    #[test]
    fn times_that_are_no_midnight_change_nothing() {
        assert_eq!(of(&["2021-05-31T00:00:00Z", "2022-05-31T00:00:00Z"]), Midnight::Here);
        assert_eq!(of(&["2021-05-31", "2022-05-31"]), Midnight::Here);
        assert_eq!(of(&["2021-05-31T08:12:44Z", "2022-05-31T17:03:00Z"]), Midnight::Here);
        assert!(matches!(of(&["2021-05-31T22:00:00Z", "2022-05-31T17:00:00Z"]), Midnight::Uncertain(_)));
        assert!(matches!(of(&["2021-05-31T23:00:00Z"]), Midnight::Uncertain(_)));
    }
}
