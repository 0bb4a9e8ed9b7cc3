//! What may stand behind a day without changing it: the time of day as programs and countries write it, its zone, the name of the
//! day.

use crate::directory::lists::lists;

lists! {
    "words.txt";
    BESIDE_TIMES = "beside times",
    HOURS = "hours",
    MINUTES = "minutes",
    SECONDS = "seconds",
    AREAS = "areas of zones",
    WEEKDAYS = "weekdays",
}

/// Whether what stands behind a day is the time of day, its zone or the name of the day, and not more to say of it: `(extended)`,
/// another day. `is_clear`: the day before it has a year of four digits or the name of its month, so that `10.12.27` is no other
/// day.
pub(super) fn is_time(rest: &str, is_clear: bool) -> bool {
    // JavaScript explains its zone: `GMT+0900 (Japan Standard Time)`.
    let explained = rest.find(" GMT").and_then(|at| rest.get(at..)?.split_once(" ("));
    let explained = explained.filter(|(_, name)| name.ends_with(')') && !name.contains(|sign: char| sign.is_ascii_digit()));
    let rest = explained.map_or(rest, |(_, name)| rest.get(..rest.len() - name.len() - 1).unwrap_or(rest));
    let rest = with_colons(rest.strip_prefix(['T', 't']).unwrap_or(rest));
    let parts = rest.split(|sign: char| sign.is_whitespace() || "()[],".contains(sign));
    let parts: Vec<&str> = parts.filter(|part| !matches!(*part, "" | ".")).collect();
    let zone = zone_in_words(&parts);
    parts.iter().take(zone).all(|part| is_named(part) || is_place(part) || is_clock(part, is_clear))
}

fn is_named(word: &str) -> bool {
    BESIDE_TIMES.contains(&word) || is_weekday(word)
}

/// In lower case, with `00時00分`, `0 h 00` and `오전 0시 0분` as `00:00:`.
fn with_colons(rest: &str) -> String {
    let mut times = String::with_capacity(rest.len());
    let mut signs = rest.chars().flat_map(char::to_lowercase).peekable();
    while let Some(sign) = signs.next() {
        let is = |list: &[&str]| list.iter().any(|word| word.chars().eq([sign]));
        let behind_digits = times.trim_end().ends_with(|before: char| before.is_ascii_digit());
        let ends = signs.peek().is_none_or(|next| !next.is_alphabetic());
        if behind_digits && (is(&HOURS) && (ends || sign != 'h') || is(&MINUTES)) {
            times.truncate(times.trim_end().len());
            times.push(':');
            while sign == 'h' && signs.next_if(|next| next.is_whitespace()).is_some() {}
        } else {
            times.push(if behind_digits && is(&SECONDS) { ' ' } else { sign });
        }
    }
    times
}

/// Where a zone's name in words begins behind the time: `12:00:00 am eastern standard time`, `… mitteleuropäische sommerzeit`.
fn zone_in_words(parts: &[&str]) -> usize {
    let first = parts.iter().rposition(|part| part.contains(|sign: char| sign.is_ascii_digit())).map(|at| at + 1);
    let words = first.and_then(|first| parts.get(first..)).unwrap_or_default();
    let words: Vec<&str> = words.iter().copied().skip_while(|word| is_named(word)).collect();
    let is_zone = match words.as_slice() {
        [.., kind, "time"] => matches!(*kind, "standard" | "daylight" | "summer" | "winter" | "universal"),
        [.., last] => ["sommerzeit", "winterzeit", "normalzeit"].iter().any(|zone| last.ends_with(zone)),
        [] => false,
    };
    let plain = |word: &&str| word.chars().all(|sign| sign.is_alphabetic() || matches!(sign, '.' | '-'));
    if is_zone && words.len() <= 6 && words.iter().all(plain) { parts.len() - words.len() } else { parts.len() }
}

/// `europe/berlin`, `america/port-au-prince`, `etc/gmt+5`
fn is_place(part: &str) -> bool {
    let Some((area, place)) = part.split_once('/') else { return false };
    let alphabetic = |text: &str| text.chars().all(|sign| sign.is_alphabetic() || matches!(sign, '/' | '_'));
    let named = |text: &str| text.chars().all(|sign| sign.is_alphanumeric() || matches!(sign, '/' | '_' | '-' | '+'));
    alphabetic(part) || AREAS.contains(&area) && named(place)
}

/// `15:02:10.5`, `3:02pm`, `午前0:00`, `150210z`, `0000`, `00.00.00`, `-00.00.00.000000`, `+01:00`, `utc+1`.
fn is_clock(part: &str, is_clear: bool) -> bool {
    let digits = |part: &str, most: usize| (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    // A part of the day may stand before its hour.
    let bare = part.trim_start_matches(|sign: char| !sign.is_ascii_digit() && !matches!(sign, '+' | '-' | ':'));
    let before = part.get(..part.len() - bare.len()).unwrap_or_default();
    let part = if is_named(before) { bare } else { part };
    if part.strip_prefix('-').is_some_and(|clock| is_dotted(clock, is_clear)) {
        return true;
    }
    let (clock, zone) = part.find(['+', '-']).map_or((part, None), |at| (part.get(..at).unwrap_or(part), part.get(at + 1..)));
    let is_zone = zone.is_none_or(|zone| zone.len() <= 5 && zone.split(':').all(|part| digits(part, 4)));
    let bare = clock.trim_end_matches(|sign: char| sign.is_alphabetic() || sign == '.');
    let suffix = clock.get(bare.len()..).unwrap_or_default();
    let marked = bare.trim_end_matches(':');
    let is_time = match marked {
        "" => bare.is_empty() && (zone.is_some() || !suffix.is_empty()),
        colons if bare.contains(':') => colons.split([':', '.']).all(|part| digits(part, 9)),
        dots if dots.contains('.') => is_dotted(dots, is_clear),
        // Digits alone are no time: `2027`.
        alone => digits(alone, 6) && (!suffix.is_empty() || is_military(alone)),
    };
    is_zone && is_time && (suffix.is_empty() || is_named(suffix))
}

/// `00.00`, `00.00.00` and `12.00.00.000000000`: the second is a day of two digits as well.
fn is_dotted(clock: &str, is_clear: bool) -> bool {
    let below = |part: &str, limit: u32| part.len() <= 2 && part.parse::<u32>().is_ok_and(|number| number < limit);
    let sixtieth = |part: &str| part.len() == 2 && below(part, 60);
    match clock.split('.').collect::<Vec<_>>().as_slice() {
        [hours, rest @ ..] if below(hours, 24) => match rest {
            [minutes] => is_clear && sixtieth(minutes),
            [minutes, seconds] => is_clear && sixtieth(minutes) && sixtieth(seconds),
            [minutes, seconds, parts] => {
                sixtieth(minutes) && sixtieth(seconds) && !parts.is_empty() && parts.bytes().all(|byte| byte.is_ascii_digit())
            }
            _ => false,
        },
        _ => false,
    }
}

/// `0000`, `150210`, and no year.
fn is_military(digits: &str) -> bool {
    let below = |at: usize, limit: u32| {
        digits.get(at..at + 2).and_then(|part| part.parse::<u32>().ok()).is_some_and(|number| number < limit)
    };
    let is_year = digits.len() == 4 && digits.parse().is_ok_and(|year: u32| (1900..=2100).contains(&year));
    matches!(digits.len(), 4 | 6) && !is_year && below(0, 24) && below(2, 60) && (digits.len() == 4 || below(4, 60))
}

/// Whether a word is the name of a day of the week, whole or short.
fn is_weekday(word: &str) -> bool {
    const ENDS: [&str; 13] = ["day", "tag", "woch", "dag", "di", "manche", "es", "ado", "ingo", "feira", "i", "曜", "曜日"];
    let word = word.trim_end_matches('.');
    matches!(word, "mo" | "di" | "mi" | "do" | "fr" | "sa" | "so")
        || "月火水木金土日".chars().any(|day| word.strip_prefix(day).is_some_and(|end| end.is_empty() || ENDS.contains(&end)))
        || WEEKDAYS.iter().any(|start| {
            word.strip_prefix(start)
                .is_some_and(|end| end.is_empty() || end.chars().count() < 9 && ENDS.iter().any(|known| end.ends_with(known)))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_day_is_told_from_more_to_say() {
        for rest in [
            " 오전 12:00:00",
            " 오전 12시 0분",
            " 上午 12:00:00",
            "午前0:00:00",
            " 午前 0:00:00",
            " 00時00分",
            "0時0分0秒",
            " 12:00:00 a. m.",
            " 12:00:00 a.\u{a0}m.",
            " 12.00.00.000000000 AM",
            " 12.00.00.000000000 AM EUROPE/BERLIN",
            "-00.00.00.000000",
            " 00.00.00",
            " klo 0.00",
            " 12:00:00 π.μ.",
            " г. 0:00:00 ч.",
            " à 0 h 00",
            " 00h00",
            " 0 h",
            " 0000",
            " 2359",
            "T000000Z",
            " 12:00:00 AM Eastern Standard Time",
            " 00:00 W. Europe Standard Time",
            " 12:00:00 AM ET",
            " 12:00:00 AM Eastern Time",
            " 00:00:00 Mitteleuropäische Sommerzeit",
            " 00:00:00 Etc/GMT+5",
            "T00:00:00-05:00[America/Port-au-Prince]",
        ] {
            assert!(is_time(rest, true), "{rest}");
        }
        for rest in [
            " 2027",
            " 1999",
            " 31.12.27",
            " 31.12.2027",
            " - 31.12.",
            "-2027-01-31",
            " 311227",
            " verlängert bis 31.12.2027",
            " 00:00 verlängert",
            " 10 h 00 withdrawn",
            " extended one more time",
            " 00:00 extended time",
            " 2 weeks",
            " 14",
        ] {
            assert!(!is_time(rest, true), "{rest}");
        }
        assert!(!is_time(" 10.12.27", false) && is_time(" 10.12.27.000000", false), "behind a year of two digits");
    }
}
