//! The archive: runs over time, what may go wrong with them, and what must be noticed.

mod access;
mod afterwards;
mod evidence;
mod faults;
mod forecast;
mod history;
mod instances;
mod keeping;
mod logs;
mod versions;
mod year;

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::folder::{AUDIT, Folder, Run};
use crate::support::{Ran, run};

/// A small company in a folder of its own, audited from files.
struct Company {
    folder: Folder,
    users: Vec<Value>,
    workers: Vec<String>,
}

impl Company {
    /// Six people, of whom one account is an orphan.
    fn new() -> Self {
        let names = ["Ada Brandt", "Ben Castro", "Chiara Doria", "Deniz Eren", "Elif Fidan"];
        let mut company = Self { folder: Folder::new(), users: Vec::new(), workers: Vec::new() };
        for (id, name) in (101..).zip(names) {
            let role = if id < 103 { "Admin" } else { "Participant" };
            company.joins(id, name, role);
        }
        company.user(180, "Olga Petrova", "Participant");
        company
    }

    fn email(name: &str) -> String {
        format!("{}@example.com", name.to_lowercase().replace(' ', "."))
    }

    fn user(&mut self, id: u64, name: &str, role: &str) {
        self.users
            .push(json!({"id": id, "email": Self::email(name), "name": name, "title": "Analyst", "role": role, "employeeNumber": id, "active": true}));
    }

    fn joins(&mut self, id: u64, name: &str, role: &str) {
        self.user(id, name, role);
        self.workers.push(format!("{id},{name},{},Analyst,Active,", Self::email(name)));
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes the two populations and gives the arguments of an audit of them.
    fn prepare(&self) -> [&'static str; 7] {
        let workers = format!("Employee ID,Name,Work Email,Job Title,Status,Termination Date\n{}\n", self.workers.join("\n"));
        self.folder.write("workers.csv", workers);
        self.folder.write("users.json", Value::from(self.users.clone()).to_string());
        AUDIT
    }

    /// Audits on a day, at six in the morning.
    fn try_audit(&self, day: &str) -> Ran {
        self.audit_with(day, &[])
    }

    fn audit_with(&self, day: &str, more: &[&str]) -> Ran {
        self.audit_at(&format!("{day}T06:00:00Z"), more)
    }

    fn audit_at(&self, moment: &str, more: &[&str]) -> Ran {
        self.folder.run_at(moment, &[&self.prepare()[..], more].concat())
    }

    /// The same, and it must succeed: the run's folder.
    fn audit(&self, day: &str) -> Run {
        self.run_of(&self.try_audit(day).code(0).json())
    }

    /// The same, redacted.
    fn audit_redacted(&self, day: &str) -> Run {
        self.run_of(&self.audit_with(day, &["--redact"]).code(0).json())
    }

    /// The run that an answer names.
    fn run_of(&self, answer: &Value) -> Run {
        self.folder.run_of(answer)
    }

    fn runs(&self) -> Value {
        run(self.path(), ["runs", "--json"]).code(0).json()
    }

    fn verify(&self, run: &Run) -> Ran {
        verify(&run.folder)
    }

    /// Runs the program in the company's folder through a shell.
    fn shell(&self, script: &str) -> Ran {
        let mut shell = Command::new("sh");
        let program = env!("CARGO_BIN_EXE_domo-reconcile");
        shell.current_dir(self.path()).args(["-c", script]).env("PROGRAM", program);
        let output = shell.output().unwrap();
        Ran {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

fn verify(folder: &Path) -> Ran {
    run(folder.parent().unwrap(), ["verify", folder.to_str().unwrap()])
}

fn state(word: &str, first_seen: &str) -> Option<(String, String)> {
    Some((word.to_owned(), first_seen.to_owned()))
}
