//! `certify`: every account in scope is confirmed by somebody who can know it.

pub(super) use evidence::withdrawn;

mod evidence;
mod population;
mod read;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::json;

use super::review::read::read_if_there;
use super::review::{self, show};
use super::{Exit, Invocation, latest};
use crate::archive::{self, Archive, Listing, Lock, Recorded, StoredRun, replay};
use crate::config::Loaded;
use crate::failure::{Failure, FailureKind};
use crate::plan::certification::{self, CertificationRecord, Confirmed, ReviewState};
use crate::plan::coverage::{Certification, Coverage, CoverageCounts, Reviewer};
use crate::plan::packets::{Dealt, Packets};
use crate::report::packet::{self, Item, Subject};
use crate::report::share;
use crate::terms::names::{CERTIFICATION, CERTIFICATION_LOCK, CERTIFICATION_PACKETS};
use crate::terms::{Scope, Split};
use crate::{cli, files, text};
use population::ScopedAccounts;

/// Shows the coverage, deals out packets, takes answers, or ends it with the evidence.
pub(super) fn run(options: &cli::Certify, invocation: &Invocation) -> Result<Exit> {
    let configuration = Loaded::named(options.at.config.config.as_deref())?;
    let folder = latest::run_folder(&options.run, &options.at, &invocation.terminal)?;
    archive::say_shared(folder.parent().into_iter().chain([folder.as_path(), &folder.join(CERTIFICATION)]));
    let writing = options.split.is_some() || !options.from.is_empty() || options.finish;
    let _lock = match writing {
        true => {
            Some(Lock::take_at(&folder.join(CERTIFICATION_LOCK), &folder.display().to_string(), "certify", invocation.started)?)
        }
        false => None,
    };
    let stored = replay::read(&folder, None)?;
    if writing && stored.manifest.run.forecast {
        let what = format!("the run {} is a forecast: nobody can certify the access of a day that has not come", stored.run.id());
        return Err(Failure::usage(what).hint("certify the run of an audit of today").into());
    }
    let record = record(&folder, stored.run.id(), &stored.run.sha256)?;
    let packets = read_if_there(&folder.join(CERTIFICATION_PACKETS), Packets::read)?;
    // Who was asked once is who is asked: another scope needs another split.
    let kept = packets.as_ref().filter(|_| options.split.is_none()).and_then(|packets| packets.scope.as_deref());
    let scope = kept.and_then(Scope::from_word).unwrap_or(options.scope);
    let ScopedAccounts { accounts, outside } = population::of(&stored, scope, &record)?;
    let evidence = stored.manifest.summary.as_ref().map(|summary| &summary.evidence);
    let incomplete = evidence.filter(|evidence| evidence.is_incomplete());
    let incomplete = incomplete.map(|evidence| format!("the evidence of the run is incomplete: {}", evidence.reasons.join("; ")));
    let (run_id, manifest) = (stored.run.id().to_owned(), stored.run.sha256.clone());
    let mut certification = Certification { run_id, manifest, accounts, outside, packets, record, scope, incomplete };
    if let (Some(by), Some(out)) = (options.split, &options.out) {
        return split(&certification, &stored, by, out, options, invocation);
    }
    let mut recorded = None;
    let mut outdated = Vec::new();
    if !options.from.is_empty() {
        let (count, others) = take(&mut certification, &stored.run.path, options, invocation)?;
        (recorded, outdated) = (Some(count), others);
    }
    let (written, superseded) = match options.finish {
        true => {
            let (written, superseded) = evidence::write(&certification, &stored, configuration, invocation)?;
            (Some(written), superseded)
        }
        false => (None, Vec::new()),
    };
    let coverage = certification.coverage(invocation.started.date_naive());
    if options.json {
        let mut answer = serde_json::to_value(&coverage)?;
        answer["instance"] = json!(stored.manifest.run.instance);
        answer["recorded"] = json!(recorded);
        answer["not_taken_over"] = json!(outdated);
        answer["files"] = json!(written);
        answer["superseded"] = json!(superseded);
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
            // Why else nothing comes into a plan, the coverage and the page say.
            let nothing = coverage.counts.revoke + coverage.counts.role == 0;
            let none = nothing.then(|| "\nNothing is to be revoked or changed, so there is no plan.".to_owned());
            let superseded: String = superseded.iter().map(|said| format!("\n{said}")).collect();
            format!("\nWritten: {}{superseded}{}", names.join(", "), next.or(none).unwrap_or_default())
        });
        invocation.terminal.answer(format!(
            "{}{}{}{}",
            recorded.unwrap_or_default(),
            show::not_taken(&outdated),
            summary(&coverage, &stored.manifest.run.instance, &named(&stored.run, options), certification.packets.is_some()),
            written.unwrap_or_default()
        ))?;
    }
    Ok(None)
}

/// What was said of a run so far. A line that was cut while it was written was never recorded; one that a later run of the archive
/// has seen must be there.
fn record(folder: &Path, run: &str, manifest: &str) -> Result<CertificationRecord> {
    let path = folder.join(CERTIFICATION);
    let bytes =
        files::if_there(files::read_plain(&path)).with_context(|| format!("reading {}", path.display()))?.unwrap_or_default();
    let record = CertificationRecord::read(&String::from_utf8_lossy(&bytes), manifest)
        .with_context(|| format!("reading {}", path.display()))?;
    let folder = folder.canonicalize()?;
    let archive = Archive::at(files::folder_of(&folder));
    let listing = match archive.list() {
        // A copy of the folder lies where it lies.
        Err(_) if !archive.was_used() => Listing::default(),
        listing => listing?,
    };
    listing.all_read_since(listing.runs.last(), &format!("what it recorded of {CERTIFICATION}"))?;
    let Some(why) = Recorded::beside(run, &listing.runs).altered(CERTIFICATION, &bytes) else { return Ok(record) };
    Err(Failure::new(FailureKind::PlanRefused, format!("{} {why}", path.display()))
        .hint("`verify` says what else was altered; take the file from a copy that is whole")
        .into())
}

/// The run as the next command has to name it, wherever its archive is.
fn named(run: &StoredRun, options: &cli::Certify) -> String {
    format!("{}{}", cli::argument(&run.path), options.at.config.flag())
}

/// Deals out the accounts in scope and writes what each reviewer gets.
fn split(
    certification: &Certification,
    stored: &replay::Stored,
    by: Split,
    out: &Path,
    options: &cli::Certify,
    invocation: &Invocation,
) -> Result<Exit> {
    let dealt: Vec<_> =
        certification.accounts.iter().map(|account| Dealt { id: account.key.clone(), about: Some(&account.about) }).collect();
    let due = options.due.unwrap_or(invocation.started.date_naive() + chrono::Days::new(14));
    let mut packets = Packets::deal(&certification.run_id, &certification.manifest, by, &dealt, invocation.started, Some(due));
    packets.scope = Some(certification.scope.as_str().to_owned());
    let subject = Subject {
        of: packet::PacketOf::Run,
        id: &certification.run_id,
        digest: &certification.manifest,
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
    let standing = certification.record.standing();
    let by_key: BTreeMap<&str, &Confirmed> = certification.accounts.iter().map(|account| (account.key.as_str(), account)).collect();
    let item = |key: &str| {
        let account = by_key.get(key)?;
        let said = standing.get(key).filter(|line| ReviewState::of(account, Some(line)).is_decided());
        let said = said.map(|line| packet::PriorDecision {
            word: line.verdict.to_string(),
            by: line.by.clone(),
            comment: line.comment.clone(),
        });
        Some(Item::certified(account, said))
    };
    review::split::write(&packets, &packet::PacketWriter::new(&crate::config::Config::default(), subject)?, out, item)?;
    let path = stored.run.path.join(CERTIFICATION_PACKETS);
    files::write(&path, packets.to_json()?.as_bytes())?;
    review::split::summary(
        &packets,
        certification.accounts.len(),
        out,
        &format!("certify {}", named(&stored.run, options)),
        options.json,
        invocation,
    )?;
    Ok(None)
}

/// Records what files say, or nothing of it.
fn take(
    certification: &mut Certification,
    folder: &Path,
    options: &cli::Certify,
    invocation: &Invocation,
) -> Result<(usize, Vec<String>)> {
    let said = read::all(certification, options, invocation)?;
    let (before, whole) = (certification.record.lines.len(), certification.record.whole as u64);
    let accounts: BTreeMap<&str, &Confirmed> =
        certification.accounts.iter().map(|account| (account.key.as_str(), account)).collect();
    let own = |account: &str, by: &str| accounts.get(account).is_some_and(|account| account.is_own(by));
    let added = certification.record.add(&said, own, &certification.manifest)?;
    let path = folder.join(CERTIFICATION);
    if !added.text.is_empty() {
        files::append_after(&path, whole, added.text.as_bytes())
            .with_context(|| Failure::failed(format!("cannot write {}: nothing was recorded", path.display())))?;
    }
    Ok((certification.record.lines.len() - before, added.outdated))
}

/// How much is confirmed, for people. `named` is the run as the next command has to name it; `dealt`: packets are out.
fn summary(coverage: &Coverage, instance: &str, named: &str, dealt: bool) -> String {
    let CoverageCounts { accounts, decided, keep, revoke, role, not_mine, own, open, late, decided_late } = coverage.counts;
    let due = coverage.due.map(|due| format!(", asked back by {due}")).unwrap_or_default();
    let mut lines = vec![
        format!("Certification of run {} of {} (scope {}{due})", coverage.run, text::visible(instance), coverage.scope),
        format!(
            "{decided} of {} decided{}: {keep} keep, {revoke} revoke, {role} another role",
            text::plural(accounts, "account", "accounts"),
            share(decided, accounts),
        ),
        format!("Not decided: {open} open, {not_mine} handed on, {own} decided by their own holder; {late} late"),
    ];
    lines.extend((decided_late > 0).then(|| format!("Decided after that day: {decided_late}")));
    let note = |why: &String| format!("Nothing that is revoked or changed comes into a plan, because {}", text::visible(why));
    lines.extend(coverage.incomplete.as_ref().map(note));
    for Reviewer { reviewer, counts } in &coverage.reviewers {
        let CoverageCounts { accounts, decided, open, late, .. } = counts;
        lines.push(format!("{decided:>6} of {accounts:<6} {:<40} {open} open, {late} late", text::visible(reviewer)));
    }
    if coverage.counts.decided < coverage.counts.accounts {
        let split = if dealt { "" } else { "--split manager_email --out DIR, then " };
        lines.push(format!("Next:   domo-reconcile certify {named} {split}--from FOLDER --by WHO; --finish writes the evidence"));
    }
    lines.join("\n")
}
