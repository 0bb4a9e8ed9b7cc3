//! A company in a folder of its own: its accounts, its directory and its configuration as files, and the real program beside them.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::support::{Ran, run_with};

/// Audits what [`Folder::of`] writes.
pub const AUDIT: [&str; 7] = ["audit", "--accounts", "users.json", "--directory", "workers.csv", "--json", "-q"];

/// The folder.
pub struct Folder {
    dir: tempfile::TempDir,
    moment: Option<String>,
}

impl Folder {
    /// An empty one.
    pub fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap(), moment: None }
    }

    /// With these accounts and this directory.
    pub fn of(users: &Value, workers: &str) -> Self {
        Self::new().with("users.json", users.to_string()).with("workers.csv", workers)
    }

    /// Ada, an Admin who is employed, and Olga, whom the directory does not know.
    pub fn ada_and_olga() -> Self {
        let users = serde_json::json!([
            {"id": 1, "name": "Ada Byron", "email": "ada@acme.example", "role": "Admin", "active": true},
            {"id": 2, "name": "Olga Petrova", "email": "olga@acme.example", "role": "Participant", "active": true},
        ]);
        Self::of(&users, "Employee ID,Name,Work Email,Status\n7,Ada Byron,ada@acme.example,Active\n")
    }

    /// With this file.
    pub fn with(self, name: &str, bytes: impl AsRef<[u8]>) -> Self {
        self.write(name, bytes);
        self
    }

    /// Where the program takes this moment for now.
    pub fn at_moment(mut self, moment: &str) -> Self {
        self.moment = Some(moment.to_owned());
        self
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// A file or folder in it.
    pub fn at(&self, name: impl AsRef<Path>) -> PathBuf {
        self.path().join(name)
    }

    /// Writes a file, and the folder that it is in.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.at(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    pub fn read(&self, name: impl AsRef<Path>) -> String {
        std::fs::read_to_string(self.at(name)).unwrap()
    }

    /// Runs `domo-reconcile ARGS…` in it.
    pub fn run(&self, args: &[&str]) -> Ran {
        self.run_with(&[], args)
    }

    /// The same as if it were this moment.
    pub fn run_at(&self, moment: &str, args: &[&str]) -> Ran {
        self.run_with(&[("SOURCE_DATE_EPOCH", &seconds(moment))], args)
    }

    /// The same with environment variables.
    pub fn run_with(&self, env: &[(&str, &str)], args: &[&str]) -> Ran {
        let moment = self.moment.as_deref().map(seconds);
        let own = moment.iter().map(|moment| ("SOURCE_DATE_EPOCH", moment.as_str()));
        let env: Vec<_> = own.chain(env.iter().copied()).collect();
        run_with(self.path(), &env, args.iter().copied())
    }

    /// The run that the answer of an audit names.
    #[track_caller]
    pub fn run_of(&self, answer: &Value) -> Run {
        Run { folder: self.at(answer["run_dir"].as_str().unwrap_or_else(|| panic!("{answer:#}"))) }
    }

    /// Audits what stands in the folder, which ends well.
    #[track_caller]
    pub fn audit(&self, more: &[&str]) -> Run {
        let answer = self.run(&[&AUDIT[..], more].concat()).code(0).json();
        self.run_of(&answer)
    }
}

fn seconds(moment: &str) -> String {
    moment.parse::<chrono::DateTime<chrono::Utc>>().unwrap().timestamp().to_string()
}

/// A run's folder.
pub struct Run {
    pub folder: PathBuf,
}

impl Run {
    pub fn id(&self) -> String {
        self.folder.file_name().unwrap().to_str().unwrap().to_owned()
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.join(name)).unwrap()
    }

    pub fn json(&self, name: &str) -> Value {
        serde_json::from_str(&self.read(name)).unwrap()
    }

    pub fn findings(&self) -> Vec<Value> {
        self.json("findings.json")["findings"].as_array().unwrap().clone()
    }

    /// The one finding of this kind about this account.
    pub fn finding(&self, kind: &str, account: u64) -> Option<Value> {
        self.findings().into_iter().find(|finding| finding["kind"] == kind && finding["account"]["id"] == account)
    }

    /// The state of the same, and when it was seen first.
    pub fn state(&self, kind: &str, account: u64) -> Option<(String, String)> {
        let finding = self.finding(kind, account)?;
        Some((finding["state"].as_str().unwrap().to_owned(), finding["first_seen"].as_str().unwrap().to_owned()))
    }
}
