//! What accounts own at this moment: asked anew before each deletion, since ownership comes about while an apply is under way; for
//! a preview once. Files say the same all the time, and are read once.

use anyhow::{Result, anyhow};
use chrono::NaiveDate;

use crate::config;
use crate::domo::{AccountIds, Content, HoldingFiles, Session};

/// Where it is read, of whom, and what was read where once is enough.
pub(super) struct Ownership {
    content: config::Content,
    session: Session,
    accounts: AccountIds,
    day: NaiveDate,
    files: HoldingFiles,
    once: Option<Result<Content>>,
}

impl Ownership {
    /// How old a report is counts from `day`.
    pub(super) async fn of(content: &config::Content, session: &Session, accounts: AccountIds, day: NaiveDate) -> Self {
        let files = HoldingFiles::read(content, day, &accounts).await;
        Self { content: content.clone(), session: session.clone(), accounts, day, files, once: None }
    }

    /// What is owned now, for somebody who writes nothing.
    pub(super) async fn as_of_now(&self) -> Self {
        let (content, session, accounts) = (self.content.clone(), self.session.clone(), self.accounts.clone());
        Self { content, session, accounts, day: self.day, files: self.files.clone(), once: Some(self.read().await) }
    }

    async fn read(&self) -> Result<Content> {
        Content::holding(&self.content, &self.session, self.day, &self.accounts, &self.files).await
    }

    /// Why an account must not be deleted, as far as is known.
    pub(super) async fn blocks(&self, account: u64) -> Result<Option<String>> {
        match &self.once {
            Some(Ok(content)) => Ok(content.blocks(account)),
            Some(Err(why)) => Err(anyhow!("{why:#}")),
            None => Ok(self.read().await?.blocks(account)),
        }
    }
}
