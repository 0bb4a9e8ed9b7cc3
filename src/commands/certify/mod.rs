//! `certify`: every account in scope is confirmed by somebody who can know it.

pub(super) use evidence::withdrawn;

mod evidence;
mod page;
mod population;
mod read;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use chrono::NaiveDate;
use serde::Serialize;
use serde_json::json;

use super::review::read::read_if_there;
use super::review::{show, split};
use super::{Exit, Invocation};
use crate::archive::{self, Archive, Lock, StoredRun, replay};
use crate::config::Loaded;
use crate::failure::{Failure, FailureKind};
use crate::plan::certification::{self, CertificationRecord, Confirmed, Stand};
use crate::plan::packets::{Dealt, Packets, UNASSIGNED};
use crate::reconcile::EvidenceStatus;
use crate::report::packet::{self, Item, Subject};
use crate::terms::names::{CERTIFICATION, CERTIFICATION_LOCK, CERTIFICATION_PACKETS};
use crate::terms::{Scope, Split};
use crate::{cli, files, text};
use population::{Outside, ScopedAccounts};

/// The run that is certified and what was said of it so far.
pub(super) struct Certification {
    run: StoredRun,
    accounts: Vec<Confirmed>,
    /// Accounts read that are out of scope.
    outside: Vec<Outside>,
    packets: Option<Packets>,
    record: CertificationRecord,
    scope: Scope,
    /// Why its evidence is not whole: nothing may be done on it.
    incomplete: Option<String>,
}

/// Shows the coverage, deals out packets, takes answers, or ends it with the evidence.
pub(super) fn run(options: &cli::Certify, invocation: &Invocation) -> Result<Exit> {
    let named = Loaded::named(options.at.config.config.as_deref())?;
    let folder = Archive::at(&options.at.archive).folder_of(&options.run)?;
    archive::say_shared(folder.parent().into_iter().chain([folder.as_path(), &folder.join(CERTIFICATION)]));
    let writing = options.split.is_some() || !options.from.is_empty() || options.finish;
    let _lock = match writing {
        true => {
            Some(Lock::take_at(&folder.join(CERTIFICATION_LOCK), &folder.display().to_string(), "certify", invocation.started)?)
        }
        false => None,
    };
    let stored = replay::read(&folder, None)?;
    let record = record(&folder, stored.run.id(), &stored.run.sha256)?;
    let packets = read_if_there(&folder.join(CERTIFICATION_PACKETS), Packets::read)?;
    // Who was asked once is who is asked: another scope needs another split.
    let kept = packets.as_ref().filter(|_| options.split.is_none()).and_then(|packets| packets.scope.as_deref());
    let scope = kept.and_then(Scope::from_word).unwrap_or(options.scope);
    let ScopedAccounts { accounts, outside } = population::of(&stored, scope, &record)?;
    let evidence = stored.manifest.summary.as_ref().map(|summary| &summary.evidence);
    let incomplete = evidence.filter(|evidence| evidence.status == EvidenceStatus::Incomplete);
    let incomplete = incomplete.map(|evidence| format!("the evidence of the run is incomplete: {}", evidence.reasons.join("; ")));
    let mut certification = Certification { run: stored.run.clone(), accounts, outside, packets, record, scope, incomplete };
    if let (Some(by), Some(out)) = (options.split, &options.out) {
        return certification.split(&stored, by, out, options, invocation);
    }
    let mut recorded = None;
    let mut outdated = Vec::new();
    if !options.from.is_empty() {
        let (count, others) = certification.take(options, invocation)?;
        (recorded, outdated) = (Some(count), others);
    }
    let written = match options.finish {
        true => Some(evidence::write(&certification, &stored, named, invocation)?),
        false => None,
    };
    let coverage = certification.coverage(invocation.started.date_naive());
    if options.json {
        let mut answer = serde_json::to_value(&coverage)?;
        answer["recorded"] = json!(recorded);
        answer["not_taken_over"] = json!(outdated);
        answer["files"] = json!(written);
        invocation.terminal.json(&answer)?;
    } else {
        let recorded = recorded.map(|count| format!("{} recorded.\n", text::plural(count as u64, "answer", "answers")));
        let written = written.map(|files: Vec<PathBuf>| {
            let names: Vec<_> = files.iter().map(|file| file.display().to_string()).collect();
            let plan = files.iter().find(|file| file.extension().is_some_and(|ending| ending == "json"));
            let next = plan.map(|plan| {
                let path = cli::argument(plan);
                format!(
                    "\nNext:   domo-reconcile review {path}{} (what is to be revoked; nothing happens yet)",
                    options.at.config.flag()
                )
            });
            format!("\nWritten: {}{}", names.join(", "), next.unwrap_or_default())
        });
        invocation.terminal.answer(format!(
            "{}{}{}{}",
            recorded.unwrap_or_default(),
            show::not_taken(&outdated),
            coverage.told(&certification.named(options), certification.packets.is_some()),
            written.unwrap_or_default()
        ))?;
    }
    Ok(None)
}

/// What was said of a run so far. A line that was cut while it was written was never recorded; one that a later run of the archive has
/// seen must be there.
fn record(folder: &Path, run: &str, manifest: &str) -> Result<CertificationRecord> {
    let path = folder.join(CERTIFICATION);
    let bytes = match files::read_plain(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(error).with_context(|| format!("reading {}", path.display())),
    };
    let record = CertificationRecord::read(&String::from_utf8_lossy(&bytes), manifest)
        .with_context(|| format!("reading {}", path.display()))?;
    let ours = format!("{run}/{CERTIFICATION}");
    let folder = folder.canonicalize()?;
    let archive = Archive::at(files::folder_of(&folder));
    let runs = match archive.list() {
        // A copy of the folder lies where it lies.
        Err(_) if !archive.was_used() => Vec::new(),
        listing => listing?.runs,
    };
    let seen = runs.iter().filter_map(|later| {
        let input = later.manifest.iter().flat_map(|manifest| &manifest.inputs).find(|input| input.name == ours)?;
        (input.rows > record.lines.len() as u64).then(|| (input.rows, later.id().to_owned()))
    });
    let Some((rows, later)) = seen.max() else { return Ok(record) };
    let there = text::plural(record.lines.len() as u64, "line", "lines");
    Err(Failure::new(FailureKind::PlanRefused, format!("{} has {there}, but the run {later} knows of {rows}", path.display()))
        .hint("`verify` says what else was altered; take the file from a copy that is whole")
        .into())
}

impl Certification {
    fn id(&self) -> &str {
        self.run.id()
    }

    /// As the next command has to name it, wherever its archive is.
    fn named(&self, options: &cli::Certify) -> String {
        format!("{}{}", cli::argument(&self.run.path), options.at.config.flag())
    }

    fn split(
        &self,
        stored: &replay::Stored,
        by: Split,
        out: &Path,
        options: &cli::Certify,
        invocation: &Invocation,
    ) -> Result<Exit> {
        let dealt: Vec<_> =
            self.accounts.iter().map(|account| Dealt { id: account.key.clone(), about: Some(&account.about) }).collect();
        let due = options.due.unwrap_or(invocation.started.date_naive() + chrono::Days::new(14));
        let mut packets = Packets::deal(self.id(), &self.run.sha256, by, &dealt, invocation.started, Some(due));
        packets.scope = Some(self.scope.as_str().to_owned());
        let subject = Subject {
            of: "run",
            id: self.id(),
            digest: &self.run.sha256,
            instance: &stored.manifest.run.instance,
            title: &stored.config.config.report.title,
            classification: stored.config.config.report.classification.as_deref(),
            read: stored.manifest.run.started,
            due,
            personal: by == Split::ManagerEmail,
            columns: &certification::COLUMNS,
            choices: (
                &["keep", "revoke", "role:Admin", "role:Privileged", "role:Editor", "role:Participant", "role:Social", "not-mine"],
                true,
            ),
        };
        let standing = self.record.standing();
        let by_key: BTreeMap<&str, &Confirmed> = self.accounts.iter().map(|account| (account.key.as_str(), account)).collect();
        let item = |key: &str| {
            let account = by_key.get(key)?;
            let said = standing.get(key).filter(|line| Stand::of(account, Some(line)).is_decided());
            let said = said.map(|line| packet::PriorDecision {
                word: line.verdict.to_string(),
                by: line.by.clone(),
                comment: line.comment.clone(),
            });
            Some(Item::certified(account, said))
        };
        split::write(&packets, &packet::PacketWriter::new(&crate::config::Config::default(), subject)?, out, item)?;
        let path = self.run.path.join(CERTIFICATION_PACKETS);
        files::write(&path, packets.to_json()?.as_bytes())?;
        split::told(&packets, self.accounts.len(), out, &format!("certify {}", self.named(options)), options.json, invocation)?;
        Ok(None)
    }

    /// Records what files say, or nothing of it.
    fn take(&mut self, options: &cli::Certify, invocation: &Invocation) -> Result<(usize, Vec<String>)> {
        let said = read::all(self, options, invocation)?;
        let (before, whole) = (self.record.lines.len(), self.record.whole as u64);
        let accounts: BTreeMap<&str, &Confirmed> = self.accounts.iter().map(|account| (account.key.as_str(), account)).collect();
        let own = |account: &str, by: &str| accounts.get(account).is_some_and(|account| account.is_own(by));
        let added = self.record.add(&said, own, &self.run.sha256)?;
        let path = self.run.path.join(CERTIFICATION);
        if !added.text.is_empty() {
            files::append_after(&path, whole, added.text.as_bytes())
                .with_context(|| Failure::failed(format!("cannot write {}: nothing was recorded", path.display())))?;
        }
        Ok((self.record.lines.len() - before, added.outdated))
    }

    /// Where each account stands.
    fn stands(&self) -> Vec<(&Confirmed, Option<&certification::CertificationLine>, Stand)> {
        let standing = self.record.standing();
        let stand = |account| {
            let account: &Confirmed = account;
            let line = standing.get(account.key.as_str()).copied();
            (account, line, Stand::of(account, line))
        };
        self.accounts.iter().map(stand).collect()
    }

    /// Who was asked about an account.
    fn asked(&self) -> BTreeMap<&str, &str> {
        let packets = self.packets.iter().flat_map(|packets| &packets.packets);
        packets.flat_map(|packet| packet.rows.iter().map(|row| (row.as_str(), packet.reviewer.as_str()))).collect()
    }

    fn coverage(&self, today: NaiveDate) -> Coverage {
        let due = self.packets.as_ref().and_then(|packets| packets.due);
        let late = due.is_some_and(|due| today > due);
        let asked = self.asked();
        let mut all = CoverageCounts::default();
        // Those of nobody stand last.
        let mut by: BTreeMap<(bool, &str), CoverageCounts> = BTreeMap::new();
        for (account, _, stand) in self.stands() {
            // What somebody handed on is nobody's any more.
            let reviewer =
                if stand == Stand::NotMine { UNASSIGNED } else { asked.get(account.key.as_str()).copied().unwrap_or(UNASSIGNED) };
            all.add(stand, late);
            by.entry((reviewer == UNASSIGNED, reviewer)).or_default().add(stand, late);
        }
        Coverage {
            run: self.id().to_owned(),
            digest: self.run.sha256.clone(),
            scope: self.scope.as_str(),
            incomplete: self.incomplete.clone(),
            due,
            counts: all,
            reviewers: by.into_iter().map(|((_, reviewer), counts)| Reviewer { reviewer: reviewer.to_owned(), counts }).collect(),
        }
    }
}

/// How much is confirmed.
#[derive(Debug, Serialize)]
struct Coverage {
    run: String,
    digest: String,
    scope: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    incomplete: Option<String>,
    due: Option<NaiveDate>,
    #[serde(flatten)]
    counts: CoverageCounts,
    reviewers: Vec<Reviewer>,
}

#[derive(Debug, Serialize)]
struct Reviewer {
    reviewer: String,
    #[serde(flatten)]
    counts: CoverageCounts,
}

/// Accounts by where they stand; all but the first three and `late` add up to `accounts`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
struct CoverageCounts {
    accounts: u64,
    decided: u64,
    keep: u64,
    revoke: u64,
    role: u64,
    not_mine: u64,
    own: u64,
    open: u64,
    late: u64,
}

impl CoverageCounts {
    /// How much is decided; never rounded up, so that 100 % is all of them.
    fn share(self) -> String {
        crate::report::percent(self.decided, self.accounts)
    }

    fn add(&mut self, stand: Stand, late: bool) {
        self.accounts += 1;
        self.decided += u64::from(stand.is_decided());
        self.late += u64::from(late && !stand.is_decided());
        *match stand {
            Stand::Keep => &mut self.keep,
            Stand::Revoke => &mut self.revoke,
            Stand::Role => &mut self.role,
            Stand::NotMine => &mut self.not_mine,
            Stand::Own => &mut self.own,
            Stand::Open => &mut self.open,
        } += 1;
    }
}

impl Coverage {
    /// For people. `named` is the run as the next command has to name it; `dealt`: packets are out.
    fn told(&self, named: &str, dealt: bool) -> String {
        let CoverageCounts { accounts, decided, keep, revoke, role, not_mine, own, open, late } = self.counts;
        let due = self.due.map(|due| format!(", asked back by {due}")).unwrap_or_default();
        let mut lines = vec![
            format!("Certification of run {} (scope {}{due})", self.run, self.scope),
            format!(
                "{decided} of {} decided ({}): {keep} keep, {revoke} revoke, {role} another role",
                text::plural(accounts, "account", "accounts"),
                self.counts.share(),
            ),
            format!("Not decided: {open} open, {not_mine} handed on, {own} decided by their own holder; {late} late"),
        ];
        let note = |why: &String| format!("Nothing that is revoked or changed comes into a plan, because {}", text::visible(why));
        lines.extend(self.incomplete.as_ref().map(note));
        for Reviewer { reviewer, counts } in &self.reviewers {
            let CoverageCounts { accounts, decided, open, late, .. } = counts;
            lines.push(format!("{decided:>6} of {accounts:<6} {:<40} {open} open, {late} late", text::visible(reviewer)));
        }
        if self.counts.decided < self.counts.accounts {
            let split = if dealt { "" } else { "--split manager_email --out DIR, then " };
            lines.push(format!(
                "Next:   domo-reconcile certify {named} {split}--from FOLDER --by WHO; --finish writes the evidence"
            ));
        }
        lines.join("\n")
    }
}
