//! Days as exports write them. One cell can rarely tell `03/04/2026`; its column usually can.

use chrono::{DateTime, Datelike, Days, NaiveDate};

pub(in crate::directory) use super::eras::WrittenDay;
use super::eras::{self, SHORT_YEAR};
use super::times::{WEEKDAYS, is_time};
use crate::config::DateOrder;
use crate::directory::lists::lists;

lists! {
    "words.txt";
    OPEN_END = "open end",
}

/// `26-01-02`: the year may stand at either end, and only the configuration can say at which.
pub(in crate::directory) const EITHER_END: &str =
    "its year may stand first or last, and date_order in the configuration does not say";

/// The order of a column, from all its cells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::directory) struct OrderCounts {
    /// Cells whose first number is above 12.
    pub(super) day_first: u64,
    /// Cells whose second number is above 12.
    pub(super) month_first: u64,
    /// Cells that could be either.
    pub(in crate::directory) either: u64,
    /// Cells in years of the Gregorian calendar.
    pub(in crate::directory) gregorian: u64,
    /// Cells in years of the Buddhist era.
    pub(in crate::directory) buddhist: u64,
}

impl OrderCounts {
    /// Adds one cell.
    pub(in crate::directory) fn add(&mut self, written: WrittenDay, first_of_pair: Option<(u32, u32)>) {
        match written {
            _ if written.is_buddhist() => self.buddhist += 1,
            WrittenDay::Day(_) | WrittenDay::Either(..) => self.gregorian += 1,
            _ => {}
        }
        match (written, first_of_pair) {
            (WrittenDay::Either(first, second, _), _) if first != second => self.either += 1,
            (WrittenDay::Day(_) | WrittenDay::Buddhist(_), Some((first, second))) if first > 12 && second <= 12 => {
                self.day_first += 1
            }
            (WrittenDay::Day(_) | WrittenDay::Buddhist(_), Some((first, second))) if second > 12 && first <= 12 => {
                self.month_first += 1
            }
            _ => {}
        }
    }

    /// The cells of both columns.
    pub(in crate::directory) fn and(self, other: Self) -> Self {
        Self {
            day_first: self.day_first + other.day_first,
            month_first: self.month_first + other.month_first,
            either: self.either + other.either,
            gregorian: self.gregorian + other.gregorian,
            buddhist: self.buddhist + other.buddhist,
        }
    }

    /// Whether the unambiguous cells contradict each other.
    pub(in crate::directory) fn is_mixed(self) -> bool {
        self.day_first > 0 && self.month_first > 0
    }

    /// The order that the unambiguous cells show; none when they show nothing or both.
    pub(in crate::directory) fn order(self) -> Option<DateOrder> {
        match (self.day_first > 0, self.month_first > 0) {
            (true, false) => Some(DateOrder::Dmy),
            (false, true) => Some(DateOrder::Mdy),
            _ => None,
        }
    }
}

/// Reads a cell. The second value is the pair of numbers a local date began with, for [`OrderCounts`]. `order` is the
/// configuration's.
pub(in crate::directory) fn read(cell: &str, epoch_1904: bool, order: Option<DateOrder>) -> (WrittenDay, Option<(u32, u32)>) {
    let cell = eras::with_ascii_digits(cell);
    let cell = without_weekday(&cell);
    // A spreadsheet's number in a country that writes a comma: `46326,00`.
    let cell = if matches!(cell.as_bytes(), [_, _, _, _, _, b',', b'0'] | [_, _, _, _, _, b',', b'0', b'0']) {
        cell.get(..5).unwrap_or(cell)
    } else {
        cell
    };
    let bytes = cell.as_bytes();
    // 2026-11-23 with a time behind it: the day as written, whatever the zone.
    if let Some((year, month, day, end)) = iso(bytes) {
        let whole = is_time(cell.get(end..).unwrap_or_default(), true);
        return (if whole { of(year, month, day) } else { WrittenDay::Unreadable }, None);
    }
    if let Some(rest) = cell.strip_prefix("/Date(") {
        return (milliseconds(rest), None);
    }
    if bytes.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.') && bytes.iter().filter(|byte| **byte == b'.').count() <= 1 {
        return (digits(cell, epoch_1904), None);
    }
    if let Some(generalised) = bytes.get(..14).filter(|head| head.iter().all(u8::is_ascii_digit)).and(cell.get(..8)) {
        let whole = bytes.iter().skip(14).all(|byte| byte.is_ascii_digit() || b".,Z+-".contains(byte));
        return (if whole { compact(generalised) } else { WrittenDay::Unreadable }, None);
    }
    // `20261123T000000Z`
    if let Some((day, rest)) = cell.split_at_checked(8)
        && day.bytes().all(|byte| byte.is_ascii_digit())
        && rest.starts_with(['T', 't', ' '])
    {
        return (if is_time(rest, true) { compact(day) } else { WrittenDay::Unreadable }, None);
    }
    // `  /  /    ` and `__.__.____`: the form of a day that nobody filled in.
    if !bytes.is_empty() && bytes.iter().all(|byte| matches!(byte, b'/' | b'.' | b'-' | b'_' | b':' | b'0' | b' ')) {
        return (WrittenDay::None, None);
    }
    if let Some((year, month, day, rest)) = eras::east_asian(cell) {
        return (if is_time(rest, true) { of(year, month, day) } else { WrittenDay::Unreadable }, None);
    }
    if !bytes.iter().any(u8::is_ascii_digit) {
        let lower = cell.to_lowercase();
        let open = OPEN_END.iter().any(|word| lower == *word);
        return (if open { WrittenDay::None } else { WrittenDay::Unreadable }, None);
    }
    local(cell, order)
}

/// A day without the name of the day in the week: `samedi 31 octobre 2026`, `Sat Oct 31 2026 00:00:00 GMT+0900`, `2026/10/31(土)`.
fn without_weekday(cell: &str) -> &str {
    if cell.ends_with([')', '）'])
        && let Some((day, name)) = cell.rsplit_once(['(', '（'])
        && name.starts_with(['月', '火', '水', '木', '金', '土', '日'])
    {
        return day.trim_end();
    }
    if cell.starts_with(|first: char| first.is_ascii_digit()) {
        return cell;
    }
    let Some((name, rest)) = cell.split_once([' ', ',', '.']) else { return cell };
    let lower = name.to_lowercase();
    let is_weekday = matches!(lower.as_str(), "mo" | "di" | "mi" | "do" | "fr" | "sa" | "so")
        || WEEKDAYS.iter().any(|start| lower.starts_with(start));
    let rest = rest.trim_start_matches([' ', ',', '.']);
    let parts = || rest.split(['/', '.', '-', ' ', ',']).filter(|part| !part.is_empty());
    // `mar` begins a Tuesday and a month: before a month it is the Tuesday.
    let is_weekday = is_weekday && (month(name).is_none() || parts().any(|part| month(part).is_some()));
    if is_weekday && parts().count() >= 3 { rest } else { cell }
}

/// Whether a cell is a day by its looks; a number alone is none.
pub(in crate::directory) fn is_day(cell: &str) -> bool {
    let digits = cell.bytes().filter(u8::is_ascii_digit).count();
    (3..=20).contains(&digits)
        && cell.len() <= 40
        && !cell.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' && digits < 6)
        && match read(cell, false, None).0 {
            WrittenDay::Day(_) | WrittenDay::Either(..) | WrittenDay::Buddhist(_) => true,
            WrittenDay::Undecidable(why) => why != EITHER_END,
            WrittenDay::None | WrittenDay::Unreadable => false,
        }
}

/// The day of a pair, with the year behind it, once the order of its column is known.
pub(in crate::directory) fn ordered(first: u32, second: u32, year: i32, order: DateOrder) -> Option<NaiveDate> {
    let year = eras::common(year);
    match order {
        DateOrder::Dmy => NaiveDate::from_ymd_opt(year, second, first),
        DateOrder::Mdy => NaiveDate::from_ymd_opt(year, first, second),
        DateOrder::Ymd => None,
    }
}

/// Year, month and day of `2026-11-23`, which need be no day, and where they end.
fn iso(bytes: &[u8]) -> Option<(i32, u32, u32, usize)> {
    let number = |from: usize, to: usize| -> Option<u32> {
        let digits = bytes.get(from..to)?;
        digits.iter().try_fold(0u32, |number, byte| byte.is_ascii_digit().then(|| number * 10 + u32::from(byte - b'0')))
    };
    let separator = *bytes.get(4)?;
    if !matches!(separator, b'-' | b'/' | b'.') {
        return None;
    }
    let year = number(0, 4)?;
    // 2026-1-3 and 2024/01/31 07:55:13
    let month_end = (5..=7).find(|at| bytes.get(*at).is_some_and(|byte| *byte == separator))?;
    let day_end = (month_end + 1..bytes.len().min(month_end + 4)).find(|at| !bytes.get(*at).is_some_and(u8::is_ascii_digit));
    let day_end = day_end.unwrap_or(bytes.len().min(month_end + 3));
    let behind = bytes.get(day_end);
    if behind.is_some_and(|byte| !matches!(byte, b'T' | b't' | b' ' | b'Z' | b'+' | b'-')) {
        return None;
    }
    let (month, day) = (number(5, month_end)?, number(month_end + 1, day_end)?);
    if year == 0 || month == 0 || day == 0 {
        // 0000-00-00 in one of its forms: a sentinel far in the past.
        return Some((1, 1, 1, day_end));
    }
    Some((i32::try_from(year).ok()?, month, day, day_end))
}

/// The day of these numbers.
fn of(year: i32, month: u32, day: u32) -> WrittenDay {
    eras::of_another(year, month, day)
        .unwrap_or_else(|| NaiveDate::from_ymd_opt(year, month, day).map_or(WrittenDay::Unreadable, sentinel))
}

/// Days that mean "none": the ends of calendars and the zeros of clocks.
fn sentinel(day: NaiveDate) -> WrittenDay {
    let (year, month, date) = (day.year(), day.month(), day.day());
    let open = year >= 2900 || (year, month, date) == (2099, 12, 31);
    // The zero of most clocks, and the evening before it to the west.
    let zero = matches!((year, month, date), (1970, 1, 1) | (1969, 12, 31))
        || year < 1900
        || (month, date) == (1, 1) && matches!(year, 1900 | 1904)
        || (year, month, date) == (1900, 1, 2);
    if open || zero { WrittenDay::None } else { WrittenDay::Day(day) }
}

/// `/Date(1577485482000+0000)/`
fn milliseconds(rest: &str) -> WrittenDay {
    let end = rest.char_indices().skip(1).find(|(_, character)| !character.is_ascii_digit()).map_or(rest.len(), |(at, _)| at);
    rest.get(..end).and_then(|number| number.parse().ok()).map_or(WrittenDay::Unreadable, since_1970)
}

/// The day of a number of milliseconds.
fn since_1970(milliseconds: i64) -> WrittenDay {
    DateTime::from_timestamp_millis(milliseconds).map_or(WrittenDay::Unreadable, |time| sentinel(time.date_naive()))
}

/// A number: `20261123`, a serial of Excel's, a count of 100 ns since 1601, milliseconds since 1970.
fn digits(cell: &str, epoch_1904: bool) -> WrittenDay {
    let whole = cell.split('.').next().unwrap_or_default();
    let Ok(number) = whole.parse::<u64>() else { return WrittenDay::Unreadable };
    match whole.len() {
        0..=4 if number <= 1 => WrittenDay::None,
        // 9999-12-31 as a serial of Excel's.
        7 if number == 2_958_465 => WrittenDay::None,
        7 => eras::of_republic(whole).map_or(WrittenDay::Unreadable, |(year, month, day)| of(year, month, day)),
        8 => compact(whole),
        14 => whole.get(..8).map_or(WrittenDay::Unreadable, compact),
        5 if (20_000..=80_000).contains(&number) => serial(number, epoch_1904),
        12 | 13 => i64::try_from(number).map_or(WrittenDay::Unreadable, since_1970),
        17..=19 => {
            // accountExpires: 9223372036854775807 is never.
            let time = DateTime::from_timestamp((number / 10_000_000) as i64 - 11_644_473_600, 0);
            time.map_or(WrittenDay::None, |time| sentinel(time.date_naive()))
        }
        _ => WrittenDay::Unreadable,
    }
}

/// A spreadsheet's day number.
fn serial(number: u64, epoch_1904: bool) -> WrittenDay {
    of_serial(number as f64, epoch_1904).map_or(WrittenDay::Unreadable, sentinel)
}

/// The day of a spreadsheet's number; what follows the point is the time of day.
pub(in crate::directory) fn of_serial(number: f64, epoch_1904: bool) -> Option<NaiveDate> {
    let epoch = if epoch_1904 { NaiveDate::from_ymd_opt(1904, 1, 1) } else { NaiveDate::from_ymd_opt(1899, 12, 30) };
    let days = Some(number.floor()).filter(|days| (0.0..=3_000_000.0).contains(days))?;
    epoch?.checked_add_days(Days::new(days as u64))
}

fn compact(digits: &str) -> WrittenDay {
    if digits.bytes().all(|byte| byte == b'0') {
        return WrittenDay::None;
    }
    let number = |from: usize, to: usize| digits.get(from..to).and_then(|digits| digits.parse::<u32>().ok());
    match (number(0, 4), number(4, 6), number(6, 8)) {
        // `14052026` is no day of the year 1405.
        (Some(year), Some(month @ 1..=12), Some(day @ 1..=31)) => of(year as i32, month, day),
        _ => WrittenDay::Unreadable,
    }
}

/// `31/12/2026`, `12/31/26 3:02:10 PM`, `31.12.2026`, `31-Dec-2026`, `Dec 31, 2026`, `31 December 2026`, `31. Dezember 2026`,
/// `2026. 10. 31.`.
fn local(cell: &str, order: Option<DateOrder>) -> (WrittenDay, Option<(u32, u32)>) {
    let mut tokens = cell.split(['/', '.', '-', ' ', ',']).filter(|token| !matches!(*token, "" | "de" | "del"));
    let (Some(first), Some(second), Some(third)) = (tokens.next(), tokens.next(), tokens.next()) else {
        return (WrittenDay::Unreadable, None);
    };
    // A time may follow; the T of `OCT` is none.
    let third = third.split('T').next().unwrap_or(third);
    let behind = |token: &str| cell.get(token.as_ptr().addr() - cell.as_ptr().addr() + token.len()..).unwrap_or_default();
    let day = |token: &str| number(token.trim_end_matches(|character: char| character.is_ascii_alphabetic()));
    if let Some(written) = at_either_end([first, second, third], cell.as_bytes().get(2) == Some(&b'-'), order) {
        return (written, None);
    }
    if first.len() == 4
        && let Some(year) = number(first)
    {
        let (month, day) = (month(second).or_else(|| number(second)), number(third).filter(|_| is_time(behind(third), true)));
        return (month.zip(day).map_or(WrittenDay::Unreadable, |(month, day)| of(year as i32, month, day)), None);
    }
    let (month_name, date) = match (month(first), month(second)) {
        (Some(month), _) => (Some(month), day(second)),
        (_, Some(month)) => (Some(month), day(first)),
        _ => (None, None),
    };
    // `Sat Oct 31 00:00:00 UTC 2026`, as `date` prints it: the year stands last.
    let last = tokens.next_back().filter(|_| third.contains(':') && month_name.is_some());
    let more = match last {
        Some(last) => behind(second).strip_suffix(last).unwrap_or_default(),
        None => behind(third),
    };
    if !is_time(more, third.len() == 4 || month_name.is_some()) {
        return (WrittenDay::Unreadable, None);
    }
    let third = last.unwrap_or(third);
    let year = match year(third) {
        Some(Ok(year)) => year,
        Some(Err(why)) if month_name.is_some() || number(first).is_some() && number(second).is_some() => {
            return (WrittenDay::Undecidable(why), None);
        }
        _ => return (WrittenDay::Unreadable, None),
    };
    if let Some(month) = month_name {
        return (date.map_or(WrittenDay::Unreadable, |date| of(year, month, date)), None);
    }
    match (number(first), number(second)) {
        (Some(first), Some(second)) => pair(first, second, year),
        _ => (WrittenDay::Unreadable, None),
    }
}

/// The day of `26-10-31`, whose year may stand at either end: first where the configuration says so. Nothing for a day whose year
/// stands last for all that is known.
fn at_either_end([first, second, third]: [&str; 3], dashes: bool, order: Option<DateOrder>) -> Option<WrittenDay> {
    if first.len() != 2 || third.len() != 2 {
        return None;
    }
    match order {
        Some(DateOrder::Ymd) => Some(match (year(first), number(second), number(third)) {
            (Some(Ok(year)), Some(month), Some(day)) => of(year, month, day),
            (Some(Err(why)), ..) => WrittenDay::Undecidable(why),
            _ => WrittenDay::Unreadable,
        }),
        None if dashes && number(first).is_some_and(|first| first > 12) && number(second).is_some() => {
            Some(WrittenDay::Undecidable(EITHER_END))
        }
        _ => None,
    }
}

/// The day of two numbers before a year, which may be day and month or the other way round, and the numbers.
fn pair(first: u32, second: u32, year: i32) -> (WrittenDay, Option<(u32, u32)>) {
    let pair = Some((first, second));
    if first == 0 || second == 0 {
        return (WrittenDay::None, None);
    }
    match [of(year, second, first), of(year, first, second)] {
        [one, other] if one == other => (one, pair.filter(|_| matches!(one, WrittenDay::Day(_) | WrittenDay::Buddhist(_)))),
        // A sentinel stays one in either order (1/1/1900, 12/31/9999).
        [WrittenDay::Unreadable, only] | [only, WrittenDay::Unreadable] => (only, pair),
        [WrittenDay::Day(_) | WrittenDay::Buddhist(_), WrittenDay::Day(_) | WrittenDay::Buddhist(_)] => {
            (WrittenDay::Either(first, second, year), pair)
        }
        [WrittenDay::None, _] | [_, WrittenDay::None] => (WrittenDay::None, None),
        [why, _] => (why, None),
    }
}

fn number(token: &str) -> Option<u32> {
    token.parse().ok()
}

/// A year; of two digits this century's up to 39 and the one's before from 70 on.
fn year(token: &str) -> Option<Result<i32, &'static str>> {
    let number: i32 = token.bytes().all(|byte| byte.is_ascii_digit()).then(|| token.parse().ok()).flatten()?;
    match (token.len(), number) {
        (4, year) => Some(Ok(year)),
        (2, ..40) => Some(Ok(2000 + number)),
        (2, 40..70) => Some(Err(SHORT_YEAR)),
        (2, _) => Some(Ok(1900 + number)),
        _ => None,
    }
}

/// How months begin, from January on, in the languages that exports are written in.
const MONTHS: [&str; 12] = [
    "jan | jän | ene | gen | sty | tammi | ian | led | oca | ιαν | янв | січ | ינו | בינו | يناير",
    "feb | fév | fev | lut | helmi | úno | şub | φεβ | фев | лют | פבר | בפבר | فبراير",
    "mar | mär | mrt | maalis | már | bře | μαρ | μάρ | мар | бер | מרץ | במרץ | מרס | במרס | مارس",
    "apr | avr | abr | kwi | huhti | ápr | dub | nis | απρ | апр | кві | אפר | באפר | أبريل | ابريل | إبريل",
    "may | mai | mei | maj | mag | touko | máj | kvě | μαι | μαϊ | μαΐ | μάι | май | мая | тра | מאי | במאי | مايو",
    "jun | juin | giu | cze | kesä | jún | iun | červen | červn | haz | ιουν | ιούν | июн | чер | יונ | ביונ | يونيو",
    "jul | juil | lug | lip | heinä | júl | iul | červenec | červenc | tem | ιουλ | ιούλ | июл | лип | יול | ביול | يوليو",
    "aug | août | aou | ago | sie | elo | srp | ağu | αυγ | αύγ | авг | сер | אוג | באוג | أغسطس | اغسطس",
    "sep | set | wrz | syys | sze | září | eyl | σεπ | сен | вер | ספט | בספט | سبتمبر",
    "oct | okt | out | ott | paź | loka | říj | eki | οκτ | окт | жов | אוק | באוק | أكتوبر | اكتوبر",
    "nov | lis | marras | noi | kas | νοε | νοέ | ноя | нояб | листопад | נוב | בנוב | نوفمبر",
    "dec | dez | déc | dic | gru | joulu | pro | ara | δεκ | дек | гру | דצמ | בדצמ | ديسمبر",
];

fn month(token: &str) -> Option<u32> {
    if !token.chars().all(char::is_alphabetic) {
        return None;
    }
    let lower = token.to_lowercase();
    // The longest that fits: `marraskuu` is no `mar`.
    let begins = |starts: &str| starts.split(" | ").filter(|start| lower.starts_with(start)).map(str::len).max();
    let fits = (1..).zip(MONTHS).filter_map(|(number, starts)| Some((begins(starts)?, number)));
    fits.max_by_key(|(length, _)| *length).map(|(_, number)| number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> WrittenDay {
        WrittenDay::Day(text.parse().unwrap())
    }

    #[test]
    fn one_day_in_many_clothes() {
        for cell in [
            "2026-11-23",
            "2026/11/23 07:55:13",
            "2026-11-23T10:00:00.000Z",
            "2026-11-23T00:00:00+01:00",
            "20261123",
            "20261123150210.0Z",
            "46349",
            "46349.5",
            "23/11/2026",
            "11/23/2026 3:02:10 PM",
            "23.11.2026",
            "23-Nov-2026",
            "23-NOV-26",
            "23/11/2026T08:00:00",
            "Nov 23, 2026",
            "23 November 2026",
            "23. November 2026",
            "23 nov. 2026",
            "23 de noviembre de 2026",
            "lundi 23 novembre 2026",
            "Mon Nov 23 2026",
            "Mon Nov 23 2026 00:00:00 GMT+0900 (Japan Standard Time)",
            "Monday, November 23, 2026",
            "23 listopada 2026",
            "23. marraskuuta 2026",
            "2026年11月23日",
            "2026年11月23日(月)",
            "2026/11/23(月)",
            "令和8年11月23日",
            "R8.11.23",
            "R08/11/23",
            "令和８年１１月２３日",
            "Ｒ８．１１．２３",
            "2026년 11월 23일",
            "2026. 11. 23.",
            "2026.11.23.",
            "2026-Nov-23",
            "115/11/23",
            "民國115年11月23日",
            "1151123",
            "٢٠٢٦/١١/٢٣",
            "11/23/26",
            "/Date(1795392000000)/",
            "/Date(1795392000000+0000)/",
            "1795392000000",
            "134398656000000000",
            "2026-11-23 00:00:00",
            "2026-11-23 (Mon)",
            "2026-11-23T10:00:00.123456789+05:30[Asia/Kolkata]",
            "2026-11-23Z",
            "2026-11-23+01:00",
            "2026-11-23 3:02pm",
            "23.11.2026 15:02 Uhr",
            "23.11.2026, 15:02:10 CET",
            "23.11.2026 r.",
            "Mon Nov 23 15:02:10 UTC 2026",
            "20261123T000000Z",
        ] {
            assert_eq!(read(cell, false, None).0, day("2026-11-23"), "{cell}");
        }
    }

    #[test]
    fn no_day_in_many_clothes() {
        for cell in [
            "9999-12-31",
            "0000-00-00",
            "12/31/9999",
            "1900-01-01",
            "/Date(253402214400000)/",
            "0",
            "9223372036854775807",
            "never",
            "00/00/0000",
            "1900-01-00",
            "1601-01-01T00:00:00Z",
            "2099-12-31",
            "1970-01-01",
            "12/31/1969",
            "31/12/2500",
            "2958465",
            "  /  /    ",
            "__.__.____",
            "00.00.0000",
            "unbefristet",
            "En cours",
            "Prazo indeterminado",
            "なし",
        ] {
            assert_eq!(read(cell, false, None).0, WrittenDay::None, "{cell}");
        }
    }

    #[test]
    fn a_day_with_more_to_say_of_it_is_no_day() {
        for cell in [
            "2026-11-23 extended to 2027-01-31",
            "2026-11-23 2027-01-31",
            "2026-11-23 2027",
            "2026-11-23, 2026-12-31",
            "2026-11-23 - resignation withdrawn",
            "2026-11-23-2027-01-31",
            "2026-11-23 (31.12.2027)",
            "20261123000000 withdrawn",
            "2026-Nov-23 withdrawn",
            "23.11.2026 (verlängert bis 31.12.2027)",
            "23.11.2026, 31.12.2027",
            "23/11/2026 cancelled",
            "23 November 2026 provisional",
            "Nov 23, 2026 or later",
            "2026年11月23日(延長)",
        ] {
            assert_eq!(read(cell, false, None).0, WrittenDay::Unreadable, "{cell}");
        }
    }

    #[test]
    fn a_pair_that_could_be_either_says_so() {
        assert_eq!(read("03/04/2026", false, None).0, WrittenDay::Either(3, 4, 2026));
        assert_eq!(read("05/05/2026", false, None).0, day("2026-05-05"));
        assert_eq!(read("31/02/2026", false, None).0, WrittenDay::Unreadable);
        assert_eq!(read("soon", false, None).0, WrittenDay::Unreadable);
    }

    #[test]
    fn the_name_of_a_month_in_capitals_is_one_word() {
        for (cell, expected) in [("31-OCT-2026", "2026-10-31"), ("14-SEPT-26", "2026-09-14"), ("AUGUST 3, 2026", "2026-08-03")] {
            assert_eq!(read(cell, false, None).0, day(expected), "{cell}");
        }
    }

    #[test]
    fn the_years_of_an_era_are_counted_from_its_first() {
        for (cell, expected) in [("平成31年3月1日", "2019-03-01"), ("令和元年5月1日", "2019-05-01"), ("S64.1.7", "1989-01-07")]
        {
            assert_eq!(read(cell, false, None).0, day(expected), "{cell}");
        }
    }

    #[test]
    fn a_day_of_the_buddhist_era_is_known_for_one() {
        for cell in ["2569-11-23", "23/11/2569", "23 Nov 2569", "25691123", "2569/11/23", "๒๓/๑๑/๒๕๖๙"] {
            assert_eq!(read(cell, false, None).0, WrittenDay::Buddhist("2026-11-23".parse().unwrap()), "{cell}");
        }
        // 2024 had a 29th of February, 2567 has none.
        assert_eq!(read("29/02/2567", false, None).0, WrittenDay::Buddhist("2024-02-29".parse().unwrap()));
        assert_eq!(read("03/04/2569", false, None).0, WrittenDay::Either(3, 4, 2569));
        assert_eq!(ordered(3, 4, 2569, DateOrder::Dmy), "2026-04-03".parse().ok());
    }

    #[test]
    fn a_year_of_another_calendar_or_of_two_digits_is_no_guess() {
        for cell in ["1405/08/09", "09/08/1405", "1448-05-20", "14050809", "2420-03-01", "31/10/69", "31-Oct-58", "0026-10-31"] {
            assert!(matches!(read(cell, false, None).0, WrittenDay::Undecidable(_)), "{cell}");
        }
        for cell in ["14052026", "0001-01-01", "1753-01-01", "1312026"] {
            assert!(!matches!(read(cell, false, None).0, WrittenDay::Undecidable(_)), "{cell}");
        }
    }

    #[test]
    fn the_mac_epoch_is_four_years_later() {
        assert_eq!(read("44887", true, None).0, day("2026-11-23"));
    }
}
