//! `check`: every problem of the configuration, the credentials, the directories and the templates, at once; and what the loader
//! understood of each directory, so that a person can approve it at a glance.

mod accounts;
mod credentials;
mod text;

use std::path::Path;

use anyhow::Result;
use chrono::NaiveDate;
use serde::Serialize;

use super::{Exit, Failed, Invocation, directories, notice};
use crate::config::{Loaded, Notify};
use crate::directory::facts::Facts;
use crate::directory::overview;
use crate::directory::{Overview, People};
use crate::domo::Content;
use crate::failure::{self, Failure, FailureKind};
use crate::reconcile;
use crate::reconcile::employment::{self, Contradiction};
use crate::terms::Status;
use crate::text::visible;
use crate::{archive, cli};

/// All that was checked.
#[derive(Debug, Serialize)]
struct Checked {
    /// Whether nothing stands in the way of an audit.
    ok: bool,
    /// The day on which people are judged.
    as_of: NaiveDate,
    /// The configuration file, where there is one.
    configuration: Option<String>,
    /// What must be put right.
    problems: Vec<Problem>,
    /// What each instance's credentials came to.
    credentials: Vec<credentials::CredentialCheck>,
    /// What the file of accounts was understood as, where one is judged in place of Domo's own.
    accounts: Option<accounts::AccountsCheck>,
    /// What each directory was understood as.
    directories: Vec<Overview>,
    /// What several directories say of the same people.
    between_directories: Vec<String>,
    /// What the rules of the configuration name and none of them has.
    in_no_directory: Vec<String>,
    /// The problems, else why a population may not be whole, as any command that fails tells why.
    #[serde(skip_serializing_if = "Option::is_none")]
    failed: Option<Failed>,
}

impl Checked {
    /// Whether a population may not be whole, so that no plan would be made.
    fn is_incomplete(&self) -> bool {
        self.doubts().next().is_some()
    }

    /// Why, each behind the name of the file.
    fn doubts(&self) -> impl Iterator<Item = String> {
        let directories = self.directories.iter().map(|directory| (&directory.source.name, &directory.source.incomplete));
        let accounts = self.accounts.iter().map(|accounts| (&accounts.source, &accounts.incomplete));
        directories.chain(accounts).flat_map(|(name, why)| why.iter().map(move |why| format!("{}: {why}", visible(name))))
    }
}

/// One thing that must be put right.
#[derive(Debug, Serialize)]
struct Problem {
    /// `configuration`, `credentials`, `accounts`, `directory`, `content`, `templates` or `notify`.
    #[serde(rename = "where")]
    place: &'static str,
    /// The failure with its causes.
    problem: String,
    /// What to do.
    next: Option<String>,
    #[serde(skip)]
    kind: FailureKind,
}

impl Problem {
    /// Each line of what is wrong with a file is a problem of its own, behind what the file is where that is not known from
    /// `place`; what to do stands with the last.
    fn each(place: &'static str, error: &anyhow::Error) -> Vec<Self> {
        let cause = error.root_cause().to_string();
        let Self { place, problem, next, kind } = Self::new(place, error);
        let lines: Vec<_> = if cause.contains('\n') { cause.lines().collect() } else { vec![problem.as_str()] };
        let about = error.chain().next().filter(|_| lines.len() > 1 && place != "configuration");
        let about = about.map(|about| format!("{about}: ")).unwrap_or_default();
        let one = |line: &str, next| Self { place, problem: format!("{about}{line}"), next, kind };
        let mut problems: Vec<_> = lines.iter().map(|line| one(line, None)).collect();
        if let Some(last) = problems.last_mut() {
            last.next = next;
        }
        problems
    }

    fn new(place: &'static str, error: &anyhow::Error) -> Self {
        let mut next = None;
        let mut problem = Vec::new();
        for line in failure::paragraph(error).lines() {
            match line.strip_prefix("  next: ") {
                Some(hint) => next = next.or(Some(hint.to_owned())),
                None => {
                    let line = line.trim();
                    let line = line.strip_prefix("error: ").or_else(|| line.strip_prefix("because: ")).unwrap_or(line);
                    problem.push(line.to_owned());
                }
            }
        }
        Self { place, problem: problem.join(": "), next, kind: failure::kind(error) }
    }
}

/// Checks everything that can be checked before an audit, and tells all problems at once.
pub(super) fn run(options: &cli::Check, invocation: &Invocation) -> Result<Exit> {
    let (loaded, invalid) = Loaded::read_in_part(options.config.config.as_deref());
    let mut problems: Vec<_> = invalid.iter().flat_map(|error| Problem::each("configuration", error)).collect();
    let readable = invalid.is_none();
    let as_of = options.as_of.unwrap_or_else(|| loaded.config.report.today(invocation.started));
    let mut directories = loaded.config.directories(&options.directory);
    if !readable {
        // By number: in a configuration that is not right a secret may stand where a name should.
        for (number, _) in (1..).zip(&directories).filter(|(_, directory)| directory.is_fetched()) {
            invocation.terminal.say(format!("note: [[directory]] number {number} is asked once the configuration is right"));
        }
        // One without a path is a problem that is told.
        directories.retain(|directory| !directory.is_fetched() && !directory.path.as_os_str().is_empty());
    }
    archive::say_shared([Path::new(cli::ARCHIVE)]);
    let mut understood = Vec::new();
    // What a configuration that cannot be read would have named is not known.
    if directories.is_empty() && readable {
        problems.extend(crate::directory::load(&[]).err().map(|error| Problem::new("directory", &error)));
    }
    let mut loaded_people = Vec::new();
    for directory in &directories {
        match directories::look(invocation, directory) {
            Ok(people) => {
                let mut overviews = Overview::of(&people, |facts| judge(facts, as_of))?;
                for Overview { source, .. } in &mut overviews {
                    source.incomplete.extend(source.too_old(as_of));
                }
                understood.extend(overviews);
                loaded_people.push(people);
            }
            Err(error) => problems.extend(Problem::each("directory", &error)),
        }
    }
    let asked = match &options.accounts {
        Some(_) => Vec::new(),
        // A line that could not be read may have said whose client is for which address.
        None if !readable && loaded.text.contains("[[instance]]") => vec![Ok(credentials::not_asked())],
        None => credentials::ask(&loaded.config, !options.directory.is_empty() || loaded.path.is_none() || !readable, as_of),
    };
    let credentials =
        asked.into_iter().filter_map(|answer| answer.map_err(|error| problems.push(Problem::new("credentials", &error))).ok());
    let credentials = credentials.collect();
    // A directory that cannot be read is a problem of its own.
    let beside =
        if understood.is_empty() || problems.iter().any(|problem| problem.place == "directory") { &[][..] } else { &directories };
    let accounts = options.accounts.as_deref().map(|file| accounts::of_file(file, &loaded.config, beside, as_of)).transpose();
    let accounts = accounts.unwrap_or_else(|error| {
        problems.push(Problem::new("accounts", &error));
        None
    });
    if let Some(content) = &loaded.config.content {
        let wrong = super::runtime()?.block_on(Content::wrong_files(content));
        problems.extend(wrong.iter().map(|error| Problem::new("content", error)));
    }
    problems.extend(crate::report::check_templates(&loaded.config).iter().map(|error| Problem::new("templates", error)));
    problems.extend(crate::report::idle_templates(&loaded.config).iter().map(|error| Problem::new("templates", error)));
    problems.extend(unheard(&loaded.config.notify).iter().map(|error| Problem::new("notify", error)));
    let worst = problems.iter().map(|problem| problem.kind).min_by_key(|kind| *kind != FailureKind::Usage);
    // A directory that is not here may have what is missing in the others.
    let is_whole = |people: &People| people.sources.iter().all(|source| source.incomplete.is_empty());
    let unheard = match loaded_people.len() == directories.len() && loaded_people.iter().all(is_whole) {
        true => reconcile::unheard_rules(&loaded.config, &loaded_people.iter().collect::<Vec<_>>())?,
        false => Vec::new(),
    };
    let mut checked = Checked {
        failed: worst.map(|worst| Failed { exit_code: worst.code(), error: format!("error: {}", text::to_put_right(&problems)) }),
        ok: problems.is_empty(),
        as_of,
        configuration: loaded.path.as_ref().map(|path| path.display().to_string()),
        problems,
        credentials,
        accounts,
        directories: understood,
        between_directories: if directories.len() > 1 { overview::between(&loaded_people)? } else { Vec::new() },
        in_no_directory: unheard.into_iter().map(|unheard| unheard.reason).collect(),
    };
    if worst.is_none() && checked.is_incomplete() {
        let doubts: Vec<_> = checked.doubts().collect();
        let what = format!("what was read may not be all there is, so that no plan would be made\n  {}", doubts.join("\n  "));
        checked.failed = Some(Failed::of(&Failure::new(FailureKind::NotEvaluable, what).into()));
    }
    match options.json {
        true => {
            invocation.terminal.json(&checked)?;
            checked.failed.iter().for_each(|failed| invocation.terminal.error(&failed.error));
        }
        false => invocation.terminal.answer(text::render(&checked, invocation.terminal.quiet()))?,
    }
    Ok(worst.or(checked.is_incomplete().then_some(FailureKind::NotEvaluable)))
}

/// Why nobody would hear of a run, although somebody was to: better known before the first of the month.
fn unheard(notify: &Notify) -> Vec<anyhow::Error> {
    let webhook = notify.url_env.as_deref().and_then(|variable| notice::check(variable).err());
    let folder = |path: &Path| path.parent().map(Path::to_owned).filter(|folder| !folder.as_os_str().is_empty());
    let missing = notify.textfile.as_deref().and_then(folder).filter(|folder| !folder.is_dir());
    let metrics = missing.map(|folder| {
        Failure::usage(format!("the folder {}, where [notify] textfile puts the metrics, is not there", folder.display()))
            .hint("name the folder that the node exporter's textfile collector reads")
            .into()
    });
    let taken = notify.textfile.as_deref().and_then(|path| notice::place(path).err());
    webhook.into_iter().chain(metrics).chain(taken).collect()
}

/// Who is employed is the reconciliation's judgement, here as there.
fn judge(facts: &Facts, as_of: NaiveDate) -> (Status, Option<&'static str>) {
    let judged = employment::judge(facts, as_of);
    let against = judged.contradiction.map(|contradiction| match contradiction {
        Contradiction::EmployedAfterLastDay => "employed by its word, but the termination date has passed: read as employed",
        Contradiction::EndedBeforeLastDay => "ended by its word, but the termination date lies ahead: read as employed",
        Contradiction::HiredAfterLastDay => "hired after the termination date: read as employed again",
        Contradiction::FilesDisagree => "the files disagree on whether this person is employed",
    });
    (judged.status, against)
}
