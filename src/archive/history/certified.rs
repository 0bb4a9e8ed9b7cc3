//! Whether what people said in the last certification came true: revocations and other roles, against the accounts as they are now.

use std::collections::HashMap;

use anyhow::Result;

use super::types::{Present, Sentence};
use crate::archive::store::StoredRun;
use crate::config::{AccountRole, Choice};
use crate::domo::plain_address;
use crate::plan::certification::{Attestation, CertificationLine, CertificationRecord};
use crate::terms::TokenSort;
use crate::terms::names::CERTIFICATION;
use crate::text;

/// Accounts that are named; the certification has them all.
const NAMED: usize = 10;

/// An account as this run has read it.
struct Now<'a> {
    active: bool,
    role: AccountRole<'a>,
}

/// A sentence on the revocations of the newest certified run, and one on the changed roles. A note where its record cannot be read.
pub(super) fn sentences(runs: &[StoredRun], present: &Present<'_>, notes: &mut Vec<String>) -> Result<Vec<Sentence>> {
    let record = |run: &StoredRun| crate::files::read_plain(run.path.join(CERTIFICATION)).ok().filter(|bytes| !bytes.is_empty());
    let newest = runs.iter().rev().filter(|run| !run.pruned).find_map(|run| Some((run, record(run)?)));
    let Some((run, bytes)) = newest else { return Ok(Vec::new()) };
    // Who is missing in a part of the list is not gone.
    if !present.accounts.evidence.incomplete.is_empty() {
        return Ok(Vec::new());
    }
    let record = match CertificationRecord::read(&String::from_utf8_lossy(&bytes), &run.sha256) {
        Ok(record) => record,
        Err(error) => {
            notes.push(format!("What was certified of the run {} is not known: {error}.", run.id()));
            return Ok(Vec::new());
        }
    };
    let now = accounts(present)?;
    let (policy, domo) = (&present.config.config.policy, &present.config.config.domo);
    let revoked = |line: &CertificationLine| {
        now.get(&plain_address(&line.account)).is_none_or(|now| {
            let role = domo.demoted(&policy.demoted_role, now.role);
            let demoted = policy.revoked == Choice::Demote && domo.is_role(role, now.role);
            !now.active || demoted
        })
    };
    let has_role = |line: &CertificationLine, role: &str| {
        now.get(&plain_address(&line.account)).is_none_or(|now| !now.active || domo.is_role(role, now.role))
    };
    let (mut revocations, mut roles) = (Vec::new(), Vec::new());
    for line in record.standing().into_values() {
        match line.verdict {
            Attestation::Revoke => revocations.push((line, revoked(line))),
            Attestation::Role(role) => roles.push((line, has_role(line, role.as_str()))),
            Attestation::Keep | Attestation::NotMine | Attestation::Open => {}
        }
    }
    let sentences = [(revocations, "revocations"), (roles, "changes of role")];
    Ok(sentences.into_iter().filter(|(all, _)| !all.is_empty()).map(|(all, what)| sentence(run.id(), &all, what)).collect())
}

fn sentence(run: &str, all: &[(&CertificationLine, bool)], what: &str) -> Sentence {
    let open: Vec<&CertificationLine> = all.iter().filter(|(_, happened)| !happened).map(|(line, _)| *line).collect();
    let happened = format!("Certification of the run {run}: {} of {} {what} happened", all.len() - open.len(), all.len());
    if open.is_empty() {
        return Sentence { text: format!("{happened}."), named: Vec::new() };
    }
    // An account without an id goes by its address; an id says nothing of who it is.
    let addresses = open.iter().take(NAMED).map(|line| &line.account).filter(|account| account.contains('@'));
    let people = addresses.chain(open.iter().take(NAMED).map(|line| &line.by));
    let people = people.map(|who| (TokenSort::Name, text::shown(who))).collect();
    let named = open.iter().take(NAMED).map(|line| {
        format!(
            "account {} ({} by {} on {})",
            text::visible(&line.account),
            line.verdict,
            text::visible(&line.by),
            line.at.date_naive()
        )
    });
    let more = open.len().saturating_sub(NAMED);
    let named: Vec<String> = named.chain((more > 0).then(|| format!("and {more} more"))).collect();
    Sentence { text: format!("{happened}; not yet: {}.", named.join(", ")), named: people }
}

/// By id, and by e-mail for sources without ids.
fn accounts<'a>(present: &Present<'a>) -> Result<HashMap<String, Now<'a>>> {
    let accounts = present.accounts;
    let addresses = accounts.ids()?.iter().zip(accounts.emails()?.iter());
    let keyed = addresses.zip(accounts.active()?.zip(accounts.roles()?)).filter_map(|((id, email), (active, role))| {
        let key = id.map(|id| id.to_string()).or_else(|| email.map(plain_address))?;
        Some((key, Now { active, role }))
    });
    Ok(keyed.collect())
}
