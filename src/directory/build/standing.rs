//! What each row says of somebody's standing: a status word, a switch, or for want of both a mark behind the name.

use std::collections::BTreeMap;

use polars::prelude::*;

use super::given::{Given, Read};
use crate::config;
use crate::directory::headers::slot::Slot;
use crate::directory::names;
use crate::directory::people::{Doubt, StatusWord};
use crate::directory::raw::RawColumn;
use crate::directory::status::{self, Meaning, Words};
use crate::terms::Status;

/// Three columns of the frame.
#[derive(Debug, Default)]
pub(super) struct StatusColumns {
    pub(super) status: StringChunked,
    pub(super) word: StringChunked,
    pub(super) enabled: BooleanChunked,
}

/// What the columns said so far.
struct Rows<'t> {
    status: Vec<Option<Status>>,
    enabled: Vec<Option<bool>>,
    /// Which of `deciders` gave the status, from 1; 0 where none did.
    by: Vec<u8>,
    deciders: Vec<&'t RawColumn>,
    /// Rows that one column counts as employed and another, with this word, as gone.
    against: Vec<(usize, &'t RawColumn, &'t str)>,
    /// Words of rows whose status a further value gave.
    again: BTreeMap<usize, Option<&'t str>>,
}

/// Reads all columns that say something of the standing; also gives their words with counts.
pub(super) fn read(given: Given<'_>, file: &config::Directory) -> Read<(StatusColumns, Vec<StatusWord>)> {
    let height = given.height();
    let mut rows = Rows {
        status: vec![None; height],
        enabled: vec![None; height],
        by: vec![0; height],
        deciders: Vec::new(),
        against: Vec::new(),
        again: BTreeMap::new(),
    };
    let mut words = Vec::new();
    let mut unused: BTreeMap<String, &str> = file.status.keys().map(|word| (status::fold(word), word.as_str())).collect();
    let slots = [Slot::Status, Slot::Ended, Slot::Enabled, Slot::Disabled, Slot::AccountControl];
    // A second column of words helps where the first has none that is certain; of switches the best known one counts.
    let columns = slots.map(|slot| given.columns(slot).take(if slot == Slot::Status { usize::MAX } else { 1 }).collect::<Vec<_>>());
    let named = columns.iter().flatten().count() > 1 || columns.first().is_some_and(Vec::is_empty);
    for (slot, columns) in slots.into_iter().zip(&columns) {
        for column in columns {
            let meanings = Words::new(slot, &column.header, given.mapping.system, &file.status).of_column(&column.values);
            words.extend(rows.read(column, named, &meanings, &mut unused));
            rows.read_again(given, column, &meanings);
        }
    }
    let doubts = rows.contradictions(given);
    let mut word = rows.words(given);
    let mut notes = Vec::new();
    if words.is_empty() && given.mapping.first(Slot::Status).is_none() {
        let meanings = Words::new(Slot::Status, "", given.mapping.system, &file.status);
        let hints = rows.hints(given, &meanings);
        if hints.null_count() < height {
            notes.push(format!(
                "{} in a status such as `(On Leave)`: taken as a hint, for want of a status column",
                crate::text::plural((height - hints.null_count()) as u64, "name ends", "names end")
            ));
            word = hints;
        }
    }
    if !unused.is_empty() {
        let listed = unused.values().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
        notes.push(format!("[directory.status] names {listed}, which no row has: is it spelt as in the file?"));
    }
    let status = rows.status.into_iter().map(|status| status.map(Status::as_str));
    let standing = StatusColumns {
        status: StringChunked::from_iter_options(PlSmallStr::EMPTY, status),
        word,
        enabled: BooleanChunked::from_iter_options(PlSmallStr::EMPTY, rows.enabled.into_iter()),
    };
    Read { values: (standing, words), notes, doubts }
}

/// The words without those of rows that were rejected: nobody is judged by them.
pub(super) fn of_kept(mut words: Vec<StatusWord>, given: Given<'_>, keep: &BooleanChunked) -> Vec<StatusWord> {
    let slots = [Slot::Status, Slot::Ended, Slot::Enabled, Slot::Disabled, Slot::AccountControl];
    let rejected: Vec<usize> = keep.iter().enumerate().filter(|(_, keep)| *keep != Some(true)).map(|(at, _)| at).collect();
    for column in slots.into_iter().flat_map(|slot| given.columns(slot)) {
        for cell in rejected.iter().filter_map(|at| column.values.get(*at)) {
            let is = |known: &&mut StatusWord| {
                known.word == cell || known.word.strip_prefix(&column.header).and_then(|rest| rest.strip_prefix(": ")) == Some(cell)
            };
            if let Some(word) = words.iter_mut().find(is) {
                word.count = word.count.saturating_sub(1);
            }
        }
    }
    words.retain(|word| word.count > 0);
    words
}

impl<'t> Rows<'t> {
    /// Takes one column, and gives its words, the most frequent first.
    fn read(
        &mut self,
        column: &'t RawColumn,
        named: bool,
        meanings: &Words,
        unused: &mut BTreeMap<String, &str>,
    ) -> Vec<StatusWord> {
        let mut known: PlHashMap<&str, (Meaning, u64)> = PlHashMap::new();
        let decider = self.deciders.len() as u8 + 1;
        let mut decides = false;
        let rows = self.status.iter_mut().zip(&mut self.enabled).zip(&mut self.by);
        for (at, (cell, ((status, enabled), by))) in column.values.iter().zip(rows).enumerate() {
            let Some(cell) = cell else { continue };
            let (meaning, count) = known.entry(cell).or_insert_with(|| (meanings.meaning(cell), 0));
            *count += 1;
            match *meaning {
                // A word that means nothing certain gives way to one that does.
                Meaning::Word(word) => {
                    decides = true;
                    let is_employed = |word: Status| matches!(word, Status::Active | Status::Leave);
                    let employed = status.is_some_and(is_employed);
                    // The safer reading, whichever column is the better known.
                    if *status == Some(Status::Terminated) && is_employed(word) {
                        let earlier = self.deciders.get(usize::from(*by).saturating_sub(1)).copied();
                        let said = earlier.and_then(|earlier| Some((at, earlier, earlier.values.get(at)?)));
                        self.against.extend(said);
                        (*status, *by) = (Some(word), decider);
                    }
                    if employed && (word == Status::Terminated || meanings.is_switched_off(cell)) {
                        self.against.push((at, column, cell));
                    }
                    let uncertain = status.is_none_or(|known| known == Status::Unknown);
                    if uncertain && (status.is_none() || word != Status::Unknown) {
                        (*status, *by) = (Some(word), decider);
                    }
                }
                Meaning::Switch(on) => {
                    *enabled = Some(on && enabled.unwrap_or(true));
                    if !on && *status == Some(Status::Active) {
                        self.against.push((at, column, cell));
                    }
                }
            }
        }
        known.keys().filter_map(|word| meanings.configured(word)).for_each(|(key, _)| {
            unused.remove(&key);
        });
        if decides {
            self.deciders.push(column);
        }
        let word = |(word, (meaning, count)): (&str, (Meaning, u64))| {
            let taken_for = match meaning {
                Meaning::Word(status) => status,
                Meaning::Switch(true) => Status::Active,
                Meaning::Switch(false) => Status::Suspended,
            };
            let word = if named { format!("{}: {word}", column.header) } else { word.to_owned() };
            StatusWord { word, count, taken_for }
        };
        let mut words: Vec<StatusWord> = known.into_iter().map(word).collect();
        words.sort_by(|one, other| other.count.cmp(&one.count).then_with(|| one.word.cmp(&other.word)));
        words
    }

    /// Takes the further values of cells that have several: of two that do not say the same, one that says employed counts, and where
    /// neither does, that nobody can tell leaves somebody employed.
    fn read_again(&mut self, given: Given<'t>, column: &'t RawColumn, meanings: &Words) {
        let meaning = |value: &str| (!value.is_empty()).then(|| meanings.meaning(value));
        for (at, value) in given.doubled(column) {
            let (Some(status), Some(enabled)) = (self.status.get_mut(at), self.enabled.get_mut(at)) else { continue };
            let (first, other) = (meaning(column.values.get(at).unwrap_or_default()), meaning(value));
            if first == other {
                continue;
            }
            let said = [(first, column.values.get(at)), (other, Some(value))];
            if said.iter().any(|(meaning, _)| matches!(meaning, Some(Meaning::Switch(_)))) {
                *enabled = Some(true);
            }
            let employed = |known: &Status| matches!(known, Status::Active | Status::Leave);
            if said.iter().any(|(meaning, _)| matches!(meaning, Some(Meaning::Word(_))))
                && !status.is_some_and(|known| employed(&known))
            {
                let word = said.iter().find_map(|(meaning, word)| match meaning {
                    Some(Meaning::Word(status)) if employed(status) => Some((*status, *word)),
                    _ => None,
                });
                let (safer, word) = word.unwrap_or((Status::Active, None));
                *status = Some(safer);
                self.again.insert(at, word);
            }
        }
    }

    /// The word that decided each row; of a single column, all its words.
    fn words(&self, given: Given<'_>) -> StringChunked {
        match self.deciders.as_slice() {
            [] => given.none(),
            [only] if self.again.is_empty() => only.values.clone(),
            several => {
                let by_itself = |by: u8| if several.len() == 1 { Some(0) } else { by.checked_sub(1) };
                let word = |(at, by): (usize, &u8)| match self.again.get(&at) {
                    Some(word) => *word,
                    None => several.get(usize::from(by_itself(*by)?))?.values.get(at),
                };
                let words: Vec<Option<&str>> = self.by.iter().enumerate().map(word).collect();
                StringChunked::from_iter_options(PlSmallStr::EMPTY, words.into_iter())
            }
        }
    }

    /// The safer reading, employed, stands; somebody has to look.
    fn contradictions(&self, given: Given<'_>) -> Vec<Doubt> {
        let doubt = |(at, column, word): &(usize, &RawColumn, &str)| {
            let problem = format!("one column says employed, `{}` does not: read as employed", column.header);
            Doubt { not_comparable: false, ..given.doubt(*at, "status", &problem, word) }
        };
        self.against.iter().map(doubt).collect()
    }

    /// Marks behind names that are status words.
    fn hints(&mut self, given: Given<'_>, meanings: &Words) -> StringChunked {
        let Some(column) = given.column(Slot::Name) else { return given.none() };
        let mut hints = StringChunkedBuilder::new(PlSmallStr::EMPTY, given.height());
        for (name, status) in column.values.iter().zip(&mut self.status) {
            let hint = name.and_then(names::hint);
            match hint.map(|hint| meanings.meaning(hint)) {
                Some(Meaning::Word(word)) if word != Status::Unknown => {
                    *status = Some(word);
                    hints.append_option(hint);
                }
                _ => hints.append_null(),
            }
        }
        hints.finish()
    }
}
