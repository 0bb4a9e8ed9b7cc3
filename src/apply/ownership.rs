//! What accounts own at this moment: read anew before each deletion, since ownership comes about while an apply is under way; for a preview
//! once.

use anyhow::Result;
use chrono::Utc;

use crate::config;
use crate::domo::{AccountIds, Content, Session};

/// Where it is read, of whom, and what was read where once is enough.
pub(super) struct Ownership {
    content: config::Content,
    session: Session,
    accounts: AccountIds,
    once: Option<Content>,
}

impl Ownership {
    pub(super) fn of(content: &config::Content, session: &Session, accounts: AccountIds) -> Self {
        Self { content: content.clone(), session: session.clone(), accounts, once: None }
    }

    /// The same for somebody who writes nothing.
    pub(super) async fn as_of_now(&self) -> Result<Self> {
        let once = Some(self.read().await?);
        Ok(Self { once, ..Self::of(&self.content, &self.session, self.accounts.clone()) })
    }

    async fn read(&self) -> Result<Content> {
        Content::holding(&self.content, Some(&self.session), Utc::now().date_naive(), &self.accounts).await
    }

    /// Why an account must not be deleted, as far as is known.
    pub(super) async fn blocks(&self, account: u64) -> Result<Option<String>> {
        match &self.once {
            Some(content) => Ok(content.blocks(account)),
            None => Ok(self.read().await?.blocks(account)),
        }
    }
}
