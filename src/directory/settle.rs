//! Rows without a key: people who cannot be matched, which are rejected and counted, or what reports write around their tables.
//!
//! A row with a name, or among the people with anything of a person, stays: it is rejected later, with its reason. Only what
//! certainly is nobody goes, and the evidence says how much that was.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use anyhow::Result;

use super::build::is_word_for_none;
use super::days::dates;
use super::headers::slot::Slot;
use super::lists::lists;
use super::raw::{Keyless, Raw};
use super::{cells, headers, status};

lists! {
    "settle.txt";
    BEGINS = "begins",
    CONTACTS = "contacts",
    NAMES = "names",
    WHOLE = "whole",
    ENDS = "ends",
}

/// Decides what rows without a key are. `above` are the rows above the headers, which some reports print on every page.
pub(super) fn settle(raw: &mut Raw, above: &[Vec<String>], width: usize) -> Result<()> {
    let keyless: HashSet<u32> = raw.keyless.iter().map(|keyless| keyless.row).collect();
    let keyed = raw.rows.iter().rev().find(|row| !keyless.contains(row)).copied();
    let aside = aside(raw, &keyless, keyed);
    let is_whole = |keyless: &&Keyless| keyless.named && keyless.filled > 1 && !is_footer(keyless) && !aside.contains(&keyless.row);
    let whole = raw.keyless.iter().filter(is_whole).map(|keyless| keyless.row);
    let last = keyed.into_iter().chain(whole).max().unwrap_or(0);
    let mut out: BTreeMap<u32, Cow<'static, str>> = BTreeMap::new();
    for row in std::mem::take(&mut raw.keyless) {
        let again = above.iter().any(|title| is_again(title, &row));
        let closes = row.cells.first().is_some_and(|cell| ["trailer", "trl", "eof"].contains(&cell.to_lowercase().as_str()));
        let may_say = is_short(&row, width) || is_ellipsis(&row.cells) || again || closes;
        let marked = may_say && raw.marks.row(&row.cells, row.counts, row.row < last);
        let behind = aside.contains(&row.row).then_some("behind the last person");
        if let Some(why) = behind.or_else(|| nobody(&row, marked, again, width, last)) {
            let example = row.cells.first().filter(|_| is_short(&row, width)).map(|cell| format!(": `{}`", cut(cell)));
            out.insert(row.row, format!("{why}{}", example.unwrap_or_default()).into());
        }
    }
    raw.skip(out)?;
    Ok(())
}

/// Rows of a block of its own, a summary or a legend, that stands behind the last person with a key and something between: a label
/// and what it stands for, and under a name nothing but words that are known. Any other text may be somebody's name, and what is
/// written for want of a number or an address is somebody's.
fn aside(raw: &Raw, keyless: &HashSet<u32>, keyed: Option<u32>) -> HashSet<u32> {
    let Some(keyed) = keyed else { return HashSet::new() };
    let Some(first) = (keyed + 1..u32::MAX).find(|row| !keyless.contains(row)) else { return HashSet::new() };
    let may_be = |row: &&Keyless| {
        let has_more = row.called.len() + row.keys < row.filled;
        let is_somebody_s = |cell: &String| cell.contains('@') || cells::clean(cell).is_none_or(is_word_for_none);
        row.row > first
            && row.filled <= 2
            && !row.called.is_empty()
            && (!has_more || sums_up(row))
            && !row.cells.iter().any(is_somebody_s)
    };
    let mut rows = raw.keyless.iter().filter(may_be).peekable();
    if rows.peek().is_none() {
        return HashSet::new();
    }
    // Parts of the company are called so, and no people.
    let describes = |header: &str| {
        let slot = headers::meaning(header).map(|(slot, _)| slot);
        matches!(slot, Some(Slot::Department | Slot::Location | Slot::UserType | Slot::Status))
    };
    let columns = raw.columns.iter().filter(|column| describes(&column.header));
    let parts: HashSet<String> = columns.flat_map(|column| column.values.iter().flatten().map(str::to_lowercase)).collect();
    let is_nobody_s = |cell: &String| {
        !cell.contains(char::is_alphabetic)
            || cell.chars().count() == 1
            || status::is_state(cell)
            || is_whole_footer(cell)
            || headers::meaning(cell).is_some()
            || parts.contains(&cell.to_lowercase())
    };
    rows.filter(|row| row.called.iter().all(is_nobody_s)).map(|row| row.row).collect()
}

/// Why a row is no person, if it is none. Among the people a name is somebody's, whatever reports call their totals.
fn nobody(row: &Keyless, marked: bool, again: bool, width: usize, last: u32) -> Option<&'static str> {
    let first = row.cells.first().map_or("", String::as_str);
    let behind = row.row > last;
    if again {
        Some("a page header again")
    } else if row.is_sentence {
        (behind && (is_footer(row) || begins(&CONTACTS, &bare(first)))).then_some("a total or a footer")
    } else if (marked || is_short(row, width) && is_footer(row)) && (behind || !names_somebody(row)) {
        Some("a total or a footer")
    } else if !row.named && !row.of_a_person {
        Some("nothing of a person in it")
    } else if behind && (!row.named || row.filled == 1 && !is_name(first)) {
        Some("behind the last person")
    } else {
        None
    }
}

/// Whether a row is one from above the headers again, perhaps with the number of another page in it.
fn is_again(title: &[String], row: &Keyless) -> bool {
    let digits = |cell: &str| cell.chars().filter(|sign| !sign.is_ascii_digit()).collect::<String>();
    cells::filled(title).take(8).map(digits).eq(row.cells.iter().map(|cell| digits(cell)))
}

/// Whether a row sums up or closes the table, and is not of somebody who is called so: `Page, Larry`, or `Total, Marie` beside a
/// word for who is at work, or beside nothing but a phone.
fn is_footer(row: &Keyless) -> bool {
    let first = row.cells.first().map_or("", String::as_str);
    let word = || first.split(|sign: char| !sign.is_alphabetic()).next().unwrap_or_default().to_lowercase();
    let called = || NAMES.iter().any(|name| *name == word()) || row.cells.iter().skip(1).any(|cell| status::is_state(cell));
    let person = || row.named && row.of_a_person && !first.contains(|sign: char| sign.is_ascii_digit() || sign == ':') && called();
    begins_footer(first) && !person() || sums_up(row) && !first.contains(',') && (begins_footer(first) || ends_total(first))
}

/// Whether it is the total of a part: `Finance Total`. Nobody but a total has nothing beside such a name but numbers.
fn ends_total(cell: &str) -> bool {
    let lower = bare(cell);
    lower.rsplit_once(' ').is_some_and(|(_, last)| ENDS.contains(&last.trim_end_matches(':')))
}

/// Whether nothing but numbers stand beside a row's first cell, and no day among them: what a total has and a person has not.
fn sums_up(row: &Keyless) -> bool {
    let is_sum = |cell: &String| is_amount(cell) && !dates::is_day(cell);
    row.cells.len() > 1 && row.cells.len() == row.filled && row.cells.iter().skip(1).all(is_sum)
}

/// Whether a cell is a number as sums are written (`1 234`, `12.5 %`, `-3`), and not one that is dialled.
fn is_amount(cell: &str) -> bool {
    let number = cell.trim_matches(|sign: char| !sign.is_ascii_digit() && !sign.is_alphabetic() && sign != '+');
    let mut groups = number.split([' ', '\u{a0}', '\u{202f}', ',', '.', '\'', '’']);
    let first = groups.next().unwrap_or_default();
    let rest: Vec<&str> = groups.collect();
    let digits = |group: &str| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit());
    let begins = digits(first) && first.len() <= 6 && (first == "0" || !first.starts_with('0'));
    // Threes, and behind them perhaps decimals.
    begins
        && rest.iter().enumerate().all(|(at, group)| digits(group) && (group.len() == 3 || at + 1 == rest.len() && group.len() < 3))
}

/// Whether a row that may be a footer has anything of a person in it: not where there is but `Page 3`, nor in `Total` beside
/// numbers.
fn names_somebody(row: &Keyless) -> bool {
    let sums = |(at, cell): (usize, &String)| !is_name(cell) || at == 0 && row.filled > 1 && is_whole_footer(cell);
    (row.named || row.of_a_person) && !row.cells.iter().enumerate().all(sums)
}

/// Whether so little stands in a row that it may close the table.
fn is_short(row: &Keyless, width: usize) -> bool {
    row.filled <= 2 || row.filled * 2 < width
}

/// Whether a program wrote dots in place of rows: `...` in every cell.
fn is_ellipsis(cells: &[impl AsRef<str>]) -> bool {
    cells.iter().all(|cell| matches!(cell.as_ref().trim(), "..." | "…"))
}

fn cut(cell: &str) -> String {
    cell.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(80).collect()
}

/// Whether a text alone in its row looks like what somebody is called: words, and no other sign.
fn is_name(text: &str) -> bool {
    let sign = |sign: char| {
        sign.is_alphabetic() || sign.is_whitespace() || "-'’.,·・".contains(sign) || ('\u{300}'..'\u{370}').contains(&sign)
    };
    let words = text.split_whitespace().count();
    let cased = |word: &str| word.chars().next().is_some_and(|first| !first.is_lowercase()) || word.chars().count() <= 3;
    (1..=5).contains(&words) && text.chars().all(sign) && text.split_whitespace().all(cased)
}

/// Whether a row's first cell may say that the row sums up or closes the table.
fn begins_footer(cell: &str) -> bool {
    if cell.chars().count() > 200 {
        return false;
    }
    let lower = bare(cell);
    begins(&BEGINS, &lower) || is_whole_footer(cell)
}

/// Whether a text begins with one of these words. A family may be called Totalino: a word is a word.
fn begins(words: &[&str], lower: &str) -> bool {
    words.iter().any(|start| lower.strip_prefix(start).is_some_and(|rest| !rest.starts_with(char::is_alphabetic)))
}

/// Whether a cell holds such words and nothing else.
fn is_whole_footer(cell: &str) -> bool {
    let lower = bare(cell);
    BEGINS.iter().chain(WHOLE.iter()).any(|words| lower.trim_end_matches([':', '.', ' ']) == *words)
}

/// In lower case, without the signs that reports put in front.
fn bare(cell: &str) -> String {
    cell.trim_start_matches(['*', '#', '(', '[', '-', '=', ' ', '©']).to_lowercase()
}
