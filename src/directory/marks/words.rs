//! What reports write around their tables, in the languages they are written in: filters, the day, and that something is missing.

use super::numbers::{Numbers, PEOPLE, whole};
use super::query::{is_no_filter, restricts};
use crate::directory::lists::lists;

lists! {
    "words.txt";
    FILTERS = "filters",
    FILTERS_ABROAD = "filters abroad",
    FILTERED = "filtered",
    NEGATION = "negation",
    WITHOUT = "without",
    WITHOUT_ANYTHING = "without anything",
    VIEWS = "views",
    AT_WORK = "at work",
    CUT = "cut off",
    AT_MOST = "at most",
    BROKE = "broke off",
    BROKE_WITH = "broke off with",
    MORE_THAN = "more than",
    FURTHER = "further",
    MORE = "go on",
    NEXT = "next page",
    ONLY = "only",
    READERS = "readers",
    MADE = "made",
    SHEETS = "sheets",
}

/// What follows the label of the day on which a list was made.
pub(super) fn dated(lower: &str) -> Option<&str> {
    let said = lower.trim_start_matches(['#', '*', '(', '[', '"', ' ']);
    let label = MADE.iter().filter(|label| said.strip_prefix(**label).is_some_and(ends_label)).max_by_key(|label| label.len())?;
    let rest = said.get(label.len()..)?;
    rest.contains(|letter: char| letter.is_ascii_digit()).then_some(rest)
}

/// Some where a line states a filter: whether it filters anything.
pub(super) fn filter(lower: &str) -> Option<bool> {
    let said = lower.trim_start_matches(['#', '*', '(', '[', '"', ' ']);
    let words = Numbers::of(lower);
    // `Active employees only` and `Country: Germany only`, and not `For employees only`.
    let several = || (3..=4).contains(&said.split_whitespace().count());
    if words.has(&ONLY)
        && !words.has(&READERS)
        && at_most(lower, &words).is_none()
        && (words.has(&PEOPLE) || words.has(&AT_WORK) || several())
    {
        return Some(true);
    }
    if words.has(&FILTERED)
        && !words.has(&NEGATION)
        && !said.contains([':', '=', '：'])
        && !FILTERS.contains(&said)
        && said.contains(' ')
    {
        return Some(true);
    }
    let without = WITHOUT.iter().any(|word| said.strip_prefix(*word).is_some_and(|rest| rest.starts_with([' ', '.'])));
    if without && !words.has(&WITHOUT_ANYTHING) {
        return Some(true);
    }
    let asked = (said.starts_with("where ") || said.starts_with("query")) && said.contains(['=', '<', '>']);
    // `limited to active employees`
    if AT_MOST.iter().any(|said| lower.contains(said)) && words.has(&AT_WORK) && !words.has(&READERS) {
        return Some(true);
    }
    let is_distinguished_name = [",dc=", ",ou=", ",o="].iter().any(|part| said.contains(part));
    if asked
        || restricts(said) && !is_distinguished_name
        || ["excludes ", "excluding "].iter().any(|excludes| said.starts_with(excludes))
    {
        return Some(true);
    }
    let behind = |label: &&str| said.strip_prefix(*label).is_some_and(ends_label);
    if let Some(view) = VIEWS.iter().filter(|label| behind(label)).max_by_key(|label| label.len())
        && said.get(view.len()..)?.trim_start().starts_with([':', '=', '：'])
    {
        return (words.has(&AT_WORK) || words.has(&ONLY)).then_some(true);
    }
    labelled(said)
}

/// Some where a line begins with the label of a filter: whether it filters anything.
pub(super) fn labelled(said: &str) -> Option<bool> {
    let behind = |label: &&str| said.strip_prefix(*label).is_some_and(ends_label);
    let label = FILTERS.iter().chain(FILTERS_ABROAD.iter()).filter(|label| behind(label)).max_by_key(|label| label.len())?;
    let rest = said.get(label.len()..)?.trim_start();
    let stated = rest.starts_with([':', '=', '：']);
    // `Filter` alone may be a button of a page, `filtered by country` needs no colon.
    if !stated && (rest.is_empty() || !label.contains(' ')) {
        return None;
    }
    let rest = rest.trim_matches([':', '=', '：', ' ', '(', ')', '[', ']', '"', '.']);
    if *label == "population" && whole(rest).is_some() {
        return None;
    }
    Some(!is_no_filter(rest))
}

fn ends_label(rest: &str) -> bool {
    !rest.starts_with(char::is_alphabetic)
}

/// The most people that the list was to hold: `Row limit: 500`, `limited to 500 rows`, `select top 500 …`.
pub(super) fn at_most(lower: &str, numbers: &Numbers<'_>) -> Option<u64> {
    let query = || lower.starts_with("select ") && [" top ", " limit "].iter().any(|word| lower.contains(word));
    (AT_MOST.iter().any(|said| lower.contains(said)) || query()).then(|| numbers.greatest()).flatten()
}

/// Whether a sheet of this name says what was asked for: `Parameters`, `Filters`.
pub(super) fn is_of_questions(sheet: &str) -> bool {
    SHEETS.contains(&sheet.trim().to_lowercase().as_str())
}

/// Whether a line says that people were left out, in any of its parts: `Rows written: 4, rows rejected: 2`.
fn leaves_out(lower: &str) -> bool {
    lower.split([';', '|']).flat_map(|part| part.split(", ")).any(|part| Numbers::of(part).left_out())
}

/// Whether a line leads to more people.
pub(super) fn goes_on(lower: &str) -> bool {
    let said = lower.trim_matches(['#', '*', '(', ')', '[', ']', '"', ' ', '.', '…', '»', '>', '›']);
    let address = |rest: &str| {
        let to = rest.trim_start_matches([':', '=', '：', ' ']);
        to.len() < rest.len() && (to.contains("://") || to.starts_with('/') || to.parse::<u32>().is_ok())
    };
    MORE.contains(&said) || NEXT.iter().any(|label| said.strip_prefix(label).is_some_and(address))
}

/// Whether a line says that the list stops before its end.
pub(super) fn is_cut(lower: &str) -> bool {
    let further = || {
        let counted = lower.starts_with(['.', '…', '+']) && lower.contains(|letter: char| letter.is_ascii_digit());
        let words = Numbers::of(lower);
        words.has(&FURTHER) && (counted || words.count_of(&FURTHER))
    };
    let ellipsis = || lower.contains(['.', '…']) && lower.chars().all(|sign| matches!(sign, '.' | '…' | ' '));
    let more_than = || MORE_THAN.iter().any(|begins| lower.starts_with(begins)) && Numbers::of(lower).has(&PEOPLE);
    CUT.iter().any(|said| lower.contains(said)) || further() || more_than() || ellipsis() || broke_off(lower) || leaves_out(lower)
}

/// Whether a line is what a program said when it broke off.
fn broke_off(lower: &str) -> bool {
    let begins = |word: &&str| {
        let rest = lower.strip_prefix(*word).map(str::trim_start);
        rest.is_some_and(|rest| {
            rest.is_empty() || rest.starts_with([':', '-', '(']) || rest.starts_with(|sign: char| sign.is_ascii_digit())
        })
    };
    BROKE.iter().any(|said| lower.contains(said)) || BROKE_WITH.iter().any(begins)
}

/// `1-50 / 214` and nothing else: how far it goes, and of how many.
pub(super) fn pager(lower: &str) -> Option<(u64, u64)> {
    let (part, of) = lower.split_once('/')?;
    let (from, upto) = part.split_once(['-', '–'])?;
    let number = |text: &str| whole(text.trim());
    let (from, upto, of) = (number(from)?, number(upto)?, number(of)?);
    (from < upto && upto <= of).then_some((upto, of))
}
