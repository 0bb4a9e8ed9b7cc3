//! What came beside the runs of an archive after they were complete: journals, and decisions on plans. Every new manifest records
//! them as they are then, which binds them from there on.

use std::path::Path;

use anyhow::{Result, ensure};

use super::listing::{self, Listing, StoredRun};
use super::manifest::{DECISIONS, InputEntry, JOURNAL, RECORD};
use crate::digest;
use crate::plan::{Journal, Plan, Sealed};
use crate::terms::names::{self, PLAN};

/// What `review`, `apply` and `certify` leave beside a run that is neither plan nor journal; the plans of a certification and of
/// reverts besides.
const RECORDS: [&str; 7] = [
    names::PACKETS,
    names::DECISIONS_PAGE,
    names::DECISIONS_LIST,
    names::CERTIFICATION,
    names::CERTIFICATION_PACKETS,
    names::CERTIFICATION_PAGE,
    names::CERTIFICATION_MARKDOWN,
];

/// Whether the next run of the archive records this file as it is then.
pub(in crate::archive) fn is_record(name: &str) -> bool {
    RECORDS.contains(&name) || names::is_plan(name) && name != PLAN
}

/// How journals and decisions beside the runs of an archive are now, for the manifest of the next run.
pub(super) fn record(listing: &Listing) -> Vec<InputEntry> {
    let mut inputs = Vec::new();
    for run in listing.runs.iter().filter(|run| !run.pruned) {
        for name in listing::file_names(&run.path).unwrap_or_default() {
            let path = run.path.join(&name);
            let role = match name.as_str() {
                name if names::plan_of(name).is_some() => JOURNAL,
                // A decision makes a plan longer: most need not be read.
                PLAN if written(run, PLAN).is_some_and(|bytes| path.metadata().is_ok_and(|now| now.len() != bytes)) => DECISIONS,
                name if is_record(name) => RECORD,
                _ => continue,
            };
            let bytes = match crate::files::read_plain(&path) {
                // A line that was cut while it was written was never recorded, and goes with the next write.
                Ok(bytes) if name.ends_with(".jsonl") => whole_lines(bytes),
                Ok(bytes) => bytes,
                // What is wrong with an earlier run is no reason to fail this one; `verify` of that one says it.
                Err(error) => {
                    tracing::warn!("{} is not recorded: {error}", path.display());
                    continue;
                }
            };
            let rows = match role {
                DECISIONS => decisions(&bytes),
                _ if name.ends_with(".jsonl") => bytes.iter().filter(|byte| **byte == b'\n').count(),
                _ if name.ends_with(".csv") => records(&bytes),
                _ => 0,
            };
            inputs.push(InputEntry {
                role: role.to_owned(),
                name: format!("{}/{name}", run.id()),
                sha256: digest::sha256(&bytes),
                bytes: bytes.len() as u64,
                rows: rows as u64,
            });
        }
    }
    inputs
}

/// What runs recorded of a file beside a run that only grows, oldest first: each state of it once, with the run that recorded it
/// first.
pub fn recorded<'r>(runs: &'r [StoredRun], run: &str, name: &str) -> Vec<(&'r StoredRun, &'r InputEntry)> {
    let place = format!("{run}/{name}");
    let of = |later: &'r StoredRun| later.manifest.iter().flat_map(|manifest| &manifest.inputs).map(move |input| (later, input));
    let mut recorded: Vec<_> = runs.iter().flat_map(of).filter(|(_, input)| input.name == place).collect();
    recorded.dedup_by(|(_, one), (_, before)| one.sha256 == before.sha256);
    recorded
}

/// As much of a file as ends in whole lines.
fn whole_lines(mut bytes: Vec<u8>) -> Vec<u8> {
    let end = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    bytes.truncate(end);
    bytes
}

/// The size of a file as the manifest has it.
fn written(run: &StoredRun, name: &str) -> Option<u64> {
    run.head.files.iter().find(|file| file.name == name).map(|file| file.bytes)
}

/// The records of a CSV file as this program writes them: a line break within quotes ends none, and the first is the header.
fn records(csv: &[u8]) -> usize {
    let mut quoted = false;
    let ends = csv.iter().filter(|byte| {
        quoted ^= **byte == b'"';
        **byte == b'\n' && !quoted
    });
    ends.count().saturating_sub(1)
}

fn decisions(plan: &[u8]) -> usize {
    serde_json::from_slice::<Plan>(plan).map_or(0, |plan| plan.decisions.len())
}

/// What was read; none where the file is not there.
pub(in crate::archive) fn if_there<T>(read: Result<T>) -> Result<Option<T>> {
    let missing = |error: &std::io::Error| error.kind() == std::io::ErrorKind::NotFound;
    match read {
        Err(error) if error.downcast_ref().is_some_and(missing) => Ok(None),
        read => read.map(Some),
    }
}

/// A plan in this folder, whose digest fits; a run's own is the one that its manifest names.
pub(in crate::archive) fn plan_of(folder: &Path, name: &str) -> Result<Sealed> {
    let sealed = Sealed::read(&crate::files::read_plain_text(folder.join(name))?)?;
    if name == PLAN
        && let Some(manifest) = listing::read_copy(folder)?.manifest
    {
        let named = manifest.plan.map(|plan| plan.digest);
        let digest = &sealed.plan().digest;
        ensure!(
            named.as_ref() == Some(digest),
            "it was changed after it was made: it has the digest {digest}, not the one in the manifest"
        );
    }
    Ok(sealed)
}

/// A journal in this folder, whose chain holds.
pub(in crate::archive) fn journal_of(folder: &Path, name: &str) -> Result<Journal> {
    Ok(Journal::read(&crate::files::read_plain(folder.join(name))?)?)
}
