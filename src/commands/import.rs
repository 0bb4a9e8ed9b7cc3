//! `apply --bulk-import`: the approved actions as files for Domo's own import. Domo is not asked, and nothing counts as done.

use std::path::Path;

use anyhow::Result;
use chrono::Utc;
use serde_json::json;

use super::plan_file::PlanFile;
use super::{Exit, Invocation};
use crate::config::Loaded;
use crate::failure::Failure;
use crate::files;
use crate::plan::import::{Import, LeftOut};
use crate::plan::{Action, Approved, Guard, GuardedAccounts, Plan, Terms};
use crate::{cli, text};

/// Writes the files into a folder. What an apply would be refused for, this is refused for, with the accounts as they were judged.
pub(super) fn run(options: &cli::Apply, folder: &Path, invocation: &Invocation, file: &PlanFile) -> Result<Exit> {
    let plan = file.plan();
    let stored = super::rehearse::stored(&file.home, plan)?;
    let loaded = Loaded::read(options.at.config.config.as_deref())?;
    let (config, _) = super::applied::of_instance(&loaded.config, &plan.id, &plan.instance)?;
    let (config, journal) = (file.tighten(&config)?, file.journal()?);
    let terms = Terms {
        now: Utc::now(),
        instances: &[config.domo.instance.clone().unwrap_or_else(|| plan.instance.clone())],
        by: &super::applied::who(options),
        second_person: config.policy.second_person,
        deactivate_with: config.domo.deactivate_with,
        done: &journal.done(),
        guarded: &GuardedAccounts::of(&stored.accounts, &config, &plan.actions)?,
        limits: &config.guards,
        overrides: &[],
    };
    let tripped = terms.judge(plan).tripped;
    let concerned = Guard::all_concerned(tripped.iter().map(|tripped| tripped.guard));
    let approved = Approved::new(file.sealed.clone(), &terms).map_err(|refusal| match tripped.as_slice() {
        [] => refusal,
        _ => refusal.hint(format!("reject {concerned}: no journal would keep why a guard is overridden for an import, so none is")),
    })?;
    let superseded = file.superseded()?;
    let (gone, open): (Vec<Action>, Vec<Action>) =
        approved.todo().iter().cloned().partition(|action| superseded.contains_key(&action.id));
    let mut import = Import::of(&open);
    import.left_out.extend(gone.into_iter().map(|action| LeftOut {
        why: superseded.get(&action.id).cloned().unwrap_or_default(),
        action: action.id,
        field: None,
    }));
    write(folder, &import)?;
    if options.json {
        let files = import
            .files
            .iter()
            .map(|file| json!({"file": folder.join(&file.name), "columns": file.columns, "rows": file.rows.len()}));
        invocation.terminal.json(&json!({"plan": plan.id, "files": files.collect::<Vec<_>>(), "left_out": import.left_out}))?;
    } else {
        invocation.terminal.answer(summary(&import, folder, plan))?;
    }
    Ok(None)
}

/// Nothing is overwritten: what lies there may have been uploaded.
fn write(folder: &Path, import: &Import) -> Result<()> {
    if let Some(there) = import.files.iter().map(|file| folder.join(&file.name)).find(|path| path.exists()) {
        return Err(Failure::usage(format!("{} is there already", there.display())).hint("name another folder").into());
    }
    if import.files.is_empty() {
        return Ok(());
    }
    files::make_folder(folder).map_err(|error| Failure::no_folder("the folder", folder, "--bulk-import", error))?;
    import.files.iter().try_for_each(|file| files::write(&folder.join(&file.name), &file.to_csv()))
}

fn summary(import: &Import, folder: &Path, plan: &Plan) -> String {
    let judged = text::minute(plan.created);
    let mut lines = Vec::new();
    for file in &import.files {
        let accounts = text::plural(file.rows.len() as u64, "account", "accounts");
        lines.push(format!("{}: {accounts} ({})", folder.join(&file.name).display(), file.columns.join(", ")));
    }
    match import.files.is_empty() {
        true => lines.push("Nothing that is approved and still to be done can be imported.".into()),
        false => lines.push(format!(
            "\nUpload each under Admin > Governance > People > Bulk Import, with UTF-8 not enforced: the files have no byte-order \
             mark. An account that changed after {judged} is not noticed here, and nothing counts as done: the next audit shows \
             what took."
        )),
    }
    if !import.left_out.is_empty() {
        lines.push(format!("\nLeft out, and still to be done some other way ({}):", import.left_out.len()));
    }
    let line = |left: &LeftOut| {
        let field = left.field.as_deref().map(|field| format!("{field}: ")).unwrap_or_default();
        let subject = plan.action(&left.action).map(Action::subject).unwrap_or_default();
        format!("  {} {}: {field}{}", left.action, text::visible(&subject), text::visible(&left.why))
    };
    lines.extend(import.left_out.iter().map(line));
    lines.join("\n")
}
