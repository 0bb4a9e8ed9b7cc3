//! What somebody decided, as it stands in a plan. A decision may be replaced and is never erased: what it replaced stays in its
//! `earlier` list.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::terms::words;
use crate::text;

/// What somebody said of an action, or of a finding without one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// What was decided.
    pub verdict: Verdict,
    /// The last day of an `accept-until`; absent otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
    /// Who decided.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    #[serde(default)]
    pub comment: Option<String>,
    /// Who recorded it, where that is somebody else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded_by: Option<String>,
    /// Who took it over from an older plan, each time that was somebody else.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub carried_by: Vec<String>,
    /// The operating system's user who recorded it; absent where the file was edited by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The file it came in, and the row; absent where it was decided on the command line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// SHA-256 of that file: read again, it says nothing new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_sha256: Option<String>,
    /// What it replaced, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<Decision>,
}

words! {
    /// What can be decided: `approve` and `reject` of an action, the others of a finding without one; `open` of either.
    Verdict {
        /// Do it.
        Approve = "approve",
        /// Do not.
        Reject = "reject",
        /// Undecided again.
        Open = "open",
        /// It is right as it is.
        Keep = "keep",
        /// Somebody else has to decide.
        NotMine = "not-mine",
        /// It is right until a day.
        AcceptUntil = "accept-until",
    }
}

impl Verdict {
    /// As a participle: `ana rejected it`.
    pub fn done(self) -> &'static str {
        match self {
            Self::Approve => "approved",
            Self::Reject => "rejected",
            Self::Open => "reopened",
            Self::Keep => "kept",
            Self::NotMine => "sent back",
            Self::AcceptUntil => "accepted",
        }
    }
}

impl Decision {
    /// A decision without more.
    pub fn new(verdict: Verdict, by: &str, at: DateTime<Utc>) -> Self {
        let (until, comment, recorded_by, user, from, from_sha256) = (None, None, None, None, None, None);
        let (by, carried_by, earlier) = (by.to_owned(), Vec::new(), Vec::new());
        Self { verdict, until, by, at, comment, recorded_by, carried_by, user, from, from_sha256, earlier }
    }

    /// Whether it is a yes, with a name to it.
    pub fn approves(&self) -> bool {
        self.verdict == Verdict::Approve && !self.by.trim().is_empty()
    }

    /// Everybody who answers for it: who decided, who recorded it and who took it over.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        // An earlier version wrote who decided and who recorded it into one text.
        self.by.split(", recorded by ").chain(self.recorded_by.as_deref()).chain(self.carried_by.iter().map(String::as_str))
    }

    /// The same, taken over from an older plan by this person.
    #[must_use]
    pub(super) fn carried(mut self, by: Option<&str>) -> Self {
        let by = by.map(str::trim).filter(|by| !by.is_empty() && !self.names().any(|name| same_person(name, by)));
        self.carried_by.extend(by.map(str::to_owned));
        self
    }

    /// `rejected on 2026-11-20 by ana (recorded by eve): contract extended`
    pub fn summary(&self) -> String {
        let until = self.until.map(|day| format!(" until {day}")).unwrap_or_default();
        let recorded = recorded(self.recorded_by.as_deref());
        let carried = (!self.carried_by.is_empty()).then(|| format!(" (taken over by {})", self.carried_by.join(", ")));
        let carried = carried.unwrap_or_default();
        let comment = commented(self.comment.as_deref());
        let (verdict, day, by) = (self.verdict.done(), self.at.date_naive(), &self.by);
        text::shown(&format!("{verdict}{until} on {day} by {by}{recorded}{carried}{comment}"))
    }

    /// What stood at a moment: this, or what it replaced.
    pub fn at_moment(&self, moment: DateTime<Utc>) -> Option<&Self> {
        std::iter::once(self).chain(self.earlier.iter().rev()).find(|one| one.at <= moment)
    }

    /// The verdict with its day, as sheets have it: `accept-until 2027-03-31`.
    pub fn word(&self) -> String {
        match self.until {
            Some(day) => format!("{} {day}", self.verdict.as_str()),
            None => self.verdict.as_str().to_owned(),
        }
    }

    /// The file it came in, without the row.
    pub(super) fn file(&self) -> Option<&str> {
        let from = self.from.as_deref()?;
        Some(from.rsplit_once(" row ").map_or(from, |(file, _)| file))
    }

    pub(super) fn is_of(&self, other: &Self) -> bool {
        same_person(&self.by, &other.by)
    }

    pub(super) fn says_the_same(&self, other: &Self) -> bool {
        (self.verdict, self.until) == (other.verdict, other.until)
    }

    /// Undecided again, with this on record.
    pub fn reopened(self, by: &str, at: DateTime<Utc>, why: String) -> Self {
        Self { comment: Some(why), ..Self::new(Verdict::Open, by, at) }.over(self)
    }

    /// This decision in the place of an older one.
    pub(super) fn over(mut self, mut older: Self) -> Self {
        let mut earlier = std::mem::take(&mut older.earlier);
        earlier.push(older);
        // A decision that is carried over brings its own past.
        earlier.append(&mut self.earlier);
        earlier.sort_by_key(|one| one.at);
        self.earlier = earlier;
        self
    }
}

/// ` (recorded by eve)`, where somebody else than who decided did.
pub(super) fn recorded(by: Option<&str>) -> String {
    by.map(|name| format!(" (recorded by {name})")).unwrap_or_default()
}

/// `: contract extended`, where somebody says why.
pub fn commented(why: Option<&str>) -> String {
    why.map(|why| format!(": {why}")).unwrap_or_default()
}

/// Whether two names are one person's: case and white space say nothing.
pub fn same_person(one: &str, other: &str) -> bool {
    text::alike(one, other)
}

/// Whether two names may be one person's: a bare name and the mailbox of an address are taken for the same. Where somebody must not
/// decide for themselves, refusing one too many is the safer mistake.
pub fn may_be_same_person(one: &str, other: &str) -> bool {
    let (one, other) = (person(one), person(other));
    match (one.split_once('@'), other.split_once('@')) {
        (Some((mailbox, _)), None) => mailbox == other,
        (None, Some((mailbox, _))) => mailbox == one,
        _ => one == other,
    }
}

/// A name by which people are compared.
pub fn person(name: &str) -> String {
    text::caseless(name)
}
