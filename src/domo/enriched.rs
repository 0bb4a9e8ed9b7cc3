//! Accounts with what others than Domo's list tell of them: DomoStats, or an earlier reading.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::Result;

use super::accounts::Accounts;
use super::content::Content;
use super::extras::{self, Extra, merged};
use super::snapshot::Snapshot;
use super::{objects, wire};

impl Accounts {
    /// The same accounts, each with what DomoStats tells of it.
    ///
    /// # Errors
    /// An object of the snapshot cannot be read.
    pub fn with_content(self, content: Content) -> Result<Self> {
        let mut woven = Snapshot::default();
        for (object, (id, role)) in self.snapshot.objects().zip(self.ids()?.iter().zip(self.roles()?)) {
            let object = String::from_utf8_lossy(object);
            let extra = |groups: &[u64]| id.map(|id| content.of(id, role.name, role.id, groups)).unwrap_or_default();
            woven.push(&merged(&object, extra)?);
        }
        let mut accounts = objects::again(self, woven)?;
        accounts.evidence.content.clone_from(&content.reports);
        accounts.content = Some(Arc::new(content));
        Ok(accounts)
    }

    /// The same accounts, each with what an earlier reading was told of it by others than Domo's list: whoever plays a Domo for
    /// them does not tell it again. Their groups are as they are now.
    ///
    /// # Errors
    /// None in practice: the objects are those that were read.
    pub fn remembering(self, earlier: &Accounts) -> Result<Self> {
        let known = |object: &[u8]| {
            let id = wire::id(object).ok().flatten()?;
            let extra = serde_json::from_slice(object).map_err(Into::into).and_then(|object| extras::of(&object));
            Some(extra.map(|extra| (id, extra)))
        };
        let mut known: HashMap<u64, Extra> = earlier.snapshot.objects().filter_map(known).collect::<Result<_>>()?;
        if known.values().all(|extra| *extra == Extra::default()) {
            return Ok(self);
        }
        let mut woven = Snapshot::default();
        for object in self.snapshot.objects() {
            let extra = wire::id(object).ok().flatten().and_then(|id| known.remove(&id)).unwrap_or_default();
            woven.push(&merged(&String::from_utf8_lossy(object), |_| extra)?);
        }
        let mut accounts = objects::again(self, woven)?;
        accounts.evidence.content.clone_from(&earlier.evidence.content);
        Ok(accounts)
    }
}
