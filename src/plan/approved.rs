//! The permission to write: a sealed plan, in time, for this instance, within its guards on what is approved and still to be done.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::decision::{Decision, may_be_same_person};
use super::format::{Action, GuardState, Plan};
use super::guard::{self, AuditFigures, Guard, GuardedAccounts, Override};
use super::sealed::Sealed;
use crate::config::{self, same_instance};
use crate::domo::Permission;
use crate::failure::{Failure, FailureKind};
use crate::text;

/// How far the clock of the machine that made a plan may be ahead of the one that applies it.
const CLOCKS_APART: TimeDelta = TimeDelta::minutes(10);

/// What a plan is held against when it is applied.
#[derive(Debug)]
pub struct Terms<'a> {
    /// The real time.
    pub now: DateTime<Utc>,
    /// The instance that would be written to, by every name that is known: as configured, and as Domo's token says.
    pub instances: &'a [String],
    /// The one who applies.
    pub by: &'a Applier,
    /// Nobody may apply what they approved.
    pub second_person: bool,
    /// The way in which deactivations would be carried out.
    pub deactivate_with: config::DeactivateWith,
    /// Actions that are done already.
    pub done: &'a BTreeSet<String>,
    /// The accounts as they are now.
    pub guarded: &'a GuardedAccounts,
    /// The limits.
    pub limits: &'a config::Guards,
    /// Guards that somebody goes on in spite of.
    pub overrides: &'a [Override],
}

/// Who applies. What they say adds a name and takes none away: the operating system's user is always among the names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applier {
    /// As they say.
    pub said: Option<String>,
    /// The operating system's user.
    pub user: String,
}

impl Applier {
    /// All names, for the journal and the report.
    pub fn names(&self) -> Vec<String> {
        let said = self.said.iter().filter(|said| **said != self.user);
        said.chain([&self.user]).cloned().collect()
    }

    /// Whether an approver's name may be one of theirs.
    fn is(&self, approver: &str) -> bool {
        self.names().iter().any(|name| may_be_same_person(name, approver))
    }
}

/// A guard that does not hold, and whether somebody took the responsibility.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tripped {
    /// Which.
    pub guard: Guard,
    /// What was counted.
    pub value: u64,
    /// What is allowed.
    pub limit: u64,
    /// What a reader of the numbers should know.
    pub note: Option<String>,
    /// Why it is gone against, where it is.
    pub overridden: Option<String>,
}

impl Tripped {
    /// What was counted against what, as people read it.
    pub fn explain(&self) -> String {
        let note = self.note.as_ref().map(|note| format!(" ({})", text::visible(note))).unwrap_or_default();
        format!("{}{note}", self.guard.explain(self.value, self.limit))
    }
}

/// How a plan stands against the terms.
#[derive(Debug)]
pub struct Assessment {
    /// The guards that do not hold on what is approved and still to be done.
    pub tripped: Vec<Tripped>,
    /// The reason why nothing of it may be carried out, where there is one.
    pub refusal: Option<Failure>,
    /// The guards that this reason names; `second_person` counts as one.
    pub refused_by: Vec<String>,
}

impl Terms<'_> {
    /// Refuses a plan that is expired or for another instance: nothing more is said of it.
    ///
    /// # Errors
    /// Why it is refused, and what to do.
    pub fn admit(&self, plan: &Plan) -> Result<(), Failure> {
        right_instance(self.instances, &plan.id, &plan.instance)?;
        made_already(plan, self.now)?;
        if self.now >= plan.expires {
            return Err(Failure::new(FailureKind::PlanRefused, format!("plan {} expired at {}", plan.id, plan.expires))
                .hint("run `audit` again: it makes a new plan from the state as it is now"));
        }
        Ok(())
    }

    /// How the approved actions that are still to be done stand against the guards.
    pub fn judge(&self, plan: &Plan) -> Assessment {
        let open: Vec<&Action> = plan.open(self.done).collect();
        let guards = guard::evaluate(&open, self.guarded, AuditFigures::of(&plan.guards), self.limits);
        // Whoever takes the responsibility for a number does so for the runs to come, too, and where nothing of the plan is approved.
        let overridden = |state: &GuardState| state.value > state.limit && self.overrides.iter().any(|given| given.covers(state));
        let counts = |state: &&GuardState| !state.holds || open.is_empty() && self.done.is_empty() && overridden(state);
        let tripped: Vec<_> = guards.iter().filter(counts).filter_map(|state| self.tripped(state)).collect();
        let stops = |tripped: &&Tripped| tripped.overridden.is_none();
        let (refusal, refused_by) = match (self.person(plan, &open), self.way(&open)) {
            (Some(person), _) => (Some(person), vec!["second_person".to_owned()]),
            (None, Some(way)) => (Some(way), Vec::new()),
            (None, None) => {
                (guards_refuse(&tripped), tripped.iter().filter(stops).map(|tripped| tripped.guard.to_string()).collect())
            }
        };
        Assessment { tripped, refusal, refused_by }
    }

    fn tripped(&self, state: &GuardState) -> Option<Tripped> {
        let guard = state.name.parse().ok()?;
        let covering = self.overrides.iter().find(|given| given.covers(state));
        Some(Tripped {
            guard,
            value: state.value,
            limit: state.limit,
            note: state.note.clone(),
            overridden: covering.map(|given| given.reason.clone()),
        })
    }

    /// Four eyes: the one who applies is not the one who approved, and does not pass for somebody else by saying nothing.
    fn person(&self, plan: &Plan, open: &[&Action]) -> Option<Failure> {
        if !self.second_person {
            return None;
        }
        let decided = || open.iter().filter_map(|action| Some((action, plan.decisions.get(&action.id)?)));
        let named = decided().find_map(|(action, decision)| {
            let name = decision.names().find(|name| self.by.is(name))?;
            Some((format!("{name} approved {} and may not apply it: `[policy] second_person` is set", action.id), ""))
        });
        let recorded = || {
            let here = |decision: &Decision| self.by.said.is_none() && decision.user.as_deref() == Some(&self.by.user);
            let (action, decision) = decided().find(|(_, decision)| here(decision))?;
            let (by, user) = (&decision.by, &self.by.user);
            let what = format!(
                "the approval of {} by {by} was recorded by the user {user} of this machine, who may not apply it without a word: \
                 `[policy] second_person` is set",
                action.id
            );
            Some((what, "; where several people share this user, say who applies with --by"))
        };
        let (what, more) = named.or_else(recorded)?;
        Some(Failure::new(FailureKind::Guard, what).hint(format!("somebody else applies it, or approves it{more}")))
    }

    /// A plan that was reviewed for one way of deactivating is not carried out another way.
    fn way(&self, open: &[&Action]) -> Option<Failure> {
        let of = |action: &&&Action| action.kind == crate::terms::ActionKind::Deactivate;
        let other = open.iter().filter(of).find(|action| action.through.unwrap_or_default() != self.deactivate_with)?;
        let (planned, now) = (other.through.unwrap_or_default(), self.deactivate_with);
        Some(
            Failure::new(
                FailureKind::PlanRefused,
                format!("{} was reviewed as a deactivation through {planned}, but the configuration now says {now}", other.id),
            )
            .hint("set `[domo] deactivate_with` back, or run `audit` again and have the new plan reviewed"),
        )
    }
}

/// Refuses a plan that was made later than now: its expiry would say nothing.
///
/// # Errors
/// It was made more than ten minutes later.
pub fn made_already(plan: &Plan, now: DateTime<Utc>) -> Result<(), Failure> {
    if plan.created <= now + CLOCKS_APART {
        return Ok(());
    }
    Err(Failure::new(FailureKind::PlanRefused, format!("plan {} was made at {}, which has not come yet", plan.id, plan.created))
        .hint("a clock was ahead: set this machine's clock, or run `audit` again where the clock is right"))
}

/// Refuses a plan, or its journal, for another instance than this one, by whatever name it is known.
///
/// # Errors
/// It is for another.
pub fn right_instance(known: &[String], plan: &str, instance: &str) -> Result<(), Failure> {
    match known.iter().find(|known| !same_instance(instance, known)) {
        None => Ok(()),
        Some(other) => Err(Failure::new(
            FailureKind::PlanRefused,
            format!("plan {plan} is for the instance `{instance}`, but this is `{other}`"),
        )
        .hint("use the credentials and the configuration of the plan's instance")),
    }
}

fn guards_refuse(tripped: &[Tripped]) -> Option<Failure> {
    let open: Vec<_> = tripped.iter().filter(|tripped| tripped.overridden.is_none()).collect();
    if open.is_empty() {
        return None;
    }
    let said: Vec<_> = open.iter().map(|tripped| format!("{}: {}", tripped.guard, tripped.explain())).collect();
    let failure = Failure::new(FailureKind::Guard, format!("refused by a guard. {}", said.join(". ")));
    Some(match open.iter().find(|tripped| !tripped.guard.can_be_overridden()) {
        Some(hard) => failure.hint(format!("`{}` cannot be overridden: reject the actions concerned with `review`", hard.guard)),
        None => {
            let flags: Vec<_> = open.iter().map(|tripped| tripped.guard.flag(tripped.value)).collect();
            let concerned = Guard::all_concerned(open.iter().map(|tripped| tripped.guard));
            failure.hint(format!("reject {concerned}, or take the responsibility: {} --reason WHY", flags.join(" ")))
        }
    })
}

/// A plan that may be carried out. There is no other way to a writer of Domo.
#[derive(Debug)]
pub struct Approved {
    plan: Plan,
    todo: Vec<Action>,
    tripped: Vec<Tripped>,
}

impl Permission for Approved {}

impl Approved {
    /// Takes the plan, or says why not.
    ///
    /// # Errors
    /// The plan is not admitted, nobody may apply it as they want to, or a guard does not hold.
    pub fn new(sealed: Sealed, terms: &Terms<'_>) -> Result<Self, Failure> {
        terms.admit(sealed.plan())?;
        let assessment = terms.judge(sealed.plan());
        if let Some(refusal) = assessment.refusal {
            return Err(refusal);
        }
        let plan = sealed.into_plan();
        let todo = plan.open(terms.done).cloned().collect();
        Ok(Self { plan, todo, tripped: assessment.tripped })
    }

    /// The plan.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The approved actions that are still to be done, in their order.
    pub fn todo(&self) -> &[Action] {
        &self.todo
    }

    /// Guards that were overridden: the journal and the next report show them.
    pub fn overridden(&self) -> &[Tripped] {
        &self.tripped
    }
}
