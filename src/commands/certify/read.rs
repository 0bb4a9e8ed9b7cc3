//! Answers that come back: sheets and the files that pages save.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result};

use super::{Certification, is_for};
use crate::archive;
use crate::commands::Context;
use crate::commands::review::read::{Filled, LONGEST, is_json, listed};
use crate::failure::Failure;
use crate::plan::certification::{Attestation, Attested, COLUMNS, Confirmed, LOCKED};
use crate::plan::decision::same_person;
use crate::plan::packets::UNASSIGNED;
use crate::plan::returned::DecisionsFile;
use crate::plan::sheet;
use crate::terms::Split;
use crate::{cli, text};

/// What all files say.
pub(super) fn all(certification: &Certification, options: &cli::Certify, context: &Context) -> Result<Vec<Attested>> {
    let reader = Reader {
        certification,
        accounts: certification.accounts.iter().map(|account| (account.key.as_str(), account)).collect(),
        by: options.by.as_deref().map(str::trim).filter(|by| !by.is_empty()),
        user: archive::run::user(),
        now: context.started,
    };
    let mut said = Vec::new();
    for from in &options.from {
        for file in listed(from)? {
            said.extend(reader.one(&file).with_context(|| format!("reading {}", file.display()))?);
        }
    }
    Ok(said)
}

struct Reader<'a> {
    certification: &'a Certification,
    accounts: BTreeMap<&'a str, &'a Confirmed>,
    by: Option<&'a str>,
    user: String,
    now: chrono::DateTime<chrono::Utc>,
}

impl Reader<'_> {
    fn one(&self, file: &Path) -> Result<Vec<Attested>> {
        let name = file.file_name().map(|name| text::visible(&name.to_string_lossy()).into_owned()).unwrap_or_default();
        let (reviewer, said) = match is_json(file) {
            true => self.saved(file, &name)?,
            false => self.sheet(file, &name)?,
        };
        if let (Some(packets), Some(reviewer)) = (&self.certification.packets, reviewer) {
            packets.admits(&reviewer, said.iter().map(|one| one.account.as_str()))?;
        }
        Ok(said)
    }

    fn saved(&self, file: &Path, name: &str) -> Result<(Option<String>, Vec<Attested>)> {
        let text =
            crate::files::read_text(file, LONGEST).with_context(|| Failure::usage(format!("cannot read {}", file.display())))?;
        let saved = DecisionsFile::read(&text)?;
        is_for(&self.certification.run, saved.run.as_deref().unwrap_or_default(), &saved.digest)?;
        let mut problems = Vec::new();
        let mut said = Vec::new();
        let at = saved.at.map_or(self.now, |at| at.min(self.now));
        for (id, answer) in &saved.decisions {
            // Who signed the page; else whose packet it is.
            let signed = saved.by.as_deref().filter(|by| !by.trim().is_empty());
            let own = signed.or(Some(saved.reviewer.as_str())).filter(|name| *name != UNASSIGNED);
            match self.said(id, &answer.verdict, own, answer.comment.as_deref(), format!("{name}, {id}")) {
                Ok(one) => said.extend(one.map(|one| Attested { at, ..one })),
                Err(problem) => problems.push(format!("{id}: {problem}")),
            }
        }
        refuse(problems)?;
        Ok((Some(saved.reviewer), said))
    }

    fn sheet(&self, file: &Path, name: &str) -> Result<(Option<String>, Vec<Attested>)> {
        let filled = Filled::read(file)?;
        is_for(&self.certification.run, &filled.labelled("Run"), &filled.labelled("Run digest"))?;
        let reviewer = Some(filled.labelled("Packet of")).filter(|reviewer| !reviewer.is_empty());
        let personal = self.certification.packets.as_ref().is_some_and(|packets| packets.split == Split::ManagerEmail);
        let own = reviewer.as_deref().filter(|reviewer| personal && *reviewer != UNASSIGNED);
        let columns = COLUMNS.map(|(column, _)| column);
        let header: Vec<_> = filled
            .rows
            .first()
            .map(|row| row.cells.iter().map(|cell| sheet::returned(cell).to_lowercase()).collect())
            .unwrap_or_default();
        let places = columns.map(|column| header.iter().position(|cell| cell == column));
        let missing: Vec<_> = columns.iter().zip(places).filter(|(_, place)| place.is_none()).map(|(column, _)| *column).collect();
        if !missing.is_empty() {
            return Err(Failure::usage(format!("the sheet has no column {}", missing.join(", ")))
                .hint("the columns must stay as they are")
                .into());
        }
        let mut problems = Vec::new();
        let mut said = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        for row in filled.rows.iter().skip(1) {
            let cells = places
                .map(|place| place.and_then(|place| row.cells.get(place)).map(|cell| sheet::returned(cell)).unwrap_or_default());
            if cells.iter().all(String::is_empty) {
                continue;
            }
            let place = format!("{name} row {}", row.number);
            let uncomputed = places.iter().any(|place| place.is_some_and(|place| row.uncomputed.contains(&place)));
            let read = match uncomputed {
                true => Err("it has a formula that nobody has computed; write what it says".to_owned()),
                false => self.row(&cells, own, place),
            };
            match read {
                Ok(_) if !seen.insert(cells[0].clone()) => {
                    problems.push(format!("row {}: {} stands there twice", row.number, cells[0]))
                }
                Ok(one) => said.extend(one),
                Err(problem) => problems.push(format!("row {}: {problem}", row.number)),
            }
        }
        refuse(problems)?;
        Ok((reviewer, said))
    }

    fn row(&self, cells: &[String], own: Option<&str>, place: String) -> Result<Option<Attested>, String> {
        let cell = |at: usize| cells.get(at).map_or("", String::as_str);
        let Some(account) = self.accounts.get(cell(0)) else { return Err(format!("`{}` is no account in scope", cell(0))) };
        for (at, locked) in account.locked().iter().enumerate() {
            let was = sheet::returned(locked);
            if was != cell(at) {
                return Err(format!("`{}` of {} is locked: it was `{was}` and is `{}`", COLUMNS[at].0, account.key, cell(at)));
            }
        }
        let who = Some(cell(LOCKED + 1)).filter(|who| !who.is_empty()).or(own);
        self.said(cell(0), cell(LOCKED), who, Some(cell(LOCKED + 2)), place)
    }

    fn said(
        &self,
        id: &str,
        word: &str,
        who: Option<&str>,
        comment: Option<&str>,
        place: String,
    ) -> Result<Option<Attested>, String> {
        if !self.accounts.contains_key(id) {
            return Err(format!("`{}` is no account in scope", text::visible(id)));
        }
        let Some(answer) = Attestation::parse(word)? else { return Ok(None) };
        let Some(by) = who.map(str::trim).filter(|who| !who.is_empty()).or(self.by) else {
            return Err("it names nobody who decided: fill in `reviewer`, or say it with --by".into());
        };
        let comment = comment.map(str::trim).filter(|comment| !comment.is_empty());
        Ok(Some(Attested {
            account: id.to_owned(),
            answer,
            by: by.to_owned(),
            at: self.now,
            comment: comment.map(str::to_owned),
            recorded_by: self.by.filter(|name| !same_person(name, by)).map(str::to_owned),
            user: Some(self.user.clone()),
            place,
        }))
    }
}

fn refuse(problems: Vec<String>) -> Result<(), Failure> {
    if problems.is_empty() {
        return Ok(());
    }
    Err(Failure::usage(format!("nothing was recorded:\n  {}", problems.join("\n  ")))
        .hint("fill in `decision` (keep, revoke, role: and a role, or not-mine), `reviewer` and `comment`, nothing else"))
}
