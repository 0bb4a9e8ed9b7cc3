//! How much of a certification is done: where each account in scope stands, who was asked about it, and how many of them are
//! confirmed.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;

use super::certification::{CertificationLine, CertificationRecord, Confirmed, ReviewState};
use super::packets::{Packets, UNASSIGNED};
use crate::terms::Scope;

/// The run that is certified and what was said of it so far.
pub struct Certification {
    /// The run.
    pub run_id: String,
    /// SHA-256 of its manifest.
    pub manifest: String,
    /// Accounts in scope, worst first.
    pub accounts: Vec<Confirmed>,
    /// Accounts read that are out of scope.
    pub outside: Vec<Outside>,
    /// Who was asked, where somebody was.
    pub packets: Option<Packets>,
    /// What was said.
    pub record: CertificationRecord,
    /// Which accounts are asked about.
    pub scope: Scope,
    /// Why its evidence is not whole: nothing may be done on it.
    pub incomplete: Option<String>,
}

/// An account that was read and is out of scope.
pub struct Outside {
    /// Its address or name.
    pub account: String,
    /// Its id, where the source has one.
    pub id: Option<u64>,
    /// Why it is out of scope.
    pub why: &'static str,
}

/// An account, what stands of it, and what that means.
pub type Standing<'a> = (&'a Confirmed, Option<&'a CertificationLine>, ReviewState);

impl Certification {
    /// Where each account stands.
    pub fn stands(&self) -> Vec<Standing<'_>> {
        let standing = self.record.standing();
        let stand = |account| {
            let account: &Confirmed = account;
            let line = standing.get(account.key.as_str()).copied();
            (account, line, ReviewState::of(account, line))
        };
        self.accounts.iter().map(stand).collect()
    }

    /// Who was asked about an account.
    pub fn asked(&self) -> BTreeMap<&str, &str> {
        let packets = self.packets.iter().flat_map(|packets| &packets.packets);
        packets.flat_map(|packet| packet.rows.iter().map(|row| (row.as_str(), packet.reviewer.as_str()))).collect()
    }

    /// How much is confirmed on this day.
    pub fn coverage(&self, today: NaiveDate) -> Coverage {
        let due = self.packets.as_ref().and_then(|packets| packets.due);
        let late = due.is_some_and(|due| today > due);
        let asked = self.asked();
        let mut all = CoverageCounts::default();
        // Those of nobody stand last.
        let mut by: BTreeMap<(bool, &str), CoverageCounts> = BTreeMap::new();
        for (account, line, stand) in self.stands() {
            let decided_late = due.zip(line).is_some_and(|(due, line)| line.at.date_naive() > due);
            // What somebody handed on is nobody's any more.
            let reviewer = if stand == ReviewState::NotMine {
                UNASSIGNED
            } else {
                asked.get(account.key.as_str()).copied().unwrap_or(UNASSIGNED)
            };
            all.add(stand, late, decided_late);
            by.entry((reviewer == UNASSIGNED, reviewer)).or_default().add(stand, late, decided_late);
        }
        Coverage {
            run: self.run_id.clone(),
            digest: self.manifest.clone(),
            scope: self.scope.as_str(),
            incomplete: self.incomplete.clone(),
            due,
            counts: all,
            reviewers: by.into_iter().map(|((_, reviewer), counts)| Reviewer { reviewer: reviewer.to_owned(), counts }).collect(),
        }
    }
}

/// How much of a certification is confirmed.
#[derive(Debug, Serialize)]
pub struct Coverage {
    /// The run that is certified.
    pub run: String,
    /// SHA-256 of its manifest.
    pub digest: String,
    /// Which accounts are asked about.
    pub scope: &'static str,
    /// Why nothing may be done on its evidence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incomplete: Option<String>,
    /// The day until which answers are asked for.
    pub due: Option<NaiveDate>,
    /// Over all accounts.
    #[serde(flatten)]
    pub counts: CoverageCounts,
    /// By who was asked.
    pub reviewers: Vec<Reviewer>,
}

/// How much of what one reviewer was asked is confirmed.
#[derive(Debug, Serialize)]
pub struct Reviewer {
    /// Who was asked; [`UNASSIGNED`] for the accounts of nobody.
    pub reviewer: String,
    /// Over their accounts.
    #[serde(flatten)]
    pub counts: CoverageCounts,
}

/// Accounts by where they stand; all but the first two and `late` add up to `accounts`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct CoverageCounts {
    /// All of them.
    pub accounts: u64,
    /// Those that somebody who may has decided: `keep`, `revoke` and `role`.
    pub decided: u64,
    /// Access stays.
    pub keep: u64,
    /// Access is to be taken away.
    pub revoke: u64,
    /// Another role is asked for.
    pub role: u64,
    /// Whoever was asked handed it on.
    pub not_mine: u64,
    /// Its own holder decided, which confirms nothing.
    pub own: u64,
    /// Nobody said anything.
    pub open: u64,
    /// Not decided, and the day for it is past.
    pub late: u64,
    /// Decided, and after the day for it.
    #[serde(skip_serializing_if = "crate::terms::is_zero")]
    pub decided_late: u64,
}

impl CoverageCounts {
    fn add(&mut self, stand: ReviewState, late: bool, decided_late: bool) {
        self.accounts += 1;
        self.decided += u64::from(stand.is_decided());
        self.late += u64::from(late && !stand.is_decided());
        self.decided_late += u64::from(decided_late && stand.is_decided());
        *match stand {
            ReviewState::Keep => &mut self.keep,
            ReviewState::Revoke => &mut self.revoke,
            ReviewState::Role => &mut self.role,
            ReviewState::NotMine => &mut self.not_mine,
            ReviewState::Own => &mut self.own,
            ReviewState::Open => &mut self.open,
        } += 1;
    }
}
