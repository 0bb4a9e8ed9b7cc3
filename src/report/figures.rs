//! Numbers, days and moments as the report writes them: one place, so that every file says them alike.

use chrono::{DateTime, Offset, TimeZone, Utc};
use chrono_tz::Tz;

use crate::text;

/// `4812` as `4,812`. Identifiers are never grouped.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A signed number with a true minus sign.
pub(crate) fn signed(number: i64) -> String {
    let magnitude = grouped(number.unsigned_abs());
    if number < 0 { format!("\u{2212}{magnitude}") } else { magnitude }
}

/// A share in percent with one decimal, cut off rather than rounded: 4,811 of 4,812 is not 100 %.
pub(crate) fn percent(part: u64, whole: u64) -> String {
    if whole == 0 || part == 0 {
        return "0 %".into();
    }
    let thousandths = u128::from(part) * 1000 / u128::from(whole);
    match thousandths {
        0 => "< 0.1 %".into(),
        _ => format!("{}.{} %", thousandths / 10, thousandths % 10),
    }
}

/// ` (99.9 %)`; of nothing there is no share.
pub(crate) fn share(part: u64, whole: u64) -> String {
    if whole == 0 { String::new() } else { format!(" ({})", percent(part, whole)) }
}

/// `2026-09-30 06:00 UTC (08:00 Europe/Berlin, UTC+02:00)`; the day is repeated where the zone has another one.
pub(crate) fn moment(time: DateTime<Utc>, zone: Option<Tz>) -> String {
    let utc = text::minute(time);
    let Some(zone) = zone else { return utc };
    let there = zone.from_utc_datetime(&time.naive_utc());
    let clock = if there.date_naive() == time.date_naive() { "%H:%M" } else { "%Y-%m-%d %H:%M" };
    let offset = there.offset().fix();
    format!("{utc} ({} {zone}, UTC{offset})", there.format(clock))
}

/// Half of so many: `166`, `165.5`.
pub(crate) fn halves(number: i64) -> String {
    let half = if number % 2 == 0 { "" } else { ".5" };
    format!("{}{half}", signed(number / 2))
}

/// A sentence that ends as one.
pub(crate) fn sentence(text: &str) -> String {
    let ended = text.is_empty() || text.ends_with(['.', '!', '?', ':', ';']);
    if ended { text.to_owned() } else { format!("{text}.") }
}

/// `1.4 MB`, in powers of ten.
pub(crate) fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{}.{} kB", bytes / 1_000, bytes % 1_000 / 100),
        _ => format!("{}.{} MB", grouped(bytes / 1_000_000), bytes % 1_000_000 / 100_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_three() {
        assert_eq!([0, 999, 1000, 4812, 1_000_000].map(grouped), ["0", "999", "1,000", "4,812", "1,000,000"]);
        assert_eq!(signed(-57), "\u{2212}57");
    }

    #[test]
    fn half_of_an_odd_number_has_its_half() {
        assert_eq!([332, 5, 0, 1].map(halves), ["166", "2.5", "0", "0.5"]);
    }

    #[test]
    fn a_sentence_ends_once() {
        assert_eq!(["a", "a.", "", "a?"].map(sentence), ["a.", "a.", "", "a?"]);
    }

    #[test]
    fn a_share_is_never_rounded_up_to_all_or_down_to_nothing() {
        assert_eq!(percent(4811, 4812), "99.9 %");
        assert_eq!(percent(1, 100_000), "< 0.1 %");
        assert_eq!(percent(0, 5), "0 %");
        assert_eq!(percent(5, 5), "100.0 %");
    }

    #[test]
    fn a_moment_names_both_clocks_and_the_other_day() {
        let time = DateTime::from_timestamp(1_790_748_000, 0).unwrap();
        assert_eq!(moment(time, None), "2026-09-30 06:00 UTC");
        assert_eq!(moment(time, Some(chrono_tz::Europe::Berlin)), "2026-09-30 06:00 UTC (08:00 Europe/Berlin, UTC+02:00)");
        assert!(moment(time, Some(chrono_tz::Pacific::Honolulu)).contains("(2026-09-29 20:00 Pacific/Honolulu, UTC-10:00)"));
    }
}
