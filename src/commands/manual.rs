//! `completions` and `man`: made from the command line's own definition, so that they cannot fall behind it.

use anyhow::{Context as _, Result};
use clap::CommandFactory;

use super::{Context, Ended};
use crate::cli::{self, Cli};
use crate::failure::Failure;

/// Prints the completions of a shell.
pub(super) fn completions(options: &cli::Completions, context: &Context) -> Result<Ended> {
    let mut command = Cli::command();
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut command, "domo-reconcile", &mut script);
    context.terminal.answer(String::from_utf8_lossy(&script).trim_end())?;
    Ok(None)
}

/// Prints the man page, or writes one for every verb.
pub(super) fn man(options: &cli::Man, context: &Context) -> Result<Ended> {
    match &options.out {
        Some(folder) => {
            std::fs::create_dir_all(folder)
                .and_then(|()| clap_mangen::generate_to(Cli::command(), folder))
                .with_context(|| Failure::failed(format!("cannot write the man pages to {}", folder.display())))?;
        }
        None => {
            let mut page = Vec::new();
            clap_mangen::Man::new(Cli::command()).render(&mut page)?;
            context.terminal.answer(String::from_utf8_lossy(&page).trim_end())?;
        }
    }
    Ok(None)
}
