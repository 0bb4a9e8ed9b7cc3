//! Answers that come back: sheets and the files that pages save.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::archive;
use crate::commands::Invocation;
use crate::commands::review::read::{Filled, digest_of, is_json, listed, name_of, saved};
use crate::failure::Failure;
use crate::plan::certification::{Attestation, Attested, COLUMNS, Confirmed, LOCKED};
use crate::plan::coverage::Certification;
use crate::plan::decision::same_person;
use crate::plan::packets::UNASSIGNED;
use crate::plan::record::Timing;
use crate::plan::returned::{self, ReturnedSheet};
use crate::plan::sheet;
use crate::terms::Split;
use crate::{cli, text};

/// What all files say.
pub(super) fn all(certification: &Certification, options: &cli::Certify, invocation: &Invocation) -> Result<Vec<Attested>> {
    let reader = Reader {
        certification,
        accounts: certification.accounts.iter().map(|account| (account.key.as_str(), account)).collect(),
        by: options.by.as_deref().map(str::trim).filter(|by| !by.is_empty()),
        user: archive::user::name(),
        now: invocation.started,
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
        let name = name_of(file);
        let (reviewer, mut said) = match is_json(file) {
            true => self.saved(file, &name)?,
            false => self.sheet(file, &name)?,
        };
        if let (Some(packets), Some(reviewer)) = (&self.certification.packets, reviewer) {
            packets.admits(&reviewer, said.iter().map(|one| one.account.as_str()))?;
        }
        let digest = digest_of(file);
        said.iter_mut().for_each(|one| one.digest.clone_from(&digest));
        Ok(said)
    }

    fn saved(&self, file: &Path, name: &str) -> Result<(Option<String>, Vec<Attested>)> {
        let saved = saved(file)?;
        self.is_for(saved.run.as_deref().unwrap_or_default(), &saved.digest)?;
        let mut problems = Vec::new();
        let mut said = Vec::new();
        let at = saved.at.map_or(self.now, |at| at.min(self.now));
        let timing = saved.timing(self.now);
        for (id, answer) in &saved.decisions {
            // Who signed the page; else whose packet it is.
            let signed = saved.by.as_deref().filter(|by| !by.trim().is_empty());
            let own = signed.or(Some(saved.reviewer.as_str())).filter(|name| *name != UNASSIGNED);
            match self.statement(id, &answer.verdict, own, answer.comment.as_deref(), format!("{name}, {id}")) {
                Ok(one) => said.extend(one.map(|one| Attested { at, timing, ..one })),
                Err(problem) => problems.push(format!("{id}: {problem}")),
            }
        }
        refuse(problems)?;
        Ok((Some(saved.reviewer), said))
    }

    fn sheet(&self, file: &Path, name: &str) -> Result<(Option<String>, Vec<Attested>)> {
        let filled = Filled::read(file)?;
        self.is_for(&filled.labelled(sheet::RUN), &filled.labelled(sheet::RUN_DIGEST))?;
        let reviewer = Some(filled.labelled(sheet::PACKET_OF)).filter(|reviewer| !reviewer.is_empty());
        let personal = self.certification.packets.as_ref().is_some_and(|packets| packets.split == Split::ManagerEmail);
        let own = reviewer.as_deref().filter(|reviewer| personal && *reviewer != UNASSIGNED);
        let columns = COLUMNS.map(|(column, _)| column);
        let sheet = ReturnedSheet { rows: filled.rows, ..ReturnedSheet::default() };
        let (said, problems) = sheet.read(&columns, &columns, |number, cells| {
            let cells: Vec<&str> = cells.iter().map(|cell| cell.as_deref().unwrap_or_default()).collect();
            Ok((cells[0].to_owned(), self.row(&cells, own, format!("{name} row {number}"))?))
        })?;
        refuse(problems)?;
        Ok((reviewer, said.into_iter().flatten().collect()))
    }

    fn is_for(&self, id: &str, digest: &str) -> Result<(), Failure> {
        let Certification { run_id, manifest, .. } = self.certification;
        returned::is_for("run", [run_id, manifest], [id, digest])
    }

    fn row(&self, cells: &[&str], own: Option<&str>, place: String) -> Result<Option<Attested>, String> {
        let cell = |at: usize| cells.get(at).copied().unwrap_or_default();
        let Some(account) = self.accounts.get(cell(0)) else { return Err(format!("`{}` is no account in scope", cell(0))) };
        for (at, locked) in account.locked().iter().enumerate() {
            let was = sheet::returned(locked);
            if !sheet::is_kept(COLUMNS[at].0, &was, cell(at)) {
                return Err(format!("`{}` of {} is locked: it was `{was}` and is `{}`", COLUMNS[at].0, account.key, cell(at)));
            }
        }
        let who = Some(cell(LOCKED + 1)).filter(|who| !who.is_empty()).or(own);
        self.statement(cell(0), cell(LOCKED), who, Some(cell(LOCKED + 2)), place)
    }

    fn statement(
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
            digest: None,
            timing: Timing::Undated,
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
