//! Decisions by selector, and how far a plan is decided.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};

use super::decision::{Decision, Verdict};
use super::format::Plan;
use super::packets::{Packet, Packets};
use super::record::{Submission, Timing};
use super::sheet::{self, Decidable};
use crate::failure::{Failure, FailureKind};
use crate::terms::ActionKind;
use crate::text;

/// Who hands decisions in, when, and why.
#[derive(Debug, Clone)]
pub struct Reviewer {
    /// Who: decides where nobody else is named, and records what others decided.
    pub by: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
    /// Why, where a decision says no reason of its own.
    pub comment: Option<String>,
    /// The operating system's user who records it.
    pub user: Option<String>,
}

impl Reviewer {
    /// A decision of `who`, or of this reviewer where nobody is named.
    ///
    /// # Errors
    /// Nobody is named at all.
    pub fn decision(&self, verdict: Verdict, who: Option<&str>, comment: Option<&str>) -> Result<Decision, Failure> {
        let filled = |text: &&str| !text.trim().is_empty();
        let by = self.by.as_deref().map(str::trim).filter(filled);
        let Some(who) = who.map(str::trim).filter(filled).or(by) else {
            return Err(Failure::usage("a decision needs a name").hint("say who decides with --by"));
        };
        // The same person in the words of --by.
        let own = by.filter(|by| super::decision::same_person(by, who));
        let comment = comment.map(str::trim).filter(filled).or(self.comment.as_deref().map(str::trim).filter(filled));
        Ok(Decision {
            comment: comment.map(str::to_owned),
            recorded_by: by.filter(|_| own.is_none()).map(str::to_owned),
            user: self.user.clone(),
            ..Decision::new(verdict, own.unwrap_or(who), self.at)
        })
    }
}

/// What a selector selects: `all`, a kind of action or of finding, a severity, an e-mail, `department=VALUE`, or an id.
///
/// # Errors
/// It selects nothing.
pub fn select<'a>(plan: &'a Plan, selector: &str) -> Result<Vec<Decidable<'a>>, Failure> {
    let found: Vec<_> = sheet::rows(plan).into_iter().filter(|row| fits(row, selector)).collect();
    if !found.is_empty() {
        return Ok(found);
    }
    let kinds: BTreeSet<_> = sheet::rows(plan).iter().flat_map(|row| [Some(row.kind()), found_as(row)]).flatten().collect();
    let kinds = kinds.into_iter().collect::<Vec<_>>().join(", ");
    Err(Failure::usage(format!("`{}` selects nothing of plan {}", text::visible(selector.trim()), plan.id)).hint(format!(
        "a selector is `all`, a kind ({kinds}), a severity, an e-mail, department=VALUE, an action's id or a finding's id"
    )))
}

fn found_as(row: &Decidable<'_>) -> Option<&'static str> {
    row.about()?.kind.map(|kind| kind.as_str())
}

/// Whether a row is among what a selector says.
pub fn fits(row: &Decidable<'_>, selector: &str) -> bool {
    let wanted = selector.trim();
    if let Some(department) = wanted.strip_prefix("department=") {
        return row.about().and_then(|about| about.department.as_deref()).is_some_and(|own| text::alike(own, department));
    }
    wanted == "all"
        || wanted == row.id()
        || row.finding() == Some(wanted)
        || row.kind() == wanted
        || found_as(row) == Some(wanted)
        || row.severity().is_some_and(|severity| severity.as_str() == wanted)
        || (wanted.contains('@') && row.email().is_some_and(|email| text::alike(email, wanted)))
}

/// What is approved, rejected and reopened by selectors. What is rejected counts over what is approved, so that `all` with
/// exceptions reads as it is meant.
///
/// # Errors
/// A selector that selects nothing that could be decided so.
pub fn selected(
    plan: &Plan,
    approve: &[String],
    reject: &[String],
    reopen: &[String],
    reviewer: &Reviewer,
) -> Result<Vec<Submission>, Failure> {
    let mut said: BTreeMap<&str, Submission> = BTreeMap::new();
    for (selectors, verdict, flag) in
        [(approve, Verdict::Approve, "--approve"), (reject, Verdict::Reject, "--reject"), (reopen, Verdict::Open, "--reopen")]
    {
        for selector in selectors {
            let mut rows = select(plan, selector)?;
            if verdict != Verdict::Open {
                rows.retain(|row| matches!(row, Decidable::Action(_)));
            }
            if rows.is_empty() {
                return Err(Failure::usage(format!("`{}` selects no action of plan {}", text::visible(selector), plan.id)).hint(
                    "a finding that nothing is done about is decided in its sheet or packet: keep, not-mine, or accept-until DAY",
                ));
            }
            for row in rows {
                let decision = reviewer.decision(verdict, None, None)?;
                let (subject, place) = (row.id().to_owned(), format!("{flag} {selector}"));
                said.insert(row.id(), Submission { subject, place, decision, timing: Timing::Now });
            }
        }
    }
    Ok(said.into_values().collect())
}

/// The decisions of an older plan whose action is the same in this one, and what became of the others, as sentences.
pub fn carried(plan: &Plan, old: &Plan, reviewer: &Reviewer) -> (Vec<Submission>, Vec<String>) {
    // Whoever does not say who they are is known to the operating system.
    let (by, today) = (reviewer.by.as_deref().or(reviewer.user.as_deref()), reviewer.at.date_naive());
    let (mut submissions, mut others) = (Vec::new(), Vec::new());
    let before = sheet::rows(old);
    let before: BTreeMap<&str, &Decidable<'_>> = before.iter().map(|row| (row.id(), row)).collect();
    let now = sheet::rows(plan);
    let now: BTreeMap<&str, &Decidable<'_>> = now.iter().map(|row| (row.id(), row)).collect();
    for (id, decision) in old.decisions.iter().filter(|(_, decision)| decision.verdict != Verdict::Open) {
        let Some(was) = before.get(id.as_str()) else { continue };
        let why = match now.get(id.as_str()) {
            Some(is) if same(was, is) && decision.until.is_some_and(|until| until < today) => "its day has passed",
            Some(is) if same(was, is) => {
                let decision = decision.clone().carried(by);
                submissions.push(Submission {
                    subject: id.clone(),
                    place: format!("plan {}", old.id),
                    decision,
                    timing: Timing::CarriedOver,
                });
                continue;
            }
            Some(_) => "what it would change is not the same any more",
            None => "the new plan has no such row",
        };
        others.push(format!("{id} {} ({}): {why}", text::visible(&was.subject()), decision.summary()));
    }
    (submissions, others)
}

/// Whether a decision on one is a decision on the other: the same finding, before and after.
fn same(was: &Decidable<'_>, is: &Decidable<'_>) -> bool {
    match (was, is) {
        (Decidable::Action(was), Decidable::Action(is)) => {
            (was.kind, &was.finding, was.account_id, &was.before, &was.after, was.through)
                == (is.kind, &is.finding, is.account_id, &is.before, &is.after, is.through)
        }
        (Decidable::Finding(was), Decidable::Finding(is)) => {
            (&was.finding, &was.before, &was.after) == (&is.finding, &is.before, &is.after)
        }
        _ => false,
    }
}

/// Refuses to record anything on a plan that has expired, or was made later than now.
///
/// # Errors
/// The plan is not in time.
pub fn in_time(plan: &Plan, now: DateTime<Utc>) -> Result<(), Failure> {
    super::approved::made_already(plan, now)?;
    if now < plan.expires {
        return Ok(());
    }
    Err(Failure::new(FailureKind::PlanRefused, format!("plan {} {}: nothing is recorded on it", plan.id, left(plan, now)))
        .hint("run `audit` again; `review NEWPLAN --from OLDPLAN --by WHO` takes over the decisions whose action is the same"))
}

/// Days from today to the one on which a plan expires; below 0 where it has passed.
pub fn days_left(expires: DateTime<Utc>, now: DateTime<Utc>) -> i64 {
    (expires.date_naive() - now.date_naive()).num_days()
}

/// `expires in 23 days (2026-12-20 06:00 UTC)`
pub fn left(plan: &Plan, now: DateTime<Utc>) -> String {
    let day = text::minute(plan.expires);
    let days = days_left(plan.expires, now);
    let many = text::plural(days.unsigned_abs(), "day", "days");
    match plan.expires > now {
        true if days == 0 => format!("expires today ({day})"),
        true => format!("expires in {many} ({day})"),
        false if days == 0 => format!("expired today ({day})"),
        false => format!("expired {many} ago ({day})"),
    }
}

/// How many rows of one sort are approved, rejected and open; of findings without an action, how many are decided and open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
#[allow(missing_docs)]
pub struct DecisionCounts {
    pub approved: u64,
    pub rejected: u64,
    #[serde(skip_serializing_if = "crate::terms::is_zero")]
    pub answered: u64,
    pub open: u64,
}

impl DecisionCounts {
    fn add(&mut self, plan: &Plan, id: &str) {
        let verdict = plan.decisions.get(id).map(|decision| decision.verdict);
        *match verdict {
            Some(Verdict::Approve) if plan.approved(id) => &mut self.approved,
            Some(Verdict::Reject) => &mut self.rejected,
            Some(Verdict::Keep | Verdict::NotMine | Verdict::AcceptUntil) => &mut self.answered,
            _ => &mut self.open,
        } += 1;
    }

    /// Rows.
    pub fn all(&self) -> u64 {
        self.approved + self.rejected + self.answered + self.open
    }
}

/// The counts of all rows by what a key makes of them.
pub fn tally<'a, K: Ord>(
    plan: &'a Plan,
    rows: &[Decidable<'a>],
    key: impl Fn(&Decidable<'a>) -> Option<K>,
) -> BTreeMap<K, DecisionCounts> {
    let mut counts: BTreeMap<K, DecisionCounts> = BTreeMap::new();
    for row in rows {
        if let Some(key) = key(row) {
            counts.entry(key).or_default().add(plan, row.id());
        }
    }
    counts
}

/// How far a reviewer has decided what was dealt out to them.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ByReviewer {
    /// As in packets.json.
    pub reviewer: String,
    /// Their rows.
    #[serde(flatten)]
    pub counts: DecisionCounts,
    /// Rows that are open although the day they were asked back by has passed.
    pub late: u64,
}

/// Each packet of a plan, as far as it is decided on this day.
pub fn by_reviewer(plan: &Plan, packets: &Packets, today: NaiveDate) -> Vec<ByReviewer> {
    let late = packets.due.is_some_and(|due| today > due);
    let of = |packet: &Packet| {
        let mut counts = DecisionCounts::default();
        packet.rows.iter().for_each(|id| counts.add(plan, id));
        ByReviewer { reviewer: packet.reviewer.clone(), late: if late { counts.open } else { 0 }, counts }
    };
    packets.packets.iter().map(of).collect()
}

/// The kind of a row's action.
pub fn action_kind(row: &Decidable<'_>) -> Option<ActionKind> {
    match row {
        Decidable::Action(action) => Some(action.kind),
        Decidable::Finding(_) => None,
    }
}

/// The last day on which something is accepted, where a decision says one; what joins it to the word is no sign of its year.
pub fn until(word: &str) -> Option<NaiveDate> {
    word.trim_start_matches([':', ' ', '-']).trim_end().parse().ok()
}
