//! What was found: few, so plain structs; each explains itself in one sentence.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::config::quoted;
use crate::digest;
use crate::terms::{ActionKind, Key, Kind, Owned, Role, Severity, Status, label};

/// `F-` and 10 characters (12 after a collision) of Crockford's base32: the first bits of SHA-256 over
/// `v1|instance|kind|subject`. It never depends on values, order or severity, so the same finding keeps its id from run to run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(transparent)]
pub struct FindingId(pub String);

impl FindingId {
    /// The id of a subject: 50 bits.
    pub fn new(instance: &str, kind: Kind, subject: &str) -> Self {
        Self::with_length(instance, kind, subject, 10)
    }

    /// The id widened to 60 bits, for a subject whose usual id collides with another's.
    pub fn widened(instance: &str, kind: Kind, subject: &str) -> Self {
        Self::with_length(instance, kind, subject, 12)
    }

    fn with_length(instance: &str, kind: Kind, subject: &str, length: u32) -> Self {
        Self(digest::id('F', &format!("v1|{instance}|{kind}|{subject}"), length))
    }
}

impl fmt::Display for FindingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// At most so many people or accounts are listed with one finding; the reason says how many there are.
pub(super) const LISTED: usize = 50;

/// One thing that differs, with the evidence for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Stable from run to run.
    pub id: FindingId,
    /// What was found.
    pub kind: Kind,
    /// How bad.
    pub severity: Severity,
    /// The account, unless the subject is a person or a rule.
    pub account: Option<AccountRef>,
    /// The person, unless the subject is an account alone or a rule.
    pub person: Option<PersonRef>,
    /// The keys that agree.
    pub matched_by: Vec<Key>,
    /// The fields that differ.
    pub drift: Vec<DriftField>,
    /// One sentence a reviewer understands, with dates and numbers.
    pub reason: String,
    /// What the policy proposes; none where a person must decide or an exception covers it.
    pub action: Option<ActionKind>,
    /// The exception that covers it.
    pub exception: Option<AcceptedBy>,
    /// The rule of the configuration that it is about, where it is about no account and no person.
    pub rule: Option<String>,
    /// The account has nothing left that can be taken away but itself: the role that a demotion leaves, and no group.
    pub restricted: bool,
    /// Why it cannot be evaluated, as a word.
    pub code: Option<&'static str>,
    /// What the account owns, where that is known.
    pub owns: BTreeMap<Owned, u64>,
    /// The day on which the account was last seen, where a source says so.
    pub last_seen: Option<NaiveDate>,
    /// The columns of its kind's table, always the same ones in the same order.
    pub particulars: Vec<Particular>,
}

impl Finding {
    /// Whether nobody has accepted it.
    pub fn is_open(&self) -> bool {
        self.exception.is_none()
    }

    /// What puts one finding before another, everywhere: severity, kind, the days that somebody who left still has access, rights.
    pub fn urgency(&self) -> (Severity, Kind, Reverse<i64>, bool, usize) {
        let days = match self.particular("days_since") {
            Some(Value::Days(days)) => days.unwrap_or_default(),
            _ => 0,
        };
        let account = self.account.as_ref();
        let ordinary = !account.is_some_and(|account| account.may_administer);
        let role = account.and_then(|account| account.role.as_deref()).and_then(Role::from_word);
        (self.severity, self.kind, Reverse(days), ordinary, role.map_or(Role::COUNT, |role| role as usize))
    }

    /// The e-mail that it is shown with: the account's, and the person's where there is no account.
    pub fn email(&self) -> Option<&str> {
        let person = || self.person.as_ref().and_then(|person| person.email.as_deref());
        self.account.as_ref().map_or_else(person, |account| account.email.as_deref())
    }

    /// The name that it is shown with, by the same rule.
    pub fn name(&self) -> Option<&str> {
        let person = || self.person.as_ref().and_then(|person| person.name.as_deref());
        self.account.as_ref().map_or_else(person, |account| account.name.as_deref())
    }

    /// What stands in a column of its kind's table.
    pub fn particular(&self, column: &str) -> Option<&Value> {
        self.particulars.iter().find(|particular| particular.column == column).map(|particular| &particular.value)
    }

    /// The `[[link]]` that says that its account is this person, to be pasted into the configuration: of an orphan's candidate or a
    /// near miss.
    pub fn link_to(&self, person: &PersonRef) -> Option<String> {
        link_block(self.account.as_ref()?, person)
    }
}

/// An account as the report names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRef {
    /// Row in the accounts frame.
    pub index: u32,
    /// Null where the source has no ids.
    pub id: Option<u64>,
    /// As Domo has it; null where it has none.
    pub email: Option<String>,
    /// The display name.
    pub name: Option<String>,
    /// The role as it is shown: a custom one that has no name by its id, `role 7`.
    pub role: Option<String>,
    /// Absent means active, unless the account is deleted.
    pub active: bool,
    /// Whether it may administer the instance, as far as is known: a custom role of which nothing is known may.
    pub may_administer: bool,
}

impl Finding {
    /// Whether everybody whom its account may be has left, so that nobody entitled is among them.
    pub fn is_of_leavers(&self) -> bool {
        let mut people: Vec<&PersonRef> = self.person.iter().collect();
        for particular in &self.particulars {
            match &particular.value {
                Value::People(_, more) if *more > 0 => return false,
                Value::People(listed, _) => people.extend(listed),
                _ => {}
            }
        }
        !people.is_empty() && people.iter().all(|person| person.status == Status::Terminated)
    }
}

/// A person as the report names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRef {
    /// Row in the people frame; none for a rejected row.
    pub index: Option<u32>,
    /// The file's name.
    pub source: String,
    /// 1-based as a spreadsheet shows it.
    pub row: u32,
    /// The main address, as the directory has it.
    pub email: Option<String>,
    /// As the directory has it, as text.
    pub employee_number: Option<String>,
    /// The whole name, put together where the directory has only its parts.
    pub name: Option<String>,
    /// Status on the day judged.
    pub status: Status,
    /// When employment ends, as the directory has it.
    pub termination_date: Option<NaiveDate>,
    /// What a `[[link]]` can name them by; none where nothing of theirs is theirs alone, and where they are not named at all.
    pub named_by: Option<Key>,
}

/// One field that differs. Values as stored on either side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DriftField {
    /// The canonical field.
    pub field: String,
    /// Domo's value; none = empty.
    pub domo: Option<String>,
    /// The directory's value; none = empty.
    pub directory: Option<String>,
    /// What the eye does not see, such as `case only`.
    pub note: Option<String>,
    /// May the plan write the directory's value? Not where it is empty, or refused by Domo's rules.
    pub writable: bool,
}

/// The exception that accepts a finding, as the configuration has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[allow(missing_docs)]
pub struct AcceptedBy {
    pub owner: String,
    pub reason: String,
    pub expires: NaiveDate,
}

/// A person whose name is near an orphan's: a suggestion, never a match.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The person.
    pub person: PersonRef,
    /// Likeness of the names, 0 to 1.
    pub score: f64,
    /// Why, such as `same given name, same department`.
    pub why: String,
}

/// What is particular to a kind: one column of its table, with the label `column.<word>` of the texts.
#[derive(Debug, Clone, PartialEq)]
pub struct Particular {
    /// The column's word, the same for all findings of a kind.
    pub column: &'static str,
    /// What stands in it.
    pub value: Value,
}

/// What a cell holds. It decides how the cell is shown, how it sorts, and what of it `--redact` replaces: a text is searched for
/// what says who somebody is, so that a new kind leaks nothing by being forgotten.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Words.
    Text(Option<String>),
    /// The value of a canonical field.
    Field(&'static str, Option<String>),
    /// A cell as it stands in the source.
    Cell {
        /// The canonical field that it is of, where it is of one.
        field: Option<String>,
        /// None is empty.
        text: Option<String>,
    },
    /// The name of a canonical field; none is the whole row.
    FieldName(Option<String>),
    /// A word of ours, for programs.
    Code(&'static str),
    /// A day.
    Day(Option<NaiveDate>),
    /// A number of days.
    Days(Option<i64>),
    /// People, and how many more there are than are listed.
    People(Vec<PersonRef>, usize),
    /// Accounts, and which of them is the best: its row in the frame.
    Accounts(Vec<AccountRef>, Option<u32>),
    /// People who are near, each with why.
    Near(Vec<Candidate>),
    /// The finding's own person.
    ItsPerson,
    /// The file of the finding's own person; the configuration, where there is none.
    ItsSource,
    /// The row of the finding's own person.
    ItsRow,
    /// The finding's own sentence.
    ItsReason,
}

impl Value {
    /// Keys by name.
    pub(super) fn keys(keys: &[Key]) -> Self {
        Self::Text(Some(keys.iter().map(|key| label(key.as_str())).collect::<Vec<_>>().join(", ")))
    }
}

/// The block of configuration that says whose an account is; none where one of them has nothing to be named by that is theirs
/// alone.
fn link_block(account: &AccountRef, person: &PersonRef) -> Option<String> {
    let account = account.id.map(|id| id.to_string()).or_else(|| account.email.clone())?;
    let person = if person.named_by? == Key::EmployeeNumber { &person.employee_number } else { &person.email }.as_ref()?;
    Some(format!(
        "[[link]]\naccount = {}\nperson = {}\nreason = \"\"\nowner = \"\"\n# same = false: they are two",
        quoted(&account),
        quoted(person)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_depends_on_instance_kind_and_subject_only() {
        let id = FindingId::new("acme", Kind::Orphan, "123");
        assert_eq!(id, FindingId::new("acme", Kind::Orphan, "123"));
        assert_ne!(id, FindingId::new("acme", Kind::Leaver, "123"));
        assert_ne!(id, FindingId::new("beta", Kind::Orphan, "123"));
        assert_eq!(id.0.len(), 12);
        assert!(FindingId::widened("acme", Kind::Orphan, "123").0.starts_with(&id.0));
    }
}
