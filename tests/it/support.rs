//! Runs the real binary in an empty folder with an empty environment.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

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

/// Starts what serves, and waits until it says where: `listening on URL` in its first line.
pub fn serving(command: &mut Command) -> (Child, String) {
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let url = line.trim().strip_prefix("listening on ").unwrap_or_else(|| panic!("the first line was {line:?}")).to_owned();
    (child, url)
}

/// Runs a script of `tests/browser` on these files; it ends well where it finds nothing wrong.
#[track_caller]
pub fn in_browser((chromium, checks): (&str, std::path::PathBuf), script: &str, args: &[std::path::PathBuf]) {
    let ran = Command::new("node").arg(checks.join(script)).args(args).env("CHROMIUM", chromium).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    println!("{out}");
    assert!(ran.status.success(), "{out}\n{err}");
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

/// A page of a run as words: without the elements that say where its sentences may break, and what in them is code or a day.
pub fn page(path: &Path) -> String {
    let page = std::fs::read_to_string(path).unwrap();
    let ours = ["<wbr>", "<code>", "</code>", "<span class=\"date\">", "</span>"];
    ours.iter().fold(page, |page, element| page.replace(element, ""))
}
