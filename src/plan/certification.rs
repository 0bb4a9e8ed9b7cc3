//! A certification: people confirm every account in scope, one by one. What they say is a record of lines that are only ever added,
//! bound to the manifest of the run that is certified; the last line of an account counts.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::about::About;
use super::decision::{recorded, same_person};
use super::demotion::demotion;
use super::digest::link;
use super::fields::GROUPS;
use super::format::Action;
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
}

impl Attestation {
    /// `keep`, `revoke`, `role:Participant`, `not-mine`; none for a blank.
    ///
    /// # Errors
    /// Another word, as a sentence.
    pub fn parse(word: &str) -> Result<Option<Self>, String> {
        let word = text::folded(word).into_owned();
        let plain = word.to_lowercase();
        Ok(Some(match plain.as_str() {
            "" | "open" => return Ok(None),
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
    /// `keep`, `revoke`, `role:` with a role, or `not-mine`.
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
        for (number, line) in (1u64..).zip(text.lines()) {
            let broken = |what: &dyn fmt::Display| {
                Failure::new(FailureKind::PlanRefused, format!("line {number} of certification.jsonl {what}"))
                    .hint("`verify` says what else was altered; take the file from a copy that is whole")
            };
            let line: CertificationLine =
                serde_json::from_str(line).map_err(|error| broken(&format!("cannot be read: {error}")))?;
            if line.manifest != manifest {
                return Err(broken(&format!("is of a run with the manifest {}, this one has {manifest}", line.manifest)));
            }
            if line.n != number || line.chain != line.link(record.chain())? {
                return Err(broken(&"was changed after it was written, or one before it was"));
            }
            record.lines.push(line);
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

    /// Adds what is said, or nothing of it; the text of the new lines.
    ///
    /// # Errors
    /// What contradicts itself, or another person.
    pub fn add(&mut self, said: &[Attested], manifest: &str) -> Result<String, Failure> {
        let mut chosen: BTreeMap<&str, &Attested> = BTreeMap::new();
        let mut problems = Vec::new();
        for one in said {
            match chosen.get(one.account.as_str()) {
                Some(first) if first.answer == one.answer && (first.comment.is_some() || one.comment.is_none()) => {}
                // Who says that it is not theirs says nothing against who knows.
                Some(first) if first.answer != Attestation::NotMine && one.answer == Attestation::NotMine => {}
                Some(first) if first.answer != one.answer && first.answer != Attestation::NotMine => {
                    problems.push(format!("{}: {}, and {}", one.account, first.told(), one.told()));
                }
                _ => drop(chosen.insert(&one.account, one)),
            }
        }
        let standing = self.standing();
        let mut new = Vec::new();
        for (account, one) in chosen {
            match standing.get(account) {
                Some(line) if line.verdict == one.answer && (one.comment.is_none() || one.comment == line.comment) => {}
                Some(line)
                    if same_person(&line.by, &one.by) || line.verdict == Attestation::NotMine || line.verdict == one.answer =>
                {
                    new.push(one)
                }
                Some(_) if one.answer == Attestation::NotMine => {}
                Some(line) => problems.push(format!("{account}: {}, but {}", one.told(), told(line))),
                None => new.push(one),
            }
        }
        if !problems.is_empty() {
            return Err(Failure::usage(format!(
                "nothing was recorded: two people decided differently\n  {}",
                problems.join("\n  ")
            ))
            .hint("agree on one answer; whoever changes their mind hands it in under their own name, and the later one counts"));
        }
        let mut text = String::new();
        for one in new {
            let mut line = one.line(self.lines.len() as u64 + 1, manifest);
            line.chain = line.link(self.chain())?;
            text.push_str(&serde_json::to_string(&line).map_err(Failure::failed)?);
            text.push('\n');
            self.lines.push(line);
        }
        Ok(text)
    }
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
        let own = account.email.as_deref().is_some_and(|email| same_person(email, &line.by));
        match line.verdict {
            _ if own => Self::Own,
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
/// deactivation could never be read back, `cannot_deactivate` says why.
pub fn asked(
    run: &str,
    accounts: &[Confirmed],
    record: &CertificationRecord,
    config: &Config,
    cannot_deactivate: Option<&str>,
) -> Asked {
    let standing = record.standing();
    let mut asked = Asked::default();
    for account in accounts {
        let Some(line) = standing.get(account.key.as_str()).filter(|line| Stand::of(account, Some(line)).is_decided()) else {
            continue;
        };
        match change(account, line, config, cannot_deactivate) {
            None => {}
            Some(Ok(change)) => asked.actions.push(action(run, account, line, config, change)),
            Some(Err(why)) => drop(asked.impossible.insert(account.key.clone(), why)),
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
        (Attestation::Keep | Attestation::NotMine, _) => return None,
    };
    Some(made)
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
        id: digest::id('A', &format!("v1|certification|{run}|{}|{}", account.key, kind.as_str()), 10),
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
