//! What a journal says: its records, the chain that binds them, and where each action stands. Pure: text in, state out.
//!
//! `plan.journal.jsonl` has one JSON object a line: a running number, the time, one [`Event`], and `chain`, the SHA-256 over the
//! `chain` of the line before and this line's canonical JSON without it. A line that was changed, taken out or put in breaks the
//! chain of all that follow. The last line may be torn (power went away while it was written): it never counts, because nothing is
//! sent to Domo before its record is synced.

mod record;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::{canonical, fields};
use crate::terms::ActionKind;
pub use record::{ApplyEnd, Event, JournalLine, Opening, Outcome, Overridden, Step};

/// Why a journal cannot be relied on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the journal {what}")]
pub struct Broken {
    line: u64,
    what: String,
}

/// A journal whose chain holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Journal {
    lines: Vec<JournalLine>,
    /// Bytes of whole lines; what follows is a torn line.
    whole: u64,
}

/// Where a journal ends: all that has to be known of it to write on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    n: u64,
    chain: String,
}

impl End {
    /// How many lines there are.
    pub fn lines(&self) -> u64 {
        self.n
    }

    /// The next line for this event; the journal ends with it from now on.
    ///
    /// # Errors
    /// None in practice: an event is JSON.
    pub fn line(&mut self, at: DateTime<Utc>, event: Event) -> serde_json::Result<String> {
        let mut line = JournalLine { n: self.n + 1, at, event, chain: String::new() };
        line.chain = chain(&self.chain, &line)?;
        let text = serde_json::to_string(&line)? + "\n";
        *self = Self { n: line.n, chain: line.chain };
        Ok(text)
    }
}

/// The alarm where the account went away instead of being switched off.
pub const DELETED: &str = "deleted";
/// The alarm where Domo said that it would delete the account that it was asked to switch off, and cannot.
pub const DELETES: &str = "deletes";

/// The chain before the first line.
const START: &str = "domo-reconcile/journal/v1";

impl Journal {
    /// Reads a journal. A last line without its line break was torn, perhaps within a character, and does not count.
    ///
    /// # Errors
    /// The first line that cannot be read, is out of order, or was changed.
    pub fn read(bytes: impl AsRef<[u8]>) -> Result<Self, Broken> {
        let mut journal = Self::default();
        let whole = bytes.as_ref().split_inclusive(|byte| *byte == b'\n').filter(|line| line.ends_with(b"\n"));
        for (n, line) in (1..).zip(whole) {
            let broken = |what: &str| Broken { line: n, what: what.to_owned() };
            journal.whole += line.len() as u64;
            let line = std::str::from_utf8(line).map_err(|_| broken("is not UTF-8"))?;
            let parsed: JournalLine = serde_json::from_str(line).map_err(|error| broken(&format!("cannot be read: {error}")))?;
            if parsed.n != n {
                return Err(broken(&format!("has the number {}", parsed.n)));
            }
            if parsed.chain != chain(journal.chain(), &parsed).map_err(|error| broken(&error.to_string()))? {
                return Err(broken("was changed after it was written, or one before it was"));
            }
            journal.lines.push(parsed);
        }
        Ok(journal)
    }

    /// Where it ends, for writing on.
    pub fn end(&self) -> End {
        End { n: self.lines.len() as u64, chain: self.chain().to_owned() }
    }

    /// The whole lines.
    pub fn lines(&self) -> &[JournalLine] {
        &self.lines
    }

    /// The same as it stood at a moment.
    #[must_use]
    pub fn until(mut self, moment: DateTime<Utc>) -> Self {
        self.lines.retain(|line| line.at < moment);
        self
    }

    /// Bytes of the whole lines.
    pub fn whole(&self) -> u64 {
        self.whole
    }

    /// The last link.
    fn chain(&self) -> &str {
        self.lines.last().map_or(START, |line| line.chain.as_str())
    }

    /// Who applied what, each time.
    pub fn opened(&self) -> impl Iterator<Item = (&JournalLine, &Opening)> {
        self.lines.iter().filter_map(|line| match &line.event {
            Event::Open(open) => Some((line, open)),
            _ => None,
        })
    }

    /// When something was last sent to Domo, or was about to be; none where nothing was.
    pub fn last_write(&self) -> Option<DateTime<Utc>> {
        self.lines.iter().rev().find(|line| matches!(line.event, Event::Before { .. })).map(|line| line.at)
    }

    /// The creates that were sent by an apply which has Domo invite whom it creates.
    pub fn invited(&self) -> BTreeSet<&str> {
        let mut inviting = false;
        let sent = self.lines.iter().filter_map(|line| match &line.event {
            Event::Open(open) => {
                inviting = open.invite;
                None
            }
            Event::Before { action, kind: ActionKind::Create, step: Step::Write, .. } if inviting => Some(action.as_str()),
            _ => None,
        });
        sent.collect()
    }

    /// The action whose deactivation deleted the account, or would have: this instance must not be asked again.
    pub fn deleted_instead(&self) -> Option<&str> {
        self.lines.iter().find_map(|line| match &line.event {
            Event::After { action, alarm: Some(alarm), .. } if [DELETED, DELETES].contains(&alarm.as_str()) => {
                Some(action.as_str())
            }
            _ => None,
        })
    }

    /// The actions of which nothing is left to do.
    pub fn done(&self) -> BTreeSet<String> {
        self.fold().into_iter().filter(|(_, standing)| standing.is_done()).map(|(action, _)| action.to_owned()).collect()
    }

    /// Where each action stands.
    pub fn fold(&self) -> BTreeMap<&str, ActionState<'_>> {
        standings(&self.lines)
    }
}

/// Where each action stands after these lines, which begin a journal.
pub(super) fn standings(lines: &[JournalLine]) -> BTreeMap<&str, ActionState<'_>> {
    let mut standings: BTreeMap<&str, ActionState<'_>> = BTreeMap::new();
    for line in lines {
        let action = match &line.event {
            Event::Before { action, .. } | Event::After { action, .. } | Event::Outcome { action, .. } => action,
            Event::Open(_) | Event::Close { .. } => continue,
        };
        let standing = standings.entry(action).or_default();
        standing.at = Some(line.at);
        match &line.event {
            Event::Before { finding, step, kind, account_id, account, change, .. } => {
                standing.pending = Some(step);
                standing.asked = Some((*kind, finding.as_deref()));
                standing.account_id = account_id.or(standing.account_id);
                if *step == Step::Write {
                    // Nobody lived to read an earlier write back: this look at the account shows what it left.
                    if let Some(earlier) = standing.writes.last_mut().filter(|earlier| earlier.left.is_none()) {
                        earlier.left = account.as_ref();
                    }
                    standing.writes.push(Wrote { was: account.as_ref(), change, left: None });
                }
            }
            Event::After { step, outcome, account_id, account, detail, alarm, pending, .. } => {
                standing.alarm = alarm.as_deref();
                standing.ended = detail.as_deref();
                // An unknown write, and an accepted one that did not show, stay open until they are settled by reading.
                let open = *pending || *outcome == Outcome::Unknown;
                if !open {
                    standing.pending = None;
                }
                standing.account_id = account_id.or(standing.account_id);
                if *outcome == Outcome::Done {
                    standing.written.insert(step);
                }
                let write = standing.writes.last_mut().filter(|_| *step == Step::Write && !open);
                if let Some(write) = write {
                    write.left = account.as_ref();
                }
            }
            Event::Outcome { outcome, detail, .. } => {
                standing.outcome = Some((*outcome, line.at));
                standing.detail = detail.as_deref();
            }
            Event::Open(_) | Event::Close { .. } => {}
        }
    }
    standings
}

/// Where one action stands.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ActionState<'a> {
    /// When the last record of it was written.
    pub at: Option<DateTime<Utc>>,
    /// A write that left, or may have, and was not read back.
    pub pending: Option<&'a Step>,
    /// Writes that were read back.
    pub written: BTreeSet<&'a Step>,
    /// The field that its last write changed although nobody asked for it, [`DELETED`] or [`DELETES`].
    pub alarm: Option<&'a str>,
    /// What the last write ended with.
    pub ended: Option<&'a str>,
    /// What it does, and the finding it answers; none where nothing was ever sent.
    pub asked: Option<(ActionKind, Option<&'a str>)>,
    /// What became of it, and when.
    pub outcome: Option<(Outcome, DateTime<Utc>)>,
    /// Why.
    pub detail: Option<&'a str>,
    /// The account; for a create the new one.
    pub account_id: Option<u64>,
    /// The writes of the action itself, one an attempt.
    pub writes: Vec<Wrote<'a>>,
}

/// One attempt to write.
#[derive(Debug, Clone, PartialEq)]
pub struct Wrote<'a> {
    /// The account as it was before; none where it had yet to be made.
    pub was: Option<&'a Map<String, Value>>,
    /// What was asked of Domo.
    pub change: &'a Map<String, Value>,
    /// The account as it was read after, even where not all of it was kept; none where it was not read, or is gone.
    pub left: Option<&'a Map<String, Value>>,
}

impl<'a> ActionState<'a> {
    /// The account as it was before the last write.
    pub fn was(&self) -> Option<&'a Map<String, Value>> {
        self.writes.last()?.was
    }

    /// The account as it was last read after a write.
    pub fn left(&self) -> Option<&'a Map<String, Value>> {
        self.writes.iter().rev().find_map(|write| write.left)
    }

    /// The fields of an account that was there before which the writes changed, an unasked one too: what each was, and as it was
    /// left.
    pub fn changed(&self) -> BTreeMap<&'a str, (Value, Value)> {
        let mut changed = BTreeMap::new();
        for write in &self.writes {
            let (Some(was), Some(left)) = (write.was, write.left) else { continue };
            for field in write.change.keys().map(String::as_str).chain(self.alarm) {
                let (old, ours) = (fields::value(was, field), fields::value(left, field));
                if !fields::same(&old, &ours) {
                    changed.entry(field).or_insert((old, Value::Null)).1 = ours;
                }
            }
        }
        changed
    }

    /// The same, with a write that nobody read back settled by the account as it is now.
    #[must_use]
    pub fn settled(mut self, now: &'a Map<String, Value>) -> Self {
        if let Some(open) = self.writes.last_mut().filter(|write| write.left.is_none()) {
            open.left = Some(now);
        }
        self
    }

    /// Whether a create made an account, or a write changed one, whatever else it came to.
    pub fn left_something(&self) -> bool {
        let created = matches!(self.asked, Some((ActionKind::Create, _))) && self.left().is_some();
        created || !self.changed().is_empty()
    }

    /// Whether its own write is known to have done something.
    pub fn wrote(&self) -> bool {
        self.written.contains(&Step::Write) || self.left_something()
    }

    /// Whether it did something, or may have: then what the account shows of it is ours.
    pub fn is_ours(&self) -> bool {
        !self.written.is_empty() || self.pending.is_some() || self.alarm == Some(DELETED) || self.left_something()
    }

    /// Whether nothing is left to do.
    pub fn is_done(&self) -> bool {
        self.outcome.is_some_and(|(outcome, _)| outcome.is_done())
    }
}

fn chain(before: &str, line: &JournalLine) -> serde_json::Result<String> {
    canonical::link(&format!("{before}\n"), line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000 + second, 0).unwrap()
    }

    fn outcome(action: &str, outcome: Outcome) -> Event {
        Event::Outcome { action: action.into(), outcome, detail: None }
    }

    fn before(action: &str, account: Option<Map<String, Value>>) -> Event {
        let (action, finding) = (action.to_owned(), Some("F-1".to_owned()));
        Event::Before {
            action,
            finding,
            step: Step::Write,
            kind: ActionKind::Update,
            account_id: Some(7),
            account,
            change: Map::new(),
        }
    }

    fn written(end: &mut End, events: impl IntoIterator<Item = Event>) -> String {
        events.into_iter().enumerate().map(|(second, event)| end.line(at(second as i64), event).unwrap()).collect()
    }

    fn three() -> (Vec<Event>, String) {
        let account: Map<String, Value> = serde_json::from_str(r#"{"id": 12345678901234567, "name": "Ada"}"#).unwrap();
        let before = before("A-1", Some(account));
        let events = vec![before, outcome("A-1", Outcome::Done), Event::Close { ended: ApplyEnd::Complete, why: None }];
        (events.clone(), written(&mut Journal::default().end(), events))
    }

    #[test]
    fn a_journal_reads_back_as_it_was_written() {
        let (events, text) = three();
        let journal = Journal::read(&text).unwrap();
        assert_eq!(journal.lines().iter().map(|line| line.event.clone()).collect::<Vec<_>>(), events);
        let more = text + &written(&mut journal.end(), [outcome("A-2", Outcome::Failed)]);
        assert_eq!(Journal::read(&more).unwrap().lines().len(), 4);
    }

    #[test]
    fn a_torn_last_line_does_not_count_wherever_it_tore() {
        let (_, text) = three();
        let second = text.match_indices('\n').nth(1).unwrap().0 + 1;
        for end in second..text.len() {
            let journal = Journal::read(&text[..end]).unwrap();
            assert_eq!((journal.lines().len(), journal.whole()), (2, second as u64));
        }
    }

    #[test]
    fn any_byte_that_changes_breaks_the_chain() {
        let (_, text) = three();
        let journal = Journal::read(&text).unwrap();
        for place in 0..text.len() - 1 {
            let mut bytes = text.clone().into_bytes();
            bytes[place] = if bytes[place] == b'x' { b'y' } else { b'x' };
            let changed = String::from_utf8(bytes).unwrap();
            assert!(Journal::read(&changed).is_err() || Journal::read(&changed).unwrap() == journal, "{changed}");
        }
    }

    #[test]
    fn a_line_taken_out_breaks_the_chain() {
        let (_, text) = three();
        let without: String =
            text.lines().enumerate().filter(|(place, _)| *place != 1).map(|(_, line)| format!("{line}\n")).collect();
        assert!(Journal::read(without).is_err());
    }

    #[test]
    fn an_unknown_write_stays_open() {
        let (_, text) = three();
        let before = before("A-2", None);
        let after = Event::After {
            action: "A-2".into(),
            step: Step::Write,
            outcome: Outcome::Unknown,
            account_id: None,
            account: None,
            detail: None,
            alarm: None,
            pending: false,
        };
        let more = written(&mut Journal::read(&text).unwrap().end(), [before, after]);
        let journal = Journal::read(text + &more).unwrap();
        let folded = journal.fold();
        assert_eq!(folded["A-2"].pending, Some(&Step::Write));
        assert!(folded["A-1"].is_done());
    }
}
