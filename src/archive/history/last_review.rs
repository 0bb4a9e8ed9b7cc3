//! What people decided on the plan of the run before, and what became of it: the report remembers who said what.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use chrono::{DateTime, NaiveDate, Utc};

use crate::archive::store::StoredRun;
use crate::archive::store::beside::{if_there, journal_of, plan_of};
use crate::plan::decision::commented;
use crate::plan::journal::Outcome;
use crate::plan::review::{self, DecisionCounts};
use crate::plan::sheet::{self, Decidable};
use crate::plan::{Decision, Verdict};
use crate::terms::names::{self, PLAN};
use crate::terms::{Kind, Severity};
use crate::text;

/// The decisions on the plan of the run that this one is compared with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct LastReview {
    pub run_id: String,
    pub plan_id: String,
    /// All rows, decided or not.
    pub counts: DecisionCounts,
    /// Who decided.
    pub deciders: Vec<String>,
    /// Rows that were decided, worst first; those that overruled somebody or were rejected among them.
    pub decided: Vec<Decided>,
    /// Days from the last day of employment to the removal, of each removal of a leaver that was done.
    pub days_to_removal: Vec<i64>,
    /// Removals of leavers that were done and of whom no last day is known.
    pub undated_removals: u64,
}

/// One row and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Decided {
    pub row: String,
    pub finding: Option<String>,
    pub severity: Option<Severity>,
    /// What was to be done, or what was found.
    pub what: &'static str,
    pub subject: String,
    pub verdict: Verdict,
    pub by: String,
    pub day: NaiveDate,
    pub comment: Option<String>,
    /// What was decided before, the newest first: `rejected on … by …: …`.
    pub earlier: Vec<String>,
    /// What an apply came to, such as `done`.
    pub outcome: Option<Outcome>,
    /// When that was read back, where it was.
    pub read_back: Option<String>,
}

/// Whom a finding was about, as far as their removal is measured.
pub(super) struct Subject {
    pub(super) last_day: Option<NaiveDate>,
    /// A demotion had nothing left to take.
    pub(super) restricted: bool,
}

impl Decided {
    /// `rejected by ana on 2026-11-20: contract extended`
    pub fn summary(&self) -> String {
        format!("{} by {} on {}{}", self.verdict.done(), self.by, self.day, commented(self.comment.as_deref()))
    }
}

impl LastReview {
    /// Of a run, by what the run before found, and by when access was given back to accounts; none where it had no plan.
    ///
    /// # Errors
    /// Its plan or its journal is not what it was: nobody knows what was decided, or what became of it.
    pub(super) fn of(
        run: &StoredRun,
        found: &BTreeMap<&str, Subject>,
        given_back: &BTreeMap<u64, DateTime<Utc>>,
    ) -> Result<Option<Self>> {
        let Some(sealed) = if_there(plan_of(&run.path, PLAN)).context(PLAN)? else { return Ok(None) };
        let plan = sealed.plan();
        let name = names::journal_of(PLAN);
        let journal = if_there(journal_of(&run.path, &name)).context(name)?.unwrap_or_default();
        let standings = journal.fold();
        let rows = sheet::rows(plan);
        let mut last = Self {
            run_id: run.id().to_owned(),
            plan_id: plan.id.clone(),
            counts: review::tally(plan, &rows, |_| Some(())).remove(&()).unwrap_or_default(),
            ..Self::default()
        };
        for row in &rows {
            let standing = standings.get(row.id());
            let ended = standing.and_then(|standing| standing.outcome);
            // A write that nobody lived to read back may have left.
            let lost = standing.and_then(|standing| standing.pending).map(|_| Outcome::Unknown);
            if let (Decidable::Action(action), Some((Outcome::Done, at))) = (row, ended)
                && action.kind.removes_access()
                && action.account_id.and_then(|id| given_back.get(&id)).is_none_or(|back| *back < at)
                && row.about().and_then(|about| about.kind) == Some(Kind::Leaver)
            {
                let then = row.finding().and_then(|finding| found.get(finding));
                match then.and_then(|then| then.last_day) {
                    // What a demotion took before is not taken once more.
                    _ if then.is_some_and(|then| then.restricted) => {}
                    Some(day) => last.days_to_removal.push((at.date_naive() - day).num_days()),
                    None => last.undated_removals += 1,
                }
            }
            let Some(decision) = plan.decisions.get(row.id()) else { continue };
            last.decided.push(Decided {
                row: row.id().to_owned(),
                finding: row.finding().map(str::to_owned),
                severity: row.severity(),
                what: row.kind(),
                subject: row.subject(),
                verdict: decision.verdict,
                by: decision.by.clone(),
                day: decision.at.date_naive(),
                comment: decision.comment.clone(),
                earlier: decision.earlier.iter().rev().map(Decision::summary).collect(),
                outcome: ended.map(|(outcome, _)| outcome).or(lost),
                read_back: ended.filter(|(outcome, _)| outcome.is_done()).map(|(_, at)| text::minute(at)),
            });
        }
        last.days_to_removal.sort_unstable();
        last.deciders = last.decided.iter().map(|decided| decided.by.clone()).collect();
        last.deciders.sort();
        last.deciders.dedup();
        Ok(Some(last))
    }

    /// The decision on a finding.
    pub fn on(&self, finding: &str) -> Option<&Decided> {
        self.decided.iter().find(|decided| decided.finding.as_deref() == Some(finding))
    }

    /// Half of the removals took no longer, in half days; and the longest. None where no last day is known.
    pub fn half_days_to_removal(&self) -> Option<(i64, i64)> {
        let days = &self.days_to_removal;
        let middle = days.get(days.len().checked_sub(1)? / 2)? + days.get(days.len() / 2)?;
        Some((middle, *days.last()?))
    }

    /// Rows that somebody decided.
    pub fn answers(&self) -> u64 {
        let DecisionCounts { approved, rejected, answered, .. } = self.counts;
        approved + rejected + answered
    }

    /// Takes out who decided and what they wrote: where a report names nobody, it names no reviewer either.
    pub fn unname(&mut self, mut token: impl FnMut(&str) -> String) {
        self.deciders.iter_mut().for_each(|name| *name = token(name));
        for decided in &mut self.decided {
            decided.by = token(&decided.by);
            decided.subject = token(&decided.subject);
            decided.comment = decided.comment.as_ref().map(|_| "(a comment)".to_owned());
            decided.earlier.iter_mut().for_each(|earlier| *earlier = "(an earlier decision)".to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_number_lies_between_the_two_in_the_middle() {
        let of = |days: &[i64]| LastReview { days_to_removal: days.to_vec(), ..LastReview::default() }.half_days_to_removal();
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[4]), Some((8, 4)));
        assert_eq!(of(&[9, 323]), Some((332, 323)));
        assert_eq!(of(&[1, 2, 30]), Some((4, 30)));
        assert_eq!(of(&[1, 2, 3, 30]), Some((5, 30)));
    }
}
