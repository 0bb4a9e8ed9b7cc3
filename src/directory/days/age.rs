//! How old an export is: the day it says it was made, in words outside its table or in its name.

use chrono::NaiveDate;

use super::dates::{self, WrittenDay};
use crate::config::DateOrder;

/// A day as an export says that it was made, which may be two: `05/06/2026`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::directory) enum Made {
    On(NaiveDate),
    /// The day by day first, and by month first.
    Either(NaiveDate, NaiveDate),
}

impl Made {
    fn of(day_first: Option<NaiveDate>, month_first: Option<NaiveDate>) -> Option<Self> {
        match (day_first, month_first) {
            (Some(one), Some(other)) if one != other => Some(Self::Either(one, other)),
            (one, other) => one.or(other).map(Self::On),
        }
    }

    /// The day by the order of the export's other days, or the one of the two on which the file was written; by an order that is not
    /// configured an export is never of a day to come. Else the older, with which nothing is taken for fresher than it is, and that it may be the other. The clock of
    /// whoever made it may be a day off.
    pub(in crate::directory) fn settled(
        self,
        (order, is_configured): (Option<DateOrder>, bool),
        written: Option<NaiveDate>,
        today: NaiveDate,
    ) -> (NaiveDate, Option<NaiveDate>) {
        let (day_first, month_first) = match self {
            Self::On(day) => return (day, None),
            Self::Either(day_first, month_first) => (day_first, month_first),
        };
        let (older, later) = (day_first.min(month_first), day_first.max(month_first));
        match (order, written) {
            _ if !is_configured && (later - today).num_days() > 1 => (older, None),
            (Some(DateOrder::Dmy), _) => (day_first, None),
            (Some(DateOrder::Mdy), _) => (month_first, None),
            (_, Some(written)) if (written - later).num_days().abs() <= 1 => (later, None),
            _ => (older, Some(later)),
        }
    }
}

/// The day in a text that follows a label such as `Generated on`.
pub(in crate::directory) fn labelled(text: &str) -> Option<Made> {
    let text = text.trim_matches(|sign: char| sign.is_whitespace() || ":=-–()[]\"'".contains(sign));
    // A weekday or a word such as `at` may stand before it: the day begins at a digit, or at the name of a month before it.
    let starts =
        text.char_indices().filter(|(at, _)| *at == 0 || text.get(..*at).is_some_and(|before| before.ends_with([' ', ',', '：'])));
    // Between points the day stands first, whatever the language.
    let order = |rest: &str| rest.get(..10).is_some_and(|day| day.matches('.').count() == 2).then_some(DateOrder::Dmy);
    starts.map(|(at, _)| text.get(at..).unwrap_or_default()).find_map(|rest| match dates::read(rest, false, order(rest)).0 {
        WrittenDay::Day(day) | WrittenDay::Buddhist(day) if rest.contains(['-', '/', '.', ' ']) => Some(Made::On(day)),
        WrittenDay::Either(first, second, year) => {
            let read = |order| dates::ordered(first, second, year, order);
            match order(rest) {
                Some(order) => read(order).map(Made::On),
                None => Made::of(read(DateOrder::Dmy), read(DateOrder::Mdy)),
            }
        }
        _ => None,
    })
}

/// The one full day in a file's name: `exportUsers_2026-11-23.csv`, `staff20261123.xlsx`, `User_Download_23112026_080000.csv`; for
/// want of one that which its end shows, be it with single digits.
pub(in crate::directory) fn of_name(name: &str) -> Option<Made> {
    let groups: Vec<&str> = name.split(|sign: char| !sign.is_ascii_digit()).collect();
    let two = |one: Option<usize>, other: Option<usize>| {
        let part = |at: Option<usize>| groups.get(at?).copied().filter(|part| part.len() == 2);
        part(one).zip(part(other))
    };
    let mut days: Vec<Made> = Vec::new();
    for (at, group) in groups.iter().enumerate() {
        match group.len() {
            8 => days.extend(
                ymd(&group[..4], &group[4..6], &group[6..])
                    .map(Made::On)
                    .or_else(|| before_year(&group[..2], &group[2..4], &group[4..])),
            ),
            14 => days.extend(ymd(&group[..4], &group[4..6], &group[6..8]).map(Made::On)),
            4 => {
                days.extend(two(Some(at + 1), Some(at + 2)).and_then(|(month, day)| ymd(group, month, day)).map(Made::On));
                let before = two(at.checked_sub(2), at.checked_sub(1));
                days.extend(before.and_then(|(one, other)| before_year(one, other, group)));
            }
            _ => {}
        }
    }
    days.dedup();
    match days.as_slice() {
        [day] => Some(*day),
        [] => at_end(name),
        _ => None,
    }
}

/// The day that closes a name, `report_2026-9-1.csv`, `Stand 1.9.2026.csv`: one sign between its parts, for a version or the number
/// of a part looks like two of them.
fn at_end(name: &str) -> Option<Made> {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let last = stem.rsplit(['_', ' ']).next()?;
    ['-', '.'].into_iter().find_map(|sign| match *last.split(sign).collect::<Vec<_>>() {
        [year, month, day] if year.len() == 4 => ymd(year, month, day).map(Made::On),
        [one, other, year] => before_year(one, other, year),
        _ => None,
    })
}

fn ymd(year: &str, month: &str, day: &str) -> Option<NaiveDate> {
    let year = year.parse().ok().filter(|year| (1990..2100).contains(year))?;
    NaiveDate::from_ymd_opt(year, month.parse().ok()?, day.parse().ok()?)
}

/// A day that stands before its year.
fn before_year(one: &str, other: &str, year: &str) -> Option<Made> {
    Made::of(ymd(year, other, one), ymd(year, one, other))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(made: Option<Made>) -> String {
        match made {
            None => String::new(),
            Some(Made::On(day)) => day.to_string(),
            Some(Made::Either(one, other)) => format!("{} or {}", one.min(other), one.max(other)),
        }
    }

    #[test]
    fn a_full_day_in_a_name_is_read_and_half_of_one_is_not() {
        for (name, expected) in [
            ("exportUsers_2026-11-23.csv", "2026-11-23"),
            ("staff20261123.xlsx", "2026-11-23"),
            ("20261123080000_people.csv", "2026-11-23"),
            ("User_Download_23112026_080000.csv", "2026-11-23"),
            ("Mitarbeiter 23.11.2026.csv", "2026-11-23"),
            ("report_11-23-2026.csv", "2026-11-23"),
            ("report_2026-9-1.csv", "2026-09-01"),
            ("report 23.9.2026.csv", "2026-09-23"),
            ("workers_2026_1_2.csv", ""),
            ("staff_v1_2_2026.csv", ""),
            ("staff_v1.2.2026.csv", ""),
            ("staff_2026-10(1).csv", ""),
            ("staff_2026.10-1.csv", ""),
            ("staff_09-15-2026_8-05.csv", "2026-09-15"),
            ("staff_1_2_2026-09-15.csv", "2026-09-15"),
            ("staff_2026-11.csv", ""),
            ("staff_2026-11 (1).csv", ""),
            ("staff_05-06-2026.csv", "2026-05-06 or 2026-06-05"),
            ("User_Download_05062026_080000.csv", "2026-05-06 or 2026-06-05"),
            ("2026-11-01_to_2026-11-30.csv", ""),
            ("workers.csv", ""),
            ("ticket-12345678.csv", ""),
        ] {
            assert_eq!(shown(of_name(name)), expected, "{name}");
        }
    }

    #[test]
    fn a_day_behind_a_label_is_read() {
        for (text, expected) in [
            (": 2026-11-23 08:00", "2026-11-23"),
            (" 23.11.2026", "2026-11-23"),
            (" 01.09.2026 08:00", "2026-09-01"),
            ("Monday, 23 November 2026 at 08:00", "2026-11-23"),
            ("Nov 23, 2026 8:00 AM", "2026-11-23"),
            ("05/06/2026", "2026-05-06 or 2026-06-05"),
            ("05.06.2026", "2026-06-05"),
            ("05/05/2026 08:00", "2026-05-05"),
            ("Jane", ""),
            ("20261", ""),
        ] {
            assert_eq!(shown(labelled(text)), expected, "{text}");
        }
    }

    #[test]
    fn of_two_days_the_export_s_own_order_decides_and_else_the_older_counts() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let settled = |text: &str, order, written: Option<&str>| {
            labelled(text).unwrap().settled((order, false), written.map(day), day("2026-11-30"))
        };
        let (may, june) = (day("2026-05-06"), day("2026-06-05"));
        assert_eq!(settled("05/06/2026", None, None), (may, Some(june)));
        assert_eq!(settled("05/06/2026", None, Some("2026-11-30")), (may, Some(june)));
        assert_eq!(settled("05/06/2026", None, Some("2026-06-05")), (june, None));
        assert_eq!(settled("05/06/2026", Some(DateOrder::Dmy), Some("2026-05-06")), (june, None));
        assert_eq!(settled("05/06/2026", Some(DateOrder::Mdy), Some("2026-06-05")), (may, None));
        // Written in the evening, far in the west.
        assert_eq!(settled("05/06/2026", None, Some("2026-06-06")), (june, None));
        assert_eq!(settled("12/10/2026", Some(DateOrder::Mdy), None), (day("2026-10-12"), None));
        // The other day has not come.
        assert_eq!(settled("12/10/2026", None, None), (day("2026-10-12"), None));
    }
}
