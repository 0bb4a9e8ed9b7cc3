//! The command line. The doc comments are the help.

pub mod examples;
mod values;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use clap::{Args, Parser, Subcommand};

use crate::sandbox;
use crate::terms::{Flavour, Scope, Split};
use values::day;
pub use values::{FailOn, LogFormat, ProfileName, SchemaName};

/// Where audits are kept unless somebody says otherwise.
pub const ARCHIVE: &str = "audits";

/// Proves that Domo's users and the company directory agree, and says where they do not.
///
/// Exit codes: 0 done, 1 failed, 2 usage or configuration, 3 evidence incomplete, 4 findings at or above --fail-on,
/// 5 a guard refused, 6 the plan is expired, tampered with or foreign, 7 applied in part, 8 locked by another run, 130 interrupted.
#[derive(Debug, Parser)]
#[command(name = "domo-reconcile", version, propagate_version = true, after_help = examples::PROGRAM)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// How logs are written to stderr.
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,
    /// Print nothing but the answer and errors.
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Print more; twice: requests too.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Audit the bundled sample company over loopback: no configuration, no credentials, no network
    Demo(Demo),
    /// Pull accounts, load the directory, reconcile, report, and plan
    Audit(Box<Audit>),
    /// Show a plan and what is open, or record decisions on its actions
    Review(Review),
    /// Have people confirm every account in scope: packets out, answers in, coverage, the evidence, a plan of what is to be revoked
    Certify(Certify),
    /// Show what the approved actions would do; with --confirm, carry them out
    Apply(Apply),
    /// Make a plan that undoes what a journal says was done
    Revert(Revert),
    /// Pull every account into a snapshot file
    Pull(Pull),
    /// Find every problem of configuration, credentials, directory mapping and templates at once
    Check(Check),
    /// Serve a local Domo with the same API, for demos, rehearsals and tests
    Sandbox(Sandbox),
    /// List, show, compare and prune the runs of an archive
    Runs(Runs),
    /// Check every hash of a run and the chain of runs behind it
    Verify(Verify),
    /// Judge a stored snapshot again
    Replay(Replay),
    /// Print the JSON Schema of a file
    Schema(Schema),
    /// Write a commented configuration from a directory export and, where they can be had, the accounts
    Init(Init),
    /// Print the completions of a shell
    Completions(Completions),
    /// Print the man page, or write one for every verb into a folder
    Man(Man),
}

impl Command {
    /// Whether stdout is to carry one JSON document.
    pub fn json(&self) -> bool {
        match self {
            Self::Demo(options) => options.json,
            Self::Audit(options) => options.json,
            Self::Review(options) => options.json,
            Self::Certify(options) => options.json,
            Self::Apply(options) => options.json,
            Self::Revert(options) => options.json,
            Self::Pull(options) => options.json,
            Self::Check(options) => options.json,
            Self::Runs(options) => options.json,
            Self::Verify(options) => options.json,
            Self::Replay(options) => options.json,
            Self::Init(options) => options.json,
            Self::Sandbox(_) | Self::Schema(_) | Self::Completions(_) | Self::Man(_) => false,
        }
    }
}

/// Where the rules come from.
#[derive(Debug, Clone, Args)]
pub struct ConfigFile {
    /// The configuration [default: domo-reconcile.toml in the current folder, if it is there]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// Where a run named by its id, or `latest`, is found, and the rules of it.
#[derive(Debug, Clone, Args)]
pub struct At {
    /// The archive in which a run's id and `latest` are looked for
    #[arg(long, value_name = "DIR", default_value = ARCHIVE)]
    pub archive: PathBuf,
    /// The configuration.
    #[command(flatten)]
    pub config: ConfigFile,
}

impl ConfigFile {
    /// ` --config FILE` for the line that says what comes next, as a shell reads it; nothing where no file was named.
    pub fn flag(&self) -> String {
        self.config.as_deref().map(|path| format!(" --config {}", argument(path))).unwrap_or_default()
    }
}

/// A path in a line that says what comes next, as a shell reads it.
pub fn argument(path: &Path) -> String {
    let path = path.display().to_string();
    let plain = |letter: char| letter.is_alphanumeric() || matches!(letter, '/' | '.' | '-' | '_' | '\\' | ':');
    match path.chars().all(plain) && !path.is_empty() {
        true => path,
        false => format!("'{}'", path.replace('\'', "'\\''")),
    }
}

/// `demo`
#[derive(Debug, Args)]
#[command(after_help = examples::DEMO)]
pub struct Demo {
    /// The archive the run folder is written to
    #[arg(long, value_name = "DIR", default_value = ARCHIVE)]
    pub archive: PathBuf,
    /// Leave its Domo running, and print the lines to review, rehearse, apply, audit and revert against it
    #[arg(long)]
    pub keep: bool,
    /// Which Domo it is: the public guide's, or the one of Domo's own documents and of recorded answers
    #[arg(long, value_enum, default_value_t = ProfileName::Guide)]
    pub profile: ProfileName,
    /// Fetch the directory, too: from a Microsoft Graph that the sandbox plays
    #[arg(long)]
    pub live: bool,
    /// Print one JSON document instead of text
    #[arg(long)]
    pub json: bool,
}

/// `audit`
#[derive(Debug, Args)]
#[command(after_help = examples::AUDIT)]
pub struct Audit {
    /// The configuration.
    #[command(flatten)]
    pub config: ConfigFile,
    /// A directory export; repeatable; replaces the configured ones
    #[arg(long, value_name = "FILE")]
    pub directory: Vec<PathBuf>,
    /// Accounts from a file instead of the live API: a snapshot, a JSON array of users, or a People or DomoStats export as CSV
    #[arg(long, value_name = "FILE")]
    pub accounts: Option<PathBuf>,
    /// The archive the run folder is written to
    #[arg(long, value_name = "DIR", default_value = ARCHIVE)]
    pub archive: PathBuf,
    /// The day judged; one after today is a forecast and makes no plan [default: today in `[report] timezone`, else UTC]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub as_of: Option<NaiveDate>,
    /// Exit with 4 when there are findings at or above this severity
    #[arg(long, value_enum, default_value_t = FailOn::Never)]
    pub fail_on: FailOn,
    /// The flavour of report.md
    #[arg(long, value_enum, default_value_t = Flavour::Github)]
    pub markdown: Flavour,
    /// Replace names, e-mails and phones by stable tokens in every file that leaves the house
    #[arg(long)]
    pub redact: bool,
    /// Print how long each stage took, what it read or wrote, and the memory held
    #[arg(long)]
    pub timings: bool,
    /// Print one JSON document instead of text
    #[arg(long)]
    pub json: bool,
}

/// `review`
#[derive(Debug, Args)]
#[command(after_help = examples::REVIEW)]
pub struct Review {
    /// The plan: its file, its run's folder or id, or `latest`
    pub plan: PathBuf,
    /// Approve these actions: all, a kind of action or finding, a severity, an e-mail, department=VALUE, or an id; repeatable
    #[arg(long, value_name = "SELECTOR", requires = "by")]
    pub approve: Vec<String>,
    /// Reject these actions, with the reason in --comment; repeatable
    #[arg(long, value_name = "SELECTOR", requires = "by")]
    pub reject: Vec<String>,
    /// Take decisions back: these rows are open again, and what was decided stays on record; repeatable
    #[arg(long, value_name = "SELECTOR", requires = "by")]
    pub reopen: Vec<String>,
    /// Replace decisions of other people, which stay on record; with the reason in --comment
    #[arg(long, requires = "comment")]
    pub overrule: bool,
    /// A filled-in review.xlsx or review.csv, a decisions file, a folder of them, or an older plan whose decisions are taken over
    /// where the action is the same; repeatable
    #[arg(long, value_name = "FILE")]
    pub from: Vec<PathBuf>,
    /// Who decides; with --from, who records what others decided
    #[arg(long, value_name = "WHO")]
    pub by: Option<String>,
    /// Why; with --from, for the rows that say no reason of their own
    #[arg(long, value_name = "TEXT")]
    pub comment: Option<String>,
    /// Write a packet a reviewer (a page, a workbook, a text to send) into the folder of --out
    #[arg(long, value_enum, value_name = "FIELD", requires = "out", conflicts_with_all = ["approve", "reject", "reopen", "from"])]
    pub split: Option<Split>,
    /// The folder of the packets
    #[arg(long, value_name = "DIR", requires = "split")]
    pub out: Option<PathBuf>,
    /// Print the `[[exception]]` that accepts this finding until the day of --until; repeatable
    #[arg(long, value_name = "F-…", conflicts_with_all = ["approve", "reject", "reopen", "from", "split"])]
    pub accept: Vec<String>,
    /// The last day on which it is accepted
    #[arg(long, value_name = "YYYY-MM-DD", requires = "accept", value_parser = day)]
    pub until: Option<NaiveDate>,
    /// Append it to the configuration
    #[arg(long, requires = "accept")]
    pub write: bool,
    /// Show every row, not only the worst
    #[arg(long)]
    pub all: bool,
    /// Show the rows of a kind of action or finding
    #[arg(long, value_name = "KIND", value_parser = values::kinds())]
    pub kind: Option<String>,
    /// Show the rows of a severity
    #[arg(long, value_name = "SEVERITY", value_parser = values::severities())]
    pub severity: Option<String>,
    /// Show the rows of a department
    #[arg(long, value_name = "DEPARTMENT")]
    pub department: Option<String>,
    /// Where the run is found.
    #[command(flatten)]
    pub at: At,
    /// Print one JSON document instead of text
    #[arg(long)]
    pub json: bool,
}

/// `certify`
#[derive(Debug, Args)]
#[command(after_help = examples::CERTIFY)]
pub struct Certify {
    /// The run: its folder or id, or `latest`
    pub run: PathBuf,
    /// Write a packet a reviewer (a page, a workbook, a text to send) into the folder of --out
    #[arg(long, value_enum, value_name = "FIELD", requires = "out", conflicts_with_all = ["from", "finish"])]
    pub split: Option<Split>,
    /// The folder of the packets
    #[arg(long, value_name = "DIR", requires = "split")]
    pub out: Option<PathBuf>,
    /// Which accounts: every active one that is not excluded, those that may administer, or those with findings
    #[arg(long, value_enum, default_value_t = Scope::All)]
    pub scope: Scope,
    /// The day by which answers are asked for [default: two weeks from now]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub due: Option<NaiveDate>,
    /// A filled-in packet or a folder of them; repeatable
    #[arg(long, value_name = "FILE")]
    pub from: Vec<PathBuf>,
    /// Who decides where a packet names nobody, and who records what others decided
    #[arg(long, value_name = "WHO")]
    pub by: Option<String>,
    /// Write the evidence (a page and Markdown) and a plan of what is to be revoked
    #[arg(long)]
    pub finish: bool,
    /// Where the run is found.
    #[command(flatten)]
    pub at: At,
    /// Print one JSON document instead of text
    #[arg(long)]
    pub json: bool,
}

/// `apply`
#[derive(Debug, Args)]
#[command(after_help = examples::APPLY)]
pub struct Apply {
    /// The plan: its file, its run's folder or id, or `latest`
    pub plan: PathBuf,
    /// Where the run is found.
    #[command(flatten)]
    pub at: At,
    /// Carry out the approved actions
    #[arg(long, conflicts_with = "rehearse")]
    pub confirm: bool,
    /// Carry out the approved actions on the sandbox, with the plan's own snapshot; Domo is not touched
    #[arg(long)]
    pub rehearse: bool,
    /// Instead of asking Domo, write the approved updates and creations into this folder as files for Domo's own bulk import
    ///
    /// For those who may not use the API: Admin > Governance > People > Bulk Import. There an empty cell clears a value, so
    /// accounts stand in one file only with those in which the same fields change. What an import cannot do (switching off,
    /// deleting, a department, clearing) is listed. Nothing counts as done by it.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["confirm", "rehearse", "invite", "overrides"])]
    pub bulk_import: Option<PathBuf>,
    /// Have Domo invite the accounts that are created, whatever the plan says; where all are there already, say who was not invited
    #[arg(long)]
    pub invite: bool,
    /// Go on although this guard refuses; `rejected-rows=14` names the exact number; repeatable
    #[arg(long = "override", value_name = "GUARD", requires = "reason")]
    pub overrides: Vec<String>,
    /// Why a guard is overridden
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Who applies; recorded beside the user of this machine, never instead
    #[arg(long, value_name = "WHO")]
    pub by: Option<String>,
    /// Print one JSON document instead of text
    #[arg(long)]
    pub json: bool,
}

/// `revert`
#[derive(Debug, Args)]
#[command(after_help = examples::REVERT)]
pub struct Revert {
    /// The journal: its file, its run's folder or id, or `latest`
    pub journal: PathBuf,
    /// Where the run is found.
    #[command(flatten)]
    pub at: At,
    /// The plan [default: revert.plan.json beside the journal, revert.2.plan.json where that was applied]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Print one JSON document instead of text
    #[arg(long)]
    pub json: bool,
}

/// `pull`
#[derive(Debug, Args)]
#[command(after_help = examples::PULL)]
pub struct Pull {
    /// The configuration.
    #[command(flatten)]
    pub config: ConfigFile,
    /// The file [default: accounts.jsonl, or the directory's name with its kind's ending]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Which `[[instance]]` of the configuration to pull; needed where there are several
    #[arg(long, value_name = "NAME")]
    pub instance: Option<String>,
    /// Fetch this `[[directory]]` of the configuration whole instead, by its name, kind or host
    #[arg(long, value_name = "NAME", conflicts_with = "instance")]
    pub directory: Option<String>,
    /// Print one JSON document instead of text
    #[arg(long)]
    pub json: bool,
}

/// `check`
#[derive(Debug, Args)]
#[command(after_help = examples::CHECK)]
pub struct Check {
    /// The configuration.
    #[command(flatten)]
    pub config: ConfigFile,
    /// A directory export; repeatable; replaces the configured ones
    #[arg(long, value_name = "FILE")]
    pub directory: Vec<PathBuf>,
    /// Accounts from a file instead of the live API, as for `audit`: Domo is not asked
    #[arg(long, value_name = "FILE")]
    pub accounts: Option<PathBuf>,
    /// The day judged [default: today in `[report] timezone`, else UTC]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub as_of: Option<NaiveDate>,
    /// Print one JSON document instead of text
    #[arg(long)]
    pub json: bool,
}

/// `sandbox`
#[derive(Debug, Args)]
#[command(after_help = examples::SANDBOX)]
pub struct Sandbox {
    /// The address to listen on; loopback only
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// The users it starts with: a JSON array or a snapshot [default: the sample company]
    #[arg(long, value_name = "FILE")]
    pub accounts: Option<PathBuf>,
    /// The OAuth client it knows
    #[arg(long, default_value = sandbox::CLIENT_ID)]
    pub client_id: String,
    /// That client's secret
    #[arg(long, default_value = sandbox::CLIENT_SECRET)]
    pub client_secret: String,
    /// Which Domo it is: the public guide's, or the one of Domo's own documents and of recorded answers
    #[arg(long, value_enum, default_value_t = ProfileName::Guide)]
    pub profile: ProfileName,
    /// Something that goes wrong, as `[METHOD ]PATH[#N|#N-M|#N-]=WHAT`; repeatable
    ///
    /// `*` in the path stands for anything; `#2` is the second such request, `#2-` every one from the second on, and without `#`
    /// all of them go wrong. WHAT is a status (`503`, `429:3` with Retry-After), `html` (`html:404`), `truncate`, `cut` (before it
    /// took place), `cut-after`, `slow:MS`, `expire` (every token ends), `echo` (the Authorization header comes back); for the list
    /// of users `empty`, `half`, `circle`, `endless`, `cap:N`, `vanish`, `appear`, `move`, `edge`; for SCIM `unfiltered`; for a
    /// write `late:MS` (it shows later) and `late:MS:STATUS` (it takes place, whatever the answer says); for a PUT `meddle:FIELD`;
    /// for one user `thin:FIELD`. For example `--fault "GET /v1/users#2=429:3"`.
    #[arg(long, value_name = "FAULT")]
    pub fault: Vec<crate::sandbox::Fault>,
    /// Milliseconds every answer takes at least
    #[arg(long, value_name = "MS", default_value_t = 0)]
    pub latency: u64,
    /// An account that owns content and cannot be deleted; repeatable
    #[arg(long, value_name = "ID")]
    pub content_owner: Vec<u64>,
    /// An e-mail domain that users may have; repeatable [default: any]
    #[arg(long, value_name = "DOMAIN")]
    pub authorized_domain: Vec<String>,
    /// A group of the accounts' snapshot whose members nobody chooses by hand; repeatable
    #[arg(long, value_name = "NAME")]
    pub dynamic_group: Vec<String>,
    /// Delete a user whom SCIM sets inactive, as Domo's own article has it and the `recorded` profile does
    #[arg(long)]
    pub scim_deletes: bool,
}

/// `runs`
#[derive(Debug, Args)]
#[command(after_help = examples::RUNS)]
pub struct Runs {
    /// What to do with them [default: list]
    #[command(subcommand)]
    pub command: Option<RunsCommand>,
    /// The archive
    #[arg(long, value_name = "DIR", default_value = ARCHIVE, global = true)]
    pub archive: PathBuf,
    /// Print one JSON document instead of text
    #[arg(long, global = true)]
    pub json: bool,
}

/// What `runs` does.
#[derive(Debug, Subcommand)]
pub enum RunsCommand {
    /// List every run, what was found, and what is left of pruned ones
    List,
    /// Show one run: who, when, from what, and what was found
    Show {
        /// Its id, its folder, or `latest`
        run: PathBuf,
    },
    /// Say which findings appeared, went, and changed from one run to another
    Diff {
        /// The run to compare with: its id, its folder, or `latest`
        from: PathBuf,
        /// The run to look at
        #[arg(default_value = "latest")]
        to: PathBuf,
    },
    /// Tell whom `[notify]` names of each newest plan that expires undecided, between two audits
    Remind {
        /// The configuration.
        #[command(flatten)]
        config: ConfigFile,
        /// How many days before it expires
        #[arg(long, value_name = "DAYS", default_value_t = 7)]
        within: u16,
    },
    /// Show which runs a retention rule lets go of; with --confirm, delete them
    ///
    /// The newest complete run of an instance and runs with an open plan always stay. Of a pruned run the manifest is kept, so that
    /// `verify` can follow the chain and the trend keeps its numbers.
    Prune {
        /// Keep the newest N runs of each instance
        #[arg(long, value_name = "N")]
        keep_runs: Option<usize>,
        /// Keep the runs of the last DAYS days
        #[arg(long, value_name = "DAYS")]
        keep_days: Option<u32>,
        /// Delete what the plan shows
        #[arg(long)]
        confirm: bool,
    },
}

/// `verify`
#[derive(Debug, Args)]
#[command(after_help = examples::VERIFY)]
pub struct Verify {
    /// The run: its folder, its id, or `latest`
    pub run: PathBuf,
    /// The archive in which an id and `latest` are looked for
    #[arg(long, value_name = "DIR", default_value = ARCHIVE)]
    pub archive: PathBuf,
    /// Require a signature of one of these signers (OpenSSH's allowed_signers file) on the manifest
    #[arg(long, value_name = "FILE")]
    pub allowed_signers: Option<PathBuf>,
    /// Print one JSON document instead of text
    #[arg(long)]
    pub json: bool,
}

/// `replay`
#[derive(Debug, Args)]
#[command(after_help = examples::REPLAY)]
pub struct Replay {
    /// The run: its folder, or its id or `latest` in the archive that --archive names, else in `audits`
    pub run: PathBuf,
    /// Judge with this configuration instead [default: the one the run kept]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The archive the replay is written to, in which the run is looked for first [default: the run's own]
    #[arg(long, value_name = "DIR")]
    pub archive: Option<PathBuf>,
    /// Print one JSON document instead of text
    #[arg(long)]
    pub json: bool,
}

/// `init`
#[derive(Debug, Args)]
#[command(after_help = examples::INIT)]
pub struct Init {
    /// A directory export, looked into for its columns; repeatable
    #[arg(long, value_name = "FILE", required = true)]
    pub directory: Vec<PathBuf>,
    /// Accounts to suggest exclusions from: a snapshot, a JSON array of users, or a People or DomoStats export as CSV [default:
    /// Domo's, where credentials are set]
    #[arg(long, value_name = "FILE")]
    pub accounts: Option<PathBuf>,
    /// The configuration; never written over one that is there
    #[arg(long, value_name = "FILE", default_value = crate::config::DEFAULT_FILE)]
    pub out: PathBuf,
    /// Print one JSON document instead of text
    #[arg(long)]
    pub json: bool,
}

/// `completions`
#[derive(Debug, Args)]
pub struct Completions {
    /// Which shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// `man`
#[derive(Debug, Args)]
pub struct Man {
    /// The folder for one page a verb
    #[arg(value_name = "DIR")]
    pub folder: Option<PathBuf>,
}

/// `schema`
#[derive(Debug, Args)]
pub struct Schema {
    /// Which file
    #[arg(value_enum)]
    pub name: SchemaName,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_an_argument_of_a_shell() {
        for (path, argument) in [
            ("audits/20261123T060000Z-4be21f/plan.json", "audits/20261123T060000Z-4be21f/plan.json"),
            ("my audits/plan.json", "'my audits/plan.json'"),
            ("it's/$HOME", "'it'\\''s/$HOME'"),
        ] {
            assert_eq!(super::argument(Path::new(path)), argument);
        }
    }
}
