//! A certification: people confirm every account in scope, one by one. What they say is a record of lines that are only ever added,
//! bound to the manifest of the run that is certified; the last line of an account counts.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::about::About;
use super::decision::{may_be_same_person, recorded, same_person};
use super::demotion::demotion;
use super::digest::link;
use super::fields::GROUPS;
use super::format::{Action, Plan};
use super::record::Heard;
use crate::config::{AccountRole, Choice, Config, DeactivateWith};
use crate::digest;
use crate::domo::extras::Membership;
use crate::failure::{Failure, FailureKind};
use crate::terms::{ActionKind as Act, Role};
use crate::text;

/// The columns of a certification's sheet with their widths: what is confirmed, and three to be filled in.
pub const COLUMNS: [(&str, f64); 14] = [
    ("account_id", 13.0),
    ("email", 28.0),
    ("name", 20.0),
    ("role", 12.0),
    ("person", 20.0),
    ("department", 18.0),
    ("manager", 28.0),
    ("last_seen", 12.0),
    ("owns", 14.0),
    ("groups", 24.0),
    ("findings", 30.0),
    ("decision", 16.0),
    ("reviewer", 20.0),
    ("comment", 28.0),
];

/// How many of [`COLUMNS`] are locked.
pub const LOCKED: usize = 11;

/// An account that is to be confirmed.
#[derive(Debug, Clone, PartialEq)]
pub struct Confirmed {
    /// The account's id; its e-mail where the source has no ids.
    pub key: String,
    /// Its id.
    pub id: Option<u64>,
    /// Its e-mail.
    pub email: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// The name of whom it belongs to, as the directory has it.
    pub person: Option<String>,
    /// By what its holder may sign: name and addresses, as Domo has them and as the directory does.
    pub holder: Vec<String>,
    /// The id of its role: one of the instance's own may bear the name of one of Domo's.
    pub role_id: Option<String>,
    /// Whether its role may administer, by the role's grants.
    pub administers: Option<bool>,
    /// Role, department, who leads them, and the rest; of several findings the worst.
    pub about: About,
    /// Whether it is looked at as one that may administer.
    pub may_administer: bool,
    /// Its groups.
    pub groups: Vec<String>,
    /// What was found about it: kind and sentence.
    pub findings: Vec<String>,
    /// The fields that say whose account it is and what it may do, as Domo has them.
    pub raw: Map<String, Value>,
    /// Why it must not be deleted.
    pub blocked: Option<String>,
    /// Its groups with their ids, none where they were not read; and those of them that cannot be left.
    pub(crate) memberships: (Option<Vec<Membership>>, Vec<u64>),
}

impl Confirmed {
    /// Whom it is about, for people.
    pub fn subject(&self) -> String {
        self.email.clone().or_else(|| self.name.clone()).unwrap_or_else(|| self.key.clone())
    }

    /// Whether a name may be its own holder's.
    pub fn is_own(&self, by: &str) -> bool {
        self.holder.iter().any(|name| may_be_same_person(name, by))
    }

    /// The locked cells of its row.
    pub fn locked(&self) -> [String; LOCKED] {
        let shown = |value: Option<&str>| text::visible(value.unwrap_or_default()).into_owned();
        let about = &self.about;
        [
            self.key.clone(),
            shown(self.email.as_deref()),
            shown(self.name.as_deref()),
            shown(about.role.as_deref()),
            shown(self.person.as_deref()),
            shown(about.department.as_deref()),
            shown(about.manager.as_deref()),
            about.last_seen.map(|day| day.to_string()).unwrap_or_default(),
            about.owned(),
            shown(Some(&self.groups.join("; "))),
            shown(Some(&self.findings.join("; "))),
        ]
    }
}

/// What is said of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Attestation {
    /// It is needed, as it is.
    Keep,
    /// It is not needed any more.
    Revoke,
    /// It is needed with another role.
    Role(Role),
    /// Somebody else has to say.
    NotMine,
    /// Undecided again.
    Open,
}

impl Attestation {
    /// `keep`, `revoke`, `role:Participant`, `not-mine`, `open` for what is taken back; none for a blank.
    ///
    /// # Errors
    /// Another word, as a sentence.
    pub fn parse(word: &str) -> Result<Option<Self>, String> {
        let word = text::folded(word).into_owned();
        let plain = word.to_lowercase();
        Ok(Some(match plain.as_str() {
            "" => return Ok(None),
            "open" => Self::Open,
            "keep" => Self::Keep,
            "revoke" => Self::Revoke,
            "not-mine" | "not mine" => Self::NotMine,
            _ => {
                let known = plain.strip_prefix("role:").and_then(Role::in_any_case);
                let unknown = || {
                    format!(
                        "`{}` is no answer: write keep, revoke, role: and one of {}, or not-mine",
                        text::visible(&word),
                        Role::ALL.map(Role::as_str).join(", ")
                    )
                };
                Self::Role(known.ok_or_else(unknown)?)
            }
        }))
    }
}

impl fmt::Display for Attestation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Keep => f.write_str("keep"),
            Self::Revoke => f.write_str("revoke"),
            Self::Role(role) => write!(f, "role:{role}"),
            Self::NotMine => f.write_str("not-mine"),
            Self::Open => f.write_str("open"),
        }
    }
}

impl From<Attestation> for String {
    fn from(answer: Attestation) -> Self {
        answer.to_string()
    }
}

impl TryFrom<String> for Attestation {
    type Error = String;

    /// As a record has it, to the letter: the chain is over what is written.
    fn try_from(word: String) -> Result<Self, String> {
        Self::parse(&word)?
            .filter(|answer| answer.to_string() == word)
            .ok_or_else(|| format!("`{}` is no answer", text::visible(&word)))
    }
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
    /// The digest of the manifest of the run that is certified.
    pub manifest: String,
    /// SHA-256 over the `chain` of the line before and this line's canonical JSON without it.
    pub chain: String,
}

impl CertificationLine {
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

    /// The ids of all actions that what was said, then or later, may have come to in a plan of this run.
    pub fn action_ids(&self, run: &str) -> BTreeSet<String> {
        let asks = self.lines.iter().filter(|line| matches!(line.verdict, Attestation::Revoke | Attestation::Role(_)));
        asks.flat_map(|line| Act::ALL.into_iter().map(move |kind| action_id(run, &line.account, kind))).collect()
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
                    problems.push(format!("{}: {}, and {}", one.account, first.told(), one.told()));
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
                outdated.push(format!("{account}: {}, and {} after that", one.told(), told(line)));
            } else if same_person(&line.by, &one.by)
                || matches!(line.verdict, Attestation::NotMine | Attestation::Open)
                || (was_by_holder && !by_holder)
            {
                new.push(one);
            } else {
                problems.push(format!("{account}: {}, but {}", one.told(), told(line)));
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
        let again = |line: &&CertificationLine| {
            line.account == one.account && line.n < standing.n && line.verdict == one.answer && same_person(&line.by, &one.by)
        };
        let mut before = self.lines.iter().filter(again);
        match one.heard {
            Heard::Then => {
                let same = same_person(&standing.by, &one.by) || standing.verdict == Attestation::Open;
                (one.at < standing.at && same) || before.any(|line| line.at == one.at)
            }
            _ => before.any(|line| one.comment.is_none() || one.comment == line.comment),
        }
    }

    /// What became of answers since a plan was made of them, by action: what nobody asks for any more is not done.
    pub fn withdrawn(&self, plan: &Plan) -> BTreeMap<String, String> {
        let standing = self.standing();
        let why = |action: &Action| {
            let key = action.account_id.map(|id| id.to_string()).or_else(|| action.email.clone()).unwrap_or_default();
            let line = standing.get(key.as_str());
            let asked = match line.map(|line| line.verdict) {
                Some(Attestation::Revoke) => action.kind != Act::Update,
                Some(Attestation::Role(role)) => {
                    action.kind == Act::Update && action.after.get("role").is_some_and(|after| after == role.as_str())
                }
                _ => false,
            };
            let now = line.map_or_else(|| "nobody has answered".to_owned(), |line| told(line));
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

/// `ana@acme.com said keep on 2026-12-01: still on the team`
pub fn told(line: &CertificationLine) -> String {
    let recorded = recorded(line.recorded_by.as_deref());
    let comment = line.comment.as_ref().map(|comment| format!(": {comment}")).unwrap_or_default();
    text::visible(&format!("{} said {} on {}{recorded}{comment}", line.by, line.verdict, line.at.date_naive())).into_owned()
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
    /// How it came.
    pub heard: Heard,
}

impl Attested {
    fn told(&self) -> String {
        let comment = self.comment.as_ref().map(|comment| format!(": {comment}")).unwrap_or_default();
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
            manifest: manifest.to_owned(),
            chain: String::new(),
        }
    }
}

/// Where an account stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Stand {
    Keep,
    Revoke,
    Role,
    /// Handed on by who was asked; nobody else has said anything yet.
    NotMine,
    /// Decided by its own holder: that is nobody's confirmation.
    Own,
    Open,
}

impl Stand {
    /// Of an account, by its last line.
    pub fn of(account: &Confirmed, line: Option<&CertificationLine>) -> Self {
        let Some(line) = line else { return Self::Open };
        match line.verdict {
            Attestation::Open => Self::Open,
            _ if account.is_own(&line.by) => Self::Own,
            Attestation::Keep => Self::Keep,
            Attestation::Revoke => Self::Revoke,
            Attestation::Role(_) => Self::Role,
            Attestation::NotMine => Self::NotMine,
        }
    }

    /// Whether somebody who may has said yes or no.
    pub fn is_decided(self) -> bool {
        matches!(self, Self::Keep | Self::Revoke | Self::Role)
    }
}

/// What a certification asks for: what can be done by a plan, and what cannot, with why.
#[derive(Debug, Default)]
#[allow(missing_docs)]
pub struct Asked {
    pub actions: Vec<Action>,
    /// By the account's key.
    pub impossible: BTreeMap<String, String>,
}

/// What is to be done after a certification: every revocation and every other role, as an action or with why there is none. Where a
/// deactivation could never be read back, `cannot_deactivate` says why; where nothing may be done at all, `incomplete` does.
pub fn asked(
    run: &str,
    accounts: &[Confirmed],
    record: &CertificationRecord,
    config: &Config,
    cannot_deactivate: Option<&str>,
    incomplete: Option<&str>,
) -> Asked {
    let standing = record.standing();
    let mut asked = Asked::default();
    for account in accounts {
        let Some(line) = standing.get(account.key.as_str()).filter(|line| Stand::of(account, Some(line)).is_decided()) else {
            continue;
        };
        match (change(account, line, config, cannot_deactivate), incomplete) {
            (None, _) => {}
            (Some(Ok(_)), Some(why)) => drop(asked.impossible.insert(account.key.clone(), why.to_owned())),
            (Some(Ok(change)), None) => asked.actions.push(action(run, account, line, config, change)),
            (Some(Err(why)), _) => drop(asked.impossible.insert(account.key.clone(), why)),
        }
    }
    asked
}

/// Kind, the fields at stake, the fields as they should be, and what is said of them.
type Change = (Act, Map<String, Value>, Map<String, Value>, String);

/// What an answer changes; nothing for `keep`, and why it cannot be a change.
fn change(
    account: &Confirmed,
    line: &CertificationLine,
    config: &Config,
    cannot_deactivate: Option<&str>,
) -> Option<Result<Change, String>> {
    let one = |field: &str, value: Value| Map::from_iter([(field.to_owned(), value)]);
    let before = account.raw.clone();
    let bears = |role: &str| account.about.role.as_deref() == Some(role);
    let own = AccountRole { name: account.about.role.as_deref(), id: account.role_id.as_deref(), administers: account.administers };
    let has = |role: &str| config.domo.is_role(role, own);
    let only_bears_the_name = |role: &str| {
        format!(
            "its role is one of the instance's own that is called {role} too, so that the change could not be told from it: do it by hand \
             under Admin > Governance > People"
        )
    };
    let made = match (line.verdict, config.policy.revoked) {
        (Attestation::Role(role), _) if has(role.as_str()) => Err(format!("it has the role {role} already")),
        (Attestation::Role(role), _) if bears(role.as_str()) => Err(only_bears_the_name(role.as_str())),
        (Attestation::Role(role), _) => Ok((Act::Update, before, one("role", role.as_str().into()), String::new())),
        (Attestation::Revoke, Choice::Delete) => {
            let held = account.blocked.as_ref().map(|why| format!(". Blocked: {why}")).unwrap_or_default();
            Ok((Act::Delete, before, one("deleted", true.into()), held))
        }
        (Attestation::Revoke, Choice::Demote) => {
            let role = config.domo.demoted(&config.policy.demoted_role, own);
            let (before, after, said) = demotion(before, &account.memberships, role);
            let in_groups = before.get(GROUPS).and_then(Value::as_array).is_some_and(|groups| !groups.is_empty());
            match (has(role), bears(role)) {
                (true, _) if !in_groups => {
                    let groups =
                        if before.contains_key(GROUPS) { "no group that can be left" } else { "groups that were not read" };
                    Err(format!("nothing is left that a demotion takes: it has the role {role} and {groups}"))
                }
                (false, true) => Err(only_bears_the_name(role)),
                _ => Ok((Act::Demote, before, after, said)),
            }
        }
        (Attestation::Revoke, _) => match cannot_deactivate {
            None => Ok((Act::Deactivate, before, one("active", false.into()), String::new())),
            Some(why) => Err(format!(
                "{why}; `[policy] revoked = \"demote\"` takes role and groups away, `revoked = \"delete\"` deletes, or do it by hand under \
                 Admin > Governance > People"
            )),
        },
        (Attestation::Keep | Attestation::NotMine | Attestation::Open, _) => return None,
    };
    Some(made)
}

fn action_id(run: &str, account: &str, kind: Act) -> String {
    digest::id('A', &format!("v1|certification|{run}|{account}|{}", kind.as_str()), 10)
}

fn action(
    run: &str,
    account: &Confirmed,
    line: &CertificationLine,
    config: &Config,
    (kind, before, after, said): Change,
) -> Action {
    let through = config.domo.deactivate_with;
    Action {
        id: action_id(run, &account.key, kind),
        kind,
        finding: None,
        account_id: account.id,
        email: account.email.clone(),
        name: account.name.clone(),
        before,
        after,
        why: format!("Certification of {run}: {}{said}", told(line)),
        through: (kind == Act::Deactivate && through == DeactivateWith::Scim).then_some(through),
        blocked: account.blocked.clone().filter(|_| kind == Act::Delete),
        about: Some(account.about.clone()),
    }
}
