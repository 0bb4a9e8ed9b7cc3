//! What is judged over all instances of a run: an exclusion or a `client_owner` that all share need not be in each of them, but in
//! one.

use std::collections::BTreeSet;

use anyhow::Result;

use crate::config::Config;
use crate::domo::Accounts;
use crate::failure::Failure;
use crate::plan::guard;
use crate::reconcile::Exclusions;

/// What the instances audited so far had of it.
pub(super) struct InstanceGroup {
    exclusions: Exclusions,
    /// The owner that instances inherit.
    owner: Option<String>,
    /// How many instances there are, and how many were read whole.
    instances: usize,
    whole: usize,
    excluded: BTreeSet<usize>,
    owner_seen: bool,
}

impl InstanceGroup {
    /// Of the instances of this configuration, none of which was read.
    pub(super) fn of(config: &Config) -> Self {
        let inherit = config.instance.iter().any(|instance| instance.client_owner.is_none());
        Self {
            exclusions: Exclusions::new(config),
            owner: config.domo.client_owner.clone().filter(|_| inherit),
            instances: config.instance.len(),
            whole: 0,
            excluded: BTreeSet::new(),
            owner_seen: false,
        }
    }

    /// What is said of the owner where all instances were read whole and none has an account of that address.
    pub(super) fn owner_is_nobody(&self) -> Option<Failure> {
        let owner = self.owner.as_deref().filter(|_| self.whole == self.instances && !self.owner_seen)?;
        Some(guard::no_owner(owner))
    }

    /// The next instance's accounts. Of the last, where all were read whole, the exclusions that cover somebody in another one.
    ///
    /// # Errors
    /// The owner is an account of none of them.
    pub(super) fn with(&mut self, accounts: &Accounts) -> Result<Option<BTreeSet<usize>>> {
        self.whole += usize::from(accounts.evidence.incomplete.is_empty());
        let is_last = self.whole == self.instances;
        if let Some(owner) = &self.owner {
            self.owner_seen |= guard::has_owner(accounts, owner)?;
        }
        if let Some(nobody) = self.owner_is_nobody() {
            return Err(nobody.into());
        }
        let elsewhere = self.excluded.clone();
        let (ids, emails) = (accounts.ids()?, accounts.emails()?);
        self.excluded.extend(ids.iter().zip(emails.iter()).filter_map(|(id, email)| self.exclusions.rule(id, email)));
        Ok(is_last.then_some(elsewhere))
    }
}
