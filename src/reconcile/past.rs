//! What the archive tells the judgement: the accounts of an earlier run, and what our own plans did to access, whenever that was.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Result;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::access::Earlier;
use super::columns::AccountColumns;
use crate::domo::Accounts;
use crate::terms::ActionKind;

/// What is known from before. Nothing of it in a first run, and in a forecast.
#[derive(Debug, Clone, Default)]
pub struct Past {
    /// The run that access is compared with.
    pub earlier: Option<Arc<Earlier>>,
    /// How many there were of both populations when somebody last vouched for that.
    pub sizes: Option<Sizes>,
    /// The last time that one of our plans took an account's access away and none gave it back since, by account.
    pub taken: BTreeMap<u64, Taken>,
    /// Deactivations that Domo accepted and did not show, by account; none that is older than one it did show.
    pub unkept: BTreeMap<u64, Taken>,
    /// Journals that cannot be relied on, each with why: access that is taken by others may have been given back by them.
    pub lost: Vec<String>,
}

/// How many there were of both populations in the newest run that had not shrunk more than it may, or whose plan was applied in spite
/// of that. A list that is cut twice is cut the second time as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Sizes {
    /// The day that the run judged.
    pub as_of: NaiveDate,
    /// Accounts.
    pub accounts: u64,
    /// Rows of the directory.
    pub people: u64,
}

impl Sizes {
    /// Percent by which the population that shrank most did, rounded up.
    #[must_use]
    pub fn shrink(self, now: Self) -> u64 {
        shrink(self.accounts, now.accounts).max(shrink(self.people, now.people))
    }
}

/// Percent by which a population may shrink from one run to the next: one that lost more may be half of one, and whatever is gone
/// with it looks resolved.
pub const MAX_SHRINK: u64 = 10;

/// Percent by which a population is smaller now than it was, rounded up, so that 10.1 % is more than 10.
pub fn shrink(then: u64, now: u64) -> u64 {
    let lost = u128::from(then.saturating_sub(now));
    if then == 0 { 0 } else { u64::try_from((lost * 100).div_ceil(then.into())).unwrap_or(100) }
}

/// Access that one of our plans took away, or was to take away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// `P-…`
    pub plan: String,
    /// How.
    pub kind: ActionKind,
    /// The day, in UTC.
    pub on: NaiveDate,
    /// A run since then that found it given back or its person employed, or of which that cannot be read any more: no time of
    /// keeping counts from that day.
    pub back: Option<String>,
}

impl Taken {
    /// That an instance does not honour deactivations, as this one found out.
    pub(super) fn unkept(&self) -> String {
        format!("Domo accepted a deactivation of plan {} on {} and the account is as active as before", self.plan, self.on)
    }
}

impl Past {
    /// What a forecast knows: today's accounts are compared as ever, and nothing is due by a day that has not come.
    #[must_use]
    pub fn of_forecast(&self) -> Arc<Self> {
        Arc::new(Self { earlier: self.earlier.clone(), sizes: self.sizes, ..Self::default() })
    }

    /// That this instance honours no deactivation, as one of our plans found out, in a sentence.
    ///
    /// # Errors
    /// None in practice: the columns are there.
    pub fn unhonoured(&self, accounts: &Accounts) -> Result<Option<String>> {
        Ok(self.lesson(&AccountColumns::new(accounts)?).map(Taken::unkept))
    }

    /// The last of our deactivations that this instance accepted and of which its accounts show nothing: it does not honour any.
    pub(super) fn lesson(&self, accounts: &AccountColumns<'_>) -> Option<&Taken> {
        if self.unkept.is_empty() {
            return None;
        }
        let active = accounts.all().filter(|account| accounts.is_active(*account)).filter_map(|account| accounts.id(account));
        active.filter_map(|id| self.unkept.get(&id)).max_by_key(|taken| (taken.on, &taken.plan))
    }
}
