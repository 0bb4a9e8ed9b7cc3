//! What came beside the runs of an archive after they were complete: journals, and decisions on plans. Every new manifest records
//! them as they are then, which binds them from there on.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Result, ensure};

use super::listing::{self, Listing, StoredRun};
use super::manifest::{DECISIONS, InputEntry, JOURNAL, RECORD};
use crate::digest;
use crate::plan::{Journal, Plan, Sealed};
use crate::terms::names::{self, PLAN};
use crate::text;

/// What `review`, `apply` and `certify` leave beside a run that is neither plan nor journal; the plans of a certification and of
/// reverts besides, and what became of any plan.
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
    RECORDS.contains(&name) || names::is_plan(name) && name != PLAN || names::is_plans(name, names::OUTCOME)
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

/// A file as a later run recorded it.
pub(in crate::archive) type Record<'r> = (&'r StoredRun, &'r InputEntry);

/// What later runs recorded beside a run, by the file's name, oldest first: a newer record takes nothing from an older one, or
/// whoever altered a file would only have to wait for the next run.
#[derive(Debug, Default)]
pub struct Recorded<'r>(BTreeMap<&'r str, Vec<Record<'r>>>);

impl<'r> Recorded<'r> {
    /// Beside the run of this id, by these runs: those of its whole archive, of whatever instance, pruned ones too. Whoever has
    /// recorded it came after it.
    pub fn beside(run: &str, runs: &'r [StoredRun]) -> Self {
        let mut recorded = Self::default();
        for later in runs {
            let inputs = later.manifest.iter().flat_map(|manifest| &manifest.inputs);
            for input in inputs.filter(|input| [JOURNAL, DECISIONS, RECORD].contains(&input.role.as_str())) {
                if let Some((_, name)) = input.name.split_once('/').filter(|(id, _)| *id == run) {
                    recorded.0.entry(name).or_default().push((later, input));
                }
            }
        }
        recorded
    }

    /// The files that were recorded.
    pub fn names(&self) -> impl Iterator<Item = &'r str> {
        self.0.keys().copied()
    }

    /// Each time that this one was.
    pub fn of(&self, name: &str) -> &[Record<'r>] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    /// How a file that only grows is not what was recorded of it, after its name; none where it begins as it was each time. Of one
    /// that is not there `bytes` are empty.
    pub fn altered(&self, name: &str, bytes: &[u8]) -> Option<String> {
        let mut states = self.of(name).to_vec();
        states.dedup_by(|(_, one), (_, before)| one.sha256 == before.sha256);
        // The one that knew most of it.
        let (run, input) = states.into_iter().filter(|(_, input)| !input.begins(bytes)).max_by_key(|(_, input)| input.rows)?;
        let lines = bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
        Some(match lines {
            0 => {
                let how = if bytes.is_empty() { "is missing" } else { "has no whole line" };
                format!("{how}, but the run {} knows of {}", run.id(), text::plural(input.rows, "line", "lines"))
            }
            _ if lines < input.rows => {
                format!("has {}, but the run {} knows of {}", text::plural(lines, "line", "lines"), run.id(), input.rows)
            }
            _ => format!(
                "was changed after the run {} recorded its first {} as {}",
                run.id(),
                text::plural(input.rows, "line", "lines"),
                input.sha256
            ),
        })
    }
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
