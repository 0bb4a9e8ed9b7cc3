//! What the lines around a table say of it: in words of people, or a program's name for it and a value.

use serde_json::Value;

use super::members::{is_more, is_next, is_program_s, is_total};
use super::numbers::Numbers;
use super::query::{is_no_filter, narrows};
use super::{Marks, Place, Total, words};
use crate::text::squashed;

impl Marks {
    /// Words above or below the list: a line of text. Whether they say anything of it.
    pub fn words(&mut self, line: &str) -> bool {
        self.said(line, true)
    }

    /// The filled cells of a row above, among or below the people. A number beside `Total` may add up a column, unless it certainly
    /// `counts`. That the list goes on at the end of a printed page is no news where people follow.
    pub fn row(&mut self, cells: &[impl AsRef<str>], counts: bool, people_follow: bool) -> bool {
        let next = self.next.clone();
        let member = match cells {
            [name, value] => {
                self.member_in_words(name.as_ref(), value.as_ref()) || self.filter_in_words(name.as_ref(), value.as_ref())
            }
            _ => false,
        };
        let line = cells.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(" ");
        let said = member || self.said(&line, cells.len() == 1 || counts);
        if people_follow {
            self.next = next;
        }
        said
    }

    /// A label and its value on another sheet of the workbook, where only a filter that was set is said of this list, and how much
    /// of it was written: `Rows exported`, `4 of 6`. On a sheet that is called `Parameters` every field of a person is a filter.
    pub fn aside(&mut self, sheet: &str, label: &str, value: &str) {
        let said = format!("{label}: {value}");
        if words::is_of_questions(sheet) && narrows(label) && !is_no_filter(&value.trim().to_lowercase()) {
            self.lasts(format!("it is a selection, by its own words: `{}`", said.chars().take(120).collect::<String>()));
        } else if !self.filter_in_words(label, value) {
            let lower = said.to_lowercase();
            self.part(&lower, &Numbers::of(&lower), &said);
        }
    }

    /// `Filter` beside `Country = Germany`. Whether it is one.
    fn filter_in_words(&mut self, label: &str, value: &str) -> bool {
        let said = format!("{}: {}", label.trim().trim_end_matches(':'), value.trim());
        let filtered = words::labelled(&said.to_lowercase());
        if filtered == Some(true) {
            let shown: String = said.chars().take(120).collect();
            self.lasts(format!("it is a selection, by its own words: `{shown}`"));
        }
        filtered.is_some()
    }

    /// `nextLink: https://…`, `hasNextPage=true` around a table: a program's name for it, and its value. Whether it is one.
    fn member_in_words(&mut self, name: &str, value: &str) -> bool {
        let (name, squashed) = (name.trim(), squashed(name));
        let is_member = is_program_s(name) && (is_next(&squashed, true) || is_more(&squashed) || is_total(&squashed));
        if is_member {
            self.scalar(Place { path: name, own: true }, &squashed, &Value::from(value.trim()));
        }
        is_member
    }

    pub(super) fn said(&mut self, line: &str, alone: bool) -> bool {
        if line.split_once([':', '=']).is_some_and(|(name, value)| self.member_in_words(name, value)) {
            return true;
        }
        let said = line.split_whitespace().collect::<Vec<_>>().join(" ");
        let lower = said.to_lowercase();
        let shown: String = said.chars().take(120).collect();
        let numbers = Numbers::of(&lower);
        if let Some(most) = words::at_most(&lower, &numbers) {
            self.top = Some((most, shown.clone()));
        }
        if let Some(filtered) = lower.split([';', '|']).filter_map(words::filter).max() {
            if filtered {
                self.lasts(format!("it is a selection, by its own words: `{shown}`"));
            }
            return true;
        }
        if words::is_cut(&lower) {
            self.lasts(format!("it says that something is missing: `{shown}`"));
            return true;
        }
        // `Exported 4 out of 6 users` begins as `Exported 2026-11-23` does.
        if let Some(day) = words::dated(&lower).filter(|_| numbers.part_of().is_none() || !lower.contains(" of ")) {
            self.dated.get_or_insert_with(|| day.to_owned());
            return true;
        }
        if words::goes_on(&lower) {
            self.goes_on(&shown);
            return true;
        }
        if let Some(top) = numbers.top() {
            self.top = Some((top, shown));
            return true;
        }
        let count = || numbers.count(alone);
        self.part(&lower, &numbers, &shown)
            || count().is_some_and(|number| {
                self.totals.push(Total { place: shown, number });
                true
            })
            || words::at_most(&lower, &numbers).is_some()
    }

    /// `page 1 of 3`, `1-50 of 214`: which part of the list this is.
    pub(super) fn part(&mut self, lower: &str, numbers: &Numbers<'_>, shown: &str) -> bool {
        if let Some((page, of)) = numbers.page_of() {
            if self.page_in_words.is_none_or(|(known, _)| page >= known) {
                self.page_in_words = Some((page, of));
            }
        } else if let Some((upto, of)) = numbers.part_of().or_else(|| words::pager(lower)) {
            if let Some(from) = numbers.from().filter(|from| self.from.as_ref().is_none_or(|(least, _)| from < least)) {
                self.from = Some((from, shown.to_owned()));
            }
            if upto < of {
                self.lasts(format!("it shows {upto} of {of}, by its own words: `{shown}`"));
            }
        } else {
            return false;
        }
        true
    }
}
