//! How old an export is: the day it says it was made, in words outside its table or in its name.

use chrono::NaiveDate;

use super::dates::{self, WrittenDay};
use crate::config::DateOrder;

/// The day in a text that follows a label such as `Generated on`.
pub(in crate::directory) fn labelled(text: &str) -> Option<NaiveDate> {
    let text = text.trim_matches(|sign: char| sign.is_whitespace() || ":=-–()[]\"'".contains(sign));
    // A weekday or a word such as `at` may stand before it: the day begins at a digit, or at the name of a month before it.
    let starts =
        text.char_indices().filter(|(at, _)| *at == 0 || text.get(..*at).is_some_and(|before| before.ends_with([' ', ',', '：'])));
    // Between points the day stands first, whatever the language.
    let order = |rest: &str| rest.get(..10).is_some_and(|day| day.matches('.').count() == 2).then_some(DateOrder::Dmy);
    starts.map(|(at, _)| text.get(at..).unwrap_or_default()).find_map(|rest| match dates::read(rest, false, order(rest)).0 {
        WrittenDay::Day(day) | WrittenDay::Buddhist(day) if rest.contains(['-', '/', '.', ' ']) => Some(day),
        WrittenDay::Either(first, second, year) => dates::ordered(first, second, year, order(rest)?),
        _ => None,
    })
}

/// The one full day in a file's name: `exportUsers_2026-11-23.csv`, `staff20261123.xlsx`, `User_Download_23112026_080000.csv`.
pub(in crate::directory) fn of_name(name: &str) -> Option<NaiveDate> {
    let groups: Vec<&str> = name.split(|sign: char| !sign.is_ascii_digit()).collect();
    let mut days: Vec<NaiveDate> = Vec::new();
    for (at, group) in groups.iter().enumerate() {
        match group.len() {
            8 => days.extend(ymd(&group[..4], &group[4..6], &group[6..]).or_else(|| only(&group[..2], &group[2..4], &group[4..]))),
            14 => days.extend(ymd(&group[..4], &group[4..6], &group[6..8])),
            4 => {
                if let (Some(month), Some(day)) =
                    (groups.get(at + 1).filter(|part| part.len() == 2), groups.get(at + 2).filter(|part| matches!(part.len(), 2)))
                {
                    days.extend(ymd(group, month, day));
                }
                if let (Some(one), Some(other)) =
                    (at.checked_sub(2).and_then(|at| groups.get(at)), at.checked_sub(1).and_then(|at| groups.get(at)))
                    && one.len() == 2
                    && other.len() == 2
                {
                    days.extend(only(one, other, group));
                }
            }
            _ => {}
        }
    }
    days.dedup();
    match days.as_slice() {
        [day] => Some(*day),
        _ => None,
    }
}

fn ymd(year: &str, month: &str, day: &str) -> Option<NaiveDate> {
    let year = year.parse().ok().filter(|year| (1990..2100).contains(year))?;
    NaiveDate::from_ymd_opt(year, month.parse().ok()?, day.parse().ok()?)
}

/// A day before its year, where only one order of day and month is possible.
fn only(one: &str, other: &str, year: &str) -> Option<NaiveDate> {
    match (ymd(year, other, one), ymd(year, one, other)) {
        (Some(day), None) | (None, Some(day)) => Some(day),
        (Some(one), Some(other)) if one == other => Some(one),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Option<NaiveDate> {
        text.parse().ok()
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
            ("staff_2026-11.csv", ""),
            ("staff_05-06-2026.csv", ""),
            ("2026-11-01_to_2026-11-30.csv", ""),
            ("workers.csv", ""),
            ("ticket-12345678.csv", ""),
        ] {
            assert_eq!(of_name(name), day(expected), "{name}");
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
            ("05/06/2026", ""),
            ("Jane", ""),
            ("20261", ""),
        ] {
            assert_eq!(labelled(text), day(expected), "{text}");
        }
    }
}
