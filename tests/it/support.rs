//! Runs the real binary in an empty folder with an empty environment.

use std::path::Path;
use std::process::{Command, Output};

/// What a run ended with.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    /// Fails with everything the run printed, unless it ended with `code`.
    #[track_caller]
    pub fn code(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// The one JSON document on stdout.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}\nstdout:\n{}\nstderr:\n{}", self.stdout, self.stderr))
    }
}

/// The binary in `folder`, with nothing of the caller's environment but PATH.
pub fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_domo-reconcile"));
    command.current_dir(folder).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command
}

/// Runs `domo-reconcile ARGS…` in `folder`.
pub fn run<'a>(folder: &Path, args: impl IntoIterator<Item = &'a str>) -> Ran {
    finish(command(folder).args(args).output().unwrap())
}

/// The same with environment variables.
pub fn run_with<'a>(folder: &Path, env: &[(&str, &str)], args: impl IntoIterator<Item = &'a str>) -> Ran {
    finish(command(folder).envs(env.iter().copied()).args(args).output().unwrap())
}

/// Chromium and the folder of the scripts that drive it, where everything for them is there. In CI it must be.
pub fn browser() -> Option<(&'static str, std::path::PathBuf)> {
    let checks = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser");
    let chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
        .into_iter()
        .find(|path| Path::new(path).exists());
    let node = Command::new("node").arg("--version").output().is_ok_and(|ran| ran.status.success());
    let missing = match (chromium, node, checks.join("node_modules/playwright-core").exists()) {
        (None, ..) => "chromium",
        (_, false, _) => "node",
        (.., false) => "tests/browser/node_modules (npm ci)",
        (Some(chromium), ..) => return Some((chromium, checks)),
    };
    assert!(std::env::var("CI").as_deref() != Ok("true"), "{missing} is missing, and in CI the browser's checks must run");
    println!("skipped: {missing} is missing");
    None
}

/// `samples/` of the checkout: sample and test data are the same files.
pub fn samples() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples")
}

/// What a run ended with.
pub fn finish(output: Output) -> Ran {
    Ran {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
