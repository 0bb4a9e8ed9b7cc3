//! `completions` and `man`: made from the command line's own definition, so that they cannot fall behind it.

use std::io;
use std::path::Path;

use anyhow::{Context as _, Result};
use clap::{Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use super::{Exit, Invocation};
use crate::cli::{self, Cli, examples};
use crate::failure::Failure;

/// Prints the completions of a shell.
pub(super) fn completions(options: &cli::Completions, invocation: &Invocation) -> Result<Exit> {
    let mut command = Cli::command();
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut command, "domo-reconcile", &mut script);
    let mut script = String::from_utf8_lossy(&script).into_owned();
    if options.shell == clap_complete::Shell::Bash {
        // For a name with a hyphen clap_complete 4.6 sets one label and looks for another, and completes nothing after the verb.
        script = script.replace("domo__subcmd__reconcile", "domo__reconcile");
    }
    invocation.terminal.answer(script.trim_end())?;
    Ok(None)
}

/// Prints the man page, or writes one for every verb.
pub(super) fn man(options: &cli::Man, invocation: &Invocation) -> Result<Exit> {
    let mut program = Cli::command();
    program.build();
    match &options.folder {
        Some(folder) => {
            std::fs::create_dir_all(folder).map_err(|error| Failure::no_folder("the folder", folder, "man DIR", error))?;
            write_pages(&program, folder)
                .with_context(|| Failure::failed(format!("cannot write the man pages to {}", folder.display())))?;
        }
        None => invocation.terminal.answer(String::from_utf8_lossy(&page(&program)?.1).trim_end())?,
    }
    Ok(None)
}

/// A page for the command and one for each of its verbs.
fn write_pages(command: &Command, folder: &Path) -> io::Result<()> {
    let (name, text) = page(command)?;
    std::fs::write(folder.join(name), text)?;
    command.get_subcommands().filter(|verb| verb.get_name() != "help").try_for_each(|verb| write_pages(verb, folder))
}

/// The file name and the text of one page. `clap_mangen` would put the examples under EXTRA and knows no other sections.
fn page(command: &Command) -> io::Result<(String, Vec<u8>)> {
    // Else a verb's page would say that it is of version so and so of the verb.
    let man = Man::new(command.clone()).source(concat!("domo-reconcile ", env!("CARGO_PKG_VERSION")));
    let mut text = Vec::new();
    man.render_title(&mut text)?;
    man.render_name_section(&mut text)?;
    man.render_synopsis_section(&mut text)?;
    man.render_description_section(&mut text)?;
    man.render_options_section(&mut text)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut text)?;
    }
    let mut more = Roff::new();
    if let Some(examples) = command.get_after_help() {
        more.control("SH", ["EXAMPLES"]).control("nf", []);
        for line in examples.to_string().lines().skip(1) {
            more.text([roman(line.trim_start())]);
        }
        more.control("fi", []);
    }
    for (title, entries) in examples::SECTIONS {
        more.control("SH", [*title]);
        for (term, meaning) in *entries {
            more.control("TP", []).text([bold(*term)]).text([roman(*meaning)]);
        }
    }
    more.to_writer(&mut text)?;
    Ok((man.get_filename(), text))
}
