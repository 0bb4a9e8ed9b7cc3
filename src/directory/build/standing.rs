//! What each row says of somebody's standing: a status word, a switch, or for want of both a mark behind the name.
//!
//! Of everything in a row that tells whether somebody is employed, the first of these that says something counts:
//!
//! 1. Words of columns about employment (`Employment Status`; yes under `Leaver`): that of the better known column, and one that is
//!    certain before one that is not (`Inactive`, which is on leave or gone). Where one says employed and another ended, a certain
//!    last day of the row lets *ended* stand, unless a first day follows it, and that day tells on the day judged; else it is
//!    *employed*, with a doubt.
//! 2. Words of columns about an account (`User status`), where the row has no word of 1 or 4; else they are switches. One for active
//!    is a switch in any case, but beside the end of a contract, which may have been renewed.
//! 3. The last day, then the first: `reconcile/employment.rs` says where they outweigh a word.
//! 4. Words for the kind of employment (`Full-Time`): a switch that is on, unless another of the row is off. In a row with days, and
//!    no certain last one among them, a word for active: whoever began or goes on is employed, whatever another file says.
//! 5. Switches (`accountEnabled`): off, if any is. Where nothing else says anything, a blank under `Disabled` or `Leaver` is a no if
//!    no other is one, as it is under the attributes that LDAP servers give only to whoever is locked out.
//!
//! Off and `Inactive` beside a word for active are a doubt, beside one for leave they are none.
//!
//! What a word means [`status`] says: `[directory.status]` before the recognised system before all others. Of several values of one
//! cell one that says employed counts.

use std::collections::BTreeMap;

use anyhow::Result;
use polars::prelude::*;

use super::days::Calendar;
use super::given::{Given, Read};
use crate::config;
use crate::directory::headers;
use crate::directory::headers::slot::Slot;
use crate::directory::headers::spellings::{NOTICE, UNCERTAIN};
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

/// Slots whose columns say something of the standing.
const SLOTS: [Slot; 5] = [Slot::Status, Slot::Ended, Slot::Enabled, Slot::Disabled, Slot::AccountControl];

/// What the rows say, before their days are known.
pub(super) struct Standing<'t> {
    rows: Vec<Said>,
    /// Columns of words, which `Said::by` and `Said::kind` count from 1.
    deciders: Vec<&'t RawColumn>,
    against: Vec<Against<'t>>,
    /// Words of rows whose status a further value gave.
    again: BTreeMap<usize, Option<&'t str>>,
    /// Marks behind names, where there is nothing else.
    hints: Option<StringChunked>,
}

/// What the columns said of a row so far.
#[derive(Debug, Clone, Copy, Default)]
struct Said {
    status: Option<Status>,
    /// The column that gave the status; 0 where none did.
    by: u8,
    /// The column that has a word for the kind of employment; 0 where none has.
    kind: u8,
    /// Whether the status is but an account's word for active.
    by_account: bool,
    enabled: Option<bool>,
}

impl Said {
    fn is_employed(&self) -> bool {
        self.status.is_some_and(is_employed)
    }
}

/// A word that does not go with another of its row.
struct Against<'t> {
    at: usize,
    column: &'t RawColumn,
    word: &'t str,
    /// The column by which employment has ended, where this word says so; otherwise it says switched off or `Inactive`.
    ended: Option<u8>,
}

fn is_employed(status: Status) -> bool {
    matches!(status, Status::Active | Status::Leave)
}

/// The columns that say something of the standing, those of employment first. A second column of words helps where the first has
/// none that is certain; of switches that are on the best known one counts.
fn columns(given: Given<'_>) -> Vec<(Slot, &RawColumn, bool)> {
    let of_account = |header: &str| headers::is_of_account(header);
    let of = |slot: Slot| {
        let all = matches!(slot, Slot::Status | Slot::Disabled);
        let claims = given.mapping.columns(slot).take(if all { usize::MAX } else { 1 });
        claims.filter_map(move |claim| {
            let column = given.raw.columns.get(claim.column)?;
            // What the configuration names is what it says it is.
            Some((slot, column, slot == Slot::Status && claim.rank > 0 && of_account(&column.header)))
        })
    };
    let mut columns: Vec<_> = SLOTS.into_iter().flat_map(of).collect();
    columns.sort_by_key(|(slot, _, is_account)| (*is_account, !matches!(slot, Slot::Status | Slot::Ended)));
    columns
}

/// Reads all columns that say something of the standing; also gives their words with counts.
pub(super) fn read<'t>(given: Given<'t>, file: &config::Directory) -> Read<(Standing<'t>, Vec<StatusWord>)> {
    let height = given.height();
    let mut standing = Standing {
        rows: vec![Said::default(); height],
        deciders: Vec::new(),
        against: Vec::new(),
        again: BTreeMap::new(),
        hints: None,
    };
    let mut words = Vec::new();
    let mut unused: BTreeMap<String, &str> = file.status.keys().map(|word| (status::fold(word), word.as_str())).collect();
    let columns = columns(given);
    let only_marks = columns.iter().all(|(slot, ..)| matches!(slot, Slot::Disabled | Slot::Ended));
    let named = columns.len() > 1 || columns.first().is_none_or(|(slot, ..)| *slot != Slot::Status);
    for (slot, column, is_account) in columns {
        let meanings = Words::new(slot, &column.header, given.mapping.system, &file.status).of_column(&column.values);
        words.extend(standing.read(column, is_account, named, &meanings, &mut unused));
        standing.read_again(given, column, &meanings);
        let says_no = |cell: &str| meanings.meaning(cell) == Meaning::Switch(true);
        let is_mark = || column.values.null_count() < height && !column.values.iter().flatten().any(says_no);
        if only_marks && (headers::is_lock(&column.header) || is_mark()) {
            standing.hear_blanks(column);
        }
    }
    let mut notes = Vec::new();
    if words.is_empty() && given.mapping.first(Slot::Status).is_none() {
        let meanings = Words::new(Slot::Status, "", given.mapping.system, &file.status);
        let hints = standing.hints(given, &meanings);
        if hints.null_count() < height {
            notes.push(format!(
                "{} in a status such as `(On Leave)`: taken as a hint, for want of a status column",
                crate::text::plural((height - hints.null_count()) as u64, "name ends", "names end")
            ));
            standing.hints = Some(hints);
        }
    }
    if !unused.is_empty() {
        let listed = unused.values().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
        notes.push(format!("[directory.status] names {listed}, which no row has: is it spelt as in the file?"));
    }
    Read { values: (standing, words), notes, doubts: Vec::new() }
}

/// The words without those of rows that were rejected: nobody is judged by them.
pub(super) fn of_kept(mut words: Vec<StatusWord>, given: Given<'_>, keep: &BooleanChunked) -> Vec<StatusWord> {
    let rejected: Vec<usize> = keep.iter().enumerate().filter(|(_, keep)| *keep != Some(true)).map(|(at, _)| at).collect();
    for column in SLOTS.into_iter().flat_map(|slot| given.columns(slot)) {
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

impl<'t> Standing<'t> {
    /// Takes one column, and gives its words, the most frequent first.
    fn read(
        &mut self,
        column: &'t RawColumn,
        is_account: bool,
        named: bool,
        meanings: &Words,
        unused: &mut BTreeMap<String, &str>,
    ) -> Vec<StatusWord> {
        let mut known: PlHashMap<&str, (Meaning, u64)> = PlHashMap::new();
        self.deciders.push(column);
        let by = self.deciders.len() as u8;
        let mut decides = false;
        for (at, cell) in column.values.iter().enumerate() {
            let Some(cell) = cell else { continue };
            let (meaning, count) = known.entry(cell).or_insert_with(|| (meanings.meaning(cell), 0));
            *count += 1;
            let has_word = self.rows.get(at).is_some_and(|row| row.status.is_some() || row.kind > 0);
            let meaning = if is_account && has_word { meanings.of_account(cell, *meaning) } else { Some(*meaning) };
            decides |= matches!(meaning, Some(Meaning::Word(_) | Meaning::Kind));
            match meaning {
                Some(Meaning::Word(word)) => {
                    self.hear_word(at, column, (cell, word), by, meanings);
                    if is_account
                        && word == Status::Active
                        && meanings.configured(cell).is_none()
                        && let Some(row) = self.rows.get_mut(at)
                    {
                        row.by_account = true;
                    }
                }
                Some(Meaning::Kind) => self.hear_kind(at, by),
                Some(Meaning::Switch(on)) => self.hear_switch(at, column, (cell, on)),
                None => {}
            }
        }
        if !decides {
            self.deciders.pop();
        }
        known.keys().filter_map(|word| meanings.configured(word)).for_each(|(key, _)| {
            unused.remove(&key);
        });
        let word = |(word, (meaning, count)): (&str, (Meaning, u64))| {
            let taken_for = match meaning {
                Meaning::Word(status) => status,
                Meaning::Kind | Meaning::Switch(true) => Status::Active,
                Meaning::Switch(false) => Status::Suspended,
            };
            let word = if named { format!("{}: {word}", column.header) } else { word.to_owned() };
            StatusWord { word, count, taken_for }
        };
        let mut words: Vec<StatusWord> = known.into_iter().map(word).collect();
        words.sort_by(|one, other| other.count.cmp(&one.count).then_with(|| one.word.cmp(&other.word)));
        words
    }

    /// Takes a word about employment. One that means nothing certain gives way to one that does, and ended to employed, the safer
    /// reading, whichever column is the better known.
    fn hear_word(&mut self, at: usize, column: &'t RawColumn, (cell, word): (&'t str, Status), by: u8, meanings: &Words) {
        let Some(row) = self.rows.get_mut(at) else { return };
        let before = *row;
        match row.status {
            None | Some(Status::Unknown) => {
                if row.status.is_none() || word != Status::Unknown {
                    (row.status, row.by) = (Some(word), by);
                }
            }
            Some(Status::Terminated) if is_employed(word) => {
                let ended = self.deciders.get(usize::from(before.by).saturating_sub(1)).copied();
                let said = ended.and_then(|ended| Some((ended, ended.values.get(at)?)));
                self.against.extend(said.map(|(column, word)| Against { at, column, word, ended: Some(before.by) }));
                (row.status, row.by) = (Some(word), by);
            }
            Some(known) if is_employed(known) && word == Status::Terminated => {
                self.against.push(Against { at, column, word: cell, ended: Some(by) });
            }
            Some(_) => {}
        }
        if word == Status::Unknown && meanings.is_inactive(cell) {
            self.against.push(Against { at, column, word: cell, ended: None });
        }
    }

    fn hear_kind(&mut self, at: usize, by: u8) {
        if let Some(row) = self.rows.get_mut(at)
            && row.kind == 0
        {
            row.kind = by;
        }
    }

    fn hear_switch(&mut self, at: usize, column: &'t RawColumn, (cell, on): (&'t str, bool)) {
        let Some(row) = self.rows.get_mut(at) else { return };
        row.enabled = Some(on && row.enabled.unwrap_or(true));
        if !on {
            self.against.push(Against { at, column, word: cell, ended: None });
        }
    }

    /// Takes a blank for a no.
    fn hear_blanks(&mut self, column: &RawColumn) {
        let blanks = self.rows.iter_mut().zip(column.values.iter()).filter(|(row, cell)| cell.is_none() && row.status.is_none());
        blanks.for_each(|(row, _)| _ = row.enabled.get_or_insert(true));
    }

    /// Takes the further values of cells that have several: of two that do not say the same, one that says employed counts, and
    /// where neither does, that nobody can tell leaves somebody employed.
    fn read_again(&mut self, given: Given<'t>, column: &'t RawColumn, meanings: &Words) {
        let meaning = |value: &str| (!value.is_empty()).then(|| meanings.meaning(value));
        for (at, value) in given.doubled(column) {
            let Some(row) = self.rows.get_mut(at) else { continue };
            let (first, other) = (meaning(column.values.get(at).unwrap_or_default()), meaning(value));
            if first == other {
                continue;
            }
            let said = [(first, column.values.get(at)), (other, Some(value))];
            if said.iter().any(|(meaning, _)| matches!(meaning, Some(Meaning::Switch(_)))) {
                row.enabled = Some(true);
            }
            if said.iter().any(|(meaning, _)| matches!(meaning, Some(Meaning::Word(_)))) && !row.is_employed() {
                let word = said.iter().find_map(|(meaning, word)| match meaning {
                    Some(Meaning::Word(status)) if is_employed(*status) => Some((*status, *word)),
                    _ => None,
                });
                let (safer, word) = word.unwrap_or((Status::Active, None));
                row.status = Some(safer);
                self.again.insert(at, word);
            }
        }
    }

    /// What the words say of each row's employment, whatever its days.
    pub(super) fn statuses(&self) -> StringChunked {
        let word = |row: &Said| row.status.filter(|_| !row.by_account);
        let status = |row: &Said| word(row).or((row.kind > 0).then_some(Status::Active)).map(Status::as_str);
        StringChunked::from_iter_options(PlSmallStr::EMPTY, self.rows.iter().map(status))
    }

    /// Weighs what a row says against its own days, in the order that stands above.
    pub(super) fn settle(mut self, given: Given<'t>, days: &RowDays) -> (StatusColumns, Vec<Doubt>) {
        for Against { at, ended, .. } in &self.against {
            if let Some(row) = self.rows.get_mut(*at)
                && let Some(ended) = ended
                && row.is_employed()
                && days.is_over(*at)
            {
                (row.status, row.by) = (Some(Status::Terminated), *ended);
            }
        }
        let doubts = self.contradictions(given, days);
        for (at, row) in self.rows.iter_mut().enumerate().filter(|(_, row)| row.enabled != Some(false)) {
            if row.by_account && !days.may_be_renewed(at) {
                (row.status, row.enabled) = (None, Some(true));
            } else if row.kind > 0 && row.status.is_none() {
                row.by = row.kind;
                match days.may_go_on(at) {
                    true => row.status = Some(Status::Active),
                    false => row.enabled = Some(true),
                }
            }
        }
        let word = self.hints.take().unwrap_or_else(|| self.words(given));
        let status = self.rows.iter().map(|row| row.status.map(Status::as_str));
        let enabled = self.rows.iter().map(|row| row.enabled);
        let columns = StatusColumns {
            status: StringChunked::from_iter_options(PlSmallStr::EMPTY, status),
            word,
            enabled: BooleanChunked::from_iter_options(PlSmallStr::EMPTY, enabled),
        };
        (columns, doubts)
    }

    /// The word that decided each row; of a single column, all its words.
    fn words(&self, given: Given<'_>) -> StringChunked {
        match self.deciders.as_slice() {
            [] => given.none(),
            [only] if self.again.is_empty() => only.values.clone(),
            several => {
                let by_itself = |by: u8| if several.len() == 1 { Some(0) } else { by.checked_sub(1) };
                let word = |(at, row): (usize, &Said)| match self.again.get(&at) {
                    Some(word) => *word,
                    None => several.get(usize::from(by_itself(row.by)?))?.values.get(at),
                };
                let words: Vec<Option<&str>> = self.rows.iter().enumerate().map(word).collect();
                StringChunked::from_iter_options(PlSmallStr::EMPTY, words.into_iter())
            }
        }
    }

    /// Where columns contradict each other the safer reading, employed, stands, or what a last day bears out; somebody has to look.
    fn contradictions(&self, given: Given<'_>, days: &RowDays) -> Vec<Doubt> {
        let doubt = |against: &Against<'_>| {
            let (row, header) = (self.rows.get(against.at).copied().unwrap_or_default(), &against.column.header);
            let problem = match against.ended {
                Some(_) if row.status == Some(Status::Terminated) && days.has_passed(against.at) => {
                    format!("one column says employed, `{header}` and the last day do not: read as ended")
                }
                ended if row.is_employed() && (ended.is_some() || row.status == Some(Status::Active)) => {
                    format!("one column says employed, `{header}` does not: read as employed")
                }
                _ => return None,
            };
            Some(Doubt { not_comparable: false, ..given.doubt(against.at, "status", &problem, against.word) })
        };
        self.against.iter().filter_map(doubt).collect()
    }

    /// Marks behind names that are status words.
    fn hints(&mut self, given: Given<'_>, meanings: &Words) -> StringChunked {
        let Some(column) = given.column(Slot::Name) else { return given.none() };
        let mut hints = StringChunkedBuilder::new(PlSmallStr::EMPTY, given.height());
        for (name, row) in column.values.iter().zip(&mut self.rows) {
            let hint = name.and_then(names::hint);
            match hint.map(|hint| meanings.meaning(hint)) {
                Some(Meaning::Word(word)) if word != Status::Unknown => {
                    row.status = Some(word);
                    hints.append_option(hint);
                }
                _ => hints.append_null(),
            }
        }
        hints.finish()
    }
}

/// What the days of the rows are, as far as their standing hangs on it.
pub(super) struct RowDays {
    hired: Int32Chunked,
    ended: Int32Chunked,
    /// Whether those are certainly last days, and not of contracts that may have been renewed.
    is_certain: bool,
    is_of_contracts: bool,
    /// Rows with a last day that nobody can read.
    unreadable: PlHashSet<usize>,
    today: i32,
}

impl RowDays {
    /// Of the columns as they were read, with the doubts about them.
    ///
    /// # Errors
    /// None in practice: the columns are days.
    pub(super) fn of(given: Given<'_>, calendar: Calendar, hired: &Column, ended: &Column, doubts: &[Doubt]) -> Result<Self> {
        let days = |column: &Column| Ok::<_, PolarsError>(column.date()?.physical().rechunk().into_owned());
        let unreadable = doubts.iter().filter(|doubt| doubt.field == "termination_date" && doubt.not_comparable);
        let unreadable = unreadable.filter_map(|doubt| given.raw.rows.binary_search(&doubt.row).ok());
        let rank = given.mapping.first(Slot::TerminationDate).map(|claim| claim.rank);
        Ok(Self {
            hired: days(hired)?,
            ended: days(ended)?,
            is_certain: rank.is_some_and(|rank| rank < UNCERTAIN),
            is_of_contracts: rank.is_some_and(|rank| rank >= UNCERTAIN && rank != NOTICE),
            unreadable: unreadable.collect(),
            today: calendar.today.to_epoch_days(),
        })
    }

    /// A last day that is certainly one.
    fn ended(&self, at: usize) -> Option<i32> {
        self.ended.get(at).filter(|_| self.is_certain)
    }

    fn has_last_day(&self, at: usize) -> bool {
        self.ended.get(at).is_some() || self.unreadable.contains(&at)
    }

    /// Whether a row has the last day of a contract, be it `open ended`.
    fn may_be_renewed(&self, at: usize) -> bool {
        self.is_of_contracts && self.has_last_day(at)
    }

    /// Whether a row has a last day that is not certainly one, or a first day and none.
    fn may_go_on(&self, at: usize) -> bool {
        if self.has_last_day(at) { !self.is_certain } else { self.hired.get(at).is_some() }
    }

    fn has_passed(&self, at: usize) -> bool {
        self.ended(at).is_some_and(|ended| ended < self.today)
    }

    /// Whether a row has a last day and was not hired again after it.
    fn is_over(&self, at: usize) -> bool {
        self.ended(at).is_some_and(|ended| self.hired.get(at).is_none_or(|hired| hired <= ended))
    }
}
