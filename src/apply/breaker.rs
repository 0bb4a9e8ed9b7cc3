//! The circuit breaker. What Domo does not do of one kind of action is asked no more of that kind, and nothing of what it does of
//! another: deactivations that an instance does not honour keep nobody from deleting, or from writing a title. Where nobody knows
//! what Domo did, nothing more is asked at all.

use std::collections::BTreeMap;

use crate::plan::Action;
use crate::terms::ActionKind;

/// Failures in a row after which no more of a kind is tried.
const IN_A_ROW: usize = 3;
/// The same where Domo accepted that a group is left and did not show it, which takes many looks.
const GROUPS_IN_A_ROW: usize = 2;

/// What to do then: those that failed come first again, and would end the next apply too.
const AGAIN: &str = "mend the cause, or reject those actions with `review`, then apply again";

/// How an action went, as far as the next ones are concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Went {
    /// Done, or left alone for a reason of its own, as where Domo keeps the account in one of its groups.
    Well,
    /// It failed, and Domo said or showed why.
    Failed,
    /// Domo accepted that a group is left, and the account stayed in it.
    GroupStays,
    /// Nobody knows what became of it.
    Unknown,
    /// It failed, and nothing was sent, since nothing could be asked.
    Unasked,
}

/// How the actions of an apply went so far.
pub(super) struct Breaker {
    kinds: BTreeMap<ActionKind, Count>,
    /// In a row: of which nobody knows, and for which nothing could be asked.
    unknown: usize,
    unasked: usize,
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
        Self { kinds, unknown: 0, unasked: 0 }
    }

    /// Whether no more of this kind is tried.
    pub(super) fn ended(&self, kind: ActionKind) -> bool {
        self.kinds.get(&kind).is_some_and(|count| count.ended)
    }

    /// Why nothing more of anything is tried.
    pub(super) fn all(&self) -> Option<String> {
        let why = match (self.unknown, self.unasked) {
            (unknown, unasked) if unknown + unasked < IN_A_ROW => return None,
            (_, 0) => format!("of {IN_A_ROW} actions in a row it is not known what Domo did"),
            (0, _) => format!("{IN_A_ROW} actions in a row failed before anything was sent"),
            _ => format!("{IN_A_ROW} actions in a row failed before anything was sent, or it is not known what Domo did"),
        };
        Some(format!("{why}. {}", again()))
    }

    /// Takes note of an action. Why no more of its kind is tried, where that begins with it and there is more of it.
    pub(super) fn note(&mut self, kind: ActionKind, went: Went) -> Option<String> {
        match went {
            Went::Unknown => self.unknown += 1,
            Went::Unasked => self.unasked += 1,
            _ => (self.unknown, self.unasked) = (0, 0),
        }
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
            match self.unknown {
                0 => format!("{IN_A_ROW} actions failed in a row"),
                _ => format!("{IN_A_ROW} actions in a row failed, or it is not known what Domo did"),
            }
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
