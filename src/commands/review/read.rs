//! Files that come back: sheets, what pages saved, folders of them, and older plans whose decisions are taken over.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::apply::files;
use crate::archive::Archive;
use crate::cli;
use crate::commands::plan_file;
use crate::directory::table::{TextRow, read_rows, read_table};
use crate::failure::Failure;
use crate::plan::format::is_plan_schema;
use crate::plan::packets::{Packets, UNASSIGNED};
use crate::plan::record::Submission;
use crate::plan::returned::{self, DecisionsFile, ReturnedSheet};
use crate::plan::review::{self, Reviewer};
use crate::plan::{Plan, Sealed, sheet};
use crate::terms::Split;
use crate::terms::names::{MANIFEST, PACKETS, PLAN};
use crate::text;

/// The most bytes of a decisions file: 100,000 rows with long comments.
const LONGEST: u64 = 64 << 20;

/// What all files say.
#[derive(Default)]
pub(super) struct Handed {
    pub(super) submissions: Vec<Submission>,
    pub(super) others: Vec<String>,
}

impl Handed {
    /// Reads everything that `--from` names.
    pub(super) fn of(options: &cli::Review, path: &Path, sealed: &Sealed, reviewer: &Reviewer) -> Result<Self> {
        let mut handed = Self::default();
        let packets = packets_of(path)?;
        for from in &options.from {
            if let Some(old) = older_plan(from, &options.at.archive)? {
                handed.carry(sealed, &plan_file::read(&old)?, reviewer);
                continue;
            }
            for file in listed(from)? {
                let mut submissions = one(&file, sealed, packets.as_ref(), reviewer).with_context(|| reading(&file))?;
                let digest = digest_of(&file);
                submissions.iter_mut().for_each(|submission| submission.decision.from_sha256.clone_from(&digest));
                handed.submissions.extend(submissions);
            }
        }
        Ok(handed)
    }

    fn carry(&mut self, sealed: &Sealed, old: &Sealed, reviewer: &Reviewer) {
        let (submissions, others) = review::carried(sealed.plan(), old.plan(), reviewer);
        self.submissions.extend(submissions);
        self.others.extend(others);
    }
}

fn reading(file: &Path) -> String {
    format!("reading {}", file.display())
}

/// The plan that `--from` names: a file with a plan in it, a run's folder or id, or `latest`.
fn older_plan(from: &Path, archive: &Path) -> Result<Option<PathBuf>> {
    let is_plan = |path: &Path| {
        let text = crate::files::read_text(path, LONGEST).unwrap_or_default();
        let schema = serde_json::from_str::<serde_json::Value>(&text).ok();
        let schema = schema.as_ref().and_then(|document| document.get("schema")).and_then(serde_json::Value::as_str);
        schema.is_some_and(is_plan_schema)
    };
    if from.is_dir() {
        let inside = from.join(PLAN);
        return Ok((from.join(MANIFEST).is_file() && inside.is_file()).then_some(inside));
    }
    if from.is_file() {
        return Ok((is_json(from) && is_plan(from)).then(|| from.to_owned()));
    }
    match Archive::at(archive).find(from) {
        Ok(run) if !run.pruned => Ok(Some(run.path.join(PLAN))),
        // What is neither is told as the file that it was most likely meant to be.
        _ => Ok(None),
    }
}

pub(in crate::commands) fn is_json(path: &Path) -> bool {
    ends_with(path, &["json"])
}

fn ends_with(path: &Path, endings: &[&str]) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    endings.iter().any(|known| ending.eq_ignore_ascii_case(known))
}

/// The file itself, or the sheets and decisions files of a folder in the order of their names. Other files of a folder are passed
/// over, and so is what a spreadsheet keeps there while it has one open.
pub(in crate::commands) fn listed(from: &Path) -> Result<Vec<PathBuf>> {
    let unreadable = || {
        Failure::usage(format!("cannot read {}", from.display()))
            .hint("name a filled-in review.xlsx or review.csv, a decisions file, a folder of them, or an older plan")
    };
    if !std::fs::metadata(from).with_context(unreadable)?.is_dir() {
        return Ok(vec![from.to_owned()]);
    }
    let mut found = Vec::new();
    for entry in std::fs::read_dir(from).with_context(unreadable)? {
        let path = entry.with_context(unreadable)?.path();
        let name = crate::files::name_of(&path);
        if path.is_file() && ends_with(&path, &["xlsx", "csv", "json"]) && !name.starts_with(['.', '~']) {
            found.push(path);
        }
    }
    found.sort();
    if found.is_empty() {
        let nothing = Failure::usage(format!("there is no .xlsx, .csv or .json file in {}", from.display()));
        return Err(nothing.hint("name the folder that the filled-in packets were put into").into());
    }
    Ok(found)
}

/// Who has which rows of a plan, where it was split.
pub(super) fn packets_of(plan: &Path) -> Result<Option<Packets>> {
    read_if_there(&files::beside(plan, PACKETS), Packets::read)
}

/// A file of ours, if it is there.
pub(in crate::commands) fn read_if_there<T>(path: &Path, read: impl FnOnce(&str) -> Result<T, Failure>) -> Result<Option<T>> {
    let text = crate::files::if_there(crate::files::read_plain_text(path)).with_context(|| reading(path))?;
    text.map(|text| read(&text).with_context(|| reading(path))).transpose()
}

/// A file's name as sentences show it.
pub(in crate::commands) fn name_of(file: &Path) -> String {
    text::shown(&crate::files::name_of(file))
}

/// SHA-256 of a file, by which it is known when it is read again; none of a pipe, which is read once.
pub(in crate::commands) fn digest_of(file: &Path) -> Option<String> {
    crate::files::sha256(file).ok().map(|(sha256, _)| sha256)
}

/// What a packet's page saved.
pub(in crate::commands) fn saved(file: &Path) -> Result<DecisionsFile> {
    let text = crate::files::read_text(file, LONGEST).with_context(|| Failure::usage(format!("cannot read {}", file.display())))?;
    Ok(DecisionsFile::read(&text)?)
}

/// What one file says.
fn one(file: &Path, sealed: &Sealed, packets: Option<&Packets>, reviewer: &Reviewer) -> Result<Vec<Submission>> {
    let name = name_of(file);
    let plan = sealed.plan();
    if is_json(file) {
        let saved = saved(file)?;
        let submissions = returned::file(plan, &name, &saved, reviewer)?;
        theirs(packets, &saved.reviewer, &submissions)?;
        return Ok(submissions);
    }
    let filled = filled(file, plan)?;
    if filled.rows.is_empty() {
        return Err(Failure::usage("it is empty").hint("hand in the sheet as the reviewer saved it").into());
    }
    // Where rows are dealt out to people, the packet's reviewer is who decided.
    let personal = packets.is_some_and(|packets| packets.split == Split::ManagerEmail);
    let own = filled.reviewer.as_deref().filter(|reviewer| personal && *reviewer != UNASSIGNED);
    let submissions = returned::sheet(plan, &name, &filled, own, reviewer)?;
    if let Some(packet_of) = &filled.reviewer {
        theirs(packets, packet_of, &submissions)?;
    }
    Ok(submissions)
}

fn theirs(packets: Option<&Packets>, reviewer: &str, submissions: &[Submission]) -> Result<(), Failure> {
    packets.map_or(Ok(()), |packets| packets.admits(reviewer, submissions.iter().map(|submission| submission.subject.as_str())))
}

/// A workbook that came back: the rows that are filled in, and what it says of itself.
pub(in crate::commands) struct Filled {
    pub(in crate::commands) rows: Vec<TextRow>,
    summary: Vec<Vec<String>>,
}

impl Filled {
    /// Reads its two sheets.
    pub(in crate::commands) fn read(path: &Path) -> Result<Self> {
        Ok(Self { rows: read_table(path, Some(sheet::ACTIONS))?, summary: read_rows(path, Some(sheet::SUMMARY))? })
    }

    /// Whether somebody wrote something into a column that is to be filled in.
    pub(in crate::commands) fn is_answered(&self) -> bool {
        let header = self.rows.first().map(|row| row.cells.as_slice()).unwrap_or_default();
        let asked = |cell: &String| sheet::ANSWERS.contains(&sheet::returned(cell).to_lowercase().as_str());
        let asked: Vec<_> = (0..header.len()).filter(|place| asked(&header[*place])).collect();
        let filled = |row: &TextRow, place: usize| {
            row.uncomputed.contains(&place) || row.cells.get(place).is_some_and(|cell| !sheet::returned(cell).is_empty())
        };
        self.rows.iter().skip(1).any(|row| asked.iter().any(|place| filled(row, *place)))
    }

    /// What stands beside a label; nothing where it is not there.
    pub(in crate::commands) fn labelled(&self, label: &str) -> String {
        let row = self.summary.iter().find(|row| row.first().is_some_and(|cell| sheet::returned(cell) == label));
        row.and_then(|row| row.get(1)).map(|cell| sheet::returned(cell)).unwrap_or_default()
    }
}

/// A review sheet: the workbook names its plan on the sheet Summary, the CSV file in columns of its own.
fn filled(path: &Path, plan: &Plan) -> Result<ReturnedSheet> {
    let unreadable = || {
        Failure::usage(format!("cannot read the review sheet {}", path.display()))
            .hint("name the filled-in review.xlsx or review.csv of the plan's run folder, or a packet's workbook")
    };
    if !ends_with(path, &["csv"]) {
        let filled = Filled::read(path).with_context(unreadable)?;
        let reviewer = Some(filled.labelled(sheet::PACKET_OF)).filter(|reviewer| !reviewer.is_empty());
        let (plan, digest) = (filled.labelled(sheet::PLAN), filled.labelled(sheet::PLAN_DIGEST));
        return Ok(ReturnedSheet { rows: filled.rows, plan, digest, reviewer });
    }
    let rows = read_table(path, None).with_context(unreadable)?;
    let place = |column: &str| rows.first()?.cells.iter().position(|cell| sheet::returned(cell) == column);
    // The same in every row; a row of another plan, wherever it stands, makes the whole sheet foreign.
    let said = |column: &str, ours: &str| {
        let place = place(column)?;
        let cells = rows.iter().skip(1).filter_map(|row| row.cells.get(place)).map(|cell| sheet::returned(cell));
        let cells: Vec<_> = cells.filter(|cell| !cell.is_empty()).collect();
        cells.iter().find(|cell| *cell != ours).or(cells.first()).cloned()
    };
    let [id, digest] = sheet::PLAN_COLUMNS;
    let (plan, digest) = (said(id, &plan.id).unwrap_or_default(), said(digest, &plan.digest).unwrap_or_default());
    Ok(ReturnedSheet { rows, plan, digest, reviewer: None })
}
