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
    let mut script = String::from_utf8_lossy(&script).into_owned();
    if options.shell == clap_complete::Shell::Bash {
        // For a name with a hyphen clap_complete 4.6 sets one label and looks for another, and completes nothing after the verb.
        script = script.replace("domo__subcmd__reconcile", "domo__reconcile");
    }
    context.terminal.answer(script.trim_end())?;
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
