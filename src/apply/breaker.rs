//! The circuit breaker. What Domo does not do of one kind of action is asked no more of that kind, and nothing of what it does of
//! another: deactivations that an instance does not honour keep nobody from deleting, or from writing a title. Where nobody knows
//! what Domo did, nothing more is asked at all.

use std::collections::BTreeMap;

use crate::plan::Action;
use crate::terms::ActionKind;

/// Failures in a row after which no more of a kind is tried.
const IN_A_ROW: usize = 3;
/// The same where a group was not left, which takes many requests and is true of the group.
const GROUPS_IN_A_ROW: usize = 2;

/// What to do then: those that failed come first again, and would end the next apply too.
const AGAIN: &str = "mend the cause, or reject those actions with `review`, then apply again";

/// How an action went, as far as the next ones are concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Went {
    /// Done, or left alone for a reason of its own.
    Well,
    /// It failed, and Domo said or showed why.
    Failed,
    /// A group was not left.
    GroupStays,
    /// Nobody knows what became of it, or nothing could be asked.
    Unanswered,
}

/// How the actions of an apply went so far.
pub(super) struct Breaker {
    kinds: BTreeMap<ActionKind, Count>,
    unanswered: usize,
}

#[derive(Default)]
struct Count {
    todo: usize,
    failed: usize,
    in_a_row: usize,
    groups_in_a_row: usize,
    left: usize,
    ended: bool,
}

impl Breaker {
    pub(super) fn new(todo: &[Action]) -> Self {
        let mut kinds: BTreeMap<ActionKind, Count> = BTreeMap::new();
        for action in todo {
            let count = kinds.entry(action.kind).or_default();
            (count.todo, count.left) = (count.todo + 1, count.left + 1);
        }
        Self { kinds, unanswered: 0 }
    }

    /// Whether no more of this kind is tried.
    pub(super) fn ended(&self, kind: ActionKind) -> bool {
        self.kinds.get(&kind).is_some_and(|count| count.ended)
    }

    /// Why nothing more of anything is tried.
    pub(super) fn all(&self) -> Option<String> {
        (self.unanswered >= IN_A_ROW).then(|| format!("of {IN_A_ROW} actions in a row it is not known what Domo did. {}", again()))
    }

    /// Takes note of an action. Why no more of its kind is tried, where that begins with it and there is more of it.
    pub(super) fn note(&mut self, kind: ActionKind, went: Went) -> Option<String> {
        self.unanswered = if went == Went::Unanswered { self.unanswered + 1 } else { 0 };
        let count = self.kinds.entry(kind).or_default();
        count.left = count.left.saturating_sub(1);
        count.groups_in_a_row = if went == Went::GroupStays { count.groups_in_a_row + 1 } else { 0 };
        if went == Went::Well {
            count.in_a_row = 0;
            return None;
        }
        (count.failed, count.in_a_row) = (count.failed + 1, count.in_a_row + 1);
        let most = IN_A_ROW.max(count.todo.div_ceil(10));
        let why = if count.groups_in_a_row >= GROUPS_IN_A_ROW {
            format!("of {GROUPS_IN_A_ROW} accounts in a row a group could not be left")
        } else if count.in_a_row >= IN_A_ROW {
            format!("{IN_A_ROW} actions failed in a row")
        } else if count.failed >= most {
            format!("{} of {} actions failed", count.failed, count.todo)
        } else {
            return None;
        };
        count.ended = true;
        (count.left > 0).then(|| format!("{}: {why}. {}", kind.as_str(), again()))
    }
}

fn again() -> String {
    format!("The next apply begins with what failed: {AGAIN}")
}
