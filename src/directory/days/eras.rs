//! Days whose years other calendars count: the eras of Japan, Taiwan's years of the republic, the Buddhist era of Thailand. A year
//! of the Hijri or the Persian calendar is seen and not converted: the two overlap, and their months are others.

use std::borrow::Cow;

use chrono::NaiveDate;

/// What a cell says about a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::directory) enum WrittenDay {
    /// One day.
    Day(NaiveDate),
    /// Two numbers that could be day and month either way, and the year.
    Either(u32, u32, i32),
    /// One day, written in a year of the Buddhist era.
    Buddhist(NaiveDate),
    /// A value that systems write for "no day" or "open end".
    None,
    /// A day, but nobody can tell which, and why.
    Undecidable(&'static str),
    /// No day at all.
    Unreadable,
}

impl WrittenDay {
    /// Whether the year is of the Buddhist era.
    pub(in crate::directory) fn is_buddhist(self) -> bool {
        matches!(self, Self::Buddhist(_)) || matches!(self, Self::Either(.., year) if is_buddhist(year))
    }
}

/// `31/10/69`: no year of this century that anybody was hired or left in, but one of the century before, or of another calendar.
pub(super) const SHORT_YEAR: &str = "two digits do not say of which century or calendar its year is: export the days with four";

/// Why a day of such a year cannot be read.
const OTHER_CALENDAR: &str =
    "its year is of another calendar (Hijri or Persian) or mistyped: export the days in the Gregorian calendar";

/// Why a day of the Buddhist era cannot be read where other days of the file are of ours.
pub(in crate::directory) const TWO_CALENDARS: &str =
    "its year may be of the Buddhist era or mistyped, for other days of the file are in years of the Gregorian calendar";

/// The first year of ours is that many of the Buddhist era.
const BUDDHIST: i32 = 543;

/// Whether somebody's first or last day in a year of this number is counted in the Buddhist era: 1970 to 2099.
pub(in crate::directory) fn is_buddhist(year: i32) -> bool {
    (1970 + BUDDHIST..2100 + BUDDHIST).contains(&year)
}

/// The year as ours.
pub(in crate::directory) fn common(year: i32) -> i32 {
    if is_buddhist(year) { year - BUDDHIST } else { year }
}

/// What a day is in a year that is none of ours; nothing where it is one, or the zero of some clock.
pub(super) fn of_another(year: i32, month: u32, day: u32) -> Option<WrittenDay> {
    // 1601-01-01, 1753-01-01, 1899-12-30, 1858-11-17, ..., and the days beside them in another time zone.
    let is_zero = matches!((month, day), (1, 1 | 2) | (12, 29..=31) | (10, 15) | (11, 17));
    match year {
        // `0026-10-31` was `26`.
        2..100 => Some(WrittenDay::Undecidable(SHORT_YEAR)),
        1300..1500 => Some(WrittenDay::Undecidable(OTHER_CALENDAR)),
        100..1900 if !is_zero => Some(WrittenDay::Undecidable(OTHER_CALENDAR)),
        _ if is_buddhist(year) => {
            Some(NaiveDate::from_ymd_opt(common(year), month, day).map_or(WrittenDay::Unreadable, WrittenDay::Buddhist))
        }
        // `2500-12-31` is an open end.
        2400..2900 if !matches!((month, day), (12, 31) | (1, 1)) => Some(WrittenDay::Undecidable(OTHER_CALENDAR)),
        2400..2900 => Some(WrittenDay::None),
        _ => None,
    }
}

/// What may stand in front of a year, and the year before the first of its era.
const ERAS: [(&str, i32); 11] = [
    ("令和", 2018),
    ("平成", 1988),
    ("昭和", 1925),
    ("R", 2018),
    ("H", 1988),
    ("S", 1925),
    ("r", 2018),
    ("h", 1988),
    ("s", 1925),
    ("中華民國", REPUBLIC),
    ("民國", REPUBLIC),
];

/// The year before the first of Taiwan's republic.
const REPUBLIC: i32 = 1911;

/// What stands behind year, month and day, and between them.
const SIGNS: [char; 10] = ['年', '月', '日', '년', '월', '일', '/', '.', '-', ' '];

/// `2026年10月31日`, `2026년 10월 31일`, `令和8年10月31日`, `R8.10.31`, `H31/03/01`, `民國115年10月31日`, `115/10/31`; the first year of an
/// era is 元.
pub(super) fn east_asian(cell: &str) -> Option<(i32, u32, u32, &str)> {
    let era = ERAS.iter().find_map(|(name, before)| Some((*before, cell.strip_prefix(name)?.trim_start())));
    let era = era.filter(|(_, rest)| rest.starts_with(|first: char| first.is_ascii_digit() || first == '元'));
    let of_republic = || cell.as_bytes().first_chunk().is_some_and(|[a, b, c, d]| is_hundreds([*a, *b, *c]) && !d.is_ascii_digit());
    let (before, rest) = match era {
        Some(era) => era,
        None if of_republic() => (REPUBLIC, cell),
        None if cell.contains(['年', '년']) => (0, cell),
        None => return None,
    };
    let mut parts = rest.split(SIGNS).filter(|part| !part.is_empty());
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let year: i32 = if year == "元" { 1 } else { year.parse().ok()? };
    // No era but the republic's has had a hundred years.
    let possible = before == 0 || year < if before == REPUBLIC { 200 } else { 100 };
    let behind = rest.get(day.as_ptr().addr() - rest.as_ptr().addr() + day.len()..)?.trim_start_matches(SIGNS);
    possible.then_some((before + year, month.parse().ok()?, day.parse().ok()?, behind))
}

/// `1151031`: seven digits are a day of Taiwan's republic. With the year last, as in `1312026`, there is no such month.
pub(super) fn of_republic(digits: &str) -> Option<(i32, u32, u32)> {
    let (year, rest) = digits.split_at_checked(3)?;
    let (month, day) = rest.split_at_checked(2)?;
    let (year, month, day): (i32, u32, u32) = (year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
    ((50..200).contains(&year) && (1..=12).contains(&month) && day.clamp(1, 31) == day).then_some((REPUBLIC + year, month, day))
}

fn is_hundreds([first, second, third]: [u8; 3]) -> bool {
    first == b'1' && second.is_ascii_digit() && third.is_ascii_digit()
}

/// The cell with the digits of other writings as ASCII.
pub(super) fn with_ascii_digits(cell: &str) -> Cow<'_, str> {
    /// The zeros of Arabic, Persian, Devanagari, Thai and full width.
    const ZEROS: [u32; 5] = [0x660, 0x6F0, 0x966, 0xE50, 0xFF10];
    let ascii = |character: char| {
        let digit = ZEROS.iter().find_map(|zero| u32::from(character).checked_sub(*zero).filter(|digit| *digit < 10));
        digit.and_then(|digit| char::from_digit(digit, 10)).unwrap_or(match character {
            '／' => '/',
            '．' => '.',
            '－' => '-',
            '：' => ':',
            // Hyphens that no line breaks at, and dashes.
            '\u{2010}'..='\u{2013}' | '\u{2212}' => '-',
            'Ｒ' => 'R',
            'Ｈ' => 'H',
            'Ｓ' => 'S',
            other => other,
        })
    };
    match cell.is_ascii() {
        true => Cow::Borrowed(cell),
        false => Cow::Owned(cell.chars().map(ascii).collect()),
    }
}
