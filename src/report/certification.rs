//! The page of a certification: who confirmed what and when, how much of the population, what nobody decided, what became of the
//! plan, and the run behind it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::Result;
use chrono::{DateTime, NaiveDate, Utc};

use super::document::{Document, DocumentTable, columns};
use super::{Inputs, behind, decided, share};
use crate::archive::replay::{Replayed, Stored};
use crate::digest;
use crate::plan::certification::{CertificationLine, Confirmed, ReviewState, stamp};
use crate::plan::coverage::{Certification, Coverage, CoverageCounts, Reviewer, Standing};
use crate::plan::decision::person;
use crate::plan::{Action, Journal, Outcome, Sealed, returned};
use crate::terms::Severity;
use crate::terms::names::CERTIFICATION;
use crate::{files, text};

/// What such a certification is asked for by.
const CONTROLS: &str = "SOC 2 CC6.2 and CC6.3, ISO 27001 A.5.18 and A.8.2, NIST AC-2 j and AC-6(7), PCI DSS 7.2.4. A help for \
                        filing, not a statement of conformity";

/// A plan of the certification, and its journal where it was applied.
pub type PlanOnDisk = (PathBuf, Sealed, Option<Journal>);

/// What the page is made of.
#[derive(Clone, Copy)]
pub struct Page<'a> {
    /// What was said.
    pub certification: &'a Certification,
    /// The run that is certified.
    pub stored: &'a Stored,
    /// The same, judged again.
    pub judged: &'a Replayed,
    /// What was to be done about it, in the order of its making.
    pub plans: &'a [PlanOnDisk],
    /// What is asked for and cannot be done by a plan, by the account's key, and why.
    pub impossible: &'a BTreeMap<String, String>,
    /// When it is made.
    pub at: DateTime<Utc>,
}

impl Page<'_> {
    /// The page as it is today.
    ///
    /// # Errors
    /// The record cannot be read, or a list of the run.
    pub fn document(&self, today: NaiveDate) -> Result<Document> {
        let Self { certification, stored, judged, .. } = self;
        let coverage = certification.coverage(today);
        let CoverageCounts { accounts, decided, keep, revoke, role, .. } = coverage.counts;
        let stands = certification.stands();
        // A name is kept in spite of what was found: whoever tests this asks why.
        let against = |(account, _, stand): &&Standing<'_>| {
            *stand == ReviewState::Keep && account.about.severity.is_some_and(|severity| severity <= Severity::Medium)
        };
        let against = stands.iter().filter(against).count() as u64;
        let journal = Journal::default();
        let outcomes =
            self.plans.iter().map(|(_, plan, applied)| decided::outcomes(plan.plan(), applied.as_ref().unwrap_or(&journal)));
        let mut tables = vec![self.sums(&coverage), by_reviewer(&coverage)];
        tables.push(self.accounts("To be revoked or changed", "Nothing is to be revoked or changed.", &stands, &|stand| {
            matches!(stand, ReviewState::Revoke | ReviewState::Role)
        }));
        tables.extend(outcomes);
        tables.push(
            self.accounts("What nobody decided", "Every account in scope was decided.", &stands, &|stand| !stand.is_decided()),
        );
        tables.push(self.accounts("Confirmed", "No account was confirmed.", &stands, &|stand| stand == ReviewState::Keep));
        tables.push(self.outside());
        tables.push(sign_off());
        let inputs = Inputs::replayed(&stored.manifest.run, stored, judged);
        let incomplete = coverage.incomplete.as_ref();
        let mut lead =
            Vec::from_iter(incomplete.map(|why| format!("Nothing that is revoked or changed comes into a plan, because {why}.")));
        lead.push(format!(
            "{decided} of {} in scope decided{}: {keep} keep, {revoke} revoke, {role} another role.",
            text::plural(accounts, "account", "accounts"),
            share(decided, accounts)
        ));
        let open = match accounts - decided {
            0 => None,
            1 => Some("1 was not decided by anybody who may: it stays as it is and is listed below.".to_owned()),
            open => Some(format!("{open} were not decided by anybody who may: they stay as they are and are listed below.")),
        };
        lead.extend(open);
        let outcomes_by_account = self.outcomes();
        let contradicted = stands.iter().filter(|(_, _, stand)| !matches!(stand, ReviewState::Revoke | ReviewState::Role));
        let contradicted: Vec<_> =
            contradicted.filter(|(account, ..)| self::against(account, &outcomes_by_account).is_some()).collect();
        if !contradicted.is_empty() {
            let named: Vec<_> = contradicted.iter().map(|(account, ..)| account.subject()).collect();
            lead.push(format!(
                "Carried out by a plan of this certification although what stands does not ask for it any more: {}. What was done \
                 stands beside each.",
                named.join(", ")
            ));
        }
        if against > 0 {
            let (them, they) = if against == 1 { ("it", "it stands") } else { ("them", "they stand") };
            lead.push(format!(
                "{} kept although the run found something of severity medium or worse about {them}: {they} first under Confirmed, \
                 with what was found.",
                text::plural(against, "account was", "accounts were")
            ));
        }
        Ok(Document {
            title: "Certification of access".into(),
            instance: stored.manifest.run.instance.clone(),
            classification: stored.config.config.report.classification.clone(),
            lead,
            facts: self.facts(&coverage, &stands)?,
            tables,
            limits: self.limits(),
            behind: behind::tables(&inputs, &stored.manifest.files)?,
        })
    }

    fn facts(&self, coverage: &Coverage, stands: &[Standing<'_>]) -> Result<Vec<(String, String)>> {
        let Self { certification, stored, .. } = self;
        let manifest = &stored.manifest;
        let accounts = coverage.counts.accounts;
        let path = stored.run.path.join(CERTIFICATION);
        let lines = &certification.record.lines;
        let record = match path.exists() {
            true => files::sha256(&path)?.0,
            false => "(nothing was recorded)".to_owned(),
        };
        let mut facts: Vec<(&str, String)> = vec![
            ("Run", certification.run_id.clone()),
            ("Manifest", certification.manifest.clone()),
            ("Accounts read", format!("{} by {} on {}", text::minute(manifest.run.started), manifest.run.user, manifest.run.host)),
            ("Day judged", manifest.run.as_of.to_string()),
            ("Snapshot", digest::sha256(stored.accounts.snapshot.bytes())),
            ("Configuration", manifest.config.sha256.clone()),
            (
                "Scope",
                format!(
                    "{}: {accounts} of {}",
                    coverage.scope,
                    text::plural(accounts + certification.outside.len() as u64, "account read", "accounts read")
                ),
            ),
            ("Record", format!("{}; answers come as {}", stamp(lines.len(), &record), returned::SCHEMA)),
        ];
        let days = (lines.iter().map(|line| line.at.date_naive()).min(), lines.iter().map(|line| line.at.date_naive()).max());
        if let (Some(first), Some(last)) = days {
            facts.push(("Answered", format!("{first} to {last}")));
        }
        facts.push(("Made", text::minute(self.at)));
        let read = manifest.accounts.as_ref().map(|read| &read.evidence);
        if let Some(client) = read.and_then(|read| read.credential.as_ref()) {
            facts.push(("Client", client.client_id.clone()));
        }
        if let Some(evidence) = manifest.summary.as_ref().map(|summary| &summary.evidence) {
            let reasons = if evidence.reasons.is_empty() { String::new() } else { format!(": {}", evidence.reasons.join("; ")) };
            facts.push(("Evidence", format!("{}{reasons}", evidence.status.as_str())));
        }
        let directory = manifest.directory.iter();
        facts.extend(directory.map(|source| {
            let rows = text::plural(source.rows, "row", "rows");
            ("Directory", format!("{}, {rows}, {}", source.name, digest::named(&source.sha256)))
        }));
        if let Some(packets) = &certification.packets {
            let split = serde_json::to_value(packets.split)?;
            let due = packets.due.map(|due| format!(", asked back by {due}")).unwrap_or_default();
            facts.push((
                "Packets",
                format!(
                    "{} by {}, dealt out on {}{due}",
                    packets.packets.len(),
                    split.as_str().unwrap_or_default(),
                    packets.at.date_naive()
                ),
            ));
        }
        facts.extend(self.planned(coverage).into_iter().map(|planned| ("Plan", planned)));
        let mut impossible: BTreeMap<&str, u64> = BTreeMap::new();
        self.impossible.values().for_each(|why| *impossible.entry(why).or_default() += 1);
        let impossible = impossible.into_iter();
        facts.extend(
            impossible.map(|(why, count)| ("Not in the plan", format!("{}: {why}", text::plural(count, "account", "accounts")))),
        );
        let may = || stands.iter().filter(|(account, ..)| account.may_administer);
        let decided = may().filter(|(_, _, stand)| stand.is_decided()).count();
        facts.push(("May administer", format!("{decided} of {} in scope decided", may().count())));
        facts.push(("Controls", CONTROLS.to_owned()));
        Ok(facts.into_iter().map(|(label, value)| (label.to_owned(), value)).collect())
    }

    /// A line a plan: how much it does, where it is, who applied it.
    fn planned(&self, coverage: &Coverage) -> Vec<String> {
        if self.plans.is_empty() {
            let nothing = coverage.counts.revoke + coverage.counts.role == 0;
            return vec![
                if nothing { "nothing is to be revoked or changed" } else { "none: nothing can be done by it" }.to_owned(),
            ];
        }
        let line = |(path, sealed, journal): &PlanOnDisk| {
            let (plan, file) = (sealed.plan(), path.file_name().unwrap_or_default().display());
            let actions = text::plural(plan.actions.len() as u64, "action", "actions");
            let applied = journal.as_ref().map(decided::applied).filter(|applied| !applied.is_empty());
            let applied = applied.map_or_else(
                || "not applied when this page was made".to_owned(),
                |applied| format!("applied {}", applied.join("; and ")),
            );
            format!("{}: {actions}, in {file}; {applied}", plan.id)
        };
        self.plans.iter().map(line).collect()
    }

    fn sums(&self, coverage: &Coverage) -> DocumentTable {
        let CoverageCounts { accounts, keep, revoke, role, not_mine, own, open, .. } = coverage.counts;
        let sums = [
            ("Keep", keep),
            ("Revoke", revoke),
            ("Another role", role),
            ("Handed on, and decided by nobody", not_mine),
            ("Decided by their own holder, which confirms nothing", own),
            ("Nobody decided", open),
            ("In scope", accounts),
        ];
        let mut outside: BTreeMap<&str, u64> = BTreeMap::new();
        self.certification.outside.iter().for_each(|one| *outside.entry(one.why).or_default() += 1);
        let outside = outside.into_iter().map(|(why, count)| (format!("Out of scope: {why}"), count));
        let rows = sums.map(|(label, count)| (label.to_owned(), count)).into_iter().chain(outside);
        let read = ("Accounts read".to_owned(), accounts + self.certification.outside.len() as u64);
        DocumentTable {
            caption: "Coverage".into(),
            columns: columns(["Where they stand", "Accounts"]),
            rows: rows.chain([read]).map(|(label, count)| vec![label, count.to_string()]).collect(),
            ..DocumentTable::default()
        }
    }

    fn accounts(&self, caption: &str, empty: &str, stands: &[Standing<'_>], wanted: &dyn Fn(ReviewState) -> bool) -> DocumentTable {
        let asked = self.certification.asked();
        let administrators = self.certification.accounts.iter().filter(|one| one.may_administer);
        let administrators: BTreeSet<String> = administrators.filter_map(|one| one.email.as_deref().map(person)).collect();
        let outcomes = self.outcomes();
        let line = |(account, line, stand): &Standing<'_>| {
            let asked = asked.get(account.key.as_str()).copied().unwrap_or_default();
            vec![
                account.subject(),
                account.key.clone(),
                account.about.role.clone().unwrap_or_default(),
                account.person.clone().unwrap_or_default(),
                account.about.department.clone().unwrap_or_default(),
                asked.to_owned(),
                line.map(CertificationLine::summary).unwrap_or_default(),
                line.map(|line| relation(account, line, asked, &administrators)).unwrap_or_default(),
                match (stand, line) {
                    (ReviewState::Revoke | ReviewState::Role, Some(line)) => self.became(account, line, &outcomes),
                    _ => Vec::from_iter(against(account, &outcomes).into_iter().chain(account.findings.iter().cloned())).join("; "),
                },
            ]
        };
        let changes = wanted(ReviewState::Revoke);
        let last = if changes { "What became of it" } else { "Findings" };
        DocumentTable {
            caption: caption.into(),
            columns: columns(["Account", "Domo id", "Role", "Person", "Department", "Asked", "Answer", "Who that is", last]),
            rows: stands.iter().filter(|(_, _, stand)| wanted(*stand)).map(line).collect(),
            empty: empty.into(),
            ..DocumentTable::default()
        }
        .filled()
        .counted()
    }

    /// What became of each account's action, in the last plan that has one.
    fn outcomes(&self) -> BTreeMap<Whose<'_>, Became<'_>> {
        let mut outcomes = BTreeMap::new();
        for (_, sealed, journal) in self.plans {
            let standings = journal.as_ref().map(Journal::fold).unwrap_or_default();
            for action in &sealed.plan().actions {
                let outcome = standings.get(action.id.as_str()).and_then(|standing| standing.outcome);
                outcomes.insert((action.account_id, action.email.as_deref()), (action, sealed.plan().id.as_str(), outcome));
            }
        }
        outcomes
    }

    /// What became of a revocation or another role, or how long it has been open.
    fn became(&self, account: &Confirmed, line: &CertificationLine, outcomes: &BTreeMap<Whose<'_>, Became<'_>>) -> String {
        let days = text::plural((self.at - line.at).num_days().unsigned_abs(), "day", "days");
        match (outcomes.get(&(account.id, account.email.as_deref())), self.impossible.get(&account.key)) {
            (Some((_, plan, Some((outcome, at)))), _) => format!("{outcome} on {} by plan {plan}", at.date_naive()),
            (Some((_, plan, None)), _) => format!("open for {days}, in plan {plan}"),
            (None, Some(why)) => format!("in no plan: {why}"),
            (None, None) => format!("open for {days}"),
        }
    }

    fn outside(&self) -> DocumentTable {
        let rows = self.certification.outside.iter();
        let id = |id: Option<u64>| id.map(|id| id.to_string()).unwrap_or_default();
        DocumentTable {
            caption: "Out of scope".into(),
            columns: columns(["Account", "Domo id", "Why"]),
            rows: rows.map(|one| vec![one.account.clone(), id(one.id), one.why.to_owned()]).collect(),
            empty: "Every account that was read is in scope.".into(),
            ..DocumentTable::default()
        }
        .counted()
    }

    fn limits(&self) -> Vec<String> {
        let id = &self.certification.run_id;
        let again = (!self.judged.same).then(|| {
            format!(
                "The run was judged again for this page by version {} or by other rules than it was made with: where the two \
                 differ, its own findings.json is what was found.",
                env!("CARGO_PKG_VERSION")
            )
        });
        [
            "Who decided is as the packets and whoever recorded them said; who recorded what stands in \
             certification.jsonl."
                .to_owned(),
            "A person who decides about their own account confirms nothing; such accounts count as not decided.".to_owned(),
            "It covers what the run read. What Domo's API does not tell (rights inside content, PDP policies) is not confirmed by \
             it."
            .to_owned(),
            "Every account and every row of the directory, matched ones too, is in the run's accounts.csv and people.csv, whose \
             digests stand below."
                .to_owned(),
            format!(
                "After the plan was applied, `domo-reconcile certify {id} --finish` writes this page again, with what became \
                 of each action."
            ),
            format!("To check it: `domo-reconcile verify {id}`; the next run's manifest seals this page and its record."),
        ]
        .into_iter()
        .chain(again)
        .collect()
    }
}

/// An account's id, and its address where there is no id.
type Whose<'a> = (Option<u64>, Option<&'a str>);

/// An account's action, the plan that has it, and what became of that, where it was tried.
type Became<'a> = (&'a Action, &'a str, Option<(Outcome, DateTime<Utc>)>);

/// What a plan of the certification did to an account whose answer does not ask for it any more.
fn against(account: &Confirmed, outcomes: &BTreeMap<Whose<'_>, Became<'_>>) -> Option<String> {
    match outcomes.get(&(account.id, account.email.as_deref())) {
        Some((action, plan, Some((Outcome::Done, at)))) => Some(format!(
            "its role here is that of the run: {} was carried out on {} by plan {plan}, which this answer does not ask for",
            action.kind.as_str(),
            at.date_naive()
        )),
        _ => None,
    }
}

/// Who answered, to whom the account belongs: what makes the answer worth something, and whether they could have given the access.
fn relation(account: &Confirmed, line: &CertificationLine, asked: &str, administrators: &BTreeSet<String>) -> String {
    let by = person(&line.by);
    let is = |other: Option<&str>| other.is_some_and(|other| person(other) == by);
    let relation = match () {
        () if account.is_own(&line.by) => "the account's own holder",
        () if is(account.about.manager.as_deref()) => "their manager",
        () if is(Some(asked)) => "was asked",
        () => "somebody else",
    };
    if administrators.contains(&by) { format!("{relation}; may administer Domo") } else { relation.to_owned() }
}

fn by_reviewer(coverage: &Coverage) -> DocumentTable {
    let row = |one: &Reviewer| {
        let counts = one.counts;
        let undecided = counts.not_mine + counts.own + counts.open;
        let CoverageCounts { accounts, keep, revoke, role, late, decided_late, .. } = counts;
        let numbers = [accounts, keep, revoke, role, undecided, late, decided_late];
        std::iter::once(one.reviewer.clone()).chain(numbers.map(|number| number.to_string())).collect()
    };
    DocumentTable {
        caption: "By reviewer".into(),
        columns: columns(["Reviewer", "Accounts", "Keep", "Revoke", "Another role", "Not decided", "Late", "Decided late"]),
        rows: coverage.reviewers.iter().map(row).collect(),
        empty: "Nobody was asked.".into(),
        ..DocumentTable::default()
    }
}

fn sign_off() -> DocumentTable {
    let rows = ["Owner of the control", "Reviewer of this evidence"];
    DocumentTable {
        caption: "Sign-off".into(),
        columns: columns(["As", "Name", "Date", "Signature"]),
        rows: rows.map(|role| vec![role.into(), String::new(), String::new(), String::new()]).into(),
        by_hand: true,
        ..DocumentTable::default()
    }
}
