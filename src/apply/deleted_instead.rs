//! What earlier plans of the same archive taught: an instance that deleted an account where it was asked to deactivate one is not asked
//! again the same way, whichever plan asks.

use std::path::{Path, PathBuf};

use super::{files, journal};
use crate::config::DeactivateWith;
use crate::plan::journal::ENDING;
use crate::plan::{Action, Journal, Plan};
use crate::terms::ActionKind;

/// An account that was deleted instead.
#[derive(Debug)]
pub(super) struct DeletedInstead {
    /// Where it is recorded.
    told: String,
    /// The door it went through; none where it was this plan's own, or where the plan of that journal cannot be read any more: that counts
    /// for every door.
    through: Option<DeactivateWith>,
}

impl DeletedInstead {
    /// The one in this plan's own journal, else the first in the journals of the runs beside this plan's; none where the plan deactivates
    /// nobody. A plan that stands in no run's folder (a rehearsal's, a copy) has none beside it.
    pub(super) fn learn(path: &Path, plan: &Plan, own: &Journal) -> Option<Self> {
        plan.actions.iter().find(|action| action.kind == ActionKind::Deactivate)?;
        if let Some(told) = own.deleted_instead() {
            return Some(Self { told: told.to_owned(), through: None });
        }
        let folder = crate::files::folder_of(path).canonicalize().ok().filter(|folder| folder.join("manifest.json").exists())?;
        let own = folder.join(files::journal_of(path).file_name()?);
        let mut journals: Vec<_> = inside(folder.parent()?).iter().flat_map(|run| inside(run)).collect();
        journals.retain(|file| *file != own && file.to_str().is_some_and(|name| name.ends_with(ENDING)));
        journals.sort_unstable();
        journals.iter().find_map(|file| Self::of(file, &plan.instance))
    }

    fn of(file: &Path, instance: &str) -> Option<Self> {
        let journal = journal::read(file).ok()?;
        let told = journal.deleted_instead()?;
        journal.opened().find(|(_, open)| open.instance.eq_ignore_ascii_case(instance))?;
        let plan = file.to_str()?.strip_suffix(ENDING).map(|stem| PathBuf::from(format!("{stem}.json")))?;
        let sealed = files::read_plan(&plan).ok();
        let action = sealed.as_ref().and_then(|sealed| sealed.plan().action(told));
        Some(Self {
            told: format!("{told} in {}", file.display()),
            through: action.map(|action| action.through.unwrap_or_default()),
        })
    }
}

/// Why this action is not tried: its own plan's journal, or an earlier one, shows that the account would be deleted.
pub(super) fn would_delete(action: &Action, deleted_instead: Option<&DeletedInstead>) -> Option<String> {
    if action.kind != ActionKind::Deactivate {
        return None;
    }
    let door = action.through.unwrap_or_default();
    let DeletedInstead { told, .. } =
        deleted_instead.filter(|deleted_instead| deleted_instead.through.is_none_or(|through| through == door))?;
    let way = match door {
        DeactivateWith::Scim => "set `[domo] deactivate_with = \"rest\"`",
        DeactivateWith::Rest => "decide in `[policy]` between `delete` and `report`",
    };
    Some(format!(
        "this instance deletes instead of deactivating (see {told}): {way}, run `audit` again and have the new plan reviewed"
    ))
}

fn inside(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}
