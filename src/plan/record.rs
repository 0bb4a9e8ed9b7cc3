//! Recording what people say of a plan: all of it or nothing. Another person's decision is replaced only by somebody who says that
//! they overrule it, and why.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};

use super::decision::{Decision, Verdict, commented, same_person};
use super::format::Plan;
use super::sealed::Sealed;
use crate::failure::Failure;
use crate::text;

/// A decision that somebody hands in.
#[derive(Debug, Clone)]
pub struct Submission {
    /// The action's id, or the finding's where it has none.
    pub subject: String,
    /// Where it was said: `ana.xlsx row 3`, `--approve all`.
    pub place: String,
    /// What is said.
    pub decision: Decision,
    /// How it came.
    pub timing: Timing,
}

/// How something was handed in: what is read can be older than what stands, and can be read again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timing {
    /// Said just now, on the command line.
    Now,
    /// Read, with the moment at which it was said.
    Dated,
    /// Taken over from an older plan, with the moment at which it was said.
    CarriedOver,
    /// Read, and nobody knows when it was said: a sheet's row.
    Undated,
    /// A row that was left blank: nobody said anything.
    Blank,
}

/// What became of what was said.
#[derive(Debug, Default)]
pub struct Recorded {
    /// The ids on which something new was recorded.
    pub ids: Vec<String>,
    /// What was not taken, as sentences: something later stands in its place.
    pub outdated: Vec<String>,
}

/// Records what is said, or nothing of it: what contradicts itself, what contradicts another person without submission that it
/// overrules them, and a rejection without a reason refuse it as a whole.
///
/// # Errors
/// All that is wrong, with names, places and reasons.
pub fn record(sealed: &mut Sealed, submissions: &[Submission], overrule: bool, now: DateTime<Utc>) -> Result<Recorded, Failure> {
    let mut said: BTreeMap<&str, &Submission> = BTreeMap::new();
    let mut problems = Vec::new();
    for submission in submissions {
        let decision = &submission.decision;
        match said.get(submission.subject.as_str()) {
            // A blank row says nothing against what is said of it elsewhere.
            Some(_) if submission.timing == Timing::Blank => {}
            Some(first) if first.timing != Timing::Blank && !first.decision.says_the_same(decision) => {
                problems.push(format!("{}: {}, and {}", submission.subject, said_in(first), said_in(submission)));
            }
            // Of two that say the same, the one that says why.
            Some(first) if first.decision.says_the_same(decision) && first.decision.comment.is_some() => {}
            _ => drop(said.insert(&submission.subject, submission)),
        }
    }
    if !problems.is_empty() {
        return Err(refused("two decisions on one row", &problems)
            .hint("agree on one of them, and hand in that one; a file that was replaced by a later one is left out"));
    }

    let (mut steps, mut against, mut outdated, mut hints) = (Vec::new(), Vec::new(), Vec::new(), BTreeSet::new());
    for (subject, submission) in said {
        let decision = &submission.decision;
        let plan = sealed.plan();
        let standing = plan.decisions.get(subject);
        match step(standing, submission, overrule, &|digest, moment| was_handed_in(plan, digest, moment)) {
            Step::Nothing => continue,
            Step::Outdated(standing) => {
                outdated.push(format!("{subject}: {}, and it was {} after that", said_in(submission), standing.summary()))
            }
            Step::Blank(standing) => {
                hints.insert(
                    "a blank takes nothing back: fill the row in again, leave it out, or take the decision back with --reopen",
                );
                problems.push(format!(
                    "{}: {subject} is blank, and was {} in the same file: --reopen {subject} takes it back",
                    submission.place,
                    standing.summary()
                ));
            }
            Step::Against(standing) => {
                against.push(format!("{subject}: {}, but it was {}", said_in(submission), standing.summary()))
            }
            Step::Record if decision.verdict == Verdict::Reject && decision.comment.is_none() => {
                hints.insert("a rejection needs a reason: in the row's `comment`, or with --comment for all that have none");
                problems.push(format!("{}: the rejection of {subject} says no reason", submission.place));
            }
            Step::Record if decision.until.is_some_and(|until| until < now.date_naive()) => {
                hints.insert("`accept-until` needs the last day on which it is accepted, which has not passed");
                problems.push(format!("{}: the day of {} on {subject} has passed", submission.place, decision.word()));
            }
            Step::Record => steps.push((subject.to_owned(), decision.clone())),
        }
    }
    if !against.is_empty() {
        return Err(refused("another person decided otherwise", &against)
            .hint("talk to them; `--overrule --comment WHY` replaces their decision and keeps it on record"));
    }
    if !problems.is_empty() {
        let hints = hints.into_iter().collect::<Vec<_>>().join("; ");
        return Err(refused("not every row can be taken as it is", &problems).hint(hints));
    }
    let mut ids = Vec::new();
    for (subject, decision) in steps {
        let decision = match sealed.plan().decisions.get(&subject).cloned() {
            Some(older) => decision.over(older),
            None => decision,
        };
        sealed.decide(&subject, decision);
        ids.push(subject);
    }
    Ok(Recorded { ids, outdated })
}

fn refused(what: &str, problems: &[String]) -> Failure {
    Failure::usage(format!("nothing was recorded: {what}\n  {}", problems.join("\n  ")))
}

/// `ben says approve in ben.xlsx row 3: gone`
fn said_in(submission: &Submission) -> String {
    let Submission { place, decision, .. } = submission;
    let comment = commented(decision.comment.as_deref());
    text::shown(&format!("{} says {} ({place}){comment}", decision.by, decision.word()))
}

/// What a submission does to what stands.
enum Step<'a> {
    Nothing,
    Record,
    /// It was said before what stands.
    Outdated(&'a Decision),
    /// It differs from what another person decided.
    Against(&'a Decision),
    /// The row is blank in the very file in which its reviewer had decided.
    Blank(&'a Decision),
}

/// Whether a file with this digest had decided something of a plan by a moment, whatever of it.
fn was_handed_in(plan: &Plan, digest: &str, moment: DateTime<Utc>) -> bool {
    let decisions = plan.decisions.values().flat_map(|decision| decision.earlier.iter().chain([decision]));
    decisions.filter(|one| one.at <= moment).any(|one| one.from_sha256.as_deref() == Some(digest))
}

fn step<'a>(
    standing: Option<&'a Decision>,
    submission: &Submission,
    overrule: bool,
    was_handed_in: &dyn Fn(&str, DateTime<Utc>) -> bool,
) -> Step<'a> {
    let said = &submission.decision;
    let decided = standing.filter(|standing| standing.verdict != Verdict::Open);
    if submission.timing == Timing::Blank {
        // Only a file in which the row was filled in before is a file out of which somebody took a decision: of another, a blank
        // says nothing, whenever it comes.
        return match decided {
            Some(standing) if standing.file().is_some() && standing.file() == said.file() && said.is_of(standing) => {
                Step::Blank(standing)
            }
            _ => Step::Nothing,
        };
    }
    let Some(standing) = standing else {
        return if said.verdict == Verdict::Open { Step::Nothing } else { Step::Record };
    };
    let same = said.says_the_same(standing);
    if same && (said.verdict == Verdict::Open || said.comment.is_none() || said.comment == standing.comment) {
        return Step::Nothing;
    }
    let earlier = standing.earlier.iter().map(Decision::statement);
    let undecided = standing.verdict == Verdict::Open;
    if is_outdated(submission.timing, &said.statement(), &standing.statement(), undecided, earlier, |digest| {
        was_handed_in(digest, standing.at)
    }) {
        return if same { Step::Nothing } else { Step::Outdated(standing) };
    }
    let Some(standing) = decided else { return Step::Record };
    // Whoever decided on the new plan knew what was found since.
    if submission.timing == Timing::CarriedOver && said.at < standing.at && !same {
        return Step::Outdated(standing);
    }
    // Anybody may withdraw a consent; to lift somebody's refusal is to overrule them.
    let withdraws = said.verdict == Verdict::Open && standing.verdict == Verdict::Approve;
    if same || said.is_of(standing) || withdraws || overrule {
        return Step::Record;
    }
    Step::Against(standing)
}

/// What somebody said once: a decision, or an answer of a certification.
#[derive(Debug)]
pub(super) struct Statement<'a, A> {
    pub(super) answer: A,
    pub(super) by: &'a str,
    pub(super) at: DateTime<Utc>,
    pub(super) comment: Option<&'a str>,
    /// The digest of the file in which it was said, where that is known.
    pub(super) file: Option<&'a str>,
    /// Whether something is written to Domo because of it.
    pub(super) is_acted_on: bool,
}

impl Decision {
    fn statement(&self) -> Statement<'_, (Verdict, Option<NaiveDate>)> {
        Statement {
            answer: (self.verdict, self.until),
            by: &self.by,
            at: self.at,
            comment: self.comment.as_deref(),
            file: self.from_sha256.as_deref(),
            is_acted_on: self.verdict == Verdict::Approve,
        }
    }
}

/// Whether what was read had been said before what stands: it is read again, or only now, and what was said later holds.
/// `undecided`: what stands decides nothing. `earlier`: what was said of the same before it. `was_handed_in`: whether a file with
/// this digest came before it.
pub(super) fn is_outdated<'a, A: PartialEq>(
    timing: Timing,
    said: &Statement<'_, A>,
    standing: &Statement<'_, A>,
    undecided: bool,
    earlier: impl Iterator<Item = Statement<'a, A>>,
    was_handed_in: impl Fn(&str) -> bool,
) -> bool {
    let mut again = earlier.filter(|one| one.answer == said.answer && same_person(one.by, said.by));
    match timing {
        Timing::Now | Timing::Blank => false,
        Timing::Dated | Timing::CarriedOver => {
            let later = said.at < standing.at && (undecided || same_person(said.by, standing.by));
            later || again.any(|one| one.at == said.at)
        }
        // A sheet that is filled in bit by bit has its first answers in it each time it comes back: one that was replaced since, and is
        // acted on, is not taken for a change of mind without words of its own. One that keeps things as they are is, from another
        // file; what came through a pipe, and in a version that kept no digests, counts as the same file.
        Timing::Undated => {
            let unknown = |one: &Statement<'_, A>| one.file.is_none() || said.file.is_none();
            let same_words = |one: &Statement<'_, A>| said.comment.is_none() || said.comment == one.comment;
            said.file.is_some_and(was_handed_in) || again.any(|one| (said.is_acted_on || unknown(&one)) && same_words(&one))
        }
    }
}
