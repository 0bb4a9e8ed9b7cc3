//! What every test of a source asks besides: that no secret is in anything the program says or leaves behind, at its most
//! talkative.

use std::path::Path;
use std::sync::Mutex;

use domo_reconcile::config::Directory;
use domo_reconcile::failure;
use domo_reconcile::http::Limits;
use domo_reconcile::source::{self, Depth, FetchProgress, Fetched};

use crate::support::{Ran, command, finish};

/// Fetches, and looks for what it was told in confidence in the evidence or in the error.
pub(super) async fn fetch(
    directory: &Directory,
    variable: &(dyn Fn(&str) -> Option<String> + Sync),
    limits: Limits,
    depth: Depth,
    progress: &dyn FetchProgress,
) -> anyhow::Result<Fetched> {
    let told = Mutex::new(Vec::new());
    let overheard = |name: &str| {
        let value = variable(name)?;
        told.lock().unwrap().extend(secret(name, &value));
        Some(value)
    };
    let fetched = source::fetch(directory, &overheard, limits, depth, progress).await;
    let said = match &fetched {
        Ok(fetched) => format!("{:?}\n{:?}\n{:?}", fetched.input.origin, fetched.input.stopped, fetched.rights),
        Err(error) => format!("{}\n{error:?}", failure::paragraph(error)),
    };
    shows_none(&said, &told.into_inner().unwrap());
    fetched
}

/// Runs the program at trace level with these variables, and looks for their secrets in its output and in every file below the
/// folder but those that hold them by purpose.
pub(super) fn run<'a>(folder: &Path, env: &[(&str, &str)], args: impl IntoIterator<Item = &'a str>) -> Ran {
    let mut command = command(folder);
    heard(folder, env, command.envs(env.iter().copied()).arg("-vvv").args(args))
}

/// The same for a command that is ready to run.
pub(super) fn heard(folder: &Path, env: &[(&str, &str)], command: &mut std::process::Command) -> Ran {
    let ran = finish(command.output().unwrap());
    let mut said = format!("{}\n{}\n", ran.stdout, ran.stderr);
    add_files(folder, &mut said);
    let secrets: Vec<String> = env.iter().filter_map(|(name, value)| secret(name, value)).collect();
    shows_none(&said, &secrets);
    ran
}

fn add_files(folder: &Path, said: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            add_files(&path, said);
        } else if !["key.json", "token"].iter().any(|name| path.ends_with(name))
            && path.extension().is_none_or(|kind| kind != "pem")
        {
            said.push_str(&String::from_utf8_lossy(&std::fs::read(&path).unwrap_or_default()));
        }
    }
}

/// The part of a variable that nobody may see: of a key a line from its middle.
fn secret(name: &str, value: &str) -> Option<String> {
    let confidential = ["PASSWORD", "TOKEN", "SECRET", "KEY", "EXPORT"].iter().any(|word| name.contains(word));
    let line = |value: &str| value.split(['\n', '\\']).nth(3).map(|line| line.trim_start_matches('n').to_owned());
    let of_key = || line(value).filter(|line| line.len() > 20);
    (confidential && !name.ends_with("_FILE"))
        .then(|| of_key().unwrap_or_else(|| value.to_owned()))
        .filter(|secret| secret.len() > 3)
}

#[track_caller]
fn shows_none(said: &str, secrets: &[String]) {
    for secret in secrets {
        assert!(!said.contains(secret), "it shows `{secret}`");
    }
    let token = said.match_indices("eyJ").find(|(at, _)| is_token(&said[*at..]));
    assert!(token.is_none(), "it shows a token");
}

/// Tokens that servers hand out are JSON Web Tokens here: two objects in base64, and a dot between. Three letters alone stand in
/// any packed file by chance.
fn is_token(text: &str) -> bool {
    let is_base64url = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    text.split_once('.').is_some_and(|(head, rest)| head.chars().all(is_base64url) && rest.starts_with("eyJ"))
}
