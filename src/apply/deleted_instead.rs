//! What earlier plans of the same archive taught: an instance that deleted an account where it was asked to deactivate one is not
//! asked again the same way, whichever plan asks.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::{files, journal};
use crate::config::{DeactivateWith, same_instance};
use crate::failure::Failure;
use crate::plan::{Action, Journal, Plan};
use crate::terms::ActionKind;
use crate::terms::names::{MANIFEST, plan_of};

/// An account that was deleted instead.
#[derive(Debug)]
pub(super) struct DeletedInstead {
    /// Where it is recorded.
    place: String,
    /// The door it went through; none where it was this plan's own, or where the plan of that journal cannot be read any more: that
    /// counts for every door.
    through: Option<DeactivateWith>,
}

impl DeletedInstead {
    /// The one in this plan's own journal, else the first in the journals of the runs beside this plan's; where it stands in no
    /// run's folder, as a copy does, of those in `archive`. None where no deactivation is approved.
    ///
    /// # Errors
    /// The archive, a run's folder or a journal in it cannot be read: what it taught is not known.
    pub(super) fn learn(path: &Path, archive: Option<&Path>, plan: &Plan, own: &Journal) -> Result<Option<Self>> {
        if !plan.actions.iter().any(|action| action.kind == ActionKind::Deactivate && plan.approved(&action.id)) {
            return Ok(None);
        }
        if let Some(place) = own.deleted_instead() {
            return Ok(Some(Self { place: place.to_owned(), through: None }));
        }
        let folder = crate::files::folder_of(path);
        let folder = folder.canonicalize().with_context(|| unknown(folder))?;
        let in_run = folder.join(MANIFEST).try_exists().with_context(|| unknown(&folder))?;
        let Some(archive) = folder.parent().filter(|_| in_run).or(archive) else { return Ok(None) };
        let own = files::journal_of(path).file_name().map(|name| folder.join(name));
        let mut journals = Vec::new();
        for run in inside(archive)? {
            journals.extend(inside(&run)?.into_iter().filter(|file| plan_of(&crate::files::name_of(file)).is_some()));
        }
        journals.retain(|file| Some(file) != own.as_ref());
        journals.sort_unstable();
        for file in journals {
            let journal = journal::read(&file).with_context(|| unknown(&file))?;
            if let Some(learnt) = Self::of(&file, &journal, &plan.instance) {
                return Ok(Some(learnt));
            }
        }
        Ok(None)
    }

    fn of(file: &Path, journal: &Journal, instance: &str) -> Option<Self> {
        let place = journal.deleted_instead()?;
        journal.opened().find(|(_, open)| same_instance(&open.instance, instance))?;
        let plan = plan_of(&crate::files::name_of(file)).map(|name| file.with_file_name(name));
        let sealed = plan.and_then(|plan| files::read_plan(&plan).ok());
        let action = sealed.as_ref().and_then(|sealed| sealed.plan().action(place));
        Some(Self {
            place: format!("{place} in {}", file.display()),
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
    let DeletedInstead { place, .. } =
        deleted_instead.filter(|deleted_instead| deleted_instead.through.is_none_or(|through| through == door))?;
    let way = match door {
        DeactivateWith::Scim => "set `[domo] deactivate_with = \"rest\"`",
        DeactivateWith::Rest => "decide in `[policy]` between `delete` and `report`",
    };
    Some(format!(
        "this instance deletes instead of deactivating (see {place}): {way}, run `audit` again and have the new plan reviewed"
    ))
}

/// What is in a folder; nothing in what is none, or is not there any more.
fn inside(folder: &Path) -> Result<Vec<PathBuf>> {
    let listed = std::fs::read_dir(folder).and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect());
    match listed {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(Vec::new()),
        listed => listed.with_context(|| unknown(folder)),
    }
}

fn unknown(path: &Path) -> Failure {
    Failure::failed(format!(
        "cannot read {}: an earlier apply may have shown there that this instance deletes an account that it is asked to \
         deactivate",
        path.display()
    ))
    .hint("`verify` says what was altered; put it back from a copy that is whole, or reject the deactivations")
}
