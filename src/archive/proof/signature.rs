//! The operator's signature on a manifest: `manifest.json.sig`, made and checked with OpenSSH.
//!
//! ```text
//! ssh-keygen -Y sign -f ~/.ssh/id_ed25519 -n domo-reconcile audits/RUN/manifest.json
//! domo-reconcile verify audits/RUN --allowed-signers allowed_signers
//! ```
//!
//! `allowed_signers` is OpenSSH's file: a line such as `ada@acme.com namespaces="domo-reconcile" ssh-ed25519 AAAA…`. Keep it
//! outside the archive: who can write both could sign with a key of their own.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result};

use crate::failure::Failure;
use crate::terms::names::MANIFEST;

/// The signature's name in a run folder.
pub const FILE: &str = "manifest.json.sig";

/// What of our environment `ssh-keygen` needs: where it is, and where it may write.
const NEEDED: [&str; 5] = ["PATH", "HOME", "TMPDIR", "SystemRoot", "TEMP"];

/// What is signed is signed for this use and no other.
const NAMESPACE: &str = "domo-reconcile";

/// Whose signatures count: OpenSSH's `allowed_signers` file.
#[derive(Debug, Clone)]
pub struct Signers(PathBuf);

impl Signers {
    /// The file.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub fn read(path: &Path) -> Result<Self> {
        crate::files::open_plain(path).with_context(|| {
            Failure::usage(format!("cannot read the allowed signers {}", path.display()))
                .hint("one line a signer: `ada@acme.com namespaces=\"domo-reconcile\" ssh-ed25519 AAAA…`")
        })?;
        Ok(Self(path.to_owned()))
    }
}

/// What a signature says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum SignatureStatus {
    /// It is good and this signer's.
    By(String),
    /// It is not good, or not there although signers were named.
    Bad(String),
    /// It is there and nobody said whose would count.
    Unchecked(String),
    /// It is not there and nobody asked.
    Unsigned,
}

/// Checks `manifest.json.sig` beside the manifest.
pub(super) fn check(folder: &Path, signers: Option<&Signers>) -> Result<SignatureStatus> {
    let signature = folder.join(FILE);
    let signed = signature.symlink_metadata().is_ok();
    let Some(Signers(signers)) = signers else {
        let note = "The manifest is signed; name --allowed-signers to check by whom.".to_owned();
        return Ok(if signed { SignatureStatus::Unchecked(note) } else { SignatureStatus::Unsigned });
    };
    if !signed {
        return Ok(SignatureStatus::Bad(format!("The manifest is not signed: there is no {FILE}.")));
    }
    let manifest = folder.join(MANIFEST);
    let keygen = |action: &[&str], principal: Option<&str>| -> Result<Output> {
        let mut command = Command::new("ssh-keygen");
        // Not our secrets: what a child has in its environment, others may read.
        command.env_clear().envs(NEEDED.into_iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
        command.arg("-Y").args(action).arg("-f").arg(signers).arg("-s").arg(&signature);
        if let Some(principal) = principal {
            command.args(["-I", principal]);
        }
        let input = crate::files::open_plain(&manifest).with_context(|| format!("reading {}", manifest.display()))?;
        command.stdin(Stdio::from(input)).output().with_context(|| {
            Failure::failed("cannot run ssh-keygen, which checks signatures")
                .hint("install OpenSSH, or leave out --allowed-signers")
        })
    };
    let found = keygen(&["find-principals"], None)?;
    let principals = String::from_utf8_lossy(&found.stdout).into_owned();
    let Some(principal) = principals.lines().next().map(str::trim).filter(|name| found.status.success() && !name.is_empty()) else {
        return Ok(SignatureStatus::Bad(format!("The manifest is signed by a key that {} does not allow.", signers.display())));
    };
    let verified = keygen(&["verify", "-n", NAMESPACE], Some(principal))?;
    if verified.status.success() {
        return Ok(SignatureStatus::By(principal.to_owned()));
    }
    let said = String::from_utf8_lossy(&verified.stderr);
    let said = said.lines().next().unwrap_or("no reason given");
    Ok(SignatureStatus::Bad(format!("The signature of {principal} does not fit {MANIFEST}: {said}.")))
}
