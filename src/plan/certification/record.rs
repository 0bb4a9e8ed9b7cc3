//! `certification.jsonl`: what was said, line by line, each chained to the one before.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::answer::Attestation;
use crate::failure::{Failure, FailureKind};
use crate::plan::canonical::link;
use crate::plan::decision::{commented, recorded, same_person};
use crate::plan::format::{Action, Plan};
use crate::plan::record::{Statement, Timing, is_outdated};
use crate::terms::ActionKind;
use crate::terms::names::CERTIFICATION;
use crate::text;

/// How a page names the record that it was made from: `certification.jsonl, 3 lines, sha256:…`.
pub fn stamp(lines: usize, sha256: &str) -> String {
    format!("{CERTIFICATION}, {}, {sha256}", text::plural(lines as u64, "line", "lines"))
}

/// What [`stamp`] said on a page, escaped for Markdown or not: how many lines, and the digits of their SHA-256.
pub fn stamped(page: &str) -> Option<(usize, String)> {
    let page = page.replace('\\', "");
    let (_, rest) = page.split_once(&format!("{CERTIFICATION}, "))?;
    let (count, rest) = rest.split_once(" line")?;
    let digits = rest.lines().next()?.split_once("sha256:")?.1.get(..64)?;
    let count = count.replace(',', "").parse().ok()?;
    digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then(|| (count, digits.to_owned()))
}

/// A line of `certification.jsonl`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct CertificationLine {
    /// From 1.
    pub n: u64,
    /// When it was decided.
    pub at: DateTime<Utc>,
    /// The account's id; its e-mail where the source has no ids.
    pub account: String,
    /// `keep`, `revoke`, `role:` with a role, `not-mine`, or `open` where an answer was taken back.
    #[schemars(with = "String")]
    pub verdict: Attestation,
    /// Who decided.
    pub by: String,
    /// Why.
    pub comment: Option<String>,
    /// Who recorded it, where that is somebody else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded_by: Option<String>,
    /// The operating system's user who recorded it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The file it came in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// SHA-256 of that file: read again, it says nothing new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_sha256: Option<String>,
    /// The digest of the manifest of the run that is certified.
    pub manifest: String,
    /// SHA-256 over the `chain` of the line before and this line's canonical JSON without it.
    pub chain: String,
}

impl CertificationLine {
    /// `ana@acme.com said keep on 2026-12-01: still on the team`
    pub fn summary(&self) -> String {
        let recorded = recorded(self.recorded_by.as_deref());
        let comment = commented(self.comment.as_deref());
        text::visible(&format!("{} said {} on {}{recorded}{comment}", self.by, self.verdict, self.at.date_naive())).into_owned()
    }

    fn statement(&self) -> Statement<'_, Attestation> {
        Statement {
            answer: self.verdict,
            by: &self.by,
            at: self.at,
            comment: self.comment.as_deref(),
            file: self.from_sha256.as_deref(),
            is_acted_on: self.verdict.is_acted_on(),
        }
    }

    fn link(&self, before: &str) -> Result<String, Failure> {
        link(before, self).map_err(Failure::failed)
    }
}

/// Everything that was said, in its order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CertificationRecord {
    /// All lines.
    pub lines: Vec<CertificationLine>,
    /// How many bytes of the file they are: what comes after them is a line that was cut while it was written.
    pub whole: usize,
    /// The last of them lacks the end of its line.
    unclosed: bool,
}

/// The chain before the first line.
const START: &str = "domo-reconcile/certification/v1";

impl CertificationRecord {
    /// Reads `certification.jsonl` of the run whose manifest has this digest.
    ///
    /// # Errors
    /// A line that cannot be read, is of another run, or does not fit the chain.
    pub fn read(text: &str, manifest: &str) -> Result<Self, Failure> {
        let mut record = Self::default();
        for (number, written) in (1u64..).zip(text.split_inclusive('\n')) {
            let broken = |what: &dyn fmt::Display| {
                Failure::new(FailureKind::PlanRefused, format!("line {number} of certification.jsonl {what}"))
                    .hint("`verify` says what else was altered; take the file from a copy that is whole")
            };
            let line: CertificationLine = match serde_json::from_str(written) {
                Ok(line) => line,
                Err(_) if !written.ends_with('\n') => break,
                Err(error) => return Err(broken(&format!("cannot be read: {error}"))),
            };
            if line.manifest != manifest {
                return Err(broken(&format!("is of a run with the manifest {}, this one has {manifest}", line.manifest)));
            }
            if line.n != number || line.chain != line.link(record.chain())? {
                return Err(broken(&"was changed after it was written, or one before it was"));
            }
            record.lines.push(line);
            record.whole += written.len();
            record.unclosed = !written.ends_with('\n');
        }
        Ok(record)
    }

    fn chain(&self) -> &str {
        self.lines.last().map_or(START, |line| line.chain.as_str())
    }

    /// The last line of each account.
    pub fn standing(&self) -> BTreeMap<&str, &CertificationLine> {
        self.lines.iter().map(|line| (line.account.as_str(), line)).collect()
    }

    /// Adds what is said, or nothing of it. `own` tells whether a name is the holder's of an account: what they say of it confirms
    /// nothing, so that it holds up nobody who may say something, and takes no place of theirs.
    ///
    /// # Errors
    /// What contradicts itself, or another person.
    pub fn add(&mut self, said: &[Attested], own: impl Fn(&str, &str) -> bool, manifest: &str) -> Result<Added, Failure> {
        let mut chosen: BTreeMap<&str, &Attested> = BTreeMap::new();
        let mut problems = Vec::new();
        // Who says that it is not theirs says nothing against who knows.
        let weak = |one: &Attested| one.answer == Attestation::NotMine || own(&one.account, &one.by);
        for one in said {
            match chosen.get(one.account.as_str()) {
                Some(first) if weak(first) != weak(one) => {
                    if weak(first) {
                        chosen.insert(&one.account, one);
                    }
                }
                Some(first) if first.answer == one.answer && (first.comment.is_some() || one.comment.is_none()) => {}
                Some(first) if first.answer != one.answer && first.answer != Attestation::NotMine => {
                    problems.push(format!("{}: {}, and {}", one.account, first.summary(), one.summary()));
                }
                _ => drop(chosen.insert(&one.account, one)),
            }
        }
        let standing = self.standing();
        let (mut new, mut outdated) = (Vec::new(), Vec::new());
        for (account, one) in chosen {
            let Some(line) = standing.get(account) else {
                new.extend((one.answer != Attestation::Open).then_some(one));
                continue;
            };
            let (by_holder, was_by_holder) = (own(account, &one.by), own(account, &line.by));
            let is_outdated = || self.is_outdated(one, line);
            if line.verdict == one.answer {
                let says_more = one.answer != Attestation::Open && one.comment.is_some() && one.comment != line.comment;
                let confirms = was_by_holder && !by_holder;
                if confirms || (says_more && (was_by_holder || !by_holder) && !is_outdated()) {
                    new.push(one);
                }
            } else if one.answer == Attestation::NotMine && !same_person(&line.by, &one.by) && line.verdict != Attestation::Open {
                // Somebody else knows.
            } else if is_outdated() {
                outdated.push(format!("{account}: {}, and {} after that", one.summary(), line.summary()));
            } else if same_person(&line.by, &one.by)
                || matches!(line.verdict, Attestation::NotMine | Attestation::Open)
                || (was_by_holder && !by_holder)
            {
                new.push(one);
            } else {
                problems.push(format!("{account}: {}, but {}", one.summary(), line.summary()));
            }
        }
        if !problems.is_empty() {
            return Err(Failure::usage(format!(
                "nothing was recorded: two people decided differently\n  {}",
                problems.join("\n  ")
            ))
            .hint("agree on one answer; whoever changes their mind hands it in under their own name, and the later one counts"));
        }
        let mut added = Added { outdated, ..Added::default() };
        if self.unclosed && !new.is_empty() {
            added.text.push('\n');
            self.unclosed = false;
        }
        for one in new {
            let mut line = one.line(self.lines.len() as u64 + 1, manifest);
            line.chain = line.link(self.chain())?;
            added.text.push_str(&serde_json::to_string(&line).map_err(Failure::failed)?);
            added.text.push('\n');
            self.lines.push(line);
        }
        Ok(added)
    }

    /// Whether an answer had been given before the one that stands: it is read again, or only now, and the later one counts.
    fn is_outdated(&self, one: &Attested, standing: &CertificationLine) -> bool {
        let before = || self.lines.iter().filter(|line| line.n < standing.n);
        let earlier = before().filter(|line| line.account == one.account).map(CertificationLine::statement);
        let was_handed_in = |digest: &str| before().any(|line| line.from_sha256.as_deref() == Some(digest));
        let undecided = standing.verdict == Attestation::Open;
        is_outdated(one.timing, &one.statement(), &standing.statement(), undecided, earlier, was_handed_in)
    }

    /// What became of answers since a plan was made of them, by action: what nobody asks for any more is not done.
    pub fn withdrawn(&self, plan: &Plan) -> BTreeMap<String, String> {
        let standing = self.standing();
        let why = |action: &Action| {
            let key = action.account_id.map(|id| id.to_string()).or_else(|| action.email.clone()).unwrap_or_default();
            let line = standing.get(key.as_str());
            let asked = match line.map(|line| line.verdict) {
                Some(Attestation::Revoke) => action.kind != ActionKind::Update,
                Some(Attestation::Role(role)) => {
                    action.kind == ActionKind::Update && action.after.get("role").is_some_and(|after| after == role.as_str())
                }
                _ => false,
            };
            let now = line.map_or_else(|| "nobody has answered".to_owned(), |line| line.summary());
            (!asked).then(|| {
                let run = &plan.run_id;
                (
                    action.id.clone(),
                    format!("the certification does not ask for it any more: {now}; `certify {run} --finish` ends it anew"),
                )
            })
        };
        plan.actions.iter().filter_map(why).collect()
    }
}

/// What was added to a record.
#[derive(Debug, Default)]
pub struct Added {
    /// The text of the new lines.
    pub text: String,
    /// What was not taken, as sentences: something later stands in its place.
    pub outdated: Vec<String>,
}

/// Something that is said of an account, and where.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Attested {
    pub account: String,
    pub answer: Attestation,
    pub by: String,
    pub at: DateTime<Utc>,
    pub comment: Option<String>,
    pub recorded_by: Option<String>,
    pub user: Option<String>,
    /// `ana.xlsx row 3`
    pub place: String,
    /// SHA-256 of the file, where it could be had.
    pub digest: Option<String>,
    /// How it came.
    pub timing: Timing,
}

impl Attested {
    fn statement(&self) -> Statement<'_, Attestation> {
        Statement {
            answer: self.answer,
            by: &self.by,
            at: self.at,
            comment: self.comment.as_deref(),
            file: self.digest.as_deref(),
            is_acted_on: self.answer.is_acted_on(),
        }
    }

    fn summary(&self) -> String {
        let comment = commented(self.comment.as_deref());
        text::visible(&format!("{} says {} ({}){comment}", self.by, self.answer, self.place)).into_owned()
    }

    fn line(&self, n: u64, manifest: &str) -> CertificationLine {
        CertificationLine {
            n,
            at: self.at,
            account: self.account.clone(),
            verdict: self.answer,
            by: self.by.clone(),
            comment: self.comment.clone(),
            recorded_by: self.recorded_by.clone(),
            user: self.user.clone(),
            from: Some(self.place.clone()),
            from_sha256: self.digest.clone(),
            manifest: manifest.to_owned(),
            chain: String::new(),
        }
    }
}
